//! Claims in KVDT: the ADT package of a practice's quarterly file (KBV Datensatzbeschreibung KVDT).
//!
//! A file is read line by line and case by case. It holds one practice, that of the first BSNR of
//! its record besa. Packages besides ADT are skipped by their brackets. Fields that no rule reads
//! are skipped. Nothing grows with the file but a table of the hashes of cases without Schein-ID.

mod fall;
#[cfg(test)]
mod tests;
mod zeile;

use std::io::{self, BufRead, BufReader};
use std::sync::Arc;

use self::fall::{Bericht, Entwurf, Wiederholungen};
use self::zeile::{NEU, SATZART, Zeilen};
use super::roh::{Pruefsumme, Rohquelle};
use super::text::Zeichensatz;
use super::{Abbruch, Block, FallLeser};
use crate::fall::{Satzart, Stapel};
use crate::kennung::{Bsnr, gezeigt};
use crate::meldung::{Code, Meldungen, Stelle};
use crate::quartal::{Quartal, Tag};

/// The head of a file, from its records con0, besa and adt0: what an XML delivery's envelope says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KvdtKopf {
    /// The practice: the first BSNR of besa (field 0201).
    pub bsnr: Bsnr,
    /// The Abrechnungsquartal of the ADT package (field 9204).
    pub quartal: Quartal,
    /// When the file was made (field 9103).
    pub erstellt: Tag,
    /// Where the quarter stands.
    pub stelle: Stelle,
}

/// A package besides ADT, in the order of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Paket {
    Kadt,
    Sadt,
    Hdrg,
}

/// A record, by the content of field 8000.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Satz {
    Con0,
    Besa,
    Rvsa,
    Adt0,
    Fall(Satzart),
    Adt9,
    Beginn(Paket),
    Con9,
    /// Any other content.
    Anderer(String),
}

/// Where in a file the next record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Abschnitt {
    Kopf,
    Adt,
    /// Behind adt9, and behind the package if one was there.
    Pakete(Option<Paket>),
    /// Behind con9.
    Ende,
    /// The message that says why has been recorded.
    Abgebrochen,
}

/// Reads the cases of a KVDT file.
#[derive(Debug)]
pub struct KvdtLeser<R> {
    zeilen: Zeilen<R>,
    abschnitt: Abschnitt,
    kopf: Option<KvdtKopf>,
    block: Option<Block>,
    /// The record whose first line has been read, and the place of that line.
    naechster: Option<(Satz, Stelle)>,
    entwurf: Entwurf,
    wiederholungen: Wiederholungen,
}

impl Paket {
    /// Returns its name and the Satzarten that open and close it.
    fn namen(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Kadt => ("KADT", "kad0", "kad9"),
            Self::Sadt => ("SADT", "sad0", "sad9"),
            Self::Hdrg => ("Hybrid-DRG", "hdrg0", "hdrg9"),
        }
    }
}

impl Satz {
    fn aus(inhalt: &[u8]) -> Self {
        match inhalt {
            b"con0" => Self::Con0,
            b"besa" => Self::Besa,
            b"rvsa" => Self::Rvsa,
            b"adt0" => Self::Adt0,
            b"adt9" => Self::Adt9,
            b"con9" => Self::Con9,
            b"kad0" => Self::Beginn(Paket::Kadt),
            b"sad0" => Self::Beginn(Paket::Sadt),
            b"hdrg0" => Self::Beginn(Paket::Hdrg),
            _ => Satzart::aus_bytes(inhalt)
                .map_or_else(|| Self::Anderer(gefunden(inhalt)), Self::Fall),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Con0 => "con0",
            Self::Besa => "besa",
            Self::Rvsa => "rvsa",
            Self::Adt0 => "adt0",
            Self::Fall(satzart) => satzart.name(),
            Self::Adt9 => "adt9",
            Self::Beginn(paket) => paket.namen().1,
            Self::Con9 => "con9",
            Self::Anderer(name) => name,
        }
    }
}

