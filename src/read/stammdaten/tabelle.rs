//! Rows of reference data as files deliver them, and the choice among rows with one key.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::meldung::{Code, Meldung, Meldungen, Ort};
use crate::quartal::Tag;

/// What a row says and where it stands. Two are equal if they say the same, wherever they stand.
#[derive(Debug, Clone)]
pub(super) struct Verortet<T> {
    /// What it says.
    pub(super) wert: T,
    /// Where it stands.
    pub(super) ort: Ort,
}

impl<T: PartialEq> PartialEq for Verortet<T> {
    fn eq(&self, andere: &Self) -> bool {
        self.wert == andere.wert
    }
}

/// Rows of one kind, of any number of files, in any order.
#[derive(Debug)]
pub(super) struct Tabelle<K, T>(Vec<Zeile<K, T>>);

#[derive(Debug)]
struct Zeile<K, T> {
    schluessel: K,
    bekannt_ab: Tag,
    inhalt: Verortet<T>,
}

impl<K, T> Default for Tabelle<K, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, T> Tabelle<K, T> {
    /// Adds a row.
    pub(super) fn merke(&mut self, schluessel: K, bekannt_ab: Tag, wert: T, ort: Ort) {
        self.0.push(Zeile { schluessel, bekannt_ab, inhalt: Verortet { wert, ort } });
    }

    /// Chooses one row per key: the one with the newest `bekannt_ab`. Rows that agree are one, at
    /// the place of the first. Rows with equal `bekannt_ab` that do not agree are recorded, also
    /// where a newer row has replaced both ("Only equal keys with equal `bekannt_ab` and different
    /// content collide").
    ///
    /// `loese_auf` first turns key and content into what the register makes of them: a row that
    /// names a branch and one that names its main practice have one key. `was` names the rows in
    /// messages.
    pub(super) fn waehle<S: Ord, U: PartialEq>(
        mut self,
        was: &str,
        loese_auf: impl Fn(K, T) -> (S, U),
        meldungen: &mut Meldungen,
    ) -> BTreeMap<S, Verortet<U>> {
        // File name and place decide which row is the second, not the order of reading.
        self.0.sort_by(|a, b| (a.bekannt_ab, &a.inhalt.ort).cmp(&(b.bekannt_ab, &b.inhalt.ort)));
        let mut gewaehlt: BTreeMap<S, (Tag, Verortet<U>)> = BTreeMap::new();
        for Zeile { schluessel, bekannt_ab, inhalt: Verortet { wert, ort } } in self.0 {
            let (schluessel, wert) = loese_auf(schluessel, wert);
            match gewaehlt.entry(schluessel) {
                Entry::Vacant(leer) => {
                    leer.insert((bekannt_ab, Verortet { wert, ort }));
                }
                Entry::Occupied(mut belegt) if belegt.get().0 < bekannt_ab => {
                    belegt.insert((bekannt_ab, Verortet { wert, ort }));
                }
                Entry::Occupied(belegt) if belegt.get().1.wert != wert => {
                    let text = format!(
                        "{was}: anderer Inhalt als in {} bei gleichem Schlüssel und gleichem bekannt_ab \
                         ({bekannt_ab}); bitte eine der Angaben streichen oder die richtige in einer Datei mit späterem \
                         erstellt liefern",
                        belegt.get().1.ort
                    );
                    meldungen.melde(Meldung::neu(Code::StammdatenWiderspruch, ort, text));
                }
                Entry::Occupied(_) => {}
            }
        }
        gewaehlt.into_iter().map(|(schluessel, (_, inhalt))| (schluessel, inhalt)).collect()
    }
}
