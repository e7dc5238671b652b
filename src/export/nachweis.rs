//! The evidence `nachweis.jsonl`: every decision of a run with every fact that a condition read.
//! `explain` reads it. Later quarters and corrections could, but do not yet: they are given earlier
//! grants as reference data. It is nothing for finance.
//!
//! # Format `strukturfonds-nachweis/1`
//!
//! UTF-8, one JSON object per line, lines end with LF. The first line is the head. Every other line
//! has one key, which says what it is; what a line refers to stands in a line before it:
//!
//! | key | one line per | holds |
//! |---|---|---|
//! | `schliessung` | closure on which a decision rests, by `praxis` | § 9 Abs. 1 and 2: the closed practice and its place |
//! | `insel` | island with a post or a roster | § 6 Abs. 2: roster and heads |
//! | `par09` | marked case, by practice and case id | facts and decision |
//! | `par05` | Bewilligung, by physician, first day, practice | facts and decision |
//! | `par06` | post, by id | facts and decision |
//! | `ende` | file, last line | number of `par09`, `par05` and `par06` lines |
//!
//! Days are `JJJJ-MM-TT`, quarters `2024Q1`, `praxis` and `arzt` the first 7 digits of BSNR and LANR,
//! shares and sums of share × days exact decimals as text, amounts whole cents (`…_cent`). What is
//! unknown or does not apply is `null`. A reader takes fields that it does not know as not there; a
//! field that changes its meaning or goes away raises the number of the format.
//!
//! **Head:** `format`; `programm` (`name`, `version`); `quartal` and `lauf` of the run; `status` of
//! the deliveries (`TEST`, `RELEASE`); `pseudonyme` (`vorhanden`; `verfahren`: how they are made;
//! `schluesselkennung`: equal for equal keys, and tells nothing else of them); `regeln`: per
//! treatment quarter that was decided the raw numbers of the paragraphs; `auslegungen`: per
//! Auslegung `name` and `werte`; for people the same with meaning, validity and source:
//! `parameter_quellen`, `auslegungen_quellen`.
//!
//! **`schliessung`:** `praxis` (Z), `letzter_tag` (D), `praxis_art` and `gemeinde` in the register on D,
//! `gemeinde_name`, `nachfolger`, `vollstaendig`, `gebietsstand` of the publication that decides,
//! `einwohner`.
//!
//! **`insel`:** `insel`, `quartal`, `ungedeckt` (stretches without a roster), `tage_ohne_dienst`,
//! `unbekannte` (`lanr`, `erster_tag`), `gezaehlt` (the heads; their number is n), `erreicht_am`,
//! `ohne_arztstelle`, `nicht_im_dienstplan` (holders of a post there), `psychotherapeuten`, `viele_dienste` (`arzt`, `tage`), `gemeldet`.
//!
//! **`par09`:** the case: `praxis` (P), `fall_id`, `quartal` (Q), `datei`, `zeile`, `byte`, `satz`,
//! `pseudonym` of the patient, `patient_bekannt`, `praxis_art` of P in Q, `satzart`,
//! `scheinuntergruppe`, `kennzeichen` (`"ausdruecklich"` or `gnr`), `benannt` (Z as the mark names
//! it), `tage`, `tage_hausarzt`; what it was held against: `schliessung` (Z), `nachrangige` (closures
//! that Z was preferred to: `praxis`, `letzter_tag`, `bewilligung`), `bewilligung` (`ab`,
//! `bis`), `behandelt` (look-back: `quartal`, `letzter_tag`), `rueckblick_fehlt` (`praxis`, `quartal`),
//! `wettbewerb` (rows 17 to 19: `grund`; `im_quartal` and `andere_quartale`: earlier grants with
//! `quartal`, `schliessung`, `praxis` and, of this run, `fall` with `fall_id`, `erster_tag`; `konkurrenten`); the decision:
//! `ergebnis`, `gruende` in the table's order, `betrag_cent`; `schritte`: `zeitraum` (first and last
//! quarter), `rueckblick` (its quarters), `erster_tag_nach_schliessung`, `zuschlag_cent`.
//! A grant is a line with `ergebnis` `bewilligt`: patient `pseudonym`, Z `schliessung`, P `praxis`,
//! quarter `quartal`.
//!
//! **`par05`:** `arzt`, `praxis`, `quartal`, `fachgruppe`, `beginn` (S), `erster_beginn` under any
//! Bewilligung, `quartale`, `rechtsgrund`, `ende` (`tag`, `zurechenbar`), `anteile` (`anteil`,
//! `zeitraum`), `auflagenverstoss`, `durchschnitt_cent`, `honorar` (`summe_cent`, `saetze`: number of
//! records), `vorrangige` (Bewilligungen that use up the fee before: `praxis`, `beginn`, `garantie`:
//! `bekannt_cent`, or `unbekannt` with what is missing); `ergebnis`, `gruende`, `garantie_cent`,
//! `betrag_cent`; `schritte`: `foerderquartal`, `gerechnet` (first and last day), `anteil_tage`,
//! `tage_quartal`, `honorar_angerechnet_cent`, `honorar_verfuegbar_cent`.
//!
//! **`par06`:** `arztstelle`, `praxis`, `insel`, `besetzungen` (`arzt`, `anteil`, `zeitraum`),
//! `psychotherapeut`; `ergebnis`, `gruende`, `betrag_cent`; `schritte`: `anzahl_aerzte` (n),
//! `satz_cent`, `anteil_tage`, `tage_quartal`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::export::{regeln_fuer, stuecke};
use crate::lauf::Ergebnis;
pub use crate::pseudonym::Pseudonym;
use crate::settle::entscheidungen::Blick;

