//! Claims in XML, byte by byte: the quarter's in parts of one delivery, those of the look-back in one
//! delivery per quarter.
//!
//! A mark that names the closed practice is an attribute of the case, besides the GNR that every
//! mark has: so a case without services is marked, too.

use super::Fehler;
use super::ausgabe::Ausgabe;
use super::faelle::{self, erstellt};
use super::kennungen::Bsnr;
use super::plan::Plan;
use super::schreiber::{Fallkopf, Leistung, Marke, Schreiber};
use super::werte::{Kalender, Kodierung};
use crate::quartal::{Quartal, Tag};

const BEGINN: &[u8] = b"<faelle xmlns=\"urn:strukturfonds:faelle:1\">\n";
const ENDE: &[u8] = b"</faelle>\n";

/// What every envelope says: `mehr` stands before its end.
pub(super) fn kopf(lieferung: &str, quartal: Quartal, erstellt: Tag, mehr: &str) -> String {
    format!(
        "<kopf lieferung=\"{lieferung}\" kv=\"17\" quartal=\"{quartal}\" erstellt=\"{erstellt}\" \
         version=\"1.0\" status=\"TEST\" lieferart=\"voll\"{mehr}/>\n"
    )
}

fn beginne(aus: &mut Vec<u8>, kodierung: Kodierung, lieferung: &str, quartal: Quartal, mehr: &str) {
    kodierung.beginne(aus);
    aus.extend_from_slice(BEGINN);
    aus.extend_from_slice(kopf(lieferung, quartal, erstellt(quartal), mehr).as_bytes());
}

/// Writes part `datei` (from 0) of the quarter's claims.
pub(super) fn teil(
    plan: &Plan,
    datei: u32,
    dateien: u32,
    aus: &mut Ausgabe<'_>,
) -> Result<(), Fehler> {
    let kodierung = Kodierung::der_datei(datei);
    let quartal = plan.umfang.quartal;
    let mehr = format!(" teil=\"{}\" von_teilen=\"{dateien}\"", datei + 1);
    beginne(&mut aus.text, kodierung, &format!("GEN-{quartal}"), quartal, &mehr);
    if datei == 0 {
        for fest in &plan.feste {
            faelle::feste_praxis(plan, fest, &mut Xml { aus: &mut aus.text, kodierung });
        }
    }
    for platz in plan.bereich(datei, dateien) {
        faelle::praxis(plan, platz, &mut Xml { aus: &mut aus.text, kodierung });
        aus.bei_bedarf()?;
    }
    if datei + 1 == dateien {
        // The branch of R1 bills by itself, in another part if there is one.
        for fest in &plan.feste {
            faelle::fester_zweig(plan, fest, &mut Xml { aus: &mut aus.text, kodierung });
        }
    }
    aus.text.extend_from_slice(ENDE);
    Ok(())
}

/// Writes the claims of a quarter before the run's: those of the closed practices.
pub(super) fn rueckblick(
    plan: &Plan,
    quartal: Quartal,
    aus: &mut Ausgabe<'_>,
) -> Result<(), Fehler> {
    let kodierung = Kodierung::der_datei(u32::try_from(quartal.nummer()).unwrap_or(0));
    let kalender = Kalender::neu(quartal);
    beginne(&mut aus.text, kodierung, &format!("GEN-R-{quartal}"), quartal, "");
    for wer in faelle::geschlossene(plan, quartal) {
        let mut xml = Xml { aus: &mut aus.text, kodierung };
        faelle::geschlossene_praxis(plan, wer, &kalender, &mut xml);
        aus.bei_bedarf()?;
    }
    aus.text.extend_from_slice(ENDE);
    Ok(())
}

/// Writes practices into a file.
struct Xml<'a> {
    aus: &'a mut Vec<u8>,
    kodierung: Kodierung,
}

impl Schreiber for Xml<'_> {
    fn betriebsstaette(&mut self, bsnr: &Bsnr, was: &str) {
        self.aus.extend_from_slice(b"<!-- ");
        self.kodierung.text(self.aus, was);
        self.aus.extend_from_slice(b" -->\n<praxis bsnr=\"");
        self.aus.extend_from_slice(bsnr);
        self.aus.extend_from_slice(b"\">\n");
    }

    fn betriebsstaette_ende(&mut self) {
        self.aus.extend_from_slice(b"</praxis>\n");
    }

    fn zeigt(&mut self, zeigt: &str) {
        self.kodierung.text(self.aus, &format!("<!-- {zeigt} -->\n"));
    }

    fn fall(&mut self, kopf: &Fallkopf<'_>) {
        let aus = &mut *self.aus;
        aus.extend_from_slice(b"<fall id=\"");
        aus.extend_from_slice(kopf.id);
        if let Some(id) = kopf.versicherter {
            aus.extend_from_slice(b"\" versicherten_id=\"");
            aus.extend_from_slice(id);
        }
        aus.extend_from_slice(b"\" kostentraeger=\"");
        aus.extend_from_slice(kopf.kostentraeger);
        aus.extend_from_slice(b"\" satzart=\"");
        aus.extend_from_slice(kopf.schein.0.as_bytes());
        aus.extend_from_slice(b"\" scheinuntergruppe=\"");
        aus.extend_from_slice(kopf.schein.1.as_bytes());
        if let Some(frueher) = kopf.frueher {
            aus.extend_from_slice(b"\" quartal=\"");
            aus.extend_from_slice(frueher.name());
        }
        if let Marke::Praxis(von) = kopf.marke {
            aus.extend_from_slice(b"\" uebernahme=\"ja\" uebernommen_von=\"");
            aus.extend_from_slice(&von);
        }
        aus.extend_from_slice(b"\">\n");
    }

    fn leistung(&mut self, leistung: &Leistung<'_>) {
        let aus = &mut *self.aus;
        aus.extend_from_slice(b"<leistung tag=\"");
        aus.extend_from_slice(leistung.kalender.tag(leistung.tag));
        aus.extend_from_slice(b"\" gnr=\"");
        aus.extend_from_slice(leistung.gnr.as_bytes());
        aus.extend_from_slice(b"\" lanr=\"");
        aus.extend_from_slice(leistung.lanr);
        aus.extend_from_slice(b"\"/>\n");
    }

    fn fall_ende(&mut self) {
        self.aus.extend_from_slice(b"</fall>\n");
    }
}
