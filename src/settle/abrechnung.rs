//! From what was read to decisions, bookings and the equations that tie them.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::abgleich::{Gleichung, Summen, gleichungen};
use super::buchung::{Buchung, Buchungslauf};
use super::entscheidungen::{Entscheidungen09, Teil};
use super::uebernahme::{self, Bewerber};
use crate::evaluate::kandidat::{Ertrag, Kandidat, Ungekennzeichnet};
use crate::evaluate::kandidaten::{Fallplatz, Kandidaten};
use crate::evaluate::par05::{self, Entscheidung05};
use crate::evaluate::par06::{self, Entscheidung06, Insellage};
use crate::evaluate::par09;
use crate::evaluate::par09::sachverhalt::{Grundlage, Quartalslage};
use crate::kennung::Praxis;
use crate::meldung::{Code, Meldung, Meldungen};
use crate::parameter::Regeln;
use crate::quartal::Quartal;
use crate::read::einstellungen::Einstellungen;
use crate::read::umschlag::Status;
use crate::stammdaten::{Dienstplan, Insel, Stammdaten};

/// Decisions and bookings of a run.
#[derive(Debug)]
pub struct Abrechnung {
    /// § 9, by practice and case id.
    pub par09: Entscheidungen09,
    /// § 5, by physician, S, practice.
    pub par05: Vec<Entscheidung05>,
    /// § 6, by post.
    pub par06: Vec<Entscheidung06>,
    /// Islands, west to east.
    pub inseln: Vec<Insellage>,
    /// Bookings, by paragraph, quarter, practice, physician.
    pub buchungen: Vec<Buchung>,
    /// Unmarked cases that could have been marked, per practice (hint, no money).
    pub ungekennzeichnet: BTreeMap<Praxis, u64>,
    /// Sums of all decisions.
    pub summen: Summen,
    /// Cases of an earlier treatment quarter.
    pub nachzuegler: u64,
    /// The equations that were checked.
    pub gleichungen: Vec<Gleichung>,
}

/// What the decisions rest on besides the cases.
#[derive(Debug, Clone, Copy)]
pub struct Umstaende<'a> {
    /// The run's quarter.
    pub quartal: Quartal,
    /// Number of the run within the quarter.
    pub lauf: u32,
    /// Whether the deliveries are real.
    pub status: Option<Status>,
    /// The settings.
    pub einstellungen: &'a Einstellungen,
    /// Numbers of every quarter that is decided, the run's among them.
    pub regeln: &'a BTreeMap<Quartal, Regeln>,
    /// Reference data.
    pub stammdaten: &'a Stammdaten,
    /// Duty rosters.
    pub dienstplaene: &'a BTreeMap<Insel, Dienstplan>,
    /// Names of the inputs, by index.
    pub namen: &'a [Arc<str>],
}

impl Abrechnung {
    /// Returns how many late cases are marked, in a run for `quartal`.
    pub fn nachzuegler_gekennzeichnet(&self, quartal: Quartal) -> u64 {
        self.par09.blicke().filter(|e| e.fall().quartal < quartal).count() as u64
    }
}

