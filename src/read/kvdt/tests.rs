//! Small KVDT files, built line by line: a row of a table is a file that differs in little from
//! the row above.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::sync::Arc;

use super::*;
use crate::fall::Satzart;
use crate::fall::{Spalten, Stapel};
use crate::meldung::{Code, Meldungen, Stelle};
use crate::read::roh::{Komprimierung, Rohquelle, Zaehler};
use crate::read::{Abbruch, Block, FallLeser};

mod felder;
mod mutanten;

/// Lines, written as field and content without blank; the lengths are computed.
pub(crate) fn datei(zeilen: &str) -> Vec<u8> {
    zeilen.split_ascii_whitespace().flat_map(zeile).collect()
}

/// One line; its characters are one byte each.
pub(super) fn zeile(inhalt: &str) -> Vec<u8> {
    let bytes: Vec<u8> = inhalt.chars().map(|c| u8::try_from(c).expect("ein Byte")).collect();
    [format!("{:03}", bytes.len() + 5).as_bytes(), &bytes, b"\r\n"].concat()
}

pub(crate) const KOPF: &str = "8000con0 910320240521 91064 91321 8000besa 0201170010100 \
     0212123456601 0201170010200 0212123456602 8000rvsa 0201170010100 8000adt0 0105X/1/2404/36/001 \
     910217 9212ADT0124.01 920412024";
pub(crate) const FUSS: &str = "8000adt9 8000con9";

/// The first line behind [`KOPF`].
const ZEILE: u64 = 17;
const BYTE: u64 = 247;
const SATZ: u64 = 5;

/// Mandatory fields besides 4101 and 4239, six lines of 81 bytes after 3103.
const PFLICHT: &str = "3101Muster 3102Eva 310319800100 31081 3110W 410417101 410600 4111104612144 41211 412200 413100 413200";
const LEISTUNG: &str = "500020240115 500103000 5098170010100 5099123456601";

/// A case with everything; `S1` is its Schein-ID.
pub(crate) fn guter_fall() -> String {
    format!("80000101 3003S1 {PFLICHT} 3119A123456780 410112024 423900 {LEISTUNG} 6001J06.9 6003G")
}

struct Gelesen {
    faelle: Vec<String>,
    meldungen: Vec<(Code, Stelle)>,
    texte: Vec<String>,
    abgebrochen: bool,
    bloecke: Vec<Block>,
}

impl Gelesen {
    /// Returns rule and field of each message.
    fn regeln(&self) -> Vec<(String, Option<u16>)> {
        let regel = |text: &String| {
            let name = text.rsplit_once('(').map_or("", |(_, name)| name).trim_end_matches(')');
            let feld = text.strip_prefix("Feld ").and_then(|rest| rest[..4].parse().ok());
            (name.to_owned(), feld)
        };
        self.texte.iter().map(regel).collect()
    }
}

fn zeige(spalten: Spalten<'_>) -> impl Iterator<Item = String> {
    spalten.faelle().map(|fall| {
        let id = String::from_utf8(fall.id.to_vec()).expect("UTF-8");
        let leistungen: Vec<_> = (0..fall.tag.len())
            .map(|i| format!("{} {} {}", fall.tag[i], fall.gnr[i], fall.lanr[i]))
            .collect();
        let mut nennungen = String::new();
        for (gnr, bsnr) in fall.nennung {
            nennungen.extend([" ", &gnr.to_string(), "=", &bsnr.to_string()]);
        }
        format!(
            "{} {id} {} {} {:02} {} [{}]{nennungen}",
            fall.bsnr,
            fall.quartal,
            fall.satzart.name(),
            fall.scheinuntergruppe,
            fall.versicherter.map_or("ohne".into(), |v| format!("{}", v.pruefziffer_stimmt())),
            leistungen.join(", ")
        )
    })
}

/// Gives a file a few bytes at a time, so that lines meet the seams.
pub(super) struct Stueckweise<'a>(pub(super) &'a [u8], pub(super) usize);

impl Read for Stueckweise<'_> {
    fn read(&mut self, puffer: &mut [u8]) -> io::Result<usize> {
        let menge = self.1.min(puffer.len()).min(self.0.len());
        let (vorn, rest) = self.0.split_at(menge);
        puffer[..menge].copy_from_slice(vorn);
        self.0 = rest;
        Ok(menge)
    }
}

