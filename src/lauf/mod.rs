//! A run: inputs in, a settled quarter out, on threads of its own.
//!
//! ```text
//! Eingaben → lieferungen   envelopes: which quarter, which parts, what replaces what
//!          → bestand       settings, reference data, rosters, population
//!          → auszug        extracts of the look-back, in place of claims; and how one is made
//!          → faelle        all claims files in parallel, one batch at a time
//!            nebenher      decompresses a file while its cases are judged
//!            doppelt       what comes twice, in one file or in several
//!            hinweis       which unmarked cases the hint may count
//!          → abrechnung    evaluate what is remembered, settle, check the equations
//! ```

mod abrechnung;
mod auszug;
mod bestand;
mod doppelt;
mod faelle;
mod hinweis;
mod lieferungen;
mod nebenher;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::evaluate::kandidat::Kontext;
use crate::evaluate::par09::sachverhalt::Grundlage;
use crate::evaluate::par09::{abs3_satz1_zeitraum, abs3_satz2_behandelt, abs3_satz2_rueckblick};
use crate::evaluate::rueckblick::Rueckblickregister;
use crate::kennung::Praxis;
use crate::meldung::{Code, Meldung, Meldungen};
use crate::parameter::{Par09, Parameter, Regeln};
use crate::quartal::Quartal;
use crate::read::eingaben::{Art, Eingabe, Eingaben};
use crate::read::einstellungen::Einstellungen;
use crate::read::roh::{Pruefsumme, Zaehler};
use crate::read::umschlag::Status;
use crate::settle::abrechnung::{Abrechnung, Umstaende};
use crate::stammdaten::{Dienstplan, Einwohner, Insel, Praxisstand, Stammdaten};
use crate::threads;

use self::auszug::Auszuege;
pub use self::auszug::{Gewonnen, ziehe_aus};
use self::faelle::Faelle;
pub use self::faelle::KvdtSummen;
use self::lieferungen::Lieferungen;

/// The numbers that a run may have: three digits of a voucher number.
pub const NUMMERN: RangeInclusive<u32> = 1..=999;

/// What a run is asked to do.
#[derive(Debug, Clone)]
pub struct Auftrag {
    /// The inputs.
    pub eingaben: Eingaben,
    /// Threads, [so many](threads::ANZAHL); `None`: `RAYON_NUM_THREADS`, else the cores.
    pub threads: Option<usize>,
    /// There were no § 9 grants before this run.
    pub ohne_vorlauf: bool,
    /// Damaged claims files are left out instead of refusing the run.
    pub ohne_fehlerhafte_dateien: bool,
    /// Number of the run within its booking quarter, [one of these](NUMMERN); part of every voucher
    /// number.
    pub lauf: u32,
    /// Counts the stored bytes that have been read, for a progress display: clone it before the call
    /// and look at the clone from another thread. The whole is the sum of `eingaben.alle()[i].bytes`.
    /// It counts reading only: when all is read, deciding and writing are still to come. Where a
    /// delivery is replaced it stays below.
    ///
    /// A run cannot be cancelled from within its process: run the command, or a process of your own,
    /// and end that.
    pub zaehler: Zaehler,
}

/// An input and what was read of it.
#[derive(Debug, Clone)]
pub struct Gelesen {
    /// The input.
    pub eingabe: Eingabe,
    /// Size and hash as stored, if it could be read to its end.
    pub pruefsumme: Option<Pruefsumme>,
    /// Another delivery replaces it, so nothing of it was used.
    pub ersetzt: bool,
    /// It is damaged, and was left out as the run was told.
    pub ausgelassen: bool,
    /// Cases read, for claims.
    pub faelle: Option<u64>,
    /// Schein-IDs that several cases of a KVDT file have: these are named by their content.
    mehrfache: Arc<BTreeSet<Box<str>>>,
}

/// What `check` tells: everything was read, nothing decided.
#[derive(Debug)]
pub struct Pruefung {
    /// The quarter, if any input names one.
    pub quartal: Option<Quartal>,
    /// The inputs.
    pub gelesen: Vec<Gelesen>,
    /// Cases of the quarter's claims.
    pub faelle: u64,
    /// Marked cases among them.
    pub gekennzeichnet: u64,
    /// Everything noticed.
    pub meldungen: Meldungen,
}

