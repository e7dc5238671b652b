//! Money in whole cents, shares as exact decimals, and the one place where digits are lost.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

/// An amount in euro cents; negative where fees were reclaimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Cent(i64);

/// A share of a full Versorgungsauftrag or post, 0 to 1 with at most six decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anteil(Decimal);

/// A text that is no amount or no share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Betragsfehler {
    /// Not euros with a dot and two decimals, or above 10 billion euros.
    #[error("ein Betrag in Euro mit Punkt und zwei Nachkommastellen (12.50)")]
    Betrag,
    /// Not a decimal of 0 to 1 with at most six decimals.
    #[error("ein Anteil von 0 bis 1 mit höchstens sechs Nachkommastellen (0.75)")]
    Anteil,
}

/// How the one rounding of an amount is done (Auslegung `allgemein.rundung`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rundung {
    /// Half away from zero.
    Kaufmaennisch,
    /// Towards zero.
    Abrunden,
    /// Half to the even cent.
    ZurGeraden,
}

/// The largest amount that an input may name, in cents: sums of millions of them fit an `i64`.
const BETRAG_MAX: i64 = 10_000_000_000_00;

impl Cent {
    /// No money.
    pub const NULL: Self = Self(0);

    /// Returns an amount of `cent` euro cents.
    pub const fn neu(cent: i64) -> Self {
        Self(cent)
    }

    /// Returns the number of cents.
    pub const fn cent(self) -> i64 {
        self.0
    }

    /// Returns the amount as German texts write it, `36.134,77 EUR`.
    pub fn deutsch(self) -> String {
        let ganze = (self.0.unsigned_abs() / 100).to_string();
        let mut text = String::from(if self.0 < 0 { "-" } else { "" });
        for (i, ziffer) in ganze.chars().enumerate() {
            if i != 0 && (ganze.len() - i).is_multiple_of(3) {
                text.push('.');
            }
            text.push(ziffer);
        }
        format!("{text},{:02} EUR", self.0.unsigned_abs() % 100)
    }
}

impl std::ops::Add for Cent {
    type Output = Self;

    fn add(self, anderer: Self) -> Self {
        Self(self.0.saturating_add(anderer.0))
    }
}

impl std::ops::Sub for Cent {
    type Output = Self;

    fn sub(self, anderer: Self) -> Self {
        Self(self.0.saturating_sub(anderer.0))
    }
}

impl std::iter::Sum for Cent {
    fn sum<I: Iterator<Item = Self>>(betraege: I) -> Self {
        betraege.fold(Self::NULL, |summe, betrag| summe + betrag)
    }
}

impl fmt::Display for Cent {
    /// Writes euros with a dot and two decimals, as the inputs do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let betrag = self.0.unsigned_abs();
        write!(f, "{}{}.{:02}", if self.0 < 0 { "-" } else { "" }, betrag / 100, betrag % 100)
    }
}

impl FromStr for Cent {
    type Err = Betragsfehler;

    fn from_str(text: &str) -> Result<Self, Betragsfehler> {
        let (negativ, betrag) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (euro, cent) = betrag.split_once('.').ok_or(Betragsfehler::Betrag)?;
        let ziffern = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        if !ziffern(euro) || !ziffern(cent) || cent.len() != 2 || 11 < euro.len() {
            return Err(Betragsfehler::Betrag);
        }
        let zahl = |t: &str| t.parse::<i64>().map_err(|_| Betragsfehler::Betrag);
        let wert = zahl(euro)? * 100 + zahl(cent)?;
        if BETRAG_MAX < wert {
            return Err(Betragsfehler::Betrag);
        }
        Ok(Self(if negativ { -wert } else { wert }))
    }
}

impl Anteil {
    /// Returns the exact decimal.
    pub fn wert(self) -> Decimal {
        self.0
    }
}

impl fmt::Display for Anteil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Anteil {
    type Err = Betragsfehler;

    fn from_str(text: &str) -> Result<Self, Betragsfehler> {
        let erlaubt = text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && text.starts_with(|c: char| c.is_ascii_digit())
            && text.ends_with(|c: char| c.is_ascii_digit())
            && (text.len() == 1 || text.as_bytes().get(1) == Some(&b'.'))
            && text.len() <= 8;
        match Decimal::from_str_exact(text) {
            Ok(wert) if erlaubt && wert <= Decimal::ONE && wert.scale() <= 6 => {
                Ok(Self(wert.normalize()))
            }
            _ => Err(Betragsfehler::Anteil),
        }
    }
}

impl Rundung {
    /// Computes `betrag × anteil_tage / tage` and rounds it once to the cent: multiply before
    /// dividing, so that no digit is lost on the way.
    ///
    /// `anteil_tage` is a sum of shares times days; `tage` must be positive.
    ///
    /// # Errors
    /// [`Betragsfehler::Betrag`] if the product leaves 127 bits or the result 63, or `tage` is not positive.
    pub fn anteilig(
        self,
        betrag: Cent,
        anteil_tage: Decimal,
        tage: i32,
    ) -> Result<Cent, Betragsfehler> {
        let skala = 10_i128.checked_pow(anteil_tage.scale()).ok_or(Betragsfehler::Betrag)?;
        let zaehler = i128::from(betrag.cent()).checked_mul(anteil_tage.mantissa());
        let nenner = skala.checked_mul(i128::from(tage)).filter(|nenner| 0 < *nenner);
        let (Some(zaehler), Some(nenner)) = (zaehler, nenner) else {
            return Err(Betragsfehler::Betrag);
        };
        self.teile(zaehler, nenner)
    }

