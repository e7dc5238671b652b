//! A large file gives the same whether it lies packed or not, on one thread or several.

use std::collections::BTreeMap;

use super::*;
use crate::golden::buendel;
use crate::read::roh::tests::{gzip, zstd};

/// So many cases that the packed file, too, is decompressed beside the work.
const FAELLE: u64 = 12_000;

type Packe = fn(&[u8]) -> Vec<u8>;

/// How a file may lie there.
const WEGE: [(&str, Packe); 3] = [("", <[u8]>::to_vec), (".gz", gzip), (".zst", zstd)];

/// The small quarter, with a second large claims file whose bytes are packed in this way.
fn quartal(endung: &str, packe: Packe, text: &str) -> (Ordner, Vec<u8>) {
    let ordner = Ordner::neu();
    let praxis = "<praxis bsnr=\"170030000\" art=\"hausarzt\" gemeinde=\"03157006\" honorarkonto=\"HK3\"/></praxen>";
    ordner.mit("stammdaten.xml", &stammdaten(&STAMM.replace("</praxen>", praxis)));
    let gepackt = packe(text.as_bytes());
    let pfad = ordner.0.path().join(format!("faelle-gross.xml{endung}"));
    fs::write(pfad, &gepackt).expect("Datei");
    (ordner, gepackt)
}

/// A claims file with many unmarked cases, whose patients look random.
fn grosse() -> String {
    let alle: String = (0..FAELLE)
        .map(|i| {
            let patient = i.wrapping_mul(2_654_435_761) % 1_000_000_000;
            fall(&i.to_string(), &format!("B{patient:09}"), "2024-01-08", "")
        })
        .collect();
    faelle(&kopf("L2", ""), &[("170030000", &alle)])
}

/// Looks at the large input of a result: it was hashed whole, as it is stored.
fn pruefe_hash(ergebnis: &Ergebnis, gepackt: &[u8], was: &str) {
    let ist_gross = |g: &&Gelesen| g.eingabe.name.starts_with("faelle-gross");
    let gross = ergebnis.gelesen.iter().find(ist_gross).expect("die große Datei");
    let summe = gross.pruefsumme.as_ref().expect("gelesen");
    assert_eq!(summe.groesse, gepackt.len() as u64, "{was}");
    assert_eq!(summe.blake3, blake3::hash(gepackt).to_hex().as_str(), "{was}");
}

#[test]
fn a_packed_file_gives_the_same_bundle_with_any_number_of_threads() {
    let text = grosse();
    let mut erwartet: Option<BTreeMap<String, String>> = None;
    for (endung, packe) in WEGE {
        let (ordner, gepackt) = quartal(endung, packe, &text);
        assert!(1 << 16 < gepackt.len(), "{endung} {}", gepackt.len());
        let mut protokoll = None;
        for threads in [1, 2] {
            let auftrag = Auftrag { threads: Some(threads), ..ordner.auftrag() };
            let was = format!("{endung} {threads}");
            let ergebnis = fuehre_aus(&auftrag).expect("ein Ergebnis");
            pruefe_hash(&ergebnis, &gepackt, &was);
            let bytes: u64 = auftrag.eingaben.alle().iter().map(|eingabe| eingabe.bytes).sum();
            let gezaehlt = auftrag.zaehler.load(std::sync::atomic::Ordering::Relaxed);
            assert_eq!(gezaehlt, bytes, "{was}");
            let mut dateien = buendel(&ergebnis).1;
            // It tells what was read: the same for any number of threads, but not of another file.
            let sagt = dateien.remove("protokoll.json").expect("ein Protokoll");
            assert_eq!(*protokoll.get_or_insert_with(|| sagt.clone()), sagt, "{was}");
            for text in dateien.values_mut() {
                *text = text.replace(&format!("gross.xml{endung}"), "gross.xml");
            }
            assert!(*erwartet.get_or_insert_with(|| dateien.clone()) == dateien, "{was}");
        }
    }
}

#[test]
fn a_packed_file_that_is_wrong_at_its_beginning_is_refused_there_and_hashed_to_its_end() {
    let text = grosse().replacen("<fall ", "<fall <", 1);
    for (endung, packe) in WEGE {
        let (ordner, gepackt) = quartal(endung, packe, &text);
        for threads in [1, 2] {
            let was = format!("{endung} {threads}");
            let auftrag = Auftrag { threads: Some(threads), ..ordner.auftrag() };
            let erwartet = format!("faelle-gross.xml{endung}:4: … xml_nicht_wohlgeformt");
            beginnt(&ergebnis(&auftrag), &[&erwartet], &was);
            let ohne = Auftrag { ohne_fehlerhafte_dateien: true, ..auftrag };
            pruefe_hash(&fuehre_aus(&ohne).expect("ein Ergebnis"), &gepackt, &was);
        }
    }
}
