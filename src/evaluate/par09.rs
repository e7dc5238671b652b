//! § 9 Fallwertzuschlag bei Übernahme von Patienten
//!
//! > (1) Sofern eine niedersächsische Hausarztpraxis im ländlichen Raum ohne Nachfolger vollständig
//! > geschlossen wird, kann Hausarztpraxen für die Übernahme der hausärztlichen Versorgung der
//! > bisherigen Patienten der geschlossenen Praxis auf Antrag ein Fallwertzuschlag gewährt werden.
//! >
//! > (2) ¹Ein ländlicher Raum im Sinne des Abs. 1 ist dadurch definiert, dass die Stadt oder Gemeinde,
//! > in der sich die geschlossene Hausarztpraxis befand, zum Zeitpunkt der Schließung über weniger
//! > als 50.000 Einwohner verfügte. ²Maßgeblich sind insoweit die letztverfügbaren amtlichen
//! > Einwohnerzahlen zum Zeitpunkt der Schließung.
//! >
//! > (3) ¹Die Höhe des Fallwertzuschlags beträgt 20 Euro und wird für zwei Quartale innerhalb eines
//! > Zeitraums von vier Quartalen seit der Praxisschließung gewährt. ²Der Zuschlag wird für die
//! > Übernahme von Patienten (Vertreterfälle sind ausgenommen) gewährt, die mindestens einmal in den
//! > letzten vier Quartalen vor Praxisschließung in der geschlossenen Praxis behandelt wurden. ³Die
//! > übernehmende Hausarztpraxis muss diese Patienten in der Honorarabrechnung kennzeichnen.
//!
//! Z is the closed practice, D the last day of its Zulassung, P the treating practice, Q the
//! treatment quarter. Which of several cases of one patient gets the quarter (rows 17 to 19) is
//! decided after the last case is read, in `settle::uebernahme`.

pub mod sachverhalt;

use std::ops::Deref;
use std::sync::Arc;

use crate::auslegung::{Auslegungen, Notfaelle, Rueckblick09, Zeitraum09};
use crate::ergebnis::{Gruende, Grund09};
use crate::evaluate::rueckblick::Behandlung;
use crate::fall::{Fall, Kennzeichen, Satzart};
use crate::kennung::{Ags, Bsnr, Gnr, Praxis};
use crate::parameter::Par09;
use crate::quartal::{Quartal, Tag, Tage};
use crate::stammdaten::{Praxisart, Zeitraum};

/// How a case is marked (Abs. 3 Satz 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markierung {
    /// By one of the configured GNRs (`par09.kennzeichen_gnr`).
    Gnr(Gnr),
    /// By the explicit mark.
    Ausdruecklich,
}

/// What a Schein is to the takeover of the hausärztliche Versorgung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schein {
    /// 0101/00, ambulante Behandlung.
    Original,
    /// Urlaubs- or Krankheitsvertretung.
    Vertreter,
    /// Emergency.
    Notfall,
    /// Any other.
    Anderer,
}

/// Everything that the conditions of § 9 read about one case. It holds its closure, or borrows it (`L`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sachverhalt<L = Arc<Schliessungslage>> {
    /// P.
    pub praxis: Praxis,
    /// Kind of P in the register in Q; `None` if the register does not have it.
    pub praxis_art: Option<Praxisart>,
    /// Q.
    pub quartal: Quartal,
    /// Satzart of the case.
    pub satzart: Satzart,
    /// Scheinuntergruppe of the case.
    pub scheinuntergruppe: u8,
    /// The case has a well-shaped Versicherten-ID.
    pub patient_bekannt: bool,
    /// Days of all services.
    pub tage: Tage,
    /// Days of services by a Hausarzt.
    pub tage_hausarzt: Tage,
    /// How the case is marked.
    pub markierung: Markierung,
    /// Z as the mark names it.
    pub benannt: Option<Praxis>,
    /// The closure on which the case is decided.
    pub schliessung: Option<L>,
    /// The closures that it was preferred to, in their order, for a mark that names none.
    pub nachrangige: Vec<Nachrangige>,
    /// Period of P's Bewilligung for Z that is valid in Q.
    pub bewilligung: Option<Zeitraum>,
    /// What the look-back says about the patient.
    pub rueckblick: Rueckblick,
}

