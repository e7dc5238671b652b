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

/// Returns the requests, each on a line of its own.
fn zu_klaeren(lage: &Lage, auslegungen: &Auslegungen) -> String {
    let text = erklaert(lage, auslegungen);
    let (_, auftraege) = text.split_once("\nZu klären\n  - ").expect("Zu klären");
    auftraege.trim_end().replace("\n    ", " ").replace("\n  - ", "\n")
}

#[test]
fn requests_name_fact_and_place() {
    let vorgabe = Auslegungen::default();
    let alle = Auslegungen { dienst_zaehlt: DienstZaehlt::Alle, ..Auslegungen::default() };
    let mut lage = grundlage();
    lage.daten.kopfzahlen.insert((Insel::Juist, quartal("2024Q1")), 3);
    assert_eq!(
        zu_klaeren(&lage, &vorgabe),
        "Bitte klären, wie viele Ärzte auf Juist in 2024Q1 für den Bereitschaftsdienst zur Verfügung \
         standen: Gemeldet ist die Zahl 3, aus dem Dienstplan folgt 1 (1000001). Ist die Meldung \
         falsch, bitte die Zahl in den Stammdaten unter <inselzahlen> berichtigen, sonst den \
         Dienstplan Juist oder in den Stammdaten die <besetzung> der Arztstellen auf der Insel."
    );
    let text = zu_klaeren(&lage, &alle);
    assert!(text.ends_with("berichtigen, sonst den Dienstplan Juist."), "{text}");
    lage.daten.kopfzahlen.clear();

    lage.dienst("2024-02-15", "100009901");
    lage.dienst("2024-02-20", "100009901");
    assert_eq!(
        zu_klaeren(&lage, &vorgabe),
        "Bitte feststellen, welche Ärzte im Dienstplan Juist in 2024Q1 unter diesen LANR Dienst \
         haben: 100009901 (nicht im Register, zuerst am 15.02.2024). Ist eine LANR richtig, bitte \
         den Arzt in den Stammdaten unter <aerzte> für seine Diensttage ergänzen, sonst den \
         Dienstplan berichtigen lassen."
    );

    let mut lage = grundlage();
    for i in 2..=11 {
        lage.dienst("2024-02-15", &format!("{}01", 1_000_000 + i));
    }
    let text = zu_klaeren(&lage, &alle);
    assert!(text.contains("wirklich 11 Ärzte für"), "{text}");
    assert!(
        text.contains("1000011); wenn nicht, bitte den Dienstplan Juist berichtigen."),
        "{text}"
    );
    assert!(text.contains("mehr als 10, bitte entscheiden lassen, welcher Satz gilt"), "{text}");

    let mut lage = grundlage();
    lage.daten.arztstellen[0].besetzungen = vec![
        besetzung("1000001", "1", "2020-01-01", Some("2024-01-31")),
        besetzung("1000001", "0.5", "2024-02-01", None),
    ];
    let klaerfall = Auslegungen { wechsel: Wechsel::Klaerfall, ..Auslegungen::default() };
    assert_eq!(
        zu_klaeren(&lage, &klaerfall),
        "Bitte prüfen, ob der Wechsel auf Arztstelle AS-1 stimmt (01.01.2024 bis 31.01.2024 (31 \
         Tage): Arzt 1000001, Anteil 1; 01.02.2024 bis 31.03.2024 (60 Tage): Arzt 1000001, Anteil \
         0,5); wenn nicht, bitte in den Stammdaten die <besetzung> berichtigen. Stimmt er, bitte \
         entscheiden lassen, ob die Zulage tagesgenau zu teilen ist (Einstellung par06.wechsel = \
         tagesgenau)."
    );
}

#[test]
fn requests_tell_no_roster_from_nobody_on_it() {
    let vorgabe = Auslegungen::default();
    let alle = Auslegungen { dienst_zaehlt: DienstZaehlt::Alle, ..Auslegungen::default() };
    let mut lage = grundlage();
    lage.plan().dienste.clear();
    let text = zu_klaeren(&lage, &alle);
    assert_eq!(
        text,
        "Bitte klären, warum in 2024Q1 kein Arzt im Dienstplan Juist steht, und den Dienstplan Juist \
         berichtigen."
    );
    lage.daten.kopfzahlen.insert((Insel::Juist, quartal("2024Q1")), 3);
    let text = zu_klaeren(&lage, &alle);
    assert!(text.contains("Zahl 3, aus dem Dienstplan folgt 0. Ist die"), "{text}");
    lage.daten.kopfzahlen.clear();
    lage.dienst("2024-02-15", "100000901");
    assert_eq!(
        zu_klaeren(&lage, &vorgabe),
        "Bitte klären, warum kein Arzt zugleich in 2024Q1 im Dienstplan Juist steht und eine \
         Arztstelle auf der Insel hat (im Dienstplan ohne Arztstelle: 1000009), und den Dienstplan \
         Juist oder in den Stammdaten die <besetzung> der Arztstellen auf der Insel berichtigen."
    );
    lage.plaene.clear();
    assert_eq!(
        zu_klaeren(&lage, &vorgabe),
        "Bitte den Dienstplan Juist für diese Tage beschaffen und dem Lauf beilegen: 01.01.2024 bis \
         31.03.2024 (91 Tage).\n\
         Bitte klären, ob es auf Juist in 2024Q1 einen ärztlichen Bereitschaftsdienst gab: Es liegt \
         gar kein Dienstplan vor, und ohne ihn ist kein Satz bestimmbar."
    );
}
