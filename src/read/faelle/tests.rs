//! What claims documents say, and the error table: input ⇒ line, byte, record, code.

use std::fmt::Write as _;
use std::io::Cursor;

use super::super::roh::{Komprimierung, Zaehler};
use super::*;

const KOPF: &str = r#"<kopf lieferung="L1" kv="17" quartal="2024Q1" erstellt="2024-05-21" version="1.0" status="TEST" lieferart="voll"/>"#;

/// A document whose practice holds `inhalt`, from line 4 on.
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
        "170010100 1 2024Q1 0101/00 Keins true [2024-01-02 03000 123456601] @(Some(4), Some(185), Some(1))\n\
         170010100 a&b 2023Q4 0104/42 Praxis(Bsnr(170020000)) false @(Some(5), Some(356), Some(2))\n\
         170010100 3 2024Q1 0102/24 OhnePraxis false @(Some(6), Some(478), Some(3))\n"
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

/// Takes the mark `@@` out of a text and says at which place it stood.
fn markiert(text: &str) -> (String, String) {
    let (davor, danach) = text.split_once("@@").unwrap_or_else(|| panic!("no mark: {text}"));
    (format!("{davor}{danach}"), format!("f:{}:{}: ", davor.matches('\n').count() + 1, davor.len()))
}

/// Content of a practice, `@@` where the fault is ⇒ what the message is.
#[test]
fn faults_of_cases_are_reported_where_they_stand() {
    let fall = |vor: &str, angaben: &str| {
        format!("{vor}<fall id=\"1\" satzart=\"0101\" scheinuntergruppe=\"00\" {angaben}/>")
    };
    let ab_marke = |angaben: &str| fall("@@", angaben);
    let ab_angabe = |angaben: &str| fall("", &format!("@@{angaben}"));
    let leistung = |vor: &str, angaben: &str| {
        format!(
            "<fall id=\"1\" satzart=\"0101\" scheinuntergruppe=\"00\">\n{vor}<leistung {angaben}/></fall>"
        )
    };
    for (inhalt, erwartet) in [
        ("@@<fall satzart=\"0101\" scheinuntergruppe=\"00\"/>".to_owned(), "satz 1: angabe_fehlt"),
        ("@@<fall id=\"1\" scheinuntergruppe=\"00\"/>".to_owned(), "satz 1: angabe_fehlt"),
        ("@@<fall id=\"1\" satzart=\"0101\"/>".to_owned(), "satz 1: angabe_fehlt"),
        (fall("", "").replace("id=\"1\"", "@@id=\"1|2\""), "satz 1: angabe_ungueltig"),
        (fall("", "").replace("id=\"1\"", "@@id=\"\""), "satz 1: angabe_ungueltig"),
        (
            fall("", "").replace("satzart=\"0101\"", "@@satzart=\"0105\""),
            "satz 1: angabe_ungueltig",
        ),
        (fall("", "").replace("satzart=\"0101\"", "\n\n@@satzart=''"), "satz 1: angabe_ungueltig"),
        (
            fall("", "").replace("schein", "@@schein").replace("\"00\"", "\"0\""),
            "satz 1: angabe_ungueltig",
        ),
        (ab_marke("").replace("\"00\"", "\"41\""), "satz 1: scheinuntergruppe_passt_nicht"),
        (ab_marke("").replace("\"00\"", "\"25\""), "satz 1: scheinuntergruppe_unbekannt"),
        (ab_angabe("quartal=\"2024q1\""), "satz 1: angabe_ungueltig"),
        (ab_marke("quartal=\"2024Q2\""), "satz 1: quartal_widerspricht"),
        (ab_angabe("kostentraeger=\"1\""), "satz 1: angabe_ungueltig"),
        (ab_angabe("uebernahme=\"vielleicht\""), "satz 1: angabe_ungueltig"),
        (ab_marke("uebernommen_von=\"170020000\""), "satz 1: angabe_ungueltig"),
        (ab_marke("uebernahme=\"nein\" uebernommen_von=\"170020000\""), "satz 1: angabe_ungueltig"),
        (fall("", "uebernahme=\"ja\" @@uebernommen_von=\"17002\""), "satz 1: angabe_ungueltig"),
        (ab_marke("versicherten_id=\"a123456780\""), "satz 1: versicherten_id_normalisiert"),
        (ab_marke("versicherten_id=\"A12345\""), "satz 1: versicherten_id_form"),
        (ab_marke("versicherten_id=\"A123456781\""), "satz 1: versicherten_id_pruefziffer"),
        (ab_angabe("versichertenid=\"A123456780\""), "satz 1: xml_attribut_unbekannt"),
        (ab_angabe("xsi:type=\"a\""), "satz 1: xml_attribut_unbekannt"),
        (ab_marke("").replace("<fall", "<fal"), "xml_element_unbekannt"),
        (ab_marke("").replace("<fall", "<x:fall"), "xml_element_unbekannt"),
        (leistung("@@", "gnr=\"03000\" lanr=\"123456601\""), "satz 1: angabe_fehlt"),
        (
            leistung("", "@@tag=\"2024-02-30\" gnr=\"03000\" lanr=\"123456601\""),
            "satz 1: angabe_ungueltig",
        ),
        (
            leistung("@@", "tag=\"2024-04-01\" gnr=\"03000\" lanr=\"123456601\""),
            "satz 1: tag_ausserhalb_quartal",
        ),
        (
            leistung("", "tag=\"2024-01-01\" @@gnr=\"03000x\" lanr=\"123456601\""),
            "satz 1: angabe_ungueltig",
        ),
        (
            leistung("", "tag=\"2024-01-01\" gnr=\"03000\" @@lanr=\"12345660\""),
            "satz 1: angabe_ungueltig",
        ),
        (
            leistung("@@", "tag=\"2024-01-01\" gnr=\"03000\" lanr=\"123456701\""),
            "satz 1: lanr_pruefziffer",
        ),
        ("<!-- a -->@@Text".to_owned(), "xml_text_unerwartet"),
        ("<!-- a -->@@&amp;".to_owned(), "xml_text_unerwartet"),
        ("<!-- a -->@@<![CDATA[ ]]>".to_owned(), "xml_text_unerwartet"),
    ] {
        let (text, ort) = markiert(&dokument(&inhalt));
        let (_, meldungen) = lies(text.as_bytes());
        assert_eq!(meldungen.len(), 1, "{inhalt}: {meldungen:?}");
        assert!(
            meldungen[0].starts_with(&format!("{ort}{erwartet}: ")),
            "{inhalt}: {ort}{meldungen:?}"
        );
    }
}

