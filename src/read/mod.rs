//! Reads inputs: files in, batches of cases and reference data out. Knows no euro but as a value.

pub mod einstellungen;
pub mod schluessel;
