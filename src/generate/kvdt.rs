//! Claims in KVDT, line by line: a file for each practice, and in the look-back one for each closed
//! practice and quarter. One file holds the practice and its branch.
//!
//! KVDT has no flag for § 9. There a case is marked by a service with the GNR of the settings; the
//! field 5009 right behind that GNR (5001), before the service's 5098 and 5099, holds the nine digits
//! of the closed practice, if the mark names it. So the one marked case without any service, which
//! the XML form marks by attribute (`leistungstag_fehlt`), is an unmarked case here.
//!
//! Fields stand in the order of KBV's samples. The mandatory ones are there, besides those of the
//! address, which give a case about the size that real ones have.

use super::ausgabe::Ausgabe;
use super::faelle::{self, Geschlossene, erstellt};
use super::kennungen::{Bsnr, ziffern};
use super::person::{self, Person};
use super::plan::Plan;
use super::praxis::Praxis;
use super::schreiber::{Fallkopf, Leistung, Schreiber};
use super::werte::{Dezimal, Kalender, Kodierung, jjjjmmtt};
use crate::quartal::Quartal;

/// Most bytes of a line's content.
const INHALT_MAX: usize = 990;

/// A practice that delivers a file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lieferant {
    /// A fixed one, by its place among those of the plan.
    Fest(usize),
    /// By its place in the plan.
    Praxis(u32),
    /// A closed one, in a quarter of the look-back.
    Geschlossen(Geschlossene, Quartal),
}

/// Returns whose files there are.
pub(super) fn lieferanten(plan: &Plan) -> Vec<Lieferant> {
    let rueckblick = faelle::rueckblick_quartale(plan).into_iter().flat_map(|quartal| {
        faelle::geschlossene(plan, quartal).map(move |wer| Lieferant::Geschlossen(wer, quartal))
    });
    let feste = (0..plan.feste.len()).map(Lieferant::Fest);
    feste.chain((0..plan.praxen()).map(Lieferant::Praxis)).chain(rueckblick).collect()
}

impl Lieferant {
    fn praxis(self, plan: &Plan) -> Praxis {
        match self {
            Self::Fest(platz) => plan.feste[platz].praxis.clone(),
            Self::Praxis(platz) => plan.praxis(platz),
            Self::Geschlossen(wer, _) => wer.praxis(plan),
        }
    }

    fn quartal(self, plan: &Plan) -> Quartal {
        match self {
            Self::Fest(_) | Self::Praxis(_) => plan.umfang.quartal,
            Self::Geschlossen(_, quartal) => quartal,
        }
    }

    /// Returns the name that KBV prescribes: packages, BSNR, creation.
    pub(super) fn name(self, plan: &Plan) -> String {
        let ordner = match self {
            Self::Fest(_) | Self::Praxis(_) => "",
            Self::Geschlossen(..) => "rueckblick/",
        };
        let (bsnr, tag) = (self.praxis(plan).bsnr, erstellt(self.quartal(plan)).deutsch());
        format!("{ordner}Z01{}_{tag}_12.00.con", String::from_utf8_lossy(&bsnr))
    }

    /// Writes the file.
    pub(super) fn schreibe(self, plan: &Plan, aus: &mut Ausgabe<'_>) {
        let (praxis, quartal) = (self.praxis(plan), self.quartal(plan));
        let frueherer;
        let kalender = if quartal == plan.umfang.quartal {
            &plan.kalender
        } else {
            frueherer = Kalender::neu(quartal);
            &frueherer
        };
        let mut datei = Kvdt {
            aus: &mut aus.text,
            seed: plan.umfang.seed,
            jahr: plan.umfang.quartal.jahr(),
            kalender,
            bsnr: praxis.bsnr,
            tag: None,
            diagnosen: ("", None),
        };
        datei.kopf(&praxis);
        match self {
            Self::Fest(platz) => {
                faelle::feste_praxis(plan, &plan.feste[platz], &mut datei);
                faelle::fester_zweig(plan, &plan.feste[platz], &mut datei);
            }
            Self::Praxis(platz) => faelle::praxis(plan, platz, &mut datei),
            Self::Geschlossen(wer, _) => {
                faelle::geschlossene_praxis(plan, wer, kalender, &mut datei);
            }
        }
        datei.feld(*b"8000", b"adt9");
        datei.feld(*b"8000", b"con9");
    }
}

