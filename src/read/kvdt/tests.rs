//! Small KVDT files, built line by line: a row of a table is a file that differs in little from
//! the row above.

use std::sync::Arc;

use super::*;
use crate::fall::Spalten;
use crate::read::roh::{Komprimierung, Zaehler};

/// Lines, written as field and content without blank; the lengths are computed.
fn datei(zeilen: &str) -> Vec<u8> {
    zeilen.split_whitespace().flat_map(zeile).collect()
}

/// One line; its characters are one byte each.
fn zeile(inhalt: &str) -> Vec<u8> {
    let bytes: Vec<u8> = inhalt.chars().map(|c| u8::try_from(c).expect("ein Byte")).collect();
    [format!("{:03}", bytes.len() + 5).as_bytes(), &bytes, b"\r\n"].concat()
}

const KOPF: &str = "8000con0 910320240521 91064 91321 8000besa 0201170010100 0212123456601 \
                    0201170010200 8000rvsa 0201170010100 8000adt0 9212ADT0124.01 920412024";
const FUSS: &str = "8000adt9 8000con9";

/// The first line behind [`KOPF`]: line 14, byte 194, record 5.
const FALL: &str = "80000101 3003S1 3119A123456780 410112024 423900";
const LEISTUNG: &str = "500020240115 500103000 5098170010100 5099123456601";

struct Gelesen {
    faelle: Vec<String>,
    meldungen: Vec<(Code, Stelle)>,
    texte: Vec<String>,
    abgebrochen: bool,
    bloecke: Vec<Block>,
}

fn zeige(spalten: Spalten<'_>) -> impl Iterator<Item = String> {
    spalten.faelle().map(|fall| {
        let id = String::from_utf8(fall.id.to_vec()).expect("UTF-8");
        let leistungen: Vec<_> = (0..fall.tag.len())
            .map(|i| format!("{} {} {}", fall.tag[i], fall.gnr[i], fall.lanr[i]))
            .collect();
        format!(
            "{} {id} {} {} {:02} {} [{}]",
            fall.bsnr,
            fall.quartal,
            fall.satzart.name(),
            fall.scheinuntergruppe,
            fall.versicherter.map_or("ohne".into(), |v| format!("{}", v.pruefziffer_stimmt())),
            leistungen.join(", ")
        )
    })
}

/// Reads a file through a buffer of `puffer` bytes, so that lines meet its seams.
fn lies_mit(bytes: &[u8], puffer: usize) -> Gelesen {
    let mut meldungen = Meldungen::neu(100);
    let mut leser = KvdtLeser::neu(&Arc::from("a.con"), BufReader::with_capacity(puffer, bytes));
    let mut stapel = Stapel::default();
    let mut faelle = Vec::new();
    let abgebrochen = loop {
        match leser.lies_stapel(&mut stapel, &mut meldungen) {
            Ok(true) => faelle.extend(zeige(stapel.spalten())),
            Ok(false) => break false,
            Err(Abbruch) => break true,
        }
    };
    assert_eq!(leser.lies_stapel(&mut stapel, &mut meldungen).is_err(), abgebrochen);
    let liste = meldungen.liste();
    Gelesen {
        faelle,
        meldungen: liste
            .iter()
            .map(|m| (m.code, m.ort.as_ref().map(|ort| ort.stelle).unwrap_or_default()))
            .collect(),
        texte: liste.into_iter().map(|m| m.text).collect(),
        abgebrochen,
        bloecke: leser.block.as_slice().to_vec(),
    }
}

fn lies(bytes: &[u8]) -> Gelesen {
    let ganz = lies_mit(bytes, 1 << 16);
    let stueckweise = lies_mit(bytes, 5);
    assert_eq!(ganz.faelle, stueckweise.faelle);
    assert_eq!(ganz.meldungen, stueckweise.meldungen);
    ganz
}

