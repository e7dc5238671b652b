//! The fixed practices of § 9: a few closures and cases by which every reason of the table occurs,
//! whatever the size and the seed. All days are relative to the quarter.

use super::kennungen::{AB_FEST, Arztnummer, Nummer, PATIENTEN_JE_PRAXIS};
use super::praxis::{Praxis, Praxisart, Praxisarzt};
use super::umfang::hat_regeln;
use crate::quartal::{Quartal, Tag};

use Praxisart::{Facharzt, Gemischt, Hausarzt};

/// When a practice closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ende {
    /// With the quarter so many before the run's.
    Vor(i32),
    /// In the run's quarter, so many days after its first.
    Am(i32),
}

/// A closed practice (Z).
#[derive(Debug)]
pub(super) struct Schliessung {
    /// By which cases name it.
    pub(super) zeichen: char,
    bezirk: u32,
    art: Praxisart,
    ags: &'static str,
    ort: &'static str,
    ende: Ende,
    /// Somebody took it over.
    pub(super) nachfolger: bool,
    /// It goes on under its number, which the register still has.
    offen: bool,
    /// Of one quarter of its look-back, so many before its last, no claims are there.
    luecke: Option<i32>,
}

const fn schliessung(
    zeichen: char,
    bezirk: u32,
    art: Praxisart,
    (ags, ort): (&'static str, &'static str),
    ende: Ende,
) -> Schliessung {
    Schliessung {
        zeichen,
        bezirk,
        art,
        ags,
        ort,
        ende,
        nachfolger: false,
        offen: false,
        luecke: None,
    }
}

/// All fixed closures: A plain, B within the quarter, C an MVZ, D not rural, F with a successor, H a
/// Facharztpraxis, J outside Niedersachsen, K where nobody lives, L with a window that is over, M with
/// earlier grants, N with a gap in its look-back, O still at work.
pub(super) const SCHLIESSUNGEN: [Schliessung; 12] = [
    schliessung('A', 6, Hausarzt, ("03452007", "Großheide"), Ende::Vor(1)),
    schliessung('B', 6, Hausarzt, ("03402000", "Emden"), Ende::Am(45)),
    schliessung('C', 16, Gemischt, ("03462019", "Wittmund"), Ende::Vor(1)),
    schliessung('D', 7, Hausarzt, ("03153017", "Goslar"), Ende::Vor(1)),
    Schliessung {
        nachfolger: true,
        ..schliessung('F', 12, Hausarzt, ("03458013", "Wardenburg"), Ende::Vor(1))
    },
    schliessung('H', 13, Facharzt, ("03459003", "Bad Essen"), Ende::Vor(1)),
    schliessung('J', 14, Hausarzt, ("04012000", "Bremerhaven"), Ende::Vor(1)),
    schliessung('K', 7, Hausarzt, ("03153504", "Harz"), Ende::Vor(1)),
    schliessung('L', 11, Hausarzt, ("03355009", "Bleckede"), Ende::Vor(5)),
    schliessung('M', 8, Hausarzt, ("03155012", "Uslar"), Ende::Vor(3)),
    Schliessung {
        luecke: Some(2),
        ..schliessung('N', 8, Hausarzt, ("03159003", "Bad Lauterberg"), Ende::Vor(1))
    },
    Schliessung {
        offen: true,
        ..schliessung('O', 16, Hausarzt, ("03462003", "Esens"), Ende::Vor(1))
    },
];

/// Ordinary patients of each fixed closed practice, all seen in every quarter of its look-back.
pub(super) const PATIENTEN: u32 = 12;

impl Schliessung {
    /// Returns D.
    pub(super) fn letzter_tag(&self, quartal: Quartal) -> Tag {
        match self.ende {
            Ende::Vor(quartale) => quartal.plus(-quartale).letzter_tag(),
            Ende::Am(tag) => quartal.erster_tag().plus(tag),
        }
    }

