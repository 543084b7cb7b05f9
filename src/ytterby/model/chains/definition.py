"""What a chain is, read from its file: goods, the figures that observe them, trade codes, prices, words.

One TOML a chain lies beside this module. A chain has a good that is mined (`ore`), one that is refined (`refined`), or
both; every flow is in tonnes of one basis: the element contained, or gross weight where the material is no element.
A number in a file is the id of an assumption without its chain: `content.hydroxide` is read as
`cobalt.content.hydroxide` when there is such a row, else as `metal.content.hydroxide`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ytterby.core.errors import Fault, InputError, nearest
from ytterby.model.vocabulary import OTHER_CHAINS

#: Forms of product in the order of the chain.
FORMS = ("ore", "refined")


@dataclass(frozen=True, slots=True)
class Seen:
    """A family of figures of the atlas: where they stand, in which periods, and what turns them into the basis.

    `content` names the assumption by which they are multiplied (TiO2 to Ti; natural graphite in all graphite). Periods
    are those that may stand in, in that order, when the base year has none.
    """

    stage: str
    measure: str
    form: str | None = None
    country: str | None = None
    content: str | None = None
    periods: tuple[str, ...] = ()
    label: str = ""
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """Where the price of a good comes from: a figure (in `at`, or where most is made), or an assumption."""

    figure: Seen | None = None
    assumption: str | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Good:
    """What a stage puts out: its form, the words for it, the figures of its output, its price, and whether it is used.

    `shares` are published parts of world output in per cent that stand in where a country has no tonnage. `uses` is
    the material whose published uses split the use of this good; None means that none are.
    """

    form: str
    words: str
    made: tuple[Seen, ...] = ()
    shares: Seen | None = None
    price: Price = Price()
    used: bool = False
    uses: bool = False
    unlisted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """A trade code: its source, and the assumption that gives the content [t basis/t gross] of each good it can hold.

    Where it holds both goods the unit value tells them apart: the nearer of the two (`nearest`), or a blend of both.
    """

    hs6: str
    source: str
    content: Mapping[str, str]
    split: str = "nearest"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A lane that no code shows: from where to where, why it is there, and the assumption or figures on its size."""

    good: str
    origin: str
    destination: str
    why: str
    size: str | None = None
    total: Seen | None = None
    share: Seen | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A published tonnage of one country's use or secondary output."""

    kind: str
    good: str
    country: str
    figure: Seen
    title: str


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain: its goods, codes and lanes, and the words for what it leaves out.

    `secondary` names the assumption on the part of refined output that is made from scrap, wherever metal is refined;
    `scrap` lists places where scrap alone fills what no figure tells, `primary` refiners that take none. Without
    `hidden` no ore is thought to reach refiners but what codes and miners' surpluses show.
    """

    name: str
    title: str
    material: str
    basis: str
    about: str
    goods: tuple[Good, ...]
    codes: tuple[Code, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    known: tuple[Known, ...] = ()
    secondary: str | None = None
    scrap: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    primary: tuple[str, ...] = ()
    hidden: bool = True

    def good(self, form: str) -> Good | None:
        """The good of a form, or None."""
        return next((g for g in self.goods if g.form == form), None)

    @property
    def unit(self) -> str:
        """The unit of every flow."""
        return f"t {self.basis}"

    def product(self, form: str) -> str:
        """The product of a form: `refined/Co`."""
        return f"{form}/{self.material}"

    @property
    def scope(self) -> tuple[str, ...]:
        """Prefixes of assumptions, the most specific first."""
        return (self.name, "metal")

    @property
    def final(self) -> tuple[str, ...]:
        """Forms that are used up: the last one, and whatever is used as it is mined."""
        last = self.goods[-1].form
        return tuple(g.form for g in self.goods if g.used or g.form == last)


@cache
def chain(name: str) -> Chain:
    """The chain of a name; InputError with the nearest when there is none.

    >>> chain("cobalt").material, chain("cobalt").unit
    ('Co', 't Co')
    """
    if name not in OTHER_CHAINS:
        expected = "one of " + ", ".join(OTHER_CHAINS)
        raise InputError([Fault("base.chain", repr(name), expected, nearest(name, OTHER_CHAINS))])
    text = files("ytterby.model.chains").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return read(name, tomllib.loads(text))


def read(name: str, table: Mapping[str, Any]) -> Chain:
    """A chain from the table of its file."""
    return Chain(
        name=name,
        title=table["title"],
        material=table["material"],
        basis=table["basis"],
        about=table["about"],
        goods=tuple(_good(form, table[form]) for form in FORMS if form in table),
        codes=tuple(_code(row) for row in table.get("code", ())),
        unseen=tuple(_unseen(row) for row in table.get("unseen", ())),
        known=tuple(
            Known(r["kind"], r["good"], r["country"], _seen(r["figure"], r["country"]), r["title"])
            for r in table.get("known", ())
        ),
        secondary=table.get("secondary"),
        scrap=tuple(table.get("scrap", ())),
        places=tuple(table.get("places", ())),
        primary=tuple(table.get("primary", ())),
        hidden=bool(table.get("hidden", True)),
    )


def _good(form: str, row: Mapping[str, Any]) -> Good:
    return Good(
        form=form,
        words=row["words"],
        made=tuple(_seen(r) for r in row.get("made", ())),
        shares=_seen(row["shares"]) if "shares" in row else None,
        price=_price(row.get("price", {})),
        used=bool(row.get("used", False)),
        uses=bool(row.get("uses", False)),
        unlisted=tuple(row.get("unlisted", ())),
    )


def _seen(row: Mapping[str, Any], country: str | None = None) -> Seen:
    return Seen(
        row["stage"],
        row["measure"],
        row.get("form"),
        row.get("country", country),
        row.get("content"),
        tuple(row.get("periods", ())),
        row.get("label", ""),
        row.get("source"),
    )


def _price(row: Mapping[str, Any]) -> Price:
    figure = _seen({"measure": "price", **row}) if "stage" in row else None
    return Price(figure, row.get("assumption"), row.get("at"))


def _code(row: Mapping[str, Any]) -> Code:
    content = {form: row[form] for form in FORMS if form in row}
    return Code(row["hs6"], row["source"], content, row.get("split", "nearest"), row.get("note", ""))


def _unseen(row: Mapping[str, Any]) -> Unseen:
    return Unseen(
        row["good"],
        row["from"],
        row["to"],
        row["why"],
        row.get("size"),
        _seen(row["total"]) if "total" in row else None,
        _seen(row["share"]) if "share" in row else None,
    )
