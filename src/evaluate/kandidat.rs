//! From a batch of cases to what must be remembered of it: a small candidate per marked case, the
//! closed practices' treatments, counts.

use std::collections::BTreeMap;

use super::kandidaten::Kandidaten;
use crate::auslegung::Auslegungen;
use crate::evaluate::par09::{
    Markierung, abs1_hausarzt, abs3_satz3_benannt, abs3_satz3_kennzeichen, abs3_satz3_markierung,
    abs3_satz3_nennt_verschiedene,
};
use crate::evaluate::rueckblick::Rueckblicksammlung;
use crate::fall::{Fall, Satzart, Spalten};
use crate::kennung::{Bsnr, Praxis, VersichertenId};
use crate::meldung::{Code, Meldung, Meldungen, Ort, Stelle};
use crate::parameter::Par09;
use crate::quartal::{Quartal, Tage};
use crate::stammdaten::Stammdaten;

/// A marked case, as small as its decision allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kandidat {
    /// P: the practice that the delivered BSNR stands for in the treatment quarter.
    pub praxis: Praxis,
    /// End of its id in the texts of its list; [`Kandidaten`] sets it.
    pub id_bis: u32,
    /// The patient.
    pub patient: Option<VersichertenId>,
    /// Q.
    pub quartal: Quartal,
    /// Satzart.
    pub satzart: Satzart,
    /// Scheinuntergruppe.
    pub scheinuntergruppe: u8,
    /// How it is marked.
    pub markierung: Markierung,
    /// Z as the mark names it.
    pub benannt: Option<Praxis>,
    /// The source gave no id: the reader made one.
    pub id_erzeugt: bool,
    /// Service days.
    pub tage: Tage,
    /// Service days of a Hausarzt.
    pub tage_hausarzt: Tage,
    /// Index of the input.
    pub datei: u32,
    /// Where in it.
    pub stelle: Kurzstelle,
}

/// A [`Stelle`] in a third of its size, with the same order: 44 bits for the byte, 42 each for line and
/// record. 0 is unknown, all else one more than it is; no file is so large that they would not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kurzstelle([u8; 16]);

/// Bits of line and record.
const BITS: u32 = 42;

impl From<Stelle> for Kurzstelle {
    fn from(stelle: Stelle) -> Self {
        let kurz = |zahl: Option<u64>, bits: u32| {
            let zahl = zahl.map_or(0, |zahl| zahl.saturating_add(1));
            u128::from(zahl.min((1 << bits) - 1))
        };
        let byte = kurz(stelle.byte, 128 - 2 * BITS);
        let (zeile, satz) = (kurz(stelle.zeile, BITS), kurz(stelle.satz, BITS));
        Self((byte << (2 * BITS) | zeile << BITS | satz).to_be_bytes())
    }
}

impl From<Kurzstelle> for Stelle {
    fn from(kurz: Kurzstelle) -> Self {
        let alles = u128::from_be_bytes(kurz.0);
        let lang = |ab: u32, bits: u32| {
            let zahl = alles >> ab & ((1 << bits) - 1);
            u64::try_from(zahl).ok()?.checked_sub(1)
        };
        Self { byte: lang(2 * BITS, 128 - 2 * BITS), zeile: lang(BITS, BITS), satz: lang(0, BITS) }
    }
}

/// An unmarked 0101/00 case of a practice with a Bewilligung: the hint counts those of Z's patients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ungekennzeichnet {
    /// P.
    pub praxis: Praxis,
    /// The patient.
    pub patient: VersichertenId,
    /// Q.
    pub quartal: Quartal,
}

/// What an input is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zweck {
    /// The quarter's claims: marked cases are decided.
    Abrechnung,
    /// Claims of earlier quarters: only the closed practices' patients are kept.
    Rueckblick,
}

/// What one input gave.
#[derive(Debug, Default)]
pub struct Ertrag {
    /// Cases without a mark, of the quarter's claims.
    pub nicht_gekennzeichnet: u64,
    /// Cases of the quarter's claims whose treatment quarter is before the delivery's.
    pub nachzuegler: u64,
    /// Marked cases.
    pub kandidaten: Kandidaten,
    /// For the hint.
    pub ungekennzeichnet: Vec<Ungekennzeichnet>,
    /// The look-back.
    pub rueckblick: Rueckblicksammlung,
}

