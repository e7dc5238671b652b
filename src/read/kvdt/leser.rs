//! KVDT as a source of cases for a run: findings become messages, and every case gets an id.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::sync::Arc;

use hashbrown::HashMap;

use super::faelle::{Abgebrochen, Faelle};
use super::fall::Fall;
use super::kopf::Kopf;
use super::regel::{Befund, Regel};
use super::satz::Satz;
use super::schnell::Zuletzt;
use super::summen::Kontrollsummen;
use crate::fall::{Fallkopf, Kennzeichen, Stapel};
use crate::kennung::{VersichertenId, hat_versicherten_id};
use crate::meldung::{Code, Meldung, Meldungen, Ort, Stufe};
use crate::read::roh::{Pruefsumme, Rohquelle, lesefehler};
use crate::read::{Abbruch, Block, FallLeser};

/// Reads the cases of a KVDT file for a run.
#[derive(Debug)]
pub struct KvdtLeser<R> {
    datei: Arc<str>,
    pub(super) faelle: Faelle<R>,
    fall: Fall,
    /// The practice, once the head has been read.
    pub(super) block: Option<Block>,
    pub(super) mehrfache: Arc<BTreeSet<Box<str>>>,
    /// How often each record without an id of its own has been met, by 64 bits of its hash.
    wiederholungen: HashMap<u64, u32>,
    abgebrochen: bool,
    pub(super) zuletzt: Zuletzt,
    schnellweg: bool,
}

/// Returns the message of a finding.
fn meldung(befund: &Befund, datei: &Arc<str>) -> Meldung {
    let code = match befund.regel {
        Regel::Leer if befund.feld.is_none() => Code::DateiLeer,
        regel => regel.code(),
    };
    Meldung::neu(code, Ort::neu(datei, befund.stelle), befund.to_string())
}

impl<R: Read> KvdtLeser<R> {
    /// Returns a reader of the file `datei`, whose bytes are `quelle`. A case with one of the
    /// Schein-IDs `mehrfache`, which several cases of the practice have, is named by its content.
    pub fn neu(datei: &Arc<str>, quelle: R, mehrfache: Arc<BTreeSet<Box<str>>>) -> Self {
        Self {
            datei: Arc::clone(datei),
            faelle: Faelle::neu(quelle),
            fall: Fall::default(),
            block: None,
            mehrfache,
            wiederholungen: HashMap::new(),
            abgebrochen: false,
            zuletzt: Zuletzt::default(),
            schnellweg: true,
        }
    }

    /// Leaves everything to the reference reader: the measure of the fast path.
    #[must_use]
    pub fn ohne_schnellweg(mut self) -> Self {
        self.schnellweg = false;
        self
    }

    /// Reads the next cases into `stapel`; see [`FallLeser::lies_stapel`].
    ///
    /// # Errors
    /// [`Abbruch`] if the head is incomplete or the source cannot be read.
    pub fn lies_stapel(
        &mut self,
        stapel: &mut Stapel,
        meldungen: &mut Meldungen,
    ) -> Result<bool, Abbruch> {
        stapel.leere();
        if self.abgebrochen {
            return Err(Abbruch);
        }
        while !stapel.ist_voll() {
            let datei = &self.datei;
            let melde = &mut |befund: Befund| meldungen.melde(meldung(&befund, datei));
            if self.block.is_none() {
                match self.faelle.lies_kopf(melde) {
                    Ok(Some(kopf)) => {
                        self.block = kopf.bsnr().map(|bsnr| Block {
                            bsnr,
                            faelle: 0,
                            stelle: kopf.praxis_ab,
                        });
                        pruefe_namen(kopf, datei, melde);
                    }
                    // without a head the rest is looked at, so that all its errors are told
                    Ok(None) | Err(Abgebrochen::OhneKopf) => {}
                    Err(grund) => return self.brich_ab(&grund, meldungen),
                }
            }
            if self.schnellweg && self.schnell(stapel) {
                break;
            }
            let datei = &self.datei;
            let melde = &mut |befund: Befund| meldungen.melde(meldung(&befund, datei));
            match self.faelle.lies(&mut self.fall, melde) {
                Ok(true) => self.nimm(stapel, meldungen),
                Ok(false) => break,
                Err(grund) => return self.brich_ab(&grund, meldungen),
            }
        }
        Ok(!stapel.spalten().is_empty())
    }

