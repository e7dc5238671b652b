//! Truth table of § 6: each row changes one input of the row above.

use std::sync::Arc;

use super::*;
use crate::auslegung::RundungWert;
use crate::ergebnis::Ergebnis::{Abgelehnt, Bewilligt, Klaerfall};
use crate::euro::{Rundung, anteil_tage_text};
use crate::evaluate::par05::tests::{cent, quartal, regeln, tag, zeitraum};
use crate::meldung::Ort;
use crate::stammdaten::{Arztstand, Praxisart, Praxisstand};

/// What § 6 reads: reference data and rosters, both free to be changed by a test's row.
pub(crate) struct Lage {
    pub(crate) daten: Stammdaten,
    pub(crate) plaene: BTreeMap<Insel, Dienstplan>,
}

fn ort() -> Ort {
    Ort::datei(&Arc::from("stammdaten.xml"))
}

fn praxis(nummer: &str, insel: Option<Insel>) -> Praxisstand {
    Praxisstand {
        praxis: nummer.parse().expect("Praxis"),
        gueltig: zeitraum("2020-01-01", None),
        art: Praxisart::Hausarzt,
        gemeinde: "03455015".parse().expect("AGS"),
        insel,
        honorarkonto: "4711".to_owned(),
        ort: ort(),
    }
}

fn arzt(nummer: &str, psychotherapeut: bool) -> Arztstand {
    Arztstand {
        arzt: nummer.parse().expect("Arzt"),
        psychotherapeut,
        gueltig: zeitraum("2020-01-01", None),
        ort: ort(),
    }
}

pub(crate) fn besetzung(arzt: &str, anteil: &str, von: &str, bis: Option<&str>) -> Besetzung {
    Besetzung {
        arzt: arzt.parse().expect("Arzt"),
        anteil: anteil.parse().expect("Anteil"),
        zeitraum: zeitraum(von, bis),
    }
}

pub(crate) fn stelle(id: &str, praxis: &str, besetzungen: Vec<Besetzung>) -> Arztstelle {
    Arztstelle {
        id: id.to_owned(),
        betriebsstaette: praxis.parse().expect("Praxis"),
        besetzungen,
        ort: ort(),
    }
}

/// Physicians 1000001 to 1000015, two practices on Juist, one on the mainland.
fn leer() -> Lage {
    let daten = Stammdaten {
        praxen: vec![
            praxis("1700101", Some(Insel::Juist)),
            praxis("1700202", Some(Insel::Juist)),
            praxis("1700303", None),
        ],
        aerzte: (1..=15).map(|i| arzt(&format!("{}", 1_000_000 + i), false)).collect(),
        ..Stammdaten::default()
    };
    Lage { daten, plaene: BTreeMap::new() }
}

/// One full post on Juist, held by 1000001, who is on duty every day of a complete roster.
pub(crate) fn grundlage() -> Lage {
    let mut lage = leer();
    let besetzungen = vec![besetzung("1000001", "1", "2020-01-01", None)];
    lage.daten.arztstellen = vec![stelle("AS-1", "1700101", besetzungen)];
    lage.plan().zeitraeume = vec![(tag("2024-01-01"), tag("2024-03-31"))];
    for i in 0..91 {
        lage.dienst(&tag("2024-01-01").plus(i).to_string(), "100000101");
    }
    lage
}

impl Lage {
    pub(crate) fn plan(&mut self) -> &mut Dienstplan {
        self.plaene.entry(Insel::Juist).or_default()
    }

    pub(crate) fn dienst(&mut self, am: &str, lanr: &str) {
        let dienst = (tag(am), lanr.parse().expect("LANR"));
        let dienste = &mut self.plan().dienste;
        let stelle = dienste.partition_point(|d| *d < dienst);
        if dienste.get(stelle) != Some(&dienst) {
            dienste.insert(stelle, dienst);
        }
    }

