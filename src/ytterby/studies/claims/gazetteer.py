"""The atlas's own names, found in a sentence: materials, places, plants, stages, organisations.

Words are looked up in tables, longest first, so that a sentence costs time in proportion to its length. Symbols count
only where they cannot be taken for words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from ytterby.atlas.load import Atlas
from ytterby.studies.claims.regions import NAMES as AREAS
from ytterby.studies.claims.status import REGIONS, site_names

_TOKEN = re.compile(r"[^\W_]+")
_LONGEST = 7
#: Names of materials that are everyday words, or too wide, and so are read only with a word such as ore after them.
_AMBIGUOUS = frozenset({"lead", "salt", "lime", "stone", "slag", "clay", "clays", "peat", "steel", "c", "f", "k", "ba",
                        "diamond", "granite", "rubber", "cork", "nitrogen", "sand", "petroleum", "cement", "clinker",
                        "coal", "hydrogen", "rare earths (total)", "reo", "treo"})  # fmt: skip
_WIDE = frozenset({"slag", "rubber", "cork", "rare earths (total)", "treo"})
_ORE = frozenset(
    {"ore", "ores", "mine", "mines", "mining", "production", "output", "concentrate", "smelter", "reserves"}
)
_SYMBOLS = frozenset(
    {"NdPr", "NdFeB", "SmCo", "REE", "REEs", "Dy", "Tb", "Nd", "MREO", "PGM", "PGMs", "HREE", "LREE", "REO"}
)
_SMALL_SYMBOLS = frozenset(symbol.casefold() for symbol in _SYMBOLS)
_MATERIALS = {
    "rare earth": "REE", "rare earths": "REE", "rare earth minerals": "REE", "rare earth metals": "REE",
    "rare earth oxides": "REE", "rare earth oxide": "REE", "rare earth mineral": "REE", "nd pr": "NdPr",
    "heavy rare earths": "HREE", "medium and heavy rare earths": "HREE", "heavy rare earth elements": "HREE",
    "heavy rare earth": "HREE", "light rare earths": "LREE", "magnet rare earths": "magnet-REE",
    "rare earth magnets": "REPM", "rare earth magnet": "REPM", "rare earth permanent magnets": "REPM",
    "permanent magnets": "REPM",
    "magnets": "REPM", "sintered magnets": "REPM", "neodymium magnets": "NdFeB", "spodumene": "Li",
    "phosphate": "phosphate-rock", "phosphates": "phosphate-rock", "coltan": "Ta", "iron ore": "iron-ore",
    "platinum group metals": "PGM", "graphite": "graphite", "natural graphite": "graphite",
    "flake graphite": "graphite",
    "rutile": "Ti", "ilmenite": "Ti", "titanium sponge": "Ti", "bauxite": "Al", "alumina": "Al", "tungsten": "W",
    "manganese": "Mn", "fluorspar": "fluorspar", "yellowcake": "U", "of lead": "Pb", "in lead": "Pb",
    "helium": "He", "diamonds": "gem-diamond", "gem diamonds": "gem-diamond", "gem quality diamonds": "gem-diamond",
    "gem quality diamond": "gem-diamond", "rough diamonds": "gem-diamond", "industrial diamonds": "industrial-diamond",
    "industrial grade diamonds": "industrial-diamond", "quicksilver": "Hg",
}  # fmt: skip
_PRODUCTS = {
    "rutile": "rutile", "ilmenite": "ilmenite", "titanium sponge": "sponge", "sponge": "sponge", "bauxite": "bauxite",
    "alumina": "alumina", "zircon": "zircon", "primary aluminium": "primary aluminium",
    "primary aluminum": "primary aluminium", "silicon metal": "silicon metal", "ferrosilicon": "ferrosilicon",
    "chromite": "chromite ore", "chromite ore": "chromite ore", "lithium carbonate": "lithium carbonate",
    "germanium metal": "metal", "germanium dioxide": "dioxide", "chromium metal": "chromium metal",
    "ferrochromium": "ferrochromium", "ferrochrome": "ferrochromium", "scandium oxide": "oxide",
    "scandium metal": "metal", "yttrium oxide": "oxide", "tungsten concentrate": "concentrate",
    "vanadium pentoxide": "pentoxide",
}  # fmt: skip
_PRODUCT_OF = {"lithium carbonate": "Li", "germanium metal": "Ge", "germanium dioxide": "Ge", "chromium metal": "Cr",
               "ferrochromium": "Cr", "ferrochrome": "Cr", "primary aluminium": "Al", "primary aluminum": "Al",
               "chromite ore": "Cr", "scandium oxide": "Sc", "scandium metal": "Sc", "yttrium oxide": "Y",
               "tungsten concentrate": "W", "vanadium pentoxide": "V", "iron ore": "iron-ore"}  # fmt: skip
#: The stage at which a product is made.
PRODUCT_STAGES: Mapping[str, str] = MappingProxyType({
    "rutile": "mine", "ilmenite": "mine", "zircon": "mine", "bauxite": "mine", "chromite ore": "mine",
    "sponge": "refining", "alumina": "refining", "primary aluminium": "refining", "silicon metal": "refining",
    "ferrosilicon": "refining",
})  # fmt: skip
#: The product a stage means where none is named.
FORMS: Mapping[tuple[str, str], str] = MappingProxyType({("Al", "refining"): "primary aluminium"})
_DEMONYMS = {
    "american": "USA", "americans": "USA", "america": "USA", "u s": "USA", "us": "USA", "united states": "USA",
    "washington": "USA", "usa": "USA", "u s a": "USA", "chinese": "CHN", "beijing": "CHN", "russian": "RUS",
    "russians": "RUS", "moscow": "RUS", "kremlin": "RUS", "russian federation": "RUS", "ukrainian": "UKR",
    "kyiv": "UKR",
    "kiev": "UKR", "congo": "COD", "congolese": "COD", "kinshasa": "COD", "drc": "COD", "dr congo": "COD",
    "democratic republic of congo": "COD", "democratic republic of the congo": "COD", "republic of congo": "COG",
    "australian": "AUS", "canberra": "AUS", "canadian": "CAN", "ottawa": "CAN", "chilean": "CHL", "santiago": "CHL",
    "argentine": "ARG", "argentinian": "ARG", "argentinean": "ARG", "brazilian": "BRA", "brasilia": "BRA",
    "indonesian": "IDN", "jakarta": "IDN", "philippine": "PHL", "filipino": "PHL", "philippines": "PHL",
    "south african": "ZAF", "pretoria": "ZAF", "zimbabwean": "ZWE", "harare": "ZWE", "moroccan": "MAR", "rabat": "MAR",
    "greenlandic": "GRL", "greenlanders": "GRL", "nuuk": "GRL", "vietnamese": "VNM", "hanoi": "VNM", "viet nam": "VNM",
    "indian": "IND", "new delhi": "IND", "delhi": "IND", "japanese": "JPN", "tokyo": "JPN", "korean": "KOR",
    "south korean": "KOR", "south korea": "KOR", "seoul": "KOR", "north korea": "PRK", "north korean": "PRK",
    "german": "DEU", "berlin": "DEU", "french": "FRA", "paris": "FRA", "british": "GBR", "britain": "GBR", "u k": "GBR",
    "uk": "GBR", "finnish": "FIN", "swedish": "SWE", "norwegian": "NOR", "estonian": "EST", "polish": "POL",
    "spanish": "ESP", "portuguese": "PRT", "mexican": "MEX", "peruvian": "PER", "bolivian": "BOL", "kazakh": "KAZ",
    "kazakhstani": "KAZ", "astana": "KAZ", "uzbek": "UZB", "mongolian": "MNG", "burmese": "MMR", "myanmar s": "MMR",
    "burma": "MMR", "thai": "THA", "malaysian": "MYS", "turkish": "TUR", "ankara": "TUR", "turkey": "TUR",
    "iranian": "IRN", "tajik": "TJK", "gabonese": "GAB", "ghanaian": "GHA", "guinean": "GIN", "malagasy": "MDG",
    "mozambican": "MOZ", "tanzanian": "TZA", "zambian": "ZMB", "rwandan": "RWA", "kigali": "RWA", "nigerian": "NGA",
    "malian": "MLI", "namibian": "NAM", "cuban": "CUB", "colombian": "COL", "new caledonia": "NCL",
    "new caledonian": "NCL", "european union": "EU27", "eu": "EU27", "e u": "EU27", "brussels": "EU27",
    "the union": "EU27", "the bloc": "EU27",
    "world": "WLD", "world s": "WLD", "global": "WLD", "globally": "WLD", "worldwide": "WLD", "planet": "WLD",
    "planet s": "WLD", "internationally": "WLD", "saudi": "SAU", "israeli": "ISR", "laotian": "LAO", "taiwanese": "TWN",
    "middle kingdom": "CHN", "quebec": "CAN", "california": "USA", "texas": "USA", "ivory coast": "CIV",
}  # fmt: skip
_NOT_PLACES = frozenset(
    {"georgia", "guernsey", "jersey", "unspecified", "world", "niue", "special categories"}
)
#: Countries that are names of people as well, and count where no other name stands beside them.
_ALSO_PEOPLE = frozenset({"jordan", "chad"})
#: Upper-case words that small letters would turn into others.
_CASED = frozenset({"us", "uk", "eu", "drc"})
_ORGANISATIONS = (
    "U.S. Geological Survey", "US Geological Survey", "United States Geological Survey", "USGS",
    "International Energy Agency", "IEA", "European Commission", "British Geological Survey", "World Bank",
    "UN General Assembly", "United Nations General Assembly", "United Nations", "NATO", "Forbes", "Reuters",
    "Bloomberg", "TASS", "London Metal Exchange", "Financial Times", "Benchmark Mineral Intelligence", "Project Blue",
    "Argus", "Fastmarkets", "Adamas Intelligence", "Glencore", "CMOC", "MP Materials", "Lynas", "Iluka", "CBMM",
    "Albemarle", "SQM", "Pentagon", "World Trade Organization", "Polisario Front", "Polisario", "Russia 1",
    "US Department of Defense", "White House",
)  # fmt: skip
_ORGANISATION = re.compile(
    r"(?<!\w)(?:the )?(" + "|".join(re.escape(n) for n in sorted(_ORGANISATIONS, key=len, reverse=True)) + r")(?!\w)"
)
_STAGES = (
    ("separation", re.compile(r"\bseparat(?:ion|e|es|ed|ing|ors?)\b", re.I)),
    ("magnet", re.compile(r"\bmagnets?\b(?! rare)", re.I)),
    ("refining", re.compile(r"\b(?:refin\w+|smelt\w+|process(?:ing|es|ed|ors?)|sponge|primary (?:metal|"
    r"production))\b", re.I)),
    ("recycling", re.compile(r"\b(?:recycl\w+|secondary (?!place|school|rank)|from (?:\w+ )?scrap)\b", re.I)),
    ("mine", re.compile(r"\b(?:(?:out-?)?min(?:e[sd]?|ing|ers?)|dug|digs?(?: up)?|extract\w*|ores?|unearth\w*|"
    r"reserves)\b", re.I)),
)  # fmt: skip
_FACILITY_WORDS = frozenset({
    "mine", "mill", "plant", "project", "pilot", "the", "and", "magnet", "magnets", "metal", "metals", "separation",
    "processing", "facility", "refinery", "aggregate", "rare", "earth", "company", "china", "malaysia", "vietnam",
    "india", "laos",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found: kind (material, place, facility, region, site, organisation), its code, and where it stands."""

    kind: str
    code: str
    start: int
    end: int
    text: str
    product: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """Tables of names in small letters, and the plants of the atlas by name."""

    names: dict[str, tuple[str, str]]
    products: dict[str, str]
    firsts: frozenset[str]
    atlas: Atlas | None = None

    def find(self, text: str) -> list[Mention]:
        """Return the names in a sentence, in order; of overlapping ones the longest."""
        taken: list[tuple[int, int]] = []
        found = []
        for match in _ORGANISATION.finditer(text):
            found.append(Mention("organisation", match[1], match.start(1), match.end(1), match[1]))
            taken.append(match.span())
        tokens = [m for m in _TOKEN.finditer(text) if not any(a <= m.start() < b for a, b in taken)]
        at = 0
        while at < len(tokens):
            step = self._at(text, tokens, at, found)
            at += step
        return sorted(found, key=lambda item: item.start)

    def _at(self, text: str, tokens: list[re.Match[str]], at: int, found: list[Mention]) -> int:
        if tokens[at][0].casefold() not in self.firsts:
            return 1
        for size in range(min(_LONGEST, len(tokens) - at), 0, -1):
            run = tokens[at : at + size]
            if run[-1].end() - run[0].start() > 60:
                continue
            phrase = " ".join(token[0].casefold() for token in run)
            hit = self.names.get(phrase)
            if hit is None and run[-1][0].casefold() == "s" and size > 1:
                continue
            if hit is None or not _fits(text, tokens, at, size, phrase):
                continue
            start, end = run[0].start(), run[-1].end()
            found.append(Mention(hit[0], hit[1], start, end, text[start:end], self.products.get(phrase)))
            return size
        return 1


