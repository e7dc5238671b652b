//! How fast each stage of a run is by itself: `cargo bench --bench stages`.

#![expect(clippy::expect_used, reason = "without its data a bench has nothing to measure")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main,
};
use rayon::prelude::*;
use strukturfonds::erklaerung::klaerliste::klaerliste;
use strukturfonds::erklaerung::suche::{Fund, suche};
use strukturfonds::export;
use strukturfonds::lauf::{Ergebnis, fuehre_aus};
use strukturfonds::read::eingaben::Eingabe;

mod daten;
mod stufen;

use stufen::bestand::Bestand;
use stufen::{FALLDATEIEN, eingaben, falldateien, pool};

/// Cases for the rules alone: so many that what a quarter costs besides them is little.
const FAELLE_DER_REGELN: u64 = 1_000_000;

fn gruppe<'a>(c: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut gruppe = c.benchmark_group(name);
    gruppe.sample_size(10).measurement_time(Duration::from_secs(6));
    gruppe
}

/// Claims alone: from the files to batches in memory, of which nothing is kept; the same cases as
/// XML and as KVDT.
fn lesen(c: &mut Criterion) {
    lesen_als(c, "lesen", daten::quartal(), stufen::lies_xml);
    lesen_als(c, "lesen/kvdt", daten::quartal_kvdt(), stufen::lies_kvdt);
}

fn lesen_als(c: &mut Criterion, name: &str, ordner: &Path, lies: fn(&Eingabe) -> u64) {
    let eingaben = eingaben(ordner);
    let dateien = falldateien(&eingaben);
    let mut gruppe = gruppe(c, name);
    gruppe.throughput(daten::durchsatz(&eingaben, &FALLDATEIEN));
    for threads in daten::THREADS {
        let pool = pool(threads);
        gruppe.bench_function(format!("{threads} threads"), |b| {
            b.iter(|| {
                pool.install(|| {
                    let faelle = dateien.par_iter().with_max_len(1).map(|eingabe| lies(eingabe));
                    assert!(daten::FAELLE < faelle.sum());
                });
            });
        });
    }
    gruppe.finish();
}

/// The rules alone: from cases in memory to decisions and bookings, all reasons kept; with few and
/// with nothing but flagged cases.
fn regeln(c: &mut Criterion) {
    for (name, anteil) in [("regeln-1", "0.01"), ("regeln-100", "1")] {
        let ordner = daten::erzeugt("bench-regeln", FAELLE_DER_REGELN, daten::XML, anteil);
        let bestand = Bestand::lies(&eingaben(&ordner));
        let mut gruppe = gruppe(c, name);
        gruppe.throughput(Throughput::Elements(bestand.faelle()));
        for threads in daten::THREADS {
            let pool = pool(threads);
            gruppe.bench_function(format!("{threads} threads"), |b| {
                b.iter(|| pool.install(|| assert!(0 < bestand.werte())));
            });
        }
        gruppe.finish();
        let _ = fs::remove_dir_all(&ordner);
    }
}

/// The conditions of § 9 alone, on the facts of flagged cases: with all reasons, as the product keeps
/// them, and up to the first. `.ci/instruktionen` says the same in instructions.
fn gruende(c: &mut Criterion) {
    let ordner = daten::erzeugt("bench-gruende", daten::FAELLE, daten::XML, "1");
    let bestand = Bestand::lies(&eingaben(&ordner));
    let faelle = bestand.sachverhalte();
    bestand.pruefe_zwilling(&faelle);
    let mut gruppe = gruppe(c, "gruende");
    gruppe.throughput(Throughput::Elements(faelle.len() as u64));
    gruppe.bench_function("alle", |b| b.iter(|| bestand.alle_gruende(&faelle)));
    gruppe.bench_function("der erste", |b| b.iter(|| bestand.erster_grund(&faelle)));
    gruppe.finish();
    let _ = fs::remove_dir_all(&ordner);
}

/// Two quarters with the same number of flagged cases, the second with ten times the others: what is
/// done after the decisions must not take longer for them.
fn ergebnisse() -> [(&'static str, Ergebnis); 2] {
    [
        ("100000 cases", FAELLE_DER_REGELN / 10, "0.01"),
        ("1000000 cases", FAELLE_DER_REGELN, "0.001"),
    ]
    .map(|(name, faelle, anteil)| {
        let ordner = daten::erzeugt("bench-ergebnis", faelle, daten::XML, anteil);
        let ergebnis = fuehre_aus(&daten::auftrag(&ordner, 2)).expect("ein Ergebnis");
        let _ = fs::remove_dir_all(&ordner);
        (name, ergebnis)
    })
}

fn ziel() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-buendel")
}

fn raeume_auf() {
    let _ = fs::remove_dir_all(ziel());
}

/// Writing alone: from a settled quarter to its bundle on the disk. Cases are the decided ones, bytes
/// those of the bundle.
fn schreiben(c: &mut Criterion) {
    let mut gruppe = gruppe(c, "schreiben");
    for (name, ergebnis) in ergebnisse() {
        schreibe(&ergebnis);
        let dateien = fs::read_dir(ziel()).expect("Bündel");
        let bytes =
            dateien.map(|datei| datei.and_then(|d| d.metadata()).expect("Datei").len()).sum();
        let elements = ergebnis.abrechnung.par09.len() as u64;
        gruppe.throughput(Throughput::ElementsAndBytes { elements, bytes });
        gruppe.bench_function(name, |b| {
            b.iter_batched(raeume_auf, |()| schreibe(&ergebnis), BatchSize::PerIteration);
        });
        raeume_auf();
    }
    gruppe.finish();
}

fn schreibe(ergebnis: &Ergebnis) {
    export::schreibe(ergebnis, None, &ziel(), false).expect("ein Bündel");
}

/// Explaining alone: the last decision of a bundle, and the worklist of its Klärfälle.
fn erklaeren(c: &mut Criterion) {
    let mut gruppe = gruppe(c, "erklaeren");
    for (name, ergebnis) in ergebnisse() {
        raeume_auf();
        schreibe(&ergebnis);
        let letzte = ergebnis.abrechnung.par09.iter().last().expect("eine Entscheidung");
        let id = format!("{}/{}", letzte.sachverhalt.praxis, letzte.fall_id);
        gruppe.bench_function(format!("eine Entscheidung, {name}"), |b| {
            b.iter(|| {
                let fund = suche(&ziel(), &id).expect("ein Bündel");
                assert!(matches!(fund, Fund::Erklaerungen(texte) if texte.len() == 1));
            });
        });
        gruppe.bench_function(format!("alle Klärfälle, {name}"), |b| {
            b.iter(|| assert!(!klaerliste(&ziel()).expect("ein Bündel").is_empty()));
        });
    }
    gruppe.finish();
    raeume_auf();
}

criterion_group!(benches, lesen, regeln, gruende, schreiben, erklaeren);
criterion_main!(benches);
