//! Cases as they travel from `read` to `evaluate`: batches of columns, one case a view.
//!
//! A reader fills a [`Stapel`] and reuses its memory; a host that already holds columns lends them
//! as [`Spalten`]. Evaluation sees only [`Spalten`], and takes them at their word: what makes a case
//! valid is checked before, and stands at [`Stapel`].

use crate::kennung::{Bsnr, Gnr, Lanr, VersichertenId};
use crate::meldung::Stelle;
use crate::quartal::{Quartal, Tag};

/// The § 9 mark of a case besides its GNRs (Abs. 3 Satz 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kennzeichen {
    /// No explicit mark.
    #[default]
    Keins,
    /// Marked as taken over, without saying from whom.
    OhnePraxis,
    /// Marked as taken over from the closed practice with this BSNR.
    Praxis(Bsnr),
}

/// The kind of a case's record (KVDT 8000).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Satzart {
    /// 0101, ambulante Behandlung.
    Ambulant,
    /// 0102, Überweisung.
    Ueberweisung,
    /// 0103, belegärztliche Behandlung.
    Belegarzt,
    /// 0104, Notfalldienst, Vertretung, Notfall.
    Notfall,
}

impl Satzart {
    /// Parses the four digits.
    pub fn aus_bytes(text: &[u8]) -> Option<Self> {
        match text {
            b"0101" => Some(Self::Ambulant),
            b"0102" => Some(Self::Ueberweisung),
            b"0103" => Some(Self::Belegarzt),
            b"0104" => Some(Self::Notfall),
            _ => None,
        }
    }

    /// Returns the four digits.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ambulant => "0101",
            Self::Ueberweisung => "0102",
            Self::Belegarzt => "0103",
            Self::Notfall => "0104",
        }
    }

    /// Returns the Satzart to which a known Scheinuntergruppe belongs (key table
    /// S_VDX_SCHEINUNTERGRUPPE), or `None` for an unknown value.
    pub fn der_scheinuntergruppe(wert: u8) -> Option<Self> {
        match wert {
            0 => Some(Self::Ambulant),
            20 | 21 | 23 | 24 | 26 | 27 | 28 => Some(Self::Ueberweisung),
            30..=32 => Some(Self::Belegarzt),
            41..=46 => Some(Self::Notfall),
            _ => None,
        }
    }
}

/// A range of a batch's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bereich {
    /// First byte.
    pub von: u32,
    /// Byte after the last.
    pub bis: u32,
}

/// Borrowed columns of a batch of cases. All case columns have one length, and so have the columns
/// of services; `leistung_bis[i]` is the end of case i's services, which begin where those of case
/// i − 1 end. Other columns panic when they are viewed. What they hold is not checked again: see
/// [`Stapel`].
#[derive(Debug, Clone, Copy)]
pub struct Spalten<'a> {
    /// The bytes that `fall_id` points into.
    pub texte: &'a [u8],
    /// BSNR under which the case was delivered.
    pub bsnr: &'a [Bsnr],
    /// Case id, unique within the practice.
    pub fall_id: &'a [Bereich],
    /// Versicherten-ID, if the case has a well-shaped one (KVDT 3119).
    pub versicherte: &'a [Option<VersichertenId>],
    /// Treatment quarter (KVDT 4101).
    pub quartal: &'a [Quartal],
    /// Satzart (KVDT 8000).
    pub satzart: &'a [Satzart],
    /// Scheinuntergruppe (KVDT 4239).
    pub scheinuntergruppe: &'a [u8],
    /// Explicit § 9 mark.
    pub kennzeichen: &'a [Kennzeichen],
    /// The source gave no id: the reader made one, and the record's place orders the case.
    pub id_erzeugt: &'a [bool],
    /// Where the case stands in its source.
    pub stelle: &'a [Stelle],
    /// Ends of the cases' services.
    pub leistung_bis: &'a [u32],
    /// Service day (KVDT 5000).
    pub tag: &'a [Tag],
    /// GNR (KVDT 5001).
    pub gnr: &'a [Gnr],
    /// Physician of the service (KVDT 5099).
    pub lanr: &'a [Lanr],
    /// Ends of the cases' namings.
    pub nennung_bis: &'a [u32],
    /// A practice that the free text of a service names (KVDT 5009), and the service's GNR: rare.
    pub nennung: &'a [(Gnr, Bsnr)],
}

