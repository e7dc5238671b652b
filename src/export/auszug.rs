//! Writes an extract of the look-back: one file, written whole or not at all. Its lines are described
//! where they are read, in `read::auszug`.
//!
//! The bytes go into `.NAME.unfertig-PID` beside the file's place and are synced; only then does the
//! file get its name. A killed run leaves only that file, which the next run into NAME removes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::buendel::{self, Ausgang};
use super::ordner::{
    self, Betriebssystem, Platte, eintraege, eltern, gleicher_inhalt, kennt_nicht, sichere_ordner,
    unfertig,
};
use crate::auszug::{Abdeckung, Auszug, Behandlung, Quartalsstand, Quelle};
use crate::kennung::Praxis;
use crate::pseudonym::{Pseudonym, schluesselkennung};
use crate::read::auszug::{FORMAT, OHNE, VERWENDUNG, siegel, traegt_zeichen};
use crate::read::eingaben::AUSZUG;

/// Why there is no extract. Nothing was written, and a file that was there is untouched.
#[derive(Debug, thiserror::Error)]
pub enum Fehler {
    /// By its name no run would take it for an extract.
    #[error(
        "{}: der Name eines Auszugs endet auf {AUSZUG}; bitte so nennen, zum Beispiel \
         bis-2023Q4{AUSZUG}",
        pfad.display()
    )]
    Name {
        /// The path as given.
        pfad: PathBuf,
    },
    /// The place is none for a file, or the disk refused.
    #[error(transparent)]
    Ort(#[from] buendel::Fehler),
    /// There is something else.
    #[error("{}: ist kein Auszug und wird nicht ersetzt; bitte einen neuen Namen nennen", pfad.display())]
    Fremd {
        /// The path.
        pfad: PathBuf,
    },
    /// There is an extract with other contents.
    #[error(
        "{}: ist schon ein anderer Auszug; bitte einen anderen Namen nennen oder ihn mit --force \
         ersetzen",
        pfad.display()
    )]
    Verschieden {
        /// The file.
        pfad: PathBuf,
    },
    /// Another run is writing the same file.
    #[error(
        "{}: ein anderer Lauf schreibt gerade diesen Auszug; bitte sein Ende abwarten (läuft sicher \
         keiner, diese Datei entfernen)",
        pfad.display()
    )]
    Lebt {
        /// Its work file.
        pfad: PathBuf,
    },
}

/// Checks that an extract may stand at `ziel`, before any long work; creates nothing.
///
/// # Errors
/// [`Fehler`], if another name is needed.
pub fn pruefe_ort(ziel: &Path) -> Result<(), Fehler> {
    let name = ziel.file_name().unwrap_or_default().as_encoded_bytes();
    if name.len() <= AUSZUG.len() || !name.ends_with(AUSZUG.as_bytes()) {
        return Err(Fehler::Name { pfad: ziel.to_owned() });
    }
    ordner::pruefe_ort(ziel)?;
    lage(ziel).map(|_| ())
}

/// Writes an extract. An identical file is left as it is, another extract is replaced only if
/// `ueberschreiben`, and any other file never.
///
/// # Errors
/// [`Fehler`]; then there is no new file, and one that was there is untouched.
pub fn schreibe(
    auszug: &Auszug,
    schluessel: &[u8; 32],
    ziel: &Path,
    ueberschreiben: bool,
) -> Result<Ausgang, Fehler> {
    schreibe_auf(&(Arc::new(Betriebssystem) as Arc<dyn Platte>), ziel, ueberschreiben, |datei| {
        schreibe_text(auszug, schluessel, datei)
    })
}

fn platte(pfad: &Path) -> impl Fn(io::Error) -> Fehler + Copy + '_ {
    move |fehler| Fehler::Ort(buendel::Fehler::platte(pfad, fehler))
}

