//! Corrected rows: an older version with other content, before or behind the one that counts.

use super::wuerfel::{Reihe, Wuerfel};
use crate::zweitfassung::portfolio::{Portfolio, Zeile, erstellt, tage_frueher};

/// Adds an older version of a row in each of some tables.
pub(super) fn baue(portfolio: &mut Portfolio, reihen: &[Reihe]) {
    let mut tabellen = Vec::new();
    for reihe in reihen {
        let mut w = Wuerfel::neu(reihe);
        let tabelle = w.zahl(9);
        // Two older versions of one row would need two days.
        if tabellen.contains(&tabelle) {
            continue;
        }
        tabellen.push(tabelle);
        match tabelle {
            0 => aeltere(&mut portfolio.honorare, &mut w, |h| h.cent += 1_000_00),
            1 => aeltere(&mut portfolio.durchschnitte, &mut w, |d| d.cent += 1_000_00),
            2 => aeltere(&mut portfolio.schliessungen, &mut w, |s| s.nachfolger = !s.nachfolger),
            3 => aeltere(&mut portfolio.bewilligungen09, &mut w, |b| b.bis = Some(b.ab)),
            4 => aeltere(&mut portfolio.bewilligungen05, &mut w, |b| {
                b.quartale = if b.quartale == 1 { 2 } else { 1 };
            }),
            5 => aeltere(&mut portfolio.arztstellen, &mut w, |s| s.besetzungen.clear()),
            6 => aeltere(&mut portfolio.inselzahlen, &mut w, |z| z.anzahl += 1),
            7 => aeltere(&mut portfolio.praxen, &mut w, |p| {
                p.art = if p.art == "facharzt" { "hausarzt" } else { "facharzt" };
            }),
            _ => {
                if let Some(vorlauf) = &mut portfolio.vorlauf {
                    aeltere(vorlauf, &mut w, |z| z.bsnr = super::bsnr(0));
                }
            }
        }
    }
}

fn aeltere<T: Clone>(zeilen: &mut Vec<Zeile<T>>, w: &mut Wuerfel<'_>, aendere: impl Fn(&mut T)) {
    if zeilen.is_empty() {
        return;
    }
    let platz = w.zahl(zeilen.len());
    let mut alte = zeilen[platz].clone();
    aendere(&mut alte.inhalt);
    // The older one was known earlier: than the delivery, or than a day that the newer one names.
    if w.selten(2) {
        alte.bekannt_ab = Some(tage_frueher(erstellt(), 1));
    } else {
        alte.bekannt_ab = Some(tage_frueher(erstellt(), 2));
        zeilen[platz].bekannt_ab = Some(tage_frueher(erstellt(), 1));
    }
    let ziel = if w.selten(2) { zeilen.len() } else { platz };
    zeilen.insert(ziel, alte);
}
