//! Truth table of § 9, rows 1 to 16: each row changes one input of the row above.

use std::collections::BTreeSet;

use super::beispiel::*;
use super::*;
use crate::ergebnis::Grund;

/// What a row changes, and the codes it leads to.
pub(crate) type Zeile = (&'static str, fn(&mut Sachverhalt), &'static str);

fn text(fall: &Sachverhalt, auslegungen: &Auslegungen) -> String {
    let gruende = pruefe(fall, &par09(), auslegungen);
    format!("{}: {}", gruende.ergebnis().name(), gruende.text())
}

/// Rows 1 to 16 one by one, each against a case that is granted.
pub(crate) const EINZELN: &[Zeile] = &[
    ("nothing", |_| {}, "bewilligt: "),
    ("Z is not named", |s| s.benannt = None, "bewilligt: "),
    ("row 1", |s| s.patient_bekannt = false, "klaerfall: ohne_versicherten_id"),
    (
        "row 1: rows 15 and 16 are not examined",
        |s| {
            s.patient_bekannt = false;
            s.rueckblick = Rueckblick::default();
        },
        "klaerfall: ohne_versicherten_id",
    ),
    ("row 2", |s| s.praxis_art = None, "klaerfall: praxis_unbekannt"),
    ("row 3", |s| s.schliessung = None, "klaerfall: schliessung_unbekannt"),
    (
        "row 3: rows 11, 15 and 16 are not examined",
        |s| {
            s.schliessung = None;
            s.bewilligung = None;
            s.rueckblick.behandelt.clear();
        },
        "klaerfall: schliessung_unbekannt",
    ),
    (
        "row 3: a missing quarter is no reason either",
        |s| {
            s.schliessung = None;
            s.rueckblick = fehlend();
        },
        "klaerfall: schliessung_unbekannt",
    ),
    ("row 4", |s| s.verlege("2024Q1", &[]), "klaerfall: leistungstag_fehlt"),
    (
        "row 4 at a mixed P: rows 9 and 13 lack their fact",
        |s| {
            s.verlege("2024Q1", &[]);
            s.praxis_art = Some(Praxisart::Gemischt);
        },
        "klaerfall: leistungstag_fehlt",
    ),
    (
        "row 5: Facharzt",
        |s| s.lage().art = Praxisart::Facharzt,
        "abgelehnt: keine_hausarztpraxis_geschlossen",
    ),
    (
        "row 5: Kinderarzt",
        |s| s.lage().art = Praxisart::Kinderarzt,
        "abgelehnt: keine_hausarztpraxis_geschlossen",
    ),
    ("row 5: a mixed Z is a Hausarztpraxis", |s| s.lage().art = Praxisart::Gemischt, "bewilligt: "),
    (
        "row 5: Bremen",
        |s| s.lage().gemeinde = ags("04012000"),
        "abgelehnt: keine_hausarztpraxis_geschlossen",
    ),
    ("row 6: a successor", |s| s.lage().nachfolger = true, "abgelehnt: nachfolger_vorhanden"),
    ("row 6: not completely", |s| s.lage().vollstaendig = false, "abgelehnt: nachfolger_vorhanden"),
    ("row 7", |s| s.lage().einwohner = None, "klaerfall: einwohnerzahl_fehlt"),
    ("row 8: 49,999", |s| s.lage().einwohner = Some(49_999), "bewilligt: "),
    ("row 8: 50,000", |s| s.lage().einwohner = Some(50_000), "abgelehnt: kein_laendlicher_raum"),
    ("row 8: 50,001", |s| s.lage().einwohner = Some(50_001), "abgelehnt: kein_laendlicher_raum"),
    (
        "row 9: Facharzt",
        |s| s.praxis_art = Some(Praxisart::Facharzt),
        "abgelehnt: keine_hausarztpraxis",
    ),
    (
        "row 9: Kinderarzt",
        |s| s.praxis_art = Some(Praxisart::Kinderarzt),
        "abgelehnt: keine_hausarztpraxis",
    ),
    ("row 9: mixed", |s| s.praxis_art = Some(Praxisart::Gemischt), "bewilligt: "),
    (
        "row 9: mixed, no service of a Hausarzt; row 13 has no day",
        |s| {
            s.praxis_art = Some(Praxisart::Gemischt);
            s.tage_hausarzt = Tage::default();
        },
        "abgelehnt: keine_hausarztpraxis",
    ),
    (
        "row 9: in a Hausarztpraxis the LANR does not matter",
        |s| s.tage_hausarzt = Tage::default(),
        "bewilligt: ",
    ),
    (
        "row 9 is examined without a closure",
        |s| {
            s.schliessung = None;
            s.praxis_art = Some(Praxisart::Facharzt);
        },
        "abgelehnt: schliessung_unbekannt|keine_hausarztpraxis",
    ),
    ("row 10", |s| s.praxis = praxis(Z1), "abgelehnt: eigene_praxis"),
    ("row 11", |s| s.bewilligung = None, "abgelehnt: keine_bewilligung"),
    ("row 12: last quarter", |s| s.verlege("2024Q4", &["2024-12-31"]), "bewilligt: "),
    (
        "row 12: after it",
        |s| s.verlege("2025Q1", &["2025-01-01"]),
        "abgelehnt: ausserhalb_zeitraum",
    ),
    (
        "row 12: before the first, so row 13 too",
        |s| s.verlege("2023Q4", &["2023-12-31"]),
        "abgelehnt: ausserhalb_zeitraum|behandlung_vor_schliessung",
    ),
    (
        "row 13: the last service day is D",
        |s| s.lage().letzter_tag = tag("2024-03-03"),
        "abgelehnt: behandlung_vor_schliessung",
    ),
    (
        "row 13: the last service day is D + 1",
        |s| s.lage().letzter_tag = tag("2024-03-02"),
        "bewilligt: ",
    ),
    (
        "row 13 at a mixed P: only a Hausarzt's days count",
        |s| {
            s.lage().letzter_tag = tag("2024-03-02");
            s.praxis_art = Some(Praxisart::Gemischt);
            s.tage_hausarzt = tage("2024Q1", &["2024-02-12"]);
        },
        "abgelehnt: behandlung_vor_schliessung",
    ),
    ("row 15", |s| s.rueckblick = fehlend(), "klaerfall: rueckblick_fehlt"),
    (
        "row 15: found in another quarter",
        |s| s.rueckblick.fehlend = fehlend().fehlend,
        "bewilligt: ",
    ),
    (
        "row 15 without a closure",
        |s| {
            (s.benannt, s.schliessung, s.bewilligung) = (None, None, None);
            s.rueckblick = fehlend();
        },
        "klaerfall: rueckblick_fehlt",
    ),
    ("row 16", |s| s.rueckblick = Rueckblick::default(), "abgelehnt: nicht_vorbehandelt"),
    (
        "row 16 without a closure: rows 5 to 8 and 10 to 13 are not examined",
        |s| {
            (s.benannt, s.schliessung, s.bewilligung) = (None, None, None);
            s.verlege("2030Q1", &["2030-01-02"]);
            s.rueckblick = Rueckblick::default();
        },
        "abgelehnt: nicht_vorbehandelt",
    ),
];

