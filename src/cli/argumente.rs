//! The arguments: what can be asked, in German.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::PossibleValue;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap::{ValueEnum, value_parser};

use super::aufruffehler;
use crate::generate::{Anteil, Form, KeinAnteil, Umfang};
use crate::lauf::NUMMERN;
use crate::quartal::{Quartal, Tag};
use crate::read::eingaben::Art;
use crate::threads;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "strukturfonds",
    version,
    about = "Entscheidet die Zuschläge der Strukturfonds-Richtlinie der KVN (§§ 5, 6 und 9)"
)]
struct Zeile {
    #[command(subcommand)]
    befehl: Befehl,
}

/// What is asked for.
#[derive(Debug, Subcommand)]
pub(super) enum Befehl {
    #[command(about = "Entscheidet ein Quartal und schreibt das Bündel")]
    Run(Lauf),
    #[command(about = "Liest und prüft alle Eingaben; entscheidet und schreibt nichts")]
    Check(Pruefung),
    #[command(
        about = "Zieht aus Abrechnungen den Rückblick aus, den spätere Läufe statt ihrer lesen"
    )]
    Rueckblick(Auszugsangaben),
    #[command(
        about = "Erklärt eine Entscheidung oder listet, was zu klären ist; allein aus dem Bündel"
    )]
    Explain(Erklaerfrage),
    #[command(about = "Zeigt alle Parameter und Auslegungen eines Quartals mit Fundstelle")]
    Rules(Regelfrage),
    #[command(about = "Gibt das XML-Schema einer Eingabe aus; ohne Namen: welche es gibt")]
    Schema {
        #[arg(value_name = "NAME", hide_possible_values = true)]
        #[arg(help = "faelle, stammdaten oder dienstplan")]
        name: Option<Schema>,
    },
    #[command(about = "Erzeugt ein Quartal mit erfundenen Fällen, zum Testen und Messen")]
    #[command(allow_negative_numbers = true)] // so that -1 is a wrong number, not an option
    Generate(Erzeugung),
}

/// Where inputs come from, and how they are read.
#[derive(Debug, Args)]
pub(super) struct Quellen {
    #[arg(value_name = "ORDNER", help = "Ordner mit den Eingaben unter ihren üblichen Namen")]
    pub(super) ordner: Option<PathBuf>,
    #[arg(long, value_name = "DATEI", help = "Abrechnungsfälle (XML oder KVDT), mehrfach möglich")]
    faelle: Vec<PathBuf>,
    #[arg(long, value_name = "DATEI", help = "Stammdaten (XML), mehrfach möglich")]
    stammdaten: Vec<PathBuf>,
    #[arg(long, value_name = "DATEI", help = "Dienstplan (XML), mehrfach möglich")]
    dienstplan: Vec<PathBuf>,
    #[arg(long, value_name = "DATEI", help = "Einwohnerzahlen (GV100AD), mehrfach möglich")]
    einwohner: Vec<PathBuf>,
    #[arg(
        long,
        value_name = "DATEI",
        help = "Fälle früherer Quartale oder ein Auszug davon, mehrfach möglich"
    )]
    rueckblick: Vec<PathBuf>,
    #[arg(long, value_name = "DATEI", help = "Einstellungen (TOML)")]
    einstellungen: Vec<PathBuf>,
    #[arg(long, value_name = "DATEI", help = "Schlüssel der Pseudonyme")]
    schluessel: Vec<PathBuf>,
    #[arg(long, value_name = "N", value_parser = threads::lies)]
    #[arg(help = "Zahl der Threads (sonst RAYON_NUM_THREADS, sonst die Kerne)")]
    pub(super) threads: Option<usize>,
    #[arg(long, help = "Lässt beschädigte Dateien mit Fällen aus, statt alles abzulehnen")]
    pub(super) ohne_fehlerhafte_dateien: bool,
    #[arg(long, help = "Bestätigt, dass es vor diesem Lauf keine Zuschläge nach § 9 gab")]
    pub(super) ohne_vorlauf: bool,
}

