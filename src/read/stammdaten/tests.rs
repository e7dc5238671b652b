//! What reference documents say, and the error table: rows ⇒ line and code.

use std::io::Cursor;

use super::super::roh::{Komprimierung, Zaehler};
use super::*;
use crate::evaluate::par05::tests::regeln;
use crate::kennung::Praxis;
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::{Insel, Stammdaten};

/// A document with a row of every kind; each row stands in a line of its own.
const GUT: &str = r#"<stammdaten xmlns="urn:strukturfonds:stammdaten:1">
<kopf lieferung="S1" kv="17" quartal="2024Q1" erstellt="2024-04-15" version="1.0" status="TEST" lieferart="voll"/>
<praxen>
<praxis bsnr="170010000" art="hausarzt" gemeinde="03157006" honorarkonto="H1">
<zweigpraxis bsnr="170011000"/></praxis>
<praxis bsnr="170020000" art="gemischt" gemeinde="03157006" honorarkonto="H2" gueltig_bis="2023-12-31">
<zweigpraxis bsnr="170021000"/></praxis>
<praxis bsnr="170030000" art="hausarzt" gemeinde="03452020" insel="Juist" honorarkonto="H3" gueltig_ab="2020-01-01"/>
</praxen><aerzte>
<arzt lanr="200001301" fachgruppe="01"/>
<arzt lanr="200002401" fachgruppe="01" gueltig_ab="2020-01-01"/>
<arzt lanr="300001968" fachgruppe="68" psychotherapeut="ja"/>
</aerzte><arztstellen>
<arztstelle id="AS-1" bsnr="170030000">
<besetzung lanr="200001301" anteil="1" ab="2020-01-01" bis="2024-01-31"/>
<besetzung lanr="200002401" anteil="0.5" ab="2024-02-01"/></arztstelle>
</arztstellen><schliessungen>
<schliessung bsnr="170020000" letzter_tag="2023-12-31" nachfolger="nein" vollstaendig="ja"/>
</schliessungen><bewilligungen_par09>
<bewilligung bsnr="170010000" geschlossene_praxis="170020000" ab="2024-01-01"/>
</bewilligungen_par09><vorlauf_par09>
<zuschlag versicherten_id="A123456780" geschlossene_praxis="170020000" bsnr="170010000" quartal="2023Q4"/>
</vorlauf_par09><bewilligungen_par05>
<bewilligung lanr="200001301" bsnr="170010000" fachgruppe="HA" beginn="2024-02-15" quartale="8" rechtsgrund="§ 5 Abs. 1 Satz 1">
<anteil wert="1" ab="2024-02-15"/></bewilligung>
</bewilligungen_par05><auflagenverstoesse>
<verstoss lanr="200001301" bsnr="170010000" quartal="2024Q1"/>
</auflagenverstoesse><fachgruppendurchschnitte>
<durchschnitt fachgruppe="HA" quartal="2023Q1" betrag="71484.00"/>
</fachgruppendurchschnitte><honorare>
<honorar lanr="200001301" bsnr="170010000" quartal="2024Q1" betrag="-12.00"/>
</honorare><inselzahlen>
<inselzahl insel="Juist" quartal="2024Q1" anzahl="2"/>
</inselzahlen></stammdaten>"#;

/// Reads documents in the order given, each under its name; returns the data and, per message,
/// `datei:zeile code`.
fn lies(dokumente: &[(&str, &str)]) -> (Stammdaten, Vec<String>) {
    let mut meldungen = Meldungen::neu(100);
    let mut bau = Stammdatenbau::default();
    for (datei, dokument) in dokumente {
        let bytes = Box::new(Cursor::new(dokument.as_bytes().to_vec()));
        let roh = Rohquelle::aus(bytes, Komprimierung::Keine, Zaehler::default());
        if let Ok(leser) = StammdatenLeser::neu(roh, &Arc::from(*datei), &mut meldungen) {
            let _ = leser.lies(&mut bau, &mut meldungen);
        }
    }
    let par05 = regeln().par05;
    let daten = bau.fertig(quartal("2024Q1"), &par05, &mut meldungen);
    let zeilen = meldungen.liste().into_iter().map(|meldung| {
        let ort = meldung.ort.as_ref().expect("Ort");
        format!("{}:{} {}", ort.datei, ort.stelle.zeile.unwrap_or(0), meldung.code.name())
    });
    (daten, zeilen.collect())
}

