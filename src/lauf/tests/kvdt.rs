//! Runs over KVDT files, alone and beside XML.

use super::*;
use crate::read::kvdt::tests::{FUSS, KOPF, datei, guter_fall};
use crate::read::roh::tests::{gzip, zstd};

/// Practice 1700101 with these cases; the small quarter marks by the GNR that they all have.
fn praxis(faelle: &str) -> Vec<u8> {
    datei(&format!("{KOPF} {faelle} {FUSS}"))
}

/// The small quarter without its XML claims.
fn ordner() -> Ordner {
    let ordner = Ordner::neu();
    ordner.ohne("faelle.xml").mit(
        "einstellungen.toml",
        "[konten]\npar09 = \"1\"\n[par09]\nkennzeichen_gnr = [\"03000\"]\n",
    );
    ordner
}

impl Ordner {
    fn mit_bytes(&self, name: &str, bytes: &[u8]) -> &Self {
        fs::write(self.0.path().join(name), bytes).expect("Datei");
        self
    }
}

#[test]
fn a_kvdt_file_is_a_delivery_under_any_of_its_names() {
    let bytes = praxis(&guter_fall());
    for (name, inhalt) in [
        ("Z01170010100_21.05.2024_12.00.con", bytes.clone()),
        ("praxis.CON", bytes.clone()),
        ("praxis.con.gz", gzip(&bytes)),
        ("praxis.con.zst", zstd(&bytes)),
    ] {
        beginnt(&ordner().mit_bytes(name, &inhalt).laufe(), &["1700101/S1 bewilligt"], name);
    }
}

#[test]
fn kvdt_and_xml_may_lie_side_by_side() {
    let kvdt = praxis(&guter_fall());
    let andere = lieferung(&kopf("L1", ""), "170030000", &["1"]);
    let ordner = ordner();
    ordner.mit_bytes("a.con", &kvdt).mit("faelle.xml", &andere);
    let ergebnis = fuehre_aus(&ordner.auftrag()).expect("ein Ergebnis");
    assert_eq!(ergebnis.abrechnung.summen.faelle, 2);
    assert_eq!(ergebnis.kvdt.abrechnung.faelle.values().sum::<u64>(), 1);
    // a practice belongs to one of them
    ordner.mit("faelle.xml", &lieferung(&kopf("L1", ""), "170010100", &["1"]));
    beginnt(&ordner.laufe(), &["faelle.xml:3: … praxis_doppelt"], "in both forms");
}

/// "3003 where it is there and unique in the practice": where it is not, no case has it, whichever
/// stands first.
#[test]
fn a_schein_id_of_several_cases_names_none_of_them() {
    let (a, b) = (guter_fall(), guter_fall().replace("20240115", "20240116"));
    let c = guter_fall().replace("3003S1", "3003S2").replace("3119A123456780 ", "");
    let ids = |faelle: &[&str]| -> Vec<String> {
        let ordner = ordner();
        ordner.mit_bytes("a.con", &praxis(&faelle.join(" ")));
        let ergebnis = fuehre_aus(&ordner.auftrag()).expect("ein Ergebnis");
        assert_eq!(ergebnis.abrechnung.summen.faelle, faelle.len() as u64);
        assert_eq!(ergebnis.kvdt.abrechnung.dateien, 1);
        ergebnis.abrechnung.par09.iter().map(|e| e.fall_id.to_string()).collect()
    };
    let hash = |fall: &str| blake3::hash(&datei(fall)).to_hex()[..16].to_owned();
    let mut erwartet = vec![hash(&a), hash(&b), "S2".to_owned()];
    erwartet.sort();
    for faelle in [[&a, &b, &c], [&b, &c, &a]] {
        let mut gefunden = ids(&faelle.map(String::as_str));
        gefunden.sort();
        assert_eq!(gefunden, erwartet);
    }
    assert_eq!(ids(&[&a, &c]), ["S1", "S2"]);
}

#[test]
fn a_damaged_kvdt_file_is_refused_or_left_out_as_a_whole() {
    let ordner = ordner();
    let zwei = format!("{} {}", guter_fall(), guter_fall().replace("3003S1", "3003S2"));
    let kaputt = praxis(&zwei.replace("3110W", "3110Q"));
    ordner.mit_bytes("a.con", &kaputt);
    let fehler = "kvdt_feld_ungueltig: Feld 3110: „Q“ gefunden";
    let gefunden = ordner.laufe();
    assert!(gefunden.len() == 2 && gefunden.iter().all(|f| f.contains(fehler)), "{gefunden:#?}");
    assert!(gefunden[0].starts_with("a.con:23:") && gefunden[0].contains(": satz 5: "));
    let auftrag = Auftrag { ohne_fehlerhafte_dateien: true, ..ordner.auftrag() };
    let ergebnis = fuehre_aus(&auftrag).expect("ein Ergebnis");
    assert_eq!(ergebnis.abrechnung.summen.faelle, 0);
    assert_eq!(ergebnis.kvdt, KvdtSummen::default());
    let ausgelassen = ergebnis.meldungen.liste();
    let praxis = |m: &&Meldung| m.code == Code::DateiAusgelassen && m.text.contains("1700101");
    assert_eq!(ausgelassen.iter().filter(praxis).count(), 1);
}

