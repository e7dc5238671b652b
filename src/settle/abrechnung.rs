//! From what was read to decisions, bookings and the equations that tie them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::abgleich::{Gleichung, Summen, gleichungen};
use super::buchung::{Buchung, Buchungslauf};
use super::entscheidung::Entscheidung09;
use super::uebernahme::{self, Bewerber};
use crate::ergebnis::Ergebnis;
use crate::euro::Cent;
use crate::evaluate::kandidat::{Ertrag, Kandidat, Ungekennzeichnet};
use crate::evaluate::par05::{self, Entscheidung05};
use crate::evaluate::par06::{self, Entscheidung06, Insellage};
use crate::evaluate::par09::sachverhalt::Grundlage;
use crate::evaluate::par09::{self};
use crate::kennung::Praxis;
use crate::meldung::{Code, Meldung, Meldungen, Stelle};
use crate::parameter::Regeln;
use crate::quartal::Quartal;
use crate::read::einstellungen::Einstellungen;
use crate::read::umschlag::Status;
use crate::stammdaten::{Dienstplan, Insel, Stammdaten};

/// Decisions and bookings of a run.
#[derive(Debug)]
pub struct Abrechnung {
    /// § 9, by practice and case id.
    pub par09: Vec<Entscheidung09>,
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
        self.par09.iter().filter(|e| e.sachverhalt.quartal < quartal).count() as u64
    }
}

impl Umstaende<'_> {
    /// Decides, books and checks the equations; errors are recorded.
    /// `faelle` is the number of cases as the readers counted them.
    pub fn rechne_ab(
        &self,
        grundlage: &Grundlage<'_>,
        ertrag: Ertrag,
        faelle: u64,
        meldungen: &mut Meldungen,
    ) -> Abrechnung {
        let (quartal, auslegungen) = (self.quartal, &self.einstellungen.auslegungen);
        let regeln = &self.regeln[&quartal];
        let ungekennzeichnet = self.hinweis(grundlage, ertrag.ungekennzeichnet, meldungen);
        let (nachzuegler, nicht_gekennzeichnet) = (ertrag.nachzuegler, ertrag.nicht_gekennzeichnet);
        let par09 = self.entscheide_par09(grundlage, ertrag.kandidaten);
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

    fn entscheide_par09(
        &self,
        grundlage: &Grundlage<'_>,
        mut kandidaten: Vec<Kandidat>,
    ) -> Vec<Entscheidung09> {
        kandidaten.sort_unstable_by(|a, b| {
            let schluessel = |k: &Kandidat| (k.datei, k.stelle);
            (a.praxis, a.fall_id.as_bytes())
                .cmp(&(b.praxis, b.fall_id.as_bytes()))
                .then_with(|| schluessel(a).cmp(&schluessel(b)))
        });
        let auslegungen = &self.einstellungen.auslegungen;
        let ohne_id: Vec<Option<(u32, Stelle)>> =
            kandidaten.iter().map(|k| k.id_erzeugt.then_some((k.datei, k.stelle))).collect();
        let mut entscheidungen: Vec<Entscheidung09> = kandidaten
            .into_iter()
            .map(|kandidat| {
                let par09 = &self.regeln[&kandidat.quartal].par09;
                let sachverhalt = grundlage.sachverhalt(&kandidat, par09);
                Entscheidung09 {
                    gruende: par09::pruefe(&sachverhalt, par09, auslegungen),
                    fall_id: kandidat.fall_id,
                    datei: Arc::clone(&self.namen[kandidat.datei as usize]),
                    stelle: kandidat.stelle,
                    patient: kandidat.patient,
                    sachverhalt,
                    wettbewerb: None,
                    betrag: Cent::NULL,
                }
            })
            .collect();
        self.vergib(&mut entscheidungen, &ohne_id);
        entscheidungen
    }

    /// Rows 17 to 19, and the amount of what is granted.
    fn vergib(&self, entscheidungen: &mut [Entscheidung09], ohne_id: &[Option<(u32, Stelle)>]) {
        let bewerber = entscheidungen
            .iter()
            .enumerate()
            .filter(|(_, entscheidung)| entscheidung.gruende.ist_leer())
            .filter_map(|(nummer, entscheidung)| {
                let sachverhalt = &entscheidung.sachverhalt;
                Some(Bewerber {
                    nummer,
                    patient: entscheidung.patient?,
                    quartal: sachverhalt.quartal,
                    erster_tag: sachverhalt.erster_tag_nach_schliessung()?,
                    praxis: sachverhalt.praxis,
                    fall_id: &entscheidung.fall_id,
                    ohne_id: ohne_id[nummer],
                    geschlossene: sachverhalt.schliessung.as_ref()?.praxis,
                    zuschlag_quartale: self.regeln[&sachverhalt.quartal].par09.zuschlag_quartale,
                })
            })
            .collect();
        let vorlauf = self.stammdaten.vorlauf.as_deref().unwrap_or_default();
        let ergebnis = uebernahme::entscheide(bewerber, vorlauf, &self.einstellungen.auslegungen);
        for (nummer, wettbewerb) in ergebnis {
            let entscheidung = &mut entscheidungen[nummer];
            if let Some(grund) = wettbewerb.grund {
                entscheidung.gruende.wenn(true, grund);
            }
            if entscheidung.gruende.ergebnis() == Ergebnis::Bewilligt {
                entscheidung.betrag = self.regeln[&entscheidung.sachverhalt.quartal].par09.zuschlag;
            }
            entscheidung.wettbewerb = Some(wettbewerb);
        }
    }

    /// Counts, per practice with a Bewilligung, the unmarked 0101/00 cases of Z's patients in the window.
    fn hinweis(
        &self,
        grundlage: &Grundlage<'_>,
        ungekennzeichnet: Vec<Ungekennzeichnet>,
        meldungen: &mut Meldungen,
    ) -> BTreeMap<Praxis, u64> {
        let mut je_praxis: BTreeMap<Praxis, u64> = BTreeMap::new();
        for fall in ungekennzeichnet {
            let regeln = self.regeln.get(&fall.quartal).or_else(|| self.regeln.get(&self.quartal));
            let trifft = regeln.is_some_and(|regeln| {
                grundlage.haette_gekennzeichnet_werden_koennen(
                    fall.praxis,
                    fall.patient,
                    fall.quartal,
                    &regeln.par09,
                )
            });
            *je_praxis.entry(fall.praxis).or_default() += u64::from(trifft);
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