    /// Returns the quarters of which its claims are there, the run's included.
    pub(super) fn rueckblick(&self, quartal: Quartal) -> impl Iterator<Item = Quartal> {
        let letztes = self.letzter_tag(quartal).quartal();
        let luecke = self.luecke.map(|quartale| letztes.plus(-quartale));
        letztes.plus(-3).bis(letztes).filter(move |q| Some(*q) != luecke)
    }

    /// Returns its ordinary patients' first number.
    pub(super) fn patienten_ab(&self) -> u64 {
        AB_FEST + u64::from(self.platz()) * PATIENTEN_JE_PRAXIS
    }

    fn platz(&self) -> u32 {
        u32::from(self.zeichen) - u32::from('A')
    }

    /// Returns the practice.
    pub(super) fn praxis(&self, quartal: Quartal) -> Praxis {
        let platz = self.platz();
        let fachgruppen: &[u32] = match self.art {
            Gemischt => &[1, 28],
            Facharzt => &[15],
            Praxisart::Kinderarzt => &[34],
            Hausarzt => &[1],
        };
        let lanr =
            |(j, f): (u32, &u32)| Praxisarzt::neu(Arztnummer::Fest(1 + 2 * platz + j).lanr(*f));
        Praxis {
            bsnr: Nummer::Fest(self.bezirk, 90_101 + platz).bsnr(),
            zweig: None,
            art: self.art,
            ags: self.ags,
            ort: self.ort,
            insel: None,
            aerzte: (0..).zip(fachgruppen).map(lanr).collect(),
            gueltig_bis: (!self.offen).then(|| self.letzter_tag(quartal)),
        }
    }
}

/// Returns the closure of that sign.
pub(super) fn geschlossen(zeichen: char) -> Option<&'static Schliessung> {
    SCHLIESSUNGEN.iter().find(|s| s.zeichen == zeichen)
}

/// A practice that marks cases (P).
#[derive(Debug)]
pub(super) struct Uebernehmende {
    pub(super) zeichen: &'static str,
    nummer: (u32, u32),
    art: Praxisart,
    ort: (&'static str, &'static str),
    fachgruppen: &'static [u32],
    /// For which closures it holds a Bewilligung.
    pub(super) bewilligt: &'static str,
}

/// All of them; R1Z is the branch of R1, and the register's row of R7 has ended.
pub(super) const UEBERNEHMENDE: [Uebernehmende; 7] = [
    uebernehmende("R1", (6, 90_201), Hausarzt, ("03452008", "Hage"), &[1, 3], "AB"),
    uebernehmende("R2", (6, 90_202), Hausarzt, ("03452019", "Norden"), &[1], "A"),
    uebernehmende("R3", (6, 90_203), Gemischt, ("03452001", "Aurich"), &[3, 15], "AC"),
    uebernehmende("R4", (6, 90_204), Facharzt, ("03452019", "Norden"), &[15], "A"),
    uebernehmende("R6", (6, 90_206), Hausarzt, ("03452014", "Krummhörn"), &[1], ""),
    uebernehmende("R7", (6, 90_207), Hausarzt, ("03452017", "Marienhafe"), &[1], "A"),
    uebernehmende("R8", (8, 90_208), Hausarzt, ("03155009", "Moringen"), &[1], "DFHJKLMN"),
];

const fn uebernehmende(
    zeichen: &'static str,
    nummer: (u32, u32),
    art: Praxisart,
    ort: (&'static str, &'static str),
    fachgruppen: &'static [u32],
    bewilligt: &'static str,
) -> Uebernehmende {
    Uebernehmende { zeichen, nummer, art, ort, fachgruppen, bewilligt }
}

impl Uebernehmende {
    /// The practice whose row of the register ended before the quarter.
    const ENDETE: &'static str = "R7";

    /// Tells whether the register has it in the quarter.
    pub(super) fn besteht(&self) -> bool {
        self.zeichen != Self::ENDETE
    }

