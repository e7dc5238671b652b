//! The official population: GV100AD, the Gemeindeverzeichnis of the Statistisches Bundesamt.
//!
//! Lines of fixed columns, counted in characters from 1. Of the six Satzarten only 60 (Gemeinde) is
//! read: Gebietsstand 3–10, AGS 11–18, name 23–72, Textkennzeichen 123–124, population 140–150.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, BufRead, Read};
use std::sync::Arc;

use super::Abbruch;
use super::roh::lesefehler;
use super::text::Zeichensatz;
use crate::kennung::{Ags, gezeigt};
use crate::meldung::{Code, Meldung, Meldungen, Ort, Stelle};
use crate::quartal::Tag;
use crate::stammdaten::{Einwohner, Veroeffentlichung};

/// Longest line in bytes: real ones have 220 characters.
const ZEILE_MAX: usize = 1 << 16;

/// Characters of a Gemeinde's line up to its last column that is read.
const SPALTEN: usize = 150;

/// Collects the population of several publications.
#[derive(Debug, Default)]
pub struct EinwohnerBau {
    veroeffentlichungen: BTreeMap<Tag, BTreeMap<Ags, Gemeinde>>,
}

/// What a Gemeinde's line says.
#[derive(Debug, PartialEq, Eq)]
struct Zeile {
    gebietsstand: Tag,
    ags: Ags,
    name: String,
    /// 0 is no figure: gemeindefreie Gebiete without inhabitants have it.
    einwohner: Option<u32>,
}

/// A Gemeinde in a publication.
#[derive(Debug)]
struct Gemeinde {
    name: String,
    einwohner: Option<u32>,
    ort: Ort,
}

/// What is wrong with a line: where in it, and the German text.
type Zeilenfehler = (Code, usize, String);

impl EinwohnerBau {
    /// Returns an empty collection.
    pub fn neu() -> Self {
        Self::default()
    }

    /// Reads a file of one or more publications. Files must come in the order of their names, so
    /// that always the same one of two contradicting lines is the wrong one.
    ///
    /// Characters are UTF-8 if the first line that is not ASCII is valid UTF-8, else ISO 8859-15.
    ///
    /// # Errors
    /// [`Abbruch`] if the source fails or a line is longer than 64 KiB. Other errors are recorded,
    /// and reading goes on.
    pub fn lies(
        &mut self,
        datei: &Arc<str>,
        mut quelle: impl BufRead,
        meldungen: &mut Meldungen,
    ) -> Result<(), Abbruch> {
        let mut puffer = Vec::new();
        let mut zeichensatz = None;
        let (mut nummer, mut byte, mut gemeinden) = (0_u64, 0_u64, 0_u64);
        let mut laenge_davor = 0;
        let mut am_ende = Stelle::ANFANG;
        loop {
            nummer += 1;
            let stelle = |spalte: usize| Stelle {
                byte: Some(byte + spalte as u64),
                zeile: Some(nummer),
                satz: Some(nummer),
            };
            let ort = |spalte| Ort::neu(datei, stelle(spalte));
            puffer.clear();
            match lies_zeile(&mut quelle, &mut puffer) {
                Ok(0) => break,
                Ok(_) => {}
                Err(fehler) => {
                    meldungen.melde(lesefehler(&fehler, ort(0)));
                    return Err(Abbruch);
                }
            }
            if ZEILE_MAX < puffer.len() {
                let text = "eine Zeile über 64 KiB gefunden; erwartet werden Zeilen aus 220 \
                            Zeichen mit CR LF; bitte die Datei neu beschaffen";
                meldungen.melde(Meldung::neu(Code::EinwohnerZeile, ort(0), text));
                return Err(Abbruch);
            }
            let text = entziffere(&puffer, nummer == 1, &mut zeichensatz);
            let ohne_ende = !puffer.ends_with(b"\n");
            let gelesen = text.and_then(|text| {
                let laenge = text.chars().count();
                let davor = std::mem::replace(&mut laenge_davor, laenge);
                if ohne_ende {
                    nicht_abgeschnitten(laenge, davor)?;
                }
                lies_gemeinde(&text)
            });
            match gelesen {
                Ok(None) => {}
                Ok(Some(zeile)) => {
                    gemeinden += 1;
                    self.nimm(zeile, ort(0), meldungen);
                }
                Err((code, spalte, text)) => {
                    meldungen.melde(Meldung::neu(code, ort(spalte), text));
                }
            }
            byte += puffer.len() as u64;
            let zeile = nummer + u64::from(puffer.ends_with(b"\n"));
            am_ende = Stelle { byte: Some(byte), zeile: Some(zeile), satz: None };
        }
        let am_ende = Ort::neu(datei, am_ende);
        if nummer == 1 {
            let text = "die Datei ist leer; erwartet wird ein Gemeindeverzeichnis GV100AD; bitte \
                        neu beschaffen";
            meldungen.melde(Meldung::neu(Code::DateiLeer, am_ende, text));
        } else if gemeinden == 0 {
            let text = "keine Gemeinde (Satzart 60) gefunden; erwartet wird ein \
                        Gemeindeverzeichnis GV100AD; bitte die Datei prüfen";
            meldungen.melde(Meldung::neu(Code::EinwohnerZeile, am_ende, text));
        }
        Ok(())
    }

