//! The envelopes of all deliveries, before their contents: which quarter is run, whether all parts
//! are there, what replaces what.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{Gelesen, bestand::oeffne, name};
use crate::meldung::{Code, Meldung, Meldungen, Ort};
use crate::quartal::Quartal;
use crate::read::auszug;
use crate::read::dienstplan::DienstplanLeser;
use crate::read::eingaben::{Art, Format};
use crate::read::faelle::FaelleLeser;
use crate::read::kvdt;
use crate::read::roh::Zaehler;
use crate::read::stammdaten::StammdatenLeser;
use crate::read::umschlag::{Status, Umschlag, Zeit};

/// What the envelopes say.
#[derive(Debug, Default)]
pub(super) struct Lieferungen {
    /// The run's quarter, if any envelope names one.
    pub(super) quartal: Option<Quartal>,
    /// Whether the deliveries are real.
    pub(super) status: Option<Status>,
    /// Envelope per input; `None` for inputs without one and where it cannot be read (the reading of
    /// the whole input reports why).
    pub(super) umschlaege: Vec<Option<Umschlag>>,
    /// Inputs that another delivery replaces.
    pub(super) ersetzt: Vec<bool>,
}

/// Reads the envelopes and checks what they say together.
pub(super) fn lies(gelesen: &[Gelesen], meldungen: &mut Meldungen) -> Lieferungen {
    let umschlaege: Vec<Option<Umschlag>> = gelesen.par_iter().map(umschlag).collect();
    let mut lieferungen =
        Lieferungen { ersetzt: vec![false; gelesen.len()], umschlaege, ..Lieferungen::default() };
    lieferungen.ersetze(gelesen, meldungen);
    lieferungen.pruefe_teile(gelesen, meldungen);
    lieferungen.pruefe_status(gelesen, meldungen);
    lieferungen.pruefe_kv(gelesen, meldungen);
    lieferungen.pruefe_quartal(gelesen, meldungen);
    lieferungen
}

/// Reads the envelope of one input. Its faults are reported when the whole input is read.
fn umschlag(gelesen: &Gelesen) -> Option<Umschlag> {
    let mut ungehoert = Meldungen::neu(0);
    let (datei, m) = (name(gelesen), &mut ungehoert);
    let roh = oeffne(gelesen, &Zaehler::default(), m)?;
    match (gelesen.eingabe.art, gelesen.eingabe.format) {
        (Art::Faelle | Art::Rueckblick, Format::Kvdt) => {
            let kopf = kvdt::kopf(roh)?;
            Some(Umschlag {
                // A KVDT file has no id of its own and is never one of several parts.
                lieferung: datei.to_string(),
                kv: None,
                zeit: Zeit::Quartal(kopf.quartal),
                erstellt: kopf.erstellt,
                status: None,
                teil: 1,
                von_teilen: 1,
                ersatz_fuer: None,
                ort: Ort::neu(datei, kopf.quartal_ab),
            })
        }
        (Art::Rueckblick, Format::Auszug) => auszug::umschlag(roh, datei),
        (Art::Faelle | Art::Rueckblick, _) => {
            FaelleLeser::neu(roh, datei, m).ok().map(|leser| leser.umschlag().clone())
        }
        (Art::Stammdaten, _) => {
            StammdatenLeser::neu(roh, datei, m).ok().map(|leser| leser.umschlag().clone())
        }
        (Art::Dienstplan, _) => {
            DienstplanLeser::neu(roh, datei, m).ok().map(|leser| leser.umschlag().clone())
        }
        (Art::Einwohner | Art::Einstellungen | Art::Schluessel, _) => None,
    }
}

/// An envelope, what it says, the envelope that tells, and what that one says.
type Abweichung<'a, T> = (&'a Umschlag, T, &'a Umschlag, T);

