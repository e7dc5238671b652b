//! Calls: arguments in, exit code and streams out.

use std::fs;

use super::*;

/// What a call gave back.
#[derive(Debug)]
struct Antwort {
    code: u8,
    stdout: String,
    stderr: String,
}

fn rufe(args: &[&str]) -> Antwort {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let args = args.iter().map(OsString::from);
    let code = run(args, &mut stdout, &mut stderr, false);
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Antwort { code, stdout: text(stdout), stderr: text(stderr) }
}

/// Calls with arguments that are split at blanks; checks the code and a piece of one stream, and
/// that a wrong call says nothing on stdout.
#[track_caller]
fn pruefe(args: &str, code: u8, auf_stdout: &str, auf_stderr: &str) {
    let antwort = rufe(&args.split_whitespace().collect::<Vec<_>>());
    assert_eq!(antwort.code, code, "{args}: {antwort:?}");
    assert!(antwort.stdout.contains(auf_stdout), "{args}: {antwort:?}");
    assert!(antwort.stderr.contains(auf_stderr), "{args}: {antwort:?}");
    assert!(code == 0 || antwort.stdout.is_empty(), "{args}: {antwort:?}");
}

#[test]
fn wrong_calls_are_told_in_german_what_is_wrong() {
    for (args, satz) in [
        ("rn", "der Befehl `rn` ist unbekannt; gemeint ist wohl `run`"),
        (
            "pruefe",
            "der Befehl `pruefe` ist unbekannt; bekannt sind run, check, rueckblick, explain",
        ),
        ("--foo", "die Option `--foo` ist unbekannt\n"),
        ("-x", "die Option `-x` ist unbekannt\n"),
        ("--json", "die Option `--json` gehört hinter den Befehl"),
        ("run", "es fehlt --out <ORDNER>"),
        ("run --out b", "es fehlt der Eingabeordner (oder Dateien mit --faelle"),
        ("run a --out", "--out <ORDNER>: der Wert fehlt"),
        ("run a --out=", "--out <ORDNER>: der Wert fehlt"),
        ("run a --out b --out c", "--out <ORDNER> steht mehr als einmal"),
        ("run a --oot b", "die Option `--oot` ist unbekannt; gemeint ist wohl `--out`"),
        ("run a --out b c", "die Angabe `c` ist zu viel"),
        ("run a --out b --json=ja", "--json nimmt keinen Wert, gefunden `ja`"),
        ("run a --out b --lauf 0", "--lauf <N>: `0` ist ungültig; erwartet wird eine ganze Zahl"),
        ("run a --out b --lauf 1000", "eine ganze Zahl von 1 bis 999"),
        ("run a --out b --threads 0", "eine ganze Zahl von 1 bis 1024"),
        ("run a --out b --zeitstempel jetzt", "erwartet wird ein Zeitpunkt wie 2024-05-21T08:30"),
        ("check", "es fehlt der Eingabeordner"),
        ("check a --out b", "die Option `--out` gehört zu run, nicht zu check"),
        (
            "rueckblick",
            "es fehlt --stammdaten <DATEI>, --schluessel <DATEI>, --out <DATEI>, <IN>...",
        ),
        ("rueckblick a --stammdaten s --schluessel k", "es fehlt --out <DATEI>"),
        ("rueckblick a --faelle s", "die Option `--faelle` gehört zu run, nicht zu rueckblick"),
        ("explain", "es fehlt <BÜNDEL>, <ID>"),
        ("explain a", "es fehlt <ID>"),
        ("explain a b --klaerfaelle", "schließen sich aus"),
        ("rules", "es fehlt --quartal <QUARTAL>"),
        ("rules --quartal 2024", "erwartet wird ein Quartal wie 2024Q1"),
        ("schema faele", "NAME: `faele` ist nicht erlaubt, bekannt sind faelle, stammdaten, "),
        ("schema faele", "dienstplan; gemeint ist wohl `faelle`"),
        ("generate", "es fehlt --cases <N>, --seed <S>, --out <ORDNER>"),
        ("generate --cases 1e6", "--cases <N>: `1e6` ist ungültig; erwartet wird eine ganze Zahl"),
        ("generate --cases 9999 --seed 1 --out x", "eine ganze Zahl von 10000 bis 100000000\n"),
        ("generate --cases 10000 --seed -1 --out x", "--seed <S>: `-1` ist ungültig"),
        ("generate --cases 10000 --seed=-1 --out x", "--seed <S>: `-1` ist ungültig"),
        ("generate --cases 10000 --seed 1 --out x --dateien 0", "eine ganze Zahl von 1 bis 9999"),
        (
            "generate --cases 10000 --seed 1 --out x --dateien viele",
            "--dateien <N>: `viele` ist ungültig; erwartet wird eine ganze Zahl oder `praxis`",
        ),
        (
            "generate --cases 10000 --seed 1 --out x --dateien praxis",
            "--dateien: `praxis` gibt es nur mit --format kvdt; erwartet wird eine ganze Zahl von 1",
        ),
        (
            "generate --cases 10000 --seed 1 --out x --format kvdt --dateien 8",
            "--dateien: `8` gibt es nur mit --format xml; erwartet wird `praxis`",
        ),
        (
            "generate --cases 10000 --seed 1 --out x --format kvd",
            "--format <FORM>: `kvd` ist nicht erlaubt, bekannt sind xml, kvdt; gemeint ist wohl `kvdt`",
        ),
        (
            "generate --cases 10000 --seed 1 --out x --quartal 2022Q4",
            "Quartal von 2023Q1 bis 2099Q4",
        ),
        ("generate --cases 10000 --seed 1 --out x --gekennzeichnet 1.1", "Dezimalzahl von 0 bis 1"),
        ("generate --cases 10000 --seed 1 --out x --gekennzeichnet 0,5", "Dezimalzahl von 0 bis 1"),
    ] {
        pruefe(args, 2, "", satz);
        pruefe(args, 2, "", "strukturfonds --help");
    }
    pruefe(
        "run --quartal 2024Q1",
        2,
        "",
        "siehe strukturfonds --help und strukturfonds run --help",
    );
}

