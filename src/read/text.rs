//! The characters of an XML input: UTF-8, ISO-8859-1 or ISO-8859-15 as declared, strictly, with the
//! line and byte of every character in the decompressed file as stored.

mod zeichen;

use std::io::{self, BufRead, Read};

use memchr::memchr_iter;

use super::roh::Rohquelle;
use crate::meldung::{Code, Meldung, Ort, Stelle};
pub(crate) use zeichen::Zeichensatz;
use zeichen::{BOM, DEKLARATION_MAX, deklariert, gueltig};

/// What ended the characters before the file did.
#[derive(Debug)]
enum Stoerung {
    Lesen(io::Error),
    Zeichen(u8),
    MarkeZuLang,
}

/// Most bytes of one piece of markup or text: no legitimate tag comes near it.
pub(crate) const MARKE_MAX: u64 = 1 << 20;

/// Bytes are read in multiples of this, which are hashed fastest.
const LESESTUECK: usize = 1 << 16;

/// How much is held: enough to read four pieces behind a rest, little enough for a core's cache.
const PUFFER: usize = 5 * LESESTUECK;

/// How much of it there is and is read to begin with: a head that is looked at alone needs no more, and
/// of thousands of small files the rest would be cleared for nothing.
const ANFANG: usize = 1 << 13;

/// Gives an input's characters as UTF-8 and counts where they stand.
#[derive(Debug)]
pub(crate) struct Textquelle {
    roh: Rohquelle,
    zeichensatz: Zeichensatz,
    /// Stored bytes: `geprueft..gelesen` are not yet decoded.
    puffer: Vec<u8>,
    geprueft: usize,
    gelesen: usize,
    /// Decoded bytes of the current window, where they differ from the stored ones.
    klar: Vec<u8>,
    /// Characters that come before all others and stand nowhere, from the first that is unread.
    einschub: Vec<u8>,
    einschub_ab: usize,
    /// The window: `von..bis` of `klar` or of `puffer`.
    in_klar: bool,
    von: usize,
    bis: usize,
    zeile: u64,
    byte: u64,
    /// Bytes of the mark with which UTF-8 may begin.
    bom: u64,
    /// Line and byte where the current piece of markup begins.
    marke_ab: (u64, u64),
    /// What reading ahead met: it counts when the characters before it are used up.
    spaeter: Option<io::Error>,
    stoerung: Option<Stoerung>,
}

impl Textquelle {
    /// Reads the declaration and returns the characters from the file's beginning.
    ///
    /// # Errors
    /// The message for an unreadable or empty input, a declaration that does not end within its
    /// first 1,024 bytes, or a character set other than the three.
    pub(crate) fn neu(roh: Rohquelle, ort: &Ort) -> Result<Self, Meldung> {
        let mut quelle = Self::mitten_in(roh, Zeichensatz::Utf8, 1, 0);
        let anfang = quelle.stelle();
        let am_anfang = || Ort::neu(&ort.datei, anfang);
        while quelle.gelesen < DEKLARATION_MAX {
            match quelle.roh.read(&mut quelle.puffer[quelle.gelesen..ANFANG]) {
                Ok(0) => break,
                Ok(anzahl) => quelle.gelesen += anzahl,
                Err(fehler) if fehler.kind() == io::ErrorKind::Interrupted => {}
                Err(fehler) => return Err(super::roh::lesefehler(&fehler, am_anfang())),
            }
        }
        let kopf = &quelle.puffer[..quelle.gelesen];
        if kopf.is_empty() {
            let text = "die Datei ist leer; erwartet wird ein XML-Dokument; bitte neu übertragen";
            return Err(Meldung::neu(Code::DateiLeer, am_anfang(), text));
        }
        let bom = if kopf.starts_with(BOM) { BOM.len() } else { 0 };
        quelle.zeichensatz = deklariert(kopf, bom)
            .map_err(|text| Meldung::neu(Code::ZeichensatzUnbekannt, am_anfang(), text))?;
        quelle.geprueft = bom;
        (quelle.byte, quelle.bom) = (bom as u64, bom as u64);
        Ok(quelle)
    }