/// In a one-byte encoding a place is counted in stored bytes, not in those of UTF-8.
#[test]
fn places_are_those_of_the_file_as_stored() {
    let text = dokument(
        "<fall id=\"äöü\" satzart=\"0101\" scheinuntergruppe=\"00\"/>\n<!-- ß --><fall id=\"ß\" @@satzart=\"\" scheinuntergruppe=\"00\"/>",
    );
    let text = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{text}");
    let latin: String = text.chars().map(|c| if c.is_ascii() { c } else { 'x' }).collect();
    let (_, ort) = markiert(&latin);
    let bytes: Vec<u8> = text
        .replace("@@", "")
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("Latin"))
        .collect();
    let (_, meldungen) = lies(&bytes);
    assert!(
        meldungen[0].starts_with(&format!("{ort}satz 2: angabe_ungueltig")),
        "{ort} {meldungen:?}"
    );
}

/// Whole documents, `@@` where the fault is ⇒ what the last message is: such faults end the reading.
#[test]
fn faults_of_form_end_the_document() {
    let gut = dokument("<fall id=\"1\" satzart=\"0101\" scheinuntergruppe=\"00\"/>");
    let ersetzt = |von: &str, durch: &str| gut.replacen(von, durch, 1);
    for (text, erwartet) in [
        ("@@".to_owned(), "datei_leer"),
        ("  @@".to_owned(), "xml_nicht_wohlgeformt"),
        (format!("@@{}", ersetzt("faelle:1", "faelle:2")), "xml_namensraum"),
        (format!("@@{}", ersetzt("xmlns=", "xmlns:x=")), "xml_namensraum"),
        (format!("@@{}", gut.replace("faelle", "faele")), "xml_wurzel"),
        (ersetzt(KOPF, "").replace("<praxis", "@@<praxis"), "xml_element_fehlt"),
        (ersetzt("</praxis>", "@@</praxi>"), "xml_nicht_wohlgeformt"),
        (ersetzt("</praxis>", "@@</praxis a=\"1\">"), "xml_nicht_wohlgeformt"),
        (ersetzt("</faelle>\n", "@@"), "xml_nicht_wohlgeformt"),
        (ersetzt("</faelle>\n", "</faelle>@@<faelle/>"), "xml_nicht_wohlgeformt"),
        (ersetzt("</faelle>\n", "</faelle>@@x"), "xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"1\" @@id=\"2\""), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "@@id=\"<\""), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\" ", "id=\"1\"@@"), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "@@id=1"), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "@@id"), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "@@1d=\"1\""), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"@@&foo;\""), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"@@&#0;\""), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("<faelle", "@@<!DOCTYPE faelle><faelle"), "xml_dtd"),
        (ersetzt("<faelle", "@@<!DOCTYPE f [<!ENTITY a \"b\">]><faelle"), "xml_dtd"),
        (ersetzt("<faelle", " @@<?xml version=\"1.0\"?><faelle"), "xml_nicht_wohlgeformt"),
        (ersetzt("<faelle", "@@<?xml version=\"1.1\"?><faelle"), "xml_nicht_wohlgeformt"),
        (ersetzt("<fall", "@@<!-- a -- b --><fall"), "xml_nicht_wohlgeformt"),
        (ersetzt("<fall", "@@<!-- offen <fall"), "xml_nicht_wohlgeformt"),
        (ersetzt("<fall", "@@<![CDATA[ offen <fall"), "xml_nicht_wohlgeformt"),
        (ersetzt("<fall", "@@<fall").replace("\"00\"", "\"00"), "xml_nicht_wohlgeformt"),
        (ersetzt("<fall", "\x02@@<fall").replace("\x02@@", "@@\x02"), "zeichen_ungueltig"),
    ] {
        let (text, ort) = markiert(&text);
        let (_, meldungen) = lies(text.as_bytes());
        let letzte = meldungen.last().unwrap_or_else(|| panic!("nothing reported: {text}"));
        assert!(letzte.starts_with(&format!("{ort}{erwartet}: ")), "{text}: {ort}{meldungen:?}");
    }
}

