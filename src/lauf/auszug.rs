//! Extracts of the look-back: made from claims once, and taken in their place by later runs.
//!
//! A run judges by its own rules, so an extract holds facts only; and a closure counts as covered only
//! while the reference data says the same of it as when the extract was made.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::bestand::oeffne;
use super::lieferungen::Lieferungen;
use super::{Auftrag, Bestand, Gelesen, in_eigenem_pool, lies, name};
use crate::auszug::{Abdeckung, Auszug, Behandlung, Lieferstand, Quartalsstand, Quelle};
use crate::evaluate::kandidat::Ertrag;
use crate::evaluate::rueckblick::{Rueckblickregister, verdichte};
use crate::kennung::VersichertenId;
use crate::meldung::{Code, Meldung, Meldungen, Ort, Stelle};
use crate::pseudonym::Pseudonym;
use crate::quartal::Quartal;
use crate::read::auszug;
use crate::read::eingaben::{Art, Format};
use crate::read::umschlag::Umschlag;
use crate::stammdaten::{Schliessung, Stammdaten};

/// What all extracts of a run gave, as far as its reference data says the same as theirs.
#[derive(Debug, Default)]
pub(super) struct Auszuege {
    /// Treatments, by the closures of the run.
    behandlungen: Vec<Behandlung<Pseudonym>>,
    gelesen: Vec<(u32, Quartal, Lieferstand)>,
}

/// Tells whether an input is an extract.
pub(super) fn ist_auszug(gelesen: &Gelesen) -> bool {
    gelesen.eingabe.format == Format::Auszug
}

/// Reads all extracts. Without the key no patient could be found in them.
pub(super) fn lies_alle(
    gelesen: &mut [Gelesen],
    lieferungen: &Lieferungen,
    stammdaten: Option<&Stammdaten>,
    schluessel: Option<&[u8; 32]>,
    auftrag: &Auftrag,
    meldungen: &mut Meldungen,
) -> Auszuege {
    let mut auszuege = Auszuege::default();
    let Some(schluessel) = schluessel else {
        // A key that is there but cannot be read has its own error.
        let fehlt = !gelesen.iter().any(|g| g.eingabe.art == Art::Schluessel);
        for gelesen in gelesen.iter().filter(|g| fehlt && ist_auszug(g)) {
            let text = "der Auszug enthält Pseudonyme; ohne den Schlüssel, mit dem er erstellt wurde, ist kein Patient darin \
                        zu finden; bitte schluessel.txt in den Ordner legen oder mit --schluessel nennen";
            let ort = Ort::datei(name(gelesen));
            meldungen.melde(Meldung::neu(Code::AuszugSchluessel, ort, text));
        }
        return auszuege;
    };
    let mut quellen = Vec::new();
    for gelesen in gelesen.iter_mut().filter(|g| ist_auszug(g) && !g.ersetzt) {
        let Some(roh) = oeffne(gelesen, &auftrag.zaehler, meldungen) else { continue };
        match auszug::lies(roh, name(gelesen), schluessel) {
            Ok((mut auszug, pruefsumme)) => {
                gelesen.pruefsumme = Some(pruefsumme);
                let datei = Ort::datei(name(gelesen));
                quellen.extend(
                    std::mem::take(&mut auszug.quellen).into_iter().map(|q| (datei.clone(), q)),
                );
                if let Some(stammdaten) = stammdaten {
                    auszuege.nimm(auszug, stammdaten, &datei, meldungen);
                }
            }
            Err(meldung) => meldungen.melde(meldung),
        }
    }
    pruefe_ersatz(&quellen, gelesen, lieferungen, meldungen);
    verdichte(&mut auszuege.behandlungen);
    auszuege
}

