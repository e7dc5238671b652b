//! Reads `einstellungen.toml`, where a KV decides what the guideline leaves open.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

mod leser;
mod staende;

use leser::{Leser, Stellen, art, in_anfuehrung, zahl};

use crate::auslegung::{Auslegungen, Eintrag, Wert};
use crate::kennung::gezeigt;
use crate::meldung::{Code, Meldung};
use crate::parameter::Parameter;
use crate::quartal::Tag;

/// What a KV can set for a run. `Default` is a run without a settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Einstellungen {
    /// How the guideline is read (`[allgemein]`, `[par05]`, `[par06]`, `[par09]`).
    pub auslegungen: Auslegungen,
    /// The numbers of the guideline with the Stände of `[[parameter]]`.
    pub parameter: Parameter,
    /// Account codes of the bookings (`[konten]`).
    pub konten: Konten,
    /// Status of the bookings (`[buchung] status`).
    pub buchung_status: Buchungsstatus,
    /// Day of a population's Gebietsstand, and since when it has been available
    /// (`[einwohner] verfuegbar_seit`; § 9 Abs. 2 Satz 2).
    pub verfuegbar_seit: BTreeMap<Tag, Tag>,
    /// How many messages of one code are listed (`[grenzen] meldungen_je_code`).
    pub meldungen_je_code: usize,
}

impl Default for Einstellungen {
    fn default() -> Self {
        Self {
            auslegungen: Auslegungen::default(),
            parameter: Parameter::eingebaut(),
            konten: Konten::default(),
            buchung_status: Buchungsstatus::default(),
            verfuegbar_seit: BTreeMap::new(),
            meldungen_je_code: 20,
        }
    }
}

/// Account codes of the host's ledger, per paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Konten {
    /// § 5 Umsatzgarantie
    pub par05: Option<String>,
    /// § 6 Erschwerniszulage
    pub par06: Option<String>,
    /// § 9 Fallwertzuschlag
    pub par09: Option<String>,
}

/// Whether bookings are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Buchungsstatus {
    /// They may still be replaced.
    #[default]
    Vorlaeufig,
    /// They are booked.
    Endgueltig,
}

impl Wert for Buchungsstatus {
    const WERTE: &'static [(&'static str, Self)] =
        &[("vorlaeufig", Self::Vorlaeufig), ("endgueltig", Self::Endgueltig)];
}

const KONTEN: [&str; 3] = ["par05", "par06", "par09"];
const STATUS: &str = "status";
const VERFUEGBAR_SEIT: &str = "verfuegbar_seit";
const MELDUNGEN_JE_CODE: &str = "meldungen_je_code";

/// Most messages of one code that can be asked for: they are kept in memory.
const MELDUNGEN_MAX: usize = 100_000;

/// Reads settings. `datei` names the file in messages.
///
/// # Errors
/// Every error of the file, each with line and byte: `einstellung_unbekannt` for sections, keys and
/// parameters that do not exist, `einstellung_ungueltig` for everything else.
pub fn lies(datei: &Arc<str>, text: &str) -> Result<Einstellungen, Vec<Meldung>> {
    let mut leser = Leser { datei, text, meldungen: Vec::new(), gelesen: Einstellungen::default() };
    let (dokument, fehler) = DeTable::parse_recoverable(text);
    if fehler.is_empty() {
        leser.dokument(dokument.get_ref());
    }
    for fehler in fehler {
        let grund = match fehler.message() {
            "duplicate key" => "der Schlüssel steht doppelt".to_owned(),
            grund => format!("kein gültiges TOML ({grund})"),
        };
        leser.ungueltig(fehler.span().unwrap_or_default(), grund);
    }
    if leser.meldungen.is_empty() { Ok(leser.gelesen) } else { Err(leser.meldungen) }
}

