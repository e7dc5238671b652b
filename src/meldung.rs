//! Messages: what is wrong with an input, or worth a look, and where it stands.
//!
//! All are counted; per code only a settable number is kept. Which ones are kept depends on their
//! content, not on the order in which threads or shuffled records produce them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// How serious a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stufe {
    /// The input is refused; nothing is written.
    Fehler,
    /// A person must decide.
    Klaerfall,
    /// Read and used, but questionable.
    Warnung,
    /// Worth knowing.
    Hinweis,
}

impl Stufe {
    /// Returns the name in `meldungen.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fehler => "fehler",
            Self::Klaerfall => "klaerfall",
            Self::Warnung => "warnung",
            Self::Hinweis => "hinweis",
        }
    }
}

macro_rules! codes {
    ($($variante:ident = $stufe:ident $name:literal,)*) => {
        /// The closed catalogue of message codes; their names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $name, "` (", stringify!($stufe), ")")] $variante,)*
        }

        impl Code {
            /// Every code.
            pub const ALLE: &'static [Self] = &[$(Self::$variante),*];

            /// Returns the stable name, as in `meldungen.csv`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variante => $name,)* }
            }

            /// Returns how serious it is.
            pub fn stufe(self) -> Stufe {
                match self { $(Self::$variante => Stufe::$stufe,)* }
            }
        }
    };
}

