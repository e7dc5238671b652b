//! Explains a § 5 decision.

use crate::auslegung::{Auslegungen, Wert};
use crate::ergebnis::{Ergebnis, Grund, Grund05};
use crate::erklaerung::text::{Text, dezimal, tage_text, ungerundet};
use crate::euro::Cent;
use crate::evaluate::par05::{
    Entscheidung05, Sachverhalt, Vorranggarantie, Vorrangige, abs1_satz1_vorjahresquartal,
    abs2_satz1_quartale, abs2_satz2_foerderquartal, abs2_satz3_tage, abs3_satz1_abschnitte,
    abs3_satz1_anteil_tage, abs3_satz2_honorar, honorar_verfuegbar,
};
use crate::parameter::Par05;
use crate::stammdaten::Zeitraum;

mod klaerung;

/// Returns the full explanation of a decision: facts, every condition, Auslegungen, computation,
/// result, and for a Klärfall what must be found out. Lines have at most 100 characters.
pub fn erklaere(entscheidung: &Entscheidung05, par05: &Par05, auslegungen: &Auslegungen) -> String {
    let s = &entscheidung.sachverhalt;
    let mut text = Text::neu(&format!(
        "§ 5 Umsatzgarantie: Arzt {}, Praxis {}, Quartal {}",
        s.arzt, s.praxis, s.quartal
    ));
    sachverhalt(&mut text, s, par05);
    pruefung(&mut text, entscheidung, par05, auslegungen);
    benutzte_auslegungen(&mut text, entscheidung, auslegungen);
    berechnung(&mut text, entscheidung, auslegungen);
    text.ergebnis(entscheidung.gruende, entscheidung.betrag);
    text.klaerung(entscheidung.gruende, auftraege(entscheidung, par05, auslegungen));
    text.fertig()
}

/// Returns what must be found out before a Klärfall can be decided: a request per reason.
pub(crate) fn auftraege(
    e: &Entscheidung05,
    par05: &Par05,
    auslegungen: &Auslegungen,
) -> Vec<String> {
    e.gruende.alle().filter_map(|grund| klaerung::auftrag(grund, e, par05, auslegungen)).collect()
}

fn sachverhalt(text: &mut Text, s: &Sachverhalt, par05: &Par05) {
    text.abschnitt("Sachverhalt");
    text.zeile(&format!(
        "Bewilligung für {} Quartale, Fachgruppe {} (die des Bescheids)",
        s.quartale, s.fachgruppe
    ));
    text.zeile(&format!("Rechtsgrund (der des Bescheids, nicht neu geprüft): {}", s.rechtsgrund));
    text.zeile(&format!("Erster Tag der Tätigkeit: {}", s.beginn.deutsch()));
    text.zeile(&format!(
        "Erster Tag der Tätigkeit unter allen Bewilligungen des Arztes nach § 5: {}",
        s.erster_beginn.deutsch()
    ));
    let ende = s.ende.map_or_else(
        || "keiner bekannt".to_owned(),
        |(tag, zurechenbar)| {
            let nicht = if zurechenbar { "" } else { "nicht " };
            format!("{} (Grund dem Arzt {nicht}zuzurechnen)", tag.deutsch())
        },
    );
    text.zeile(&format!("Letzter Tag der Tätigkeit: {ende}"));
    let anteile: Vec<_> = s
        .anteile
        .iter()
        .map(|(zeitraum, anteil)| {
            format!("{} {}", dezimal(anteil.wert()), zeitraum_text(*zeitraum))
        })
        .collect();
    text.zeile(&format!(
        "Anteil am Versorgungsauftrag: {}",
        if anteile.is_empty() { "keiner bekannt".to_owned() } else { anteile.join("; ") }
    ));
    let verstoss = if s.auflagenverstoss { "vermerkt" } else { "nicht vermerkt" };
    text.zeile(&format!("Verstoß gegen die Auflage des Abs. 4 in {}: {verstoss}", s.quartal));
    text.zeile(&format!("{}: {}", durchschnitt_text(s, par05), betrag_text(s.durchschnitt)));
    let honorar = s.honorar.map_or_else(
        || "kein Satz vorhanden".to_owned(),
        |h| format!("{} (Zahl der Sätze: {})", h.summe.deutsch(), h.saetze),
    );
    text.zeile(&format!(
        "Honorar des Arztes in {} über alle Praxen und LANR: {honorar}",
        s.quartal
    ));
    if s.vorrangige.is_empty() {
        text.zeile("Bewilligungen des Arztes, die sein Honorar vorher verbrauchen: keine");
    }
    for v in &s.vorrangige {
        let verbrauch = match v.garantie {
            Vorranggarantie::Bekannt(garantie) => format!("Garantie {}", garantie.deutsch()),
            Vorranggarantie::Unbekannt { .. } => format!("Garantie unbekannt ({})", fehlt(v)),
        };
        text.zeile(&format!("Verbraucht das Honorar vorher: {}: {verbrauch}", vorrangige_text(v)));
    }
}

