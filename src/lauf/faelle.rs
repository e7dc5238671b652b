//! All claims files in parallel: each is read in batches by one thread, and only what must be
//! remembered of a batch outlives it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::auszug::{Auszuege, ist_auszug};
use super::bestand::{beende, oeffne};
use super::hinweis::{Offene, Sieb};
use super::lieferungen::Lieferungen;
use super::{Auftrag, Gelesen, doppelt, name, nebenher};
use crate::evaluate::kandidat::{Ertrag, Herkunft, Kontext, Zweck};
use crate::fall::Stapel;
use crate::kennung::{Bsnr, Praxis};
use crate::meldung::{Code, Meldung, Meldungen, Ort, Stufe};
use crate::parameter::{Parameter, Regeln};
use crate::quartal::Quartal;
use crate::read::eingaben::{Art, Format};
use crate::read::faelle::{Abschnitt, FaelleLeser};
use crate::read::kvdt::{Kontrollsummen, KvdtLeser};
use crate::read::roh::{Pruefsumme, Rohquelle, Zaehler};
use crate::read::umschlag::Umschlag;
use crate::read::{Abbruch, Block, FallLeser};
use crate::stammdaten::Stammdaten;

/// What all claims files gave.
#[derive(Debug, Default)]
pub(super) struct Faelle {
    /// What must be remembered of them.
    pub(super) ertrag: Ertrag,
    /// Cases of the quarter's claims, as the readers counted them.
    pub(super) abgerechnet: u64,
    /// Cases of the look-back.
    pub(super) rueckblick: u64,
    /// Practices of the quarter's claims, as delivered.
    pub(super) geliefert: BTreeSet<Praxis>,
    /// Closures of which claims may have been left out.
    pub(super) unvollstaendig: BTreeSet<u32>,
    /// Practices of the look-back's claims, by index of the input.
    pub(super) bloecke_im_rueckblick: BTreeMap<usize, Vec<Block>>,
    /// Control totals of the KVDT files.
    pub(super) kvdt: KvdtSummen,
}

/// Control totals of the KVDT files that were used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KvdtSummen {
    /// The quarter's claims.
    pub abrechnung: Kontrollsummen,
    /// The look-back.
    pub rueckblick: Kontrollsummen,
}

/// What one file gave.
struct Dateiertrag {
    ertrag: Ertrag,
    bloecke: Vec<Block>,
    abschnitte: Vec<Abschnitt>,
    sagt_alle_praxen: bool,
    pruefsumme: Option<Pruefsumme>,
    kontrollsummen: Option<Kontrollsummen>,
    meldungen: Meldungen,
    /// Schein-IDs that several cases of the practice have, for KVDT: while a file is read, those that
    /// were not known before.
    mehrfache: Arc<BTreeSet<Box<str>>>,
    /// Unmarked cases that the hint may come to count.
    offene: Offene,
}

/// Reads claims files.
pub(super) struct Leser<'a> {
    /// `None` if reference data or rules are missing: the files are validated all the same.
    pub(super) kontext: Option<Kontext<'a>>,
    pub(super) lieferungen: &'a Lieferungen,
    /// Extracts of the look-back, if there are any, and the key of their pseudonyms.
    pub(super) auszuege: Option<(&'a Auszuege, &'a [u8; 32])>,
    pub(super) auftrag: &'a Auftrag,
    pub(super) grenze: usize,
    pub(super) werkbank: Werkbank,
}

/// Batches and sets of ids that wait for the next file: of a thousand small files each would grow its
/// own anew.
#[derive(Debug, Default)]
pub(super) struct Werkbank(Mutex<Vec<(Stapel, doppelt::Fallkennungen)>>);

impl Werkbank {
    fn nimm(&self) -> (Stapel, doppelt::Fallkennungen) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn gib_zurueck(&self, stapel: Stapel, mut kennungen: doppelt::Fallkennungen) {
        kennungen.beginne_neu();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((stapel, kennungen));
    }
}

