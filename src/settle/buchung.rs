//! Bookings: append-only lines that finance takes over, each with its own voucher number.
//!
//! §§ 9 and 6 are booked per practice and quarter, § 5 per Bewilligung; grants of 0.00 are decisions,
//! not bookings. Amounts stay apart by the quarter in which the service was rendered.

use std::collections::{BTreeMap, BTreeSet};

use crate::auslegung::Wert;
use crate::ergebnis::Ergebnis;
use crate::euro::Cent;
use crate::evaluate::par05::Entscheidung05;
use crate::evaluate::par06::Entscheidung06;
use crate::kennung::{Arzt, Praxis};
use crate::meldung::{Code, Meldung, Meldungen};
use crate::quartal::{Quartal, Tag};
use crate::read::einstellungen::Einstellungen;
use crate::read::umschlag::Status;
use crate::settle::entscheidungen::Entscheidungen09;
use crate::stammdaten::Stammdaten;

/// A booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buchung {
    /// Voucher number: booking quarter, run and counter; never used again.
    pub beleg: String,
    /// Quarter of the service.
    pub leistungsquartal: Quartal,
    /// Quarter in which it is booked.
    pub buchungsquartal: Quartal,
    /// 5, 6 or 9.
    pub paragraph: u8,
    /// The practice that is paid.
    pub praxis: Praxis,
    /// Its Honorarkonto.
    pub honorarkonto: String,
    /// The physician, for § 5.
    pub arzt: Option<Arzt>,
    /// How many decisions it sums up.
    pub anzahl: u64,
    /// Amount.
    pub betrag: Cent,
    /// Account code.
    pub konto: String,
    /// German booking text.
    pub text: String,
    /// `test`, `vorlaeufig` or `endgueltig`.
    pub status: &'static str,
    /// The rows of the bundle that add up to it.
    pub quelle: String,
}

/// What bookings need besides the decisions.
#[derive(Debug, Clone, Copy)]
pub struct Buchungslauf<'a> {
    /// The run's quarter.
    pub quartal: Quartal,
    /// Number of the run within the quarter.
    pub lauf: u32,
    /// Whether the deliveries are real.
    pub status: Option<Status>,
    /// Account codes and status.
    pub einstellungen: &'a Einstellungen,
    /// Payee accounts.
    pub stammdaten: &'a Stammdaten,
}

/// What is booked together: paragraph, quarter of the service, practice, and for § 5 the grant.
type Schluessel = (u8, Quartal, Praxis, Option<(Arzt, Tag)>);

