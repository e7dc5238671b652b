//! KVDT, the files in which practices deliver their claims: every record, and the cases of the ADT
//! package (KBV Datensatzbeschreibung KVDT 6.03).
//!
//! ```text
//! bytes ─ Saetze ─> records ─ Faelle ─> cases ─ KvdtLeser ─> batches of a run
//!         lines       │       order, head,  │   ids, messages
//!                     │       mandatory     │
//!                     └─ for other uses     └─ fields, services (felder, fall)
//! ```
//!
//! [`Saetze`] and [`Faelle`] need nothing else of this crate: they read from any [`std::io::Read`],
//! as iterators or into memory that is reused, and hold no more than one record. Nothing is dropped
//! in silence: every breach of a [`Regel`] is a [`Befund`] with its line, byte, record, field and
//! the severity that KBV gives it; fields that no rule knows and packages besides ADT are counted
//! in [`Kontrollsummen`].
//!
//! What is checked is what a settlement relies on, not all that KBV's Prüfmodul knows: key files
//! of GNRs, ICD codes and Kostenträger are not ours.

mod faelle;
mod fall;
mod felder;
mod ganz;
mod kopf;
mod leser;
mod regel;
mod satz;
mod schnell;
mod summen;
#[cfg(test)]
pub(crate) mod tests;

pub use self::faelle::{Abgebrochen, Faelle};
pub use self::fall::{Fall, Leistung};
pub use self::kopf::{Betriebsstaette, Kopf, Paket};
pub use self::leser::KvdtLeser;
pub(crate) use self::leser::kopf;
pub use self::regel::{Befund, Regel, Schwere};
pub use self::satz::{Feld, Saetze, Satz};
pub use self::summen::Kontrollsummen;
use super::text::Zeichensatz;
pub use crate::fall::Satzart;
pub use crate::kennung::{Bsnr, Gnr, Lanr, VersichertenId};
use crate::kennung::{gezeigt, muster};
pub use crate::meldung::Stelle;
pub use crate::quartal::{Quartal, Tag};

/// Parses `QJJJJ`, KVDT's form of a quarter.
fn quartal(inhalt: &[u8]) -> Option<Quartal> {
    let [q @ b'1'..=b'4', jahr @ ..] = inhalt else { return None };
    if jahr.len() != 4 || !jahr.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let jahr = jahr.iter().fold(0, |summe, b| summe * 10 + i32::from(b - b'0'));
    Quartal::neu(jahr, i32::from(q - b'0'))
}

/// Longest content that messages show: a quarter (QJJJJ), a VKNR.
const LAENGSTER_SCHLUESSEL: usize = 5;

/// Names of records, which messages show.
const SATZARTEN: [&[u8]; 13] = [
    b"con0", b"besa", b"rvsa", b"adt0", b"adt9", b"kad0", b"kad9", b"sad0", b"sad9", b"hdrg0",
    b"hdrg1", b"hdrg9", b"con9",
];

/// Appends the text of a content in ISO 8859-15.
fn klartext(inhalt: &[u8], text: &mut String) {
    // ASCII is the same in ISO 8859-15
    if inhalt.is_ascii()
        && let Ok(ascii) = std::str::from_utf8(inhalt)
    {
        return text.push_str(ascii);
    }
    let zeichen = |b: &u8| Zeichensatz::Latin9.zeichen(*b).unwrap_or(char::REPLACEMENT_CHARACTER);
    text.extend(inhalt.iter().map(zeichen));
}

/// Returns a content as messages show it. Anything may slip into any field, so only what is as short
/// as a key and no name is shown as it is; of all else the shape.
fn gefunden(inhalt: &[u8]) -> String {
    let buchstaben = inhalt.iter().filter(|b| !b.is_ascii_digit()).count();
    let ist_schluessel = inhalt.len() <= LAENGSTER_SCHLUESSEL && buchstaben <= 1;
    if !ist_schluessel && !SATZARTEN.contains(&inhalt) {
        return muster(inhalt);
    }
    let mut text = String::new();
    klartext(inhalt, &mut text);
    gezeigt(&text)
}
