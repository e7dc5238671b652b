//! Settles on the threads of the run: marked cases are judged in parts, side by side.
//!
//! Only the competition between cases of one patient goes over all parts, and it is quick.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::evaluate::kandidat::Ertrag;
use crate::evaluate::kandidaten::{Fallplatz, Kandidaten, Lauf};
use crate::evaluate::par09::sachverhalt::Grundlage;
use crate::meldung::Meldungen;
use crate::settle::abrechnung::{Abrechnung, Umstaende, reihenfolge};
use crate::settle::entscheidungen::{Entscheidungen09, TEIL, Teil};
use crate::settle::uebernahme;

impl Umstaende<'_> {
    /// Decides, books and checks the equations; errors are recorded.
    /// `faelle` is the number of cases as the readers counted them.
    pub fn rechne_ab(
        &self,
        grundlage: &Grundlage<'_>,
        mut ertrag: Ertrag,
        faelle: u64,
        meldungen: &mut Meldungen,
    ) -> Abrechnung {
        let unmarkiert = std::mem::take(&mut ertrag.ungekennzeichnet);
        let ungekennzeichnet = self.hinweis(grundlage, unmarkiert, meldungen);
        let kandidaten = std::mem::take(&mut ertrag.kandidaten);
        let ordnung = geordnet(&kandidaten);
        // One list for all parts: joined afterwards, parts and list would be there at the same time.
        let bewerber = Mutex::new(Vec::new());
        let teile: Vec<Teil> = ordnung
            .par_chunks(TEIL)
            .enumerate()
            .map(|(i, plaetze)| {
                let (teil, mut weitere) = self.urteile(grundlage, &kandidaten, plaetze, i * TEIL);
                bewerber.lock().unwrap_or_else(PoisonError::into_inner).append(&mut weitere);
                teil
            })
            .collect();
        let mut bewerber = bewerber.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Whichever part came first: no two of them are equal in this order.
        bewerber.par_sort_unstable_by(|a, b| {
            uebernahme::reihenfolge(a, b, |bewerber| {
                let fall = kandidaten.fall(ordnung[bewerber.nummer as usize]);
                fall.id_erzeugt.then_some((fall.datei, fall.stelle))
            })
        });
        let mut par09 =
            Entscheidungen09::neu(kandidaten, ordnung, teile, grundlage.lagen(), self.namen);
        self.vergib(&mut par09, &bewerber);
        drop(bewerber);
        self.schliesse_ab(par09, &ertrag, ungekennzeichnet, faelle, meldungen)
    }
}

/// Returns the order of the decisions on marked cases: practices are brought into order, then, side by
/// side, the cases of each.
fn geordnet(kandidaten: &Kandidaten) -> Vec<Fallplatz> {
    let mut laeufe: Vec<Lauf> = kandidaten.laeufe().collect();
    laeufe.sort_by_key(|lauf| lauf.praxis);
    let mut ordnung = Vec::with_capacity(kandidaten.len());
    ordnung.extend(laeufe.iter().flat_map(Lauf::plaetze));
    let (mut je_praxis, mut rest) = (Vec::new(), ordnung.as_mut_slice());
    for einer in laeufe.chunk_by(|a, b| a.praxis == b.praxis) {
        let faelle = einer.iter().map(|lauf| lauf.plaetze().len()).sum();
        let (seine, weitere) = rest.split_at_mut(faelle);
        je_praxis.push(seine);
        rest = weitere;
    }
    je_praxis.into_par_iter().for_each(|plaetze| ordne(kandidaten, plaetze));
    ordnung
}

/// Brings the cases of one practice into order. Keys are sorted: mostly the first bytes of the id decide.
fn ordne(kandidaten: &Kandidaten, plaetze: &mut [Fallplatz]) {
    let anfang = |id: &[u8]| {
        let mut bytes = [0; 8];
        let laenge = id.len().min(8);
        bytes[..laenge].copy_from_slice(&id[..laenge]);
        u64::from_be_bytes(bytes)
    };
    let mut schluessel: Vec<(u64, Fallplatz)> =
        plaetze.iter().map(|platz| (anfang(kandidaten.id(*platz).as_bytes()), *platz)).collect();
    schluessel
        .par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| reihenfolge(kandidaten, a.1, b.1)));
    for (platz, (_, geordneter)) in plaetze.iter_mut().zip(schluessel) {
        *platz = geordneter;
    }
}
