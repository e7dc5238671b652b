//! The golden situations: each folder under `testdata/situationen` shows one thing. Its decisions
//! are compared with the table in its README, which a person derived from the rules, and its bundle
//! with `erwartet`, byte for byte. `UPDATE=1 cargo test` accepts the bundle, never the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::auslegung::Auslegungen;
use crate::golden::{buendel, entscheide, vergleiche};
use crate::lauf::Ergebnis;
use crate::read::eingaben::{Art, Eingaben};

const ORDNER: &str = "testdata/situationen";

/// Columns of a table, and the columns of the exports that they are compared with. Any other column
/// is for the reader.
const SPALTEN: [(&str, &str); 8] = [
    ("result", "ergebnis"),
    ("EUR", "betrag_cent"),
    ("reasons, in order", "gruende"),
    ("closure", "schliessung_bsnr"),
    ("guarantee", "garantie_cent"),
    ("quarter no.", "foerderquartal"),
    ("n", "anzahl_aerzte"),
    ("practice", "bsnr"),
];

/// Columns without which a table says too little.
const PFLICHT: [&str; 5] = ["decision", "result", "EUR", "reasons, in order", "why"];

/// The exports with decisions, and the columns that make the id by which `explain` finds one.
const EXPORTE: [(&str, &[&str]); 3] = [
    ("umsatzgarantie.csv", &["lanr", "bsnr"]),
    ("erschwerniszulage.csv", &["arztstelle"]),
    ("entscheidungen.csv", &["bsnr", "fall_id"]),
];

/// Decisions by id: the values of the compared columns.
type Entscheidungen = BTreeMap<String, BTreeMap<&'static str, String>>;

/// A folder with what its README says.
struct Situation {
    ordner: PathBuf,
    /// The sentences that it exercises.
    saetze: Vec<String>,
    /// The Auslegungen that it exercises, `name = value`.
    auslegungen: Vec<String>,
    /// The folders of its variants, which differ in their settings only.
    varianten: Vec<String>,
    /// The rows of its table.
    zeilen: Vec<BTreeMap<String, String>>,
}

/// The list of the guideline's sentences.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Saetze {
    satz: Vec<Satz>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Satz {
    nummer: String,
    wortlaut: String,
    /// Why no situation exercises it.
    ohne_situation: Option<String>,
}

/// Returns the names in a folder, in order.
fn namen(ordner: &Path) -> Vec<String> {
    let eintraege = fs::read_dir(ordner).expect("ein Ordner").map(|eintrag| eintrag.expect("Name"));
    let mut namen: Vec<_> =
        eintraege.map(|e| e.file_name().into_string().expect("UTF-8")).collect();
    namen.sort();
    namen
}

fn alle() -> Vec<Situation> {
    let paragraphen = ["par05", "par06", "par09"].map(|par| Path::new(ORDNER).join(par));
    let ordner = paragraphen.iter().flat_map(|par| namen(par).into_iter().map(|n| par.join(n)));
    ordner.map(Situation::lies).collect()
}

fn saetze() -> Vec<Satz> {
    let text = fs::read_to_string(Path::new(ORDNER).join("saetze.toml")).expect("die Liste");
    toml::from_str::<Saetze>(&text).expect("eine Liste von Sätzen").satz
}

impl Situation {
    fn lies(ordner: PathBuf) -> Self {
        let ort = ordner.display().to_string();
        let text = fs::read_to_string(ordner.join("README.md"));
        let text = text.unwrap_or_else(|fehler| panic!("{ort}: no README.md: {fehler}"));
        let titel = text.lines().next().and_then(|zeile| zeile.strip_prefix("# "));
        assert!(
            titel.is_some_and(|satz| satz.ends_with('.')),
            "{ort}: the first line is no sentence"
        );
        let angaben = |name: &str| -> Vec<String> {
            text.lines().filter_map(|z| z.strip_prefix(name)).map(str::to_owned).collect()
        };
        let varianten = ordner.join("varianten");
        let situation = Self {
            saetze: angaben("- Satz: "),
            auslegungen: angaben("- Auslegung: "),
            varianten: if varianten.is_dir() { namen(&varianten) } else { Vec::new() },
            zeilen: tabelle(&text),
            ordner,
        };
        assert!(!situation.saetze.is_empty(), "{ort}: README.md names no Satz");
        assert!(!situation.zeilen.is_empty(), "{ort}: README.md has no table of decisions");
        situation
    }

