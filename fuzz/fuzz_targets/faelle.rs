//! Any bytes as claims XML: the fast path and the reference reader give the same cases, the same
//! messages, the same end.

#![no_main]

use std::fmt::Write as _;
use std::io::Cursor;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use strukturfonds::fall::Stapel;
use strukturfonds::meldung::Meldungen;
use strukturfonds::read::FallLeser;
use strukturfonds::read::faelle::FaelleLeser;
use strukturfonds::read::roh::{Komprimierung, Rohquelle, Zaehler};

fn lies(bytes: &[u8], schnell: bool) -> String {
    let mut meldungen = Meldungen::neu(1000);
    let mut text = String::new();
    let innen = Box::new(Cursor::new(bytes.to_vec()));
    let roh = Rohquelle::aus(innen, Komprimierung::Keine, Zaehler::default());
    if let Ok(leser) = FaelleLeser::neu(roh, &Arc::from("f"), &mut meldungen) {
        let mut leser = if schnell { leser } else { leser.ohne_schnellweg() };
        let mut stapel = Stapel::default();
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
        write!(text, "{ende:?} {:?}", leser.bloecke()).expect("memory");
    }
    for meldung in meldungen.liste() {
        write!(text, "\n{meldung}").expect("memory");
    }
    text
}

fuzz_target!(|bytes: &[u8]| {
    assert_eq!(lies(bytes, true), lies(bytes, false));
});
