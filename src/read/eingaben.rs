//! Which files a run reads, of which kind each is, and by which name messages and protocol call it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::meldung::{Code, Meldung, Meldungen, Ort, Stelle};
use crate::read::roh::Komprimierung;

mod art;

pub(crate) use art::AUSZUG;
pub use art::{Art, Format};
use art::{ERLAUBT_OBEN, ERLAUBT_RUECKBLICK, art_im_rueckblick, art_oben, form};

/// One input file: regular, not empty, given once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eingabe {
    /// Its kind.
    pub art: Art,
    /// Its name: relative to the input folder with `/`; for a file given by flag as many of the last
    /// parts of its path as tell it from all others. Unique within the run.
    pub name: Arc<str>,
    /// Where it is; depends on the machine and belongs into no output.
    pub pfad: PathBuf,
    /// Its size as stored, in bytes.
    pub bytes: u64,
    /// How it is compressed.
    pub komprimierung: Komprimierung,
    /// What it holds.
    pub format: Format,
}

/// The input files of a run, and what is wrong with the rest: a run reads what can be read and
/// reports everything at once.
#[derive(Debug, Clone)]
pub struct Eingaben {
    liste: Vec<Eingabe>,
    fehler: Meldungen,
}

impl Eingaben {
    /// Finds the inputs in `ordner` by their conventional names, and adds those given by flag.
    ///
    /// Unknown, missing, unreadable, empty and repeated files, a second file of a kind that has one,
    /// names that are no UTF-8, and no input at all are [`fehler`](Self::fehler). An empty claims
    /// file is an input: its reader refuses it, or the run leaves it out.
    pub fn aus(ordner: Option<&Path>, einzelne: &[(Art, PathBuf)]) -> Self {
        let mut suche = Suche::default();
        if let Some(ordner) = ordner {
            suche.durchsuche(ordner);
        }
        suche.nimm_einzelne(einzelne);
        suche.pruefe_einzeln();
        if suche.gefunden.is_empty() && !suche.meldungen.hat_fehler() {
            let text = "keine Eingabedatei: bitte einen Ordner mit Eingaben oder Dateien mit \
                --faelle, --stammdaten, … nennen";
            suche.meldungen.melde(Meldung::ohne_ort(Code::DateiFehlt, text));
        }
        suche.fertig()
    }

    /// Finds the claims that an extract for the look-back is made of: files, and folders of them. Adds
    /// the files given by flag. What is wrong is told as by [`aus`](Self::aus); an extract is no claims.
    pub fn fuer_auszug(orte: &[PathBuf], einzelne: &[(Art, PathBuf)]) -> Self {
        let mut suche = Suche::default();
        let mut alle = Vec::new();
        for ort in orte {
            if ort.is_dir() {
                for eintrag in suche.liste(ort, "") {
                    match (!eintrag.ist_ordner).then(|| art_im_rueckblick(&eintrag.name)).flatten()
                    {
                        Some(art) => alle.push((art, eintrag.pfad)),
                        None => suche.ordne_ein(None, &eintrag, ERLAUBT_RUECKBLICK),
                    }
                }
            } else {
                alle.push((Art::Rueckblick, ort.clone()));
            }
        }
        alle.extend_from_slice(einzelne);
        suche.nimm_einzelne(&alle);
        suche.pruefe_einzeln();
        let (auszuege, liste) =
            suche.gefunden.drain(..).partition::<Vec<_>, _>(|e| e.format == Format::Auszug);
        for eingabe in auszuege {
            let text = "ist selbst ein Auszug; bitte die Abrechnungen nennen, aus denen er stammt";
            suche.melde(Code::DateiUnbekannt, &eingabe.name, text);
        }
        suche.gefunden = liste;
        suche.fertig()
    }

    /// Returns all files, by kind and name (bytes).
    pub fn alle(&self) -> &[Eingabe] {
        &self.liste
    }

    /// Returns what is wrong with files that are not in the list.
    pub fn fehler(&self) -> &Meldungen {
        &self.fehler
    }

    /// Returns the files of one kind, by name (bytes).
    pub fn der_art(&self, art: Art) -> &[Eingabe] {
        let von = self.liste.partition_point(|eingabe| eingabe.art < art);
        let bis = self.liste.partition_point(|eingabe| eingabe.art <= art);
        &self.liste[von..bis]
    }
}

