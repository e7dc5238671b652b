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
use crate::stammdaten::{Bewilligung09, Einwohner, Praxisart, Stammdaten, Zeitraum};

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

    /// Works out what all cases of `quartal` share, by its own numbers.
    pub fn im_quartal(&'a self, quartal: Quartal, par09: &'a Par09) -> Quartalslage<'a> {
        let zeiten = (0..self.lagen.len()).map(|platz| {
            let letzter_tag = self.lagen[platz].letzter_tag;
            let fehlend = self.fehlend_in(platz, par09);
            Schliessungszeiten {
                zeitraum: abs3_satz1_zeitraum(letzter_tag, par09, self.auslegungen),
                rueckblick: abs3_satz2_rueckblick(letzter_tag, par09, self.auslegungen),
                fehlend,
            }
        });
        let gueltige = self.stammdaten.bewilligungen09.iter().filter(|b| b.zeitraum.im(quartal));
        let mut bewilligungen: Vec<(Praxis, &Bewilligung09)> =
            gueltige.map(|b| (self.stammdaten.praxis_fuer(b.praxis, quartal), b)).collect();
        // Those of one P stay in their order.
        bewilligungen.sort_by_key(|(praxis, _)| *praxis);
        Quartalslage { grundlage: self, quartal, par09, zeiten: zeiten.collect(), bewilligungen }
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
}

/// When what concerns one closure, by the numbers of one quarter.
#[derive(Debug)]
struct Schliessungszeiten {
    /// First and last quarter of its window.
    zeitraum: (Quartal, Quartal),
    /// Quarters of its look-back.
    rueckblick: Vec<Quartal>,
    /// Those of which no claims were read.
    fehlend: Vec<(Praxis, Quartal)>,
}

impl Schliessungszeiten {
    fn ist_offen_in(&self, quartal: Quartal) -> bool {
        self.zeitraum.0 <= quartal && quartal <= self.zeitraum.1
    }
}

/// What all cases of one treatment quarter share.
#[derive(Debug)]
pub struct Quartalslage<'a> {
    grundlage: &'a Grundlage<'a>,
    quartal: Quartal,
    par09: &'a Par09,
    /// Per closure.
    zeiten: Vec<Schliessungszeiten>,
    /// The Bewilligungen valid in the quarter, by P as the register of the quarter has it.
    bewilligungen: Vec<(Praxis, &'a Bewilligung09)>,
}

/// What all cases of one practice in one quarter share.
#[derive(Debug, Clone, Copy)]
pub struct Praxislage<'a> {
    quartal: &'a Quartalslage<'a>,
    art: Option<Praxisart>,
    /// Its Bewilligungen that are valid in the quarter.
    bewilligungen: &'a [(Praxis, &'a Bewilligung09)],
}

impl Quartalslage<'_> {
    /// Looks a practice up: its kind in the register, and its Bewilligungen.
    pub fn praxis(&self, praxis: Praxis) -> Praxislage<'_> {
        let stand = self.grundlage.stammdaten.praxis_im(praxis, self.quartal);
        let ab = self.bewilligungen.partition_point(|(p, _)| *p < praxis);
        let anzahl = self.bewilligungen[ab..].partition_point(|(p, _)| *p == praxis);
        Praxislage {
            quartal: self,
            art: stand.map(|stand| stand.art),
            bewilligungen: &self.bewilligungen[ab..ab + anzahl],
        }
    }

    /// Tells whether a treatment counts: it lies in the look-back and makes a "bisheriger Patient".
    fn zaehlt(&self, behandlung: &Behandlung) -> bool {
        let platz = behandlung.schliessung as usize;
        self.zeiten[platz].rueckblick.contains(&behandlung.quartal)
            && abs3_satz2_behandelt(
                behandlung,
                self.grundlage.lagen[platz].art,
                self.par09,
                self.grundlage.auslegungen,
            )
    }
}

impl<'a> Praxislage<'a> {
    /// Returns the period of the Bewilligung for Z.
    fn bewilligung(&self, geschlossene: Praxis) -> Option<Zeitraum> {
        let gefunden = self.bewilligungen.iter().find(|(_, b)| b.geschlossene == geschlossene);
        gefunden.map(|(_, b)| b.zeitraum)
    }

