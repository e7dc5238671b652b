//! Kinds of input files and the names that tell them.

use crate::read::roh::Komprimierung;

/// Kind of an input file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Art {
    /// Claims of the run's quarter.
    Faelle,
    /// Claims of earlier quarters.
    Rueckblick,
    /// Reference data.
    Stammdaten,
    /// Duty rosters.
    Dienstplan,
    /// Official population (GV100AD).
    Einwohner,
    /// Settings.
    Einstellungen,
    /// Key of the pseudonyms.
    Schluessel,
}

impl Art {
    /// Returns the name, which is also that of its flag (`--faelle`).
    pub fn name(self) -> &'static str {
        match self {
            Self::Faelle => "faelle",
            Self::Rueckblick => "rueckblick",
            Self::Stammdaten => "stammdaten",
            Self::Dienstplan => "dienstplan",
            Self::Einwohner => "einwohner",
            Self::Einstellungen => "einstellungen",
            Self::Schluessel => "schluessel",
        }
    }

    /// Tells whether a run has at most one file of the kind.
    pub(super) fn ist_einzeln(self) -> bool {
        matches!(self, Self::Einstellungen | Self::Schluessel)
    }
}

/// What the decompressed file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// One of our XML documents.
    Xml,
    /// KVDT (`.con`), claims only.
    Kvdt,
    /// An extract of claims (`.rueckblick`), look-back only.
    Auszug,
    /// Lines of text: population, settings, key.
    Text,
}

/// What the top of the input folder may hold.
pub(super) const ERLAUBT_OBEN: &str = "faelle*.xml und *.con (auch .gz und .zst), stammdaten*.xml, \
    dienstplan*.xml, gv100ad*.txt und gv100ad*.asc, einstellungen.toml, schluessel.txt, README* \
    und die Ordner rueckblick und erwartet";

/// What the folder `rueckblick` may hold.
pub(super) const ERLAUBT_RUECKBLICK: &str =
    "*.xml, *.con und *.rueckblick (auch .gz und .zst) und README*";

/// What the name of an extract ends with.
pub(crate) const AUSZUG: &str = ".rueckblick";

/// Returns the kind of a file at the top of the input folder.
pub(super) fn art_oben(name: &str) -> Option<Art> {
    let beginnt_und_endet = |name: &str, mit: &str, auf: &str| {
        name.strip_prefix(mit).is_some_and(|rest| rest.ends_with(auf))
    };
    let (rumpf, _) = entpackt(name);
    let klein = name.to_ascii_lowercase();
    if beginnt_und_endet(rumpf, "faelle", ".xml") || ist_kvdt(name) {
        Some(Art::Faelle)
    } else if beginnt_und_endet(name, "stammdaten", ".xml") {
        Some(Art::Stammdaten)
    } else if beginnt_und_endet(name, "dienstplan", ".xml") {
        Some(Art::Dienstplan)
    } else if [".txt", ".asc"].iter().any(|auf| beginnt_und_endet(&klein, "gv100ad", auf)) {
        Some(Art::Einwohner)
    } else if name == "einstellungen.toml" {
        Some(Art::Einstellungen)
    } else if name == "schluessel.txt" {
        Some(Art::Schluessel)
    } else {
        None
    }
}

/// Returns the kind of a file in the folder `rueckblick`.
pub(super) fn art_im_rueckblick(name: &str) -> Option<Art> {
    let passt = endet_auf(entpackt(name).0, ".xml") || ist_kvdt(name) || ist_auszug(name);
    passt.then_some(Art::Rueckblick)
}

/// Returns compression and content of a file by its kind and the end of its name.
pub(super) fn form(art: Art, name: &str) -> (Komprimierung, Format) {
    match art {
        Art::Faelle | Art::Rueckblick if ist_kvdt(name) => (entpackt(name).1, Format::Kvdt),
        Art::Rueckblick if ist_auszug(name) => (entpackt(name).1, Format::Auszug),
        Art::Faelle | Art::Rueckblick | Art::Stammdaten | Art::Dienstplan => {
            (entpackt(name).1, Format::Xml)
        }
        Art::Einwohner | Art::Einstellungen | Art::Schluessel => {
            (Komprimierung::Keine, Format::Text)
        }
    }
}

