//! Puts the rows of all reference files together: one row per key, branches resolved, everything
//! checked once. The result does not depend on the order in which files are read.

use std::collections::{BTreeMap, BTreeSet};

use super::pruefung::{self, Abschnitt, Register};
use super::tabelle::{Tabelle, Verortet};
use crate::euro::{Anteil, Cent};
use crate::kennung::{Ags, Arzt, Bsnr, Lanr, Praxis, VersichertenId};
use crate::meldung::{Code, Meldung, Meldungen, Ort};
use crate::parameter::Par05;
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::{
    Arztstand, Arztstelle, Besetzung, Bewilligung05, Bewilligung09, Insel, Praxisart, Praxisstand,
    Schliessung, Stammdaten, Zeitraum, Zuschlag, Zweig,
};

/// Collects the rows of reference files as they stand; [`Stammdatenbau::fertig`] decides.
#[derive(Debug, Default)]
pub struct Stammdatenbau {
    pub(super) quartale: Vec<(Quartal, Ort)>,
    /// Names of the sections that are there in any file, filled or empty.
    pub(super) abschnitte: BTreeSet<&'static str>,
    /// A row of the register has a fault and is left out.
    pub(super) register_lueckenhaft: bool,
    pub(super) praxen: Tabelle<(Praxis, Option<Tag>), Praxiszeile>,
    pub(super) zweige: Tabelle<(Praxis, Option<Tag>), Zweigzeile>,
    pub(super) aerzte: Tabelle<(Arzt, Option<Tag>), Arztzeile>,
    pub(super) arztstellen: Tabelle<String, Stellenzeile>,
    pub(super) schliessungen: Tabelle<Praxis, Schliessungszeile>,
    /// P, Z, first day; last day.
    pub(super) bewilligungen09: Tabelle<(Praxis, Praxis, Tag), Option<Tag>>,
    /// Patient, quarter; Z, P. `None` as long as no file speaks of earlier grants.
    pub(super) vorlauf: Option<Tabelle<(VersichertenId, Quartal), (Praxis, Praxis)>>,
    pub(super) bewilligungen05: Tabelle<(Arzt, Praxis, Tag), Bewilligungszeile>,
    pub(super) auflagenverstoesse: Tabelle<(Arzt, Praxis, Quartal), ()>,
    pub(super) durchschnitte: Tabelle<(String, Quartal), Cent>,
    pub(super) honorare: Tabelle<(Arzt, Quartal, Lanr, Bsnr), Cent>,
    pub(super) kopfzahlen: Tabelle<(Insel, Quartal), u32>,
}

/// Content of a practice's row.
#[derive(Debug, PartialEq)]
pub(super) struct Praxiszeile {
    pub(super) bis: Option<Tag>,
    pub(super) art: Praxisart,
    pub(super) gemeinde: Ags,
    pub(super) insel: Option<Insel>,
    pub(super) honorarkonto: String,
}

/// Content of a branch's row.
#[derive(Debug, PartialEq)]
pub(super) struct Zweigzeile {
    pub(super) praxis: Praxis,
    pub(super) insel: Option<Insel>,
    pub(super) bis: Option<Tag>,
}

/// Content of a physician's row. The Fachgruppe decides nothing here (a service's LANR tells it),
/// but two rows that name different ones contradict each other.
#[derive(Debug, PartialEq)]
pub(super) struct Arztzeile {
    pub(super) bis: Option<Tag>,
    pub(super) lanr: Lanr,
    pub(super) fachgruppe: u8,
    pub(super) psychotherapeut: bool,
}

/// Content of a post's row, with its holders.
#[derive(Debug, PartialEq)]
pub(super) struct Stellenzeile {
    pub(super) betriebsstaette: Praxis,
    pub(super) besetzungen: Vec<Verortet<Besetzung>>,
}

/// Content of a closure's row.
#[derive(Debug, PartialEq)]
pub(super) struct Schliessungszeile {
    pub(super) letzter_tag: Tag,
    pub(super) nachfolger: bool,
    pub(super) vollstaendig: bool,
}