/// Writes one practice into its file.
struct Kvdt<'a> {
    aus: &'a mut Vec<u8>,
    seed: u64,
    /// The year of the run, in which nobody is unborn.
    jahr: i32,
    /// The quarter of the file.
    kalender: &'a Kalender,
    /// Where the services are rendered.
    bsnr: Bsnr,
    /// The day of the case's last service.
    tag: Option<u32>,
    /// The diagnoses of the case.
    diagnosen: (&'static str, Option<&'static str>),
}

impl Kvdt<'_> {
    /// Writes a line.
    #[inline]
    fn feld(&mut self, kennung: [u8; 4], inhalt: &[u8]) {
        debug_assert!((1..=INHALT_MAX).contains(&inhalt.len()), "{kennung:?}");
        let laenge: [u8; 3] = ziffern(inhalt.len() as u64 + 9);
        self.aus.extend_from_slice(&laenge);
        self.aus.extend_from_slice(&kennung);
        self.aus.extend_from_slice(inhalt);
        self.aus.extend_from_slice(b"\r\n");
    }

    /// Writes a line with letters that ASCII does not have.
    fn text(&mut self, kennung: [u8; 4], text: &str) {
        let ab = self.aus.len();
        self.aus.extend_from_slice(b"000");
        self.aus.extend_from_slice(&kennung);
        Kodierung::Latin9.text(self.aus, text);
        self.aus.extend_from_slice(b"\r\n");
        let laenge = self.aus.len() - ab;
        debug_assert!((10..=INHALT_MAX + 9).contains(&laenge), "{text}");
        self.aus[ab..ab + 3].copy_from_slice(&ziffern::<3>(laenge as u64));
    }

    /// Writes the records before the cases.
    fn kopf(&mut self, praxis: &Praxis) {
        let quartal = self.kalender.quartal;
        self.feld(*b"8000", b"con0");
        self.feld(*b"9103", jjjjmmtt(erstellt(quartal)).as_bytes());
        self.feld(*b"9106", b"4");
        self.feld(*b"9132", b"1");
        self.feld(*b"8000", b"besa");
        let bezeichnung = praxis.art.bezeichnung();
        self.betriebsstaette_in_besa(praxis, &praxis.bsnr, bezeichnung);
        if let Some(zweig) = praxis.zweig {
            self.betriebsstaette_in_besa(praxis, &zweig, &format!("Zweig: {bezeichnung}"));
        }
        self.feld(*b"8000", b"rvsa");
        for bsnr in std::iter::once(praxis.bsnr).chain(praxis.zweig) {
            self.feld(*b"0201", &bsnr);
            self.feld(*b"0300", b"0");
            self.feld(*b"0301", b"0");
        }
        let (monat, jahr) = (quartal.nummer() * 3 - 2, quartal.jahr() % 100);
        self.feld(*b"8000", b"adt0");
        self.feld(*b"0105", b"Y/9/9999/99/999");
        self.feld(*b"9102", b"17");
        self.feld(*b"9212", format!("ADT{monat:02}{jahr:02}.01").as_bytes());
        self.text(*b"0102", "Erzeugte Testdaten, alles erfunden außer den Gemeinden");
        self.feld(*b"9204", self.kalender.kvdt_name());
    }

    fn betriebsstaette_in_besa(&mut self, praxis: &Praxis, bsnr: &Bsnr, bezeichnung: &str) {
        self.feld(*b"0201", bsnr);
        self.text(*b"0203", &format!("{bezeichnung} {}", praxis.ort));
        for arzt in &praxis.aerzte {
            self.feld(*b"0212", &arzt.lanr);
            self.text(*b"0211", &person::arzt(&arzt.lanr));
        }
        // Digits 3 to 7 of a BSNR count the practices of a district.
        let laufend = bsnr[2..7].iter().fold(0, |zahl, z| zahl * 10 + u32::from(z - b'0'));
        self.text(*b"0205", &format!("Dorfstraße {}", 1 + laufend % 99));
        // PLZ areas by the AGS, the rest invented.
        let region = match praxis.ags.as_bytes().get(2) {
            Some(b'1') => 38_000,
            Some(b'2') => 30_000,
            Some(b'3') => 21_000,
            _ => 26_000,
        };
        self.feld(*b"0215", &ziffern::<5>(u64::from(region + laufend % 1_000)));
        self.text(*b"0216", praxis.ort);
    }

    fn patient(&mut self, kopf: &Fallkopf<'_>) {
        let person = Person::patient(self.seed, kopf.patient, self.jahr);
        self.text(*b"3101", person.nachname);
        self.text(*b"3102", person.vorname);
        self.feld(*b"3103", &person.geburt);
        if let Some(id) = kopf.versicherter {
            self.feld(*b"3119", id);
        }
        self.text(*b"3107", person.strasse);
        self.feld(*b"3109", Dezimal::neu(person.hausnummer).text());
        self.feld(*b"3112", person.ort.0.as_bytes());
        self.feld(*b"3114", b"D");
        self.text(*b"3113", person.ort.1);
        self.feld(*b"3116", b"17");
        self.feld(*b"3108", person.versichertenart.as_bytes());
        self.feld(*b"3110", person.geschlecht.as_bytes());
        self.diagnosen = person.diagnosen;
    }
}

