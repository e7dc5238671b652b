//! How texts, days and numbers are written.

use crate::quartal::{Quartal, Tag};

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
            (Self::Latin9, 'Š') => 0xA6,
            (Self::Latin9, 'š') => 0xA8,
            (Self::Latin9, 'Ž') => 0xB4,
            (Self::Latin9, 'ž') => 0xB8,
            (Self::Latin9, 'Œ') => 0xBC,
            (Self::Latin9, 'œ') => 0xBD,
            (Self::Latin9, 'Ÿ') => 0xBE,
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

/// The quarter's name and days as both forms write them.
#[derive(Debug, Clone)]
pub(super) struct Kalender {
    pub(super) quartal: Quartal,
    /// `2024Q1`
    name: String,
    /// `12024`
    kvdt_name: String,
    /// `2024-01-15`
    tage: Vec<[u8; 10]>,
    /// `20240115`
    kvdt_tage: Vec<[u8; 8]>,
}

impl Kalender {
    pub(super) fn neu(quartal: Quartal) -> Self {
        let tage: Vec<Tag> = (0..quartal.tage()).map(|i| quartal.erster_tag().plus(i)).collect();
        Self {
            quartal,
            name: quartal.to_string(),
            kvdt_name: format!("{}{}", quartal.nummer(), quartal.jahr()),
            tage: tage.iter().map(|tag| bytes(&tag.to_string())).collect(),
            kvdt_tage: tage.iter().map(|tag| bytes(&jjjjmmtt(*tag))).collect(),
        }
    }

    pub(super) fn name(&self) -> &[u8] {
        self.name.as_bytes()
    }

    pub(super) fn kvdt_name(&self) -> &[u8] {
        self.kvdt_name.as_bytes()
    }

    /// Returns the number of days.
    pub(super) fn tage(&self) -> u32 {
        u32::try_from(self.tage.len()).unwrap_or(0)
    }

    /// Returns the day at a place, at most the last one.
    pub(super) fn tag(&self, platz: u32) -> &[u8; 10] {
        &self.tage[(platz as usize).min(self.tage.len() - 1)]
    }

    /// Returns the same day as KVDT writes it.
    pub(super) fn kvdt_tag(&self, platz: u32) -> &[u8; 8] {
        &self.kvdt_tage[(platz as usize).min(self.kvdt_tage.len() - 1)]
    }
}

/// Returns a day as KVDT writes it.
pub(super) fn jjjjmmtt(tag: Tag) -> String {
    tag.to_string().replace('-', "")
}

/// Returns the bytes of a text that has as many.
fn bytes<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [b'0'; N];
    bytes.iter_mut().zip(text.bytes()).for_each(|(ziel, b)| *ziel = b);
    bytes
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
    fn latin9_is_written_as_it_is_read() {
        let alle: Vec<u8> = (0xA0..=0xFF).collect();
        let latin9 = crate::read::text::Zeichensatz::Latin9;
        let text: String = alle.iter().filter_map(|byte| latin9.zeichen(*byte)).collect();
        let mut aus = Vec::new();
        Kodierung::Latin9.text(&mut aus, &text);
        assert_eq!(aus, alle);
    }

    #[test]
    fn numbers_and_days_are_written_as_they_are_read() {
        for zahl in [0, 7, 10, 4_294_967_295] {
            assert_eq!(Dezimal::neu(zahl).text(), zahl.to_string().as_bytes());
        }
        let kalender = Kalender::neu("2024Q1".parse().expect("Quartal"));
        assert_eq!(kalender.tage(), 91);
        assert_eq!((kalender.tag(0), kalender.tag(999)), (b"2024-01-01", b"2024-03-31"));
        assert_eq!((kalender.kvdt_tag(0), kalender.kvdt_tag(999)), (b"20240101", b"20240331"));
        assert_eq!((kalender.name(), kalender.kvdt_name()), (&b"2024Q1"[..], &b"12024"[..]));
    }
}
