//! § 6 Erschwerniszulage, literally: every post on an island against the rows of the table.

use super::gemeinsam::{
    Tabelle, Urteil, Wirkung, geltende, praxis_im, register_im, runde, sieben, urteil,
};
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
    let mut urteile = Vec::new();
    for stelle in stellen(portfolio) {
        let Some(insel) = insel(portfolio, stelle) else { continue };
        // "No filled day in Q: no decision."
        if besetzte_tage(portfolio, stelle).is_empty() {
            continue;
        }
        let gruende = gruende(portfolio, stelle, insel);
        let zahlung = if gruende.is_empty() { zahlung(portfolio, stelle, insel) } else { 0 };
        urteile.push((stelle.id.clone(), urteil(TABELLE, &gruende, zahlung)));
    }
    urteile
}

fn stellen(portfolio: &Portfolio) -> Vec<&Arztstelle> {
    geltende(&portfolio.arztstellen, |a, b| a.id == b.id)
}

/// The island of the practice that holds the post, by the register in Q.
fn insel(portfolio: &Portfolio, stelle: &Arztstelle) -> Option<&'static str> {
    let praxis = praxis_im(portfolio, &stelle.bsnr, portfolio.quartal);
    register_im(portfolio, &praxis, portfolio.quartal)?.insel
}

/// Who fills the post on a day.
fn inhaber(stelle: &Arztstelle, tag: Tag) -> Option<&Besetzung> {
    stelle.besetzungen.iter().find(|b| im_zeitraum(tag, Some(b.ab), b.bis))
}

/// The days of Q on which the post is filled, with its holder.
fn besetzte_tage<'p>(portfolio: &Portfolio, stelle: &'p Arztstelle) -> Vec<&'p Besetzung> {
    portfolio.quartal.tage().into_iter().filter_map(|tag| inhaber(stelle, tag)).collect()
}

fn arztzeilen(portfolio: &Portfolio) -> Vec<&Arzt> {
    geltende(&portfolio.aerzte, |a, b| sieben(&a.lanr) == sieben(&b.lanr) && a.ab == b.ab)
}

fn ist_psychotherapeut(portfolio: &Portfolio, arzt: &str) -> bool {
    arztzeilen(portfolio).into_iter().any(|z| sieben(&z.lanr) == arzt && z.psychotherapeut)
}

/// The Ersatzwerte of the LANR: 999999900, 888888800 and 555555 with anything behind it.
fn ist_ersatzwert(lanr: &str) -> bool {
    lanr == "999999900" || lanr == "888888800" || lanr.starts_with("555555")
}

/// The duties of an island in Q.
fn dienste<'p>(portfolio: &'p Portfolio, insel: &str) -> Vec<&'p (Tag, String)> {
    let q = portfolio.quartal;
    let mut dienste = Vec::new();
    for plan in &portfolio.dienstplaene {
        for (name, alle) in &plan.inseln {
            for dienst in alle {
                if *name == insel && q.erster_tag() <= dienst.0 && dienst.0 <= q.letzter_tag() {
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
fn n(portfolio: &Portfolio, auf: &str) -> usize {
    let mut im_plan: Vec<&str> = dienste(portfolio, auf)
        .into_iter()
        .filter(|(_, lanr)| !ist_ersatzwert(lanr))
        .map(|(_, lanr)| sieben(lanr))
        .filter(|arzt| !ist_psychotherapeut(portfolio, arzt))
        .collect();
    im_plan.sort_unstable();
    im_plan.dedup();
    if portfolio.einstellungen.dienst_zaehlt == "alle" {
        return im_plan.len();
    }
    let mut groesste = 0;
    for tag in portfolio.quartal.tage() {
        let mut anzahl = 0;
        for arzt in &im_plan {
            let hat_stelle = stellen(portfolio).into_iter().any(|stelle| {
                insel(portfolio, stelle) == Some(auf)
                    && inhaber(stelle, tag).is_some_and(|b| sieben(&b.lanr) == *arzt)
            });
            anzahl += usize::from(hat_stelle);
        }
        groesste = groesste.max(anzahl);
    }
    groesste
}

fn gruende(portfolio: &Portfolio, stelle: &Arztstelle, auf: &str) -> Vec<&'static str> {
    let q = portfolio.quartal;
    let mut gruende = Vec::new();
    let besetzte = besetzte_tage(portfolio, stelle);
    // 1: "post of a Psychotherapeut"
    if besetzte.iter().any(|b| ist_psychotherapeut(portfolio, sieben(&b.lanr))) {
        gruende.push("kein_bereitschaftsdienst");
    }
    // 2: "the island's roster does not cover all of Q"
    let gedeckt = |tag: Tag| {
        portfolio.dienstplaene.iter().any(|plan| {
            plan.von <= tag && tag <= plan.bis && plan.inseln.iter().any(|(name, _)| *name == auf)
        })
    };
    let unvollstaendig = !q.tage().into_iter().all(gedeckt);
    if unvollstaendig {
        gruende.push("dienstplan_unvollstaendig");
    }
    // 3: "a LANR on the roster is not in the register, or is an Ersatzwert"
    let unbekannt = dienste(portfolio, auf).into_iter().any(|(tag, lanr)| {
        ist_ersatzwert(lanr)
            || !arztzeilen(portfolio)
                .into_iter()
                .any(|z| sieben(&z.lanr) == sieben(lanr) && im_zeitraum(*tag, z.ab, z.bis))
    });
    if unbekannt {
        gruende.push("dienst_arzt_unbekannt");
    }
    // "A condition whose facts are missing does not apply; its missing fact does": with an incomplete
    // roster or an unknown LANR on it, n is not known, and rows 4 to 6 ask for n.
    if !unvollstaendig && !unbekannt {
        let n = n(portfolio, auf);
        // 4: "n = 0"
        if n == 0 {
            gruende.push("kein_dienstplan");
        }
        // 5: "n > 10"
        if 10 < n {
            gruende.push("tabelle_endet_bei_zehn");
        }
        // 6: "the host also reports a head count, and it differs"
        let gemeldet =
            geltende(&portfolio.inselzahlen, |a, b| a.insel == b.insel && a.quartal == b.quartal);
        if gemeldet.into_iter().any(|z| z.insel == auf && z.quartal == q && z.anzahl != n) {
            gruende.push("anzahl_widerspricht_dienstplan");
        }
    }
    // `par06.wechsel = klaerfall`: "if a post changed holder or share in Q"
    let wechsel = besetzte
        .iter()
        .any(|b| sieben(&b.lanr) != sieben(&besetzte[0].lanr) || b.anteil != besetzte[0].anteil);
    if wechsel && portfolio.einstellungen.wechsel == "klaerfall" {
        gruende.push("wechsel_im_quartal");
    }
    gruende
}

/// "Payment per Arztstelle = table(n) × Σ(share × filled days) / days(Q)".
fn zahlung(portfolio: &Portfolio, stelle: &Arztstelle, auf: &str) -> i64 {
    let satz = SAETZE[n(portfolio, auf) - 1] * 100;
    let mut millionstel: i128 = 0;
    for besetzung in besetzte_tage(portfolio, stelle) {
        millionstel += i128::from(besetzung.anteil);
    }
    let tage = i128::try_from(portfolio.quartal.tage().len()).expect("about ninety");
    runde(i128::from(satz) * millionstel, tage * 1_000_000, &portfolio.einstellungen)
}