    /// Returns the characters of a file from within: the source begins with line `zeile` and byte `byte`
    /// of it.
    pub(crate) fn mitten_in(
        roh: Rohquelle,
        zeichensatz: Zeichensatz,
        zeile: u64,
        byte: u64,
    ) -> Self {
        Self {
            roh,
            zeichensatz,
            puffer: vec![0; ANFANG],
            geprueft: 0,
            gelesen: 0,
            klar: Vec::new(),
            einschub: Vec::new(),
            einschub_ab: 0,
            in_klar: false,
            von: 0,
            bis: 0,
            zeile,
            byte,
            bom: 0,
            marke_ab: (zeile, byte),
            spaeter: None,
            stoerung: None,
        }
    }

    /// Tells whether the file is stored as it is read.
    pub(crate) fn ist_unkomprimiert(&self) -> bool {
        self.roh.ist_unkomprimiert()
    }

    /// Returns the character set.
    pub(crate) fn zeichensatz(&self) -> Zeichensatz {
        self.zeichensatz
    }

    /// Tells whether a stored byte is a character (one of the two ISO sets).
    pub(crate) fn ist_latin(&self) -> bool {
        self.zeichensatz != Zeichensatz::Utf8
    }

    /// Tells whether no character has been read.
    pub(crate) fn ist_am_anfang(&self) -> bool {
        self.byte == self.bom
    }

    /// Returns line and byte of the next character.
    pub(crate) fn stelle(&self) -> Stelle {
        Stelle { zeile: Some(self.zeile), byte: Some(self.byte), satz: None }
    }

    /// Marks the next character as the beginning of a piece of markup, whose length is limited.
    pub(crate) fn beginne_marke(&mut self) {
        self.marke_ab = (self.zeile, self.byte);
    }

    /// Ends the piece: one above the limit is a [`stoerung`](Self::stoerung), whatever the seams of
    /// the buffer.
    pub(crate) fn beende_marke(&mut self) {
        if self.stoerung.is_none() && self.marke_ist_zu_lang() {
            self.stoerung = Some(Stoerung::MarkeZuLang);
        }
    }

    fn marke_ist_zu_lang(&self) -> bool {
        MARKE_MAX < self.byte - self.marke_ab.1
    }

    /// Returns the message for what ended the characters early, if anything did.
    pub(crate) fn stoerung(&self, ort: &Ort, satz: Option<u64>) -> Option<Meldung> {
        let ort = Ort::neu(&ort.datei, Stelle { satz, ..self.stelle() });
        self.stoerung.as_ref().map(|stoerung| match stoerung {
            Stoerung::Lesen(fehler) => super::roh::lesefehler(fehler, ort),
            Stoerung::Zeichen(byte) => {
                let text = format!(
                    "das Byte 0x{byte:02X} ist in {} oder in XML nicht erlaubt; erwartet wird der Zeichensatz, den \
                     die Datei nennt; bitte die Deklaration oder die Kodierung berichtigen",
                    match self.zeichensatz {
                        Zeichensatz::Utf8 => "UTF-8",
                        Zeichensatz::Latin1 => "ISO-8859-1",
                        Zeichensatz::Latin9 => "ISO-8859-15",
                    }
                );
                Meldung::neu(Code::ZeichenUngueltig, ort, text)
            }
            Stoerung::MarkeZuLang => {
                let (zeile, byte) = self.marke_ab;
                let anfang = Stelle { zeile: Some(zeile), byte: Some(byte), satz };
                let ort = Ort::neu(&ort.datei, anfang);
                let text = "eine Marke oder ein Text ist länger als 1 MiB; erwartet werden Marken von wenigen hundert \
                            Zeichen; vermutlich fehlt ein Anführungszeichen oder ein >";
                Meldung::neu(Code::XmlMarkeZuLang, ort, text)
            }
        })
    }

