//! The two readers of claims XML side by side: on usual documents, and on mutated ones, the same
//! cases, the same refusals, the same places.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::meldung::Meldungen;
use crate::read::FallLeser;
use crate::read::roh::{Komprimierung, Rohquelle, Zaehler};

/// Gives a few bytes at a time, so that every seam is met; ends with an error, if it shall.
struct Stueckweise {
    bytes: Vec<u8>,
    ab: usize,
    stueck: usize,
    fehler: bool,
}

impl Read for Stueckweise {
    fn read(&mut self, puffer: &mut [u8]) -> io::Result<usize> {
        let anzahl = self.stueck.min(self.bytes.len() - self.ab).min(puffer.len());
        if anzahl == 0 && self.fehler {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        puffer[..anzahl].copy_from_slice(&self.bytes[self.ab..self.ab + anzahl]);
        self.ab += anzahl;
        Ok(anzahl)
    }
}

fn leser(bytes: &[u8], stueck: usize, fehler: bool, m: &mut Meldungen) -> Option<FaelleLeser> {
    let innen = Stueckweise { bytes: bytes.to_vec(), ab: 0, stueck, fehler };
    let roh = Rohquelle::aus(Box::new(innen), Komprimierung::Keine, Zaehler::default());
    FaelleLeser::neu(roh, &Arc::from("f"), m).ok()
}

/// Reads a document to its end and writes down everything that came of it.
fn lies(bytes: &[u8], stueck: usize, fehler: bool, schnell: bool) -> String {
    let mut meldungen = Meldungen::neu(1000);
    let mut text = String::new();
    if let Some(leser) = leser(bytes, stueck, fehler, &mut meldungen) {
        let mut leser = if schnell { leser } else { leser.ohne_schnellweg() };
        let mut stapel = Stapel::default();
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
        write!(text, "{ende:?} {} {:?}", leser.sagt_alle_praxen(), leser.bloecke()).expect("Text");
    }
    for meldung in meldungen.liste() {
        write!(text, "\n{meldung}").expect("Text");
    }
    text
}

const KOPF: &str = r#"<kopf lieferung="L1" kv="17" quartal="2024Q1" erstellt="2024-05-21" version="1.0" status="TEST" lieferart="voll"/>"#;

/// A document with everything that is usual, and a little of what is not.
fn dokument() -> String {
    let leistungen = [
        "<leistung tag=\"2024-01-02\" gnr=\"03000\" lanr=\"123456601\"/>\n",
        "<leistung  lanr=\"123456601\"\n\tgnr=\"03040H\" tag=\"2024-03-31\" />\r\n",
        "<leistung tag='2024-02-29' gnr=\"1\" lanr=\"999999900\"/>",
        "<!-- ü --><leistung gnr=\"123456789\" tag=\"2024-01-02\" lanr=\"555555101\"></leistung>",
    ];
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- ä -->\n<faelle xmlns=\"urn:strukturfonds:faelle:1\">\n{KOPF}\n"
    );
    for (p, praxis) in ["170010100", "170020000", "170030001"].into_iter().enumerate() {
        writeln!(text, "<praxis bsnr=\"{praxis}\">").expect("Text");
        for i in 0..12 {
            let angaben = match (p + i) % 6 {
                0 => " versicherten_id=\"A123456780\" kostentraeger=\"109905003\"",
                1 => " quartal=\"2023Q4\"",
                2 => " uebernahme=\"ja\" uebernommen_von=\"170020000\"",
                3 => " versicherten_id=\"X110411675\"\n  uebernahme=\"nein\"",
                4 => " versicherten_id=\"A123456781\"",
                _ => "",
            };
            let eigene = if angaben.contains("2023") { 0..0 } else { 0..i % 5 };
            let leistungen = leistungen.get(eigene).unwrap_or(&leistungen).concat();
            let schein = ["0101\" scheinuntergruppe=\"00", "0104\" scheinuntergruppe=\"42"][i % 2];
            write!(text, "<fall id=\"{p}-{i}\"{angaben} satzart=\"{schein}\"").expect("Text");
            if leistungen.is_empty() {
                text.push_str("/>\n");
            } else {
                writeln!(text, ">{leistungen}</fall>").expect("Text");
            }
        }
        text.push_str("</praxis>\n");
    }
    text + "</faelle>\n"
}

