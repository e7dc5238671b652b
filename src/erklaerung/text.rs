//! Plain text of an explanation: headings, wrapped lines, conditions, exact quotients.

use rust_decimal::Decimal;

use crate::auslegung::Wert;
use crate::ergebnis::{Ergebnis, Gruende, Grund};
use crate::euro::{Cent, anteil_tage_text};
use crate::quartal::Tag;

/// Widest line, in characters.
const BREITE: usize = 100;

/// An explanation that is being written.
#[derive(Debug, Default)]
pub(crate) struct Text(String);

impl Text {
    /// Begins with a title.
    pub(crate) fn neu(titel: &str) -> Self {
        let mut text = Self::default();
        text.umbrochen(titel, "", "  ");
        text
    }

    /// Begins a section.
    pub(crate) fn abschnitt(&mut self, name: &str) {
        self.0.push('\n');
        self.umbrochen(name, "", "  ");
    }

    /// Adds a statement.
    pub(crate) fn zeile(&mut self, zeile: &str) {
        self.umbrochen(zeile, "  ", "    ");
    }

    /// Adds a condition of the table: its outcome, and the fact that it rests on. `ungeprueft` is
    /// the reason why it was not examined.
    pub(crate) fn bedingung<G: Grund>(
        &mut self,
        gruende: Gruende<G>,
        grund: G,
        frage: &str,
        ungeprueft: Option<&str>,
        tatsache: &str,
    ) {
        let nummer = (grund.platz() + 1).to_string();
        self.bedingung_nummer(&nummer, gruende, grund, frage, ungeprueft, tatsache);
    }

    /// Adds a condition whose number in the table is not its place in the catalogue.
    pub(crate) fn bedingung_nummer<G: Grund>(
        &mut self,
        nummer: &str,
        gruende: Gruende<G>,
        grund: G,
        frage: &str,
        ungeprueft: Option<&str>,
        tatsache: &str,
    ) {
        let ausgang = match ungeprueft {
            Some(weil) => format!("nicht geprüft, weil {weil}."),
            None if gruende.enthaelt(grund) => format!("trifft zu: {tatsache}"),
            None => format!("trifft nicht zu: {tatsache}"),
        };
        let (code, stelle) = (grund.code(), grund.fundstelle());
        self.umbrochen(&format!("{nummer}. {frage} ({stelle}; {code})"), "  ", "     ");
        self.umbrochen(&ausgang, "     ", "     ");
    }

    /// Adds an Auslegung that was used.
    pub(crate) fn auslegung(&mut self, name: &str, wert: impl Wert, stelle: &str) {
        self.zeile(&format!("{name} = {} ({stelle})", wert.name()));
    }

    /// Adds outcome, reasons and amount.
    pub(crate) fn ergebnis<G: Grund>(&mut self, gruende: Gruende<G>, betrag: Cent) {
        self.abschnitt("Ergebnis");
        let ergebnis = match gruende.ergebnis() {
            Ergebnis::Bewilligt => format!("Bewilligt: {}.", betrag.deutsch()),
            Ergebnis::Abgelehnt => "Abgelehnt: 0,00 EUR.".to_owned(),
            Ergebnis::Klaerfall => {
                "Klärfall: Ein Mensch muss entscheiden; bis dahin 0,00 EUR.".to_owned()
            }
        };
        self.zeile(&ergebnis);
        if let Some(grund) = gruende.grund() {
            self.zeile(&format!("Maßgeblicher Grund: {} ({})", grund.code(), grund.fundstelle()));
            let alle: Vec<_> = gruende.alle().map(G::code).collect();
            self.zeile(&format!("Alle Gründe: {}", alle.join(", ")));
        }
    }

    /// Adds what is to be found out: a request per reason. Nothing for a refused case: no clerk
    /// researches that.
    pub(crate) fn klaerung<G: Grund>(&mut self, gruende: Gruende<G>, auftraege: Vec<String>) {
        if gruende.ergebnis() != Ergebnis::Klaerfall {
            return;
        }
        self.abschnitt("Zu klären");
        for auftrag in auftraege {
            self.zeile(&format!("- {auftrag}"));
        }
    }

    /// Adds an id, which is never broken.
    pub(crate) fn kennung(&mut self, id: &str) {
        self.0.push_str("      ");
        self.0.push_str(id);
        self.0.push('\n');
    }

