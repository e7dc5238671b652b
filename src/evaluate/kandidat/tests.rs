//! What a batch of cases leaves behind.

use std::sync::Arc;

use super::*;
use crate::auslegung::JaNein;
use crate::evaluate::par09::beispiel::{
    P1, Probe, Z1, ZWEIG, bewilligung, gnr, par09, patient, praxis, quartal, stammdaten, tage,
};
use crate::quartal::Tag;

const A: &str = "A123456780";

/// An unmarked case of P1.
const FALL: Probe = Probe {
    bsnr: "170010100",
    patient: A,
    quartal: "2024Q1",
    schein: (Satzart::Ambulant, 0),
    kennzeichen: None,
    leistungen: &[("2024-01-15", "03000", "123456601"), ("2024-02-20", "99119A", "123456634")],
};

fn werte_fuer(
    zweck: Zweck,
    faelle: &[Probe],
    daten: &Stammdaten,
    auslegungen: &Auslegungen,
) -> (Ertrag, Vec<String>) {
    let par09 = par09();
    let frueher = std::collections::BTreeMap::new();
    let kontext =
        Kontext { stammdaten: daten, par09: &par09, par09_frueher: &frueher, auslegungen };
    let ort = Ort::datei(&Arc::from("faelle.xml"));
    let herkunft = Herkunft { datei: 7, ort: &ort, lieferung: quartal("2024Q1"), zweck };
    let mut ertrag = Ertrag::default();
    let mut meldungen = Meldungen::neu(10);
    kontext.werte(Probe::stapel(faelle).spalten(), herkunft, &mut ertrag, &mut meldungen);
    (ertrag, meldungen.liste().iter().map(ToString::to_string).collect())
}

fn kandidaten(faelle: &[Probe], auslegungen: &Auslegungen) -> Vec<Kandidat> {
    werte_fuer(Zweck::Abrechnung, faelle, &stammdaten(), auslegungen)
        .0
        .kandidaten
        .iter()
        .copied()
        .collect()
}

#[test]
fn a_mark_is_explicit_or_exactly_one_of_the_configured_gnrs() {
    let mit = |liste: &[&str]| Auslegungen {
        kennzeichen_gnr: liste.iter().map(|text| gnr(text)).collect(),
        ..Auslegungen::default()
    };
    let per_gnr = Some((Markierung::Gnr(gnr("99119A")), None));
    let benannt = Some((Markierung::Ausdruecklich, Some(praxis(Z1))));
    for (was, kennzeichen, gnrs, erwartet) in [
        ("none configured", None, &[][..], None),
        ("another", None, &["99118A"], None),
        ("without the letter", None, &["99119"], None),
        ("with another letter", None, &["99119B"], None),
        ("exact", None, &["99119A"], per_gnr),
        ("one of several", None, &["03001", "99119A", "99120"], per_gnr),
        ("explicit", Some(""), &[], Some((Markierung::Ausdruecklich, None))),
        ("explicit, Z named", Some("170020100"), &[], benannt),
        (
            "explicit and by GNR",
            Some("170020100"),
            &["99119A"],
            Some((Markierung::Gnr(gnr("99119A")), Some(praxis(Z1)))),
        ),
    ] {
        let kandidaten = kandidaten(&[Probe { kennzeichen, ..FALL }], &mit(gnrs));
        let gefunden: Vec<_> = kandidaten.iter().map(|k| (k.markierung, k.benannt)).collect();
        assert_eq!(gefunden, erwartet.into_iter().collect::<Vec<_>>(), "{was}");
    }
}

