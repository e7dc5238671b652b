//! One case of the ADT package: what a record 0101 to 0104 says, and whether it may say so.

mod leistungen;

pub(super) use self::leistungen::LEISTUNGEN_MAX;
use self::leistungen::Zugehoerig;
use super::felder::{self, Form, PFLICHT};
use super::kopf::Kopf;
use super::regel::{Befund, Regel};
use super::satz::{Kurzfeld, Satz, zahl};
use super::{gefunden, klartext, quartal};
use crate::fall::Satzart;
use crate::kennung::{Bsnr, Gelesen, Gnr, Lanr, VersichertenId, muster};
use crate::meldung::Stelle;
use crate::quartal::{Quartal, Tag};

/// Cases more quarters back than this are a warning (KVDT-RQL3).
pub(super) const QUARTALE_ZURUECK: i32 = 8;

/// A service (5001 with what follows it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leistung {
    /// Its day (5000), inherited from the last one said.
    pub tag: Tag,
    /// Its GNR (5001).
    pub gnr: Gnr,
    /// How often it was rendered (5005), mostly 1.
    pub anzahl: u16,
    /// Its place (5098); none in a hospital (5102).
    pub bsnr: Option<Bsnr>,
    /// Its physician (5099); the Ersatzwert `999999900` if none is said.
    pub lanr: Lanr,
}

/// A case. Reading another one into it reuses its memory.
#[derive(Debug, Clone, Default)]
pub struct Fall {
    kern: Option<Kern>,
    schein_id: String,
    leistungen: Vec<Leistung>,
    nennungen: Vec<(Gnr, Bsnr)>,
}

/// What every case has.
#[derive(Debug, Clone, Copy)]
struct Kern {
    satzart: Satzart,
    scheinuntergruppe: u8,
    quartal: Quartal,
    versicherter: Option<VersichertenId>,
    hat_schein_id: bool,
    stelle: Stelle,
}

impl Fall {
    /// Returns its Satzart (8000).
    pub fn satzart(&self) -> Satzart {
        self.kern.map_or(Satzart::Ambulant, |k| k.satzart)
    }

    /// Returns its Scheinuntergruppe (4239).
    pub fn scheinuntergruppe(&self) -> u8 {
        self.kern.map_or(0, |k| k.scheinuntergruppe)
    }

    /// Returns its quarter (4101); `None` only before a case has been read.
    pub fn quartal(&self) -> Option<Quartal> {
        self.kern.map(|k| k.quartal)
    }

    /// Returns its patient (3119), if a Versicherten-ID of the right shape is there.
    pub fn versicherten_id(&self) -> Option<VersichertenId> {
        self.kern.and_then(|k| k.versicherter)
    }

    /// Returns its Schein-ID (3003), if it has one.
    pub fn schein_id(&self) -> Option<&str> {
        self.kern.filter(|k| k.hat_schein_id).map(|_| self.schein_id.as_str())
    }

    /// Returns its services in their order.
    pub fn leistungen(&self) -> &[Leistung] {
        &self.leistungen
    }

    /// Returns the BSNRs of which free texts (5009) consist, each with the GNR that it follows: behind
    /// the GNR that marks a patient of a closed practice, that practice.
    pub fn nennungen(&self) -> &[(Gnr, Bsnr)] {
        &self.nennungen
    }

    /// Returns where its record begins.
    pub fn stelle(&self) -> Stelle {
        self.kern.map(|k| k.stelle).unwrap_or_default()
    }
}

/// What has been said of a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Lage<T> {
    #[default]
    Fehlt,
    /// Reported already: nothing that follows from it is reported again.
    Falsch,
    Da(T),
}

impl<T> Lage<T> {
    fn wert(self) -> Option<T> {
        match self {
            Self::Da(wert) => Some(wert),
            Self::Fehlt | Self::Falsch => None,
        }
    }
}

/// The case while its record is checked.
#[expect(clippy::struct_excessive_bools, reason = "each is a field that has been read or not")]
pub(super) struct Pruefung<'a> {
    /// `None` if it could not be read: then nothing is compared with it.
    kopf: Option<&'a Kopf>,
    satz: &'a Satz,
    satzart: Satzart,
    melde: &'a mut dyn FnMut(Befund),
    /// Some of the record's lines are.
    beschaedigt: bool,
    fehlerhaft: bool,
    pflicht: u16,
    versicherter: Lage<Option<VersichertenId>>,
    karte_gelesen: bool,
    kostentraeger: Option<u16>,
    gebuehrenordnung: u8,
    quartal: Lage<Quartal>,
    scheinuntergruppe: Lage<u8>,
    hat_schein_id: bool,
    diagnose: bool,
    tag: Lage<Tag>,
    zu: Zugehoerig,
    /// A physician against whom nothing speaks in the case's quarter.
    arzt_geprueft: Option<Lanr>,
    unbekannte_felder: u64,
}

