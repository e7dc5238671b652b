//! Runs over folders: the demo quarter against its own README, and what files say together.

mod auszug;
mod doppelt;
mod gepackt;
mod hinweis;
mod kvdt;
mod register;
mod wachstum;

use std::fs;
use std::path::Path;

use super::*;
use crate::ergebnis::Grund;
use crate::euro::Cent;
use crate::export::tabellen::umsatzgarantie;
use crate::meldung::Stufe;
use crate::settle::entscheidung::Entscheidung09;

/// A run over a folder with default options.
fn auftrag(ordner: &Path) -> Auftrag {
    let eingaben = Eingaben::aus(Some(ordner), &[]);
    Auftrag {
        eingaben,
        threads: Some(2),
        ohne_vorlauf: false,
        ohne_fehlerhafte_dateien: false,
        lauf: 1,
        zaehler: Zaehler::default(),
    }
}

/// Rows of the README's table that begins with `kopf`: cells without blanks and backticks.
fn tabelle(readme: &str, kopf: &str) -> Vec<Vec<String>> {
    let zelle = |text: &str| text.replace('`', "").trim().to_owned();
    readme
        .lines()
        .skip_while(|zeile| !zeile.starts_with(kopf))
        .skip(2)
        .take_while(|zeile| zeile.starts_with('|'))
        .map(|zeile| zeile.trim_matches('|').split('|').map(zelle).collect())
        .collect()
}

/// The README of the demo quarter was derived by hand from the Fachkonzept.
#[test]
fn the_demo_quarter_comes_out_as_its_readme_says() {
    let ordner = Path::new("testdata/2024Q1");
    let readme = fs::read_to_string(ordner.join("README.md")).expect("README");
    let ergebnis = fuehre_aus(&auftrag(ordner)).expect("ein Ergebnis");
    let betrag = |text: &str| text.replace(',', "");
    let gruende = |text: &str| text.split_whitespace().collect::<Vec<_>>().join("|");

    let erwartet: Vec<String> = tabelle(&readme, "| BSNR delivered")
        .iter()
        .map(|z| format!("{} {} {} {}", z[1], z[5], betrag(&z[6]), gruende(&z[7])))
        .collect();
    let mut entschieden: Vec<Entscheidung09> = ergebnis.abrechnung.par09.iter().collect();
    // The table is sorted by the BSNR as delivered, so the branch 0690291 comes behind 0690207.
    entschieden.sort_by_key(|e| {
        let zweig = ["UEB-030", "UEB-031"].contains(&&*e.fall_id)
            && e.sachverhalt.praxis.to_string() == "0690201";
        let praxis = if zweig { "0690291".to_owned() } else { e.sachverhalt.praxis.to_string() };
        (praxis, e.fall_id.clone())
    });
    let gefunden: Vec<String> = entschieden
        .iter()
        .map(|e| {
            format!(
                "{} {} {} {}",
                e.fall_id,
                e.gruende.ergebnis().name(),
                e.betrag,
                e.gruende.text()
            )
        })
        .collect();
    assert_eq!(gefunden, erwartet);

    // A dash stands for an empty column of umsatzgarantie.csv.
    let erwartet: Vec<String> = tabelle(&readme, "|  | LANR | BSNR")
        .iter()
        .map(|z| {
            let (arzt, praxis) = (&z[1][..7], &z[2][..7]);
            let gerechnet = [z[4].clone(), z[5].clone(), betrag(&z[6]), betrag(&z[7])];
            let entschieden = format!("{} {} {}", z[8], betrag(&z[9]), gruende(&z[10]));
            format!("{arzt}/{praxis} {} {entschieden}", gerechnet.join(" "))
        })
        .collect();
    let mut gefunden: Vec<String> = ergebnis
        .abrechnung
        .par05
        .iter()
        .map(|e| {
            let zeile = umsatzgarantie(e, &ergebnis.einstellungen.auslegungen);
            let oder_strich = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
            let euro =
                |cent: Option<i64>| oder_strich(cent.map(|cent| Cent::neu(cent).to_string()));
            format!(
                "{}/{} {} {} {} {} {} {} {}",
                zeile.lanr,
                zeile.bsnr,
                oder_strich(zeile.foerderquartal.map(|nummer| nummer.to_string())),
                oder_strich(zeile.anteil_tage.map(Into::into)),
                euro(zeile.garantie_cent),
                euro(zeile.honorar_cent),
                zeile.ergebnis,
                e.betrag,
                zeile.gruende
            )
        })
        .collect();
    gefunden.sort();
    assert_eq!(gefunden, {
        let mut e = erwartet;
        e.sort();
        e
    });

    let mut erwartet: Vec<String> = tabelle(&readme, "| post | island")
        .iter()
        .map(|z| format!("{} {} {} {} {}", z[0], z[1], z[4], betrag(&z[5]), gruende(&z[6])))
        .collect();
    erwartet.sort();
    let gefunden: Vec<String> = ergebnis
        .abrechnung
        .par06
        .iter()
        .map(|e| {
            let s = &e.sachverhalt;
            format!(
                "{} {} {} {} {}",
                s.arztstelle,
                s.lage.insel.name(),
                e.gruende.ergebnis().name(),
                e.betrag,
                e.gruende.text()
            )
        })
        .collect();
    assert_eq!(gefunden, erwartet);
}