    /// Decides 2024Q1, and proves on the way that every decision follows from its facts alone.
    pub(crate) fn lauf(
        &self,
        auslegungen: &Auslegungen,
    ) -> (Vec<Insellage>, Vec<Entscheidung06>, Meldungen) {
        let mut meldungen = Meldungen::neu(10);
        let (regeln, q) = (regeln(), quartal("2024Q1"));
        let (lagen, entscheidungen) =
            entscheide(&self.daten, &self.plaene, q, &regeln, auslegungen, &mut meldungen);
        for e in &entscheidungen {
            let nochmal = entscheidung(e.sachverhalt.clone(), &regeln.par06, auslegungen);
            assert_eq!(nochmal.as_ref(), Ok(e));
            assert!(lagen.contains(&e.sachverhalt.lage));
            assert!(e.gruende.ergebnis() == Bewilligt || e.betrag == Cent::NULL);
        }
        (lagen, entscheidungen, meldungen)
    }

    /// Returns n and, per post, id, reasons and payment.
    fn kurz(&self, auslegungen: &Auslegungen) -> (u32, Vec<String>) {
        let (lagen, entscheidungen, _) = self.lauf(auslegungen);
        let zeile = |e: &Entscheidung06| {
            format!("{} {}: {}", e.sachverhalt.arztstelle, e.gruende.text(), e.betrag)
        };
        (lagen[0].anzahl(), entscheidungen.iter().map(zeile).collect())
    }
}

type Schritt = fn(&mut Lage);

/// One change, and what § 6 says after it: result, reasons, payment.
const WAHRHEITSTAFEL: &[(Schritt, Ergebnis, &str, &str)] = &[
    (
        |_| (),
        Abgelehnt,
        "kein_bereitschaftsdienst|dienstplan_unvollstaendig|kein_dienstplan|wechsel_im_quartal",
        "0.00",
    ),
    (
        |l| l.dienst("2024-01-05", "999999900"),
        Abgelehnt,
        "kein_bereitschaftsdienst|dienstplan_unvollstaendig|dienst_arzt_unbekannt\
             |kein_dienstplan|wechsel_im_quartal",
        "0.00",
    ),
    (
        |l| l.daten.aerzte[0].psychotherapeut = false,
        Klaerfall,
        "dienstplan_unvollstaendig|dienst_arzt_unbekannt|kein_dienstplan|wechsel_im_quartal",
        "0.00",
    ),
    // A roster that lacks a day, or names somebody unknown, does not tell n.
    (
        |l| l.plan().zeitraeume.push((tag("2024-01-01"), tag("2024-03-30"))),
        Klaerfall,
        "dienstplan_unvollstaendig|dienst_arzt_unbekannt|wechsel_im_quartal",
        "0.00",
    ),
    (
        |l| l.plan().zeitraeume.push((tag("2024-03-31"), tag("2024-06-30"))),
        Klaerfall,
        "dienst_arzt_unbekannt|wechsel_im_quartal",
        "0.00",
    ),
    // A physician who is not in the register is as unknown as an Ersatzwert.
    (
        |l| l.plan().dienste = vec![(tag("2024-01-05"), "777777701".parse().expect("LANR"))],
        Klaerfall,
        "dienst_arzt_unbekannt|wechsel_im_quartal",
        "0.00",
    ),
    (
        |l| l.plan().dienste.clear(),
        Klaerfall,
        "kein_dienstplan|anzahl_widerspricht_dienstplan|wechsel_im_quartal",
        "0.00",
    ),
    // A duty outside Q is none.
    (
        |l| l.dienst("2024-04-01", "100000101"),
        Klaerfall,
        "kein_dienstplan|anzahl_widerspricht_dienstplan|wechsel_im_quartal",
        "0.00",
    ),
    (
        |l| l.dienst("2024-03-31", "100000103"),
        Klaerfall,
        "anzahl_widerspricht_dienstplan|wechsel_im_quartal",
        "0.00",
    ),
    (
        |l| l.daten.kopfzahlen.values_mut().for_each(|zahl| *zahl = 1),
        Klaerfall,
        "wechsel_im_quartal",
        "0.00",
    ),
    (
        |l| l.daten.arztstellen[0].besetzungen[1].anteil = "1".parse().expect("Anteil"),
        Bewilligt,
        "",
        "21500.00",
    ),
    // Another holder, same share.
    (
        |l| l.daten.arztstellen[0].besetzungen[1].arzt = "1000002".parse().expect("Arzt"),
        Klaerfall,
        "wechsel_im_quartal",
        "0.00",
    ),
    // The change lies before Q, and the holder of Q is not on the roster.
    (
        |l| {
            l.daten.arztstellen[0].besetzungen[0].zeitraum.bis = Some(tag("2023-12-31"));
        },
        Klaerfall,
        "kein_dienstplan|anzahl_widerspricht_dienstplan",
        "0.00",
    ),
    (|l| l.dienst("2024-03-30", "100000201"), Bewilligt, "", "14175.82"),
];