/// Reads the case of `satz`; false if it breaks a rule of the class error. Returns how many of its
/// fields nobody knows, too.
pub(super) fn lies(
    satz: &Satz,
    satzart: Satzart,
    kopf: Option<&Kopf>,
    fall: &mut Fall,
    melde: &mut dyn FnMut(Befund),
) -> (bool, u64) {
    fall.kern = None;
    fall.schein_id.clear();
    fall.leistungen.clear();
    fall.nennungen.clear();
    let mut pruefung = Pruefung {
        kopf,
        satz,
        satzart,
        melde,
        beschaedigt: !satz.schaeden().is_empty(),
        fehlerhaft: false,
        pflicht: 0,
        versicherter: Lage::Fehlt,
        karte_gelesen: false,
        kostentraeger: None,
        gebuehrenordnung: b'0',
        quartal: Lage::Fehlt,
        scheinuntergruppe: Lage::Fehlt,
        hat_schein_id: false,
        diagnose: false,
        tag: Lage::Fehlt,
        zu: Zugehoerig::default(),
        arzt_geprueft: None,
        unbekannte_felder: 0,
    };
    for feld in satz.kurzfelder() {
        pruefung.feld(feld, fall);
    }
    let kern = pruefung.schliesse();
    let unbekannte = pruefung.unbekannte_felder;
    fall.kern = kern;
    (kern.is_some(), unbekannte)
}

