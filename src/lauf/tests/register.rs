//! Registers that change within a quarter, and inputs that were left out or replaced.

use super::*;

const Z: &str =
    "<praxis bsnr=\"170020000\" art=\"hausarzt\" gemeinde=\"03157006\" honorarkonto=\"HK2\"/>";

/// Z closes on 14 February; from the next day on its BSNR is a branch of `haupt`.
fn zweig_von(haupt: &str) -> String {
    let ende = Z.replace("/>", " gueltig_bis=\"2024-02-14\"/>");
    let zweig = "<zweigpraxis bsnr=\"170020000\" gueltig_ab=\"2024-02-15\"/>";
    let m = "<praxis bsnr=\"170030000\" art=\"hausarzt\" gemeinde=\"03157006\" honorarkonto=\"HK3\"></praxis>";
    let alles = STAMM.replace(Z, &(ende + m)).replace("2023-12-31", "2024-02-14");
    let (davor, danach) = alles.split_once(haupt).expect("die Hauptpraxis");
    let (kopf, rest) = danach.split_once('>').expect("Ende der Marke");
    format!("{davor}{haupt}{kopf}>{zweig}{rest}")
}

/// Whatever the BSNR becomes later in the quarter, the closure is that of the practice on D, and its
/// cases of the quarter belong to it.
#[test]
fn a_practice_that_closes_stays_what_it_was_until_the_quarter_ends() {
    for haupt in ["<praxis bsnr=\"170010100\"", "<praxis bsnr=\"170030000\""] {
        let ordner = Ordner::neu();
        ordner.mit("stammdaten.xml", &stammdaten(&zweig_von(haupt)));
        let gekennzeichnet = " uebernahme=\"ja\" uebernommen_von=\"170020000\"";
        let in_p = fall("1", "A123456780", "2024-03-08", gekennzeichnet)
            + &fall("2", "B123456782", "2024-03-08", gekennzeichnet);
        let in_z = fall("1", "A123456780", "2024-01-08", "");
        let lieferung = faelle(&kopf("L1", ""), &[("170010100", &in_p), ("170020000", &in_z)]);
        ordner.mit("faelle.xml", &lieferung);
        beginnt(
            &ordner.laufe(),
            &["1700101/1 bewilligt", "1700101/2 abgelehnt nicht_vorbehandelt"],
            haupt,
        );
    }
}

/// "A branch BSNR stands for its main practice everywhere": a Bewilligung comes along.
#[test]
fn a_bewilligung_follows_a_practice_that_became_a_branch() {
    let p = "<praxis bsnr=\"170010100\" art=\"hausarzt\" gemeinde=\"03157006\" honorarkonto=\"HK1\"><zweigpraxis bsnr=\"170019900\"/></praxis>";
    let vorher = p.replace("><zweig", " gueltig_bis=\"2023-12-31\"><zweig");
    let haupt = "<praxis bsnr=\"170030000\" art=\"hausarzt\" gemeinde=\"03157006\" honorarkonto=\"HK3\"><zweigpraxis bsnr=\"170010100\" gueltig_ab=\"2024-01-01\"/></praxis>";
    let par05 = "<bewilligungen_par05><bewilligung lanr=\"123456601\" bsnr=\"170010100\" fachgruppe=\"HA\" beginn=\"2023-10-01\" \
                 quartale=\"8\" rechtsgrund=\"§ 5 Abs. 1 Satz 1\"><anteil wert=\"1\" ab=\"2023-10-01\"/></bewilligung></bewilligungen_par05>\
                 <fachgruppendurchschnitte><durchschnitt fachgruppe=\"HA\" quartal=\"2023Q1\" betrag=\"100.00\"/></fachgruppendurchschnitte>\
                 <honorare><honorar lanr=\"123456601\" bsnr=\"170030000\" quartal=\"2024Q1\" betrag=\"0.00\"/></honorare>";
    let aerzte = "</praxen><aerzte><arzt lanr=\"123456601\" fachgruppe=\"01\"/></aerzte>";
    let alles = STAMM
        .replace(p, &(vorher + haupt))
        .replace(
            "ab=\"2024-01-01\"/></bewilligungen_par09>",
            &format!("ab=\"2023-10-01\"/></bewilligungen_par09>{par05}"),
        )
        .replace("</praxen>", aerzte);
    let ordner = Ordner::neu();
    ordner.mit("stammdaten.xml", &stammdaten(&alles));
    ordner.mit("einstellungen.toml", "[konten]\npar05 = \"5\"\npar09 = \"9\"\n");
    beginnt(&ordner.laufe(), &["1700300/1 bewilligt"], "§ 9 by the register of Q");
    let ergebnis = fuehre_aus(&ordner.auftrag()).expect("ein Ergebnis");
    let gebucht: Vec<String> = ergebnis
        .abrechnung
        .buchungen
        .iter()
        .map(|b| format!("§ {} {} {} {}", b.paragraph, b.praxis, b.honorarkonto, b.betrag))
        .collect();
    assert_eq!(gebucht, ["§ 5 1700300 HK3 100.00", "§ 9 1700300 HK3 20.00"]);
}

