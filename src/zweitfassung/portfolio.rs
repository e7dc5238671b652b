//! A portfolio: everything that one run reads, as plain rows in the order of its files.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate};

/// A calendar day.
pub(super) type Tag = NaiveDate;

/// A quarter as year × 4 + quarter − 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Quartal(pub(super) i32);

impl Quartal {
    pub(super) fn von(tag: Tag) -> Self {
        Self(tag.year() * 4 + i32::try_from(tag.month0() / 3).expect("0 to 3"))
    }

    pub(super) fn plus(self, quartale: i32) -> Self {
        Self(self.0 + quartale)
    }

    pub(super) fn erster_tag(self) -> Tag {
        let monat = u32::try_from(self.0.rem_euclid(4)).expect("0 to 3") * 3 + 1;
        NaiveDate::from_ymd_opt(self.0.div_euclid(4), monat, 1).expect("a day")
    }

    pub(super) fn letzter_tag(self) -> Tag {
        self.plus(1).erster_tag().pred_opt().expect("a day")
    }

    /// Every day of the quarter.
    pub(super) fn tage(self) -> Vec<Tag> {
        self.erster_tag().iter_days().take_while(|tag| Self::von(*tag) == self).collect()
    }

    /// Tells whether a period, open where `None`, has a day in the quarter.
    pub(super) fn beruehrt(self, ab: Option<Tag>, bis: Option<Tag>) -> bool {
        ab.is_none_or(|ab| ab <= self.letzter_tag())
            && bis.is_none_or(|bis| self.erster_tag() <= bis)
    }
}

impl fmt::Display for Quartal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Q{}", self.0.div_euclid(4), self.0.rem_euclid(4) + 1)
    }
}

/// Tells whether a day lies in a period, open where `None`, both ends included.
pub(super) fn im_zeitraum(tag: Tag, ab: Option<Tag>, bis: Option<Tag>) -> bool {
    ab.is_none_or(|ab| ab <= tag) && bis.is_none_or(|bis| tag <= bis)
}

pub(super) fn tage_spaeter(tag: Tag, tage: u64) -> Tag {
    tag.checked_add_days(Days::new(tage)).expect("a day")
}

pub(super) fn tage_frueher(tag: Tag, tage: u64) -> Tag {
    tag.checked_sub_days(Days::new(tage)).expect("a day")
}

/// A reference row and since when it is known; `None`: since the delivery was made.
#[derive(Clone)]
pub(super) struct Zeile<T> {
    pub(super) bekannt_ab: Option<Tag>,
    pub(super) inhalt: T,
}

#[derive(Clone)]
pub(super) struct Praxis {
    pub(super) bsnr: String,
    pub(super) art: &'static str,
    pub(super) gemeinde: &'static str,
    pub(super) insel: Option<&'static str>,
    pub(super) ab: Option<Tag>,
    pub(super) bis: Option<Tag>,
    pub(super) zweige: Vec<Zweig>,
}

/// A branch; dates that it does not give are those of the practice's row.
#[derive(Clone)]
pub(super) struct Zweig {
    pub(super) bsnr: String,
    pub(super) ab: Option<Tag>,
    pub(super) bis: Option<Tag>,
}

#[derive(Clone)]
pub(super) struct Arzt {
    pub(super) lanr: String,
    pub(super) psychotherapeut: bool,
    pub(super) ab: Option<Tag>,
    pub(super) bis: Option<Tag>,
}

#[derive(Clone)]
pub(super) struct Arztstelle {
    pub(super) id: String,
    pub(super) bsnr: String,
    pub(super) besetzungen: Vec<Besetzung>,
}

#[derive(Clone)]
pub(super) struct Besetzung {
    pub(super) lanr: String,
    /// Millionths of a full post.
    pub(super) anteil: u32,
    pub(super) ab: Tag,
    pub(super) bis: Option<Tag>,
}

#[derive(Clone)]
pub(super) struct Schliessung {
    pub(super) bsnr: String,
    pub(super) letzter_tag: Tag,
    pub(super) nachfolger: bool,
    pub(super) vollstaendig: bool,
}

#[derive(Clone)]
pub(super) struct Bewilligung09 {
    pub(super) bsnr: String,
    pub(super) geschlossene_praxis: String,
    pub(super) ab: Tag,
    pub(super) bis: Option<Tag>,
}

#[derive(Clone)]
pub(super) struct Zuschlag {
    pub(super) versicherten_id: String,
    pub(super) geschlossene_praxis: String,
    pub(super) bsnr: String,
    pub(super) quartal: Quartal,
}

#[derive(Clone)]
pub(super) struct Bewilligung05 {
    pub(super) lanr: String,
    pub(super) bsnr: String,
    pub(super) fachgruppe: &'static str,
    pub(super) beginn: Tag,
    pub(super) quartale: i32,
    pub(super) ende: Option<Tag>,
    pub(super) anteile: Vec<Anteil>,
}

#[derive(Clone)]
pub(super) struct Anteil {
    /// Millionths of a full Versorgungsauftrag.
    pub(super) wert: u32,
    pub(super) ab: Tag,
    pub(super) bis: Option<Tag>,
}