    /// Returns the first day of its Bewilligung for a closure.
    pub(super) fn bewilligt_ab(&self, schliessung: &Schliessung, quartal: Quartal) -> Tag {
        let folgetag = schliessung.letzter_tag(quartal).plus(1);
        if self.besteht() { folgetag } else { folgetag.plus(-12) }
    }

    /// Returns the practice.
    pub(super) fn praxis(&self, quartal: Quartal) -> Praxis {
        let (bezirk, laufend) = self.nummer;
        let arzt = |(j, f): (u32, &u32)| {
            Praxisarzt::neu(Arztnummer::Fest(100 + 10 * (laufend - 90_200) + j).lanr(*f))
        };
        Praxis {
            bsnr: Nummer::Fest(bezirk, laufend).bsnr(),
            zweig: (self.zeichen == "R1").then(|| Nummer::Fest(6, 90_291).bsnr()),
            art: self.art,
            ags: self.ort.0,
            ort: self.ort.1,
            insel: None,
            aerzte: (0..).zip(self.fachgruppen).map(arzt).collect(),
            gueltig_bis: (!self.besteht()).then(|| quartal.plus(-1).letzter_tag()),
        }
    }
}

/// How the Versicherten-ID of a marked case is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schreibung {
    Richtig,
    /// With a blank and a small letter.
    Ungenau,
    /// The same wrong check digit everywhere.
    FalschePruefziffer,
    /// Nine characters.
    Verkuerzt,
    Fehlt,
}

/// How the closed practice saw the patient before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vorher {
    Nie,
    AlsPatient,
    NurInVertretung,
    NurBeimFacharzt,
}

/// A marked case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sonderfall {
    /// Sign of the practice that marks it.
    pub(super) praxis: &'static str,
    /// What comes of it: the reasons, or `bewilligt`.
    pub(super) zeigt: &'static str,
    /// Number of the patient among those of marked cases.
    pub(super) patient: u64,
    pub(super) schreibung: Schreibung,
    /// Sign of the closed practice; one that no closure has stands for an unknown practice.
    pub(super) von: char,
    pub(super) vorher: Vorher,
    /// The mark names the closed practice.
    pub(super) benannt: bool,
    /// Satzart and Scheinuntergruppe.
    pub(super) schein: (&'static str, &'static str),
    /// Service days, counted from the quarter's first (0).
    pub(super) tage: &'static [u8],
    /// Place of the physician in the practice.
    pub(super) arzt: usize,
    /// It belongs to the quarter before, if that has rules.
    pub(super) nachzuegler: bool,
}

/// A plain case of a patient of `von`.
const fn plan(praxis: &'static str, patient: u64, von: char, zeigt: &'static str) -> Sonderfall {
    Sonderfall {
        praxis,
        zeigt,
        patient,
        schreibung: Schreibung::Richtig,
        von,
        vorher: Vorher::AlsPatient,
        benannt: true,
        schein: ("0101", "00"),
        tage: &[50, 50, 62],
        arzt: 0,
        nachzuegler: false,
    }
}

const fn mit(schreibung: Schreibung, fall: Sonderfall) -> Sonderfall {
    Sonderfall { schreibung, ..fall }
}

const fn gesehen(vorher: Vorher, fall: Sonderfall) -> Sonderfall {
    Sonderfall { vorher, ..fall }
}

const fn unbenannt(fall: Sonderfall) -> Sonderfall {
    Sonderfall { benannt: false, ..fall }
}

const fn schein(satzart: &'static str, gruppe: &'static str, fall: Sonderfall) -> Sonderfall {
    Sonderfall { schein: (satzart, gruppe), ..fall }
}

const fn am(tage: &'static [u8], fall: Sonderfall) -> Sonderfall {
    Sonderfall { tage, ..fall }
}

const fn bei(arzt: usize, fall: Sonderfall) -> Sonderfall {
    Sonderfall { arzt, ..fall }
}

