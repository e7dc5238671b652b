//! The ordinary cases of one practice. They depend on the practice, its numbers in the plan and its
//! own stream of random numbers only, so neither threads nor files can change them.

use std::num::NonZeroUsize;

use super::kennungen::{Bsnr, Lanr, PATIENTEN_JE_PRAXIS, Versicherte, kostentraeger};
use super::praxis::Praxisart;
use super::schreiber::{Fallkopf, Leistung, Marke, Schreiber};
use super::werte::{Dezimal, Kalender};
use super::zufall::{Bits, Zufall, anteilig};

/// How many services a case has: 2 to 7, mostly few.
const LEISTUNGEN: [u32; 16] = [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7];

/// GNRs of a Hausarzt; a case begins with the first.
const GNR_HAUSARZT: [&str; 16] = [
    "03000", "03040", "03220", "03221", "03230", "03321", "03360", "03362", "01410", "01430",
    "01732", "32001", "32057", "32066", "02300", "03040H",
];

/// GNRs of the others; a case begins with the first.
const GNR_FACHARZT: [&str; 16] = [
    "08211", "08220", "01430", "01436", "01600", "01601", "33043", "33044", "32001", "32057",
    "01734", "01758", "02300", "02402", "33042A", "01320",
];

/// Kostenträger that a case can have.
const KOSTENTRAEGER: usize = 16;

/// Whose patients the cases are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Patienten {
    /// One after the other from a number on; some are patients of other practices, so many of which
    /// the plan has.
    Fortlaufend { ab: u64, praxen: u32 },
    /// In turn, so that within four quarters everybody comes.
    Reihum { ab: u64, anzahl: u32, beginn: u32 },
}

/// Whose patients the practice takes over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Uebernahme {
    /// The closed practice.
    pub(super) von: Bsnr,
    /// Numbers of its patients.
    pub(super) ab: u64,
    pub(super) anzahl: u32,
    /// Several practices share them: the first that comes here, and how far on the next is.
    pub(super) erster: u32,
    pub(super) schritt: u32,
    /// A late marked case can be decided.
    pub(super) nachzuegler: bool,
}

/// What the cases of a practice have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merkmale<'a> {
    pub(super) versicherte: Versicherte,
    pub(super) kalender: &'a Kalender,
    /// The quarter before, for late cases; `None`: there are none.
    pub(super) frueher: Option<&'a Kalender>,
    /// Days of the quarter on which it worked.
    pub(super) tage: u32,
    pub(super) art: Praxisart,
    pub(super) aerzte: &'a [Lanr],
    pub(super) patienten: Patienten,
    pub(super) uebernahme: Option<Uebernahme>,
}

/// Tells the cases of a practice.
#[derive(Debug)]
pub(super) struct Bestand<'a> {
    merkmale: Merkmale<'a>,
    zufall: Zufall,
    kostentraeger: [[u8; 9]; KOSTENTRAEGER],
    /// Cases that are still to come, and marked ones among them.
    faelle: u32,
    gekennzeichnet: u32,
    /// Number of the last case.
    nummer: u32,
    /// Own patients and taken-over ones so far.
    eigene: u32,
    uebernommen: u32,
    letzter: Option<u64>,
}

impl<'a> Bestand<'a> {
    pub(super) fn neu(
        merkmale: Merkmale<'a>,
        zufall: Zufall,
        faelle: u32,
        gekennzeichnet: u32,
    ) -> Self {
        let mut alle = [[b'0'; 9]; KOSTENTRAEGER];
        for (nummer, ik) in (1..).zip(&mut alle) {
            *ik = kostentraeger(nummer);
        }
        Self {
            merkmale,
            zufall,
            kostentraeger: alle,
            faelle,
            gekennzeichnet,
            nummer: 0,
            eigene: 0,
            uebernommen: 0,
            letzter: None,
        }
    }

    /// Tells the next `anzahl` cases, at most those that are left.
    pub(super) fn schreibe(&mut self, schreiber: &mut impl Schreiber, anzahl: u32) {
        for _ in 0..anzahl.min(self.faelle) {
            // Each of the rest has the same chance, and in the end exactly as many are marked.
            let markiert =
                0 < self.gekennzeichnet && self.zufall.unter(self.faelle) < self.gekennzeichnet;
            self.faelle -= 1;
            self.gekennzeichnet -= u32::from(markiert);
            self.nummer += 1;
            let mut bits = Bits(self.zufall.naechste());
            if markiert {
                self.gekennzeichneter(schreiber, &mut bits);
            } else {
                self.gewoehnlicher(schreiber, &mut bits);
            }
        }
    }

    fn gewoehnlicher(&mut self, schreiber: &mut impl Schreiber, bits: &mut Bits) {
        let merkmale = self.merkmale;
        // Now and then a second Schein of the same patient.
        let patient = match self.letzter.filter(|_| bits.selten(4)) {
            Some(letzter) => letzter,
            None => self.patient(bits),
        };
        self.letzter = Some(patient);
        let daten = Scheindaten {
            patient,
            // Without a card there may be no id.
            mit_id: !bits.selten(9),
            schein: schein(merkmale.art, bits.nimm(5)),
            frueher: merkmale.frueher.filter(|_| bits.selten(7)),
            marke: Marke::Keine,
        };
        self.fall(schreiber, bits, &daten);
    }

    /// Returns who comes: mostly somebody new, sometimes a patient of another practice, and where
    /// patients are taken over, one of them whom nobody marked.
    fn patient(&mut self, bits: &mut Bits) -> u64 {
        let wahl = bits.nimm(7);
        match self.merkmale.uebernahme {
            Some(uebernahme) if wahl == 0 => {
                uebernahme.ab + u64::from(self.zufall.unter(uebernahme.anzahl))
            }
            _ => self.eigener(wahl < 8),
        }
    }

