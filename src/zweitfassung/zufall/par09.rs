//! Practices, branches, closures, Bewilligungen, earlier grants, cases, look-back, population.

use super::wuerfel::{Reihe, Wuerfel};
use super::{bsnr, grenztage, mitte, zeile, zweig_bsnr};
use crate::zweitfassung::gemeinsam::{Register, sieben};
use crate::zweitfassung::portfolio::{
    Bewilligung09, Fall, Leistung, Lieferung, Portfolio, Praxis, Quartal, Schliessung, Tag,
    Veroeffentlichung, Zuschlag, Zweig, im_zeitraum, tage_frueher, tage_spaeter,
};

/// Dice of practices, closures, Bewilligungen, earlier grants, cases, look-back, publications.
pub(super) type Reihen =
    (Vec<Reihe>, Vec<Reihe>, Vec<Reihe>, Vec<Reihe>, Vec<Reihe>, Vec<Reihe>, Vec<Reihe>);

const ARTEN: [&str; 6] = ["hausarzt", "gemischt", "kinderarzt", "facharzt", "hausarzt", "gemischt"];

/// Two rural places, one at the limit, one in Bremerhaven, one gemeindefreies Gebiet.
const GEMEINDEN: [&str; 5] = ["03452007", "03402000", "03153017", "04012000", "03153504"];

const PATIENTEN: [&str; 3] = ["A123456780", "B123456782", "X110411675"];

/// Satzart and Scheinuntergruppe of everything but the Originalschein; the last value is unknown.
const ANDERE_SCHEINE: [(&str, &str); 10] = [
    ("0104", "42"),
    ("0103", "32"),
    ("0104", "41"),
    ("0104", "43"),
    ("0104", "44"),
    ("0104", "45"),
    ("0104", "46"),
    ("0102", "24"),
    ("0103", "30"),
    ("0101", "25"),
];

/// Before it there are no rules, so no marked case.
const ERSTES_QUARTAL: Quartal = Quartal(2023 * 4);

pub(super) fn baue(portfolio: &mut Portfolio, welt: &Reihe, reihen: &Reihen) {
    let (praxen, schliessungen, bewilligungen, vorlauf, faelle, rueckblick, einwohner) = reihen;
    let mut w = Wuerfel::neu(welt);
    let makellos = w.selten(3);
    let wuerfel = |reihe| Wuerfel::makellos(reihe, makellos);
    let mut geschlossen: Vec<Geschlossen> = Vec::new();
    for reihe in schliessungen {
        let neue = schliessung(portfolio.quartal, praxen.len(), &mut wuerfel(reihe));
        if geschlossen.iter().all(|g| g.nummer != neue.nummer) {
            geschlossen.push(neue);
        }
    }
    for (nummer, reihe) in praxen.iter().enumerate() {
        let letzter_tag = geschlossen.iter().find(|g| g.nummer == nummer).map(|g| g.letzter_tag);
        register(portfolio, nummer, letzter_tag, &mut wuerfel(reihe));
    }
    for g in &geschlossen {
        let quartal = Quartal::von(g.letzter_tag);
        portfolio.schliessungen.push(zeile(Schliessung {
            bsnr: zu_der_zeit(portfolio, g.nummer, quartal, &mut w),
            letzter_tag: g.letzter_tag,
            nachfolger: g.nachfolger,
            vollstaendig: g.vollstaendig,
        }));
    }
    let mut bau = Bau { praxen: praxen.len(), geschlossen, id: 0, verteilt: w.selten(3) };
    if makellos || !w.selten(4) {
        bau.alle_bewilligt(portfolio);
    }
    for reihe in bewilligungen {
        bau.bewilligung(portfolio, &mut wuerfel(reihe));
    }
    (portfolio.vorlauf, portfolio.ohne_vorlauf) =
        w.aus(&[(Some(vec![]), false), (Some(vec![]), false), (Some(vec![]), false), (None, true)]);
    if w.selten(32) {
        (portfolio.vorlauf, portfolio.ohne_vorlauf) = (None, false);
    }
    for reihe in vorlauf {
        bau.zuschlag(portfolio, &mut wuerfel(reihe));
    }
    let q = portfolio.quartal;
    bau.lege(portfolio, false, q, &bsnr(0), None);
    let leere_bloecke = w.selten(8);
    for platz in 0..bau.geschlossen.len() {
        bau.fuelle_rueckblick(portfolio, platz, leere_bloecke);
    }
    for reihe in rueckblick {
        bau.rueckblick(portfolio, &mut wuerfel(reihe));
    }
    for reihe in faelle {
        bau.fall(portfolio, &mut wuerfel(reihe));
    }
    let tage: Vec<Tag> = bau.geschlossen.iter().map(|g| g.letzter_tag).collect();
    veroeffentlichungen(portfolio, &tage, if makellos { &[] } else { einwohner });
}

