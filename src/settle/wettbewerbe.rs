//! What the competitions of a run came to, in as little room as they can: where thousands of cases of
//! one patient compete, they mostly have the same.

use std::num::NonZeroU32;

use super::uebernahme::{Vergabe, Vergabenummer, Wettbewerb};
use crate::ergebnis::Grund09;
use crate::kennung::Praxis;

/// Which of a list's entries; `None` is none of them.
pub(super) type Platz = Option<NonZeroU32>;

pub(super) fn platz(index: usize) -> Platz {
    u32::try_from(index + 1).ok().and_then(NonZeroU32::new)
}

pub(super) fn eintrag<T>(liste: &[T], platz: Platz) -> Option<&T> {
    liste.get(platz?.get() as usize - 1)
}

pub(super) fn ende<T>(liste: &[T]) -> u32 {
    u32::try_from(liste.len()).unwrap_or(u32::MAX)
}

/// Competitions in the order in which they were decided: by patient.
#[derive(Debug)]
pub(super) struct Wettbewerbe {
    /// The first is the one of a case for which nobody else competes and nothing was granted before.
    liste: Vec<Kurzwettbewerb>,
    vergaben: Vec<Vergabe<Vergabenummer>>,
    konkurrenten: Vec<Box<[Praxis]>>,
}

/// A [`Wettbewerb`] whose grants and competitors are in lists.
#[derive(Debug)]
struct Kurzwettbewerb {
    grund: Option<Grund09>,
    /// The first grant is `im_quartal`, not one of the others.
    mit_im_quartal: bool,
    vergaben_bis: u32,
    konkurrenten: Platz,
}

impl Default for Wettbewerbe {
    fn default() -> Self {
        let leer = Kurzwettbewerb {
            grund: None,
            mit_im_quartal: false,
            vergaben_bis: 0,
            konkurrenten: None,
        };
        Self { liste: vec![leer], vergaben: Vec::new(), konkurrenten: Vec::new() }
    }
}

impl Wettbewerbe {
    /// Returns where a competition stands, and adds it if it is not that of the case before.
    pub(super) fn merke(&mut self, wettbewerb: Wettbewerb<Vergabenummer>) -> Platz {
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
        let letzter = self.liste.len() - 1;
        let gleicht_dem_letzten = self.liste[letzter].grund == grund
            && self.liste[letzter].mit_im_quartal == im_quartal.is_some()
            && self.liste[letzter].konkurrenten == konkurrenten
            && self.vergaben(letzter).iter().eq(vergaben());
        if gleicht_dem_letzten {
            return platz(letzter);
        }
        self.vergaben.extend(vergaben().copied());
        self.liste.push(Kurzwettbewerb {
            grund,
            mit_im_quartal: im_quartal.is_some(),
            vergaben_bis: ende(&self.vergaben),
            konkurrenten,
        });
        platz(letzter + 1)
    }

    /// Returns a competition.
    pub(super) fn hole(&self, platz: Platz) -> Option<Wettbewerb<Vergabenummer>> {
        let nummer = platz?.get() as usize - 1;
        let kurz = self.liste.get(nummer)?;
        let mut vergaben = self.vergaben(nummer).iter().copied();
        let konkurrenten = eintrag(&self.konkurrenten, kurz.konkurrenten);
        Some(Wettbewerb {
            grund: kurz.grund,
            im_quartal: if kurz.mit_im_quartal { vergaben.next() } else { None },
            andere_quartale: vergaben.collect(),
            konkurrenten: konkurrenten.map(|liste| liste.to_vec()).unwrap_or_default(),
        })
    }

    fn vergaben(&self, nummer: usize) -> &[Vergabe<Vergabenummer>] {
        let bis =
            |nummer: usize| self.liste.get(nummer).map_or(0, |kurz| kurz.vergaben_bis as usize);
        let ab = nummer.checked_sub(1).map_or(0, bis);
        self.vergaben.get(ab..bis(nummer)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quartal::Quartal;

    #[test]
    fn competitions_stay_small() {
        assert!(size_of::<Kurzwettbewerb>() <= 16);
        assert!(size_of::<Vergabe<Vergabenummer>>() <= 24);
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
        let mut alle = Wettbewerbe::default();
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
            let platz = alle.merke(wettbewerb.clone());
            assert_eq!(alle.hole(platz), Some(wettbewerb));
            let laengen = (alle.liste.len(), alle.vergaben.len(), alle.konkurrenten.len());
            assert_eq!(laengen, lists);
        }
    }
}
