//! The fast path of claims XML: cases of the usual shape, straight from the buffer.
//!
//! It exists because a general XML reader spends most of its time on what claims never have. It takes
//! a case only whole, and only if the reference reader would take it without a word: plain tags,
//! attributes in double quotes without references, every value in its usual form, nothing odd. Of
//! everything else it takes nothing: the reference reader judges it from its first character on, so
//! this file has no message. A test and a fuzz target compare the two on mutated documents.
//!
//! It may assume that the characters are valid (the source checks them before they come here), that it
//! begins between elements, and that plain names mean those of the schema (`XmlLeser::vorrat` sees to
//! it).

use super::{FaelleLeser, PRAXIS, aehnelt_versicherten_id};
use crate::fall::{Fallkopf, Kennzeichen, Satzart, Stapel};
use crate::kennung::{Bsnr, Gelesen, Gnr, Lanr, VersichertenId};
use crate::meldung::Stelle;
use crate::quartal::{Quartal, Tag};
use crate::read::xml::Zurueckgelegt;

/// With fewer characters at hand than this, an element that is not taken may just be cut.
const KNAPP: usize = 1 << 16;

/// Place of `praxis` among the children of the root.
const PLATZ_PRAXIS: usize = 1;

/// Values that mostly come again in the next service or case, with what they mean.
#[derive(Debug)]
pub(super) struct Zuletzt {
    tag: ([u8; 10], Tag),
    lanr: ([u8; 9], Lanr),
    /// With its first and last day.
    quartal: (Quartal, Tag, Tag),
}

impl Zuletzt {
    pub(super) fn neu(quartal: Quartal) -> Self {
        Self {
            tag: ([0; 10], Tag::default()),
            lanr: ([0; 9], Lanr::OHNE),
            quartal: (quartal, quartal.erster_tag(), quartal.letzter_tag()),
        }
    }

    /// Returns the first and the last day of a quarter.
    fn grenzen(&mut self, quartal: Quartal) -> (Tag, Tag) {
        if self.quartal.0 != quartal {
            self.quartal = (quartal, quartal.erster_tag(), quartal.letzter_tag());
        }
        (self.quartal.1, self.quartal.2)
    }

    fn tag(&mut self, text: &[u8; 10]) -> Option<Tag> {
        if self.tag.0 != *text {
            self.tag = (*text, Tag::aus_bytes(text).ok()?);
        }
        Some(self.tag.1)
    }

    /// Reads a LANR whose check digit is right.
    fn lanr(&mut self, text: &[u8; 9]) -> Option<Lanr> {
        if self.lanr.0 != *text {
            let lanr = Lanr::aus_bytes(text).ok().filter(|lanr| lanr.pruefziffer_stimmt())?;
            self.lanr = (*text, lanr);
        }
        Some(self.lanr.1)
    }
}

/// What stands where a walk goes on.
enum Schritt {
    Fall,
    Praxis { bsnr: Bsnr, stelle: Stelle },
    PraxisEnde,
}

impl FaelleLeser {
    /// Takes as many usual elements as come next. Returns true if the batch is full.
    pub(super) fn schnell(&mut self, stapel: &mut Stapel) -> bool {
        let Some(lieferung) = self.umschlag.quartal() else { return false };
        loop {
            let Some((text, ab, innen)) = self.xml.vorrat(&PRAXIS) else { return false };
            if innen && self.praxis.is_none() {
                return false;
            }
            let praxis = self.praxis.filter(|_| innen);
            let mut gang = Gang { rest: text, zeilen: 0, ab, bytes: text.len(), saetze: 0 };
            let schritt = loop {
                let (rest, zeilen) = (gang.rest, gang.zeilen);
                let schritt = gang.schritt(praxis, lieferung, &mut self.zuletzt, stapel);
                match schritt {
                    Some(Schritt::Fall) => gang.saetze += 1,
                    Some(_) => break schritt,
                    None => {
                        (gang.rest, gang.zeilen) = (rest, zeilen);
                        break None;
                    }
                }
                if stapel.ist_voll() {
                    break schritt;
                }
            };
            let knapp = gang.rest.len() < KNAPP;
            let weg = gang.weg();
            self.xml.ueberspringe(weg);
            if let Some(block) = self.bloecke.last_mut() {
                block.faelle += weg.saetze;
            }
            match schritt {
                Some(Schritt::Fall) => return true,
                Some(Schritt::Praxis { bsnr, stelle }) => {
                    self.xml.oeffne(PLATZ_PRAXIS, &PRAXIS);
                    self.beginne_praxis(bsnr, stelle);
                }
                Some(Schritt::PraxisEnde) => self.xml.schliesse_offenes(),
                None if knapp && self.xml.erweitere() => {}
                None => return false,
            }
        }
    }
}

