//! How the facts of a marked case are gathered, and which closure it concerns.

use super::*;
use crate::auslegung::Rueckblick09;
use crate::evaluate::kandidat::{Ertrag, Herkunft, Kontext, Zweck};
use crate::evaluate::par09::beispiel::*;
use crate::evaluate::par09::pruefe;
use crate::fall::Satzart;
use crate::kennung::VersichertenId;
use crate::meldung::Meldungen;
use crate::stammdaten::{Praxisart, Zweig};

const A: &str = "A123456780";

/// A marked case of P1 in 2024Q2, when the windows of Z1, Z2 and Z3 are open.
const FALL: Probe = Probe {
    bsnr: "170010100",
    patient: A,
    quartal: "2024Q2",
    schein: (Satzart::Ambulant, 0),
    kennzeichen: Some(""),
    leistungen: &[("2024-05-15", "03000", "123456601")],
};

/// Cases of the closed practices; each in one quarter of the look-back.
const IN_Z1: Probe = Probe {
    bsnr: "170020100",
    quartal: "2023Q4",
    kennzeichen: None,
    leistungen: &[("2023-11-20", "03000", "123456601")],
    ..FALL
};
const IN_Z2: Probe = Probe { bsnr: "170020200", ..IN_Z1 };
const IN_Z3: Probe = Probe { bsnr: "170020300", ..IN_Z1 };

/// Everything that a run has read.
struct Lauf {
    daten: Stammdaten,
    einwohner: Einwohner,
    auslegungen: Auslegungen,
    faelle: Vec<Probe>,
}

impl Lauf {
    fn neu(faelle: &[Probe]) -> Self {
        Self {
            daten: stammdaten(),
            einwohner: einwohner(&[("2023-01-31", &[Some(49_874)])]),
            auslegungen: Auslegungen::default(),
            faelle: faelle.to_vec(),
        }
    }

    fn bewilligt(mut self, liste: &[(&str, &str, &str)]) -> Self {
        self.daten.bewilligungen09 =
            liste.iter().map(|(z, von, bis)| bewilligung(P1, z, von, bis)).collect();
        self
    }

