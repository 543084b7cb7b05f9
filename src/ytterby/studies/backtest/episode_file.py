"""Reading an episode: a ready name, a file or tables; every fault of the file at once, each with its place.

The tables themselves are checked field by field; then whatever one part says of another: products, countries, supplies,
sources and measures that are named must be there, and the base must leave no use below nothing.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ytterby.core.errors import Fault, InputError, nearest
from ytterby.model.edge import Edge, faults, join, show
from ytterby.model.toml_text import read_toml
from ytterby.studies.backtest.episode import Action, Amount, Benchmark, Episode, month_number, period
from ytterby.studies.backtest.expression import Misread, read
from ytterby.studies.backtest.tables import BenchmarkTable, TopTable

LONGEST = 240  # months
_MOST_FILES = 200


def ready() -> tuple[str, ...]:
    """Names of the episodes that come with the package."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


def episodes(what: str | os.PathLike[str] | Mapping[str, Any] | None = None) -> tuple[Episode, ...]:
    """The ready episodes, or those of a ready name, a file, a folder, or tables; InputError with all faults."""
    if what is None:
        return tuple(episode(_folder() / f"{name}.toml") for name in ready())
    if isinstance(what, Mapping):
        return (of_tables(what, "episode"),)
    path = Path(what)
    if isinstance(what, str) and what in ready():
        return (episode(_folder() / f"{what}.toml"),)
    try:
        files = sorted(path.glob("*.toml"))[:_MOST_FILES] if path.is_dir() else [path]
        there = path.is_dir() or path.suffix or path.exists()
    except (OSError, ValueError):
        files, there = [path], False
    if not there:
        raise InputError(Fault("episode", show(str(what)), "a ready episode (" + ", ".join(ready()) + "), a file or a"
                               " folder", nearest(str(what), ready())))  # fmt: skip
    if not files:
        raise InputError(Fault(str(what), "a folder without .toml files", "a folder of episode files"))
    found, wrong = [], []
    for file in files:
        try:
            found.append(episode(file))
        except InputError as error:
            wrong += list(error.faults) or [Fault(file.name, str(error), "an episode file")]
    twice = [name for name, count in Counter(e.id for e in found).items() if count > 1]
    wrong += [Fault(str(what), f"two episodes of the id {show(name)}", "each id once") for name in twice]
    if wrong:
        raise InputError(wrong)
    return tuple(found)


def episode(path: Path) -> Episode:
    """The episode of a file; InputError with every fault."""
    return of_tables(read_toml(path, path.name)[0], path.name)


def of_tables(tables: Mapping[str, Any], label: str) -> Episode:
    """The episode that tables describe; InputError with every fault."""
    try:
        top = TopTable.model_validate({str(k): v for k, v in tables.items()})
    except ValidationError as error:
        raise InputError(faults(error, TopTable, label)) from None
    found = _record(top)
    wrong = [fault for check in (_names, _sizes, _calendar, _balance) for fault in check(found, label)]
    if not wrong:
        wrong = list(_expressions(found, label))
    if wrong:
        raise InputError(list(dict.fromkeys(wrong)))
    return found


def _record(top: TopTable) -> Episode:
    return Episode(
        top.id, top.title, top.label or "", top.about or "", top.unit, month_number(top.first), month_number(top.last),
        tuple(x.record() for x in top.product), tuple(x.record() for x in top.supply),
        tuple(x.record() for x in top.lane), tuple(x.record() for x in top.measure),
        tuple(x.record() for x in top.observed), tuple(_benchmark(x) for x in top.benchmark),
        {name: amount.record() for name, amount in top.fact.items()}, tuple(x.record() for x in top.source),
    )  # fmt: skip


def _benchmark(table: BenchmarkTable) -> Benchmark:
    size = len(table.value)

    def ends(given: list[float] | None) -> tuple[float | None, ...]:
        if given is None:
            return (None,) * size
        return tuple(given) if len(given) == size else tuple(given * size)

    parts = tuple(table.parts) if table.parts else tuple(table.value)
    return Benchmark(
        table.id, table.what, table.unit or "1", tuple(table.value), parts, tuple(table.observed), ends(table.low),
        ends(table.high), tuple(table.source), table.counted, table.note or "", table.if_missed or "",
    )  # fmt: skip


