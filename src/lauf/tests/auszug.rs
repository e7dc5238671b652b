//! Runs that take the look-back from an extract decide as with the claims, or not at all.

use std::path::PathBuf;

use super::*;
use crate::export::auszug::schreibe;
use crate::generate::{Anteil, Form, Umfang, erzeuge};
use crate::golden::{auszugsauftrag, buendel, ersetze_durch_auszug, rueckblick};
use crate::read::eingaben::Format;
use crate::read::roh::tests::{gzip, zstd};

const KEY: &str = "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef\n";

/// Copies the inputs of a run, not what is expected of it.
fn kopiere(von: &Path, nach: &Path) {
    fs::create_dir_all(nach).expect("Ordner");
    for eintrag in fs::read_dir(von).expect("Ordner").map(|e| e.expect("Eintrag").path()) {
        let ziel = nach.join(eintrag.file_name().expect("Name"));
        if !eintrag.is_dir() {
            fs::copy(&eintrag, ziel).expect("Datei");
        } else if eintrag.ends_with("rueckblick") {
            kopiere(&eintrag, &ziel);
        }
    }
}

/// All that is decided, as it is written. The evidence names no input but the claims.
fn entschieden(ergebnis: &Ergebnis) -> Vec<(String, String)> {
    let nicht = ["meldungen.csv", "protokoll.json"];
    let dateien: Vec<_> = buendel(ergebnis).1.into_iter().collect();
    assert_eq!(dateien.len(), 7);
    dateien.into_iter().filter(|(name, _)| !nicht.contains(&&**name)).collect()
}

/// The quarter of a folder with its claims, with an extract of all of its look-back, with one of every
/// other file, and with claims and extract at once.
fn entscheidet_gleich(ordner: &Path) {
    let temp = tempfile::tempdir().expect("Ordner");
    let laufe = |was: &str, jede: usize, auch_abrechnungen: bool| {
        let hier = temp.path().join(was);
        kopiere(ordner, &hier);
        let pfade: Vec<PathBuf> = rueckblick(&hier).into_iter().step_by(jede).collect();
        if was != "claims" {
            ersetze_durch_auszug(&hier, &pfade).expect("ein Auszug");
        }
        if auch_abrechnungen {
            kopiere(&ordner.join("rueckblick"), &hier.join("rueckblick"));
        }
        let ergebnis = fuehre_aus(&auftrag(&hier)).map_err(|m| fehler(&m)).expect("ein Ergebnis");
        let auszuege = ergebnis.gelesen.iter().filter(|g| g.eingabe.format == Format::Auszug);
        assert_eq!(auszuege.count(), usize::from(was != "claims"));
        ergebnis
    };
    let abrechnungen = laufe("claims", 1, false);
    assert!(0 < abrechnungen.patienten_im_rueckblick);
    let erwartet = entschieden(&abrechnungen);
    for (was, jede, auch) in [("extract", 1, false), ("half", 2, false), ("both", 1, true)] {
        let ergebnis = laufe(was, jede, auch);
        for (gefunden, erwartet) in entschieden(&ergebnis).iter().zip(&erwartet) {
            assert!(gefunden == erwartet, "{was}: {}", erwartet.0);
        }
        let zahlen = |e: &Ergebnis| {
            let nachzuegler = e.meldungen.anzahl(Code::RueckblickNurNachzuegler);
            let hinweise = e.abrechnung.ungekennzeichnet.clone();
            (e.patienten_im_rueckblick, e.rueckblick_fehlt.clone(), nachzuegler, hinweise)
        };
        assert_eq!(zahlen(&ergebnis), zahlen(&abrechnungen), "{was}");
        assert_eq!(ergebnis.meldungen.anzahl(Code::AuszugPasstNicht), 0, "{was}");
    }
}

#[test]
fn the_demo_quarter_is_decided_alike_with_an_extract() {
    entscheidet_gleich(Path::new("testdata/2024Q1"));
}

