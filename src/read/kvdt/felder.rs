//! The fields of a case's record: length and characters (Datensatzbeschreibung KVDT, field table of
//! the ADT package).

use super::regel::Regel;
use crate::quartal::Tag;

/// Which characters a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Art {
    /// Any.
    Text,
    /// Digits.
    Ziffern,
    /// A day JJJJMMTT.
    Tag,
    /// A day JJJJMMTT of which month and day may be 00 (3103).
    Geburtstag,
    /// Two days JJJJMMTT (4125, 4233).
    Zeitraum,
}

/// Length and characters of a field.
#[derive(Debug, Clone, Copy)]
struct Form {
    feld: u16,
    von: usize,
    bis: usize,
    art: Art,
}

const fn text(feld: u16, von: usize, bis: usize) -> Form {
    Form { feld, von, bis, art: Art::Text }
}

const fn ziffern(feld: u16, von: usize, bis: usize) -> Form {
    Form { feld, von, bis, art: Art::Ziffern }
}

const fn tag(feld: u16) -> Form {
    Form { feld, von: 8, bis: 8, art: Art::Tag }
}

/// Known fields. Those whose values are looked at one by one (4101, 4239, 5001, …) stand here too:
/// what is here is not counted as unknown.
const FORMEN: &[Form] = &[
    text(3000, 1, 20),
    text(3003, 1, 60),
    text(3006, 5, 11),
    text(3100, 1, 20),
    text(3101, 1, 45),
    text(3102, 1, 45),
    Form { feld: 3103, von: 8, bis: 8, art: Art::Geburtstag },
    text(3104, 1, 20),
    ziffern(3105, 6, 12),
    text(3107, 1, 46),
    ziffern(3108, 1, 1),
    text(3109, 1, 9),
    text(3110, 1, 1),
    text(3112, 1, 10),
    text(3113, 1, 40),
    text(3114, 1, 3),
    text(3115, 1, 40),
    ziffern(3116, 2, 2),
    // its shape never spoils a file: Fachkonzept, "Shape and check digits"
    text(3119, 1, 990),
    text(3120, 1, 20),
    text(3121, 1, 990),
    text(3122, 1, 990),
    text(3123, 1, 990),
    text(3124, 1, 990),
    text(3673, 1, 990),
    text(3674, 1, 1),
    ziffern(4101, 5, 5),
    tag(4102),
    ziffern(4103, 1, 1),
    ziffern(4104, 5, 5),
    ziffern(4106, 2, 2),
    tag(4109),
    tag(4110),
    ziffern(4111, 9, 9),
    ziffern(4121, 1, 1),
    ziffern(4122, 2, 2),
    Form { feld: 4125, von: 16, bis: 16, art: Art::Zeitraum },
    ziffern(4131, 2, 2),
    ziffern(4132, 2, 2),
    tag(4133),
    text(4134, 1, 45),
    tag(4206),
    ziffern(4217, 9, 9),
    ziffern(4218, 9, 9),
    text(4219, 1, 60),
    text(4220, 1, 60),
    Form { feld: 4233, von: 16, bis: 16, art: Art::Zeitraum },
    ziffern(4239, 2, 2),
    ziffern(4242, 9, 9),
    text(4243, 1, 60),
    tag(5000),
    text(5001, 1, 9),
    ziffern(5003, 9, 9),
    ziffern(5005, 3, 3),
    ziffern(5006, 4, 4),
    text(5009, 1, 60),
    text(5011, 1, 60),
    ziffern(5012, 1, 10),
    ziffern(5098, 9, 9),
    ziffern(5099, 9, 9),
    ziffern(5100, 9, 9),
    ziffern(5101, 9, 9),
    ziffern(5102, 9, 9),
    text(6001, 1, 990),
    text(6003, 1, 1),
    text(8000, 4, 5),
    text(9901, 1, 990),
];

/// Place in [`FORMEN`] by field, 255 for none: a look-up is one step for the hundreds of millions
/// of fields of a quarter.
static PLAETZE: [u8; 10_000] = {
    let mut plaetze = [KEINER; 10_000];
    let mut i = 0;
    while i < FORMEN.len() {
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 255 fields")]
        let platz = i as u8;
        plaetze[FORMEN[i].feld as usize] = platz;
        i += 1;
    }
    plaetze
};

const KEINER: u8 = u8::MAX;
const _: () = assert!(FORMEN.len() < KEINER as usize);

/// What a look at a field's form says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Formpruefung {
    Passt,
    /// No field of the table.
    Unbekannt,
    /// The rule that it breaks, and what is expected.
    Falsch(Regel, &'static str),
}

