//! Records of a KVDT file, whatever their kind: from one field 8000 to the next.

use std::fmt;
use std::io::{self, Read};
use std::ops::Range;

use super::ganz;
use super::regel::{Befund, NEU, Regel};
use crate::kennung::muster;
use crate::meldung::Stelle;

/// Field 8000: its line begins a record.
pub(super) const SATZART: u16 = 8000;

/// Bytes of a line besides its content: length 3, field 4, CR LF 2.
pub(super) const RAHMEN: u16 = 9;

/// Bytes of a line before its content: length and field.
pub(super) const VORSPANN: usize = 7;

/// Bytes that are read at once, first and at most. Small files and heads need few; and where every
/// piece is as long as all before it, the hash of the file is made of whole pieces.
const STUECKE: Range<usize> = 1 << 14..1 << 17;

/// With fewer bytes than this the next ones are read before a record is begun: most are shorter.
pub(super) const VORRAT: usize = 1 << 12;

/// Most bytes of a record: one of the largest real ones has some ten thousand.
pub(super) const SATZ_MAX: usize = 1 << 24;

/// Most damaged lines of a record that are reported; behind them the file is not worth reading.
const SCHAEDEN_MAX: usize = 1000;

/// One record. Reading another one into it reuses its memory.
#[derive(Clone, Default)]
pub struct Satz {
    bytes: Vec<u8>,
    zeilen: Vec<Zeile>,
    stelle: Stelle,
    schaeden: Vec<Befund>,
}

/// A whole line; its content ends two bytes before it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zeile {
    pub(super) feld: u16,
    /// Bytes of the record before it.
    pub(super) von: u32,
    pub(super) bis: u32,
    /// Lines of the record before it.
    pub(super) nummer: u32,
}

/// Whole records that were passed over.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Zurueckgelegt {
    pub(super) bytes: usize,
    pub(super) zeilen: u64,
    pub(super) saetze: u64,
}

/// A field of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Feld<'a> {
    /// Feldkennung, `5001`.
    pub kennung: u16,
    /// Content in ISO 8859-15, at least one byte.
    pub inhalt: &'a [u8],
    /// Where its line begins.
    pub stelle: Stelle,
}

/// A field without its place, which is needed only where something is told of it.
#[derive(Clone, Copy)]
pub(super) struct Kurzfeld<'a> {
    /// Feldkennung.
    pub(super) kennung: u16,
    /// Content.
    pub(super) inhalt: &'a [u8],
    /// Which of the record's fields it is: [`Satz::stelle_des_feldes`].
    pub(super) platz: u32,
}

/// Reads records one after another. Memory is that of the largest one.
///
/// ```
/// use strukturfonds::read::kvdt::{Saetze, Satz};
///
/// let datei: &[u8] = b"0138000con0\r\n01091064\r\n0138000con9\r\n";
/// // a record at a time
/// let satzarten: Vec<String> = Saetze::neu(datei)
///     .map(|satz| Ok(String::from_utf8_lossy(satz?.satzart()).into_owned()))
///     .collect::<std::io::Result<_>>()?;
/// assert_eq!(satzarten, ["con0", "con9"]);
///
/// // the same, with one record's memory for all
/// let (mut saetze, mut satz) = (Saetze::neu(datei), Satz::default());
/// let mut felder = Vec::new();
/// while saetze.lies(&mut satz)? {
///     assert!(satz.schaeden().is_empty());
///     felder.extend(satz.felder().map(|feld| feld.kennung));
/// }
/// assert_eq!(felder, [8000, 9106, 8000]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Saetze<R> {
    quelle: R,
    puffer: Vec<u8>,
    /// What of the buffer has been read and not yet been given out.
    vorrat: Range<usize>,
    /// Place of the first byte of `vorrat`.
    byte: u64,
    zeile: u64,
    satz: u64,
    am_ende: bool,
    /// Bytes that have been read, and those to read next.
    gelesen: usize,
    stueck: usize,
    /// Why the source could not be read, until a record needs it.
    fehler: Option<io::Error>,
}

