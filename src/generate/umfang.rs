//! How much is asked for.

use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::parameter::Parameter;
use crate::quartal::Quartal;

/// A share from 0 to 1, exact to nine decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Anteil(u64);

/// Parts of a whole: a share has at most nine decimals.
const GANZES: u64 = 1_000_000_000;

impl Anteil {
    /// Returns the share of `anzahl`, rounded once to a whole number, half up.
    pub fn von(self, anzahl: u64) -> u64 {
        let produkt = u128::from(anzahl) * u128::from(self.0);
        // A share of at most 1 never exceeds the number.
        u64::try_from((produkt + u128::from(GANZES / 2)) / u128::from(GANZES)).unwrap_or(anzahl)
    }
}

impl FromStr for Anteil {
    type Err = KeinAnteil;

    /// Parses `0`, `1` or a decimal between them such as `0.005`.
    fn from_str(text: &str) -> Result<Self, KeinAnteil> {
        let (ganze, bruch) = text.split_once('.').unwrap_or((text, "0"));
        let ziffern = |teil: &str| !teil.is_empty() && teil.bytes().all(|b| b.is_ascii_digit());
        if !matches!(ganze, "0" | "1") || !ziffern(bruch) || 9 < bruch.len() {
            return Err(KeinAnteil);
        }
        let anteil = format!("{ganze}{bruch:0<9}").parse().map_err(|_| KeinAnteil)?;
        if GANZES < anteil { Err(KeinAnteil) } else { Ok(Self(anteil)) }
    }
}

/// What cannot be generated. The texts name the options of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Umfangsfehler {
    /// Too few cases for the fixed practices, or more than the numbers of practices and physicians allow.
    #[error(
        "--cases: `{0}` ist ungültig; erwartet wird eine ganze Zahl von {von} bis {bis}",
        von = Umfang::FAELLE.start(),
        bis = Umfang::FAELLE.end()
    )]
    Faelle(u64),
    /// A delivery has at least one and at most 9,999 parts.
    #[error(
        "--dateien: `{0}` ist ungültig; erwartet wird eine ganze Zahl von {von} bis {bis}",
        von = Umfang::DATEIEN.start(),
        bis = Umfang::DATEIEN.end()
    )]
    Dateien(u32),
    /// There are no rules for the quarter, or its deliveries would be made after the last year.
    #[error("--quartal: {0} ist nicht möglich; erwartet wird ein Quartal von {1} bis {2}")]
    Quartal(Quartal, Quartal, Quartal),
}

/// A text that is no decimal from 0 to 1 with at most nine decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("erwartet wird eine Dezimalzahl von 0 bis 1 mit höchstens 9 Nachkommastellen, etwa 0.005")]
pub struct KeinAnteil;

/// How the claims are written. All other files are the same in each form, and so are the cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// XML: the quarter's claims in so many files.
    Xml {
        /// See [`Umfang::DATEIEN`].
        dateien: u32,
    },
    /// KVDT: a file for each practice, and in the look-back for each closed practice and quarter.
    Kvdt,
}

/// What to generate. Equal values give equal bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Umfang {
    pub(super) faelle: u64,
    pub(super) seed: u64,
    pub(super) quartal: Quartal,
    pub(super) form: Form,
    pub(super) gekennzeichnet: Anteil,
}

impl Umfang {
    /// Cases that can be asked for: from where every reason fits in, to seven quarters of all
    /// Niedersachsen.
    pub const FAELLE: RangeInclusive<u64> = 10_000..=100_000_000;

    /// XML files of claims that can be asked for.
    pub const DATEIEN: RangeInclusive<u32> = 1..=9_999;

