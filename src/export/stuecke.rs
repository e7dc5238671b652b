//! Lines that are made in pieces side by side, on the threads of the pool, and written in their order.
//!
//! A window of pieces is written while the next one is made. Windows have a fixed size, and a piece
//! whose lines are unusually long ends before its time: who writes makes the rest. So memory grows
//! with the threads, not with number and length of the lines.

use std::io::{self, Write};
use std::ops::Range;

use rayon::prelude::*;

/// How many lines a piece has: of the evidence a good hundred kilobytes.
const ZEILEN: usize = 128;

/// How many pieces a window has for each thread: enough that none waits for the slowest for long.
const JE_THREAD: usize = 4;

/// For so many threads at most: more would only wait for the disk.
const THREADS_MAX: usize = 32;

/// With so many bytes a piece ends, however many lines it has.
const BYTES_MAX: usize = 1 << 18;

/// A piece, what of it is still to be made, and why that cannot be if something failed.
#[derive(Debug)]
struct Stueck {
    text: Vec<u8>,
    rest: Range<usize>,
    ergebnis: io::Result<()>,
}

impl Stueck {
    /// Makes the next lines.
    fn mache(&mut self, zeile: &impl Fn(usize, &mut Vec<u8>) -> io::Result<()>) {
        self.text.clear();
        while self.text.len() < BYTES_MAX
            && self.ergebnis.is_ok()
            && let Some(nummer) = self.rest.next()
        {
            self.ergebnis = zeile(nummer, &mut self.text);
        }
    }

    /// Writes the lines, and those that are still to be made.
    fn schreibe(
        &mut self,
        zeile: &impl Fn(usize, &mut Vec<u8>) -> io::Result<()>,
        ziel: &mut impl Write,
    ) -> io::Result<()> {
        loop {
            ziel.write_all(&self.text)?;
            std::mem::replace(&mut self.ergebnis, Ok(()))?;
            if self.rest.is_empty() {
                return Ok(());
            }
            self.mache(zeile);
        }
    }
}

/// Writes `anzahl` lines to `ziel`; `zeile` adds the one of a number to a text.
///
/// # Errors
/// Those of `ziel` and of `zeile`; lines before the failed one have been given to `ziel`.
pub(super) fn schreibe(
    anzahl: usize,
    zeile: impl Fn(usize, &mut Vec<u8>) -> io::Result<()> + Sync,
    ziel: &mut (impl Write + Send),
) -> io::Result<()> {
    let stuecke = JE_THREAD * rayon::current_num_threads().min(THREADS_MAX);
    // the texts of a window keep their memory for the one after the next
    let fenster = || -> Vec<Stueck> {
        (0..stuecke).map(|_| Stueck { text: Vec::new(), rest: 0..0, ergebnis: Ok(()) }).collect()
    };
    let mache = |fenster: &mut [Stueck], ab: usize| {
        fenster.par_iter_mut().enumerate().with_max_len(1).for_each(|(i, stueck)| {
            let ab = anzahl.min(ab + i * ZEILEN);
            stueck.rest = ab..anzahl.min(ab + ZEILEN);
            stueck.mache(&zeile);
        });
    };
    let (mut fertige, mut naechste) = (fenster(), fenster());
    mache(&mut fertige, 0);
    for ab in (0..anzahl).step_by(stuecke * ZEILEN) {
        let (geschrieben, ()) = rayon::join(
            || fertige.iter_mut().try_for_each(|stueck| stueck.schreibe(&zeile, ziel)),
            || mache(&mut naechste, ab + stuecke * ZEILEN),
        );
        geschrieben?;
        std::mem::swap(&mut fertige, &mut naechste);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threads;

    /// The first lines, one after the other.
    fn plan(anzahl: usize) -> String {
        let zeilen: Vec<_> = (0..anzahl).map(|i| i.to_string() + "\n").collect();
        zeilen.concat()
    }

    /// Writes so many lines on so many threads, of which `kaputt` cannot be made.
    fn geschrieben(anzahl: usize, anzahl_threads: usize, kaputt: usize) -> (String, bool) {
        let mut ziel = Vec::new();
        let zeile = |i, text: &mut Vec<u8>| {
            if i == kaputt { Err(io::Error::other("kaputt")) } else { writeln!(text, "{i}") }
        };
        let pool = threads::pool(Some(anzahl_threads)).expect("Threads");
        let ergebnis = pool.install(|| schreibe(anzahl, zeile, &mut ziel));
        (String::from_utf8(ziel).expect("UTF-8"), ergebnis.is_ok())
    }

    #[test]
    fn every_line_stands_once_and_in_its_place() {
        for threads in [1, 2, 3] {
            let fenster = threads * JE_THREAD * ZEILEN;
            for anzahl in
                [0, 1, ZEILEN, ZEILEN + 1, fenster - 1, fenster, fenster + 1, 5 * fenster + 7]
            {
                let erwartet = plan(anzahl);
                assert_eq!(geschrieben(anzahl, threads, usize::MAX), (erwartet, true), "{anzahl}");
            }
        }
    }

    #[test]
    fn what_stands_before_a_failed_line_is_written_and_nothing_behind_it() {
        for kaputt in [0, 1, ZEILEN - 1, ZEILEN, 2 * JE_THREAD * ZEILEN, 2 * JE_THREAD * ZEILEN + 1]
        {
            let erwartet = plan(kaputt);
            assert_eq!(geschrieben(5_000, 2, kaputt), (erwartet, false), "{kaputt}");
        }
    }

    #[test]
    fn the_error_of_the_target_ends_the_work() {
        struct Voll(usize);
        impl Write for Voll {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(1).ok_or(io::ErrorKind::StorageFull)?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let pool = threads::pool(Some(2)).expect("Threads");
        for platz in [0, 1, 20] {
            let zeile = |i, text: &mut Vec<u8>| writeln!(text, "{i}");
            let fehler = pool.install(|| schreibe(10_000, zeile, &mut Voll(platz)));
            assert_eq!(fehler.expect_err("voll").kind(), io::ErrorKind::StorageFull);
        }
    }

    #[test]
    fn long_lines_are_written_a_few_at_a_time() {
        /// Remembers the longest piece.
        struct Laengstes(Vec<u8>, usize);
        impl Write for Laengstes {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.1 = self.1.max(bytes.len());
                self.0.write(bytes)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let breite = BYTES_MAX / 3;
        let zeile = |i, text: &mut Vec<u8>| writeln!(text, "{}{i}", " ".repeat(breite));
        let pool = threads::pool(Some(2)).expect("Threads");
        let mut ziel = Laengstes(Vec::new(), 0);
        pool.install(|| schreibe(2 * ZEILEN, zeile, &mut ziel)).expect("Speicher");
        let text = String::from_utf8(ziel.0).expect("UTF-8");
        let nummern = text.lines().map(|zeile| zeile.trim().parse().ok());
        assert!(nummern.eq((0..2 * ZEILEN).map(Some)));
        assert!(ziel.1 <= BYTES_MAX + breite + 4, "{}", ziel.1);
    }
}
