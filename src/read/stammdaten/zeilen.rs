//! From elements to rows: one function per kind of row.

use super::bau::{
    Arztzeile, Bewilligungszeile, Praxiszeile, Schliessungszeile, Stammdatenbau, Stellenzeile,
    Zweigzeile,
};
use super::felder::Felder;
use super::tabelle::{Tabelle, Verortet};
use crate::euro::{Anteil, Cent};
use crate::kennung::{Arzt, Bsnr, Praxis};
use crate::meldung::{Code, Ort};
use crate::quartal::{Quartal, Tag};
use crate::stammdaten::{Besetzung, Praxisart, Zeitraum};

/// Fills a [`Stammdatenbau`] with the rows of one document.
#[derive(Debug)]
pub(super) struct Zeilen<'a> {
    bau: &'a mut Stammdatenbau,
    /// Since when rows are known that do not say.
    erstellt: Tag,
    /// The open practice, for its branches: first and last day, and since when it is known.
    praxis: Option<(Praxis, Option<Tag>, Option<Tag>, Tag)>,
    /// The open post, until its holders are read.
    stelle: Option<Offen<String, Stellenzeile>>,
    /// The open § 5 Bewilligung, until its shares are read.
    bewilligung: Option<Offen<(Arzt, Praxis, Tag), Bewilligungszeile>>,
}

/// A row whose children are still to come.
#[derive(Debug)]
struct Offen<K, T> {
    schluessel: K,
    bekannt_ab: Tag,
    zeile: T,
    ort: Ort,
}

impl<K, T> Offen<K, T> {
    fn schliesse(self, tabelle: &mut Tabelle<K, T>) {
        tabelle.merke(self.schluessel, self.bekannt_ab, self.zeile, self.ort);
    }
}

impl<'a> Zeilen<'a> {
    /// Returns a reader of rows that are known since `erstellt` if they do not say.
    pub(super) fn neu(bau: &'a mut Stammdatenbau, erstellt: Tag) -> Self {
        Self { bau, erstellt, praxis: None, stelle: None, bewilligung: None }
    }

    /// Takes the begin tag of the element `name`; `par05` tells a Bewilligung of § 5 from one of § 9.
    /// A row with a fault is recorded and left out.
    pub(super) fn beginne(&mut self, name: &'static str, par05: bool, f: &mut Felder<'_>) {
        let gelesen = self.zeile(name, par05, f).is_some();
        if matches!(name, "praxis" | "zweigpraxis" | "arzt") {
            self.bau.register_lueckenhaft |= !gelesen;
        }
    }

    /// Reads a row; `None` if it has a fault.
    fn zeile(&mut self, name: &'static str, par05: bool, f: &mut Felder<'_>) -> Option<()> {
        match name {
            "praxis" => {
                self.praxis = None;
                self.praxis(f)
            }
            "zweigpraxis" => self.zweigpraxis(f),
            "arzt" => self.arzt(f),
            "arztstelle" => self.arztstelle(f),
            "besetzung" => self.besetzung(f),
            "schliessung" => self.schliessung(f),
            "bewilligung" if par05 => self.bewilligung05(f),
            "bewilligung" => self.bewilligung09(f),
            "vorlauf_par09" => {
                self.bau.vorlauf.get_or_insert_default();
                Some(())
            }
            "zuschlag" => self.zuschlag(f),
            "anteil" => self.anteil(f),
            "verstoss" => self.verstoss(f),
            "durchschnitt" => self.durchschnitt(f),
            "honorar" => self.honorar(f),
            "inselzahl" => self.inselzahl(f),
            // Sections hold rows; of themselves they only say that they are there.
            abschnitt => {
                self.bau.abschnitte.insert(abschnitt);
                Some(())
            }
        }
    }

    /// Takes an end tag: rows with children are complete there.
    pub(super) fn schliesse(&mut self, name: &str) {
        if name == "arztstelle"
            && let Some(offen) = self.stelle.take()
        {
            offen.schliesse(&mut self.bau.arztstellen);
        }
        if name == "bewilligung"
            && let Some(offen) = self.bewilligung.take()
        {
            offen.schliesse(&mut self.bau.bewilligungen05);
        }
    }

    fn praxis(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let bsnr = f.pflicht::<Bsnr>("bsnr");
        let art = f.form("art", "hausarzt, kinderarzt, facharzt oder gemischt", |text| {
            Praxisart::ALLE.into_iter().find(|art| art.name() == text)
        });
        let gemeinde = f.pflicht("gemeinde");
        let insel = f.wahl_insel("insel");
        let honorarkonto = f.kennung("honorarkonto");
        let (ab, bis) = (f.wahl("gueltig_ab"), f.wahl("gueltig_bis"));
        let bekannt_ab = f.bekannt_ab(self.erstellt, self.erstellt);
        let (praxis, ab, bis, bekannt_ab) = (bsnr?.praxis(), ab?, bis?, bekannt_ab?);
        // A fault in what branches do not inherit leaves them readable.
        self.praxis = Some((praxis, ab, bis, bekannt_ab));
        let zeile = Praxiszeile {
            bis,
            art: art?,
            gemeinde: gemeinde?,
            insel: insel?,
            honorarkonto: honorarkonto?,
        };
        self.bau.praxen.merke((praxis, ab), bekannt_ab, zeile, f.ort());
        Some(())
    }

