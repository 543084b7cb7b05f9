"""What an order, a comparison or a trend leaves open, filled from the sentences before it."""

from __future__ import annotations

import re
from dataclasses import replace

from ytterby.studies.claims.context import Read, years
from ytterby.studies.claims.gazetteer import FORMS, stages
from ytterby.studies.claims.record import Test, Wording
from ytterby.studies.claims.slots import MOST_READINGS, Proposal
from ytterby.studies.claims.subjects import over, refined

_SUBJECT = re.compile(r"\b(?:it|its|their|they|the country|the kingdom|both|there|that|this)\b", re.I)


def _formed(test: Test) -> Test:
    if (test.material, test.product, test.stage, test.measure) == ("Al", None, None, "production"):
        test = replace(test, stage="refining")
    return replace(test, product=test.product or FORMS.get((test.material or "", test.stage or "")))


def opened(read: Read, test: Test, wording: tuple[Wording, ...] = ()) -> Proposal:
    """Return a proposal of a test with the readings its sentence leaves open: stage, measure, form and year."""
    if test.type not in ("rank", "comparison", "trend") or test.measure == "price":
        return Proposal(test, wording)
    was = read.context
    tests: dict[Test, None] = {test: None}
    if test.material in ("HREE", "LREE", "magnet-REE") and not read.of("material"):
        tests[replace(test, material="REE")] = None
    same = was.material == test.material
    if same and test.product is None and was.product:
        tests.update({replace(one, product=was.product): None for one in list(tests)})
    if test.product:
        tests.update({replace(one, product=None): None for one in list(tests)})
    if not read.of("material") and not re.search(r"\b(?:reserves|mine[sd]?|mining|produc|output|refin|"
        r"smelt)", read.text):
        for measure in {"production", "reserves"} - {test.measure}:
            if was.measure == measure or was.measure is None:
                tests.update({replace(one, measure=measure, stage="mine" if measure == "reserves" else one.stage): None
                              for one in list(tests)})  # fmt: skip
    if not stages(read.text) and test.measure != "reserves":
        held = [refined(test.material, was.stage)] if same else []
        for stage in dict.fromkeys([*held, None]):
            tests.update({replace(one, stage=stage): None for one in list(tests) if one.measure != "reserves"})
    spoken = [code for code in reversed(was.places) if code not in test.place and code not in test.other]
    if test.type == "rank" and test.place and test.place[0] not in {item.code for item in read.places}:
        tests.update({replace(test, place=(code,)): None for code in spoken[:3]})
    if test.type != "trend" and not years(read.text, was.today):
        then = was.today.year - 1 if was.today is not None and test.measure != "reserves" else None
        spare = [year for year in (was.year, None, then) if year is None or over(year, was.today)]
        for year in spare:
            tests.update({replace(one, year=year): None for one in list(tests)})
    if test.other == ("Europe",):
        areas = ("EU27", "Europe without Russia")
        tests.update({replace(one, other=(area,)): None for one in list(tests) for area in areas})
    if test.type == "comparison" and test.since is not None and test.measure == "production":
        tests.update({replace(one, stage=refined(test.material, "refining")): None for one in list(tests)})
    tests = {_formed(one): None for one in tests}
    test = next(iter(tests))
    firm = bool(read.places) or read.world or _SUBJECT.search(read.text) is not None
    return Proposal(test, wording, tuple(tests)[1:MOST_READINGS], firm)
