//! Attributes of a tag, strictly as XML 1.0 has them, with the place of each.

use std::ops::Range;

use quick_xml::name::{Namespace, QName, ResolveResult};

use super::form::falscher_verweis;
use super::{Element, Gelesen, XmlLeser};
use crate::kennung::gezeigt;
use crate::meldung::{Code, Meldungen, Stelle, naechster_name};
use crate::read::Abbruch;

/// Most attributes of one tag. No element has more than a dozen; each is compared with all before it.
const ATTRIBUTE_MAX: usize = 256;

/// The namespace of the attributes by which a document names its schema.
const XSI: Namespace<'_> = Namespace("http://www.w3.org/2001/XMLSchema-instance");

impl XmlLeser {
    /// Splits the attributes of the current tag, strictly as XML 1.0 has them. Those of a known
    /// element are kept; namespace declarations are passed over, and on the root where it names its
    /// schema.
    pub(super) fn lies_attribute(
        &mut self,
        ab: usize,
        element: Option<&'static Element>,
        meldungen: &mut Meldungen,
    ) -> Result<(), Abbruch> {
        self.attribute.clear();
        let marke = std::mem::take(&mut self.puffer);
        let ergebnis = self.teile_attribute(&marke, ab, element, meldungen);
        self.puffer = marke;
        ergebnis
    }

    fn teile_attribute(
        &mut self,
        marke: &[u8],
        ab: usize,
        element: Option<&'static Element>,
        meldungen: &mut Meldungen,
    ) -> Result<(), Abbruch> {
        let ende = if marke.ends_with(b"/>") { marke.len() - 2 } else { marke.len() - 1 };
        let mut namen: Vec<Range<usize>> = Vec::new();
        let mut i = ab;
        loop {
            let blank = i;
            i += leerraum(&marke[i..ende]);
            if i == ende {
                return Ok(());
            }
            let gelesen = (blank < i).then(|| attribut(marke, i, ende)).flatten();
            let Some((name, wert)) = gelesen else {
                let stelle = self.stelle_in(marke, i);
                let text = "die Attribute einer Marke sind nicht wohlgeformt; erwartet wird name=\"wert\", durch \
                            Leerzeichen getrennt, ohne < im Wert";
                self.melde_an(meldungen, Code::XmlNichtWohlgeformt, stelle, text);
                return Err(Abbruch);
            };
            i = wert.end + 1;
            if namen.len() == ATTRIBUTE_MAX {
                let stelle = self.stelle_in(marke, name.start);
                let text = format!(
                    "eine Marke hat zu viele Attribute; erwartet werden höchstens {ATTRIBUTE_MAX}"
                );
                self.melde_an(meldungen, Code::XmlNichtWohlgeformt, stelle, text);
                return Err(Abbruch);
            }
            if namen.iter().any(|n| marke[n.clone()] == marke[name.clone()]) {
                let stelle = self.stelle_in(marke, name.start);
                self.melde_an(
                    meldungen,
                    Code::XmlNichtWohlgeformt,
                    stelle,
                    "ein Attribut steht zweimal in einer Marke",
                );
                return Err(Abbruch);
            }
            if let Some(verweis) = falscher_verweis(&marke[wert.clone()]) {
                let stelle = self.stelle_in(marke, wert.start + verweis);
                let text = "ein Attributwert enthält einen Verweis, den XML nicht kennt; erlaubt sind &amp; &lt; &gt; \
                            &quot; &apos; und die Nummern der Zeichen von XML";
                self.melde_an(meldungen, Code::XmlNichtWohlgeformt, stelle, text);
                return Err(Abbruch);
            }
            if let Some(element) = element {
                self.ordne_zu(marke, name.clone(), wert, element, meldungen);
            }
            namen.push(name);
        }
    }

    /// Finds an attribute in its element's table.
    fn ordne_zu(
        &mut self,
        marke: &[u8],
        name: Range<usize>,
        wert: Range<usize>,
        element: &'static Element,
        meldungen: &mut Meldungen,
    ) {
        let text = String::from_utf8_lossy(&marke[name.clone()]);
        if let Some(platz) = element.attribute.iter().position(|a| a.name == text) {
            self.attribute.push(Gelesen { platz, name, wert });
            return;
        }
        let xmlns = text == "xmlns" || text.starts_with("xmlns:");
        if xmlns || self.offen.is_empty() && self.nennt_schema(&text) {
            return;
        }
        let nah = naechster_name(&text, element.attribute.iter().map(|a| a.name));
        let text = format!(
            "<{}> hat keine Angabe {}; {}",
            element.name,
            gezeigt(&text),
            nah.map_or_else(
                || "bitte entfernen".to_owned(),
                |nah| format!("gemeint ist vielleicht {nah}")
            )
        );
        let stelle = self.stelle_in(marke, name.start);
        self.melde_an(meldungen, Code::XmlAttributUnbekannt, stelle, text);
    }

    /// Tells whether an attribute of the root says where the document's schema is.
    fn nennt_schema(&self, name: &str) -> bool {
        let (raum, lokal) = self.leser.resolver().resolve_attribute(QName(name));
        raum == ResolveResult::Bound(XSI)
            && matches!(lokal.into_inner(), "schemaLocation" | "noNamespaceSchemaLocation")
    }

    /// Returns the place of byte `i` of the current tag.
    pub(super) fn stelle_in(&self, marke: &[u8], i: usize) -> Stelle {
        let davor = &marke[..i];
        let zeilen = memchr::memchr_iter(b'\n', davor).count() as u64;
        let bytes = if self.leser.get_ref().ist_latin() {
            davor.iter().filter(|b| **b & 0xC0 != 0x80).count()
        } else {
            i
        };
        Stelle {
            zeile: self.marke_ab.zeile.map(|zeile| zeile + zeilen),
            byte: self.marke_ab.byte.map(|byte| byte + bytes as u64),
            satz: self.satz,
        }
    }
}

pub(super) const fn ist_leerraum(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

pub(super) fn leerraum(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| !ist_leerraum(*b)).unwrap_or(bytes.len())
}

/// Returns how many bytes the name has with which `bytes` begin. Beyond ASCII nothing tells names
/// from other characters; no name that counts has any of them.
pub(super) fn namenslaenge(bytes: &[u8]) -> Option<usize> {
    let erster = *bytes.first()?;
    let zeichen =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'-' | b'.') || 0x80 <= *b;
    let beginnt = erster.is_ascii_alphabetic() || matches!(erster, b'_' | b':') || 0x80 <= erster;
    let laenge = bytes.iter().position(|b| !zeichen(b)).unwrap_or(bytes.len());
    beginnt.then_some(laenge)
}

/// Splits `name = "wert"` that begins at `i`; returns where name and value stand.
pub(super) fn attribut(
    marke: &[u8],
    i: usize,
    ende: usize,
) -> Option<(Range<usize>, Range<usize>)> {
    let name = i..i + namenslaenge(&marke[i..ende])?;
    let mut j = name.end + leerraum(&marke[name.end..ende]);
    if marke[..ende].get(j) != Some(&b'=') {
        return None;
    }
    j += 1;
    j += leerraum(&marke[j..ende]);
    let anfuehrung = *marke[..ende].get(j).filter(|b| matches!(b, b'"' | b'\''))?;
    let laenge = memchr::memchr(anfuehrung, &marke[j + 1..ende])?;
    let wert = j + 1..j + 1 + laenge;
    memchr::memchr(b'<', &marke[wert.clone()]).is_none().then_some((name, wert))
}
