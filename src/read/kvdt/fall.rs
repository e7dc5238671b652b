//! One case of the ADT package, from its Satzart to its last service.

use std::sync::Arc;

use hashbrown::HashMap;

use super::{gefunden, klartext, quartal};
use crate::fall::{Fallkopf, Kennzeichen, Satzart, Stapel};
use crate::kennung::{Bsnr, Gelesen, Gnr, Lanr, VersichertenId, muster};
use crate::meldung::{Code, Meldung, Meldungen, Ort, Stelle, Stufe};
use crate::quartal::{Quartal, Tag};
use crate::read::faelle::FALL_ID_PERSOENLICH;

/// Most services of one case: hundreds are usual, and a case is the one thing held in memory whole.
pub(super) const LEISTUNGEN_MAX: usize = 100_000;

/// How much of a record is collected before it is hashed.
const ROH_MAX: usize = 1 << 16;

/// How often each record without Schein-ID has been met, by the first 64 bits of its hash.
pub(super) type Wiederholungen = HashMap<u64, u32>;

/// Where messages of a file go.
pub(super) struct Bericht<'a> {
    pub(super) datei: &'a Arc<str>,
    pub(super) meldungen: &'a mut Meldungen,
}

impl Bericht<'_> {
    pub(super) fn melde(&mut self, code: Code, stelle: Stelle, text: impl Into<String>) {
        self.meldungen.melde(Meldung::neu(code, Ort::neu(self.datei, stelle), text));
    }
}

/// What is known of a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Lage<T> {
    #[default]
    Fehlt,
    /// Reported already: nothing that follows from it is reported again.
    Falsch,
    Da(T),
}

/// What field 5099 would belong to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Leistung {
    #[default]
    Keine,
    OhneArzt,
    MitArzt,
    /// Reported already.
    Falsch,
}

/// A case while its record is read; reused from case to case.
#[derive(Debug, Default)]
pub(super) struct Entwurf {
    satzart: Option<Satzart>,
    stelle: Stelle,
    /// The quarter of the ADT package (field 9204).
    paket: Option<Quartal>,
    fehlerhaft: bool,
    /// The Schein-ID, in UTF-8, then the record's hash if it has none.
    id: Vec<u8>,
    schein_id: Lage<()>,
    versicherter: Lage<Option<VersichertenId>>,
    quartal: Lage<Quartal>,
    scheinuntergruppe: Lage<u8>,
    tag: Lage<Tag>,
    leistung: Leistung,
    leistungen: Vec<(Tag, Gnr, Lanr)>,
    /// Stored bytes of the record that are not yet in `hash`; kept only until a Schein-ID is met.
    roh: Vec<u8>,
    hash: blake3::Hasher,
}

impl Entwurf {
    /// Begins the record whose first line, as stored, is `bytes`, in a package of quarter `paket`.
    pub(super) fn beginne(
        &mut self,
        satzart: Satzart,
        paket: Quartal,
        stelle: Stelle,
        bytes: &[u8],
    ) {
        self.satzart = Some(satzart);
        self.paket = Some(paket);
        self.stelle = stelle;
        self.fehlerhaft = false;
        self.id.clear();
        self.schein_id = Lage::Fehlt;
        self.versicherter = Lage::Fehlt;
        self.quartal = Lage::Fehlt;
        self.scheinuntergruppe = Lage::Fehlt;
        self.tag = Lage::Fehlt;
        self.leistung = Leistung::Keine;
        self.leistungen.clear();
        self.hash.reset();
        self.roh.clear();
        self.roh.extend_from_slice(bytes);
    }

    /// Takes a line that, as stored, is `bytes`. Fields that no rule reads are skipped.
    pub(super) fn feld(&mut self, feld: u16, bytes: &[u8], stelle: Stelle, b: &mut Bericht<'_>) {
        let inhalt = bytes.get(7..bytes.len().saturating_sub(2)).unwrap_or_default();
        match feld {
            3003 => self.nimm_schein_id(inhalt, stelle, b),
            3119 => self.nimm_versicherten_id(inhalt, stelle, b),
            4101 => self.nimm_quartal(inhalt, stelle, b),
            4111 if inhalt.len() != 9 || !inhalt.iter().all(u8::is_ascii_digit) => {
                self.ungueltig(
                    4111,
                    inhalt,
                    "ein Institutionskennzeichen aus 9 Ziffern",
                    stelle,
                    b,
                );
            }
            4239 => self.nimm_scheinuntergruppe(inhalt, stelle, b),
            5000 => self.nimm_tag(inhalt, stelle, b),
            5001 => self.nimm_gnr(inhalt, stelle, b),
            5099 => self.nimm_lanr(inhalt, stelle, b),
            _ => {}
        }
        if self.schein_id == Lage::Fehlt {
            self.roh.extend_from_slice(bytes);
            if ROH_MAX <= self.roh.len() {
                self.hash.update(&self.roh);
                self.roh.clear();
            }
        }
    }