#[test]
fn help_and_version_are_german_and_go_to_stdout() {
    pruefe("--version", 0, concat!("strukturfonds ", env!("CARGO_PKG_VERSION"), "\n"), "");
    for (args, stueck) in [
        ("--help", "Befehle:\n  run         Entscheidet ein Quartal"),
        ("-h", "Rückgabewert: 0 fertig, 1 abgelehnt"),
        ("run --help", "Argumente:\n  [ORDNER]  Ordner mit den Eingaben"),
        ("check --help", "Aufruf: strukturfonds check [ORDNER] [Optionen]\n"),
        ("rueckblick --help", "Aufruf: strukturfonds rueckblick IN… --stammdaten DATEI"),
        ("explain --help", "Aufruf: strukturfonds explain BÜNDEL ID | --klaerfaelle\n"),
        ("rules --help", "Optionen:\n      --quartal <QUARTAL>"),
        ("schema --help", "Aufruf: strukturfonds schema [NAME]\n"),
        ("generate --help", "Aufruf: strukturfonds generate --cases N --seed S --out ORDNER"),
    ] {
        pruefe(args, 0, stueck, "");
        let hilfe = rufe(&args.split(' ').collect::<Vec<_>>()).stdout;
        for englisch in ["Usage", "Options:", "Commands:", "Print", "default:", "possible values"] {
            assert!(!hilfe.contains(englisch), "{args}: {hilfe}");
        }
        assert!(hilfe.lines().all(|zeile| zeile.chars().count() <= 100), "{hilfe}");
    }
}

#[test]
fn schemas_are_printed_as_they_are() {
    for (name, datei) in [
        ("faelle", include_str!("../read/faelle.xsd")),
        ("stammdaten", include_str!("../read/stammdaten.xsd")),
        ("dienstplan", include_str!("../read/dienstplan.xsd")),
    ] {
        let antwort = rufe(&["schema", name]);
        assert_eq!((antwort.code, &*antwort.stdout, &*antwort.stderr), (0, datei, ""));
        pruefe("schema", 0, &format!("{name} "), "");
    }
}

