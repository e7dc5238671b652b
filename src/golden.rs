//! The demo quarter byte for byte: its bundle, its explanations, and that neither threads nor the
//! order of files and cases change them. `UPDATE=1 cargo test` accepts what came out; read the diff.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::erklaerung::suche::{Fund, suche};
use crate::export;
use crate::lauf::{Auftrag, Ergebnis, Gewonnen, fuehre_aus, ziehe_aus};
use crate::meldung::Meldungen;
use crate::read::eingaben::{Art, Eingaben};
use crate::read::roh::Zaehler;

const DEMO: &str = "testdata/2024Q1";
const KVDT: &str = "testdata/2023Q4-kvdt";

fn auftrag(eingaben: Eingaben, threads: usize) -> Auftrag {
    Auftrag {
        eingaben,
        threads: Some(threads),
        ohne_vorlauf: false,
        ohne_fehlerhafte_dateien: false,
        lauf: 1,
        zaehler: Zaehler::default(),
    }
}

fn laufe(ordner: &Path, threads: usize) -> Ergebnis {
    entscheide(Eingaben::aus(Some(ordner), &[]), threads)
}

/// Runs inputs that nothing is wrong with.
pub(crate) fn entscheide(eingaben: Eingaben, threads: usize) -> Ergebnis {
    match fuehre_aus(&auftrag(eingaben, threads)) {
        Ok(ergebnis) => ergebnis,
        Err(meldungen) => panic!("{:#?}", meldungen.liste()),
    }
}

/// Writes the bundle of a result and returns its files.
pub(crate) fn buendel(ergebnis: &Ergebnis) -> (tempfile::TempDir, BTreeMap<String, String>) {
    let ordner = tempfile::tempdir().expect("Ordner");
    export::schreibe(ergebnis, None, &ordner.path().join("b"), false).expect("ein Bündel");
    let dateien = lies(&ordner.path().join("b"));
    (ordner, dateien)
}

/// Orders an extract of claims files; the rest of the inputs lies in `ordner`.
pub(crate) fn auszugsauftrag(orte: &[PathBuf], ordner: &Path, threads: usize) -> Auftrag {
    let alle = Eingaben::aus(Some(ordner), &[]);
    let rest = [Art::Stammdaten, Art::Einstellungen, Art::Schluessel];
    let rest: Vec<(Art, PathBuf)> = rest
        .iter()
        .flat_map(|art| alle.der_art(*art))
        .map(|eingabe| (eingabe.art, eingabe.pfad.clone()))
        .collect();
    auftrag(Eingaben::fuer_auszug(orte, &rest), threads)
}

/// Replaces claims files of an input folder's look-back by one extract of them.
pub(crate) fn ersetze_durch_auszug(ordner: &Path, pfade: &[PathBuf]) -> Result<(), Meldungen> {
    let Gewonnen { auszug, schluessel, .. } = ziehe_aus(&auszugsauftrag(pfade, ordner, 2))?;
    let ziel = ordner.join("rueckblick/a.rueckblick");
    export::auszug::schreibe(&auszug, &schluessel, &ziel, true).expect("ein Auszug");
    for pfad in pfade {
        fs::remove_file(pfad).expect("Datei");
    }
    Ok(())
}

/// Returns the files of an input folder's look-back, by name.
pub(crate) fn rueckblick(ordner: &Path) -> Vec<PathBuf> {
    let Ok(eintraege) = fs::read_dir(ordner.join("rueckblick")) else { return Vec::new() };
    let mut pfade: Vec<PathBuf> = eintraege.map(|e| e.expect("Eintrag").path()).collect();
    pfade.sort();
    pfade
}

fn lies(ordner: &Path) -> BTreeMap<String, String> {
    let Ok(eintraege) = fs::read_dir(ordner) else { return BTreeMap::new() };
    eintraege
        .map(|eintrag| {
            let eintrag = eintrag.expect("Eintrag");
            let name = eintrag.file_name().into_string().expect("Name");
            (name, fs::read_to_string(eintrag.path()).expect("Text"))
        })
        .collect()
}

/// Compares files with what is expected in `ordner`, or accepts them.
pub(crate) fn vergleiche(gefunden: &BTreeMap<String, String>, ordner: &Path) {
    if std::env::var_os("UPDATE").is_some() {
        let _ = fs::remove_dir_all(ordner);
        fs::create_dir_all(ordner).expect("Ordner");
        for (name, text) in gefunden {
            fs::write(ordner.join(name), text).expect("Datei");
        }
    }
    let erwartet = lies(ordner);
    let namen = |dateien: &BTreeMap<String, String>| dateien.keys().cloned().collect::<Vec<_>>();
    assert_eq!(namen(gefunden), namen(&erwartet), "files of {}", ordner.display());
    for (name, text) in gefunden {
        for (nummer, (zeile, soll)) in (1..).zip(text.lines().zip(erwartet[name].lines())) {
            assert_eq!(zeile, soll, "{}/{name}:{nummer}", ordner.display());
        }
        assert!(*text == erwartet[name], "{}/{name}: line ends or length", ordner.display());
    }
}

#[test]
fn the_bundle_of_the_demo_quarter_is_the_expected_one() {
    let (_ordner, dateien) = buendel(&laufe(Path::new(DEMO), 1));
    vergleiche(&dateien, &Path::new(DEMO).join("erwartet/buendel"));
}

/// One practice's file as its software writes it: 26 cases of the ADT package, one of KADT.
#[test]
fn the_bundle_of_a_kvdt_file_is_the_expected_one() {
    let (_ordner, dateien) = buendel(&laufe(Path::new(KVDT), 1));
    vergleiche(&dateien, &Path::new(KVDT).join("erwartet"));
}

