//! What a run came to, on one screen.

use std::collections::BTreeMap;
use std::path::Path;

use super::zeilen::{BREITE, SPALTE, absatz, anzahl, einige};
use crate::ergebnis::Ergebnis as Ausgehen;
use crate::euro::Cent;
use crate::export::buendel::Ausgang;
use crate::lauf::{Ergebnis, Gelesen, Gewonnen, Pruefung};
use crate::meldung::{Code, Meldungen, Stufe};
use crate::read::eingaben::{Art, Format};
use crate::read::umschlag::Status;
use crate::settle::abgleich::{Paragraphsumme, Summen};
use crate::settle::buchung::Buchung;

/// Every kind of input, as they are counted.
const ARTEN: [Art; 7] = [
    Art::Faelle,
    Art::Rueckblick,
    Art::Stammdaten,
    Art::Dienstplan,
    Art::Einwohner,
    Art::Einstellungen,
    Art::Schluessel,
];

/// Returns the summary of a run; `ort` tells where its bundle is.
pub(super) fn lauf(ergebnis: &Ergebnis, ort: &str) -> String {
    let marke = match ergebnis.status {
        Some(Status::Test) => " · TEST: die Buchungen sind keine Zahlungen",
        Some(Status::Release) | None => "",
    };
    let (quartal, nummer) = (ergebnis.quartal, ergebnis.lauf);
    let mut blatt = vec![format!("Strukturfonds {quartal} · Lauf {nummer}{marke}"), String::new()];
    eingaben(&mut blatt, &ergebnis.gelesen);
    let abrechnung = &ergebnis.abrechnung;
    let (summen, nachzuegler) = (&abrechnung.summen, anzahl(abrechnung.nachzuegler));
    let gekennzeichnet = anzahl(summen.par09.entschieden());
    let gelesen = anzahl(summen.faelle);
    let davon = anzahl(abrechnung.nachzuegler_gekennzeichnet(quartal));
    let text = format!(
        "gelesen {gelesen}, gekennzeichnet {gekennzeichnet}, Nachzügler {nachzuegler} (gekennzeichnet {davon})"
    );
    absatz(&mut blatt, "Fälle", &text);
    rueckblick(&mut blatt, ergebnis);
    if !ergebnis.ohne_lieferung.is_empty() {
        let text =
            format!("Praxen ohne Lieferung {}", anzahl(ergebnis.ohne_lieferung.len() as u64));
        absatz(&mut blatt, "Register", &text);
    }
    blatt.push(String::new());
    tabelle(&mut blatt, summen);
    gruende(&mut blatt, summen);
    blatt.push(String::new());
    let betrag: Cent = abrechnung.buchungen.iter().map(|buchung| buchung.betrag).sum();
    let buchungen = anzahl(abrechnung.buchungen.len() as u64);
    absatz(&mut blatt, "Buchungen", &format!("{buchungen} über {}", betrag.deutsch()));
    konten(&mut blatt, &abrechnung.buchungen);
    if 1 < nummer {
        // Nothing of an earlier run is known here.
        let text =
            format!("Lauf {nummer} bucht alles neu; frühere Belege von {quartal} bitte stornieren");
        absatz(&mut blatt, "", &text);
    }
    offen(&mut blatt, ergebnis);
    // An equation that does not hold refuses the run.
    let gleichungen = anzahl(abrechnung.gleichungen.len() as u64);
    absatz(&mut blatt, "Gleichungen", &format!("alle {gleichungen} gehen auf"));
    blatt.push(ort.to_owned());
    fertig(&blatt)
}

