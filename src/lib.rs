//! Decides the supplements of the Strukturfonds-Richtlinie of the Kassenärztliche Vereinigung
//! Niedersachsen (KVN), to the cent and with every reason: § 5 Umsatzgarantie, § 6
//! Erschwerniszulage on the North Sea islands, § 9 Fallwertzuschlag.
//!
//! Data flows one way, and the folders show it:
//!
//! ```text
//! read/        files → cases in batches, reference data, rosters, population, settings
//!   │          fall, stammdaten: what they become
//! evaluate/    one case or grant → its facts and all its reasons (one file per paragraph)
//!   │          parameter/, auslegung: the numbers of the law, and how it is read
//! settle/      decisions → who gets a patient's quarter, bookings, equations
//!   │
//! export/      a settled quarter → the bundle: CSV, evidence, protocol; written whole or not at all
//!   │
//! erklaerung/  the evidence of one decision → its full German explanation
//!
//! lauf/        one run through all of them, on its own threads
//! cli/         the command: arguments in, streams and exit code out
//! ```
//!
//! What the rooms do *not* do: `read` decides nothing · `evaluate` knows no file, no XML, no thread
//! and no clock · `settle` never sees a case that is not marked · `export` computes nothing ·
//! `erklaerung` has no rule of its own · only `lauf` knows threads · only `cli` prints · money is
//! never a float · nothing depends on hash order, threads or the clock.
//!
//! A run from a program:
//!
//! ```no_run
//! use strukturfonds::lauf::{Auftrag, fuehre_aus};
//! use strukturfonds::read::eingaben::Eingaben;
//!
//! let eingaben = Eingaben::aus(Some("testdata/2024Q1".as_ref()), &[]);
//! let auftrag = Auftrag {
//!     eingaben,
//!     threads: None,
//!     ohne_vorlauf: false,
//!     ohne_fehlerhafte_dateien: false,
//!     lauf: 1,
//!     zaehler: Default::default(),
//! };
//! match fuehre_aus(&auftrag) {
//!     Ok(ergebnis) => println!("{} Buchungen", ergebnis.abrechnung.buchungen.len()),
//!     Err(meldungen) => meldungen.liste().iter().for_each(|meldung| println!("{meldung}")),
//! }
//! ```

pub mod auslegung;
pub mod cli;
pub mod ergebnis;
pub mod erklaerung;
pub mod euro;
pub mod evaluate;
pub mod export;
pub mod fall;
pub mod kennung;
pub mod lauf;
pub mod meldung;
pub mod parameter;
pub mod quartal;
pub mod read;
pub mod settle;
pub mod stammdaten;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod zweitfassung;
