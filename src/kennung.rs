//! Identifiers: practice, physician, patient, municipality.
//!
//! A value of these types has the right shape. Check digits are another matter: KBV's own test
//! files break them, so a wrong one is a question to the value, not a reason to refuse it.

use std::fmt::{self, Write};
use std::num::{NonZeroU32, NonZeroU64};
use std::str::FromStr;

use crate::ziffern::{geschrieben, neun, sind_ziffern, zeige};

/// A text without the shape of the identifier it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{erwartet}")]
pub struct Formfehler {
    /// What was expected, in German, for the message.
    pub erwartet: &'static str,
}

/// A Betriebsstättennummer of nine digits, as deliveries carry it (KVDT 0201, 5098).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bsnr(u32);

/// A practice: the first seven digits of a BSNR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Praxis(NonZeroU32);

/// A lebenslange Arztnummer of nine digits (KVDT 0212, 5099).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lanr(u32);

/// A physician: the first seven digits of a LANR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arzt(u32);

/// The amtlicher Gemeindeschlüssel of eight digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ags(u32);

/// A Gebührenordnungsposition of one to nine capital letters and digits (KVDT 5001).
///
/// Inside it is its ASCII characters, seven bits each, the first one highest: in one number they are
/// copied and compared at once, and ordered as texts are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gnr(NonZeroU64);

/// A Versicherten-ID, letter and nine digits (KVDT 3119), packed into an integer.
///
/// It identifies a patient, so it has neither `Display` nor a readable `Debug`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersichertenId(NonZeroU64);

/// What a delivered Versicherten-ID turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gelesen {
    /// A well-shaped id.
    Id {
        /// The id.
        id: VersichertenId,
        /// Blanks were dropped or a lower-case letter was raised.
        normalisiert: bool,
    },
    /// Any other shape: counts as missing.
    Formfehler,
}

/// Parses exactly `anzahl` ASCII digits (at most nine).
fn ziffern(text: &[u8], anzahl: usize) -> Option<u32> {
    if anzahl == 9 {
        return neun(text.try_into().ok()?);
    }
    (text.len() == anzahl && text.iter().all(u8::is_ascii_digit))
        .then(|| text.iter().fold(0, |summe, b| summe * 10 + u32::from(b - b'0')))
}

macro_rules! ziffernkennung {
    ($typ:ident, $anzahl:literal, $erwartet:literal) => {
        impl $typ {
            /// Parses the digits.
            ///
            /// # Errors
            /// [`Formfehler`] for any other length or character.
            pub fn aus_bytes(text: &[u8]) -> Result<Self, Formfehler> {
                ziffern(text, $anzahl).map(Self::neu).ok_or(Formfehler { erwartet: $erwartet })
            }

            /// Returns the digits.
            pub(crate) fn ascii(self) -> [u8; $anzahl] {
                geschrieben(self.zahl())
            }
        }

        impl FromStr for $typ {
            type Err = Formfehler;

            fn from_str(text: &str) -> Result<Self, Formfehler> {
                Self::aus_bytes(text.as_bytes())
            }
        }

        impl fmt::Display for $typ {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                zeige(&self.ascii(), f)
            }
        }
    };
}

ziffernkennung!(Bsnr, 9, "eine BSNR aus 9 Ziffern");
ziffernkennung!(Praxis, 7, "die ersten 7 Ziffern einer BSNR");
ziffernkennung!(Lanr, 9, "eine LANR aus 9 Ziffern");
ziffernkennung!(Arzt, 7, "die ersten 7 Ziffern einer LANR");
ziffernkennung!(Ags, 8, "ein amtlicher Gemeindeschlüssel aus 8 Ziffern");

macro_rules! zahl {
    ($($typ:ident),*) => {
        $(impl $typ {
            fn neu(zahl: u32) -> Self {
                Self(zahl)
            }

            fn zahl(self) -> u32 {
                self.0
            }
        })*
    };
}

zahl!(Bsnr, Lanr, Arzt, Ags);

/// Inside it is one more than the number, so that an `Option` needs no room of its own.
impl Praxis {
    fn neu(zahl: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(zahl))
    }

    fn zahl(self) -> u32 {
        self.0.get() - 1
    }
}

impl Bsnr {
    /// The lowest number, for ranges.
    pub(crate) const KLEINSTE: Self = Self(0);
    /// The highest number, for ranges.
    pub(crate) const GROESSTE: Self = Self(999_999_999);

    /// Returns the practice: the first seven digits.
    pub fn praxis(self) -> Praxis {
        Praxis::neu(self.0 / 100)
    }
}