/// A closure and what is missing of its look-back.
struct Geschlossen {
    nummer: usize,
    letzter_tag: Tag,
    nachfolger: bool,
    vollstaendig: bool,
    /// How many quarters before that of D no claims are delivered for, each as a bit.
    fehlend: usize,
    /// Patients of those quarters.
    patienten: [Option<&'static str>; 5],
}

fn schliessung(q: Quartal, praxen: usize, w: &mut Wuerfel<'_>) -> Geschlossen {
    let vor = |quartale: i32| q.plus(-quartale).letzter_tag();
    let letzter_tag = w.aus(&[
        vor(1),
        mitte(q),
        vor(1),
        tage_frueher(vor(1), 1),
        vor(2),
        q.erster_tag(),
        vor(2),
        vor(3),
        mitte(q.plus(-1)),
        mitte(q.plus(-2)),
        mitte(q.plus(-1)),
        tage_frueher(q.letzter_tag(), 1),
        q.letzter_tag(),
        vor(4),
        tage_frueher(vor(4), 1),
        vor(5),
        mitte(q.plus(-4)),
        mitte(q.plus(1)),
        tage_spaeter(q.erster_tag(), 59), // the leap day of 2024Q1
        q.plus(-2).erster_tag(),
    ]);
    Geschlossen {
        nummer: w.zahl(praxen),
        letzter_tag,
        nachfolger: w.makel(10),
        vollstaendig: !w.makel(10),
        fehlend: if w.makel(2) { w.aus(&[1, 2, 4, 8, 16, 3, 31]) } else { 0 },
        patienten: std::array::from_fn(
            |_| {
                if w.selten(8) { None } else { Some(w.aus(&PATIENTEN)) }
            },
        ),
    }
}

/// Puts a practice with its branch into the register; a closed one stands in it on D.
fn register(
    portfolio: &mut Portfolio,
    nummer: usize,
    letzter_tag: Option<Tag>,
    w: &mut Wuerfel<'_>,
) {
    let q = portfolio.quartal;
    let gemeinde = if w.makel(4) { w.aus(&GEMEINDEN) } else { GEMEINDEN[0] };
    let neu = |art, ab, bis| Praxis {
        bsnr: bsnr(nummer),
        art,
        gemeinde,
        insel: None,
        ab,
        bis,
        zweige: Vec::new(),
    };
    let arten = if w.makel(2) { &ARTEN[..] } else { &ARTEN[..2] };
    let (art, andere) = (w.aus(arten), w.aus(arten));
    let geteilt =
        |tag: Tag| vec![neu(art, None, Some(tage_frueher(tag, 1))), neu(andere, Some(tag), None)];
    let mut staende = match (letzter_tag, w.zahl(12)) {
        (Some(d), 0 | 1 | 4) => vec![neu(art, None, Some(d))],
        (Some(d), 2) => geteilt(tage_spaeter(d, 1)),
        (Some(d), 3) => geteilt(Quartal::von(d).erster_tag()),
        (None, 3) => geteilt(mitte(q)),
        (None, 4) => geteilt(w.aus(&[q.erster_tag(), q.letzter_tag()])),
        (None, 5) if w.makel(1) => {
            let tag = w.aus(&[q.plus(-1).letzter_tag(), q.erster_tag()]);
            w.aus(&[vec![neu(art, None, Some(tag))], vec![neu(art, Some(tag), None)]])
        }
        _ => vec![neu(art, None, None)],
    };
    let zweig = |ab, bis| Zweig { bsnr: zweig_bsnr(nummer), ab, bis };
    let form = w.zahl(6);
    match (staende.as_mut_slice(), form) {
        (_, 0..=2) => {}
        ([einziger], 3) if einziger.ab.is_none() && einziger.bis.is_none() => {
            // The branch closes, or passes to the practice before.
            let bis = w.aus(&[q.plus(-1).letzter_tag(), q.plus(-2).letzter_tag(), mitte(q)]);
            einziger.zweige.push(zweig(None, Some(bis)));
            let ab = Some(tage_spaeter(bis, 1));
            let frueher = portfolio.praxen.iter_mut().map(|zeile| &mut zeile.inhalt);
            if let Some(n) = frueher.rev().find(|n| n.ab.is_none() && n.bis.is_none()) {
                n.zweige.push(zweig(ab, None));
            }
        }
        ([einziger], 4) if einziger.ab.is_none() && einziger.bis.is_none() => {
            einziger.zweige.push(zweig(Some(w.aus(&grenztage(q))), None));
        }
        (alle, _) => alle.iter_mut().for_each(|stand| stand.zweige.push(zweig(None, None))),
    }
    portfolio.praxen.extend(staende.into_iter().map(zeile));
}

/// The BSNR of a practice or, now and then, of a branch that stands for it in the quarter.
fn zu_der_zeit(
    portfolio: &Portfolio,
    nummer: usize,
    quartal: Quartal,
    w: &mut Wuerfel<'_>,
) -> String {
    let (haupt, zweig) = (bsnr(nummer), zweig_bsnr(nummer));
    let steht_dafuer = Register::neu(portfolio).praxis(&zweig, quartal) == sieben(&haupt);
    if w.selten(4) && steht_dafuer { zweig } else { haupt }
}

/// Any practice or its branch, if it has one.
fn stelle(portfolio: &Portfolio, nummer: usize, w: &mut Wuerfel<'_>) -> String {
    let zweig = zweig_bsnr(nummer);
    let hat_zweig =
        portfolio.praxen.iter().any(|p| p.inhalt.zweige.iter().any(|z| z.bsnr == zweig));
    if hat_zweig && w.selten(3) { zweig } else { bsnr(nummer) }
}

/// What the builders of the claims share.
struct Bau {
    praxen: usize,
    geschlossen: Vec<Geschlossen>,
    /// Ids given so far.
    id: usize,
    /// The running delivery is two deliveries.
    verteilt: bool,
}

impl Bau {
    /// A practice, mostly one that is not closed.
    fn uebernehmende(&self, w: &mut Wuerfel<'_>) -> usize {
        let zu = |nummer: &usize| self.geschlossen.iter().any(|g| g.nummer == *nummer);
        let offene: Vec<usize> = (0..self.praxen).filter(|nummer| !zu(nummer)).collect();
        if offene.is_empty() || w.makel(8) { w.zahl(self.praxen) } else { w.aus(&offene) }
    }

