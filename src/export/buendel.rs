//! The bundle: a folder that is written whole or not at all.
//!
//! All files are written into the work folder `.NAME.unfertig-PID` beside the bundle's place and
//! synced; only then does the folder get its name. A killed run leaves only the work folder, which
//! the next run into NAME removes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::ordner::{self, Arbeitsordner, Betriebssystem, Lage, Platte};
use crate::read::eingaben::ursache;
use crate::threads::KeinPool;

/// Format of the bundle; `protokoll.json` must begin with it: `{"format":"strukturfonds-buendel/1"`.
/// By that a folder is known as a bundle and may be replaced.
pub const FORMAT: &str = "strukturfonds-buendel/1";

/// The files of a bundle. The evidence may have any ending.
const NAMEN: [&str; 6] = [
    "entscheidungen.csv",
    "umsatzgarantie.csv",
    "erschwerniszulage.csv",
    "buchungen.csv",
    "meldungen.csv",
    "protokoll.json",
];

/// Tells whether a bundle may have a file of this name.
pub(super) fn ist_name(name: &str) -> bool {
    NAMEN.contains(&name) || name.strip_prefix("nachweis.").is_some_and(|rest| !rest.is_empty())
}

/// Why there is no bundle. Nothing was written, and a bundle that was there is untouched.
#[derive(Debug, thiserror::Error)]
pub enum Fehler {
    /// The path ends in no name of its own (`/`, `..`), or in one that is reserved.
    #[error(
        "{}: kein Name für ein Bündel; bitte einen Ordner nennen, zum Beispiel ergebnis/2024Q1",
        pfad.display()
    )]
    KeinName {
        /// The path as given.
        pfad: PathBuf,
    },
    /// There is a file.
    #[error(
        "{}: ist eine Datei und wird nicht ersetzt; bitte einen Ordner nennen, der neu, leer oder \
         ein Bündel ist",
        pfad.display()
    )]
    KeinOrdner {
        /// The file.
        pfad: PathBuf,
    },
    /// There is a folder with something else in it.
    #[error(
        "{}: ist kein Bündel ({grund}) und wird nicht ersetzt; bitte einen Ordner nennen, der neu, \
         leer oder ein Bündel ist",
        pfad.display()
    )]
    Fremd {
        /// The folder.
        pfad: PathBuf,
        /// What shows that it is no bundle.
        grund: String,
    },
    /// A folder above it is a bundle, which one more folder would ruin.
    #[error(
        "{}: liegt im Bündel {}, das damit keines mehr wäre; bitte einen Ordner außerhalb nennen",
        pfad.display(),
        buendel.display()
    )]
    ImBuendel {
        /// The path as given.
        pfad: PathBuf,
        /// The bundle.
        buendel: PathBuf,
    },
    /// There is a bundle with other contents.
    #[error(
        "{}: enthält schon ein anderes Bündel; bitte einen anderen Ordner nennen oder es mit \
         --force ersetzen",
        pfad.display()
    )]
    Verschieden {
        /// The bundle.
        pfad: PathBuf,
    },
    /// There is a bundle with other contents, and its bookings are final.
    #[error(
        "{}: das Bündel enthält endgültige Buchungen und wird auch mit --force nicht ersetzt; bitte \
         in einen anderen Ordner schreiben, mit --lauf N für eigene Belegnummern",
        pfad.display()
    )]
    Endgueltig {
        /// The bundle.
        pfad: PathBuf,
    },
    /// Another run is writing the same bundle.
    #[error(
        "{}: ein anderer Lauf schreibt gerade dieses Bündel; bitte sein Ende abwarten (läuft \
         sicher keiner, diesen Ordner entfernen)",
        pfad.display()
    )]
    Lebt {
        /// Its work folder.
        pfad: PathBuf,
    },
    /// The program did not write all that makes a bundle.
    #[error("{}: das Bündel ist unvollständig: {grund}", pfad.display())]
    Unvollstaendig {
        /// The work folder.
        pfad: PathBuf,
        /// What is missing.
        grund: String,
    },
    /// The system gives no threads for writing.
    #[error(transparent)]
    Threads(#[from] KeinPool),
    /// The disk refused.
    #[error("{}: {}", pfad.display(), ursache(fehler))]
    Platte {
        /// File or folder.
        pfad: PathBuf,
        /// Its error.
        #[source]
        fehler: io::Error,
    },
    /// Contents that could not be put into their format.
    #[error("die Ausgabe ist nicht möglich: {0}")]
    Ausgabe(#[source] io::Error),
}

impl Fehler {
    pub(super) fn platte(pfad: &Path, fehler: io::Error) -> Self {
        Self::Platte { pfad: pfad.to_owned(), fehler }
    }
}

impl From<io::Error> for Fehler {
    /// Gets back the error that a [`Datei`] has passed through a writer of some format.
    fn from(fehler: io::Error) -> Self {
        fehler.downcast().unwrap_or_else(Self::Ausgabe)
    }
}

/// How a bundle came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ausgang {
    /// It is new.
    Geschrieben,
    /// The identical bundle was there and is untouched.
    Unveraendert,
    /// It has replaced another one.
    Ersetzt,
}

