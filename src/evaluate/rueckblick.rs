//! Who was a patient of a closed practice: the look-back of § 9 Abs. 3 Satz 2, over every delivery.
//!
//! Facts are collected, not judgements: a late case is decided by its own quarter's rules, which may
//! read the same treatment differently.
//!
//! Memory grows with the closed practices' patients only.

use std::collections::BTreeSet;

use crate::auszug::Lieferstand;
use crate::fall::Fall;
use crate::kennung::VersichertenId;
use crate::pseudonym::Pseudonym;
use crate::quartal::Quartal;
use crate::stammdaten::{Praxisart, Schliessung};

pub use crate::auszug::Behandlung;

impl<P: Copy + Ord> Behandlung<P> {
    /// What makes two treatments one, besides their days.
    fn schluessel(&self) -> impl PartialEq + use<P> {
        let Self { patient, schliessung, quartal, satzart, scheinuntergruppe, fachgruppe, .. } =
            *self;
        (patient, schliessung, quartal, satzart, scheinuntergruppe, fachgruppe)
    }
}

/// Sorts treatments and merges those that are one; of several days the last stays.
pub fn verdichte<P: Copy + Ord>(behandlungen: &mut Vec<Behandlung<P>>) {
    // mostly in order piece by piece, as the files gave them: this sort only joins such pieces
    behandlungen.sort();
    behandlungen.dedup_by(|spaeter, frueher| {
        let gleich = spaeter.schluessel() == frueher.schluessel();
        if gleich {
            frueher.letzter_tag = spaeter.letzter_tag;
        }
        gleich
    });
}

/// What a case of a closed practice meant for the look-back; the caller reports what is odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Auffaellig {
    /// Services after D: they do not count.
    pub leistungen_nach_schliessung: usize,
    /// The case has no service, so it shows no treatment.
    pub ohne_leistung: bool,
}

/// The treatments and the quarters read, as far as they have been collected.
#[derive(Debug, Default)]
pub struct Rueckblicksammlung {
    behandlungen: Vec<Behandlung>,
    sortiert: usize,
    gelesen: BTreeSet<(u32, Quartal)>,
    von_regulaerer_lieferung: BTreeSet<(u32, Quartal)>,
}

impl Rueckblicksammlung {
    /// Takes a case of the closed practice with index `platz`, from a delivery for quarter `lieferung`.
    /// `quartale`: how many a look-back has at most, besides the quarter of D.
    pub fn merke(
        &mut self,
        fall: &Fall<'_>,
        (platz, schliessung): (u32, &Schliessung),
        lieferung: Quartal,
        quartale: i32,
    ) -> Auffaellig {
        let d = schliessung.letzter_tag;
        self.gelesen.insert((platz, fall.quartal));
        if lieferung == fall.quartal {
            self.von_regulaerer_lieferung.insert((platz, fall.quartal));
        }
        // No reading of the look-back reaches further than one quarter before the four.
        let fruehestes = d.quartal().plus(-quartale);
        let im_rueckblick = fruehestes <= fall.quartal && fall.quartal <= d.quartal();
        if let Some(patient) = fall.versicherter.filter(|_| im_rueckblick) {
            let bis_d = fall.tag.iter().zip(fall.lanr).filter(|(tag, _)| **tag <= d);
            for (tag, lanr) in bis_d {
                let gemischt = schliessung.art == Praxisart::Gemischt;
                self.behandlungen.push(Behandlung {
                    patient,
                    schliessung: platz,
                    quartal: fall.quartal,
                    satzart: fall.satzart,
                    scheinuntergruppe: fall.scheinuntergruppe,
                    fachgruppe: if gemischt { lanr.fachgruppe() } else { 0 },
                    letzter_tag: *tag,
                });
            }
            self.verdichte_bei_bedarf();
        }
        Auffaellig {
            leistungen_nach_schliessung: fall.tag.iter().filter(|tag| d < **tag).count(),
            ohne_leistung: im_rueckblick && fall.tag.is_empty(),
        }
    }

    /// Condenses what one file gave, on the thread that read it: pieces in order are quick to join.
    pub fn schliesse_datei_ab(&mut self) {
        if !self.behandlungen.is_empty() {
            self.verdichte();
        }
    }

    /// Adds what another thread collected.
    pub fn uebernimm(&mut self, andere: Self) {
        self.behandlungen.extend(andere.behandlungen);
        self.verdichte_bei_bedarf();
        self.gelesen.extend(andere.gelesen);
        self.von_regulaerer_lieferung.extend(andere.von_regulaerer_lieferung);
    }

    /// Returns the patients collected so far, in any order, some of them several times.
    pub fn patienten(&self) -> impl Iterator<Item = VersichertenId> {
        self.behandlungen.iter().map(|behandlung| behandlung.patient)
    }