fn quartal(text: &str) -> Quartal {
    text.parse().expect(text)
}

fn tag(text: &str) -> Tag {
    text.parse().expect(text)
}

fn praxis(text: &str) -> Praxis {
    text.parse().expect(text)
}

/// Checks rows of a table: what is replaced in the document by what ⇒ lines and codes.
fn pruefe(tabelle: &[(&str, &str, &[&str])]) {
    for (von, durch, erwartet) in tabelle {
        assert!(GUT.contains(von), "{von}");
        let (_, meldungen) = lies(&[("s", &GUT.replacen(von, durch, 1))]);
        let erwartet: Vec<_> = erwartet.iter().map(|zeile| format!("s:{zeile}")).collect();
        assert_eq!(meldungen, erwartet, "{von} -> {durch}");
    }
}

#[test]
fn every_kind_of_row_is_read() {
    let (daten, meldungen) = lies(&[("s", GUT)]);
    assert_eq!(meldungen, Vec::<String>::new());
    assert_eq!((daten.praxen.len(), daten.zweige.len(), daten.aerzte.len()), (3, 2, 3));
    assert_eq!(daten.zweige[1].gueltig.bis, Some(tag("2023-12-31")));
    assert_eq!(daten.praxen[2].insel.map(Insel::name), Some("Juist"));
    assert_eq!(daten.arztstellen[0].besetzungen.len(), 2);
    assert_eq!(daten.schliessungen[0].art.name(), "gemischt");
    assert_eq!(daten.bewilligungen09[0].zeitraum.von, Some(tag("2024-01-01")));
    assert_eq!(daten.vorlauf.as_ref().map(Vec::len), Some(1));
    assert_eq!(daten.bewilligungen05[0].anteile.len(), 1);
    assert_eq!(daten.bewilligungen05[0].rechtsgrund, "§ 5 Abs. 1 Satz 1");
    assert_eq!(daten.auflagenverstoesse.len(), 1);
    assert_eq!(daten.kopfzahlen.values().collect::<Vec<_>>(), [&2]);
    let arzt = daten.aerzte[0].arzt;
    let honorar = daten.honorar(arzt, quartal("2024Q1")).map(|(summe, n)| (summe.cent(), n));
    assert_eq!(honorar, Some((-12_00, 1)));
    let schnitt = daten.durchschnitte.get(&("HA".to_owned(), quartal("2023Q1")));
    assert_eq!(schnitt.map(|betrag| betrag.cent()), Some(71_484_00));
}

#[test]
fn an_absent_section_of_earlier_grants_says_nothing_and_an_empty_one_that_there_were_none() {
    let zuschlag = GUT.lines().find(|zeile| zeile.starts_with("<zuschlag")).expect("Zuschlag");
    let leer = GUT.replace(zuschlag, "");
    let ohne = leer.replace("<vorlauf_par09>", "").replace("</vorlauf_par09>", "");
    assert_eq!(lies(&[("s", &leer)]).0.vorlauf.map(|liste| liste.len()), Some(0));
    assert!(lies(&[("s", &ohne)]).0.vorlauf.is_none());
    let beide = lies(&[("a", &ohne), ("b", GUT)]).0;
    assert_eq!(beide.vorlauf.map(|liste| liste.len()), Some(1));
}

