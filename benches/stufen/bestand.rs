//! Everything that decisions need, in memory, and the rules over it.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::mem;
use std::sync::Arc;

use rayon::prelude::*;
use strukturfonds::evaluate::kandidat::{Ertrag, Herkunft, Kontext, Zweck};
use strukturfonds::evaluate::par09::sachverhalt::Grundlage;
use strukturfonds::evaluate::par09::{Sachverhalt, pruefe};
use strukturfonds::fall::Stapel;
use strukturfonds::meldung::{Meldungen, Ort};
use strukturfonds::parameter::{Par09, Parameter, Regeln};
use strukturfonds::quartal::Quartal;
use strukturfonds::read::dienstplan::DienstplanLeser;
use strukturfonds::read::eingaben::{Art, Eingaben};
use strukturfonds::read::einstellungen::{self, Einstellungen};
use strukturfonds::read::einwohner::EinwohnerBau;
use strukturfonds::read::stammdaten::{StammdatenLeser, Stammdatenbau};
use strukturfonds::read::umschlag::Status;
use strukturfonds::settle::abrechnung::Umstaende;
use strukturfonds::stammdaten::{Dienstplan, Einwohner, Insel, Stammdaten};

use super::erster_grund::erster_grund;
use super::{falldateien, lies, roh};

/// The batches of one claims file.
struct Datei {
    quartal: Quartal,
    zweck: Zweck,
    stapel: Vec<Stapel>,
}

/// Everything that decisions need, in memory.
pub(crate) struct Bestand {
    quartal: Quartal,
    einstellungen: Einstellungen,
    regeln: BTreeMap<Quartal, Regeln>,
    frueher: BTreeMap<Quartal, Par09>,
    stammdaten: Stammdaten,
    einwohner: Einwohner,
    dienstplaene: BTreeMap<Insel, Dienstplan>,
    namen: Vec<Arc<str>>,
    dateien: Vec<Datei>,
}

impl Bestand {
    pub(crate) fn lies(eingaben: &Eingaben) -> Self {
        let mut meldungen = Meldungen::neu(10);
        let m = &mut meldungen;
        let text = |art| fs::read_to_string(&eingaben.der_art(art)[0].pfad).expect("Text");
        let name = Arc::from("einstellungen.toml");
        let einstellungen =
            einstellungen::lies(&name, &text(Art::Einstellungen)).expect("Einstellungen");
        let quartal: Quartal = "2024Q1".parse().expect("Quartal");
        let regeln: BTreeMap<Quartal, Regeln> = quartal
            .plus(-1)
            .bis(quartal)
            .filter_map(|q| Some((q, Parameter::eingebaut().regeln(q).ok()?)))
            .collect();
        let mut bau = Stammdatenbau::default();
        for eingabe in eingaben.der_art(Art::Stammdaten) {
            let leser = StammdatenLeser::neu(roh(eingabe), &eingabe.name, m).expect("Kopf");
            leser.lies(&mut bau, m).expect("Stammdaten");
        }
        let mut dienstplaene = BTreeMap::new();
        for eingabe in eingaben.der_art(Art::Dienstplan) {
            let leser = DienstplanLeser::neu(roh(eingabe), &eingabe.name, m).expect("Kopf");
            leser.lies(&mut dienstplaene, m).expect("Dienstplan");
        }
        let mut einwohner = EinwohnerBau::neu();
        for eingabe in eingaben.der_art(Art::Einwohner) {
            einwohner.lies(&eingabe.name, BufReader::new(roh(eingabe)), m).expect("Gemeinden");
        }
        let dateien = falldateien(eingaben);
        let bestand = Self {
            quartal,
            stammdaten: bau.fertig(quartal, &regeln[&quartal].par05, m),
            einwohner: einwohner.fertig(&einstellungen.verfuegbar_seit, m),
            dienstplaene,
            namen: dateien.iter().map(|eingabe| Arc::clone(&eingabe.name)).collect(),
            dateien: dateien
                .iter()
                .map(|eingabe| {
                    let mut stapel = Vec::new();
                    let quartal = lies(eingabe, |gelesen| stapel.push(mem::take(gelesen)));
                    let abrechnung = eingabe.art == Art::Faelle;
                    let zweck = if abrechnung { Zweck::Abrechnung } else { Zweck::Rueckblick };
                    Datei { quartal, zweck, stapel }
                })
                .collect(),
            frueher: regeln.iter().map(|(q, regeln)| (*q, regeln.par09.clone())).collect(),
            regeln,
            einstellungen,
        };
        assert!(!meldungen.hat_fehler());
        bestand
    }

