//! Lines of a KVDT file: length, field, content, CR LF; and where each one stands.

use std::io::{self, BufRead};
use std::sync::Arc;

use crate::kennung::muster;
use crate::meldung::{Code, Meldung, Meldungen, Ort, Stelle};
use crate::read::Abbruch;
use crate::read::roh::lesefehler;

/// Bytes of a line besides its content: length 3, field 4, CR LF 2.
const RAHMEN: usize = 9;

/// Field 8000: its line begins a record.
pub(super) const SATZART: u16 = 8000;

/// Reads lines; only the current one is in memory.
#[derive(Debug)]
pub(super) struct Zeilen<R> {
    quelle: R,
    datei: Arc<str>,
    puffer: Vec<u8>,
    byte: u64,
    naechstes_byte: u64,
    nummer: u64,
    satz: u64,
}

impl<R: BufRead> Zeilen<R> {
    pub(super) fn neu(datei: Arc<str>, quelle: R) -> Self {
        let puffer = Vec::with_capacity(1000);
        Self { quelle, datei, puffer, byte: 0, naechstes_byte: 0, nummer: 0, satz: 0 }
    }

    /// Reads the next line and returns its field; `None` at the end of the file.
    ///
    /// Bytes that ISO 8859-15 does not have are reported, and reading goes on.
    ///
    /// # Errors
    /// [`Abbruch`] if the source fails or the structure of lines is broken: nothing behind that
    /// place can be told apart any more.
    pub(super) fn naechste(&mut self, meldungen: &mut Meldungen) -> Result<Option<u16>, Abbruch> {
        self.byte = self.naechstes_byte;
        self.nummer += 1;
        self.puffer.clear();
        self.ergaenze(3, meldungen)?;
        if self.puffer.is_empty() {
            return Ok(None);
        }
        let laenge = self.laenge(meldungen)?;
        self.ergaenze(laenge, meldungen)?;
        self.pruefe_ende(laenge, meldungen)?;
        let Some(feld) = zahl(&self.puffer[3..7]) else {
            let text = format!(
                "Feldkennung „{}“ gefunden; erwartet werden 4 Ziffern; {NEU}",
                muster(&self.puffer[3..7])
            );
            return Err(self.brich_ab(text, meldungen));
        };
        self.naechstes_byte += laenge as u64;
        self.satz += u64::from(feld == SATZART);
        self.pruefe_zeichen(meldungen);
        Ok(Some(feld))
    }

    /// Returns the content of the current line.
    pub(super) fn inhalt(&self) -> &[u8] {
        self.puffer.get(7..self.puffer.len().saturating_sub(2)).unwrap_or_default()
    }

    /// Returns the current line as stored, with its end.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.puffer
    }

    /// Returns where the current line begins; at the end of the file, where a next one would.
    pub(super) fn stelle(&self) -> Stelle {
        Stelle {
            byte: Some(self.byte),
            zeile: Some(self.nummer),
            satz: (self.satz != 0).then_some(self.satz),
        }
    }

    /// Gives back the source of bytes.
    pub(super) fn quelle(self) -> R {
        self.quelle
    }

    pub(super) fn datei(&self) -> &Arc<str> {
        &self.datei
    }

    /// Fills the buffer up to `anzahl` bytes, or fewer at the end of the file.
    fn ergaenze(&mut self, anzahl: usize, meldungen: &mut Meldungen) -> Result<(), Abbruch> {
        while self.puffer.len() < anzahl {
            match self.quelle.fill_buf() {
                Ok([]) => break,
                Ok(vorrat) => {
                    let menge = vorrat.len().min(anzahl - self.puffer.len());
                    self.puffer.extend_from_slice(&vorrat[..menge]);
                    self.quelle.consume(menge);
                }
                Err(fehler) if fehler.kind() == io::ErrorKind::Interrupted => {}
                Err(fehler) => {
                    let ort = Ort::neu(&self.datei, self.stelle());
                    meldungen.melde(lesefehler(&fehler, ort));
                    return Err(Abbruch);
                }
            }
        }
        Ok(())
    }

    /// Returns the length that the line says it has.
    fn laenge(&self, meldungen: &mut Meldungen) -> Result<usize, Abbruch> {
        let Some(laenge) = self.puffer.get(..3).and_then(zahl) else {
            let text = format!(
                "die Zeile beginnt mit „{}“; erwartet wird ihre Länge aus 3 Ziffern; {NEU}",
                muster(&self.puffer)
            );
            return Err(self.brich_ab(text, meldungen));
        };
        let laenge = usize::from(laenge);
        if laenge < RAHMEN {
            let text = format!(
                "die Zeile nennt {laenge:03} als Länge; erwartet wird mindestens 009; {NEU}"
            );
            return Err(self.brich_ab(text, meldungen));
        }
        Ok(laenge)
    }

    /// Proves that the line ends where its length says, and only there.
    fn pruefe_ende(&self, laenge: usize, meldungen: &mut Meldungen) -> Result<(), Abbruch> {
        let umbruch = memchr::memchr2(b'\r', b'\n', &self.puffer);
        if self.puffer.len() == laenge
            && umbruch == Some(laenge - 2)
            && self.puffer.ends_with(b"\r\n")
        {
            return Ok(());
        }
        let gefunden = match umbruch {
            Some(i) if i < laenge - 2 => format!("nach {i} Byte bricht sie um"),
            _ if self.puffer.len() < laenge => {
                format!("nach {} Byte endet die Datei", self.puffer.len())
            }
            _ => format!("nach {} Byte steht kein CR LF", laenge - 2),
        };
        let text = format!(
            "die Zeile nennt {laenge:03} als Länge, {gefunden}; erwartet wird dort CR LF, wo die \
             Länge mit CR LF erreicht ist; {NEU}"
        );
        Err(self.brich_ab(text, meldungen))
    }

    /// ISO 8859-15 has no byte from 0x80 to 0x9F.
    fn pruefe_zeichen(&self, meldungen: &mut Meldungen) {
        let fremd = |b: &u8| (0x80..=0x9F).contains(b);
        // the count has no early exit, so that the compiler can compare many bytes at once
        if self.puffer.iter().filter(|b| fremd(b)).count() == 0 {
            return;
        }
        let i = self.puffer.iter().position(fremd).unwrap_or(0);
        let text = format!(
            "Byte 0x{:02X} gefunden; erwartet werden Zeichen aus ISO 8859-15 (Feld 9106 = 4); {NEU}",
            self.puffer[i]
        );
        let stelle = Stelle { byte: Some(self.byte + i as u64), ..self.stelle() };
        meldungen.melde(Meldung::neu(Code::ZeichenUngueltig, Ort::neu(&self.datei, stelle), text));
    }

    fn brich_ab(&self, text: String, meldungen: &mut Meldungen) -> Abbruch {
        let ort = Ort::neu(&self.datei, self.stelle());
        meldungen.melde(Meldung::neu(Code::KvdtZeile, ort, text));
        Abbruch
    }
}

/// What to do about a damaged file.
pub(super) const NEU: &str = "bitte die Datei neu anfordern";

/// Returns the number that up to four ASCII digits write.
fn zahl(ziffern: &[u8]) -> Option<u16> {
    ziffern
        .iter()
        .try_fold(0, |summe: u16, b| b.is_ascii_digit().then(|| summe * 10 + u16::from(b - b'0')))
}
