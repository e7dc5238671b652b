//! Claims, byte by byte: this is what most of the time goes into.

use super::kennungen::{Bsnr, Lanr};
use crate::quartal::Quartal;

/// Encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kodierung {
    Utf8,
    Latin1,
    Latin9,
}

impl Kodierung {
    /// Returns the encoding of the file at a place: they take turns.
    pub(super) fn der_datei(platz: u32) -> Self {
        match platz % 3 {
            0 => Self::Utf8,
            1 => Self::Latin1,
            _ => Self::Latin9,
        }
    }

    /// Returns the name in the declaration.
    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Latin1 => "ISO-8859-1",
            Self::Latin9 => "ISO-8859-15",
        }
    }

    /// Adds a text. What the encoding does not have becomes `?`.
    pub(super) fn text(self, aus: &mut Vec<u8>, text: &str) {
        if self == Self::Utf8 {
            aus.extend_from_slice(text.as_bytes());
            return;
        }
        aus.extend(text.chars().map(|zeichen| match (self, zeichen) {
            (Self::Latin9, '€') => 0xA4,
            _ => u8::try_from(u32::from(zeichen)).unwrap_or(b'?'),
        }));
    }

    /// Adds the declaration and what the file is.
    pub(super) fn beginne(self, aus: &mut Vec<u8>) {
        let waehrung = if self == Self::Latin1 { "Euro" } else { "€" };
        let kopf = format!(
            "<?xml version=\"1.0\" encoding=\"{}\"?>\n<!-- Erzeugte Testdaten, alles erfunden außer \
             den Gemeinden: kein Fall, kein Arzt und kein {waehrung} ist echt. -->\n",
            self.name()
        );
        self.text(aus, &kopf);
    }
}

/// The quarter's name and days as they are written.
#[derive(Debug, Clone)]
pub(super) struct Kalender {
    pub(super) quartal: Quartal,
    name: String,
    tage: Vec<[u8; 10]>,
}

impl Kalender {
    pub(super) fn neu(quartal: Quartal) -> Self {
        let tag = |i| {
            let mut bytes = [b'0'; 10];
            let text = quartal.erster_tag().plus(i).to_string();
            bytes.iter_mut().zip(text.bytes()).for_each(|(ziel, b)| *ziel = b);
            bytes
        };
        Self { quartal, name: quartal.to_string(), tage: (0..quartal.tage()).map(tag).collect() }
    }

    /// Returns the number of days.
    pub(super) fn tage(&self) -> u32 {
        u32::try_from(self.tage.len()).unwrap_or(0)
    }

    /// Returns the day at a place, at most the last one.
    fn tag(&self, platz: u32) -> &[u8; 10] {
        &self.tage[(platz as usize).min(self.tage.len() - 1)]
    }
}

/// What stands in the start tag of a case.
#[derive(Debug)]
pub(super) struct Fallkopf<'a> {
    pub(super) id: &'a [u8],
    pub(super) versicherter: Option<&'a [u8]>,
    pub(super) kostentraeger: &'a [u8],
    /// Satzart and Scheinuntergruppe.
    pub(super) schein: (&'static str, &'static str),
    /// The treatment quarter, if it is not the delivery's.
    pub(super) frueher: Option<&'a Kalender>,
    pub(super) marke: Marke,
}

/// Whether a case is marked as taken over (§ 9 Abs. 3 Satz 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marke {
    Keine,
    OhnePraxis,
    /// With the practice that the patient comes from.
    Praxis(Bsnr),
}

/// Adds the start tag of a practice with a line that says which it is.
pub(super) fn praxis(aus: &mut Vec<u8>, kodierung: Kodierung, bsnr: &Bsnr, was: &str) {
    aus.extend_from_slice(b"<!-- ");
    kodierung.text(aus, was);
    aus.extend_from_slice(b" -->\n<praxis bsnr=\"");
    aus.extend_from_slice(bsnr);
    aus.extend_from_slice(b"\">\n");
}

