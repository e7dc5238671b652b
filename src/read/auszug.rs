//! Reads an extract of claims for the look-back, as the command `rueckblick` writes it.
//!
//! Text, UTF-8, lines that end with a line feed, fields between tabs:
//!
//! ```text
//! strukturfonds-rueckblick/1
//! schluessel    CHECK                                what tells the key from others
//! lieferungen   STATUS  KV  QUARTER                  TEST or RELEASE, 17, latest quarter; - if none says
//! quelle        BLAKE3  USE  QUARTER  BSNR7,BSNR7  NAME  DELIVERY  [REPLACES]
//!                                                    each claims file, by name: whether it is used (gilt,
//!                                                    ersetzt), which closed practices it brought (or -)
//! schliessung   BSNR7  D  KIND                       each closure, by practice
//! quartal       QUARTER  STAND  BSNR7,BSNR7          each quarter up to that of D: which claims were read
//!                                                    (fehlt, nachzuegler, regulaer), what counts as Z (or -)
//! behandlungen  SATZART  SUBGROUP  FACHGRUPPE  N     then N lines, by pseudonym:
//! PSEUDONYM     DAY                                  the last day on which Z treated the patient
//! ende          N  SEAL                              all treatments; keyed BLAKE3 over every byte before it
//! ```
//!
//! Nothing in it counts before the seal at its end is found right.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use super::roh::{Pruefsumme, Rohquelle, lesefehler};
use super::umschlag::{Status, Umschlag, Zeit};
use crate::auszug::{Abdeckung, Auszug, Behandlung, Lieferstand, Quartalsstand, Quelle};
use crate::fall::Satzart;
use crate::kennung::{Praxis, gezeigt};
use crate::meldung::{Code, Meldung, Ort, Stelle};
use crate::pseudonym::{Pseudonym, schluesselkennung};
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::Praxisart;

/// Format and version: the first line of an extract.
pub(crate) const FORMAT: &str = "strukturfonds-rueckblick/1";

/// What stands for a value that there is not.
pub(crate) const OHNE: &str = "-";

/// What tells that a claims file is used, or that another one replaces it.
pub(crate) const VERWENDUNG: [(bool, &str); 2] = [(false, "gilt"), (true, "ersetzt")];

/// Longest line: one with all practices of the country is shorter.
const ZEILE_MAX: u64 = 1 << 20;

/// Returns what makes the seal: its key is not that of the pseudonyms.
pub(crate) fn siegel(schluessel: &[u8; 32]) -> blake3::Hasher {
    let eigener = blake3::derive_key("strukturfonds-rueckblick/1 Siegel", schluessel);
    blake3::Hasher::new_keyed(&eigener)
}

