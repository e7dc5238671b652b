//! § 6: an island in the quarter, and the decision on a post.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::werte::{Zeitraumzeile, gruende, texte, werte};
use crate::ergebnis::{Ergebnis, Grund06};
use crate::euro::{Anteil, Cent, anteil_tage_text};
use crate::evaluate::par06::{Entscheidung06, Insellage, Sachverhalt, abs2_anteil_tage, abs2_satz};
use crate::export::wort::Text;
use crate::kennung::{Arzt, Lanr, Praxis};
use crate::parameter::Par06;
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::{Besetzung, Insel};

/// The islands that have been read.
pub(super) type Inseln = BTreeMap<Insel, Insellage>;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Inselzeile {
    insel: Text<Insel>,
    quartal: Text<Quartal>,
    ungedeckt: Vec<[Text<Tag>; 2]>,
    tage_ohne_dienst: u32,
    unbekannte: Vec<Unbekanntzeile>,
    gezaehlt: Vec<Text<Arzt>>,
    erreicht_am: Option<Text<Tag>>,
    ohne_arztstelle: Vec<Text<Arzt>>,
    // Bundles of the first versions do not have it.
    #[serde(default)]
    nicht_im_dienstplan: Vec<Text<Arzt>>,
    psychotherapeuten: Vec<Text<Arzt>>,
    viele_dienste: Vec<Dienstzeile>,
    gemeldet: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Unbekanntzeile {
    lanr: Text<Lanr>,
    erster_tag: Text<Tag>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Dienstzeile {
    arzt: Text<Arzt>,
    tage: u32,
}

impl From<&Insellage> for Inselzeile {
    fn from(lage: &Insellage) -> Self {
        let unbekannt = |(lanr, tag): &(Lanr, Tag)| Unbekanntzeile {
            lanr: Text(*lanr),
            erster_tag: Text(*tag),
        };
        Self {
            insel: Text(lage.insel),
            quartal: Text(lage.quartal),
            ungedeckt: lage.ungedeckt.iter().map(|(von, bis)| [Text(*von), Text(*bis)]).collect(),
            tage_ohne_dienst: lage.tage_ohne_dienst,
            unbekannte: lage.unbekannte.iter().map(unbekannt).collect(),
            gezaehlt: texte(lage.gezaehlt.iter().copied()),
            erreicht_am: lage.erreicht_am.map(Text),
            ohne_arztstelle: texte(lage.ohne_arztstelle.iter().copied()),
            nicht_im_dienstplan: texte(lage.nicht_im_dienstplan.iter().copied()),
            psychotherapeuten: texte(lage.psychotherapeuten.iter().copied()),
            viele_dienste: lage
                .viele_dienste
                .iter()
                .map(|(arzt, tage)| Dienstzeile { arzt: Text(*arzt), tage: *tage })
                .collect(),
            gemeldet: lage.gemeldet,
        }
    }
}

impl From<Inselzeile> for Insellage {
    fn from(zeile: Inselzeile) -> Self {
        Self {
            insel: zeile.insel.0,
            quartal: zeile.quartal.0,
            ungedeckt: zeile.ungedeckt.into_iter().map(|[von, bis]| (von.0, bis.0)).collect(),
            tage_ohne_dienst: zeile.tage_ohne_dienst,
            unbekannte: zeile
                .unbekannte
                .into_iter()
                .map(|unbekannt| (unbekannt.lanr.0, unbekannt.erster_tag.0))
                .collect(),
            gezaehlt: werte(zeile.gezaehlt),
            erreicht_am: zeile.erreicht_am.map(|tag| tag.0),
            ohne_arztstelle: werte(zeile.ohne_arztstelle),
            nicht_im_dienstplan: werte(zeile.nicht_im_dienstplan),
            psychotherapeuten: werte(zeile.psychotherapeuten),
            viele_dienste: zeile.viele_dienste.into_iter().map(|d| (d.arzt.0, d.tage)).collect(),
            gemeldet: zeile.gemeldet,
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Zeile06 {
    arztstelle: String,
    praxis: Text<Praxis>,
    insel: Text<Insel>,
    besetzungen: Vec<Besetzungszeile>,
    psychotherapeut: bool,
    #[serde(skip_deserializing)]
    ergebnis: Option<Text<Ergebnis>>,
    gruende: Vec<Text<Grund06>>,
    betrag_cent: i64,
    #[serde(skip_deserializing)]
    schritte: Option<Schritte06>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Besetzungszeile {
    arzt: Text<Arzt>,
    anteil: Text<Anteil>,
    zeitraum: Zeitraumzeile,
}

/// What the computation worked out from the facts and the numbers.
#[derive(Debug, Serialize)]
struct Schritte06 {
    anzahl_aerzte: u32,
    satz_cent: Option<i64>,
    anteil_tage: String,
    tage_quartal: i32,
}

impl Zeile06 {
    /// Returns the line of a decision.
    pub(super) fn neu(e: &Entscheidung06, par06: &Par06) -> Self {
        let s = &e.sachverhalt;
        let besetzung = |b: &Besetzung| Besetzungszeile {
            arzt: Text(b.arzt),
            anteil: Text(b.anteil),
            zeitraum: Zeitraumzeile::from(b.zeitraum),
        };
        Self {
            arztstelle: s.arztstelle.clone(),
            praxis: Text(s.praxis),
            insel: Text(s.lage.insel),
            besetzungen: s.besetzungen.iter().map(besetzung).collect(),
            psychotherapeut: s.psychotherapeut,
            ergebnis: Some(Text(e.gruende.ergebnis())),
            gruende: texte(e.gruende.alle()),
            betrag_cent: e.betrag.cent(),
            schritte: Some(Schritte06 {
                anzahl_aerzte: s.lage.anzahl(),
                satz_cent: abs2_satz(&s.lage, par06).map(Cent::cent),
                anteil_tage: anteil_tage_text(abs2_anteil_tage(s)),
                tage_quartal: s.lage.quartal.tage(),
            }),
        }
    }

    /// Returns the decision.
    ///
    /// # Errors
    /// What does not fit, in German.
    pub(super) fn entscheidung(self, inseln: &Inseln) -> Result<Entscheidung06, String> {
        let insel = self.insel.0;
        let lage = inseln.get(&insel).cloned().ok_or_else(|| {
            format!("die Insel {} steht nicht in einer Zeile davor", insel.name())
        })?;
        let besetzung = |zeile: Besetzungszeile| Besetzung {
            arzt: zeile.arzt.0,
            anteil: zeile.anteil.0,
            zeitraum: zeile.zeitraum.into(),
        };
        let sachverhalt = Sachverhalt {
            arztstelle: self.arztstelle,
            praxis: self.praxis.0,
            besetzungen: self.besetzungen.into_iter().map(besetzung).collect(),
            psychotherapeut: self.psychotherapeut,
            lage,
        };
        Ok(Entscheidung06 {
            sachverhalt,
            gruende: gruende(self.gruende),
            betrag: Cent::neu(self.betrag_cent),
        })
    }
}