    /// Ends the record: a case without errors is added to the batch. Tells whether it was.
    pub(super) fn schliesse(
        &mut self,
        bsnr: Bsnr,
        wiederholungen: &mut Wiederholungen,
        stapel: &mut Stapel,
        b: &mut Bericht<'_>,
    ) -> bool {
        if self.quartal == Lage::Fehlt {
            self.fehlt("4101 (Quartal)", "", b);
        }
        if self.scheinuntergruppe == Lage::Fehlt {
            self.fehlt("4239 (Scheinuntergruppe)", "", b);
        }
        if self.schein_id == Lage::Fehlt {
            self.bilde_id(wiederholungen, b);
        } else if let Lage::Da(Some(versicherter)) = self.versicherter
            && versicherter.steht_in(&self.id)
        {
            self.fehler(Code::FallIdPersoenlich, self.stelle, FALL_ID_PERSOENLICH.to_owned(), b);
        }
        let (Some(satzart), Lage::Da(quartal), Lage::Da(scheinuntergruppe), false) =
            (self.satzart, self.quartal, self.scheinuntergruppe, self.fehlerhaft)
        else {
            return false;
        };
        stapel.beginne(&Fallkopf {
            bsnr,
            id: &self.id,
            versicherter: match self.versicherter {
                Lage::Da(id) => id,
                Lage::Fehlt | Lage::Falsch => None,
            },
            quartal,
            satzart,
            scheinuntergruppe,
            // KVDT has no field for it: there the mark of § 9 is a GNR
            kennzeichen: Kennzeichen::Keins,
            id_erzeugt: self.schein_id == Lage::Fehlt,
            stelle: self.stelle,
        });
        for (tag, gnr, lanr) in &self.leistungen {
            stapel.leistung(*tag, *gnr, *lanr);
        }
        true
    }

    /// A record without Schein-ID is named by its content, so that its name stays when the file is
    /// sent again with other records before it. The same record again is a case of its own, but
    /// hardly meant.
    fn bilde_id(&mut self, wiederholungen: &mut Wiederholungen, b: &mut Bericht<'_>) {
        self.hash.update(&self.roh);
        let hash = self.hash.finalize();
        self.id.extend_from_slice(&hash.to_hex().as_bytes()[..16]);
        let (anfang, _) = hash.as_bytes().split_at(8);
        let schluessel = anfang.iter().fold(0, |zahl, byte| zahl << 8 | u64::from(*byte));
        let anzahl = wiederholungen.entry(schluessel).or_insert(0);
        *anzahl += 1;
        if 1 < *anzahl {
            self.id.extend_from_slice(format!("-{anzahl}").as_bytes());
            let text = "ein Fall ohne Schein-ID (Feld 3003) steht wörtlich noch einmal in der Datei; er \
                        wird als eigener Fall gelesen, bitte prüfen";
            b.melde(Code::KvdtSatzDoppelt, self.stelle, text);
        }
    }

    fn nimm_schein_id(&mut self, inhalt: &[u8], stelle: Stelle, b: &mut Bericht<'_>) {
        if self.schein_id != Lage::Fehlt {
            return self.doppelt(3003, stelle, b);
        }
        let text = klartext(inhalt);
        let passt = |c: char| !c.is_control() && !c.is_whitespace() && c != '|';
        if !(1..=60).contains(&inhalt.len()) || !text.chars().all(passt) {
            self.schein_id = Lage::Falsch;
            let erwartet = "eine Schein-ID aus 1 bis 60 Zeichen ohne Leerzeichen und „|“";
            return self.ungueltige_form(3003, inhalt, erwartet, stelle, b);
        }
        self.schein_id = Lage::Da(());
        self.id.extend_from_slice(text.as_bytes());
    }

