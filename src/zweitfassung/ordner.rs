//! A portfolio as an input folder: claims, look-back, reference data, rosters, population, settings.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;

use super::portfolio::{
    Arztstelle, Bewilligung05, Einstellungen, Fall, Portfolio, Praxis, Tag, Veroeffentlichung,
    Zeile, erstellt,
};

/// Writes every file of the portfolio into `ordner`.
pub(super) fn schreibe(portfolio: &Portfolio, ordner: &Path) {
    fs::create_dir(ordner.join("rueckblick")).expect("a folder");
    for (name, text) in dateien(portfolio) {
        fs::write(ordner.join(name), text).expect("a file");
    }
}

impl fmt::Debug for Portfolio {
    /// Writes the input folder: with it anybody can repeat the run.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ohne_vorlauf {
            f.write_str("--ohne-vorlauf\n")?;
        }
        for (name, text) in dateien(self) {
            writeln!(f, "---- {name}\n{text}")?;
        }
        Ok(())
    }
}

/// Attributes in the order in which they are added.
#[derive(Default)]
struct Attribute(String);

impl Attribute {
    fn mit(mut self, name: &str, wert: impl fmt::Display) -> Self {
        write!(self.0, " {name}=\"{wert}\"").expect("a text");
        self
    }

    fn wenn<T: fmt::Display>(self, name: &str, wert: Option<T>) -> Self {
        match wert {
            Some(wert) => self.mit(name, wert),
            None => self,
        }
    }
}

fn leer(element: &str, attribute: &Attribute) -> String {
    format!("<{element}{}/>\n", attribute.0)
}

fn mit_inhalt(element: &str, attribute: &Attribute, inhalt: &str) -> String {
    format!("<{element}{}>\n{inhalt}</{element}>\n", attribute.0)
}

fn ja(wert: bool) -> &'static str {
    if wert { "ja" } else { "nein" }
}

fn euro(cent: i64) -> String {
    let vorzeichen = if cent < 0 { "-" } else { "" };
    format!("{vorzeichen}{}.{:02}", cent.abs() / 100, cent.abs() % 100)
}

fn anteil(millionstel: u32) -> String {
    format!("{}.{:06}", millionstel / 1_000_000, millionstel % 1_000_000)
}

fn kopf(lieferung: &str, zeit: &Attribute) -> String {
    let kopf = Attribute::default().mit("lieferung", lieferung).mit("kv", "17");
    let kopf = Attribute(kopf.0 + &zeit.0)
        .mit("erstellt", erstellt())
        .mit("version", "1.0")
        .mit("status", "TEST")
        .mit("lieferart", "voll");
    leer("kopf", &kopf)
}

fn dokument(wurzel: &str, kopf: &str, inhalt: &str) -> String {
    let namensraum = Attribute::default().mit("xmlns", format!("urn:strukturfonds:{wurzel}:1"));
    mit_inhalt(wurzel, &namensraum, &format!("{kopf}{inhalt}"))
}