fn fehlend() -> Rueckblick {
    Rueckblick { behandelt: Vec::new(), fehlend: vec![(praxis(Z1), quartal("2023Q2"))] }
}

#[test]
fn rows_one_by_one() {
    for (was, aendere, erwartet) in EINZELN {
        let mut fall = sachverhalt();
        aendere(&mut fall);
        assert_eq!(text(&fall, &Auslegungen::default()), *erwartet, "{was}");
    }
}

/// Each row repairs one fact of the row above: what is left comes in the order of the table.
pub(crate) const NACHEINANDER: &[Zeile] = &[
    (
        "everything at once",
        |s| {
            s.patient_bekannt = false;
            s.praxis_art = None;
            s.praxis = praxis(Z1);
            s.verlege("2025Q2", &[]);
            s.lage().art = Praxisart::Facharzt;
            s.lage().nachfolger = true;
            s.lage().einwohner = None;
            s.bewilligung = None;
            s.scheinuntergruppe = 42;
            s.rueckblick = fehlend();
        },
        "abgelehnt: ohne_versicherten_id|praxis_unbekannt|leistungstag_fehlt|\
         keine_hausarztpraxis_geschlossen|nachfolger_vorhanden|einwohnerzahl_fehlt|eigene_praxis|\
         keine_bewilligung|ausserhalb_zeitraum|vertreterfall",
    ),
    (
        "row 1 repaired",
        |s| s.patient_bekannt = true,
        "abgelehnt: praxis_unbekannt|leistungstag_fehlt|keine_hausarztpraxis_geschlossen|\
         nachfolger_vorhanden|einwohnerzahl_fehlt|eigene_praxis|keine_bewilligung|\
         ausserhalb_zeitraum|vertreterfall|rueckblick_fehlt",
    ),
    (
        "row 2 repaired: P is a Facharzt",
        |s| s.praxis_art = Some(Praxisart::Facharzt),
        "abgelehnt: leistungstag_fehlt|keine_hausarztpraxis_geschlossen|nachfolger_vorhanden|\
         einwohnerzahl_fehlt|keine_hausarztpraxis|eigene_praxis|keine_bewilligung|\
         ausserhalb_zeitraum|vertreterfall|rueckblick_fehlt",
    ),
    (
        "row 4 repaired: D is after it",
        |s| {
            s.verlege("2023Q3", &["2023-07-03"]);
        },
        "abgelehnt: keine_hausarztpraxis_geschlossen|nachfolger_vorhanden|einwohnerzahl_fehlt|\
         keine_hausarztpraxis|eigene_praxis|keine_bewilligung|ausserhalb_zeitraum|\
         behandlung_vor_schliessung|vertreterfall|rueckblick_fehlt",
    ),
    (
        "row 5 repaired",
        |s| s.lage().art = Praxisart::Hausarzt,
        "abgelehnt: nachfolger_vorhanden|einwohnerzahl_fehlt|keine_hausarztpraxis|eigene_praxis|\
         keine_bewilligung|ausserhalb_zeitraum|behandlung_vor_schliessung|vertreterfall|\
         rueckblick_fehlt",
    ),
    (
        "row 6 repaired",
        |s| s.lage().nachfolger = false,
        "abgelehnt: einwohnerzahl_fehlt|keine_hausarztpraxis|eigene_praxis|keine_bewilligung|\
         ausserhalb_zeitraum|behandlung_vor_schliessung|vertreterfall|rueckblick_fehlt",
    ),
    (
        "row 7 repaired: a town",
        |s| s.lage().einwohner = Some(50_249),
        "abgelehnt: kein_laendlicher_raum|keine_hausarztpraxis|eigene_praxis|keine_bewilligung|\
         ausserhalb_zeitraum|behandlung_vor_schliessung|vertreterfall|rueckblick_fehlt",
    ),
    (
        "row 8 repaired",
        |s| s.lage().einwohner = Some(49_874),
        "abgelehnt: keine_hausarztpraxis|eigene_praxis|keine_bewilligung|ausserhalb_zeitraum|\
         behandlung_vor_schliessung|vertreterfall|rueckblick_fehlt",
    ),
    (
        "row 9 repaired",
        |s| s.praxis_art = Some(Praxisart::Hausarzt),
        "abgelehnt: eigene_praxis|keine_bewilligung|ausserhalb_zeitraum|\
         behandlung_vor_schliessung|vertreterfall|rueckblick_fehlt",
    ),
    (
        "row 10 repaired",
        |s| s.praxis = praxis(P1),
        "abgelehnt: keine_bewilligung|ausserhalb_zeitraum|behandlung_vor_schliessung|\
         vertreterfall|rueckblick_fehlt",
    ),
    (
        "row 11 repaired",
        |s| s.bewilligung = Some(zeitraum("2023-07-01", "")),
        "abgelehnt: ausserhalb_zeitraum|behandlung_vor_schliessung|vertreterfall|rueckblick_fehlt",
    ),
    (
        "row 12 repaired: D in Q, after the service",
        |s| s.lage().letzter_tag = tag("2023-08-01"),
        "abgelehnt: behandlung_vor_schliessung|vertreterfall|rueckblick_fehlt",
    ),
    (
        "row 13 repaired",
        |s| s.verlege("2023Q3", &["2023-08-02"]),
        "abgelehnt: vertreterfall|rueckblick_fehlt",
    ),
    ("row 14 repaired", |s| s.scheinuntergruppe = 0, "klaerfall: rueckblick_fehlt"),
    ("row 15 repaired", |s| s.rueckblick.fehlend.clear(), "abgelehnt: nicht_vorbehandelt"),
    (
        "row 16 repaired",
        |s| s.rueckblick.behandelt.push((quartal("2023Q2"), tag("2023-05-02"))),
        "bewilligt: ",
    ),
];

