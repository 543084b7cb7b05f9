"""The columns of the atlas: one schema a table, each column with its unit and meaning, and the words a column may hold.

Missing values are null and stay null. A value of zero means that the publisher printed a zero (or a dash that its own
legend explains as zero). The unit of a figure stands beside it, with its basis (t REO, t gross, USD/kg nominal ...).
"""

from __future__ import annotations

import polars as pl

from ytterby.core.tables import Column, Schema

STAGES: dict[str, str] = {
    "mine": "ore out of the ground, in contained oxide; reserves and mining quotas stand here too",
    "concentrate": "beneficiated ore; a facility stage",
    "feed": "mixed rare-earth material on its way to a separator: ore, monazite, mixed carbonate, mixed oxide",
    "separation": "single oxides and other compounds (solvent extraction)",
    "metal": "metals and mischmetal",
    "alloy": "magnet alloy, strip cast or powder",
    "magnet": "magnets, sintered or bonded",
    "recycling": "output made from scrap",
    "use": "demand, consumption and its split by use; `form` names the use",
}

MEASURES: dict[str, str] = {
    "production": "output in the period",
    "capacity": "output a plant could make in a period",
    "reserves": "the part of a resource that can be mined economically now, as its publisher defines it",
    "quota": "the most a government allowed to be mined or separated in the period",
    "share": "part of the world total of its stage",
    "share_of_treo": "part of an element's oxide in the total rare-earth oxide of an ore; `ore` names the ore",
    "price": "average price in the period, per mass of the `form` named",
    "price_floor": "price guaranteed by a contract",
    "average_selling_price": "sales divided by mass sold, as a company reports it",
    "unit_value": "customs value divided by mass",
    "unit_cost": "cost per mass of output, as its source defines it",
    "tax": "levy per mass",
    "imports": "mass entering a country; `partner` is the origin",
    "exports": "mass leaving a country; `partner` is the destination",
    "apparent_consumption": "production plus imports less exports, as its publisher computes it",
    "consumption": "mass used in a place",
    "demand": "mass wanted by a use or a place, as its publisher estimates it",
    "use_share": "part of a place's use of a material that goes to the use in `form`",
    "net_import_reliance": "imports less exports, in per cent of apparent consumption (USGS)",
    "import_source_share": "part of a country's imports shipped from `partner`",
    "reo_factor": "t REO in a tonne of imported material of the kind in `form`",
    "intensity": "mass of material in a unit of product; `form` names the product",
    "recovery": "contained mass out per contained mass in",
    "scrap_rate": "part of output that becomes new scrap",
}

QUALIFIERS: dict[str, str] = {
    "reported": "as printed, not marked as estimated",
    "estimated": "marked as estimated by its publisher",
    "computed": "worked out from printed numbers; the note says how",
    "withheld": "not printed, to protect a company",
    "not_available": "printed as not available",
    "zero": "printed as zero or as a dash that means zero",
    "<": "less than the value",
    ">": "more than the value",
    "net_exporter": "printed as E: a net exporter",
}

_TEXT, _NUMBER = pl.String, pl.Float64

FIGURES = Schema(
    "figures",
    (
        Column("id", _TEXT, "", "stable name of the figure", required=True),
        Column("material", _TEXT, "", "element symbol, REE, NdPr, magnet-REE, HREE, NdFeB, SmCo ...", required=True),
        Column("form", _TEXT, "", "what form of the material, or the use where the stage is use"),
        Column("stage", _TEXT, "", "stage of the chain", required=True, words=tuple(STAGES)),
        Column("measure", _TEXT, "", "what is measured", required=True, words=tuple(MEASURES)),
        Column("country", _TEXT, "", "ISO 3166 alpha-3; WLD world; XXX unspecified; EU27, ROW as in `groups`"),
        Column("partner", _TEXT, "", "origin of imports, destination of exports"),
        Column(
            "period", _TEXT, "", "2024, 2016-2020, FY2025 (July 2024 to June 2025), 2024-H1, 2025-Q2", required=True
        ),
        Column("value", _NUMBER, "varies", "the value printed, in `unit`"),
        Column("low", _NUMBER, "varies", "lower end of a printed range, in `unit`"),
        Column("high", _NUMBER, "varies", "upper end of a printed range, in `unit`"),
        Column("unit", _TEXT, "", "unit with its basis", required=True),
        Column("qualifier", _TEXT, "", "how the publisher marks the value", required=True, words=tuple(QUALIFIERS)),
        Column("derived_from", _TEXT, "", "observation behind the figure; figures that share one get one vote"),
        Column("facility", _TEXT, "", "id of the facility the figure is about"),
        Column("ore", _TEXT, "", "id of the ore an assay is about"),
        Column("source", _TEXT, "", "id in the sources table", required=True),
        Column("edition", _TEXT, "", "edition of the source", required=True),
        Column(
            "locator", _TEXT, "", "table, page, row and column, or cell, where the figure is printed", required=True
        ),
        Column("note", _TEXT, "", "footnotes and how the figure was read"),
    ),
)

