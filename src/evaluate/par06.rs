//! § 6 Förderung von Arztpraxen auf den niedersächsischen Nordseeinseln: Erschwerniszulage.
//!
//! Payment per Arztstelle = table(n) × Σ(share × filled days) / days of the quarter, rounded once;
//! n is the island's number of physicians. Per island its [`Insellage`], per post its facts
//! ([`Sachverhalt`]), reasons ([`pruefe`]) and amount ([`entscheidung`]). The last two read nothing
//! but the facts, the parameters and the Auslegungen, so that a stored Sachverhalt explains itself.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::auslegung::{Auslegungen, DienstZaehlt, Wechsel, Wert};
use crate::ergebnis::{Ergebnis, Gruende, Grund06};
use crate::euro::{Betragsfehler, Cent};
use crate::kennung::{Arzt, Lanr, Praxis};
use crate::meldung::{Code, Meldung, Meldungen};
use crate::parameter::{Par06, Regeln};
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::{
    Arztstelle, Besetzung, Dienstplan, Insel, Stammdaten, anteil_tage, luecken,
};

/// What the roster and the register say about one island in one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insellage {
    /// The island.
    pub insel: Insel,
    /// Q.
    pub quartal: Quartal,
    /// Stretches of Q, first and last day, that no roster covers.
    pub ungedeckt: Vec<(Tag, Tag)>,
    /// Days of Q that a roster covers and on which nobody is on duty.
    pub tage_ohne_dienst: u32,
    /// LANRs on the roster that are an Ersatzwert or not in the register on the day: each with its
    /// first such day.
    pub unbekannte: Vec<(Lanr, Tag)>,
    /// The physicians that are counted; their number is n.
    pub gezaehlt: Vec<Arzt>,
    /// The first day on which n is reached; `None` if n is 0 or counts the whole quarter.
    pub erreicht_am: Option<Tag>,
    /// Registered physicians on the roster without a post on the island in Q.
    pub ohne_arztstelle: Vec<Arzt>,
    /// Physicians with a post on the island in Q who are not on the roster; they are not counted.
    pub nicht_im_dienstplan: Vec<Arzt>,
    /// Psychotherapeuten on the roster; they are never counted.
    pub psychotherapeuten: Vec<Arzt>,
    /// Physicians with more duties in Q than are reported without a hint, and how many days.
    pub viele_dienste: Vec<(Arzt, u32)>,
    /// The head count that the host reports.
    pub gemeldet: Option<u32>,
}

impl Insellage {
    /// Returns n, as far as roster and register tell it.
    pub fn anzahl(&self) -> u32 {
        u32::try_from(self.gezaehlt.len()).unwrap_or(u32::MAX)
    }

    /// Tells whether n is known: a roster that lacks days or names unknown physicians may hide some.
    pub fn anzahl_steht_fest(&self) -> bool {
        self.ungedeckt.is_empty() && self.unbekannte.is_empty()
    }

    /// Tells whether no roster covers any day of Q.
    pub fn ist_ohne_dienstplan(&self) -> bool {
        self.ungedeckt == [(self.quartal.erster_tag(), self.quartal.letzter_tag())]
    }
}

/// Everything that § 6 reads for one Arztstelle in one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sachverhalt {
    /// Id of the post.
    pub arztstelle: String,
    /// The practice or MVZ that holds it, by the register of Q.
    pub praxis: Praxis,
    /// Its holders with a day in Q, in time order, without overlap.
    pub besetzungen: Vec<Besetzung>,
    /// It is the post of a Psychotherapeut.
    pub psychotherapeut: bool,
    /// Its island.
    pub lage: Insellage,
}

/// The decision on one Arztstelle for one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entscheidung06 {
    /// The facts.
    pub sachverhalt: Sachverhalt,
    /// All reasons that apply.
    pub gruende: Gruende<Grund06>,
    /// The payment; 0.00 unless granted.
    pub betrag: Cent,
}

/// A post of a practice that lies on an island in Q.
struct Inselstelle<'a> {
    insel: Insel,
    praxis: Praxis,
    stelle: &'a Arztstelle,
}

