//! One practice of a claims document by itself. A file may have gigabytes, and of a practice that lies
//! in several files only its own cases matter then.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use super::{DOKUMENT, FaelleLeser};
use crate::meldung::Stelle;
use crate::quartal::Quartal;
use crate::read::roh::{Komprimierung, Rohquelle, Zaehler};
use crate::read::text::Zeichensatz;
use crate::read::umschlag::Umschlag;
use crate::read::xml::XmlLeser;

/// Where a practice stands in an uncompressed document, and what is known there.
#[derive(Debug, Clone, Copy)]
pub struct Abschnitt {
    /// Where it begins; the record is the last one before it.
    ab: Stelle,
    /// Byte at which the next practice begins.
    bis: Option<u64>,
    zeichensatz: Zeichensatz,
}

impl FaelleLeser {
    /// Returns the sections of the practices met, if the document's root is so plain that they can be
    /// read without it.
    pub(super) fn abschnitte_der_praxen(&self) -> Vec<Abschnitt> {
        let Some(zeichensatz) = self.xml.zeichensatz_der_abschnitte() else { return Vec::new() };
        let beginne = self.bloecke.iter().zip(&self.saetze_davor);
        let naechste = self.bloecke.iter().skip(1).map(|block| block.stelle.byte);
        beginne
            .zip(naechste.chain([None]))
            .map(|((block, satz), bis)| {
                let ab = Stelle { satz: Some(*satz), ..block.stelle };
                Abschnitt { ab, bis, zeichensatz }
            })
            .collect()
    }

    /// Reads one practice of a document that has been read before, with the envelope of it and its
    /// quarter.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(crate) fn im_abschnitt(
        pfad: &Path,
        datei: &Arc<str>,
        umschlag: &Umschlag,
        quartal: Quartal,
        abschnitt: Abschnitt,
    ) -> io::Result<Self> {
        let Abschnitt { ab, bis, zeichensatz } = abschnitt;
        let mut quelle = File::open(pfad)?;
        let byte = ab.byte.unwrap_or_default();
        quelle.seek(SeekFrom::Start(byte))?;
        // What follows the last practice ends the document; behind any other its end is put.
        let innen: Box<dyn Read + Send> = match bis {
            None => Box::new(quelle),
            Some(bis) => Box::new(quelle.take(bis - byte).chain(Cursor::new("</faelle>"))),
        };
        let roh = Rohquelle::aus(innen, Komprimierung::Keine, Zaehler::default());
        let xml = XmlLeser::mitten_in(roh, datei, &DOKUMENT, zeichensatz, ab);
        Ok(Self::aus(xml, umschlag.clone(), quartal))
    }
}
