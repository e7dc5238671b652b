//! The two readers of KVDT side by side: on usual files, and on mutated ones, the same cases, totals
//! and messages, at the same places.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::meldung::Meldungen;
use crate::read::Block;
use crate::read::kvdt::tests::{FUSS, KOPF, Stueckweise, datei, guter_fall, zeile};

/// Reads a file to its end and writes down everything that came of it.
fn lies(bytes: &[u8], stueck: usize, schnell: bool) -> String {
    let mehrfache = Arc::new(BTreeSet::from(["doppelt".into()]));
    let leser = KvdtLeser::neu(&Arc::from("a.con"), Stueckweise(bytes, stueck), mehrfache);
    let mut leser = if schnell { leser } else { leser.ohne_schnellweg() };
    let (mut meldungen, mut stapel) = (Meldungen::neu(1000), Stapel::default());
    let mut text = String::new();
    let ende = loop {
        let ende = leser.lies_stapel(&mut stapel, &mut meldungen);
        for fall in stapel.spalten().faelle() {
            let patient = fall.versicherter.map(VersichertenId::klartext);
            writeln!(text, "{fall:?} {patient:?}").expect("Text");
        }
        if ende != Ok(true) {
            break ende;
        }
    };
    let (block, summen) = (leser.block, leser.faelle.kontrollsummen());
    write!(text, "{ende:?} {block:?} {summen:?} {:?}", leser.faelle.stelle()).expect("Text");
    for meldung in meldungen.liste() {
        write!(text, "\n{meldung}").expect("Text");
    }
    text
}

/// Cases with everything that is usual, each with the fields of its own Scheinart.
fn faelle() -> Vec<String> {
    let fall = guter_fall();
    let leistung = "5098170010100 5099123456601";
    vec![
        fall.clone(),
        fall.replace("3003S1", "3000x 3003S2 3107x 3112y")
            .replace("6001", &format!("500103040H 5005002 50061200 {leistung} 500020240331 500188999 {leistung} 5009170099900 5009x 6001")),
        fall.replace("3003S1", "3003S3").replace("80000101", "80000104").replace("423900", "423942"),
        fall.replace("3003S1", "3003S4")
            .replace("410112024", "410142023")
            .replace("500020240115", "500020231015")
            .replace(leistung, "5098179999900 5099345678801 9999unbekannt"),
        fall.replace("3003S1", "3003S5 410920240110 310620240110")
            .replace(leistung, "5099999999900 5102170010100 500103001 5101123456601 5098170010200"),
        fall.replace("3003S1", "3003doppelt"),
        fall.replace("3003S1 ", ""),
        fall.replace("3003S1", "3003S6").replace("80000101", "80000102").replace("423900", "423928").replace("6001J06.9 6003G", ""),
        fall.replace("3003S1", "3003S7").replace("80000101", "80000103").replace("423900", "423931").replace(leistung, ""),
        fall.replace("3003S1", "3003S8").replace("41211", "41213").replace("500103000", "50011a"),
        in_ueblicher_folge(),
    ]
}

/// A case whose lines stand in the order of the Datensatzbeschreibung, with services of more places
/// and physicians than are remembered.
fn in_ueblicher_folge() -> String {
    let mut fall = "80000101 3000P1 3003S9 3006CDM1.0 3101Muster 3102Eva 310319800100 \
                    3105123456789 3119A123456780 3107Weg 31091a 311226409 3114D 3113Ort 311617 31081 \
                    3110W 410112024 410220240102 410417101 410600 410920240110 413320200101 \
                    411020251231 4111104612144 4134Kasse 413100 413200 41211 412200 423900 500020240115"
        .to_owned();
    for (i, platz) in [0, 0, 1, 2, 3, 4, 5, 0, 2, 0, 5].into_iter().enumerate() {
        let ort = ["170010100", "170010200"][platz % 2];
        let arzt = ["123456601", "123456602", "999999900"][platz / 2];
        let gnr = ["03000", "03040H", "03001 5005002"][i % 3];
        write!(fall, " 5001{gnr} 5098{ort} 5099{arzt}").expect("Text");
        if i == 6 {
            fall += " 500020240116";
        }
    }
    fall + " 6001J06.9 6003G 6001J20.9 6003Z"
}

