//! The worklist of a bundle: what has to be found out for its Klärfälle, each request once.

use std::collections::BTreeMap;
use std::path::Path;

use super::suche::{Fehler, erklaere, kennung, oeffne};
use super::text::Text;
use super::{par05, par06, par09};
use crate::ergebnis::Ergebnis;
use crate::export::nachweis::{Eintrag, Kopf};

/// The paragraphs in their order, as headings.
const PARAGRAPHEN: [&str; 3] =
    ["§ 5 Umsatzgarantie", "§ 6 Erschwerniszulage", "§ 9 Fallwertzuschlag"];

/// The Klärfälle of one paragraph.
#[derive(Debug, Default)]
struct Liste {
    faelle: u64,
    /// Requests in the order in which they come first, with the ids of the decisions that make them.
    auftraege: Vec<(String, Vec<String>)>,
    /// Where each request stands.
    platz: BTreeMap<String, usize>,
}

impl Liste {
    fn nimm(&mut self, id: &str, auftraege: Vec<String>) {
        self.faelle += 1;
        for auftrag in auftraege {
            let neu = self.auftraege.len();
            let platz = *self.platz.entry(auftrag.clone()).or_insert(neu);
            if platz == neu {
                self.auftraege.push((auftrag, Vec::new()));
            }
            self.auftraege[platz].1.push(id.to_owned());
        }
    }
}

/// Returns what is to be found out for the open Klärfälle of a bundle, by paragraph: every sentence
/// of their explanations once, with the ids below that need it.
///
/// # Errors
/// [`Fehler`]
pub fn klaerliste(buendel: &Path) -> Result<String, Fehler> {
    let (datei, mut nachweis) = oeffne(buendel)?;
    let mut listen: [Liste; 3] = Default::default();
    while let Some(eintrag) = nachweis.next() {
        let eintrag = eintrag?;
        let (platz, ergebnis) = match &eintrag {
            Eintrag::Par05(e) => (0, e.gruende.ergebnis()),
            Eintrag::Par06(e) => (1, e.gruende.ergebnis()),
            Eintrag::Par09(beleg) => (2, beleg.entscheidung.gruende.ergebnis()),
        };
        if ergebnis == Ergebnis::Klaerfall {
            // What explains nothing is no work for a person either.
            erklaere(&eintrag, nachweis.kopf(), &datei)?;
            listen[platz].nimm(&kennung(&eintrag), auftraege(&eintrag, nachweis.kopf()));
        }
    }
    Ok(liste(&listen))
}

/// Returns the requests of a Klärfall, in the order of its reasons.
fn auftraege(eintrag: &Eintrag, kopf: &Kopf) -> Vec<String> {
    let auslegungen = &kopf.auslegungen;
    let regeln = |quartal| kopf.regeln.get(quartal);
    let auftraege = match eintrag {
        Eintrag::Par05(e) => regeln(&e.sachverhalt.quartal)
            .map(|regeln| par05::auftraege(e, &regeln.par05, auslegungen)),
        Eintrag::Par06(e) => regeln(&e.sachverhalt.lage.quartal)
            .map(|regeln| par06::auftraege(e, &regeln.par06, auslegungen)),
        Eintrag::Par09(beleg) => {
            let e = &beleg.entscheidung;
            regeln(&e.sachverhalt.quartal).map(|regeln| {
                par09::auftraege(&e.sachverhalt, e.wettbewerb.as_ref(), &regeln.par09, auslegungen)
            })
        }
    };
    auftraege.unwrap_or_default()
}

fn liste(listen: &[Liste; 3]) -> String {
    let faelle: u64 = listen.iter().map(|liste| liste.faelle).sum();
    let mut text = Text::neu(&format!("Zu klären: {faelle} Klärfälle"));
    for (paragraph, liste) in PARAGRAPHEN.iter().zip(listen) {
        if liste.faelle == 0 {
            continue;
        }
        text.abschnitt(&format!("{paragraph}: {}", liste.faelle));
        for (auftrag, ids) in &liste.auftraege {
            text.zeile(&format!("- {auftrag}"));
            for id in ids {
                text.kennung(id);
            }
        }
    }
    text.fertig()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erklaerung::suche::{Fund, suche};
    use crate::export::beispiel::demoquartal;
    use crate::export::schreibe;
    use crate::settle::entscheidung::Entscheidung09;

    fn einzeilig(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_request_of_the_demo_quarter_stands_once_with_all_its_decisions() {
        let ordner = tempfile::tempdir().expect("Ordner");
        let buendel = ordner.path().join("b");
        let mut ergebnis = demoquartal();
        schreibe(&ergebnis, None, &buendel, false).expect("Bündel");
        let text = klaerliste(&buendel).expect("eine Liste");
        let koepfe: Vec<_> = text.lines().filter(|zeile| zeile.starts_with(['Z', '§'])).collect();
        assert_eq!(
            koepfe,
            [
                "Zu klären: 33 Klärfälle",
                "§ 5 Umsatzgarantie: 4",
                "§ 6 Erschwerniszulage: 18",
                "§ 9 Fallwertzuschlag: 11"
            ]
        );
        assert!(text.lines().all(|zeile| zeile.chars().count() <= 100), "{text}");
        // Eleven posts on one island need one answer.
        let borkum: Vec<_> = (1..=11).map(|i| format!("      AS-BOR-{i:02}\n")).collect();
        assert!(text.contains(&borkum.concat()), "{text}");
        assert_eq!(einzeilig(&text).matches("Bitte prüfen, ob auf Borkum").count(), 1, "{text}");
        // The sentences are those of the explanations.
        for id in ["9004553/1590303", "AS-WAN-2", "0890216/UEB-003", "0690599/UEB-001"] {
            let Ok(Fund::Erklaerungen(texte)) = suche(&buendel, id) else { panic!("{id}") };
            let (_, auftraege) = texte[0].split_once("\nZu klären\n").expect(id);
            for auftrag in auftraege.split("  - ").skip(1) {
                assert!(einzeilig(&text).contains(&einzeilig(auftrag)), "{id}: {auftrag}");
            }
            assert!(text.contains(&format!("\n      {id}\n")), "{id}: {text}");
        }
        // Without Klärfälle there is nothing to do.
        let abrechnung = &mut ergebnis.abrechnung;
        let geklaert = |e: &Entscheidung09| e.gruende.ergebnis() != Ergebnis::Klaerfall;
        abrechnung.par09 = abrechnung.par09.iter().filter(geklaert).collect();
        abrechnung.par06.clear();
        abrechnung.par05.clear();
        schreibe(&ergebnis, None, &buendel, true).expect("Bündel");
        assert_eq!(klaerliste(&buendel).expect("eine Liste"), "Zu klären: 0 Klärfälle\n");
        assert!(matches!(klaerliste(ordner.path()), Err(Fehler::KeinBuendel { .. })));
    }
}