impl Lanr {
    /// KVDT's Ersatzwert for a service without LANR.
    pub(crate) const OHNE: Self = Self(999_999_900);

    /// The lowest number of a physician, for ranges.
    pub(crate) fn kleinste(arzt: Arzt) -> Self {
        Self(arzt.0 * 100)
    }

    /// The highest number of a physician, for ranges.
    pub(crate) fn groesste(arzt: Arzt) -> Self {
        Self(arzt.0 * 100 + 99)
    }

    /// Returns the physician: the first seven digits.
    pub fn arzt(self) -> Arzt {
        Arzt(self.0 / 100)
    }

    /// Returns the Fachgruppe: digits 8 and 9.
    pub fn fachgruppe(self) -> u8 {
        u8::try_from(self.0 % 100).unwrap_or(0)
    }

    /// Tells whether it stands for no physician: `999999900` (no LANR), `888888800` (obsolete)
    /// or the pseudo-LANR `555555nff` of hospital physicians.
    pub fn ist_ersatzwert(self) -> bool {
        self == Self::OHNE || self.0 == 888_888_800 || self.0 / 1_000 == 555_555
    }

    /// Tells whether digit 7 is the check digit of the first six (weights 4, 9; ten's complement).
    /// An Ersatzwert has none to check.
    pub fn pruefziffer_stimmt(self) -> bool {
        self.ist_ersatzwert() || {
            let mut stellen = self.0 / 1_000;
            let mut summe = 0;
            for gewicht in [9, 4, 9, 4, 9, 4] {
                summe += stellen % 10 * gewicht;
                stellen /= 10;
            }
            (10 - summe % 10) % 10 == self.0 / 100 % 10
        }
    }
}

impl Ags {
    /// Returns the Land: digits 1 and 2 (`3` for Niedersachsen).
    pub fn land(self) -> u8 {
        u8::try_from(self.0 / 1_000_000).unwrap_or(0)
    }
}

impl Gnr {
    /// Parses one to nine capital letters or digits.
    ///
    /// # Errors
    /// [`Formfehler`] for any other length or character.
    #[inline]
    pub fn aus_bytes(text: &[u8]) -> Result<Self, Formfehler> {
        // nearly all are five digits, and a quarter has a hundred million of them
        let fuenf = <&[u8; 5]>::try_from(text).ok().filter(|ziffern| sind_ziffern(*ziffern));
        let gepackt = if let Some(ziffern) = fuenf { packe(ziffern) } else { packe_langsam(text) };
        NonZeroU64::new(gepackt)
            .map(Self)
            .ok_or(Formfehler { erwartet: "eine GNR aus 1 bis 9 Ziffern und Großbuchstaben" })
    }
}

/// Packs at most nine ASCII characters.
fn packe(text: &[u8]) -> u64 {
    debug_assert!(text.len() <= 9, "more have no room");
    text.iter().fold(0, |zeichen, b| zeichen << 7 | u64::from(*b)) << (7 * (9 - text.len()))
}

/// Returns 0 for what is no GNR.
fn packe_langsam(text: &[u8]) -> u64 {
    let passt = text.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    if passt && text.len() <= 9 { packe(text) } else { 0 }
}

impl fmt::Display for Gnr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zeichen = |i: u32| u8::try_from(self.0.get() >> (7 * i) & 0x7F).unwrap_or(0);
        let text = (0..9).rev().map(zeichen).take_while(|b| *b != 0);
        text.map(char::from).try_for_each(|zeichen| f.write_char(zeichen))
    }
}

impl fmt::Debug for Gnr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gnr({self})")
    }
}

impl VersichertenId {
    /// The one of KBV's test card.
    pub(crate) const TESTKARTE: Self = Self::neu(b'T', 555_558_879);

    /// The letter counts from 1, so that no id is 0 and an `Option` needs no room of its own.
    const fn neu(buchstabe: u8, nummer: u32) -> Self {
        let id = ((buchstabe - b'A' + 1) as u64) << 32 | nummer as u64;
        Self(match NonZeroU64::new(id) {
            Some(id) => id,
            None => NonZeroU64::MIN,
        })
    }