/// Gives its bytes, then an error.
struct Abreissend<'a>(&'a [u8]);

impl Read for Abreissend<'_> {
    fn read(&mut self, puffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(puffer)? {
            0 => Err(io::ErrorKind::TimedOut.into()),
            menge => Ok(menge),
        }
    }
}

#[test]
fn records_before_an_unreadable_place_are_read_and_the_error_has_its_place() {
    let bytes = datei(&format!("{KOPF} {} {FUSS}", guter_fall()));
    let (mut saetze, mut satz) = (Saetze::neu(Abreissend(&bytes)), Satz::default());
    let mut gelesen = Vec::new();
    let fehler = loop {
        match saetze.lies(&mut satz) {
            Ok(true) => gelesen.push(satz.satzart().to_vec()),
            Ok(false) => panic!("the end has not been seen"),
            Err(fehler) => break fehler.kind(),
        }
    };
    assert_eq!(gelesen.last().map(Vec::as_slice), Some(&b"adt9"[..]));
    assert_eq!(fehler, io::ErrorKind::TimedOut);
    // con9 may have had more lines
    assert_eq!(saetze.stelle().byte, Some(bytes.len() as u64 - 13));
    assert_eq!(saetze.stelle().satz, Some(gelesen.len() as u64 + 1));
}

fn lies_mit(name: &str, bytes: &[u8], stueck: usize, mehrfache: &[&str]) -> Gelesen {
    let mut meldungen = Meldungen::neu(100_000);
    let mehrfache: BTreeSet<Box<str>> = mehrfache.iter().map(|id| (*id).into()).collect();
    let mut leser =
        KvdtLeser::neu(&Arc::from(name), Stueckweise(bytes, stueck), Arc::new(mehrfache));
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
    let ganz = lies_mit("a.con", bytes, usize::MAX, &[]);
    for stueck in [1, 5, 64] {
        let stueckweise = lies_mit("a.con", bytes, stueck, &[]);
        assert_eq!(ganz.faelle, stueckweise.faelle);
        assert_eq!(ganz.meldungen, stueckweise.meldungen);
        assert_eq!(ganz.texte, stueckweise.texte);
    }
    ganz
}

fn stelle(zeile: u64, byte: u64, satz: u64) -> Stelle {
    Stelle { zeile: Some(zeile), byte: Some(byte), satz: (satz != 0).then_some(satz) }
}

#[test]
fn a_file_gives_its_cases_under_its_first_practice() {
    let zeilen = format!(
        "{KOPF} 80000101 3000abc 3003S1 {PFLICHT} 3119A123456780 410112024 423900 {LEISTUNG} \
         500103001 5005003 5098170010200 5099999999900 500020240331 5001017aa 6001J06.9"
    )
    .replace("5001017aa", "500188999A 5098170010100 5099123456602 5009170099900 5009x");
    let zeilen = format!(
        "{zeilen} 80000104 3003Ü€/2 {PFLICHT} 410142023 423942 500020231002 500103000 \
         5098179999900 5099345678901 9901x 6001Z00 {FUSS}"
    );
    // the euro sign is one byte in ISO 8859-15
    let bytes = datei(&zeilen.replace('€', "\u{A4}"));
    let gelesen = lies(&bytes);
    assert_eq!(
        gelesen.faelle,
        [
            "170010100 S1 2024Q1 0101 00 true [2024-01-15 03000 123456601, \
             2024-01-15 03001 999999900, 2024-03-31 88999A 123456602] 88999A=170099900",
            "170010100 Ü€/2 2023Q4 0104 42 ohne [2023-10-02 03000 345678901]",
        ]
    );
    assert_eq!(gelesen.regeln(), [("KVDT-5099-PRUEFZIFFER".to_owned(), Some(5099))]);
    let bsnr = "170010100".parse().expect("BSNR");
    assert_eq!(gelesen.bloecke, [Block { bsnr, faelle: 2, stelle: stelle(6, 63, 2) }]);
}

