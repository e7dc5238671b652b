//! Explains a § 9 decision.

use crate::auslegung::Auslegungen;
use crate::ergebnis::{Ergebnis, Gruende, Grund09};
use crate::erklaerung::text::Text;
use crate::euro::Cent;
use crate::evaluate::par09::{
    Markierung, Sachverhalt, Schein, Schliessungslage, abs3_satz1_zeitraum, abs3_satz2_rueckblick,
    abs3_satz2_schein, pruefe,
};
use crate::kennung::Praxis;
use crate::meldung::Stelle;
use crate::parameter::Par09;
use crate::quartal::{Tag, Tage};
use crate::settle::uebernahme::Wettbewerb;
use crate::stammdaten::{Praxisart, Zeitraum};

mod klaerung;
mod pruefung;

/// Which case is explained. The patient is named by a pseudonym at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallangaben {
    /// P.
    pub praxis: Praxis,
    /// Case id.
    pub fall_id: String,
    /// Name of the input, relative to the input folder.
    pub datei: String,
    /// Where in it.
    pub stelle: Stelle,
    /// Keyed pseudonym of the patient; `None` without a key or without a Versicherten-ID.
    pub pseudonym: Option<String>,
}

/// What the parts of an explanation read: facts, and the reasons that the rules found in them.
struct Akte<'a> {
    s: &'a Sachverhalt,
    /// `None`: the case did not compete.
    wettbewerb: Option<&'a Wettbewerb>,
    gruende: Gruende<Grund09>,
    par09: &'a Par09,
    auslegungen: &'a Auslegungen,
}

/// Returns the full explanation of a decision: case, facts, every condition, Auslegungen,
/// computation, result, and for a Klärfall what must be found out. Lines have at most 100
/// characters, unless a single name is longer.
///
/// The reasons of rows 1 to 16 come from [`pruefe`]; those of rows 17 to 19 from `wettbewerb`, which
/// is `None` for a case that did not compete.
pub fn erklaere(
    fall: &Fallangaben,
    sachverhalt: &Sachverhalt,
    wettbewerb: Option<&Wettbewerb>,
    betrag: Cent,
    par09: &Par09,
    auslegungen: &Auslegungen,
) -> String {
    let akte = Akte::neu(sachverhalt, wettbewerb, par09, auslegungen);
    let mut text = Text::neu(&format!(
        "§ 9 Fallwertzuschlag: Praxis {}, Fall {}, Quartal {}",
        fall.praxis, fall.fall_id, sachverhalt.quartal
    ));
    schreibe_fall(&mut text, fall, sachverhalt);
    akte.schreibe_sachverhalt(&mut text);
    akte.schreibe_pruefung(&mut text);
    akte.schreibe_auslegungen(&mut text);
    akte.schreibe_berechnung(&mut text, betrag);
    text.ergebnis(akte.gruende, betrag);
    text.klaerung(akte.gruende, akte.auftraege());
    text.fertig()
}

/// Returns what must be found out before a Klärfall can be decided: a request per reason.
pub(crate) fn auftraege(
    sachverhalt: &Sachverhalt,
    wettbewerb: Option<&Wettbewerb>,
    par09: &Par09,
    auslegungen: &Auslegungen,
) -> Vec<String> {
    Akte::neu(sachverhalt, wettbewerb, par09, auslegungen).auftraege()
}

fn schreibe_fall(text: &mut Text, fall: &Fallangaben, s: &Sachverhalt) {
    text.abschnitt("Fall");
    text.zeile(&format!(
        "Praxis {}, Fall {}, Behandlungsquartal {}",
        fall.praxis, fall.fall_id, s.quartal
    ));
    let Stelle { byte, zeile, satz } = fall.stelle;
    let stellen = [("Zeile", zeile), ("Byte", byte), ("Satz", satz)];
    let stelle: String = stellen
        .iter()
        .filter_map(|(name, wert)| wert.map(|wert| format!(", {name} {wert}")))
        .collect();
    text.zeile(&format!("Quelle: {}{stelle}", fall.datei));
    let patient = match &fall.pseudonym {
        Some(pseudonym) => format!("Pseudonym {pseudonym}"),
        None if s.patient_bekannt => "ohne Schlüssel: kein Pseudonym".to_owned(),
        None => "ohne Versicherten-ID: kein Pseudonym".to_owned(),
    };
    text.zeile(&format!("Patient: {patient}"));
}

