//! The fields of a case: a row is a case that differs from a good one in one field.

use super::*;

/// A case with fields that differ from those of [`guter_fall`]: `statt` is replaced by `durch`.
pub(super) fn abgewandelt(statt: &str, durch: &str) -> String {
    let fall = guter_fall();
    assert!(fall.contains(statt), "{statt}");
    fall.replacen(statt, durch, 1)
}

/// One row per check of a case: what differs, the rule, its field, and which line of the case it is
/// about (0: the case itself).
#[test]
#[expect(clippy::too_many_lines, reason = "a row is a check")]
fn a_wrong_field_is_reported_where_it_stands_and_reading_goes_on() {
    for (statt, durch, regel, feld, zeile) in [
        // mandatory fields
        ("3101Muster ", "", "KVDT-PFLICHT", 3101, 0),
        ("3102Eva ", "", "KVDT-PFLICHT", 3102, 0),
        ("310319800100 ", "", "KVDT-PFLICHT", 3103, 0),
        ("31081 ", "", "KVDT-PFLICHT", 3108, 0),
        ("3110W ", "", "KVDT-PFLICHT", 3110, 0),
        ("410112024 ", "", "KVDT-PFLICHT", 4101, 0),
        ("410417101 ", "", "KVDT-PFLICHT", 4104, 0),
        ("410600 ", "", "KVDT-PFLICHT", 4106, 0),
        ("4111104612144 ", "", "KVDT-PFLICHT", 4111, 0),
        ("41211 ", "", "KVDT-PFLICHT", 4121, 0),
        ("412200 ", "", "KVDT-PFLICHT", 4122, 0),
        ("413100 ", "", "KVDT-PFLICHT", 4131, 0),
        ("413200 ", "", "KVDT-PFLICHT", 4132, 0),
        ("423900 ", "", "KVDT-PFLICHT", 4239, 0),
        ("6001J06.9", "9901x", "KVDT-R486", 6001, 0),
        ("3119A123456780", "410920240110", "KVDT-R776a", 3119, 0),
        // length, characters, values
        ("3101Muster", "3101Muster 3101Muster", "KVDT-EINMAL", 3101, 3),
        ("31081", "31081 31081", "KVDT-EINMAL", 3108, 6),
        ("3003S1", "3003S1 3003S2", "KVDT-EINMAL", 3003, 2),
        ("3101Muster", "3101x\u{85}", "KVDT-ZEICHEN", 3101, 2),
        ("3101Muster", "3101x\u{7}", "KVDT-ZEICHEN", 3101, 2),
        ("3101Muster", "3101", "KVDT-LEER", 3101, 2),
        ("310319800100", "310319801301", "KVDT-FDATE", 3103, 4),
        ("31081", "31082", "KVDT-WERT", 3108, 5),
        ("3110W", "3110Q", "KVDT-WERT", 3110, 6),
        ("410417101", "410474799", "KVDT-R212", 4104, 7),
        ("410417101", "41041710", "KVDT-FORM", 4104, 7),
        ("410600", "410610", "KVDT-WERT", 4106, 8),
        ("4111104612144", "411110461214", "KVDT-FORM", 4111, 9),
        ("4111104612144", "411110461214a", "KVDT-FORM", 4111, 9),
        ("41211", "41214", "KVDT-WERT", 4121, 10),
        ("413100", "413105", "KVDT-R534", 4131, 12),
        ("413200", "413213", "KVDT-R536", 4132, 13),
        ("3119A123456780", "3119T555558879", "KVDT-R537", 3119, 14),
        ("3119A123456780", "3119A123456780 3119A123456780", "KVDT-EINMAL", 3119, 15),
        ("410112024", "410152024", "KVDT-FORM", 4101, 15),
        ("410112024", "41012024", "KVDT-FORM", 4101, 15),
        ("410112024", "410122024", "KVDT-RQL1", 4101, 15),
        ("410112024", "410112024 410112024", "KVDT-EINMAL", 4101, 16),
        ("423900", "42390", "KVDT-FORM", 4239, 16),
        ("423900", "423942", "KVDT-R331", 4239, 16),
        ("80000101 3003S1", "80000102 3003S1", "KVDT-R356", 4239, 16),
        ("80000101 3003S1", "80000103 3003S1", "KVDT-R426", 4239, 16),
        ("80000101 3003S1", "80000104 3003S1", "KVDT-R427", 4239, 16),
        ("423900", "423900 423900", "KVDT-EINMAL", 4239, 17),
        // services
        ("500020240115", "500020240401", "KVDT-R324", 5000, 17),
        ("500020240115", "500020231231", "KVDT-R324", 5000, 17),
        ("500020240115", "500020240230", "KVDT-FDATE", 5000, 17),
        ("500020240115", "5000202401", "KVDT-FORM", 5000, 17),
        (
            "6001J06.9",
            "500020240114 500103000 5098170010100 5099123456601 6001J06.9",
            "KVDT-FSORT",
            5000,
            21,
        ),
        ("500020240115 ", "500020240115 500020240116 ", "KVDT-PFLICHT", 5001, 17),
        ("500020240115 ", "", "KVDT-PFLICHT", 5001, 17),
        ("500103000", "50010300a", "KVDT-R497", 5001, 18),
        ("500103000", "50010300", "KVDT-R497", 5001, 18),
        ("500103000", "500103000AB", "KVDT-R497", 5001, 18),
        ("5098170010100 ", "", "KVDT-R859", 5098, 18),
        ("5099123456601", "5101123456601 5102123456789", "KVDT-FFK", 5102, 21),
        ("5099123456601", "9901x", "KVDT-R837", 5099, 18),
        ("5098170010100", "5098170010300", "KVDT-R716", 5098, 19),
        ("5098170010100", "509817001010", "KVDT-FORM", 5098, 19),
        ("5099123456601", "5099234567801", "KVDT-R715", 5099, 20),
        ("5099123456601", "509912345660", "KVDT-R050", 5099, 20),
        ("5099123456601", "5099888888800", "KVDT-R764", 5099, 20),
        ("5099123456601", "5099123456601 5099123456601", "KVDT-FFK", 5099, 21),
        ("5099123456601", "5099123456601 5005002 5005002", "KVDT-FFK", 5005, 22),
        ("5099123456601", "5099123456601 5005001", "KVDT-WERT", 5005, 21),
        (
            "500103000 5098170010100",
            "5098170010100 500103000 5098170010100",
            "KVDT-FK5001",
            5098,
            18,
        ),
        ("423900", "423900 5099123456601", "KVDT-FK5001", 5099, 17),
        ("423900", "423900 5009x", "KVDT-FK5001", 5009, 17),
    ] {
        // U+00A0 is white space to `datei`, too
        let fall: Vec<u8> = abgewandelt(statt, durch).split(' ').flat_map(self::zeile).collect();
        let byte =
            fall.split_inclusive(|b| *b == b'\n').take(zeile).map(|z| z.len() as u64).sum::<u64>()
                + u64::from(regel == "KVDT-ZEICHEN") * 8;
        let guter = abgewandelt("3003S1", "3003S9");
        let bytes = [datei(KOPF), fall, datei(&format!("{guter} {FUSS}"))].concat();
        let gelesen = lies(&bytes);
        let fehler: Vec<_> = gelesen
            .regeln()
            .into_iter()
            .filter(|(name, _)| !(regel == "KVDT-R715" && name == "KVDT-5099-PRUEFZIFFER"))
            .collect();
        assert_eq!(fehler, [(regel.to_owned(), Some(feld))], "{durch}: {:?}", gelesen.texte);
        let (_, gefunden) = gelesen.meldungen[0];
        assert_eq!(gefunden, stelle(ZEILE + zeile as u64, BYTE + byte, SATZ), "{durch}");
        assert!(gelesen.meldungen[0].0.stufe() == crate::meldung::Stufe::Fehler, "{durch}");
        assert!(!gelesen.abgebrochen, "{durch}");
        assert_eq!(gelesen.faelle.len(), 1, "{durch}");
        assert!(gelesen.faelle[0].contains(" S9 "), "{durch}");
    }
}

