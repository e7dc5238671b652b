//! An extract is read whole and right, or refused at its place.

use std::io::Cursor;

use super::*;
use crate::read::roh::{Komprimierung, Zaehler};

const KEY: [u8; 32] = [7; 32];

/// All lines before the end.
const TEXT: &str = "\
strukturfonds-rueckblick/1
schluessel\tKENNUNG
lieferungen\tTEST\t17\t2023Q4
quelle\tHASH\tersetzt\t2023Q3\t-\tq3.xml\tR3
quelle\tHASH\tgilt\t2023Q4\t1700200,1700299\tq4.con\tq4.con\tR0
schliessung\t1700200\t2023-11-30\tgemischt
quartal\t2023Q3\tregulaer\t1700200,1700299
behandlungen\t0101\t00\t01\t2
00000000000000000000000000000001\t2023-07-01
0000000000000000000000000000000a\t2023-09-30
behandlungen\t0101\t00\t03\t1
00000000000000000000000000000001\t2023-08-01
quartal\t2023Q4\tnachzuegler\t-
behandlungen\t0104\t41\t01\t1
0000000000000000000000000000000a\t2023-11-30
schliessung\t1700300\t2023-12-31\thausarzt
quartal\t2023Q4\tfehlt\t1700300
";

/// Puts key and hashes in, and closes the text with this number of treatments.
fn versiegelt(text: &str, anzahl: usize) -> String {
    let text = text
        .replace("KENNUNG", &schluesselkennung(&KEY))
        .replace("HASH", &"0123456789abcdef".repeat(4));
    let mut hash = siegel(&KEY);
    let text = format!("{text}ende\t{anzahl}\t");
    hash.update(text.as_bytes());
    format!("{text}{}\n", hash.finalize().to_hex())
}

fn lies_bytes(bytes: &[u8], key: &[u8; 32]) -> Result<Auszug, Meldung> {
    let innen = Box::new(Cursor::new(bytes.to_vec()));
    let roh = Rohquelle::aus(innen, Komprimierung::Keine, Zaehler::default());
    let (auszug, summe) = lies(roh, &Arc::from("a"), key)?;
    assert_eq!(summe.groesse, bytes.len() as u64);
    assert_eq!(summe.blake3, blake3::hash(bytes).to_hex().to_string());
    Ok(auszug)
}

#[test]
fn what_is_written_is_read() {
    let auszug = lies_bytes(versiegelt(TEXT, 4).as_bytes(), &KEY).expect("ein Auszug");
    assert_eq!((auszug.status, auszug.kv), (Some(Status::Test), Some(17)));
    assert_eq!(auszug.bis.to_string(), "2023Q4");
    let quellen: Vec<_> = auszug
        .quellen
        .iter()
        .map(|q| {
            let gebracht: Vec<_> = q.betriebsstaetten.iter().map(ToString::to_string).collect();
            let (von, wann) = (q.ersatz_fuer.as_deref(), q.quartal.to_string());
            (&*q.name, &*q.lieferung, von, q.ersetzt, wann, gebracht.join(" "), q.stelle.zeile)
        })
        .collect();
    let (q3, q4) = ("2023Q3".to_owned(), "2023Q4".to_owned());
    let beide = "1700200 1700299".to_owned();
    assert_eq!(
        quellen,
        [
            ("q3.xml", "R3", None, true, q3, String::new(), Some(4)),
            ("q4.con", "q4.con", Some("R0"), false, q4, beide, Some(5))
        ]
    );
    let gedeckt: Vec<String> = auszug
        .schliessungen
        .iter()
        .flat_map(|s| s.quartale.iter().map(move |q| (s, q)))
        .map(|(s, q)| {
            let betriebsstaetten = q.betriebsstaetten.len();
            format!(
                "{} {} {} {} {betriebsstaetten}",
                s.praxis,
                s.letzter_tag,
                q.quartal,
                q.stand.name()
            )
        })
        .collect();
    assert_eq!(
        gedeckt,
        [
            "1700200 2023-11-30 2023Q3 regulaer 2",
            "1700200 2023-11-30 2023Q4 nachzuegler 0",
            "1700300 2023-12-31 2023Q4 fehlt 1"
        ]
    );
    let behandlungen: Vec<String> = auszug
        .behandlungen
        .iter()
        .map(|b| {
            let schein = format!("{}/{}/{}", b.satzart.name(), b.scheinuntergruppe, b.fachgruppe);
            let patient = &b.patient.to_string()[31..];
            format!("{patient} {} {} {schein} {}", b.schliessung, b.quartal, b.letzter_tag)
        })
        .collect();
    assert_eq!(
        behandlungen,
        [
            "1 0 2023Q3 0101/0/1 2023-07-01",
            "a 0 2023Q3 0101/0/1 2023-09-30",
            "1 0 2023Q3 0101/0/3 2023-08-01",
            "a 0 2023Q4 0104/41/1 2023-11-30"
        ]
    );
}

