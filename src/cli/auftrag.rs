//! `run` and `check`.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::argumente::{Lauf, Pruefung, Quellen};
use super::fortschritt::Fortschritt;
use super::{Absage, Ende, Konsole, threads_der_umgebung, zusammenfassung};
use crate::export::buendel::{Buendel, Fehler};
use crate::export::{self, protokoll};
use crate::lauf::{Auftrag, fuehre_aus, pruefe};
use crate::meldung::{Meldungen, Stufe};
use crate::read::eingaben::{Eingaben, ursache};
use crate::read::roh::Zaehler;

/// Decides a quarter and writes its bundle.
pub(super) fn run(lauf: &Lauf, konsole: &mut Konsole<'_>) -> Result<Ende, Absage> {
    pruefe_ziel(lauf)?;
    Buendel::pruefe_ort(&lauf.out)?;
    let auftrag = Auftrag { lauf: lauf.nummer, ..auftrag(&lauf.quellen)? };
    if eltern(&lauf.out).is_dir() {
        // Begun and given up at once: a place that is none for a bundle shall not cost a long run.
        // Where the parents are missing nothing can stand in the way, and a refused run leaves none.
        drop(Buendel::beginne(&lauf.out)?);
    }
    let zeitstempel = lauf.zeitstempel.as_deref();
    let fortschritt = Fortschritt::von(&auftrag, konsole.terminal);
    let ergebnis = match fuehre_aus(&auftrag) {
        Ok(ergebnis) => ergebnis,
        Err(meldungen) => {
            drop(fortschritt);
            // There is no bundle that would hold them.
            zeige(&meldungen, false, konsole);
            return Err(Absage::Eingaben(meldungen));
        }
    };
    let ausgang = export::schreibe(&ergebnis, zeitstempel, &lauf.out, lauf.force)?;
    drop(fortschritt);
    let wo = format!("siehe {}", lauf.out.join("meldungen.csv").display());
    sage_uebrige(&ergebnis.meldungen, &wo, konsole);
    let ort = zusammenfassung::ort(ausgang, &lauf.out);
    let gesagt = if lauf.json {
        konsole.sage(&ort);
        konsole.antworte(&protokoll::text(&ergebnis, zeitstempel).map_err(Fehler::from)?)
    } else {
        konsole.antworte(&zusammenfassung::lauf(&ergebnis, &ort))
    };
    match gesagt {
        // The bundle stands: what cannot be said of it does not undo it.
        Err(Absage::Stdout(fehler)) => {
            let (was, ursache) =
                (if lauf.json { "das Protokoll" } else { "die Zusammenfassung" }, ursache(&fehler));
            if !lauf.json {
                konsole.sage(&ort);
            }
            konsole.sage(format_args!(
                "das Bündel ist vollständig, aber {was} ließ sich nicht ausgeben: die \
                 Standardausgabe ist nicht beschreibbar ({ursache})"
            ));
        }
        gesagt => gesagt?,
    }
    let summen = &ergebnis.abrechnung.summen;
    let offen = zusammenfassung::klaerfaelle(summen)
        + ergebnis.meldungen.anzahl_der_stufe(Stufe::Klaerfall);
    Ok(if lauf.strikt && 0 < offen { Ende::Klaerfaelle } else { Ende::Fertig })
}

/// Reads and validates everything. There is no file for the messages, so all are said.
pub(super) fn check(pruefung: &Pruefung, konsole: &mut Konsole<'_>) -> Result<Ende, Absage> {
    let auftrag = auftrag(&pruefung.quellen)?;
    let fortschritt = Fortschritt::von(&auftrag, konsole.terminal);
    let ergebnis = pruefe(&auftrag);
    drop(fortschritt);
    // The errors that refuse are said at the end; here only those of files that were left out.
    match &ergebnis {
        Ok(pruefung) => zeige(&pruefung.meldungen, true, konsole),
        Err(meldungen) => zeige(meldungen, false, konsole),
    }
    konsole.antworte(&zusammenfassung::pruefung(&ergebnis?))?;
    Ok(Ende::Fertig)
}

