//! What a bundle does not grow with.

use super::*;
use crate::golden::buendel;

/// A run's bundle where practice M delivers so many unmarked cases besides P's marked one.
fn mit_unmarkierten(anzahl: usize) -> std::collections::BTreeMap<String, String> {
    let m = "<praxis bsnr=\"170030000\" art=\"hausarzt\" gemeinde=\"03157006\" honorarkonto=\"HK3\"/></praxen>";
    let ordner = Ordner::neu();
    ordner.mit("stammdaten.xml", &stammdaten(&STAMM.replace("</praxen>", m)));
    let id = |i| format!("B{:09}", i * 10);
    let alle: String =
        (0..anzahl).map(|i| fall(&i.to_string(), &id(i), "2024-01-08", "")).collect();
    // The check digits are no better than chance; each wrong one is a message, kept up to a limit.
    ordner.mit("einstellungen.toml", "[konten]\npar09 = \"1\"\n[grenzen]\nmeldungen_je_code = 1\n");
    ordner.mit("faelle-2.xml", &faelle(&kopf("L2", ""), &[("170030000", &alle)]));
    buendel(&fuehre_aus(&ordner.auftrag()).expect("ein Ergebnis")).1
}

#[test]
fn a_bundle_does_not_grow_with_unmarked_cases() {
    let (wenige, viele) = (mit_unmarkierten(2_000), mit_unmarkierten(9_000));
    assert!(wenige["entscheidungen.csv"].lines().count() == 2);
    for (name, text) in &viele {
        match name.as_str() {
            // They count: same digits, and one more for the bytes of the input.
            "meldungen.csv" => assert_eq!(text.len(), wenige[name].len()),
            "protokoll.json" => assert!(text.len() <= wenige[name].len() + 1),
            _ => assert_eq!(*text, wenige[name], "{name}"),
        }
    }
}
