//! Checks of reference data that look at more than one row.

use std::collections::BTreeSet;

use super::bau::Stellenzeile;
use super::tabelle::Verortet;
use crate::kennung::Praxis;
use crate::meldung::{Code, Meldung, Meldungen, Ort};
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::{Besetzung, Stammdaten, Zeitraum};

/// What rows that name a practice or physician are checked against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Register<'a> {
    /// The register, chosen and sorted.
    pub(super) daten: &'a Stammdaten,
    /// The quarter of the run.
    pub(super) quartal: Quartal,
    /// No row of the register was left out for a fault.
    pub(super) vollstaendig: bool,
}

impl Register<'_> {
    /// Records a row that names what the register does not have; not where rows are left out, for
    /// then it may be their fault, which is recorded.
    pub(super) fn melde_verweis(self, ort: &Ort, text: String, meldungen: &mut Meldungen) {
        if self.vollstaendig {
            meldungen.melde(Meldung::neu(Code::StammdatenVerweis, ort.clone(), text));
        }
    }
}

/// A row's period, for the check that the periods of one thing share no day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Abschnitt<'a, G> {
    /// The thing.
    pub(super) wem: G,
    /// What two rows may both say of one day: the main practice of a branch.
    pub(super) gleich: Option<Praxis>,
    /// The period.
    pub(super) zeitraum: Zeitraum,
    /// Where the row stands.
    pub(super) ort: &'a Ort,
}