#[test]
fn rules_are_those_of_the_quarter_and_the_settings() {
    pruefe("rules --quartal 2024Q1", 0, "Regeln für das Quartal 2024Q1\n", "");
    pruefe("rules --quartal 2020Q1", 1, "", "für 2020Q1 gibt es keine Regeln: ");
    let ordner = tempfile::tempdir().expect("Ordner");
    for (inhalt, code, auf_stdout, auf_stderr) in [
        ("", 1, "", "e.toml:1:0: datei_leer: "),
        ("[par09]", 0, "par09.notfaelle                             ausgenommen (Vorgabe)", ""),
        ("[par09]\nnotfaelle = 'zulassen'", 0, "zulassen (aus den Einstellungen)", ""),
        ("[par09]\nnotfaele = 'zulassen'", 1, "", "e.toml:2:8: einstellung_unbekannt: "),
        ("[par09]\n#\n", 0, "ausgenommen (Vorgabe)", ""),
    ] {
        let pfad = ordner.path().join("e.toml");
        fs::write(&pfad, inhalt).expect("Datei");
        let args = format!("rules --quartal 2024Q1 --einstellungen {}", pfad.display());
        pruefe(&args, code, auf_stdout, auf_stderr);
        fs::write(&pfad, b"[par09]\n# \xfc").expect("Datei");
        pruefe(&args, 1, "", "e.toml:2:10: zeichen_ungueltig: das Byte 0xFC ist in UTF-8");
        fs::remove_file(&pfad).expect("Datei");
        pruefe(&args, 1, "", "e.toml: datei_fehlt: ");
    }
}

/// A stream that refuses everything.
struct Zu(io::ErrorKind);

impl Write for Zu {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_success_and_a_full_disk_is_not() {
    for (art, code, gesagt) in [
        (io::ErrorKind::BrokenPipe, 0, ""),
        (io::ErrorKind::StorageFull, 1, "nicht beschreibbar: kein Speicherplatz mehr\n"),
    ] {
        for args in [&["schema", "faelle"][..], &["rules", "--quartal", "2024Q1"], &["check", DEMO]]
        {
            let mut stderr = Vec::new();
            let args = args.iter().map(OsString::from);
            assert_eq!(run(args, &mut Zu(art), &mut stderr, false), code);
            assert!(String::from_utf8_lossy(&stderr).ends_with(gesagt));
        }
        // Nobody hears the sentence; the exit code stays.
        let args = std::iter::once(OsString::from("rn"));
        assert_eq!(run(args, &mut Vec::new(), &mut Zu(art), false), 2);
    }
}

/// The demo quarter.
const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/2024Q1");

#[test]
fn the_demo_runs_once_and_is_found_identical_then() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let out = ordner.path().join("neu/2024Q1").display().to_string();
    let demo = |mehr: &str| {
        rufe(
            &[&["run", DEMO, "--out", &out], &mehr.split_whitespace().collect::<Vec<_>>()[..]]
                .concat(),
        )
    };
    let erster = demo("--threads 1");
    assert_eq!(erster.code, 0, "{erster:?}");
    assert!(erster.stdout.starts_with("Strukturfonds 2024Q1 · Lauf 1 · TEST: "), "{erster:?}");
    assert!(erster.stdout.ends_with(": geschrieben\n"), "{erster:?}");
    let zeilen: Vec<_> = erster.stdout.lines().collect();
    assert!(zeilen.len() <= 45, "{erster:?}");
    assert!(
        zeilen.iter().all(|z| z.starts_with("Bündel") || z.chars().count() <= 80),
        "{erster:?}"
    );
    assert!(erster.stderr.ends_with("meldungen.csv\n") && erster.stderr.lines().count() == 1);

    let zweiter = demo("");
    let gleich = "identisches Bündel vorgefunden, nichts geändert";
    assert_eq!(zweiter.stdout, erster.stdout.replace("geschrieben\n", &format!("{gleich}\n")));
    let strikt = demo("--strikt");
    assert_eq!((strikt.code, strikt.stdout), (3, zweiter.stdout));

    let json = demo("--json");
    let anfang: String = json.stdout.split_whitespace().take(2).collect();
    assert_eq!(anfang, "{\"format\":", "a bundle is known by it");
    let protokoll: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(protokoll["format"], buendel::FORMAT);
    let datei = fs::read_to_string(Path::new(&out).join("protokoll.json")).expect("Protokoll");
    assert_eq!((json.code, json.stdout), (0, datei));
    assert!(json.stderr.contains(gleich));