    /// Adds a Gemeinde. The same figure twice is fine, two figures contradict each other.
    fn nimm(&mut self, zeile: Zeile, ort: Ort, meldungen: &mut Meldungen) {
        let Zeile { gebietsstand, ags, name, einwohner } = zeile;
        match self.veroeffentlichungen.entry(gebietsstand).or_default().entry(ags) {
            Entry::Vacant(platz) => {
                platz.insert(Gemeinde { name, einwohner, ort });
            }
            Entry::Occupied(platz) if platz.get().einwohner != einwohner => {
                let text = format!(
                    "Gemeinde {ags}, Gebietsstand {}: {} Einwohner gefunden, aber {} in {}; \
                     erwartet wird je Gebietsstand eine Zahl; bitte die falsche Datei entfernen",
                    gebietsstand.deutsch(),
                    einwohner.unwrap_or(0),
                    platz.get().einwohner.unwrap_or(0),
                    platz.get().ort,
                );
                meldungen.melde(Meldung::neu(Code::EinwohnerWiderspruch, ort, text));
            }
            Entry::Occupied(_) => {}
        }
    }

    /// Returns the publications by the day since which they could be known: that of
    /// `verfuegbar_seit` for their Gebietsstand, else the Gebietsstand itself. A day before the
    /// Gebietsstand is an error.
    pub fn fertig(
        self,
        verfuegbar_seit: &BTreeMap<Tag, Tag>,
        meldungen: &mut Meldungen,
    ) -> Einwohner {
        for (gebietsstand, tag) in verfuegbar_seit {
            if tag < gebietsstand {
                let text = format!(
                    "einwohner.verfuegbar_seit: {tag} für den Gebietsstand {gebietsstand} \
                     gefunden; erwartet wird ein Tag, der nicht davor liegt; bitte berichtigen"
                );
                meldungen.melde(Meldung::ohne_ort(Code::EinstellungUngueltig, text));
            }
        }
        let mut veroeffentlichungen: Vec<_> = self
            .veroeffentlichungen
            .into_iter()
            .map(|(gebietsstand, gemeinden)| Veroeffentlichung {
                gebietsstand,
                verfuegbar_seit: *verfuegbar_seit.get(&gebietsstand).unwrap_or(&gebietsstand),
                gemeinden: gemeinden
                    .into_iter()
                    .map(|(ags, gemeinde)| (ags, (gemeinde.name, gemeinde.einwohner)))
                    .collect(),
            })
            .collect();
        veroeffentlichungen.sort_by_key(|v| (v.verfuegbar_seit, v.gebietsstand));
        Einwohner { veroeffentlichungen }
    }
}