/// A settled quarter: all that the exports need.
#[derive(Debug)]
pub struct Ergebnis {
    /// The run's quarter; also the booking quarter.
    pub quartal: Quartal,
    /// Whether the deliveries are real.
    pub status: Option<Status>,
    /// Number of the run within the quarter.
    pub lauf: u32,
    /// The inputs.
    pub gelesen: Vec<Gelesen>,
    /// The settings.
    pub einstellungen: Einstellungen,
    /// Numbers that rule each treatment quarter that was decided.
    pub regeln: BTreeMap<Quartal, Regeln>,
    /// Decisions and bookings.
    pub abrechnung: Abrechnung,
    /// Quarters of look-backs that the run needed and did not have, per closed practice.
    pub rueckblick_fehlt: Vec<(Praxis, Vec<Quartal>)>,
    /// Registered practices without a delivery.
    pub ohne_lieferung: Vec<Praxis>,
    /// Different patients of the closed practices.
    pub patienten_im_rueckblick: usize,
    /// Cases of the look-back inputs.
    pub faelle_im_rueckblick: u64,
    /// Control totals of the KVDT files.
    pub kvdt: KvdtSummen,
    /// Key of the pseudonyms.
    pub schluessel: Option<[u8; 32]>,
    /// Everything noticed.
    pub meldungen: Meldungen,
    /// How many threads the run had; its bundle is written on as many.
    pub threads: usize,
}

/// All that was read.
struct Bestand {
    lieferungen: Lieferungen,
    einstellungen: Einstellungen,
    regeln: Option<Regeln>,
    /// How many quarters besides that of D a look-back may have.
    rueckblick_quartale: i32,
    stammdaten: Stammdaten,
    einwohner: Einwohner,
    dienstplaene: BTreeMap<Insel, Dienstplan>,
    schluessel: Option<[u8; 32]>,
    faelle: Faelle,
    auszuege: Auszuege,
    gelesen: Vec<Gelesen>,
    meldungen: Meldungen,
    /// Messages of files that were left out: they are shown, but refuse nothing.
    ausgelassen: Meldungen,
}

/// Reads and validates all inputs; decides nothing.
///
/// # Errors
/// All errors of all inputs, up to the limit per code.
pub fn pruefe(auftrag: &Auftrag) -> Result<Pruefung, Meldungen> {
    let mut bestand = in_eigenem_pool(auftrag, || Ok(lies(auftrag, &FUER_LAUF)))?;
    bestand.pruefe_zusammen(auftrag);
    let mut meldungen = bestand.meldungen;
    if meldungen.hat_fehler() {
        meldungen.uebernimm(bestand.ausgelassen);
        return Err(meldungen);
    }
    meldungen.uebernimm(bestand.ausgelassen);
    let ertrag = &bestand.faelle.ertrag;
    Ok(Pruefung {
        quartal: bestand.lieferungen.quartal,
        gelesen: bestand.gelesen,
        faelle: bestand.faelle.abgerechnet,
        gekennzeichnet: ertrag.kandidaten.len() as u64,
        meldungen,
    })
}

/// Decides and settles the quarter.
///
/// # Errors
/// All errors of all inputs, up to the limit per code; nothing is decided then.
pub fn fuehre_aus(auftrag: &Auftrag) -> Result<Ergebnis, Meldungen> {
    in_eigenem_pool(auftrag, || rechne_ab(auftrag, lies(auftrag, &FUER_LAUF)))
}

/// Without reference data or claims there is nothing to decide.
const FUER_LAUF: [Art; 2] = [Art::Stammdaten, Art::Faelle];

/// Checks that inputs of these kinds are there. A file that could not be taken may be
/// the one that is missing: then its own error says enough.
fn pruefe_vorhanden(eingaben: &Eingaben, noetig: &[Art], meldungen: &mut Meldungen) {
    if eingaben.fehler().hat_fehler() {
        return;
    }
    for art in noetig {
        if eingaben.der_art(*art).is_empty() {
            let name = art.name();
            let text = format!(
                "es fehlt eine Eingabe der Art {name}; bitte in den Ordner legen oder mit --{name} nennen"
            );
            meldungen.melde(Meldung::ohne_ort(Code::DateiFehlt, text));
        }
    }
}

