//! Where a fast path may take over from quick-xml, and how it gives back.
//!
//! A fast path walks over whole elements of the usual shape by itself and says what it passed over;
//! of the elements that it opened or closed quick-xml is told before it reads on. It may do so only
//! between elements, and only while every open element was written without a prefix and without
//! namespaces of its own but the root's: then a plain name means what the document's table says.

use super::{Element, Offen, XmlLeser};
use crate::meldung::Stelle;

/// An element that quick-xml believes closed and is open, or the other way round.
#[derive(Debug, Clone, Copy)]
pub(super) struct Versatz {
    element: &'static Element,
    geoeffnet: bool,
}

/// What a fast path passed over.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Zurueckgelegt {
    /// Bytes.
    pub(crate) bytes: usize,
    /// Line ends among them.
    pub(crate) zeilen: u64,
    /// Records among them.
    pub(crate) saetze: u64,
}

impl XmlLeser {
    /// Returns the characters that come next, where they stand and behind which record, if a fast path
    /// may walk over them: directly within the root, or (true) within its child `kind`.
    pub(crate) fn vorrat(&self, kind: &'static Element) -> Option<(&[u8], Stelle, bool)> {
        let innen = match &self.offen[..] {
            [wurzel] if wurzel.ueblich => false,
            [wurzel, innen]
                if wurzel.ueblich && innen.ueblich && std::ptr::eq(innen.element, kind) =>
            {
                true
            }
            _ => return None,
        };
        if self.fremd != 0 || self.leer {
            return None;
        }
        let quelle = self.leser.get_ref();
        Some((quelle.vorrat()?, Stelle { satz: Some(self.saetze), ..quelle.stelle() }, innen))
    }

    /// Returns how many records have begun.
    pub(crate) fn saetze(&self) -> u64 {
        self.saetze
    }

    /// Makes the characters that come next more, if that can be.
    pub(crate) fn erweitere(&mut self) -> bool {
        self.leser.get_mut().erweitere()
    }

    /// Takes what a fast path passed over within the elements that are open.
    pub(crate) fn ueberspringe(&mut self, weg: Zurueckgelegt) {
        self.leser.get_mut().ueberspringe(weg.bytes, weg.zeilen);
        self.saetze += weg.saetze;
        if let Some(offen) = self.offen.last_mut()
            && 0 < weg.saetze
        {
            // The records are the first and only kind of child where a fast path counts them.
            offen.gesehen |= 1;
        }
    }

    /// Opens an element as a fast path found it: child `platz` of the open one.
    pub(crate) fn oeffne(&mut self, platz: usize, element: &'static Element) {
        if let Some(offen) = self.offen.last_mut() {
            offen.kind = platz;
            offen.gesehen |= 1 << platz;
        }
        self.offen.push(Offen { element, ueblich: true, kind: 0, gesehen: 0 });
        self.versetze(element, true);
    }

    /// Closes the open element as a fast path found it.
    pub(crate) fn schliesse_offenes(&mut self) {
        if let Some(offen) = self.offen.pop() {
            self.versetze(offen.element, false);
        }
    }

    fn versetze(&mut self, element: &'static Element, geoeffnet: bool) {
        // An end and a beginning of the same name leave quick-xml as it is.
        self.versatz = match self.versatz {
            Some(_) => None,
            None => Some(Versatz { element, geoeffnet }),
        };
    }

    /// Tells quick-xml what the fast path opened or closed.
    pub(super) fn gleiche_ab(&mut self) {
        let Some(Versatz { element, geoeffnet }) = self.versatz.take() else { return };
        let strich = if geoeffnet { "" } else { "/" };
        self.lies_eingeschobene(format!("<{strich}{}>", element.name));
    }

    /// Lets quick-xml read a tag that pairs and does not stand in the document.
    pub(super) fn lies_eingeschobene(&mut self, marke: String) {
        let quelle = self.leser.get_mut();
        quelle.beginne_marke();
        quelle.schiebe_ein(marke);
        self.puffer.clear();
        // It cannot fail: it is well-formed, and no byte of the input is touched.
        let _ = self.leser.read_event_into(&mut self.puffer);
    }
}