    /// A closed practice, or any where there is none.
    fn geschlossene(&self, w: &mut Wuerfel<'_>) -> usize {
        let nummern: Vec<usize> = self.geschlossen.iter().map(|g| g.nummer).collect();
        if nummern.is_empty() || w.makel(12) { w.zahl(self.praxen) } else { w.aus(&nummern) }
    }

    fn alle_bewilligt(&self, portfolio: &mut Portfolio) {
        for nummer in 0..self.praxen {
            for g in &self.geschlossen {
                portfolio.bewilligungen09.push(zeile(Bewilligung09 {
                    bsnr: bsnr(nummer),
                    geschlossene_praxis: bsnr(g.nummer),
                    ab: portfolio.quartal.plus(-9).erster_tag(),
                    bis: None,
                }));
            }
        }
    }

    fn bewilligung(&self, portfolio: &mut Portfolio, w: &mut Wuerfel<'_>) {
        let q = portfolio.quartal;
        let nummer = self.uebernehmende(w);
        let ab = w.aus(&[
            q.plus(-6).erster_tag(),
            q.erster_tag(),
            q.letzter_tag(),
            q.plus(1).erster_tag(),
            mitte(q.plus(-1)),
        ]);
        let bis =
            w.aus(&[None, None, Some(q.plus(-1).letzter_tag()), Some(q.erster_tag()), Some(ab)]);
        let neue = Bewilligung09 {
            bsnr: stelle(portfolio, nummer, w),
            geschlossene_praxis: {
                let nummer = self.geschlossene(w);
                zu_der_zeit(portfolio, nummer, Quartal::von(ab), w)
            },
            ab,
            bis: bis.map(|bis| bis.max(ab)),
        };
        // one Bewilligung of a practice for another from one day: whatever a branch may stand for
        let register = Register::neu(portfolio);
        let praxen = |bsnr: &str, ab: Tag| -> Vec<String> {
            let schliessungen = portfolio.schliessungen.iter();
            let tage = schliessungen.map(|z| z.inhalt.letzter_tag).chain([ab]);
            let mut praxen: Vec<String> =
                tage.map(|tag| register.praxis(bsnr, Quartal::von(tag))).collect();
            praxen.push(sieben(bsnr).to_owned());
            praxen
        };
        let trifft =
            |a: &str, b: &str| praxen(a, ab).iter().any(|praxis| praxen(b, ab).contains(praxis));
        let gleich = |b: &Bewilligung09| {
            b.ab == ab
                && trifft(&b.bsnr, &neue.bsnr)
                && trifft(&b.geschlossene_praxis, &neue.geschlossene_praxis)
        };
        if !portfolio.bewilligungen09.iter().any(|z| gleich(&z.inhalt)) {
            portfolio.bewilligungen09.push(zeile(neue));
        }
    }

