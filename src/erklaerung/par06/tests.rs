//! Explanations of § 6 as whole texts.

use super::*;
use crate::evaluate::par05::tests::{quartal, regeln, tag};
use crate::evaluate::par06::entscheidung;
use crate::evaluate::par06::tests::{Lage, besetzung, grundlage, stelle};
use crate::stammdaten::Insel;

/// Returns the explanation of the last post, rebuilt from its facts.
fn erklaert(lage: &Lage, auslegungen: &Auslegungen) -> String {
    let (_, entscheidungen, _) = lage.lauf(auslegungen);
    let par06 = regeln().par06;
    let sachverhalt = entscheidungen.last().expect("Entscheidung").sachverhalt.clone();
    let e = entscheidung(sachverhalt, &par06, auslegungen).expect("Betrag");
    let text = erklaere(&e, &par06, auslegungen);
    assert!(text.lines().all(|zeile| zeile.chars().count() <= 100), "{text}");
    let worte = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for grund in Grund06::ALLE {
        assert!(worte.contains(&format!("{}; {})", grund.fundstelle(), grund.code())), "{text}");
    }
    text
}

#[test]
fn a_granted_supplement_is_explained_in_full() {
    let mut lage = grundlage();
    let besetzungen = vec![
        besetzung("1000002", "1", "2020-01-01", Some("2024-01-31")),
        besetzung("1000003", "0.5", "2024-03-01", None),
    ];
    lage.daten.arztstellen.push(stelle("AS-2", "1700202", besetzungen));
    lage.dienst("2024-01-15", "100000201");
    lage.dienst("2024-02-15", "100000901");
    let text = erklaert(&lage, &Auslegungen::default());
    assert_eq!(text, include_str!("bewilligt.txt"), "{text}");
}

#[test]
fn explanations_name_what_is_missing() {
    let mut lage = grundlage();
    lage.plan().zeitraeume = vec![(tag("2024-01-01"), tag("2024-03-30"))];
    lage.daten.kopfzahlen.insert((Insel::Juist, quartal("2024Q1")), 3);
    lage.dienst("2024-02-15", "999999900");
    lage.daten.aerzte[1].psychotherapeut = true;
    lage.dienst("2024-02-15", "100000268");
    let alle = Auslegungen { dienst_zaehlt: DienstZaehlt::Alle, ..Auslegungen::default() };
    let text = erklaert(&lage, &alle);
    assert_eq!(text, include_str!("klaerfall.txt"), "{text}");

    lage.daten.aerzte[0].psychotherapeut = true;
    let klaerfall = Auslegungen { wechsel: Wechsel::Klaerfall, ..Auslegungen::default() };
    let text = erklaert(&lage, &klaerfall);
    assert!(text.contains("Keine, weil die Zulage abgelehnt ist."), "{text}");
    assert!(text.contains("Inhaber und Anteil sind an allen besetzten Tagen gleich."), "{text}");
    assert!(text.contains("stehen (n): 0\n"), "{text}");
}
