//! § 9 Abs. 3 Satz 1, between cases: who gets a patient's quarter, and which quarters are used up.
//!
//! Only cases without a reason of rows 1 to 16 compete. Older quarters are decided first; a case
//! never displaces a grant that an earlier delivery was given.

use std::cmp::Ordering;

use smol_str::SmolStr;

use crate::auslegung::{Auslegungen, Mehrfachuebernahme, ZweiQuartaleJe};
use crate::ergebnis::Grund09;
use crate::kennung::{Praxis, VersichertenId};
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::Zuschlag;

/// A case that competes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bewerber {
    /// The patient.
    pub patient: VersichertenId,
    /// Q.
    pub quartal: Quartal,
    /// Earliest service day after D that counts.
    pub erster_tag: Tag,
    /// P.
    pub praxis: Praxis,
    /// Which decision it is.
    pub nummer: u32,
    /// Z.
    pub geschlossene: Praxis,
}

/// The order of those who compete: by patient, quarter, day and practice, then as decisions are
/// ordered, by case id. `ohne_id` is the input and the place of a case whose source gave it no id: it
/// is ordered by record number.
pub fn reihenfolge<O: Ord>(
    a: &Bewerber,
    b: &Bewerber,
    ohne_id: impl Fn(&Bewerber) -> Option<O>,
) -> Ordering {
    let schluessel = |b: &Bewerber| (b.patient, b.quartal, b.erster_tag, b.praxis);
    schluessel(a)
        .cmp(&schluessel(b))
        .then_with(|| ohne_id(a).cmp(&ohne_id(b)))
        .then(a.nummer.cmp(&b.nummer))
}

/// A quarter that a patient's Zuschlag was granted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vergabe<F = Vergabefall> {
    /// The treatment quarter.
    pub quartal: Quartal,
    /// Z.
    pub geschlossene: Praxis,
    /// P.
    pub praxis: Praxis,
    /// The case, if the grant was made in this run.
    pub fall: Option<F>,
}

/// The case that a quarter was granted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vergabefall {
    /// Case id.
    pub id: SmolStr,
    /// Earliest service day after D that counts: what the competition is decided by.
    pub erster_tag: Tag,
}

/// The same case while quarters are granted: by the number of its decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vergabenummer {
    /// Which decision it is.
    pub nummer: u32,
    /// Earliest service day after D that counts.
    pub erster_tag: Tag,
}

/// What the competition made of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wettbewerb<F = Vergabefall> {
    /// Row 17, 18 or 19, or the setting's `mehrfach_uebernommen`; `None`: granted.
    pub grund: Option<Grund09>,
    /// To whom the patient's grant for Q was given before this case was looked at.
    pub im_quartal: Option<Vergabe<F>>,
    /// Grants of other quarters that count for row 19.
    pub andere_quartale: Vec<Vergabe<F>>,
    /// Practices that compete for the quarter, if it was left to a person.
    pub konkurrenten: Vec<Praxis>,
}

/// Nobody else competes, and nothing was granted before.
impl<F> Default for Wettbewerb<F> {
    fn default() -> Self {
        let (andere_quartale, konkurrenten) = (Vec::new(), Vec::new());
        Self { grund: None, im_quartal: None, andere_quartale, konkurrenten }
    }
}

/// Decides the competition between one patient's cases, which stand in their [`reihenfolge`], and gives
/// `nimm` what became of each. `vorlauf` is sorted by patient; `zuschlag_quartale` says for how many
/// quarters the Zuschlag is paid, by the rules of Q.
pub fn entscheide(
    bewerber: &[Bewerber],
    vorlauf: &[Zuschlag],
    zuschlag_quartale: impl Fn(Quartal) -> i32,
    auslegungen: &Auslegungen,
    mut nimm: impl FnMut(&Bewerber, Wettbewerb<Vergabenummer>),
) {
    let Some(patient) = bewerber.first().map(|b| b.patient) else { return };
    let ab = vorlauf.partition_point(|zuschlag| zuschlag.patient < patient);
    let mut vergaben: Vec<Vergabe<Vergabenummer>> = vorlauf[ab..]
        .iter()
        .take_while(|zuschlag| zuschlag.patient == patient)
        .map(|z| Vergabe {
            quartal: z.quartal,
            geschlossene: z.geschlossene,
            praxis: z.praxis,
            fall: None,
        })
        .collect();
    for eines_quartals in bewerber.chunk_by(|a, b| a.quartal == b.quartal) {
        let quartale = zuschlag_quartale(eines_quartals[0].quartal);
        vergib_quartal(eines_quartals, &mut vergaben, quartale, auslegungen, &mut nimm);
    }
}

