//! How fast each stage of a run is by itself: `cargo bench --bench stages`.

#![expect(clippy::expect_used, reason = "without its data a bench has nothing to measure")]

use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::mem;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main,
};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use strukturfonds::evaluate::kandidat::{Ertrag, Herkunft, Kontext, Zweck};
use strukturfonds::evaluate::par09::sachverhalt::Grundlage;
use strukturfonds::export;
use strukturfonds::fall::Stapel;
use strukturfonds::lauf::{Auftrag, fuehre_aus};
use strukturfonds::meldung::{Meldungen, Ort};
use strukturfonds::parameter::{Parameter, Regeln};
use strukturfonds::quartal::Quartal;
use strukturfonds::read::FallLeser;
use strukturfonds::read::dienstplan::DienstplanLeser;
use strukturfonds::read::eingaben::{Art, Eingabe, Eingaben};
use strukturfonds::read::einstellungen::{self, Einstellungen};
use strukturfonds::read::einwohner::EinwohnerBau;
use strukturfonds::read::faelle::FaelleLeser;
use strukturfonds::read::kvdt::KvdtLeser;
use strukturfonds::read::roh::{Rohquelle, Zaehler};
use strukturfonds::read::stammdaten::{StammdatenLeser, Stammdatenbau};
use strukturfonds::read::umschlag::Status;
use strukturfonds::settle::abrechnung::Umstaende;
use strukturfonds::stammdaten::{Dienstplan, Einwohner, Insel, Stammdaten};

mod daten;

/// The kinds of files that hold cases.
const FALLDATEIEN: [Art; 2] = [Art::Faelle, Art::Rueckblick];

fn gruppe<'a>(c: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut gruppe = c.benchmark_group(name);
    gruppe.sample_size(10).measurement_time(Duration::from_secs(6));
    gruppe
}

/// Returns threads for a stage, which is measured without a run around it.
fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("Threads")
}