/// A delivery that replaces another one replaces it in an extract, too; and what an extract has already
/// replaced must not come back beside it.
fn pruefe_ersatz(
    quellen: &[(Ort, Quelle)],
    gelesen: &[Gelesen],
    lieferungen: &Lieferungen,
    meldungen: &mut Meldungen,
) {
    let umschlaege = gelesen.iter().zip(&lieferungen.umschlaege).zip(&lieferungen.ersetzt);
    let daneben = umschlaege
        .filter(|((g, _), _)| g.eingabe.art == Art::Rueckblick && !ist_auszug(g))
        .filter_map(|((_, umschlag), ersetzt)| umschlag.as_ref().filter(|_| !ersetzt));
    let mut alle: BTreeSet<(&Ort, &str, Option<&str>)> = quellen
        .iter()
        .map(|(ort, quelle)| (ort, &*quelle.lieferung, quelle.ersatz_fuer.as_deref()))
        .collect();
    if alle.is_empty() {
        return;
    }
    alle.extend(daneben.map(|u| (&u.ort, &*u.lieferung, u.ersatz_fuer.as_deref())));
    let nachfolger: BTreeMap<&str, (&Ort, &str)> = alle
        .iter()
        .filter_map(|(ort, lieferung, ersatz_fuer)| Some(((*ersatz_fuer)?, (*ort, *lieferung))))
        .collect();
    for (ort, lieferung, _) in &alle {
        let Some((anderer, durch)) = nachfolger.get(lieferung) else { continue };
        let text = format!(
            "die Lieferung {lieferung} wird durch {durch} in {} ersetzt, aber eine von beiden steht in einem Auszug; bitte \
             den Auszug aus den gültigen Lieferungen neu erstellen oder die ersetzte entfernen",
            anderer.datei
        );
        meldungen.melde(Meldung::neu(Code::AuszugVeraltet, (*ort).clone(), text));
    }
}

impl Auszuege {
    /// Tells whether there is nothing in them.
    pub(super) fn ist_leer(&self) -> bool {
        self.behandlungen.is_empty()
    }

    /// Tells whether somebody is a closed practice's patient.
    pub(super) fn kennt(&self, patient: Pseudonym) -> bool {
        self.behandlungen.binary_search_by_key(&patient, |b| b.patient).is_ok()
    }

    /// Takes what an extract says of closures that the reference data has in the same way.
    fn nimm(
        &mut self,
        auszug: Auszug,
        stammdaten: &Stammdaten,
        datei: &Ort,
        meldungen: &mut Meldungen,
    ) {
        let mut plaetze = Vec::new();
        for abdeckung in &auszug.schliessungen {
            let befund = passt(abdeckung, stammdaten);
            if let Some(grund) = &befund.grund {
                let text = format!(
                    "{grund}; davon wird nichts verwendet; bitte die Abrechnungen nach rueckblick/ legen oder den Auszug \
                     mit diesen Stammdaten neu erstellen"
                );
                let ort = Ort::neu(&datei.datei, abdeckung.stelle);
                meldungen.melde(Meldung::neu(Code::AuszugPasstNicht, ort, text));
            }
            for stand in
                abdeckung.quartale.iter().filter(|stand| befund.quartale.contains(&stand.quartal))
            {
                self.gelesen.push((befund.platz, stand.quartal, stand.stand));
            }
            plaetze.push(befund);
        }
        let mut behandlungen = auszug.behandlungen;
        behandlungen.retain_mut(|behandlung| {
            let Some(befund) = plaetze.get(behandlung.schliessung as usize) else { return false };
            behandlung.schliessung = befund.platz;
            befund.quartale.contains(&behandlung.quartal)
        });
        if self.behandlungen.is_empty() {
            self.behandlungen = behandlungen;
        } else {
            self.behandlungen.append(&mut behandlungen);
        }
    }

