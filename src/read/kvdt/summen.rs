//! Control totals: KVDT carries none (adt9 and con9 are empty), so they are made when a file is read.

use std::collections::BTreeMap;

use crate::fall::Satzart;

/// What was read of KVDT files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kontrollsummen {
    /// Files.
    pub dateien: u64,
    /// Records of any kind (8000).
    pub saetze: u64,
    /// Cases that were read, by Satzart (8000) and Scheinuntergruppe (4239).
    pub faelle: BTreeMap<(Satzart, u8), u64>,
    /// Services of these cases (5001).
    pub leistungen: u64,
    /// The same, each as often as its multiplier (5005) says.
    pub leistungen_mit_anzahl: u64,
    /// Packages that were skipped, and their records between the brackets, by name.
    pub uebersprungen: BTreeMap<&'static str, (u64, u64)>,
    /// Fields of cases that no rule and no check knows.
    pub unbekannte_felder: u64,
}

impl Kontrollsummen {
    /// Counts cases of one Satzart and Scheinuntergruppe.
    pub(super) fn zaehle(&mut self, art: (Satzart, u8), anzahl: u64) {
        if 0 < anzahl {
            *self.faelle.entry(art).or_default() += anzahl;
        }
    }

    /// Adds those of other files.
    pub fn uebernimm(&mut self, andere: &Self) {
        let Self {
            dateien,
            saetze,
            faelle,
            leistungen,
            leistungen_mit_anzahl,
            uebersprungen,
            unbekannte_felder,
        } = andere;
        self.dateien += dateien;
        self.saetze += saetze;
        self.leistungen += leistungen;
        self.leistungen_mit_anzahl += leistungen_mit_anzahl;
        self.unbekannte_felder += unbekannte_felder;
        for (art, anzahl) in faelle {
            self.zaehle(*art, *anzahl);
        }
        for (name, (pakete, saetze)) in uebersprungen {
            let summe = self.uebersprungen.entry(name).or_default();
            summe.0 += pakete;
            summe.1 += saetze;
        }
    }
}