impl Umstaende<'_> {
    /// Books what was decided and checks the equations; errors are recorded. `par09` are the decisions
    /// of § 9, `faelle` is the number of cases as the readers counted them.
    pub fn schliesse_ab(
        &self,
        par09: Entscheidungen09,
        ertrag: &Ertrag,
        ungekennzeichnet: BTreeMap<Praxis, u64>,
        faelle: u64,
        meldungen: &mut Meldungen,
    ) -> Abrechnung {
        let (quartal, auslegungen) = (self.quartal, &self.einstellungen.auslegungen);
        let regeln = &self.regeln[&quartal];
        let (nachzuegler, nicht_gekennzeichnet) = (ertrag.nachzuegler, ertrag.nicht_gekennzeichnet);
        let par05 = par05::entscheide(self.stammdaten, quartal, regeln, auslegungen, meldungen);
        let (inseln, par06) = par06::entscheide(
            self.stammdaten,
            self.dienstplaene,
            quartal,
            regeln,
            auslegungen,
            meldungen,
        );
        let buchungslauf = Buchungslauf {
            quartal,
            lauf: self.lauf,
            status: self.status,
            einstellungen: self.einstellungen,
            stammdaten: self.stammdaten,
        };
        let buchungen = buchungslauf.buche(&par05, &par06, &par09, meldungen);
        let summen = Summen::neu(&par05, &par06, &par09, (faelle, nicht_gekennzeichnet));
        let gleichungen = gleichungen(&summen, &buchungen);
        for gleichung in gleichungen.iter().filter(|gleichung| !gleichung.gilt()) {
            let text = format!(
                "{gleichung}; das ist ein Fehler des Programms, es wurde nichts geschrieben; bitte melden"
            );
            meldungen.melde(Meldung::ohne_ort(Code::GleichungVerletzt, text));
        }
        Abrechnung {
            par09,
            par05,
            par06,
            inseln,
            buchungen,
            ungekennzeichnet,
            summen,
            nachzuegler,
            gleichungen,
        }
    }

    /// Rows 1 to 16 of marked cases that follow each other in the order of [`reihenfolge`], the first
    /// of them number `ab`; and those of them that compete for their patient.
    pub fn urteile(
        &self,
        grundlage: &Grundlage<'_>,
        kandidaten: &Kandidaten,
        plaetze: &[Fallplatz],
        ab: usize,
    ) -> (Teil, Vec<Bewerber>) {
        let auslegungen = &self.einstellungen.auslegungen;
        let (mut teil, mut bewerber) = (Teil::mit_platz_fuer(plaetze.len()), Vec::new());
        let mut lagen: BTreeMap<Quartal, Quartalslage<'_>> = BTreeMap::new();
        let faelle: Vec<&Kandidat> = plaetze.iter().map(|platz| kandidaten.fall(*platz)).collect();
        let mut nummer = u32::try_from(ab).unwrap_or(u32::MAX);
        for gleiche in faelle.chunk_by(|a, b| (a.praxis, a.quartal) == (b.praxis, b.quartal)) {
            let (praxis, quartal) = (gleiche[0].praxis, gleiche[0].quartal);
            let par09 = &self.regeln[&quartal].par09;
            let neu = || grundlage.im_quartal(quartal, par09);
            let lage = lagen.entry(quartal).or_insert_with(neu).praxis(praxis);
            for fall in gleiche {
                let sachverhalt = lage.sachverhalt(fall);
                let gruende = par09::pruefe(&sachverhalt, par09, auslegungen);
                let geschlossene = sachverhalt.schliessung.map(|lage| lage.praxis);
                if gruende.ist_leer()
                    && let Some(erster_tag) = sachverhalt.erster_tag_nach_schliessung()
                    && let Some((patient, geschlossene)) = fall.patient.zip(geschlossene)
                {
                    bewerber.push(Bewerber {
                        patient,
                        quartal,
                        erster_tag,
                        praxis,
                        nummer,
                        geschlossene,
                    });
                }
                let platz = geschlossene.and_then(|z| self.stammdaten.schliessung(z));
                teil.nimm(sachverhalt, platz, gruende);
                nummer = nummer.saturating_add(1);
            }
        }
        teil.beende();
        (teil, bewerber)
    }

    /// Rows 17 to 19, and the amount of what is granted; `bewerber` in their order.
    pub fn vergib(&self, entscheidungen: &mut Entscheidungen09, bewerber: &[Bewerber]) {
        let vorlauf = self.stammdaten.vorlauf.as_deref().unwrap_or_default();
        let auslegungen = &self.einstellungen.auslegungen;
        let par09 = |quartal: Quartal| &self.regeln[&quartal].par09;
        let quartale = |quartal| par09(quartal).zuschlag_quartale;
        for eines_patienten in bewerber.chunk_by(|a, b| a.patient == b.patient) {
            let nimm = |bewerber: &Bewerber, wettbewerb| {
                entscheidungen.entscheide(bewerber, wettbewerb, par09(bewerber.quartal).zuschlag);
            };
            uebernahme::entscheide(eines_patienten, vorlauf, quartale, auslegungen, nimm);
        }
    }

    /// Counts, per practice with a Bewilligung, the unmarked 0101/00 cases of Z's patients in the window.
    pub fn hinweis(
        &self,
        grundlage: &Grundlage<'_>,
        mut faelle: Vec<Ungekennzeichnet>,
        meldungen: &mut Meldungen,
    ) -> BTreeMap<Praxis, u64> {
        faelle.sort_unstable_by_key(|fall| (fall.quartal, fall.praxis));
        let mut je_praxis: BTreeMap<Praxis, u64> = BTreeMap::new();
        for im_quartal in faelle.chunk_by(|a, b| a.quartal == b.quartal) {
            let quartal = im_quartal[0].quartal;
            let regeln = self.regeln.get(&quartal).or_else(|| self.regeln.get(&self.quartal));
            let Some(regeln) = regeln else { continue };
            let lage = grundlage.im_quartal(quartal, &regeln.par09);
            for der_praxis in im_quartal.chunk_by(|a, b| a.praxis == b.praxis) {
                let praxis = der_praxis[0].praxis;
                let lage = lage.praxis(praxis);
                let trifft =
                    |f: &&Ungekennzeichnet| lage.haette_gekennzeichnet_werden_koennen(f.patient);
                let anzahl = der_praxis.iter().filter(trifft).count() as u64;
                *je_praxis.entry(praxis).or_default() += anzahl;
            }
        }
        je_praxis.retain(|_, anzahl| 0 < *anzahl);
        for (praxis, anzahl) in &je_praxis {
            let text = format!(
                "Praxis {praxis} mit Bewilligung nach § 9: nicht gekennzeichnete Fälle bisheriger Patienten einer \
                 geschlossenen Praxis im Zeitraum; ohne Kennzeichen wird nichts gewährt (§ 9 Abs. 3 Satz 3)"
            );
            meldungen.melde(Meldung {
                anzahl: *anzahl,
                ..Meldung::ohne_ort(Code::NichtGekennzeichnet, text)
            });
        }
        je_praxis
    }
}

/// The order of decisions: by practice and case id, then as they were read.
pub fn reihenfolge(kandidaten: &Kandidaten, a: Fallplatz, b: Fallplatz) -> Ordering {
    let schluessel = |platz| {
        let Kandidat { praxis, datei, stelle, .. } = *kandidaten.fall(platz);
        (praxis, kandidaten.id(platz).as_bytes(), datei, stelle)
    };
    schluessel(a).cmp(&schluessel(b))
}