    let anderer = demo("--lauf 2");
    assert_eq!((anderer.code, &*anderer.stdout), (1, ""));
    assert!(anderer.stderr.contains("--force"), "{anderer:?}");
    assert!(anderer.stderr.ends_with("1 Fehler; es wurde nichts geschrieben\n"), "{anderer:?}");
    let darin = rufe(&["run", DEMO, "--out", &format!("{out}/neu/2024Q2")]);
    assert_eq!((darin.code, &*darin.stdout), (1, ""));
    assert!(darin.stderr.contains("neu/2024Q2: liegt im Bündel "), "{darin:?}");
    assert!(darin.stderr.ends_with("\n1 Fehler; es wurde nichts geschrieben\n"), "{darin:?}");
    assert_eq!(darin.stderr.lines().count(), 2, "before the inputs are read: {darin:?}");
    let ersetzt = demo("--lauf 2 --force --zeitstempel 2024-05-21T08:30");
    assert_eq!(ersetzt.code, 0);
    assert!(ersetzt.stdout.ends_with(": anderes Bündel ersetzt\n"), "{ersetzt:?}");
    let neu = "Lauf 2 bucht alles neu; frühere Belege von 2024Q1 bitte stornieren";
    assert!(ersetzt.stdout.contains(neu) && !erster.stdout.contains("bucht alles neu"));

    // The bundle is written, whatever can be said of it.
    for (mehr, code, was) in
        [("--force", 0, "die Zusammenfassung"), ("--json", 0, "das Protokoll"), ("--strikt", 3, "")]
    {
        let args = ["run", DEMO, "--out", &out, "--force", "--lauf", "2"];
        let args = args.into_iter().chain((mehr != "--force").then_some(mehr)).map(OsString::from);
        let mut stderr = Vec::new();
        assert_eq!(run(args, &mut Zu(io::ErrorKind::StorageFull), &mut stderr, false), code);
        let stderr = String::from_utf8(stderr).expect("UTF-8");
        assert_eq!(stderr.matches("\nBündel       ").count(), 1, "{stderr}");
        assert!(stderr.contains(&format!("aber {was}")), "{stderr}");
        assert!(stderr.ends_with("nicht beschreibbar (kein Speicherplatz mehr)\n"), "{stderr}");
    }
}

#[test]
fn ids_of_the_demo_are_explained_listed_or_unknown() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let out = ordner.path().join("2024Q1").display().to_string();
    assert_eq!(rufe(&["run", DEMO, "--out", &out]).code, 0);
    let explain = |id: &str| format!("explain {out} {id}");
    for (id, stueck) in [
        ("0690201/UEB-001", "§ 9 Fallwertzuschlag: Praxis 0690201, Fall UEB-001"),
        ("9003850/1190301", "§ 5 Umsatzgarantie: Arzt 9003850, Praxis 1190301"),
        ("AS-NOR-4", "§ 6 Erschwerniszulage: "),
    ] {
        pruefe(&explain(id), 0, stueck, "");
    }
    pruefe(&explain("UEB-001"), 0, "0690201/UEB-001", "`UEB-001` ist mehrdeutig; bitte eine");
    pruefe(&explain("UEB-999"), 2, "", "`UEB-999` gibt es in ");
    pruefe(
        &explain("UEB-999"),
        2,
        "",
        "nicht gekennzeichnet (solche Fälle stehen in keinem Bündel)",
    );
    pruefe(&explain("--klaerfaelle"), 0, "Zu klären: 33 Klärfälle\n\n§ 5 Umsatzgarantie: 4\n", "");
    pruefe(&format!("explain {DEMO} UEB-001"), 1, "", "ist kein Bündel (");
    pruefe(&format!("explain {out}/fehlt UEB-001"), 1, "", "ist kein Bündel (");
}

#[test]
fn the_demo_is_checked_with_all_its_messages() {
    let antwort = rufe(&["check", DEMO]);
    assert_eq!(antwort.code, 0, "{antwort:?}");
    assert!(antwort.stdout.starts_with("Prüfung 2024Q1: keine Fehler\n"), "{antwort:?}");
    assert!(antwort.stdout.contains(&format!("{} Warnungen", antwort.stderr.lines().count())));
    assert!(antwort.stderr.lines().all(|zeile| zeile.starts_with("warnung: ")), "{antwort:?}");
}

/// What is missing refuses a run, so `check` must not find the inputs in order.
#[test]
fn check_takes_the_options_of_a_run_and_misses_what_a_run_misses() {
    pruefe(&format!("check {DEMO} --ohne-vorlauf"), 0, "Prüfung 2024Q1: keine Fehler\n", "");
    let nur_faelle = format!("check --ohne-vorlauf --faelle {DEMO}/faelle-3.xml.gz");
    let fehler = "datei_fehlt: es fehlt eine Eingabe der Art stammdaten; bitte in den Ordner \
                  legen oder mit --stammdaten nennen\n1 Fehler; es wurde nichts geschrieben\n";
    pruefe(&nur_faelle, 1, "", fehler);
}

