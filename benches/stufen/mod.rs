//! The stages of a run, each by itself: what `stages` measures in time and `instruktionen` in instructions.

use std::path::Path;
use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};
use strukturfonds::fall::Stapel;
use strukturfonds::meldung::Meldungen;
use strukturfonds::quartal::Quartal;
use strukturfonds::read::FallLeser;
use strukturfonds::read::eingaben::{Art, Eingabe, Eingaben};
use strukturfonds::read::faelle::FaelleLeser;
use strukturfonds::read::kvdt::KvdtLeser;
use strukturfonds::read::roh::{Rohquelle, Zaehler};

pub(crate) mod bestand;
mod erster_grund;

/// The kinds of files that hold cases.
pub(crate) const FALLDATEIEN: [Art; 2] = [Art::Faelle, Art::Rueckblick];

/// Returns threads for a stage, which is measured without a run around it.
pub(crate) fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("Threads")
}

pub(crate) fn falldateien(eingaben: &Eingaben) -> Vec<&Eingabe> {
    FALLDATEIEN.iter().flat_map(|art| eingaben.der_art(*art)).collect()
}

fn roh(eingabe: &Eingabe) -> Rohquelle {
    Rohquelle::oeffne(&eingabe.pfad, eingabe.komprimierung, Zaehler::default()).expect("Datei")
}

/// Reads a claims file and gives each batch to `nimm`, which may take it.
fn lies(eingabe: &Eingabe, mut nimm: impl FnMut(&mut Stapel)) -> Quartal {
    let mut meldungen = Meldungen::neu(10);
    let mut leser = FaelleLeser::neu(roh(eingabe), &eingabe.name, &mut meldungen).expect("Kopf");
    let quartal = leser.umschlag().quartal().expect("Quartal");
    let mut stapel = Stapel::default();
    while leser.lies_stapel(&mut stapel, &mut meldungen).expect("Fälle") {
        nimm(&mut stapel);
    }
    assert!(!meldungen.hat_fehler());
    quartal
}

/// Reads an XML file and counts its cases.
pub(crate) fn lies_xml(eingabe: &Eingabe) -> u64 {
    let mut faelle = 0;
    lies(eingabe, |stapel| faelle += stapel.spalten().len() as u64);
    faelle
}

/// Reads a KVDT file and counts its cases.
pub(crate) fn lies_kvdt(eingabe: &Eingabe) -> u64 {
    let mut meldungen = Meldungen::neu(10);
    let mut leser = KvdtLeser::neu(&eingabe.name, roh(eingabe), Arc::default());
    let (mut stapel, mut faelle) = (Stapel::default(), 0);
    while leser.lies_stapel(&mut stapel, &mut meldungen).expect("Fälle") {
        faelle += stapel.spalten().len() as u64;
    }
    assert!(!meldungen.hat_fehler());
    faelle
}

/// Returns the inputs of a folder.
pub(crate) fn eingaben(ordner: &Path) -> Eingaben {
    Eingaben::aus(Some(ordner), &[])
}