codes! {
    // Files and their outer form
    DateiNichtLesbar = Fehler "datei_nicht_lesbar",
    DateiFehlt = Fehler "datei_fehlt",
    DateiLeer = Fehler "datei_leer",
    DateiUnbekannt = Fehler "datei_unbekannt",
    DateiDoppelt = Fehler "datei_doppelt",
    KomprimierungDefekt = Fehler "komprimierung_defekt",
    ZeichensatzUnbekannt = Fehler "zeichensatz_unbekannt",
    ZeichenUngueltig = Fehler "zeichen_ungueltig",
    // XML
    XmlNichtWohlgeformt = Fehler "xml_nicht_wohlgeformt",
    XmlDtd = Fehler "xml_dtd",
    XmlMarkeZuLang = Fehler "xml_marke_zu_lang",
    XmlNamensraum = Fehler "xml_namensraum",
    XmlWurzel = Fehler "xml_wurzel",
    XmlElementUnbekannt = Fehler "xml_element_unbekannt",
    XmlElementFehlt = Fehler "xml_element_fehlt",
    XmlElementDoppelt = Fehler "xml_element_doppelt",
    XmlAttributUnbekannt = Fehler "xml_attribut_unbekannt",
    XmlTextUnerwartet = Fehler "xml_text_unerwartet",
    AngabeFehlt = Fehler "angabe_fehlt",
    AngabeUngueltig = Fehler "angabe_ungueltig",
    // Envelopes
    QuartalWiderspricht = Fehler "quartal_widerspricht",
    StatusGemischt = Fehler "status_gemischt",
    KvGemischt = Fehler "kv_gemischt",
    LieferartUnbekannt = Fehler "lieferart_unbekannt",
    LieferungDoppelt = Fehler "lieferung_doppelt",
    LieferungUnvollstaendig = Fehler "lieferung_unvollstaendig",
    ErsatzImKreis = Fehler "ersatz_im_kreis",
    // Claims
    PraxisDoppelt = Fehler "praxis_doppelt",
    FallDoppelt = Fehler "fall_doppelt",
    FallIdPersoenlich = Fehler "fall_id_persoenlich",
    TagAusserhalbQuartal = Fehler "tag_ausserhalb_quartal",
    ScheinuntergruppePasstNicht = Fehler "scheinuntergruppe_passt_nicht",
    QuartalOhneRegel = Fehler "quartal_ohne_regel",
    KvdtZeile = Fehler "kvdt_zeile",
    KvdtSatz = Fehler "kvdt_satz",
    KvdtFeldFehlt = Fehler "kvdt_feld_fehlt",
    KvdtFeldUngueltig = Fehler "kvdt_feld_ungueltig",
    // Reference data, roster, population
    StammdatenWiderspruch = Fehler "stammdaten_widerspruch",
    StammdatenVerweis = Fehler "stammdaten_verweis",
    ZeitraumUngueltig = Fehler "zeitraum_ungueltig",
    ZeitraeumeUeberlappen = Fehler "zeitraeume_ueberlappen",
    BewilligungZuLang = Fehler "bewilligung_zu_lang",
    InselUnbekannt = Fehler "insel_unbekannt",
    DiensttagAusserhalb = Fehler "diensttag_ausserhalb",
    EinwohnerZeile = Fehler "einwohner_zeile",
    EinwohnerWiderspruch = Fehler "einwohner_widerspruch",
    // Settings, keys, options
    EinstellungUnbekannt = Fehler "einstellung_unbekannt",
    EinstellungUngueltig = Fehler "einstellung_ungueltig",
    SchluesselUngueltig = Fehler "schluessel_ungueltig",
    AuszugUngueltig = Fehler "auszug_ungueltig",
    AuszugSchluessel = Fehler "auszug_schluessel",
    AuszugVeraltet = Fehler "auszug_veraltet",
    AuftragUngueltig = Fehler "auftrag_ungueltig",
    VorlaufFehlt = Fehler "vorlauf_fehlt",
    VorlaufNachLauf = Fehler "vorlauf_nach_lauf",
    KontoFehlt = Fehler "konto_fehlt",
    HonorarkontoFehlt = Fehler "honorarkonto_fehlt",
    BetragUebersteigt = Fehler "betrag_uebersteigt",
    GleichungVerletzt = Fehler "gleichung_verletzt",
    // Somebody must decide
    DateiAusgelassen = Klaerfall "datei_ausgelassen",
    // Questionable
    VersichertenIdNormalisiert = Warnung "versicherten_id_normalisiert",
    VersichertenIdForm = Warnung "versicherten_id_form",
    VersichertenIdPruefziffer = Warnung "versicherten_id_pruefziffer",
    LanrPruefziffer = Warnung "lanr_pruefziffer",
    ScheinuntergruppeUnbekannt = Warnung "scheinuntergruppe_unbekannt",
    KvdtSatzDoppelt = Warnung "kvdt_satz_doppelt",
    KvdtAuffaellig = Warnung "kvdt_auffaellig",
    NennungWiderspricht = Warnung "nennung_widerspricht",
    LeistungNachSchliessung = Warnung "leistung_nach_schliessung",
    RueckblickOhneLeistung = Warnung "rueckblick_ohne_leistung",
    AuszugPasstNicht = Warnung "auszug_passt_nicht",
    RueckblickNurNachzuegler = Warnung "rueckblick_nur_nachzuegler",
    AbschnittFehlt = Warnung "abschnitt_fehlt",
    BewilligungOhneSchliessung = Warnung "bewilligung_ohne_schliessung",
    EinwohnerVeraltet = Warnung "einwohner_veraltet",
    HonorarNegativ = Warnung "honorar_negativ",
    DienstLuecke = Warnung "dienst_luecke",
    DienstPsychotherapeut = Warnung "dienst_psychotherapeut",
    PraxisOhneRegister = Warnung "praxis_ohne_register",
    RegisterWechsel = Warnung "register_wechsel",
    KontoOffen = Warnung "konto_offen",
    // Worth knowing
    RueckblickFehlt = Hinweis "rueckblick_quartal_fehlt",
    NichtGekennzeichnet = Hinweis "nicht_gekennzeichnet",
    DienstOhneArztstelle = Hinweis "dienst_ohne_arztstelle",
    DiensteUeberVier = Hinweis "dienste_ueber_vier",
    LieferungErsetzt = Hinweis "lieferung_ersetzt",
    ErsatzOhneVorgaenger = Hinweis "ersatz_ohne_vorgaenger",
    PraxisOhneLieferung = Hinweis "praxis_ohne_lieferung",
    KvdtUebersprungen = Hinweis "kvdt_uebersprungen",
    OhneSchluessel = Hinweis "ohne_schluessel",
}

/// A place in an input. The file's name is relative to the input folder; the rest is known as far
/// as the source has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ort {
    /// Name of the source.
    pub datei: Arc<str>,
    /// Where in it.
    pub stelle: Stelle,
}

/// A place within a source: the decompressed file as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Stelle {
    /// Byte, from 0.
    pub byte: Option<u64>,
    /// Line, from 1.
    pub zeile: Option<u64>,
    /// Record, from 1.
    pub satz: Option<u64>,
}

impl Stelle {
    /// The beginning of a source.
    pub const ANFANG: Self = Self { byte: Some(0), zeile: Some(1), satz: None };

    /// Returns the place behind `davor`, with which the source begins.
    pub fn in_text(davor: &[u8]) -> Self {
        let zeile = memchr::memchr_iter(b'\n', davor).count() as u64 + 1;
        Self { byte: Some(davor.len() as u64), zeile: Some(zeile), satz: None }
    }
}

impl Ort {
    /// Returns a place of which only the file is known.
    pub fn datei(datei: &Arc<str>) -> Self {
        Self { datei: Arc::clone(datei), stelle: Stelle::default() }
    }

    /// Returns a place in a file.
    pub fn neu(datei: &Arc<str>, stelle: Stelle) -> Self {
        Self { datei: Arc::clone(datei), stelle }
    }
}

