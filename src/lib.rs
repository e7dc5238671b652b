//! Decides the supplements of the Strukturfonds-Richtlinie of the Kassenärztliche Vereinigung
//! Niedersachsen (KVN), to the cent and with every reason: § 5 Umsatzgarantie, § 6
//! Erschwerniszulage on the North Sea islands, § 9 Fallwertzuschlag.
//!
//! Data flows one way, and the folders show it:
//!
//! ```text
//! read/        files → cases in batches, reference data, rosters, population, settings
//!   │          fall, stammdaten, auszug: what they become
//! evaluate/    one case or grant → its facts and all its reasons (one file per paragraph)
//!   │          parameter/, auslegung: the numbers of the law, and how it is read
//! settle/      decisions → who gets a patient's quarter, bookings, equations
//!   │
//! export/      a settled quarter → the bundle: CSV, evidence, protocol; written whole or not at all,
//!   │          on as many threads as the run had
//!   │
//! erklaerung/  the evidence of one decision → its full German explanation
//!
//! lauf/        one run through all of them, on its own threads; or only as far as the look-back,
//!   │          which an extract (auszug, pseudonym) then keeps for later runs
//!   │          threads: how many, and the pool that a run owns; beside it, a packed file that is
//!   │          read has one thread more, which decompresses it (lauf/nebenher)
//! generate/    synthetic quarters of any size, for tests and measures
//! cli/         the command: arguments in, streams and exit code out
//! ```
//!
//! What the rooms do *not* do: `read` decides nothing · `evaluate` knows no file, no XML, no thread
//! and no clock · `settle` never sees a case that is not marked · `export` computes nothing ·
//! `erklaerung` has no rule of its own · only `lauf`, `generate` and `export` use threads · only `cli` prints ·
//! money is never a float · nothing depends on hash order, threads or the clock.
//!
//! A run begins in [`lauf`]; the README shows one from a program.

pub mod auslegung;
pub mod auszug;
pub mod cli;
pub mod ergebnis;
pub mod erklaerung;
pub mod euro;
pub mod evaluate;
pub mod export;
pub mod fall;
pub mod generate;
pub mod kennung;
pub mod lauf;
pub mod meldung;
pub mod parameter;
pub mod pseudonym;
pub mod quartal;
pub mod read;
pub mod settle;
pub mod stammdaten;
pub mod threads;
pub(crate) mod ziffern;

/// The README, so that its example is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
#[cfg(test)]
mod golden;
#[cfg(test)]
mod situationen;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod zweitfassung;
