"""The `[[growth]]` tables of a scenario file, checked and turned into records."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ytterby.core.errors import Fault
from ytterby.model.edge import (
    Countries,
    Edge,
    Number,
    Products,
    Slug,
    Stages,
    Text,
    flat,
    join,
    wrong,
)
from ytterby.model.scenario import Growth, Ranged
from ytterby.model.scenario_dist import RangeTable
from ytterby.model.scenario_named import named
from ytterby.model.scenario_schema import ShareField, SourceField
from ytterby.model.vocabulary import Vocabulary

_Rate = Annotated[Number, Field(gt=-0.5, le=1, description="a share a year, such as 0.08")]


class GrowthTable(RangeTable):
    """A rate a year with its range."""

    rate: _Rate
    low: _Rate | None = None
    high: _Rate | None = None
    why: Annotated[Text | None, Field(description="the reason for the number")] = None

    @model_validator(mode="after")
    def _order(self) -> GrowthTable:
        self.within(self.low, self.rate, self.high)
        return self

    def record(self) -> Ranged:
        """The rate as a ranged number."""
        return Ranged(self.rate, self.low, self.high, "a year", self.why or "", self.dist or "")


class GrowthRow(Edge):
    """One `[[growth]]`."""

    id: Annotated[Slug, Field(description="a short name of letters, digits, - and _")]
    what: Annotated[Literal["use", "capacity"], Field(description='"use" or "capacity"')] = "use"
    product: Annotated[Products, Field(description="a list of products whose use grows")] = ()
    stage: Annotated[Stages, Field(description="a list of stages whose plants grow")] = ()
    of: Annotated[Countries, Field(description="countries, ISO3 codes; all without it")] = ()
    rate: Annotated[GrowthTable, Field(description='a table such as { rate = 0.05, why = "…" }')]
    source: SourceField | None = None
    locator: Annotated[Text | None, Field(description="where in the source")] = None
    lasting: Annotated[ShareField | None, Field(description="of use given up, the share a year that stays away")] = None

    @model_validator(mode="after")
    def _scope(self) -> GrowthRow:
        if self.what == "use" and (self.stage or not self.product):
            raise wrong("stage" if self.stage else "no product", "a product whose use grows, and no stage")
        if self.what == "capacity" and self.lasting is not None:
            raise wrong("lasting", "none for capacity: it is use that stays away")
        if self.what == "capacity" and (self.product or not self.stage):
            raise wrong("product" if self.product else "no stage", "a stage whose plants grow, and no product")
        return self

    def record(self) -> Growth:
        """The rate with what it is of."""
        return Growth(
            self.id, self.what, self.rate.record(), flat(self.product), flat(self.stage), flat(self.of),
            self.source.record() if self.source else None, self.locator or "",
            self.lasting.record() if self.lasting else None,
        )  # fmt: skip


def growths(rows: Any, words: Vocabulary, label: str, found: list[Fault]) -> tuple[Growth, ...]:
    """The rates that a file names, by id; adds what is wrong to `found`."""
    right: dict[str, Growth] = {}
    for place, table in named(rows, "growth", GrowthRow, words, label, found):
        rate = table.record()
        if rate.source is not None and not rate.locator:
            found.append(Fault(join(place, "locator"), "nothing", "where in the source the rate is read"))
        if rate.source is None and not rate.rate.why:
            wanted = "the reason for the number, or source = (its source)"
            found.append(Fault(join(place, "rate.why"), "nothing", wanted))
        if rate.lasting is not None and not rate.lasting.why:
            found.append(Fault(join(place, "lasting.why"), "nothing", "the reason for the number"))
        right[rate.id] = rate
    return tuple(right[name] for name in sorted(right))