/// A section that nobody sends is read as empty; a warning says so where it could change a result.
#[test]
fn a_section_that_is_in_no_file_is_reported_where_it_matters() {
    let ohne = |von: &str, bis: &str, statt: &str| {
        let (davor, rest) = GUT.split_once(von).expect(von);
        let (_, danach) = rest.split_once(bis).expect(bis);
        format!("{davor}{statt}{danach}")
    };
    let par09 = |statt| ohne("<bewilligungen_par09>", "</bewilligungen_par09>", statt);
    let par05 = |statt| ohne("<bewilligungen_par05>", "</bewilligungen_par05>", statt);
    let verstoesse = |statt| ohne("<auflagenverstoesse>", "</auflagenverstoesse>", statt);
    let dazu = GUT.split_once("<praxen>").expect("Kopf").0.replace("\"S1\"", "\"S2\"");
    let dazu = |abschnitt: &str| format!("{dazu}<{abschnitt}/></stammdaten>");
    let fehlt = &["s:2 abschnitt_fehlt"][..];
    for (dokument, dazu, erwartet) in [
        (GUT.to_owned(), None, &[][..]),
        (par09(""), None, fehlt),
        (par09("<bewilligungen_par09/>"), None, &[]),
        (par09(""), Some(dazu("bewilligungen_par09")), &[]),
        (par05(""), None, fehlt),
        (par05("<bewilligungen_par05/>"), None, &[]),
        (verstoesse(""), None, fehlt),
        (verstoesse("<auflagenverstoesse/>"), None, &[]),
        // Without closures, Bewilligungen and amounts nothing depends on them.
        (ohne("<schliessungen>", "</bewilligungen_par09>", ""), None, &[]),
        (ohne("<bewilligungen_par05>", "</honorare>", ""), None, &[]),
        (
            ohne("<schliessungen>", "</schliessungen>", ""),
            None,
            &["s:18 bewilligung_ohne_schliessung"],
        ),
    ] {
        let mut dokumente = vec![("s", dokument.as_str())];
        dokumente.extend(dazu.as_deref().map(|dazu| ("t", dazu)));
        assert_eq!(lies(&dokumente).1, erwartet, "{dokument}");
        dokumente.reverse();
        assert_eq!(lies(&dokumente).1, erwartet, "{dokument}");
    }
}

#[test]
fn malformed_fields_are_reported_where_they_stand() {
    pruefe(&[
        ("bsnr=\"170010000\" art", "bsnr=\"17001000\" art", &["4 angabe_ungueltig"]),
        ("art=\"hausarzt\"", "art=\"zahnarzt\"", &["4 angabe_ungueltig"]),
        ("\"03157006\"", "\"3157006\"", &["4 angabe_ungueltig"]),
        ("\"H1\"", "\"H 1\"", &["4 angabe_ungueltig"]),
        (" honorarkonto=\"H1\"", "", &["4 angabe_fehlt"]),
        ("\"H1\"", "\"H1\" insel=\"Sylt\"", &["4 insel_unbekannt"]),
        ("\"H1\"", "\"H1\" gueltig_ab=\"2024\"", &["4 angabe_ungueltig"]),
        // The physician's row is left out; that the post now names nobody is not another fault.
        ("fachgruppe=\"01\"", "fachgruppe=\"1\"", &["10 angabe_ungueltig"]),
        ("\"ja\"/>\n</aerzte>", "\"j\"/>\n</aerzte>", &["12 angabe_ungueltig"]),
        ("200002401", "200002501", &["16 stammdaten_verweis", "11 lanr_pruefziffer"]),
        ("\"0.5\"", "\"1.5\"", &["16 angabe_ungueltig"]),
        ("\"0.5\"", "\"01\"", &["16 angabe_ungueltig"]),
        ("\"AS-1\"", "\"AS|1\"", &["14 angabe_ungueltig"]),
        ("nachfolger=\"nein\" ", "", &["18 angabe_fehlt"]),
        ("\"A123456780\"", "\"A12345678\"", &["22 angabe_ungueltig"]),
        ("\"A123456780\"", "\"a123456780\"", &["22 versicherten_id_normalisiert"]),
        ("\"A123456780\"", "\"A123456781\"", &["22 versicherten_id_pruefziffer"]),
        ("\"HA\" beginn", "\"HÄ\" beginn", &["24 angabe_ungueltig"]),
        ("quartale=\"8\"", "quartale=\"-1\"", &["24 angabe_ungueltig"]),
        ("quartale=\"8\"", "quartale=\"08\"", &["24 angabe_ungueltig"]),
        ("\"§ 5 Abs. 1 Satz 1\"", "\" \"", &["24 angabe_ungueltig"]),
        ("quartale=", "ende=\"2024-03-01\" quartale=", &["24 angabe_fehlt"]),
        ("quartale=", "ende_zurechenbar=\"ja\" quartale=", &["24 angabe_fehlt"]),
        ("\"71484.00\"", "\"71484\"", &["29 angabe_ungueltig"]),
        ("\"-12.00\"", "\"-12,00\"", &["31 angabe_ungueltig"]),
        ("insel=\"Juist\" quartal", "insel=\"juist\" quartal", &["33 insel_unbekannt"]),
        ("anzahl=\"2\"", "anzahl=\"+2\"", &["33 angabe_ungueltig"]),
        (
            "quartal=\"2024Q1\" anzahl=\"2\"",
            "quartal=\"2024Q5\" anzahl=\"x\"",
            &["33 angabe_ungueltig", "33 angabe_ungueltig"],
        ),
    ]);
}

