"""The tables of a deal file as typed edge models; each turns itself into a record of `records`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ytterby.model.edge import (
    LARGEST,
    Countries,
    Edge,
    ElementWords,
    Facilities,
    Line,
    Multiple,
    Number,
    Products,
    Share,
    Slug,
    Text,
    as_tuple,
    flat,
    in_order,
    show,
    wrong,
)
from ytterby.model.scenario import Ranged
from ytterby.model.scenario_schema import BaseTable
from ytterby.model.scenario_time import OneYear
from ytterby.studies.deals.records import Asset, Capital, Control, Party, Payment, Stand, Trust

KINDS = ("state", "bloc", "firm", "body")
ASSETS = ("deposit", "plant", "market", "finance", "technology")

Ids = Annotated[tuple[Slug, ...], BeforeValidator(as_tuple)]
SharesField = Annotated[dict[Slug, Share], Field(description="party = share, which add up to 1")]


class RangedTable(Edge):
    """A number with its range and reason: `{ value = 0.05, low = 0.03, high = 0.10, why = "…" }`."""

    value: Annotated[Number, Field(description="a number of ordinary size")]
    low: Annotated[Number | None, Field(description="the low end of its range")] = None
    high: Annotated[Number | None, Field(description="the high end of its range")] = None
    why: Annotated[Text, Field(description="the reason for the number, or its source")]

    @model_validator(mode="after")
    def _order(self) -> RangedTable:
        in_order(self.low, self.value, self.high)
        ends = [end for end in (self.value, self.low, self.high) if end is not None]
        if min(ends) < 0:
            raise wrong(f"{min(ends):g}", "numbers of 0 or more")
        if max(ends) > LARGEST:
            raise wrong(f"{max(ends):g}", "numbers of ordinary size: ten billion at most")
        return self

    def record(self) -> Ranged:
        """The number as a record."""
        return Ranged(self.value, self.low, self.high, "", self.why)


class PartyTable(Edge):
    """One `[[party]]`."""

    id: Annotated[Slug, Field(description="a short name of letters, digits, - and _")]
    kind: Annotated[Literal["state", "bloc", "firm", "body"], Field(description="one of " + ", ".join(KINDS))]
    name: Annotated[Line | None, Field(description="the name of the party")] = None
    country: Annotated[Countries, Field(description="its countries, ISO3 codes")] = ()
    discount: Annotated[RangedTable, Field(description="a yearly rate such as { value = 0.05, low, high, why }")]
    present: Annotated[bool, Field(description="true or false: in the room or not")] = True
    owners: Annotated[SharesField | None, Field(description="who owns the firm, by share")] = None
    view: Annotated[Slug | None, Field(description="the viewpoint on titles by which it buys")] = None

    @model_validator(mode="after")
    def _rate(self) -> PartyTable:
        rate = self.discount
        if rate.value <= 0 or max(rate.value, rate.high or 0) > 1:
            raise wrong(f"discount = {rate.value:g}", "a yearly rate above 0, at most 1 (0.05 is 5 %)")
        return self

    def record(self) -> Party:
        """The party."""
        owners = dict(self.owners or {})
        return Party(
            self.id, self.kind, self.name or self.id, flat(self.country), self.discount.record(), self.present, owners,
            self.view or "",
        )  # fmt: skip


class StandTable(Edge):
    """A view on title, or a statement on control."""

    view: Annotated[Slug, Field(description="whose view it is")]
    holder: Annotated[Line, Field(description="who holds it: a party, an ISO3 code, a name")]
    source: Annotated[Line, Field(description="where that is read")]
    as_of: Annotated[Any, Field(description="a date")] = ""

    def record(self) -> Stand:
        """The statement."""
        day = self.as_of.isoformat() if isinstance(self.as_of, date) else str(self.as_of)
        return Stand(self.view, self.holder, self.source, day[:40])


class AssetTable(Edge):
    """One `[[asset]]`. `site` takes title and control from the atlas."""

    id: Annotated[Slug, Field(description="a short name")]
    kind: Annotated[
        Literal["deposit", "plant", "market", "finance", "technology"],
        Field(description="one of " + ", ".join(ASSETS)),
    ]
    party: Annotated[Slug, Field(description="the id of the party that brings it")]
    site: Annotated[Line | None, Field(description="the id of a site of the atlas (ytterby facts --sites)")] = None
    title: Annotated[list[StandTable] | None, Field(description="views on title: { view, holder, source }")] = None
    control: Annotated[list[StandTable] | None, Field(description="control: { view, holder, source, as_of }")] = None
    discount: Annotated[RangedTable | None, Field(description="a part of the price, 0 to 1")] = None
    hazard: Annotated[RangedTable | None, Field(description="a part of the profits a year, 0 to 1")] = None
    note: Annotated[Text | None, Field(description="some text")] = None
    name: Annotated[Line | None, Field(description="what readers call it")] = None

    @model_validator(mode="after")
    def _parts(self) -> AssetTable:
        for name in ("discount", "hazard"):
            part: RangedTable | None = getattr(self, name)
            if part is not None and max(part.value, part.high or 0) > 1:
                raise wrong(f"{name} = {part.value:g}", "a part, 0 to 1")
        return self

    def record(self) -> Asset:
        """The asset, without what the atlas knows of its site."""
        return Asset(
            self.id, self.kind, self.party, tuple(t.record() for t in self.title or ()),
            tuple(c.record() for c in self.control or ()), self.discount.record() if self.discount else None,
            self.hazard.record() if self.hazard else None, self.note or "", self.name or "",
        )  # fmt: skip


class CapitalTable(Edge):
    """What building costs, in million dollars."""

    cost: Annotated[RangedTable, Field(description="million dollars: { value, low, high, why }")]
    life: Annotated[float, Field(ge=0.1, le=100, allow_inf_nan=False, description="years, 0.1 to 100")]
    rate: Annotated[Share, Field(description="a yearly rate, 0 to 1")]
    paid_by: SharesField

    def record(self) -> Capital:
        """The capital."""
        return Capital(self.cost.record(), self.life, self.rate, dict(self.paid_by))


class RevenueTable(Edge):
    """A part of revenue that goes elsewhere before profits, as in a fund."""

    share: Annotated[RangedTable, Field(description="a part of revenue: { value = 0.5, why }")]
    to: SharesField


class ControlTable(Edge):
    """A plant that changes hands: `{ facility = "…", to = "party" }`."""

    facility: Annotated[Facilities, Field(min_length=1, description="ids of plants (ytterby facts --facilities)")]
    to: Annotated[Slug, Field(description="the id of the party that controls it then")]

    def record(self) -> Control:
        """The change of control."""
        return Control(flat(self.facility), self.to)


class PaymentTable(Edge):
    """A payment between parties: `{ from = "a", to = "b", amount = { value = 10, why } }` in million dollars a year."""

    source: Annotated[Slug, Field(alias="from", description="the id of the party that pays")]
    to: Annotated[Slug, Field(description="the id of the party that receives")]
    amount: Annotated[RangedTable, Field(description="million dollars a year: { value, low, high, why }")]

    def record(self) -> Payment:
        """The payment."""
        return Payment(self.source, self.to, self.amount.record())


class SanctionTable(Edge):
    """A sanction: sender, target and product; by origin, owner or controller."""

    id: Annotated[Slug, Field(description="a short name")]
    title: Annotated[Line | None, Field(description="a title")] = None
    by: Annotated[Literal["origin", "owner", "controller"], Field(description='"origin", "owner" or "controller"')] = (
        "origin"
    )
    sender: Annotated[Ids, Field(min_length=1, description="parties that refuse")]
    target: Annotated[Slug | None, Field(description="the party whose goods are refused")] = None
    owner: Annotated[Line | None, Field(description="an owner as the atlas names it (ytterby facts --facilities)")] = (
        None
    )
    facility: Annotated[Facilities, Field(description="ids of plants")] = ()
    product: Annotated[Products, Field(description="a list of products")] = ()
    element: Annotated[ElementWords, Field(description="a list of elements such as Dy")] = ()
    still_taken: Annotated[RangedTable | None, Field(description="a part that is still taken, 0 to 1")] = None
    source: Annotated[Any, Field(description="a source, as in a measure")]

    @model_validator(mode="after")
    def _parts(self) -> SanctionTable:
        if self.by == "origin" and (self.target is None or self.owner or self.facility):
            raise wrong("by origin without a target, or with owner or facility", "sender, target and product")
        if self.by == "owner" and not self.owner:
            raise wrong("by owner without an owner", 'owner = "…", as the atlas names it')
        if self.by == "controller" and (not self.facility or self.target is None or self.owner):
            raise wrong("by controller without facility and target", "the plants, and the party in control of them")
        if self.still_taken and max(self.still_taken.value, self.still_taken.high or 0) > 1:
            raise wrong(show(self.still_taken.value), "a part, 0 to 1")
        return self


class ClauseTable(Edge):
    """One `[[clause]]`."""

    id: Annotated[Slug, Field(description="a short name")]
    title: Annotated[Line | None, Field(description="a title")] = None
    needs: Annotated[Ids, Field(min_length=1, description="the parties that must agree")]
    by: Annotated[Ids, Field(description="the parties that perform it, some of needs")] = ()
    measure: Annotated[list[Any] | dict[str, Any] | None, Field(description="a measure as in a scenario")] = None
    lifts: Annotated[Ids, Field(description="ids of outside measures that end with it")] = ()
    shares: Annotated[SharesField | None, Field(description="who gets its plants' profits")] = None
    revenue: Annotated[RevenueTable | None, Field(description="a part of revenue: { share, to }")] = None
    capital: Annotated[CapitalTable | None, Field(description="{ cost, life, rate, paid_by }")] = None
    control: Annotated[ControlTable | None, Field(description="a plant that changes hands: { facility, to }")] = None
    sanction: Annotated[list[Any] | None, Field(description="sanctions it imposes: { id, by, sender, target }")] = None
    price: Annotated[RangedTable | None, Field(description="the price of its offtake, USD/kg")] = None
    paid_by: Annotated[SharesField | None, Field(description="who pays for its guaranteed price")] = None
    pays: Annotated[list[PaymentTable] | None, Field(description="payments: { from, to, amount }")] = None
    after: Annotated[Ids, Field(description="ids of clauses without which it does not hold")] = ()
    asset: Annotated[Slug | None, Field(description="the asset it stands on")] = None
    stage: Annotated[int, Field(ge=1, le=20, description="a stage, 1 to 20")] = 1
    if_kept: Annotated[Text | None, Field(description="what follows when it is kept")] = None


class OutsideTable(Edge):
    """`[outside]`: what holds without the deal, and what parties can do alone."""

    measure: Annotated[list[Any] | None, Field(description="measures in force without any clause")] = None
    sanction: Annotated[list[Any] | None, Field(description="sanctions in force: { id, by, sender, target }")] = None
    scenario: Annotated[Line | None, Field(description="a ready scenario whose measures are in force")] = None
    retaliation: Annotated[dict[Slug, list[Any]] | None, Field(description="absent party = its measures")] = None
    note: Annotated[dict[Slug, Text] | None, Field(description="party = what it does alone")] = None


class TrustTable(Edge):
    """`[trust]`: what is believed at the start."""

    q: Annotated[RangedTable, Field(description="a probability: { value = 0.7, low, high, why }")]
    weight: Annotated[Multiple, Field(gt=0, description="how many observations it is worth, above 0")] = 2.0

    @model_validator(mode="after")
    def _probability(self) -> TrustTable:
        if max(self.q.value, self.q.high or 0) > 1:
            raise wrong(show(self.q.value), "a probability, 0 to 1")
        return self

    def record(self) -> Trust:
        """The belief."""
        return Trust(self.q.record(), self.weight)


class DealTable(Edge):
    """The top of a deal file; parties, assets and clauses are read one by one."""

    version: Annotated[Literal[1], Field(alias="schema", description="schema = 1")]
    name: Annotated[Slug, Field(description="a short name")]
    title: Annotated[Line, Field(description="a title")]
    description: Annotated[Text | None, Field(description="some text")] = None
    base: Annotated[BaseTable, Field(description='a table such as { chain = "rare-earths", year = 2024 }')]
    time: Annotated[OneYear | None, Field(description='{ step = "year", from = 2026, to = 2026 }')] = None
    party: Annotated[list[Any], Field(min_length=2, max_length=40, description="2 to 40 parties, each [[party]]")]
    asset: Annotated[list[Any] | None, Field(description="assets, each under [[asset]]")] = None
    clause: Annotated[list[Any], Field(min_length=1, max_length=40, description="1 to 40 clauses, each [[clause]]")]
    outside: Annotated[OutsideTable | None, Field(description="what holds without the deal")] = None
    trust: Annotated[TrustTable | None, Field(description="{ q = { value, low, high, why }, weight }")] = None
    assumptions: Annotated[dict[str, Any] | None, Field(description="assumption = number")] = None
    voting: Annotated[Any, Field(description="{ quota, weights }: party = weight")] = None
    bargaining: Annotated[Any, Field(description="{ first, second, curve, outside, power, discount, round }")] = None
    forecast: Annotated[Any, Field(description="actors: { name, position, power, salience }")] = None
    statement: Annotated[Any, Field(description="what was said, each under [[statement]]: { by, says, source }")] = None
