//! ASCII digits, eight at once: a quarter has milliards of them, in numbers and days. And back: every
//! line of the evidence has dozens of ids and days.

use std::fmt;

/// Returns the number that exactly eight digits write.
pub(crate) fn acht(text: [u8; 8]) -> Option<u32> {
    let werte = einzelne(text)?;
    // neighbours are joined: digits to pairs, these to fours, these to all eight
    let paare = werte * 10 + (werte >> 8);
    let (vorn, hinten) = (paare & 0x0000_00FF_0000_00FF, paare >> 16 & 0x0000_00FF_0000_00FF);
    let zahl = vorn
        .wrapping_mul(100 + (1_000_000 << 32))
        .wrapping_add(hinten.wrapping_mul(1 + (10_000 << 32)));
    u32::try_from(zahl >> 32).ok()
}

/// Returns the number that exactly nine digits write.
pub(crate) fn neun(text: [u8; 9]) -> Option<u32> {
    let [vorn @ .., letzte] = text;
    letzte.is_ascii_digit().then_some(acht(vorn)? * 10 + u32::from(letzte & 0xF))
}

/// Writes the last `N` digits of a number, with leading zeros.
pub(crate) fn geschrieben<const N: usize>(mut zahl: u32) -> [u8; N] {
    let mut text = [b'0'; N];
    for ziffer in text.iter_mut().rev() {
        *ziffer += u8::try_from(zahl % 10).unwrap_or(0);
        zahl /= 10;
    }
    text
}

/// Writes ASCII in one piece: each piece goes through the formatter anew.
pub(crate) fn zeige(ascii: &[u8], ziel: &mut fmt::Formatter<'_>) -> fmt::Result {
    ziel.write_str(std::str::from_utf8(ascii).map_err(|_| fmt::Error)?)
}

/// Tells whether all bytes are digits.
pub(crate) fn sind_ziffern(text: &[u8]) -> bool {
    if let [a, b] = text {
        return a.is_ascii_digit() & b.is_ascii_digit();
    }
    // the first and the last ones may overlap
    if let (Some(vorn), Some(hinten)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        let (achter, _) = text.as_chunks::<8>();
        einzelne(*hinten).is_some()
            && einzelne(*vorn).is_some()
            && achter.iter().skip(1).all(|acht| einzelne(*acht).is_some())
    } else if let (Some([a, b, c, d]), Some([w, x, y, z])) = (text.first_chunk(), text.last_chunk())
    {
        einzelne([*a, *b, *c, *d, *w, *x, *y, *z]).is_some()
    } else {
        text.iter().all(u8::is_ascii_digit)
    }
}

/// Returns the values of eight digits, one a byte, the first one lowest.
fn einzelne(text: [u8; 8]) -> Option<u64> {
    let werte = u64::from_le_bytes(text) ^ 0x3030_3030_3030_3030;
    // a byte above 9 reaches its highest bit, or has it already
    let fremd = (werte.wrapping_add(0x7676_7676_7676_7676) | werte) & 0x8080_8080_8080_8080;
    (fremd == 0).then_some(werte)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plain way: a digit at a time.
    fn wert(text: &[u8]) -> Option<u32> {
        text.iter().try_fold(0, |summe: u32, b| {
            b.is_ascii_digit().then(|| summe * 10 + u32::from(b - b'0'))
        })
    }

    #[test]
    fn every_byte_at_every_place_is_told() {
        for laenge in 0..=24 {
            let gut: Vec<u8> = (0..laenge).map(|i| b'0' + (i * 7 + 3) % 10).collect();
            for stelle in 0..gut.len() {
                for byte in 0..=u8::MAX {
                    let mut text = gut.clone();
                    text[stelle] = byte;
                    let erwartet = byte.is_ascii_digit();
                    assert_eq!(sind_ziffern(&text), erwartet, "{text:?}");
                    if let Ok(text) = <[u8; 8]>::try_from(&text[..]) {
                        assert_eq!(acht(text), wert(&text), "{text:?}");
                    }
                    if let Ok(text) = <[u8; 9]>::try_from(&text[..]) {
                        assert_eq!(neun(text), wert(&text), "{text:?}");
                    }
                }
            }
        }
        for zahl in [0, 7, 10, 2024, 999_999_999, 1_000_000_000, u32::MAX] {
            let ganz = format!("{zahl:010}");
            assert_eq!(geschrieben::<10>(zahl), *ganz.as_bytes());
            assert_eq!(geschrieben::<2>(zahl), ganz.as_bytes()[8..]);
        }
        assert!(sind_ziffern(b""));
        assert_eq!((acht(*b"99999999"), acht(*b"00000000")), (Some(99_999_999), Some(0)));
        assert_eq!((neun(*b"999999999"), neun(*b"00000000:")), (Some(999_999_999), None));
    }
}
