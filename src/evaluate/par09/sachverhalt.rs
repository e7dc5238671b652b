//! § 9: gathers the facts of a marked case, once the last byte is read.

use std::sync::Arc;

use super::{
    Nachrangige, Rueckblick, Sachverhalt, Schliessungslage, abs3_satz1_zeitraum,
    abs3_satz2_behandelt, abs3_satz2_rueckblick,
};
use crate::auslegung::Auslegungen;
use crate::evaluate::kandidat::Kandidat;
use crate::evaluate::rueckblick::{Behandlung, Rueckblickregister};
use crate::kennung::{Praxis, VersichertenId};
use crate::parameter::Par09;
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::{Einwohner, Stammdaten};

/// What all cases share.
#[derive(Debug)]
pub struct Grundlage<'a> {
    stammdaten: &'a Stammdaten,
    rueckblick: &'a Rueckblickregister,
    auslegungen: &'a Auslegungen,
    lagen: Vec<Arc<Schliessungslage>>,
}

impl<'a> Grundlage<'a> {
    /// Looks up the official population of every closure.
    pub fn neu(
        stammdaten: &'a Stammdaten,
        einwohner: &Einwohner,
        rueckblick: &'a Rueckblickregister,
        auslegungen: &'a Auslegungen,
    ) -> Self {
        let lagen = abs2_satz2_einwohner(stammdaten, einwohner);
        Self { stammdaten, rueckblick, auslegungen, lagen }
    }

    /// Returns the closures with their population, in the order of the reference data.
    pub fn lagen(&self) -> &[Arc<Schliessungslage>] {
        &self.lagen
    }

    /// Gathers the facts of a marked case by the numbers of its own quarter.
    pub fn sachverhalt(&self, fall: &Kandidat, par09: &Par09) -> Sachverhalt {
        let waehlbare = match (fall.benannt, fall.patient) {
            (Some(benannt), _) => {
                self.stammdaten.schliessung_fuer(benannt, fall.quartal).into_iter().collect()
            }
            (None, Some(patient)) => self.waehlbare(patient, fall, par09),
            (None, None) => Vec::new(),
        };
        let platz = waehlbare.first().copied();
        let lage = platz.map(|platz| Arc::clone(&self.lagen[platz]));
        let bewilligung = lage.as_ref().and_then(|lage| {
            self.stammdaten
                .bewilligung09(fall.praxis, lage.praxis, fall.quartal)
                .map(|b| b.zeitraum)
        });
        let rueckblick = match (fall.patient, platz) {
            (Some(patient), Some(platz)) => self.rueckblick_in(patient, platz, par09),
            (Some(_), None) if fall.benannt.is_none() => {
                self.rueckblick_ohne_schliessung(fall, par09)
            }
            _ => Rueckblick::default(),
        };
        Sachverhalt {
            praxis: fall.praxis,
            praxis_art: self.stammdaten.praxis_im(fall.praxis, fall.quartal).map(|stand| stand.art),
            quartal: fall.quartal,
            satzart: fall.satzart,
            scheinuntergruppe: fall.scheinuntergruppe,
            patient_bekannt: fall.patient.is_some(),
            tage: fall.tage,
            tage_hausarzt: fall.tage_hausarzt,
            markierung: fall.markierung,
            benannt: fall.benannt,
            schliessung: lage,
            nachrangige: waehlbare
                .iter()
                .skip(1)
                .map(|platz| self.nachrangige(*platz, fall))
                .collect(),
            bewilligung,
            rueckblick,
        }
    }

    /// Returns the closures that a case naming none may concern, the chosen one first: of those whose
    /// window has begun by Q and in whose look-back the patient was treated, first those whose window
    /// holds Q, then those for which P holds a Bewilligung valid in Q, then the latest D, then the
    /// lowest BSNR.
    fn waehlbare(&self, patient: VersichertenId, fall: &Kandidat, par09: &Par09) -> Vec<usize> {
        let rang = |platz: usize| {
            let lage = &self.lagen[platz];
            let (erstes, letztes) = abs3_satz1_zeitraum(lage.letzter_tag, par09, self.auslegungen);
            let bewilligt =
                self.stammdaten.bewilligung09(fall.praxis, lage.praxis, fall.quartal).is_some();
            let treffer = erstes <= fall.quartal
                && !self.rueckblick_in(patient, platz, par09).behandelt.is_empty();
            treffer.then_some((
                fall.quartal <= letztes,
                bewilligt,
                lage.letzter_tag,
                std::cmp::Reverse(lage.praxis),
            ))
        };
        let behandlungen = self.rueckblick.behandlungen(patient);
        let mut orte: Vec<_> = behandlungen
            .chunk_by(|a, b| a.schliessung == b.schliessung)
            .map(|einer| einer[0].schliessung as usize)
            .filter_map(|platz| Some((std::cmp::Reverse(rang(platz)?), platz)))
            .collect();
        orte.sort_unstable();
        orte.into_iter().map(|(_, platz)| platz).collect()
    }

