//! Claims XML: per practice its cases, streamed.
//!
//! Two readers stand side by side: here the reference reader, which reads everything and says what is
//! wrong where, and in `schnell` the fast path, which takes what is usual.

mod abschnitt;
mod schnell;

use std::sync::Arc;

use super::roh::{Pruefsumme, Rohquelle};
use super::umschlag::{KOPF_QUARTAL, Umschlag, lies_umschlag};
use super::xml::{Dokument, Element, Kind, Marke, XmlLeser, persoenlich, pflicht, wahlfrei};
use super::{Abbruch, Block, FallLeser};
use crate::fall::{Fallkopf, Kennzeichen, Satzart, Stapel};
use crate::kennung::{Bsnr, Gelesen, Gnr, Lanr, VersichertenId, muster};
use crate::meldung::{Code, Meldungen, Stelle};
use crate::quartal::{Quartal, Tag};
pub use abschnitt::Abschnitt;

static LEISTUNG: Element = Element {
    name: "leistung",
    attribute: &[pflicht("tag"), pflicht("gnr"), persoenlich(pflicht("lanr"))],
    kinder: &[],
    satz: false,
};

static FALL: Element = Element {
    name: "fall",
    attribute: &[
        pflicht("id"),
        persoenlich(wahlfrei("versicherten_id")),
        wahlfrei("kostentraeger"),
        pflicht("satzart"),
        pflicht("scheinuntergruppe"),
        wahlfrei("quartal"),
        wahlfrei("uebernahme"),
        wahlfrei("uebernommen_von"),
    ],
    kinder: &[Kind { element: &LEISTUNG, pflicht: false, mehrfach: true }],
    satz: true,
};

static PRAXIS: Element = Element {
    name: "praxis",
    attribute: &[pflicht("bsnr")],
    kinder: &[Kind { element: &FALL, pflicht: false, mehrfach: true }],
    satz: false,
};

static FAELLE: Element = Element {
    name: "faelle",
    attribute: &[],
    kinder: &[
        Kind { element: &KOPF_QUARTAL, pflicht: true, mehrfach: false },
        Kind { element: &PRAXIS, pflicht: false, mehrfach: true },
    ],
    satz: false,
};

/// Claims documents.
pub(crate) static DOKUMENT: Dokument =
    Dokument { namensraum: "urn:strukturfonds:faelle:1", wurzel: &FAELLE };

/// Reads a claims document.
#[derive(Debug)]
pub struct FaelleLeser {
    xml: XmlLeser,
    umschlag: Umschlag,
    bloecke: Vec<Block>,
    /// Records before each of them.
    saetze_davor: Vec<u64>,
    /// The current practice; `None` if its BSNR has a fault.
    praxis: Option<Bsnr>,
    /// A practice's BSNR had a fault.
    unbekannte_praxis: bool,
    /// Treatment quarter of the current case; `None` if the case has a fault and is not kept.
    fall: Option<Quartal>,
    /// Treatment quarter against which the days of the current case are checked, if it can be read.
    quartal: Option<Quartal>,
    /// The fast path may be taken.
    schnellweg: bool,
    zuletzt: schnell::Zuletzt,
}

impl FaelleLeser {
    /// Opens a claims document and reads its envelope.
    ///
    /// # Errors
    /// [`Abbruch`] if that is not possible; the messages say why.
    pub fn neu(
        roh: Rohquelle,
        datei: &Arc<str>,
        meldungen: &mut Meldungen,
    ) -> Result<Self, Abbruch> {
        let mut xml = XmlLeser::neu(roh, datei, &DOKUMENT, meldungen)?;
        let umschlag = lies_kopf(&mut xml, meldungen)?;
        let quartal = umschlag.quartal().ok_or(Abbruch)?;
        Ok(Self::aus(xml, umschlag, quartal))
    }

    fn aus(xml: XmlLeser, umschlag: Umschlag, quartal: Quartal) -> Self {
        Self {
            xml,
            umschlag,
            bloecke: Vec::new(),
            saetze_davor: Vec::new(),
            praxis: None,
            unbekannte_praxis: false,
            fall: None,
            quartal: None,
            schnellweg: true,
            zuletzt: schnell::Zuletzt::neu(quartal),
        }
    }