/// A closure with the official population of its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schliessungslage {
    /// Z.
    pub praxis: Praxis,
    /// D.
    pub letzter_tag: Tag,
    /// Kind of Z in the register on D.
    pub art: Praxisart,
    /// Municipality of Z in the register on D.
    pub gemeinde: Ags,
    /// Its name in the publication that decides.
    pub gemeinde_name: Option<String>,
    /// Z has a successor.
    pub nachfolger: bool,
    /// Z was closed completely.
    pub vollstaendig: bool,
    /// Gebietsstand of the newest publication available on D.
    pub gebietsstand: Option<Tag>,
    /// Its figure for the municipality.
    pub einwohner: Option<u32>,
}

/// A closure that might have been chosen, with what the choice reads of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nachrangige {
    /// Its Z.
    pub praxis: Praxis,
    /// Its D.
    pub letzter_tag: Tag,
    /// Period of P's Bewilligung for it that is valid in Q.
    pub bewilligung: Option<Zeitraum>,
}

/// What the look-back says about a patient.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rueckblick {
    /// Quarters of the look-back in which Z treated the patient, each with the last day that counts.
    pub behandelt: Vec<(Quartal, Tag)>,
    /// Quarters of a look-back that decides, of which no claims were read.
    pub fehlend: Vec<(Praxis, Quartal)>,
}

/// Abs. 1 "Hausarztpraxis", for services: the LANR's Fachgruppe is a Hausarzt's.
pub fn abs1_hausarzt(fachgruppe: u8, par09: &Par09, auslegungen: &Auslegungen) -> bool {
    par09.fachgruppen_hausarzt.contains(&fachgruppe)
        || auslegungen.kinderaerzte.0 && par09.fachgruppen_kinderarzt.contains(&fachgruppe)
}

/// Abs. 1 "Hausarztpraxis", for practices: a mixed one is one, but only its Hausarzt services count.
pub fn abs1_hausarztpraxis(art: Praxisart, auslegungen: &Auslegungen) -> bool {
    match art {
        Praxisart::Hausarzt | Praxisart::Gemischt => true,
        Praxisart::Kinderarzt => auslegungen.kinderaerzte.0,
        Praxisart::Facharzt => false,
    }
}

/// Abs. 3 Satz 1 "innerhalb eines Zeitraums von vier Quartalen seit der Praxisschließung": first and
/// last quarter.
pub fn abs3_satz1_zeitraum(
    letzter_tag: Tag,
    par09: &Par09,
    auslegungen: &Auslegungen,
) -> (Quartal, Quartal) {
    let erstes = match auslegungen.zeitraum {
        Zeitraum09::AbFolgetag => letzter_tag.plus(1).quartal(),
    };
    (erstes, erstes.plus(par09.zeitraum_quartale - 1))
}

/// Abs. 3 Satz 2 "in den letzten vier Quartalen vor Praxisschließung": the quarters, in order.
pub fn abs3_satz2_rueckblick(
    letzter_tag: Tag,
    par09: &Par09,
    auslegungen: &Auslegungen,
) -> Vec<Quartal> {
    let mit_schliessung = letzter_tag.quartal();
    let voll_bis = letzter_tag.plus(1).quartal().plus(-1);
    let laenge = par09.rueckblick_quartale - 1;
    match auslegungen.rueckblick {
        Rueckblick09::MitSchliessungsquartal => {
            mit_schliessung.plus(-laenge).bis(mit_schliessung).collect()
        }
        Rueckblick09::NurVolleQuartale => voll_bis.plus(-laenge).bis(voll_bis).collect(),
        Rueckblick09::MitRumpfquartal => voll_bis.plus(-laenge).bis(mit_schliessung).collect(),
    }
}

