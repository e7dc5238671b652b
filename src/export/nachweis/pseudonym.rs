//! Who a patient is, for whoever holds the key, and for nobody else.

use std::borrow::Cow;
use std::fmt;

use crate::export::wort::Wort;
use crate::kennung::VersichertenId;

/// How pseudonyms are made, as the evidence states it.
pub(super) const VERFAHREN: &str = "BLAKE3 mit Schlüssel über die normalisierte Versicherten-ID \
     (ein Großbuchstabe, neun Ziffern), die ersten 128 Bit hexadezimal";

/// What is hashed with the key to tell whether two runs used the same one.
const KENNUNG: &[u8] = b"strukturfonds-schluessel/1";

/// A patient's pseudonym: equal for equal patients and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(u128);

impl Pseudonym {
    /// Returns the pseudonym of a patient.
    pub fn neu(patient: VersichertenId, schluessel: &[u8; 32]) -> Self {
        Self(u128::from_be_bytes(anfang(schluessel, &patient.klartext())))
    }
}

impl fmt::Display for Pseudonym {
    /// Writes 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Wort for Pseudonym {
    const WAS: &'static str = "ein Pseudonym";

    fn wort(&self) -> Cow<'static, str> {
        self.to_string().into()
    }

    fn aus_wort(wort: &str) -> Option<Self> {
        let ziffern = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let passt = wort.len() == 32 && wort.bytes().all(ziffern);
        passt.then(|| u128::from_str_radix(wort, 16).ok().map(Self)).flatten()
    }
}

/// Returns what tells a key from others without telling the key: 32 hexadecimal digits.
pub(super) fn schluesselkennung(schluessel: &[u8; 32]) -> String {
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
        assert_eq!(Pseudonym::aus_wort(&eines.wort()), Some(eines));
        for wort in ["", "12", "+2345678901234567890123456789012", &"A".repeat(32), &"0".repeat(33)]
        {
            assert_eq!(Pseudonym::aus_wort(wort), None, "{wort}");
        }
    }
}