impl Ertrag {
    /// Adds what another input gave.
    pub fn uebernimm(&mut self, anderer: Self) {
        self.nicht_gekennzeichnet += anderer.nicht_gekennzeichnet;
        self.nachzuegler += anderer.nachzuegler;
        self.kandidaten.uebernimm(anderer.kandidaten);
        self.ungekennzeichnet.extend(anderer.ungekennzeichnet);
        self.rueckblick.uebernimm(anderer.rueckblick);
    }
}

/// What is known before the first case is read.
#[derive(Debug, Clone, Copy)]
pub struct Kontext<'a> {
    /// Reference data.
    pub stammdaten: &'a Stammdaten,
    /// Numbers of § 9 in the run's quarter.
    pub par09: &'a Par09,
    /// Numbers of § 9 in earlier quarters, as far as they are known: a late case is decided by its own.
    pub par09_frueher: &'a BTreeMap<Quartal, Par09>,
    /// Auslegungen.
    pub auslegungen: &'a Auslegungen,
}

/// The input that cases come from.
#[derive(Debug, Clone, Copy)]
pub struct Herkunft<'a> {
    /// Index of the input.
    pub datei: u32,
    /// Its name, as a place without line.
    pub ort: &'a Ort,
    /// The delivery's quarter.
    pub lieferung: Quartal,
    /// What it is read for.
    pub zweck: Zweck,
}

/// What is known of a BSNR in a quarter; neighbouring cases mostly share it.
#[derive(Debug, Clone, Copy)]
struct Zuordnung {
    bsnr: Bsnr,
    quartal: Quartal,
    praxis: Praxis,
    schliessung: Option<usize>,
    bewilligt: bool,
}

/// The last two of them, one of the delivery's quarter and one of a late case, which stands between.
#[derive(Debug, Default)]
struct Zuordnungen([Option<Zuordnung>; 2]);

impl Zuordnungen {
    fn hole(
        &mut self,
        kontext: &Kontext<'_>,
        bsnr: Bsnr,
        quartal: Quartal,
        lieferung: Quartal,
    ) -> Zuordnung {
        let letzte = &mut self.0[usize::from(quartal != lieferung)];
        match *letzte {
            Some(z) if z.bsnr == bsnr && z.quartal == quartal => z,
            _ => *letzte.insert(kontext.zuordnung(bsnr, quartal)),
        }
    }
}

/// Returns what the hint may count of unmarked case `i`.
fn hinweis(spalten: &Spalten<'_>, i: usize, zuordnung: Zuordnung) -> Option<Ungekennzeichnet> {
    let patient = spalten.versicherte[i].filter(|_| zuordnung.bewilligt)?;
    let zaehlt = spalten.satzart[i] == Satzart::Ambulant && spalten.scheinuntergruppe[i] == 0;
    let (praxis, quartal) = (zuordnung.praxis, zuordnung.quartal);
    zaehlt.then_some(Ungekennzeichnet { praxis, patient, quartal })
}

