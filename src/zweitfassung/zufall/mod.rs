//! Random portfolios: small dense worlds, in which few patients meet few practices on the days at
//! which something changes.
//!
//! Dice are thrown and shrunk as rows of bytes; the builders here turn any dice into valid inputs.
//! What is thrown away because it would be an input error (a second closure of one practice,
//! overlapping periods) simply does not appear.

mod korrekturen;
mod par05;
mod par06;
mod par09;
mod wuerfel;

use proptest::prelude::*;

use self::wuerfel::{Reihe, Wuerfel, reihen};
use super::portfolio::{Einstellungen, Portfolio, Quartal, Tag, Zeile, tage_frueher, tage_spaeter};

/// Any portfolio.
pub(super) fn portfolio() -> impl Strategy<Value = Portfolio> {
    let par09 = (
        reihen(3, 6),  // practices
        reihen(1, 4),  // closures
        reihen(0, 6),  // Bewilligungen
        reihen(0, 5),  // earlier grants
        reihen(0, 12), // cases of the running quarter
        reihen(0, 8),  // cases of the look-back
        reihen(0, 3),  // publications
    );
    let par05 = (reihen(0, 5), reihen(0, 4), reihen(0, 2), reihen(0, 3));
    let par06 = (reihen(0, 6), reihen(0, 4), reihen(0, 14), reihen(0, 2));
    (reihen(4, 4), par09, par05, par06, reihen(0, 4)).prop_map(
        |(welt, par09, par05, par06, korrekturen)| {
            let mut portfolio = leer(&welt[0]);
            par09::baue(&mut portfolio, &welt[1], &par09);
            par05::baue(&mut portfolio, &welt[2], &par05);
            par06::baue(&mut portfolio, &welt[3], &par06);
            korrekturen::baue(&mut portfolio, &korrekturen);
            portfolio
        },
    )
}

/// A portfolio with a quarter and settings.
fn leer(reihe: &Reihe) -> Portfolio {
    let mut w = Wuerfel::neu(reihe);
    // 2024Q1 has the leap day; the quarters of 2023Q1, 2024Q1 and 2024Q4 have 90, 91 and 92 days.
    let quartal = Quartal(2024 * 4 + w.aus(&[0, 0, 1, -1, 4, 3, -4, 2]));
    let einstellungen = Einstellungen {
        rundung: w.aus(&["kaufmaennisch", "kaufmaennisch", "abrunden", "zur_geraden"]),
        kennzeichen_gnr: w.aus(&[vec![], vec!["99119A"], vec!["03000", "99119A"]]),
        rueckblick: w.aus(&[
            "vier_quartale_mit_schliessungsquartal",
            "nur_volle_quartale",
            "vier_quartale_und_rumpfquartal",
        ]),
        rueckblick_vertreter_und_notfall: w.aus(&["nein", "nein", "ja"]),
        notfaelle: w.aus(&["ausgenommen", "ausgenommen", "zulassen"]),
        nur_originalschein: w.aus(&["ja", "ja", "nein"]),
        kinderaerzte: w.aus(&["nein", "ja"]),
        mehrfachuebernahme: w.aus(&["erste", "erste", "klaerfall"]),
        zwei_quartale_je: w.aus(&["patient", "praxis"]),
        acht_quartale_je: w.aus(&["arzt", "bewilligung"]),
        ende_anteilig: w.aus(&["ja", "ja", "nein"]),
        negatives_honorar: w.aus(&["null", "abziehen"]),
        dienst_zaehlt: w.aus(&["mit_arztstelle", "mit_arztstelle", "alle"]),
        wechsel: w.aus(&["tagesgenau", "klaerfall"]),
    };
    Portfolio {
        quartal,
        einstellungen,
        neuer_zuschlag: w.selten(4).then_some(25_00),
        ohne_vorlauf: false,
        praxen: Vec::new(),
        aerzte: Vec::new(),
        arztstellen: Vec::new(),
        schliessungen: Vec::new(),
        bewilligungen09: Vec::new(),
        vorlauf: None,
        bewilligungen05: Vec::new(),
        verstoesse: Vec::new(),
        durchschnitte: Vec::new(),
        honorare: Vec::new(),
        inselzahlen: Vec::new(),
        veroeffentlichungen: Vec::new(),
        dienstplaene: Vec::new(),
        lieferungen: Vec::new(),
    }
}

/// A row that is known since its delivery.
fn zeile<T>(inhalt: T) -> Zeile<T> {
    Zeile { bekannt_ab: None, inhalt }
}

/// BSNR of a practice.
fn bsnr(nummer: usize) -> String {
    format!("17{:05}00", 100 + nummer)
}

/// BSNR of a practice's branch: of every second practice lower than that of any practice.
fn zweig_bsnr(nummer: usize) -> String {
    format!("17{:05}00", if nummer.is_multiple_of(2) { 900 + nummer } else { 50 + nummer })
}

fn mitte(quartal: Quartal) -> Tag {
    tage_spaeter(quartal.erster_tag(), 45)
}

/// Days of a quarter at which something may change.
fn grenztage(quartal: Quartal) -> [Tag; 5] {
    let (erster, letzter) = (quartal.erster_tag(), quartal.letzter_tag());
    [letzter, erster, mitte(quartal), tage_frueher(letzter, 1), tage_spaeter(erster, 1)]
}
