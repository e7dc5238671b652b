//! The bytes of an input: plain, `.gz` or `.zst`, hashed as stored and counted as read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::meldung::{Code, Meldung, Ort};
use crate::read::eingaben::ursache;

/// How the bytes of an input are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Komprimierung {
    /// As they are.
    Keine,
    /// gzip, one or more members.
    Gzip,
    /// Zstandard, one or more frames.
    Zstd,
}

/// Size and hash of an input as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruefsumme {
    /// Bytes as stored.
    pub groesse: u64,
    /// BLAKE3 of the bytes as stored, in hex.
    pub blake3: String,
}

/// How many stored bytes a run has read so far, for a progress display.
pub type Zaehler = Arc<AtomicU64>;

/// How much gzip is asked for at once. A damaged place costs what the decoder had of the piece, so all
/// pieces begin at a multiple of this or where the decoder stopped, whatever the reader asks for: the
/// same file breaks off at the same byte.
const STUECK: usize = 1 << 15;

/// Reads the decompressed bytes of an input and hashes the stored ones on the way.
pub struct Rohquelle {
    innen: Innen,
}

enum Innen {
    Keine(Box<Hashend>),
    Gzip(Box<BufReader<MultiGzDecoder<BufReader<Hashend>>>>),
    Zstd(Box<Zstd>),
    Vorauslesend(Box<dyn Vorauslesend>),
}

/// Reads a [`Rohquelle`] ahead of its reader and gives what it gives.
pub(crate) trait Vorauslesend: Read + Send {
    /// As [`Rohquelle::beende`].
    fn beende(self: Box<Self>) -> io::Result<Pruefsumme>;
}

impl std::fmt::Debug for Rohquelle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rohquelle").finish_non_exhaustive()
    }
}

/// The stored bytes, hashed as they pass.
struct Hashend {
    innen: Box<dyn Read + Send>,
    hash: blake3::Hasher,
    groesse: u64,
    zaehler: Zaehler,
}

impl Read for Hashend {
    fn read(&mut self, puffer: &mut [u8]) -> io::Result<usize> {
        let gelesen = self.innen.read(puffer)?;
        self.hash.update(&puffer[..gelesen]);
        self.groesse += gelesen as u64;
        self.zaehler.fetch_add(gelesen as u64, Ordering::Relaxed);
        Ok(gelesen)
    }
}

impl Rohquelle {
    /// Opens a file.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn oeffne(pfad: &Path, komprimierung: Komprimierung, zaehler: Zaehler) -> io::Result<Self> {
        Ok(Self::aus(Box::new(File::open(pfad)?), komprimierung, zaehler))
    }

    /// Reads from `innen`.
    pub fn aus(
        innen: Box<dyn Read + Send>,
        komprimierung: Komprimierung,
        zaehler: Zaehler,
    ) -> Self {
        let hashend = Hashend { innen, hash: blake3::Hasher::new(), groesse: 0, zaehler };
        let gepuffert = |hashend| BufReader::with_capacity(1 << 16, hashend);
        let innen = match komprimierung {
            Komprimierung::Keine => Innen::Keine(Box::new(hashend)),
            Komprimierung::Gzip => {
                let dekoder = MultiGzDecoder::new(gepuffert(hashend));
                Innen::Gzip(Box::new(BufReader::with_capacity(STUECK, dekoder)))
            }
            Komprimierung::Zstd => Innen::Zstd(Box::new(Zstd {
                quelle: gepuffert(hashend),
                dekoder: FrameDecoder::new(),
                im_rahmen: false,
                rahmen: 0,
            })),
        };
        Self { innen }
    }

    /// Reads what `vorauslesend` has read of a source.
    pub(crate) fn voraus(vorauslesend: Box<dyn Vorauslesend>) -> Self {
        Self { innen: Innen::Vorauslesend(vorauslesend) }
    }

    /// Tells whether the bytes are read as they are stored.
    pub(crate) fn ist_unkomprimiert(&self) -> bool {
        matches!(self.innen, Innen::Keine(_))
    }

    /// Returns size and hash of the stored bytes; reads what is left of them.
    ///
    /// # Errors
    /// The rest cannot be read.
    pub fn beende(self) -> io::Result<Pruefsumme> {
        let mut hashend = match self.innen {
            Innen::Keine(hashend) => *hashend,
            Innen::Gzip(dekoder) => dekoder.into_inner().into_inner().into_inner(),
            Innen::Zstd(zstd) => zstd.quelle.into_inner(),
            Innen::Vorauslesend(voraus) => return voraus.beende(),
        };
        io::copy(&mut hashend, &mut io::sink())?;
        Ok(Pruefsumme {
            groesse: hashend.groesse,
            blake3: hashend.hash.finalize().to_hex().to_string(),
        })
    }
}

impl Read for Rohquelle {
    fn read(&mut self, puffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.innen {
            Innen::Keine(hashend) => hashend.read(puffer),
            Innen::Gzip(dekoder) => {
                let stueck = STUECK.min(puffer.len());
                dekoder.read(&mut puffer[..stueck]).map_err(defekt)
            }
            Innen::Zstd(zstd) => zstd.read(puffer),
            Innen::Vorauslesend(voraus) => voraus.read(puffer),
        }
    }
}

/// Frame after frame of a Zstandard file; the decoder itself ends with the first.
struct Zstd {
    quelle: BufReader<Hashend>,
    dekoder: FrameDecoder,
    im_rahmen: bool,
    rahmen: u64,
}

