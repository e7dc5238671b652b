//! Claims files: the quarter's, in parts of one delivery, and those of the look-back.

use std::io::Write as _;

use super::Fehler;
use super::ausgabe::Ausgabe;
use super::bestand::{Bestand, Merkmale, Patienten};
use super::kennungen::{Lanr, PATIENTEN_JE_PRAXIS, Versicherte, kostentraeger};
use super::plan::{Fest, Plan, patienten_geschlossen};
use super::praxis::Praxis;
use super::situationen::{
    PATIENTEN, SCHLIESSUNGEN, SONDERFAELLE, Schliessung, Schreibung, Sonderfall, Vorher,
    geschlossen, unbekannte_praxis,
};
use super::xml::{self, Fallkopf, Kalender, Kodierung, Marke};
use super::zufall::{Zufall, Zweck};
use crate::quartal::{Quartal, Tag};

/// What every envelope says: `mehr` stands before its end.
pub(super) fn kopf(lieferung: &str, quartal: Quartal, erstellt: Tag, mehr: &str) -> String {
    format!(
        "<kopf lieferung=\"{lieferung}\" kv=\"17\" quartal=\"{quartal}\" erstellt=\"{erstellt}\" \
         version=\"1.0\" status=\"TEST\" lieferart=\"voll\"{mehr}/>\n"
    )
}

/// Returns the day on which deliveries for a quarter are made: seven weeks after its end.
pub(super) fn erstellt(quartal: Quartal) -> Tag {
    quartal.letzter_tag().plus(50)
}

const BEGINN: &[u8] = b"<faelle xmlns=\"urn:strukturfonds:faelle:1\">\n";
const ENDE: &[u8] = b"</faelle>\n";

/// Claims files of the quarter and of the look-back share how practices are written.
#[derive(Debug, Clone, Copy)]
struct Schreiber {
    kodierung: Kodierung,
    versicherte: Versicherte,
}

/// Writes part `datei` (from 0) of the quarter's claims.
pub(super) fn teil(plan: &Plan, datei: u32, aus: &mut Ausgabe<'_>) -> Result<(), Fehler> {
    let schreiber =
        Schreiber { kodierung: Kodierung::der_datei(datei), versicherte: plan.versicherte };
    let (quartal, dateien) = (plan.umfang.quartal, plan.umfang.dateien);
    let mehr = format!(" teil=\"{}\" von_teilen=\"{dateien}\"", datei + 1);
    schreiber.kodierung.beginne(&mut aus.text);
    aus.text.extend_from_slice(BEGINN);
    aus.text.extend_from_slice(
        kopf(&format!("GEN-{quartal}"), quartal, erstellt(quartal), &mehr).as_bytes(),
    );
    if datei == 0 {
        for fest in &plan.feste {
            schreiber.feste_praxis(plan, fest, &mut aus.text);
        }
    }
    for platz in plan.bereich(datei) {
        schreiber.praxis(plan, platz, &mut aus.text);
        aus.bei_bedarf()?;
    }
    if datei + 1 == dateien {
        // The branch of R1 bills by itself, in another part if there is one.
        for fest in &plan.feste {
            let sonderfaelle = sonderfaelle(&format!("{}Z", fest.zeichen));
            if let Some(zweig) = fest.praxis.zweig.filter(|_| !sonderfaelle.is_empty()) {
                let was = format!("Zweigpraxis von {}", fest.zeichen);
                xml::praxis(&mut aus.text, schreiber.kodierung, &zweig, &was);
                schreiber.sonderfaelle(plan, fest, &sonderfaelle, &mut aus.text);
                xml::praxis_ende(&mut aus.text);
            }
        }
    }
    aus.text.extend_from_slice(ENDE);
    Ok(())
}

/// Returns the marked cases of a fixed practice, each with its number.
fn sonderfaelle(zeichen: &str) -> Vec<(u32, &'static Sonderfall)> {
    (1..).zip(&SONDERFAELLE).filter(|(_, fall)| fall.praxis == zeichen).collect()
}

fn lanr(praxis: &Praxis) -> Vec<Lanr> {
    praxis.aerzte.iter().map(|arzt| arzt.lanr).collect()
}

