//! Facts that the tests of § 9 start from.

use std::sync::Arc;

use super::{Markierung, Rueckblick, Sachverhalt, Schliessungslage};
use crate::evaluate::par05::tests::regeln;
use crate::fall::{Fallkopf, Kennzeichen, Satzart, Stapel};
use crate::kennung::{Ags, Gelesen, Gnr, Praxis, VersichertenId};
use crate::meldung::{Ort, Stelle};
use crate::parameter::Par09;
use crate::quartal::{Quartal, Tag, Tage};
use crate::stammdaten::{
    Bewilligung09, Einwohner, Praxisart, Praxisstand, Schliessung, Stammdaten, Veroeffentlichung,
    Zeitraum, Zweig,
};

pub(crate) fn tag(text: &str) -> Tag {
    text.parse().expect(text)
}

pub(crate) fn quartal(text: &str) -> Quartal {
    text.parse().expect(text)
}

pub(crate) fn praxis(text: &str) -> Praxis {
    text.parse().expect(text)
}

pub(crate) fn ags(text: &str) -> Ags {
    text.parse().expect(text)
}

pub(crate) fn gnr(text: &str) -> Gnr {
    Gnr::aus_bytes(text.as_bytes()).expect(text)
}

pub(crate) fn patient(text: &str) -> VersichertenId {
    match VersichertenId::lies(text.as_bytes()) {
        Gelesen::Id { id, .. } => id,
        Gelesen::Formfehler => panic!("{text}"),
    }
}

pub(crate) fn tage(q: &str, liste: &[&str]) -> Tage {
    let mut tage = Tage::default();
    for text in liste {
        tage.merke(quartal(q), tag(text));
    }
    tage
}

pub(crate) fn zeitraum(von: &str, bis: &str) -> Zeitraum {
    let lies = |text: &str| (!text.is_empty()).then(|| tag(text));
    Zeitraum { von: lies(von), bis: lies(bis) }
}

/// The numbers of the guideline of 2022.
pub(crate) fn par09() -> Par09 {
    regeln().par09
}

/// A case that nothing refuses: Z closed at the end of 2023 in Emden.
pub(crate) fn sachverhalt() -> Sachverhalt {
    Sachverhalt {
        praxis: praxis(P1),
        praxis_art: Some(Praxisart::Hausarzt),
        quartal: quartal("2024Q1"),
        satzart: Satzart::Ambulant,
        scheinuntergruppe: 0,
        patient_bekannt: true,
        tage: tage("2024Q1", &["2024-02-12", "2024-03-03"]),
        tage_hausarzt: tage("2024Q1", &["2024-02-12", "2024-03-03"]),
        markierung: Markierung::Ausdruecklich,
        benannt: Some(praxis(Z1)),
        schliessung: Some(Arc::new(Schliessungslage {
            praxis: praxis(Z1),
            letzter_tag: tag("2023-12-31"),
            art: Praxisart::Hausarzt,
            gemeinde: ags(EMDEN),
            gemeinde_name: Some("Emden, Stadt".to_owned()),
            nachfolger: false,
            vollstaendig: true,
            gebietsstand: Some(tag("2023-01-31")),
            einwohner: Some(49_874),
        })),
        nachrangige: Vec::new(),
        bewilligung: Some(zeitraum("2024-01-01", "")),
        rueckblick: Rueckblick {
            behandelt: vec![
                (quartal("2023Q3"), tag("2023-08-14")),
                (quartal("2023Q4"), tag("2023-11-20")),
            ],
            fehlend: Vec::new(),
        },
    }
}

impl Sachverhalt {
    /// Changes the closure.
    pub(crate) fn lage(&mut self) -> &mut Schliessungslage {
        Arc::make_mut(self.schliessung.as_mut().expect("Schließung"))
    }

    /// Moves the case to another quarter.
    pub(crate) fn verlege(&mut self, q: &str, liste: &[&str]) {
        self.quartal = quartal(q);
        self.tage = tage(q, liste);
        self.tage_hausarzt = self.tage;
    }
}

/// Treating practices: of Hausärzte, and mixed.
pub(crate) const P1: &str = "1700101";
pub(crate) const GEMISCHT: &str = "1700109";
/// Closed practices: at the end of 2023, on 30.03.2024, on 31.03.2024 (mixed).
pub(crate) const Z1: &str = "1700201";
pub(crate) const Z2: &str = "1700202";
pub(crate) const Z3: &str = "1700203";
/// A branch of Z1 until it closed.
pub(crate) const ZWEIG: &str = "1700291";
pub(crate) const EMDEN: &str = "03402000";
pub(crate) const PEINE: &str = "03157006";