/// Content of a § 5 Bewilligung's row, with its shares.
#[derive(Debug, PartialEq)]
pub(super) struct Bewilligungszeile {
    pub(super) fachgruppe: String,
    pub(super) quartale: i32,
    pub(super) rechtsgrund: String,
    pub(super) ende: Option<(Tag, bool)>,
    pub(super) anteile: Vec<Verortet<(Zeitraum, Anteil)>>,
}

impl Stammdatenbau {
    /// Returns the reference data of the run for `quartal`: of rows with one key the newest known,
    /// branches replaced by their main practices, lists sorted. All errors are recorded in
    /// `meldungen`; with errors the result is of no use.
    pub fn fertig(self, quartal: Quartal, par05: &Par05, meldungen: &mut Meldungen) -> Stammdaten {
        for (genannt, ort) in self.quartale.iter().filter(|(q, _)| *q != quartal) {
            let text = format!("die Stammdaten sind für {genannt}, der Lauf ist für {quartal}");
            meldungen.melde(Meldung::neu(Code::QuartalWiderspricht, ort.clone(), text));
        }
        // The register first: it tells what the practices of all other rows are.
        let mut daten = Stammdaten {
            praxen: praxen(self.praxen, meldungen),
            zweige: zweige(self.zweige, meldungen),
            aerzte: aerzte(self.aerzte, meldungen),
            durchschnitte: werte("Fachgruppendurchschnitt", self.durchschnitte, meldungen),
            honorare: werte("Honorar", self.honorare, meldungen),
            kopfzahlen: werte("Inselzahl", self.kopfzahlen, meldungen),
            ..Stammdaten::default()
        };
        pruefung::zweige_sind_keine_praxen(&daten, meldungen);
        let vollstaendig = !self.register_lueckenhaft;
        let register = Register { daten: &daten, quartal, vollstaendig };
        let arztstellen = arztstellen(self.arztstellen, register, meldungen);
        let schliessungen = schliessungen(self.schliessungen, register, meldungen);
        (daten.arztstellen, daten.schliessungen) = (arztstellen, schliessungen);
        daten.bewilligungen09 = bewilligungen09(self.bewilligungen09, &daten, meldungen);
        daten.vorlauf = self.vorlauf.map(|tabelle| vorlauf(tabelle, &daten, quartal, meldungen));
        daten.bewilligungen05 = bewilligungen05(self.bewilligungen05, &daten, par05, meldungen);
        daten.auflagenverstoesse = self
            .auflagenverstoesse
            .waehle(
                "Auflagenverstoß",
                |(arzt, praxis, q), ()| ((arzt, daten.praxis_fuer(praxis, q), q), ()),
                meldungen,
            )
            .into_iter()
            .map(|(schluessel, zeile)| (schluessel, zeile.ort))
            .collect();
        let ort = self.quartale.iter().map(|(_, ort)| ort).min();
        pruefung::abschnitte(&daten, &self.abschnitte, ort, meldungen);
        pruefung::bewilligungen09_ohne_schliessung(&daten, meldungen);
        daten
    }
}

/// Chooses rows whose content is one value.
fn werte<K: Ord, T: PartialEq>(
    was: &str,
    tabelle: Tabelle<K, T>,
    meldungen: &mut Meldungen,
) -> BTreeMap<K, T> {
    let gewaehlt = tabelle.waehle(was, |schluessel, wert| (schluessel, wert), meldungen);
    gewaehlt.into_iter().map(|(schluessel, zeile)| (schluessel, zeile.wert)).collect()
}

