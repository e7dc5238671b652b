//! All marked cases of a run, in the order in which they were read: whatever order they are decided in,
//! they stay where they are.
//!
//! They are what a run's memory grows with, so a case id takes its bytes and no allocation of its own.

use std::ops::Range;

use super::kandidat::Kandidat;
use crate::kennung::Praxis;

/// How many cases a list holds: so few that growing, which copies it, costs nothing; so many that
/// what a list itself takes does not count.
const LISTE: usize = 4096;

/// Marked cases with their ids.
#[derive(Debug, Default)]
pub struct Kandidaten {
    listen: Vec<Liste>,
    anzahl: usize,
}

/// Where a marked case stands in [`Kandidaten`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fallplatz {
    liste: u32,
    nummer: u32,
}

#[derive(Debug, Default)]
struct Liste {
    faelle: Vec<Kandidat>,
    /// Their ids, one behind the other; each ends where its case says.
    ids: String,
    /// Where the next ones of one practice begin.
    laeufe: Vec<(Praxis, u32)>,
}

/// Cases of one practice that were read one after the other.
#[derive(Debug, Clone)]
pub struct Lauf {
    /// The practice.
    pub praxis: Praxis,
    liste: u32,
    nummern: Range<u32>,
}

impl Lauf {
    /// Returns where the cases stand.
    pub fn plaetze(&self) -> impl ExactSizeIterator<Item = Fallplatz> + use<> {
        let liste = self.liste;
        self.nummern.clone().map(move |nummer| Fallplatz { liste, nummer })
    }
}

impl Liste {
    /// Begins the next one, which will be about as long.
    fn naechste(&self) -> Self {
        Self {
            faelle: Vec::with_capacity(self.faelle.len()),
            ids: String::with_capacity(self.ids.len()),
            laeufe: Vec::new(),
        }
    }

    /// Tells whether so many cases more have room, and 32 bits for the ends of their ids.
    fn fasst(&self, faelle: usize, ids: usize) -> bool {
        self.faelle.len() + faelle <= LISTE && u32::try_from(self.ids.len() + ids).is_ok()
    }

    fn nimm(&mut self, fall: Kandidat, id: &str) {
        if self.laeufe.last().is_none_or(|(praxis, _)| *praxis != fall.praxis) {
            self.laeufe.push((fall.praxis, kurz(self.faelle.len())));
        }
        self.ids.push_str(id);
        self.faelle.push(Kandidat { id_bis: kurz(self.ids.len()), ..fall });
    }

    fn id(&self, nummer: usize) -> &str {
        let bis = |nummer: usize| self.faelle.get(nummer).map_or(0, |fall| fall.id_bis as usize);
        let ab = nummer.checked_sub(1).map_or(0, bis);
        self.ids.get(ab..bis(nummer)).unwrap_or_default()
    }
}

fn kurz(zahl: usize) -> u32 {
    u32::try_from(zahl).unwrap_or(u32::MAX)
}

impl Kandidaten {
    /// Adds a case.
    pub fn nimm(&mut self, fall: Kandidat, id: &str) {
        if self.listen.last().is_none_or(|letzte| !letzte.fasst(1, id.len())) {
            let naechste = self.listen.last().map_or_else(Liste::default, Liste::naechste);
            self.listen.push(naechste);
        }
        if let Some(letzte) = self.listen.last_mut() {
            letzte.nimm(fall, id);
            self.anzahl += 1;
        }
    }

    /// Adds those of another input. Where they have room, they are copied: a thousand small files shall
    /// not leave a thousand lists behind.
    pub fn uebernimm(&mut self, andere: Self) {
        self.anzahl += andere.anzahl;
        for liste in andere.listen {
            match self.listen.last_mut() {
                Some(letzte) if letzte.fasst(liste.faelle.len(), liste.ids.len()) => {
                    for (nummer, fall) in liste.faelle.iter().enumerate() {
                        letzte.nimm(*fall, liste.id(nummer));
                    }
                }
                _ => self.listen.push(liste),
            }
        }
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.anzahl
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.anzahl == 0
    }

    /// Returns the cases as they were read.
    pub fn iter(&self) -> impl Iterator<Item = &Kandidat> {
        self.listen.iter().flat_map(|liste| &liste.faelle)
    }

    /// Returns a case.
    pub fn fall(&self, platz: Fallplatz) -> &Kandidat {
        &self.listen[platz.liste as usize].faelle[platz.nummer as usize]
    }

