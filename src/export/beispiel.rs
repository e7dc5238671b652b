//! A run that the tests of the exports start from.

use std::path::Path;

use crate::lauf::{Auftrag, Ergebnis, fuehre_aus};
use crate::read::eingaben::Eingaben;
use crate::read::roh::Zaehler;

/// Returns the demo quarter: every reason code of the three paragraphs.
pub(crate) fn demoquartal() -> Ergebnis {
    let ordner = Path::new("testdata/2024Q1");
    let auftrag = Auftrag {
        eingaben: Eingaben::aus(Some(ordner), &[]),
        threads: Some(2),
        ohne_vorlauf: false,
        ohne_fehlerhafte_dateien: false,
        lauf: 1,
        zaehler: Zaehler::default(),
    };
    fuehre_aus(&auftrag).expect("ein Ergebnis")
}
