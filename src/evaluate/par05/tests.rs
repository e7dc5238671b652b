//! Truth table of § 5: each row changes one input of the row above.

use std::sync::Arc;

use super::*;
use crate::auslegung::{JaNein, RundungWert};
use crate::ergebnis::Ergebnis::{Abgelehnt, Bewilligt, Klaerfall};
use crate::euro::{Rundung, anteil_tage_text};
use crate::meldung::Ort;
use crate::parameter::Parameter;

const ARZT: &str = "1234566";
const PRAXIS: &str = "1700101";

pub(crate) fn tag(text: &str) -> Tag {
    text.parse().expect(text)
}

pub(crate) fn quartal(text: &str) -> Quartal {
    text.parse().expect(text)
}

pub(crate) fn cent(text: &str) -> Cent {
    text.parse().expect(text)
}

/// The numbers of the guideline of 2022; `parameter` tests them against the text.
pub(crate) fn regeln() -> Regeln {
    Parameter::eingebaut().regeln(quartal("2024Q1")).expect("the guideline rules 2024Q1")
}

pub(crate) fn zeitraum(von: &str, bis: Option<&str>) -> Zeitraum {
    Zeitraum { von: Some(tag(von)), bis: bis.map(tag) }
}

fn anteil(wert: &str, von: &str, bis: Option<&str>) -> (Zeitraum, Anteil) {
    (zeitraum(von, bis), wert.parse().expect(wert))
}

/// A grant of eight quarters with share 1 from its first day.
fn bewilligung(praxis: &str, beginn: &str) -> Bewilligung05 {
    Bewilligung05 {
        arzt: ARZT.parse().expect("Arzt"),
        praxis: praxis.parse().expect("Praxis"),
        fachgruppe: "HA".to_owned(),
        beginn: tag(beginn),
        quartale: 8,
        rechtsgrund: "§ 5 Abs. 1 Satz 1".to_owned(),
        ende: None,
        anteile: vec![anteil("1", beginn, None)],
        ort: Ort::datei(&Arc::from("stammdaten.xml")),
    }
}

fn durchschnitt(daten: &mut Stammdaten, in_quartal: &str, betrag: &str) {
    daten.durchschnitte.insert(("HA".to_owned(), quartal(in_quartal)), cent(betrag));
}

fn honorar(daten: &mut Stammdaten, lanr: &str, bsnr: &str, in_quartal: &str, betrag: &str) {
    let schluessel = (
        ARZT.parse().expect("Arzt"),
        quartal(in_quartal),
        lanr.parse().expect("LANR"),
        bsnr.parse().expect("BSNR"),
    );
    daten.honorare.insert(schluessel, cent(betrag));
}

/// One grant from `beginn`, an average of 71,484.00 in 2022Q1 to 2025Q4, fees of 0.00 from 2023Q1.
pub(crate) fn stammdaten(beginn: &str) -> Stammdaten {
    let mut daten =
        Stammdaten { bewilligungen05: vec![bewilligung(PRAXIS, beginn)], ..Stammdaten::default() };
    for q in quartal("2023Q1").bis(quartal("2026Q4")) {
        durchschnitt(&mut daten, &q.plus(-4).to_string(), "71484.00");
        honorar(&mut daten, "123456601", "170010100", &q.to_string(), "0.00");
    }
    daten
}

/// Decides, and proves on the way that every decision follows from its facts alone.
pub(crate) fn lauf(
    daten: &Stammdaten,
    in_quartal: &str,
    auslegungen: &Auslegungen,
) -> (Vec<Entscheidung05>, Meldungen) {
    let mut meldungen = Meldungen::neu(10);
    let regeln = regeln();
    let entscheidungen =
        entscheide(daten, quartal(in_quartal), &regeln, auslegungen, &mut meldungen);
    for e in &entscheidungen {
        let nochmal = entscheidung(e.sachverhalt.clone(), &regeln.par05, auslegungen);
        assert_eq!(nochmal.as_ref(), Ok(e));
        assert!(e.gruende.ergebnis() == Bewilligt || e.betrag == Cent::NULL);
    }
    (entscheidungen, meldungen)
}