/// Checks the bounds of what is asked for. Every run owns its threads.
fn in_eigenem_pool<T: Send>(
    auftrag: &Auftrag,
    arbeit: impl FnOnce() -> Result<T, Meldungen> + Send,
) -> Result<T, Meldungen> {
    let mut ungueltig = Vec::new();
    if !NUMMERN.contains(&auftrag.lauf) {
        let (lauf, von, bis) = (auftrag.lauf, NUMMERN.start(), NUMMERN.end());
        ungueltig.push(format!(
            "lauf = {lauf} ist ungültig; erwartet wird eine ganze Zahl von {von} bis {bis}"
        ));
    }
    match threads::pool(auftrag.threads) {
        Ok(pool) if ungueltig.is_empty() => return pool.install(arbeit),
        Ok(_) => {}
        Err(fehler) => ungueltig.push(fehler.to_string()),
    }
    let mut meldungen = Meldungen::neu(ungueltig.len());
    for text in ungueltig {
        meldungen.melde(Meldung::ohne_ort(Code::AuftragUngueltig, text));
    }
    Err(meldungen)
}

/// Reads everything, in the order in which one thing needs another; `noetig` are the kinds of inputs
/// that must be there.
fn lies(auftrag: &Auftrag, noetig: &[Art]) -> Bestand {
    let mut gelesen: Vec<Gelesen> = auftrag
        .eingaben
        .alle()
        .iter()
        .map(|eingabe| Gelesen {
            eingabe: eingabe.clone(),
            pruefsumme: None,
            ersetzt: false,
            ausgelassen: false,
            faelle: None,
            mehrfache: Arc::default(),
        })
        .collect();
    let (einstellungen, mut meldungen) = bestand::einstellungen(&mut gelesen, &auftrag.zaehler);
    meldungen.uebernimm(auftrag.eingaben.fehler().clone());
    pruefe_vorhanden(&auftrag.eingaben, noetig, &mut meldungen);
    let schluessel = bestand::schluessel(&mut gelesen, &auftrag.zaehler, &mut meldungen);
    let lieferungen = lieferungen::lies(&gelesen, &mut meldungen);
    for (platz, ersetzt) in lieferungen.ersetzt.iter().enumerate() {
        gelesen[platz].ersetzt = *ersetzt;
    }
    let regeln =
        lieferungen.quartal.and_then(|q| regeln(&einstellungen.parameter, q, &mut meldungen));
    let stammdaten = bestand::stammdaten(
        &mut gelesen,
        lieferungen.quartal,
        regeln.as_ref(),
        auftrag,
        &mut meldungen,
    );
    let dienstplaene = bestand::dienstplaene(&mut gelesen, auftrag, &mut meldungen);
    let einwohner =
        bestand::einwohner(&mut gelesen, &einstellungen.verfuegbar_seit, auftrag, &mut meldungen);
    let mut ausgelassen = Meldungen::neu(einstellungen.meldungen_je_code);
    let par09_frueher = par09_frueher(&einstellungen.parameter, lieferungen.quartal);
    let kontext = match (&stammdaten, &regeln) {
        (Some(stammdaten), Some(regeln)) => Some(Kontext {
            stammdaten,
            par09: &regeln.par09,
            par09_frueher: &par09_frueher,
            auslegungen: &einstellungen.auslegungen,
        }),
        _ => None,
    };
    let auszuege = auszug::lies_alle(
        &mut gelesen,
        &lieferungen,
        stammdaten.as_ref(),
        schluessel.as_ref(),
        auftrag,
        &mut meldungen,
    );
    let leser = faelle::Leser {
        kontext,
        lieferungen: &lieferungen,
        auszuege: schluessel.as_ref().filter(|_| !auszuege.ist_leer()).map(|s| (&auszuege, s)),
        auftrag,
        grenze: einstellungen.meldungen_je_code,
        werkbank: faelle::Werkbank::default(),
    };
    let faelle = leser.lies(&mut gelesen, &mut meldungen, &mut ausgelassen);
    auszuege.pruefe_doppelte(&faelle.bloecke_im_rueckblick, &gelesen, &lieferungen, &mut meldungen);
    bestand::pruefsummen_des_rests(&mut gelesen);
    Bestand {
        rueckblick_quartale: kontext.as_ref().map_or(0, Kontext::rueckblick_quartale),
        lieferungen,
        stammdaten: stammdaten.unwrap_or_default(),
        einstellungen,
        regeln,
        einwohner,
        dienstplaene,
        schluessel,
        faelle,
        auszuege,
        gelesen,
        meldungen,
        ausgelassen,
    }
}

