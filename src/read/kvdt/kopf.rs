//! The records before the cases: con0, besa, rvsa, adt0.

use super::regel::{Befund, NEU, Regel};
use super::satz::{Feld, Satz};
use super::{gefunden, quartal};
use crate::kennung::{Bsnr, Lanr, muster};
use crate::meldung::Stelle;
use crate::quartal::{Quartal, Tag};

/// A package of a KVDT file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Paket {
    /// ADT: the cases.
    Adt,
    /// KADT: Kurärzte.
    Kadt,
    /// SADT: Schwangerschaftsabbrüche.
    Sadt,
    /// Hybrid-DRG.
    Hdrg,
}

impl Paket {
    /// Every package, in the order of a file.
    pub const ALLE: [Self; 4] = [Self::Adt, Self::Kadt, Self::Sadt, Self::Hdrg];

    /// Returns its name.
    pub fn name(self) -> &'static str {
        self.angaben().0
    }

    /// Returns the Satzarten that open and close it.
    pub fn klammer(self) -> (&'static str, &'static str) {
        (self.angaben().1, self.angaben().2)
    }

    /// Returns its digit in field 9132.
    fn ziffer(self) -> u8 {
        self.angaben().3
    }

    /// Returns its bit in the two hexadecimal digits of a file's name.
    pub(super) fn bit(self) -> u8 {
        self.angaben().4
    }

    fn angaben(self) -> (&'static str, &'static str, &'static str, u8, u8) {
        match self {
            Self::Adt => ("ADT", "adt0", "adt9", b'1', 0x01),
            Self::Kadt => ("KADT", "kad0", "kad9", b'3', 0x04),
            Self::Sadt => ("SADT", "sad0", "sad9", b'6', 0x20),
            Self::Hdrg => ("Hybrid-DRG", "hdrg0", "hdrg9", b'7', 0x30),
        }
    }
}

/// A place of practice, from the record besa.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Betriebsstaette {
    /// BSNR or Nebenbetriebsstättennummer (0201).
    pub bsnr: Bsnr,
    /// Its physicians (0212).
    pub aerzte: Vec<Lanr>,
}

/// What a file says of itself, and of its ADT package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kopf {
    /// When the file was made (9103 in con0).
    pub erstellt: Tag,
    /// Which packages it says it has (9132 in con0), in the order of a file.
    pub pakete: Vec<Paket>,
    /// Places of practice (besa); the first is the practice, the others are its branches.
    pub betriebsstaetten: Vec<Betriebsstaette>,
    /// Physicians of hospitals (0212 below 0213).
    pub krankenhausaerzte: Vec<Lanr>,
    /// Where the first BSNR stands.
    pub praxis_ab: Stelle,
    /// Version of the record description (9212 in adt0), `ADT0126.01`.
    pub version: String,
    /// The Abrechnungsquartal (9204 in adt0).
    pub quartal: Quartal,
    /// Where the quarter stands.
    pub quartal_ab: Stelle,
}

impl Kopf {
    /// Returns the practice: the first BSNR of besa.
    pub fn bsnr(&self) -> Option<Bsnr> {
        self.betriebsstaetten.first().map(|b| b.bsnr)
    }

    /// Tells whether besa names the place.
    pub(super) fn kennt_ort(&self, bsnr: Bsnr) -> bool {
        self.betriebsstaetten.iter().any(|ort| ort.bsnr == bsnr)
    }

    /// Tells whether besa names the physician.
    pub(super) fn kennt_arzt(&self, lanr: Lanr) -> bool {
        self.krankenhausaerzte.contains(&lanr)
            || self.betriebsstaetten.iter().any(|ort| ort.aerzte.contains(&lanr))
    }
}

/// The head while it is read: what is missing or wrong has been reported.
#[derive(Debug, Default)]
pub(super) struct Kopfentwurf {
    pub(super) erstellt: Option<Tag>,
    pub(super) pakete: Vec<Paket>,
    pub(super) betriebsstaetten: Vec<Betriebsstaette>,
    praxis_ab: Stelle,
    /// The first BSNR of besa is malformed: whose cases they are, nobody knows.
    praxis_unlesbar: bool,
    krankenhausaerzte: Vec<Lanr>,
    version: Option<String>,
    quartal: Option<(Quartal, Stelle)>,
}