    fn mit<T>(&self, frage: impl FnOnce(&Grundlage<'_>, &[Kandidat]) -> T) -> T {
        let par09 = par09();
        let frueher = std::collections::BTreeMap::new();
        let kontext = Kontext {
            stammdaten: &self.daten,
            par09: &par09,
            par09_frueher: &frueher,
            auslegungen: &self.auslegungen,
        };
        let (mut ertrag, mut meldungen) = (Ertrag::default(), Meldungen::neu(9));
        let herkunft = Herkunft {
            datei: 0,
            ort: &ort(),
            lieferung: quartal("2024Q2"),
            zweck: Zweck::Abrechnung,
        };
        let stapel = Probe::stapel(&self.faelle);
        kontext.werte(stapel.spalten(), herkunft, &mut ertrag, &mut meldungen);
        let register = ertrag.rueckblick.fertig();
        let grundlage = Grundlage::neu(&self.daten, &self.einwohner, &register, &self.auslegungen);
        let kandidaten: Vec<Kandidat> = ertrag.kandidaten.iter().copied().collect();
        frage(&grundlage, &kandidaten)
    }

    /// Facts of the first marked case.
    fn sachverhalt(&self) -> Sachverhalt {
        self.mit(|grundlage, kandidaten| {
            let (fall, par09) = (&kandidaten[0], par09());
            grundlage
                .im_quartal(fall.quartal, &par09)
                .praxis(fall.praxis)
                .sachverhalt(fall)
                .eigener()
        })
    }

    /// Z of the first marked case; empty if there is none.
    fn gewaehlt(&self) -> String {
        self.sachverhalt().schliessung.map_or_else(String::new, |lage| lage.praxis.to_string())
    }

    fn codes(&self) -> String {
        pruefe(&self.sachverhalt(), &par09(), &self.auslegungen).text()
    }
}

#[test]
fn without_a_named_z_the_closures_are_ranked() {
    let q1 =
        Probe { quartal: "2024Q1", leistungen: &[("2024-02-12", "03000", "123456601")], ..FALL };
    let q5 =
        Probe { quartal: "2025Q1", leistungen: &[("2025-01-15", "03000", "123456601")], ..FALL };
    let alle = &[IN_Z1, IN_Z2, IN_Z3][..];
    let gleicher_tag = |lauf: &mut Lauf| {
        for schliessung in &mut lauf.daten.schliessungen {
            schliessung.letzter_tag = tag("2024-03-31");
        }
    };
    let lauf = |fall: Probe, behandlungen: &[Probe], bewilligt: &[(&str, &str, &str)]| {
        let faelle: Vec<_> = [fall].into_iter().chain(behandlungen.iter().copied()).collect();
        Lauf::neu(&faelle).bewilligt(bewilligt)
    };
    for (was, lauf, erwartet) in [
        ("treated nowhere", lauf(FALL, &[], &[]), ""),
        ("treated in one", lauf(FALL, &[IN_Z2], &[]), Z2),
        ("the latest D", lauf(FALL, alle, &[]), Z3),
        ("a Bewilligung before the latest D", lauf(FALL, alle, &[(Z1, "2024-01-01", "")]), Z1),
        (
            "two Bewilligungen: the latest D",
            lauf(FALL, alle, &[(Z1, "2024-01-01", ""), (Z2, "2024-06-30", "")]),
            Z2,
        ),
        (
            "a Bewilligung that is over by Q",
            lauf(FALL, alle, &[(Z1, "2024-01-01", "2024-03-31")]),
            Z3,
        ),
        ("a Bewilligung that begins after Q", lauf(FALL, alle, &[(Z1, "2024-07-01", "")]), Z3),
        (
            "a window that holds Q before a Bewilligung",
            lauf(q5, alle, &[(Z1, "2024-01-01", ""), (Z2, "2024-01-01", "")]),
            Z3,
        ),
        ("no window holds Q: a closure still", lauf(q5, &[IN_Z1, IN_Z2], &[]), Z2),
        ("a window that has not begun by Q", lauf(q1, &[IN_Z1, IN_Z3], &[]), Z1),
        ("only such a window", lauf(q1, &[IN_Z3], &[]), ""),
        ("without Versicherten-ID", lauf(Probe { patient: "", ..FALL }, alle, &[]), ""),
    ] {
        assert_eq!(lauf.gewaehlt(), erwartet, "{was}");
    }
    let mut gleich = lauf(FALL, &[IN_Z3, IN_Z2], &[]);
    gleicher_tag(&mut gleich);
    assert_eq!(gleich.gewaehlt(), Z2, "one D: the lower BSNR");
}

#[test]
fn only_the_look_back_makes_a_choice() {
    // Z2 closed on 30.03.2024: 2023Q1 belongs to its look-back only by the wider readings.
    let frueh =
        Probe { quartal: "2023Q1", leistungen: &[("2023-02-01", "03000", "123456601")], ..IN_Z2 };
    let rumpf =
        Probe { quartal: "2024Q1", leistungen: &[("2024-03-30", "03000", "123456601")], ..IN_Z2 };
    for (rueckblick, mit_frueh, mit_rumpf) in [
        (Rueckblick09::MitSchliessungsquartal, "", Z2),
        (Rueckblick09::NurVolleQuartale, Z2, ""),
        (Rueckblick09::MitRumpfquartal, Z2, Z2),
    ] {
        for (behandlung, erwartet) in [(frueh, mit_frueh), (rumpf, mit_rumpf)] {
            let mut lauf = Lauf::neu(&[FALL, behandlung]);
            lauf.auslegungen.rueckblick = rueckblick;
            assert_eq!(lauf.gewaehlt(), erwartet, "{rueckblick:?} {}", behandlung.quartal);
        }
    }
}

#[test]
fn a_named_z_is_the_practice_or_its_branch() {
    let benannt = |bsnr| Lauf::neu(&[Probe { kennzeichen: Some(bsnr), ..FALL }, IN_Z3]);
    assert_eq!(benannt("170020100").gewaehlt(), Z1, "named, though treated elsewhere");
    assert_eq!(benannt("170020177").gewaehlt(), Z1, "digits 8 and 9 do not matter");
    assert_eq!(benannt("170029100").gewaehlt(), Z1, "a branch, by the register of D");
    assert_eq!(benannt("170010900").gewaehlt(), "", "a practice without a closure");
    assert_eq!(benannt("170010900").codes(), "schliessung_unbekannt");
    let mut lauf = benannt("170029100");
    lauf.daten.zweige.push(Zweig {
        betriebsstaette: praxis(ZWEIG),
        praxis: praxis(Z2),
        insel: None,
        gueltig: zeitraum("2024-01-01", ""),
        ort: ort(),
    });
    assert_eq!(lauf.gewaehlt(), Z2, "a branch, by the register of Q first");
    lauf.daten.zweige[1].praxis = praxis(P1);
    assert_eq!(lauf.gewaehlt(), "", "now a branch of P, which has not closed");
    assert_eq!(lauf.codes(), "schliessung_unbekannt", "a person decides");
}

/// What a mark names: a closure of its own first; else a branch's main practice by the register of
/// Q, and of D only where the register of Q no longer has the branch.
#[test]
fn which_closure_a_betriebsstaette_names() {
    const ANDERE: &str = "1700999";
    let zweig = |betriebsstaette: &str, von: &str| Zweig {
        betriebsstaette: praxis(betriebsstaette),
        praxis: praxis(Z2),
        insel: None,
        gueltig: zeitraum(von, ""),
        ort: ort(),
    };
    for (was, zweige, betriebsstaette, erwartet) in [
        ("Z itself", vec![], Z1, Some(Z1)),
        ("no closure", vec![], P1, None),
        ("the branch, which ended with Z1", vec![], ZWEIG, Some(Z1)),
        ("a branch of Z2 in Q", vec![zweig(ANDERE, "")], ANDERE, Some(Z2)),
        ("once of Z1, in Q of Z2", vec![zweig(ZWEIG, "2024-01-01")], ZWEIG, Some(Z2)),
        ("Z1 itself, in Q a branch of Z2", vec![zweig(Z1, "2024-01-01")], Z1, Some(Z1)),
    ] {
        let mut daten = stammdaten();
        daten.zweige.extend(zweige);
        daten.zweige.sort_by_key(|z| (z.betriebsstaette, z.gueltig.von));
        let gefunden = daten.schliessung_fuer(praxis(betriebsstaette), quartal("2024Q2"));
        let gefunden = gefunden.map(|platz| daten.schliessungen[platz].praxis.to_string());
        assert_eq!(gefunden.as_deref(), erwartet, "{was}");
    }
    // in Q the branch of a practice that goes on: that one is meant, and it has no closure
    let mut daten = stammdaten();
    daten.zweige.push(Zweig { praxis: praxis(P1), ..zweig(ZWEIG, "2024-01-01") });
    assert_eq!(daten.schliessung_fuer(praxis(ZWEIG), quartal("2024Q2")), None);
}

#[test]
fn facts_of_both_practices_come_from_their_own_time() {
    let lauf = Lauf::neu(&[FALL, IN_Z2]).bewilligt(&[(Z2, "2024-06-30", "2024-06-30")]);
    let sachverhalt = lauf.sachverhalt();
    assert_eq!(sachverhalt.praxis_art, Some(Praxisart::Hausarzt));
    assert_eq!(sachverhalt.bewilligung, Some(zeitraum("2024-06-30", "2024-06-30")));
    assert_eq!(sachverhalt.rueckblick.behandelt, [(quartal("2023Q4"), tag("2023-11-20"))]);
    assert_eq!(pruefe(&sachverhalt, &par09(), &lauf.auslegungen).text(), "");
    let lage = sachverhalt.schliessung.expect("Schließung");
    assert_eq!(lage.gemeinde_name.as_deref(), Some("Emden, Stadt"));
    assert_eq!(lage.gebietsstand, Some(tag("2023-01-01")));

    let mut lauf = lauf;
    lauf.daten.praxen.remove(0);
    assert_eq!(lauf.codes(), "praxis_unbekannt");
}

#[test]
fn the_look_back_names_what_was_not_read() {
    let namen = |sachverhalt: &Sachverhalt| -> Vec<String> {
        let fehlend = &sachverhalt.rueckblick.fehlend;
        fehlend.iter().map(|(praxis, quartal)| format!("{praxis} {quartal}")).collect()
    };
    let benannt = Probe { kennzeichen: Some("170020200"), ..FALL };
    let anderer = Probe { patient: "B123456780", ..IN_Z2 };
    let drei_weitere = [
        Probe { quartal: "2023Q2", leistungen: &[], ..anderer },
        Probe { quartal: "2023Q3", schein: (Satzart::Notfall, 42), leistungen: &[], ..anderer },
        Probe { quartal: "2024Q1", leistungen: &[], ..anderer },
    ];
    let bewilligt = [(Z2, "2024-01-01", "")];
    let lauf = Lauf::neu(&[benannt, anderer]).bewilligt(&bewilligt);
    assert_eq!(namen(&lauf.sachverhalt()), ["1700202 2023Q2", "1700202 2023Q3", "1700202 2024Q1"]);
    assert_eq!(lauf.codes(), "rueckblick_fehlt");

    let mut faelle = vec![benannt, anderer];
    faelle.extend(drei_weitere);
    let vollstaendig = Lauf::neu(&faelle).bewilligt(&bewilligt);
    assert_eq!(namen(&vollstaendig.sachverhalt()), [""; 0]);
    assert_eq!(vollstaendig.codes(), "nicht_vorbehandelt", "any case of Z shows it was read");

    let gefunden = Lauf::neu(&[benannt, IN_Z2]).bewilligt(&bewilligt);
    assert_eq!(namen(&gefunden.sachverhalt()).len(), 3);
    assert_eq!(gefunden.codes(), "", "found: what is missing does not matter");
    let ohne_id = Lauf::neu(&[Probe { patient: "", ..benannt }]).bewilligt(&bewilligt);
    assert_eq!(ohne_id.codes(), "ohne_versicherten_id");
}

#[test]
fn without_a_named_z_only_closures_that_could_pay_are_missed() {
    let q1 =
        Probe { quartal: "2024Q1", leistungen: &[("2024-02-12", "03000", "123456601")], ..FALL };
    let q5 =
        Probe { quartal: "2025Q1", leistungen: &[("2025-01-15", "03000", "123456601")], ..FALL };
    for (was, fall, bewilligt, praxen, codes) in [
        ("no Bewilligung", FALL, &[][..], &[][..], "nicht_vorbehandelt"),
        ("one", FALL, &[(Z2, "2024-01-01", "")][..], &[Z2][..], "rueckblick_fehlt"),
        (
            "two",
            FALL,
            &[(Z1, "2024-01-01", ""), (Z2, "2024-01-01", "")],
            &[Z1, Z2],
            "rueckblick_fehlt",
        ),
        (
            "Z named, without a closure",
            Probe { kennzeichen: Some("179999900"), ..FALL },
            &[(Z2, "2024-01-01", "")],
            &[],
            "schliessung_unbekannt",
        ),
        ("not valid in Q", FALL, &[(Z2, "2024-07-01", "")], &[], "nicht_vorbehandelt"),
        ("window over", q5, &[(Z1, "2024-01-01", "")], &[], "nicht_vorbehandelt"),
        ("window not begun", q1, &[(Z3, "2024-01-01", "")], &[], "nicht_vorbehandelt"),
        (
            "without Versicherten-ID",
            Probe { patient: "", ..FALL },
            &[(Z2, "2024-01-01", "")],
            &[],
            "ohne_versicherten_id",
        ),
    ] {
        let lauf = Lauf::neu(&[fall]).bewilligt(bewilligt);
        let mut fehlend: Vec<_> =
            lauf.sachverhalt().rueckblick.fehlend.iter().map(|(z, _)| z.to_string()).collect();
        fehlend.dedup();
        assert_eq!(
            (fehlend, lauf.codes()),
            (praxen.iter().map(ToString::to_string).collect(), codes.to_owned()),
            "{was}"
        );
    }
}

#[test]
fn the_newest_publication_available_on_d_decides_alone() {
    type Zeile<'a> = (&'a str, Publikationen<'a>, (Option<u32>, &'a str));
    let tabelle: &[Zeile<'_>] = &[
        ("none", &[], (None, "einwohnerzahl_fehlt")),
        ("49,999", &[("2023-01-31", &[Some(49_999)])], (Some(49_999), "")),
        ("50,000", &[("2023-01-31", &[Some(50_000)])], (Some(50_000), "kein_laendlicher_raum")),
        (
            "a newer one, on D itself",
            &[("2023-01-31", &[Some(50_001)]), ("2024-03-30", &[Some(49_999)])],
            (Some(49_999), ""),
        ),
        (
            "a newer one, after D",
            &[("2023-01-31", &[Some(50_001)]), ("2024-03-31", &[Some(49_999)])],
            (Some(50_001), "kein_laendlicher_raum"),
        ),
        (
            "the newer one does not have the AGS",
            &[("2023-01-31", &[Some(49_999)]), ("2024-01-31", &[])],
            (None, "einwohnerzahl_fehlt"),
        ),
        (
            "the newer one has no figure",
            &[("2023-01-31", &[Some(49_999)]), ("2024-01-31", &[None])],
            (None, "einwohnerzahl_fehlt"),
        ),
        ("only one after D", &[("2024-03-31", &[Some(49_999)])], (None, "einwohnerzahl_fehlt")),
    ];
    for (was, liste, erwartet) in tabelle {
        let mut lauf = Lauf::neu(&[FALL, IN_Z2]).bewilligt(&[(Z2, "2024-01-01", "")]);
        lauf.einwohner = einwohner(liste);
        let zahl = lauf.mit(|grundlage, _| grundlage.lagen()[1].einwohner);
        assert_eq!((zahl, lauf.codes().as_str()), *erwartet, "{was}");
    }
}

