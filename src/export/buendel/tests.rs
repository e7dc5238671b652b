//! Every step of writing fails once; the bundle's place shows what it showed before.

use std::fs;
use std::sync::Mutex;

use super::*;

/// A disk that fails: at one step, or at every byte after so many.
#[derive(Debug)]
pub(in crate::export) struct Kaputt {
    /// Steps until the one that fails.
    schritte: Mutex<Option<u64>>,
    /// Bytes that fit.
    platz: Mutex<u64>,
    kann_tauschen: bool,
}

impl Kaputt {
    pub(in crate::export) fn neu(
        schritt: Option<u64>,
        platz: u64,
        kann_tauschen: bool,
    ) -> Arc<Self> {
        let (schritte, platz) = (Mutex::new(schritt), Mutex::new(platz));
        Arc::new(Self { schritte, platz, kann_tauschen })
    }

    fn schritt(&self) -> io::Result<()> {
        let mut schritte = self.schritte.lock().expect("Schritte");
        let faellt = *schritte == Some(0);
        *schritte = schritte.and_then(|rest| rest.checked_sub(1));
        if faellt { Err(io::Error::other("Fehler der Platte")) } else { Ok(()) }
    }

    pub(in crate::export) fn hat_versagt(&self) -> bool {
        self.schritte.lock().expect("Schritte").is_none()
    }
}

impl Platte for Kaputt {
    fn neuer_ordner(&self, pfad: &Path) -> io::Result<()> {
        self.schritt().and_then(|()| Betriebssystem.neuer_ordner(pfad))
    }

    fn neue_datei(&self, pfad: &Path) -> io::Result<File> {
        self.schritt().and_then(|()| Betriebssystem.neue_datei(pfad))
    }

    fn schreibe(&self, datei: &mut File, bytes: &[u8]) -> io::Result<usize> {
        self.schritt()?;
        let mut platz = self.platz.lock().expect("Platz");
        let anzahl = usize::try_from(*platz).unwrap_or(usize::MAX).min(bytes.len());
        if anzahl == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        *platz -= anzahl as u64;
        Betriebssystem.schreibe(datei, &bytes[..anzahl])
    }

    fn sichere(&self, griff: &File) -> io::Result<()> {
        self.schritt().and_then(|()| Betriebssystem.sichere(griff))
    }

    fn verschiebe(&self, von: &Path, nach: &Path) -> io::Result<()> {
        self.schritt().and_then(|()| Betriebssystem.verschiebe(von, nach))
    }

    fn tausche(&self, a: &Path, b: &Path) -> io::Result<()> {
        self.schritt()?;
        if self.kann_tauschen {
            Betriebssystem.tausche(a, b)
        } else {
            Err(io::ErrorKind::Unsupported.into())
        }
    }
}

const PROTOKOLL: &str = "{\n  \"format\": \"strukturfonds-buendel/1\"\n}\n";