    /// A branch is there while its practice is, and as long known, unless it says otherwise.
    fn zweigpraxis(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let bsnr = f.pflicht::<Bsnr>("bsnr");
        let insel = f.wahl_insel("insel");
        let (ab, bis) = (f.wahl("gueltig_ab"), f.wahl("gueltig_bis"));
        let (praxis, praxis_ab, praxis_bis, praxis_bekannt_ab) = self.praxis?;
        let bekannt_ab = f.bekannt_ab(self.erstellt, praxis_bekannt_ab);
        let zeile = Zweigzeile { praxis, insel: insel?, bis: bis?.or(praxis_bis) };
        let schluessel = (bsnr?.praxis(), ab?.or(praxis_ab));
        self.bau.zweige.merke(schluessel, bekannt_ab?, zeile, f.ort());
        Some(())
    }

    fn arzt(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let lanr = f.lanr();
        let fachgruppe = f.form("fachgruppe", "eine Fachgruppe aus 2 Ziffern", |text| {
            let passt = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|_| passt)
        });
        let psychotherapeut = f.wahl_janein("psychotherapeut");
        let (ab, bis) = (f.wahl("gueltig_ab"), f.wahl("gueltig_bis"));
        let bekannt_ab = f.bekannt_ab(self.erstellt, self.erstellt);
        let lanr = lanr?;
        let zeile = Arztzeile {
            bis: bis?,
            lanr,
            fachgruppe: fachgruppe?,
            psychotherapeut: psychotherapeut?.unwrap_or(false),
        };
        self.bau.aerzte.merke((lanr.arzt(), ab?), bekannt_ab?, zeile, f.ort());
        Some(())
    }

    fn arztstelle(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let id = f.kennung("id");
        let bsnr = f.pflicht::<Bsnr>("bsnr");
        let bekannt_ab = f.bekannt_ab(self.erstellt, self.erstellt);
        let zeile = Stellenzeile { betriebsstaette: bsnr?.praxis(), besetzungen: Vec::new() };
        let (schluessel, bekannt_ab) = (id?, bekannt_ab?);
        self.stelle = Some(Offen { schluessel, bekannt_ab, zeile, ort: f.ort() });
        Some(())
    }

    fn besetzung(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let lanr = f.lanr();
        let anteil = f.pflicht("anteil");
        let zeitraum = ab_bis(f);
        let wert = Besetzung { arzt: lanr?.arzt(), anteil: anteil?, zeitraum: zeitraum? };
        let offen = self.stelle.as_mut()?;
        offen.zeile.besetzungen.push(Verortet { wert, ort: f.ort() });
        Some(())
    }

    fn schliessung(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let bsnr = f.pflicht::<Bsnr>("bsnr");
        let letzter_tag = f.pflicht("letzter_tag");
        let (nachfolger, vollstaendig) = (f.janein("nachfolger"), f.janein("vollstaendig"));
        let bekannt_ab = f.bekannt_ab(self.erstellt, self.erstellt);
        let zeile = Schliessungszeile {
            letzter_tag: letzter_tag?,
            nachfolger: nachfolger?,
            vollstaendig: vollstaendig?,
        };
        self.bau.schliessungen.merke(bsnr?.praxis(), bekannt_ab?, zeile, f.ort());
        Some(())
    }

    fn bewilligung09(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let bsnr = f.pflicht::<Bsnr>("bsnr");
        let geschlossene = f.pflicht::<Bsnr>("geschlossene_praxis");
        let (ab, bis) = (f.pflicht::<Tag>("ab"), f.wahl::<Tag>("bis"));
        let bekannt_ab = f.bekannt_ab(self.erstellt, self.erstellt);
        let schluessel = (bsnr?.praxis(), geschlossene?.praxis(), ab?);
        self.bau.bewilligungen09.merke(schluessel, bekannt_ab?, bis?, f.ort());
        Some(())
    }

    fn zuschlag(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let patient = f.versicherten_id();
        let geschlossene = f.pflicht::<Bsnr>("geschlossene_praxis");
        let bsnr = f.pflicht::<Bsnr>("bsnr");
        let quartal = f.pflicht::<Quartal>("quartal");
        let bekannt_ab = f.bekannt_ab(self.erstellt, self.erstellt);
        let praxen = (geschlossene?.praxis(), bsnr?.praxis());
        let tabelle = self.bau.vorlauf.get_or_insert_default();
        tabelle.merke((patient?, quartal?), bekannt_ab?, praxen, f.ort());
        Some(())
    }

    fn bewilligung05(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let (lanr, bsnr) = (f.lanr(), f.pflicht::<Bsnr>("bsnr"));
        let fachgruppe = f.fachgruppe();
        let beginn = f.pflicht::<Tag>("beginn");
        let quartale = f.form("quartale", "eine Zahl von Quartalen ohne führende Null", |text| {
            let passt = text.len() <= 3
                && text.bytes().all(|b| b.is_ascii_digit())
                && (text == "0" || !text.starts_with('0'));
            text.parse().ok().filter(|_| passt)
        });
        let rechtsgrund = f.text("rechtsgrund");
        let ende = ende(f);
        let bekannt_ab = f.bekannt_ab(self.erstellt, self.erstellt);
        let schluessel = (lanr?.arzt(), bsnr?.praxis(), beginn?);
        let zeile = Bewilligungszeile {
            fachgruppe: fachgruppe?,
            quartale: quartale?,
            rechtsgrund: rechtsgrund?,
            ende: ende?,
            anteile: Vec::new(),
        };
        let bekannt_ab = bekannt_ab?;
        self.bewilligung = Some(Offen { schluessel, bekannt_ab, zeile, ort: f.ort() });
        Some(())
    }

    fn anteil(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let anteil = f.pflicht::<Anteil>("wert");
        let zeitraum = ab_bis(f);
        let wert = (zeitraum?, anteil?);
        let offen = self.bewilligung.as_mut()?;
        offen.zeile.anteile.push(Verortet { wert, ort: f.ort() });
        Some(())
    }

    fn verstoss(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let (lanr, bsnr) = (f.lanr(), f.pflicht::<Bsnr>("bsnr"));
        let quartal = f.pflicht("quartal");
        let bekannt_ab = f.bekannt_ab(self.erstellt, self.erstellt);
        let schluessel = (lanr?.arzt(), bsnr?.praxis(), quartal?);
        self.bau.auflagenverstoesse.merke(schluessel, bekannt_ab?, (), f.ort());
        Some(())
    }

    fn durchschnitt(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let fachgruppe = f.fachgruppe();
        let (quartal, betrag) = (f.pflicht("quartal"), f.durchschnitt("betrag"));
        let bekannt_ab = f.bekannt_ab(self.erstellt, self.erstellt);
        self.bau.durchschnitte.merke((fachgruppe?, quartal?), bekannt_ab?, betrag?, f.ort());
        Some(())
    }

    fn honorar(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let (lanr, bsnr) = (f.lanr(), f.pflicht("bsnr"));
        let (quartal, betrag) = (f.pflicht("quartal"), f.pflicht::<Cent>("betrag"));
        let bekannt_ab = f.bekannt_ab(self.erstellt, self.erstellt);
        let lanr = lanr?;
        let schluessel = (lanr.arzt(), quartal?, lanr, bsnr?);
        self.bau.honorare.merke(schluessel, bekannt_ab?, betrag?, f.ort());
        Some(())
    }

    fn inselzahl(&mut self, f: &mut Felder<'_>) -> Option<()> {
        let insel = f.insel("insel");
        let quartal = f.pflicht("quartal");
        let anzahl = f.zahl("anzahl", 4, "eine Zahl von 0 bis 9999");
        let bekannt_ab = f.bekannt_ab(self.erstellt, self.erstellt);
        self.bau.kopfzahlen.merke((insel?, quartal?), bekannt_ab?, anzahl?, f.ort());
        Some(())
    }
}