fn stelle(zeile: u64, byte: u64, satz: u64) -> Stelle {
    Stelle { zeile: Some(zeile), byte: Some(byte), satz: (satz != 0).then_some(satz) }
}

#[test]
fn a_file_gives_its_cases_under_its_first_practice() {
    let zeilen = format!(
        "{KOPF} {FALL} 3000abc {LEISTUNG} 500103001 500020240331 501017 500188999A 5099123456602 \
         6001J06.9 80000104 3003Ü€/2 410142023 423942 9901x {FUSS}"
    );
    // the euro sign is one byte in ISO 8859-15
    let bytes = datei(&zeilen.replace('€', "\u{A4}"));
    let gelesen = lies(&bytes);
    assert_eq!(
        gelesen.faelle,
        [
            "170010100 S1 2024Q1 0101 00 true [2024-01-15 03000 123456601, \
             2024-01-15 03001 999999900, 2024-03-31 88999A 123456602]",
            "170010100 Ü€/2 2023Q4 0104 42 ohne []",
        ]
    );
    assert_eq!(gelesen.meldungen, []);
    let bsnr = "170010100".parse().expect("BSNR");
    assert_eq!(gelesen.bloecke, [Block { bsnr, faelle: 2, stelle: stelle(6, 63, 2) }]);
}

#[test]
fn the_head_is_read_before_the_cases() {
    let bytes = datei(&format!("{KOPF} {FALL} {LEISTUNG} {FUSS}"));
    let mut meldungen = Meldungen::neu(100);
    let mut leser = KvdtLeser::neu(&Arc::from("a.con"), &bytes[..]);
    let kopf = KvdtKopf {
        bsnr: "170010100".parse().expect("BSNR"),
        quartal: "2024Q1".parse().expect("Quartal"),
        erstellt: "2024-05-21".parse().expect("Tag"),
        stelle: stelle(13, 180, 4),
    };
    assert_eq!(leser.lies_kopf(&mut meldungen), Ok(kopf));
    assert_eq!(leser.lies_kopf(&mut meldungen), Ok(kopf));
    let mut stapel = Stapel::default();
    assert_eq!(leser.lies_stapel(&mut stapel, &mut meldungen), Ok(true));
    let fall = stapel.spalten().faelle().next().expect("ein Fall");
    assert_eq!(fall.stelle, stelle(14, 194, 5));
    assert_eq!(leser.lies_stapel(&mut stapel, &mut meldungen), Ok(false));
    assert_eq!(meldungen.liste(), []);
}

#[test]
fn a_case_without_schein_id_is_named_by_its_bytes() {
    let fall = |tag: &str| format!("80000101 410112024 423900 5000{tag} 500103000");
    let (a, b) = (fall("20240115"), fall("20240116"));
    let hash = |zeilen: &str| blake3::hash(&datei(zeilen)).to_hex()[..16].to_owned();
    let ids = |faelle: &[&str]| -> Vec<String> {
        let gelesen = lies(&datei(&format!("{KOPF} {} {FUSS}", faelle.join(" "))));
        let id = |fall: &String| fall.split(' ').nth(1).expect("eine Id").to_owned();
        gelesen.faelle.iter().map(id).collect()
    };
    let mit_id = "80000101 410112024 423900 3003S9";
    assert_eq!(ids(&[&a, &b]), [hash(&a), hash(&b)]);
    assert_eq!(ids(&[&b, mit_id, &a]), [hash(&b), "S9".to_owned(), hash(&a)]);
    let dritte = [hash(&a), hash(&b), format!("{}-2", hash(&a)), format!("{}-3", hash(&a))];
    assert_eq!(ids(&[&a, &b, &a, &a]), dritte);
    // each repetition is told at its place
    let gelesen = lies(&datei(&format!("{KOPF} {a} {b} {a} {a} {mit_id} {mit_id} {FUSS}")));
    let laenge = datei(&a).len() as u64;
    let doppelt = [(24, 2, 7), (29, 3, 8)]
        .map(|(zeile, davor, satz)| stelle(zeile, 194 + davor * laenge, satz));
    assert_eq!(gelesen.meldungen, doppelt.map(|stelle| (Code::KvdtSatzDoppelt, stelle)));
    // longer than what is collected before it is hashed
    let lang = format!("{a}{}", format!(" 5009{}", "x".repeat(900)).repeat(200));
    assert_eq!(ids(&[&lang]), [hash(&lang)]);
}