/// Returns the cause of an I/O error in German, as far as a clerk can do something about it.
pub fn ursache(fehler: &io::Error) -> String {
    use io::ErrorKind as K;
    match fehler.kind() {
        K::NotFound => "nicht gefunden".to_owned(),
        K::PermissionDenied => "keine Berechtigung".to_owned(),
        K::AlreadyExists => "gibt es schon".to_owned(),
        K::StorageFull | K::QuotaExceeded => "kein Speicherplatz mehr".to_owned(),
        K::ReadOnlyFilesystem => "der Datenträger ist schreibgeschützt".to_owned(),
        K::IsADirectory => "ist ein Ordner".to_owned(),
        K::NotADirectory => "ein Teil des Pfades ist kein Ordner".to_owned(),
        K::InvalidFilename => "der Dateiname ist ungültig oder zu lang".to_owned(),
        _ => fehler.to_string(),
    }
}

/// An entry of a folder. Of thousands of files each question to the system counts, so what the folder
/// itself tells is not asked again.
struct Eintrag {
    name: String,
    pfad: PathBuf,
    ist_ordner: bool,
    /// The path without links, if the folder tells it.
    ohne_links: Option<PathBuf>,
}

impl Eintrag {
    /// `ordner` is the folder's path without links, if there is one.
    fn neu(name: String, eintrag: &fs::DirEntry, ordner: Option<&Path>) -> Self {
        let pfad = eintrag.path();
        match eintrag.file_type() {
            Ok(art) if !art.is_symlink() => Self {
                name,
                pfad,
                ist_ordner: art.is_dir(),
                ohne_links: ordner.map(|ordner| ordner.join(eintrag.file_name())),
            },
            _ => Self { name, ist_ordner: pfad.is_dir(), pfad, ohne_links: None },
        }
    }
}

/// What the search has found so far.
struct Suche {
    gefunden: Vec<Eingabe>,
    /// Name of every file, by its path without links: compared as text, not part by part.
    bekannt: BTreeMap<OsString, String>,
    meldungen: Meldungen,
}

impl Default for Suche {
    fn default() -> Self {
        // The settings with the limit of listed messages are not read yet; there are only as many
        // as files.
        Self {
            gefunden: Vec::new(),
            bekannt: BTreeMap::new(),
            meldungen: Meldungen::neu(usize::MAX),
        }
    }
}

impl Suche {
    fn fertig(mut self) -> Eingaben {
        self.gefunden.sort_by(|a, b| (a.art, &a.name).cmp(&(b.art, &b.name)));
        Eingaben { liste: self.gefunden, fehler: self.meldungen }
    }

    fn melde(&mut self, code: Code, name: &str, text: impl Into<String>) {
        self.meldungen.melde(Meldung::neu(code, Ort::datei(&Arc::from(name)), text));
    }

    /// Takes the files of the input folder and of `rueckblick` in it.
    fn durchsuche(&mut self, ordner: &Path) {
        for eintrag in self.liste(ordner, "") {
            let Eintrag { name, pfad, ist_ordner, .. } = &eintrag;
            if *ist_ordner && name == "rueckblick" {
                for eintrag in self.liste(pfad, "rueckblick/") {
                    let im_ordner = &eintrag.name["rueckblick/".len()..];
                    let art = (!eintrag.ist_ordner).then(|| art_im_rueckblick(im_ordner)).flatten();
                    self.ordne_ein(art, &eintrag, ERLAUBT_RUECKBLICK);
                }
            } else if !(*ist_ordner && name == "erwartet") {
                let art = (!ist_ordner).then(|| art_oben(name)).flatten();
                self.ordne_ein(art, &eintrag, ERLAUBT_OBEN);
            }
        }
    }