/// The attributes of a case as far as they were met.
#[derive(Default)]
struct Angaben<'a> {
    id: Option<&'a [u8]>,
    versicherter: Option<VersichertenId>,
    kostentraeger: Option<()>,
    satzart: Option<Satzart>,
    scheinuntergruppe: Option<u8>,
    quartal: Option<Quartal>,
    uebernahme: Option<bool>,
    uebernommen_von: Option<Bsnr>,
}

/// A walk over characters. Its methods return `None` for what is not usual or not whole.
struct Gang<'a> {
    rest: &'a [u8],
    /// Characters to begin with.
    bytes: usize,
    /// Where they stand, and behind which record.
    ab: Stelle,
    /// Line ends passed.
    zeilen: u64,
    /// Cases taken.
    saetze: u64,
}

impl<'a> Gang<'a> {
    fn weg(&self) -> Zurueckgelegt {
        let bytes = self.bytes - self.rest.len();
        Zurueckgelegt { bytes, zeilen: self.zeilen, saetze: self.saetze }
    }

    fn stelle(&self) -> Stelle {
        let Zurueckgelegt { bytes, zeilen, .. } = self.weg();
        Stelle {
            zeile: self.ab.zeile.map(|zeile| zeile + zeilen),
            byte: self.ab.byte.map(|byte| byte + bytes as u64),
            satz: None,
        }
    }

    fn schritt(
        &mut self,
        praxis: Option<Bsnr>,
        lieferung: Quartal,
        zuletzt: &mut Zuletzt,
        stapel: &mut Stapel,
    ) -> Option<Schritt> {
        self.leerraum();
        let stelle = self.stelle();
        let Some(bsnr) = praxis else {
            self.genau(b"<praxis bsnr=\"")?;
            let bsnr = Bsnr::aus_bytes(self.wert::<9>()?).ok()?;
            self.genau(b">")?;
            return Some(Schritt::Praxis { bsnr, stelle });
        };
        if self.genau(b"<fall").is_none() {
            return self.genau(b"</praxis>").map(|()| Schritt::PraxisEnde);
        }
        let satz = self.ab.satz.map(|satz| satz + self.saetze + 1);
        let (angaben, leer) = self.angaben()?;
        let kopf = angaben.kopf(bsnr, lieferung, Stelle { satz, ..stelle })?;
        stapel.beginne(&kopf);
        if !leer && self.leistungen(kopf.quartal, zuletzt, stapel).is_none() {
            stapel.nimm_zurueck();
            return None;
        }
        Some(Schritt::Fall)
    }

    /// Takes the attributes of a case up to the end of its tag; tells whether it is `<fall …/>`.
    fn angaben(&mut self) -> Option<(Angaben<'a>, bool)> {
        let mut angaben = Angaben::default();
        loop {
            let getrennt = self.leerraum();
            match *self.rest.first()? {
                b'>' => return self.genau(b">").map(|()| (angaben, false)),
                b'/' => return self.genau(b"/>").map(|()| (angaben, true)),
                anfang if getrennt => self.angabe(anfang, &mut angaben)?,
                _ => return None,
            }
        }
    }