    /// Gives back the source of bytes, for its hash.
    pub(crate) fn roh(self) -> Rohquelle {
        self.roh
    }

    /// Makes the next window. An empty one means the end of the input.
    fn naechstes_fenster(&mut self) -> Result<(), Stoerung> {
        // Here, too, so that no more of a piece is collected than one buffer above the limit.
        if self.marke_ist_zu_lang() {
            return Err(Stoerung::MarkeZuLang);
        }
        let mut am_ende = false;
        loop {
            let rest = &self.puffer[self.geprueft..self.gelesen];
            let (laenge, falsch) = gueltig(rest, self.zeichensatz, am_ende);
            if 0 < laenge {
                self.zeige(laenge);
                return Ok(());
            }
            if let Some(byte) = falsch {
                return Err(Stoerung::Zeichen(byte));
            }
            if am_ende {
                (self.von, self.bis, self.in_klar) = (0, 0, false);
                return Ok(());
            }
            if let Some(fehler) = self.spaeter.take() {
                return Err(Stoerung::Lesen(fehler));
            }
            self.puffer.copy_within(self.geprueft..self.gelesen, 0);
            self.gelesen -= self.geprueft;
            self.geprueft = 0;
            match self.lies_weiter() {
                Ok(0) => am_ende = true,
                Ok(anzahl) => self.gelesen += anzahl,
                Err(fehler) if fehler.kind() == io::ErrorKind::Interrupted => {}
                Err(fehler) => return Err(Stoerung::Lesen(fehler)),
            }
        }
    }

    /// Makes the next `laenge` stored bytes the window, decoded if they are not ASCII.
    fn zeige(&mut self, laenge: usize) {
        let fenster = self.geprueft..self.geprueft + laenge;
        self.geprueft = fenster.end;
        self.in_klar =
            self.zeichensatz != Zeichensatz::Utf8 && !self.puffer[fenster.start].is_ascii();
        if self.in_klar {
            self.klar.clear();
            let mut utf8 = [0; 4];
            for byte in &self.puffer[fenster] {
                // `gueltig` has let no byte without a character pass.
                let zeichen =
                    self.zeichensatz.zeichen(*byte).unwrap_or(char::REPLACEMENT_CHARACTER);
                self.klar.extend_from_slice(zeichen.encode_utf8(&mut utf8).as_bytes());
            }
            (self.von, self.bis) = (0, self.klar.len());
        } else {
            (self.von, self.bis) = (fenster.start, fenster.end);
        }
    }

    /// Returns the unread characters at hand, if they are the stored bytes.
    pub(crate) fn vorrat(&self) -> Option<&[u8]> {
        let bereit = !self.in_klar && self.stoerung.is_none() && !self.hat_einschub();
        bereit.then(|| &self.puffer[self.von..self.bis])
    }

    /// Makes what [`vorrat`](Self::vorrat) returns longer, from the same first character on. Returns
    /// false if that cannot be: the buffer is full, or the end or a fault comes next, which is left to
    /// those who read character by character.
    pub(crate) fn erweitere(&mut self) -> bool {
        if self.vorrat().is_none() || self.spaeter.is_some() {
            return false;
        }
        if self.von == self.bis {
            self.von = self.geprueft;
        }
        if 0 < self.von {
            self.puffer.copy_within(self.von..self.gelesen, 0);
            self.gelesen -= self.von;
            self.geprueft -= self.von;
        }
        (self.von, self.bis) = (0, self.geprueft);
        loop {
            let rest = &self.puffer[self.geprueft..self.gelesen];
            let (laenge, falsch) = gueltig(rest, self.zeichensatz, false);
            if 0 < laenge && (self.zeichensatz == Zeichensatz::Utf8 || rest[0].is_ascii()) {
                self.geprueft += laenge;
                self.bis = self.geprueft;
                return true;
            }
            if 0 < laenge || falsch.is_some() {
                return false;
            }
            if self.gelesen == PUFFER {
                return false;
            }
            match self.lies_weiter() {
                Ok(0) => return false,
                Ok(anzahl) => self.gelesen += anzahl,
                Err(fehler) if fehler.kind() == io::ErrorKind::Interrupted => {}
                Err(fehler) => {
                    self.spaeter = Some(fehler);
                    return false;
                }
            }
        }
    }