impl Schreiber {
    fn praxis(self, plan: &Plan, platz: u32, aus: &mut Vec<u8>) {
        let praxis = plan.praxis(platz);
        let posten = plan.posten[platz as usize];
        let merkmale = Merkmale {
            versicherte: self.versicherte,
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
        xml::praxis(aus, self.kodierung, &praxis.bsnr, &was(""));
        if let Some(zweig) = praxis.zweig {
            bestand.schreibe(aus, posten.faelle - posten.faelle / 8);
            xml::praxis_ende(aus);
            xml::praxis(aus, self.kodierung, &zweig, &was("Zweigpraxis: "));
        }
        bestand.schreibe(aus, posten.faelle);
        xml::praxis_ende(aus);
    }

    fn feste_praxis(self, plan: &Plan, fest: &Fest, aus: &mut Vec<u8>) {
        let praxis = &fest.praxis;
        let zeichen =
            if fest.zeichen.is_empty() { String::new() } else { format!("{}: ", fest.zeichen) };
        let was = format!("{zeichen}{}, {}", praxis.art.bezeichnung(), praxis.ort);
        xml::praxis(aus, self.kodierung, &praxis.bsnr, &was);
        self.sonderfaelle(plan, fest, &sonderfaelle(&fest.zeichen), aus);
        let merkmale = Merkmale {
            versicherte: self.versicherte,
            kalender: &plan.kalender,
            frueher: None,
            tage: fest.tage,
            art: praxis.art,
            aerzte: &lanr(praxis),
            patienten: Patienten::Fortlaufend { ab: fest.patienten_ab, praxen: 0 },
            uebernahme: plan.feste_uebernahme(fest),
        };
        let zufall = Zufall::neu(plan.umfang.seed, Zweck::Faelle, fest.patienten_ab);
        Bestand::neu(merkmale, zufall, fest.faelle, 0).schreibe(aus, fest.faelle);
        xml::praxis_ende(aus);
    }

    fn sonderfaelle(
        self,
        plan: &Plan,
        fest: &Fest,
        faelle: &[(u32, &Sonderfall)],
        aus: &mut Vec<u8>,
    ) {
        let quartal = plan.umfang.quartal;
        for (nummer, fall) in faelle {
            let frueher = (fall.quartal(quartal) != quartal).then_some(&plan.frueher);
            let von = geschlossen(fall.von)
                .map_or_else(|| unbekannte_praxis().bsnr(), |z| z.praxis(quartal).bsnr);
            let zeigt = if frueher.is_none() && fall.nachzuegler {
                "ausserhalb_zeitraum"
            } else {
                fall.zeigt
            };
            self.kodierung.text(aus, &format!("<!-- {zeigt} -->\n"));
            let id = format!("UEB-{nummer:03}");
            let versicherter = geschrieben(fall, self.versicherte);
            let kopf = Fallkopf {
                id: id.as_bytes(),
                versicherter: versicherter.as_deref(),
                kostentraeger: &kostentraeger(1 + u64::from(*nummer % 3)),
                schein: fall.schein,
                frueher,
                marke: if fall.benannt { Marke::Praxis(von) } else { Marke::OhnePraxis },
            };
            xml::fall(aus, &kopf);
            if let Some(arzt) = fest.praxis.aerzte.get(fall.arzt) {
                let kalender = frueher.unwrap_or(&plan.kalender);
                for tag in fall.tage {
                    xml::leistung(aus, kalender, u32::from(*tag), "03000", &arzt.lanr);
                }
            }
            xml::fall_ende(aus);
        }
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

/// Writes the claims of a quarter before the run's: those of the closed practices.
pub(super) fn rueckblick(
    plan: &Plan,
    quartal: Quartal,
    aus: &mut Ausgabe<'_>,
) -> Result<(), Fehler> {
    let kodierung = Kodierung::der_datei(u32::try_from(quartal.nummer()).unwrap_or(0));
    let schreiber = Schreiber { kodierung, versicherte: plan.versicherte };
    let kalender = Kalender::neu(quartal);
    kodierung.beginne(&mut aus.text);
    aus.text.extend_from_slice(BEGINN);
    let kopf = kopf(&format!("GEN-R-{quartal}"), quartal, erstellt(quartal), "");
    aus.text.extend_from_slice(kopf.as_bytes());
    for schliessung in &SCHLIESSUNGEN {
        if schliessung.rueckblick(plan.umfang.quartal).any(|q| q == quartal) {
            schreiber.feste_schliessung(plan, schliessung, &kalender, &mut aus.text);
        }
    }
    for platz in 0..plan.schliessungen() {
        if gebraucht(plan.geschlossen(platz).letzter_tag).any(|q| q == quartal) {
            schreiber.schliessung(plan, platz, &kalender, &mut aus.text);
            aus.bei_bedarf()?;
        }
    }
    aus.text.extend_from_slice(ENDE);
    Ok(())
}

/// Returns on how many days of the quarter a practice worked that closed on `letzter_tag`.
fn arbeitstage(kalender: &Kalender, letzter_tag: Tag) -> u32 {
    let tage = letzter_tag.seit(kalender.quartal.erster_tag()) + 1;
    u32::try_from(tage).unwrap_or(0).min(kalender.tage())
}

impl Schreiber {
    fn schliessung(self, plan: &Plan, platz: u32, kalender: &Kalender, aus: &mut Vec<u8>) {
        let geschlossen = plan.geschlossen(platz);
        let praxis = &geschlossen.praxis;
        let vor = geschlossen.letzter_tag.quartal().seit(kalender.quartal);
        let (ab, anzahl) = patienten_geschlossen(platz);
        let merkmale = Merkmale {
            versicherte: self.versicherte,
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
        xml::praxis(aus, self.kodierung, &praxis.bsnr, &was);
        Bestand::neu(merkmale, zufall, faelle, 0).schreibe(aus, faelle);
        xml::praxis_ende(aus);
    }

    fn feste_schliessung(
        self,
        plan: &Plan,
        schliessung: &Schliessung,
        kalender: &Kalender,
        aus: &mut Vec<u8>,
    ) {
        let lauf = plan.umfang.quartal;
        let praxis = schliessung.praxis(lauf);
        let letzter_tag = schliessung.letzter_tag(lauf);
        let was = format!("{}: {}, {}", schliessung.zeichen, praxis.art.bezeichnung(), praxis.ort);
        xml::praxis(aus, self.kodierung, &praxis.bsnr, &was);
        if letzter_tag.quartal().seit(kalender.quartal) == 1 {
            self.vorbehandelte(&praxis, schliessung.zeichen, kalender, aus);
        }
        let merkmale = Merkmale {
            versicherte: self.versicherte,
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
        Bestand::neu(merkmale, zufall, PATIENTEN, 0).schreibe(aus, PATIENTEN);
        xml::praxis_ende(aus);
    }

    /// Writes how the patients of marked cases were seen, one case each.
    fn vorbehandelte(self, praxis: &Praxis, zeichen: char, kalender: &Kalender, aus: &mut Vec<u8>) {
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
            let kopf = Fallkopf {
                id: id.as_bytes(),
                versicherter: Some(&self.versicherte.mit_pruefziffer(patient, falsch)),
                kostentraeger: &kostentraeger(1),
                schein,
                frueher: None,
                marke: Marke::Keine,
            };
            xml::fall(aus, &kopf);
            if let Some(arzt) = arzt {
                xml::leistung(aus, kalender, 40, "03000", &arzt.lanr);
            }
            xml::fall_ende(aus);
        }
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
    let einstellungen = "# Einstellungen des erzeugten Quartals. Alle Auslegungen bleiben bei ihren Vorgaben.\n\n\
                         # Buchungsstellen (erfunden; echte legt die KV in ihrem Kontenplan fest)\n[konten]\n\
                         par05 = \"54105\"\npar06 = \"54106\"\npar09 = \"54109\"\n";
    [
        ("gv100ad.txt", super::gemeinden::GV100AD.as_bytes().to_vec()),
        ("einstellungen.toml", einstellungen.as_bytes().to_vec()),
        ("schluessel.txt", schluessel),
    ]
}
