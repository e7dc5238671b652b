//! Numbers of the guideline: dated, cited, and nowhere else.
//!
//! Each is a list of Stände in the file of its paragraph; the settings may add Stände. Of those that
//! begin in the same quarter the one with the newest `bekannt_ab` rules.

use std::collections::BTreeMap;
use std::fmt;

use crate::euro::Cent;
use crate::quartal::Quartal;

mod eigene;
mod regeltext;
mod staende;

pub use eigene::{EigenerStand, Standfehler};
pub use regeltext::regeltext;
pub use staende::{Parameterwert, zwei_ziffern};

use staende::{Eintrag, Inhalt};

/// The numbers of § 5 that rule one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Par05 {
    /// Most quarters that a Bewilligung may grant (Abs. 2 Satz 1).
    pub quartale_max: i32,
    /// How many quarters the Vorjahresquartal lies back (Abs. 1 Satz 1, Abs. 3 Satz 1).
    pub vorjahr_quartale: i32,
}

/// The numbers of § 6 that rule one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Par06 {
    /// Amount per full post and quarter, for 1, 2, … physicians (Abs. 2).
    pub saetze: Vec<Cent>,
    /// Duties of one physician in a quarter above which they are reported (brochure).
    pub dienste_ohne_hinweis: u32,
}

/// The numbers of § 9 that rule one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Par09 {
    /// The Fallwertzuschlag (Abs. 3 Satz 1).
    pub zuschlag: Cent,
    /// For how many quarters it is paid (Abs. 3 Satz 1).
    pub zuschlag_quartale: i32,
    /// Length of the window in quarters (Abs. 3 Satz 1).
    pub zeitraum_quartale: i32,
    /// Length of the look-back in quarters (Abs. 3 Satz 2).
    pub rueckblick_quartale: i32,
    /// Inhabitants from which a place is not rural (Abs. 2 Satz 1).
    pub einwohner_grenze: u32,
    /// Land of the AGS: Niedersachsen (Abs. 1).
    pub land: u8,
    /// Age in days of a population figure above which it is questionable (Abs. 2 Satz 2).
    pub einwohner_alter_tage_max: i32,
    /// Fachgruppen (LANR digits 8, 9) of Hausärzte (Abs. 1).
    pub fachgruppen_hausarzt: Vec<u8>,
    /// Fachgruppen of Kinder- und Jugendärzte (Abs. 1).
    pub fachgruppen_kinderarzt: Vec<u8>,
    /// Scheinuntergruppen of Vertreterfälle (Abs. 3 Satz 2).
    pub scheinuntergruppen_vertreter: Vec<u8>,
    /// Scheinuntergruppen of emergencies.
    pub scheinuntergruppen_notfall: Vec<u8>,
}

/// The numbers that rule one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regeln {
    /// § 5
    pub par05: Par05,
    /// § 6
    pub par06: Par06,
    /// § 9
    pub par09: Par09,
}

/// All parameters with their Stände.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    eintraege: Vec<Eintrag>,
}

/// A parameter as it rules a quarter, for texts and the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameterzeile {
    /// `section.key`
    pub name: String,
    /// What it is, in German.
    pub bedeutung: String,
    /// Unit of `wert`.
    pub einheit: String,
    /// The bare value; lists with commas.
    pub wert: String,
    /// The value with its unit as a clerk reads it.
    pub anzeige: String,
    /// First quarter that the value rules.
    pub ab: Quartal,
    /// Last quarter that the value rules, if another is known.
    pub bis: Option<Quartal>,
    /// Where it is written.
    pub fundstelle: String,
    /// Anything that a reader should know.
    pub anmerkung: Option<String>,
    /// Whether it is embedded and not from the settings.
    pub vorgabe: bool,
}

/// A quarter for which not every parameter has a value. The text says why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct KeineRegel {
    quartal: Quartal,
    /// Each reason with the parameters that it concerns.
    gruende: Vec<(String, Vec<String>)>,
    /// First quarter of all parameters: before it there was no guideline.
    beginn: Option<Quartal>,
    /// First quarter for which every parameter has a value.
    erstes: Option<Quartal>,
}

/// How many missing parameters a refusal names; of more it tells the number.
const NAMEN_MAX: usize = 5;

