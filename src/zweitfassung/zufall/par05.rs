//! Bewilligungen of § 5, averages, fees, breaches.

use super::wuerfel::{Reihe, Wuerfel};
use super::{bsnr, grenztage, mitte, zeile};
use crate::zweitfassung::gemeinsam::Register;
use crate::zweitfassung::portfolio::{
    Anteil, Arzt, Bewilligung05, Durchschnitt, Honorar, Portfolio, Praxis, Quartal, Tag, Verstoss,
    Zweig, tage_frueher, tage_spaeter,
};

/// Dice of Bewilligungen, fees, breaches, averages.
pub(super) type Reihen = (Vec<Reihe>, Vec<Reihe>, Vec<Reihe>, Vec<Reihe>);

/// Three physicians, seven digits.
const AERZTE: [&str; 3] = ["2000001", "2000002", "2000003"];
const ENDUNGEN: [&str; 3] = ["01", "03", "51"];
const FACHGRUPPEN: [&str; 2] = ["HAUSARZT", "AUGENARZT"];

/// With half a share and an odd number of days these end in half a cent: 71,484.30 in a quarter of 90
/// days, 71,485.05 in one of 91, 71,484.92 in one of 92.
const DURCHSCHNITTE: [i64; 5] = [71_484_00, 71_484_30, 71_485_05, 71_484_92, 0];

/// Two practices and a branch, which the first hands on to the second. Whoever is paid stands in the register.
const PRAXEN: [usize; 2] = [30, 31];
const ZWEIG: &str = "170006500";

pub(super) fn baue(portfolio: &mut Portfolio, welt: &Reihe, reihen: &Reihen) {
    let (bewilligungen, honorare, verstoesse, durchschnitte) = reihen;
    for arzt in AERZTE {
        portfolio.aerzte.push(zeile(Arzt {
            lanr: format!("{arzt}01"),
            psychotherapeut: false,
            ab: None,
            bis: None,
        }));
    }
    let wechsel = portfolio.quartal.plus(-2).letzter_tag();
    for nummer in PRAXEN {
        let (ab, bis) = if nummer == PRAXEN[0] {
            (None, Some(wechsel))
        } else {
            (Some(tage_spaeter(wechsel, 1)), None)
        };
        portfolio.praxen.push(zeile(Praxis {
            bsnr: bsnr(nummer),
            art: "hausarzt",
            gemeinde: "03452007",
            insel: None,
            ab: None,
            bis: None,
            zweige: vec![Zweig { bsnr: ZWEIG.to_owned(), ab, bis }],
        }));
    }
    for reihe in bewilligungen {
        let neue = bewilligung(portfolio.quartal, &mut Wuerfel::neu(reihe));
        let ueberlappt = portfolio.bewilligungen05.iter().map(|z| &z.inhalt).any(|alte| {
            alte.lanr[..7] == neue.lanr[..7]
                && haupt(portfolio, alte) == haupt(portfolio, &neue)
                && alte.beginn <= letzter_tag(&neue)
                && neue.beginn <= letzter_tag(alte)
        });
        if !ueberlappt {
            portfolio.bewilligungen05.push(zeile(neue));
        }
    }
    let mut w = Wuerfel::neu(welt);
    let vorjahr = portfolio.quartal.plus(-4);
    for fachgruppe in FACHGRUPPEN {
        if !w.selten(10) {
            let cent = w.aus(&DURCHSCHNITTE);
            portfolio.durchschnitte.push(zeile(Durchschnitt {
                fachgruppe,
                quartal: vorjahr,
                cent,
            }));
        }
    }
    for reihe in durchschnitte {
        let mut w = Wuerfel::neu(reihe);
        let neuer = Durchschnitt {
            fachgruppe: w.aus(&FACHGRUPPEN),
            quartal: portfolio.quartal.plus(w.aus(&[-5, -3, 0, -8])),
            cent: w.aus(&DURCHSCHNITTE),
        };
        let gleich =
            |d: &Durchschnitt| d.fachgruppe == neuer.fachgruppe && d.quartal == neuer.quartal;
        if !portfolio.durchschnitte.iter().any(|z| gleich(&z.inhalt)) {
            portfolio.durchschnitte.push(zeile(neuer));
        }
    }
    for arzt in AERZTE {
        if !w.selten(6) {
            let cent = w.aus(&[0, 0, 71_484_00, 30_000_00, 35_742_00, -1_200_00, 90_000_00]);
            let (lanr, quartal) = (format!("{arzt}01"), portfolio.quartal);
            honorar(portfolio, Honorar { lanr, bsnr: bsnr(PRAXEN[0]), quartal, cent });
        }
    }
    for reihe in honorare {
        let mut w = Wuerfel::neu(reihe);
        let neues = Honorar {
            lanr: format!("{}{}", w.aus(&AERZTE), w.aus(&ENDUNGEN)),
            bsnr: stelle(&mut w),
            quartal: portfolio.quartal.plus(w.aus(&[0, 0, 0, -1, -4])),
            cent: w.aus(&[1, -1, 12_480_35, 71_483_99, 5_000_00, -2_000_00, -80_000_00]),
        };
        honorar(portfolio, neues);
    }
    for reihe in verstoesse {
        let mut w = Wuerfel::neu(reihe);
        let neuer = Verstoss {
            lanr: format!("{}{}", w.aus(&AERZTE), w.aus(&ENDUNGEN)),
            bsnr: stelle(&mut w),
            quartal: portfolio.quartal.plus(w.aus(&[0, 0, -1])),
        };
        portfolio.verstoesse.push(zeile(neuer));
    }
}

