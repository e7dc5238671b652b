//! The bundle's tables: RFC 4180 (comma, CRLF, quotes where needed), UTF-8 without BOM, always a
//! header row; cents and counts are integers, what does not apply is empty.
//!
//! Texts stand as they are, also where a spreadsheet would read a formula (`=`, `+`, `-`, `@` at
//! their begin): a changed id would no longer be the id, and negative cents are no formula.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::meldung::Meldung;
use crate::quartal::{Quartal, Tag};

/// The rows of one file of the bundle.
pub trait Tabelle: Serialize {
    /// Name of the file.
    const DATEI: &'static str;
    /// Its header row.
    const SPALTEN: &'static [&'static str];
}

/// Writes the header and the rows to `ziel`, and flushes it.
///
/// # Errors
/// Those of `ziel`; what was written until then stays there.
pub fn schreibe<T: Tabelle>(
    ziel: impl Write,
    zeilen: impl IntoIterator<Item = T>,
) -> io::Result<()> {
    // serde would leave out the header of a table without rows.
    let mut schreiber = ::csv::WriterBuilder::new()
        .has_headers(false)
        .terminator(::csv::Terminator::CRLF)
        .from_writer(ziel);
    schreiber.write_record(T::SPALTEN).map_err(als_io)?;
    for zeile in zeilen {
        schreiber.serialize(zeile).map_err(als_io)?;
    }
    schreiber.flush()
}

/// Returns the error of the target itself, so that its kind and cause stay visible.
fn als_io(fehler: ::csv::Error) -> io::Error {
    match fehler.into_kind() {
        ::csv::ErrorKind::Io(fehler) => fehler,
        andere => io::Error::other(format!("{andere:?}")),
    }
}

fn als_text<T: Display, S: Serializer>(wert: &T, ziel: S) -> Result<S::Ok, S::Error> {
    ziel.collect_str(wert)
}