/// A bundle that is being written. Dropped unfinished, it leaves nothing.
#[derive(Debug)]
pub struct Buendel {
    ziel: PathBuf,
    arbeit: Arbeitsordner,
    platte: Arc<dyn Platte>,
    /// Names of the files and whether each is finished.
    dateien: Vec<(String, Arc<AtomicBool>)>,
}

impl Buendel {
    /// Begins the bundle that shall stand at `ziel`: creates missing parents, removes what dead runs
    /// left beside it, and checks that the place is free, empty or a bundle, before any long work.
    ///
    /// # Errors
    /// [`Fehler`], if the place is none for a bundle or another run is writing there.
    pub fn beginne(ziel: &Path) -> Result<Self, Fehler> {
        Self::beginne_auf(ziel, Arc::new(Betriebssystem))
    }

    /// Checks that no folder above `ziel` is a bundle; creates nothing.
    ///
    /// # Errors
    /// [`Fehler::ImBuendel`]
    pub fn pruefe_ort(ziel: &Path) -> Result<(), Fehler> {
        ordner::pruefe_ort(ziel)
    }

    pub(super) fn beginne_auf(ziel: &Path, platte: Arc<dyn Platte>) -> Result<Self, Fehler> {
        let ziel = ordner::ziel(ziel)?;
        ordner::lage(&ziel)?;
        let arbeit = Arbeitsordner::neu(&ziel, &platte)?;
        Ok(Self { ziel, arbeit, platte, dateien: Vec::new() })
    }

    /// Creates a file of the bundle. It must be [finished](Datei::fertig) before the bundle is;
    /// several may be open at a time.
    ///
    /// # Errors
    /// [`Fehler::Platte`] if the disk refuses or the file exists, [`Fehler::Unvollstaendig`] for a
    /// name that no file of a bundle has.
    pub fn datei(&mut self, name: &str) -> Result<Datei, Fehler> {
        if !ist_name(name) {
            let grund = format!("{name} gehört zu keinem Bündel");
            return Err(Fehler::Unvollstaendig { pfad: self.arbeit.pfad.clone(), grund });
        }
        let pfad = self.arbeit.pfad.join(name);
        let datei =
            self.platte.neue_datei(&pfad).map_err(|fehler| Fehler::platte(&pfad, fehler))?;
        let fertig = Arc::new(AtomicBool::new(false));
        self.dateien.push((name.to_owned(), Arc::clone(&fertig)));
        let roh = Roh { datei, platte: Arc::clone(&self.platte) };
        let puffer = BufWriter::with_capacity(PUFFER, roh);
        Ok(Datei { pfad, puffer, gescheitert: false, fertig })
    }