/// Every reason of the three tables that can occur under the default settings occurs.
#[test]
fn the_demo_quarter_shows_every_reason() {
    let ergebnis = fuehre_aus(&auftrag(Path::new("testdata/2024Q1"))).expect("ein Ergebnis");
    let nie: Vec<&str> = ergebnis
        .abrechnung
        .summen
        .paragraphen()
        .iter()
        .flat_map(|(_, summe)| summe.je_grund.iter())
        .filter(|(_, anzahl)| *anzahl == 0)
        .map(|(code, _)| *code)
        .collect();
    let nur_mit_einstellung = [
        crate::ergebnis::Grund06::WechselImQuartal.code(),
        crate::ergebnis::Grund09::MehrfachUebernommen.code(),
    ];
    assert_eq!(nie, nur_mit_einstellung);
}

/// A small quarter: practice P takes over a patient of Z, whose look-back lies in one file.
struct Ordner(tempfile::TempDir);

const KOPF: &str = "kv=\"17\" quartal=\"2024Q1\" erstellt=\"2024-05-01\" version=\"1.0\" status=\"TEST\" lieferart=\"voll\"";
const STAMM: &str = "<praxen>\
    <praxis bsnr=\"170010100\" art=\"hausarzt\" gemeinde=\"03157006\" honorarkonto=\"HK1\"><zweigpraxis bsnr=\"170019900\"/></praxis>\
    <praxis bsnr=\"170020000\" art=\"hausarzt\" gemeinde=\"03157006\" honorarkonto=\"HK2\"/></praxen>\n\
    <schliessungen><schliessung bsnr=\"170020000\" letzter_tag=\"2023-12-31\" nachfolger=\"nein\" vollstaendig=\"ja\"/></schliessungen>\n\
    <bewilligungen_par09><bewilligung bsnr=\"170010100\" geschlossene_praxis=\"170020000\" ab=\"2024-01-01\"/></bewilligungen_par09>\n";

/// A case with one service.
fn fall(id: &str, patient: &str, tag: &str, mehr: &str) -> String {
    format!(
        "<fall id=\"{id}\" versicherten_id=\"{patient}\" satzart=\"0101\" scheinuntergruppe=\"00\"{mehr}>\
         <leistung tag=\"{tag}\" gnr=\"03000\" lanr=\"123456601\"/></fall>\n"
    )
}

