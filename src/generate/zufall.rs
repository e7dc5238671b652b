//! Random numbers that are the same on every machine: SplitMix64, integers only.

/// The step between two states: the odd number nearest to 2^64 divided by the golden ratio.
const SCHRITT: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream of random numbers. Streams of different purposes or numbers have nothing in common, so
/// what one practice draws does not depend on any other.
#[derive(Debug, Clone)]
pub(super) struct Zufall(u64);

/// What a stream is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(super) enum Zweck {
    /// How many cases a practice has.
    Groesse = 1,
    /// Kind, place and physicians of a practice.
    Praxis,
    /// Cases of a practice in the quarter.
    Faelle,
    /// Cases of a closed practice before it closed.
    Rueckblick,
    /// Guarantees and fees.
    Honorar,
    /// The key of the pseudonyms.
    Schluessel,
    /// Where the Versicherten-IDs begin.
    Versicherte,
    /// Names and the like of patients and physicians, which KVDT has.
    Person,
}

/// Spreads every bit of a state over the whole number.
fn mische(zustand: u64) -> u64 {
    let z = (zustand ^ (zustand >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn schritt(zustand: u64) -> u64 {
    zustand.wrapping_add(SCHRITT)
}

impl Zufall {
    /// Returns stream `nummer` of a purpose.
    pub(super) fn neu(seed: u64, zweck: Zweck, nummer: u64) -> Self {
        // One after the other, so that no two of them can cancel each other out.
        let teile = [seed, zweck as u64, nummer];
        Self(teile.iter().fold(0, |zustand, teil| mische(schritt(zustand).wrapping_add(*teil))))
    }

    /// Returns the next 64 bits.
    pub(super) fn naechste(&mut self) -> u64 {
        self.0 = schritt(self.0);
        mische(self.0)
    }

    /// Returns a number below `grenze` (0 if that is 0).
    pub(super) fn unter(&mut self, grenze: u32) -> u32 {
        anteilig(self.naechste(), grenze)
    }
}

/// Random bits that are used up from the low end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits(pub(super) u64);

impl Bits {
    /// Takes the next `anzahl` bits.
    pub(super) fn nimm(&mut self, anzahl: u32) -> usize {
        let zahl = self.0 & ((1 << anzahl) - 1);
        self.0 >>= anzahl;
        // Nobody takes more than 16.
        usize::try_from(zahl).unwrap_or(0)
    }

    /// Takes `anzahl` bits; they are all zero once in two to their number.
    pub(super) fn selten(&mut self, anzahl: u32) -> bool {
        self.nimm(anzahl) == 0
    }
}

/// Returns the number below `grenze` that the upper half of `bits` stands for.
pub(super) fn anteilig(bits: u64, grenze: u32) -> u32 {
    // Both factors are below 2^32, so the upper half of the product is too.
    u32::try_from(((bits >> 32) * u64::from(grenze)) >> 32).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of the published SplitMix64 with state 0.
    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        let mut zufall = Zufall(0);
        let zahlen = [zufall.naechste(), zufall.naechste(), zufall.naechste()];
        assert_eq!(zahlen, [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]);
    }

    #[test]
    fn streams_differ_and_numbers_stay_below_their_limit() {
        let mut erste = Vec::new();
        for zweck in [Zweck::Groesse, Zweck::Praxis, Zweck::Faelle, Zweck::Rueckblick] {
            for (seed, nummer) in [(0, 0), (0, 1), (1, 0), (1, 1), (u64::MAX, u64::MAX)] {
                erste.push(Zufall::neu(seed, zweck, nummer).naechste());
            }
        }
        let anzahl = erste.len();
        erste.sort_unstable();
        erste.dedup();
        assert_eq!(erste.len(), anzahl);
        for grenze in [0, 1, 2, 7, u32::MAX] {
            let mut zufall = Zufall::neu(7, Zweck::Faelle, 0);
            for _ in 0..1000 {
                let zahl = zufall.unter(grenze);
                assert!(zahl < grenze.max(1), "{zahl} {grenze}");
            }
        }
    }
}
