//! § 9 Fallwertzuschlag, literally: every marked case against the rows of the table, then the
//! patients' quarters one after the other.

use super::gemeinsam::{Register, Tabelle, Urteil, Wirkung, geltende, patient, sieben, urteil};
use super::portfolio::{
    Bewilligung09, Fall, Leistung, Portfolio, Praxis, Quartal, Schliessung, Tag, tage_spaeter,
};

const TABELLE: &Tabelle = &[
    ("ohne_versicherten_id", Wirkung::Klaerfall),
    ("praxis_unbekannt", Wirkung::Klaerfall),
    ("schliessung_unbekannt", Wirkung::Klaerfall),
    ("leistungstag_fehlt", Wirkung::Klaerfall),
    ("keine_hausarztpraxis_geschlossen", Wirkung::Abgelehnt),
    ("nachfolger_vorhanden", Wirkung::Abgelehnt),
    ("einwohnerzahl_fehlt", Wirkung::Klaerfall),
    ("kein_laendlicher_raum", Wirkung::Abgelehnt),
    ("keine_hausarztpraxis", Wirkung::Abgelehnt),
    ("eigene_praxis", Wirkung::Abgelehnt),
    ("keine_bewilligung", Wirkung::Abgelehnt),
    ("ausserhalb_zeitraum", Wirkung::Abgelehnt),
    ("behandlung_vor_schliessung", Wirkung::Abgelehnt),
    ("vertreterfall", Wirkung::Abgelehnt),
    ("notfall", Wirkung::Abgelehnt),
    ("kein_hausaerztlicher_fall", Wirkung::Abgelehnt),
    ("rueckblick_fehlt", Wirkung::Klaerfall),
    ("nicht_vorbehandelt", Wirkung::Abgelehnt),
    ("bereits_im_quartal", Wirkung::Abgelehnt),
    ("anderweitig_uebernommen", Wirkung::Abgelehnt),
    ("mehrfach_uebernommen", Wirkung::Klaerfall),
    ("zwei_quartale_ausgeschoepft", Wirkung::Abgelehnt),
];

/// 20.00 EUR per patient and quarter, for two quarters.
const ZUSCHLAG_CENT: i64 = 20_00;
const QUARTALE: usize = 2;

const VERTRETER: [&str; 2] = ["42", "32"];
const NOTFALL: [&str; 5] = ["41", "43", "44", "45", "46"];

/// A practice and a case id.
pub(super) type Schluessel = (String, String);

/// A case of any delivery with what its place says about it.
struct Sache<'p> {
    /// The main practice, seven digits.
    praxis: String,
    quartal: Quartal,
    patient: Option<String>,
    fall: &'p Fall,
}

/// A closure on record.
struct Geschlossen<'p> {
    /// The main practice, seven digits.
    praxis: String,
    letzter_tag: Tag,
    zeile: &'p Schliessung,
    /// The register on D.
    stand: &'p Praxis,
}

/// A grant, of an earlier run or of this one.
struct Zugesprochen {
    patient: String,
    geschlossen: String,
    praxis: String,
    quartal: Quartal,
}

/// A case without a reason of 1–16.
struct Bewerber {
    schluessel: Schluessel,
    patient: String,
    geschlossen: String,
    quartal: Quartal,
    tag: Tag,
}

/// A marked case, its decision, and the closed practice that it was decided on.
pub(super) type Entschieden = (Schluessel, Urteil, Option<String>);

