//! Runs one stage of a run, for `.ci/instruktionen`, which counts the instructions of [`messung`]:
//! `instruktionen STUFE FAELLE`. It generates its quarter itself.

#![expect(clippy::expect_used, reason = "without its data a bench has nothing to measure")]

use std::env;
use std::fs;
use std::hint::black_box;

use strukturfonds::generate::Form;

mod daten;
mod stufen;

use stufen::bestand::Bestand;

/// What is counted. A name of its own in the program, so that valgrind finds it.
#[inline(never)]
fn messung<T>(stufe: impl FnOnce() -> T) -> T {
    let ergebnis = stufe();
    black_box(ergebnis)
}

fn main() {
    let argumente: Vec<String> = env::args().skip(1).collect();
    let stufe = argumente.first().expect("STUFE FAELLE").as_str();
    let faelle = argumente[1].parse().expect("Zahl der Fälle");
    let (form, anteil) = match stufe {
        "lesen-kvdt" => (Form::Kvdt, "0.005"),
        "lesen-xml" => (daten::XML, "0.005"),
        "regeln-1" => (daten::XML, "0.01"),
        _ => (daten::XML, "1"),
    };
    let ordner = daten::erzeugt(&format!("instruktionen-{stufe}-{faelle}"), faelle, form, anteil);
    let eingaben = stufen::eingaben(&ordner);
    let dateien = stufen::falldateien(&eingaben);
    let bestand = || Bestand::lies(&eingaben);
    match stufe {
        "lesen-xml" => {
            messung(|| dateien.iter().map(|datei| stufen::lies_xml(datei)).sum::<u64>());
        }
        "lesen-kvdt" => {
            messung(|| dateien.iter().map(|datei| stufen::lies_kvdt(datei)).sum::<u64>());
        }
        "alle-gruende" | "erster-grund" => {
            let bestand = bestand();
            let faelle = bestand.sachverhalte();
            bestand.pruefe_zwilling(&faelle);
            if stufe == "alle-gruende" {
                messung(|| bestand.alle_gruende(&faelle));
            } else {
                messung(|| bestand.erster_grund(&faelle));
            }
        }
        "regeln-1" | "regeln-100" => {
            let bestand = bestand();
            // within the pool, so that no second thread does a part of it
            stufen::pool(1).install(|| messung(|| bestand.werte()));
        }
        _ => unreachable!("unbekannte Stufe: {stufe}"),
    }
    fs::remove_dir_all(&ordner).expect("Ordner");
}
