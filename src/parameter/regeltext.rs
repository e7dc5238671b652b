//! What `rules` prints: every number and every Auslegung in force in a quarter, with its source.

use super::{KeineRegel, Parameter, Parameterzeile};
use crate::auslegung::{Auslegungen, Auslegungszeile};
use crate::quartal::Quartal;

/// Width of the text, and where values and explanations begin.
const BREITE: usize = 100;
const WERTSPALTE: usize = 44;
const EINZUG: usize = 4;

/// Returns the German text of all parameters and Auslegungen that rule `quartal`.
///
/// # Errors
/// [`KeineRegel`] if the numbers of that quarter are not known.
pub fn regeltext(
    quartal: Quartal,
    parameter: &Parameter,
    auslegungen: &Auslegungen,
) -> Result<String, KeineRegel> {
    parameter.regeln(quartal)?;
    let mut text = vec![format!("Regeln für das Quartal {quartal}"), String::new()];
    text.push("Parameter".to_owned());
    for zeile in parameter.zeilen(quartal) {
        parameterblock(&mut text, &zeile);
    }
    text.extend([String::new(), "Auslegungen".to_owned()]);
    for (zeile, eintrag) in auslegungen.zeilen().iter().zip(Auslegungen::EINTRAEGE) {
        let namen = eintrag.werte.iter().map(|(name, _)| *name);
        let andere: Vec<_> = namen.filter(|name| *name != zeile.wert && !eintrag.liste).collect();
        auslegungsblock(&mut text, zeile, &andere);
    }
    text.extend([String::new(), "Prüfsummen (BLAKE3) der Namen und Werte".to_owned()]);
    spalten(&mut text, "Parameter", &parameter.hash(quartal), 32);
    spalten(&mut text, "Auslegungen", &auslegungen.hash(), 32);
    text.push(String::new());
    Ok(text.join("\n"))
}

fn parameterblock(text: &mut Vec<String>, zeile: &Parameterzeile) {
    text.push(String::new());
    spalten(text, &zeile.name, &zeile.anzeige, WERTSPALTE);
    absatz(text, &format!("{}.", zeile.bedeutung));
    let bis = zeile.bis.map_or_else(String::new, |bis| format!(" bis {bis}"));
    let herkunft = if zeile.vorgabe { "" } else { " (aus den Einstellungen)" };
    absatz(text, &format!("Gilt ab {}{bis}{herkunft}: {}", zeile.ab, zeile.fundstelle));
    if let Some(anmerkung) = &zeile.anmerkung {
        absatz(text, &format!("Anmerkung: {anmerkung}"));
    }
}

fn auslegungsblock(text: &mut Vec<String>, zeile: &Auslegungszeile, andere: &[&str]) {
    text.push(String::new());
    let herkunft = if zeile.vorgabe { "Vorgabe" } else { "aus den Einstellungen" };
    spalten(text, zeile.name, &format!("{} ({herkunft})", zeile.wert), WERTSPALTE);
    absatz(text, zeile.frage);
    absatz(text, zeile.bedeutung);
    if !andere.is_empty() {
        absatz(text, &format!("Andere Werte: {}", andere.join(", ")));
    }
    absatz(text, &format!("Fundstelle: {}", zeile.fundstelle));
}

/// Writes a name and, from `spalte` on, its value in as many lines as it needs.
fn spalten(text: &mut Vec<String>, name: &str, wert: &str, spalte: usize) {
    let mut links = name;
    for zeile in umbrochen(wert, BREITE - spalte) {
        text.push(format!("{links:spalte$}{zeile}"));
        links = "";
    }
}

/// Writes an indented paragraph.
fn absatz(text: &mut Vec<String>, inhalt: &str) {
    for zeile in umbrochen(inhalt, BREITE - EINZUG) {
        text.push(format!("{:EINZUG$}{zeile}", ""));
    }
}

/// Returns the lines of `text`, broken at blanks; a longer word stands alone.
fn umbrochen(text: &str, breite: usize) -> Vec<String> {
    let mut zeilen = vec![String::new()];
    for wort in text.split(' ') {
        if let Some(zeile) = zeilen.last_mut() {
            if zeile.is_empty() {
                zeile.push_str(wort);
            } else if zeile.chars().count() + 1 + wort.chars().count() <= breite {
                zeile.push(' ');
                zeile.push_str(wort);
            } else {
                zeilen.push(wort.to_owned());
            }
        }
    }
    zeilen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::{EigenerStand, Parameterwert};

    fn quartal(text: &str) -> Quartal {
        text.parse().expect(text)
    }

    #[test]
    fn the_text_names_value_validity_and_source_within_its_width() {
        let mut parameter = Parameter::eingebaut();
        let eigener = EigenerStand {
            name: "par09.zuschlag_cent".to_owned(),
            ab: quartal("2025Q1"),
            bekannt_ab: None,
            wert: Parameterwert::Zahl(25_00),
            fundstelle: "Beschluss vom 01.12.2024".to_owned(),
            anmerkung: None,
        };
        assert_eq!(parameter.ergaenze(eigener), Ok(()));
        let mut auslegungen = Auslegungen::default();
        let eintrag = &Auslegungen::EINTRAEGE[5];
        assert_eq!(eintrag.setze(&mut auslegungen, &["zulassen"]), Ok(()));
        let text = |q: &str| regeltext(quartal(q), &parameter, &auslegungen).expect(q);
        for (q, block) in [
            (
                "2024Q4",
                "par06.saetze_cent                           21.500,00; 10.250,00; 6.500,00; \
                 4.625,00; 3.500,00;
                                            2.750,00; 2.215,00; 1.813,00; 1.500,00; 1.250,00 EUR
",
            ),
            (
                "2024Q4",
                "par09.zuschlag_cent                         20,00 EUR
    Fallwertzuschlag je übernommenem Patienten und Quartal.
    Gilt ab 2023Q1 bis 2024Q4: § 9 Abs. 3 Satz 1, Richtlinie i. d. F. vom 19.11.2022, in Kraft
    15.12.2022
",
            ),
            (
                "2025Q1",
                "par09.zuschlag_cent                         25,00 EUR
    Fallwertzuschlag je übernommenem Patienten und Quartal.
    Gilt ab 2025Q1 (aus den Einstellungen): Beschluss vom 01.12.2024
",
            ),
            (
                "2025Q1",
                "par09.notfaelle                             zulassen (aus den Einstellungen)
    Kann ein Notfall die Übernahme der hausärztlichen Versorgung sein?
    Notfälle sind zugelassen.
    Andere Werte: ausgenommen
    Fundstelle: § 9 Abs. 3 Satz 2
",
            ),
        ] {
            let text = text(q);
            assert!(text.contains(block), "{q}: {text}");
            assert!(text.lines().all(|zeile| zeile.chars().count() <= BREITE));
        }
    }

    #[test]
    fn a_quarter_without_rules_has_no_text() {
        let fehler = regeltext(quartal("2022Q4"), &Parameter::eingebaut(), &Auslegungen::default());
        assert_eq!(fehler.err(), Parameter::eingebaut().regeln(quartal("2022Q4")).err());
    }
}