/// Reads a line with its end, or what fits of it plus one byte; returns its length.
fn lies_zeile(quelle: &mut impl BufRead, puffer: &mut Vec<u8>) -> io::Result<usize> {
    quelle.by_ref().take(ZEILE_MAX as u64 + 1).read_until(b'\n', puffer)
}

/// Returns the characters of a line without its end.
fn entziffere(
    zeile: &[u8],
    erste: bool,
    zeichensatz: &mut Option<Zeichensatz>,
) -> Result<String, Zeilenfehler> {
    let ohne_lf = zeile.strip_suffix(b"\n").unwrap_or(zeile);
    let zeile = ohne_lf.strip_suffix(b"\r").unwrap_or(ohne_lf);
    let utf8 = std::str::from_utf8(zeile);
    if !zeile.is_ascii() {
        let dieser = if utf8.is_ok() { Zeichensatz::Utf8 } else { Zeichensatz::Latin9 };
        zeichensatz.get_or_insert(dieser);
    }
    let (i, name) = match (*zeichensatz, utf8) {
        (None | Some(Zeichensatz::Utf8), Ok(text)) => {
            let ohne_marke = text.strip_prefix('\u{FEFF}').filter(|_| erste);
            return Ok(ohne_marke.unwrap_or(text).to_owned());
        }
        (Some(Zeichensatz::Utf8), Err(fehler)) => (fehler.valid_up_to(), "UTF-8"),
        _ => {
            let zeichen = |b: &u8| Zeichensatz::Latin9.zeichen(*b);
            let Some(i) = zeile.iter().position(|b| zeichen(b).is_none()) else {
                return Ok(zeile.iter().filter_map(zeichen).collect());
            };
            (i, "ISO 8859")
        }
    };
    let text = format!(
        "das Byte 0x{:02X} ist in {name} nicht erlaubt; erwartet wird die Datei durchgehend in \
         UTF-8 oder ISO 8859; bitte neu beschaffen",
        zeile[i]
    );
    Err((Code::ZeichenUngueltig, i, text))
}

/// Reads the Gemeinde of a line, if it is one's.
fn lies_gemeinde(zeile: &str) -> Result<Option<Zeile>, Zeilenfehler> {
    match spalten(zeile, 1, 2) {
        "60" => {}
        "10" | "20" | "30" | "40" | "50" => return Ok(None),
        satzart => {
            let satzart = gezeigt(satzart);
            return falsch(&format!(
                "Satzart „{satzart}“ gefunden; erwartet wird 10, 20, 30, 40, 50 oder 60"
            ));
        }
    }
    let laenge = zeile.chars().count();
    if laenge < SPALTEN {
        return falsch(&format!(
            "Zeile aus {laenge} Zeichen gefunden; erwartet werden mindestens {SPALTEN}"
        ));
    }
    let stand = spalten(zeile, 3, 10);
    let Ok(gebietsstand) = Tag::aus_jjjjmmtt(stand.as_bytes()) else {
        return falsch(&format!(
            "Gebietsstand „{}“ (Spalten 3–10) gefunden; erwartet wird ein Tag der Form JJJJMMTT",
            gezeigt(stand)
        ));
    };
    let schluessel = spalten(zeile, 11, 18);
    let Ok(ags) = schluessel.parse() else {
        return falsch(&format!(
            "AGS „{}“ (Spalten 11–18) gefunden; erwartet werden 8 Ziffern",
            gezeigt(schluessel)
        ));
    };
    let name = spalten(zeile, 23, 72).trim();
    if name.is_empty() {
        return falsch("Gemeinde ohne Namen (Spalten 23–72) gefunden; erwartet wird ihr Name");
    }
    // not used; but if it stands in its columns, so does what follows
    let kennzeichen = spalten(zeile, 123, 124);
    if !matches!(kennzeichen.as_bytes(), [b'6', b'0'..=b'9']) {
        return falsch(&format!(
            "Textkennzeichen „{}“ (Spalten 123–124) gefunden; erwartet wird 60 bis 69",
            gezeigt(kennzeichen)
        ));
    }
    let zahl = spalten(zeile, 140, SPALTEN);
    let einwohner = zahl.bytes().all(|b| b.is_ascii_digit()).then(|| zahl.parse::<u32>());
    let Some(Ok(einwohner)) = einwohner else {
        return falsch(&format!(
            "Einwohnerzahl „{}“ (Spalten 140–150) gefunden; erwartet werden 11 Ziffern",
            gezeigt(zahl)
        ));
    };
    Ok(Some(Zeile {
        gebietsstand,
        ags,
        name: name.to_owned(),
        einwohner: (einwohner != 0).then_some(einwohner),
    }))
}

