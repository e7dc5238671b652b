//! § 5 Umsatzgarantie, literally: every Bewilligung against the eight rows of the table.

use super::gemeinsam::{Register, Tabelle, Urteil, Wirkung, geltende, runde, sieben, urteil};
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

/// A Bewilligung that is not refused and comes before another of the same physician.
struct Vorrangige {
    arzt: String,
    /// `None` where its own facts are missing.
    garantie: Option<i64>,
    fehlt: Vec<&'static str>,
}

/// Decides every Bewilligung.
pub(super) fn entscheide(portfolio: &Portfolio) -> Vec<(Schluessel, Urteil)> {
    let mut offen: Vec<(Schluessel, &Bewilligung05)> = bewilligungen(portfolio);
    // "… the fee is used up in the order of S, then BSNR"
    offen.sort_by_key(|((arzt, praxis, beginn), _)| (arzt.clone(), *beginn, praxis.clone()));
    let mut vorrangige: Vec<Vorrangige> = Vec::new();
    let mut urteile = Vec::new();
    let register = Register::neu(portfolio);
    for (mut schluessel, bewilligung) in offen {
        // The practice it was granted to may have become a branch since.
        schluessel.1 = register.praxis(&schluessel.1, portfolio.quartal);
        let abgelehnte = abgelehnt(portfolio, &schluessel, bewilligung);
        let eigene = fehlt(portfolio, bewilligung);
        let honorar = honorar(portfolio, &schluessel.0);
        let mut gruende = [abgelehnte.clone(), eigene.clone()].concat();
        if honorar.is_none() {
            gruende.push("honorar_fehlt");
        }
        let mut zahlung = 0;
        if abgelehnte.is_empty() {
            let vorher: Vec<&Vorrangige> =
                vorrangige.iter().filter(|v| v.arzt == schluessel.0).collect();
            let rest = honorar.map(|honorar| rest(honorar, &vorher));
            // "A condition whose facts are missing does not apply; its missing fact does": what those
            // before may leave cannot be known without their guarantees.
            if rest.is_some_and(|rest| 0 < rest) {
                gruende.extend(vorher.iter().flat_map(|v| v.fehlt.clone()));
            }
            let garantie = eigene.is_empty().then(|| garantie(portfolio, bewilligung));
            if let (true, Some(garantie), Some(rest)) = (gruende.is_empty(), garantie, rest) {
                if garantie <= rest {
                    gruende.push("garantie_erreicht");
                }
                // "Zahlung = max(0, Garantie − Honorar)"
                zahlung = (garantie - rest).max(0);
            }
            vorrangige.push(Vorrangige { arzt: schluessel.0.clone(), garantie, fehlt: eigene });
        }
        urteile.push((schluessel, urteil(TABELLE, &gruende, zahlung)));
    }
    urteile
}

/// "What one does not need goes to the next": the most that the Bewilligungen before leave of the
/// fee. One whose guarantee nobody knows may need nothing.
fn rest(honorar: i64, vorher: &[&Vorrangige]) -> i64 {
    let mut rest = honorar;
    for vorrangige in vorher {
        rest = (rest - vorrangige.garantie.unwrap_or(0)).max(0);
    }
    rest
}

fn bewilligungen(portfolio: &Portfolio) -> Vec<(Schluessel, &Bewilligung05)> {
    let register = Register::neu(portfolio);
    let schluessel = |b: &Bewilligung05| {
        let praxis = register.praxis(&b.bsnr, Quartal::von(b.beginn));
        (sieben(&b.lanr).to_owned(), praxis, b.beginn)
    };
    geltende(&portfolio.bewilligungen05, |a, b| schluessel(a) == schluessel(b))
        .into_iter()
        .map(|b| (schluessel(b), b))
        .collect()
}

/// Rows 1 to 4.
fn abgelehnt(
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
    let register = Register::neu(portfolio);
    let verstoss = portfolio.verstoesse.iter().map(|zeile| &zeile.inhalt).any(|v| {
        sieben(&v.lanr) == arzt && register.praxis(&v.bsnr, v.quartal) == *praxis && v.quartal == q
    });
    if verstoss {
        gruende.push("auflage_nicht_erfuellt");
    }
    gruende
}

/// Rows 5 and 6.
fn fehlt(portfolio: &Portfolio, b: &Bewilligung05) -> Vec<&'static str> {
    let mut gruende = Vec::new();
    // 5: "an active day of Q without a share"
    if aktive_tage(portfolio, b).into_iter().any(|tag| anteil(b, tag).is_none()) {
        gruende.push("anteil_fehlt");
    }
    // 6: "no average for Q − 4"
    if durchschnitt(portfolio, b).is_none() {
        gruende.push("fachgruppendurchschnitt_fehlt");
    }
    gruende
}

/// "Calendar days of Q from max(S, first day) to min(E, last day), both included".
fn aktive_tage(portfolio: &Portfolio, b: &Bewilligung05) -> Vec<Tag> {
    let tage = portfolio.quartal.tage().into_iter();
    tage.filter(|tag| im_zeitraum(*tag, Some(b.beginn), b.ende)).collect()
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

/// "Garantie = Fachgruppendurchschnitt × Σ(share × days) / days(Q), rounded once". With
/// `par05.ende_anteilig = nein` the quarter in which the activity ends counts to its last day, with
/// the share of its last day of activity.
fn garantie(portfolio: &Portfolio, b: &Bewilligung05) -> i64 {
    let q = portfolio.quartal;
    let aktive = aktive_tage(portfolio, b);
    let mut anteile: Vec<u32> =
        aktive.iter().map(|tag| anteil(b, *tag).expect("row 5 does not apply")).collect();
    if let ("nein", Some(letzter)) = (portfolio.einstellungen.ende_anteilig, aktive.last()) {
        let danach = q.tage().into_iter().filter(|tag| letzter < tag).count();
        let anteil = anteile[anteile.len() - 1];
        anteile.extend(vec![anteil; danach]);
    }
    let millionstel: i128 = anteile.into_iter().map(i128::from).sum();
    let durchschnitt = durchschnitt(portfolio, b).expect("row 6 does not apply");
    let tage = i128::try_from(q.tage().len()).expect("about ninety");
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
