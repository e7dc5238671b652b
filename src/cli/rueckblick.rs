//! `rueckblick`.

use super::argumente::Auszugsangaben;
use super::auftrag::zeige;
use super::fortschritt::Fortschritt;
use super::{Absage, Ende, Konsole, threads_der_umgebung, zusammenfassung};
use crate::export::auszug;
use crate::lauf::{Auftrag, Gewonnen, ziehe_aus};
use crate::read::eingaben::Eingaben;
use crate::read::roh::Zaehler;

/// Extracts the closed practices' patients from claims, and says what the extract covers.
pub(super) fn rueckblick(
    angaben: &Auszugsangaben,
    konsole: &mut Konsole<'_>,
) -> Result<Ende, Absage> {
    let absage = |fehler: auszug::Fehler| {
        Absage::Grund(format!("{fehler}\n1 Fehler; es wurde nichts geschrieben"))
    };
    auszug::pruefe_ort(&angaben.out).map_err(absage)?;
    let threads = angaben.threads.map_or_else(threads_der_umgebung, Ok)?;
    let auftrag = Auftrag {
        eingaben: Eingaben::fuer_auszug(&angaben.orte, &angaben.einzelne()),
        threads: Some(threads),
        ohne_vorlauf: false,
        ohne_fehlerhafte_dateien: false,
        lauf: 1,
        zaehler: Zaehler::default(),
    };
    let fortschritt = Fortschritt::von(&auftrag, konsole.terminal);
    let gewonnen = ziehe_aus(&auftrag);
    // There is no file for the messages, so all are said; the errors that refuse at the end.
    match &gewonnen {
        Ok(gewonnen) => zeige(&gewonnen.meldungen, true, konsole),
        Err(meldungen) => zeige(meldungen, false, konsole),
    }
    let gewonnen = gewonnen?;
    let Gewonnen { auszug, schluessel, .. } = &gewonnen;
    let ausgang =
        auszug::schreibe(auszug, schluessel, &angaben.out, angaben.force).map_err(absage)?;
    drop(fortschritt);
    konsole.antworte(&zusammenfassung::auszug(&gewonnen, ausgang, &angaben.out))?;
    Ok(Ende::Fertig)
}
