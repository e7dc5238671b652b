//! § 5 Umsatzgarantie.
//!
//! Garantie = Fachgruppendurchschnitt × Σ(share × days) / days of the quarter, rounded once;
//! payment = what the fees fall short of it. One decision per Bewilligung: its facts
//! ([`Sachverhalt`]), its reasons ([`pruefe`]), its amounts ([`entscheidung`]). The last two read
//! nothing but the facts, the parameters and the Auslegungen, so that a stored Sachverhalt explains itself.

use rust_decimal::Decimal;

use crate::auslegung::{AchtQuartaleJe, Auslegungen, NegativesHonorar, Wert};
use crate::ergebnis::{Ergebnis, Gruende, Grund05};
use crate::euro::{Anteil, Betragsfehler, Cent};
use crate::kennung::{Arzt, Praxis};
use crate::meldung::{Code, Meldung, Meldungen};
use crate::parameter::{Par05, Regeln};
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::{Bewilligung05, Stammdaten, Zeitraum, anteil_tage};

/// Everything that § 5 reads for one Bewilligung in one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sachverhalt {
    /// Q: the quarter that is decided.
    pub quartal: Quartal,
    /// The physician.
    pub arzt: Arzt,
    /// The practice of the Bewilligung.
    pub praxis: Praxis,
    /// The Bescheid's Fachgruppe.
    pub fachgruppe: String,
    /// S: first day of activity under this Bewilligung.
    pub beginn: Tag,
    /// The physician's earliest S under any § 5 Bewilligung.
    pub erster_beginn: Tag,
    /// Granted quarters.
    pub quartale: i32,
    /// Legal ground in the Bescheid's words; not re-examined (Abs. 1).
    pub rechtsgrund: String,
    /// E: last day of activity, and whether its cause is attributable (Abs. 5).
    pub ende: Option<(Tag, bool)>,
    /// Shares of the Versorgungsauftrag over time, in order, without overlap.
    pub anteile: Vec<(Zeitraum, Anteil)>,
    /// A breach of Abs. 4 is recorded for Q.
    pub auflagenverstoss: bool,
    /// Average of the Fachgruppe in the Vorjahresquartal, per full Versorgungsauftrag.
    pub durchschnitt: Option<Cent>,
    /// The physician's fees for Q, if there is a record.
    pub honorar: Option<Honorar>,
    /// The physician's other grants that use up the fee before this one, in their order.
    pub vorrangige: Vec<Vorrangige>,
}

/// A physician's fees in one quarter, over all practices and LANR endings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Honorar {
    /// Sum of the records, before a negative one is raised to 0.00.
    pub summe: Cent,
    /// Number of records.
    pub saetze: usize,
}

/// Another grant of the physician, without refusing reason, that comes first by S, then BSNR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vorrangige {
    /// Its practice.
    pub praxis: Praxis,
    /// Its S.
    pub beginn: Tag,
    /// How much of the fee it can use up.
    pub garantie: Vorranggarantie,
}

/// The guarantee of a grant that comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vorranggarantie {
    /// Its amount.
    Bekannt(Cent),
    /// Facts of that grant are missing, so nobody knows what it leaves.
    Unbekannt {
        /// An active day without a share (row 5).
        anteil_fehlt: bool,
        /// No Fachgruppendurchschnitt (row 6).
        durchschnitt_fehlt: bool,
    },
}

/// Days of the quarter with one share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abschnitt {
    /// First day.
    pub von: Tag,
    /// Last day.
    pub bis: Tag,
    /// The share.
    pub anteil: Anteil,
}

/// The decision on one Bewilligung for one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entscheidung05 {
    /// The facts.
    pub sachverhalt: Sachverhalt,
    /// All reasons that apply.
    pub gruende: Gruende<Grund05>,
    /// The guarantee; `None` if it is refused or facts for it are missing.
    pub garantie: Option<Cent>,
    /// The payment; 0.00 unless granted.
    pub betrag: Cent,
}