#[derive(Clone)]
pub(super) struct Verstoss {
    pub(super) lanr: String,
    pub(super) bsnr: String,
    pub(super) quartal: Quartal,
}

#[derive(Clone)]
pub(super) struct Durchschnitt {
    pub(super) fachgruppe: &'static str,
    pub(super) quartal: Quartal,
    pub(super) cent: i64,
}

#[derive(Clone)]
pub(super) struct Honorar {
    pub(super) lanr: String,
    pub(super) bsnr: String,
    pub(super) quartal: Quartal,
    pub(super) cent: i64,
}

#[derive(Clone)]
pub(super) struct Inselzahl {
    pub(super) insel: &'static str,
    pub(super) quartal: Quartal,
    pub(super) anzahl: usize,
}

/// A publication of the official population; 0 stands for no inhabitants.
#[derive(Clone)]
pub(super) struct Veroeffentlichung {
    pub(super) gebietsstand: Tag,
    pub(super) verfuegbar_seit: Option<Tag>,
    pub(super) gemeinden: Vec<(&'static str, u32)>,
}

/// A roster file: its period covers the islands that it names.
#[derive(Clone)]
pub(super) struct Dienstplan {
    pub(super) von: Tag,
    pub(super) bis: Tag,
    pub(super) inseln: Vec<(&'static str, Vec<(Tag, String)>)>,
}

/// A claims file of the run's quarter or, as look-back, of an earlier one.
#[derive(Clone)]
pub(super) struct Lieferung {
    pub(super) quartal: Quartal,
    pub(super) rueckblick: bool,
    /// BSNR as delivered, and its cases.
    pub(super) praxen: Vec<(String, Vec<Fall>)>,
}

#[derive(Clone)]
pub(super) struct Fall {
    pub(super) id: String,
    /// As delivered, of any form.
    pub(super) versicherten_id: Option<String>,
    pub(super) satzart: &'static str,
    pub(super) scheinuntergruppe: &'static str,
    /// Treatment quarter, if it is not the delivery's.
    pub(super) quartal: Option<Quartal>,
    pub(super) uebernahme: Option<bool>,
    pub(super) uebernommen_von: Option<String>,
    pub(super) leistungen: Vec<Leistung>,
}

#[derive(Clone)]
pub(super) struct Leistung {
    pub(super) tag: Tag,
    pub(super) gnr: &'static str,
    pub(super) lanr: String,
}

/// The Auslegungen by the names of their values.
#[derive(Clone)]
pub(super) struct Einstellungen {
    pub(super) rundung: &'static str,
    pub(super) kennzeichen_gnr: Vec<&'static str>,
    pub(super) rueckblick: &'static str,
    pub(super) rueckblick_vertreter_und_notfall: &'static str,
    pub(super) notfaelle: &'static str,
    pub(super) nur_originalschein: &'static str,
    pub(super) kinderaerzte: &'static str,
    pub(super) mehrfachuebernahme: &'static str,
    pub(super) zwei_quartale_je: &'static str,
    pub(super) acht_quartale_je: &'static str,
    pub(super) ende_anteilig: &'static str,
    pub(super) negatives_honorar: &'static str,
    pub(super) dienst_zaehlt: &'static str,
    pub(super) wechsel: &'static str,
}

#[derive(Clone)]
pub(super) struct Portfolio {
    pub(super) quartal: Quartal,
    pub(super) einstellungen: Einstellungen,
    /// A Fallwertzuschlag in cents that the settings name for the quarters from the run's on.
    pub(super) neuer_zuschlag: Option<i64>,
    /// The run is told that there were no grants before (`--ohne-vorlauf`).
    pub(super) ohne_vorlauf: bool,
    pub(super) praxen: Vec<Zeile<Praxis>>,
    pub(super) aerzte: Vec<Zeile<Arzt>>,
    pub(super) arztstellen: Vec<Zeile<Arztstelle>>,
    pub(super) schliessungen: Vec<Zeile<Schliessung>>,
    pub(super) bewilligungen09: Vec<Zeile<Bewilligung09>>,
    /// `None`: the reference data do not speak of earlier grants.
    pub(super) vorlauf: Option<Vec<Zeile<Zuschlag>>>,
    pub(super) bewilligungen05: Vec<Zeile<Bewilligung05>>,
    pub(super) verstoesse: Vec<Zeile<Verstoss>>,
    pub(super) durchschnitte: Vec<Zeile<Durchschnitt>>,
    pub(super) honorare: Vec<Zeile<Honorar>>,
    pub(super) inselzahlen: Vec<Zeile<Inselzahl>>,
    pub(super) veroeffentlichungen: Vec<Veroeffentlichung>,
    pub(super) dienstplaene: Vec<Dienstplan>,
    pub(super) lieferungen: Vec<Lieferung>,
}

/// Day on which every delivery of a portfolio was made.
pub(super) fn erstellt() -> Tag {
    NaiveDate::from_ymd_opt(2026, 1, 15).expect("a day")
}
