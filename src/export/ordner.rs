//! Folders on the disk: the work folder with its lock, leftovers of dead runs, what a bundle is, and
//! how one takes the other's place.

use std::ffi::{OsStr, OsString};
use std::fmt::Debug;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde::Deserialize;

use super::buendel::{FORMAT, Fehler, ist_name};
use crate::auslegung::Wert;
use crate::read::einstellungen::Buchungsstatus;

/// What stands between a bundle's name and the rest of its work folder's.
const UNFERTIG: &str = ".unfertig-";

/// The steps of writing that may fail. The defaults are the operating system's; a test replaces
/// them to make each of them fail.
pub(crate) trait Platte: Debug + Send + Sync {
    /// Creates a folder.
    fn neuer_ordner(&self, pfad: &Path) -> io::Result<()> {
        fs::create_dir(pfad)
    }

    /// Creates a file that must not exist.
    fn neue_datei(&self, pfad: &Path) -> io::Result<File> {
        File::create_new(pfad)
    }

    /// Writes some of the bytes.
    fn schreibe(&self, datei: &mut File, bytes: &[u8]) -> io::Result<usize> {
        io::Write::write(datei, bytes)
    }

    /// Waits until the disk has a file or a folder's entries.
    fn sichere(&self, griff: &File) -> io::Result<()> {
        griff.sync_all()
    }

    /// Waits until the disk has all files of the file system that a folder lies on, if
    /// [`SICHERT_DATEIEN`].
    fn sichere_dateien(&self, ordner: &File) -> io::Result<()> {
        sichere_dateien(ordner)
    }

    /// Renames a file or folder to a name that is free, an empty folder's, or a file's that it replaces.
    fn verschiebe(&self, von: &Path, nach: &Path) -> io::Result<()> {
        fs::rename(von, nach)
    }

    /// Swaps two folders in one step.
    fn tausche(&self, a: &Path, b: &Path) -> io::Result<()> {
        tausche(a, b)
    }
}

/// The disk itself.
#[derive(Debug)]
pub(crate) struct Betriebssystem;

impl Platte for Betriebssystem {}

/// Whether the system can wait for many files in one step, and says if one of them failed.
pub(crate) const SICHERT_DATEIEN: bool = cfg!(target_os = "linux");

#[cfg(target_os = "linux")]
fn sichere_dateien(ordner: &File) -> io::Result<()> {
    Ok(rustix::fs::syncfs(ordner)?)
}