#[test]
fn reasons_keep_the_order_of_the_table() {
    let mut fall = sachverhalt();
    for (was, aendere, erwartet) in NACHEINANDER {
        aendere(&mut fall);
        assert_eq!(text(&fall, &Auslegungen::default()), *erwartet, "{was}");
    }
}

#[test]
fn the_primary_reason_is_the_first_that_refuses() {
    let mut fall = sachverhalt();
    fall.patient_bekannt = false;
    fall.lage().einwohner = None;
    let gruende = pruefe(&fall, &par09(), &Auslegungen::default());
    assert_eq!(gruende.grund(), Some(Grund09::OhneVersichertenId));
    fall.bewilligung = None;
    fall.scheinuntergruppe = 41;
    let gruende = pruefe(&fall, &par09(), &Auslegungen::default());
    assert_eq!(gruende.grund(), Some(Grund09::KeineBewilligung));
    assert_eq!(gruende.alle().count(), 4);
}

/// Satzart, Scheinuntergruppe; reason by default; with `notfaelle = zulassen`; with
/// `nur_originalschein = nein`.
const SCHEINE: &[(Satzart, u8, [&str; 3])] = {
    const KEIN: &str = "kein_hausaerztlicher_fall";
    const VERTRETER: [&str; 3] = ["vertreterfall"; 3];
    const NOTFALL: [&str; 3] = ["notfall", "", "notfall"];
    const ANDERER: [&str; 3] = [KEIN, KEIN, ""];
    &[
        (Satzart::Ambulant, 0, [""; 3]),
        (Satzart::Ambulant, 1, ANDERER),
        (Satzart::Ueberweisung, 20, ANDERER),
        (Satzart::Ueberweisung, 21, ANDERER),
        (Satzart::Ueberweisung, 23, ANDERER),
        (Satzart::Ueberweisung, 24, ANDERER),
        (Satzart::Ueberweisung, 26, ANDERER),
        (Satzart::Ueberweisung, 27, ANDERER),
        (Satzart::Ueberweisung, 28, ANDERER),
        (Satzart::Belegarzt, 30, ANDERER),
        (Satzart::Belegarzt, 31, ANDERER),
        (Satzart::Belegarzt, 32, VERTRETER),
        (Satzart::Notfall, 41, NOTFALL),
        (Satzart::Notfall, 42, VERTRETER),
        (Satzart::Notfall, 43, NOTFALL),
        (Satzart::Notfall, 44, NOTFALL),
        (Satzart::Notfall, 45, NOTFALL),
        (Satzart::Notfall, 46, NOTFALL),
        (Satzart::Notfall, 0, ANDERER),
        (Satzart::Notfall, 99, ANDERER),
    ]
};

