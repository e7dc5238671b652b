//! Decides the supplements of the Strukturfonds-Richtlinie of the KVN.
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
