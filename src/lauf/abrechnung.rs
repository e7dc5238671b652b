//! Settles on the threads of the run: marked cases are judged in parts, side by side.
//!
//! Only the competition between cases of one patient goes over all parts, and it is quick.

use rayon::prelude::*;

use crate::evaluate::kandidat::{Ertrag, Kandidat};
use crate::evaluate::par09::sachverhalt::Grundlage;
use crate::kennung::Praxis;
use crate::meldung::Meldungen;
use crate::settle::abrechnung::{Abrechnung, Anwaerter, Umstaende, reihenfolge};
use crate::settle::entscheidungen::{Entscheidungen09, TEIL, Teil};

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
        let kandidaten = geordnet(std::mem::take(&mut ertrag.kandidaten));
        let (teile, anwaerter): (Vec<Teil>, Vec<Vec<Anwaerter>>) = kandidaten
            .par_chunks(TEIL)
            .enumerate()
            .map(|(i, teil)| self.urteile(grundlage, teil, i * TEIL))
            .unzip();
        let mut anwaerter = anwaerter.concat();
        anwaerter.par_sort_unstable();
        let mut par09 = Entscheidungen09::neu(kandidaten, teile, grundlage.lagen(), self.namen);
        self.vergib(&mut par09, &anwaerter);
        drop(anwaerter);
        self.schliesse_ab(par09, &ertrag, ungekennzeichnet, faelle, meldungen)
    }
}

/// Brings marked cases into the order of their decisions. Keys are sorted, not the cases: mostly
/// practice and the first bytes of the id decide, and cases are moved once.
fn geordnet(mut kandidaten: Vec<Kandidat>) -> Vec<Kandidat> {
    let anfang = |id: &[u8]| {
        let mut bytes = [0; 8];
        let laenge = id.len().min(8);
        bytes[..laenge].copy_from_slice(&id[..laenge]);
        u64::from_be_bytes(bytes)
    };
    let mut schluessel: Vec<(Praxis, u64, usize)> = kandidaten
        .par_iter()
        .enumerate()
        .map(|(i, k)| (k.praxis, anfang(k.fall_id.as_bytes()), i))
        .collect();
    schluessel.par_sort_unstable_by(|a, b| {
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| reihenfolge(&kandidaten[a.2], &kandidaten[b.2]))
    });
    // Each place gets its case; what was there goes to the place that became free.
    for ziel in 0..schluessel.len() {
        let mut von = schluessel[ziel].2;
        while von < ziel {
            von = schluessel[von].2;
        }
        schluessel[ziel].2 = von;
        kandidaten.swap(ziel, von);
    }
    kandidaten
}