/// A claims document: its envelope's own attributes, and practices with their cases.
fn faelle(kopf: &str, praxen: &[(&str, &str)]) -> String {
    let praxen = praxen
        .iter()
        .map(|(bsnr, faelle)| {
            format!(
                "<praxis bsnr=\"{bsnr}\">
{faelle}</praxis>
"
            )
        })
        .collect::<Vec<_>>()
        .concat();
    format!("<faelle xmlns=\"urn:strukturfonds:faelle:1\">\n<kopf {kopf}/>\n{praxen}</faelle>\n")
}

/// The envelope of a claims delivery for 2024Q1.
fn kopf(lieferung: &str, mehr: &str) -> String {
    format!("lieferung=\"{lieferung}\" {KOPF} {mehr}")
}

impl Ordner {
    fn neu() -> Self {
        let ordner = Self(tempfile::tempdir().expect("Ordner"));
        ordner.mit("stammdaten.xml", &stammdaten(STAMM));
        ordner.mit(
            "faelle.xml",
            &faelle(
                &kopf("L1", ""),
                &[("170010100", &fall("1", "A123456780", "2024-01-08", " uebernahme=\"ja\""))],
            ),
        );
        ordner.mit("einstellungen.toml", "[konten]\npar09 = \"54109\"\n");
        ordner.mit("gv100ad.txt", &einwohner(49_999));
        for quartal in 1..=4 {
            let tag = format!("2023-{:02}-02", quartal * 3);
            let text = faelle(
                &kopf(&format!("R{quartal}"), "").replace("2024Q1", &format!("2023Q{quartal}")),
                &[("170020000", &fall("1", "A123456780", &tag, ""))],
            );
            ordner.mit(&format!("rueckblick/q{quartal}.xml"), &text);
        }
        ordner
    }

    fn mit(&self, name: &str, text: &str) -> &Self {
        let pfad = self.0.path().join(name);
        fs::create_dir_all(pfad.parent().expect("Ordner")).expect("Ordner");
        fs::write(pfad, text).expect("Datei");
        self
    }

    fn ohne(&self, name: &str) -> &Self {
        fs::remove_file(self.0.path().join(name)).expect("Datei");
        self
    }

    fn auftrag(&self) -> Auftrag {
        auftrag(self.0.path())
    }

    /// What the run gives: decisions, or the errors.
    fn laufe(&self) -> Vec<String> {
        ergebnis(&self.auftrag())
    }
}

fn stammdaten(inhalt: &str) -> String {
    format!(
        "<stammdaten xmlns=\"urn:strukturfonds:stammdaten:1\">\n<kopf lieferung=\"S1\" {KOPF}/>\n{inhalt}</stammdaten>\n"
    )
}

fn einwohner(zahl: u32) -> String {
    let name = format!("{:<50}", "Peine, Stadt");
    format!("602023113003157006    {name}{:50}63    00000011984{zahl:011}{:70}\r\n", "", "")
}

fn ergebnis(auftrag: &Auftrag) -> Vec<String> {
    match fuehre_aus(auftrag) {
        Ok(ergebnis) => ergebnis
            .abrechnung
            .par09
            .iter()
            .map(|e| {
                format!(
                    "{}/{} {} {}",
                    e.sachverhalt.praxis,
                    e.fall_id,
                    e.gruende.ergebnis().name(),
                    e.gruende.text()
                )
            })
            .collect(),
        Err(meldungen) => fehler(&meldungen),
    }
}

fn fehler(meldungen: &Meldungen) -> Vec<String> {
    let liste = meldungen.liste();
    let fehler = liste.iter().filter(|m| m.code.stufe() == Stufe::Fehler);
    fehler.map(ToString::to_string).collect()
}