impl Satz {
    /// Returns the content of field 8000; empty if the record has none, as only a damaged file's first.
    pub fn satzart(&self) -> &[u8] {
        match self.zeilen.first() {
            Some(zeile) if zeile.feld == SATZART => self.inhalt(*zeile),
            _ => &[],
        }
    }

    /// Returns its fields in their order, field 8000 first.
    pub fn felder(&self) -> impl Iterator<Item = Feld<'_>> {
        self.zeilen.iter().map(|zeile| self.feld(*zeile))
    }

    /// Returns its fields behind field 8000, without their places.
    pub(super) fn kurzfelder(&self) -> impl Iterator<Item = Kurzfeld<'_>> {
        let zeilen = self.zeilen.get(1..).unwrap_or_default();
        (1..).zip(zeilen).map(|(platz, zeile)| Kurzfeld {
            kennung: zeile.feld,
            inhalt: self.inhalt(*zeile),
            platz,
        })
    }

    /// Returns where a field's line begins.
    pub(super) fn stelle_des_feldes(&self, platz: u32) -> Stelle {
        let zeile = self.zeilen.get(platz as usize);
        zeile.map_or(self.stelle, |zeile| self.in_zeile(zeile.von, zeile.nummer))
    }

    /// Returns the record as it is stored.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns where it begins.
    pub fn stelle(&self) -> Stelle {
        self.stelle
    }

    /// Returns what is wrong with its lines. Damaged lines are no fields of the record: use nothing
    /// of one that has any.
    pub fn schaeden(&self) -> &[Befund] {
        &self.schaeden
    }

    /// Tells whether all its lines are whole: then its fields can be told apart, damaged or not.
    pub(super) fn ist_lesbar(&self) -> bool {
        self.schaeden.iter().all(|befund| matches!(befund.regel, Regel::Zeichen | Regel::Leer))
    }

    fn feld(&self, zeile: Zeile) -> Feld<'_> {
        let stelle = self.in_zeile(zeile.von, zeile.nummer);
        Feld { kennung: zeile.feld, inhalt: self.inhalt(zeile), stelle }
    }

    fn inhalt(&self, zeile: Zeile) -> &[u8] {
        self.bytes.get(zeile.von as usize + VORSPANN..zeile.bis as usize - 2).unwrap_or_default()
    }

    fn in_zeile(&self, von: u32, nummer: u32) -> Stelle {
        Stelle {
            byte: self.stelle.byte.map(|byte| byte + u64::from(von)),
            zeile: self.stelle.zeile.map(|zeile| zeile + u64::from(nummer)),
            satz: self.stelle.satz,
        }
    }

    /// Looks at the content of each line.
    fn pruefe_zeichen(&mut self) {
        let mut schaeden = Vec::new();
        for feld in self.felder() {
            let kein_zeichen = |b: &u8| matches!(b, 0..0x20 | 0x80..=0x9F);
            if let Some(i) = feld.inhalt.iter().position(kein_zeichen) {
                let byte = feld.stelle.byte.map(|byte| byte + (VORSPANN + i) as u64);
                let stelle = Stelle { byte, ..feld.stelle };
                let text = format!(
                    "Byte 0x{:02X} gefunden; erwartet werden Zeichen aus ISO 8859-15; {NEU}",
                    feld.inhalt[i]
                );
                schaeden.push(Befund::im_feld(Regel::Zeichen, feld.kennung, stelle, text));
            }
            if feld.inhalt.iter().all(|b| *b == b' ') {
                let text =
                    "das Feld ist leer; erwartet wird ein Inhalt oder kein Feld; bitte berichtigen";
                schaeden.push(Befund::im_feld(Regel::Leer, feld.kennung, feld.stelle, text));
            }
        }
        self.schaeden.append(&mut schaeden);
    }
}