/// Decides one patient's cases of one quarter, in their order.
fn vergib_quartal(
    bewerber: &[Bewerber],
    vergaben: &mut Vec<Vergabe<Vergabenummer>>,
    zuschlag_quartale: i32,
    auslegungen: &Auslegungen,
    nimm: &mut impl FnMut(&Bewerber, Wettbewerb<Vergabenummer>),
) {
    let konkurrenten = strittig(bewerber, auslegungen);
    for bewerber in bewerber {
        let mut wettbewerb = stand(bewerber, vergaben, zuschlag_quartale, auslegungen);
        if wettbewerb.grund.is_none() && !konkurrenten.is_empty() {
            wettbewerb.grund = Some(Grund09::MehrfachUebernommen);
            wettbewerb.konkurrenten.clone_from(&konkurrenten);
        }
        if wettbewerb.grund.is_none() {
            vergaben.push(Vergabe {
                quartal: bewerber.quartal,
                geschlossene: bewerber.geschlossene,
                praxis: bewerber.praxis,
                fall: Some(Vergabenummer {
                    nummer: bewerber.nummer,
                    erster_tag: bewerber.erster_tag,
                }),
            });
        }
        nimm(bewerber, wettbewerb);
    }
}

/// Rows 17 to 19 against what has been granted so far.
fn stand(
    bewerber: &Bewerber,
    vergaben: &[Vergabe<Vergabenummer>],
    zuschlag_quartale: i32,
    auslegungen: &Auslegungen,
) -> Wettbewerb<Vergabenummer> {
    let im_quartal = vergaben.iter().find(|v| v.quartal == bewerber.quartal).copied();
    let andere_quartale = abs3_satz1_andere_quartale(bewerber, vergaben, auslegungen);
    let erschoepft = zuschlag_quartale <= i32::try_from(andere_quartale.len()).unwrap_or(i32::MAX);
    let grund = match &im_quartal {
        Some(vergabe) if vergabe.praxis == bewerber.praxis => Some(Grund09::BereitsImQuartal),
        Some(_) => Some(Grund09::AnderweitigUebernommen),
        None => erschoepft.then_some(Grund09::ZweiQuartaleAusgeschoepft),
    };
    Wettbewerb { grund, im_quartal, andere_quartale, konkurrenten: Vec::new() }
}

/// "wird für zwei Quartale … gewährt": the other quarters granted for this patient and Z (by the
/// Auslegung: and P), in order.
fn abs3_satz1_andere_quartale(
    bewerber: &Bewerber,
    vergaben: &[Vergabe<Vergabenummer>],
    auslegungen: &Auslegungen,
) -> Vec<Vergabe<Vergabenummer>> {
    let je_praxis = auslegungen.zwei_quartale_je == ZweiQuartaleJe::Praxis;
    let mut andere: Vec<Vergabe<Vergabenummer>> = vergaben
        .iter()
        .filter(|v| v.quartal != bewerber.quartal && v.geschlossene == bewerber.geschlossene)
        .filter(|v| !je_praxis || v.praxis == bewerber.praxis)
        .copied()
        .collect();
    andere.sort_unstable_by_key(|v| v.quartal);
    andere
}

