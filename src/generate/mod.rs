//! Synthetic quarters of any size: everything that a run reads, for tests, measures and trials.
//!
//! ```text
//! umfang       how much is asked for
//! plan         practices, their cases and marks: the sums come out as asked
//!   │          zufall, kennungen, gemeinden: random numbers, numbers with check digits, real places
//!   │          situationen, garantien, inseln: fixed practices by which every reason occurs
//! bestand      the ordinary cases of one practice
//!   │
//! faelle       the walk over practices and cases, told to a schreiber
//!   │
//! xml, kvdt    the claims in either form; person: what only KVDT says
//! stammdaten   the other files; all go through ausgabe to the disk
//! ```
//!
//! Both forms of the claims have the same cases, services and marks, except one case that KVDT cannot
//! mark (see `kvdt`); all other files are the same byte by byte.
//!
//! Equal arguments give equal bytes on any machine: integers only, no clock, no hash order, and what
//! a practice has depends on the seed and its place in the plan, not on the thread that writes it.
//!
//! Everything is fictitious (`status="TEST"`) but the municipalities and their population. One
//! Versicherten-ID in about 10,000 and one LANR in about 1,000 have a wrong check digit.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::export::buendel;
use crate::export::ordner::{self, Arbeitsordner, Betriebssystem, Lage, Platte};
use crate::quartal::Quartal;
use crate::read::eingaben::ursache;
use crate::threads;

mod ausgabe;
mod bestand;
mod faelle;
mod garantien;
mod gemeinden;
mod inseln;
mod kennungen;
mod kvdt;
mod person;
mod plan;
mod praxis;
mod schreiber;
mod situationen;
mod stammdaten;
#[cfg(test)]
mod tests;
mod umfang;
mod werte;
mod xml;
mod zufall;

use ausgabe::{Ausgabe, Sicherung};
use kvdt::Lieferant;
use plan::Plan;
pub use umfang::{Anteil, Form, KeinAnteil, Umfang, Umfangsfehler};

/// Why there is no quarter. Nothing was left that looks like one.
#[derive(Debug, thiserror::Error)]
pub enum Fehler {
    /// The place is not free.
    #[error("{}: muss ein neuer oder leerer Ordner sein; bitte einen anderen nennen", pfad.display())]
    Belegt {
        /// The path as given.
        pfad: PathBuf,
    },
    /// Somebody is writing there.
    #[error("{}: hier wird gerade geschrieben; bitte das Ende abwarten", pfad.display())]
    Lebt {
        /// The work folder.
        pfad: PathBuf,
    },
    /// The disk refused.
    #[error("{}: {}", pfad.display(), ursache(fehler))]
    Platte {
        /// File or folder.
        pfad: PathBuf,
        /// Its error.
        #[source]
        fehler: io::Error,
    },
    /// There is no pool of threads.
    #[error(transparent)]
    Threads(#[from] threads::KeinPool),
}

impl Fehler {
    fn platte(pfad: &Path, fehler: io::Error) -> Self {
        Self::Platte { pfad: pfad.to_owned(), fehler }
    }

    /// Returns what a fault of the folder means here, where no bundle is written.
    fn ordner(ziel: &Path, fehler: buendel::Fehler) -> Self {
        match fehler {
            buendel::Fehler::Platte { pfad, fehler } => Self::Platte { pfad, fehler },
            buendel::Fehler::Lebt { pfad } => Self::Lebt { pfad },
            _ => Self::Belegt { pfad: ziel.to_owned() },
        }
    }
}

/// What was generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erzeugt {
    /// The quarter.
    pub quartal: Quartal,
    /// Cases in the quarter's claims.
    pub faelle: u64,
    /// Marked cases among them: the share that was asked for, but at least those of the fixed
    /// practices and at most all but their ordinary cases. In KVDT one less, which has no service.
    pub gekennzeichnet: u64,
    /// Practices that deliver in the quarter.
    pub praxen: usize,
    /// Closed practices.
    pub schliessungen: usize,
    /// Files.
    pub dateien: usize,
    /// Bytes of all files.
    pub bytes: u64,
}

/// A file that is to be written.
#[derive(Debug, Clone, Copy)]
enum Datei {
    /// Part of the quarter's claims in XML, from 0, and how many there are.
    Teil(u32, u32),
    Rueckblick(Quartal),
    Kvdt(Lieferant),
    Stammdaten,
    Inseln,
    Dienstplan,
    DienstplanUnvollstaendig,
    Neben(usize),
}

/// Generates a quarter in the folder `ziel`, which must be new or empty. `threads`: `None` for
/// `RAYON_NUM_THREADS`, else the cores. Missing parents are created.
///
/// # Errors
/// [`Fehler`]; then `ziel` is as it was.
pub fn erzeuge(umfang: &Umfang, ziel: &Path, threads: Option<usize>) -> Result<Erzeugt, Fehler> {
    erzeuge_auf(umfang, ziel, threads, &(Arc::new(Betriebssystem) as Arc<dyn Platte>))
}

fn erzeuge_auf(
    umfang: &Umfang,
    angegeben: &Path,
    threads: Option<usize>,
    platte: &Arc<dyn Platte>,
) -> Result<Erzeugt, Fehler> {
    let fehler = |fehler| Fehler::ordner(angegeben, fehler);
    let pool = threads::pool(threads)?;
    let ziel = ordner::ziel(angegeben).map_err(fehler)?;
    let frei = || match ordner::lage(&ziel).map_err(fehler)? {
        Lage::Frei => Ok(()),
        Lage::Buendel => Err(Fehler::Belegt { pfad: angegeben.to_owned() }),
    };
    frei()?;
    let arbeit = Arbeitsordner::neu(&ziel, platte).map_err(fehler)?;
    let plan = Plan::neu(umfang);
    let erzeugt = pool.install(|| schreibe(&plan, &arbeit.pfad, platte))?;
    if umfang.form == Form::Kvdt {
        arbeit.sichere_dateien(platte).map_err(fehler)?;
    }
    arbeit.sichere(platte).map_err(fehler)?;
    frei()?;
    arbeit.werde(&ziel, platte).map_err(fehler)?;
    Ok(erzeugt)
}