impl<R: BufRead> KvdtLeser<R> {
    /// Returns a reader of the file `datei`, whose bytes are `quelle`.
    pub fn neu(datei: &Arc<str>, quelle: R) -> Self {
        Self {
            zeilen: Zeilen::neu(Arc::clone(datei), quelle),
            abschnitt: Abschnitt::Kopf,
            kopf: None,
            block: None,
            naechster: None,
            entwurf: Entwurf::default(),
            wiederholungen: Wiederholungen::new(),
        }
    }

    /// Reads the head, if it has not been read yet, and no further than to the first case.
    ///
    /// # Errors
    /// [`Abbruch`] if the file has no complete head: its cases would belong to nobody.
    pub fn lies_kopf(&mut self, meldungen: &mut Meldungen) -> Result<KvdtKopf, Abbruch> {
        match (self.kopf, self.abschnitt) {
            (Some(kopf), _) => Ok(kopf),
            (None, Abschnitt::Kopf) => {
                let kopf = self.lies_kopf_saetze(meldungen);
                self.abschnitt = if kopf.is_ok() { Abschnitt::Adt } else { Abschnitt::Abgebrochen };
                self.kopf = kopf.ok();
                kopf
            }
            (None, _) => Err(Abbruch),
        }
    }

    /// Reads the next cases into `stapel`; see [`FallLeser::lies_stapel`].
    ///
    /// # Errors
    /// [`Abbruch`] if the head is incomplete, the line structure is broken or con9 is missing.
    pub fn lies_stapel(
        &mut self,
        stapel: &mut Stapel,
        meldungen: &mut Meldungen,
    ) -> Result<bool, Abbruch> {
        stapel.leere();
        let kopf = self.lies_kopf(meldungen)?;
        while !stapel.ist_voll() && !self.ist_am_ende(meldungen)? {
            let gelesen = self.lies_satz(kopf, stapel, meldungen);
            if gelesen.is_err() {
                self.abschnitt = Abschnitt::Abgebrochen;
                return Err(Abbruch);
            }
        }
        Ok(!stapel.spalten().is_empty())
    }

    /// Tells whether con9 has been read and nothing follows it.
    fn ist_am_ende(&mut self, meldungen: &mut Meldungen) -> Result<bool, Abbruch> {
        let (stelle, text) = match (self.abschnitt, &self.naechster) {
            (Abschnitt::Abgebrochen, _) => return Err(Abbruch),
            (Abschnitt::Ende, None) => return Ok(true),
            (Abschnitt::Ende, Some((satz, stelle))) => (
                *stelle,
                format!(
                    "Satz „{}“ nach con9 gefunden; erwartet wird das Ende der Datei; {NEU}",
                    satz.name()
                ),
            ),
            (_, Some(_)) => return Ok(false),
            (_, None) => (
                self.zeilen.stelle(),
                format!("die Datei endet ohne den Satz con9, ist also unvollständig; {NEU}"),
            ),
        };
        self.abschnitt = Abschnitt::Abgebrochen;
        self.bericht(meldungen).melde(Code::KvdtSatz, stelle, text);
        Err(Abbruch)
    }

    /// Reads con0, besa, rvsa (which may be missing: nothing in it is read) and adt0.
    fn lies_kopf_saetze(&mut self, meldungen: &mut Meldungen) -> Result<KvdtKopf, Abbruch> {
        match self.zeilen.naechste(meldungen)? {
            None => {
                let text = format!("die Datei ist leer; erwartet wird eine KVDT-Datei; {NEU}");
                let stelle = self.zeilen.stelle();
                self.bericht(meldungen).melde(Code::DateiLeer, stelle, text);
                return Err(Abbruch);
            }
            Some(SATZART) => self.merke_satz(),
            Some(_) => {}
        }
        let con0 = self.beginne(&Satz::Con0, meldungen)?;
        let erstellt = self.lies_con0(con0, meldungen)?;
        let besa = self.beginne(&Satz::Besa, meldungen)?;
        let (bsnr, stelle) = self.lies_feld(201, besa, meldungen, |inhalt| {
            Bsnr::aus_bytes(inhalt).map_err(|fehler| fehler.erwartet)
        })?;
        if matches!(self.naechster, Some((Satz::Rvsa, _))) {
            self.naechster = None;
            self.ueberspringe_felder(meldungen)?;
        }
        let adt0 = self.beginne(&Satz::Adt0, meldungen)?;
        let (quartal, quartal_ab) = self.lies_feld(9204, adt0, meldungen, |inhalt| {
            quartal(inhalt).ok_or("ein Quartal der Form QJJJJ")
        })?;
        self.block = Some(Block { bsnr, faelle: 0, stelle });
        Ok(KvdtKopf { bsnr, quartal, erstellt, stelle: quartal_ab })
    }

