"""The charts, as SVG that is legible on light and on dark ground."""

import statistics
from xml.sax.saxutils import escape

BREIT = 760
STIL = """<style>
text { font: 13px sans-serif; fill: #24292f } .leise { fill: #57606a; font-size: 12px }
.eigen { fill: #0969da } .andere { fill: #8c959f } .achse { stroke: #8c959f } .soll { stroke: #cf222e; stroke-dasharray: 5 4 }
.linie { stroke: #0969da; fill: none; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .leise { fill: #9198a1 } .eigen { fill: #4493f8 } .linie { stroke: #4493f8 } .soll { stroke: #ff7b72 } }
</style>"""


def svg(hoch, titel, teile):
    kopf = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {BREIT} {hoch}" role="img" aria-label="{escape(titel)}">'
    ueberschrift = text(10, 22, titel, gewicht=True)
    return "\n".join([kopf, STIL, ueberschrift, *teile, "</svg>"]) + "\n"


def text(x, y, inhalt, klasse="", anker="start", gewicht=False):
    fett = ' font-weight="bold"' if gewicht else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{klasse}" text-anchor="{anker}"{fett}>{escape(inhalt)}</text>'


def faelle(figuren):
    """Bars: cases per second, product and peers."""
    was_es_tut = {
        "XML": "this program, XML", "KVDT": "this program, KVDT", "quick-xml": "quick-xml loop: reads only",
        "StAX": "Java StAX: reads only", "DuckDB CSV": "DuckDB, CSV: § 9, simplified",
        "DuckDB Parquet": "DuckDB, Parquet: § 9, simplified", "Polars CSV": "Polars, CSV: § 9, simplified",
        "Polars Parquet": "Polars, Parquet: § 9, simplified",
    }
    balken = []
    for (was, threads), reihe in figuren.reihen("durchsatz").items():
        if was not in was_es_tut:
            continue  # the same once more, in other files
        wert = reihe[0]["faelle"] / statistics.median(z["sekunden"] for z in reihe) / 1e6
        balken.append((wert, f"{was_es_tut[was]}, {threads} thread{'s' if threads > 1 else ''}", was in ("XML", "KVDT")))
    balken.sort(key=lambda b: (not b[2], -b[0]))
    links, breite = 300, BREIT - 300 - 60
    groesster = max((b[0] for b in balken), default=1)
    teile = []
    for nummer, (wert, name, eigen) in enumerate(balken):
        y = 40 + 24 * nummer
        teile += [
            text(links - 8, y + 13, name, anker="end"),
            f'<rect x="{links}" y="{y}" width="{breite * wert / groesster:.1f}" height="17" class="{"eigen" if eigen else "andere"}"/>',
            text(links + breite * wert / groesster + 6, y + 13, f"{wert:.2f}", "leise"),
        ]
    unten = 40 + 24 * len(balken) + 16
    teile.append(text(10, unten, "Only this program checks the claims, decides §§ 5, 6 and 9 with all reasons, books and writes evidence.", "leise"))
    return svg(unten + 12, "Million cases per second", teile)


def speicher(figuren):
    """A line: peak memory of a run by number of cases."""
    alle = figuren.von("speicher", "XML") + figuren.von("gross")
    punkte = sorted((z["faelle"], z["mib"]) for z in alle if z["anteil"] == "0.005")
    links, rechts, oben, unten, grenze = 60, BREIT - 40, 50, 260, 256
    weiteste = max((x for x, _ in punkte), default=1)
    hoechste = max([grenze, *(y for _, y in punkte)]) * 1.1

    def ort(faelle, mib):
        return links + (rechts - links) * faelle / weiteste, unten - (unten - oben) * mib / hoechste

    _, y_grenze = ort(0, grenze)
    teile = [
        f'<line x1="{links}" y1="{unten}" x2="{rechts}" y2="{unten}" class="achse"/>',
        f'<line x1="{links}" y1="{oben}" x2="{links}" y2="{unten}" class="achse"/>',
        f'<line x1="{links}" y1="{y_grenze:.1f}" x2="{rechts}" y2="{y_grenze:.1f}" class="soll"/>',
        text(links - 6, y_grenze + 4, f"{grenze}", "leise", "end"), text(links - 6, unten + 4, "0", "leise", "end"),
        text(rechts, y_grenze - 6, "must not be exceeded", "leise", "end"),
        f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in (ort(*p) for p in punkte))}" class="linie"/>',
    ]
    letztes = -100
    for faelle, mib in punkte:
        x, y = ort(faelle, mib)
        teile.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="eigen"><title>{faelle:,} cases: {mib:.0f} MiB</title></circle>')
        if 60 < x - letztes:
            teile += [text(x, y - 10, f"{mib:.0f}", anker="middle"), text(x, unten + 18, f"{faelle / 1e6:g}", "leise", "middle")]
            letztes = x
    teile.append(text(rechts, unten + 36, "million cases (0.5 % flagged)", "leise", "end"))
    return svg(unten + 48, "Peak memory of a run in MiB", teile)