fn eine(daten: &Stammdaten, in_quartal: &str, auslegungen: &Auslegungen) -> Entscheidung05 {
    let (entscheidungen, _) = lauf(daten, in_quartal, auslegungen);
    entscheidungen.last().expect("eine Entscheidung").clone()
}

/// Returns reasons and payment of each grant, `gruende: betrag`.
fn kurz(entscheidungen: &[Entscheidung05]) -> Vec<String> {
    entscheidungen.iter().map(|e| format!("{}: {}", e.gruende.text(), e.betrag)).collect()
}

type Schritt = fn(&mut Stammdaten);

/// One change, and what § 5 says after it: result, reasons, payment.
const WAHRHEITSTAFEL: &[(Schritt, Ergebnis, &str, &str)] = &[
    // Missing facts are named although the grant is refused; without an active day no share is.
    (
        |_| (),
        Abgelehnt,
        "noch_nicht_aufgenommen|foerderdauer_abgelaufen|auflage_nicht_erfuellt\
             |fachgruppendurchschnitt_fehlt|honorar_fehlt",
        "0.00",
    ),
    (
        |d| d.bewilligungen05[1].beginn = tag("2023-11-15"),
        Abgelehnt,
        "foerderdauer_abgelaufen|auflage_nicht_erfuellt|anteil_fehlt\
             |fachgruppendurchschnitt_fehlt|honorar_fehlt",
        "0.00",
    ),
    (
        |d| d.bewilligungen05[1].ende = Some((tag("2023-12-31"), true)),
        Abgelehnt,
        "taetigkeit_beendet|foerderdauer_abgelaufen|auflage_nicht_erfuellt\
             |fachgruppendurchschnitt_fehlt|honorar_fehlt",
        "0.00",
    ),
    (
        |d| d.bewilligungen05[1].ende = Some((tag("2024-01-01"), true)),
        Abgelehnt,
        "foerderdauer_abgelaufen|auflage_nicht_erfuellt|anteil_fehlt\
             |fachgruppendurchschnitt_fehlt|honorar_fehlt",
        "0.00",
    ),
    (
        |d| drop(d.bewilligungen05.remove(0)),
        Abgelehnt,
        "auflage_nicht_erfuellt|anteil_fehlt|fachgruppendurchschnitt_fehlt|honorar_fehlt",
        "0.00",
    ),
    (
        |d| d.auflagenverstoesse.clear(),
        Klaerfall,
        "anteil_fehlt|fachgruppendurchschnitt_fehlt|honorar_fehlt",
        "0.00",
    ),
    (
        |d| d.bewilligungen05[0].anteile = vec![anteil("1", "2023-11-15", Some("2023-12-31"))],
        Klaerfall,
        "anteil_fehlt|fachgruppendurchschnitt_fehlt|honorar_fehlt",
        "0.00",
    ),
    (
        |d| d.bewilligungen05[0].anteile = vec![anteil("1", "2023-11-15", Some("2024-01-01"))],
        Klaerfall,
        "fachgruppendurchschnitt_fehlt|honorar_fehlt",
        "0.00",
    ),
    // Only the Vorjahresquartal counts.
    (
        |d| durchschnitt(d, "2023Q2", "71484.00"),
        Klaerfall,
        "fachgruppendurchschnitt_fehlt|honorar_fehlt",
        "0.00",
    ),
    (|d| durchschnitt(d, "2023Q1", "71484.00"), Klaerfall, "honorar_fehlt", "0.00"),
    (
        |d| honorar(d, "123456601", "170010100", "2023Q4", "0.00"),
        Klaerfall,
        "honorar_fehlt",
        "0.00",
    ),
    (|d| honorar(d, "123456601", "170010100", "2024Q1", "0.00"), Bewilligt, "", "785.54"),
    (|d| honorar(d, "123456601", "170010100", "2024Q1", "785.53"), Bewilligt, "", "0.01"),
    (
        |d| honorar(d, "123456601", "170010100", "2024Q1", "785.54"),
        Bewilligt,
        "garantie_erreicht",
        "0.00",
    ),
    (
        |d| honorar(d, "123456601", "170010100", "2024Q1", "999999.00"),
        Bewilligt,
        "garantie_erreicht",
        "0.00",
    ),
    // Another LANR ending at another practice: the sum decides, not a record.
    (|d| honorar(d, "123456640", "170099900", "2024Q1", "-999998.99"), Bewilligt, "", "785.53"),
];

