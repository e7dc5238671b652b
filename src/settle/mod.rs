//! Settles: from decisions on single facts to a quarter that adds up.

pub mod abgleich;
pub mod abrechnung;
pub mod buchung;
pub mod entscheidung;
pub mod entscheidungen;
pub mod uebernahme;
mod wettbewerbe;
