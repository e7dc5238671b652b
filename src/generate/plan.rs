//! The plan of a quarter: how many practices, how many cases and marks each has, which of them
//! close and who takes over. The sums are those that were asked for.

use std::ops::Range;

use super::bestand::Uebernahme;
use super::garantien;
use super::gemeinden::{self, Gemeinde};
use super::inseln;
use super::kennungen::{
    AB_GESCHLOSSEN, Arztnummer, Bsnr, Nummer, PATIENTEN_JE_PRAXIS, Versicherte,
};
use super::praxis::{Praxis, Praxisart, Praxisarzt};
use super::situationen::{PATIENTEN, SCHLIESSUNGEN, SONDERFAELLE, Schliessung, UEBERNEHMENDE};
use super::umfang::{Umfang, hat_regeln};
use super::werte::Kalender;
use super::zufall::{Zufall, Zweck};
use crate::quartal::{Quartal, Tag};

/// Cases of a practice on average.
const FAELLE_JE_PRAXIS: u64 = 1_000;

/// One practice in so many takes over patients.
const PRAXEN_JE_UEBERNAHME: u32 = 32;

/// So many practices share the patients of one that closed.
pub(super) const UEBERNAHMEN_JE_SCHLIESSUNG: u32 = 10;

/// One practice in so many has a branch.
const PRAXEN_JE_ZWEIG: u32 = 40;

/// Different patients of a closed practice in the four quarters of its look-back.
const PATIENTEN_GESCHLOSSEN: u32 = 1_500;

/// Ordinary cases of each fixed practice that works in the quarter.
const FAELLE_FEST: u32 = 20;

/// One marked case in so many comes from a practice that takes nobody over.
const UNBERECHTIGT: u64 = 16;

/// How many cases a practice has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Posten {
    pub(super) faelle: u32,
    pub(super) gekennzeichnet: u32,
}

/// A fixed practice and its ordinary cases.
#[derive(Debug, Clone)]
pub(super) struct Fest {
    /// By which the marked cases name it.
    pub(super) zeichen: String,
    pub(super) praxis: Praxis,
    pub(super) faelle: u32,
    /// Days of the quarter on which it worked.
    pub(super) tage: u32,
    /// The fixed closure whose patients come to it unmarked.
    pub(super) uebernimmt: Option<&'static Schliessung>,
    pub(super) patienten_ab: u64,
}

/// A closed practice of the plan.
#[derive(Debug, Clone)]
pub(super) struct Geschlossen {
    pub(super) praxis: Praxis,
    pub(super) letzter_tag: Tag,
}

/// The plan.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) umfang: Umfang,
    pub(super) versicherte: Versicherte,
    pub(super) kalender: Kalender,
    pub(super) frueher: Kalender,
    pub(super) feste: Vec<Fest>,
    pub(super) posten: Vec<Posten>,
    gemeinden: Vec<Gemeinde>,
    nachzuegler_gekennzeichnet: bool,
}

impl Plan {
    pub(super) fn neu(umfang: &Umfang) -> Self {
        let kalender = Kalender::neu(umfang.quartal);
        let frueher = Kalender::neu(umfang.quartal.plus(-1));
        let feste = feste(umfang.quartal, &kalender);
        let gewoehnliche: u64 = feste.iter().map(|fest| u64::from(fest.faelle)).sum();
        let gekennzeichnete = SONDERFAELLE.len() as u64;
        // The smallest quarter has room for several practices besides the fixed ones.
        let rest = umfang.faelle.saturating_sub(gewoehnliche + gekennzeichnete);
        let gefordert = umfang.gekennzeichnet.von(umfang.faelle);
        let marken = gefordert.saturating_sub(gekennzeichnete).min(rest);
        Self {
            versicherte: Versicherte::neu(umfang.seed),
            feste,
            posten: posten(umfang.seed, rest, marken),
            gemeinden: gemeinden::festland(),
            nachzuegler_gekennzeichnet: hat_regeln(frueher.quartal),
            kalender,
            frueher,
            umfang: umfang.clone(),
        }
    }

    /// Returns the number of practices that are not fixed.
    pub(super) fn praxen(&self) -> u32 {
        u32::try_from(self.posten.len()).unwrap_or(u32::MAX)
    }

