//! Writes results: the bundle folder, its tables, and nothing that it would have to compute.

use std::io::{self, Write};
use std::path::Path;

use crate::lauf::Ergebnis;
use crate::parameter::Regeln;
use crate::quartal::Quartal;

pub mod auszug;
#[cfg(test)]
pub(crate) mod beispiel;
pub mod buendel;
pub mod csv;
pub mod nachweis;
pub(crate) mod ordner;
pub mod protokoll;
mod regelwerk;
pub mod tabellen;
mod wort;

use buendel::{Ausgang, Buendel, Fehler};
use csv::{MeldungZeile, Tabelle};

/// Writes the bundle of a run to `ziel`, whole or not at all. An identical bundle is left as it is,
/// a different one is replaced only if `ueberschreiben`. `zeitstempel` goes into the protocol.
///
/// # Errors
/// [`Fehler`]; then there is no new bundle, and one that was there is untouched.
pub fn schreibe(
    ergebnis: &Ergebnis,
    zeitstempel: Option<&str>,
    ziel: &Path,
    ueberschreiben: bool,
) -> Result<Ausgang, Fehler> {
    let mut buendel = Buendel::beginne(ziel)?;
    schreibe_tabellen(ergebnis, &mut buendel)?;
    let mut datei = buendel.datei(nachweis::DATEI)?;
    nachweis::schreibe(ergebnis, &mut datei)?;
    datei.fertig()?;
    let mut datei = buendel.datei(protokoll::DATEI)?;
    datei.write_all(protokoll::text(ergebnis, zeitstempel)?.as_bytes())?;
    datei.fertig()?;
    buendel.fertig(ueberschreiben)
}

fn schreibe_tabellen(ergebnis: &Ergebnis, buendel: &mut Buendel) -> Result<(), Fehler> {
    let abrechnung = &ergebnis.abrechnung;
    let auslegungen = &ergebnis.einstellungen.auslegungen;
    tabelle(buendel, abrechnung.par09.blicke().map(tabellen::entscheidung))?;
    let par05 = abrechnung.par05.iter().map(|e| tabellen::umsatzgarantie(e, auslegungen));
    tabelle(buendel, par05)?;
    let regeln = regeln_fuer(ergebnis, ergebnis.quartal)?;
    let par06 = abrechnung.par06.iter().map(|e| tabellen::erschwerniszulage(e, &regeln.par06));
    tabelle(buendel, par06)?;
    let buchungen = abrechnung.buchungen.iter().map(|b| tabellen::buchung(b, ergebnis.lauf));
    tabelle(buendel, buchungen)?;
    let meldungen = ergebnis.meldungen.liste();
    tabelle(buendel, meldungen.iter().map(MeldungZeile::from))
}

/// Returns the numbers by which a quarter was decided; every quarter that was has some.
fn regeln_fuer(ergebnis: &Ergebnis, quartal: Quartal) -> io::Result<&Regeln> {
    let fehlen = || io::Error::other(format!("die Regeln für {quartal} fehlen"));
    ergebnis.regeln.get(&quartal).ok_or_else(fehlen)
}

fn tabelle<T: Tabelle>(
    buendel: &mut Buendel,
    zeilen: impl IntoIterator<Item = T>,
) -> Result<(), Fehler> {
    let mut datei = buendel.datei(T::DATEI)?;
    csv::schreibe(&mut datei, zeilen)?;
    datei.fertig()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_bundle_is_complete_and_written_once() {
        let ordner = tempfile::tempdir().expect("Ordner");
        let ziel = ordner.path().join("2024Q1");
        let ergebnis = beispiel::demoquartal();
        for (zeitstempel, ueberschreiben, ausgang) in [
            (None, false, Some(Ausgang::Geschrieben)),
            (None, false, Some(Ausgang::Unveraendert)),
            (Some("2024-06-03"), false, None),
            (Some("2024-06-03"), true, Some(Ausgang::Ersetzt)),
        ] {
            let ergebnis = schreibe(&ergebnis, zeitstempel, &ziel, ueberschreiben);
            assert_eq!(ergebnis.ok(), ausgang, "{zeitstempel:?}");
        }
        let zeilen = |name: &str| {
            let text = fs::read_to_string(ziel.join(name)).expect(name);
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        for (name, anzahl, zweite) in [
            (
                "entscheidungen.csv",
                76,
                "0690102,UEB-001,faelle-1.xml,1,0690102,2024Q1,abgelehnt,0,eigene_praxis,\
                 eigene_praxis|keine_bewilligung|behandlung_vor_schliessung",
            ),
            (
                "umsatzgarantie.csv",
                20,
                "9003850,1190301,2024Q1,1,HAUSARZT,7148400,46,91,3613477,1248035,bewilligt,\
                 2365442,,",
            ),
            ("erschwerniszulage.csv", 28, "AS-BAL-1,"),
            ("buchungen.csv", 21, "2024Q1-001-000001,2024Q1,2024Q1,5,"),
        ] {
            let zeilen = zeilen(name);
            assert!(zeilen[1].starts_with(zweite), "{name}: {}", zeilen[1]);
            assert_eq!(zeilen.len(), anzahl, "{name}");
        }
        assert!(zeilen("buchungen.csv")[1].contains(",1,1,test,,erstbuchung,"));
        assert!(1 < zeilen("meldungen.csv").len());
    }
}
