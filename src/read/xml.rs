//! Strict XML over quick-xml: one document against its table of elements, with the place of
//! everything.
//!
//! quick-xml finds tags and pairs them; what XML 1.0 demands beyond that (blanks between
//! attributes, no `<` in values, one root, declared prefixes, nothing of a DTD) is checked here.
//! Faults of form end the document; an unknown name or a bad value is recorded and reading goes on.

mod attribute;
mod form;
mod schnellweg;
mod tabelle;

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use quick_xml::NsReader;
use quick_xml::escape::unescape;
use quick_xml::events::Event;
use quick_xml::name::{QName, ResolveResult};

use super::Abbruch;
use super::roh::{Pruefsumme, Rohquelle};
use super::text::{Textquelle, Zeichensatz};
use crate::kennung::{gezeigt, muster};
use crate::meldung::{Code, Meldung, Meldungen, Ort, Stelle, naechster_name};
use attribute::ist_leerraum;
use form::{grund, ist_anweisung, ist_deklaration};
pub(crate) use schnellweg::Zurueckgelegt;
pub(crate) use tabelle::{Attribut, Dokument, Element, Kind, persoenlich, pflicht, wahlfrei};

/// What comes next in a document.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Marke {
    /// An element begins; its attributes can be asked for until the next call.
    Beginn(&'static Element),
    /// An element ended.
    Ende(&'static Element),
    /// The document ended.
    Schluss,
}

/// An open element.
struct Offen {
    element: &'static Element,
    /// Its tag has no prefix, and names no namespace unless it is the root's.
    ueblich: bool,
    /// Place in `kinder` of the last child; the sequence goes only forward.
    kind: usize,
    /// Children seen, as bits over `kinder`.
    gesehen: u64,
}

/// An attribute of the current tag: table place, and where name and value stand in the tag.
struct Gelesen {
    platz: usize,
    name: Range<usize>,
    wert: Range<usize>,
}

/// Reads one document.
pub(crate) struct XmlLeser {
    leser: NsReader<Textquelle>,
    dokument: &'static Dokument,
    ort: Ort,
    puffer: Vec<u8>,
    offen: Vec<Offen>,
    attribute: Vec<Gelesen>,
    /// Depth inside an unknown element, whose content is passed over.
    fremd: usize,
    /// The current tag was `<a/>`: its end comes next.
    leer: bool,
    wurzel_vorbei: bool,
    marke_ab: Stelle,
    saetze: u64,
    satz: Option<u64>,
    /// The root was written without a prefix, and names only the document's namespace.
    wurzel_schlicht: bool,
    /// What the fast path opened or closed and quick-xml does not know yet.
    versatz: Option<schnellweg::Versatz>,
}

impl std::fmt::Debug for XmlLeser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("XmlLeser").field("ort", &self.ort).finish_non_exhaustive()
    }
}

impl XmlLeser {
    /// Opens a document.
    ///
    /// # Errors
    /// [`Abbruch`] for an unreadable or empty input or a character set that is not allowed.
    pub(crate) fn neu(
        roh: Rohquelle,
        datei: &Arc<str>,
        dokument: &'static Dokument,
        meldungen: &mut Meldungen,
    ) -> Result<Self, Abbruch> {
        let ort = Ort::datei(datei);
        let quelle = Textquelle::neu(roh, &ort).map_err(|meldung| {
            meldungen.melde(meldung);
            Abbruch
        })?;
        Ok(Self::aus(quelle, ort, dokument))
    }

    /// Opens a document from within: behind a child of the root, at `ab`, whose record is the last one
    /// before it.
    pub(crate) fn mitten_in(
        roh: Rohquelle,
        datei: &Arc<str>,
        dokument: &'static Dokument,
        zeichensatz: Zeichensatz,
        ab: Stelle,
    ) -> Self {
        let (zeile, byte) = (ab.zeile.unwrap_or(1), ab.byte.unwrap_or(0));
        let quelle = Textquelle::mitten_in(roh, zeichensatz, zeile, byte);
        let mut xml = Self::aus(quelle, Ort::datei(datei), dokument);
        xml.saetze = ab.satz.unwrap_or(0);
        let wurzel = dokument.wurzel;
        let marke = format!("<{} xmlns=\"{}\">", wurzel.name, dokument.namensraum);
        xml.lies_eingeschobene(marke);
        // What must come before has been there.
        xml.offen.push(Offen { element: wurzel, ueblich: true, kind: 0, gesehen: u64::MAX });
        xml
    }