/// What a sender, or a wire, makes of a file.
#[derive(Debug, Clone)]
enum Aenderung {
    Byte(Index, u8),
    Weg(Index, usize),
    Doppelt(Index, usize),
    Abgeschnitten(Index),
    /// Lines: one more, another content, out, exchanged.
    ZeileDazu(Index, u16, &'static str),
    Inhalt(Index, &'static str),
    Kennung(Index, u16),
    ZeileWeg(Index),
    ZeilenTauschen(Index, Index),
}

const INHALTE: [&str; 56] = [
    "888888800",
    "999999900",
    "123456601",
    "123456602",
    "123456701",
    "345678905",
    "170010100",
    "170010200",
    "179999900",
    "T555558879",
    "A123456780",
    "A123456781",
    "a123456780",
    "00000000",
    "20240229",
    "20230229",
    "20240101",
    "19000101",
    "20240331",
    "20240401",
    "20231015",
    "2024010120240331",
    "12024",
    "42023",
    "52024",
    "22024",
    "12016",
    "0101",
    "0102",
    "0103",
    "0104",
    "adt9",
    "con9",
    "kad0",
    "74799",
    "17101",
    "17901",
    "00",
    "09",
    "10",
    "28",
    "41",
    "30",
    "002",
    "001",
    "999",
    "1",
    "3",
    "M",
    "03000",
    "03040H",
    "1a",
    "x|y",
    "\u{E4}x",
    "x\u{85}",
    "S99A123456780",
];

const KENNUNGEN: [u16; 48] = [
    3000, 3003, 3101, 3103, 3108, 3110, 3119, 3673, 4101, 4102, 4104, 4106, 4109, 4111, 4121, 4122,
    4125, 4131, 4132, 4205, 4239, 5000, 5001, 5003, 5005, 5006, 5009, 5012, 5098, 5099, 5100, 5101,
    5102, 6001, 6003, 8000, 9901, 3116, 3107, 9999, 3006, 3105, 3109, 3112, 3113, 3114, 4110, 4133,
];

fn aenderung() -> impl Strategy<Value = Aenderung> {
    let ort = any::<Index>;
    let zeichen = prop_oneof![Just(b'\r'), Just(b'\n'), b'0'..=b'9', Just(b' '), any::<u8>()];
    let inhalt = || prop::sample::select(&INHALTE[..]);
    let kennung = || prop::sample::select(&KENNUNGEN[..]);
    prop_oneof![
        2 => (ort(), zeichen).prop_map(|(wo, was)| Aenderung::Byte(wo, was)),
        1 => (ort(), 1..40_usize).prop_map(|(wo, wie)| Aenderung::Weg(wo, wie)),
        1 => (ort(), 1..200_usize).prop_map(|(wo, wie)| Aenderung::Doppelt(wo, wie)),
        1 => ort().prop_map(Aenderung::Abgeschnitten),
        3 => (ort(), kennung(), inhalt()).prop_map(|(wo, was, wie)| Aenderung::ZeileDazu(wo, was, wie)),
        4 => (ort(), inhalt()).prop_map(|(wo, was)| Aenderung::Inhalt(wo, was)),
        2 => (ort(), kennung()).prop_map(|(wo, was)| Aenderung::Kennung(wo, was)),
        2 => ort().prop_map(Aenderung::ZeileWeg),
        2 => (ort(), ort()).prop_map(|(a, b)| Aenderung::ZeilenTauschen(a, b)),
    ]
}

impl Aenderung {
    fn tu(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let laenge = bytes.len();
        let mut zeilen: Vec<Vec<u8>> =
            bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        let anzahl = zeilen.len();
        let text = |bytes: &[u8]| -> String { bytes.iter().map(|b| char::from(*b)).collect() };
        match self {
            Self::Byte(wo, was) => return bytes[wo.index(laenge)] = *was,
            Self::Weg(wo, wie) => {
                let ab = wo.index(laenge);
                bytes.drain(ab..(ab + wie).min(laenge));
                return;
            }
            Self::Doppelt(wo, wie) => {
                let ab = wo.index(laenge);
                let stueck = bytes[ab..(ab + wie).min(laenge)].to_vec();
                bytes.splice(ab..ab, stueck);
                return;
            }
            Self::Abgeschnitten(wo) => return bytes.truncate(wo.index(laenge)),
            Self::ZeileDazu(wo, was, wie) => {
                zeilen.insert(wo.index(anzahl), zeile(&format!("{was:04}{wie}")));
            }
            Self::Inhalt(wo, was) => {
                let neu = zeilen[wo.index(anzahl)].get(3..7).map(|kennung| text(kennung) + was);
                zeilen[wo.index(anzahl)] = neu.map(|neu| zeile(&neu)).unwrap_or_default();
            }
            Self::Kennung(wo, was) => {
                if let Some(kennung) = zeilen[wo.index(anzahl)].get_mut(3..7) {
                    kennung.copy_from_slice(format!("{was:04}").as_bytes());
                }
            }
            Self::ZeileWeg(wo) => drop(zeilen.remove(wo.index(anzahl))),
            Self::ZeilenTauschen(a, b) => zeilen.swap(a.index(anzahl), b.index(anzahl)),
        }
        *bytes = zeilen.concat();
    }
}

/// The fast path takes usual cases by itself; otherwise comparing it would say nothing.
#[test]
fn usual_cases_take_the_fast_path() {
    let nur_langsam = |fall: &String| {
        ["3003doppelt", "41213"].iter().any(|was| fall.contains(was)) || !fall.contains("3003S")
    };
    for fall in faelle() {
        let bytes = datei(&format!("{KOPF} {fall} {FUSS}"));
        let mut leser = KvdtLeser::neu(
            &Arc::from("a.con"),
            &bytes[..],
            Arc::new(BTreeSet::from(["doppelt".into()])),
        );
        let (mut meldungen, mut stapel) = (Meldungen::neu(10), Stapel::default());
        let kopf = leser.faelle.lies_kopf(&mut |_| {}).expect("ein Kopf").expect("ADT");
        leser.block = kopf.bsnr().map(|bsnr| Block { bsnr, faelle: 0, stelle: kopf.praxis_ab });
        assert!(!leser.schnell(&mut stapel), "no batch is full");
        assert_eq!(stapel.spalten().len(), usize::from(!nur_langsam(&fall)), "{fall}");
        leser.lies_stapel(&mut stapel, &mut meldungen).expect("lesbar");
        assert_eq!(leser.block.map(|block| block.faelle), Some(1), "{fall}");
    }
}

/// What ends like the line of a place may be a text: it makes no place known.
#[test]
fn a_text_is_no_place() {
    let fall = guter_fall();
    let fremd = fall.replace(
        "5099123456601",
        "5009x0185098179999900 5099123456601 500103000 5098179999900 5099123456601",
    );
    let bytes = datei(&format!("{KOPF} {fall} {fremd} {fremd} {FUSS}"));
    let schnell = lies(&bytes, usize::MAX, true);
    assert_eq!(schnell, lies(&bytes, usize::MAX, false));
    assert_eq!(schnell.matches("KVDT-R716").count(), 2);
}

/// What the fast path must not take, a thing at a time, in the usual order of lines and in another: the
/// reference reader says something of each.
#[test]
fn what_is_wrong_is_told_whatever_the_order_of_lines() {
    let anders = guter_fall().replace("3119A", "3107Weg 3119A").replace("3003S1", "3003S9");
    let im = |quartal, tag| {
        in_ueblicher_folge().replace("410112024", quartal).replace("50002024011", tag)
    };
    let spaeter = im("410122024", "50002024041");
    pruefe_falsch(&spaeter, "410122024", "410122024");
    pruefe_falsch(&im("410142023", "50002023101"), "5099123456601", "5099888888800");
    for fall in [in_ueblicher_folge(), anders] {
        for (was, wird) in [
            ("410112024", "410122024"),
            ("410112024", "410112016"),
            ("3101Muster", "3101_Muster"),
            ("3107Weg", "3107_Weg"),
            ("6003G", "6003_"),
            ("500020240115", "500020240401"),
            ("310319800100", "310319801301"),
            ("31081", "31082"),
            ("3110W", "3110A"),
            ("410417101", "410474799"),
            ("41211", "41219"),
            ("413100", "413105"),
            ("413200", "413259"),
            ("423900", "423920"),
            ("5099123456601", "5099888888800"),
            ("5099123456601", "5099123456701"),
            ("5098170010100", "5098170019900"),
            ("3119A123456780", "3119A123456781"),
            ("3119A123456780", "3119A123456780 3119A123456780"),
            ("423900", "423900 423900"),
            ("500103000", "500103000 5005001"),
            ("500103000", "500103000 5005002 5005002"),
            ("3101Muster", "3101Mus\u{7}ter"),
            ("3101Muster", "3101Mus\u{85}ter"),
        ] {
            pruefe_falsch(&fall, was, wird);
        }
    }
}

/// Reads a case and the same with something else in it, both ways.
fn pruefe_falsch(fall: &str, was: &str, wird: &str) {
    assert!(fall.contains(was), "{was}: {fall}");
    let falsch = fall.replacen(was, wird, 1);
    let bytes = datei(&format!("{KOPF} {fall} {falsch} {FUSS}"));
    let bytes: Vec<u8> = bytes.into_iter().map(|b| if b == b'_' { b' ' } else { b }).collect();
    let schnell = lies(&bytes, usize::MAX, true);
    assert_eq!(schnell, lies(&bytes, usize::MAX, false), "{was} {wird}");
    // a blank before a text is only odd
    assert!(wird.contains('_') || schnell.contains("\na.con:"), "{was} {wird}: {schnell}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_are_read_alike(
        aenderungen in prop::collection::vec(aenderung(), 0..5),
        stueck in prop_oneof![1..3000_usize, Just(usize::MAX)],
        // the longest go further than a buffer
        mal in prop_oneof![40 => Just(1), 1 => 2..80_usize],
    ) {
        let alle = vec![faelle().join(" "); mal].join(" ");
        let mut bytes = datei(&format!("{KOPF} {alle} {FUSS}"));
        for aenderung in &aenderungen {
            aenderung.tu(&mut bytes);
        }
        let schnell = lies(&bytes, stueck, true);
        prop_assert_eq!(&schnell, &lies(&bytes, stueck, false), "{}", String::from_utf8_lossy(&bytes));
        prop_assert_eq!(&schnell, &lies(&bytes, usize::MAX, true), "the seams of reading matter");
    }
}
