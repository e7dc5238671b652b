"""Makes the tables that DuckDB and Polars decide on from a generated quarter: `als_tabelle.py QUARTAL ZIEL`.

All attributes of the claims of all deliveries, as a table of cases and one of services, in CSV and in
Parquet; closures (with their windows and look-backs computed) and Bewilligungen as CSV. Not timed.
"""

import csv
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

import duckdb

SPALTEN = {
    "faelle": ["lieferung", "praxis", "fall_id", "versicherten_id", "kostentraeger", "satzart",
               "scheinuntergruppe", "quartal", "uebernahme", "geschlossene"],
    "leistungen": ["lieferung", "praxis", "fall_id", "tag", "gnr", "lanr"],
}


def quartal(tag, plus=0):
    """Returns the quarter of a day, or one so many quarters later."""
    jahr, monat = int(tag[:4]), int(tag[5:7])
    nummer = jahr * 4 + (monat - 1) // 3 + plus
    return f"{nummer // 4}Q{nummer % 4 + 1}"


def tabellen(auftrag):
    """Writes the cases and the services of a claims file as CSV."""
    xml, ziele = auftrag
    with open(xml, "rb") as quelle, open(ziele[0], "w", newline="") as f, open(ziele[1], "w", newline="") as g:
        falltabelle, leistungstabelle = (csv.writer(datei, lineterminator="\n") for datei in (f, g))
        lieferung = praxis = fall = None

        def beginn(name, a):
            nonlocal lieferung, praxis, fall
            if name == "leistung":
                leistungstabelle.writerow([lieferung, praxis, fall, a["tag"], a["gnr"], a["lanr"]])
            elif name == "fall":
                fall = a["id"]
                falltabelle.writerow([
                    lieferung, praxis, fall, a.get("versicherten_id"), a.get("kostentraeger"), a["satzart"],
                    a["scheinuntergruppe"], a.get("quartal", lieferung), a.get("uebernahme"),
                    a.get("uebernommen_von", "")[:7]])
            elif name == "praxis":
                praxis = a["bsnr"][:7]
            elif name == "kopf":
                lieferung = a["quartal"]

        leser = expat.ParserCreate()
        leser.StartElementHandler = beginn
        leser.ParseFile(quelle)


def stammdaten(ordner, ziel):
    """Writes closures with their windows and look-backs, and the Bewilligungen with theirs."""
    wurzel = ElementTree.parse(ordner / "stammdaten.xml").getroot()
    ns = "{urn:strukturfonds:stammdaten:1}"
    with open(ziel / "schliessungen.csv", "w", newline="") as datei:
        tabelle = csv.writer(datei, lineterminator="\n")
        tabelle.writerow(["geschlossene", "tag", "von", "bis", "rueck_von", "rueck_bis"])
        for s in wurzel.iter(ns + "schliessung"):
            d = s.get("letzter_tag")
            # The window begins with the quarter of the day after D.
            folgt = int(d[5:] in ("03-31", "06-30", "09-30", "12-31"))
            tabelle.writerow([s.get("bsnr")[:7], d, quartal(d, folgt), quartal(d, folgt + 3),
                              quartal(d, -3), quartal(d)])
    with open(ziel / "bewilligungen.csv", "w", newline="") as datei:
        tabelle = csv.writer(datei, lineterminator="\n")
        tabelle.writerow(["praxis", "geschlossene", "ab", "bis"])
        for b in wurzel.find(ns + "bewilligungen_par09"):
            tabelle.writerow([b.get("bsnr")[:7], b.get("geschlossene_praxis")[:7], quartal(b.get("ab")),
                              quartal(b.get("bis", "9999-12-31"))])


def main():
    ordner, ziel = Path(sys.argv[1]), Path(sys.argv[2])
    ziel.mkdir(parents=True)
    stammdaten(ordner, ziel)
    dateien = [*sorted(ordner.glob("faelle-*.xml")), *sorted(ordner.glob("rueckblick/*.xml"))]
    teile = {name: [ziel / f"{d.name}.{name}" for d in dateien] for name in SPALTEN}
    with ProcessPoolExecutor() as reihe:
        list(reihe.map(tabellen, zip(dateien, zip(*teile.values()))))
    for name, spalten in SPALTEN.items():
        with open(ziel / f"{name}.csv", "wb") as alle:
            alle.write((",".join(spalten) + "\n").encode())
            for teil in teile[name]:
                alle.write(teil.read_bytes())
                teil.unlink()
        duckdb.sql(f"COPY (FROM read_csv('{ziel}/{name}.csv', all_varchar = true)) "
                   f"TO '{ziel}/{name}.parquet' (FORMAT parquet, COMPRESSION zstd)")


if __name__ == "__main__":
    main()