/// Decides every filled post on an island for `quartal`, sorted by id, and returns the state of
/// every island that has a post or a roster.
///
/// Reports others on the roster, Psychotherapeuten there, covered days without a duty, physicians
/// with many duties and, as an error, amounts that no `i64` holds; such a post has no decision.
pub fn entscheide(
    stammdaten: &Stammdaten,
    dienstplaene: &BTreeMap<Insel, Dienstplan>,
    quartal: Quartal,
    regeln: &Regeln,
    auslegungen: &Auslegungen,
    meldungen: &mut Meldungen,
) -> (Vec<Insellage>, Vec<Entscheidung06>) {
    let par06 = &regeln.par06;
    let stellen = inselstellen(stammdaten, quartal);
    let inseln: BTreeSet<Insel> =
        stellen.iter().map(|s| s.insel).chain(dienstplaene.keys().copied()).collect();
    let ohne_plan = Dienstplan::default();
    let mut lagen = BTreeMap::new();
    for insel in inseln {
        let hier: Vec<_> = stellen.iter().filter(|s| s.insel == insel).collect();
        let plan = dienstplaene.get(&insel).unwrap_or(&ohne_plan);
        let ort = (insel, quartal);
        let lage = sammle_lage(stammdaten, ort, &hier, plan, par06, auslegungen);
        melde(&lage, par06, auslegungen, meldungen);
        lagen.insert(insel, lage);
    }
    let mut entscheidungen = Vec::new();
    for stelle in &stellen {
        let lage = lagen.get(&stelle.insel);
        let Some(sachverhalt) = lage.and_then(|lage| sammle(stammdaten, stelle, lage)) else {
            continue;
        };
        match entscheidung(sachverhalt, par06, auslegungen) {
            Ok(entscheidung) => entscheidungen.push(entscheidung),
            Err(_) => meldungen.melde(Meldung::neu(
                Code::BetragUebersteigt,
                stelle.stelle.ort.clone(),
                format!(
                    "Erschwerniszulage {} {quartal}: Der Betrag ist zu groß; Anteile prüfen",
                    stelle.stelle.id
                ),
            )),
        }
    }
    (lagen.into_values().collect(), entscheidungen)
}

/// Returns the posts on islands, by id: those at practices and branches that the register of Q
/// places there. They are paid to the practice.
fn inselstellen(stammdaten: &Stammdaten, quartal: Quartal) -> Vec<Inselstelle<'_>> {
    let mut stellen: Vec<_> = stammdaten
        .arztstellen
        .iter()
        .filter_map(|stelle| {
            let praxis = stammdaten.praxis_fuer(stelle.betriebsstaette, quartal);
            let insel = stammdaten.insel_im(stelle.betriebsstaette, quartal)?;
            Some(Inselstelle { insel, praxis, stelle })
        })
        .collect();
    stellen.sort_by(|a, b| a.stelle.id.cmp(&b.stelle.id));
    stellen
}

/// Gathers the facts of one post; `None` without a filled day in Q.
fn sammle(
    stammdaten: &Stammdaten,
    inselstelle: &Inselstelle<'_>,
    lage: &Insellage,
) -> Option<Sachverhalt> {
    let quartal = lage.quartal;
    let besetzungen: Vec<Besetzung> =
        inselstelle.stelle.besetzungen.iter().filter(|b| b.zeitraum.im(quartal)).cloned().collect();
    // A post is held by physicians or by Psychotherapeuten, never by both (input error).
    let erste = besetzungen.first()?;
    let erster_tag =
        erste.zeitraum.von.map_or(quartal.erster_tag(), |von| von.max(quartal.erster_tag()));
    Some(Sachverhalt {
        arztstelle: inselstelle.stelle.id.clone(),
        praxis: inselstelle.praxis,
        psychotherapeut: ist_psychotherapeut(stammdaten, erste.arzt, erster_tag),
        besetzungen,
        lage: lage.clone(),
    })
}

fn ist_psychotherapeut(stammdaten: &Stammdaten, arzt: Arzt, tag: Tag) -> bool {
    stammdaten.arzt_am(arzt, tag).is_some_and(|stand| stand.psychotherapeut)
}