impl Zstd {
    /// Begins the next frame; returns false at the end of the file.
    fn beginne(&mut self) -> io::Result<bool> {
        if 0 < self.rahmen && self.quelle.fill_buf()?.is_empty() {
            return Ok(false);
        }
        match self.dekoder.reset(&mut self.quelle) {
            Ok(()) => self.im_rahmen = true,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let laenge = u64::from(length);
                if io::copy(&mut (&mut self.quelle).take(laenge), &mut io::sink())? < laenge {
                    return Err(defekt(io::ErrorKind::UnexpectedEof.into()));
                }
            }
            Err(fehler) => return Err(defekt(io::Error::other(fehler))),
        }
        self.rahmen += 1;
        Ok(true)
    }

    /// Ends a frame: its checksum, if it has one, must be that of the bytes it gave.
    fn pruefe_summe(&mut self) -> io::Result<()> {
        self.im_rahmen = false;
        match (self.dekoder.get_checksum_from_data(), self.dekoder.get_calculated_checksum()) {
            (Some(gespeichert), Some(berechnet)) if gespeichert != berechnet => {
                Err(defekt(io::Error::other("checksum mismatch")))
            }
            _ => Ok(()),
        }
    }

    fn read(&mut self, puffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.im_rahmen && !self.beginne()? {
                return Ok(0);
            }
            if !self.im_rahmen {
                continue;
            }
            if self.dekoder.can_collect() == 0 && self.dekoder.is_finished() {
                self.pruefe_summe()?;
                continue;
            }
            if self.dekoder.can_collect() == 0 {
                self.dekoder
                    .decode_blocks(&mut self.quelle, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|fehler| defekt(io::Error::other(fehler)))?;
                continue;
            }
            return self.dekoder.read(puffer);
        }
    }
}

/// The marker of a damaged compression within an `io::Error`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Defekt(io::Error);

fn defekt(fehler: io::Error) -> io::Error {
    io::Error::other(Defekt(fehler))
}

/// Returns the message for an error while reading an input's bytes.
pub(crate) fn lesefehler(fehler: &io::Error, ort: Ort) -> Meldung {
    let defekt = fehler.get_ref().and_then(|innen| innen.downcast_ref::<Defekt>());
    if defekt.is_some() {
        let text = "die komprimierte Datei ist abgeschnitten oder beschädigt; erwartet wird eine \
                    vollständige .gz- oder .zst-Datei; bitte neu übertragen";
        return Meldung::neu(Code::KomprimierungDefekt, ort, text);
    }
    let text = format!(
        "die Datei ist nicht lesbar ({}); bitte Zugriff und Datenträger prüfen",
        ursache(fehler)
    );
    Meldung::neu(Code::DateiNichtLesbar, ort, text)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;

    use super::*;

    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut ziel = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        ziel.write_all(bytes).expect("Speicher");
        ziel.finish().expect("Speicher")
    }

    pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn lies(bytes: Vec<u8>, komprimierung: Komprimierung) -> io::Result<(Vec<u8>, Pruefsumme)> {
        let mut quelle =
            Rohquelle::aus(Box::new(io::Cursor::new(bytes)), komprimierung, Zaehler::default());
        let mut gelesen = Vec::new();
        quelle.read_to_end(&mut gelesen)?;
        Ok((gelesen, quelle.beende()?))
    }

    #[test]
    fn every_form_gives_the_bytes_and_the_hash_of_what_is_stored() {
        let text: Vec<u8> =
            (0..200_000_u32).flat_map(|i| i.wrapping_mul(i).to_le_bytes()).collect();
        let zwei = |packe: fn(&[u8]) -> Vec<u8>| [packe(&text[..5]), packe(&text[5..])].concat();
        for (gespeichert, komprimierung) in [
            (text.clone(), Komprimierung::Keine),
            (gzip(&text), Komprimierung::Gzip),
            (zwei(gzip), Komprimierung::Gzip),
            (zstd(&text), Komprimierung::Zstd),
            (zwei(zstd), Komprimierung::Zstd),
        ] {
            let hash = blake3::hash(&gespeichert).to_hex().to_string();
            let groesse = gespeichert.len() as u64;
            let (gelesen, summe) = lies(gespeichert, komprimierung).expect("lesbar");
            assert!(gelesen == text, "{komprimierung:?}");
            assert_eq!(summe, Pruefsumme { groesse, blake3: hash }, "{komprimierung:?}");
        }
    }

    #[test]
    fn why_a_file_cannot_be_read_is_said_in_german() {
        for (art, grund) in [
            (io::ErrorKind::PermissionDenied, "(keine Berechtigung)"),
            (io::ErrorKind::NotFound, "(nicht gefunden)"),
            (io::ErrorKind::IsADirectory, "(ist ein Ordner)"),
        ] {
            let meldung = lesefehler(&art.into(), Ort::datei(&"a".into()));
            assert_eq!(meldung.code, Code::DateiNichtLesbar);
            assert!(meldung.text.contains(grund), "{}", meldung.text);
        }
    }

    #[test]
    fn damaged_compression_is_an_error_at_every_cut() {
        let text = b"strukturfonds ".repeat(50);
        for (gespeichert, komprimierung) in
            [(gzip(&text), Komprimierung::Gzip), (zstd(&text), Komprimierung::Zstd)]
        {
            for ende in 0..gespeichert.len() {
                let fehler = lies(gespeichert[..ende].to_vec(), komprimierung).err();
                let ort = Ort::datei(&"a".into());
                let code = fehler.map(|f| lesefehler(&f, ort).code);
                assert_eq!(code, Some(Code::KomprimierungDefekt), "{komprimierung:?} {ende}");
            }
            let mut angehaengt = gespeichert.clone();
            angehaengt.extend(b"XX");
            assert!(lies(angehaengt, komprimierung).is_err(), "{komprimierung:?}");
        }
    }
}