/// Tells whether a file begins as an extract of any version.
pub(crate) fn traegt_zeichen(kopf: &[u8]) -> bool {
    FORMAT.rsplit_once('/').is_some_and(|(stamm, _)| {
        kopf.strip_prefix(stamm.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"))
    })
}

/// Returns the envelope that an extract stands for: its latest quarter, its KV and its status are
/// those of its deliveries. `None` if its head cannot be read; reading the whole says why.
pub fn umschlag(roh: Rohquelle, datei: &Arc<str>) -> Option<Umschlag> {
    let mut zeilen = Zeilen::neu(roh, datei, None);
    let (status, kv, bis) = zeilen.kopf(None).ok()?;
    Some(Umschlag {
        lieferung: datei.to_string(),
        kv,
        zeit: Zeit::Quartal(bis),
        erstellt: bis.letzter_tag(),
        status,
        teil: 1,
        von_teilen: 1,
        ersatz_fuer: None,
        ort: zeilen.ort(),
    })
}

/// Reads the extract `datei`, which was made with `schluessel`; also returns its size and hash.
///
/// # Errors
/// `auszug_schluessel` if it was made with another key; `auszug_ungueltig` with line and byte for
/// anything that an extract of this version does not have, and if it was cut or changed.
pub fn lies(
    roh: Rohquelle,
    datei: &Arc<str>,
    schluessel: &[u8; 32],
) -> Result<(Auszug, Pruefsumme), Meldung> {
    let mut zeilen = Zeilen::neu(roh, datei, Some(siegel(schluessel)));
    let (status, kv, bis) = zeilen.kopf(Some(schluessel))?;
    let mut bau = Bau::default();
    loop {
        zeilen.naechste()?;
        let anzahl = bau.nimm(&zeilen.zeile, zeilen.stelle()).map_err(|e| zeilen.fehler(e))?;
        for _ in 0..anzahl {
            zeilen.naechste()?;
            bau.behandlung(&zeilen.zeile).map_err(|erwartet| zeilen.fehler(erwartet))?;
        }
        if zeilen.ist_ende() {
            break;
        }
    }
    zeilen.pruefe_siegel(bau.behandlungen.len())?;
    let ort = Ort::datei(datei);
    let summe = zeilen.quelle.into_inner().beende().map_err(|fehler| lesefehler(&fehler, ort))?;
    let Bau { quellen, schliessungen, behandlungen, .. } = bau;
    Ok((Auszug { status, kv, bis, quellen, schliessungen, behandlungen }, summe))
}

/// What the head says of the deliveries: status, KV, latest quarter.
type Kopf = (Option<Status>, Option<u8>, Quartal);

/// The lines of the file.
struct Zeilen {
    quelle: BufReader<Rohquelle>,
    datei: Arc<str>,
    /// The current one, without its end.
    zeile: Vec<u8>,
    nummer: u64,
    ab: u64,
    bis: u64,
    siegel: Option<blake3::Hasher>,
}

impl Zeilen {
    fn neu(roh: Rohquelle, datei: &Arc<str>, siegel: Option<blake3::Hasher>) -> Self {
        let quelle = BufReader::with_capacity(1 << 16, roh);
        Self { quelle, datei: Arc::clone(datei), zeile: vec![], nummer: 0, ab: 0, bis: 0, siegel }
    }

    fn stelle(&self) -> Stelle {
        Stelle { byte: Some(self.ab), zeile: Some(self.nummer), satz: None }
    }

    fn ort(&self) -> Ort {
        Ort::neu(&self.datei, self.stelle())
    }

    fn fehler(&self, erwartet: &str) -> Meldung {
        let text = format!(
            "erwartet wird {erwartet}; der Auszug ist unvollständig oder verändert; bitte mit strukturfonds rueckblick neu \
             erstellen"
        );
        Meldung::neu(Code::AuszugUngueltig, self.ort(), text)
    }

    /// Reads the next line. The seal is over all bytes up to its own.
    fn naechste(&mut self) -> Result<(), Meldung> {
        self.ab = self.bis;
        self.nummer += 1;
        self.zeile.clear();
        let gelesen = (&mut self.quelle)
            .take(ZEILE_MAX)
            .read_until(b'\n', &mut self.zeile)
            .map_err(|fehler| lesefehler(&fehler, self.ort()))?;
        self.bis += gelesen as u64;
        if self.zeile.last() != Some(&b'\n') {
            return Err(self.fehler("eine ganze Zeile, zuletzt eine, die mit ende beginnt"));
        }
        if let Some(siegel) = &mut self.siegel {
            let davor = if self.zeile.starts_with(ENDE) {
                memchr::memrchr(b'\t', &self.zeile).map_or(0, |tab| tab + 1)
            } else {
                self.zeile.len()
            };
            siegel.update(&self.zeile[..davor]);
        }
        self.zeile.pop();
        Ok(())
    }

    fn ist_ende(&self) -> bool {
        self.zeile.starts_with(ENDE)
    }

    /// Reads the first three lines; checks the key, if there is one.
    fn kopf(&mut self, schluessel: Option<&[u8; 32]>) -> Result<Kopf, Meldung> {
        self.naechste()?;
        if self.zeile != FORMAT.as_bytes() {
            return Err(if traegt_zeichen(&self.zeile) {
                let text = format!(
                    "die Version {} des Auszugs ist unbekannt; dieses Programm liest {FORMAT}; bitte mit diesem Programm neu \
                     erstellen",
                    gezeigt(&String::from_utf8_lossy(&self.zeile))
                );
                Meldung::neu(Code::AuszugUngueltig, self.ort(), text)
            } else {
                self.fehler(FORMAT)
            });
        }
        self.naechste()?;
        let kennung = match felder(&self.zeile).as_deref() {
            Some(["schluessel", kennung]) => kennung.parse::<Pseudonym>().ok(),
            _ => None,
        };
        let kennung = kennung
            .ok_or_else(|| self.fehler("eine Zeile schluessel mit 32 Hexadezimalziffern"))?;
        if schluessel.is_some_and(|s| schluesselkennung(s) != kennung.to_string()) {
            let text = "der Auszug wurde mit einem anderen Schlüssel erstellt, seine Patienten sind mit diesem nicht zu \
                        erkennen; bitte mit --schluessel den Schlüssel nennen, mit dem er erstellt wurde, oder ihn mit \
                        diesem neu erstellen";
            return Err(Meldung::neu(Code::AuszugSchluessel, self.ort(), text));
        }
        self.naechste()?;
        kopf(&self.zeile)
            .ok_or_else(|| self.fehler("eine Zeile lieferungen mit Status, KV, Quartal"))
    }

    /// Checks the last line and that it is the last.
    fn pruefe_siegel(&mut self, anzahl: usize) -> Result<(), Meldung> {
        let (behandlungen, siegel) = match felder(&self.zeile).as_deref() {
            Some([_, anzahl, siegel]) => (anzahl.parse().ok(), blake3::Hash::from_hex(siegel).ok()),
            _ => (None, None),
        };
        if behandlungen != Some(anzahl) {
            return Err(self.fehler(&format!("ende mit der Zahl der Behandlungen, {anzahl}")));
        }
        let gerechnet = self.siegel.as_ref().map(blake3::Hasher::finalize);
        if siegel.is_none() || siegel != gerechnet {
            return Err(self.fehler("das Siegel über alle Bytes davor"));
        }
        let rest = self.quelle.fill_buf().map(<[u8]>::is_empty);
        if rest.map_err(|fehler| lesefehler(&fehler, self.ort()))? {
            return Ok(());
        }
        self.ab = self.bis;
        self.nummer += 1;
        Err(self.fehler("das Ende der Datei"))
    }
}

const ENDE: &[u8] = b"ende\t";

fn felder(zeile: &[u8]) -> Option<Vec<&str>> {
    Some(std::str::from_utf8(zeile).ok()?.split('\t').collect())
}

fn kopf(zeile: &[u8]) -> Option<Kopf> {
    let felder = felder(zeile)?;
    let ["lieferungen", status, kv, bis] = felder[..] else { return None };
    let status = match status {
        OHNE => None,
        name => Some(benannt(Status::ALLE, name, |status| status.to_string())?),
    };
    let kv = if kv == OHNE { None } else { Some(zweistellig(kv)?) };
    Some((status, kv, bis.parse().ok()?))
}

fn benannt<T: Copy, N: AsRef<str>>(
    alle: impl IntoIterator<Item = T>,
    gesucht: &str,
    name: impl Fn(T) -> N,
) -> Option<T> {
    alle.into_iter().find(|wert| name(*wert).as_ref() == gesucht)
}

fn zweistellig(text: &str) -> Option<u8> {
    let ziffern = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    ziffern.then(|| text.parse().ok()).flatten()
}

/// What was expected, in German.
type Erwartet = &'static str;

/// The extract, as far as it has been read.
#[derive(Default)]
struct Bau {
    quellen: Vec<Quelle>,
    schliessungen: Vec<Abdeckung>,
    /// Satzart, Scheinuntergruppe and Fachgruppe of the treatments that come next.
    gruppe: Option<(Satzart, u8, u8)>,
    zuletzt: Option<Pseudonym>,
    behandlungen: Vec<Behandlung<Pseudonym>>,
}

impl Bau {
    /// Takes a line that begins with a word; returns how many lines with treatments follow it.
    fn nimm(&mut self, zeile: &[u8], stelle: Stelle) -> Result<u64, Erwartet> {
        let felder = felder(zeile).unwrap_or_default();
        let (wort, felder) = felder.split_first().unwrap_or((&"", &[]));
        match *wort {
            "quelle" if self.schliessungen.is_empty() => {
                let quelle = quelle(felder, stelle).ok_or(
                    "quelle mit Hash, gilt oder ersetzt, Quartal, Praxen, Name und Lieferung",
                )?;
                if self.quellen.last().is_some_and(|vorige| quelle.name <= vorige.name) {
                    return Err("jede Quelle einmal, nach Namen");
                }
                self.quellen.push(quelle);
            }
            "schliessung" => {
                self.pruefe_ganz()?;
                let schliessung = abdeckung(felder, stelle);
                let schliessung = schliessung.ok_or("schliessung mit BSNR, letztem Tag und Art")?;
                if self
                    .schliessungen
                    .last()
                    .is_some_and(|vorige| schliessung.praxis <= vorige.praxis)
                {
                    return Err("jede Schließung einmal, nach der BSNR");
                }
                self.schliessungen.push(schliessung);
            }
            "quartal" => self.quartal(felder)?,
            "behandlungen" => return self.gruppe(felder),
            "ende" => self.pruefe_ganz()?,
            _ => return Err("quelle, schliessung, quartal, behandlungen oder ende"),
        }
        Ok(0)
    }

    /// Checks that the quarters of the last closure reach D.
    fn pruefe_ganz(&self) -> Result<(), Erwartet> {
        let Some(letzte) = self.schliessungen.last() else { return Ok(()) };
        let bis = letzte.quartale.last().map(|stand| stand.quartal);
        let ganz = bis == Some(letzte.letzter_tag.quartal());
        if ganz { Ok(()) } else { Err("jedes Quartal bis zu dem der Schließung") }
    }

    fn quartal(&mut self, felder: &[&str]) -> Result<(), Erwartet> {
        let schliessung = self.schliessungen.last_mut().ok_or("zuerst eine Schließung")?;
        let stand = quartalsstand(felder).ok_or("quartal mit Stand und Betriebsstätten")?;
        let folgt = schliessung.quartale.last().is_none_or(|q| q.quartal.plus(1) == stand.quartal);
        if !folgt || schliessung.letzter_tag.quartal() < stand.quartal {
            return Err("jedes Quartal bis zu dem der Schließung");
        }
        schliessung.quartale.push(stand);
        self.gruppe = None;
        Ok(())
    }

    fn gruppe(&mut self, felder: &[&str]) -> Result<u64, Erwartet> {
        let was = "behandlungen mit Satzart, Scheinuntergruppe, Fachgruppe und Zahl";
        let [satzart, scheinuntergruppe, fachgruppe, anzahl] = felder else { return Err(was) };
        let gruppe = || {
            Some((
                Satzart::aus_bytes(satzart.as_bytes())?,
                zweistellig(scheinuntergruppe)?,
                zweistellig(fachgruppe)?,
            ))
        };
        let gruppe = gruppe().ok_or(was)?;
        let anzahl = anzahl.parse().ok().filter(|anzahl| 0 < *anzahl).ok_or(was)?;
        if self.schliessungen.last().is_none_or(|s| s.quartale.is_empty()) {
            return Err("zuerst ein Quartal");
        }
        if self.gruppe.is_some_and(|vorige| gruppe <= vorige) {
            return Err("eine Gruppe nach der vorigen (Satzart, Scheinuntergruppe, Fachgruppe)");
        }
        self.gruppe = Some(gruppe);
        self.zuletzt = None;
        Ok(anzahl)
    }

    fn behandlung(&mut self, zeile: &[u8]) -> Result<(), Erwartet> {
        let was = "ein Pseudonym aus 32 Hexadezimalziffern, ein Tabulator und ein Tag des Quartals bis zur Schließung";
        let (Some(schliessung), Some(gruppe)) = (self.schliessungen.last(), self.gruppe) else {
            return Err("zuerst eine Schließung");
        };
        let quartal =
            schliessung.quartale.last().map(|stand| stand.quartal).ok_or("ein Quartal")?;
        let (pseudonym, tag) = zeile.split_at_checked(32).ok_or(was)?;
        let patient = Pseudonym::aus_bytes(pseudonym).map_err(|_| was)?;
        let letzter_tag = tag.strip_prefix(b"\t").and_then(|tag| Tag::aus_bytes(tag).ok());
        let letzter_tag = letzter_tag
            .filter(|tag| quartal.enthaelt(*tag) && *tag <= schliessung.letzter_tag)
            .ok_or(was)?;
        if self.zuletzt.is_some_and(|zuletzt| patient <= zuletzt) {
            return Err("jedes Pseudonym einmal, in aufsteigender Folge");
        }
        self.zuletzt = Some(patient);
        let (satzart, scheinuntergruppe, fachgruppe) = gruppe;
        let nummer = self.schliessungen.len() - 1;
        self.behandlungen.push(Behandlung {
            patient,
            schliessung: u32::try_from(nummer).unwrap_or(u32::MAX),
            quartal,
            satzart,
            scheinuntergruppe,
            fachgruppe,
            letzter_tag,
        });
        Ok(())
    }
}

fn quelle(felder: &[&str], stelle: Stelle) -> Option<Quelle> {
    let [blake3, verwendung, quartal, betriebsstaetten, name, lieferung, ersatz_fuer @ ..] = felder
    else {
        return None;
    };
    let (ersetzt, _) = benannt(VERWENDUNG, verwendung, |(_, name)| name)?;
    let betriebsstaetten = liste(betriebsstaetten)?;
    let gilt = blake3::Hash::from_hex(blake3).is_ok()
        && !name.is_empty()
        && !lieferung.is_empty()
        && ersatz_fuer.len() <= 1
        && betriebsstaetten.is_sorted_by(|a, b| a < b)
        && (!ersetzt || betriebsstaetten.is_empty());
    Some(Quelle {
        name: (*name).to_owned(),
        blake3: (*blake3).to_owned(),
        lieferung: (*lieferung).to_owned(),
        ersatz_fuer: ersatz_fuer.first().map(|id| (*id).to_owned()),
        ersetzt,
        quartal: quartal.parse().ok()?,
        betriebsstaetten,
        stelle,
    })
    .filter(|_| gilt)
}

fn liste(text: &str) -> Option<Vec<Praxis>> {
    match text {
        OHNE => Some(Vec::new()),
        liste => liste.split(',').map(|bsnr| bsnr.parse().ok()).collect(),
    }
}

fn abdeckung(felder: &[&str], stelle: Stelle) -> Option<Abdeckung> {
    let [praxis, letzter_tag, art] = felder else { return None };
    Some(Abdeckung {
        praxis: praxis.parse().ok()?,
        letzter_tag: letzter_tag.parse().ok()?,
        art: benannt(Praxisart::ALLE, art, Praxisart::name)?,
        quartale: Vec::new(),
        stelle,
    })
}

fn quartalsstand(felder: &[&str]) -> Option<Quartalsstand> {
    let [quartal, stand, betriebsstaetten] = felder else { return None };
    Some(Quartalsstand {
        quartal: quartal.parse().ok()?,
        stand: benannt(Lieferstand::ALLE, stand, Lieferstand::name)?,
        betriebsstaetten: liste(betriebsstaetten)?,
    })
}

#[cfg(test)]
mod tests;
