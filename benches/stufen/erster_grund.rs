//! The conditions of `par09::pruefe` in the table's order, up to the first that applies: what a program
//! saves that keeps one reason only. It stands here because the product has no such mode.

use strukturfonds::auslegung::{Auslegungen, Notfaelle};
use strukturfonds::ergebnis::Grund09;
use strukturfonds::evaluate::par09::{
    Sachverhalt, Schein, abs1_hausarztpraxis, abs3_satz1_zeitraum, abs3_satz2_schein,
};
use strukturfonds::parameter::Par09;
use strukturfonds::stammdaten::Praxisart;

/// Returns the first reason of rows 1 to 16.
pub(crate) fn erster_grund(
    fall: &Sachverhalt,
    par09: &Par09,
    auslegungen: &Auslegungen,
) -> Option<Grund09> {
    if !fall.patient_bekannt {
        return Some(Grund09::OhneVersichertenId);
    }
    if fall.praxis_art.is_none() {
        return Some(Grund09::PraxisUnbekannt);
    }
    if fall.benannt.is_some() && fall.schliessung.is_none() {
        return Some(Grund09::SchliessungUnbekannt);
    }
    if fall.tage.ist_leer() {
        return Some(Grund09::LeistungstagFehlt);
    }
    if let Some(schliessung) = &fall.schliessung {
        let hausarztpraxis = abs1_hausarztpraxis(schliessung.art, auslegungen);
        if !(hausarztpraxis && schliessung.gemeinde.land() == par09.land) {
            return Some(Grund09::KeineHausarztpraxisGeschlossen);
        }
        if schliessung.nachfolger || !schliessung.vollstaendig {
            return Some(Grund09::NachfolgerVorhanden);
        }
        let Some(einwohner) = schliessung.einwohner else {
            return Some(Grund09::EinwohnerzahlFehlt);
        };
        if par09.einwohner_grenze <= einwohner {
            return Some(Grund09::KeinLaendlicherRaum);
        }
    }
    let kein_hausarzt = match fall.praxis_art {
        None => false,
        Some(Praxisart::Gemischt) => fall.tage_hausarzt.ist_leer(),
        Some(art) => !abs1_hausarztpraxis(art, auslegungen),
    };
    if kein_hausarzt {
        return Some(Grund09::KeineHausarztpraxis);
    }
    if let Some(schliessung) = &fall.schliessung {
        if fall.praxis == schliessung.praxis {
            return Some(Grund09::EigenePraxis);
        }
        if fall.bewilligung.is_none() {
            return Some(Grund09::KeineBewilligung);
        }
        let (erstes, letztes) = abs3_satz1_zeitraum(schliessung.letzter_tag, par09, auslegungen);
        if fall.quartal < erstes || letztes < fall.quartal {
            return Some(Grund09::AusserhalbZeitraum);
        }
        if !fall.massgebliche_tage().ist_leer() && fall.erster_tag_nach_schliessung().is_none() {
            return Some(Grund09::BehandlungVorSchliessung);
        }
    }
    match abs3_satz2_schein(fall.satzart, fall.scheinuntergruppe, par09) {
        Schein::Vertreter => return Some(Grund09::Vertreterfall),
        Schein::Notfall if auslegungen.notfaelle == Notfaelle::Ausgenommen => {
            return Some(Grund09::Notfall);
        }
        Schein::Anderer if auslegungen.nur_originalschein.0 => {
            return Some(Grund09::KeinHausaerztlicherFall);
        }
        _ => {}
    }
    if !fall.rueckblick_wird_geprueft() || !fall.rueckblick.behandelt.is_empty() {
        return None;
    }
    let fehlt = !fall.rueckblick.fehlend.is_empty();
    Some(if fehlt { Grund09::RueckblickFehlt } else { Grund09::NichtVorbehandelt })
}
