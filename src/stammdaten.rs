//! Reference data of a run: practices, physicians, posts, closures, grants, averages, fees; the
//! official population; the duty rosters. Indexed, checked once, and read-only from then on.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::euro::{Anteil, Cent};
use crate::kennung::{Ags, Arzt, Bsnr, Lanr, Praxis, VersichertenId};
use crate::meldung::Ort;
use crate::quartal::{Quartal, Tag};

/// Kind of a practice in the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Praxisart {
    /// Only Hausärzte.
    Hausarzt,
    /// Only Kinder- und Jugendärzte: a Hausarztpraxis only by Auslegung `par09.kinderaerzte`.
    Kinderarzt,
    /// Only Fachärzte.
    Facharzt,
    /// Both, as a mixed MVZ.
    Gemischt,
}

impl Praxisart {
    /// Every kind.
    pub const ALLE: [Self; 4] = [Self::Hausarzt, Self::Kinderarzt, Self::Facharzt, Self::Gemischt];

    /// Returns the name in the reference data.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hausarzt => "hausarzt",
            Self::Kinderarzt => "kinderarzt",
            Self::Facharzt => "facharzt",
            Self::Gemischt => "gemischt",
        }
    }
}

/// The seven islands of § 6 (Niedersachsen's inhabited North Sea islands).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names are the meaning
pub enum Insel {
    Borkum,
    Juist,
    Norderney,
    Baltrum,
    Langeoog,
    Spiekeroog,
    Wangerooge,
}

impl Insel {
    /// Every island, from west to east.
    pub const ALLE: [Self; 7] = [
        Self::Borkum,
        Self::Juist,
        Self::Norderney,
        Self::Baltrum,
        Self::Langeoog,
        Self::Spiekeroog,
        Self::Wangerooge,
    ];

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Borkum => "Borkum",
            Self::Juist => "Juist",
            Self::Norderney => "Norderney",
            Self::Baltrum => "Baltrum",
            Self::Langeoog => "Langeoog",
            Self::Spiekeroog => "Spiekeroog",
            Self::Wangerooge => "Wangerooge",
        }
    }

    /// Returns the island of that name.
    pub fn aus_name(name: &str) -> Option<Self> {
        Self::ALLE.into_iter().find(|insel| insel.name() == name)
    }
}

/// A period of days, both included; open where `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Zeitraum {
    /// First day.
    pub von: Option<Tag>,
    /// Last day.
    pub bis: Option<Tag>,
}

impl Zeitraum {
    /// Tells whether `tag` lies in the period.
    pub fn enthaelt(self, tag: Tag) -> bool {
        self.von.is_none_or(|von| von <= tag) && self.bis.is_none_or(|bis| tag <= bis)
    }

    /// Tells whether the two periods share a day.
    pub fn schneidet(self, anderer: Self) -> bool {
        let beginnt_vor_ende = |von: Option<Tag>, bis: Option<Tag>| match (von, bis) {
            (Some(von), Some(bis)) => von <= bis,
            _ => true,
        };
        beginnt_vor_ende(self.von, anderer.bis) && beginnt_vor_ende(anderer.von, self.bis)
    }

    /// Returns the first and last of its days from `von` to `bis`, both included, if there is one.
    pub fn schnitt(self, von: Tag, bis: Tag) -> Option<(Tag, Tag)> {
        let ab = self.von.map_or(von, |tag| tag.max(von));
        let ende = self.bis.map_or(bis, |tag| tag.min(bis));
        (ab <= ende).then_some((ab, ende))
    }

    /// Tells whether the period has a day in `quartal`.
    pub fn im(self, quartal: Quartal) -> bool {
        quartal.beruehrt(self.von, self.bis)
    }
}