fn vorrangige_text(v: &Vorrangige) -> String {
    format!("Bewilligung für Praxis {} ab {}", v.praxis, v.beginn.deutsch())
}

/// Names the missing facts of a grant that comes first.
fn fehlt(v: &Vorrangige) -> String {
    let Vorranggarantie::Unbekannt { anteil_fehlt, durchschnitt_fehlt } = v.garantie else {
        return String::new();
    };
    let anteil = anteil_fehlt.then(|| Grund05::AnteilFehlt.code());
    let durchschnitt = durchschnitt_fehlt.then(|| Grund05::FachgruppendurchschnittFehlt.code());
    anteil.into_iter().chain(durchschnitt).collect::<Vec<_>>().join(", ")
}

fn durchschnitt_text(s: &Sachverhalt, par05: &Par05) -> String {
    let vorjahr = abs1_satz1_vorjahresquartal(s.quartal, par05);
    format!(
        "Durchschnitt der Fachgruppe {} in {vorjahr} je vollem Versorgungsauftrag",
        s.fachgruppe
    )
}

fn betrag_text(betrag: Option<Cent>) -> String {
    betrag.map_or_else(|| "nicht bekannt".to_owned(), Cent::deutsch)
}

fn zeitraum_text(zeitraum: Zeitraum) -> String {
    let von = zeitraum.von.map_or_else(String::new, |tag| format!("ab {}", tag.deutsch()));
    let bis = zeitraum.bis.map_or_else(String::new, |tag| format!("bis {}", tag.deutsch()));
    format!("{von} {bis}").trim().to_owned()
}

/// Writes every condition in the order of the table.
fn pruefung(text: &mut Text, e: &Entscheidung05, par05: &Par05, auslegungen: &Auslegungen) {
    text.abschnitt("Prüfung");
    for grund in Grund05::ALLE.iter().copied() {
        let (frage, tatsache) = bedingung(grund, e, par05, auslegungen);
        let ungeprueft = (grund == Grund05::GarantieErreicht
            && !(e.gruende.ist_leer() || e.gruende.enthaelt(grund)))
        .then_some("schon ein anderer Grund zutrifft");
        text.bedingung(e.gruende, grund, frage, ungeprueft, &tatsache);
    }
}