    /// Gives the bundle its name. A bundle with the same bytes is left as it is; another one is
    /// replaced only if `ueberschreiben` and its bookings are not final, and in one step where the
    /// file system can.
    ///
    /// # Errors
    /// [`Fehler`]; then there is no new bundle, and the old one is untouched.
    pub fn fertig(mut self, ueberschreiben: bool) -> Result<Ausgang, Fehler> {
        self.pruefe_vollstaendig()
            .map_err(|grund| Fehler::Unvollstaendig { pfad: self.arbeit.pfad.clone(), grund })?;
        self.arbeit.sichere(&self.platte)?;
        match ordner::lage(&self.ziel)? {
            Lage::Frei => {
                self.arbeit.werde(&self.ziel, &self.platte)?;
                Ok(Ausgang::Geschrieben)
            }
            Lage::Buendel if ordner::gleich(&self.arbeit.pfad, &self.ziel)? => {
                Ok(Ausgang::Unveraendert)
            }
            Lage::Buendel if ordner::ist_endgueltig(&self.ziel)? => {
                Err(Fehler::Endgueltig { pfad: self.ziel.clone() })
            }
            Lage::Buendel if ueberschreiben => {
                self.arbeit.ersetze(&self.ziel, &self.platte)?;
                Ok(Ausgang::Ersetzt)
            }
            Lage::Buendel => Err(Fehler::Verschieden { pfad: self.ziel.clone() }),
        }
    }

    /// Checks that every file was finished and that the folder will be known as a bundle.
    fn pruefe_vollstaendig(&self) -> Result<(), String> {
        match self.dateien.iter().find(|(_, fertig)| !fertig.load(Ordering::Acquire)) {
            Some((name, _)) => Err(format!("{name} wurde nicht zu Ende geschrieben")),
            None => ordner::ist_buendel(&self.arbeit.pfad),
        }
    }
}

/// Bytes that are collected before they are written.
const PUFFER: usize = 1 << 16;

/// A file of a bundle that is being written. Its errors carry a [`Fehler`] with the path; after one
/// it takes nothing more.
#[derive(Debug)]
pub struct Datei {
    pfad: PathBuf,
    puffer: BufWriter<Roh>,
    gescheitert: bool,
    fertig: Arc<AtomicBool>,
}

impl Datei {
    /// Writes the rest and waits until the disk has it.
    ///
    /// # Errors
    /// [`Fehler::Platte`], also if an earlier write failed.
    pub fn fertig(mut self) -> Result<(), Fehler> {
        self.flush()?;
        let roh = self.puffer.get_ref();
        roh.platte.sichere(&roh.datei).map_err(|fehler| Fehler::platte(&self.pfad, fehler))?;
        self.fertig.store(true, Ordering::Release);
        Ok(())
    }

    fn pruefe<T>(&mut self, schritt: io::Result<T>) -> io::Result<T> {
        schritt.map_err(|fehler| {
            if fehler.kind() == io::ErrorKind::Interrupted {
                return fehler;
            }
            self.gescheitert = true;
            io::Error::new(fehler.kind(), Fehler::platte(&self.pfad, fehler))
        })
    }

    fn steht_noch(&mut self) -> io::Result<()> {
        let ergebnis = if self.gescheitert {
            Err(io::Error::other("das Schreiben ist vorher gescheitert"))
        } else {
            Ok(())
        };
        self.pruefe(ergebnis)
    }
}

impl Write for Datei {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.steht_noch()?;
        let schritt = self.puffer.write(bytes);
        self.pruefe(schritt)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.steht_noch()?;
        let schritt = self.puffer.flush();
        self.pruefe(schritt)
    }
}

/// The file behind the buffer.
#[derive(Debug)]
struct Roh {
    datei: File,
    platte: Arc<dyn Platte>,
}

impl Write for Roh {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.platte.schreibe(&mut self.datei, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests;
