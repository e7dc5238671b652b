//! The cases of a file: its records in their order, each package within its brackets.

use std::collections::VecDeque;
use std::io::{self, Read};

use super::fall::{self, Fall};
use super::gefunden;
use super::kopf::{Kopf, Kopfentwurf, Paket};
use super::regel::{Befund, NEU, Regel};
use super::satz::{Saetze, Satz};
use super::summen::Kontrollsummen;
use crate::fall::Satzart;
use crate::meldung::Stelle;

/// Why the cases of a file cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum Abgebrochen {
    /// The source cannot be read.
    #[error(transparent)]
    Quelle(#[from] io::Error),
    /// The file has no complete head: its cases would belong to nobody. The findings say why.
    #[error("die Datei hat keinen vollständigen Kopf (con0, besa, adt0)")]
    OhneKopf,
}

/// Where in a file the next record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Abschnitt {
    /// Before the head has been read.
    Anfang,
    /// Behind adt0.
    Adt,
    /// Behind a package.
    Zwischen,
    /// In a package that is skipped; with its begin and the records so far.
    Uebersprungen(Paket, Stelle, u64),
    /// Behind con9.
    Ende,
    /// Nothing more is read.
    Fertig,
}

/// Reads the cases of a KVDT file and checks what a settlement relies on. Memory is that of the
/// largest record.
///
/// A file with a finding of the class error must not be settled; the cases that are given out all
/// the same serve to find the other errors.
///
/// ```
/// use strukturfonds::read::kvdt::{Faelle, Fall};
///
/// let zeilen = "8000con0 910320240521 91064 91321 \
///     8000besa 0201170010100 0212123456601 8000rvsa 0201170010100 \
///     8000adt0 0105X/1/2404/36/001 910217 9212ADT0124.01 920412024 \
///     80000101 3003S1 3101Muster 3102Eva 310319800102 3119A123456780 31081 3110W 410112024 \
///     410417101 410600 4111104612144 41211 412200 413100 413200 423900 \
///     500020240115 500103000 5098170010100 5099123456601 6001J06.9 8000adt9 8000con9";
/// let datei: Vec<u8> = zeilen.split(' ')
///     .flat_map(|zeile| format!("{:03}{zeile}\r\n", zeile.len() + 5).into_bytes())
///     .collect();
///
/// // cases and findings as they come
/// let faelle: Vec<Fall> = Faelle::neu(&datei[..]).collect::<Result<_, _>>().expect("kein Befund");
/// assert_eq!(faelle[0].schein_id(), Some("S1"));
/// assert_eq!(faelle[0].leistungen().len(), 1);
///
/// // the same, with one case's memory for all
/// let (mut leser, mut fall, mut befunde) = (Faelle::neu(&datei[..]), Fall::default(), Vec::new());
/// while leser.lies(&mut fall, &mut |befund| befunde.push(befund))? {
///     assert_eq!(fall.quartal().map(|q| q.to_string()).as_deref(), Some("2024Q1"));
/// }
/// assert!(befunde.is_empty());
/// assert_eq!(leser.kontrollsummen().leistungen, 1);
/// # Ok::<(), strukturfonds::read::kvdt::Abgebrochen>(())
/// ```
#[derive(Debug)]
pub struct Faelle<R> {
    saetze: Saetze<R>,
    satz: Satz,
    /// A record has been read into `satz` and is still to be dealt with.
    anstehend: bool,
    abschnitt: Abschnitt,
    kopf: Option<Kopf>,
    /// Packages that con0 names.
    genannt: Vec<Paket>,
    begonnen: Vec<Paket>,
    /// A case has been met, good or bad.
    hat_fall: bool,
    /// The head is incomplete: nothing is given out.
    ohne_kopf: bool,
    summen: Kontrollsummen,
    /// What the iterator has still to give out.
    wartend: VecDeque<Result<Fall, Befund>>,
}

impl<R: Read> Faelle<R> {
    /// Returns a reader of the file whose bytes are `quelle`; it buffers itself.
    pub fn neu(quelle: R) -> Self {
        Self {
            saetze: Saetze::neu(quelle),
            satz: Satz::default(),
            anstehend: false,
            abschnitt: Abschnitt::Anfang,
            kopf: None,
            genannt: Vec::new(),
            begonnen: Vec::new(),
            hat_fall: false,
            ohne_kopf: false,
            summen: Kontrollsummen { dateien: 1, ..Kontrollsummen::default() },
            wartend: VecDeque::new(),
        }
    }

