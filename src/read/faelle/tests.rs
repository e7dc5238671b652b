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
        .replace("xmlns=", "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:x=\"x\" i:schemaLocation=\"y\" xmlns:sf=")
        .replace('<', "<sf:")
        .replace("<sf:/", "</sf:");
    let latin: Vec<u8> = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?><?a?>{schlicht}")
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
        (fall("", "").replace("id=\"1\"", "@@id=\"b900-000-015\""), "satz 1: angabe_ungueltig"),
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

/// So many attributes with these beginnings of their names.
fn viele(vorsatz: &str, anzahl: usize) -> String {
    (0..anzahl).fold(String::new(), |text, i| format!("{text} {vorsatz}{i}=\"\""))
}

/// Whole documents, `@@` where the fault is ⇒ what the last message is: such faults end the reading.
#[test]
fn faults_of_form_end_the_document() {
    let gut = dokument("<fall id=\"1\" satzart=\"0101\" scheinuntergruppe=\"00\"/>");
    let ersetzt = |von: &str, durch: &str| gut.replacen(von, durch, 1);
    let mit_deklaration = |angaben: &str| format!("@@<?xml{angaben}?>{gut}");
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
        (ersetzt("id=\"1\"", "id=\"&amp;&#65;&#x42;@@&#2;\""), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"@@&#xFFFE;\""), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"@@&#xD800;\""), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"@@&#4294967361;\""), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"@@&#;\""), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"@@&#+65;\""), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("id=\"1\"", "id=\"@@&amp\""), "satz 1: xml_nicht_wohlgeformt"),
        (ersetzt("<fall", "@@<? ?><fall"), "xml_nicht_wohlgeformt"),
        (ersetzt("<fall", "@@<??><fall"), "xml_nicht_wohlgeformt"),
        (ersetzt("<fall", "@@<?1?><fall"), "xml_nicht_wohlgeformt"),
        (ersetzt("<fall", "@@<?a\"?><fall"), "xml_nicht_wohlgeformt"),
        (ersetzt("<fall", "@@<?XML a?><fall"), "xml_nicht_wohlgeformt"),
        (ersetzt("<faelle", "@@<!DOCTYPE faelle><faelle"), "xml_dtd"),
        (ersetzt("<faelle", "@@<!DOCTYPE f [<!ENTITY a \"b\">]><faelle"), "xml_dtd"),
        (ersetzt("<faelle", " @@<?xml version=\"1.0\"?><faelle"), "xml_nicht_wohlgeformt"),
        (ersetzt("<faelle", "\n\n\n@@<?xml version=\"1.0\"?><faelle"), "xml_nicht_wohlgeformt"),
        (mit_deklaration(""), "xml_nicht_wohlgeformt"),
        (mit_deklaration(" version=\"1.1\""), "xml_nicht_wohlgeformt"),
        (mit_deklaration(" version=\"1.0\" version=\"1.0\""), "xml_nicht_wohlgeformt"),
        (mit_deklaration(" version=\"1.0\"encoding=\"UTF-8\""), "xml_nicht_wohlgeformt"),
        (mit_deklaration(" encoding=\"UTF-8\""), "xml_nicht_wohlgeformt"),
        (mit_deklaration(" encoding=\"UTF-8\" version=\"1.0\""), "xml_nicht_wohlgeformt"),
        (mit_deklaration(" version=\"1.0\" standalone=\"ja\""), "xml_nicht_wohlgeformt"),
        (mit_deklaration(" standalone=\"yes\" version=\"1.0\""), "xml_nicht_wohlgeformt"),
        (
            mit_deklaration(" version=\"1.0\" standalone=\"no\" encoding=\"UTF-8\""),
            "xml_nicht_wohlgeformt",
        ),
        (mit_deklaration(" version=\"1.0\" x=\"1\""), "xml_nicht_wohlgeformt"),
        (mit_deklaration(" version=\"1.0\" x"), "xml_nicht_wohlgeformt"),
        (ersetzt("<faelle xmlns=", "<faelle @@x:a=\"1\" xmlns="), "xml_attribut_unbekannt"),
        (
            ersetzt("<faelle xmlns=", "<faelle xmlns:x=\"u\" @@x:schemaLocation=\"u\" xmlns="),
            "xml_attribut_unbekannt",
        ),
        (
            ersetzt(
                "<faelle xmlns=",
                "<faelle xmlns:x=\"http://www.w3.org/2001/XMLSchema-instance\" @@x:type=\"u\" xmlns=",
            ),
            "xml_attribut_unbekannt",
        ),
        (ersetzt("<faelle xmlns=", "<faelle @@xml:lang=\"de\" xmlns="), "xml_attribut_unbekannt"),
        (
            ersetzt("<faelle xmlns=", "<faelle @@schemaLocation=\"u\" xmlns="),
            "xml_attribut_unbekannt",
        ),
        (ersetzt("<faelle", "@@<faelle xmlns:xmlns=\"u\""), "xml_nicht_wohlgeformt"),
        (
            ersetzt("<faelle", &format!("@@<faelle{}", viele("xmlns:a", 128))),
            "xml_nicht_wohlgeformt",
        ),
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