    /// Takes the next record, which must be `satz`, and returns its place.
    fn beginne(&mut self, satz: &Satz, meldungen: &mut Meldungen) -> Result<Stelle, Abbruch> {
        let (stelle, gefunden) = match self.naechster.take() {
            Some((gefunden, stelle)) if gefunden == *satz => return Ok(stelle),
            Some((gefunden, stelle)) => (stelle, format!("Satz „{}“", gefunden.name())),
            None => (self.zeilen.stelle(), "kein Satz".to_owned()),
        };
        let text = format!(
            "{gefunden} gefunden; erwartet wird hier der Satz {}: con0, besa, rvsa, adt0 stehen \
             vor den Fällen; {NEU}",
            satz.name()
        );
        self.bericht(meldungen).melde(Code::KvdtSatz, stelle, text);
        Err(Abbruch)
    }

    /// Reads con0: the character set, without which nothing can be read, and the creation day.
    fn lies_con0(&mut self, satz: Stelle, meldungen: &mut Meldungen) -> Result<Tag, Abbruch> {
        let (mut zeichensatz, mut erstellt) = (false, None);
        while let Some(feld) = self.naechstes_feld(meldungen)? {
            let inhalt = self.zeilen.inhalt();
            let meldung = match feld {
                9103 => {
                    erstellt = Tag::aus_jjjjmmtt(inhalt).ok();
                    let text = ungueltig(feld, &gefunden(inhalt), "ein Tag der Form JJJJMMTT");
                    erstellt.is_none().then_some((Code::KvdtFeldUngueltig, text))
                }
                9106 => {
                    zeichensatz = inhalt == b"4";
                    let text = ungueltig(feld, &gefunden(inhalt), "4 (ISO 8859-15)");
                    (!zeichensatz).then_some((Code::ZeichensatzUnbekannt, text))
                }
                _ => None,
            };
            if let Some((code, text)) = meldung {
                let stelle = self.zeilen.stelle();
                self.bericht(meldungen).melde(code, stelle, text);
                return Err(Abbruch);
            }
        }
        match erstellt {
            Some(tag) if zeichensatz => Ok(tag),
            Some(_) => Err(self.feld_fehlt(9106, satz, meldungen)),
            None => Err(self.feld_fehlt(9103, satz, meldungen)),
        }
    }

    /// Reads a record of the head for the first occurrence of `gesucht`, and returns its place, too.
    fn lies_feld<T>(
        &mut self,
        gesucht: u16,
        satz: Stelle,
        meldungen: &mut Meldungen,
        lies: impl Fn(&[u8]) -> Result<T, &'static str>,
    ) -> Result<(T, Stelle), Abbruch> {
        let mut gelesen = None;
        while let Some(feld) = self.naechstes_feld(meldungen)? {
            if feld != gesucht || gelesen.is_some() {
                continue;
            }
            let (inhalt, stelle) = (self.zeilen.inhalt(), self.zeilen.stelle());
            match lies(inhalt) {
                Ok(wert) => gelesen = Some((wert, stelle)),
                Err(erwartet) => {
                    let text = ungueltig(feld, &gefunden(inhalt), erwartet);
                    self.bericht(meldungen).melde(Code::KvdtFeldUngueltig, stelle, text);
                    return Err(Abbruch);
                }
            }
        }
        gelesen.ok_or_else(|| self.feld_fehlt(gesucht, satz, meldungen))
    }

