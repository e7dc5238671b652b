//! § 9: every condition of the table, its outcome, and the fact that it rests on.

use super::{Akte, einwohner, gemeinde, liste, nachfolge, praxisart, tausender};
use crate::auslegung::{Mehrfachuebernahme, Notfaelle, Wert};
use crate::ergebnis::{Grund, Grund09};
use crate::erklaerung::text::Text;
use crate::evaluate::par09::Schliessungslage;
use crate::quartal::Tag;
use crate::settle::uebernahme::{Vergabe, Wettbewerb};
use crate::stammdaten::Praxisart;

/// The fact that a condition rests on, or why it was not examined.
type Befund = Result<String, String>;

/// Number and wording of a condition in the table of § 9.
fn bedingung(grund: Grund09) -> (&'static str, &'static str) {
    match grund {
        Grund09::OhneVersichertenId => ("1", "Versicherten-ID fehlt"),
        Grund09::PraxisUnbekannt => ("2", "Behandelnde Praxis steht nicht im Register"),
        Grund09::SchliessungUnbekannt => ("3", "Schließung der benannten Praxis ist nicht bekannt"),
        Grund09::LeistungstagFehlt => ("4", "Leistungstag fehlt"),
        Grund09::KeineHausarztpraxisGeschlossen => {
            ("5", "Geschlossene Praxis war keine niedersächsische Hausarztpraxis")
        }
        Grund09::NachfolgerVorhanden => {
            ("6", "Nachfolger vorhanden oder Praxis nicht vollständig geschlossen")
        }
        Grund09::EinwohnerzahlFehlt => ("7", "Amtliche Einwohnerzahl fehlt"),
        Grund09::KeinLaendlicherRaum => ("8", "Kein ländlicher Raum"),
        Grund09::KeineHausarztpraxis => ("9", "Behandelnde Praxis ist keine Hausarztpraxis"),
        Grund09::EigenePraxis => ("10", "Behandelnde Praxis ist die geschlossene Praxis"),
        Grund09::KeineBewilligung => ("11", "Keine Bewilligung für das Quartal"),
        Grund09::AusserhalbZeitraum => ("12", "Quartal liegt außerhalb des Zeitraums"),
        Grund09::BehandlungVorSchliessung => ("13", "Keine Behandlung nach der Schließung"),
        Grund09::Vertreterfall => ("14a", "Vertreterfall"),
        Grund09::Notfall => ("14b", "Notfall"),
        Grund09::KeinHausaerztlicherFall => ("14c", "Anderer Schein als der des Hausarztes"),
        Grund09::RueckblickFehlt => {
            ("15", "Keine Behandlung gefunden, die zählt; ein nötiger Rückblick fehlt")
        }
        Grund09::NichtVorbehandelt => {
            ("16", "Keine Behandlung gefunden, die zählt; kein nötiger Rückblick fehlt")
        }
        Grund09::BereitsImQuartal => ("17", "Quartal ist dieser Praxis schon gewährt"),
        Grund09::AnderweitigUebernommen => ("18", "Quartal ist einer anderen Praxis gewährt"),
        // A code of the setting, not a row of the table.
        Grund09::MehrfachUebernommen => {
            ("zu 18", "Mehrere Praxen haben den Patienten gekennzeichnet")
        }
        Grund09::ZweiQuartaleAusgeschoepft => ("19", "Zahl der Quartale ist ausgeschöpft"),
    }
}

