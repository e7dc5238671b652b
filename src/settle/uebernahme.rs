//! § 9 Abs. 3 Satz 1, between cases: who gets a patient's quarter, and which quarters are used up.
//!
//! Only cases without a reason of rows 1 to 16 compete. Older quarters are decided first; a case
//! never displaces a grant that an earlier delivery was given.

use smol_str::SmolStr;

use crate::auslegung::{Auslegungen, Mehrfachuebernahme, ZweiQuartaleJe};
use crate::ergebnis::Grund09;
use crate::evaluate::kandidat::Kurzstelle;
use crate::kennung::{Praxis, VersichertenId};
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::Zuschlag;

/// A case that competes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bewerber<'a> {
    /// Which decision it is.
    pub nummer: usize,
    /// The patient.
    pub patient: VersichertenId,
    /// Q.
    pub quartal: Quartal,
    /// Earliest service day after D that counts.
    pub erster_tag: Tag,
    /// P.
    pub praxis: Praxis,
    /// Case id.
    pub fall_id: &'a SmolStr,
    /// Input and place, for a case whose source gave it no id: it is ordered by record number.
    pub ohne_id: Option<(u32, Kurzstelle)>,
    /// Z.
    pub geschlossene: Praxis,
    /// For how many quarters the Zuschlag is paid, by the rules of Q.
    pub zuschlag_quartale: i32,
}

/// A quarter that a patient's Zuschlag was granted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vergabe {
    /// The treatment quarter.
    pub quartal: Quartal,
    /// Z.
    pub geschlossene: Praxis,
    /// P.
    pub praxis: Praxis,
    /// The case, if the grant was made in this run.
    pub fall: Option<Vergabefall>,
}

/// The case that a quarter was granted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vergabefall {
    /// Case id.
    pub id: SmolStr,
    /// Earliest service day after D that counts: what the competition is decided by.
    pub erster_tag: Tag,
}

/// What the competition made of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wettbewerb {
    /// Row 17, 18 or 19, or the setting's `mehrfach_uebernommen`; `None`: granted.
    pub grund: Option<Grund09>,
    /// To whom the patient's grant for Q was given before this case was looked at.
    pub im_quartal: Option<Vergabe>,
    /// Grants of other quarters that count for row 19.
    pub andere_quartale: Vec<Vergabe>,
    /// Practices that compete for the quarter, if it was left to a person.
    pub konkurrenten: Vec<Praxis>,
}

/// Decides the competition between one patient's cases, and gives `nimm` per case its `nummer` and
/// what became of it. `vorlauf` is sorted by patient.
pub fn entscheide(
    bewerber: &mut [Bewerber<'_>],
    vorlauf: &[Zuschlag],
    auslegungen: &Auslegungen,
    mut nimm: impl FnMut(usize, Wettbewerb),
) {
    bewerber.sort_unstable_by(|a, b| {
        let schluessel = |b: &Bewerber<'_>| (b.quartal, b.erster_tag, b.praxis, b.ohne_id);
        schluessel(a)
            .cmp(&schluessel(b))
            .then_with(|| a.fall_id.as_bytes().cmp(b.fall_id.as_bytes()))
    });
    let Some(patient) = bewerber.first().map(|b| b.patient) else { return };
    let ab = vorlauf.partition_point(|zuschlag| zuschlag.patient < patient);
    let mut vergaben: Vec<Vergabe> = vorlauf[ab..]
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
        vergib_quartal(eines_quartals, &mut vergaben, auslegungen, &mut nimm);
    }
}

/// Decides one patient's cases of one quarter, in their order.
fn vergib_quartal(
    bewerber: &[Bewerber<'_>],
    vergaben: &mut Vec<Vergabe>,
    auslegungen: &Auslegungen,
    nimm: &mut impl FnMut(usize, Wettbewerb),
) {
    let konkurrenten = strittig(bewerber, auslegungen);
    for bewerber in bewerber {
        let mut wettbewerb = stand(bewerber, vergaben, auslegungen);
        if wettbewerb.grund.is_none() && !konkurrenten.is_empty() {
            wettbewerb.grund = Some(Grund09::MehrfachUebernommen);
            wettbewerb.konkurrenten.clone_from(&konkurrenten);
        }
        if wettbewerb.grund.is_none() {
            vergaben.push(Vergabe {
                quartal: bewerber.quartal,
                geschlossene: bewerber.geschlossene,
                praxis: bewerber.praxis,
                fall: Some(Vergabefall {
                    id: bewerber.fall_id.clone(),
                    erster_tag: bewerber.erster_tag,
                }),
            });
        }
        nimm(bewerber.nummer, wettbewerb);
    }
}

/// Rows 17 to 19 against what has been granted so far.
fn stand(bewerber: &Bewerber<'_>, vergaben: &[Vergabe], auslegungen: &Auslegungen) -> Wettbewerb {
    let im_quartal = vergaben.iter().find(|v| v.quartal == bewerber.quartal).cloned();
    let andere_quartale = abs3_satz1_andere_quartale(bewerber, vergaben, auslegungen);
    let erschoepft =
        bewerber.zuschlag_quartale <= i32::try_from(andere_quartale.len()).unwrap_or(i32::MAX);
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
    bewerber: &Bewerber<'_>,
    vergaben: &[Vergabe],
    auslegungen: &Auslegungen,
) -> Vec<Vergabe> {
    let je_praxis = auslegungen.zwei_quartale_je == ZweiQuartaleJe::Praxis;
    let mut andere: Vec<Vergabe> = vergaben
        .iter()
        .filter(|v| v.quartal != bewerber.quartal && v.geschlossene == bewerber.geschlossene)
        .filter(|v| !je_praxis || v.praxis == bewerber.praxis)
        .cloned()
        .collect();
    andere.sort_unstable_by_key(|v| v.quartal);
    andere
}

/// Returns the practices between which a person must decide, by the Auslegung
/// `par09.mehrfachuebernahme`: those of all competing cases, if they are several. A case whose two
/// quarters are used up competes too: who took the patient over is open all the same.
fn strittig(bewerber: &[Bewerber<'_>], auslegungen: &Auslegungen) -> Vec<Praxis> {
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
        let ids: Vec<SmolStr> = zeilen.iter().map(|zeile| zeile.3.into()).collect();
        let mut bewerber: Vec<Bewerber<'_>> = zeilen
            .iter()
            .enumerate()
            .map(|(nummer, (praxis, quartal, tag, _, geschlossene))| {
                let quartal: Quartal = quartal.parse().expect("Quartal");
                Bewerber {
                    nummer,
                    patient: patient(),
                    quartal,
                    erster_tag: quartal.erster_tag().plus(*tag),
                    praxis: praxis.parse().expect("Praxis"),
                    fall_id: &ids[nummer],
                    ohne_id: None,
                    geschlossene: geschlossene.parse().expect("Praxis"),
                    zuschlag_quartale: 2,
                }
            })
            .collect();
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
        let mut ergebnis = Vec::new();
        let nimm = |nummer, wettbewerb| ergebnis.push((nummer, wettbewerb));
        entscheide(&mut bewerber, &vorlauf, auslegungen, nimm);
        ergebnis.sort_by_key(|(nummer, _)| *nummer);
        ergebnis.iter().map(|(_, w)| w.grund.map_or("", crate::ergebnis::Grund::code)).collect()
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
