//! § 5 Umsatzgarantie, literally: every Bewilligung against the eight rows of the table.

use super::gemeinsam::{Tabelle, Urteil, Wirkung, geltende, praxis_im, runde, sieben, urteil};
use super::portfolio::{Bewilligung05, Portfolio, Quartal, Tag, im_zeitraum};

const TABELLE: &Tabelle = &[
    ("noch_nicht_aufgenommen", Wirkung::Abgelehnt),
    ("taetigkeit_beendet", Wirkung::Abgelehnt),
    ("foerderdauer_abgelaufen", Wirkung::Abgelehnt),
    ("auflage_nicht_erfuellt", Wirkung::Abgelehnt),
    ("anteil_fehlt", Wirkung::Klaerfall),
    ("fachgruppendurchschnitt_fehlt", Wirkung::Klaerfall),
    ("honorar_fehlt", Wirkung::Klaerfall),
    ("garantie_erreicht", Wirkung::Bewilligt),
];

/// A Bewilligung's physician, practice and first day: with these it is told apart.
pub(super) type Schluessel = (String, String, Tag);

/// Decides every Bewilligung.
pub(super) fn entscheide(portfolio: &Portfolio) -> Vec<(Schluessel, Urteil)> {
    let mut offen: Vec<(Schluessel, &Bewilligung05)> = bewilligungen(portfolio);
    // "… the fee is used up in the order of S, then BSNR"
    offen.sort_by_key(|((arzt, praxis, beginn), _)| (arzt.clone(), *beginn, praxis.clone()));
    let mut verbraucht: Vec<(String, i64)> = Vec::new();
    let mut urteile = Vec::new();
    for (schluessel, bewilligung) in offen {
        let mut gruende = gruende(portfolio, &schluessel, bewilligung);
        let mut zahlung = 0;
        if gruende.is_empty() {
            let arzt = &schluessel.0;
            let bisher: i64 =
                verbraucht.iter().filter(|(wer, _)| wer == arzt).map(|(_, cent)| cent).sum();
            let garantie = garantie(portfolio, bewilligung);
            let rest = honorar(portfolio, arzt).expect("row 7 does not apply") - bisher;
            if garantie <= rest {
                gruende.push("garantie_erreicht");
            }
            // "Zahlung = max(0, Garantie − Honorar)"; "what one does not need goes to the next"
            zahlung = (garantie - rest).max(0);
            verbraucht.push((arzt.clone(), rest.min(garantie)));
        }
        urteile.push((schluessel, urteil(TABELLE, &gruende, zahlung)));
    }
    urteile
}

fn bewilligungen(portfolio: &Portfolio) -> Vec<(Schluessel, &Bewilligung05)> {
    let schluessel = |b: &Bewilligung05| {
        let praxis = praxis_im(portfolio, &b.bsnr, Quartal::von(b.beginn));
        (sieben(&b.lanr).to_owned(), praxis, b.beginn)
    };
    geltende(&portfolio.bewilligungen05, |a, b| schluessel(a) == schluessel(b))
        .into_iter()
        .map(|b| (schluessel(b), b))
        .collect()
}