/// The practices of a file, as delivered.
fn praxen(bloecke: &[Block]) -> impl Iterator<Item = Praxis> {
    bloecke.iter().map(|block| block.bsnr.praxis())
}

/// Opens a claims file of any format.
pub(super) fn leser(
    roh: Rohquelle,
    gelesen: &Gelesen,
    meldungen: &mut Meldungen,
) -> Result<Box<dyn FallLeser>, Abbruch> {
    Ok(match gelesen.eingabe.format {
        Format::Kvdt => {
            Box::new(KvdtLeser::neu(name(gelesen), roh, Arc::clone(&gelesen.mehrfache)))
        }
        Format::Xml | Format::Text | Format::Auszug => {
            Box::new(FaelleLeser::neu(roh, name(gelesen), meldungen)?)
        }
    })
}

/// Returns what a claims file is read for; an extract is none.
fn zweck(gelesen: &Gelesen) -> Option<Zweck> {
    match gelesen.eingabe.art {
        Art::Faelle => Some(Zweck::Abrechnung),
        Art::Rueckblick if !ist_auszug(gelesen) => Some(Zweck::Rueckblick),
        _ => None,
    }
}

impl Leser<'_> {
    /// Reads all claims files. Messages of files that are left out go to `ausgelassen`.
    pub(super) fn lies(
        &self,
        gelesen: &mut [Gelesen],
        meldungen: &mut Meldungen,
        ausgelassen: &mut Meldungen,
    ) -> Faelle {
        let orte: Vec<(usize, Zweck)> = (0..gelesen.len())
            .filter(|platz| !gelesen[*platz].ersetzt)
            .filter_map(|platz| Some((platz, zweck(&gelesen[platz])?)))
            .collect();
        let (orte, mut ertraege, sieb) = self.lies_alle(orte, gelesen);
        let doppelte = self.vergleiche_dateien(&orte, gelesen, &sieb, &mut ertraege);
        let mut offene: Vec<(usize, Offene)> = Vec::new();
        let mut faelle = Faelle::default();
        let (mut weggelassen, mut ganz_geliefert) = (Vec::new(), BTreeSet::new());
        for ((platz, zweck), ertrag) in orte.into_iter().zip(ertraege) {
            let wird_ausgelassen = self.ist_auszulassen(zweck, &ertrag);
            gelesen[platz].pruefsumme = ertrag.pruefsumme;
            gelesen[platz].faelle = Some(ertrag.bloecke.iter().map(|block| block.faelle).sum());
            if wird_ausgelassen {
                gelesen[platz].ausgelassen = true;
                let praxen: BTreeSet<Praxis> = praxen(&ertrag.bloecke).collect();
                faelle.geliefert.extend(&praxen);
                Self::lasse_aus(&gelesen[platz], &praxen, meldungen);
                ausgelassen.uebernimm(ertrag.meldungen);
                let sagt_alle_praxen = ertrag.sagt_alle_praxen && self.ist_ganz(platz);
                weggelassen.push(Ausgelassen { praxen, sagt_alle_praxen });
                continue;
            }
            if zweck == Zweck::Abrechnung && self.ist_ganz(platz) {
                ganz_geliefert.extend(praxen(&ertrag.bloecke));
            }
            meldungen.uebernimm(ertrag.meldungen);
            if let Some(summen) = &ertrag.kontrollsummen {
                match zweck {
                    Zweck::Abrechnung => faelle.kvdt.abrechnung.uebernimm(summen),
                    Zweck::Rueckblick => faelle.kvdt.rueckblick.uebernimm(summen),
                }
            }
            offene.push((platz, ertrag.offene));
            faelle.nimm(ertrag.ertrag, &ertrag.bloecke, zweck);
            if zweck == Zweck::Rueckblick {
                faelle.bloecke_im_rueckblick.insert(platz, ertrag.bloecke);
            }
        }
        self.ergaenze_hinweis(&sieb, offene, gelesen, &mut faelle.ertrag);
        meldungen.uebernimm(doppelte);
        faelle.unvollstaendig = self.unvollstaendige(&weggelassen, &ganz_geliefert);
        faelle
    }

    /// Reads the files one by one: those of the look-back first, for the hint's sake.
    fn lies_alle(
        &self,
        orte: Vec<(usize, Zweck)>,
        gelesen: &[Gelesen],
    ) -> (Vec<(usize, Zweck)>, Vec<Dateiertrag>, Sieb<'_>) {
        let lies = |orte: &[(usize, Zweck)], sieb: &Sieb<'_>| -> Vec<Dateiertrag> {
            let alle = orte.par_iter().with_max_len(1).map(|(platz, zweck)| {
                let zaehler = &self.auftrag.zaehler;
                self.datei_eindeutig(*platz, &gelesen[*platz], *zweck, sieb, zaehler)
            });
            alle.collect()
        };
        let (mut orte, abrechnung): (Vec<_>, Vec<_>) =
            orte.into_iter().partition(|(_, zweck)| *zweck == Zweck::Rueckblick);
        let mut ertraege = lies(&orte, &Sieb::default());
        let bekannte = ertraege.iter().flat_map(|ertrag| ertrag.ertrag.rueckblick.patienten());
        let sieb = Sieb::neu(bekannte.collect(), self.auszuege);
        ertraege.extend(lies(&abrechnung, &sieb));
        orte.extend(abrechnung);
        (orte, ertraege, sieb)
    }

    /// Adds the cases whose patients only the quarter's claims made known.
    fn ergaenze_hinweis(
        &self,
        sieb: &Sieb<'_>,
        offene: Vec<(usize, Offene)>,
        gelesen: &[Gelesen],
        ertrag: &mut Ertrag,
    ) {
        let Some(kontext) = &self.kontext else { return };
        let patienten = sieb.hinzugekommene(ertrag.rueckblick.patienten().collect());
        let faelle: Vec<_> = offene
            .into_par_iter()
            .with_max_len(1)
            .filter_map(|(platz, offene)| {
                let lieferung = self.lieferungen.umschlaege[platz].as_ref()?.quartal()?;
                let nochmals = || nochmals(&gelesen[platz]);
                Some(offene.der_hinzugekommenen(&patienten, kontext, lieferung, nochmals))
            })
            .collect();
        ertrag.ungekennzeichnet.extend(faelle.into_iter().flatten());
    }

    /// Finds what several files deliver twice, and returns the messages. Where Schein-IDs are not
    /// unique across files, these are read again, until no case is named by one.
    fn vergleiche_dateien(
        &self,
        orte: &[(usize, Zweck)],
        gelesen: &mut [Gelesen],
        sieb: &Sieb<'_>,
        ertraege: &mut [Dateiertrag],
    ) -> Meldungen {
        let stammdaten = self.kontext.map(|kontext| kontext.stammdaten);
        loop {
            let (mut meldungen, mut bloecke) = (Meldungen::neu(self.grenze), Vec::new());
            for ((platz, zweck), ertrag) in orte.iter().copied().zip(&*ertraege) {
                gelesen[platz].mehrfache = Arc::clone(&ertrag.mehrfache);
                let umschlag = self.lieferungen.umschlaege[platz].as_ref();
                let Some(umschlag) = umschlag.filter(|_| !self.ist_auszulassen(zweck, ertrag))
                else {
                    continue;
                };
                let ganz = !ertrag.meldungen.hat_fehler();
                bloecke.extend(ertrag.bloecke.iter().enumerate().map(|(nummer, block)| {
                    let abschnitt = ertrag.abschnitte.get(nummer).filter(|_| ganz).copied();
                    doppelt::Verortet {
                        platz,
                        zweck,
                        umschlag,
                        nummer,
                        block: *block,
                        ganz,
                        abschnitt,
                    }
                }));
            }
            let mut mehrfache = doppelt::pruefe(&bloecke, gelesen, stammdaten, &mut meldungen);
            if mehrfache.is_empty() {
                return meldungen;
            }
            for ((platz, zweck), ertrag) in orte.iter().copied().zip(&mut *ertraege) {
                let Some(mut weitere) = mehrfache.remove(&platz) else { continue };
                Arc::make_mut(&mut gelesen[platz].mehrfache).append(&mut weitere);
                // its bytes have been counted
                let zaehler = Zaehler::default();
                sieb.lass_los(&mut ertrag.offene);
                *ertrag = self.datei_eindeutig(platz, &gelesen[platz], zweck, sieb, &zaehler);
            }
        }
    }

    /// Tells whether a file is damaged and the run was told to leave such files out.
    fn ist_auszulassen(&self, zweck: Zweck, ertrag: &Dateiertrag) -> bool {
        self.auftrag.ohne_fehlerhafte_dateien
            && zweck == Zweck::Abrechnung
            && ertrag.meldungen.hat_fehler()
    }

    /// Tells whether an input is a whole delivery, not one of several parts.
    fn ist_ganz(&self, platz: usize) -> bool {
        self.lieferungen.umschlaege[platz].as_ref().is_some_and(|umschlag| umschlag.von_teilen == 1)
    }

    /// Reads one file. Where Schein-IDs turn out not to be unique, it is read once more: then all
    /// cases that share one are named by their content, whichever of them stands first.
    fn datei_eindeutig(
        &self,
        platz: usize,
        gelesen: &Gelesen,
        zweck: Zweck,
        sieb: &Sieb<'_>,
        zaehler: &Zaehler,
    ) -> Dateiertrag {
        let mut ertrag = self.datei(platz, gelesen, zweck, sieb, zaehler);
        let mut gelesen = gelesen.clone();
        loop {
            Arc::make_mut(&mut gelesen.mehrfache).extend(ertrag.mehrfache.iter().cloned());
            if ertrag.mehrfache.is_empty() {
                ertrag.mehrfache = gelesen.mehrfache;
                return ertrag;
            }
            sieb.lass_los(&mut ertrag.offene);
            ertrag = self.datei(platz, &gelesen, zweck, sieb, &Zaehler::default());
        }
    }

    /// Reads one file to its end or to where it cannot be read further.
    fn datei(
        &self,
        platz: usize,
        gelesen: &Gelesen,
        zweck: Zweck,
        sieb: &Sieb<'_>,
        zaehler: &Zaehler,
    ) -> Dateiertrag {
        let mut ertrag = Dateiertrag {
            ertrag: Ertrag::default(),
            bloecke: Vec::new(),
            abschnitte: Vec::new(),
            sagt_alle_praxen: false,
            pruefsumme: None,
            kontrollsummen: None,
            meldungen: Meldungen::neu(self.grenze),
            mehrfache: Arc::default(),
            offene: Offene::default(),
        };
        let Some(roh) = oeffne(gelesen, zaehler, &mut ertrag.meldungen) else {
            return ertrag;
        };
        let roh = nebenher::entpackt(roh, &gelesen.eingabe);
        if let Ok(mut leser) = leser(roh, gelesen, &mut ertrag.meldungen) {
            let ende = self.stapel(platz, gelesen, zweck, sieb, &mut *leser, &mut ertrag);
            ertrag.ertrag.rueckblick.schliesse_datei_ab();
            ertrag.bloecke = leser.bloecke().to_vec();
            ertrag.abschnitte = leser.abschnitte();
            ertrag.sagt_alle_praxen = ende.is_ok() && leser.sagt_alle_praxen();
            ertrag.kontrollsummen = leser.kontrollsummen().cloned();
            ertrag.pruefsumme = beende(gelesen, leser.beende(), &mut ertrag.meldungen);
        }
        ertrag
    }

    fn stapel(
        &self,
        platz: usize,
        gelesen: &Gelesen,
        zweck: Zweck,
        sieb: &Sieb<'_>,
        leser: &mut dyn FallLeser,
        ertrag: &mut Dateiertrag,
    ) -> Result<(), Abbruch> {
        let (mut stapel, mut kennungen) = self.werkbank.nimm();
        let ort = Ort::datei(name(gelesen));
        let lieferung = self.lieferungen.umschlaege[platz].as_ref().and_then(Umschlag::quartal);
        let praxis = |bsnr: Bsnr| match (&self.kontext, lieferung) {
            (Some(kontext), Some(quartal)) => {
                kontext.stammdaten.praxis_fuer(bsnr.praxis(), quartal)
            }
            _ => bsnr.praxis(),
        };
        while leser.lies_stapel(&mut stapel, &mut ertrag.meldungen)? {
            let mehrfache = (gelesen.eingabe.format == Format::Kvdt)
                .then(|| Arc::make_mut(&mut ertrag.mehrfache));
            kennungen.pruefe(
                stapel.spalten(),
                praxis,
                mehrfache,
                &gelesen.mehrfache,
                &ort,
                &mut ertrag.meldungen,
            );
            if let (Some(kontext), Some(lieferung)) = (&self.kontext, lieferung) {
                let datei = u32::try_from(platz).unwrap_or(u32::MAX);
                let herkunft = Herkunft { datei, ort: &ort, lieferung, zweck };
                let vorher = ertrag.ertrag.ungekennzeichnet.len();
                kontext.werte(
                    stapel.spalten(),
                    herkunft,
                    &mut ertrag.ertrag,
                    &mut ertrag.meldungen,
                );
                sieb.siebe(&mut ertrag.ertrag, vorher, &mut ertrag.offene);
            }
        }
        self.werkbank.gib_zurueck(stapel, kennungen);
        Ok(())
    }

    /// Records a damaged file as a Klärfall of its practices.
    fn lasse_aus(gelesen: &Gelesen, praxen: &BTreeSet<Praxis>, meldungen: &mut Meldungen) {
        let datei = || Ort::datei(name(gelesen));
        for praxis in praxen {
            let text = format!(
                "die Datei ist fehlerhaft und wurde ausgelassen; die Fälle der Praxis {praxis} darin sind nicht entschieden, \
                 und ohne sie kann ein Zuschlag einer anderen Praxis zugefallen sein; bitte neu anfordern"
            );
            meldungen.melde(Meldung::neu(Code::DateiAusgelassen, datei(), text));
        }
        if praxen.is_empty() {
            let text = "die Datei ist fehlerhaft und wurde ausgelassen; welche Praxen sie betrifft, war nicht lesbar; bitte \
                        neu anfordern";
            meldungen.melde(Meldung::neu(Code::DateiAusgelassen, datei(), text));
        }
    }

    /// Finds the closures whose claims may lie in a file that was left out: those that it names, and
    /// if it does not tell all of its practices, or is only a part, every closure whose claims no
    /// whole delivery has brought. A late case may belong to any quarter, so none of theirs is complete.
    fn unvollstaendige(
        &self,
        ausgelassen: &[Ausgelassen],
        ganz_geliefert: &BTreeSet<Praxis>,
    ) -> BTreeSet<u32> {
        let (Some(kontext), Some(lauf)) = (&self.kontext, self.lieferungen.quartal) else {
            return BTreeSet::new();
        };
        let haupt = |praxis: &Praxis| kontext.stammdaten.praxis_fuer(*praxis, lauf);
        let geliefert: BTreeSet<Praxis> = ganz_geliefert.iter().map(haupt).collect();
        let betroffen = |z: Praxis| {
            ausgelassen.iter().any(|datei| {
                datei.praxen.iter().any(|praxis| haupt(praxis) == z)
                    || !datei.sagt_alle_praxen && !geliefert.contains(&z)
            })
        };
        let schliessungen = (0..).zip(&kontext.stammdaten.schliessungen);
        schliessungen.filter(|(_, s)| betroffen(s.praxis)).map(|(nummer, _)| nummer).collect()
    }
}