/// Reports a field with a wrong content.
fn falsch(regel: Regel, feld: Feld<'_>, erwartet: &str) -> Befund {
    // a LANR is shown as its shape
    let gefunden = if feld.kennung == 212 { muster(feld.inhalt) } else { gefunden(feld.inhalt) };
    let text = format!("„{gefunden}“ gefunden; erwartet wird {erwartet}; {NEU}");
    Befund::im_feld(regel, feld.kennung, feld.stelle, text)
}

/// Reports a field that a record lacks.
fn fehlt(feld: u16, satz: &Satz) -> Befund {
    let text = format!(
        "das Feld fehlt im Satz {}; erwartet wird es dort; {NEU}",
        gefunden(satz.satzart())
    );
    Befund::im_feld(Regel::Pflichtfeld, feld, satz.stelle(), text)
}

impl Kopfentwurf {
    /// con0: 9103 (creation), 9106 (character set), 9132 (packages). False if the file cannot be read.
    pub(super) fn con0(&mut self, satz: &Satz, melde: &mut dyn FnMut(Befund)) -> bool {
        let mut zeichensatz = None;
        for feld in satz.felder() {
            match feld.kennung {
                9103 => {
                    self.erstellt = Tag::aus_jjjjmmtt(feld.inhalt).ok();
                    if self.erstellt.is_none() {
                        melde(falsch(Regel::Datum, feld, "ein Tag der Form JJJJMMTT"));
                        return false;
                    }
                }
                9106 => {
                    zeichensatz = Some(feld.inhalt == b"4");
                    if feld.inhalt != b"4" {
                        melde(falsch(Regel::Zeichensatz, feld, "4 (ISO 8859-15)"));
                    }
                }
                9132 => match feld.inhalt {
                    [z] if Paket::ALLE.iter().any(|paket| paket.ziffer() == *z) => {
                        self.pakete.extend(Paket::ALLE.iter().filter(|paket| paket.ziffer() == *z));
                    }
                    _ => melde(falsch(
                        Regel::Wert,
                        feld,
                        "1 (ADT), 3 (KADT), 6 (SADT) oder 7 (Hybrid-DRG)",
                    )),
                },
                _ => {}
            }
        }
        self.pakete.sort_unstable();
        self.pakete.dedup();
        if self.erstellt.is_none() {
            melde(fehlt(9103, satz));
        }
        if zeichensatz.is_none() {
            melde(fehlt(9106, satz));
        }
        if self.pakete.is_empty() {
            melde(fehlt(9132, satz));
        }
        zeichensatz == Some(true) && self.erstellt.is_some()
    }