    fn zuschlag(&self, portfolio: &mut Portfolio, w: &mut Wuerfel<'_>) {
        let quartal = portfolio.quartal.plus(-w.aus(&[1, 2, 3, 1, 2, 4]));
        let neuer = Zuschlag {
            versicherten_id: w.aus(&PATIENTEN).to_owned(),
            quartal,
            geschlossene_praxis: {
                let nummer = self.geschlossene(w);
                zu_der_zeit(portfolio, nummer, quartal, w)
            },
            bsnr: {
                let nummer = self.uebernehmende(w);
                stelle(portfolio, nummer, w)
            },
        };
        let gleich =
            |z: &Zuschlag| z.versicherten_id == neuer.versicherten_id && z.quartal == neuer.quartal;
        if let Some(vorlauf) = &mut portfolio.vorlauf
            && !vorlauf.iter().any(|z| gleich(&z.inhalt))
        {
            vorlauf.push(zeile(neuer));
        }
    }

    /// An id that no other case has; as bytes not in the order of the numbers.
    fn naechste_id(&mut self) -> String {
        self.id += 1;
        match self.id % 3 {
            0 => format!("{}", self.id),
            1 => format!("a{}", 99 - self.id % 90),
            _ => format!("Z-{}", self.id),
        }
    }

    /// Puts a case, or a practice without one, into the delivery of a quarter.
    fn lege(
        &self,
        portfolio: &mut Portfolio,
        rueckblick: bool,
        quartal: Quartal,
        bsnr: &str,
        fall: Option<Fall>,
    ) {
        let zweite = self.verteilt && !rueckblick && bsnr.as_bytes()[6] % 2 == 1;
        let dateien = &mut portfolio.lieferungen;
        let passt = |l: &Lieferung| l.rueckblick == rueckblick && l.quartal == quartal;
        let platz = usize::from(zweite);
        while dateien.iter().filter(|l| passt(l)).count() <= platz {
            dateien.push(Lieferung { quartal, rueckblick, praxen: Vec::new() });
        }
        let datei = dateien.iter_mut().filter(|l| passt(l)).nth(platz).expect("a delivery");
        if datei.praxen.iter().all(|(b, _)| b != bsnr) {
            datei.praxen.push((bsnr.to_owned(), Vec::new()));
        }
        let praxis = datei.praxen.iter_mut().find(|(b, _)| b == bsnr).expect("a practice");
        praxis.1.extend(fall);
    }