/// Reads a period with a first day and perhaps a last.
fn ab_bis(f: &mut Felder<'_>) -> Option<Zeitraum> {
    let (ab, bis) = (f.pflicht("ab"), f.wahl("bis"));
    Some(Zeitraum { von: Some(ab?), bis: bis? })
}

/// Reads the end of an activity and whether its cause is attributable (§ 5 Abs. 5 Satz 1). One
/// without the other is refused: whether something is to be repaid is never guessed.
#[allow(clippy::option_option)] // a fault is not an absence
fn ende(f: &mut Felder<'_>) -> Option<Option<(Tag, bool)>> {
    let (ende, zurechenbar) = (f.wahl("ende"), f.wahl_janein("ende_zurechenbar"));
    let (fehlt, da) = match (ende?, zurechenbar?) {
        (Some(ende), Some(zurechenbar)) => return Some(Some((ende, zurechenbar))),
        (None, None) => return Some(None),
        (Some(_), None) => ("ende_zurechenbar", "ende"),
        (None, Some(_)) => ("ende", "ende_zurechenbar"),
    };
    let text = format!("in <bewilligung> fehlt zu {da} die Angabe {fehlt}; bitte ergänzen");
    f.xml.melde(f.meldungen, Code::AngabeFehlt, text);
    None
}