impl Quellen {
    /// Returns the files that were given by flag.
    pub(super) fn einzelne(&self) -> Vec<(Art, PathBuf)> {
        let je_art = [
            (Art::Faelle, &self.faelle),
            (Art::Stammdaten, &self.stammdaten),
            (Art::Dienstplan, &self.dienstplan),
            (Art::Einwohner, &self.einwohner),
            (Art::Rueckblick, &self.rueckblick),
            (Art::Einstellungen, &self.einstellungen),
            (Art::Schluessel, &self.schluessel),
        ];
        let dateien = |(art, pfade): (Art, &Vec<PathBuf>)| {
            pfade.iter().map(|pfad| (art, pfad.clone())).collect::<Vec<_>>()
        };
        je_art.into_iter().flat_map(dateien).collect()
    }
}

/// `run`
#[derive(Debug, Args)]
pub(super) struct Lauf {
    #[command(flatten)]
    pub(super) quellen: Quellen,
    #[arg(long, value_name = "ORDNER", help = "Ordner des Bündels, das geschrieben wird")]
    pub(super) out: PathBuf,
    #[arg(long, help = "Ersetzt ein anderes Bündel dort, außer ein endgültiges")]
    pub(super) force: bool,
    #[arg(long = "lauf", value_name = "N", value_parser = nummer)]
    #[arg(default_value = "1", hide_default_value = true)]
    #[arg(help = "Nummer des Laufs im Quartal, Teil jeder Belegnummer (sonst 1)")]
    pub(super) nummer: u32,
    #[arg(long, help = "Endet mit 3, wenn es Klärfälle gibt")]
    pub(super) strikt: bool,
    #[arg(long, help = "Gibt das Protokoll (JSON) statt der Zusammenfassung aus")]
    pub(super) json: bool,
    #[arg(long, value_name = "ZEIT", value_parser = zeitstempel)]
    #[arg(help = "Zeitstempel für das Protokoll (ISO 8601); sonst hat es keinen")]
    pub(super) zeitstempel: Option<String>,
}

/// `check`
#[derive(Debug, Args)]
pub(super) struct Pruefung {
    #[command(flatten)]
    pub(super) quellen: Quellen,
}

/// `rueckblick`
#[derive(Debug, Args)]
pub(super) struct Auszugsangaben {
    #[arg(value_name = "IN", required = true)]
    #[arg(help = "Abrechnungen früherer Quartale (XML oder KVDT): Dateien und Ordner davon")]
    pub(super) orte: Vec<PathBuf>,
    #[arg(long, value_name = "DATEI", required = true)]
    #[arg(help = "Stammdaten (XML) mit den Schließungen, mehrfach möglich")]
    stammdaten: Vec<PathBuf>,
    #[arg(long, value_name = "DATEI", help = "Schlüssel der Pseudonyme")]
    schluessel: PathBuf,
    #[arg(long, value_name = "DATEI", help = "Datei, die geschrieben wird: NAME.rueckblick")]
    pub(super) out: PathBuf,
    #[arg(long, value_name = "DATEI", help = "Einstellungen (TOML)")]
    einstellungen: Option<PathBuf>,
    #[arg(long, value_name = "N", value_parser = threads::lies)]
    #[arg(help = "Zahl der Threads (sonst RAYON_NUM_THREADS, sonst die Kerne)")]
    pub(super) threads: Option<usize>,
    #[arg(long, help = "Ersetzt einen anderen Auszug dort")]
    pub(super) force: bool,
}

impl Auszugsangaben {
    /// Returns the files that were given by flag.
    pub(super) fn einzelne(&self) -> Vec<(Art, PathBuf)> {
        let stammdaten = self.stammdaten.iter().map(|pfad| (Art::Stammdaten, pfad));
        let einstellungen = self.einstellungen.iter().map(|pfad| (Art::Einstellungen, pfad));
        let alle = stammdaten.chain(einstellungen).chain([(Art::Schluessel, &self.schluessel)]);
        alle.map(|(art, pfad)| (art, pfad.clone())).collect()
    }
}

/// `explain`
#[derive(Debug, Args)]
pub(super) struct Erklaerfrage {
    #[arg(value_name = "BÜNDEL", help = "Ordner eines Bündels")]
    pub(super) buendel: PathBuf,
    #[arg(value_name = "ID", required_unless_present = "klaerfaelle")]
    #[arg(help = "BSNR7/FALL_ID (§ 9), LANR7/BSNR7 (§ 5) oder die Id der Arztstelle (§ 6)")]
    pub(super) id: Option<String>,
    #[arg(long, conflicts_with = "id")]
    #[arg(help = "Zeigt statt einer Entscheidung, was für alle Klärfälle zu klären ist")]
    pub(super) klaerfaelle: bool,
}

