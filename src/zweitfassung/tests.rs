//! Both programs decide the same portfolios; results, reasons and cents must be equal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::gemeinsam::Urteil;
use super::portfolio::Portfolio;
use super::{ordner, par05, par06, par09, zufall};
use crate::auslegung::Auslegungen;
use crate::ergebnis::{Ergebnis, Gruende, Grund, Grund05, Grund06, Grund09};
use crate::euro::Cent;
use crate::golden;
use crate::lauf::{Auftrag, fuehre_aus};
use crate::meldung::{Code, Stufe};
use crate::read::eingaben::Eingaben;
use crate::read::roh::Zaehler;

/// Portfolios without the environment variable `PORTFOLIOS`.
const PORTFOLIOS: usize = 256;

/// Series of portfolios, each with a seed of its own: how many threads share them changes nothing.
const SERIEN: usize = 16;

/// Why a run may be refused; with any other code the portfolio is no valid input.
const VERWEIGERUNGEN: [Code; 2] = [Code::QuartalOhneRegel, Code::VorlaufFehlt];

/// All decisions by paragraph and key, as text; or the codes of the refusal.
type Entscheidungen = Result<BTreeMap<String, String>, String>;

/// The fast program, end to end: its decisions, and the settings that were in force.
fn erstfassung(portfolio: &Portfolio) -> (Entscheidungen, Auslegungen) {
    let temp = tempfile::tempdir().expect("a folder");
    ordner::schreibe(portfolio, temp.path());
    ziehe_aus(portfolio, temp.path());
    let auftrag = Auftrag {
        eingaben: Eingaben::aus(Some(temp.path()), &[]),
        threads: Some(1),
        ohne_vorlauf: portfolio.ohne_vorlauf,
        ohne_fehlerhafte_dateien: false,
        lauf: 1,
        zaehler: Zaehler::default(),
    };
    let ergebnis = match fuehre_aus(&auftrag) {
        Ok(ergebnis) => ergebnis,
        Err(meldungen) => {
            let mut fehler = meldungen.liste();
            fehler.retain(|m| m.code.stufe() == Stufe::Fehler);
            for meldung in &fehler {
                assert!(VERWEIGERUNGEN.contains(&meldung.code), "no valid input: {meldung}");
            }
            let codes: BTreeSet<&str> = fehler.iter().map(|m| m.code.name()).collect();
            let codes = codes.into_iter().collect::<Vec<_>>().join("|");
            return (Err(codes), Auslegungen::default());
        }
    };
    let mut alle = Sammlung::default();
    for e in &ergebnis.abrechnung.par05 {
        let s = &e.sachverhalt;
        alle.nimm(
            &format!("§ 5 {} {} {}", s.arzt, s.praxis, s.beginn),
            text(e.gruende, e.betrag, None),
        );
    }
    for e in &ergebnis.abrechnung.par06 {
        let schluessel = format!("§ 6 {}", e.sachverhalt.arztstelle);
        alle.nimm(&schluessel, text(e.gruende, e.betrag, None));
    }
    for e in &ergebnis.abrechnung.par09 {
        let schluessel = format!("§ 9 {} {}", e.sachverhalt.praxis, e.fall_id);
        let geschlossen = e.sachverhalt.schliessung.as_ref().map(|lage| lage.praxis.to_string());
        alle.nimm(&schluessel, text(e.gruende, e.betrag, geschlossen));
    }
    (Ok(alle.0), ergebnis.einstellungen.auslegungen)
}

/// Replaces all look-back claims, every other file or none by an extract of them: nothing may change.
/// Which, the portfolio itself says, so that it fails again when it is repeated.
fn ziehe_aus(portfolio: &Portfolio, ordner: &Path) {
    let jede = (portfolio.praxen.len() + portfolio.honorare.len()) % 3;
    let pfade: Vec<_> = golden::rueckblick(ordner).into_iter().step_by(jede.max(1)).collect();
    if 0 < jede && !pfade.is_empty() {
        fs::write(ordner.join("schluessel.txt"), "5a".repeat(32)).expect("a file");
        if let Err(meldungen) = golden::ersetze_durch_auszug(ordner, &pfade) {
            // A quarter without rules is refused here as there.
            assert_eq!(meldungen.anzahl_der_stufe(Stufe::Fehler), 1, "{:?}", meldungen.liste());
            assert_eq!(meldungen.anzahl(Code::QuartalOhneRegel), 1);
        }
    }
}

/// The slow program.
fn zweitfassung(portfolio: &Portfolio) -> Entscheidungen {
    let verweigert = par09::verweigert(portfolio);
    if !verweigert.is_empty() {
        return Err(verweigert.join("|"));
    }
    let mut alle = Sammlung::default();
    for ((arzt, praxis, beginn), urteil) in par05::entscheide(portfolio) {
        alle.nimm(&format!("§ 5 {arzt} {praxis} {beginn}"), urteilstext(&urteil, None));
    }
    for (stelle, urteil) in par06::entscheide(portfolio) {
        alle.nimm(&format!("§ 6 {stelle}"), urteilstext(&urteil, None));
    }
    for ((praxis, fall), urteil, geschlossen) in par09::entscheide(portfolio) {
        alle.nimm(&format!("§ 9 {praxis} {fall}"), urteilstext(&urteil, geschlossen));
    }
    Ok(alle.0)
}

/// Decisions, none of them twice.
#[derive(Default)]
struct Sammlung(BTreeMap<String, String>);