/// Files with contents: one below, one above the buffer's size.
fn inhalt(marke: &str) -> [(&'static str, String); 3] {
    [
        ("entscheidungen.csv", format!("{marke}\r\n").repeat(100)),
        ("nachweis.jsonl", format!("{{\"{marke}\":1}}\n").repeat(20_000)),
        ("protokoll.json", PROTOKOLL.to_owned()),
    ]
}

fn schreibe(
    platte: Arc<dyn Platte>,
    ziel: &Path,
    marke: &str,
    force: bool,
) -> Result<Ausgang, Fehler> {
    let mut buendel = Buendel::beginne_auf(ziel, platte)?;
    for (name, text) in inhalt(marke) {
        let mut datei = buendel.datei(name)?;
        for stueck in text.as_bytes().chunks(1000) {
            datei.write_all(stueck)?;
        }
        datei.fertig()?;
    }
    buendel.fertig(force)
}

fn heil(ziel: &Path, marke: &str, force: bool) -> Result<Ausgang, Fehler> {
    schreibe(Arc::new(Betriebssystem), ziel, marke, force)
}

/// Returns the names in a folder, sorted.
fn namen(ordner: &Path) -> Vec<String> {
    let mut namen: Vec<_> = fs::read_dir(ordner)
        .expect("Ordner")
        .map(|eintrag| eintrag.expect("Eintrag").file_name().to_string_lossy().into_owned())
        .collect();
    namen.sort();
    namen
}

/// Asserts that the parent of `ziel` holds nothing but the bundle with `marke`, or nothing at all.
fn zeigt(ziel: &Path, marke: Option<&str>, wann: &str) {
    let eltern = ziel.parent().expect("Eltern");
    let Some(marke) = marke else {
        assert_eq!(namen(eltern), [""; 0], "{wann}");
        return;
    };
    let erwartet = inhalt(marke);
    assert_eq!(namen(eltern), [ziel.file_name().expect("Name").to_str().expect("UTF-8")], "{wann}");
    assert_eq!(namen(ziel), erwartet.each_ref().map(|(name, _)| *name), "{wann}");
    for (name, text) in erwartet {
        assert!(fs::read_to_string(ziel.join(name)).expect(name) == text, "{wann}: {name}");
    }
}

#[test]
fn a_failing_step_leaves_nothing_and_an_old_bundle_untouched() {
    for (alt, kann_tauschen) in [(None, true), (Some("alt"), true), (Some("alt"), false)] {
        let ordner = tempfile::tempdir().expect("Ordner");
        let ziel = ordner.path().join("2024Q1");
        if let Some(alt) = alt {
            heil(&ziel, alt, false).expect("altes Bündel");
        }
        let mut schritt = 0;
        loop {
            let platte = Kaputt::neu(Some(schritt), u64::MAX, kann_tauschen);
            let ergebnis = schreibe(platte.clone(), &ziel, "neu", true);
            if !platte.hat_versagt() {
                ergebnis.expect("kein Schritt hat versagt");
                break;
            }
            let wann = format!("{alt:?} {kann_tauschen} Schritt {schritt}");
            assert!(ergebnis.is_err(), "{wann}");
            zeigt(&ziel, alt, &wann);
            schritt += 1;
        }
        zeigt(&ziel, Some("neu"), "am Ende");
        assert!(15 < schritt, "nur {schritt} Schritte");
    }
}

#[test]
fn a_full_disk_leaves_nothing_and_an_old_bundle_untouched() {
    let gesamt: u64 = inhalt("neu").iter().map(|(_, text)| text.len() as u64).sum();
    for alt in [None, Some("alt")] {
        let ordner = tempfile::tempdir().expect("Ordner");
        let ziel = ordner.path().join("2024Q1");
        if let Some(alt) = alt {
            heil(&ziel, alt, false).expect("altes Bündel");
        }
        let knapp = [0, 1, 499, 500, 501, gesamt - 43, gesamt - 1];
        for platz in (0..gesamt).step_by(9973).chain(knapp) {
            let fehler = schreibe(Kaputt::neu(None, platz, true), &ziel, "neu", true);
            let text = fehler.expect_err("voll").to_string();
            assert!(text.ends_with(": kein Speicherplatz mehr"), "{text}");
            zeigt(&ziel, alt, &format!("{platz} Bytes"));
        }
        schreibe(Kaputt::neu(None, gesamt, true), &ziel, "neu", true).expect("es passt genau");
        zeigt(&ziel, Some("neu"), "es passt genau");
    }
}

#[test]
fn an_identical_bundle_stays_and_a_different_one_only_goes_by_force() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let ziel = ordner.path().join("fehlt/noch/2024Q1");
    let zeit = || {
        let zeit = |pfad: &Path| fs::metadata(pfad).and_then(|m| m.modified()).expect("Zeit");
        (zeit(&ziel), zeit(&ziel.join("protokoll.json")))
    };
    assert_eq!(heil(&ziel, "a", false).expect("neu"), Ausgang::Geschrieben);
    let vorher = zeit();
    for force in [false, true] {
        assert_eq!(heil(&ziel, "a", force).expect("gleich"), Ausgang::Unveraendert);
        assert_eq!(zeit(), vorher);
    }
    assert!(matches!(heil(&ziel, "b", false), Err(Fehler::Verschieden { .. })));
    zeigt(&ziel, Some("a"), "ohne --force");
    assert_eq!(zeit(), vorher);
    assert_eq!(heil(&ziel, "b", true).expect("--force"), Ausgang::Ersetzt);
    zeigt(&ziel, Some("b"), "mit --force");
    // A bundle with one file more is another bundle.
    fs::write(ziel.join("nachweis.idx"), "x").expect("Datei");
    assert!(matches!(heil(&ziel, "b", false), Err(Fehler::Verschieden { .. })));
}