/// Returns the practices between which a person must decide, by the Auslegung
/// `par09.mehrfachuebernahme`: those of all competing cases, if they are several. A case whose two
/// quarters are used up competes too: who took the patient over is open all the same.
fn strittig(bewerber: &[Bewerber], auslegungen: &Auslegungen) -> Vec<Praxis> {
    if auslegungen.mehrfachuebernahme == Mehrfachuebernahme::Erste {
        return Vec::new();
    }
    let mut praxen: Vec<Praxis> = bewerber.iter().map(|b| b.praxis).collect();
    praxen.sort_unstable();
    praxen.dedup();
    if praxen.len() < 2 { Vec::new() } else { praxen }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kennung::Gelesen;

    fn patient() -> VersichertenId {
        match VersichertenId::lies(b"A123456780") {
            Gelesen::Id { id, .. } => id,
            Gelesen::Formfehler => panic!("eine Versicherten-ID"),
        }
    }

    /// P, Q, first day, case id, Z.
    type Zeile = (&'static str, &'static str, i32, &'static str, &'static str);

    fn laufe(
        vorlauf: &[(&str, &str, &str)],
        zeilen: &[Zeile],
        auslegungen: &Auslegungen,
    ) -> Vec<&'static str> {
        // Decisions are ordered by practice and case id.
        let nummer = |zeile: &Zeile| {
            zeilen.iter().filter(|andere| (andere.0, andere.3) < (zeile.0, zeile.3)).count()
        };
        let mut bewerber: Vec<(usize, Bewerber)> = zeilen
            .iter()
            .enumerate()
            .map(|(platz, zeile)| {
                let (praxis, quartal, tag, _, geschlossene) = zeile;
                let quartal: Quartal = quartal.parse().expect("Quartal");
                let bewerber = Bewerber {
                    patient: patient(),
                    quartal,
                    erster_tag: quartal.erster_tag().plus(*tag),
                    praxis: praxis.parse().expect("Praxis"),
                    nummer: u32::try_from(nummer(zeile)).expect("wenige"),
                    geschlossene: geschlossene.parse().expect("Praxis"),
                };
                (platz, bewerber)
            })
            .collect();
        bewerber.sort_by(|a, b| reihenfolge(&a.1, &b.1, |_| None::<()>));
        let (plaetze, bewerber): (Vec<usize>, Vec<Bewerber>) = bewerber.into_iter().unzip();
        let datei = std::sync::Arc::from("s");
        let vorlauf: Vec<Zuschlag> = vorlauf
            .iter()
            .map(|(praxis, quartal, geschlossene)| Zuschlag {
                patient: patient(),
                geschlossene: geschlossene.parse().expect("Praxis"),
                praxis: praxis.parse().expect("Praxis"),
                quartal: quartal.parse().expect("Quartal"),
                ort: crate::meldung::Ort::datei(&datei),
            })
            .collect();
        let mut gruende = Vec::new();
        let nimm = |_: &Bewerber, wettbewerb: Wettbewerb<Vergabenummer>| {
            gruende.push(wettbewerb.grund.map_or("", crate::ergebnis::Grund::code));
        };
        entscheide(&bewerber, &vorlauf, |_| 2, auslegungen, nimm);
        let mut ergebnis: Vec<(usize, &'static str)> = plaetze.into_iter().zip(gruende).collect();
        ergebnis.sort_unstable();
        ergebnis.into_iter().map(|(_, grund)| grund).collect()
    }

    const P1: &str = "1700101";
    const P2: &str = "1700102";
    const Z1: &str = "1700201";
    const Z2: &str = "1700202";
    const BEREITS: &str = "bereits_im_quartal";
    const ANDERWEITIG: &str = "anderweitig_uebernommen";
    const ZWEI: &str = "zwei_quartale_ausgeschoepft";
    const MEHRFACH: &str = "mehrfach_uebernommen";

    #[test]
    fn one_patient_and_quarter_after_the_other() {
        let vorgabe = Auslegungen::default();
        for (was, vorlauf, zeilen, erwartet) in [
            ("alone", &[][..], &[(P1, "2024Q1", 5, "a", Z1)][..], &[""][..]),
            (
                "two Scheine",
                &[],
                &[(P1, "2024Q1", 5, "b", Z1), (P1, "2024Q1", 5, "a", Z1)],
                &[BEREITS, ""],
            ),
            (
                "the earlier day",
                &[],
                &[(P1, "2024Q1", 5, "a", Z1), (P2, "2024Q1", 4, "a", Z1)],
                &[ANDERWEITIG, ""],
            ),
            (
                "one day: the lower BSNR",
                &[],
                &[(P2, "2024Q1", 5, "a", Z1), (P1, "2024Q1", 5, "b", Z1)],
                &[ANDERWEITIG, ""],
            ),
            (
                "whatever Z",
                &[],
                &[(P1, "2024Q1", 5, "a", Z1), (P2, "2024Q1", 6, "a", Z2)],
                &["", ANDERWEITIG],
            ),
            (
                "two quarters",
                &[],
                &[(P1, "2024Q2", 5, "a", Z1), (P1, "2024Q1", 5, "a", Z1)],
                &["", ""],
            ),
            (
                "the third quarter",
                &[],
                &[
                    (P1, "2024Q4", 5, "a", Z1),
                    (P1, "2024Q2", 5, "a", Z1),
                    (P1, "2024Q1", 5, "a", Z1),
                ],
                &[ZWEI, "", ""],
            ),
            (
                "the third quarter, of another Z",
                &[],
                &[
                    (P1, "2024Q4", 5, "a", Z2),
                    (P1, "2024Q2", 5, "a", Z1),
                    (P1, "2024Q1", 5, "a", Z1),
                ],
                &["", "", ""],
            ),
            (
                "granted before, here",
                &[(P1, "2024Q1", Z1)],
                &[(P1, "2024Q1", 5, "a", Z1)],
                &[BEREITS],
            ),
            (
                "granted before, elsewhere",
                &[(P2, "2024Q1", Z1)],
                &[(P1, "2024Q1", 5, "a", Z1)],
                &[ANDERWEITIG],
            ),
            (
                "a late case displaces nothing",
                &[(P2, "2024Q2", Z1), (P2, "2024Q3", Z1)],
                &[(P1, "2024Q1", 5, "a", Z1)],
                &[ZWEI],
            ),
            (
                "the first is used up, the next is not",
                &[(P1, "2023Q3", Z1), (P1, "2023Q4", Z1)],
                &[(P1, "2024Q1", 5, "a", Z1), (P2, "2024Q1", 6, "a", Z2)],
                &[ZWEI, ""],
            ),
        ] {
            assert_eq!(laufe(vorlauf, zeilen, &vorgabe), erwartet, "{was}");
        }
    }

    #[test]
    fn two_quarters_may_count_per_treating_practice() {
        let je_praxis =
            Auslegungen { zwei_quartale_je: ZweiQuartaleJe::Praxis, ..Auslegungen::default() };
        let vorlauf = [(P1, "2023Q3", Z1), (P1, "2023Q4", Z1)];
        assert_eq!(laufe(&vorlauf, &[(P2, "2024Q1", 5, "a", Z1)], &Auslegungen::default()), [ZWEI]);
        assert_eq!(laufe(&vorlauf, &[(P2, "2024Q1", 5, "a", Z1)], &je_praxis), [""]);
        assert_eq!(laufe(&vorlauf, &[(P1, "2024Q1", 5, "a", Z1)], &je_praxis), [ZWEI]);
    }

    #[test]
    fn several_practices_in_one_quarter_may_be_left_to_a_person() {
        let klaerfall = Auslegungen {
            mehrfachuebernahme: Mehrfachuebernahme::Klaerfall,
            ..Auslegungen::default()
        };
        for (was, vorlauf, zeilen, erwartet) in [
            (
                "one practice",
                &[][..],
                &[(P1, "2024Q1", 5, "a", Z1), (P1, "2024Q1", 6, "b", Z1)][..],
                &["", BEREITS][..],
            ),
            (
                "two practices",
                &[],
                &[(P1, "2024Q1", 5, "a", Z1), (P2, "2024Q1", 6, "a", Z1)],
                &[MEHRFACH, MEHRFACH],
            ),
            (
                "no quarter is used up",
                &[(P1, "2023Q4", Z1)],
                &[
                    (P1, "2024Q1", 5, "a", Z1),
                    (P2, "2024Q1", 6, "a", Z1),
                    (P1, "2024Q2", 6, "a", Z1),
                ],
                &[MEHRFACH, MEHRFACH, ""],
            ),
            (
                "granted before: nothing to compete for",
                &[(P2, "2024Q1", Z1)],
                &[(P1, "2024Q1", 5, "a", Z1), (P2, "2024Q1", 6, "a", Z1)],
                &[ANDERWEITIG, BEREITS],
            ),
            (
                "used up for one of them",
                &[(P1, "2023Q3", Z1), (P1, "2023Q4", Z1)],
                &[(P1, "2024Q1", 5, "a", Z1), (P2, "2024Q1", 6, "a", Z2)],
                &[ZWEI, MEHRFACH],
            ),
        ] {
            assert_eq!(laufe(vorlauf, zeilen, &klaerfall), erwartet, "{was}");
        }
    }
}