fn schreibe_auf(
    system: &Arc<dyn Platte>,
    ziel: &Path,
    ueberschreiben: bool,
    schreibe: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Ausgang, Fehler> {
    pruefe_ort(ziel)?;
    fs::create_dir_all(eltern(ziel)).map_err(platte(eltern(ziel)))?;
    // A link stays a link: the file that it names is replaced.
    let ziel =
        if ziel.is_symlink() { &fs::canonicalize(ziel).map_err(platte(ziel))? } else { ziel };
    raeume_auf(ziel)?;
    let arbeit = Arbeitsdatei::neu(ziel, system)?;
    let datei = arbeit.datei.try_clone().map_err(platte(&arbeit.pfad))?;
    let mut puffer = BufWriter::with_capacity(1 << 16, Roh { datei, system });
    schreibe(&mut puffer).and_then(|()| puffer.flush()).map_err(platte(&arbeit.pfad))?;
    drop(puffer);
    system.sichere(&arbeit.datei).map_err(platte(&arbeit.pfad))?;
    let ausgang = match lage(ziel)? {
        false => Ausgang::Geschrieben,
        true if gleicher_inhalt(&arbeit.pfad, ziel).map_err(platte(ziel))? => {
            return Ok(Ausgang::Unveraendert);
        }
        true if ueberschreiben => Ausgang::Ersetzt,
        true => return Err(Fehler::Verschieden { pfad: ziel.to_owned() }),
    };
    arbeit.werde(ziel, ausgang, system).map_err(platte(ziel))?;
    Ok(ausgang)
}

/// Tells whether an extract stands at `ziel`.
fn lage(ziel: &Path) -> Result<bool, Fehler> {
    let mut kopf = Vec::new();
    match File::open(ziel) {
        Err(fehler) if fehler.kind() == io::ErrorKind::NotFound && !ziel.is_symlink() => {
            return Ok(false);
        }
        Err(fehler) => return Err(platte(ziel)(fehler)),
        Ok(datei) if datei.metadata().is_ok_and(|daten| daten.is_file()) => {
            datei.take(256).read_to_end(&mut kopf).map_err(platte(ziel))?
        }
        Ok(_) => return Err(Fehler::Fremd { pfad: ziel.to_owned() }),
    };
    if traegt_zeichen(&kopf) { Ok(true) } else { Err(Fehler::Fremd { pfad: ziel.to_owned() }) }
}

/// The file that is being written, locked as long as the run lives; removed when dropped, unless it
/// has got its name.
struct Arbeitsdatei {
    pfad: PathBuf,
    datei: File,
}

impl Arbeitsdatei {
    fn neu(ziel: &Path, system: &Arc<dyn Platte>) -> Result<Self, Fehler> {
        let pfad = ziel.with_file_name(unfertig(ziel, &std::process::id().to_string()));
        let datei = system.neue_datei(&pfad).map_err(|fehler| match fehler.kind() {
            io::ErrorKind::AlreadyExists => Fehler::Lebt { pfad: pfad.clone() },
            _ => platte(&pfad)(fehler),
        })?;
        // A file system that has no locks is no reason to write nothing.
        let _ = datei.try_lock();
        Ok(Self { pfad, datei })
    }

    /// Becomes `ziel`; what cannot be kept is undone.
    fn werde(&self, ziel: &Path, ausgang: Ausgang, system: &Arc<dyn Platte>) -> io::Result<()> {
        let getauscht = ausgang == Ausgang::Ersetzt
            && match system.tausche(&self.pfad, ziel) {
                Err(fehler) if kennt_nicht(&fehler) => false,
                schritt => schritt.map(|()| true)?,
            };
        if !getauscht {
            system.verschiebe(&self.pfad, ziel)?;
        }
        sichere_ordner(eltern(ziel), system).inspect_err(|_| {
            let _ = match ausgang {
                _ if getauscht => system.tausche(&self.pfad, ziel),
                Ausgang::Geschrieben => system.verschiebe(ziel, &self.pfad),
                // A file system that cannot swap has no old one to bring back; the new one is whole.
                Ausgang::Ersetzt | Ausgang::Unveraendert => Ok(()),
            };
        })
    }
}

impl Drop for Arbeitsdatei {
    fn drop(&mut self) {
        // What cannot be removed is removed by the next run, and never looks like an extract.
        let _ = fs::remove_file(&self.pfad);
    }
}

/// Removes what killed runs left beside `ziel`, or refuses if one of them lives.
fn raeume_auf(ziel: &Path) -> Result<(), Fehler> {
    let vorsatz = unfertig(ziel, "");
    let ist_rest = |pfad: &PathBuf| {
        let name = pfad.file_name().unwrap_or_default().as_encoded_bytes();
        name.starts_with(vorsatz.as_encoded_bytes()) && pfad.is_file() && !pfad.is_symlink()
    };
    let reste = eintraege(eltern(ziel)).map_err(platte(eltern(ziel)))?;
    for rest in reste.into_iter().filter(ist_rest) {
        match File::open(&rest).map(|datei| datei.try_lock().is_ok()) {
            Ok(false) => return Err(Fehler::Lebt { pfad: rest }),
            Ok(true) => fs::remove_file(&rest).map_err(platte(&rest))?,
            // Its run has just ended.
            Err(fehler) if fehler.kind() == io::ErrorKind::NotFound => {}
            Err(fehler) => return Err(platte(&rest)(fehler)),
        }
    }
    Ok(())
}

/// The file behind the buffer.
struct Roh<'a> {
    datei: File,
    system: &'a Arc<dyn Platte>,
}

