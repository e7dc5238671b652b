//! Reference data: `stammdaten.xml` for the mainland, `stammdaten-inseln.xml` for the islands, and
//! the rosters.

use std::io::{self, Write};

use super::faelle::erstellt;
use super::garantien::{self, DURCHSCHNITTE, Garantie};
use super::inseln::{self, INSELZAHLEN, PLAENE, STELLEN};
use super::plan::{Plan, UEBERNAHMEN_JE_SCHLIESSUNG, erster_patient, patienten_geschlossen};
use super::praxis::Praxis;
use super::situationen::{AUSGESCHOEPFT, SCHLIESSUNGEN, SONDERFAELLE, UEBERNEHMENDE, geschlossen};
use super::werte::Kodierung;
use super::xml::kopf;
use crate::quartal::Tag;

/// A number of digits as text.
fn t(ziffern: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(ziffern)
}

/// Returns an amount in cents as euros with a dot.
fn euro(cent: u64) -> String {
    format!("{}.{:02}", cent / 100, cent % 100)
}

const WURZEL: &str = "<stammdaten xmlns=\"urn:strukturfonds:stammdaten:1\">";

/// Since when practices and posts exist.
const SEIT: &str = "2015-01-01";

/// Earlier grants per practice that takes over patients from one that closed two quarters ago.
const VORLAUF_JE_PRAXIS: u32 = 20;

fn praxis(aus: &mut Vec<u8>, praxis: &Praxis) -> io::Result<()> {
    let bsnr = t(&praxis.bsnr);
    write!(
        aus,
        "<praxis bsnr=\"{bsnr}\" art=\"{}\" gemeinde=\"{}\"",
        praxis.art.name(),
        praxis.ags
    )?;
    if let Some(insel) = praxis.insel {
        write!(aus, " insel=\"{insel}\"")?;
    }
    let (bezirk, laufend, rest) = (&bsnr[..2], &bsnr[2..7], &bsnr[7..]);
    write!(aus, " honorarkonto=\"HK-{bezirk}-{laufend}-{rest}\" gueltig_ab=\"{SEIT}\"")?;
    if let Some(bis) = praxis.gueltig_bis {
        write!(aus, " gueltig_bis=\"{bis}\"")?;
    }
    match praxis.zweig {
        Some(zweig) => {
            writeln!(aus, "><zweigpraxis bsnr=\"{}\" gueltig_ab=\"{SEIT}\"/></praxis>", t(&zweig))
        }
        None => writeln!(aus, "/>"),
    }
}

fn aerzte(aus: &mut Vec<u8>, praxis: &Praxis) -> io::Result<()> {
    for arzt in &praxis.aerzte {
        let (lanr, pt) =
            (t(&arzt.lanr), if arzt.psychotherapeut { " psychotherapeut=\"ja\"" } else { "" });
        writeln!(aus, "<arzt lanr=\"{lanr}\" fachgruppe=\"{}\"{pt}/>", &lanr[7..])?;
    }
    Ok(())
}

/// Calls `schreibe` for every practice of the mainland.
fn alle_praxen(
    plan: &Plan,
    aus: &mut Vec<u8>,
    schreibe: fn(&mut Vec<u8>, &Praxis) -> io::Result<()>,
) -> io::Result<()> {
    let quartal = plan.umfang.quartal;
    for schliessung in &SCHLIESSUNGEN {
        schreibe(aus, &schliessung.praxis(quartal))?;
    }
    for uebernehmende in &UEBERNEHMENDE {
        schreibe(aus, &uebernehmende.praxis(quartal))?;
    }
    schreibe(aus, &garantien::praxis())?;
    for platz in 0..plan.schliessungen() {
        schreibe(aus, &plan.geschlossen(platz).praxis)?;
    }
    for platz in 0..plan.praxen() {
        schreibe(aus, &plan.praxis(platz))?;
    }
    Ok(())
}