/// Returns what `check` has read.
pub(super) fn pruefung(pruefung: &Pruefung) -> String {
    let quartal = pruefung.quartal.map_or(String::new(), |quartal| format!(" {quartal}"));
    let ausgelassen = ausgelassen(&pruefung.gelesen);
    let befund = if ausgelassen.is_empty() {
        "keine Fehler".to_owned()
    } else {
        format!("Fehler nur in ausgelassenen Dateien: {}", einige(&ausgelassen, ", "))
    };
    let mut blatt = vec![format!("Prüfung{quartal}: {befund}"), String::new()];
    eingaben(&mut blatt, &pruefung.gelesen);
    let (faelle, marken) = (anzahl(pruefung.faelle), anzahl(pruefung.gekennzeichnet));
    absatz(&mut blatt, "Fälle", &format!("gelesen {faelle}, gekennzeichnet {marken}"));
    let meldungen = uebrige(&pruefung.meldungen).unwrap_or_else(|| "keine".to_owned());
    absatz(&mut blatt, "Meldungen", &meldungen);
    fertig(&blatt)
}

/// Returns what an extract holds and what it covers.
pub(super) fn auszug(gewonnen: &Gewonnen, ausgang: Ausgang, ziel: &Path) -> String {
    let auszug = &gewonnen.auszug;
    let mut blatt = vec![format!("Rückblick bis {}: Auszug", auszug.bis), String::new()];
    eingaben(&mut blatt, &gewonnen.gelesen);
    absatz(&mut blatt, "Fälle", &format!("gelesen {}", anzahl(gewonnen.faelle)));
    let zahl = |zahl: usize| anzahl(zahl as u64);
    let (schliessungen, patienten) = (zahl(auszug.schliessungen.len()), zahl(gewonnen.patienten));
    let behandlungen = zahl(auszug.behandlungen.len());
    let text = format!(
        "geschlossene Praxen {schliessungen}, ihre Patienten {patienten}, Behandlungen {behandlungen}"
    );
    absatz(&mut blatt, "Auszug", &text);
    let meldungen = uebrige(&gewonnen.meldungen).unwrap_or_else(|| "keine".to_owned());
    absatz(&mut blatt, "Meldungen", &meldungen);
    let was = match ausgang {
        Ausgang::Geschrieben => "geschrieben",
        Ausgang::Unveraendert => "identischen Auszug vorgefunden, nichts geändert",
        Ausgang::Ersetzt => "anderen Auszug ersetzt",
    };
    blatt.push(format!("{:SPALTE$}{}: {was}", "Datei", ziel.display()));
    fertig(&blatt)
}

/// Tells where the bundle is and what has happened to it.
pub(super) fn ort(ausgang: Ausgang, ziel: &Path) -> String {
    let was = match ausgang {
        Ausgang::Geschrieben => "geschrieben",
        Ausgang::Unveraendert => "identisches Bündel vorgefunden, nichts geändert",
        Ausgang::Ersetzt => "anderes Bündel ersetzt",
    };
    // Not broken: a path is copied.
    format!("{:SPALTE$}{}: {was}", "Bündel", ziel.display())
}

/// Returns how many decisions are left to a person.
pub(super) fn klaerfaelle(summen: &Summen) -> u64 {
    summen.paragraphen().iter().map(|(_, summe)| summe.mit(Ausgehen::Klaerfall)).sum()
}

fn fertig(blatt: &[String]) -> String {
    blatt.join("\n") + "\n"
}

/// Counts the messages that refuse nothing; `None` if there are none.
pub(super) fn uebrige(meldungen: &Meldungen) -> Option<String> {
    let stufen = [
        (Stufe::Klaerfall, "Klärfall", "Klärfälle"),
        (Stufe::Warnung, "Warnung", "Warnungen"),
        (Stufe::Hinweis, "Hinweis", "Hinweise"),
    ];
    let texte: Vec<String> = stufen
        .into_iter()
        .map(|(stufe, eine, mehrere)| (meldungen.anzahl_der_stufe(stufe), eine, mehrere))
        .filter(|(zahl, ..)| *zahl != 0)
        .map(|(zahl, eine, mehrere)| {
            format!("{} {}", anzahl(zahl), if zahl == 1 { eine } else { mehrere })
        })
        .collect();
    (!texte.is_empty()).then(|| texte.join(", "))
}

