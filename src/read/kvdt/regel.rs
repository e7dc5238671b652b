//! What is checked, and what is found: every rule has a name and the severity that KBV gives it.

use std::fmt;

use crate::meldung::{Code, Stelle};

/// How serious a finding is: KBV's classes F, W and I.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Schwere {
    /// The file must not be used.
    Fehler,
    /// Read and used, but questionable.
    Warnung,
    /// Worth knowing.
    Information,
}

macro_rules! regeln {
    ($($variante:ident = $schwere:ident $name:literal Code::$code:ident $was:literal,)*) => {
        /// The closed catalogue of rules. A name with a number is that of KBV's Prüfmodul; the others
        /// are ours, for what its number does not stand in our source.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Regel {
            $(#[doc = concat!("`", $name, "` (", stringify!($schwere), "): ", $was)] $variante,)*
        }

        impl Regel {
            /// Every rule.
            pub const ALLE: &'static [Self] = &[$(Self::$variante),*];

            /// Returns its name, as messages show it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variante => $name,)* }
            }

            /// Returns how serious a breach is.
            pub fn schwere(self) -> Schwere {
                match self { $(Self::$variante => Schwere::$schwere,)* }
            }

            /// Returns under which code a run's messages count it.
            pub(super) fn code(self) -> Code {
                match self { $(Self::$variante => Code::$code,)* }
            }
        }
    };
}