/// KVDT has no field for Z: a free text behind the marking GNR names it, behind no other.
#[test]
fn a_free_text_behind_the_marking_gnr_names_the_closed_practice() {
    let auslegungen =
        Auslegungen { kennzeichen_gnr: vec![gnr("99119A")], ..Auslegungen::default() };
    for (nennungen, benannt, verschiedene) in [
        (&[][..], None, false),
        (&[("99119A", "170020100")], Some(praxis(Z1)), false),
        (&[("03000", "170020100")], None, false),
        (&[("03000", "170010100"), ("99119A", "170020100")], Some(praxis(Z1)), false),
        (&[("99119A", "170020100"), ("99119A", "170020199")], Some(praxis(Z1)), false),
        (&[("99119A", "170020100"), ("99119A", "170010100")], None, true),
    ] {
        let mut stapel = Probe::stapel(&[FALL]);
        for (nach, bsnr) in nennungen {
            stapel.nenne(gnr(nach), bsnr.parse().expect("BSNR"));
        }
        let fall = stapel.spalten().faelle().next().expect("ein Fall");
        assert_eq!(abs3_satz3_benannt(&fall, &auslegungen), benannt, "{nennungen:?}");
        assert_eq!(abs3_satz3_benannt(&fall, &Auslegungen::default()), None);
        let par09 = par09();
        let (frueher, daten) = (std::collections::BTreeMap::new(), stammdaten());
        let kontext = Kontext {
            stammdaten: &daten,
            par09: &par09,
            par09_frueher: &frueher,
            auslegungen: &auslegungen,
        };
        let ort = Ort::datei(&Arc::from("a.con"));
        let lieferung = quartal("2024Q1");
        let herkunft = Herkunft { datei: 0, ort: &ort, lieferung, zweck: Zweck::Abrechnung };
        let (mut ertrag, mut meldungen) = (Ertrag::default(), Meldungen::neu(10));
        kontext.werte(stapel.spalten(), herkunft, &mut ertrag, &mut meldungen);
        assert_eq!(ertrag.kandidaten.iter().next().and_then(|k| k.benannt), benannt);
        let codes: Vec<_> = meldungen.liste().iter().map(|m| m.code).collect();
        let erwartet = if verschiedene { vec![Code::NennungWiderspricht] } else { vec![] };
        assert_eq!(codes, erwartet, "{nennungen:?}");
    }
}

#[test]
fn a_candidate_holds_what_its_decision_reads() {
    let fall = Probe { kennzeichen: Some("170029100"), ..FALL };
    let zweiter = Probe { bsnr: "170010199", schein: (Satzart::Notfall, 41), patient: "", ..fall };
    let dritter = Probe { leistungen: &[], ..fall };
    let vorgabe = Auslegungen::default();
    let kandidaten = kandidaten(&[FALL, fall, zweiter, dritter], &vorgabe);
    let erwartet = Kandidat {
        praxis: praxis(P1),
        id_bis: 1,
        patient: Some(patient(A)),
        quartal: quartal("2024Q1"),
        satzart: Satzart::Ambulant,
        scheinuntergruppe: 0,
        markierung: Markierung::Ausdruecklich,
        benannt: Some(praxis(ZWEIG)),
        id_erzeugt: false,
        tage: tage("2024Q1", &["2024-01-15", "2024-02-20"]),
        tage_hausarzt: tage("2024Q1", &["2024-01-15"]),
        datei: 7,
        stelle: Stelle { byte: None, zeile: None, satz: Some(2) }.into(),
    };
    assert_eq!(kandidaten[0], erwartet);
    assert_eq!((kandidaten[1].praxis, kandidaten[1].patient), (praxis(P1), None));
    assert_eq!((kandidaten[1].satzart, kandidaten[1].scheinuntergruppe), (Satzart::Notfall, 41));
    assert!(kandidaten[2].tage.ist_leer() && kandidaten[2].tage_hausarzt.ist_leer());
    assert_eq!(kandidaten.len(), 3);
}

#[test]
fn a_kinderarzts_day_counts_by_auslegung() {
    let ja = Auslegungen { kinderaerzte: JaNein(true), ..Auslegungen::default() };
    let kandidaten = kandidaten(&[Probe { kennzeichen: Some(""), ..FALL }], &ja);
    assert_eq!(kandidaten[0].tage_hausarzt, kandidaten[0].tage);
}

#[test]
fn a_branch_stands_for_its_practice_in_the_cases_quarter() {
    let in_2023 = Probe { leistungen: &[("2023-11-20", "03000", "123456601")], ..FALL };
    let fall = |bsnr, quartal| Probe { bsnr, quartal, kennzeichen: Some(""), ..in_2023 };
    let gefunden: Vec<_> = kandidaten(
        &[fall("170029100", "2023Q4"), fall("170029100", "2024Q1"), fall("170020101", "2023Q4")],
        &Auslegungen::default(),
    )
    .iter()
    .map(|k| k.praxis)
    .collect();
    assert_eq!(gefunden, [praxis(Z1), praxis(ZWEIG), praxis(Z1)]);
}