impl fmt::Display for Ort {
    /// Writes `datei:zeile:byte: satz n`, as far as known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.datei)?;
        if let Some(zeile) = self.stelle.zeile {
            write!(f, ":{zeile}")?;
            if let Some(byte) = self.stelle.byte {
                write!(f, ":{byte}")?;
            }
        }
        self.stelle.satz.map_or(Ok(()), |satz| write!(f, ": satz {satz}"))
    }
}

/// One message. The text is German, says what was found, what was expected and what to do, and
/// shows personal values only as their shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meldung {
    /// What it is.
    pub code: Code,
    /// Where, if it has a place.
    pub ort: Option<Ort>,
    /// How many times this very message stands for.
    pub anzahl: u64,
    /// The German text.
    pub text: String,
}

impl Meldung {
    /// Returns a message with a place.
    pub fn neu(code: Code, ort: Ort, text: impl Into<String>) -> Self {
        Self { code, ort: Some(ort), anzahl: 1, text: text.into() }
    }

    /// Returns a message without a place.
    pub fn ohne_ort(code: Code, text: impl Into<String>) -> Self {
        Self { code, ort: None, anzahl: 1, text: text.into() }
    }

    /// Errors are listed as they stand in the files; everything else by its text first, so that
    /// shuffled records change nothing but numbers.
    fn schluessel(&self) -> (Option<&str>, Option<Stelle>, &str, Option<Stelle>) {
        let datei = self.ort.as_ref().map(|ort| &*ort.datei);
        let stelle = self.ort.as_ref().map(|ort| ort.stelle);
        if self.code.stufe() == Stufe::Fehler {
            (datei, stelle, &self.text, None)
        } else {
            (datei, None, &self.text, stelle)
        }
    }
}

impl Ord for Meldung {
    fn cmp(&self, andere: &Self) -> std::cmp::Ordering {
        (self.code.stufe(), self.schluessel(), self.code, self.anzahl).cmp(&(
            andere.code.stufe(),
            andere.schluessel(),
            andere.code,
            andere.anzahl,
        ))
    }
}

impl PartialOrd for Meldung {
    fn partial_cmp(&self, andere: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(andere))
    }
}

impl fmt::Display for Meldung {
    /// Writes `datei:zeile:byte: satz n: code: text`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ort) = &self.ort {
            write!(f, "{ort}: ")?;
        }
        write!(f, "{}: {}", self.code.name(), self.text)
    }
}

/// A collection of messages that counts all and keeps a bounded number per code.
#[derive(Debug, Clone)]
pub struct Meldungen {
    grenze: usize,
    je_code: BTreeMap<Code, Eintrag>,
}

#[derive(Debug, Clone, Default)]
struct Eintrag {
    anzahl: u64,
    behalten: BTreeSet<Meldung>,
}

impl Meldungen {
    /// Returns an empty collection that keeps `grenze` messages per code.
    pub fn neu(grenze: usize) -> Self {
        Self { grenze, je_code: BTreeMap::new() }
    }

    /// Adds a message.
    pub fn melde(&mut self, meldung: Meldung) {
        let eintrag = self.je_code.entry(meldung.code).or_default();
        eintrag.anzahl += meldung.anzahl;
        eintrag.behalten.insert(meldung);
        if self.grenze < eintrag.behalten.len() {
            eintrag.behalten.pop_last();
        }
    }

    /// Adds all messages of another collection.
    pub fn uebernimm(&mut self, andere: Self) {
        for (code, eintrag) in andere.je_code {
            let ziel = self.je_code.entry(code).or_default();
            ziel.anzahl += eintrag.anzahl;
            ziel.behalten.extend(eintrag.behalten);
            while self.grenze < ziel.behalten.len() {
                ziel.behalten.pop_last();
            }
        }
    }

    /// Returns how many messages of `code` there are.
    pub fn anzahl(&self, code: Code) -> u64 {
        self.je_code.get(&code).map_or(0, |eintrag| eintrag.anzahl)
    }

    /// Returns how many messages of `stufe` there are.
    pub fn anzahl_der_stufe(&self, stufe: Stufe) -> u64 {
        self.je_code.iter().filter(|(code, _)| code.stufe() == stufe).map(|(_, e)| e.anzahl).sum()
    }

    /// Tells whether any of them refuses the input.
    pub fn hat_fehler(&self) -> bool {
        self.anzahl_der_stufe(Stufe::Fehler) != 0
    }

