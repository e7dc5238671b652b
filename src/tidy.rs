//! The rules of the house, as a test over the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, from left to right: a room may name itself, rooms to its left, and the shared nouns.
const ROOMS: [&str; 7] = ["read", "evaluate", "settle", "export", "erklaerung", "generate", "cli"];

/// Who may name whom against the arrow, and why.
const AUSNAHMEN: [(&str, &str); 1] = [
    // The exports take the result of a run whole; the run itself names no export.
    ("export", "lauf"),
];

/// Longest file, with docs and tests.
const ZEILEN_MAX: usize = 600;

fn quellen(ordner: &Path, gefunden: &mut Vec<PathBuf>) {
    for eintrag in fs::read_dir(ordner).expect("Ordner").map(|e| e.expect("Eintrag").path()) {
        if eintrag.is_dir() {
            quellen(&eintrag, gefunden);
        } else if eintrag.extension().is_some_and(|endung| endung == "rs") {
            gefunden.push(eintrag);
        }
    }
}

fn alle() -> Vec<(String, String)> {
    let mut pfade = Vec::new();
    quellen(Path::new("src"), &mut pfade);
    pfade.sort();
    pfade
        .into_iter()
        .map(|p| (p.display().to_string(), fs::read_to_string(&p).expect("Text")))
        .collect()
}

/// Returns the room that a source lies in.
fn raum(pfad: &str) -> Option<&str> {
    pfad.strip_prefix("src/")?.split(['/', '.']).next()
}

fn ist_test(pfad: &str) -> bool {
    pfad.ends_with("tests.rs")
        || pfad.contains("/tests/")
        || pfad.ends_with("beispiel.rs")
        || pfad.contains("tidy.rs")
}

#[test]
fn data_flows_one_way() {
    let mut verstoesse = Vec::new();
    for (pfad, text) in alle().iter().filter(|(pfad, _)| !ist_test(pfad)) {
        let Some(eigener) = raum(pfad) else { continue };
        let Some(platz) = ROOMS.iter().position(|room| *room == eigener) else { continue };
        let verboten =
            ROOMS[platz + 1..].iter().chain(if eigener == "cli" { &[][..] } else { &["lauf"] });
        for room in verboten.filter(|room| !AUSNAHMEN.contains(&(eigener, room))) {
            for (nummer, zeile) in
                text.lines().enumerate().take_while(|(_, z)| !z.contains("#[cfg(test)]"))
            {
                if zeile.contains(&format!("crate::{room}::")) {
                    verstoesse
                        .push(format!("{pfad}:{}: `{eigener}` must not use `{room}`", nummer + 1));
                }
            }
        }
    }
    assert!(verstoesse.is_empty(), "{}", verstoesse.join("\n"));
}

#[test]
fn every_file_says_what_it_is_and_stays_readable() {
    let mut verstoesse = Vec::new();
    for (pfad, text) in alle() {
        if !text.starts_with("//! ") {
            verstoesse.push(format!("{pfad}:1: begin with `//!`: what the file is for"));
        }
        let zeilen = text.lines().count();
        if ZEILEN_MAX < zeilen {
            verstoesse.push(format!("{pfad}:{zeilen}: more than {ZEILEN_MAX} lines: split it"));
        }
    }
    assert!(verstoesse.is_empty(), "{}", verstoesse.join("\n"));
}

/// The numbers of the law live in the parameter data.
#[test]
fn no_number_of_the_law_stands_in_a_rule() {
    let gesetz = [
        "20_00", "2000", "50_000", "50000", "22500", "21_500", "21500", "1_250", "60_000",
        "75_000", "400",
    ];
    let mut verstoesse = Vec::new();
    for (pfad, text) in alle() {
        if !pfad.starts_with("src/evaluate/") && !pfad.starts_with("src/settle/") || ist_test(&pfad)
        {
            continue;
        }
        let code =
            text.lines().enumerate().take_while(|(_, zeile)| !zeile.contains("#[cfg(test)]"));
        for (nummer, zeile) in code.filter(|(_, zeile)| !zeile.trim_start().starts_with("//")) {
            let woerter = zeile.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            if woerter.into_iter().any(|wort| gesetz.contains(&wort)) {
                verstoesse
                    .push(format!("{pfad}:{}: a number of the law: use the parameter", nummer + 1));
            }
        }
    }
    assert!(verstoesse.is_empty(), "{}", verstoesse.join("\n"));
}

/// A catalogue of messages has no entry that nothing can say.
#[test]
fn every_message_code_is_used() {
    let quellen: Vec<String> = alle()
        .into_iter()
        .filter(|(pfad, _)| !ist_test(pfad) && pfad != "src/meldung.rs")
        .map(|(_, text)| text)
        .collect();
    let unbenutzt: Vec<String> = crate::meldung::Code::ALLE
        .iter()
        .map(|code| format!("{code:?}"))
        .filter(|name| !quellen.iter().any(|text| text.contains(&format!("Code::{name}"))))
        .collect();
    assert_eq!(unbenutzt, Vec::<String>::new());
}