    /// Returns the runs of the situation: the variant's name, its inputs, its expected bundle.
    fn laeufe(&self) -> Vec<(&str, Eingaben, PathBuf)> {
        if self.varianten.is_empty() {
            let eingaben = Eingaben::aus(Some(&self.ordner), &[]);
            return vec![("", eingaben, self.ordner.join("erwartet"))];
        }
        let laeufe = self.varianten.iter().map(|name| {
            let ordner = self.ordner.join("varianten").join(name);
            let einstellungen = (Art::Einstellungen, ordner.join("einstellungen.toml"));
            let eingaben = Eingaben::aus(Some(&self.ordner.join("eingaben")), &[einstellungen]);
            (name.as_str(), eingaben, ordner.join("erwartet"))
        });
        laeufe.collect()
    }

    /// Returns what the table expects of a variant.
    fn erwartet(&self, variante: &str) -> Entscheidungen {
        let zeilen = self.zeilen.iter().filter(|zeile| {
            zeile.get("variant").map_or(variante.is_empty(), |genannt| genannt == variante)
        });
        let mut erwartet = Entscheidungen::new();
        for zeile in zeilen {
            for name in zeile.keys() {
                let gemeint = SPALTEN.iter().find(|(spalte, _)| spalte.eq_ignore_ascii_case(name));
                assert!(gemeint.is_none_or(|(spalte, _)| spalte == name), "column {name}");
            }
            let werte = SPALTEN.iter().filter_map(|(spalte, export)| {
                zeile.get(*spalte).map(|wert| (*export, als_export(export, wert)))
            });
            let doppelt = erwartet.insert(zeile["decision"].clone(), werte.collect());
            assert!(doppelt.is_none(), "{}: {} twice", self.ordner.display(), zeile["decision"]);
        }
        erwartet
    }

    /// Returns the Auslegungen of the README that are in force in a run.
    fn in_kraft(&self, ergebnis: &Ergebnis) -> Vec<&String> {
        let zeilen = ergebnis.einstellungen.auslegungen.zeilen();
        let zeilen: Vec<_> = zeilen.iter().map(|z| format!("{} = {}", z.name, z.wert)).collect();
        self.auslegungen.iter().filter(|genannt| zeilen.contains(genannt)).collect()
    }
}

/// Returns the rows of the table that has a column `decision`: cells by column.
fn tabelle(text: &str) -> Vec<BTreeMap<String, String>> {
    let felder = |zeile: &str| -> Vec<String> {
        let zeile = zeile.trim_matches('|');
        zeile.split('|').map(|feld| feld.trim().replace('`', "")).collect()
    };
    let mut ab_kopf = text.lines().skip_while(|z| !felder(z).iter().any(|s| s == "decision"));
    let Some(kopf) = ab_kopf.next().map(felder) else { return Vec::new() };
    for spalte in PFLICHT {
        assert!(kopf.iter().any(|s| s == spalte), "the table has no column {spalte}: {kopf:?}");
    }
    let zeilen = ab_kopf.skip(1).take_while(|zeile| zeile.starts_with('|')).map(|zeile| {
        let felder = felder(zeile);
        assert_eq!(felder.len(), kopf.len(), "cells of {zeile}");
        kopf.iter().cloned().zip(felder).collect()
    });
    zeilen.collect()
}

/// Returns a table's value as the export writes it: amounts in cents, reasons joined by `|`.
fn als_export(spalte: &str, wert: &str) -> String {
    if spalte == "gruende" {
        return wert.split_whitespace().collect::<Vec<_>>().join("|");
    }
    if !spalte.ends_with("_cent") || wert.is_empty() {
        return wert.to_owned();
    }
    let (euro, cent) = wert.rsplit_once('.').expect("euros and two digits of cents");
    assert_eq!(cent.len(), 2, "{wert}");
    let zahl: u64 = format!("{}{cent}", euro.replace(',', "")).parse().expect("an amount");
    zahl.to_string()
}