/// A late case may belong to any quarter, so a file that was left out makes none of Z's complete.
#[test]
fn a_left_out_late_case_is_never_read_as_no() {
    let ordner = Ordner::neu();
    let neuer =
        fall("1", "B123456782", "2024-03-08", " uebernahme=\"ja\" uebernommen_von=\"170020000\"");
    ordner.mit("faelle.xml", &faelle(&kopf("L1", ""), &[("170010100", &neuer)]));
    let spaet = fall("9", "B123456782", "2023-11-08", " quartal=\"2023Q4\"");
    for (kaputt, erwartet) in [
        (
            faelle(&kopf("L2", ""), &[("170020000", &(spaet.clone() + "<fall/>"))]),
            "rueckblick_fehlt",
        ),
        // It breaks off before Z may have come.
        (faelle(&kopf("L2", ""), &[("170040000", "<fall")]), "rueckblick_fehlt"),
        (faelle(&kopf("L2", ""), &[("170040000", "<fall/>")]), "nicht_vorbehandelt"),
        (faelle(&kopf("L2", ""), &[("17004", "<fall/>")]), "rueckblick_fehlt"),
    ] {
        ordner.mit("faelle-2.xml", &kaputt);
        let ohne = Auftrag { ohne_fehlerhafte_dateien: true, ..ordner.auftrag() };
        assert!(ergebnis(&ohne)[0].ends_with(erwartet), "{kaputt}: {:?}", ergebnis(&ohne));
    }
}

/// Every input has its hash, so that another one is never called identical.
#[test]
fn inputs_that_nobody_used_are_hashed_all_the_same() {
    let ordner = Ordner::neu();
    ordner.mit("faelle-2.xml", "<faelle");
    ordner.mit("faelle-3.xml", &faelle(&kopf("L0", ""), &[("170050000", "")]));
    ordner.mit("faelle-4.xml", &faelle(&kopf("L9", "ersatz_fuer=\"L0\""), &[("170050000", "")]));
    let ohne = Auftrag { ohne_fehlerhafte_dateien: true, ..ordner.auftrag() };
    let ergebnis = fuehre_aus(&ohne).expect("ein Ergebnis");
    for gelesen in &ergebnis.gelesen {
        let hash =
            blake3::hash(&fs::read(&gelesen.eingabe.pfad).expect("Datei")).to_hex().to_string();
        let gefunden = gelesen.pruefsumme.as_ref().map(|p| p.blake3.clone());
        assert_eq!(gefunden, Some(hash), "{}", gelesen.eingabe.name);
    }
}

/// `check` refuses what `run` refuses, as far as it needs no decision.
#[test]
fn check_tells_what_only_all_inputs_together_tell() {
    let ordner = Ordner::neu();
    let spaet = fall("1", "A123456780", "2022-12-08", " quartal=\"2022Q4\" uebernahme=\"ja\"");
    ordner.mit("faelle.xml", &faelle(&kopf("L1", ""), &[("170010100", &spaet)]));
    ordner.mit("stammdaten.xml", &stammdaten(&STAMM.replace("2023-12-31", "2023-11-30")));
    let meldungen = pruefe(&ordner.auftrag()).expect_err("refused");
    assert_eq!(meldungen.anzahl(Code::QuartalOhneRegel), 1);
    assert_eq!(meldungen.anzahl(Code::VorlaufFehlt), 1);
}

#[test]
fn a_practice_in_two_parts_may_still_be_delivered_twice() {
    let teil = |teil: u32, praxen: &[(&str, &str)]| {
        faelle(&kopf("L1", &format!("teil=\"{teil}\" von_teilen=\"2\"")), praxen)
    };
    let ordner = Ordner::neu();
    ordner.mit("faelle.xml", &teil(1, &[("170010100", "")]));
    ordner.mit("faelle-2.xml", &teil(2, &[("170010100", ""), ("170010100", "")]));
    beginnt(
        &ordner.laufe(),
        &["faelle-2.xml:5: … praxis_doppelt"],
        "twice in part 2, once in part 1",
    );
}

