//! Rows of dice: what proptest throws and shrinks. A die that shows 0 picks the plainest value.

use proptest::collection::vec;
use proptest::prelude::*;

/// The dice of one row.
pub(super) type Reihe = [u8; 32];

/// Throws between `min` and `max` rows.
pub(super) fn reihen(min: usize, max: usize) -> impl Strategy<Value = Vec<Reihe>> {
    vec(proptest::array::uniform32(any::<u8>()), min..=max)
}

/// Reads the dice of a row one after the other.
pub(super) struct Wuerfel<'r> {
    reihe: std::slice::Iter<'r, u8>,
    makellos: bool,
}

impl<'r> Wuerfel<'r> {
    pub(super) fn neu(reihe: &'r Reihe) -> Self {
        Self::makellos(reihe, false)
    }

    /// Dice of a world in which, if `makellos`, nothing is missing and nobody is refused for long:
    /// there the cases compete.
    pub(super) fn makellos(reihe: &'r Reihe, makellos: bool) -> Self {
        Self { reihe: reihe.iter(), makellos }
    }

    /// A number below `seiten`.
    pub(super) fn zahl(&mut self, seiten: usize) -> usize {
        usize::from(*self.reihe.next().expect("enough dice in a row")) % seiten
    }

    /// One of the values; the first is the plainest.
    pub(super) fn aus<T: Clone>(&mut self, werte: &[T]) -> T {
        werte[self.zahl(werte.len())].clone()
    }

    /// True once in `von` throws.
    pub(super) fn selten(&mut self, von: usize) -> bool {
        self.zahl(von) == von - 1
    }

    /// As `selten`, for what would keep a case from being granted.
    pub(super) fn makel(&mut self, von: usize) -> bool {
        self.selten(von) && !self.makellos
    }
}
