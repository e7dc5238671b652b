//! A peer: a plain quick-xml loop that reads every attribute of files in memory, and decides nothing.
//!
//! `quickxml THREADS FILE…` prints nanoseconds, bytes and attributes. The checks are on that a reader
//! of claims needs: end tags match, no attribute comes twice, values are unescaped. Reading the files and
//! bringing them to UTF-8, where they are ISO-8859-1, is not timed. A file is one thread's.

#![expect(clippy::expect_used, reason = "a peer that cannot read measures nothing")]
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::env;
use std::fs;
use std::hint::black_box;
use std::time::Instant;

use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

/// Returns how many attributes a document has, after a look at the value of each.
fn lies(xml: &str) -> u64 {
    let mut leser = Reader::from_str(xml);
    leser.config_mut().check_end_names = true;
    let mut anzahl = 0;
    loop {
        match leser.read_event().expect("well-formed") {
            Event::Start(marke) | Event::Empty(marke) => {
                for attribut in marke.attributes().with_checks(true) {
                    let attribut = attribut.expect("an attribute");
                    let wert = attribut.normalized_value(XmlVersion::Implicit1_0).expect("a value");
                    black_box((attribut.key, wert));
                    anzahl += 1;
                }
            }
            Event::Eof => return anzahl,
            _ => {}
        }
    }
}

fn main() {
    let argumente: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    let (threads, dateien) = argumente.split_first().expect("THREADS FILE…");
    let threads = threads.parse().expect("a number of threads");
    let texte: Vec<String> = dateien
        .iter()
        .map(|datei| {
            String::from_utf8(fs::read(datei).expect("a file")).unwrap_or_else(|anderes| {
                anderes.as_bytes().iter().map(|b| char::from(*b)).collect()
            })
        })
        .collect();
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let beginn = Instant::now();
    let attribute: u64 =
        pool.install(|| texte.par_iter().with_max_len(1).map(|text| lies(text)).sum());
    let ns = beginn.elapsed().as_nanos();
    let bytes: usize = texte.iter().map(String::len).sum();
    println!("{ns} {bytes} {attribute}");
}