/// Decides every marked case of the running delivery.
pub(super) fn entscheide(portfolio: &Portfolio) -> Vec<Entschieden> {
    let akte = Akte::neu(portfolio);
    let mut bewerber = Vec::new();
    let mut faelle = Vec::new();
    for sache in &akte.laufende {
        if !akte.gekennzeichnet(sache.fall) {
            continue;
        }
        let schluessel = (sache.praxis.clone(), sache.fall.id.clone());
        let geschlossen = akte.geschlossene(sache);
        let gruende = akte.gruende(sache, geschlossen);
        if gruende.is_empty() {
            bewerber.push(akte.bewerber(sache, geschlossen.expect("rows 3, 15 and 16")));
        }
        faelle.push((schluessel, sache.quartal, gruende, geschlossen.map(|g| g.praxis.clone())));
    }
    for (wer, grund) in akte.vergib(bewerber) {
        let fall = faelle.iter_mut().find(|(schluessel, ..)| *schluessel == wer);
        fall.expect("it competed").2.push(grund);
    }
    faelle
        .into_iter()
        .map(|(schluessel, quartal, gruende, geschlossen)| {
            // "A late case is decided by its own quarter's rules."
            let neuer = portfolio.neuer_zuschlag.filter(|_| portfolio.quartal <= quartal);
            let urteil = urteil(TABELLE, &gruende, neuer.unwrap_or(ZUSCHLAG_CENT));
            (schluessel, urteil, geschlossen)
        })
        .collect()
}

/// Why the run is refused, if it is.
pub(super) fn verweigert(portfolio: &Portfolio) -> Vec<&'static str> {
    let akte = Akte::neu(portfolio);
    let mut codes = Vec::new();
    // "Ours (effect 15.12.2022) rules from 2023Q1. Earlier quarters: the values are not in our source,
    // so a run for them is refused."
    let ohne_regel = |sache: &&Sache<'_>| sache.quartal < Quartal(2023 * 4);
    if akte.laufende.iter().filter(ohne_regel).any(|sache| akte.gekennzeichnet(sache.fall)) {
        codes.push("quartal_ohne_regel");
    }
    // "If some window began before the run's quarter and neither is given, the run is refused unless
    // told that there was nothing before."
    let begonnen = akte.schliessungen.iter().any(|g| Akte::zeitraum(g)[0] < portfolio.quartal);
    if begonnen && portfolio.vorlauf.is_none() && !portfolio.ohne_vorlauf {
        codes.push("vorlauf_fehlt");
    }
    codes
}

/// The portfolio with its rows read once.
struct Akte<'p> {
    portfolio: &'p Portfolio,
    register: Register<'p>,
    schliessungen: Vec<Geschlossen<'p>>,
    /// Cases of the running delivery.
    laufende: Vec<Sache<'p>>,
    /// Cases of every delivery.
    alle: Vec<Sache<'p>>,
}

impl<'p> Akte<'p> {
    fn neu(portfolio: &'p Portfolio) -> Self {
        let register = Register::neu(portfolio);
        let praxis_am = |bsnr: &str, tag: Tag| register.praxis(bsnr, Quartal::von(tag));
        let mut schliessungen = Vec::new();
        for zeile in geltende(&portfolio.schliessungen, |a, b| {
            praxis_am(&a.bsnr, a.letzter_tag) == praxis_am(&b.bsnr, b.letzter_tag)
        }) {
            let letzter_tag = zeile.letzter_tag;
            let praxis = praxis_am(&zeile.bsnr, letzter_tag);
            let stand = register.am(&praxis, letzter_tag).expect("the register on D");
            schliessungen.push(Geschlossen { praxis, letzter_tag, zeile, stand });
        }
        let sachen = |nur_laufende: bool| {
            let mut sachen = Vec::new();
            for lieferung in &portfolio.lieferungen {
                for (bsnr, faelle) in &lieferung.praxen {
                    for fall in faelle.iter().filter(|_| !(nur_laufende && lieferung.rueckblick)) {
                        let quartal = fall.quartal.unwrap_or(lieferung.quartal);
                        sachen.push(Sache {
                            praxis: register.praxis(bsnr, quartal),
                            quartal,
                            patient: patient(fall.versicherten_id.as_deref()),
                            fall,
                        });
                    }
                }
            }
            sachen
        };
        let (laufende, alle) = (sachen(true), sachen(false));
        Self { portfolio, register, schliessungen, laufende, alle }
    }

    /// "The flag is a GNR from a configured list (exact match, letter included), or an explicit flag
    /// that may name Z by BSNR."
    fn gekennzeichnet(&self, fall: &Fall) -> bool {
        let liste = &self.portfolio.einstellungen.kennzeichen_gnr;
        fall.uebernahme == Some(true) || fall.leistungen.iter().any(|l| liste.contains(&l.gnr))
    }