impl<'a> Akte<'a> {
    fn neu(
        s: &'a Sachverhalt,
        wettbewerb: Option<&'a Wettbewerb>,
        par09: &'a Par09,
        auslegungen: &'a Auslegungen,
    ) -> Self {
        let mut gruende = pruefe(s, par09, auslegungen);
        let wettbewerb = wettbewerb.filter(|_| gruende.ist_leer());
        if let Some(grund) = wettbewerb.and_then(|w| w.grund) {
            gruende.wenn(true, grund);
        }
        Self { s, wettbewerb, gruende, par09, auslegungen }
    }
}

impl Akte<'_> {
    fn auftraege(&self) -> Vec<String> {
        self.gruende.alle().filter_map(|grund| self.auftrag(grund)).collect()
    }

    fn schreibe_sachverhalt(&self, text: &mut Text) {
        let s = self.s;
        text.abschnitt("Sachverhalt");
        text.zeile(&match s.markierung {
            Markierung::Gnr(gnr) => format!("Kennzeichnung in der Honorarabrechnung: GNR {gnr}"),
            Markierung::Ausdruecklich => {
                "Kennzeichnung in der Honorarabrechnung: ausdrücklich als Übernahme".to_owned()
            }
        });
        let benannt = s.benannt.map_or_else(|| "keine".to_owned(), |benannt| benannt.to_string());
        text.zeile(&format!("Von der Praxis benannte geschlossene Praxis: {benannt}"));
        let art = s.praxis_art.map_or("nicht im Register", praxisart);
        text.zeile(&format!("Behandelnde Praxis {} in {}: {art}", s.praxis, s.quartal));
        text.zeile(&self.schein());
        let id = if s.patient_bekannt { "vorhanden" } else { "fehlt" };
        text.zeile(&format!("Versicherten-ID: {id}"));
        text.zeile(&format!("Leistungstage: {}", self.tage(s.tage)));
        if s.praxis_art == Some(Praxisart::Gemischt) {
            text.zeile(&format!(
                "Davon Leistungstage eines Hausarztes: {}",
                self.tage(s.tage_hausarzt)
            ));
        }
        match &s.schliessung {
            Some(lage) => self.schreibe_schliessung(text, lage),
            None => text.zeile("Geschlossene Praxis, über die zu entscheiden wäre: keine bekannt"),
        }
        if s.rueckblick_wird_geprueft() {
            text.zeile(&format!(
                "Behandlungen des Patienten im Rückblick, die zählen: {}",
                self.behandelt()
            ));
            if s.rueckblick.behandelt.is_empty() {
                text.zeile(&self.zaehlt_nicht());
            }
            text.zeile(&format!("Abrechnungen, die im Rückblick fehlen: {}", self.fehlend()));
        }
    }

    fn schreibe_schliessung(&self, text: &mut Text, lage: &Schliessungslage) {
        let s = self.s;
        let weg = if s.benannt.is_some() {
            "nach der Benennung"
        } else {
            "nach den Behandlungen des Patienten"
        };
        text.zeile(&format!(
            "Geschlossene Praxis {} ({weg}): {} in {}",
            lage.praxis,
            praxisart(lage.art),
            gemeinde(lage)
        ));
        text.zeile(&format!(
            "Letzter Tag ihrer Zulassung: {}; {}",
            lage.letzter_tag.deutsch(),
            nachfolge(lage)
        ));
        text.zeile(&format!("Einwohner bei der Schließung: {}", einwohner(lage)));
        text.zeile(&format!("Zeitraum seit der Schließung: {}", self.zeitraum(lage)));
        text.zeile(&format!("Rückblick vor der Schließung: {}", self.rueckblick(lage)));
        let bewilligung = s.bewilligung.map_or_else(|| "keine bekannt".to_owned(), bewilligung);
        text.zeile(&format!(
            "Bewilligung der Praxis {} für Praxis {} in {}: {bewilligung}",
            s.praxis, lage.praxis, s.quartal
        ));
        self.schreibe_nachrangige(text);
    }

    /// Writes the closures that were not chosen, and what the choice went by.
    fn schreibe_nachrangige(&self, text: &mut Text) {
        let s = self.s;
        if s.nachrangige.is_empty() {
            return;
        }
        for n in &s.nachrangige {
            let (erstes, letztes) =
                abs3_satz1_zeitraum(n.letzter_tag, self.par09, self.auslegungen);
            let bewilligung = n.bewilligung.map_or_else(|| "keine bekannt".to_owned(), bewilligung);
            text.zeile(&format!(
                "Auch behandelt in Praxis {}: letzter Tag {}; Zeitraum {erstes} bis {letztes}; Bewilligung der Praxis {} \
                 dafür in {}: {bewilligung}",
                n.praxis,
                n.letzter_tag.deutsch(),
                s.praxis,
                s.quartal
            ));
        }
        text.zeile(
            "Gewählt wird zuerst eine Schließung, deren Zeitraum das Quartal enthält, dann eine mit Bewilligung, dann die \
             spätere, dann die niedrigere BSNR.",
        );
    }

    /// Writes the Auslegungen that this decision used.
    fn schreibe_auslegungen(&self, text: &mut Text) {
        text.abschnitt("Auslegungen");
        let (s, a) = (self.s, self.auslegungen);
        if let Markierung::Gnr(_) = s.markierung {
            let liste: Vec<_> = a.kennzeichen_gnr.iter().map(ToString::to_string).collect();
            text.zeile(&format!(
                "par09.kennzeichen_gnr = {} (§ 9 Abs. 3 Satz 3)",
                liste.join(", ")
            ));
        }
        let rueckblick = s.rueckblick_wird_geprueft();
        if s.schliessung.is_some() || rueckblick {
            text.auslegung("par09.zeitraum", a.zeitraum, "§ 9 Abs. 3 Satz 1");
        }
        if rueckblick {
            text.auslegung("par09.rueckblick", a.rueckblick, "§ 9 Abs. 3 Satz 2");
            text.auslegung(
                "par09.rueckblick_vertreter_und_notfall",
                a.rueckblick_vertreter_und_notfall,
                "§ 9 Abs. 1",
            );
        }
        match abs3_satz2_schein(s.satzart, s.scheinuntergruppe, self.par09) {
            Schein::Notfall => text.auslegung("par09.notfaelle", a.notfaelle, "§ 9 Abs. 3 Satz 2"),
            Schein::Anderer => {
                text.auslegung("par09.nur_originalschein", a.nur_originalschein, "§ 9 Abs. 1");
            }
            Schein::Original | Schein::Vertreter => {}
        }
        let arten = [s.praxis_art, s.schliessung.as_ref().map(|lage| lage.art)];
        let auch_andere = |art| matches!(art, Praxisart::Kinderarzt | Praxisart::Gemischt);
        if arten.into_iter().flatten().any(auch_andere) {
            text.auslegung("par09.kinderaerzte", a.kinderaerzte, "§ 9 Abs. 1");
        }
        if self.wettbewerb.is_some() {
            text.auslegung("par09.mehrfachuebernahme", a.mehrfachuebernahme, "§ 9 Abs. 3");
            text.auslegung("par09.zwei_quartale_je", a.zwei_quartale_je, "§ 9 Abs. 3 Satz 1");
        }
    }

    fn schreibe_berechnung(&self, text: &mut Text, betrag: Cent) {
        text.abschnitt("Berechnung");
        match self.gruende.ergebnis() {
            Ergebnis::Abgelehnt => text.zeile("Keine, weil der Fallwertzuschlag abgelehnt ist."),
            Ergebnis::Klaerfall => text.zeile("Keine, solange der Klärfall offen ist."),
            Ergebnis::Bewilligt => {
                let zuschlag = self.par09.zuschlag.deutsch();
                text.zeile(&format!(
                    "Fallwertzuschlag je Patient und Quartal (§ 9 Abs. 3 Satz 1): {zuschlag}"
                ));
                text.zeile(&format!("1 Patient × 1 Quartal × {zuschlag} = {}", betrag.deutsch()));
                text.zeile("Keine anteilige Kürzung und keine Rundung: Der Zuschlag ist ein fester Betrag.");
            }
        }
    }

    fn schein(&self) -> String {
        format!(
            "Schein: Satzart {}, Scheinuntergruppe {:02}",
            self.s.satzart.name(),
            self.s.scheinuntergruppe
        )
    }

    fn tage(&self, tage: Tage) -> String {
        liste(tage.tage(self.s.quartal).map(Tag::deutsch))
    }

    fn zeitraum(&self, lage: &Schliessungslage) -> String {
        let (erstes, letztes) = abs3_satz1_zeitraum(lage.letzter_tag, self.par09, self.auslegungen);
        format!("{erstes} bis {letztes}")
    }

    fn rueckblick(&self, lage: &Schliessungslage) -> String {
        let quartale = abs3_satz2_rueckblick(lage.letzter_tag, self.par09, self.auslegungen);
        let (erstes, letztes) = (quartale.first(), quartale.last());
        let von_bis = erstes.zip(letztes).map(|(von, bis)| format!("{von} bis {bis}, längstens "));
        format!("{}bis zum {}", von_bis.unwrap_or_default(), lage.letzter_tag.deutsch())
    }

    fn behandelt(&self) -> String {
        let behandelt = self.s.rueckblick.behandelt.iter();
        liste(behandelt.map(|(quartal, tag)| format!("{quartal} (zuletzt {})", tag.deutsch())))
    }

    /// Says what of a patient's visits is no treatment in the look-back: "keine" does not mean that the
    /// patient was never there.
    fn zaehlt_nicht(&self) -> String {
        let vertreter = !self.auslegungen.rueckblick_vertreter_und_notfall.0;
        let gemischt =
            self.s.schliessung.as_ref().is_none_or(|lage| lage.art == Praxisart::Gemischt);
        let teile: Vec<&str> = [
            vertreter.then_some("Vertreter- und Notfallfälle"),
            gemischt.then_some("bei gemischten Praxen Leistungen ohne Hausarzt"),
            Some("Leistungen nach der Schließung"),
        ]
        .into_iter()
        .flatten()
        .collect();
        format!("Es zählen nicht: {}.", teile.join("; "))
    }

    fn fehlend(&self) -> String {
        let je_praxis = self.s.rueckblick.fehlend.chunk_by(|a, b| a.0 == b.0);
        verbunden(
            "; ",
            je_praxis.map(|teil| {
                let quartale = liste(teil.iter().map(|(_, quartal)| quartal.to_string()));
                format!("Praxis {} für {quartale}", teil[0].0)
            }),
        )
    }
}

