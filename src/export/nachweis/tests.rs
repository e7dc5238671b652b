//! There and back: facts, decisions and the head; then every kind of damage.

use super::*;
use crate::auslegung::{Auslegungen, JaNein};
use crate::ergebnis::{Ergebnis as Ausgang, Grund09};
use crate::evaluate::par05::{Vorranggarantie, Vorrangige};
use crate::evaluate::par09::{Markierung, pruefe};
use crate::evaluate::{par05, par06};
use crate::export::beispiel::demoquartal;
use crate::kennung::{Gnr, Praxis};
use crate::settle::entscheidung::Entscheidung09;
use crate::settle::uebernahme::{Vergabe, Vergabefall, Wettbewerb};
use crate::stammdaten::Zeitraum;
use crate::threads;

fn geschrieben(ergebnis: &Ergebnis) -> String {
    let mut ziel = Vec::new();
    schreibe(ergebnis, &mut ziel).expect("Vec");
    String::from_utf8(ziel).expect("UTF-8")
}

fn gelesen(text: &str) -> (Kopf, Result<Vec<Eintrag>, Fehler>) {
    let nachweis = Nachweis::lies(DATEI.into(), text.as_bytes()).expect("Kopf");
    (nachweis.kopf().clone(), nachweis.collect())
}

fn praxis(text: &str) -> Praxis {
    text.parse().expect(text)
}

/// The demo quarter, and what it does not have.
fn reich() -> Ergebnis {
    let mut ergebnis = demoquartal();
    let gnr = |text: &str| Gnr::aus_bytes(text.as_bytes()).expect(text);
    ergebnis.einstellungen.auslegungen = Auslegungen {
        kennzeichen_gnr: vec![gnr("03001"), gnr("99999X")],
        kinderaerzte: JaNein(true),
        ..Auslegungen::default()
    };
    let abrechnung = &mut ergebnis.abrechnung;
    let mut par09: Vec<_> = abrechnung.par09.iter().collect();
    let (p, id) = (par09[0].sachverhalt.praxis, par09[0].fall_id.clone());
    let vergabe = |mit_fall: bool| Vergabe {
        quartal: "2023Q4".parse().expect("Quartal"),
        geschlossene: praxis("0690101"),
        praxis: p,
        fall: mit_fall.then(|| Vergabefall {
            id: id.clone(),
            erster_tag: "2023-11-02".parse().expect("Tag"),
        }),
    };
    let e = &mut par09[1];
    e.fall_id = "a/\"b\"ä".into();
    e.sachverhalt.markierung = Markierung::Gnr(gnr("99999X"));
    e.sachverhalt.bewilligung = Some(Zeitraum { von: None, ..Zeitraum::default() });
    e.wettbewerb = Some(Wettbewerb {
        grund: Some(Grund09::MehrfachUebernommen),
        im_quartal: Some(vergabe(false)),
        andere_quartale: vec![vergabe(true), vergabe(false)],
        konkurrenten: vec![praxis("0690101"), praxis("0690102")],
    });
    abrechnung.par09 = par09.into_iter().collect();
    let vorrangige = |garantie| Vorrangige {
        praxis: praxis("1190301"),
        beginn: "2023-10-01".parse().expect("Tag"),
        garantie,
    };
    let s = &mut abrechnung.par05[0].sachverhalt;
    s.ende = Some(("2024-03-10".parse().expect("Tag"), true));
    s.vorrangige = vec![
        vorrangige(Vorranggarantie::Bekannt(crate::euro::Cent::neu(-5))),
        vorrangige(Vorranggarantie::Unbekannt { anteil_fehlt: true, durchschnitt_fehlt: false }),
    ];
    ergebnis
}

#[test]
fn everything_that_was_decided_comes_back_as_it_was() {
    for ergebnis in [demoquartal(), reich()] {
        let (kopf, eintraege) = gelesen(&geschrieben(&ergebnis));
        assert_eq!(
            (kopf.quartal, kopf.lauf, kopf.status, &kopf.regeln, &kopf.auslegungen),
            (
                ergebnis.quartal,
                ergebnis.lauf,
                ergebnis.status,
                &ergebnis.regeln,
                &ergebnis.einstellungen.auslegungen
            )
        );
        let abrechnung = &ergebnis.abrechnung;
        let schluessel = ergebnis.schluessel.expect("Schlüssel");
        let par09 = abrechnung.par09.iter().map(|e| {
            let pseudonym = e.patient.map(|patient| Pseudonym::neu(patient, &schluessel));
            let entscheidung = Entscheidung09 { patient: None, ..e };
            Eintrag::Par09(Box::new(Beleg09 { pseudonym, entscheidung }))
        });
        let par05 = abrechnung.par05.iter().map(|e| Eintrag::Par05(Box::new(e.clone())));
        let par06 = abrechnung.par06.iter().map(|e| Eintrag::Par06(Box::new(e.clone())));
        let erwartet: Vec<_> = par09.chain(par05).chain(par06).collect();
        let eintraege = eintraege.expect("Nachweis");
        assert_eq!(eintraege.len(), erwartet.len());
        for (eintrag, erwartet) in eintraege.iter().zip(&erwartet) {
            assert_eq!(eintrag, erwartet);
        }
    }
}

