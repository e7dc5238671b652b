//! The KVDT form: lines and records as KBV describes them, and the cases of the XML form.

use super::*;
use crate::ergebnis::Grund09;
use crate::erklaerung::suche::{Fund, suche};
use crate::golden::buendel;
use crate::read::text::Zeichensatz;

fn kvdt(faelle: u64, seed: u64, quartal: &str) -> Umfang {
    Umfang { form: Form::Kvdt, ..umfang(faelle, seed, quartal, 1, "0.005") }
}

fn ist_kvdt(name: &Path) -> bool {
    name.extension().is_some_and(|endung| endung == "con")
}

/// Takes a file apart into fields and contents, and checks each line on the way.
fn felder(datei: &[u8]) -> Vec<(u16, String)> {
    let mut rest = datei;
    let mut felder = Vec::new();
    while !rest.is_empty() {
        let zahl = |bytes: &[u8]| -> usize {
            assert!(bytes.iter().all(u8::is_ascii_digit), "{bytes:?}");
            bytes.iter().fold(0, |zahl, b| zahl * 10 + usize::from(b - b'0'))
        };
        let laenge = zahl(&rest[..3]);
        let (zeile, danach) = rest.split_at(laenge);
        let (inhalt, ende) = zeile[7..].split_at(laenge - 9);
        assert_eq!(ende, b"\r\n");
        assert!((1..=990).contains(&inhalt.len()), "{laenge}");
        let text: Option<String> = inhalt.iter().map(|b| Zeichensatz::Latin9.zeichen(*b)).collect();
        let text = text.expect("ISO 8859-15");
        assert!(!text.contains(char::is_control) && !text.trim().is_empty(), "{text:?}");
        assert_eq!(text.trim(), text);
        felder.push((u16::try_from(zahl(&zeile[3..7])).expect("Feld"), text));
        rest = danach;
    }
    felder
}

type Satz<'a> = &'a [(u16, String)];

/// Returns the records, each with its field 8000.
fn saetze(felder: &[(u16, String)]) -> Vec<Satz<'_>> {
    let ab: Vec<usize> = (0..felder.len()).filter(|i| felder[*i].0 == 8000).collect();
    let bis = ab.iter().skip(1).copied().chain([felder.len()]);
    assert_eq!(ab.first(), Some(&0));
    ab.iter().zip(bis).map(|(von, bis)| &felder[*von..bis]).collect()
}

fn alle(satz: Satz<'_>, feld: u16) -> Vec<&str> {
    satz.iter().filter(|(f, _)| *f == feld).map(|(_, inhalt)| inhalt.as_str()).collect()
}

fn eins(satz: Satz<'_>, feld: u16) -> &str {
    let [inhalt] = alle(satz, feld)[..] else { panic!("{feld:04} once in {satz:?}") };
    inhalt
}

fn ist_fall(satz: Satz<'_>) -> bool {
    ["0101", "0102", "0103", "0104"].contains(&satz[0].1.as_str())
}

/// `12024` as `2024Q1`.
fn quartal(qjjjj: &str) -> String {
    format!("{}Q{}", &qjjjj[1..], &qjjjj[..1])
}

/// Fields of every case before its Scheinuntergruppe, in the order of KBV's samples; only 3119 may be
/// missing.
const KOPF: [u16; 23] = [
    8000, 3000, 3003, 3101, 3102, 3103, 3119, 3107, 3109, 3112, 3114, 3113, 3116, 3108, 3110, 4101,
    4104, 4106, 4111, 4131, 4132, 4121, 4122,
];