#[test]
fn truth_table_each_row_changes_one_input_of_the_row_above() {
    let mut daten = stammdaten("2024-04-01");
    let mut alte = bewilligung("1700200", "2020-01-15");
    alte.ende = Some((tag("2020-03-31"), false));
    daten.bewilligungen05.insert(0, alte);
    daten.bewilligungen05[1].anteile.clear();
    let schluessel = (ARZT.parse().expect("Arzt"), PRAXIS.parse().expect("Praxis"));
    let schluessel = (schluessel.0, schluessel.1, quartal("2024Q1"));
    daten.auflagenverstoesse.insert(schluessel, Ort::datei(&Arc::from("stammdaten.xml")));
    daten.durchschnitte.clear();
    daten.honorare.clear();
    for (i, (aenderung, ergebnis, gruende, betrag)) in WAHRHEITSTAFEL.iter().enumerate() {
        aenderung(&mut daten);
        let e = eine(&daten, "2024Q1", &Auslegungen::default());
        let ist = (e.gruende.ergebnis(), e.gruende.text(), e.betrag);
        assert_eq!(ist, (*ergebnis, (*gruende).to_owned(), cent(betrag)), "row {i}");
    }
}

#[test]
fn days_shares_and_amounts() {
    // (S, E, quarter, shares, average) → (quarter of support, Σ share × days, guarantee)
    type Anteile<'a> = &'a [(&'a str, &'a str, Option<&'a str>)];
    let ganz: Anteile = &[("1", "2020-01-01", None)];
    let halb: Anteile = &[("0.5", "2020-01-01", None)];
    let wechsel: Anteile =
        &[("0.5", "2020-01-01", Some("2024-01-31")), ("0.75", "2024-02-01", None)];
    let ruhen: Anteile = &[("0", "2020-01-01", None)];
    let avg = "71484.00";
    for (s, e, q, anteile, betrag, foerderquartal, anteil_tage, garantie) in [
        ("2024-02-15", None, "2024Q1", ganz, avg, 1, "46", "36134.77"),
        ("2024-02-15", Some("2024-03-10"), "2024Q1", ganz, avg, 1, "25", "19638.46"),
        ("2024-03-31", None, "2024Q1", ganz, avg, 1, "1", "785.54"),
        ("2024-03-31", None, "2024Q2", ganz, avg, 2, "91", "71484.00"),
        ("2024-01-01", None, "2024Q1", ganz, avg, 1, "91", "71484.00"),
        // A leap year's first quarter has 91 days, another's 90.
        ("2024-02-29", None, "2024Q1", ganz, avg, 1, "32", "25137.23"),
        ("2023-02-28", None, "2023Q1", ganz, avg, 1, "32", "25416.53"),
        ("2023-03-21", None, "2023Q1", halb, "71484.30", 1, "5.5", "4368.49"),
        ("2023-11-01", None, "2024Q1", wechsel, avg, 2, "60.5", "47525.08"),
        ("2023-11-01", None, "2024Q1", ruhen, avg, 2, "0", "0.00"),
        ("2023-11-01", Some("2024-01-01"), "2024Q1", ganz, avg, 2, "1", "785.54"),
        ("2024-01-01", Some("2024-03-31"), "2024Q1", ganz, avg, 1, "91", "71484.00"),
    ] {
        let mut daten = stammdaten(s);
        daten.bewilligungen05[0].ende = e.map(|ende| (tag(ende), false));
        daten.bewilligungen05[0].anteile =
            anteile.iter().map(|(wert, von, bis)| anteil(wert, von, *bis)).collect();
        let vorjahr = quartal(q).plus(-4).to_string();
        durchschnitt(&mut daten, &vorjahr, betrag);
        let auslegungen = Auslegungen::default();
        let e = eine(&daten, q, &auslegungen);
        let summe = abs3_satz1_anteil_tage(&e.sachverhalt, &auslegungen).map(anteil_tage_text);
        let nummer = abs2_satz2_foerderquartal(&e.sachverhalt, &auslegungen);
        assert_eq!(
            (nummer, summe.as_deref()),
            (Some(foerderquartal), Some(anteil_tage)),
            "{s} {q}"
        );
        assert_eq!((e.garantie, e.betrag), (Some(cent(garantie)), cent(garantie)), "{s} {q}");
        // Ruhen: a guarantee of 0.00 is reached by a fee of 0.00.
        let erreicht = e.gruende.enthaelt(Grund05::GarantieErreicht);
        assert_eq!(erreicht, garantie == "0.00", "{s} {q}");
    }
}

#[test]
fn the_start_quarter_counts_and_the_eighth_is_the_last() {
    let daten = stammdaten("2024-03-31");
    for (q, nummer, gruende) in [
        ("2023Q4", None, "noch_nicht_aufgenommen"),
        ("2024Q1", Some(1), ""),
        ("2024Q4", Some(4), ""),
        ("2025Q4", Some(8), ""),
        ("2026Q1", Some(9), "foerderdauer_abgelaufen"),
    ] {
        let e = eine(&daten, q, &Auslegungen::default());
        let ist = abs2_satz2_foerderquartal(&e.sachverhalt, &Auslegungen::default());
        assert_eq!((ist, e.gruende.text()), (nummer, gruende.to_owned()), "{q}");
        assert_eq!(e.garantie.is_none(), !gruende.is_empty(), "{q}");
    }
    let mut kurze = daten;
    kurze.bewilligungen05[0].quartale = 1;
    assert!(eine(&kurze, "2024Q1", &Auslegungen::default()).gruende.ist_leer());
    let e = eine(&kurze, "2024Q2", &Auslegungen::default());
    assert_eq!(e.gruende.text(), "foerderdauer_abgelaufen");
}

#[test]
fn every_value_of_the_settings() {
    use Rundung::{Abrunden, Kaufmaennisch, ZurGeraden};
    for (rundung, betrag) in
        [(Kaufmaennisch, "36134.77"), (Abrunden, "36134.76"), (ZurGeraden, "36134.77")]
    {
        let auslegungen = Auslegungen { rundung: RundungWert(rundung), ..Auslegungen::default() };
        assert_eq!(eine(&stammdaten("2024-02-15"), "2024Q1", &auslegungen).betrag, cent(betrag));
    }

    let mut zweite = stammdaten("2024-01-01");
    let mut alte = bewilligung("1700200", "2021-05-31");
    alte.ende = Some((tag("2021-06-30"), false));
    zweite.bewilligungen05.insert(0, alte);
    for (acht_quartale_je, gruende, nummer) in [
        (AchtQuartaleJe::Arzt, "foerderdauer_abgelaufen", 12),
        (AchtQuartaleJe::Bewilligung, "", 1),
    ] {
        let auslegungen = Auslegungen { acht_quartale_je, ..Auslegungen::default() };
        let e = eine(&zweite, "2024Q1", &auslegungen);
        assert_eq!(e.gruende.text(), gruende);
        assert_eq!(abs2_satz2_foerderquartal(&e.sachverhalt, &auslegungen), Some(nummer));
    }

    // After E the share that held on E goes on to the quarter's end; only if E lies in Q.
    let ja = Auslegungen::default();
    let nein = Auslegungen { ende_anteilig: JaNein(false), ..Auslegungen::default() };
    for (ende, anteil_bis, auslegungen, q, summe) in [
        ("2024-02-10", None, &ja, "2024Q1", Some("23")),
        ("2024-02-10", None, &nein, "2024Q1", Some("60.5")),
        ("2024-02-10", Some("2024-02-10"), &nein, "2024Q1", Some("60.5")),
        ("2024-02-10", Some("2024-02-09"), &nein, "2024Q1", None),
        ("2024-01-31", None, &nein, "2024Q1", Some("45.5")),
        ("2024-04-15", None, &nein, "2024Q1", Some("60.5")),
        ("2023-12-31", None, &nein, "2024Q1", Some("0")),
    ] {
        let mut daten = stammdaten("2023-11-01");
        daten.bewilligungen05[0].ende = Some((tag(ende), false));
        daten.bewilligungen05[0].anteile = vec![
            anteil("0.5", "2023-11-01", Some("2024-01-31")),
            anteil("0.75", "2024-02-01", anteil_bis),
        ];
        let e = eine(&daten, q, auslegungen);
        let ist = abs3_satz1_anteil_tage(&e.sachverhalt, auslegungen).map(anteil_tage_text);
        assert_eq!(ist.as_deref(), summe, "{ende} {q}");
    }

    let mut negativ = stammdaten("2024-01-01");
    honorar(&mut negativ, "123456640", "170010100", "2024Q1", "-100.00");
    for (negatives_honorar, betrag) in
        [(NegativesHonorar::Null, "71484.00"), (NegativesHonorar::Abziehen, "71584.00")]
    {
        let auslegungen = Auslegungen { negatives_honorar, ..Auslegungen::default() };
        let (e, meldungen) = lauf(&negativ, "2024Q1", &auslegungen);
        assert_eq!(e[0].betrag, cent(betrag));
        assert_eq!(meldungen.anzahl(Code::HonorarNegativ), 1);
    }
}

#[test]
fn the_fee_is_used_up_in_the_order_of_the_grants() {
    let mut daten = stammdaten("2024-01-01");
    let dritte = bewilligung("1700303", "2024-02-15");
    let zweite = bewilligung("1700202", "2024-02-15");
    daten.bewilligungen05.extend([zweite, dritte]);
    let erste_garantie = "71484.00";
    for (fee, erwartet) in [
        ("0.00", [": 71484.00", ": 36134.77", ": 36134.77"]),
        (erste_garantie, ["garantie_erreicht: 0.00", ": 36134.77", ": 36134.77"]),
        ("71494.00", ["garantie_erreicht: 0.00", ": 36124.77", ": 36134.77"]),
        ("107618.78", ["garantie_erreicht: 0.00", "garantie_erreicht: 0.00", ": 36134.76"]),
        ("70000.00", [": 1484.00", ": 36134.77", ": 36134.77"]),
    ] {
        honorar(&mut daten, "123456601", "170010100", "2024Q1", fee);
        let (e, _) = lauf(&daten, "2024Q1", &Auslegungen::default());
        assert_eq!(kurz(&e), erwartet, "{fee}");
    }
    // What a grant had to use up is what the others left.
    honorar(&mut daten, "123456601", "170010100", "2024Q1", "71494.00");
    let (e, _) = lauf(&daten, "2024Q1", &Auslegungen::default());
    let verfuegbar = e.iter().map(|e| honorar_verfuegbar(&e.sachverhalt, &Auslegungen::default()));
    let erwartet = [cent("71494.00"), cent("10.00"), Cent::NULL].map(Some);
    assert_eq!(verfuegbar.collect::<Vec<_>>(), erwartet);
    let praxen: Vec<_> = e.iter().map(|e| e.sachverhalt.praxis.to_string()).collect();
    assert_eq!(praxen, ["1700101", "1700202", "1700303"]);

    // A refused grant uses up nothing.
    daten.bewilligungen05[0].quartale = 0;
    let (e, _) = lauf(&daten, "2024Q1", &Auslegungen::default());
    assert_eq!(kurz(&e), ["foerderdauer_abgelaufen: 0.00", "garantie_erreicht: 0.00", ": 775.54"]);
}

#[test]
fn an_unknown_guarantee_makes_those_after_it_unknown_while_a_fee_is_left() {
    let unbekannt = "fachgruppendurchschnitt_fehlt: 0.00";
    let rows: &[(Schritt, [&str; 3])] = &[
        (|_| (), [unbekannt, unbekannt, unbekannt]),
        // A refused grant needs no facts of others.
        (
            |d| d.bewilligungen05[1].ende = Some((tag("2023-12-31"), false)),
            [unbekannt, "taetigkeit_beendet: 0.00", unbekannt],
        ),
        (|d| d.bewilligungen05[1].ende = None, [unbekannt, unbekannt, unbekannt]),
        // The missing share of the first applies to those after it too.
        (
            |d| d.bewilligungen05[0].anteile.clear(),
            ["anteil_fehlt|fachgruppendurchschnitt_fehlt: 0.00"; 3],
        ),
        // Without a fee there is nothing to be used up.
        (
            |d| honorar(d, "123456601", "170010100", "2024Q1", "0.00"),
            ["anteil_fehlt|fachgruppendurchschnitt_fehlt: 0.00", ": 71484.00", ": 71484.00"],
        ),
        // Whatever the first uses up, the second leaves nothing of so small a fee.
        (
            |d| honorar(d, "123456601", "170010100", "2024Q1", "71484.00"),
            [
                "anteil_fehlt|fachgruppendurchschnitt_fehlt: 0.00",
                "anteil_fehlt|fachgruppendurchschnitt_fehlt: 0.00",
                ": 71484.00",
            ],
        ),
        // Without a fee record nobody knows whether the first matters.
        (
            |d| d.honorare.clear(),
            [
                "anteil_fehlt|fachgruppendurchschnitt_fehlt|honorar_fehlt: 0.00",
                "honorar_fehlt: 0.00",
                "honorar_fehlt: 0.00",
            ],
        ),
    ];
    let mut daten = stammdaten("2023-10-01");
    daten.bewilligungen05[0].fachgruppe = "unbekannt".to_owned();
    daten.bewilligungen05.push(bewilligung("1700202", "2023-11-01"));
    daten.bewilligungen05.push(bewilligung("1700303", "2023-12-01"));
    honorar(&mut daten, "123456601", "170010100", "2024Q1", "99999.00");
    for (i, (aenderung, erwartet)) in rows.iter().enumerate() {
        aenderung(&mut daten);
        let (e, _) = lauf(&daten, "2024Q1", &Auslegungen::default());
        assert_eq!(kurz(&e), erwartet, "row {i}");
    }
}

#[test]
fn breaches_are_found_by_the_practice_of_the_quarter() {
    let mut daten = stammdaten("2023-10-01");
    let neue = "1700505".parse().expect("Praxis");
    daten.zweige.push(crate::stammdaten::Zweig {
        betriebsstaette: PRAXIS.parse().expect("Praxis"),
        praxis: neue,
        insel: None,
        gueltig: zeitraum("2024-01-01", None),
        ort: Ort::datei(&Arc::from("stammdaten.xml")),
    });
    let schluessel = (ARZT.parse().expect("Arzt"), neue, quartal("2024Q1"));
    daten.auflagenverstoesse.insert(schluessel, Ort::datei(&Arc::from("stammdaten.xml")));
    for (q, gruende) in [("2023Q4", ""), ("2024Q1", "auflage_nicht_erfuellt"), ("2024Q2", "")] {
        assert_eq!(eine(&daten, q, &Auslegungen::default()).gruende.text(), gruende, "{q}");
    }
}

#[test]
fn negative_fees_are_reported_once_per_physician() {
    let mut daten = stammdaten("2024-01-01");
    daten.bewilligungen05.push(bewilligung("1700202", "2024-01-01"));
    honorar(&mut daten, "123456601", "170010100", "2024Q1", "-5.00");
    let (e, meldungen) = lauf(&daten, "2024Q1", &Auslegungen::default());
    assert_eq!(kurz(&e), [": 71484.00", ": 71484.00"]);
    assert_eq!(meldungen.anzahl(Code::HonorarNegativ), 1);
    assert!(!meldungen.hat_fehler());

    // Another physician stands first by number, and nothing of the first one's fee is his.
    let mut andere = bewilligung("1700303", "2024-03-01");
    andere.arzt = "1000003".parse().expect("Arzt");
    daten.bewilligungen05.push(andere);
    let (e, meldungen) = lauf(&daten, "2024Q1", &Auslegungen::default());
    assert_eq!(kurz(&e), ["honorar_fehlt: 0.00", ": 71484.00", ": 71484.00"]);
    assert_eq!(e[0].garantie, Some(cent("24351.69")));
    assert_eq!(meldungen.anzahl(Code::HonorarNegativ), 1);
}
