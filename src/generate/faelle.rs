//! The walk over practices and their cases, in the quarter and in the look-back; a [`Schreiber`]
//! writes what it tells. And the small files beside the claims.

use std::io::Write as _;

use super::bestand::{Bestand, Merkmale, Patienten};
use super::kennungen::{Lanr, PATIENTEN_JE_PRAXIS, Versicherte, kostentraeger};
use super::plan::{Fest, Plan, patienten_geschlossen};
use super::praxis::Praxis;
use super::schreiber::{Fallkopf, KENNZEICHEN_GNR, Leistung, Marke, Schreiber};
use super::situationen::{
    PATIENTEN, SCHLIESSUNGEN, SONDERFAELLE, Schliessung, Schreibung, Sonderfall, Vorher,
    geschlossen, unbekannte_praxis,
};
use super::werte::Kalender;
use super::zufall::{Zufall, Zweck};
use crate::quartal::{Quartal, Tag};

/// Returns the day on which deliveries for a quarter are made: seven weeks after its end.
pub(super) fn erstellt(quartal: Quartal) -> Tag {
    quartal.letzter_tag().plus(50)
}

/// Returns the marked cases of a fixed practice, each with its number.
fn sonderfaelle(zeichen: &str) -> Vec<(u32, &'static Sonderfall)> {
    (1..).zip(&SONDERFAELLE).filter(|(_, fall)| fall.praxis == zeichen).collect()
}

fn lanr(praxis: &Praxis) -> Vec<Lanr> {
    praxis.aerzte.iter().map(|arzt| arzt.lanr).collect()
}

/// Tells the cases of the practice at a place in the plan, and then those of its branch.
pub(super) fn praxis(plan: &Plan, platz: u32, schreiber: &mut impl Schreiber) {
    let praxis = plan.praxis(platz);
    let posten = plan.posten[platz as usize];
    let merkmale = Merkmale {
        versicherte: plan.versicherte,
        kalender: &plan.kalender,
        frueher: Some(&plan.frueher),
        tage: plan.kalender.tage(),
        art: praxis.art,
        aerzte: &lanr(&praxis),
        patienten: Patienten::Fortlaufend {
            ab: u64::from(platz) * PATIENTEN_JE_PRAXIS,
            praxen: plan.praxen(),
        },
        uebernahme: Some(plan.uebernahme(platz)),
    };
    let zufall = Zufall::neu(plan.umfang.seed, Zweck::Faelle, u64::from(platz));
    let mut bestand = Bestand::neu(merkmale, zufall, posten.faelle, posten.gekennzeichnet);
    let was = |zusatz: &str| format!("{zusatz}{}, {}", praxis.art.bezeichnung(), praxis.ort);
    schreiber.betriebsstaette(&praxis.bsnr, &was(""));
    if let Some(zweig) = praxis.zweig {
        bestand.schreibe(schreiber, posten.faelle - posten.faelle / 8);
        schreiber.betriebsstaette_ende();
        schreiber.betriebsstaette(&zweig, &was("Zweigpraxis: "));
    }
    bestand.schreibe(schreiber, posten.faelle);
    schreiber.betriebsstaette_ende();
}

/// Tells the cases of a fixed practice, without its branch.
pub(super) fn feste_praxis(plan: &Plan, fest: &Fest, schreiber: &mut impl Schreiber) {
    let praxis = &fest.praxis;
    let zeichen =
        if fest.zeichen.is_empty() { String::new() } else { format!("{}: ", fest.zeichen) };
    let was = format!("{zeichen}{}, {}", praxis.art.bezeichnung(), praxis.ort);
    schreiber.betriebsstaette(&praxis.bsnr, &was);
    gekennzeichnete(plan, fest, &sonderfaelle(&fest.zeichen), schreiber);
    let merkmale = Merkmale {
        versicherte: plan.versicherte,
        kalender: &plan.kalender,
        frueher: None,
        tage: fest.tage,
        art: praxis.art,
        aerzte: &lanr(praxis),
        patienten: Patienten::Fortlaufend { ab: fest.patienten_ab, praxen: 0 },
        uebernahme: plan.feste_uebernahme(fest),
    };
    let zufall = Zufall::neu(plan.umfang.seed, Zweck::Faelle, fest.patienten_ab);
    Bestand::neu(merkmale, zufall, fest.faelle, 0).schreibe(schreiber, fest.faelle);
    schreiber.betriebsstaette_ende();
}

