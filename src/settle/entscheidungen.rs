//! All § 9 decisions of a run, as small as they can be: they are what a run's memory grows with.
//!
//! The facts of a decision are mostly those of its [`Kandidat`], which stays as it was read. Besides
//! it there is what the case came to, and per [`Teil`] the lists that only some decisions have. A
//! whole [`Entscheidung09`] is put together when somebody looks at it.

use std::iter::Map;
use std::ops::Range;
use std::sync::Arc;

use super::entscheidung::Entscheidung09;
use super::uebernahme::{Bewerber, Vergabe, Vergabefall, Vergabenummer, Wettbewerb};
use super::wettbewerbe::{Platz, Wettbewerbe, eintrag, ende, platz};
use crate::ergebnis::{Gruende, Grund09};
use crate::euro::Cent;
use crate::evaluate::kandidat::Kandidat;
use crate::evaluate::kandidaten::{Fallplatz, Kandidaten};
use crate::evaluate::par09::{Nachrangige, Rueckblick, Sachverhalt, Schliessungslage};
use crate::kennung::Praxis;
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::{Praxisart, Zeitraum};

/// How many decisions a [`Teil`] holds: enough to share its lists, few enough to spread over threads.
pub const TEIL: usize = 4096;

/// What a marked case came to, besides its [`Kandidat`].
#[derive(Debug, Clone)]
struct Urteil {
    betrag: Cent,
    bewilligung: Option<Zeitraum>,
    gruende: Gruende<Grund09>,
    /// The closure, in the reference data.
    schliessung: Platz,
    /// End of its treatments in the list of its `Teil`; they begin where those of the one before end.
    behandelt_bis: u32,
    /// Its missing quarters, in the list of its `Teil`.
    fehlend: Platz,
    /// What the competition made of it.
    wettbewerb: Platz,
    praxis_art: Option<Praxisart>,
}

/// Judgements on the next [`TEIL`] marked cases in their order, or on the last ones.
#[derive(Debug)]
pub struct Teil {
    urteile: Vec<Urteil>,
    behandelt: Vec<(Quartal, Tag)>,
    /// Neighbours mostly share one.
    fehlend: Vec<Box<[(Praxis, Quartal)]>>,
    /// By number in the `Teil`: rare.
    nachrangige: Vec<(usize, Box<[Nachrangige]>)>,
}

impl Teil {
    /// Begins one of so many cases.
    pub(super) fn mit_platz_fuer(faelle: usize) -> Self {
        Self {
            urteile: Vec::with_capacity(faelle),
            behandelt: Vec::new(),
            fehlend: Vec::new(),
            nachrangige: Vec::new(),
        }
    }

    /// Adds the judgement on the next case; `schliessung` is the place of its closure.
    pub(super) fn nimm<L>(
        &mut self,
        sachverhalt: Sachverhalt<L>,
        schliessung: Option<usize>,
        gruende: Gruende<Grund09>,
    ) {
        let Sachverhalt { praxis_art, nachrangige, bewilligung, rueckblick, .. } = sachverhalt;
        self.behandelt.extend_from_slice(&rueckblick.behandelt);
        if !nachrangige.is_empty() {
            self.nachrangige.push((self.urteile.len(), nachrangige.into()));
        }
        if !rueckblick.fehlend.is_empty()
            && self.fehlend.last().is_none_or(|letzte| **letzte != *rueckblick.fehlend)
        {
            self.fehlend.push(rueckblick.fehlend.as_slice().into());
        }
        let fehlend = (!rueckblick.fehlend.is_empty()).then(|| self.fehlend.len() - 1);
        self.urteile.push(Urteil {
            betrag: Cent::NULL,
            bewilligung,
            gruende,
            schliessung: schliessung.and_then(platz),
            behandelt_bis: ende(&self.behandelt),
            fehlend: fehlend.and_then(platz),
            wettbewerb: None,
            praxis_art,
        });
    }

    /// Gives back what was reserved for further judgements.
    pub(super) fn beende(&mut self) {
        self.behandelt.shrink_to_fit();
    }
}

/// All § 9 decisions of a run, by practice and case id.
#[derive(Debug, Default)]
pub struct Entscheidungen09 {
    faelle: Kandidaten,
    ordnung: Vec<Fallplatz>,
    teile: Vec<Teil>,
    wettbewerbe: Wettbewerbe,
    lagen: Vec<Arc<Schliessungslage>>,
    namen: Vec<Arc<str>>,
}

impl Entscheidungen09 {
    /// Joins the marked cases, their order, and the judgements on them in it. `lagen` are the closures
    /// of the reference data, `namen` those of the inputs.
    pub fn neu(
        faelle: Kandidaten,
        ordnung: Vec<Fallplatz>,
        teile: Vec<Teil>,
        lagen: &[Arc<Schliessungslage>],
        namen: &[Arc<str>],
    ) -> Self {
        let (lagen, namen) = (lagen.to_vec(), namen.to_vec());
        Self { faelle, ordnung, teile, wettbewerbe: Wettbewerbe::default(), lagen, namen }
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.ordnung.len()
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ordnung.is_empty()
    }