mod kopf;
mod lesen;
mod par05;
mod par06;
mod par09;
mod regeln;
mod werte;

pub use kopf::Kopf;
pub use lesen::{Eintrag, Fehler, Nachweis};
pub use par09::Beleg09;

use par05::Zeile05;
use par06::{Inselzeile, Zeile06};
use par09::{Schliessungszeile, Zeile09};

/// Name of the file in the bundle.
pub const DATEI: &str = "nachweis.jsonl";

/// Format of the evidence; stands in its first line.
pub const FORMAT: &str = "strukturfonds-nachweis/1";

/// A line after the head.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Zeile {
    Schliessung(Schliessungszeile),
    Insel(Inselzeile),
    Par09(Box<Zeile09>),
    Par05(Box<Zeile05>),
    Par06(Zeile06),
    Ende(Anzahlen),
}

/// How many decisions a file holds: without this line it is not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Anzahlen {
    par09: u64,
    par05: u64,
    par06: u64,
}

/// Writes the evidence of a run, and flushes it. The lines of marked cases are made on all threads of
/// the pool in which it is called.
///
/// # Errors
/// Those of `ziel`; what was written until then stays there.
pub fn schreibe(ergebnis: &Ergebnis, ziel: impl Write + Send) -> io::Result<()> {
    let mut ziel = Zeilenschreiber { ziel, puffer: Vec::new() };
    let abrechnung = &ergebnis.abrechnung;
    let auslegungen = &ergebnis.einstellungen.auslegungen;
    ziel.schreibe(&kopf::Schreibzeile::from(ergebnis))?;
    let lagen = abrechnung.par09.blicke().filter_map(Blick::schliessung);
    let lagen: BTreeMap<_, _> = lagen.map(|lage| (lage.praxis, &**lage)).collect();
    for lage in lagen.into_values() {
        ziel.schreibe(&Zeile::Schliessung(lage.into()))?;
    }
    for lage in &abrechnung.inseln {
        ziel.schreibe(&Zeile::Insel(lage.into()))?;
    }
    let zeile09 = |nummer, text: &mut Vec<u8>| {
        let e = abrechnung.par09.blick(nummer).entscheidung();
        let par09 = &regeln_fuer(ergebnis, e.sachverhalt.quartal)?.par09;
        let zeile = Zeile09::neu(&e, ergebnis.schluessel.as_ref(), par09, auslegungen);
        ergaenze(text, &Zeile::Par09(Box::new(zeile)))
    };
    stuecke::schreibe(abrechnung.par09.len(), zeile09, &mut ziel.ziel)?;
    let mut anzahl = Anzahlen { par09: abrechnung.par09.len() as u64, ..Anzahlen::default() };
    for e in &abrechnung.par05 {
        ziel.schreibe(&Zeile::Par05(Box::new(Zeile05::neu(e, auslegungen))))?;
        anzahl.par05 += 1;
    }
    for e in &abrechnung.par06 {
        let par06 = &regeln_fuer(ergebnis, e.sachverhalt.lage.quartal)?.par06;
        ziel.schreibe(&Zeile::Par06(Zeile06::neu(e, par06)))?;
        anzahl.par06 += 1;
    }
    ziel.schreibe(&Zeile::Ende(anzahl))?;
    ziel.ziel.flush()
}

/// Writes every line at once: what lies behind looks after each write, and a line has hundreds of pieces.
struct Zeilenschreiber<W> {
    ziel: W,
    puffer: Vec<u8>,
}

impl<W: Write> Zeilenschreiber<W> {
    fn schreibe(&mut self, zeile: &impl Serialize) -> io::Result<()> {
        self.puffer.clear();
        ergaenze(&mut self.puffer, zeile)?;
        self.ziel.write_all(&self.puffer)
    }
}

/// Adds a line to a text.
fn ergaenze(text: &mut Vec<u8>, zeile: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *text, zeile)?;
    text.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests;
