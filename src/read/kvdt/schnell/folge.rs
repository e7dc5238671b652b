//! The lines of a record in their usual order, each looked for where it mostly stands.
//!
//! A line's length tells where the next line begins, so a walk that reads the lengths waits for each.
//! Where a length is expected, seven bytes are compared instead, and the core goes on before it has
//! them; and what has to be looked at in the field is known when the program is compiled. A line that
//! is not the expected one is left to the next step, at last to the walk that takes any field. What a
//! field may hold is decided there, for both: this file says in which order lines are asked for, and
//! how one is told by its first and last bytes.

use super::super::satz::{RAHMEN, VORSPANN};
use super::schritte::SCHRITTE;
use super::{Gang, Stand, Zeile};

impl<'a> Gang<'a, '_> {
    /// Takes what comes before the services, in the order of the Datensatzbeschreibung.
    #[expect(clippy::inline_always, reason = "a case through memory costs 60 cycles")]
    #[inline(always)]
    pub(super) fn schein_in_folge(&mut self, stand: &mut Stand<'a>) -> Option<()> {
        self.freie::<3000>(stand)?;
        self.freie::<3003>(stand)?;
        self.freie::<3006>(stand)?;
        self.freie::<3101>(stand)?;
        self.freie::<3102>(stand)?;
        self.feste::<3103, 8>(stand)?;
        self.freie::<3105>(stand)?;
        self.feste::<3119, 10>(stand)?;
        self.freie::<3107>(stand)?;
        self.freie::<3109>(stand)?;
        self.feste::<3112, 5>(stand)?;
        self.feste::<3114, 1>(stand)?;
        self.freie::<3113>(stand)?;
        self.feste::<3116, 2>(stand)?;
        self.feste::<3108, 1>(stand)?;
        self.feste::<3110, 1>(stand)?;
        self.feste::<4101, 5>(stand)?;
        self.feste::<4102, 8>(stand)?;
        self.feste::<4104, 5>(stand)?;
        self.feste::<4106, 2>(stand)?;
        self.feste::<4109, 8>(stand)?;
        self.feste::<4133, 8>(stand)?;
        self.feste::<4110, 8>(stand)?;
        self.feste::<4111, 9>(stand)?;
        self.freie::<4134>(stand)?;
        self.feste::<4131, 2>(stand)?;
        self.feste::<4132, 2>(stand)?;
        self.feste::<4121, 1>(stand)?;
        self.feste::<4122, 2>(stand)?;
        self.feste::<4239, 2>(stand)?;
        Some(())
    }

    /// Takes services and diagnoses, as many as come next.
    #[expect(clippy::inline_always, reason = "a case through memory costs 60 cycles")]
    #[inline(always)]
    pub(super) fn leistungen_in_folge(&mut self, stand: &mut Stand<'a>) -> Option<()> {
        loop {
            if self.feste::<5001, 5>(stand)? || self.feste::<5001, 6>(stand)? {
                self.feste::<5005, 3>(stand)?;
                self.ort_und_arzt(stand);
            } else if self.freie::<6001>(stand)? {
                self.feste::<6003, 1>(stand)?;
            } else if !self.feste::<5000, 8>(stand)? {
                return Some(());
            }
        }
    }

    /// Takes the next line if it is of this field and length, and tells whether it was.
    #[expect(clippy::inline_always, reason = "what is known of the field is known at compile time")]
    #[inline(always)]
    fn feste<const FELD: u16, const LAENGE: u16>(&mut self, stand: &mut Stand<'a>) -> Option<bool> {
        let Some(anfang) = stand.rest.first_chunk() else { return Some(false) };
        let wort = u64::from_le_bytes(*anfang);
        if wort & VORN != const { anfang_von(FELD, LAENGE + RAHMEN) } {
            return Some(false);
        }
        let (zeile, danach) = stand.rest.split_at_checked((LAENGE + RAHMEN).into())?;
        let inhalt = zeile.get(VORSPANN..)?.strip_suffix(b"\r\n")?;
        if wort >> 56 == u64::from(b' ') {
            return None;
        }
        let zeile = Zeile { laenge: LAENGE, inhalt, danach };
        self.nimm(FELD, const { SCHRITTE[FELD as usize] }, zeile, stand)?;
        Some(true)
    }

    /// Takes the next line if it is of this field, and tells whether it was.
    #[expect(clippy::inline_always, reason = "what is known of the field is known at compile time")]
    #[inline(always)]
    fn freie<const FELD: u16>(&mut self, stand: &mut Stand<'a>) -> Option<bool> {
        let Some(anfang) = stand.rest.first_chunk() else { return Some(false) };
        let wort = u64::from_le_bytes(*anfang);
        if wort & FELD_VORN != const { anfang_von(FELD, 0) } & FELD_VORN {
            return Some(false);
        }
        let (_, zeile) = Zeile::lies(stand.rest)?;
        self.nimm(FELD, const { SCHRITTE[FELD as usize] }, zeile, stand)?;
        Some(true)
    }
}

/// The bytes of length and field in a word of eight bytes; and those of the field alone.
const VORN: u64 = 0x00FF_FFFF_FFFF_FFFF;
const FELD_VORN: u64 = 0x00FF_FFFF_FF00_0000;

/// Returns what a line of this field and length begins with.
const fn anfang_von(feld: u16, laenge: u16) -> u64 {
    const fn ziffer(zahl: u16, stelle: u16) -> u8 {
        b'0' + (zahl / stelle % 10).to_le_bytes()[0]
    }
    u64::from_le_bytes([
        ziffer(laenge, 100),
        ziffer(laenge, 10),
        ziffer(laenge, 1),
        ziffer(feld, 1000),
        ziffer(feld, 100),
        ziffer(feld, 10),
        ziffer(feld, 1),
        0,
    ])
}