fn auftrag(quellen: &Quellen) -> Result<Auftrag, Absage> {
    let threads = quellen.threads.map_or_else(threads_der_umgebung, Ok)?;
    Ok(Auftrag {
        eingaben: Eingaben::aus(quellen.ordner.as_deref(), &quellen.einzelne()),
        threads: Some(threads),
        ohne_vorlauf: quellen.ohne_vorlauf,
        ohne_fehlerhafte_dateien: quellen.ohne_fehlerhafte_dateien,
        lauf: 1,
        zaehler: Zaehler::default(),
    })
}

/// Says all messages with their level, the errors only if asked to.
pub(super) fn zeige(meldungen: &Meldungen, mit_fehlern: bool, konsole: &mut Konsole<'_>) {
    for meldung in meldungen.liste() {
        let stufe = meldung.code.stufe();
        if mit_fehlern || stufe != Stufe::Fehler {
            konsole.sage(format_args!("{}: {meldung}", stufe.name()));
        }
    }
}

/// Says in one line how many messages refuse nothing, and where they can be read.
fn sage_uebrige(meldungen: &Meldungen, wo: &str, konsole: &mut Konsole<'_>) {
    if let Some(text) = zusammenfassung::uebrige(meldungen) {
        konsole.sage(format_args!("{text}: {wo}"));
    }
}

/// A bundle among the inputs would be an unknown file for the next run.
fn pruefe_ziel(lauf: &Lauf) -> Result<(), Absage> {
    let Some(ordner) = lauf.quellen.ordner.as_deref() else { return Ok(()) };
    let (eingabe, ziel) = (aufgeloest(ordner), aufgeloest(&lauf.out));
    let unter_erwartet =
        ziel.strip_prefix(eingabe.join("erwartet")).is_ok_and(|rest| rest != Path::new(""));
    if !ziel.starts_with(&eingabe) || unter_erwartet {
        return Ok(());
    }
    Err(Absage::Grund(format!(
        "{}: liegt im Eingabeordner {}, wo der nächste Lauf das Bündel für eine Eingabe hielte; \
         bitte mit --out einen Ordner außerhalb nennen\n\
         1 Fehler; es wurde nichts geschrieben",
        lauf.out.display(),
        ordner.display()
    )))
}

fn eltern(pfad: &Path) -> &Path {
    pfad.parent().filter(|eltern| !eltern.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns the path without links and `..`, also if its end does not exist yet.
fn aufgeloest(pfad: &Path) -> PathBuf {
    let ganz = std::path::absolute(pfad).unwrap_or_else(|_| pfad.to_owned());
    let mut aufgeloest = PathBuf::new();
    for teil in ganz.components() {
        match teil {
            Component::ParentDir => drop(aufgeloest.pop()),
            teil => aufgeloest.push(teil),
        }
        if let Ok(ohne_links) = fs::canonicalize(&aufgeloest) {
            aufgeloest = ohne_links;
        }
    }
    aufgeloest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_may_name_the_threads() {
        // What is asked for on the command line is not asked of the environment.
        let quellen = |args: &[&str]| {
            let args = [&["check", "ordner"], args].concat();
            match super::super::argumente::lies(args.into_iter().map(Into::into).collect()) {
                Ok(super::super::Befehl::Check(pruefung)) => pruefung.quellen,
                andere => panic!("{andere:?}"),
            }
        };
        let threads = |args: &[&str]| auftrag(&quellen(args)).ok().and_then(|a| a.threads);
        assert_eq!(threads(&["--threads", "3"]), Some(3));
        assert!(threads(&[]).is_some(), "a wrong environment is a wrong call");
    }

    #[test]
    fn paths_are_compared_without_links_even_if_they_do_not_exist() {
        let ordner = tempfile::tempdir().expect("Ordner");
        let wurzel = fs::canonicalize(ordner.path()).expect("Pfad");
        fs::create_dir(wurzel.join("a")).expect("Ordner");
        #[cfg(unix)]
        std::os::unix::fs::symlink("a", wurzel.join("link")).expect("Link");
        for (pfad, erwartet) in [
            ("a", "a"),
            ("a/", "a"),
            ("a/./x/../y", "a/y"),
            ("x/../a/y", "a/y"),
            #[cfg(unix)]
            ("link/y/z", "a/y/z"),
            #[cfg(unix)]
            ("link/../b", "b"),
        ] {
            assert_eq!(aufgeloest(&ordner.path().join(pfad)), wurzel.join(erwartet), "{pfad}");
        }
    }
}