    /// Returns the entries of a folder by name, which `vorsatz` precedes; `README*` files are left out.
    fn liste(&mut self, ordner: &Path, vorsatz: &str) -> Vec<Eintrag> {
        let angezeigt =
            if vorsatz.is_empty() { ordner.display().to_string() } else { vorsatz.to_owned() };
        let eintraege: io::Result<Vec<fs::DirEntry>> =
            fs::read_dir(ordner).and_then(Iterator::collect);
        let eintraege = match eintraege {
            Ok(eintraege) => eintraege,
            Err(fehler) => {
                let code = match fehler.kind() {
                    io::ErrorKind::NotFound => Code::DateiFehlt,
                    _ => Code::DateiNichtLesbar,
                };
                let text = format!("der Ordner ist nicht lesbar: {}", ursache(&fehler));
                self.melde(code, &angezeigt, text);
                return Vec::new();
            }
        };
        let ohne_links = fs::canonicalize(ordner).ok();
        let mut liste = Vec::new();
        for eintrag in eintraege {
            let name = eintrag.file_name();
            match lesbarer_name(&name) {
                Some(name) if name.starts_with("README") && eintrag.path().is_file() => {}
                Some(name) => {
                    let name = format!("{vorsatz}{name}");
                    liste.push(Eintrag::neu(name, &eintrag, ohne_links.as_deref()));
                }
                None => {
                    let name = format!("{vorsatz}{}", name.to_string_lossy().escape_debug());
                    self.melde(Code::DateiUnbekannt, &name, KEIN_UTF_8);
                }
            }
        }
        // The order of a folder is the file system's; which of two links to one file counts as the
        // repeated one must not depend on it.
        liste.sort_by(|a, b| a.name.cmp(&b.name));
        liste
    }

    fn ordne_ein(&mut self, art: Option<Art>, eintrag: &Eintrag, erlaubt: &str) {
        if let Some(art) = art {
            self.nimm(art, eintrag);
        } else {
            let text = format!("gehört nicht in den Eingabeordner; erlaubt sind {erlaubt}");
            self.melde(Code::DateiUnbekannt, &eintrag.name, text);
        }
    }

    /// Takes one file if it is regular, not empty and new.
    fn nimm(&mut self, art: Art, eintrag: &Eintrag) {
        let Eintrag { name, pfad, ohne_links, .. } = eintrag;
        if let Some(bytes) = self.pruefe(art, name, pfad, ohne_links.as_deref()) {
            let (komprimierung, format) = form(art, name);
            let (name, pfad) = (Arc::from(name.as_str()), pfad.clone());
            self.gefunden.push(Eingabe { art, name, pfad, bytes, komprimierung, format });
        }
    }

    /// Returns the size of a regular, new file with content; reports any other. `ohne_links` is its path
    /// without links, if that is known.
    fn pruefe(
        &mut self,
        art: Art,
        name: &str,
        pfad: &Path,
        ohne_links: Option<&Path>,
    ) -> Option<u64> {
        let aufgeloest = || ohne_links.map_or_else(|| fs::canonicalize(pfad), |p| Ok(p.to_owned()));
        let geprueft = fs::metadata(pfad).and_then(|daten| Ok((daten, aufgeloest()?.into())));
        let (daten, ohne_links): (_, OsString) = match geprueft {
            Ok(geprueft) => geprueft,
            Err(fehler) if fehler.kind() == io::ErrorKind::NotFound => {
                self.melde(Code::DateiFehlt, name, "die Datei gibt es nicht");
                return None;
            }
            Err(fehler) => {
                let text = format!("die Datei ist nicht lesbar: {}", ursache(&fehler));
                self.melde(Code::DateiNichtLesbar, name, text);
                return None;
            }
        };
        if !daten.is_file() {
            let text = "keine gewöhnliche Datei; bitte einzelne Dateien nennen";
            self.melde(Code::DateiNichtLesbar, name, text);
            return None;
        }
        if let Some(andere) = self.bekannt.get(&ohne_links) {
            let text = format!("dieselbe Datei wie {andere}; bitte nur einmal angeben");
            self.melde(Code::DateiDoppelt, name, text);
            return None;
        }
        self.bekannt.insert(ohne_links, name.to_owned());
        if daten.len() == 0 && art != Art::Faelle {
            let ort = Ort::neu(&Arc::from(name), Stelle::ANFANG);
            self.meldungen.melde(Meldung::neu(Code::DateiLeer, ort, "die Datei ist leer"));
            return None;
        }
        Some(daten.len())
    }