impl fmt::Display for KeineRegel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "für {} gibt es keine Regeln: ", self.quartal)?;
        if let Some(beginn) = self.beginn.filter(|beginn| self.quartal < *beginn) {
            write!(f, "die Strukturfonds-Richtlinie gilt erst ab {beginn}; ")?;
            return f.write_str("bitte das Quartal prüfen");
        }
        for (grund, namen) in &self.gruende {
            let wer = if namen.len() <= NAMEN_MAX {
                namen.join(", ")
            } else {
                format!("{} Parameter", namen.len())
            };
            write!(f, "{grund} ({wer}); ")?;
        }
        if let Some(erstes) = self.erstes {
            write!(f, "Regeln gibt es ab {erstes}; ")?;
        }
        f.write_str(
            "wer die fehlenden Werte belegen kann, trägt jeden in einstellungen.toml als \
             [[parameter]] mit name, ab, wert und fundstelle ein",
        )
    }
}

/// The values that rule a quarter, by name.
struct Werte<'p> {
    parameter: &'p Parameter,
    quartal: Quartal,
    je_name: BTreeMap<&'p str, &'p Parameterwert>,
}

impl Parameter {
    /// Returns the parameters as the guideline has them.
    pub fn eingebaut() -> Self {
        let dateien =
            [include_str!("par05.toml"), include_str!("par06.toml"), include_str!("par09.toml")];
        Self { eintraege: dateien.into_iter().flat_map(staende::lies).collect() }
    }

    /// Returns the numbers that rule `quartal`.
    ///
    /// # Errors
    /// [`KeineRegel`] if a parameter has no value for it: none is ever guessed.
    pub fn regeln(&self, quartal: Quartal) -> Result<Regeln, KeineRegel> {
        let werte = self.werte(quartal)?;
        Ok(Regeln {
            par05: Par05 {
                quartale_max: werte.zahl("par05.quartale_max")?,
                vorjahr_quartale: werte.zahl("par05.vorjahr_quartale")?,
            },
            par06: Par06 {
                saetze: werte.zahlen("par06.saetze_cent")?.into_iter().map(Cent::neu).collect(),
                dienste_ohne_hinweis: werte.zahl("par06.dienste_ohne_hinweis")?,
            },
            par09: Par09 {
                zuschlag: Cent::neu(werte.zahl("par09.zuschlag_cent")?),
                zuschlag_quartale: werte.zahl("par09.zuschlag_quartale")?,
                zeitraum_quartale: werte.zahl("par09.zeitraum_quartale")?,
                rueckblick_quartale: werte.zahl(RUECKBLICK)?,
                einwohner_grenze: werte.zahl("par09.einwohner_grenze")?,
                land: werte.zahl("par09.land")?,
                einwohner_alter_tage_max: werte.zahl("par09.einwohner_alter_tage_max")?,
                fachgruppen_hausarzt: werte.zahlen("par09.fachgruppen_hausarzt")?,
                fachgruppen_kinderarzt: werte.zahlen("par09.fachgruppen_kinderarzt")?,
                scheinuntergruppen_vertreter: werte.zahlen("par09.scheinuntergruppen_vertreter")?,
                scheinuntergruppen_notfall: werte.zahlen("par09.scheinuntergruppen_notfall")?,
            },
        })
    }

    /// Returns every parameter that has a value for `quartal`, in the order of the paragraphs.
    pub fn zeilen(&self, quartal: Quartal) -> Vec<Parameterzeile> {
        let zeile = |eintrag: &Eintrag| {
            let (stand, bis) = eintrag.am(quartal)?;
            let wert = stand.wert()?;
            Some(Parameterzeile {
                name: eintrag.name.clone(),
                bedeutung: eintrag.bedeutung.clone(),
                einheit: eintrag.einheit.clone(),
                wert: wert.to_string(),
                anzeige: wert.anzeige(&eintrag.einheit),
                ab: stand.ab,
                bis,
                fundstelle: stand.fundstelle.clone(),
                anmerkung: stand.anmerkung.clone(),
                vorgabe: !stand.eigener,
            })
        };
        self.eintraege.iter().filter_map(zeile).collect()
    }

    /// Returns the BLAKE3 hash (hex) of all names and values that rule `quartal`: equal exactly if
    /// the same numbers rule.
    pub fn hash(&self, quartal: Quartal) -> String {
        let zeilen = self.zeilen(quartal);
        let zeilen: Vec<_> = zeilen.iter().map(|z| format!("{}={}", z.name, z.wert)).collect();
        blake3::hash(zeilen.join("\n").as_bytes()).to_hex().to_string()
    }

