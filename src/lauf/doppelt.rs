//! Nothing may be counted twice: a practice in two deliveries, a case id twice within a practice.
//!
//! Within one practice of one file the ids are remembered only as long as the practice and, right
//! behind it, its branches last: their texts and 24 bytes each, so with the largest practice, not with
//! the file. If a practice lies in several places (parts of one delivery, or branches elsewhere), it is
//! read a second time for its ids alone, a bounded number of cases at a time: by itself where the file
//! allows that, else with its whole file.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::faelle::nochmals;
use super::{Gelesen, name};
use crate::evaluate::kandidat::Zweck;
use crate::fall::{Spalten, Stapel};
use crate::kennung::{Bsnr, Praxis, gezeigt};
use crate::meldung::{Code, Meldung, Meldungen, Ort};
use crate::quartal::Quartal;
use crate::read::eingaben::Format;
use crate::read::faelle::{Abschnitt, FaelleLeser};
use crate::read::umschlag::Umschlag;
use crate::read::{Block, FallLeser};
use crate::stammdaten::Stammdaten;

/// How many cases whose ids are held at once for practices in several files are enough; a practice is
/// never cut. Each takes about a quarter of a kB.
const FAELLE_MAX: u64 = 1 << 18;

/// The ids of the practice that is being read.
#[derive(Debug, Default)]
pub(super) struct Fallkennungen {
    bsnr: Option<Bsnr>,
    praxis: Option<Praxis>,
    texte: Vec<u8>,
    /// Ends of the ids in `texte`; an id begins where the one before it ends.
    enden: Vec<usize>,
    /// Hash and number of each id.
    tabelle: HashTable<(u64, usize)>,
    /// Keyed anew in each process. Ids made to collide would at worst make one practice slow.
    zustand: DefaultHashBuilder,
}

impl Fallkennungen {
    /// Checks a batch; the ids of a practice are forgotten when the next one begins. `praxis` tells
    /// which practice a BSNR stands for. Ids that need not be unique are told to `mehrfache`, if they
    /// are not `bekannt` as such.
    pub(super) fn pruefe(
        &mut self,
        spalten: Spalten<'_>,
        praxis: impl Fn(Bsnr) -> Praxis,
        mut mehrfache: Option<&mut BTreeSet<Box<str>>>,
        bekannt: &BTreeSet<Box<str>>,
        ort: &Ort,
        meldungen: &mut Meldungen,
    ) {
        for (i, bsnr) in spalten.bsnr.iter().copied().enumerate() {
            if self.bsnr != Some(bsnr) {
                self.bsnr = Some(bsnr);
                let praxis = Some(praxis(bsnr));
                if self.praxis != praxis {
                    self.praxis = praxis;
                    self.vergiss();
                }
            }
            if self.merke(spalten.id(i)) {
                continue;
            }
            let id: Box<str> = String::from_utf8_lossy(spalten.id(i)).into();
            if let Some(mehrfache) = mehrfache.as_mut().filter(|_| !bekannt.contains(&id)) {
                mehrfache.insert(id);
            } else {
                let ort = Ort::neu(&ort.datei, spalten.stelle[i]);
                meldungen.melde(doppelter_fall(bsnr.praxis(), spalten.id(i), ort, None));
            }
        }
    }

    /// Forgets everything but its memory: another file begins.
    pub(super) fn beginne_neu(&mut self) {
        (self.bsnr, self.praxis) = (None, None);
        self.vergiss();
    }

    fn vergiss(&mut self) {
        self.texte.clear();
        self.enden.clear();
        self.tabelle.clear();
    }

    /// Takes an id; returns false if it is there already.
    fn merke(&mut self, id: &[u8]) -> bool {
        let Self { texte, enden, tabelle, zustand, .. } = self;
        let text = |platz: usize| {
            let ab = if platz == 0 { 0 } else { enden[platz - 1] };
            &texte[ab..enden[platz]]
        };
        let hash = zustand.hash_one(id);
        let gleich = |(anderer, platz): &(u64, usize)| *anderer == hash && text(*platz) == id;
        let Entry::Vacant(frei) = tabelle.entry(hash, gleich, |(hash, _)| *hash) else {
            return false;
        };
        frei.insert((hash, enden.len()));
        texte.extend_from_slice(id);
        enden.push(texte.len());
        true
    }
}

fn doppelter_fall(praxis: Praxis, id: &[u8], ort: Ort, zuerst: Option<&Ort>) -> Meldung {
    let text = format!(
        "die Fall-Id {} steht in der Praxis {praxis} mehrfach{}; bitte eindeutig vergeben",
        gezeigt(&String::from_utf8_lossy(id)),
        zuerst.map(|ort| format!(", zuerst in {ort}")).unwrap_or_default()
    );
    Meldung::neu(Code::FallDoppelt, ort, text)
}