#[test]
fn what_kvdt_allows_is_no_finding() {
    for (statt, durch) in [
        ("310319800100", "310300000000"),
        ("3119A123456780 ", ""),
        ("3119A123456780", "410920240110 410417850"),
        ("410417101 ", ""),
        ("500103000", "500103000B"),
        ("41211", "41213"),
        ("5098170010100 5099123456601", "5102123456789 5101123456601"),
        ("5099123456601", "5099999999900"),
        ("6001J06.9", "3673J06.9"),
        ("500020240115 500103000 5098170010100 5099123456601 ", ""),
    ] {
        let mut fall = abgewandelt(statt, durch);
        match (statt, durch) {
            ("410417101 ", _) => fall = fall.replace("410600", "410417101 410600"),
            (_, "410920240110 410417850") => fall = fall.replace("410417101 ", ""),
            ("41211", _) => fall = fall.replace("500103000", "5001K1"),
            _ => {}
        }
        let gelesen = lies(&datei(&format!("{KOPF} {fall} {FUSS}")));
        let ersatz = gelesen.texte.iter().filter(|text| !text.contains("PRUEFZIFFER")).count();
        assert_eq!((gelesen.faelle.len(), ersatz), (1, 0), "{durch}: {:?}", gelesen.texte);
    }
    // physicians of an earlier quarter may have left; a case eight quarters back is not odd yet
    for (quartal, tag, regeln) in [
        ("42023", "20231002", vec![]),
        ("12022", "20220103", vec![]),
        ("42021", "20211004", vec![("KVDT-RQL3".to_owned(), Some(4101))]),
    ] {
        let fall = guter_fall()
            .replace("410112024", &format!("4101{quartal}"))
            .replace("20240115", tag)
            .replace("5099123456601", "5099333333301")
            .replace("5098170010100", "5098170010900");
        let gelesen = lies(&datei(&format!("{KOPF} {fall} {FUSS}")));
        let ohne_pruefziffer: Vec<_> = gelesen
            .regeln()
            .into_iter()
            .filter(|(name, _)| name != "KVDT-5099-PRUEFZIFFER")
            .collect();
        assert_eq!((gelesen.faelle.len(), ohne_pruefziffer), (1, regeln), "{quartal}");
    }
    // numbers of the GOÄ are of any form
    for (gnr, gelesene) in
        [("437a", "G437A"), ("A5", "GA5"), ("0300-0", "G03000"), ("03000", "G03000"), ("-", "G")]
    {
        let fall = abgewandelt("41211", "41213").replace("500103000", &format!("5001{gnr}"));
        let gelesen = lies(&datei(&format!("{KOPF} {fall} {FUSS}")));
        assert_eq!((gelesen.faelle.len(), gelesen.texte.len()), (1, 0), "{:?}", gelesen.texte);
        // never one of the EBM, which may be a mark
        assert!(gelesen.faelle[0].contains(&format!(" {gelesene} 123456601")), "{gnr}");
    }
    // several free texts behind a GNR all name
    let fall = abgewandelt("5099123456601", "5099123456601 5009170020100 5009x 5009170030100");
    let gelesen = lies(&datei(&format!("{KOPF} {fall} {FUSS}")));
    assert!(
        gelesen.faelle[0].ends_with("] 03000=170020100 03000=170030100"),
        "{}",
        gelesen.faelle[0]
    );
    // in lab communities a LANR of the wrong shape counts as missing
    let fall = abgewandelt("80000101", "80000102").replace("423900", "423928");
    let fall = fall.replace("5099123456601", "5099x");
    let gelesen = lies(&datei(&format!("{KOPF} {fall} {FUSS}")));
    assert_eq!(gelesen.regeln(), [("KVDT-R056".to_owned(), Some(5099))]);
    assert!(gelesen.faelle[0].ends_with("999999900]"), "{}", gelesen.faelle[0]);
    // a belegarzt's service may lack place and physician
    let fall = abgewandelt("80000101", "80000103").replace("423900", "423930");
    let fall = fall.replace(" 5098170010100 5099123456601", "");
    let gelesen = lies(&datei(&format!("{KOPF} {fall} {FUSS}")));
    assert_eq!((gelesen.faelle.len(), gelesen.texte.len()), (1, 0), "{:?}", gelesen.texte);
}