    fn nachrangige(&self, platz: usize, fall: &Kandidat) -> Nachrangige {
        let Schliessungslage { praxis, letzter_tag, .. } = *self.lagen[platz];
        let bewilligung = self.stammdaten.bewilligung09(fall.praxis, praxis, fall.quartal);
        Nachrangige { praxis, letzter_tag, bewilligung: bewilligung.map(|b| b.zeitraum) }
    }

    /// What the look-back of one Z says about a patient.
    fn rueckblick_in(&self, patient: VersichertenId, platz: usize, par09: &Par09) -> Rueckblick {
        let mut behandelt: Vec<(Quartal, Tag)> = self
            .rueckblick
            .behandlungen(patient)
            .iter()
            .filter(|b| b.schliessung as usize == platz && self.zaehlt(b, par09))
            .map(|b| (b.quartal, b.letzter_tag))
            .collect();
        behandelt.sort_unstable();
        // the last day of each quarter
        behandelt.reverse();
        behandelt.dedup_by_key(|(quartal, _)| *quartal);
        behandelt.reverse();
        Rueckblick { behandelt, fehlend: self.fehlend_in(platz, par09) }
    }

    /// Tells whether a treatment counts by the rules `par09`: it lies in the look-back and makes a
    /// "bisheriger Patient".
    pub fn zaehlt(&self, behandlung: &Behandlung, par09: &Par09) -> bool {
        let lage = &self.lagen[behandlung.schliessung as usize];
        abs3_satz2_rueckblick(lage.letzter_tag, par09, self.auslegungen)
            .contains(&behandlung.quartal)
            && abs3_satz2_behandelt(behandlung, lage.art, par09, self.auslegungen)
    }

    /// Row 15 without a named Z: the quarters missing of any Z for which P has a valid Bewilligung
    /// and whose window holds Q.
    fn rueckblick_ohne_schliessung(&self, fall: &Kandidat, par09: &Par09) -> Rueckblick {
        let kommt_in_frage = |lage: &Schliessungslage| {
            let (erstes, letztes) = abs3_satz1_zeitraum(lage.letzter_tag, par09, self.auslegungen);
            erstes <= fall.quartal
                && fall.quartal <= letztes
                && self.stammdaten.bewilligung09(fall.praxis, lage.praxis, fall.quartal).is_some()
        };
        let fehlend = (0..self.lagen.len())
            .filter(|platz| kommt_in_frage(&self.lagen[*platz]))
            .flat_map(|platz| self.fehlend_in(platz, par09))
            .collect();
        Rueckblick { behandelt: Vec::new(), fehlend }
    }

    /// Returns the quarters of Z's look-back of which no claims were read.
    pub fn fehlend_in(&self, platz: usize, par09: &Par09) -> Vec<(Praxis, Quartal)> {
        let lage = &self.lagen[platz];
        let nummer = u32::try_from(platz).unwrap_or(u32::MAX);
        abs3_satz2_rueckblick(lage.letzter_tag, par09, self.auslegungen)
            .into_iter()
            .filter(|quartal| !self.rueckblick.ist_gelesen(nummer, *quartal))
            .map(|quartal| (lage.praxis, quartal))
            .collect()
    }

    /// Tells whether an unmarked case would concern a closure: P holds a Bewilligung for Z valid in Q,
    /// Q lies in Z's window, and Z treated the patient.
    pub fn haette_gekennzeichnet_werden_koennen(
        &self,
        praxis: Praxis,
        patient: VersichertenId,
        quartal: Quartal,
        par09: &Par09,
    ) -> bool {
        let mut behandlungen = self.rueckblick.behandlungen(patient).iter();
        behandlungen.any(|b| {
            let lage = &self.lagen[b.schliessung as usize];
            let (erstes, letztes) = abs3_satz1_zeitraum(lage.letzter_tag, par09, self.auslegungen);
            erstes <= quartal
                && quartal <= letztes
                && self.stammdaten.bewilligung09(praxis, lage.praxis, quartal).is_some()
                && self.zaehlt(b, par09)
        })
    }
}

/// Abs. 2 Satz 2 "die letztverfügbaren amtlichen Einwohnerzahlen zum Zeitpunkt der Schließung": the
/// newest publication available on D decides alone.
fn abs2_satz2_einwohner(
    stammdaten: &Stammdaten,
    einwohner: &Einwohner,
) -> Vec<Arc<Schliessungslage>> {
    let lage = |schliessung: &crate::stammdaten::Schliessung| {
        let veroeffentlichung = einwohner.am(schliessung.letzter_tag);
        let gemeinde = veroeffentlichung.and_then(|v| v.gemeinden.get(&schliessung.gemeinde));
        Arc::new(Schliessungslage {
            praxis: schliessung.praxis,
            letzter_tag: schliessung.letzter_tag,
            art: schliessung.art,
            gemeinde: schliessung.gemeinde,
            gemeinde_name: gemeinde.map(|(name, _)| name.clone()),
            nachfolger: schliessung.nachfolger,
            vollstaendig: schliessung.vollstaendig,
            gebietsstand: veroeffentlichung.map(|v| v.gebietsstand),
            einwohner: gemeinde.and_then(|(_, zahl)| *zahl),
        })
    };
    stammdaten.schliessungen.iter().map(lage).collect()
}

#[cfg(test)]
mod tests;
