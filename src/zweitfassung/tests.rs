//! Both programs decide the same portfolios; results, reasons and cents must be equal.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, thread};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::gemeinsam::Urteil;
use super::portfolio::Portfolio;
use super::{ordner, par05, par06, par09, zufall};
use crate::ergebnis::{Gruende, Grund, Grund05, Grund06, Grund09};
use crate::euro::Cent;
use crate::lauf::{Auftrag, fuehre_aus};
use crate::meldung::Stufe;
use crate::read::eingaben::Eingaben;
use crate::read::roh::Zaehler;

/// All decisions of a run by paragraph and key, as text; or the code of the refusal.
type Entscheidungen = Result<BTreeMap<String, String>, String>;

/// Portfolios without the environment variable `PORTFOLIOS`.
const PORTFOLIOS: usize = 256;

/// Runs of dice, each with a seed of its own, so that the number of threads changes nothing.
const TEILE: usize = 16;

/// The fast program, end to end.
fn erstfassung(portfolio: &Portfolio) -> Entscheidungen {
    let temp = tempfile::tempdir().expect("a folder");
    ordner::schreibe(portfolio, temp.path());
    let auftrag = Auftrag {
        eingaben: Eingaben::aus(Some(temp.path()), &[]),
        threads: Some(1),
        ohne_vorlauf: portfolio.ohne_vorlauf,
        ohne_fehlerhafte_dateien: false,
        lauf: 1,
        zaehler: Zaehler::default(),
    };
    let ergebnis = match fuehre_aus(&auftrag) {
        Ok(ergebnis) => ergebnis.abrechnung,
        Err(meldungen) => {
            let mut fehler = meldungen.liste();
            fehler.retain(|m| m.code.stufe() == Stufe::Fehler);
            if fehler.iter().all(|m| m.code.name() == "vorlauf_fehlt") {
                return Err("vorlauf_fehlt".to_owned());
            }
            let texte: Vec<String> = fehler.iter().map(ToString::to_string).collect();
            return Err(texte.join("\n"));
        }
    };
    let mut alle = BTreeMap::new();
    for e in &ergebnis.par05 {
        let s = &e.sachverhalt;
        let schluessel = format!("§ 5 {} {} {}", s.arzt, s.praxis, s.beginn);
        alle.insert(schluessel, text(e.gruende, e.betrag));
    }
    for e in &ergebnis.par06 {
        alle.insert(format!("§ 6 {}", e.sachverhalt.arztstelle), text(e.gruende, e.betrag));
    }
    for e in &ergebnis.par09 {
        let schluessel = format!("§ 9 {} {}", e.sachverhalt.praxis, e.fall_id);
        alle.insert(schluessel, text(e.gruende, e.betrag));
    }
    Ok(alle)
}

fn text<G: Grund>(gruende: Gruende<G>, betrag: Cent) -> String {
    format!("{} {} {}", gruende.ergebnis().name(), betrag.cent(), gruende.text())
}

/// The slow program.
fn zweitfassung(portfolio: &Portfolio) -> Entscheidungen {
    if par09::vorlauf_fehlt(portfolio) {
        return Err("vorlauf_fehlt".to_owned());
    }
    let mut alle = BTreeMap::new();
    let mut nimm = |schluessel: String, u: &Urteil| {
        let text = format!("{} {} {}", u.ergebnis, u.cent, u.gruende.join("|"));
        assert_eq!(alle.insert(schluessel.clone(), text), None, "{schluessel} twice");
    };
    for ((arzt, praxis, beginn), urteil) in par05::entscheide(portfolio) {
        nimm(format!("§ 5 {arzt} {praxis} {beginn}"), &urteil);
    }
    for (stelle, urteil) in par06::entscheide(portfolio) {
        nimm(format!("§ 6 {stelle}"), &urteil);
    }
    for ((praxis, fall), urteil, _) in par09::entscheide(portfolio) {
        nimm(format!("§ 9 {praxis} {fall}"), &urteil);
    }
    Ok(alle)
}

/// How often each result and each reason occurred.
type Abdeckung = Mutex<BTreeMap<String, usize>>;