    fn werte(&self, quartal: Quartal) -> Result<Werte<'_>, KeineRegel> {
        let mut gruende: Vec<(String, Vec<String>)> = Vec::new();
        let mut je_name = BTreeMap::new();
        for eintrag in &self.eintraege {
            let grund = match eintrag.am(quartal).map(|(stand, _)| &stand.inhalt) {
                Some(Inhalt::Wert(wert)) => {
                    je_name.insert(&*eintrag.name, wert);
                    continue;
                }
                Some(Inhalt::NichtVerfuegbar(grund)) => grund,
                None => "kein Wert",
            };
            match gruende.iter_mut().find(|(anderer, _)| anderer == grund) {
                Some((_, namen)) => namen.push(eintrag.name.clone()),
                None => gruende.push((grund.to_owned(), vec![eintrag.name.clone()])),
            }
        }
        if gruende.is_empty() {
            return Ok(Werte { parameter: self, quartal, je_name });
        }
        Err(self.keine_regel(quartal, gruende))
    }

    fn keine_regel(&self, quartal: Quartal, gruende: Vec<(String, Vec<String>)>) -> KeineRegel {
        let staende = || self.eintraege.iter().flat_map(|eintrag| &eintrag.staende);
        let mut anfaenge: Vec<_> = staende().map(|stand| stand.ab).collect();
        anfaenge.sort_unstable();
        let vollstaendig = |ab: &&Quartal| self.eintraege.iter().all(|e| e.wert(**ab).is_some());
        KeineRegel {
            quartal,
            gruende,
            beginn: anfaenge.first().copied(),
            erstes: anfaenge.iter().find(vollstaendig).copied(),
        }
    }
}

const RUECKBLICK: &str = "par09.rueckblick_quartale";