    fn angabe(&mut self, anfang: u8, angaben: &mut Angaben<'a>) -> Option<()> {
        match anfang {
            b'i' => {
                self.genau(b"id=\"")?;
                setze(&mut angaben.id, self.fall_id()?)
            }
            b'v' => {
                self.genau(b"versicherten_id=\"")?;
                let gelesen = VersichertenId::lies(self.wert::<10>()?);
                let Gelesen::Id { id, normalisiert: false } = gelesen else { return None };
                id.pruefziffer_stimmt().then_some(())?;
                setze(&mut angaben.versicherter, id)
            }
            b'k' => {
                self.genau(b"kostentraeger=\"")?;
                let ik = self.wert::<9>()?;
                ik.iter().fold(true, |alle, b| alle & b.is_ascii_digit()).then_some(())?;
                setze(&mut angaben.kostentraeger, ())
            }
            b's' if self.genau(b"satzart=\"").is_some() => {
                setze(&mut angaben.satzart, Satzart::aus_bytes(self.wert::<4>()?)?)
            }
            b's' => {
                self.genau(b"scheinuntergruppe=\"")?;
                let [zehner @ b'0'..=b'9', einer @ b'0'..=b'9'] = self.wert()? else { return None };
                setze(&mut angaben.scheinuntergruppe, (zehner - b'0') * 10 + (einer - b'0'))
            }
            b'q' => {
                self.genau(b"quartal=\"")?;
                let text = std::str::from_utf8(self.wert::<6>()?).ok()?;
                setze(&mut angaben.quartal, text.parse().ok()?)
            }
            b'u' if self.genau(b"uebernahme=\"").is_some() => {
                let ja = self.genau(b"ja\"").is_some();
                if !ja {
                    self.genau(b"nein\"")?;
                }
                setze(&mut angaben.uebernahme, ja)
            }
            b'u' => {
                self.genau(b"uebernommen_von=\"")?;
                setze(&mut angaben.uebernommen_von, Bsnr::aus_bytes(self.wert::<9>()?).ok()?)
            }
            _ => None,
        }
    }

    /// Takes services up to the end of their case.
    fn leistungen(
        &mut self,
        quartal: Quartal,
        zuletzt: &mut Zuletzt,
        stapel: &mut Stapel,
    ) -> Option<()> {
        let (erster, letzter) = zuletzt.grenzen(quartal);
        loop {
            self.leerraum();
            if self.genau(b"<leistung").is_none() {
                return self.genau(b"</fall>");
            }
            let (tag, gnr, lanr) = match self.leistung_der_reihe_nach() {
                Some(texte) => texte,
                None => self.leistung()?,
            };
            let tag = zuletzt.tag(tag).filter(|tag| erster <= *tag && *tag <= letzter)?;
            stapel.leistung(tag, Gnr::aus_bytes(gnr).ok()?, zuletzt.lanr(lanr)?);
        }
    }

