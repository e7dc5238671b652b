//! § 6 Erschwerniszulage, literally: every post on an island against the rows of the table.

use super::gemeinsam::{Register, Tabelle, Urteil, Wirkung, geltende, runde, sieben, urteil};
use super::portfolio::{Arzt, Arztstelle, Besetzung, Portfolio, Tag, im_zeitraum};

const TABELLE: &Tabelle = &[
    ("kein_bereitschaftsdienst", Wirkung::Abgelehnt),
    ("dienstplan_unvollstaendig", Wirkung::Klaerfall),
    ("dienst_arzt_unbekannt", Wirkung::Klaerfall),
    ("kein_dienstplan", Wirkung::Klaerfall),
    ("tabelle_endet_bei_zehn", Wirkung::Klaerfall),
    ("anzahl_widerspricht_dienstplan", Wirkung::Klaerfall),
    ("wechsel_im_quartal", Wirkung::Klaerfall),
];

/// EUR per full post and quarter, for one physician to ten.
const SAETZE: [i64; 10] = [21_500, 10_250, 6_500, 4_625, 3_500, 2_750, 2_215, 1_813, 1_500, 1_250];

/// Decides every post on an island that has a filled day in Q, by its id.
pub(super) fn entscheide(portfolio: &Portfolio) -> Vec<(String, Urteil)> {
    let akte = Akte::neu(portfolio);
    let mut urteile = Vec::new();
    for (stelle, insel) in &akte.stellen {
        // "No filled day in Q: no decision."
        let besetzte = besetzte_tage(portfolio, stelle);
        let (Some(insel), false) = (insel, besetzte.is_empty()) else { continue };
        let n = akte.n(insel);
        let gruende = akte.gruende(&besetzte, insel, n);
        let zahlung = if gruende.is_empty() { zahlung(portfolio, &besetzte, n) } else { 0 };
        urteile.push((stelle.id.clone(), urteil(TABELLE, &gruende, zahlung)));
    }
    urteile
}

/// Who fills the post on a day.
fn inhaber(stelle: &Arztstelle, tag: Tag) -> Option<&Besetzung> {
    stelle.besetzungen.iter().find(|b| im_zeitraum(tag, Some(b.ab), b.bis))
}

/// The holder of the post on each day of Q on which it is filled.
fn besetzte_tage<'p>(portfolio: &Portfolio, stelle: &'p Arztstelle) -> Vec<&'p Besetzung> {
    portfolio.quartal.tage().into_iter().filter_map(|tag| inhaber(stelle, tag)).collect()
}

/// "Payment per Arztstelle = table(n) × Σ(share × filled days) / days(Q)".
fn zahlung(portfolio: &Portfolio, besetzte: &[&Besetzung], n: usize) -> i64 {
    let satz = SAETZE[n - 1] * 100;
    let mut millionstel: i128 = 0;
    for besetzung in besetzte {
        millionstel += i128::from(besetzung.anteil);
    }
    let tage = i128::try_from(portfolio.quartal.tage().len()).expect("about ninety");
    runde(i128::from(satz) * millionstel, tage * 1_000_000, &portfolio.einstellungen)
}

/// The Ersatzwerte of the LANR: 999999900, 888888800 and 555555 with anything behind it.
fn ist_ersatzwert(lanr: &str) -> bool {
    lanr == "999999900" || lanr == "888888800" || lanr.starts_with("555555")
}

/// The portfolio with the rows that count.
struct Akte<'p> {
    portfolio: &'p Portfolio,
    /// Posts, and the island of the practice that holds each, by the register in Q.
    stellen: Vec<(&'p Arztstelle, Option<&'static str>)>,
    aerzte: Vec<&'p Arzt>,
}

impl<'p> Akte<'p> {
    fn neu(portfolio: &'p Portfolio) -> Self {
        let register = Register::neu(portfolio);
        let mut stellen = Vec::new();
        for stelle in geltende(&portfolio.arztstellen, |a, b| a.id == b.id) {
            let praxis = register.praxis(&stelle.bsnr, portfolio.quartal);
            let insel = register.im(&praxis, portfolio.quartal).and_then(|stand| stand.insel);
            stellen.push((stelle, insel));
        }
        let gleich = |a: &Arzt, b: &Arzt| sieben(&a.lanr) == sieben(&b.lanr) && a.ab == b.ab;
        Self { portfolio, stellen, aerzte: geltende(&portfolio.aerzte, gleich) }
    }

    fn ist_psychotherapeut(&self, arzt: &str) -> bool {
        self.aerzte.iter().any(|z| sieben(&z.lanr) == arzt && z.psychotherapeut)
    }