    /// Returns the character set, if what stands within the root means the same behind a root that names
    /// nothing but the document's namespace, and its bytes are those of the file.
    pub(crate) fn zeichensatz_der_abschnitte(&self) -> Option<Zeichensatz> {
        let quelle = self.leser.get_ref();
        (self.wurzel_schlicht && quelle.ist_unkomprimiert()).then(|| quelle.zeichensatz())
    }

    fn aus(quelle: Textquelle, ort: Ort, dokument: &'static Dokument) -> Self {
        let mut leser = NsReader::from_reader(quelle);
        leser.config_mut().check_comments = true;
        Self {
            leser,
            dokument,
            ort,
            puffer: Vec::new(),
            offen: Vec::new(),
            attribute: Vec::new(),
            fremd: 0,
            leer: false,
            wurzel_vorbei: false,
            marke_ab: Stelle::default(),
            saetze: 0,
            satz: None,
            wurzel_schlicht: false,
            versatz: None,
        }
    }

    /// Returns the place of the current tag.
    pub(crate) fn hier(&self) -> Ort {
        Ort::neu(&self.ort.datei, self.stelle())
    }

    /// Returns line, byte and record of the current tag.
    pub(crate) fn stelle(&self) -> Stelle {
        Stelle { satz: self.satz, ..self.marke_ab }
    }

    /// Returns size and hash of the stored bytes.
    pub(crate) fn beende(self) -> std::io::Result<Pruefsumme> {
        self.leser.into_inner().roh().beende()
    }

    /// Records a message at the current tag.
    pub(crate) fn melde(&mut self, meldungen: &mut Meldungen, code: Code, text: impl Into<String>) {
        self.melde_an(meldungen, code, self.stelle(), text);
    }

    fn melde_an(
        &mut self,
        meldungen: &mut Meldungen,
        code: Code,
        stelle: Stelle,
        text: impl Into<String>,
    ) {
        meldungen.melde(Meldung::neu(code, Ort::neu(&self.ort.datei, stelle), text));
    }

    /// Records a fault of form at the current tag, after which the document cannot be read.
    fn brich_ab(
        &mut self,
        meldungen: &mut Meldungen,
        code: Code,
        text: impl Into<String>,
    ) -> Abbruch {
        self.melde(meldungen, code, text);
        Abbruch
    }

    /// Reads up to the next element of the document's table.
    ///
    /// # Errors
    /// [`Abbruch`] where the document is not well-formed or of another kind.
    pub(crate) fn naechste(&mut self, meldungen: &mut Meldungen) -> Result<Marke, Abbruch> {
        if std::mem::take(&mut self.leer) {
            return Ok(self.schliesse(meldungen));
        }
        self.gleiche_ab();
        loop {
            self.puffer.clear();
            let am_anfang = self.leser.get_ref().ist_am_anfang();
            self.marke_ab = self.leser.get_ref().stelle();
            self.leser.get_mut().beginne_marke();
            let gelesen = self.leser.read_event_into(&mut self.puffer);
            let gelesen = gelesen.map(|ereignis| Fall::von(&ereignis));
            self.leser.get_mut().beende_marke();
            if let Some(meldung) = self.leser.get_ref().stoerung(&self.ort, self.satz) {
                meldungen.melde(meldung);
                return Err(Abbruch);
            }
            match gelesen.map_err(|fehler| self.nicht_wohlgeformt(&fehler, meldungen))? {
                Fall::Beginn { leer, name } => {
                    if let Some(marke) = self.beginne(&name, leer, meldungen)? {
                        return Ok(marke);
                    }
                }
                Fall::Ende => {
                    self.pruefe_endmarke(meldungen)?;
                    if self.fremd == 0 {
                        return Ok(self.schliesse(meldungen));
                    }
                    self.fremd -= 1;
                }
                Fall::Leerraum => {}
                Fall::Text => self.text(meldungen)?,
                Fall::Deklaration => self.deklaration(am_anfang, meldungen)?,
                Fall::Anweisung => self.anweisung(meldungen)?,
                Fall::Dtd => {
                    let text = "das Dokument enthält eine DTD (<!DOCTYPE …>); sie ist nicht erlaubt; bitte entfernen";
                    return Err(self.brich_ab(meldungen, Code::XmlDtd, text));
                }
                Fall::Schluss => return self.schluss(meldungen),
            }
        }
    }

