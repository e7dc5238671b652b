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
use super::uebernahme::{Vergabe, Vergabefall, Wettbewerb};
use crate::ergebnis::{Gruende, Grund09};
use crate::euro::Cent;
use crate::evaluate::kandidat::Kandidat;
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
#[derive(Debug, Clone)]
struct Kurzwettbewerb {
    grund: Option<Grund09>,
    /// The first grant is `im_quartal`, not one of the others.
    mit_im_quartal: bool,
    vergaben_bis: u32,
    konkurrenten: Platz,
}

/// A [`Vergabe`]; only one of this run has a case.
#[derive(Debug, Clone)]
struct Kurzvergabe {
    quartal: Quartal,
    geschlossene: Praxis,
    praxis: Praxis,
    fall: Option<Box<Vergabefall>>,
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
    vergaben: Vec<Kurzvergabe>,
    konkurrenten: Vec<Box<[Praxis]>>,
}

impl Default for Teil {
    fn default() -> Self {
        let leer = Kurzwettbewerb {
            grund: None,
            mit_im_quartal: false,
            vergaben_bis: 0,
            konkurrenten: None,
        };
        Self {
            urteile: Vec::new(),
            behandelt: Vec::new(),
            fehlend: Vec::new(),
            nachrangige: Vec::new(),
            wettbewerbe: vec![leer],
            vergaben: Vec::new(),
            konkurrenten: Vec::new(),
        }
    }
}

impl Teil {
    /// Adds the judgement on the next case; `schliessung` is the place of its closure.
    pub(super) fn nimm(
        &mut self,
        sachverhalt: Sachverhalt,
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

    /// Adds what the competition made of a case, and what it is paid.
    fn entscheide(&mut self, nummer: usize, wettbewerb: Wettbewerb, betrag: Cent) {
        let Some(urteil) = self.urteile.get_mut(nummer) else { return };
        match wettbewerb.grund {
            Some(grund) => urteil.gruende.wenn(true, grund),
            None => urteil.betrag = betrag,
        }
        urteil.wettbewerb = if wettbewerb == Wettbewerb::default() {
            platz(0)
        } else {
            let Wettbewerb { grund, im_quartal, andere_quartale, konkurrenten } = wettbewerb;
            let mit_im_quartal = im_quartal.is_some();
            let vergaben = im_quartal.into_iter().chain(andere_quartale);
            self.vergaben.extend(vergaben.map(Kurzvergabe::from));
            let strittig = !konkurrenten.is_empty();
            if strittig {
                self.konkurrenten.push(konkurrenten.into());
            }
            self.wettbewerbe.push(Kurzwettbewerb {
                grund,
                mit_im_quartal,
                vergaben_bis: ende(&self.vergaben),
                konkurrenten: strittig.then(|| self.konkurrenten.len() - 1).and_then(platz),
            });
            platz(self.wettbewerbe.len() - 1)
        };
    }

    fn wettbewerb(&self, urteil: &Urteil) -> Option<Wettbewerb> {
        let kurz = eintrag(&self.wettbewerbe, urteil.wettbewerb)?;
        let davor = urteil.wettbewerb?.get().checked_sub(1).and_then(NonZeroU32::new);
        let ab = eintrag(&self.wettbewerbe, davor).map_or(0, |davor| davor.vergaben_bis as usize);
        let mut vergaben =
            self.vergaben[ab..kurz.vergaben_bis as usize].iter().cloned().map(Vergabe::from);
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

impl From<Vergabe> for Kurzvergabe {
    fn from(vergabe: Vergabe) -> Self {
        let Vergabe { quartal, geschlossene, praxis, fall } = vergabe;
        Self { quartal, geschlossene, praxis, fall: fall.map(Box::new) }
    }
}

impl From<Kurzvergabe> for Vergabe {
    fn from(kurz: Kurzvergabe) -> Self {
        let Kurzvergabe { quartal, geschlossene, praxis, fall } = kurz;
        Self { quartal, geschlossene, praxis, fall: fall.map(|fall| *fall) }
    }
}

/// All § 9 decisions of a run, by practice and case id.
#[derive(Debug, Default)]
pub struct Entscheidungen09 {
    faelle: Vec<Kandidat>,
    teile: Vec<Teil>,
    lagen: Vec<Arc<Schliessungslage>>,
    namen: Vec<Arc<str>>,
}

impl Entscheidungen09 {
    /// Joins the marked cases, in their order, and the judgements on them. `lagen` are the closures of
    /// the reference data, `namen` those of the inputs.
    pub fn neu(
        faelle: Vec<Kandidat>,
        teile: Vec<Teil>,
        lagen: &[Arc<Schliessungslage>],
        namen: &[Arc<str>],
    ) -> Self {
        Self { faelle, teile, lagen: lagen.to_vec(), namen: namen.to_vec() }
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.faelle.len()
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.faelle.is_empty()
    }

    /// Returns the decisions, each put together for the caller.
    pub fn iter(&self) -> Alle<'_> {
        self.blicke().map(Blick::entscheidung)
    }

    /// Returns a view of each decision.
    pub fn blicke(&self) -> Blicke<'_> {
        self.ausschnitt(0..self.len())
    }

    /// Returns a view of each of the decisions of these numbers, which begin at 0.
    pub fn ausschnitt(&self, nummern: Range<usize>) -> Blicke<'_> {
        Blicke { alle: self, nummern }
    }

