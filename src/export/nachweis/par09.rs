//! § 9: a closure with its place, and the decision on a marked case.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::werte::{Quartalstag, Zeitraumzeile, gruende, texte, werte};
use crate::auslegung::Auslegungen;
use crate::ergebnis::{Ergebnis, Grund09};
use crate::euro::Cent;
use crate::evaluate::par09::{
    Markierung, Nachrangige, Rueckblick, Sachverhalt, Schliessungslage, abs3_satz1_zeitraum,
    abs3_satz2_rueckblick,
};
use crate::export::wort::Text;
use crate::fall::Satzart;
use crate::kennung::{Ags, Gnr, Praxis};
use crate::meldung::Stelle;
use crate::parameter::Par09;
use crate::pseudonym::Pseudonym;
use crate::quartal::{Quartal, Tag, Tage};
use crate::settle::entscheidung::Entscheidung09;
use crate::settle::uebernahme::{Vergabe, Vergabefall, Wettbewerb};
use crate::stammdaten::Praxisart;

/// A § 9 decision as the evidence holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beleg09 {
    /// The patient, if the run had a key and the case a Versicherten-ID.
    pub pseudonym: Option<Pseudonym>,
    /// The decision; its `patient` is always `None`.
    pub entscheidung: Entscheidung09,
}

/// The closures that have been read, by Z.
pub(super) type Schliessungen = BTreeMap<Praxis, Arc<Schliessungslage>>;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Schliessungszeile {
    praxis: Text<Praxis>,
    letzter_tag: Text<Tag>,
    praxis_art: Text<Praxisart>,
    gemeinde: Text<Ags>,
    gemeinde_name: Option<String>,
    nachfolger: bool,
    vollstaendig: bool,
    gebietsstand: Option<Text<Tag>>,
    einwohner: Option<u32>,
}

impl From<&Schliessungslage> for Schliessungszeile {
    fn from(lage: &Schliessungslage) -> Self {
        Self {
            praxis: Text(lage.praxis),
            letzter_tag: Text(lage.letzter_tag),
            praxis_art: Text(lage.art),
            gemeinde: Text(lage.gemeinde),
            gemeinde_name: lage.gemeinde_name.clone(),
            nachfolger: lage.nachfolger,
            vollstaendig: lage.vollstaendig,
            gebietsstand: lage.gebietsstand.map(Text),
            einwohner: lage.einwohner,
        }
    }
}