/// A damaged file that was left out.
struct Ausgelassen {
    praxen: BTreeSet<Praxis>,
    sagt_alle_praxen: bool,
}

impl Faelle {
    fn nimm(&mut self, ertrag: Ertrag, bloecke: &[Block], zweck: Zweck) {
        self.ertrag.uebernimm(ertrag);
        let anzahl: u64 = bloecke.iter().map(|block| block.faelle).sum();
        match zweck {
            Zweck::Abrechnung => {
                self.abgerechnet += anzahl;
                self.geliefert.extend(praxen(bloecke));
            }
            Zweck::Rueckblick => self.rueckblick += anzahl,
        }
    }

    /// Finds the rules of every quarter that is decided: a late case is decided by its own.
    pub(super) fn regeln_der_nachzuegler(
        &self,
        parameter: &Parameter,
        gelesen: &[Gelesen],
        regeln: &mut BTreeMap<Quartal, Regeln>,
        meldungen: &mut Meldungen,
    ) {
        for kandidat in self.ertrag.kandidaten.iter() {
            if regeln.contains_key(&kandidat.quartal) {
                continue;
            }
            match parameter.regeln(kandidat.quartal) {
                Ok(gefunden) => {
                    regeln.insert(kandidat.quartal, gefunden);
                }
                Err(grund) => {
                    let ort =
                        Ort::neu(name(&gelesen[kandidat.datei as usize]), kandidat.stelle.into());
                    let text =
                        format!("der gekennzeichnete Fall kann nicht entschieden werden: {grund}");
                    meldungen.melde(Meldung::neu(Code::QuartalOhneRegel, ort, text));
                }
            }
        }
    }

