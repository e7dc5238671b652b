//! Quarters and days: the only calendar arithmetic of the crate.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use crate::ziffern::{acht, geschrieben, zeige};

/// A calendar quarter, written `2024Q1`; ordered in time.
///
/// Inside it is `year × 4 + quarter − 1`, so that distances are subtractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quartal(i32);

/// A calendar day, written `JJJJ-MM-TT`; days since 1970-01-01, so that distances are subtractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tag(i32);

/// A text that is neither a quarter nor a day of the years 1900 to 2999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Kalenderfehler {
    /// Not of the form `2024Q1`.
    #[error("ein Quartal der Form 2024Q1")]
    Quartal,
    /// Not of the form `2024-03-31`, or no day of the calendar.
    #[error("ein Tag der Form 2024-03-31")]
    Tag,
}

/// The years that a date or quarter may name; arithmetic cannot leave the calendar from here.
const JAHRE: std::ops::RangeInclusive<i32> = 1900..=2999;

/// Arithmetic with quarters ends here.
const FRUEHESTES: i32 = 1800 * 4;
/// … and here.
const SPAETESTES: i32 = 3100 * 4;

impl Quartal {
    /// Returns quarter `nummer` (1 to 4) of `jahr` (1900 to 2999).
    pub fn neu(jahr: i32, nummer: i32) -> Option<Self> {
        (JAHRE.contains(&jahr) && (1..=4).contains(&nummer)).then_some(Self(jahr * 4 + nummer - 1))
    }

    /// Returns the quarter that is `quartale` later (earlier if negative).
    #[must_use]
    pub fn plus(self, quartale: i32) -> Self {
        Self(self.0.saturating_add(quartale).clamp(FRUEHESTES, SPAETESTES))
    }

    /// Returns how many quarters `self` lies after `anderes`.
    pub fn seit(self, anderes: Self) -> i32 {
        self.0 - anderes.0
    }

    /// Returns the calendar year.
    pub fn jahr(self) -> i32 {
        self.0.div_euclid(4)
    }

    /// Returns the number within the year, 1 to 4.
    pub fn nummer(self) -> i32 {
        self.0.rem_euclid(4) + 1
    }

    /// Returns the first day.
    pub fn erster_tag(self) -> Tag {
        let monat0 = self.0.rem_euclid(4).unsigned_abs() as usize * 3;
        Tag(monat(self.jahr(), monat0).map_or(0, |(anfang, _)| anfang))
    }

    /// Returns the last day.
    pub fn letzter_tag(self) -> Tag {
        self.plus(1).erster_tag().plus(-1)
    }

    /// Returns the number of its days: 90, 91 or 92.
    pub fn tage(self) -> i32 {
        self.plus(1).erster_tag().seit(self.erster_tag())
    }

    /// Tells whether `tag` lies in the quarter.
    pub fn enthaelt(self, tag: Tag) -> bool {
        self.erster_tag() <= tag && tag <= self.letzter_tag()
    }

    /// Tells whether the period from `von` to `bis` (both included, open where `None`) has a day in the quarter.
    pub fn beruehrt(self, von: Option<Tag>, bis: Option<Tag>) -> bool {
        von.is_none_or(|v| v <= self.letzter_tag()) && bis.is_none_or(|b| self.erster_tag() <= b)
    }

    /// Returns the quarter as it is written.
    pub(crate) fn ascii(self) -> [u8; 6] {
        // arithmetic stays among years of four digits
        let mut text = *b"JJJJQN";
        text[..4].copy_from_slice(&geschrieben::<4>(self.jahr().unsigned_abs()));
        text[5..].copy_from_slice(&geschrieben::<1>(self.nummer().unsigned_abs()));
        text
    }

    /// Returns the quarters from `self` to `letztes`, both included.
    pub fn bis(self, letztes: Self) -> impl DoubleEndedIterator<Item = Self> + Clone {
        (self.0..=letztes.0).map(Self)
    }
}

impl fmt::Display for Quartal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        zeige(&self.ascii(), f)
    }
}

impl FromStr for Quartal {
    type Err = Kalenderfehler;

    fn from_str(text: &str) -> Result<Self, Kalenderfehler> {
        match text.as_bytes() {
            [j @ .., b'Q', q @ b'1'..=b'4'] if j.len() == 4 => ziffern(j)
                .and_then(|jahr| Self::neu(jahr, i32::from(q - b'0')))
                .ok_or(Kalenderfehler::Quartal),
            _ => Err(Kalenderfehler::Quartal),
        }
    }
}