    /// Divides and rounds; `nenner` is positive.
    fn teile(self, zaehler: i128, nenner: i128) -> Result<Cent, Betragsfehler> {
        let (ganze, rest) = (zaehler / nenner, zaehler % nenner);
        let haelfte = rest
            .unsigned_abs()
            .checked_mul(2)
            .ok_or(Betragsfehler::Betrag)?
            .cmp(&nenner.unsigned_abs());
        let weg_von_null = match self {
            Self::Abrunden => false,
            Self::Kaufmaennisch => haelfte.is_ge(),
            Self::ZurGeraden => haelfte.is_gt() || haelfte.is_eq() && ganze % 2 != 0,
        };
        let gerundet = if weg_von_null { ganze + zaehler.signum() } else { ganze };
        i64::try_from(gerundet).map(Cent).map_err(|_| Betragsfehler::Betrag)
    }
}

/// Returns Σ share × days as exports write it: exact, without trailing zeros.
pub fn anteil_tage_text(summe: Decimal) -> String {
    if summe.is_zero() { "0".to_owned() } else { summe.normalize().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cent(text: &str) -> Cent {
        text.parse().expect(text)
    }

    #[test]
    fn amounts_are_read_and_written_exactly() {
        for (text, erwartet) in [
            ("0.00", 0),
            ("71484.30", 71_484_30),
            ("-5.01", -5_01),
            ("0.05", 5),
            ("10000000000.00", 10_000_000_000_00),
        ] {
            assert_eq!(cent(text), Cent::neu(erwartet));
            assert_eq!(cent(text).to_string(), text);
        }
        for text in [
            "",
            "5",
            "5.0",
            "5.000",
            "5,00",
            ".50",
            "+5.00",
            "1e3.00",
            "--1.00",
            "10000000000.01",
            "000000000001.00",
            "-.10",
            "1 000.00",
        ] {
            assert_eq!(text.parse::<Cent>(), Err(Betragsfehler::Betrag), "{text}");
        }
        assert_eq!(cent("-1234567.89").deutsch(), "-1.234.567,89 EUR");
        assert_eq!(cent("123.00").deutsch(), "123,00 EUR");
    }

    #[test]
    fn shares_are_exact_and_bounded() {
        for text in ["0", "1", "0.5", "0.75", "0.333333", "1.0", "1.00", "0.50"] {
            assert!(text.parse::<Anteil>().is_ok(), "{text}");
        }
        for text in [
            "00",
            "01",
            "000",
            "00.5",
            "01.0",
            "",
            "1.01",
            "-0.5",
            "2",
            "0,5",
            ".5",
            "0.",
            "0.1234567",
            "1e0",
            "+1",
            "0_1",
        ] {
            assert_eq!(text.parse::<Anteil>(), Err(Betragsfehler::Anteil), "{text}");
        }
    }

    #[test]
    fn one_rounding_at_the_end() {
        use Rundung::{Abrunden, Kaufmaennisch, ZurGeraden};
        let anteilig = |betrag: &str, anteil_tage: &str, tage, rundung: Rundung| {
            rundung
                .anteilig(cent(betrag), anteil_tage.parse().expect("Dezimalzahl"), tage)
                .map(|c| c.to_string())
        };
        for (betrag, anteil_tage, tage, kaufmaennisch, abrunden, zur_geraden) in [
            // The checks that the Fachkonzept prints for § 5.
            ("71484.00", "46", 91, "36134.77", "36134.76", "36134.77"),
            ("71484.00", "25", 91, "19638.46", "19638.46", "19638.46"),
            ("71484.00", "1", 91, "785.54", "785.53", "785.54"),
            ("71484.30", "5.5", 90, "4368.49", "4368.48", "4368.48"),
            // Halves, both signs.
            ("0.01", "1", 2, "0.01", "0.00", "0.00"),
            ("0.03", "1", 2, "0.02", "0.01", "0.02"),
            ("-0.01", "1", 2, "-0.01", "0.00", "0.00"),
            ("-0.03", "1", 2, "-0.02", "-0.01", "-0.02"),
            ("20.00", "0", 91, "0.00", "0.00", "0.00"),
        ] {
            for (rundung, erwartet) in
                [(Kaufmaennisch, kaufmaennisch), (Abrunden, abrunden), (ZurGeraden, zur_geraden)]
            {
                assert_eq!(
                    anteilig(betrag, anteil_tage, tage, rundung).as_deref(),
                    Ok(erwartet),
                    "{betrag} {rundung:?}"
                );
            }
        }
        assert_eq!(anteilig("1.00", "1", 0, Kaufmaennisch), Err(Betragsfehler::Betrag));
    }
}