#[test]
fn row_14_by_the_kind_of_schein() {
    use crate::auslegung::JaNein;
    let einstellungen = [
        Auslegungen::default(),
        Auslegungen { notfaelle: Notfaelle::Zulassen, ..Auslegungen::default() },
        Auslegungen { nur_originalschein: JaNein(false), ..Auslegungen::default() },
    ];
    for (satzart, scheinuntergruppe, erwartet) in SCHEINE {
        let mut fall = sachverhalt();
        (fall.satzart, fall.scheinuntergruppe) = (*satzart, *scheinuntergruppe);
        for (auslegungen, erwartet) in einstellungen.iter().zip(erwartet) {
            let gruende = pruefe(&fall, &par09(), auslegungen);
            assert_eq!(gruende.text(), *erwartet, "{satzart:?} {scheinuntergruppe}");
        }
    }
}

#[test]
fn kinderaerzte_count_at_both_practices_or_at_none() {
    let ja = Auslegungen { kinderaerzte: crate::auslegung::JaNein(true), ..Auslegungen::default() };
    let mut fall = sachverhalt();
    fall.praxis_art = Some(Praxisart::Kinderarzt);
    fall.lage().art = Praxisart::Kinderarzt;
    assert_eq!(
        text(&fall, &Auslegungen::default()),
        "abgelehnt: keine_hausarztpraxis_geschlossen|keine_hausarztpraxis"
    );
    assert_eq!(text(&fall, &ja), "bewilligt: ");
    fall.praxis_art = Some(Praxisart::Facharzt);
    assert_eq!(text(&fall, &ja), "abgelehnt: keine_hausarztpraxis");
    for (fachgruppe, vorgabe, mit) in
        [(0, false, false), (1, true, true), (2, true, true), (3, true, true), (34, false, true)]
    {
        assert_eq!(abs1_hausarzt(fachgruppe, &par09(), &Auslegungen::default()), vorgabe);
        assert_eq!(abs1_hausarzt(fachgruppe, &par09(), &ja), mit, "{fachgruppe}");
    }
    assert!(!abs1_hausarzt(35, &par09(), &ja));
}