impl fmt::Debug for Satz {
    /// Shows no content: records are full of patients.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let satzart = String::from_utf8_lossy(self.satzart());
        write!(f, "Satz({satzart}, {} Felder, {:?})", self.zeilen.len(), self.stelle)
    }
}

impl fmt::Debug for Feld<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Feld({:04}, {} Byte, {:?})", self.kennung, self.inhalt.len(), self.stelle)
    }
}

/// What stands where a line should begin.
enum Anfang {
    /// A line of this length, with this field.
    Zeile(usize, u16),
    /// Something else; why, and how many bytes of it.
    Schaden(String, usize),
}

impl<R: Read> Saetze<R> {
    /// Returns a reader of the file whose bytes are `quelle`; it buffers itself.
    pub fn neu(quelle: R) -> Self {
        Self {
            quelle,
            puffer: Vec::new(),
            vorrat: 0..0,
            byte: 0,
            zeile: 1,
            satz: 0,
            am_ende: false,
            gelesen: 0,
            stueck: STUECKE.start,
            fehler: None,
        }
    }

    /// Reads the next record into `satz`; false at the end of the file.
    ///
    /// # Errors
    /// The source cannot be read; [`Saetze::stelle`] tells where.
    pub fn lies(&mut self, satz: &mut Satz) -> io::Result<bool> {
        self.fuelle();
        self.beginne(satz);
        if let Some(laenge) = ganz::teile(&self.puffer[self.vorrat.clone()], &mut satz.zeilen) {
            self.satz += 1;
            self.gib_aus(laenge, u32_aus(satz.zeilen.len()), satz);
            return Ok(true);
        }
        self.lies_genau(satz)
    }

    /// Reads the next record line for line: whatever is wrong with one, the others are found.
    pub(super) fn lies_genau(&mut self, satz: &mut Satz) -> io::Result<bool> {
        self.beginne(satz);
        self.satz += 1;
        // bytes and lines of the record so far
        let (mut laenge, mut zeilen) = (0, 0);
        loop {
            if self.vorrat.len() < laenge + usize::from(RAHMEN)
                && !self.ergaenze(laenge + usize::from(RAHMEN))?
                && self.vorrat.len() == laenge
            {
                break;
            }
            match self.anfang(laenge)? {
                Anfang::Zeile(_, SATZART) if 0 < laenge => break,
                Anfang::Zeile(lang, feld) => {
                    let (von, bis) = (u32_aus(laenge), u32_aus(laenge + lang));
                    satz.zeilen.push(Zeile { feld, von, bis, nummer: zeilen });
                    laenge += lang;
                }
                Anfang::Schaden(text, lang) => {
                    let stelle = satz.in_zeile(u32_aus(laenge), zeilen);
                    satz.schaeden.push(Befund::neu(Regel::Zeile, stelle, text));
                    laenge += lang;
                }
            }
            zeilen += 1;
            if SATZ_MAX < laenge || SCHAEDEN_MAX <= satz.schaeden.len() {
                let text = if SATZ_MAX < laenge {
                    format!(
                        "der Satz hat mehr als {} MB; erwartet werden einige tausend Byte; {NEU}",
                        SATZ_MAX >> 20
                    )
                } else {
                    format!(
                        "mehr als {SCHAEDEN_MAX} beschädigte Zeilen hintereinander; der Rest der Datei ist nicht geprüft; {NEU}"
                    )
                };
                satz.schaeden.push(Befund::neu(Regel::SatzZuLang, satz.stelle, text));
                self.am_ende = true;
                self.gib_aus(laenge, zeilen, satz);
                self.vorrat = 0..0;
                return Ok(true);
            }
        }
        if laenge == 0 {
            self.satz -= 1;
            return Ok(false);
        }
        self.gib_aus(laenge, zeilen, satz);
        if satz.schaeden.is_empty() {
            satz.pruefe_zeichen();
        }
        Ok(true)
    }