/// Tells the cases of a fixed practice's branch, if it has any.
pub(super) fn fester_zweig(plan: &Plan, fest: &Fest, schreiber: &mut impl Schreiber) {
    let sonderfaelle = sonderfaelle(&format!("{}Z", fest.zeichen));
    if let Some(zweig) = fest.praxis.zweig.filter(|_| !sonderfaelle.is_empty()) {
        schreiber.betriebsstaette(&zweig, &format!("Zweigpraxis von {}", fest.zeichen));
        gekennzeichnete(plan, fest, &sonderfaelle, schreiber);
        schreiber.betriebsstaette_ende();
    }
}

fn gekennzeichnete(
    plan: &Plan,
    fest: &Fest,
    faelle: &[(u32, &Sonderfall)],
    schreiber: &mut impl Schreiber,
) {
    let quartal = plan.umfang.quartal;
    for (nummer, fall) in faelle {
        let frueher = (fall.quartal(quartal) != quartal).then_some(&plan.frueher);
        let von = geschlossen(fall.von)
            .map_or_else(|| unbekannte_praxis().bsnr(), |z| z.praxis(quartal).bsnr);
        schreiber.zeigt(if frueher.is_none() && fall.nachzuegler {
            "ausserhalb_zeitraum"
        } else {
            fall.zeigt
        });
        let id = format!("UEB-{nummer:03}");
        let versicherter = geschrieben(fall, plan.versicherte);
        let marke = if fall.benannt { Marke::Praxis(von) } else { Marke::OhnePraxis };
        schreiber.fall(&Fallkopf {
            id: id.as_bytes(),
            patient: fall.patientennummer(),
            versicherter: versicherter.as_deref(),
            kostentraeger: &kostentraeger(1 + u64::from(*nummer % 3)),
            schein: fall.schein,
            frueher,
            marke,
        });
        if let Some(arzt) = fest.praxis.aerzte.get(fall.arzt) {
            let kalender = frueher.unwrap_or(&plan.kalender);
            let leistung = |tag: &u8| Leistung::neu(kalender, u32::from(*tag), "03000", &arzt.lanr);
            for (platz, leistung) in fall.tage.iter().map(leistung).enumerate() {
                schreiber.leistung(&leistung);
                if let Some(kennzeichen) = marke.leistung(&leistung).filter(|_| platz == 0) {
                    schreiber.leistung(&kennzeichen);
                }
            }
        }
        schreiber.fall_ende();
    }
}

/// Returns the Versicherten-ID as the case has it.
fn geschrieben(fall: &Sonderfall, versicherte: Versicherte) -> Option<Vec<u8>> {
    let patient = fall.patientennummer();
    let id = versicherte.mit_pruefziffer(patient, 0);
    match fall.schreibung {
        Schreibung::Richtig => Some(id.to_vec()),
        Schreibung::Ungenau => Some([&id[..1].to_ascii_lowercase()[..], b" ", &id[1..]].concat()),
        Schreibung::FalschePruefziffer => Some(versicherte.mit_pruefziffer(patient, 1).to_vec()),
        Schreibung::Verkuerzt => Some(id[..9].to_vec()),
        Schreibung::Fehlt => None,
    }
}

/// Returns the quarters of the look-back, the earliest first.
pub(super) fn rueckblick_quartale(plan: &Plan) -> Vec<Quartal> {
    let lauf = plan.umfang.quartal;
    let feste = SCHLIESSUNGEN.iter().flat_map(|s| s.rueckblick(lauf));
    let andere = (0..plan.schliessungen()).flat_map(|c| gebraucht(plan.geschlossen(c).letzter_tag));
    let mut quartale: Vec<Quartal> = feste.chain(andere).filter(|q| *q < lauf).collect();
    quartale.sort_unstable();
    quartale.dedup();
    quartale
}

