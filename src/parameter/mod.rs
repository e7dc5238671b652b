//! Numbers of the guideline: dated, cited, and nowhere else.

use crate::euro::Cent;

/// The numbers of § 5 that rule one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Par05 {
    /// Most quarters that a Bewilligung may grant (Abs. 2 Satz 1).
    pub quartale_max: i32,
    /// How many quarters the Vorjahresquartal lies back (Abs. 1 Satz 1, Abs. 3 Satz 1).
    pub vorjahr_quartale: i32,
}

/// The numbers of § 6 that rule one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Par06 {
    /// Amount per full post and quarter, for 1, 2, … physicians (Abs. 2).
    pub saetze: Vec<Cent>,
    /// Duties of one physician in a quarter above which they are reported (brochure).
    pub dienste_ohne_hinweis: u32,
}

/// The numbers of § 9 that rule one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Par09 {
    /// The Fallwertzuschlag (Abs. 3 Satz 1).
    pub zuschlag: Cent,
    /// For how many quarters it is paid (Abs. 3 Satz 1).
    pub zuschlag_quartale: i32,
    /// Length of the window in quarters (Abs. 3 Satz 1).
    pub zeitraum_quartale: i32,
    /// Length of the look-back in quarters (Abs. 3 Satz 2).
    pub rueckblick_quartale: i32,
    /// Inhabitants from which a place is not rural (Abs. 2 Satz 1).
    pub einwohner_grenze: u32,
    /// Land of the AGS: Niedersachsen (Abs. 1).
    pub land: u8,
    /// Age in days of a population figure above which it is questionable (Abs. 2 Satz 2).
    pub einwohner_alter_tage_max: i32,
    /// Fachgruppen (LANR digits 8, 9) of Hausärzte (Abs. 1).
    pub fachgruppen_hausarzt: Vec<u8>,
    /// Fachgruppen of Kinder- und Jugendärzte (Abs. 1).
    pub fachgruppen_kinderarzt: Vec<u8>,
    /// Scheinuntergruppen of Vertreterfälle (Abs. 3 Satz 2).
    pub scheinuntergruppen_vertreter: Vec<u8>,
    /// Scheinuntergruppen of emergencies.
    pub scheinuntergruppen_notfall: Vec<u8>,
}

/// The numbers that rule one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regeln {
    /// § 5
    pub par05: Par05,
    /// § 6
    pub par06: Par06,
    /// § 9
    pub par09: Par09,
}