TRADE = Schema(
    "trade",
    (
        Column("year", pl.Int16, "year", "calendar year", required=True),
        Column("exporter", _TEXT, "", "ISO 3166 alpha-3; TWN is 'Other Asia, nes'; XXX unspecified", required=True),
        Column("importer", _TEXT, "", "as exporter", required=True),
        Column(
            "hs6", _TEXT, "", "Harmonized System code (six digits; 2846 where only the heading is known)", required=True
        ),
        Column("hs_revision", _TEXT, "", "revision in which the code is read: HS92 ... HS22", required=True),
        Column("value_kusd", _NUMBER, "kUSD nominal", "value; FOB in BACI"),
        Column("quantity_t", _NUMBER, "t gross", "net weight of the goods"),
        Column("source", _TEXT, "", "id in the sources table", required=True),
    ),
)

FACILITIES = Schema(
    "facilities",
    (
        Column("id", _TEXT, "", "stable name", required=True),
        Column("name", _TEXT, "", "name, with the place", required=True),
        Column("stage", _TEXT, "", "stage of the chain", required=True, words=tuple(STAGES)),
        Column("country", _TEXT, "", "ISO 3166 alpha-3", required=True),
        Column("owner", _TEXT, "", "owner or operator as the source names it"),
        Column("feed", _TEXT, "", "what goes in"),
        Column("product", _TEXT, "", "what comes out"),
        Column("lat", _NUMBER, "degrees north", "latitude of a point that was read in a source"),
        Column("lon", _NUMBER, "degrees east", "longitude"),
        Column("coord_source", _TEXT, "", "source id of the point"),
        Column("capacity", _NUMBER, "varies", "capacity, in `capacity_unit`"),
        Column("capacity_unit", _TEXT, "", "unit with its basis"),
        Column(
            "capacity_period", _TEXT, "", "year the capacity is stated for (a plan where the status is not operating)"
        ),
        Column("capacity_of", _TEXT, "", "what the capacity counts: total REO, NdPr oxide, magnets, quota ..."),
        Column("output", _NUMBER, "varies", "output, in `output_unit`"),
        Column("output_unit", _TEXT, "", "unit with its basis"),
        Column("output_period", _TEXT, "", "year, fiscal year or quarter of the output"),
        Column("output_of", _TEXT, "", "what the output counts"),
        Column("status", _TEXT, "", "status at the date of the source"),
        Column("start_year", pl.Int16, "year", "first year of operation, or the year planned"),
        Column(
            "aggregate", pl.Boolean, "1", "true: a group of plants, never to be added to its own plants", required=True
        ),
        Column("source", _TEXT, "", "id in the sources table", required=True),
        Column("locator", _TEXT, "", "where in the source", required=True),
        Column("note", _TEXT, "", "what the source says, and what was left out"),
    ),
)

ASSUMPTIONS = Schema(
    "assumptions",
    (
        Column("id", _TEXT, "", "stable name", required=True),
        Column("value", _NUMBER, "varies", "central value"),
        Column("low", _NUMBER, "varies", "lower end of the range"),
        Column("high", _NUMBER, "varies", "upper end of the range"),
        Column("dist", _TEXT, "", "distribution over the range"),
        Column("unit", _TEXT, "", "unit"),
        Column("reason", _TEXT, "", "why this value and range"),
        Column("read", _TEXT, "", "what was read"),
        Column("applies_to", _TEXT, "", "where the model uses it"),
    ),
)