impl Write for Roh<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.system.schreibe(&mut self.datei, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Passes bytes on and seals them.
struct Siegelnd<'a> {
    ziel: &'a mut dyn Write,
    siegel: blake3::Hasher,
}

impl Write for Siegelnd<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.ziel.write_all(bytes)?;
        self.siegel.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.ziel.flush()
    }
}

/// Writes the text of an extract.
fn schreibe_text(auszug: &Auszug, schluessel: &[u8; 32], ziel: &mut dyn Write) -> io::Result<()> {
    let mut text = Siegelnd { ziel, siegel: siegel(schluessel) };
    let oder_ohne = |wert: Option<String>| wert.unwrap_or_else(|| OHNE.to_owned());
    let status = oder_ohne(auszug.status.map(|status| status.to_string()));
    let kv = oder_ohne(auszug.kv.map(|kv| format!("{kv:02}")));
    writeln!(text, "{FORMAT}\nschluessel\t{}", schluesselkennung(schluessel))?;
    writeln!(text, "lieferungen\t{status}\t{kv}\t{}", auszug.bis)?;
    for quelle in &auszug.quellen {
        schreibe_quelle(quelle, &mut text)?;
    }
    let mut rest = &auszug.behandlungen[..];
    for (nummer, schliessung) in (0..).zip(&auszug.schliessungen) {
        let Abdeckung { praxis, letzter_tag, art, quartale, .. } = schliessung;
        writeln!(text, "schliessung\t{praxis}\t{letzter_tag}\t{}", art.name())?;
        for Quartalsstand { quartal, stand, betriebsstaetten } in quartale {
            let liste = liste(betriebsstaetten);
            writeln!(text, "quartal\t{quartal}\t{}\t{liste}", stand.name())?;
            let bis = rest.partition_point(|b| (b.schliessung, b.quartal) <= (nummer, *quartal));
            schreibe_behandlungen(&rest[..bis], &mut text)?;
            rest = &rest[bis..];
        }
    }
    write!(text, "ende\t{}\t", auszug.behandlungen.len())?;
    let siegel = text.siegel.finalize().to_hex();
    writeln!(text.ziel, "{siegel}")
}

fn schreibe_quelle(quelle: &Quelle, text: &mut impl Write) -> io::Result<()> {
    let Quelle { name, blake3, lieferung, ersatz_fuer, quartal, .. } = quelle;
    let verwendung = VERWENDUNG.iter().find(|(ersetzt, _)| *ersetzt == quelle.ersetzt);
    let verwendung = verwendung.map_or(OHNE, |(_, name)| name);
    let liste = liste(&quelle.betriebsstaetten);
    write!(text, "quelle\t{blake3}\t{verwendung}\t{quartal}\t{liste}\t{name}\t{lieferung}")?;
    match ersatz_fuer {
        Some(ersatz_fuer) => writeln!(text, "\t{ersatz_fuer}"),
        None => writeln!(text),
    }
}

fn liste(praxen: &[Praxis]) -> String {
    if praxen.is_empty() {
        return OHNE.to_owned();
    }
    praxen.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn schreibe_behandlungen(
    behandlungen: &[Behandlung<Pseudonym>],
    text: &mut impl Write,
) -> io::Result<()> {
    let schein = |b: &Behandlung<Pseudonym>| (b.satzart, b.scheinuntergruppe, b.fachgruppe);
    for gruppe in behandlungen.chunk_by(|a, b| schein(a) == schein(b)) {
        let Behandlung { satzart, scheinuntergruppe, fachgruppe, .. } = gruppe[0];
        let (satzart, anzahl) = (satzart.name(), gruppe.len());
        writeln!(
            text,
            "behandlungen\t{satzart}\t{scheinuntergruppe:02}\t{fachgruppe:02}\t{anzahl}"
        )?;
        for behandlung in gruppe {
            writeln!(text, "{}\t{}", behandlung.patient, behandlung.letzter_tag)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
