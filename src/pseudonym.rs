//! Who a patient is, for whoever holds the key, and for nobody else.

use std::fmt;
use std::str::FromStr;

use crate::kennung::VersichertenId;
use crate::ziffern::zeige;

/// How pseudonyms are made, as the evidence states it.
pub(crate) const VERFAHREN: &str = "BLAKE3 mit Schlüssel über die normalisierte Versicherten-ID \
     (ein Großbuchstabe, neun Ziffern), die ersten 128 Bit hexadezimal";

/// What is hashed with the key to tell whether two files were made with the same one.
const KENNUNG: &[u8] = b"strukturfonds-schluessel/1";

/// A patient's pseudonym: equal for equal patients and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(u128);

/// A text that is no pseudonym.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("ein Pseudonym aus 32 Hexadezimalziffern, Buchstaben klein")]
pub struct KeinPseudonym;

impl Pseudonym {
    /// Returns the pseudonym of a patient.
    pub fn neu(patient: VersichertenId, schluessel: &[u8; 32]) -> Self {
        Self(u128::from_be_bytes(anfang(schluessel, &patient.klartext())))
    }

    /// Returns the hexadecimal digits.
    pub(crate) fn ascii(self) -> [u8; 32] {
        let mut text = [0; 32];
        for (ziffern, byte) in text.chunks_exact_mut(2).zip(self.0.to_be_bytes()) {
            for (ziffer, wert) in ziffern.iter_mut().zip([byte >> 4, byte & 0xF]) {
                *ziffer = if wert < 10 { b'0' + wert } else { b'a' + wert - 10 };
            }
        }
        text
    }

    /// Parses 32 hexadecimal digits in lower case.
    ///
    /// # Errors
    /// [`KeinPseudonym`] for any other length or character.
    pub fn aus_bytes(text: &[u8]) -> Result<Self, KeinPseudonym> {
        let ziffer = |b: &u8| match b {
            b'0'..=b'9' => Some(b - b'0'),
            b'a'..=b'f' => Some(b - b'a' + 10),
            _ => None,
        };
        let wert =
            text.iter().try_fold(0, |wert: u128, b| Some(wert << 4 | u128::from(ziffer(b)?)));
        wert.filter(|_| text.len() == 32).map(Self).ok_or(KeinPseudonym)
    }
}

impl FromStr for Pseudonym {
    type Err = KeinPseudonym;

    fn from_str(text: &str) -> Result<Self, KeinPseudonym> {
        Self::aus_bytes(text.as_bytes())
    }
}

impl fmt::Display for Pseudonym {
    /// Writes 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        zeige(&self.ascii(), f)
    }
}

/// Returns what tells a key from others without telling the key: 32 hexadecimal digits.
pub(crate) fn schluesselkennung(schluessel: &[u8; 32]) -> String {
    Pseudonym(u128::from_be_bytes(anfang(schluessel, KENNUNG))).to_string()
}

/// Returns the first 128 bits of the keyed hash.
fn anfang(schluessel: &[u8; 32], was: &[u8]) -> [u8; 16] {
    let mut anfang = [0; 16];
    let hash = blake3::keyed_hash(schluessel, was);
    for (ziel, byte) in anfang.iter_mut().zip(hash.as_bytes()) {
        *ziel = *byte;
    }
    anfang
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kennung::Gelesen;

    fn pseudonym(id: &str, schluessel: u8) -> Pseudonym {
        match VersichertenId::lies(id.as_bytes()) {
            Gelesen::Id { id, .. } => Pseudonym::neu(id, &[schluessel; 32]),
            Gelesen::Formfehler => panic!("{id}"),
        }
    }

    #[test]
    fn a_pseudonym_depends_on_patient_and_key_alone_and_never_changes() {
        let eines = pseudonym("A123456780", 1);
        // From another implementation of BLAKE3; carried state must find it again in every version.
        assert_eq!(eines.to_string(), "31099d3cba07f82d439a7ffb661e027d");
        assert_eq!(eines, pseudonym("a 123456780", 1), "normalised");
        assert_ne!(eines, pseudonym("A123456781", 1));
        assert_ne!(eines, pseudonym("A123456780", 2));
        assert_ne!(eines.to_string(), schluesselkennung(&[1; 32]));
    }

    #[test]
    fn only_its_own_form_is_read() {
        let eines = pseudonym("A123456780", 1);
        assert_eq!(eines.to_string().parse(), Ok(eines));
        for wort in ["", "12", "+2345678901234567890123456789012", &"A".repeat(32), &"0".repeat(33)]
        {
            assert_eq!(wort.parse::<Pseudonym>(), Err(KeinPseudonym), "{wort}");
        }
    }
}
