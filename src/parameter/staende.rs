//! A parameter and its Stände: values with the quarter from which they rule and where they stand.

use std::fmt;

use serde::Deserialize;

use crate::euro::Cent;
use crate::quartal::{Quartal, Tag};

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameterwert {
    /// A number, in the parameter's unit.
    Zahl(i64),
    /// Numbers in order, in the parameter's unit.
    Zahlen(Vec<i64>),
    /// A code of two digits.
    Kennziffer(u8),
    /// Codes of two digits.
    Kennziffern(Vec<u8>),
}

impl Parameterwert {
    /// Returns what a value of this form looks like, in German.
    pub(super) fn form(&self) -> &'static str {
        match self {
            Self::Zahl(_) => "eine ganze Zahl",
            Self::Zahlen(_) => "eine Liste ganzer Zahlen",
            Self::Kennziffer(_) => "zwei Ziffern in Anführungszeichen",
            Self::Kennziffern(_) => "eine Liste von je zwei Ziffern in Anführungszeichen",
        }
    }

    pub(super) fn hat_form_von(&self, anderer: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(anderer)
    }

    /// Returns its numbers, whatever the form.
    pub(super) fn zahlen(&self) -> Vec<i64> {
        match self {
            Self::Zahl(zahl) => vec![*zahl],
            Self::Zahlen(zahlen) => zahlen.clone(),
            Self::Kennziffer(ziffern) => vec![i64::from(*ziffern)],
            Self::Kennziffern(liste) => liste.iter().copied().map(i64::from).collect(),
        }
    }

    /// Returns the value with its unit as a clerk reads it: `20,00 EUR`, `Fachgruppen 01, 02, 03`.
    pub(super) fn anzeige(&self, einheit: &str) -> String {
        match self {
            Self::Zahl(cent) if einheit == CENT => Cent::neu(*cent).deutsch(),
            Self::Zahlen(liste) if einheit == CENT => {
                let betraege: Vec<_> = liste.iter().map(|c| Cent::neu(*c).deutsch()).collect();
                betraege.join("; ").replace(" EUR;", ";")
            }
            Self::Zahl(_) | Self::Zahlen(_) => format!("{self} {einheit}"),
            Self::Kennziffer(_) | Self::Kennziffern(_) => format!("{einheit} {self}"),
        }
    }
}

/// The unit of amounts.
const CENT: &str = "Cent";

impl fmt::Display for Parameterwert {
    /// Writes the bare value; lists with commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zweistellig = matches!(self, Self::Kennziffer(_) | Self::Kennziffern(_));
        for (i, zahl) in self.zahlen().into_iter().enumerate() {
            let komma = if i == 0 { "" } else { ", " };
            let breite = if zweistellig { 2 } else { 0 };
            write!(f, "{komma}{zahl:0breite$}")?;
        }
        Ok(())
    }
}

/// What rules from a quarter on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Inhalt {
    /// No value, for this reason.
    NichtVerfuegbar(String),
    /// This value.
    Wert(Parameterwert),
}

/// One entry of a parameter's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stand {
    pub(super) ab: Quartal,
    pub(super) bekannt_ab: Option<Tag>,
    pub(super) inhalt: Inhalt,
    pub(super) fundstelle: String,
    pub(super) anmerkung: Option<String>,
    /// Not embedded, but from the settings.
    pub(super) eigener: bool,
}

impl Stand {
    /// Later quarters first rule later; of equal ones the newest known rules, and a value fills the
    /// place of "not available".
    pub(super) fn rang(&self) -> (Quartal, Option<Tag>, bool) {
        (self.ab, self.bekannt_ab, matches!(self.inhalt, Inhalt::Wert(_)))
    }

    pub(super) fn wert(&self) -> Option<&Parameterwert> {
        match &self.inhalt {
            Inhalt::Wert(wert) => Some(wert),
            Inhalt::NichtVerfuegbar(_) => None,
        }
    }
}

/// A parameter with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Eintrag {
    pub(super) name: String,
    pub(super) bedeutung: String,
    pub(super) einheit: String,
    /// Smallest and largest number that a value may hold.
    pub(super) grenzen: (i64, i64),
    /// Sorted by [`Stand::rang`].
    pub(super) staende: Vec<Stand>,
}

impl Eintrag {
    /// Returns the Stand that rules `quartal`, and the last quarter that it rules, if one follows.
    pub(super) fn am(&self, quartal: Quartal) -> Option<(&Stand, Option<Quartal>)> {
        let danach = self.staende.partition_point(|stand| stand.ab <= quartal);
        let stand = self.staende.get(danach.checked_sub(1)?)?;
        Some((stand, self.staende.get(danach).map(|naechster| naechster.ab.plus(-1))))
    }

    pub(super) fn wert(&self, quartal: Quartal) -> Option<&Parameterwert> {
        self.am(quartal).and_then(|(stand, _)| stand.wert())
    }

    pub(super) fn werte(&self) -> impl Iterator<Item = &Parameterwert> {
        self.staende.iter().filter_map(Stand::wert)
    }

