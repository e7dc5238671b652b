//! Duty rosters of the islands (§ 6): who is on duty on which day.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Abbruch;
use super::faelle::lies_kopf;
use super::roh::{Pruefsumme, Rohquelle};
use super::stammdaten::beende;
use super::stammdaten::felder::Felder;
use super::umschlag::{KOPF_ZEITRAUM, Umschlag, Zeit};
use super::xml::{Dokument, Element, Kind, Marke, XmlLeser, persoenlich, pflicht};
use crate::meldung::{Code, Meldungen};
use crate::quartal::Tag;
use crate::stammdaten::{Dienstplan, Insel};

static DIENST: Element = Element {
    name: "dienst",
    attribute: &[pflicht("tag"), persoenlich(pflicht("lanr"))],
    kinder: &[],
    satz: true,
};

static INSEL: Element = Element {
    name: "insel",
    attribute: &[pflicht("name")],
    kinder: &[Kind { element: &DIENST, pflicht: false, mehrfach: true }],
    satz: false,
};

static DIENSTPLAN: Element = Element {
    name: "dienstplan",
    attribute: &[],
    kinder: &[
        Kind { element: &KOPF_ZEITRAUM, pflicht: true, mehrfach: false },
        Kind { element: &INSEL, pflicht: false, mehrfach: true },
    ],
    satz: false,
};

static DOKUMENT: Dokument =
    Dokument { namensraum: "urn:strukturfonds:dienstplan:1", wurzel: &DIENSTPLAN };

/// Reads a roster document.
#[derive(Debug)]
pub struct DienstplanLeser {
    xml: XmlLeser,
    umschlag: Umschlag,
    /// First and last day of the period.
    zeitraum: (Tag, Tag),
}

