//! Writes results: the bundle folder, its tables, and nothing that it would have to compute. The
//! threads of the run make the lines side by side, a bounded number at a time.

use std::io::{self, Write};
use std::path::Path;

use crate::lauf::Ergebnis;
use crate::parameter::Regeln;
use crate::quartal::Quartal;
use crate::threads;

pub mod auszug;
#[cfg(test)]
pub(crate) mod beispiel;
pub mod buendel;
pub mod csv;
pub mod nachweis;
pub(crate) mod ordner;
pub mod protokoll;
mod regelwerk;
mod stuecke;
pub mod tabellen;
mod wort;

use buendel::{Ausgang, Buendel, Fehler};
use csv::{MeldungZeile, Tabelle};

/// Writes the bundle of a run to `ziel`, whole or not at all. An identical bundle is left as it is,
/// a different one is replaced only if `ueberschreiben`. `zeitstempel` goes into the protocol. There are
/// as many threads as the run had.
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
    threads::pool(Some(ergebnis.threads))?
        .install(|| fuelle(ergebnis, zeitstempel, &mut buendel))?;
    buendel.fertig(ueberschreiben)
}

/// Writes the files of a bundle: the evidence, which is nearly all of it, and the others beside it.
fn fuelle(
    ergebnis: &Ergebnis,
    zeitstempel: Option<&str>,
    buendel: &mut Buendel,
) -> Result<(), Fehler> {
    let mut datei = buendel.datei(nachweis::DATEI)?;
    let (uebrige, nachweis) = rayon::join(
        || {
            schreibe_tabellen(ergebnis, buendel)?;
            let mut datei = buendel.datei(protokoll::DATEI)?;
            datei.write_all(protokoll::text(ergebnis, zeitstempel)?.as_bytes())?;
            datei.fertig()
        },
        || {
            nachweis::schreibe(ergebnis, &mut datei)?;
            datei.fertig()
        },
    );
    uebrige.and(nachweis)
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
    use std::sync::Arc;

    use super::buendel::tests::Kaputt;
    use super::*;

    #[test]
    fn a_failing_step_beside_another_leaves_nothing() {
        let ergebnis = beispiel::demoquartal();
        for threads in [1, 3] {
            let pool = threads::pool(Some(threads)).expect("Threads");
            let ordner = tempfile::tempdir().expect("Ordner");
            let ziel = ordner.path().join("2024Q1");
            let schreibe = |platte: Arc<Kaputt>| {
                let mut buendel = Buendel::beginne_auf(&ziel, platte)?;
                pool.install(|| fuelle(&ergebnis, None, &mut buendel))?;
                buendel.fertig(false)
            };
            let mut schritt = 0;
            loop {
                let platte = Kaputt::neu(Some(schritt), u64::MAX, true);
                let ergebnis = schreibe(platte.clone());
                if !platte.hat_versagt() {
                    assert_eq!(ergebnis.ok(), Some(Ausgang::Geschrieben));
                    break;
                }
                let fehler = ergebnis.expect_err("Schritt").to_string();
                assert!(fehler.ends_with(": Fehler der Platte"), "Schritt {schritt}: {fehler}");
                assert_eq!(fs::read_dir(ordner.path()).expect("Ordner").count(), 0, "{schritt}");
                schritt += 1;
            }
            assert!(20 < schritt, "nur {schritt} Schritte");
            fs::remove_dir_all(&ziel).expect("weg");
            // Nothing fits, so each of them fails: the first file tells it.
            let fehler = schreibe(Kaputt::neu(None, 0, true)).expect_err("voll").to_string();
            assert!(fehler.ends_with("entscheidungen.csv: kein Speicherplatz mehr"), "{fehler}");
        }
    }

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