/// Declares a row and its header from one list, so that they cannot drift apart.
macro_rules! tabelle {
    (
        $(#[$doc:meta])*
        $typ:ident<$leben:lifetime> $datei:literal {
            $($(#[$felddoc:meta])* $feld:ident: $feldtyp:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize)]
        pub struct $typ<$leben> {
            $($(#[$felddoc])* pub $feld: $feldtyp,)*
        }

        impl Tabelle for $typ<'_> {
            const DATEI: &'static str = $datei;
            const SPALTEN: &'static [&'static str] = &[$(stringify!($feld)),*];
        }
    };
}

tabelle! {
    /// A row of `entscheidungen.csv`: the § 9 decision on one flagged case.
    EntscheidungZeile<'a> "entscheidungen.csv" {
        /// The practice: the first seven digits of its main BSNR.
        bsnr: Cow<'a, str>,
        /// Case id within the practice.
        fall_id: Cow<'a, str>,
        /// Claims file, relative to the input folder.
        datei: &'a str,
        /// Record in the file, from 1, if the source counts records.
        satz: Option<u64>,
        /// The closed practice (seven digits): of the closure, or as the mark names it.
        schliessung_bsnr: Option<Cow<'a, str>>,
        /// Treatment quarter.
        #[serde(serialize_with = "als_text")]
        quartal: Quartal,
        /// `bewilligt`, `abgelehnt` or `klaerfall`.
        ergebnis: &'static str,
        /// Supplement in cents; 0 if refused or Klärfall.
        betrag_cent: i64,
        /// The primary reason; empty if granted.
        grund: Option<&'static str>,
        /// All reasons joined by `|`; empty if granted.
        gruende: Cow<'a, str>,
    }
}

tabelle! {
    /// A row of `umsatzgarantie.csv`: the § 5 decision on one grant.
    UmsatzgarantieZeile<'a> "umsatzgarantie.csv" {
        /// The physician: the first seven digits of the LANR.
        lanr: Cow<'a, str>,
        /// The practice (seven digits).
        bsnr: Cow<'a, str>,
        /// Quarter of the run.
        #[serde(serialize_with = "als_text")]
        quartal: Quartal,
        /// The how-manieth of the granted quarters it is, from 1.
        foerderquartal: Option<i64>,
        /// Fachgruppe of the average.
        fachgruppe: Cow<'a, str>,
        /// Fachgruppe's average per quarter in cents, if known.
        durchschnitt_cent: Option<i64>,
        /// Σ share × days, exact ([`crate::euro::anteil_tage_text`]).
        anteil_tage: Option<Cow<'a, str>>,
        /// Days of the quarter.
        tage_quartal: i32,
        /// Guaranteed amount in cents.
        garantie_cent: Option<i64>,
        /// Fees in cents that this grant had to use up.
        honorar_cent: Option<i64>,
        /// `bewilligt`, `abgelehnt` or `klaerfall`.
        ergebnis: &'static str,
        /// Payment in cents; 0 if refused or Klärfall.
        betrag_cent: i64,
        /// The primary reason.
        grund: Option<&'static str>,
        /// All reasons joined by `|`.
        gruende: Cow<'a, str>,
        /// First day of activity: tells two Bewilligungen of one physician at one practice apart.
        #[serde(serialize_with = "als_text")]
        beginn: Tag,
    }
}

tabelle! {
    /// A row of `erschwerniszulage.csv`: the § 6 decision on one island post.
    ErschwerniszulageZeile<'a> "erschwerniszulage.csv" {
        /// Id of the post.
        arztstelle: Cow<'a, str>,
        /// The practice that holds it (seven digits).
        bsnr: Cow<'a, str>,
        /// The island.
        insel: &'a str,
        /// Quarter of the run.
        #[serde(serialize_with = "als_text")]
        quartal: Quartal,
        /// Physicians who share the island's duties (n), if known.
        anzahl_aerzte: Option<u64>,
        /// Table value for n in cents, if there is one.
        satz_cent: Option<i64>,
        /// Σ share × filled days, exact ([`crate::euro::anteil_tage_text`]).
        anteil_tage: Option<Cow<'a, str>>,
        /// Days of the quarter.
        tage_quartal: i32,
        /// `bewilligt`, `abgelehnt` or `klaerfall`.
        ergebnis: &'static str,
        /// Payment in cents; 0 if refused or Klärfall.
        betrag_cent: i64,
        /// The primary reason.
        grund: Option<&'static str>,
        /// All reasons joined by `|`.
        gruende: Cow<'a, str>,
    }
}

tabelle! {
    /// A row of `buchungen.csv`: one booking, without patient data.
    BuchungZeile<'a> "buchungen.csv" {
        /// Voucher number.
        beleg: Cow<'a, str>,
        /// Quarter that the payment is for.
        #[serde(serialize_with = "als_text")]
        leistungsquartal: Quartal,
        /// Quarter in which it is booked.
        #[serde(serialize_with = "als_text")]
        buchungsquartal: Quartal,
        /// 5, 6 or 9.
        paragraph: u8,
        /// The practice that is paid (seven digits).
        bsnr: Cow<'a, str>,
        /// The payee's account.
        honorarkonto: Cow<'a, str>,
        /// The physician (seven digits; § 5 only).
        lanr: Option<Cow<'a, str>>,
        /// Decisions that the booking sums up.
        anzahl: u64,
        /// Amount in cents.
        betrag_cent: i64,
        /// Account code of the settings.
        konto: Cow<'a, str>,
        /// Booking text.
        text: Cow<'a, str>,
        /// Run.
        lauf: Cow<'a, str>,
        /// Version of the quarter's decisions.
        version: u64,
        /// `test`, `vorlaeufig` or `endgueltig`.
        status: &'static str,
        /// Voucher that this one corrects.
        korrigiert_beleg: Option<Cow<'a, str>>,
        /// Why it is booked.
        grund: Cow<'a, str>,
        /// What it rests on.
        quelle: Cow<'a, str>,
    }
}

tabelle! {
    /// A row of `meldungen.csv`: one message.
    MeldungZeile<'a> "meldungen.csv" {
        /// `fehler`, `klaerfall`, `warnung` or `hinweis`.
        stufe: &'static str,
        /// Stable code.
        code: &'static str,
        /// File, relative to the input folder.
        datei: Option<&'a str>,
        /// Line, from 1.
        zeile: Option<u64>,
        /// Byte, from 0.
        byte: Option<u64>,
        /// Record, from 1.
        satz: Option<u64>,
        /// How many times it occurred.
        anzahl: u64,
        /// German text; personal values are masked.
        text: &'a str,
    }
}