    /// Takes the files given by flag, under the shortest names that tell them apart.
    fn nimm_einzelne(&mut self, einzelne: &[(Art, PathBuf)]) {
        let mut neue = Vec::new();
        for (art, pfad) in einzelne {
            let angegeben = pfad.display().to_string();
            let Some(bytes) = self.pruefe(*art, &angegeben, pfad, None) else { continue };
            if let Some(teile) = teile(pfad) {
                neue.push((*art, pfad, bytes, teile));
            } else {
                self.melde(Code::DateiUnbekannt, &angegeben, KEIN_UTF_8);
            }
        }
        let im_ordner: BTreeSet<Arc<str>> =
            self.gefunden.iter().map(|eingabe| Arc::clone(&eingabe.name)).collect();
        let mut wie_oft: BTreeMap<&[String], u32> = BTreeMap::new();
        for (_, _, _, teile) in &neue {
            for i in 0..teile.len() {
                *wie_oft.entry(&teile[i..]).or_default() += 1;
            }
        }
        for (art, pfad, bytes, teile) in &neue {
            // The whole path is unique even where it ends another one.
            let name = (0..teile.len())
                .rev()
                .filter(|i| *i == 0 || wie_oft.get(&teile[*i..]) == Some(&1))
                .map(|i| teile[i..].join("/"))
                .find(|name| !im_ordner.contains(name.as_str()));
            let Some(name) = name else {
                let text = "heißt wie eine Datei des Eingabeordners; bitte umbenennen";
                self.melde(Code::DateiDoppelt, &pfad.display().to_string(), text);
                continue;
            };
            let (komprimierung, format) = form(*art, &name);
            self.gefunden.push(Eingabe {
                art: *art,
                name: name.into(),
                pfad: (*pfad).clone(),
                bytes: *bytes,
                komprimierung,
                format,
            });
        }
    }

    /// Reports every further file of a kind of which there is one.
    fn pruefe_einzeln(&mut self) {
        let mut erste: BTreeMap<Art, Arc<str>> = BTreeMap::new();
        let einzelne: Vec<_> =
            self.gefunden.iter().filter(|e| e.art.ist_einzeln()).cloned().collect();
        for eingabe in einzelne {
            if let Some(erste) = erste.get(&eingabe.art) {
                let art = eingabe.art.name();
                let text =
                    format!("neben {erste} eine zweite Datei der Art {art}; nur eine ist möglich");
                self.melde(Code::DateiDoppelt, &eingabe.name, text);
            } else {
                erste.insert(eingabe.art, eingabe.name);
            }
        }
    }
}

const KEIN_UTF_8: &str =
    "der Name ist kein UTF-8 oder enthält Steuerzeichen; bitte die Datei umbenennen";

/// Returns the name if it can stand in a message and in a table.
fn lesbarer_name(name: &OsStr) -> Option<&str> {
    name.to_str().filter(|name| !name.chars().any(char::is_control))
}