    /// Lists the registered practices of the quarter that delivered nothing.
    pub(super) fn ohne_lieferung(
        &self,
        stammdaten: &Stammdaten,
        quartal: Quartal,
        meldungen: &mut Meldungen,
    ) -> Vec<Praxis> {
        let geliefert: BTreeSet<Praxis> =
            self.geliefert.iter().map(|praxis| stammdaten.praxis_fuer(*praxis, quartal)).collect();
        let registriert: BTreeSet<Praxis> = stammdaten
            .praxen
            .iter()
            .filter(|stand| stand.gueltig.im(quartal))
            .map(|stand| stand.praxis)
            .collect();
        let fehlend: Vec<Praxis> = registriert.difference(&geliefert).copied().collect();
        for praxis in &fehlend {
            let text = format!(
                "die Praxis {praxis} steht im Register, hat aber für {quartal} nichts geliefert"
            );
            meldungen.melde(Meldung::ohne_ort(Code::PraxisOhneLieferung, text));
        }
        for praxis in geliefert.difference(&registriert) {
            let text = format!(
                "die Praxis {praxis} hat geliefert, steht aber für {quartal} nicht im Register; bitte prüfen"
            );
            meldungen.melde(Meldung::ohne_ort(Code::PraxisOhneRegister, text));
        }
        fehlend
    }
}

/// Opens a claims file again, silently: its faults are known.
pub(super) fn nochmals(gelesen: &Gelesen) -> Option<Box<dyn FallLeser>> {
    let mut ungehoert = Meldungen::neu(0);
    let roh = oeffne(gelesen, &Zaehler::default(), &mut ungehoert)?;
    let roh = nebenher::entpackt(roh, &gelesen.eingabe);
    leser(roh, gelesen, &mut ungehoert)
        .ok()
        .filter(|_| ungehoert.anzahl_der_stufe(Stufe::Fehler) == 0)
}