fn pruefe_fall(satz: Satz<'_>, bsnr: &[&str], lanr: &[&str], paket: &str) {
    let kopf: Vec<u16> = satz.iter().map(|(f, _)| *f).take_while(|f| *f != 4239).collect();
    let ohne = |felder: &[u16]| -> Vec<u16> {
        felder.iter().copied().filter(|feld| *feld != 3119).collect()
    };
    assert_eq!(ohne(&kopf), ohne(&KOPF), "{satz:?}");
    assert!(!kopf.contains(&3119) || kopf == KOPF, "{satz:?}");
    let behandelt = quartal(eins(satz, 4101)).parse::<Quartal>().expect("Quartal");
    assert!(behandelt <= quartal(paket).parse().expect("Quartal"), "{satz:?}");
    // Services: a day above the one before, a GNR, what belongs to it, where and who.
    let rest = &satz[kopf.len() + 1..];
    let (mut tag, mut i) = (None, 0);
    while let Some((feld, inhalt)) = rest.get(i).filter(|(feld, _)| (5000..5100).contains(feld)) {
        if *feld == 5000 {
            let neuer = format!("{}-{}-{}", &inhalt[..4], &inhalt[4..6], &inhalt[6..]);
            let neuer = neuer.parse().expect("Tag");
            assert!(tag < Some(neuer) && behandelt.enthaelt(neuer), "{satz:?}");
            (tag, i) = (Some(neuer), i + 1);
        }
        assert!(tag.is_some(), "{satz:?}");
        let (feld, gnr) = &rest[i];
        assert_eq!(*feld, 5001, "{satz:?}");
        i += 1;
        let ab = i;
        while matches!(rest[i].0, 5005 | 5006) {
            i += 1;
        }
        if rest[i].0 == 5009 {
            assert_eq!((gnr.as_str(), i), ("99119", ab), "{satz:?}");
            assert!(rest[i].1.len() == 9 && rest[i].1.bytes().all(|b| b.is_ascii_digit()));
            i += 1;
        }
        assert!(rest[i].0 == 5098 && bsnr.contains(&rest[i].1.as_str()), "{satz:?}");
        assert!(rest[i + 1].0 == 5099 && lanr.contains(&rest[i + 1].1.as_str()), "{satz:?}");
        i += 2;
    }
    let diagnosen: Vec<u16> = rest[i..].iter().map(|(feld, _)| *feld).collect();
    assert!(matches!(diagnosen[..], [6001, 6003] | [6001, 6003, 6001, 6003]), "{satz:?}");
}

#[test]
fn files_are_as_kbv_describes_them() {
    let (ordner, _) = erzeugt(&kvdt(10_000, 1, "2024Q1"), 2);
    let mut personen: BTreeMap<String, [String; 3]> = BTreeMap::new();
    let mut gesehen: BTreeMap<u16, u32> = BTreeMap::new();
    for (name, inhalt) in dateien(ordner.path()).iter().filter(|(name, _)| ist_kvdt(name)) {
        let felder = felder(inhalt);
        let saetze = saetze(&felder);
        let [con0, besa, rvsa, adt0, faelle @ .., adt9, con9] = &saetze[..] else {
            panic!("{name:?}")
        };
        let arten = [con0, besa, rvsa, adt0, adt9, con9].map(|satz| satz[0].1.as_str());
        assert_eq!(arten, ["con0", "besa", "rvsa", "adt0", "adt9", "con9"], "{name:?}");
        assert!(adt9.len() == 1 && con9.len() == 1 && !faelle.is_empty(), "{name:?}");
        assert!(faelle.iter().all(|satz| ist_fall(satz)), "{name:?}");
        let (tag, bsnr) = (eins(con0, 9103), alle(besa, 201));
        assert_eq!((eins(con0, 9106), eins(con0, 9132)), ("4", "1"));
        let ablage = format!("Z01{}_{}.{}.{}_12.00.con", bsnr[0], &tag[6..], &tag[4..6], &tag[..4]);
        assert_eq!(name.file_name().expect("Name").to_str(), Some(ablage.as_str()));
        assert_eq!(alle(besa, 203).len(), bsnr.len());
        assert!(!alle(besa, 212).is_empty());
        assert_eq!(alle(rvsa, 201), bsnr);
        assert_eq!((eins(adt0, 9102), eins(adt0, 105).is_empty()), ("17", false));
        let paket = eins(adt0, 9204);
        assert_eq!(eins(adt0, 9212).len(), 10);
        assert_eq!(name.starts_with("rueckblick"), paket != "12024", "{name:?}");
        for satz in faelle {
            pruefe_fall(satz, &bsnr, &alle(besa, 212), paket);
            satz.iter().for_each(|(feld, _)| *gesehen.entry(*feld).or_default() += 1);
            if let [id] = alle(satz, 3119)[..] {
                let person = [3101, 3102, 3103].map(|feld| eins(satz, feld).to_owned());
                let bisher = personen.entry(id.to_owned()).or_insert_with(|| person.clone());
                assert_eq!(*bisher, person, "the same patient everywhere");
            }
        }
    }
    assert!([5005, 5006, 5009].iter().all(|feld| 20 < gesehen[feld]), "{gesehen:?}");
    let namen: String = personen.values().flatten().map(String::as_str).collect();
    assert!("ÄÖÜäöüßéŠŽš".chars().all(|zeichen| namen.contains(zeichen)));
    let unbekannt = |ende: &str| personen.values().filter(|p| p[2].ends_with(ende)).count();
    assert!(0 < unbekannt("0000") && unbekannt("0000") < unbekannt("00"));
    assert!(unbekannt("00") < personen.len() / 20);
}