/// Oddities that pay or refuse nothing, but that somebody should know; and what cannot be.
#[test]
fn questionable_reference_data_is_told() {
    let wechsel = Z.replace("/>", " gueltig_bis=\"2024-02-14\"/>")
        + &Z.replace("HK2", "HK4").replace("/>", " gueltig_ab=\"2024-02-15\"/>");
    let durchschnitt = "</bewilligungen_par09><fachgruppendurchschnitte><durchschnitt fachgruppe=\"HA\" quartal=\"2023Q1\" \
                        betrag=\"-1.00\"/></fachgruppendurchschnitte>";
    let fall = |stamm: &str, toml: &str| {
        let ordner = Ordner::neu();
        ordner.mit("stammdaten.xml", &stammdaten(stamm)).mit("einstellungen.toml", toml);
        match pruefe(&ordner.auftrag()) {
            Ok(pruefung) => pruefung.meldungen,
            Err(meldungen) => meldungen,
        }
    };
    let konto = "[konten]\npar09 = \"9\"\n";
    for (stamm, toml, code, anzahl) in [
        (STAMM.to_owned(), konto, Code::KontoOffen, 0),
        (STAMM.to_owned(), "# nichts\n", Code::KontoOffen, 1),
        (STAMM.to_owned(), konto, Code::RegisterWechsel, 0),
        (STAMM.replace(Z, &wechsel), konto, Code::RegisterWechsel, 1),
        (STAMM.replace("</bewilligungen_par09>", durchschnitt), konto, Code::AngabeUngueltig, 1),
    ] {
        assert_eq!(fall(&stamm, toml).anzahl(code), anzahl, "{code:?}: {stamm}");
    }
    let ordner = Ordner::neu();
    ordner.mit("faelle-2.xml", &faelle(&kopf("L2", "").replace("\"17\"", "\"18\""), &[]));
    beginnt(&ordner.laufe(), &["faelle-2.xml:2:44: kv_gemischt"], "another KV");
}

/// "A late case is decided by its own quarter's rules": also where they read the look-back.
#[test]
fn a_late_case_reads_the_look_back_by_its_own_rules() {
    let marke = " uebernahme=\"ja\" uebernommen_von=\"170020000\"";
    let spaet = format!("{marke} quartal=\"2023Q4\"");
    let faelle = faelle(
        &kopf("L1", ""),
        &[(
            "170010100",
            &(fall("1", "A123456780", "2023-11-08", &spaet)
                + &fall("2", "A123456780", "2024-01-08", marke)),
        )],
    );
    let vertreter = |quartal: &str| {
        let fall = fall("1", "A123456780", "2023-04-03", "").replace(
            "satzart=\"0101\" scheinuntergruppe=\"00\"",
            "satzart=\"0103\" scheinuntergruppe=\"32\"",
        );
        assert!(fall.contains("\"32\""), "{fall}");
        super::faelle(
            &kopf(&format!("R{quartal}"), "").replace("2024Q1", quartal),
            &[("170020000", &fall)],
        )
    };
    let andere = |quartal: &str| {
        let tag = quartal.parse::<Quartal>().expect("Quartal").erster_tag().to_string();
        let fall = fall("9", "B123456782", &tag, "");
        super::faelle(
            &kopf(&format!("R{quartal}"), "").replace("2024Q1", quartal),
            &[("170020000", &fall)],
        )
    };
    let ordner = Ordner::neu();
    let stamm =
        STAMM.replace("2023-12-31", "2023-09-30").replace("ab=\"2024-01-01\"", "ab=\"2023-10-01\"");
    ordner.mit("stammdaten.xml", &stammdaten(&stamm)).mit("faelle.xml", &faelle);
    ordner.mit("gv100ad.txt", &einwohner(49_999).replacen("20231130", "20230131", 1));
    for (nummer, quartal) in [(1, "2023Q1"), (2, "2023Q2"), (3, "2023Q3"), (4, "2022Q4")] {
        let text = if nummer == 2 { vertreter(quartal) } else { andere(quartal) };
        ordner.mit(&format!("rueckblick/q{nummer}.xml"), &text);
    }
    let parameter = |name: &str, wert: &str| {
        format!(
            "[konten]\npar09 = \"1\"\n[[parameter]]\nname = \"{name}\"\nab = \"2024Q1\"\nwert = {wert}\nfundstelle = \"x\"\n"
        )
    };
    let laufe = |einstellungen: &str| {
        ordner.mit("einstellungen.toml", einstellungen);
        ergebnis(&Auftrag { ohne_vorlauf: true, ..ordner.auftrag() })
    };
    let nie = "abgelehnt nicht_vorbehandelt";
    beginnt(
        &laufe("[konten]\npar09 = \"1\"\n"),
        &[&format!("1700101/1 {nie}"), &format!("1700101/2 {nie}")],
        "32 is a Vertreter case in both quarters",
    );
    beginnt(
        &laufe(&parameter("par09.scheinuntergruppen_vertreter", "[\"42\"]")),
        &[&format!("1700101/1 {nie}"), "1700101/2 bewilligt"],
        "from 2024Q1 on it is not",
    );
    ordner.mit(
        "rueckblick/q2.xml",
        &vertreter("2023Q2").replace("0103", "0101").replace("\"32\"", "\"00\""),
    );
    beginnt(
        &laufe(&parameter("par09.rueckblick_quartale", "1")),
        &["1700101/1 bewilligt", &format!("1700101/2 {nie}")],
        "from 2024Q1 on one quarter is looked at",
    );
}