    /// Leaves everything to the reference reader: the measure of the fast path.
    #[must_use]
    pub fn ohne_schnellweg(mut self) -> Self {
        self.schnellweg = false;
        self
    }

    /// Returns the envelope.
    pub fn umschlag(&self) -> &Umschlag {
        &self.umschlag
    }

    fn praxis(&mut self, meldungen: &mut Meldungen) {
        self.praxis = self.xml.feld("bsnr", meldungen);
        self.unbekannte_praxis |= self.praxis.is_none();
        if let Some(bsnr) = self.praxis {
            self.beginne_praxis(bsnr, self.xml.stelle());
        }
    }

    fn beginne_praxis(&mut self, bsnr: Bsnr, stelle: Stelle) {
        self.praxis = Some(bsnr);
        self.bloecke.push(Block { bsnr, faelle: 0, stelle });
        self.saetze_davor.push(self.xml.saetze());
    }

    /// Reads the attributes of a case; all faults are recorded, the first spoils it.
    fn fall(&mut self, stapel: &mut Stapel, meldungen: &mut Meldungen) {
        let xml = &mut self.xml;
        self.fall = None;
        let id = xml.feld_mit("id", meldungen, fall_id);
        let versicherter = versicherten_id(xml, meldungen);
        xml.feld_mit("kostentraeger", meldungen, |text| {
            (text.len() == 9 && text.bytes().all(|b| b.is_ascii_digit()))
                .then_some(())
                .ok_or_else(|| "ein IK aus 9 Ziffern".to_owned())
        });
        if let (Some(id), Some(versicherter)) = (&id, versicherter)
            && versicherter.steht_in(id.as_bytes())
        {
            xml.melde(meldungen, Code::FallIdPersoenlich, FALL_ID_PERSOENLICH);
        }
        let satzart = xml.feld_mit("satzart", meldungen, |text| {
            Satzart::aus_bytes(text.as_bytes())
                .ok_or_else(|| "0101, 0102, 0103 oder 0104".to_owned())
        });
        let scheinuntergruppe = scheinuntergruppe(xml, satzart, meldungen);
        let eigenes = xml.feld::<Quartal>("quartal", meldungen);
        let lieferung = self.umschlag.quartal();
        let quartal = if xml.attribut("quartal").is_some() { eigenes } else { lieferung };
        let kennzeichen = kennzeichen(xml, meldungen);
        self.quartal = quartal;
        if let (Some(quartal), Some(lieferung)) = (quartal, lieferung)
            && lieferung < quartal
        {
            let text = format!(
                "der Fall gehört in das Quartal {quartal}, das nach dem der Lieferung ({lieferung}) liegt; bitte berichtigen"
            );
            xml.melde(meldungen, Code::QuartalWiderspricht, text);
        }
        let (
            Some(bsnr),
            Some(id),
            Some(satzart),
            Some(scheinuntergruppe),
            Some(quartal),
            Some(kennzeichen),
        ) = (self.praxis, id, satzart, scheinuntergruppe, quartal, kennzeichen)
        else {
            return;
        };
        self.fall = Some(quartal);
        stapel.beginne(&Fallkopf {
            bsnr,
            id: id.as_bytes(),
            versicherter,
            quartal,
            satzart,
            scheinuntergruppe,
            kennzeichen,
            id_erzeugt: false,
            stelle: xml.stelle(),
        });
        if let Some(block) = self.bloecke.last_mut() {
            block.faelle += 1;
        }
    }