    /// "**Hausarzt**: LANR digits 8–9 in 01, 02, 03." 34 by setting.
    fn ist_hausarzt(&self, lanr: &str) -> bool {
        ["01", "02", "03"].contains(&&lanr[7..])
            || &lanr[7..] == "34" && self.portfolio.einstellungen.kinderaerzte == "ja"
    }

    /// A Hausarztpraxis, alone or as part of a mixed one.
    fn ist_hausarztpraxis(&self, art: &str) -> bool {
        art == "hausarzt"
            || art == "gemischt"
            || art == "kinderarzt" && self.portfolio.einstellungen.kinderaerzte == "ja"
    }

    /// "The first of the four quarters holds D + 1 day."
    fn zeitraum(geschlossen: &Geschlossen<'_>) -> [Quartal; 4] {
        let erstes = Quartal::von(tage_spaeter(geschlossen.letzter_tag, 1));
        [erstes, erstes.plus(1), erstes.plus(2), erstes.plus(3)]
    }

    /// "The quarter of D up to D, and the three before", or as the setting says.
    fn rueckblick(&self, geschlossen: &Geschlossen<'_>) -> Vec<Quartal> {
        let von_d = Quartal::von(geschlossen.letzter_tag);
        let von_folgetag = Quartal::von(tage_spaeter(geschlossen.letzter_tag, 1));
        let vier_vor = |q: Quartal| vec![q.plus(-4), q.plus(-3), q.plus(-2), q.plus(-1)];
        match self.portfolio.einstellungen.rueckblick {
            "vier_quartale_mit_schliessungsquartal" => vier_vor(von_d.plus(1)),
            "nur_volle_quartale" => vier_vor(von_folgetag),
            "vier_quartale_und_rumpfquartal" => {
                let mut quartale = vier_vor(von_folgetag);
                if !quartale.contains(&von_d) {
                    quartale.push(von_d);
                }
                quartale
            }
            andere => panic!("{andere}"),
        }
    }

    /// "Die mindestens einmal in den letzten vier Quartalen vor Praxisschließung in der geschlossenen
    /// Praxis behandelt wurden": by a service up to D, at a mixed practice by a Hausarzt's.
    fn war_patient(&self, patient: &str, geschlossen: &Geschlossen<'_>) -> bool {
        let rueckblick = self.rueckblick(geschlossen);
        let auch_vertreter = self.portfolio.einstellungen.rueckblick_vertreter_und_notfall == "ja";
        self.alle.iter().any(|sache| {
            let gruppe = sache.fall.scheinuntergruppe;
            let zaehlt = !VERTRETER.contains(&gruppe) && !NOTFALL.contains(&gruppe);
            sache.praxis == geschlossen.praxis
                && sache.patient.as_deref() == Some(patient)
                && rueckblick.contains(&sache.quartal)
                && (zaehlt || auch_vertreter)
                && sache.fall.leistungen.iter().any(|l| {
                    l.tag <= geschlossen.letzter_tag
                        && (geschlossen.stand.art != "gemischt" || self.ist_hausarzt(&l.lanr))
                })
        })
    }

    /// "For a quarter of Z's look-back no claims of Z were read."
    fn rueckblick_fehlt(&self, geschlossen: &Geschlossen<'_>) -> bool {
        self.rueckblick(geschlossen).into_iter().any(|quartal| {
            !self.alle.iter().any(|s| s.praxis == geschlossen.praxis && s.quartal == quartal)
        })
    }