    fn fuelle(&mut self) {
        if self.vorrat.len() < VORRAT && self.fehler.is_none() {
            // the records that are there come first
            self.fehler = self.ergaenze(VORRAT).err();
        }
    }

    /// Returns the bytes behind the last record, as many as there are, and the place of the next one: for who
    /// splits them into records by himself, and tells it to [`Saetze::ueberspringe`].
    pub(super) fn vorrat(&mut self) -> (&[u8], Stelle) {
        self.fuelle();
        let stelle = Stelle { satz: Some(self.satz + 1), ..self.stelle() };
        (&self.puffer[self.vorrat.clone()], stelle)
    }

    /// Passes over whole records.
    pub(super) fn ueberspringe(&mut self, weg: &Zurueckgelegt) {
        self.vorrat.start += weg.bytes;
        self.byte += weg.bytes as u64;
        self.zeile += weg.zeilen;
        self.satz += weg.saetze;
    }

    fn beginne(&self, satz: &mut Satz) {
        satz.bytes.clear();
        satz.zeilen.clear();
        satz.schaeden.clear();
        satz.stelle = Stelle { satz: Some(self.satz + 1), ..self.stelle() };
    }

    fn gib_aus(&mut self, laenge: usize, zeilen: u32, satz: &mut Satz) {
        let ab = self.vorrat.start;
        satz.bytes.extend_from_slice(&self.puffer[ab..ab + laenge]);
        self.vorrat.start += laenge;
        self.byte += laenge as u64;
        self.zeile += u64::from(zeilen);
    }

    /// Returns where the next record begins.
    pub fn stelle(&self) -> Stelle {
        let satz = (self.satz != 0).then_some(self.satz);
        Stelle { byte: Some(self.byte), zeile: Some(self.zeile), satz }
    }

    /// Gives back the source of bytes.
    pub fn quelle(self) -> R {
        self.quelle
    }

    /// Looks at what begins `ab` bytes behind the record's beginning; there is at least one byte.
    fn anfang(&mut self, ab: usize) -> io::Result<Anfang> {
        let rest = &self.puffer[self.vorrat.start + ab..self.vorrat.end];
        if let Some((laenge, feld)) = vorspann(rest)
            && (laenge <= rest.len() || self.ergaenze(ab + laenge)?)
        {
            let zeile = &self.puffer[self.vorrat.start + ab..][..laenge];
            if zeile.ends_with(b"\r\n")
                && memchr::memchr2(b'\r', b'\n', &zeile[VORSPANN..laenge - 2]).is_none()
            {
                return Ok(Anfang::Zeile(laenge, feld));
            }
        }
        self.schaden(ab)
    }