/// Writes `stammdaten.xml`.
pub(super) fn festland(plan: &Plan, aus: &mut Vec<u8>) -> io::Result<()> {
    let quartal = plan.umfang.quartal;
    Kodierung::Utf8.beginne(aus);
    writeln!(aus, "{WURZEL}")?;
    write!(aus, "{}", kopf(&format!("GEN-S-{quartal}"), quartal, erstellt(quartal), ""))?;
    writeln!(aus, "<praxen>")?;
    alle_praxen(plan, aus, praxis)?;
    writeln!(aus, "</praxen>\n<aerzte>")?;
    alle_praxen(plan, aus, aerzte)?;
    writeln!(aus, "</aerzte>\n<schliessungen>")?;
    schliessungen(plan, aus)?;
    writeln!(aus, "</schliessungen>\n<bewilligungen_par09>")?;
    bewilligungen(plan, aus)?;
    writeln!(aus, "</bewilligungen_par09>\n<vorlauf_par09>")?;
    vorlauf(plan, aus)?;
    writeln!(aus, "</vorlauf_par09>")?;
    par05(plan, aus)?;
    writeln!(aus, "</stammdaten>")
}

fn schliessungen(plan: &Plan, aus: &mut Vec<u8>) -> io::Result<()> {
    let quartal = plan.umfang.quartal;
    let mut zeile = |bsnr: &[u8], letzter_tag: Tag, nachfolger: bool| {
        let nachfolger = if nachfolger { "ja" } else { "nein" };
        writeln!(
            aus,
            "<schliessung bsnr=\"{}\" letzter_tag=\"{letzter_tag}\" nachfolger=\"{nachfolger}\" \
             vollstaendig=\"ja\"/>",
            t(bsnr)
        )
    };
    for schliessung in &SCHLIESSUNGEN {
        let praxis = schliessung.praxis(quartal);
        zeile(&praxis.bsnr, schliessung.letzter_tag(quartal), schliessung.nachfolger)?;
    }
    for platz in 0..plan.schliessungen() {
        let geschlossen = plan.geschlossen(platz);
        zeile(&geschlossen.praxis.bsnr, geschlossen.letzter_tag, false)?;
    }
    Ok(())
}

fn bewilligungen(plan: &Plan, aus: &mut Vec<u8>) -> io::Result<()> {
    let quartal = plan.umfang.quartal;
    let mut zeile = |bsnr: &[u8], von: &[u8], ab: Tag| {
        let (bsnr, von) = (t(bsnr), t(von));
        writeln!(aus, "<bewilligung bsnr=\"{bsnr}\" geschlossene_praxis=\"{von}\" ab=\"{ab}\"/>")
    };
    for uebernehmende in &UEBERNEHMENDE {
        for schliessung in uebernehmende.bewilligt.chars().filter_map(geschlossen) {
            zeile(
                &uebernehmende.praxis(quartal).bsnr,
                &schliessung.praxis(quartal).bsnr,
                uebernehmende.bewilligt_ab(schliessung, quartal),
            )?;
        }
    }
    // By mistake for itself.
    if let Some(eigene) = geschlossen('O') {
        let bsnr = eigene.praxis(quartal).bsnr;
        zeile(&bsnr, &bsnr, eigene.letzter_tag(quartal).plus(1))?;
    }
    for platz in 0..plan.schliessungen() {
        let geschlossen = plan.geschlossen(platz);
        let ab = geschlossen.letzter_tag.plus(1);
        for praxis in plan.uebernehmende(platz) {
            zeile(&plan.praxis(praxis).bsnr, &geschlossen.praxis.bsnr, ab)?;
        }
    }
    Ok(())
}