#[test]
fn truth_table_each_row_changes_one_input_of_the_row_above() {
    // The post of a Psychotherapeut, without a roster, with a head count and a change of share.
    let mut lage = leer();
    lage.daten.aerzte[0].psychotherapeut = true;
    let besetzungen = vec![
        besetzung("1000001", "1", "2020-01-01", Some("2024-01-31")),
        besetzung("1000001", "0.5", "2024-02-01", None),
    ];
    lage.daten.arztstellen = vec![stelle("AS-1", "1700101", besetzungen)];
    lage.daten.kopfzahlen.insert((Insel::Juist, quartal("2024Q1")), 2);
    let auslegungen = Auslegungen { wechsel: Wechsel::Klaerfall, ..Auslegungen::default() };
    for (i, (aenderung, ergebnis, gruende, betrag)) in WAHRHEITSTAFEL.iter().enumerate() {
        aenderung(&mut lage);
        let (_, e, _) = lage.lauf(&auslegungen);
        let ist = (e[0].gruende.ergebnis(), e[0].gruende.text(), e[0].betrag);
        assert_eq!(ist, (*ergebnis, (*gruende).to_owned(), cent(betrag)), "row {i}");
    }
}

#[test]
fn the_table_from_one_to_ten_and_its_end() {
    let mut lage = grundlage();
    lage.plan().dienste.clear();
    lage.daten.arztstellen.clear();
    let saetze = [
        "21500.00", "10250.00", "6500.00", "4625.00", "3500.00", "2750.00", "2215.00", "1813.00",
        "1500.00", "1250.00",
    ];
    for n in 1..=11 {
        let lanr = format!("{}01", 1_000_000 + n);
        lage.dienst("2024-02-29", &lanr);
        // The last one is a head without a share.
        let anteil = if n == 11 { "0" } else { "1" };
        let besetzungen = vec![besetzung(&lanr[..7], anteil, "2020-01-01", None)];
        lage.daten.arztstellen.push(stelle(&format!("AS-{n:02}"), "1700202", besetzungen));
        let (lagen, e, _) = lage.lauf(&Auslegungen::default());
        let satz = saetze.get(n - 1).map(|satz| cent(satz));
        assert_eq!(abs2_satz(&lagen[0], &regeln().par06), satz, "{n}");
        assert_eq!(e.len(), n);
        for e in e {
            let gruende = if n == 11 { "tabelle_endet_bei_zehn" } else { "" };
            assert_eq!((e.gruende.text().as_str(), e.betrag), (gruende, satz.unwrap_or_default()));
        }
    }
    lage.daten.kopfzahlen.insert((Insel::Juist, quartal("2024Q1")), 10);
    let (_, e, _) = lage.lauf(&Auslegungen::default());
    let beide = "tabelle_endet_bei_zehn|anzahl_widerspricht_dienstplan";
    assert_eq!(e[0].gruende.text(), beide);
    assert_eq!(abs2_satz(&leere_lage(), &regeln().par06), None);
}