fn regeln(parameter: &Parameter, quartal: Quartal, meldungen: &mut Meldungen) -> Option<Regeln> {
    match parameter.regeln(quartal) {
        Ok(regeln) => Some(regeln),
        Err(grund) => {
            meldungen.melde(Meldung::ohne_ort(Code::QuartalOhneRegel, grund.to_string()));
            None
        }
    }
}

/// How far back a late case can lie: longer than the four years after which claims are barred.
const NACHZUEGLER_QUARTALE: i32 = 20;

/// Returns the numbers of § 9 of the quarters that late cases may belong to.
fn par09_frueher(parameter: &Parameter, quartal: Option<Quartal>) -> BTreeMap<Quartal, Par09> {
    let quartale = quartal.into_iter().flat_map(|q| q.plus(-NACHZUEGLER_QUARTALE).bis(q));
    quartale.filter_map(|q| Some((q, parameter.regeln(q).ok()?.par09))).collect()
}

impl Bestand {
    /// Checks what only all inputs together tell; returns the numbers of every quarter that is decided.
    fn pruefe_zusammen(&mut self, auftrag: &Auftrag) -> BTreeMap<Quartal, Regeln> {
        let mut regeln = BTreeMap::new();
        if let (Some(quartal), Some(eigene)) = (self.lieferungen.quartal, &self.regeln) {
            pruefe_vorlauf(
                &self.stammdaten,
                quartal,
                eigene,
                auftrag,
                &self.einstellungen,
                &mut self.meldungen,
            );
            regeln.insert(quartal, eigene.clone());
            melde_registerwechsel(&self.stammdaten, quartal, &mut self.meldungen);
            if !self.meldungen.hat_fehler() {
                self.melde_offene_konten();
            }
        }
        self.faelle.regeln_der_nachzuegler(
            &self.einstellungen.parameter,
            &self.gelesen,
            &mut regeln,
            &mut self.meldungen,
        );
        regeln
    }
}

impl Bestand {
    /// A run that pays needs an account code; before it decides nobody knows whether it will.
    fn melde_offene_konten(&mut self) {
        let (daten, konten) = (&self.stammdaten, &self.einstellungen.konten);
        let offen = [
            (5, &konten.par05, daten.bewilligungen05.is_empty()),
            (6, &konten.par06, daten.arztstellen.is_empty()),
            (9, &konten.par09, daten.bewilligungen09.is_empty()),
        ];
        for (paragraph, konto, ohne_anlass) in offen {
            if konto.is_none() && !ohne_anlass {
                let text = format!(
                    "für § {paragraph} ist kein Kontenschlüssel eingestellt; sobald etwas zu buchen ist, lehnt run ab; bitte in \
                     einstellungen.toml unter [konten] par{paragraph:02} = \"…\" eintragen"
                );
                self.meldungen.melde(Meldung::ohne_ort(Code::KontoOffen, text));
            }
        }
    }
}