    /// Reads a delivered value: blanks are dropped and lower case is raised (`normalisiert`);
    /// any other shape counts as missing.
    pub fn lies(text: &[u8]) -> Gelesen {
        // as nearly all are
        if let [buchstabe @ b'A'..=b'Z', nummer @ ..] = text
            && let Some(nummer) = ziffern(nummer, 9)
        {
            return Gelesen::Id { id: Self::neu(*buchstabe, nummer), normalisiert: false };
        }
        let mut zeichen = [0; 10];
        let mut anzahl = 0;
        let mut normalisiert = false;
        for b in text {
            if *b == b' ' {
                normalisiert = true;
            } else if anzahl == 10 {
                return Gelesen::Formfehler;
            } else {
                zeichen[anzahl] = b.to_ascii_uppercase();
                normalisiert |= b.is_ascii_lowercase();
                anzahl += 1;
            }
        }
        match (zeichen[0], ziffern(&zeichen[1..], 9)) {
            (b'A'..=b'Z', Some(nummer)) if anzahl == 10 => {
                Gelesen::Id { id: Self::neu(zeichen[0], nummer), normalisiert }
            }
            _ => Gelesen::Formfehler,
        }
    }

    /// Returns the ten characters. No output of a run holds them but as a pseudonym.
    pub fn klartext(self) -> [u8; 10] {
        let mut zeichen = [0; 10];
        let id = self.0.get();
        zeichen[0] = b'A' - 1 + u8::try_from(id >> 32).unwrap_or(1);
        let mut rest = id & 0xFFFF_FFFF;
        for stelle in zeichen[1..].iter_mut().rev() {
            *stelle = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        zeichen
    }

    /// Tells whether `text` holds the id, in either case.
    pub fn steht_in(self, text: &[u8]) -> bool {
        text.windows(10).any(|fenster| fenster.eq_ignore_ascii_case(&self.klartext()))
    }

    /// Tells whether digit 9 is the check digit (letter as 01 to 26, weights 1, 2, cross-sums).
    pub fn pruefziffer_stimmt(self) -> bool {
        // the products of two neighbouring digits with 1 and 2, cross-sums taken, for 00 to 99
        const PAARE: [u8; 100] = {
            let mut paare = [0; 100];
            let mut i: u8 = 0;
            while i < 100 {
                let doppelt = i % 10 * 2;
                paare[i as usize] = i / 10 + doppelt / 10 + doppelt % 10;
                i += 1;
            }
            paare
        };
        let paar = |zahl: u64| u64::from(PAARE[(zahl % 100) as usize]);
        let (buchstabe, nummer) = (self.0.get() >> 32, self.0.get() & 0xFFFF_FFFF);
        let [a, b, c, d] = [10, 1_000, 100_000, 10_000_000].map(|teiler| paar(nummer / teiler));
        (paar(buchstabe) + a + b + c + d) % 10 == nummer % 10
    }
}

impl fmt::Debug for VersichertenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VersichertenId(…)")
    }
}

/// Most characters of a found value that a message shows.
const GEZEIGT_MAX: usize = 40;

/// Returns the shape of a personal value for a message: letters become `A` or `a`, digits `9`.
pub fn muster(text: &[u8]) -> String {
    let form = |c: char| match c {
        '0'..='9' => '9',
        c if c.is_uppercase() => 'A',
        c if c.is_alphabetic() => 'a',
        c => c,
    };
    gekuerzt(String::from_utf8_lossy(text).chars().map(form))
}

/// Returns a found value as messages show it: short, without control characters, and only its shape
/// if it holds what could be a Versicherten-ID that slipped into another field.
pub fn gezeigt(text: &str) -> String {
    if hat_versicherten_id(text) { muster(text.as_bytes()) } else { gekuerzt(text.chars()) }
}

/// Tells whether a text holds what could be a Versicherten-ID: a letter and nine digits.
pub(crate) fn hat_versicherten_id(text: &str) -> bool {
    let zeichen: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
    zeichen.windows(10).any(|fenster| {
        fenster[0].is_ascii_alphabetic() && fenster[1..].iter().all(char::is_ascii_digit)
    })
}