/// A view of one case.
#[derive(Debug, Clone, Copy)]
pub struct Fall<'a> {
    /// BSNR under which it was delivered.
    pub bsnr: Bsnr,
    /// Its id.
    pub id: &'a [u8],
    /// Its patient.
    pub versicherter: Option<VersichertenId>,
    /// Its treatment quarter.
    pub quartal: Quartal,
    /// Its Satzart.
    pub satzart: Satzart,
    /// Its Scheinuntergruppe.
    pub scheinuntergruppe: u8,
    /// Its explicit § 9 mark.
    pub kennzeichen: Kennzeichen,
    /// The source gave no id: the reader made one.
    pub id_erzeugt: bool,
    /// Where it stands.
    pub stelle: Stelle,
    /// Service days.
    pub tag: &'a [Tag],
    /// GNRs, one a service.
    pub gnr: &'a [Gnr],
    /// LANRs, one a service.
    pub lanr: &'a [Lanr],
    /// Practices that free texts name, each with the GNR that it stands behind.
    pub nennung: &'a [(Gnr, Bsnr)],
}

impl<'a> Spalten<'a> {
    /// Returns the number of cases.
    pub fn len(&self) -> usize {
        self.bsnr.len()
    }

    /// Tells whether there is no case.
    pub fn is_empty(&self) -> bool {
        self.bsnr.is_empty()
    }

    /// Returns the id of case `i`.
    #[inline]
    pub fn id(&self, i: usize) -> &'a [u8] {
        let Bereich { von, bis } = self.fall_id[i];
        &self.texte[von as usize..bis as usize]
    }

    /// Returns a view of case `i`.
    pub fn fall(&self, i: usize) -> Fall<'a> {
        let bereich = |bis: &[u32]| {
            let ab = if i == 0 { 0 } else { bis[i - 1] };
            ab as usize..bis[i] as usize
        };
        let (leistungen, nennungen) = (bereich(self.leistung_bis), bereich(self.nennung_bis));
        Fall {
            bsnr: self.bsnr[i],
            id: self.id(i),
            versicherter: self.versicherte[i],
            quartal: self.quartal[i],
            satzart: self.satzart[i],
            scheinuntergruppe: self.scheinuntergruppe[i],
            kennzeichen: self.kennzeichen[i],
            id_erzeugt: self.id_erzeugt[i],
            stelle: self.stelle[i],
            tag: &self.tag[leistungen.clone()],
            gnr: &self.gnr[leistungen.clone()],
            lanr: &self.lanr[leistungen],
            nennung: &self.nennung[nennungen],
        }
    }

    /// Returns a view of each case, in order.
    pub fn faelle(self) -> impl Iterator<Item = Fall<'a>> {
        (0..self.len()).map(move |i| self.fall(i))
    }
}

/// A batch that a reader fills: the owner of [`Spalten`].
///
/// The types hold only well-shaped numbers, days and quarters. The rest is the reader's duty, as
/// [`read::faelle`](crate::read::faelle) and [`read::kvdt`](crate::read::kvdt) do it:
///
/// - **Case id**: 1 to 60 printable characters of UTF-8, without blanks and `|`; it is printed in
///   every export, so it neither looks like a Versicherten-ID nor contains the patient's. Where the
///   source has none the reader makes one, and says so (`id_erzeugt`).
/// - **Versicherten-ID**: of any other shape than a letter and nine digits it is missing. A wrong
///   check digit, of a LANR too, is a warning; the value is used.
/// - **Scheinuntergruppe**: it belongs to the Satzart
///   ([`der_scheinuntergruppe`](Satzart::der_scheinuntergruppe)); an unknown one is a warning.
/// - **Quarter**: not after that of the delivery. Every service day lies in it.
/// - **Mark**: a closed practice is named only by a case that is marked.
/// - **A fault** is recorded in the messages. That refuses the input, so nothing is decided by what
///   the batch holds of such a case.
/// - **Order**: the cases of a practice follow each other, and no case is cut by the end of a batch.
///
/// Not the reader's but the [run's](crate::lauf) are the checks over several cases and inputs: a case
/// id or a practice that comes twice, envelopes that contradict each other, quarters of the look-back
/// that are missing, earlier grants.
#[derive(Debug, Default)]
pub struct Stapel {
    texte: Vec<u8>,
    bsnr: Vec<Bsnr>,
    fall_id: Vec<Bereich>,
    versicherte: Vec<Option<VersichertenId>>,
    quartal: Vec<Quartal>,
    satzart: Vec<Satzart>,
    scheinuntergruppe: Vec<u8>,
    kennzeichen: Vec<Kennzeichen>,
    id_erzeugt: Vec<bool>,
    stelle: Vec<Stelle>,
    leistung_bis: Vec<u32>,
    tag: Vec<Tag>,
    gnr: Vec<Gnr>,
    lanr: Vec<Lanr>,
    nennung_bis: Vec<u32>,
    nennung: Vec<(Gnr, Bsnr)>,
}