#[test]
fn questionable_values_are_read_and_counted() {
    for (statt, durch, zeile, code, versicherter) in [
        ("3119A123456780", "3119a123456780", 14, Code::VersichertenIdNormalisiert, "true"),
        ("3119A123456780", "3119A123456781", 14, Code::VersichertenIdPruefziffer, "false"),
        ("3119A123456780", "3119123456789", 14, Code::VersichertenIdForm, "ohne"),
        ("5099123456601", "5099123456701", 20, Code::LanrPruefziffer, "true"),
    ] {
        let kopf = KOPF.replace("0212123456602", "0212123456602 0212123456701");
        let gelesen = lies(&datei(&format!("{kopf} {} {FUSS}", abgewandelt(statt, durch))));
        let gefunden = &gelesen.meldungen[0];
        assert_eq!((gefunden.0, gefunden.1.zeile), (code, Some(ZEILE + 1 + zeile)), "{durch}");
        assert_eq!(gelesen.meldungen.len(), 1, "{durch}");
        assert!(gelesen.faelle[0].contains(&format!(" {versicherter} [")), "{durch}");
        assert!(!gelesen.texte[0].contains("12345678"), "{}", gelesen.texte[0]);
    }
}

/// A Schein-ID that cannot stand in a table does not name its case, and spoils nothing.
#[test]
fn a_schein_id_that_is_no_name_is_replaced_by_the_content() {
    for id in ["2023/4\u{A0}1", "a|b", "A123456780", "x-A123456780", "b 12345678-2", "Z987654321"] {
        let fall: Vec<u8> = guter_fall()
            .split(' ')
            .flat_map(|feld| zeile(&feld.replace("3003S1", &format!("3003{id}"))))
            .collect();
        let gelesen = lies(&[datei(KOPF), fall.clone(), datei(FUSS)].concat());
        assert_eq!(gelesen.regeln(), [("KVDT-3003-FORM".to_owned(), Some(3003))], "{id}");
        let name = &blake3::hash(&fall).to_hex()[..16];
        assert!(gelesen.faelle[0].contains(&format!(" {name} ")), "{id}: {}", gelesen.faelle[0]);
        assert!(!gelesen.texte[0].contains("123456"), "{}", gelesen.texte[0]);
    }
}