pub(crate) fn ort() -> Ort {
    Ort::datei(&Arc::from("stammdaten.xml"))
}

pub(crate) fn bewilligung(p: &str, z: &str, von: &str, bis: &str) -> Bewilligung09 {
    Bewilligung09 {
        praxis: praxis(p),
        geschlossene: praxis(z),
        zeitraum: zeitraum(von, bis),
        ort: ort(),
    }
}

/// Two treating and three closed practices, no Bewilligung.
pub(crate) fn stammdaten() -> Stammdaten {
    let stand = |nummer: &str, art, bis: &str| Praxisstand {
        praxis: praxis(nummer),
        gueltig: zeitraum("", bis),
        art,
        gemeinde: ags(EMDEN),
        insel: None,
        honorarkonto: nummer.to_owned(),
        ort: ort(),
    };
    let schliessung = |nummer: &str, art, letzter_tag: &str| Schliessung {
        praxis: praxis(nummer),
        letzter_tag: tag(letzter_tag),
        nachfolger: false,
        vollstaendig: true,
        art,
        gemeinde: ags(EMDEN),
        ort: ort(),
    };
    Stammdaten {
        praxen: vec![
            stand(P1, Praxisart::Hausarzt, ""),
            stand(GEMISCHT, Praxisart::Gemischt, ""),
            stand(Z1, Praxisart::Hausarzt, "2023-12-31"),
            stand(Z2, Praxisart::Hausarzt, "2024-03-30"),
            stand(Z3, Praxisart::Gemischt, "2024-03-31"),
        ],
        zweige: vec![Zweig {
            betriebsstaette: praxis(ZWEIG),
            praxis: praxis(Z1),
            insel: None,
            gueltig: zeitraum("", "2023-12-31"),
            ort: ort(),
        }],
        schliessungen: vec![
            schliessung(Z1, Praxisart::Hausarzt, "2023-12-31"),
            schliessung(Z2, Praxisart::Hausarzt, "2024-03-30"),
            schliessung(Z3, Praxisart::Gemischt, "2024-03-31"),
        ],
        ..Stammdaten::default()
    }
}

/// Publications: since when each is available, and its rows for Emden (none: the AGS is missing).
pub(crate) type Publikationen<'a> = &'a [(&'a str, &'a [Option<u32>])];

pub(crate) fn einwohner(liste: Publikationen<'_>) -> Einwohner {
    let name = "Emden, Stadt";
    let veroeffentlichung = |(seit, zeilen): &(&str, &[Option<u32>])| Veroeffentlichung {
        gebietsstand: tag(seit).plus(-30),
        verfuegbar_seit: tag(seit),
        gemeinden: zeilen.iter().map(|zahl| (ags(EMDEN), (name.to_owned(), *zahl))).collect(),
    };
    Einwohner { veroeffentlichungen: liste.iter().map(veroeffentlichung).collect() }
}

/// A case as a delivery holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Probe {
    /// BSNR, nine digits.
    pub(crate) bsnr: &'static str,
    /// Versicherten-ID; empty if missing.
    pub(crate) patient: &'static str,
    /// Treatment quarter.
    pub(crate) quartal: &'static str,
    /// Satzart and Scheinuntergruppe.
    pub(crate) schein: (Satzart, u8),
    /// Explicit mark; the closed practice's BSNR, empty if not named.
    pub(crate) kennzeichen: Option<&'static str>,
    /// Day, GNR, LANR of each service.
    pub(crate) leistungen: &'static [(&'static str, &'static str, &'static str)],
}

impl Probe {
    /// Returns a batch of cases with the ids 1, 2, …
    pub(crate) fn stapel(faelle: &[Self]) -> Stapel {
        let mut stapel = Stapel::default();
        for (nummer, fall) in (1_u64..).zip(faelle) {
            stapel.beginne(&Fallkopf {
                bsnr: fall.bsnr.parse().expect(fall.bsnr),
                id: nummer.to_string().as_bytes(),
                versicherter: (!fall.patient.is_empty()).then(|| patient(fall.patient)),
                quartal: quartal(fall.quartal),
                satzart: fall.schein.0,
                scheinuntergruppe: fall.schein.1,
                kennzeichen: match fall.kennzeichen {
                    None => Kennzeichen::Keins,
                    Some("") => Kennzeichen::OhnePraxis,
                    Some(bsnr) => Kennzeichen::Praxis(bsnr.parse().expect(bsnr)),
                },
                id_erzeugt: false,
                stelle: Stelle { byte: None, zeile: None, satz: Some(nummer) },
            });
            for (am, position, lanr) in fall.leistungen {
                stapel.leistung(tag(am), gnr(position), lanr.parse().expect(lanr));
            }
        }
        stapel
    }
}