/// A practice in the register, for a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Praxisstand {
    /// The practice (main Betriebsstätte).
    pub praxis: Praxis,
    /// When this row is valid.
    pub gueltig: Zeitraum,
    /// Its kind.
    pub art: Praxisart,
    /// Its municipality.
    pub gemeinde: Ags,
    /// The island it lies on.
    pub insel: Option<Insel>,
    /// Payee account (Honorarkonto).
    pub honorarkonto: String,
    /// Where the row stands.
    pub ort: Ort,
}

/// A branch BSNR and the practice it stands for, for a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zweig {
    /// The branch.
    pub betriebsstaette: Praxis,
    /// The main practice.
    pub praxis: Praxis,
    /// The island that the branch lies on, if the row names one.
    pub insel: Option<Insel>,
    /// When the row is valid.
    pub gueltig: Zeitraum,
    /// Where the row stands.
    pub ort: Ort,
}

/// A physician in the register, for a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arztstand {
    /// The physician.
    pub arzt: Arzt,
    /// A Psychotherapeut takes no part in the ärztlicher Bereitschaftsdienst (§ 6 Abs. 1).
    pub psychotherapeut: bool,
    /// When the row is valid.
    pub gueltig: Zeitraum,
    /// Where the row stands.
    pub ort: Ort,
}

/// A post (Arztstelle) and who filled it when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arztstelle {
    /// Its id.
    pub id: String,
    /// Where it is: the practice or MVZ that holds it, or one of its branches.
    pub betriebsstaette: Praxis,
    /// Its holders, in time order, without overlap.
    pub besetzungen: Vec<Besetzung>,
    /// Where it stands.
    pub ort: Ort,
}

/// One holder of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Besetzung {
    /// The physician.
    pub arzt: Arzt,
    /// Share of a full post.
    pub anteil: Anteil,
    /// First and last day.
    pub zeitraum: Zeitraum,
}

/// The closure of a practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schliessung {
    /// The closed practice Z.
    pub praxis: Praxis,
    /// D: last day of the Zulassung in the KV's register.
    pub letzter_tag: Tag,
    /// There is a successor.
    pub nachfolger: bool,
    /// The practice was closed completely.
    pub vollstaendig: bool,
    /// Kind of Z in the register on D.
    pub art: Praxisart,
    /// Municipality of Z in the register on D.
    pub gemeinde: Ags,
    /// Where it stands.
    pub ort: Ort,
}

/// A § 9 Bewilligung: practice P may take over the patients of Z.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bewilligung09 {
    /// P.
    pub praxis: Praxis,
    /// Z.
    pub geschlossene: Praxis,
    /// First and, if it has one, last day.
    pub zeitraum: Zeitraum,
    /// Where it stands.
    pub ort: Ort,
}

/// A § 9 Zuschlag that was paid before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zuschlag {
    /// The patient.
    pub patient: VersichertenId,
    /// Z.
    pub geschlossene: Praxis,
    /// P.
    pub praxis: Praxis,
    /// The treatment quarter.
    pub quartal: Quartal,
    /// Where it stands.
    pub ort: Ort,
}

/// A § 5 Bewilligung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bewilligung05 {
    /// The physician.
    pub arzt: Arzt,
    /// The practice.
    pub praxis: Praxis,
    /// The Bescheid's Fachgruppe, never the LANR's.
    pub fachgruppe: String,
    /// S: first day of activity.
    pub beginn: Tag,
    /// Granted quarters, 1 to 8 (Abs. 2 Satz 1).
    pub quartale: i32,
    /// Legal ground in the Bescheid's words; not re-examined (Abs. 1).
    pub rechtsgrund: String,
    /// E: last day of activity, and whether its cause is attributable (Abs. 5).
    pub ende: Option<(Tag, bool)>,
    /// Shares of the Versorgungsauftrag over time, in order, without overlap.
    pub anteile: Vec<(Zeitraum, Anteil)>,
    /// Where it stands.
    pub ort: Ort,
}