/// Declarations in all their forms ⇒ nothing.
#[test]
fn a_declaration_may_name_encoding_and_standalone() {
    for angaben in [
        " version=\"1.0\"",
        "\tversion = '1.0'\n",
        " version=\"1.0\" encoding=\"utf-8\"",
        " version=\"1.0\" encoding=\"UTF-8\" standalone='yes' ",
        " version=\"1.0\" standalone=\"no\"",
    ] {
        for bom in ["", "\u{FEFF}"] {
            let text = format!("{bom}<?xml{angaben}?>\n{}", dokument(""));
            assert_eq!(lies(text.as_bytes()).1, Vec::<String>::new(), "{angaben}");
        }
    }
}

/// The limit holds to the byte, wherever the seams of the buffer are, and the message stands where
/// the piece begins.
#[test]
fn a_piece_of_markup_above_1_mib_is_refused() {
    const MAX: usize = 1 << 20;
    let fall = |laenge: usize| {
        let (davor, danach) = ("@@<fall id=\"1\" ", " satzart=\"0101\" scheinuntergruppe=\"00\"/>");
        let fuellung = laenge + 2 - davor.len() - danach.len();
        format!("{davor}{}{danach}", " ".repeat(fuellung))
    };
    let kommentar = |laenge: usize| format!("@@<!--{}-->", "x".repeat(laenge - 7));
    let leerraum = |laenge: usize| format!("<!-- -->@@{}", "\n".repeat(laenge - 1));
    // The second one begins and ends a piece of the limit's length at seams.
    let anfang = dokument("@@").find("@@").expect("Anfang");
    for versatz in [0, (1 << 16) - "<!---->".len() - anfang] {
        for (stueck, zu_lang) in [
            (fall(MAX), false),
            (fall(MAX + 1), true),
            (kommentar(MAX), false),
            (kommentar(MAX + 1), true),
            // The document has a line's end behind the piece.
            (leerraum(MAX), false),
            (leerraum(MAX + 1), true),
            (format!("@@<fall id=\"{}", "1".repeat(MAX)), true),
        ] {
            let davor = format!("<!--{}-->", "y".repeat(versatz));
            let (text, ort) = markiert(&dokument(&format!("{davor}{stueck}")));
            let (_, meldungen) = lies(text.as_bytes());
            if zu_lang {
                assert!(
                    meldungen.len() == 1
                        && meldungen[0].starts_with(&format!("{ort}xml_marke_zu_lang: ")),
                    "{versatz}: {ort}{meldungen:?}"
                );
            } else {
                assert_eq!(meldungen, Vec::<String>::new(), "{versatz}");
            }
        }
    }
}

