//! Explanations: what a decision rests on, in German that a physician's lawyer can follow.
pub mod klaerliste;
pub mod par05;
pub mod par06;
pub mod par09;
pub mod suche;
pub(crate) mod text;
