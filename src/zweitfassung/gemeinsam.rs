//! "For all paragraphs": results and reasons, identities, the register, versions, rounding.

use super::portfolio::{
    Einstellungen, Portfolio, Praxis, Quartal, Tag, Zeile, erstellt, im_zeitraum,
};

/// What a reason makes of the decision.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wirkung {
    Abgelehnt,
    Klaerfall,
    /// Granted with 0.00.
    Bewilligt,
}

/// A table of reasons: code and result, in the order of the rows.
pub(super) type Tabelle = [(&'static str, Wirkung)];

/// A decision: result, cents, all reasons in the order of the table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Urteil {
    pub(super) ergebnis: &'static str,
    pub(super) cent: i64,
    pub(super) gruende: Vec<&'static str>,
}

/// "If a refusing reason applies, the result is `abgelehnt` …; `klaerfall` only if all reasons are
/// Klärfall reasons." Only a granted decision has an amount.
pub(super) fn urteil(tabelle: &Tabelle, gefunden: &[&'static str], cent: i64) -> Urteil {
    let mut gruende = Vec::new();
    let mut wirkungen = Vec::new();
    for (code, wirkung) in tabelle {
        if gefunden.contains(code) {
            gruende.push(*code);
            wirkungen.push(*wirkung);
        }
    }
    for code in gefunden {
        assert!(gruende.contains(code), "{code} is in no row");
    }
    let ergebnis = if wirkungen.contains(&Wirkung::Abgelehnt) {
        "abgelehnt"
    } else if wirkungen.contains(&Wirkung::Klaerfall) {
        "klaerfall"
    } else {
        "bewilligt"
    };
    Urteil { ergebnis, cent: if ergebnis == "bewilligt" { cent } else { 0 }, gruende }
}

/// "A physician is the first 7 digits of the LANR, a practice the first 7 of the BSNR."
pub(super) fn sieben(nummer: &str) -> &str {
    &nummer[..7]
}

/// "A Versicherten-ID is normalised (blanks, lower case …); any other wrong shape counts as missing."
pub(super) fn patient(geliefert: Option<&str>) -> Option<String> {
    let id: String = geliefert?.chars().filter(|c| *c != ' ').collect();
    let id = id.to_ascii_uppercase();
    let zeichen: Vec<char> = id.chars().collect();
    let gestalt = zeichen.len() == 10
        && zeichen[0].is_ascii_uppercase()
        && zeichen[1..].iter().all(char::is_ascii_digit);
    gestalt.then_some(id)
}

/// Of rows with the same key, the one known last; "only equal keys with equal `bekannt_ab` and
/// different content collide".
pub(super) fn geltende<T>(zeilen: &[Zeile<T>], gleich: impl Fn(&T, &T) -> bool) -> Vec<&T> {
    let bekannt = |zeile: &Zeile<T>| zeile.bekannt_ab.unwrap_or(erstellt());
    let mut geltende = Vec::new();
    for zeile in zeilen {
        let ueberholt = zeilen.iter().any(|andere| {
            gleich(&zeile.inhalt, &andere.inhalt) && bekannt(zeile) < bekannt(andere)
        });
        if !ueberholt {
            geltende.push(&zeile.inhalt);
        }
    }
    geltende
}

/// The register of practices: the rows that count.
pub(super) struct Register<'p> {
    praxen: Vec<&'p Praxis>,
    zweige: Vec<Zweigzeile<'p>>,
}

/// A branch with its own dates.
struct Zweigzeile<'p> {
    zweig: &'p str,
    praxis: &'p str,
    ab: Option<Tag>,
    bis: Option<Tag>,
}

impl<'p> Register<'p> {
    pub(super) fn neu(portfolio: &'p Portfolio) -> Self {
        let praxen =
            geltende(&portfolio.praxen, |a, b| sieben(&a.bsnr) == sieben(&b.bsnr) && a.ab == b.ab);
        let mut zweige = Vec::new();
        for praxis in &praxen {
            for zweig in &praxis.zweige {
                zweige.push(Zweigzeile {
                    zweig: sieben(&zweig.bsnr),
                    praxis: sieben(&praxis.bsnr),
                    ab: zweig.ab.or(praxis.ab),
                    bis: zweig.bis.or(praxis.bis),
                });
            }
        }
        Self { praxen, zweige }
    }

    /// The row of a practice on a day.
    pub(super) fn am(&self, praxis: &str, tag: Tag) -> Option<&'p Praxis> {
        let mut zeilen = self.praxen.iter().copied();
        zeilen.find(|z| sieben(&z.bsnr) == praxis && im_zeitraum(tag, z.ab, z.bis))
    }

    /// The row of a practice in a quarter: of several the one that begins last.
    pub(super) fn im(&self, praxis: &str, quartal: Quartal) -> Option<&'p Praxis> {
        let zeilen = self.praxen.iter().copied();
        zeilen
            .filter(|z| sieben(&z.bsnr) == praxis && quartal.beruehrt(z.ab, z.bis))
            .max_by_key(|z| z.ab)
    }

    /// "A branch BSNR stands for its main practice everywhere, by the register valid in the quarter."
    /// A practice with a row of its own in the quarter stands for itself.
    pub(super) fn praxis(&self, bsnr: &str, quartal: Quartal) -> String {
        if self.im(sieben(bsnr), quartal).is_some() {
            return sieben(bsnr).to_owned();
        }
        let zweige = self.zweige.iter();
        zweige
            .filter(|z| z.zweig == sieben(bsnr) && quartal.beruehrt(z.ab, z.bis))
            .max_by_key(|z| z.ab)
            .map_or(sieben(bsnr), |z| z.praxis)
            .to_owned()
    }
}

/// Divides and rounds once to the cent as the setting `allgemein.rundung` says.
pub(super) fn runde(zaehler: i128, nenner: i128, einstellungen: &Einstellungen) -> i64 {
    assert!(0 <= zaehler && 0 < nenner, "no rule gives a negative share");
    let (ganze, rest) = (zaehler / nenner, zaehler % nenner);
    let hinauf = match einstellungen.rundung {
        "kaufmaennisch" => nenner <= rest * 2,
        "abrunden" => false,
        "zur_geraden" => nenner < rest * 2 || nenner == rest * 2 && ganze % 2 == 1,
        andere => panic!("{andere}"),
    };
    i64::try_from(ganze + i128::from(hinauf)).expect("an amount")
}
