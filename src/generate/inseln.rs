//! The seven islands: their practices, posts and rosters. Between them every reason of § 6 occurs.

use super::kennungen::{Arztnummer, Lanr, Nummer};
use super::praxis::{Praxis, Praxisart, Praxisarzt};

/// Bezirksstelle, serial number, kind, AGS and island of each practice.
const PRAXEN: [(u32, u32, Praxisart, &str, &str); 8] = [
    (6, 90_401, Praxisart::Hausarzt, "03452020", "Norderney"),
    (6, 90_402, Praxisart::Facharzt, "03452020", "Norderney"),
    (6, 90_403, Praxisart::Hausarzt, "03462007", "Langeoog"),
    (6, 90_404, Praxisart::Gemischt, "03457002", "Borkum"),
    (6, 90_405, Praxisart::Hausarzt, "03452013", "Juist"),
    (6, 90_406, Praxisart::Hausarzt, "03452002", "Baltrum"),
    (6, 90_407, Praxisart::Hausarzt, "03462014", "Spiekeroog"),
    (16, 90_408, Praxisart::Hausarzt, "03455021", "Wangerooge"),
];

/// Number and Fachgruppe of a physician.
type Inselarzt = (u32, u32);

/// The Fachgruppe of the Psychotherapeut.
const PSYCHOTHERAPEUT: u32 = 68;

/// A holder: physician, share, first and last day counted from the quarter's first (0). Without a
/// first day the post has been held for years.
pub(super) struct Besetzung {
    pub(super) arzt: Inselarzt,
    pub(super) anteil: &'static str,
    pub(super) ab: Option<i32>,
    pub(super) bis: Option<i32>,
}

const fn seit_jahren(arzt: Inselarzt, anteil: &'static str) -> Besetzung {
    Besetzung { arzt, anteil, ab: None, bis: None }
}

/// A post.
pub(super) struct Stelle {
    /// Its id.
    pub(super) id: &'static str,
    /// Place of its practice among those of the islands.
    pub(super) praxis: usize,
    /// What becomes of it.
    pub(super) zeigt: &'static str,
    pub(super) besetzungen: &'static [Besetzung],
}

const fn stelle(
    id: &'static str,
    praxis: usize,
    zeigt: &'static str,
    besetzungen: &'static [Besetzung],
) -> Stelle {
    Stelle { id, praxis, zeigt, besetzungen }
}

/// All posts. Borkum has one more than the table of § 6 Abs. 2 ends with.
pub(super) const STELLEN: [Stelle; 20] = [
    stelle("AS-NOR-1", 0, "bewilligt", &[seit_jahren((401, 1), "1")]),
    stelle("AS-NOR-2", 0, "bewilligt", &[seit_jahren((402, 3), "0.5")]),
    stelle("AS-NOR-3", 1, "kein_bereitschaftsdienst", &[seit_jahren((403, PSYCHOTHERAPEUT), "1")]),
    stelle("AS-LAN-1", 2, "bewilligt", &[seit_jahren((404, 1), "1")]),
    stelle(
        "AS-LAN-2",
        2,
        "bewilligt",
        &[
            Besetzung { arzt: (405, 1), anteil: "1", ab: None, bis: Some(44) },
            Besetzung { arzt: (406, 3), anteil: "0.5", ab: Some(45), bis: None },
        ],
    ),
    stelle("AS-BOR-01", 3, "tabelle_endet_bei_zehn", &[seit_jahren((411, 1), "1")]),
    stelle("AS-BOR-02", 3, "tabelle_endet_bei_zehn", &[seit_jahren((412, 3), "1")]),
    stelle("AS-BOR-03", 3, "tabelle_endet_bei_zehn", &[seit_jahren((413, 1), "0.5")]),
    stelle("AS-BOR-04", 3, "tabelle_endet_bei_zehn", &[seit_jahren((414, 6), "0.5")]),
    stelle("AS-BOR-05", 3, "tabelle_endet_bei_zehn", &[seit_jahren((415, 2), "0.25")]),
    stelle("AS-BOR-06", 3, "tabelle_endet_bei_zehn", &[seit_jahren((416, 15), "0.5")]),
    stelle("AS-BOR-07", 3, "tabelle_endet_bei_zehn", &[seit_jahren((417, 1), "0.75")]),
    stelle("AS-BOR-08", 3, "tabelle_endet_bei_zehn", &[seit_jahren((418, 10), "0.25")]),
    stelle("AS-BOR-09", 3, "tabelle_endet_bei_zehn", &[seit_jahren((419, 3), "1")]),
    stelle("AS-BOR-10", 3, "tabelle_endet_bei_zehn", &[seit_jahren((420, 1), "1")]),
    stelle("AS-BOR-11", 3, "tabelle_endet_bei_zehn", &[seit_jahren((421, 1), "0.5")]),
    stelle("AS-JUI-1", 4, "dienst_arzt_unbekannt", &[seit_jahren((431, 1), "1")]),
    stelle("AS-BAL-1", 5, "kein_dienstplan", &[seit_jahren((432, 1), "1")]),
    stelle("AS-SPI-1", 6, "dienstplan_unvollstaendig", &[seit_jahren((433, 1), "1")]),
    stelle("AS-WAN-1", 7, "anzahl_widerspricht_dienstplan", &[seit_jahren((434, 1), "1")]),
];

