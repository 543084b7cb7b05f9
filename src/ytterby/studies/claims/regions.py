"""Parts of the world by their members: what "Africa's largest producer" and "outside China" are ranked among.

Members follow the geographic regions of the United Nations Statistics Division, Standard country or area codes for
statistical use (M49), https://unstats.un.org/unsd/methodology/m49/; Taiwan, which M49 does not list, stands with
Eastern Asia. Newspapers' Europe leaves Russia out as often as not, so both readings are tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from ytterby.atlas.load import Atlas

_PARTS: Mapping[str, str] = {
    "Southern Africa": "BWA LSO NAM SWZ ZAF",
    "West Africa": "BEN BFA CIV CPV GHA GIN GMB GNB LBR MLI MRT NER NGA SEN SHN SLE TGO",
    "North Africa": "DZA EGY ESH LBY MAR SDN TUN",
    "East Africa": "BDI COM DJI ERI ETH KEN MDG MOZ MUS MWI MYT REU RWA SOM SSD SYC TZA UGA ZMB ZWE",
    "Central Africa": "AGO CAF CMR COD COG GAB GNQ STP TCD",
    "Southeast Asia": "BRN IDN KHM LAO MMR MYS PHL SGP THA TLS VNM",
    "Central Asia": "KAZ KGZ TJK TKM UZB",
    "East Asia": "CHN HKG JPN KOR MAC MNG PRK TWN",
    "South Asia": "AFG BGD BTN IND IRN LKA MDV NPL PAK",
    "Middle East": "ARE ARM AZE BHR CYP GEO IRQ ISR JOR KWT LBN OMN PSE QAT SAU SYR TUR YEM",
    "Europe": (
        "ALB AND AUT BEL BGR BIH BLR CHE CZE DEU DNK ESP EST FIN FRA FRO GBR GIB GRC HRV HUN IRL ISL ITA LIE LTU LUX "
        "LVA MCO MDA MKD MLT MNE NLD NOR POL PRT ROU RUS SMR SRB SVK SVN SWE UKR XKX"
    ),
    "South America": "ARG BOL BRA CHL COL ECU GUF GUY PER PRY SUR URY VEN",
    "Central America": "BLZ CRI GTM HND MEX NIC PAN SLV",
    "Caribbean": "BHS BRB CUB DOM HTI JAM PRI TTO",
    "Northern America": "BMU CAN GRL SPM USA",
    "Oceania": "AUS FJI NCL NZL PNG PYF SLB VUT",
}  # fmt: skip
_WHOLES: Mapping[str, tuple[str, ...]] = {
    "Africa": ("Southern Africa", "West Africa", "North Africa", "East Africa", "Central Africa"),
    "sub-Saharan Africa": ("Southern Africa", "West Africa", "East Africa", "Central Africa"),
    "Asia": ("Southeast Asia", "Central Asia", "East Asia", "South Asia", "Middle East"),
    "Latin America": ("South America", "Central America", "Caribbean"),
    "North America": ("Northern America", "Central America", "Caribbean"),
    "the Americas": ("South America", "Central America", "Caribbean", "Northern America"),
}
#: Members of each part of the world by its name.
REGIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {name: frozenset(members.split()) for name, members in _PARTS.items() if name != "Northern America"}
    | {name: frozenset(code for part in parts for code in _PARTS[part].split()) for name, parts in _WHOLES.items()}
    | {"Europe without Russia": frozenset(_PARTS["Europe"].split()) - {"RUS"}}
)
_CONTINENTS = ("Africa", "Asia", "Europe", "South America", "North America", "Oceania")
#: Names in small letters as newspapers write them.
NAMES: Mapping[str, str] = MappingProxyType(
    {name.casefold(): name for name in REGIONS if name not in ("the Americas", "Europe without Russia")}
    | {
        "the americas": "the Americas", "americas": "the Americas", "african": "Africa", "asian": "Asia",
        "european": "Europe", "latin american": "Latin America", "south american": "South America",
        "north american": "North America", "central asian": "Central Asia", "southeast asian": "Southeast Asia",
        "south east asia": "Southeast Asia", "south east asian": "Southeast Asia", "sub saharan africa":
        "sub-Saharan Africa", "sub saharan african": "sub-Saharan Africa", "west african": "West Africa",
        "western africa": "West Africa", "east african": "East Africa", "eastern africa": "East Africa",
        "central african": "Central Africa", "southern african": "Southern Africa", "north african": "North Africa",
        "middle eastern": "Middle East", "east asian": "East Asia", "south asian": "South Asia",
    }
)  # fmt: skip


def is_region(code: str) -> bool:
    """Whether a code names a part of the world and no country."""
    return code in REGIONS


def continent(iso3: str) -> str | None:
    """Return the continent of a country, or None.

    >>> continent("RWA"), continent("TUR")
    ('Africa', 'Asia')
    """
    return next((name for name in _CONTINENTS if iso3 in REGIONS[name]), None)


@lru_cache(maxsize=64)
def members(code: str, atlas: Atlas) -> frozenset[str]:
    """Return the countries of a part of the world, or of a group of the atlas such as EU27; a country is its own."""
    if code in REGIONS:
        return REGIONS[code]
    held = atlas.groups.filter(atlas.groups["group"] == code)["iso3"].to_list()
    return frozenset(held) if held else frozenset({code})
