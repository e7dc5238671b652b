//! Finds and explains the decisions of a bundle, from the bundle alone.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::ergebnis::Ergebnis;
use crate::erklaerung::par09::Fallangaben;
use crate::erklaerung::{par05, par06, par09};
use crate::euro::Cent;
use crate::evaluate;
use crate::export::nachweis::{self, Beleg09, Eintrag, Kopf, Nachweis};
use crate::export::ordner;
use crate::parameter::Regeln;

/// What there is under an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fund {
    /// The explanations of the decisions that have this id; of several only if it is the full id.
    Erklaerungen(Vec<String>),
    /// Several decisions: a line each with its full id and what it is.
    Auswahl(Vec<String>),
    /// No decision.
    Nichts,
}

/// Why nothing can be looked up.
#[derive(Debug, thiserror::Error)]
pub enum Fehler {
    /// The folder is none of ours.
    #[error(
        "{}: ist kein Bündel ({grund}); bitte den Ordner nennen, den run --out geschrieben hat",
        pfad.display()
    )]
    KeinBuendel {
        /// The folder.
        pfad: PathBuf,
        /// What shows it.
        grund: String,
    },
    /// Its evidence cannot be read.
    #[error(transparent)]
    Nachweis(#[from] nachweis::Fehler),
    /// The facts do not give the decision that stands beside them.
    #[error(
        "{pfad}: {id}: aus dem Sachverhalt folgt nicht die Entscheidung, die dabeisteht; der Nachweis \
         wurde verändert, oder Programmversion {version} hat anders entschieden als diese"
    )]
    Widerspruch {
        /// The evidence.
        pfad: Arc<str>,
        /// Full id of the decision.
        id: String,
        /// Program version that wrote it.
        version: String,
    },
}

/// Looks up `id` in the bundle: `BSNR7/FALL_ID` (§ 9), `LANR7/BSNR7` (§ 5) or a post's id (§ 6).
///
/// A decision whose full id it is comes first; then those of which it is a part between slashes;
/// then those whose full id contains it. BSNR and LANR may have all nine digits.
///
/// # Errors
/// [`Fehler`]
pub fn suche(buendel: &Path, id: &str) -> Result<Fund, Fehler> {
    let (datei, mut nachweis) = oeffne(buendel)?;
    let gesucht = Gesucht::neu(id);
    let mut treffer: [Treffer; 3] = Default::default();
    while let Some(eintrag) = nachweis.next() {
        let eintrag = eintrag?;
        let Some(naehe) = gesucht.naehe(&eintrag) else { continue };
        let treffer = &mut treffer[naehe as usize];
        treffer.zeilen.push(zeile(&eintrag));
        if naehe == Naehe::Ganz || treffer.erklaerungen.is_empty() {
            treffer.erklaerungen.push(erklaere(&eintrag, nachweis.kopf(), &datei)?);
        }
    }
    let naechste = treffer.into_iter().find(|treffer| !treffer.zeilen.is_empty());
    Ok(naechste.map_or(Fund::Nichts, |treffer| {
        if treffer.erklaerungen.len() == treffer.zeilen.len() {
            Fund::Erklaerungen(treffer.erklaerungen)
        } else {
            Fund::Auswahl(treffer.zeilen)
        }
    }))
}

/// Opens the evidence of a bundle; its name comes first.
pub(super) fn oeffne(buendel: &Path) -> Result<(Arc<str>, Nachweis<BufReader<File>>), Fehler> {
    ordner::ist_buendel(buendel)
        .map_err(|grund| Fehler::KeinBuendel { pfad: buendel.to_owned(), grund })?;
    let pfad = buendel.join(nachweis::DATEI);
    let datei: Arc<str> = pfad.display().to_string().into();
    let quelle = File::open(&pfad)
        .map_err(|fehler| nachweis::Fehler::Platte { datei: Arc::clone(&datei), fehler })?;
    let nachweis = Nachweis::lies(Arc::clone(&datei), BufReader::new(quelle))?;
    Ok((datei, nachweis))
}

/// Decisions that an id meets equally well.
#[derive(Debug, Default)]
struct Treffer {
    /// Of the first, or of all if it is their full id.
    erklaerungen: Vec<String>,
    zeilen: Vec<String>,
}

/// How well an id meets a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naehe {
    /// It is its full id.
    Ganz,
    /// It is one of the two parts of its full id.
    Teil,
    /// Its full id contains it.
    Enthalten,
}

/// An id as it was given, and with BSNR and LANR cut to the seven digits that decide.
struct Gesucht<'a> {
    wie_gegeben: &'a str,
    gekuerzt: String,
}

impl<'a> Gesucht<'a> {
    fn neu(id: &'a str) -> Self {
        let gekuerzt = match id.split_once('/') {
            Some((links, rechts)) => format!("{}/{rechts}", sieben(links)),
            None => sieben(id).to_owned(),
        };
        Self { wie_gegeben: id, gekuerzt }
    }

    fn naehe(&self, eintrag: &Eintrag) -> Option<Naehe> {
        let ganze = kennung(eintrag);
        let (links, rechts) = match eintrag {
            Eintrag::Par06(_) => (ganze.as_str(), ganze.as_str()),
            Eintrag::Par05(_) | Eintrag::Par09(_) => ganze.split_once('/').unwrap_or_default(),
        };
        let ist_par05 = matches!(eintrag, Eintrag::Par05(_));
        let rechts_gesucht = |id: &str| {
            let (links, rechts) = id.split_once('/').unwrap_or_default();
            format!("{links}/{}", sieben(rechts))
        };
        if self.wie_gegeben == ganze
            || self.gekuerzt == ganze
            || ist_par05 && rechts_gesucht(&self.gekuerzt) == ganze
        {
            Some(Naehe::Ganz)
        } else if [links, rechts].contains(&self.wie_gegeben)
            || links == self.gekuerzt
            || ist_par05 && rechts == self.gekuerzt
        {
            Some(Naehe::Teil)
        } else {
            let enthalten = !self.wie_gegeben.is_empty() && ganze.contains(self.wie_gegeben);
            enthalten.then_some(Naehe::Enthalten)
        }
    }
}