/// Gathers the facts of one island from its posts and its roster.
fn sammle_lage(
    stammdaten: &Stammdaten,
    (insel, quartal): (Insel, Quartal),
    stellen: &[&Inselstelle<'_>],
    plan: &Dienstplan,
    par06: &Par06,
    auslegungen: &Auslegungen,
) -> Insellage {
    let dienste: Vec<(Tag, Lanr)> =
        plan.dienste.iter().copied().filter(|(tag, _)| quartal.enthaelt(*tag)).collect();
    let mut unbekannte = BTreeMap::new();
    let mut psychotherapeuten = BTreeSet::new();
    let mut bekannte = BTreeSet::new();
    // Everyone whose duties can count towards n: no Ersatzwert, no Psychotherapeut.
    let mut im_dienst = BTreeSet::new();
    for (tag, lanr) in &dienste {
        let arzt = lanr.arzt();
        let stand = stammdaten.arzt_am(arzt, *tag);
        if lanr.ist_ersatzwert() {
            unbekannte.entry(*lanr).or_insert(*tag);
        } else if stand.is_some_and(|stand| stand.psychotherapeut) {
            psychotherapeuten.insert(arzt);
        } else {
            im_dienst.insert(arzt);
            if stand.is_some() {
                bekannte.insert(arzt);
            } else {
                unbekannte.entry(*lanr).or_insert(*tag);
            }
        }
    }
    let mit_stelle: BTreeSet<Arzt> =
        besetzungen(stellen).filter(|b| b.zeitraum.im(quartal)).map(|b| b.arzt).collect();
    let (gezaehlt, erreicht_am) = match auslegungen.dienst_zaehlt {
        DienstZaehlt::MitArztstelle => abs2_anzahl(stammdaten, quartal, stellen, &im_dienst),
        DienstZaehlt::Alle => (im_dienst.iter().copied().collect(), None),
    };
    Insellage {
        insel,
        quartal,
        ungedeckt: abs2_ungedeckt(quartal, plan),
        tage_ohne_dienst: tage_ohne_dienst(quartal, plan),
        unbekannte: unbekannte.into_iter().collect(),
        gezaehlt,
        erreicht_am,
        ohne_arztstelle: bekannte.difference(&mit_stelle).copied().collect(),
        nicht_im_dienstplan: nicht_im_dienstplan(stammdaten, quartal, stellen, &dienste),
        psychotherapeuten: psychotherapeuten.into_iter().collect(),
        viele_dienste: viele_dienste(&dienste, par06),
        gemeldet: stammdaten.kopfzahlen.get(&(insel, quartal)).copied(),
    }
}

/// Returns the physicians who hold a post in Q and have no duty in it, without Psychotherapeuten.
fn nicht_im_dienstplan(
    stammdaten: &Stammdaten,
    quartal: Quartal,
    stellen: &[&Inselstelle<'_>],
    dienste: &[(Tag, Lanr)],
) -> Vec<Arzt> {
    let im_plan: BTreeSet<Arzt> = dienste.iter().map(|(_, lanr)| lanr.arzt()).collect();
    let inhaber: BTreeSet<Arzt> = besetzungen(stellen)
        .filter_map(|b| {
            let (erster, _) = b.zeitraum.schnitt(quartal.erster_tag(), quartal.letzter_tag())?;
            (!ist_psychotherapeut(stammdaten, b.arzt, erster)).then_some(b.arzt)
        })
        .collect();
    inhaber.difference(&im_plan).copied().collect()
}

fn besetzungen<'a>(stellen: &[&Inselstelle<'a>]) -> impl Iterator<Item = &'a Besetzung> {
    stellen.iter().flat_map(|s| &s.stelle.besetzungen)
}

