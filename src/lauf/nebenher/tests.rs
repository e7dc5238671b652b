//! A source that is read ahead gives what it gives in place: bytes, errors, hash and size.

use std::fs::File;
use std::io::{Cursor, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ThreadId};

use super::*;
use crate::meldung::Ort;
use crate::read::eingaben::Eingaben;
use crate::read::roh::tests::{gzip, zstd};
use crate::read::roh::{Zaehler, lesefehler};

fn quelle(bytes: &[u8], komprimierung: Komprimierung) -> Rohquelle {
    let innen = Box::new(Cursor::new(bytes.to_vec()));
    Rohquelle::aus(innen, komprimierung, Zaehler::default())
}

/// A thread must have begun.
fn voraus(roh: Rohquelle) -> Rohquelle {
    Rohquelle::voraus(Box::new(Nebenher::neu(roh).expect("ein Thread")))
}

/// Text that compresses, but not to nothing, of some blocks and a rest.
fn text(laenge: usize) -> Vec<u8> {
    let mut zahl = 1_u64;
    let zeilen = std::iter::repeat_with(|| {
        zahl = zahl.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("<fall id=\"{}\"/>\n", zahl >> 44)
    });
    zeilen.flat_map(String::into_bytes).take(laenge).collect()
}

/// Reads by `schritt` up to the end or an error: what comes, and what the source says at its end.
fn alles(mut roh: Rohquelle, schritt: usize) -> (Vec<u8>, Option<String>, Option<Pruefsumme>) {
    let (mut bytes, mut fehler, mut puffer) = (Vec::new(), None, vec![0; schritt]);
    loop {
        match roh.read(&mut puffer) {
            Ok(0) => break,
            Ok(anzahl) => bytes.extend_from_slice(&puffer[..anzahl]),
            Err(f) => {
                let ort = Ort::datei(&"a".into());
                fehler = Some(format!("{} {f:?}", lesefehler(&f, ort)));
                break;
            }
        }
    }
    (bytes, fehler, roh.beende().ok())
}

#[test]
fn bytes_hash_and_size_are_those_of_reading_in_place() {
    let text = text(3 * BLOCK + 17);
    let zwei =
        |packe: fn(&[u8]) -> Vec<u8>| [packe(&text[..BLOCK]), packe(&text[BLOCK..])].concat();
    for (gespeichert, komprimierung) in [
        (gzip(&text), Komprimierung::Gzip),
        (zwei(gzip), Komprimierung::Gzip),
        (zstd(&text), Komprimierung::Zstd),
        (zwei(zstd), Komprimierung::Zstd),
        (text.clone(), Komprimierung::Keine),
    ] {
        for schritt in [1_000, BLOCK, 1 << 20] {
            let was = format!("{komprimierung:?} {schritt}");
            let gelesen = alles(voraus(quelle(&gespeichert, komprimierung)), schritt);
            assert!(gelesen.0 == text, "{was}");
            assert_eq!(gelesen.1, None, "{was}");
            let summe = gelesen.2.expect("Speicher");
            assert_eq!(summe.groesse, gespeichert.len() as u64, "{was}");
            assert_eq!(summe.blake3, blake3::hash(&gespeichert).to_hex().as_str(), "{was}");
        }
    }
}

#[test]
fn every_cut_and_every_wrong_byte_ends_where_it_ends_in_place() {
    let text = text(3_000);
    let mut geprueft = 0;
    for (gespeichert, komprimierung) in
        [(gzip(&text), Komprimierung::Gzip), (zstd(&text), Komprimierung::Zstd)]
    {
        for platz in 0..gespeichert.len() {
            let mut falsch = gespeichert.clone();
            falsch[platz] ^= 0x55;
            for (was, bytes) in [("cut", &gespeichert[..platz]), ("wrong", &falsch[..])] {
                let hier = alles(quelle(bytes, komprimierung), 700);
                let dort = alles(voraus(quelle(bytes, komprimierung)), 700);
                assert!(hier == dort, "{komprimierung:?} {was} {platz}: {:?} {:?}", hier.1, dort.1);
                assert!(was != "cut" || hier.1.is_some(), "{komprimierung:?} {platz}");
                geprueft += usize::from(hier.1.is_some());
            }
        }
    }
    assert!(1_000 < geprueft, "{geprueft}");
}

/// How much comes before a damaged place does not depend on how much a reader asks for.
#[test]
fn a_damaged_file_ends_at_the_same_byte_whoever_reads_it() {
    let text = text(6 * BLOCK);
    for (mut bytes, komprimierung) in
        [(gzip(&text), Komprimierung::Gzip), (zstd(&text), Komprimierung::Zstd)]
    {
        let mitte = bytes.len() / 2;
        bytes[mitte..mitte + 64].fill(0xFF);
        let erwartet = alles(quelle(&bytes, komprimierung), 4_096);
        assert!(erwartet.0.len() < text.len() && erwartet.1.is_some(), "{komprimierung:?}");
        assert!(text.len() / 4 < erwartet.0.len(), "{komprimierung:?}");
        for schritt in [997, 1 << 16, 1 << 20] {
            let hier = alles(quelle(&bytes, komprimierung), schritt);
            let dort = alles(voraus(quelle(&bytes, komprimierung)), schritt);
            assert!(hier == erwartet && dort == erwartet, "{komprimierung:?} {schritt}");
        }
    }
}

/// Counts how much is read of it.
struct Gezaehlt(Cursor<Vec<u8>>, Arc<AtomicUsize>);

