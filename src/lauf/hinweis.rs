//! What the hint on unmarked cases needs of them, without keeping them all: of the practices with a
//! Bewilligung only the cases of closed practices' patients.
//!
//! Extracts and look-back files are read first, so that most of these patients are known when a case
//! comes. The quarter's claims may bring more: late cases of a closed practice, or its last quarter. Until their
//! end a bounded number of the other cases is held, of all files together; a file for whose cases there
//! is no more room is read a second time, if there were such patients at all. Which files that are may
//! depend on the threads, what the hint counts does not.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::auszug::Auszuege;
use crate::evaluate::kandidat::{Ertrag, Herkunft, Kontext, Ungekennzeichnet, Zweck};
use crate::fall::Stapel;
use crate::kennung::VersichertenId;
use crate::meldung::{Meldungen, Ort};
use crate::pseudonym::Pseudonym;
use crate::quartal::Quartal;
use crate::read::FallLeser;

/// Most cases that are held of all files together, and one batch for each thread; so few in tests that
/// these read files again.
const OFFENE_MAX: usize = if cfg!(test) { 2 } else { 1 << 20 };

/// By what cases are sifted while the quarter's claims are read.
#[derive(Debug, Default)]
pub(super) struct Sieb<'a> {
    /// The closed practices' patients in the look-back files, in order.
    bekannte: Vec<VersichertenId>,
    /// Those in extracts, and the key of their pseudonyms.
    auszuege: Option<(&'a Auszuege, &'a [u8; 32])>,
    /// How many cases are held.
    gehalten: AtomicUsize,
}

/// Cases of one file whose patient is not known yet as a closed practice's; `None`: too many.
#[derive(Debug)]
pub(super) struct Offene(Option<Vec<Ungekennzeichnet>>);

impl Default for Offene {
    fn default() -> Self {
        Self(Some(Vec::new()))
    }
}

impl<'a> Sieb<'a> {
    /// `bekannte` are the patients found in look-back files, `auszuege` the extracts with their key.
    pub(super) fn neu(
        mut bekannte: Vec<VersichertenId>,
        auszuege: Option<(&'a Auszuege, &'a [u8; 32])>,
    ) -> Self {
        // in order file by file: this sort only joins such pieces
        bekannte.sort();
        bekannte.dedup();
        Self { bekannte, auszuege, gehalten: AtomicUsize::new(0) }
    }

    fn kennt(&self, patient: VersichertenId) -> bool {
        let im_auszug = |(auszuege, schluessel): (&Auszuege, _)| {
            auszuege.kennt(Pseudonym::neu(patient, schluessel))
        };
        self.bekannte.binary_search(&patient).is_ok() || self.auszuege.is_some_and(im_auszug)
    }

    /// Leaves in `ertrag` the cases, from number `ab` on, that the hint may count for sure.
    pub(super) fn siebe(&self, ertrag: &mut Ertrag, ab: usize, offene: &mut Offene) {
        let alle = &mut ertrag.ungekennzeichnet;
        let vorher = offene.anzahl();
        let mut bis = ab;
        for i in ab..alle.len() {
            let fall = alle[i];
            if self.kennt(fall.patient) {
                alle[bis] = fall;
                bis += 1;
            } else if let Some(liste) = &mut offene.0 {
                liste.push(fall);
            }
        }
        alle.truncate(bis);
        let neue = offene.anzahl() - vorher;
        if OFFENE_MAX < self.gehalten.fetch_add(neue, Ordering::Relaxed) + neue {
            self.lass_los(offene);
            offene.0 = None;
        }
    }

    /// Holds the cases of a file no longer.
    pub(super) fn lass_los(&self, offene: &mut Offene) {
        self.gehalten.fetch_sub(offene.anzahl(), Ordering::Relaxed);
        *offene = Offene::default();
    }

    /// Returns the patients among `alle` that extracts and look-back files did not have, in order.
    pub(super) fn hinzugekommene(&self, mut alle: Vec<VersichertenId>) -> Vec<VersichertenId> {
        alle.retain(|patient| !self.kennt(*patient));
        alle.sort();
        alle.dedup();
        alle
    }
}

impl Offene {
    fn anzahl(&self) -> usize {
        self.0.as_ref().map_or(0, Vec::len)
    }

    /// Returns the cases of patients that came to be known; `nochmals` opens the file again.
    pub(super) fn der_hinzugekommenen(
        self,
        patienten: &[VersichertenId],
        kontext: &Kontext<'_>,
        lieferung: Quartal,
        nochmals: impl FnOnce() -> Option<Box<dyn FallLeser>>,
    ) -> Vec<Ungekennzeichnet> {
        let trifft = |fall: &Ungekennzeichnet| patienten.binary_search(&fall.patient).is_ok();
        if patienten.is_empty() {
            return Vec::new();
        }
        if let Some(mut liste) = self.0 {
            liste.retain(trifft);
            return liste;
        }
        let (mut liste, mut stapel) = (Vec::new(), Stapel::default());
        let (mut ungehoert, ort) = (Meldungen::neu(0), Ort::datei(&"".into()));
        let herkunft = Herkunft { datei: 0, ort: &ort, lieferung, zweck: Zweck::Abrechnung };
        let Some(mut leser) = nochmals() else { return liste };
        while leser.lies_stapel(&mut stapel, &mut ungehoert) == Ok(true) {
            let mut ertrag = Ertrag::default();
            kontext.werte(stapel.spalten(), herkunft, &mut ertrag, &mut ungehoert);
            liste.extend(ertrag.ungekennzeichnet.into_iter().filter(trifft));
        }
        liste
    }
}