/// Stored bytes count: in a one-byte encoding each character is one.
#[test]
fn the_limit_of_a_piece_counts_stored_bytes() {
    for (laenge, zu_lang) in [(1 << 20, false), ((1 << 20) + 1, true)] {
        let kopf = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n";
        let stueck = [b"<!--".to_vec(), vec![0xE4; laenge - 7], b"-->".to_vec()].concat();
        let bytes = [kopf.as_bytes(), &stueck, dokument("").as_bytes()].concat();
        let (_, meldungen) = lies(&bytes);
        assert_eq!(meldungen.len(), usize::from(zu_lang), "{meldungen:?}");
        let anfang = format!("f:2:{}: xml_marke_zu_lang: ", kopf.len());
        assert!(meldungen.iter().all(|m| m.starts_with(&anfang)), "{meldungen:?}");
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
    let fall = "<fall id=\"1\" satzart=\"0101\" scheinuntergruppe=\"00\"/>";
    let gut = dokument(fall);
    for text in [
        gut.replace("</praxis>", "</A123456780>"),
        gut.replace("</faelle>", "</faelle></A123456780>"),
        gut.replace(fall, "<A123456780/>"),
        gut.replace(fall, "<fall A123456780=\"1\"/>"),
        gut.replace(fall, "<fall id=\"&A123456780;\"/>"),
        gut.replace("<faelle", "<A123456780"),
        gut.replace("xmlns=\"urn:", "xmlns=\"A123456780:"),
        gut.replace("<faelle", "<faelle xmlns:xmlns=\"A123456780\""),
        gut.replace("<faelle", "<faelle xmlns:A123456780=\"http://www.w3.org/2000/xmlns/\""),
        gut.replace("\"1.0\"", "\"A123456780\""),
        gut.replace("\"voll\"", "\"A123456780\""),
        gut.replace("\"17\"", "\"a 12 34 56 78 0\""),
        format!("<?xml version=\"1.0\" encoding=\"A123456780\"?>{gut}"),
        format!("<?xml A123456780=\"1.0\"?>{gut}"),
    ] {
        let (_, meldungen) = lies(text.as_bytes());
        assert!(!meldungen.is_empty(), "{text}");
        for meldung in meldungen {
            assert!(!meldung.replace(' ', "").contains("12345678"), "{meldung}");
        }
    }
}

/// Above that, comparing each with all others would take minutes for one tag.
#[test]
fn a_tag_has_at_most_256_attributes() {
    for (davor, danach, erwartet) in [
        (255, 0, "xml_element_unbekannt"),
        (256, 0, "xml_nicht_wohlgeformt: eine Marke hat zu viele Attribute"),
        (256, 80_000, "xml_nicht_wohlgeformt: eine Marke hat zu viele Attribute"),
    ] {
        let angaben = format!("{} @@b=\"\"{}", viele("a", davor), viele("c", danach));
        let (text, ort) = markiert(&dokument(&format!("<x{angaben}/>")));
        let (_, meldungen) = lies(text.as_bytes());
        let letzte = meldungen.last().map(String::as_str).unwrap_or_default();
        assert!(letzte.contains(erwartet), "{letzte}");
        assert!(davor == 255 || letzte.starts_with(&ort), "{ort}{letzte}");
    }
}

/// What the library says in English is said in German.
#[test]
fn why_a_document_is_not_well_formed_is_said_in_german() {
    let gut = dokument("<fall id=\"1\" satzart=\"0101\" scheinuntergruppe=\"00\"/>");
    for (von, durch, grund) in [
        ("</praxis>", "</praxi>", "eine Endmarke heißt anders als ihre Anfangsmarke"),
        ("</faelle>", "</faelle></a>", "zu einer Endmarke fehlt die Anfangsmarke"),
        ("<fall", "<!-- a -- b --><fall", "in einem Kommentar steht --"),
        ("<fall", "<!-- <fall", "ein Kommentar endet nicht mit -->"),
        ("<fall", "<![CDATA[ <fall", "ein CDATA-Abschnitt endet nicht mit ]]>"),
        ("<fall", "<!x><fall", "auf <! folgt weder Kommentar noch CDATA noch DOCTYPE"),
        ("<fall", "<?a <fall", "eine Verarbeitungsanweisung endet nicht mit ?>"),
        ("<fall", "&lt<fall", "ein Verweis (&…) endet nicht mit ;"),
        (
            "</faelle>\n",
            "</faelle",
            "die Datei endet mitten in einer Marke und ist wohl abgeschnitten",
        ),
        ("\"00\"", "\"00", "die Datei endet in einem Attributwert: sie ist wohl abgeschnitten"),
        ("<fall", "<fall xmlns:xml=\"u\"", "die XML selbst gehören"),
    ] {
        let (_, meldungen) = lies(gut.replacen(von, durch, 1).as_bytes());
        let gesagt = meldungen.last().map(String::as_str).unwrap_or_default();
        assert!(gesagt.contains(grund), "{durch}: {meldungen:?}");
    }
    let tief = dokument("").replace("</praxis>", &"<a>".repeat(70_000));
    let (_, meldungen) = lies(tief.as_bytes());
    assert!(meldungen.iter().any(|m| m.contains("zu tief geschachtelt")), "{meldungen:?}");
}
