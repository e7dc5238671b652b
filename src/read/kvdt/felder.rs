//! The fields of a case's record: length and characters (Datensatzbeschreibung KVDT, field table of
//! the ADT package).

use super::regel::Regel;
use crate::quartal::Tag;
use crate::ziffern::{acht, sind_ziffern};

/// Which characters a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Art {
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
pub(super) struct Form {
    pub(super) feld: u16,
    pub(super) von: u16,
    pub(super) bis: u16,
    pflicht: u16,
    pub(super) art: Art,
}

const fn form_von(feld: u16, von: u16, bis: u16, art: Art) -> Form {
    Form { feld, von, bis, pflicht: 0, art }
}

const fn text(feld: u16, von: u16, bis: u16) -> Form {
    form_von(feld, von, bis, Art::Text)
}

const fn ziffern(feld: u16, von: u16, bis: u16) -> Form {
    form_von(feld, von, bis, Art::Ziffern)
}

const fn tag(feld: u16) -> Form {
    form_von(feld, 8, 8, Art::Tag)
}

/// Known fields. Those whose values are looked at one by one (4101, 4239, 5001, …) stand here too:
/// what is here is not counted as unknown.
pub(super) const FORMEN: &[Form] = &[
    text(3000, 1, 20),
    text(3003, 1, 60),
    text(3006, 5, 11),
    text(3100, 1, 20),
    text(3101, 1, 45),
    text(3102, 1, 45),
    form_von(3103, 8, 8, Art::Geburtstag),
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
    form_von(4125, 16, 16, Art::Zeitraum),
    ziffern(4131, 2, 2),
    ziffern(4132, 2, 2),
    tag(4133),
    text(4134, 1, 45),
    tag(4206),
    ziffern(4217, 9, 9),
    ziffern(4218, 9, 9),
    text(4219, 1, 60),
    text(4220, 1, 60),
    form_von(4233, 16, 16, Art::Zeitraum),
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

/// Fields that every case has, each a bit (Datensatzbeschreibung KVDT, "muss").
pub(super) const PFLICHT: [u16; 14] =
    [3101, 3102, 3103, 3108, 3110, 4101, 4104, 4106, 4111, 4121, 4122, 4131, 4132, 4239];

/// The forms by field: a look-up is one step for the milliards of fields of a quarter. Fields that
/// nobody knows have no length.
static TABELLE: [Form; 10_000] = {
    let mut tabelle = [text(0, 0, 0); 10_000];
    let mut i = 0;
    while i < FORMEN.len() {
        tabelle[FORMEN[i].feld as usize] = FORMEN[i];
        i += 1;
    }
    let mut i = 0;
    while i < PFLICHT.len() {
        tabelle[PFLICHT[i] as usize].pflicht = 1 << i;
        i += 1;
    }
    tabelle
};

/// Returns the form of a field; `None` for a field that nobody knows.
pub(super) fn form(feld: u16) -> Option<&'static Form> {
    TABELLE.get(usize::from(feld)).filter(|form| form.bis != 0)
}

impl Form {
    /// Returns the field's bit of [`PFLICHT`], 0 for none.
    pub(super) fn pflicht(&self) -> u16 {
        self.pflicht
    }

    /// Checks length and characters.
    #[inline]
    pub(super) fn passt(&self, inhalt: &[u8]) -> bool {
        self.hat_laenge(inhalt)
            && match self.art {
                Art::Text => true,
                Art::Ziffern => sind_ziffern(inhalt),
                art => passt_kalender(art, inhalt),
            }
    }

    /// Returns the rule that a content breaks that does not fit, and what is expected.
    pub(super) fn verstoss(&self, inhalt: &[u8]) -> (Regel, &'static str) {
        let form = self.art == Art::Ziffern || !self.hat_laenge(inhalt);
        (if form { Regel::Form } else { Regel::Datum }, self.erwartet())
    }

    fn hat_laenge(&self, inhalt: &[u8]) -> bool {
        (usize::from(self.von)..=usize::from(self.bis)).contains(&inhalt.len())
    }

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

fn passt_kalender(art: Art, inhalt: &[u8]) -> bool {
    let ist_tag = |text: &[u8]| Tag::aus_jjjjmmtt(text).is_ok();
    match art {
        Art::Geburtstag => ist_geburtstag(inhalt),
        Art::Zeitraum => ist_tag(&inhalt[..8]) && ist_tag(&inhalt[8..]),
        Art::Tag | Art::Text | Art::Ziffern => ist_tag(inhalt),
    }
}

/// Day, or day and month, may be unknown; `00000000` is the Ersatzwert for none at all.
pub(super) fn ist_geburtstag(inhalt: &[u8]) -> bool {
    let Some(zahl) = inhalt.try_into().ok().and_then(acht) else { return false };
    let (jahr, monat, tag) = match ((zahl / 10_000).cast_signed(), zahl / 100 % 100, zahl % 100) {
        (jahr, 0, 0) => (jahr, 1, 1),
        (jahr, monat, 0) => (jahr, monat, 1),
        ganz => ganz,
    };
    zahl == 0 || Tag::neu(jahr, monat, tag).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_characters_are_those_of_the_field_table() {
        let pruefe = |feld, inhalt: &str| {
            let form = form(feld).expect("ein bekanntes Feld");
            let passt = form.passt(inhalt.as_bytes());
            (!passt).then(|| form.verstoss(inhalt.as_bytes()).0)
        };
        for (feld, gut, schlecht) in [
            (3103, "19560704", "19560732"),
            (3103, "19560700", "19561300"),
            (3103, "19560000", "19560001"),
            (3103, "00000000", "00000101"),
            (4102, "20240229", "20230229"),
            (4125, "2024010120240331", "2024010120240332"),
        ] {
            assert_eq!(pruefe(feld, gut), None, "{feld} {gut}");
            assert_eq!(pruefe(feld, schlecht), Some(Regel::Datum), "{feld} {schlecht}");
        }
        for (feld, gut, schlecht) in [
            (4111, "104612144", "10461214"),
            (4111, "104612144", "10461214a"),
            (3101, "x", "1234567890123456789012345678901234567890123456"),
            (3108, "1", "12"),
            (5005, "002", "2"),
            (5012, "1", "12345678901"),
        ] {
            assert_eq!(pruefe(feld, gut), None, "{feld} {gut}");
            assert_eq!(pruefe(feld, schlecht), Some(Regel::Form), "{feld} {schlecht}");
        }
        assert!(form(4205).is_none());
        assert!(form(9999).is_none());
    }

    #[test]
    fn every_field_is_found_at_its_place() {
        for eintrag in FORMEN {
            assert_eq!(form(eintrag.feld).map(|form| form.feld), Some(eintrag.feld));
        }
        let bekannt = (0..=u16::MAX).filter(|feld| form(*feld).is_some()).count();
        assert_eq!(bekannt, FORMEN.len());
        for (i, feld) in PFLICHT.into_iter().enumerate() {
            assert_eq!(form(feld).map(Form::pflicht), Some(1 << i));
        }
    }
}