    /// Returns a quarter with `faelle` cases in that form, of which `gekennzeichnet` are marked.
    ///
    /// # Errors
    /// [`Umfangsfehler`] for numbers out of range and for quarters without rules.
    pub fn neu(
        faelle: u64,
        seed: u64,
        quartal: Quartal,
        form: Form,
        gekennzeichnet: Anteil,
    ) -> Result<Self, Umfangsfehler> {
        if !Self::FAELLE.contains(&faelle) {
            return Err(Umfangsfehler::Faelle(faelle));
        }
        if let Form::Xml { dateien } = form
            && !Self::DATEIEN.contains(&dateien)
        {
            return Err(Umfangsfehler::Dateien(dateien));
        }
        if !hat_regeln(quartal) || LETZTES_JAHR < quartal.jahr() {
            let letztes = quartal_im(LETZTES_JAHR, 4).unwrap_or(quartal);
            let erstes = ERSTE_JAHRE
                .filter_map(|jahr| quartal_im(jahr, 1))
                .flat_map(|q| q.bis(q.plus(3)))
                .find(|q| hat_regeln(*q));
            return Err(Umfangsfehler::Quartal(quartal, erstes.unwrap_or(letztes), letztes));
        }
        Ok(Self { faelle, seed, quartal, form, gekennzeichnet })
    }
}

/// In later years a mistyped number is likelier than a plan.
const LETZTES_JAHR: i32 = 2099;

/// Where the first quarter with rules is looked for.
const ERSTE_JAHRE: RangeInclusive<i32> = 2000..=LETZTES_JAHR;

fn quartal_im(jahr: i32, nummer: i32) -> Option<Quartal> {
    Quartal::neu(jahr, nummer)
}

/// Tells whether a case of the quarter can be decided.
pub(super) fn hat_regeln(quartal: Quartal) -> bool {
    Parameter::eingebaut().regeln(quartal).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quartal(text: &str) -> Quartal {
        text.parse().expect(text)
    }

    #[test]
    fn shares_are_exact() {
        for (text, anzahl, erwartet) in [
            ("0", 10_000, Some(0)),
            ("0.005", 10_000, Some(50)),
            ("0.005", 10_099, Some(50)),
            ("0.005", 10_100, Some(51)),
            ("0.000000001", 100_000_000, Some(0)),
            ("0.000000005", 100_000_000, Some(1)),
            ("0.3333", 10_000, Some(3333)),
            ("1", 10_001, Some(10_001)),
            ("1.000000000", 10_001, Some(10_001)),
            ("1.000000001", 0, None),
            ("0.0000000001", 0, None),
            ("2", 0, None),
            ("-0", 0, None),
            ("+1", 0, None),
            ("00", 0, None),
            (".5", 0, None),
            ("0.", 0, None),
            ("0,5", 0, None),
            ("0.5.5", 0, None),
            ("0.5e1", 0, None),
            ("", 0, None),
        ] {
            let gefunden = text.parse::<Anteil>().map(|anteil| anteil.von(anzahl));
            assert_eq!(gefunden.ok(), erwartet, "{text} of {anzahl}");
        }
    }

    #[test]
    fn what_cannot_be_generated_is_refused() {
        let anteil: Anteil = "0.005".parse().expect("Anteil");
        for (faelle, q, dateien, fehler) in [
            (10_000, "2024Q1", 1, ""),
            (9_999, "2024Q1", 1, "--cases: `9999` ist ungültig; erwartet wird eine ganze Zahl von"),
            (100_000_000, "2023Q1", 9_999, ""),
            (100_000_001, "2023Q1", 9_999, "--cases: `100000001`"),
            (10_000, "2099Q4", 0, "--dateien: `0` ist ungültig; erwartet wird eine ganze Zahl von"),
            (10_000, "2099Q4", 10_000, "--dateien: `10000`"),
            (10_000, "2099Q4", 8, ""),
            (10_000, "2100Q1", 8, "--quartal: 2100Q1 ist nicht möglich; erwartet wird ein Quartal"),
            (10_000, "2022Q4", 8, "Quartal von 2023Q1 bis 2099Q4"),
        ] {
            match Umfang::neu(faelle, 1, quartal(q), Form::Xml { dateien }, anteil) {
                Ok(_) => assert_eq!(fehler, "", "{faelle} {q} {dateien}"),
                Err(grund) => {
                    let text = grund.to_string();
                    assert!(!fehler.is_empty() && text.contains(fehler), "{text}");
                }
            }
        }
    }
}