    /// Returns the text.
    pub(crate) fn fertig(self) -> String {
        self.0
    }

    fn umbrochen(&mut self, zeile: &str, einzug: &str, folgeeinzug: &str) {
        let mut laenge = einzug.chars().count();
        self.0.push_str(einzug);
        for (i, wort) in zeile.split(' ').enumerate() {
            let wortlaenge = wort.chars().count();
            if i != 0 && BREITE < laenge + 1 + wortlaenge {
                self.0.push('\n');
                self.0.push_str(folgeeinzug);
                laenge = folgeeinzug.chars().count();
            } else if i != 0 {
                self.0.push(' ');
                laenge += 1;
            }
            self.0.push_str(wort);
            laenge += wortlaenge;
        }
        self.0.push('\n');
    }
}

/// Returns a decimal as German texts write it, without trailing zeros.
pub(crate) fn dezimal(wert: Decimal) -> String {
    anteil_tage_text(wert).replace('.', ",")
}

/// Returns a period with the number of its days.
pub(crate) fn tage_text((von, bis): (Tag, Tag)) -> String {
    if von == bis {
        return format!("{} (1 Tag)", von.deutsch());
    }
    format!("{} bis {} ({} Tage)", von.deutsch(), bis.deutsch(), bis.seit(von) + 1)
}

/// Returns `betrag × anteil_tage / tage` in euros before rounding: exact, or cut after the eighth
/// decimal and marked with `…`. `None` if it is no possible amount.
pub(crate) fn ungerundet(betrag: Cent, anteil_tage: Decimal, tage: i32) -> Option<String> {
    let skala = 10_i128.checked_pow(anteil_tage.scale())?;
    let zaehler = i128::from(betrag.cent()).checked_mul(anteil_tage.mantissa())?;
    let nenner = skala.checked_mul(i128::from(tage))?.checked_mul(100).filter(|n| 0 < *n)?;
    let vorzeichen = if zaehler < 0 { "-" } else { "" };
    let (zaehler, nenner) = (zaehler.unsigned_abs(), nenner.unsigned_abs());
    let euro = i64::try_from(zaehler / nenner).ok()?.checked_mul(100)?;
    let mut text = Cent::neu(euro).deutsch().trim_end_matches("00 EUR").to_owned();
    let mut rest = zaehler % nenner;
    for stelle in 0..8 {
        if rest == 0 && 2 <= stelle {
            break;
        }
        rest = rest.checked_mul(10)?;
        text.push_str(&(rest / nenner).to_string());
        rest %= nenner;
    }
    Some(format!("{vorzeichen}{text}{} EUR", if rest == 0 { "" } else { "…" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unrounded_amounts_are_exact_or_say_that_they_go_on() {
        for (betrag, anteil_tage, tage, erwartet) in [
            ("71484.00", "46", 91, "36.134,76923076… EUR"),
            ("71484.30", "5.5", 90, "4.368,485 EUR"),
            ("6500.00", "91", 91, "6.500,00 EUR"),
            ("0.00", "0", 91, "0,00 EUR"),
            ("-0.01", "1", 2, "-0,005 EUR"),
            ("21500.00", "1", 91, "236,26373626… EUR"),
        ] {
            let betrag: Cent = betrag.parse().expect("Betrag");
            let anteil_tage: Decimal = anteil_tage.parse().expect("Dezimalzahl");
            assert_eq!(ungerundet(betrag, anteil_tage, tage).as_deref(), Some(erwartet));
        }
        assert_eq!(ungerundet(Cent::neu(1), Decimal::MAX, 0), None);
        assert_eq!(dezimal("0.750".parse().expect("Dezimalzahl")), "0,75");
    }

    #[test]
    fn lines_are_wrapped_between_words() {
        let mut text = Text::neu("Titel");
        text.abschnitt("Sachverhalt");
        text.zeile(&"fünf ".repeat(25));
        let text = text.fertig();
        assert!(text.starts_with("Titel\n\nSachverhalt\n  fünf fünf"), "{text}");
        assert!(text.contains("\n    fünf"), "{text}");
        assert!(text.lines().all(|zeile| zeile.chars().count() <= BREITE));
    }
}