/// Checks length and characters of a field.
pub(super) fn pruefe(feld: u16, inhalt: &[u8]) -> Formpruefung {
    let platz = PLAETZE.get(usize::from(feld)).copied().unwrap_or(KEINER);
    let Some(form) = FORMEN.get(usize::from(platz)) else { return Formpruefung::Unbekannt };
    if inhalt.len() < form.von || form.bis < inhalt.len() {
        return Formpruefung::Falsch(Regel::Form, form.erwartet());
    }
    let ist_tag = |text: &[u8]| Tag::aus_jjjjmmtt(text).is_ok();
    let passt = match form.art {
        Art::Text => true,
        Art::Ziffern => inhalt.iter().all(u8::is_ascii_digit),
        Art::Tag => ist_tag(inhalt),
        Art::Geburtstag => ist_geburtstag(inhalt),
        Art::Zeitraum => ist_tag(&inhalt[..8]) && ist_tag(&inhalt[8..]),
    };
    if passt {
        return Formpruefung::Passt;
    }
    let regel = if form.art == Art::Ziffern { Regel::Form } else { Regel::Datum };
    Formpruefung::Falsch(regel, form.erwartet())
}

impl Form {
    fn erwartet(&self) -> &'static str {
        match (self.feld, self.art, self.bis) {
            (4101, ..) => "ein Quartal der Form QJJJJ",
            (4111, ..) => "ein Institutionskennzeichen aus 9 Ziffern",
            (4239, ..) => "eine Scheinuntergruppe aus 2 Ziffern",
            (5001, ..) => "eine GNR aus 5 Ziffern, auch mit einem Großbuchstaben",
            (5098, ..) => "eine BSNR aus 9 Ziffern",
            (5099, ..) => "eine LANR aus 9 Ziffern",
            (_, Art::Tag, _) => "ein Tag der Form JJJJMMTT",
            (_, Art::Geburtstag, _) => "ein Tag der Form JJJJMMTT, auch mit 00 für Monat und Tag",
            (_, Art::Zeitraum, _) => "zwei Tage der Form JJJJMMTTJJJJMMTT",
            (_, Art::Ziffern, 1) => "eine Ziffer",
            (_, Art::Ziffern, 2) => "2 Ziffern",
            (_, Art::Ziffern, 3) => "3 Ziffern",
            (_, Art::Ziffern, 4) => "4 Ziffern",
            (_, Art::Ziffern, 5) => "5 Ziffern",
            (_, Art::Ziffern, 9) => "9 Ziffern",
            (_, Art::Ziffern, _) => "Ziffern in der Länge, die KVDT für das Feld vorsieht",
            (_, Art::Text, 1) => "ein Zeichen",
            (_, Art::Text, _) => "ein Text in der Länge, die KVDT für das Feld vorsieht",
        }
    }
}

/// Day, or day and month, may be unknown; `00000000` is the Ersatzwert for none at all.
fn ist_geburtstag(inhalt: &[u8]) -> bool {
    let mut tag = [0; 8];
    tag.copy_from_slice(inhalt);
    if tag == *b"00000000" {
        return true;
    }
    if tag[6..] == *b"00" {
        tag[7] = b'1';
        if tag[4..6] == *b"00" {
            tag[5] = b'1';
        }
    }
    Tag::aus_jjjjmmtt(&tag).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_characters_are_those_of_the_field_table() {
        use Formpruefung::{Passt, Unbekannt};
        let falsch =
            |regel| move |p: Formpruefung| matches!(p, Formpruefung::Falsch(r, _) if r == regel);
        for (feld, gut, schlecht) in [
            (3103, "19560704", "19560732"),
            (3103, "19560700", "19561300"),
            (3103, "19560000", "19560001"),
            (3103, "00000000", "00000101"),
            (4102, "20240229", "20230229"),
            (4125, "2024010120240331", "2024010120240332"),
        ] {
            assert_eq!(pruefe(feld, gut.as_bytes()), Passt, "{feld} {gut}");
            assert!(falsch(Regel::Datum)(pruefe(feld, schlecht.as_bytes())), "{feld} {schlecht}");
        }
        for (feld, gut, schlecht) in [
            (4111, "104612144", "10461214"),
            (4111, "104612144", "10461214a"),
            (3101, "x", "1234567890123456789012345678901234567890123456"),
            (3108, "1", "12"),
            (5005, "002", "2"),
            (5012, "1", "12345678901"),
        ] {
            assert_eq!(pruefe(feld, gut.as_bytes()), Passt, "{feld} {gut}");
            assert!(falsch(Regel::Form)(pruefe(feld, schlecht.as_bytes())), "{feld} {schlecht}");
        }
        assert_eq!(pruefe(4205, b"Auftrag"), Unbekannt);
        assert_eq!(pruefe(9999, b"x"), Unbekannt);
    }

    #[test]
    fn every_field_is_found_at_its_place() {
        for form in FORMEN {
            assert_eq!(FORMEN[usize::from(PLAETZE[usize::from(form.feld)])].feld, form.feld);
        }
    }
}