#[test]
fn rows_belong_to_the_quarter_of_the_run() {
    pruefe(&[
        (
            "kv=\"17\" quartal=\"2024Q1\"",
            "kv=\"17\" quartal=\"2024Q2\"",
            &["2 quartal_widerspricht"],
        ),
        ("\"2023Q4\"", "\"2024Q1\"", &["22 vorlauf_nach_lauf"]),
        ("\"2023Q4\"", "\"2024Q2\"", &["22 vorlauf_nach_lauf"]),
    ]);
}

#[test]
fn periods_end_after_they_begin() {
    pruefe(&[
        (
            "\"H3\" gueltig_ab=\"2020-01-01\"",
            "\"H3\" gueltig_ab=\"2024-01-01\" gueltig_bis=\"2023-12-31\"",
            &["8 zeitraum_ungueltig", "14 stammdaten_verweis"],
        ),
        (
            "<zweigpraxis bsnr=\"170021000\"",
            "<zweigpraxis bsnr=\"170021000\" gueltig_ab=\"2024-01-01\"",
            &["7 zeitraum_ungueltig"],
        ),
        (
            "\"68\" psycho",
            "\"68\" gueltig_ab=\"2024-01-01\" gueltig_bis=\"2023-01-01\" psycho",
            &["12 zeitraum_ungueltig"],
        ),
        ("bis=\"2024-01-31\"", "bis=\"2019-12-31\"", &["15 zeitraum_ungueltig"]),
        ("ab=\"2024-01-01\"", "ab=\"2024-01-01\" bis=\"2023-12-31\"", &["20 zeitraum_ungueltig"]),
        (
            "quartale=",
            "ende=\"2024-02-14\" ende_zurechenbar=\"nein\" quartale=",
            &["24 zeitraum_ungueltig"],
        ),
        ("<anteil wert=\"1\"", "<anteil bis=\"2024-01-01\" wert=\"1\"", &["25 zeitraum_ungueltig"]),
    ]);
}

#[test]
fn periods_of_one_thing_share_no_day() {
    pruefe(&[
        (
            "</praxen>",
            "<praxis bsnr=\"170020099\" art=\"hausarzt\" gemeinde=\"03157006\" honorarkonto=\"H2\" gueltig_ab=\"2023-12-31\"/>\
             </praxen>",
            &["9 zeitraeume_ueberlappen"],
        ),
        (
            "</praxen>",
            "<praxis bsnr=\"170020099\" art=\"hausarzt\" gemeinde=\"03157006\" honorarkonto=\"H2\" gueltig_ab=\"2024-01-01\"/>\
             </praxen>",
            &[],
        ),
        (
            "</aerzte>",
            "<arzt lanr=\"200002402\" fachgruppe=\"02\" gueltig_ab=\"2024-02-01\"/></aerzte>",
            &["13 zeitraeume_ueberlappen"],
        ),
        ("bis=\"2024-01-31\"", "bis=\"2024-02-01\"", &["16 zeitraeume_ueberlappen"]),
        (
            "ab=\"2024-02-15\"/></bewilligung>",
            "ab=\"2024-02-15\"/>\n<anteil wert=\"0.5\" ab=\"2024-12-31\"/></bewilligung>",
            &["26 zeitraeume_ueberlappen"],
        ),
    ]);
}

