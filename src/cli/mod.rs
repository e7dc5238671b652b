//! The command: arguments in, a bundle or an answer out.
//!
//! The only room that prints, and only to the streams it is given: data to stdout, talk to stderr.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

mod argumente;
mod aufruffehler;
mod auftrag;
mod erzeugung;
mod fortschritt;
mod rueckblick;
mod zeilen;
mod zusammenfassung;

use crate::erklaerung::klaerliste::klaerliste;
use crate::erklaerung::suche::{Fund, suche};
use crate::export::buendel;
use crate::meldung::{Code, Meldungen, Ort, Stufe};
use crate::parameter::regeltext;
use crate::read::eingaben::{Art, Eingabe, Eingaben, ursache};
use crate::read::einstellungen::{self, Einstellungen};
use crate::read::kleintext::lies_text;
use crate::read::roh::{Rohquelle, Zaehler, lesefehler};
use crate::threads;

use argumente::{Auskunft, Befehl, Erklaerfrage, Regelfrage, Schema};
use zeilen::anzahl;

/// How a call ends; the number is the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Ende {
    /// Done.
    Fertig = 0,
    /// Refused; nothing was written.
    Abgelehnt = 1,
    /// Wrong arguments, or an id that is unknown.
    Aufruf = 2,
    /// Done, but a person must decide something, and the caller wants to know (`--strikt`).
    Klaerfaelle = 3,
}

/// Why a call does not do what it was asked.
#[derive(Debug)]
enum Absage {
    /// The arguments are wrong.
    Aufruf(String),
    /// The inputs are: all errors, and all other messages that were met on the way.
    Eingaben(Meldungen),
    /// There is no bundle.
    Buendel(buendel::Fehler),
    /// There is no answer.
    Grund(String),
    /// stdout takes nothing more.
    Stdout(io::Error),
}

impl From<Meldungen> for Absage {
    fn from(meldungen: Meldungen) -> Self {
        Self::Eingaben(meldungen)
    }
}

impl From<buendel::Fehler> for Absage {
    fn from(fehler: buendel::Fehler) -> Self {
        Self::Buendel(fehler)
    }
}

/// Returns how many threads the environment asks for.
fn threads_der_umgebung() -> Result<usize, Absage> {
    threads::der_umgebung().map_err(|fehler| Absage::Aufruf(fehler.to_string()))
}

/// The streams of a call.
struct Konsole<'a> {
    stdout: &'a mut dyn Write,
    stderr: &'a mut dyn Write,
    /// stderr is a terminal, where progress can be drawn.
    terminal: bool,
}

impl Konsole<'_> {
    /// Writes data. A reader that has seen enough (`| head`) has closed the pipe: that is success.
    fn antworte(&mut self, text: &str) -> Result<(), Absage> {
        let geschrieben = self.stdout.write_all(text.as_bytes()).and_then(|()| self.stdout.flush());
        match geschrieben {
            Err(fehler) if fehler.kind() != io::ErrorKind::BrokenPipe => {
                Err(Absage::Stdout(fehler))
            }
            _ => Ok(()),
        }
    }

    /// Says a line. That nobody can hear it changes nothing.
    fn sage(&mut self, zeile: impl Display) {
        let _ = writeln!(self.stderr, "{zeile}");
    }

    fn sage_ab(&mut self, absage: &Absage) -> Ende {
        match absage {
            Absage::Aufruf(text) => {
                self.sage(text);
                return Ende::Aufruf;
            }
            Absage::Eingaben(meldungen) => {
                let liste = meldungen.liste();
                for fehler in liste.iter().filter(|m| m.code.stufe() == Stufe::Fehler) {
                    self.sage(fehler);
                }
                let anzahl = anzahl(meldungen.anzahl_der_stufe(Stufe::Fehler));
                self.sage(format_args!("{anzahl} Fehler; es wurde nichts geschrieben"));
            }
            Absage::Buendel(fehler) => {
                self.sage(fehler);
                self.sage("1 Fehler; es wurde nichts geschrieben");
            }
            Absage::Grund(text) => self.sage(text),
            Absage::Stdout(fehler) => {
                let ursache = ursache(fehler);
                self.sage(format_args!("die Standardausgabe ist nicht beschreibbar: {ursache}"));
            }
        }
        Ende::Abgelehnt
    }
}

/// Does what `args` (without the program's name) ask for, and returns the exit code: 0 done,
/// 1 refused and nothing written, 2 wrong arguments or unknown id, 3 done with Klärfälle under
/// `--strikt`. `terminal` tells whether stderr is one; only then progress is drawn.
pub fn run(
    args: impl Iterator<Item = OsString>,
    stdout: &mut dyn Write,
    stderr: &mut dyn Write,
    terminal: bool,
) -> u8 {
    let mut konsole = Konsole { stdout, stderr, terminal };
    let ende = match argumente::lies(args.collect()) {
        Ok(befehl) => befolge(&befehl, &mut konsole),
        Err(Auskunft::Hilfe(text)) => konsole.antworte(&text).map(|()| Ende::Fertig),
        Err(Auskunft::Fehler(text)) => Err(Absage::Aufruf(text)),
    };
    ende.unwrap_or_else(|absage| konsole.sage_ab(&absage)) as u8
}