/// `rules`
#[derive(Debug, Args)]
pub(super) struct Regelfrage {
    #[arg(long, value_name = "QUARTAL", value_parser = quartal, help = "Quartal, etwa 2024Q1")]
    pub(super) quartal: Quartal,
    #[arg(long, value_name = "DATEI", value_parser = value_parser!(PathBuf))]
    #[arg(help = "Einstellungen (TOML), die gelten sollen")]
    pub(super) einstellungen: Option<PathBuf>,
}

/// `generate`
#[derive(Debug, Args)]
pub(super) struct Erzeugung {
    #[arg(long, value_name = "N", value_parser = ganze_zahl::<u64>)]
    #[arg(help = "Zahl der Fälle des Quartals, mindestens 10000")]
    cases: u64,
    #[arg(long, value_name = "S", value_parser = ganze_zahl::<u64>)]
    #[arg(help = "Beginn der Zufallszahlen; gleiche Angaben ergeben gleiche Dateien")]
    seed: u64,
    #[arg(long, value_name = "ORDNER", help = "Ordner, der geschrieben wird: neu oder leer")]
    pub(super) out: PathBuf,
    #[arg(long, value_name = "QUARTAL", value_parser = quartal)]
    #[arg(default_value = "2024Q1", hide_default_value = true)]
    #[arg(help = "Quartal (sonst 2024Q1)")]
    quartal: Quartal,
    #[arg(long, value_name = "FORM", hide_possible_values = true)]
    #[arg(default_value = "xml", hide_default_value = true)]
    #[arg(help = "Form der Fälle: xml oder kvdt (sonst xml)")]
    format: Format,
    #[arg(long, value_name = "N", value_parser = dateien)]
    #[arg(help = "Dateien mit Fällen: Zahl (XML, sonst 8) oder praxis (KVDT)")]
    dateien: Option<Dateien>,
    #[arg(long, value_name = "ANTEIL", value_parser = anteil)]
    #[arg(default_value = "0.005", hide_default_value = true)]
    #[arg(help = "Anteil gekennzeichneter Fälle, 0 bis 1 (sonst 0.005)")]
    gekennzeichnet: Anteil,
}

impl Erzeugung {
    /// Returns what is to be generated, or what is wrong with the arguments.
    pub(super) fn umfang(&self) -> Result<Umfang, String> {
        let form = match (self.format, self.dateien) {
            (Format::Xml, None) => Form::Xml { dateien: XML_DATEIEN },
            (Format::Xml, Some(Dateien::Zahl(dateien))) => Form::Xml { dateien },
            (Format::Kvdt, None | Some(Dateien::Praxis)) => Form::Kvdt,
            (Format::Xml, Some(Dateien::Praxis)) => {
                let (von, bis) = Umfang::DATEIEN.into_inner();
                return Err(format!(
                    "--dateien: `praxis` gibt es nur mit --format kvdt; erwartet wird eine ganze \
                     Zahl von {von} bis {bis}"
                ));
            }
            (Format::Kvdt, Some(Dateien::Zahl(zahl))) => {
                return Err(format!(
                    "--dateien: `{zahl}` gibt es nur mit --format xml; erwartet wird `praxis` (je \
                     Praxis eine Datei)"
                ));
            }
        };
        Umfang::neu(self.cases, self.seed, self.quartal, form, self.gekennzeichnet)
            .map_err(|fehler| fehler.to_string())
    }
}

/// Claims files that are written if nobody says how many.
const XML_DATEIEN: u32 = 8;

/// A form of claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Xml,
    Kvdt,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Xml, Self::Kvdt]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Xml => "xml",
            Self::Kvdt => "kvdt",
        }))
    }
}

/// Into how many files claims are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dateien {
    Zahl(u32),
    /// One for each practice.
    Praxis,
}

/// A document that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schema {
    Faelle,
    Stammdaten,
    Dienstplan,
}