#[test]
fn a_physician_has_one_bewilligung_of_par05_at_a_time_in_a_practice() {
    pruefe(&[
        ("quartale=\"8\"", "quartale=\"9\"", &["24 bewilligung_zu_lang"]),
        ("quartale=\"8\"", "quartale=\"0\"", &["24 bewilligung_zu_lang"]),
        ("quartale=\"8\"", "quartale=\"1\"", &[]),
        (
            "</bewilligungen_par05>",
            &zweite05("170010000", "2025-12-31"),
            &["26 zeitraeume_ueberlappen"],
        ),
        (
            "</bewilligungen_par05>",
            &zweite05("170011000", "2025-12-31"),
            &["26 zeitraeume_ueberlappen"],
        ),
        ("</bewilligungen_par05>", &zweite05("170030000", "2025-12-31"), &[]),
        ("</bewilligungen_par05>", &zweite05("170010000", "2026-01-01"), &[]),
    ]);
}

#[test]
fn rows_name_what_the_register_has() {
    pruefe(&[
        ("letzter_tag=\"2023-12-31\"", "letzter_tag=\"2024-01-01\"", &["18 stammdaten_verweis"]),
        ("\"AS-1\" bsnr=\"170030000\"", "\"AS-1\" bsnr=\"170040000\"", &["14 stammdaten_verweis"]),
        ("\"AS-1\" bsnr=\"170030000\"", "\"AS-1\" bsnr=\"170020000\"", &["14 stammdaten_verweis"]),
        (
            "<besetzung lanr=\"200002401\"",
            "<besetzung lanr=\"123456601\"",
            &["16 stammdaten_verweis"],
        ),
        (
            "\"01\" gueltig_ab=\"2020-01-01\"",
            "\"01\" gueltig_ab=\"2024-02-02\"",
            &["16 stammdaten_verweis"],
        ),
        (
            "\"01\" gueltig_ab=\"2020-01-01\"",
            "\"01\" gueltig_bis=\"2024-03-30\"",
            &["16 stammdaten_verweis"],
        ),
        ("\"01\" gueltig_ab=\"2020-01-01\"", "\"01\" gueltig_bis=\"2024-03-31\"", &[]),
        (
            "<besetzung lanr=\"200002401\"",
            "<besetzung lanr=\"300001968\"",
            &["16 stammdaten_widerspruch"],
        ),
    ]);
}

#[test]
fn a_branch_has_one_main_practice_and_is_none() {
    pruefe(&[
        (
            "<zweigpraxis bsnr=\"170021000\"/>",
            "<zweigpraxis bsnr=\"170011000\"/>",
            &["7 stammdaten_widerspruch"],
        ),
        (
            "<zweigpraxis bsnr=\"170021000\"/>",
            "<zweigpraxis bsnr=\"170011000\" gueltig_ab=\"2023-01-01\"/>",
            &["7 zeitraeume_ueberlappen"],
        ),
        (
            "<zweigpraxis bsnr=\"170021000\"/>",
            "<zweigpraxis bsnr=\"170021000\"/><zweigpraxis bsnr=\"170021000\" gueltig_ab=\"2020-01-01\"/>",
            &[],
        ),
        (
            "<zweigpraxis bsnr=\"170021000\"/>",
            "<zweigpraxis bsnr=\"170030000\"/>",
            &["7 stammdaten_widerspruch"],
        ),
        (
            "<zweigpraxis bsnr=\"170021000\"/>",
            "<zweigpraxis bsnr=\"170030000\" gueltig_bis=\"2019-12-31\"/>",
            &[],
        ),
    ]);
}

fn zweite05(bsnr: &str, beginn: &str) -> String {
    format!(
        "<bewilligung lanr=\"200001399\" bsnr=\"{bsnr}\" fachgruppe=\"HA\" beginn=\"{beginn}\" quartale=\"1\" \
         rechtsgrund=\"§ 5 Abs. 1 Satz 3\"/></bewilligungen_par05>"
    )
}

