//! What claims documents say, and the error table: input ⇒ line, byte, record, code.

use std::fmt::Write as _;
use std::io::Cursor;

use super::super::roh::{Komprimierung, Zaehler};
use super::*;

const KOPF: &str = r#"<kopf lieferung="L1" kv="17" quartal="2024Q1" erstellt="2024-05-21" version="1.0" status="TEST" lieferart="voll"/>"#;

/// A document of four lines before the practice's content, which begins at line 4, byte 0 of it.
fn dokument(inhalt: &str) -> String {
    format!(
        "<faelle xmlns=\"urn:strukturfonds:faelle:1\">\n{KOPF}\n<praxis bsnr=\"170010100\">\n{inhalt}\n</praxis>\n</faelle>\n"
    )
}

/// Reads a document and writes down what came of it.
fn lies(bytes: &[u8]) -> (String, Vec<String>) {
    let mut meldungen = Meldungen::neu(100);
    let mut gelesen = String::new();
    let roh = Rohquelle::aus(
        Box::new(Cursor::new(bytes.to_vec())),
        Komprimierung::Keine,
        Zaehler::default(),
    );
    if let Ok(mut leser) = FaelleLeser::neu(roh, &Arc::from("f"), &mut meldungen) {
        let mut stapel = Stapel::default();
        while leser.lies_stapel(&mut stapel, &mut meldungen) == Ok(true) {
            for fall in stapel.spalten().faelle() {
                let id = String::from_utf8_lossy(fall.id);
                write!(
                    gelesen,
                    "{} {id} {} {}/{:02}",
                    fall.bsnr,
                    fall.quartal,
                    fall.satzart.name(),
                    fall.scheinuntergruppe
                )
                .and_then(|()| {
                    write!(gelesen, " {:?} {}", fall.kennzeichen, fall.versicherter.is_some())
                })
                .expect("Text");
                for ((tag, gnr), lanr) in fall.tag.iter().zip(fall.gnr).zip(fall.lanr) {
                    write!(gelesen, " [{tag} {gnr} {lanr}]").expect("Text");
                }
                writeln!(
                    gelesen,
                    " @{:?}",
                    (fall.stelle.zeile, fall.stelle.byte, fall.stelle.satz)
                )
                .expect("Text");
            }
        }
    }
    (gelesen, meldungen.liste().iter().map(ToString::to_string).collect())
}

#[test]
fn cases_are_read_with_all_that_rules_need() {
    let text = dokument(
        "<fall id=\"1\" versicherten_id=\"A123456780\" kostentraeger=\"109905003\" satzart=\"0101\" scheinuntergruppe=\"00\">\
         <leistung tag=\"2024-01-02\" gnr=\"03000\" lanr=\"123456601\"/></fall>\n\
         <fall id='a&amp;b' satzart = '0104' scheinuntergruppe=\"42\" quartal=\"2023Q4\" uebernahme=\"ja\" uebernommen_von=\"170020000\"/>\n\
         <fall id=\"3\" satzart=\"0102\" scheinuntergruppe=\"24\" uebernahme=\"ja\"/><!-- ok -->",
    );
    let (gelesen, meldungen) = lies(text.as_bytes());
    assert_eq!(meldungen, Vec::<String>::new());
    assert_eq!(
        gelesen,
        "170010100 1 2024Q1 0101/00 Keins true [2024-01-02 03000 123456601] @(Some(4), Some(188), Some(1))\n\
         170010100 a&b 2023Q4 0104/42 Praxis(Bsnr(170020000)) false @(Some(5), Some(363), Some(2))\n\
         170010100 3 2024Q1 0102/24 OhnePraxis false @(Some(6), Some(485), Some(3))\n"
    );
}

#[test]
fn prefixes_and_encodings_change_nothing() {
    let schlicht = dokument("<fall id=\"ä\" satzart=\"0101\" scheinuntergruppe=\"00\"/>");
    let ohne_stelle = |text: String| text.split('@').next().map(str::to_owned);
    let erwartet = ohne_stelle(lies(schlicht.as_bytes()).0);
    let mit_praefix = schlicht
        .replace("xmlns=", "xmlns:xsi=\"x\" xsi:schemaLocation=\"y\" xmlns:sf=")
        .replace('<', "<sf:")
        .replace("<sf:/", "</sf:");
    let latin: Vec<u8> = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?>{schlicht}")
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("Latin"))
        .collect();
    for bytes in [mit_praefix.into_bytes(), latin] {
        let (gelesen, meldungen) = lies(&bytes);
        assert_eq!(meldungen, Vec::<String>::new());
        assert_eq!(ohne_stelle(gelesen), erwartet);
    }
}