#: Words beside an everyday word that make it a mineral: "refined lead", "tonnes of salt", "steel output".
_LED_BY = re.compile(
    r"\b(?:(?:tonnes|tons|t|kt|Mt|kg|carats|kilos?|pounds?|ounces?|production|output|reserves|prices?|imports?|"
    r"exports?|supply|"
    r"supplies|producers?|miners?|consumption|use|demand|share) (?:of|in|for) (?:the |its |all |raw |crude |"
    r"refined |rough |gem |"
    r"rock )*|(?:refined|mined|mines?|primary|raw|crude|quick|produces?|produced|smelts?|smelted|world|global|"
    r"of|industrial|"
    r"world['’]s|exports?|exported|imports?|imported|rough) )$", re.I,
)  # fmt: skip
_FOLLOWED_BY = re.compile(
    r"['’]?s? (?:mine|mines|mining|miners?|output|production|producers?|producing|reserves|exports?|exporters?|"
    r"imports?|"
    r"importers?|prices?|smelt\w*|refin\w+|ores?|concentrates?|industry|market|supply|consumption|demand|"
    r"makers?|mills|works|"
    r"is mined|was mined|were mined|are mined|is produced|was produced|averaged|fetched|cost)\b", re.I,
)  # fmt: skip


def sure(text: str, found: list[Mention], spoken: str | None) -> list[Mention]:
    """Return the names; everyday words are left out where nothing beside them, or spoken of, makes them minerals."""
    kept = []
    for item in found:
        if item.kind == "maybe":
            beside = _LED_BY.search(text[: item.start]) or _FOLLOWED_BY.match(text, item.end)
            verb = item.code == "Pb" and re.match(r" (?:to|the|in|with|by|us|an?|role|time)\b", text[item.end :])
            if not (beside or item.code == spoken) or verb:
                continue
            item = Mention("material", item.code, item.start, item.end, item.text, item.product)
        kept.append(item)
    return kept