    /// Returns the practices of one of several claims files.
    pub(super) fn bereich(&self, datei: u32, dateien: u32) -> Range<u32> {
        let grenze = |datei: u32| {
            let ab = u64::from(self.praxen()) * u64::from(datei) / u64::from(dateien);
            u32::try_from(ab).unwrap_or(u32::MAX)
        };
        grenze(datei)..grenze(datei + 1)
    }

    /// Returns the number of closures besides the fixed ones.
    pub(super) fn schliessungen(&self) -> u32 {
        self.praxen().div_ceil(PRAXEN_JE_UEBERNAHME * UEBERNAHMEN_JE_SCHLIESSUNG)
    }

    /// Returns the practice at a place.
    pub(super) fn praxis(&self, platz: u32) -> Praxis {
        let mut zufall = Zufall::neu(self.umfang.seed, Zweck::Praxis, u64::from(platz));
        let art = match zufall.unter(16) {
            _ if ist_uebernehmend(platz) && platz / PRAXEN_JE_UEBERNAHME % 4 == 3 => {
                Praxisart::Gemischt
            }
            _ if ist_uebernehmend(platz) => Praxisart::Hausarzt,
            0..=8 => Praxisart::Hausarzt,
            9..=12 => Praxisart::Facharzt,
            13..=14 => Praxisart::Gemischt,
            _ => Praxisart::Kinderarzt,
        };
        let ab = zufall.unter(8);
        let (anzahl, fachgruppen): (u32, [u32; 8]) = match art {
            Praxisart::Hausarzt => (1 + zufall.unter(3), [1, 1, 3, 1, 2, 1, 3, 1]),
            Praxisart::Facharzt => (1 + zufall.unter(2), [4, 5, 6, 10, 15, 19, 21, 28]),
            // However they begin, one of three neighbours is a Hausarzt.
            Praxisart::Gemischt => (3 + zufall.unter(4), [1, 15, 3, 28, 6, 1, 10, 2]),
            Praxisart::Kinderarzt => (1 + zufall.unter(2), [34; 8]),
        };
        let besetzt = |j| {
            let fachgruppe = fachgruppen[((ab + j) % 8) as usize];
            Praxisarzt::neu(Arztnummer::Praxis(platz, j).lanr(fachgruppe))
        };
        let gemeinde = &self.gemeinden[zufall.unter(self.zahl_der_gemeinden()) as usize];
        Praxis {
            bsnr: Nummer::Praxis(platz).bsnr(),
            zweig: (platz % PRAXEN_JE_ZWEIG == 7).then(|| Nummer::Zweig(platz).bsnr()),
            art,
            ags: gemeinde.ags,
            ort: gemeinde.name,
            insel: None,
            aerzte: (0..anzahl).map(besetzt).collect(),
            gueltig_bis: None,
        }
    }

    fn zahl_der_gemeinden(&self) -> u32 {
        u32::try_from(self.gemeinden.len()).unwrap_or(0)
    }

    /// Returns the closed practice at a place.
    pub(super) fn geschlossen(&self, platz: u32) -> Geschlossen {
        let letzter_tag = self.letzter_tag(platz);
        let laendlich = |g: &&Gemeinde| g.einwohner < 49_000;
        let mut zufall = Zufall::neu(self.umfang.seed, Zweck::Praxis, (1 << 32) + u64::from(platz));
        let schritte = zufall.unter(self.zahl_der_gemeinden()) as usize;
        let gemeinde = self.gemeinden.iter().filter(laendlich).cycle().nth(schritte);
        let (ags, ort) = gemeinde.map_or(("", ""), |g| (g.ags, g.name));
        let praxis = Praxis {
            bsnr: geschlossene_bsnr(platz),
            zweig: None,
            art: Praxisart::Hausarzt,
            ags,
            ort,
            insel: None,
            aerzte: vec![Praxisarzt::neu(Arztnummer::Geschlossen(platz).lanr(1))],
            gueltig_bis: Some(letzter_tag),
        };
        Geschlossen { praxis, letzter_tag }
    }

    /// Most practices close with the quarter before the run's, some earlier, some within it.
    fn letzter_tag(&self, platz: u32) -> Tag {
        let frueher = self.frueher.quartal;
        match platz % 4 {
            2 => frueher.plus(-1).letzter_tag(),
            3 => frueher.erster_tag().plus(45),
            _ => frueher.letzter_tag(),
        }
    }