pub(super) fn praxis_ende(aus: &mut Vec<u8>) {
    aus.extend_from_slice(b"</praxis>\n");
}

/// Adds the start tag of a case.
pub(super) fn fall(aus: &mut Vec<u8>, fall: &Fallkopf<'_>) {
    aus.extend_from_slice(b"<fall id=\"");
    aus.extend_from_slice(fall.id);
    if let Some(id) = fall.versicherter {
        aus.extend_from_slice(b"\" versicherten_id=\"");
        aus.extend_from_slice(id);
    }
    aus.extend_from_slice(b"\" kostentraeger=\"");
    aus.extend_from_slice(fall.kostentraeger);
    aus.extend_from_slice(b"\" satzart=\"");
    aus.extend_from_slice(fall.schein.0.as_bytes());
    aus.extend_from_slice(b"\" scheinuntergruppe=\"");
    aus.extend_from_slice(fall.schein.1.as_bytes());
    if let Some(frueher) = fall.frueher {
        aus.extend_from_slice(b"\" quartal=\"");
        aus.extend_from_slice(frueher.name.as_bytes());
    }
    if fall.marke != Marke::Keine {
        aus.extend_from_slice(b"\" uebernahme=\"ja");
    }
    if let Marke::Praxis(von) = fall.marke {
        aus.extend_from_slice(b"\" uebernommen_von=\"");
        aus.extend_from_slice(&von);
    }
    aus.extend_from_slice(b"\">\n");
}

pub(super) fn fall_ende(aus: &mut Vec<u8>) {
    aus.extend_from_slice(b"</fall>\n");
}

/// Adds a service on the day at a place of the quarter.
pub(super) fn leistung(aus: &mut Vec<u8>, kalender: &Kalender, tag: u32, gnr: &str, lanr: &Lanr) {
    aus.extend_from_slice(b"<leistung tag=\"");
    aus.extend_from_slice(kalender.tag(tag));
    aus.extend_from_slice(b"\" gnr=\"");
    aus.extend_from_slice(gnr.as_bytes());
    aus.extend_from_slice(b"\" lanr=\"");
    aus.extend_from_slice(lanr);
    aus.extend_from_slice(b"\"/>\n");
}

/// Digits of a number, without leading zeros.
#[derive(Debug)]
pub(super) struct Dezimal {
    ziffern: [u8; 10],
    ab: usize,
}

impl Dezimal {
    pub(super) fn neu(zahl: u32) -> Self {
        let ziffern: [u8; 10] = super::kennungen::ziffern(u64::from(zahl));
        let ab = ziffern.iter().position(|z| *z != b'0').unwrap_or(9);
        Self { ziffern, ab }
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.ziffern[self.ab..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_write_what_they_declare() {
        for (platz, name, ae, euro) in [
            (0, "UTF-8", &b"\xC3\xA4"[..], &b"\xE2\x82\xAC"[..]),
            (1, "ISO-8859-1", b"\xE4", b"?"),
            (5, "ISO-8859-15", b"\xE4", b"\xA4"),
        ] {
            let kodierung = Kodierung::der_datei(platz);
            let mut aus = Vec::new();
            kodierung.text(&mut aus, "ä€");
            assert_eq!(aus, [ae, euro].concat(), "{name}");
            aus.clear();
            kodierung.beginne(&mut aus);
            let kopf = String::from_utf8_lossy(&aus);
            assert!(kopf.contains(&format!("encoding=\"{name}\"")), "{kopf}");
            assert!(!kopf.contains('?') || kopf.matches('?').count() == 2, "{kopf}");
        }
    }

    #[test]
    fn numbers_and_days_are_written_as_they_are_read() {
        for zahl in [0, 7, 10, 4_294_967_295] {
            assert_eq!(Dezimal::neu(zahl).text(), zahl.to_string().as_bytes());
        }
        let kalender = Kalender::neu("2024Q1".parse().expect("Quartal"));
        assert_eq!(kalender.tage(), 91);
        assert_eq!((kalender.tag(0), kalender.tag(999)), (b"2024-01-01", b"2024-03-31"));
    }
}