/// Abs. 3 Satz 2 "Vertreterfälle sind ausgenommen", Abs. 1 "Übernahme der hausärztlichen Versorgung":
/// what a Schein is to them.
pub fn abs3_satz2_schein(satzart: Satzart, scheinuntergruppe: u8, par09: &Par09) -> Schein {
    if par09.scheinuntergruppen_vertreter.contains(&scheinuntergruppe) {
        Schein::Vertreter
    } else if par09.scheinuntergruppen_notfall.contains(&scheinuntergruppe) {
        Schein::Notfall
    } else if satzart == Satzart::Ambulant && scheinuntergruppe == 0 {
        Schein::Original
    } else {
        Schein::Anderer
    }
}

/// Abs. 3 Satz 2 "mindestens einmal … in der geschlossenen Praxis behandelt": whether a treatment
/// makes its patient a "bisheriger Patient" (Abs. 1).
///
/// Vertreter- and Notfall cases do not, unless the Auslegung says so; in a mixed Z only a Hausarzt's
/// services do.
pub fn abs3_satz2_behandelt<P>(
    behandlung: &Behandlung<P>,
    art: Praxisart,
    par09: &Par09,
    auslegungen: &Auslegungen,
) -> bool {
    let schein = abs3_satz2_schein(behandlung.satzart, behandlung.scheinuntergruppe, par09);
    let ausgenommen = matches!(schein, Schein::Vertreter | Schein::Notfall)
        && !auslegungen.rueckblick_vertreter_und_notfall.0;
    let von_hausarzt =
        art != Praxisart::Gemischt || abs1_hausarzt(behandlung.fachgruppe, par09, auslegungen);
    !ausgenommen && von_hausarzt
}

/// Abs. 3 Satz 3 "in der Honorarabrechnung kennzeichnen": the services whose GNR is a mark, in order,
/// each with its place.
pub fn abs3_satz3_kennzeichen<'a>(
    gnr: &'a [Gnr],
    auslegungen: &'a Auslegungen,
) -> impl Iterator<Item = (u32, Gnr)> + 'a {
    let alle = (0..).zip(gnr.iter().copied());
    alle.filter(|(_, gnr)| ist_kennzeichen(*gnr, auslegungen))
}

/// Abs. 3 Satz 3 "in der Honorarabrechnung kennzeichnen": how a case is marked, if it is; `gnr` is its
/// first service that is a mark.
pub fn abs3_satz3_markierung(gnr: Option<Gnr>, kennzeichen: Kennzeichen) -> Option<Markierung> {
    match (gnr, kennzeichen) {
        (Some(gnr), _) => Some(Markierung::Gnr(gnr)),
        (None, Kennzeichen::Keins) => None,
        (None, Kennzeichen::OhnePraxis | Kennzeichen::Praxis(_)) => Some(Markierung::Ausdruecklich),
    }
}

/// Returns Z as the mark names it: the explicit mark's, or the one that stands as free text behind a
/// marking GNR (KVDT 5009).
pub fn abs3_satz3_benannt(fall: &Fall<'_>, auslegungen: &Auslegungen) -> Option<Praxis> {
    if let Kennzeichen::Praxis(bsnr) = fall.kennzeichen {
        return Some(bsnr.praxis());
    }
    let mut genannt = genannt(fall, auslegungen);
    let erste = genannt.next()?;
    genannt.all(|praxis| praxis == erste).then_some(erste)
}

/// Tells whether marking GNRs name different closed practices: then none of them counts as named.
pub fn abs3_satz3_nennt_verschiedene(fall: &Fall<'_>, auslegungen: &Auslegungen) -> bool {
    let mut genannt = genannt(fall, auslegungen);
    let erste = genannt.next();
    genannt.any(|praxis| Some(praxis) != erste)
}

