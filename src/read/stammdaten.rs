//! Reference XML: register, posts, closures, Bewilligungen, averages, fees.
//!
//! [`StammdatenLeser`] reads the rows of a file as they stand into a [`Stammdatenbau`], which puts
//! the rows of all files together.

use std::sync::Arc;

use super::Abbruch;
use super::faelle::lies_kopf;
use super::roh::{Pruefsumme, Rohquelle, lesefehler};
use super::umschlag::{KOPF_QUARTAL, Umschlag};
use super::xml::{
    Attribut, Dokument, Element, Kind, Marke, XmlLeser, persoenlich, pflicht, wahlfrei,
};
use crate::meldung::Meldungen;

mod bau;
pub(super) mod felder;
mod pruefung;
mod tabelle;
mod zeilen;

pub use bau::Stammdatenbau;
use felder::Felder;
use zeilen::Zeilen;

const LANR: Attribut = persoenlich(pflicht("lanr"));
const BSNR: Attribut = pflicht("bsnr");
const QUARTAL: Attribut = pflicht("quartal");
const BEKANNT_AB: Attribut = wahlfrei("bekannt_ab");
const GUELTIG_AB: Attribut = wahlfrei("gueltig_ab");
const GUELTIG_BIS: Attribut = wahlfrei("gueltig_bis");

/// Returns a row.
const fn zeile(name: &'static str, attribute: &'static [Attribut]) -> Element {
    Element { name, attribute, kinder: &[], satz: true }
}

/// Returns a child that may be there any number of times.
const fn beliebig(element: &'static Element) -> Kind {
    Kind { element, pflicht: false, mehrfach: true }
}

/// Returns a section, which may be there once.
const fn einmal(element: &'static Element) -> Kind {
    Kind { element, pflicht: false, mehrfach: false }
}

/// Returns a section.
const fn abschnitt(name: &'static str, kinder: &'static [Kind]) -> Element {
    Element { name, attribute: &[], kinder, satz: false }
}

static ZWEIGPRAXIS: Element = Element {
    satz: false,
    ..zeile("zweigpraxis", &[BSNR, wahlfrei("insel"), GUELTIG_AB, GUELTIG_BIS, BEKANNT_AB])
};
static PRAXIS: Element = Element {
    kinder: &[beliebig(&ZWEIGPRAXIS)],
    ..zeile(
        "praxis",
        &[
            BSNR,
            pflicht("art"),
            pflicht("gemeinde"),
            wahlfrei("insel"),
            pflicht("honorarkonto"),
            GUELTIG_AB,
            GUELTIG_BIS,
            BEKANNT_AB,
        ],
    )
};
static ARZT: Element = zeile(
    "arzt",
    &[
        LANR,
        pflicht("fachgruppe"),
        wahlfrei("psychotherapeut"),
        GUELTIG_AB,
        GUELTIG_BIS,
        BEKANNT_AB,
    ],
);
static BESETZUNG: Element = Element {
    satz: false,
    ..zeile("besetzung", &[LANR, pflicht("anteil"), pflicht("ab"), wahlfrei("bis")])
};
static ARZTSTELLE: Element = Element {
    kinder: &[beliebig(&BESETZUNG)],
    ..zeile("arztstelle", &[pflicht("id"), BSNR, BEKANNT_AB])
};
static SCHLIESSUNG: Element = zeile(
    "schliessung",
    &[BSNR, pflicht("letzter_tag"), pflicht("nachfolger"), pflicht("vollstaendig"), BEKANNT_AB],
);
static BEWILLIGUNG09: Element = zeile(
    "bewilligung",
    &[BSNR, pflicht("geschlossene_praxis"), pflicht("ab"), wahlfrei("bis"), BEKANNT_AB],
);
static ZUSCHLAG: Element = zeile(
    "zuschlag",
    &[
        persoenlich(pflicht("versicherten_id")),
        pflicht("geschlossene_praxis"),
        BSNR,
        QUARTAL,
        BEKANNT_AB,
    ],
);
static ANTEIL: Element =
    Element { satz: false, ..zeile("anteil", &[pflicht("wert"), pflicht("ab"), wahlfrei("bis")]) };
static BEWILLIGUNG05: Element = Element {
    kinder: &[beliebig(&ANTEIL)],
    ..zeile(
        "bewilligung",
        &[
            LANR,
            BSNR,
            pflicht("fachgruppe"),
            pflicht("beginn"),
            pflicht("quartale"),
            pflicht("rechtsgrund"),
            wahlfrei("ende"),
            wahlfrei("ende_zurechenbar"),
            BEKANNT_AB,
        ],
    )
};
static VERSTOSS: Element = zeile("verstoss", &[LANR, BSNR, QUARTAL, BEKANNT_AB]);
static DURCHSCHNITT: Element =
    zeile("durchschnitt", &[pflicht("fachgruppe"), QUARTAL, pflicht("betrag"), BEKANNT_AB]);
