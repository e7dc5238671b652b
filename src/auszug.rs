//! The look-back as it is kept between runs: an extract of claims, with pseudonyms in place of the
//! Versicherten-IDs. It holds facts and no judgement, so that any run can judge by its own rules.

use crate::fall::Satzart;
use crate::kennung::{Praxis, VersichertenId};
use crate::meldung::Stelle;
use crate::pseudonym::Pseudonym;
use crate::quartal::{Quartal, Tag};
use crate::read::umschlag::Status;
use crate::stammdaten::Praxisart;

/// One patient's treatment by Z in one quarter, on one kind of Schein. Claims name the patient by its
/// Versicherten-ID, an extract by its pseudonym.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Behandlung<P = VersichertenId> {
    /// The patient.
    pub patient: P,
    /// Index of Z's closure.
    pub schliessung: u32,
    /// Treatment quarter.
    pub quartal: Quartal,
    /// Satzart of the case.
    pub satzart: Satzart,
    /// Its Scheinuntergruppe.
    pub scheinuntergruppe: u8,
    /// Fachgruppe of the physician in a mixed Z; 0 in any other, where it does not matter.
    pub fachgruppe: u8,
    /// Last day up to D.
    pub letzter_tag: Tag,
}

impl<P> Behandlung<P> {
    /// Returns the same treatment of another patient, or of the same one under another name.
    pub fn von<Q>(&self, patient: Q) -> Behandlung<Q> {
        Behandlung {
            patient,
            schliessung: self.schliessung,
            quartal: self.quartal,
            satzart: self.satzart,
            scheinuntergruppe: self.scheinuntergruppe,
            fachgruppe: self.fachgruppe,
            letzter_tag: self.letzter_tag,
        }
    }
}

/// The patients of closed practices, extracted from claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auszug {
    /// Whether the deliveries are real; `None` if none of them says.
    pub status: Option<Status>,
    /// Number of the KV; `None` if no delivery says.
    pub kv: Option<u8>,
    /// Latest quarter of a delivery.
    pub bis: Quartal,
    /// The claims files, by name, with those that others replace.
    pub quellen: Vec<Quelle>,
    /// The closures that it covers, by practice.
    pub schliessungen: Vec<Abdeckung>,
    /// Treatments, each by the index of its closure here; sorted by closure, quarter, Satzart,
    /// Scheinuntergruppe, Fachgruppe and pseudonym.
    pub behandlungen: Vec<Behandlung<Pseudonym>>,
}

/// A claims file that was extracted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quelle {
    /// Its name.
    pub name: String,
    /// BLAKE3 of its bytes as stored, in hex.
    pub blake3: String,
    /// Id of its delivery.
    pub lieferung: String,
    /// Id of the delivery that it replaces.
    pub ersatz_fuer: Option<String>,
    /// Whether another delivery replaced it, so that nothing of it is in the extract. It is named all
    /// the same: it tells what it had replaced itself.
    pub ersetzt: bool,
    /// Its quarter.
    pub quartal: Quartal,
    /// The closed practices' Betriebsstätten that it brought, in order; none if it is replaced.
    pub betriebsstaetten: Vec<Praxis>,
    /// Where it stands in the file; nowhere before it is written.
    pub stelle: Stelle,
}

/// What is covered of one closure: true only for a closure with the same D and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abdeckung {
    /// Z.
    pub praxis: Praxis,
    /// D.
    pub letzter_tag: Tag,
    /// Kind of Z on D: in a mixed one the Fachgruppe is kept.
    pub art: Praxisart,
    /// Every quarter from the earliest that a look-back may need to that of D.
    pub quartale: Vec<Quartalsstand>,
    /// Where it stands in the file; nowhere before it is written.
    pub stelle: Stelle,
}

/// What is known of Z in one quarter: true only where the same Betriebsstätten count as Z.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quartalsstand {
    /// The quarter.
    pub quartal: Quartal,
    /// Which claims of Z were read.
    pub stand: Lieferstand,
    /// The Betriebsstätten whose cases are Z's, in order.
    pub betriebsstaetten: Vec<Praxis>,
}

/// Which claims of Z for one quarter were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lieferstand {
    /// None.
    Fehlt,
    /// Only late cases of later deliveries.
    Nachzuegler,
    /// Cases of the quarter's own deliveries.
    Regulaer,
}

impl Lieferstand {
    /// Every stand.
    pub const ALLE: [Self; 3] = [Self::Fehlt, Self::Nachzuegler, Self::Regulaer];

    /// Returns the name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fehlt => "fehlt",
            Self::Nachzuegler => "nachzuegler",
            Self::Regulaer => "regulaer",
        }
    }
}