/// A case as both forms have it: what decides, and each service with its place.
fn aus_kvdt(satz: Satz<'_>) -> String {
    let (quartal, id) = (quartal(eins(satz, 4101)), alle(satz, 3119).concat());
    let kopf = [3003, 4111, 8000, 4239].map(|feld| eins(satz, feld)).join(" ");
    let mut fall = format!("{kopf} {quartal} {id}");
    let mut tag = String::new();
    for (feld, inhalt) in satz {
        match feld {
            5000 => tag = format!("{}-{}-{}", &inhalt[..4], &inhalt[4..6], &inhalt[6..]),
            5001 => fall.extend(["|", &tag, " ", inhalt]),
            5098 | 5099 => fall.extend([" ", inhalt]),
            _ => {}
        }
    }
    format!("{fall}|{}", alle(satz, 5009).concat())
}

/// The same of a file in XML; every element stands on a line of its own.
fn aus_xml(text: &str) -> Vec<String> {
    let wert = |zeile: &str, name: &str| {
        let (_, ab) = zeile.split_once(&format!(" {name}=\""))?;
        ab.split_once('"').map(|(wert, _)| wert.to_owned())
    };
    let (mut bsnr, mut lieferung) = (String::new(), String::new());
    let (mut faelle, mut fall, mut von) = (Vec::new(), String::new(), None);
    for zeile in text.lines() {
        let attribut = |name| wert(zeile, name).unwrap_or_default();
        match zeile.split(' ').next() {
            Some("<kopf") => lieferung = attribut("quartal"),
            Some("<praxis") => bsnr = attribut("bsnr"),
            Some("<fall") => {
                let kopf = ["id", "kostentraeger", "satzart", "scheinuntergruppe"].map(attribut);
                let quartal = wert(zeile, "quartal").unwrap_or_else(|| lieferung.clone());
                fall = format!("{} {quartal} {}", kopf.join(" "), attribut("versicherten_id"));
                von = wert(zeile, "uebernommen_von");
                assert_eq!(von.is_some(), zeile.contains(" uebernahme=\"ja\""), "{zeile}");
            }
            Some("<leistung") => {
                let [tag, gnr, lanr] = ["tag", "gnr", "lanr"].map(attribut);
                fall.extend(["|", &tag, " ", &gnr, " ", &bsnr, " ", &lanr]);
            }
            Some("</fall>") => {
                let von = von.take().filter(|_| fall.contains(" 99119 "));
                faelle.push(format!("{fall}|{}", von.unwrap_or_default()));
            }
            _ => {}
        }
    }
    faelle
}

