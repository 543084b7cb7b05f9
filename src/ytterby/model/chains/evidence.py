"""What the atlas says about one year of a chain, in tonnes of its basis, each number with the figure it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from ytterby.atlas.load import Atlas
from ytterby.core.errors import AtlasError
from ytterby.core.units import parse_unit
from ytterby.model.chains.definition import Chain, Good, Seen
from ytterby.model.shipments import REST, Shipment

#: Totals and groups: nobody mines or refines there.
_NO_PLACES = ("WLD", "EU27", None)
_UNNAMED = ("XXX", "ROW")
_TOLD = ("reported", "estimated", "computed")


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure in the chain's basis [t, or USD/kg], with what is needed to weigh and cite it.

    `listed` are the countries that its table names beside it: what a row of "other countries" is not. `late` is how
    many years lie between it and the base year.
    """

    country: str
    value: float
    figure: str
    qualifier: str
    source: str
    family: str
    edition: str
    conversion: str | None = None
    derived_from: str | None = None
    label: str = ""
    listed: tuple[str, ...] = ()
    late: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything cited that the builder of one base year of a chain uses.

    `made` is output by form and country; `rest` rows of countries that a table does not name; `world` its totals;
    `withheld` makers whose tonnage is not printed; `shares` parts of world output in per cent; `prices` in USD/kg of
    the basis; `known` single tonnages by their place in the definition; `lanes` the figures on lanes without a code.
    """

    year: int
    made: Mapping[str, Mapping[str, tuple[Reading, ...]]]
    rest: Mapping[str, tuple[Reading, ...]]
    world: Mapping[str, tuple[Reading, ...]]
    withheld: Mapping[str, tuple[str, ...]]
    shares: Mapping[str, Mapping[str, Reading]]
    prices: Mapping[str, Reading]
    known: Mapping[int, tuple[Reading, ...]]
    lanes: Mapping[int, tuple[Reading, Reading]]
    shipments: tuple[Shipment, ...]
    code_sources: Mapping[str, str]
    recovery: float = 1.0

    def size(self, form: str, country: str) -> float:
        """The tonnage of the newest figure of a country's output of a form, 0 where none is cited."""
        rows = self.made[form].get(country, ())
        return rows[0].value if rows else 0.0

    def total(self, form: str) -> float:
        """World output of a form: a printed total of the newest table, else the sum of the newest figures.

        Where only shares of it are published, it is what can be won from the world's mine output.
        """
        rows = self.world.get(form, ())
        if form == "refined" and not rows and not self.made[form] and "ore" in self.made:
            return self.total("ore") * self.recovery
        return rows[0].value if rows else sum(r[0].value for r in self.made[form].values())