impl Leser<'_> {
    fn dokument(&mut self, dokument: &DeTable<'_>) {
        let mut abschnitte = vec!["konten", "buchung", "einwohner", "grenzen", "parameter"];
        for (abschnitt, _) in Auslegungen::EINTRAEGE.iter().filter_map(|e| e.name.split_once('.')) {
            if !abschnitte.contains(&abschnitt) {
                abschnitte.push(abschnitt);
            }
        }
        for (schluessel, wert) in dokument {
            let name = schluessel.get_ref().as_ref();
            if !abschnitte.contains(&name) {
                self.unbekannt(schluessel.span(), "der Abschnitt", name, &abschnitte);
            } else if name == "parameter" {
                self.parameterliste(wert);
            } else if let DeValue::Table(tabelle) = wert.get_ref() {
                self.abschnitt(name, tabelle);
            } else {
                let text = format!("`{name}` ist ein Abschnitt: erwartet wird eine Zeile [{name}]");
                self.ungueltig(schluessel.span(), text);
            }
        }
    }

    fn abschnitt(&mut self, abschnitt: &str, tabelle: &DeTable<'_>) {
        for (schluessel, wert) in tabelle {
            let name = schluessel.get_ref().as_ref();
            let voll = format!("{abschnitt}.{name}");
            match (abschnitt, name) {
                ("konten", "par05") => self.gelesen.konten.par05 = self.zeichenkette(&voll, wert),
                ("konten", "par06") => self.gelesen.konten.par06 = self.zeichenkette(&voll, wert),
                ("konten", "par09") => self.gelesen.konten.par09 = self.zeichenkette(&voll, wert),
                ("konten", _) => self.schluessel_unbekannt(schluessel, abschnitt, &KONTEN),
                ("buchung", STATUS) => self.status(&voll, wert),
                ("buchung", _) => self.schluessel_unbekannt(schluessel, abschnitt, &[STATUS]),
                ("einwohner", VERFUEGBAR_SEIT) => self.verfuegbar_seit(&voll, wert),
                ("einwohner", _) => {
                    self.schluessel_unbekannt(schluessel, abschnitt, &[VERFUEGBAR_SEIT]);
                }
                ("grenzen", MELDUNGEN_JE_CODE) => self.meldungen_je_code(&voll, wert),
                ("grenzen", _) => {
                    self.schluessel_unbekannt(schluessel, abschnitt, &[MELDUNGEN_JE_CODE]);
                }
                _ => match Auslegungen::EINTRAEGE.iter().find(|eintrag| eintrag.name == voll) {
                    Some(eintrag) => self.auslegung(eintrag, wert),
                    None => self.auslegung_unbekannt(schluessel.span(), abschnitt, name),
                },
            }
        }
    }

    fn schluessel_unbekannt<S: AsRef<str>>(
        &mut self,
        schluessel: &Spanned<S>,
        abschnitt: &str,
        bekannte: &[&str],
    ) {
        let was = format!("der Schlüssel in [{abschnitt}]");
        self.unbekannt(schluessel.span(), &was, schluessel.get_ref().as_ref(), bekannte);
    }

    /// A key that stands in the wrong section is named with the right one.
    fn auslegung_unbekannt(&mut self, stellen: Stellen, abschnitt: &str, name: &str) {
        let eintraege = || Auslegungen::EINTRAEGE.iter().filter_map(|e| e.name.split_once('.'));
        if let Some((richtig, _)) = eintraege().find(|(_, schluessel)| *schluessel == name) {
            let text = format!(
                "der Schlüssel `{name}` gehört nicht in [{abschnitt}], sondern in [{richtig}]"
            );
            return self.melde(Code::EinstellungUnbekannt, stellen, text);
        }
        let hier = eintraege().filter(|(a, _)| *a == abschnitt).map(|(_, name)| name);
        let was = format!("der Schlüssel in [{abschnitt}]");
        self.unbekannt(stellen, &was, name, &hier.collect::<Vec<_>>());
    }

    fn auslegung(&mut self, eintrag: &Eintrag, wert: &Spanned<DeValue<'_>>) {
        let angaben = match wert.get_ref() {
            DeValue::Array(liste) if eintrag.liste => liste,
            _ if !eintrag.liste => std::slice::from_ref(wert),
            anderer => {
                let text = format!(
                    "`{}`: erwartet wird eine Liste von Texten, gefunden {}",
                    eintrag.name,
                    art(anderer)
                );
                return self.ungueltig(wert.span(), text);
            }
        };
        let mut texte = Vec::new();
        for angabe in angaben {
            let Some(text) = angabe.get_ref().as_str() else {
                let art = art(angabe.get_ref());
                let mut text =
                    format!("`{}`: erwartet wird ein Text in Anführungszeichen", eintrag.name);
                if !eintrag.liste {
                    let namen: Vec<_> = eintrag.werte.iter().map(|(name, _)| *name).collect();
                    text = format!("{text} ({})", in_anfuehrung(&namen));
                }
                return self.ungueltig(angabe.span(), format!("{text}, gefunden {art}"));
            };
            texte.push(text);
        }
        let abgelehnt = eintrag.setze(&mut self.gelesen.auslegungen, &texte).err();
        for ablehnung in abgelehnt.into_iter().flatten() {
            let text = texte.get(ablehnung.stelle).copied().unwrap_or_default();
            let stellen = angaben.get(ablehnung.stelle).unwrap_or(wert).span();
            let text = format!("`{}` = `{}`: {}", eintrag.name, gezeigt(text), ablehnung.erwartet);
            self.ungueltig(stellen, text);
        }
    }

    fn status(&mut self, name: &str, wert: &Spanned<DeValue<'_>>) {
        let Some(text) = self.zeichenkette(name, wert) else { return };
        if let Some(status) = Buchungsstatus::aus_name(&text) {
            self.gelesen.buchung_status = status;
        } else {
            let namen: Vec<_> = Buchungsstatus::WERTE.iter().map(|(name, _)| *name).collect();
            let namen = in_anfuehrung(&namen);
            let text = format!("`{name}` = `{}`: erlaubt sind {namen}", gezeigt(&text));
            self.ungueltig(wert.span(), text);
        }
    }

    fn verfuegbar_seit(&mut self, name: &str, wert: &Spanned<DeValue<'_>>) {
        let DeValue::Table(tabelle) = wert.get_ref() else {
            let text = format!(
                "`{name}`: erwartet wird {{ \"2021-11-30\" = \"2022-01-15\" }} (Gebietsstand = \
                 verfügbar seit), gefunden {}",
                art(wert.get_ref())
            );
            return self.ungueltig(wert.span(), text);
        };
        for (gebietsstand, seit) in tabelle {
            let gelesen =
                self.gelesen_aus::<Tag>(name, gebietsstand.get_ref(), gebietsstand.span());
            if let (Some(gebietsstand), Some(seit)) = (gelesen, self.geparst(name, seit)) {
                self.gelesen.verfuegbar_seit.insert(gebietsstand, seit);
            }
        }
    }

    fn meldungen_je_code(&mut self, name: &str, wert: &Spanned<DeValue<'_>>) {
        let zahl = zahl(wert.get_ref()).and_then(|zahl| usize::try_from(zahl).ok());
        if let Some(zahl) = zahl.filter(|zahl| (1..=MELDUNGEN_MAX).contains(zahl)) {
            self.gelesen.meldungen_je_code = zahl;
        } else {
            let text = format!("`{name}`: erwartet wird eine ganze Zahl von 1 bis {MELDUNGEN_MAX}");
            self.ungueltig(wert.span(), text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auslegung::{JaNein, Rueckblick09, RundungWert};
    use crate::euro::{Cent, Rundung};

    fn gelesen(text: &str) -> Result<Einstellungen, Vec<String>> {
        lies(&Arc::from("e.toml"), text)
            .map_err(|meldungen| meldungen.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_file_sets_what_it_names_and_leaves_the_rest() {
        assert_eq!(gelesen(""), Ok(Einstellungen::default()));
        assert_eq!(gelesen("\u{feff}# leer\r\n[par09]\r\n"), Ok(Einstellungen::default()));
        let text = r#"
            allgemein.rundung = "abrunden"
            [par09]
            kennzeichen_gnr = ["99120", "99119A"]
            rueckblick = "nur_volle_quartale"
            kinderaerzte = "ja"
            [konten]
            par05 = "4711-05"
            par09 = "4711-09"
            [buchung]
            status = "endgueltig"
            [einwohner]
            verfuegbar_seit = { "2021-11-30" = "2022-01-15", 2020-12-31 = 2021-02-01 }
            [grenzen]
            meldungen_je_code = 1_000
            [[parameter]]
            name = "par09.zuschlag_cent"
            ab = "2025Q1"
            wert = 25_00
            fundstelle = "Beschluss vom 01.12.2024"
            [[parameter]]
            name = "par09.fachgruppen_hausarzt"
            ab = "2025Q2"
            bekannt_ab = 2025-03-01
            wert = ["01", "03"]
            fundstelle = "Beschluss"
            anmerkung = "02 ist ausgelaufen"
        "#;
        let e = gelesen(text).expect("settings");
        assert_eq!(e.auslegungen.rundung, RundungWert(Rundung::Abrunden));
        assert_eq!(e.auslegungen.zeilen()[1].wert, "[99119A, 99120]");
        assert_eq!(e.auslegungen.rueckblick, Rueckblick09::NurVolleQuartale);
        assert_eq!(e.auslegungen.kinderaerzte, JaNein(true));
        assert_eq!(e.auslegungen.zeilen().iter().filter(|zeile| !zeile.vorgabe).count(), 4);
        let konto = |text: &str| Some(text.to_owned());
        let konten = Konten { par05: konto("4711-05"), par06: None, par09: konto("4711-09") };
        assert_eq!((e.konten, e.buchung_status), (konten, Buchungsstatus::Endgueltig));
        let tage: Vec<_> =
            e.verfuegbar_seit.iter().map(|(stand, seit)| format!("{stand} {seit}")).collect();
        assert_eq!(tage, ["2020-12-31 2021-02-01", "2021-11-30 2022-01-15"]);
        assert_eq!(e.meldungen_je_code, 1000);
        for (q, cent, fachgruppen) in [
            ("2024Q4", 20_00, &[1, 2, 3][..]),
            ("2025Q1", 25_00, &[1, 2, 3]),
            ("2025Q2", 25_00, &[1, 3]),
        ] {
            let par09 = e.parameter.regeln(q.parse().expect(q)).expect(q).par09;
            assert_eq!(
                (par09.zuschlag, &*par09.fachgruppen_hausarzt),
                (Cent::neu(cent), fachgruppen)
            );
        }
    }

    #[test]
    fn every_setting_of_the_table_can_be_read_under_its_name() {
        for eintrag in Auslegungen::EINTRAEGE.iter().filter(|eintrag| !eintrag.liste) {
            for (wert, _) in eintrag.werte {
                let e = gelesen(&format!("{} = \"{wert}\"", eintrag.name)).expect(eintrag.name);
                let zeilen = e.auslegungen.zeilen();
                assert!(zeilen.iter().any(|z| z.name == eintrag.name && z.wert == *wert));
            }
        }
    }

    #[test]
    fn errors_name_line_byte_and_what_was_meant() {
        const U: &str = "einstellung_unbekannt";
        const F: &str = "einstellung_ungueltig";
        for (text, stelle, code, grund) in [
            ("[par9]", "1:1", U, "der Abschnitt `par9` ist unbekannt; gemeint ist wohl `par09`"),
            ("[xyzxyz]", "1:1", U, "bekannt sind `konten`, `buchung`, `einwohner`, `grenzen`, "),
            ("par09 = 1", "1:0", F, "`par09` ist ein Abschnitt: erwartet wird eine Zeile [par09]"),
            ("[par09]\nrueckblik = 1", "2:8", U, "gemeint ist wohl `rueckblick`"),
            ("[par05]\nrueckblick = 1", "2:8", U, "gehört nicht in [par05], sondern in [par09]"),
            ("[par06]\nqqqqqq = 1", "2:8", U, "bekannt sind `dienst_zaehlt`, `wechsel`"),
            ("[konten]\npar5 = \"1\"", "2:9", U, "in [konten] `par5` ist unbekannt; gemeint ist"),
            ("[konten]\npar05 = 4711", "2:17", F, "erwartet wird ein Text in Anführungszeichen, "),
            ("[konten]\npar05 = \" \"", "2:17", F, "von 1 bis 200 druckbaren Zeichen"),
            ("[konten]\npar05 = \"a\\nb\"", "2:17", F, "von 1 bis 200 druckbaren Zeichen"),
            (
                "[par05]\nende_anteilig = true",
                "2:24",
                F,
                "Text in Anführungszeichen (`ja`, `nein`), gefunden",
            ),
            ("[par05]\nende_anteilig = \"j\"", "2:24", F, "= `j`: erlaubt sind `ja`, `nein`"),
            ("[par09]\nzeitraum = \"\"", "2:19", F, "= ``: erlaubt ist nur `ab_folgetag`"),
            (
                "[par09]\nkennzeichen_gnr = \"1\"",
                "2:26",
                F,
                "eine Liste von Texten, gefunden ein Text",
            ),
            ("[par09]\nkennzeichen_gnr = [1]", "2:27", F, "gefunden eine ganze Zahl"),
            (
                "[par09]\nkennzeichen_gnr = [\n\"1\",\n\"-\"]",
                "4:33",
                F,
                "= `-`: erwartet wird eine",
            ),
            ("[buchung]\nstatus = \"neu\"", "2:19", F, "sind `vorlaeufig`, `endgueltig`"),
            ("[buchung]\nstats = \"neu\"", "2:10", U, "gemeint ist wohl `status`"),
            ("[grenzen]\nmeldungen_je_code = 0", "2:30", F, "eine ganze Zahl von 1 bis 100000"),
            ("[grenzen]\nmeldungen = 1", "2:10", U, "bekannt sind `meldungen_je_code`"),
            ("[einwohner]\nverfuegbar_seit = 1", "2:30", F, "erwartet wird { \"2021-11-30\" = "),
            (
                "[einwohner.verfuegbar_seit]\n2021 = \"2022-01-15\"",
                "2:28",
                F,
                "`2021`: erwartet wird ein Tag der",
            ),
            ("[einwohner.verfuegbar_seit]\n2021-11-30 = \"\"", "2:41", F, "druckbaren Zeichen"),
            ("[einwohner]\nseit = 1", "2:12", U, "`seit` ist unbekannt"),
            ("[par09]\n\n[par09]", "3:10", F, "der Schlüssel steht doppelt"),
            ("[par09]\nzeitraum = ", "2:19", F, "kein gültiges TOML"),
            ("[par09]\nzeitraum = \"ä", "2:22", F, "kein gültiges TOML"),
        ] {
            let fehler = gelesen(text).expect_err(text);
            assert!(fehler[0].starts_with(&format!("e.toml:{stelle}: {code}: ")), "{fehler:?}");
            assert!(fehler.len() == 1 && fehler[0].contains(grund), "{text}: {fehler:?}");
        }
    }

    #[test]
    fn no_message_shows_what_may_be_a_versicherten_id() {
        for text in [
            "[A123456780]",
            "[par09]\nA123456780 = 1",
            "[par09]\nzeitraum = \"A123456780\"",
            "[par09]\nkennzeichen_gnr = [\"A123456780\"]",
            "[buchung]\nstatus = \"a123 456 780\"",
            "[einwohner.verfuegbar_seit]\nA123456780 = \"2022-01-15\"",
            "[[parameter]]\nname = \"A123456780\"\nab = \"2025Q1\"\nwert = 1\nfundstelle = \"B\"",
            "[[parameter]]\nA123456780 = \"\"",
            "A123456780 = A123456780",
            "A123456780 = \"1\"\nA123456780 = \"1\"",
        ] {
            let fehler = gelesen(text).expect_err(text);
            let gezeigt = fehler.iter().any(|text| text.replace(' ', "").contains("123456780"));
            assert!(!gezeigt, "{fehler:?}");
        }
    }

    #[test]
    fn all_errors_of_a_file_are_told() {
        let fehler =
            gelesen("[par05]\nx = 1\n[grenzen]\nmeldungen_je_code = -1\n[y]\n[[parameter]]\n")
                .expect_err("errors");
        let stellen: Vec<_> =
            fehler.iter().map(|text| text.split(' ').next().unwrap_or("")).collect();
        let parameter = ["e.toml:6:51:"; 4]; // name, ab, wert and fundstelle are missing
        assert_eq!(stellen[..3], ["e.toml:2:8:", "e.toml:4:44:", "e.toml:5:48:"]);
        assert_eq!(stellen[3..], parameter);
    }
}