/// Content of a practice ⇒ where and what. Byte 188 is where the content begins.
#[test]
fn faults_of_cases_are_reported_where_they_stand() {
    let fall = |angaben: &str| {
        format!("<fall id=\"1\" satzart=\"0101\" scheinuntergruppe=\"00\"{angaben}/>")
    };
    let leistung = |angaben: &str| {
        format!(
            "<fall id=\"1\" satzart=\"0101\" scheinuntergruppe=\"00\">\n<leistung {angaben}/></fall>"
        )
    };
    for (inhalt, erwartet) in [
        (
            "<fall satzart=\"0101\" scheinuntergruppe=\"00\"/>".to_owned(),
            "f:4:188: satz 1: angabe_fehlt",
        ),
        ("<fall id=\"1\" scheinuntergruppe=\"00\"/>".to_owned(), "f:4:188: satz 1: angabe_fehlt"),
        ("<fall id=\"1\" satzart=\"0101\"/>".to_owned(), "f:4:188: satz 1: angabe_fehlt"),
        (fall("").replace("\"1\"", "\"1|2\""), "f:4:194: satz 1: angabe_ungueltig"),
        (fall("").replace("\"1\"", "\"\""), "f:4:194: satz 1: angabe_ungueltig"),
        (fall("").replace("0101", "0105"), "f:4:201: satz 1: angabe_ungueltig"),
        (fall("").replace("\"00\"", "\"0\""), "f:4:216: satz 1: angabe_ungueltig"),
        (fall("").replace("\"00\"", "\"41\""), "f:4:188: satz 1: scheinuntergruppe_passt_nicht"),
        (fall("").replace("\"00\"", "\"25\""), "f:4:188: satz 1: scheinuntergruppe_unbekannt"),
        (fall(" quartal=\"2024q1\""), "f:4:239: satz 1: angabe_ungueltig"),
        (fall(" quartal=\"2024Q2\""), "f:4:188: satz 1: quartal_widerspricht"),
        (fall(" kostentraeger=\"1\""), "f:4:239: satz 1: angabe_ungueltig"),
        (fall(" uebernahme=\"vielleicht\""), "f:4:239: satz 1: angabe_ungueltig"),
        (fall(" uebernommen_von=\"170020000\""), "f:4:188: satz 1: angabe_ungueltig"),
        (fall(" uebernahme=\"ja\" uebernommen_von=\"17002\""), "f:4:255: satz 1: angabe_ungueltig"),
        (fall(" versicherten_id=\"a123456780\""), "f:4:188: satz 1: versicherten_id_normalisiert"),
        (fall(" versicherten_id=\"A12345\""), "f:4:188: satz 1: versicherten_id_form"),
        (fall(" versicherten_id=\"A123456781\""), "f:4:188: satz 1: versicherten_id_pruefziffer"),
        (fall(" versichertenid=\"A123456780\""), "f:4:239: satz 1: xml_attribut_unbekannt"),
        (fall("").replace("<fall", "<fal"), "f:4:188: xml_element_unbekannt"),
        (fall("").replace("<fall", "<x:fall"), "f:4:188: xml_element_unbekannt"),
        (leistung("gnr=\"03000\" lanr=\"123456601\""), "f:5:239: satz 1: angabe_fehlt"),
        (
            leistung("tag=\"2024-02-30\" gnr=\"03000\" lanr=\"123456601\""),
            "f:5:249: satz 1: angabe_ungueltig",
        ),
        (
            leistung("tag=\"2024-04-01\" gnr=\"03000\" lanr=\"123456601\""),
            "f:5:239: satz 1: tag_ausserhalb_quartal",
        ),
        (
            leistung("tag=\"2024-01-01\" gnr=\"03000x\" lanr=\"123456601\""),
            "f:5:266: satz 1: angabe_ungueltig",
        ),
        (
            leistung("tag=\"2024-01-01\" gnr=\"03000\" lanr=\"12345660\""),
            "f:5:278: satz 1: angabe_ungueltig",
        ),
        (
            leistung("tag=\"2024-01-01\" gnr=\"03000\" lanr=\"123456701\""),
            "f:5:239: satz 1: lanr_pruefziffer",
        ),
        ("Text".to_owned(), "f:4:188: xml_text_unerwartet".replace("4:188", "3:187").as_str()),
    ] {
        let (_, meldungen) = lies(dokument(&inhalt).as_bytes());
        assert_eq!(meldungen.len(), 1, "{inhalt}: {meldungen:?}");
        assert!(meldungen[0].starts_with(&format!("{erwartet}: ")), "{inhalt}: {meldungen:?}");
    }
}