    /// Takes the attributes of a service and the end of its tag, in the order and with the blanks in
    /// which nearly all are written; else nothing.
    fn leistung_der_reihe_nach(&mut self) -> Option<Leistungstexte<'a>> {
        let rest = self.rest.strip_prefix(b" tag=\"")?;
        let (tag, rest) = rest.split_first_chunk()?;
        let rest = rest.strip_prefix(b"\" gnr=\"")?;
        let ende = rest.first_chunk::<10>()?.iter().position(|b| *b == b'"')?;
        let (gnr, rest) = rest.split_at_checked(ende)?;
        let rest = rest.strip_prefix(b"\" lanr=\"")?;
        let (lanr, rest) = rest.split_first_chunk()?;
        self.rest = rest.strip_prefix(b"\"/>")?;
        Some((tag, gnr, lanr))
    }

    /// Takes the attributes of a service and the end of its tag, in any order.
    fn leistung(&mut self) -> Option<Leistungstexte<'a>> {
        let (mut tag, mut gnr, mut lanr) = (None, None, None);
        loop {
            let getrennt = self.leerraum();
            match *self.rest.first()? {
                b't' if getrennt => {
                    self.genau(b"tag=\"")?;
                    setze(&mut tag, self.wert()?)?;
                }
                b'g' if getrennt => {
                    self.genau(b"gnr=\"")?;
                    setze(&mut gnr, self.bis_anfuehrung::<9>()?)?;
                }
                b'l' if getrennt => {
                    self.genau(b"lanr=\"")?;
                    setze(&mut lanr, self.wert()?)?;
                }
                _ => {
                    self.genau(b"/>")?;
                    return Some((tag?, gnr?, lanr?));
                }
            }
        }
    }

    /// Passes over white space; tells whether there was any.
    fn leerraum(&mut self) -> bool {
        let ab = self.rest.len();
        while let [b @ (b' ' | b'\n' | b'\t' | b'\r'), rest @ ..] = self.rest {
            self.zeilen += u64::from(*b == b'\n');
            self.rest = rest;
        }
        self.rest.len() < ab
    }

    /// Takes exactly this text.
    fn genau<const N: usize>(&mut self, text: &[u8; N]) -> Option<()> {
        let (da, rest) = self.rest.split_first_chunk::<N>()?;
        (da == text).then(|| self.rest = rest)
    }

    /// Takes a value of `N` bytes and the quote behind it.
    fn wert<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (wert, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest.strip_prefix(b"\"")?;
        Some(wert)
    }

    /// Takes a value of at most `N` bytes and the quote behind it.
    fn bis_anfuehrung<const N: usize>(&mut self) -> Option<&'a [u8]> {
        let laenge = self.rest.iter().take(N + 1).position(|b| *b == b'"')?;
        let (wert, rest) = self.rest.split_at(laenge);
        self.rest = &rest[1..];
        Some(wert)
    }

    /// Takes a case id of plain characters, among them none that XML or the exports read otherwise.
    fn fall_id(&mut self) -> Option<&'a [u8]> {
        let id = self.bis_anfuehrung::<60>()?;
        let schlicht = |b: &u8| b.is_ascii_graphic() && !matches!(b, b'&' | b'<' | b'|');
        let taugt = !id.is_empty() && id.iter().all(schlicht) && !aehnelt_versicherten_id(id);
        taugt.then_some(id)
    }
}

/// The texts of a service: day, GNR, LANR.
type Leistungstexte<'a> = (&'a [u8; 10], &'a [u8], &'a [u8; 9]);

impl<'a> Angaben<'a> {
    /// Returns the head of a case if nothing about it is odd.
    fn kopf(&self, bsnr: Bsnr, lieferung: Quartal, stelle: Stelle) -> Option<Fallkopf<'a>> {
        let (id, satzart, scheinuntergruppe) = (self.id?, self.satzart?, self.scheinuntergruppe?);
        let quartal = self.quartal.unwrap_or(lieferung);
        let kennzeichen = match (self.uebernahme.unwrap_or(false), self.uebernommen_von) {
            (false, None) => Kennzeichen::Keins,
            (true, None) => Kennzeichen::OhnePraxis,
            (true, Some(von)) => Kennzeichen::Praxis(von),
            (false, Some(_)) => return None,
        };
        let passt = Satzart::der_scheinuntergruppe(scheinuntergruppe) == Some(satzart)
            && quartal <= lieferung
            && !self.versicherter.is_some_and(|v| v.steht_in(id));
        passt.then_some(Fallkopf {
            bsnr,
            id,
            versicherter: self.versicherter,
            quartal,
            satzart,
            scheinuntergruppe,
            kennzeichen,
            id_erzeugt: false,
            stelle,
        })
    }
}

/// Keeps the value of an attribute; `None` if it comes for the second time.
fn setze<T>(platz: &mut Option<T>, wert: T) -> Option<()> {
    platz.is_none().then(|| *platz = Some(wert))
}

#[cfg(test)]
mod tests;