#[test]
fn a_damaged_file_refuses_the_run_or_is_left_out_if_the_caller_says_so() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let pfad = |name: &str| ordner.path().join(name).display().to_string();
    let (defekt, out) = (pfad("defekt.xml"), pfad("out"));
    let inhalt = concat!(
        "<faelle xmlns=\"urn:strukturfonds:faelle:1\">\n",
        "<kopf lieferung=\"D-1\" kv=\"17\" quartal=\"2024Q1\" erstellt=\"2024-05-21\" ",
        "version=\"1.0\" status=\"TEST\" lieferart=\"voll\"/>\n",
        "<praxis bsnr=\"179999900\">\n",
        "<fall satzart=\"0101\" scheinuntergruppe=\"00\"/>\n",
        "</praxis>\n</faelle>\n",
    );
    fs::write(&defekt, inhalt).expect("Datei");
    let rufe = |befehl: &[&str], mehr: &[&str]| {
        rufe(&[befehl, &[DEMO, "--faelle", &defekt], mehr].concat())
    };
    let fehler = "defekt.xml:4:186: satz 1: angabe_fehlt: ";
    for (befehl, gesagt) in [
        (&["run", "--out", &*out][..], "\nwarnung: faelle-1.xml:"),
        (&["check"], "\nwarnung: faelle-1.xml:"),
    ] {
        let abgelehnt = rufe(befehl, &[]);
        assert_eq!((abgelehnt.code, &*abgelehnt.stdout), (1, ""), "{abgelehnt:?}");
        assert!(abgelehnt.stderr.contains(gesagt), "{abgelehnt:?}");
        assert!(abgelehnt.stderr.contains(&format!("\n{fehler}")), "{abgelehnt:?}");
        assert!(abgelehnt.stderr.ends_with("\n1 Fehler; es wurde nichts geschrieben\n"));
        assert!(!Path::new(&out).exists());
    }
    let ohne = "--ohne-fehlerhafte-dateien";
    let geprueft = rufe(&["check"], &[ohne]);
    assert_eq!(geprueft.code, 0);
    assert!(geprueft.stdout.contains("Fehler nur in ausgelassenen Dateien: defekt.xml\n"));
    assert!(geprueft.stderr.contains(&format!("fehler: {fehler}")), "{geprueft:?}");
    let gelaufen = rufe(&["run", "--out", &out], &[ohne]);
    assert_eq!(gelaufen.code, 0, "{gelaufen:?}");
    let zeile = "\nAusgelassen  Klärfälle für Praxen 1 (meldungen.csv); beschädigt: defekt.xml\n";
    assert!(gelaufen.stdout.contains(zeile), "{gelaufen:?}");
    assert!(gelaufen.stderr.starts_with("1 Klärfall, "), "{gelaufen:?}");
}

/// Settings and key of a run are read as `rules` reads settings.
#[test]
fn a_small_text_that_cannot_be_read_is_told_where_it_breaks() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let pfad = ordner.path().join("x").display().to_string();
    for (inhalt, option, erwartet) in [
        (b"# \xFC".to_vec(), "--einstellungen", "x:1:2: zeichen_ungueltig: das Byte 0xFC"),
        (b"#\n\xFC".to_vec(), "--schluessel", "x:2:2: zeichen_ungueltig: das Byte 0xFC"),
        (b"#\nabc".to_vec(), "--schluessel", "x:2:2: schluessel_ungueltig: 3 Zeichen;"),
        (
            vec![b'#'; 2 << 20],
            "--einstellungen",
            "x:1:0: einstellung_ungueltig: die Datei ist größer",
        ),
        (vec![b'#'; 2 << 20], "--schluessel", "x:1:0: schluessel_ungueltig: die Datei ist größer"),
    ] {
        fs::write(&pfad, inhalt).expect("Datei");
        let stammdaten = format!("{DEMO}/stammdaten.xml");
        let antwort = rufe(&["check", "--stammdaten", &stammdaten, option, &pfad]);
        assert_eq!(antwort.code, 1, "{antwort:?}");
        assert!(antwort.stderr.lines().any(|z| z.starts_with(erwartet)), "{antwort:?}");
    }
}