/// Whole documents ⇒ where and what: faults of form end the reading.
#[test]
fn faults_of_form_end_the_document() {
    let gut = dokument("<fall id=\"1\" satzart=\"0101\" scheinuntergruppe=\"00\"/>");
    let ersetzt = |von: &str, durch: &str| gut.replacen(von, durch, 1);
    for (text, erwartet) in [
        (String::new(), "f:1:0: datei_leer"),
        ("  ".to_owned(), "f:1:2: xml_nicht_wohlgeformt"),
        (ersetzt("faelle:1", "faelle:2"), "f:1:0: xml_namensraum"),
        (ersetzt("xmlns=", "xmlns:x="), "f:1:0: xml_namensraum"),
        (gut.replace("faelle", "faele"), "f:1:0: xml_wurzel"),
        (ersetzt(KOPF, ""), "f:3:46: xml_element_fehlt"),
        (ersetzt("</praxis>", "</praxi>"), "f:5:239: xml_nicht_wohlgeformt"),
        (ersetzt("</praxis>", "</praxis a=\"1\">"), "f:5:241: xml_nicht_wohlgeformt"),
        (ersetzt("</faelle>\n", ""), "f:6:251: xml_nicht_wohlgeformt"),
        (ersetzt("</faelle>\n", "</faelle><faelle/>"), "f:6:260: xml_nicht_wohlgeformt"),
        (ersetzt("</faelle>\n", "</faelle>x"), "f:6:260: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"1\" id=\"2\""), "f:4:201: satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"<\""), "f:4:194: satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\" ", "id=\"1\""), "f:4:200: satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=1"), "f:4:194: satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"&foo;\""), "f:4:198: satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"&#0;\""), "f:4:198: satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("<faelle", "<!DOCTYPE faelle><faelle"), "f:1:0: xml_dtd"),
        (ersetzt("<faelle", "<!DOCTYPE f [<!ENTITY a \"b\">]><faelle"), "f:1:0: xml_dtd"),
        (ersetzt("<faelle", " <?xml version=\"1.0\"?><faelle"), "f:1:1: xml_nicht_wohlgeformt"),
        (ersetzt("<faelle", "<?xml version=\"1.1\"?><faelle"), "f:1:0: xml_nicht_wohlgeformt"),
        (ersetzt("<fall", "<!-- a -- b --><fall"), "f:4:188: xml_nicht_wohlgeformt"),
        (ersetzt("<fall", "<!-- offen <fall"), "f:4:188: xml_nicht_wohlgeformt"),
        (ersetzt("\"1\"", "\"1"), "f:4:188: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", &format!("id=\"{}\"", "1".repeat(2 << 20))), "xml_marke_zu_lang"),
        (ersetzt("<fall", &format!("<!--{}--><fall", "x".repeat(2 << 20))), "xml_marke_zu_lang"),
    ] {
        let (_, meldungen) = lies(text.as_bytes());
        let gekuerzt: String = text.chars().take(300).collect();
        let letzte = meldungen.last().unwrap_or_else(|| panic!("nothing reported: {gekuerzt}"));
        assert!(letzte.contains(&format!("{erwartet}: ")), "{gekuerzt}: {meldungen:?}");
    }
}

#[test]
fn faults_of_the_envelope_are_all_reported() {
    let gut = dokument("");
    for (von, durch, erwartet) in [
        ("lieferung=\"L1\" ", "", &["f:2:44: angabe_fehlt"][..]),
        ("\"L1\"", "\"L 1\"", &["f:2:50: angabe_ungueltig"]),
        ("\"17\"", "\"1\"", &["f:2:65: angabe_ungueltig"]),
        ("\"2024Q1\"", "\"1/2024\"", &["f:2:73: angabe_ungueltig"]),
        ("\"1.0\"", "\"2.0\"", &["f:2:113: angabe_ungueltig"]),
        ("\"TEST\"", "\"test\"", &["f:2:127: angabe_ungueltig"]),
        ("\"voll\"", "\"teil\"", &["f:2:44: lieferart_unbekannt"]),
        ("\"voll\"", "\"voll\" teil=\"0\"", &["f:2:159: angabe_ungueltig"]),
        ("\"voll\"", "\"voll\" teil=\"2\"", &["f:2:44: angabe_ungueltig"]),
        ("\"voll\"", "\"voll\" ersatz_fuer=\"\"", &["f:2:159: angabe_ungueltig"]),
        (
            "kv=\"17\" quartal=\"2024Q1\"",
            "kv=\"x\" quartal=\"y\"",
            &["f:2:65: angabe_ungueltig", "f:2:72: angabe_ungueltig"],
        ),
    ] {
        let (gelesen, meldungen) = lies(gut.replacen(von, durch, 1).as_bytes());
        assert_eq!(gelesen, "");
        assert_eq!(meldungen.len(), erwartet.len(), "{durch}: {meldungen:?}");
        for (meldung, erwartet) in meldungen.iter().zip(erwartet) {
            assert!(meldung.starts_with(&format!("{erwartet}: ")), "{durch}: {meldungen:?}");
        }
    }
}

#[test]
fn no_message_shows_a_personal_value() {
    let text = dokument(
        "<fall id=\"1\" versicherten_id=\"B98765\" satzart=\"0101\" scheinuntergruppe=\"00\">\
         <leistung tag=\"2024-01-01\" gnr=\"03000\" lanr=\"98765\"/></fall>",
    );
    let (_, meldungen) = lies(text.as_bytes());
    assert_eq!(meldungen.len(), 2);
    assert!(!meldungen.iter().any(|m| m.contains("98765")), "{meldungen:?}");
}
