//! Shapes that the lines of several paragraphs share.

use serde::{Deserialize, Serialize};

use crate::ergebnis::{Gruende, Grund};
use crate::export::wort::Text;
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::Zeitraum;

/// A period of days, open where `null`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Zeitraumzeile {
    ab: Option<Text<Tag>>,
    bis: Option<Text<Tag>>,
}

impl From<Zeitraum> for Zeitraumzeile {
    fn from(zeitraum: Zeitraum) -> Self {
        Self { ab: zeitraum.von.map(Text), bis: zeitraum.bis.map(Text) }
    }
}

impl From<Zeitraumzeile> for Zeitraum {
    fn from(zeile: Zeitraumzeile) -> Self {
        Self { von: zeile.ab.map(|tag| tag.0), bis: zeile.bis.map(|tag| tag.0) }
    }
}

/// A quarter and its last day that counts.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Quartalstag {
    quartal: Text<Quartal>,
    letzter_tag: Text<Tag>,
}

impl From<(Quartal, Tag)> for Quartalstag {
    fn from((quartal, tag): (Quartal, Tag)) -> Self {
        Self { quartal: Text(quartal), letzter_tag: Text(tag) }
    }
}

impl From<Quartalstag> for (Quartal, Tag) {
    fn from(zeile: Quartalstag) -> Self {
        (zeile.quartal.0, zeile.letzter_tag.0)
    }
}

/// Returns values as words.
pub(super) fn texte<T>(werte: impl IntoIterator<Item = T>) -> Vec<Text<T>> {
    werte.into_iter().map(Text).collect()
}

/// Returns the values of words.
pub(super) fn werte<T>(texte: Vec<Text<T>>) -> Vec<T> {
    texte.into_iter().map(|text| text.0).collect()
}

/// Returns the set of the reasons.
pub(super) fn gruende<G: Grund>(texte: Vec<Text<G>>) -> Gruende<G> {
    let mut gruende = Gruende::default();
    for Text(grund) in texte {
        gruende.wenn(true, grund);
    }
    gruende
}
