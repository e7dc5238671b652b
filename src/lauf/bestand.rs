//! Reads what is known before the first case: settings, key, reference data, rosters, population.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::sync::Arc;

use super::{Auftrag, Gelesen};
use crate::meldung::{Code, Meldungen, Ort};
use crate::parameter::Regeln;
use crate::quartal::{Quartal, Tag};
use crate::read::Abbruch;
use crate::read::dienstplan::DienstplanLeser;
use crate::read::eingaben::Art;
use crate::read::einstellungen::{self, Einstellungen};
use crate::read::einwohner::EinwohnerBau;
use crate::read::kleintext::lies_text;
use crate::read::roh::{Komprimierung, Pruefsumme, Rohquelle, Zaehler, lesefehler};
use crate::read::schluessel::lies_schluessel;
use crate::read::stammdaten::{StammdatenLeser, Stammdatenbau};
use crate::stammdaten::{Dienstplan, Einwohner, Insel, Stammdaten};

/// Opens an input; a failure is recorded.
pub(super) fn oeffne(
    gelesen: &Gelesen,
    zaehler: &Zaehler,
    meldungen: &mut Meldungen,
) -> Option<Rohquelle> {
    let eingabe = &gelesen.eingabe;
    match Rohquelle::oeffne(&eingabe.pfad, eingabe.komprimierung, Arc::clone(zaehler)) {
        Ok(roh) => Some(roh),
        Err(fehler) => {
            meldungen.melde(lesefehler(&fehler, Ort::datei(&eingabe.name)));
            None
        }
    }
}

/// Ends an input; a failure is recorded.
pub(super) fn beende(
    gelesen: &Gelesen,
    pruefsumme: std::io::Result<Pruefsumme>,
    meldungen: &mut Meldungen,
) -> Option<Pruefsumme> {
    match pruefsumme {
        Ok(pruefsumme) => Some(pruefsumme),
        Err(fehler) => {
            meldungen.melde(lesefehler(&fehler, Ort::datei(&gelesen.eingabe.name)));
            None
        }
    }
}

/// Hashes the inputs whose bytes nobody read to their end: replaced, damaged or left out, they are part
/// of what the run was given. One that cannot be read at all has been reported.
pub(super) fn pruefsummen_des_rests(gelesen: &mut [Gelesen]) {
    for gelesen in gelesen.iter_mut().filter(|gelesen| gelesen.pruefsumme.is_none()) {
        let pfad = &gelesen.eingabe.pfad;
        let roh = Rohquelle::oeffne(pfad, Komprimierung::Keine, Zaehler::default());
        gelesen.pruefsumme = roh.and_then(Rohquelle::beende).ok();
    }
}

/// The inputs of a kind that are used.
fn der_art(gelesen: &mut [Gelesen], art: Art) -> impl Iterator<Item = &mut Gelesen> {
    gelesen.iter_mut().filter(move |g| g.eingabe.art == art && !g.ersetzt)
}

/// Reads the one small text of a kind, if there is one.
fn text(
    gelesen: &mut [Gelesen],
    art: Art,
    zaehler: &Zaehler,
    meldungen: &mut Meldungen,
) -> Option<(Arc<str>, String)> {
    let gelesen = der_art(gelesen, art).next()?;
    let roh = oeffne(gelesen, zaehler, meldungen)?;
    let name = Arc::clone(&gelesen.eingabe.name);
    let zu_gross = match art {
        Art::Schluessel => Code::SchluesselUngueltig,
        _ => Code::EinstellungUngueltig,
    };
    match lies_text(roh, &name, zu_gross) {
        Ok((text, pruefsumme)) => {
            gelesen.pruefsumme = Some(pruefsumme);
            Some((name, text))
        }
        Err(meldung) => {
            meldungen.melde(meldung);
            None
        }
    }
}