fn vergleiche(portfolio: &Portfolio, abdeckung: &Abdeckung) -> Result<(), TestCaseError> {
    let (erste, zweite) = (erstfassung(portfolio), zweitfassung(portfolio));
    if erste != zweite {
        return Err(TestCaseError::fail(unterschied(&erste, &zweite)));
    }
    let mut abdeckung = abdeckung.lock().expect("no thread died");
    let mut zaehle = |was: &str| *abdeckung.entry(was.to_owned()).or_default() += 1;
    match zweite {
        Ok(alle) => {
            for (schluessel, text) in alle {
                let paragraph = &schluessel[..4];
                let mut woerter = text.split(' ');
                zaehle(&format!("{paragraph} {}", woerter.next().unwrap_or_default()));
                for code in woerter.last().unwrap_or_default().split('|') {
                    zaehle(&format!("{paragraph} {code}"));
                }
            }
        }
        Err(code) => zaehle(&code),
    }
    Ok(())
}

/// Only what differs: first the fast program, then the slow one.
fn unterschied(erste: &Entscheidungen, zweite: &Entscheidungen) -> String {
    let (Ok(erste), Ok(zweite)) = (erste, zweite) else {
        return format!("fast: {erste:#?}\nslow: {zweite:#?}");
    };
    let nichts = "no decision".to_owned();
    let mut text = String::new();
    for schluessel in erste.keys().chain(zweite.keys().filter(|k| !erste.contains_key(*k))) {
        let von = |alle: &BTreeMap<String, String>| alle.get(schluessel).unwrap_or(&nichts).clone();
        if von(erste) != von(zweite) {
            text += &format!("{schluessel}\n  fast: {}\n  slow: {}\n", von(erste), von(zweite));
        }
    }
    text
}

/// Throws and compares `anzahl` portfolios; a difference is shrunk and shown as an input folder.
fn teil(nummer: u8, saat: u8, anzahl: usize, abdeckung: &Abdeckung) -> Result<(), String> {
    let config = Config {
        cases: u32::try_from(anzahl).expect("a number of portfolios"),
        failure_persistence: None,
        ..Config::default()
    };
    let mut samen = [0; 32];
    (samen[0], samen[1]) = (nummer, saat);
    let wuerfel = TestRng::from_seed(RngAlgorithm::ChaCha, &samen);
    let mut laeufer = TestRunner::new_with_rng(config, wuerfel);
    laeufer.run(&zufall::portfolio(), |p| vergleiche(&p, abdeckung)).map_err(
        |fehler| match fehler {
            TestError::Fail(grund, portfolio) => format!("{grund}\n{portfolio:?}"),
            TestError::Abort(grund) => grund.to_string(),
        },
    )
}

fn umgebung(name: &str, sonst: usize) -> usize {
    env::var(name).map_or(sonst, |text| text.parse().expect(name))
}

/// `PORTFOLIOS=10000 cargo test --release both_programs` for more; `SAAT=1` … `SAAT=255` for others.
#[test]
fn both_programs_decide_alike() {
    let anzahl = umgebung("PORTFOLIOS", PORTFOLIOS);
    let saat = u8::try_from(umgebung("SAAT", 0)).expect("SAAT is 0 to 255");
    let abdeckung = Abdeckung::default();
    let naechster = AtomicUsize::new(0);
    let arbeite = || {
        while let nummer = naechster.fetch_add(1, Ordering::Relaxed)
            && nummer < TEILE
        {
            let nummer = u8::try_from(nummer).expect("a few parts");
            teil(nummer, saat, anzahl.div_ceil(TEILE), &abdeckung)?;
        }
        Ok(())
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(TEILE);
    let ergebnisse: Vec<Result<(), String>> = thread::scope(|scope| {
        let alle: Vec<_> = (0..threads).map(|_| scope.spawn(arbeite)).collect();
        alle.into_iter().map(|thread| thread.join().expect("a result")).collect()
    });
    for ergebnis in ergebnisse {
        if let Err(text) = ergebnis {
            panic!("{text}");
        }
    }
    let abdeckung = abdeckung.into_inner().expect("no thread died");
    let nie: Vec<String> =
        alle_codes().into_iter().filter(|c| !abdeckung.contains_key(c)).collect();
    assert_eq!(nie, Vec::<String>::new(), "never thrown; thrown were {abdeckung:#?}");
}

/// Every result and reason of every paragraph, and the refusal.
fn alle_codes() -> Vec<String> {
    fn codes<G: Grund>(paragraph: &str) -> impl Iterator<Item = String> {
        let ergebnisse = ["bewilligt", "abgelehnt", "klaerfall"].into_iter();
        ergebnisse.chain(G::ALLE.iter().map(|g| g.code())).map(move |c| format!("{paragraph} {c}"))
    }
    let mut alle: Vec<String> = codes::<Grund05>("§ 5").collect();
    alle.extend(codes::<Grund06>("§ 6").chain(codes::<Grund09>("§ 9")));
    alle.push("vorlauf_fehlt".to_owned());
    alle
}