fn leere_lage() -> Insellage {
    let mut lage = leer();
    lage.plan();
    let (lagen, e, meldungen) = lage.lauf(&Auslegungen::default());
    assert!(e.is_empty() && meldungen.liste().is_empty());
    lagen.into_iter().next().expect("Juist")
}

#[test]
fn stand_ins_successors_and_changes_within_the_quarter() {
    let tagesgenau = Auslegungen::default();
    let klaerfall = Auslegungen { wechsel: Wechsel::Klaerfall, ..Auslegungen::default() };
    let alle = Auslegungen { dienst_zaehlt: DienstZaehlt::Alle, ..Auslegungen::default() };
    let mut lage = grundlage();
    assert_eq!(lage.kurz(&tagesgenau), (1, vec!["AS-1 : 21500.00".to_owned()]));

    // A holder who is not on the roster does not count either, and is named.
    assert!(lage.lauf(&tagesgenau).0[0].nicht_im_dienstplan.is_empty());
    let besetzungen = vec![besetzung("1000002", "1", "2020-01-01", None)];
    lage.daten.arztstellen.push(stelle("AS-2", "1700202", besetzungen));
    assert_eq!(lage.kurz(&tagesgenau).0, 1);
    assert_eq!(lage.lauf(&tagesgenau).0[0].nicht_im_dienstplan, ["1000002".parse().expect("Arzt")]);
    lage = grundlage();

    // A stand-in without a post does not count, unless everybody on the roster does.
    lage.dienst("2024-02-01", "100000901");
    assert_eq!(lage.kurz(&tagesgenau).0, 1);
    assert_eq!(lage.kurz(&alle), (2, vec!["AS-1 : 10250.00".to_owned()]));
    let (lagen, _, meldungen) = lage.lauf(&tagesgenau);
    assert_eq!(lagen[0].ohne_arztstelle, ["1000009".parse().expect("Arzt")]);
    assert_eq!(meldungen.anzahl(Code::DienstOhneArztstelle), 1);

    // Two to one inside the quarter: n is that of the days with two.
    lage = grundlage();
    let geht = vec![besetzung("1000002", "1", "2020-01-01", Some("2024-01-31"))];
    lage.daten.arztstellen.push(stelle("AS-2", "1700202", geht));
    lage.dienst("2024-01-15", "100000201");
    let zwei_auf_eins = vec!["AS-1 : 10250.00".to_owned(), "AS-2 : 3491.76".to_owned()];
    assert_eq!(lage.kurz(&tagesgenau), (2, zwei_auf_eins.clone()));
    assert_eq!(lage.kurz(&klaerfall), (2, zwei_auf_eins));

    // The successor is on the roster too, but never on one day with both others.
    let kommt = besetzung("1000003", "0.5", "2024-03-01", None);
    lage.daten.arztstellen[1].besetzungen.push(kommt);
    lage.dienst("2024-03-15", "100000301");
    let mit_nachfolger = vec!["AS-1 : 10250.00".to_owned(), "AS-2 : 5237.64".to_owned()];
    assert_eq!(lage.kurz(&tagesgenau), (2, mit_nachfolger));
    let (lagen, e, meldungen) = lage.lauf(&tagesgenau);
    assert_eq!(anteil_tage_text(abs2_anteil_tage(&e[1].sachverhalt)), "46.5");
    assert_eq!(lagen[0].erreicht_am, Some(tag("2024-01-01")));
    assert_eq!(meldungen.anzahl(Code::DienstOhneArztstelle), 0);
    let wechsel = vec!["AS-1 : 10250.00".to_owned(), "AS-2 wechsel_im_quartal: 0.00".to_owned()];
    assert_eq!(lage.kurz(&klaerfall), (2, wechsel));
    assert_eq!(lage.kurz(&alle).0, 3);

    // A holder who is not on the roster is paid but not counted.
    lage.plan().dienste.retain(|(_, lanr)| lanr.arzt().to_string() != "1000002");
    let (lagen, e, _) = lage.lauf(&tagesgenau);
    assert_eq!((lagen[0].anzahl(), e[1].betrag), (2, cent("5237.64")));
    assert_eq!(lagen[0].erreicht_am, Some(tag("2024-03-01")));
}

