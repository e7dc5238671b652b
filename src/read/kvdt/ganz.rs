//! The short way through a record whose lines are all whole, as nearly every record's are.
//!
//! A line begins with its length, so nothing has to be searched: one look at its first eight bytes
//! and one at its last two tell where the next one begins. What stands between is looked at for the
//! record as a whole. Whatever is unusual (a damaged line, a wrong character, a field that begins with
//! a blank, a record that is not there to its end) is not judged here: then [`teile`] gives nothing
//! back, and `Saetze` reads the record line for line. A test compares both ways.

use super::satz::{SATZ_MAX, SATZART, VORSPANN, Zeile};

/// Splits the record with which `bytes` begin into its lines; returns its length. `None` if it is not
/// sure that all of it is in order.
pub(super) fn teile(bytes: &[u8], zeilen: &mut Vec<Zeile>) -> Option<usize> {
    let (mut ab, mut nummer) = (0, 0);
    loop {
        let anfang: [u8; 8] = bytes.get(ab..ab + 8)?.try_into().ok()?;
        let feld = vorspann(anfang)?;
        let bis = ab + laenge(anfang);
        // at least one byte of content
        if bis < ab + VORSPANN + 3
            || SATZ_MAX < bis
            || anfang[VORSPANN] == b' '
            || *bytes.get(bis - 2..bis)? != *b"\r\n"
        {
            return None;
        }
        if feld == SATZART && 0 < ab {
            // what follows is a record only if its first line is whole
            let inhalt = &bytes[ab + VORSPANN..bis - 2];
            let ist_ganz = !inhalt.iter().any(|b| matches!(b, b'\r' | b'\n'));
            return (ist_ganz && hat_nur_zeichen(&bytes[..ab], nummer)).then_some(ab);
        }
        let (von, ende) = (u32::try_from(ab).ok()?, u32::try_from(bis).ok()?);
        zeilen.push(Zeile { feld, von, bis: ende, nummer });
        (ab, nummer) = (bis, nummer + 1);
    }
}

/// Returns the length that the first three bytes write, if they are digits.
fn laenge(anfang: [u8; 8]) -> usize {
    let [hunderter, zehner, einer, ..] = anfang.map(usize::from);
    (hunderter * 100 + zehner * 10 + einer).wrapping_sub(usize::from(b'0') * 111)
}

/// Returns the field that the bytes 4 to 7 write; `None` unless the first seven are digits.
fn vorspann(anfang: [u8; 8]) -> Option<u16> {
    const ZIFFERN: u64 = 0x0030_3030_3030_3030;
    let werte = (u64::from_le_bytes(anfang) & (u64::MAX >> 8)) ^ ZIFFERN;
    // a byte above 9 carries into its highest bit, or has it already
    if ((werte + 0x0076_7676_7676_7676) | werte) & 0x0080_8080_8080_8080 != 0 {
        return None;
    }
    let [.., tausender, hunderter, zehner, einer, _] = werte.to_le_bytes().map(u16::from);
    Some(tausender * 1000 + hunderter * 100 + zehner * 10 + einer)
}

/// Tells whether the record has no other control character than the CR LF of its lines, and none that
/// ISO 8859-15 lacks.
fn hat_nur_zeichen(satz: &[u8], zeilen: u32) -> bool {
    // by pieces whose sums fit into a byte, and without a branch: many bytes are compared at once
    let mut anzahl = 0;
    for stueck in satz.chunks(128) {
        // 0x00 to 0x1F and 0x80 to 0x9F
        let kein_zeichen: u8 = stueck.iter().map(|b| u8::from(b & 0x60 == 0)).sum();
        anzahl += u32::from(kein_zeichen);
    }
    anzahl == 2 * zeilen
}