/// Decides every § 5 Bewilligung for `quartal`, sorted by physician, S, practice.
///
/// Reports negative fees (once per physician) and, as an error, amounts that no `i64` holds; such a
/// Bewilligung has no decision.
pub fn entscheide(
    stammdaten: &Stammdaten,
    quartal: Quartal,
    regeln: &Regeln,
    auslegungen: &Auslegungen,
    meldungen: &mut Meldungen,
) -> Vec<Entscheidung05> {
    let mut bewilligungen: Vec<&Bewilligung05> = stammdaten.bewilligungen05.iter().collect();
    bewilligungen.sort_by_key(|b| (b.arzt, b.beginn, b.praxis));
    let mut entscheidungen = Vec::with_capacity(bewilligungen.len());
    for des_arztes in bewilligungen.chunk_by(|a, b| a.arzt == b.arzt) {
        let mut vorrangige = Vec::new();
        for (i, bewilligung) in des_arztes.iter().enumerate() {
            let erster_beginn = des_arztes[0].beginn;
            let sachverhalt =
                sammle(stammdaten, bewilligung, erster_beginn, &vorrangige, quartal, &regeln.par05);
            if i == 0 {
                melde_negatives_honorar(&sachverhalt, auslegungen, meldungen);
            }
            match entscheidung(sachverhalt, &regeln.par05, auslegungen) {
                Ok(entscheidung) => {
                    vorrangige.extend(als_vorrangige(&entscheidung, auslegungen));
                    entscheidungen.push(entscheidung);
                }
                Err(_) => meldungen.melde(Meldung::neu(
                    Code::BetragUebersteigt,
                    bewilligung.ort.clone(),
                    format!(
                        "Umsatzgarantie {}/{} {quartal}: Der Betrag ist zu groß; \
                         Fachgruppendurchschnitt und Anteile prüfen",
                        bewilligung.arzt, bewilligung.praxis
                    ),
                )),
            }
        }
    }
    entscheidungen
}

/// Gathers the facts of one Bewilligung; `erster_beginn` and `vorrangige` come from the physician's
/// other ones.
fn sammle(
    stammdaten: &Stammdaten,
    bewilligung: &Bewilligung05,
    erster_beginn: Tag,
    vorrangige: &[Vorrangige],
    quartal: Quartal,
    par05: &Par05,
) -> Sachverhalt {
    let vorjahr = abs1_satz1_vorjahresquartal(quartal, par05);
    // By the register of Q: the practice may have become a branch since S.
    let praxis = stammdaten.praxis_fuer(bewilligung.praxis, quartal);
    Sachverhalt {
        quartal,
        arzt: bewilligung.arzt,
        praxis,
        fachgruppe: bewilligung.fachgruppe.clone(),
        beginn: bewilligung.beginn,
        erster_beginn,
        quartale: bewilligung.quartale,
        rechtsgrund: bewilligung.rechtsgrund.clone(),
        ende: bewilligung.ende,
        anteile: bewilligung.anteile.clone(),
        auflagenverstoss: stammdaten.auflagenverstoesse.contains_key(&(
            bewilligung.arzt,
            praxis,
            quartal,
        )),
        durchschnitt: stammdaten
            .durchschnitte
            .get(&(bewilligung.fachgruppe.clone(), vorjahr))
            .copied(),
        honorar: stammdaten
            .honorar(bewilligung.arzt, quartal)
            .map(|(summe, saetze)| Honorar { summe, saetze }),
        vorrangige: vorrangige.to_vec(),
    }
}

fn melde_negatives_honorar(
    sachverhalt: &Sachverhalt,
    auslegungen: &Auslegungen,
    meldungen: &mut Meldungen,
) {
    if let Some(Honorar { summe, .. }) = sachverhalt.honorar.filter(|h| h.summe < Cent::NULL) {
        meldungen.melde(Meldung::ohne_ort(
            Code::HonorarNegativ,
            format!(
                "Arzt {}, {}: Die Summe der Honorare ist negativ ({summe}); \
                 par05.negatives_honorar = {}",
                sachverhalt.arzt,
                sachverhalt.quartal,
                auslegungen.negatives_honorar.name()
            ),
        ));
    }
}

/// Returns what a decided grant means for those after it; a refused one uses up no fee.
fn als_vorrangige(entscheidung: &Entscheidung05, auslegungen: &Auslegungen) -> Option<Vorrangige> {
    let sachverhalt = &entscheidung.sachverhalt;
    (entscheidung.gruende.ergebnis() != Ergebnis::Abgelehnt).then(|| Vorrangige {
        praxis: sachverhalt.praxis,
        beginn: sachverhalt.beginn,
        garantie: entscheidung.garantie.map_or_else(
            || Vorranggarantie::Unbekannt {
                anteil_fehlt: abs3_satz1_anteil_tage(sachverhalt, auslegungen).is_none(),
                durchschnitt_fehlt: sachverhalt.durchschnitt.is_none(),
            },
            Vorranggarantie::Bekannt,
        ),
    })
}

