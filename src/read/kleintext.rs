//! Small inputs that are read whole: settings and key, UTF-8 of at most 1 MiB.

use std::io::Read;
use std::sync::Arc;

use super::roh::{Pruefsumme, Rohquelle, lesefehler};
use crate::meldung::{Code, Meldung, Ort, Stelle};

/// Most bytes of a settings or key file: a larger one is no such file.
const TEXT_MAX: usize = 1 << 20;

/// Reads the text of the file `datei`, and returns its size and hash, too.
///
/// # Errors
/// The message for a file that cannot be read, is larger than 1 MiB (`zu_gross`) or is not UTF-8.
pub fn lies_text(
    mut roh: Rohquelle,
    datei: &Arc<str>,
    zu_gross: Code,
) -> Result<(String, Pruefsumme), Meldung> {
    let mut bytes = Vec::new();
    (&mut roh)
        .take(TEXT_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|fehler| lesefehler(&fehler, Ort::datei(datei)))?;
    if TEXT_MAX < bytes.len() {
        let text = "die Datei ist größer als 1 MiB; bitte prüfen, ob es die richtige ist";
        return Err(Meldung::neu(zu_gross, Ort::neu(datei, Stelle::ANFANG), text));
    }
    let text = String::from_utf8(bytes).map_err(|fehler| {
        let gut = fehler.utf8_error().valid_up_to();
        let stelle = Stelle::in_text(&fehler.as_bytes()[..gut]);
        let text = format!(
            "das Byte 0x{:02X} ist in UTF-8 hier nicht erlaubt; bitte die Datei als UTF-8 speichern",
            fehler.as_bytes()[gut]
        );
        Meldung::neu(Code::ZeichenUngueltig, Ort::neu(datei, stelle), text)
    })?;
    let summe = roh.beende().map_err(|fehler| lesefehler(&fehler, Ort::datei(datei)))?;
    Ok((text, summe))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::roh::{Komprimierung, Zaehler};
    use super::*;

    #[test]
    fn what_is_no_small_text_is_refused_where_it_is_none() {
        for (bytes, erwartet) in [
            (vec![b'#'; 1 << 20], None),
            (vec![b'#'; (1 << 20) + 1], Some("e:1:0: einstellung_ungueltig: die Datei ist größer")),
            ("a\nb\nä".into(), None),
            (b"a\nb\n\xE4".to_vec(), Some("e:3:4: zeichen_ungueltig: das Byte 0xE4 ist in UTF-8")),
            (b"a\nb\xC3".to_vec(), Some("e:2:3: zeichen_ungueltig: das Byte 0xC3 ist in UTF-8")),
        ] {
            let groesse = bytes.len() as u64;
            let innen = Box::new(Cursor::new(bytes));
            let roh = Rohquelle::aus(innen, Komprimierung::Keine, Zaehler::default());
            match (lies_text(roh, &Arc::from("e"), Code::EinstellungUngueltig), erwartet) {
                (Ok((_, summe)), None) => assert_eq!(summe.groesse, groesse),
                (Err(meldung), Some(anfang)) => {
                    assert!(meldung.to_string().starts_with(anfang), "{meldung}");
                }
                andere => panic!("{andere:?}"),
            }
        }
    }
}