def stages(text: str) -> list[tuple[str, int, int]]:
    """Return the stages named in a text, with their places."""
    found = [(name, m.start(), m.end()) for name, pattern in _STAGES for m in pattern.finditer(text)]
    return sorted(found, key=lambda item: item[1])


@lru_cache(maxsize=4)
def gazetteer(atlas: Atlas) -> Gazetteer:
    """Return the names of an atlas, made once."""
    names: dict[str, tuple[str, str]] = {}
    for row in atlas.countries.iter_rows(named=True):
        for word in (row["name"], *(row["aliases"] or "").split(";")):
            key = _key(word)
            if len(key) > 3 and key not in _NOT_PLACES and row["iso3"] not in ("XXX", "ROW"):
                names.setdefault(key, ("place", row["iso3"]))
    for word, code in {**AREAS, **_DEMONYMS}.items():
        names[word] = ("place", code)
    for row in atlas.materials.iter_rows(named=True):
        for word in (row["name"], *(row["aliases"] or "").split(";")):
            key = _key(word)
            if len(key) > 2 and key not in _AMBIGUOUS:
                names[key] = ("material", row["id"])
            elif len(key) > 2 and key not in _WIDE:
                names[key] = ("maybe", row["id"])
        if row["name"] in _AMBIGUOUS:
            for ore in _ORE:
                names[f"{_key(row['name'])} {ore}"] = ("material", row["id"])
    for word, code in (_MATERIALS | _PRODUCT_OF).items():
        names[word] = ("material", code)
    names["magnet"] = ("maybe", "REPM")
    for symbol in _SYMBOLS:
        names[symbol.casefold()] = (
            "material",
            {"REEs": "REE", "REO": "REE", "PGMs": "PGM", "MREO": "magnet-REE"}.get(symbol, symbol),
        )
    names = _plants(atlas) | names
    for word, (region, _) in REGIONS.items():
        names[word] = ("region", region)
        for more in ("region", "people s republic", "oblast"):
            names[f"{word} {more}"] = ("region", region)
    for word, site in site_names(atlas).items():
        names[_key(word)] = ("site", site)
    return Gazetteer(names, _PRODUCTS, frozenset(name.partition(" ")[0] for name in names), atlas)