    /// besa: each 0201 with its 0212. Hospitals have 0213 instead of 0201.
    pub(super) fn besa(&mut self, satz: &Satz, melde: &mut dyn FnMut(Befund)) {
        let (mut nur_krankenhaus, mut im_krankenhaus) = (false, false);
        for feld in satz.felder() {
            match feld.kennung {
                201 => match Bsnr::aus_bytes(feld.inhalt) {
                    Ok(bsnr) => {
                        if self.betriebsstaetten.iter().any(|b| b.bsnr == bsnr) {
                            let text = format!(
                                "die BSNR {bsnr} steht mehrfach in besa; erwartet wird sie einmal; bitte klären"
                            );
                            melde(Befund::im_feld(Regel::BsnrDoppelt, 201, feld.stelle, text));
                        }
                        if self.betriebsstaetten.is_empty() {
                            self.praxis_ab = feld.stelle;
                        }
                        self.betriebsstaetten.push(Betriebsstaette { bsnr, aerzte: Vec::new() });
                        im_krankenhaus = false;
                    }
                    Err(fehler) => {
                        self.praxis_unlesbar |= self.betriebsstaetten.is_empty();
                        melde(falsch(Regel::Form, feld, fehler.erwartet));
                    }
                },
                212 if feld.inhalt == b"888888800" => {
                    let text = format!(
                        "der Ersatzwert 888888800 ist überholt; erwartet wird eine LANR oder 999999900; {NEU}"
                    );
                    melde(Befund::im_feld(Regel::ArztUeberholt, 212, feld.stelle, text));
                }
                212 => match (Lanr::aus_bytes(feld.inhalt), self.betriebsstaetten.last_mut()) {
                    // below a hospital: no place of ours
                    (Ok(lanr), None) => self.krankenhausaerzte.push(lanr),
                    (Ok(lanr), _) if im_krankenhaus => self.krankenhausaerzte.push(lanr),
                    (Ok(lanr), Some(ort)) if ort.aerzte.contains(&lanr) => {
                        let text = format!(
                            "die LANR steht unter der BSNR {} mehrfach; erwartet wird sie einmal; {NEU}",
                            ort.bsnr
                        );
                        melde(Befund::im_feld(Regel::LanrDoppelt, 212, feld.stelle, text));
                    }
                    (Ok(lanr), Some(ort)) => ort.aerzte.push(lanr),
                    (Err(fehler), _) => melde(falsch(Regel::Form, feld, fehler.erwartet)),
                },
                213 => {
                    im_krankenhaus = true;
                    nur_krankenhaus = self.betriebsstaetten.is_empty();
                }
                _ => {}
            }
        }
        if self.betriebsstaetten.is_empty() {
            let zusatz = if nur_krankenhaus { ", nur ein Krankenhaus (Feld 0213)" } else { "" };
            let text = format!(
                "der Satz besa nennt keine BSNR{zusatz}; erwartet wird die der Praxis, der die Fälle gehören; {NEU}"
            );
            melde(Befund::im_feld(Regel::BesaOhneBsnr, 201, satz.stelle(), text));
        }
        let pseudo = satz.felder().any(|feld| feld.kennung == 223);
        for ort in self.betriebsstaetten.iter().filter(|ort| ort.aerzte.is_empty() && !pseudo) {
            let text = format!(
                "der Satz besa nennt zur BSNR {} keine LANR; erwartet wird mindestens eine; {NEU}",
                ort.bsnr
            );
            melde(Befund::im_feld(Regel::BesaOhneArzt, 212, satz.stelle(), text));
        }
    }

    /// adt0: 9212 (version), 9204 (quarter); 0105 (software) and 9102 (KV) must be there.
    pub(super) fn adt0(&mut self, satz: &Satz, melde: &mut dyn FnMut(Befund)) {
        for feld in satz.felder() {
            match feld.kennung {
                9102 if !matches!(feld.inhalt, [b'0'..=b'9', b'0'..=b'9']) => {
                    melde(falsch(Regel::Form, feld, "die Nummer der KV aus 2 Ziffern"));
                }
                9212 => self.version = Some(gefunden(feld.inhalt)),
                9204 => match quartal(feld.inhalt) {
                    Some(quartal) => self.quartal = Some((quartal, feld.stelle)),
                    None => melde(falsch(Regel::Form, feld, "ein Quartal der Form QJJJJ")),
                },
                _ => {}
            }
        }
        for feld in [105, 9102, 9204, 9212] {
            if !satz.felder().any(|f| f.kennung == feld) {
                melde(fehlt(feld, satz));
            }
        }
    }

    /// Returns the whole head; `None` if practice or quarter could not be read.
    pub(super) fn fertig(self) -> Option<Kopf> {
        let (quartal, quartal_ab) = self.quartal?;
        self.betriebsstaetten.first().filter(|_| !self.praxis_unlesbar)?;
        Some(Kopf {
            erstellt: self.erstellt?,
            pakete: self.pakete,
            betriebsstaetten: self.betriebsstaetten,
            krankenhausaerzte: self.krankenhausaerzte,
            praxis_ab: self.praxis_ab,
            version: self.version.unwrap_or_default(),
            quartal,
            quartal_ab,
        })
    }
}