/// Joins what there is; "keine" for nothing.
fn verbunden(trenner: &str, teile: impl Iterator<Item = String>) -> String {
    let teile: Vec<_> = teile.collect();
    if teile.is_empty() { "keine".to_owned() } else { teile.join(trenner) }
}

fn liste(teile: impl Iterator<Item = String>) -> String {
    verbunden(", ", teile)
}

fn praxisart(art: Praxisart) -> &'static str {
    match art {
        Praxisart::Hausarzt => "Hausarztpraxis",
        Praxisart::Kinderarzt => "Praxis von Kinder- und Jugendärzten",
        Praxisart::Facharzt => "Facharztpraxis",
        Praxisart::Gemischt => "gemischte Praxis (Hausärzte und Fachärzte)",
    }
}

fn gemeinde(lage: &Schliessungslage) -> String {
    match &lage.gemeinde_name {
        Some(name) => format!("{name} (AGS {})", lage.gemeinde),
        None => format!("der Gemeinde mit AGS {}", lage.gemeinde),
    }
}

fn nachfolge(lage: &Schliessungslage) -> String {
    let ja_nein = |wert| if wert { "ja" } else { "nein" };
    format!(
        "Nachfolger: {}; vollständig geschlossen: {}",
        ja_nein(lage.nachfolger),
        ja_nein(lage.vollstaendig)
    )
}