/// One explanation for every set of reasons that a paragraph gave.
#[test]
fn the_explanations_of_the_demo_quarter_are_the_expected_ones() {
    let ergebnis = laufe(Path::new(DEMO), 1);
    let (ordner, _) = buendel(&ergebnis);
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut merke = |paragraph: &str, gruende: String, id: String| {
        let gruende =
            if gruende.is_empty() { "bewilligt".to_owned() } else { gruende.replace('|', "+") };
        ids.entry(format!("{paragraph}-{gruende}.txt")).or_insert(id);
    };
    let abrechnung = &ergebnis.abrechnung;
    for e in &abrechnung.par09 {
        merke("par09", e.gruende.text(), format!("{}/{}", e.sachverhalt.praxis, e.fall_id));
    }
    for e in &abrechnung.par05 {
        merke(
            "par05",
            e.gruende.text(),
            format!("{}/{}", e.sachverhalt.arzt, e.sachverhalt.praxis),
        );
    }
    for e in &abrechnung.par06 {
        merke("par06", e.gruende.text(), e.sachverhalt.arztstelle.clone());
    }
    let texte = ids
        .into_iter()
        .map(|(name, id)| match suche(&ordner.path().join("b"), &id) {
            Ok(Fund::Erklaerungen(texte)) => (name, texte.join("\n")),
            andere => panic!("{id}: {andere:?}"),
        })
        .collect();
    vergleiche(&texte, &Path::new(DEMO).join("erwartet/erklaerungen"));
}

#[test]
fn threads_do_not_change_a_byte() {
    let (_a, eins) = buendel(&laufe(Path::new(DEMO), 1));
    let (_b, vier) = buendel(&laufe(Path::new(DEMO), 4));
    assert!(eins == vier);
}

/// Files given by flag, in either order.
#[test]
fn the_order_of_files_does_not_change_a_byte() {
    let ordner = Eingaben::aus(Some(Path::new(DEMO)), &[]);
    let mut einzelne: Vec<(Art, PathBuf)> =
        ordner.alle().iter().map(|eingabe| (eingabe.art, eingabe.pfad.clone())).collect();
    let laufe = |einzelne: &[(Art, PathBuf)]| {
        fuehre_aus(&auftrag(Eingaben::aus(None, einzelne), 2)).expect("ein Ergebnis")
    };
    let (_a, vorwaerts) = buendel(&laufe(&einzelne));
    einzelne.reverse();
    let (_b, rueckwaerts) = buendel(&laufe(&einzelne));
    assert!(vorwaerts == rueckwaerts);
}

/// Cases of a practice in reverse order change only record, line and byte numbers and hashes.
#[test]
fn the_order_of_cases_changes_only_where_they_stand() {
    let ordner = tempfile::tempdir().expect("Ordner");
    kopiere(Path::new(DEMO), ordner.path());
    for name in ["faelle-1.xml", "rueckblick/faelle-2023Q4.xml"] {
        let pfad = ordner.path().join(name);
        let text = fs::read_to_string(&pfad).expect("Text");
        fs::write(&pfad, umgekehrt(&text)).expect("Datei");
    }
    let (_a, original) = buendel(&laufe(Path::new(DEMO), 2));
    let (_b, gemischt) = buendel(&laufe(ordner.path(), 2));
    assert!(original != gemischt, "the cases were shuffled");
    for (name, text) in &original {
        let andere = &gemischt[name];
        for (nummer, (zeile, gegen)) in (1..).zip(text.lines().zip(andere.lines())) {
            assert_eq!(ohne_stelle(zeile), ohne_stelle(gegen), "{name}:{nummer}");
        }
        assert_eq!(text.lines().count(), andere.lines().count(), "{name}");
    }
}

fn kopiere(von: &Path, nach: &Path) {
    fs::create_dir_all(nach).expect("Ordner");
    for eintrag in fs::read_dir(von).expect("Ordner").map(|e| e.expect("Eintrag")) {
        let ziel = nach.join(eintrag.file_name());
        if eintrag.path().is_dir() {
            kopiere(&eintrag.path(), &ziel);
        } else {
            fs::copy(eintrag.path(), ziel).expect("Datei");
        }
    }
}

/// Reverses the cases within each practice of a document.
fn umgekehrt(text: &str) -> String {
    let mut ergebnis = String::new();
    let mut faelle: Vec<String> = Vec::new();
    let mut fall = String::new();
    for zeile in text.lines() {
        let beginnt = zeile.trim_start().starts_with("<fall ");
        if beginnt || !fall.is_empty() {
            fall.push_str(zeile);
            fall.push('\n');
            let zu =
                if beginnt { zeile.trim_end().ends_with("/>") } else { zeile.contains("</fall>") };
            if zu || zeile.contains("</fall>") {
                faelle.push(std::mem::take(&mut fall));
            }
            continue;
        }
        if zeile.contains("</praxis>") {
            ergebnis.extend(faelle.drain(..).rev());
        }
        ergebnis.push_str(zeile);
        ergebnis.push('\n');
    }
    ergebnis
}

/// Blanks out numbers that tell where something stands, and hashes.
fn ohne_stelle(zeile: &str) -> String {
    let felder: Vec<String> = zeile
        .split(',')
        .map(|feld| {
            let schluessel = ["\"zeile\"", "\"byte\"", "\"satz\"", "\"blake3\"", "\"groesse\""];
            let zahl = !feld.is_empty() && feld.bytes().all(|b| b.is_ascii_digit());
            if zahl || schluessel.iter().any(|s| feld.contains(s)) {
                String::new()
            } else {
                feld.to_owned()
            }
        })
        .collect();
    felder.join(",")
}