fn befolge(befehl: &Befehl, konsole: &mut Konsole<'_>) -> Result<Ende, Absage> {
    match befehl {
        Befehl::Run(lauf) => auftrag::run(lauf, konsole),
        Befehl::Check(pruefung) => auftrag::check(pruefung, konsole),
        Befehl::Rueckblick(angaben) => rueckblick::rueckblick(angaben, konsole),
        Befehl::Explain(frage) => explain(frage, konsole),
        Befehl::Rules(frage) => rules(frage, konsole),
        Befehl::Schema { name } => schema(*name, konsole),
        Befehl::Generate(angaben) => erzeugung::generate(angaben, konsole),
    }
}

/// Explains what an id stands for; an id that means several things lists them. Without one, lists
/// what is to be found out for all Klärfälle.
fn explain(frage: &Erklaerfrage, konsole: &mut Konsole<'_>) -> Result<Ende, Absage> {
    let Erklaerfrage { buendel, id, .. } = frage;
    let Some(id) = id else {
        let liste = klaerliste(buendel).map_err(|fehler| Absage::Grund(fehler.to_string()))?;
        konsole.antworte(&liste)?;
        return Ok(Ende::Fertig);
    };
    match suche(buendel, id).map_err(|fehler| Absage::Grund(fehler.to_string()))? {
        Fund::Erklaerungen(texte) => konsole.antworte(&texte.join("\n"))?,
        Fund::Auswahl(ids) => {
            konsole.sage(format_args!("`{id}` ist mehrdeutig; bitte eine dieser Ids nennen:"));
            konsole.antworte(&(ids.join("\n") + "\n"))?;
        }
        Fund::Nichts => {
            return Err(Absage::Aufruf(format!(
                "`{id}` gibt es in {0} nicht; Ids sind BSNR7/FALL_ID (§ 9), LANR7/BSNR7 (§ 5) und \
                 die Id der Arztstelle (§ 6), wie sie in den Tabellen des Bündels stehen\n\
                 Ein Fall, den es gibt, ist dann nicht gekennzeichnet (solche Fälle stehen in keinem \
                 Bündel) oder wurde nicht geliefert; welche Dateien gelesen wurden, steht mit \
                 Prüfsummen in {0}/protokoll.json",
                buendel.display()
            )));
        }
    }
    Ok(Ende::Fertig)
}

/// Prints the rules in force.
fn rules(frage: &Regelfrage, konsole: &mut Konsole<'_>) -> Result<Ende, Absage> {
    let einstellungen = match &frage.einstellungen {
        Some(pfad) => lies_einstellungen(pfad)?,
        None => Einstellungen::default(),
    };
    let text = regeltext(frage.quartal, &einstellungen.parameter, &einstellungen.auslegungen)
        .map_err(|keine| Absage::Grund(keine.to_string()))?;
    konsole.antworte(&text)?;
    Ok(Ende::Fertig)
}

fn lies_einstellungen(pfad: &Path) -> Result<Einstellungen, Meldungen> {
    // The same checks and the same name in messages as in a run.
    let eingaben = Eingaben::aus(None, &[(Art::Einstellungen, PathBuf::from(pfad))]);
    let mut meldungen = eingaben.fehler().clone();
    for eingabe in eingaben.alle() {
        let Eingabe { name, pfad, komprimierung, .. } = eingabe;
        let gelesen = Rohquelle::oeffne(pfad, *komprimierung, Zaehler::default())
            .map_err(|fehler| lesefehler(&fehler, Ort::datei(name)))
            .and_then(|roh| lies_text(roh, name, Code::EinstellungUngueltig));
        match gelesen.map(|(text, _)| einstellungen::lies(name, &text)) {
            Ok(Ok(einstellungen)) => return Ok(einstellungen),
            Ok(Err(fehler)) => fehler.into_iter().for_each(|meldung| meldungen.melde(meldung)),
            Err(meldung) => meldungen.melde(meldung),
        }
    }
    Err(meldungen)
}

/// Prints a schema, or which there are.
fn schema(name: Option<Schema>, konsole: &mut Konsole<'_>) -> Result<Ende, Absage> {
    let text = match name {
        Some(Schema::Faelle) => include_str!("../read/faelle.xsd"),
        Some(Schema::Stammdaten) => include_str!("../read/stammdaten.xsd"),
        Some(Schema::Dienstplan) => include_str!("../read/dienstplan.xsd"),
        None => {
            "faelle      Abrechnungsfälle je Praxis, auch die des Rückblicks\n\
             stammdaten  Praxen, Ärzte, Arztstellen, Schließungen, Bewilligungen und Beträge\n\
             dienstplan  Bereitschaftsdienste der Inseln\n"
        }
    };
    konsole.antworte(text)?;
    Ok(Ende::Fertig)
}

#[cfg(test)]
mod tests;