def evidence(chain: Chain, atlas: Atlas, year: int, assumed: Mapping[str, float]) -> Evidence:
    """Gather the evidence of one year; AtlasError when a stage, a price or the trade has no figure for it."""
    figures = atlas.figures.filter(pl.col("material") == chain.material, pl.col("facility").is_null())
    families = dict(atlas.sources.select("id", "family").iter_rows())
    read = _Reader(figures, families, year, assumed)
    tables = {g.form: list(_tables(g, read)) for g in chain.goods}
    shares = {g.form: _shares(g, read) for g in chain.goods if g.shares}
    for form, rows in tables.items():
        if not rows and not shares.get(form):
            raise AtlasError(f"{chain.title}: no figure of {form} output for {year} in the atlas {atlas.edition}")
    shipments = _shipments(chain, atlas, year)
    if chain.codes and not shipments:
        raise AtlasError(f"{chain.title}: no trade with quantities for {year} in the atlas {atlas.edition}")
    return Evidence(
        year=year,
        made={form: _by_country(rows) for form, rows in tables.items()},
        rest={form: tuple(r for r in rows if r.country in _UNNAMED and r.value > 0) for form, rows in tables.items()},
        world={form: _newest(r for r in rows if r.country == "WLD") for form, rows in tables.items()},
        withheld={g.form: tuple(sorted({c for s in g.made for c in read.withheld(s)})) for g in chain.goods},
        shares=shares,
        prices={g.form: _price(chain, g, read, atlas) for g in chain.goods if g.price.figure},
        known={i: tuple(read.rows(k.figure)) for i, k in enumerate(chain.known)},
        lanes=_lanes(chain, read),
        shipments=shipments,
        code_sources={code.hs6: code.source for code in chain.codes},
        recovery=assumed.get("recovery", 1.0),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Finds the figures of a `Seen` and turns them into the basis."""

    figures: pl.DataFrame
    families: Mapping[str, str]
    year: int
    assumed: Mapping[str, float]

    def rows(self, seen: Seen, price: bool = False) -> Iterator[Reading]:
        """Readings of a family of figures, newest edition first; the base year, else a period that stands in."""
        for period in (str(self.year), *seen.periods):
            found = self._asked(seen, period).filter(pl.col("value").is_not_null(), pl.col("qualifier").is_in(_TOLD))
            if found.height:
                late = abs(int(period) - self.year) if period.isdigit() else 0
                rows = found.sort(["edition", "id"], descending=[True, False]).to_dicts()
                listed = _listed(rows)
                for row in rows:
                    yield replace(self.reading(row, seen, price), listed=listed[row["source"]], late=late)
                return

    def withheld(self, seen: Seen) -> list[str]:
        """Countries whose tonnage of the base year is withheld."""
        found = self._asked(seen, str(self.year)).filter(pl.col("qualifier") == "withheld")
        return [c for c in found["country"].to_list() if c not in (*_NO_PLACES, *_UNNAMED)]

    def _asked(self, seen: Seen, period: str) -> pl.DataFrame:
        found = self.figures.filter(
            pl.col("stage") == seen.stage, pl.col("measure") == seen.measure, pl.col("period") == period
        )
        if seen.form is not None:
            found = found.filter(pl.col("form") == seen.form)
        if seen.source is not None:
            found = found.filter(pl.col("source").str.starts_with(seen.source))
        return found if seen.country is None else found.filter(pl.col("country") == seen.country)

    def reading(self, row: Mapping[str, Any], seen: Seen, price: bool) -> Reading:
        """One row of the atlas in the chain's basis."""
        scale = parse_unit(row["unit"].removesuffix(" nominal")).scale
        share = row["unit"] == "%"
        content = self.assumed[seen.content] if seen.content else 1.0
        factor = 1.0 if share else scale / content if price else scale / 1000 * content
        return Reading(
            country=row["country"],
            value=float(row["value"]) * factor,
            figure=row["id"],
            qualifier=row["qualifier"],
            source=row["source"],
            family=self.families.get(row["source"], row["source"]),
            edition=row["edition"] or "",
            conversion=_conversion(row["unit"], content, price, share),
            derived_from=row["derived_from"],
            label=seen.label,
        )


def _conversion(unit: str, content: float, price: bool, share: bool) -> str | None:
    if share:
        return "per cent of world output"
    if price:
        return f"{unit} to USD/kg" + (f", / {content:g} content" if content != 1 else "")
    parts = [f"{unit} to t"] if not unit.startswith("t ") else []
    return ", ".join([*parts, *([f"x {content:g}"] if content != 1 else [])]) or None


def _listed(rows: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        if row["country"] not in (*_NO_PLACES, *_UNNAMED):
            found.setdefault(row["source"], set()).add(row["country"])
        else:
            found.setdefault(row["source"], set())
    return {source: tuple(sorted(places)) for source, places in found.items()}


def _tables(good: Good, read: _Reader) -> Iterator[Reading]:
    for seen in good.made:
        yield from read.rows(seen)


def _by_country(rows: list[Reading]) -> dict[str, tuple[Reading, ...]]:
    found: dict[str, list[Reading]] = {}
    for row in rows:
        if row.country not in (*_NO_PLACES, *_UNNAMED) and row.value > 0:
            found.setdefault(row.country, []).append(row)
    return {country: tuple(found[country]) for country in sorted(found)}


def _newest(rows: Iterator[Reading]) -> tuple[Reading, ...]:
    return tuple(sorted(rows, key=lambda r: r.edition, reverse=True))


def _shares(good: Good, read: _Reader) -> dict[str, Reading]:
    """Published parts of world output, of whatever period the table has."""
    assert good.shares is not None
    return {r.country: r for r in read.rows(good.shares) if r.country not in _NO_PLACES and r.value > 0}


def _price(chain: Chain, good: Good, read: _Reader, atlas: Atlas) -> Reading:
    assert good.price.figure is not None
    found = next(read.rows(good.price.figure, price=True), None)
    if found is None:
        raise AtlasError(f"{chain.title}: no price of {good.words} for {read.year} in the atlas {atlas.edition}")
    return found


def _lanes(chain: Chain, read: _Reader) -> dict[int, tuple[Reading, Reading]]:
    """For lanes sized by a total of imports and a share of their origin: both figures."""
    found = {}
    for i, lane in enumerate(chain.unseen):
        if lane.total is None or lane.share is None:
            continue
        totals = list(read.rows(lane.total))
        partner = "XXX" if lane.origin == REST else lane.origin
        rows = read.figures.filter(
            pl.col("stage") == lane.share.stage,
            pl.col("measure") == lane.share.measure,
            pl.col("country") == lane.destination,
            pl.col("partner") == partner,
            pl.col("value").is_not_null(),
        )
        if lane.share.form:
            rows = rows.filter(pl.col("form") == lane.share.form)
        if lane.share.source:
            rows = rows.filter(pl.col("source").str.starts_with(lane.share.source))
        if totals and rows.height:
            row = rows.sort("edition", descending=True).row(0, named=True)
            found[i] = (totals[0], read.reading(row, lane.share, price=False))
    return found


def _shipments(chain: Chain, atlas: Atlas, year: int) -> tuple[Shipment, ...]:
    """Bilateral trade of the year in the chain's codes; each code from the data set that its definition names."""
    if not chain.codes:
        return ()
    rows = atlas.trade_of(*sorted({c.hs6 for c in chain.codes}), year=year)
    wanted = {(c.hs6, c.source) for c in chain.codes}
    rows = rows.filter(pl.col("exporter") != pl.col("importer")).sort("hs6", "exporter", "importer")
    found = tuple(
        Shipment(r["hs6"], _place(r["exporter"]), _place(r["importer"]), r["quantity_t"], r["value_kusd"] or 0.0)
        for r in rows.iter_rows(named=True)
        if (r["hs6"], r["source"]) in wanted
    )
    return found if any(s.tonnes for s in found) else ()


def _place(country: str) -> str:
    return REST if country in ("XXX", "WLD") else country
