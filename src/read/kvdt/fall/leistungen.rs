//! The services of a case: their days, GNRs, places and physicians.

use super::{Fall, Lage, Leistung, Pruefung};
use crate::fall::Satzart;
use crate::kennung::{Bsnr, Gnr, Lanr};
use crate::quartal::Tag;
use crate::read::kvdt::felder::{self, Form};
use crate::read::kvdt::kopf::Betriebsstaette;
use crate::read::kvdt::regel::{Befund, Regel};
use crate::read::kvdt::satz::{Kurzfeld, zahl};
use crate::ziffern::sind_ziffern;

/// Most services of one case: hundreds are usual.
pub(in crate::read::kvdt) const LEISTUNGEN_MAX: usize = 100_000;

/// What a field of a service would belong to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field that has been read or not")]
pub(super) struct Zugehoerig {
    /// Which of the record's fields is its GNR.
    pub(super) gnr: Option<u32>,
    /// GNR or day are wrong: nothing that follows them is reported again.
    pub(super) stumm: bool,
    pub(super) ort: bool,
    pub(super) arzt: bool,
    pub(super) anzahl: bool,
    /// Which field is a day that no GNR follows yet.
    pub(super) tag_offen: Option<u32>,
}

impl Pruefung<'_> {
    pub(super) fn leistungstag(&mut self, feld: Kurzfeld<'_>) {
        self.schliesse_leistung();
        self.zu = Zugehoerig { tag_offen: Some(feld.platz), ..Zugehoerig::default() };
        let Ok(tag) = Tag::aus_jjjjmmtt(feld.inhalt) else { return };
        if let Lage::Da(vorher) = self.tag
            && tag < vorher
        {
            let text = format!(
                "Leistungstag {} nach {} gefunden; erwartet werden aufsteigende Tage; bitte den Fall berichtigen",
                tag.deutsch(),
                vorher.deutsch()
            );
            self.melde(Regel::TageFallend, feld, text);
        }
        self.tag = Lage::Da(tag);
        match self.quartal {
            Lage::Da(quartal) if !quartal.enthaelt(tag) => {
                let text = format!(
                    "Leistungstag {} gefunden; erwartet wird ein Tag des Quartals {quartal} (Feld 4101); bitte Tag oder \
                     Quartal berichtigen",
                    tag.deutsch()
                );
                self.melde(Regel::TagAusserhalb, feld, text);
            }
            Lage::Fehlt => {
                self.quartal = Lage::Falsch;
                self.pflicht |= felder::form(4101).map_or(0, Form::pflicht);
                let text = "das Feld fehlt vor dem ersten Leistungstag; erwartet wird es in jedem Fall; bitte ergänzen";
                self.fehlerhaft = true;
                (self.melde)(Befund::im_feld(Regel::Pflichtfeld, 4101, self.satz.stelle(), text));
            }
            Lage::Da(_) | Lage::Falsch => {}
        }
    }

    pub(super) fn gnr(&mut self, feld: Kurzfeld<'_>, fall: &mut Fall) {
        let (ziffern, zusatz) = feld.inhalt.split_at(feld.inhalt.len().min(5));
        let ist_ebm =
            ziffern.len() == 5 && sind_ziffern(ziffern) && matches!(zusatz, [] | [b'A'..=b'Z']);
        let ist_goae = self.gebuehrenordnung == b'3';
        let gnr = match (ist_goae, ist_ebm) {
            (true, _) => goae(feld.inhalt),
            (false, true) => Gnr::aus_bytes(feld.inhalt).ok(),
            (false, false) => None,
        };
        self.beginne_leistung(feld, gnr.is_some());
        let Some(gnr) = gnr else {
            return self.falsch(
                Regel::Gnr,
                feld,
                "eine GNR aus 5 Ziffern, auch mit einem Großbuchstaben",
            );
        };
        match self.tag {
            Lage::Falsch => {}
            Lage::Fehlt => {
                let text = format!(
                    "GNR {gnr} ohne Leistungstag gefunden; erwartet wird davor Feld 5000; bitte den Tag ergänzen"
                );
                self.melde(Regel::Pflichtfeld, feld, text);
            }
            // said once; what is beyond is not kept
            Lage::Da(_) if LEISTUNGEN_MAX < fall.leistungen.len() => {}
            Lage::Da(tag) => {
                let (bsnr, lanr) = (None, Lanr::OHNE);
                fall.leistungen.push(Leistung { tag, gnr, anzahl: 1, bsnr, lanr });
                if LEISTUNGEN_MAX < fall.leistungen.len() {
                    let text = format!(
                        "mehr als {LEISTUNGEN_MAX} Leistungen in einem Fall gefunden; erwartet werden einige hundert; bitte die Datei prüfen"
                    );
                    self.melde(Regel::ZuVieleLeistungen, feld, text);
                }
            }
        }
    }

    pub(super) fn beginne_leistung(&mut self, feld: Kurzfeld<'_>, ist_richtig: bool) {
        self.zu.tag_offen = None;
        self.schliesse_leistung();
        self.zu =
            Zugehoerig { gnr: Some(feld.platz), stumm: !ist_richtig, ..Zugehoerig::default() };
    }

    /// What a service must have by KVDT-R859 and R837.
    pub(super) fn schliesse_leistung(&mut self) {
        if let Some(platz) = self.zu.tag_offen.take() {
            let stelle = self.satz.stelle_des_feldes(platz);
            let text = "das Feld fehlt nach dem Leistungstag; erwartet wird dort mindestens eine GNR; bitte ergänzen";
            self.fehlerhaft = true;
            (self.melde)(Befund::im_feld(Regel::Pflichtfeld, 5001, stelle, text));
        }
        let Some(platz) = self.zu.gnr.filter(|_| !self.zu.stumm) else { return };
        if self.zu.ort && self.zu.arzt || self.satzart == Satzart::Belegarzt {
            return;
        }
        for (da, regel, feld, was) in [
            (self.zu.ort, Regel::OrtFehlt, 5098, "der Ort der Leistung (oder Feld 5102)"),
            (self.zu.arzt, Regel::ArztFehlt, 5099, "der Arzt der Leistung (oder Feld 5101)"),
        ] {
            if !da {
                let text = format!(
                    "das Feld fehlt zu einer Leistung; erwartet wird {was}; bitte ergänzen"
                );
                let stelle = self.satz.stelle_des_feldes(platz);
                self.fehlerhaft = true;
                (self.melde)(Befund::im_feld(regel, feld, stelle, text));
            }
        }
    }

    /// Tells whether the field follows a GNR, and is the first of its kind to do so.
    fn gehoert_zur_gnr(&mut self, schon_da: bool, feld: Kurzfeld<'_>) -> bool {
        if self.zu.stumm {
            return false;
        }
        if self.zu.gnr.is_none() {
            let text = "das Feld steht nicht hinter einer GNR; erwartet wird es nach Feld 5001; bitte den Fall berichtigen";
            self.melde(Regel::OhneGnr, feld, text.to_owned());
            return false;
        }
        if schon_da {
            let text = "das Feld steht ein zweites Mal zu einer GNR; erwartet wird es höchstens einmal; bitte den Fall berichtigen";
            self.melde(Regel::ZweimalZurGnr, feld, text.to_owned());
        }
        !schon_da
    }

    pub(super) fn anzahl(&mut self, feld: Kurzfeld<'_>, fall: &mut Fall) {
        if !self.gehoert_zur_gnr(self.zu.anzahl, feld) {
            return;
        }
        self.zu.anzahl = true;
        let anzahl = zahl(feld.inhalt).unwrap_or(0);
        self.wert(feld, 2 <= anzahl, Regel::Wert, "ein Multiplikator von 002 bis 999");
        if let Some(leistung) = fall.leistungen.last_mut() {
            leistung.anzahl = anzahl;
        }
    }

    /// Several lines are allowed.
    pub(super) fn begruendung(&mut self, feld: Kurzfeld<'_>, fall: &mut Fall) {
        if self.gehoert_zur_gnr(false, feld)
            && let (Some(leistung), Ok(bsnr)) =
                (fall.leistungen.last(), Bsnr::aus_bytes(feld.inhalt))
        {
            fall.nennungen.push((leistung.gnr, bsnr));
        }
    }

    pub(super) fn ort(&mut self, feld: Kurzfeld<'_>, fall: &mut Fall) {
        if !self.gehoert_zur_gnr(self.zu.ort, feld) {
            return;
        }
        self.zu.ort = true;
        if feld.kennung == 5102 {
            return;
        }
        let Ok(bsnr) = Bsnr::aus_bytes(feld.inhalt) else { return };
        if !self.besa().is_none_or(|besa| besa.iter().any(|ort| ort.bsnr == bsnr)) {
            let text = format!(
                "die BSNR {bsnr} steht nicht in besa; erwartet wird eine der Praxis (Feld 0201); bitte berichtigen"
            );
            self.melde(Regel::OrtUnbekannt, feld, text);
        }
        if let Some(leistung) = fall.leistungen.last_mut() {
            leistung.bsnr = Some(bsnr);
        }
    }

    pub(super) fn arzt(&mut self, feld: Kurzfeld<'_>, fall: &mut Fall) {
        if !self.gehoert_zur_gnr(self.zu.arzt, feld) {
            return;
        }
        self.zu.arzt = true;
        let Ok(lanr) = Lanr::aus_bytes(feld.inhalt) else { return };
        if feld.kennung == 5099 {
            self.pruefe_lanr(feld, lanr);
        }
        if let Some(leistung) = fall.leistungen.last_mut() {
            leistung.lanr = lanr;
        }
    }

    fn pruefe_lanr(&mut self, feld: Kurzfeld<'_>, lanr: Lanr) {
        if feld.inhalt == b"888888800" {
            let text = "der Ersatzwert 888888800 ist überholt; erwartet wird eine LANR oder 999999900; bitte berichtigen";
            return self.melde(Regel::ArztUeberholt, feld, text.to_owned());
        }
        // mostly all services of a case are one physician's
        if self.arzt_geprueft == Some(lanr) {
            return;
        }
        let in_besa = || {
            let im_krankenhaus = self.kopf.is_some_and(|k| k.krankenhausaerzte.contains(&lanr));
            im_krankenhaus
                || self.besa().is_none_or(|besa| besa.iter().any(|ort| ort.aerzte.contains(&lanr)))
        };
        let ist_bekannt = lanr == Lanr::OHNE || in_besa();
        if !ist_bekannt {
            let text = "die LANR steht nicht in besa; erwartet wird die eines Arztes der Praxis (Feld 0212); bitte berichtigen";
            self.melde(Regel::ArztUnbekannt, feld, text.to_owned());
        }
        let stimmt = lanr.pruefziffer_stimmt();
        if ist_bekannt && stimmt {
            self.arzt_geprueft = Some(lanr);
        }
        if !stimmt {
            let text = "die Prüfziffer der LANR (7. Stelle) stimmt nicht; die LANR wird verwendet, bitte klären";
            self.melde(Regel::LanrPruefziffer, feld, text.to_owned());
        }
    }

    /// A LANR of the wrong shape is an error, but not in lab communities (KVDT-R050, R056).
    pub(super) fn falsche_lanr(&mut self, feld: Kurzfeld<'_>) {
        let labor = self.scheinuntergruppe == Lage::Da(28);
        if self.gehoert_zur_gnr(self.zu.arzt, feld) {
            self.zu.arzt = true;
            let regel = if labor { Regel::LanrFormLabor } else { Regel::LanrForm };
            self.falsch(regel, feld, "eine LANR aus 9 Ziffern");
        }
    }

    /// Returns the places and physicians to compare with; `None` for cases of earlier quarters, whose
    /// may have left, and where there is no head.
    fn besa(&self) -> Option<&[Betriebsstaette]> {
        let kopf = self.kopf?;
        let vorquartal = self.quartal.wert().is_some_and(|quartal| quartal < kopf.quartal);
        (!vorquartal).then_some(&kopf.betriebsstaetten)
    }
}

/// Numbers of the GOÄ have letters of both cases and other characters. No rule reads them, and none
/// may be taken for one of the EBM: they are kept behind a G, in capitals and without the others.
fn goae(inhalt: &[u8]) -> Option<Gnr> {
    let zeichen = inhalt.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase);
    let gnr: Vec<u8> = [b'G'].into_iter().chain(zeichen).take(9).collect();
    Gnr::aus_bytes(&gnr).ok()
}
