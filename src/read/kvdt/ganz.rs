//! The short way through a record whose lines are all whole, as nearly every record's are.
//!
//! A line begins with its length, so nothing has to be searched: one look at its first eight bytes
//! and one at its last two tell where the next one begins. What stands between is looked at for the
//! record as a whole. Whatever is unusual (a damaged line, a wrong character, a field that begins with
//! a blank, a record that is not there to its end) is not judged here: then [`teile`] gives nothing
//! back, and `Saetze` reads the record line for line. A test compares both ways.

use super::satz::{RAHMEN, SATZ_MAX, SATZART, VORSPANN, Zeile};

/// Splits the record with which `bytes` begin into its lines; returns its length. `None` if it is not
/// sure that all of it is in order.
pub(super) fn teile(bytes: &[u8], zeilen: &mut Vec<Zeile>) -> Option<usize> {
    let mut rest = &bytes[..bytes.len().min(SATZ_MAX)];
    let (mut von, mut nummer) = (0, 0);
    loop {
        let (laenge, feld, zeichen) = vorspann(*rest.first_chunk::<8>()?)?;
        if laenge <= RAHMEN || zeichen == b' ' {
            return None;
        }
        let (zeile, danach) = rest.split_at_checked(usize::from(laenge))?;
        if !zeile.ends_with(b"\r\n") {
            return None;
        }
        if feld == SATZART && 0 < nummer {
            // what follows is a record only if its first line is whole
            let inhalt = &zeile[VORSPANN..zeile.len() - 2];
            let ist_ganz = !inhalt.iter().any(|b| matches!(b, b'\r' | b'\n'));
            let laenge = von as usize;
            return (ist_ganz && hat_nur_zeichen(bytes, laenge, nummer)).then_some(laenge);
        }
        let bis = von + u32::from(laenge);
        zeilen.push(Zeile { feld, von, bis, nummer });
        (rest, von, nummer) = (danach, bis, nummer + 1);
    }
}

/// Returns length and field that the first seven bytes write, if they are digits, and the eighth byte.
#[inline]
pub(super) fn vorspann(anfang: [u8; 8]) -> Option<(u16, u16, u8)> {
    let bytes = u64::from_le_bytes(anfang);
    let ziffern = bytes ^ 0x0030_3030_3030_3030;
    // a byte above 9 reaches its highest bit, or has it already
    let fremd = (ziffern.wrapping_add(0x0076_7676_7676_7676) | ziffern) & 0x0080_8080_8080_8080;
    if fremd != 0 {
        return None;
    }
    // in each byte the number that two neighbours write
    let paare = ziffern.wrapping_mul(10).wrapping_add(ziffern >> 8);
    let [hunderter, ..] = ziffern.to_le_bytes().map(u16::from);
    let [_, rest, _, vorn, _, hinten, ..] = paare.to_le_bytes().map(u16::from);
    let zeichen = (bytes >> 56).to_le_bytes()[0];
    Some((hunderter * 100 + rest, vorn * 100 + hinten, zeichen))
}

/// Tells whether the record with which `bytes` begin has no other control character than the CR LF of
/// its lines, and none that ISO 8859-15 lacks. Its lines are whole, and behind it stands another one.
pub(super) fn hat_nur_zeichen(bytes: &[u8], laenge: usize, zeilen: u32) -> bool {
    // In pieces of 16 bytes, so that nothing is left over: digits of the first line are left out, or
    // some of the line behind are taken in. What else that line has there can only spoil the sum.
    let uebrig = laenge % 16;
    let (von, bis) = if uebrig <= VORSPANN { (uebrig, laenge) } else { (0, laenge + 16 - uebrig) };
    let Some(stuecke) = bytes.get(von..bis) else { return false };
    let (grosse, rest) = stuecke.as_chunks::<64>();
    keine_zeichen(grosse) + keine_zeichen(rest.as_chunks::<16>().0) == 2 * zeilen
}

/// Counts the bytes 0x00 to 0x1F and 0x80 to 0x9F.
fn keine_zeichen<const N: usize>(stuecke: &[[u8; N]]) -> u32 {
    // Without a branch, and with sums that fit into a byte: many bytes are compared at once.
    let kein_zeichen = |b: &u8| u8::from(b & 0x60 == 0);
    stuecke.iter().map(|stueck| u32::from(stueck.iter().map(kein_zeichen).sum::<u8>())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte at every place of records of every length, held against the plain way.
    #[test]
    fn a_wrong_character_is_told_at_every_place() {
        let danach = b"0138000adt9\r\n";
        for laenge in 30..70_usize {
            let erste = laenge - 13;
            let mut satz =
                format!("{erste:03}3101{:x<1$}\r\n0133102Otto\r\n", "", erste - 9).into_bytes();
            assert_eq!(satz.len(), laenge);
            satz.extend_from_slice(danach);
            assert!(hat_nur_zeichen(&satz, laenge, 2), "{laenge}");
            // the digits before a content have been looked at when its line was told
            for stelle in (7..erste - 2).chain(erste + 7..laenge - 2) {
                for byte in 0..=u8::MAX {
                    let vorher = std::mem::replace(&mut satz[stelle], byte);
                    let erwartet = !matches!(byte, 0..0x20 | 0x80..=0x9F);
                    assert_eq!(
                        hat_nur_zeichen(&satz, laenge, 2),
                        erwartet,
                        "{laenge} {stelle} {byte}"
                    );
                    satz[stelle] = vorher;
                }
            }
        }
    }
}