/// Returns the practices that stand as free text behind a marking GNR.
fn genannt(fall: &Fall<'_>, auslegungen: &Auslegungen) -> impl Iterator<Item = Praxis> {
    let markierend = |(gnr, _): &&(Gnr, Bsnr)| ist_kennzeichen(*gnr, auslegungen);
    fall.nennung.iter().filter(markierend).map(|(_, bsnr)| bsnr.praxis())
}

fn ist_kennzeichen(gnr: Gnr, auslegungen: &Auslegungen) -> bool {
    // They are few, mostly one.
    auslegungen.kennzeichen_gnr.contains(&gnr)
}

impl<L: Deref<Target = Schliessungslage>> Sachverhalt<L> {
    /// Returns the service days that count at P: at a mixed P only those of a Hausarzt.
    pub fn massgebliche_tage(&self) -> Tage {
        if self.praxis_art == Some(Praxisart::Gemischt) { self.tage_hausarzt } else { self.tage }
    }

    /// Returns the first service day after D that counts.
    pub fn erster_tag_nach_schliessung(&self) -> Option<Tag> {
        let schliessung = self.schliessung.as_deref()?;
        self.massgebliche_tage().erster_ab(self.quartal, schliessung.letzter_tag.plus(1))
    }

    /// Tells whether rows 15 and 16 are examined: not without a patient, nor on a named Z without a closure.
    pub fn rueckblick_wird_geprueft(&self) -> bool {
        self.patient_bekannt && (self.benannt.is_none() || self.schliessung.is_some())
    }
}

impl Sachverhalt<&Schliessungslage> {
    /// Returns facts that outlive what they were gathered from.
    pub fn eigener(self) -> Sachverhalt {
        let schliessung = self.schliessung.map(|lage| Arc::new(lage.clone()));
        Sachverhalt {
            praxis: self.praxis,
            praxis_art: self.praxis_art,
            quartal: self.quartal,
            satzart: self.satzart,
            scheinuntergruppe: self.scheinuntergruppe,
            patient_bekannt: self.patient_bekannt,
            tage: self.tage,
            tage_hausarzt: self.tage_hausarzt,
            markierung: self.markierung,
            benannt: self.benannt,
            schliessung,
            nachrangige: self.nachrangige,
            bewilligung: self.bewilligung,
            rueckblick: self.rueckblick,
        }
    }
}

/// Examines rows 1 to 16; every reason that applies is kept. A condition whose facts are missing does
/// not apply: its missing fact does.
pub fn pruefe<L: Deref<Target = Schliessungslage>>(
    fall: &Sachverhalt<L>,
    par09: &Par09,
    auslegungen: &Auslegungen,
) -> Gruende<Grund09> {
    let mut gruende = Gruende::default();
    gruende.wenn(!fall.patient_bekannt, Grund09::OhneVersichertenId);
    gruende.wenn(fall.praxis_art.is_none(), Grund09::PraxisUnbekannt);
    gruende
        .wenn(fall.benannt.is_some() && fall.schliessung.is_none(), Grund09::SchliessungUnbekannt);
    gruende.wenn(fall.tage.ist_leer(), Grund09::LeistungstagFehlt);
    if let Some(schliessung) = fall.schliessung.as_deref() {
        pruefe_schliessung(&mut gruende, schliessung, par09, auslegungen);
        pruefe_uebernahme(&mut gruende, fall, schliessung, par09, auslegungen);
    }
    gruende.wenn(abs1_keine_hausarztpraxis(fall, auslegungen), Grund09::KeineHausarztpraxis);
    pruefe_schein(&mut gruende, fall, par09, auslegungen);
    if fall.rueckblick_wird_geprueft() && fall.rueckblick.behandelt.is_empty() {
        let fehlt = !fall.rueckblick.fehlend.is_empty();
        gruende.wenn(fehlt, Grund09::RueckblickFehlt);
        gruende.wenn(!fehlt, Grund09::NichtVorbehandelt);
    }
    gruende
}

