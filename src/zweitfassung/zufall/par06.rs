//! Island practices, posts and their holders, rosters, reported head counts.

use super::wuerfel::{Reihe, Wuerfel};
use super::{bsnr, grenztage, mitte, zeile};
use crate::zweitfassung::portfolio::{
    Arzt, Arztstelle, Besetzung, Dienstplan, Inselzahl, Portfolio, Praxis, Quartal, Tag, Zweig,
    tage_frueher, tage_spaeter,
};

/// Dice of posts, rosters, duties, reported head counts.
pub(super) type Reihen = (Vec<Reihe>, Vec<Reihe>, Vec<Reihe>, Vec<Reihe>);

const INSELN: [&str; 2] = ["Norderney", "Juist"];

/// Physicians who hold posts, seven digits; the last two are Psychotherapeuten.
const AERZTE: [&str; 7] =
    ["3000001", "3000002", "3000003", "3000004", "3000005", "3000008", "3000009"];
const PSYCHOTHERAPEUTEN: [&str; 2] = ["3000008", "3000009"];

/// A physician of the mainland, and one whom the register has only for half of the quarter.
const VERTRETER: &str = "3000006";
const HALB: &str = "3000007";

/// Numbers of the practices: two on the first island, one on the second, one on the mainland.
const PRAXEN: [(usize, Option<&str>); 4] =
    [(20, Some(INSELN[0])), (21, Some(INSELN[1])), (22, Some(INSELN[0])), (23, None)];
const ZWEIG: &str = "170094000";

pub(super) fn baue(portfolio: &mut Portfolio, welt: &Reihe, reihen: &Reihen) {
    let (stellen, plaene, dienste, inselzahlen) = reihen;
    let mut w = Wuerfel::neu(welt);
    let anzahl = w.aus(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11, 10, 9, 12]);
    register(portfolio, w.selten(6));
    for (nummer, reihe) in stellen.iter().enumerate() {
        let neue = stelle(portfolio.quartal, nummer, &mut Wuerfel::neu(reihe));
        portfolio.arztstellen.push(zeile(neue));
    }
    for reihe in plaene {
        let neuer = plan(portfolio.quartal, &mut Wuerfel::neu(reihe));
        portfolio.dienstplaene.push(neuer);
    }
    for reihe in dienste {
        dienst(portfolio, &mut Wuerfel::neu(reihe));
    }
    for reihe in inselzahlen {
        let mut w = Wuerfel::neu(reihe);
        let neue = Inselzahl {
            insel: w.aus(&INSELN),
            quartal: portfolio.quartal.plus(w.aus(&[0, 0, -1])),
            anzahl: w.aus(&[1, 2, 3, 0, 11]),
        };
        let gleich = |z: &Inselzahl| z.insel == neue.insel && z.quartal == neue.quartal;
        if !portfolio.inselzahlen.iter().any(|z| gleich(&z.inhalt)) {
            portfolio.inselzahlen.push(zeile(neue));
        }
    }
    viele(portfolio, anzahl);
}

/// `zieht_um`: in the middle of the quarter a practice moves from the second island to the first.
fn register(portfolio: &mut Portfolio, zieht_um: bool) {
    let arzt = |arzt: &str, ab, bis| Arzt {
        lanr: format!("{arzt}01"),
        psychotherapeut: PSYCHOTHERAPEUTEN.contains(&arzt),
        ab,
        bis,
    };
    for nummer in AERZTE.into_iter().chain([VERTRETER]) {
        portfolio.aerzte.push(zeile(arzt(nummer, None, None)));
    }
    let halb = arzt(HALB, Some(mitte(portfolio.quartal)), None);
    portfolio.aerzte.push(zeile(halb));
    for (nummer, insel) in PRAXEN {
        let zweig = Zweig { bsnr: ZWEIG.to_owned(), ab: None, bis: None };
        let neu = |insel, ab, bis| Praxis {
            bsnr: bsnr(nummer),
            art: "hausarzt",
            gemeinde: "03452020",
            insel,
            ab,
            bis,
            zweige: Vec::new(),
        };
        let umzug = mitte(portfolio.quartal);
        let mut staende = match nummer {
            22 if zieht_um => vec![
                neu(Some(INSELN[1]), None, Some(tage_frueher(umzug, 1))),
                neu(insel, Some(umzug), None),
            ],
            _ => vec![neu(insel, None, None)],
        };
        staende[0].zweige.extend((nummer == 20).then_some(zweig));
        portfolio.praxen.extend(staende.into_iter().map(zeile));
    }
}