#[test]
fn the_tables_above_show_every_reason_of_rows_1_to_16() {
    let gesehen: BTreeSet<&str> = EINZELN
        .iter()
        .flat_map(|(_, _, erwartet)| erwartet.split([' ', '|']))
        .chain(SCHEINE.iter().flat_map(|(_, _, erwartet)| *erwartet))
        .collect();
    let bis_16 = Grund09::ALLE.iter().take_while(|grund| **grund != Grund09::BereitsImQuartal);
    assert_eq!(bis_16.clone().count(), 18);
    for grund in bis_16 {
        assert!(gesehen.contains(grund.code()), "{}", grund.code());
    }
}

#[test]
fn window_and_look_back_begin_and_end_at_the_closure() {
    let gelesen = |rueckblick| Auslegungen { rueckblick, ..Auslegungen::default() };
    for (d, zeitraum, mit_schliessung, nur_volle, mit_rumpf) in [
        ("2024-03-31", ["2024Q2", "2025Q1"], ["2023Q2", "2024Q1"], ["2023Q2", "2024Q1"], 4),
        ("2024-03-30", ["2024Q1", "2024Q4"], ["2023Q2", "2024Q1"], ["2023Q1", "2023Q4"], 5),
        ("2024-04-01", ["2024Q2", "2025Q1"], ["2023Q3", "2024Q2"], ["2023Q2", "2024Q1"], 5),
        ("2023-12-31", ["2024Q1", "2024Q4"], ["2023Q1", "2023Q4"], ["2023Q1", "2023Q4"], 4),
        ("2023-12-30", ["2023Q4", "2024Q3"], ["2023Q1", "2023Q4"], ["2022Q4", "2023Q3"], 5),
        ("2024-02-29", ["2024Q1", "2024Q4"], ["2023Q2", "2024Q1"], ["2023Q1", "2023Q4"], 5),
    ] {
        let (von, bis) = abs3_satz1_zeitraum(tag(d), &par09(), &Auslegungen::default());
        assert_eq!([von.to_string(), bis.to_string()], zeitraum, "{d}");
        let quartale = |wie| abs3_satz2_rueckblick(tag(d), &par09(), &gelesen(wie));
        let alle = |[von, bis]: [&str; 2]| quartal(von).bis(quartal(bis)).collect::<Vec<_>>();
        assert_eq!(quartale(Rueckblick09::MitSchliessungsquartal), alle(mit_schliessung), "{d}");
        assert_eq!(quartale(Rueckblick09::NurVolleQuartale), alle(nur_volle), "{d}");
        let rumpf = quartale(Rueckblick09::MitRumpfquartal);
        assert_eq!(rumpf, alle([nur_volle[0], mit_schliessung[1]]), "{d}");
        assert_eq!(rumpf.len(), mit_rumpf, "{d}");
    }
}

#[test]
fn the_first_day_after_the_closure_is_the_earliest_that_counts() {
    let mut fall = sachverhalt();
    assert_eq!(fall.erster_tag_nach_schliessung(), Some(tag("2024-02-12")));
    fall.lage().letzter_tag = tag("2024-02-12");
    assert_eq!(fall.erster_tag_nach_schliessung(), Some(tag("2024-03-03")));
    fall.tage_hausarzt = tage("2024Q1", &["2024-02-12"]);
    assert_eq!(fall.erster_tag_nach_schliessung(), Some(tag("2024-03-03")));
    fall.praxis_art = Some(Praxisart::Gemischt);
    assert_eq!(fall.erster_tag_nach_schliessung(), None);
    fall.schliessung = None;
    assert_eq!(fall.erster_tag_nach_schliessung(), None);
}