def _folder() -> Path:
    return Path(__file__).parent.parent.parent / "scenarios" / "episodes"


def _names(e: Episode, label: str) -> Iterator[Fault]:
    """Ids given twice, and words that name nothing."""
    lists: tuple[tuple[str, Iterable[Any]], ...] = (
        ("product", e.products), ("supply", e.supplies), ("measure", e.actions), ("observed", e.observed),
        ("benchmark", e.benchmarks), ("source", e.sources),
    )  # fmt: skip
    for kind, rows in lists:
        twice = [name for name, count in Counter(r.id for r in rows).items() if count > 1]
        yield from (Fault(join(label, kind), f"{show(n)} twice", "each id once") for n in twice)
    products = [p.id for p in e.products]
    for place, words, known, kind in _mentioned(e, products):
        for word in words:
            if word and word not in known:
                expected = f"a {kind}: " + (", ".join(known) or "there is none")
                yield Fault(join(label, place), show(word), expected, nearest(word, known))


def _mentioned(e: Episode, products: list[str]) -> Iterator[tuple[str, Iterable[str], list[str], str]]:
    countries, sources = list(e.countries), [s.id for s in e.sources]
    supplies, measures = [s.id for s in e.supplies], [a.id for a in e.actions]
    for place, amount in _amounts(e):
        yield place, (amount.source,), sources, "source"
    for s in e.supplies:
        yield f"supply {s.id}, mix", s.mix, products, "product"
    for lane in e.lanes:
        yield f"lane {lane.origin} > {lane.destination}, mix", lane.mix, products, "product"
    for a in e.actions:
        place = f"measure {a.id}"
        yield f"{place}, products", (*a.products, *a.mix), products, "product"
        yield f"{place}, of", (a.country,), countries, "country"
        yield f"{place}, to", a.to, countries, "country"
        yield f"{place}, supplies", a.supplies, supplies, "supply"
        yield f"{place}, replaces", a.replaces, measures, "measure"
        yield f"{place}, source", (a.source,), sources, "source"
    for o in e.observed:
        yield f"observed {o.id}, points", (p.source for p in o.points), sources, "source"
    for b in e.benchmarks:
        yield f"benchmark {b.id}, source", b.source, sources, "source"


def amounts(e: Episode) -> Iterator[tuple[str, Amount]]:
    """Every number of an episode with its place: cited, or assumed."""
    return _amounts(e)


def _amounts(e: Episode) -> Iterator[tuple[str, Amount]]:
    for p in e.products:
        yield f"product {p.id}, price", p.price
        if p.home:
            yield f"product {p.id}, home", p.home
    for s in e.supplies:
        yield f"supply {s.id}, base", s.base
        if s.slack:
            yield f"supply {s.id}, slack", s.slack
    for lane in e.lanes:
        yield f"lane {lane.origin} > {lane.destination}, base", lane.base
        if lane.unrecorded:
            yield f"lane {lane.origin} > {lane.destination}, unrecorded", lane.unrecorded
    for a in e.actions:
        if a.kind not in ("ban", "end"):
            yield f"measure {a.id}, amount", a.amount
        for name in ("weight", "covers", "delay", "cost"):
            amount = getattr(a, name)
            if amount:
                yield f"measure {a.id}, {name}", amount
    for name, amount in e.facts.items():
        yield f"fact {name}", amount


def _sizes(e: Episode, label: str) -> Iterator[Fault]:
    """Numbers that must be above nothing: curves pass through prices, and licences for no tonne have no price."""
    for p in e.products:
        for name, amount in (("price", p.price), ("home", p.home)):
            if amount and amount.value <= 0:
                yield Fault(join(label, f"product {p.id}, {name}"), f"{amount.value:g}", "a price above 0")
    for a in e.actions:
        if a.kind == "quota" and a.amount.value <= 0:
            found = f"a quota of {a.amount.value:g}"
            yield Fault(join(label, f"measure {a.id}, tonnes"), found, 'tonnes above 0, or kind = "ban" for none')