    fn lage(&self, platz: usize) -> &'a Schliessungslage {
        &self.quartal.grundlage.lagen[platz]
    }

    /// Gathers the facts of a marked case of this practice and quarter. They borrow the closure: threads
    /// that counted its users up and down would wait for each other.
    pub fn sachverhalt(&self, fall: &Kandidat) -> Sachverhalt<&'a Schliessungslage> {
        let Quartalslage { grundlage, quartal, .. } = *self.quartal;
        let behandlungen =
            fall.patient.map_or(&[][..], |patient| grundlage.rueckblick.behandlungen(patient));
        let (platz, nachrangige) = match (fall.benannt, fall.patient) {
            (Some(benannt), _) => {
                (grundlage.stammdaten.schliessung_fuer(benannt, quartal), Vec::new())
            }
            (None, Some(_)) => self.waehlbare(behandlungen),
            (None, None) => (None, Vec::new()),
        };
        let lage = platz.map(|platz| self.lage(platz));
        let rueckblick = match (fall.patient, platz) {
            (Some(_), Some(platz)) => self.rueckblick_in(behandlungen, platz),
            (Some(_), None) if fall.benannt.is_none() => self.rueckblick_ohne_schliessung(),
            _ => Rueckblick::default(),
        };
        Sachverhalt {
            praxis: fall.praxis,
            praxis_art: self.art,
            quartal: fall.quartal,
            satzart: fall.satzart,
            scheinuntergruppe: fall.scheinuntergruppe,
            patient_bekannt: fall.patient.is_some(),
            tage: fall.tage,
            tage_hausarzt: fall.tage_hausarzt,
            markierung: fall.markierung,
            benannt: fall.benannt,
            bewilligung: lage.and_then(|lage| self.bewilligung(lage.praxis)),
            schliessung: lage,
            nachrangige,
            rueckblick,
        }
    }

    /// Returns the closure that a case naming none concerns, and those that it was preferred to: of
    /// those whose window has begun by Q and in whose look-back the patient was treated, first those
    /// whose window holds Q, then those for which P holds a Bewilligung valid in Q, then the latest D,
    /// then the lowest BSNR.
    fn waehlbare(&self, behandlungen: &[Behandlung]) -> (Option<usize>, Vec<Nachrangige>) {
        let quartal = self.quartal.quartal;
        let rang = |platz: usize| {
            let (lage, zeiten) = (self.lage(platz), &self.quartal.zeiten[platz]);
            (
                quartal <= zeiten.zeitraum.1,
                self.bewilligung(lage.praxis).is_some(),
                lage.letzter_tag,
                std::cmp::Reverse(lage.praxis),
            )
        };
        let mut orte = behandlungen
            .chunk_by(|a, b| a.schliessung == b.schliessung)
            .filter(|in_z| {
                let zeiten = &self.quartal.zeiten[in_z[0].schliessung as usize];
                zeiten.zeitraum.0 <= quartal && in_z.iter().any(|b| self.quartal.zaehlt(b))
            })
            .map(|in_z| in_z[0].schliessung as usize);
        let Some(einziger) = orte.next() else { return (None, Vec::new()) };
        let mut alle: Vec<usize> = orte.collect();
        if alle.is_empty() {
            return (Some(einziger), Vec::new());
        }
        alle.push(einziger);
        alle.sort_unstable_by_key(|platz| std::cmp::Reverse((rang(*platz), *platz)));
        let nachrangige = alle[1..].iter().map(|platz| self.nachrangige(*platz)).collect();
        (Some(alle[0]), nachrangige)
    }

    fn nachrangige(&self, platz: usize) -> Nachrangige {
        let Schliessungslage { praxis, letzter_tag, .. } = *self.lage(platz);
        Nachrangige { praxis, letzter_tag, bewilligung: self.bewilligung(praxis) }
    }

    /// What the look-back of one Z says about a patient.
    fn rueckblick_in(&self, behandlungen: &[Behandlung], platz: usize) -> Rueckblick {
        let in_z = behandlungen.iter().filter(|b| b.schliessung as usize == platz);
        let mut behandelt: Vec<(Quartal, Tag)> = Vec::new();
        // They are in the order of their quarters; the last day of each counts.
        for b in in_z.filter(|b| self.quartal.zaehlt(b)) {
            match behandelt.last_mut() {
                Some((quartal, tag)) if *quartal == b.quartal => *tag = b.letzter_tag.max(*tag),
                _ => behandelt.push((b.quartal, b.letzter_tag)),
            }
        }
        Rueckblick { behandelt, fehlend: self.quartal.zeiten[platz].fehlend.clone() }
    }

    /// Row 15 without a named Z: the quarters missing of any Z for which P has a valid Bewilligung
    /// and whose window holds Q.
    fn rueckblick_ohne_schliessung(&self) -> Rueckblick {
        if self.bewilligungen.is_empty() {
            return Rueckblick::default();
        }
        let Quartalslage { grundlage, quartal, .. } = *self.quartal;
        let kommt_in_frage = |(lage, zeiten): &(&Arc<Schliessungslage>, &Schliessungszeiten)| {
            zeiten.ist_offen_in(quartal) && self.bewilligung(lage.praxis).is_some()
        };
        let fehlend = grundlage.lagen.iter().zip(&self.quartal.zeiten).filter(kommt_in_frage);
        let fehlend = fehlend.flat_map(|(_, zeiten)| zeiten.fehlend.iter().copied()).collect();
        Rueckblick { behandelt: Vec::new(), fehlend }
    }

    /// Tells whether an unmarked case would concern a closure: P holds a Bewilligung for Z valid in Q,
    /// Q lies in Z's window, and Z treated the patient.
    pub fn haette_gekennzeichnet_werden_koennen(&self, patient: VersichertenId) -> bool {
        let Quartalslage { grundlage, quartal, .. } = *self.quartal;
        grundlage.rueckblick.behandlungen(patient).iter().any(|b| {
            let platz = b.schliessung as usize;
            self.quartal.zeiten[platz].ist_offen_in(quartal)
                && self.bewilligung(grundlage.lagen[platz].praxis).is_some()
                && self.quartal.zaehlt(b)
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
