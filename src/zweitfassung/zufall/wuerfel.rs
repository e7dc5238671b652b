//! Rows of dice: what proptest throws and shrinks. A die that shows 0 picks the plainest value.

use proptest::collection::vec;
use proptest::prelude::*;

/// The dice of one row.
pub(super) type Reihe = [u8; 24];

/// Throws between `min` and `max` rows.
pub(super) fn reihen(min: usize, max: usize) -> impl Strategy<Value = Vec<Reihe>> {
    vec(proptest::array::uniform24(any::<u8>()), min..=max)
}

/// Reads the dice of a row one after the other.
pub(super) struct Wuerfel<'r> {
    reihe: std::slice::Iter<'r, u8>,
}

impl<'r> Wuerfel<'r> {
    pub(super) fn neu(reihe: &'r Reihe) -> Self {
        Self { reihe: reihe.iter() }
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
}