    fn eigener(&mut self, auch_fremde: bool) -> u64 {
        self.eigene += 1;
        match self.merkmale.patienten {
            Patienten::Fortlaufend { praxen, .. } if 0 < praxen && auch_fremde => {
                let praxis = u64::from(self.zufall.unter(praxen));
                praxis * PATIENTEN_JE_PRAXIS + u64::from(self.zufall.unter(400))
            }
            Patienten::Fortlaufend { ab, .. } => ab + u64::from(self.eigene),
            Patienten::Reihum { ab, anzahl, beginn } => {
                ab + u64::from((beginn + self.eigene) % anzahl.max(1))
            }
        }
    }

    /// A marked case: mostly a patient of the closed practice in an own case, sometimes one that
    /// must be refused.
    fn gekennzeichneter(&mut self, schreiber: &mut impl Schreiber, bits: &mut Bits) {
        let merkmale = self.merkmale;
        let Some(uebernahme) = merkmale.uebernahme else {
            return self.gewoehnlicher(schreiber, bits);
        };
        let patient = if bits.selten(5) {
            self.eigener(false)
        } else {
            let platz = uebernahme.erster + self.uebernommen * uebernahme.schritt;
            self.uebernommen += 1;
            uebernahme.ab + u64::from(platz % uebernahme.anzahl.max(1))
        };
        let schein = match bits.nimm(6) {
            0 => ("0104", "42"),
            1 => ("0104", "41"),
            2 => ("0102", "24"),
            _ => ("0101", "00"),
        };
        let frueher = merkmale.frueher.filter(|_| uebernahme.nachzuegler && bits.selten(6));
        let marke = if bits.selten(1) { Marke::Praxis(uebernahme.von) } else { Marke::OhnePraxis };
        let mit_id = !bits.selten(7);
        self.fall(schreiber, bits, &Scheindaten { patient, mit_id, schein, frueher, marke });
    }

    fn fall(&mut self, schreiber: &mut impl Schreiber, bits: &mut Bits, daten: &Scheindaten<'_>) {
        let nummer = Dezimal::neu(self.nummer);
        let id = daten.mit_id.then(|| self.merkmale.versicherte.id(daten.patient));
        schreiber.fall(&Fallkopf {
            id: nummer.text(),
            patient: daten.patient,
            versicherter: id.as_ref().map(|id| &id[..]),
            kostentraeger: &self.kostentraeger[bits.nimm(4)],
            schein: daten.schein,
            frueher: daten.frueher,
            marke: daten.marke,
        });
        self.leistungen(schreiber, daten);
        schreiber.fall_ende();
    }

    fn leistungen(&mut self, schreiber: &mut impl Schreiber, daten: &Scheindaten<'_>) {
        let Merkmale { kalender, tage, aerzte, .. } = self.merkmale;
        let (kalender, tage) =
            daten.frueher.map_or((kalender, tage), |frueher| (frueher, frueher.tage()));
        let Some(anzahl_aerzte) = NonZeroUsize::new(aerzte.len()) else { return };
        let zahl = self.zufall.naechste();
        let mut tag = anteilig(zahl, tage);
        let mut bits = Bits(zahl);
        let anzahl = LEISTUNGEN[bits.nimm(4)];
        let mut arzt = bits.nimm(8) % anzahl_aerzte;
        let mut gnr = 0;
        for platz in 0..anzahl {
            let lanr = &aerzte[arzt];
            let ziffern = if ist_hausarzt(lanr) { &GNR_HAUSARZT } else { &GNR_FACHARZT };
            let leistung = Leistung::neu(kalender, tag, ziffern[gnr], lanr);
            schreiber.leistung(&leistung);
            if let Some(kennzeichen) = daten.marke.leistung(&leistung).filter(|_| platz == 0) {
                schreiber.leistung(&kennzeichen);
            }
            let mut bits = Bits(self.zufall.naechste());
            gnr = bits.nimm(4);
            // Not on the same day: within two weeks, as long as the practice works.
            let spaeter = if bits.selten(2) { 1 + anteilig(bits.0 << 32, 16) } else { 0 };
            tag = (tag + spaeter).min(tage.saturating_sub(1));
            if bits.selten(4) {
                arzt = (arzt + 1) % anzahl_aerzte;
            }
        }
    }
}

/// What stands on a Schein besides its number.
#[derive(Debug, Clone, Copy)]
struct Scheindaten<'a> {
    patient: u64,
    mit_id: bool,
    schein: (&'static str, &'static str),
    frueher: Option<&'a Kalender>,
    marke: Marke,
}

/// Fachgruppen 01 to 03, the end of the LANR.
fn ist_hausarzt(lanr: &Lanr) -> bool {
    lanr[7] == b'0' && (b'1'..=b'3').contains(&lanr[8])
}

/// Returns the Satzart and Scheinuntergruppe of an ordinary case, of which a Hausarzt has mostly own
/// ones and a Facharzt mostly referrals.
fn schein(art: Praxisart, wahl: usize) -> (&'static str, &'static str) {
    let ueberweisungen = match art {
        Praxisart::Facharzt => 16,
        Praxisart::Gemischt => 8,
        Praxisart::Hausarzt | Praxisart::Kinderarzt => 1,
    };
    match wahl {
        0 => ("0104", "42"),
        1 => ("0104", "41"),
        2 if art == Praxisart::Facharzt => ("0102", "21"),
        _ if wahl < 3 + ueberweisungen => ("0102", "24"),
        _ => ("0101", "00"),
    }
}