    fn nimm_versicherten_id(&mut self, inhalt: &[u8], stelle: Stelle, b: &mut Bericht<'_>) {
        if self.versicherter != Lage::Fehlt {
            return self.doppelt(3119, stelle, b);
        }
        let form = || muster(klartext(inhalt).as_bytes());
        let Gelesen::Id { id, normalisiert } = VersichertenId::lies(inhalt) else {
            self.versicherter = Lage::Da(None);
            let text = format!(
                "Feld 3119: Versicherten-ID der Form „{}“ gefunden; erwartet werden ein \
                 Großbuchstabe und 9 Ziffern; sie gilt als fehlend, bitte klären",
                form()
            );
            return b.melde(Code::VersichertenIdForm, stelle, text);
        };
        self.versicherter = Lage::Da(Some(id));
        if normalisiert {
            let text = format!(
                "Feld 3119: Versicherten-ID der Form „{}“ gefunden; erwartet werden ein \
                 Großbuchstabe und 9 Ziffern ohne Leerzeichen; sie wurde so gelesen",
                form()
            );
            b.melde(Code::VersichertenIdNormalisiert, stelle, text);
        }
        if !id.pruefziffer_stimmt() {
            let text = "Feld 3119: die Prüfziffer der Versicherten-ID stimmt nicht; sie wurde so \
                        gelesen, bitte klären";
            b.melde(Code::VersichertenIdPruefziffer, stelle, text);
        }
    }

    fn nimm_quartal(&mut self, inhalt: &[u8], stelle: Stelle, b: &mut Bericht<'_>) {
        if self.quartal != Lage::Fehlt {
            return self.doppelt(4101, stelle, b);
        }
        let Some(quartal) = quartal(inhalt) else {
            self.quartal = Lage::Falsch;
            return self.ungueltig(4101, inhalt, "ein Quartal der Form QJJJJ", stelle, b);
        };
        self.quartal = Lage::Da(quartal);
        // an earlier one is a late case
        if let Some(paket) = self.paket.filter(|paket| *paket < quartal) {
            let text = format!(
                "Feld 4101: Quartal {quartal} gefunden; erwartet wird höchstens das des \
                 Datenpakets, {paket} (Feld 9204); bitte berichtigen"
            );
            self.fehler(Code::QuartalWiderspricht, stelle, text, b);
        }
    }

    fn nimm_scheinuntergruppe(&mut self, inhalt: &[u8], stelle: Stelle, b: &mut Bericht<'_>) {
        if self.scheinuntergruppe != Lage::Fehlt {
            return self.doppelt(4239, stelle, b);
        }
        let [z @ b'0'..=b'9', e @ b'0'..=b'9'] = inhalt else {
            self.scheinuntergruppe = Lage::Falsch;
            return self.ungueltig(4239, inhalt, "eine Scheinuntergruppe aus 2 Ziffern", stelle, b);
        };
        let wert = (z - b'0') * 10 + e - b'0';
        self.scheinuntergruppe = Lage::Da(wert);
        let Some(satzart) = self.satzart else { return };
        match Satzart::der_scheinuntergruppe(wert) {
            None => {
                let text = format!(
                    "Feld 4239: Scheinuntergruppe {wert:02} gefunden; erwartet wird ein Wert der \
                     Schlüsseltabelle S_VDX_SCHEINUNTERGRUPPE; sie wurde so gelesen, bitte klären"
                );
                b.melde(Code::ScheinuntergruppeUnbekannt, stelle, text);
            }
            Some(richtig) if richtig != satzart => {
                let text = format!(
                    "Feld 4239: Scheinuntergruppe {wert:02} in Satzart {} gefunden; erwartet wird \
                     sie in Satzart {}; bitte den Fall berichtigen",
                    satzart.name(),
                    richtig.name()
                );
                self.fehler(Code::ScheinuntergruppePasstNicht, stelle, text, b);
            }
            Some(_) => {}
        }
    }

    fn nimm_tag(&mut self, inhalt: &[u8], stelle: Stelle, b: &mut Bericht<'_>) {
        self.leistung = Leistung::Keine;
        if self.quartal == Lage::Fehlt {
            self.quartal = Lage::Falsch;
            self.fehlt("4101 (Quartal)", " vor dem ersten Leistungstag (Feld 5000)", b);
        }
        let Ok(tag) = Tag::aus_jjjjmmtt(inhalt) else {
            self.tag = Lage::Falsch;
            return self.ungueltig(5000, inhalt, "ein Leistungstag der Form JJJJMMTT", stelle, b);
        };
        self.tag = Lage::Da(tag);
        if let Lage::Da(quartal) = self.quartal
            && !quartal.enthaelt(tag)
        {
            let text = format!(
                "Feld 5000: Leistungstag {} gefunden; erwartet wird ein Tag des Quartals {quartal} \
                 (Feld 4101); bitte Tag oder Quartal berichtigen",
                tag.deutsch()
            );
            self.fehler(Code::TagAusserhalbQuartal, stelle, text, b);
        }
    }