    /// Returns a view of one decision.
    pub(super) fn blick(&self, nummer: usize) -> Blick<'_> {
        let teil = &self.teile[nummer / TEIL];
        let fall = &self.faelle[nummer];
        Blick {
            alle: self,
            teil,
            fall,
            urteil: &teil.urteile[nummer % TEIL],
            nummer: nummer % TEIL,
        }
    }

    /// Adds what the competition made of a case, and what it is paid if nothing stands against it.
    pub(super) fn entscheide(&mut self, nummer: usize, wettbewerb: Wettbewerb, betrag: Cent) {
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

    /// Returns the whole decision.
    pub fn entscheidung(self) -> Entscheidung09 {
        Entscheidung09 {
            fall_id: self.fall.fall_id.clone(),
            datei: Arc::clone(self.datei()),
            stelle: self.fall.stelle.into(),
            patient: self.fall.patient,
            sachverhalt: self.sachverhalt(),
            wettbewerb: self.teil.wettbewerb(self.urteil),
            gruende: self.urteil.gruende,
            betrag: self.urteil.betrag,
        }
    }
}

/// Decisions that a test has changed.
#[cfg(test)]
impl FromIterator<Entscheidung09> for Entscheidungen09 {
    fn from_iter<I: IntoIterator<Item = Entscheidung09>>(entscheidungen: I) -> Self {
        let mut alle = Self::default();
        for e in entscheidungen {
            let nummer = alle.faelle.len();
            if nummer % TEIL == 0 {
                alle.teile.push(Teil::default());
            }
            let s = e.sachverhalt;
            let schliessung = s.schliessung.as_ref().map(|lage| {
                alle.lagen.push(Arc::clone(lage));
                alle.lagen.len() - 1
            });
            alle.namen.push(e.datei);
            alle.faelle.push(Kandidat {
                praxis: s.praxis,
                fall_id: e.fall_id,
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
            });
            let teil = alle.teile.last_mut().expect("ein Teil");
            teil.nimm(s, schliessung, e.gruende);
            if let Some(wettbewerb) = e.wettbewerb {
                teil.entscheide(nummer % TEIL, wettbewerb, e.betrag);
            }
        }
        alle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 256 bytes are what a marked case may take at most; room is left for its lists, its competition,
    /// a long id, and the keys while decisions are put in order.
    #[test]
    fn a_marked_case_stays_small() {
        assert!(size_of::<Kandidat>() <= 104);
        assert!(size_of::<Urteil>() <= 48);
        assert!(size_of::<Kurzvergabe>() <= 24);
        assert!(size_of::<Kurzwettbewerb>() <= 16);
    }
}