/// Records periods that end before they begin, and of the others those that share a day with an
/// earlier one of the same thing. The rows come by thing and first day; `was` names them.
pub(super) fn zeitraeume<'a, G: PartialEq>(
    was: &str,
    zeilen: impl IntoIterator<Item = Abschnitt<'a, G>>,
    meldungen: &mut Meldungen,
) {
    // Of the rows before, the one that ends last: if any shares a day with the next, this one does.
    let mut laengste: Option<Abschnitt<'a, G>> = None;
    for zeile in zeilen {
        if let (Some(von), Some(bis)) = (zeile.zeitraum.von, zeile.zeitraum.bis)
            && bis < von
        {
            let text = format!(
                "{was}: der letzte Tag {bis} liegt vor dem ersten {von}; bitte berichtigen"
            );
            meldungen.melde(Meldung::neu(Code::ZeitraumUngueltig, zeile.ort.clone(), text));
            continue;
        }
        let Some(vorige) = laengste.as_ref().filter(|vorige| vorige.wem == zeile.wem) else {
            laengste = Some(zeile);
            continue;
        };
        let vertraeglich = zeile.gleich.is_some() && zeile.gleich == vorige.gleich;
        if !vertraeglich && vorige.zeitraum.schneidet(zeile.zeitraum) {
            let text = format!(
                "{was}: der Zeitraum überschneidet sich mit dem in {}; bitte einen der beiden begrenzen",
                vorige.ort
            );
            meldungen.melde(Meldung::neu(Code::ZeitraeumeUeberlappen, zeile.ort.clone(), text));
        }
        let endet_spaeter = match (vorige.zeitraum.bis, zeile.zeitraum.bis) {
            (Some(vorige), Some(bis)) => vorige < bis,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if endet_spaeter {
            laengste = Some(zeile);
        }
    }
}

/// Records the sections that no file has although other rows show that their content would matter.
/// They are read as empty; `ort` is the first file, where they could stand.
pub(super) fn abschnitte(
    daten: &Stammdaten,
    vorhanden: &BTreeSet<&'static str>,
    ort: Option<&Ort>,
    meldungen: &mut Meldungen,
) {
    let betraege = !daten.honorare.is_empty() || !daten.durchschnitte.is_empty();
    let abschnitte = [
        (
            "bewilligungen_par09",
            !daten.schliessungen.is_empty(),
            "Schließungen",
            "keine Bewilligung nach § 9",
        ),
        (
            "bewilligungen_par05",
            betraege,
            "Honorare oder Fachgruppendurchschnitte",
            "keine Bewilligung nach § 5",
        ),
        (
            "auflagenverstoesse",
            !daten.bewilligungen05.is_empty(),
            "Bewilligungen nach § 5",
            "kein Verstoß gegen § 5 Abs. 4",
        ),
    ];
    for (name, zaehlt, anlass, gelesen_als) in abschnitte {
        if !zaehlt || vorhanden.contains(name) {
            continue;
        }
        let text = format!(
            "der Abschnitt <{name}> fehlt in allen Stammdaten, obwohl sie {anlass} enthalten; er ist als leer gelesen \
             ({gelesen_als}); bitte den Abschnitt (auch leer) liefern"
        );
        meldungen
            .melde(Meldung { ort: ort.cloned(), ..Meldung::ohne_ort(Code::AbschnittFehlt, text) });
    }
}

/// Records § 9 Bewilligungen for the patients of a practice that has no closure on record: no case
/// can be granted by them. Not where there are errors: the closure may be one of those.
pub(super) fn bewilligungen09_ohne_schliessung(daten: &Stammdaten, meldungen: &mut Meldungen) {
    if meldungen.hat_fehler() {
        return;
    }
    for bewilligung in &daten.bewilligungen09 {
        if daten.schliessung(bewilligung.geschlossene).is_none() {
            let text = format!(
                "die Bewilligung nach § 9 der Praxis {} nennt die Praxis {}, deren Schließung nicht erfasst ist; nach ihr wird \
                 kein Zuschlag gewährt; bitte prüfen, ob die Schließung fehlt oder die BSNR falsch ist",
                bewilligung.praxis, bewilligung.geschlossene
            );
            meldungen.melde(Meldung::neu(
                Code::BewilligungOhneSchliessung,
                bewilligung.ort.clone(),
                text,
            ));
        }
    }
}

/// Records branches that are main practices at the same time: nobody could say which one a case means.
pub(super) fn zweige_sind_keine_praxen(daten: &Stammdaten, meldungen: &mut Meldungen) {
    for zweig in &daten.zweige {
        let haupt = daten
            .praxis_staende(zweig.betriebsstaette)
            .iter()
            .find(|stand| stand.gueltig.schneidet(zweig.gueltig));
        if let Some(haupt) = haupt {
            let text = format!(
                "die Zweigpraxis {}.. ist zur selben Zeit selbst Praxis ({}); bitte eine der Angaben streichen oder \
                 begrenzen",
                zweig.betriebsstaette, haupt.ort
            );
            meldungen.melde(Meldung::neu(Code::StammdatenWiderspruch, zweig.ort.clone(), text));
        }
    }
}

/// Records what is wrong with a post: its practice or a holder is not in the register, or
/// physicians and Psychotherapeuten held it.
pub(super) fn arztstelle(
    stelle: &Stellenzeile,
    ort: &Ort,
    register: Register<'_>,
    meldungen: &mut Meldungen,
) {
    let Register { daten, quartal, .. } = register;
    let praxis = daten.praxis_fuer(stelle.betriebsstaette, quartal);
    // A post that is paid in the quarter needs its practice's island and account in the quarter.
    let besetzt = stelle.besetzungen.iter().any(|b| b.wert.zeitraum.im(quartal));
    let bekannt = if besetzt {
        daten.praxis_im(praxis, quartal).is_some()
    } else {
        !daten.praxis_staende(praxis).is_empty()
    };
    if !bekannt {
        let text = format!(
            "die Praxis {}.. der Arztstelle steht {}nicht im Register; bitte die Praxis ergänzen",
            praxis,
            if besetzt { format!("in {quartal} ") } else { String::new() }
        );
        register.melde_verweis(ort, text, meldungen);
    }
    for besetzung in &stelle.besetzungen {
        inhaber_im_register(besetzung, register, meldungen);
    }
    let mut erste: Option<bool> = None;
    for besetzung in &stelle.besetzungen {
        let staende = daten.arzt_staende(besetzung.wert.arzt).iter();
        let andere = staende
            .filter(|stand| stand.gueltig.schneidet(besetzung.wert.zeitraum))
            .any(|stand| *erste.get_or_insert(stand.psychotherapeut) != stand.psychotherapeut);
        if andere {
            let text = "die Arztstelle war mit Ärzten und mit Psychotherapeuten besetzt; eine Stelle ist das eine \
                        oder das andere (§ 6 Abs. 1); bitte Besetzung oder Register berichtigen";
            meldungen.melde(Meldung::neu(Code::StammdatenWiderspruch, besetzung.ort.clone(), text));
            return;
        }
    }
}

/// Records a holder whom the register has on no day of the holding, or not on every day of it in
/// the quarter of the run.
fn inhaber_im_register(
    besetzung: &Verortet<Besetzung>,
    register: Register<'_>,
    meldungen: &mut Meldungen,
) {
    let Besetzung { arzt, zeitraum, .. } = besetzung.wert;
    if zeitraum.von.zip(zeitraum.bis).is_some_and(|(von, bis)| bis < von) {
        return;
    }
    let staende = register.daten.arzt_staende(arzt);
    let text = if staende.iter().any(|stand| stand.gueltig.schneidet(zeitraum)) {
        let Some(tag) = erster_tag_ohne_stand(&besetzung.wert, register) else { return };
        format!(
            "der Inhaber der Arztstelle steht am {tag} nicht im Register; bitte Register oder Besetzung berichtigen"
        )
    } else {
        "der Inhaber der Arztstelle steht nicht im Register; bitte den Arzt ergänzen".to_owned()
    };
    register.melde_verweis(&besetzung.ort, text, meldungen);
}

/// Returns the first day of the holding in the quarter on which the register does not have the holder.
fn erster_tag_ohne_stand(besetzung: &Besetzung, register: Register<'_>) -> Option<Tag> {
    let Register { daten, quartal, .. } = register;
    let Zeitraum { von, bis } = besetzung.zeitraum;
    let mut tag = von.map_or(quartal.erster_tag(), |von| von.max(quartal.erster_tag()));
    let letzter = bis.map_or(quartal.letzter_tag(), |bis| bis.min(quartal.letzter_tag()));
    while tag <= letzter {
        match daten.arzt_am(besetzung.arzt, tag) {
            Some(stand) => tag = stand.gueltig.bis?.plus(1),
            None => return Some(tag),
        }
    }
    None
}