def _calendar(e: Episode, label: str) -> Iterator[Fault]:
    if e.last < e.first:
        yield Fault(join(label, "to"), "a month before from", "a month after from")
    elif e.last - e.first >= LONGEST:
        yield Fault(join(label, "to"), f"{e.last - e.first + 1} months", f"at most {LONGEST} months")
    by_id = {a.id: a for a in e.actions}
    for a in e.actions:
        for name in a.replaces:
            old = by_id.get(name)
            if old is not None and (old.start >= a.start or a.kind not in (old.kind, "end")):
                wanted = "an earlier measure" if a.kind == "end" else f"an earlier {a.kind}"
                yield Fault(join(label, f"measure {a.id}, replaces"), show(name), wanted)
    for first, second in _doubled(e.actions):
        yield Fault(join(label, f"measure {second.id}"), f"a second {second.kind} beside {first.id} at the same time on"
                    " the same lanes", "replaces = (the earlier one), or until before the later begins")  # fmt: skip


def _doubled(actions: tuple[Action, ...]) -> Iterator[tuple[Action, Action]]:
    """Two quotas or licences on the same goods at once, of which neither takes the other's place."""
    for i, a in enumerate(actions):
        for b in actions[i + 1 :]:
            if a.kind != b.kind or a.kind not in ("quota", "licence"):
                continue
            if (a.country, a.products, a.to) != (b.country, b.products, b.to) or a.replaces or b.replaces:
                continue
            first, second = sorted((a, b), key=lambda x: x.start)
            if first.end is None or first.end > second.start:
                yield first, second


def _balance(e: Episode, label: str) -> Iterator[Fault]:
    for (product, country), use in base_uses(e).items():
        if use < -1e-6 * max(1.0, sum(s.base.value for s in e.supplies)):
            found = f"{-use:,.4g} {e.unit} more of {product} sold by {country} than it has"
            yield Fault(join(label, f"lane of {country}"), found, "lanes of at most supply and purchases")


def base_uses(e: Episode) -> dict[tuple[str, str], float]:
    """Use in the base by product and country [unit/yr]: what supply and trade leave."""
    found = {(p.id, c): 0.0 for p in e.products for c in e.countries}
    for s in e.supplies:
        for product, share in s.mix.items():
            if (product, s.country) in found:
                found[product, s.country] += s.base.value * share
    for lane in e.lanes:
        for product in lane.mix:
            for country, sign in ((lane.origin, -1), (lane.destination, 1)):
                if (product, country) in found:
                    found[product, country] += sign * (lane.recorded(product) + lane.beside(product))
    return found


def vocabulary(e: Episode) -> dict[str, tuple[str, ...]]:
    """The words an expression may use, by kind."""
    return {
        "product": tuple(p.id for p in e.products),
        "country": e.countries,
        "supply": (*(s.id for s in e.supplies), *(a.id for a in e.actions if a.kind == "plant")),
        "measure": tuple(a.id for a in e.actions),
        "fact": tuple(e.facts),
    }


def within(e: Episode, text: str) -> bool:
    """Whether a text is a time of the episode's calendar."""
    try:
        first, last = period(text)
    except (ValueError, IndexError):
        return False
    return e.first <= first <= last <= e.last


def _expressions(e: Episode, label: str) -> Iterator[Fault]:
    words = vocabulary(e)

    def tried(text: str, place: str, series: bool) -> Iterator[Fault]:
        try:
            read(text, words, lambda when: within(e, when), series)
        except Misread as wrong:
            yield Fault(join(label, place), wrong.found, wrong.expected, wrong.near)

    for o in e.observed:
        yield from tried(o.series, f"observed {o.id}, series", True)
        for p in o.points:
            try:
                period(p.when)
            except (ValueError, IndexError):
                expected = "a time such as 2010, 2010-Q3, 2010-07 or 2010-07-26"
                yield Fault(join(label, f"observed {o.id}, points"), show(p.when), expected)
    for b in e.benchmarks:
        for text in b.values:
            yield from tried(text, f"benchmark {b.id}, value", False)


def keys(model: type[Edge] = TopTable) -> tuple[str, ...]:
    """The keys of a file's top, as written."""
    return tuple(f.alias or name for name, f in model.model_fields.items())
