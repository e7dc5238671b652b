//! Explanations of § 5 as whole texts.

use super::*;
use crate::auslegung::JaNein;
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
    // A Klärfall asks once per reason, anything else for nothing.
    let auftraege =
        text.split_once("\nZu klären\n").map(|(_, rest)| rest.matches("  - Bitte ").count());
    let gruende = e.gruende.alle().count();
    assert_eq!(
        auftraege,
        (e.gruende.ergebnis() == Ergebnis::Klaerfall).then_some(gruende),
        "{text}"
    );
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

/// Returns the requests, each on a line of its own.
fn zu_klaeren(daten: &Stammdaten, auslegungen: &Auslegungen) -> String {
    let text = erklaert(daten, auslegungen);
    let (_, auftraege) = text.split_once("\nZu klären\n  - ").expect("Zu klären");
    auftraege.trim_end().replace("\n    ", " ").replace("\n  - ", "\n")
}

#[test]
fn requests_name_fact_and_place() {
    let vorgabe = Auslegungen::default();
    let mut daten = stammdaten("2024-01-10");
    daten.bewilligungen05[0].anteile[0].0.von = Some(tag("2024-01-15"));
    daten.bewilligungen05[0].anteile[0].0.bis = Some(tag("2024-03-29"));
    daten.durchschnitte.clear();
    daten.honorare.clear();
    assert_eq!(
        zu_klaeren(&daten, &vorgabe),
        "Bitte feststellen, welchen Anteil am Versorgungsauftrag Arzt 1234566 an diesen Tagen \
         hatte, und ihn in den Stammdaten bei der Bewilligung für Praxis 1700101 ab 10.01.2024 als \
         <anteil> ergänzen: 10.01.2024 bis 14.01.2024 (5 Tage); 30.03.2024 bis 31.03.2024 (2 \
         Tage).\n\
         Bitte den Durchschnitt der Fachgruppe HA in 2023Q1 je vollem Versorgungsauftrag \
         beschaffen und in den Stammdaten unter <fachgruppendurchschnitte> ergänzen.\n\
         Bitte das Honorar des Arztes 1234566 in 2024Q1 aus allen Praxen und LANR beschaffen und in \
         den Stammdaten unter <honorare> ergänzen; hat er keines erzielt, bitte dort 0.00 eintragen."
    );

    // Days that run on after the last day of activity need no share.
    daten.bewilligungen05[0].ende = Some((tag("2024-03-30"), true));
    for ende_anteilig in [JaNein(true), JaNein(false)] {
        let auslegungen = Auslegungen { ende_anteilig, ..Auslegungen::default() };
        let text = zu_klaeren(&daten, &auslegungen);
        assert!(text.contains("14.01.2024 (5 Tage); 30.03.2024 (1 Tag).\n"), "{text}");
    }
}

#[test]
fn requests_name_the_grants_that_come_first() {
    let mut daten = stammdaten("2023-10-01");
    for fee in daten.honorare.values_mut() {
        *fee = cent("10.00");
    }
    let mut zweite = daten.bewilligungen05[0].clone();
    zweite.praxis = "1700202".parse().expect("Praxis");
    daten.bewilligungen05.push(zweite);
    daten.bewilligungen05[0].fachgruppe = "FA".to_owned();
    let text = zu_klaeren(&daten, &Auslegungen::default());
    assert_eq!(
        text,
        "Bitte den Durchschnitt der Fachgruppe zur vorrangigen Bewilligung für Praxis 1700101 ab \
         01.10.2023 feststellen und in den Stammdaten unter <fachgruppendurchschnitte> ergänzen; \
         Fachgruppe und Quartal nennt die Erklärung zu 1234566/1700101. Ohne diese Angabe ist \
         unbekannt, was vom Honorar bleibt."
    );

    for bewilligung in &mut daten.bewilligungen05 {
        bewilligung.anteile.clear();
    }
    let text = zu_klaeren(&daten, &Auslegungen::default());
    assert!(
        text.contains(
            "als <anteil> ergänzen: 01.01.2024 bis 31.03.2024 (91 Tage). Bitte den \
                           Anteil am Versorgungsauftrag zur vorrangigen Bewilligung für Praxis \
                           1700101 ab 01.10.2023 feststellen"
        ),
        "{text}"
    );
}