    /// Returns the id of a case.
    pub fn id(&self, platz: Fallplatz) -> &str {
        self.listen[platz.liste as usize].id(platz.nummer as usize)
    }

    /// Returns the cases of all practices as they were read.
    pub fn laeufe(&self) -> impl Iterator<Item = Lauf> {
        self.listen.iter().zip(0..).flat_map(|(inhalt, liste)| {
            let enden = inhalt.laeufe.iter().skip(1).map(|(_, ab)| *ab);
            let enden = enden.chain([kurz(inhalt.faelle.len())]);
            inhalt.laeufe.iter().zip(enden).map(move |((praxis, ab), bis)| Lauf {
                praxis: *praxis,
                liste,
                nummern: *ab..bis,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::kandidat::Kurzstelle;
    use crate::evaluate::par09::Markierung;
    use crate::fall::Satzart;
    use crate::meldung::Stelle;
    use crate::quartal::Tage;

    fn fall(praxis: &str, satz: u64) -> Kandidat {
        Kandidat {
            praxis: praxis.parse().expect("Praxis"),
            id_bis: 0,
            patient: None,
            quartal: "2024Q1".parse().expect("Quartal"),
            satzart: Satzart::Ambulant,
            scheinuntergruppe: 0,
            markierung: Markierung::Ausdruecklich,
            benannt: None,
            id_erzeugt: false,
            tage: Tage::default(),
            tage_hausarzt: Tage::default(),
            datei: 0,
            stelle: Kurzstelle::from(Stelle { byte: None, zeile: None, satz: Some(satz) }),
        }
    }

    /// A practice, and the ids and records of its cases.
    type Gelesen<'a> = (String, Vec<(&'a str, Option<u64>)>);

    fn laeufe(kandidaten: &Kandidaten) -> Vec<Gelesen<'_>> {
        let je_lauf = kandidaten.laeufe().map(|lauf| {
            let faelle = lauf.plaetze().map(|platz| {
                let fall = kandidaten.fall(platz);
                assert_eq!(fall.praxis, lauf.praxis);
                (kandidaten.id(platz), Stelle::from(fall.stelle).satz)
            });
            (lauf.praxis.to_string(), faelle.collect())
        });
        je_lauf.collect()
    }

    #[test]
    fn a_case_keeps_its_id_whatever_list_it_comes_to() {
        let mut alle = Kandidaten::default();
        assert!(alle.is_empty() && alle.laeufe().next().is_none());
        for (datei, praxen) in [["1700101", "1700101"], ["1700101", "1700102"]].iter().enumerate() {
            let mut eine = Kandidaten::default();
            for (satz, praxis) in (1..).zip(praxen) {
                eine.nimm(fall(praxis, satz), &format!("{datei}ä{satz}"));
            }
            eine.nimm(fall("1700103", 3), "");
            alle.uebernimm(eine);
        }
        let lauf = |praxis: &str, faelle: &[(&'static str, u64)]| {
            let faelle = faelle.iter().map(|(id, satz)| (*id, Some(*satz))).collect();
            (praxis.to_owned(), faelle)
        };
        let erwartet = [
            lauf("1700101", &[("0ä1", 1), ("0ä2", 2)]),
            lauf("1700103", &[("", 3)]),
            lauf("1700101", &[("1ä1", 1)]),
            lauf("1700102", &[("1ä2", 2)]),
            lauf("1700103", &[("", 3)]),
        ];
        assert_eq!(laeufe(&alle), erwartet);
        assert_eq!((alle.len(), alle.iter().count()), (6, 6));
    }

    #[test]
    fn a_full_list_is_followed_by_another() {
        let mut alle = Kandidaten::default();
        for anzahl in [LISTE - 1, LISTE + 1, 1] {
            let mut eine = Kandidaten::default();
            for satz in 0..anzahl {
                eine.nimm(fall("1700101", satz as u64), &satz.to_string());
            }
            alle.uebernimm(eine);
        }
        let gefunden = laeufe(&alle);
        let laengen: Vec<usize> = gefunden.iter().map(|(_, faelle)| faelle.len()).collect();
        assert_eq!(laengen, [LISTE - 1, LISTE, 2]);
        assert_eq!(gefunden[0].1[LISTE - 2], ("4094", Some(4094)));
        assert_eq!(gefunden[1].1[LISTE - 1], ("4095", Some(4095)));
        assert_eq!(gefunden[2].1, [("4096", Some(4096)), ("0", Some(0))]);
        assert_eq!((alle.len(), alle.iter().count()), (2 * LISTE + 1, 2 * LISTE + 1));
    }
}
