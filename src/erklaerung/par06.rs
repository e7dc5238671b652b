//! Explains a § 6 decision.

use crate::auslegung::{Auslegungen, DienstZaehlt, Wechsel, Wert};
use crate::ergebnis::{Ergebnis, Grund, Grund06};
use crate::erklaerung::text::{Text, dezimal, tage_text, ungerundet};
use crate::euro::Cent;
use crate::evaluate::par06::{
    Entscheidung06, Insellage, Sachverhalt, abs2_anteil_tage, abs2_satz, abs2_wechsel,
};
use crate::kennung::Arzt;
use crate::parameter::Par06;
use crate::quartal::Tag;

mod klaerung;

/// Returns the full explanation of a decision: facts, every condition, Auslegungen, computation,
/// result, and for a Klärfall what must be found out. Lines have at most 100 characters.
pub fn erklaere(entscheidung: &Entscheidung06, par06: &Par06, auslegungen: &Auslegungen) -> String {
    let s = &entscheidung.sachverhalt;
    let mut text = Text::neu(&format!(
        "§ 6 Erschwerniszulage: Arztstelle {}, Praxis {}, {}, Quartal {}",
        s.arztstelle,
        s.praxis,
        s.lage.insel.name(),
        s.lage.quartal
    ));
    sachverhalt(&mut text, s, auslegungen);
    pruefung(&mut text, entscheidung, par06, auslegungen);
    benutzte_auslegungen(&mut text, entscheidung, auslegungen);
    berechnung(&mut text, entscheidung, par06, auslegungen);
    text.ergebnis(entscheidung.gruende, entscheidung.betrag);
    text.klaerung(entscheidung.gruende, auftraege(entscheidung, par06, auslegungen));
    text.fertig()
}

/// Returns what must be found out before a Klärfall can be decided: a request per reason.
pub(crate) fn auftraege(
    e: &Entscheidung06,
    par06: &Par06,
    auslegungen: &Auslegungen,
) -> Vec<String> {
    let auftrag = |grund| klaerung::auftrag(grund, &e.sachverhalt, par06, auslegungen);
    e.gruende.alle().filter_map(auftrag).collect()
}

fn sachverhalt(text: &mut Text, s: &Sachverhalt, auslegungen: &Auslegungen) {
    text.abschnitt("Sachverhalt");
    let art = if s.psychotherapeut { "eines Psychotherapeuten" } else { "eines Arztes" };
    text.zeile(&format!("Stelle {art}, besetzt im Quartal:"));
    for (tage, arzt, anteil) in besetzt(s) {
        text.zeile(&format!("- {}: Arzt {arzt}, Anteil {anteil}", tage_text(tage)));
    }
    let lage = &s.lage;
    let insel = lage.insel.name();
    text.zeile(&format!("Dienstplan {insel}: {}", abdeckung(lage)));
    text.zeile(&zaehlung(lage, auslegungen));
    if !lage.ohne_arztstelle.is_empty() {
        text.zeile(&format!(
            "Im Dienstplan ohne Arztstelle auf der Insel: {}",
            namen(&lage.ohne_arztstelle)
        ));
    }
    if !lage.nicht_im_dienstplan.is_empty() && !lage.ist_ohne_dienstplan() {
        text.zeile(&format!(
            "Mit Arztstelle auf der Insel, aber nicht im Dienstplan (nicht gezählt): {}",
            namen(&lage.nicht_im_dienstplan)
        ));
    }
    if !lage.psychotherapeuten.is_empty() {
        text.zeile(&format!(
            "Psychotherapeuten im Dienstplan, nicht gezählt: {}",
            namen(&lage.psychotherapeuten)
        ));
    }
    let gemeldet = lage.gemeldet.map_or_else(|| "keine".to_owned(), |zahl| zahl.to_string());
    text.zeile(&format!("Gemeldete Zahl der Ärzte: {gemeldet}"));
}