#[test]
fn final_bookings_are_never_replaced() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let ziel = ordner.path().join("2024Q1");
    let protokoll = |status: &str| {
        PROTOKOLL.replace("\n}", &format!(",\n  \"buchungen\": {{ \"status\": {status} }}\n}}"))
    };
    for (text, endgueltig) in [
        (protokoll("\"endgueltig\""), true),
        (protokoll("\"vorlaeufig\""), false),
        (protokoll("\"test\""), false),
        (protokoll("null"), false),
        (PROTOKOLL.to_owned(), false),
        (PROTOKOLL.replace("\n}", ",\n  \"status\": \"endgueltig\"\n}"), false),
        (protokoll("\"endgueltig\"").trim_end().trim_end_matches('}').to_owned(), false),
    ] {
        heil(&ziel, "a", true).expect("Bündel");
        fs::write(ziel.join("protokoll.json"), &text).expect("Datei");
        match heil(&ziel, "b", true) {
            Err(fehler @ Fehler::Endgueltig { .. }) if endgueltig => {
                let fehler = fehler.to_string();
                assert!(fehler.contains("das Bündel enthält endgültige Buchungen"), "{fehler}");
                assert!(fehler.contains("in einen anderen Ordner schreiben, mit --lauf N"));
                assert!(matches!(heil(&ziel, "b", false), Err(Fehler::Endgueltig { .. })));
                assert_eq!(namen(ordner.path()), ["2024Q1"]);
                assert_eq!(fs::read_to_string(ziel.join("protokoll.json")).ok(), Some(text));
                fs::remove_dir_all(&ziel).expect("weg");
            }
            Ok(Ausgang::Ersetzt) if !endgueltig => zeigt(&ziel, Some("b"), &text),
            andere => panic!("{text}: {andere:?}"),
        }
    }
}

#[test]
fn what_is_no_bundle_is_never_replaced() {
    for (datei, text) in [
        ("wichtig.txt", "x"),
        ("protokoll.json", "{}"),
        ("entscheidungen.csv", "ohne Protokoll"),
        ("unterordner/x", "x"),
    ] {
        let ordner = tempfile::tempdir().expect("Ordner");
        let pfad = ordner.path().join("ziel").join(datei);
        fs::create_dir_all(pfad.parent().expect("Eltern")).expect("Ordner");
        fs::write(&pfad, text).expect("Datei");
        let fehler = heil(&ordner.path().join("ziel"), "a", true).expect_err(datei);
        assert!(matches!(fehler, Fehler::Fremd { .. }), "{fehler}");
        assert_eq!(fs::read_to_string(pfad).expect(datei), text);
        assert_eq!(namen(ordner.path()), ["ziel"]);
    }
    // It may also turn up during the run, even in a bundle.
    for name in ["wichtig.txt", "protokoll.json.bak"] {
        let ordner = tempfile::tempdir().expect("Ordner");
        let ziel = ordner.path().join("ziel");
        heil(&ziel, "a", false).expect("Bündel");
        let mut buendel = Buendel::beginne(&ziel).expect("begonnen");
        fs::write(ziel.join(name), "x").expect("Datei");
        let mut datei = buendel.datei("protokoll.json").expect("Datei");
        datei.write_all(PROTOKOLL.as_bytes()).expect("Datei");
        datei.fertig().expect("Datei");
        assert!(matches!(buendel.fertig(true), Err(Fehler::Fremd { .. })));
        assert_eq!(namen(&ziel).len(), 4);
    }
}

