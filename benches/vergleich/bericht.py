"""From raw figures to ratios, tables and charts: benches/ergebnisse/, benches/README.md, README.md."""

import csv
import json
import statistics

import bild

SPALTEN = ["teil", "was", "anteil", "threads", "faelle", "bytes", "runde", "sekunden", "speicher_kib"]
# Cases a quarter: Niedersachsen, Germany.
LAENDER = [("Niedersachsen", 14_100_000), ("Germany", 145_000_000)]


def schreibe(wurzel, neue, teile, maschine):
    """Writes everything; parts that were not measured now keep their figures, if of the same machine."""
    ergebnisse = wurzel / "benches/ergebnisse"
    ergebnisse.mkdir(exist_ok=True)
    roh, wo = ergebnisse / "messungen.csv", ergebnisse / "maschine.json"
    alte = list(csv.DictReader(roh.open())) if roh.exists() else []
    if wo.exists() and json.loads(wo.read_text()) != maschine:
        print("The recorded figures are another machine's or toolchain's: dropped.")
        alte = []
    zeilen = [z for z in alte if z["teil"] not in teile] + neue
    with open(roh, "w", newline="") as datei:
        tabelle = csv.DictWriter(datei, SPALTEN, lineterminator="\n")
        tabelle.writeheader()
        tabelle.writerows(zeilen)
    wo.write_text(json.dumps(maschine, indent=2, ensure_ascii=False) + "\n")
    figuren = Figuren(list(csv.DictReader(roh.open())))
    tafel = verhaeltnisse(figuren)
    print("\n" + tafel)
    (ergebnisse / "faelle.svg").write_text(bild.faelle(figuren))
    (ergebnisse / "speicher.svg").write_text(bild.speicher(figuren))
    setze_ein(wurzel / "benches/README.md", "\n\n".join(
        [maschinentafel(maschine), tafel, messwerte(figuren), speicherwerte(figuren), hochrechnung(figuren)]))
    setze_ein(wurzel / "README.md", kurz(figuren))


class Figuren:
    """Raw figures, asked by part, name and threads."""

    def __init__(self, zeilen):
        self.zeilen = [{**z, "threads": int(z["threads"]), "faelle": int(z["faelle"]), "bytes": int(z["bytes"]),
                        "sekunden": float(z["sekunden"]), "mib": int(z["speicher_kib"]) / 1024} for z in zeilen]

    def von(self, teil, was=None, threads=None):
        """Returns the rows, in the order of their rounds."""
        return [z for z in self.zeilen if z["teil"] == teil and was in (None, z["was"])
                and threads in (None, z["threads"])]

    def reihen(self, teil):
        """Returns the rows of each name and number of threads, in the order measured."""
        namen = dict.fromkeys((z["was"], z["threads"]) for z in self.von(teil))
        return {name: self.von(teil, *name) for name in namen}

    def verhaeltnis(self, zaehler, nenner, wert):
        """Returns the median over the rounds of a ratio of two rows of one round; `None`: not measured."""
        paare = [(a, b) for a in self.von(*zaehler) for b in self.von(*nenner) if a["runde"] == b["runde"]]
        return statistics.median(wert(a) / wert(b) for a, b in paare) if paare else None


def median(zeilen, schluessel="sekunden"):
    return statistics.median(z[schluessel] for z in zeilen)


def faelle_je_s(zeile):
    return zeile["faelle"] / zeile["sekunden"]


def bytes_je_s(zeile):
    return zeile["bytes"] / zeile["sekunden"]


def tausender(zahl):
    """With commas; nothing for what was not measured."""
    return f"{zahl:,.0f}" if zahl else ""


def markdown(kopf, zeilen):
    strich = "|".join(["---", *["---:"] * (len(kopf) - 1)])
    return "\n".join(f"| {' | '.join(z)} |" if z != strich else f"|{strich}|" for z in [kopf, strich, *zeilen])