#[test]
fn packages_besides_adt_are_skipped_by_their_brackets() {
    let pakete = "8000adt9 8000kad0 920442023 80000109 3119xyz 410100000 8000kad9 8000sad0 8000sad9 \
                  8000hdrg0 8000hdrg1 80000101 8000hdrg9 8000con9";
    let gelesen = lies(&datei(&format!("{KOPF} {FALL} {LEISTUNG} {pakete}")));
    assert_eq!(gelesen.faelle.len(), 1);
    let erwartet = [(14, "KADT", 1), (20, "SADT", 0), (22, "Hybrid-DRG", 2)];
    assert_eq!(gelesen.meldungen.len(), 3);
    for (_, paket, saetze) in erwartet {
        let text = |t: &&String| t.starts_with(&format!("Datenpaket {paket} ("));
        let text = gelesen.texte.iter().find(text).expect(paket);
        assert!(text.contains(&format!("dazwischen: {saetze})")), "{text}");
    }
    assert!(gelesen.meldungen.iter().all(|(code, _)| *code == Code::KvdtUebersprungen));
    assert!(!gelesen.abgebrochen);
}

#[test]
fn many_cases_come_in_batches() {
    let fall = "80000101 410112024 423900 ";
    let gelesen = lies(&datei(&format!("{KOPF} {} {FUSS}", fall.repeat(3 * Stapel::FAELLE))));
    assert_eq!(gelesen.faelle.len(), 3 * Stapel::FAELLE);
    assert_eq!(gelesen.bloecke[0].faelle, 3 * Stapel::FAELLE as u64);
}

