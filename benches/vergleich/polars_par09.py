"""A peer: Polars decides § 9 on the same cases, as duckdb_par09.py does, which says what is left out:
`polars_par09.py csv|parquet TABELLEN ERGEBNIS THREADS`.
"""

import os
import sys
import time

os.environ["POLARS_MAX_THREADS"] = sys.argv[4]
import polars as pl  # noqa: E402  it reads the variable when it is loaded

VERTRETER, NOTFALL = ["32", "42"], ["41", "43", "44", "45", "46"]


FALL = ["lieferung", "praxis", "fall_id"]


def noetige(faelle, leistungen, geschlossene):
    """Keeps only what can matter: flagged cases and those of the closed practices, with their days."""
    mark = leistungen.filter(pl.col("gnr") == "99119").select(FALL).unique().with_columns(mark=pl.lit(True))
    markiert = pl.col("mark").fill_null(False) | (pl.col("uebernahme") == "ja").fill_null(False)
    noetig = (
        faelle.join(mark, on=FALL, how="left")
        .filter(markiert | pl.col("praxis").is_in(geschlossene))
        .with_columns(gekennzeichnet=(pl.col("lieferung") == "2024Q1") & markiert)
        .collect(engine="streaming").lazy()
    )
    tage = (
        leistungen.join(noetig, on=FALL, how="semi").group_by(FALL)
        .agg(erster_tag=pl.col("tag").min(), letzter_tag=pl.col("tag").max())
        .collect(engine="streaming").lazy()
    )
    return noetig.join(tage, on=FALL, how="left").collect().lazy()


def entscheide(faelle, schliessungen, bewilligungen):
    spalte = pl.col
    behandelt = (
        faelle.drop("geschlossene")
        .join(schliessungen, left_on="praxis", right_on="geschlossene")
        .filter(spalte("quartal").is_between("rueck_von", "rueck_bis"), spalte("erster_tag") <= spalte("tag"),
                ~spalte("scheinuntergruppe").is_in(VERTRETER + NOTFALL))
        .select("versicherten_id", z=spalte("praxis")).unique()
    )
    bewilligt = (
        bewilligungen.with_columns(bewilligt=pl.lit(True))
        .rename({"geschlossene": "z", "bis": "ende"})
    )
    wahl = (
        faelle.filter(spalte("gekennzeichnet"))
        .join(behandelt, on="versicherten_id", how="left")
        .with_columns(treffer=(spalte("geschlossene").is_null() | (spalte("geschlossene") == spalte("z")))
                      & spalte("z").is_not_null())
        .with_columns(z=pl.coalesce("geschlossene", pl.when("treffer").then("z")))
        .join(schliessungen, left_on="z", right_on="geschlossene", how="left")
        .sort("treffer", "tag", "z", descending=[True, True, False], nulls_last=True)
        .unique(["praxis", "fall_id"], keep="first", maintain_order=True)
        .join(bewilligt, on=["praxis", "z"], how="left")
        .with_columns(bewilligt=(spalte("bewilligt")
                                 & spalte("quartal").is_between("ab", "ende")).fill_null(False))
        .sort("bewilligt", descending=True)
        .unique(["praxis", "fall_id"], keep="first")
    )
    schein = spalte("scheinuntergruppe")
    bedingungen = [
        (spalte("versicherten_id").is_null(), "ohne_versicherten_id"),
        (spalte("geschlossene").is_not_null() & spalte("tag").is_null(), "schliessung_unbekannt"),
        (spalte("tag").is_not_null() & ~spalte("bewilligt"), "keine_bewilligung"),
        (~spalte("quartal").is_between("von", "bis"), "ausserhalb_zeitraum"),
        (spalte("letzter_tag") <= spalte("tag"), "behandlung_vor_schliessung"),
        (schein.is_in(VERTRETER), "vertreterfall"),
        (schein.is_in(NOTFALL), "notfall"),
        (schein != "00", "kein_hausaerztlicher_fall"),
        (~spalte("treffer"), "nicht_vorbehandelt"),
    ]
    grund = pl.coalesce(pl.when(bedingung).then(pl.lit(code)) for bedingung, code in bedingungen)
    nummer = pl.int_range(pl.len()).over("versicherten_id", "quartal", "grund")
    return (
        wahl.with_columns(grund=grund)
        .sort("erster_tag", "praxis", "fall_id")
        .with_columns(grund=pl.when(spalte("grund").is_null() & (nummer > 0)).then(pl.lit("bereits_im_quartal"))
                      .otherwise(pl.coalesce("grund", pl.lit("bewilligt"))))
        .sort("praxis", "fall_id")
        .select("praxis", "fall_id", "grund")
    )


def main():
    form, tabellen, ergebnis, _ = sys.argv[1:]
    beginn = time.perf_counter_ns()

    def tabelle(name, form="csv"):
        if form == "csv":
            return pl.scan_csv(f"{tabellen}/{name}.csv", infer_schema=False)
        return pl.scan_parquet(f"{tabellen}/{name}.parquet")

    schliessungen = tabelle("schliessungen").collect()
    faelle = noetige(tabelle("faelle", form), tabelle("leistungen", form), schliessungen["geschlossene"].to_list())
    entscheidung = entscheide(faelle, schliessungen.lazy(), tabelle("bewilligungen"))
    entscheidung.collect().write_csv(ergebnis)
    print(time.perf_counter_ns() - beginn)


if __name__ == "__main__":
    main()
