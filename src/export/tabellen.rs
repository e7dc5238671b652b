//! From decisions and bookings to the rows of the bundle's tables.

use std::borrow::Cow;

use crate::auslegung::Auslegungen;
use crate::ergebnis::{Ergebnis, Gruende, Grund};
use crate::euro::{Cent, anteil_tage_text};
use crate::evaluate::par05::{
    Entscheidung05, abs2_satz2_foerderquartal, abs3_satz1_anteil_tage, honorar_verfuegbar,
};
use crate::evaluate::par06::{Entscheidung06, abs2_anteil_tage, abs2_satz};
use crate::export::csv::{
    BuchungZeile, EntscheidungZeile, ErschwerniszulageZeile, UmsatzgarantieZeile,
};
use crate::meldung::Stelle;
use crate::parameter::Par06;
use crate::settle::buchung::Buchung;
use crate::settle::entscheidungen::Blick;

/// Version of a quarter's decisions in its first run.
const ERSTE_VERSION: u64 = 1;

/// Why a first run books.
const ERSTBUCHUNG: &str = "erstbuchung";

/// Returns primary reason and all reasons; both are empty where nothing stands against a grant.
fn gruende<G: Grund>(gruende: Gruende<G>) -> (Option<&'static str>, Cow<'static, str>) {
    (gruende.grund().map(Grund::code), gruende.text().into())
}

/// Returns the row of a § 9 decision. Of a case whose closure is not on record the practice that its
/// mark names stands in its place.
pub fn entscheidung(e: Blick<'_>) -> EntscheidungZeile<'_> {
    let fall = e.fall();
    let geschlossene = e.schliessung().map(|lage| lage.praxis).or(fall.benannt);
    let (grund, gruende) = gruende(e.gruende());
    EntscheidungZeile {
        bsnr: fall.praxis.to_string().into(),
        fall_id: e.fall_id().into(),
        datei: e.datei(),
        satz: Stelle::from(fall.stelle).satz,
        schliessung_bsnr: geschlossene.map(|praxis| praxis.to_string().into()),
        quartal: fall.quartal,
        ergebnis: e.gruende().ergebnis().name(),
        betrag_cent: e.betrag().cent(),
        grund,
        gruende,
    }
}

/// Returns the row of a § 5 decision. A refused Bewilligung is not computed, so it has neither
/// `anteil_tage` nor a fee to use up.
pub fn umsatzgarantie<'a>(
    e: &'a Entscheidung05,
    auslegungen: &Auslegungen,
) -> UmsatzgarantieZeile<'a> {
    let s = &e.sachverhalt;
    let gerechnet = e.gruende.ergebnis() != Ergebnis::Abgelehnt;
    let anteil_tage = abs3_satz1_anteil_tage(s, auslegungen).filter(|_| gerechnet);
    let honorar = honorar_verfuegbar(s, auslegungen).filter(|_| gerechnet);
    let (grund, gruende) = gruende(e.gruende);
    UmsatzgarantieZeile {
        lanr: s.arzt.to_string().into(),
        bsnr: s.praxis.to_string().into(),
        quartal: s.quartal,
        foerderquartal: abs2_satz2_foerderquartal(s, auslegungen).map(i64::from),
        fachgruppe: s.fachgruppe.as_str().into(),
        durchschnitt_cent: s.durchschnitt.map(Cent::cent),
        anteil_tage: anteil_tage.map(|summe| anteil_tage_text(summe).into()),
        tage_quartal: s.quartal.tage(),
        garantie_cent: e.garantie.map(Cent::cent),
        honorar_cent: honorar.map(Cent::cent),
        ergebnis: e.gruende.ergebnis().name(),
        betrag_cent: e.betrag.cent(),
        grund,
        gruende,
        beginn: s.beginn,
    }
}

/// Returns the row of a § 6 decision.
pub fn erschwerniszulage<'a>(e: &'a Entscheidung06, par06: &Par06) -> ErschwerniszulageZeile<'a> {
    let s = &e.sachverhalt;
    let fest = s.lage.anzahl_steht_fest();
    let (grund, gruende) = gruende(e.gruende);
    ErschwerniszulageZeile {
        arztstelle: s.arztstelle.as_str().into(),
        bsnr: s.praxis.to_string().into(),
        insel: s.lage.insel.name(),
        quartal: s.lage.quartal,
        anzahl_aerzte: fest.then(|| u64::from(s.lage.anzahl())),
        satz_cent: abs2_satz(&s.lage, par06).filter(|_| fest).map(Cent::cent),
        anteil_tage: Some(anteil_tage_text(abs2_anteil_tage(s)).into()),
        tage_quartal: s.lage.quartal.tage(),
        ergebnis: e.gruende.ergebnis().name(),
        betrag_cent: e.betrag.cent(),
        grund,
        gruende,
    }
}

/// Returns the row of a booking of run `lauf`.
pub fn buchung(buchung: &Buchung, lauf: u32) -> BuchungZeile<'_> {
    BuchungZeile {
        beleg: buchung.beleg.as_str().into(),
        leistungsquartal: buchung.leistungsquartal,
        buchungsquartal: buchung.buchungsquartal,
        paragraph: buchung.paragraph,
        bsnr: buchung.praxis.to_string().into(),
        honorarkonto: buchung.honorarkonto.as_str().into(),
        lanr: buchung.arzt.map(|arzt| arzt.to_string().into()),
        anzahl: buchung.anzahl,
        betrag_cent: buchung.betrag.cent(),
        konto: buchung.konto.as_str().into(),
        text: buchung.text.as_str().into(),
        lauf: lauf.to_string().into(),
        version: ERSTE_VERSION,
        status: buchung.status,
        korrigiert_beleg: None,
        grund: ERSTBUCHUNG.into(),
        quelle: buchung.quelle.as_str().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::par05::tests::{cent, lauf, stammdaten};

    #[test]
    fn a_refused_grant_is_not_computed_and_a_reached_guarantee_is() {
        for (beginn, honorar, erwartet) in [
            (
                "2024-02-15",
                "0.00",
                "1 Some(7148400) Some(\"46\") Some(3613477) Some(0) bewilligt 3613477 None ",
            ),
            (
                "2024-02-15",
                "36134.77",
                "1 Some(7148400) Some(\"46\") Some(3613477) Some(3613477) bewilligt 0 \
                 Some(\"garantie_erreicht\") garantie_erreicht",
            ),
            (
                "2021-12-31",
                "0.00",
                "10 Some(7148400) None None None abgelehnt 0 Some(\"foerderdauer_abgelaufen\") \
                 foerderdauer_abgelaufen",
            ),
        ] {
            let mut daten = stammdaten(beginn);
            for betrag in daten.honorare.values_mut() {
                *betrag = cent(honorar);
            }
            let auslegungen = Auslegungen::default();
            let (entscheidungen, _) = lauf(&daten, "2024Q1", &auslegungen);
            let z = umsatzgarantie(&entscheidungen[0], &auslegungen);
            let zeile = format!(
                "{} {:?} {:?} {:?} {:?} {} {} {:?} {}",
                z.foerderquartal.unwrap_or(0),
                z.durchschnitt_cent,
                z.anteil_tage,
                z.garantie_cent,
                z.honorar_cent,
                z.ergebnis,
                z.betrag_cent,
                z.grund,
                z.gruende
            );
            assert_eq!(zeile, erwartet, "{beginn} {honorar}");
        }
    }
}
