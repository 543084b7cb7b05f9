"""EU criticality: supply risk and economic importance, by the Commission's methodology of 2017.

    (HHI_WGI-t)   = Σ_c S_c² · WGI_c · t_c            S_c share of country c in a supply base, WGI_c 0 best .. 10 worst
    SR_global     = (HHI_WGI-t)_GS · (1 - EoL_RIR) · SI_SR                     GS: world supply
    SR_EU         = (HHI_WGI-t)_EU · (1 - EoL_RIR) · SI_SR                     EU: what the EU sources
    SR            = SR_global · IR/2 + SR_EU · (1 - IR/2)                      IR: import reliance of the EU
    EI            = 10 · Σ_s A_s Q_s / max_s Q_s · SI_EI                       A_s use in sector s, Q_s its value added

European Commission (2017), Methodology for establishing the EU list of critical raw materials, ISBN 978-92-79-68051-9;
G. A. Blengini et al. (2017), Resources Policy 53:12-19, doi:10.1016/j.resourpol.2017.05.008. The text of the formulas
is as we understand it, and it reproduces the tables of the 2017 study within their rounding (tests). SR is computed at
extraction and at processing, and the higher, the bottleneck, is reported; if one supply base is poor, the other is used
alone. A material is critical if SR >= 1.0 and EI >= 2.8. Scores before 2017 are on other scales: do not compare.

What is not known is a range, and the result an interval: SR rises with both HHI and SI, falls with EoL_RIR, and moves
with IR between its two bases, so the ends of the interval lie at the ends of the inputs and are exact.

>>> frame = pl.DataFrame({"material": ["Dysprosium"], "stage": ["Extraction"], "hhi_gs": [9.2], "hhi_eu": [1.8],
...                       "import_reliance": [1.0], "eol_rir": [0.0], "si_sr": [0.9], "ei": [6.3]})
>>> row = eu_criticality(frame).row(0, named=True)
>>> round(row["sr_global"], 2), round(row["sr_eu"], 2), round(row["sr"], 2), row["critical"]
(8.28, 1.62, 4.95, True)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ytterby.core.errors import Fault, InputError
from ytterby.core.tables import Column, Schema
from ytterby.indicators import status
from ytterby.indicators.eu_table import eu_inputs
from ytterby.indicators.matching import table_of

SUPPLY_RISK_LIMIT = 1.0
IMPORTANCE_LIMIT = 2.8
# Half the last digit printed in the tables of 2017: HHI and SI to 0.1, IR and EoL_RIR to 1 per cent.
PRINTED_2017 = {"hhi_gs": 0.05, "hhi_eu": 0.05, "import_reliance": 0.005, "eol_rir": 0.005, "si_sr": 0.05}
# Where an input is not known: IR by its definition; SI_SR and EoL_RIR as in the 39 materials read in the 2017 tables.
UNKNOWN = {"import_reliance": (0.0, 1.0), "eol_rir": (0.0, 0.55), "si_sr": (0.8, 1.0)}
_BASES = ("both", "global", "eu")
_INPUTS = ("hhi_gs", "hhi_eu", "import_reliance", "eol_rir", "si_sr")

RESULT = Schema(
    "eu_criticality",
    (
        Column("material", pl.String, "", "material", required=True),
        Column("stage", pl.String, "", "extraction or processing"),
        Column("supply", pl.String, "", "supply bases used", words=_BASES),
        Column("sr_global", pl.Float64, "1", "supply risk from world supply alone"),
        Column("sr_eu", pl.Float64, "1", "supply risk from EU sourcing alone"),
        Column("sr", pl.Float64, "1", "supply risk"),
        Column("low", pl.Float64, "1", "lowest supply risk within the ranges of the inputs"),
        Column("high", pl.Float64, "1", "highest supply risk within them"),
        Column("ei", pl.Float64, "1", "economic importance"),
        Column("critical", pl.Boolean, "", "SR and EI at or above their limits; null where the interval spans a limit"),
        Column("bottleneck", pl.Boolean, "", "the stage with the higher supply risk of its material"),
        Column("status", pl.String, "", "what the value rests on", required=True, words=tuple(status.STATUSES)),
    ),
)


def eu_criticality(inputs: Any, rounding: Mapping[str, float] | None = None) -> pl.DataFrame:
    """Return supply risk, its interval and the verdict for each row of `inputs`: a material at a stage.

    Columns: material, hhi_gs, hhi_eu (0..10), import_reliance, eol_rir, si_sr (0..1), and if known stage, supply (both,
    global, eu) and ei. A null import_reliance, eol_rir or si_sr is the range of `UNKNOWN`: then `sr` is null and only
    the interval is given. `rounding` is half the last digit of each input, such as `PRINTED_2017`. A frame without a
    column hhi_gs (or a `Table`) is read as a user's table, in the names of `ytterby.indicators.eu_table`, among them
    those of the Commission's tables (HHI_WGI_t_GS, IR_pct, EoL_RIR_pct, supply_used).
    """
    if not isinstance(inputs, pl.DataFrame) or "hhi_gs" not in inputs.columns:
        inputs = eu_inputs(table_of(inputs, "eu_criticality"))
    frame = _complete(inputs)
    frame = frame.with_columns(_base_used())
    half = rounding or {}
    exact = frame.with_columns(_one_base("hhi_gs").alias("sr_global"), _one_base("hhi_eu").alias("sr_eu")).with_columns(
        _combined(pl.col("sr_global"), pl.col("sr_eu"), pl.col("import_reliance")).alias("sr")
    )
    low, high = (_end(side, half) for side in ("low", "high"))
    scored = exact.with_columns(low.alias("low"), high.alias("high"))
    scored = scored.with_columns(
        _verdict().alias("critical"),
        (pl.col("high") == pl.col("high").max().over("material")).alias("bottleneck"),
        pl.when(pl.col("high").is_null())
        .then(pl.lit(status.NO_DATA))
        .when(pl.col("sr").is_null())
        .then(pl.lit(status.SHARES_ONLY))
        .otherwise(pl.lit(status.OK))
        .alias("status"),
    )
    return scored.select(RESULT.names)


def weighted_hhi(shares: pl.DataFrame) -> pl.DataFrame:
    """Return (HHI_WGI-t) 0..10 by material and stage from rows of share [0..1], governance [0..10] and t.

    Columns: material, stage, country, share, governance, t. Shares that do not sum to 1 are used as they are printed.
    `covered` is the share whose country has a governance figure. Countries without one, and the part of supply that is
    not listed, make the interval: at governance 0 (nothing is added) and at 10 (the rest as one country).
    """
    square = pl.col("share") ** 2 * pl.col("t").fill_null(1.0)
    rest = (1.0 - pl.col("share").sum()).clip(0.0, 1.0)
    unruled = (square * 10.0).filter(pl.col("governance").is_null()).sum()
    known = (square * pl.col("governance")).sum()
    return (
        shares.group_by("material", "stage", maintain_order=True)
        .agg(
            known.alias("low"),
            (known + unruled + 10.0 * rest**2).alias("high"),
            pl.col("share").sum().alias("listed"),
            pl.col("share").filter(pl.col("governance").is_not_null()).sum().alias("covered"),
        )
        .with_columns(pl.col("low").alias("hhi"))
    )


def economic_importance(uses: pl.DataFrame, largest: float | None = None) -> pl.DataFrame:
    """Return EI before substitution (SI_EI = 1) by material, from rows of use share [0..1] and value added [any unit].

    Columns: material, share, value_added (null where the use belongs to no sector). `largest` is the value added of the
    largest sector, by default the largest in the table. Shares do not always sum to 1, and some
    belong to no sector; so EI is given with the shares made up to 1 and as they are printed. `allocated` is their sum.
    """
    top = pl.lit(largest) if largest is not None else pl.col("value_added").max()
    with_top = uses.with_columns(top.alias("_top"))
    held = pl.col("share").filter(pl.col("value_added").is_not_null()).sum()
    weighted = (pl.col("share") * pl.col("value_added")).sum()
    return with_top.group_by("material", maintain_order=True).agg(
        pl.when(held > 0).then(10.0 * weighted / held / pl.col("_top").first()).alias("ei_before_substitution"),
        pl.when(held > 0).then(10.0 * weighted / pl.col("_top").first()).alias("ei_as_printed_shares"),
        held.alias("allocated"),
    )


def governance_0_to_10(estimate: pl.Expr) -> pl.Expr:
    """Return governance on the scale of the EU, 0 best to 10 worst, of a World Bank estimate of about -2.5 to 2.5.

    The linear map is ours; the study prints no table of its scaled values that we have read.
    """
    return (10.0 * (2.5 - estimate) / 5.0).clip(0.0, 10.0)


def _complete(inputs: pl.DataFrame) -> pl.DataFrame:
    lacking = [name for name in ("material", "hhi_gs", "hhi_eu") if name not in inputs.columns]
    if lacking:
        raise InputError(
            [Fault("eu_criticality", f"no column {name!r}", "material, hhi_gs, hhi_eu") for name in lacking]
        )
    defaults = {"stage": pl.String, "supply": pl.String, "ei": pl.Float64} | dict.fromkeys(_INPUTS, pl.Float64)
    added = [pl.lit(None, dtype).alias(name) for name, dtype in defaults.items() if name not in inputs.columns]
    frame = inputs.with_columns(*added).with_columns(pl.col([*_INPUTS, "ei"]).cast(pl.Float64))
    faults = []
    for name in ("import_reliance", "eol_rir", "si_sr"):
        for row in (~frame[name].is_between(0.0, 1.0)).fill_null(False).arg_true():
            place = f"eu_criticality, row {row + 1}, column {name!r}"
            faults.append(Fault(place, f"{frame[name][row]:g}", "a part from 0 to 1, not per cent"))
    for row in (~frame["supply"].is_in(_BASES)).fill_null(False).arg_true():
        found = repr(frame["supply"][row])
        faults.append(Fault(f"eu_criticality, row {row + 1}, column 'supply'", found, "both, global or eu"))
    if faults:
        raise InputError(faults)
    return frame


def _base_used() -> pl.Expr:
    """Return which bases count: as told, else both where both are known."""
    return (
        pl.coalesce(
            pl.col("supply"),
            pl.when(pl.col("hhi_eu").is_null())
            .then(pl.lit("global"))
            .when(pl.col("hhi_gs").is_null())
            .then(pl.lit("eu"))
            .otherwise(pl.lit("both")),
        )
    ).alias("supply")


def _one_base(hhi: str) -> pl.Expr:
    return pl.col(hhi) * (1.0 - pl.col("eol_rir")) * pl.col("si_sr")


def _combined(world: pl.Expr, eu: pl.Expr, reliance: pl.Expr) -> pl.Expr:
    both = world * reliance / 2.0 + eu * (1.0 - reliance / 2.0)
    supply = pl.col("supply")
    return pl.when(supply == "global").then(world).when(supply == "eu").then(eu).otherwise(both)


def _end(side: str, half: Mapping[str, float]) -> pl.Expr:
    """Return the low or the high end of SR; it is linear in IR, so one of the two ends of IR gives it."""
    sign = -1.0 if side == "low" else 1.0

    def at(name: str, direction: float) -> pl.Expr:
        known = pl.col(name) + direction * half.get(name, 0.0)
        if name not in UNKNOWN:
            return known.clip(0.0, 10.0)
        return pl.coalesce(known, pl.lit(UNKNOWN[name][1 if direction > 0 else 0])).clip(0.0, 1.0)

    factor = (1.0 - at("eol_rir", -sign)) * at("si_sr", sign)
    world, eu = at("hhi_gs", sign) * factor, at("hhi_eu", sign) * factor
    ends = [_combined(world, eu, at("import_reliance", direction)) for direction in (-1.0, 1.0)]
    return pl.min_horizontal(ends) if side == "low" else pl.max_horizontal(ends)


def _verdict() -> pl.Expr:
    """Return whether both limits are met at every point of the interval, at none (false), or at some (null)."""
    important = pl.col("ei") >= IMPORTANCE_LIMIT
    low = pl.coalesce(pl.col("sr"), pl.col("low")) >= SUPPLY_RISK_LIMIT
    high = pl.coalesce(pl.col("sr"), pl.col("high")) >= SUPPLY_RISK_LIMIT
    return pl.when(~important | ~high).then(False).when(important & low).then(True)
