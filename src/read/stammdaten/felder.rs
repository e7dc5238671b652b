//! Fields of a row: required, optional, and the few that are neither number nor day.

use std::fmt::Display;
use std::str::FromStr;

use crate::euro::Cent;
use crate::kennung::{Gelesen, Lanr, VersichertenId, gezeigt};
use crate::meldung::{Code, Meldungen, Ort, naechster_name};
use crate::quartal::Tag;
use crate::read::xml::XmlLeser;
use crate::stammdaten::Insel;

/// Reads the attributes of the current tag. `None` means a fault, which is recorded; all fields of
/// a row are read before the first fault ends it, so that all faults are reported.
#[derive(Debug)]
pub(in crate::read) struct Felder<'a> {
    /// The document.
    pub(in crate::read) xml: &'a mut XmlLeser,
    /// Where faults go.
    pub(in crate::read) meldungen: &'a mut Meldungen,
}

impl Felder<'_> {
    /// Returns the place of the row.
    pub(in crate::read) fn ort(&self) -> Ort {
        self.xml.hier()
    }

    /// Reads a required field.
    pub(in crate::read) fn pflicht<T>(&mut self, name: &'static str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.xml.feld(name, self.meldungen)
    }

    /// Reads an optional field; the inner `None` means that it is not there.
    #[allow(clippy::option_option)] // a fault is not an absence
    pub(in crate::read) fn wahl<T>(&mut self, name: &'static str) -> Option<Option<T>>
    where
        T: FromStr,
        T::Err: Display,
    {
        if self.xml.attribut(name).is_none() {
            return Some(None);
        }
        self.pflicht(name).map(Some)
    }

    /// Reads a required field with `lies`; `erwartet` says in German what it takes.
    pub(super) fn form<T>(
        &mut self,
        name: &'static str,
        erwartet: &str,
        lies: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.xml
            .feld_mit(name, self.meldungen, |text| lies(text).ok_or_else(|| erwartet.to_owned()))
    }

    /// Reads `ja` or `nein`.
    pub(super) fn janein(&mut self, name: &'static str) -> Option<bool> {
        self.form(name, "ja oder nein", |text| match text {
            "ja" => Some(true),
            "nein" => Some(false),
            _ => None,
        })
    }

    /// Reads `ja` or `nein`, if it is there.
    #[allow(clippy::option_option)] // a fault is not an absence
    pub(super) fn wahl_janein(&mut self, name: &'static str) -> Option<Option<bool>> {
        if self.xml.attribut(name).is_none() {
            return Some(None);
        }
        self.janein(name).map(Some)
    }

    /// Reads a key or account of 1 to 60 characters without blanks and `|`, for it stands in exports.
    pub(super) fn kennung(&mut self, name: &'static str) -> Option<String> {
        self.form(name, "1 bis 60 Zeichen ohne Leerzeichen und |", |text| {
            let passt = (1..=60).contains(&text.chars().count())
                && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '|');
            passt.then(|| text.to_owned())
        })
    }

    /// Reads free text of 1 to 200 characters.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        self.form(name, "1 bis 200 druckbare Zeichen", |text| {
            let passt = text.chars().count() <= 200
                && !text.trim().is_empty()
                && !text.chars().any(char::is_control);
            passt.then(|| text.to_owned())
        })
    }

    /// Reads the name of a Fachgruppe.
    pub(super) fn fachgruppe(&mut self) -> Option<String> {
        self.form("fachgruppe", "eine Fachgruppe aus 1 bis 20 Buchstaben, Ziffern, _ -", |text| {
            let passt = (1..=20).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
            passt.then(|| text.to_owned())
        })
    }

    /// Reads a number of at most `stellen` digits.
    pub(super) fn zahl<T: FromStr>(
        &mut self,
        name: &'static str,
        stellen: usize,
        erwartet: &str,
    ) -> Option<T> {
        self.form(name, erwartet, |text| {
            let passt = text.len() <= stellen && text.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|_| passt)
        })
    }

    /// Reads a LANR; a wrong check digit is a warning.
    pub(in crate::read) fn lanr(&mut self) -> Option<Lanr> {
        let lanr: Lanr = self.pflicht("lanr")?;
        if !lanr.pruefziffer_stimmt() {
            let text = "die Prüfziffer einer LANR (7. Stelle) stimmt nicht; die LANR wird verwendet, bitte prüfen";
            self.xml.melde(self.meldungen, Code::LanrPruefziffer, text);
        }
        Some(lanr)
    }

    /// Reads the name of an island; there are seven (§ 6).
    pub(in crate::read) fn insel(&mut self, name: &'static str) -> Option<Insel> {
        let text = self.xml.attribut(name)?.into_owned();
        let insel = Insel::aus_name(&text);
        if insel.is_none() {
            let nah = naechster_name(&text, Insel::ALLE.map(Insel::name));
            let text = format!(
                "{name}=\"{}\" ist keine der Nordseeinseln {}{}",
                gezeigt(&text),
                Insel::ALLE.map(Insel::name).join(", "),
                nah.map(|nah| format!("; gemeint ist vielleicht {nah}")).unwrap_or_default()
            );
            self.xml.melde(self.meldungen, Code::InselUnbekannt, text);
        }
        insel
    }

    /// Reads the name of an island, if it is there.
    #[allow(clippy::option_option)] // a fault is not an absence
    pub(super) fn wahl_insel(&mut self, name: &'static str) -> Option<Option<Insel>> {
        if self.xml.attribut(name).is_none() {
            return Some(None);
        }
        self.insel(name).map(Some)
    }

    /// Reads the patient of an earlier grant, who cannot be missing. Blanks and lower case are
    /// normalised with a warning, as in claims.
    pub(super) fn versicherten_id(&mut self) -> Option<VersichertenId> {
        let (id, normalisiert) =
            self.form("versicherten_id", "eine Versicherten-ID der Form A999999999", |text| {
                match VersichertenId::lies(text.as_bytes()) {
                    Gelesen::Id { id, normalisiert } => Some((id, normalisiert)),
                    Gelesen::Formfehler => None,
                }
            })?;
        if normalisiert {
            let text = "die Versicherten-ID enthielt Leerzeichen oder Kleinbuchstaben; sie wurde bereinigt";
            self.xml.melde(self.meldungen, Code::VersichertenIdNormalisiert, text);
        }
        if !id.pruefziffer_stimmt() {
            let text = "die Prüfziffer einer Versicherten-ID stimmt nicht; die Versicherten-ID wird verwendet, bitte prüfen";
            self.xml.melde(self.meldungen, Code::VersichertenIdPruefziffer, text);
        }
        Some(id)
    }

    /// Reads an average: no group earns less than nothing.
    pub(super) fn durchschnitt(&mut self, name: &'static str) -> Option<Cent> {
        self.xml.feld_mit(name, self.meldungen, |text| match text.parse::<Cent>() {
            Ok(betrag) if Cent::NULL <= betrag => Ok(betrag),
            Ok(_) => Err("ein Betrag, der nicht negativ ist".to_owned()),
            Err(fehler) => Err(fehler.to_string()),
        })
    }

    /// Reads since when the row is known; `sonst` if it does not say.
    pub(super) fn bekannt_ab(&mut self, erstellt: Tag, sonst: Tag) -> Option<Tag> {
        let tag: Tag = self.wahl("bekannt_ab")?.unwrap_or(sonst);
        if erstellt < tag {
            let text = format!(
                "bekannt_ab=\"{tag}\" liegt nach dem Tag der Lieferung ({erstellt}); sie kann nicht enthalten, was noch nicht \
                 bekannt war; bitte berichtigen"
            );
            self.xml.melde(self.meldungen, Code::ZeitraumUngueltig, text);
            return None;
        }
        Some(tag)
    }
}