fn praxen(
    tabelle: Tabelle<(Praxis, Option<Tag>), Praxiszeile>,
    meldungen: &mut Meldungen,
) -> Vec<Praxisstand> {
    let praxen: Vec<_> = tabelle
        .waehle("Praxis", |schluessel, zeile| (schluessel, zeile), meldungen)
        .into_iter()
        .map(|((praxis, von), Verortet { wert, ort })| Praxisstand {
            praxis,
            gueltig: Zeitraum { von, bis: wert.bis },
            art: wert.art,
            gemeinde: wert.gemeinde,
            insel: wert.insel,
            honorarkonto: wert.honorarkonto,
            ort,
        })
        .collect();
    let abschnitte = praxen.iter().map(|stand| Abschnitt {
        wem: stand.praxis,
        gleich: None,
        zeitraum: stand.gueltig,
        ort: &stand.ort,
    });
    pruefung::zeitraeume("Praxis", abschnitte, meldungen);
    praxen
}

fn zweige(
    tabelle: Tabelle<(Praxis, Option<Tag>), Zweigzeile>,
    meldungen: &mut Meldungen,
) -> Vec<Zweig> {
    let zweige: Vec<_> = tabelle
        .waehle("Zweigpraxis", |schluessel, zeile| (schluessel, zeile), meldungen)
        .into_iter()
        .map(|((betriebsstaette, von), Verortet { wert, ort })| Zweig {
            betriebsstaette,
            praxis: wert.praxis,
            insel: wert.insel,
            gueltig: Zeitraum { von, bis: wert.bis },
            ort,
        })
        .collect();
    let abschnitte = zweige.iter().map(|zweig| Abschnitt {
        wem: zweig.betriebsstaette,
        gleich: Some(zweig.praxis),
        zeitraum: zweig.gueltig,
        ort: &zweig.ort,
    });
    pruefung::zeitraeume("Zweigpraxis", abschnitte, meldungen);
    zweige
}

fn aerzte(
    tabelle: Tabelle<(Arzt, Option<Tag>), Arztzeile>,
    meldungen: &mut Meldungen,
) -> Vec<Arztstand> {
    let aerzte: Vec<_> = tabelle
        .waehle("Arzt", |schluessel, zeile| (schluessel, zeile), meldungen)
        .into_iter()
        .map(|((arzt, von), Verortet { wert, ort })| Arztstand {
            arzt,
            psychotherapeut: wert.psychotherapeut,
            gueltig: Zeitraum { von, bis: wert.bis },
            ort,
        })
        .collect();
    let abschnitte = aerzte.iter().map(|stand| Abschnitt {
        wem: stand.arzt,
        gleich: None,
        zeitraum: stand.gueltig,
        ort: &stand.ort,
    });
    pruefung::zeitraeume("Arzt", abschnitte, meldungen);
    aerzte
}

/// Chooses the posts; their practices are those of the quarter of the run, for which they are paid.
fn arztstellen(
    tabelle: Tabelle<String, Stellenzeile>,
    register: Register<'_>,
    meldungen: &mut Meldungen,
) -> Vec<Arztstelle> {
    let aufgeloest = |id, mut zeile: Stellenzeile| {
        zeile.besetzungen.sort_by_key(|b| (b.wert.zeitraum, b.wert.arzt, b.wert.anteil));
        (id, zeile)
    };
    let gewaehlt = tabelle.waehle("Arztstelle", aufgeloest, meldungen);
    let mut stellen = Vec::new();
    for (id, Verortet { wert, ort }) in gewaehlt {
        let abschnitte = wert.besetzungen.iter().map(|b| Abschnitt {
            wem: (),
            gleich: None,
            zeitraum: b.wert.zeitraum,
            ort: &b.ort,
        });
        pruefung::zeitraeume("Besetzung", abschnitte, meldungen);
        pruefung::arztstelle(&wert, &ort, register, meldungen);
        let besetzungen = wert.besetzungen.into_iter().map(|b| b.wert).collect();
        stellen.push(Arztstelle { id, betriebsstaette: wert.betriebsstaette, besetzungen, ort });
    }
    stellen
}