fn falldateien(eingaben: &Eingaben) -> Vec<&Eingabe> {
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

/// Reads a KVDT file and counts its cases.
fn lies_kvdt(eingabe: &Eingabe) -> u64 {
    let mut meldungen = Meldungen::neu(10);
    let mut leser = KvdtLeser::neu(&eingabe.name, roh(eingabe), Arc::default());
    let (mut stapel, mut faelle) = (Stapel::default(), 0);
    while leser.lies_stapel(&mut stapel, &mut meldungen).expect("Fälle") {
        faelle += stapel.spalten().len() as u64;
    }
    assert!(!meldungen.hat_fehler());
    faelle
}

/// Claims alone: from the files to batches in memory, of which nothing is kept; the same cases as
/// XML and as KVDT.
fn lesen(c: &mut Criterion) {
    let xml = |eingabe: &Eingabe| {
        let mut faelle = 0;
        lies(eingabe, |stapel| faelle += stapel.spalten().len() as u64);
        faelle
    };
    lesen_als(c, "lesen", daten::quartal(), xml);
    lesen_als(c, "lesen/kvdt", daten::quartal_kvdt(), lies_kvdt);
}

fn lesen_als(c: &mut Criterion, name: &str, ordner: &Path, lies: fn(&Eingabe) -> u64) {
    let eingaben = Eingaben::aus(Some(ordner), &[]);
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

/// Everything that decisions need, in memory.
struct Bestand {
    quartal: Quartal,
    einstellungen: Einstellungen,
    regeln: BTreeMap<Quartal, Regeln>,
    stammdaten: Stammdaten,
    einwohner: Einwohner,
    dienstplaene: BTreeMap<Insel, Dienstplan>,
    namen: Vec<Arc<str>>,
    /// Batches with the index of their file, its quarter and what it is read for.
    stapel: Vec<(u32, Quartal, Zweck, Stapel)>,
}

impl Bestand {
    fn lies(eingaben: &Eingaben) -> Self {
        let mut meldungen = Meldungen::neu(10);
        let m = &mut meldungen;
        let text = |art| fs::read_to_string(&eingaben.der_art(art)[0].pfad).expect("Text");
        let name = Arc::from("einstellungen.toml");
        let einstellungen =
            einstellungen::lies(&name, &text(Art::Einstellungen)).expect("Einstellungen");
        let quartal: Quartal = "2024Q1".parse().expect("Quartal");
        let regeln: BTreeMap<Quartal, Regeln> = quartal
            .plus(-1)
            .bis(quartal)
            .filter_map(|q| Some((q, Parameter::eingebaut().regeln(q).ok()?)))
            .collect();
        let mut bau = Stammdatenbau::default();
        for eingabe in eingaben.der_art(Art::Stammdaten) {
            let leser = StammdatenLeser::neu(roh(eingabe), &eingabe.name, m).expect("Kopf");
            leser.lies(&mut bau, m).expect("Stammdaten");
        }
        let mut dienstplaene = BTreeMap::new();
        for eingabe in eingaben.der_art(Art::Dienstplan) {
            let leser = DienstplanLeser::neu(roh(eingabe), &eingabe.name, m).expect("Kopf");
            leser.lies(&mut dienstplaene, m).expect("Dienstplan");
        }
        let mut einwohner = EinwohnerBau::neu();
        for eingabe in eingaben.der_art(Art::Einwohner) {
            einwohner.lies(&eingabe.name, BufReader::new(roh(eingabe)), m).expect("Gemeinden");
        }
        let dateien = falldateien(eingaben);
        let stapel = (0_u32..).zip(&dateien).flat_map(|(platz, eingabe)| {
            let mut stapel = Vec::new();
            let quartal = lies(eingabe, |gelesen| stapel.push(mem::take(gelesen)));
            let abrechnung = eingabe.art == Art::Faelle;
            let zweck = if abrechnung { Zweck::Abrechnung } else { Zweck::Rueckblick };
            stapel.into_iter().map(move |stapel| (platz, quartal, zweck, stapel))
        });
        let bestand = Self {
            quartal,
            stammdaten: bau.fertig(quartal, &regeln[&quartal].par05, m),
            einwohner: einwohner.fertig(&einstellungen.verfuegbar_seit, m),
            dienstplaene,
            namen: dateien.iter().map(|eingabe| Arc::clone(&eingabe.name)).collect(),
            stapel: stapel.collect(),
            regeln,
            einstellungen,
        };
        assert!(!meldungen.hat_fehler());
        bestand
    }

    /// Evaluates all batches and settles; returns how many decisions § 9 needed.
    fn werte(&self) -> usize {
        let auslegungen = &self.einstellungen.auslegungen;
        let frueher = self.regeln.iter().map(|(q, regeln)| (*q, regeln.par09.clone())).collect();
        let kontext = Kontext {
            stammdaten: &self.stammdaten,
            par09: &self.regeln[&self.quartal].par09,
            par09_frueher: &frueher,
            auslegungen,
        };
        let teile: Vec<(Ertrag, Meldungen)> = self
            .stapel
            .par_iter()
            .map(|(datei, lieferung, zweck, stapel)| {
                let (mut ertrag, mut meldungen) = (Ertrag::default(), Meldungen::neu(10));
                let ort = Ort::datei(&self.namen[*datei as usize]);
                let herkunft =
                    Herkunft { datei: *datei, ort: &ort, lieferung: *lieferung, zweck: *zweck };
                kontext.werte(stapel.spalten(), herkunft, &mut ertrag, &mut meldungen);
                (ertrag, meldungen)
            })
            .collect();
        let (mut ertrag, mut meldungen) = (Ertrag::default(), Meldungen::neu(10));
        for (teil, m) in teile {
            ertrag.uebernimm(teil);
            meldungen.uebernimm(m);
        }
        let rueckblick = mem::take(&mut ertrag.rueckblick).fertig();
        let grundlage = Grundlage::neu(&self.stammdaten, &self.einwohner, &rueckblick, auslegungen);
        let umstaende = Umstaende {
            quartal: self.quartal,
            lauf: 1,
            status: Some(Status::Test),
            einstellungen: &self.einstellungen,
            regeln: &self.regeln,
            stammdaten: &self.stammdaten,
            dienstplaene: &self.dienstplaene,
            namen: &self.namen,
        };
        let abrechnung = umstaende.rechne_ab(&grundlage, ertrag, daten::FAELLE, &mut meldungen);
        assert!(!meldungen.hat_fehler());
        abrechnung.par09.len()
    }
}

/// Evaluating and settling alone: from batches in memory to decisions and bookings. Bytes are those
/// that the cases have in the files.
fn auswerten(c: &mut Criterion) {
    let eingaben = Eingaben::aus(Some(daten::quartal()), &[]);
    let bestand = Bestand::lies(&eingaben);
    let mut gruppe = gruppe(c, "auswerten");
    gruppe.throughput(daten::durchsatz(&eingaben, &FALLDATEIEN));
    for threads in daten::THREADS {
        let pool = pool(threads);
        gruppe.bench_function(format!("{threads} threads"), |b| {
            b.iter(|| pool.install(|| assert!(0 < bestand.werte())));
        });
    }
    gruppe.finish();
}

/// Writing alone: from a settled quarter to its bundle on the disk, which one thread does. Cases are
/// the decided ones, bytes those of the bundle.
fn schreiben(c: &mut Criterion) {
    let ziel = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-buendel");
    let auftrag: Auftrag = daten::auftrag(daten::quartal(), 2);
    let ergebnis = fuehre_aus(&auftrag).expect("ein Ergebnis");
    let raeume_auf = || drop(fs::remove_dir_all(&ziel));
    raeume_auf();
    export::schreibe(&ergebnis, None, &ziel, false).expect("ein Bündel");
    let dateien = fs::read_dir(&ziel).expect("Bündel");
    let bytes = dateien.map(|datei| datei.and_then(|d| d.metadata()).expect("Datei").len()).sum();
    let mut gruppe = gruppe(c, "schreiben");
    let elements = ergebnis.abrechnung.par09.len() as u64;
    gruppe.throughput(Throughput::ElementsAndBytes { elements, bytes });
    gruppe.bench_function("1 threads", |b| {
        b.iter_batched(
            raeume_auf,
            |()| export::schreibe(&ergebnis, None, &ziel, false).expect("ein Bündel"),
            BatchSize::PerIteration,
        );
    });
    gruppe.finish();
    raeume_auf();
}

criterion_group!(benches, lesen, auswerten, schreiben);
criterion_main!(benches);
