//! The file is whole or not there, whatever fails; nothing else is ever replaced.

use super::*;
use crate::export::buendel::tests::Kaputt;

const ALT: &str = "strukturfonds-rueckblick/1\nalt\n";

/// Larger than the buffer.
fn neu() -> String {
    format!("{FORMAT}\n{}", "neu\n".repeat(30_000))
}

fn schreibe_text_auf(
    system: &Arc<dyn Platte>,
    ziel: &Path,
    text: &str,
    ueberschreiben: bool,
) -> Result<Ausgang, Fehler> {
    schreibe_auf(system, ziel, ueberschreiben, |datei| datei.write_all(text.as_bytes()))
}

fn systeme() -> Arc<dyn Platte> {
    Arc::new(Betriebssystem)
}

/// The names in a folder.
fn namen(ordner: &Path) -> Vec<String> {
    let pfade = eintraege(ordner).expect("Ordner");
    pfade.iter().map(|p| p.file_name().expect("Name").to_string_lossy().into_owned()).collect()
}

#[test]
fn every_step_that_fails_leaves_what_was_there() {
    for (davor, kann_tauschen) in [(None, true), (Some(ALT), true), (Some(ALT), false)] {
        let mut schritt = 0;
        loop {
            let ordner = tempfile::tempdir().expect("Ordner");
            let ziel = ordner.path().join("a.rueckblick");
            if let Some(davor) = davor {
                fs::write(&ziel, davor).expect("Datei");
            }
            let kaputt = Kaputt::neu(Some(schritt), u64::MAX, kann_tauschen);
            let system: Arc<dyn Platte> = Arc::clone(&kaputt) as Arc<dyn Platte>;
            let ergebnis = schreibe_text_auf(&system, &ziel, &neu(), true);
            let steht = fs::read_to_string(&ziel).ok();
            if !kaputt.hat_versagt() {
                assert_eq!(steht, Some(neu()), "{schritt}");
                break;
            }
            let was = format!("{davor:?} {kann_tauschen} {schritt}: {ergebnis:?}");
            // Without a swap the old one cannot come back once the new one has its name, whole.
            let ersetzt = !kann_tauschen && steht == Some(neu());
            assert!(ersetzt || steht.as_deref() == davor, "{was}");
            assert!(ergebnis.is_err(), "{was}");
            let erwartet: &[&str] = if steht.is_some() { &["a.rueckblick"] } else { &[] };
            assert_eq!(namen(ordner.path()), erwartet, "{was}");
            schritt += 1;
        }
        assert!(4 < schritt, "creates, writes, syncs, renames, syncs");
    }
    let ordner = tempfile::tempdir().expect("Ordner");
    let ziel = ordner.path().join("a.rueckblick");
    let voll: Arc<dyn Platte> = Kaputt::neu(None, 70_000, true);
    let fehler = schreibe_text_auf(&voll, &ziel, &neu(), false).expect_err("voll").to_string();
    assert!(fehler.ends_with(": kein Speicherplatz mehr"), "{fehler}");
    assert_eq!(namen(ordner.path()), [""; 0]);
}

#[test]
fn only_another_extract_is_replaced_and_only_if_told() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let ziel = ordner.path().join("neu/a.rueckblick");
    let schreibe = |text: &str, ueberschreiben| {
        schreibe_text_auf(&systeme(), &ziel, text, ueberschreiben).map_err(|f| f.to_string())
    };
    assert_eq!(schreibe(ALT, false), Ok(Ausgang::Geschrieben));
    assert_eq!(schreibe(ALT, false), Ok(Ausgang::Unveraendert));
    assert_eq!(schreibe(ALT, true), Ok(Ausgang::Unveraendert));
    let verschieden = schreibe(&neu(), false).expect_err("verschieden");
    assert!(verschieden.ends_with("ist schon ein anderer Auszug; bitte einen anderen Namen nennen oder ihn mit --force ersetzen"));
    assert_eq!(fs::read_to_string(&ziel).expect("Datei"), ALT);
    assert_eq!(schreibe(&neu(), true), Ok(Ausgang::Ersetzt));
    assert_eq!(fs::read_to_string(&ziel).expect("Datei"), neu());
    for fremd in ["<faelle/>", "", "strukturfonds-rueckblick"] {
        fs::write(&ziel, fremd).expect("Datei");
        assert!(schreibe(ALT, true).expect_err(fremd).contains("ist kein Auszug"), "{fremd}");
        assert_eq!(fs::read_to_string(&ziel).expect("Datei"), fremd);
    }
    fs::remove_file(&ziel).expect("Datei");
    fs::create_dir(&ziel).expect("Ordner");
    assert!(schreibe(ALT, true).expect_err("ein Ordner").contains("ist kein Auszug"));
    for name in ["a.xml", ".rueckblick", "a.rueckblick.zst", ".."] {
        let fehler = pruefe_ort(&ordner.path().join(name)).expect_err(name).to_string();
        assert!(fehler.contains("der Name eines Auszugs endet auf .rueckblick"), "{fehler}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_what_killed_runs_left_goes() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let (echt, link) = (ordner.path().join("echt.rueckblick"), ordner.path().join("a.rueckblick"));
    fs::write(&echt, ALT).expect("Datei");
    std::os::unix::fs::symlink("echt.rueckblick", &link).expect("Link");
    let rest = ordner.path().join(".echt.rueckblick.unfertig-1");
    fs::write(&rest, "halb").expect("Datei");
    let gesperrt = File::open(&rest).expect("Datei");
    gesperrt.try_lock().expect("Sperre");
    let lebt = schreibe_text_auf(&systeme(), &link, &neu(), true).expect_err("lebt").to_string();
    assert!(lebt.contains("ein anderer Lauf schreibt gerade diesen Auszug"), "{lebt}");
    drop(gesperrt);
    let ausgang = schreibe_text_auf(&systeme(), &link, &neu(), true).expect("ein Auszug");
    assert_eq!(ausgang, Ausgang::Ersetzt);
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&echt).expect("Datei"), neu());
    assert_eq!(namen(ordner.path()), ["a.rueckblick", "echt.rueckblick"]);
}
