//! The hint counts exactly, wherever a patient becomes known and however many cases are held.

use super::*;

/// P's unmarked cases per practice that the hint names.
fn hinweis(ordner: &Ordner) -> Vec<(String, u64)> {
    let ergebnis = fuehre_aus(&ordner.auftrag()).expect("ein Ergebnis");
    let je_praxis = ergebnis.abrechnung.ungekennzeichnet.iter();
    je_praxis.map(|(praxis, anzahl)| (praxis.to_string(), *anzahl)).collect()
}

#[test]
fn the_hint_counts_patients_whom_only_the_quarters_claims_make_known() {
    // A is in the look-back, B only in a late case of Z, all others nowhere; tests hold two cases.
    let bekannt = fall("a", "A123456780", "2024-01-08", "");
    let spaet = fall("z", "B123456782", "2023-11-08", " quartal=\"2023Q4\"");
    for fremde in [0, 1, 2, 9] {
        let mut in_p = bekannt.clone() + &fall("b", "B123456782", "2024-01-08", "");
        for i in 0..fremde {
            in_p += &fall(&format!("c{i}"), &format!("C12345678{i}"), "2024-01-08", "");
        }
        let p = ("170010100", &*in_p);
        for (was, erste, zweite, erwartet) in [
            ("nobody new", vec![p], vec![], 1),
            ("Z behind P", vec![p, ("170020000", &*spaet)], vec![], 2),
            ("Z before P", vec![("170020000", &*spaet), p], vec![], 2),
            ("Z in a later file", vec![p], vec![("170020000", &*spaet)], 2),
            ("Z in an earlier file", vec![("170020000", &*spaet)], vec![p], 2),
        ] {
            let ordner = Ordner::neu();
            ordner.mit("faelle.xml", &faelle(&kopf("L1", ""), &erste));
            if !zweite.is_empty() {
                ordner.mit("faelle-2.xml", &faelle(&kopf("L2", ""), &zweite));
            }
            let erwartet = [("1700101".to_owned(), erwartet)];
            assert_eq!(hinweis(&ordner), erwartet, "{was}, {fremde} others");
        }
    }
}
