//! All § 9 decisions of a run, as small as they can be: they are what a run's memory grows with.
//!
//! The facts of a decision are mostly those of its [`Kandidat`], which stays as it was read. Besides
//! it there is what the case came to, and per [`Teil`] the lists that only some decisions have. A
//! whole [`Entscheidung09`] is put together when somebody looks at it.

use std::iter::Map;
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;

use super::entscheidung::Entscheidung09;
use super::uebernahme::{Bewerber, Vergabe, Vergabefall, Vergabenummer, Wettbewerb};
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

/// Which of a list's entries; `None` is none of them.
type Platz = Option<NonZeroU32>;

fn platz(index: usize) -> Platz {
    u32::try_from(index + 1).ok().and_then(NonZeroU32::new)
}

fn eintrag<T>(liste: &[T], platz: Platz) -> Option<&T> {
    liste.get(platz?.get() as usize - 1)
}

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
    /// Its competition, in the list of its `Teil`.
    wettbewerb: Platz,
    praxis_art: Option<Praxisart>,
}

/// A [`Wettbewerb`] whose lists are in its `Teil`.
#[derive(Debug)]
struct Kurzwettbewerb {
    grund: Option<Grund09>,
    /// The first grant is `im_quartal`, not one of the others.
    mit_im_quartal: bool,
    vergaben_bis: u32,
    konkurrenten: Platz,
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
    /// The first is the one of a case for which nobody else competes and nothing was granted before.
    wettbewerbe: Vec<Kurzwettbewerb>,
    vergaben: Vec<Vergabe<Vergabenummer>>,
    konkurrenten: Vec<Box<[Praxis]>>,
}