fn dateien(portfolio: &Portfolio) -> Vec<(String, String)> {
    let mut dateien = vec![
        ("einstellungen.toml".to_owned(), einstellungen(portfolio)),
        ("stammdaten.xml".to_owned(), stammdaten(portfolio)),
    ];
    for veroeffentlichung in &portfolio.veroeffentlichungen {
        let name = format!("gv100ad_{}.txt", veroeffentlichung.gebietsstand);
        dateien.push((name, einwohner(veroeffentlichung)));
    }
    for (nummer, plan) in portfolio.dienstplaene.iter().enumerate() {
        let zeit = Attribute::default().mit("von", plan.von).mit("bis", plan.bis);
        let mut inhalt = String::new();
        for (name, dienste) in &plan.inseln {
            let mut alle = String::new();
            for (tag, lanr) in dienste {
                alle += &leer("dienst", &Attribute::default().mit("tag", tag).mit("lanr", lanr));
            }
            inhalt += &mit_inhalt("insel", &Attribute::default().mit("name", name), &alle);
        }
        let text = dokument("dienstplan", &kopf(&format!("D{nummer}"), &zeit), &inhalt);
        dateien.push((format!("dienstplan-{nummer}.xml"), text));
    }
    for (nummer, lieferung) in portfolio.lieferungen.iter().enumerate() {
        let zeit = Attribute::default().mit("quartal", lieferung.quartal);
        let mut inhalt = String::new();
        for (bsnr, faelle) in &lieferung.praxen {
            let faelle: String = faelle.iter().map(fall).collect();
            inhalt += &mit_inhalt("praxis", &Attribute::default().mit("bsnr", bsnr), &faelle);
        }
        let ordner = if lieferung.rueckblick { "rueckblick/" } else { "" };
        let text = dokument("faelle", &kopf(&format!("F{nummer}"), &zeit), &inhalt);
        dateien.push((format!("{ordner}faelle-{nummer}.xml"), text));
    }
    dateien
}

fn fall(fall: &Fall) -> String {
    let attribute = Attribute::default()
        .mit("id", &fall.id)
        .wenn("versicherten_id", fall.versicherten_id.as_ref())
        .mit("satzart", fall.satzart)
        .mit("scheinuntergruppe", fall.scheinuntergruppe)
        .wenn("quartal", fall.quartal)
        .wenn("uebernahme", fall.uebernahme.map(ja))
        .wenn("uebernommen_von", fall.uebernommen_von.as_ref());
    let mut leistungen = String::new();
    for l in &fall.leistungen {
        let leistung =
            Attribute::default().mit("tag", l.tag).mit("gnr", l.gnr).mit("lanr", &l.lanr);
        leistungen += &leer("leistung", &leistung);
    }
    mit_inhalt("fall", &attribute, &leistungen)
}

fn einstellungen(portfolio: &Portfolio) -> String {
    let Einstellungen {
        rundung,
        kennzeichen_gnr,
        rueckblick,
        rueckblick_vertreter_und_notfall,
        notfaelle,
        nur_originalschein,
        kinderaerzte,
        mehrfachuebernahme,
        zwei_quartale_je,
        acht_quartale_je,
        ende_anteilig,
        negatives_honorar,
        dienst_zaehlt,
        wechsel,
    } = &portfolio.einstellungen;
    let verfuegbar: Vec<String> = portfolio
        .veroeffentlichungen
        .iter()
        .filter_map(|v| Some(format!("\"{}\" = \"{}\"", v.gebietsstand, v.verfuegbar_seit?)))
        .collect();
    let parameter = portfolio.neuer_zuschlag.map_or_else(String::new, |cent| {
        let (ab, bekannt_ab) = (portfolio.quartal, erstellt());
        format!(
            "[[parameter]]\nname = \"par09.zuschlag_cent\"\nab = \"{ab}\"\n\
             bekannt_ab = {bekannt_ab}\nwert = {cent}\nfundstelle = \"Beschluss\"\n"
        )
    });
    format!(
        "[konten]\npar05 = \"5\"\npar06 = \"6\"\npar09 = \"9\"\n\
         [einwohner]\nverfuegbar_seit = {{ {} }}\n\
         [allgemein]\nrundung = \"{rundung}\"\n\
         [par05]\nacht_quartale_je = \"{acht_quartale_je}\"\nende_anteilig = \"{ende_anteilig}\"\n\
         negatives_honorar = \"{negatives_honorar}\"\n\
         [par06]\ndienst_zaehlt = \"{dienst_zaehlt}\"\nwechsel = \"{wechsel}\"\n\
         [par09]\nkennzeichen_gnr = {kennzeichen_gnr:?}\nzeitraum = \"ab_folgetag\"\n\
         rueckblick = \"{rueckblick}\"\nrueckblick_vertreter_und_notfall = \"{rueckblick_vertreter_und_notfall}\"\n\
         notfaelle = \"{notfaelle}\"\nnur_originalschein = \"{nur_originalschein}\"\n\
         kinderaerzte = \"{kinderaerzte}\"\nmehrfachuebernahme = \"{mehrfachuebernahme}\"\n\
         zwei_quartale_je = \"{zwei_quartale_je}\"\n{parameter}",
        verfuegbar.join(", ")
    )
}