#[test]
fn unmarked_cases_are_kept_for_the_hint_where_a_bewilligung_is() {
    let mut daten = stammdaten();
    let vorgabe = Auslegungen::default();
    let faelle = [
        FALL,
        Probe { kennzeichen: Some(""), ..FALL },
        Probe { patient: "", ..FALL },
        Probe { schein: (Satzart::Ambulant, 1), ..FALL },
        Probe { schein: (Satzart::Notfall, 41), ..FALL },
        Probe { schein: (Satzart::Ueberweisung, 24), ..FALL },
        Probe { bsnr: "170010900", ..FALL },
    ];
    let hinweise =
        |daten: &Stammdaten, zweck| werte_fuer(zweck, &faelle, daten, &vorgabe).0.ungekennzeichnet;
    assert_eq!(hinweise(&daten, Zweck::Abrechnung), []);
    daten.bewilligungen09 = vec![bewilligung(P1, Z1, "2024-01-01", "")];
    let q = quartal("2024Q1");
    let erwartet = [Ungekennzeichnet { praxis: praxis(P1), patient: patient(A), quartal: q }];
    assert_eq!(hinweise(&daten, Zweck::Abrechnung), erwartet);
    assert_eq!(hinweise(&daten, Zweck::Rueckblick), []);
}

#[test]
fn look_back_claims_give_only_the_closed_practices_patients() {
    let vorgabe = Auslegungen::default();
    let daten = stammdaten();
    let z1 = |quartal, leistungen| Probe {
        bsnr: "170020100",
        quartal,
        leistungen,
        kennzeichen: Some(""),
        ..FALL
    };
    let faelle = [
        z1("2023Q4", &[("2023-11-20", "03000", "123456601")]),
        Probe { bsnr: "170029100", ..z1("2023Q3", &[("2023-08-14", "03000", "123456601")]) },
        z1("2023Q2", &[]),
        z1("2024Q1", &[("2024-01-02", "03000", "123456601"), ("2024-01-03", "03000", "123456601")]),
        FALL,
    ];
    let erwartete_meldungen = [
        "faelle.xml: satz 4: leistung_nach_schliessung: ein Fall der geschlossenen Praxis 1700201 \
         enthält Leistungen nach der Schließung am 31.12.2023; sie zählen nicht zum Rückblick, \
         bitte prüfen",
        "faelle.xml: satz 3: rueckblick_ohne_leistung: ein Fall der geschlossenen Praxis 1700201 \
         hat keine Leistung; er belegt keine Behandlung, bitte prüfen",
    ];
    for (zweck, kandidaten, ungekennzeichnet, nachzuegler) in
        [(Zweck::Abrechnung, 4, 1, 3), (Zweck::Rueckblick, 0, 0, 0)]
    {
        let (ertrag, meldungen) = werte_fuer(zweck, &faelle, &daten, &vorgabe);
        let gezaehlt = (ertrag.nicht_gekennzeichnet, ertrag.nachzuegler);
        assert_eq!(gezaehlt, (ungekennzeichnet, nachzuegler), "{zweck:?}");
        assert_eq!(ertrag.kandidaten.len(), kandidaten, "{zweck:?}");
        assert_eq!(meldungen, erwartete_meldungen, "{zweck:?}");
        let register = ertrag.rueckblick.fertig();
        let tage: Vec<Tag> =
            register.behandlungen(patient(A)).iter().map(|b| b.letzter_tag).collect();
        assert_eq!(
            tage.iter().map(Tag::to_string).collect::<Vec<_>>(),
            ["2023-08-14", "2023-11-20"]
        );
        assert!(register.ist_nur_nachgeliefert(0, quartal("2023Q2")));
    }
}

#[test]
fn a_place_comes_back_as_it_was_and_keeps_its_order() {
    let stelle = |byte, zeile, satz| Stelle { byte, zeile, satz };
    let gross = Some(1 << 40);
    let alle = [
        stelle(None, None, None),
        stelle(None, None, Some(2)),
        stelle(None, Some(1), None),
        stelle(Some(0), Some(1), None),
        stelle(Some(0), Some(1), Some(1)),
        stelle(Some(0), gross, gross),
        stelle(gross, Some(1), None),
        stelle(gross, gross, gross),
    ];
    let kurze = alle.map(Kurzstelle::from);
    assert_eq!(kurze.map(Stelle::from), alle);
    assert!(alle.is_sorted() && kurze.is_sorted_by(|a, b| a < b));
}