#[test]
fn only_filled_posts_of_island_practices_are_decided() {
    let mut lage = grundlage();
    let frei = vec![besetzung("1000002", "1", "2020-01-01", Some("2023-12-31"))];
    lage.daten.arztstellen.push(stelle("AS-0", "1700101", frei));
    let festland = vec![besetzung("1000003", "1", "2020-01-01", None)];
    lage.daten.arztstellen.push(stelle("AS-3", "1700303", festland));
    lage.dienst("2024-01-02", "100000301");
    assert_eq!(lage.kurz(&Auslegungen::default()), (1, vec!["AS-1 : 21500.00".to_owned()]));

    // A roster of an island without a post is reported as a state, not decided.
    lage.plaene.insert(Insel::Borkum, Dienstplan::default());
    let (lagen, e, _) = lage.lauf(&Auslegungen::default());
    let inseln: Vec<_> = lagen.iter().map(|l| (l.insel, l.anzahl())).collect();
    assert_eq!((inseln, e.len()), (vec![(Insel::Borkum, 0), (Insel::Juist, 1)], 1));
    assert_eq!(lagen[0].ungedeckt, [(tag("2024-01-01"), tag("2024-03-31"))]);
}

#[test]
fn psychotherapists_are_never_counted() {
    let mut lage = grundlage();
    lage.daten.aerzte[1].psychotherapeut = true;
    let besetzungen = vec![besetzung("1000002", "1", "2020-01-01", None)];
    lage.daten.arztstellen.push(stelle("AS-2", "1700101", besetzungen));
    lage.dienst("2024-01-02", "100000268");
    for dienst_zaehlt in [DienstZaehlt::MitArztstelle, DienstZaehlt::Alle] {
        let auslegungen = Auslegungen { dienst_zaehlt, ..Auslegungen::default() };
        let erwartet = ["AS-1 : 21500.00", "AS-2 kein_bereitschaftsdienst: 0.00"];
        assert_eq!(lage.kurz(&auslegungen), (1, erwartet.map(ToOwned::to_owned).to_vec()));
        let (lagen, _, meldungen) = lage.lauf(&auslegungen);
        assert_eq!(lagen[0].psychotherapeuten.len(), 1);
        assert_eq!(meldungen.anzahl(Code::DienstPsychotherapeut), 1);
        assert_eq!(meldungen.anzahl(Code::DienstOhneArztstelle), 0);
    }
}

#[test]
fn the_register_of_the_day_knows_a_physician_on_duty() {
    let mut lage = grundlage();
    lage.dienst("2024-02-01", "100000901");
    lage.dienst("2024-02-02", "100000902");
    for (ab, unbekannte) in [
        ("2024-02-01", vec![]),
        ("2024-02-02", vec![("100000901", "2024-02-01")]),
        ("2024-02-03", vec![("100000901", "2024-02-01"), ("100000902", "2024-02-02")]),
    ] {
        lage.daten.aerzte[8].gueltig = zeitraum(ab, None);
        for (dienst_zaehlt, n) in [(DienstZaehlt::MitArztstelle, 1), (DienstZaehlt::Alle, 2)] {
            let auslegungen = Auslegungen { dienst_zaehlt, ..Auslegungen::default() };
            let (lagen, e, _) = lage.lauf(&auslegungen);
            let ist: Vec<_> =
                lagen[0].unbekannte.iter().map(|(l, t)| (l.to_string(), t.to_string())).collect();
            let erwartet: Vec<_> =
                unbekannte.iter().map(|(l, t)| ((*l).to_owned(), (*t).to_owned())).collect();
            assert_eq!((lagen[0].anzahl(), ist), (n, erwartet));
            let gruende = if unbekannte.is_empty() { "" } else { "dienst_arzt_unbekannt" };
            assert_eq!(e[0].gruende.text(), gruende, "{ab}");
        }
    }
}

