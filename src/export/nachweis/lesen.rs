//! Reads an evidence back, one decision at a time.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use serde::Deserialize;

use super::kopf::{Kopf, Lesezeile};
use super::par06::Inseln;
use super::par09::{Beleg09, Schliessungen};
use super::{Anzahlen, FORMAT, Zeile};
use crate::evaluate::par05::Entscheidung05;
use crate::evaluate::par06::{Entscheidung06, Insellage};
use crate::evaluate::par09::Schliessungslage;
use crate::read::eingaben::ursache;

/// Longest line that is read, in bytes: a damaged file must not fill the memory.
const ZEILE_MAX: u64 = 1 << 26;

/// A decision of an evidence, as it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Eintrag {
    /// § 9
    Par09(Box<Beleg09>),
    /// § 5
    Par05(Box<Entscheidung05>),
    /// § 6
    Par06(Box<Entscheidung06>),
}

/// Why an evidence cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Fehler {
    /// Another version of the format, or another format.
    #[error(
        "{datei}:1: das Format `{format}` ist unbekannt; dieses Programm liest `{FORMAT}`; bitte \
         die Programmversion benutzen, die den Nachweis geschrieben hat, oder eine neuere"
    )]
    Format {
        /// Name of the file.
        datei: Arc<str>,
        /// Its format.
        format: String,
    },
    /// A line that is none of the format.
    #[error("{datei}:{zeile}: der Nachweis ist beschädigt: {grund}")]
    Beschaedigt {
        /// Name of the file.
        datei: Arc<str>,
        /// Line, from 1.
        zeile: u64,
        /// What is wrong, in German.
        grund: String,
    },
    /// The disk refused.
    #[error("{datei}: {}", ursache(fehler))]
    Platte {
        /// Name of the file.
        datei: Arc<str>,
        /// Its error.
        #[source]
        fehler: io::Error,
    },
}

/// An evidence that is being read: an iterator over its decisions, in the order of the file.
///
/// It keeps closures and islands, and of the decisions only the one that it gives. After an error
/// it ends.
#[derive(Debug)]
pub struct Nachweis<R> {
    zeilen: Zeilen<R>,
    kopf: Kopf,
    schliessungen: Schliessungen,
    inseln: Inseln,
    gelesen: Anzahlen,
    zu_ende: bool,
}

impl<R: BufRead> Nachweis<R> {
    /// Reads the head. `datei` names the file in errors.
    ///
    /// # Errors
    /// [`Fehler`]
    pub fn lies(datei: Arc<str>, quelle: R) -> Result<Self, Fehler> {
        #[derive(Deserialize)]
        struct Formatangabe {
            format: String,
        }

        let mut zeilen = Zeilen { datei, quelle, zeile: 0, puffer: Vec::new() };
        if !zeilen.naechste()? {
            zeilen.zeile = 1;
            return Err(zeilen.beschaedigt("die Datei ist leer"));
        }
        let Formatangabe { format } = zeilen.werte()?;
        if format != FORMAT {
            return Err(Fehler::Format { datei: zeilen.datei, format });
        }
        let zeile: Lesezeile = zeilen.werte()?;
        let kopf = Kopf::try_from(zeile).map_err(|grund| zeilen.beschaedigt(grund))?;
        Ok(Self {
            zeilen,
            kopf,
            schliessungen: Schliessungen::new(),
            inseln: Inseln::new(),
            gelesen: Anzahlen::default(),
            zu_ende: false,
        })
    }

    /// Returns what it says of its run.
    pub fn kopf(&self) -> &Kopf {
        &self.kopf
    }

    /// Reads up to the next decision.
    fn naechster(&mut self) -> Result<Option<Eintrag>, Fehler> {
        while self.zeilen.naechste()? {
            match self.zeilen.werte()? {
                Zeile::Schliessung(zeile) => {
                    let lage = Schliessungslage::from(zeile);
                    self.schliessungen.insert(lage.praxis, Arc::new(lage));
                }
                Zeile::Insel(zeile) => {
                    let lage = Insellage::from(zeile);
                    self.inseln.insert(lage.insel, lage);
                }
                Zeile::Ende(anzahl) => return self.pruefe_ende(anzahl).map(|()| None),
                entscheidung => {
                    let eintrag = self.eintrag(entscheidung);
                    return eintrag.map(Some).map_err(|grund| self.zeilen.beschaedigt(grund));
                }
            }
        }
        self.zeilen.zeile += 1;
        Err(self.zeilen.beschaedigt("die Datei ist nicht vollständig, die Zeile `ende` fehlt"))
    }

