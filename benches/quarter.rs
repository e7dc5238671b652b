//! How fast claims are read and a quarter is run: `cargo bench`.

use std::fmt::Write as _;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use strukturfonds::fall::Stapel;
use strukturfonds::lauf::{Auftrag, fuehre_aus};
use strukturfonds::meldung::Meldungen;
use strukturfonds::read::FallLeser;
use strukturfonds::read::eingaben::Eingaben;
use strukturfonds::read::faelle::FaelleLeser;
use strukturfonds::read::roh::{Komprimierung, Rohquelle, Zaehler};

/// One practice with many plain cases of four services: the usual shape, nothing escaped.
fn faelle(anzahl: u32) -> Vec<u8> {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<faelle xmlns=\"urn:strukturfonds:faelle:1\">\n\
         <kopf lieferung=\"B\" kv=\"17\" quartal=\"2024Q1\" erstellt=\"2024-05-01\" version=\"1.0\" status=\"TEST\" \
         lieferart=\"voll\"/>\n<praxis bsnr=\"170010100\">\n",
    );
    for i in 0..anzahl {
        let ergebnis = writeln!(
            text,
            "<fall id=\"{i}\" versicherten_id=\"A{:08}0\" satzart=\"0101\" scheinuntergruppe=\"00\">",
            i * 7 % 100_000_000
        );
        assert!(ergebnis.is_ok());
        for tag in 1..=4 {
            let ergebnis = writeln!(
                text,
                "<leistung tag=\"2024-02-0{tag}\" gnr=\"0300{tag}\" lanr=\"123456601\"/>"
            );
            assert!(ergebnis.is_ok());
        }
        text.push_str("</fall>\n");
    }
    text.push_str("</praxis>\n</faelle>\n");
    text.into_bytes()
}

fn lesen(c: &mut Criterion) {
    let bytes = faelle(20_000);
    let mut gruppe = c.benchmark_group("lesen");
    gruppe.throughput(Throughput::Bytes(bytes.len() as u64)).sample_size(20);
    gruppe.bench_function("faelle.xml", |b| {
        b.iter(|| {
            let quelle = Box::new(Cursor::new(bytes.clone()));
            let roh = Rohquelle::aus(quelle, Komprimierung::Keine, Zaehler::default());
            let mut meldungen = Meldungen::neu(1);
            let mut stapel = Stapel::default();
            let mut gelesen = 0;
            if let Ok(mut leser) = FaelleLeser::neu(roh, &Arc::from("faelle.xml"), &mut meldungen) {
                while leser.lies_stapel(&mut stapel, &mut meldungen) == Ok(true) {
                    gelesen += stapel.spalten().len();
                }
            }
            assert_eq!(gelesen, 20_000);
        });
    });
    gruppe.finish();
}

fn quartal(c: &mut Criterion) {
    let auftrag = Auftrag {
        eingaben: Eingaben::aus(Some(Path::new("testdata/2024Q1")), &[]),
        threads: Some(1),
        ohne_vorlauf: false,
        ohne_fehlerhafte_dateien: false,
        lauf: 1,
        zaehler: Zaehler::default(),
    };
    c.bench_function("quartal/2024Q1", |b| {
        b.iter(|| assert!(fuehre_aus(&auftrag).is_ok()));
    });
}

criterion_group!(benches, lesen, quartal);
criterion_main!(benches);
