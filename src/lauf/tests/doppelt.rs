//! What lies in several files is read again: by itself or with its whole file, it is told alike.

use super::*;
use crate::evaluate::kandidat::Zweck;
use crate::lauf::doppelt;
use crate::meldung::Stelle;
use crate::read::Block;
use crate::read::roh::tests::gzip;

/// Three parts of a delivery; the practice has doubles in the middle of one and at the end of another.
fn teile(umgebung: impl Fn(&str) -> String) -> Ordner {
    let ordner = Ordner::neu();
    let teil = |nummer: u32, praxen: &[(&str, &[&str])]| {
        let kopf = kopf("L1", &format!("teil=\"{nummer}\" von_teilen=\"3\""));
        let inhalt: Vec<(&str, String)> = praxen
            .iter()
            .map(|(bsnr, ids)| {
                let alle = ids.iter().map(|id| fall(id, "A123456780", "2024-01-08", ""));
                (*bsnr, alle.collect())
            })
            .collect();
        let inhalt: Vec<(&str, &str)> = inhalt.iter().map(|(b, text)| (*b, &**text)).collect();
        umgebung(&faelle(&kopf, &inhalt))
    };
    ordner.mit(
        "faelle.xml",
        &teil(1, &[("170030000", &["1"]), ("170010100", &["1", "2"]), ("170040000", &["1", "2"])]),
    );
    ordner.mit("faelle-2.xml", &teil(2, &[("170050000", &["7", "8"]), ("170010100", &["3", "2"])]));
    ordner.mit("faelle-3.xml", &teil(3, &[("170010100", &["1", "4"]), ("170019900", &["5", "6"])]));
    ordner
}

#[test]
fn practices_in_several_files_are_told_alike_however_they_are_read_again() {
    let ohne_byte = |meldungen: Vec<String>| -> Vec<String> {
        meldungen.iter().map(|m| m.replace(".xml.gz", ".xml")).collect()
    };
    let erwartet = teile(str::to_owned).laufe();
    assert_eq!(erwartet.iter().filter(|m| m.contains("fall_doppelt")).count(), 2, "{erwartet:#?}");
    assert!(erwartet.iter().all(|m| m.contains("satz ")), "{erwartet:#?}");
    // With another namespace at the root a practice cannot be read without it; the bytes are the same.
    let raum = " xmlns:xsi=\"a\"";
    let mit_raum = teile(|text| text.replacen("<faelle", &format!("<faelle{raum}"), 1));
    let nur_laenger =
        teile(|text| text.replacen("<faelle", &format!("<faelle{}", " ".repeat(raum.len())), 1));
    assert_eq!(mit_raum.laufe(), nur_laenger.laufe());
    // Nor can it in a compressed file.
    let gepackt = teile(str::to_owned);
    for name in ["faelle", "faelle-2", "faelle-3"] {
        let pfad = gepackt.0.path().join(format!("{name}.xml"));
        let text = fs::read(&pfad).expect("Datei");
        fs::remove_file(&pfad).expect("Datei");
        fs::write(pfad.with_extension("xml.gz"), gzip(&text)).expect("Datei");
    }
    assert_eq!(ohne_byte(gepackt.laufe()), erwartet);
}

/// Nobody says that nothing comes twice who could not look again.
#[test]
fn a_file_that_changes_during_the_run_is_an_error() {
    let ordner = teile(str::to_owned);
    let bestand = lies(&ordner.auftrag(), &FUER_LAUF);
    let platz = |datei: &str| {
        let gesucht = |g: &Gelesen| &*g.eingabe.name == datei;
        bestand.gelesen.iter().position(gesucht).expect("die Datei")
    };
    let verortet = |datei: &str, ganz| doppelt::Verortet {
        platz: platz(datei),
        zweck: Zweck::Abrechnung,
        umschlag: bestand.lieferungen.umschlaege[platz(datei)].as_ref().expect("ein Umschlag"),
        nummer: 1,
        block: Block {
            bsnr: "170010100".parse().expect("BSNR"),
            faelle: 2,
            stelle: Stelle::default(),
        },
        ganz,
        abschnitt: None,
    };
    let pruefe = |ganz| {
        let mut meldungen = Meldungen::neu(10);
        let orte = [verortet("faelle-2.xml", ganz), verortet("faelle-3.xml", ganz)];
        doppelt::pruefe(&orte, &bestand.gelesen, None, &mut meldungen);
        fehler(&meldungen)
    };
    assert_eq!(pruefe(true), Vec::<String>::new());
    let pfad = ordner.0.path().join("faelle-3.xml");
    let text = fs::read_to_string(&pfad).expect("Datei");
    for veraendert in [Some(text.replacen("\"4\"", "\"4\"\"", 1)), None] {
        match veraendert {
            Some(text) => fs::write(&pfad, text).expect("Datei"),
            None => fs::remove_file(&pfad).expect("Datei"),
        }
        beginnt(&pruefe(true), &["faelle-3.xml: datei_nicht_lesbar"], "verändert");
        // an error in the file has been told, and its cases may be fewer
        assert_eq!(pruefe(false), Vec::<String>::new());
    }
}