/// Returns the largest set of physicians, on any day of Q, who hold a post on the island that day
/// and stand on its roster in Q, and the first day on which it is that large.
///
/// > (2) Die Höhe der Erschwerniszulage ist pro voller Arztstelle im Sinne der Bedarfsplanung wie
/// > folgt gestaffelt: Anzahl der für den Bereitschaftsdienst zur Verfügung stehenden Ärzte …
///
/// A day counts, not the quarter: a successor does not raise n. Heads count, not shares.
fn abs2_anzahl(
    stammdaten: &Stammdaten,
    quartal: Quartal,
    stellen: &[&Inselstelle<'_>],
    im_dienst: &BTreeSet<Arzt>,
) -> (Vec<Arzt>, Option<Tag>) {
    let mut beste = (BTreeSet::new(), None);
    for tag in (0..quartal.tage()).map(|i| quartal.erster_tag().plus(i)) {
        let koepfe: BTreeSet<Arzt> = besetzungen(stellen)
            .filter(|b| b.zeitraum.enthaelt(tag) && im_dienst.contains(&b.arzt))
            .map(|b| b.arzt)
            .filter(|arzt| !ist_psychotherapeut(stammdaten, *arzt, tag))
            .collect();
        if beste.0.len() < koepfe.len() {
            beste = (koepfe, Some(tag));
        }
    }
    (beste.0.into_iter().collect(), beste.1)
}

/// Returns the stretches of Q that no period of the roster covers.
fn abs2_ungedeckt(quartal: Quartal, plan: &Dienstplan) -> Vec<(Tag, Tag)> {
    let mut zeitraeume = plan.zeitraeume.clone();
    zeitraeume.sort_unstable();
    luecken(zeitraeume, quartal.erster_tag(), quartal.letzter_tag())
}

/// Returns how many days of Q a period of the roster covers without any duty.
fn tage_ohne_dienst(quartal: Quartal, plan: &Dienstplan) -> u32 {
    let mit_dienst: BTreeSet<Tag> = plan.dienste.iter().map(|(tag, _)| *tag).collect();
    let ohne = (0..quartal.tage())
        .map(|i| quartal.erster_tag().plus(i))
        .filter(|tag| plan.zeitraeume.iter().any(|(von, bis)| von <= tag && tag <= bis))
        .filter(|tag| !mit_dienst.contains(tag));
    u32::try_from(ohne.count()).unwrap_or(u32::MAX)
}

/// Returns the physicians with more duty days in Q than are reported without a hint.
fn viele_dienste(dienste: &[(Tag, Lanr)], par06: &Par06) -> Vec<(Arzt, u32)> {
    // Two LANR endings on one day are one duty of one physician.
    let tage: BTreeSet<(Arzt, Tag)> = dienste
        .iter()
        .filter(|(_, lanr)| !lanr.ist_ersatzwert())
        .map(|(tag, lanr)| (lanr.arzt(), *tag))
        .collect();
    let mut je_arzt = BTreeMap::new();
    for (arzt, _) in tage {
        *je_arzt.entry(arzt).or_insert(0_u32) += 1;
    }
    je_arzt.into_iter().filter(|(_, anzahl)| par06.dienste_ohne_hinweis < *anzahl).collect()
}

/// Reports what a person should see about an island; none of it decides.
fn melde(lage: &Insellage, par06: &Par06, auslegungen: &Auslegungen, meldungen: &mut Meldungen) {
    let ort = format!("{}, {}", lage.insel.name(), lage.quartal);
    let mut neu =
        |code, text: String| meldungen.melde(Meldung::ohne_ort(code, format!("{ort}: {text}")));
    if !lage.ohne_arztstelle.is_empty() {
        let namen: Vec<_> = lage.ohne_arztstelle.iter().map(ToString::to_string).collect();
        neu(
            Code::DienstOhneArztstelle,
            format!(
                "Im Dienstplan ohne Arztstelle auf der Insel: {} ({}); par06.dienst_zaehlt = {}",
                namen.len(),
                namen.join(", "),
                auslegungen.dienst_zaehlt.name()
            ),
        );
    }
    for (arzt, anzahl) in &lage.viele_dienste {
        neu(
            Code::DiensteUeberVier,
            format!(
                "Arzt {arzt} hat {anzahl} Dienste, mehr als {} im Quartal",
                par06.dienste_ohne_hinweis
            ),
        );
    }
    for arzt in &lage.psychotherapeuten {
        neu(
            Code::DienstPsychotherapeut,
            format!(
                "Psychotherapeut {arzt} steht im Dienstplan und zählt nicht (§ 6 Abs. 1 Satz 1)"
            ),
        );
    }
    if 0 < lage.tage_ohne_dienst {
        neu(
            Code::DienstLuecke,
            format!("Tage im Dienstplan, an denen niemand Dienst hat: {}", lage.tage_ohne_dienst),
        );
    }
}

/// Decides from the facts alone.
///
/// > (1) ²Hierfür erhalten sie von der KVN quartalsweise eine Erschwerniszulage.
///
/// # Errors
/// [`Betragsfehler::Betrag`] if the amount is not possible.
pub fn entscheidung(
    sachverhalt: Sachverhalt,
    par06: &Par06,
    auslegungen: &Auslegungen,
) -> Result<Entscheidung06, Betragsfehler> {
    let gruende = pruefe(&sachverhalt, par06, auslegungen);
    let betrag = match gruende.ergebnis() {
        Ergebnis::Bewilligt => abs2_zulage(&sachverhalt, par06, auslegungen)?,
        _ => Cent::NULL,
    };
    Ok(Entscheidung06 { sachverhalt, gruende, betrag })
}

/// Returns all reasons that apply, in the table's order. A condition whose facts are missing does not
/// apply, its missing fact does: while n is not known, it is neither 0 nor in contradiction to
/// anything; but more than the table's end can only become more.
pub fn pruefe(
    sachverhalt: &Sachverhalt,
    par06: &Par06,
    auslegungen: &Auslegungen,
) -> Gruende<Grund06> {
    let lage = &sachverhalt.lage;
    let anzahl = lage.anzahl();
    let mut gruende = Gruende::default();
    gruende
        .wenn(abs1_satz1_kein_bereitschaftsdienst(sachverhalt), Grund06::KeinBereitschaftsdienst);
    gruende.wenn(!lage.ungedeckt.is_empty(), Grund06::DienstplanUnvollstaendig);
    gruende.wenn(!lage.unbekannte.is_empty(), Grund06::DienstArztUnbekannt);
    let kein_arzt = anzahl == 0 && lage.anzahl_steht_fest();
    gruende.wenn(kein_arzt || lage.ist_ohne_dienstplan(), Grund06::KeinDienstplan);
    gruende.wenn(par06.saetze.len() < lage.gezaehlt.len(), Grund06::TabelleEndetBeiZehn);
    gruende.wenn(
        lage.anzahl_steht_fest() && lage.gemeldet.is_some_and(|gemeldet| gemeldet != anzahl),
        Grund06::AnzahlWidersprichtDienstplan,
    );
    gruende.wenn(
        auslegungen.wechsel == Wechsel::Klaerfall && abs2_wechsel(sachverhalt),
        Grund06::WechselImQuartal,
    );
    gruende
}

/// Tells whether the post takes no part in the ärztlicher Bereitschaftsdienst.
///
/// > (1) ¹Die auf den niedersächsischen Nordseeinseln zugelassenen Vertragsärzte und MVZ sind durch
/// > eine starke Heranziehung zum allgemeinen Bereitschaftsdienst besonderen Belastungen ausgesetzt.
fn abs1_satz1_kein_bereitschaftsdienst(sachverhalt: &Sachverhalt) -> bool {
    sachverhalt.psychotherapeut
}

/// Tells whether the post changed holder or share between filled days of Q.
pub fn abs2_wechsel(sachverhalt: &Sachverhalt) -> bool {
    sachverhalt.besetzungen.windows(2).any(|b| (b[0].arzt, b[0].anteil) != (b[1].arzt, b[1].anteil))
}

/// Returns the table's amount per full post and quarter for n physicians; `None` for 0 and beyond
/// the table's end.
///
/// > (2) … Zulage je voller Arztstelle und Quartal: 10: 1.250 €; 9: 1.500 €; 8: 1.813 €;
/// > 7: 2.215 €; 6: 2.750 €; 5: 3.500 €; 4: 4.625 €; 3: 6.500 €; 2: 10.250 €; 1: 21.500 €
pub fn abs2_satz(lage: &Insellage, par06: &Par06) -> Option<Cent> {
    par06.saetze.get(lage.gezaehlt.len().checked_sub(1)?).copied()
}

/// Returns Σ share × filled days of Q, exact.
pub fn abs2_anteil_tage(sachverhalt: &Sachverhalt) -> Decimal {
    let quartal = sachverhalt.lage.quartal;
    let zeitraeume = sachverhalt.besetzungen.iter().map(|b| (b.zeitraum, &b.anteil));
    anteil_tage(zeitraeume, quartal.erster_tag(), quartal.letzter_tag()).0
}

/// Returns the payment, rounded once; 0.00 where the table has no amount.
fn abs2_zulage(
    sachverhalt: &Sachverhalt,
    par06: &Par06,
    auslegungen: &Auslegungen,
) -> Result<Cent, Betragsfehler> {
    let satz = abs2_satz(&sachverhalt.lage, par06).unwrap_or_default();
    let tage = sachverhalt.lage.quartal.tage();
    auslegungen.rundung.0.anteilig(satz, abs2_anteil_tage(sachverhalt), tage)
}

#[cfg(test)]
pub(crate) mod tests;