#[cfg(not(target_os = "linux"))]
fn sichere_dateien(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn tausche(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn tausche(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The work folder of a live run; removed when dropped.
#[derive(Debug)]
pub(crate) struct Arbeitsordner {
    pub(crate) pfad: PathBuf,
    /// Where an old bundle goes if the file system cannot swap.
    beiseite: PathBuf,
    /// Locked as long as the run lives; the system gives the lock back even if the run is killed.
    griff: Option<File>,
    behalten: bool,
}

impl Drop for Arbeitsordner {
    fn drop(&mut self) {
        if !self.behalten {
            // What cannot be removed is removed by the next run, and never looks like a bundle.
            let _ = fs::remove_dir_all(&self.pfad);
        }
    }
}

/// Resolves where a bundle shall stand to a path with a name, and creates its parents.
pub(crate) fn ziel(angegeben: &Path) -> Result<PathBuf, Fehler> {
    let name = angegeben.file_name().filter(|name| {
        // This name could be the work folder of another bundle.
        !name.to_string_lossy().contains(UNFERTIG)
    });
    let Some(name) = name else { return Err(Fehler::KeinName { pfad: angegeben.to_owned() }) };
    let ziel = angegeben.with_file_name(name);
    if ziel.is_symlink() {
        // The work folder must stand beside the folder itself, on the same disk.
        let ziel = fs::canonicalize(&ziel).map_err(|fehler| Fehler::platte(&ziel, fehler))?;
        pruefe_ort(&ziel)?;
        return Ok(ziel);
    }
    pruefe_ort(&ziel)?;
    let eltern = eltern(&ziel);
    if eltern.is_file() {
        return Err(Fehler::KeinOrdner { pfad: eltern.to_owned() });
    }
    fs::create_dir_all(eltern).map_err(|fehler| Fehler::platte(eltern, fehler))?;
    Ok(ziel)
}

/// Checks that no folder above `ziel` is a bundle: with one more folder in it, it would be none.
pub(super) fn pruefe_ort(ziel: &Path) -> Result<(), Fehler> {
    let ganz = std::path::absolute(ziel).map_err(|fehler| Fehler::platte(ziel, fehler))?;
    // What does not exist yet is no bundle; of what does, links and `..` are followed.
    let vorhanden = ganz.ancestors().skip(1).find_map(|ordner| fs::canonicalize(ordner).ok());
    let buendel = vorhanden.as_deref().into_iter().flat_map(Path::ancestors).find(|ordner| {
        // Most folders are told by one look, however much is in them.
        ordner.join("protokoll.json").is_file() && ist_buendel(ordner).is_ok()
    });
    buendel.map_or(Ok(()), |buendel| {
        Err(Fehler::ImBuendel { pfad: ziel.to_owned(), buendel: buendel.to_owned() })
    })
}

pub(super) fn eltern(ziel: &Path) -> &Path {
    ziel.parent().filter(|eltern| !eltern.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns `.NAME.unfertig-ENDE`.
pub(super) fn unfertig(ziel: &Path, ende: &str) -> OsString {
    let mut name = OsString::from(".");
    name.push(ziel.file_name().unwrap_or(OsStr::new("")));
    name.push(UNFERTIG);
    name.push(ende);
    name
}

impl Arbeitsordner {
    /// Removes what dead runs left beside `ziel` and creates the work folder.
    ///
    /// # Errors
    /// [`Fehler::Lebt`] if another run has one there.
    pub(crate) fn neu(ziel: &Path, platte: &Arc<dyn Platte>) -> Result<Self, Fehler> {
        // Between its creation and its lock a work folder looks like a dead run's, which another run
        // would remove.
        let _an_der_reihe = warte_auf(eltern(ziel));
        raeume_auf(ziel)?;
        let prozess = std::process::id();
        let pfad = ziel.with_file_name(unfertig(ziel, &prozess.to_string()));
        let lebt = || Fehler::Lebt { pfad: pfad.clone() };
        platte.neuer_ordner(&pfad).map_err(|fehler| match fehler.kind() {
            // Another run of this process.
            io::ErrorKind::AlreadyExists => lebt(),
            _ => Fehler::platte(&pfad, fehler),
        })?;
        let beiseite = ziel.with_file_name(unfertig(ziel, &format!("alt-{prozess}")));
        let griff = match griff(&pfad) {
            Ok(griff) => griff,
            // Where runs cannot wait for each other the other one may have removed it.
            Err(fehler) if fehler.kind() == io::ErrorKind::NotFound => return Err(lebt()),
            Err(fehler) => {
                let _ = fs::remove_dir(&pfad);
                return Err(Fehler::platte(&pfad, fehler));
            }
        };
        // A file system that has no locks is no reason to write nothing: there, leftovers are refused.
        // Whoever has the lock removes the folder.
        match griff.as_ref().map(File::try_lock) {
            Some(Err(TryLockError::WouldBlock)) => Err(lebt()),
            _ if !pfad.is_dir() => Err(lebt()),
            _ => Ok(Self { pfad, beiseite, griff, behalten: false }),
        }
    }

    /// Waits until the disk has the folder's entries.
    pub(crate) fn sichere(&self, platte: &Arc<dyn Platte>) -> Result<(), Fehler> {
        sichere(self.griff.as_ref(), platte).map_err(|fehler| Fehler::platte(&self.pfad, fehler))
    }

    /// Waits until the disk has all files of the folder, if [`SICHERT_DATEIEN`].
    pub(crate) fn sichere_dateien(&self, platte: &Arc<dyn Platte>) -> Result<(), Fehler> {
        let griff = self.griff.as_ref();
        griff
            .map_or(Ok(()), |griff| platte.sichere_dateien(griff))
            .map_err(|fehler| Fehler::platte(&self.pfad, fehler))
    }

    /// Becomes `ziel`, where nothing or an empty folder stands.
    pub(crate) fn werde(&self, ziel: &Path, platte: &Arc<dyn Platte>) -> Result<(), Fehler> {
        let pruefe =
            |schritt: io::Result<()>| schritt.map_err(|fehler| Fehler::platte(ziel, fehler));
        pruefe(platte.verschiebe(&self.pfad, ziel))?;
        pruefe(sichere_eltern(ziel, platte).inspect_err(|_| {
            // Back to where dropping removes it.
            let _ = platte.verschiebe(ziel, &self.pfad);
        }))
    }

    /// Takes the place of the bundle `ziel`, which is removed.
    pub(super) fn ersetze(&mut self, ziel: &Path, platte: &Arc<dyn Platte>) -> Result<(), Fehler> {
        let ergebnis = match platte.tausche(&self.pfad, ziel) {
            Ok(()) => sichere_eltern(ziel, platte).inspect_err(|_| {
                // If not even this works, the old one stays beside the new one, which is whole.
                self.behalten = platte.tausche(&self.pfad, ziel).is_err();
            }),
            Err(fehler) if kennt_nicht(&fehler) => self.ersetze_in_schritten(ziel, platte),
            Err(fehler) => Err(fehler),
        };
        ergebnis.map_err(|fehler| Fehler::platte(ziel, fehler))
    }

    /// The same where the file system cannot swap: for a moment there is neither, so the next run
    /// finds an old bundle that stands aside and puts it back.
    fn ersetze_in_schritten(&self, ziel: &Path, platte: &Arc<dyn Platte>) -> io::Result<()> {
        platte.verschiebe(ziel, &self.beiseite)?;
        let neu = platte.verschiebe(&self.pfad, ziel).and_then(|()| {
            sichere_eltern(ziel, platte).inspect_err(|_| {
                let _ = platte.verschiebe(ziel, &self.pfad);
            })
        });
        if neu.is_ok() {
            let _ = fs::remove_dir_all(&self.beiseite);
        } else {
            let _ = platte.verschiebe(&self.beiseite, ziel);
        }
        neu
    }
}

/// Tells whether the file system or the system does not know an operation at all.
pub(super) fn kennt_nicht(fehler: &io::Error) -> bool {
    matches!(fehler.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

/// Opens a folder to lock and sync it, where systems allow that.
fn griff(ordner: &Path) -> io::Result<Option<File>> {
    if cfg!(unix) { File::open(ordner).map(Some) } else { Ok(None) }
}

fn sichere(griff: Option<&File>, platte: &Arc<dyn Platte>) -> io::Result<()> {
    match griff.map_or(Ok(()), |griff| platte.sichere(griff)) {
        // Some network file systems cannot sync a folder; they have nothing to wait for.
        Err(fehler) if kennt_nicht(&fehler) => Ok(()),
        ergebnis => ergebnis,
    }
}

/// Waits until the disk has the entries of a folder.
pub(crate) fn sichere_ordner(ordner: &Path, platte: &Arc<dyn Platte>) -> io::Result<()> {
    sichere(griff(ordner)?.as_ref(), platte)
}

fn sichere_eltern(ziel: &Path, platte: &Arc<dyn Platte>) -> io::Result<()> {
    sichere_ordner(eltern(ziel), platte)
}

/// Waits until no other run is between looking for work folders and having its own beside it, and
/// keeps others waiting as long as the lock lives.
///
/// The wait is short and ends: somebody else may have locked the folder for good (`flock` around the
/// command). Then, and on a file system without locks, a run goes on by the locks of the work folders.
fn warte_auf(eltern: &Path) -> Option<File> {
    const VERSUCHE: u32 = 500;
    const PAUSE: Duration = Duration::from_millis(2);
    let griff = griff(eltern).ok()??;
    for _ in 0..VERSUCHE {
        match griff.try_lock() {
            Ok(()) => return Some(griff),
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

/// Removes the work folders of dead runs, or refuses if one of them lives. An old bundle that a
/// killed run had put aside without putting the new one in its place gets its name back.
fn raeume_auf(ziel: &Path) -> Result<(), Fehler> {
    let vorsatz = unfertig(ziel, "");
    let beiseite = unfertig(ziel, "alt-");
    let beginnt = |pfad: &Path, mit: &OsStr| {
        let name = pfad.file_name().unwrap_or_default();
        name.as_encoded_bytes().starts_with(mit.as_encoded_bytes())
    };
    let eltern = eltern(ziel);
    let reste = eintraege(eltern).map_err(|fehler| Fehler::platte(eltern, fehler))?;
    let mut gesperrt = Vec::new();
    for rest in reste.into_iter().filter(|pfad| beginnt(pfad, &vorsatz) && !pfad.is_symlink()) {
        if rest.is_dir() {
            let griff = match griff(&rest) {
                // Its run has just ended.
                Err(fehler) if fehler.kind() == io::ErrorKind::NotFound => continue,
                griff => griff.map_err(|fehler| Fehler::platte(&rest, fehler))?,
            };
            if griff.as_ref().is_some_and(|griff| griff.try_lock().is_err()) {
                return Err(Fehler::Lebt { pfad: rest });
            }
            gesperrt.push((rest, griff));
        }
    }
    for (rest, _griff) in &gesperrt {
        let zurueck = beginnt(rest, &beiseite) && !ziel.exists() && ist_buendel(rest).is_ok();
        match if zurueck { fs::rename(rest, ziel) } else { fs::remove_dir_all(rest) } {
            // Between the look and the lock its run has ended.
            Err(fehler) if fehler.kind() == io::ErrorKind::NotFound => {}
            schritt => schritt.map_err(|fehler| Fehler::platte(rest, fehler))?,
        }
    }
    Ok(())
}

/// Returns the paths of a folder's entries, by name.
pub(super) fn eintraege(ordner: &Path) -> io::Result<Vec<PathBuf>> {
    let mut pfade: Vec<PathBuf> = fs::read_dir(ordner)?
        .map(|eintrag| eintrag.map(|eintrag| eintrag.path()))
        .collect::<io::Result<_>>()?;
    pfade.sort();
    Ok(pfade)
}

/// What stands where a bundle shall go.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lage {
    /// Nothing, or an empty folder.
    Frei,
    /// A bundle.
    Buendel,
}

/// Returns what stands at `ziel`.
///
/// # Errors
/// Anything that no bundle may replace: a file, a folder that is no bundle.
pub(crate) fn lage(ziel: &Path) -> Result<Lage, Fehler> {
    match fs::symlink_metadata(ziel) {
        Err(fehler) if fehler.kind() == io::ErrorKind::NotFound => return Ok(Lage::Frei),
        Err(fehler) => return Err(Fehler::platte(ziel, fehler)),
        Ok(daten) if !daten.is_dir() => return Err(Fehler::KeinOrdner { pfad: ziel.to_owned() }),
        Ok(_) => {}
    }
    let leer = eintraege(ziel).map_err(|fehler| Fehler::platte(ziel, fehler))?.is_empty();
    if leer {
        return Ok(Lage::Frei);
    }
    match ist_buendel(ziel) {
        Ok(()) => Ok(Lage::Buendel),
        Err(grund) => Err(Fehler::Fremd { pfad: ziel.to_owned(), grund }),
    }
}

/// Checks that a folder is a bundle: only files with a bundle's names, and a protocol that says so.
///
/// # Errors
/// Why it is none, in German.
pub(crate) fn ist_buendel(ordner: &Path) -> Result<(), String> {
    let lesefehler = |fehler: io::Error| crate::read::eingaben::ursache(&fehler);
    for pfad in eintraege(ordner).map_err(lesefehler)? {
        let name = pfad.file_name().unwrap_or_default().to_string_lossy();
        let daten = fs::symlink_metadata(&pfad).map_err(lesefehler)?;
        if !daten.is_file() || !ist_name(&name) {
            return Err(format!("{name} gehört zu keinem Bündel"));
        }
    }
    let mut kopf = Vec::new();
    match File::open(ordner.join("protokoll.json")) {
        Ok(datei) => datei.take(256).read_to_end(&mut kopf).map_err(lesefehler)?,
        Err(fehler) if fehler.kind() == io::ErrorKind::NotFound => {
            return Err("protokoll.json fehlt".to_owned());
        }
        Err(fehler) => return Err(lesefehler(fehler)),
    };
    if traegt_zeichen(&kopf) {
        Ok(())
    } else {
        Err("protokoll.json ist nicht das Protokoll eines Bündels".to_owned())
    }
}

/// What is read of a protocol before its bundle may be replaced.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Gebucht {
    buchungen: Buchungsstand,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Buchungsstand {
    status: Option<String>,
}

/// Tells whether a bundle's bookings are final: finance has taken them over.
pub(super) fn ist_endgueltig(buendel: &Path) -> Result<bool, Fehler> {
    let pfad = buendel.join("protokoll.json");
    let text = fs::read(&pfad).map_err(|fehler| Fehler::platte(&pfad, fehler))?;
    // A protocol that is no JSON any more tells of no bookings.
    let gebucht: Gebucht = serde_json::from_slice(&text).unwrap_or_default();
    Ok(gebucht.buchungen.status.as_deref() == Some(Buchungsstatus::Endgueltig.name()))
}

/// Tells whether a JSON text begins with our format in any version, white space aside.
fn traegt_zeichen(kopf: &[u8]) -> bool {
    let dicht: Vec<u8> = kopf.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let (stamm, _) = FORMAT.rsplit_once('/').unwrap_or((FORMAT, ""));
    let zeichen = format!("{{\"format\":\"{stamm}/");
    dicht.strip_prefix(zeichen.as_bytes()).is_some_and(|version| {
        let ziffern = version.iter().take_while(|b| b.is_ascii_digit()).count();
        0 < ziffern && version.get(ziffern) == Some(&b'"')
    })
}

/// Tells whether two bundles have the same files with the same bytes.
pub(super) fn gleich(a: &Path, b: &Path) -> Result<bool, Fehler> {
    let namen = |ordner: &Path| -> Result<Vec<OsString>, Fehler> {
        let pfade = eintraege(ordner).map_err(|fehler| Fehler::platte(ordner, fehler))?;
        Ok(pfade.iter().filter_map(|pfad| pfad.file_name().map(OsStr::to_owned)).collect())
    };
    let namen_a = namen(a)?;
    if namen_a != namen(b)? {
        return Ok(false);
    }
    for name in namen_a {
        let alt = b.join(&name);
        if !gleicher_inhalt(&a.join(&name), &alt).map_err(|fehler| Fehler::platte(&alt, fehler))? {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) fn gleicher_inhalt(a: &Path, b: &Path) -> io::Result<bool> {
    let (a, b) = (File::open(a)?, File::open(b)?);
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (BufReader::new(a), BufReader::new(b));
    loop {
        let (von_a, von_b) = (a.fill_buf()?, b.fill_buf()?);
        let anzahl = von_a.len().min(von_b.len());
        if von_a[..anzahl] != von_b[..anzahl] {
            return Ok(false);
        }
        if anzahl == 0 {
            return Ok(von_a.len() == von_b.len());
        }
        a.consume(anzahl);
        b.consume(anzahl);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_tells_a_bundle() {
        for (kopf, erwartet) in [
            ("{\"format\":\"strukturfonds-buendel/1\"", true),
            ("{\"format\":\"strukturfonds-buendel/1\",\"x\":", true),
            ("{\n  \"format\": \"strukturfonds-buendel/12\",\n", true),
            ("{\"format\":\"strukturfonds-buendel/\"", false),
            ("{\"format\":\"strukturfonds-buendel/1", false),
            ("{\"format\":\"strukturfonds-nachweis/1\"", false),
            ("{\"x\":1,\"format\":\"strukturfonds-buendel/1\"", false),
            ("[{\"format\":\"strukturfonds-buendel/1\"", false),
            ("{}", false),
            ("", false),
        ] {
            assert_eq!(traegt_zeichen(kopf.as_bytes()), erwartet, "{kopf}");
        }
    }

    #[test]
    fn contents_are_compared_to_the_last_byte() {
        let ordner = tempfile::tempdir().expect("Ordner");
        let datei = |name: &str, inhalt: &[u8]| {
            let pfad = ordner.path().join(name);
            fs::write(&pfad, inhalt).expect("Datei");
            pfad
        };
        let lang = vec![b'x'; 40_000];
        let mut anders = lang.clone();
        anders[39_999] = b'y';
        for (a, b, erwartet) in [
            (&[][..], &[][..], true),
            (b"a", b"a", true),
            (b"a", b"b", false),
            (b"a", b"", false),
            (&lang, &lang, true),
            (&lang, &anders, false),
            (&lang, &lang[1..], false),
        ] {
            let (a, b) = (datei("a", a), datei("b", b));
            assert_eq!(gleicher_inhalt(&a, &b).expect("lesbar"), erwartet);
        }
    }
}
