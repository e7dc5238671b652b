//! Auslegungen: what the guideline leaves open, how it is read, and on which sentence.
//!
//! Each is a named setting with a default. Changing one is a configuration change, never a code change.

use std::collections::BTreeSet;
use std::fmt;

use crate::kennung::Gnr;

mod werte;

pub use werte::{
    AchtQuartaleJe, DienstZaehlt, JaNein, Mehrfachuebernahme, NegativesHonorar, Notfaelle,
    Rueckblick09, RundungWert, Wechsel, Wert, Zeitraum09, ZweiQuartaleJe,
};

/// One row of the table of Auslegungen: what a setting is called, asks and may be.
#[derive(Debug, Clone, Copy)]
pub struct Eintrag {
    /// `section.key`, as in `einstellungen.toml`.
    pub name: &'static str,
    /// The sentence that leaves the question open.
    pub fundstelle: &'static str,
    /// The question, in German.
    pub frage: &'static str,
    /// Every value with its meaning in German, the default first. For a list: empty, then filled.
    pub werte: &'static [(&'static str, &'static str)],
    /// Whether the setting is a list of texts instead of one name.
    pub liste: bool,
    setze: fn(&mut Auslegungen, &[&str]) -> Result<(), Vec<Ablehnung>>,
    wert: fn(&Auslegungen) -> String,
}

/// Why a value of a setting is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ablehnung {
    /// Which of the given texts it is, from 0.
    pub stelle: usize,
    /// What was expected, in German.
    pub erwartet: String,
}

/// One Auslegung as it is in force, for texts and the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auslegungszeile {
    /// `section.key`
    pub name: &'static str,
    /// The value's name; a list in brackets.
    pub wert: String,
    /// Whether it is the default.
    pub vorgabe: bool,
    /// The sentence that leaves the question open.
    pub fundstelle: &'static str,
    /// The question, in German.
    pub frage: &'static str,
    /// What the value means, in German.
    pub bedeutung: &'static str,
}

impl fmt::Display for Auslegungszeile {
    /// Writes `Auslegung par09.notfaelle = zulassen (§ 9 Abs. 3 Satz 2): …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, wert, fundstelle, bedeutung, .. } = self;
        write!(f, "Auslegung {name} = {wert} ({fundstelle}): {bedeutung}")
    }
}

impl Eintrag {
    /// Sets the setting in `auslegungen` from its texts: one name, or the entries of a list.
    ///
    /// # Errors
    /// Every text that is not a value of the setting; then nothing is changed.
    pub fn setze(
        &self,
        auslegungen: &mut Auslegungen,
        texte: &[&str],
    ) -> Result<(), Vec<Ablehnung>> {
        (self.setze)(auslegungen, texte)
    }

    fn zeile(&self, auslegungen: &Auslegungen) -> Auslegungszeile {
        let wert = (self.wert)(auslegungen);
        // A filled list is no name of the table: it means what the last row says.
        let bedeutung =
            self.werte.iter().find(|(name, _)| *name == wert).or(self.werte.last()).map(|w| w.1);
        Auslegungszeile {
            name: self.name,
            vorgabe: self.werte.first().is_some_and(|(name, _)| *name == wert),
            wert,
            fundstelle: self.fundstelle,
            frage: self.frage,
            bedeutung: bedeutung.unwrap_or_default(),
        }
    }
}

impl Auslegungen {
    /// Returns every Auslegung in force, in the table's order.
    pub fn zeilen(&self) -> Vec<Auslegungszeile> {
        Self::EINTRAEGE.iter().map(|eintrag| eintrag.zeile(self)).collect()
    }

    /// Returns the BLAKE3 hash (hex) of all names and values: equal exactly if all are read alike.
    pub fn hash(&self) -> String {
        let zeilen = self.zeilen();
        let zeilen: Vec<_> = zeilen.iter().map(|z| format!("{}={}", z.name, z.wert)).collect();
        blake3::hash(zeilen.join("\n").as_bytes()).to_hex().to_string()
    }
}

/// What can stand in a row of the table.
trait Einstellbar {
    /// Whether it takes a list of texts.
    const LISTE: bool;
    /// How many values the row must explain.
    const ANZAHL: usize;

    fn setze(&mut self, texte: &[&str]) -> Result<(), Vec<Ablehnung>>;

    fn text(&self) -> String;
}

impl<W: Wert> Einstellbar for W {
    const LISTE: bool = false;
    const ANZAHL: usize = W::WERTE.len();

