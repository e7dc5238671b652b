//! The fast path of KVDT: cases of the usual shape, straight from the buffer.
//!
//! It exists because the reference reader keeps the place of every field and is ready to tell what is
//! wrong with it, and nearly nothing ever is. It takes a record only whole, and only if the reference
//! reader ([`fall`](super::fall)) would take it without a word and name it by its own Schein-ID. Of
//! everything else it takes nothing: the reference reader judges the record from its first byte on,
//! so this file has no message. A test compares the two on mutated files.
//!
//! It may assume that the head has been read and that the next record stands in the ADT package
//! (`Faelle::im_adt` sees to it).
//!
//! What is looked at in which field stands in `schritte`; `folge` asks for the lines in their usual
//! order, the walk here takes those of any other.

use std::io::Read;

use super::KvdtLeser;
use super::fall::{LEISTUNGEN_MAX, QUARTALE_ZURUECK};
use super::felder;
use super::ganz::{hat_nur_zeichen, vorspann};
use super::kopf::Kopf;
use super::satz::{RAHMEN, SATZ_MAX, VORRAT, VORSPANN, Zurueckgelegt, zahl};
use crate::fall::{Fallkopf, Kennzeichen, Satzart, Stapel};
use crate::kennung::{Bsnr, Gelesen, Gnr, Lanr, VersichertenId};
use crate::meldung::Stelle;
use crate::quartal::{Quartal, Tag};
use crate::ziffern::sind_ziffern;

mod folge;
mod schritte;

use schritte::{ALLE_PFLICHTFELDER, SCHEIN_ID, SCHRITTE, Schritt, Weg};

/// Bytes of a line with nine digits, and of two of them: place and physician of a service.
const NEUNER: usize = 18;
const PAAR: usize = 2 * NEUNER;

/// How many of them are remembered: a practice mostly has fewer. With more, each is read anew.
const PAARE: usize = 8;

/// Values that mostly come again in the next service or case, with what they mean. Those that have
/// not come yet are zero bytes, with which no record is taken ([`hat_nur_zeichen`]).
#[derive(Debug)]
pub(super) struct Zuletzt {
    /// Places and physicians, against whom nothing speaks, not even in the package's quarter; the
    /// last one first.
    paare: [([u8; PAAR], Lanr); PAARE],
    quartal: ([u8; 5], Zeitraum),
}

/// A quarter with its first and last day.
#[derive(Debug, Clone, Copy)]
struct Zeitraum {
    quartal: Quartal,
    erster: Tag,
    letzter: Tag,
}

impl Default for Zuletzt {
    fn default() -> Self {
        let quartal = Tag::default().quartal();
        Self { paare: [([0; PAAR], Lanr::OHNE); PAARE], quartal: ([0; 5], Zeitraum::neu(quartal)) }
    }
}

impl Zeitraum {
    fn neu(quartal: Quartal) -> Self {
        Self { quartal, erster: quartal.erster_tag(), letzter: quartal.letzter_tag() }
    }
}