    /// Returns the practices that take over patients from the closed one at a place.
    pub(super) fn uebernehmende(&self, schliessung: u32) -> impl Iterator<Item = u32> {
        let ab = schliessung * UEBERNAHMEN_JE_SCHLIESSUNG;
        let praxen = self.praxen();
        (ab..ab + UEBERNAHMEN_JE_SCHLIESSUNG)
            .map(|i| i * PRAXEN_JE_UEBERNAHME)
            .filter(move |platz| *platz < praxen)
    }

    /// Returns which patients of the closed practice come to the practice at a place.
    pub(super) fn uebernahme(&self, platz: u32) -> Uebernahme {
        let schliessung = naechste_schliessung(platz);
        Uebernahme {
            von: geschlossene_bsnr(schliessung),
            ab: patienten_ab(schliessung),
            anzahl: PATIENTEN_GESCHLOSSEN,
            erster: erster_patient(platz),
            schritt: UEBERNAHMEN_JE_SCHLIESSUNG,
            nachzuegler: self.nachzuegler_gekennzeichnet,
        }
    }

    /// Returns which patients of the fixed closure come to a fixed practice without being marked.
    pub(super) fn feste_uebernahme(&self, fest: &Fest) -> Option<Uebernahme> {
        let schliessung = fest.uebernimmt?;
        Some(Uebernahme {
            von: schliessung.praxis(self.umfang.quartal).bsnr,
            ab: schliessung.patienten_ab(),
            anzahl: PATIENTEN,
            erster: 0,
            schritt: 1,
            nachzuegler: false,
        })
    }
}

/// Returns the first number of the patients of the closed practice at a place, and how many they are.
pub(super) fn patienten_geschlossen(platz: u32) -> (u64, u32) {
    (patienten_ab(platz), PATIENTEN_GESCHLOSSEN)
}

fn patienten_ab(schliessung: u32) -> u64 {
    AB_GESCHLOSSEN + u64::from(schliessung) * PATIENTEN_JE_PRAXIS
}

/// Returns the first of the closed practice's patients who comes to the practice at a place.
pub(super) fn erster_patient(platz: u32) -> u32 {
    platz / PRAXEN_JE_UEBERNAHME % UEBERNAHMEN_JE_SCHLIESSUNG
}

fn geschlossene_bsnr(platz: u32) -> Bsnr {
    Nummer::Geschlossen(platz).bsnr()
}

fn ist_uebernehmend(platz: u32) -> bool {
    platz.is_multiple_of(PRAXEN_JE_UEBERNAHME)
}

fn naechste_schliessung(platz: u32) -> u32 {
    platz / PRAXEN_JE_UEBERNAHME / UEBERNAHMEN_JE_SCHLIESSUNG
}

/// Returns the fixed practices that deliver in the quarter.
fn feste(quartal: Quartal, kalender: &Kalender) -> Vec<Fest> {
    let ab = |platz: usize| super::kennungen::AB_FEST + (32 + platz as u64) * PATIENTEN_JE_PRAXIS;
    let fest = |zeichen: String, praxis| Fest {
        zeichen,
        praxis,
        faelle: FAELLE_FEST,
        tage: kalender.tage(),
        uebernimmt: None,
        patienten_ab: 0,
    };
    // Closures that still bill in the quarter: one until its last day, one only by mistake.
    let geschlossene = SCHLIESSUNGEN.iter().filter_map(|schliessung| {
        let letzter_tag = schliessung.letzter_tag(quartal);
        let praxis = schliessung.praxis(quartal);
        let bis_zuletzt = quartal.enthaelt(letzter_tag);
        let tage = u32::try_from(letzter_tag.seit(quartal.erster_tag()) + 1).unwrap_or(0);
        let fest = fest(schliessung.zeichen.to_string(), praxis);
        match bis_zuletzt {
            true => Some(Fest { tage, ..fest }),
            false if fest.praxis.gueltig_bis.is_none() => Some(Fest { faelle: 0, ..fest }),
            false => None,
        }
    });
    let uebernehmende = UEBERNEHMENDE.iter().map(|r| Fest {
        faelle: if r.besteht() { FAELLE_FEST } else { 0 },
        uebernimmt: r.bewilligt.chars().next().and_then(super::situationen::geschlossen),
        ..fest(r.zeichen.to_owned(), r.praxis(quartal))
    });
    let andere = std::iter::once(garantien::praxis()).chain(inseln::praxen());
    let andere = andere.map(|praxis| fest(String::new(), praxis));
    let alle = geschlossene.chain(uebernehmende).chain(andere).enumerate();
    alle.map(|(platz, fest)| Fest { patienten_ab: ab(platz), ..fest }).collect()
}