#[test]
fn generated_quarters_are_decided_alike_with_an_extract() {
    for form in [Form::Xml { dateien: 2 }, Form::Kvdt] {
        let temp = tempfile::tempdir().expect("Ordner");
        let quartal = "2024Q1".parse().expect("Quartal");
        let anteil: Anteil = "0.02".parse().expect("Anteil");
        let umfang = Umfang::neu(10_000, 7, quartal, form, anteil).expect("ein Umfang");
        let ordner = temp.path().join("q");
        erzeuge(&umfang, &ordner, Some(2)).expect("ein Quartal");
        entscheidet_gleich(&ordner);
    }
}

#[test]
fn neither_threads_nor_the_order_of_files_change_a_byte_of_an_extract() {
    let ordner = Path::new("testdata/2024Q1");
    let temp = tempfile::tempdir().expect("Ordner");
    let mut pfade = rueckblick(ordner);
    let text = |pfade: &[PathBuf], threads| {
        let gewonnen = ziehe_aus(&auszugsauftrag(pfade, ordner, threads)).expect("ein Auszug");
        let ziel = temp.path().join("x.rueckblick");
        schreibe(&gewonnen.auszug, &gewonnen.schluessel, &ziel, true).expect("eine Datei");
        fs::read(ziel).expect("Datei")
    };
    let eins = text(&[ordner.join("rueckblick")], 1);
    assert!(eins == text(&pfade, 4));
    pfade.reverse();
    assert!(eins == text(&pfade, 3));
}

/// The small quarter with a key, and an extract of these quarters in place of their claims.
fn kleines(quartale: &[u32]) -> Ordner {
    let ordner = Ordner::neu();
    ordner.mit("schluessel.txt", KEY);
    ordner.ersetze(quartale);
    ordner
}

impl Ordner {
    fn ersetze(&self, quartale: &[u32]) -> &Self {
        let pfad = |quartal: &u32| self.0.path().join(format!("rueckblick/q{quartal}.xml"));
        let pfade: Vec<PathBuf> = quartale.iter().map(pfad).collect();
        ersetze_durch_auszug(self.0.path(), &pfade).expect("ein Auszug");
        self
    }

    /// Marks a patient whom Z never treated.
    fn mit_fremdem(&self) -> &Self {
        let neuer = fall(
            "1",
            "B123456782",
            "2024-01-08",
            " uebernahme=\"ja\" uebernommen_von=\"170020000\"",
        );
        self.mit("faelle.xml", &faelle(&kopf("L1", ""), &[("170010100", &neuer)]))
    }

    /// The decision, and the texts of the warnings about extracts.
    fn laufe_mit_warnungen(&self) -> (Vec<String>, Vec<String>) {
        let ergebnis = fuehre_aus(&self.auftrag()).map_err(|m| fehler(&m)).expect("ein Ergebnis");
        let liste = ergebnis.meldungen.liste().into_iter();
        let warnungen = liste.filter(|m| m.code == Code::AuszugPasstNicht).map(|m| m.to_string());
        (self.laufe(), warnungen.collect())
    }
}

const NEIN: &str = "1700101/1 abgelehnt nicht_vorbehandelt";
const FEHLT: &str = "1700101/1 klaerfall rueckblick_fehlt";

#[test]
fn what_an_extract_does_not_cover_is_missing_and_never_a_no() {
    let alle = &[1, 2, 3, 4];
    beginnt(&kleines(alle).laufe(), &["1700101/1 bewilligt"], "the patient is found");
    beginnt(&kleines(alle).mit_fremdem().laufe(), &[NEIN], "everything is covered");
    beginnt(&kleines(&[1, 3]).mit_fremdem().laufe(), &[NEIN], "the rest is in claims");
    let ohne = kleines(&[1, 2, 4]);
    beginnt(
        &ohne.mit_fremdem().ohne("rueckblick/q3.xml").laufe(),
        &[FEHLT],
        "a quarter is missing",
    );
    let ergebnis = fuehre_aus(&ohne.auftrag()).expect("ein Ergebnis");
    assert_eq!(ergebnis.meldungen.anzahl(Code::RueckblickFehlt), 1);
    let gepackt = kleines(alle);
    let roh = fs::read(gepackt.0.path().join("rueckblick/a.rueckblick")).expect("Datei");
    fs::write(gepackt.0.path().join("rueckblick/a.rueckblick.zst"), zstd(&roh)).expect("Datei");
    beginnt(&gepackt.ohne("rueckblick/a.rueckblick").mit_fremdem().laufe(), &[NEIN], "compressed");
    let laenger = kleines(alle);
    laenger.mit_fremdem().mit(
        "einstellungen.toml",
        "[konten]\npar09 = \"1\"\n[[parameter]]\nname = \"par09.rueckblick_quartale\"\nab = \"2024Q1\"\nwert = 6\n\
         fundstelle = \"Beschluss\"\n",
    );
    beginnt(&laenger.laufe(), &[FEHLT], "a rule that looks back further");
}