impl<R: Read> KvdtLeser<R> {
    /// Takes as many usual records as come next. Returns true if the batch is full.
    pub(super) fn schnell(&mut self, stapel: &mut Stapel) -> bool {
        let Some(block) = &mut self.block else { return false };
        loop {
            let Some((saetze, kopf, summen)) = self.faelle.im_adt() else { return false };
            let (bytes, ab) = saetze.vorrat();
            let mut weg = Zurueckgelegt::default();
            // mostly all are of one kind
            let mut gleiche = ((Satzart::Ambulant, 0), 0);
            let ende = loop {
                if stapel.ist_voll() {
                    break Some(true);
                }
                let rest = &bytes[weg.bytes..];
                if weg.saetze != 0 && rest.len() < VORRAT {
                    break None;
                }
                let mut gang = Gang::neu(rest, kopf, &mut self.zuletzt, stapel);
                let schein = gang.satz().filter(|schein| {
                    let nennt =
                        |id| std::str::from_utf8(id).is_ok_and(|id| self.mehrfache.contains(id));
                    self.mehrfache.is_empty() || !nennt(schein.id)
                });
                let Some(schein) = schein else {
                    stapel.nimm_voraus_zurueck();
                    break Some(false);
                };
                stapel.beginne(&Fallkopf {
                    bsnr: block.bsnr,
                    id: schein.id,
                    versicherter: schein.versicherter,
                    quartal: schein.quartal,
                    satzart: schein.satzart,
                    scheinuntergruppe: schein.scheinuntergruppe,
                    // KVDT has no field for it: there the mark of § 9 is a GNR
                    kennzeichen: Kennzeichen::Keins,
                    id_erzeugt: false,
                    stelle: Stelle {
                        byte: ab.byte.map(|byte| byte + weg.bytes as u64),
                        zeile: ab.zeile.map(|zeile| zeile + weg.zeilen),
                        satz: ab.satz.map(|satz| satz + weg.saetze),
                    },
                });
                let art = (schein.satzart, schein.scheinuntergruppe);
                if gleiche.0 != art {
                    summen.zaehle(gleiche.0, gleiche.1);
                    gleiche = (art, 0);
                }
                gleiche.1 += 1;
                summen.leistungen += schein.leistungen;
                summen.leistungen_mit_anzahl += schein.leistungen_mit_anzahl;
                summen.unbekannte_felder += schein.unbekannte_felder;
                weg.bytes += schein.bytes;
                weg.zeilen += u64::from(schein.zeilen);
                weg.saetze += 1;
            };
            summen.zaehle(gleiche.0, gleiche.1);
            saetze.ueberspringe(&weg);
            summen.saetze += weg.saetze;
            block.faelle += weg.saetze;
            if 0 < weg.saetze {
                self.faelle.hat_faelle();
            }
            if let Some(ist_voll) = ende {
                return ist_voll;
            }
        }
    }
}

/// A record that can be taken.
struct Schein<'a> {
    bytes: usize,
    zeilen: u32,
    id: &'a [u8],
    versicherter: Option<VersichertenId>,
    quartal: Quartal,
    satzart: Satzart,
    scheinuntergruppe: u8,
    leistungen: u64,
    leistungen_mit_anzahl: u64,
    unbekannte_felder: u64,
}

/// Where the walk stands in a record.
#[derive(Clone, Copy)]
struct Stand<'a> {
    rest: &'a [u8],
    /// Lines before `rest`.
    zeilen: u32,
    /// [`Schritt::einmal`] of all fields before it.
    gesehen: u32,
}

/// A line that is whole.
#[derive(Clone, Copy)]
struct Zeile<'a> {
    /// Bytes of `inhalt`.
    laenge: u16,
    inhalt: &'a [u8],
    danach: &'a [u8],
}

impl<'a> Zeile<'a> {
    /// Reads the next line, and returns its field.
    #[expect(clippy::inline_always, reason = "all lines come here")]
    #[inline(always)]
    fn lies(rest: &'a [u8]) -> Option<(u16, Self)> {
        let (laenge, feld, zeichen) = vorspann(*rest.first_chunk()?)?;
        if laenge <= RAHMEN || zeichen == b' ' {
            return None;
        }
        let (zeile, danach) = rest.split_at_checked(usize::from(laenge))?;
        let inhalt = zeile.strip_suffix(b"\r\n")?.get(VORSPANN..)?;
        Some((feld, Self { laenge: laenge - RAHMEN, inhalt, danach }))
    }
}

/// What a field of a service would belong to.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field that has been read or not")]
struct Offen {
    gnr: Option<Gnr>,
    lanr: Lanr,
    anzahl: u16,
    ort: bool,
    arzt: bool,
    hat_anzahl: bool,
    /// A day that no GNR follows yet.
    tag: bool,
}

const NICHTS_OFFEN: Offen = Offen {
    gnr: None,
    lanr: Lanr::OHNE,
    anzahl: 1,
    ort: false,
    arzt: false,
    hat_anzahl: false,
    tag: false,
};