/// Writes earlier grants: to one patient of `M` both quarters, to some patients of practices that
/// closed long enough ago one.
fn vorlauf(plan: &Plan, aus: &mut Vec<u8>) -> io::Result<()> {
    let quartal = plan.umfang.quartal;
    let mut zeile = |id: [u8; 10], von: &[u8], bsnr: &[u8], quartale: i32| {
        writeln!(
            aus,
            "<zuschlag versicherten_id=\"{}\" geschlossene_praxis=\"{}\" bsnr=\"{}\" quartal=\"{}\"/>",
            t(&id),
            t(von),
            t(bsnr),
            quartal.plus(-quartale)
        )
    };
    let ausgeschoepft = SONDERFAELLE.iter().filter(|fall| fall.patient == AUSGESCHOEPFT);
    for fall in ausgeschoepft {
        let von = geschlossen(fall.von).map(|z| z.praxis(quartal).bsnr);
        let an = UEBERNEHMENDE.iter().find(|r| r.zeichen == fall.praxis);
        if let (Some(von), Some(an)) = (von, an) {
            let id = plan.versicherte.mit_pruefziffer(fall.patientennummer(), 0);
            zeile(id, &von, &an.praxis(quartal).bsnr, 2)?;
            zeile(id, &von, &an.praxis(quartal).bsnr, 1)?;
        }
    }
    for platz in 0..plan.schliessungen() {
        let geschlossen = plan.geschlossen(platz);
        if quartal.seit(geschlossen.letzter_tag.plus(1).quartal()) < 1 {
            continue;
        }
        let (ab, _) = patienten_geschlossen(platz);
        for praxis in plan.uebernehmende(platz) {
            let bsnr = plan.praxis(praxis).bsnr;
            for i in 0..VORLAUF_JE_PRAXIS {
                let patient =
                    ab + u64::from(erster_patient(praxis) + i * UEBERNAHMEN_JE_SCHLIESSUNG);
                zeile(plan.versicherte.id(patient), &geschlossen.praxis.bsnr, &bsnr, 1)?;
            }
        }
    }
    Ok(())
}

fn par05(plan: &Plan, aus: &mut Vec<u8>) -> io::Result<()> {
    let quartal = plan.umfang.quartal;
    let andere = (0..plan.praxen()).filter_map(|platz| {
        garantien::der_praxis(platz, || plan.praxis(platz), (plan.umfang.seed, quartal))
    });
    let alle: Vec<Garantie> = garantien::feste(quartal).chain(andere).collect();
    writeln!(aus, "<bewilligungen_par05>")?;
    for garantie in &alle {
        bewilligung_par05(aus, garantie)?;
    }
    writeln!(aus, "</bewilligungen_par05>\n<auflagenverstoesse>")?;
    for g in alle.iter().filter(|garantie| garantie.verstoss) {
        let (lanr, bsnr) = (t(&g.lanr), t(&g.bsnr));
        writeln!(aus, "<verstoss lanr=\"{lanr}\" bsnr=\"{bsnr}\" quartal=\"{quartal}\"/>")?;
    }
    writeln!(aus, "</auflagenverstoesse>\n<fachgruppendurchschnitte>")?;
    let vorjahr = quartal.plus(-4);
    for (fachgruppe, cent) in DURCHSCHNITTE {
        let betrag = euro(cent);
        writeln!(
            aus,
            "<durchschnitt fachgruppe=\"{fachgruppe}\" quartal=\"{vorjahr}\" betrag=\"{betrag}\"/>"
        )?;
    }
    writeln!(aus, "</fachgruppendurchschnitte>\n<honorare>")?;
    for g in &alle {
        if let Some(cent) = g.honorar {
            let (lanr, bsnr, betrag) = (t(&g.lanr), t(&g.bsnr), euro(cent));
            writeln!(
                aus,
                "<honorar lanr=\"{lanr}\" bsnr=\"{bsnr}\" quartal=\"{quartal}\" betrag=\"{betrag}\"/>"
            )?;
        }
    }
    writeln!(aus, "</honorare>")
}

fn bewilligung_par05(aus: &mut Vec<u8>, garantie: &Garantie) -> io::Result<()> {
    if let Some(zeigt) = garantie.zeigt {
        writeln!(aus, "<!-- {zeigt} -->")?;
    }
    write!(
        aus,
        "<bewilligung lanr=\"{}\" bsnr=\"{}\" fachgruppe=\"{}\" beginn=\"{}\" quartale=\"8\" \
         rechtsgrund=\"§ 5 Abs. 1 Satz 1\"",
        t(&garantie.lanr),
        t(&garantie.bsnr),
        garantie.fachgruppe,
        garantie.beginn
    )?;
    if let Some(ende) = garantie.ende {
        write!(aus, " ende=\"{ende}\" ende_zurechenbar=\"nein\"")?;
    }
    let (anteil, ab) = garantie.anteil;
    writeln!(aus, "><anteil wert=\"{anteil}\" ab=\"{ab}\"/></bewilligung>")
}