    /// A Bewilligung of P for Z valid in Q: "from the quarter of its first day to the quarter of its
    /// last, if it has one".
    fn bewilligt(&self, praxis: &str, geschlossen: &str, quartal: Quartal) -> bool {
        // Granted to the practice of its first day; that one may have become a branch since.
        let damals = |b: &Bewilligung09| {
            let (erstes, z) = (Quartal::von(b.ab), b.geschlossene_praxis.as_str());
            let z = self.genannte(z, erstes).map_or_else(
                || self.register.praxis(z, erstes),
                |geschlossen| geschlossen.praxis.clone(),
            );
            (self.register.praxis(&b.bsnr, erstes), z)
        };
        let stand_fuer = |b: &Bewilligung09| {
            let (praxis, z) = damals(b);
            (self.register.praxis(&praxis, quartal), z)
        };
        let gleich = |a: &Bewilligung09, b: &Bewilligung09| damals(a) == damals(b) && a.ab == b.ab;
        geltende(&self.portfolio.bewilligungen09, gleich).into_iter().any(|b| {
            stand_fuer(b) == (praxis.to_owned(), geschlossen.to_owned())
                && Quartal::von(b.ab) <= quartal
                && b.bis.is_none_or(|bis| quartal <= Quartal::von(bis))
        })
    }

