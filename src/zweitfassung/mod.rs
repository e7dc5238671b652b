//! §§ 5, 6 and 9 once more, as test code: literal, slow and plain, written from the Fachkonzept
//! alone. Random portfolios go through both programs; every result, reason and cent must be equal.
//!
//! ```text
//! zufall/      dice → a portfolio
//! portfolio    what a run reads, as plain rows
//! ordner       the portfolio as an input folder, for the fast program
//! par05, par06, par09   the rules, as loops over everything; gemeinsam: what all of them share
//! tests        both programs, compared
//! ```
//!
//! Nothing here uses `read`, `evaluate` or `settle`: dates, identities, rounding and precedence are
//! written a second time too.

mod gemeinsam;
mod ordner;
mod par05;
mod par06;
mod par09;
mod portfolio;
mod zufall;

mod tests;
