//! Writes results: the bundle folder, its tables, and nothing that it would have to compute.

pub mod buendel;
pub mod csv;
mod ordner;
