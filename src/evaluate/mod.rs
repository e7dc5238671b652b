//! Decides: facts in, reasons and amounts out. Pure and total: knows no file, no XML, no clock, no thread.

pub mod kandidat;
pub mod kandidaten;
pub mod par05;
pub mod par06;
pub mod par09;
pub mod rueckblick;