impl DienstplanLeser {
    /// Opens a roster document and reads its envelope.
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
        let Zeit::Tage(von, bis) = umschlag.zeit else { return Err(Abbruch) };
        Ok(Self { xml, umschlag, zeitraum: (von, bis) })
    }

    /// Returns the envelope.
    pub fn umschlag(&self) -> &Umschlag {
        &self.umschlag
    }

    /// Adds the rosters of the document to `plaene`; returns size and hash of the input. Its period
    /// covers the islands that it names, also one without a duty. The result does not depend on the
    /// order in which documents are read.
    ///
    /// # Errors
    /// [`Abbruch`] where the document cannot be read further; the messages say why.
    pub fn lies(
        mut self,
        plaene: &mut BTreeMap<Insel, Dienstplan>,
        meldungen: &mut Meldungen,
    ) -> Result<Pruefsumme, Abbruch> {
        let mut insel = None;
        loop {
            match self.xml.naechste(meldungen)? {
                Marke::Beginn(element) if std::ptr::eq(element, &raw const INSEL) => {
                    insel = Felder { xml: &mut self.xml, meldungen }.insel("name");
                    if let Some(insel) = insel {
                        plaene.entry(insel).or_default().zeitraeume.push(self.zeitraum);
                    }
                }
                Marke::Beginn(element) if std::ptr::eq(element, &raw const DIENST) => {
                    self.dienst(insel.and_then(|insel| plaene.get_mut(&insel)), meldungen);
                }
                Marke::Beginn(_) | Marke::Ende(_) => {}
                Marke::Schluss => break,
            }
        }
        for plan in plaene.values_mut() {
            plan.zeitraeume.sort_unstable();
            plan.zeitraeume.dedup();
            plan.dienste.sort_unstable();
            plan.dienste.dedup();
        }
        beende(self.xml, meldungen)
    }

    /// Reads a duty into `plan`, which is `None` if the island has a fault.
    fn dienst(&mut self, plan: Option<&mut Dienstplan>, meldungen: &mut Meldungen) {
        let mut felder = Felder { xml: &mut self.xml, meldungen };
        let (tag, lanr) = (felder.pflicht::<Tag>("tag"), felder.lanr());
        let Some(tag) = tag else { return };
        let (von, bis) = self.zeitraum;
        if tag < von || bis < tag {
            let text = format!(
                "der Diensttag {tag} liegt nicht im Zeitraum des Dienstplans ({von} bis {bis}); bitte berichtigen"
            );
            self.xml.melde(meldungen, Code::DiensttagAusserhalb, text);
        } else if let (Some(plan), Some(lanr)) = (plan, lanr) {
            plan.dienste.push((tag, lanr));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::roh::{Komprimierung, Zaehler};
    use super::*;

    fn dokument(von: &str, bis: &str, inhalt: &str) -> String {
        format!(
            "<dienstplan xmlns=\"urn:strukturfonds:dienstplan:1\">\n\
             <kopf lieferung=\"D1\" kv=\"17\" von=\"{von}\" bis=\"{bis}\" erstellt=\"2024-01-01\" version=\"1.0\" \
             status=\"TEST\" lieferart=\"voll\"/>\n{inhalt}\n</dienstplan>\n"
        )
    }

    /// Reads documents in their order; returns the rosters and the messages.
    fn lies(dokumente: &[&str]) -> (BTreeMap<Insel, Dienstplan>, Vec<String>) {
        let mut meldungen = Meldungen::neu(100);
        let mut plaene = BTreeMap::new();
        for dokument in dokumente {
            let bytes = Box::new(Cursor::new(dokument.as_bytes().to_vec()));
            let roh = Rohquelle::aus(bytes, Komprimierung::Keine, Zaehler::default());
            if let Ok(leser) = DienstplanLeser::neu(roh, &Arc::from("d"), &mut meldungen) {
                let _ = leser.lies(&mut plaene, &mut meldungen);
            }
        }
        (plaene, meldungen.liste().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn rosters_of_several_files_are_one_whatever_their_order() {
        let januar = dokument(
            "2024-01-01",
            "2024-01-31",
            "<insel name=\"Juist\"><dienst tag=\"2024-01-02\" lanr=\"123456601\"/>\
             <dienst tag=\"2024-01-01\" lanr=\"123456601\"/></insel>\n<insel name=\"Baltrum\"/>",
        );
        let rest = dokument(
            "2024-01-31",
            "2024-03-31",
            "<insel name=\"Juist\"><dienst tag=\"2024-01-31\" lanr=\"999999900\"/></insel>\
             <insel name=\"Juist\"><dienst tag=\"2024-01-31\" lanr=\"999999900\"/></insel>",
        );
        let (plaene, meldungen) = lies(&[&januar, &rest]);
        assert_eq!(meldungen, Vec::<String>::new());
        assert_eq!(lies(&[&rest, &januar, &rest]).0, plaene);
        let als_text: Vec<String> = plaene
            .iter()
            .map(|(insel, plan)| {
                let zeitraeume: Vec<_> =
                    plan.zeitraeume.iter().map(|(von, bis)| format!("{von}..{bis}")).collect();
                let dienste: Vec<_> =
                    plan.dienste.iter().map(|(tag, lanr)| format!("{tag} {lanr}")).collect();
                format!("{}: {} | {}", insel.name(), zeitraeume.join(" "), dienste.join(", "))
            })
            .collect();
        assert_eq!(
            als_text,
            [
                "Juist: 2024-01-01..2024-01-31 2024-01-31..2024-03-31 | \
                 2024-01-01 123456601, 2024-01-02 123456601, 2024-01-31 999999900",
                "Baltrum: 2024-01-01..2024-01-31 | ",
            ]
        );
    }

    /// Content of a roster of 2024Q1 ⇒ where and what.
    #[test]
    fn faults_are_reported_where_they_stand() {
        let dienst = |angaben: &str| format!("<insel name=\"Juist\">\n<dienst {angaben}/></insel>");
        for (inhalt, erwartet) in [
            (
                dienst("tag=\"2023-12-31\" lanr=\"123456601\""),
                &["d:4:205: satz 1: diensttag_ausserhalb"][..],
            ),
            (
                dienst("tag=\"2024-04-01\" lanr=\"123456601\""),
                &["d:4:205: satz 1: diensttag_ausserhalb"],
            ),
            (
                dienst("tag=\"2024-04-31\" lanr=\"123456601\""),
                &["d:4:213: satz 1: angabe_ungueltig"],
            ),
            (
                dienst("tag=\"2024-03-31\" lanr=\"12345660\""),
                &["d:4:230: satz 1: angabe_ungueltig"],
            ),
            (
                dienst("tag=\"2024-03-31\" lanr=\"123456701\""),
                &["d:4:205: satz 1: lanr_pruefziffer"],
            ),
            (dienst("tag=\"2024-03-31\""), &["d:4:205: satz 1: angabe_fehlt"]),
            (
                dienst("tag=\"2024-04-01\" lanr=\"x\""),
                &["d:4:205: satz 1: diensttag_ausserhalb", "d:4:230: satz 1: angabe_ungueltig"],
            ),
            ("<insel name=\"Sylt\"/>".to_owned(), &["d:3:184: insel_unbekannt"]),
            ("<insel/>".to_owned(), &["d:3:184: angabe_fehlt"]),
            ("<inseln name=\"Juist\"/>".to_owned(), &["d:3:184: xml_element_unbekannt"]),
        ] {
            let (_, meldungen) = lies(&[&dokument("2024-01-01", "2024-03-31", &inhalt)]);
            assert_eq!(meldungen.len(), erwartet.len(), "{inhalt}: {meldungen:?}");
            for (meldung, erwartet) in meldungen.iter().zip(erwartet) {
                assert!(meldung.starts_with(&format!("{erwartet}: ")), "{inhalt}: {meldungen:?}");
            }
        }
        let (_, meldungen) = lies(&[&dokument("2024-01-02", "2024-01-01", "")]);
        assert!(meldungen[0].starts_with("d:2:52: zeitraum_ungueltig: "), "{meldungen:?}");
    }
}
