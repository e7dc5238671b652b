"""A peer: DuckDB decides § 9 on the same cases: `duckdb_par09.py csv|parquet TABELLEN ERGEBNIS THREADS`.

Per flagged case: its closed practice (as named, else the latest in whose look-back the patient was
treated) and one reason. Prints nanoseconds; the start of Python is not timed, reading and writing are.

Left out: everything that is checked of the input, the register (kinds of practices, branches, LANRs),
population, successors, earlier grants and the second quarter of a Zuschlag (rows 2, 4 to 10, 15 and 19),
all reasons but the first, explanations, evidence, bookings, equations, §§ 5 and 6. The order between
several cases of a patient knows the first service day only.
"""

import sys
import time

import duckdb

# Only what can matter is kept: flagged cases and those of the closed practices, with their days.
NOETIG = """
CREATE TABLE faelle AS
WITH mark AS (SELECT DISTINCT lieferung, praxis, fall_id FROM {leistungen} WHERE gnr = '99119'),
noetig AS (
    SELECT f.*, lieferung = '2024Q1' AND (f.uebernahme = 'ja' OR m.praxis IS NOT NULL) AS gekennzeichnet
    FROM {faelle} f LEFT JOIN mark m USING (lieferung, praxis, fall_id)
    WHERE f.uebernahme = 'ja' OR m.praxis IS NOT NULL
       OR f.praxis IN (SELECT geschlossene FROM schliessungen)
), tage AS (
    SELECT lieferung, praxis, fall_id, min(tag) AS erster_tag, max(tag) AS letzter_tag
    FROM {leistungen} SEMI JOIN noetig USING (lieferung, praxis, fall_id)
    GROUP BY ALL
)
FROM noetig LEFT JOIN tage USING (lieferung, praxis, fall_id)
"""

ENTSCHEIDUNG = """
WITH behandelt AS (
    SELECT DISTINCT f.versicherten_id, s.geschlossene
    FROM faelle f JOIN schliessungen s ON f.praxis = s.geschlossene
    WHERE f.quartal BETWEEN s.rueck_von AND s.rueck_bis AND f.erster_tag <= s.tag
      AND f.scheinuntergruppe NOT IN ('32', '41', '42', '43', '44', '45', '46')
), wahl AS (
    SELECT f.*, s.*, f.geschlossene AS benannt, t.geschlossene IS NOT NULL AS treffer, b.praxis AS bewilligt
    FROM faelle f
    LEFT JOIN behandelt t ON f.versicherten_id = t.versicherten_id
                         AND coalesce(f.geschlossene, t.geschlossene) = t.geschlossene
    LEFT JOIN schliessungen s ON s.geschlossene = coalesce(f.geschlossene, t.geschlossene)
    LEFT JOIN bewilligungen b ON b.praxis = f.praxis AND b.geschlossene = s.geschlossene
                             AND f.quartal BETWEEN b.ab AND b.bis
    WHERE f.gekennzeichnet
    QUALIFY row_number() OVER (PARTITION BY f.praxis, f.fall_id
                               ORDER BY s.tag DESC NULLS LAST, s.geschlossene) = 1
), gruende AS (
    SELECT *, CASE
        WHEN versicherten_id IS NULL THEN 'ohne_versicherten_id'
        WHEN benannt IS NOT NULL AND tag IS NULL THEN 'schliessung_unbekannt'
        WHEN tag IS NOT NULL AND bewilligt IS NULL THEN 'keine_bewilligung'
        WHEN quartal NOT BETWEEN von AND bis THEN 'ausserhalb_zeitraum'
        WHEN letzter_tag <= tag THEN 'behandlung_vor_schliessung'
        WHEN scheinuntergruppe IN ('32', '42') THEN 'vertreterfall'
        WHEN scheinuntergruppe IN ('41', '43', '44', '45', '46') THEN 'notfall'
        WHEN scheinuntergruppe <> '00' THEN 'kein_hausaerztlicher_fall'
        WHEN NOT treffer THEN 'nicht_vorbehandelt'
        END AS grund
    FROM wahl
)
SELECT praxis, fall_id, CASE
    WHEN grund IS NULL AND row_number() OVER (PARTITION BY versicherten_id, quartal, grund
                                              ORDER BY erster_tag, praxis, fall_id) > 1
    THEN 'bereits_im_quartal' ELSE coalesce(grund, 'bewilligt') END AS grund
FROM gruende
"""


def main():
    form, tabellen, ergebnis, threads = sys.argv[1:]
    beginn = time.perf_counter_ns()
    db = duckdb.connect(config={"threads": int(threads)})


    def quelle(name, form):
        pfad = f"'{tabellen}/{name}.{form}'"
        return f"read_csv({pfad}, all_varchar = true, header = true)" if form == "csv" else pfad

    for name in ("schliessungen", "bewilligungen"):
        db.execute(f"CREATE TABLE {name} AS FROM {quelle(name, 'csv')}")
    db.execute(NOETIG.format(faelle=quelle("faelle", form), leistungen=quelle("leistungen", form)))
    db.execute(f"COPY ({ENTSCHEIDUNG} ORDER BY praxis, fall_id) TO '{ergebnis}' (HEADER)")
    print(time.perf_counter_ns() - beginn)


if __name__ == "__main__":
    main()