    fn leistung(&mut self, stapel: &mut Stapel, meldungen: &mut Meldungen) {
        let xml = &mut self.xml;
        let tag = xml.feld::<Tag>("tag", meldungen);
        let gnr = xml.feld_mit("gnr", meldungen, |text| {
            Gnr::aus_bytes(text.as_bytes()).map_err(|fehler| fehler.to_string())
        });
        let lanr = xml.feld::<Lanr>("lanr", meldungen);
        if lanr.is_some_and(|lanr| !lanr.pruefziffer_stimmt()) {
            xml.melde(meldungen, Code::LanrPruefziffer, "die Prüfziffer einer LANR (7. Stelle) stimmt nicht; die LANR wird verwendet, bitte prüfen");
        }
        let Some(tag) = tag else { return };
        if let Some(quartal) = self.quartal
            && !quartal.enthaelt(tag)
        {
            let text = format!(
                "der Leistungstag {tag} liegt nicht im Quartal {quartal} des Falls; bitte berichtigen"
            );
            xml.melde(meldungen, Code::TagAusserhalbQuartal, text);
        }
        if let (Some(_), Some(gnr), Some(lanr)) = (self.fall, gnr, lanr) {
            stapel.leistung(tag, gnr, lanr);
        }
    }
}

impl FallLeser for FaelleLeser {
    fn lies_stapel(
        &mut self,
        stapel: &mut Stapel,
        meldungen: &mut Meldungen,
    ) -> Result<bool, Abbruch> {
        stapel.leere();
        loop {
            if self.schnellweg && self.schnell(stapel) {
                return Ok(true);
            }
            match self.xml.naechste(meldungen)? {
                Marke::Beginn(element) if std::ptr::eq(element, &raw const LEISTUNG) => {
                    self.leistung(stapel, meldungen);
                }
                Marke::Beginn(element) if std::ptr::eq(element, &raw const FALL) => {
                    self.fall(stapel, meldungen);
                }
                Marke::Beginn(element) if std::ptr::eq(element, &raw const PRAXIS) => {
                    self.praxis(meldungen);
                }
                // A batch ends between cases, so that no case is cut.
                Marke::Ende(element)
                    if std::ptr::eq(element, &raw const FALL) && stapel.ist_voll() =>
                {
                    return Ok(true);
                }
                Marke::Beginn(_) | Marke::Ende(_) => {}
                Marke::Schluss => return Ok(!stapel.spalten().is_empty()),
            }
        }
    }

    fn bloecke(&self) -> &[Block] {
        &self.bloecke
    }

    fn abschnitte(&self) -> Vec<Abschnitt> {
        self.abschnitte_der_praxen()
    }

    fn sagt_alle_praxen(&self) -> bool {
        !self.unbekannte_praxis
    }

    fn beende(self: Box<Self>) -> std::io::Result<Pruefsumme> {
        self.xml.beende()
    }
}

/// Reads up to and including the envelope of a document.
pub(crate) fn lies_kopf(
    xml: &mut XmlLeser,
    meldungen: &mut Meldungen,
) -> Result<Umschlag, Abbruch> {
    // The first element is the root, or the reader has refused the document.
    xml.naechste(meldungen)?;
    if let Marke::Beginn(element) = xml.naechste(meldungen)?
        && element.name == "kopf"
    {
        return lies_umschlag(xml, meldungen).ok_or(Abbruch);
    }
    xml.melde(
        meldungen,
        Code::XmlElementFehlt,
        "das Dokument beginnt nicht mit <kopf>; bitte ergänzen",
    );
    Err(Abbruch)
}

/// Why a case id is refused that names its patient.
pub(crate) const FALL_ID_PERSOENLICH: &str = "die Fall-Id enthält die Versicherten-ID des Falls; sie stünde in allen \
    Ausgaben; bitte eine andere Fall-Id vergeben";

/// A case id: it is a key of exports and commands, so it holds neither blanks nor `|`.
fn fall_id(text: &str) -> Result<String, String> {
    let passt = (1..=60).contains(&text.chars().count())
        && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '|');
    if aehnelt_versicherten_id(text.as_bytes()) {
        return Err("eine Fall-Id, die nicht wie eine Versicherten-ID aussieht".to_owned());
    }
    passt
        .then(|| text.to_owned())
        .ok_or_else(|| "eine Fall-Id aus 1 bis 60 Zeichen ohne Leerzeichen und |".to_owned())
}