#[test]
fn gaps_of_the_roster_and_days_without_duty() {
    let mut lage = grundlage();
    lage.plan().dienste.retain(|(am, _)| *am != tag("2024-02-29"));
    for (zeitraeume, ungedeckt, ohne_dienst) in [
        (vec![("2024-01-01", "2024-03-31")], vec![], 1),
        (vec![("2024-02-10", "2024-05-01"), ("2023-12-01", "2024-02-20")], vec![], 1),
        (
            vec![("2024-01-02", "2024-02-10"), ("2024-02-12", "2024-03-30")],
            vec![
                ("2024-01-01", "2024-01-01"),
                ("2024-02-11", "2024-02-11"),
                ("2024-03-31", "2024-03-31"),
            ],
            1,
        ),
        (vec![("2024-01-01", "2024-02-28")], vec![("2024-02-29", "2024-03-31")], 0),
        (vec![("2023-01-01", "2023-12-31")], vec![("2024-01-01", "2024-03-31")], 0),
        (vec![("2024-04-01", "2024-06-30")], vec![("2024-01-01", "2024-03-31")], 0),
    ] {
        let tage = |(von, bis): (&str, &str)| (tag(von), tag(bis));
        lage.plan().zeitraeume = zeitraeume.into_iter().map(tage).collect();
        let (lagen, e, meldungen) = lage.lauf(&Auslegungen::default());
        let ungedeckt: Vec<_> = ungedeckt.into_iter().map(tage).collect();
        assert_eq!((&lagen[0].ungedeckt, lagen[0].tage_ohne_dienst), (&ungedeckt, ohne_dienst));
        let unvollstaendig = e[0].gruende.enthaelt(Grund06::DienstplanUnvollstaendig);
        assert_eq!(unvollstaendig, !ungedeckt.is_empty());
        assert_eq!(meldungen.anzahl(Code::DienstLuecke), u64::from(ohne_dienst));
    }
}

#[test]
fn many_duties_are_days_of_one_physician_on_one_island() {
    let mut lage = leer();
    for (am, lanr, viele) in [
        ("2024-01-01", "100000101", vec![]),
        ("2024-01-02", "100000101", vec![]),
        ("2024-01-03", "100000101", vec![]),
        ("2024-01-04", "100000101", vec![]),
        ("2024-01-04", "100000103", vec![]),
        ("2024-04-01", "100000101", vec![]),
        ("2024-01-05", "100000201", vec![]),
        ("2024-01-05", "100000103", vec![5]),
        ("2024-01-06", "100000101", vec![6]),
    ] {
        lage.dienst(am, lanr);
        let (lagen, _, meldungen) = lage.lauf(&Auslegungen::default());
        let ist: Vec<_> = lagen[0].viele_dienste.iter().map(|(_, anzahl)| *anzahl).collect();
        assert_eq!(ist, viele, "{am} {lanr}");
        assert_eq!(meldungen.anzahl(Code::DiensteUeberVier) == 1, !viele.is_empty());
    }
    for am in ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"] {
        lage.dienst(am, "999999900");
    }
    let (lagen, _, _) = lage.lauf(&Auslegungen::default());
    assert_eq!((lagen[0].viele_dienste.len(), lagen[0].unbekannte.len()), (1, 1));
}

