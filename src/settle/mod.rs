//! Settles: from decisions on single facts to a quarter that adds up.

pub mod uebernahme;
