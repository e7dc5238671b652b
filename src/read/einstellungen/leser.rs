//! Values of a settings file, with the place of everything that is wrong.

use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use super::Einstellungen;
use crate::kennung::gezeigt;
use crate::meldung::{Code, Meldung, Ort, Stelle, naechster_name};

/// Longest text of an account code or a Fundstelle, in characters.
const TEXT_MAX: usize = 200;

/// A key's or value's bytes in the file.
pub(super) type Stellen = Range<usize>;

/// What has been read of a file, and what is wrong with it.
pub(super) struct Leser<'t> {
    pub(super) datei: &'t Arc<str>,
    pub(super) text: &'t str,
    pub(super) meldungen: Vec<Meldung>,
    pub(super) gelesen: Einstellungen,
}

impl Leser<'_> {
    pub(super) fn melde(&mut self, code: Code, stellen: Stellen, text: String) {
        let stelle = Stelle::in_text(&self.text.as_bytes()[..stellen.start.min(self.text.len())]);
        self.meldungen.push(Meldung::neu(code, Ort::neu(self.datei, stelle), text));
    }

    pub(super) fn ungueltig(&mut self, stellen: Stellen, text: String) {
        self.melde(Code::EinstellungUngueltig, stellen, text);
    }

    /// Reports a name that is none of `bekannte`.
    pub(super) fn unbekannt(&mut self, stellen: Stellen, was: &str, name: &str, bekannte: &[&str]) {
        let rat = match naechster_name(name, bekannte.iter().copied()) {
            Some(name) => format!("gemeint ist wohl `{name}`"),
            None => format!("bekannt sind {}", in_anfuehrung(bekannte)),
        };
        let text = format!("{was} `{}` ist unbekannt; {rat}", gezeigt(name));
        self.melde(Code::EinstellungUnbekannt, stellen, text);
    }

    /// Returns a text of at most [`TEXT_MAX`] characters without control characters.
    pub(super) fn zeichenkette(
        &mut self,
        name: &str,
        wert: &Spanned<DeValue<'_>>,
    ) -> Option<String> {
        let Some(text) = wert.get_ref().as_str() else {
            let art = art(wert.get_ref());
            let text =
                format!("`{name}`: erwartet wird ein Text in Anführungszeichen, gefunden {art}");
            self.ungueltig(wert.span(), text);
            return None;
        };
        let passt = !text.trim().is_empty()
            && text.chars().count() <= TEXT_MAX
            && !text.chars().any(char::is_control);
        if !passt {
            let text =
                format!("`{name}`: erwartet wird ein Text von 1 bis {TEXT_MAX} druckbaren Zeichen");
            self.ungueltig(wert.span(), text);
            return None;
        }
        Some(text.to_owned())
    }

    /// Returns the day or quarter that a text, or a date without quotation marks, writes.
    pub(super) fn geparst<T: FromStr>(
        &mut self,
        name: &str,
        wert: &Spanned<DeValue<'_>>,
    ) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        if let DeValue::Datetime(datum) = wert.get_ref() {
            return self.gelesen_aus(name, &datum.to_string(), wert.span());
        }
        let text = self.zeichenkette(name, wert)?;
        self.gelesen_aus(name, &text, wert.span())
    }

    pub(super) fn gelesen_aus<T: FromStr>(
        &mut self,
        name: &str,
        text: &str,
        stellen: Stellen,
    ) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        match text.parse() {
            Ok(wert) => Some(wert),
            Err(fehler) => {
                self.ungueltig(
                    stellen,
                    format!("`{name}` = `{}`: erwartet wird {fehler}", gezeigt(text)),
                );
                None
            }
        }
    }
}

pub(super) fn zahl(wert: &DeValue<'_>) -> Option<i64> {
    let zahl = wert.as_integer()?;
    i64::from_str_radix(zahl.as_str(), zahl.radix()).ok()
}

/// Returns what a value is, in German.
pub(super) fn art(wert: &DeValue<'_>) -> &'static str {
    match wert {
        DeValue::String(_) => "ein Text",
        DeValue::Integer(_) => "eine ganze Zahl",
        DeValue::Float(_) => "eine Kommazahl",
        DeValue::Boolean(_) => "ein Wahrheitswert",
        DeValue::Datetime(_) => "ein Datum",
        DeValue::Array(_) => "eine Liste",
        DeValue::Table(_) => "eine Tabelle",
    }
}

pub(super) fn in_anfuehrung(namen: &[&str]) -> String {
    namen.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