    fn feld_fehlt(&self, feld: u16, satz: Stelle, meldungen: &mut Meldungen) -> Abbruch {
        let text = format!("Feld {feld:04} fehlt; erwartet wird es im Kopf jeder Datei; {NEU}");
        self.bericht(meldungen).melde(Code::KvdtFeldFehlt, satz, text);
        Abbruch
    }

    /// Reads a record behind the head. One in a wrong place is reported and skipped.
    fn lies_satz(
        &mut self,
        kopf: KvdtKopf,
        stapel: &mut Stapel,
        meldungen: &mut Meldungen,
    ) -> Result<(), Abbruch> {
        let Some((satz, stelle)) = self.naechster.take() else { return Ok(()) };
        match (&satz, self.abschnitt) {
            (Satz::Fall(satzart), Abschnitt::Adt) => {
                return self.lies_fall(*satzart, stelle, kopf, stapel, meldungen);
            }
            (Satz::Adt9, Abschnitt::Adt) => self.abschnitt = Abschnitt::Pakete(None),
            (Satz::Beginn(paket), abschnitt) => {
                match abschnitt {
                    Abschnitt::Pakete(letztes) if letztes < Some(*paket) => {}
                    _ => self.falscher_platz(&satz, stelle, meldungen),
                }
                self.abschnitt = Abschnitt::Pakete(Some(*paket));
                return self.ueberspringe_paket(*paket, stelle, meldungen);
            }
            (Satz::Con9, Abschnitt::Pakete(_)) => self.abschnitt = Abschnitt::Ende,
            (Satz::Con9, _) => {
                self.falscher_platz(&satz, stelle, meldungen);
                self.abschnitt = Abschnitt::Ende;
            }
            _ => self.falscher_platz(&satz, stelle, meldungen),
        }
        self.ueberspringe_felder(meldungen)
    }

    fn falscher_platz(&self, satz: &Satz, stelle: Stelle, meldungen: &mut Meldungen) {
        let erwartet = match self.abschnitt {
            Abschnitt::Adt => "0101, 0102, 0103, 0104 oder adt9",
            _ => "höchstens einmal kad0, sad0 und hdrg0 in dieser Reihenfolge, dann con9",
        };
        let text = format!(
            "Satz „{}“ an dieser Stelle gefunden; erwartet wird {erwartet}; {NEU}",
            satz.name()
        );
        self.bericht(meldungen).melde(Code::KvdtSatz, stelle, text);
    }

    fn lies_fall(
        &mut self,
        satzart: Satzart,
        stelle: Stelle,
        kopf: KvdtKopf,
        stapel: &mut Stapel,
        meldungen: &mut Meldungen,
    ) -> Result<(), Abbruch> {
        // the record's first line is the one read last
        self.entwurf.beginne(satzart, kopf.quartal, stelle, self.zeilen.bytes());
        while let Some(feld) = self.naechstes_feld(meldungen)? {
            let mut bericht = Bericht { datei: self.zeilen.datei(), meldungen };
            self.entwurf.feld(feld, self.zeilen.bytes(), self.zeilen.stelle(), &mut bericht);
        }
        if self.naechster.is_none() {
            // cut off within the case: what it lacks may have been there
            return Ok(());
        }
        let mut bericht = Bericht { datei: self.zeilen.datei(), meldungen };
        let gelesen =
            self.entwurf.schliesse(kopf.bsnr, &mut self.wiederholungen, stapel, &mut bericht);
        if let Some(block) = &mut self.block {
            block.faelle += u64::from(gelesen);
        }
        Ok(())
    }

