//! Which bytes are characters: of the set that a document declares, and of XML.

use crate::kennung::gezeigt;

/// The character sets that deliveries may declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zeichensatz {
    /// The default of XML.
    Utf8,
    /// ISO-8859-1
    Latin1,
    /// ISO-8859-15
    Latin9,
}

impl Zeichensatz {
    /// Returns the character set with that label, in any case.
    fn aus_name(name: &str) -> Option<Self> {
        [("UTF-8", Self::Utf8), ("ISO-8859-1", Self::Latin1), ("ISO-8859-15", Self::Latin9)]
            .into_iter()
            .find(|(bekannt, _)| bekannt.eq_ignore_ascii_case(name))
            .map(|(_, zeichensatz)| zeichensatz)
    }

    /// Returns the character of a byte of one of the two ISO sets; they have none at 0x80 to 0x9F.
    pub(crate) fn zeichen(self, byte: u8) -> Option<char> {
        match (self, byte) {
            (_, 0x80..=0x9F) => None,
            (Self::Latin9, 0xA4) => Some('€'),
            (Self::Latin9, 0xA6) => Some('Š'),
            (Self::Latin9, 0xA8) => Some('š'),
            (Self::Latin9, 0xB4) => Some('Ž'),
            (Self::Latin9, 0xB8) => Some('ž'),
            (Self::Latin9, 0xBC) => Some('Œ'),
            (Self::Latin9, 0xBD) => Some('œ'),
            (Self::Latin9, 0xBE) => Some('Ÿ'),
            _ => Some(char::from(byte)),
        }
    }
}

/// The mark with which UTF-8 may begin.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// How far into a file its XML declaration may reach.
pub(super) const DEKLARATION_MAX: usize = 1024;

/// Returns how many of `bytes` may be given out at once, and the byte behind them if that is a wrong
/// one.
pub(super) fn gueltig(
    bytes: &[u8],
    zeichensatz: Zeichensatz,
    am_ende: bool,
) -> (usize, Option<u8>) {
    let mut laenge = 0;
    loop {
        laenge += schlichte(&bytes[laenge..]);
        let rest = &bytes[laenge..];
        let Some(erstes) = rest.first() else { return (laenge, None) };
        let utf8 = zeichensatz == Zeichensatz::Utf8;
        // Of the ISO sets only what is not ASCII is decoded, so it is given out by itself.
        if !utf8 && !erstes.is_ascii() && 0 < laenge {
            return (laenge, None);
        }
        let stueck = &rest[..rest.len().min(STUECK)];
        let (gut, falsch) = if utf8 {
            utf8_zeichen(stueck, am_ende && stueck.len() == rest.len())
        } else {
            iso_zeichen(stueck)
        };
        laenge += gut;
        // Nothing good and nothing wrong is a character that the buffer's end cuts.
        if falsch.is_some() || gut == 0 || !utf8 && !erstes.is_ascii() {
            return (laenge, falsch);
        }
    }
}

/// Returns how many bytes are whole characters of XML in UTF-8, and the byte behind them if that is a
/// wrong one.
fn utf8_zeichen(bytes: &[u8], am_ende: bool) -> (usize, Option<u8>) {
    let (text, fehler) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(fehler) => {
            let gut = &bytes[..fehler.valid_up_to()];
            (std::str::from_utf8(gut).unwrap_or_default(), Some(fehler))
        }
    };
    // U+FFFE and U+FFFF are no characters of XML.
    if let Some(i) = text.find(|c| matches!(c, '\u{FFFE}' | '\u{FFFF}') || steuert(c)) {
        return (i, Some(bytes[i]));
    }
    // A character may still be cut by the buffer's end, but not by the file's.
    let falsch = fehler.filter(|fehler| am_ende || fehler.error_len().is_some());
    (text.len(), falsch.map(|fehler| bytes[fehler.valid_up_to()]))
}