/// Reference data that changed since: of what the extract reads otherwise nothing is used.
#[test]
fn a_closure_that_is_another_now_is_not_covered() {
    let zweig =
        "<praxis bsnr=\"170020000\" art=\"hausarzt\" gemeinde=\"03157006\" honorarkonto=\"HK2\"/>";
    let mit_zweig = zweig
        .replace("/>", "><zweigpraxis bsnr=\"170029900\" gueltig_ab=\"2023-07-01\"/></praxis>");
    for (was, alt, neu, erwartet, warnung) in [
        ("nothing", "", "", NEIN, ""),
        (
            "a successor, which nobody read by",
            "nachfolger=\"nein\"",
            "nachfolger=\"nein\" ",
            NEIN,
            "",
        ),
        (
            "another D",
            "2023-12-31",
            "2023-12-30",
            FEHLT,
            "am 31.12.2023, die Stammdaten am 30.12.2023;",
        ),
        (
            "another kind",
            zweig,
            &zweig.replace("hausarzt", "gemischt"),
            FEHLT,
            "die Praxis 1700200 als hausarzt, die Stammdaten als gemischt;",
        ),
        (
            "a branch from 2023Q3 on",
            zweig,
            &mit_zweig,
            FEHLT,
            "für die Praxis 1700200 zählen nach den Stammdaten in 2023Q3, 2023Q4 andere Betriebsstätten",
        ),
    ] {
        let ordner = kleines(&[1, 2, 3, 4]);
        assert!(STAMM.contains(alt), "{was}");
        let stamm = STAMM.replace(alt, neu) + "<vorlauf_par09/>";
        ordner.mit_fremdem().mit("stammdaten.xml", &stammdaten(&stamm));
        let (entschieden, warnungen) = ordner.laufe_mit_warnungen();
        beginnt(&entschieden, &[erwartet], was);
        assert_eq!(warnungen.len(), usize::from(!warnung.is_empty()), "{was}: {warnungen:?}");
        let am_ort = |text: &String| {
            text.starts_with("rueckblick/a.rueckblick:8:") && text.contains(warnung)
        };
        assert!(warnungen.iter().all(am_ort), "{was}: {warnungen:?}");
    }
    let ordner = kleines(&[1, 2, 3, 4]);
    let ab = STAMM.find("<schliessungen>").expect("Abschnitt");
    ordner.mit_fremdem().mit("stammdaten.xml", &stammdaten(&STAMM[..ab]));
    let (entschieden, warnungen) = ordner.laufe_mit_warnungen();
    beginnt(&entschieden, &["1700101/1 klaerfall schliessung_unbekannt"], "no closure");
    assert!(warnungen[0].contains("die Stammdaten kennen keine Schließung der Praxis 1700200"));
}

#[test]
fn an_extract_is_read_with_its_key_only() {
    let ordner = kleines(&[1, 2, 3, 4]);
    let datei = "rueckblick/a.rueckblick";
    for (key, erwartet) in [
        (
            None,
            "rueckblick/a.rueckblick: auszug_schluessel: der Auszug enthält Pseudonyme; ohne den Schlüssel",
        ),
        (
            Some(KEY.replace("0011", "1100")),
            "rueckblick/a.rueckblick:2:27: auszug_schluessel: der Auszug wurde mit einem anderen Schlüssel",
        ),
        (Some("0011".to_owned()), "schluessel.txt:1:0: schluessel_ungueltig"),
    ] {
        match &key {
            Some(key) => ordner.mit("schluessel.txt", key),
            None => ordner.ohne("schluessel.txt"),
        };
        beginnt(&ordner.laufe(), &[erwartet], erwartet);
        let geprueft = pruefe(&ordner.auftrag()).map_err(|m| fehler(&m));
        beginnt(&geprueft.expect_err("ein Fehler"), &[erwartet], "check");
    }
    ordner.mit("schluessel.txt", KEY);
    let text = fs::read_to_string(ordner.0.path().join(datei)).expect("Datei");
    ordner.mit(datei, &text.replace("rueckblick/1\n", "rueckblick/2\n"));
    let erwartet =
        "rueckblick/a.rueckblick:1:0: auszug_ungueltig: die Version strukturfonds-rueckblick/2";
    beginnt(&ordner.laufe(), &[erwartet], "another version");
}

