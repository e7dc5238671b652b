//! What ruled a run, as protocol and evidence write it: every number and every Auslegung in force,
//! with source and hash.

use std::collections::BTreeMap;

use serde::Serialize;

use super::wort::Text;
use crate::auslegung::{Auslegungen, Auslegungszeile};
use crate::parameter::{Parameter, Parameterzeile, Regeln};
use crate::quartal::Quartal;

/// A number of the guideline as it ruled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Parametereintrag {
    name: String,
    wert: String,
    einheit: String,
    anzeige: String,
    bedeutung: String,
    gilt_ab: Text<Quartal>,
    gilt_bis: Option<Text<Quartal>>,
    fundstelle: String,
    anmerkung: Option<String>,
    /// Embedded, not from the settings.
    vorgabe: bool,
}

impl From<Parameterzeile> for Parametereintrag {
    fn from(zeile: Parameterzeile) -> Self {
        Self {
            name: zeile.name,
            wert: zeile.wert,
            einheit: zeile.einheit,
            anzeige: zeile.anzeige,
            bedeutung: zeile.bedeutung,
            gilt_ab: Text(zeile.ab),
            gilt_bis: zeile.bis.map(Text),
            fundstelle: zeile.fundstelle,
            anmerkung: zeile.anmerkung,
            vorgabe: zeile.vorgabe,
        }
    }
}

/// An Auslegung as it was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Auslegungseintrag {
    name: &'static str,
    wert: String,
    /// It is the default.
    vorgabe: bool,
    fundstelle: &'static str,
    frage: &'static str,
    bedeutung: &'static str,
}

impl From<Auslegungszeile> for Auslegungseintrag {
    fn from(zeile: Auslegungszeile) -> Self {
        let Auslegungszeile { name, wert, vorgabe, fundstelle, frage, bedeutung } = zeile;
        Self { name, wert, vorgabe, fundstelle, frage, bedeutung }
    }
}

/// The numbers that ruled one treatment quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Quartalsregeln {
    quartal: Text<Quartal>,
    /// Versions of the guideline that the numbers' sources name.
    fassungen: Vec<String>,
    /// BLAKE3 over names and values.
    blake3: String,
    werte: Vec<Parametereintrag>,
}

/// Returns the numbers of every quarter that was decided.
pub(super) fn parameter(
    regeln: &BTreeMap<Quartal, Regeln>,
    parameter: &Parameter,
) -> Vec<Quartalsregeln> {
    let je_quartal = |quartal: &Quartal| {
        let zeilen = parameter.zeilen(*quartal);
        Quartalsregeln {
            quartal: Text(*quartal),
            fassungen: fassungen(&zeilen),
            blake3: parameter.hash(*quartal),
            werte: zeilen.into_iter().map(Parametereintrag::from).collect(),
        }
    };
    regeln.keys().map(je_quartal).collect()
}

/// How a source names the version of the guideline that it cites.
const FASSUNG: &str = "Richtlinie i. d. F.";

/// Returns the versions of the guideline that the sources cite, each once.
fn fassungen(zeilen: &[Parameterzeile]) -> Vec<String> {
    let mut fassungen = Vec::new();
    for zeile in zeilen {
        let zitat = zeile.fundstelle.split(';').find_map(|teil| Some(&teil[teil.find(FASSUNG)?..]));
        if let Some(fassung) = zitat.filter(|z| !fassungen.iter().any(|f| f == z)) {
            fassungen.push(fassung.to_owned());
        }
    }
    fassungen
}

/// The Auslegungen in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Auslegungsliste {
    /// BLAKE3 over names and values.
    blake3: String,
    werte: Vec<Auslegungseintrag>,
}

impl From<&Auslegungen> for Auslegungsliste {
    fn from(auslegungen: &Auslegungen) -> Self {
        let werte = auslegungen.zeilen().into_iter().map(Auslegungseintrag::from).collect();
        Self { blake3: auslegungen.hash(), werte }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_the_guideline_is_the_one_that_the_sources_cite() {
        for (quartal, erwartet) in [
            ("2022Q4", &[][..]),
            ("2024Q1", &["Richtlinie i. d. F. vom 19.11.2022, in Kraft 15.12.2022"]),
        ] {
            let quartal = quartal.parse().expect("Quartal");
            assert_eq!(fassungen(&Parameter::eingebaut().zeilen(quartal)), erwartet, "{quartal}");
        }
    }
}
