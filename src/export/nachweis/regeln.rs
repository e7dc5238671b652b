//! The numbers of a quarter, raw: what the conditions are examined with.

use serde::{Deserialize, Serialize};

use crate::euro::Cent;
use crate::export::wort::Text;
use crate::parameter::{Par05, Par06, Par09, Regeln};
use crate::quartal::Quartal;

/// The numbers that ruled one treatment quarter.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Regelzeile {
    quartal: Text<Quartal>,
    par05: Zahlen05,
    par06: Zahlen06,
    par09: Zahlen09,
}

#[derive(Debug, Serialize, Deserialize)]
struct Zahlen05 {
    quartale_max: i32,
    vorjahr_quartale: i32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Zahlen06 {
    saetze_cent: Vec<i64>,
    dienste_ohne_hinweis: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Zahlen09 {
    zuschlag_cent: i64,
    zuschlag_quartale: i32,
    zeitraum_quartale: i32,
    rueckblick_quartale: i32,
    einwohner_grenze: u32,
    land: u8,
    einwohner_alter_tage_max: i32,
    fachgruppen_hausarzt: Vec<u8>,
    fachgruppen_kinderarzt: Vec<u8>,
    scheinuntergruppen_vertreter: Vec<u8>,
    scheinuntergruppen_notfall: Vec<u8>,
}

impl From<(&Quartal, &Regeln)> for Regelzeile {
    fn from((quartal, regeln): (&Quartal, &Regeln)) -> Self {
        let Regeln { par05, par06, par09 } = regeln;
        let Par05 { quartale_max, vorjahr_quartale } = *par05;
        Self {
            quartal: Text(*quartal),
            par05: Zahlen05 { quartale_max, vorjahr_quartale },
            par06: Zahlen06 {
                saetze_cent: par06.saetze.iter().map(|satz| satz.cent()).collect(),
                dienste_ohne_hinweis: par06.dienste_ohne_hinweis,
            },
            par09: Zahlen09 {
                zuschlag_cent: par09.zuschlag.cent(),
                zuschlag_quartale: par09.zuschlag_quartale,
                zeitraum_quartale: par09.zeitraum_quartale,
                rueckblick_quartale: par09.rueckblick_quartale,
                einwohner_grenze: par09.einwohner_grenze,
                land: par09.land,
                einwohner_alter_tage_max: par09.einwohner_alter_tage_max,
                fachgruppen_hausarzt: par09.fachgruppen_hausarzt.clone(),
                fachgruppen_kinderarzt: par09.fachgruppen_kinderarzt.clone(),
                scheinuntergruppen_vertreter: par09.scheinuntergruppen_vertreter.clone(),
                scheinuntergruppen_notfall: par09.scheinuntergruppen_notfall.clone(),
            },
        }
    }
}

impl From<Regelzeile> for (Quartal, Regeln) {
    fn from(zeile: Regelzeile) -> Self {
        let Regelzeile { quartal, par05, par06, par09 } = zeile;
        let Zahlen05 { quartale_max, vorjahr_quartale } = par05;
        let regeln = Regeln {
            par05: Par05 { quartale_max, vorjahr_quartale },
            par06: Par06 {
                saetze: par06.saetze_cent.into_iter().map(Cent::neu).collect(),
                dienste_ohne_hinweis: par06.dienste_ohne_hinweis,
            },
            par09: Par09 {
                zuschlag: Cent::neu(par09.zuschlag_cent),
                zuschlag_quartale: par09.zuschlag_quartale,
                zeitraum_quartale: par09.zeitraum_quartale,
                rueckblick_quartale: par09.rueckblick_quartale,
                einwohner_grenze: par09.einwohner_grenze,
                land: par09.land,
                einwohner_alter_tage_max: par09.einwohner_alter_tage_max,
                fachgruppen_hausarzt: par09.fachgruppen_hausarzt,
                fachgruppen_kinderarzt: par09.fachgruppen_kinderarzt,
                scheinuntergruppen_vertreter: par09.scheinuntergruppen_vertreter,
                scheinuntergruppen_notfall: par09.scheinuntergruppen_notfall,
            },
        };
        (quartal.0, regeln)
    }
}