    /// The closure of the practice that a mark names. A branch stands for its main practice by the
    /// register valid in the quarter; one that the register of the quarter no longer has, because it
    /// ended with its closed practice, is looked up in the quarter of D.
    fn genannte(&self, bsnr: &str, quartal: Quartal) -> Option<&Geschlossen<'p>> {
        let praxis = self.register.praxis(bsnr, quartal);
        let der = |praxis: &str| self.schliessungen.iter().find(|g| g.praxis == praxis);
        let erloschen = self.register.im(sieben(bsnr), quartal).is_none() && praxis == sieben(bsnr);
        der(sieben(bsnr)).or_else(|| der(&praxis)).or_else(|| {
            let mut schliessungen = self.schliessungen.iter().filter(|_| erloschen);
            schliessungen
                .find(|g| self.register.praxis(bsnr, Quartal::von(g.letzter_tag)) == g.praxis)
        })
    }

    /// The closure that a case is decided on: the named one, else "of the closures whose window has
    /// begun by Q and in whose look-back the patient was treated: first those whose window holds Q,
    /// then those for which P holds a Bewilligung valid in Q, then the latest D, then the lowest BSNR".
    fn geschlossene(&self, sache: &Sache<'_>) -> Option<&Geschlossen<'p>> {
        if let Some(bsnr) = &sache.fall.uebernommen_von {
            return self.genannte(bsnr, sache.quartal);
        }
        let patient = sache.patient.as_deref()?;
        let mut moegliche: Vec<&Geschlossen<'p>> = self
            .schliessungen
            .iter()
            .filter(|g| Self::zeitraum(g)[0] <= sache.quartal && self.war_patient(patient, g))
            .collect();
        moegliche.sort_by(|a, b| {
            let im_zeitraum = |g| Self::zeitraum(g).contains(&sache.quartal);
            let bewilligt =
                |g: &Geschlossen<'_>| self.bewilligt(&sache.praxis, &g.praxis, sache.quartal);
            (im_zeitraum(b).cmp(&im_zeitraum(a)))
                .then(bewilligt(b).cmp(&bewilligt(a)))
                .then(b.letzter_tag.cmp(&a.letzter_tag))
                .then(a.praxis.cmp(&b.praxis))
        });
        moegliche.first().copied()
    }

    /// The services that count for rows 9, 13 and "earliest": at a mixed P only Hausarzt services.
    fn zaehlende<'f>(&self, sache: &Sache<'f>) -> Vec<&'f Leistung> {
        let register = self.register.im(&sache.praxis, sache.quartal);
        let gemischt = register.is_some_and(|zeile| zeile.art == "gemischt");
        let alle = sache.fall.leistungen.iter();
        alle.filter(|l| !gemischt || self.ist_hausarzt(&l.lanr)).collect()
    }

    /// Rows 1 to 16.
    fn gruende(
        &self,
        sache: &Sache<'_>,
        geschlossen: Option<&Geschlossen<'_>>,
    ) -> Vec<&'static str> {
        let mut gruende = Vec::new();
        let mut wenn = |bedingung: bool, code| {
            if bedingung {
                gruende.push(code);
            }
        };
        let genannt = sache.fall.uebernommen_von.is_some();
        let register = self.register.im(&sache.praxis, sache.quartal);
        wenn(sache.patient.is_none(), "ohne_versicherten_id");
        wenn(register.is_none(), "praxis_unbekannt");
        wenn(genannt && geschlossen.is_none(), "schliessung_unbekannt");
        wenn(sache.fall.leistungen.is_empty(), "leistungstag_fehlt");
        if let Some(g) = geschlossen {
            self.gruende_der_schliessung(sache, g, &mut wenn);
        }
        // 9: "P is fachärztlich; or P is mixed and no service of the case is a Hausarzt's". Without a
        // service nobody knows whose it would be: row 4.
        if let Some(zeile) = register {
            let nur_andere = !sache.fall.leistungen.is_empty() && self.zaehlende(sache).is_empty();
            let gemischt = zeile.art == "gemischt";
            wenn(
                !self.ist_hausarztpraxis(zeile.art) || gemischt && nur_andere,
                "keine_hausarztpraxis",
            );
        }
        self.gruende_des_scheins(sache.fall, &mut wenn);
        // "Without a Versicherten-ID or, for a named Z, without a closure, neither are 15 and 16."
        if let Some(patient) =
            sache.patient.as_deref().filter(|_| !genannt || geschlossen.is_some())
        {
            let gefunden = geschlossen.is_some_and(|g| self.war_patient(patient, g));
            let fehlt = match geschlossen {
                Some(g) => self.rueckblick_fehlt(g),
                None => self.schliessungen.iter().any(|g| {
                    self.bewilligt(&sache.praxis, &g.praxis, sache.quartal)
                        && Self::zeitraum(g).contains(&sache.quartal)
                        && self.rueckblick_fehlt(g)
                }),
            };
            wenn(!gefunden && fehlt, "rueckblick_fehlt");
            wenn(!gefunden && !fehlt, "nicht_vorbehandelt");
        }
        gruende
    }

    /// Rows 5 to 8 and 10 to 13: "without a closure on record … not examined".
    fn gruende_der_schliessung(
        &self,
        sache: &Sache<'_>,
        g: &Geschlossen<'_>,
        wenn: &mut impl FnMut(bool, &'static str),
    ) {
        let in_niedersachsen = g.stand.gemeinde.starts_with("03");
        wenn(
            !self.ist_hausarztpraxis(g.stand.art) || !in_niedersachsen,
            "keine_hausarztpraxis_geschlossen",
        );
        wenn(g.zeile.nachfolger || !g.zeile.vollstaendig, "nachfolger_vorhanden");
        let einwohner = self.einwohner(g);
        wenn(einwohner.is_none(), "einwohnerzahl_fehlt");
        wenn(einwohner.is_some_and(|zahl| 50_000 <= zahl), "kein_laendlicher_raum");
        wenn(sache.praxis == g.praxis, "eigene_praxis");
        wenn(!self.bewilligt(&sache.praxis, &g.praxis, sache.quartal), "keine_bewilligung");
        wenn(!Self::zeitraum(g).contains(&sache.quartal), "ausserhalb_zeitraum");
        let tage = self.zaehlende(sache);
        wenn(
            !tage.is_empty() && !tage.iter().any(|l| g.letzter_tag < l.tag),
            "behandlung_vor_schliessung",
        );
    }

    /// "The newest one available on D decides alone; an AGS missing there has no figure; 0 in a
    /// gemeindefreies Gebiet is no figure."
    fn einwohner(&self, g: &Geschlossen<'_>) -> Option<u32> {
        let letzte = self
            .portfolio
            .veroeffentlichungen
            .iter()
            .filter(|v| v.verfuegbar_seit.unwrap_or(v.gebietsstand) <= g.letzter_tag)
            .max_by_key(|v| v.gebietsstand)?;
        let zahl = letzte.gemeinden.iter().find(|(ags, _)| *ags == g.stand.gemeinde)?.1;
        (zahl != 0).then_some(zahl)
    }

    /// Rows 14a to 14c.
    fn gruende_des_scheins(&self, fall: &Fall, wenn: &mut impl FnMut(bool, &'static str)) {
        let einstellungen = &self.portfolio.einstellungen;
        let vertreter = VERTRETER.contains(&fall.scheinuntergruppe);
        let notfall = NOTFALL.contains(&fall.scheinuntergruppe);
        let originalschein = fall.satzart == "0101" && fall.scheinuntergruppe == "00";
        wenn(vertreter, "vertreterfall");
        wenn(notfall && einstellungen.notfaelle == "ausgenommen", "notfall");
        wenn(
            einstellungen.nur_originalschein == "ja" && !originalschein && !vertreter && !notfall,
            "kein_hausaerztlicher_fall",
        );
    }

    fn bewerber(&self, sache: &Sache<'_>, g: &Geschlossen<'_>) -> Bewerber {
        let nach_d =
            self.zaehlende(sache).into_iter().map(|l| l.tag).filter(|t| g.letzter_tag < *t);
        Bewerber {
            schluessel: (sache.praxis.clone(), sache.fall.id.clone()),
            patient: sache.patient.clone().expect("row 1 does not apply"),
            geschlossen: g.praxis.clone(),
            quartal: sache.quartal,
            tag: nach_d.min().expect("rows 4, 9 and 13 do not apply"),
        }
    }

    /// The grants of earlier runs, as the reference data have them.
    fn vorlauf(&self) -> Vec<Zugesprochen> {
        let zeilen = self.portfolio.vorlauf.as_deref().unwrap_or_default();
        geltende(zeilen, |a, b| a.versicherten_id == b.versicherten_id && a.quartal == b.quartal)
            .into_iter()
            .map(|z| Zugesprochen {
                patient: z.versicherten_id.clone(),
                geschlossen: self.register.praxis(&z.geschlossene_praxis, z.quartal),
                praxis: self.register.praxis(&z.bsnr, z.quartal),
                quartal: z.quartal,
            })
            .collect()
    }

    /// Rows 17 to 19: "Treatment quarters ascending; within a quarter, per patient: earliest (Hausarzt)
    /// service day after D, then the lower BSNR, then the case id." The reasons of those that go away
    /// with nothing.
    fn vergib(&self, mut bewerber: Vec<Bewerber>) -> Vec<(Schluessel, &'static str)> {
        let einstellungen = &self.portfolio.einstellungen;
        let mut zugesprochen = self.vorlauf();
        let mut leer = Vec::new();
        bewerber.sort_by(|a, b| {
            (a.quartal, a.tag, &a.schluessel).cmp(&(b.quartal, b.tag, &b.schluessel))
        });
        for wer in &bewerber {
            let praxis = &wer.schluessel.0;
            let quartal_des_patienten =
                zugesprochen.iter().find(|z| z.patient == wer.patient && z.quartal == wer.quartal);
            let mehrere = bewerber.iter().any(|anderer| {
                anderer.patient == wer.patient
                    && anderer.quartal == wer.quartal
                    && anderer.schluessel.0 != *praxis
            });
            // "Two other quarters already granted for this patient and Z", with `praxis` "per patient,
            // Z and P".
            let andere_quartale = zugesprochen
                .iter()
                .filter(|z| z.patient == wer.patient && z.geschlossen == wer.geschlossen)
                .filter(|z| einstellungen.zwei_quartale_je == "patient" || z.praxis == *praxis)
                .filter(|z| z.quartal != wer.quartal)
                .count();
            let grund = if let Some(grant) = quartal_des_patienten {
                if grant.praxis == *praxis {
                    "bereits_im_quartal"
                } else {
                    "anderweitig_uebernommen"
                }
            } else if QUARTALE <= andere_quartale {
                // Before the next: "if a refusing reason applies, the result is `abgelehnt`".
                "zwei_quartale_ausgeschoepft"
            } else if einstellungen.mehrfachuebernahme == "klaerfall" && mehrere {
                "mehrfach_uebernommen"
            } else {
                zugesprochen.push(Zugesprochen {
                    patient: wer.patient.clone(),
                    geschlossen: wer.geschlossen.clone(),
                    praxis: praxis.clone(),
                    quartal: wer.quartal,
                });
                continue;
            };
            leer.push((wer.schluessel.clone(), grund));
        }
        leer
    }
}