/// Rows 1 to 7.
fn gruende(
    portfolio: &Portfolio,
    (arzt, praxis, _): &Schluessel,
    b: &Bewilligung05,
) -> Vec<&'static str> {
    let q = portfolio.quartal;
    let mut gruende = Vec::new();
    // 1: "Q before the quarter of S"
    if q < Quartal::von(b.beginn) {
        gruende.push("noch_nicht_aufgenommen");
    }
    // 2: "E before Q"
    if b.ende.is_some_and(|ende| ende < q.erster_tag()) {
        gruende.push("taetigkeit_beendet");
    }
    // 3: "Q is past the granted quarters; quarter 1 is that of the physician's first S under any § 5
    // Bewilligung"
    let mut erster_tag = b.beginn;
    if portfolio.einstellungen.acht_quartale_je == "arzt" {
        for (schluessel, andere) in bewilligungen(portfolio) {
            if schluessel.0 == *arzt {
                erster_tag = erster_tag.min(andere.beginn);
            }
        }
    }
    if Quartal::von(erster_tag).plus(b.quartale) <= q {
        gruende.push("foerderdauer_abgelaufen");
    }
    // 4: "a breach of Abs. 4 is recorded for Q; no record is no breach"
    let verstoss = portfolio.verstoesse.iter().map(|zeile| &zeile.inhalt).any(|v| {
        sieben(&v.lanr) == arzt
            && praxis_im(portfolio, &v.bsnr, v.quartal) == *praxis
            && v.quartal == q
    });
    if verstoss {
        gruende.push("auflage_nicht_erfuellt");
    }
    // 5: "an active day of Q without a share"
    if aktive_tage(portfolio, b).into_iter().any(|tag| anteil(b, tag).is_none()) {
        gruende.push("anteil_fehlt");
    }
    // 6: "no average for Q − 4"
    if durchschnitt(portfolio, b).is_none() {
        gruende.push("fachgruppendurchschnitt_fehlt");
    }
    // 7: "no fee record for Q (a record of 0.00 is one)"
    if honorar(portfolio, arzt).is_none() {
        gruende.push("honorar_fehlt");
    }
    gruende
}

/// "Calendar days of Q from max(S, first day) to min(E, last day), both included"; with
/// `par05.ende_anteilig = nein` the quarter in which the activity ends counts to its last day.
fn aktive_tage(portfolio: &Portfolio, b: &Bewilligung05) -> Vec<Tag> {
    let q = portfolio.quartal;
    let anteilig = portfolio.einstellungen.ende_anteilig;
    let mut tage = Vec::new();
    for tag in q.tage() {
        let vor_ende = match b.ende {
            Some(ende) if anteilig => tag <= ende,
            Some(ende) => q.erster_tag() <= ende,
            None => true,
        };
        if b.beginn <= tag && vor_ende {
            tage.push(tag);
        }
    }
    tage
}

/// The share on a day, in millionths.
fn anteil(b: &Bewilligung05, tag: Tag) -> Option<u32> {
    b.anteile.iter().find(|a| im_zeitraum(tag, Some(a.ab), a.bis)).map(|a| a.wert)
}

/// The average of the Bescheid's Fachgruppe in the Vorjahresquartal.
fn durchschnitt(portfolio: &Portfolio, b: &Bewilligung05) -> Option<i64> {
    geltende(&portfolio.durchschnitte, |x, y| {
        x.fachgruppe == y.fachgruppe && x.quartal == y.quartal
    })
    .into_iter()
    .find(|d| d.fachgruppe == b.fachgruppe && d.quartal == portfolio.quartal.plus(-4))
    .map(|d| d.cent)
}

/// "Garantie = Fachgruppendurchschnitt × Σ(share × days) / days(Q), rounded once".
fn garantie(portfolio: &Portfolio, b: &Bewilligung05) -> i64 {
    let mut millionstel: i128 = 0;
    for tag in aktive_tage(portfolio, b) {
        millionstel += i128::from(anteil(b, tag).expect("row 5 does not apply"));
    }
    let durchschnitt = durchschnitt(portfolio, b).expect("row 6 does not apply");
    let tage = i128::try_from(portfolio.quartal.tage().len()).expect("about ninety");
    runde(i128::from(durchschnitt) * millionstel, tage * 1_000_000, &portfolio.einstellungen)
}

/// "The sum of the physician's (7 digits) fee records for Q over all practices and LANR endings …;
/// the sum, not a record, is raised to 0.00 if negative".
fn honorar(portfolio: &Portfolio, arzt: &str) -> Option<i64> {
    let alle = geltende(&portfolio.honorare, |a, b| {
        a.lanr == b.lanr && a.bsnr == b.bsnr && a.quartal == b.quartal
    });
    let mut summe = None;
    for satz in alle {
        if sieben(&satz.lanr) == arzt && satz.quartal == portfolio.quartal {
            summe = Some(summe.unwrap_or(0) + satz.cent);
        }
    }
    if portfolio.einstellungen.negatives_honorar == "null" {
        summe = summe.map(|cent: i64| cent.max(0));
    }
    summe
}
