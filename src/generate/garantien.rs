//! § 5: a practice with a guarantee for every reason of the table, and the guarantees of others.

use super::kennungen::{Arztnummer, Lanr, Nummer};
use super::praxis::{Praxis, Praxisart, Praxisarzt};
use super::zufall::{Zufall, Zweck};
use crate::quartal::{Quartal, Tag};

/// A day: in the quarter so many after the run's, so many days after its first.
type Rel = (i32, i32);

/// A guarantee of the fixed practice.
struct Fall {
    /// What becomes of it.
    zeigt: &'static str,
    fachgruppe: &'static str,
    beginn: Rel,
    ende: Option<Rel>,
    /// Share, and its first day.
    anteil: (&'static str, Rel),
    /// Fee of the quarter, in cents.
    honorar: Option<u64>,
    verstoss: bool,
}

const fn fall(zeigt: &'static str, beginn: Rel, honorar: u64) -> Fall {
    Fall {
        zeigt,
        fachgruppe: "HAUSARZT",
        beginn,
        ende: None,
        anteil: ("1", beginn),
        honorar: Some(honorar),
        verstoss: false,
    }
}

const FAELLE: [Fall; 11] = [
    fall("bewilligt", (0, 45), 12_480_35),
    Fall { anteil: ("0.5", (-3, 0)), ..fall("bewilligt", (-3, 0), 30_100_10) },
    fall("garantie_erreicht", (-1, 0), 95_000_00),
    fall("noch_nicht_aufgenommen", (1, 0), 0),
    Fall { ende: Some((-1, 75)), ..fall("taetigkeit_beendet", (-4, 9), 0) },
    fall("foerderdauer_abgelaufen", (-8, 14), 66_020_40),
    Fall { verstoss: true, ..fall("auflage_nicht_erfuellt", (-4, 31), 38_800_00) },
    Fall { anteil: ("0.75", (0, 31)), ..fall("anteil_fehlt", (0, 14), 21_015_77) },
    Fall { fachgruppe: "NEUROLOGIE", ..fall("fachgruppendurchschnitt_fehlt", (-2, 0), 30_001_00) },
    Fall { honorar: None, ..fall("honorar_fehlt", (-2, 45), 0) },
    fall("bewilligt", (-1, 15), 25_310_00),
];

/// A guarantee as the reference data has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Garantie {
    /// What becomes of it, where that is fixed.
    pub(super) zeigt: Option<&'static str>,
    pub(super) lanr: Lanr,
    pub(super) bsnr: [u8; 9],
    pub(super) fachgruppe: &'static str,
    pub(super) beginn: Tag,
    pub(super) ende: Option<Tag>,
    pub(super) anteil: (&'static str, Tag),
    /// Cents.
    pub(super) honorar: Option<u64>,
    pub(super) verstoss: bool,
}

/// Averages of the quarter a year before, in cents; Neurologie has none.
pub(super) const DURCHSCHNITTE: [(&str, u64); 2] =
    [("HAUSARZT", 71_484_00), ("FACHARZT", 62_310_75)];

fn lanr(platz: u32) -> Lanr {
    Arztnummer::Fest(300 + platz).lanr(if platz == 8 { 51 } else { 1 })
}

/// Returns the practice of the fixed guarantees.
pub(super) fn praxis() -> Praxis {
    Praxis {
        bsnr: Nummer::Fest(11, 90_301).bsnr(),
        zweig: None,
        art: Praxisart::Gemischt,
        ags: "03360002",
        ort: "Bad Bevensen",
        insel: None,
        aerzte: (0..).zip(&FAELLE).map(|(platz, _)| Praxisarzt::neu(lanr(platz))).collect(),
        gueltig_bis: None,
    }
}

fn tag(quartal: Quartal, (quartale, tage): Rel) -> Tag {
    quartal.plus(quartale).erster_tag().plus(tage)
}

/// Returns the fixed guarantees.
pub(super) fn feste(quartal: Quartal) -> impl Iterator<Item = Garantie> {
    (0..).zip(&FAELLE).map(move |(platz, fall)| Garantie {
        zeigt: Some(fall.zeigt),
        lanr: lanr(platz),
        bsnr: praxis().bsnr,
        fachgruppe: fall.fachgruppe,
        beginn: tag(quartal, fall.beginn),
        ende: fall.ende.map(|ende| tag(quartal, ende)),
        anteil: (fall.anteil.0, tag(quartal, fall.anteil.1)),
        honorar: fall.honorar,
        verstoss: fall.verstoss,
    })
}

/// One practice in so many has a guarantee, so that a Land has some dozens.
const PRAXEN_JE_GARANTIE: u32 = 200;

/// Returns the guarantee of the practice at a place in the plan, if it has one.
pub(super) fn der_praxis(
    platz: u32,
    praxis: impl FnOnce() -> Praxis,
    (seed, quartal): (u64, Quartal),
) -> Option<Garantie> {
    if platz % PRAXEN_JE_GARANTIE != PRAXEN_JE_GARANTIE / 2 {
        return None;
    }
    let praxis = praxis();
    let arzt = praxis.aerzte.first()?;
    let mut zufall = Zufall::neu(seed, Zweck::Honorar, u64::from(platz));
    let quartale = -i32::try_from(zufall.unter(8)).unwrap_or(0);
    let tage = i32::try_from(zufall.unter(90)).unwrap_or(0);
    let beginn = tag(quartal, (quartale, tage));
    let facharzt = praxis.art == Praxisart::Facharzt;
    Some(Garantie {
        zeigt: None,
        lanr: arzt.lanr,
        bsnr: praxis.bsnr,
        fachgruppe: if facharzt { "FACHARZT" } else { "HAUSARZT" },
        beginn,
        ende: None,
        anteil: (["1", "0.5", "0.75", "1"][zufall.unter(4) as usize], beginn),
        honorar: Some(u64::from(zufall.unter(90_000_00))),
        verstoss: false,
    })
}
