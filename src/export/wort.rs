//! Values that stand in JSON as one word: ids, days, quarters, names of a closed list.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ergebnis::{Ergebnis, Grund, Grund05, Grund06, Grund09};
use crate::euro::Anteil;
use crate::fall::Satzart;
use crate::kennung::{Ags, Arzt, Gnr, Lanr, Praxis};
use crate::pseudonym::Pseudonym;
use crate::quartal::{Quartal, Tag};
use crate::read::umschlag::Status;
use crate::stammdaten::{Insel, Praxisart};

/// A value with exactly one word.
pub(super) trait Wort: Sized {
    /// What it is, in German, for the message about another word.
    const WAS: &'static str;

    /// Writes its word.
    fn schreibe<S: Serializer>(&self, ziel: S) -> Result<S::Ok, S::Error>;

    /// Returns the value of a word.
    fn aus_wort(wort: &str) -> Option<Self>;
}

/// A value as its word; the domain's types know no serde.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text<T>(pub(super) T);

impl<T: Wort> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, ziel: S) -> Result<S::Ok, S::Error> {
        self.0.schreibe(ziel)
    }
}

impl<'de, T: Wort> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(quelle: D) -> Result<Self, D::Error> {
        let wort = Cow::<str>::deserialize(quelle)?;
        let fehler = || D::Error::custom(format!("`{wort}` ist nicht {}", T::WAS));
        T::aus_wort(&wort).map(Self).ok_or_else(fehler)
    }
}

/// Writes ASCII as it is: through the formatter a word would cost twice as much, and a line of the
/// evidence has dozens.
fn schreibe_ascii<S: Serializer>(ascii: &[u8], ziel: S) -> Result<S::Ok, S::Error> {
    ziel.serialize_str(std::str::from_utf8(ascii).map_err(S::Error::custom)?)
}

/// Values that are written and parsed by the standard traits; what they are as ASCII, if they tell it.
macro_rules! geschrieben {
    ($($typ:ty: $was:literal, $ascii:expr;)*) => {
        $(impl Wort for $typ {
            const WAS: &'static str = $was;

            fn schreibe<S: Serializer>(&self, ziel: S) -> Result<S::Ok, S::Error> {
                match $ascii(*self) {
                    Some(ascii) => schreibe_ascii(&ascii, ziel),
                    None => ziel.collect_str(self),
                }
            }

            fn aus_wort(wort: &str) -> Option<Self> {
                wort.parse().ok()
            }
        })*
    };
}

geschrieben! {
    Quartal: "ein Quartal", |quartal: Quartal| Some(quartal.ascii());
    Tag: "ein Tag", Tag::ascii;
    Praxis: "eine Praxis", |praxis: Praxis| Some(praxis.ascii());
    Arzt: "ein Arzt", |arzt: Arzt| Some(arzt.ascii());
    Lanr: "eine LANR", |lanr: Lanr| Some(lanr.ascii());
    Ags: "ein Gemeindeschlüssel", |ags: Ags| Some(ags.ascii());
    Anteil: "ein Anteil", |_| None::<[u8; 0]>;
    Pseudonym: "ein Pseudonym", |pseudonym: Pseudonym| Some(pseudonym.ascii());
}

/// Closed lists, by name.
macro_rules! benannt {
    ($($typ:ty: $was:literal, $alle:expr, $name:expr;)*) => {
        $(impl Wort for $typ {
            const WAS: &'static str = $was;

            fn schreibe<S: Serializer>(&self, ziel: S) -> Result<S::Ok, S::Error> {
                let name: fn(Self) -> &'static str = $name;
                ziel.serialize_str(name(*self))
            }

            fn aus_wort(wort: &str) -> Option<Self> {
                let name: fn(Self) -> &'static str = $name;
                $alle.iter().copied().find(|wert| name(*wert) == wort)
            }
        })*
    };
}

benannt! {
    Ergebnis: "ein Ergebnis", Ergebnis::ALLE, Ergebnis::name;
    Grund05: "ein Grund nach § 5", Grund05::ALLE, Grund::code;
    Grund06: "ein Grund nach § 6", Grund06::ALLE, Grund::code;
    Grund09: "ein Grund nach § 9", Grund09::ALLE, Grund::code;
    Praxisart: "eine Praxisart", Praxisart::ALLE, Praxisart::name;
    Insel: "eine Insel", Insel::ALLE, Insel::name;
}

impl Wort for Status {
    const WAS: &'static str = "ein Status";

    fn schreibe<S: Serializer>(&self, ziel: S) -> Result<S::Ok, S::Error> {
        ziel.collect_str(self)
    }

    fn aus_wort(wort: &str) -> Option<Self> {
        Self::ALLE.into_iter().find(|status| status.to_string() == wort)
    }
}

impl Wort for Satzart {
    const WAS: &'static str = "eine Satzart";

    fn schreibe<S: Serializer>(&self, ziel: S) -> Result<S::Ok, S::Error> {
        ziel.serialize_str(self.name())
    }

    fn aus_wort(wort: &str) -> Option<Self> {
        Self::aus_bytes(wort.as_bytes())
    }
}

impl Wort for Gnr {
    const WAS: &'static str = "eine GNR";

    fn schreibe<S: Serializer>(&self, ziel: S) -> Result<S::Ok, S::Error> {
        ziel.collect_str(self)
    }

    fn aus_wort(wort: &str) -> Option<Self> {
        Self::aus_bytes(wort.as_bytes()).ok()
    }
}
