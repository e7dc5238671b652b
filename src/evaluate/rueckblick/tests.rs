//! Which treatments the look-back keeps.

use super::*;
use crate::auslegung::{Auslegungen, JaNein};
use crate::evaluate::par09::abs3_satz2_behandelt;
use crate::evaluate::par09::beispiel::{
    Probe, Z2, par09, patient, praxis, quartal, stammdaten, tag,
};
use crate::fall::Satzart;
use crate::stammdaten::Praxisart;

const A: &str = "A123456780";
const B: &str = "B123456780";

/// A case of Z2, whose last day is 30.03.2024.
const FALL: Probe = Probe {
    bsnr: "170020200",
    patient: A,
    quartal: "2024Q1",
    schein: (Satzart::Ambulant, 0),
    kennzeichen: None,
    leistungen: &[("2024-01-15", "03000", "123456601")],
};

fn schliessung(art: Praxisart) -> Schliessung {
    let daten = stammdaten();
    let platz = daten.schliessung(praxis(Z2)).expect("Schließung");
    Schliessung { art, ..daten.schliessungen[platz].clone() }
}

fn merke(
    sammlung: &mut Rueckblicksammlung,
    fall: Probe,
    lieferung: &str,
    art: Praxisart,
) -> Auffaellig {
    let stapel = Probe::stapel(&[fall]);
    let fall = stapel.spalten().faelle().next().expect("Fall");
    let quartale = par09().rueckblick_quartale;
    sammlung.merke(&fall, (0, &schliessung(art)), quartal(lieferung), quartale)
}

fn register(faelle: &[(Probe, &str)]) -> Rueckblickregister {
    let mut sammlung = Rueckblicksammlung::default();
    for (fall, lieferung) in faelle {
        merke(&mut sammlung, *fall, lieferung, Praxisart::Hausarzt);
    }
    sammlung.fertig()
}

/// The last day that makes patient A a patient of Z, and what is odd about the case.
fn behandelt(fall: Probe, art: Praxisart, auslegungen: &Auslegungen) -> (String, Auffaellig) {
    let mut sammlung = Rueckblicksammlung::default();
    let auffaellig = merke(&mut sammlung, fall, "2024Q1", art);
    let register = sammlung.fertig();
    assert!(register.ist_gelesen(0, quartal(fall.quartal)), "read, whatever the case shows");
    let letzter_tag = register
        .behandlungen(patient(A))
        .iter()
        .filter(|b| abs3_satz2_behandelt(b, art, &par09(), auslegungen))
        .map(|b| b.letzter_tag)
        .max();
    (letzter_tag.map(|tag| tag.to_string()).unwrap_or_default(), auffaellig)
}

#[test]
fn who_was_a_patient() {
    let vorgabe = Auslegungen::default();
    let kinder = Auslegungen { kinderaerzte: JaNein(true), ..Auslegungen::default() };
    let haus = Praxisart::Hausarzt;
    let beide = Probe {
        leistungen: &[("2024-01-15", "03000", "123456601"), ("2024-02-20", "04000", "123456634")],
        ..FALL
    };
    for (was, fall, art, auslegungen, erwartet) in [
        ("a case", FALL, haus, &vorgabe, "2024-01-15"),
        ("the last of several days", beide, haus, &vorgabe, "2024-02-20"),
        ("mixed Z: only a Hausarzt's", beide, Praxisart::Gemischt, &vorgabe, "2024-01-15"),
        ("mixed Z: or a Kinderarzt's", beide, Praxisart::Gemischt, &kinder, "2024-02-20"),
        (
            "mixed Z: only others'",
            Probe { leistungen: &[("2024-01-15", "07000", "123456610")], ..FALL },
            Praxisart::Gemischt,
            &vorgabe,
            "",
        ),
        (
            "the day D",
            Probe { leistungen: &[("2024-03-30", "03000", "123456601")], ..FALL },
            haus,
            &vorgabe,
            "2024-03-30",
        ),
        (
            "the day after D",
            Probe { leistungen: &[("2024-03-31", "03000", "123456601")], ..FALL },
            haus,
            &vorgabe,
            "",
        ),
        ("no Versicherten-ID", Probe { patient: "", ..FALL }, haus, &vorgabe, ""),
        ("no service", Probe { leistungen: &[], ..FALL }, haus, &vorgabe, ""),
    ] {
        let (tage, auffaellig) = behandelt(fall, art, auslegungen);
        assert_eq!(tage, erwartet, "{was}");
        assert_eq!(
            auffaellig,
            Auffaellig {
                leistungen_nach_schliessung: usize::from(was == "the day after D"),
                ohne_leistung: was == "no service",
            },
            "{was}"
        );
    }
}