#[test]
fn both_forms_have_the_same_cases_and_the_same_other_files() {
    for (seed, quartal) in [(1, "2024Q1"), (9, "2023Q1")] {
        let (ordner, zahlen) = erzeugt(&umfang(12_000, seed, quartal, 3, "0.005"), 2);
        let (kvdt_ordner, kvdt_zahlen) = erzeugt(&kvdt(12_000, seed, quartal), 2);
        assert_eq!(kvdt_zahlen.faelle, 12_000);
        let nur_attribut = situationen::SONDERFAELLE.iter().filter(|f| f.tage.is_empty());
        assert_eq!(kvdt_zahlen.gekennzeichnet + nur_attribut.count() as u64, zahlen.gekennzeichnet);
        let (xml, kvdt) = (dateien(ordner.path()), dateien(kvdt_ordner.path()));
        assert_eq!(kvdt_zahlen.dateien, kvdt.len());
        let ist_xml = |name: &Path| name.to_string_lossy().contains("faelle");
        for rueckblick in [false, true] {
            let hier = |name: &Path| name.starts_with("rueckblick") == rueckblick;
            let mut soll: Vec<String> = xml
                .iter()
                .filter(|(name, _)| hier(name) && ist_xml(name))
                .flat_map(|(_, inhalt)| aus_xml(&String::from_utf8_lossy(inhalt)))
                .collect();
            let mut ist: Vec<String> = kvdt
                .iter()
                .filter(|(name, _)| hier(name) && ist_kvdt(name))
                .flat_map(|(_, inhalt)| {
                    let felder = felder(inhalt);
                    let saetze = saetze(&felder);
                    saetze.into_iter().filter(|s| ist_fall(s)).map(aus_kvdt).collect::<Vec<_>>()
                })
                .collect();
            soll.sort_unstable();
            ist.sort_unstable();
            assert!(12_000 == ist.len() || rueckblick && 4_000 < ist.len());
            let anders = soll.iter().zip(&ist).find(|(soll, ist)| soll != ist);
            assert_eq!((soll.len(), anders), (ist.len(), None));
            let mit_kennzeichen = ist.iter().filter(|fall| fall.contains(" 99119 ")).count();
            let erwartet = if rueckblick { 0 } else { kvdt_zahlen.gekennzeichnet };
            assert_eq!(mit_kennzeichen as u64, erwartet);
        }
        let uebrige: Vec<_> = xml.iter().filter(|(name, _)| !ist_xml(name)).collect();
        assert!(uebrige == kvdt.iter().filter(|(name, _)| !ist_kvdt(name)).collect::<Vec<_>>());
        assert_eq!(uebrige.len(), 7);
    }
}

/// A table of the bundle without the columns that say where a case stands, and without cases that
/// KVDT cannot mark: those without a service.
fn ohne_ort(tabelle: &str) -> Vec<Vec<String>> {
    let mut leser = csv::ReaderBuilder::new().has_headers(false).from_reader(tabelle.as_bytes());
    let zeilen: Vec<csv::StringRecord> = leser.records().map(|z| z.expect("Zeile")).collect();
    let kopf: Vec<String> = zeilen[0].iter().map(str::to_owned).collect();
    let ohne_dienst = Grund09::LeistungstagFehlt.code();
    zeilen
        .iter()
        .filter(|zeile| !zeile.iter().any(|wert| wert.split('|').any(|g| g == ohne_dienst)))
        .map(|zeile| {
            let spalten = zeile.iter().zip(&kopf);
            let bleibt = spalten.filter(|(_, name)| !["datei", "satz"].contains(&name.as_str()));
            bleibt.map(|(wert, _)| wert.to_owned()).collect()
        })
        .collect()
}

/// An explanation without the line that says where the case stands.
fn erklaerung(buendel: &Path, id: &str) -> Vec<String> {
    let Ok(Fund::Erklaerungen(texte)) = suche(buendel, id) else { panic!("{id}") };
    let zeilen = texte.iter().flat_map(|text| text.lines());
    let ort = |zeile: &&str| !zeile.contains(".xml, Zeile ") && !zeile.contains(".con, Zeile ");
    zeilen.filter(ort).map(str::to_owned).collect()
}