    /// Passes over the first `bytes` of what [`vorrat`](Self::vorrat) returns, which hold `zeilen` line
    /// ends.
    pub(crate) fn ueberspringe(&mut self, bytes: usize, zeilen: u64) {
        self.von += bytes;
        self.byte += bytes as u64;
        self.zeile += zeilen;
    }

    /// Puts characters before all others that are still to come.
    pub(crate) fn schiebe_ein(&mut self, zeichen: String) {
        (self.einschub, self.einschub_ab) = (zeichen.into_bytes(), 0);
    }

    fn hat_einschub(&self) -> bool {
        self.einschub_ab < self.einschub.len()
    }

    /// Reads behind what has been read; returns how much it was.
    fn lies_weiter(&mut self) -> io::Result<usize> {
        self.puffer.resize(PUFFER, 0);
        self.roh.read(lesestueck(&mut self.puffer[self.gelesen..]))
    }

    fn fenster(&self) -> &[u8] {
        let quelle = if self.in_klar { &self.klar } else { &self.puffer };
        &quelle[self.von..self.bis]
    }
}

impl Read for Textquelle {
    fn read(&mut self, puffer: &mut [u8]) -> io::Result<usize> {
        let fenster = self.fill_buf()?;
        let anzahl = fenster.len().min(puffer.len());
        puffer[..anzahl].copy_from_slice(&fenster[..anzahl]);
        self.consume(anzahl);
        Ok(anzahl)
    }
}

impl BufRead for Textquelle {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.hat_einschub() {
            return Ok(&self.einschub[self.einschub_ab..]);
        }
        if self.von == self.bis {
            if self.stoerung.is_none() {
                self.stoerung = self.naechstes_fenster().err();
            }
            if self.stoerung.is_some() {
                (self.von, self.bis) = (0, 0);
                return Err(io::Error::other("stoerung"));
            }
        }
        Ok(self.fenster())
    }

    fn consume(&mut self, anzahl: usize) {
        if self.hat_einschub() {
            self.einschub_ab += anzahl;
            return;
        }
        let verbraucht = &self.fenster()[..anzahl];
        let zeilen = memchr_iter(b'\n', verbraucht).count() as u64;
        // A stored byte of an ISO set became one character; of UTF-8 every byte is one.
        let bytes = if self.in_klar {
            verbraucht.iter().filter(|b| **b & 0xC0 != 0x80).count()
        } else {
            anzahl
        };
        self.zeile += zeilen;
        self.byte += bytes as u64;
        self.von += anzahl;
    }
}