#[test]
fn roundings_and_impossible_amounts() {
    use Rundung::{Abrunden, Kaufmaennisch, ZurGeraden};
    let mut lage = grundlage();
    lage.daten.arztstellen[0].besetzungen =
        vec![besetzung("1000001", "0.5", "2024-02-15", Some("2024-03-01"))];
    // 21,500.00 × 8 / 91 = 1,890.1098…
    for (rundung, betrag) in
        [(Kaufmaennisch, "1890.11"), (Abrunden, "1890.10"), (ZurGeraden, "1890.11")]
    {
        let auslegungen = Auslegungen { rundung: RundungWert(rundung), ..Auslegungen::default() };
        assert_eq!(lage.kurz(&auslegungen).1, [format!("AS-1 : {betrag}")]);
    }
    let mut regeln = regeln();
    regeln.par06.saetze[0] = Cent::neu(i64::MAX);
    let doppelt = besetzung("1000001", "1", "2020-01-01", None);
    lage.daten.arztstellen[0].besetzungen = vec![doppelt.clone(), doppelt];
    let mut meldungen = Meldungen::neu(10);
    let auslegungen = Auslegungen::default();
    let q = quartal("2024Q1");
    let (_, e) = entscheide(&lage.daten, &lage.plaene, q, &regeln, &auslegungen, &mut meldungen);
    assert_eq!((e.len(), meldungen.anzahl(Code::BetragUebersteigt)), (0, 1));
}

/// A post at the island branch of a mainland MVZ counts and is paid to the MVZ; a branch that names
/// no island stands for its main practice here too.
#[test]
fn a_branch_stands_for_its_practice_unless_it_names_its_island() {
    for (haupt, insel, stellen, n) in [
        ("1700303", Some(Insel::Juist), vec!["AS-1 : 10250.00", "AS-2 : 10250.00"], 2),
        ("1700202", None, vec!["AS-1 : 10250.00", "AS-2 : 10250.00"], 2),
        ("1700303", None, vec!["AS-1 : 21500.00"], 1),
    ] {
        let mut lage = grundlage();
        lage.daten.zweige.push(crate::stammdaten::Zweig {
            betriebsstaette: "1700999".parse().expect("Praxis"),
            praxis: haupt.parse().expect("Praxis"),
            insel,
            gueltig: zeitraum("2020-01-01", None),
            ort: ort(),
        });
        let besetzungen = vec![besetzung("1000002", "1", "2020-01-01", None)];
        lage.daten.arztstellen.push(stelle("AS-2", "1700999", besetzungen));
        lage.dienst("2024-01-15", "100000201");
        let erwartet = stellen.into_iter().map(str::to_owned).collect();
        assert_eq!(lage.kurz(&Auslegungen::default()), (n, erwartet), "{haupt}");
        let (_, e, _) = lage.lauf(&Auslegungen::default());
        assert!(e.iter().all(|e| e.sachverhalt.praxis.to_string() != "1700999"));
    }
}

/// "By the register valid in the quarter": what begins or ends around it decides nothing.
#[test]
fn the_register_of_the_quarter_tells_practice_and_island() {
    let zweig = |praxis: &str, insel, von: &str, bis| crate::stammdaten::Zweig {
        betriebsstaette: "1700999".parse().expect("Praxis"),
        praxis: praxis.parse().expect("Praxis"),
        insel,
        gueltig: zeitraum(von, bis),
        ort: ort(),
    };
    let mut lage = grundlage();
    lage.daten.zweige = vec![
        zweig("1700303", None, "2020-01-01", Some("2023-12-31")),
        zweig("1700202", Some(Insel::Juist), "2024-01-01", Some("2024-03-31")),
        zweig("1700303", Some(Insel::Borkum), "2024-04-01", None),
    ];
    let besetzungen = vec![besetzung("1000002", "1", "2020-01-01", None)];
    lage.daten.arztstellen.push(stelle("AS-2", "1700999", besetzungen));
    lage.dienst("2024-01-15", "100000201");
    let (lagen, e, _) = lage.lauf(&Auslegungen::default());
    assert_eq!((lagen.len(), lagen[0].insel, lagen[0].anzahl()), (1, Insel::Juist, 2));
    assert_eq!(e[1].sachverhalt.praxis.to_string(), "1700202");
}