impl Werte<'_> {
    /// Returns the numbers of a parameter. A missing one or one that does not fit is a refusal,
    /// never a zero.
    fn zahlen<T: TryFrom<i64>>(&self, name: &str) -> Result<Vec<T>, KeineRegel> {
        let zahlen = self.je_name.get(name).map(|wert| wert.zahlen()).unwrap_or_default();
        let passend: Result<Vec<T>, _> = zahlen.into_iter().map(T::try_from).collect();
        passend.ok().filter(|liste| !liste.is_empty()).ok_or_else(|| {
            let gruende = vec![("kein brauchbarer Wert".to_owned(), vec![name.to_owned()])];
            self.parameter.keine_regel(self.quartal, gruende)
        })
    }

    /// Returns the number of a parameter that has one.
    fn zahl<T: TryFrom<i64> + Copy>(&self, name: &str) -> Result<T, KeineRegel> {
        self.zahlen(name).map(|zahlen| zahlen[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quartal(text: &str) -> Quartal {
        text.parse().expect(text)
    }

    #[test]
    fn every_embedded_parameter_is_read_and_named_once() {
        let parameter = Parameter::eingebaut();
        let namen: Vec<_> = parameter.eintraege.iter().map(|e| &*e.name).collect();
        assert_eq!(namen.len(), 15);
        assert_eq!(namen.iter().collect::<std::collections::BTreeSet<_>>().len(), 15);
        for eintrag in &parameter.eintraege {
            for wert in eintrag.werte() {
                assert_eq!(eigene::passt(eintrag, wert), Ok(()), "{}", eintrag.name);
            }
            let gleiche = eintrag.staende.windows(2).find(|paar| paar[0].ab == paar[1].ab);
            assert_eq!(gleiche, None, "two Stände of {} rule the same quarters", eintrag.name);
        }
    }

    #[test]
    fn every_quarter_has_one_value_for_each_parameter_or_a_reason_for_each() {
        let parameter = Parameter::eingebaut();
        for q in quartal("2014Q2").bis(quartal("2030Q4")) {
            for eintrag in &parameter.eintraege {
                let (stand, bis) = eintrag.am(q).expect(&eintrag.name);
                assert!(stand.ab <= q && bis.is_none_or(|bis| q <= bis), "{q} {}", eintrag.name);
                let erwartet = if q < quartal("2023Q1") {
                    let ohne_par06 = eintrag.name.starts_with("par06") && q < quartal("2017Q1");
                    Err(if ohne_par06 { "§ 6 gilt erst" } else { "Die Werte der vor dem" })
                } else {
                    Ok(())
                };
                match (&stand.inhalt, erwartet) {
                    (Inhalt::Wert(_), Ok(())) => assert!(
                        stand.fundstelle.contains('§') || stand.fundstelle.contains("Broschüre")
                    ),
                    (Inhalt::NichtVerfuegbar(grund), Err(anfang)) => {
                        assert!(grund.starts_with(anfang), "{q} {} {grund}", eintrag.name);
                    }
                    (inhalt, erwartet) => panic!("{q} {}: {inhalt:?} {erwartet:?}", eintrag.name),
                }
            }
            assert_eq!(parameter.regeln(q).is_ok(), quartal("2023Q1") <= q, "{q}");
            assert_eq!(parameter.zeilen(q).len(), if q < quartal("2023Q1") { 0 } else { 15 });
        }
    }

    #[test]
    fn the_guideline_of_2023_has_these_numbers() {
        assert_eq!(
            Parameter::eingebaut().regeln(quartal("2024Q1")),
            Ok(Regeln {
                par05: Par05 { quartale_max: 8, vorjahr_quartale: 4 },
                par06: Par06 {
                    saetze: [
                        21_500, 10_250, 6_500, 4_625, 3_500, 2_750, 2_215, 1_813, 1_500, 1_250
                    ]
                    .map(|euro| Cent::neu(euro * 100))
                    .to_vec(),
                    dienste_ohne_hinweis: 4,
                },
                par09: Par09 {
                    zuschlag: Cent::neu(20_00),
                    zuschlag_quartale: 2,
                    zeitraum_quartale: 4,
                    rueckblick_quartale: 4,
                    einwohner_grenze: 50_000,
                    land: 3,
                    einwohner_alter_tage_max: 400,
                    fachgruppen_hausarzt: vec![1, 2, 3],
                    fachgruppen_kinderarzt: vec![34],
                    scheinuntergruppen_vertreter: vec![32, 42],
                    scheinuntergruppen_notfall: vec![41, 43, 44, 45, 46],
                },
            })
        );
    }

    /// A check on the transcription, not a rule: all ten rows are ceil(22500 / n) − 1000 euros.
    #[test]
    fn the_table_of_paragraph_6_is_complete_disjoint_and_transcribed_well() {
        let saetze = Parameter::eingebaut().regeln(quartal("2023Q1")).expect("regeln").par06.saetze;
        let erwartet: Vec<_> =
            (1..=10).map(|n: i64| Cent::neu((22_500 + n - 1) / n * 100 - 1000_00)).collect();
        assert_eq!(saetze, erwartet);
        assert!(saetze.windows(2).all(|paar| paar[1] < paar[0]));
    }

    #[test]
    fn a_refused_quarter_says_why_and_what_to_do() {
        let rat = "wer die fehlenden Werte belegen kann, trägt jeden in einstellungen.toml als \
                   [[parameter]] mit name, ab, wert und fundstelle ein";
        let alt = "Die Werte der vor dem 15.12.2022 geltenden Fassungen liegen nicht vor";
        let par06 = "§ 6 gilt erst ab 01.01.2017 (§ 13 Satz 2) (par06.saetze_cent, \
                     par06.dienste_ohne_hinweis)";
        for (q, text) in [
            (
                "2014Q1",
                "die Strukturfonds-Richtlinie gilt erst ab 2014Q2; bitte das Quartal prüfen"
                    .to_owned(),
            ),
            ("2014Q2", format!("{alt} (13 Parameter); {par06}; Regeln gibt es ab 2023Q1; {rat}")),
            ("2016Q4", format!("{alt} (13 Parameter); {par06}; Regeln gibt es ab 2023Q1; {rat}")),
            ("2017Q1", format!("{alt} (15 Parameter); Regeln gibt es ab 2023Q1; {rat}")),
            ("2022Q4", format!("{alt} (15 Parameter); Regeln gibt es ab 2023Q1; {rat}")),
        ] {
            let fehler = Parameter::eingebaut().regeln(quartal(q)).expect_err(q);
            assert_eq!(fehler.to_string(), format!("für {q} gibt es keine Regeln: {text}"));
        }
    }

    #[test]
    fn a_lost_parameter_refuses_every_quarter() {
        for name in ["par05.quartale_max", "par06.saetze_cent", "par09.land"] {
            let mut parameter = Parameter::eingebaut();
            parameter.eintraege.retain(|eintrag| eintrag.name != name);
            let fehler = parameter.regeln(quartal("2024Q1")).expect_err(name).to_string();
            assert!(fehler.contains(&format!("kein brauchbarer Wert ({name})")), "{fehler}");
        }
    }
}
