//! § 5: the decision on a Bewilligung.

use serde::{Deserialize, Serialize};

use super::werte::{Zeitraumzeile, gruende, texte};
use crate::auslegung::Auslegungen;
use crate::ergebnis::{Ergebnis, Grund05};
use crate::euro::{Anteil, Cent, anteil_tage_text};
use crate::evaluate::par05::{
    Entscheidung05, Honorar, Sachverhalt, Vorranggarantie, Vorrangige, abs2_satz2_foerderquartal,
    abs2_satz3_tage, abs3_satz1_anteil_tage, abs3_satz2_honorar, honorar_verfuegbar,
};
use crate::export::wort::Text;
use crate::kennung::{Arzt, Praxis};
use crate::quartal::{Quartal, Tag};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Zeile05 {
    arzt: Text<Arzt>,
    praxis: Text<Praxis>,
    quartal: Text<Quartal>,
    fachgruppe: String,
    beginn: Text<Tag>,
    erster_beginn: Text<Tag>,
    quartale: i32,
    rechtsgrund: String,
    ende: Option<Endezeile>,
    anteile: Vec<Anteilzeile>,
    auflagenverstoss: bool,
    durchschnitt_cent: Option<i64>,
    honorar: Option<Honorarzeile>,
    vorrangige: Vec<Vorrangzeile>,
    #[serde(skip_deserializing)]
    ergebnis: Option<Text<Ergebnis>>,
    gruende: Vec<Text<Grund05>>,
    garantie_cent: Option<i64>,
    betrag_cent: i64,
    #[serde(skip_deserializing)]
    schritte: Option<Schritte05>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Endezeile {
    tag: Text<Tag>,
    zurechenbar: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Anteilzeile {
    anteil: Text<Anteil>,
    zeitraum: Zeitraumzeile,
}

#[derive(Debug, Serialize, Deserialize)]
struct Honorarzeile {
    summe_cent: i64,
    saetze: usize,
}

#[derive(Debug, Serialize, Deserialize)]
struct Vorrangzeile {
    praxis: Text<Praxis>,
    beginn: Text<Tag>,
    garantie: Garantiezeile,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Garantiezeile {
    BekanntCent(i64),
    Unbekannt { anteil_fehlt: bool, durchschnitt_fehlt: bool },
}

/// What the computation worked out from the facts and the numbers.
#[derive(Debug, Serialize)]
struct Schritte05 {
    foerderquartal: Option<i32>,
    gerechnet: Option<[Text<Tag>; 2]>,
    anteil_tage: Option<String>,
    tage_quartal: i32,
    honorar_angerechnet_cent: Option<i64>,
    honorar_verfuegbar_cent: Option<i64>,
}

impl Zeile05 {
    /// Returns the line of a decision.
    pub(super) fn neu(e: &Entscheidung05, auslegungen: &Auslegungen) -> Self {
        let s = &e.sachverhalt;
        let anteil = |(zeitraum, anteil): &(_, Anteil)| Anteilzeile {
            anteil: Text(*anteil),
            zeitraum: Zeitraumzeile::from(*zeitraum),
        };
        Self {
            arzt: Text(s.arzt),
            praxis: Text(s.praxis),
            quartal: Text(s.quartal),
            fachgruppe: s.fachgruppe.clone(),
            beginn: Text(s.beginn),
            erster_beginn: Text(s.erster_beginn),
            quartale: s.quartale,
            rechtsgrund: s.rechtsgrund.clone(),
            ende: s.ende.map(|(tag, zurechenbar)| Endezeile { tag: Text(tag), zurechenbar }),
            anteile: s.anteile.iter().map(anteil).collect(),
            auflagenverstoss: s.auflagenverstoss,
            durchschnitt_cent: s.durchschnitt.map(Cent::cent),
            honorar: s
                .honorar
                .map(|h| Honorarzeile { summe_cent: h.summe.cent(), saetze: h.saetze }),
            vorrangige: s.vorrangige.iter().map(Vorrangzeile::from).collect(),
            ergebnis: Some(Text(e.gruende.ergebnis())),
            gruende: texte(e.gruende.alle()),
            garantie_cent: e.garantie.map(Cent::cent),
            betrag_cent: e.betrag.cent(),
            schritte: Some(Schritte05::neu(s, auslegungen)),
        }
    }
}

impl Schritte05 {
    fn neu(s: &Sachverhalt, auslegungen: &Auslegungen) -> Self {
        Self {
            foerderquartal: abs2_satz2_foerderquartal(s, auslegungen),
            gerechnet: abs2_satz3_tage(s, auslegungen).map(|(von, bis)| [Text(von), Text(bis)]),
            anteil_tage: abs3_satz1_anteil_tage(s, auslegungen).map(anteil_tage_text),
            tage_quartal: s.quartal.tage(),
            honorar_angerechnet_cent: abs3_satz2_honorar(s, auslegungen).map(Cent::cent),
            honorar_verfuegbar_cent: honorar_verfuegbar(s, auslegungen).map(Cent::cent),
        }
    }
}

impl From<Zeile05> for Entscheidung05 {
    fn from(zeile: Zeile05) -> Self {
        let sachverhalt = Sachverhalt {
            quartal: zeile.quartal.0,
            arzt: zeile.arzt.0,
            praxis: zeile.praxis.0,
            fachgruppe: zeile.fachgruppe,
            beginn: zeile.beginn.0,
            erster_beginn: zeile.erster_beginn.0,
            quartale: zeile.quartale,
            rechtsgrund: zeile.rechtsgrund,
            ende: zeile.ende.map(|ende| (ende.tag.0, ende.zurechenbar)),
            anteile: zeile.anteile.into_iter().map(|a| (a.zeitraum.into(), a.anteil.0)).collect(),
            auflagenverstoss: zeile.auflagenverstoss,
            durchschnitt: zeile.durchschnitt_cent.map(Cent::neu),
            honorar: zeile
                .honorar
                .map(|h| Honorar { summe: Cent::neu(h.summe_cent), saetze: h.saetze }),
            vorrangige: zeile.vorrangige.into_iter().map(Vorrangige::from).collect(),
        };
        Self {
            sachverhalt,
            gruende: gruende(zeile.gruende),
            garantie: zeile.garantie_cent.map(Cent::neu),
            betrag: Cent::neu(zeile.betrag_cent),
        }
    }
}

impl From<&Vorrangige> for Vorrangzeile {
    fn from(vorrangige: &Vorrangige) -> Self {
        Self {
            praxis: Text(vorrangige.praxis),
            beginn: Text(vorrangige.beginn),
            garantie: match vorrangige.garantie {
                Vorranggarantie::Bekannt(garantie) => Garantiezeile::BekanntCent(garantie.cent()),
                Vorranggarantie::Unbekannt { anteil_fehlt, durchschnitt_fehlt } => {
                    Garantiezeile::Unbekannt { anteil_fehlt, durchschnitt_fehlt }
                }
            },
        }
    }
}

impl From<Vorrangzeile> for Vorrangige {
    fn from(zeile: Vorrangzeile) -> Self {
        Self {
            praxis: zeile.praxis.0,
            beginn: zeile.beginn.0,
            garantie: match zeile.garantie {
                Garantiezeile::BekanntCent(cent) => Vorranggarantie::Bekannt(Cent::neu(cent)),
                Garantiezeile::Unbekannt { anteil_fehlt, durchschnitt_fehlt } => {
                    Vorranggarantie::Unbekannt { anteil_fehlt, durchschnitt_fehlt }
                }
            },
        }
    }
}