    pub(super) fn ergaenze(&mut self, stand: Stand) {
        self.staende.push(stand);
        self.staende.sort_by_key(Stand::rang);
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Datei {
    parameter: Vec<RohParameter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RohParameter {
    name: String,
    bedeutung: String,
    einheit: String,
    min: i64,
    max: i64,
    stand: Vec<RohStand>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RohStand {
    ab: String,
    bekannt_ab: Option<String>,
    wert: Option<RohWert>,
    nicht_verfuegbar: Option<String>,
    fundstelle: Option<String>,
    anmerkung: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RohWert {
    Zahl(i64),
    Zahlen(Vec<i64>),
    Kennziffer(String),
    Kennziffern(Vec<String>),
}

/// Returns the parameters of an embedded file. What cannot be read is left out, so that every
/// quarter is refused and none is calculated with a wrong number; a test proves that nothing is.
pub(super) fn lies(text: &str) -> Vec<Eintrag> {
    let parameter = toml::from_str::<Datei>(text).map(|datei| datei.parameter).unwrap_or_default();
    parameter.into_iter().filter_map(eintrag).collect()
}

fn eintrag(roh: RohParameter) -> Option<Eintrag> {
    let RohParameter { name, bedeutung, einheit, min, max, stand } = roh;
    let mut staende = stand.into_iter().map(eingebauter_stand).collect::<Option<Vec<_>>>()?;
    staende.sort_by_key(Stand::rang);
    Some(Eintrag { name, bedeutung, einheit, grenzen: (min, max), staende })
}

fn eingebauter_stand(roh: RohStand) -> Option<Stand> {
    let inhalt = match (roh.wert, roh.nicht_verfuegbar, &roh.fundstelle) {
        (Some(wert), None, Some(_)) => Inhalt::Wert(match wert {
            RohWert::Zahl(zahl) => Parameterwert::Zahl(zahl),
            RohWert::Zahlen(zahlen) => Parameterwert::Zahlen(zahlen),
            RohWert::Kennziffer(text) => Parameterwert::Kennziffer(zwei_ziffern(&text)?),
            RohWert::Kennziffern(liste) => Parameterwert::Kennziffern(
                liste.iter().map(|text| zwei_ziffern(text)).collect::<Option<_>>()?,
            ),
        }),
        (None, Some(grund), _) => Inhalt::NichtVerfuegbar(grund),
        _ => return None,
    };
    let bekannt_ab = match roh.bekannt_ab {
        Some(tag) => Some(tag.parse().ok()?),
        None => None,
    };
    Some(Stand {
        ab: roh.ab.parse().ok()?,
        bekannt_ab,
        inhalt,
        fundstelle: roh.fundstelle.unwrap_or_default(),
        anmerkung: roh.anmerkung,
        eigener: false,
    })
}

/// Returns the code that exactly two ASCII digits write.
pub fn zwei_ziffern(text: &str) -> Option<u8> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_for_machines_and_for_clerks() {
        let zahlen = Parameterwert::Zahlen(vec![21_500_00, 10_250_00]);
        for (wert, einheit, text, anzeige) in [
            (Parameterwert::Zahl(8), "Quartale", "8", "8 Quartale"),
            (Parameterwert::Zahl(20_00), "Cent", "2000", "20,00 EUR"),
            (zahlen, "Cent", "2150000, 1025000", "21.500,00; 10.250,00 EUR"),
            (Parameterwert::Zahlen(vec![4, 8]), "Quartale", "4, 8", "4, 8 Quartale"),
            (Parameterwert::Kennziffer(3), "Land", "03", "Land 03"),
            (Parameterwert::Kennziffern(vec![1, 34]), "Gruppen", "01, 34", "Gruppen 01, 34"),
        ] {
            assert_eq!((wert.to_string(), wert.anzeige(einheit)), (text.into(), anzeige.into()));
        }
    }

    #[test]
    fn a_malformed_stand_removes_the_whole_parameter() {
        let datei = |stand: &str| {
            let kopf = "[[parameter]]\nname = \"a\"\nbedeutung = \"\"\neinheit = \"\"\n";
            lies(&format!("{kopf}min = 0\nmax = 9\n[[parameter.stand]]\n{stand}")).len()
        };
        for (stand, anzahl) in [
            ("ab = \"2023Q1\"\nwert = 1\nfundstelle = \"§\"", 1),
            ("ab = \"2023Q1\"\nwert = [\"01\"]\nfundstelle = \"§\"", 1),
            ("ab = \"2023Q1\"\nwert = [\"1\"]\nfundstelle = \"§\"", 0),
            ("ab = \"2023Q1\"\nwert = 1", 0),
            ("ab = \"2023Q1\"\nnicht_verfuegbar = \"fehlt\"", 1),
            ("ab = \"2023Q1\"\nwert = 1\nfundstelle = \"§\"\nnicht_verfuegbar = \"fehlt\"", 0),
            ("ab = \"2023Q5\"\nnicht_verfuegbar = \"fehlt\"", 0),
            ("ab = \"2023Q1\"\nnicht_verfuegbar = \"fehlt\"\nbekannt_ab = \"heute\"", 0),
            ("ab = \"2023Q1\"\nnicht_verfuegbar = \"fehlt\"\nunbekannt = 1", 0),
        ] {
            assert_eq!(datei(stand), anzahl, "{stand}");
        }
    }
}