/// Lines of GV100AD: Satzart, Gebietsstand, AGS, name, Textkennzeichen, area, population.
fn einwohner(veroeffentlichung: &Veroeffentlichung) -> String {
    let stand = veroeffentlichung.gebietsstand.to_string().replace('-', "");
    let mut text = String::new();
    for (ags, zahl) in &veroeffentlichung.gemeinden {
        let name = format!("{:<50}", format!("Gemeinde {ags}"));
        let art = if ags[5..] >= *"500" { "66" } else { "63" };
        writeln!(
            text,
            "60{stand}{ags}    {name}{:50}{art}    00000011984{zahl:011}{:70}\r",
            "", ""
        )
        .expect("a text");
    }
    text
}

/// A section with a row for each element of `zeilen`.
fn abschnitt<T>(
    name: &str,
    zeilen: &[Zeile<T>],
    zeile: impl Fn(&T, &dyn Fn(Attribute) -> Attribute) -> String,
) -> String {
    let mut inhalt = String::new();
    for z in zeilen {
        inhalt += &zeile(&z.inhalt, &|attribute| attribute.wenn("bekannt_ab", z.bekannt_ab));
    }
    mit_inhalt(name, &Attribute::default(), &inhalt)
}

fn gueltig(attribute: Attribute, ab: Option<Tag>, bis: Option<Tag>) -> Attribute {
    attribute.wenn("gueltig_ab", ab).wenn("gueltig_bis", bis)
}

fn stammdaten(p: &Portfolio) -> String {
    let neu = Attribute::default;
    let abschnitte = [
        abschnitt("praxen", &p.praxen, praxis),
        abschnitt("aerzte", &p.aerzte, |z, bekannt| {
            let arzt = neu()
                .mit("lanr", &z.lanr)
                .mit("fachgruppe", &z.lanr[7..])
                .mit("psychotherapeut", ja(z.psychotherapeut));
            leer("arzt", &bekannt(gueltig(arzt, z.ab, z.bis)))
        }),
        abschnitt("arztstellen", &p.arztstellen, arztstelle),
        abschnitt("schliessungen", &p.schliessungen, |z, bekannt| {
            let schliessung = neu()
                .mit("bsnr", &z.bsnr)
                .mit("letzter_tag", z.letzter_tag)
                .mit("nachfolger", ja(z.nachfolger))
                .mit("vollstaendig", ja(z.vollstaendig));
            leer("schliessung", &bekannt(schliessung))
        }),
        abschnitt("bewilligungen_par09", &p.bewilligungen09, |z, bekannt| {
            let bewilligung = neu()
                .mit("bsnr", &z.bsnr)
                .mit("geschlossene_praxis", &z.geschlossene_praxis)
                .mit("ab", z.ab)
                .wenn("bis", z.bis);
            leer("bewilligung", &bekannt(bewilligung))
        }),
        p.vorlauf.as_deref().map_or_else(String::new, |zuschlaege| {
            abschnitt("vorlauf_par09", zuschlaege, |z, bekannt| {
                let zuschlag = neu()
                    .mit("versicherten_id", &z.versicherten_id)
                    .mit("geschlossene_praxis", &z.geschlossene_praxis)
                    .mit("bsnr", &z.bsnr)
                    .mit("quartal", z.quartal);
                leer("zuschlag", &bekannt(zuschlag))
            })
        }),
        abschnitt("bewilligungen_par05", &p.bewilligungen05, bewilligung05),
        abschnitt("auflagenverstoesse", &p.verstoesse, |z, bekannt| {
            let verstoss =
                neu().mit("lanr", &z.lanr).mit("bsnr", &z.bsnr).mit("quartal", z.quartal);
            leer("verstoss", &bekannt(verstoss))
        }),
        abschnitt("fachgruppendurchschnitte", &p.durchschnitte, |z, bekannt| {
            let durchschnitt = neu()
                .mit("fachgruppe", z.fachgruppe)
                .mit("quartal", z.quartal)
                .mit("betrag", euro(z.cent));
            leer("durchschnitt", &bekannt(durchschnitt))
        }),
        abschnitt("honorare", &p.honorare, |z, bekannt| {
            let honorar = neu()
                .mit("lanr", &z.lanr)
                .mit("bsnr", &z.bsnr)
                .mit("quartal", z.quartal)
                .mit("betrag", euro(z.cent));
            leer("honorar", &bekannt(honorar))
        }),
        abschnitt("inselzahlen", &p.inselzahlen, |z, bekannt| {
            let zahl =
                neu().mit("insel", z.insel).mit("quartal", z.quartal).mit("anzahl", z.anzahl);
            leer("inselzahl", &bekannt(zahl))
        }),
    ];
    let zeit = neu().mit("quartal", p.quartal);
    dokument("stammdaten", &kopf("S", &zeit), &abschnitte.concat())
}

