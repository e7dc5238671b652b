//! Attributes of a tag, strictly as XML 1.0 has them, with the place of each.

use std::ops::Range;

use quick_xml::escape::unescape;

use super::{Element, Gelesen, XmlLeser};
use crate::kennung::gezeigt;
use crate::meldung::{Code, Meldungen, Stelle, naechster_name};
use crate::read::Abbruch;

impl XmlLeser {
    /// Splits the attributes of the current tag, strictly as XML 1.0 has them. Those of a known
    /// element are kept; namespace declarations and attributes of other namespaces are passed over
    /// on the root only.
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
            let verweise = std::str::from_utf8(&marke[wert.clone()]).ok().map(unescape);
            if !matches!(verweise, Some(Ok(_))) {
                let stelle = self.stelle_in(marke, wert.start);
                let text = "ein Attributwert enthält einen Verweis, den XML nicht kennt; erlaubt sind &amp; &lt; &gt; \
                            &quot; &apos; und Zeichennummern";
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
        let fremd = self.offen.is_empty() && text.contains(':');
        if xmlns || fremd {
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

    /// Returns the place of byte `i` of the current tag.
    pub(super) fn stelle_in(&self, marke: &[u8], i: usize) -> Stelle {
        let davor = &marke[..i];
        let zeilen = memchr::memchr_iter(b'\n', davor).count() as u64;
        let bytes =
            if self.latin { davor.iter().filter(|b| **b & 0xC0 != 0x80).count() } else { i };
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

fn leerraum(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| !ist_leerraum(*b)).unwrap_or(bytes.len())
}

/// Splits `name = "wert"` that begins at `i`; returns where name and value stand.
fn attribut(marke: &[u8], i: usize, ende: usize) -> Option<(Range<usize>, Range<usize>)> {
    let laenge = marke[i..ende].iter().position(|b| *b == b'=' || ist_leerraum(*b))?;
    let name = i..i + laenge;
    let erster = *marke.get(i)?;
    let namenszeichen =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'-' | b'.') || 0x80 <= *b;
    let beginnt = erster.is_ascii_alphabetic() || matches!(erster, b'_' | b':') || 0x80 <= erster;
    if !beginnt || !marke[name.clone()].iter().all(namenszeichen) {
        return None;
    }
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
