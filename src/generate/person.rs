//! What KVDT says of persons besides their numbers. All of it follows from the number alone, so that
//! a patient is the same wherever and whenever seen, and no other random number is moved.

use super::kennungen::{Lanr, ziffern};
use super::zufall::{Bits, Zufall, Zweck};

/// Names with letters that ASCII and Latin-1 do not have.
const NACHNAMEN: [&str; 32] = [
    "Müller",
    "Groß",
    "Jürgens",
    "Tjarks",
    "Weiß-Öhlmann",
    "André",
    "Schröder",
    "Özdemir",
    "Žagar",
    "Behrends",
    "Kröger",
    "Kowalewski",
    "Meinß",
    "Lübben",
    "Šimek",
    "de Vries",
    "Hünecke",
    "Bäcker",
    "Lefèvre",
    "Harms",
    "Voß",
    "Janßen",
    "Núñez",
    "Ahlers",
    "Übel",
    "Thießen",
    "Brüggemann",
    "Sørensen",
    "Ubben",
    "Çelik",
    "Löwe",
    "Äpfler",
];

const VORNAMEN: [[&str; 16]; 2] = [
    [
        "Anke", "Zoë", "Käthe", "Renée", "Gönül", "Insa", "Marie", "Bärbel", "Wiebke", "Edda",
        "Jördis", "Elke", "Chloé", "Antje", "Ulrike", "Inês",
    ],
    [
        "Jörg",
        "René",
        "Günther",
        "Hinnerk",
        "Søren",
        "Tomáš",
        "Jürgen",
        "Ole",
        "Björn",
        "Çetin",
        "Theo",
        "François",
        "Klaus-Dieter",
        "Käre",
        "Onno",
        "Jan",
    ],
];

const STRASSEN: [&str; 8] = [
    "Am Deich",
    "Lange Straße",
    "Mühlenweg",
    "Süderstr.",
    "Osterfelde",
    "An der Kirche",
    "Bäckergang",
    "Fährhafen",
];

const ORTE: [(&str, &str); 8] = [
    ("26532", "Großheide"),
    ("26736", "Krummhörn"),
    ("26409", "Wittmund"),
    ("37170", "Uslar"),
    ("21335", "Lüneburg"),
    ("49152", "Bad Essen"),
    ("38640", "Goslar"),
    ("27711", "Osterholz-Scharmbeck"),
];

const DIAGNOSEN: [&str; 16] = [
    "I10.90", "E11.90", "J06.9", "M54.5", "E78.0", "J20.9", "K29.7", "F32.9", "N39.0", "H52.1",
    "L20.8", "R51", "Z25.1", "M17.1", "J45.9", "I25.9",
];

/// A patient.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) nachname: &'static str,
    pub(super) vorname: &'static str,
    /// `JJJJMMTT`; day and month may be unknown (`00`).
    pub(super) geburt: [u8; 8],
    pub(super) geschlecht: &'static str,
    /// Member, family or pensioner.
    pub(super) versichertenart: &'static str,
    pub(super) strasse: &'static str,
    pub(super) hausnummer: u32,
    /// PLZ and place.
    pub(super) ort: (&'static str, &'static str),
    /// The first is always there.
    pub(super) diagnosen: (&'static str, Option<&'static str>),
}

impl Person {
    /// Returns the patient `nummer`, who is at least three years old in `jahr`.
    pub(super) fn patient(seed: u64, nummer: u64, jahr: i32) -> Self {
        let mut bits = Bits(Zufall::neu(seed, Zweck::Person, nummer).naechste());
        let wahl = bits.nimm(1);
        let alter = 3 + bits.nimm(7) * 3 / 4;
        let (monat, tag) = (1 + bits.nimm(8) % 12, 1 + bits.nimm(8) % 28);
        let (monat, tag) = match bits.nimm(7) {
            0 => (0, 0),
            1 | 2 => (monat, 0),
            _ => (monat, tag),
        };
        let jahr = u64::try_from(jahr).unwrap_or(0).saturating_sub(alter as u64);
        Self {
            nachname: NACHNAMEN[bits.nimm(5)],
            vorname: VORNAMEN[wahl][bits.nimm(4)],
            geburt: ziffern(jahr * 10_000 + (monat * 100 + tag) as u64),
            geschlecht: match (wahl, bits.nimm(9)) {
                (_, 0) => "D",
                (0, _) => "W",
                _ => "M",
            },
            versichertenart: match alter {
                0..25 => "3",
                25..67 => "1",
                _ => "5",
            },
            strasse: STRASSEN[bits.nimm(3)],
            hausnummer: u32::try_from(1 + bits.nimm(6)).unwrap_or(1),
            ort: ORTE[bits.nimm(3)],
            diagnosen: {
                let erste = bits.nimm(4);
                let zweite = DIAGNOSEN[(erste + 5) % DIAGNOSEN.len()];
                (DIAGNOSEN[erste], bits.selten(2).then_some(zweite))
            },
        }
    }
}

/// Returns the name of the physician with that number, wherever he works.
pub(super) fn arzt(lanr: &Lanr) -> String {
    let nummer = lanr.iter().fold(0, |zahl, ziffer| zahl * 10 + u64::from(ziffer - b'0'));
    // A LANR is no patient's number: those are smaller.
    let mut bits = Bits(Zufall::neu(0, Zweck::Person, (1 << 32) + nummer).naechste());
    let vorname = VORNAMEN[bits.nimm(1)][bits.nimm(4)];
    format!("Dr. med. {vorname} {}", NACHNAMEN[bits.nimm(5)])
}
