//! Any bytes as a KVDT file: no panic, no endless loop, and no case that is not a record of the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use strukturfonds::read::kvdt::{Faelle, Fall, Saetze, Satz};

fuzz_target!(|bytes: &[u8]| {
    // every byte belongs to one record
    let (mut saetze, mut satz) = (Saetze::neu(bytes), Satz::default());
    let mut gelesen = 0;
    while saetze.lies(&mut satz).expect("memory can be read") {
        gelesen += satz.bytes().len();
    }
    assert!(gelesen <= bytes.len());
    // a case is a record without damage, which begins with its Satzart
    let (mut leser, mut fall) = (Faelle::neu(bytes), Fall::default());
    while let Ok(true) = leser.lies(&mut fall, &mut |_| {}) {
        let satz = leser.satz();
        assert!(satz.schaeden().is_empty());
        assert!(satz.bytes().starts_with(b"013800001"));
        let ab = usize::try_from(satz.stelle().byte.unwrap_or(0)).expect("in memory");
        assert_eq!(&bytes[ab..ab + satz.bytes().len()], satz.bytes());
    }
});