#[test]
fn vertreter_and_notfall_cases_make_a_patient_only_by_auslegung() {
    let vorgabe = Auslegungen::default();
    let ja =
        Auslegungen { rueckblick_vertreter_und_notfall: JaNein(true), ..Auslegungen::default() };
    for (satzart, scheinuntergruppe, nach_vorgabe) in [
        (Satzart::Ambulant, 0, true),
        (Satzart::Ueberweisung, 24, true),
        (Satzart::Belegarzt, 31, true),
        (Satzart::Belegarzt, 32, false),
        (Satzart::Notfall, 41, false),
        (Satzart::Notfall, 42, false),
        (Satzart::Notfall, 43, false),
        (Satzart::Notfall, 44, false),
        (Satzart::Notfall, 45, false),
        (Satzart::Notfall, 46, false),
    ] {
        let fall = Probe { schein: (satzart, scheinuntergruppe), ..FALL };
        let gefunden = |auslegungen| {
            let (tage, auffaellig) = behandelt(fall, Praxisart::Hausarzt, auslegungen);
            assert_eq!(auffaellig, Auffaellig::default());
            !tage.is_empty()
        };
        assert_eq!(gefunden(&vorgabe), nach_vorgabe, "{scheinuntergruppe}");
        assert!(gefunden(&ja), "{scheinuntergruppe}");
    }
}

#[test]
fn treatments_are_kept_for_the_widest_reading_only() {
    let am = |q, leistungen| Probe { quartal: q, leistungen, ..FALL };
    for (fall, erwartet) in [
        (am("2022Q4", &[("2022-12-31", "03000", "123456601")]), ""),
        (am("2023Q1", &[("2023-01-01", "03000", "123456601")]), "2023-01-01"),
        (am("2023Q2", &[("2023-05-05", "03000", "123456601")]), "2023-05-05"),
        (am("2024Q2", &[("2024-04-02", "03000", "123456601")]), ""),
    ] {
        let vorgabe = Auslegungen::default();
        let (tage, auffaellig) = behandelt(fall, Praxisart::Hausarzt, &vorgabe);
        assert_eq!(tage, erwartet, "{}", fall.quartal);
        assert_eq!(
            auffaellig.leistungen_nach_schliessung,
            usize::from(fall.quartal == "2024Q2"),
            "{}",
            fall.quartal
        );
    }
}

#[test]
fn a_case_without_service_is_odd_only_where_it_could_show_a_treatment() {
    for (q, erwartet) in [("2022Q4", false), ("2023Q1", true), ("2024Q1", true), ("2024Q2", false)]
    {
        let fall = Probe { quartal: q, leistungen: &[], ..FALL };
        let (_, auffaellig) = behandelt(fall, Praxisart::Hausarzt, &Auslegungen::default());
        assert_eq!(auffaellig.ohne_leistung, erwartet, "{q}");
    }
}

#[test]
fn every_delivery_is_read_by_treatment_quarter() {
    let spaet = |q, leistungen| Probe { quartal: q, leistungen, ..FALL };
    let mut register = register(&[
        (FALL, "2024Q1"),
        (spaet("2023Q4", &[("2023-10-05", "03000", "123456601")]), "2024Q1"),
        (spaet("2023Q3", &[("2023-07-05", "03000", "123456601")]), "2023Q4"),
        (spaet("2023Q3", &[("2023-09-05", "03000", "123456601")]), "2023Q3"),
    ]);
    for (q, gelesen, nur_nachgeliefert) in [
        ("2024Q1", true, false),
        ("2023Q4", true, true),
        ("2023Q3", true, false),
        ("2023Q2", false, false),
    ] {
        assert_eq!(register.ist_gelesen(0, quartal(q)), gelesen, "{q}");
        assert_eq!(register.ist_nur_nachgeliefert(0, quartal(q)), nur_nachgeliefert, "{q}");
        assert!(!register.ist_gelesen(1, quartal(q)), "{q}: another closure");
    }
    let tage: Vec<_> = register.behandlungen(patient(A)).iter().map(|b| b.letzter_tag).collect();
    assert_eq!(tage, [tag("2023-09-05"), tag("2023-10-05"), tag("2024-01-15")]);

    register.ausgelassen(0);
    assert!(!register.ist_gelesen(0, quartal("2023Q4")), "a delivery was left out");
    assert!(!register.ist_gelesen(0, quartal("2023Q3")), "it may have held late cases");
    assert!(!register.ist_nur_nachgeliefert(0, quartal("2023Q4")));
    assert_eq!(register.behandlungen(patient(A)).len(), 3, "what was found stays found");
}