/// A physician from the mainland who only stands in on an island.
const VERTRETUNG: Inselarzt = (441, 1);

/// Who is on duty on an island.
pub(super) struct Plan {
    pub(super) insel: &'static str,
    /// The physicians in turn, two days each.
    reihe: &'static [Inselarzt],
    /// Days for which nobody can be found in any register, counted from the quarter's first.
    unbekannt: &'static [i32],
    /// Number of days that the roster covers; `None`: the whole quarter.
    pub(super) tage: Option<i32>,
}

const fn ganz(insel: &'static str, reihe: &'static [Inselarzt]) -> Plan {
    Plan { insel, reihe, unbekannt: &[], tage: None }
}

/// The rosters of the seven islands.
pub(super) const PLAENE: [Plan; 7] = [
    ganz(
        "Borkum",
        &[
            (411, 1),
            (412, 3),
            (413, 1),
            (414, 6),
            (415, 2),
            (416, 15),
            (417, 1),
            (418, 10),
            (419, 3),
            (420, 1),
            (421, 1),
        ],
    ),
    Plan { insel: "Juist", reihe: &[(431, 1)], unbekannt: &[40, 41, 75], tage: None },
    ganz("Norderney", &[(401, 1), (402, 3)]),
    ganz("Baltrum", &[VERTRETUNG]),
    ganz("Langeoog", &[(404, 1), (405, 1), (404, 1), (406, 3)]),
    Plan { insel: "Spiekeroog", reihe: &[(433, 1)], unbekannt: &[], tage: Some(59) },
    ganz("Wangerooge", &[(434, 1)]),
];

impl Plan {
    /// Returns who is on duty on a day counted from the quarter's first: a physician, or a number
    /// that no register knows.
    pub(super) fn dienst(&self, tag: i32) -> Lanr {
        if let Some(platz) = self.unbekannt.iter().position(|unbekannt| *unbekannt == tag) {
            // KVDT's Ersatzwert stands for no physician either.
            return if platz == 0 { *b"999999900" } else { lanr((499, 1)) };
        }
        let schritt = usize::try_from(tag).unwrap_or(0) / 2;
        lanr(self.reihe[schritt % self.reihe.len()])
    }
}

/// The head counts that the KV reports; that of Wangerooge contradicts the roster.
pub(super) const INSELZAHLEN: [(&str, u32); 2] = [("Norderney", 2), ("Wangerooge", 2)];

pub(super) fn lanr((nummer, fachgruppe): Inselarzt) -> Lanr {
    Arztnummer::Fest(nummer).lanr(fachgruppe)
}

pub(super) fn ist_insel(ags: &str) -> bool {
    PRAXEN.iter().any(|(_, _, _, insel, _)| *insel == ags)
}

/// Returns the islands' practices with everybody who holds a post there; the stand-in belongs to the
/// first of them.
pub(super) fn praxen() -> Vec<Praxis> {
    let praxis = |platz: usize, (bezirk, laufend, art, ags, insel): (u32, u32, _, _, _)| {
        let stellen = STELLEN.iter().filter(|stelle| stelle.praxis == platz);
        let inhaber = stellen.flat_map(|stelle| stelle.besetzungen).map(|b| b.arzt);
        let vertretung = (platz == 0).then_some(VERTRETUNG);
        Praxis {
            bsnr: Nummer::Fest(bezirk, laufend).bsnr(),
            zweig: None,
            art,
            ags,
            ort: insel,
            insel: Some(insel),
            aerzte: inhaber
                .chain(vertretung)
                .map(|arzt| Praxisarzt {
                    lanr: lanr(arzt),
                    psychotherapeut: arzt.1 == PSYCHOTHERAPEUT,
                })
                .collect(),
            gueltig_bis: None,
        }
    };
    PRAXEN.into_iter().enumerate().map(|(platz, zeile)| praxis(platz, zeile)).collect()
}