def verhaeltnisse(f):
    """The ratios, side by side with what they must be."""
    def xml(threads):
        return "durchsatz", "XML", threads

    def kvdt(threads):
        return "durchsatz", "KVDT", threads

    def loop(threads):
        return "durchsatz", "quick-xml", threads

    fragen = [
        ("XML, bytes/s to the quick-xml loop's, 1 thread", xml(1), loop(1), bytes_je_s, "≥ 2.5", "4"),
        ("XML, bytes/s to the quick-xml loop's, 2 threads", xml(2), loop(2), bytes_je_s, "≥ 2.5", "4"),
        ("XML on 2 threads, bytes/s to StAX's", xml(2), ("durchsatz", "StAX", 1), bytes_je_s, "≥ 12", "25"),
        ("KVDT, bytes/s to the loop's on the XML, 1 thread", kvdt(1), loop(1), bytes_je_s, "≥ 3.5", ""),
        ("KVDT, bytes/s to the loop's on the XML, 2 threads", kvdt(2), loop(2), bytes_je_s, "≥ 3.5", ""),
        ("XML, 2 threads to 1", xml(2), xml(1), faelle_je_s, "≥ 1.8", ""),
        ("KVDT, 2 threads to 1", kvdt(2), kvdt(1), faelle_je_s, "≥ 1.8", ""),
        ("XML in 8 files, 2 threads to 1", ("durchsatz", "XML, 8 files", 2), ("durchsatz", "XML, 8 files", 1),
         faelle_je_s, "", ""),
        ("look-back over four quarters, time to `check` of the same files", ("rueckblick", "rueckblick", 2),
         ("rueckblick", "check", 2), lambda z: z["sekunden"], "≤ 1.2", ""),
    ]
    fragen += [(f"XML on 2 threads, cases/s to {name}'s", xml(2), ("durchsatz", name, 2), faelle_je_s, "", "")
               for name in ("DuckDB CSV", "DuckDB Parquet", "Polars CSV", "Polars Parquet")]
    def zeile(was, wert, soll, ziel):
        if wert is None:
            return [was, "not measured", soll, ziel]
        grenze = float(soll[2:]) if soll else wert
        verfehlt = wert > grenze if soll.startswith("≤") else wert < grenze
        return [was, f"{wert:.2f}" + (" **missed**" if verfehlt else ""), soll, ziel]

    zeilen = []
    for was, name, soll in [("rules alone at 1 % flagged, 2 threads: million cases/s", "regeln-1", "≥ 30"),
                            ("rules alone at 100 % flagged, 2 threads: million cases/s", "regeln-100", "≥ 5")]:
        gemessen = [faelle_je_s(z) / 1e6 for z in f.von("regeln", name, 2)] or [None]
        zeilen.append(zeile(was, gemessen[0], soll, ""))
    for was, zaehler, nenner, wert, soll, ziel in fragen:
        zeilen.append(zeile(was, f.verhaeltnis(zaehler, nenner, wert), soll, ziel))
    return markdown(["median", "measured", "must be", "aim"], zeilen)


def maschinentafel(maschine):
    return markdown(["machine", ""], [[was, wert] for was, wert in maschine.items()])


def messwerte(f):
    zeilen = []
    for teil in ("durchsatz", "rueckblick", "regeln"):
        for (was, threads), reihe in f.reihen(teil).items():
            zeiten = [z["sekunden"] for z in reihe]
            zeilen.append([was, str(threads), tausender(reihe[0]["faelle"]), tausender(reihe[0]["bytes"] / 1e6),
                           f"{median(reihe):.3f}", f"{min(zeiten):.3f} to {max(zeiten):.3f}" if 1 < len(zeiten) else "",
                           f"{reihe[0]['faelle'] / median(reihe) / 1e6:.2f}",
                           tausender(reihe[0]["bytes"] / median(reihe) / 1e6), tausender(median(reihe, "mib"))])
    kopf = ["program", "threads", "cases", "MB", "s (median)", "s (range)", "million cases/s", "MB/s", "peak MiB"]
    return markdown(kopf, zeilen)