    /// Adds the extracts to what claims of the run gave. Patients whom these claims name are known by
    /// their Versicherten-ID from then on.
    pub(super) fn ergaenze(
        self,
        register: &mut Rueckblickregister,
        schluessel: Option<&[u8; 32]>,
        ertrag: &Ertrag,
    ) {
        for (schliessung, quartal, stand) in &self.gelesen {
            register.gelesen_im_auszug(*schliessung, *quartal, *stand);
        }
        let Some(schluessel) = schluessel.filter(|_| !self.behandlungen.is_empty()) else { return };
        let kandidaten = ertrag.kandidaten.iter().filter_map(|kandidat| kandidat.patient);
        let ungekennzeichnete = ertrag.ungekennzeichnet.iter().map(|fall| fall.patient);
        let mut patienten: Vec<VersichertenId> = kandidaten.chain(ungekennzeichnete).collect();
        let je_patient = register.alle().chunk_by(|a, b| a.patient == b.patient);
        patienten.extend(je_patient.map(|einer| einer[0].patient));
        patienten.par_sort_unstable();
        patienten.dedup();
        // Most of them are no closed practice's: these are not held.
        let mut bekannte: Vec<(Pseudonym, VersichertenId)> = patienten
            .into_par_iter()
            .map(|id| (Pseudonym::neu(id, schluessel), id))
            .filter(|(pseudonym, _)| self.kennt(*pseudonym))
            .collect();
        bekannte.par_sort_unstable();
        register.nimm_auszuege(self.behandlungen, &bekannte);
    }
}

/// What of a closure in an extract can be used.
struct Befund {
    /// Index of the closure in the reference data.
    platz: u32,
    quartale: Vec<Quartal>,
    /// Why not all of it.
    grund: Option<String>,
}

/// Compares a closure with that of the reference data. The extract has read its claims by D, kind and
/// Betriebsstätten: with others it would have read something else.
fn passt(abdeckung: &Abdeckung, stammdaten: &Stammdaten) -> Befund {
    let praxis = abdeckung.praxis;
    let nichts = |grund| Befund { platz: u32::MAX, quartale: Vec::new(), grund: Some(grund) };
    let Some(platz) = stammdaten.schliessung(praxis) else {
        return nichts(format!("die Stammdaten kennen keine Schließung der Praxis {praxis}"));
    };
    let Schliessung { letzter_tag, art, .. } = stammdaten.schliessungen[platz];
    if letzter_tag != abdeckung.letzter_tag {
        let (alt, neu) = (abdeckung.letzter_tag.deutsch(), letzter_tag.deutsch());
        return nichts(format!(
            "der Auszug kennt die Schließung der Praxis {praxis} am {alt}, die Stammdaten am {neu}"
        ));
    }
    if art != abdeckung.art {
        return nichts(format!(
            "der Auszug kennt die Praxis {praxis} als {}, die Stammdaten als {}",
            abdeckung.art.name(),
            art.name()
        ));
    }
    let gleich = |stand: &&Quartalsstand| {
        stand.betriebsstaetten == stammdaten.betriebsstaetten(praxis, stand.quartal)
    };
    let (gleiche, andere): (Vec<_>, Vec<_>) = abdeckung.quartale.iter().partition(gleich);
    let liste = andere.iter().map(|stand| stand.quartal.to_string()).collect::<Vec<_>>().join(", ");
    let grund = (!andere.is_empty()).then(|| {
        format!(
            "für die Praxis {praxis} zählen nach den Stammdaten in {liste} andere Betriebsstätten als im Auszug"
        )
    });
    let platz = u32::try_from(platz).unwrap_or(u32::MAX);
    Befund { platz, quartale: gleiche.iter().map(|stand| stand.quartal).collect(), grund }
}

/// An extract that was made, and what was read for it.
#[derive(Debug)]
pub struct Gewonnen {
    /// The extract.
    pub auszug: Auszug,
    /// Key of its pseudonyms.
    pub schluessel: [u8; 32],
    /// The inputs.
    pub gelesen: Vec<Gelesen>,
    /// Cases read.
    pub faelle: u64,
    /// Different patients.
    pub patienten: usize,
    /// Everything noticed.
    pub meldungen: Meldungen,
}

/// Makes an extract of the claims that are given for the look-back (`Art::Rueckblick`), for every
/// closure of the reference data. They are read as a run reads them, with every check of a run.
///
/// # Errors
/// All errors of all inputs, up to the limit per code.
pub fn ziehe_aus(auftrag: &Auftrag) -> Result<Gewonnen, Meldungen> {
    in_eigenem_pool(auftrag, || {
        let noetig = [Art::Stammdaten, Art::Rueckblick, Art::Schluessel];
        gewinne(lies(auftrag, &noetig))
    })
}