/// Returns a condition in words and the fact that it rests on.
fn bedingung(
    grund: Grund05,
    e: &Entscheidung05,
    par05: &Par05,
    auslegungen: &Auslegungen,
) -> (&'static str, String) {
    let s = &e.sachverhalt;
    match grund {
        Grund05::NochNichtAufgenommen => (
            "Tätigkeit noch nicht aufgenommen",
            format!("Erster Tag {} liegt in {}.", s.beginn.deutsch(), s.beginn.quartal()),
        ),
        Grund05::TaetigkeitBeendet => (
            "Tätigkeit vor dem Quartal beendet",
            s.ende.map_or_else(
                || "Ein letzter Tag ist nicht bekannt.".to_owned(),
                |(tag, _)| format!("Letzter Tag {} liegt in {}.", tag.deutsch(), tag.quartal()),
            ),
        ),
        Grund05::FoerderdauerAbgelaufen => {
            ("Bewilligte Quartale abgelaufen", foerderdauer(s, par05, auslegungen))
        }
        Grund05::AuflageNichtErfuellt => (
            "Auflage nicht erfüllt",
            if s.auflagenverstoss {
                format!("Für {} ist ein Verstoß vermerkt.", s.quartal)
            } else {
                format!("Für {} ist kein Verstoß vermerkt.", s.quartal)
            },
        ),
        Grund05::AnteilFehlt => ("Tag der Tätigkeit ohne Anteil", anteil_tatsache(e, auslegungen)),
        Grund05::FachgruppendurchschnittFehlt => (
            "Durchschnitt der Fachgruppe fehlt",
            format!(
                "{}: {}.{}",
                durchschnitt_text(s, par05),
                betrag_text(s.durchschnitt),
                geerbt(e, auslegungen, Grund05::FachgruppendurchschnittFehlt)
            ),
        ),
        Grund05::HonorarFehlt => (
            "Honorar fehlt",
            s.honorar.map_or_else(
                || format!("Für {} gibt es keinen Honorarsatz.", s.quartal),
                |h| format!("Zahl der Honorarsätze für {}: {}.", s.quartal, h.saetze),
            ),
        ),
        Grund05::GarantieErreicht => (
            "Honorar erreicht die Garantie",
            format!(
                "Garantie: {}; anzurechnendes Honorar: {}.",
                betrag_text(e.garantie),
                betrag_text(honorar_verfuegbar(s, auslegungen))
            ),
        ),
    }
}

fn foerderdauer(s: &Sachverhalt, par05: &Par05, auslegungen: &Auslegungen) -> String {
    let quartale = abs2_satz1_quartale(s, par05);
    abs2_satz2_foerderquartal(s, auslegungen).map_or_else(
        || format!("{} liegt vor dem ersten von {quartale} Quartalen.", s.quartal),
        |nummer| {
            let letztes = s.quartal.plus(quartale - nummer);
            format!("{} ist Quartal {nummer} von {quartale}; das letzte ist {letztes}.", s.quartal)
        },
    )
}

fn anteil_tatsache(e: &Entscheidung05, auslegungen: &Auslegungen) -> String {
    let s = &e.sachverhalt;
    let Some((von, bis)) = abs2_satz3_tage(s, auslegungen) else {
        return format!("In {} gibt es keinen Tag der Tätigkeit.", s.quartal);
    };
    let abschnitte = abs3_satz1_abschnitte(s, auslegungen);
    let mit: i32 = abschnitte.iter().map(|a| a.bis.seit(a.von) + 1).sum();
    format!(
        "Zu rechnen sind die Tage {}; {mit} davon haben einen Anteil.{}",
        tage_text((von, bis)),
        geerbt(e, auslegungen, Grund05::AnteilFehlt)
    )
}

/// Returns the grants that come first and lack the fact, if this grant depends on them.
fn vorrangige_ohne<'a>(
    e: &'a Entscheidung05,
    auslegungen: &Auslegungen,
    grund: Grund05,
) -> Vec<&'a Vorrangige> {
    let s = &e.sachverhalt;
    let unabhaengig = e.gruende.ergebnis() == Ergebnis::Abgelehnt
        || s.honorar.is_none()
        || honorar_verfuegbar(s, auslegungen).is_some();
    if unabhaengig {
        return Vec::new();
    }
    let betroffen = |v: &&Vorrangige| match v.garantie {
        Vorranggarantie::Bekannt(_) => false,
        Vorranggarantie::Unbekannt { anteil_fehlt, durchschnitt_fehlt } => match grund {
            Grund05::AnteilFehlt => anteil_fehlt,
            _ => durchschnitt_fehlt,
        },
    };
    s.vorrangige.iter().filter(betroffen).collect()
}

/// Says from which grants the missing fact is taken over.
fn geerbt(e: &Entscheidung05, auslegungen: &Auslegungen, grund: Grund05) -> String {
    let vorrangige = vorrangige_ohne(e, auslegungen, grund);
    let namen: Vec<_> = vorrangige.into_iter().map(vorrangige_text).collect();
    if namen.is_empty() {
        return String::new();
    }
    format!(
        " Die Angabe fehlt bei der vorrangigen {}; deshalb ist unbekannt, was vom Honorar bleibt.",
        namen.join(" und der ")
    )
}