#[test]
fn only_a_name_that_is_free_empty_or_a_bundle_is_a_place() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let pfad = |name: &str| ordner.path().join(name);
    fs::write(pfad("datei"), "x").expect("Datei");
    fs::create_dir(pfad("leer")).expect("Ordner");
    for (ziel, erwartet) in [
        (PathBuf::from("/"), "kein Name für ein Bündel"),
        (PathBuf::from(""), "kein Name für ein Bündel"),
        (PathBuf::from("."), "kein Name für ein Bündel"),
        (pfad(".."), "kein Name für ein Bündel"),
        (pfad(".x.unfertig-1"), "kein Name für ein Bündel"),
        (pfad("datei"), "ist eine Datei"),
        (pfad("datei/x"), "ist eine Datei"),
        (pfad("datei/x/y"), "ein Teil des Pfades ist kein Ordner"),
    ] {
        let fehler = heil(&ziel, "a", true).expect_err("kein Platz").to_string();
        assert!(fehler.contains(erwartet), "{fehler}");
    }
    assert_eq!(namen(ordner.path()), ["datei", "leer"]);
    assert_eq!(heil(&pfad("leer/"), "a", false).expect("leer"), Ausgang::Geschrieben);
    assert_eq!(heil(&pfad("leer/."), "a", false).expect("leer"), Ausgang::Unveraendert);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_bundle_stays_a_link() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let (ziel, link) = (ordner.path().join("daten/echt"), ordner.path().join("link"));
    heil(&ziel, "a", false).expect("Bündel");
    std::os::unix::fs::symlink("daten/echt", &link).expect("Link");
    assert_eq!(heil(&link, "b", true).expect("--force"), Ausgang::Ersetzt);
    assert!(link.is_symlink());
    zeigt(&ziel, Some("b"), "durch den Link");
    fs::remove_dir_all(&ziel).expect("weg");
    assert!(matches!(heil(&link, "b", true), Err(Fehler::Platte { .. })));
}

#[test]
fn leftovers_of_dead_runs_go_and_nothing_else() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let pfad = |name: &str| ordner.path().join(name);
    for name in
        [".q.unfertig-1", ".q.unfertig-x", ".q.unfertig-alt-7", ".q2.unfertig-1", "q.unfertig-1"]
    {
        fs::create_dir(pfad(name)).expect("Ordner");
        fs::write(pfad(name).join("entscheidungen.csv"), "halb").expect("Datei");
    }
    fs::write(pfad(".q.unfertig-datei"), "x").expect("Datei");
    heil(&pfad("q"), "a", false).expect("Bündel");
    assert_eq!(namen(ordner.path()), [".q.unfertig-datei", ".q2.unfertig-1", "q", "q.unfertig-1"]);
}

#[test]
fn an_old_bundle_that_a_killed_run_put_aside_comes_back() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let (ziel, beiseite) = (ordner.path().join("q"), ordner.path().join(".q.unfertig-alt-7"));
    heil(&ziel, "a", false).expect("Bündel");
    fs::rename(&ziel, &beiseite).expect("beiseite");
    drop(Buendel::beginne(&ziel).expect("begonnen"));
    zeigt(&ziel, Some("a"), "zurück");
    // Where the new one already has the place, the old one goes.
    fs::rename(&ziel, &beiseite).expect("beiseite");
    fs::create_dir(&ziel).expect("Ordner");
    fs::write(ziel.join("protokoll.json"), PROTOKOLL).expect("Datei");
    drop(Buendel::beginne(&ziel).expect("begonnen"));
    assert_eq!(namen(ordner.path()), ["q"]);
    assert_eq!(namen(&ziel), ["protokoll.json"]);
}

#[cfg(unix)]
#[test]
fn a_live_run_is_respected() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let ziel = ordner.path().join("q");
    let lebt = Buendel::beginne(&ziel).expect("begonnen");
    let fehler = heil(&ziel, "a", true).expect_err("ein anderer Lauf");
    assert!(matches!(fehler, Fehler::Lebt { .. }), "{fehler}");
    assert!(lebt.arbeit.pfad.is_dir());
    heil(&ordner.path().join("q2"), "a", false).expect("anderer Name");
    drop(lebt);
    heil(&ziel, "a", false).expect("jetzt frei");
}