#[test]
fn control_totals_are_made_while_reading() {
    let zeilen = format!(
        "{KOPF} {} {} 80000102 {PFLICHT} 4205x 410112024 423927 {LEISTUNG} 5005012 8000adt9 8000kad0 \
         80000109 8000kad9 8000con9",
        guter_fall(),
        guter_fall()
    )
    .replace("91321", "91321 91323");
    let bytes = datei(&zeilen);
    let mut leser = Faelle::neu(&bytes[..]);
    let mut fall = Fall::default();
    while leser.lies(&mut fall, &mut |b| assert_eq!(b.regel, Regel::Uebersprungen)).expect("lesbar")
    {
    }
    let faelle = [((Satzart::Ambulant, 0), 2), ((Satzart::Ueberweisung, 27), 1)];
    let summen = Kontrollsummen {
        dateien: 1,
        saetze: 12,
        faelle: faelle.into(),
        leistungen: 3,
        leistungen_mit_anzahl: 14,
        uebersprungen: [("KADT", (1, 1))].into(),
        unbekannte_felder: 1,
    };
    assert_eq!(*leser.kontrollsummen(), summen);
    let mut doppelt = summen.clone();
    doppelt.uebernimm(&summen);
    assert_eq!((doppelt.dateien, doppelt.leistungen_mit_anzahl), (2, 28));
    assert_eq!(doppelt.faelle[&(Satzart::Ambulant, 0)], 4);
    assert_eq!(doppelt.uebersprungen["KADT"], (2, 2));
}

#[test]
fn a_case_without_schein_id_of_its_own_is_named_by_its_bytes() {
    let fall = |tag: &str| {
        format!("80000101 {PFLICHT} 410112024 423900 {} 6001x", LEISTUNG.replace("20240115", tag))
    };
    let (a, b) = (fall("20240115"), fall("20240116"));
    let hash = |zeilen: &str| blake3::hash(&datei(zeilen)).to_hex()[..16].to_owned();
    let lies = |faelle: &[&str], mehrfache: &[&str]| {
        lies_mit("a.con", &datei(&format!("{KOPF} {} {FUSS}", faelle.join(" "))), 999, mehrfache)
    };
    let ids = |faelle: &[&str]| -> Vec<String> {
        let id = |fall: &String| fall.split(' ').nth(1).expect("eine Id").to_owned();
        lies(faelle, &["M"]).faelle.iter().map(id).collect()
    };
    let mit_id = guter_fall();
    assert_eq!(ids(&[&a, &b]), [hash(&a), hash(&b)]);
    assert_eq!(ids(&[&b, &mit_id, &a]), [hash(&b), "S1".to_owned(), hash(&a)]);
    let dritte = [hash(&a), hash(&b), format!("{}-2", hash(&a)), format!("{}-3", hash(&a))];
    assert_eq!(ids(&[&a, &b, &a, &a]), dritte);
    // each repetition is told at its place, as is a Schein-ID that is known not to be unique
    let m = mit_id.replace("3003S1", "3003M");
    assert_eq!(ids(&[&m]), [hash(&m)]);
    let regeln: Vec<_> =
        lies(&[&a, &a, &m], &["M"]).regeln().into_iter().map(|(name, _)| name).collect();
    assert_eq!(regeln, ["KVDT-3003", "KVDT-WIEDERHOLUNG"]);
    // longer than what is read at once
    let lang = a.replace(
        "5099123456601",
        &format!("5099123456601{}", format!(" 5009{}", "x".repeat(60)).repeat(3000)),
    );
    assert_eq!(ids(&[&lang]), [hash(&lang)]);
}

#[test]
fn packages_besides_adt_are_skipped_by_their_brackets() {
    let pakete = "8000adt9 8000kad0 920442023 80000109 3119xyz 410100000 8000kad9 8000sad0 8000sad9 \
                  8000hdrg0 8000hdrg1 80000101 8000hdrg9 8000con9";
    let kopf = KOPF.replace("91321", "91321 91323 91326 91327");
    let gelesen = lies(&datei(&format!("{kopf} {} {pakete}", guter_fall())));
    assert_eq!(gelesen.faelle.len(), 1);
    let erwartet = [("Hybrid-DRG", 2), ("KADT", 1), ("SADT", 0)];
    assert_eq!(gelesen.meldungen.len(), 3);
    for (text, (paket, saetze)) in gelesen.texte.iter().zip(erwartet) {
        assert!(text.starts_with(&format!("Datenpaket {paket} (")), "{text}");
        assert!(text.contains(&format!("dazwischen: {saetze})")), "{text}");
    }
    assert!(gelesen.meldungen.iter().all(|(code, _)| *code == Code::KvdtUebersprungen));
    assert!(!gelesen.abgebrochen);
}

