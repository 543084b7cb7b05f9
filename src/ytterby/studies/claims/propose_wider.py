"""Further readings of a number, of what else the sentence itself names: another measure, stage or material of it.

Places and years are never exchanged: a sentence that gives one country's figure to another is to be found out.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ytterby.studies.claims.context import Read
from ytterby.studies.claims.gazetteer import PRODUCT_STAGES, stages
from ytterby.studies.claims.record import Test
from ytterby.studies.claims.slots import Proposal
from ytterby.studies.claims.subjects import refined

#: Measures by the words that name them.
_MEASURES = (
    (re.compile(r"\breserves?\b", re.I), "reserves"),
    (re.compile(r"\b(?:produc\w+|output|mine[sd]?|mining|refin\w+|smelt\w*|dug|digs?|made|makes?|"
        r"suppl\w+)\b", re.I), "production"),
    (re.compile(r"\bcapacit\w+\b", re.I), "capacity"),
    (re.compile(r"\b(?:consum\w+|demand|uses?|used|usage|needs?)\b", re.I), "consumption"),
    (re.compile(r"\b(?:export\w*|ship\w*|sold|sells?|sales)\b", re.I), "exports"),
    (re.compile(r"\b(?:import\w*|bought|buys?|purchas\w+)\b", re.I), "imports"),
    (re.compile(r"\bquotas?\b", re.I), "quota"),
)  # fmt: skip
_MOST = 24


def widened(read: Read, one: Proposal) -> Proposal:
    """Return a proposal with the readings of the other measures, stages and materials its sentence names."""
    test = one.test
    if test.type not in ("quantity", "share") or test.measure in ("price", "value") or test.reason or test.facility:
        return one
    if test.other or not test.place or not test.material:
        return one
    share = test.type == "share"
    named = [name for pattern, name in _MEASURES if pattern.search(read.text)]
    measures = [name for name in named if not share or name in ("reserves", "production", "exports", "imports")]
    if share and test.place == ("USA",) and re.search(r"\bimport|\bforeign|\babroad|\breli|\bdepend", read.text):
        measures.append("net_import_reliance")
    materials = [(item.code, item.product) for item in read.of("material") if item.code != "REPM"]
    steps = [name for name, _, _ in stages(read.text)]
    made: dict[Test, None] = {}
    for material, product in dict.fromkeys([(test.material, test.product), *materials[:4]]):
        for measure in dict.fromkeys([test.measure, *measures[:4]]):
            for stage in dict.fromkeys([test.stage, *steps[:3], None]):
                made[_staged(replace(test, material=material, product=product, measure=measure, stage=stage))] = None
    others = dict.fromkeys([*one.others, *made])
    others.pop(test, None)
    return replace(one, others=tuple(others)[: len(one.others) + _MOST])


def _staged(test: Test) -> Test:
    if test.measure == "reserves":
        return replace(test, stage="mine")
    if test.measure == "net_import_reliance":
        return replace(test, stage="use")
    if test.measure in ("exports", "imports"):
        return replace(test, stage=None)
    if test.product in PRODUCT_STAGES:
        return replace(test, stage=PRODUCT_STAGES[test.product or ""])
    return replace(test, stage=refined(test.material, test.stage))
