"""Write docs/out-of-sample.md: calibrated on 2022, run on 2024's mine output, beside what was observed."""

from __future__ import annotations

from pathlib import Path

from ytterby.atlas.load import load
from ytterby.studies.out_of_sample import Row, out_of_sample

PAGE = Path(__file__).parents[1] / "docs" / "out-of-sample.md"

HEAD = """# Out of sample: 2022 to 2024

The network is calibrated on 2022. Then each country's mines are fixed at their cited output of 2024 (newest edition; no
trade measure on rare earths came or went between the two years). Demand, technology and stocks stay as they were. The
table sets the model's 2024 beside the observed one. **Nothing was tuned to it.**

| quantity | unit | 2022 | modelled 2024 | observed 2024 | modelled change | observed change |
|---|---|--:|--:|--:|--:|--:|
"""

TAIL = """
Observed prices are USGS annual averages; observed flows are those of the reconciled balance of 2024.

## How to read the misses

* **Direction.** Mine output rose, and the model, like the market, sees prices fall. Where an element
  leaves a surplus in solution in the base year (La, Ce, Sm, Y), its price is its finishing cost and cannot fall: those
  four misses are the price floor, by construction.
* **Nd, Pr, Dy, Tb and Gd.** More ore explains most of their fall. Nd and Pr fall less than they did: their prices of
  2022 stood near a peak that the mine output of that year does not explain.
* **Minor heavy elements overshoot.** More clay was mined in Myanmar and China in 2024 than in 2022, while the short-run
  elasticities of use are below one, so a static one-year model must let their prices fall far. Real buyers and the
  trade built stocks at low prices; the model has none.
* **Magnet exports** of 2022 are weighed from values, because that year's trade has no tonnes; their base is uncertain
  by more than the change.

A model with stocks and growing demand is needed before such a table can be called a test of the price path. The
one-year table is kept because it shows what supply alone explains.

This page is written by `tools/make_out_of_sample.py`.
"""


def line(row: Row) -> str:
    """One row of the table."""
    numbers = " | ".join(f"{v:,.2f}" if v < 1000 else f"{v:,.0f}" for v in (row.base, row.modelled, row.observed))
    return f"| {row.quantity} | {row.unit} | {numbers} | {row.modelled_change:+.0%} | {row.observed_change:+.0%} |"


if __name__ == "__main__":
    PAGE.write_text(HEAD + "\n".join(line(row) for row in out_of_sample(load())) + "\n" + TAIL, encoding="utf-8")
