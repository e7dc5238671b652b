//! Explanations of § 5 as whole texts.

use super::*;
use crate::evaluate::par05::entscheidung;
use crate::evaluate::par05::tests::{cent, lauf, regeln, stammdaten, tag};
use crate::stammdaten::Stammdaten;

/// Returns the explanation of the last grant in 2024Q1, rebuilt from its facts.
fn erklaert(daten: &Stammdaten, auslegungen: &Auslegungen) -> String {
    let (entscheidungen, _) = lauf(daten, "2024Q1", auslegungen);
    let par05 = regeln().par05;
    let sachverhalt = entscheidungen.last().expect("Entscheidung").sachverhalt.clone();
    let e = entscheidung(sachverhalt, &par05, auslegungen).expect("Betrag");
    let text = erklaere(&e, &par05, auslegungen);
    assert!(text.lines().all(|zeile| zeile.chars().count() <= 100), "{text}");
    let worte = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for grund in Grund05::ALLE {
        assert!(worte.contains(&format!("{}; {})", grund.fundstelle(), grund.code())), "{text}");
    }
    text
}

#[test]
fn a_granted_guarantee_is_explained_in_full() {
    let mut daten = stammdaten("2024-02-15");
    daten.bewilligungen05[0].ende = Some((tag("2024-03-10"), false));
    let text = erklaert(&daten, &Auslegungen::default());
    assert_eq!(text, include_str!("bewilligt.txt"), "{text}");
}

#[test]
fn explanations_name_what_is_missing_and_where() {
    let mut daten = stammdaten("2023-10-01");
    let mut zweite = daten.bewilligungen05[0].clone();
    zweite.praxis = "1700202".parse().expect("Praxis");
    daten.bewilligungen05.push(zweite);
    daten.bewilligungen05[0].anteile.clear();
    for fee in daten.honorare.values_mut() {
        *fee = cent("-10.00");
    }
    let text = erklaert(&daten, &Auslegungen::default());
    assert!(text.contains("Bewilligt: 71.484,00 EUR."), "{text}");
    assert!(text.contains("par05.negatives_honorar = null (§ 5 Abs. 3 Satz 2)"), "{text}");
    assert!(text.contains("Davon lassen die vorrangigen Bewilligungen übrig: 0,00 EUR"), "{text}");

    for fee in daten.honorare.values_mut() {
        *fee = cent("10.00");
    }
    let text = erklaert(&daten, &Auslegungen::default());
    assert_eq!(text, include_str!("klaerfall.txt"), "{text}");

    daten.bewilligungen05[1].quartale = 1;
    let text = erklaert(&daten, &Auslegungen::default());
    assert!(text.contains("2024Q1 ist Quartal 2 von 1; das letzte ist 2023Q4."), "{text}");
    assert!(text.contains("Keine, weil die Umsatzgarantie abgelehnt ist."), "{text}");
    assert!(!text.contains("deshalb ist unbekannt"), "{text}");
    assert!(text.contains("nicht geprüft, weil schon ein anderer Grund zutrifft."), "{text}");
}
