"""Prices: of a year, or of the month that is named beside them."""

from __future__ import annotations

import re
from dataclasses import replace

from ytterby.studies.claims.context import MONTHS, Read
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.record import Test
from ytterby.studies.claims.slots import Proposal, materials_of, years_of
from ytterby.studies.claims.subjects import clause, over

_PRICED = re.compile(
    r"\b(?:price[sd]?|cost|costs|averag\w+|trad\w+|sold|fetch\w+|quoted|paid|worth|per (?:kilo\w*|kg|tonne|ton|"
    r"pound|ounce)|"
    r"an? (?:kilo\w*|kg|tonne|ton|pound|ounce))\b|/ ?(?:kg|t|lb|oz)\b", re.I,
)  # fmt: skip
_MONTH = re.compile(
    rf"\b(?P<month>{'|'.join(name.capitalize() for name in MONTHS)})\b(?: (?:of )?(?P<year>(?:19|20)\d\d))?(?! \d)"
)
_SAME = re.compile(r"\b(?:the|that) same month (?:of|in) (?P<year>(?:19|20)\d\d)|\b(?P<ago>a year (?:earlier|"
    r"before|ago))\b")
_PART = re.compile(r"\b(?:(?:first|second|third|fourth|last|this|the|per) (?:quarter|half)|week|day|Monday|"
    r"Tuesday|Wednesday|Thursday|Friday|"
    r"yesterday|today)\b")


def price(read: Read, number: Number) -> list[Proposal] | None:
    """Return a proposal for a price of a named material, or None."""
    text = read.text
    materials, _ = materials_of(read, number.start)
    if not materials or _PART.search(text[number.end : number.end + 30]):
        return None
    material, product = materials[0]
    month = _month(read, number)
    if month is not None:
        made = Test("quantity", material, None, None, "price", ("WLD",), date=month, relation=number.relation,
                    value=number.value, low=number.low, high=number.high, unit="USD/kg")  # fmt: skip
        return [Proposal(made, firm=bool(read.of("material")))]
    year = years_of(read, number.start, number.end)[0]
    if year is None and not _PRICED.search(text) and read.context.measure != "price":
        return None
    place = ("USA",) if any(p.code == "USA" for p in read.places) else ("WLD",)
    exchange = any("Metal Exchange" in item.code for item in read.of("organisation")) or re.search(r"\bLME\b", text)
    form = "London Metal Exchange" if exchange else "oxide" if re.search(r"\boxide\b", text) else product
    first = Test("quantity", material, form, None, "price", place, year=year, relation=number.relation,
                 value=number.value, low=number.low, high=number.high,
                 unit="USD/mtu" if number.per == "mtu" else "USD/kg")  # fmt: skip
    others = [replace(first, product=None)] if form else []
    others += [replace(first, place=("WLD",))] if place != ("WLD",) else []
    if year is None and over(read.context.year, read.context.today) and read.context.year:
        others.append(replace(first, year=read.context.year))
    return [Proposal(first, (), tuple(others), bool(read.of("material")))]


def _month(read: Read, number: Number) -> str | None:
    """The month a price is of, as YYYY-MM: named in its clause, after it or before it; the same month of"
        " another year."""
    text = read.text
    start, _ = clause(text, number.start)
    following = min((n.start for n in read.numbers if n.start >= number.end), default=len(text))
    after = _MONTH.search(text, number.end, min(following, number.end + 60))
    before = list(_MONTH.finditer(text, 0, number.start))
    same = _SAME.search(text, number.end, min(following, number.end + 60))
    found = after or (before[-1] if before else None)
    if found is None or (found is not after and found.start() < start and not same):
        return None
    at = MONTHS.index(found["month"].casefold()) + 1
    if found["month"] in ("May", "March") and not re.search(
        r"(?:\b(?:in|since|by|of|from|for|until|late|early|mid-?) |^)$", text[: found.start()]):  # fmt: skip
        return None
    year = int(found["year"]) if found["year"] else None
    today = read.context.today
    if same is not None and same is not after:
        base = year or (today.year if today else None)
        year = int(same["year"]) if same["year"] else base - 1 if base else None
    elif year is None and read.context.year and not before[:-1]:
        year = read.context.year
    if year is None and today is not None:
        year = today.year if at <= today.month else today.year - 1
    if year is None or (today is not None and (year, at) > (today.year, today.month)):
        return None
    return f"{year}-{at:02d}"