impl Read for Gezaehlt {
    fn read(&mut self, puffer: &mut [u8]) -> io::Result<usize> {
        let anzahl = self.0.read(puffer)?;
        self.1.fetch_add(anzahl, Ordering::SeqCst);
        Ok(anzahl)
    }
}

#[test]
fn a_reader_that_stops_early_gets_the_hash_and_one_that_leaves_ends_the_thread() {
    let text = text(12 * BLOCK);
    for (gespeichert, komprimierung) in
        [(gzip(&text), Komprimierung::Gzip), (zstd(&text), Komprimierung::Zstd)]
    {
        let erwartet = blake3::hash(&gespeichert).to_hex();
        for gelesen in [0, 1, 2 * BLOCK] {
            for beende in [true, false] {
                let zaehler = Zaehler::default();
                let bisher = Arc::new(AtomicUsize::new(0));
                let innen = Gezaehlt(Cursor::new(gespeichert.clone()), Arc::clone(&bisher));
                let roh = Rohquelle::aus(Box::new(innen), komprimierung, Arc::clone(&zaehler));
                let mut roh = voraus(roh);
                roh.read_exact(&mut vec![0; gelesen]).expect("lesbar");
                let was = format!("{komprimierung:?} {gelesen} {beende}");
                if beende {
                    let summe = roh.beende().expect("Speicher");
                    assert_eq!(summe.blake3, erwartet.as_str(), "{was}");
                    assert_eq!(summe.groesse, gespeichert.len() as u64, "{was}");
                    assert_eq!(zaehler.load(Ordering::Relaxed), summe.groesse, "{was}");
                } else {
                    drop(roh);
                    assert!(bisher.load(Ordering::SeqCst) < gespeichert.len(), "{was}");
                }
                // The thread held the source, and has ended.
                assert_eq!(Arc::strong_count(&bisher), 1, "{was}");
            }
        }
    }
}

#[test]
fn many_sources_are_read_ahead_at_once() {
    let text = text(5 * BLOCK + 9);
    let gespeichert = gzip(&text);
    let mut quellen: Vec<Rohquelle> =
        (0..12).map(|_| voraus(quelle(&gespeichert, Komprimierung::Gzip))).collect();
    let mut puffer = vec![0; 100_000];
    for stueck in text.chunks(puffer.len()) {
        for quelle in &mut quellen {
            quelle.read_exact(&mut puffer[..stueck.len()]).expect("lesbar");
            assert!(puffer[..stueck.len()] == *stueck);
        }
    }
}

/// Gives some bytes and then panics.
struct Panisch(usize);

impl Read for Panisch {
    fn read(&mut self, puffer: &mut [u8]) -> io::Result<usize> {
        assert!(0 < self.0, "Absicht");
        self.0 -= 1;
        Ok(puffer.len())
    }
}

#[test]
fn a_panic_of_the_thread_goes_on_in_the_reader() {
    let panik = |benutze: &dyn Fn(Rohquelle)| {
        let innen = Box::new(Panisch(8));
        let roh = Rohquelle::aus(innen, Komprimierung::Keine, Zaehler::default());
        let grund = catch_unwind(AssertUnwindSafe(|| benutze(voraus(roh)))).expect_err("Panik");
        assert_eq!(grund.downcast_ref::<&str>(), Some(&"Absicht"));
    };
    panik(&|mut roh| drop(io::copy(&mut roh, &mut io::sink())));
    let warte = |roh: &mut Rohquelle| roh.read_exact(&mut vec![0; BLOCK]).expect("gelesen");
    panik(&|mut roh| {
        warte(&mut roh);
        drop(roh.beende());
    });
}

#[test]
fn only_large_compressed_files_of_runs_with_several_threads_get_a_thread() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let text = text(2 << 20);
    let schreibe = |name: &str, bytes: &[u8]| {
        let pfad = ordner.path().join(name);
        File::create(pfad).and_then(|mut datei| datei.write_all(bytes)).expect("Datei");
    };
    schreibe("faelle-1.xml", &text);
    schreibe("faelle-2.xml.gz", &gzip(&text));
    schreibe("faelle-3.xml.zst", &zstd(&text));
    schreibe("faelle-4.xml.gz", &gzip(&text[..10_000]));
    let eingaben = Eingaben::aus(Some(ordner.path()), &[]);
    for (threads, erwartet) in [(1, [false; 4]), (2, [false, true, true, false])] {
        let pool = crate::threads::pool(Some(threads)).expect("Threads");
        let nebenher: Vec<bool> = pool.install(|| {
            let eine = |eingabe: &Eingabe| {
                let anderswo = Arc::new(AtomicBool::new(false));
                let datei = File::open(&eingabe.pfad).expect("Datei");
                let innen = Beobachtet(datei, thread::current().id(), Arc::clone(&anderswo));
                let innen = Box::new(innen);
                let roh = Rohquelle::aus(innen, eingabe.komprimierung, Zaehler::default());
                let mut gelesen = Vec::new();
                entpackt(roh, eingabe).read_to_end(&mut gelesen).expect("lesbar");
                assert!(!gelesen.is_empty() && text.starts_with(&gelesen));
                anderswo.load(Ordering::SeqCst)
            };
            eingaben.alle().iter().map(eine).collect()
        });
        assert_eq!(nebenher, erwartet, "{threads}");
    }
}

/// Tells whether another thread than the one named reads it.
struct Beobachtet(File, ThreadId, Arc<AtomicBool>);

impl Read for Beobachtet {
    fn read(&mut self, puffer: &mut [u8]) -> io::Result<usize> {
        self.2.fetch_or(thread::current().id() != self.1, Ordering::SeqCst);
        self.0.read(puffer)
    }
}
