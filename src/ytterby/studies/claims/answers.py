"""What the figures answer to a test: a number with an interval from each source, and orders of countries."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from ytterby.atlas.load import Atlas
from ytterby.atlas.materials import name_of
from ytterby.atlas.places import name_of as country
from ytterby.core.errors import InputError
from ytterby.studies.claims import customs, plants
from ytterby.studies.claims.figures import (
    AGGREGATES,
    KIN,
    WORLD,
    Answer,
    Figure,
    Shelf,
    in_year,
    main_form,
    newest_editions,
    out_by,
)
from ytterby.studies.claims.record import Test
from ytterby.studies.claims.regions import is_region, members

#: Stages a claim about "production" may mean, in the order in which they are tried.
STAGES = ("mine", "separation", "refining", "magnet", "manufacture", "all")
#: An edition that is not told: some edition once said so.
ANY_EDITION = "any"
#: Use is printed under three names.
USED = dict.fromkeys(("consumption", "demand"), ("consumption", "apparent_consumption", "demand"))
_BY_FIGURE = ("net_import_reliance", "import_source_share")


def answers(shelf: Shelf, test: Test, as_of: date | None, every: bool = False) -> list[Answer]:
    """Return the answer of each source to a quantity or share; `every` keeps old editions and periods as well."""
    if customs.is_traded(test):
        return customs.answers(shelf, test, as_of)
    if test.edition == ANY_EDITION:
        every = True
    found = _answers(shelf, test, as_of, every or test.edition is not None)
    if test.edition not in (None, ANY_EDITION):
        found = [item for item in found if item.figure.edition.split(" ")[0] == test.edition]
    if test.source is not None:
        found = [item for item in found if item.figure.source.startswith(test.source)]
    return found


def _answers(shelf: Shelf, test: Test, as_of: date | None, every: bool) -> list[Answer]:
    if test.measure == "price" and test.date:
        return [_answer(f) for f in _months(shelf, test, as_of) if f.period == test.date]
    if test.measure in _BY_FIGURE:
        return _plain(shelf, test, as_of, every)
    if test.facility:
        held = [_answer(item, name) for item, name in _plant(shelf, test, as_of)] if test.measure != "capacity" else []
        return held or plants.answers(shelf, test)
    if test.type == "share":
        return _shares(shelf, test, as_of, every)
    return _plain(shelf, test, as_of, every)


def order(shelf: Shelf, test: Test, as_of: date | None) -> list[list[Answer]]:
    """Return, of each source, its countries from the largest; the rest of the world and unknown ones are left out."""
    if customs.is_traded(test):
        return customs.order(shelf, test, as_of)
    found = []
    inside = _scope(shelf.atlas, test)
    for table in _tables(_kin(shelf, test, as_of, test.measure or "production"), test.year, False, test.product):
        rows = [_answer(item) for item in table if inside(item.country) and item.known and item.value]
        rows.sort(key=lambda item: -item.value)
        if len(rows) > (0 if test.other else 1):
            found.append(rows)
    if found or test.measure not in (None, "production"):
        return found
    for table in _tables(_kin(shelf, test, as_of, "share"), test.year, False, test.product):
        rows = sorted((_answer(i) for i in table if inside(i.country) and i.known), key=lambda i: -i.value)
        if len(rows) > 1:
            found.append(rows)
    return found


def _scope(atlas: Atlas, test: Test) -> Callable[[str], bool]:
    """Which countries an order is among: all, those of a part of the world, or all without some."""
    named = frozenset(code for name in test.other for code in members(name, atlas))
    without = test.action == "without"
    return lambda code: code not in AGGREGATES and (not named or (code in named) != without)


def default_stage(shelf: Shelf, material: str, measure: str = "production") -> str:
    """Return the stage a claim means that names none: the first that has a world total."""
    if measure in ("capacity", "quota"):
        told = (stage for stage in STAGES if shelf.shelves.get((material, stage, measure)))
        return next(told, "mine")
    for stage in STAGES:
        held = [
            f for name in KIN.get((material, stage), (material,)) for f in shelf.shelves.get((name, stage, measure), [])
        ]
        if any(item.country == WORLD and item.known for item in held):
            return stage
    for stage in STAGES:
        if shelf.shelves.get((material, stage, measure)) or shelf.shelves.get((material, stage, "share")):
            return stage
    return "mine"


def series(shelf: Shelf, test: Test, as_of: date | None) -> list[dict[int, Answer]]:
    """Return yearly numbers by source family and form, of the newest edition that prints each year."""
    if customs.is_traded(test):
        return customs.series(shelf, test, as_of)
    place = test.place[0] if test.place else WORLD
    measure = test.measure or "production"
    found: dict[tuple[str, str | None, str], dict[int, Answer]] = defaultdict(dict)
    held = [f for f in newest_editions(_kin(shelf, test, as_of, measure)) if f.known and f.first == f.last]
    chosen = held if measure == "price" else [f for f in held if f.country == place]
    if measure != "price":
        chosen = main_form(chosen, test.product)
    for item in sorted(chosen, key=lambda f: f.edition):
        form = item.form if measure == "price" else None
        found[item.family, form, item.material][item.first] = _answer(item)
    return list(found.values())


def _kin(shelf: Shelf, test: Test, as_of: date | None, measure: str) -> list[Figure]:
    stage, material = test.stage or "mine", test.material or ""
    if measure == "price":
        held = [f for (m, _, what), fs in shelf.shelves.items() if m == material and what == "price" for f in fs]
        usual = [f for f in out_by(held, as_of) if f.unit == (test.unit or "USD/kg")]
        return usual if test.type != "trend" else usual or out_by(held, as_of)
    names = KIN.get((material, stage), (material,))
    return [f for name in names for f in shelf.on(name, stage, measure, as_of)]


def _plain(shelf: Shelf, test: Test, as_of: date | None, every: bool) -> list[Answer]:
    place = test.place or (WORLD,)
    measure = test.measure or "production"
    stages = ("use", "mine", "separation", "refining") if measure in _BY_FIGURE else (test.stage or "mine",)
    if measure in USED:
        stages = ("use", "all", "mine", "refining")
    found: list[Answer] = []
    for stage in stages:
        held = [f for name in USED.get(measure, (measure,)) for f in _kin(shelf, _at(test, stage), as_of, name)]
        if measure == "price":
            found += _prices(held, test, every) + _means(_months(shelf, test, as_of), test.year)
            continue
        if any(is_region(code) for code in place):
            chosen = main_form(_dated(newest_editions(held), test.year, every), test.product)
            found += _summed(shelf.atlas, chosen, place)
            continue
        held = [f for f in held if f.country in place and (measure != "import_source_share" or f.partner in test.other)]
        if measure == "import_source_share" or every:
            chosen = _dated(held if every else newest_editions(held), test.year, every)
        else:
            chosen = _dated(newest_editions(held), test.year, every)
            # A country's use is printed for several forms, apparent and reported: each may be meant.
            chosen = chosen if measure in USED else main_form(chosen, test.product)
        found += _sum(chosen, place) if len(place) > 1 else [_answer(f) for f in chosen if f.known]
        if found and measure in _BY_FIGURE:
            break
    return found


def _prices(held: list[Figure], test: Test, every: bool) -> list[Answer]:
    chosen = _dated(held if every else newest_editions(held), test.year, every)
    if test.product:
        chosen = [f for f in chosen if f.form and test.product in f.form] or chosen
    if test.place and test.place != (WORLD,):
        chosen = [f for f in chosen if f.country in test.place] or chosen
    return [_answer(f) for f in chosen if f.known]


def _months(shelf: Shelf, test: Test, as_of: date | None) -> list[Figure]:
    held = out_by(shelf.months.get(test.material or "", []), as_of)
    return [f for f in newest_editions(held) if f.unit == "USD/kg"]


def _means(months: list[Figure], year: int | None) -> list[Answer]:
    """The mean of the twelve months of a year, of each source and form; none where a month is missing."""
    tables: dict[tuple[str, str | None], list[Figure]] = defaultdict(list)
    for item in months:
        if item.first == year:
            tables[item.family, item.form].append(item)
    found = []
    for rows in tables.values():
        if len(rows) == 12:
            value = sum(f.value or 0.0 for f in rows) / 12
            low, high = min(f.low for f in rows), max(f.high for f in rows)
            whole = replace(rows[0], period=str(year))
            what = f"{_named(whole)}, mean of its months"
            narrow = min(value - low, 0.01 * value), min(high - value, 0.01 * value)
            found.append(Answer(value, value - narrow[0], value + narrow[1], rows[0].unit, whole, what))
    return found


def _shares(shelf: Shelf, test: Test, as_of: date | None, every: bool) -> list[Answer]:
    found: list[Answer] = []
    direct: list[Figure] = []
    for table in _tables(_kin(shelf, test, as_of, test.measure or "production"), test.year, every, test.product):
        total = next((f for f in table if f.country == WORLD and f.known), None)
        rows = _rows(shelf.atlas, table, test.place)
        if total is not None and total.value and rows:
            found.append(_ratio(rows, total, _unlisted(table) if any(map(is_region, test.place)) else 0.0))
    if test.measure in (None, "production", "share") and len(test.place) == 1:
        held = _kin(shelf, test, as_of, "share")
        direct = [f for f in _dated(held if every else newest_editions(held), test.year, every) if f.known]
        found += [_answer(f) for f in direct if f.country in test.place]
    return _recent(found) if test.year is None and not every else found


def _recent(found: list[Answer]) -> list[Answer]:
    newest = max((item.figure.last for item in found), default=0)
    return [item for item in found if item.figure.last >= newest - 2]


def _tables(held: Iterable[Figure], year: int | None, every: bool, product: str | None) -> list[list[Figure]]:
    """Figures side by side: of one source, one form and one period."""
    figures = list(held)
    if not every:
        figures = newest_editions(figures)
    figures = main_form(_dated(figures, year, every), product)
    tables: dict[tuple[str, str, str, str | None], list[Figure]] = defaultdict(list)
    for item in figures:
        key = (item.family, item.edition if every else "", item.period, item.material)
        tables[key].append(item)
    return list(tables.values())


def _dated(figures: list[Figure], year: int | None, every: bool) -> list[Figure]:
    return figures if every and year is None else in_year(figures, year)


def _rows(atlas: Atlas, table: list[Figure], place: tuple[str, ...]) -> list[Figure]:
    """The rows of every place, of a part of the world those that are printed; none where a place has no row."""
    found: list[Figure] = []
    for code in place:
        own = members(code, atlas) if is_region(code) else (code,)
        held = [f for f in table if f.country in own and f.known]
        if not held:
            return []
        found += held
    return found


def _unlisted(table: list[Figure]) -> float:
    """What a table keeps for countries it does not name: it may lie in any part of the world."""
    return sum(f.value or 0.0 for f in table if f.country in ("XXX", "ROW") and f.known)


def _summed(atlas: Atlas, figures: list[Figure], place: tuple[str, ...]) -> list[Answer]:
    """The sum of the countries of a part of the world, of each table; what is not told by country may add to it."""
    tables: dict[tuple[str, str, str | None], list[Figure]] = defaultdict(list)
    for item in figures:
        tables[item.family, item.period, item.form].append(item)
    found = []
    for table in tables.values():
        rows = _rows(atlas, table, place)
        if rows:
            value, least = sum(f.value or 0.0 for f in rows), sum(f.low for f in rows)
            most = sum(f.high for f in rows) + _unlisted(table)
            parts = ", ".join(f"{_country(f.country)} {number(f.value)}" for f in sorted(rows, key=_size)[:4])
            what = f"{' and '.join(place)}, {_named(rows[0]).partition(', ')[2]} ({parts})"
            found.append(Answer(value, least, most, rows[0].unit, rows[0], what))
    return found


def _size(item: Figure) -> float:
    return -(item.value or 0.0)


def _ratio(rows: list[Figure], total: Figure, more: float = 0.0) -> Answer:
    part = sum(f.value or 0.0 for f in rows)
    low, high = sum(f.low for f in rows), sum(f.high for f in rows) + more
    least, most = total.low or 0.0, total.high
    value = 100 * part / (total.value or math.nan)
    lower = 0.0 if math.isinf(most) else 100 * low / most
    upper = min(100.0, 100 * high / least) if least else 100.0
    what = f"{_named(rows[0])}: {number(part)} of {number(total.value)} {total.unit} {total.basis}".rstrip()
    return Answer(min(value, 100.0), lower, upper, "%", rows[0], what)


def _sum(chosen: list[Figure], place: tuple[str, ...]) -> list[Answer]:
    tables: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for item in chosen:
        if item.known:
            tables[item.family, item.period].append(item)
    found = []
    for rows in tables.values():
        if len({f.country for f in rows}) == len(place):
            value, low, high = sum(f.value or 0 for f in rows), sum(f.low for f in rows), sum(f.high for f in rows)
            found.append(Answer(value, low, high, rows[0].unit, rows[0], _named(rows[0])))
    return found


def _answer(item: Figure, name: str | None = None) -> Answer:
    return Answer(item.value or 0.0, item.low, item.high, item.unit, item, name or _named(item))


def _plant(shelf: Shelf, test: Test, as_of: date | None) -> list[tuple[Figure, str]]:
    held = out_by(shelf.plants.get(test.facility or "", []), as_of)
    return [(f, test.facility or "") for f in in_year([f for f in held if f.measure == "production"], test.year)
            if f.known and (test.material is None or f.material == test.material)]  # fmt: skip


def _named(item: Figure) -> str:
    parts = [_country(item.country), item.measure.replace("_", " "), item.stage, _material(item.material)]
    if item.form and item.form != "all":
        parts.append(item.form)
    return ", ".join([*parts, item.period])


def _country(code: str) -> str:
    try:
        return country(code)
    except InputError:
        return code


def _material(code: str) -> str:
    try:
        return name_of(code)
    except InputError:
        return code


def _at(test: Test, stage: str) -> Test:
    return replace(test, stage=stage)


def number(value: float | None) -> str:
    """Return a number as people write it: 270,000, 3.8 million, 0.7.

    >>> number(270000.0), number(3_800_000.0), number(68.96), number(0.684), number(None)
    ('270,000', '3.8 million', '69', '0.68', 'not known')
    """
    if value is None or math.isnan(value):
        return "not known"
    if math.isinf(value):
        return "any amount"
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if abs(value) >= size:
            return f"{value / size:.3g} {word}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 20 else f"{value:.2g}"
