//! Any bytes as a KVDT file: no panic, no endless loop, no case that is not a record of the file; and the
//! fast path and the reference reader give the same cases, the same messages, the same end.

#![no_main]

use std::fmt::Write as _;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use strukturfonds::fall::Stapel;
use strukturfonds::meldung::Meldungen;
use strukturfonds::read::kvdt::{Faelle, Fall, KvdtLeser, Saetze, Satz};

fn lies(bytes: &[u8], schnell: bool) -> String {
    let (mut meldungen, mut stapel) = (Meldungen::neu(1000), Stapel::default());
    let leser = KvdtLeser::neu(&Arc::from("f"), bytes, Arc::default());
    let mut leser = if schnell { leser } else { leser.ohne_schnellweg() };
    let mut text = String::new();
    let ende = loop {
        let ende = leser.lies_stapel(&mut stapel, &mut meldungen);
        for fall in stapel.spalten().faelle() {
            let patient = fall.versicherter.map(|id| id.klartext());
            writeln!(text, "{fall:?} {patient:?}").expect("memory");
        }
        if ende != Ok(true) {
            break ende;
        }
    };
    write!(text, "{ende:?}").expect("memory");
    for meldung in meldungen.liste() {
        write!(text, "\n{meldung}").expect("memory");
    }
    text
}

fuzz_target!(|bytes: &[u8]| {
    assert_eq!(lies(bytes, true), lies(bytes, false));
    // every byte belongs to one record
    let (mut saetze, mut satz) = (Saetze::neu(bytes), Satz::default());
    let mut gelesen = 0;
    while saetze.lies(&mut satz).expect("memory can be read") {
        gelesen += satz.bytes().len();
    }
    assert!(gelesen <= bytes.len());
    // a case is a record without damage, which begins with its Satzart
    let (mut leser, mut fall) = (Faelle::neu(bytes), Fall::default());
    while let Ok(true) = leser.lies(&mut fall, &mut |_| {}) {
        let satz = leser.satz();
        assert!(satz.schaeden().is_empty());
        assert!(satz.bytes().starts_with(b"013800001"));
        let ab = usize::try_from(satz.stelle().byte.unwrap_or(0)).expect("in memory");
        assert_eq!(&bytes[ab..ab + satz.bytes().len()], satz.bytes());
    }
});