/// A practice in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verortet<'a> {
    /// Index of the input.
    pub(super) platz: usize,
    /// What the input is read for.
    pub(super) zweck: Zweck,
    /// Its envelope.
    pub(super) umschlag: &'a Umschlag,
    /// Which of the input's practices it is.
    pub(super) nummer: usize,
    /// The practice.
    pub(super) block: Block,
    /// Whether its file is without errors: then it must have as many cases again.
    pub(super) ganz: bool,
    /// Where it can be read by itself, if it can.
    pub(super) abschnitt: Option<Abschnitt>,
}

/// What must not be delivered twice: what for, quarter, practice.
type Schluessel = (bool, Quartal, Praxis);

/// Where each case id was met first: place, BSNR, index of the input if the id is a Schein-ID.
type Gesehen = BTreeMap<(Schluessel, Box<[u8]>), (Ort, Praxis, Option<usize>)>;

/// Schein-IDs of KVDT files, by index of the input, that other files of the practice have, too.
pub(super) type Mehrfache = BTreeMap<usize, BTreeSet<Box<str>>>;

/// Checks practices that stand in several places. A Schein-ID in several files is no error but must
/// not name a case: such ids are returned.
pub(super) fn pruefe(
    bloecke: &[Verortet<'_>],
    gelesen: &[Gelesen],
    stammdaten: Option<&Stammdaten>,
    meldungen: &mut Meldungen,
) -> Mehrfache {
    let mut mehrfache = Mehrfache::new();
    let mut je_praxis: BTreeMap<Schluessel, Vec<&Verortet<'_>>> = BTreeMap::new();
    for verortet in bloecke {
        let Some(quartal) = verortet.umschlag.quartal() else { continue };
        let praxis = verortet.block.bsnr.praxis();
        let haupt = stammdaten.map_or(praxis, |s| s.praxis_fuer(praxis, quartal));
        let schluessel = (verortet.zweck == Zweck::Rueckblick, quartal, haupt);
        je_praxis.entry(schluessel).or_default().push(verortet);
    }
    je_praxis.retain(|_, orte| 1 < orte.len());
    for orte in je_praxis.values() {
        pruefe_lieferungen(orte, gelesen, meldungen);
    }
    // A practice with its branches right behind it was checked when its file was read.
    je_praxis.retain(|_, orte| {
        !orte.windows(2).all(|o| o[0].platz == o[1].platz && o[0].nummer + 1 == o[1].nummer)
    });
    let mut gruppe: BTreeMap<Schluessel, Vec<&Verortet<'_>>> = BTreeMap::new();
    let mut anzahl = 0;
    for (schluessel, orte) in je_praxis {
        anzahl += orte.iter().map(|verortet| verortet.block.faelle).sum::<u64>();
        gruppe.insert(schluessel, orte);
        if FAELLE_MAX <= anzahl {
            let gruppe = std::mem::take(&mut gruppe);
            pruefe_kennungen(&gruppe, gelesen, stammdaten, &mut mehrfache, meldungen);
            anzahl = 0;
        }
    }
    pruefe_kennungen(&gruppe, gelesen, stammdaten, &mut mehrfache, meldungen);
    mehrfache
}

/// One BSNR may stand in several files only if they are different parts of one delivery.
fn pruefe_lieferungen(orte: &[&Verortet<'_>], gelesen: &[Gelesen], meldungen: &mut Meldungen) {
    for (i, hier) in orte.iter().enumerate() {
        let frueher = orte[..i].iter().find(|frueher| {
            let teile = hier.umschlag.lieferung == frueher.umschlag.lieferung
                && hier.platz != frueher.platz;
            frueher.block.bsnr.praxis() == hier.block.bsnr.praxis() && !teile
        });
        if let Some(frueher) = frueher {
            let zuerst = Ort::neu(name(&gelesen[frueher.platz]), frueher.block.stelle);
            let text = format!(
                "die Praxis {} ist schon in {zuerst} geliefert; erwartet wird jede Praxis einmal oder in den Teilen einer \
                 Lieferung (teil, von_teilen); bitte eine Lieferung entfernen",
                hier.block.bsnr.praxis()
            );
            let ort = Ort::neu(name(&gelesen[hier.platz]), hier.block.stelle);
            meldungen.melde(Meldung::neu(Code::PraxisDoppelt, ort, text));
        }
    }
}

/// Opens again, one after the other, what these practices are in: each by itself, or the whole file.
fn oeffne_wieder<'a>(
    gelesen: &'a Gelesen,
    mut orte: Vec<&'a Verortet<'_>>,
    quartal: Quartal,
) -> Box<dyn Iterator<Item = Box<dyn FallLeser>> + 'a> {
    if orte.iter().any(|verortet| verortet.abschnitt.is_none()) {
        return Box::new(nochmals(gelesen).into_iter());
    }
    orte.sort_by_key(|verortet| verortet.nummer);
    Box::new(orte.into_iter().filter_map(move |verortet| {
        let (pfad, umschlag) = (&gelesen.eingabe.pfad, verortet.umschlag);
        let abschnitt = verortet.abschnitt?;
        let leser = FaelleLeser::im_abschnitt(pfad, name(gelesen), umschlag, quartal, abschnitt);
        Some(Box::new(leser.ok()?) as Box<dyn FallLeser>)
    }))
}

