//! The equations: a run whose sums do not tie writes nothing.

use std::collections::BTreeMap;
use std::fmt;

use crate::ergebnis::{Ergebnis, Gruende, Grund};
use crate::euro::Cent;
use crate::evaluate::par05::Entscheidung05;
use crate::evaluate::par06::Entscheidung06;
use crate::kennung::Praxis;
use crate::settle::buchung::Buchung;
use crate::settle::entscheidungen::Entscheidungen09;

/// An equation with both of its sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gleichung {
    /// What it says, in German.
    pub name: String,
    /// Left side: cases or cents.
    pub links: i64,
    /// Right side.
    pub rechts: i64,
}

impl Gleichung {
    /// Tells whether both sides are equal.
    pub fn gilt(&self) -> bool {
        self.links == self.rechts
    }
}

impl fmt::Display for Gleichung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zeichen = if self.gilt() { "=" } else { "≠" };
        write!(f, "{}: {} {zeichen} {}", self.name, self.links, self.rechts)
    }
}

/// What one paragraph's decisions come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paragraphsumme {
    /// Decisions per outcome, in the order of [`Ergebnis::ALLE`].
    pub anzahl: [u64; 3],
    /// Granted cents.
    pub betrag: Cent,
    /// Granted cents per practice.
    pub je_praxis: BTreeMap<Praxis, Cent>,
    /// Decisions per reason, every reason counted, in the table's order.
    pub je_grund: Vec<(&'static str, u64)>,
}

impl Paragraphsumme {
    /// `P` says whose decision it is: only where something is granted, it is asked.
    fn aus<G: Grund, P: FnOnce() -> Praxis>(
        entscheidungen: impl Iterator<Item = (Gruende<G>, Cent, P)>,
    ) -> Self {
        let mut summe = Self::default();
        let mut je_grund = vec![0; G::ALLE.len()];
        for (gruende, betrag, praxis) in entscheidungen {
            summe.anzahl[gruende.ergebnis() as usize] += 1;
            for grund in gruende.alle() {
                je_grund[grund.platz() as usize] += 1;
            }
            summe.betrag = summe.betrag + betrag;
            if betrag != Cent::NULL {
                let konto = summe.je_praxis.entry(praxis()).or_default();
                *konto = *konto + betrag;
            }
        }
        summe.je_grund = G::ALLE.iter().map(|grund| grund.code()).zip(je_grund).collect();
        summe
    }

    /// Returns how many decisions there are.
    pub fn entschieden(&self) -> u64 {
        self.anzahl.iter().sum()
    }

    /// Returns how many decisions came out so.
    pub fn mit(&self, ergebnis: Ergebnis) -> u64 {
        self.anzahl[ergebnis as usize]
    }
}

/// Sums of all decisions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summen {
    /// Cases of the quarter's claims, as the readers counted them.
    pub faelle: u64,
    /// Cases without a § 9 mark, as evaluation counted them.
    pub nicht_gekennzeichnet: u64,
    /// § 5
    pub par05: Paragraphsumme,
    /// § 6
    pub par06: Paragraphsumme,
    /// § 9
    pub par09: Paragraphsumme,
}

impl Summen {
    /// Adds up decisions.
    pub fn neu(
        par05: &[Entscheidung05],
        par06: &[Entscheidung06],
        par09: &Entscheidungen09,
        (faelle, nicht_gekennzeichnet): (u64, u64),
    ) -> Self {
        Self {
            faelle,
            nicht_gekennzeichnet,
            par05: Paragraphsumme::aus(
                par05.iter().map(|e| (e.gruende, e.betrag, || e.sachverhalt.praxis)),
            ),
            par06: Paragraphsumme::aus(
                par06.iter().map(|e| (e.gruende, e.betrag, || e.sachverhalt.praxis)),
            ),
            par09: Paragraphsumme::aus(
                par09.blicke().map(|e| (e.gruende(), e.betrag(), move || e.fall().praxis)),
            ),
        }
    }

    /// Returns the paragraphs with their sums.
    pub fn paragraphen(&self) -> [(u8, &Paragraphsumme); 3] {
        [(5, &self.par05), (6, &self.par06), (9, &self.par09)]
    }
}

