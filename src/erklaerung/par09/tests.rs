//! Explanations of § 9 as whole texts, and that they say what was decided.

use super::*;
use crate::auslegung::{JaNein, Mehrfachuebernahme, Notfaelle};
use crate::ergebnis::Grund;
use crate::evaluate::par09::Rueckblick;
use crate::evaluate::par09::beispiel::*;
use crate::evaluate::par09::tests::{EINZELN, NACHEINANDER};
use crate::settle::uebernahme::{Vergabe, Vergabefall};

fn angaben() -> Fallangaben {
    Fallangaben {
        praxis: praxis(P1),
        fall_id: "4711".to_owned(),
        datei: "faelle-1700101.xml".to_owned(),
        stelle: Stelle { byte: Some(5_120), zeile: Some(42), satz: Some(17) },
        pseudonym: Some("7b1f09c2d4a85e63".to_owned()),
    }
}

/// The explanation, checked for what every one must keep.
fn erklaert(s: &Sachverhalt, wettbewerb: Option<&Wettbewerb>, auslegungen: &Auslegungen) -> String {
    let par09 = par09();
    let mut gruende = pruefe(s, &par09, auslegungen);
    if gruende.ist_leer()
        && let Some(grund) = wettbewerb.and_then(|w| w.grund)
    {
        gruende.wenn(true, grund);
    }
    let bewilligt = gruende.ergebnis() == Ergebnis::Bewilligt;
    let betrag = if bewilligt { par09.zuschlag } else { Cent::NULL };
    let text = erklaere(&angaben(), s, wettbewerb, betrag, &par09, auslegungen);
    assert!(text.lines().all(|zeile| zeile.chars().count() <= 100), "{text}");
    let ausgaenge: Vec<&str> = text
        .lines()
        .filter(|zeile| zeile.starts_with("     "))
        .map(str::trim_start)
        .filter(|zeile| zeile.starts_with("trifft ") || zeile.starts_with("nicht geprüft, weil "))
        .collect();
    assert_eq!(ausgaenge.len(), Grund09::ALLE.len(), "{text}");
    for (grund, ausgang) in Grund09::ALLE.iter().zip(ausgaenge) {
        assert!(text.contains(grund.code()) && text.contains(grund.fundstelle()), "{text}");
        let trifft_zu = ausgang.starts_with("trifft zu: ");
        assert_eq!(trifft_zu, gruende.enthaelt(*grund), "{}: {ausgang}\n{text}", grund.code());
    }
    let klaerfall = gruende.ergebnis() == Ergebnis::Klaerfall;
    let auftraege = text.lines().filter(|zeile| zeile.starts_with("  - Bitte ")).count();
    assert_eq!(auftraege, if klaerfall { gruende.alle().count() } else { 0 }, "{text}");
    text
}

fn vergabe(p: &str, q: &str, fall_id: Option<&str>) -> Vergabe {
    Vergabe {
        quartal: quartal(q),
        geschlossene: praxis(Z1),
        praxis: praxis(p),
        fall: fall_id.map(|id| Vergabefall { id: id.into(), erster_tag: tag("2024-01-08") }),
    }
}

#[test]
fn a_granted_case_is_explained_in_full() {
    let mut s = sachverhalt();
    s.markierung = Markierung::Gnr(gnr("99119A"));
    s.benannt = None;
    let auslegungen = Auslegungen {
        kennzeichen_gnr: vec![gnr("99119A"), gnr("99120")],
        ..Auslegungen::default()
    };
    let wettbewerb =
        Wettbewerb { andere_quartale: vec![vergabe(P1, "2024Q2", None)], ..Wettbewerb::default() };
    let text = erklaert(&s, Some(&wettbewerb), &auslegungen);
    assert_eq!(text, include_str!("bewilligt.txt"), "{text}");
}

#[test]
fn a_refused_case_is_explained_in_full() {
    let mut s = sachverhalt();
    s.praxis_art = Some(Praxisart::Gemischt);
    s.tage_hausarzt = tage("2024Q1", &["2024-02-12"]);
    s.scheinuntergruppe = 42;
    s.satzart = crate::fall::Satzart::Notfall;
    s.bewilligung = None;
    let lage = s.lage();
    lage.letzter_tag = tag("2024-02-12");
    lage.gemeinde = ags(PEINE);
    lage.gemeinde_name = Some("Peine, Stadt".to_owned());
    lage.einwohner = Some(50_249);
    s.rueckblick =
        Rueckblick { behandelt: Vec::new(), fehlend: vec![(praxis(Z1), quartal("2023Q3"))] };
    let text = erklaert(&s, None, &Auslegungen::default());
    assert_eq!(text, include_str!("abgelehnt.txt"), "{text}");
}