#[test]
fn a_piece_of_markup_above_1_mib_is_refused() {
    let gut = dokument("<fall id=\"1\" satzart=\"0101\" scheinuntergruppe=\"00\"/>");
    for (durch, zu_lang) in [
        (format!("id=\"{}\"", "1".repeat(2 << 20)), true),
        (format!("{}id=\"1\"", " ".repeat(2 << 20)), true),
        (format!("{}id=\"1\"", " ".repeat(1 << 19)), false),
    ] {
        let (_, meldungen) = lies(gut.replacen("id=\"1\"", &durch, 1).as_bytes());
        assert_eq!(
            meldungen.iter().any(|m| m.contains("xml_marke_zu_lang")),
            zu_lang,
            "{meldungen:?}"
        );
    }
}

/// Replacements in the envelope, `@@` where each fault is ⇒ what the messages are.
#[test]
fn faults_of_the_envelope_are_all_reported() {
    for (von, durch, erwartet) in [
        ("<kopf lieferung=\"L1\"", "@@<kopf", "angabe_fehlt"),
        ("lieferung=\"L1\"", "@@lieferung=\"L 1\"", "angabe_ungueltig"),
        ("kv=\"17\"", "@@kv=\"1\"", "angabe_ungueltig"),
        ("quartal=\"2024Q1\"", "@@quartal=\"1/2024\"", "angabe_ungueltig"),
        ("erstellt=\"2024", "@@erstellt=\"24", "angabe_ungueltig"),
        ("version=\"1.0\"", "@@version=\"2.0\"", "angabe_ungueltig"),
        ("status=\"TEST\"", "@@status=\"test\"", "angabe_ungueltig"),
        ("lieferart=\"voll\"", "@@teil=\"0\" lieferart=\"voll\"", "angabe_ungueltig"),
        ("lieferart=\"voll\"", "@@ersatz_fuer=\"\" lieferart=\"voll\"", "angabe_ungueltig"),
    ] {
        let (text, ort) = markiert(&dokument("").replacen(von, durch, 1));
        let (gelesen, meldungen) = lies(text.as_bytes());
        assert_eq!((gelesen.as_str(), meldungen.len()), ("", 1), "{durch}: {meldungen:?}");
        assert!(meldungen[0].starts_with(&format!("{ort}{erwartet}: ")), "{durch}: {meldungen:?}");
    }
    for (von, durch, erwartet) in [
        ("\"voll\"", "\"delta\"", "lieferart_unbekannt"),
        ("\"voll\"", "\"voll\" teil=\"2\"", "angabe_ungueltig"),
    ] {
        let (text, ort) =
            markiert(&dokument("").replacen(von, durch, 1).replace("<kopf", "@@<kopf"));
        let (_, meldungen) = lies(text.as_bytes());
        assert!(meldungen[0].starts_with(&format!("{ort}{erwartet}: ")), "{durch}: {meldungen:?}");
    }
    let (_, meldungen) =
        lies(dokument("").replace("\"17\" quartal=\"2024Q1\"", "\"x\" quartal=\"y\"").as_bytes());
    assert_eq!(meldungen.len(), 2, "every fault at once: {meldungen:?}");
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