def je_gekennzeichnetem(f):
    """Returns bytes of memory per flagged case: the slope from the lowest to the highest share."""
    [alle] = {z["faelle"] for z in f.von("speicher", "KVDT")} or [None]
    reihe = [z for z in f.von("speicher", "XML") if z["faelle"] == alle]
    if len(reihe) < 2:
        return None
    wenig, viel = (wahl(reihe, key=lambda z: float(z["anteil"])) for wahl in (min, max))
    mehr = (float(viel["anteil"]) - float(wenig["anteil"])) * alle
    return (viel["mib"] - wenig["mib"]) * 2**20 / mehr


def speicherwerte(f):
    zeilen = [[z["was"], tausender(z["faelle"]), tausender(float(z["anteil"]) * z["faelle"]), f"{z['mib']:.0f}"]
              for z in f.von("speicher") + f.von("gross")]
    text = markdown(["`run`, 2 threads", "cases", "flagged", "peak MiB"], zeilen)
    steigung = je_gekennzeichnetem(f)
    if steigung is not None:
        text += f"\n\nFrom the lowest share of flagged cases to the highest: {steigung:.0f} bytes each (must be ≤ 256)."
    return text


def hochrechnung(f):
    """The estimate for whole quarters, from the large run."""
    if not f.von("gross"):
        return "The large run has not been measured: no estimate."
    [lauf] = f.von("gross")
    zeilen = []
    for land, faelle in LAENDER:
        mal = faelle / lauf["faelle"]
        zeilen.append([land, tausender(faelle), f"{lauf['sekunden'] * mal:.0f}", f"{lauf['bytes'] * mal / 1e9:.1f}",
                       f"{lauf['mib'] * mal:.0f}"])
    formel = (f"Estimate, all of it in proportion to cases: from the one run over {tausender(lauf['faelle'])} cases "
              f"({lauf['sekunden']:.2f} s, {lauf['bytes'] / 1e9:.1f} GB, {lauf['mib']:.0f} MiB at most). It assumes the "
              f"same machine, as many services a case, as many flagged cases and patients of closed practices, inputs "
              f"that come at {bytes_je_s(lauf) / 1e6:.0f} MB/s (from memory, as they did here, not from a disk), and a "
              f"look-back of the closed practices alone or from extracts: earlier quarters that are read whole cost what "
              f"their bytes cost.")
    return formel + "\n\n" + markdown(["quarter of", "cases", "seconds", "GB of XML", "MiB of memory"], zeilen)


def kurz(f):
    """The few sentences of the main README."""
    saetze = []
    xml, kvdt = f.von("durchsatz", "XML", 2), f.von("durchsatz", "KVDT", 2)
    if xml and kvdt:
        def satz(reihe):
            return f"{reihe[0]['faelle'] / median(reihe) / 1e6:.1f} million cases/s"
        saetze.append(f"From files to written bundle on two threads: {satz(xml)} of XML, {satz(kvdt)} of KVDT, "
                      f"with {max(z['mib'] for z in xml + kvdt):.0f} MiB of memory at most "
                      f"({tausender(xml[0]['faelle'])} cases, {tausender(xml[0]['bytes'] / 1e6)} MB of XML).")
    for lauf in f.von("gross"):
        saetze.append(f"{tausender(lauf['faelle'])} cases took {lauf['sekunden']:.1f} s and {lauf['mib']:.0f} MiB.")
    bilder = ("![Cases per second of this program and its peers](benches/ergebnisse/faelle.svg)\n"
              "![Peak memory by number of cases](benches/ergebnisse/speicher.svg)")
    return "\n".join(saetze) + "\n\n" + bilder


def setze_ein(pfad, text):
    """Puts a text between the two marks of a file."""
    anfang, ende = "<!-- vergleich: anfang -->\n", "<!-- vergleich: ende -->"
    vorher, rest = pfad.read_text().split(anfang)
    nachher = rest.split(ende)[1]
    pfad.write_text(f"{vorher}{anfang}\n{text}\n\n{ende}{nachher}")