/// Decides on what was read.
fn rechne_ab(auftrag: &Auftrag, bestand: Bestand) -> Result<Ergebnis, Meldungen> {
    let mut bestand = bestand;
    let regeln = bestand.pruefe_zusammen(auftrag);
    let Bestand { mut meldungen, ausgelassen, mut faelle, auszuege, .. } = bestand;
    let ausleg = &bestand.einstellungen.auslegungen;
    let Some(quartal) = bestand.lieferungen.quartal.filter(|_| !meldungen.hat_fehler()) else {
        meldungen.uebernimm(ausgelassen);
        return Err(meldungen);
    };
    let mut rueckblick = std::mem::take(&mut faelle.ertrag.rueckblick).fertig();
    auszuege.ergaenze(&mut rueckblick, bestand.schluessel.as_ref(), &faelle.ertrag);
    for schliessung in &faelle.unvollstaendig {
        rueckblick.ausgelassen(*schliessung);
    }
    let grundlage = Grundlage::neu(&bestand.stammdaten, &bestand.einwohner, &rueckblick, ausleg);
    melde_einwohnerstand(&grundlage, &regeln[&quartal], &mut meldungen);
    let rueckblick_fehlt =
        rueckblick_fehlt(&grundlage, &rueckblick, &regeln, ausleg, &mut meldungen);
    let ohne_lieferung = faelle.ohne_lieferung(&bestand.stammdaten, quartal, &mut meldungen);
    let namen: Vec<Arc<str>> =
        bestand.gelesen.iter().map(|g| Arc::clone(&g.eingabe.name)).collect();
    let umstaende = Umstaende {
        quartal,
        lauf: auftrag.lauf,
        status: bestand.lieferungen.status,
        einstellungen: &bestand.einstellungen,
        regeln: &regeln,
        stammdaten: &bestand.stammdaten,
        dienstplaene: &bestand.dienstplaene,
        namen: &namen,
    };
    let abrechnung =
        umstaende.rechne_ab(&grundlage, faelle.ertrag, faelle.abgerechnet, &mut meldungen);
    if bestand.schluessel.is_none() {
        let text = "ohne Schlüsseldatei enthält der Nachweis keine Pseudonyme; seine Zuschläge lassen sich keinem \
                    Patienten mehr zuordnen (spätere Quartale erhalten sie über <vorlauf_par09> mit Versicherten-IDs)";
        meldungen.melde(Meldung::ohne_ort(Code::OhneSchluessel, text));
    }
    let abgelehnt = meldungen.hat_fehler();
    meldungen.uebernimm(ausgelassen);
    if abgelehnt {
        return Err(meldungen);
    }
    let patienten_im_rueckblick = rueckblick.patienten(|behandlung| {
        let schliessung = &bestand.stammdaten.schliessungen[behandlung.schliessung as usize];
        abs3_satz2_behandelt(behandlung, schliessung.art, &regeln[&quartal].par09, ausleg)
    });
    Ok(Ergebnis {
        quartal,
        status: bestand.lieferungen.status,
        lauf: auftrag.lauf,
        gelesen: bestand.gelesen,
        regeln,
        abrechnung,
        rueckblick_fehlt,
        ohne_lieferung,
        patienten_im_rueckblick,
        faelle_im_rueckblick: faelle.rueckblick,
        kvdt: faelle.kvdt,
        schluessel: bestand.schluessel,
        einstellungen: bestand.einstellungen,
        meldungen,
        threads: rayon::current_num_threads(),
    })
}

/// The register is taken as it stands last in the quarter; somebody should know where it changed.
fn melde_registerwechsel(stammdaten: &Stammdaten, quartal: Quartal, meldungen: &mut Meldungen) {
    let im_quartal: Vec<_> = stammdaten.praxen.iter().filter(|s| s.gueltig.im(quartal)).collect();
    for staende in im_quartal.chunk_by(|a, b| a.praxis == b.praxis) {
        let merkmale = |s: &Praxisstand| (s.art, s.insel, s.honorarkonto.clone());
        if staende.windows(2).any(|s| merkmale(s[0]) != merkmale(s[1])) {
            let text = format!(
                "die Praxis {} wechselt in {quartal} Art, Insel oder Honorarkonto; für das ganze Quartal gilt der Stand, der \
                 zuletzt beginnt; bitte prüfen",
                staende[0].praxis
            );
            meldungen.melde(Meldung::neu(Code::RegisterWechsel, staende[0].ort.clone(), text));
        }
    }
}