/// The quarter of D and the three before.
fn gebraucht(letzter_tag: Tag) -> impl Iterator<Item = Quartal> {
    let letztes = letzter_tag.quartal();
    letztes.plus(-3).bis(letztes)
}

/// A closed practice.
#[derive(Debug, Clone, Copy)]
pub(super) enum Geschlossene {
    Fest(&'static Schliessung),
    /// By its place in the plan.
    Plan(u32),
}

impl Geschlossene {
    /// Returns the practice.
    pub(super) fn praxis(self, plan: &Plan) -> Praxis {
        match self {
            Self::Fest(schliessung) => schliessung.praxis(plan.umfang.quartal),
            Self::Plan(platz) => plan.geschlossen(platz).praxis,
        }
    }
}

/// Returns the closed practices of which claims of a quarter before the run's are there.
pub(super) fn geschlossene(plan: &Plan, quartal: Quartal) -> impl Iterator<Item = Geschlossene> {
    let lauf = plan.umfang.quartal;
    let feste = SCHLIESSUNGEN.iter().filter(move |s| s.rueckblick(lauf).any(|q| q == quartal));
    let andere = (0..plan.schliessungen())
        .filter(move |platz| gebraucht(plan.geschlossen(*platz).letzter_tag).any(|q| q == quartal));
    feste.map(Geschlossene::Fest).chain(andere.map(Geschlossene::Plan))
}

/// Tells the cases of a closed practice in the quarter of `kalender`.
pub(super) fn geschlossene_praxis(
    plan: &Plan,
    wer: Geschlossene,
    kalender: &Kalender,
    schreiber: &mut impl Schreiber,
) {
    match wer {
        Geschlossene::Fest(schliessung) => {
            feste_schliessung(plan, schliessung, kalender, schreiber);
        }
        Geschlossene::Plan(platz) => schliessung(plan, platz, kalender, schreiber),
    }
}

/// Returns on how many days of the quarter a practice worked that closed on `letzter_tag`.
fn arbeitstage(kalender: &Kalender, letzter_tag: Tag) -> u32 {
    let tage = letzter_tag.seit(kalender.quartal.erster_tag()) + 1;
    u32::try_from(tage).unwrap_or(0).min(kalender.tage())
}

fn schliessung(plan: &Plan, platz: u32, kalender: &Kalender, schreiber: &mut impl Schreiber) {
    let geschlossen = plan.geschlossen(platz);
    let praxis = &geschlossen.praxis;
    let vor = geschlossen.letzter_tag.quartal().seit(kalender.quartal);
    let (ab, anzahl) = patienten_geschlossen(platz);
    let merkmale = Merkmale {
        versicherte: plan.versicherte,
        kalender,
        frueher: None,
        tage: arbeitstage(kalender, geschlossen.letzter_tag),
        art: praxis.art,
        aerzte: &lanr(praxis),
        patienten: Patienten::Reihum {
            ab,
            anzahl,
            beginn: anzahl / 3 * u32::try_from(vor).unwrap_or(0),
        },
        uebernahme: None,
    };
    let nummer = u64::from(platz) * 4 + u64::try_from(vor).unwrap_or(0);
    let mut zufall = Zufall::neu(plan.umfang.seed, Zweck::Rueckblick, nummer);
    let faelle = 800 + zufall.unter(401);
    let was = format!("Geschlossene {}, {}", praxis.art.bezeichnung(), praxis.ort);
    schreiber.betriebsstaette(&praxis.bsnr, &was);
    Bestand::neu(merkmale, zufall, faelle, 0).schreibe(schreiber, faelle);
    schreiber.betriebsstaette_ende();
}

fn feste_schliessung(
    plan: &Plan,
    schliessung: &Schliessung,
    kalender: &Kalender,
    schreiber: &mut impl Schreiber,
) {
    let lauf = plan.umfang.quartal;
    let praxis = schliessung.praxis(lauf);
    let letzter_tag = schliessung.letzter_tag(lauf);
    let was = format!("{}: {}, {}", schliessung.zeichen, praxis.art.bezeichnung(), praxis.ort);
    schreiber.betriebsstaette(&praxis.bsnr, &was);
    if letzter_tag.quartal().seit(kalender.quartal) == 1 {
        vorbehandelte(plan, (&praxis, schliessung.zeichen), kalender, schreiber);
    }
    let merkmale = Merkmale {
        versicherte: plan.versicherte,
        kalender,
        frueher: None,
        tage: arbeitstage(kalender, letzter_tag),
        art: praxis.art,
        aerzte: &lanr(&praxis),
        patienten: Patienten::Reihum {
            ab: schliessung.patienten_ab(),
            anzahl: PATIENTEN,
            beginn: 0,
        },
        uebernahme: None,
    };
    let nummer =
        schliessung.patienten_ab() + u64::try_from(lauf.seit(kalender.quartal)).unwrap_or(0);
    let zufall = Zufall::neu(plan.umfang.seed, Zweck::Rueckblick, nummer);
    Bestand::neu(merkmale, zufall, PATIENTEN, 0).schreibe(schreiber, PATIENTEN);
    schreiber.betriebsstaette_ende();
}

/// Writes how the patients of marked cases were seen, one case each.
fn vorbehandelte(
    plan: &Plan,
    (praxis, zeichen): (&Praxis, char),
    kalender: &Kalender,
    schreiber: &mut impl Schreiber,
) {
    let mut geschriebene = Vec::new();
    for fall in SONDERFAELLE.iter().filter(|fall| fall.von == zeichen) {
        let (schein, arzt) = match fall.vorher {
            Vorher::Nie => continue,
            Vorher::AlsPatient => (("0101", "00"), praxis.aerzte.first()),
            Vorher::NurInVertretung => (("0104", "42"), praxis.aerzte.first()),
            Vorher::NurBeimFacharzt => (("0101", "00"), praxis.aerzte.last()),
        };
        let patient = fall.patientennummer();
        if geschriebene.contains(&patient) {
            continue;
        }
        geschriebene.push(patient);
        let falsch = u64::from(fall.schreibung == Schreibung::FalschePruefziffer);
        let id = format!("V-{:03}", fall.patient);
        schreiber.fall(&Fallkopf {
            id: id.as_bytes(),
            patient,
            versicherter: Some(&plan.versicherte.mit_pruefziffer(patient, falsch)),
            kostentraeger: &kostentraeger(1),
            schein,
            frueher: None,
            marke: Marke::Keine,
        });
        if let Some(arzt) = arzt {
            schreiber.leistung(&Leistung::neu(kalender, 40, "03000", &arzt.lanr));
        }
        schreiber.fall_ende();
    }
}

/// Returns the fixed text files, by name: population, settings and key.
pub(super) fn nebendateien(plan: &Plan) -> [(&'static str, Vec<u8>); 3] {
    let mut zufall = Zufall::neu(plan.umfang.seed, Zweck::Schluessel, 0);
    let mut schluessel = b"# Erzeugter Testschluessel. Nie fuer echte Daten verwenden.\n".to_vec();
    for _ in 0..4 {
        // Writing to memory cannot fail.
        let _ = write!(schluessel, "{:016x}", zufall.naechste());
    }
    schluessel.push(b'\n');
    let einstellungen = format!(
        "# Einstellungen des erzeugten Quartals. Die anderen Auslegungen bleiben bei ihren Vorgaben.\n\n\
         # Ein Fall mit dieser GNR (erfunden) ist gekennzeichnet\n[par09]\nkennzeichen_gnr = [\"{KENNZEICHEN_GNR}\"]\n\n\
         # Buchungsstellen (erfunden; echte legt die KV in ihrem Kontenplan fest)\n[konten]\n\
         par05 = \"54105\"\npar06 = \"54106\"\npar09 = \"54109\"\n"
    );
    [
        ("gv100ad.txt", super::gemeinden::GV100AD.as_bytes().to_vec()),
        ("einstellungen.toml", einstellungen.into_bytes()),
        ("schluessel.txt", schluessel),
    ]
}