    fn brich_ab(
        &mut self,
        grund: &Abgebrochen,
        meldungen: &mut Meldungen,
    ) -> Result<bool, Abbruch> {
        self.abgebrochen = true;
        if let Abgebrochen::Quelle(fehler) = grund {
            meldungen.melde(lesefehler(fehler, Ort::neu(&self.datei, self.faelle.stelle())));
        }
        debug_assert!(0 < meldungen.anzahl_der_stufe(Stufe::Fehler), "an Abbruch says why");
        Err(Abbruch)
    }

    /// Adds the case that has been read to the batch.
    fn nimm(&mut self, stapel: &mut Stapel, meldungen: &mut Meldungen) {
        let (Some(block), Some(quartal)) = (&mut self.block, self.fall.quartal()) else { return };
        let fall = &self.fall;
        let mut melde = |regel, text: String| {
            let befund = Befund::im_feld(regel, 3003, fall.stelle(), text);
            meldungen.melde(meldung(&befund, &self.datei));
        };
        let schein_id = fall.schein_id();
        let einmalig = schein_id.filter(|id| !self.mehrfache.contains(*id));
        let eigene = einmalig.filter(|id| taugt_als_name(id, fall));
        let erzeugt;
        let id = if let Some(id) = eigene {
            id
        } else {
            erzeugt = benenne(self.faelle.satz(), &mut self.wiederholungen);
            if schein_id.is_some() && einmalig.is_none() {
                let text = format!(
                    "die Schein-ID steht in der Praxis mehrfach; der Fall ist deshalb nach seinem Inhalt {} benannt, bitte prüfen",
                    erzeugt.0
                );
                melde(Regel::ScheinIdMehrfach, text);
            } else if einmalig.is_some() {
                let text = format!(
                    "die Schein-ID enthält Leerzeichen oder „|“ oder könnte eine Versicherten-ID sein; der Fall ist deshalb nach \
                     seinem Inhalt {} benannt, bitte prüfen",
                    erzeugt.0
                );
                melde(Regel::ScheinIdForm, text);
            }
            if erzeugt.1 {
                let text = "ein Fall ohne eigene Schein-ID steht wörtlich noch einmal in der Datei; er wird als eigener Fall \
                            gelesen, bitte prüfen";
                melde(Regel::Wiederholung, text.to_owned());
            }
            &erzeugt.0
        };
        stapel.beginne(&Fallkopf {
            bsnr: block.bsnr,
            id: id.as_bytes(),
            versicherter: fall.versicherten_id(),
            quartal,
            satzart: fall.satzart(),
            scheinuntergruppe: fall.scheinuntergruppe(),
            // KVDT has no field for it: there the mark of § 9 is a GNR
            kennzeichen: Kennzeichen::Keins,
            id_erzeugt: eigene.is_none(),
            stelle: fall.stelle(),
        });
        for leistung in fall.leistungen() {
            stapel.leistung(leistung.tag, leistung.gnr, leistung.lanr);
        }
        for (gnr, bsnr) in fall.nennungen() {
            stapel.nenne(*gnr, *bsnr);
        }
        block.faelle += 1;
    }
}

/// Tells whether a Schein-ID can stand in tables and messages: in one piece, and nobody's
/// Versicherten-ID.
fn taugt_als_name(id: &str, fall: &Fall) -> bool {
    let koennte_versicherten_id_sein = || {
        let kern: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
        hat_versicherten_id(&kern)
    };
    let ziffern = id.bytes().filter(u8::is_ascii_digit).count();
    let in_einem_stueck = |c: char| !c.is_control() && !c.is_whitespace() && c != '|';
    let eigene = |versicherter: VersichertenId| versicherter.steht_in(id.as_bytes());
    id.chars().all(in_einem_stueck)
        // nine digits are asked first: most ids have fewer, and every case comes here
        && !(9 <= ziffern && koennte_versicherten_id_sein())
        && !fall.versicherten_id().is_some_and(eigene)
}

