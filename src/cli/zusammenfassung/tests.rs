//! Layout of the summary.

use super::*;

fn codes(zahlen: &[(&'static str, u64)]) -> Vec<(&'static str, String)> {
    zahlen.iter().map(|(code, zahl)| (*code, anzahl(*zahl))).collect()
}

#[test]
fn codes_stand_in_two_columns_as_long_as_the_screen_is_wide_enough() {
    let kurz = codes(&[("a", 1), ("bbb", 20), ("cc", 3)]);
    assert_eq!(spalten(&kurz, 2), Some(vec!["a    1   cc 3".to_owned(), "bbb 20".to_owned()]));
    assert_eq!(spalten(&kurz, 1).map(|zeilen| zeilen.len()), Some(3));
    assert_eq!(spalten(&[], 2), Some(Vec::new()), "a paragraph without reasons is left out");
    let lang = "keine_hausarztpraxis_geschlossen";
    for (zahl, passt) in [(999, true), (1_000, false)] {
        // 5 + 32 + 1 + 3 + 3 + 32 + 1 + 3
        assert_eq!(spalten(&codes(&[(lang, zahl), (lang, zahl)]), 2).is_some(), passt, "{zahl}");
    }
}

#[test]
fn the_table_is_as_wide_as_the_screen_and_adds_up() {
    let summe = |anzahl, cent| Paragraphsumme {
        anzahl,
        betrag: Cent::neu(cent),
        ..Paragraphsumme::default()
    };
    let summen = Summen {
        par05: summe([1, 2, 3], 1_234_567_89),
        par09: summe([10_000_000, 2_345_678, 1], 200_000_000_00),
        ..Summen::default()
    };
    let mut blatt = Vec::new();
    tabelle(&mut blatt, &summen);
    assert_eq!(
        fertig(&blatt),
        "                     entschieden  bewilligt  abgelehnt  Klärfälle           Euro\n\
         § 5 Umsatzgarantie             6          1          2          3   1.234.567,89\n\
         § 6 Erschwerniszulage          0          0          0          0           0,00\n\
         § 9 Fallwertzuschlag  12.345.679 10.000.000  2.345.678          1 200.000.000,00\n\
         zusammen              12.345.685 10.000.001  2.345.680          4 201.234.567,89\n"
    );
    assert!(blatt.iter().all(|zeile| zeile.chars().count() == BREITE));
    assert_eq!(klaerfaelle(&summen), 4);
}

#[test]
fn messages_are_counted_in_words() {
    use crate::meldung::Meldung;
    let mut meldungen = Meldungen::neu(1);
    assert_eq!(uebrige(&meldungen), None);
    for (code, text) in [
        (Code::LanrPruefziffer, "1 Warnung"),
        (Code::OhneSchluessel, "1 Warnung, 1 Hinweis"),
        (Code::LanrPruefziffer, "2 Warnungen, 1 Hinweis"),
        (Code::DateiAusgelassen, "1 Klärfall, 2 Warnungen, 1 Hinweis"),
        (Code::DateiLeer, "1 Klärfall, 2 Warnungen, 1 Hinweis"),
    ] {
        meldungen.melde(Meldung::ohne_ort(code, "m"));
        assert_eq!(uebrige(&meldungen).as_deref(), Some(text));
    }
}

#[test]
fn every_missing_quarter_of_a_look_back_is_named() {
    let mut ergebnis = crate::export::beispiel::demoquartal();
    let quartale =
        || ["2023Q1", "2023Q2", "2023Q3", "2023Q4"].map(|q| q.parse().expect(q)).to_vec();
    let praxen: Vec<String> = (0..15).map(|i| format!("17{i:05}")).collect();
    ergebnis.rueckblick_fehlt =
        praxen.iter().map(|praxis| (praxis.parse().expect(praxis), quartale())).collect();
    let mut blatt = Vec::new();
    rueckblick(&mut blatt, &ergebnis);
    assert!(blatt.iter().all(|zeile| zeile.chars().count() <= BREITE), "{blatt:?}");
    let text = blatt.join("\n").split_whitespace().collect::<Vec<_>>().join(" ");
    for praxis in praxen {
        let erwartet = format!("2023Q1, 2023Q2, 2023Q3, 2023Q4 (Praxis {praxis})");
        assert!(text.contains(&erwartet), "{text}");
    }
}