impl Kontext<'_> {
    fn zuordnung(&self, bsnr: Bsnr, quartal: Quartal) -> Zuordnung {
        let praxis = self.stammdaten.praxis_fuer(bsnr.praxis(), quartal);
        Zuordnung {
            bsnr,
            quartal,
            praxis,
            schliessung: self.stammdaten.schliessung(praxis),
            bewilligt: self.stammdaten.bewilligungen09_in(praxis, quartal).next().is_some(),
        }
    }

    /// Takes what a batch gives into `ertrag`.
    pub fn werte(
        &self,
        spalten: Spalten<'_>,
        herkunft: Herkunft<'_>,
        ertrag: &mut Ertrag,
        meldungen: &mut Meldungen,
    ) {
        let mut zuordnungen = Zuordnungen::default();
        let mut kennzeichen = abs3_satz3_kennzeichen(spalten.gnr, self.auslegungen).peekable();
        for (i, bis) in spalten.leistung_bis.iter().enumerate() {
            // The services are looked through once, for all cases: hardly any has a mark.
            let mut gnr = None;
            while let Some((_, gefunden)) = kennzeichen.next_if(|(platz, _)| platz < bis) {
                gnr = gnr.or(Some(gefunden));
            }
            let (bsnr, quartal) = (spalten.bsnr[i], spalten.quartal[i]);
            let zuordnung = zuordnungen.hole(self, bsnr, quartal, herkunft.lieferung);
            if let Some(platz) = zuordnung.schliessung {
                self.rueckblick(&spalten.fall(i), platz, herkunft, ertrag, meldungen);
            }
            if herkunft.zweck == Zweck::Rueckblick {
                continue;
            }
            ertrag.nachzuegler += u64::from(quartal < herkunft.lieferung);
            let markierung = abs3_satz3_markierung(gnr, spalten.kennzeichen[i]);
            if let Some(markierung) = markierung {
                let fall = spalten.fall(i);
                self.melde_nennung(&fall, herkunft, meldungen);
                let kandidat = self.kandidat(&fall, zuordnung.praxis, markierung, herkunft.datei);
                ertrag.kandidaten.nimm(kandidat, &String::from_utf8_lossy(fall.id));
            } else {
                ertrag.nicht_gekennzeichnet += 1;
                ertrag.ungekennzeichnet.extend(hinweis(&spalten, i, zuordnung));
            }
        }
    }

    /// Reports a marked case whose free texts name different closed practices.
    fn melde_nennung(&self, fall: &Fall<'_>, herkunft: Herkunft<'_>, meldungen: &mut Meldungen) {
        if abs3_satz3_nennt_verschiedene(fall, self.auslegungen) {
            let text = "die Kennzeichen des Falls nennen verschiedene geschlossene Praxen (Feld 5009); er gilt als \
                        gekennzeichnet, ohne eine zu nennen; bitte klären";
            let ort = Ort::neu(&herkunft.ort.datei, fall.stelle);
            meldungen.melde(Meldung::neu(Code::NennungWiderspricht, ort, text));
        }
    }

    /// Returns the longest look-back of any quarter that may be decided.
    pub fn rueckblick_quartale(&self) -> i32 {
        let alle = self.par09_frueher.values().chain([self.par09]);
        alle.map(|par09| par09.rueckblick_quartale).max().unwrap_or_default()
    }

    fn kandidat(
        &self,
        fall: &Fall<'_>,
        praxis: Praxis,
        markierung: Markierung,
        datei: u32,
    ) -> Kandidat {
        let par09 = self.par09_frueher.get(&fall.quartal).unwrap_or(self.par09);
        let mut tage = Tage::default();
        let mut tage_hausarzt = Tage::default();
        let (erster, anzahl) = (fall.quartal.erster_tag(), fall.quartal.tage());
        for (tag, lanr) in fall.tag.iter().zip(fall.lanr) {
            tage.merke_im(erster, anzahl, *tag);
            if abs1_hausarzt(lanr.fachgruppe(), par09, self.auslegungen) {
                tage_hausarzt.merke_im(erster, anzahl, *tag);
            }
        }
        let benannt = abs3_satz3_benannt(fall, self.auslegungen);
        Kandidat {
            praxis,
            id_bis: 0,
            patient: fall.versicherter,
            quartal: fall.quartal,
            satzart: fall.satzart,
            scheinuntergruppe: fall.scheinuntergruppe,
            markierung,
            benannt,
            id_erzeugt: fall.id_erzeugt,
            tage,
            tage_hausarzt,
            datei,
            stelle: fall.stelle.into(),
        }
    }

    fn rueckblick(
        &self,
        fall: &Fall<'_>,
        platz: usize,
        herkunft: Herkunft<'_>,
        ertrag: &mut Ertrag,
        meldungen: &mut Meldungen,
    ) {
        let schliessung = &self.stammdaten.schliessungen[platz];
        let platz = u32::try_from(platz).unwrap_or(u32::MAX);
        let auffaellig = ertrag.rueckblick.merke(
            fall,
            (platz, schliessung),
            herkunft.lieferung,
            self.rueckblick_quartale(),
        );
        let (praxis, d) = (schliessung.praxis, schliessung.letzter_tag.deutsch());
        let ort = || Ort::neu(&herkunft.ort.datei, fall.stelle);
        if 0 < auffaellig.leistungen_nach_schliessung {
            let text = format!(
                "ein Fall der geschlossenen Praxis {praxis} enthält Leistungen nach der Schließung am {d}; sie zählen \
                 nicht zum Rückblick, bitte prüfen"
            );
            meldungen.melde(Meldung::neu(Code::LeistungNachSchliessung, ort(), text));
        }
        if auffaellig.ohne_leistung {
            let text = format!(
                "ein Fall der geschlossenen Praxis {praxis} hat keine Leistung; er belegt keine Behandlung, bitte prüfen"
            );
            meldungen.melde(Meldung::neu(Code::RueckblickOhneLeistung, ort(), text));
        }
    }
}

#[cfg(test)]
mod tests;