/// Hybrid-DRG files have no besa and no ADT package: nothing of ours, and nothing wrong.
#[test]
fn a_file_of_other_packages_alone_is_skipped() {
    for zeilen in [
        "8000con0 910320240521 91064 91327 8000hdrg0 8000hdrg1 8000hdrg9 8000con9",
        "8000con0 910320240521 91064 91323 8000besa 0201170010100 0212123456601 8000kad0 8000kad9 8000con9",
    ] {
        let gelesen = lies(&datei(zeilen));
        assert_eq!(gelesen.meldungen.len(), 2, "{:?}", gelesen.texte);
        assert!(gelesen.meldungen.iter().all(|(code, _)| *code == Code::KvdtUebersprungen));
        assert!(gelesen.faelle.is_empty() && gelesen.bloecke.is_empty() && !gelesen.abgebrochen);
    }
}

#[test]
fn many_cases_come_in_batches() {
    let fall = format!("80000101 {PFLICHT} 410112024 423900 6001x ");
    let gelesen = lies_mit(
        "a.con",
        &datei(&format!("{KOPF} {} {FUSS}", fall.repeat(3 * Stapel::FAELLE))),
        4096,
        &[],
    );
    assert_eq!(gelesen.faelle.len(), 3 * Stapel::FAELLE);
    assert_eq!(gelesen.bloecke[0].faelle, 3 * Stapel::FAELLE as u64);
}

/// Behind a damaged line reading goes on with the next one, so that all of them are found; no case
/// comes from a record with one.
#[test]
fn damaged_lines_are_reported_one_by_one() {
    let kopf = datei(KOPF);
    let gut = guter_fall();
    let ende = [datei(&felder::abgewandelt("3003S1", "3003S9")), datei(FUSS)].concat();
    for (heil, kaputt) in [
        ("0153101Muster\r\n", "0143101Muster\r\n"),
        ("0153101Muster\r\n", "0163101Muster\r\n"),
        ("0153101Muster\r\n", "0153101Muster\n"),
        ("0153101Muster\r\n", "0153101Muster\r"),
        ("0153101Muster\r\n", "0153101Mus\nter\n"),
        ("0153101Muster\r\n", "0x53101Muster\r\n"),
        ("0153101Muster\r\n", "0083101Muster\r\n"),
        ("0153101Muster\r\n", "01531x1Muster\r\n"),
        ("0153101Muster\r\n", "\r\n"),
        ("0153101Muster\r\n", "\u{1A}\r\n"),
        ("0138000", "0128000"),
    ] {
        let fall = String::from_utf8(datei(&gut)).expect("ASCII");
        let bytes = [
            &kopf[..],
            &[&*fall.replace("0153101Muster\r\n", heil).replacen(heil, kaputt, 1)]
                .concat()
                .into_bytes(),
            &ende,
        ]
        .concat();
        let gelesen = lies(&bytes);
        let namen: BTreeSet<_> = gelesen.regeln().into_iter().map(|(name, _)| name).collect();
        assert!(namen.contains("KVDT-ZEILE"), "{kaputt:?}: {:?}", gelesen.texte);
        // without its first line the record joins the one before it
        assert!(namen.iter().all(|name| name == "KVDT-ZEILE"), "{kaputt:?}: {:?}", gelesen.texte);
        let ids: Vec<_> = gelesen.faelle.iter().map(|f| f.split(' ').nth(1).expect("Id")).collect();
        assert!(!ids.contains(&"S1"), "{kaputt:?}");
    }
    // in two records, both are found
    let text = String::from_utf8([&kopf[..], &datei(&gut), &ende].concat()).expect("ASCII");
    let gelesen = lies(text.replace("0153101Muster\r\n", "0153101Muster\n").as_bytes());
    assert_eq!((gelesen.meldungen.len(), gelesen.faelle.len()), (2, 0));
    let lf = text.replace("\r\n", "\n");
    let gelesen = lies(lf.as_bytes());
    assert!(gelesen.abgebrochen && gelesen.faelle.is_empty());
    assert!(gelesen.regeln().iter().all(|(name, _)| name == "KVDT-ZEILE"));
}