impl Lieferungen {
    /// Returns the envelopes in use, by input.
    fn gueltige<'a>(
        &'a self,
        gelesen: &'a [Gelesen],
    ) -> impl Iterator<Item = (usize, Art, &'a Umschlag)> {
        (0..gelesen.len()).filter(|platz| !self.ersetzt[*platz]).filter_map(|platz| {
            Some((platz, gelesen[platz].eingabe.art, self.umschlaege[platz].as_ref()?))
        })
    }

    /// Drops every delivery that another one of its kind replaces.
    fn ersetze(&mut self, gelesen: &[Gelesen], meldungen: &mut Meldungen) {
        let mut nachfolger: BTreeMap<(Art, &str), &str> = BTreeMap::new();
        for (_, art, umschlag) in self.gueltige(gelesen) {
            if let Some(vorgaenger) = &umschlag.ersatz_fuer {
                nachfolger.insert((art, vorgaenger), &umschlag.lieferung);
            }
        }
        let mut ersetzt = vec![false; gelesen.len()];
        for (platz, art, umschlag) in self.gueltige(gelesen) {
            let Some(durch) = nachfolger.get(&(art, &*umschlag.lieferung)) else { continue };
            if im_kreis((art, &umschlag.lieferung), &nachfolger) {
                let text = format!(
                    "die Lieferung {} wird über ihre Ersatzlieferungen durch sich selbst ersetzt; bitte ersatz_fuer berichtigen",
                    umschlag.lieferung
                );
                meldungen.melde(Meldung::neu(Code::ErsatzImKreis, umschlag.ort.clone(), text));
                continue;
            }
            let text = format!(
                "die Lieferung {} wird durch {durch} ersetzt und nicht verwendet",
                umschlag.lieferung
            );
            meldungen.melde(Meldung::neu(Code::LieferungErsetzt, umschlag.ort.clone(), text));
            ersetzt[platz] = true;
        }
        for (_, art, umschlag) in self.gueltige(gelesen) {
            let Some(vorgaenger) = &umschlag.ersatz_fuer else { continue };
            let vorhanden = self.gueltige(gelesen).any(|(_, andere_art, andere)| {
                andere_art == art && andere.lieferung == *vorgaenger
            });
            if !vorhanden {
                let text = format!(
                    "die Lieferung {} ersetzt {vorgaenger}; diese liegt nicht vor und muss es auch nicht",
                    umschlag.lieferung
                );
                meldungen.melde(Meldung::neu(
                    Code::ErsatzOhneVorgaenger,
                    umschlag.ort.clone(),
                    text,
                ));
            }
        }
        self.ersetzt = ersetzt;
    }

    /// All parts of a delivery must be there, each once. The missing part may be in a file that
    /// cannot be read: that file has its own errors. Neither a KVDT file nor an extract is ever a part.
    fn pruefe_teile(&self, gelesen: &[Gelesen], meldungen: &mut Meldungen) {
        let unlesbar = |art: Art| {
            let mut eingaben = gelesen.iter().zip(&self.umschlaege);
            eingaben.any(|(g, umschlag)| {
                let eingabe = &g.eingabe;
                eingabe.art == art && eingabe.format == Format::Xml && umschlag.is_none()
            })
        };
        let mut lieferungen: BTreeMap<(Art, &str), Vec<&Umschlag>> = BTreeMap::new();
        for (_, art, umschlag) in self.gueltige(gelesen) {
            lieferungen.entry((art, &umschlag.lieferung)).or_default().push(umschlag);
        }
        for ((art, lieferung), mut teile) in lieferungen {
            teile.sort_by_key(|umschlag| (umschlag.teil, umschlag.ort.clone()));
            for paar in teile.windows(2) {
                let gleich = |u: &Umschlag| (u.von_teilen, u.zeit, u.ersatz_fuer.clone());
                if paar[0].teil == paar[1].teil || gleich(paar[0]) != gleich(paar[1]) {
                    let text = format!(
                        "die Lieferung {lieferung} liegt mehrfach vor oder ihre Teile widersprechen sich: hier Teil {} von {}, in {} \
                         Teil {} von {}; erwartet wird jeder Teil einmal, alle mit gleichem Zeitraum und ersatz_fuer",
                        paar[1].teil,
                        paar[1].von_teilen,
                        paar[0].ort.datei,
                        paar[0].teil,
                        paar[0].von_teilen
                    );
                    meldungen.melde(Meldung::neu(
                        Code::LieferungDoppelt,
                        paar[1].ort.clone(),
                        text,
                    ));
                }
            }
            let fehlend: Vec<String> = (1..=teile[0].von_teilen)
                .filter(|teil| !teile.iter().any(|umschlag| umschlag.teil == *teil))
                .map(|teil| teil.to_string())
                .collect();
            if !fehlend.is_empty() && !unlesbar(art) {
                let text = format!(
                    "der Lieferung {lieferung} fehlen von {} Teilen: {}; bitte nachliefern",
                    teile[0].von_teilen,
                    fehlend.join(", ")
                );
                meldungen.melde(Meldung::neu(
                    Code::LieferungUnvollstaendig,
                    teile[0].ort.clone(),
                    text,
                ));
            }
        }
    }

    /// Real and fictitious deliveries must not meet in one run.
    fn pruefe_status(&mut self, gelesen: &[Gelesen], meldungen: &mut Meldungen) {
        let (status, andere) = self.einigkeit(gelesen, |umschlag| umschlag.status);
        for (umschlag, status, erster, erwartet) in andere {
            let text = format!(
                "die Lieferung hat den Status {status}, {} aber {erwartet}; ein Lauf liest nur das eine oder das andere",
                erster.ort.datei
            );
            meldungen.melde(Meldung::neu(Code::StatusGemischt, umschlag.ort.clone(), text));
        }
        self.status = status;
    }

    /// All deliveries of a run come from one KV.
    fn pruefe_kv(&self, gelesen: &[Gelesen], meldungen: &mut Meldungen) {
        for (umschlag, kv, erster, erwartet) in self.einigkeit(gelesen, |umschlag| umschlag.kv).1 {
            let text = format!(
                "die Lieferung kommt von der KV {kv:02}, {} aber von {erwartet:02}; ein Lauf liest die Lieferungen einer KV",
                erster.ort.datei
            );
            meldungen.melde(Meldung::neu(Code::KvGemischt, umschlag.ort.clone(), text));
        }
    }

    /// Returns what the deliveries say of one thing, and those that say otherwise, each with the one
    /// that tells: the reference data, or without any the first.
    fn einigkeit<'a, T: Copy + PartialEq>(
        &'a self,
        gelesen: &'a [Gelesen],
        was: impl Fn(&Umschlag) -> Option<T>,
    ) -> (Option<T>, Vec<Abweichung<'a, T>>) {
        let alle: Vec<_> =
            self.gueltige(gelesen).filter_map(|(_, art, u)| Some((art, u, was(u)?))).collect();
        let stammdaten = alle.iter().find(|(art, ..)| *art == Art::Stammdaten);
        let Some((_, erster, erwartet)) = stammdaten.or(alle.first()).copied() else {
            return (None, Vec::new());
        };
        let andere = alle.into_iter().filter(|(_, _, wert)| *wert != erwartet);
        (Some(erwartet), andere.map(|(_, u, wert)| (u, wert, erster, erwartet)).collect())
    }

    /// The quarter is that of the reference data, or without any that of the first claims.
    fn pruefe_quartal(&mut self, gelesen: &[Gelesen], meldungen: &mut Meldungen) {
        let erstes = |gesucht: Art| {
            self.gueltige(gelesen)
                .filter(|(_, art, _)| *art == gesucht)
                .find_map(|(_, _, u)| u.quartal())
        };
        let Some(lauf) = erstes(Art::Stammdaten).or_else(|| erstes(Art::Faelle)) else { return };
        for (_, art, umschlag) in self.gueltige(gelesen) {
            let erwartet = match (art, umschlag.zeit) {
                (Art::Faelle, Zeit::Quartal(quartal)) if quartal != lauf => "dasselbe Quartal",
                (Art::Rueckblick, Zeit::Quartal(quartal)) if lauf <= quartal => {
                    "ein früheres Quartal"
                }
                (Art::Dienstplan, Zeit::Tage(von, bis)) if !lauf.beruehrt(Some(von), Some(bis)) => {
                    "ein Zeitraum mit Tagen des Quartals"
                }
                _ => continue,
            };
            let zeit = match umschlag.zeit {
                Zeit::Quartal(quartal) => quartal.to_string(),
                Zeit::Tage(von, bis) => format!("{von} bis {bis}"),
            };
            let text = format!(
                "die Lieferung ist für {zeit}, der Lauf für {lauf}; erwartet wird {erwartet}; bitte die Datei prüfen oder entfernen"
            );
            meldungen.melde(Meldung::neu(Code::QuartalWiderspricht, umschlag.ort.clone(), text));
        }
        self.quartal = Some(lauf);
    }
}

/// Tells whether following the replacements of a delivery leads back to it.
fn im_kreis(start: (Art, &str), nachfolger: &BTreeMap<(Art, &str), &str>) -> bool {
    let mut hier = start;
    for _ in 0..=nachfolger.len() {
        match nachfolger.get(&hier) {
            Some(naechste) if *naechste == start.1 => return true,
            Some(naechste) => hier = (hier.0, naechste),
            None => return false,
        }
    }
    // Somewhere on the way there is a circle that does not hold the start.
    true
}
