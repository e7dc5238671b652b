//! § 5: what a clerk must find out before a Klärfall can be decided.

use super::{durchschnitt_text, vorrangige_ohne, vorrangige_text};
use crate::auslegung::Auslegungen;
use crate::ergebnis::Grund05;
use crate::erklaerung::text::tage_text;
use crate::evaluate::par05::{
    Entscheidung05, Sachverhalt, Vorrangige, abs2_satz3_tage, abs3_satz1_abschnitte,
};
use crate::parameter::Par05;
use crate::stammdaten::luecken;

/// Returns the request that a reason makes: for this grant, for the grants before it, or both.
pub(super) fn auftrag(
    grund: Grund05,
    e: &Entscheidung05,
    par05: &Par05,
    auslegungen: &Auslegungen,
) -> Option<String> {
    let s = &e.sachverhalt;
    let eigener = match grund {
        Grund05::AnteilFehlt => anteil(s, auslegungen),
        Grund05::FachgruppendurchschnittFehlt => durchschnitt(s, par05),
        Grund05::HonorarFehlt => return Some(honorar(s)),
        _ => return None,
    };
    let vorrangige = vorrangige_ohne(e, auslegungen, grund);
    let auftraege: Vec<_> = eigener.into_iter().chain(vorheriger(grund, s, &vorrangige)).collect();
    (!auftraege.is_empty()).then(|| auftraege.join(" "))
}

fn anteil(s: &Sachverhalt, auslegungen: &Auslegungen) -> Option<String> {
    let (von, bis) = abs2_satz3_tage(s, auslegungen)?;
    // Days that run on after the end need no share of their own.
    let bis = s.ende.map_or(bis, |(ende, _)| ende.min(bis));
    let belegt = abs3_satz1_abschnitte(s, auslegungen);
    let offen = luecken(belegt.iter().map(|a| (a.von, a.bis)), von, bis);
    let tage: Vec<_> = offen.into_iter().map(tage_text).collect();
    (!tage.is_empty()).then(|| {
        format!(
            "Bitte feststellen, welchen Anteil am Versorgungsauftrag Arzt {} an diesen Tagen hatte, \
             und ihn in den Stammdaten bei der Bewilligung für Praxis {} ab {} als <anteil> \
             ergänzen: {}.",
            s.arzt,
            s.praxis,
            s.beginn.deutsch(),
            tage.join("; ")
        )
    })
}

fn durchschnitt(s: &Sachverhalt, par05: &Par05) -> Option<String> {
    s.durchschnitt.is_none().then(|| {
        format!(
            "Bitte den {} beschaffen und in den Stammdaten unter <fachgruppendurchschnitte> \
             ergänzen.",
            durchschnitt_text(s, par05)
        )
    })
}

fn honorar(s: &Sachverhalt) -> String {
    format!(
        "Bitte das Honorar des Arztes {} in {} aus allen Praxen und LANR beschaffen und in den \
         Stammdaten unter <honorare> ergänzen; hat er keines erzielt, bitte dort 0.00 eintragen.",
        s.arzt, s.quartal
    )
}

/// Returns what is to be found out for the grants that come first and lack the fact.
fn vorheriger(grund: Grund05, s: &Sachverhalt, vorrangige: &[&Vorrangige]) -> Option<String> {
    if vorrangige.is_empty() {
        return None;
    }
    let namen: Vec<_> = vorrangige.iter().map(|v| vorrangige_text(v)).collect();
    let kennungen: Vec<_> = vorrangige.iter().map(|v| format!("{}/{}", s.arzt, v.praxis)).collect();
    let (was, wo, genauer) = match grund {
        Grund05::AnteilFehlt => {
            ("den Anteil am Versorgungsauftrag", "dort als <anteil>", "die Tage")
        }
        _ => (
            "den Durchschnitt der Fachgruppe",
            "unter <fachgruppendurchschnitte>",
            "Fachgruppe und Quartal",
        ),
    };
    Some(format!(
        "Bitte {was} zur vorrangigen {} feststellen und in den Stammdaten {wo} ergänzen; {genauer} \
         nennt die Erklärung zu {}. Ohne diese Angabe ist unbekannt, was vom Honorar bleibt.",
        namen.join(" und zur "),
        kennungen.join(" und ")
    ))
}