    /// Takes a begin tag: its element must be a child of the open one, its attributes well-formed.
    fn beginne(
        &mut self,
        name: &Range<usize>,
        leer: bool,
        meldungen: &mut Meldungen,
    ) -> Result<Option<Marke>, Abbruch> {
        if self.wurzel_vorbei {
            let text = "nach dem Ende des Dokuments folgt ein weiteres Element; erwartet wird genau eine Wurzel";
            return Err(self.brich_ab(meldungen, Code::XmlNichtWohlgeformt, text));
        }
        if 0 < self.fremd {
            self.fremd += usize::from(!leer);
            return self.lies_attribute(name.end, None, meldungen).map(|()| None);
        }
        let Some(element) = self.finde(name, meldungen)? else {
            self.fremd = usize::from(!leer);
            return self.lies_attribute(name.end, None, meldungen).map(|()| None);
        };
        if element.satz {
            self.saetze += 1;
            self.satz = Some(self.saetze);
        }
        self.lies_attribute(name.end, Some(element), meldungen)?;
        for (platz, attribut) in element.attribute.iter().enumerate() {
            if attribut.pflicht && !self.attribute.iter().any(|g| g.platz == platz) {
                let text = format!(
                    "in <{}> fehlt die Angabe {}; bitte ergänzen",
                    element.name, attribut.name
                );
                self.melde(meldungen, Code::AngabeFehlt, text);
            }
        }
        let ohne_praefix = self.puffer[name.clone()] == *element.name.as_bytes();
        let raeume = memchr::memmem::find_iter(&self.puffer, b"xmlns").count();
        let ueblich = ohne_praefix && (self.offen.is_empty() || raeume == 0);
        self.wurzel_schlicht |= ohne_praefix && self.offen.is_empty() && raeume == 1;
        self.offen.push(Offen { element, ueblich, kind: 0, gesehen: 0 });
        self.leer = leer;
        Ok(Some(Marke::Beginn(element)))
    }