/// Cases that differ in one field; the place is relative to the case's first line.
#[test]
fn a_wrong_field_is_reported_where_it_stands_and_reading_goes_on() {
    use Code::{
        KvdtFeldFehlt as Fehlt, KvdtFeldUngueltig as Ungueltig, ScheinuntergruppePasstNicht,
        TagAusserhalbQuartal, ZeichenUngueltig,
    };
    for (fall, zeile, byte, code) in [
        ("80000101 423900", 0, 0, Fehlt),
        ("80000101 410112024", 0, 0, Fehlt),
        ("80000101 410152024 423900", 1, 13, Ungueltig),
        ("80000101 41012024 423900", 1, 13, Ungueltig),
        ("80000101 41011202a 423900", 1, 13, Ungueltig),
        ("80000101 410122024 423900 500020240401", 1, 13, Code::QuartalWiderspricht),
        ("80000101 410112024 410112024 423900", 2, 27, Ungueltig),
        ("80000101 410112024 42390", 2, 27, Ungueltig),
        ("80000101 410112024 423942", 2, 27, ScheinuntergruppePasstNicht),
        ("80000102 410112024 423900", 2, 27, ScheinuntergruppePasstNicht),
        ("80000101 410112024 423900 423900", 3, 38, Ungueltig),
        ("80000101 410112024 423900 500020240401", 3, 38, TagAusserhalbQuartal),
        ("80000101 410112024 423900 500020231231 500103000", 3, 38, TagAusserhalbQuartal),
        ("80000101 410112024 423900 500020240230 500103000", 3, 38, Ungueltig),
        ("80000101 410112024 423900 5000202401 500103000", 3, 38, Ungueltig),
        ("80000101 423900 500020240115", 0, 0, Fehlt),
        ("80000101 410112024 423900 500103000", 3, 38, Fehlt),
        ("80000101 410112024 423900 500020240115 50010300a", 4, 55, Ungueltig),
        ("80000101 410112024 423900 500020240115 500103000 509912345660", 5, 69, Ungueltig),
        ("80000101 410112024 423900 5099123456601", 3, 38, Ungueltig),
        ("80000101 410112024 423900 500020240115 5099123456601", 4, 55, Ungueltig),
        (
            "80000101 410112024 423900 500020240115 500103000 5099123456601 5099123456601",
            6,
            87,
            Ungueltig,
        ),
        ("80000101 411112345678 410112024 423900", 1, 13, Ungueltig),
        ("80000101 411112345678a 410112024 423900", 1, 13, Ungueltig),
        ("80000101 3003a|b 410112024 423900", 1, 13, Ungueltig),
        ("80000101 3003a\u{A0}b 410112024 423900", 1, 13, Ungueltig),
        ("80000101 3003 410112024 423900", 1, 13, Ungueltig),
        ("80000101 3101x\u{85} 410112024 423900", 1, 21, ZeichenUngueltig),
        ("80000105", 0, 0, Code::KvdtSatz),
        ("8000besa", 0, 0, Code::KvdtSatz),
    ] {
        // U+00A0 is white space to `datei`, too
        let bytes: Vec<u8> = [
            datei(KOPF),
            fall.split(' ').flat_map(self::zeile).collect(),
            datei(&format!("{FALL} {LEISTUNG} {FUSS}")),
        ]
        .concat();
        let gelesen = lies(&bytes);
        assert_eq!(gelesen.meldungen, [(code, stelle(14 + zeile, 194 + byte, 5))], "{fall}");
        assert!(!gelesen.abgebrochen, "{fall}");
        assert!(gelesen.faelle.last().is_some_and(|f| f.contains(" S1 ")), "{fall}");
    }
}

#[test]
fn questionable_values_are_read_and_counted() {
    let rest = "410112024 423900";
    for (fall, zeile, byte, code, versicherter) in [
        (
            format!("80000101 3119a123456780 {rest}"),
            1,
            13,
            Code::VersichertenIdNormalisiert,
            "true",
        ),
        (
            format!("80000101 3119A123456781 {rest}"),
            1,
            13,
            Code::VersichertenIdPruefziffer,
            "false",
        ),
        (format!("80000101 3119123456789 {rest}"), 1, 13, Code::VersichertenIdForm, "ohne"),
        (format!("80000101 3119 {rest}"), 1, 13, Code::VersichertenIdForm, "ohne"),
        ("80000102 410112024 423925".to_owned(), 2, 27, Code::ScheinuntergruppeUnbekannt, "ohne"),
        (
            format!("80000101 {rest} 500020240115 500103000 5099123456701"),
            5,
            69,
            Code::LanrPruefziffer,
            "ohne",
        ),
    ] {
        let gelesen = lies(&datei(&format!("{KOPF} {fall} {FUSS}")));
        assert_eq!(gelesen.meldungen, [(code, stelle(14 + zeile, 194 + byte, 5))], "{fall}");
        assert_eq!(gelesen.faelle.len(), 1, "{fall}");
        assert!(gelesen.faelle[0].contains(&format!(" {versicherter} [")), "{fall}");
        assert!(!gelesen.texte[0].contains("12345678"), "{}", gelesen.texte[0]);
    }
}