/// A branch of practice 1700101 that sends a file of its own, with the same Schein-ID.
#[test]
fn a_schein_id_in_two_files_of_a_practice_names_neither_case() {
    let ordner = ordner();
    let zweig =
        KOPF.replace("0201170010100", "0201170019900").replace("0201170010200", "0201170019901");
    let im_zweig =
        guter_fall().replace("170010100", "170019900").replace("A123456780", "B123456782");
    let im_zweig = datei(&format!("{zweig} {im_zweig} {FUSS}"));
    ordner.mit_bytes("a.con", &praxis(&guter_fall())).mit_bytes("b.con", &im_zweig);
    let ergebnis = fuehre_aus(&ordner.auftrag()).expect("ein Ergebnis");
    let mut ids: Vec<_> = ergebnis.abrechnung.par09.iter().map(|e| e.fall_id.len()).collect();
    ids.sort_unstable();
    assert_eq!((ids, ergebnis.abrechnung.summen.faelle), (vec![16, 16], 2));
    // the same id in XML keeps it there
    ordner.ohne("b.con");
    ordner.mit("faelle.xml", &lieferung(&kopf("L1", ""), "170019900", &["S1"]));
    let ergebnis = fuehre_aus(&ordner.auftrag()).expect("ein Ergebnis");
    let erste = ergebnis.abrechnung.par09.iter().next();
    assert_eq!(erste.map(|e| e.fall_id.len()), Some(16));
}

/// A part may be missing because its file cannot be read, but no KVDT file is ever a part.
#[test]
fn a_kvdt_file_does_not_stand_for_a_missing_part() {
    let ordner = ordner();
    let sadt = "8000con0 910320240521 91064 91326 8000besa 0201170010100 0212123456601 8000sad0 8000sad9 8000con9";
    let teil = lieferung(&kopf("L1", "teil=\"1\" von_teilen=\"2\""), "170030000", &["1"]);
    ordner.mit_bytes("sadt.con", &datei(sadt)).mit("faelle.xml", &teil);
    beginnt(&ordner.laufe(), &["faelle.xml:2:44: lieferung_unvollstaendig"], "SADT alone");
}

/// Ids that look like ours: a host may send back what it found in a bundle.
#[test]
fn an_id_that_is_another_records_hash_ends_in_an_answer() {
    let ohne = guter_fall().replace("3003S1 ", "");
    let hash = blake3::hash(&datei(&ohne)).to_hex()[..16].to_owned();
    let mit = guter_fall().replace("3003S1", &format!("3003{hash}"));
    for faelle in [format!("{ohne} {mit}"), format!("{mit} {ohne}")] {
        let ordner = ordner();
        ordner.mit_bytes("a.con", &praxis(&faelle));
        let ergebnis = fuehre_aus(&ordner.auftrag()).expect("ein Ergebnis");
        assert_eq!(ergebnis.abrechnung.summen.faelle, 2);
    }
    // in XML the id is the practice's own, and the record has no other
    let ordner = ordner();
    ordner.mit_bytes("a.con", &praxis(&ohne));
    ordner.mit("faelle.xml", &lieferung(&kopf("L1", ""), "170019900", &[&hash]));
    let gefunden = ordner.laufe();
    assert!(gefunden.len() == 1 && gefunden[0].contains(": fall_doppelt: "), "{gefunden:#?}");
}

/// Twice in one file of the practice and once in another: none of the three is named by it.
#[test]
fn a_schein_id_that_is_not_unique_in_one_file_names_no_case_of_another() {
    let zweig =
        KOPF.replace("0201170010100", "0201170019900").replace("0201170010200", "0201170019901");
    let im_zweig = guter_fall().replace("170010100", "170019900");
    let zweimal = format!("{} {}", guter_fall(), guter_fall().replace("20240115", "20240116"));
    for (haupt, neben) in [("a.con", "b.con"), ("b.con", "a.con")] {
        let ordner = ordner();
        ordner.mit_bytes(haupt, &praxis(&zweimal));
        ordner.mit_bytes(neben, &datei(&format!("{zweig} {im_zweig} {FUSS}")));
        let ergebnis = fuehre_aus(&ordner.auftrag()).expect("ein Ergebnis");
        let ids: Vec<_> = ergebnis.abrechnung.par09.iter().map(|e| e.fall_id.len()).collect();
        assert_eq!(ids, [16, 16, 16]);
    }
}
