//! Extracts of the look-back: made from claims once, and taken in their place by later runs.
//!
//! A run judges by its own rules, so an extract holds facts only; and a closure counts as covered only
//! while the reference data says the same of it as when the extract was made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::bestand::oeffne;
use super::lieferungen::Lieferungen;
use super::{Auftrag, Bestand, Gelesen, in_eigenem_pool, lies, name};
use crate::auszug::{Abdeckung, Auszug, Behandlung, Lieferstand, Quartalsstand, Quelle};
use crate::evaluate::kandidat::Ertrag;
use crate::evaluate::rueckblick::{Rueckblickregister, verdichte};
use crate::kennung::{Praxis, VersichertenId};
use crate::meldung::{Code, Meldung, Meldungen, Ort, Stelle};
use crate::pseudonym::Pseudonym;
use crate::quartal::Quartal;
use crate::read::eingaben::{Art, Format};
use crate::read::umschlag::Umschlag;
use crate::read::{Block, auszug};
use crate::stammdaten::{Schliessung, Stammdaten};

/// What all extracts of a run gave, as far as its reference data says the same as theirs.
#[derive(Debug, Default)]
pub(super) struct Auszuege {
    /// Treatments, by the closures of the run.
    behandlungen: Vec<Behandlung<Pseudonym>>,
    gelesen: Vec<(u32, Quartal, Lieferstand)>,
    /// The claims files that they were made of, each with its extract.
    quellen: Vec<(Arc<str>, Quelle)>,
    /// Ids of deliveries that should not be used any more: this has been reported.
    veraltet: BTreeSet<String>,
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
    for gelesen in gelesen.iter_mut().filter(|g| ist_auszug(g) && !g.ersetzt) {
        let Some(roh) = oeffne(gelesen, &auftrag.zaehler, meldungen) else { continue };
        match auszug::lies(roh, name(gelesen), schluessel) {
            Ok((mut auszug, pruefsumme)) => {
                gelesen.pruefsumme = Some(pruefsumme);
                let datei = name(gelesen);
                let quellen = std::mem::take(&mut auszug.quellen).into_iter();
                auszuege.quellen.extend(quellen.map(|quelle| (Arc::clone(datei), quelle)));
                if let Some(stammdaten) = stammdaten {
                    auszuege.nimm(auszug, stammdaten, &Ort::datei(datei), meldungen);
                }
            }
            Err(meldung) => meldungen.melde(meldung),
        }
    }
    auszuege.veraltet = pruefe_ersatz(&auszuege.quellen, gelesen, lieferungen, meldungen);
    verdichte(&mut auszuege.behandlungen);
    auszuege
}

/// A delivery that replaces another one replaces it in an extract, too; and what an extract has already
/// replaced must not come back beside it. A delivery that is replaced itself counts as well: it may be
/// what links the first of a chain with the last. Returns the ids of what must not be used.
fn pruefe_ersatz(
    quellen: &[(Arc<str>, Quelle)],
    gelesen: &[Gelesen],
    lieferungen: &Lieferungen,
    meldungen: &mut Meldungen,
) -> BTreeSet<String> {
    if quellen.is_empty() {
        return BTreeSet::new();
    }
    let umschlaege = gelesen.iter().zip(&lieferungen.umschlaege);
    let daneben = umschlaege
        .filter(|(g, _)| g.eingabe.art == Art::Rueckblick && !ist_auszug(g))
        .filter_map(|(g, umschlag)| Some((g.ersetzt, umschlag.as_ref()?)))
        .map(|(ersetzt, u)| (u.ort.clone(), &*u.lieferung, u.ersatz_fuer.as_deref(), ersetzt));
    // In one order, whatever that of the files: place, delivery, what it replaces, whether it is replaced.
    let alle: BTreeSet<(Ort, &str, Option<&str>, bool)> = quellen
        .iter()
        .map(|(datei, q)| (Ort::datei(datei), &*q.lieferung, q.ersatz_fuer.as_deref(), q.ersetzt))
        .chain(daneben)
        .collect();
    let nachfolger: BTreeMap<&str, (&Ort, &str)> = alle
        .iter()
        .filter_map(|(ort, lieferung, ersatz_fuer, _)| Some(((*ersatz_fuer)?, (ort, *lieferung))))
        .collect();
    let mut veraltet = BTreeSet::new();
    for (ort, lieferung, _, _) in alle.iter().filter(|(.., ersetzt)| !ersetzt) {
        let Some((anderer, durch)) = nachfolger.get(lieferung) else { continue };
        let text = format!(
            "die Lieferung {lieferung} wird durch {durch} in {} ersetzt, aber eine von beiden steht in einem Auszug; bitte \
             den Auszug aus den gültigen Lieferungen neu erstellen oder die ersetzte entfernen",
            anderer.datei
        );
        meldungen.melde(Meldung::neu(Code::AuszugVeraltet, ort.clone(), text));
        veraltet.insert((*lieferung).to_owned());
    }
    veraltet
}

/// A practice that a claims file brought, in an extract or as it is.
struct Gebracht<'a> {
    /// Hash of the claims file.
    blake3: &'a str,
    lieferung: &'a str,
    /// The extract that it is in, and its name there.
    auszug: Option<(&'a str, &'a str)>,
    ort: Ort,
}

