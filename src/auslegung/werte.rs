//! The values that Auslegungen can have, one type per question.

use crate::euro::Rundung;

/// Values of one Auslegung: their names in `einstellungen.toml`.
pub trait Wert: Sized + Copy + Default + PartialEq + 'static {
    /// Every value with its name; the default first.
    const WERTE: &'static [(&'static str, Self)];

    /// Returns the value of that name.
    fn aus_name(name: &str) -> Option<Self> {
        Self::WERTE.iter().find(|(n, _)| *n == name).map(|(_, wert)| *wert)
    }

    /// Returns the value's name.
    fn name(self) -> &'static str {
        Self::WERTE.iter().find(|(_, wert)| *wert == self).map_or("", |(name, _)| name)
    }
}

/// A switch whose default is `VORGABE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JaNein<const VORGABE: bool>(pub bool);

impl<const VORGABE: bool> Default for JaNein<VORGABE> {
    fn default() -> Self {
        Self(VORGABE)
    }
}

impl Wert for JaNein<true> {
    const WERTE: &'static [(&'static str, Self)] = &[("ja", Self(true)), ("nein", Self(false))];
}

impl Wert for JaNein<false> {
    const WERTE: &'static [(&'static str, Self)] = &[("nein", Self(false)), ("ja", Self(true))];
}

macro_rules! auslegung {
    ($(#[$doc:meta])* $typ:ident { $(#[$vdoc:meta])* $vorgabe:ident = $vname:literal, $($(#[$wdoc:meta])* $wert:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $typ {
            $(#[$vdoc])* #[default] $vorgabe,
            $($(#[$wdoc])* $wert,)*
        }

        impl Wert for $typ {
            const WERTE: &'static [(&'static str, Self)] =
                &[($vname, Self::$vorgabe), $(($name, Self::$wert),)*];
        }
    };
}

auslegung! {
    /// How the first of the four quarters is found (§ 9 Abs. 3 Satz 1).
    Zeitraum09 {
        /// It holds D + 1 day.
        AbFolgetag = "ab_folgetag",
    }
}

auslegung! {
    /// Which quarters are "die letzten vier Quartale vor Praxisschließung" (§ 9 Abs. 3 Satz 2).
    Rueckblick09 {
        /// The quarter of D up to D, and the three before.
        MitSchliessungsquartal = "vier_quartale_mit_schliessungsquartal",
        /// The four before the quarter of D + 1.
        NurVolleQuartale = "nur_volle_quartale",
        /// Both: the four before the quarter of D + 1, and the quarter of D up to D.
        MitRumpfquartal = "vier_quartale_und_rumpfquartal",
    }
}

auslegung! {
    /// Whether emergency cases take over the hausärztliche Versorgung (§ 9 Abs. 3 Satz 2).
    Notfaelle {
        /// They do not.
        Ausgenommen = "ausgenommen",
        /// They may.
        Zulassen = "zulassen",
    }
}

auslegung! {
    /// What happens if several practices flag a patient in one quarter (§ 9 Abs. 3).
    Mehrfachuebernahme {
        /// The first gets the quarter.
        Erste = "erste",
        /// A person decides.
        Klaerfall = "klaerfall",
    }
}

auslegung! {
    /// For whom the two quarters count (§ 9 Abs. 3 Satz 1).
    ZweiQuartaleJe {
        /// Per patient and closed practice.
        Patient = "patient",
        /// Per patient, closed practice and treating practice.
        Praxis = "praxis",
    }
}

auslegung! {
    /// From which day the eight quarters count (§ 5 Abs. 2 Satz 1).
    AchtQuartaleJe {
        /// The physician's first day under any Bewilligung.
        Arzt = "arzt",
        /// Each Bewilligung's own first day.
        Bewilligung = "bewilligung",
    }
}

auslegung! {
    /// What a negative sum of fees counts as (§ 5 Abs. 3 Satz 2).
    NegativesHonorar {
        /// As 0.00.
        Null = "null",
        /// As it is: the payment rises by it.
        Abziehen = "abziehen",
    }
}

auslegung! {
    /// Who is head-counted for the table (§ 6 Abs. 2).
    DienstZaehlt {
        /// Physicians on the roster who hold a post on the island.
        MitArztstelle = "mit_arztstelle",
        /// All physicians on the roster.
        Alle = "alle",
    }
}

auslegung! {
    /// What happens if a post changes holder or share in the quarter (§ 6 Abs. 2).
    Wechsel {
        /// It is paid to the day.
        Tagesgenau = "tagesgenau",
        /// A person decides.
        Klaerfall = "klaerfall",
    }
}

/// The rounding as a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RundungWert(pub Rundung);

impl Default for RundungWert {
    fn default() -> Self {
        Self(Rundung::Kaufmaennisch)
    }
}

impl Wert for RundungWert {
    const WERTE: &'static [(&'static str, Self)] = &[
        ("kaufmaennisch", Self(Rundung::Kaufmaennisch)),
        ("abrunden", Self(Rundung::Abrunden)),
        ("zur_geraden", Self(Rundung::ZurGeraden)),
    ];
}
