//! `[[parameter]]`: Stände of the guideline's numbers in the settings.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::leser::{Leser, Stellen, art, zahl};
use crate::meldung::Code;
use crate::parameter::{EigenerStand, Parameterwert, Standfehler, zwei_ziffern};

const PARAMETER: [&str; 6] = ["name", "ab", "bekannt_ab", "wert", "fundstelle", "anmerkung"];

impl Leser<'_> {
    pub(super) fn parameterliste(&mut self, wert: &Spanned<DeValue<'_>>) {
        let tabellen = wert.get_ref().as_array().map(|liste| {
            let tabelle = |s: &Spanned<DeValue<'_>>| s.get_ref().is_table();
            liste.iter().all(tabelle)
        });
        if tabellen != Some(true) {
            let text = "`parameter`: erwartet wird je Stand ein Abschnitt [[parameter]]".to_owned();
            return self.ungueltig(wert.span(), text);
        }
        for stand in wert.get_ref().as_array().into_iter().flat_map(|liste| liste.iter()) {
            if let Some(tabelle) = stand.get_ref().as_table() {
                self.parameterstand(stand.span(), tabelle);
            }
        }
    }

    fn parameterstand(&mut self, stellen: Stellen, tabelle: &DeTable<'_>) {
        for schluessel in tabelle.keys() {
            if !PARAMETER.contains(&schluessel.get_ref().as_ref()) {
                self.schluessel_unbekannt(schluessel, "[parameter]", &PARAMETER);
            }
        }
        let feld = |name: &str| tabelle.get(name);
        for pflicht in ["name", "ab", "wert", "fundstelle"] {
            if feld(pflicht).is_none() {
                self.ungueltig(stellen.clone(), format!("[[parameter]]: `{pflicht}` fehlt"));
            }
        }
        let name = feld("name").and_then(|wert| self.zeichenkette("parameter.name", wert));
        let ab = feld("ab").and_then(|wert| self.geparst("parameter.ab", wert));
        let bekannt_ab = feld("bekannt_ab").and_then(|w| self.geparst("parameter.bekannt_ab", w));
        let in_cent = name.as_deref().is_some_and(|name| name.ends_with("_cent"));
        let wert = feld("wert").and_then(|wert| self.parameterwert(wert, in_cent));
        let fundstelle =
            feld("fundstelle").and_then(|w| self.zeichenkette("parameter.fundstelle", w));
        let anmerkung = feld("anmerkung").and_then(|w| self.zeichenkette("parameter.anmerkung", w));
        let (Some(name), Some(ab), Some(wert), Some(fundstelle)) = (name, ab, wert, fundstelle)
        else {
            return;
        };
        if bekannt_ab.is_none() && feld("bekannt_ab").is_some() {
            return; // has been reported; read without its day it would collide with others
        }
        let stand = EigenerStand { name, ab, bekannt_ab, wert, fundstelle, anmerkung };
        if let Err(fehler) = self.gelesen.parameter.ergaenze(stand) {
            let (code, schluessel) = match fehler {
                Standfehler::Name(_) => (Code::EinstellungUnbekannt, "name"),
                Standfehler::Ab(_) => (Code::EinstellungUngueltig, "ab"),
                Standfehler::Wert(_) => (Code::EinstellungUngueltig, "wert"),
            };
            let stellen = feld(schluessel).map_or(stellen, Spanned::span);
            self.melde(code, stellen, fehler.to_string());
        }
    }

    fn parameterwert(
        &mut self,
        wert: &Spanned<DeValue<'_>>,
        in_cent: bool,
    ) -> Option<Parameterwert> {
        let ziffern = |wert: &DeValue<'_>| wert.as_str().and_then(zwei_ziffern);
        let gelesen = match wert.get_ref() {
            DeValue::Array(liste) => {
                let werte = || liste.iter().map(Spanned::get_ref);
                let zahlen = werte().map(zahl).collect::<Option<_>>().map(Parameterwert::Zahlen);
                zahlen.or_else(|| {
                    werte().map(ziffern).collect::<Option<_>>().map(Parameterwert::Kennziffern)
                })
            }
            einzeln => zahl(einzeln)
                .map(Parameterwert::Zahl)
                .or_else(|| ziffern(einzeln).map(Parameterwert::Kennziffer)),
        };
        if gelesen.is_none() {
            let text = format!(
                "`parameter.wert`: erwartet wird eine ganze Zahl, zwei Ziffern in \
                 Anführungszeichen oder eine Liste davon, gefunden {}{}",
                art(wert.get_ref()),
                if in_cent { "; Beträge stehen in Cent: 25,00 EUR = 2500" } else { "" }
            );
            self.ungueltig(wert.span(), text);
        }
        gelesen
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::read::einstellungen::lies;

    #[test]
    fn a_stand_that_cannot_rule_is_told_at_the_key_that_is_wrong() {
        let gut = "[[parameter]]\nname = \"par09.zuschlag_cent\"\nab = \"2025Q1\"\nwert = 2500\n\
                   fundstelle = \"Beschluss\"\n";
        for (alt, neu, zeile, code, grund) in [
            ("", "", 0, "", ""),
            ("zuschlag_cent", "zuschlag", 2, "unbekannt", "gemeint ist wohl `par09.zuschlag_cent`"),
            ("name", "nmae", 2, "unbekannt", "in [[parameter]] `nmae` ist unbekannt; gemeint ist"),
            (
                "2025Q1",
                "2025-1",
                3,
                "ungueltig",
                "= `2025-1`: erwartet wird ein Quartal der Form 2024Q1",
            ),
            ("2025Q1", "2014Q1", 3, "ungueltig", "die Richtlinie gilt erst ab 2014Q2"),
            ("2025Q1", "2023Q1", 3, "ungueltig", "schon den Wert 2000, nun auch 2500"),
            (
                "2500",
                "25.00",
                4,
                "ungueltig",
                "gefunden eine Kommazahl; Beträge stehen in Cent: 25,00 EUR = 2500",
            ),
            ("2500", "-1", 4, "ungueltig", "-1 liegt nicht zwischen 0 und 100000000"),
            ("2500", "[2500]", 4, "ungueltig", "erwartet wird eine ganze Zahl"),
            ("2500", "[2500, \"01\"]", 4, "ungueltig", "gefunden eine Liste"),
            ("2500", "99999999999999999999", 4, "ungueltig", "erwartet wird eine ganze Zahl"),
            ("wert = 2500\n", "", 1, "ungueltig", "`wert` fehlt"),
            (
                "\"Beschluss\"",
                "1",
                5,
                "ungueltig",
                "`parameter.fundstelle`: erwartet wird ein Text",
            ),
            ("wert", "bekannt_ab = \"1\"\nwert", 4, "ungueltig", "ein Tag der Form 2024-03-31"),
            ("wert", "bekannt_ab = 2025-02-30\nwert", 4, "ungueltig", ""),
            (
                "[[parameter]]",
                "[parameter]",
                1,
                "ungueltig",
                "erwartet wird je Stand ein Abschnitt",
            ),
        ] {
            let text = gut.replacen(alt, neu, 1);
            let Err(meldungen) = lies(&Arc::from("e.toml"), &text) else {
                assert_eq!(zeile, 0, "{text}");
                continue;
            };
            let erste = meldungen[0].to_string();
            assert!(erste.starts_with(&format!("e.toml:{zeile}:")), "{erste}");
            assert!(erste.contains(&format!(": einstellung_{code}: ")), "{erste}");
            assert!(erste.contains(grund), "{erste}");
        }
    }

    #[test]
    fn two_staende_of_one_file_collide_at_the_second() {
        let stand = |bekannt_ab: &str, wert: &str| {
            format!(
                "[[parameter]]\nname = \"par09.land\"\nab = \"2025Q1\"\n{bekannt_ab}wert = \"{wert}\"\n\
                 fundstelle = \"Beschluss\"\n"
            )
        };
        for (zweiter, fehler) in [
            (stand("", "03"), None),
            (stand("bekannt_ab = 2025-01-02\n", "04"), None),
            (stand("", "04"), Some("e.toml:8:124: einstellung_ungueltig: `par09.land` hat ab")),
        ] {
            let text = stand("", "03") + &zweiter;
            let erste = lies(&Arc::from("e.toml"), &text).err().map(|m| m[0].to_string());
            match (erste, fehler) {
                (None, None) => {}
                (Some(erste), Some(fehler)) => assert!(erste.starts_with(fehler), "{erste}"),
                andere => panic!("{andere:?}"),
            }
        }
    }
}