/// An extract is checked beside other deliveries as the deliveries that it was made of.
#[test]
fn an_extract_stands_for_its_deliveries() {
    let leer = |kopf: &str| faelle(&kopf.replace("2024Q1", "2023Q3"), &[]);
    for (was, name, text, erwartet) in [
        (
            "a replacement of an extracted delivery",
            "rueckblick/q5.xml",
            leer(&kopf("R9", "ersatz_fuer=\"R3\"")),
            "rueckblick/a.rueckblick: auszug_veraltet: die Lieferung R3 wird durch R9 in rueckblick/q5.xml ersetzt",
        ),
        (
            "what an extract has replaced",
            "rueckblick/q5.xml",
            leer(&kopf("R0", "")),
            "rueckblick/q5.xml:2:44: auszug_veraltet: die Lieferung R0 wird durch R1 in rueckblick/a.rueckblick",
        ),
        (
            "real claims",
            "stammdaten.xml",
            stammdaten(STAMM).replace("TEST", "RELEASE"),
            "rueckblick/a.rueckblick:3:71: status_gemischt",
        ),
        (
            "another KV",
            "stammdaten.xml",
            stammdaten(STAMM).replace("kv=\"17\"", "kv=\"03\""),
            "rueckblick/a.rueckblick:3:71: kv_gemischt",
        ),
        (
            "a run before the deliveries",
            "stammdaten.xml",
            stammdaten(STAMM).replace("2024Q1", "2023Q4"),
            "rueckblick/a.rueckblick:3:71: quartal_widerspricht",
        ),
    ] {
        let ordner = Ordner::neu();
        let q1 = fs::read_to_string(ordner.0.path().join("rueckblick/q1.xml")).expect("Datei");
        ordner
            .mit("schluessel.txt", KEY)
            .mit("rueckblick/q1.xml", &q1.replace("\"R1\"", "\"R1\" ersatz_fuer=\"R0\""))
            .ersetze(&[1, 2, 3, 4])
            .mit(name, &text);
        let gefunden = ordner.laufe();
        assert!(gefunden.iter().any(|text| text.starts_with(erwartet)), "{was}: {gefunden:#?}");
    }
}

/// What an extract is made of is checked as in a run; with an error there is none.
#[test]
fn claims_with_errors_give_no_extract() {
    let alle =
        |ordner: &Ordner| auszugsauftrag(&[ordner.0.path().join("rueckblick")], ordner.0.path(), 2);
    let erster = fall("1", "A123456780", "2023-03-02", "");
    let q1 = kopf("R9", "").replace("2024Q1", "2023Q1");
    for (was, name, text, erwartet) in [
        (
            "a practice twice",
            "rueckblick/q5.xml",
            faelle(&q1, &[("170020000", &erster)]),
            "q5.xml:3: … praxis_doppelt",
        ),
        (
            "a case without its fields",
            "rueckblick/q5.xml",
            faelle(&q1, &[("170030000", "<fall/>")]),
            "q5.xml:4: … angabe_fehlt",
        ),
        (
            "a quarter that is not over",
            "rueckblick/q5.xml",
            faelle(&kopf("R9", ""), &[]),
            "q5.xml:2:44: quartal_widerspricht",
        ),
        ("an unknown file", "rueckblick/q5.txt", "x".to_owned(), "q5.txt: datei_unbekannt"),
        (
            "no reference data",
            "stammdaten.xml",
            String::new(),
            "datei_fehlt: es fehlt eine Eingabe der Art stammdaten",
        ),
        (
            "no key",
            "schluessel.txt",
            String::new(),
            "datei_fehlt: es fehlt eine Eingabe der Art schluessel",
        ),
        (
            "an extract",
            "rueckblick/x.rueckblick",
            "x".to_owned(),
            "x.rueckblick: datei_unbekannt: ist selbst ein Auszug",
        ),
    ] {
        let ordner = Ordner::neu();
        ordner.mit("schluessel.txt", KEY).mit(name, &text);
        let gefunden = ziehe_aus(&alle(&ordner)).map_err(|m| fehler(&m)).expect_err(was);
        beginnt(&gefunden[..1], &[erwartet], was);
    }
    let ordner = Ordner::neu();
    ordner.mit("schluessel.txt", KEY);
    let gewonnen = ziehe_aus(&alle(&ordner)).map_err(|m| fehler(&m)).expect("ein Auszug");
    assert_eq!((gewonnen.faelle, gewonnen.patienten), (4, 1));
    let ohne = auszugsauftrag(&[], ordner.0.path(), 2);
    let gefunden = ziehe_aus(&ohne).map_err(|m| fehler(&m)).expect_err("no claims");
    beginnt(&gefunden, &["datei_fehlt: es fehlt eine Eingabe der Art rueckblick"], "no claims");
}