/// Shares `rest` cases and `marken` marks out to practices.
fn posten(seed: u64, rest: u64, marken: u64) -> Vec<Posten> {
    let anzahl = ((rest + FAELLE_JE_PRAXIS / 2) / FAELLE_JE_PRAXIS).max(1);
    // Each border between two practices is moved by less than half the distance of two borders.
    let spielraum = rest / anzahl * 3 / 10;
    let grenze = |platz: u64| {
        let fest = platz * rest / anzahl;
        if platz == 0 || platz == anzahl {
            return fest;
        }
        let breite = u32::try_from(2 * spielraum + 1).unwrap_or(u32::MAX);
        fest + u64::from(Zufall::neu(seed, Zweck::Groesse, platz).unter(breite)) - spielraum
    };
    let groesse = |platz: u64| u32::try_from(grenze(platz + 1) - grenze(platz)).unwrap_or(0);
    let mut posten: Vec<Posten> =
        (0..anzahl).map(|platz| Posten { faelle: groesse(platz), gekennzeichnet: 0 }).collect();
    kennzeichne(&mut posten, rest, marken);
    posten
}

/// Shares the marks out: nearly all go to the practices that take over patients, as long as there
/// is room, and within each group everybody has the same share.
fn kennzeichne(posten: &mut [Posten], rest: u64, marken: u64) {
    let summe = |posten: &[Posten]| -> u64 {
        posten.iter().step_by(PRAXEN_JE_UEBERNAHME as usize).map(|p| u64::from(p.faelle)).sum()
    };
    let bei_uebernehmenden = summe(posten);
    let bei_anderen = rest - bei_uebernehmenden;
    let berechtigt = (marken - marken / UNBERECHTIGT)
        .min(bei_uebernehmenden - bei_uebernehmenden / 4)
        .max(marken.saturating_sub(bei_anderen));
    let mut gruppen =
        [(berechtigt, bei_uebernehmenden, 0_u64), (marken - berechtigt, bei_anderen, 0_u64)];
    for (platz, posten) in (0..).zip(posten) {
        let (marken, faelle, bisher) = &mut gruppen[usize::from(!ist_uebernehmend(platz))];
        let bis = *bisher + u64::from(posten.faelle);
        // 10^8 cases times 10^8 marks fit.
        let anteil = |bis: u64| bis * *marken / (*faelle).max(1);
        posten.gekennzeichnet = u32::try_from(anteil(bis) - anteil(*bisher)).unwrap_or(0);
        *bisher = bis;
    }
}

#[cfg(test)]
mod tests {
    use super::super::umfang::Form;
    use super::*;

    #[test]
    fn the_sums_are_those_that_were_asked_for() {
        for (rest, marken) in [
            (9_000, 0),
            (9_000, 1),
            (9_643, 14),
            (9_643, 9_643),
            (9_643, 9_600),
            (1_000_000, 5_000),
            (1_000_001, 31_250),
            (1_000_001, 999_999),
            (99_999_999, 99_999_998),
        ] {
            let posten = posten(rest ^ marken, rest, marken);
            let summe = |zahl: fn(&Posten) -> u32| -> u64 {
                posten.iter().map(|posten| u64::from(zahl(posten))).sum()
            };
            assert_eq!(summe(|p| p.faelle), rest);
            assert_eq!(summe(|p| p.gekennzeichnet), marken, "{rest}");
            assert!(posten.iter().all(|p| p.gekennzeichnet <= p.faelle), "{rest} {marken}");
            assert!(posten.iter().all(|p| (300..1_800).contains(&p.faelle)), "{rest}");
        }
    }

    #[test]
    fn every_practice_lies_in_one_file() {
        for dateien in [1, 3, 8, 9_999] {
            let quartal = "2024Q1".parse().expect("Quartal");
            let anteil = "0.005".parse().expect("Anteil");
            let umfang =
                Umfang::neu(50_000, 1, quartal, Form::Xml { dateien }, anteil).expect("Umfang");
            let plan = Plan::neu(&umfang);
            let alle: Vec<u32> =
                (0..dateien).flat_map(|datei| plan.bereich(datei, dateien)).collect();
            assert_eq!(alle, (0..plan.praxen()).collect::<Vec<_>>());
        }
    }
}