impl Tag {
    /// Returns the day of a date.
    pub fn aus_datum(datum: NaiveDate) -> Self {
        Self(datum.to_epoch_days())
    }

    /// Returns day `tag` of `monat` of `jahr`, if the calendar (1900 to 2999) has it.
    pub fn neu(jahr: i32, monat: u32, tag: u32) -> Option<Self> {
        if !JAHRE.contains(&jahr) {
            return None;
        }
        let (anfang, ende) = self::monat(jahr, (monat as usize).checked_sub(1)?)?;
        let tag0 = i32::try_from(tag).ok()?.checked_sub(1)?;
        (0..ende - anfang).contains(&tag0).then_some(Self(anfang + tag0))
    }

    /// Parses `JJJJMMTT`, the form of KVDT and GV100AD.
    ///
    /// # Errors
    /// [`Kalenderfehler::Tag`] for any other form and for days the calendar does not have.
    pub fn aus_jjjjmmtt(text: &[u8]) -> Result<Self, Kalenderfehler> {
        let zahl = text.try_into().ok().and_then(acht).ok_or(Kalenderfehler::Tag)?;
        let jahr = (zahl / 10_000).cast_signed();
        Self::neu(jahr, zahl / 100 % 100, zahl % 100).ok_or(Kalenderfehler::Tag)
    }

    /// Parses `JJJJ-MM-TT`.
    ///
    /// # Errors
    /// [`Kalenderfehler::Tag`] for any other form and for days the calendar does not have.
    pub fn aus_bytes(text: &[u8]) -> Result<Self, Kalenderfehler> {
        let [j1, j2, j3, j4, b'-', m1, m2, b'-', t1, t2] = text else {
            return Err(Kalenderfehler::Tag);
        };
        Self::aus_jjjjmmtt(&[*j1, *j2, *j3, *j4, *m1, *m2, *t1, *t2])
    }

    /// Returns the day that is `tage` later (earlier if negative).
    #[must_use]
    pub fn plus(self, tage: i32) -> Self {
        Self(self.0.saturating_add(tage))
    }

    /// Returns how many days `self` lies after `anderer`.
    pub fn seit(self, anderer: Self) -> i32 {
        self.0 - anderer.0
    }

    /// Returns the quarter that holds the day.
    pub fn quartal(self) -> Quartal {
        let datum = self.datum();
        let monat0 = i32::try_from(datum.month0()).unwrap_or(0);
        Quartal(datum.year() * 4 + monat0 / 3)
    }

    /// Returns the day as German texts write it, `31.03.2024`.
    pub fn deutsch(self) -> String {
        let datum = self.datum();
        format!("{:02}.{:02}.{:04}", datum.day(), datum.month(), datum.year())
    }

    /// Returns the day as it is written, if its year has four digits: those of files have.
    pub(crate) fn ascii(self) -> Option<[u8; 10]> {
        let datum = self.datum();
        let jahr = u32::try_from(datum.year()).ok().filter(|jahr| *jahr <= 9999)?;
        let mut text = *b"JJJJ-MM-TT";
        text[..4].copy_from_slice(&geschrieben::<4>(jahr));
        text[5..7].copy_from_slice(&geschrieben::<2>(datum.month()));
        text[8..].copy_from_slice(&geschrieben::<2>(datum.day()));
        Some(text)
    }

    fn datum(self) -> NaiveDate {
        NaiveDate::from_epoch_days(self.0).unwrap_or_default()
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.ascii() {
            return zeige(&text, f);
        }
        let datum = self.datum();
        write!(f, "{:04}-{:02}-{:02}", datum.year(), datum.month(), datum.day())
    }
}

impl FromStr for Tag {
    type Err = Kalenderfehler;

    fn from_str(text: &str) -> Result<Self, Kalenderfehler> {
        Self::aus_bytes(text.as_bytes())
    }
}

/// First and last year of [`JAHRESANFANG`]: arithmetic with quarters goes beyond [`JAHRE`].
const TAFEL: std::ops::RangeInclusive<i32> = 1800..=3101;

/// The first day of every year, in days since 1970-01-01.
static JAHRESANFANG: [i32; 3101 - 1800 + 1] = {
    let mut tafel = [0; 3101 - 1800 + 1];
    let mut jahr = *TAFEL.start();
    // 1800-01-01
    let (mut tag, mut i) = (-62_091, 0);
    while i < tafel.len() {
        tafel[i] = tag;
        let ist_schaltjahr = jahr % 4 == 0 && (jahr % 100 != 0 || jahr % 400 == 0);
        tag += if ist_schaltjahr { 366 } else { 365 };
        (jahr, i) = (jahr + 1, i + 1);
    }
    tafel
};