impl Pruefung<'_> {
    fn feld(&mut self, feld: Kurzfeld<'_>, fall: &mut Fall) {
        if self.beschaedigt && feld.inhalt.iter().all(|b| *b == b' ') {
            // reported with the record's lines
            self.fehlerhaft = true;
            let bit = felder::form(feld.kennung).map_or(0, Form::pflicht);
            return self.merke_pflicht(bit, feld);
        }
        let Some(form) = felder::form(feld.kennung) else {
            self.unbekannte_felder += 1;
            return;
        };
        if !form.passt(feld.inhalt) {
            if feld.kennung == 5099 {
                return self.falsche_lanr(feld);
            }
            self.merke_pflicht(form.pflicht(), feld);
            let (regel, erwartet) = form.verstoss(feld.inhalt);
            return self.falsche_form(regel, feld, erwartet);
        }
        self.merke_pflicht(form.pflicht(), feld);
        match feld.kennung {
            3003 => self.schein_id(feld, fall),
            3108 => self.wert(
                feld,
                matches!(feld.inhalt, b"1" | b"3" | b"5"),
                Regel::Wert,
                "1, 3 oder 5",
            ),
            3110 => {
                let passt = matches!(feld.inhalt, b"M" | b"W" | b"U" | b"X" | b"D");
                self.wert(feld, passt, Regel::Wert, "M, W, U, X oder D");
            }
            3119 => self.versicherten_id(feld),
            3673 | 6001 => self.diagnose = true,
            4101 => self.quartal(feld),
            4104 => {
                self.kostentraeger = zahl(&feld.inhalt[2..]);
                self.wert(
                    feld,
                    feld.inhalt != b"74799",
                    Regel::Kostentraeger,
                    "ein Kostenträger, mit dem die KV abrechnet",
                );
            }
            4106 => {
                let passt = zahl(feld.inhalt).is_some_and(|wert| wert <= 9);
                self.wert(
                    feld,
                    passt,
                    Regel::Wert,
                    "ein Kostenträger-Abrechnungsbereich von 00 bis 09",
                );
            }
            4109 => self.karte_gelesen = true,
            4121 => {
                self.gebuehrenordnung = feld.inhalt[0];
                self.wert(
                    feld,
                    matches!(feld.inhalt, [b'0'..=b'3']),
                    Regel::Wert,
                    "eine Gebührenordnung von 0 bis 3",
                );
            }
            4131 => {
                let passt = matches!(zahl(feld.inhalt), Some(0 | 4 | 6..=9));
                self.wert(feld, passt, Regel::Personengruppe, "00, 04, 06, 07, 08 oder 09");
            }
            4132 => {
                let passt = matches!(zahl(feld.inhalt), Some(0..=12 | 30..=58));
                self.wert(feld, passt, Regel::Dmp, "00 bis 12 oder 30 bis 58");
            }
            4239 => self.scheinuntergruppe(feld),
            5000 => self.leistungstag(feld),
            5001 => self.gnr(feld, fall),
            5005 => self.anzahl(feld, fall),
            5009 => self.begruendung(feld, fall),
            5098 | 5102 => self.ort(feld, fall),
            5099 | 5101 => self.arzt(feld, fall),
            _ => {}
        }
    }

    fn merke_pflicht(&mut self, bit: u16, feld: Kurzfeld<'_>) {
        // 4101 and 4239 say it themselves
        if self.pflicht & bit != 0 && !matches!(feld.kennung, 4101 | 4239) {
            self.einmal(feld);
        }
        self.pflicht |= bit;
    }

    /// A field whose form is wrong counts as said, so that nothing follows from its being missing.
    fn falsche_form(&mut self, regel: Regel, feld: Kurzfeld<'_>, erwartet: &str) {
        match feld.kennung {
            4101 => {
                self.quartal = Lage::Falsch;
                // of an earlier quarter anyone may have been
                self.arzt_geprueft = None;
            }
            4239 => self.scheinuntergruppe = Lage::Falsch,
            5000 => {
                self.schliesse_leistung();
                self.tag = Lage::Falsch;
                self.zu = Zugehoerig { stumm: true, ..Zugehoerig::default() };
            }
            5001 => self.beginne_leistung(feld, false),
            5098 | 5102 => self.zu.ort = true,
            5099 | 5101 => self.zu.arzt = true,
            _ => {}
        }
        self.falsch(regel, feld, erwartet);
    }

    fn schein_id(&mut self, feld: Kurzfeld<'_>, fall: &mut Fall) {
        if self.hat_schein_id {
            return self.einmal(feld);
        }
        self.hat_schein_id = true;
        klartext(feld.inhalt, &mut fall.schein_id);
    }

    fn versicherten_id(&mut self, feld: Kurzfeld<'_>) {
        if self.versicherter != Lage::Fehlt {
            return self.einmal(feld);
        }
        let form = || muster(feld.inhalt);
        let Gelesen::Id { id, normalisiert } = VersichertenId::lies(feld.inhalt) else {
            self.versicherter = Lage::Da(None);
            let text = format!(
                "Versicherten-ID der Form „{}“ gefunden; erwartet werden ein Großbuchstabe und 9 Ziffern; sie gilt als \
                 fehlend, bitte klären",
                form()
            );
            return self.melde(Regel::VersichertenIdForm, feld, text);
        };
        self.versicherter = Lage::Da(Some(id));
        if normalisiert {
            let text = format!(
                "Versicherten-ID der Form „{}“ gefunden; erwartet werden ein Großbuchstabe und 9 Ziffern ohne \
                 Leerzeichen; sie wurde so gelesen",
                form()
            );
            self.melde(Regel::VersichertenIdNormalisiert, feld, text);
        }
        if id == VersichertenId::TESTKARTE {
            let text = "die Versicherten-ID der Testkarte gefunden; erwartet wird die eines Patienten; bitte den Fall berichtigen";
            self.melde(Regel::Testversicherter, feld, text.to_owned());
        } else if !id.pruefziffer_stimmt() {
            let text = "die Prüfziffer der Versicherten-ID stimmt nicht; sie wurde so gelesen, bitte klären";
            self.melde(Regel::VersichertenIdPruefziffer, feld, text.to_owned());
        }
    }

    fn quartal(&mut self, feld: Kurzfeld<'_>) {
        if self.quartal != Lage::Fehlt {
            return self.einmal(feld);
        }
        let Some(quartal) = quartal(feld.inhalt) else {
            self.quartal = Lage::Falsch;
            return self.falsch(Regel::Form, feld, "ein Quartal der Form QJJJJ");
        };
        self.quartal = Lage::Da(quartal);
        let Some(paket) = self.kopf.map(|kopf| kopf.quartal) else { return };
        if paket < quartal {
            let text = format!(
                "Quartal {quartal} gefunden; erwartet wird höchstens das des Datenpakets, {paket} (Feld 9204); bitte berichtigen"
            );
            self.melde(Regel::QuartalNachPaket, feld, text);
            self.quartal = Lage::Falsch;
        } else if QUARTALE_ZURUECK < paket.seit(quartal) {
            let text = format!(
                "Quartal {quartal} gefunden; es liegt mehr als {QUARTALE_ZURUECK} Quartale vor {paket} (Feld 9204); bitte klären"
            );
            self.melde(Regel::QuartalWeitZurueck, feld, text);
        }
    }

    fn scheinuntergruppe(&mut self, feld: Kurzfeld<'_>) {
        if self.scheinuntergruppe != Lage::Fehlt {
            return self.einmal(feld);
        }
        let wert = zahl(feld.inhalt).and_then(|wert| u8::try_from(wert).ok()).unwrap_or(u8::MAX);
        self.scheinuntergruppe = Lage::Da(wert);
        if Satzart::der_scheinuntergruppe(wert) == Some(self.satzart) {
            return;
        }
        let (regel, erlaubt) = match self.satzart {
            Satzart::Ambulant => (Regel::SugAmbulant, "nur 00"),
            Satzart::Ueberweisung => (Regel::SugUeberweisung, "20, 21, 23, 24, 26, 27 oder 28"),
            Satzart::Belegarzt => (Regel::SugBelegarzt, "30, 31 oder 32"),
            Satzart::Notfall => (Regel::SugNotfall, "41 bis 46"),
        };
        let text = format!(
            "Scheinuntergruppe {wert:02} in Satzart {} gefunden; erwartet wird dort {erlaubt}; bitte den Fall berichtigen",
            self.satzart.name()
        );
        self.melde(regel, feld, text);
    }

    /// What can be told only when all has been read. Returns the case, if nothing speaks against it.
    fn schliesse(&mut self) -> Option<Kern> {
        self.schliesse_leistung();
        let mut fehlend = !self.pflicht & ((1 << PFLICHT.len()) - 1);
        while let Some(feld) = PFLICHT.get(fehlend.trailing_zeros() as usize) {
            let text = "das Feld fehlt; erwartet wird es in jedem Fall; bitte ergänzen";
            self.am_satz(Regel::Pflichtfeld, *feld, text);
            fehlend &= fehlend - 1;
        }
        if self.karte_gelesen
            && self.versicherter == Lage::Fehlt
            && self.kostentraeger.is_some_and(|serie| serie < 800)
        {
            let text = "das Feld fehlt, obwohl eine Karte gelesen wurde (Feld 4109); erwartet wird die Versicherten-ID; bitte ergänzen";
            self.am_satz(Regel::KeineVersichertenId, 3119, text);
        }
        let ist_labor = matches!(self.scheinuntergruppe, Lage::Da(27 | 28));
        if !self.diagnose && !ist_labor {
            let text = "weder Feld 6001 noch Feld 3673 gefunden; erwartet wird mindestens eine Diagnose; bitte ergänzen";
            self.am_satz(Regel::KeineDiagnose, 6001, text);
        }
        let (Some(quartal), Some(scheinuntergruppe), false) =
            (self.quartal.wert(), self.scheinuntergruppe.wert(), self.fehlerhaft)
        else {
            return None;
        };
        Some(Kern {
            satzart: self.satzart,
            scheinuntergruppe,
            quartal,
            versicherter: self.versicherter.wert().flatten(),
            hat_schein_id: self.hat_schein_id,
            stelle: self.satz.stelle(),
        })
    }

    fn wert(&mut self, feld: Kurzfeld<'_>, passt: bool, regel: Regel, erwartet: &str) {
        if !passt {
            self.falsch(regel, feld, erwartet);
        }
    }

    fn falsch(&mut self, regel: Regel, feld: Kurzfeld<'_>, erwartet: &str) {
        // values are shown where they are codes, and only what is as short as the field's codes are:
        // anything may slip into any field
        let gezeigt = match feld.kennung {
            3108 | 3110 | 4121 => 1,
            3116 | 4106 | 4122 | 4131 | 4132 | 4239 => 2,
            5005 => 3,
            4101 | 4104 => 5,
            5001 => 6,
            5000 => 8,
            4111 | 5098 => 9,
            _ => 0,
        };
        let gefunden =
            if feld.inhalt.len() <= gezeigt { gefunden(feld.inhalt) } else { muster(feld.inhalt) };
        let text = format!("„{gefunden}“ gefunden; erwartet wird {erwartet}; bitte berichtigen");
        self.melde(regel, feld, text);
    }

    fn einmal(&mut self, feld: Kurzfeld<'_>) {
        let text = "das Feld steht ein zweites Mal oder erst nach den Leistungen; erwartet wird es einmal, davor; bitte berichtigen";
        self.melde(Regel::Einmal, feld, text.to_owned());
    }

    fn am_satz(&mut self, regel: Regel, feld: u16, text: &str) {
        self.fehlerhaft = true;
        (self.melde)(Befund::im_feld(regel, feld, self.satz.stelle(), text));
    }

    fn melde(&mut self, regel: Regel, feld: Kurzfeld<'_>, text: String) {
        self.fehlerhaft |= regel.schwere() == super::Schwere::Fehler;
        (self.melde)(Befund::im_feld(
            regel,
            feld.kennung,
            self.satz.stelle_des_feldes(feld.platz),
            text,
        ));
    }
}