/// Returns the decisions of a bundle with the columns that `erwartet` has.
fn gefunden(dateien: &BTreeMap<String, String>, erwartet: &Entscheidungen) -> Entscheidungen {
    let spalten: BTreeSet<_> = erwartet.values().flat_map(BTreeMap::keys).copied().collect();
    let mut gefunden = Entscheidungen::new();
    for (name, kennung) in EXPORTE {
        let mut leser = csv::Reader::from_reader(dateien[name].as_bytes());
        for zeile in leser.deserialize::<BTreeMap<String, String>>() {
            let zeile = zeile.expect("eine Zeile");
            let id: Vec<_> = kennung.iter().map(|spalte| zeile[*spalte].as_str()).collect();
            let werte = spalten.iter().filter_map(|s| Some((*s, zeile.get(*s)?.clone())));
            gefunden.insert(id.join("/"), werte.collect());
        }
    }
    gefunden
}

/// Tells every decision that differs from its row.
fn unterschiede(ort: &str, erwartet: &Entscheidungen, gefunden: &Entscheidungen) -> Vec<String> {
    let ids: BTreeSet<_> = erwartet.keys().chain(gefunden.keys()).collect();
    let ungleich = ids.into_iter().filter(|id| erwartet.get(*id) != gefunden.get(*id));
    ungleich
        .map(|id| {
            let (soll, ist) = (erwartet.get(id), gefunden.get(id));
            format!("{ort}: {id}\n  README:  {soll:?}\n  decided: {ist:?}")
        })
        .collect()
}

/// Folds the lists of all parameters and Auslegungen with their texts in the protocol and in the
/// first line of the evidence: they are the same in every situation and would be most of its bundle.
/// The demo quarter's bundle has them in full; here their hashes stay.
fn ohne_listen(mut dateien: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for (name, text) in &mut dateien {
        if name == "protokoll.json" || name == "nachweis.jsonl" {
            *text = ohne_liste(text);
        }
    }
    dateien
}

fn ohne_liste(text: &str) -> String {
    let Some((davor, rest)) = text.split_once("\"werte\":") else { return text.to_owned() };
    let (mut tiefe, mut in_text, mut maskiert) = (0, false, false);
    let ende = rest.bytes().position(|b| {
        match b {
            b'"' if !maskiert => in_text = !in_text,
            b'[' if !in_text => tiefe += 1,
            b']' if !in_text => tiefe -= 1,
            _ => {}
        }
        maskiert = b == b'\\' && !maskiert;
        b == b']' && !in_text && tiefe == 0
    });
    let ende = ende.expect("a list that ends");
    format!("{davor}\"werte\":[…]{}", ohne_liste(&rest[ende + 1..]))
}

#[test]
fn every_situation_is_decided_as_its_table_says_and_has_its_bundle() {
    let mut falsch = Vec::new();
    let mut buendel_der_laeufe = Vec::new();
    for situation in alle() {
        let mut tabellen = BTreeSet::new();
        for (variante, eingaben, ordner) in situation.laeufe() {
            let ort = format!("{} {variante}", situation.ordner.display());
            let ergebnis = entscheide(eingaben, 1);
            let (_ordner, dateien) = buendel(&ergebnis);
            let erwartet = situation.erwartet(variante);
            let ungleich = unterschiede(&ort, &erwartet, &gefunden(&dateien, &erwartet));
            if ungleich.is_empty() {
                buendel_der_laeufe.push((ohne_listen(dateien), ordner));
            }
            falsch.extend(ungleich);
            let in_kraft = situation.in_kraft(&ergebnis);
            let soll = if variante.is_empty() { situation.auslegungen.len() } else { 1 };
            if in_kraft.len() != soll {
                falsch.push(format!("{ort}: in force are {in_kraft:?}"));
            }
            if !tabellen.insert(erwartet) {
                falsch.push(format!("{ort}: decides like another variant, so it shows nothing"));
            }
        }
    }
    assert!(falsch.is_empty(), "{}", falsch.join("\n"));
    for (dateien, ordner) in buendel_der_laeufe {
        vergleiche(&dateien, &ordner);
    }
}