/// A last line without end is whole if it is as long as the line before: the columns of a file are
/// fixed.
fn nicht_abgeschnitten(laenge: usize, davor: usize) -> Result<(), Zeilenfehler> {
    if davor <= laenge {
        return Ok(());
    }
    falsch(&format!(
        "die letzte Zeile hat kein Zeilenende und {laenge} Zeichen statt {davor} wie die davor; die \
         Datei ist wohl abgeschnitten"
    ))
}

fn falsch<T>(text: &str) -> Result<T, Zeilenfehler> {
    Err((Code::EinwohnerZeile, 0, format!("{text}; bitte die Datei neu beschaffen")))
}

/// Returns the characters from column `von` to column `bis`, both included, as far as there are any.
fn spalten(zeile: &str, von: usize, bis: usize) -> &str {
    let byte = |spalte| zeile.char_indices().nth(spalte).map_or(zeile.len(), |(i, _)| i);
    &zeile[byte(von - 1)..byte(bis)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> Tag {
        text.parse().expect(text)
    }

    /// A line of 220 characters.
    fn zeile(satzart: &str, stand: &str, ags: &str, name: &str, zahl: &str) -> String {
        let kopf = format!("{satzart}{stand}{ags}0000{name:<50}");
        let zeile = format!("{kopf:<122}63    {:<11}{zahl:0>11}", "00000001234");
        format!("{zeile:<220}\r\n")
    }

    fn gemeinde(ags: &str, name: &str, zahl: &str) -> String {
        zeile("60", "20211130", ags, name, zahl)
    }

    /// Code, line and byte.
    type Kurz = (Code, Option<u64>, Option<u64>);

    fn lies(dateien: &[&[u8]]) -> (Einwohner, Vec<Kurz>) {
        let mut meldungen = Meldungen::neu(100);
        let mut bau = EinwohnerBau::neu();
        for (i, bytes) in dateien.iter().enumerate() {
            let datei = Arc::from(format!("gv100ad_{i}.txt"));
            // a source that fails or cannot be cut into lines has said so in its messages
            let _ = bau.lies(&datei, io::BufReader::with_capacity(7, *bytes), &mut meldungen);
        }
        let seit = BTreeMap::from([(tag("2020-11-30"), tag("2022-01-15"))]);
        let einwohner = bau.fertig(&seit, &mut meldungen);
        let stelle = |m: Meldung| {
            let stelle = m.ort.map(|ort| ort.stelle).unwrap_or_default();
            // The end of a file belongs to no record.
            assert!(stelle.satz.is_none() || stelle.satz == stelle.zeile);
            (m.code, stelle.zeile, stelle.byte)
        };
        (einwohner, meldungen.liste().into_iter().map(stelle).collect())
    }

    #[test]
    fn official_figures_stand_in_their_columns() {
        let text = [
            zeile("10", "20211130", "03      ", "Niedersachsen", ""),
            zeile("40", "20211130", "03157   ", "Peine", ""),
            gemeinde("03157006", "Peine, Stadt", "50249"),
            gemeinde("03153017", "Goslar, Stadt", "50184"),
            gemeinde("03402000", "Emden, Stadt", "49874"),
            gemeinde("03457002", "Borkum, Stadt", "5002"),
            gemeinde("03452020", "Norderney, Stadt", "6032"),
            gemeinde("03154504", "Königslutter, gemfr. Gebiet", "0"),
        ]
        .concat();
        let latin: Vec<u8> = text.chars().filter_map(|c| u8::try_from(c).ok()).collect();
        assert_ne!(latin, text.as_bytes());
        let lf = text.replace("\r\n", "\n");
        let bom = format!("\u{FEFF}{text}");
        for bytes in [text.as_bytes(), &latin, lf.as_bytes(), bom.as_bytes()] {
            let (einwohner, meldungen) = lies(&[bytes]);
            assert_eq!(meldungen, []);
            let [v] = &einwohner.veroeffentlichungen[..] else { panic!("eine Veröffentlichung") };
            assert_eq!((v.gebietsstand, v.verfuegbar_seit), (tag("2021-11-30"), tag("2021-11-30")));
            let zahlen: Vec<_> =
                v.gemeinden.iter().map(|(ags, (n, z))| (ags.to_string(), &n[..], *z)).collect();
            assert_eq!(
                zahlen,
                [
                    ("03153017".into(), "Goslar, Stadt", Some(50_184)),
                    ("03154504".into(), "Königslutter, gemfr. Gebiet", None),
                    ("03157006".into(), "Peine, Stadt", Some(50_249)),
                    ("03402000".into(), "Emden, Stadt", Some(49_874)),
                    ("03452020".into(), "Norderney, Stadt", Some(6_032)),
                    ("03457002".into(), "Borkum, Stadt", Some(5_002)),
                ]
            );
        }
    }

    #[test]
    fn publications_stand_by_the_day_they_could_be_known() {
        let alt = zeile("60", "20201130", "03157006", "Peine, Stadt", "50000");
        let neu = gemeinde("03157006", "Peine, Stadt", "50249");
        for dateien in [[alt.as_bytes(), neu.as_bytes()], [neu.as_bytes(), alt.as_bytes()]] {
            let (einwohner, meldungen) = lies(&dateien);
            assert_eq!(meldungen, []);
            let tage: Vec<_> =
                einwohner.veroeffentlichungen.iter().map(|v| v.gebietsstand.to_string()).collect();
            assert_eq!(tage, ["2021-11-30", "2020-11-30"]);
            let am = |t| einwohner.am(tag(t)).map(|v| v.gebietsstand);
            assert_eq!(am("2021-11-29"), None);
            // A later day does not make an older Gebietsstand the newest.
            assert_eq!(am("2022-01-14"), Some(tag("2021-11-30")));
            assert_eq!(am("2022-01-15"), Some(tag("2021-11-30")));
        }
    }

    #[test]
    fn one_publication_has_one_figure() {
        let eine = gemeinde("03157006", "Peine, Stadt", "50249");
        let andere = gemeinde("03157006", "Peine, Stadt", "50248");
        let keine = gemeinde("03157006", "Peine, Stadt", "0");
        let laenge = eine.len() as u64;
        let falsch =
            |zeile| vec![(Code::EinwohnerWiderspruch, Some(zeile), Some(laenge * (zeile - 1)))];
        assert_eq!(lies(&[eine.as_bytes(), eine.as_bytes()]).1, []);
        assert_eq!(lies(&[eine.as_bytes(), andere.as_bytes()]).1, falsch(1));
        assert_eq!(lies(&[eine.as_bytes(), keine.as_bytes()]).1, falsch(1));
        assert_eq!(lies(&[[&eine[..], &andere].concat().as_bytes()]).1, falsch(2));
    }

    #[test]
    fn a_day_before_its_gebietsstand_is_refused() {
        let mut meldungen = Meldungen::neu(9);
        let seit = BTreeMap::from([(tag("2021-11-30"), tag("2021-11-29"))]);
        EinwohnerBau::neu().fertig(&seit, &mut meldungen);
        assert_eq!(meldungen.anzahl(Code::EinstellungUngueltig), 1);
    }

    #[test]
    fn wrong_lines_are_reported_where_they_stand() {
        let gut = gemeinde("03402000", "Emden, Stadt", "49874");
        assert_eq!(gut.len(), 222);
        let lang = "x".repeat(ZEILE_MAX + 1);
        let fast = format!("60{}", "x".repeat(ZEILE_MAX - 4));
        for (zweite, byte, code) in [
            ("70".to_owned(), 222, Code::EinwohnerZeile),
            (String::from("\r\n"), 222, Code::EinwohnerZeile),
            ("6".to_owned(), 222, Code::EinwohnerZeile),
            (gut[..149].to_owned(), 222, Code::EinwohnerZeile),
            (zeile("60", "20211131", "03157006", "Peine", "1"), 222, Code::EinwohnerZeile),
            (gemeinde("0315700 ", "Peine", "1"), 222, Code::EinwohnerZeile),
            (gemeinde("03157006", "", "1"), 222, Code::EinwohnerZeile),
            (gemeinde("03157006", "Peine", "+1"), 222, Code::EinwohnerZeile),
            (gemeinde("03157006", "Peine", "4294967296"), 222, Code::EinwohnerZeile),
            (
                gemeinde("03157006", "Peine", "1").replace("63    ", "53    "),
                222,
                Code::EinwohnerZeile,
            ),
            (
                gemeinde("03157006", "Peine", "1").replace("Peine  ", "Peine "),
                222,
                Code::EinwohnerZeile,
            ),
            (fast, 222, Code::EinwohnerZeile),
            (lang, 222, Code::EinwohnerZeile),
        ] {
            let (_, meldungen) = lies(&[[&gut[..], &zweite].concat().as_bytes()]);
            assert_eq!(
                meldungen,
                [(code, Some(2), Some(byte))],
                "{}",
                &zweite[..zweite.len().min(80)]
            );
        }
        // Cut off, however much is left of the last line; a last line that only lacks its end is whole.
        let ganz = [&gut[..], &gemeinde("03157006", "Peine, Stadt", "50249")].concat();
        for weg in 1..=73 {
            let (einwohner, meldungen) = lies(&[&ganz.as_bytes()[..ganz.len() - weg]]);
            let fehler = (Code::EinwohnerZeile, Some(2), Some(222));
            let erwartet = if weg <= 2 { vec![] } else { vec![fehler] };
            assert_eq!(meldungen, erwartet, "{weg}");
            let gemeinden = einwohner.veroeffentlichungen[0].gemeinden.len();
            assert_eq!(gemeinden, if weg <= 2 { 2 } else { 1 }, "{weg}");
        }
        let ohne = |text: &[u8]| lies(&[text]).1;
        assert_eq!(ohne(b""), [(Code::DateiLeer, Some(1), Some(0))]);
        assert_eq!(ohne(b"50"), [(Code::EinwohnerZeile, Some(1), Some(2))]);
        assert_eq!(ohne(b"50\r\n"), [(Code::EinwohnerZeile, Some(2), Some(4))]);
        assert_eq!(ohne(b"50\r\n50\r\n"), [(Code::EinwohnerZeile, Some(3), Some(8))]);
    }

    #[test]
    fn no_message_shows_what_may_be_a_versicherten_id() {
        let zeile = gemeinde("03157006", "Peine", "A123456780");
        let mut meldungen = Meldungen::neu(9);
        let gelesen = EinwohnerBau::neu().lies(&Arc::from("g"), zeile.as_bytes(), &mut meldungen);
        assert_eq!(gelesen, Ok(()));
        let text = &meldungen.liste()[0].text;
        assert!(text.contains("9A999999999“ (Spalten 140–150)"), "{text}");
    }

    #[test]
    fn one_file_has_one_encoding() {
        let utf8 = gemeinde("03157006", "Süd", "1");
        let latin: Vec<u8> = utf8.chars().filter_map(|c| u8::try_from(c).ok()).collect();
        let mut falsch = latin.clone();
        falsch[23] = 0x85;
        for (bytes, zeile, byte) in [
            ([utf8.as_bytes(), &latin].concat(), 2, 223 + 23),
            (falsch.clone(), 1, 23),
            ([&latin[..], &falsch].concat(), 2, 222 + 23),
        ] {
            let (_, meldungen) = lies(&[&bytes]);
            assert!(meldungen.contains(&(Code::ZeichenUngueltig, Some(zeile), Some(byte))));
        }
    }
}
