//! A file that is being written: bytes are collected and go to the disk in large pieces.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Fehler;
use crate::export::ordner::{Platte, SICHERT_DATEIEN};

/// Bytes that are collected before they are written.
const STUECK: usize = 1 << 20;

/// How a file gets safely to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sicherung {
    /// At its end, by itself.
    Einzeln,
    /// With all others at the end of the quarter, where the system can do that: of thousands of
    /// files, waiting for each takes longer than writing them.
    Gemeinsam,
}

/// A file of the quarter.
#[derive(Debug)]
pub(super) struct Ausgabe<'a> {
    pfad: PathBuf,
    datei: File,
    platte: &'a Arc<dyn Platte>,
    /// What is to be written next.
    pub(super) text: Vec<u8>,
    bytes: u64,
}

impl<'a> Ausgabe<'a> {
    /// Creates the file.
    pub(super) fn neu(pfad: &Path, platte: &'a Arc<dyn Platte>) -> Result<Self, Fehler> {
        let datei = platte.neue_datei(pfad).map_err(|fehler| Fehler::platte(pfad, fehler))?;
        // A practice is written in one go, and the largest stays below twice the piece.
        let text = Vec::with_capacity(2 * STUECK);
        Ok(Self { pfad: pfad.to_owned(), datei, platte, text, bytes: 0 })
    }

    /// Writes what has been collected, if it is enough.
    pub(super) fn bei_bedarf(&mut self) -> Result<(), Fehler> {
        if STUECK <= self.text.len() { self.leere() } else { Ok(()) }
    }

    fn leere(&mut self) -> Result<(), Fehler> {
        let mut rest = &self.text[..];
        while !rest.is_empty() {
            match self.platte.schreibe(&mut self.datei, rest) {
                Ok(0) => return Err(Fehler::platte(&self.pfad, io::ErrorKind::WriteZero.into())),
                Ok(anzahl) => rest = &rest[anzahl..],
                Err(fehler) if fehler.kind() == io::ErrorKind::Interrupted => {}
                Err(fehler) => return Err(Fehler::platte(&self.pfad, fehler)),
            }
        }
        self.bytes += self.text.len() as u64;
        self.text.clear();
        Ok(())
    }

    /// Writes the rest, waits until the disk has it, unless that is done for all files, and returns
    /// how many bytes the file has.
    pub(super) fn fertig(mut self, sicherung: Sicherung) -> Result<u64, Fehler> {
        self.leere()?;
        if sicherung == Sicherung::Einzeln || !SICHERT_DATEIEN {
            self.platte
                .sichere(&self.datei)
                .map_err(|fehler| Fehler::platte(&self.pfad, fehler))?;
        }
        Ok(self.bytes)
    }
}
