//! How many threads one piece of work may have, and the pool that it owns while it lasts.

use std::ffi::OsStr;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// How many can be asked for: above it a mistyped number is likelier than a machine.
pub const ANZAHL: RangeInclusive<usize> = 1..=1024;

/// The variable by which other programs of this kind are told, too.
pub const RAYON_NUM_THREADS: &str = "RAYON_NUM_THREADS";

/// Why there is no pool.
#[derive(Debug, thiserror::Error)]
pub enum KeinPool {
    /// The caller asked for too few or too many.
    #[error("threads = {0} ist ungültig; {erwartet}", erwartet = erwartet())]
    Anzahl(usize),
    /// The environment did.
    #[error("{RAYON_NUM_THREADS}: `{0}` ist ungültig; {erwartet}", erwartet = erwartet())]
    Umgebung(String),
    /// The system gives none.
    #[error("das System gibt keine Threads her ({0}); bitte weniger Threads wählen")]
    System(#[from] ThreadPoolBuildError),
}

fn erwartet() -> String {
    format!("erwartet wird eine ganze Zahl von {} bis {}", ANZAHL.start(), ANZAHL.end())
}

/// Reads a number of threads.
///
/// # Errors
/// The German text of what is expected.
pub fn lies(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|zahl| ANZAHL.contains(zahl)).ok_or_else(erwartet)
}

/// Returns how many threads the environment asks for; the cores, if it says nothing or 0.
///
/// # Errors
/// [`KeinPool::Umgebung`] if it asks for anything else.
pub fn der_umgebung() -> Result<usize, KeinPool> {
    der_variablen(std::env::var_os(RAYON_NUM_THREADS).as_deref())
}

fn der_variablen(wert: Option<&OsStr>) -> Result<usize, KeinPool> {
    match wert.map(OsStr::to_string_lossy).as_deref() {
        None | Some("" | "0") => {
            let kerne = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
            Ok(kerne.min(*ANZAHL.end()))
        }
        Some(wert) => lies(wert).map_err(|_| KeinPool::Umgebung(wert.to_owned())),
    }
}

/// Returns a pool of so many threads; `None`: as many as [the environment](der_umgebung) asks for.
///
/// # Errors
/// [`KeinPool`]
pub fn pool(anzahl: Option<usize>) -> Result<ThreadPool, KeinPool> {
    let anzahl = match anzahl {
        Some(anzahl) if ANZAHL.contains(&anzahl) => anzahl,
        Some(anzahl) => return Err(KeinPool::Anzahl(anzahl)),
        // Always said: without it the pool would take what the environment says, however much.
        None => der_umgebung()?,
    };
    Ok(ThreadPoolBuilder::new().num_threads(anzahl).build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_may_name_the_threads() {
        let kerne = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        for (wert, erwartet) in [
            (None, Some(kerne)),
            (Some(""), Some(kerne)),
            (Some("0"), Some(kerne)),
            (Some("1"), Some(1)),
            (Some("1024"), Some(1024)),
            (Some("1025"), None),
            (Some("100000"), None),
            (Some("-1"), None),
            (Some("vier"), None),
        ] {
            match (der_variablen(wert.map(OsStr::new)), erwartet) {
                (Ok(threads), Some(erwartet)) => assert_eq!(threads, erwartet, "{wert:?}"),
                (Err(fehler @ KeinPool::Umgebung(_)), None) => {
                    let text = fehler.to_string();
                    assert!(text.starts_with("RAYON_NUM_THREADS: `"), "{text}");
                    assert!(text.ends_with("eine ganze Zahl von 1 bis 1024"), "{text}");
                }
                andere => panic!("{wert:?}: {andere:?}"),
            }
        }
    }

    #[test]
    fn a_pool_has_as_many_as_were_asked_for_or_there_is_none() {
        for (anzahl, erwartet) in [(0, false), (1, true), (3, true), (1025, false)] {
            let pool = pool(Some(anzahl));
            assert_eq!(
                pool.ok().map(|pool| pool.current_num_threads()),
                erwartet.then_some(anzahl)
            );
        }
    }
}
