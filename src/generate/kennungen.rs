//! Identifiers with right check digits, except for a stated few, and the ranges they come from.
//!
//! Everything is fictitious: a number may belong to somebody real by chance only.

use super::zufall::{Zufall, Zweck};

/// A BSNR as it is written.
pub(super) type Bsnr = [u8; 9];
/// A LANR as it is written.
pub(super) type Lanr = [u8; 9];
/// A Versicherten-ID as it is written.
pub(super) type VersichertenId = [u8; 10];

/// The KVN's Bezirksstellen, by which a BSNR begins.
const BEZIRKE: [u32; 11] = [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

/// Patients of one practice have neighbouring numbers; no practice has more.
pub(super) const PATIENTEN_JE_PRAXIS: u64 = 2_048;

/// Physicians of one practice have neighbouring numbers; no practice has more.
pub(super) const AERZTE_JE_PRAXIS: u32 = 6;

/// One patient in so many has a wrong check digit, the same wherever the patient is seen.
const VERSICHERTE_JE_FEHLER: u64 = 10_007;

/// One physician in so many has a wrong check digit, the same everywhere.
const AERZTE_JE_FEHLER: u32 = 1_009;

/// Writes a number in `N` digits.
pub(super) fn ziffern<const N: usize>(mut zahl: u64) -> [u8; N] {
    let mut text = [b'0'; N];
    for stelle in text.iter_mut().rev() {
        // A remainder of ten is a digit.
        *stelle = b'0' + u8::try_from(zahl % 10).unwrap_or(0);
        zahl /= 10;
    }
    text
}

/// Which practice a number belongs to: each kind has a range of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nummer {
    /// A practice by its place in the plan.
    Praxis(u32),
    /// The branch of the practice at that place.
    Zweig(u32),
    /// A closed practice by its place in the plan.
    Geschlossen(u32),
    /// One of the fixed practices: Bezirksstelle and serial number.
    Fest(u32, u32),
}

impl Nummer {
    /// Returns the BSNR: Bezirksstelle, serial number, two digits that are free.
    pub(super) fn bsnr(self) -> Bsnr {
        let verteilt = |ab: u32, platz: u32| {
            let anzahl = 11;
            (BEZIRKE[(platz % anzahl) as usize], ab + platz / anzahl)
        };
        let (bezirk, laufend) = match self {
            Self::Praxis(platz) => verteilt(10_000, platz),
            Self::Geschlossen(platz) => verteilt(40_000, platz),
            Self::Zweig(platz) => verteilt(60_000, platz),
            Self::Fest(bezirk, laufend) => (bezirk, laufend),
        };
        ziffern(u64::from(bezirk) * 10_000_000 + u64::from(laufend) * 100)
    }
}

/// Whose LANR it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arztnummer {
    /// A physician of the practice at a place in the plan.
    Praxis(u32, u32),
    /// The physician of a closed practice.
    Geschlossen(u32),
    /// A physician of the fixed practices.
    Fest(u32),
}

impl Arztnummer {
    /// Returns the LANR with its Fachgruppe (two digits).
    pub(super) fn lanr(self, fachgruppe: u32) -> Lanr {
        let (nummer, falsch) = match self {
            Self::Praxis(platz, arzt) => {
                let laufend = platz * AERZTE_JE_PRAXIS + arzt;
                (100_000 + laufend, laufend % AERZTE_JE_FEHLER == AERZTE_JE_FEHLER - 1)
            }
            Self::Geschlossen(platz) => (900_000 + platz, false),
            Self::Fest(laufend) => (990_000 + laufend, false),
        };
        // 555555 stands for physicians of hospitals, not for one of ours.
        let nummer = if (555_555..900_000).contains(&nummer) { nummer + 1 } else { nummer };
        lanr(nummer, fachgruppe, falsch)
    }
}

fn lanr(nummer: u32, fachgruppe: u32, falsch: bool) -> Lanr {
    let stellen: [u8; 6] = ziffern(u64::from(nummer));
    let summe: u32 =
        stellen.iter().zip([4, 9].iter().cycle()).map(|(z, g)| u32::from(z - b'0') * g).sum();
    let pruefziffer = (10 - summe % 10 + u32::from(falsch)) % 10;
    ziffern(u64::from(nummer) * 1_000 + u64::from(pruefziffer * 100 + fachgruppe))
}

/// Versicherten-IDs of patients, who are numbered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Versicherte {
    beginn: u64,
}

/// Letters times eight digits: so many Versicherten-IDs there are, without the check digit.
const ALLE_VERSICHERTEN: u64 = 26 * 100_000_000;

/// Spreads neighbouring patients over all ids. It has no factor in common with their number, so no
/// two patients share an id.
const STREUUNG: u64 = 1_618_033_989;