    /// Finds the element of a begin tag among those that may stand here; `None` if it is none of them.
    fn finde(
        &mut self,
        name: &Range<usize>,
        meldungen: &mut Meldungen,
    ) -> Result<Option<&'static Element>, Abbruch> {
        let text = std::str::from_utf8(&self.puffer[name.clone()]).unwrap_or_default().to_owned();
        let (raum, lokal) = self.leser.resolver().resolve_element(QName(&text));
        let erwartet = self.dokument.namensraum;
        let passt = matches!(raum, ResolveResult::Bound(raum) if raum.0 == erwartet);
        let lokal = lokal.into_inner();
        let Some(offen) = self.offen.last_mut() else {
            let wurzel = self.dokument.wurzel;
            if passt && lokal == wurzel.name {
                return Ok(Some(wurzel));
            }
            let code =
                if passt || lokal != wurzel.name { Code::XmlWurzel } else { Code::XmlNamensraum };
            let lokal = gezeigt(lokal);
            let text = format!(
                "die Wurzel <{lokal}> mit {} wurde gefunden; erwartet wird <{} xmlns=\"{erwartet}\">",
                match raum {
                    ResolveResult::Bound(raum) => format!("dem Namensraum {:?}", gezeigt(raum.0)),
                    _ => "keinem Namensraum".to_owned(),
                },
                wurzel.name
            );
            return Err(self.brich_ab(meldungen, code, text));
        };
        let kinder = offen.element.kinder;
        let platz = kinder.iter().position(|kind| kind.element.name == lokal).filter(|_| passt);
        let (code, text) = match platz {
            Some(platz)
                if offen.kind <= platz
                    && (kinder[platz].mehrfach || offen.gesehen >> platz & 1 == 0) =>
            {
                offen.kind = platz;
                offen.gesehen |= 1 << platz;
                return Ok(Some(kinder[platz].element));
            }
            Some(platz) if offen.gesehen >> platz & 1 == 1 && !kinder[platz].mehrfach => (
                Code::XmlElementDoppelt,
                format!(
                    "<{lokal}> steht mehrfach in <{}>; erlaubt ist es einmal",
                    offen.element.name
                ),
            ),
            Some(_) => (
                Code::XmlElementUnbekannt,
                format!(
                    "<{lokal}> steht in <{}> an falscher Stelle; die Reihenfolge ist: {}",
                    offen.element.name,
                    aufzaehlung(kinder)
                ),
            ),
            None => (Code::XmlElementUnbekannt, unbekannt(lokal, passt, offen.element)),
        };
        self.melde(meldungen, code, text);
        Ok(None)
    }

    /// Returns an attribute of the current tag, if it is there.
    pub(crate) fn attribut(&self, name: &str) -> Option<Cow<'_, str>> {
        self.gelesen(name).map(|gelesen| self.wert(gelesen))
    }

    fn gelesen(&self, name: &str) -> Option<&Gelesen> {
        let element = self.offen.last()?.element;
        let platz = element.attribute.iter().position(|a| a.name == name)?;
        self.attribute.iter().find(|g| g.platz == platz)
    }

    fn wert(&self, gelesen: &Gelesen) -> Cow<'_, str> {
        let wert = std::str::from_utf8(&self.puffer[gelesen.wert.clone()]).unwrap_or_default();
        unescape(wert).unwrap_or(Cow::Borrowed(wert))
    }

    /// Parses an attribute of the current tag; a malformed one is recorded at its place and `None`,
    /// as is a missing one (which the table has recorded if it is required).
    pub(crate) fn feld<T>(&mut self, name: &'static str, meldungen: &mut Meldungen) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.feld_mit(name, meldungen, |text| {
            text.parse::<T>().map_err(|fehler| fehler.to_string())
        })
    }

    /// Parses an attribute with `lies`, whose error is the German text of what was expected.
    pub(crate) fn feld_mit<T>(
        &mut self,
        name: &'static str,
        meldungen: &mut Meldungen,
        lies: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let gelesen = self.gelesen(name)?;
        let wert = self.wert(gelesen);
        match lies(&wert) {
            Ok(wert) => Some(wert),
            Err(erwartet) => {
                let persoenlich = self
                    .offen
                    .last()
                    .is_some_and(|o| o.element.attribute[gelesen.platz].persoenlich);
                let gezeigt = if persoenlich { muster(wert.as_bytes()) } else { gezeigt(&wert) };
                let text =
                    format!("{name}=\"{gezeigt}\": erwartet wird {erwartet}; bitte berichtigen");
                let stelle = self.stelle_in(&self.puffer, gelesen.name.start);
                self.melde_an(meldungen, Code::AngabeUngueltig, stelle, text);
                None
            }
        }
    }

    /// Takes an end tag or the end of `<a/>`.
    fn schliesse(&mut self, meldungen: &mut Meldungen) -> Marke {
        let Some(offen) = self.offen.pop() else { return Marke::Schluss };
        for (platz, kind) in offen.element.kinder.iter().enumerate() {
            if kind.pflicht && offen.gesehen >> platz & 1 == 0 {
                let text = format!(
                    "in <{}> fehlt <{}>; bitte ergänzen",
                    offen.element.name, kind.element.name
                );
                self.melde(meldungen, Code::XmlElementFehlt, text);
            }
        }
        if offen.element.satz {
            self.satz = None;
        }
        self.wurzel_vorbei = self.offen.is_empty();
        Marke::Ende(offen.element)
    }

    /// quick-xml lets attributes stand in an end tag; XML does not.
    fn pruefe_endmarke(&mut self, meldungen: &mut Meldungen) -> Result<(), Abbruch> {
        let innen = &self.puffer[2..self.puffer.len() - 1];
        let name = innen.iter().position(|b| ist_leerraum(*b)).unwrap_or(innen.len());
        if innen[name..].iter().all(|b| ist_leerraum(*b)) {
            return Ok(());
        }
        Err(self.brich_ab(
            meldungen,
            Code::XmlNichtWohlgeformt,
            "eine Endmarke enthält mehr als ihren Namen",
        ))
    }

    fn text(&mut self, meldungen: &mut Meldungen) -> Result<(), Abbruch> {
        if self.offen.is_empty() {
            let text =
                "außerhalb des Wurzelelements steht Text; erwartet wird genau ein XML-Dokument";
            return Err(self.brich_ab(meldungen, Code::XmlNichtWohlgeformt, text));
        }
        if self.fremd == 0 {
            let text = "zwischen den Marken steht Text; alle Angaben stehen in Attributen; bitte entfernen";
            self.melde(meldungen, Code::XmlTextUnerwartet, text);
        }
        Ok(())
    }

    fn deklaration(&mut self, am_anfang: bool, meldungen: &mut Meldungen) -> Result<(), Abbruch> {
        if am_anfang && ist_deklaration(&self.puffer) {
            return Ok(());
        }
        let text = "die XML-Deklaration steht nicht am Anfang oder hat nicht die Form <?xml version=\"1.0\" \
                    encoding=\"…\" standalone=\"yes|no\"?>";
        Err(self.brich_ab(meldungen, Code::XmlNichtWohlgeformt, text))
    }

    fn anweisung(&mut self, meldungen: &mut Meldungen) -> Result<(), Abbruch> {
        if ist_anweisung(&self.puffer) {
            return Ok(());
        }
        let text = "eine Verarbeitungsanweisung hat keinen Namen oder heißt xml";
        Err(self.brich_ab(meldungen, Code::XmlNichtWohlgeformt, text))
    }

    fn schluss(&mut self, meldungen: &mut Meldungen) -> Result<Marke, Abbruch> {
        if let Some(offen) = self.offen.last() {
            let text = format!(
                "die Datei endet, bevor <{}> geschlossen ist; bitte vollständig neu übertragen",
                offen.element.name
            );
            return Err(self.brich_ab(meldungen, Code::XmlNichtWohlgeformt, text));
        }
        if !self.wurzel_vorbei {
            let text = format!(
                "das Dokument hat kein Wurzelelement; erwartet wird <{}>",
                self.dokument.wurzel.name
            );
            return Err(self.brich_ab(meldungen, Code::XmlNichtWohlgeformt, text));
        }
        Ok(Marke::Schluss)
    }

    fn nicht_wohlgeformt(
        &mut self,
        fehler: &quick_xml::Error,
        meldungen: &mut Meldungen,
    ) -> Abbruch {
        let text = format!(
            "das Dokument ist nicht wohlgeformt: {}; bitte berichtigen oder neu übertragen",
            grund(fehler)
        );
        self.brich_ab(meldungen, Code::XmlNichtWohlgeformt, text)
    }
}