/// A KVDT file says in field 9204 for which quarter it is.
#[test]
fn a_kvdt_file_of_another_quarter_is_told_where_it_says_so() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let pfad = ordner.path().join("a.con");
    let zeilen = [
        "0138000con0",
        "017910320240521",
        "01091064",
        "0138000besa",
        "0180201170010100",
        "0138000adt0",
        "014920422024",
        "0138000adt9",
        "0138000con9",
        "",
    ];
    fs::write(&pfad, zeilen.join("\r\n")).expect("Datei");
    let antwort = rufe(&["check", DEMO, "--faelle", &pfad.display().to_string()]);
    let fehler = "\na.con:7:84: satz 3: quartal_widerspricht: ";
    assert_eq!(antwort.code, 1, "{antwort:?}");
    assert!(antwort.stderr.contains(fehler), "{antwort:?}");
}

#[test]
fn an_extract_is_made_once_and_taken_in_place_of_claims() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let pfad = |name: &str| ordner.path().join(name).display().to_string();
    let (auszug, b) = (pfad("bis-2023Q4.rueckblick"), pfad("b"));
    let rest = format!("--stammdaten {DEMO}/stammdaten.xml --schluessel {DEMO}/schluessel.txt");
    let ziehe = |out: &str, mehr: &str| {
        let args = format!("rueckblick {DEMO}/rueckblick {rest} --out {out} {mehr}");
        rufe(&args.split_whitespace().collect::<Vec<_>>())
    };
    let erster = ziehe(&auszug, "--threads 2");
    assert_eq!(erster.code, 0, "{erster:?}");
    assert!(
        erster.stdout.starts_with("Rückblick bis 2023Q4: Auszug\n\nEingaben     rueckblick 8, ")
    );
    let zahlen = "Auszug       geschlossene Praxen 16, ihre Patienten 77, Behandlungen 197\n";
    assert!(erster.stdout.contains(zahlen), "{erster:?}");
    assert!(
        erster.stdout.ends_with(&format!("Datei        {auszug}: geschrieben\n")),
        "{erster:?}"
    );
    let warnung = "warnung: faelle-2023Q3.xml:74:4619: satz 11: versicherten_id_pruefziffer: ";
    assert!(erster.stderr.starts_with(warnung), "{erster:?}");
    assert!(
        ziehe(&auszug, "").stdout.ends_with("identischen Auszug vorgefunden, nichts geändert\n")
    );
    let text = fs::read_to_string(&auszug).expect("Datei");
    assert!(!text.contains("A102000017"), "no Versicherten-ID");

    let ohne = pfad("ohne-ordner");
    fs::create_dir(&ohne).expect("Ordner");
    for name in
        ["stammdaten.xml", "faelle-1.xml", "faelle-2.xml", "schluessel.txt", "einstellungen.toml"]
    {
        fs::copy(format!("{DEMO}/{name}"), format!("{ohne}/{name}")).expect("Datei");
    }
    pruefe(&format!("check {ohne} --rueckblick {auszug} --ohne-vorlauf"), 0, "rueckblick 1, ", "");
    pruefe(
        &format!("run {ohne} --rueckblick {auszug} --out {b}"),
        0,
        "Fälle 0, Auszüge 1, Patienten ",
        "",
    );
    let falsch = pfad("x.txt");
    fs::write(&falsch, "00".repeat(32)).expect("Datei");
    fs::remove_file(format!("{ohne}/schluessel.txt")).expect("Datei");
    let mit = format!("check {ohne} --rueckblick {auszug}");
    pruefe(&mit, 1, "", "bis-2023Q4.rueckblick: auszug_schluessel: der Auszug enthält Pseudonyme");
    pruefe(&format!("{mit} --schluessel {falsch}"), 1, "", "rueckblick:2:27: auszug_schluessel: ");

    // What cannot be an extract's place is said before the claims are read.
    let xml = format!("{ohne}/faelle-1.xml");
    for (out, satz) in [
        (&pfad("a.xml"), "a.xml: der Name eines Auszugs endet auf .rueckblick"),
        (&format!("{b}/a.rueckblick"), "b, das damit keines mehr wäre"),
        (&xml, "faelle-1.xml: der Name eines Auszugs endet auf .rueckblick"),
    ] {
        let antwort = ziehe(out, "--force");
        assert_eq!((antwort.code, &*antwort.stdout), (1, ""), "{antwort:?}");
        assert!(antwort.stderr.contains(satz), "{antwort:?}");
        assert!(
            antwort.stderr.ends_with("\n1 Fehler; es wurde nichts geschrieben\n"),
            "{antwort:?}"
        );
        assert_eq!(antwort.stderr.lines().count(), 2, "{antwort:?}");
    }
    let fehlt = ziehe(&pfad("neu.rueckblick"), "--einstellungen fehlt.toml");
    assert_eq!((fehlt.code, &*fehlt.stdout), (1, ""), "{fehlt:?}");
    assert!(fehlt.stderr.contains("fehlt.toml: datei_fehlt: "), "{fehlt:?}");
    assert!(!Path::new(&pfad("neu.rueckblick")).exists(), "nothing is written");
}