fn gewinne(bestand: Bestand) -> Result<Gewonnen, Meldungen> {
    let Bestand { meldungen, mut faelle, gelesen, stammdaten, .. } = bestand;
    let umschlaege = gelesen.iter().zip(bestand.lieferungen.umschlaege);
    let lieferungen: Vec<(&Gelesen, Umschlag)> = umschlaege
        .filter(|(g, _)| g.eingabe.art == Art::Rueckblick && !g.ersetzt)
        .filter_map(|(gelesen, umschlag)| Some((gelesen, umschlag?)))
        .collect();
    let bis = lieferungen.iter().filter_map(|(_, umschlag)| umschlag.quartal()).max();
    let (Some(schluessel), Some(bis), false) = (bestand.schluessel, bis, meldungen.hat_fehler())
    else {
        return Err(meldungen);
    };
    let register = std::mem::take(&mut faelle.ertrag.rueckblick).fertig();
    let abdeckung = |(platz, schliessung): (usize, &Schliessung)| {
        let letztes = schliessung.letzter_tag.quartal();
        let nummer = u32::try_from(platz).unwrap_or(u32::MAX);
        let quartale = letztes.plus(-bestand.rueckblick_quartale).bis(letztes);
        Abdeckung {
            praxis: schliessung.praxis,
            letzter_tag: schliessung.letzter_tag,
            art: schliessung.art,
            quartale: quartale
                .map(|quartal| Quartalsstand {
                    quartal,
                    stand: stand(&register, nummer, quartal),
                    betriebsstaetten: stammdaten.betriebsstaetten(schliessung.praxis, quartal),
                })
                .collect(),
            stelle: Stelle::default(),
        }
    };
    let schliessungen = stammdaten.schliessungen.iter().enumerate().map(abdeckung).collect();
    let patienten = register.patienten(|_| true);
    let mut behandlungen = pseudonymisiert(register.in_behandlungen(), &schluessel);
    behandlungen.par_sort_unstable_by_key(|b| {
        (b.schliessung, b.quartal, b.satzart, b.scheinuntergruppe, b.fachgruppe, b.patient)
    });
    let status = lieferungen.iter().find_map(|(_, umschlag)| umschlag.status);
    let kv = lieferungen.iter().find_map(|(_, umschlag)| umschlag.kv);
    let mut quellen: Vec<Quelle> = lieferungen.into_iter().map(quelle).collect();
    quellen.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Gewonnen {
        auszug: Auszug { status, kv, bis, quellen, schliessungen, behandlungen },
        schluessel,
        gelesen,
        faelle: faelle.rueckblick,
        patienten,
        meldungen,
    })
}

/// Gives every patient its pseudonym. What is done is given back at once, so that memory never holds
/// all treatments twice.
fn pseudonymisiert(
    mut behandlungen: Vec<Behandlung>,
    schluessel: &[u8; 32],
) -> Vec<Behandlung<Pseudonym>> {
    const STUECK: usize = 1 << 16;
    let mut fertige = Vec::with_capacity(behandlungen.len());
    while !behandlungen.is_empty() {
        let stueck = behandlungen.split_off(behandlungen.len().saturating_sub(STUECK));
        behandlungen.shrink_to_fit();
        for einer in stueck.chunk_by(|a, b| a.patient == b.patient) {
            let pseudonym = Pseudonym::neu(einer[0].patient, schluessel);
            fertige.extend(einer.iter().map(|behandlung| behandlung.von(pseudonym)));
        }
    }
    fertige
}

fn quelle((gelesen, umschlag): (&Gelesen, Umschlag)) -> Quelle {
    Quelle {
        name: name(gelesen).to_string(),
        blake3: gelesen.pruefsumme.as_ref().map_or(String::new(), |summe| summe.blake3.clone()),
        lieferung: umschlag.lieferung,
        ersatz_fuer: umschlag.ersatz_fuer,
    }
}

fn stand(register: &Rueckblickregister, schliessung: u32, quartal: Quartal) -> Lieferstand {
    if !register.ist_gelesen(schliessung, quartal) {
        Lieferstand::Fehlt
    } else if register.ist_nur_nachgeliefert(schliessung, quartal) {
        Lieferstand::Nachzuegler
    } else {
        Lieferstand::Regulaer
    }
}