    /// The duties of an island in Q.
    fn dienste(&self, auf: &str) -> Vec<&'p (Tag, String)> {
        let q = self.portfolio.quartal;
        let mut dienste = Vec::new();
        for plan in &self.portfolio.dienstplaene {
            for (name, alle) in &plan.inseln {
                for dienst in alle {
                    if *name == auf && q.erster_tag() <= dienst.0 && dienst.0 <= q.letzter_tag() {
                        dienste.push(dienst);
                    }
                }
            }
        }
        dienste
    }

    /// n: "the greatest number, on any day of Q, of physicians who hold a post on the island that day
    /// and stand on its roster in Q"; with `par06.dienst_zaehlt = alle` "different physicians on the
    /// roster in Q". A Psychotherapeut is no physician of the ärztlicher Bereitschaftsdienst.
    fn n(&self, auf: &str) -> usize {
        let mut im_plan: Vec<&str> = self
            .dienste(auf)
            .into_iter()
            .filter(|(_, lanr)| !ist_ersatzwert(lanr))
            .map(|(_, lanr)| sieben(lanr))
            .filter(|arzt| !self.ist_psychotherapeut(arzt))
            .collect();
        im_plan.sort_unstable();
        im_plan.dedup();
        if self.portfolio.einstellungen.dienst_zaehlt == "alle" {
            return im_plan.len();
        }
        let mut groesste = 0;
        for tag in self.portfolio.quartal.tage() {
            let mut mit_stelle: Vec<&str> = self
                .stellen
                .iter()
                .filter(|(_, insel)| *insel == Some(auf))
                .filter_map(|(stelle, _)| inhaber(stelle, tag))
                .map(|besetzung| sieben(&besetzung.lanr))
                .filter(|arzt| im_plan.contains(arzt))
                .collect();
            mit_stelle.sort_unstable();
            mit_stelle.dedup();
            groesste = groesste.max(mit_stelle.len());
        }
        groesste
    }

    fn gruende(&self, besetzte: &[&Besetzung], auf: &str, n: usize) -> Vec<&'static str> {
        let q = self.portfolio.quartal;
        let mut gruende = Vec::new();
        // 1: "post of a Psychotherapeut"
        if besetzte.iter().any(|b| self.ist_psychotherapeut(sieben(&b.lanr))) {
            gruende.push("kein_bereitschaftsdienst");
        }
        // 2: "the island's roster does not cover all of Q"
        let gedeckt = |tag: Tag| {
            self.portfolio.dienstplaene.iter().any(|plan| {
                plan.von <= tag
                    && tag <= plan.bis
                    && plan.inseln.iter().any(|(name, _)| *name == auf)
            })
        };
        let unvollstaendig = !q.tage().into_iter().all(gedeckt);
        let ohne_dienstplan = !q.tage().into_iter().any(gedeckt);
        if unvollstaendig {
            gruende.push("dienstplan_unvollstaendig");
        }
        // 3: "a LANR on the roster is not in the register, or is an Ersatzwert"
        let unbekannt = self.dienste(auf).into_iter().any(|(tag, lanr)| {
            let im_register =
                |z: &&Arzt| sieben(&z.lanr) == sieben(lanr) && im_zeitraum(*tag, z.ab, z.bis);
            ist_ersatzwert(lanr) || !self.aerzte.iter().any(im_register)
        });
        if unbekannt {
            gruende.push("dienst_arzt_unbekannt");
        }
        // "A condition whose facts are missing does not apply": while the roster lacks days or names
        // somebody unknown, n is not known; it may only be more than it seems.
        let fest = !unvollstaendig && !unbekannt;
        // 4: "n = 0", which it is for want of any roster too
        if n == 0 && fest || ohne_dienstplan {
            gruende.push("kein_dienstplan");
        }
        // 5: "n > 10"
        if SAETZE.len() < n {
            gruende.push("tabelle_endet_bei_zehn");
        }
        // 6: "the host also reports a head count, and it differs"
        let zahlen = geltende(&self.portfolio.inselzahlen, |a, b| {
            a.insel == b.insel && a.quartal == b.quartal
        });
        if fest && zahlen.into_iter().any(|z| z.insel == auf && z.quartal == q && z.anzahl != n) {
            gruende.push("anzahl_widerspricht_dienstplan");
        }
        // `par06.wechsel = klaerfall`: "if a post changed holder or share in Q"
        let wechsel = besetzte.iter().any(|b| {
            sieben(&b.lanr) != sieben(&besetzte[0].lanr) || b.anteil != besetzte[0].anteil
        });
        if wechsel && self.portfolio.einstellungen.wechsel == "klaerfall" {
            gruende.push("wechsel_im_quartal");
        }
        gruende
    }
}