/// Returns how many bytes are characters of an ISO set and all ASCII, or none of them ASCII; and the
/// byte behind them if that is a wrong one.
fn iso_zeichen(bytes: &[u8]) -> (usize, Option<u8>) {
    let falsch = |b: &u8| (0x80..=0x9F).contains(b) || steuert(char::from(*b));
    let ascii = bytes[0].is_ascii();
    let ende = bytes.iter().position(|b| b.is_ascii() != ascii || falsch(b));
    let laenge = ende.unwrap_or(bytes.len());
    let behind = bytes.get(laenge).copied().filter(|b| b.is_ascii() == ascii);
    (laenge, behind)
}

/// Tells whether a character of ASCII is a control character that XML does not have.
fn steuert(c: char) -> bool {
    c < ' ' && !matches!(c, '\t' | '\n' | '\r')
}

/// How many bytes are looked at together.
const STUECK: usize = 64;

/// Returns how many bytes to begin with are ASCII without control characters but line ends: almost
/// always all of them. Looks at pieces without a way out in their middle, which the compiler turns
/// into instructions for many bytes at once.
fn schlichte(bytes: &[u8]) -> usize {
    // No `||`, which would be a way out.
    let ungut = |b: &u8| u8::from(b.wrapping_sub(0x20) >= 0x60) & u8::from(*b != b'\n');
    let (stuecke, rest) = bytes.as_chunks::<STUECK>();
    let ganze = stuecke.iter().position(|s| s.iter().fold(0, |da, b| da | ungut(b)) != 0);
    let im_rest = || rest.iter().position(|b| ungut(b) != 0).unwrap_or(rest.len());
    ganze.map_or_else(|| stuecke.len() * STUECK + im_rest(), |anzahl| anzahl * STUECK)
}

/// Returns the character set that a document declares, or the German text that refuses it.
pub(super) fn deklariert(kopf: &[u8], bom: usize) -> Result<Zeichensatz, String> {
    let erlaubt = "erwartet wird UTF-8, ISO-8859-1 oder ISO-8859-15; bitte die Datei umkodieren";
    // Without a mark, the first character (`<`) of UTF-16 or UTF-32 has a zero in it.
    let null = kopf.iter().take(4).any(|b| *b == 0);
    if kopf.starts_with(b"\xFF\xFE") || kopf.starts_with(b"\xFE\xFF") || null {
        return Err(format!("die Datei ist in UTF-16 oder UTF-32 kodiert; {erlaubt}"));
    }
    let kopf = &kopf[bom..];
    if kopf.starts_with(BOM) {
        return Err(format!("die Datei beginnt mehrfach mit der Marke von UTF-8; {erlaubt}"));
    }
    if !kopf.starts_with(b"<?xml") {
        return Ok(Zeichensatz::Utf8);
    }
    let Some(ende) = kopf.windows(2).take(DEKLARATION_MAX).position(|w| w == b"?>") else {
        return Err("die XML-Deklaration endet nicht in den ersten 1024 Bytes; erwartet wird \
                    <?xml version=\"1.0\" encoding=\"UTF-8\"?>"
            .to_owned());
    };
    let deklaration = String::from_utf8_lossy(&kopf[..ende]);
    let Some((_, rest)) = deklaration.split_once("encoding") else { return Ok(Zeichensatz::Utf8) };
    let rest = rest.trim_start().trim_start_matches('=').trim_start();
    let name = rest.get(1..).and_then(|r| r.split(['"', '\'']).next()).unwrap_or_default();
    match Zeichensatz::aus_name(name) {
        Some(zeichensatz) if bom == 0 || zeichensatz == Zeichensatz::Utf8 => Ok(zeichensatz),
        Some(_) => {
            Err(format!("die Datei beginnt mit der Marke von UTF-8 und nennt {name}; {erlaubt}"))
        }
        None => {
            let name = gezeigt(name);
            Err(format!("die Datei nennt den Zeichensatz {name:?}; {erlaubt}"))
        }
    }
}
