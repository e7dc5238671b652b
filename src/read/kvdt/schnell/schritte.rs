//! What the walk over a record does at each field.

use super::super::felder::{Art, FORMEN, PFLICHT};

/// What has to be looked at in the content of a field besides its length.
#[derive(Debug, Clone, Copy)]
pub(super) enum Weg {
    Nichts,
    Ziffern,
    Kalender,
    Satzende,
    Unbekannt,
    ScheinId,
    Geburtstag,
    Versichertenart,
    Geschlecht,
    Versicherter,
    Diagnose,
    Quartal,
    Kostentraeger,
    Bereich,
    Karte,
    Gebuehrenordnung,
    Personengruppe,
    Dmp,
    Scheinuntergruppe,
    Tag,
    Gnr,
    Anzahl,
    Begruendung,
    Ort,
    Krankenhaus,
    Arzt,
    Pseudoarzt,
}

/// A field as the walk meets it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schritt {
    /// Least and most bytes of its content.
    pub(super) von: u16,
    pub(super) bis: u16,
    /// Its bit, if it may stand but once in a record.
    pub(super) einmal: u16,
    pub(super) weg: Weg,
}

/// Bits of [`Schritt::einmal`]: the fields that every case has, and two that it may have.
pub(super) const ALLE_PFLICHTFELDER: u16 = (1 << PFLICHT.len()) - 1;
pub(super) const SCHEIN_ID: u16 = 1 << PFLICHT.len();
const VERSICHERTER: u16 = SCHEIN_ID << 1;

/// The fields by their number, as [`felder`](super::super::felder) has them.
pub(super) static SCHRITTE: [Schritt; 10_000] = {
    let mut schritte = [Schritt { von: 1, bis: u16::MAX, einmal: 0, weg: Weg::Unbekannt }; 10_000];
    let mut i = 0;
    while i < FORMEN.len() {
        let form = FORMEN[i];
        let weg = weg(form.feld, form.art);
        schritte[form.feld as usize] = Schritt { von: form.von, bis: form.bis, einmal: 0, weg };
        i += 1;
    }
    let mut i = 0;
    while i < PFLICHT.len() {
        schritte[PFLICHT[i] as usize].einmal = 1 << i;
        i += 1;
    }
    schritte[3003].einmal = SCHEIN_ID;
    schritte[3119].einmal = VERSICHERTER;
    schritte
};

const fn weg(feld: u16, art: Art) -> Weg {
    match (feld, art) {
        (3003, _) => Weg::ScheinId,
        (3103, _) => Weg::Geburtstag,
        (3108, _) => Weg::Versichertenart,
        (3110, _) => Weg::Geschlecht,
        (3119, _) => Weg::Versicherter,
        (3673 | 6001, _) => Weg::Diagnose,
        (4101, _) => Weg::Quartal,
        (4104, _) => Weg::Kostentraeger,
        (4106, _) => Weg::Bereich,
        (4109, _) => Weg::Karte,
        (4121, _) => Weg::Gebuehrenordnung,
        (4131, _) => Weg::Personengruppe,
        (4132, _) => Weg::Dmp,
        (4239, _) => Weg::Scheinuntergruppe,
        (5000, _) => Weg::Tag,
        (5001, _) => Weg::Gnr,
        (5005, _) => Weg::Anzahl,
        (5009, _) => Weg::Begruendung,
        (5098, _) => Weg::Ort,
        (5099, _) => Weg::Arzt,
        (5101, _) => Weg::Pseudoarzt,
        (5102, _) => Weg::Krankenhaus,
        (8000, _) => Weg::Satzende,
        (_, Art::Text) => Weg::Nichts,
        (_, Art::Ziffern) => Weg::Ziffern,
        (_, Art::Tag | Art::Geburtstag | Art::Zeitraum) => Weg::Kalender,
    }
}