/// Returns the first seven of nine digits; any other text as it is.
fn sieben(text: &str) -> &str {
    let neun = text.len() == 9 && text.bytes().all(|b| b.is_ascii_digit());
    if neun { &text[..7] } else { text }
}

/// Returns the full id.
pub(super) fn kennung(eintrag: &Eintrag) -> String {
    match eintrag {
        Eintrag::Par09(beleg) => {
            let e = &beleg.entscheidung;
            format!("{}/{}", e.sachverhalt.praxis, e.fall_id)
        }
        Eintrag::Par05(e) => format!("{}/{}", e.sachverhalt.arzt, e.sachverhalt.praxis),
        Eintrag::Par06(e) => e.sachverhalt.arztstelle.clone(),
    }
}

/// Returns the full id and what it is.
fn zeile(eintrag: &Eintrag) -> String {
    let (was, quartal, ergebnis, betrag) = match eintrag {
        Eintrag::Par09(beleg) => {
            let e = &beleg.entscheidung;
            let quartal = e.sachverhalt.quartal;
            ("§ 9 Fallwertzuschlag".to_owned(), quartal, e.gruende.ergebnis(), e.betrag)
        }
        Eintrag::Par05(e) => {
            let quartal = e.sachverhalt.quartal;
            ("§ 5 Umsatzgarantie".to_owned(), quartal, e.gruende.ergebnis(), e.betrag)
        }
        Eintrag::Par06(e) => {
            let lage = &e.sachverhalt.lage;
            let was = format!("§ 6 Erschwerniszulage {}", lage.insel.name());
            (was, lage.quartal, e.gruende.ergebnis(), e.betrag)
        }
    };
    let ergebnis = match ergebnis {
        Ergebnis::Bewilligt => format!("bewilligt {}", betrag.deutsch()),
        Ergebnis::Abgelehnt | Ergebnis::Klaerfall => ergebnis.name().to_owned(),
    };
    format!("{}  {was} {quartal}: {ergebnis}", kennung(eintrag))
}

/// Returns the explanation.
///
/// # Errors
/// [`Fehler::Widerspruch`], if the facts do not give the decision.
pub(super) fn erklaere(eintrag: &Eintrag, kopf: &Kopf, datei: &Arc<str>) -> Result<String, Fehler> {
    erklaert(eintrag, kopf).ok_or_else(|| Fehler::Widerspruch {
        pfad: Arc::clone(datei),
        id: kennung(eintrag),
        version: kopf.programmversion.clone(),
    })
}

/// Returns the explanation; `None` if the facts do not give the decision.
fn erklaert(eintrag: &Eintrag, kopf: &Kopf) -> Option<String> {
    let auslegungen = &kopf.auslegungen;
    match eintrag {
        Eintrag::Par09(beleg) => {
            erklaere_par09(beleg, kopf.regeln.get(&beleg.entscheidung.sachverhalt.quartal)?, kopf)
        }
        Eintrag::Par05(e) => {
            let par = &kopf.regeln.get(&e.sachverhalt.quartal)?.par05;
            let nochmal = evaluate::par05::entscheidung(e.sachverhalt.clone(), par, auslegungen);
            (nochmal.as_ref() == Ok(e)).then(|| par05::erklaere(e, par, auslegungen))
        }
        Eintrag::Par06(e) => {
            let par = &kopf.regeln.get(&e.sachverhalt.lage.quartal)?.par06;
            let nochmal = evaluate::par06::entscheidung(e.sachverhalt.clone(), par, auslegungen);
            (nochmal.as_ref() == Ok(e)).then(|| par06::erklaere(e, par, auslegungen))
        }
    }
}

fn erklaere_par09(beleg: &Beleg09, regeln: &Regeln, kopf: &Kopf) -> Option<String> {
    let e = &beleg.entscheidung;
    let (s, par) = (&e.sachverhalt, &regeln.par09);
    let mut gruende = evaluate::par09::pruefe(s, par, &kopf.auslegungen);
    // Who competes has no other reason.
    let antritt = gruende.ist_leer();
    if let Some(grund) = e.wettbewerb.as_ref().and_then(|w| w.grund) {
        gruende.wenn(true, grund);
    }
    let betrag = match gruende.ergebnis() {
        Ergebnis::Bewilligt => par.zuschlag,
        Ergebnis::Abgelehnt | Ergebnis::Klaerfall => Cent::NULL,
    };
    let folgt = e.wettbewerb.is_some() == antritt && (gruende, betrag) == (e.gruende, e.betrag);
    folgt.then(|| {
        let fall = Fallangaben {
            praxis: s.praxis,
            fall_id: e.fall_id.to_string(),
            datei: e.datei.to_string(),
            stelle: e.stelle,
            pseudonym: beleg.pseudonym.map(|pseudonym| pseudonym.to_string()),
        };
        par09::erklaere(&fall, s, e.wettbewerb.as_ref(), betrag, par, &kopf.auslegungen)
    })
}

#[cfg(test)]
mod tests;