/// Days of a year before each month, and of the whole year: of 365 and of 366 days.
const MONATSANFANG: [[i32; 13]; 2] = [
    [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365],
    [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366],
];

/// Returns the first day of month `monat0` (0 to 11) of `jahr`, and the one after its last; `None` for
/// years that the table does not have.
fn monat(jahr: i32, monat0: usize) -> Option<(i32, i32)> {
    let platz = usize::try_from(jahr - TAFEL.start()).ok()?;
    let (anfang, ende) = (*JAHRESANFANG.get(platz)?, *JAHRESANFANG.get(platz + 1)?);
    let davor = &MONATSANFANG[usize::from(ende - anfang == 366)];
    Some((anfang + davor.get(monat0)?, anfang + davor.get(monat0 + 1)?))
}

/// Returns the number that ASCII digits write: four of them.
fn ziffern(bytes: &[u8]) -> Option<i32> {
    bytes
        .iter()
        .try_fold(0, |summe: i32, b| b.is_ascii_digit().then(|| summe * 10 + i32::from(b - b'0')))
}

/// The days of one quarter on which something happened: bit 0 is the quarter's first day.
///
/// A quarter has at most 92 days, so a case's service days fit into 12 bytes however many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tage([u32; 3]);

impl Tage {
    /// Adds `tag`, which must lie in `quartal`; other days are not representable and stay out.
    pub fn merke(&mut self, quartal: Quartal, tag: Tag) {
        self.merke_im(quartal.erster_tag(), quartal.tage(), tag);
    }

    /// Adds `tag` to a set that belongs to the quarter of `anzahl` days from `erster` on.
    pub fn merke_im(&mut self, erster: Tag, anzahl: i32, tag: Tag) {
        let abstand = tag.seit(erster);
        if (0..anzahl).contains(&abstand)
            && let Some(wort) = self.0.get_mut(abstand.unsigned_abs() as usize / 32)
        {
            *wort |= 1 << (abstand % 32);
        }
    }

    /// Tells whether there is no day.
    pub fn ist_leer(self) -> bool {
        self.0 == [0; 3]
    }

    /// Returns the earliest day on or after `ab`, in a set that belongs to `quartal`.
    pub fn erster_ab(self, quartal: Quartal, ab: Tag) -> Option<Tag> {
        let erster = quartal.erster_tag();
        let abstand = ab.seit(erster).max(0);
        let rest = if abstand < 128 { self.bits() >> abstand } else { 0 };
        let schritt = i32::try_from(rest.trailing_zeros()).unwrap_or(128);
        (rest != 0).then(|| erster.plus(abstand + schritt))
    }

    /// Returns the latest day on or before `bis`, in a set that belongs to `quartal`.
    pub fn letzter_bis(self, quartal: Quartal, bis: Tag) -> Option<Tag> {
        self.tage(quartal).take_while(|tag| *tag <= bis).last()
    }

    /// Returns the days in order, for a set that belongs to `quartal`.
    pub fn tage(self, quartal: Quartal) -> impl Iterator<Item = Tag> {
        let erster = quartal.erster_tag();
        let mut rest = self.bits();
        std::iter::from_fn(move || {
            let abstand = rest.trailing_zeros();
            rest &= rest.checked_sub(1)?;
            Some(erster.plus(abstand.cast_signed()))
        })
    }

