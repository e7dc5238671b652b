//! What XML 1.0 demands beyond tags that pair: the declaration, processing instructions,
//! references. And why a document is not well-formed, in German and without any of its content.

use quick_xml::Error;
use quick_xml::errors::{IllFormedError, SyntaxError};
use quick_xml::name::NamespaceError;

use super::attribute::{attribut, ist_leerraum, leerraum, namenslaenge};

/// Tells whether `<?xml …?>` is a declaration: `version`, then perhaps `encoding`, then perhaps
/// `standalone`, each once and nothing else (XML 1.0, productions 23 to 26, 32, 80).
pub(super) fn ist_deklaration(marke: &[u8]) -> bool {
    let Some(ende) = marke.strip_prefix(b"<?xml").and_then(|rest| rest.strip_suffix(b"?>")) else {
        return false;
    };
    let (mut i, mut naechste) = (0, 0);
    loop {
        let blank = i;
        i += leerraum(&ende[i..]);
        if i == ende.len() {
            return 0 < naechste;
        }
        let gelesen = (blank < i).then(|| attribut(ende, i, ende.len())).flatten();
        let Some((name, wert)) = gelesen else { return false };
        i = wert.end + 1;
        let (platz, gilt) = match (&ende[name], &ende[wert]) {
            (b"version", wert) => (0, wert == b"1.0"),
            (b"encoding", wert) => (1, ist_zeichensatzname(wert)),
            (b"standalone", wert) => (2, wert == b"yes" || wert == b"no"),
            _ => return false,
        };
        // The version must be first and cannot be left out; the others only go forward.
        if !gilt || platz < naechste || naechste == 0 && platz != 0 {
            return false;
        }
        naechste = platz + 1;
    }
}

fn ist_zeichensatzname(name: &[u8]) -> bool {
    name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// Tells whether `<?…?>` has a target that is a name and not `xml` in any case.
pub(super) fn ist_anweisung(marke: &[u8]) -> bool {
    let innen = marke.strip_prefix(b"<?").and_then(|rest| rest.strip_suffix(b"?>"));
    let Some(innen) = innen else { return false };
    let Some(laenge) = namenslaenge(innen) else { return false };
    let (ziel, rest) = innen.split_at(laenge);
    rest.first().is_none_or(|b| ist_leerraum(*b)) && !ziel.eq_ignore_ascii_case(b"xml")
}

/// Returns where in a value the first reference stands that XML does not have: one of an entity
/// other than the five, or of a number that is no character.
pub(super) fn falscher_verweis(wert: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'&', wert).find(|i| {
        let rest = &wert[i + 1..];
        let ende = memchr::memchr(b';', rest);
        !ende.is_some_and(|ende| ist_verweis(&rest[..ende]))
    })
}

fn ist_verweis(innen: &[u8]) -> bool {
    let Some(zahl) = innen.strip_prefix(b"#") else {
        return matches!(innen, b"amp" | b"lt" | b"gt" | b"quot" | b"apos");
    };
    let (ziffern, basis) = zahl.strip_prefix(b"x").map_or((zahl, 10), |hex| (hex, 16));
    let nummer = ziffern.iter().try_fold(0_u32, |summe, b| {
        let ziffer = char::from(*b).to_digit(basis)?;
        summe.checked_mul(basis)?.checked_add(ziffer)
    });
    !ziffern.is_empty() && nummer.and_then(char::from_u32).is_some_and(ist_zeichen)
}

/// XML 1.0, production 2.
fn ist_zeichen(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        c => ' ' <= c,
    }
}

/// Returns why a document is not well-formed. The library's own texts are English and show names
/// of the document, which may be anything, even a Versicherten-ID.
pub(super) fn grund(fehler: &Error) -> &'static str {
    match fehler {
        Error::Syntax(fehler) => match fehler {
            SyntaxError::InvalidBangMarkup => {
                "auf <! folgt weder Kommentar noch CDATA noch DOCTYPE"
            }
            SyntaxError::UnclosedPI => "eine Verarbeitungsanweisung endet nicht mit ?>",
            SyntaxError::UnclosedXmlDecl => "die XML-Deklaration endet nicht mit ?>",
            SyntaxError::UnclosedComment => "ein Kommentar endet nicht mit -->",
            SyntaxError::UnclosedDoctype => "eine DOCTYPE-Angabe endet nicht mit >",
            SyntaxError::UnclosedCData => "ein CDATA-Abschnitt endet nicht mit ]]>",
            SyntaxError::UnclosedTag => {
                "die Datei endet mitten in einer Marke und ist wohl abgeschnitten"
            }
            SyntaxError::UnclosedSingleQuotedAttributeValue
            | SyntaxError::UnclosedDoubleQuotedAttributeValue => {
                "die Datei endet in einem Attributwert: sie ist wohl abgeschnitten, oder in dieser Marke \
                 fehlt das schließende Anführungszeichen"
            }
        },
        Error::IllFormed(fehler) => match fehler {
            IllFormedError::MissingDeclVersion(_) | IllFormedError::UnknownVersion => {
                "die XML-Deklaration nennt nicht version=\"1.0\""
            }
            IllFormedError::MissingDoctypeName => "eine DOCTYPE-Angabe nennt kein Element",
            IllFormedError::MissingEndTag(_) => "zu einer Anfangsmarke fehlt die Endmarke",
            IllFormedError::UnmatchedEndTag(_) => "zu einer Endmarke fehlt die Anfangsmarke",
            IllFormedError::MismatchedEndTag { .. } => {
                "eine Endmarke heißt anders als ihre Anfangsmarke"
            }
            IllFormedError::DoubleHyphenInComment => "in einem Kommentar steht --",
            IllFormedError::UnclosedReference => "ein Verweis (&…) endet nicht mit ;",
        },
        Error::Namespace(fehler) => match fehler {
            NamespaceError::TooManyBindings(_) => "es nennt mehr als 128 Namensräume",
            NamespaceError::TooDeeplyNested(_) => "seine Elemente sind zu tief geschachtelt",
            NamespaceError::UnknownPrefix(_) => "ein Präfix gehört zu keinem Namensraum",
            NamespaceError::InvalidXmlPrefixBind(_)
            | NamespaceError::InvalidXmlnsPrefixBind(_)
            | NamespaceError::InvalidPrefixForXml(_)
            | NamespaceError::InvalidPrefixForXmlns(_) => {
                "es vergibt ein Präfix oder einen Namensraum, die XML selbst gehören"
            }
        },
        // Reading fails elsewhere, and the characters and attributes are checked here.
        Error::Io(_) | Error::InvalidAttr(_) | Error::Encoding(_) | Error::Escape(_) => {
            "eine Marke ist fehlerhaft"
        }
    }
}