#[test]
fn a_file_that_is_cut_gives_an_error_wherever_it_is_cut() {
    let ganz = datei(&format!("{KOPF} {} {FUSS}", guter_fall()));
    assert!(lies(&ganz).texte.is_empty());
    for ende in 0..ganz.len() {
        let gelesen = lies_mit("a.con", &ganz[..ende], 64, &[]);
        let fehler = gelesen
            .meldungen
            .iter()
            .filter(|(code, _)| code.stufe() == crate::meldung::Stufe::Fehler);
        assert!(0 < fehler.count(), "{ende}");
        // the case is there only if it was whole
        let ganzer_fall = ganz.len() - 2 * 13 <= ende;
        assert!(
            ganzer_fall || gelesen.faelle.is_empty() || ende + 2 * 13 + 13 > ganz.len(),
            "{ende}"
        );
    }
}

#[test]
fn records_out_of_order_are_errors() {
    let fall = guter_fall();
    for (zeilen, regeln) in [
        (format!("{fall} 8000con9"), vec!["KVDT-ENDE"]),
        (format!("{fall} 8000adt9"), vec!["KVDT-ENDE"]),
        (fall.clone(), vec!["KVDT-ENDE"]),
        (format!("8000adt9 {fall} 8000con9"), vec!["KVDT-FSATZ", "KVDT-SATZFOLGE"]),
        (format!("{fall} 8000adt9 8000adt9 8000con9"), vec!["KVDT-SATZFOLGE"]),
        (
            format!("{fall} 8000adt9 8000adt0 {fall} 8000adt9 8000con9"),
            vec!["KVDT-PAKET", "KVDT-UEBERSPRUNGEN"],
        ),
        (
            format!("{fall} 8000adt9 8000kad0 8000kad9 8000con9"),
            vec!["KVDT-RDP1", "KVDT-UEBERSPRUNGEN"],
        ),
        (format!("{fall} 8000besa {fall} 8000adt9 8000con9"), vec!["KVDT-SATZFOLGE"]),
        (format!("{fall} 80000105 8000adt9 8000con9"), vec!["KVDT-SATZFOLGE"]),
        (format!("{fall} {FUSS} 8000con0"), vec!["KVDT-SATZFOLGE"]),
        (format!("{fall} {FUSS} {fall}"), vec!["KVDT-SATZFOLGE"]),
    ] {
        let gelesen = lies(&datei(&format!("{KOPF} {zeilen}")));
        let mut namen: Vec<_> = gelesen.regeln().into_iter().map(|(name, _)| name).collect();
        namen.sort();
        assert_eq!(namen, regeln, "{zeilen}");
        assert!(!gelesen.abgebrochen, "{zeilen}");
        assert!(gelesen.faelle.len() <= 2, "{zeilen}");
    }
    // other packages, told by con0
    let kopf = KOPF.replace("91321", "91321 91323 91326");
    for (pakete, regeln) in [
        ("8000kad0 8000kad9 8000sad0 8000sad9", vec!["KVDT-UEBERSPRUNGEN"; 2]),
        ("8000kad0 8000kad9", vec!["KVDT-RDP2", "KVDT-UEBERSPRUNGEN"]),
        (
            "8000sad0 8000sad9 8000kad0 8000kad9",
            vec!["KVDT-SATZFOLGE", "KVDT-UEBERSPRUNGEN", "KVDT-UEBERSPRUNGEN"],
        ),
        ("8000kad0 8000sad0 8000sad9", vec!["KVDT-ENDE", "KVDT-UEBERSPRUNGEN"]),
    ] {
        let gelesen = lies(&datei(&format!("{kopf} {fall} 8000adt9 {pakete} 8000con9")));
        let mut namen: Vec<_> = gelesen.regeln().into_iter().map(|(name, _)| name).collect();
        namen.sort();
        assert_eq!(namen, regeln, "{pakete}");
    }
}

