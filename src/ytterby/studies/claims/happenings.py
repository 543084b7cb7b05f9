"""Events and existence: acts of governments, votes, plants, deposits, and production that is nil."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from ytterby.atlas.cite import citation
from ytterby.atlas.load import Atlas
from ytterby.studies.claims.answers import answers, default_stage
from ytterby.studies.claims.compare import claimed
from ytterby.studies.claims.editions import published
from ytterby.studies.claims.evidence import evidence_of, sources_of, told
from ytterby.studies.claims.figures import Answer, Shelf
from ytterby.studies.claims.orders import nothing
from ytterby.studies.claims.record import Claim, Evidence, Test, Verdict

_HEAVY = frozenset({"Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y", "Sc"})
_VOTE = "un-es-11-4"


def event(claim: Claim, atlas: Atlas, as_of: date | None) -> Verdict:
    """Judge an act of a government or a vote by its date: announced, or in effect, in the time the claim names."""
    if claim.test.action == "un vote":
        return _vote(claim, atlas)
    sources = sources_of(atlas)
    held = [row for row in atlas.events.iter_rows(named=True) if _same_act(row, claim.test)]
    if as_of is not None:
        held = [row for row in held if (row["announced"] or "9999") <= as_of.isoformat()]
    if not held:
        return nothing(claim)
    when = claim.test.date or (str(claim.test.year) if claim.test.year else "")
    right = [row for row in held if any((row[name] or "").startswith(when) for name in ("announced", "effective"))]
    shown = right or held
    evidence = tuple(
        Evidence(
            row["source"], row["announced"] or "", row["effective"] or row["announced"] or "",
            f"{row['instrument']}: {row['scope']} ({row['materials']})", None, None, None, "", row["locator"],
            citation(sources[row["source"]], row["locator"]), bool(right),
        )
        for row in shown
    )  # fmt: skip
    first = shown[0]
    wording = f"{first['instrument']}, announced {first['announced']}, in effect {first['effective']}: {first['scope']}"
    if right:
        return Verdict(claim, "supported", None, wording, evidence, wording=wording)
    return Verdict(claim, "contradicted", "date", wording, evidence, wording=wording)


_TONNES = re.compile(r"(\d[\d,]*) t\b")


def quota(claim: Claim, atlas: Atlas, as_of: date | None) -> Verdict:
    """Judge how much an act allows to be exported, by the tonnes its own words name."""
    sources = sources_of(atlas)
    low, high = claimed(claim.test, claim.wording)
    held = [row for row in atlas.events.iter_rows(named=True) if "quota" in row["scope"]
            and _same_act(row, replace(claim.test, action="control"))]  # fmt: skip
    if as_of is not None:
        held = [row for row in held if (row["announced"] or "9999") <= as_of.isoformat()]
    named = [(row, [float(m[1].replace(",", "")) for m in _TONNES.finditer(row["scope"])]) for row in held]
    named = [(row, values) for row, values in named if values]
    if not named:
        return nothing(claim)
    agree = [any(low <= value <= high for value in values) for _, values in named]
    evidence = tuple(
        _cited(row, f"{row['instrument']}: {row['scope']}", yes, sources)
        for (row, _), yes in zip(named, agree, strict=True)
    )
    verdict, told_ = ("supported", None) if any(agree) else ("contradicted", "value")
    return Verdict(claim, verdict, told_, evidence[0].what, evidence, wording=evidence[0].what)


def in_force(claim: Claim, atlas: Atlas, as_of: date | None) -> Verdict:
    """Judge whether an act on exports is in force or suspended, by what its own row says of its status."""
    test = replace(claim.test, action="control")
    held = [row for row in atlas.events.iter_rows(named=True) if _same_act(row, test)]
    when = claim.test.date or ""
    held = [row for row in held if any((row[name] or "").startswith(when) for name in ("announced", "effective"))]
    if as_of is not None:
        held = [row for row in held if (row["announced"] or "9999") <= as_of.isoformat()]
    if not held:
        return nothing(claim)
    agree = [("suspend" in row["status"]) == (claim.test.action == "suspended") for row in held]
    sources = sources_of(atlas)
    evidence = tuple(
        _cited(row, f"{row['instrument']}: {row['status']}", yes, sources) for row, yes in zip(held, agree, strict=True)
    )
    why = "; ".join(item.what for item in evidence[:4])
    # Acts on one material stand side by side: the sentence is right if one of them is as it says.
    right = any(agree)
    return Verdict(
        claim, "supported" if right else "contradicted", None if right else "value", why, evidence, wording=why
    )


def listed(claim: Claim, atlas: Atlas, as_of: date | None) -> Verdict:
    """Judge whether a material is on the lists of critical or strategic raw materials of the places named."""
    sources = sources_of(atlas)
    wanted = {"EU27": f"EU {claim.test.action} raw materials", "USA": "US critical minerals"}
    names = [wanted[code] for code in claim.test.place if code in wanted]
    rows = [row for row in atlas.lists.iter_rows(named=True) if row["material"] == claim.test.material]
    rows = [row for row in rows if any(row["list"].startswith(name) for name in names)]
    if not names:
        return nothing(claim)
    on = {name for name in names if any(row["list"].startswith(name) for row in rows)}
    why = "; ".join(f"{name}: {'listed' if name in on else 'not listed'}" for name in names)
    evidence = tuple(_cited(row, f"{row['list']}: {row['printed']}", True, sources) for row in rows)
    right = not on if claim.test.value == 0 else len(on) == len(names)
    return Verdict(
        claim, "supported" if right else "contradicted", None if right else "value", why, evidence, wording=why
    )


def _cited(row: dict[str, str], what: str, right: bool, sources: dict[str, dict[str, Any]]) -> Evidence:
    source = sources[row["source"]]
    cited = citation(source, row["locator"])
    edition = source["edition"]
    return Evidence(row["source"], edition, edition, what, None, None, None, "", row["locator"], cited, right)


def _same_act(row: dict[str, str], test: Test) -> bool:
    if test.place and row["jurisdiction"] not in test.place:
        return False
    suspends = "suspension" in row["scope"]
    if (test.action == "suspension") != suspends:
        return False
    words = set(row["materials"].split(";"))
    if test.material is None:
        return bool(test.date or test.year)
    return test.material in words or (test.material in ("REE", "HREE") and bool(words & _HEAVY))


def _vote(claim: Claim, atlas: Atlas) -> Verdict:
    rows = [row for row in atlas.site_status.iter_rows(named=True) if row["source"] == _VOTE]
    if not rows:
        return nothing(claim)
    row = rows[0]
    source = next(item for item in atlas.sources.iter_rows(named=True) if item["id"] == _VOTE)
    when = claim.test.date or (str(claim.test.year) if claim.test.year else "")
    right = row["as_of"].startswith(when)
    cited = citation(source, row["locator"])
    evidence = Evidence(
        _VOTE, row["as_of"], row["as_of"], row["note"], None, None, None, "", row["locator"], cited, right
    )
    why = f"{source['title']}, {row['as_of']}: {row['note']}"
    return Verdict(claim, "supported" if right else "contradicted", None if right else "date", why, (evidence,))


def existence(claim: Claim, atlas: Atlas, shelf: Shelf, as_of: date | None) -> Verdict:
    """Judge whether a plant, a deposit or a production is there; `value` 0 says that there is none."""
    test = claim.test
    if test.facility:
        return _plant(claim, atlas, as_of)
    if test.value == 0:
        return _nil(claim, shelf, as_of)
    return _there(claim, atlas, shelf, as_of)


def _plant(claim: Claim, atlas: Atlas, as_of: date | None) -> Verdict:
    sources = sources_of(atlas)
    for row in atlas.facilities.filter(pl.col("id") == claim.test.facility).iter_rows(named=True):
        source = sources[row["source"]]
        out = published(source["edition"], source["family"])
        if as_of is not None and (out is None or out > as_of):
            continue
        right = not claim.test.place or row["country"] in claim.test.place
        what = f"{row['name']}: {row['stage']}, {row['status'] or 'status not told'}"
        cited = citation(source, row["locator"])
        evidence = Evidence(
            row["source"],
            source["edition"],
            source["edition"],
            what,
            None,
            None,
            None,
            "",
            row["locator"],
            cited,
            right,
        )
        return Verdict(
            claim, "supported" if right else "contradicted", None if right else "value", what, (evidence,), wording=what
        )
    return nothing(claim)


def _nil(claim: Claim, shelf: Shelf, as_of: date | None) -> Verdict:
    test = claim.test
    found: list[Answer] = []
    for stage in (test.stage or default_stage(shelf, test.material or ""),):
        asked = replace(test, type="quantity", stage=stage, measure="production", year=test.year)
        held = answers(shelf, asked, as_of) or answers(shelf, asked, as_of, every=True)
        if held:
            newest = max(item.figure.last for item in held)
            found += [item for item in held if item.figure.last == newest]
    if not found:
        return nothing(claim)
    agree = [item.value == 0 for item in found]
    verdict, reason = told(agree)
    if not test.stage and reason is None:
        reason = "stage not named"
    why = "; ".join(f"{item.what}: {item.value:g} {item.unit}" for item in found[:3])
    return Verdict(claim, verdict, reason, why, evidence_of(found, agree, shelf), wording=why)


def _there(claim: Claim, atlas: Atlas, shelf: Shelf, as_of: date | None) -> Verdict:
    test = claim.test
    if not test.material or not test.place:
        return nothing(claim)
    for measure in ("production", "reserves"):
        for stage in (test.stage,) if test.stage else ("mine", "refining"):
            if test.measure and measure != test.measure:
                continue
            asked = replace(test, type="quantity", stage=stage, measure=measure)
            found = [item for item in answers(shelf, asked, as_of) if item.value > 0]
            if found:
                why = f"{found[0].what}: {found[0].value:,.0f} {found[0].unit}"
                agree = [True] * len(found)
                return Verdict(claim, "supported", None, why, evidence_of(found, agree, shelf), wording=why)
    return nothing(claim) if test.measure else _deposit(claim, atlas)


def _deposit(claim: Claim, atlas: Atlas) -> Verdict:
    test = claim.test
    sources = sources_of(atlas)
    sites = [row for row in atlas.sites.iter_rows(named=True)
             if row["country"] in test.place and test.material in row["materials"].split(";")]  # fmt: skip
    if not sites:
        return nothing(claim)
    evidence = tuple(
        Evidence(
            row["source"], sources[row["source"]]["edition"], sources[row["source"]]["edition"], f"site {row['name']}",
            None, None, None, "", row["locator"], citation(sources[row["source"]], row["locator"]), True,
        )
        for row in sites[:5]
    )  # fmt: skip
    why = f"{len(sites)} sites are listed, among them {sites[0]['name']}; a site is no reserve."
    return Verdict(claim, "supported", None, why, evidence, wording=why)
