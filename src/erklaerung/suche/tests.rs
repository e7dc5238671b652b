//! Every way to name a decision, and what is not explained.

use std::fs;

use super::*;
use crate::export::beispiel::demoquartal;
use crate::export::schreibe;

fn buendel() -> tempfile::TempDir {
    let ordner = tempfile::tempdir().expect("Ordner");
    schreibe(&demoquartal(), None, &ordner.path().join("b"), false).expect("Bündel");
    ordner
}

#[test]
fn an_id_is_explained_or_lists_what_it_may_mean() {
    let ordner = buendel();
    let buendel = ordner.path().join("b");
    for (id, erwartet) in [
        ("0690201/UEB-001", &["§ 9 Fallwertzuschlag: Praxis 0690201, Fall UEB-001,"][..]),
        ("069020100/UEB-001", &["§ 9 Fallwertzuschlag: Praxis 0690201, Fall UEB-001,"]),
        ("9003850/1190301", &["§ 5 Umsatzgarantie: Arzt 9003850, Praxis 1190301,"]),
        ("900385001/119030100", &["§ 5 Umsatzgarantie: Arzt 9003850, Praxis 1190301,"]),
        ("AS-NOR-1", &["§ 6 Erschwerniszulage: Arztstelle AS-NOR-1,"]),
        ("9003850", &["§ 5 Umsatzgarantie: Arzt 9003850, Praxis 1190301,"]),
        ("900385001", &["§ 5 Umsatzgarantie: Arzt 9003850, Praxis 1190301,"]),
        ("UEB-029", &["§ 9 Fallwertzuschlag: Praxis 0690201, Fall UEB-029,"]),
        ("SPI-2", &["§ 6 Erschwerniszulage: Arztstelle AS-SPI-2,"]),
        (
            "9004137",
            &[
                "9004137/1390305  § 5 Umsatzgarantie 2024Q1: bewilligt 0,00 EUR",
                "9004137/1390306  § 5 Umsatzgarantie 2024Q1: bewilligt 26.484,00 EUR",
            ],
        ),
        (
            "0890217",
            &[
                "0890217/UEB-001  § 9 Fallwertzuschlag 2024Q1: abgelehnt",
                "0890217/UEB-002  § 9 Fallwertzuschlag 2024Q1: abgelehnt",
                "0890217/UEB-003  § 9 Fallwertzuschlag 2024Q1: bewilligt 20,00 EUR",
                "0890217/UEB-004  § 9 Fallwertzuschlag 2023Q3: abgelehnt",
            ],
        ),
        (
            "AS-SPI",
            &[
                "AS-SPI-1  § 6 Erschwerniszulage Spiekeroog 2024Q1: klaerfall",
                "AS-SPI-2  § 6 Erschwerniszulage Spiekeroog 2024Q1: abgelehnt",
            ],
        ),
        ("0690201/UEB-999", &[]),
        ("", &[]),
    ] {
        let fund = suche(&buendel, id).expect(id);
        let gefunden = match &fund {
            Fund::Erklaerungen(texte) | Fund::Auswahl(texte) => texte.as_slice(),
            Fund::Nichts => &[],
        };
        assert_eq!(gefunden.len(), erwartet.len(), "{id}: {fund:?}");
        for (text, erwartet) in gefunden.iter().zip(erwartet) {
            assert!(text.starts_with(erwartet), "{id}: {text}");
        }
        assert_eq!(matches!(fund, Fund::Auswahl(_)), 1 < erwartet.len(), "{id}");
    }
}

#[test]
fn every_decision_of_the_demo_quarter_is_explained_from_its_facts() {
    let ordner = buendel();
    let buendel = ordner.path().join("b");
    let Fund::Auswahl(zeilen) = suche(&buendel, "-").expect("Bündel") else {
        panic!("several posts and cases");
    };
    assert_eq!(zeilen.len(), 75 + 27);
    for zeile in &zeilen {
        let id = zeile.split("  ").next().expect("id");
        match suche(&buendel, id).expect(id) {
            Fund::Erklaerungen(texte) => assert!(texte[0].contains("\nErgebnis\n"), "{texte:?}"),
            andere => panic!("{id}: {andere:?}"),
        }
    }
}

#[test]
fn one_full_id_with_two_decisions_is_explained_twice() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let mut ergebnis = demoquartal();
    // A practice and its branch may both have a case 1.
    let mut par09: Vec<_> = ergebnis.abrechnung.par09.iter().collect();
    par09.insert(1, par09[1].clone());
    ergebnis.abrechnung.par09 = par09.into_iter().collect();
    let buendel = ordner.path().join("b");
    schreibe(&ergebnis, None, &buendel, false).expect("Bündel");
    match suche(&buendel, "0690201/UEB-001").expect("Bündel") {
        Fund::Erklaerungen(texte) => assert_eq!(texte.len(), 2),
        andere => panic!("{andere:?}"),
    }
}

#[test]
fn what_is_no_bundle_or_was_changed_is_not_explained() {
    let ordner = buendel();
    let buendel = ordner.path().join("b");
    let nachweis = buendel.join(nachweis::DATEI);
    let text = fs::read_to_string(&nachweis).expect("Nachweis");
    let fehler = |text: &str| {
        fs::write(&nachweis, text).expect("schreibbar");
        suche(&buendel, "0690201/UEB-001").map(|_| ()).expect_err("ein Fehler").to_string()
    };
    for (alt, neu, erwartet) in [
        ("nachweis/1\"", "nachweis/9\"", ":1: das Format `strukturfonds-nachweis/9` ist unbekannt"),
        ("{\"par05\"", "{par05", "kein gültiges JSON"),
        ("\"betrag_cent\":2000,", "\"betrag_cent\":9000,", "folgt nicht die Entscheidung"),
    ] {
        let text = fehler(&text.replacen(alt, neu, 1));
        assert!(text.contains(erwartet), "{text}");
        assert!(text.contains("nachweis.jsonl"), "{text}");
    }
    fs::remove_file(&nachweis).expect("löschbar");
    let text = suche(&buendel, "x").expect_err("kein Nachweis").to_string();
    assert!(text.ends_with("nachweis.jsonl: nicht gefunden"), "{text}");
    let text = suche(ordner.path(), "x").expect_err("kein Bündel").to_string();
    assert!(text.contains(": ist kein Bündel (b gehört zu keinem Bündel); bitte"), "{text}");
}