/// Writes all files into the work folder, each by one thread.
fn schreibe(plan: &Plan, pfad: &Path, platte: &Arc<dyn Platte>) -> Result<Erzeugt, Fehler> {
    let rueckblick = pfad.join("rueckblick");
    platte.neuer_ordner(&rueckblick).map_err(|fehler| Fehler::platte(&rueckblick, fehler))?;
    let andere =
        [Datei::Stammdaten, Datei::Inseln, Datei::Dienstplan, Datei::DienstplanUnvollstaendig];
    let mut dateien: Vec<Datei> = match plan.umfang.form {
        Form::Xml { dateien } => (0..dateien)
            .map(|datei| Datei::Teil(datei, dateien))
            .chain(faelle::rueckblick_quartale(plan).into_iter().map(Datei::Rueckblick))
            .collect(),
        Form::Kvdt => kvdt::lieferanten(plan).into_iter().map(Datei::Kvdt).collect(),
    };
    dateien.extend(andere);
    dateien.extend((0..faelle::nebendateien(plan).len()).map(Datei::Neben));
    let bytes: Vec<u64> = dateien
        .par_iter()
        .with_max_len(1)
        .map(|datei| datei.schreibe(plan, pfad, platte))
        .collect::<Result<_, _>>()?;
    // The folder of the look-back is waited for like the one above it.
    ordner::sichere_ordner(&rueckblick, platte).map_err(|f| Fehler::platte(&rueckblick, f))?;
    let feste = plan.feste.iter().map(|fest| u64::from(fest.faelle)).sum::<u64>();
    let sonder = situationen::SONDERFAELLE.len() as u64;
    let ohne_leistung = situationen::SONDERFAELLE.iter().filter(|fall| fall.tage.is_empty());
    let ohne_kennzeichen = match plan.umfang.form {
        Form::Xml { .. } => 0,
        Form::Kvdt => ohne_leistung.count() as u64,
    };
    let summe = |zahl: fn(&plan::Posten) -> u32| -> u64 {
        plan.posten.iter().map(|posten| u64::from(zahl(posten))).sum()
    };
    Ok(Erzeugt {
        quartal: plan.umfang.quartal,
        faelle: feste + sonder + summe(|posten| posten.faelle),
        gekennzeichnet: sonder - ohne_kennzeichen + summe(|posten| posten.gekennzeichnet),
        praxen: plan.feste.len() + plan.posten.len(),
        schliessungen: situationen::SCHLIESSUNGEN.len() + plan.schliessungen() as usize,
        dateien: dateien.len(),
        bytes: bytes.iter().sum(),
    })
}

impl Datei {
    fn name(self, plan: &Plan) -> String {
        match self {
            Self::Teil(datei, dateien) => {
                let stellen = dateien.to_string().len();
                format!("faelle-{:0stellen$}.xml", datei + 1)
            }
            Self::Rueckblick(quartal) => format!("rueckblick/faelle-{quartal}.xml"),
            Self::Kvdt(lieferant) => lieferant.name(plan),
            Self::Stammdaten => "stammdaten.xml".to_owned(),
            Self::Inseln => "stammdaten-inseln.xml".to_owned(),
            Self::Dienstplan => "dienstplan.xml".to_owned(),
            Self::DienstplanUnvollstaendig => "dienstplan-unvollstaendig.xml".to_owned(),
            Self::Neben(platz) => faelle::nebendateien(plan)[platz].0.to_owned(),
        }
    }

    /// Writes the file and returns how many bytes it has.
    fn schreibe(self, plan: &Plan, ordner: &Path, platte: &Arc<dyn Platte>) -> Result<u64, Fehler> {
        let pfad = ordner.join(self.name(plan));
        let mut ausgabe = Ausgabe::neu(&pfad, platte)?;
        let in_den_puffer = match self {
            Self::Teil(datei, dateien) => {
                xml::teil(plan, datei, dateien, &mut ausgabe)?;
                Ok(())
            }
            Self::Rueckblick(quartal) => {
                xml::rueckblick(plan, quartal, &mut ausgabe)?;
                Ok(())
            }
            Self::Kvdt(lieferant) => {
                lieferant.schreibe(plan, &mut ausgabe);
                Ok(())
            }
            Self::Stammdaten => stammdaten::festland(plan, &mut ausgabe.text),
            Self::Inseln => stammdaten::inseln(plan, &mut ausgabe.text),
            Self::Dienstplan => stammdaten::dienstplan(plan, true, &mut ausgabe.text),
            Self::DienstplanUnvollstaendig => {
                stammdaten::dienstplan(plan, false, &mut ausgabe.text)
            }
            Self::Neben(platz) => {
                ausgabe.text.extend_from_slice(&faelle::nebendateien(plan)[platz].1);
                Ok(())
            }
        };
        in_den_puffer.map_err(|fehler| Fehler::platte(&pfad, fehler))?;
        let sicherung = match self {
            Self::Kvdt(_) => Sicherung::Gemeinsam,
            _ => Sicherung::Einzeln,
        };
        ausgabe.fertig(sicherung)
    }
}