/// "If some window began before the run's quarter and neither is given, the run is refused."
fn pruefe_vorlauf(
    stammdaten: &Stammdaten,
    quartal: Quartal,
    regeln: &Regeln,
    auftrag: &Auftrag,
    einstellungen: &Einstellungen,
    meldungen: &mut Meldungen,
) {
    if stammdaten.vorlauf.is_some() || auftrag.ohne_vorlauf {
        return;
    }
    let begonnen = stammdaten.schliessungen.iter().find(|s| {
        abs3_satz1_zeitraum(s.letzter_tag, &regeln.par09, &einstellungen.auslegungen).0 < quartal
    });
    if let Some(schliessung) = begonnen {
        let text = format!(
            "der Zeitraum nach der Schließung der Praxis {} ({}) hat vor {quartal} begonnen, aber frühere Zuschläge sind \
             nicht angegeben; bitte <vorlauf_par09> in die Stammdaten aufnehmen (auch leer) oder mit --ohne-vorlauf \
             bestätigen, dass es keine gab",
            schliessung.praxis,
            schliessung.letzter_tag.deutsch()
        );
        meldungen.melde(Meldung::neu(Code::VorlaufFehlt, schliessung.ort.clone(), text));
    }
}

/// § 9 Abs. 2 Satz 2: an old figure is used, but somebody should know.
fn melde_einwohnerstand(grundlage: &Grundlage<'_>, regeln: &Regeln, meldungen: &mut Meldungen) {
    for lage in grundlage.lagen() {
        let Some(gebietsstand) = lage.gebietsstand else { continue };
        let alter = lage.letzter_tag.seit(gebietsstand);
        if regeln.par09.einwohner_alter_tage_max < alter {
            let text = format!(
                "die letztverfügbaren Einwohnerzahlen bei Schließung der Praxis {} am {} haben den Gebietsstand {} und \
                 waren {alter} Tage alt; bitte prüfen, ob eine neuere Veröffentlichung fehlt",
                lage.praxis,
                lage.letzter_tag.deutsch(),
                gebietsstand.deutsch()
            );
            meldungen.melde(Meldung::ohne_ort(Code::EinwohnerVeraltet, text));
        }
    }
}

/// Tells which quarters of which closed practice are needed and missing: those of every closure
/// whose window holds a quarter that is decided.
fn rueckblick_fehlt(
    grundlage: &Grundlage<'_>,
    register: &Rueckblickregister,
    regeln: &BTreeMap<Quartal, Regeln>,
    auslegungen: &crate::auslegung::Auslegungen,
    meldungen: &mut Meldungen,
) -> Vec<(Praxis, Vec<Quartal>)> {
    let mut fehlend = Vec::new();
    for (platz, lage) in grundlage.lagen().iter().enumerate() {
        let gebraucht = regeln.iter().find(|(quartal, regeln)| {
            let (erstes, letztes) =
                abs3_satz1_zeitraum(lage.letzter_tag, &regeln.par09, auslegungen);
            erstes <= **quartal && **quartal <= letztes
        });
        let Some((_, regeln)) = gebraucht else { continue };
        let quartale: Vec<Quartal> =
            grundlage.fehlend_in(platz, &regeln.par09).into_iter().map(|(_, q)| q).collect();
        let liste = |quartale: &[Quartal]| {
            quartale.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        if !quartale.is_empty() {
            let text = format!(
                "für den Rückblick der Praxis {} (Schließung am {}) fehlen die Abrechnungen von {}; bitte nach rueckblick/ \
                 legen oder mit --rueckblick nennen",
                lage.praxis,
                lage.letzter_tag.deutsch(),
                liste(&quartale)
            );
            meldungen.melde(Meldung::ohne_ort(Code::RueckblickFehlt, text));
            fehlend.push((lage.praxis, quartale));
        }
        let nummer = u32::try_from(platz).unwrap_or(u32::MAX);
        let nur_nachgeliefert: Vec<Quartal> =
            abs3_satz2_rueckblick(lage.letzter_tag, &regeln.par09, auslegungen)
                .into_iter()
                .filter(|quartal| register.ist_nur_nachgeliefert(nummer, *quartal))
                .collect();
        if !nur_nachgeliefert.is_empty() {
            let text = format!(
                "für den Rückblick der Praxis {} lagen von {} nur Nachzügler späterer Lieferungen vor; der Rückblick gilt \
                 als gelesen, bitte prüfen",
                lage.praxis,
                liste(&nur_nachgeliefert)
            );
            meldungen.melde(Meldung::ohne_ort(Code::RueckblickNurNachzuegler, text));
        }
    }
    fehlend
}

/// Name of an input, for places.
fn name(gelesen: &Gelesen) -> &Arc<str> {
    &gelesen.eingabe.name
}

#[cfg(test)]
mod tests;
