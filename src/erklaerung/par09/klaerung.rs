//! § 9: what a clerk must find out before a Klärfall can be decided.

use super::Akte;
use crate::ergebnis::Grund09;

impl Akte<'_> {
    /// Returns the request that a reason makes.
    pub(super) fn auftrag(&self, grund: Grund09) -> Option<String> {
        let s = self.s;
        let (praxis, quartal) = (s.praxis, s.quartal);
        let lage = s.schliessung.as_deref();
        match grund {
            Grund09::OhneVersichertenId => Some(format!(
                "Bitte bei Praxis {praxis} die Versicherten-ID des Patienten erfragen und den Fall \
                 damit neu einreichen lassen. Ohne sie lässt sich nicht feststellen, ob der Patient \
                 in der geschlossenen Praxis behandelt wurde."
            )),
            Grund09::PraxisUnbekannt => Some(format!(
                "Bitte im Arztregister feststellen, unter welcher Art Praxis {praxis} in {quartal} \
                 geführt wird, und die Stammdaten ergänzen; ist die BSNR falsch, bitte die \
                 Abrechnung berichtigen lassen."
            )),
            Grund09::SchliessungUnbekannt => s.benannt.map(|benannt| {
                format!(
                    "Bitte prüfen, ob Praxis {benannt} geschlossen ist, und in den Stammdaten den \
                     letzten Tag der Zulassung, die Nachfolge und die Vollständigkeit der Schließung \
                     ergänzen; ist sie nicht geschlossen, bitte die Kennzeichnung von Praxis \
                     {praxis} berichtigen lassen."
                )
            }),
            Grund09::LeistungstagFehlt => Some(format!(
                "Bitte bei Praxis {praxis} die Leistungen des Falls mit ihren Tagen erfragen und den \
                 Fall damit neu einreichen lassen."
            )),
            Grund09::EinwohnerzahlFehlt => lage.map(|lage| {
                let name = lage.gemeinde_name.as_deref().map(|name| format!(" ({name})"));
                format!(
                    "Bitte für die Gemeinde mit AGS {}{} die letzte amtliche Einwohnerzahl beschaffen, \
                     die am {} verfügbar war (Gemeindeverzeichnis GV100AD des Statistischen \
                     Bundesamts), und dem Lauf beilegen.",
                    lage.gemeinde,
                    name.unwrap_or_default(),
                    lage.letzter_tag.deutsch()
                )
            }),
            Grund09::RueckblickFehlt => Some(format!(
                "Bitte die fehlenden Abrechnungen beschaffen und dem Lauf als Rückblick beilegen: \
                 {}.",
                self.fehlend()
            )),
            Grund09::MehrfachUebernommen => {
                let konkurrenten = self.wettbewerb.map_or(&[][..], |w| &w.konkurrenten);
                let praxen: Vec<_> = konkurrenten.iter().map(ToString::to_string).collect();
                Some(format!(
                    "Bitte mit den Praxen {} klären, welche von ihnen in {quartal} die hausärztliche \
                     Versorgung des Patienten übernommen hat.",
                    praxen.join(", ")
                ))
            }
            _ => None,
        }
    }
}