/// A post with up to three holders one after the other, at times with vacant days between them.
fn stelle(q: Quartal, nummer: usize, w: &mut Wuerfel<'_>) -> Arztstelle {
    let (praxis, _) = w.aus(&PRAXEN);
    let zweig = praxis == 20 && w.selten(3);
    let inhaber: &[&str] = if w.selten(6) { &AERZTE[5..] } else { &AERZTE[..5] };
    let mut ab = w.aus(&[
        q.plus(-8).erster_tag(),
        q.erster_tag(),
        q.plus(-8).erster_tag(),
        mitte(q),
        q.letzter_tag(),
        q.plus(-1).letzter_tag(),
        q.plus(1).erster_tag(),
    ]);
    let mut besetzungen = Vec::new();
    for _ in 0..w.aus(&[1, 1, 2, 2, 3, 1, 2, 0]) {
        let grenztag = w.aus(&grenztage(q));
        let bis =
            w.aus(&[None, Some(mitte(q)), None, Some(grenztag), Some(q.plus(-1).letzter_tag())]);
        let bis = bis.map(|bis| bis.max(ab));
        besetzungen.push(Besetzung {
            lanr: format!("{}{}", w.aus(inhaber), w.aus(&["01", "03"])),
            // The last three make half cents in quarters of 90, 91 and 92 days.
            anteil: w.aus(&[1_000_000, 1_000_000, 500_000, 750_000, 0, 900, 910, 920]),
            ab,
            bis,
        });
        let Some(bis) = bis else { break };
        ab = tage_spaeter(bis, w.aus(&[1, 1, 1, 2, 20]));
    }
    let bsnr = if zweig { ZWEIG.to_owned() } else { bsnr(praxis) };
    Arztstelle { id: format!("AS-{nummer}"), bsnr, besetzungen }
}

fn plan(q: Quartal, w: &mut Wuerfel<'_>) -> Dienstplan {
    let (erster, letzter) = (q.erster_tag(), q.letzter_tag());
    let (von, bis) = w.aus(&[
        (erster, letzter),
        (erster, letzter),
        (q.plus(-1).erster_tag(), q.plus(1).letzter_tag()),
        (erster, mitte(q)),
        (tage_spaeter(mitte(q), 1), letzter),
        (erster, tage_frueher(letzter, 1)),
        (tage_spaeter(erster, 1), letzter),
    ]);
    let namen = w.aus(&[&INSELN[..], &INSELN[..1], &INSELN[1..]]);
    Dienstplan { von, bis, inseln: namen.iter().map(|name| (*name, Vec::new())).collect() }
}

/// A duty on a roster that there is: now and then of somebody whom nobody knows.
fn dienst(portfolio: &mut Portfolio, w: &mut Wuerfel<'_>) {
    let q = portfolio.quartal;
    let anzahl = portfolio.dienstplaene.len();
    if anzahl == 0 {
        return;
    }
    let plan = &mut portfolio.dienstplaene[w.zahl(anzahl)];
    let wunsch: Tag = w.aus(&[
        q.erster_tag(),
        q.letzter_tag(),
        mitte(q),
        tage_spaeter(mitte(q), 1),
        q.plus(-1).letzter_tag(),
        q.plus(1).erster_tag(),
    ]);
    let tag = wunsch.clamp(plan.von, plan.bis);
    let lanr = if w.selten(24) {
        w.aus(&["399999901", "999999900", "888888800", "555555101"]).to_owned()
    } else if w.selten(8) {
        format!("{}01", w.aus(&[VERTRETER, HALB, AERZTE[5]]))
    } else {
        format!("{}{}", w.aus(&AERZTE[..5]), w.aus(&["01", "03"]))
    };
    let platz = w.zahl(plan.inseln.len());
    let dienste = &mut plan.inseln[platz].1;
    if !dienste.contains(&(tag, lanr.clone())) {
        dienste.push((tag, lanr));
    }
}

/// Posts of so many further physicians of the first island, all on its roster.
fn viele(portfolio: &mut Portfolio, anzahl: usize) {
    let q = portfolio.quartal;
    if anzahl == 0 {
        return;
    }
    let mut dienste = Vec::new();
    for nummer in 0..anzahl {
        let lanr = format!("31000{nummer:02}01");
        portfolio.aerzte.push(zeile(Arzt {
            lanr: lanr.clone(),
            psychotherapeut: false,
            ab: None,
            bis: None,
        }));
        let besetzung =
            Besetzung { lanr: lanr.clone(), anteil: 1_000_000, ab: q.erster_tag(), bis: None };
        portfolio.arztstellen.push(zeile(Arztstelle {
            id: format!("V-{nummer}"),
            bsnr: bsnr(20),
            besetzungen: vec![besetzung],
        }));
        dienste.push((q.erster_tag(), lanr));
    }
    portfolio.dienstplaene.push(Dienstplan {
        von: q.erster_tag(),
        bis: q.letzter_tag(),
        inseln: vec![(INSELN[0], dienste)],
    });
}