/// Returns as much of a free buffer as is read at once.
fn lesestueck(frei: &mut [u8]) -> &mut [u8] {
    let ganze = frei.len() / LESESTUECK * LESESTUECK;
    let laenge = if ganze == 0 { frei.len() } else { ganze };
    &mut frei[..laenge]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::roh::{Komprimierung, Zaehler};
    use super::*;

    /// Gives one byte at a time, so that every seam is met.
    struct Tropfen(io::Cursor<Vec<u8>>);

    impl Read for Tropfen {
        fn read(&mut self, puffer: &mut [u8]) -> io::Result<usize> {
            let anzahl = puffer.len().min(1);
            self.0.read(&mut puffer[..anzahl])
        }
    }

    fn quelle(bytes: &[u8], tropfen: bool) -> Result<Textquelle, Meldung> {
        let cursor = io::Cursor::new(bytes.to_vec());
        let innen: Box<dyn Read + Send> =
            if tropfen { Box::new(Tropfen(cursor)) } else { Box::new(cursor) };
        let roh = Rohquelle::aus(innen, Komprimierung::Keine, Zaehler::default());
        Textquelle::neu(roh, &Ort::datei(&Arc::from("a.xml")))
    }

    fn lies(bytes: &[u8], tropfen: bool) -> Result<(String, Stelle), Meldung> {
        let mut quelle = quelle(bytes, tropfen)?;
        let mut text = String::new();
        match quelle.read_to_string(&mut text) {
            Ok(_) => Ok((text, quelle.stelle())),
            Err(_) => {
                Err(quelle.stoerung(&Ort::datei(&Arc::from("a.xml")), None).expect("eine Störung"))
            }
        }
    }

    fn stelle(zeile: u64, byte: u64) -> Stelle {
        Stelle { zeile: Some(zeile), byte: Some(byte), satz: None }
    }

    #[test]
    fn each_encoding_gives_its_characters_and_stored_positions() {
        for (bytes, text, ende) in [
            (&b"<a/>\n"[..], "<a/>\n", stelle(2, 5)),
            (b"\xEF\xBB\xBF<a/>", "<a/>", stelle(1, 7)),
            (
                "<?xml version='1.0'?>\nü€\n".as_bytes(),
                "<?xml version='1.0'?>\nü€\n",
                stelle(3, 28),
            ),
            (
                b"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\xFC\xA4\n",
                "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>ü¤\n",
                stelle(2, 46),
            ),
            (
                b"<?xml version='1.0' encoding = 'ISO-8859-15' ?>\xFC\xA4\n",
                "<?xml version='1.0' encoding = 'ISO-8859-15' ?>ü€\n",
                stelle(2, 50),
            ),
        ] {
            for tropfen in [false, true] {
                assert_eq!(lies(bytes, tropfen), Ok((text.to_owned(), ende)), "{text}");
            }
        }
    }

    #[test]
    fn wrong_bytes_are_refused_where_they_stand() {
        for (bytes, code, wo) in [
            (&b""[..], Code::DateiLeer, stelle(1, 0)),
            (b"<a>\n\xFC", Code::ZeichenUngueltig, stelle(2, 4)),
            (b"<a>\n\xC3", Code::ZeichenUngueltig, stelle(2, 4)),
            (b"<a>\n\xC3\x28", Code::ZeichenUngueltig, stelle(2, 4)),
            (b"<a>\x01", Code::ZeichenUngueltig, stelle(1, 3)),
            (b"<?xml encoding='ISO-8859-1'?>\n\xFC\x85", Code::ZeichenUngueltig, stelle(2, 31)),
            (b"<?xml encoding='ISO-8859-15'?>\n\x80", Code::ZeichenUngueltig, stelle(2, 31)),
            (b"<?xml encoding='windows-1252'?>", Code::ZeichensatzUnbekannt, stelle(1, 0)),
            (b"<?xml encoding=''?>", Code::ZeichensatzUnbekannt, stelle(1, 0)),
            (b"<?xml encoding='UTF-8'", Code::ZeichensatzUnbekannt, stelle(1, 0)),
            (
                b"\xEF\xBB\xBF<?xml encoding='ISO-8859-1'?>",
                Code::ZeichensatzUnbekannt,
                stelle(1, 0),
            ),
            (b"\xEF\xBB\xBF\xEF\xBB\xBF<a/>", Code::ZeichensatzUnbekannt, stelle(1, 0)),
            (b"\xFF\xFE<\x00a\x00", Code::ZeichensatzUnbekannt, stelle(1, 0)),
        ] {
            for tropfen in [false, true] {
                let meldung = lies(bytes, tropfen).expect_err("refused");
                let ort = meldung.ort.expect("ein Ort");
                assert_eq!(
                    (meldung.code, ort.stelle),
                    (code, wo),
                    "{:?}",
                    String::from_utf8_lossy(bytes)
                );
            }
        }
    }
}