/// All reference data of a run.
#[derive(Debug, Clone, Default)]
pub struct Stammdaten {
    /// Practices, by practice and first day.
    pub praxen: Vec<Praxisstand>,
    /// Branches, by branch and first day.
    pub zweige: Vec<Zweig>,
    /// Physicians, by physician and first day.
    pub aerzte: Vec<Arztstand>,
    /// Posts, by id.
    pub arztstellen: Vec<Arztstelle>,
    /// Closures, by practice: one each.
    pub schliessungen: Vec<Schliessung>,
    /// § 9 Bewilligungen, by P, Z, first day.
    pub bewilligungen09: Vec<Bewilligung09>,
    /// § 9 Zuschläge paid before, by patient and quarter; `None` if the data does not speak of them.
    pub vorlauf: Option<Vec<Zuschlag>>,
    /// § 5 Bewilligungen, by physician, S, practice.
    pub bewilligungen05: Vec<Bewilligung05>,
    /// Breaches of § 5 Abs. 4.
    pub auflagenverstoesse: BTreeMap<(Arzt, Praxis, Quartal), Ort>,
    /// Fachgruppendurchschnitt per full Versorgungsauftrag (§ 5 Abs. 3 Satz 1).
    pub durchschnitte: BTreeMap<(String, Quartal), Cent>,
    /// Fee records by physician (7 digits), quarter, LANR and BSNR.
    pub honorare: BTreeMap<(Arzt, Quartal, Lanr, Bsnr), Cent>,
    /// Head counts that the host reports (§ 6).
    pub kopfzahlen: BTreeMap<(Insel, Quartal), u32>,
}

impl Stammdaten {
    /// Returns the practice that a Betriebsstätte stands for in `quartal`: itself, if the register has
    /// it as a practice of its own in the quarter (a practice that closes and becomes a branch within
    /// one quarter stays what it was until the next); else a branch's main practice by the row that
    /// touches the quarter and begins last; else itself.
    pub fn praxis_fuer(&self, betriebsstaette: Praxis, quartal: Quartal) -> Praxis {
        self.zweig_im(betriebsstaette, quartal).map_or(betriebsstaette, |zweig| zweig.praxis)
    }

    /// Returns the Betriebsstätten that stand for a practice in `quartal`, in order.
    pub fn betriebsstaetten(&self, praxis: Praxis, quartal: Quartal) -> Vec<Praxis> {
        let zweige = self.zweige.iter().filter(|zweig| zweig.praxis == praxis);
        let mut alle: Vec<Praxis> = zweige
            .map(|zweig| zweig.betriebsstaette)
            .chain([praxis])
            .filter(|betriebsstaette| self.praxis_fuer(*betriebsstaette, quartal) == praxis)
            .collect();
        alle.sort_unstable();
        alle.dedup();
        alle
    }

    /// Returns the island of a Betriebsstätte in `quartal`: the one that its branch row names, else its
    /// practice's, as a branch stands for its main practice everywhere.
    pub fn insel_im(&self, betriebsstaette: Praxis, quartal: Quartal) -> Option<Insel> {
        let zweig = self.zweig_im(betriebsstaette, quartal);
        zweig.and_then(|zweig| zweig.insel).or_else(|| {
            let praxis = zweig.map_or(betriebsstaette, |zweig| zweig.praxis);
            self.praxis_im(praxis, quartal)?.insel
        })
    }

    /// Returns the row by which a Betriebsstätte is a branch in `quartal`.
    fn zweig_im(&self, betriebsstaette: Praxis, quartal: Quartal) -> Option<&Zweig> {
        if self.praxis_im(betriebsstaette, quartal).is_some() {
            return None;
        }
        gleiche(&self.zweige, &betriebsstaette, |zweig| &zweig.betriebsstaette)
            .iter()
            .rev()
            .find(|zweig| zweig.gueltig.im(quartal))
    }

    /// Returns the practice's rows.
    pub fn praxis_staende(&self, praxis: Praxis) -> &[Praxisstand] {
        gleiche(&self.praxen, &praxis, |stand| &stand.praxis)
    }