/// Patients of the closed practices begin here, behind those of all practices.
pub(super) const AB_GESCHLOSSEN: u64 = 210_000_000;

/// Patients of the fixed practices begin here.
pub(super) const AB_FEST: u64 = 220_000_000;

impl Versicherte {
    pub(super) fn neu(seed: u64) -> Self {
        let beginn = Zufall::neu(seed, Zweck::Versicherte, 0).naechste() % ALLE_VERSICHERTEN;
        Self { beginn }
    }

    /// Returns the id of a patient, with a wrong check digit for one in ten thousand.
    pub(super) fn id(self, patient: u64) -> VersichertenId {
        self.mit_pruefziffer(patient, u64::from(patient % VERSICHERTE_JE_FEHLER == 1))
    }

    /// Returns the id of a patient, whose check digit is too high by `abweichung`.
    pub(super) fn mit_pruefziffer(self, patient: u64, abweichung: u64) -> VersichertenId {
        let nummer = (self.beginn + patient * STREUUNG) % ALLE_VERSICHERTEN;
        let (buchstabe, nummer) = (nummer / 100_000_000, nummer % 100_000_000);
        let stellen: [u8; 10] = ziffern((buchstabe + 1) * 100_000_000 + nummer);
        let mut summe = abweichung;
        for (i, stelle) in stellen.iter().enumerate() {
            let produkt = u64::from(stelle - b'0') << (i % 2);
            summe += produkt / 10 + produkt % 10;
        }
        let mut id = [0; 10];
        id[0] = b'A' + u8::try_from(buchstabe).unwrap_or(0);
        id[1..9].copy_from_slice(&stellen[2..]);
        id[9] = b'0' + u8::try_from(summe % 10).unwrap_or(0);
        id
    }
}

/// A Kostenträger: its IK of nine digits with the check digit of digits 3 to 8.
pub(super) fn kostentraeger(nummer: u64) -> [u8; 9] {
    let stellen: [u8; 8] = ziffern(10_990_000 + nummer);
    let mut summe = 0;
    for (i, stelle) in stellen[2..].iter().enumerate() {
        let produkt = u64::from(stelle - b'0') << ((i + 1) % 2);
        summe += produkt / 10 + produkt % 10;
    }
    ziffern((10_990_000 + nummer) * 10 + summe % 10)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::kennung;

    #[test]
    fn check_digits_are_right_except_for_a_stated_few() {
        let versicherte = Versicherte::neu(3);
        let mut falsch = 0;
        for patient in 0..100_070 {
            let gelesen = kennung::VersichertenId::lies(&versicherte.id(patient));
            let kennung::Gelesen::Id { id, normalisiert: false } = gelesen else {
                panic!("{patient}")
            };
            falsch += u32::from(!id.pruefziffer_stimmt());
        }
        assert_eq!(falsch, 10);
        let mut falsch = 0;
        for platz in 0..100_900 {
            for arzt in 0..2 {
                let lanr = Arztnummer::Praxis(platz, arzt).lanr(1);
                let lanr = kennung::Lanr::aus_bytes(&lanr).expect("LANR");
                assert!(!lanr.ist_ersatzwert());
                assert_eq!(lanr.fachgruppe(), 1);
                falsch += u32::from(!lanr.pruefziffer_stimmt());
            }
        }
        assert_eq!(falsch, 200);
        // As the demo's claims have it.
        assert_eq!(&kostentraeger(1), b"109900019");
        assert_eq!(&kostentraeger(3), b"109900031");
    }

    #[test]
    fn no_number_is_given_twice() {
        let versicherte = Versicherte::neu(u64::MAX);
        let bereiche = [0, 1_000_000, AB_GESCHLOSSEN, AB_FEST]
            .map(|ab| (ab..ab + 50_000).map(|p| versicherte.id(p)));
        assert_eq!(bereiche.into_iter().flatten().collect::<BTreeSet<_>>().len(), 200_000);
        let bsnr = (0..100_000).flat_map(|i| {
            [Nummer::Praxis(i).bsnr(), Nummer::Zweig(i).bsnr(), Nummer::Geschlossen(i % 400).bsnr()]
        });
        let praxen: BTreeSet<[u8; 7]> = bsnr.filter_map(|bsnr| bsnr[..7].try_into().ok()).collect();
        assert_eq!(praxen.len(), 200_400);
        let aerzte: BTreeSet<[u8; 6]> = (0..100_000)
            .flat_map(|i| (0..AERZTE_JE_PRAXIS).map(move |j| Arztnummer::Praxis(i, j)))
            .chain((0..400).map(Arztnummer::Geschlossen))
            .chain((0..400).map(Arztnummer::Fest))
            .filter_map(|arzt| arzt.lanr(3)[..6].try_into().ok())
            .collect();
        assert_eq!(aerzte.len(), 600_800);
    }
}