/// A Versicherten-ID may slip into any field.
#[test]
fn no_message_shows_what_may_be_a_versicherten_id() {
    for zeilen in [
        format!("{KOPF} 80000101 4111A900000041 410112024 423900 {FUSS}"),
        format!("{KOPF} 80000101 4101A900000041 423900 {FUSS}"),
        format!("{KOPF} 80000101 410112024 4239A900000041 {FUSS}"),
        format!("{KOPF} 80000101 410112024 423900 5000a900000041 {FUSS}"),
        format!("{KOPF} 80000101 410112024 423900 500020240101 5001A900000041 {FUSS}"),
        format!("{KOPF} 80000101 410112024 423900 500020240101 500101 5099A900000041 {FUSS}"),
        format!("{KOPF} 8000A900000041 {FUSS}"),
        format!("{KOPF} {FUSS} 8000A900000041"),
        KOPF.replace("20240521", "A900000041"),
        KOPF.replace("91064", "9106A900000041"),
        KOPF.replace("0201170010100", "0201A900000041"),
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
    let leistungen = "500103000 ".repeat(fall::LEISTUNGEN_MAX + 2);
    let gelesen = lies(&datei(&format!("{KOPF} {FALL} 500020240115 {leistungen} {FUSS}")));
    let byte = 194 + 68 + 17 + 14 * fall::LEISTUNGEN_MAX as u64;
    let erwartet = (Code::KvdtSatz, stelle(20 + fall::LEISTUNGEN_MAX as u64, byte, 5));
    assert_eq!(gelesen.meldungen, [erwartet]);
}

#[test]
fn broken_structure_ends_the_file_where_it_breaks() {
    let kopf = datei(KOPF);
    let fall = datei(&format!("{FALL} {LEISTUNG}"));
    for (rest, zeile, byte, satz, code) in [
        (&b""[..], 14, 194, 4, Code::KvdtSatz),
        (b"0138000adt9\r\n", 15, 207, 5, Code::KvdtSatz),
        (b"0138000adt9\r\n0138000con", 15, 207, 5, Code::KvdtZeile),
        (b"0138000adt9\r\n0138000con9", 15, 207, 5, Code::KvdtZeile),
        (b"0138000adt9\r\n01", 15, 207, 5, Code::KvdtZeile),
        (b"0138000adt9\r\n0138000con9\r\n\x1A", 16, 220, 6, Code::KvdtZeile),
        (b"0138000adt9\r\n0138000con9\r\n0138000con0\r\n", 16, 220, 7, Code::KvdtSatz),
        (b"0128000adt9\r\n", 14, 194, 4, Code::KvdtZeile),
        (b"0148000adt9\r\n", 14, 194, 4, Code::KvdtZeile),
        (b"0138000adt9\n\n", 14, 194, 4, Code::KvdtZeile),
        (b"0158000ad\r\nt9\r\n", 14, 194, 4, Code::KvdtZeile),
        (b"0088000\r", 14, 194, 4, Code::KvdtZeile),
        (b"01x8000adt9\r\n", 14, 194, 4, Code::KvdtZeile),
        (b"01380x0adt9\r\n", 14, 194, 4, Code::KvdtZeile),
    ] {
        let gelesen = lies(&[&kopf, rest].concat());
        let text = String::from_utf8_lossy(rest);
        assert_eq!(gelesen.meldungen, [(code, stelle(zeile, byte, satz))], "{text:?}");
        assert!(gelesen.abgebrochen, "{text:?}");
    }
    let ganz = [&kopf, &fall[..], &datei(FUSS)].concat();
    for ende in 0..ganz.len() {
        let gelesen = lies(&ganz[..ende]);
        assert!(gelesen.abgebrochen, "{ende}");
        assert_eq!(gelesen.meldungen.len(), 1, "{ende}");
    }
}

#[test]
fn records_out_of_order_are_errors() {
    let fall = format!("{FALL} {LEISTUNG}");
    for (zeilen, zeile, byte, satz) in [
        (&format!("{fall} 8000con9")[..], 23, 329, 6),
        (&format!("8000adt9 {fall} 8000con9")[..], 15, 207, 6),
        ("8000adt9 8000adt9 8000con9", 15, 207, 6),
        ("8000kad0 8000kad9 8000con9", 14, 194, 5),
        ("8000adt9 8000kad0 8000con9", 16, 220, 7),
        ("8000adt9 8000sad0 8000sad9 8000kad0 8000kad9 8000con9", 17, 233, 8),
        ("8000adt9 8000sad0 8000sad9 8000sad0 8000sad9 8000con9", 17, 233, 8),
    ] {
        let gelesen = lies(&datei(&format!("{KOPF} {zeilen}")));
        let fehler: Vec<_> =
            gelesen.meldungen.iter().filter(|(c, _)| *c != Code::KvdtUebersprungen).collect();
        assert_eq!(fehler, [&(Code::KvdtSatz, stelle(zeile, byte, satz))], "{zeilen}");
        assert!(!gelesen.abgebrochen, "{zeilen}");
    }
}

#[test]
fn a_file_without_its_head_is_not_read() {
    for (zeilen, zeile, byte, satz, code) in [
        ("", 1, 0, 0, Code::DateiLeer),
        ("910320240521", 1, 0, 0, Code::KvdtSatz),
        ("8000besa", 1, 0, 1, Code::KvdtSatz),
        ("8000con0", 1, 0, 1, Code::KvdtFeldFehlt),
        ("8000con0 910320240521", 1, 0, 1, Code::KvdtFeldFehlt),
        ("8000con0 910320240521 91063", 3, 30, 1, Code::ZeichensatzUnbekannt),
        ("8000con0 910320240021 91064", 2, 13, 1, Code::KvdtFeldUngueltig),
        ("8000con0 910320240521 91064", 4, 40, 1, Code::KvdtSatz),
        ("8000con0 910320240521 91064 8000adt0", 4, 40, 2, Code::KvdtSatz),
        ("8000con0 910320240521 91064 8000besa 8000adt0", 4, 40, 2, Code::KvdtFeldFehlt),
        ("8000con0 910320240521 91064 8000besa 020117001010", 5, 53, 2, Code::KvdtFeldUngueltig),
        ("8000con0 910320240521 91064 8000besa 0201170010100 80000101", 6, 71, 3, Code::KvdtSatz),
        (
            "8000con0 910320240521 91064 8000besa 0201170010100 8000adt0 8000adt9",
            6,
            71,
            3,
            Code::KvdtFeldFehlt,
        ),
        (
            "8000con0 910320240521 91064 8000besa 0201170010100 8000adt0 92042024Q1",
            7,
            84,
            3,
            Code::KvdtFeldUngueltig,
        ),
    ] {
        let gelesen = lies(&datei(zeilen));
        assert_eq!(gelesen.meldungen, [(code, stelle(zeile, byte, satz))], "{zeilen}");
        assert!(gelesen.abgebrochen && gelesen.bloecke.is_empty(), "{zeilen}");
    }
}

#[test]
fn a_compressed_file_is_a_source_of_cases() {
    let bytes = datei(&format!("{KOPF} {FALL} {LEISTUNG} {FUSS}"));
    let gzip = super::super::roh::tests::gzip(&bytes);
    for (ende, gelesen, code) in [
        (gzip.len(), Ok(true), None),
        (gzip.len() - 9, Err(Abbruch), Some(Code::KomprimierungDefekt)),
    ] {
        let innen = Box::new(io::Cursor::new(gzip[..ende].to_vec()));
        let roh = Rohquelle::aus(innen, Komprimierung::Gzip, Zaehler::default());
        let mut meldungen = Meldungen::neu(9);
        let mut leser: Box<dyn FallLeser> =
            Box::new(KvdtLeser::neu(&Arc::from("a.con.gz"), BufReader::new(roh)));
        assert_eq!(leser.lies_stapel(&mut Stapel::default(), &mut meldungen), gelesen);
        assert_eq!(meldungen.liste().first().map(|m| m.code), code);
        let summe = leser.beende().expect("lesbar");
        assert_eq!(summe.blake3, blake3::hash(&gzip[..ende]).to_hex().to_string());
    }
}