    /// Returns the messages as they are listed: by seriousness and place or text, and per code that
    /// was cut a last one that counts the rest. Their counts add up to all.
    pub fn liste(&self) -> Vec<Meldung> {
        let mut liste: Vec<Meldung> =
            self.je_code.values().flat_map(|eintrag| eintrag.behalten.iter().cloned()).collect();
        liste.sort();
        for (code, eintrag) in &self.je_code {
            let gezeigt: u64 = eintrag.behalten.iter().map(|m| m.anzahl).sum();
            let rest = eintrag.anzahl - gezeigt;
            if 0 < rest {
                let text =
                    format!("weitere {rest} Meldungen dieser Art (grenzen.meldungen_je_code)");
                let stelle =
                    liste.iter().rposition(|m| m.code.stufe() <= code.stufe()).map_or(0, |i| i + 1);
                liste.insert(stelle, Meldung { anzahl: rest, ..Meldung::ohne_ort(*code, text) });
            }
        }
        liste
    }

    /// Returns the count of every code that occurred, in the order of the catalogue.
    pub fn je_code(&self) -> impl Iterator<Item = (Code, u64)> {
        self.je_code.iter().map(|(code, eintrag)| (*code, eintrag.anzahl))
    }
}

/// Returns the candidate that is nearest to `gesucht` in edits, if one is near enough to be meant.
pub fn naechster_name<'a>(
    gesucht: &str,
    bekannte: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let grenze = gesucht.chars().count() / 3 + 1;
    bekannte
        .into_iter()
        .map(|name| (abstand(gesucht, name), name))
        .filter(|(abstand, _)| *abstand <= grenze)
        .min()
        .map(|(_, name)| name)
}

/// Levenshtein distance.
fn abstand(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut zeile: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(100).enumerate() {
        let mut diagonal = i;
        zeile[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let ersetzt = diagonal + usize::from(ca != *cb);
            diagonal = zeile[j + 1];
            zeile[j + 1] = ersetzt.min(zeile[j] + 1).min(diagonal + 1);
        }
    }
    zeile[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warnung(text: &str, satz: u64) -> Meldung {
        let stelle = Stelle { zeile: Some(satz + 1), byte: Some(satz * 10), satz: Some(satz) };
        Meldung::neu(Code::LanrPruefziffer, Ort::neu(&Arc::from("a.xml"), stelle), text)
    }

    #[test]
    fn all_are_counted_and_the_same_few_are_kept_in_any_order() {
        let alle: Vec<_> = (0..9).map(|i| warnung(&format!("m{}", i % 5), i)).collect();
        let gesammelt = |meldungen: Vec<Meldung>| {
            let mut sammlung = Meldungen::neu(3);
            let (a, b) = meldungen.split_at(4);
            for m in a {
                sammlung.melde(m.clone());
            }
            let mut zweite = Meldungen::neu(3);
            for m in b {
                zweite.melde(m.clone());
            }
            sammlung.uebernimm(zweite);
            assert_eq!(sammlung.liste().iter().map(|m| m.anzahl).sum::<u64>(), 9);
            sammlung.liste().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let vorwaerts = gesammelt(alle.clone());
        assert_eq!(vorwaerts[0], "a.xml:1:0: satz 0: lanr_pruefziffer: m0");
        assert_eq!(vorwaerts.len(), 4);
        assert_eq!(vorwaerts, gesammelt(alle.into_iter().rev().collect()));
    }

    #[test]
    fn errors_are_listed_by_place_and_refuse_the_input() {
        let mut sammlung = Meldungen::neu(5);
        let datei = Arc::from("a.xml");
        for (zeile, text) in [(7, "a"), (2, "z")] {
            let stelle = Stelle { zeile: Some(zeile), byte: Some(zeile * 10), satz: None };
            sammlung.melde(Meldung::neu(Code::AngabeFehlt, Ort::neu(&datei, stelle), text));
        }
        sammlung.melde(warnung("m", 1));
        assert!(sammlung.hat_fehler());
        let zeilen: Vec<_> = sammlung.liste().iter().map(ToString::to_string).collect();
        assert_eq!(
            zeilen,
            [
                "a.xml:2:20: angabe_fehlt: z",
                "a.xml:7:70: angabe_fehlt: a",
                "a.xml:2:10: satz 1: lanr_pruefziffer: m"
            ]
        );
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_near() {
        let bekannte = ["scheinuntergruppe", "satzart", "id"];
        assert_eq!(naechster_name("scheinuntergrupe", bekannte), Some("scheinuntergruppe"));
        assert_eq!(naechster_name("ID", bekannte), None);
        assert_eq!(naechster_name("xyz", bekannte), None);
    }

    #[test]
    fn code_names_are_unique() {
        let namen: BTreeSet<_> = Code::ALLE.iter().map(|code| code.name()).collect();
        assert_eq!(namen.len(), Code::ALLE.len());
    }
}