    /// Reads to the record behind the package's end.
    fn ueberspringe_paket(
        &mut self,
        paket: Paket,
        beginn: Stelle,
        meldungen: &mut Meldungen,
    ) -> Result<(), Abbruch> {
        let (name, erster, letzter) = paket.namen();
        let mut saetze = 0_u64;
        loop {
            self.ueberspringe_felder(meldungen)?;
            match self.naechster.take() {
                Some((Satz::Fall(_), _)) => saetze += 1,
                Some((Satz::Anderer(satzart), _)) if satzart != letzter => saetze += 1,
                Some((Satz::Anderer(_), _)) => break,
                anderer => {
                    // the end of the file is reported where it is met
                    if let Some((satz, stelle)) = &anderer {
                        let text = format!(
                            "Satz „{}“ gefunden; erwartet wird vorher {letzter}, das Ende des mit \
                             {erster} begonnenen Datenpakets; {NEU}",
                            satz.name()
                        );
                        self.bericht(meldungen).melde(Code::KvdtSatz, *stelle, text);
                    }
                    self.naechster = anderer;
                    return Ok(());
                }
            }
        }
        let text = format!(
            "Datenpaket {name} ({erster} bis {letzter}, Sätze dazwischen: {saetze}) gefunden und \
             übersprungen; gelesen wird nur ADT"
        );
        self.bericht(meldungen).melde(Code::KvdtUebersprungen, beginn, text);
        self.ueberspringe_felder(meldungen)
    }

    fn ueberspringe_felder(&mut self, meldungen: &mut Meldungen) -> Result<(), Abbruch> {
        while self.naechstes_feld(meldungen)?.is_some() {}
        Ok(())
    }

    /// Returns the next field of the record; `None` at its end, with the next record in `naechster`.
    fn naechstes_feld(&mut self, meldungen: &mut Meldungen) -> Result<Option<u16>, Abbruch> {
        let feld = self.zeilen.naechste(meldungen)?;
        if feld == Some(SATZART) {
            self.merke_satz();
            return Ok(None);
        }
        Ok(feld)
    }

    fn merke_satz(&mut self) {
        self.naechster = Some((Satz::aus(self.zeilen.inhalt()), self.zeilen.stelle()));
    }

    fn bericht<'a>(&'a self, meldungen: &'a mut Meldungen) -> Bericht<'a> {
        Bericht { datei: self.zeilen.datei(), meldungen }
    }
}

impl FallLeser for KvdtLeser<BufReader<Rohquelle>> {
    fn lies_stapel(
        &mut self,
        stapel: &mut Stapel,
        meldungen: &mut Meldungen,
    ) -> Result<bool, Abbruch> {
        Self::lies_stapel(self, stapel, meldungen)
    }

    fn bloecke(&self) -> &[Block] {
        self.block.as_slice()
    }

    fn beende(self: Box<Self>) -> io::Result<Pruefsumme> {
        self.zeilen.quelle().into_inner().beende()
    }
}

/// Parses `QJJJJ`, KVDT's form of a quarter.
fn quartal(inhalt: &[u8]) -> Option<Quartal> {
    let [q @ b'1'..=b'4', jahr @ ..] = inhalt else { return None };
    if jahr.len() != 4 || !jahr.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let jahr = jahr.iter().fold(0, |summe, b| summe * 10 + i32::from(b - b'0'));
    Quartal::neu(jahr, i32::from(q - b'0'))
}

/// Returns the text of a content in ISO 8859-15.
fn klartext(inhalt: &[u8]) -> String {
    let zeichen = |b: &u8| Zeichensatz::Latin9.zeichen(*b).unwrap_or(char::REPLACEMENT_CHARACTER);
    inhalt.iter().map(zeichen).collect()
}

/// Returns a content as messages show it: a Versicherten-ID may stand in any field.
fn gefunden(inhalt: &[u8]) -> String {
    gezeigt(&klartext(inhalt))
}

/// Returns the text for a field with a wrong content, which messages show as `gefunden`.
fn ungueltig(feld: u16, gefunden: &str, erwartet: &str) -> String {
    format!("Feld {feld:04}: „{gefunden}“ gefunden; erwartet wird {erwartet}; bitte berichtigen")
}
