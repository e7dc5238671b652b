//! A decision of § 9 with all that it rests on.

use std::sync::Arc;

use smol_str::SmolStr;

use super::uebernahme::Wettbewerb;
use crate::ergebnis::{Gruende, Grund09};
use crate::euro::Cent;
use crate::evaluate::par09::Sachverhalt;
use crate::kennung::VersichertenId;
use crate::meldung::Stelle;

/// The § 9 decision on one marked case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entscheidung09 {
    /// Case id.
    pub fall_id: SmolStr,
    /// Name of the input.
    pub datei: Arc<str>,
    /// Where in it.
    pub stelle: Stelle,
    /// The patient; for pseudonyms only.
    pub patient: Option<VersichertenId>,
    /// The facts.
    pub sachverhalt: Sachverhalt,
    /// Rows 17 to 19, for a case without a reason of rows 1 to 16.
    pub wettbewerb: Option<Wettbewerb>,
    /// All reasons.
    pub gruende: Gruende<Grund09>,
    /// The Zuschlag.
    pub betrag: Cent,
}