/// Compares results with what they begin with; `a … b` begins with `a` and has the code `b`.
fn beginnt(gefunden: &[String], erwartet: &[&str], was: &str) {
    let passt = |gefunden: &String, erwartet: &str| match erwartet.split_once(" … ") {
        Some((anfang, code)) => {
            gefunden.starts_with(anfang) && gefunden.contains(&format!(": {code}: "))
        }
        None => gefunden.starts_with(erwartet),
    };
    let alle =
        gefunden.len() == erwartet.len() && gefunden.iter().zip(erwartet).all(|(g, e)| passt(g, e));
    assert!(alle, "{was}\n  found: {gefunden:#?}\n  expected: {erwartet:#?}");
}

#[test]
fn the_small_quarter_is_decided() {
    let ordner = Ordner::neu();
    beginnt(&ordner.laufe(), &["1700101/1 bewilligt"], "plain");
    ordner.mit("gv100ad.txt", &einwohner(50_000));
    beginnt(&ordner.laufe(), &["1700101/1 abgelehnt kein_laendlicher_raum"], "50,000 inhabitants");
    ordner.mit("einstellungen.toml", "[konten]\npar09 = \"1\"\n[einwohner]\nverfuegbar_seit = { \"2023-11-30\" = \"2024-01-01\" }\n");
    beginnt(
        &ordner.laufe(),
        &["1700101/1 klaerfall einwohnerzahl_fehlt"],
        "the publication came after D",
    );
    ordner
        .mit("gv100ad.txt", &einwohner(49_999))
        .mit("einstellungen.toml", "[konten]\npar09 = \"1\"\n")
        .ohne("rueckblick/q3.xml");
    beginnt(
        &ordner.laufe(),
        &["1700101/1 bewilligt"],
        "a quarter is missing, but the patient is found",
    );
    for quartal in [1, 2, 4] {
        ordner.ohne(&format!("rueckblick/q{quartal}.xml"));
    }
    beginnt(&ordner.laufe(), &["1700101/1 klaerfall rueckblick_fehlt"], "no look-back");
}

/// A delivery of practice 1700101 or another with one case each.
fn lieferung(kopf: &str, bsnr: &str, ids: &[&str]) -> String {
    let alle: Vec<String> = ids.iter().map(|id| fall(id, "A123456780", "2024-01-08", "")).collect();
    faelle(kopf, &[(bsnr, &alle.concat())])
}

/// What a second claims file says besides the first ⇒ the decision or the errors with their place.
#[test]
fn practices_and_cases_are_never_counted_twice() {
    let zwei_bloecke = faelle(&kopf("L2", ""), &[("170030000", ""), ("170030000", "")]);
    for (was, zweite, erwartet) in [
        (
            "a practice twice",
            lieferung(&kopf("L2", ""), "170010100", &["2"]),
            "faelle.xml:3: … praxis_doppelt",
        ),
        (
            "the same delivery twice",
            lieferung(&kopf("L1", ""), "170010100", &["2"]),
            "faelle.xml:2:44: lieferung_doppelt",
        ),
        (
            "the branch by itself",
            lieferung(&kopf("L2", ""), "170019900", &["2"]),
            "1700101/1 bewilligt",
        ),
        (
            "a case id of the practice in its branch",
            lieferung(&kopf("L2", ""), "170019900", &["1"]),
            "faelle.xml:4: … fall_doppelt",
        ),
        ("a practice twice in one file", zwei_bloecke, "faelle-2.xml:5: … praxis_doppelt"),
        (
            "a case id twice",
            lieferung(&kopf("L2", ""), "170030000", &["1", "2", "1"]),
            "faelle-2.xml:6: … fall_doppelt",
        ),
    ] {
        beginnt(&Ordner::neu().mit("faelle-2.xml", &zweite).laufe(), &[erwartet], was);
    }
}