    /// Returns the decisions, each put together for the caller.
    pub fn iter(&self) -> Alle<'_> {
        self.blicke().map(Blick::entscheidung)
    }

    /// Returns a view of each decision.
    pub fn blicke(&self) -> Blicke<'_> {
        Blicke { alle: self, nummern: 0..self.len() }
    }

    /// Returns a view of one decision, by its number from 0 on; there must be one of it.
    pub fn blick(&self, nummer: usize) -> Blick<'_> {
        let teil = &self.teile[nummer / TEIL];
        let platz = self.ordnung[nummer];
        Blick {
            alle: self,
            teil,
            platz,
            fall: self.faelle.fall(platz),
            urteil: &teil.urteile[nummer % TEIL],
            nummer: nummer % TEIL,
        }
    }

    /// Adds what the competition made of a case, and what it is paid if nothing stands against it.
    pub(super) fn entscheide(
        &mut self,
        bewerber: &Bewerber,
        wettbewerb: Wettbewerb<Vergabenummer>,
        betrag: Cent,
    ) {
        let nummer = bewerber.nummer as usize;
        let teil = self.teile.get_mut(nummer / TEIL);
        let Some(urteil) = teil.and_then(|teil| teil.urteile.get_mut(nummer % TEIL)) else {
            return;
        };
        match wettbewerb.grund {
            Some(grund) => urteil.gruende.wenn(true, grund),
            None => urteil.betrag = betrag,
        }
        urteil.wettbewerb = self.wettbewerbe.merke(wettbewerb);
    }
}

impl<'a> IntoIterator for &'a Entscheidungen09 {
    type Item = Entscheidung09;
    type IntoIter = Alle<'a>;

    fn into_iter(self) -> Alle<'a> {
        self.iter()
    }
}

/// All decisions in their order, each put together when it is asked for.
pub type Alle<'a> = Map<Blicke<'a>, fn(Blick<'a>) -> Entscheidung09>;

/// Views of all decisions in their order.
#[derive(Debug, Clone)]
pub struct Blicke<'a> {
    alle: &'a Entscheidungen09,
    nummern: Range<usize>,
}

impl<'a> Iterator for Blicke<'a> {
    type Item = Blick<'a>;

    fn next(&mut self) -> Option<Blick<'a>> {
        self.nummern.next().map(|nummer| self.alle.blick(nummer))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.nummern.size_hint()
    }
}

impl ExactSizeIterator for Blicke<'_> {}

/// A view of one decision.
#[derive(Debug, Clone, Copy)]
pub struct Blick<'a> {
    alle: &'a Entscheidungen09,
    teil: &'a Teil,
    platz: Fallplatz,
    fall: &'a Kandidat,
    urteil: &'a Urteil,
    /// In its `Teil`.
    nummer: usize,
}

impl<'a> Blick<'a> {
    /// Returns the case as it was read.
    pub fn fall(self) -> &'a Kandidat {
        self.fall
    }

    /// Returns the id of the case.
    pub fn fall_id(self) -> &'a str {
        self.alle.faelle.id(self.platz)
    }

    /// Returns the name of its input.
    pub fn datei(self) -> &'a Arc<str> {
        &self.alle.namen[self.fall.datei as usize]
    }

    /// Returns the closure on which it was decided.
    pub fn schliessung(self) -> Option<&'a Arc<Schliessungslage>> {
        eintrag(&self.alle.lagen, self.urteil.schliessung)
    }

    /// Returns all reasons.
    pub fn gruende(self) -> Gruende<Grund09> {
        self.urteil.gruende
    }

    /// Returns the Zuschlag.
    pub fn betrag(self) -> Cent {
        self.urteil.betrag
    }

    /// Returns the facts.
    pub fn sachverhalt(self) -> Sachverhalt {
        let Self { teil, fall, urteil, .. } = self;
        let davor = self.nummer.checked_sub(1).map(|davor| &teil.urteile[davor]);
        let ab = davor.map_or(0, |davor| davor.behandelt_bis as usize);
        let nachrangige =
            teil.nachrangige.binary_search_by_key(&self.nummer, |(nummer, _)| *nummer);
        Sachverhalt {
            praxis: fall.praxis,
            praxis_art: urteil.praxis_art,
            quartal: fall.quartal,
            satzart: fall.satzart,
            scheinuntergruppe: fall.scheinuntergruppe,
            patient_bekannt: fall.patient.is_some(),
            tage: fall.tage,
            tage_hausarzt: fall.tage_hausarzt,
            markierung: fall.markierung,
            benannt: fall.benannt,
            schliessung: self.schliessung().cloned(),
            nachrangige: nachrangige.map_or(Vec::new(), |i| teil.nachrangige[i].1.to_vec()),
            bewilligung: urteil.bewilligung,
            rueckblick: Rueckblick {
                behandelt: teil.behandelt[ab..urteil.behandelt_bis as usize].to_vec(),
                fehlend: eintrag(&teil.fehlend, urteil.fehlend)
                    .map_or(Vec::new(), |fehlend| fehlend.to_vec()),
            },
        }
    }

    /// Returns what the competition made of it.
    fn wettbewerb(self) -> Option<Wettbewerb> {
        let Wettbewerb { grund, im_quartal, andere_quartale, konkurrenten } =
            self.alle.wettbewerbe.hole(self.urteil.wettbewerb)?;
        let vergabe = |v: Vergabe<Vergabenummer>| Vergabe {
            quartal: v.quartal,
            geschlossene: v.geschlossene,
            praxis: v.praxis,
            fall: v.fall.map(|fall| Vergabefall {
                id: self.alle.blick(fall.nummer as usize).fall_id().into(),
                erster_tag: fall.erster_tag,
            }),
        };
        Some(Wettbewerb {
            grund,
            im_quartal: im_quartal.map(vergabe),
            andere_quartale: andere_quartale.into_iter().map(vergabe).collect(),
            konkurrenten,
        })
    }

    /// Returns the whole decision.
    pub fn entscheidung(self) -> Entscheidung09 {
        Entscheidung09 {
            fall_id: self.fall_id().into(),
            datei: Arc::clone(self.datei()),
            stelle: self.fall.stelle.into(),
            patient: self.fall.patient,
            sachverhalt: self.sachverhalt(),
            wettbewerb: self.wettbewerb(),
            gruende: self.urteil.gruende,
            betrag: self.urteil.betrag,
        }
    }
}

