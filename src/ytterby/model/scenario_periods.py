"""What many periods need of a scenario, and what one period cannot take; pure checks that return faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import exp, log1p

from ytterby.core.errors import Fault, InputError
from ytterby.model.calendar import YEARS, calendar
from ytterby.model.edge import join
from ytterby.model.scenario import Base, Entry, Growth, Measure, Pile, Recycle, Scenario, Time
from ytterby.model.scenario_schema import TopTable

#: Nothing grows, or shrinks, by more than this over a path: the curves are calibrated in the base year.
FARTHEST = 10.0
Held = Pile | Recycle | Growth | Entry


def time_faults(
    top: TopTable | None, base: Base | None, measures: Sequence[Measure], held: Sequence[Held],
    how: Mapping[str, float], label: str,
) -> list[Fault]:  # fmt: skip
    """Faults of the calendar against the base, the measures and what only many periods have."""
    if top is None or base is None or top.time is None:
        return [*_needs_periods(measures, held, how, label)]
    time = top.time.record()
    found: list[Fault] = []
    if base.year is not None and time.start < base.year:
        found.append(Fault(join(label, "time.from"), f"{time.start}", f"the base year {base.year} or later"))
    if not time.many:
        return [*found, *_needs_periods(measures, held, how, label)]
    return [*found, *_outside(measures, time, label), *_overlaps(measures, label), *_too_far(held, time, label)]


def one_year(scenario: Scenario, what: str) -> None:
    """Raise InputError when a scenario has many periods and `what` solves one year only."""
    if scenario.time.many:
        said = f"{what} over many periods, which it does not solve"
        wanted = "one year: --set time.step=year --set time.from=2025 --set time.to=2025, or `ytterby run` as it is"
        raise InputError(Fault(f"{scenario.label or scenario.name}, time", said, wanted))


def _needs_periods(
    measures: Sequence[Measure], held: Sequence[Held], how: Mapping[str, float], label: str
) -> Iterator[Fault]:
    """What would be read and then ignored in one period."""
    wanted = 'time with more than one period, such as { step = "month", from = "2025-01", horizon = 24 }'
    if any(isinstance(x, Pile) for x in held):
        yield Fault(join(label, "stock"), "stocks in one period", wanted)
    if any(isinstance(x, Recycle) for x in held):
        yield Fault(join(label, "recycling"), "old scrap by cohort in one period", wanted)
    if any(isinstance(x, Growth) for x in held):
        yield Fault(join(label, "growth"), "growth in one period", wanted)
    if any(isinstance(x, Entry) for x in held):
        yield Fault(join(label, "entry"), "plants to choose from in one period", wanted)
    if how:
        yield Fault(join(label, "behaviour"), "behaviour over time in one period", wanted)
    for m in measures:
        plant = m.plant
        given = {"announced": m.announced, "delay": m.delay, "leaks": m.leaks or None}
        given |= {"facility.lead": plant.lead, "facility.probability": plant.probability} if plant else {}
        for name, value in given.items():
            if value is not None:
                yield Fault(f"{label}, measure {m.id!r}, {name}", "given in one period", wanted)


def _too_far(held: Sequence[Held], time: Time, label: str) -> Iterator[Fault]:
    """Rates, and ends of their ranges, that leave the base year so far behind that its curves say nothing more."""
    years = len(calendar(time)) * YEARS[time.step]
    for g in held:
        ends = (g.rate.low, g.rate.value, g.rate.high) if isinstance(g, Growth) else ()
        for rate in sorted({x for x in ends if x is not None}):
            times = exp(min(years * log1p(rate), 700.0))
            if not 1 / FARTHEST <= times <= FARTHEST:
                said = f"{rate:g} a year for {years:g} years, {times:.3g} times the base year"
                wanted = f"at most {FARTHEST:g} times it, at least {1 / FARTHEST:g}, over the path"
                yield Fault(f"{label}, growth {g.id!r}, rate", said, wanted)


def _outside(measures: Sequence[Measure], time: Time, label: str) -> Iterator[Fault]:
    days = calendar(time)
    first, last = days[0], days[-1]
    for m in measures:
        if m.end is not None and m.end < first.start:
            yield Fault(f"{label}, measure {m.id!r}, until", f"{m.end}", f"the first period, {first.label}, or later")
        if m.start is not None and m.start > last.end:
            yield Fault(f"{label}, measure {m.id!r}, from", f"{m.start}", f"the last period, {last.label}, or earlier")


def _overlaps(measures: Sequence[Measure], label: str) -> Iterator[Fault]:
    """Two measures that say different things about the same scope at the same time."""
    for i, a in enumerate(measures):
        for b in measures[i + 1 :]:
            if _contradict(a, b):
                wanted = "windows that do not overlap, or one measure"
                yield Fault(f"{label}, measure {b.id!r}", f"contradicts {a.id!r}: same scope at the same time", wanted)


def _contradict(a: Measure, b: Measure) -> bool:
    opens = [m.start.toordinal() if m.start else 0 for m in (a, b)]
    shuts = [m.end.toordinal() if m.end else 10**7 for m in (a, b)]
    meet = opens[0] <= shuts[1] and opens[1] <= shuts[0]
    kinds = ("ban", "quota", "closure", "outage", "export_tax", "tariff")
    same = a.scope == b.scope and a.kind == b.kind and a.kind in kinds
    return meet and same and (a.limit, a.rate, a.lost) != (b.limit, b.rate, b.lost)