    fn nimm_gnr(&mut self, inhalt: &[u8], stelle: Stelle, b: &mut Bericht<'_>) {
        self.leistung = Leistung::Falsch;
        let gnr = match Gnr::aus_bytes(inhalt) {
            Ok(gnr) => gnr,
            Err(fehler) => return self.ungueltig(5001, inhalt, fehler.erwartet, stelle, b),
        };
        match self.tag {
            Lage::Falsch => {}
            Lage::Fehlt => {
                let text = format!(
                    "GNR {gnr} ohne Leistungstag gefunden; erwartet wird davor Feld 5000; bitte \
                     den Tag ergänzen"
                );
                self.fehler(Code::KvdtFeldFehlt, stelle, text, b);
            }
            // said once; what is beyond is not kept
            Lage::Da(_) if LEISTUNGEN_MAX < self.leistungen.len() => {}
            Lage::Da(tag) => {
                self.leistungen.push((tag, gnr, Lanr::OHNE));
                self.leistung = Leistung::OhneArzt;
                if LEISTUNGEN_MAX < self.leistungen.len() {
                    let text = format!(
                        "mehr als {LEISTUNGEN_MAX} Leistungen in einem Fall gefunden; erwartet \
                         werden einige hundert; bitte die Datei prüfen"
                    );
                    self.fehler(Code::KvdtSatz, stelle, text, b);
                }
            }
        }
    }

    fn nimm_lanr(&mut self, inhalt: &[u8], stelle: Stelle, b: &mut Bericht<'_>) {
        match self.leistung {
            Leistung::OhneArzt => self.leistung = Leistung::MitArzt,
            Leistung::Falsch => return,
            Leistung::Keine | Leistung::MitArzt => {
                let text = "Feld 5099 (LANR) ohne eigene Leistung gefunden; erwartet wird es \
                            höchstens einmal nach jedem Feld 5001; bitte den Fall berichtigen";
                return self.fehler(Code::KvdtFeldUngueltig, stelle, text.to_owned(), b);
            }
        }
        let lanr = match Lanr::aus_bytes(inhalt) {
            Ok(lanr) => lanr,
            Err(fehler) => return self.ungueltige_form(5099, inhalt, fehler.erwartet, stelle, b),
        };
        if !lanr.pruefziffer_stimmt() {
            let text = "Feld 5099: die Prüfziffer einer LANR (7. Stelle) stimmt nicht; die LANR \
                        wird verwendet, bitte klären";
            b.melde(Code::LanrPruefziffer, stelle, text);
        }
        if let Some(leistung) = self.leistungen.last_mut() {
            leistung.2 = lanr;
        }
    }

    fn ungueltig(
        &mut self,
        feld: u16,
        inhalt: &[u8],
        erwartet: &str,
        stelle: Stelle,
        b: &mut Bericht<'_>,
    ) {
        let text = super::ungueltig(feld, &gefunden(inhalt), erwartet);
        self.fehler(Code::KvdtFeldUngueltig, stelle, text, b);
    }

    /// The same for a field that names a person: only the shape of its content is shown.
    fn ungueltige_form(
        &mut self,
        feld: u16,
        inhalt: &[u8],
        erwartet: &str,
        stelle: Stelle,
        b: &mut Bericht<'_>,
    ) {
        let text = super::ungueltig(feld, &muster(klartext(inhalt).as_bytes()), erwartet);
        self.fehler(Code::KvdtFeldUngueltig, stelle, text, b);
    }

    fn doppelt(&mut self, feld: u16, stelle: Stelle, b: &mut Bericht<'_>) {
        let text = format!(
            "Feld {feld} ein weiteres Mal oder erst nach den Leistungen gefunden; erwartet wird \
             es einmal im Fall, davor; bitte den Fall berichtigen"
        );
        self.fehler(Code::KvdtFeldUngueltig, stelle, text, b);
    }

    /// Reports a field that the record does not have, at the record's beginning.
    fn fehlt(&mut self, feld: &str, wo: &str, b: &mut Bericht<'_>) {
        let text = format!("Feld {feld} fehlt{wo}; erwartet wird es in jedem Fall; bitte ergänzen");
        self.fehler(Code::KvdtFeldFehlt, self.stelle, text, b);
    }

    fn fehler(&mut self, code: Code, stelle: Stelle, text: String, b: &mut Bericht<'_>) {
        debug_assert_eq!(code.stufe(), Stufe::Fehler);
        self.fehlerhaft = true;
        b.melde(code, stelle, text);
    }
}