    /// Tells what is wrong with the line that begins there, and where the next one may begin.
    fn schaden(&mut self, ab: usize) -> io::Result<Anfang> {
        let mut bis = ab;
        let umbruch = loop {
            let rest = &self.puffer[self.vorrat.start + bis..self.vorrat.end];
            if let Some(i) = memchr::memchr(b'\n', rest) {
                bis += i + 1;
                // two bytes more, so that the next line can be told
                self.ergaenze(bis + VORSPANN)?;
                let danach = &self.puffer[self.vorrat.start + bis..self.vorrat.end];
                if danach.is_empty() || vorspann(danach).is_some() {
                    break true;
                }
                if SATZ_MAX < bis {
                    break true;
                }
            } else {
                bis += rest.len();
                if SATZ_MAX < bis || !self.ergaenze(bis + 1)? {
                    break false;
                }
            }
        };
        let zeile = &self.puffer[self.vorrat.start + ab..self.vorrat.start + bis];
        let text = match zahl(zeile.get(..3).unwrap_or_default()) {
            None => format!(
                "die Zeile beginnt mit „{}“; erwartet wird ihre Länge aus 3 Ziffern; {NEU}",
                muster(&zeile[..zeile.len().min(VORSPANN)])
            ),
            Some(laenge) if laenge < RAHMEN => format!(
                "die Zeile nennt {laenge:03} als Länge; erwartet wird mindestens 009; {NEU}"
            ),
            Some(_) if zeile.len() < VORSPANN => format!(
                "nach {} Byte endet die Datei; erwartet wird eine ganze Zeile; {NEU}",
                zeile.len()
            ),
            Some(laenge) if zahl(&zeile[3..VORSPANN]).is_none() => format!(
                "Zeile der Länge {laenge:03} mit der Feldkennung „{}“ gefunden; erwartet werden 4 Ziffern; {NEU}",
                muster(&zeile[3..VORSPANN])
            ),
            Some(laenge) => {
                let gefunden = if umbruch {
                    let ende = if zeile.ends_with(b"\r\n") { "" } else { " ohne CR" };
                    format!("sie hat {}{ende}", zeile.len())
                } else {
                    format!("nach {} Byte endet die Datei", zeile.len())
                };
                format!(
                    "die Zeile nennt {laenge:03} als Länge, {gefunden}; erwartet wird CR LF dort, wo die Länge erreicht ist, und nur dort; {NEU}"
                )
            }
        };
        Ok(Anfang::Schaden(text, bis - ab))
    }

    /// Reads until `anzahl` bytes are there behind the record's beginning; false if the file has fewer.
    fn ergaenze(&mut self, anzahl: usize) -> io::Result<bool> {
        while self.vorrat.len() < anzahl {
            if self.am_ende {
                return Ok(false);
            }
            if let Some(fehler) = self.fehler.take() {
                return Err(fehler);
            }
            if 0 < self.vorrat.start {
                self.puffer.copy_within(self.vorrat.clone(), 0);
                self.vorrat = 0..self.vorrat.len();
            }
            let platz = self.vorrat.end..self.vorrat.end + self.stueck;
            if self.puffer.len() < platz.end {
                self.puffer.resize(platz.end, 0);
            }
            match self.quelle.read(&mut self.puffer[platz]) {
                Ok(0) => self.am_ende = true,
                Ok(menge) => {
                    self.vorrat.end += menge;
                    self.gelesen = self.gelesen.saturating_add(menge);
                    self.stueck = self.gelesen.clamp(STUECKE.start, STUECKE.end);
                }
                Err(fehler) if fehler.kind() == io::ErrorKind::Interrupted => {}
                Err(fehler) => return Err(fehler),
            }
        }
        Ok(true)
    }
}

impl<R: Read> Iterator for Saetze<R> {
    type Item = io::Result<Satz>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut satz = Satz::default();
        match self.lies(&mut satz) {
            Ok(true) => Some(Ok(satz)),
            Ok(false) => None,
            Err(fehler) => {
                self.am_ende = true;
                self.vorrat = 0..0;
                Some(Err(fehler))
            }
        }
    }
}

/// Returns length and field with which a line begins.
fn vorspann(zeile: &[u8]) -> Option<(usize, u16)> {
    let (vorspann, _) = zeile.split_at_checked(VORSPANN)?;
    let laenge = zahl(&vorspann[..3])?;
    let feld = zahl(&vorspann[3..])?;
    (RAHMEN <= laenge).then_some((usize::from(laenge), feld))
}

/// Returns the number that one to four ASCII digits write.
pub(super) fn zahl(ziffern: &[u8]) -> Option<u16> {
    if ziffern.is_empty() {
        return None;
    }
    ziffern
        .iter()
        .try_fold(0, |summe: u16, b| b.is_ascii_digit().then(|| summe * 10 + u16::from(b - b'0')))
}

/// Bytes of a record fit into 32 bits, for it is cut off above [`SATZ_MAX`].
fn u32_aus(zahl: usize) -> u32 {
    u32::try_from(zahl).unwrap_or(u32::MAX)
}
