//! The generated quarters that the benches measure on.

#![allow(dead_code, reason = "each bench program uses its part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use criterion::Throughput;
use strukturfonds::generate::{Form, Umfang, erzeuge};
use strukturfonds::lauf::Auftrag;
use strukturfonds::read::eingaben::{Art, Eingaben};
use strukturfonds::read::roh::Zaehler;

/// Cases of the quarter: enough that reading them hides what a run costs besides.
pub(crate) const FAELLE: u64 = 100_000;

/// Threads that are measured.
pub(crate) const THREADS: [usize; 2] = [1, 2];

/// Claims in XML, in as many files as `generate` makes by itself.
pub(crate) const XML: Form = Form::Xml { dateien: 8 };

/// Generates the quarter into `target/`, once for a bench program, and returns its folder.
pub(crate) fn quartal() -> &'static Path {
    static ORDNER: OnceLock<PathBuf> = OnceLock::new();
    ORDNER.get_or_init(|| erzeugt("bench-quartal", FAELLE, XML, "0.005"))
}

/// The same quarter, its claims as a KVDT file per practice.
pub(crate) fn quartal_kvdt() -> &'static Path {
    static ORDNER: OnceLock<PathBuf> = OnceLock::new();
    ORDNER.get_or_init(|| erzeugt("bench-quartal-kvdt", FAELLE, Form::Kvdt, "0.005"))
}

/// Generates a quarter into `target/` and returns its folder. `gekennzeichnet`: share of flagged cases.
pub(crate) fn erzeugt(name: &str, faelle: u64, form: Form, gekennzeichnet: &str) -> PathBuf {
    let ordner = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // One of an older version may be there.
    let _ = fs::remove_dir_all(&ordner);
    let quartal = "2024Q1".parse().expect("Quartal");
    let anteil = gekennzeichnet.parse().expect("Anteil");
    let umfang = Umfang::neu(faelle, 1, quartal, form, anteil).expect("Umfang");
    erzeuge(&umfang, &ordner, None).expect("ein Quartal");
    ordner
}

/// Returns a run over a folder.
pub(crate) fn auftrag(ordner: &Path, threads: usize) -> Auftrag {
    Auftrag {
        eingaben: Eingaben::aus(Some(ordner), &[]),
        threads: Some(threads),
        ohne_vorlauf: false,
        ohne_fehlerhafte_dateien: false,
        lauf: 1,
        zaehler: Zaehler::default(),
    }
}

/// Returns the cases of the quarter and the bytes of the inputs of these kinds.
pub(crate) fn durchsatz(eingaben: &Eingaben, arten: &[Art]) -> Throughput {
    let bytes = arten.iter().flat_map(|art| eingaben.der_art(*art)).map(|eingabe| eingabe.bytes);
    Throughput::ElementsAndBytes { elements: FAELLE, bytes: bytes.sum() }
}