/// Chooses the closures; kind and municipality are those of the register on D.
fn schliessungen(
    tabelle: Tabelle<Praxis, Schliessungszeile>,
    register: Register<'_>,
    meldungen: &mut Meldungen,
) -> Vec<Schliessung> {
    let daten = register.daten;
    let aufgeloest = |praxis, zeile: Schliessungszeile| {
        (daten.praxis_fuer(praxis, zeile.letzter_tag.quartal()), zeile)
    };
    let mut schliessungen = Vec::new();
    for (praxis, Verortet { wert, ort }) in tabelle.waehle("Schließung", aufgeloest, meldungen) {
        let Some(stand) = daten.praxis_am(praxis, wert.letzter_tag) else {
            let text = format!(
                "die geschlossene Praxis {praxis}.. steht am letzten Tag {} nicht im Register; bitte die Praxis ergänzen \
                 oder ihren Zeitraum berichtigen",
                wert.letzter_tag
            );
            register.melde_verweis(&ort, text, meldungen);
            continue;
        };
        schliessungen.push(Schliessung {
            praxis,
            letzter_tag: wert.letzter_tag,
            nachfolger: wert.nachfolger,
            vollstaendig: wert.vollstaendig,
            art: stand.art,
            gemeinde: stand.gemeinde,
            ort,
        });
    }
    schliessungen
}

/// Returns the closed practice that a row of `quartal` names; without a closure on record the
/// practice by the register of the quarter.
fn geschlossene_fuer(daten: &Stammdaten, betriebsstaette: Praxis, quartal: Quartal) -> Praxis {
    daten.schliessung_fuer(betriebsstaette, quartal).map_or_else(
        || daten.praxis_fuer(betriebsstaette, quartal),
        |platz| daten.schliessungen[platz].praxis,
    )
}

fn bewilligungen09(
    tabelle: Tabelle<(Praxis, Praxis, Tag), Option<Tag>>,
    daten: &Stammdaten,
    meldungen: &mut Meldungen,
) -> Vec<Bewilligung09> {
    let aufgeloest = |(praxis, geschlossene, ab): (Praxis, Praxis, Tag), bis| {
        let quartal = ab.quartal();
        let praxis = daten.praxis_fuer(praxis, quartal);
        ((praxis, geschlossene_fuer(daten, geschlossene, quartal), ab), bis)
    };
    let bewilligungen: Vec<_> = tabelle
        .waehle("Bewilligung nach § 9", aufgeloest, meldungen)
        .into_iter()
        .map(|((praxis, geschlossene, ab), Verortet { wert: bis, ort })| Bewilligung09 {
            praxis,
            geschlossene,
            zeitraum: Zeitraum { von: Some(ab), bis },
            ort,
        })
        .collect();
    // Several Bewilligungen of P for Z may overlap: they say the same.
    for bewilligung in &bewilligungen {
        let abschnitt = Abschnitt {
            wem: (),
            gleich: None,
            zeitraum: bewilligung.zeitraum,
            ort: &bewilligung.ort,
        };
        pruefung::zeitraeume("Bewilligung nach § 9", [abschnitt], meldungen);
    }
    bewilligungen
}

/// Chooses the earlier grants: at most one per patient and quarter, whatever Z.
fn vorlauf(
    tabelle: Tabelle<(VersichertenId, Quartal), (Praxis, Praxis)>,
    daten: &Stammdaten,
    lauf: Quartal,
    meldungen: &mut Meldungen,
) -> Vec<Zuschlag> {
    let aufgeloest = |(patient, quartal), (geschlossene, praxis)| {
        let geschlossene = geschlossene_fuer(daten, geschlossene, quartal);
        ((patient, quartal), (geschlossene, daten.praxis_fuer(praxis, quartal)))
    };
    let mut zuschlaege = Vec::new();
    for ((patient, quartal), zeile) in tabelle.waehle("Zuschlag", aufgeloest, meldungen) {
        let Verortet { wert: (geschlossene, praxis), ort } = zeile;
        if lauf <= quartal {
            let text = format!(
                "der Zuschlag ist für {quartal}, der Lauf für {lauf}; früher gezahlt sein können nur Zuschläge früherer \
                 Quartale"
            );
            meldungen.melde(Meldung::neu(Code::VorlaufNachLauf, ort.clone(), text));
        }
        zuschlaege.push(Zuschlag { patient, geschlossene, praxis, quartal, ort });
    }
    zuschlaege
}