fn praxis(z: &Praxis, bekannt: &dyn Fn(Attribute) -> Attribute) -> String {
    let praxis = Attribute::default()
        .mit("bsnr", &z.bsnr)
        .mit("art", z.art)
        .mit("gemeinde", z.gemeinde)
        .wenn("insel", z.insel)
        .mit("honorarkonto", format!("HK{}", z.bsnr));
    let zweige: String = z
        .zweige
        .iter()
        .map(|zweig| {
            let attribute = Attribute::default().mit("bsnr", &zweig.bsnr);
            leer("zweigpraxis", &gueltig(attribute, zweig.ab, zweig.bis))
        })
        .collect();
    mit_inhalt("praxis", &bekannt(gueltig(praxis, z.ab, z.bis)), &zweige)
}

fn arztstelle(z: &Arztstelle, bekannt: &dyn Fn(Attribute) -> Attribute) -> String {
    let besetzungen: String = z
        .besetzungen
        .iter()
        .map(|b| {
            let besetzung = Attribute::default()
                .mit("lanr", &b.lanr)
                .mit("anteil", anteil(b.anteil))
                .mit("ab", b.ab)
                .wenn("bis", b.bis);
            leer("besetzung", &besetzung)
        })
        .collect();
    let stelle = Attribute::default().mit("id", &z.id).mit("bsnr", &z.bsnr);
    mit_inhalt("arztstelle", &bekannt(stelle), &besetzungen)
}

fn bewilligung05(z: &Bewilligung05, bekannt: &dyn Fn(Attribute) -> Attribute) -> String {
    let anteile: String = z
        .anteile
        .iter()
        .map(|a| {
            let attribute = Attribute::default().mit("wert", anteil(a.wert)).mit("ab", a.ab);
            leer("anteil", &attribute.wenn("bis", a.bis))
        })
        .collect();
    let bewilligung = Attribute::default()
        .mit("lanr", &z.lanr)
        .mit("bsnr", &z.bsnr)
        .mit("fachgruppe", z.fachgruppe)
        .mit("beginn", z.beginn)
        .mit("quartale", z.quartale)
        .mit("rechtsgrund", "§ 5 Abs. 1 Satz 1")
        .wenn("ende", z.ende)
        .wenn("ende_zurechenbar", z.ende.map(|_| "nein"));
    mit_inhalt("bewilligung", &bekannt(bewilligung), &anteile)
}