/// Rows 5 to 8: Abs. 1 "eine niedersächsische Hausarztpraxis im ländlichen Raum ohne Nachfolger
/// vollständig geschlossen", Abs. 2 "weniger als 50.000 Einwohner".
fn pruefe_schliessung(
    gruende: &mut Gruende<Grund09>,
    schliessung: &Schliessungslage,
    par09: &Par09,
    auslegungen: &Auslegungen,
) {
    let hausarztpraxis = abs1_hausarztpraxis(schliessung.art, auslegungen);
    let niedersaechsisch = schliessung.gemeinde.land() == par09.land;
    gruende.wenn(!(hausarztpraxis && niedersaechsisch), Grund09::KeineHausarztpraxisGeschlossen);
    gruende.wenn(schliessung.nachfolger || !schliessung.vollstaendig, Grund09::NachfolgerVorhanden);
    gruende.wenn(schliessung.einwohner.is_none(), Grund09::EinwohnerzahlFehlt);
    let laendlich =
        schliessung.einwohner.is_none_or(|einwohner| einwohner < par09.einwohner_grenze);
    gruende.wenn(!laendlich, Grund09::KeinLaendlicherRaum);
}

/// Rows 10 to 13: what P, Q and the service days must be to Z.
fn pruefe_uebernahme<L: Deref<Target = Schliessungslage>>(
    gruende: &mut Gruende<Grund09>,
    fall: &Sachverhalt<L>,
    schliessung: &Schliessungslage,
    par09: &Par09,
    auslegungen: &Auslegungen,
) {
    gruende.wenn(fall.praxis == schliessung.praxis, Grund09::EigenePraxis);
    gruende.wenn(fall.bewilligung.is_none(), Grund09::KeineBewilligung);
    let (erstes, letztes) = abs3_satz1_zeitraum(schliessung.letzter_tag, par09, auslegungen);
    gruende.wenn(fall.quartal < erstes || letztes < fall.quartal, Grund09::AusserhalbZeitraum);
    let nur_davor =
        !fall.massgebliche_tage().ist_leer() && fall.erster_tag_nach_schliessung().is_none();
    gruende.wenn(nur_davor, Grund09::BehandlungVorSchliessung);
}

/// Row 9: Abs. 1 "kann Hausarztpraxen … gewährt werden".
fn abs1_keine_hausarztpraxis<L>(fall: &Sachverhalt<L>, auslegungen: &Auslegungen) -> bool {
    match fall.praxis_art {
        None => false,
        Some(Praxisart::Gemischt) => !fall.tage.ist_leer() && fall.tage_hausarzt.ist_leer(),
        Some(art) => !abs1_hausarztpraxis(art, auslegungen),
    }
}

/// Rows 14a to 14c.
fn pruefe_schein<L>(
    gruende: &mut Gruende<Grund09>,
    fall: &Sachverhalt<L>,
    par09: &Par09,
    auslegungen: &Auslegungen,
) {
    let schein = abs3_satz2_schein(fall.satzart, fall.scheinuntergruppe, par09);
    let ausgenommen = auslegungen.notfaelle == Notfaelle::Ausgenommen;
    let nur_original = auslegungen.nur_originalschein.0;
    gruende.wenn(schein == Schein::Vertreter, Grund09::Vertreterfall);
    gruende.wenn(schein == Schein::Notfall && ausgenommen, Grund09::Notfall);
    gruende.wenn(schein == Schein::Anderer && nur_original, Grund09::KeinHausaerztlicherFall);
}

#[cfg(test)]
pub(crate) mod beispiel;
#[cfg(test)]
pub(crate) mod tests;