fn gekuerzt(zeichen: impl Iterator<Item = char>) -> String {
    let mut zeichen = zeichen.map(|c| if c.is_control() { '?' } else { c });
    let mut text: String = zeichen.by_ref().take(GEZEIGT_MAX).collect();
    if zeichen.next().is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanr(text: &str) -> Lanr {
        text.parse().expect(text)
    }

    #[test]
    fn lanr_and_bsnr_name_person_and_practice() {
        let bsnr: Bsnr = "012345678".parse().expect("BSNR");
        assert_eq!(
            (bsnr.to_string(), bsnr.praxis().to_string()),
            ("012345678".into(), "0123456".into())
        );
        let arzt = lanr("123456640");
        assert_eq!((arzt.arzt().to_string(), arzt.fachgruppe()), ("1234566".into(), 40));
        for text in ["", "12345678", "1234567890", "12345678a", "１23456789"] {
            assert!(text.parse::<Bsnr>().is_err(), "{text}");
            assert!(text.parse::<Lanr>().is_err(), "{text}");
        }
    }

    #[test]
    fn check_digit_of_the_lanr() {
        for (text, stimmt) in [
            ("123456601", true),
            ("123456701", false),
            ("000000000", true),
            ("999999900", true),
            ("555555101", true),
        ] {
            assert_eq!(lanr(text).pruefziffer_stimmt(), stimmt, "{text}");
        }
        assert!(lanr("999999900").ist_ersatzwert());
        assert!(lanr("555555101").ist_ersatzwert());
        assert!(!lanr("123456601").ist_ersatzwert());
    }

    #[test]
    fn versicherten_id_is_normalised_or_missing() {
        let Gelesen::Id { id, normalisiert: false } = VersichertenId::lies(b"A123456780") else {
            panic!("a plain id")
        };
        assert_eq!(&id.klartext(), b"A123456780");
        assert_eq!(VersichertenId::lies(b" a12345 6780"), Gelesen::Id { id, normalisiert: true });
        for text in ["", " ", "A12345678", "A1234567801", "1123456780", "AA23456780", "Ä123456780"]
        {
            assert_eq!(VersichertenId::lies(text.as_bytes()), Gelesen::Formfehler, "{text}");
        }
        assert_eq!(format!("{id:?}"), "VersichertenId(…)");
    }

    #[test]
    fn check_digit_of_the_versicherten_id() {
        for (text, stimmt) in [
            ("A123456780", true),
            ("X110411675", true),
            ("S040464113", true),
            ("A303011978", false),
            ("Z999999999", false),
        ] {
            let Gelesen::Id { id, .. } = VersichertenId::lies(text.as_bytes()) else {
                panic!("{text}")
            };
            assert_eq!(id.pruefziffer_stimmt(), stimmt, "{text}");
            assert_eq!(id.klartext(), text.as_bytes(), "{text}");
        }
    }

    #[test]
    fn a_gnr_shows_and_sorts_as_its_text() {
        let texte = ["0", "03000", "03001", "0300A", "3", "A", "A0", "AZ9", "Z", "ZZZZZZZZZ"];
        let gnr = texte.map(|text| Gnr::aus_bytes(text.as_bytes()).expect(text));
        assert!(gnr.is_sorted());
        assert_eq!(gnr.map(|gnr| gnr.to_string()), texte);
        for text in ["", "0123456789", "a", "0 ", "Ä", "/", ":", "@", "["] {
            assert!(Gnr::aus_bytes(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn personal_values_are_shown_as_their_shape() {
        assert_eq!(muster("A12345ß ?".as_bytes()), "A99999a ?");
        assert_eq!(muster("7".repeat(50).as_bytes()).chars().count(), 41);
        for (text, erwartet) in [
            ("2024-02-30", "2024-02-30"),
            ("A12345678", "A12345678"),
            ("A123456780", "A999999999"),
            ("x A123 456780;", "a A999 999999;"),
            ("\u{7}ä", "?ä"),
        ] {
            assert_eq!(gezeigt(text), erwartet);
        }
    }

    /// The rule as it is written: letter as two digits, weights 1 and 2, cross-sums.
    #[test]
    fn the_table_of_pairs_is_the_rule_of_the_check_digit() {
        for i in 0..200_000_u64 {
            let buchstabe = b'A' + u8::try_from(i % 26).expect("klein");
            let nummer = u32::try_from(i * 7_919_003 % 1_000_000_000).expect("neun Ziffern");
            let text = format!("{:02}{nummer:09}", buchstabe - b'A' + 1);
            let summe: u32 = text[..10]
                .bytes()
                .zip([1, 2].into_iter().cycle())
                .map(|(ziffer, gewicht)| u32::from(ziffer - b'0') * gewicht)
                .map(|produkt| produkt / 10 + produkt % 10)
                .sum();
            let id = VersichertenId::neu(buchstabe, nummer);
            assert_eq!(id.pruefziffer_stimmt(), summe % 10 == nummer % 10, "{text}");
        }
    }

    #[test]
    fn gnrs_are_shown_and_ordered_as_their_texts() {
        let texte =
            ["0", "00", "03000", "03000A", "03001", "99999999Z", "A", "AB", "Z9", "ZZZZZZZZZ"];
        for a in texte {
            let gnr = |text: &str| Gnr::aus_bytes(text.as_bytes()).expect("GNR");
            assert_eq!(gnr(a).to_string(), a);
            for b in texte {
                assert_eq!(gnr(a).cmp(&gnr(b)), a.cmp(b), "{a} {b}");
            }
        }
        for text in ["", "0300a", "03 00", "0123456789"] {
            assert!(Gnr::aus_bytes(text.as_bytes()).is_err(), "{text}");
        }
    }
}
