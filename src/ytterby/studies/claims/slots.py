"""What a number may be about: materials, places, measures, stages and years, the likeliest first.

A sentence that names its subject is held to it. One that leaves part of it out ("Russia came next with 32,000") is open
to a few readings, taken from the sentences before it; which one was taken is printed with the verdict.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import product

from ytterby.studies.claims.context import Read, years
from ytterby.studies.claims.gazetteer import FORMS, PRODUCT_STAGES, Mention, stages
from ytterby.studies.claims.places import places_of
from ytterby.studies.claims.quantities import Number
from ytterby.studies.claims.record import Test, Wording
from ytterby.studies.claims.subjects import material_at, over, refined, stage_at, year_at

#: Readings tried for one number.
MOST_READINGS = 16
@dataclass(frozen=True, slots=True)
class Proposal:
    """A test with the vague words it was read with; other readings of the sentence, and whether it names its"
        " subject."""

    test: Test
    wording: tuple[Wording, ...] = ()
    others: tuple[Test, ...] = ()
    firm: bool = True


@dataclass(frozen=True, slots=True)
class Slots:
    """Candidates for each part of a subject, the likeliest first; `firm` where material and place are named."""

    materials: tuple[tuple[str, str | None], ...]
    places: tuple[tuple[str, ...], ...]
    stages: tuple[str | None, ...]
    years: tuple[int | None, ...]
    firm: bool


def slots(read: Read, number: Number) -> Slots:
    """Return the candidates for a number, or a word that stands in for one."""
    materials, named = materials_of(read, number.start)
    places, placed = places_of(read, number)
    return Slots(
        materials,
        places,
        stages_of(read, number, materials),
        years_of(read, number.start, number.end),
        (named or read.context.material is not None) and placed,
    )


def readings(base: Test, found: Slots, measures: tuple[str, ...] = ("production",)) -> list[Test]:
    """Return the tests of the candidates, the likeliest first."""
    made: dict[Test, None] = {}
    ranked = sorted(
        (i + j + k + m + n, i, j, k, m, n)
        for (i, _), (j, _), (k, _), (m, _), (n, _) in product(
            enumerate(found.materials), enumerate(found.places), enumerate(measures), enumerate(found.stages),
            enumerate(found.years),
        )
    )  # fmt: skip
    for _, i, j, k, m, n in ranked:
        material, form = found.materials[i]
        made.setdefault(
            _reading(base, material, form, found.places[j], measures[k], found.stages[m], found.years[n])
        )
        if len(made) >= MOST_READINGS:
            break
    return list(made)


def _reading(
    base: Test, material: str, form: str | None, place: tuple[str, ...], measure: str, stage: str | None,
    year: int | None,
) -> Test:  # fmt: skip
    if measure == "reserves":
        stage = "mine"
    elif measure == "net_import_reliance":
        return replace(base, material=material, product=form, stage="use", measure=measure, place=place, year=year)
    elif form in PRODUCT_STAGES:
        stage = PRODUCT_STAGES[form or ""]
    elif material in ("REPM", "NdFeB"):
        stage = "magnet"
    form = form or FORMS.get((material, stage or ""))
    if material == "Al" and form is None and stage is None and measure in ("production", "capacity"):
        form, stage = "primary aluminium", "refining"
    return replace(
        base, material=material, product=form, stage=refined(material, stage), measure=measure, place=place, year=year
    )


def proposal(tests: list[Test], wording: tuple[Wording, ...], firm: bool) -> Proposal:
    """Return a proposal of the first reading, with the others beside it."""
    return Proposal(tests[0], wording, tuple(tests[1:]), firm)


def materials_of(read: Read, at: int) -> tuple[tuple[tuple[str, str | None], ...], bool]:
    """Return the materials a word may be about, and whether one is named in the sentence."""
    found: dict[tuple[str, str | None], None] = {}
    named = material_at(read, at)
    was = (read.context.material, read.context.product)
    if named is not None:
        if named.code == "gem-diamond" and named.text.casefold() == "diamonds":
            found.update({("gem-diamond", None): None, ("industrial-diamond", None): None})
        if named.code == "REPM" and re.search(r"\bin (?:sintered )?magnets", read.text):
            found.setdefault(("REE", None))
        elif named.code in ("REPM", "NdFeB") and stage_at(read, at, at + 1) in ("mine", "separation"):
            rest = [item.code for item in read.of("material") if item.code not in ("REPM", "NdFeB")]
            found.setdefault((rest[0] if rest else "REE", None))
        else:
            for form in _forms(read, named):
                found.setdefault((named.code, form))
    upstream = any(name in ("mine", "separation") for name, _, _ in stages(read.text))
    if was[0] in ("REPM", "NdFeB") and named is None and upstream:
        found.setdefault(("REE", None))
    if was[0] in ("HREE", "LREE", "magnet-REE") and named is None:
        found.setdefault((was[0], None))
        found.setdefault(("REE", None))
    if was[0] is not None and (named is None or was[0] == named.code):
        found.setdefault((was[0], was[1]))
        found.setdefault((was[0], None))
    if named is None:
        for code in read.context.materials[1:3]:
            found.setdefault((code, None))
    return tuple(found), named is not None


def _forms(read: Read, named: Mention) -> list[str | None]:
    if named.product:
        return [named.product]
    was = read.context
    return [was.product, None] if was.material == named.code and was.product else [None]


def stages_of(read: Read, number: Number, materials: tuple[tuple[str, str | None], ...]) -> tuple[str | None, ...]:
    """Return the stages a number may be of: the one named, else the one spoken of, else any."""
    named = stage_at(read, number.start, number.end)
    if named is not None:
        return (named,)
    was = read.context
    same = bool(materials) and was.material == materials[0][0]
    order: tuple[str | None, ...] = (was.stage, None) if same and was.stage else (None,)
    if number.kind == "mass" and not any(name for name, _, _ in stages(read.text)):
        order = (*order, "refining")  # tonnes "produced" may be those of smelters
    if re.search(r"\bproduc(?:es?|ed|tion)\b", read.text) and was.stage != "separation":
        order = (None, *(stage for stage in order if stage is not None))
    return tuple(dict.fromkeys((*order, *(name for name, _, _ in stages(read.text)))))


def years_of(read: Read, at: int, end: int) -> tuple[int | None, ...]:
    """Return the years a number may be of: the one named for it, else none (the newest) or the one spoken of."""
    year, was = year_at(read, at, end), read.context.year
    named = years(read.text, read.context.today)
    if re.match(r"[^;.]{0,30}\bin (?:that|the same) year\b", read.text[end:]) and over(was, read.context.today) and was:
        return (was,)
    if year is not None and not named:
        return (year, None)
    if year is not None:
        return (year, None) if re.search(r"\breserves\b", read.text) else (year,)
    if years(read.text, read.context.today):
        return (None,)
    # An article of last year speaks of the year before it, whatever has been printed since.
    today = read.context.today
    then = today.year - 1 if today is not None and not re.search(r"\breserves\b", read.text) else None
    return tuple(dict.fromkeys((None, was if over(was, today) else None, then)))
