//! How fast a whole quarter is decided, from the files to the bookings: `cargo bench --bench quarter`.

#![expect(clippy::expect_used, reason = "without its data a bench has nothing to measure")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use strukturfonds::export;
use strukturfonds::lauf::fuehre_aus;
use strukturfonds::read::eingaben::Art;

mod daten;

/// A generated quarter, in both forms, on one thread and on two, from its files to the written
/// bundle; cases are those of the quarter, bytes those of all inputs.
fn erzeugtes_quartal(c: &mut Criterion) {
    let ziel = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-quartal-buendel");
    let arten = [Art::Faelle, Art::Rueckblick, Art::Stammdaten, Art::Dienstplan, Art::Einwohner];
    for (name, ordner) in
        [("quartal/erzeugt", daten::quartal()), ("quartal/erzeugt-kvdt", daten::quartal_kvdt())]
    {
        let mut gruppe = c.benchmark_group(name);
        gruppe.sample_size(10).measurement_time(Duration::from_secs(10));
        for threads in daten::THREADS {
            let auftrag = daten::auftrag(ordner, threads);
            gruppe.throughput(daten::durchsatz(&auftrag.eingaben, &arten));
            gruppe.bench_function(format!("{threads} threads"), |b| {
                b.iter(|| {
                    let ergebnis = fuehre_aus(&auftrag).expect("ein Ergebnis");
                    assert_eq!(ergebnis.abrechnung.summen.faelle, daten::FAELLE);
                    let _ = fs::remove_dir_all(&ziel);
                    export::schreibe(&ergebnis, None, &ziel, false).expect("ein Bündel");
                });
            });
        }
        gruppe.finish();
    }
}

/// The demo quarter: what a run costs besides its cases.
fn demoquartal(c: &mut Criterion) {
    let auftrag = daten::auftrag(Path::new("testdata/2024Q1"), 1);
    let mut gruppe = c.benchmark_group("quartal/demo");
    gruppe.measurement_time(Duration::from_secs(3));
    gruppe.bench_function("1 threads", |b| {
        b.iter(|| assert!(fuehre_aus(&auftrag).is_ok()));
    });
    gruppe.finish();
}

criterion_group!(benches, erzeugtes_quartal, demoquartal);
criterion_main!(benches);