/// All marked cases of the fixed practices.
pub(super) const SONDERFAELLE: [Sonderfall; 37] = [
    plan("R1", 1, 'A', "bewilligt"),
    unbenannt(plan("R1", 2, 'A', "bewilligt")),
    am(&[20, 60], plan("R1", 3, 'B', "bewilligt")),
    mit(Schreibung::Ungenau, plan("R1", 4, 'A', "bewilligt")),
    mit(Schreibung::FalschePruefziffer, plan("R1", 5, 'A', "bewilligt")),
    mit(Schreibung::Fehlt, plan("R1", 6, 'A', "ohne_versicherten_id")),
    mit(Schreibung::Verkuerzt, plan("R1", 7, 'A', "ohne_versicherten_id")),
    am(&[], plan("R1", 8, 'A', "leistungstag_fehlt")),
    gesehen(Vorher::Nie, plan("R1", 9, 'X', "schliessung_unbekannt")),
    am(&[30, 45], plan("R1", 10, 'B', "behandlung_vor_schliessung")),
    schein("0104", "42", plan("R1", 11, 'A', "vertreterfall")),
    schein("0104", "41", plan("R1", 12, 'A', "notfall")),
    schein("0102", "24", plan("R1", 13, 'A', "kein_hausaerztlicher_fall")),
    gesehen(Vorher::Nie, plan("R1", 14, 'A', "nicht_vorbehandelt")),
    gesehen(Vorher::NurInVertretung, plan("R1", 15, 'A', "nicht_vorbehandelt")),
    am(&[10, 12], plan("R1", 16, 'A', "bewilligt")),
    am(&[11], plan("R1", 16, 'A', "bereits_im_quartal")),
    am(&[40], plan("R1", 17, 'A', "anderweitig_uebernommen")),
    plan("R1Z", 18, 'A', "bewilligt"),
    am(&[15, 40], plan("R2", 17, 'A', "bewilligt")),
    plan("R3", 19, 'C', "bewilligt"),
    gesehen(Vorher::NurBeimFacharzt, plan("R3", 20, 'C', "nicht_vorbehandelt")),
    bei(1, plan("R3", 21, 'A', "keine_hausarztpraxis")),
    plan("R4", 22, 'A', "keine_hausarztpraxis"),
    plan("R6", 23, 'A', "keine_bewilligung"),
    plan("R7", 24, 'A', "praxis_unbekannt"),
    plan("R8", 25, 'D', "kein_laendlicher_raum"),
    plan("R8", 26, 'F', "nachfolger_vorhanden"),
    plan("R8", 27, 'H', "keine_hausarztpraxis_geschlossen"),
    plan("R8", 28, 'J', "keine_hausarztpraxis_geschlossen|einwohnerzahl_fehlt"),
    plan("R8", 29, 'K', "einwohnerzahl_fehlt"),
    plan("R8", 30, 'L', "ausserhalb_zeitraum"),
    Sonderfall { nachzuegler: true, ..plan("R8", 31, 'L', "bewilligt") },
    plan("R8", 32, 'M', "zwei_quartale_ausgeschoepft"),
    plan("R8", 33, 'N', "bewilligt"),
    gesehen(Vorher::Nie, plan("R8", 34, 'N', "rueckblick_fehlt")),
    plan("O", 35, 'O', "eigene_praxis"),
];

/// Patient of `M` whose two quarters before the run's were granted to R8.
pub(super) const AUSGESCHOEPFT: u64 = 32;

impl Sonderfall {
    /// Returns the patient's number.
    pub(super) fn patientennummer(&self) -> u64 {
        AB_FEST + 26 * PATIENTEN_JE_PRAXIS + self.patient
    }

    /// Returns the quarter it belongs to.
    pub(super) fn quartal(&self, lauf: Quartal) -> Quartal {
        let frueher = lauf.plus(-1);
        if self.nachzuegler && hat_regeln(frueher) { frueher } else { lauf }
    }
}

/// A practice that no register has and no closure is of.
pub(super) fn unbekannte_praxis() -> Nummer {
    Nummer::Fest(6, 90_598)
}