/// However their steps mix, a run either has the place or is told that another one has it.
#[cfg(unix)]
#[test]
fn runs_that_begin_at_the_same_time_are_told_of_each_other() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let (ziel, runden) = (ordner.path().join("q"), 100);
    let lebende = std::sync::atomic::AtomicU32::new(0);
    let begonnen: u32 = std::thread::scope(|scope| {
        let einer = || {
            let mut begonnen = 0;
            for _ in 0..runden {
                match Buendel::beginne(&ziel) {
                    Ok(buendel) => {
                        begonnen += 1;
                        assert_eq!(lebende.fetch_add(1, Ordering::SeqCst), 0, "two at a time");
                        assert!(buendel.arbeit.pfad.is_dir());
                        lebende.fetch_sub(1, Ordering::SeqCst);
                    }
                    Err(Fehler::Lebt { .. }) => {}
                    Err(fehler) => panic!("{fehler}"),
                }
            }
            begonnen
        };
        let laeufe: Vec<_> = (0..4).map(|_| scope.spawn(einer)).collect();
        laeufe.into_iter().map(|lauf| lauf.join().expect("Lauf")).sum()
    });
    assert!(0 < begonnen);
    assert_eq!(namen(ordner.path()), [""; 0]);
}

#[test]
fn an_unfinished_bundle_gets_no_name() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let ziel = ordner.path().join("q");
    let unvollstaendig = |schreibe: fn(&mut Buendel)| {
        let mut buendel = Buendel::beginne(&ziel).expect("begonnen");
        schreibe(&mut buendel);
        let fehler = buendel.fertig(true).expect_err("unvollständig");
        assert!(matches!(fehler, Fehler::Unvollstaendig { .. }), "{fehler}");
        zeigt(&ziel, None, "unvollständig");
    };
    unvollstaendig(|_| ());
    unvollstaendig(|buendel| {
        buendel.datei("buchungen.csv").expect("Datei").fertig().expect("Datei");
    });
    unvollstaendig(|buendel| {
        buendel
            .datei("protokoll.json")
            .expect("Datei")
            .write_all(PROTOKOLL.as_bytes())
            .expect("Datei");
    });
    let mut buendel = Buendel::beginne(&ziel).expect("begonnen");
    for name in ["x.csv", "../buchungen.csv", "nachweis.", "nachweis./x", ""] {
        assert!(buendel.datei(name).is_err(), "{name}");
    }
    let _datei = buendel.datei("meldungen.csv").expect("Datei");
    assert!(buendel.datei("meldungen.csv").is_err());
}

#[test]
fn errors_come_through_writers_of_formats_and_stay() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let platte = Kaputt::neu(None, 10, true);
    let mut buendel = Buendel::beginne_auf(&ordner.path().join("q"), platte).expect("begonnen");
    let mut datei = buendel.datei("protokoll.json").expect("Datei");
    let text = "x".repeat(2 * PUFFER);
    let fehler = serde_json::to_writer(&mut datei, &text).map_err(io::Error::from);
    let fehler = Fehler::from(fehler.expect_err("voll"));
    assert!(matches!(&fehler, Fehler::Platte { pfad, .. } if pfad.ends_with("protokoll.json")));
    assert!(datei.write_all(b"x").is_err());
    assert!(datei.fertig().is_err());
}

#[test]
fn a_bundle_has_no_place_in_another() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let pfad = |name: &str| ordner.path().join(name);
    let vorhanden = pfad("eltern/alt");
    assert!(heil(&vorhanden, "a", false).is_ok());
    #[cfg(unix)]
    std::os::unix::fs::symlink("eltern/alt", pfad("link")).expect("Link");
    for (ziel, liegt_darin) in [
        ("eltern/alt/neu", true),
        ("eltern/alt/2024/Q1/neu", true),
        ("eltern/alt/2024/../neu", true),
        ("eltern/../eltern/alt/neu", true),
        #[cfg(unix)]
        ("link/neu", true),
        ("eltern/alt/../neu", false),
        ("eltern/neu", false),
        ("eltern/alt", false),
    ] {
        let ort = Buendel::pruefe_ort(&pfad(ziel));
        assert_eq!(matches!(ort, Err(Fehler::ImBuendel { .. })), liegt_darin, "{ziel}: {ort:?}");
        if liegt_darin {
            let geschrieben = heil(&pfad(ziel), "b", true);
            assert!(matches!(geschrieben, Err(Fehler::ImBuendel { .. })), "{geschrieben:?}");
        }
        zeigt(&vorhanden, Some("a"), ziel);
    }
    // A folder with one file more is no bundle, and nothing in it is ruined.
    fs::write(pfad("eltern/alt/notiz.txt"), "").expect("Datei");
    assert!(Buendel::pruefe_ort(&pfad("eltern/alt/neu")).is_ok());
}