regeln! {
    // Lines
    Zeile = Fehler "KVDT-ZEILE" Code::KvdtZeile "length, field and CR LF of every line",
    Zeichen = Fehler "KVDT-ZEICHEN" Code::ZeichenUngueltig "bytes that ISO 8859-15 has no character for",
    Leer = Fehler "KVDT-LEER" Code::KvdtFeldUngueltig "no empty field, none of blanks alone",
    Zeichensatz = Fehler "KVDT-R182" Code::ZeichensatzUnbekannt "9106 is 4",
    // Records
    Satzfolge = Fehler "KVDT-SATZFOLGE" Code::KvdtSatz "con0, besa, rvsa, adt0, cases, adt9, other packages, con9",
    Dateiende = Fehler "KVDT-ENDE" Code::KvdtSatz "a file ends with con9, a package with its last record",
    PaketDoppelt = Fehler "KVDT-PAKET" Code::KvdtSatz "each package at most once in a file",
    PaketNichtGenannt = Fehler "KVDT-RDP1" Code::KvdtSatz "9132 names every package",
    PaketFehlt = Fehler "KVDT-RDP2" Code::KvdtSatz "every package that 9132 names is there",
    KeinFall = Fehler "KVDT-FSATZ" Code::KvdtSatz "an ADT package holds a case",
    RvsaFehlt = Warnung "KVDT-R743" Code::KvdtAuffaellig "a file with ADT has a record rvsa",
    SatzZuLang = Fehler "KVDT-SATZLAENGE" Code::KvdtSatz "a record fits into memory",
    Uebersprungen = Information "KVDT-UEBERSPRUNGEN" Code::KvdtUebersprungen "packages besides ADT are not read",
    Dateiname = Warnung "KVDT-DATEINAME" Code::KvdtAuffaellig "the file's name says what is in it",
    // Head
    BesaOhneBsnr = Fehler "KVDT-R857" Code::KvdtFeldFehlt "besa has a BSNR",
    BesaOhneArzt = Fehler "KVDT-R836" Code::KvdtFeldFehlt "besa has a LANR for each BSNR",
    BsnrDoppelt = Warnung "KVDT-R878" Code::KvdtAuffaellig "a BSNR stands once in besa",
    LanrDoppelt = Fehler "KVDT-R875" Code::KvdtFeldUngueltig "a LANR stands once below a BSNR",
    // Fields
    Pflichtfeld = Fehler "KVDT-PFLICHT" Code::KvdtFeldFehlt "mandatory fields",
    Form = Fehler "KVDT-FORM" Code::KvdtFeldUngueltig "length and characters of a field",
    Datum = Fehler "KVDT-FDATE" Code::KvdtFeldUngueltig "days that the calendar has",
    Wert = Fehler "KVDT-WERT" Code::KvdtFeldUngueltig "values of a key table",
    Einmal = Fehler "KVDT-EINMAL" Code::KvdtFeldUngueltig "once in a record, before the services",
    Kostentraeger = Fehler "KVDT-R212" Code::KvdtFeldUngueltig "VKNR 74799 is not settled",
    Personengruppe = Fehler "KVDT-R534" Code::KvdtFeldUngueltig "values of 4131",
    Dmp = Fehler "KVDT-R536" Code::KvdtFeldUngueltig "values of 4132",
    KeineVersichertenId = Fehler "KVDT-R776a" Code::KvdtFeldFehlt "3119 where a card was read and the VKNR's serial is below 800",
    Testversicherter = Fehler "KVDT-R537" Code::KvdtFeldUngueltig "T555558879 is not settled",
    KeineDiagnose = Fehler "KVDT-R486" Code::KvdtFeldFehlt "6001 or 3673",
    SugAmbulant = Fehler "KVDT-R331" Code::ScheinuntergruppePasstNicht "0101 with 00",
    SugUeberweisung = Fehler "KVDT-R356" Code::ScheinuntergruppePasstNicht "0102 with 20, 21, 23, 24, 26, 27, 28",
    SugBelegarzt = Fehler "KVDT-R426" Code::ScheinuntergruppePasstNicht "0103 with 30 to 32",
    SugNotfall = Fehler "KVDT-R427" Code::ScheinuntergruppePasstNicht "0104 with 41 to 46",
    QuartalNachPaket = Fehler "KVDT-RQL1" Code::QuartalWiderspricht "no case of a later quarter than the package's",
    QuartalWeitZurueck = Warnung "KVDT-RQL3" Code::KvdtAuffaellig "no case more than eight quarters back",
    // Services
    TagAusserhalb = Fehler "KVDT-R324" Code::TagAusserhalbQuartal "service days lie in the case's quarter",
    TageFallend = Fehler "KVDT-FSORT" Code::KvdtFeldUngueltig "service days ascend",
    OhneGnr = Fehler "KVDT-FK5001" Code::KvdtFeldUngueltig "fields of a service follow a GNR",
    ZweimalZurGnr = Fehler "KVDT-FFK" Code::KvdtFeldUngueltig "5005, 5098, 5099 once for a GNR",
    Gnr = Fehler "KVDT-R497" Code::KvdtFeldUngueltig "a GNR of the EBM is five digits and at most one letter",
    OrtFehlt = Fehler "KVDT-R859" Code::KvdtFeldFehlt "0101, 0102, 0104: 5098 or 5102 for a service",
    ArztFehlt = Fehler "KVDT-R837" Code::KvdtFeldFehlt "0101, 0102, 0104: 5099 or 5101 for a service",
    OrtUnbekannt = Fehler "KVDT-R716" Code::KvdtFeldUngueltig "5098 stands in besa",
    ArztUnbekannt = Fehler "KVDT-R715" Code::KvdtFeldUngueltig "5099 stands in besa",
    LanrForm = Fehler "KVDT-R050" Code::KvdtFeldUngueltig "a LANR is nine digits",
    LanrFormLabor = Warnung "KVDT-R056" Code::KvdtAuffaellig "the same in lab communities (28); counts as missing",
    ArztUeberholt = Fehler "KVDT-R764" Code::KvdtFeldUngueltig "888888800 is obsolete",
    ZuVieleLeistungen = Fehler "KVDT-ANZAHL" Code::KvdtSatz "a case has some hundred services",
    // Read in spite of it
    VersichertenIdForm = Warnung "KVDT-3119-FORM" Code::VersichertenIdForm "a Versicherten-ID is a letter and nine digits",
    VersichertenIdNormalisiert = Warnung "KVDT-3119-SCHREIBUNG" Code::VersichertenIdNormalisiert "in capitals and without blanks",
    VersichertenIdPruefziffer = Warnung "KVDT-3119-PRUEFZIFFER" Code::VersichertenIdPruefziffer "with the right check digit",
    ScheinIdMehrfach = Warnung "KVDT-3003" Code::KvdtAuffaellig "a Schein-ID stands once in a practice",
    ScheinIdForm = Warnung "KVDT-3003-FORM" Code::KvdtAuffaellig "a Schein-ID has no blank and no |, and no Versicherten-ID in it",
    Wiederholung = Warnung "KVDT-WIEDERHOLUNG" Code::KvdtSatzDoppelt "a case stands once in a file",
    LanrPruefziffer = Warnung "KVDT-5099-PRUEFZIFFER" Code::LanrPruefziffer "a LANR has the right check digit",
}

/// A breach of a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Befund {
    /// The rule.
    pub regel: Regel,
    /// Line, byte and record.
    pub stelle: Stelle,
    /// The field (Feldkennung), if the finding is about one.
    pub feld: Option<u16>,
    /// What was found, what is expected, what to do, in German. Personal values are shown as shapes.
    pub text: String,
}

impl Befund {
    pub(super) fn neu(regel: Regel, stelle: Stelle, text: impl Into<String>) -> Self {
        Self { regel, stelle, feld: None, text: text.into() }
    }

    pub(super) fn im_feld(
        regel: Regel,
        feld: u16,
        stelle: Stelle,
        text: impl Into<String>,
    ) -> Self {
        Self { regel, stelle, feld: Some(feld), text: text.into() }
    }
}

impl fmt::Display for Befund {
    /// Writes `Feld 5000: text (KVDT-R324)`; the place is the caller's to write.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(feld) = self.feld {
            write!(f, "Feld {feld:04}: ")?;
        }
        write!(f, "{} ({})", self.text, self.regel.name())
    }
}

/// What to do about a damaged file.
pub(super) const NEU: &str = "bitte die Datei neu anfordern";