    /// Delivers a case of its quarter with the delivery of a quarter that is not before it.
    fn liefere(
        &self,
        portfolio: &mut Portfolio,
        mit: Quartal,
        quartal: Quartal,
        bsnr: &str,
        fall: Fall,
    ) {
        let fall = Fall { quartal: (mit != quartal).then_some(quartal), ..fall };
        self.lege(portfolio, mit != portfolio.quartal, mit, bsnr, Some(fall));
    }

    /// Claims of a closed practice in every quarter that a look-back may ask for.
    fn fuelle_rueckblick(&mut self, portfolio: &mut Portfolio, platz: usize, leere_bloecke: bool) {
        let g = &self.geschlossen[platz];
        let (nummer, fehlend, letztes) = (g.nummer, g.fehlend, Quartal::von(g.letzter_tag));
        let patienten = g.patienten;
        for (zurueck, patient) in (0..).zip(patienten) {
            let quartal = letztes.plus(-zurueck);
            if portfolio.quartal < quartal {
                continue;
            }
            if fehlend >> zurueck & 1 == 0 {
                let fall = Fall {
                    id: self.naechste_id(),
                    versicherten_id: patient.map(str::to_owned),
                    satzart: "0101",
                    scheinuntergruppe: "00",
                    quartal: None,
                    uebernahme: None,
                    uebernommen_von: None,
                    leistungen: vec![Leistung {
                        tag: quartal.erster_tag(),
                        gnr: "03040",
                        lanr: "100000101".to_owned(),
                    }],
                };
                self.liefere(portfolio, quartal, quartal, &bsnr(nummer), fall);
            } else if leere_bloecke {
                self.lege(portfolio, quartal != portfolio.quartal, quartal, &bsnr(nummer), None);
            }
        }
    }

    /// A case of a closed practice, in its quarter's delivery, in the next or in the running one.
    fn rueckblick(&mut self, portfolio: &mut Portfolio, w: &mut Wuerfel<'_>) {
        let q = portfolio.quartal;
        let nummer = self.geschlossene(w);
        let g = self.geschlossen.iter().find(|g| g.nummer == nummer);
        let letztes = Quartal::von(g.map_or(q.erster_tag(), |g| g.letzter_tag));
        let quartal = letztes.plus(-w.aus(&[0, 0, 1, 2, 3, 4, 5])).min(q);
        let mit = w.aus(&[quartal, quartal, quartal, quartal.plus(1).min(q), q]);
        let stelle = stelle(portfolio, nummer, w);
        let fall = self.beliebig(quartal, w);
        let uebernahme = w.selten(8).then_some(true).filter(|_| ERSTES_QUARTAL <= quartal);
        self.liefere(portfolio, mit, quartal, &stelle, Fall { uebernahme, ..fall });
    }

    /// A case of the running delivery: of its quarter or late, marked in one of all ways.
    fn fall(&mut self, portfolio: &mut Portfolio, w: &mut Wuerfel<'_>) {
        let q = portfolio.quartal;
        let quartal = q.plus(-w.aus(&[0, 0, 0, 0, 0, 1, 1, 2, 3])).max(ERSTES_QUARTAL);
        let nummer = self.uebernehmende(w);
        let stelle = if w.makel(24) { bsnr(77) } else { stelle(portfolio, nummer, w) };
        let z = self.geschlossene(w);
        let (uebernahme, uebernommen_von) = if w.makel(6) {
            let nichts = (Some(true), Some(bsnr(78)));
            w.aus(&[(None, None), (Some(false), None), (Some(true), Some(zweig_bsnr(z))), nichts])
        } else {
            w.aus(&[(Some(true), None), (Some(true), Some(bsnr(z)))])
        };
        let fall = self.beliebig(quartal, w);
        self.liefere(portfolio, q, quartal, &stelle, Fall { uebernahme, uebernommen_von, ..fall });
    }

