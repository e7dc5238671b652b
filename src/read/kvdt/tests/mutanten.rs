//! Files that were damaged at random: no panic, no endless loop, no case that was not there.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// What happens to a file on its way.
#[derive(Debug, Clone)]
enum Schaden {
    Byte(Index, u8),
    Weg(Index, usize),
    Dazu(Index, Vec<u8>),
    Doppelt(Index, usize),
    Abgeschnitten(Index),
    ZeileWeg(Index),
    ZeilenTauschen(Index, Index),
}

fn schaden() -> impl Strategy<Value = Schaden> {
    let zeichen =
        prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'0'), Just(b'8'), Just(b' '), any::<u8>()];
    prop_oneof![
        (any::<Index>(), zeichen).prop_map(|(wo, was)| Schaden::Byte(wo, was)),
        (any::<Index>(), 1..40_usize).prop_map(|(wo, wie)| Schaden::Weg(wo, wie)),
        (any::<Index>(), prop::collection::vec(any::<u8>(), 1..20))
            .prop_map(|(wo, was)| Schaden::Dazu(wo, was)),
        (any::<Index>(), 1..200_usize).prop_map(|(wo, wie)| Schaden::Doppelt(wo, wie)),
        any::<Index>().prop_map(Schaden::Abgeschnitten),
        any::<Index>().prop_map(Schaden::ZeileWeg),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Schaden::ZeilenTauschen(a, b)),
    ]
}

impl Schaden {
    fn tu(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let laenge = bytes.len();
        match self {
            Self::Byte(wo, was) => bytes[wo.index(laenge)] = *was,
            Self::Weg(wo, wie) => {
                let ab = wo.index(laenge);
                bytes.drain(ab..(ab + wie).min(laenge));
            }
            Self::Dazu(wo, was) => {
                let ab = wo.index(laenge);
                bytes.splice(ab..ab, was.iter().copied());
            }
            Self::Doppelt(wo, wie) => {
                let ab = wo.index(laenge);
                let stueck = bytes[ab..(ab + wie).min(laenge)].to_vec();
                bytes.splice(ab..ab, stueck);
            }
            Self::Abgeschnitten(wo) => bytes.truncate(wo.index(laenge)),
            Self::ZeileWeg(wo) => {
                let mut zeilen: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
                zeilen.remove(wo.index(zeilen.len()));
                *bytes = zeilen.concat();
            }
            Self::ZeilenTauschen(a, b) => {
                let mut zeilen: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
                let anzahl = zeilen.len();
                zeilen.swap(a.index(anzahl), b.index(anzahl));
                *bytes = zeilen.concat();
            }
        }
    }
}

/// The records of the file that a program which only splits at `8000` would see.
fn saetze(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let zeilen: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    let mut saetze: Vec<Vec<u8>> = Vec::new();
    for zeile in zeilen {
        if zeile.get(3..7) == Some(b"8000") || saetze.is_empty() {
            saetze.push(Vec::new());
        }
        if let Some(satz) = saetze.last_mut() {
            satz.extend_from_slice(zeile);
        }
    }
    saetze.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_is_told_or_gives_its_own_cases(
        schaeden in prop::collection::vec(schaden(), 1..6),
        stueck in 1..300_usize,
    ) {
        let fall = guter_fall();
        let ganz = datei(&format!(
            "{KOPF} {fall} {} {} {FUSS}",
            fall.replace("3003S1", "3003S2"),
            fall.replace("3003S1 ", "")
        ));
        let mut bytes = ganz.clone();
        for schaden in &schaeden {
            schaden.tu(&mut bytes);
        }
        let (mut leser, mut fall) = (Faelle::neu(Stueckweise(&bytes, stueck)), Fall::default());
        let (mut gelesen, mut befunde) = (Vec::new(), Vec::new());
        while let Ok(true) = leser.lies(&mut fall, &mut |befund| befunde.push(befund)) {
            gelesen.push(leser.satz().bytes().to_vec());
        }
        let da = saetze(&bytes);
        prop_assert!(gelesen.iter().all(|satz| da.contains(satz)), "an invented case");
        let fehler = befunde.iter().any(|b| b.regel.schwere() == Schwere::Fehler);
        // without an error every record 010x of the file is a case
        if !fehler {
            let faelle = saetze(&bytes).iter().filter(|s| s.get(7..9) == Some(b"01")).count();
            prop_assert!(faelle <= gelesen.len());
        }
        let am_stueck = Faelle::neu(&bytes[..]).filter_map(Result::ok).count();
        prop_assert_eq!(am_stueck, gelesen.len(), "the seams of reading matter");
        for befund in &befunde {
            prop_assert!(befund.stelle.byte.is_some_and(|byte| byte <= bytes.len() as u64));
            prop_assert!(befund.stelle.zeile.is_some());
        }
    }

    #[test]
    fn the_short_way_through_whole_lines_is_the_long_one(
        schaeden in prop::collection::vec(schaden(), 0..6),
        stueck in 1..3000_usize,
    ) {
        let fall = guter_fall();
        let mut bytes = datei(&format!("{KOPF} {fall} {fall} {fall} {FUSS}"));
        for schaden in &schaeden {
            schaden.tu(&mut bytes);
        }
        let (mut kurz, mut lang) = (Saetze::neu(Stueckweise(&bytes, stueck)), Saetze::neu(&bytes[..]));
        let (mut einer, mut anderer) = (Satz::default(), Satz::default());
        loop {
            let ist_da = kurz.lies(&mut einer).expect("lesbar");
            prop_assert_eq!(ist_da, lang.lies_genau(&mut anderer).expect("lesbar"));
            prop_assert_eq!(kurz.stelle(), lang.stelle());
            if !ist_da {
                break;
            }
            prop_assert_eq!(einer.bytes(), anderer.bytes());
            prop_assert_eq!(einer.stelle(), anderer.stelle());
            prop_assert_eq!(einer.schaeden(), anderer.schaeden());
            prop_assert!(einer.felder().eq(anderer.felder()));
        }
    }

    #[test]
    fn any_bytes_are_read_to_their_end(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let mut saetze = Saetze::neu(&bytes[..]);
        let mut satz = Satz::default();
        let mut laenge = 0;
        while saetze.lies(&mut satz).expect("lesbar") {
            laenge += satz.bytes().len();
        }
        prop_assert_eq!(laenge, bytes.len());
        prop_assert!(Faelle::neu(&bytes[..]).all(|eintrag| eintrag.is_err()));
    }
}
