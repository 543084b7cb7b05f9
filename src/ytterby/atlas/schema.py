"""The columns of the atlas: one schema a table, each column with its unit and meaning, and the words a column may hold.

Missing values are null and stay null. A value of zero means that the publisher printed a zero (or a dash that its own
legend explains as zero). The unit of a figure stands beside it, with its basis (t REO, t gross, USD/kg nominal ...).
"""

from __future__ import annotations

import polars as pl

from ytterby.atlas.words import MEASURES as MEASURES
from ytterby.atlas.words import QUALIFIERS as QUALIFIERS
from ytterby.atlas.words import STAGES as STAGES
from ytterby.core.tables import Column, Schema

_TEXT, _NUMBER = pl.String, pl.Float64

FIGURES = Schema(
    "figures",
    (
        Column("id", _TEXT, "", "stable name of the figure", required=True),
        Column(
            "material",
            _TEXT,
            "",
            "id in the materials table: an element's symbol, REE, NdPr, graphite ...",
            required=True,
        ),
        Column("form", _TEXT, "", "what form of the material, or the use where the stage is use"),
        Column("stage", _TEXT, "", "stage of the chain", required=True, words=tuple(STAGES)),
        Column("measure", _TEXT, "", "what is measured", required=True, words=tuple(MEASURES)),
        Column("country", _TEXT, "", "ISO 3166 alpha-3; WLD world; XXX unspecified; EU27, ROW as in `groups`"),
        Column("partner", _TEXT, "", "origin of imports, destination of exports"),
        Column(
            "period",
            _TEXT,
            "",
            "2024, 2016-2020, FY2025 (July 2024 to June 2025), 2024-H1, 2025-Q2, 2026-05",
            required=True,
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
        Column(
            "action",
            _TEXT,
            "",
            "what to do",
            required=True,
            words=("reclassify", "exclude", "replaced", "unit", "misprint"),
        ),
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

MATERIALS = Schema(
    "materials",
    (
        Column("id", _TEXT, "", "element symbol where there is one, else a word", required=True),
        Column("name", _TEXT, "", "name", required=True),
        Column("kind", _TEXT, "", "element, group, mineral, product, energy or biotic", required=True),
        Column("aliases", _TEXT, "", "other names, separated by ;"),
        Column("hs6", _TEXT, "", "trade codes that hold it, separated by ;"),
    ),
)

TRADE_CODES = Schema(
    "trade_codes",
    (
        Column("hs6", _TEXT, "", "Harmonized System code", required=True),
        Column("description", _TEXT, "", "what the code holds, in short", required=True),
        Column("materials", _TEXT, "", "ids of the materials, separated by ;", required=True),
        Column("stage", _TEXT, "", "stage of the chain", required=True, words=tuple(STAGES)),
        Column("together", pl.Boolean, "1", "true: several materials in one code, never split here", required=True),
        Column("source", _TEXT, "", "id in the sources table", required=True),
        Column("hs_revision", _TEXT, "", "revision in which the rows are read", required=True),
        Column("file", _TEXT, "", "file of the rows", required=True),
        Column("rows", pl.Int64, "1", "rows", required=True),
        Column("first_year", pl.Int16, "year", "first year", required=True),
        Column("last_year", pl.Int16, "year", "last year", required=True),
        Column("value_kusd", _NUMBER, "kUSD nominal", "sum of the values", required=True),
        Column("quantity_t", _NUMBER, "t gross", "sum of the quantities", required=True),
        Column("no_quantity", pl.Int64, "1", "rows without a quantity", required=True),
    ),
)

TRADE_FILES = Schema(
    "trade_files",
    (
        Column("file", _TEXT, "", "file of bulk trade", required=True),
        Column("sha256", _TEXT, "", "SHA-256 of its bytes", required=True),
        Column("bytes", pl.Int64, "byte", "size", required=True),
        Column("rows", pl.Int64, "1", "rows", required=True),
        Column("rows_sha256", _TEXT, "", "SHA-256 of its rows written as CSV, whatever writes the file", required=True),
    ),
)

GOVERNANCE = Schema(
    "governance",
    (
        Column("economy", _TEXT, "", "ISO 3166 alpha-3", required=True),
        Column("year", pl.Int16, "year", "calendar year", required=True),
        Column(
            "indicator",
            _TEXT,
            "",
            "va voice and accountability, pv political stability, ge government effectiveness, rq regulatory quality, "
            "rl rule of law, cc control of corruption",
            required=True,
            words=("va", "pv", "ge", "rq", "rl", "cc"),
        ),
        Column("estimate", _NUMBER, "1", "estimate, standard normal units, about -2.5 to 2.5", required=True),
        Column("standard_error", _NUMBER, "1", "standard error of the estimate"),
        Column("sources_used", pl.Int16, "1", "number of sources behind the estimate"),
        Column("source", _TEXT, "", "id in the sources table; two releases are two methods", required=True),
        Column("edition", _TEXT, "", "edition of the source", required=True),
    ),
)

SITES = Schema(
    "sites",
    (
        Column("id", _TEXT, "", "stable name", required=True),
        Column("name", _TEXT, "", "name as the source prints it", required=True),
        Column("country", _TEXT, "", "ISO 3166 alpha-3 by United Nations practice; XXX where it is not known"),
        Column("region", _TEXT, "", "state or province, as printed"),
        Column("lat", _NUMBER, "degrees north", "latitude"),
        Column("lon", _NUMBER, "degrees east", "longitude"),
        Column("materials", _TEXT, "", "ids of materials, separated by ;", required=True),
        Column("source", _TEXT, "", "id in the sources table", required=True),
        Column("locator", _TEXT, "", "record in the source", required=True),
        Column("note", _TEXT, "", "what to know of the place and its point"),
    ),
)

SITE_STATUS = Schema(
    "site_status",
    (
        Column("site", _TEXT, "", "id in the sites table", required=True),
        Column(
            "field",
            _TEXT,
            "",
            "title (law) or control (fact); never one for the other",
            required=True,
            words=("title", "control"),
        ),
        Column(
            "viewpoint",
            _TEXT,
            "",
            "whose view: UN, ISO3 of a government, an armed group by name, press; none where no view was read",
            required=True,
        ),
        Column(
            "holder", _TEXT, "", "ISO3 or name of who holds it by that view; null where the view names none or is open"
        ),
        Column("as_of", _TEXT, "", "date of the statement, or undated", required=True),
        Column("source", _TEXT, "", "id in the sources table", required=True),
        Column("locator", _TEXT, "", "where in the source", required=True),
        Column("note", _TEXT, "", "what the source says"),
    ),
)

LISTS = Schema(
    "lists",
    (
        Column("list", _TEXT, "", "name of the list", required=True),
        Column("material", _TEXT, "", "id in the materials table", required=True),
        Column("printed", _TEXT, "", "words of the legal text", required=True),
        Column("source", _TEXT, "", "id in the sources table", required=True),
        Column("locator", _TEXT, "", "where in the text", required=True),
        Column("note", _TEXT, "", "what to know"),
    ),
)

COVERAGE = Schema(
    "coverage",
    (
        Column("material", _TEXT, "", "id in the materials table", required=True),
        *(
            Column(part, _TEXT, "", f"{part}: figures by country?", required=True, words=("yes", "shares only", "none"))
            for part in ("mine", "refining", "trade", "price")
        ),
        Column("network", _TEXT, "", "chain a network is built of (ytterby network), or none", required=True),
        Column("reason", _TEXT, "", "what is held, and why not more", required=True),
    ),
)
