//! Decides the supplements of the Strukturfonds-Richtlinie of the KVN.
pub mod auslegung;
pub mod ergebnis;
pub mod euro;
pub mod export;
pub mod fall;
pub mod kennung;
pub mod meldung;
pub mod parameter;
pub mod quartal;
pub mod read;
pub mod stammdaten;