#[test]
fn no_cut_and_no_changed_byte_is_an_extract() {
    let ganz = versiegelt(TEXT, 4).into_bytes();
    let pruefe = |bytes: &[u8], was: String| {
        let meldung = lies_bytes(bytes, &KEY).expect_err(&was);
        let erlaubt = [Code::AuszugUngueltig, Code::AuszugSchluessel];
        assert!(erlaubt.contains(&meldung.code), "{was}: {meldung}");
        assert!(meldung.ort.is_some_and(|ort| ort.stelle.zeile.is_some()), "{was}");
    };
    for ende in 0..ganz.len() {
        pruefe(&ganz[..ende], format!("cut at {ende}"));
    }
    for platz in 0..ganz.len() {
        for neu in [ganz[platz] ^ 1, b'0', b'\n', b'\t', 0xFF] {
            let mut anders = ganz.clone();
            anders[platz] = neu;
            if anders != ganz {
                pruefe(&anders, format!("byte {platz} as {neu}"));
            }
        }
        let mut kuerzer = ganz.clone();
        kuerzer.remove(platz);
        pruefe(&kuerzer, format!("without byte {platz}"));
    }
    pruefe(&[&ganz[..], b"\n"].concat(), "one line more".to_owned());
}

/// What only somebody with the key could write ⇒ the place and what was expected.
#[test]
fn what_contradicts_itself_is_refused_where_it_does() {
    let tag = "\t2023-07-01\n";
    let lang = format!("1700299{}", ",1700298".repeat(1 << 17));
    for (alt, neu, erwartet) in [
        ("/1\n", "/2\n", "1: die Version strukturfonds-rueckblick/2 des Auszugs ist unbekannt"),
        ("strukturfonds-rueckblick/1", "faelle", "1: erwartet wird strukturfonds-rueckblick/1;"),
        ("KENNUNG", "KENNUN", "2: erwartet wird eine Zeile schluessel"),
        ("KENNUNG", &"0".repeat(32), "2: der Auszug wurde mit einem anderen Schlüssel"),
        ("TEST", "ECHT", "3: erwartet wird eine Zeile lieferungen"),
        ("\t17\t", "\t1\t", "3: erwartet wird eine Zeile lieferungen"),
        ("q4.con\tq", "q2.con\tq", "5: erwartet wird jede Quelle einmal, nach Namen;"),
        ("\tR3", "", "4: erwartet wird quelle mit Hash"),
        ("\tR0", "\tR0\tR1", "5: erwartet wird quelle mit Hash"),
        ("gilt", "ja", "5: erwartet wird quelle mit Hash"),
        ("gilt", "ersetzt", "5: erwartet wird quelle mit Hash"),
        ("2023Q4\t1700200", "2023\t1700200", "5: erwartet wird quelle mit Hash"),
        ("1700299\tq4", "1700200\tq4", "5: erwartet wird quelle mit Hash"),
        ("1700299\tq4", "170029900\tq4", "5: erwartet wird quelle mit Hash"),
        ("1700300\t2", "1700200\t2", "erwartet wird jede Schließung einmal, nach der BSNR;"),
        ("2023-11-30\tg", "2023-11-31\tg", "6: erwartet wird schliessung mit"),
        ("gemischt", "mvz", "6: erwartet wird schliessung mit"),
        (
            "quartal\t2023Q4\tnach",
            "quartal\t2024Q1\tnach",
            "erwartet wird jedes Quartal bis zu dem der Schließung;",
        ),
        (
            "quartal\t2023Q4\tfehlt",
            "quartal\t2023Q2\tfehlt\t-\nquartal\t2023Q4\tfehlt",
            "erwartet wird jedes Quartal bis zu dem der Schließung;",
        ),
        ("2023-12-31", "2024-01-01", "erwartet wird jedes Quartal bis zu dem der Schließung;"),
        ("2023-12-31", "2023-09-30", "erwartet wird jedes Quartal bis zu dem der Schließung;"),
        ("regulaer", "ja", "7: erwartet wird quartal mit Stand"),
        ("1700299\nb", "170029900\nb", "7: erwartet wird quartal mit Stand"),
        ("1700299\nb", &format!("{lang}\nb"), "7: erwartet wird eine ganze Zeile"),
        ("0104\t41\t01\t1", "0104\t41\t01\t2", "erwartet wird ein Pseudonym"),
        ("0101\t00\t01\t2", "0101\t00\t01\t1", "10: erwartet wird quelle, schliessung"),
        ("0101\t00\t01\t2", "0101\t00\t01\t0", "8: erwartet wird behandlungen mit"),
        ("0101\t00\t03", "0101\t00\t01", "erwartet wird eine Gruppe nach der vorigen"),
        ("0101\t00\t03", "0105\t00\t03", "erwartet wird behandlungen mit Satzart"),
        ("0000a\t2023-09", "00001\t2023-09", "10: erwartet wird jedes Pseudonym einmal"),
        ("0000a\t2023-09", "00000\t2023-09", "10: erwartet wird jedes Pseudonym einmal"),
        ("0000a\t2023-09", "0000A\t2023-09", "10: erwartet wird ein Pseudonym"),
        (tag, "\t2023-10-01\n", "9: erwartet wird ein Pseudonym"),
        (tag, "\n", "9: erwartet wird ein Pseudonym"),
        ("a\t2023-11-30", "a\t2023-12-01", "erwartet wird ein Pseudonym"),
        (
            "schliessung\t1700200\t2023-11-30\tgemischt\n",
            "",
            "erwartet wird zuerst eine Schließung;",
        ),
        (
            "schliessung\t1700300",
            "quelle\tHASH\tgilt\t2023Q4\t-\tz\tz\nschliessung\t1700300",
            "erwartet wird quelle, schliessung",
        ),
        ("quartal\t2023Q3\tregulaer\t1700200,1700299\n", "", "erwartet wird zuerst ein Quartal;"),
    ] {
        assert!(TEXT.contains(alt), "{alt}");
        let text = versiegelt(&TEXT.replacen(alt, neu, 1), 4);
        let meldung = lies_bytes(text.as_bytes(), &KEY).expect_err(neu);
        let Some(Stelle { byte, zeile: Some(zeile), .. }) = meldung.ort.map(|ort| ort.stelle)
        else {
            panic!("{alt} → {neu}: without a place")
        };
        let zeilen = (1..).zip(text.split_inclusive('\n'));
        let davor: usize =
            zeilen.take_while(|(nummer, _)| *nummer < zeile).map(|(_, zeile)| zeile.len()).sum();
        assert_eq!(byte, Some(davor as u64), "{alt} → {neu}");
        let meldung = format!("{zeile}: {}", meldung.text);
        assert!(meldung.contains(erwartet), "{alt} → {neu}: {meldung}");
    }
    let meldung =
        lies_bytes(versiegelt(TEXT, 5).as_bytes(), &KEY).expect_err("zu viele").to_string();
    assert!(meldung.contains("erwartet wird ende mit der Zahl der Behandlungen, 4;"), "{meldung}");
}