impl Sammlung {
    fn nimm(&mut self, schluessel: &str, text: String) {
        let vorher = self.0.insert(schluessel.to_owned(), text);
        assert_eq!(vorher, None, "{schluessel} was decided twice");
    }
}

fn text<G: Grund>(gruende: Gruende<G>, betrag: Cent, geschlossen: Option<String>) -> String {
    let gruende_als_liste: Vec<&str> = gruende.alle().map(Grund::code).collect();
    let ergebnis = gruende.ergebnis().name();
    urteilstext(&Urteil { ergebnis, cent: betrag.cent(), gruende: gruende_als_liste }, geschlossen)
}

/// Result, cents, reasons in order and, in § 9, the closed practice.
fn urteilstext(urteil: &Urteil, geschlossen: Option<String>) -> String {
    let Urteil { ergebnis, cent, gruende } = urteil;
    let von = geschlossen.map_or_else(String::new, |praxis| format!(" (Z = {praxis})"));
    format!("{ergebnis} {cent} {}{von}", gruende.join("|"))
}

/// How often each setting, result and reason occurred.
type Abdeckung = Mutex<BTreeMap<String, usize>>;

fn vergleiche(portfolio: &Portfolio, abdeckung: &Abdeckung) -> Result<(), TestCaseError> {
    let (erste, auslegungen) = erstfassung(portfolio);
    let zweite = zweitfassung(portfolio);
    if erste != zweite {
        return Err(TestCaseError::fail(unterschied(&erste, &zweite)));
    }
    let mut abdeckung = abdeckung.lock().expect("no thread died");
    let mut zaehle = |was: String| *abdeckung.entry(was).or_default() += 1;
    match zweite {
        Ok(alle) => {
            for zeile in auslegungen.zeilen() {
                zaehle(format!("{}: {}", zeile.name, zeile.bedeutung));
            }
            for (schluessel, text) in alle {
                let paragraph = &schluessel[.."§ 5".len()];
                let mut woerter = text.split(' ');
                zaehle(format!("{paragraph} {}", woerter.next().unwrap_or_default()));
                for code in woerter.nth(1).unwrap_or_default().split('|') {
                    zaehle(format!("{paragraph} {code}"));
                }
            }
        }
        Err(codes) => codes.split('|').for_each(|code| zaehle(code.to_owned())),
    }
    Ok(())
}

/// Only what differs: first the fast program, then the slow one.
fn unterschied(erste: &Entscheidungen, zweite: &Entscheidungen) -> String {
    let (Ok(erste), Ok(zweite)) = (erste, zweite) else {
        return format!("fast: {erste:#?}\nslow: {zweite:#?}");
    };
    let nichts = "no decision".to_owned();
    let schluessel: BTreeSet<&String> = erste.keys().chain(zweite.keys()).collect();
    let mut texte = Vec::new();
    for schluessel in schluessel {
        let fast = erste.get(schluessel).unwrap_or(&nichts);
        let slow = zweite.get(schluessel).unwrap_or(&nichts);
        if fast != slow {
            texte.push(format!("{schluessel}\n  fast: {fast}\n  slow: {slow}"));
        }
    }
    texte.join("\n")
}

/// Throws and compares a series of portfolios; a difference is shrunk and shown as an input folder.
fn serie(nummer: u8, saat: u8, anzahl: usize, abdeckung: &Abdeckung) -> Result<(), String> {
    let config = Config {
        cases: u32::try_from(anzahl).expect("a number of portfolios"),
        failure_persistence: None,
        max_shrink_iters: 20_000,
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

/// `PORTFOLIOS=10000 cargo test --release --lib both_programs` for more, `SAAT=1` to `SAAT=255` for
/// others. Fewer than the usual number need not show everything.
#[test]
fn both_programs_decide_alike() {
    let anzahl = umgebung("PORTFOLIOS", PORTFOLIOS);
    let saat = u8::try_from(umgebung("SAAT", 0)).expect("SAAT is 0 to 255");
    let abdeckung = Abdeckung::default();
    let naechste = AtomicUsize::new(0);
    let arbeite = || {
        while let nummer = naechste.fetch_add(1, Ordering::Relaxed)
            && nummer < SERIEN
        {
            let nummer = u8::try_from(nummer).expect("a few series");
            serie(nummer, saat, anzahl.div_ceil(SERIEN), &abdeckung)?;
        }
        Ok(())
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(SERIEN);
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
    let nie: Vec<String> = if anzahl < PORTFOLIOS { vec![] } else { was_vorkommt() }
        .into_iter()
        .filter(|w| !abdeckung.contains_key(w))
        .collect();
    assert_eq!(nie, Vec::<String>::new(), "never thrown; thrown were {abdeckung:#?}");
}

/// What must occur among the portfolios: every value of every setting, every result and every reason
/// of every paragraph, every refusal.
fn was_vorkommt() -> Vec<String> {
    fn codes<G: Grund>(paragraph: &str) -> impl Iterator<Item = String> {
        let ergebnisse = Ergebnis::ALLE.iter().map(|e| e.name());
        ergebnisse.chain(G::ALLE.iter().map(|g| g.code())).map(move |c| format!("{paragraph} {c}"))
    }
    let mut alle: Vec<String> = codes::<Grund05>("§ 5").collect();
    alle.extend(codes::<Grund06>("§ 6").chain(codes::<Grund09>("§ 9")));
    alle.extend(VERWEIGERUNGEN.iter().map(|code| code.name().to_owned()));
    for eintrag in Auslegungen::EINTRAEGE {
        alle.extend(eintrag.werte.iter().map(|(_, wort)| format!("{}: {wort}", eintrag.name)));
    }
    alle
}