impl Akte<'_> {
    /// Writes every condition in the order of the table.
    pub(super) fn schreibe_pruefung(&self, text: &mut Text) {
        text.abschnitt("Prüfung");
        for grund in Grund09::ALLE.iter().copied() {
            let (nummer, frage) = bedingung(grund);
            let (tatsache, ungeprueft) = match self.befund(grund) {
                Ok(tatsache) => (tatsache, None),
                Err(weil) => (String::new(), Some(weil)),
            };
            let ungeprueft = ungeprueft.as_deref();
            text.bedingung_nummer(nummer, self.gruende, grund, frage, ungeprueft, &tatsache);
        }
    }

    fn befund(&self, grund: Grund09) -> Befund {
        match grund {
            Grund09::OhneVersichertenId
            | Grund09::PraxisUnbekannt
            | Grund09::SchliessungUnbekannt
            | Grund09::LeistungstagFehlt => Ok(self.angabe(grund)),
            Grund09::KeineHausarztpraxisGeschlossen
            | Grund09::NachfolgerVorhanden
            | Grund09::EinwohnerzahlFehlt
            | Grund09::KeinLaendlicherRaum => self.schliessung(grund, self.lage()?),
            Grund09::KeineHausarztpraxis => self.hausarztpraxis(),
            Grund09::EigenePraxis
            | Grund09::KeineBewilligung
            | Grund09::AusserhalbZeitraum
            | Grund09::BehandlungVorSchliessung => self.uebernahme(grund, self.lage()?),
            Grund09::Vertreterfall | Grund09::Notfall | Grund09::KeinHausaerztlicherFall => {
                self.scheinart(grund)
            }
            Grund09::RueckblickFehlt | Grund09::NichtVorbehandelt => self.vorbehandlung(grund),
            Grund09::BereitsImQuartal
            | Grund09::AnderweitigUebernommen
            | Grund09::MehrfachUebernommen
            | Grund09::ZweiQuartaleAusgeschoepft => self.vergabe(grund),
        }
    }

    fn lage(&self) -> Result<&Schliessungslage, String> {
        self.s.schliessung.as_deref().ok_or_else(|| match self.s.benannt {
            Some(benannt) => {
                format!("zu der benannten Praxis {benannt} keine Schließung bekannt ist")
            }
            None => "dem Fall keine geschlossene Praxis zuzuordnen ist".to_owned(),
        })
    }

    /// Rows 1 to 4.
    fn angabe(&self, grund: Grund09) -> String {
        let s = self.s;
        match grund {
            Grund09::OhneVersichertenId if s.patient_bekannt => {
                "Der Fall nennt eine Versicherten-ID.".to_owned()
            }
            Grund09::OhneVersichertenId => {
                "Der Fall nennt keine Versicherten-ID der vorgeschriebenen Form.".to_owned()
            }
            Grund09::PraxisUnbekannt => s.praxis_art.map_or_else(
                || format!("Das Register führt Praxis {} in {} nicht.", s.praxis, s.quartal),
                |art| {
                    format!(
                        "Das Register führt Praxis {} in {} als {}.",
                        s.praxis,
                        s.quartal,
                        praxisart(art)
                    )
                },
            ),
            Grund09::SchliessungUnbekannt => match (s.benannt, &s.schliessung) {
                (None, _) => "Die Praxis hat keine geschlossene Praxis benannt.".to_owned(),
                (Some(benannt), None) => {
                    format!("Benannt ist Praxis {benannt}; ihre Schließung ist nicht bekannt.")
                }
                (Some(benannt), Some(lage)) if benannt == lage.praxis => {
                    format!("Praxis {benannt} ist seit {} geschlossen.", ab(lage))
                }
                (Some(benannt), Some(lage)) => format!(
                    "Betriebsstätte {benannt} steht für Praxis {}; diese ist seit {} geschlossen.",
                    lage.praxis,
                    ab(lage)
                ),
            },
            _ => format!("Leistungstage: {}.", self.tage(s.tage)),
        }
    }

    /// Rows 5 to 8.
    fn schliessung(&self, grund: Grund09, lage: &Schliessungslage) -> Befund {
        match grund {
            Grund09::KeineHausarztpraxisGeschlossen => Ok(format!(
                "Praxis {} war am {} {} in {}.",
                lage.praxis,
                lage.letzter_tag.deutsch(),
                praxisart(lage.art),
                gemeinde(lage)
            )),
            Grund09::NachfolgerVorhanden => Ok(format!("{}.", nachfolge(lage))),
            Grund09::EinwohnerzahlFehlt => Ok(format!("Einwohner: {}.", einwohner(lage))),
            _ => {
                let anzahl = lage.einwohner.ok_or("die Einwohnerzahl fehlt")?;
                Ok(format!(
                    "{} Einwohner; ländlich ist eine Gemeinde mit weniger als {}.",
                    tausender(anzahl),
                    tausender(self.par09.einwohner_grenze)
                ))
            }
        }
    }

    /// Row 9.
    fn hausarztpraxis(&self) -> Befund {
        let s = self.s;
        let art = s.praxis_art.ok_or("die Praxis nicht im Register steht")?;
        if art != Praxisart::Gemischt {
            return Ok(format!("Praxis {} ist {}.", s.praxis, praxisart(art)));
        }
        if s.tage.ist_leer() {
            return Err("der Fall einer gemischten Praxis keinen Leistungstag hat".to_owned());
        }
        Ok(format!(
            "Praxis {} ist {}; Leistungstage eines Hausarztes: {}.",
            s.praxis,
            praxisart(art),
            self.tage(s.tage_hausarzt)
        ))
    }

    /// Rows 10 to 13.
    fn uebernahme(&self, grund: Grund09, lage: &Schliessungslage) -> Befund {
        let s = self.s;
        match grund {
            Grund09::EigenePraxis => Ok(format!(
                "Behandelnde Praxis: {}; geschlossene Praxis: {}.",
                s.praxis, lage.praxis
            )),
            Grund09::KeineBewilligung => Ok(s.bewilligung.map_or_else(
                || {
                    format!(
                        "Für Praxis {} und die Patienten der Praxis {} ist in {} keine gültige \
                         Bewilligung bekannt.",
                        s.praxis, lage.praxis, s.quartal
                    )
                },
                |zeitraum| {
                    format!(
                        "Bewilligung {}; sie gilt in {}.",
                        super::bewilligung(zeitraum),
                        s.quartal
                    )
                },
            )),
            Grund09::AusserhalbZeitraum => Ok(format!(
                "Schließung am {}; Zeitraum {}; Behandlungsquartal {}.",
                lage.letzter_tag.deutsch(),
                self.zeitraum(lage),
                s.quartal
            )),
            _ => {
                let tage = s.massgebliche_tage();
                if tage.ist_leer() {
                    return Err("kein Leistungstag vorliegt, der zählt".to_owned());
                }
                let gemischt = s.praxis_art == Some(Praxisart::Gemischt);
                let wessen = if gemischt { " eines Hausarztes" } else { "" };
                let erster = s.erster_tag_nach_schliessung();
                let erster = erster.map_or_else(|| "keiner".to_owned(), Tag::deutsch);
                Ok(format!(
                    "Leistungstage{wessen} {}; Schließung am {}; erster Tag danach: {erster}.",
                    self.tage(tage),
                    lage.letzter_tag.deutsch()
                ))
            }
        }
    }

    /// Rows 14a to 14c.
    fn scheinart(&self, grund: Grund09) -> Befund {
        let a = self.auslegungen;
        // A Schein is one of the three: where one of them applies, the later ones are not asked for.
        let vorher = [Grund09::Vertreterfall, Grund09::Notfall];
        let vorher = vorher.into_iter().take_while(|vorher| *vorher != grund);
        if let Some(erster) = vorher.into_iter().find(|vorher| self.gruende.enthaelt(*vorher)) {
            return Err(format!("{} zutrifft", bedingung(erster).0));
        }
        match grund {
            Grund09::Notfall if a.notfaelle == Notfaelle::Zulassen => {
                Err(format!("par09.notfaelle = {}", a.notfaelle.name()))
            }
            Grund09::KeinHausaerztlicherFall if !a.nur_originalschein.0 => {
                Err(format!("par09.nur_originalschein = {}", a.nur_originalschein.name()))
            }
            _ => Ok(format!("{}.", self.schein())),
        }
    }

    /// Rows 15 and 16.
    fn vorbehandlung(&self, grund: Grund09) -> Befund {
        let s = self.s;
        if !s.patient_bekannt {
            return Err("die Versicherten-ID fehlt".to_owned());
        }
        if !s.rueckblick_wird_geprueft() {
            self.lage()?;
        }
        if let (false, Some(lage)) = (s.rueckblick.behandelt.is_empty(), &s.schliessung) {
            return Ok(format!("Behandelt in Praxis {}: {}.", lage.praxis, self.behandelt()));
        }
        if grund == Grund09::RueckblickFehlt {
            return Ok(format!(
                "Keine gelesene Abrechnung belegt eine Behandlung des Patienten, die zählt; fehlende Abrechnungen: {}.",
                self.fehlend()
            ));
        }
        if !s.rueckblick.fehlend.is_empty() {
            return Err("der Rückblick unvollständig ist".to_owned());
        }
        Ok(match &s.schliessung {
            Some(lage) => format!(
                "In Praxis {} ist keine Behandlung des Patienten belegt, die zählt; Rückblick: {}.",
                lage.praxis,
                self.rueckblick(lage)
            ),
            None => {
                "In keiner Praxis, deren Schließung bekannt ist und deren Zeitraum bis zu diesem \
                     Quartal begonnen hat, ist im Rückblick eine Behandlung des Patienten belegt, die \
                     zählt."
                    .to_owned()
            }
        })
    }

    /// Rows 17 to 19.
    fn vergabe(&self, grund: Grund09) -> Befund {
        let Some(wettbewerb) = self.wettbewerb else {
            let weil = if self.gruende.ist_leer() {
                "kein Vergleich mit anderen Fällen des Patienten vorliegt"
            } else {
                "schon ein Grund der Zeilen 1 bis 16 zutrifft"
            };
            return Err(weil.to_owned());
        };
        let schon_vergeben = wettbewerb.im_quartal.is_some();
        match grund {
            Grund09::AnderweitigUebernommen if self.gruende.enthaelt(Grund09::BereitsImQuartal) => {
                Err(format!("{} zutrifft", bedingung(Grund09::BereitsImQuartal).0))
            }
            Grund09::MehrfachUebernommen => self.mehrfach(wettbewerb),
            Grund09::ZweiQuartaleAusgeschoepft if schon_vergeben => {
                Err("das Quartal schon gewährt ist".to_owned())
            }
            Grund09::ZweiQuartaleAusgeschoepft => {
                let andere = wettbewerb.andere_quartale.iter();
                Ok(format!(
                    "Gewährt wird für {} Quartale; andere Quartale, die dafür zählen: {}.",
                    self.par09.zuschlag_quartale,
                    liste(andere.map(|v| format!("{} (Praxis {})", v.quartal, v.praxis)))
                ))
            }
            _ => Ok(wettbewerb.im_quartal.as_ref().map_or_else(
                || {
                    let quartal = self.s.quartal;
                    format!("Für {quartal} ist der Zuschlag dieses Patienten noch nicht gewährt.")
                },
                |vergabe| self.gewaehrt(vergabe),
            )),
        }
    }

    fn mehrfach(&self, wettbewerb: &Wettbewerb) -> Befund {
        let wie = self.auslegungen.mehrfachuebernahme;
        if wie == Mehrfachuebernahme::Erste {
            return Err(format!("par09.mehrfachuebernahme = {}", wie.name()));
        }
        if !self.gruende.enthaelt(Grund09::MehrfachUebernommen) && !self.gruende.ist_leer() {
            return Err("schon ein anderer Grund zutrifft".to_owned());
        }
        let praxen = liste(wettbewerb.konkurrenten.iter().map(ToString::to_string));
        Ok(format!("Praxen, zwischen denen zu entscheiden ist: {praxen}."))
    }

    /// Tells to whom the quarter was given, and why to that case. Another practice's case is not
    /// named: its id is not the business of this one.
    fn gewaehrt(&self, vergabe: &Vergabe) -> String {
        let (quartal, praxis) = (vergabe.quartal, vergabe.praxis);
        let Some(fall) = &vergabe.fall else {
            return format!(
                "Für {quartal} ist der Zuschlag dieses Patienten Praxis {praxis} in einer früheren Abrechnung gewährt."
            );
        };
        let id =
            if praxis == self.s.praxis { format!(" für Fall {}", fall.id) } else { String::new() };
        let hier = self.s.erster_tag_nach_schliessung().map_or_else(String::new, Tag::deutsch);
        format!(
            "Für {quartal} ist der Zuschlag dieses Patienten Praxis {praxis}{id} gewährt. Erster Leistungstag nach der \
             Schließung, der zählt: dort {}, in diesem Fall {hier}; das Quartal erhält der frühere Tag, am selben Tag die \
             niedrigere BSNR, dann die niedrigere Fall-Id.",
            fall.erster_tag.deutsch()
        )
    }
}

/// Returns the first day without Zulassung.
fn ab(lage: &Schliessungslage) -> String {
    lage.letzter_tag.plus(1).deutsch()
}