/// The same row again ⇒ nothing; with other content ⇒ a contradiction at the second.
#[test]
fn equal_keys_must_agree() {
    for (zeile, von, durch) in [
        ("<arzt lanr=\"200001301\"", "fachgruppe=\"01\"", "fachgruppe=\"02\""),
        ("<schliessung ", "vollstaendig=\"ja\"", "vollstaendig=\"nein\""),
        ("<bewilligung bsnr", "ab=\"2024-01-01\"", "ab=\"2024-01-01\" bis=\"2024-12-31\""),
        ("<zuschlag ", "bsnr=\"170010000\"", "bsnr=\"170030000\""),
        ("<durchschnitt ", "71484.00", "71484.01"),
        ("<honorar ", "-12.00", "0.00"),
        ("<inselzahl ", "anzahl=\"2\"", "anzahl=\"3\""),
    ] {
        let alt = GUT.lines().find(|text| text.starts_with(zeile)).expect(zeile);
        let platz = GUT.lines().position(|text| text == alt).expect(zeile);
        let doppelt = |neu: &str| lies(&[("s", &GUT.replacen(alt, &format!("{alt}\n{neu}"), 1))]).1;
        assert_eq!(doppelt(alt), Vec::<String>::new(), "{zeile}");
        let neu = alt.replacen(von, durch, 1);
        assert_ne!(neu, alt, "{zeile}");
        assert_eq!(doppelt(&neu), [format!("s:{} stammdaten_widerspruch", platz + 2)], "{zeile}");
        // A row that has been known for longer is replaced by the other; nothing contradicts.
        let frueher = neu.replacen("/>", " bekannt_ab=\"2024-04-14\"/>", 1);
        assert_eq!(doppelt(&frueher), Vec::<String>::new(), "{zeile}");
        // A delivery cannot hold what was not yet known.
        let spaeter = neu.replacen("/>", " bekannt_ab=\"2024-04-16\"/>", 1);
        assert_eq!(doppelt(&spaeter), [format!("s:{} zeitraum_ungueltig", platz + 2)], "{zeile}");
    }
    let stelle = GUT.replacen(
        "</arztstellen>",
        "<arztstelle id=\"AS-1\" bsnr=\"170030000\"/></arztstellen>",
        1,
    );
    assert_eq!(lies(&[("s", &stelle)]).1, ["s:17 stammdaten_widerspruch"]);
}

/// Closures of one practice: since when each is known, whether it names a successor ⇒ which counts.
#[test]
fn the_newest_known_row_counts_whatever_the_order_of_files() {
    let mit = |bekannt_ab: &str, nachfolger: &str| {
        GUT.replacen(
            "nachfolger=\"nein\" vollstaendig=\"ja\"",
            &format!("nachfolger=\"{nachfolger}\" vollstaendig=\"ja\"{bekannt_ab}"),
            1,
        )
        // What is known later can only stand in a later delivery.
        .replace(
            "2024-04-15\" version",
            if bekannt_ab.is_empty() { "2024-04-15\" version" } else { "2024-06-01\" version" },
        )
    };
    for (a, b, nachfolger, erwartet) in [
        (("", "nein"), ("", "nein"), false, &[][..]),
        // The envelope's day is 2024-04-15.
        (("", "nein"), (" bekannt_ab=\"2024-04-14\"", "ja"), false, &[]),
        (
            ("", "nein"),
            (" bekannt_ab=\"2024-04-15\"", "ja"),
            false,
            &["b:18 stammdaten_widerspruch"],
        ),
        (("", "nein"), (" bekannt_ab=\"2024-04-16\"", "ja"), true, &[]),
        ((" bekannt_ab=\"2024-04-17\"", "nein"), (" bekannt_ab=\"2024-04-16\"", "ja"), false, &[]),
    ] {
        let (erste, zweite) = (mit(a.0, a.1), mit(b.0, b.1));
        for dokumente in [
            [("a", erste.as_str()), ("b", zweite.as_str())],
            [("b", zweite.as_str()), ("a", erste.as_str())],
        ] {
            let (daten, meldungen) = lies(&dokumente);
            assert_eq!(daten.schliessungen.len(), 1);
            assert_eq!(daten.schliessungen[0].nachfolger, nachfolger, "{a:?} {b:?}");
            assert_eq!(meldungen, erwartet, "{a:?} {b:?}");
        }
    }
    // A contradiction stays one where a third row is newer than both.
    let (erste, zweite) = (mit("", "nein"), mit("", "ja"));
    let dritte = mit(" bekannt_ab=\"2024-05-01\"", "ja");
    let alle = [("c", dritte.as_str()), ("b", zweite.as_str()), ("a", erste.as_str())];
    let (daten, meldungen) = lies(&alle);
    assert!(daten.schliessungen[0].nachfolger);
    assert_eq!(meldungen, ["b:18 stammdaten_widerspruch"]);
}