impl From<Schliessungszeile> for Schliessungslage {
    fn from(zeile: Schliessungszeile) -> Self {
        Self {
            praxis: zeile.praxis.0,
            letzter_tag: zeile.letzter_tag.0,
            art: zeile.praxis_art.0,
            gemeinde: zeile.gemeinde.0,
            gemeinde_name: zeile.gemeinde_name,
            nachfolger: zeile.nachfolger,
            vollstaendig: zeile.vollstaendig,
            gebietsstand: zeile.gebietsstand.map(|tag| tag.0),
            einwohner: zeile.einwohner,
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Zeile09 {
    praxis: Text<Praxis>,
    fall_id: String,
    quartal: Text<Quartal>,
    datei: String,
    zeile: Option<u64>,
    byte: Option<u64>,
    satz: Option<u64>,
    pseudonym: Option<Text<Pseudonym>>,
    patient_bekannt: bool,
    praxis_art: Option<Text<Praxisart>>,
    satzart: Text<Satzart>,
    scheinuntergruppe: u8,
    kennzeichen: Kennzeichenzeile,
    benannt: Option<Text<Praxis>>,
    tage: Vec<Text<Tag>>,
    tage_hausarzt: Vec<Text<Tag>>,
    schliessung: Option<Text<Praxis>>,
    nachrangige: Vec<Nachrangigenzeile>,
    bewilligung: Option<Zeitraumzeile>,
    behandelt: Vec<Quartalstag>,
    rueckblick_fehlt: Vec<Rueckblickquartal>,
    wettbewerb: Option<Wettbewerbzeile>,
    #[serde(skip_deserializing)]
    ergebnis: Option<Text<Ergebnis>>,
    gruende: Vec<Text<Grund09>>,
    betrag_cent: i64,
    #[serde(skip_deserializing)]
    schritte: Option<Schritte09>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kennzeichenzeile {
    Gnr(Text<Gnr>),
    Ausdruecklich,
}

#[derive(Debug, Serialize, Deserialize)]
struct Nachrangigenzeile {
    praxis: Text<Praxis>,
    letzter_tag: Text<Tag>,
    bewilligung: Option<Zeitraumzeile>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Rueckblickquartal {
    praxis: Text<Praxis>,
    quartal: Text<Quartal>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Wettbewerbzeile {
    grund: Option<Text<Grund09>>,
    im_quartal: Option<Vergabezeile>,
    andere_quartale: Vec<Vergabezeile>,
    konkurrenten: Vec<Text<Praxis>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Vergabezeile {
    quartal: Text<Quartal>,
    schliessung: Text<Praxis>,
    praxis: Text<Praxis>,
    fall: Option<Vergabefallzeile>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Vergabefallzeile {
    fall_id: String,
    erster_tag: Text<Tag>,
}

/// What the conditions worked out from the facts and the numbers.
#[derive(Debug, Serialize)]
struct Schritte09 {
    zeitraum: Option<[Text<Quartal>; 2]>,
    rueckblick: Vec<Text<Quartal>>,
    erster_tag_nach_schliessung: Option<Text<Tag>>,
    zuschlag_cent: i64,
}

impl Zeile09 {
    /// Returns the line of a decision by the numbers of its quarter.
    pub(super) fn neu(
        e: &Entscheidung09,
        schluessel: Option<&[u8; 32]>,
        par09: &Par09,
        auslegungen: &Auslegungen,
    ) -> Self {
        let s = &e.sachverhalt;
        let pseudonym = schluessel.zip(e.patient).map(|(key, id)| Text(Pseudonym::neu(id, key)));
        Self {
            praxis: Text(s.praxis),
            fall_id: e.fall_id.to_string(),
            quartal: Text(s.quartal),
            datei: e.datei.to_string(),
            zeile: e.stelle.zeile,
            byte: e.stelle.byte,
            satz: e.stelle.satz,
            pseudonym,
            patient_bekannt: s.patient_bekannt,
            praxis_art: s.praxis_art.map(Text),
            satzart: Text(s.satzart),
            scheinuntergruppe: s.scheinuntergruppe,
            kennzeichen: match s.markierung {
                Markierung::Gnr(gnr) => Kennzeichenzeile::Gnr(Text(gnr)),
                Markierung::Ausdruecklich => Kennzeichenzeile::Ausdruecklich,
            },
            benannt: s.benannt.map(Text),
            tage: texte(s.tage.tage(s.quartal)),
            tage_hausarzt: texte(s.tage_hausarzt.tage(s.quartal)),
            schliessung: s.schliessung.as_ref().map(|lage| Text(lage.praxis)),
            nachrangige: s
                .nachrangige
                .iter()
                .map(|n| Nachrangigenzeile {
                    praxis: Text(n.praxis),
                    letzter_tag: Text(n.letzter_tag),
                    bewilligung: n.bewilligung.map(Zeitraumzeile::from),
                })
                .collect(),
            bewilligung: s.bewilligung.map(Zeitraumzeile::from),
            behandelt: s.rueckblick.behandelt.iter().copied().map(Quartalstag::from).collect(),
            rueckblick_fehlt: s
                .rueckblick
                .fehlend
                .iter()
                .map(|(p, q)| Rueckblickquartal { praxis: Text(*p), quartal: Text(*q) })
                .collect(),
            wettbewerb: e.wettbewerb.as_ref().map(Wettbewerbzeile::from),
            ergebnis: Some(Text(e.gruende.ergebnis())),
            gruende: texte(e.gruende.alle()),
            betrag_cent: e.betrag.cent(),
            schritte: Some(Schritte09::neu(s, par09, auslegungen)),
        }
    }

    /// Returns the decision.
    ///
    /// # Errors
    /// What does not fit, in German.
    pub(super) fn beleg(self, schliessungen: &Schliessungen) -> Result<Beleg09, String> {
        let quartal = self.quartal.0;
        let schliessung = match self.schliessung {
            None => None,
            Some(Text(z)) => Some(schliessungen.get(&z).cloned().ok_or_else(|| {
                format!("die Schließung der Praxis {z} steht nicht in einer Zeile davor")
            })?),
        };
        let sachverhalt = Sachverhalt {
            praxis: self.praxis.0,
            praxis_art: self.praxis_art.map(|art| art.0),
            quartal,
            satzart: self.satzart.0,
            scheinuntergruppe: self.scheinuntergruppe,
            patient_bekannt: self.patient_bekannt,
            tage: tage(self.tage, quartal)?,
            tage_hausarzt: tage(self.tage_hausarzt, quartal)?,
            markierung: match self.kennzeichen {
                Kennzeichenzeile::Gnr(gnr) => Markierung::Gnr(gnr.0),
                Kennzeichenzeile::Ausdruecklich => Markierung::Ausdruecklich,
            },
            benannt: self.benannt.map(|praxis| praxis.0),
            schliessung,
            nachrangige: self
                .nachrangige
                .into_iter()
                .map(|zeile| Nachrangige {
                    praxis: zeile.praxis.0,
                    letzter_tag: zeile.letzter_tag.0,
                    bewilligung: zeile.bewilligung.map(Into::into),
                })
                .collect(),
            bewilligung: self.bewilligung.map(Into::into),
            rueckblick: Rueckblick {
                behandelt: self.behandelt.into_iter().map(Into::into).collect(),
                fehlend: self
                    .rueckblick_fehlt
                    .into_iter()
                    .map(|zeile| (zeile.praxis.0, zeile.quartal.0))
                    .collect(),
            },
        };
        let entscheidung = Entscheidung09 {
            fall_id: self.fall_id.into(),
            datei: self.datei.into(),
            stelle: Stelle { byte: self.byte, zeile: self.zeile, satz: self.satz },
            patient: None,
            sachverhalt,
            wettbewerb: self.wettbewerb.map(Wettbewerb::from),
            gruende: gruende(self.gruende),
            betrag: Cent::neu(self.betrag_cent),
        };
        Ok(Beleg09 { pseudonym: self.pseudonym.map(|p| p.0), entscheidung })
    }
}

/// Returns the set of days of a quarter; another quarter's day does not fit into it.
fn tage(zeilen: Vec<Text<Tag>>, quartal: Quartal) -> Result<Tage, String> {
    let mut tage = Tage::default();
    for Text(tag) in zeilen {
        if !quartal.enthaelt(tag) {
            return Err(format!("der {} liegt nicht in {quartal}", tag.deutsch()));
        }
        tage.merke(quartal, tag);
    }
    Ok(tage)
}

impl Schritte09 {
    fn neu(s: &Sachverhalt, par09: &Par09, auslegungen: &Auslegungen) -> Self {
        let letzter_tag = s.schliessung.as_ref().map(|lage| lage.letzter_tag);
        let rueckblick = letzter_tag.map(|d| abs3_satz2_rueckblick(d, par09, auslegungen));
        Self {
            zeitraum: letzter_tag.map(|d| {
                let (erstes, letztes) = abs3_satz1_zeitraum(d, par09, auslegungen);
                [Text(erstes), Text(letztes)]
            }),
            rueckblick: texte(rueckblick.into_iter().flatten()),
            erster_tag_nach_schliessung: s.erster_tag_nach_schliessung().map(Text),
            zuschlag_cent: par09.zuschlag.cent(),
        }
    }
}

impl From<&Wettbewerb> for Wettbewerbzeile {
    fn from(wettbewerb: &Wettbewerb) -> Self {
        Self {
            grund: wettbewerb.grund.map(Text),
            im_quartal: wettbewerb.im_quartal.as_ref().map(Vergabezeile::from),
            andere_quartale: wettbewerb.andere_quartale.iter().map(Vergabezeile::from).collect(),
            konkurrenten: texte(wettbewerb.konkurrenten.iter().copied()),
        }
    }
}

impl From<Wettbewerbzeile> for Wettbewerb {
    fn from(zeile: Wettbewerbzeile) -> Self {
        Self {
            grund: zeile.grund.map(|grund| grund.0),
            im_quartal: zeile.im_quartal.map(Vergabe::from),
            andere_quartale: zeile.andere_quartale.into_iter().map(Vergabe::from).collect(),
            konkurrenten: werte(zeile.konkurrenten),
        }
    }
}

impl From<&Vergabe> for Vergabezeile {
    fn from(vergabe: &Vergabe) -> Self {
        Self {
            quartal: Text(vergabe.quartal),
            schliessung: Text(vergabe.geschlossene),
            praxis: Text(vergabe.praxis),
            fall: vergabe.fall.as_ref().map(|fall| Vergabefallzeile {
                fall_id: fall.id.to_string(),
                erster_tag: Text(fall.erster_tag),
            }),
        }
    }
}

impl From<Vergabezeile> for Vergabe {
    fn from(zeile: Vergabezeile) -> Self {
        Self {
            quartal: zeile.quartal.0,
            geschlossene: zeile.schliessung.0,
            praxis: zeile.praxis.0,
            fall: zeile
                .fall
                .map(|fall| Vergabefall { id: fall.fall_id.into(), erster_tag: fall.erster_tag.0 }),
        }
    }
}
