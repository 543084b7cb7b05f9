"""From a claim to a verdict: what each source answers, whether that meets the claim, what wording would stand.

All sources agree: supported. None does: contradicted. Some do and some do not: disputed. No figure: not checkable.
Attribution plays no part: who says a thing does not make it true. Loaded words play none either.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ytterby.atlas.load import Atlas
from ytterby.atlas.places import name_of
from ytterby.core.errors import InputError
from ytterby.studies.claims import customs, happenings, orders
from ytterby.studies.claims.answers import ANY_EDITION, USED, answers, default_stage, number
from ytterby.studies.claims.compare import claimed, meets
from ytterby.studies.claims.evidence import evidence_of, told
from ytterby.studies.claims.figures import Answer, Shelf
from ytterby.studies.claims.record import REASONS, Claim, Test, Verdict, View
from ytterby.studies.claims.status import views as views_of
from ytterby.studies.claims.transcript import quoted

_NEVER = {"opinion": "no population", "causal": "causal", "evaluative": "evaluative", "prediction": "prediction"}
_STAGES = ("mine", "separation", "refining", "magnet")
#: What is printed for several forms or codes side by side, so that one of them is enough.
_FORMS = ("price", "import_source_share", *customs.SIDES, *USED)
_SHELVES: dict[Atlas, Shelf] = {}


def judge(claim: Claim, atlas: Atlas, as_of: date | None = None, viewpoint: str | None = None) -> Verdict:
    """Return the verdict on a claim; `as_of` admits only editions out by then, `viewpoint` answers status claims."""
    test = claim.test
    if test.type == "status" and test.action in ("in force", "suspended"):
        found = happenings.in_force(claim, atlas, as_of)
    elif test.type == "status" and test.action in ("critical", "strategic"):
        found = happenings.listed(claim, atlas, as_of)
    elif test.type == "status":
        found = _status(claim, atlas, as_of, viewpoint)
    elif test.type == "quotation":
        found = quoted(claim)
    elif test.type in _NEVER or test.reason in ("part for whole", "no data", "definition"):
        found = _never(claim, _NEVER.get(test.type) or test.reason or "no data")
    elif test.type == "provenance":
        found = _never(claim, test.reason or "no source")
    elif test.type == "event":
        found = happenings.event(claim, atlas, as_of)
    elif test.type == "existence":
        found = happenings.existence(claim, atlas, shelf_of(atlas), as_of)
    elif test.type in ("rank", "comparison", "trend"):
        found = _order(claim, shelf_of(atlas), as_of)
    else:
        found = _number(claim, shelf_of(atlas), as_of)
    return replace(found, edition=atlas.edition, thresholds=claim.wording)


def shelf_of(atlas: Atlas) -> Shelf:
    """Return the figures of an atlas by subject, made once."""
    if len(_SHELVES) > 8 and atlas not in _SHELVES:
        _SHELVES.clear()
    if atlas not in _SHELVES:
        _SHELVES[atlas] = Shelf(atlas)
    return _SHELVES[atlas]


def _never(claim: Claim, reason: str) -> Verdict:
    return Verdict(claim, "not checkable", reason, REASONS[reason].capitalize() + ".")


def _order(claim: Claim, shelf: Shelf, as_of: date | None) -> Verdict:
    test = _staged(claim.test, shelf)
    judged = {"rank": orders.rank, "comparison": orders.comparison, "trend": orders.trend}[test.type]
    return judged(replace(claim, test=test), shelf, as_of)


def _staged(test: Test, shelf: Shelf) -> Test:
    if test.stage or not test.material or test.facility:
        return test
    return replace(test, stage=default_stage(shelf, test.material, test.measure or "production"))


def _number(claim: Claim, shelf: Shelf, as_of: date | None) -> Verdict:
    test = _staged(claim.test, shelf)
    if not (test.material or test.facility) or (test.value is None and test.low is None):
        return _never(claim, "no data")
    found = _of_unit(answers(shelf, test, as_of), test)
    if not found and test.measure == "quota":
        return happenings.quota(claim, shelf.atlas, as_of)
    if not found:
        return _never(claim, "no data")
    low, high = claimed(test, claim.wording)
    found = _of_one_time(shelf, test, as_of, found, low, high)
    agree = [meets(answer, low, high) for answer in found]
    verdict, reason = told(agree)
    if any(agree) and (test.measure in _FORMS or test.edition == ANY_EDITION):
        # Forms of a metal have prices and trade codes of their own, and "once said" asks for one edition: no dispute.
        found, agree = [item for item, yes in zip(found, agree, strict=True) if yes], [yes for yes in agree if yes]
        verdict, reason = "supported", None
    if verdict == "contradicted" and customs.is_traded(test) and customs.mixed(found):
        return _never(claim, "definition")  # no code holds this material alone
    if verdict == "contradicted":
        reason = _why_not(shelf, test, as_of, low, high)
    elif claim.test.stage is None and test.measure in (None, "production") and test.unit == "%":
        reason = reason or "stage not named"
    evidence = evidence_of(found, agree, shelf)
    why = "; ".join(f"{item.source}: {item.what}, {number(item.value)} {item.unit}" for item in evidence[:3])
    return Verdict(claim, verdict, reason, why, evidence, wording=_wording(shelf, test, found, as_of))


def _of_one_time(
    shelf: Shelf, test: Test, as_of: date | None, found: list[Answer], low: float, high: float
) -> list[Answer]:
    """Answers of one period: sources of different years do not disagree. The newest, or the year before if that agrees.

    A claim without a year is written from the newest table at hand, whose last year is an estimate.
    """
    if test.year is not None or test.measure == "price" or test.edition == ANY_EDITION:
        return found
    newest = max(item.figure.last for item in found)
    latest = [item for item in found if item.figure.last == newest]
    if any(meets(item, low, high) for item in latest):
        return latest
    if test.measure == "reserves":
        return latest  # each edition prints the reserves of its own year: an older one is out of date
    before = _of_unit(answers(shelf, replace(test, year=newest - 1), as_of), test)
    return before if before and any(meets(item, low, high) for item in before) else latest


def _of_unit(found: list[Answer], test: Test) -> list[Answer]:
    return [item for item in found if test.unit is None or item.unit == test.unit]


def _why_not(shelf: Shelf, test: Test, as_of: date | None, low: float, high: float) -> str:
    """Say how the claim could have come about: an older edition, another stage, or just another value."""
    if any(meets(item, low, high) for item in _of_unit(answers(shelf, test, as_of, every=True), test)):
        return "stale date"
    if test.type == "share" and test.measure in (None, "production"):
        for stage in _STAGES:
            other = _of_unit(answers(shelf, replace(test, stage=stage), as_of), test)
            if stage != test.stage and other and all(meets(item, low, high) for item in other):
                return "stage"
    return "value"


def _wording(shelf: Shelf, test: Test, found: list[Answer], as_of: date | None) -> str:
    """Return what could be written instead, from the figures alone."""
    place = " and ".join(_name(code) for code in test.place) or "World"
    when = found[0].figure.period
    if test.type == "share" and test.measure in (None, "production", "share"):
        parts = []
        for stage in _STAGES:
            held = _of_unit(answers(shelf, replace(test, stage=stage), as_of), test)
            if held:
                parts.append(f"{stage} {_span(held)} %")
        return f"{place}: {', '.join(parts)}" if parts else ""
    unit = found[0].unit if found[0].unit == "%" else f"{found[0].unit} {found[0].figure.basis}".strip()
    return f"{place}: {_span(found)} {unit} ({when})"


def _span(found: list[Answer]) -> str:
    values = sorted(item.value for item in found)
    first, last = number(values[0]), number(values[-1])
    mark = "more than " if len(found) == 1 and found[0].figure.qualifier == ">" else ""
    return mark + first if first == last else f"{first} to {last}"


def _name(code: str) -> str:
    try:
        return name_of(code)
    except InputError:
        return code


def _status(claim: Claim, atlas: Atlas, as_of: date | None, viewpoint: str | None) -> Verdict:
    """Every view is shown; one view decides only where it is asked for.

    Without one, title is disputed wherever views are registered, whoever is said to hold it. Control is a fact: it is
    told where two views and more agree, one of them no party's.
    """
    shown = tuple(views_of(atlas, claim.test, as_of))
    if not shown:
        return Verdict(claim, "not checkable", "no data", "No view on this place is registered.")
    what = "title" if claim.test.field in (None, "title") else "control"
    regions = dict.fromkeys(view.region for view in shown)
    listed = " · ".join(
        f"{region}, {what} by viewpoint: " + _side_by_side([view for view in shown if view.region == region], claim)
        for region in regions
    )
    if claim.test.source is not None:
        # What one of them holds is told by its own view alone.
        own = [view for view in shown if view.viewpoint == claim.test.source]
        right = [(view.holder == claim.test.holder) != (claim.test.value == 0) for view in own]
        verdict = told(right)[0] if right else "not checkable"
        return Verdict(claim, verdict, "viewpoint", listed, views=shown, wording=listed)
    if viewpoint is not None:
        shown_own = [view for view in shown if view.viewpoint.casefold() == viewpoint.casefold()]
        agree = {view.agrees for view in shown_own}
        verdict = "not checkable" if not agree else "disputed"
        if len(agree) == 1:
            verdict = {True: "supported", False: "contradicted", None: "disputed"}[agree.pop()]
        return Verdict(claim, verdict, "viewpoint", listed, views=shown, wording=listed)
    agree = {view.agrees for view in shown}
    verdict = "disputed"
    apart = len(shown) > 1 and any(view.viewpoint in ("UN", "press") for view in shown)
    if what == "control" and len(agree) == 1 and None not in agree and apart:
        verdict = "supported" if True in agree else "contradicted"
    return Verdict(claim, verdict, "viewpoint", listed, views=shown, wording=listed)


def _side_by_side(shown: list[View], claim: Claim) -> str:
    """The views of one place; where the one whose claim it would be is not registered, that is said."""
    listed = [_seen(view) for view in shown]
    holder = claim.test.holder
    if holder and holder not in {view.viewpoint for view in shown}:
        listed.append(f"{holder}: no view registered")
    return "; ".join(listed)


def _seen(view: View) -> str:
    holder = "not told" if view.holder is None else _name(view.holder)
    source = f" ({view.citation.split('. http')[0]})" if view.viewpoint == "UN" else ""
    return f"{view.viewpoint}: {holder}{source}"
