"""The glossary: one record a term, with its meaning in a line, other names in use, and where the definition was read.

docs/glossary.md is written from these records by tools/make_glossary.py. An empty `source` means that the line says how
Ytterby uses the word and claims no authority for it.

>>> term("TREO").meaning
'Total REO: the sum over all rare-earth oxides. Say whether Y is included; some write TREO+Y when it is not.'
"""

from __future__ import annotations

from dataclasses import dataclass

from ytterby.core.errors import Fault, InputError, nearest

CHANGING_MARKETS = (
    "Rare Earths and the Balance Problem: How to Deal with Changing Markets? (2018), doi:10.1007/s40831-018-0162-8"
)
CIRCULAR_831 = "USGS Circular 831 (1980), as printed in Mineral Commodity Summaries 2003, appendix C"
CRIRSCO = "CRIRSCO template, as quoted by SRK Consulting"
EUROSTAT = "Eurostat, reference metadata of cei_srm010 (2022-07-07)"
MERGER_GUIDELINES = "U.S. Department of Justice, Herfindahl-Hirschman Index (page citing Merger Guidelines §2.1, 2023)"
NASSAR_2015 = "Nassar, Graedel and Harper 2015, Science Advances 1, doi:10.1126/sciadv.1400180"


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the field, the part of the glossary it stands in, its meaning, other names, and its source."""

    term: str
    part: str
    meaning: str
    aliases: tuple[str, ...] = ()
    source: str = ""


_MATERIAL, _STAGE, _JOINT, _ACCOUNT, _MODEL, _RESULT = PARTS = (
    "Material and unit",
    "Stages and processes",
    "Joint production",
    "Accounts and indicators",
    "The model",
    "What a result says",
)

TERMS: tuple[Term, ...] = (
    Term(
        "REE", _MATERIAL, "Rare-earth elements: the 15 lanthanides, Y and Sc (17).", ("rare earths",), CHANGING_MARKETS
    ),
    Term(
        "LREE, HREE",
        _MATERIAL,
        "Light and heavy rare earths. IUPAC cuts after Eu and puts Y with the heavies; in Europe the cut is often "
        "after Sm, in China Sm is heavy. Name the convention each time.",
        ("light rare earths", "heavy rare earths"),
        CHANGING_MARKETS,
    ),
    Term(
        "REO",
        _MATERIAL,
        "Rare-earth oxide equivalent: mass expressed as oxide. Our base unit of mass is t REO.",
        ("rare-earth oxides",),
        CHANGING_MARKETS,
    ),
    Term(
        "TREO",
        _MATERIAL,
        "Total REO: the sum over all rare-earth oxides. Say whether Y is included; some write TREO+Y when it is not.",
        ("total rare-earth oxides",),
    ),
    Term("MREO", _MATERIAL, "Magnet rare-earth oxides: Nd, Pr, Dy and Tb.", ("magnet oxides",)),
    Term("NdPr", _MATERIAL, "Neodymium and praseodymium together, traded as one product.", ("didymium", "PrNd")),
    Term("SEG", _MATERIAL, "A mixed product of Sm, Eu, Gd and what is heavier, not yet separated.", ("SEG+",)),
    Term("contained", _MATERIAL, "Mass of the element inside a material, for example t Dy in magnets.", ("content",)),
    Term(
        "gross weight",
        _MATERIAL,
        "Mass of the whole material. Trade statistics are gross.",
        ("gross",),
    ),
    Term(
        "basis", _MATERIAL, "What a mass counts: REO, an oxide, a contained element, or gross weight. Bases never add."
    ),
    Term("grade", _MATERIAL, "Contained share of an ore or concentrate, in % TREO."),
    Term("distribution", _MATERIAL, "How an ore's TREO splits over the elements, in % of TREO.", ("assay",)),
    Term(
        "resource",
        _MATERIAL,
        "Material in or on the crust with reasonable prospects of eventual economic extraction: inferred, indicated or "
        "measured.",
        ("mineral resource",),
        CRIRSCO,
    ),
    Term(
        "reserve",
        _MATERIAL,
        "The part that could be economically extracted at the time of determination. A country's USGS reserves are not "
        "the reserves of a company's code.",
        ("reserves",),
        CIRCULAR_831,
    ),
    Term("mining", _STAGE, "Ore out of the ground. Mine production of rare earths is reported in contained REO."),
    Term("concentrate", _STAGE, "What physical upgrading of ore yields; no chemical change.", ("beneficiation",)),
    Term(
        "cracking and leaching",
        _STAGE,
        "Chemical attack that dissolves the rare earths of a concentrate; yields mixed carbonate or chloride.",
        ("MREC",),
    ),
    Term(
        "separation",
        _STAGE,
        "Splitting mixed rare earths into single oxides, mainly by solvent extraction. The narrowest stage.",
        ("SX", "solvent extraction"),
    ),
    Term("in solution", _STAGE, "An element separated in solution and not yet precipitated and calcined to oxide."),
    Term(
        "finishing", _STAGE, "Precipitating and calcining an oxide from solution; its cost is the oxide's price floor."
    ),
    Term("metal-making", _STAGE, "Oxide to metal, by molten-salt electrolysis or metallothermic reduction."),
    Term("magnet-making", _STAGE, "Alloy to sintered or bonded magnets; part of the alloy becomes swarf."),
    Term("refining", _STAGE, "Ambiguous for rare earths (separation? metal?); used only when quoting a source."),
    Term(
        "recovery",
        _STAGE,
        "Contained mass out per contained mass in, for one element in one process, 0..1.",
        ("yield",),
    ),
    Term("capacity", _STAGE, "The nameplate limit of a plant's throughput per year.", ("nameplate",)),
    Term("host mineral", _JOINT, "The one whose economics set the rate of mining, such as iron at Bayan Obo."),
    Term(
        "by-product",
        _JOINT,
        "Recovered because its host is mined; its own price does not set output.",
        ("companion metal",),
        NASSAR_2015,
    ),
    Term("coproduct", _JOINT, "One of two or more products that together make a mine pay; most rare earths are."),
    Term(
        "companionality",
        _JOINT,
        "Share of a metal's primary production obtained as the companion of a host, 0..1.",
        (),
        NASSAR_2015,
    ),
    Term("basket price", _JOINT, "Value of one kilogram of REO of a deposit's distribution at single-oxide prices."),
    Term(
        "balance problem",
        _JOINT,
        "Ores hold the elements in proportions demand does not want: Ce and La in surplus, Dy and Tb short.",
        ("balancing problem",),
        "Rare Earths and the Balance Problem, doi:10.1007/s40831-014-0005-1",
    ),
    Term(
        "apparent consumption",
        _ACCOUNT,
        "Production (primary and secondary) + imports − exports + decrease of stocks.",
    ),
    Term(
        "net import reliance",
        _ACCOUNT,
        "(Imports − exports + decrease of stocks) / apparent consumption, in %; below zero for a net exporter. The "
        "U.S. Geological Survey's measure.",
        ("NIR",),
    ),
    Term(
        "import reliance (EU)",
        _ACCOUNT,
        "(Imports − exports) / (domestic production + imports − exports); no term for stocks. Not the same number as "
        "net import reliance.",
        ("IR",),
    ),
    Term(
        "HHI",
        _ACCOUNT,
        "Herfindahl-Hirschman index: the sum of squared shares. Here 0..1; times 10 000 on the antitrust scale.",
        ("concentration",),
        MERGER_GUIDELINES,
    ),
    Term(
        "EoL-RIR",
        _ACCOUNT,
        "End-of-life recycling input rate: share of material input from old scrap; new scrap is not counted.",
        ("end-of-life recycling input rate",),
        EUROSTAT,
    ),
    Term("EoL-RR", _ACCOUNT, "End-of-life recycling rate: old scrap recovered / end-of-life material arising."),
    Term("new scrap", _ACCOUNT, "Scrap from manufacture, such as magnet swarf.", ("process scrap", "swarf"), EUROSTAT),
    Term("old scrap", _ACCOUNT, "Scrap from products at the end of their life.", ("end-of-life scrap",), EUROSTAT),
    Term("mirror data", _ACCOUNT, "The partner's report of the same trade. Report both and say which is used."),
    Term("qualifier", _ACCOUNT, "How a source gives a figure: reported, estimated, computed, withheld, zero, < or >."),
    Term("locator", _ACCOUNT, "Where in its source a figure stands: table, page, cell."),
    Term("edition", _ACCOUNT, "One issue of a source. Every edition is kept, so that revisions can be seen."),
    Term("market", _MODEL, "One product in one country in one period; it balances, and its dual is its price."),
    Term("activity", _MODEL, "Anything that happens: a cost, a limit and so much of each product in or out."),
    Term("facility", _MODEL, "A plant with a capacity, a place and a source.", ("plant",)),
    Term("route", _MODEL, "A lane for one product between two countries, with freight, taxes and limits.", ("lane",)),
    Term("base year", _MODEL, "The year whose cited figures, reconciled, the model returns when no measure acts."),
    Term(
        "reconciliation",
        _MODEL,
        "Least-squares balance of figures that disagree; each figure's move is told in its own uncertainty (σ).",
        ("data reconciliation",),
    ),
    Term(
        "calibration", _MODEL, "Choosing cost terms so that the base year is the model's answer. Residuals, not costs."
    ),
    Term("elasticity", _MODEL, "Per cent more supplied, or less used, for one per cent of price."),
    Term("assumption", _MODEL, "A number no source gives: with a value, a range and a reason, in one table."),
    Term("measure", _MODEL, "A ban, quota, tax, outage, new plant … with dates and its legal source.", ("policy",)),
    Term("scenario", _MODEL, "One text file: a base, a time and the measures that act on it. Not a forecast."),
    Term("thrifting", _MODEL, "Making the same product with less of a scarce element."),
    Term("disposal", _MODEL, "Getting rid of a surplus, usually in solution, at a stated cost.", ("dump",)),
    Term("use lost", _RESULT, "Base use − use served, split three ways: given up, replaced, unserved.", ("shortage",)),
    Term("given up", _RESULT, "Use that buyers leave along the demand curve because the price rose."),
    Term("replaced", _RESULT, "Use met with less of the element, by thrifting or substitution."),
    Term("unserved", _RESULT, "Use for which nothing is left even at the value of lost use."),
    Term("value of lost use", _RESULT, "The price at which a use is left unserved; an assumption, the cap on a price."),
    Term("home price", _RESULT, "Price inside the exporting country."),
    Term("FOB price", _RESULT, "Home price + rent + export tax: what the exporter is paid at its border.", ("FOB",)),
    Term("delivered price", _RESULT, "What the buyer pays at home: FOB + freight + tariff.", ("CIF",)),
    Term("rent", _RESULT, "Scarcity premium of a limit: the same on every tonne it holds back.", ("licence premium",)),
    Term(
        "shadow price",
        _RESULT,
        "What one more tonne allowed would be worth; the dual of a balance or a limit.",
        ("dual",),
    ),
    Term(
        "binding", _RESULT, "A limit that decides the answer: relaxing it would change it. One that does not is slack."
    ),
    Term("welfare", _RESULT, "Consumer + producer surplus + rent + tax revenue, always as a change from the base."),
    Term("certificate", _RESULT, "Primal residual, dual residual and gap of a solve, computed apart from the engine."),
)


def term(word: str) -> Term:
    """Return the record of a term or one of its aliases; case does not matter."""
    sought = word.strip().casefold()
    for record in TERMS:
        if sought in (name.casefold() for name in (record.term, *record.aliases)):
            return record
    names = [name for record in TERMS for name in (record.term, *record.aliases)]
    raise InputError(Fault("glossary", repr(word), "one of its terms", nearest(word, names)))