    fn setze(&mut self, texte: &[&str]) -> Result<(), Vec<Ablehnung>> {
        let wert = if let [name] = texte { W::aus_name(name) } else { None };
        *self = wert.ok_or_else(|| {
            let namen: Vec<_> = W::WERTE.iter().map(|(name, _)| format!("`{name}`")).collect();
            let erwartet = match namen.as_slice() {
                [einziger] => format!("erlaubt ist nur {einziger}"),
                namen => format!("erlaubt sind {}", namen.join(", ")),
            };
            vec![Ablehnung { stelle: 0, erwartet }]
        })?;
        Ok(())
    }

    fn text(&self) -> String {
        self.name().to_owned()
    }
}

impl Einstellbar for Vec<Gnr> {
    const LISTE: bool = true;
    const ANZAHL: usize = 2;

    /// Sorts the list and drops doubles, so that its order in the file changes nothing.
    fn setze(&mut self, texte: &[&str]) -> Result<(), Vec<Ablehnung>> {
        let mut gnrn = BTreeSet::new();
        let mut abgelehnt = Vec::new();
        for (stelle, text) in texte.iter().enumerate() {
            match Gnr::aus_bytes(text.as_bytes()) {
                Ok(gnr) => drop(gnrn.insert(gnr)),
                Err(fehler) => abgelehnt.push(Ablehnung {
                    stelle,
                    erwartet: format!("erwartet wird {}", fehler.erwartet),
                }),
            }
        }
        if !abgelehnt.is_empty() {
            return Err(abgelehnt);
        }
        *self = gnrn.into_iter().collect();
        Ok(())
    }

    fn text(&self) -> String {
        let gnrn: Vec<_> = self.iter().map(ToString::to_string).collect();
        format!("[{}]", gnrn.join(", "))
    }
}

/// The table: a row is all that a new setting of a known type needs.
macro_rules! auslegungen {
    ($($feld:ident: $typ:ty = $name:literal on $fundstelle:literal, $frage:literal
        { $($wert:literal => $bedeutung:literal,)* })*) => {
        /// The Auslegungen in force in a run; `Default` is the Fachkonzept's table.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Auslegungen {
            $(#[doc = concat!("`", $name, "` (", $fundstelle, ")")] pub $feld: $typ,)*
        }

        impl Auslegungen {
            /// Every setting, in the table's order.
            pub const EINTRAEGE: &'static [Eintrag] = &[$(Eintrag {
                name: $name,
                fundstelle: $fundstelle,
                frage: $frage,
                werte: &[$(($wert, $bedeutung),)*],
                liste: <$typ as Einstellbar>::LISTE,
                setze: |auslegungen, texte| auslegungen.$feld.setze(texte),
                wert: |auslegungen| auslegungen.$feld.text(),
            },)*];
        }

        // A value without a meaning does not compile.
        $(const _: () = assert!([$($wert,)*].len() == <$typ as Einstellbar>::ANZAHL);)*
    };
}

