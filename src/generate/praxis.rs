//! A practice as the register and its claims show it.

use super::kennungen::{Bsnr, Lanr};
use crate::quartal::Tag;

/// The kind of a practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Praxisart {
    Hausarzt,
    Kinderarzt,
    Facharzt,
    /// An MVZ with both.
    Gemischt,
}

impl Praxisart {
    /// Returns the register's word.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hausarzt => "hausarzt",
            Self::Kinderarzt => "kinderarzt",
            Self::Facharzt => "facharzt",
            Self::Gemischt => "gemischt",
        }
    }

    /// Returns what people call it.
    pub(super) fn bezeichnung(self) -> &'static str {
        match self {
            Self::Hausarzt => "Hausarztpraxis",
            Self::Kinderarzt => "Kinderarztpraxis",
            Self::Facharzt => "Facharztpraxis",
            Self::Gemischt => "MVZ mit Haus- und Fachärzten",
        }
    }
}

/// A physician of a practice; the Fachgruppe is the end of the LANR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Praxisarzt {
    pub(super) lanr: Lanr,
    pub(super) psychotherapeut: bool,
}

impl Praxisarzt {
    /// Returns a physician who is no Psychotherapeut.
    pub(super) fn neu(lanr: Lanr) -> Self {
        Self { lanr, psychotherapeut: false }
    }
}

/// A practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Praxis {
    pub(super) bsnr: Bsnr,
    /// Its branch.
    pub(super) zweig: Option<Bsnr>,
    pub(super) art: Praxisart,
    /// The municipality: AGS and name.
    pub(super) ags: &'static str,
    pub(super) ort: &'static str,
    pub(super) insel: Option<&'static str>,
    pub(super) aerzte: Vec<Praxisarzt>,
    /// Last day in the register.
    pub(super) gueltig_bis: Option<Tag>,
}