/// Returns the equations of a run: cases read = decided + not marked; per paragraph and in all,
/// decisions = bookings = sum per practice.
pub fn gleichungen(summen: &Summen, buchungen: &[Buchung]) -> Vec<Gleichung> {
    let zahl = |anzahl: u64| i64::try_from(anzahl).unwrap_or(i64::MAX);
    let mut gleichungen = vec![Gleichung {
        name: "gelesene Fälle = bewilligt + abgelehnt + klaerfall + nicht gekennzeichnet"
            .to_owned(),
        links: zahl(summen.faelle),
        rechts: zahl(summen.par09.entschieden()) + zahl(summen.nicht_gekennzeichnet),
    }];
    for (paragraph, summe) in summen.paragraphen() {
        let gebucht = || buchungen.iter().filter(|b| b.paragraph == paragraph);
        gleichungen.push(Gleichung {
            name: format!("§ {paragraph}: Cent der Entscheidungen = Cent der Buchungen"),
            links: summe.betrag.cent(),
            rechts: gebucht().map(|b| b.betrag).sum::<Cent>().cent(),
        });
        let mut je_praxis: BTreeMap<Praxis, Cent> = BTreeMap::new();
        for buchung in gebucht() {
            let konto = je_praxis.entry(buchung.praxis).or_default();
            *konto = *konto + buchung.betrag;
        }
        let gleiche =
            summe.je_praxis.iter().filter(|(praxis, betrag)| je_praxis.get(praxis) == Some(betrag));
        gleichungen.push(Gleichung {
            name: format!(
                "§ {paragraph}: Praxen mit einem Betrag über 0 = davon Praxen mit gleich hohen Buchungen"
            ),
            links: zahl(summe.je_praxis.len().max(je_praxis.len()) as u64),
            rechts: zahl(gleiche.count() as u64),
        });
    }
    let entscheidungen: Cent = summen.paragraphen().iter().map(|(_, summe)| summe.betrag).sum();
    gleichungen.push(Gleichung {
        name: "alle Paragraphen: Cent der Entscheidungen = Cent der Buchungen".to_owned(),
        links: entscheidungen.cent(),
        rechts: buchungen.iter().map(|b| b.betrag).sum::<Cent>().cent(),
    });
    gleichungen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::beispiel::demoquartal;

    /// Returns the names of the equations that do not hold.
    fn verletzt(summen: &Summen, buchungen: &[Buchung]) -> Vec<String> {
        let gleichungen = gleichungen(summen, buchungen);
        assert_eq!(gleichungen.len(), 8);
        gleichungen.into_iter().filter(|g| !g.gilt()).map(|g| g.name).collect()
    }

    #[test]
    fn an_equation_holds_only_with_equal_sides() {
        let gleichung = |links, rechts| Gleichung { name: "a = b".to_owned(), links, rechts };
        assert!(gleichung(-1, -1).gilt() && !gleichung(1, -1).gilt());
        assert_eq!(gleichung(2, 2).to_string(), "a = b: 2 = 2");
        assert_eq!(gleichung(2, 3).to_string(), "a = b: 2 ≠ 3");
    }

    #[test]
    fn a_lost_case_and_a_lost_cent_break_an_equation() {
        let abrechnung = demoquartal().abrechnung;
        let (summen, buchungen) = (abrechnung.summen, abrechnung.buchungen);
        assert!(verletzt(&summen, &buchungen).is_empty());
        let mehr = Summen { faelle: summen.faelle + 1, ..summen.clone() };
        let faelle = verletzt(&mehr, &buchungen);
        assert!(matches!(&faelle[..], [name] if name.starts_with("gelesene Fälle")), "{faelle:?}");
        // a booking that is lost, a cent too much, and one to another practice
        let ab_par09 = buchungen.iter().position(|b| b.paragraph == 9).expect("eine Buchung");
        let betroffen = ["§ 9: Cent", "§ 9: Praxen", "alle Paragraphen"];
        let mut andere = buchungen.clone();
        andere.remove(ab_par09);
        let mut zu_viel = buchungen.clone();
        zu_viel[ab_par09].betrag = zu_viel[ab_par09].betrag + Cent::neu(1);
        for buchungen in [&andere, &zu_viel] {
            let namen = verletzt(&summen, buchungen);
            assert_eq!(namen.len(), 3, "{namen:?}");
            assert!(namen.iter().zip(betroffen).all(|(n, b)| n.starts_with(b)), "{namen:?}");
        }
        let mut vertauscht = buchungen.clone();
        let fremde = buchungen.iter().find(|b| b.paragraph == 5).expect("eine Buchung").praxis;
        vertauscht[ab_par09].praxis = fremde;
        let namen = verletzt(&summen, &vertauscht);
        assert!(matches!(&namen[..], [name] if name.starts_with("§ 9: Praxen")), "{namen:?}");
    }
}
