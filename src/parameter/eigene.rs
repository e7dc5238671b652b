//! Stände that the settings add to the embedded ones.

use super::Parameter;
use super::staende::{Eintrag, Inhalt, Parameterwert, Stand};
use crate::kennung::gezeigt;
use crate::meldung::naechster_name;
use crate::quartal::{Quartal, Tag};

/// A Stand that the settings add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EigenerStand {
    /// The parameter's name.
    pub name: String,
    /// First quarter that it rules.
    pub ab: Quartal,
    /// Day since which it is known: the newest of equal `ab` rules.
    pub bekannt_ab: Option<Tag>,
    /// The value, in the parameter's unit.
    pub wert: Parameterwert,
    /// Where it is written.
    pub fundstelle: String,
    /// Anything that a reader should know.
    pub anmerkung: Option<String>,
}

/// Why a Stand of the settings is refused, in German.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Standfehler {
    /// There is no such parameter.
    #[error("{0}")]
    Name(String),
    /// It begins before the guideline, or collides with another Stand.
    #[error("{0}")]
    Ab(String),
    /// The value has the wrong form or lies outside the parameter's bounds.
    #[error("{0}")]
    Wert(String),
}

impl Parameter {
    /// Adds a Stand. One that repeats another is accepted and changes nothing.
    ///
    /// # Errors
    /// [`Standfehler`] if the name is unknown, if the value does not fit the parameter, if it begins
    /// before the guideline, or if another value is known since the same day for the same quarter.
    pub fn ergaenze(&mut self, eigener: EigenerStand) -> Result<(), Standfehler> {
        let Some(eintrag) = self.eintraege.iter_mut().find(|e| e.name == eigener.name) else {
            let namen = self.eintraege.iter().map(|e| &*e.name);
            let rat = naechster_name(&eigener.name, namen)
                .map_or_else(String::new, |name| format!("; gemeint ist wohl `{name}`"));
            let text = format!("der Parameter `{}` ist unbekannt{rat}", gezeigt(&eigener.name));
            return Err(Standfehler::Name(text));
        };
        passt(eintrag, &eigener.wert)?;
        let EigenerStand { name, ab, bekannt_ab, wert, fundstelle, anmerkung } = eigener;
        if let Some(beginn) = eintrag.staende.first().map(|s| s.ab).filter(|beginn| ab < *beginn) {
            let text = format!("`{name}` ab {ab}: die Richtlinie gilt erst ab {beginn}");
            return Err(Standfehler::Ab(text));
        }
        let gleich = |s: &&Stand| (s.ab, s.bekannt_ab) == (ab, bekannt_ab);
        if let Some(anderer) = eintrag.staende.iter().filter(gleich).find_map(Stand::wert) {
            if *anderer == wert {
                return Ok(());
            }
            return Err(Standfehler::Ab(format!(
                "`{name}` hat ab {ab} schon den Wert {anderer}, nun auch {wert}; wer einen Wert \
                 berichtigt, gibt mit bekannt_ab an, seit wann der neue bekannt ist"
            )));
        }
        let inhalt = Inhalt::Wert(wert);
        eintrag.ergaenze(Stand { ab, bekannt_ab, inhalt, fundstelle, anmerkung, eigener: true });
        Ok(())
    }
}