impl ValueEnum for Schema {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Faelle, Self::Stammdaten, Self::Dienstplan]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Faelle => "faelle",
            Self::Stammdaten => "stammdaten",
            Self::Dienstplan => "dienstplan",
        }))
    }
}

/// What is said instead of doing something.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Auskunft {
    /// Help or version, for stdout.
    Hilfe(String),
    /// What is wrong with the arguments, for stderr.
    Fehler(String),
}

/// Reads the arguments (without the program's name).
pub(super) fn lies(args: Vec<OsString>) -> Result<Befehl, Auskunft> {
    let befehle = befehle();
    // Without a command only the arguments themselves tell to which one an error belongs.
    let genannt = args.first().and_then(|arg| befehle.find_subcommand(arg)).cloned();
    let gelesen = befehle
        .clone()
        .try_get_matches_from(args)
        .and_then(|matches| Zeile::from_arg_matches(&matches));
    let befehl = gelesen.map(|zeile| zeile.befehl).map_err(|fehler| match fehler.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Auskunft::Hilfe(fehler.to_string()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Auskunft::Fehler(fehler.to_string().trim_end().to_owned())
        }
        _ => Auskunft::Fehler(aufruffehler::text(&fehler, &befehle, genannt.as_ref())),
    })?;
    match &befehl {
        Befehl::Run(Lauf { quellen, .. }) | Befehl::Check(Pruefung { quellen })
            if quellen.ordner.is_none() && quellen.einzelne().is_empty() =>
        {
            let satz = "es fehlt der Eingabeordner (oder Dateien mit --faelle, --stammdaten, …)";
            Err(Auskunft::Fehler(aufruffehler::mit_hilfe(satz, genannt.as_ref())))
        }
        Befehl::Generate(erzeugung) => match erzeugung.umfang() {
            Ok(_) => Ok(befehl),
            Err(satz) => Err(Auskunft::Fehler(aufruffehler::mit_hilfe(&satz, genannt.as_ref()))),
        },
        _ => Ok(befehl),
    }
}

const HILFE_OBEN: &str = "\
{about}

Aufruf: {usage}

Befehle:
{subcommands}

Optionen:
{options}{after-help}";

const HILFE: &str = "\
{about}

Aufruf: {usage}

Argumente:
{positionals}

Optionen:
{options}";

const HILFE_OHNE_ARGUMENTE: &str = "\
{about}

Aufruf: {usage}

Optionen:
{options}";

const RUECKGABE: &str = "\
Rückgabewert: 0 fertig, 1 abgelehnt (es wurde nichts geschrieben), 2 falscher Aufruf oder
unbekannte Id, 3 fertig mit Klärfällen (nur mit --strikt). Jeder Befehl kennt --help.";

/// Returns the commands with all that the library would say in English said in German.
fn befehle() -> Command {
    let hilfe = || Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    Zeile::command()
        .no_binary_name(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .override_usage("strukturfonds BEFEHL …")
        .help_template(HILFE_OBEN)
        .after_help(RUECKGABE)
        .arg(hilfe().help("Zeigt diese Hilfe"))
        .arg(version.help("Zeigt die Version"))
        .mut_subcommands(|befehl| {
            let (aufruf, vorlage) = match befehl.get_name() {
                "run" => ("strukturfonds run [ORDNER] --out ORDNER [Optionen]", HILFE),
                "check" => ("strukturfonds check [ORDNER] [Optionen]", HILFE),
                "rueckblick" => (
                    "strukturfonds rueckblick IN… --stammdaten DATEI --schluessel DATEI --out DATEI",
                    HILFE,
                ),
                "explain" => ("strukturfonds explain BÜNDEL ID | --klaerfaelle", HILFE),
                "rules" => (
                    "strukturfonds rules --quartal QUARTAL [--einstellungen DATEI]",
                    HILFE_OHNE_ARGUMENTE,
                ),
                "generate" => (
                    "strukturfonds generate --cases N --seed S --out ORDNER [Optionen]",
                    HILFE_OHNE_ARGUMENTE,
                ),
                _ => ("strukturfonds schema [NAME]", HILFE),
            };
            befehl
                .disable_help_flag(true)
                .disable_version_flag(true)
                .override_usage(aufruf)
                .help_template(vorlage)
                .arg(hilfe().help("Zeigt diese Hilfe"))
        })
}

/// Reads the number of a run.
fn nummer(text: &str) -> Result<u32, String> {
    let zahl = text.parse().ok().filter(|zahl| NUMMERN.contains(zahl));
    let (von, bis) = (NUMMERN.start(), NUMMERN.end());
    zahl.ok_or_else(|| format!("erwartet wird eine ganze Zahl von {von} bis {bis}"))
}

fn ganze_zahl<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "erwartet wird eine ganze Zahl".to_owned())
}