    /// Returns the cases of the quarter's claims.
    pub(crate) fn faelle(&self) -> u64 {
        let abgerechnet = self.dateien.iter().filter(|datei| datei.zweck == Zweck::Abrechnung);
        abgerechnet.flat_map(|datei| &datei.stapel).map(|s| s.spalten().len() as u64).sum()
    }

    /// Evaluates all batches, a file by one thread as in a run.
    fn ertrag(&self, meldungen: &mut Meldungen) -> Ertrag {
        let kontext = Kontext {
            stammdaten: &self.stammdaten,
            par09: &self.regeln[&self.quartal].par09,
            par09_frueher: &self.frueher,
            auslegungen: &self.einstellungen.auslegungen,
        };
        let teile: Vec<(Ertrag, Meldungen)> = self
            .dateien
            .par_iter()
            .with_max_len(1)
            .enumerate()
            .map(|(nummer, datei)| {
                let (mut ertrag, mut meldungen) = (Ertrag::default(), Meldungen::neu(10));
                let ort = Ort::datei(&self.namen[nummer]);
                let nummer = u32::try_from(nummer).expect("wenige Dateien");
                let Datei { quartal: lieferung, zweck, .. } = *datei;
                let herkunft = Herkunft { datei: nummer, ort: &ort, lieferung, zweck };
                for stapel in &datei.stapel {
                    kontext.werte(stapel.spalten(), herkunft, &mut ertrag, &mut meldungen);
                }
                (ertrag, meldungen)
            })
            .collect();
        let mut ertrag = Ertrag::default();
        for (teil, m) in teile {
            ertrag.uebernimm(teil);
            meldungen.uebernimm(m);
        }
        ertrag
    }

    /// Evaluates all batches and settles, all reasons kept; returns how many decisions § 9 needed.
    pub(crate) fn werte(&self) -> usize {
        let mut meldungen = Meldungen::neu(10);
        let mut ertrag = self.ertrag(&mut meldungen);
        let rueckblick = mem::take(&mut ertrag.rueckblick).fertig();
        let auslegungen = &self.einstellungen.auslegungen;
        let grundlage = Grundlage::neu(&self.stammdaten, &self.einwohner, &rueckblick, auslegungen);
        let umstaende = Umstaende {
            quartal: self.quartal,
            lauf: 1,
            status: Some(Status::Test),
            einstellungen: &self.einstellungen,
            regeln: &self.regeln,
            stammdaten: &self.stammdaten,
            dienstplaene: &self.dienstplaene,
            namen: &self.namen,
        };
        let abrechnung = umstaende.rechne_ab(&grundlage, ertrag, self.faelle(), &mut meldungen);
        assert!(!meldungen.hat_fehler());
        abrechnung.par09.len()
    }

    /// Returns the facts of every flagged case with the numbers of its quarter.
    pub(crate) fn sachverhalte(&self) -> Vec<(Sachverhalt, &Par09)> {
        let mut ertrag = self.ertrag(&mut Meldungen::neu(10));
        let rueckblick = mem::take(&mut ertrag.rueckblick).fertig();
        let auslegungen = &self.einstellungen.auslegungen;
        let grundlage = Grundlage::neu(&self.stammdaten, &self.einwohner, &rueckblick, auslegungen);
        let faelle = ertrag.kandidaten.iter().map(|kandidat| {
            let par09 = &self.regeln[&kandidat.quartal].par09;
            let lage = grundlage.im_quartal(kandidat.quartal, par09);
            (lage.praxis(kandidat.praxis).sachverhalt(kandidat).eigener(), par09)
        });
        faelle.collect()
    }

    /// Rows 1 to 16 as the product examines them: every reason is kept. Returns how many there are.
    pub(crate) fn alle_gruende(&self, faelle: &[(Sachverhalt, &Par09)]) -> usize {
        let auslegungen = &self.einstellungen.auslegungen;
        faelle.iter().filter(|(fall, par09)| !pruefe(fall, par09, auslegungen).ist_leer()).count()
    }

    /// Rows 1 to 16 as a program does that stops at the first reason. Returns how many have one.
    pub(crate) fn erster_grund(&self, faelle: &[(Sachverhalt, &Par09)]) -> usize {
        let auslegungen = &self.einstellungen.auslegungen;
        faelle
            .iter()
            .filter(|(fall, par09)| erster_grund(fall, par09, auslegungen).is_some())
            .count()
    }

    /// Both find the same first reason: they examine the same conditions.
    pub(crate) fn pruefe_zwilling(&self, faelle: &[(Sachverhalt, &Par09)]) {
        let auslegungen = &self.einstellungen.auslegungen;
        for (fall, par09) in faelle {
            let alle = pruefe(fall, par09, auslegungen);
            assert_eq!(erster_grund(fall, par09, auslegungen), alle.alle().next(), "{fall:?}");
        }
    }
}