#[test]
fn parts_of_a_delivery_belong_together() {
    let teil = |teil: u32, von: u32, ids: &[&str]| {
        let kopf = kopf("L1", &format!("teil=\"{teil}\" von_teilen=\"{von}\""));
        lieferung(&kopf, "170010100", ids)
    };
    for (was, zweiter, erwartet) in [
        ("two parts, four cases, none marked", teil(2, 2, &["3", "4"]), &[][..]),
        ("a case id in both", teil(2, 2, &["3", "1"]), &["faelle.xml:4: … fall_doppelt"]),
        (
            "one part twice",
            teil(1, 2, &["3"]),
            &["faelle.xml:2:44: lieferung_doppelt", "faelle-2.xml:2:44: lieferung_unvollstaendig"],
        ),
        ("another number of parts", teil(2, 3, &["3"]), &["faelle-2.xml:2:44: lieferung_doppelt"]),
    ] {
        let ordner = Ordner::neu();
        ordner.mit("faelle.xml", &teil(1, 2, &["1", "2"])).mit("faelle-2.xml", &zweiter);
        let mut gefunden = ordner.laufe();
        gefunden.sort_by_key(|meldung| meldung.contains("unvollstaendig"));
        beginnt(&gefunden, erwartet, was);
    }
    let allein = Ordner::neu().mit("faelle.xml", &teil(1, 2, &["1"])).laufe();
    beginnt(&allein, &["faelle.xml:2:44: lieferung_unvollstaendig"], "a part is missing");
}

/// Envelopes that do not fit the run, or replace one another.
#[test]
fn envelopes_are_checked_against_each_other() {
    let leer = |kopf: &str| faelle(kopf, &[]);
    for (was, name, text, erwartet) in [
        (
            "another quarter",
            "faelle-2.xml",
            leer(&kopf("L2", "").replace("2024Q1", "2023Q4")),
            &["faelle-2.xml:2:44: quartal_widerspricht"][..],
        ),
        (
            "fictitious and real",
            "faelle-2.xml",
            leer(&kopf("L2", "").replace("TEST", "RELEASE")),
            &["faelle-2.xml:2:44: status_gemischt"],
        ),
        (
            "a replacement: the marked case is gone",
            "faelle-2.xml",
            lieferung(&kopf("L2", "ersatz_fuer=\"L1\""), "170010100", &["9"]),
            &[],
        ),
        (
            "a replacement of something else",
            "faelle-2.xml",
            leer(&kopf("L2", "ersatz_fuer=\"L0\"")),
            &["1700101/1 bewilligt"],
        ),
        (
            "a replacement of itself",
            "faelle-2.xml",
            leer(&kopf("L2", "ersatz_fuer=\"L2\"")),
            &["faelle-2.xml:2:44: ersatz_im_kreis"],
        ),
        (
            "a look-back of the run's quarter",
            "rueckblick/q5.xml",
            leer(&kopf("R5", "")),
            &["rueckblick/q5.xml:2:44: quartal_widerspricht"],
        ),
        ("no account", "einstellungen.toml", "# nichts\n".to_owned(), &["konto_fehlt"]),
    ] {
        beginnt(&Ordner::neu().mit(name, &text).laufe(), erwartet, was);
    }
    let kreis = Ordner::neu()
        .mit("faelle.xml", &leer(&kopf("L1", "ersatz_fuer=\"L2\"")))
        .mit("faelle-2.xml", &leer(&kopf("L2", "ersatz_fuer=\"L1\"")))
        .laufe();
    let beide = ["faelle-2.xml:2:44: ersatz_im_kreis", "faelle.xml:2:44: ersatz_im_kreis"];
    beginnt(&kreis, &beide, "a circle");
    beginnt(&Ordner::neu().ohne("faelle.xml").laufe(), &["datei_fehlt"], "no claims");
}