    /// An unmarked case of a quarter.
    fn beliebig(&mut self, quartal: Quartal, w: &mut Wuerfel<'_>) -> Fall {
        let patient = w.aus(&PATIENTEN);
        let klein = format!(" {} {}", patient[..4].to_ascii_lowercase(), &patient[4..]);
        let versicherten_id = if w.makel(12) {
            w.aus(&[None, Some(klein.clone()), Some(patient[..9].to_owned()), Some(klein)])
        } else {
            Some(patient.to_owned())
        };
        let (satzart, scheinuntergruppe) =
            if w.makel(4) { w.aus(&ANDERE_SCHEINE) } else { ("0101", "00") };
        let mut tage = grenztage(quartal).to_vec();
        tage.push(quartal.letzter_tag());
        for g in &self.geschlossen {
            tage.extend([tage_spaeter(g.letzter_tag, 1), g.letzter_tag]);
        }
        let (erster, letzter) = (quartal.erster_tag(), quartal.letzter_tag());
        tage.retain(|tag| im_zeitraum(*tag, Some(erster), Some(letzter)));
        let mut leistungen = Vec::new();
        let anzahl = if w.makel(16) { 0 } else { w.aus(&[1, 2, 1, 3]) };
        for _ in 0..anzahl {
            leistungen.push(Leistung {
                tag: w.aus(&tage),
                gnr: w.aus(&["03040", "03000", "99119A", "99119", "03040"]),
                lanr: w
                    .aus(&[
                        "100000101",
                        "100000102",
                        "100000203",
                        "100000210",
                        "100000334",
                        "100000101",
                        "100000401",
                        "100000322",
                        "100000101",
                        "999999900",
                        "555555101",
                        "100000103",
                    ])
                    .to_owned(),
            });
        }
        Fall {
            id: self.naechste_id(),
            versicherten_id,
            satzart,
            scheinuntergruppe,
            quartal: None,
            uebernahme: None,
            uebernommen_von: None,
            leistungen,
        }
    }
}

/// Publications around the days of closing, available at once or later, none before an older one.
fn veroeffentlichungen(portfolio: &mut Portfolio, schliessungen: &[Tag], reihen: &[Reihe]) {
    let q = portfolio.quartal;
    let mut tage = vec![q.plus(-7).erster_tag(), q.plus(-1).letzter_tag()];
    for d in schliessungen {
        tage.extend([*d, tage_spaeter(*d, 1), tage_frueher(*d, 500), tage_frueher(*d, 1)]);
    }
    let mut alle: Vec<Veroeffentlichung> = Vec::new();
    if reihen.len() < 3 {
        let gemeinden = GEMEINDEN.map(|ags| (ags, if ags == GEMEINDEN[4] { 0 } else { 8_652 }));
        let gebietsstand = q.plus(-8).erster_tag();
        alle.push(Veroeffentlichung {
            gebietsstand,
            verfuegbar_seit: None,
            gemeinden: gemeinden.to_vec(),
        });
    }
    for reihe in reihen {
        let mut w = Wuerfel::neu(reihe);
        let gebietsstand = w.aus(&tage);
        let spaeter = w.aus(&[None, None, Some(1), Some(90)]);
        let mut gemeinden = Vec::new();
        for ags in GEMEINDEN {
            let zahl = match ags {
                "03153504" => w.aus(&[Some(0), None]),
                _ => w.aus(&[Some(8_652), Some(49_999), Some(50_000), Some(8_652), None]),
            };
            gemeinden.extend(zahl.map(|zahl| (ags, zahl)));
        }
        if gemeinden.is_empty() || alle.iter().any(|v| v.gebietsstand == gebietsstand) {
            continue;
        }
        let verfuegbar_seit = spaeter.map(|spaeter| tage_spaeter(gebietsstand, spaeter));
        alle.push(Veroeffentlichung { gebietsstand, verfuegbar_seit, gemeinden });
    }
    alle.sort_by_key(|v| v.gebietsstand);
    let mut bisher = None;
    for v in &mut alle {
        let seit = v.verfuegbar_seit.unwrap_or(v.gebietsstand);
        if bisher.is_some_and(|bisher| seit < bisher) {
            v.verfuegbar_seit = bisher;
        }
        bisher = bisher.max(Some(seit));
    }
    portfolio.veroeffentlichungen = alle;
}
