//! The rules: one file per paragraph, pure and total, without input, output, clock or thread.
pub mod par05;
pub mod par06;