/// The values of earlier versions are not in our source, so they are refused, never guessed.
#[test]
fn quarters_without_rules_are_refused() {
    let ordner = Ordner::neu();
    let spaet = fall("1", "A123456780", "2022-12-08", " quartal=\"2022Q4\" uebernahme=\"ja\"");
    ordner.mit("faelle.xml", &faelle(&kopf("L1", ""), &[("170010100", &spaet)]));
    beginnt(
        &ordner.laufe(),
        &["faelle.xml:4:186: satz 1: quartal_ohne_regel"],
        "a marked late case",
    );
    let spaet = spaet.replace(" uebernahme=\"ja\"", "");
    ordner.mit("faelle.xml", &faelle(&kopf("L1", ""), &[("170010100", &spaet)]));
    beginnt(&ordner.laufe(), &[], "an unmarked late case is not decided");
    let frueher = |text: &str| text.replace("2024Q1", "2022Q4");
    ordner.mit("stammdaten.xml", &frueher(&stammdaten(STAMM)));
    ordner.mit("faelle.xml", &frueher(&faelle(&kopf("L1", ""), &[])));
    for quartal in 1..=4 {
        ordner.ohne(&format!("rueckblick/q{quartal}.xml"));
    }
    beginnt(&ordner.laufe(), &["quartal_ohne_regel"], "the whole run");
}

#[test]
fn earlier_grants_must_be_spoken_of() {
    let ordner = Ordner::neu();
    ordner.mit("stammdaten.xml", &stammdaten(&STAMM.replace("2023-12-31", "2023-11-30")));
    beginnt(
        &ordner.laufe(),
        &["stammdaten.xml:4: … vorlauf_fehlt"],
        "the window began in 2023Q4, and nothing is said",
    );
    let ohne = Auftrag { ohne_vorlauf: true, ..ordner.auftrag() };
    beginnt(&ergebnis(&ohne), &["1700101/1 bewilligt"], "told that there was nothing");
    let mit_vorlauf = |vorlauf: &str| STAMM.replace("2023-12-31", "2023-11-30") + vorlauf;
    ordner.mit("stammdaten.xml", &stammdaten(&mit_vorlauf("<vorlauf_par09/>")));
    beginnt(&ordner.laufe(), &["1700101/1 bewilligt"], "an empty list says so too");
}

/// A voucher number has three digits for the run, and a mistyped number is no machine.
#[test]
fn an_order_out_of_bounds_is_refused() {
    let ordner = Ordner::neu();
    for (lauf, threads, erwartet) in [
        (1, Some(1), &[][..]),
        (999, Some(3), &[]),
        (0, Some(1), &["auftrag_ungueltig: lauf = 0 ist ungültig; erwartet wird eine ganze Zahl"]),
        (1000, None, &["auftrag_ungueltig: lauf = 1000 ist ungültig"]),
        (1, Some(0), &["auftrag_ungueltig: threads = 0 ist ungültig"]),
        (1, Some(1025), &["auftrag_ungueltig: threads = 1025 ist ungültig"]),
        (0, Some(0), &["auftrag_ungueltig: lauf = 0", "auftrag_ungueltig: threads = 0"]),
    ] {
        let auftrag = Auftrag { threads, lauf, ..ordner.auftrag() };
        let erwartet = if erwartet.is_empty() { &["1700101/1 bewilligt"] } else { erwartet };
        beginnt(&ergebnis(&auftrag), erwartet, &format!("{lauf} {threads:?}"));
        assert_eq!(pruefe(&auftrag).is_ok(), erwartet.len() == 1 && erwartet[0].starts_with('1'));
    }
}

