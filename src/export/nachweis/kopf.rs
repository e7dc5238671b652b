//! The first line: which run it was, and by what it decided.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::FORMAT;
use super::regeln::Regelzeile;
use crate::auslegung::{Auslegungen, Eintrag};
use crate::export::regelwerk::{self, Auslegungsliste, Quartalsregeln};
use crate::export::wort::Text;
use crate::lauf::Ergebnis;
use crate::parameter::Regeln;
use crate::pseudonym::{VERFAHREN, schluesselkennung};
use crate::quartal::Quartal;
use crate::read::umschlag::Status;

/// What an evidence says of its run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kopf {
    /// Version of the program that decided.
    pub programmversion: String,
    /// The run's quarter.
    pub quartal: Quartal,
    /// Number of the run within the quarter.
    pub lauf: u32,
    /// Whether the deliveries were real.
    pub status: Option<Status>,
    /// Tells the pseudonyms' key from others; `None`: there are no pseudonyms.
    pub schluesselkennung: Option<String>,
    /// Numbers that ruled each treatment quarter that was decided.
    pub regeln: BTreeMap<Quartal, Regeln>,
    /// The Auslegungen in force.
    pub auslegungen: Auslegungen,
}

/// The line as it is written.
#[derive(Debug, Serialize)]
pub(super) struct Schreibzeile<'a> {
    format: &'static str,
    programm: Programm<'a>,
    quartal: Text<Quartal>,
    lauf: u32,
    status: Option<Text<Status>>,
    pseudonyme: Pseudonyme,
    regeln: Vec<Regelzeile>,
    auslegungen: Vec<Auslegungszeile>,
    parameter_quellen: Vec<Quartalsregeln>,
    auslegungen_quellen: Auslegungsliste,
}

/// What is read back of the line: what its words for people say is known from the rest.
#[derive(Debug, Deserialize)]
pub(super) struct Lesezeile {
    programm: Programm<'static>,
    quartal: Text<Quartal>,
    lauf: u32,
    status: Option<Text<Status>>,
    pseudonyme: Pseudonyme,
    regeln: Vec<Regelzeile>,
    auslegungen: Vec<Auslegungszeile>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Programm<'a> {
    name: Cow<'a, str>,
    version: Cow<'a, str>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Pseudonyme {
    vorhanden: bool,
    verfahren: Option<String>,
    schluesselkennung: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Auslegungszeile {
    name: String,
    /// One name, or the entries of a list.
    werte: Vec<String>,
}

impl<'a> From<&'a Ergebnis> for Schreibzeile<'a> {
    fn from(ergebnis: &'a Ergebnis) -> Self {
        let einstellungen = &ergebnis.einstellungen;
        let kennung = ergebnis.schluessel.as_ref().map(schluesselkennung);
        Self {
            format: FORMAT,
            programm: Programm {
                name: env!("CARGO_PKG_NAME").into(),
                version: env!("CARGO_PKG_VERSION").into(),
            },
            quartal: Text(ergebnis.quartal),
            lauf: ergebnis.lauf,
            status: ergebnis.status.map(Text),
            pseudonyme: Pseudonyme {
                vorhanden: kennung.is_some(),
                verfahren: kennung.is_some().then(|| VERFAHREN.to_owned()),
                schluesselkennung: kennung,
            },
            regeln: ergebnis.regeln.iter().map(Regelzeile::from).collect(),
            auslegungen: auslegungszeilen(&einstellungen.auslegungen),
            parameter_quellen: regelwerk::parameter(&ergebnis.regeln, &einstellungen.parameter),
            auslegungen_quellen: Auslegungsliste::from(&einstellungen.auslegungen),
        }
    }
}

impl TryFrom<Lesezeile> for Kopf {
    type Error = String;

    /// Refuses, with the reason in German, Auslegungen that this program does not have.
    fn try_from(zeile: Lesezeile) -> Result<Self, String> {
        let regeln = zeile.regeln.into_iter().map(<(Quartal, Regeln)>::from).collect();
        Ok(Self {
            programmversion: zeile.programm.version.into_owned(),
            quartal: zeile.quartal.0,
            lauf: zeile.lauf,
            status: zeile.status.map(|status| status.0),
            schluesselkennung: zeile.pseudonyme.schluesselkennung,
            regeln,
            auslegungen: auslegungen(&zeile.auslegungen)?,
        })
    }
}

fn auslegungszeilen(auslegungen: &Auslegungen) -> Vec<Auslegungszeile> {
    let zeilen = auslegungen.zeilen();
    let zeile = |(zeile, eintrag): (&crate::auslegung::Auslegungszeile, &Eintrag)| {
        let werte = if eintrag.liste {
            let liste = zeile.wert.trim_matches(['[', ']']);
            liste.split(", ").filter(|wert| !wert.is_empty()).map(str::to_owned).collect()
        } else {
            vec![zeile.wert.clone()]
        };
        Auslegungszeile { name: zeile.name.to_owned(), werte }
    };
    zeilen.iter().zip(Auslegungen::EINTRAEGE).map(zeile).collect()
}

/// Every Auslegung must be there: a default that has changed since must not slip in.
fn auslegungen(zeilen: &[Auslegungszeile]) -> Result<Auslegungen, String> {
    let mut auslegungen = Auslegungen::default();
    if let Some(zeile) =
        zeilen.iter().find(|z| !Auslegungen::EINTRAEGE.iter().any(|e| e.name == z.name))
    {
        return Err(format!("die Auslegung {} ist unbekannt", zeile.name));
    }
    for eintrag in Auslegungen::EINTRAEGE {
        let zeile = zeilen
            .iter()
            .find(|zeile| zeile.name == eintrag.name)
            .ok_or_else(|| format!("die Auslegung {} fehlt", eintrag.name))?;
        let werte: Vec<&str> = zeile.werte.iter().map(String::as_str).collect();
        eintrag.setze(&mut auslegungen, &werte).map_err(|ablehnungen| {
            let erwartet = ablehnungen.first().map_or("", |a| a.erwartet.as_str());
            format!("{} = {}: {erwartet}", eintrag.name, werte.join(", "))
        })?;
    }
    Ok(auslegungen)
}