/// Tells whether `wert` has the parameter's form and lies within its bounds.
pub(super) fn passt(eintrag: &Eintrag, wert: &Parameterwert) -> Result<(), Standfehler> {
    let Eintrag { name, grenzen: (min, max), .. } = eintrag;
    let muster = eintrag.werte().next().filter(|muster| !muster.hat_form_von(wert));
    if let Some(muster) = muster {
        let text = format!("`{name}` = {wert}: erwartet wird {}", muster.form());
        return Err(Standfehler::Wert(text));
    }
    let zahlen = wert.zahlen();
    if zahlen.is_empty() {
        return Err(Standfehler::Wert(format!("`{name}`: die Liste ist leer")));
    }
    match zahlen.iter().find(|zahl| **zahl < *min || *max < **zahl) {
        Some(zahl) => Err(Standfehler::Wert(format!(
            "`{name}`: {zahl} liegt nicht zwischen {min} und {max} ({})",
            eintrag.einheit
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::euro::Cent;

    fn quartal(text: &str) -> Quartal {
        text.parse().expect(text)
    }

    fn stand(name: &str, ab: &str, bekannt_ab: &str, wert: Parameterwert) -> EigenerStand {
        EigenerStand {
            name: name.to_owned(),
            ab: quartal(ab),
            bekannt_ab: bekannt_ab.parse().ok(),
            wert,
            fundstelle: "Beschluss".to_owned(),
            anmerkung: None,
        }
    }

    fn zuschlag(ab: &str, bekannt_ab: &str, cent: i64) -> EigenerStand {
        stand("par09.zuschlag_cent", ab, bekannt_ab, Parameterwert::Zahl(cent))
    }

    #[test]
    fn a_later_value_rules_from_its_quarter_on_and_not_before() {
        let mut parameter = Parameter::eingebaut();
        let hash = |p: &Parameter, q: &str| p.hash(quartal(q));
        let vorher = hash(&parameter, "2025Q1");
        assert_eq!(parameter.ergaenze(zuschlag("2025Q1", "", 25_00)), Ok(()));
        for (q, cent) in
            [("2023Q1", 20_00), ("2024Q4", 20_00), ("2025Q1", 25_00), ("2030Q4", 25_00)]
        {
            let regeln = parameter.regeln(quartal(q)).expect(q);
            assert_eq!(regeln.par09.zuschlag, Cent::neu(cent), "{q}");
            assert_eq!(hash(&parameter, q) == vorher, cent == 20_00, "{q}");
        }
        let zeile = |q: &str| {
            let zeilen = parameter.zeilen(quartal(q));
            let z = zeilen.into_iter().find(|z| z.name == "par09.zuschlag_cent").expect(q);
            (z.wert, z.ab.to_string(), z.bis.map(|bis| bis.to_string()), z.vorgabe)
        };
        let bis = Some("2024Q4".to_owned());
        assert_eq!(zeile("2024Q4"), ("2000".to_owned(), "2023Q1".to_owned(), bis, true));
        assert_eq!(zeile("2025Q1"), ("2500".to_owned(), "2025Q1".to_owned(), None, false));
    }

    #[test]
    fn of_equal_quarters_the_newest_known_value_rules_and_equally_old_ones_collide() {
        let mut parameter = Parameter::eingebaut();
        for (ab, bekannt_ab, cent, ergebnis, gilt) in [
            ("2023Q1", "", 20_00, Ok(()), 20_00),
            ("2023Q1", "", 25_00, Err("den Wert 2000, nun auch 2500"), 20_00),
            ("2023Q1", "2024-05-02", 25_00, Ok(()), 25_00),
            ("2023Q1", "2024-05-02", 25_00, Ok(()), 25_00),
            ("2023Q1", "2024-05-02", 26_00, Err("den Wert 2500, nun auch 2600"), 25_00),
            ("2023Q1", "2024-05-01", 26_00, Ok(()), 25_00),
            ("2023Q1", "2024-05-03", 27_00, Ok(()), 27_00),
            ("2014Q1", "2024-05-03", 27_00, Err("gilt erst ab 2014Q2"), 27_00),
        ] {
            let fehler = parameter.ergaenze(zuschlag(ab, bekannt_ab, cent)).err();
            match (fehler, ergebnis) {
                (None, Ok(())) => {}
                (Some(Standfehler::Ab(text)), Err(teil)) => assert!(text.contains(teil), "{text}"),
                andere => panic!("{ab} {bekannt_ab} {cent}: {andere:?}"),
            }
            let regeln = parameter.regeln(quartal("2024Q1")).expect("regeln");
            assert_eq!(regeln.par09.zuschlag, Cent::neu(gilt), "{ab} {bekannt_ab} {cent}");
        }
    }

    #[test]
    fn a_value_fills_the_place_of_not_available() {
        let mut parameter = Parameter::eingebaut();
        assert_eq!(parameter.ergaenze(zuschlag("2014Q2", "", 20_00)), Ok(()));
        let fehler = parameter.regeln(quartal("2022Q4")).expect_err("14 are missing").to_string();
        assert!(fehler.contains("(14 Parameter)"), "{fehler}");
        let alle: Vec<_> = parameter
            .eintraege
            .iter()
            .filter_map(|e| Some(stand(&e.name, "2022Q1", "", e.wert(quartal("2023Q1"))?.clone())))
            .collect();
        for eigener in alle {
            assert_eq!(parameter.ergaenze(eigener), Ok(()));
        }
        assert_eq!(parameter.regeln(quartal("2022Q4")), parameter.regeln(quartal("2023Q1")));
        let fehler = parameter.regeln(quartal("2021Q4")).expect_err("2021Q4").to_string();
        assert!(fehler.contains("Regeln gibt es ab 2022Q1"), "{fehler}");
    }

    #[test]
    fn the_bounds_themselves_are_values() {
        for (name, min, max) in
            [("par09.zuschlag_cent", 0, 100_000_000), ("par09.zeitraum_quartale", 1, 40)]
        {
            for (wert, passt) in [(min - 1, false), (min, true), (max, true), (max + 1, false)] {
                let eigener = stand(name, "2025Q1", "", Parameterwert::Zahl(wert));
                let ergebnis = Parameter::eingebaut().ergaenze(eigener);
                assert_eq!(ergebnis.is_ok(), passt, "{name} = {wert}");
            }
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused() {
        use Parameterwert::{Kennziffer, Kennziffern, Zahl, Zahlen};
        for (name, wert, text) in [
            ("par09.zuschlag", Zahl(1), "unbekannt; gemeint ist wohl `par09.zuschlag_cent`"),
            ("voellig_anders", Zahl(1), "der Parameter `voellig_anders` ist unbekannt"),
            ("par09.zuschlag_cent", Zahlen(vec![1]), "erwartet wird eine ganze Zahl"),
            ("par09.zuschlag_cent", Zahl(-1), "-1 liegt nicht zwischen 0 und 100000000 (Cent)"),
            ("par09.zeitraum_quartale", Zahl(0), "0 liegt nicht zwischen 1 und 40 (Quartale)"),
            ("par09.land", Zahl(3), "erwartet wird zwei Ziffern in Anführungszeichen"),
            ("par09.land", Kennziffer(17), "17 liegt nicht zwischen 1 und 16 (Land)"),
            ("par06.saetze_cent", Zahlen(vec![]), "die Liste ist leer"),
            ("par06.saetze_cent", Zahlen(vec![1, -1]), "-1 liegt nicht zwischen"),
            ("par09.fachgruppen_hausarzt", Kennziffern(vec![]), "die Liste ist leer"),
        ] {
            let mut parameter = Parameter::eingebaut();
            let fehler = parameter.ergaenze(stand(name, "2025Q1", "", wert)).expect_err(name);
            assert!(fehler.to_string().contains(text), "{fehler}");
            assert_eq!(parameter, Parameter::eingebaut());
        }
    }
}