/// More than are made at a time.
#[test]
fn many_decisions_stand_in_their_order_whatever_the_threads() {
    let mut ergebnis = demoquartal();
    let einmal: Vec<_> = ergebnis.abrechnung.par09.iter().collect();
    let alle = (0..3_000)
        .zip(einmal.iter().cycle())
        .map(|(i, e)| Entscheidung09 { fall_id: i.to_string().into(), ..e.clone() });
    ergebnis.abrechnung.par09 = alle.collect();
    let geschrieben = |anzahl: usize| {
        threads::pool(Some(anzahl)).expect("Threads").install(|| geschrieben(&ergebnis))
    };
    let text = geschrieben(1);
    assert!(text == geschrieben(3), "neither threads nor windows change a byte");
    let (_, eintraege) = gelesen(&text);
    let ids = eintraege.expect("Nachweis").into_iter().filter_map(|eintrag| match eintrag {
        Eintrag::Par09(beleg) => Some(beleg.entscheidung.fall_id.to_string()),
        _ => None,
    });
    assert!(ids.eq((0..3_000).map(|i| i.to_string())));
}

#[test]
fn the_stored_facts_give_the_stored_reasons() {
    let (kopf, eintraege) = gelesen(&geschrieben(&demoquartal()));
    for eintrag in eintraege.expect("Nachweis") {
        match eintrag {
            Eintrag::Par09(beleg) => {
                let e = beleg.entscheidung;
                let regeln = &kopf.regeln[&e.sachverhalt.quartal].par09;
                let mut gruende = pruefe(&e.sachverhalt, regeln, &kopf.auslegungen);
                if let Some(grund) = e.wettbewerb.and_then(|w| w.grund) {
                    gruende.wenn(true, grund);
                }
                assert_eq!(gruende, e.gruende, "{}", e.fall_id);
            }
            Eintrag::Par05(e) => {
                let regeln = &kopf.regeln[&e.sachverhalt.quartal].par05;
                let gruende = par05::pruefe(&e.sachverhalt, regeln, &kopf.auslegungen);
                assert_eq!(gruende, e.gruende, "{}", e.sachverhalt.arzt);
            }
            Eintrag::Par06(e) => {
                let regeln = &kopf.regeln[&e.sachverhalt.lage.quartal].par06;
                let gruende = par06::pruefe(&e.sachverhalt, regeln, &kopf.auslegungen);
                assert_eq!(gruende, e.gruende, "{}", e.sachverhalt.arztstelle);
            }
        }
    }
}

#[test]
fn a_later_quarter_finds_every_grant_and_never_a_patients_id() {
    let mut ergebnis = demoquartal();
    let text = geschrieben(&ergebnis);
    let (_, eintraege) = gelesen(&text);
    let bewilligt = eintraege.expect("Nachweis").into_iter().filter_map(|eintrag| match eintrag {
        Eintrag::Par09(b) if b.entscheidung.gruende.ergebnis() == Ausgang::Bewilligt => Some(b),
        _ => None,
    });
    let vergaben: Vec<_> = bewilligt
        .map(|beleg| {
            let s = beleg.entscheidung.sachverhalt;
            (beleg.pseudonym.expect("Pseudonym"), s.schliessung.map(|z| z.praxis), s.quartal)
        })
        .collect();
    assert_eq!(vergaben.len(), 23);
    assert!(vergaben.iter().all(|(_, geschlossene, _)| geschlossene.is_some()));
    let je_quartal: std::collections::BTreeSet<_> =
        vergaben.iter().map(|(pseudonym, _, quartal)| (pseudonym, quartal)).collect();
    assert_eq!(je_quartal.len(), 23, "at most one grant per patient and quarter");

    for e in &ergebnis.abrechnung.par09 {
        let Some(patient) = e.patient else { continue };
        let id = String::from_utf8(patient.klartext().to_vec()).expect("ASCII");
        assert!(!text.contains(&id), "the id of a patient");
    }
    ergebnis.schluessel = None;
    let text = geschrieben(&ergebnis);
    assert!(text.contains("\"pseudonyme\":{\"vorhanden\":false,"), "{text}");
    assert!(!text.contains("\"pseudonym\":\""));
    assert_eq!(gelesen(&text).0.schluesselkennung, None);
}