/// Claims of Z for 2023Q1: their own attributes, and a patient.
fn q1(lieferung: &str, mehr: &str, patient: &str) -> String {
    let kopf = kopf(lieferung, mehr).replace("2024Q1", "2023Q1");
    let fall = fall(patient, &format!("A12345678{patient}"), "2023-03-02", "");
    faelle(&kopf, &[("170020000", &fall)])
}

/// A quarter with these extracts, each of claims by name, and with claims; of 2023Q1 there are no others.
fn neben(auszuege: &[&[(&str, &str)]], abrechnungen: &[(&str, &str)]) -> Ordner {
    let ordner = Ordner::neu();
    ordner.mit("schluessel.txt", KEY).ohne("rueckblick/q1.xml");
    for (nummer, dateien) in (1..).zip(auszuege) {
        let ort = ordner.0.path().join("rueckblick");
        for (name, text) in *dateien {
            ordner.mit(&format!("rueckblick/{name}"), text);
        }
        let pfade: Vec<PathBuf> = dateien.iter().map(|(name, _)| ort.join(name)).collect();
        ersetze_durch_auszug(ordner.0.path(), &pfade).expect("ein Auszug");
        fs::rename(ort.join("a.rueckblick"), ort.join(format!("{nummer}.rueckblick")))
            .expect("Datei");
    }
    for (name, text) in abrechnungen {
        ordner.mit(&format!("rueckblick/{name}"), text);
    }
    ordner
}

/// The run decides if nothing is expected, and else run and check tell just this.
fn pruefe_nebeneinander(ordner: &Ordner, erwartet: &[&str], was: &str) {
    if erwartet.is_empty() {
        beginnt(&ordner.laufe(), &["1700101/1 bewilligt"], was);
        return;
    }
    beginnt(&ordner.laufe(), erwartet, was);
    let geprueft = pruefe(&ordner.auftrag()).map_err(|m| fehler(&m));
    beginnt(&geprueft.expect_err(was), erwartet, was);
}