impl Schreiber for Kvdt<'_> {
    fn betriebsstaette(&mut self, bsnr: &Bsnr, _: &str) {
        self.bsnr = *bsnr;
    }

    fn betriebsstaette_ende(&mut self) {}

    fn zeigt(&mut self, _: &str) {}

    fn fall(&mut self, kopf: &Fallkopf<'_>) {
        self.tag = None;
        self.feld(*b"8000", kopf.schein.0.as_bytes());
        // The plan has fewer patients than 2^32.
        let patient = Dezimal::neu(u32::try_from(kopf.patient).unwrap_or(u32::MAX));
        self.feld(*b"3000", patient.text());
        self.feld(*b"3003", kopf.id);
        self.patient(kopf);
        let kalender = kopf.frueher.unwrap_or(self.kalender);
        self.feld(*b"4101", kalender.kvdt_name());
        // The serial number of the Kostenträger is in its IK.
        let [_, _, _, _, _, ik @ .., _] = kopf.kostentraeger;
        let [a, b, c] = *ik;
        self.feld(*b"4104", &[b'1', b'7', a, b, c]);
        self.feld(*b"4106", b"00");
        self.feld(*b"4111", kopf.kostentraeger);
        self.feld(*b"4131", b"00");
        self.feld(*b"4132", b"00");
        self.feld(*b"4121", b"1");
        self.feld(*b"4122", b"00");
        self.feld(*b"4239", kopf.schein.1.as_bytes());
    }

    fn leistung(&mut self, leistung: &Leistung<'_>) {
        if self.tag != Some(leistung.tag) {
            self.tag = Some(leistung.tag);
            self.feld(*b"5000", leistung.kalender.kvdt_tag(leistung.tag));
        }
        self.feld(*b"5001", leistung.gnr.as_bytes());
        match leistung.gnr {
            // Begun ten minutes of a talk, and when a visit was.
            "03230" => self.feld(*b"5005", b"002"),
            "01410" => {
                let zeit = 800 + leistung.tag % 10 * 100 + leistung.tag % 6 * 10;
                self.feld(*b"5006", &ziffern::<4>(u64::from(zeit)));
            }
            _ => {}
        }
        if let Some(von) = leistung.benannt {
            self.feld(*b"5009", &von);
        }
        let bsnr = self.bsnr;
        self.feld(*b"5098", &bsnr);
        self.feld(*b"5099", leistung.lanr);
    }

    fn fall_ende(&mut self) {
        let (erste, zweite) = self.diagnosen;
        for diagnose in std::iter::once(erste).chain(zweite) {
            self.feld(*b"6001", diagnose.as_bytes());
            self.feld(*b"6003", b"G");
        }
    }
}