impl Teil {
    /// Begins one of so many cases.
    pub(super) fn mit_platz_fuer(faelle: usize) -> Self {
        let leer = Kurzwettbewerb {
            grund: None,
            mit_im_quartal: false,
            vergaben_bis: 0,
            konkurrenten: None,
        };
        Self {
            urteile: Vec::with_capacity(faelle),
            behandelt: Vec::new(),
            fehlend: Vec::new(),
            nachrangige: Vec::new(),
            wettbewerbe: vec![leer],
            vergaben: Vec::new(),
            konkurrenten: Vec::new(),
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

    /// Adds what the competition made of a case, and what it is paid.
    fn entscheide(&mut self, nummer: usize, wettbewerb: Wettbewerb<Vergabenummer>, betrag: Cent) {
        let grund = wettbewerb.grund;
        let platz = self.platz_des_wettbewerbs(wettbewerb);
        let Some(urteil) = self.urteile.get_mut(nummer) else { return };
        urteil.wettbewerb = platz;
        match grund {
            Some(grund) => urteil.gruende.wenn(true, grund),
            None => urteil.betrag = betrag,
        }
    }

    /// Returns where a competition stands, and adds it if it is not that of the case before: where many
    /// cases of one patient compete, they mostly have the same.
    fn platz_des_wettbewerbs(&mut self, wettbewerb: Wettbewerb<Vergabenummer>) -> Platz {
        if wettbewerb == Wettbewerb::default() {
            return platz(0);
        }
        let Wettbewerb { grund, im_quartal, andere_quartale, konkurrenten } = wettbewerb;
        let strittig = !konkurrenten.is_empty();
        if strittig && self.konkurrenten.last().is_none_or(|letzte| **letzte != *konkurrenten) {
            self.konkurrenten.push(konkurrenten.into());
        }
        let konkurrenten = strittig.then(|| self.konkurrenten.len() - 1).and_then(platz);
        let vergaben = || im_quartal.iter().chain(&andere_quartale);
        let letzter = self.wettbewerbe.len() - 1;
        let gleicht_dem_letzten = self.wettbewerbe[letzter].grund == grund
            && self.wettbewerbe[letzter].mit_im_quartal == im_quartal.is_some()
            && self.wettbewerbe[letzter].konkurrenten == konkurrenten
            && self.vergaben_in(letzter).iter().eq(vergaben());
        if gleicht_dem_letzten {
            return platz(letzter);
        }
        self.vergaben.extend(vergaben().copied());
        self.wettbewerbe.push(Kurzwettbewerb {
            grund,
            mit_im_quartal: im_quartal.is_some(),
            vergaben_bis: ende(&self.vergaben),
            konkurrenten,
        });
        platz(letzter + 1)
    }

    /// Returns the grants of a competition of the list.
    fn vergaben_in(&self, nummer: usize) -> &[Vergabe<Vergabenummer>] {
        let bis = |nummer: usize| {
            self.wettbewerbe.get(nummer).map_or(0, |kurz| kurz.vergaben_bis as usize)
        };
        let ab = nummer.checked_sub(1).map_or(0, bis);
        self.vergaben.get(ab..bis(nummer)).unwrap_or_default()
    }

    fn wettbewerb(&self, platz: Platz) -> Option<Wettbewerb<Vergabenummer>> {
        let nummer = platz?.get() as usize - 1;
        let kurz = self.wettbewerbe.get(nummer)?;
        let mut vergaben = self.vergaben_in(nummer).iter().copied();
        let konkurrenten = eintrag(&self.konkurrenten, kurz.konkurrenten);
        Some(Wettbewerb {
            grund: kurz.grund,
            im_quartal: if kurz.mit_im_quartal { vergaben.next() } else { None },
            andere_quartale: vergaben.collect(),
            konkurrenten: konkurrenten.map(|liste| liste.to_vec()).unwrap_or_default(),
        })
    }
}

fn ende<T>(liste: &[T]) -> u32 {
    u32::try_from(liste.len()).unwrap_or(u32::MAX)
}

/// All § 9 decisions of a run, by practice and case id.
#[derive(Debug, Default)]
pub struct Entscheidungen09 {
    faelle: Kandidaten,
    ordnung: Vec<Fallplatz>,
    teile: Vec<Teil>,
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
        Self { faelle, ordnung, teile, lagen: lagen.to_vec(), namen: namen.to_vec() }
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

    /// Returns a view of one decision.
    pub(super) fn blick(&self, nummer: usize) -> Blick<'_> {
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
        if let Some(teil) = self.teile.get_mut(nummer / TEIL) {
            teil.entscheide(nummer % TEIL, wettbewerb, betrag);
        }
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
            self.teil.wettbewerb(self.urteil.wettbewerb)?;
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
            fall: v.fall.map(|fall| Vergabenummer {
                nummer: nummern[&(v.praxis, fall.id)],
                erster_tag: fall.erster_tag,
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
                teil.entscheide(nummer % TEIL, wettbewerb, e.betrag);
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
        assert!(size_of::<Vergabe<Vergabenummer>>() <= 24);
        assert!(size_of::<Kurzwettbewerb>() <= 16);
    }

    #[test]
    fn neighbours_share_a_competition_that_is_the_same() {
        let praxis: Praxis = "1700101".parse().expect("Praxis");
        let quartal: Quartal = "2024Q1".parse().expect("Quartal");
        let vergabe = |nummer| Vergabe {
            quartal,
            geschlossene: praxis,
            praxis,
            fall: Some(Vergabenummer { nummer, erster_tag: quartal.erster_tag() }),
        };
        let refused = |nummer, grund| Wettbewerb {
            grund: Some(grund),
            im_quartal: Some(vergabe(nummer)),
            ..Wettbewerb::default()
        };
        let erschoepft = |nummer| Wettbewerb {
            grund: Some(Grund09::ZweiQuartaleAusgeschoepft),
            andere_quartale: vec![vergabe(nummer)],
            ..Wettbewerb::default()
        };
        let strittig = |liste: &[Praxis]| Wettbewerb {
            grund: Some(Grund09::MehrfachUebernommen),
            konkurrenten: liste.to_vec(),
            ..Wettbewerb::default()
        };
        let mut teil = Teil::mit_platz_fuer(0);
        for (wettbewerb, lists) in [
            (Wettbewerb::default(), (1, 0, 0)),
            (refused(0, Grund09::BereitsImQuartal), (2, 1, 0)),
            (refused(0, Grund09::BereitsImQuartal), (2, 1, 0)),
            (refused(0, Grund09::AnderweitigUebernommen), (3, 2, 0)),
            (refused(1, Grund09::AnderweitigUebernommen), (4, 3, 0)),
            (Wettbewerb::default(), (4, 3, 0)),
            (erschoepft(1), (5, 4, 0)),
            (erschoepft(1), (5, 4, 0)),
            (strittig(&[praxis]), (6, 4, 1)),
            (strittig(&[praxis]), (6, 4, 1)),
            (Wettbewerb { im_quartal: Some(vergabe(0)), ..strittig(&[praxis]) }, (7, 5, 1)),
            (strittig(&[praxis, praxis]), (8, 5, 2)),
        ] {
            let platz = teil.platz_des_wettbewerbs(wettbewerb.clone());
            assert_eq!(teil.wettbewerb(platz), Some(wettbewerb));
            let laengen = (teil.wettbewerbe.len(), teil.vergaben.len(), teil.konkurrenten.len());
            assert_eq!(laengen, lists);
        }
    }
}
