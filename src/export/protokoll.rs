//! The protocol `protokoll.json`: by what the run decided, what went in, what came out, and that it
//! ties. No path of the machine, and no time stamp unless the host passes one.
//!
//! # Format `strukturfonds-buendel/1`
//!
//! UTF-8, one JSON object, its keys in this order. Counts are numbers, amounts whole cents
//! (`…_cent`), quarters `2024Q1`, a `bsnr` its first 7 digits, hashes BLAKE3 as 64 hex digits. What is
//! unknown or does not apply is `null`.
//!
//! The version stands for this file and the tables; the evidence has its own. Within one version keys
//! and columns are only added, at any place: look for them by name. What goes away or changes its
//! meaning raises it. Codes of messages and reasons keep their names; new ones may come.
//!
//! | key | holds |
//! |---|---|
//! | `format` | name and version of the bundle's format |
//! | `programm` | `name` and `version` of the program |
//! | `quartal` | quarter of the run, in which is booked |
//! | `lauf` | number of the run in the quarter, 1 to 999 |
//! | `status` | of the deliveries: `TEST` or `RELEASE`; `null` if none says it |
//! | `zeitstempel` | the host's, as passed; without one the key is missing |
//! | `pseudonyme` | whether there was a key, so that the evidence has pseudonyms |
//! | `parameter` | per treatment quarter that was decided the numbers of the guideline |
//! | … `quartal`, `fassungen`, `blake3` | the quarter, the versions of the guideline, hash over names and values |
//! | … `werte` | `name`, `wert` (raw) and its `einheit`, `anzeige` (wert and unit for people), `bedeutung`, `gilt_ab` and `gilt_bis` (first and last quarter), `fundstelle`, `anmerkung`, `vorgabe` (not from the settings) |
//! | `auslegungen` | `blake3` over all, and `werte`: `name`, `wert`, `vorgabe` (it is the default), `fundstelle`, `frage`, `bedeutung` |
//! | `eingaben` | the inputs, by kind and name |
//! | … `art`, `datei` | kind as its flag is called, name in messages and tables |
//! | … `groesse`, `blake3` | bytes and hash of the file as stored, so packed if it is packed |
//! | … `ersetzt`, `ausgelassen` | not used: another delivery replaces it, or it is damaged (`--ohne-fehlerhafte-dateien`) |
//! | … `faelle` | cases read in it; `null` if it has no claims or is replaced |
//! | `faelle` | cases of the quarter's claims |
//! | … `gelesen`, `gekennzeichnet`, `nicht_gekennzeichnet` | all, those decided by § 9, the others |
//! | … `nachzuegler`, `nachzuegler_gekennzeichnet` | those of an earlier quarter, marked ones among them |
//! | … `haetten_gekennzeichnet_werden_koennen` | per practice (`bsnr`) the `faelle` without a mark that might have had one |
//! | `rueckblick` | `faelle` of the look-back as far as claims were read, different `patienten` of closed practices, and what it lacks (`fehlt`: per closed practice `bsnr` its `quartale`) |
//! | `kvdt` | control totals of the KVDT files that were used, which have none of their own; without such files the key is missing |
//! | … `abrechnung`, `rueckblick` | of the quarter's claims and of the look-back |
//! | … … `dateien`, `saetze` | files, records of any kind |
//! | … … `faelle` | cases by `satzart` and `scheinuntergruppe`: `anzahl` |
//! | … … `leistungen`, `leistungen_mit_anzahl` | services (5001), and each as often as its multiplier (5005) says |
//! | … … `uebersprungen` | packages that were skipped: `paket`, `anzahl`, and the records between their brackets (`saetze`) |
//! | … … `unbekannte_felder` | fields of cases that no rule knows |
//! | `ohne_lieferung` | practices of the register without a delivery: `anzahl`, `bsnr` |
//! | `paragraphen` | per `paragraph` (5, 6, 9) the decisions: `entschieden`, of them `bewilligt`, `abgelehnt`, `klaerfall`; `betrag_cent`; `gruende`: every reason (`grund`) and how often it applies (`anzahl`) |
//! | `betrag_cent` | sum of all decisions |
//! | `buchungen` | `anzahl`, `betrag_cent`, and the one `status` of all; `null` without bookings |
//! | `gleichungen` | what was checked: `gleichung`, and both sides `links` and `rechts` as counts or cents |
//! | `meldungen` | per `code` its `stufe` and how often it occurred (`anzahl`) |

use std::io;

use serde::Serialize;