/// Adds a fee record unless there is one with its key.
fn honorar(portfolio: &mut Portfolio, neues: Honorar) {
    let gleich =
        |h: &Honorar| h.lanr == neues.lanr && h.bsnr == neues.bsnr && h.quartal == neues.quartal;
    if !portfolio.honorare.iter().any(|z| gleich(&z.inhalt)) {
        portfolio.honorare.push(zeile(neues));
    }
}

/// One of the practices or the branch.
fn stelle(w: &mut Wuerfel<'_>) -> String {
    w.aus(&[bsnr(PRAXEN[0]), bsnr(PRAXEN[1]), bsnr(PRAXEN[0]), ZWEIG.to_owned()])
}

fn haupt(portfolio: &Portfolio, b: &Bewilligung05) -> String {
    Register::neu(portfolio).praxis(&b.bsnr, Quartal::von(b.beginn))
}

/// A Bewilligung ends with the activity or with its last granted quarter.
fn letzter_tag(b: &Bewilligung05) -> Tag {
    let letzter = Quartal::von(b.beginn).plus(b.quartale - 1).letzter_tag();
    b.ende.map_or(letzter, |ende| ende.min(letzter))
}

fn bewilligung(q: Quartal, w: &mut Wuerfel<'_>) -> Bewilligung05 {
    let beginn = w.aus(&[
        q.plus(-1).erster_tag(),
        mitte(q),
        q.letzter_tag(),
        q.erster_tag(),
        q.plus(-1).letzter_tag(),
        q.plus(1).erster_tag(),
        q.plus(-7).letzter_tag(),
        q.plus(-8).letzter_tag(),
        q.plus(-3).erster_tag(),
        tage_frueher(q.letzter_tag(), 10),
    ]);
    let ende = w.aus(&[
        None,
        None,
        None,
        None,
        Some(mitte(q)),
        Some(q.erster_tag()),
        Some(q.plus(-1).letzter_tag()),
        Some(q.letzter_tag()),
        Some(beginn),
        Some(tage_spaeter(q.erster_tag(), 69)),
    ]);
    Bewilligung05 {
        lanr: format!("{}{}", w.aus(&AERZTE), w.aus(&ENDUNGEN)),
        bsnr: stelle(w),
        fachgruppe: w.aus(&FACHGRUPPEN),
        beginn,
        quartale: w.aus(&[8, 8, 8, 1, 2, 4, 5, 7]),
        ende: ende.map(|ende| ende.max(beginn)),
        anteile: anteile(q, beginn, w),
    }
}

/// One to three shares one after the other, at times with a day or more between them.
fn anteile(q: Quartal, beginn: Tag, w: &mut Wuerfel<'_>) -> Vec<Anteil> {
    let mut anteile = Vec::new();
    let mut ab = tage_spaeter(beginn, w.aus(&[0, 0, 0, 0, 0, 0, 0, 1]));
    for _ in 0..w.aus(&[1, 1, 2, 3, 1, 2, 1, 0]) {
        let wert = w.aus(&[1_000_000, 500_000, 500_000, 0, 250_000, 333_333, 750_000]);
        let grenztag = w.aus(&grenztage(q));
        let bis = w.aus(&[None, None, Some(mitte(q)), Some(grenztag)]);
        let bis = bis.map(|bis| bis.max(ab));
        anteile.push(Anteil { wert, ab, bis });
        let Some(bis) = bis else { break };
        ab = tage_spaeter(bis, w.aus(&[1, 1, 1, 1, 2]));
    }
    anteile
}
