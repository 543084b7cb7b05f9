"""Ranks, comparisons and trends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from ytterby.studies.claims import customs
from ytterby.studies.claims.answers import answers, number, order, series
from ytterby.studies.claims.compare import claimed
from ytterby.studies.claims.evidence import evidence_of, told
from ytterby.studies.claims.figures import WORLD, Answer, Shelf
from ytterby.studies.claims.record import REASONS, Claim, Test, Verdict
from ytterby.studies.claims.vague import LEVEL

#: All other countries together, in `other` of a comparison.
REST = "ROW"


def rank(claim: Claim, shelf: Shelf, as_of: date | None) -> Verdict:
    """Judge a place in the order of countries by production, reserves or capacity."""
    test = claim.test
    wanted, place = int(test.value or 1), test.place[0] if test.place else ""
    shown: list[Answer] = []
    agree: list[bool] = []
    listed = []
    for table in order(shelf, test, as_of):
        at = next((i for i, row in enumerate(table, 1) if row.figure.country == place), None)
        if at is None and len(table) < (1 if test.other else max(wanted, 3)):
            continue
        held = sum(1 for row in table if at is not None and row.value > table[at - 1].value) + 1 if at else None
        tied = sum(1 for row in table if at is not None and row.value == table[at - 1].value) if at else 0
        among = test.relation in ("<", "<=")  # "one of the three largest"
        agree.append(held is not None and (held <= wanted if among else held <= wanted < held + tied))
        shown.append(table[at - 1] if at else table[0])
        listed.append(", ".join(row.what.split(",")[0] + f" {number(row.value)}" for row in table[: max(wanted, 3)]))
    if not agree:
        return nothing(claim)
    if test.year is None:
        kept = _newest(shown, agree)
        shown, agree, listed = [shown[at] for at in kept], [agree[at] for at in kept], [listed[at] for at in kept]
    verdict, reason = _told(agree, test)
    at = agree.index(True) if verdict == "supported" else 0
    where = f" {'without' if test.action == 'without' else 'within'} {' and '.join(test.other)}" if test.other else ""
    why = f"Order{where if test.measure not in customs.SIDES else ''}: {listed[at]} {shown[at].unit}."
    return Verdict(claim, verdict, reason, why, evidence_of(shown, agree, shelf), wording=why)


def _newest(shown: Sequence[Answer], agree: Sequence[bool]) -> list[int]:
    """Orders of the newest year, or of the year before where one of those agrees: years do not disagree."""
    last = max(item.figure.last for item in shown)
    for year in (last, last - 1):
        held = [at for at, item in enumerate(shown) if item.figure.last == year]
        if any(agree[at] for at in held):
            return held
    return [at for at, item in enumerate(shown) if item.figure.last == last]


def comparison(claim: Claim, shelf: Shelf, as_of: date | None) -> Verdict:
    """Judge one place beside another, beside all others, or one year beside another; `value` is a factor."""
    test = claim.test
    kind = "share" if test.unit == "%" else "quantity"
    base = replace(test, type=kind, other=(), unit=None, since=None)
    left = answers(shelf, base, as_of)
    if test.other == (REST,):
        right = answers(shelf, replace(base, place=(WORLD,)), as_of)
    elif test.other:
        right = answers(shelf, replace(base, place=test.other), as_of)
    else:
        right = answers(shelf, replace(base, year=test.since), as_of)
    agree: list[bool] = []
    shown: list[Answer] = []
    votes: list[bool | None] = []
    for one in left:
        for two in right:
            if not _beside(one, two, test):
                continue
            second = two.value - one.value if test.other == (REST,) else two.value
            agree.append(_compares(one.value, second, test.relation, test.value))
            shown += [one, two]
            votes += [agree[-1], agree[-1]]
    if not agree:
        return nothing(claim)
    if test.year is None:
        kept = _newest(shown[::2], agree)
        shown = [item for at in kept for item in shown[2 * at : 2 * at + 2]]
        agree, votes = [agree[at] for at in kept], [agree[at] for at in kept for _ in (0, 1)]
    verdict, reason = _told(agree, test)
    at = 2 * agree.index(True) if verdict == "supported" else 0
    one, two = shown[at], shown[at + 1]
    why = f"{one.what}: {number(one.value)}; {two.what}: {number(two.value)} {one.unit}."
    return Verdict(claim, verdict, reason, why, evidence_of(shown, votes, shelf), wording=why)


def trend(claim: Claim, shelf: Shelf, as_of: date | None) -> Verdict:
    """Judge a change between two years; `relation` > means up, < down, = level; `value` is the change [%]."""
    test = claim.test
    shown: list[Answer] = []
    agree: list[bool] = []
    votes: list[bool | None] = []
    if test.unit == "%" and test.measure == "production":
        return _share_trend(claim, shelf, as_of)
    for line in series(shelf, test, as_of):
        pair = _pair(line, test.since, test.year, test.measure == "reserves")
        if pair is None:
            continue
        first, last = pair
        change = last.value / first.value - 1
        agree.append(_moved(change, claim))
        shown += [first, last]
        votes += [agree[-1], agree[-1]]
    if not agree:
        return nothing(claim)
    verdict, reason = _told(agree, test)
    at = 2 * agree.index(True) if verdict == "supported" else 0
    first, last = shown[at], shown[at + 1]
    why = (
        f"{first.what}: {number(first.value)}, {last.figure.period}: {number(last.value)} {last.unit}"
        f" ({100 * (last.value / first.value - 1):+.0f} %)."
    )
    return Verdict(claim, verdict, reason, why, evidence_of(shown, votes, shelf), wording=why)


def _beside(one: Answer, two: Answer, test: Test) -> bool:
    """Whether two numbers may be set side by side: of one publisher and form, and of one year unless years are."""
    first, last = one.figure, two.figure
    same = (first.family, one.unit) == (last.family, two.unit)
    if test.since is None or test.other:
        same = same and first.last == last.last
    return same and (first.form == last.form or test.measure not in ("price", *customs.SIDES))


def _told(agree: Sequence[bool], test: Test) -> tuple[str, str | None]:
    """The verdict of several answers; forms with prices of their own and codes of customs are no dispute."""
    if any(agree) and test.measure in ("price", *customs.SIDES):
        return "supported", None
    return told(agree)


def _share_trend(claim: Claim, shelf: Shelf, as_of: date | None) -> Verdict:
    """Judge whether a place's part of the world's output moved between two years."""
    test = replace(claim.test, type="share", relation="=", value=None)
    last = answers(shelf, test, as_of)
    agree: list[bool] = []
    shown: list[Answer] = []
    votes: list[bool | None] = []
    for one in last:
        year = test.since if test.since is not None else one.figure.last - 1
        for two in answers(shelf, replace(test, year=year), as_of):
            if two.figure.family == one.figure.family and two.figure.last < one.figure.last and two.value:
                agree.append(_moved(one.value / two.value - 1, claim))
                shown += [two, one]
                votes += [agree[-1], agree[-1]]
    if not agree:
        return nothing(claim)
    verdict, reason = told(agree)
    why = f"{shown[0].what}, {number(shown[0].value)} %; {shown[1].figure.period}: {number(shown[1].value)} %."
    return Verdict(claim, verdict, reason, why, evidence_of(shown, votes, shelf), wording=why)


def nothing(claim: Claim) -> Verdict:
    """Return the verdict where the atlas holds no figure."""
    return Verdict(claim, "not checkable", "no data", REASONS["no data"].capitalize() + ".")


def _pair(
    line: Mapping[int, Answer], since: int | None, year: int | None, revised: bool = False
) -> tuple[Answer, Answer] | None:
    if not line:
        return None
    last = year if year is not None else max(line)
    earlier = [at for at in line if at < last]
    first = since if since is not None else max(earlier, default=None)
    if since is None and revised and last in line:
        # Reserves stand still between revisions: the year before the last one counts.
        moved = [at for at in earlier if line[at].value != line[last].value] or earlier
        return (line[max(moved)], line[last]) if moved and line[max(moved)].value else None
    if first is None or first >= last or first not in line or last not in line or not line[first].value:
        return None
    if since is None and first != last - 1:
        return None
    return line[first], line[last]


def _moved(change: float, claim: Claim) -> bool:
    test = claim.test
    least_change = 0.0 if test.value is None and test.high is not None else LEVEL
    if test.relation in (">", ">="):
        right = change > least_change
    elif test.relation in ("<", "<="):
        right = change < -least_change
    else:
        right = abs(change) <= 5 * LEVEL
    if right and test.value is None and (test.low is not None or test.high is not None):
        least, most = test.low or 0.0, test.high if test.high is not None else float("inf")
        return least <= abs(change) * 100 <= most
    if not right or test.value is None:
        return right
    low, high = claimed(replace(test, relation="about", unit="%"), claim.wording)
    return low <= abs(change) * 100 <= high


def _compares(one: float, two: float, relation: str, factor: float | None) -> bool:
    scaled = two * (factor or 1.0)
    if factor is not None and factor != 1.0:
        return abs(one - scaled) <= 0.15 * scaled if relation in ("=", "about") else _ordered(one, scaled, relation)
    return _ordered(one, scaled, relation)


def _ordered(one: float, two: float, relation: str) -> bool:
    if relation in (">", ">="):
        return one > two
    if relation in ("<", "<="):
        return one < two
    return abs(one - two) <= 0.05 * max(one, two)