#[test]
fn the_hint_counts_patients_of_closures_that_could_pay() {
    let behandlungen = [
        IN_Z2,
        Probe {
            quartal: "2023Q1",
            patient: "B123456780",
            leistungen: &[("2023-02-01", "03000", "123456601")],
            ..IN_Z2
        },
    ];
    let lauf = Lauf::neu(&behandlungen).bewilligt(&[(Z2, "2024-01-01", "2024-12-31")]);
    let frage = |p: &str, id: VersichertenId, q: &str| {
        lauf.mit(|grundlage, _| {
            let par09 = par09();
            let lage = grundlage.im_quartal(quartal(q), &par09);
            lage.praxis(praxis(p)).haette_gekennzeichnet_werden_koennen(id)
        })
    };
    for (was, p, id, q, erwartet) in [
        ("last quarter of the window", P1, A, "2024Q4", true),
        ("first quarter of the window", P1, A, "2024Q1", true),
        ("before it", P1, A, "2023Q4", false),
        ("after it", P1, A, "2025Q1", false),
        ("a practice without a Bewilligung", GEMISCHT, A, "2024Q4", false),
        ("treated before the look-back", P1, "B123456780", "2024Q4", false),
        ("never treated", P1, "C123456780", "2024Q4", false),
    ] {
        assert_eq!(frage(p, patient(id), q), erwartet, "{was}");
    }
}