/// Tells whether the letters and digits of a case id are those of a Versicherten-ID.
fn aehnelt_versicherten_id(id: &[u8]) -> bool {
    let mut kern = [0; 10];
    if id.len() < kern.len() {
        return false;
    }
    let mut anzahl = 0;
    for b in id.iter().filter(|b| b.is_ascii_alphanumeric()) {
        let Some(platz) = kern.get_mut(anzahl) else { return false };
        *platz = *b;
        anzahl += 1;
    }
    anzahl == kern.len() && matches!(VersichertenId::lies(&kern), Gelesen::Id { .. })
}

/// Reads the patient: normalised or, in any other shape, missing; both with a warning.
fn versicherten_id(xml: &mut XmlLeser, meldungen: &mut Meldungen) -> Option<VersichertenId> {
    let text = xml.attribut("versicherten_id")?.into_owned();
    let Gelesen::Id { id, normalisiert } = VersichertenId::lies(text.as_bytes()) else {
        let text = format!(
            "die Versicherten-ID hat die Form \"{}\" statt A999999999; der Fall gilt als Fall ohne Versicherten-ID",
            muster(text.as_bytes())
        );
        xml.melde(meldungen, Code::VersichertenIdForm, text);
        return None;
    };
    if normalisiert {
        let text =
            "die Versicherten-ID enthielt Leerzeichen oder Kleinbuchstaben; sie wurde bereinigt";
        xml.melde(meldungen, Code::VersichertenIdNormalisiert, text);
    }
    if !id.pruefziffer_stimmt() {
        let text = "die Prüfziffer einer Versicherten-ID stimmt nicht; die Versicherten-ID wird verwendet, bitte prüfen";
        xml.melde(meldungen, Code::VersichertenIdPruefziffer, text);
    }
    Some(id)
}

fn scheinuntergruppe(
    xml: &mut XmlLeser,
    satzart: Option<Satzart>,
    meldungen: &mut Meldungen,
) -> Option<u8> {
    let wert = xml.feld_mit("scheinuntergruppe", meldungen, |text| match text.as_bytes() {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Ok((a - b'0') * 10 + (b - b'0')),
        _ => Err("eine Scheinuntergruppe aus 2 Ziffern".to_owned()),
    })?;
    match (Satzart::der_scheinuntergruppe(wert), satzart) {
        (None, _) => {
            let text = format!(
                "die Scheinuntergruppe {wert:02} ist unbekannt; der Fall wird wie jeder andere Schein behandelt, bitte prüfen"
            );
            xml.melde(meldungen, Code::ScheinuntergruppeUnbekannt, text);
        }
        (Some(richtig), Some(satzart)) if richtig != satzart => {
            let text = format!(
                "die Scheinuntergruppe {wert:02} gehört zur Satzart {}, nicht zu {}; bitte berichtigen",
                richtig.name(),
                satzart.name()
            );
            xml.melde(meldungen, Code::ScheinuntergruppePasstNicht, text);
        }
        _ => {}
    }
    Some(wert)
}

/// Reads the explicit § 9 mark.
fn kennzeichen(xml: &mut XmlLeser, meldungen: &mut Meldungen) -> Option<Kennzeichen> {
    let uebernahme = match xml.attribut("uebernahme") {
        None => Some(false),
        Some(_) => xml.feld_mit("uebernahme", meldungen, |text| match text {
            "ja" => Ok(true),
            "nein" => Ok(false),
            _ => Err("ja oder nein".to_owned()),
        }),
    };
    let von = match xml.attribut("uebernommen_von") {
        None => Some(None),
        Some(_) => xml.feld::<Bsnr>("uebernommen_von", meldungen).map(Some),
    };
    match (uebernahme?, von?) {
        (false, None) => Some(Kennzeichen::Keins),
        (true, None) => Some(Kennzeichen::OhnePraxis),
        (true, Some(bsnr)) => Some(Kennzeichen::Praxis(bsnr)),
        (false, Some(_)) => {
            let text = "uebernommen_von steht ohne uebernahme=\"ja\"; bitte das Kennzeichen ergänzen oder die Angabe entfernen";
            xml.melde(meldungen, Code::AngabeUngueltig, text);
            None
        }
    }
}

#[cfg(test)]
mod tests;
