"""Reading trade with its corrections: what a code really held, and which rows are not believable.

Published rows are never changed. A correction of action "reclassify" says what the goods were; "exclude" says that a
row is not rare-earth trade.
"""

from __future__ import annotations

import polars as pl

_MATCH = ("source", "exporter", "importer", "hs6")


def corrected(trade: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Return `trade` with the columns `correction` (id), `read_as` (what the goods were) and `excluded`.

    `read_as` is null where the goods are what the code says.
    """
    rules = corrections.filter(pl.col("table") == "trade").select(
        pl.col("id").alias("correction"), *_MATCH, "first_year", "last_year", "action", "read_as"
    )
    numbered = trade.with_row_index("row")
    hits = numbered.join(rules, on=list(_MATCH), how="inner", maintain_order="left").filter(
        pl.col("year").is_between(pl.col("first_year"), pl.col("last_year"))
    )
    # An exclusion outranks a new class; of two alike the first by id is named.
    best = hits.sort("row", "action", "correction").unique("row", keep="first", maintain_order=True)
    marks = best.select("row", "correction", "action", "read_as")
    joined = numbered.join(marks, on="row", how="left", maintain_order="left")
    excluded = (pl.col("action") == "exclude").fill_null(False)
    return joined.with_columns(
        pl.when(~excluded).then(pl.col("read_as")).alias("read_as"), excluded.alias("excluded")
    ).drop("row", "action")