use super::buendel::FORMAT;
use super::regelwerk::{self, Auslegungsliste, Quartalsregeln};
use super::wort::Text;
use crate::ergebnis::Ergebnis as Ausgang;
use crate::euro::Cent;
use crate::kennung::Praxis;
use crate::lauf::{Ergebnis, Gelesen, KvdtSummen};
use crate::quartal::Quartal;
use crate::read::kvdt::Kontrollsummen;
use crate::read::umschlag::Status;
use crate::settle::abgleich::{Gleichung, Paragraphsumme};

/// Name of the file in the bundle.
pub const DATEI: &str = "protokoll.json";

/// The document; its keys stand in the order of the fields.
#[derive(Debug, Serialize)]
struct Protokoll<'a> {
    /// First, so that a folder is known as a bundle by the first bytes.
    format: &'static str,
    programm: Programm,
    quartal: Text<Quartal>,
    lauf: u32,
    status: Option<Text<Status>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zeitstempel: Option<&'a str>,
    pseudonyme: bool,
    parameter: Vec<Quartalsregeln>,
    auslegungen: Auslegungsliste,
    eingaben: Vec<Eingabe<'a>>,
    faelle: Faelle,
    rueckblick: Rueckblick,
    #[serde(skip_serializing_if = "Option::is_none")]
    kvdt: Option<Kvdt>,
    ohne_lieferung: OhneLieferung,
    paragraphen: Vec<Paragraphzeile>,
    betrag_cent: i64,
    buchungen: Buchungen,
    gleichungen: Vec<Gleichungszeile<'a>>,
    meldungen: Vec<Meldungszahl>,
}