/// Returns the filled days of the quarter, with holder and share.
fn besetzt(s: &Sachverhalt) -> impl Iterator<Item = ((Tag, Tag), Arzt, String)> {
    let quartal = s.lage.quartal;
    s.besetzungen.iter().filter_map(move |b| {
        let tage = b.zeitraum.schnitt(quartal.erster_tag(), quartal.letzter_tag())?;
        Some((tage, b.arzt, dezimal(b.anteil.wert())))
    })
}

fn namen(aerzte: &[Arzt]) -> String {
    aerzte.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn abdeckung(lage: &Insellage) -> String {
    if lage.ungedeckt.is_empty() {
        return format!("deckt jeden Tag von {}", lage.quartal);
    }
    format!("deckt nicht: {}", ungedeckt(lage))
}

fn ungedeckt(lage: &Insellage) -> String {
    lage.ungedeckt.iter().copied().map(tage_text).collect::<Vec<_>>().join("; ")
}

/// Says what n counts, n, and whom.
fn zaehlung(lage: &Insellage, auslegungen: &Auslegungen) -> String {
    let (insel, anzahl) = (lage.insel.name(), lage.anzahl());
    let was = match auslegungen.dienst_zaehlt {
        DienstZaehlt::MitArztstelle => format!(
            "Größte Zahl der Ärzte, die an einem Tag eine Arztstelle auf {insel} haben und in {} \
             im Dienstplan stehen (n): {anzahl}",
            lage.quartal
        ),
        DienstZaehlt::Alle => {
            format!("Zahl der Ärzte im Dienstplan {insel} in {} (n): {anzahl}", lage.quartal)
        }
    };
    let wann =
        lage.erreicht_am.map_or_else(String::new, |am| format!(", zuerst am {}", am.deutsch()));
    let wer = if anzahl == 0 { String::new() } else { format!(" ({})", namen(&lage.gezaehlt)) };
    format!("{was}{wann}{wer}")
}

/// Writes every condition in the order of the table.
fn pruefung(text: &mut Text, e: &Entscheidung06, par06: &Par06, auslegungen: &Auslegungen) {
    text.abschnitt("Prüfung");
    for grund in Grund06::ALLE.iter().copied() {
        let (frage, tatsache) = bedingung(grund, &e.sachverhalt, par06);
        let ungeprueft = ungeprueft(grund, &e.sachverhalt.lage, auslegungen);
        text.bedingung(e.gruende, grund, frage, ungeprueft.as_deref(), &tatsache);
    }
}

/// Returns why a condition is not examined.
fn ungeprueft(grund: Grund06, lage: &Insellage, auslegungen: &Auslegungen) -> Option<String> {
    let offen = !lage.anzahl_steht_fest();
    match grund {
        Grund06::WechselImQuartal if auslegungen.wechsel == Wechsel::Tagesgenau => {
            Some(format!("par06.wechsel = {}", auslegungen.wechsel.name()))
        }
        Grund06::AnzahlWidersprichtDienstplan if offen => Some("n noch nicht feststeht".to_owned()),
        Grund06::KeinDienstplan if offen && !lage.ist_ohne_dienstplan() => {
            Some("n noch nicht feststeht".to_owned())
        }
        _ => None,
    }
}

/// Returns a condition in words and the fact that it rests on.
fn bedingung(grund: Grund06, s: &Sachverhalt, par06: &Par06) -> (&'static str, String) {
    let lage = &s.lage;
    match grund {
        Grund06::KeinBereitschaftsdienst => (
            "Stelle ohne ärztlichen Bereitschaftsdienst",
            if s.psychotherapeut {
                "Es ist die Stelle eines Psychotherapeuten.".to_owned()
            } else {
                "Es ist die Stelle eines Arztes.".to_owned()
            },
        ),
        Grund06::DienstplanUnvollstaendig => (
            "Dienstplan deckt nicht das ganze Quartal",
            format!("Der Dienstplan {}.", abdeckung(lage)),
        ),
        Grund06::DienstArztUnbekannt => (
            "Unbekannter Arzt im Dienstplan",
            if lage.unbekannte.is_empty() {
                "Alle LANR stehen an ihren Diensttagen im Register.".to_owned()
            } else {
                let lanr = lage.unbekannte.iter();
                let lanr: Vec<_> =
                    lanr.map(|(lanr, tag)| format!("{lanr} (am {})", tag.deutsch())).collect();
                format!("Nicht im Register oder Ersatzwert: {}.", lanr.join(", "))
            },
        ),
        Grund06::KeinDienstplan => {
            ("Kein Arzt für den Bereitschaftsdienst", format!("n = {}.", lage.anzahl()))
        }
        Grund06::TabelleEndetBeiZehn => (
            "Mehr Ärzte, als die Tabelle nennt",
            format!("n = {}; die Tabelle endet bei {}.", lage.anzahl(), par06.saetze.len()),
        ),
        Grund06::AnzahlWidersprichtDienstplan => (
            "Gemeldete Zahl weicht vom Dienstplan ab",
            lage.gemeldet.map_or_else(
                || "Es ist keine Zahl gemeldet.".to_owned(),
                |zahl| format!("Gemeldet: {zahl}; n = {}.", lage.anzahl()),
            ),
        ),
        Grund06::WechselImQuartal => (
            "Wechsel von Inhaber oder Anteil im Quartal",
            if abs2_wechsel(s) {
                "Inhaber oder Anteil haben gewechselt.".to_owned()
            } else {
                "Inhaber und Anteil sind an allen besetzten Tagen gleich.".to_owned()
            },
        ),
    }
}

/// Writes the Auslegungen that this decision used.
fn benutzte_auslegungen(text: &mut Text, e: &Entscheidung06, auslegungen: &Auslegungen) {
    text.abschnitt("Auslegungen");
    if e.gruende.ergebnis() == Ergebnis::Bewilligt {
        text.auslegung("allgemein.rundung", auslegungen.rundung, "keine Regel im Text");
    }
    text.auslegung("par06.dienst_zaehlt", auslegungen.dienst_zaehlt, "§ 6 Abs. 2");
    text.auslegung("par06.wechsel", auslegungen.wechsel, "§ 6 Abs. 2");
}

/// Writes the computation step by step.
fn berechnung(text: &mut Text, e: &Entscheidung06, par06: &Par06, auslegungen: &Auslegungen) {
    text.abschnitt("Berechnung");
    match e.gruende.ergebnis() {
        Ergebnis::Abgelehnt => {
            text.zeile("Keine, weil die Zulage abgelehnt ist.");
            return;
        }
        Ergebnis::Klaerfall => {
            text.zeile("Keine, solange der Klärfall offen ist.");
            return;
        }
        Ergebnis::Bewilligt => {}
    }
    let s = &e.sachverhalt;
    let lage = &s.lage;
    let satz: Cent = abs2_satz(lage, par06).unwrap_or_default();
    text.zeile(&format!(
        "Tabelle für n = {}: {} je voller Arztstelle und Quartal",
        lage.anzahl(),
        satz.deutsch()
    ));
    for (tage, _, anteil) in besetzt(s) {
        text.zeile(&format!("{} × Anteil {anteil}", tage_text(tage)));
    }
    let (summe, tage) = (abs2_anteil_tage(s), lage.quartal.tage());
    let summe_text = dezimal(summe);
    text.zeile(&format!("Summe aus Anteil × Tagen: {summe_text}; Tage des Quartals: {tage}"));
    text.zeile(&format!(
        "Zulage = Satz × Summe ÷ Tage = {} × {summe_text} ÷ {tage} = {} (ungerundet)",
        satz.deutsch(),
        ungerundet(satz, summe, tage).unwrap_or_default()
    ));
    text.zeile(&format!(
        "Einmal auf den Cent gerundet (allgemein.rundung = {}): {}",
        auslegungen.rundung.name(),
        e.betrag.deutsch()
    ));
}

#[cfg(test)]
mod tests;
