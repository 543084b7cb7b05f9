"""Countries, their names in the sources, and the groups they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from atlas_rows import Row, read_csv
from ytterby.atlas import places

# Names read in the sources that no table of names holds.
ALIASES: dict[str, str] = {
    "MMR": "Burma;Myanmar",
    "TWN": "Taiwan;Other Asia, nes;Chinese Taipei;Taiwan, Province of China;S19",
    "KOR": "Korea;South Korea;Rep. of Korea;Korea, Rep.;Korea, Republic of;Korea, South",
    "PRK": "North Korea;Korea, Dem. People's Rep.;Korea, Dem. Rep.",
    "VNM": "Vietnam;Viet Nam",
    "TUR": "Turkey;Türkiye;Turkiye",
    "USA": "United States;US;U.S.;America",
    "GBR": "United Kingdom;UK;Great Britain;Britain",
    "RUS": "Russia;Russian Federation",
    "LAO": "Laos;Lao People's Dem. Rep.;Lao PDR",
    "CZE": "Czechia;Czech Republic",
    "IRN": "Iran;Iran, Islamic Rep.",
    "HKG": "Hong Kong;China, Hong Kong SAR;Hong Kong, China",
    "MAC": "Macao;Macau;China, Macao SAR",
    "CIV": "Côte d'Ivoire;Ivory Coast",
    "COD": "Congo-Kinshasa;DRC;DR Congo;Democratic Republic of the Congo;Congo (Kinshasa)",
    "COG": "Congo-Brazzaville;Republic of the Congo;Congo (Brazzaville)",
    "TZA": "Tanzania",
    "BOL": "Bolivia",
    "VEN": "Venezuela",
    "SYR": "Syria",
    "MDA": "Moldova",
    "MKD": "North Macedonia;Macedonia",
    "SWZ": "Eswatini;Swaziland",
    "TLS": "Timor-Leste;East Timor",
    "SVK": "Slovakia;Slovak Republic",
    "KGZ": "Kyrgyzstan;Kyrgyz Republic",
    "CPV": "Cabo Verde;Cape Verde",
    "BRN": "Brunei",
    "PSE": "Palestine;State of Palestine;Occ.Pal.Terr;West Bank and Gaza",
    "ARE": "UAE;United Arab Emirates",
    "NLD": "Netherlands;Holland",
    "CHN": "China;PRC;Mainland China",
    "SRB": "Serbia;Serbia, FR(Serbia/Montenegro)",
    "FSM": "Micronesia",
    "VAT": "Vatican;Holy See",
    "BEL": "Belgium-Luxembourg",
    "SAU": "Saudi Arabia",
}
NOTES = {
    "TWN": "Trade statistics print 'Other Asia, nes' (BACI 490), almost wholly Taiwan; kept apart from China. "
    "No position on status.",
    "BEL": "BACI 58, Belgium-Luxembourg, up to 1998, is read as Belgium.",
    "ZAF": "BACI 711, Southern African Customs Union, up to 1999, is read as South Africa.",
    "IND": "BACI code 699.",
    "USA": "BACI code 842.",
    "FRA": "BACI code 251, with Monaco and the overseas departments.",
    "NOR": "BACI code 579, with Svalbard.",
    "CHE": "BACI code 757, with Liechtenstein.",
    "ESH": "Listed by the United Nations as a non-self-governing territory.",
}
OWN: tuple[Row, ...] = (
    {
        "iso3": "WLD",
        "name": "World",
        "aliases": "World total;World total (rounded);Global",
        "note": "Code of ours: the world.",
    },
    {
        "iso3": "XXX",
        "name": "Unspecified",
        "aliases": "Other countries;Other;Areas, nes;Europe EFTA, nes",
        "note": "Code of ours: countries that the source does not name.",
    },
    {
        "iso3": "ROW",
        "name": "Rest of the world",
        "aliases": "Rest of world",
        "note": "Code of ours: all countries but those named beside it in the same table.",
    },
    {
        "iso3": "EU27",
        "name": "European Union",
        "aliases": "EU;EU-27",
        "note": "Code of ours: the 27 member states; members in `groups`.",
    },
    {
        "iso3": "XKX",
        "iso2": "XK",
        "name": "Kosovo",
        "note": "User-assigned code. Kosovo as in UN Security Council resolution 1244 (1999).",
    },
    {
        "iso3": "SCG",
        "iso2": "CS",
        "numeric": "891",
        "name": "Serbia and Montenegro",
        "baci": "891",
        "note": "Former country, to 2006.",
    },
    {
        "iso3": "ANT",
        "iso2": "AN",
        "numeric": "530",
        "name": "Netherlands Antilles",
        "baci": "530",
        "note": "Former country, to 2010.",
    },
)
NAMES = {
    "USA": "United States",
    "GBR": "United Kingdom",
    "KOR": "South Korea",
    "PRK": "North Korea",
    "RUS": "Russia",
    "VNM": "Viet Nam",
    "LAO": "Laos",
    "IRN": "Iran",
    "SYR": "Syria",
    "TZA": "Tanzania",
    "BOL": "Bolivia",
    "VEN": "Venezuela",
    "MDA": "Moldova",
    "TUR": "Türkiye",
    "TWN": "Taiwan",
    "COD": "DR Congo",
    "COG": "Congo",
    "HKG": "Hong Kong",
    "MAC": "Macao",
    "CZE": "Czechia",
    "NLD": "Netherlands",
    "ARE": "United Arab Emirates",
    "PSE": "Palestine",
    "FSM": "Micronesia",
    "BRN": "Brunei",
    "CIV": "Côte d'Ivoire",
    "MMR": "Myanmar",
}

# European Union by date of entry, as its own page lists them.
EU_ENTRY = {
    "1958-01-01": "BEL FRA DEU ITA LUX NLD",
    "1973-01-01": "DNK IRL",
    "1981-01-01": "GRC",
    "1986-01-01": "PRT ESP",
    "1995-01-01": "AUT FIN SWE",
    "2004-05-01": "CYP CZE EST HUN LVA LTU MLT POL SVK SVN",
    "2007-01-01": "BGR ROU",
    "2013-07-01": "HRV",
}
_OECD = (
    "AUS AUT BEL CAN CHL COL CRI CZE DNK EST FIN FRA DEU GRC HUN ISL IRL ISR ITA JPN LVA LTU LUX MEX NLD NZL NOR POL "
    "PRT KOR SVK SVN ESP SWE CHE TUR GBR USA"
)
_G7 = "CAN FRA DEU ITA JPN GBR USA"
_G20 = "ARG AUS BRA CAN CHN FRA DEU IND IDN ITA JPN KOR MEX RUS SAU ZAF TUR GBR USA"
Members = dict[str, str | None]  # ISO3: date of membership, where it was read
EU27: Members = {iso3: entry for entry, members in EU_ENTRY.items() for iso3 in members.split()}
OECD: Members = {**dict.fromkeys(_OECD.split()), "CRI": "2021-05-25"}
GROUPS: tuple[tuple[str, Members, str, str | None], ...] = (
    ("EU27", EU27, "eu-membership", None),
    ("OECD", OECD, "oecd-membership", None),
    ("G7", dict.fromkeys(_G7.split()), "g7-membership", "The European Union also takes part."),
    (
        "G20",
        dict.fromkeys(_G20.split()),
        "g20-membership",
        "Country members; the European Union and the African Union are members too.",
    ),
)
FORMER = ("200", "278", "280", "810")  # states that are no more, in the list of BACI codes
AS_OF = "2024-12-31"


def groups() -> Iterator[Row]:
    """Members of each group, with the date of membership where it was read."""
    for group, members, source, note in GROUPS:
        for iso3, joined in members.items():
            yield {"group": group, "iso3": iso3, "joined": joined, "as_of": AS_OF, "source": source, "note": note}


def countries(shared: Path) -> Iterator[Row]:
    """Every country with its codes and names."""
    codes: dict[str, list[str]] = {}
    for row in read_csv(shared / "trade_baci_hs92/baci_country_codes.csv"):
        iso3 = {"S19": "TWN", "ZA1": "ZAF", "R20": "XXX"}.get(row["country_iso3"], row["country_iso3"])
        codes.setdefault(iso3, []).append(row["country_code"])
    others = _other_names(shared)
    for row in read_csv(shared / "countries/countries.csv"):
        iso3 = row["iso3"]
        if len(iso3) == 3:
            yield {
                "iso3": iso3,
                "iso2": row["iso2"],
                "numeric": row["iso_numeric"].zfill(3),
                "name": _name(row),
                "baci": ";".join(sorted(codes.get(iso3, []), key=int)) or None,
                "aliases": _aliases(row, others.get(iso3, [])) or None,
                "groups": ";".join(group for group, members, *_ in GROUPS if iso3 in members) or None,
                "source": "iso-3166-table",
                "note": NOTES.get(iso3),
            }
    for own in OWN:
        yield {
            **own,
            "source": "iso-3166-table",
            "baci": own.get("baci") or ";".join(codes.get(own["iso3"], [])) or None,
        }


def _name(row: dict[str, str]) -> str:
    return NAMES.get(row["iso3"]) or row["display_name"] or row["name"] or row["official_name"]


def _other_names(shared: Path) -> dict[str, list[str]]:
    """Return the names that trade and governance statistics use for each country."""
    found: dict[str, list[str]] = {}
    for row in read_csv(shared / "trade_baci_hs92/baci_country_codes.csv"):
        iso3 = {"S19": "TWN"}.get(row["country_iso3"], row["country_iso3"])
        name = re.sub(r" \(\.\.\.\d+\)| \(Overseas France\)", "", places.mended(row["country_name"]))
        if row["country_code"] not in FORMER:
            found.setdefault(iso3, []).append(name)
    for row in read_csv(shared / "wb_wgi/wgi_1996_2023.csv"):
        if row["country"] not in found.setdefault(row["iso3"], []):
            found[row["iso3"]].append(row["country"])
    return found


def _aliases(row: dict[str, str], others: Iterable[str]) -> str:
    known = [_name(row)]
    words = [row["name"], row["official_name"], row["display_name"], *ALIASES.get(row["iso3"], "").split(";")]
    for word in words:
        if word and word not in known:
            known.append(word)
    read = {places.plain(word) for word in known}
    for word in others:
        if places.plain(word) not in read:
            known.append(word)
            read.add(places.plain(word))
    return ";".join(known[1:])