    fn bits(self) -> u128 {
        let [a, b, c] = self.0.map(u128::from);
        a | b << 32 | c << 64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> Tag {
        text.parse().expect(text)
    }

    fn quartal(text: &str) -> Quartal {
        text.parse().expect(text)
    }

    #[test]
    fn quarters_know_their_days_and_neighbours() {
        for (text, erster, letzter, tage, naechstes) in [
            ("2024Q1", "2024-01-01", "2024-03-31", 91, "2024Q2"),
            ("2023Q1", "2023-01-01", "2023-03-31", 90, "2023Q2"),
            ("2023Q2", "2023-04-01", "2023-06-30", 91, "2023Q3"),
            ("2023Q3", "2023-07-01", "2023-09-30", 92, "2023Q4"),
            ("2023Q4", "2023-10-01", "2023-12-31", 92, "2024Q1"),
            ("2100Q1", "2100-01-01", "2100-03-31", 90, "2100Q2"),
        ] {
            let q = quartal(text);
            assert_eq!(q.to_string(), text);
            assert_eq!((q.erster_tag(), q.letzter_tag()), (tag(erster), tag(letzter)), "{text}");
            assert_eq!((q.tage(), q.plus(1)), (tage, quartal(naechstes)), "{text}");
            assert_eq!((tag(erster).quartal(), tag(letzter).quartal()), (q, q), "{text}");
        }
    }

    #[test]
    fn no_day_is_found_far_behind_the_quarter() {
        let q = quartal("2024Q1");
        let mut tage = Tage::default();
        tage.merke(q, tag("2024-03-31"));
        for (ab, gefunden) in [(0, true), (90, true), (91, false), (127, false), (128, false)] {
            assert_eq!(tage.erster_ab(q, q.erster_tag().plus(ab)).is_some(), gefunden, "{ab}");
        }
    }

    /// The calendar of another hand tells every day, and that there are no others.
    #[test]
    fn every_day_of_eleven_hundred_years_is_that_of_the_calendar() {
        for jahr in 1899..=3000 {
            for monat in 0..=13 {
                for tag in 0..=32 {
                    let datum = NaiveDate::from_ymd_opt(jahr, monat, tag)
                        .filter(|_| JAHRE.contains(&jahr))
                        .map(Tag::aus_datum);
                    assert_eq!(Tag::neu(jahr, monat, tag), datum, "{jahr}-{monat}-{tag}");
                    let text = format!("{jahr:04}{monat:02}{tag:02}");
                    assert_eq!(Tag::aus_jjjjmmtt(text.as_bytes()).ok(), datum, "{text}");
                    let text = format!("{jahr:04}-{monat:02}-{tag:02}");
                    assert_eq!(Tag::aus_bytes(text.as_bytes()).ok(), datum, "{text}");
                }
            }
        }
        for nummer in 1800 * 4..=3100 * 4 {
            let quartal = Quartal(nummer);
            let monat = quartal.nummer().unsigned_abs() * 3 - 2;
            let datum = NaiveDate::from_ymd_opt(quartal.jahr(), monat, 1).map(Tag::aus_datum);
            assert_eq!(Some(quartal.erster_tag()), datum, "{quartal}");
        }
    }

    /// Far beyond every calendar arithmetic stops instead of overflowing.
    #[test]
    fn arithmetic_ends_where_no_calendar_is() {
        let q = quartal("2024Q1");
        assert_eq!(q.plus(i32::MAX).to_string(), "3100Q1");
        assert_eq!(q.plus(i32::MIN).to_string(), "1800Q1");
    }

    #[test]
    fn malformed_quarters_and_days_are_refused() {
        for text in [
            "", "2024Q0", "2024Q5", "2024q1", "24Q1", "02024Q1", "2024-1", "12024", "2024Q11",
            "1899Q4",
        ] {
            assert_eq!(text.parse::<Quartal>(), Err(Kalenderfehler::Quartal), "{text}");
        }
        for text in [
            "",
            "2024-02-30",
            "2023-02-29",
            "2024-13-01",
            "20240101",
            "2024-1-1",
            "3000-01-01",
            "2024-01-01 ",
            "2024x01-01",
            "2024-01x01",
            "+024-01-01",
        ] {
            assert_eq!(text.parse::<Tag>(), Err(Kalenderfehler::Tag), "{text}");
        }
        assert_eq!(Tag::aus_jjjjmmtt(b"20240229"), Ok(tag("2024-02-29")));
        assert_eq!(Tag::aus_jjjjmmtt(b"20230229"), Err(Kalenderfehler::Tag));
    }

    #[test]
    fn days_of_a_quarter_find_their_neighbours() {
        let q = quartal("2024Q1");
        let mut tage = Tage::default();
        assert!(tage.ist_leer());
        for text in ["2024-01-01", "2024-02-29", "2024-03-31", "2024-04-01", "2023-12-31"] {
            tage.merke(q, tag(text));
        }
        let alle: Vec<_> = tage.tage(q).map(|t| t.to_string()).collect();
        assert_eq!(alle, ["2024-01-01", "2024-02-29", "2024-03-31"]);
        assert_eq!(tage.erster_ab(q, tag("2024-01-02")), Some(tag("2024-02-29")));
        assert_eq!(tage.erster_ab(q, tag("2020-01-02")), Some(tag("2024-01-01")));
        assert_eq!(tage.erster_ab(q, tag("2024-04-01")), None);
        assert_eq!(tage.letzter_bis(q, tag("2024-03-30")), Some(tag("2024-02-29")));
        assert_eq!(tage.letzter_bis(q, tag("2023-12-31")), None);
    }
}
