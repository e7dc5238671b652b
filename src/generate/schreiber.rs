//! What the walk over practices and cases tells, and a form of claims writes in its own way.

use super::kennungen::{Bsnr, Lanr};
use super::werte::Kalender;

/// The GNR by which a case is marked; the settings name it as `[par09] kennzeichen_gnr`.
pub(super) const KENNZEICHEN_GNR: &str = "99119";

/// Writes the claims of one practice, case by case.
pub(super) trait Schreiber {
    /// Begins the cases of a Betriebsstätte; `was` tells people which it is.
    fn betriebsstaette(&mut self, bsnr: &Bsnr, was: &str);

    fn betriebsstaette_ende(&mut self);

    /// Tells people what comes of the next case.
    fn zeigt(&mut self, zeigt: &str);

    fn fall(&mut self, kopf: &Fallkopf<'_>);

    /// Writes a service of the case. Their days ascend.
    fn leistung(&mut self, leistung: &Leistung<'_>);

    fn fall_ende(&mut self);
}

/// What stands on a Schein before its services.
#[derive(Debug)]
pub(super) struct Fallkopf<'a> {
    pub(super) id: &'a [u8],
    pub(super) patient: u64,
    pub(super) versicherter: Option<&'a [u8]>,
    pub(super) kostentraeger: &'a [u8; 9],
    /// Satzart and Scheinuntergruppe.
    pub(super) schein: (&'static str, &'static str),
    /// The treatment quarter, if it is not the delivery's.
    pub(super) frueher: Option<&'a Kalender>,
    pub(super) marke: Marke,
}

/// A service.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leistung<'a> {
    pub(super) kalender: &'a Kalender,
    /// Place of its day in the quarter.
    pub(super) tag: u32,
    pub(super) gnr: &'static str,
    pub(super) lanr: &'a Lanr,
    /// The practice that the patient comes from, if the service is the mark that names it.
    pub(super) benannt: Option<Bsnr>,
}

impl<'a> Leistung<'a> {
    pub(super) fn neu(kalender: &'a Kalender, tag: u32, gnr: &'static str, lanr: &'a Lanr) -> Self {
        Self { kalender, tag, gnr, lanr, benannt: None }
    }
}

/// Whether a case is marked as taken over (§ 9 Abs. 3 Satz 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marke {
    Keine,
    OhnePraxis,
    /// With the practice that the patient comes from.
    Praxis(Bsnr),
}

impl Marke {
    /// Returns the service that marks the case: on the day and by the physician of its first one.
    pub(super) fn leistung<'a>(self, erste: &Leistung<'a>) -> Option<Leistung<'a>> {
        let benannt = match self {
            Self::Keine => return None,
            Self::OhnePraxis => None,
            Self::Praxis(von) => Some(von),
        };
        Some(Leistung { gnr: KENNZEICHEN_GNR, benannt, ..*erste })
    }
}