#[test]
fn a_klaerfall_says_what_to_find_out() {
    let mut s = sachverhalt();
    s.verlege("2024Q1", &[]);
    s.praxis_art = None;
    s.benannt = Some(praxis(ZWEIG));
    s.lage().einwohner = None;
    s.lage().gemeinde_name = None;
    let fehlend = ["2023Q1", "2023Q3"].map(|q| (praxis(Z1), quartal(q)));
    s.rueckblick = Rueckblick { behandelt: Vec::new(), fehlend: fehlend.to_vec() };
    let text = erklaert(&s, None, &Auslegungen::default());
    assert_eq!(text, include_str!("klaerfall.txt"), "{text}");
}

#[test]
fn every_case_of_the_truth_table_is_explained_as_it_is_decided() {
    let weit = Auslegungen {
        notfaelle: Notfaelle::Zulassen,
        nur_originalschein: JaNein(false),
        kinderaerzte: JaNein(true),
        mehrfachuebernahme: Mehrfachuebernahme::Klaerfall,
        ..Auslegungen::default()
    };
    let mut faelle: Vec<Sachverhalt> = Vec::new();
    for (_, aendere, _) in EINZELN {
        let mut fall = sachverhalt();
        aendere(&mut fall);
        faelle.push(fall);
    }
    let mut fall = sachverhalt();
    for (_, aendere, _) in NACHEINANDER {
        aendere(&mut fall);
        faelle.push(fall.clone());
    }
    let frei = Wettbewerb::default();
    for mut fall in faelle {
        for scheinuntergruppe in [fall.scheinuntergruppe, 41, 42, 24] {
            fall.scheinuntergruppe = scheinuntergruppe;
            erklaert(&fall, Some(&frei), &Auslegungen::default());
            erklaert(&fall, None, &weit);
        }
    }
}

#[test]
fn the_competition_is_explained_by_whom_it_went_to() {
    let klaerfall =
        Auslegungen { mehrfachuebernahme: Mehrfachuebernahme::Klaerfall, ..Auslegungen::default() };
    let vorgabe = Auslegungen::default();
    let frei = Wettbewerb::default;
    for (wettbewerb, auslegungen, erwartet) in [
        (
            Wettbewerb {
                grund: Some(Grund09::BereitsImQuartal),
                im_quartal: Some(vergabe(P1, "2024Q1", Some("4710"))),
                ..frei()
            },
            &vorgabe,
            "Für 2024Q1 ist der Zuschlag dieses Patienten Praxis 1700101 für Fall 4710 gewährt.",
        ),
        (
            Wettbewerb {
                grund: Some(Grund09::AnderweitigUebernommen),
                im_quartal: Some(vergabe(GEMISCHT, "2024Q1", Some("geheim"))),
                ..frei()
            },
            &klaerfall,
            "Für 2024Q1 ist der Zuschlag dieses Patienten Praxis 1700109 gewährt.",
        ),
        (
            Wettbewerb {
                grund: Some(Grund09::AnderweitigUebernommen),
                im_quartal: Some(vergabe(GEMISCHT, "2024Q1", None)),
                ..frei()
            },
            &vorgabe,
            "dieses Patienten Praxis 1700109 in einer früheren Abrechnung gewährt.",
        ),
        (
            Wettbewerb {
                grund: Some(Grund09::ZweiQuartaleAusgeschoepft),
                andere_quartale: vec![vergabe(P1, "2024Q2", None), vergabe(P1, "2024Q3", None)],
                ..frei()
            },
            &klaerfall,
            "zählen: 2024Q2 (Praxis 1700101), 2024Q3 (Praxis 1700101).",
        ),
        (
            Wettbewerb {
                grund: Some(Grund09::MehrfachUebernommen),
                konkurrenten: vec![praxis(P1), praxis(GEMISCHT)],
                ..frei()
            },
            &klaerfall,
            "Bitte mit den Praxen 1700101, 1700109 klären, welche von ihnen in 2024Q1",
        ),
        (frei(), &klaerfall, "Praxen, zwischen denen zu entscheiden ist: keine."),
    ] {
        let text = erklaert(&sachverhalt(), Some(&wettbewerb), auslegungen);
        let in_einer_zeile = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(in_einer_zeile.contains(erwartet), "{text}");
        assert!(!text.contains("geheim"), "{text}");
    }
}

#[test]
fn without_a_pseudonym_it_says_why() {
    let ohne = Fallangaben { pseudonym: None, stelle: Stelle::default(), ..angaben() };
    let (par09, vorgabe) = (par09(), Auslegungen::default());
    let mut s = sachverhalt();
    let text = erklaere(&ohne, &s, None, Cent::NULL, &par09, &vorgabe);
    assert!(text.contains("  Patient: ohne Schlüssel: kein Pseudonym\n"), "{text}");
    assert!(text.contains("  Quelle: faelle-1700101.xml\n"), "{text}");
    assert!(text.contains("weil kein Vergleich mit anderen Fällen des Patienten vorliegt."));
    s.patient_bekannt = false;
    let text = erklaere(&ohne, &s, None, Cent::NULL, &par09, &vorgabe);
    assert!(text.contains("  Patient: ohne Versicherten-ID: kein Pseudonym\n"), "{text}");
}