fn eingaben(blatt: &mut Vec<String>, gelesen: &[Gelesen]) {
    let zahl = |ist: &dyn Fn(&Gelesen) -> bool| gelesen.iter().filter(|g| ist(g)).count() as u64;
    let texte: Vec<String> = ARTEN
        .iter()
        .map(|art| (art.name(), zahl(&|g| g.eingabe.art == *art)))
        .chain([
            ("davon ersetzt", zahl(&|g| g.ersetzt)),
            ("davon ausgelassen", zahl(&|g| g.ausgelassen)),
        ])
        .filter(|(_, zahl)| *zahl != 0)
        .map(|(name, zahl)| format!("{name} {}", anzahl(zahl)))
        .collect();
    absatz(blatt, "Eingaben", &texte.join(", "));
}

/// What was read of the closed practices, and what would be needed.
fn rueckblick(blatt: &mut Vec<String>, ergebnis: &Ergebnis) {
    let fehlend: Vec<String> = ergebnis
        .rueckblick_fehlt
        .iter()
        .map(|(praxis, quartale)| {
            let quartale: Vec<String> = quartale.iter().map(ToString::to_string).collect();
            format!("{} (Praxis {praxis})", quartale.join(", "))
        })
        .collect();
    let fehlt = if fehlend.is_empty() {
        "vollständig".to_owned()
    } else {
        // All of them: somebody has to find these files.
        format!("es fehlen {}", fehlend.join("; "))
    };
    let auszuege = ergebnis.gelesen.iter().filter(|g| g.eingabe.format == Format::Auszug).count();
    let auszuege = match auszuege {
        0 => String::new(),
        zahl => format!(", Auszüge {}", anzahl(zahl as u64)),
    };
    let text = format!(
        "Fälle {}{auszuege}, Patienten geschlossener Praxen {}; {fehlt}",
        anzahl(ergebnis.faelle_im_rueckblick),
        anzahl(ergebnis.patienten_im_rueckblick as u64)
    );
    absatz(blatt, "Rückblick", &text);
}

/// The table of the paragraphs.
fn tabelle(blatt: &mut Vec<String>, summen: &Summen) {
    let mut zeile = |name: &str, zahlen: [&str; 5]| {
        let [entschieden, bewilligt, abgelehnt, klaerfall, euro] = zahlen;
        blatt.push(format!(
            "{name:21}{entschieden:>11}{bewilligt:>11}{abgelehnt:>11}{klaerfall:>11}{euro:>15}"
        ));
    };
    zeile("", ["entschieden", "bewilligt", "abgelehnt", "Klärfälle", "Euro"]);
    let je = |summen: &[&Paragraphsumme]| {
        let zahl = |zaehle: &dyn Fn(&Paragraphsumme) -> u64| {
            anzahl(summen.iter().map(|summe| zaehle(summe)).sum())
        };
        let betrag: Cent = summen.iter().map(|summe| summe.betrag).sum();
        let [bewilligt, abgelehnt, klaerfall] =
            Ausgehen::ALLE.map(|ergebnis| zahl(&|summe| summe.mit(ergebnis)));
        let euro = betrag.deutsch().replace(" EUR", "");
        [zahl(&Paragraphsumme::entschieden), bewilligt, abgelehnt, klaerfall, euro]
    };
    let paragraphen = summen.paragraphen();
    let namen = ["§ 5 Umsatzgarantie", "§ 6 Erschwerniszulage", "§ 9 Fallwertzuschlag"];
    for (name, (_, summe)) in namen.iter().zip(paragraphen) {
        zeile(name, je(&[summe]).each_ref().map(String::as_str));
    }
    let alle = je(&paragraphen.map(|(_, summe)| summe));
    zeile("zusammen", alle.each_ref().map(String::as_str));
}

/// What finance posts per account code.
fn konten(blatt: &mut Vec<String>, buchungen: &[Buchung]) {
    let mut je_konto: BTreeMap<&str, (u64, Cent)> = BTreeMap::new();
    for buchung in buchungen {
        let (belege, summe) = je_konto.entry(&buchung.konto).or_default();
        *belege += 1;
        *summe = *summe + buchung.betrag;
    }
    for (konto, (belege, summe)) in je_konto {
        let (belege, summe) = (anzahl(belege), summe.deutsch());
        absatz(blatt, "", &format!("Konto {konto}: Belege {belege}, {summe}"));
    }
}