impl<'a> From<&'a Meldung> for MeldungZeile<'a> {
    fn from(meldung: &'a Meldung) -> Self {
        let ort = meldung.ort.as_ref();
        let stelle = ort.map(|ort| ort.stelle).unwrap_or_default();
        Self {
            stufe: meldung.code.stufe().name(),
            code: meldung.code.name(),
            datei: ort.map(|ort| &*ort.datei),
            zeile: stelle.zeile,
            byte: stelle.byte,
            satz: stelle.satz,
            anzahl: meldung.anzahl,
            text: &meldung.text,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::meldung::{Code, Ort, Stelle};

    fn text<T: Tabelle>(zeilen: impl IntoIterator<Item = T>) -> String {
        let mut ziel = Vec::new();
        schreibe(&mut ziel, zeilen).expect("Vec");
        String::from_utf8(ziel).expect("UTF-8")
    }

    /// Finance and clerks read the columns' meaning in the README.
    #[test]
    fn the_readme_explains_every_column() {
        let readme = include_str!("../../README.md");
        let (_, spalten) = readme.split_once("\n## Columns\n").expect("the section");
        let (spalten, _) = spalten.split_once("\n## ").expect("a section behind it");
        for (datei, namen) in [
            (EntscheidungZeile::DATEI, EntscheidungZeile::SPALTEN),
            (UmsatzgarantieZeile::DATEI, UmsatzgarantieZeile::SPALTEN),
            (ErschwerniszulageZeile::DATEI, ErschwerniszulageZeile::SPALTEN),
            (BuchungZeile::DATEI, BuchungZeile::SPALTEN),
            (MeldungZeile::DATEI, MeldungZeile::SPALTEN),
        ] {
            // Each file has its table, below a line that names it; its rows are in the file's order.
            let (_, tabelle) = spalten.split_once(&format!("`{datei}`")).expect(datei);
            let zeilen: Vec<_> = tabelle
                .lines()
                .skip_while(|zeile| !zeile.starts_with("|---"))
                .skip(1)
                .take_while(|zeile| zeile.starts_with('|'))
                .filter_map(|zeile| zeile.split('`').nth(1))
                .collect();
            assert_eq!(zeilen, namen, "{datei}");
        }
    }

    fn fall(fall_id: &str) -> EntscheidungZeile<'_> {
        EntscheidungZeile {
            bsnr: "170010100".into(),
            fall_id: fall_id.into(),
            datei: "faelle.xml",
            satz: Some(1),
            schliessung_bsnr: Some("170020000".into()),
            quartal: Quartal::neu(2024, 1).expect("Quartal"),
            ergebnis: "bewilligt",
            betrag_cent: 20_00,
            grund: None,
            gruende: "".into(),
        }
    }

    fn garantie() -> UmsatzgarantieZeile<'static> {
        UmsatzgarantieZeile {
            lanr: "123456601".into(),
            bsnr: "170010100".into(),
            quartal: Quartal::neu(2024, 1).expect("Quartal"),
            foerderquartal: Some(1),
            fachgruppe: "HA".into(),
            durchschnitt_cent: None,
            anteil_tage: Some("22.75".into()),
            tage_quartal: 91,
            garantie_cent: None,
            honorar_cent: Some(-12_00),
            ergebnis: "klaerfall",
            betrag_cent: 0,
            grund: Some("fachgruppendurchschnitt_fehlt"),
            gruende: "fachgruppendurchschnitt_fehlt|honorar_fehlt".into(),
            beginn: Tag::neu(2024, 2, 15).expect("Tag"),
        }
    }

    fn zulage() -> ErschwerniszulageZeile<'static> {
        ErschwerniszulageZeile {
            arztstelle: "AS-1".into(),
            bsnr: "170010100".into(),
            insel: "Borkum",
            quartal: Quartal::neu(2024, 1).expect("Quartal"),
            anzahl_aerzte: Some(2),
            satz_cent: Some(10_250_00),
            anteil_tage: Some("91".into()),
            tage_quartal: 91,
            ergebnis: "bewilligt",
            betrag_cent: 10_250_00,
            grund: None,
            gruende: "".into(),
        }
    }

    fn buchung() -> BuchungZeile<'static> {
        BuchungZeile {
            beleg: "2024Q2-1-000001".into(),
            leistungsquartal: Quartal::neu(2024, 1).expect("Quartal"),
            buchungsquartal: Quartal::neu(2024, 2).expect("Quartal"),
            paragraph: 9,
            bsnr: "170010100".into(),
            honorarkonto: "HK-1".into(),
            lanr: None,
            anzahl: 3,
            betrag_cent: 60_00,
            konto: "4711".into(),
            text: "Fallwertzuschlag § 9".into(),
            lauf: "1".into(),
            version: 1,
            status: "TEST",
            korrigiert_beleg: None,
            grund: "entscheidung".into(),
            quelle: "entscheidungen.csv".into(),
        }
    }

    fn meldung(ort: Option<Ort>) -> Meldung {
        let code = Code::LanrPruefziffer;
        Meldung {
            code, ort, anzahl: 7, text: "Prüfziffer, \"12?????01\"\nzweite Zeile".to_owned()
        }
    }

    /// Returns the header that serde derives from the fields of a row.
    fn felder<T: Tabelle>(zeile: T) -> String {
        let mut schreiber = ::csv::Writer::from_writer(Vec::new());
        schreiber.serialize(zeile).expect("Vec");
        let bytes = schreiber.into_inner().expect("Vec");
        let text = String::from_utf8(bytes).expect("UTF-8");
        text.lines().next().expect("Kopfzeile").to_owned()
    }

    fn pruefe<T: Tabelle>(datei: &str, zeile: T, spalten: &str) {
        assert_eq!(T::DATEI, datei);
        assert_eq!(felder(zeile), spalten, "{datei}");
        assert_eq!(text(None::<T>), format!("{spalten}\r\n"), "{datei}");
    }

    #[test]
    fn headers_are_those_of_the_specification_and_of_the_fields_with_and_without_rows() {
        pruefe(
            "entscheidungen.csv",
            fall("1"),
            "bsnr,fall_id,datei,satz,schliessung_bsnr,quartal,ergebnis,betrag_cent,grund,gruende",
        );
        pruefe(
            "umsatzgarantie.csv",
            garantie(),
            "lanr,bsnr,quartal,foerderquartal,fachgruppe,durchschnitt_cent,anteil_tage,\
             tage_quartal,garantie_cent,honorar_cent,ergebnis,betrag_cent,grund,gruende,beginn",
        );
        pruefe(
            "erschwerniszulage.csv",
            zulage(),
            "arztstelle,bsnr,insel,quartal,anzahl_aerzte,satz_cent,anteil_tage,tage_quartal,\
             ergebnis,betrag_cent,grund,gruende",
        );
        pruefe(
            "buchungen.csv",
            buchung(),
            "beleg,leistungsquartal,buchungsquartal,paragraph,bsnr,honorarkonto,lanr,anzahl,\
             betrag_cent,konto,text,lauf,version,status,korrigiert_beleg,grund,quelle",
        );
        pruefe(
            "meldungen.csv",
            MeldungZeile::from(&meldung(None)),
            "stufe,code,datei,zeile,byte,satz,anzahl,text",
        );
    }

    #[test]
    fn rows_are_exact_and_quoted_only_where_needed() {
        for (fall_id, erwartet) in [
            ("1", "1"),
            ("=1+1", "=1+1"),
            ("@x", "@x"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("größer", "größer"),
        ] {
            let zeile =
                format!("170010100,{erwartet},faelle.xml,1,170020000,2024Q1,bewilligt,2000,,\r\n");
            assert_eq!(text([fall(fall_id)]).split_once("\r\n").expect("Kopf").1, zeile);
        }
        let zeile = |text: String| text.lines().nth(1).expect("Zeile").to_owned();
        assert_eq!(
            zeile(text([garantie()])),
            "123456601,170010100,2024Q1,1,HA,,22.75,91,,-1200,klaerfall,0,\
             fachgruppendurchschnitt_fehlt,fachgruppendurchschnitt_fehlt|honorar_fehlt,2024-02-15"
        );
        assert_eq!(
            zeile(text([zulage()])),
            "AS-1,170010100,Borkum,2024Q1,2,1025000,91,91,bewilligt,1025000,,"
        );
        assert_eq!(
            zeile(text([buchung()])),
            "2024Q2-1-000001,2024Q1,2024Q2,9,170010100,HK-1,,3,6000,4711,Fallwertzuschlag § 9,1,1,\
             TEST,,entscheidung,entscheidungen.csv"
        );
    }

    #[test]
    fn messages_have_a_place_as_far_as_it_is_known() {
        let datei = Arc::from("q1/a.xml");
        let stelle = Stelle { byte: Some(0), zeile: Some(1), satz: None };
        for (ort, erwartet) in [
            (None, ",,,"),
            (Some(Ort::datei(&datei)), "q1/a.xml,,,"),
            (Some(Ort::neu(&datei, stelle)), "q1/a.xml,1,0,"),
            (Some(Ort::neu(&datei, Stelle { satz: Some(9), ..stelle })), "q1/a.xml,1,0,9"),
        ] {
            let meldung = meldung(ort);
            assert_eq!(
                text([MeldungZeile::from(&meldung)]).split_once("\r\n").expect("Kopf").1,
                format!(
                    "warnung,lanr_pruefziffer,{erwartet},7,\
                     \"Prüfziffer, \"\"12?????01\"\"\nzweite Zeile\"\r\n"
                )
            );
        }
    }

    #[test]
    fn the_error_of_the_target_comes_through() {
        struct Voll;
        impl Write for Voll {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let fehler = schreibe(Voll, [fall("1")]).expect_err("voll");
        assert_eq!(fehler.kind(), io::ErrorKind::StorageFull);
    }
}