fn dateien(text: &str) -> Result<Dateien, String> {
    match text {
        "praxis" => Ok(Dateien::Praxis),
        _ => text
            .parse()
            .map(Dateien::Zahl)
            .map_err(|_| "erwartet wird eine ganze Zahl oder `praxis`".to_owned()),
    }
}

fn anteil(text: &str) -> Result<Anteil, String> {
    text.parse().map_err(|fehler: KeinAnteil| fehler.to_string())
}

fn quartal(text: &str) -> Result<Quartal, String> {
    text.parse().map_err(|_| "erwartet wird ein Quartal wie 2024Q1".to_owned())
}

/// Takes a time stamp as it is, if its shape is that of ISO 8601: a day, or a day with a time to the
/// minute, the second or a part of it, with or without an offset.
fn zeitstempel(text: &str) -> Result<String, String> {
    let (tag, zeit) = text.split_once('T').map_or((text, None), |(tag, zeit)| (tag, Some(zeit)));
    if tag.parse::<Tag>().is_ok() && zeit.is_none_or(ist_zeit) {
        Ok(text.to_owned())
    } else {
        Err("erwartet wird ein Zeitpunkt wie 2024-05-21T08:30:00+02:00".to_owned())
    }
}

fn ist_zeit(text: &str) -> bool {
    let (uhrzeit, zone) = match text.find(['Z', '+', '-']) {
        Some(ab) => text.split_at(ab),
        None => (text, ""),
    };
    let zone_gilt = match zone.as_bytes() {
        [] | [b'Z'] => true,
        [b'+' | b'-', ..] => stunde_und_minute(&zone[1..]),
        _ => false,
    };
    let minuten = uhrzeit.get(..5).is_some_and(stunde_und_minute);
    minuten && zone_gilt && uhrzeit.get(5..).is_some_and(ist_sekunde)
}

fn stunde_und_minute(text: &str) -> bool {
    text.split_once(':').is_some_and(|(h, m)| zweistellig(h, 23) && zweistellig(m, 59))
}

/// 60 is a leap second.
fn ist_sekunde(text: &str) -> bool {
    let Some(sekunden) = text.strip_prefix(':') else { return text.is_empty() };
    let (ganze, bruch) = sekunden.split_once('.').unwrap_or((sekunden, "0"));
    let ziffern = (1..=9).contains(&bruch.len()) && bruch.bytes().all(|b| b.is_ascii_digit());
    zweistellig(ganze, 60) && ziffern
}

fn zweistellig(text: &str, hoechstens: u8) -> bool {
    text.len() == 2
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.parse::<u8>().is_ok_and(|zahl| zahl <= hoechstens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_stamp_has_the_shape_of_iso_8601() {
        for (text, gilt) in [
            ("2024-05-21", true),
            ("2024-05-32", false),
            ("2024-05-21T", false),
            ("2024-05-21T08", false),
            ("2024-05-21T08:30", true),
            ("2024-05-21 08:30", false),
            ("2024-05-21T24:30", false),
            ("2024-05-21T08:60", false),
            ("2024-05-21T08:30:59", true),
            ("2024-05-21T08:30:61", false),
            ("2024-05-21T08:30:59.123456", true),
            ("2024-05-21T08:30:59.", false),
            ("2024-05-21T08:30:59Z", true),
            ("2024-05-21T08:30:59Zulu", false),
            ("2024-05-21T08:30:59+02:00", true),
            ("2024-05-21T08:30:59-0200", false),
            ("2024-05-21T0ä:30", false),
            ("gestern", false),
        ] {
            assert_eq!(zeitstempel(text).is_ok(), gilt, "{text}");
        }
    }
}