/// Whatever the form, the same cases are decided, booked and explained alike.
#[test]
fn both_forms_are_decided_booked_and_explained_alike() {
    let ohne_dienst = situationen::SONDERFAELLE.iter().filter(|f| f.tage.is_empty()).count();
    for (seed, quartal) in [(1, "2024Q1"), (5, "2024Q4")] {
        let xml = erzeugt(&umfang(10_000, seed, quartal, 3, "0.02"), 2).0;
        let kvdt =
            erzeugt(&Umfang { form: Form::Kvdt, ..umfang(10_000, seed, quartal, 1, "0.02") }, 2).0;
        let ergebnisse = [&xml, &kvdt].map(|ordner| laufe(ordner.path()));
        let [(ort_xml, aus_xml), (ort_kvdt, aus_kvdt)] =
            [&ergebnisse[0], &ergebnisse[1]].map(buendel);
        for tabelle in ["buchungen.csv", "umsatzgarantie.csv", "erschwerniszulage.csv"] {
            assert_eq!(aus_xml[tabelle], aus_kvdt[tabelle], "{tabelle}");
        }
        let faelle = [&aus_xml, &aus_kvdt].map(|b| ohne_ort(&b["entscheidungen.csv"]));
        assert_eq!(faelle[0], faelle[1]);
        let marken = |e: &Ergebnis| e.abrechnung.par09.len();
        assert_eq!(marken(&ergebnisse[0]), marken(&ergebnisse[1]) + ohne_dienst);
        assert!(150 < faelle[0].len());
        let [xml, kvdt] = [&ort_xml, &ort_kvdt].map(|ordner| ordner.path().join("b"));
        for fall in &faelle[0][1..] {
            let id = format!("{}/{}", fall[0], fall[1]);
            assert_eq!(erklaerung(&xml, &id), erklaerung(&kvdt, &id), "{id}");
        }
    }
}

#[test]
fn equal_arguments_give_equal_bytes_and_the_bytes_are_known() {
    let basis = kvdt(10_000, 1, "2024Q1");
    let (eins, zwei) = (erzeugt(&basis, 1).0, erzeugt(&basis, 2).0);
    assert!(dateien(eins.path()) == dateien(zwei.path()), "threads must not change a byte");
    assert_eq!(fingerabdruck(eins.path()), "139d9f1552bb8d84");
}

#[test]
fn a_run_finds_no_errors() {
    for quartal in ["2024Q1", "2099Q3"] {
        let (ordner, zahlen) = erzeugt(&kvdt(10_000, 3, quartal), 2);
        let ergebnis = laufe(ordner.path());
        assert_eq!(ergebnis.meldungen.anzahl_der_stufe(Stufe::Fehler), 0);
        assert_eq!(ergebnis.ohne_lieferung, [], "everybody delivers");
        let entschieden = ergebnis.abrechnung.summen.par09.entschieden();
        assert_eq!(entschieden, zahlen.gekennzeichnet, "{quartal}");
    }
}

/// A disk that cannot keep what it took.
#[derive(Debug)]
struct Vergesslich;

impl Platte for Vergesslich {
    fn sichere_dateien(&self, _: &File) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[cfg(unix)]
#[test]
fn all_files_are_waited_for_in_one_step() {
    for (umfang, noetig) in
        [(kvdt(10_000, 1, "2024Q1"), true), (umfang(10_000, 1, "2024Q1", 1, "0"), false)]
    {
        let ordner = tempfile::tempdir().expect("Ordner");
        let platte: Arc<dyn Platte> = Arc::new(Vergesslich);
        let ergebnis = erzeuge_auf(&umfang, &ordner.path().join("q"), Some(2), &platte);
        assert_eq!(ergebnis.is_err(), noetig, "{ergebnis:?}");
        assert_eq!(fs::read_dir(ordner.path()).expect("Ordner").count(), usize::from(!noetig));
    }
}