#[test]
fn a_file_without_its_head_is_not_read() {
    let con0 = "8000con0 910320240521 91064 91321";
    let besa = "8000besa 0201170010100 0212123456601";
    let adt0 = "8000adt0 0105x 910217 9212x 920412024";
    for (zeilen, regel, feld) in [
        (String::new(), "KVDT-LEER", None),
        ("910320240521".to_owned(), "KVDT-SATZFOLGE", None),
        ("8000besa".to_owned(), "KVDT-SATZFOLGE", None),
        ("8000con0 91064 91321".to_owned(), "KVDT-PFLICHT", Some(9103)),
        ("8000con0 910320240521 91321".to_owned(), "KVDT-PFLICHT", Some(9106)),
        ("8000con0 910320240521 91063 91321".to_owned(), "KVDT-R182", Some(9106)),
        ("8000con0 910320240021 91064 91321".to_owned(), "KVDT-FDATE", Some(9103)),
        (con0.to_owned(), "KVDT-ENDE", None),
        (format!("{con0} 8000rvsa"), "KVDT-SATZFOLGE", None),
        (format!("{con0} {besa}"), "KVDT-ENDE", None),
        (format!("{con0} {besa} 8000rvsa"), "KVDT-ENDE", None),
        (format!("{con0} {besa} 80000101"), "KVDT-SATZFOLGE", None),
        (
            format!("{con0} {besa} 8000rvsa {}", adt0.replace(" 920412024", "")),
            "KVDT-PFLICHT",
            Some(9204),
        ),
        (
            format!("{con0} {besa} 8000rvsa {}", adt0.replace("412024", "42024Q1")),
            "KVDT-FORM",
            Some(9204),
        ),
        (
            format!("{con0} 8000besa 020117001010X 0201170010200 0212123456601 8000rvsa {adt0}"),
            "KVDT-FORM",
            Some(201),
        ),
        (
            format!("{con0} 8000besa 0203x 8000rvsa {adt0} {} {FUSS}", guter_fall()),
            "KVDT-R857",
            Some(201),
        ),
        (format!("{con0} 8000besa 0213123456789 8000rvsa {adt0}"), "KVDT-R857", Some(201)),
    ] {
        let gelesen = lies(&datei(&zeilen));
        assert_eq!(gelesen.regeln(), [(regel.to_owned(), feld)], "{zeilen}");
        assert!(gelesen.abgebrochen && gelesen.bloecke.is_empty(), "{zeilen}");
    }
}

/// A head that cannot be read leaves the cases without a practice; they are checked all the same.
#[test]
fn behind_a_broken_head_the_cases_are_still_checked() {
    let faelle = format!(
        "{} {}",
        felder::abgewandelt("3110W", "3110Q"),
        felder::abgewandelt("500020240115", "500020240415")
    );
    for (statt, durch, regel) in [
        ("91064", "91063", "KVDT-R182"),
        ("920412024", "9901x", "KVDT-PFLICHT"),
        ("8000besa", "8000rvsa", "KVDT-SATZFOLGE"),
    ] {
        let gelesen = lies(&datei(&format!("{} {faelle} {FUSS}", KOPF.replacen(statt, durch, 1))));
        let regeln: Vec<_> = gelesen.regeln().into_iter().map(|(name, _)| name).collect();
        let mut erwartet = [regel, "KVDT-WERT", "KVDT-R324"].map(str::to_owned).to_vec();
        let mut gefunden = regeln.clone();
        erwartet.sort();
        gefunden.sort();
        assert_eq!(gefunden, erwartet, "{durch}: {:?}", gelesen.texte);
        assert!(gelesen.abgebrochen && gelesen.faelle.is_empty());
    }
}

/// A hospital (0213) may stand behind the practice in besa; its physicians are not the practice's.
#[test]
fn a_hospital_in_besa_is_no_place_of_ours() {
    let kopf =
        KOPF.replace("0212123456602", "0212123456602 0213123456789 0212123456601 0212345678901");
    let gelesen = lies(&datei(&format!("{kopf} {} {FUSS}", guter_fall())));
    assert_eq!((gelesen.faelle.len(), gelesen.texte.len()), (1, 0), "{:?}", gelesen.texte);
    let fremd = guter_fall().replace("5099123456601", "5099345678901");
    let gelesen = lies(&datei(&format!("{kopf} {fremd} {FUSS}")));
    let regeln: Vec<_> = gelesen.regeln().into_iter().map(|(name, _)| name).collect();
    assert_eq!(regeln, ["KVDT-5099-PRUEFZIFFER"], "known, though not the practice's");
}