fn ist_auszug(name: &str) -> bool {
    endet_auf(entpackt(name).0, AUSZUG)
}

fn ist_kvdt(name: &str) -> bool {
    endet_auf(entpackt(name).0, ".con")
}

/// Returns the name without the end that names a compression.
fn entpackt(name: &str) -> (&str, Komprimierung) {
    for (endung, komprimierung) in [(".gz", Komprimierung::Gzip), (".zst", Komprimierung::Zstd)] {
        if endet_auf(name, endung) {
            return (&name[..name.len() - endung.len()], komprimierung);
        }
    }
    (name, Komprimierung::Keine)
}

/// Compares the end of a name in any case.
fn endet_auf(name: &str, endung: &str) -> bool {
    let bytes = name.as_bytes();
    bytes
        .len()
        .checked_sub(endung.len())
        .is_some_and(|ab| bytes[ab..].eq_ignore_ascii_case(endung.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_at_the_top_tell_the_kind() {
        use Art::{Dienstplan, Einstellungen, Einwohner, Faelle, Schluessel, Stammdaten};
        use Format::{Kvdt, Text, Xml};
        use Komprimierung::{Gzip, Keine, Zstd};
        for (name, erwartet) in [
            ("faelle.xml", Some((Faelle, Keine, Xml))),
            ("faelle_1.xml", Some((Faelle, Keine, Xml))),
            ("faelle_1.xml.gz", Some((Faelle, Gzip, Xml))),
            ("faelle_1.xml.zst", Some((Faelle, Zstd, Xml))),
            ("faelle_1.xml.bz2", None),
            ("faelle_1.txt", None),
            ("Faelle_1.xml", None),
            ("neue_faelle.xml", None),
            ("a.con", Some((Faelle, Keine, Kvdt))),
            ("A.CON", Some((Faelle, Keine, Kvdt))),
            ("A.CON.GZ", Some((Faelle, Gzip, Kvdt))),
            ("a.con.zst", Some((Faelle, Zstd, Kvdt))),
            ("a.con.zip", None),
            ("con", None),
            ("stammdaten.xml", Some((Stammdaten, Keine, Xml))),
            ("stammdaten-2.xml", Some((Stammdaten, Keine, Xml))),
            ("stammdaten.xml.gz", None),
            ("dienstplan_borkum.xml", Some((Dienstplan, Keine, Xml))),
            ("dienstplan_borkum.csv", None),
            ("gv100ad.txt", Some((Einwohner, Keine, Text))),
            ("GV100AD_31122021.TXT", Some((Einwohner, Keine, Text))),
            ("gv100ad_31122021.asc", Some((Einwohner, Keine, Text))),
            ("gv100ad_31122021.xlsx", None),
            ("einstellungen.toml", Some((Einstellungen, Keine, Text))),
            ("einstellungen2.toml", None),
            ("schluessel.txt", Some((Schluessel, Keine, Text))),
            ("schluessel.txt.bak", None),
            ("", None),
            ("ü", None),
        ] {
            let gefunden = art_oben(name).map(|art| {
                let (komprimierung, format) = form(art, name);
                (art, komprimierung, format)
            });
            assert_eq!(gefunden, erwartet, "{name}");
        }
    }

    #[test]
    fn names_in_rueckblick_are_claims_in_any_format() {
        for (name, erwartet) in [
            ("faelle.xml", true),
            ("2023Q4.xml.zst", true),
            ("2023Q4.XML", true),
            ("x.Con.gz", true),
            ("2023.rueckblick", true),
            ("2023.rueckblick.zst", true),
            ("rueckblick", false),
            ("gv100ad.txt", false),
            ("einstellungen.toml", false),
        ] {
            assert_eq!(art_im_rueckblick(name), erwartet.then_some(Art::Rueckblick), "{name}");
        }
    }
}