COUNTRIES = Schema(
    "countries",
    (
        Column("iso3", _TEXT, "", "ISO 3166 alpha-3, or a code of ours marked in `note`", required=True),
        Column("iso2", _TEXT, "", "ISO 3166 alpha-2"),
        Column("numeric", _TEXT, "", "ISO 3166 numeric, three digits"),
        Column("name", _TEXT, "", "name used in tables", required=True),
        Column("baci", _TEXT, "", "BACI country codes, separated by ;"),
        Column("aliases", _TEXT, "", "other names read in sources, separated by ;"),
        Column("groups", _TEXT, "", "groups the country belongs to, separated by ;"),
        Column("source", _TEXT, "", "id in the sources table", required=True),
        Column("note", _TEXT, "", "what to know"),
    ),
)

GROUPS = Schema(
    "groups",
    (
        Column("group", _TEXT, "", "EU27, G7, G20, OECD", required=True),
        Column("iso3", _TEXT, "", "member", required=True),
        Column("joined", _TEXT, "", "date of membership, where it was read"),
        Column("as_of", _TEXT, "", "date for which the list holds", required=True),
        Column("source", _TEXT, "", "id in the sources table: the organisation's own list", required=True),
        Column("note", _TEXT, "", "what to know"),
    ),
)

CORRECTIONS = Schema(
    "corrections",
    (
        Column("id", _TEXT, "", "stable name", required=True),
        Column("table", _TEXT, "", "table the correction is about", required=True, words=("trade", "figures")),
        Column("source", _TEXT, "", "source id of the rows corrected", required=True),
        Column("exporter", _TEXT, "", "exporter of the rows; null means any"),
        Column("importer", _TEXT, "", "importer of the rows; null means any"),
        Column("hs6", _TEXT, "", "code of the rows"),
        Column("first_year", pl.Int16, "year", "first year of the rows"),
        Column("last_year", pl.Int16, "year", "last year of the rows"),
        Column("action", _TEXT, "", "what to do", required=True, words=("reclassify", "exclude", "replaced")),
        Column("found", _TEXT, "", "what the source says", required=True),
        Column("read_as", _TEXT, "", "what it is taken to be", required=True),
        Column("reason", _TEXT, "", "why", required=True),
    ),
)

EVENTS = Schema(
    "events",
    (
        Column("id", _TEXT, "", "stable name", required=True),
        Column("jurisdiction", _TEXT, "", "ISO3 of the government that acts", required=True),
        Column("instrument", _TEXT, "", "name and number of the act", required=True),
        Column("announced", _TEXT, "", "date"),
        Column("effective", _TEXT, "", "date"),
        Column("suspended_until", _TEXT, "", "date"),
        Column("materials", _TEXT, "", "element symbols or words, separated by ;", required=True),
        Column("scope", _TEXT, "", "what it does", required=True),
        Column("status", _TEXT, "", "status at the date of the source"),
        Column("source", _TEXT, "", "id in the sources table", required=True),
        Column("locator", _TEXT, "", "where in the source", required=True),
        Column("note", _TEXT, "", "how it was read"),
    ),
)

SOURCES = Schema(
    "sources",
    (
        Column("id", _TEXT, "", "stable name", required=True),
        Column("family", _TEXT, "", "series of editions the source belongs to", required=True),
        Column("publisher", _TEXT, "", "who says it", required=True),
        Column("title", _TEXT, "", "title", required=True),
        Column("edition", _TEXT, "", "edition, version or date", required=True),
        Column("url", _TEXT, "", "page of the publisher", required=True),
        Column("doi", _TEXT, "", "DOI"),
        Column("licence", _TEXT, "", "licence or terms of reuse", required=True),
        Column("kind", _TEXT, "", "official, company, journal, press, industry", required=True),
        Column("read", _TEXT, "", "what was read: the document, a copy, or a page that reports it", required=True),
        Column("note", _TEXT, "", "what to know"),
    ),
)

INPUTS = Schema(
    "inputs",
    (
        Column("file", _TEXT, "", "input file of the compiler", required=True),
        Column("sha256", _TEXT, "", "SHA-256 of its bytes", required=True),
        Column("bytes", pl.Int64, "byte", "size", required=True),
        Column("official_url", _TEXT, "", "where the publisher keeps the original", required=True),
    ),
)