    /// Reads the head, if it has not been read yet, and no further than to the first case; `None` if
    /// the file says that it has no ADT package.
    ///
    /// # Errors
    /// [`Abgebrochen`]; `melde` has been told why.
    pub fn lies_kopf(
        &mut self,
        melde: &mut dyn FnMut(Befund),
    ) -> Result<Option<&Kopf>, Abgebrochen> {
        if self.abschnitt == Abschnitt::Anfang {
            self.ohne_kopf = true;
            let gelesen = self.lies_anfang(melde);
            if self.abschnitt == Abschnitt::Anfang {
                self.abschnitt = Abschnitt::Zwischen;
            }
            gelesen?;
            self.ohne_kopf = false;
        }
        if self.ohne_kopf { Err(Abgebrochen::OhneKopf) } else { Ok(self.kopf.as_ref()) }
    }

    /// Reads the next case into `fall`; false at the end of the file. Every finding is told to
    /// `melde`; a record with a finding of the class error gives no case.
    ///
    /// # Errors
    /// [`Abgebrochen`]; if the head is incomplete, `melde` has been told why.
    pub fn lies(
        &mut self,
        fall: &mut Fall,
        melde: &mut dyn FnMut(Befund),
    ) -> Result<bool, Abgebrochen> {
        let ohne_kopf = match self.lies_kopf(melde) {
            Ok(_) => false,
            Err(Abgebrochen::OhneKopf) => true,
            Err(fehler) => return Err(fehler),
        };
        if ohne_kopf {
            self.pruefe_rest(fall, melde)?;
            return Err(Abgebrochen::OhneKopf);
        }
        while self.abschnitt != Abschnitt::Fertig {
            if !self.naechster(melde)? {
                self.schliesse(melde);
                self.abschnitt = Abschnitt::Fertig;
                return Ok(false);
            }
            if self.nimm(fall, melde) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Looks at the cases behind a head that is incomplete, so that all errors are told.
    fn pruefe_rest(&mut self, fall: &mut Fall, melde: &mut dyn FnMut(Befund)) -> io::Result<()> {
        while self.abschnitt != Abschnitt::Fertig {
            if !self.naechster(melde)? {
                self.abschnitt = Abschnitt::Fertig;
            } else if let Some(satzart) = Satzart::aus_bytes(self.satz.satzart())
                && self.satz.ist_lesbar()
            {
                fall::lies(&self.satz, satzart, None, fall, melde);
            }
        }
        Ok(())
    }

    /// Returns the head, once it has been read.
    pub fn kopf(&self) -> Option<&Kopf> {
        self.kopf.as_ref()
    }

    /// Returns the record that was read last: after [`Faelle::lies`] that of the case.
    pub fn satz(&self) -> &Satz {
        &self.satz
    }

    /// Returns the control totals of what has been read.
    pub fn kontrollsummen(&self) -> &Kontrollsummen {
        &self.summen
    }

    /// Returns where the next record begins.
    pub fn stelle(&self) -> Stelle {
        self.saetze.stelle()
    }

    /// Gives back the source of bytes.
    pub fn quelle(self) -> R {
        self.saetze.quelle()
    }

    /// Returns records, head and totals if nothing but records of cases and the end of their package
    /// should come next.
    pub(super) fn im_adt(&mut self) -> Option<(&mut Saetze<R>, &Kopf, &mut Kontrollsummen)> {
        let Self { saetze, anstehend: false, abschnitt: Abschnitt::Adt, kopf, summen, .. } = self
        else {
            return None;
        };
        Some((saetze, kopf.as_ref()?, summen))
    }

    /// Cases have been taken past [`Faelle::lies`].
    pub(super) fn hat_faelle(&mut self) {
        self.hat_fall = true;
    }

    /// Has the next record in `satz`; false at the end of the file.
    fn naechster(&mut self, melde: &mut dyn FnMut(Befund)) -> io::Result<bool> {
        if self.anstehend {
            self.anstehend = false;
            return Ok(true);
        }
        if !self.saetze.lies(&mut self.satz)? {
            return Ok(false);
        }
        self.summen.saetze += 1;
        self.satz.schaeden().iter().cloned().for_each(melde);
        Ok(true)
    }

    /// Reads con0, besa, rvsa and adt0.
    fn lies_anfang(&mut self, melde: &mut dyn FnMut(Befund)) -> Result<(), Abgebrochen> {
        let mut entwurf = Kopfentwurf::default();
        if !self.naechster(melde)? {
            let text = format!("die Datei ist leer; erwartet wird eine KVDT-Datei; {NEU}");
            melde(Befund::neu(Regel::Leer, self.stelle(), text));
            return Err(Abgebrochen::OhneKopf);
        }
        if !self.ist("con0", melde) || !entwurf.con0(&self.satz, melde) {
            return Err(Abgebrochen::OhneKopf);
        }
        self.genannt.clone_from(&entwurf.pakete);
        if !self.genannt.is_empty() && !self.genannt.contains(&Paket::Adt) {
            return Ok(self.ohne_adt(melde)?);
        }
        self.fordere("besa", melde)?;
        entwurf.besa(&self.satz, melde);
        let mut ist_da = self.naechster(melde)?;
        if ist_da && self.satz.satzart() == b"rvsa" {
            ist_da = self.naechster(melde)?;
        } else if ist_da && self.satz.satzart() == b"adt0" {
            let text = "der Satz rvsa fehlt; erwartet wird er vor dem Datenpaket ADT; bitte klären";
            melde(Befund::neu(Regel::RvsaFehlt, self.satz.stelle(), text));
        }
        self.anstehend = ist_da;
        self.fordere("adt0", melde)?;
        entwurf.adt0(&self.satz, melde);
        self.begonnen.push(Paket::Adt);
        self.kopf = entwurf.fertig();
        self.abschnitt = Abschnitt::Adt;
        if self.kopf.is_none() { Err(Abgebrochen::OhneKopf) } else { Ok(()) }
    }

    /// A file of other packages alone is none of ours, but not wrong. Its records up to the first
    /// package are those of its kind (Hybrid-DRG files have no besa).
    fn ohne_adt(&mut self, melde: &mut dyn FnMut(Befund)) -> io::Result<()> {
        let namen: Vec<&str> = self.genannt.iter().map(|paket| paket.name()).collect();
        let text = format!(
            "die Datei enthält nach Feld 9132 nur {} und kein Datenpaket ADT; sie wird übersprungen",
            namen.join(", ")
        );
        melde(Befund::neu(Regel::Uebersprungen, self.satz.stelle(), text));
        self.abschnitt = Abschnitt::Zwischen;
        while self.naechster(melde)? {
            if !matches!(self.satz.satzart(), b"besa" | b"rvsa") {
                self.anstehend = true;
                break;
            }
        }
        Ok(())
    }

    fn fordere(&mut self, satzart: &str, melde: &mut dyn FnMut(Befund)) -> Result<(), Abgebrochen> {
        if !self.naechster(melde)? {
            let text = format!("die Datei endet; erwartet wird hier der Satz {satzart}; {NEU}");
            melde(Befund::neu(Regel::Dateiende, self.stelle(), text));
            return Err(Abgebrochen::OhneKopf);
        }
        if self.ist(satzart, melde) { Ok(()) } else { Err(Abgebrochen::OhneKopf) }
    }

    fn ist(&self, satzart: &str, melde: &mut dyn FnMut(Befund)) -> bool {
        if !self.satz.schaeden().is_empty() {
            return false;
        }
        if self.satz.satzart() != satzart.as_bytes() {
            let text = format!(
                "Satz „{}“ gefunden; erwartet wird hier der Satz {satzart}: con0, besa, rvsa, adt0 stehen vor den Fällen; {NEU}",
                gefunden(self.satz.satzart())
            );
            melde(Befund::neu(Regel::Satzfolge, self.satz.stelle(), text));
            return false;
        }
        true
    }

    /// Deals with the record in `satz`; true if it is a good case, which is then in `fall`.
    fn nimm(&mut self, fall: &mut Fall, melde: &mut dyn FnMut(Befund)) -> bool {
        // nearly all records of a file
        if self.abschnitt == Abschnitt::Adt
            && let Some(satzart) = Satzart::aus_bytes(self.satz.satzart())
        {
            return self.fall(satzart, fall, melde);
        }
        let stelle = self.satz.stelle();
        let paket = |wo: usize| {
            let satzart = self.satz.satzart();
            Paket::ALLE
                .into_iter()
                .find(|paket| [paket.klammer().0, paket.klammer().1][wo].as_bytes() == satzart)
        };
        let (beginnt, endet) = (paket(0), paket(1));
        match (self.abschnitt, beginnt, endet) {
            (Abschnitt::Uebersprungen(offen, ab, saetze), _, Some(endet)) if endet == offen => {
                self.zaehle_uebersprungen(offen, ab, saetze, melde);
                self.abschnitt = Abschnitt::Zwischen;
            }
            (Abschnitt::Adt, _, Some(Paket::Adt)) => {
                if !self.hat_fall {
                    let text = format!(
                        "das Datenpaket ADT enthält keinen Fall (0101 bis 0104); erwartet wird mindestens einer; {NEU}"
                    );
                    melde(Befund::neu(Regel::KeinFall, stelle, text));
                }
                self.abschnitt = Abschnitt::Zwischen;
            }
            (abschnitt, Some(beginnt), _) if abschnitt != Abschnitt::Ende => {
                self.beginne(beginnt, abschnitt, stelle, melde);
            }
            (abschnitt, ..) if self.satz.satzart() == b"con9" && abschnitt != Abschnitt::Ende => {
                pruefe_paketende(abschnitt, stelle, melde);
                self.abschnitt = Abschnitt::Ende;
            }
            (Abschnitt::Uebersprungen(offen, ab, saetze), ..) => {
                self.abschnitt = Abschnitt::Uebersprungen(offen, ab, saetze + 1);
            }
            (Abschnitt::Adt, ..) => {
                self.falscher_platz("0101, 0102, 0103, 0104 oder adt9", melde);
            }
            (Abschnitt::Ende, ..) => self.falscher_platz("das Ende der Datei", melde),
            _ => self.falscher_platz(
                "kad0, sad0 oder hdrg0, je höchstens einmal in dieser Reihenfolge, oder con9",
                melde,
            ),
        }
        false
    }

    fn fall(&mut self, satzart: Satzart, fall: &mut Fall, melde: &mut dyn FnMut(Befund)) -> bool {
        self.hat_fall = true;
        if !self.satz.ist_lesbar() {
            return false;
        }
        let (gelesen, unbekannte) =
            fall::lies(&self.satz, satzart, self.kopf.as_ref(), fall, melde);
        let gelesen = gelesen && self.satz.schaeden().is_empty();
        let summen = &mut self.summen;
        summen.unbekannte_felder += unbekannte;
        if gelesen {
            summen.zaehle((satzart, fall.scheinuntergruppe()), 1);
            summen.leistungen += fall.leistungen().len() as u64;
            summen.leistungen_mit_anzahl +=
                fall.leistungen().iter().map(|leistung| u64::from(leistung.anzahl)).sum::<u64>();
        }
        gelesen
    }

    /// A package begins. A second ADT package is skipped: which of the two is meant, nobody knows.
    fn beginne(
        &mut self,
        paket: Paket,
        davor: Abschnitt,
        stelle: Stelle,
        melde: &mut dyn FnMut(Befund),
    ) {
        pruefe_paketende(davor, stelle, melde);
        let (name, erster) = (paket.name(), paket.klammer().0);
        if self.begonnen.contains(&paket) {
            let text = format!(
                "ein zweites Datenpaket {name} ({erster}) gefunden; erwartet wird jedes höchstens einmal; {NEU}"
            );
            melde(Befund::neu(Regel::PaketDoppelt, stelle, text));
        } else if self.begonnen.iter().any(|anderes| paket < *anderes) {
            let text = format!(
                "Satz „{erster}“ an dieser Stelle gefunden; erwartet wird die Reihenfolge ADT, KADT, SADT, Hybrid-DRG; {NEU}"
            );
            melde(Befund::neu(Regel::Satzfolge, stelle, text));
        }
        if !self.genannt.is_empty() && !self.genannt.contains(&paket) {
            let text = format!(
                "ein Datenpaket {name} ({erster}) gefunden, das Feld 9132 im Satz con0 nicht nennt; {NEU}"
            );
            melde(Befund::neu(Regel::PaketNichtGenannt, stelle, text));
        }
        self.begonnen.push(paket);
        self.abschnitt = Abschnitt::Uebersprungen(paket, stelle, 0);
    }

    fn zaehle_uebersprungen(
        &mut self,
        paket: Paket,
        ab: Stelle,
        saetze: u64,
        melde: &mut dyn FnMut(Befund),
    ) {
        let summe = self.summen.uebersprungen.entry(paket.name()).or_default();
        summe.0 += 1;
        summe.1 += saetze;
        let (erster, letzter) = paket.klammer();
        let text = format!(
            "Datenpaket {} ({erster} bis {letzter}, Sätze dazwischen: {saetze}) gefunden und übersprungen; gelesen wird nur ADT",
            paket.name()
        );
        melde(Befund::neu(Regel::Uebersprungen, ab, text));
    }

    fn falscher_platz(&self, erwartet: &str, melde: &mut dyn FnMut(Befund)) {
        if !self.satz.schaeden().is_empty() && self.satz.satzart().is_empty() {
            return;
        }
        let text = format!(
            "Satz „{}“ an dieser Stelle gefunden; erwartet wird {erwartet}; {NEU}",
            gefunden(self.satz.satzart())
        );
        melde(Befund::neu(Regel::Satzfolge, self.satz.stelle(), text));
    }

    /// The file has ended.
    fn schliesse(&mut self, melde: &mut dyn FnMut(Befund)) {
        let stelle = self.stelle();
        if self.abschnitt != Abschnitt::Ende {
            let text = format!("die Datei endet ohne den Satz con9, ist also unvollständig; {NEU}");
            melde(Befund::neu(Regel::Dateiende, stelle, text));
            return;
        }
        for paket in self.genannt.iter().filter(|paket| !self.begonnen.contains(paket)) {
            let text = format!(
                "Feld 9132 im Satz con0 nennt das Datenpaket {}, es ist aber nicht in der Datei; {NEU}",
                paket.name()
            );
            melde(Befund::neu(Regel::PaketFehlt, stelle, text));
        }
    }
}

impl<R: Read> Iterator for Faelle<R> {
    /// A case, or a finding. Behind a finding of the class error more may follow.
    type Item = Result<Fall, Befund>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.wartend.is_empty() {
            let (mut fall, mut wartend) = (Fall::default(), VecDeque::new());
            let gelesen = self.lies(&mut fall, &mut |befund| wartend.push_back(Err(befund)));
            match gelesen {
                Ok(true) => wartend.push_back(Ok(fall)),
                Ok(false) | Err(Abgebrochen::OhneKopf) => {}
                Err(Abgebrochen::Quelle(fehler)) => {
                    self.abschnitt = Abschnitt::Fertig;
                    let text = format!(
                        "die Datei ist nicht lesbar ({fehler}); bitte Zugriff und Datenträger prüfen"
                    );
                    wartend.push_back(Err(Befund::neu(Regel::Dateiende, self.stelle(), text)));
                }
            }
            self.wartend = wartend;
        }
        self.wartend.pop_front()
    }
}

/// A package that is still open where another begins, or the file ends, was cut.
fn pruefe_paketende(abschnitt: Abschnitt, stelle: Stelle, melde: &mut dyn FnMut(Befund)) {
    let offen = match abschnitt {
        Abschnitt::Adt => Paket::Adt,
        Abschnitt::Uebersprungen(paket, ..) => paket,
        Abschnitt::Anfang | Abschnitt::Zwischen | Abschnitt::Ende | Abschnitt::Fertig => return,
    };
    let (erster, letzter) = offen.klammer();
    let text = format!(
        "das mit {erster} begonnene Datenpaket endet nicht; erwartet wird hier {letzter}; {NEU}"
    );
    melde(Befund::neu(Regel::Dateiende, stelle, text));
}
