//! Reads the key of the patients' pseudonyms. No message shows any of it.

use std::sync::Arc;

use crate::meldung::{Code, Meldung, Ort, Stelle};

/// Number of hexadecimal digits of a key.
const ZIFFERN: usize = 64;

/// Reads a key file: 64 hexadecimal digits in one line, with white space around them and lines of
/// comment that begin with `#`. `datei` names the file in the message.
///
/// # Errors
/// `schluessel_ungueltig` with the line of what is wrong and its first byte, and never with its
/// content.
pub fn lies_schluessel(datei: &Arc<str>, text: &str) -> Result<[u8; 32], Meldung> {
    let fehler = |davor: &str, grund: &str| {
        let text = format!("{grund}; erwartet wird eine Zeile aus {ZIFFERN} Hexadezimalziffern");
        let ort = Ort::neu(datei, Stelle::in_text(davor.as_bytes()));
        Meldung::neu(Code::SchluesselUngueltig, ort, text)
    };
    let mut gelesen = 0;
    let mut zeilen = text
        .split_inclusive('\n')
        .map(|zeile| {
            let davor = &text[..gelesen];
            gelesen += zeile.len();
            (davor, zeile.trim())
        })
        .filter(|(_, zeile)| !zeile.is_empty() && !zeile.starts_with('#'));
    let (davor, ziffern) = zeilen.next().ok_or_else(|| fehler("", "kein Schlüssel"))?;
    if let Some((davor, _)) = zeilen.next() {
        return Err(fehler(davor, "eine weitere Zeile nach dem Schlüssel"));
    }
    let anzahl = ziffern.chars().count();
    if anzahl != ZIFFERN {
        return Err(fehler(davor, &format!("{anzahl} Zeichen")));
    }
    let mut schluessel = [0; 32];
    for (ziel, paar) in schluessel.iter_mut().zip(ziffern.as_bytes().chunks(2)) {
        let wert =
            |ziffer: &u8| char::from(*ziffer).to_digit(16).and_then(|w| u8::try_from(w).ok());
        *ziel = match paar {
            [hoch, tief] => wert(hoch).zip(wert(tief)).map(|(hoch, tief)| hoch << 4 | tief),
            _ => None,
        }
        .ok_or_else(|| fehler(davor, "ein Zeichen ist keine Hexadezimalziffer"))?;
    }
    Ok(schluessel)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "00112233445566778899aabbccddeeff0123456789ABCDEF0123456789abcdef";

    #[test]
    fn a_key_is_64_digits_among_comments_and_white_space() {
        let datei = Arc::from("schluessel.txt");
        let (kurz, falsch) = (&KEY[..63], format!("{}g", &KEY[..63]));
        let umlaut = format!("{}ä", &KEY[..63]);
        for (text, ergebnis) in [
            (KEY.to_owned(), Ok(())),
            (format!("# Testschlüssel\r\n\r\n  {KEY}\t\r\n# Ende\r\n"), Ok(())),
            (format!("# Testschlüssel\n{kurz}\n"), Err(("2:17", "63 Zeichen"))),
            (format!("{KEY}0"), Err(("1:0", "65 Zeichen"))),
            (format!("{KEY}\n{KEY}"), Err(("2:65", "eine weitere Zeile nach dem Schlüssel"))),
            (falsch, Err(("1:0", "ein Zeichen ist keine Hexadezimalziffer"))),
            (umlaut, Err(("1:0", "ein Zeichen ist keine Hexadezimalziffer"))),
            ("# nur Text\n".to_owned(), Err(("1:0", "kein Schlüssel"))),
            (String::new(), Err(("1:0", "kein Schlüssel"))),
        ] {
            match (lies_schluessel(&datei, &text), ergebnis) {
                (Ok(schluessel), Ok(())) => {
                    assert_eq!((schluessel[1], schluessel[15], schluessel[31]), (0x11, 0xff, 0xef));
                }
                (Err(meldung), Err((stelle, grund))) => {
                    let anfang = format!("schluessel.txt:{stelle}: schluessel_ungueltig: {grund};");
                    assert!(meldung.to_string().starts_with(&anfang), "{meldung}");
                    assert!(!meldung.to_string().contains("0011"), "the key is shown");
                }
                andere => panic!("{andere:?}"),
            }
        }
    }
}