/// Inputs that `check` finds in order are there, as a run needs them.
#[test]
fn check_refuses_missing_inputs_as_a_run_does() {
    let geprueft =
        |auftrag: &Auftrag| pruefe(auftrag).map_or_else(|meldungen| fehler(&meldungen), |_| vec![]);
    for (ohne, erwartet) in [
        ("stammdaten.xml", &["datei_fehlt: es fehlt eine Eingabe der Art stammdaten"][..]),
        ("faelle.xml", &["datei_fehlt: es fehlt eine Eingabe der Art faelle"]),
        ("gv100ad.txt", &[]),
    ] {
        let ordner = Ordner::neu();
        let auftrag = ordner.ohne(ohne).auftrag();
        beginnt(&geprueft(&auftrag), erwartet, ohne);
        if !erwartet.is_empty() {
            assert_eq!(geprueft(&auftrag), ergebnis(&auftrag), "{ohne}");
        }
    }
    let ordner = Ordner::neu();
    ordner.mit("stammdaten.xml", &stammdaten(&STAMM.replace("2023-12-31", "2023-11-30")));
    let mut auftrag = ordner.auftrag();
    beginnt(&geprueft(&auftrag), &["stammdaten.xml:4: … vorlauf_fehlt"], "earlier grants");
    auftrag.ohne_vorlauf = true;
    beginnt(&geprueft(&auftrag), &[], "told that there was nothing");
    // A file that could not be taken may be the one that is missing.
    auftrag.eingaben = Eingaben::aus(None, &[(Art::Faelle, "/fehlt/x.xml".into())]);
    beginnt(&geprueft(&auftrag), &["/fehlt/x.xml: datei_fehlt"], "not said twice");
}

#[test]
fn damaged_claims_files_may_be_left_out_and_are_told() {
    let ordner = Ordner::neu();
    let kaputt = faelle(
        &kopf("L2", ""),
        &[("170020000", &fall("1", "A123456780", "2024-01-08", "")), ("170030000", "<fall/>")],
    );
    ordner.mit("faelle-2.xml", &kaputt);
    beginnt(&ordner.laufe(), &["faelle-2.xml:7: … angabe_fehlt"; 3], "refused with all its errors");
    let ohne = Auftrag { ohne_fehlerhafte_dateien: true, ..ordner.auftrag() };
    beginnt(&ergebnis(&ohne), &["1700101/1 bewilligt"], "left out");
    let ergebnis = fuehre_aus(&ohne).expect("ein Ergebnis");
    assert_eq!(
        ergebnis.meldungen.anzahl(Code::DateiAusgelassen),
        2,
        "one for each of its practices"
    );
    let ausgelassen: Vec<_> =
        ergebnis.gelesen.iter().filter(|g| g.ausgelassen).map(|g| &*g.eingabe.name).collect();
    assert_eq!(ausgelassen, ["faelle-2.xml"]);
    // Look-back and reference files are never left out.
    ordner.mit("faelle-2.xml", &faelle(&kopf("L2", ""), &[])).mit("rueckblick/q1.xml", "<faelle");
    assert!(
        matches!(fuehre_aus(&Auftrag { ohne_fehlerhafte_dateien: true, ..ordner.auftrag() }), Err(m) if m.hat_fehler())
    );
}

/// A closure inside the quarter: its own last claims are in the running delivery. If they are
/// damaged, the look-back is not complete, and nobody is refused for want of it.
#[test]
fn a_left_out_file_makes_the_look_back_incomplete() {
    let ordner = Ordner::neu();
    ordner.mit("stammdaten.xml", &stammdaten(&STAMM.replace("2023-12-31", "2024-02-15")));
    let neuer =
        fall("1", "B123456782", "2024-03-08", " uebernahme=\"ja\" uebernommen_von=\"170020000\"");
    ordner.mit("faelle.xml", &faelle(&kopf("L1", ""), &[("170010100", &neuer)]));
    let eigene = |rest: &str| {
        faelle(
            &kopf("L2", ""),
            &[("170020000", &(fall("1", "A123456780", "2024-01-08", "") + rest))],
        )
    };
    ordner.mit("faelle-2.xml", &eigene(""));
    beginnt(&ordner.laufe(), &["1700101/1 abgelehnt nicht_vorbehandelt"], "all quarters read");
    ordner.mit("faelle-2.xml", &eigene("<fall/>"));
    let ohne = Auftrag { ohne_fehlerhafte_dateien: true, ..ordner.auftrag() };
    beginnt(
        &ergebnis(&ohne),
        &["1700101/1 klaerfall rueckblick_fehlt"],
        "its last claims are damaged",
    );
}