auslegungen! {
    rundung: RundungWert = "allgemein.rundung" on "keine Regel im Text der Richtlinie",
        "Wie wird ein Betrag am Ende auf ganze Cent gerundet?" {
        "kaufmaennisch" => "Ein halber Cent wird weg von null gerundet.",
        "abrunden" => "Bruchteile eines Cents entfallen.",
        "zur_geraden" => "Ein halber Cent wird zum geraden Cent gerundet.",
    }
    kennzeichen_gnr: Vec<Gnr> = "par09.kennzeichen_gnr" on "§ 9 Abs. 3 Satz 3",
        "Welche GNR kennzeichnen einen übernommenen Patienten?" {
        "[]" => "Keine GNR kennzeichnet; es zählt nur das ausdrückliche Kennzeichen des Falls.",
        "[GNR, …]" => "Ein Fall mit einer dieser GNR (genau gleich) ist gekennzeichnet.",
    }
    zeitraum: Zeitraum09 = "par09.zeitraum" on "§ 9 Abs. 3 Satz 1",
        "Welches ist das erste der vier Quartale seit der Praxisschließung?" {
        "ab_folgetag" => "Das Quartal, in dem der Tag nach der Schließung liegt.",
    }
    rueckblick: Rueckblick09 = "par09.rueckblick" on "§ 9 Abs. 3 Satz 2",
        "Welche sind die letzten vier Quartale vor der Praxisschließung?" {
        "vier_quartale_mit_schliessungsquartal" =>
            "Das Quartal der Schließung bis zum Tag der Schließung und die drei davor.",
        "nur_volle_quartale" => "Die vier Quartale vor dem Quartal des Folgetags.",
        "vier_quartale_und_rumpfquartal" =>
            "Die vier Quartale vor dem Quartal des Folgetags und dieses bis zum Tag der Schließung.",
    }
    rueckblick_vertreter_und_notfall: JaNein<false> =
        "par09.rueckblick_vertreter_und_notfall" on "§ 9 Abs. 1",
        "Machen Vertreter- und Notfälle in der geschlossenen Praxis zum bisherigen Patienten?" {
        "nein" => "Vertreter- und Notfälle der geschlossenen Praxis zählen im Rückblick nicht.",
        "ja" => "Vertreter- und Notfälle der geschlossenen Praxis zählen im Rückblick.",
    }
    notfaelle: Notfaelle = "par09.notfaelle" on "§ 9 Abs. 3 Satz 2",
        "Kann ein Notfall die Übernahme der hausärztlichen Versorgung sein?" {
        "ausgenommen" => "Notfälle sind ausgenommen.",
        "zulassen" => "Notfälle sind zugelassen.",
    }
    nur_originalschein: JaNein<true> = "par09.nur_originalschein" on "§ 9 Abs. 1",
        "Zählt als hausärztliche Versorgung nur der eigene Schein (Satzart 0101, 00)?" {
        "ja" => "Nur Satzart 0101 mit Scheinuntergruppe 00 zählt.",
        "nein" => "Auch andere Satzarten und Scheinuntergruppen zählen.",
    }
    kinderaerzte: JaNein<false> = "par09.kinderaerzte" on "§ 9 Abs. 1",
        "Zählen Kinder- und Jugendärzte als Hausärzte?" {
        "nein" => "Kinder- und Jugendärzte zählen nicht als Hausärzte.",
        "ja" => "Kinder- und Jugendärzte zählen als Hausärzte.",
    }
    mehrfachuebernahme: Mehrfachuebernahme = "par09.mehrfachuebernahme" on "§ 9 Abs. 3",
        "Was gilt, wenn mehrere Praxen denselben Patienten in einem Quartal kennzeichnen?" {
        "erste" => "Die Praxis mit dem frühesten Leistungstag erhält den Zuschlag.",
        "klaerfall" => "Eine Person entscheidet; kein Quartal wird verbraucht.",
    }
    zwei_quartale_je: ZweiQuartaleJe = "par09.zwei_quartale_je" on "§ 9 Abs. 3 Satz 1",
        "Für wen zählen die zwei Quartale?" {
        "patient" => "Je Patient und geschlossener Praxis.",
        "praxis" => "Je Patient, geschlossener und übernehmender Praxis.",
    }
    acht_quartale_je: AchtQuartaleJe = "par05.acht_quartale_je" on "§ 5 Abs. 2 Satz 1",
        "Ab wann zählen die acht Quartale?" {
        "arzt" => "Ab dem ersten Tag des Arztes unter irgendeiner Bewilligung nach § 5.",
        "bewilligung" => "Ab dem ersten Tag jeder einzelnen Bewilligung.",
    }
    ende_anteilig: JaNein<true> = "par05.ende_anteilig" on "§ 5 Abs. 2",
        "Wird das Quartal, in dem die Tätigkeit endet, nach Tagen gekürzt?" {
        "ja" => "Es zählen die Tage bis zum letzten Tag der Tätigkeit.",
        "nein" => "Das Quartal zählt bis zu seinem letzten Tag.",
    }
    negatives_honorar: NegativesHonorar = "par05.negatives_honorar" on "§ 5 Abs. 3 Satz 2",
        "Wie wird eine negative Honorarsumme angerechnet?" {
        "null" => "Sie wird als 0,00 EUR angerechnet.",
        "abziehen" => "Sie wird angerechnet, wie sie ist: die Zahlung steigt um sie.",
    }
    dienst_zaehlt: DienstZaehlt = "par06.dienst_zaehlt" on "§ 6 Abs. 2",
        "Welche Ärzte stehen für den Bereitschaftsdienst zur Verfügung?" {
        "mit_arztstelle" => "Ärzte im Dienstplan, die eine Arztstelle auf der Insel haben.",
        "alle" => "Alle verschiedenen Ärzte im Dienstplan des Quartals.",
    }
    wechsel: Wechsel = "par06.wechsel" on "§ 6 Abs. 2",
        "Was gilt, wenn eine Arztstelle im Quartal Inhaber oder Anteil wechselt?" {
        "tagesgenau" => "Die Stelle wird nach Tagen bezahlt.",
        "klaerfall" => "Eine Person entscheidet.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_fachkonzepts_table() {
        let zeilen: Vec<_> = Auslegungen::default()
            .zeilen()
            .iter()
            .map(|z| format!("{} {}", z.name, z.wert))
            .collect();
        assert_eq!(
            zeilen,
            [
                "allgemein.rundung kaufmaennisch",
                "par09.kennzeichen_gnr []",
                "par09.zeitraum ab_folgetag",
                "par09.rueckblick vier_quartale_mit_schliessungsquartal",
                "par09.rueckblick_vertreter_und_notfall nein",
                "par09.notfaelle ausgenommen",
                "par09.nur_originalschein ja",
                "par09.kinderaerzte nein",
                "par09.mehrfachuebernahme erste",
                "par09.zwei_quartale_je patient",
                "par05.acht_quartale_je arzt",
                "par05.ende_anteilig ja",
                "par05.negatives_honorar null",
                "par06.dienst_zaehlt mit_arztstelle",
                "par06.wechsel tagesgenau",
            ]
        );
    }

    #[test]
    fn every_explained_value_can_be_set_and_changes_only_its_own_row() {
        let vorgabe = Auslegungen::default();
        for (i, eintrag) in Auslegungen::EINTRAEGE.iter().enumerate().filter(|(_, e)| !e.liste) {
            assert_eq!(vorgabe.zeilen()[i].wert, eintrag.werte[0].0, "the default comes first");
            for (platz, (wert, bedeutung)) in eintrag.werte.iter().enumerate() {
                let mut auslegungen = vorgabe.clone();
                assert_eq!(eintrag.setze(&mut auslegungen, &[wert]), Ok(()), "{wert}");
                let zeilen = auslegungen.zeilen();
                assert_eq!((&*zeilen[i].wert, zeilen[i].bedeutung), (*wert, *bedeutung));
                assert_eq!(zeilen[i].vorgabe, platz == 0, "{} {wert}", eintrag.name);
                assert_eq!(zeilen.iter().filter(|z| !z.vorgabe).count(), usize::from(platz != 0));
                assert_eq!(auslegungen.hash() == vorgabe.hash(), platz == 0);
            }
        }
    }

    #[test]
    fn a_refused_value_changes_nothing_and_says_what_is_allowed() {
        let mut auslegungen = Auslegungen::default();
        let mut setze = |name: &str, texte: &[&str]| {
            let eintrag = Auslegungen::EINTRAEGE.iter().find(|e| e.name == name).expect(name);
            let ergebnis = eintrag.setze(&mut auslegungen, texte);
            (ergebnis.map_err(|a| a[0].clone()), auslegungen.zeilen()[1].wert.clone())
        };
        let nein = |stelle, text: &str| Err(Ablehnung { stelle, erwartet: text.to_owned() });
        let gnr = "erwartet wird eine GNR aus 1 bis 9 Ziffern und Großbuchstaben";
        for (name, texte, ergebnis, gnrn) in [
            ("par09.kinderaerzte", &["Ja"][..], nein(0, "erlaubt sind `nein`, `ja`"), "[]"),
            ("par09.zeitraum", &["ja"], nein(0, "erlaubt ist nur `ab_folgetag`"), "[]"),
            ("par09.zeitraum", &[], nein(0, "erlaubt ist nur `ab_folgetag`"), "[]"),
            ("par09.kennzeichen_gnr", &["99120", "99119a"], nein(1, gnr), "[]"),
            ("par09.kennzeichen_gnr", &["99120", "99119A"], Ok(()), "[99119A, 99120]"),
            ("par09.kennzeichen_gnr", &["99120", "99120"], Ok(()), "[99120]"),
            ("par09.kennzeichen_gnr", &[], Ok(()), "[]"),
        ] {
            assert_eq!(setze(name, texte), (ergebnis, gnrn.to_owned()), "{name} {texte:?}");
        }
    }

    #[test]
    fn a_row_reads_as_a_sentence() {
        let zeilen = Auslegungen::default().zeilen();
        assert_eq!(
            zeilen[3].to_string(),
            "Auslegung par09.rueckblick = vier_quartale_mit_schliessungsquartal \
             (§ 9 Abs. 3 Satz 2): Das Quartal der Schließung bis zum Tag der Schließung und die \
             drei davor."
        );
    }
}