/// Decides from the facts alone.
///
/// # Errors
/// [`Betragsfehler::Betrag`] if the guarantee is no possible amount.
pub fn entscheidung(
    sachverhalt: Sachverhalt,
    par05: &Par05,
    auslegungen: &Auslegungen,
) -> Result<Entscheidung05, Betragsfehler> {
    let gruende = pruefe(&sachverhalt, par05, auslegungen);
    let garantie = match gruende.ergebnis() {
        Ergebnis::Abgelehnt => None,
        _ => abs3_satz1_garantie(&sachverhalt, auslegungen)?,
    };
    let verfuegbar = honorar_verfuegbar(&sachverhalt, auslegungen);
    let betrag = match (gruende.ergebnis(), garantie, verfuegbar) {
        (Ergebnis::Bewilligt, Some(garantie), Some(honorar)) => {
            abs3_satz2_zahlung(garantie, honorar)
        }
        _ => Cent::NULL,
    };
    Ok(Entscheidung05 { sachverhalt, gruende, garantie, betrag })
}

/// Returns all reasons that apply, in the table's order.
///
/// Missing facts (rows 5 to 7) are named also where the grant is refused; the fee is compared with
/// the guarantee (row 8) only where nothing else applies.
pub fn pruefe(
    sachverhalt: &Sachverhalt,
    par05: &Par05,
    auslegungen: &Auslegungen,
) -> Gruende<Grund05> {
    let mut gruende = Gruende::default();
    let s = sachverhalt;
    gruende.wenn(s.quartal < s.beginn.quartal(), Grund05::NochNichtAufgenommen);
    gruende.wenn(
        s.ende.is_some_and(|(ende, _)| ende < s.quartal.erster_tag()),
        Grund05::TaetigkeitBeendet,
    );
    gruende.wenn(abs2_satz1_abgelaufen(s, par05, auslegungen), Grund05::FoerderdauerAbgelaufen);
    gruende.wenn(abs4_nicht_erfuellt(s), Grund05::AuflageNichtErfuellt);
    // A refused grant takes no part in the fee, so it needs no facts of the grants before it.
    let (vorher_anteil, vorher_durchschnitt) = match gruende.ergebnis() {
        Ergebnis::Abgelehnt => (false, false),
        _ => vorrangig_fehlt(s, auslegungen),
    };
    let anteil_fehlt = abs3_satz1_anteil_tage(s, auslegungen).is_none();
    gruende.wenn(anteil_fehlt || vorher_anteil, Grund05::AnteilFehlt);
    gruende.wenn(
        s.durchschnitt.is_none() || vorher_durchschnitt,
        Grund05::FachgruppendurchschnittFehlt,
    );
    gruende.wenn(s.honorar.is_none(), Grund05::HonorarFehlt);
    if gruende.ist_leer()
        && let (Ok(Some(garantie)), Some(honorar)) =
            (abs3_satz1_garantie(s, auslegungen), honorar_verfuegbar(s, auslegungen))
    {
        gruende.wenn(garantie <= honorar, Grund05::GarantieErreicht);
    }
    gruende
}

/// Returns the Vorjahresquartal of `quartal`.
///
/// > (1) ¹Bei einer Förderung nach § 3 (Investitionskostenzuschuss in unterversorgten Gebieten) wird
/// > zusätzlich eine Umsatzgarantie in Höhe des Fachgruppendurchschnitts der jeweiligen Arztgruppe
/// > des Vorjahresquartals gewährt.
///
/// The ground of the grant (Satz 1, 2 or 3) is the Bescheid's and is not examined again.
pub fn abs1_satz1_vorjahresquartal(quartal: Quartal, par05: &Par05) -> Quartal {
    quartal.plus(-par05.vorjahr_quartale)
}

/// Tells whether Q lies after the granted quarters.
///
/// > (2) ¹Die Umsatzgarantie wird längstens für die ersten acht Quartale nach Aufnahme der
/// > vertragsärztlichen Tätigkeit bewilligt.
fn abs2_satz1_abgelaufen(
    sachverhalt: &Sachverhalt,
    par05: &Par05,
    auslegungen: &Auslegungen,
) -> bool {
    abs2_satz2_foerderquartal(sachverhalt, auslegungen)
        .is_some_and(|nummer| abs2_satz1_quartale(sachverhalt, par05) < nummer)
}