impl Gebracht<'_> {
    fn beschrieben(&self) -> String {
        let Self { lieferung, ort, .. } = self;
        match self.auszug {
            Some((_, name)) => format!("{name} (Lieferung {lieferung}, im Auszug {ort})"),
            None => format!("{ort} (Lieferung {lieferung})"),
        }
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

    /// A practice may come from one claims file in a quarter, wherever that one is: in several extracts,
    /// or beside them. Of files that were read together, for one extract or as claims of this run, the
    /// reading has told that they are parts of one delivery.
    pub(super) fn pruefe_doppelte(
        &self,
        bloecke: &BTreeMap<usize, Vec<Block>>,
        gelesen: &[Gelesen],
        lieferungen: &Lieferungen,
        meldungen: &mut Meldungen,
    ) {
        let mut zusammen: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
        let mut je_praxis: BTreeMap<(Quartal, Praxis), Vec<Gebracht<'_>>> = BTreeMap::new();
        let quellen = self.quellen.iter();
        for (datei, quelle) in quellen.filter(|(_, q)| !self.veraltet.contains(&q.lieferung)) {
            let Quelle { blake3, lieferung, quartal, .. } = quelle;
            zusammen.entry(blake3).or_default().insert(Some(datei));
            for praxis in &quelle.betriebsstaetten {
                let auszug = Some((&**datei, &*quelle.name));
                let ort = Ort::neu(datei, quelle.stelle);
                let gebracht = Gebracht { blake3, lieferung, auszug, ort };
                je_praxis.entry((*quartal, *praxis)).or_default().push(gebracht);
            }
        }
        for (platz, bloecke) in bloecke {
            let (summe, umschlag) = (&gelesen[*platz].pruefsumme, &lieferungen.umschlaege[*platz]);
            // What could not be read has its own error.
            let (Some(summe), Some(umschlag)) = (summe, umschlag) else { continue };
            let Some(quartal) = umschlag.quartal() else { continue };
            if self.veraltet.contains(&umschlag.lieferung) {
                continue;
            }
            let (blake3, lieferung) = (&*summe.blake3, &*umschlag.lieferung);
            zusammen.entry(blake3).or_default().insert(None);
            for block in bloecke {
                // Only what an extract has brought, too.
                let schluessel = (quartal, block.bsnr.praxis());
                let Some(gebracht) = je_praxis.get_mut(&schluessel) else { continue };
                let ort = Ort::neu(name(&gelesen[*platz]), block.stelle);
                gebracht.push(Gebracht { blake3, lieferung, auszug: None, ort });
            }
        }
        for ((quartal, praxis), gebracht) in je_praxis {
            for (nummer, hier) in gebracht.iter().enumerate() {
                let vertraegt = |dort: &&Gebracht<'_>| {
                    dort.blake3 == hier.blake3
                        || !zusammen[dort.blake3].is_disjoint(&zusammen[hier.blake3])
                };
                let Some(dort) = gebracht[..nummer].iter().find(|dort| !vertraegt(dort)) else {
                    continue;
                };
                let text = format!(
                    "die Praxis {praxis} ist für {quartal} in {} geliefert und schon in {}; erwartet wird jede Praxis aus \
                     einer Lieferung oder aus derselben, Byte für Byte gleichen Datei; bitte eine der beiden entfernen und \
                     einen Auszug, der sie enthält, aus den gültigen Lieferungen neu erstellen",
                    hier.beschrieben(),
                    dort.beschrieben()
                );
                meldungen.melde(Meldung::neu(Code::PraxisDoppelt, hier.ort.clone(), text));
            }
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
    let lieferungen: Vec<(usize, Umschlag)> = (0..)
        .zip(bestand.lieferungen.umschlaege)
        .filter(|(platz, _)| gelesen[*platz].eingabe.art == Art::Rueckblick)
        .filter_map(|(platz, umschlag)| Some((platz, umschlag?)))
        .collect();
    let gueltige = || lieferungen.iter().filter(|(platz, _)| !gelesen[*platz].ersetzt);
    let bis = gueltige().filter_map(|(_, umschlag)| umschlag.quartal()).max();
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
    let schliessungen: Vec<Abdeckung> =
        stammdaten.schliessungen.iter().enumerate().map(abdeckung).collect();
    let patienten = register.patienten(|_| true);
    let mut behandlungen = pseudonymisiert(register.in_behandlungen(), &schluessel);
    behandlungen.par_sort_unstable_by_key(|b| {
        (b.schliessung, b.quartal, b.satzart, b.scheinuntergruppe, b.fachgruppe, b.patient)
    });
    let status = gueltige().find_map(|(_, umschlag)| umschlag.status);
    let kv = gueltige().find_map(|(_, umschlag)| umschlag.kv);
    let quartale = schliessungen.iter().flat_map(|schliessung| &schliessung.quartale);
    let alle: BTreeSet<Praxis> =
        quartale.flat_map(|stand| stand.betriebsstaetten.iter().copied()).collect();
    let quellen = lieferungen.iter().filter_map(|(platz, umschlag)| {
        let bloecke = faelle.bloecke_im_rueckblick.get(platz).map_or(&[][..], Vec::as_slice);
        let geliefert: BTreeSet<Praxis> = bloecke.iter().map(|block| block.bsnr.praxis()).collect();
        let betriebsstaetten = geliefert.intersection(&alle).copied().collect();
        quelle(&gelesen[*platz], umschlag, betriebsstaetten)
    });
    let mut quellen: Vec<Quelle> = quellen.collect();
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

/// Describes a claims file; its envelope always names a quarter.
fn quelle(gelesen: &Gelesen, umschlag: &Umschlag, betriebsstaetten: Vec<Praxis>) -> Option<Quelle> {
    Some(Quelle {
        name: name(gelesen).to_string(),
        blake3: gelesen.pruefsumme.as_ref().map_or(String::new(), |summe| summe.blake3.clone()),
        lieferung: umschlag.lieferung.clone(),
        ersatz_fuer: umschlag.ersatz_fuer.clone(),
        ersetzt: gelesen.ersetzt,
        quartal: umschlag.quartal()?,
        betriebsstaetten,
        stelle: Stelle::default(),
    })
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