/// The head of a case, without its services: what [`Stapel::beginne`] takes.
#[derive(Debug, Clone, Copy)]
pub struct Fallkopf<'a> {
    /// BSNR under which it was delivered.
    pub bsnr: Bsnr,
    /// Its id.
    pub id: &'a [u8],
    /// Its patient.
    pub versicherter: Option<VersichertenId>,
    /// Its treatment quarter.
    pub quartal: Quartal,
    /// Its Satzart.
    pub satzart: Satzart,
    /// Its Scheinuntergruppe.
    pub scheinuntergruppe: u8,
    /// Its explicit § 9 mark.
    pub kennzeichen: Kennzeichen,
    /// The source gave no id: the reader made one.
    pub id_erzeugt: bool,
    /// Where it stands.
    pub stelle: Stelle,
}

impl Stapel {
    /// How many cases a reader puts into a batch: large enough to make the call cheap, small enough
    /// to stay in a core's cache.
    pub const FAELLE: usize = 1024;

    /// Empties the batch and keeps its memory.
    pub fn leere(&mut self) {
        self.texte.clear();
        self.bsnr.clear();
        self.fall_id.clear();
        self.versicherte.clear();
        self.quartal.clear();
        self.satzart.clear();
        self.scheinuntergruppe.clear();
        self.kennzeichen.clear();
        self.id_erzeugt.clear();
        self.stelle.clear();
        self.leistung_bis.clear();
        self.tag.clear();
        self.gnr.clear();
        self.lanr.clear();
        self.nennung_bis.clear();
        self.nennung.clear();
    }

    /// Tells whether the batch holds enough cases, or so many services or texts that it should be handed on.
    pub fn ist_voll(&self) -> bool {
        Self::FAELLE <= self.bsnr.len() || 1 << 20 <= self.tag.len() || 1 << 24 <= self.texte.len()
    }

    /// Adds a case, with the services that were added ahead of it, if any.
    #[expect(clippy::inline_always, reason = "a head through memory costs 60 cycles a case")]
    #[inline(always)]
    pub fn beginne(&mut self, kopf: &Fallkopf<'_>) {
        let ende = |texte: &[u8]| u32::try_from(texte.len()).unwrap_or(u32::MAX);
        let von = ende(&self.texte);
        self.texte.extend_from_slice(kopf.id);
        self.fall_id.push(Bereich { von, bis: ende(&self.texte) });
        self.bsnr.push(kopf.bsnr);
        self.versicherte.push(kopf.versicherter);
        self.quartal.push(kopf.quartal);
        self.satzart.push(kopf.satzart);
        self.scheinuntergruppe.push(kopf.scheinuntergruppe);
        self.kennzeichen.push(kopf.kennzeichen);
        self.id_erzeugt.push(kopf.id_erzeugt);
        self.stelle.push(kopf.stelle);
        self.leistung_bis.push(u32::try_from(self.tag.len()).unwrap_or(u32::MAX));
        self.nennung_bis.push(u32::try_from(self.nennung.len()).unwrap_or(u32::MAX));
    }

    /// Adds a service, or a naming, of the case that is begun next: a record may tell the head of a
    /// case only behind its services.
    #[inline]
    pub(crate) fn leistung_voraus(&mut self, tag: Tag, gnr: Gnr, lanr: Lanr) {
        self.tag.push(tag);
        self.gnr.push(gnr);
        self.lanr.push(lanr);
    }

