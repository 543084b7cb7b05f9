"""A small invented Outcome whose books balance: three elements, eight countries, base and a licence case.

The flows are computed forward along the chain from fractions, so what every maker takes is what it gives plus its loss.
The numbers are made up and stand for nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ytterby.model import outcome as schemas
from ytterby.model.outcome import Outcome
from ytterby.model.scenario import Base, Citation, Measure, Scenario, Time

Rows = list[dict[str, Any]]
Amounts = dict[str, float]

# Mine output [t of the element], where concentrates go, where oxides go, where magnets go: (base, scenario).
MINED = {
    "Dy": {"CHN": 1000.0, "MMR": 900.0, "AUS": 60.0},
    "Nd": {"CHN": 44000.0, "MMR": 8000.0, "AUS": 3600.0, "USA": 5200.0},
    "Y": {"CHN": 6000.0, "MMR": 5500.0, "AUS": 300.0},
}
FEED = {"CHN": {"CHN": 1.0}, "MMR": {"CHN": 1.0}, "AUS": {"MYS": 1.0}, "USA": {"CHN": 0.9, "USA": 0.1}}
LIGHT_ONLY = ("MYS",)
DIRECT = {"Dy": 0.05, "Nd": 0.10, "Y": 1.0}
OXIDE_USERS = (
    {"CHN": 0.80, "JPN": 0.09, "USA": 0.08, "DEU": 0.03},
    {"CHN": 0.88, "JPN": 0.055, "USA": 0.045, "DEU": 0.02},
)
METAL_MAKERS = ({"CHN": 0.93, "VNM": 0.04, "JPN": 0.03}, {"CHN": 0.955, "VNM": 0.03, "JPN": 0.015})
MAGNET_MAKERS = {"CHN": {"CHN": 1.0}, "VNM": {"JPN": 0.6, "VNM": 0.4}, "JPN": {"JPN": 1.0}}
MAGNET_USERS = (
    {"CHN": {"CHN": 0.68, "DEU": 0.14, "USA": 0.10, "JPN": 0.08}, "JPN": {"JPN": 0.7, "DEU": 0.3}, "VNM": {"JPN": 1.0}},
    {
        "CHN": {"CHN": 0.78, "DEU": 0.095, "USA": 0.07, "JPN": 0.055},
        "JPN": {"JPN": 0.75, "DEU": 0.25},
        "VNM": {"JPN": 1.0},
    },
)
OXIDE_PRICE = {"Dy": 257.0, "Nd": 56.0, "Y": 6.0}


@dataclass(slots=True)
class _Case:
    """The flows of one case by (activity, kind, product, element, origin, destination)."""

    flows: dict[tuple[str, str, str, str | None, str | None, str | None], float] = field(
        default_factory=lambda: defaultdict(float)
    )

    def give(self, kind: str, where: str, product: str, element: str, amount: float) -> None:
        self.flows[f"{kind}:{where}", kind, product, element, None, where] += amount

    def take(self, kind: str, where: str, product: str, element: str, amount: float) -> None:
        self.flows[f"{kind}:{where}", kind, product, element, where, None] += amount

    def send(self, product: str, element: str, held: Amounts, split: Mapping[str, Mapping[str, float]]) -> Amounts:
        arrived: Amounts = defaultdict(float)
        for origin, amount in held.items():
            for target, part in split[origin].items():
                arrived[target] += amount * part
                if target != origin:
                    key = (f"route:{product}:{origin}>{target}", "route", product, element, origin, target)
                    self.flows[key] += amount * part
        return arrived


def sample_outcome(title: str = "Export licences, an invented example", **changes: Any) -> Outcome:
    """Return the sample; `changes` replaces fields."""
    base, value = (_solve(case) for case in (0, 1))
    flows = _flow_rows(base, value)
    uses = _use_rows(flows)
    tables = {
        "prices": _prices(),
        "shortages": uses,
        "flows": flows,
        "shares": _shares(flows),
        "concentration": _concentration(flows),
        "gains": _gains(),
        "binding": _binding(title),
        "assumptions": _assumptions(),
        "figures": _figures(),
        "reconciliation": _reconciliation(),
        "sources": _sources(),
    }
    frames = {name: schemas.TABLES[name].frame(rows) for name, rows in tables.items()}
    fields: dict[str, Any] = {
        "scenario": _scenario(title),
        "finding": "Japan, Germany and the United States lose a third of their dysprosium oxide use; China loses none.",
        "summary": (
            "Outside China, 31 % of the base use of yttrium is lost and 36 % of dysprosium oxide use.",
            "Delivered dysprosium oxide rises to at least five times its base price; at home it falls 5 %.",
            "The licence limit on oxides binds; the one on samarium-cobalt magnets does not.",
        ),
        "edition": "sample-1",
        "input_hash": "0123456789abcdef" * 4,
        "certificate": {
            "certified": True,
            "gap": 2.1e-11,
            "primal_residual": 3e-12,
            "dual_residual": 4e-10,
            "note": "",
        },
        "checks": {"surplus identity": 3.2e-9, "balances": 1.1e-10},
        **frames,
    }
    return schemas.check(Outcome(**(fields | changes)))


def _solve(case: int) -> _Case:
    flows = _Case()
    for element in MINED:
        _chain(flows, element, case)
    return flows


def _chain(books: _Case, element: str, case: int) -> None:
    recycled = 0.0
    for _ in range(60):  # the scrap loop converges by a factor of six a round
        trial = _Case()
        recycled = 0.85 * _pass(trial, element, case, recycled)
    _pass(books, element, case, recycled)


def _pass(books: _Case, element: str, case: int, recycled: float) -> float:
    """Send one element down the chain; return the new scrap it leaves [t of the element]."""
    mined = dict(MINED[element])
    for country, amount in mined.items():
        books.give("mine", country, "concentrate/ore", element, amount)
    feed = books.send("concentrate/ore", element, mined, FEED)
    oxide: Amounts = {}
    heavy_here = {c: a for c, a in feed.items() if not (c in LIGHT_ONLY and element != "Nd")}
    for country, amount in feed.items():
        books.take("separate", country, "concentrate/ore", element, amount)
        if country not in heavy_here:
            books.give("separate", country, "seg/ore", element, 0.95 * amount)
            seg = books.send("seg/ore", element, {country: 0.95 * amount}, {country: {"CHN": 1.0}})
            books.take("separate-seg", "CHN", "seg/ore", element, seg["CHN"])
            oxide["CHN"] = oxide.get("CHN", 0.0) + 0.97 * seg["CHN"]
            books.give("separate-seg", "CHN", "oxide/" + element, element, 0.97 * seg["CHN"])
        else:
            left = 0.9 * amount
            surplus = 0.12 * left if element == "Y" else 0.0
            books.give("separate", country, "solution/" + element, element, left)
            books.take("finish", country, "solution/" + element, element, left - surplus)
            books.give("finish", country, "oxide/" + element, element, left - surplus)
            if surplus:
                books.take("dispose", country, "solution/" + element, element, surplus)
            oxide[country] = oxide.get(country, 0.0) + left - surplus
    if recycled:
        books.take("recycle", "CHN", "scrap/ndfeb", element, recycled / 0.85)
        books.give("recycle", "CHN", "oxide/" + element, element, recycled)
        oxide["CHN"] += recycled
    return _downstream(books, element, case, oxide)


def _downstream(books: _Case, element: str, case: int, oxide: Amounts) -> float:
    direct = {c: amount * DIRECT[element] for c, amount in oxide.items()}
    rest = {c: amount - direct[c] for c, amount in oxide.items()}
    for country, amount in books.send("oxide/" + element, element, direct, _alike(direct, OXIDE_USERS[case])).items():
        books.take("use", country, "oxide/" + element, element, amount)
    if DIRECT[element] == 1.0:
        return 0.0
    metal = books.send("oxide/" + element, element, rest, _alike(rest, METAL_MAKERS[case]))
    for country, amount in metal.items():
        books.take("metal", country, "oxide/" + element, element, amount)
        books.give("metal", country, "metal/" + element, element, 0.96 * amount)
    alloy = books.send("metal/" + element, element, {c: 0.96 * a for c, a in metal.items()}, MAGNET_MAKERS)
    for country, amount in alloy.items():
        books.take("magnet", country, "metal/" + element, element, amount)
        books.give("magnet", country, "magnet/ndfeb-dy", element, 0.74 * amount)
    scrap = {c: 0.25 * a for c, a in alloy.items()}
    for country, amount in scrap.items():
        books.give("magnet", country, "scrap/ndfeb", element, amount)
    books.send("scrap/ndfeb", element, scrap, {c: {"CHN": 1.0} for c in scrap})
    magnets = books.send("magnet/ndfeb-dy", element, {c: 0.74 * a for c, a in alloy.items()}, MAGNET_USERS[case])
    for country, amount in magnets.items():
        books.take("use", country, "magnet/ndfeb-dy", element, amount)
    return sum(scrap.values())


def _alike(held: Amounts, split: Mapping[str, float]) -> dict[str, Mapping[str, float]]:
    return dict.fromkeys(held, split)


def _flow_rows(base: _Case, value: _Case) -> Rows:
    rows = []
    for key in sorted({*base.flows, *value.flows}, key=str):
        activity, kind, product, element, origin, destination = key
        before, after = base.flows.get(key, 0.0), value.flows.get(key, 0.0)
        rows.append({
            "activity": activity, "kind": kind.removesuffix("-seg"), "product": product, "element": element,
            "origin": origin, "destination": destination, "facility": None, "unit": f"t {element}",
            "base": before, "value": after, "change": after - before,
        })  # fmt: skip
    return rows


def _use_rows(flows: Rows) -> Rows:
    rows = []
    for row in flows:
        if row["kind"] != "use" or (row["product"].startswith("magnet") and row["element"] != "Nd"):
            continue
        magnet = row["product"].startswith("magnet")
        factor = 4.0 if magnet else 1.15
        base, served = row["base"] * factor, row["value"] * factor
        lost = base - served
        given, replaced = (0.6 * lost, 0.3 * lost) if lost > 0 else (lost, 0.0)
        rows.append({
            "product": row["product"], "element": None if magnet else row["element"], "country": row["origin"],
            "use": "all uses", "unit": "t gross" if magnet else "t REO", "base_use": base, "served": served,
            "given_up": given, "replaced": replaced, "unserved": lost - given - replaced, "lost": lost,
            "lost_pct": 100 * lost / base if base else None,
        })  # fmt: skip
    return rows


def _prices() -> Rows:
    rows: Rows = []
    multiples = {"Dy": (0.95, 3.1, 3.2), "Nd": (0.99, 0.99, 1.01), "Y": (0.9, 12.0, 12.5)}
    for element, (home, fob, delivered) in multiples.items():
        price = OXIDE_PRICE[element]
        shared = {"product": f"oxide/{element}", "element": element, "stage": "separation", "unit": "USD/kg"}
        rows.append(shared | {"country": "CHN", "base": price, "home": home * price, "fob": fob * price,
                              "low": 0.8 * price, "high": 1.1 * price, "status": "settled"})  # fmt: skip
        for country, more in (("JPN", 1.0), ("DEU", 1.05), ("USA", 1.02)):
            status = "at the cap" if element == "Y" and country == "USA" else "at least" if delivered > 5 else "settled"
            rows.append(shared | {"country": country, "base": price + 0.5, "home": delivered * price * more,
                                  "delivered": delivered * price * more, "status": status})  # fmt: skip
        rows.append(shared | {"country": "AUS", "status": "no flow", "note": "nothing flows"})
    magnet = {"product": "magnet/ndfeb-dy", "stage": "magnet", "unit": "USD/kg", "status": "settled"}
    rows.append(magnet | {"country": "CHN", "base": 53.0, "home": 43.0, "fob": 180.0})
    rows.append(magnet | {"country": "DEU", "base": 54.0, "home": 190.0, "delivered": 190.0})
    return rows


def _made(flows: Rows, element: str) -> dict[tuple[str, str], tuple[float, float]]:
    made: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    forms = {"concentrate": "mine", "oxide": "separation", "metal": "metal", "magnet": "magnet"}
    for row in flows:
        form = row["product"].partition("/")[0]
        if row["element"] == element and row["origin"] is None and row["kind"] != "recycle" and form in forms:
            made[forms[form], row["destination"]][0] += row["base"]
            made[forms[form], row["destination"]][1] += row["value"]
    return {key: (pair[0], pair[1]) for key, pair in made.items()}


def _shares(flows: Rows) -> Rows:
    rows = []
    for element in MINED:
        made = _made(flows, element)
        for stage, country in sorted(made):
            totals = [sum(pair[i] for (s, _), pair in made.items() if s == stage) for i in (0, 1)]
            pair = made[stage, country]
            rows.append({"stage": stage, "product": stage, "element": element, "country": country,
                         "base": 100 * pair[0] / totals[0], "value": 100 * pair[1] / totals[1]})  # fmt: skip
    return rows


def _concentration(flows: Rows) -> Rows:
    indices: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in _shares(flows):
        indices[row["stage"], row["element"]][0] += (row["base"] / 100) ** 2
        indices[row["stage"], row["element"]][1] += (row["value"] / 100) ** 2
    return [
        {"stage": stage, "product": stage, "element": element, "hhi_base": pair[0], "hhi": pair[1]}
        for (stage, element), pair in indices.items()
    ]


def _gains() -> Rows:
    rows = [("CHN", 120.0, -640.0, 900.0, 0.0), ("JPN", -470.0, 30.0, 0.0, 0.0), ("DEU", -660.0, 0.0, 0.0, 2.0),
            ("USA", -520.0, 45.0, 0.0, 4.0), ("MMR", 0.0, -12.0, 0.0, 0.0)]  # fmt: skip
    return [
        {"country": c, "consumer": cs, "producer": ps, "rent": r, "tax": t, "welfare": cs + ps + r + t}
        for c, cs, ps, r, t in rows
    ]


def _binding(title: str) -> Rows:
    return [
        {"id": "oxides-and-metals", "kind": "measure", "title": title, "bound": True, "limit": 142.0, "level": 142.0,
         "unit": "t REO/yr", "shadow_price": 540.0, "price_unit": "USD/kg", "why": "buyers abroad would take more"},
        {"id": "smco", "kind": "measure", "title": "Licences on SmCo magnets", "bound": False, "limit": 600.0,
         "level": 410.0, "unit": "t gross/yr", "why": "exports are already below the limit (410 < 600 t gross/yr)"},
        {"id": "mining-quota", "kind": "policy cap", "title": "Mining quota", "bound": True, "limit": 270000.0,
         "level": 270000.0, "unit": "t REO/yr", "shadow_price": 1.2, "price_unit": "USD/kg", "why": "every mine runs"},
    ]  # fmt: skip


def _assumptions() -> Rows:
    return [
        {"id": "elasticity.use.Dy", "value": 0.15, "low": 0.05, "high": 0.4, "unit": "1", "reason": "no study found",
         "effect": "use lost moves from 31 to 36 %"},
        {"id": "cap.lost-use", "value": 30.0, "low": 20.0, "high": 50.0, "unit": "times base price", "reason": "guess",
         "effect": None},
        {"id": "measure.oxides-and-metals", "value": 0.6, "low": 0.3, "high": 0.9, "unit": "share of base",
         "reason": "approvals reported", "effect": "use lost moves from 9 to 66 %"},
    ]  # fmt: skip


def _figures() -> Rows:
    def row(key: str, figure: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
        return {"result_key": key, "figure": figure, "value": value, "unit": unit, "source": "pub-a", "edition": "2026",
                "locator": "table 2, row 4, column 3"} | more  # fmt: skip

    return [
        row("base/mine/Dy/CHN", "a-mine-chn", 270000.0, "t REO/yr", conversion="× 0.0042 Dy in TREO × 0.871"),
        row("base/mine/Dy/MMR", "a-mine-mmr", 31000.0, "t REO/yr", conversion="× 0.033 Dy in TREO × 0.871"),
        row("price/oxide/Dy/CHN", "a-price-dy", 257.0, "USD/kg nominal", source="pub-b", locator="page 145"),
        row("price/oxide/Y", "a-price-y", 6.0, "USD/kg nominal", source="pub-b", locator="page 197"),
        row("use/oxide/Dy", "b-use-dy", 130.0, "t REO/yr", source="pub-b", locator="figure 3"),
        row("gains", "a-price-dy", 257.0, "USD/kg nominal", source="pub-b", locator="page 145"),
        row("share/separation/Dy/CHN", "a-sep-dy", 99.0, "%", locator="table 7, row 2"),
        row("measure/oxides-and-metals", "a-law", 60.0, "%", locator="article 1"),
    ]


def _reconciliation() -> Rows:
    def row(quantity: str, place: str, cited: float, sigma: float, reconciled: float, figure: str) -> dict[str, Any]:
        return {"quantity": quantity, "place": place, "cited": cited, "unit": "t REO/yr", "sigma": sigma,
                "reconciled": reconciled, "move": (reconciled - cited) / sigma, "source": "pub-a", "edition": "2026",
                "locator": "table 2", "figure": figure}  # fmt: skip

    return [
        row("mine output", "CHN", 270000.0, 9000.0, 255554.0, "a-mine-chn"),
        row("mine output", "MMR", 31000.0, 6000.0, 34625.0, "a-mine-mmr"),
        row("mine output", "NGA", 1500.0, 1200.0, 13417.0, "a-mine-nga"),
    ]


def _sources() -> Rows:
    return [
        {"id": "pub-a", "publisher": "Survey of A", "title": "Yearbook", "edition": "2026", "licence": "public domain",
         "url": "https://example.org/a"},
        {"id": "pub-b", "publisher": "Bureau of B", "title": "Prices", "edition": "2025", "licence": "facts cited",
         "url": "https://example.org/b"},
    ]  # fmt: skip


def _scenario(title: str) -> Scenario:
    measure = Measure("oxides-and-metals", "quota", title, Citation("pub-a"))
    return Scenario("sample-licences", title, Base("rare-earths", None, 2024), Time("year", 2025, 2025), (measure,),
                    description="An invented example for the tests.", overrides=("a.b=0.4",))  # fmt: skip