/// A walk over a record. Its methods return `None` for what is not usual or not whole.
struct Gang<'a, 'b> {
    bytes: &'a [u8],
    kopf: &'b Kopf,
    zuletzt: &'b mut Zuletzt,
    stapel: &'b mut Stapel,
    id: &'a [u8],
    versicherter: Option<VersichertenId>,
    zeitraum: Option<Zeitraum>,
    scheinuntergruppe: u8,
    serie: u16,
    karte_gelesen: bool,
    diagnose: bool,
    satzart: Satzart,
    tag: Option<Tag>,
    offen: Offen,
    leistungen: u64,
    leistungen_mit_anzahl: u64,
    unbekannte_felder: u64,
}

impl<'a, 'b> Gang<'a, 'b> {
    #[inline]
    fn neu(
        bytes: &'a [u8],
        kopf: &'b Kopf,
        zuletzt: &'b mut Zuletzt,
        stapel: &'b mut Stapel,
    ) -> Self {
        let bytes = &bytes[..bytes.len().min(SATZ_MAX)];
        Self {
            bytes,
            kopf,
            zuletzt,
            stapel,
            id: &[],
            versicherter: None,
            zeitraum: None,
            scheinuntergruppe: 0,
            serie: 0,
            karte_gelesen: false,
            diagnose: false,
            satzart: Satzart::Ambulant,
            tag: None,
            offen: NICHTS_OFFEN,
            leistungen: 0,
            leistungen_mit_anzahl: 0,
            unbekannte_felder: 0,
        }
    }