    /// See [`Stapel::leistung_voraus`].
    pub(crate) fn nenne_voraus(&mut self, gnr: Gnr, bsnr: Bsnr) {
        self.nennung.push((gnr, bsnr));
    }

    /// Takes out again what was added for a case that is not begun.
    pub(crate) fn nimm_voraus_zurueck(&mut self) {
        let bis = |enden: &[u32]| enden.last().map_or(0, |ende| *ende as usize);
        let (leistungen, nennungen) = (bis(&self.leistung_bis), bis(&self.nennung_bis));
        self.tag.truncate(leistungen);
        self.gnr.truncate(leistungen);
        self.lanr.truncate(leistungen);
        self.nennung.truncate(nennungen);
    }

    /// Takes the last case out again, with its services.
    pub(crate) fn nimm_zurueck(&mut self) {
        let Some(id) = self.fall_id.pop() else { return };
        self.texte.truncate(id.von as usize);
        self.bsnr.pop();
        self.versicherte.pop();
        self.quartal.pop();
        self.satzart.pop();
        self.scheinuntergruppe.pop();
        self.kennzeichen.pop();
        self.id_erzeugt.pop();
        self.stelle.pop();
        self.leistung_bis.pop();
        self.nennung_bis.pop();
        self.nimm_voraus_zurueck();
    }

    /// Adds a service to the last case.
    #[inline]
    pub fn leistung(&mut self, tag: Tag, gnr: Gnr, lanr: Lanr) {
        self.leistung_voraus(tag, gnr, lanr);
        if let Some(ende) = self.leistung_bis.last_mut() {
            *ende = u32::try_from(self.tag.len()).unwrap_or(u32::MAX);
        }
    }

    /// Adds to the last case that the free text of a service with this GNR names a practice.
    pub fn nenne(&mut self, gnr: Gnr, bsnr: Bsnr) {
        self.nenne_voraus(gnr, bsnr);
        if let Some(ende) = self.nennung_bis.last_mut() {
            *ende = u32::try_from(self.nennung.len()).unwrap_or(u32::MAX);
        }
    }

    /// Returns the columns.
    pub fn spalten(&self) -> Spalten<'_> {
        Spalten {
            texte: &self.texte,
            bsnr: &self.bsnr,
            fall_id: &self.fall_id,
            versicherte: &self.versicherte,
            quartal: &self.quartal,
            satzart: &self.satzart,
            scheinuntergruppe: &self.scheinuntergruppe,
            kennzeichen: &self.kennzeichen,
            id_erzeugt: &self.id_erzeugt,
            stelle: &self.stelle,
            leistung_bis: &self.leistung_bis,
            tag: &self.tag,
            gnr: &self.gnr,
            lanr: &self.lanr,
            nennung_bis: &self.nennung_bis,
            nennung: &self.nennung,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_see_each_case_with_its_own_services() {
        let mut stapel = Stapel::default();
        let q: Quartal = "2024Q1".parse().expect("Quartal");
        for (id, leistungen) in [("a", 2), ("bb", 0), ("c", 1)] {
            stapel.beginne(&Fallkopf {
                bsnr: "170010100".parse().expect("BSNR"),
                id: id.as_bytes(),
                versicherter: None,
                quartal: q,
                satzart: Satzart::Ambulant,
                scheinuntergruppe: 0,
                kennzeichen: Kennzeichen::Keins,
                id_erzeugt: false,
                stelle: Stelle::default(),
            });
            for i in 0..leistungen {
                let lanr = "123456601".parse().expect("LANR");
                stapel.leistung(
                    q.erster_tag().plus(i),
                    Gnr::aus_bytes(b"03000").expect("GNR"),
                    lanr,
                );
            }
        }
        let gesehen: Vec<_> =
            stapel.spalten().faelle().map(|f| (f.id.to_vec(), f.tag.len())).collect();
        assert_eq!(gesehen, [(b"a".to_vec(), 2), (b"bb".to_vec(), 0), (b"c".to_vec(), 1)]);
        stapel.leere();
        assert!(stapel.spalten().is_empty());
    }
}