/// What may slip into a field, and must not be shown.
#[test]
fn no_message_shows_a_person() {
    for (statt, durch) in [
        ("3101Muster ", "3101Muster 3101Mustermann "),
        ("31081", "310819560704"),
        ("4111104612144", "4111Mustermann"),
        ("4111104612144", "411119560704"),
        ("5098170010100", "509819560704"),
        ("500020240115", "50001956070"),
        ("423900", "423919560704"),
        ("410112024", "4101Mustermann"),
        ("500103000", "5001Mustermann"),
        ("5099123456601", "5099123456601 5005Mustermann"),
        ("5099123456601", "5099123456601 5006Mustermann"),
        ("5099123456601", "5101Mustermann"),
        ("6003G", "6003Mustermann"),
        ("3110W", "3110Mustermann"),
        ("500103000", "50011234567"),
        ("5099123456601", "50991234567"),
    ] {
        let fall = abgewandelt(statt, durch);
        let kopf = KOPF.replace("0212123456602", "02121234567");
        for zeilen in
            [format!("{kopf} {fall} {FUSS}"), format!("{KOPF} 8000Mustermann {fall} {FUSS}")]
        {
            let texte = lies(&datei(&zeilen)).texte.join("\n");
            for geheim in ["Mustermann", "1956", "1234567"] {
                assert!(!texte.contains(geheim), "{durch}: {texte}");
            }
        }
    }
}

/// A Versicherten-ID may slip into any field.
#[test]
fn no_message_shows_what_may_be_a_versicherten_id() {
    let gut = guter_fall();
    for zeilen in [
        format!("{KOPF} {} {FUSS}", gut.replace("4111104612144", "4111A900000041")),
        format!("{KOPF} {} {FUSS}", gut.replace("410112024", "4101A900000041")),
        format!("{KOPF} {} {FUSS}", gut.replace("423900", "4239A900000041")),
        format!("{KOPF} {} {FUSS}", gut.replace("500020240115", "5000a900000041")),
        format!("{KOPF} {} {FUSS}", gut.replace("500103000", "5001A900000041")),
        format!("{KOPF} {} {FUSS}", gut.replace("5099123456601", "5099A900000041")),
        format!("{KOPF} {} {FUSS}", gut.replace("3003S1", "3003A900000041|")),
        format!("{KOPF} 8000A900000041 {FUSS}"),
        format!("{KOPF} {gut} {FUSS} 8000A900000041"),
        KOPF.replace("20240521", "A900000041"),
        KOPF.replace("91064", "9106A900000041"),
        KOPF.replace("91321", "9132A900000041"),
        KOPF.replace("0201170010100", "0201A900000041"),
        KOPF.replace("0212123456601", "0212A900000041"),
        KOPF.replace("910217", "9102A900000041"),
        KOPF.replace("920412024", "9204A900000041"),
        KOPF.replace("8000besa", "8000A900000041"),
    ] {
        let gelesen = lies(&datei(&zeilen));
        assert!(!gelesen.texte.is_empty(), "{zeilen}");
        assert!(!gelesen.texte.iter().any(|text| text.contains("00041")), "{:?}", gelesen.texte);
    }
}

#[test]
fn a_case_without_end_is_refused_once() {
    let leistungen = format!("{} ", &LEISTUNG[13..]).repeat(super::fall::LEISTUNGEN_MAX + 2);
    let fall = abgewandelt(LEISTUNG, &format!("500020240115 {leistungen}"));
    let gelesen = lies_mit("a.con", &datei(&format!("{KOPF} {fall} {FUSS}")), 1 << 20, &[]);
    assert_eq!(gelesen.regeln(), [("KVDT-ANZAHL".to_owned(), Some(5001))]);
    assert!(gelesen.faelle.is_empty());
    // a record that is nothing else than long
    let lang = format!("{KOPF} 80000101 {}", "6001J06.9 ".repeat(1_200_000));
    let gelesen = lies_mit("a.con", &datei(&lang), 1 << 20, &[]);
    let namen: Vec<_> = gelesen.regeln().into_iter().map(|(name, _)| name).collect();
    assert_eq!(namen, ["KVDT-SATZLAENGE", "KVDT-ENDE"]);
}