/// Returns the granted quarters, never more than Abs. 2 Satz 1 allows.
pub fn abs2_satz1_quartale(sachverhalt: &Sachverhalt, par05: &Par05) -> i32 {
    sachverhalt.quartale.min(par05.quartale_max)
}

/// Returns the number of Q among the quarters of support, from 1; `None` before the first.
///
/// > (2) ²Sofern die vertragsärztliche Tätigkeit im Laufe eines Quartals aufgenommen wird, gilt
/// > dieses als erstes Quartal.
///
/// Auslegung `par05.acht_quartale_je`: from the physician's first S under any Bewilligung, or from
/// that of this one.
pub fn abs2_satz2_foerderquartal(
    sachverhalt: &Sachverhalt,
    auslegungen: &Auslegungen,
) -> Option<i32> {
    let aufnahme = match auslegungen.acht_quartale_je {
        AchtQuartaleJe::Arzt => sachverhalt.erster_beginn,
        AchtQuartaleJe::Bewilligung => sachverhalt.beginn,
    };
    let nummer = sachverhalt.quartal.seit(aufnahme.quartal()) + 1;
    (1 <= nummer).then_some(nummer)
}

/// Returns the first and last day of Q for which the guarantee is computed; `None` without activity
/// in Q.
///
/// > (2) ³Die Umsatzgarantie wird in diesem Fall für die verbleibenden Tage des Quartals berechnet.
///
/// Auslegung `par05.ende_anteilig`: the days end with the activity, or run on to the quarter's end.
pub fn abs2_satz3_tage(sachverhalt: &Sachverhalt, auslegungen: &Auslegungen) -> Option<(Tag, Tag)> {
    let (von, taetig_bis) = taetige_tage(sachverhalt)?;
    let bis =
        if auslegungen.ende_anteilig.0 { taetig_bis } else { sachverhalt.quartal.letzter_tag() };
    Some((von, bis))
}

/// Returns the first and last day of activity in Q, if there is one.
fn taetige_tage(sachverhalt: &Sachverhalt) -> Option<(Tag, Tag)> {
    let quartal = sachverhalt.quartal;
    let taetigkeit =
        Zeitraum { von: Some(sachverhalt.beginn), bis: sachverhalt.ende.map(|(ende, _)| ende) };
    taetigkeit.schnitt(quartal.erster_tag(), quartal.letzter_tag())
}

/// Returns the days of [`abs2_satz3_tage`] by share, in order; days without a share are left out.
///
/// Where the days run on after the last day of activity, its share holds for them.
pub fn abs3_satz1_abschnitte(
    sachverhalt: &Sachverhalt,
    auslegungen: &Auslegungen,
) -> Vec<Abschnitt> {
    let (Some((von, taetig_bis)), Some((_, gerechnet_bis))) =
        (taetige_tage(sachverhalt), abs2_satz3_tage(sachverhalt, auslegungen))
    else {
        return Vec::new();
    };
    let abschnitt = |(zeitraum, anteil): &(Zeitraum, Anteil)| {
        let (ab, ende) = zeitraum.schnitt(von, taetig_bis)?;
        let bis = if ende == taetig_bis { gerechnet_bis } else { ende };
        Some(Abschnitt { von: ab, bis, anteil: *anteil })
    };
    sachverhalt.anteile.iter().filter_map(abschnitt).collect()
}

/// Returns Σ share × days, exact; 0 without activity in Q, `None` if an active day has no share.
pub fn abs3_satz1_anteil_tage(
    sachverhalt: &Sachverhalt,
    auslegungen: &Auslegungen,
) -> Option<Decimal> {
    let Some((von, bis)) = abs2_satz3_tage(sachverhalt, auslegungen) else {
        return Some(Decimal::ZERO);
    };
    let abschnitte = abs3_satz1_abschnitte(sachverhalt, auslegungen);
    let zeitraeume =
        abschnitte.iter().map(|a| (Zeitraum { von: Some(a.von), bis: Some(a.bis) }, &a.anteil));
    let (summe, ohne_anteil) = anteil_tage(zeitraeume, von, bis);
    (ohne_anteil == 0).then_some(summe)
}