/// What replaces the first of a chain is replaced itself, and yet the first must not count.
#[test]
fn a_chain_of_replacements_holds_across_extracts() {
    let texte = [
        q1("L1", "", "0"),
        q1("L2", "ersatz_fuer=\"L1\"", "1"),
        q1("L3", "ersatz_fuer=\"L2\"", "2"),
    ];
    let [eins, zwei, drei] =
        [("l1.xml", &*texte[0]), ("l2.xml", &*texte[1]), ("l3.xml", &*texte[2])];
    let ersetzt = "auszug_veraltet: die Lieferung L1 wird durch L2 in rueckblick/";
    let im_auszug = format!("rueckblick/1.rueckblick: {ersetzt}");
    let daneben = format!("rueckblick/l1.xml:2:44: {ersetzt}1.rueckblick");
    for (was, auszuege, abrechnungen, erwartet) in [
        ("all in one", &[&[eins, zwei, drei][..]][..], &[][..], &[][..]),
        ("the last of them", &[&[drei]], &[], &[]),
        ("all in one, and again", &[&[eins, zwei, drei], &[zwei, drei]], &[], &[]),
        ("all in one and as claims", &[&[eins, zwei, drei]], &[eins, zwei, drei], &[]),
        ("the first in another", &[&[eins], &[zwei, drei]], &[], &[&*im_auszug]),
        ("the first as claims", &[&[zwei, drei]], &[eins], &[&*daneben]),
        ("the others as claims", &[&[eins]], &[zwei, drei], &[&*im_auszug]),
        ("the first beside all", &[&[eins], &[eins, zwei, drei]], &[], &[&*im_auszug]),
        (
            "each in its own",
            &[&[eins], &[zwei], &[drei]],
            &[],
            &[
                &*im_auszug,
                "rueckblick/2.rueckblick: auszug_veraltet: die Lieferung L2 wird durch L3 in rueckblick/3",
            ],
        ),
    ] {
        pruefe_nebeneinander(&neben(auszuege, abrechnungen), erwartet, was);
    }
}

/// As with claims, a practice counts from one file only, or from parts of one delivery.
#[test]
fn a_practice_in_two_extracts_counts_from_the_same_file_only() {
    let texte = [q1("L1", "", "0"), q1("L2", "", "1")];
    let [eins, zwei] = [("l1.xml", &*texte[0]), ("l2.xml", &*texte[1])];
    let teil = |nummer: u32, id: &str| q1("L1", &format!("teil=\"{nummer}\" von_teilen=\"2\""), id);
    let texte = [teil(1, "0"), teil(2, "1"), teil(2, "2")];
    let [teil1, teil2, anderer] =
        [("t1.xml", &*texte[0]), ("t2.xml", &*texte[1]), ("t2.xml", &*texte[2])];
    let spaeter = q1("L2", "", "1").replace("2023Q1", "2023Q2").replace("2023-03", "2023-04");
    let ausser = q1("L2", "", "1").replace("170020000", "170030000");
    let im_auszug = "rueckblick/2.rueckblick:4:98: praxis_doppelt: die Praxis 1700200 ist für 2023Q1 in l2.xml (Lieferung \
                     L2, im Auszug rueckblick/2.rueckblick:4:98) geliefert und schon in l1.xml (Lieferung L1, im Auszug \
                     rueckblick/1.rueckblick:4:98); erwartet wird jede Praxis aus einer Lieferung oder";
    let als_abrechnung = "rueckblick/l2.xml:3: … praxis_doppelt";
    for (was, auszuege, abrechnungen, erwartet) in [
        ("another delivery", &[&[eins][..], &[zwei]][..], &[][..], &[im_auszug][..]),
        ("another one as claims", &[&[eins]], &[zwei], &[als_abrechnung]),
        ("the same file twice", &[&[eins], &[eins]], &[], &[]),
        ("the same file under another name", &[&[eins], &[("x.xml", eins.1)]], &[], &[]),
        ("the same file as claims", &[&[eins]], &[eins], &[]),
        ("another practice", &[&[eins]], &[("l2.xml", &ausser)], &[]),
        ("parts", &[&[teil1, teil2]], &[], &[]),
        ("parts, and again", &[&[teil1, teil2], &[teil2, teil1]], &[teil1, teil2], &[]),
        (
            "another second part",
            &[&[teil1, teil2], &[teil1, anderer]],
            &[],
            &["rueckblick/2.rueckblick:5: … praxis_doppelt"],
        ),
    ] {
        pruefe_nebeneinander(&neben(auszuege, abrechnungen), erwartet, was);
    }
    let frei = neben(&[&[eins]], &[]);
    pruefe_nebeneinander(
        frei.ohne("rueckblick/q2.xml").mit("rueckblick/l2.xml", &spaeter),
        &[],
        "another quarter",
    );
    let gepackt = frei.0.path().join("rueckblick/l1.xml.gz");
    fs::write(gepackt, gzip(eins.1.as_bytes())).expect("Datei");
    let erwartet = "rueckblick/l1.xml.gz:3: … praxis_doppelt";
    pruefe_nebeneinander(&frei, &[erwartet], "the same cases in other bytes");
}