static HONORAR: Element = zeile("honorar", &[LANR, BSNR, QUARTAL, pflicht("betrag"), BEKANNT_AB]);
static INSELZAHL: Element =
    zeile("inselzahl", &[pflicht("insel"), QUARTAL, pflicht("anzahl"), BEKANNT_AB]);

static PRAXEN: Element = abschnitt("praxen", &[beliebig(&PRAXIS)]);
static AERZTE: Element = abschnitt("aerzte", &[beliebig(&ARZT)]);
static ARZTSTELLEN: Element = abschnitt("arztstellen", &[beliebig(&ARZTSTELLE)]);
static SCHLIESSUNGEN: Element = abschnitt("schliessungen", &[beliebig(&SCHLIESSUNG)]);
static BEWILLIGUNGEN09: Element = abschnitt("bewilligungen_par09", &[beliebig(&BEWILLIGUNG09)]);
static VORLAUF: Element = abschnitt("vorlauf_par09", &[beliebig(&ZUSCHLAG)]);
static BEWILLIGUNGEN05: Element = abschnitt("bewilligungen_par05", &[beliebig(&BEWILLIGUNG05)]);
static VERSTOESSE: Element = abschnitt("auflagenverstoesse", &[beliebig(&VERSTOSS)]);
static DURCHSCHNITTE: Element = abschnitt("fachgruppendurchschnitte", &[beliebig(&DURCHSCHNITT)]);
static HONORARE: Element = abschnitt("honorare", &[beliebig(&HONORAR)]);
static INSELZAHLEN: Element = abschnitt("inselzahlen", &[beliebig(&INSELZAHL)]);

static STAMMDATEN: Element = abschnitt(
    "stammdaten",
    &[
        Kind { element: &KOPF_QUARTAL, pflicht: true, mehrfach: false },
        einmal(&PRAXEN),
        einmal(&AERZTE),
        einmal(&ARZTSTELLEN),
        einmal(&SCHLIESSUNGEN),
        einmal(&BEWILLIGUNGEN09),
        einmal(&VORLAUF),
        einmal(&BEWILLIGUNGEN05),
        einmal(&VERSTOESSE),
        einmal(&DURCHSCHNITTE),
        einmal(&HONORARE),
        einmal(&INSELZAHLEN),
    ],
);

static DOKUMENT: Dokument =
    Dokument { namensraum: "urn:strukturfonds:stammdaten:1", wurzel: &STAMMDATEN };

/// Reads a reference document.
#[derive(Debug)]
pub struct StammdatenLeser {
    xml: XmlLeser,
    umschlag: Umschlag,
}

impl StammdatenLeser {
    /// Opens a reference document and reads its envelope.
    ///
    /// # Errors
    /// [`Abbruch`] if that is not possible; the messages say why.
    pub fn neu(
        roh: Rohquelle,
        datei: &Arc<str>,
        meldungen: &mut Meldungen,
    ) -> Result<Self, Abbruch> {
        let mut xml = XmlLeser::neu(roh, datei, &DOKUMENT, meldungen)?;
        let umschlag = lies_kopf(&mut xml, meldungen)?;
        Ok(Self { xml, umschlag })
    }

    /// Returns the envelope.
    pub fn umschlag(&self) -> &Umschlag {
        &self.umschlag
    }

    /// Reads all rows into `bau`; returns size and hash of the input. A row with a fault is
    /// recorded and left out.
    ///
    /// # Errors
    /// [`Abbruch`] where the document cannot be read further; the messages say why.
    pub fn lies(
        mut self,
        bau: &mut Stammdatenbau,
        meldungen: &mut Meldungen,
    ) -> Result<Pruefsumme, Abbruch> {
        if let Some(quartal) = self.umschlag.quartal() {
            bau.quartale.push((quartal, self.umschlag.ort.clone()));
        }
        let mut zeilen = Zeilen::neu(bau, self.umschlag.erstellt);
        loop {
            match self.xml.naechste(meldungen)? {
                Marke::Beginn(element) => {
                    let par05 = std::ptr::eq(element, &raw const BEWILLIGUNG05);
                    zeilen.beginne(
                        element.name,
                        par05,
                        &mut Felder { xml: &mut self.xml, meldungen },
                    );
                }
                Marke::Ende(element) => zeilen.schliesse(element.name),
                Marke::Schluss => break,
            }
        }
        beende(self.xml, meldungen)
    }
}

/// Reads what is left of an input and returns its size and hash.
pub(super) fn beende(xml: XmlLeser, meldungen: &mut Meldungen) -> Result<Pruefsumme, Abbruch> {
    let ort = xml.hier();
    xml.beende().map_err(|fehler| {
        meldungen.melde(lesefehler(&fehler, ort));
        Abbruch
    })
}

#[cfg(test)]
mod tests;