/// Chooses the § 5 Bewilligungen.
fn bewilligungen05(
    tabelle: Tabelle<(Arzt, Praxis, Tag), Bewilligungszeile>,
    daten: &Stammdaten,
    par05: &Par05,
    meldungen: &mut Meldungen,
) -> Vec<Bewilligung05> {
    let aufgeloest = |(arzt, praxis, beginn): (Arzt, Praxis, Tag), mut zeile: Bewilligungszeile| {
        zeile.anteile.sort_by_key(|anteil| anteil.wert);
        ((arzt, beginn, daten.praxis_fuer(praxis, beginn.quartal())), zeile)
    };
    let mut bewilligungen = Vec::new();
    for ((arzt, beginn, praxis), Verortet { wert, ort }) in
        tabelle.waehle("Bewilligung nach § 5", aufgeloest, meldungen)
    {
        abs2_satz1_laengstens_acht_quartale(wert.quartale, &ort, par05, meldungen);
        let abschnitte = wert.anteile.iter().map(|anteil| Abschnitt {
            wem: (),
            gleich: None,
            zeitraum: anteil.wert.0,
            ort: &anteil.ort,
        });
        pruefung::zeitraeume("Anteil", abschnitte, meldungen);
        bewilligungen.push(Bewilligung05 {
            arzt,
            praxis,
            fachgruppe: wert.fachgruppe,
            beginn,
            quartale: wert.quartale,
            rechtsgrund: wert.rechtsgrund,
            ende: wert.ende,
            anteile: wert.anteile.into_iter().map(|anteil| anteil.wert).collect(),
            ort,
        });
    }
    let mut je_praxis: Vec<_> = bewilligungen.iter().collect();
    je_praxis.sort_by_key(|b| (b.arzt, b.praxis, b.beginn));
    let abschnitte = je_praxis.into_iter().map(|b| Abschnitt {
        wem: (b.arzt, b.praxis),
        gleich: None,
        zeitraum: abs2_foerderzeitraum(b),
        ort: &b.ort,
    });
    pruefung::zeitraeume("Bewilligung nach § 5", abschnitte, meldungen);
    bewilligungen
}

/// § 5 Abs. 2 Satz 1: "Die Umsatzgarantie wird längstens für die ersten acht Quartale nach Aufnahme
/// der vertragsärztlichen Tätigkeit bewilligt."
fn abs2_satz1_laengstens_acht_quartale(
    quartale: i32,
    ort: &Ort,
    par05: &Par05,
    meldungen: &mut Meldungen,
) {
    if !(1..=par05.quartale_max).contains(&quartale) {
        let text = format!(
            "die Bewilligung nach § 5 nennt {quartale} Quartale; erlaubt sind 1 bis {} (§ 5 Abs. 2 Satz 1)",
            par05.quartale_max
        );
        meldungen.melde(Meldung::neu(Code::BewilligungZuLang, ort.clone(), text));
    }
}

/// Returns the days for which a Bewilligung can pay: from S to E or to the last day of its granted
/// quarters, whichever is earlier.
///
/// § 5 Abs. 2 Satz 2: "Sofern die vertragsärztliche Tätigkeit im Laufe eines Quartals aufgenommen
/// wird, gilt dieses als erstes Quartal."
fn abs2_foerderzeitraum(bewilligung: &Bewilligung05) -> Zeitraum {
    let weitere = bewilligung.quartale.max(1) - 1;
    let letzter = bewilligung.beginn.quartal().plus(weitere).letzter_tag();
    let bis = bewilligung.ende.map_or(letzter, |(ende, _)| ende.min(letzter));
    Zeitraum { von: Some(bewilligung.beginn), bis: Some(bis) }
}