/// What is wrong with the head, but leaves the cases readable.
#[test]
fn a_head_with_faults_is_read_on() {
    for (statt, durch, regel, feld) in [
        ("91321", "9901x", "KVDT-PFLICHT", Some(9132)),
        ("91321", "91321 91329", "KVDT-WERT", Some(9132)),
        ("0201170010200", "0201170010100", "KVDT-R878", Some(201)),
        ("0212123456602", "0212123456602 0212123456602", "KVDT-R875", Some(212)),
        ("0212123456602", "0211x", "KVDT-R836", Some(212)),
        ("0212123456602", "0212123456602 021212345", "KVDT-FORM", Some(212)),
        ("0212123456602", "0212123456602 0212888888800", "KVDT-R764", Some(212)),
        ("0212123456602", "0212123456602 020112345", "KVDT-FORM", Some(201)),
        ("8000rvsa 0201170010100 ", "", "KVDT-R743", None),
        ("0105X/1/2404/36/001 ", "", "KVDT-PFLICHT", Some(105)),
        ("910217 ", "", "KVDT-PFLICHT", Some(9102)),
        ("910217", "9102x", "KVDT-FORM", Some(9102)),
        ("9212ADT0124.01 ", "", "KVDT-PFLICHT", Some(9212)),
    ] {
        assert!(KOPF.contains(statt), "{statt}");
        let kopf = KOPF.replacen(statt, durch, 1);
        let gelesen = lies(&datei(&format!("{kopf} {} {FUSS}", guter_fall())));
        assert_eq!(gelesen.regeln(), [(regel.to_owned(), feld)], "{durch}");
        assert_eq!(gelesen.faelle.len(), 1, "{durch}");
    }
}

#[test]
fn a_file_name_that_says_something_else_is_told() {
    let bytes = datei(&format!("{KOPF} {} {FUSS}", guter_fall()));
    for (name, felder) in [
        ("Z01170010100_21.05.2024_12.00.con", vec![]),
        ("ordner/z01170010100_21.05.2024_12.00.CON.gz", vec![]),
        ("praxis.con", vec![]),
        ("Z05170010100_21.05.2024_12.00.con", vec![Some(9132)]),
        ("Z01170010900_21.05.2024_12.00.con", vec![Some(201)]),
        ("Z01170010200_21.05.2024_12.00.con", vec![Some(201)]),
        ("Z01170010100_21.06.2024_12.00.con", vec![Some(9103)]),
    ] {
        let gelesen = lies_mit(name, &bytes, 99, &[]);
        let gefunden: Vec<_> = gelesen.regeln().into_iter().map(|(_, feld)| feld).collect();
        assert_eq!(gefunden, felder, "{name}");
        assert!(gelesen.meldungen.iter().all(|(code, _)| *code == Code::KvdtAuffaellig));
    }
}

#[test]
fn a_compressed_file_is_a_source_of_cases() {
    let bytes = datei(&format!("{KOPF} {} {FUSS}", guter_fall()));
    let gzip = super::super::roh::tests::gzip(&bytes);
    for (ende, gelesen, code) in [
        (gzip.len(), Ok(true), None),
        (gzip.len() - 9, Err(Abbruch), Some(Code::KomprimierungDefekt)),
    ] {
        let innen = Box::new(io::Cursor::new(gzip[..ende].to_vec()));
        let roh = Rohquelle::aus(innen, Komprimierung::Gzip, Zaehler::default());
        let mut meldungen = Meldungen::neu(9);
        let mut leser: Box<dyn FallLeser> =
            Box::new(KvdtLeser::neu(&Arc::from("a.con.gz"), roh, Arc::default()));
        assert_eq!(leser.lies_stapel(&mut Stapel::default(), &mut meldungen), gelesen);
        assert_eq!(meldungen.liste().first().map(|m| m.code), code);
        let summe = leser.beende().expect("lesbar");
        assert_eq!(summe.blake3, blake3::hash(&gzip[..ende]).to_hex().to_string());
    }
}

#[test]
fn every_rule_has_a_name_of_its_own() {
    let namen: BTreeSet<_> = Regel::ALLE.iter().map(|regel| regel.name()).collect();
    assert_eq!(namen.len(), Regel::ALLE.len());
    for regel in Regel::ALLE {
        let stufe = regel.code().stufe();
        let gleich = match regel.schwere() {
            Schwere::Fehler => stufe == crate::meldung::Stufe::Fehler,
            Schwere::Warnung => stufe == crate::meldung::Stufe::Warnung,
            Schwere::Information => stufe == crate::meldung::Stufe::Hinweis,
        };
        assert!(gleich, "{regel:?}");
    }
}
