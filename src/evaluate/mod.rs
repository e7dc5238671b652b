//! Decides: facts in, reasons and amounts out. Pure and total: knows no file, no XML, no thread.

pub mod kandidat;
pub mod par09;
pub mod rueckblick;
//! The rules: one file per paragraph, pure and total, without input, output, clock or thread.
pub mod par05;
pub mod par06;