/// An event without its borrowed content: where the name stands in the buffer suffices.
enum Fall {
    Beginn { leer: bool, name: Range<usize> },
    Ende,
    Leerraum,
    Text,
    Deklaration,
    Anweisung,
    Dtd,
    Schluss,
}

impl Fall {
    fn von(ereignis: &Event<'_>) -> Self {
        match ereignis {
            Event::Start(marke) => {
                Self::Beginn { leer: false, name: 1..1 + marke.name().as_ref().len() }
            }
            Event::Empty(marke) => {
                Self::Beginn { leer: true, name: 1..1 + marke.name().as_ref().len() }
            }
            Event::End(_) => Self::Ende,
            Event::Text(text) if text.as_bytes().iter().all(|b| ist_leerraum(*b)) => Self::Leerraum,
            Event::Comment(_) => Self::Leerraum,
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => Self::Text,
            Event::Decl(_) => Self::Deklaration,
            Event::PI(_) => Self::Anweisung,
            Event::DocType(_) => Self::Dtd,
            Event::Eof => Self::Schluss,
        }
    }
}

fn aufzaehlung(kinder: &[Kind]) -> String {
    kinder.iter().map(|kind| kind.element.name).collect::<Vec<_>>().join(", ")
}

fn unbekannt(lokal: &str, passt: bool, in_element: &Element) -> String {
    let gefunden = gezeigt(lokal);
    if !passt {
        return format!(
            "<{gefunden}> in <{}> gehört nicht zum Namensraum des Dokuments",
            in_element.name
        );
    }
    let nah = naechster_name(lokal, in_element.kinder.iter().map(|kind| kind.element.name));
    let rat = match (nah, in_element.kinder) {
        (Some(nah), _) => format!("gemeint ist vielleicht <{nah}>"),
        (None, []) => "es enthält keine Elemente".to_owned(),
        (None, kinder) => format!("erlaubt sind: {}", aufzaehlung(kinder)),
    };
    format!("<{gefunden}> ist in <{}> unbekannt; {rat}", in_element.name)
}
