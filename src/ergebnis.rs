//! Results and reasons: what every decision is, in stable codes, ordered by precedence.

use std::fmt::Debug;
use std::marker::PhantomData;

/// The outcome of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ergebnis {
    /// The supplement is due, possibly with 0.00.
    Bewilligt,
    /// The text says no.
    Abgelehnt,
    /// A fact is missing or contradicts another: a person decides.
    Klaerfall,
}

impl Ergebnis {
    /// Every outcome.
    pub const ALLE: [Self; 3] = [Self::Bewilligt, Self::Abgelehnt, Self::Klaerfall];

    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bewilligt => "bewilligt",
            Self::Abgelehnt => "abgelehnt",
            Self::Klaerfall => "klaerfall",
        }
    }
}

/// A catalogue of reasons of one paragraph; the order of its table is the order of precedence.
pub trait Grund: Copy + Debug + PartialEq + 'static {
    /// Every reason, in the order of the table.
    const ALLE: &'static [Self];

    /// Returns the row's place in `ALLE`.
    fn platz(self) -> u32;

    /// Returns the stable code.
    fn code(self) -> &'static str;

    /// Returns what the reason makes of the decision.
    fn ergebnis(self) -> Ergebnis;

    /// Returns the place in the guideline.
    fn fundstelle(self) -> &'static str;
}

/// The reasons of one decision: a set that knows the table's order.
#[derive(Debug, PartialEq, Eq)]
pub struct Gruende<G>(u32, PhantomData<G>);

impl<G> Clone for Gruende<G> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G> Copy for Gruende<G> {}

impl<G> Default for Gruende<G> {
    fn default() -> Self {
        Self(0, PhantomData)
    }
}

impl<G: Grund> Gruende<G> {
    /// Adds `grund` if `bedingung` holds.
    pub fn wenn(&mut self, bedingung: bool, grund: G) {
        self.0 |= u32::from(bedingung) << grund.platz();
    }

    /// Tells whether `grund` applies.
    pub fn enthaelt(self, grund: G) -> bool {
        self.0 >> grund.platz() & 1 == 1
    }

    /// Tells whether no reason applies.
    pub fn ist_leer(self) -> bool {
        self.0 == 0
    }

    /// Returns the reasons in the table's order.
    pub fn alle(self) -> impl Iterator<Item = G> {
        G::ALLE.iter().copied().filter(move |grund| self.enthaelt(*grund))
    }

    /// Returns the primary reason: the first refusing one; without one, the first.
    pub fn grund(self) -> Option<G> {
        self.alle().find(|g| g.ergebnis() == Ergebnis::Abgelehnt).or_else(|| self.alle().next())
    }

    /// Returns the outcome: refused if any reason refuses, a Klärfall if any asks a person, else granted.
    pub fn ergebnis(self) -> Ergebnis {
        let gibt = |ergebnis| self.alle().any(|grund| grund.ergebnis() == ergebnis);
        if gibt(Ergebnis::Abgelehnt) {
            Ergebnis::Abgelehnt
        } else if gibt(Ergebnis::Klaerfall) {
            Ergebnis::Klaerfall
        } else {
            Ergebnis::Bewilligt
        }
    }

    /// Returns the codes joined by `|`, as the exports write them.
    pub fn text(self) -> String {
        self.alle().map(Grund::code).collect::<Vec<_>>().join("|")
    }
}

macro_rules! gruende {
    ($(#[$doc:meta])* $typ:ident { $($variante:ident = $code:literal $ergebnis:ident $fundstelle:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $typ {
            $(#[doc = concat!("`", $code, "` (", $fundstelle, ")")] $variante,)*
        }

        impl Grund for $typ {
            const ALLE: &'static [Self] = &[$(Self::$variante),*];

            fn platz(self) -> u32 {
                self as u32
            }

            fn code(self) -> &'static str {
                match self { $(Self::$variante => $code,)* }
            }

            fn ergebnis(self) -> Ergebnis {
                match self { $(Self::$variante => Ergebnis::$ergebnis,)* }
            }

            fn fundstelle(self) -> &'static str {
                match self { $(Self::$variante => $fundstelle,)* }
            }
        }
    };
}

gruende! {
    /// Reasons of § 5 Umsatzgarantie.
    Grund05 {
        NochNichtAufgenommen = "noch_nicht_aufgenommen" Abgelehnt "§ 5 Abs. 2 Satz 1",
        TaetigkeitBeendet = "taetigkeit_beendet" Abgelehnt "§ 5 Abs. 2 Satz 1",
        FoerderdauerAbgelaufen = "foerderdauer_abgelaufen" Abgelehnt "§ 5 Abs. 2 Satz 1, 2",
        AuflageNichtErfuellt = "auflage_nicht_erfuellt" Abgelehnt "§ 5 Abs. 4",
        AnteilFehlt = "anteil_fehlt" Klaerfall "§ 5 Abs. 3 Satz 1",
        FachgruppendurchschnittFehlt = "fachgruppendurchschnitt_fehlt" Klaerfall "§ 5 Abs. 1 Satz 1, Abs. 3 Satz 1",
        HonorarFehlt = "honorar_fehlt" Klaerfall "§ 5 Abs. 3 Satz 2",
        GarantieErreicht = "garantie_erreicht" Bewilligt "§ 5 Abs. 3 Satz 2",
    }
}