/// The reasons that occurred, in the table's order down the columns.
fn gruende(blatt: &mut Vec<String>, summen: &Summen) {
    let paragraphen = summen.paragraphen();
    if paragraphen.iter().all(|(_, summe)| summe.je_grund.iter().all(|(_, zahl)| *zahl == 0)) {
        return;
    }
    blatt.extend([String::new(), "Gründe (eine Entscheidung kann mehrere haben)".to_owned()]);
    for (paragraph, summe) in paragraphen {
        let codes: Vec<(&str, String)> = summe
            .je_grund
            .iter()
            .filter(|(_, zahl)| *zahl != 0)
            .map(|(code, zahl)| (*code, anzahl(*zahl)))
            .collect();
        let zeilen = spalten(&codes, 2).or_else(|| spalten(&codes, 1)).unwrap_or_default();
        let mut kopf = format!("§ {paragraph}");
        for zeile in zeilen {
            blatt.push(format!("{kopf:EINZUG$}{zeile}"));
            kopf.clear();
        }
    }
}

/// Where the codes of a paragraph begin.
const EINZUG: usize = 5;

/// What stands between two columns of codes.
const LUECKE: &str = "   ";

/// Sets codes and counts into so many columns; `None` if the screen is too narrow for them.
fn spalten(codes: &[(&str, String)], spalten: usize) -> Option<Vec<String>> {
    let hoehe = codes.len().div_ceil(spalten);
    let mut zeilen = vec![String::new(); hoehe];
    for (nummer, spalte) in codes.chunks(hoehe.max(1)).enumerate() {
        let laengstes = |laenge: &dyn Fn(&(&str, String)) -> usize| spalte.iter().map(laenge).max();
        let name = laengstes(&|(code, _)| code.chars().count()).unwrap_or(0);
        let zahl = laengstes(&|(_, zahl)| zahl.len()).unwrap_or(0);
        let luecke = if nummer == 0 { "" } else { LUECKE };
        for (zeile, (code, anzahl)) in zeilen.iter_mut().zip(spalte) {
            let zelle = format!("{luecke}{code:name$} {anzahl:>zahl$}");
            zeile.push_str(&zelle);
        }
    }
    let passt = |zeile: &String| EINZUG + zeile.chars().count() <= BREITE;
    (spalten == 1 || zeilen.iter().all(passt)).then_some(zeilen)
}

/// What a person has to do.
fn offen(blatt: &mut Vec<String>, ergebnis: &Ergebnis) {
    let summen = &ergebnis.abrechnung.summen;
    let tabellen = ["umsatzgarantie.csv", "erschwerniszulage.csv", "entscheidungen.csv"];
    let mit: Vec<&str> = tabellen
        .into_iter()
        .zip(summen.paragraphen())
        .filter(|(_, (_, summe))| summe.mit(Ausgehen::Klaerfall) != 0)
        .map(|(name, _)| name)
        .collect();
    let ausgelassen = ausgelassen(&ergebnis.gelesen);
    if !mit.is_empty() {
        let zahl = anzahl(klaerfaelle(summen));
        let text = format!("{zahl} zu entscheiden: ergebnis klaerfall in {}", mit.join(", "));
        absatz(blatt, "Klärfälle", &text);
    } else if ausgelassen.is_empty() {
        absatz(blatt, "Klärfälle", "keine");
    }
    if !ausgelassen.is_empty() {
        let praxen = anzahl(ergebnis.meldungen.anzahl(Code::DateiAusgelassen));
        let text = format!(
            "Klärfälle für Praxen {praxen} (meldungen.csv); beschädigt: {}",
            einige(&ausgelassen, ", ")
        );
        absatz(blatt, "Ausgelassen", &text);
    }
}

/// Returns the names of the inputs that were left out.
fn ausgelassen(gelesen: &[Gelesen]) -> Vec<String> {
    let ausgelassen = gelesen.iter().filter(|gelesen| gelesen.ausgelassen);
    ausgelassen.map(|gelesen| gelesen.eingabe.name.to_string()).collect()
}

#[cfg(test)]
mod tests;