/// Writes `stammdaten-inseln.xml`.
pub(super) fn inseln(plan: &Plan, aus: &mut Vec<u8>) -> io::Result<()> {
    let quartal = plan.umfang.quartal;
    let praxen = inseln::praxen();
    Kodierung::Latin9.beginne(aus);
    writeln!(aus, "{WURZEL}")?;
    write!(aus, "{}", kopf(&format!("GEN-I-{quartal}"), quartal, erstellt(quartal), ""))?;
    writeln!(aus, "<praxen>")?;
    praxen.iter().try_for_each(|p| praxis(aus, p))?;
    writeln!(aus, "</praxen>\n<aerzte>")?;
    praxen.iter().try_for_each(|p| aerzte(aus, p))?;
    writeln!(aus, "</aerzte>\n<arztstellen>")?;
    let tag = |tage: i32| quartal.erster_tag().plus(tage).to_string();
    for stelle in &STELLEN {
        let bsnr = t(&praxen[stelle.praxis].bsnr);
        writeln!(
            aus,
            "<!-- {} -->\n<arztstelle id=\"{}\" bsnr=\"{bsnr}\">",
            stelle.zeigt, stelle.id
        )?;
        for b in stelle.besetzungen {
            let lanr = inseln::lanr(b.arzt);
            let ab = b.ab.map_or_else(|| SEIT.to_owned(), tag);
            let bis = b.bis.map_or_else(String::new, |bis| format!(" bis=\"{}\"", tag(bis)));
            let (lanr, anteil) = (t(&lanr), b.anteil);
            writeln!(aus, "<besetzung lanr=\"{lanr}\" anteil=\"{anteil}\" ab=\"{ab}\"{bis}/>")?;
        }
        writeln!(aus, "</arztstelle>")?;
    }
    writeln!(aus, "</arztstellen>\n<inselzahlen>")?;
    for (insel, anzahl) in INSELZAHLEN {
        writeln!(aus, "<inselzahl insel=\"{insel}\" quartal=\"{quartal}\" anzahl=\"{anzahl}\"/>")?;
    }
    writeln!(aus, "</inselzahlen>\n</stammdaten>")
}

/// Writes the rosters of the islands that cover the whole quarter, or of those that do not.
pub(super) fn dienstplan(plan: &Plan, ganz: bool, aus: &mut Vec<u8>) -> io::Result<()> {
    let quartal = plan.umfang.quartal;
    let erster = quartal.erster_tag();
    let plaene = || PLAENE.iter().filter(|plan| plan.tage.is_none() == ganz);
    let tage = plaene().find_map(|plan| plan.tage).unwrap_or(quartal.tage());
    let bis = erster.plus(tage - 1);
    Kodierung::Utf8.beginne(aus);
    writeln!(
        aus,
        "<dienstplan xmlns=\"urn:strukturfonds:dienstplan:1\">\n<kopf lieferung=\"GEN-D{}-{quartal}\" \
         kv=\"17\" von=\"{erster}\" bis=\"{bis}\" erstellt=\"{}\" version=\"1.0\" status=\"TEST\" \
         lieferart=\"voll\"/>",
        if ganz { "" } else { "-Teil" },
        bis.plus(8)
    )?;
    for plan in plaene() {
        writeln!(aus, "<insel name=\"{}\">", plan.insel)?;
        for i in 0..tage {
            let lanr = plan.dienst(i);
            writeln!(aus, "<dienst tag=\"{}\" lanr=\"{}\"/>", erster.plus(i), t(&lanr))?;
        }
        writeln!(aus, "</insel>")?;
    }
    writeln!(aus, "</dienstplan>")
}