impl Buchungslauf<'_> {
    /// Books all granted amounts. A missing account is an error: money without an address is none.
    pub fn buche(
        &self,
        par05: &[Entscheidung05],
        par06: &[Entscheidung06],
        par09: &Entscheidungen09,
        meldungen: &mut Meldungen,
    ) -> Vec<Buchung> {
        let mut posten: BTreeMap<Schluessel, (u64, Cent)> = BTreeMap::new();
        let mut merke = |schluessel: Schluessel, ergebnis: Ergebnis, betrag: Cent| {
            if ergebnis == Ergebnis::Bewilligt && betrag != Cent::NULL {
                let (anzahl, summe) = posten.entry(schluessel).or_default();
                *anzahl += 1;
                *summe = *summe + betrag;
            }
        };
        for e in par05 {
            let schluessel = (
                5,
                self.quartal,
                e.sachverhalt.praxis,
                Some((e.sachverhalt.arzt, e.sachverhalt.beginn)),
            );
            merke(schluessel, e.gruende.ergebnis(), e.betrag);
        }
        for e in par06 {
            merke((6, self.quartal, e.sachverhalt.praxis, None), e.gruende.ergebnis(), e.betrag);
        }
        for e in par09.blicke().filter(|e| e.betrag() != Cent::NULL) {
            let schluessel = (9, e.fall().quartal, e.fall().praxis, None);
            merke(schluessel, e.gruende().ergebnis(), e.betrag());
        }
        self.pruefe_konten(&posten, meldungen);
        posten
            .into_iter()
            .zip(1..)
            .map(|((schluessel, (anzahl, betrag)), nummer)| {
                self.buchung(schluessel, anzahl, betrag, nummer, meldungen)
            })
            .collect()
    }

    fn buchung(
        &self,
        (paragraph, leistungsquartal, praxis, bewilligung): Schluessel,
        anzahl: u64,
        betrag: Cent,
        nummer: u32,
        meldungen: &mut Meldungen,
    ) -> Buchung {
        Buchung {
            beleg: format!("{}-{:03}-{nummer:06}", self.quartal, self.lauf),
            leistungsquartal,
            buchungsquartal: self.quartal,
            paragraph,
            praxis,
            honorarkonto: self.honorarkonto(praxis, leistungsquartal, meldungen),
            arzt: bewilligung.map(|(arzt, _)| arzt),
            anzahl,
            betrag,
            konto: self.konto(paragraph).unwrap_or_default().to_owned(),
            text: text(paragraph, leistungsquartal, anzahl),
            status: self.status(),
            quelle: quelle(paragraph, leistungsquartal, praxis, bewilligung),
        }
    }

    /// Bookings of fictitious deliveries must not look like money.
    fn status(&self) -> &'static str {
        match self.status {
            Some(Status::Test) => "test",
            Some(Status::Release) | None => self.einstellungen.buchung_status.name(),
        }
    }

    /// Returns the account code of a paragraph.
    fn konto(&self, paragraph: u8) -> Option<&str> {
        let konten = &self.einstellungen.konten;
        let konto = match paragraph {
            5 => &konten.par05,
            6 => &konten.par06,
            _ => &konten.par09,
        };
        konto.as_deref()
    }

    /// Reports, once each, the paragraphs that pay and have no account code.
    fn pruefe_konten(&self, posten: &BTreeMap<Schluessel, (u64, Cent)>, meldungen: &mut Meldungen) {
        let paragraphen: BTreeSet<u8> = posten.keys().map(|(paragraph, ..)| *paragraph).collect();
        for paragraph in
            paragraphen.into_iter().filter(|paragraph| self.konto(*paragraph).is_none())
        {
            let text = format!(
                "für die Buchungen nach § {paragraph} fehlt der Kontenschlüssel; bitte in einstellungen.toml unter [konten] \
                 par{paragraph:02} = \"…\" eintragen"
            );
            meldungen.melde(Meldung::ohne_ort(Code::KontoFehlt, text));
        }
    }

    /// Returns the payee account: that of the run's quarter, in which it is paid, or else that of the
    /// quarter of the service.
    fn honorarkonto(
        &self,
        praxis: Praxis,
        leistungsquartal: Quartal,
        meldungen: &mut Meldungen,
    ) -> String {
        let stand = [self.quartal, leistungsquartal]
            .into_iter()
            .find_map(|quartal| self.stammdaten.praxis_im(praxis, quartal));
        if let Some(stand) = stand {
            return stand.honorarkonto.clone();
        }
        let text = format!(
            "die Praxis {praxis} erhält eine Zahlung für {leistungsquartal}, steht aber nicht im Register; bitte in den \
             Stammdaten ergänzen"
        );
        meldungen.melde(Meldung::ohne_ort(Code::HonorarkontoFehlt, text));
        String::new()
    }
}

/// Has no comma: what cannot read quoted CSV fields shall still find the columns.
fn text(paragraph: u8, quartal: Quartal, anzahl: u64) -> String {
    match paragraph {
        5 => format!("Umsatzgarantie § 5 Strukturfonds-Richtlinie {quartal}"),
        6 => format!(
            "Erschwerniszulage § 6 Strukturfonds-Richtlinie {quartal}: {anzahl} Arztstelle(n)"
        ),
        _ => {
            format!("Fallwertzuschlag § 9 Strukturfonds-Richtlinie {quartal}: {anzahl} Fall/Fälle")
        }
    }
}

fn quelle(
    paragraph: u8,
    quartal: Quartal,
    praxis: Praxis,
    bewilligung: Option<(Arzt, Tag)>,
) -> String {
    match (paragraph, bewilligung) {
        (5, Some((arzt, beginn))) => {
            format!("umsatzgarantie.csv lanr={arzt} bsnr={praxis} beginn={beginn}")
        }
        (6, _) => format!("erschwerniszulage.csv bsnr={praxis}"),
        _ => format!("entscheidungen.csv bsnr={praxis} quartal={quartal}"),
    }
}