    /// Returns the practice's row in `quartal` (the one that begins last, if several touch it).
    pub fn praxis_im(&self, praxis: Praxis, quartal: Quartal) -> Option<&Praxisstand> {
        self.praxis_staende(praxis).iter().rfind(|stand| stand.gueltig.im(quartal))
    }

    /// Returns the practice's row on `tag`.
    pub fn praxis_am(&self, praxis: Praxis, tag: Tag) -> Option<&Praxisstand> {
        self.praxis_staende(praxis).iter().find(|stand| stand.gueltig.enthaelt(tag))
    }

    /// Returns the physician's rows.
    pub fn arzt_staende(&self, arzt: Arzt) -> &[Arztstand] {
        gleiche(&self.aerzte, &arzt, |stand| &stand.arzt)
    }

    /// Returns the physician's row on `tag`.
    pub fn arzt_am(&self, arzt: Arzt, tag: Tag) -> Option<&Arztstand> {
        self.arzt_staende(arzt).iter().find(|stand| stand.gueltig.enthaelt(tag))
    }

    /// Returns the index of Z's closure in `schliessungen`.
    pub fn schliessung(&self, praxis: Praxis) -> Option<usize> {
        self.schliessungen.binary_search_by_key(&praxis, |s| s.praxis).ok()
    }

    /// Returns the index of the closure that a Betriebsstätte names in `quartal`: its own; or as a
    /// branch that of its main practice by the register of the quarter. The branch of a closed practice
    /// may have left the register with it: then the register of the quarter of D tells whose it was.
    pub fn schliessung_fuer(&self, betriebsstaette: Praxis, quartal: Quartal) -> Option<usize> {
        let der_hauptpraxis = || self.schliessung(self.praxis_fuer(betriebsstaette, quartal));
        let am_ende = || {
            self.schliessungen.iter().position(|schliessung| {
                self.praxis_fuer(betriebsstaette, schliessung.letzter_tag.quartal())
                    == schliessung.praxis
            })
        };
        let ist_erloschen = || {
            self.praxis_im(betriebsstaette, quartal).is_none()
                && self.zweig_im(betriebsstaette, quartal).is_none()
        };
        self.schliessung(betriebsstaette)
            .or_else(der_hauptpraxis)
            .or_else(|| if ist_erloschen() { am_ende() } else { None })
    }

    /// Returns the Bewilligung of P for Z that is valid in `quartal`: from the quarter of its first
    /// day to the quarter of its last, if it has one. A practice that has become a branch since
    /// brings its Bewilligung along.
    pub fn bewilligung09(
        &self,
        praxis: Praxis,
        geschlossene: Praxis,
        quartal: Quartal,
    ) -> Option<&Bewilligung09> {
        self.bewilligungen09_in(praxis, quartal)
            .find(|b| b.geschlossene == geschlossene && b.zeitraum.im(quartal))
    }

    /// Returns the § 9 Bewilligungen that are P's by the register of `quartal`: its own, and those of
    /// practices that stand for it as branches.
    pub fn bewilligungen09_in(
        &self,
        praxis: Praxis,
        quartal: Quartal,
    ) -> impl Iterator<Item = &Bewilligung09> {
        let zweige = self.zweige.iter().filter(|zweig| zweig.praxis == praxis);
        let mut staetten: Vec<Praxis> = zweige
            .map(|zweig| zweig.betriebsstaette)
            .chain([praxis])
            .filter(|staette| self.praxis_fuer(*staette, quartal) == praxis)
            .collect();
        staetten.sort_unstable();
        staetten.dedup();
        staetten
            .into_iter()
            .flat_map(|staette| gleiche(&self.bewilligungen09, &staette, |b| &b.praxis))
    }