#[test]
fn a_damaged_evidence_is_refused_with_its_place() {
    let text = geschrieben(&demoquartal());
    let zeilen = text.lines().count();
    let erste =
        |anfang: &str| 1 + text.lines().position(|zeile| zeile.starts_with(anfang)).expect(anfang);
    let (par09, par06) = (erste("{\"par09\""), erste("{\"par06\""));
    let mit = |alt: &str, neu: &str| text.replacen(alt, neu, 1);
    let gekuerzt = |zeilen: usize| text.split_inclusive('\n').take(zeilen).collect::<String>();
    let beschaedigt = "der Nachweis ist beschädigt: ";
    for (was, text, zeile, grund) in [
        ("empty", String::new(), 1, "der Nachweis ist beschädigt: die Datei ist leer"),
        (
            "no JSON",
            "x\n".to_owned(),
            1,
            "der Nachweis ist beschädigt: kein gültiges JSON (Spalte 1",
        ),
        (
            "a later format",
            mit("nachweis/1\"", "nachweis/2\""),
            1,
            "das Format `strukturfonds-nachweis/2` ist unbekannt; dieses Programm liest \
             `strukturfonds-nachweis/1`; bitte",
        ),
        (
            "an Auslegung of the future",
            mit("{\"name\":\"par09.notfaelle\",", "{\"name\":\"par09.neu\","),
            1,
            "der Nachweis ist beschädigt: die Auslegung par09.neu ist unbekannt",
        ),
        (
            "a value that it does not have",
            mit("[\"ausgenommen\"]", "[\"nie\"]"),
            1,
            "der Nachweis ist beschädigt: par09.notfaelle = nie: erlaubt sind `ausgenommen`, `zulassen`",
        ),
        (
            "a word that is none",
            mit("{\"par09\":{\"praxis\":\"", "{\"par09\":{\"praxis\":\"x"),
            par09,
            "der Nachweis ist beschädigt: eine Angabe fehlt oder passt nicht (Spalte",
        ),
        (
            "a reason that is none",
            mit("[\"keine_bewilligung\"]", "[\"keine\"]"),
            0,
            "`keine` ist nicht ein Grund nach § 9)",
        ),
        (
            "no such line",
            mit("{\"par06\":", "{\"par07\":"),
            par06,
            "der Nachweis ist beschädigt: eine Angabe fehlt oder passt nicht (Spalte 8: unknown variant",
        ),
        (
            "an island that is not there",
            mit("{\"insel\":{\"insel\":\"Baltrum\"", "{\"insel\":{\"insel\":\"Juist\""),
            par06,
            "der Nachweis ist beschädigt: die Insel Baltrum steht nicht in einer Zeile davor",
        ),
        (
            "numbers of a quarter that are not there",
            mit("\"regeln\":[{\"quartal\":\"2023Q3\"", "\"regeln\":[{\"quartal\":\"2022Q3\""),
            0,
            "die erste Zeile nennt keine Regeln für 2023Q3",
        ),
        ("cut between lines", gekuerzt(zeilen - 1), zeilen, "die Zeile `ende` fehlt"),
        ("cut within a line", text[..text.len() - 9].to_owned(), zeilen, "ist nicht vollständig"),
        (
            "a decision less",
            mit("\"par05\":19,", "\"par05\":20,"),
            zeilen,
            "mehr oder weniger Entscheidungen",
        ),
        ("more after the end", format!("{text}{{}}\n"), zeilen + 1, "eine weitere Zeile"),
    ] {
        let fehler = match Nachweis::lies(DATEI.into(), text.as_bytes()) {
            Err(fehler) => fehler,
            Ok(mut nachweis) => match nachweis.find_map(Result::err) {
                Some(fehler) => fehler,
                None => panic!("{was}: read without an error"),
            },
        };
        let text = fehler.to_string();
        let ort = if zeile == 0 {
            "nachweis.jsonl:".to_owned()
        } else {
            format!("nachweis.jsonl:{zeile}: ")
        };
        assert!(text.starts_with(&ort), "{was}: {text}");
        assert!(text.contains(grund), "{was}: {text}");
        assert!(text.contains(beschaedigt) || was == "a later format", "{was}: {text}");
    }
}
