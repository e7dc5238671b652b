//! The envelope of a delivery: who sends what for which period, and how deliveries relate.

use std::fmt;

use super::xml::{Attribut, Element, XmlLeser, pflicht, wahlfrei};
use crate::kennung::gezeigt;
use crate::meldung::{Code, Meldungen, Ort};
use crate::quartal::{Quartal, Tag};

/// Whether a delivery is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Fictitious data: its bookings are marked `test`.
    Test,
    /// Real data.
    Release,
}

/// The period that a delivery speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zeit {
    /// A quarter: claims and reference data.
    Quartal(Quartal),
    /// First and last day: duty rosters.
    Tage(Tag, Tag),
}

/// The envelope (`kopf`) of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Umschlag {
    /// Id of the delivery; its parts share it.
    pub lieferung: String,
    /// The sender: number of the KV; KVDT files do not say.
    pub kv: Option<u8>,
    /// The period.
    pub zeit: Zeit,
    /// Day of creation.
    pub erstellt: Tag,
    /// Test or real; KVDT files do not say.
    pub status: Option<Status>,
    /// Part `teil` of `von_teilen`.
    pub teil: u32,
    /// Number of parts.
    pub von_teilen: u32,
    /// Id of the delivery that this one replaces.
    pub ersatz_fuer: Option<String>,
    /// Where the envelope stands.
    pub ort: Ort,
}

impl Umschlag {
    /// Returns the quarter, if the delivery speaks of one.
    pub fn quartal(&self) -> Option<Quartal> {
        match self.zeit {
            Zeit::Quartal(quartal) => Some(quartal),
            Zeit::Tage(..) => None,
        }
    }
}

impl Status {
    /// Both.
    pub const ALLE: [Self; 2] = [Self::Test, Self::Release];
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Test => "TEST",
            Self::Release => "RELEASE",
        })
    }
}

/// The version of the formats that this program reads.
const VERSION: &str = "1.0";

const LIEFERUNG: Attribut = pflicht("lieferung");
const KV: Attribut = pflicht("kv");
const ERSTELLT: Attribut = pflicht("erstellt");
const VERSION_ANGABE: Attribut = pflicht("version");
const STATUS: Attribut = pflicht("status");
const LIEFERART: Attribut = pflicht("lieferart");
const TEIL: Attribut = wahlfrei("teil");
const VON_TEILEN: Attribut = wahlfrei("von_teilen");
const ERSATZ_FUER: Attribut = wahlfrei("ersatz_fuer");

/// `kopf` of claims and reference data.
pub(crate) static KOPF_QUARTAL: Element = Element {
    name: "kopf",
    attribute: &[
        LIEFERUNG,
        KV,
        pflicht("quartal"),
        ERSTELLT,
        VERSION_ANGABE,
        STATUS,
        LIEFERART,
        TEIL,
        VON_TEILEN,
        ERSATZ_FUER,
    ],
    kinder: &[],
    satz: false,
};

/// `kopf` of duty rosters.
pub(crate) static KOPF_ZEITRAUM: Element = Element {
    name: "kopf",
    attribute: &[
        LIEFERUNG,
        KV,
        pflicht("von"),
        pflicht("bis"),
        ERSTELLT,
        VERSION_ANGABE,
        STATUS,
        LIEFERART,
        TEIL,
        VON_TEILEN,
        ERSATZ_FUER,
    ],
    kinder: &[],
    satz: false,
};

/// Reads the envelope at whose begin tag `xml` stands; `None` if it has faults, which are recorded.
pub(crate) fn lies_umschlag(xml: &mut XmlLeser, meldungen: &mut Meldungen) -> Option<Umschlag> {
    let lieferung = xml.feld_mit("lieferung", meldungen, kennung);
    let kv = xml.feld_mit("kv", meldungen, |text| {
        (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<u8>().unwrap_or_default())
            .ok_or_else(|| "die Nummer der KV aus 2 Ziffern (17)".to_owned())
    });
    let erstellt = xml.feld::<Tag>("erstellt", meldungen);
    let version = xml.feld_mit("version", meldungen, |text| {
        (text == VERSION).then_some(()).ok_or_else(|| format!("die Version {VERSION}"))
    });
    let status = xml.feld_mit("status", meldungen, |text| match text {
        "TEST" => Ok(Status::Test),
        "RELEASE" => Ok(Status::Release),
        _ => Err("TEST oder RELEASE".to_owned()),
    });
    let lieferart = lieferart(xml, meldungen);
    let teile = teile(xml, meldungen);
    let ersatz_fuer = match xml.attribut("ersatz_fuer") {
        None => Some(None),
        Some(_) => xml.feld_mit("ersatz_fuer", meldungen, kennung).map(Some),
    };
    let zeit = zeit(xml, meldungen);
    let ort = xml.hier();
    // All fields are read before the first missing one ends the envelope, so that all are reported.
    let ((), ()) = (version?, lieferart?);
    let (teil, von_teilen) = teile?;
    Some(Umschlag {
        lieferung: lieferung?,
        kv: Some(kv?),
        zeit: zeit?,
        erstellt: erstellt?,
        status: Some(status?),
        teil,
        von_teilen,
        ersatz_fuer: ersatz_fuer?,
        ort,
    })
}

fn zeit(xml: &mut XmlLeser, meldungen: &mut Meldungen) -> Option<Zeit> {
    if let Some(quartal) = xml.feld::<Quartal>("quartal", meldungen) {
        return Some(Zeit::Quartal(quartal));
    }
    let von = xml.feld::<Tag>("von", meldungen);
    let bis = xml.feld::<Tag>("bis", meldungen);
    let (von, bis) = (von?, bis?);
    if bis < von {
        let text =
            format!("der Zeitraum endet am {bis}, bevor er am {von} beginnt; bitte berichtigen");
        xml.melde(meldungen, Code::ZeitraumUngueltig, text);
        return None;
    }
    Some(Zeit::Tage(von, bis))
}

fn lieferart(xml: &mut XmlLeser, meldungen: &mut Meldungen) -> Option<()> {
    let lieferart = xml.attribut("lieferart")?.into_owned();
    if lieferart == "voll" {
        return Some(());
    }
    let text = format!("lieferart=\"{}\" ist unbekannt; erwartet wird voll", gezeigt(&lieferart));
    xml.melde(meldungen, Code::LieferartUnbekannt, text);
    None
}

fn teile(xml: &mut XmlLeser, meldungen: &mut Meldungen) -> Option<(u32, u32)> {
    let mut zahl = |name| match xml.attribut(name) {
        None => Some(1),
        Some(_) => xml.feld_mit(name, meldungen, |text| match text.parse::<u32>() {
            Ok(zahl @ 1..=9999) if !text.starts_with(['+', '0']) => Ok(zahl),
            _ => Err("eine Zahl von 1 bis 9999".to_owned()),
        }),
    };
    let (teil, von_teilen) = (zahl("teil"), zahl("von_teilen"));
    let (teil, von_teilen) = (teil?, von_teilen?);
    if von_teilen < teil {
        let text = format!("Teil {teil} von {von_teilen} kann es nicht geben; bitte berichtigen");
        xml.melde(meldungen, Code::AngabeUngueltig, text);
        return None;
    }
    Some((teil, von_teilen))
}

/// An id of a delivery: it stands in protocols and messages, so it is plain.
fn kennung(text: &str) -> Result<String, String> {
    let passt = (1..=60).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    passt
        .then(|| text.to_owned())
        .ok_or_else(|| "eine Kennung aus 1 bis 60 Buchstaben, Ziffern, _ . -".to_owned())
}