    /// Returns the decision of a line, if the head has the numbers for it.
    fn eintrag(&mut self, zeile: Zeile) -> Result<Eintrag, String> {
        let (quartal, eintrag) = match zeile {
            Zeile::Par09(zeile) => {
                self.gelesen.par09 += 1;
                let beleg = zeile.beleg(&self.schliessungen)?;
                (beleg.entscheidung.sachverhalt.quartal, Eintrag::Par09(Box::new(beleg)))
            }
            Zeile::Par05(zeile) => {
                self.gelesen.par05 += 1;
                let entscheidung = Entscheidung05::from(*zeile);
                (entscheidung.sachverhalt.quartal, Eintrag::Par05(Box::new(entscheidung)))
            }
            Zeile::Par06(zeile) => {
                self.gelesen.par06 += 1;
                let entscheidung = zeile.entscheidung(&self.inseln)?;
                (entscheidung.sachverhalt.lage.quartal, Eintrag::Par06(Box::new(entscheidung)))
            }
            Zeile::Schliessung(_) | Zeile::Insel(_) | Zeile::Ende(_) => {
                return Err("keine Entscheidung".to_owned());
            }
        };
        if self.kopf.regeln.contains_key(&quartal) {
            Ok(eintrag)
        } else {
            Err(format!("die erste Zeile nennt keine Regeln für {quartal}"))
        }
    }

    fn pruefe_ende(&mut self, anzahl: Anzahlen) -> Result<(), Fehler> {
        if anzahl != self.gelesen {
            return Err(self
                .zeilen
                .beschaedigt("die Datei enthält mehr oder weniger Entscheidungen"));
        }
        if self.zeilen.naechste()? {
            return Err(self.zeilen.beschaedigt("eine weitere Zeile nach dem Ende"));
        }
        Ok(())
    }
}

impl<R: BufRead> Iterator for Nachweis<R> {
    type Item = Result<Eintrag, Fehler>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.zu_ende {
            return None;
        }
        let naechster = self.naechster().transpose();
        self.zu_ende = !matches!(naechster, Some(Ok(_)));
        naechster
    }
}

/// The lines of the file, one at a time.
#[derive(Debug)]
struct Zeilen<R> {
    datei: Arc<str>,
    quelle: R,
    zeile: u64,
    puffer: Vec<u8>,
}

impl<R: BufRead> Zeilen<R> {
    /// Reads the next line; tells whether there is one.
    fn naechste(&mut self) -> Result<bool, Fehler> {
        self.puffer.clear();
        let mut quelle = self.quelle.by_ref().take(ZEILE_MAX);
        let gelesen = quelle.read_until(b'\n', &mut self.puffer);
        let gelesen =
            gelesen.map_err(|fehler| Fehler::Platte { datei: Arc::clone(&self.datei), fehler })?;
        if gelesen == 0 {
            return Ok(false);
        }
        self.zeile += 1;
        if self.puffer.pop() != Some(b'\n') {
            return Err(self.beschaedigt("die Zeile ist nicht vollständig"));
        }
        Ok(true)
    }

    /// Parses the line that was read.
    fn werte<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Fehler> {
        serde_json::from_slice(&self.puffer).map_err(|fehler| {
            let was = match fehler.classify() {
                serde_json::error::Category::Data => "eine Angabe fehlt oder passt nicht",
                _ => "kein gültiges JSON",
            };
            let (spalte, fehler) = (fehler.column(), fehler.to_string());
            // serde_json counts lines within the one line that it was given.
            let grund = fehler.split(" at line ").next().unwrap_or_default();
            self.beschaedigt(format!("{was} (Spalte {spalte}: {grund})"))
        })
    }

    fn beschaedigt(&self, grund: impl Into<String>) -> Fehler {
        let datei = Arc::clone(&self.datei);
        Fehler::Beschaedigt { datei, zeile: self.zeile, grund: grund.into() }
    }
}