#[derive(Debug, Serialize)]
struct Programm {
    name: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct Eingabe<'a> {
    art: &'static str,
    datei: &'a str,
    groesse: u64,
    blake3: Option<&'a str>,
    ersetzt: bool,
    ausgelassen: bool,
    faelle: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Faelle {
    gelesen: u64,
    gekennzeichnet: u64,
    nicht_gekennzeichnet: u64,
    nachzuegler: u64,
    nachzuegler_gekennzeichnet: u64,
    haetten_gekennzeichnet_werden_koennen: Vec<Praxiszahl>,
}

#[derive(Debug, Serialize)]
struct Praxiszahl {
    bsnr: Text<Praxis>,
    faelle: u64,
}

#[derive(Debug, Serialize)]
struct Rueckblick {
    faelle: u64,
    patienten: usize,
    fehlt: Vec<Rueckblickluecke>,
}

#[derive(Debug, Serialize)]
struct Rueckblickluecke {
    bsnr: Text<Praxis>,
    quartale: Vec<Text<Quartal>>,
}

/// Control totals of the KVDT files, which carry none themselves.
#[derive(Debug, Serialize)]
struct Kvdt {
    abrechnung: KvdtSumme,
    rueckblick: KvdtSumme,
}

#[derive(Debug, Serialize)]
struct KvdtSumme {
    dateien: u64,
    saetze: u64,
    faelle: Vec<KvdtFaelle>,
    leistungen: u64,
    leistungen_mit_anzahl: u64,
    uebersprungen: Vec<KvdtPaket>,
    unbekannte_felder: u64,
}

#[derive(Debug, Serialize)]
struct KvdtFaelle {
    satzart: &'static str,
    scheinuntergruppe: String,
    anzahl: u64,
}

#[derive(Debug, Serialize)]
struct KvdtPaket {
    paket: &'static str,
    anzahl: u64,
    saetze: u64,
}

#[derive(Debug, Serialize)]
struct OhneLieferung {
    anzahl: usize,
    bsnr: Vec<Text<Praxis>>,
}

#[derive(Debug, Serialize)]
struct Paragraphzeile {
    paragraph: u8,
    entschieden: u64,
    bewilligt: u64,
    abgelehnt: u64,
    klaerfall: u64,
    betrag_cent: i64,
    gruende: Vec<Grundzahl>,
}

#[derive(Debug, Serialize)]
struct Grundzahl {
    grund: &'static str,
    anzahl: u64,
}

#[derive(Debug, Serialize)]
struct Buchungen {
    anzahl: usize,
    betrag_cent: i64,
    /// Of all of them; `None` if there are none. `endgueltig` protects the bundle.
    status: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Gleichungszeile<'a> {
    gleichung: &'a str,
    links: i64,
    rechts: i64,
}

#[derive(Debug, Serialize)]
struct Meldungszahl {
    stufe: &'static str,
    code: &'static str,
    anzahl: u64,
}

/// Returns the protocol as it stands in the bundle and as `run --json` prints it. `zeitstempel` is
/// the host's: it makes every bundle another one.
///
/// # Errors
/// A value that JSON cannot hold; there is none.
pub fn text(ergebnis: &Ergebnis, zeitstempel: Option<&str>) -> io::Result<String> {
    let mut text = serde_json::to_string_pretty(&Protokoll::neu(ergebnis, zeitstempel))?;
    text.push('\n');
    Ok(text)
}

impl<'a> Protokoll<'a> {
    fn neu(ergebnis: &'a Ergebnis, zeitstempel: Option<&'a str>) -> Self {
        let einstellungen = &ergebnis.einstellungen;
        let abrechnung = &ergebnis.abrechnung;
        let summen = &abrechnung.summen;
        Self {
            format: FORMAT,
            programm: Programm { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            quartal: Text(ergebnis.quartal),
            lauf: ergebnis.lauf,
            status: ergebnis.status.map(Text),
            zeitstempel,
            pseudonyme: ergebnis.schluessel.is_some(),
            parameter: regelwerk::parameter(&ergebnis.regeln, &einstellungen.parameter),
            auslegungen: Auslegungsliste::from(&einstellungen.auslegungen),
            eingaben: ergebnis.gelesen.iter().map(Eingabe::from).collect(),
            faelle: Faelle {
                gelesen: summen.faelle,
                gekennzeichnet: summen.par09.entschieden(),
                nicht_gekennzeichnet: summen.nicht_gekennzeichnet,
                nachzuegler: abrechnung.nachzuegler,
                nachzuegler_gekennzeichnet: abrechnung.nachzuegler_gekennzeichnet(ergebnis.quartal),
                haetten_gekennzeichnet_werden_koennen: abrechnung
                    .ungekennzeichnet
                    .iter()
                    .map(|(praxis, faelle)| Praxiszahl { bsnr: Text(*praxis), faelle: *faelle })
                    .collect(),
            },
            rueckblick: Rueckblick::from(ergebnis),
            kvdt: Kvdt::aus(&ergebnis.kvdt),
            ohne_lieferung: OhneLieferung {
                anzahl: ergebnis.ohne_lieferung.len(),
                bsnr: ergebnis.ohne_lieferung.iter().copied().map(Text).collect(),
            },
            paragraphen: summen.paragraphen().into_iter().map(Paragraphzeile::from).collect(),
            betrag_cent: summen.paragraphen().iter().map(|(_, s)| s.betrag).sum::<Cent>().cent(),
            buchungen: Buchungen {
                anzahl: abrechnung.buchungen.len(),
                betrag_cent: abrechnung.buchungen.iter().map(|b| b.betrag).sum::<Cent>().cent(),
                status: abrechnung.buchungen.first().map(|buchung| buchung.status),
            },
            gleichungen: abrechnung.gleichungen.iter().map(Gleichungszeile::from).collect(),
            meldungen: ergebnis
                .meldungen
                .je_code()
                .map(|(code, anzahl)| Meldungszahl {
                    stufe: code.stufe().name(),
                    code: code.name(),
                    anzahl,
                })
                .collect(),
        }
    }
}

impl<'a> From<&'a Gelesen> for Eingabe<'a> {
    fn from(gelesen: &'a Gelesen) -> Self {
        let eingabe = &gelesen.eingabe;
        Self {
            art: eingabe.art.name(),
            datei: &eingabe.name,
            groesse: gelesen.pruefsumme.as_ref().map_or(eingabe.bytes, |summe| summe.groesse),
            blake3: gelesen.pruefsumme.as_ref().map(|summe| summe.blake3.as_str()),
            ersetzt: gelesen.ersetzt,
            ausgelassen: gelesen.ausgelassen,
            faelle: gelesen.faelle,
        }
    }
}

impl From<&Ergebnis> for Rueckblick {
    fn from(ergebnis: &Ergebnis) -> Self {
        let luecke = |(praxis, quartale): &(Praxis, Vec<Quartal>)| Rueckblickluecke {
            bsnr: Text(*praxis),
            quartale: quartale.iter().copied().map(Text).collect(),
        };
        Self {
            faelle: ergebnis.faelle_im_rueckblick,
            patienten: ergebnis.patienten_im_rueckblick,
            fehlt: ergebnis.rueckblick_fehlt.iter().map(luecke).collect(),
        }
    }
}

impl Kvdt {
    /// Returns nothing if no file was KVDT.
    fn aus(summen: &KvdtSummen) -> Option<Self> {
        let KvdtSummen { abrechnung, rueckblick } = summen;
        (*summen != KvdtSummen::default())
            .then(|| Self { abrechnung: abrechnung.into(), rueckblick: rueckblick.into() })
    }
}

impl From<&Kontrollsummen> for KvdtSumme {
    fn from(summen: &Kontrollsummen) -> Self {
        let faelle =
            summen.faelle.iter().map(|((satzart, scheinuntergruppe), anzahl)| KvdtFaelle {
                satzart: satzart.name(),
                scheinuntergruppe: format!("{scheinuntergruppe:02}"),
                anzahl: *anzahl,
            });
        let paket = |(paket, (anzahl, saetze)): (&&'static str, &(u64, u64))| KvdtPaket {
            paket,
            anzahl: *anzahl,
            saetze: *saetze,
        };
        Self {
            dateien: summen.dateien,
            saetze: summen.saetze,
            faelle: faelle.collect(),
            leistungen: summen.leistungen,
            leistungen_mit_anzahl: summen.leistungen_mit_anzahl,
            uebersprungen: summen.uebersprungen.iter().map(paket).collect(),
            unbekannte_felder: summen.unbekannte_felder,
        }
    }
}

impl From<(u8, &Paragraphsumme)> for Paragraphzeile {
    fn from((paragraph, summe): (u8, &Paragraphsumme)) -> Self {
        Self {
            paragraph,
            entschieden: summe.entschieden(),
            bewilligt: summe.mit(Ausgang::Bewilligt),
            abgelehnt: summe.mit(Ausgang::Abgelehnt),
            klaerfall: summe.mit(Ausgang::Klaerfall),
            betrag_cent: summe.betrag.cent(),
            gruende: summe
                .je_grund
                .iter()
                .map(|(grund, anzahl)| Grundzahl { grund, anzahl: *anzahl })
                .collect(),
        }
    }
}

impl<'a> From<&'a Gleichung> for Gleichungszeile<'a> {
    fn from(gleichung: &'a Gleichung) -> Self {
        let Gleichung { name, links, rechts } = gleichung;
        Self { gleichung: name, links: *links, rechts: *rechts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::beispiel;

    #[test]
    fn the_protocol_says_what_ruled_what_went_in_and_what_came_out() {
        let text = text(&beispiel::demoquartal(), None).expect("Protokoll");
        assert!(text.starts_with("{\n  \"format\": \"strukturfonds-buendel/1\",\n"), "{text}");
        assert!(text.ends_with("}\n"));
        for zeile in [
            "\"status\": \"TEST\"",
            "\"Richtlinie i. d. F. vom 19.11.2022, in Kraft 15.12.2022\"",
            "\"name\": \"par09.notfaelle\"",
            "\"datei\": \"rueckblick/",
            "\"gelesen\": 174,\n    \"gekennzeichnet\": 75,\n    \"nicht_gekennzeichnet\": 99,",
            "\"bsnr\": \"0890114\",\n        \"quartale\": [\n          \"2023Q2\"\n",
            "\"ohne_lieferung\": {\n    \"anzahl\": 2,",
            "\"paragraph\": 9,\n      \"entschieden\": 75,\n      \"bewilligt\": 23,\n      \
             \"abgelehnt\": 41,\n      \"klaerfall\": 11,\n      \"betrag_cent\": 46000,",
            "\"grund\": \"mehrfach_uebernommen\",\n          \"anzahl\": 0",
            "\"links\": 174,\n      \"rechts\": 174",
            "\"code\": \"rueckblick_quartal_fehlt\",\n      \"anzahl\": 1",
        ] {
            assert!(text.contains(zeile), "{zeile}: {text}");
        }
        let ordner = std::env::current_dir().expect("Ordner");
        assert!(!text.contains(&*ordner.to_string_lossy()), "a path of the machine");
        assert!(!text.contains("zeitstempel"));
    }

    /// Collects the keys of all objects in `wert`.
    fn alle(wert: &serde_json::Value, gefunden: &mut std::collections::BTreeSet<String>) {
        for (key, darin) in wert.as_object().into_iter().flatten() {
            gefunden.insert(key.clone());
            alle(darin, gefunden);
        }
        wert.as_array().into_iter().flatten().for_each(|darin| alle(darin, gefunden));
    }

    #[test]
    fn every_key_is_described() {
        let text = text(&beispiel::demoquartal(), Some("2024-06-03")).expect("Protokoll");
        let kvdt = include_str!("../../testdata/2023Q4-kvdt/erwartet/protokoll.json");
        let mut keys = std::collections::BTreeSet::new();
        for text in [&text, kvdt] {
            alle(&serde_json::from_str(text).expect("JSON"), &mut keys);
        }
        assert!(keys.contains("unbekannte_felder"));
        let beschrieben: String = include_str!("protokoll.rs")
            .lines()
            .filter(|zeile| zeile.starts_with("//! | "))
            .collect();
        keys.retain(|key| !beschrieben.contains(&format!("`{key}`")));
        assert!(keys.is_empty(), "{keys:?}");
    }

    #[test]
    fn a_time_stamp_is_the_hosts() {
        let text = text(&beispiel::demoquartal(), Some("2024-06-03T10:00:00Z")).expect("Protokoll");
        assert!(text.contains("\n  \"zeitstempel\": \"2024-06-03T10:00:00Z\",\n"), "{text}");
    }
}