/// Reads the settings first: they hold the limit of all later messages.
pub(super) fn einstellungen(
    gelesen: &mut [Gelesen],
    zaehler: &Zaehler,
) -> (Einstellungen, Meldungen) {
    let vorgabe = Einstellungen::default();
    let mut vorab = Meldungen::neu(vorgabe.meldungen_je_code);
    let einstellungen = text(gelesen, Art::Einstellungen, zaehler, &mut vorab)
        .map_or(Ok(vorgabe.clone()), |(name, text)| einstellungen::lies(&name, &text));
    let einstellungen = einstellungen.unwrap_or_else(|fehler| {
        for meldung in fehler {
            vorab.melde(meldung);
        }
        vorgabe
    });
    let mut meldungen = Meldungen::neu(einstellungen.meldungen_je_code);
    meldungen.uebernimm(vorab);
    (einstellungen, meldungen)
}

/// Reads the key of the pseudonyms, if there is one.
pub(super) fn schluessel(
    gelesen: &mut [Gelesen],
    zaehler: &Zaehler,
    meldungen: &mut Meldungen,
) -> Option<[u8; 32]> {
    let (name, text) = text(gelesen, Art::Schluessel, zaehler, meldungen)?;
    lies_schluessel(&name, &text).map_err(|meldung| meldungen.melde(meldung)).ok()
}

/// Reads all reference files; `None` if they have faults or the quarter or its rules are unknown.
pub(super) fn stammdaten(
    gelesen: &mut [Gelesen],
    quartal: Option<Quartal>,
    regeln: Option<&Regeln>,
    auftrag: &Auftrag,
    meldungen: &mut Meldungen,
) -> Option<Stammdaten> {
    let mut bau = Stammdatenbau::default();
    let vorher = meldungen.anzahl_der_stufe(crate::meldung::Stufe::Fehler);
    for gelesen in der_art(gelesen, Art::Stammdaten) {
        let Some(roh) = oeffne(gelesen, &auftrag.zaehler, meldungen) else { continue };
        gelesen.pruefsumme = StammdatenLeser::neu(roh, &gelesen.eingabe.name, meldungen)
            .and_then(|leser| leser.lies(&mut bau, meldungen))
            .ok();
    }
    let stammdaten = bau.fertig(quartal?, &regeln?.par05, meldungen);
    let fehler = meldungen.anzahl_der_stufe(crate::meldung::Stufe::Fehler) - vorher;
    (fehler == 0).then_some(stammdaten)
}

/// Reads all rosters.
pub(super) fn dienstplaene(
    gelesen: &mut [Gelesen],
    auftrag: &Auftrag,
    meldungen: &mut Meldungen,
) -> BTreeMap<Insel, Dienstplan> {
    let mut plaene = BTreeMap::new();
    for gelesen in der_art(gelesen, Art::Dienstplan) {
        let Some(roh) = oeffne(gelesen, &auftrag.zaehler, meldungen) else { continue };
        gelesen.pruefsumme = DienstplanLeser::neu(roh, &gelesen.eingabe.name, meldungen)
            .and_then(|leser| leser.lies(&mut plaene, meldungen))
            .ok();
    }
    plaene
}

/// Reads the official population.
pub(super) fn einwohner(
    gelesen: &mut [Gelesen],
    verfuegbar_seit: &BTreeMap<Tag, Tag>,
    auftrag: &Auftrag,
    meldungen: &mut Meldungen,
) -> Einwohner {
    let mut bau = EinwohnerBau::neu();
    for gelesen in der_art(gelesen, Art::Einwohner) {
        let Some(roh) = oeffne(gelesen, &auftrag.zaehler, meldungen) else { continue };
        let mut quelle = BufReader::with_capacity(1 << 16, roh);
        if let Err(Abbruch) = bau.lies(&gelesen.eingabe.name, &mut quelle, meldungen) {
            continue;
        }
        gelesen.pruefsumme = beende(gelesen, quelle.into_inner().beende(), meldungen);
    }
    bau.fertig(verfuegbar_seit, meldungen)
}