/// Returns the guarantee, rounded once; `None` if a share or the average is missing.
///
/// > (3) ¹Die Höhe der Umsatzgarantie je Quartal wird für volle Versorgungsaufträge auf Basis des
/// > Fachgruppendurchschnitts des entsprechenden Vorjahresquartals festgesetzt.
///
/// # Errors
/// [`Betragsfehler::Betrag`] if it is no possible amount.
pub fn abs3_satz1_garantie(
    sachverhalt: &Sachverhalt,
    auslegungen: &Auslegungen,
) -> Result<Option<Cent>, Betragsfehler> {
    let (Some(durchschnitt), Some(anteil_tage)) =
        (sachverhalt.durchschnitt, abs3_satz1_anteil_tage(sachverhalt, auslegungen))
    else {
        return Ok(None);
    };
    let tage = sachverhalt.quartal.tage();
    auslegungen.rundung.0.anteilig(durchschnitt, anteil_tage, tage).map(Some)
}

/// Returns the physician's fees as they are set off: the sum, not a record, raised to 0.00 if
/// negative (Auslegung `par05.negatives_honorar`); `None` without a record.
///
/// > (3) ²Auf die Umsatzgarantie werden die aus vertragsärztlicher Tätigkeit erzielten Honorare
/// > angerechnet.
pub fn abs3_satz2_honorar(sachverhalt: &Sachverhalt, auslegungen: &Auslegungen) -> Option<Cent> {
    let summe = sachverhalt.honorar?.summe;
    Some(match auslegungen.negatives_honorar {
        NegativesHonorar::Null => summe.max(Cent::NULL),
        NegativesHonorar::Abziehen => summe,
    })
}

/// Returns the payment: what the fees fall short of the guarantee (Abs. 3 Satz 2).
fn abs3_satz2_zahlung(garantie: Cent, honorar: Cent) -> Cent {
    (garantie - honorar).max(Cent::NULL)
}

/// Returns the fee that this grant has to use up: what the grants before it leave.
///
/// `None` without a fee record, or if a grant before it with an unknown guarantee may leave
/// something or nothing.
pub fn honorar_verfuegbar(sachverhalt: &Sachverhalt, auslegungen: &Auslegungen) -> Option<Cent> {
    let honorar = abs3_satz2_honorar(sachverhalt, auslegungen)?;
    // An unknown guarantee is taken as 0.00 here: `rest` is then the most that can be left.
    let rest = sachverhalt.vorrangige.iter().fold(honorar, |rest, v| match v.garantie {
        Vorranggarantie::Bekannt(garantie) => (rest - garantie).max(Cent::NULL),
        Vorranggarantie::Unbekannt { .. } => rest.max(Cent::NULL),
    });
    let alle_bekannt =
        sachverhalt.vorrangige.iter().all(|v| matches!(v.garantie, Vorranggarantie::Bekannt(_)));
    (alle_bekannt || rest <= Cent::NULL).then_some(rest)
}

/// Tells whether a share or an average of a grant before this one is missing, where the fee that
/// is left depends on it: the missing fact then applies to this grant too.
fn vorrangig_fehlt(sachverhalt: &Sachverhalt, auslegungen: &Auslegungen) -> (bool, bool) {
    if sachverhalt.honorar.is_none() || honorar_verfuegbar(sachverhalt, auslegungen).is_some() {
        return (false, false);
    }
    sachverhalt.vorrangige.iter().fold((false, false), |fehlt, v| match v.garantie {
        Vorranggarantie::Bekannt(_) => fehlt,
        Vorranggarantie::Unbekannt { anteil_fehlt, durchschnitt_fehlt } => {
            (fehlt.0 || anteil_fehlt, fehlt.1 || durchschnitt_fehlt)
        }
    })
}

/// Tells whether the condition of the grant was broken in Q; no record is no breach.
///
/// > (4) Die Gewährung der Umsatzgarantie ist mit der Auflage verbunden, dass der die
/// > Umsatzgarantie in Anspruch nehmende Vertragsarzt bzw. der angestellte Arzt seine
/// > vertragsärztliche Tätigkeit im Umfang des Versorgungsauftrages ausübt.
fn abs4_nicht_erfuellt(sachverhalt: &Sachverhalt) -> bool {
    sachverhalt.auflagenverstoss
}

#[cfg(test)]
pub(crate) mod tests;