#[test]
fn the_result_does_not_depend_on_the_order_of_files() {
    let zweite = GUT.replace("170010000", "170050000").replace("AS-1", "AS-0");
    let vorwaerts = lies(&[("a", GUT), ("b", &zweite)]);
    let rueckwaerts = lies(&[("b", &zweite), ("a", GUT)]);
    assert_eq!(format!("{vorwaerts:?}"), format!("{rueckwaerts:?}"));
    let ids: Vec<_> = vorwaerts.0.arztstellen.iter().map(|stelle| &stelle.id).collect();
    assert_eq!(ids, ["AS-0", "AS-1"]);
}

#[test]
fn a_branch_stands_for_its_main_practice() {
    // Every row after the register names the branches.
    let ab = GUT.find("<arztstellen>").expect("Arztstellen");
    let zweige = GUT[ab..].replace("170010000", "170011099").replace("170020000", "170021099");
    let (daten, meldungen) = lies(&[("s", &format!("{}{zweige}", &GUT[..ab]))]);
    assert_eq!(meldungen, Vec::<String>::new());
    let (haupt, zu) = (praxis("1700100"), praxis("1700200"));
    assert_eq!(daten.schliessungen[0].praxis, zu);
    // In the first quarter of the Bewilligung the closed practice's branch has left the register.
    assert_eq!(
        (daten.bewilligungen09[0].praxis, daten.bewilligungen09[0].geschlossene),
        (haupt, zu)
    );
    let vorlauf = daten.vorlauf.expect("Vorlauf");
    assert_eq!((vorlauf[0].praxis, vorlauf[0].geschlossene), (haupt, zu));
    assert_eq!(daten.bewilligungen05[0].praxis, haupt);
    assert_eq!(daten.auflagenverstoesse.keys().map(|(_, p, _)| *p).collect::<Vec<_>>(), [haupt]);
    // One row names the branch, the other the main practice: the same closure, twice.
    let doppelt = GUT.replacen(
        "</schliessungen>",
        "<schliessung bsnr=\"170021000\" letzter_tag=\"2023-12-31\" nachfolger=\"ja\" vollstaendig=\"ja\"/></schliessungen>",
        1,
    );
    assert_eq!(lies(&[("s", &doppelt)]).1, ["s:19 stammdaten_widerspruch"]);
}

#[test]
fn a_branch_belongs_to_another_practice_from_the_quarter_of_its_new_row() {
    let text = GUT
        .replace(
            "<zweigpraxis bsnr=\"170011000\"",
            "<zweigpraxis bsnr=\"170011000\" gueltig_bis=\"2023-11-30\"",
        )
        .replace(
            "<zweigpraxis bsnr=\"170021000\"",
            "<zweigpraxis bsnr=\"170011000\" gueltig_ab=\"2023-12-01\"",
        );
    let (daten, meldungen) = lies(&[("s", &text)]);
    assert_eq!(meldungen, Vec::<String>::new());
    let zweig = praxis("1700110");
    for (q, erwartet) in [("2023Q3", "1700100"), ("2023Q4", "1700200"), ("2024Q1", "1700110")] {
        assert_eq!(daten.praxis_fuer(zweig, quartal(q)), praxis(erwartet), "{q}");
    }
    // The register of the closed practice has ended; who named its branch meant it all the same.
    assert_eq!(daten.schliessung_fuer(zweig, quartal("2024Q1")), Some(0));
    assert_eq!(daten.schliessung_fuer(praxis("1700100"), quartal("2024Q1")), None);
}

#[test]
fn no_message_shows_a_personal_value() {
    let text = GUT.replace("\"A123456780\"", "\"A98765\"").replace("\"200002401\"", "\"98765\"");
    let mut meldungen = Meldungen::neu(100);
    let bytes = Box::new(Cursor::new(text.into_bytes()));
    let roh = Rohquelle::aus(bytes, Komprimierung::Keine, Zaehler::default());
    let leser = StammdatenLeser::neu(roh, &Arc::from("s"), &mut meldungen).expect("Umschlag");
    leser.lies(&mut Stammdatenbau::default(), &mut meldungen).expect("Zeilen");
    let texte: Vec<_> = meldungen.liste().iter().map(ToString::to_string).collect();
    assert_eq!(texte.len(), 3);
    assert!(!texte.iter().any(|text| text.contains("98765")), "{texte:?}");
}