/// Returns the parts of the file's full path: links to folders are followed, the file keeps the name
/// under which it was given. Parts above the first unreadable one are left out.
fn teile(pfad: &Path) -> Option<Vec<String>> {
    let datei = lesbarer_name(pfad.file_name()?)?;
    let eltern = pfad.parent().filter(|eltern| !eltern.as_os_str().is_empty());
    let ordner = fs::canonicalize(eltern.unwrap_or(Path::new("."))).unwrap_or_default();
    let mut teile = vec![datei.to_owned()];
    for teil in ordner.components().rev() {
        let std::path::Component::Normal(name) = teil else { break };
        let Some(name) = lesbarer_name(name) else { break };
        teile.push(name.to_owned());
    }
    teile.reverse();
    Some(teile)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a folder with these files, each with its name as content.
    fn ordner(namen: &[&str]) -> tempfile::TempDir {
        let ordner = tempfile::tempdir().expect("Ordner");
        for name in namen {
            let pfad = ordner.path().join(name);
            fs::create_dir_all(pfad.parent().expect("Eltern")).expect("Ordner");
            fs::write(pfad, name).expect("Datei");
        }
        ordner
    }

    fn fehler(ordner: Option<&Path>, einzelne: &[(Art, PathBuf)]) -> Vec<(&'static str, String)> {
        let eingaben = Eingaben::aus(ordner, einzelne);
        eingaben
            .fehler()
            .liste()
            .iter()
            .map(|m| (m.code.name(), m.ort.as_ref().map_or("", |ort| &ort.datei).to_owned()))
            .collect()
    }

    fn namen(eingaben: &Eingaben) -> Vec<String> {
        eingaben.alle().iter().map(|e| format!("{} {}", e.art.name(), e.name)).collect()
    }

    #[test]
    fn whatever_has_no_place_in_the_folder_is_an_error() {
        for (name, erwartet) in [
            ("faelle_1.txt", "faelle_1.txt"),
            (".DS_Store", ".DS_Store"),
            ("rueckblick", "rueckblick"),
            ("erwartet", "erwartet"),
            ("README.d/faelle.xml", "README.d"),
            ("faelle.xml/x", "faelle.xml"),
            ("2024Q1/faelle.xml", "2024Q1"),
            ("rueckblick/gv100ad.txt", "rueckblick/gv100ad.txt"),
            ("rueckblick/2023Q4/faelle.xml", "rueckblick/2023Q4"),
            ("rueckblick/faelle.xml/x", "rueckblick/faelle.xml"),
            ("rueckblick/erwartet/x", "rueckblick/erwartet"),
        ] {
            let ordner = ordner(&["stammdaten.xml", name]);
            assert_eq!(
                fehler(Some(ordner.path()), &[]),
                [("datei_unbekannt", erwartet.to_owned())]
            );
        }
    }

    #[test]
    fn files_are_sorted_by_kind_and_name_and_readme_and_erwartet_are_ignored() {
        let ordner = ordner(&[
            "README",
            "README.md",
            "erwartet/x/y.bin",
            "faelle_b.xml",
            "faelle_B.xml",
            "faelle_10.xml.gz",
            "faelle_2.xml",
            "a.con",
            "stammdaten.xml",
            "rueckblick/README.txt",
            "rueckblick/faelle.xml",
        ]);
        let eingaben = Eingaben::aus(Some(ordner.path()), &[]);
        assert!(!eingaben.fehler().hat_fehler());
        assert_eq!(
            namen(&eingaben),
            [
                "faelle a.con",
                "faelle faelle_10.xml.gz",
                "faelle faelle_2.xml",
                "faelle faelle_B.xml",
                "faelle faelle_b.xml",
                "rueckblick rueckblick/faelle.xml",
                "stammdaten stammdaten.xml",
            ]
        );
        let erwartet = Eingabe {
            art: Art::Faelle,
            name: "faelle_10.xml.gz".into(),
            pfad: ordner.path().join("faelle_10.xml.gz"),
            bytes: 16,
            komprimierung: Komprimierung::Gzip,
            format: Format::Xml,
        };
        assert_eq!(eingaben.der_art(Art::Faelle)[1], erwartet);
        assert_eq!(eingaben.der_art(Art::Rueckblick)[0].name.as_ref(), "rueckblick/faelle.xml");
        assert_eq!(eingaben.der_art(Art::Schluessel), []);
    }

    #[test]
    fn files_by_flag_have_any_name_and_the_shortest_that_tells_them_apart() {
        let ordner = ordner(&["in/faelle.xml", "q1/faelle.xml", "q2/faelle.xml", "q2/x.CON.zst"]);
        let pfad = |name: &str| ordner.path().join(name);
        for (mit_ordner, einzelne, erwartet) in [
            (false, vec!["q1/faelle.xml"], vec!["faelle.xml"]),
            (false, vec!["q1/faelle.xml", "q2/x.CON.zst"], vec!["faelle.xml", "x.CON.zst"]),
            (false, vec!["q2/faelle.xml", "q1/faelle.xml"], vec!["q1/faelle.xml", "q2/faelle.xml"]),
            (false, vec!["q2/../q1/faelle.xml"], vec!["faelle.xml"]),
            (true, vec!["q1/faelle.xml"], vec!["faelle.xml", "q1/faelle.xml"]),
            (true, vec!["q2/x.CON.zst"], vec!["faelle.xml", "x.CON.zst"]),
        ] {
            let oben = pfad("in");
            let einzelne: Vec<_> = einzelne.iter().map(|name| (Art::Faelle, pfad(name))).collect();
            let eingaben = Eingaben::aus(mit_ordner.then_some(&*oben), &einzelne);
            let namen: Vec<_> = eingaben.alle().iter().map(|e| e.name.as_ref()).collect();
            assert_eq!(namen, erwartet);
        }
        for (art, komprimierung, format) in [
            (Art::Faelle, Komprimierung::Zstd, Format::Kvdt),
            (Art::Rueckblick, Komprimierung::Zstd, Format::Kvdt),
            (Art::Stammdaten, Komprimierung::Zstd, Format::Xml),
            (Art::Einwohner, Komprimierung::Keine, Format::Text),
        ] {
            let eingaben = Eingaben::aus(None, &[(art, pfad("q2/x.CON.zst"))]);
            let eingabe = &eingaben.der_art(art)[0];
            assert_eq!((eingabe.komprimierung, eingabe.format), (komprimierung, format));
        }
    }

    #[test]
    fn all_that_is_wrong_is_reported_at_once() {
        let ordner = ordner(&["faelle.xml", "einstellungen.toml", "andere/e.toml", "foo", ".x"]);
        fs::write(ordner.path().join("stammdaten.xml"), "").expect("Datei");
        let pfad = |name: &str| ordner.path().join(name);
        let text = |name: &str| pfad(name).display().to_string();
        let einzelne = [
            (Art::Stammdaten, pfad("faelle.xml")),
            (Art::Faelle, pfad("fehlt.xml")),
            (Art::Faelle, pfad("andere")),
            (Art::Einstellungen, pfad("andere/e.toml")),
        ];
        let mut erwartet = [
            ("datei_unbekannt", ".x".to_owned()),
            ("datei_unbekannt", "andere".to_owned()),
            ("datei_unbekannt", "foo".to_owned()),
            ("datei_leer", "stammdaten.xml".to_owned()),
            ("datei_doppelt", text("faelle.xml")),
            ("datei_fehlt", text("fehlt.xml")),
            ("datei_nicht_lesbar", text("andere")),
            ("datei_doppelt", "e.toml".to_owned()),
        ];
        let mut gefunden = fehler(Some(ordner.path()), &einzelne);
        erwartet.sort();
        gefunden.sort();
        assert_eq!(gefunden, erwartet);
    }

    #[test]
    fn an_empty_file_is_empty_at_its_beginning() {
        let namen = ["stammdaten.xml", "gv100ad.txt", "einstellungen.toml", "schluessel.txt"];
        let ordner = ordner(&namen);
        for name in namen {
            fs::write(ordner.path().join(name), "").expect("Datei");
        }
        let liste = Eingaben::aus(Some(ordner.path()), &[]).fehler().liste();
        let mut erwartet = namen.map(|name| format!("{name}:1:0: datei_leer: die Datei ist leer"));
        erwartet.sort();
        assert_eq!(liste.iter().map(ToString::to_string).collect::<Vec<_>>(), erwartet);
    }

    #[test]
    fn no_input_is_an_error() {
        let leer = ordner(&["README.md"]);
        let datei = ordner(&["faelle.xml"]);
        assert_eq!(fehler(None, &[]), [("datei_fehlt", String::new())]);
        assert_eq!(fehler(Some(leer.path()), &[]), [("datei_fehlt", String::new())]);
        let pfad = leer.path().join("fehlt");
        assert_eq!(fehler(Some(&pfad), &[]), [("datei_fehlt", pfad.display().to_string())]);
        let pfad = datei.path().join("faelle.xml");
        assert_eq!(fehler(Some(&pfad), &[]), [("datei_nicht_lesbar", pfad.display().to_string())]);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_names_of_other_encodings() {
        use std::os::unix::ffi::OsStrExt;
        let ordner = ordner(&["faelle.xml"]);
        let pfad = |name: &[u8]| ordner.path().join(OsStr::from_bytes(name));
        std::os::unix::fs::symlink("faelle.xml", pfad(b"faelle_2.xml")).expect("Link");
        fs::write(pfad(b"faelle\xfc.xml"), "x").expect("Datei");
        fs::write(pfad(b"faelle\n.xml"), "x").expect("Datei");
        assert_eq!(
            fehler(Some(ordner.path()), &[]),
            [
                ("datei_unbekannt", "faelle\\n.xml".to_owned()),
                ("datei_doppelt", "faelle_2.xml".to_owned()),
                ("datei_unbekannt", "faelle\u{fffd}.xml".to_owned()),
            ]
        );
        // A link given by flag keeps its own name.
        let eingaben = Eingaben::aus(None, &[(Art::Faelle, pfad(b"faelle_2.xml"))]);
        assert_eq!(namen(&eingaben), ["faelle faelle_2.xml"]);
        let fehler = fehler(None, &[(Art::Faelle, pfad(b"faelle\xfc.xml"))]);
        assert_eq!(fehler[0].0, "datei_unbekannt");
    }
}