    /// Keeps the list near the number of patients, not of cases.
    fn verdichte_bei_bedarf(&mut self) {
        if 1024 + 2 * self.sortiert <= self.behandlungen.len() {
            self.verdichte();
        }
    }

    fn verdichte(&mut self) {
        verdichte(&mut self.behandlungen);
        self.behandlungen.shrink_to_fit();
        self.sortiert = self.behandlungen.len();
    }

    /// Ends the collection.
    pub fn fertig(mut self) -> Rueckblickregister {
        self.verdichte();
        Rueckblickregister {
            behandlungen: self.behandlungen,
            fremde: Vec::new(),
            gelesen: self.gelesen,
            von_regulaerer_lieferung: self.von_regulaerer_lieferung,
            unvollstaendig: BTreeSet::new(),
        }
    }
}

/// The look-back of a run, complete.
#[derive(Debug, Default)]
pub struct Rueckblickregister {
    behandlungen: Vec<Behandlung>,
    /// Those of patients whom no claims of the run name: nobody can ask for them, but they count.
    fremde: Vec<Behandlung<Pseudonym>>,
    gelesen: BTreeSet<(u32, Quartal)>,
    von_regulaerer_lieferung: BTreeSet<(u32, Quartal)>,
    unvollstaendig: BTreeSet<u32>,
}

impl Rueckblickregister {
    /// Notes that claims of Z may have been left out: late cases too, so none of its quarters is complete.
    pub fn ausgelassen(&mut self, schliessung: u32) {
        self.unvollstaendig.insert(schliessung);
    }

    /// Takes that claims of Z for `quartal` had been read for an extract.
    pub fn gelesen_im_auszug(&mut self, schliessung: u32, quartal: Quartal, stand: Lieferstand) {
        if stand != Lieferstand::Fehlt {
            self.gelesen.insert((schliessung, quartal));
        }
        if stand == Lieferstand::Regulaer {
            self.von_regulaerer_lieferung.insert((schliessung, quartal));
        }
    }

    /// Takes the treatments of extracts, [condensed](verdichte). `bekannte` are those of their patients
    /// whom claims of the run name, by pseudonym.
    pub fn nimm_auszuege(
        &mut self,
        mut behandlungen: Vec<Behandlung<Pseudonym>>,
        bekannte: &[(Pseudonym, VersichertenId)],
    ) {
        behandlungen.retain(|behandlung| {
            let platz =
                bekannte.binary_search_by_key(&behandlung.patient, |(pseudonym, _)| *pseudonym);
            if let Ok(platz) = platz {
                self.behandlungen.push(behandlung.von(bekannte[platz].1));
            }
            platz.is_err()
        });
        verdichte(&mut self.behandlungen);
        self.fremde = behandlungen;
    }

    /// Returns all treatments of claims, by patient, closure and quarter.
    pub fn alle(&self) -> &[Behandlung] {
        &self.behandlungen
    }

    /// Gives away all treatments of claims.
    pub fn in_behandlungen(self) -> Vec<Behandlung> {
        self.behandlungen
    }

    /// Tells whether claims of Z for `quartal` were read, and none were left out.
    pub fn ist_gelesen(&self, schliessung: u32, quartal: Quartal) -> bool {
        self.gelesen.contains(&(schliessung, quartal))
            && !self.unvollstaendig.contains(&schliessung)
    }

    /// Tells whether of a quarter that counts as read only late cases were read.
    pub fn ist_nur_nachgeliefert(&self, schliessung: u32, quartal: Quartal) -> bool {
        self.ist_gelesen(schliessung, quartal)
            && !self.von_regulaerer_lieferung.contains(&(schliessung, quartal))
    }

    /// Returns all treatments of a patient, by closure and quarter.
    pub fn behandlungen(&self, patient: VersichertenId) -> &[Behandlung] {
        let ab = self.behandlungen.partition_point(|b| b.patient < patient);
        // They are few, so counting them is quicker than searching their end.
        let anzahl = self.behandlungen[ab..].iter().take_while(|b| b.patient == patient).count();
        &self.behandlungen[ab..ab + anzahl]
    }

    /// Returns how many different patients the closed practices had by treatments that count.
    pub fn patienten(&self, zaehlt: impl Fn(&Behandlung<()>) -> bool) -> usize {
        verschiedene(&self.behandlungen, &zaehlt) + verschiedene(&self.fremde, &zaehlt)
    }
}

/// Counts the patients of treatments that are sorted by them.
fn verschiedene<P: Eq>(
    behandlungen: &[Behandlung<P>],
    zaehlt: impl Fn(&Behandlung<()>) -> bool,
) -> usize {
    let je_patient = behandlungen.chunk_by(|a, b| a.patient == b.patient);
    je_patient.filter(|einer| einer.iter().any(|b| zaehlt(&b.von(())))).count()
}

#[cfg(test)]
mod tests;