gruende! {
    /// Reasons of § 6 Erschwerniszulage.
    Grund06 {
        KeinBereitschaftsdienst = "kein_bereitschaftsdienst" Abgelehnt "§ 6 Abs. 1 Satz 1",
        DienstplanUnvollstaendig = "dienstplan_unvollstaendig" Klaerfall "§ 6 Abs. 2",
        DienstArztUnbekannt = "dienst_arzt_unbekannt" Klaerfall "§ 6 Abs. 2",
        KeinDienstplan = "kein_dienstplan" Klaerfall "§ 6 Abs. 2",
        TabelleEndetBeiZehn = "tabelle_endet_bei_zehn" Klaerfall "§ 6 Abs. 2",
        AnzahlWidersprichtDienstplan = "anzahl_widerspricht_dienstplan" Klaerfall "§ 6 Abs. 2",
        WechselImQuartal = "wechsel_im_quartal" Klaerfall "§ 6 Abs. 2",
    }
}

gruende! {
    /// Reasons of § 9 Fallwertzuschlag.
    Grund09 {
        OhneVersichertenId = "ohne_versicherten_id" Klaerfall "§ 9 Abs. 3 Satz 2",
        PraxisUnbekannt = "praxis_unbekannt" Klaerfall "§ 9 Abs. 1",
        SchliessungUnbekannt = "schliessung_unbekannt" Klaerfall "§ 9 Abs. 1",
        LeistungstagFehlt = "leistungstag_fehlt" Klaerfall "§ 9 Abs. 3 Satz 1",
        KeineHausarztpraxisGeschlossen = "keine_hausarztpraxis_geschlossen" Abgelehnt "§ 9 Abs. 1",
        NachfolgerVorhanden = "nachfolger_vorhanden" Abgelehnt "§ 9 Abs. 1",
        EinwohnerzahlFehlt = "einwohnerzahl_fehlt" Klaerfall "§ 9 Abs. 2 Satz 2",
        KeinLaendlicherRaum = "kein_laendlicher_raum" Abgelehnt "§ 9 Abs. 2 Satz 1",
        KeineHausarztpraxis = "keine_hausarztpraxis" Abgelehnt "§ 9 Abs. 1",
        EigenePraxis = "eigene_praxis" Abgelehnt "§ 9 Abs. 1",
        KeineBewilligung = "keine_bewilligung" Abgelehnt "§ 9 Abs. 1",
        AusserhalbZeitraum = "ausserhalb_zeitraum" Abgelehnt "§ 9 Abs. 3 Satz 1",
        BehandlungVorSchliessung = "behandlung_vor_schliessung" Abgelehnt "§ 9 Abs. 3 Satz 1",
        Vertreterfall = "vertreterfall" Abgelehnt "§ 9 Abs. 3 Satz 2",
        Notfall = "notfall" Abgelehnt "§ 9 Abs. 1, Abs. 3 Satz 2",
        KeinHausaerztlicherFall = "kein_hausaerztlicher_fall" Abgelehnt "§ 9 Abs. 1",
        RueckblickFehlt = "rueckblick_fehlt" Klaerfall "§ 9 Abs. 3 Satz 2",
        NichtVorbehandelt = "nicht_vorbehandelt" Abgelehnt "§ 9 Abs. 3 Satz 2",
        BereitsImQuartal = "bereits_im_quartal" Abgelehnt "§ 9 Abs. 3 Satz 1",
        AnderweitigUebernommen = "anderweitig_uebernommen" Abgelehnt "§ 9 Abs. 3 Satz 1",
        MehrfachUebernommen = "mehrfach_uebernommen" Klaerfall "§ 9 Abs. 3",
        ZweiQuartaleAusgeschoepft = "zwei_quartale_ausgeschoepft" Abgelehnt "§ 9 Abs. 3 Satz 1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusing_reason_rules_wherever_it_stands() {
        let mut gruende = Gruende::<Grund09>::default();
        assert_eq!(
            (gruende.ergebnis(), gruende.grund(), gruende.text()),
            (Ergebnis::Bewilligt, None, String::new())
        );
        gruende.wenn(true, Grund09::RueckblickFehlt);
        gruende.wenn(true, Grund09::OhneVersichertenId);
        gruende.wenn(false, Grund09::Notfall);
        assert_eq!(gruende.ergebnis(), Ergebnis::Klaerfall);
        assert_eq!(gruende.grund(), Some(Grund09::OhneVersichertenId));
        gruende.wenn(true, Grund09::EigenePraxis);
        assert_eq!(gruende.ergebnis(), Ergebnis::Abgelehnt);
        assert_eq!(gruende.grund(), Some(Grund09::EigenePraxis));
        assert_eq!(gruende.text(), "ohne_versicherten_id|eigene_praxis|rueckblick_fehlt");
    }

    #[test]
    fn the_catalogues_stand_in_the_order_of_the_tables() {
        let codes = |alle: &[Grund09]| alle.iter().map(|g| g.code()).collect::<Vec<_>>();
        assert_eq!(
            codes(Grund09::ALLE)[..3],
            ["ohne_versicherten_id", "praxis_unbekannt", "schliessung_unbekannt"]
        );
        for (platz, grund) in Grund09::ALLE.iter().enumerate() {
            assert_eq!(grund.platz() as usize, platz);
        }
        assert_eq!(
            Grund05::ALLE
                .iter()
                .map(|g| g.ergebnis())
                .filter(|e| *e == Ergebnis::Abgelehnt)
                .count(),
            4
        );
        assert_eq!(Grund06::ALLE.len(), 7);
    }
}