    /// Returns the sum of a physician's fee records for `quartal` over all practices and LANR
    /// endings, and how many there are; `None` without a record.
    pub fn honorar(&self, arzt: Arzt, quartal: Quartal) -> Option<(Cent, usize)> {
        let (erste, letzte) = (Lanr::kleinste(arzt), Lanr::groesste(arzt));
        let saetze: Vec<Cent> = self
            .honorare
            .range((arzt, quartal, erste, Bsnr::KLEINSTE)..=(arzt, quartal, letzte, Bsnr::GROESSTE))
            .map(|(_, betrag)| *betrag)
            .collect();
        (!saetze.is_empty()).then(|| (saetze.iter().copied().sum(), saetze.len()))
    }
}

/// Returns the run of rows whose key is `schluessel` in a list sorted by that key.
fn gleiche<'a, T, K: Ord>(liste: &'a [T], schluessel: &K, von: impl Fn(&T) -> &K) -> &'a [T] {
    let ab = liste.partition_point(|zeile| von(zeile) < schluessel);
    let anzahl = liste[ab..].partition_point(|zeile| von(zeile) == schluessel);
    &liste[ab..ab + anzahl]
}

/// One publication of the official population (GV100AD).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Veroeffentlichung {
    /// Its Gebietsstand.
    pub gebietsstand: Tag,
    /// Since when it could be known (setting `einwohner.verfuegbar_seit`, default the Gebietsstand).
    pub verfuegbar_seit: Tag,
    /// Name and figure per municipality; `None`: no figure (0 in a gemeindefreies Gebiet).
    pub gemeinden: BTreeMap<Ags, (String, Option<u32>)>,
}

/// The official population, publications by the day since which they are available.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Einwohner {
    /// All publications, by `verfuegbar_seit`, then Gebietsstand.
    pub veroeffentlichungen: Vec<Veroeffentlichung>,
}

impl Einwohner {
    /// Returns the newest publication, by its Gebietsstand, of those available on `tag` (§ 9 Abs. 2
    /// Satz 2: "letztverfügbar").
    pub fn am(&self, tag: Tag) -> Option<&Veroeffentlichung> {
        let verfuegbar = self.veroeffentlichungen.iter().filter(|v| v.verfuegbar_seit <= tag);
        verfuegbar.max_by_key(|v| v.gebietsstand)
    }
}

/// The duty roster of one island, all its periods together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dienstplan {
    /// Periods that the rosters cover, as delivered.
    pub zeitraeume: Vec<(Tag, Tag)>,
    /// Duties: day and LANR, sorted, each once.
    pub dienste: Vec<(Tag, Lanr)>,
}

/// Returns the stretches of days from `von` to `bis`, both included, that none of `belegt` covers;
/// `belegt` is sorted by first day.
pub fn luecken(
    belegt: impl IntoIterator<Item = (Tag, Tag)>,
    von: Tag,
    bis: Tag,
) -> Vec<(Tag, Tag)> {
    let mut luecken = Vec::new();
    let mut offen_ab = von;
    for (erster, letzter) in belegt {
        let luecke_bis = erster.plus(-1).min(bis);
        if offen_ab <= luecke_bis {
            luecken.push((offen_ab, luecke_bis));
        }
        offen_ab = offen_ab.max(letzter.plus(1));
    }
    if offen_ab <= bis {
        luecken.push((offen_ab, bis));
    }
    luecken
}

/// Returns Σ share × days over `zeitraeume` within the days from `von` to `bis`, both included, and
/// how many of those days no period covers. Exact.
pub fn anteil_tage<'a>(
    zeitraeume: impl IntoIterator<Item = (Zeitraum, &'a Anteil)>,
    von: Tag,
    bis: Tag,
) -> (Decimal, i32) {
    let mut summe = Decimal::ZERO;
    let mut ohne = (bis.seit(von) + 1).max(0);
    for (zeitraum, anteil) in zeitraeume {
        let ab = zeitraum.von.map_or(von, |tag| tag.max(von));
        let ende = zeitraum.bis.map_or(bis, |tag| tag.min(bis));
        let tage = (ende.seit(ab) + 1).max(0);
        summe += anteil.wert() * Decimal::from(tage);
        ohne -= tage;
    }
    (summe, ohne)
}