def _plants(atlas: Atlas) -> dict[str, tuple[str, str]]:
    """Names of plants: what stands before the comma or bracket, and the places behind it, where they name one plant."""
    seen: dict[str, set[str]] = {}
    for row in atlas.facilities.iter_rows(named=True):
        if row["aggregate"]:
            continue
        name = re.sub(r"\([^()]*,[^()]*\)", "", row["name"])  # a list of towns names no one plant
        for part in re.split(r"[,()]| mine\b| and ", name):
            words = [w for w in _TOKEN.findall(part) if w.casefold() not in _FACILITY_WORDS]
            key = " ".join(words).casefold()
            if len(key) > 4 and words and words[0][0].isupper():
                seen.setdefault(key, set()).add(row["id"])
    order = {row["id"]: at for at, row in enumerate(atlas.facilities.iter_rows(named=True))}
    plants = {}
    for key, ids in seen.items():
        mines = [i for i in ids if "-MIN-" in i or "-CON-" in i]
        chosen = mines[0] if len(mines) == 1 else min(ids, key=order.__getitem__)
        plants[key] = ("facility", chosen)
    if "mt weld" in plants:
        plants["mount weld"] = plants["mt weld"]
    return plants


def _key(word: str) -> str:
    return " ".join(token.casefold() for token in _TOKEN.findall(word))


def _fits(text: str, tokens: list[re.Match[str]], at: int, size: int, phrase: str) -> bool:
    """Whether letters are capital where they must be, so that "us" is no country and "dy" no element."""
    first = tokens[at][0]
    if phrase in _CASED:
        return first.isupper()
    if phrase == "u s":
        return tokens[at + 1][0] == "S" and first == "U"
    if phrase in _ALSO_PEOPLE:
        near = text[: tokens[at].start()].rstrip(" ")[-1:], text[tokens[at].end() :][:2]
        named = at > 0 and tokens[at - 1][0][0].isupper() and near[0].isalnum()
        return not named and not (near[1][:1] == " " and near[1][1:].isupper())
    if phrase == "the union":
        return tokens[at + 1][0] == "Union"
    return size > 1 or first in _SYMBOLS or phrase not in _SMALL_SYMBOLS