/// A case without a Schein-ID of its own is named by its content, so that its name stays when the
/// file is sent again with other records before it. The same record again is a case of its own, but
/// hardly meant: then the second value is true.
fn benenne(satz: &Satz, wiederholungen: &mut HashMap<u64, u32>) -> (String, bool) {
    let hash = blake3::hash(satz.bytes());
    let (anfang, _) = hash.as_bytes().split_at(8);
    let schluessel = anfang.iter().fold(0, |zahl, byte| zahl << 8 | u64::from(*byte));
    let anzahl = wiederholungen.entry(schluessel).or_insert(0);
    *anzahl += 1;
    if 1 < *anzahl {
        (format!("{schluessel:016x}-{anzahl}"), true)
    } else {
        (format!("{schluessel:016x}"), false)
    }
}

/// `Z05123456699_27.10.2023_12.00.con`: packages, practice and day as the file's name tells them.
/// Other names say nothing; hosts may rename.
fn pruefe_namen(kopf: &Kopf, datei: &str, melde: &mut dyn FnMut(Befund)) {
    let name = datei.rsplit('/').next().unwrap_or(datei);
    let Some((pakete, bsnr, tag)) = name_sagt(name) else { return };
    let mut sage = |feld, text| {
        melde(Befund::im_feld(Regel::Dateiname, feld, kopf.praxis_ab, text));
    };
    let enthalten = kopf.pakete.iter().map(|paket| paket.bit()).fold(0, u8::wrapping_add);
    if pakete != enthalten {
        sage(
            9132,
            format!(
                "der Dateiname nennt die Datenpakete {pakete:02X}; nach diesem Feld wären es {enthalten:02X}; bitte klären"
            ),
        );
    }
    let erste = kopf.bsnr().map(|bsnr| bsnr.to_string()).unwrap_or_default();
    if erste != bsnr {
        sage(
            201,
            format!(
                "der Dateiname nennt die BSNR {bsnr}; besa beginnt mit {erste}; gelesen wird besa, bitte klären"
            ),
        );
    }
    let erstellt = kopf.erstellt.deutsch();
    if erstellt != tag {
        sage(
            9103,
            format!(
                "der Dateiname nennt den {tag}; nach diesem Feld ist die Datei vom {erstellt}; bitte klären"
            ),
        );
    }
}

/// Returns packages, BSNR and day.
fn name_sagt(name: &str) -> Option<(u8, &str, &str)> {
    let rest = name.strip_prefix(['Z', 'z'])?;
    let (pakete, rest) = rest.split_at_checked(2)?;
    let (bsnr, rest) = rest.split_at_checked(9)?;
    let (tag, _) = rest.strip_prefix('_')?.split_once('_')?;
    let ziffern = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let ist_tag = tag.len() == 10 && tag.split('.').count() == 3 && tag.split('.').all(ziffern);
    let passt = ziffern(bsnr) && ist_tag;
    passt.then_some((u8::from_str_radix(pakete, 16).ok()?, bsnr, tag))
}

impl FallLeser for KvdtLeser<Rohquelle> {
    fn lies_stapel(
        &mut self,
        stapel: &mut Stapel,
        meldungen: &mut Meldungen,
    ) -> Result<bool, Abbruch> {
        Self::lies_stapel(self, stapel, meldungen)
    }

    fn bloecke(&self) -> &[Block] {
        self.block.as_slice()
    }

    fn kontrollsummen(&self) -> Option<&Kontrollsummen> {
        Some(self.faelle.kontrollsummen())
    }

    fn beende(self: Box<Self>) -> io::Result<Pruefsumme> {
        self.faelle.quelle().beende()
    }
}

/// Reads the head of a file, silently: its faults are reported when the whole file is read.
pub(crate) fn kopf(quelle: impl Read) -> Option<Kopf> {
    Faelle::neu(quelle).lies_kopf(&mut |_| {}).ok().flatten().cloned()
}