fn einwohner(lage: &Schliessungslage) -> String {
    match (lage.einwohner, lage.gebietsstand) {
        (Some(anzahl), Some(stand)) => {
            format!("{} (amtliche Zahl, Gebietsstand {})", tausender(anzahl), stand.deutsch())
        }
        (Some(anzahl), None) => tausender(anzahl),
        (None, Some(stand)) => {
            format!("keine Zahl in der Veröffentlichung mit Gebietsstand {}", stand.deutsch())
        }
        (None, None) => format!(
            "keine Veröffentlichung vorhanden, die am {} verfügbar war",
            lage.letzter_tag.deutsch()
        ),
    }
}

fn bewilligung(zeitraum: Zeitraum) -> String {
    let von = zeitraum.von.map_or_else(String::new, |tag| format!("ab {}", tag.deutsch()));
    let bis = zeitraum
        .bis
        .map_or_else(|| "ohne letzten Tag".to_owned(), |tag| format!("bis {}", tag.deutsch()));
    format!("{von} {bis}").trim().to_owned()
}

/// Writes a number with dots, as German texts do.
fn tausender(zahl: u32) -> String {
    if zahl < 1_000 {
        return zahl.to_string();
    }
    format!("{}.{:03}", tausender(zahl / 1_000), zahl % 1_000)
}

#[cfg(test)]
mod tests;
