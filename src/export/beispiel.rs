//! A run that the tests of the exports start from.

use std::path::Path;

use crate::golden::entscheide;
use crate::lauf::Ergebnis;
use crate::read::eingaben::Eingaben;

/// Returns the demo quarter: every reason code of the three paragraphs.
pub(crate) fn demoquartal() -> Ergebnis {
    entscheide(Eingaben::aus(Some(Path::new("testdata/2024Q1")), &[]), 2)
}