/// What no run reads would never be noticed. In a folder without variants the run itself refuses it.
#[test]
fn no_file_of_a_situation_is_an_orphan() {
    let erlaubt = |ordner: &Path, bekannt: &[&str]| {
        let fremd: Vec<_> =
            namen(ordner).into_iter().filter(|n| !bekannt.contains(&&**n)).collect();
        assert!(fremd.is_empty(), "{}: {fremd:?}", ordner.display());
    };
    erlaubt(Path::new(ORDNER), &["par05", "par06", "par09", "saetze.toml"]);
    for situation in alle() {
        let genannt: BTreeSet<_> =
            situation.zeilen.iter().filter_map(|z| z.get("variant")).collect();
        assert_eq!(
            genannt,
            situation.varianten.iter().collect(),
            "variants in the table and in the folder {}",
            situation.ordner.display()
        );
        if situation.varianten.is_empty() {
            continue;
        }
        erlaubt(&situation.ordner, &["README.md", "eingaben", "varianten"]);
        assert!(!situation.ordner.join("eingaben/erwartet").exists(), "{:?}", situation.ordner);
        for variante in &situation.varianten {
            let ordner = situation.ordner.join("varianten").join(variante);
            erlaubt(&ordner, &["einstellungen.toml", "erwartet"]);
        }
    }
}

/// How many sentences each Absatz of §§ 5, 6 and 9 has.
const ABSAETZE: [(u8, &[usize]); 3] = [(5, &[3, 3, 2, 1, 2]), (6, &[2, 1]), (9, &[1, 2, 3])];

fn saetze_der_richtlinie() -> Vec<String> {
    let mut nummern = Vec::new();
    for (paragraph, absaetze) in ABSAETZE {
        for (absatz, saetze) in (1..).zip(absaetze) {
            let absatz = format!("§ {paragraph} Abs. {absatz}");
            if *saetze == 1 {
                nummern.push(absatz);
            } else {
                nummern.extend((1..=*saetze).map(|satz| format!("{absatz} Satz {satz}")));
            }
        }
    }
    nummern
}

#[test]
fn every_sentence_has_a_situation_or_a_reason_why_not() {
    let (saetze, situationen) = (saetze(), alle());
    let mut falsch = Vec::new();
    let bekannt: BTreeSet<&str> = saetze.iter().map(|satz| satz.nummer.as_str()).collect();
    let liste: Vec<&str> = saetze.iter().map(|satz| satz.nummer.as_str()).collect();
    assert_eq!(liste, saetze_der_richtlinie(), "the list is not the guideline's");
    for situation in &situationen {
        let paragraph = situation.ordner.parent().and_then(Path::file_name).expect("par0x");
        let paragraph = paragraph.to_string_lossy().replace("par0", "§ ");
        for satz in &situation.saetze {
            if !bekannt.contains(satz.as_str()) || !satz.starts_with(&format!("{paragraph} ")) {
                falsch.push(format!("{}: no such sentence: {satz}", situation.ordner.display()));
            }
        }
    }
    for satz in &saetze {
        assert!(!satz.wortlaut.is_empty(), "{}", satz.nummer);
        let gezeigt = situationen.iter().any(|situation| situation.saetze.contains(&satz.nummer));
        match (gezeigt, satz.ohne_situation.as_deref()) {
            (false, None | Some("")) => {
                falsch.push(format!("{}: neither a situation nor a reason", satz.nummer));
            }
            (true, Some(_)) => {
                falsch.push(format!("{}: a situation, and a reason why not", satz.nummer));
            }
            _ => {}
        }
    }
    assert!(falsch.is_empty(), "{}", falsch.join("\n"));
}

#[test]
fn every_value_of_every_auslegung_has_a_situation() {
    let situationen = alle();
    let genannt: BTreeSet<&str> =
        situationen.iter().flat_map(|s| &s.auslegungen).map(String::as_str).collect();
    let mut fehlend = Vec::new();
    for eintrag in Auslegungen::EINTRAEGE {
        for (wert, _) in eintrag.werte {
            // The last row of a list stands for every filled one.
            let gefuellt = eintrag.liste && *wert != "[]";
            let leer = format!("{} = []", eintrag.name);
            let zeile = format!("{} = {}", eintrag.name, if gefuellt { "[" } else { wert });
            let trifft = |g: &&str| {
                if gefuellt { g.starts_with(&zeile) && **g != leer } else { **g == zeile }
            };
            if !genannt.iter().any(trifft) {
                fehlend.push(format!("{} = {wert}", eintrag.name));
            }
        }
    }
    assert_eq!(fehlend, Vec::<String>::new(), "values without a situation");
}