#[test]
fn a_bundle_has_no_place_among_the_inputs() {
    let ordner = tempfile::tempdir().expect("Ordner");
    fs::create_dir_all(ordner.path().join("ein/erwartet")).expect("Ordner");
    let gibt = || fs::read_dir(ordner.path()).expect("Ordner").count();
    for (out, grund) in [
        ("ein", "liegt im Eingabeordner"),
        ("ein/2024Q1", "liegt im Eingabeordner"),
        ("x/../ein/2024Q1", "liegt im Eingabeordner"),
        ("ein/rueckblick/2024Q1", "liegt im Eingabeordner"),
        ("ein/erwartet", "liegt im Eingabeordner"),
        ("ein/erwartet/2024Q1", "datei_fehlt: keine Eingabedatei"),
        ("ein2", "datei_fehlt: keine Eingabedatei"),
    ] {
        let pfad = |name: &str| ordner.path().join(name).display().to_string();
        let antwort = rufe(&["run", &pfad("ein"), "--out", &pfad(out)]);
        assert_eq!((antwort.code, &*antwort.stdout), (1, ""), "{out}");
        assert!(antwort.stderr.contains(grund), "{out}: {antwort:?}");
        assert!(antwort.stderr.ends_with(" Fehler; es wurde nichts geschrieben\n"), "{out}");
        assert_eq!(gibt(), 1, "{out}: nothing is written");
    }
}

#[test]
fn a_place_that_is_none_for_a_bundle_is_found_before_the_inputs_are_read() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let pfad = |name: &str| ordner.path().join(name).display().to_string();
    fs::write(pfad("faelle.xml"), "kein XML").expect("Datei");
    for (out, gesagt) in [
        ("faelle.xml", "faelle.xml: ist eine Datei"),
        (".", "ist kein Bündel (faelle.xml gehört zu keinem Bündel)"),
        ("neu/out", "faelle.xml:1:0: "),
    ] {
        let antwort = rufe(&["run", "--faelle", &pfad("faelle.xml"), "--out", &pfad(out)]);
        assert_eq!(antwort.code, 1, "{antwort:?}");
        assert!(antwort.stderr.contains(gesagt), "{antwort:?}");
        assert_eq!(fs::read_dir(ordner.path()).expect("Ordner").count(), 1, "{out}");
    }
}

#[test]
fn a_generated_quarter_is_written_once_and_checked_without_errors() {
    let ordner = tempfile::tempdir().expect("Ordner");
    let out = ordner.path().join("neu/quartal").display().to_string();
    let args = format!("generate --cases 10000 --seed 1 --dateien 2 --out {out}");
    pruefe(&args, 0, "Fälle        10.000, davon gekennzeichnet 50\n", "");
    pruefe(&args, 1, "", "muss ein neuer oder leerer Ordner sein; bitte einen anderen nennen\n");
    pruefe(&args, 1, "", "\n1 Fehler; es wurde nichts geschrieben\n");
    pruefe(&format!("check {out}"), 0, "Prüfung 2024Q1: keine Fehler\n", "warnung: faelle-1.xml:");
}

#[test]
fn a_quarter_is_generated_in_kvdt_with_and_without_saying_how_many_files() {
    for wie in ["", " --dateien praxis"] {
        let ordner = tempfile::tempdir().expect("Ordner");
        let out = ordner.path().join("quartal").display().to_string();
        let args = format!("generate --cases 10000 --seed 1 --format kvdt{wie} --out {out}");
        pruefe(&args, 0, "Fälle        10.000, davon gekennzeichnet 49\n", "");
        pruefe(&format!("check {out}"), 0, "gelesen 10.000, gekennzeichnet 49\n", "warnung: Z01");
    }
}