    #[expect(clippy::inline_always, reason = "a case through memory costs 60 cycles")]
    #[inline(always)]
    fn satz(&mut self) -> Option<Schein<'a>> {
        let (erste, rest) = self.bytes.split_first_chunk::<13>()?;
        let satzart = erste.strip_prefix(b"0138000")?.strip_suffix(b"\r\n")?;
        self.satzart = Satzart::aus_bytes(satzart)?;
        // what changes with every line stays in registers
        let mut stand = Stand { rest, zeilen: 1, gesehen: 0 };
        self.schein_in_folge(&mut stand)?;
        loop {
            self.leistungen_in_folge(&mut stand)?;
            let (feld, zeile) = Zeile::lies(stand.rest)?;
            let schritt = SCHRITTE[usize::from(feld)];
            if matches!(schritt.weg, Weg::Satzende) {
                let ist_ganz = !zeile.inhalt.iter().any(|b| matches!(b, b'\r' | b'\n'));
                return ist_ganz.then(|| self.schliesse(&stand))?;
            }
            self.nimm(feld, schritt, zeile, &mut stand)?;
        }
    }

    /// Takes a line whose field has been told.
    #[expect(clippy::inline_always, reason = "what is known of the field is known at compile time")]
    #[inline(always)]
    fn nimm(
        &mut self,
        feld: u16,
        schritt: Schritt,
        zeile: Zeile<'a>,
        stand: &mut Stand<'a>,
    ) -> Option<()> {
        let Zeile { laenge, inhalt, danach } = zeile;
        // in a whole register: a half that is written and read as a whole makes the core wait
        let einmal = u32::from(schritt.einmal);
        if laenge < schritt.von || schritt.bis < laenge || stand.gesehen & einmal != 0 {
            return None;
        }
        self.feld(schritt.weg, feld, inhalt)?;
        *stand = Stand { rest: danach, zeilen: stand.zeilen + 1, gesehen: stand.gesehen | einmal };
        Some(())
    }

    #[expect(clippy::inline_always, reason = "what is known of the field is known at compile time")]
    #[inline(always)]
    fn feld(&mut self, weg: Weg, feld: u16, inhalt: &'a [u8]) -> Option<()> {
        let passt = match weg {
            Weg::Nichts => true,
            Weg::Ziffern => sind_ziffern(inhalt),
            Weg::Kalender => felder::form(feld)?.passt(inhalt),
            Weg::Geburtstag => felder::ist_geburtstag(inhalt),
            Weg::Versichertenart => matches!(inhalt, b"1" | b"3" | b"5"),
            Weg::Geschlecht => matches!(inhalt, b"M" | b"W" | b"U" | b"X" | b"D"),
            Weg::Bereich => matches!(inhalt, [b'0', b'0'..=b'9']),
            // numbers of the GOÄ (3) are others
            Weg::Gebuehrenordnung => matches!(inhalt, [b'0'..=b'2']),
            Weg::Personengruppe => matches!(inhalt, [b'0', b'0' | b'4' | b'6'..=b'9']),
            Weg::Dmp => matches!(zweistellig(inhalt)?, 0..=12 | 30..=58),
            Weg::Diagnose => {
                self.diagnose = true;
                true
            }
            Weg::Karte => {
                self.karte_gelesen = true;
                Tag::aus_jjjjmmtt(inhalt).is_ok()
            }
            Weg::Unbekannt => {
                self.unbekannte_felder += 1;
                true
            }
            Weg::Scheinuntergruppe => {
                self.scheinuntergruppe = zweistellig(inhalt)?;
                true
            }
            Weg::Kostentraeger => {
                self.serie = zahl(inhalt.get(2..)?)?;
                sind_ziffern(inhalt) && inhalt != b"74799"
            }
            Weg::ScheinId => return self.schein_id(inhalt),
            Weg::Versicherter => return self.versicherter(inhalt),
            Weg::Quartal => return self.quartal(inhalt),
            Weg::Tag => return self.leistungstag(inhalt),
            Weg::Anzahl => return self.anzahl(inhalt),
            Weg::Begruendung => return self.begruendung(inhalt),
            Weg::Ort => return self.ort(inhalt),
            Weg::Arzt => return self.arzt(inhalt),
            Weg::Krankenhaus => return sind_ziffern(inhalt).then(|| self.mit_ort())?,
            Weg::Pseudoarzt => return self.mit_arzt(Lanr::aus_bytes(inhalt).ok()?),
            Weg::Gnr => return self.gnr(inhalt),
            Weg::Satzende => false,
        };
        passt.then_some(())
    }

    /// Takes a Schein-ID that can name its case.
    fn schein_id(&mut self, inhalt: &'a [u8]) -> Option<()> {
        let schlicht = |b: &u8| b.is_ascii_graphic() && *b != b'|';
        // a Versicherten-ID has nine digits
        let viele_ziffern =
            10 <= inhalt.len() && 9 <= inhalt.iter().filter(|b| b.is_ascii_digit()).count();
        self.id = inhalt;
        (inhalt.iter().all(schlicht) && !viele_ziffern).then_some(())
    }

    fn versicherter(&mut self, inhalt: &[u8]) -> Option<()> {
        let Gelesen::Id { id, normalisiert: false } = VersichertenId::lies(inhalt) else {
            return None;
        };
        self.versicherter = Some(id);
        (id != VersichertenId::TESTKARTE && id.pruefziffer_stimmt()).then_some(())
    }

    #[inline]
    fn quartal(&mut self, inhalt: &[u8]) -> Option<()> {
        let text: &[u8; 5] = inhalt.try_into().ok()?;
        if self.zuletzt.quartal.0 != *text {
            self.zuletzt.quartal = (*text, self.anderes_quartal(*text)?);
        }
        self.zeitraum = Some(self.zuletzt.quartal.1);
        Some(())
    }

    #[cold]
    fn anderes_quartal(&self, inhalt: [u8; 5]) -> Option<Zeitraum> {
        let (quartal, paket) = (super::quartal(&inhalt)?, self.kopf.quartal);
        let passt = quartal <= paket && paket.seit(quartal) <= QUARTALE_ZURUECK;
        passt.then(|| Zeitraum::neu(quartal))
    }

    #[inline]
    fn leistungstag(&mut self, inhalt: &[u8]) -> Option<()> {
        self.schliesse_leistung()?;
        let Zeitraum { erster, letzter, .. } = self.zeitraum?;
        let tag = Tag::aus_jjjjmmtt(inhalt).ok()?;
        let ab = self.tag.unwrap_or(erster);
        self.tag = Some(tag);
        self.offen.tag = true;
        (ab <= tag && tag <= letzter).then_some(())
    }

    #[expect(clippy::inline_always, reason = "every service comes here")]
    #[inline(always)]
    fn gnr(&mut self, inhalt: &[u8]) -> Option<()> {
        let (ziffern, zusatz) = inhalt.split_first_chunk::<5>()?;
        if !sind_ziffern(ziffern) || !matches!(zusatz, [] | [b'A'..=b'Z']) {
            return None;
        }
        self.offen.tag = false;
        self.schliesse_leistung()?;
        self.tag?;
        self.offen.gnr = Some(Gnr::aus_bytes(inhalt).ok()?);
        Some(())
    }

    /// Takes the lines of place and physician that mostly follow a GNR, if they come next.
    #[inline]
    fn ort_und_arzt(&mut self, stand: &mut Stand<'a>) {
        let Some((paar, danach)) = stand.rest.split_first_chunk::<PAAR>() else { return };
        // mostly those of the service before
        if !sind_gleich(paar, &self.zuletzt.paare[0].0) && !self.anderes_paar(paar) {
            return;
        }
        (self.offen.ort, self.offen.arzt) = (true, true);
        self.offen.lanr = self.zuletzt.paare[0].1;
        (stand.rest, stand.zeilen) = (danach, stand.zeilen + 2);
    }

    /// Puts another pair to the front, if nothing speaks against it.
    #[cold]
    fn anderes_paar(&mut self, paar: &[u8; PAAR]) -> bool {
        let platz = self.zuletzt.paare.iter().position(|(bytes, _)| sind_gleich(bytes, paar));
        let Some(platz) = platz.or_else(|| {
            // instead of the one that was not used for longest
            self.zuletzt.paare[PAARE - 1] = (*paar, self.lies_paar(paar)?);
            Some(PAARE - 1)
        }) else {
            return false;
        };
        self.zuletzt.paare[..=platz].rotate_right(1);
        true
    }

    /// Reads place and physician against whom nothing speaks in any quarter.
    fn lies_paar(&self, paar: &[u8; PAAR]) -> Option<Lanr> {
        let (ort, arzt) = paar.split_at(NEUNER);
        let inhalt = |zeile: &[u8], anfang| {
            zeile.strip_prefix(anfang)?.strip_suffix(b"\r\n")?.first_chunk::<9>().copied()
        };
        let bsnr = Bsnr::aus_bytes(&inhalt(ort, b"0185098")?).ok()?;
        let lanr = Self::lies_arzt(&inhalt(arzt, b"0185099")?)?;
        let bekannt = lanr == Lanr::OHNE || self.kopf.kennt_arzt(lanr);
        (bekannt && self.kopf.kennt_ort(bsnr)).then_some(lanr)
    }

    fn anzahl(&mut self, inhalt: &[u8]) -> Option<()> {
        self.offen.anzahl = zahl(inhalt)?;
        let passt = self.offen.gnr.is_some() && !self.offen.hat_anzahl && 2 <= self.offen.anzahl;
        self.offen.hat_anzahl = true;
        passt.then_some(())
    }

    /// Several lines are allowed.
    fn begruendung(&mut self, inhalt: &[u8]) -> Option<()> {
        let gnr = self.offen.gnr?;
        if let Ok(bsnr) = Bsnr::aus_bytes(inhalt) {
            self.stapel.nenne_voraus(gnr, bsnr);
        }
        Some(())
    }

    fn ort(&mut self, inhalt: &[u8]) -> Option<()> {
        let bsnr = Bsnr::aus_bytes(inhalt).ok()?;
        let passt = self.ist_vorquartal()? || self.kopf.kennt_ort(bsnr);
        passt.then(|| self.mit_ort())?
    }

    fn mit_ort(&mut self) -> Option<()> {
        let passt = self.offen.gnr.is_some() && !self.offen.ort;
        self.offen.ort = true;
        passt.then_some(())
    }

    fn arzt(&mut self, inhalt: &[u8]) -> Option<()> {
        let lanr = Self::lies_arzt(inhalt)?;
        let bekannt = lanr == Lanr::OHNE || self.ist_vorquartal()? || self.kopf.kennt_arzt(lanr);
        bekannt.then(|| self.mit_arzt(lanr))?
    }

    fn mit_arzt(&mut self, lanr: Lanr) -> Option<()> {
        let passt = self.offen.gnr.is_some() && !self.offen.arzt;
        (self.offen.arzt, self.offen.lanr) = (true, lanr);
        passt.then_some(())
    }

    fn lies_arzt(inhalt: &[u8]) -> Option<Lanr> {
        let lanr = Lanr::aus_bytes(inhalt).ok()?;
        (inhalt != b"888888800" && lanr.pruefziffer_stimmt()).then_some(lanr)
    }

    /// Places and physicians of earlier quarters may have left: they are not compared.
    fn ist_vorquartal(&self) -> Option<bool> {
        Some(self.zeitraum?.quartal < self.kopf.quartal)
    }

    /// Keeps the open service.
    #[inline]
    fn schliesse_leistung(&mut self) -> Option<()> {
        if self.offen.tag {
            return None;
        }
        if let Some(gnr) = self.offen.gnr {
            let vollstaendig = self.offen.ort && self.offen.arzt;
            if !vollstaendig && self.satzart != Satzart::Belegarzt {
                return None;
            }
            self.stapel.leistung_voraus(self.tag?, gnr, self.offen.lanr);
            self.leistungen += 1;
            self.leistungen_mit_anzahl += u64::from(self.offen.anzahl);
        }
        self.offen = NICHTS_OFFEN;
        Some(())
    }

    /// What can be told only when all has been read.
    #[expect(clippy::inline_always, reason = "a case through memory costs 60 cycles")]
    #[inline(always)]
    fn schliesse(&mut self, stand: &Stand<'a>) -> Option<Schein<'a>> {
        self.schliesse_leistung()?;
        let noetig = u32::from(ALLE_PFLICHTFELDER | SCHEIN_ID);
        let ohne_versicherten =
            self.karte_gelesen && self.versicherter.is_none() && self.serie < 800;
        let braucht_diagnose = !matches!(self.scheinuntergruppe, 27 | 28);
        let bytes = self.bytes.len() - stand.rest.len();
        let passt = stand.gesehen & noetig == noetig
            && !ohne_versicherten
            && (self.diagnose || !braucht_diagnose)
            && Satzart::der_scheinuntergruppe(self.scheinuntergruppe) == Some(self.satzart)
            && self.leistungen <= LEISTUNGEN_MAX as u64
            && hat_nur_zeichen(self.bytes, bytes, stand.zeilen);
        passt.then_some(Schein {
            bytes,
            zeilen: stand.zeilen,
            id: self.id,
            versicherter: self.versicherter,
            quartal: self.zeitraum?.quartal,
            satzart: self.satzart,
            scheinuntergruppe: self.scheinuntergruppe,
            leistungen: self.leistungen,
            leistungen_mit_anzahl: self.leistungen_mit_anzahl,
            unbekannte_felder: self.unbekannte_felder,
        })
    }
}

/// Returns the number that two digits write.
fn zweistellig(inhalt: &[u8]) -> Option<u8> {
    let [zehner @ b'0'..=b'9', einer @ b'0'..=b'9'] = inhalt else { return None };
    Some((zehner - b'0') * 10 + (einer - b'0'))
}

/// Compares without a call.
fn sind_gleich(a: &[u8; PAAR], b: &[u8; PAAR]) -> bool {
    let (a, b) = (a.as_chunks::<4>().0, b.as_chunks::<4>().0);
    let wort = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
    a.iter().zip(b).fold(0, |anders, (a, b)| anders | wort(a) ^ wort(b)) == 0
}

#[cfg(test)]
mod tests;