/// What a sender, or a wire, makes of a document.
#[derive(Debug, Clone)]
enum Aenderung {
    Byte(Index, u8),
    Dazu(Index, &'static str),
    /// In place of the next blank, quote, bracket, …
    Statt(Index, u8, &'static str),
    Weg(Index, usize),
    Doppelt(Index, Index, usize),
    Abgeschnitten(Index),
    Ersetzt(&'static str, &'static str),
    Latin,
}

const STUECKE: [&str; 42] = [
    "<!-- x -->",
    "<!-- -- -->",
    "<![CDATA[x]]>",
    "<?a b?>",
    "<?xml version=\"1.0\"?>",
    "<!DOCTYPE a>",
    "&amp;",
    "&#65;",
    "&x;",
    "\u{FFFE}",
    "ü",
    "\u{1}",
    " ",
    "\n",
    "\t",
    "\"",
    "'",
    "<",
    ">",
    "/",
    "=",
    "</fall>",
    "</praxis>",
    "</faelle>",
    "<fall",
    "<praxis bsnr=\"170010100\">",
    "<praxis bsnr=\"170040100\" xmlns:x=\"urn:strukturfonds:faelle:1\">",
    "<praxis bsnr=\"170040100\" xmlns=\"urn:a\">",
    "<x:fall id=\"7\" satzart=\"0101\" scheinuntergruppe=\"00\"/>",
    "<fall id=\"8\" satzart=\"0101\" scheinuntergruppe=\"00\"/>",
    "<fall id=\"A123456780\" satzart=\"0101\" scheinuntergruppe=\"00\"/>",
    "<leistung tag=\"2024-01-02\" gnr=\"03000\" lanr=\"123456601\"/>",
    "<leistung tag=\"2024-04-01\" gnr=\"03000\" lanr=\"123456701\"/>",
    " id=\"9\"",
    " quartal=\"2024Q2\"",
    " quartal=\"2024Q5\"",
    "<fall id=\"6\" satzart=\"0101\" scheinuntergruppe=\"00\" quartal=\"2024Q5\"><leistung tag=\"2024-01-02\" gnr=\"03000\" lanr=\"123456601\"/></fall>",
    " satzart=\"0103\"",
    " xmlns=\"urn:strukturfonds:faelle:1\"",
    " uebernommen_von=\"170020000\"",
    "text",
    "|",
];

const ERSETZT: [(&str, &str); 12] = [
    ("xmlns=", "xmlns:x=\"urn:strukturfonds:faelle:1\" xmlns="),
    ("xmlns=\"urn", "xmlns=\"urn:strukturfonds:faelle:1\" a=\"urn"),
    (
        "<faelle xmlns=\"urn:strukturfonds:faelle:1\"",
        "<x:faelle xmlns:x=\"urn:strukturfonds:faelle:1\" xmlns=\"urn:a\"",
    ),
    ("<praxis", "<praxis xmlns:y=\"urn:strukturfonds:faelle:1\""),
    ("</praxis>", "</praxis >"),
    ("\n", "\r\n"),
    ("<leistung ", "<leistung\n"),
    ("UTF-8", "ISO-8859-15"),
    ("\"123456601\"", "\"123456701\""),
    ("170020000", "17002000"),
    ("/>", "></leistung>"),
    ("\"", "'"),
];

fn aenderung() -> impl Strategy<Value = Aenderung> {
    let zeichen =
        || prop_oneof![Just(b' '), Just(b'"'), Just(b'<'), Just(b'>'), Just(b'='), Just(b'\n')];
    let byte = prop_oneof![zeichen(), 0x20..0x7F_u8, any::<u8>()];
    let dazu = || prop::sample::select(&STUECKE[..]);
    prop_oneof![
        3 => (any::<Index>(), byte).prop_map(|(wo, was)| Aenderung::Byte(wo, was)),
        3 => (any::<Index>(), dazu()).prop_map(|(wo, was)| Aenderung::Dazu(wo, was)),
        6 => (any::<Index>(), zeichen(), dazu()).prop_map(|(wo, b, was)| Aenderung::Statt(wo, b, was)),
        2 => (any::<Index>(), 1..30_usize).prop_map(|(wo, wie)| Aenderung::Weg(wo, wie)),
        2 => (any::<Index>(), any::<Index>(), 1..300_usize)
            .prop_map(|(wo, wohin, wie)| Aenderung::Doppelt(wo, wohin, wie)),
        1 => any::<Index>().prop_map(Aenderung::Abgeschnitten),
        1 => prop::sample::select(&ERSETZT[..]).prop_map(|(was, durch)| Aenderung::Ersetzt(was, durch)),
        1 => Just(Aenderung::Latin),
    ]
}

impl Aenderung {
    fn tu(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let laenge = bytes.len();
        let naechstes = |ab: usize, gesucht: u8, bytes: &[u8]| {
            bytes[ab..].iter().position(|b| *b == gesucht).map(|i| ab + i)
        };
        match self {
            Self::Byte(wo, was) => bytes[wo.index(laenge)] = *was,
            Self::Dazu(wo, was) => {
                let ab = wo.index(laenge);
                bytes.splice(ab..ab, was.bytes());
            }
            Self::Statt(wo, gesucht, was) => {
                if let Some(ab) = naechstes(wo.index(laenge), *gesucht, bytes) {
                    // Every second time it stays, and the new stands behind it.
                    let bis = ab + 1;
                    bytes.splice(if was.len() % 2 == 0 { ab } else { bis }..bis, was.bytes());
                }
            }
            Self::Weg(wo, wie) => {
                let ab = wo.index(laenge);
                bytes.drain(ab..(ab + wie).min(laenge));
            }
            Self::Doppelt(wo, wohin, wie) => {
                let ab = wo.index(laenge);
                let stueck = bytes[ab..(ab + wie).min(laenge)].to_vec();
                let nach = naechstes(wohin.index(laenge), b'<', bytes).unwrap_or(ab);
                bytes.splice(nach..nach, stueck);
            }
            Self::Abgeschnitten(wo) => bytes.truncate(wo.index(laenge)),
            Self::Ersetzt(was, durch) => {
                if let Ok(text) = std::str::from_utf8(bytes) {
                    *bytes = text.replace(was, durch).into_bytes();
                }
            }
            Self::Latin => {
                let text = String::from_utf8_lossy(bytes).replace("UTF-8", "ISO-8859-1");
                *bytes = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
            }
        }
    }
}

/// The fast path takes all of a usual practice by itself; otherwise comparing it would say nothing.
#[test]
fn usual_cases_take_the_fast_path() {
    for (von, nach) in [("\n", "\n"), ("\n", "\n\t  "), ("\n", "\r\n"), ("\n<", "<")] {
        let fall = "<fall id=\"1\" versicherten_id=\"A123456780\" kostentraeger=\"109905003\" satzart=\"0101\" scheinuntergruppe=\"00\" uebernahme=\"ja\" uebernommen_von=\"170020000\">\n\
             <leistung tag=\"2024-01-02\" gnr=\"03000\" lanr=\"123456601\"/>\n\
             <leistung lanr=\"555555101\" gnr=\"03040H\" tag=\"2024-01-02\"/>\n</fall>\n\
             <fall satzart=\"0104\" scheinuntergruppe=\"42\" id=\"2\" quartal=\"2023Q4\"/>\n";
        let praxis = format!("<praxis bsnr=\"170010100\">\n{}</praxis>\n", fall.repeat(3));
        let text = format!(
            "<faelle xmlns=\"urn:strukturfonds:faelle:1\">\n{KOPF}\n{}</faelle>\n",
            praxis.repeat(2)
        );
        let text = text.replace(von, nach);
        let mut meldungen = Meldungen::neu(10);
        let mut leser = leser(text.as_bytes(), 100, false, &mut meldungen).expect("ein Kopf");
        // The end of <kopf/>; from here on nothing is left but the end of the document.
        leser.xml.naechste(&mut meldungen).expect("das Ende des Kopfs");
        let mut stapel = Stapel::default();
        assert!(!leser.schnell(&mut stapel), "no batch is full");
        assert_eq!(stapel.spalten().len(), 12, "{text}");
        assert_eq!(leser.bloecke().iter().map(|block| block.faelle).collect::<Vec<_>>(), [6, 6]);
        assert!(
            leser.xml.vorrat(&PRAXIS).is_some_and(|(rest, ..)| rest.trim_ascii() == b"</faelle>")
        );
        assert_eq!(leser.lies_stapel(&mut stapel, &mut meldungen), Ok(false));
        assert!(!meldungen.hat_fehler());
    }
}

/// A case that no buffer holds, and one that a buffer cuts.
#[test]
fn cases_of_any_length_are_read() {
    let leistung = "<leistung tag=\"2024-01-02\" gnr=\"03000\" lanr=\"123456601\"/>\n";
    for anzahl in [1, 4_000, 5_000] {
        let fall = |id| {
            let leistungen = leistung.repeat(anzahl);
            format!(
                "<fall id=\"{id}\" satzart=\"0101\" scheinuntergruppe=\"00\">{leistungen}</fall>\n"
            )
        };
        let faelle: String = (0..4).map(fall).collect();
        let text = format!(
            "<faelle xmlns=\"urn:strukturfonds:faelle:1\">\n{KOPF}\n<praxis bsnr=\"170010100\">\n{faelle}</praxis>\n</faelle>\n"
        );
        let schnell = lies(text.as_bytes(), 1 << 20, false, true);
        assert_eq!(schnell, lies(text.as_bytes(), 1 << 20, false, false));
        assert_eq!(schnell.matches("Fall {").count(), 4);
    }
}

/// The same practices again and again, further than a buffer goes.
fn langes_dokument() -> String {
    let text = dokument();
    let (ab, bis) = (text.find("<praxis").expect("Anfang"), text.rfind("</praxis>").expect("Ende"));
    let (kopf, praxen, ende) = (&text[..ab], &text[ab..bis + 9], &text[bis + 9..]);
    let text = format!("{kopf}{}{ende}", praxen.repeat((3 * KNAPP).div_ceil(praxen.len())));
    assert!(3 * KNAPP < text.len());
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_documents_are_read_alike(
        aenderungen in prop::collection::vec(aenderung(), 0..5),
        stueck in prop_oneof![1..400_usize, Just(1 << 20)],
        fehler in prop::bool::weighted(0.1),
        lang in prop::bool::weighted(0.02),
    ) {
        let mut bytes = if lang { langes_dokument() } else { dokument() }.into_bytes();
        for aenderung in &aenderungen {
            aenderung.tu(&mut bytes);
        }
        let schnell = lies(&bytes, stueck, fehler, true);
        prop_assert_eq!(&schnell, &lies(&bytes, stueck, fehler, false), "{}", String::from_utf8_lossy(&bytes));
        prop_assert_eq!(&schnell, &lies(&bytes, 1 << 20, fehler, true), "the seams of reading matter");
    }
}