/// Reads the files of these practices again and compares their case ids across files.
fn pruefe_kennungen(
    gruppe: &BTreeMap<Schluessel, Vec<&Verortet<'_>>>,
    gelesen: &[Gelesen],
    stammdaten: Option<&Stammdaten>,
    mehrfache: &mut Mehrfache,
    meldungen: &mut Meldungen,
) {
    let mut dateien: BTreeMap<usize, Vec<&Verortet<'_>>> = BTreeMap::new();
    for verortet in gruppe.values().flatten() {
        dateien.entry(verortet.platz).or_default().push(verortet);
    }
    // ids that another file of the practice has several times
    let mut schon_mehrfach: BTreeSet<(Schluessel, Box<str>)> = BTreeSet::new();
    for (schluessel, orte) in gruppe {
        for id in orte.iter().flat_map(|verortet| gelesen[verortet.platz].mehrfache.iter()) {
            schon_mehrfach.insert((*schluessel, id.clone()));
        }
    }
    let mut gesehen = Gesehen::new();
    let mut ungehoert = Meldungen::neu(0);
    let mut stapel = Stapel::default();
    for (platz, orte) in dateien {
        let (zweck, umschlag) = (orte[0].zweck, orte[0].umschlag);
        let Some(quartal) = umschlag.quartal() else { continue };
        let alle_ganz = orte.iter().all(|verortet| verortet.ganz);
        let erwartet: u64 = orte.iter().map(|verortet| verortet.block.faelle).sum();
        let mut gefunden = 0;
        for mut leser in oeffne_wieder(&gelesen[platz], orte, quartal) {
            while leser.lies_stapel(&mut stapel, &mut ungehoert) == Ok(true) {
                for fall in stapel.spalten().faelle() {
                    let praxis = fall.bsnr.praxis();
                    let haupt = stammdaten.map_or(praxis, |s| s.praxis_fuer(praxis, quartal));
                    let schluessel = (zweck == Zweck::Rueckblick, quartal, haupt);
                    if !gruppe.contains_key(&schluessel) {
                        continue;
                    }
                    gefunden += 1;
                    let ort = Ort::neu(name(&gelesen[platz]), fall.stelle);
                    // the input, if the case's id can be replaced by its content's
                    let ist_kvdt = gelesen[platz].eingabe.format == Format::Kvdt;
                    let schein = (ist_kvdt && !fall.id_erzeugt).then_some(platz);
                    let id = String::from_utf8_lossy(fall.id);
                    if schein.is_some()
                        && schon_mehrfach.contains(&(schluessel, id.as_ref().into()))
                    {
                        mehrfache.entry(platz).or_default().insert(id.into());
                        continue;
                    }
                    match gesehen.get(&(schluessel, fall.id.into())) {
                        // Within one BSNR of one file it has been reported when the file was read.
                        Some((zuerst, bsnr, _)) if zuerst.datei == ort.datei && *bsnr == praxis => {
                        }
                        Some((zuerst, _, zuerst_platz)) => {
                            let betroffen: Vec<usize> =
                                [*zuerst_platz, schein].into_iter().flatten().collect();
                            if betroffen.is_empty() {
                                meldungen.melde(doppelter_fall(haupt, fall.id, ort, Some(zuerst)));
                            }
                            for platz in betroffen {
                                let id = String::from_utf8_lossy(fall.id).into();
                                mehrfache.entry(platz).or_default().insert(id);
                            }
                        }
                        None => {
                            gesehen.insert((schluessel, fall.id.into()), (ort, praxis, schein));
                        }
                    }
                }
            }
        }
        if alle_ganz && gefunden != erwartet {
            meldungen.melde(veraendert(&gelesen[platz], gefunden, erwartet));
        }
    }
}

/// What is not there any more may have been what comes twice. Cases are counted: a file that somebody
/// exchanges for one with as many cases in the same places is not noticed.
fn veraendert(gelesen: &Gelesen, gefunden: u64, erwartet: u64) -> Meldung {
    let text = format!(
        "die Datei hat sich während des Laufs verändert: von {erwartet} Fällen mehrfach gelieferter Praxen waren beim \
         zweiten Lesen {gefunden} zu finden; bitte den Lauf wiederholen, wenn niemand mehr in die Datei schreibt"
    );
    Meldung::neu(Code::DateiNichtLesbar, Ort::datei(name(gelesen)), text)
}