/// Decisions that a test has changed. A grant of this run keeps its case if that is among them.
#[cfg(test)]
impl FromIterator<Entscheidung09> for Entscheidungen09 {
    fn from_iter<I: IntoIterator<Item = Entscheidung09>>(entscheidungen: I) -> Self {
        let entscheidungen: Vec<Entscheidung09> = entscheidungen.into_iter().collect();
        let nummern: std::collections::BTreeMap<(Praxis, smol_str::SmolStr), u32> = entscheidungen
            .iter()
            .zip(0..)
            .map(|(e, nummer)| ((e.sachverhalt.praxis, e.fall_id.clone()), nummer))
            .collect();
        let vergabe = |v: Vergabe| Vergabe {
            quartal: v.quartal,
            geschlossene: v.geschlossene,
            praxis: v.praxis,
            fall: v.fall.and_then(|fall| {
                let nummer = *nummern.get(&(v.praxis, fall.id))?;
                Some(Vergabenummer { nummer, erster_tag: fall.erster_tag })
            }),
        };
        let mut alle = Self::default();
        for (nummer, e) in entscheidungen.into_iter().enumerate() {
            if nummer % TEIL == 0 {
                alle.teile.push(Teil::mit_platz_fuer(0));
            }
            let s = e.sachverhalt;
            let schliessung = s.schliessung.as_ref().map(|lage| {
                alle.lagen.push(Arc::clone(lage));
                alle.lagen.len() - 1
            });
            alle.namen.push(e.datei);
            let fall = Kandidat {
                praxis: s.praxis,
                id_bis: 0,
                patient: e.patient,
                quartal: s.quartal,
                satzart: s.satzart,
                scheinuntergruppe: s.scheinuntergruppe,
                markierung: s.markierung,
                benannt: s.benannt,
                id_erzeugt: false,
                tage: s.tage,
                tage_hausarzt: s.tage_hausarzt,
                datei: u32::try_from(nummer).expect("wenige"),
                stelle: e.stelle.into(),
            };
            alle.faelle.nimm(fall, &e.fall_id);
            let teil = alle.teile.last_mut().expect("ein Teil");
            teil.nimm(s, schliessung, e.gruende);
            if let Some(wettbewerb) = e.wettbewerb {
                let Wettbewerb { grund, im_quartal, andere_quartale, konkurrenten } = wettbewerb;
                let wettbewerb = Wettbewerb {
                    grund,
                    im_quartal: im_quartal.map(vergabe),
                    andere_quartale: andere_quartale.into_iter().map(vergabe).collect(),
                    konkurrenten,
                };
                if let Some(urteil) = teil.urteile.last_mut() {
                    urteil.betrag = e.betrag;
                    urteil.wettbewerb = alle.wettbewerbe.merke(wettbewerb);
                }
            }
        }
        alle.ordnung = alle.faelle.laeufe().flat_map(|lauf| lauf.plaetze()).collect();
        alle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 256 bytes are what a marked case may take at most; room is left for its lists and a long id.
    #[test]
    fn a_marked_case_stays_small() {
        assert!(size_of::<Kandidat>() <= 80);
        assert!(size_of::<Urteil>() <= 48);
        assert!(size_of::<Fallplatz>() <= 8);
        assert!(size_of::<Bewerber>() <= 32);
    }
}
