//! § 6: what a clerk must find out before a Klärfall can be decided.

use super::{besetzt, namen, ungedeckt};
use crate::auslegung::{Auslegungen, DienstZaehlt, Wechsel, Wert};
use crate::ergebnis::Grund06;
use crate::erklaerung::text::tage_text;
use crate::evaluate::par06::{Insellage, Sachverhalt};
use crate::parameter::Par06;

/// Returns the request that a reason makes.
pub(super) fn auftrag(
    grund: Grund06,
    s: &Sachverhalt,
    par06: &Par06,
    auslegungen: &Auslegungen,
) -> Option<String> {
    let lage = &s.lage;
    let (insel, quartal, anzahl) = (lage.insel.name(), lage.quartal, lage.anzahl());
    match grund {
        Grund06::DienstplanUnvollstaendig => Some(format!(
            "Bitte den Dienstplan {insel} für diese Tage beschaffen und dem Lauf beilegen: {}.",
            ungedeckt(lage)
        )),
        Grund06::DienstArztUnbekannt => Some(unbekannte(lage)),
        Grund06::KeinDienstplan => Some(ohne_arzt(lage, auslegungen)),
        Grund06::TabelleEndetBeiZehn => Some(format!(
            "Bitte prüfen, ob auf {insel} in {quartal} wirklich {anzahl} Ärzte für den \
             Bereitschaftsdienst zur Verfügung standen ({}); wenn nicht, bitte {} berichtigen. Sind \
             es mehr als {}, bitte entscheiden lassen, welcher Satz gilt: Die Tabelle nennt keinen.",
            namen(&lage.gezaehlt),
            quellen(lage, auslegungen),
            par06.saetze.len()
        )),
        Grund06::AnzahlWidersprichtDienstplan => lage.gemeldet.map(|gemeldet| {
            let wer = match anzahl {
                0 => String::new(),
                _ => format!(" ({})", namen(&lage.gezaehlt)),
            };
            format!(
                "Bitte klären, wie viele Ärzte auf {insel} in {quartal} für den Bereitschaftsdienst \
                 zur Verfügung standen: Gemeldet ist die Zahl {gemeldet}, aus dem Dienstplan folgt \
                 {anzahl}{}. Ist die Meldung falsch, bitte die Zahl in den Stammdaten unter \
                 <inselzahlen> berichtigen, sonst {}.",
                wer,
                quellen(lage, auslegungen)
            )
        }),
        Grund06::WechselImQuartal => Some(wechsel(s)),
        Grund06::KeinBereitschaftsdienst => None,
    }
}

/// Names what n rests on, as what is to be corrected.
fn quellen(lage: &Insellage, auslegungen: &Auslegungen) -> String {
    let insel = lage.insel.name();
    match auslegungen.dienst_zaehlt {
        DienstZaehlt::MitArztstelle => format!(
            "den Dienstplan {insel} oder in den Stammdaten die <besetzung> der Arztstellen auf der \
             Insel"
        ),
        DienstZaehlt::Alle => format!("den Dienstplan {insel}"),
    }
}

/// The facts hold each unknown LANR with its first day.
fn unbekannte(lage: &Insellage) -> String {
    let lanr: Vec<_> = lage
        .unbekannte
        .iter()
        .map(|(lanr, tag)| {
            let art = if lanr.ist_ersatzwert() { "Ersatzwert" } else { "nicht im Register" };
            format!("{lanr} ({art}, zuerst am {})", tag.deutsch())
        })
        .collect();
    let ersatzwert = lage.unbekannte.iter().any(|(lanr, _)| lanr.ist_ersatzwert());
    let andere = lage.unbekannte.iter().any(|(lanr, _)| !lanr.ist_ersatzwert());
    let wohin = [
        ersatzwert.then_some(
            "Bitte jeden Ersatzwert im Dienstplan durch die LANR des Arztes ersetzen lassen.",
        ),
        andere.then_some(
            "Ist eine LANR richtig, bitte den Arzt in den Stammdaten unter <aerzte> für seine \
             Diensttage ergänzen, sonst den Dienstplan berichtigen lassen.",
        ),
    ];
    format!(
        "Bitte feststellen, welche Ärzte im Dienstplan {} in {} unter diesen LANR Dienst haben: {}. {}",
        lage.insel.name(),
        lage.quartal,
        lanr.join(", "),
        wohin.into_iter().flatten().collect::<Vec<_>>().join(" ")
    )
}

fn ohne_arzt(lage: &Insellage, auslegungen: &Auslegungen) -> String {
    let (insel, quartal) = (lage.insel.name(), lage.quartal);
    if lage.ist_ohne_dienstplan() {
        return format!(
            "Bitte klären, ob es auf {insel} in {quartal} einen ärztlichen Bereitschaftsdienst gab: \
             Es liegt gar kein Dienstplan vor, und ohne ihn ist kein Satz bestimmbar."
        );
    }
    let warum = match auslegungen.dienst_zaehlt {
        DienstZaehlt::MitArztstelle => format!(
            "warum kein Arzt zugleich in {quartal} im Dienstplan {insel} steht und eine Arztstelle \
             auf der Insel hat"
        ),
        DienstZaehlt::Alle => {
            format!("warum in {quartal} kein Arzt im Dienstplan {insel} steht")
        }
    };
    let im_plan = if lage.ohne_arztstelle.is_empty() {
        String::new()
    } else {
        format!(" (im Dienstplan ohne Arztstelle: {})", namen(&lage.ohne_arztstelle))
    };
    format!("Bitte klären, {warum}{im_plan}, und {} berichtigen.", quellen(lage, auslegungen))
}

fn wechsel(s: &Sachverhalt) -> String {
    let besetzungen: Vec<_> = besetzt(s)
        .map(|(tage, arzt, anteil)| format!("{}: Arzt {arzt}, Anteil {anteil}", tage_text(tage)))
        .collect();
    format!(
        "Bitte prüfen, ob der Wechsel auf Arztstelle {} stimmt ({}); wenn nicht, bitte in den \
         Stammdaten die <besetzung> berichtigen. Stimmt er, bitte entscheiden lassen, ob die Zulage \
         tagesgenau zu teilen ist (Einstellung par06.wechsel = {}).",
        s.arztstelle,
        besetzungen.join("; "),
        Wechsel::Tagesgenau.name()
    )
}