#[test]
fn threads_and_their_order_change_nothing() {
    let faelle: Vec<Probe> = (0..3_000_u32)
        .map(|i| Probe {
            patient: if i % 3 == 0 { A } else { B },
            leistungen: if i == 2_999 {
                &[("2024-02-29", "03000", "123456601")]
            } else {
                FALL.leistungen
            },
            ..FALL
        })
        .collect();
    let gesammelt = |umgekehrt: bool| {
        let mut teile = [Rueckblicksammlung::default(), Rueckblicksammlung::default()];
        for (i, fall) in faelle.iter().enumerate() {
            merke(&mut teile[i % 2], *fall, "2024Q1", Praxisart::Hausarzt);
        }
        assert!(teile.iter().all(|teil| teil.behandlungen.len() < 1_100), "patients, not cases");
        if umgekehrt {
            teile.reverse();
        }
        let [mut erste, zweite] = teile;
        erste.uebernimm(zweite);
        erste.fertig()
    };
    let (register, anders) = (gesammelt(false), gesammelt(true));
    assert_eq!(register.patienten(|_| true), 2);
    assert_eq!(register.patienten(|b| b.letzter_tag == tag("2024-02-29")), 1);
    assert_eq!(register.behandlungen, anders.behandlungen);
    let letzter = |id: &str| register.behandlungen(patient(id))[0].letzter_tag;
    assert_eq!((letzter(A), letzter(B)), (tag("2024-01-15"), tag("2024-02-29")));
    assert!(register.behandlungen(patient("C123456780")).is_empty());
}

/// Claims and extract name one patient in two ways; others stand in the extract only.
#[test]
fn extracts_join_claims_and_count_every_patient_once() {
    let mut register = register(&[(FALL, "2024Q1")]);
    let eine = register.alle()[0];
    let [a, b, c] = [A, B, "C123456780"].map(patient);
    let pseudonym = |id| Pseudonym::neu(id, &[7; 32]);
    let spaeter = Behandlung { letzter_tag: tag("2024-02-20"), ..eine };
    let frueher = Behandlung { quartal: quartal("2023Q4"), letzter_tag: tag("2023-11-11"), ..eine };
    let mut auszug = vec![
        frueher.von(pseudonym(c)),
        spaeter.von(pseudonym(a)),
        frueher.von(pseudonym(a)),
        eine.von(pseudonym(c)),
        frueher.von(pseudonym(b)),
        eine.von(pseudonym(c)),
    ];
    let mut bekannte = vec![(pseudonym(a), a), (pseudonym(b), b)];
    bekannte.sort();
    verdichte(&mut auszug);
    register.nimm_auszuege(auszug, &bekannte);
    assert_eq!(register.behandlungen(a), [frueher, spaeter], "the last day of both");
    assert_eq!(register.behandlungen(b), [frueher.von(b)]);
    assert_eq!(register.behandlungen(c), [], "nobody asks for it");
    assert_eq!(register.patienten(|_| true), 3);
    assert_eq!(register.patienten(|b| b.quartal == quartal("2024Q1")), 2);

    for (q, stand, gelesen, nur_nachgeliefert) in [
        ("2023Q1", Lieferstand::Fehlt, false, false),
        ("2023Q2", Lieferstand::Nachzuegler, true, true),
        ("2023Q3", Lieferstand::Regulaer, true, false),
    ] {
        register.gelesen_im_auszug(0, quartal(q), stand);
        assert_eq!(register.ist_gelesen(0, quartal(q)), gelesen, "{q}");
        assert_eq!(register.ist_nur_nachgeliefert(0, quartal(q)), nur_nachgeliefert, "{q}");
    }
    register.ausgelassen(0);
    assert!(!register.ist_gelesen(0, quartal("2023Q3")), "late cases may be missing");
}