/// Writes the Auslegungen that this decision used.
fn benutzte_auslegungen(text: &mut Text, e: &Entscheidung05, auslegungen: &Auslegungen) {
    text.abschnitt("Auslegungen");
    let s = &e.sachverhalt;
    if e.garantie.is_some() {
        text.auslegung("allgemein.rundung", auslegungen.rundung, "keine Regel im Text");
    }
    text.auslegung("par05.acht_quartale_je", auslegungen.acht_quartale_je, "§ 5 Abs. 2 Satz 1");
    if s.ende.is_some_and(|(ende, _)| s.quartal.enthaelt(ende)) {
        text.auslegung("par05.ende_anteilig", auslegungen.ende_anteilig, "§ 5 Abs. 2");
    }
    if s.honorar.is_some_and(|h| h.summe < Cent::NULL) {
        text.auslegung(
            "par05.negatives_honorar",
            auslegungen.negatives_honorar,
            "§ 5 Abs. 3 Satz 2",
        );
    }
}

/// Writes the computation step by step, as far as the facts carry it.
fn berechnung(text: &mut Text, e: &Entscheidung05, auslegungen: &Auslegungen) {
    text.abschnitt("Berechnung");
    if e.gruende.ergebnis() == Ergebnis::Abgelehnt {
        text.zeile("Keine, weil die Umsatzgarantie abgelehnt ist.");
        return;
    }
    let s = &e.sachverhalt;
    for a in abs3_satz1_abschnitte(s, auslegungen) {
        text.zeile(&format!("{} × Anteil {}", tage_text((a.von, a.bis)), dezimal(a.anteil.wert())));
    }
    let tage = s.quartal.tage();
    match (abs3_satz1_anteil_tage(s, auslegungen), s.durchschnitt, e.garantie) {
        (Some(anteil_tage), Some(durchschnitt), Some(garantie)) => {
            let summe = dezimal(anteil_tage);
            text.zeile(&format!("Summe aus Anteil × Tagen: {summe}; Tage des Quartals: {tage}"));
            text.zeile(&format!(
                "Garantie = Durchschnitt × Summe ÷ Tage = {} × {summe} ÷ {tage} = {} (ungerundet)",
                durchschnitt.deutsch(),
                ungerundet(durchschnitt, anteil_tage, tage).unwrap_or_default()
            ));
            text.zeile(&format!(
                "Einmal auf den Cent gerundet (allgemein.rundung = {}): {}",
                auslegungen.rundung.name(),
                garantie.deutsch()
            ));
        }
        _ => text.zeile("Die Garantie ist nicht berechenbar, weil Angaben fehlen."),
    }
    anrechnung(text, e, auslegungen);
}

/// Writes what is left of the fee and what it leaves to pay.
fn anrechnung(text: &mut Text, e: &Entscheidung05, auslegungen: &Auslegungen) {
    let s = &e.sachverhalt;
    if let Some(honorar) = abs3_satz2_honorar(s, auslegungen) {
        text.zeile(&format!("Anzurechnendes Honorar des Arztes: {}", honorar.deutsch()));
    }
    let verfuegbar = honorar_verfuegbar(s, auslegungen);
    if !s.vorrangige.is_empty() {
        let rest = verfuegbar.map_or_else(|| "nicht bestimmbar".to_owned(), Cent::deutsch);
        text.zeile(&format!("Davon lassen die vorrangigen Bewilligungen übrig: {rest}"));
    }
    match (e.gruende.ergebnis(), e.garantie, verfuegbar) {
        (Ergebnis::Bewilligt, Some(garantie), Some(honorar)) => text.zeile(&format!(
            "Zahlung = Garantie − Honorar, mindestens 0,00 EUR = {} − {} → {}",
            garantie.deutsch(),
            honorar.deutsch(),
            e.betrag.deutsch()
        )),
        _ => text.zeile("Die Zahlung ist nicht berechenbar, weil Angaben fehlen."),
    }
}

#[cfg(test)]
mod tests;
