"""Every kind of measure on the real network of 2024: what it must do, what it must leave alone, and that it solves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ytterby.core.elements import oxide_factor
from ytterby.core.errors import InputError, UnitError
from ytterby.core.units import Quantity
from ytterby.model.applied import Applied
from ytterby.model.measures import apply
from ytterby.model.network import Activity, Network
from ytterby.model.network_file import load_network, network_path
from ytterby.model.provenance import origin_shares
from ytterby.model.result_binding import binding
from ytterby.model.scenario import Citation, Limit, Measure, Plant, Ranged, Rate, Scope
from ytterby.model.solved import Solved, activity_cost, equilibrium, welfare
from ytterby.model.textbook import at_rest, textbook_network

SOURCE = Citation("test", "a test", "made up", "https://example.org", "2025-01-01")
FROM_CHINA = Scope(flow="export", of=("CHN",), except_to=("CHN",))


def measure(kind: str, name: str = "m", **more: object) -> Measure:
    return Measure(name, kind, kind, SOURCE, **more)  # type: ignore[arg-type]


def shocked(network: Network, *measures: Measure, start: Solved | None = None) -> tuple[Solved, tuple[Applied, ...]]:
    changed, applied = apply(network, measures, 2025)
    found = equilibrium(changed, applied)
    assert found.solution.certificate.certified
    return found, applied


def under(network: Network, *measures: Measure) -> Solved:
    return shocked(network, *measures)[0]


@pytest.fixture(scope="module")
def free(network) -> Solved:
    return equilibrium(network)


def routes(network: Network, origin: str, *forms: str) -> list[Activity]:
    return [
        a
        for a in network.activities
        if a.kind == "route" and a.country == origin and (not forms or a.product.partition("/")[0] in forms)
    ]


def marginal_cost(a: Activity, level: float) -> float:
    """By a difference of the integral, which knows nothing of duals."""
    step = 1e-4 * max(level, 1e-3)
    return (activity_cost(a, level + step) - activity_cost(a, level - step)) / (2 * step)


def wedge(found: Solved, name: str) -> float:
    """What is left of a lane's price difference after its own cost [USD/kg]: the rent on what it carries."""
    a = found.network.activity(name)
    ends = found.price((a.product, a.partner or "")) - found.price((a.product, a.country))
    return ends - marginal_cost(a, found.level(name))


def quota(share: float | None = None, *, scope: Scope = FROM_CHINA, per: str = "group", tonnes: Quantity | None = None):
    return measure("quota", scope=scope, limit=Limit(share_of_base=share, quantity=tonnes, per=per))


OXIDES = replace(FROM_CHINA, product=("oxide",))
HEAVIES = replace(FROM_CHINA, product=("oxide", "metal"), element=("Tb", "Dy", "Lu", "Y"))


# Bans


@pytest.mark.parametrize(
    "scope",
    [
        FROM_CHINA,
        Scope(flow="export"),
        replace(FROM_CHINA, product=("magnet",)),
        Scope(flow="import", of=("USA", "JPN", "DEU", "KOR")),
        Scope(flow="export", of=("MMR", "LAO")),
    ],
    ids=["all-of-china", "all-trade", "magnets", "buyers", "clay"],
)
def test_a_full_ban_is_never_infeasible_and_nothing_leaks(network, scope):
    found, (done,) = shocked(network, measure("ban", scope=scope))
    assert len(done.columns) > 1
    assert max(found.level(name) for name in done.columns) == 0
    assert done.base == pytest.approx(sum(network.activity(name).base for name in done.columns))


def used_outside(found: Solved, product: str) -> float:
    """Part of the base use of a product outside China that is still served."""
    uses = [a for a in found.network.activities if a.kind in ("use", "core") and a.product == product]
    outside = [a for a in uses if a.country != "CHN"]
    return sum(found.level(a.id) for a in outside) / sum(a.base for a in outside)


def test_when_china_sells_nothing_the_world_outside_loses_heavies(network, free):
    found = under(network, measure("ban", scope=FROM_CHINA))
    for element in ("Dy", "Tb", "Y", "Lu"):
        assert used_outside(found, f"oxide/{element}") < 0.2
    for element in ("Nd", "Dy", "Tb"):  # no magnets leave either, so China needs less of what is in them
        assert found.price((f"oxide/{element}", "CHN")) < free.price((f"oxide/{element}", "CHN"))


# Quotas


def test_one_tonnage_over_all_oxides_has_one_rent_on_every_kilogram(network):
    """FOB = home + rent: on every lane that carries something, whatever the element, the wedge is the licence."""
    base = sum(a.base for a in routes(network, "CHN", "oxide"))
    found, (done,) = shocked(network, quota(scope=OXIDES, tonnes=Quantity(0.6 * base, "t REO/yr")))
    rent = found.dual("m")
    assert rent > 0.1
    carrying = [name for name in done.columns if found.level(name) > 1.0]
    assert len({found.network.activity(name).product for name in carrying}) >= 8
    for name in carrying:
        assert wedge(found, name) == pytest.approx(rent, rel=1e-4)
    assert sum(found.level(name) for name in done.columns) == pytest.approx(0.6 * base, rel=1e-6)


def test_one_tonnage_falls_on_cheap_elements_first(network):
    """One rent on every kilogram is much of the price of cerium and little of dysprosium's."""
    found = under(network, quota(0.6, scope=OXIDES))
    kept = {
        e: sum(found.level(a.id) for a in routes(network, "CHN") if a.product == f"oxide/{e}")
        / sum(a.base for a in routes(network, "CHN") if a.product == f"oxide/{e}")
        for e in ("La", "Ce", "Dy", "Tb")
    }
    assert max(kept["La"], kept["Ce"]) < min(kept["Dy"], kept["Tb"])
    assert kept["Dy"] > 0.95


def test_a_quota_on_oxide_and_metal_counts_the_oxide_in_both(network):
    """A kilogram of metal holds more oxide than a kilogram, and pays the more rent."""
    dysprosium = replace(HEAVIES, element=("Dy",))
    found, (done,) = shocked(network, quota(0.5, scope=dysprosium))
    rent = found.dual("m")
    assert rent > 1
    for name in done.columns:
        if found.level(name) > 0.1:
            held = 1 / oxide_factor("Dy") if name.startswith("route:metal") else 1.0
            assert wedge(found, name) == pytest.approx(rent * held, rel=1e-4)


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_quota_per_element_binds_at_its_share_of_the_base(network, share):
    found, (done,) = shocked(network, quota(share, scope=HEAVIES, per="element"))
    assert {name.partition(":")[2] for name in done.limits} == {"Tb", "Dy", "Lu", "Y"}
    for row in found.network.limits:
        if row.id in done.limits:
            flow = sum(c * found.level(name) for name, c in row.terms)
            base = sum(c * network.activity(name).base for name, c in row.terms)
            assert row.upper == pytest.approx(share * base, rel=1e-12)
            assert flow == pytest.approx(row.upper, rel=1e-6)
            assert found.dual(row.id) > 0


def test_a_quota_per_route_and_per_product_has_a_row_each(network):
    scope = replace(FROM_CHINA, product=("magnet",), to=("DEU", "USA"))
    for per, count in (("route", 6), ("product", 3), ("group", 1)):
        _, (done,) = shocked(network, quota(0.8, scope=scope, per=per))
        assert len(done.limits) == count


def same(one: Solved, other: Solved) -> None:
    """Equal levels to 1e-6 of their base, and equal objectives."""
    assert welfare(one) == pytest.approx(welfare(other), rel=1e-9)
    for a in other.network.activities:
        if a.base > 1.0:
            assert one.level(a.id) == pytest.approx(other.level(a.id), rel=1e-6)


def test_a_slack_measure_changes_nothing(network, free):
    """Twice the base flow, an outage that takes nothing, a tax of nothing, and a ban on what does not exist."""
    slack = [
        replace(quota(2.0, scope=HEAVIES, per="element"), id="a"),
        measure("outage", "b", scope=Scope(of=("USA",), stage=("mine",)), lost=Ranged(-0.1)),
        measure("export_tax", "c", scope=OXIDES, rate=Rate(specific=Quantity(0.0, "USD/kg"))),
        measure("ban", "d", scope=replace(OXIDES, to=("ATA",))),
    ]
    found, applied = shocked(network, *slack)
    same(found, free)
    assert max(found.dual(name) for name in applied[0].limits) < 1e-6
    assert applied[3].idle


def test_tightening_never_raises_the_objective(network, free):
    values = [welfare(free)] + [
        welfare(under(network, quota(s, scope=HEAVIES, per="element"))) for s in (0.9, 0.5, 0.2, 0.0)
    ]
    size = 1e-9 * abs(values[0])
    assert all(tight <= loose + size for loose, tight in pairwise(values))
    assert values[-1] < values[0] - 1000  # thousand USD a year


def test_a_quota_of_nothing_is_a_ban(network):
    one, other = under(network, quota(0.0, scope=HEAVIES)), under(network, measure("ban", scope=HEAVIES))
    assert welfare(one) == pytest.approx(welfare(other), rel=1e-7)


# Taxes


def test_an_export_tax_of_the_rent_does_what_the_quota_did(network):
    """The duality of quantity and price: same flows, and the rent becomes revenue."""
    by_quota = under(network, quota(0.6, scope=OXIDES))
    rent = by_quota.dual("m")
    by_tax, (done,) = shocked(
        network, measure("export_tax", scope=OXIDES, rate=Rate(specific=Quantity(rent, "USD/kg")))
    )
    for name in done.columns:
        if network.activity(name).base > 1.0:
            assert by_tax.level(name) == pytest.approx(by_quota.level(name), rel=1e-4, abs=1e-3)
    assert {by_tax.network.activity(name).tax for name in done.columns} == {rent}


@pytest.mark.parametrize("rate", [0.1, 0.25, 1.5])
def test_an_ad_valorem_export_tax_is_its_rate_of_the_home_price(network, rate):
    found, (done,) = shocked(network, measure("export_tax", scope=HEAVIES, rate=Rate(ad_valorem=rate)))
    for name in done.columns:
        a = found.network.activity(name)
        assert a.tax == pytest.approx(rate * max(found.price((a.product, "CHN")), 0.0), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("rate", [0.1, 0.25, 1.45])
def test_an_ad_valorem_tariff_is_its_rate_of_the_landed_price_before_duty(network, rate):
    scope = Scope(flow="import", of=("USA",), origin=("CHN",), product=("magnet", "oxide"))
    found, (done,) = shocked(network, measure("tariff", scope=scope, rate=Rate(ad_valorem=rate)))
    for name in done.columns:
        a = found.network.activity(name)
        before_duty = found.price((a.product, "USA")) - a.duty
        assert a.duty == pytest.approx(rate * max(before_duty, 0.0), rel=1e-5, abs=1e-6)


def test_a_tariff_that_stops_all_trade_binds(network, free):
    scope = Scope(flow="import", of=("USA",), origin=("CHN",), product=("magnet",))
    found, applied = shocked(network, measure("tariff", scope=scope, rate=Rate(ad_valorem=9.0)))
    (row,) = [row for row in binding(found, free, applied) if row["id"] == "m"]
    assert row["bound"]
    assert row["level"] == pytest.approx(0, abs=1e-6)
    assert "nothing flows" in row["why"]


def test_an_export_tax_and_a_tariff_on_one_lane_add_up(network):
    lane = "route:magnet/ndfeb:CHN>USA"
    leaving = replace(FROM_CHINA, product=("magnet",), to=("USA",))
    coming = Scope(flow="import", of=("USA",), origin=("CHN",), product=("magnet",))
    found = under(
        network,
        measure("export_tax", "out", scope=leaving, rate=Rate(ad_valorem=0.2)),
        measure("tariff", "in", scope=coming, rate=Rate(ad_valorem=0.25)),
        measure("tariff", "more", scope=coming, rate=Rate(specific=Quantity(2.0, "USD/kg"))),
    )
    home, landed = found.price(("magnet/ndfeb", "CHN")), found.price(("magnet/ndfeb", "USA"))
    assert found.network.activity(lane).tax == pytest.approx(0.2 * home, rel=1e-5)
    assert found.network.activity(lane).duty == pytest.approx(0.25 / 1.25 * (landed - 2.0) + 2.0, rel=1e-5)


# Plants that stop


def test_half_of_a_mine_and_all_of_it(network):
    mine = next(a for a in network.activities if a.kind == "mine" and a.country == "USA" and a.facility)
    scope = Scope(facility=(mine.facility or "",))
    half, (done,) = shocked(network, measure("outage", scope=scope, lost=Ranged(0.5)))
    assert half.level(mine.id) == pytest.approx(0.5 * mine.base, rel=1e-6)
    assert mine.id in done.columns
    shut = under(network, measure("closure", scope=scope))
    assert shut.level(mine.id) == 0
    assert welfare(shut) < welfare(half)


def test_closing_a_stage_of_a_country_closes_only_that(network):
    found, (done,) = shocked(network, measure("closure", scope=Scope(of=("MYS",), stage=("separation",))))
    assert {network.activity(name).country for name in done.columns} == {"MYS"}
    assert {network.activity(name).kind for name in done.columns} == {"separate"}
    assert max(found.level(name) for name in done.columns) == 0
    assert found.price(("oxide/Nd", "JPN")) > 0


def test_us_concentrate_that_stays_home_raises_nd_and_lowers_dy(network, free):
    """Joint products: less Nd, so fewer magnets, so less Dy is asked for."""
    scope = Scope(flow="export", of=("USA",), product=("concentrate/mountain-pass",))
    found = under(network, measure("ban", scope=scope))
    assert found.price(("oxide/Nd", "CHN")) > 1.02 * free.price(("oxide/Nd", "CHN"))
    assert found.price(("oxide/Dy", "CHN")) < free.price(("oxide/Dy", "CHN"))


# Refusals


def test_a_refused_origin_stops_at_the_border_and_past_the_separator(network):
    scope = Scope(flow="import", of=("CHN",), origin=("MMR",))
    found, (done,) = shocked(network, measure("refusal", scope=scope))
    assert all(found.level(name) == 0 for name in done.columns if network.activity(name).country == "MMR")
    part = origin_shares(network, "MMR")["oxide/Dy", "CHN"]
    assert 0.1 < part < 0.6
    elsewhere = Scope(flow="import", of=("JPN", "DEU"), origin=("MMR",), product=("oxide/Dy",))
    bought, (done,) = shocked(network, measure("refusal", scope=elsewhere))
    lane = network.activity("route:oxide/Dy:CHN>JPN")
    assert bought.level(lane.id) <= lane.base * (1 - part) + 1e-6
    assert lane.id in done.columns
    half, _ = shocked(network, measure("refusal", scope=elsewhere, limit=Limit(share_of_base=0.5)))
    assert bought.level(lane.id) < half.level(lane.id) <= lane.base * (1 - part / 2) + 1e-6


def test_myanmars_clay_refused_makes_dy_and_tb_dear(network, free):
    found = under(network, measure("refusal", scope=Scope(flow="import", of=("CHN",), origin=("MMR",))))
    for element, at_least in (("Dy", 1.1), ("Tb", 1.1), ("Nd", 1.0)):
        assert found.price((f"oxide/{element}", "CHN")) > at_least * free.price((f"oxide/{element}", "CHN"))


# Releases


def test_a_release_is_used_where_it_is_scarce_and_lowers_the_price(network):
    ban = measure("ban", "ban", scope=HEAVIES)
    shut = under(network, ban)
    stock = measure(
        "release", "stock", scope=Scope(of=("JPN",), product=("oxide/Dy",)), amount=Ranged(20.0, unit="t REO")
    )
    eased, (_, done) = shocked(network, ban, stock)
    (name,) = done.columns
    assert eased.level(name) == pytest.approx(20.0, rel=1e-6)
    assert eased.price(("oxide/Dy", "JPN")) <= shut.price(("oxide/Dy", "JPN"))
    assert welfare(eased) > welfare(shut)


@pytest.mark.parametrize("amount, unit", [(20_000.0, "kg REO"), (20.0 * oxide_factor("Dy"), "t Dy"), (20.0, "t Dy2O3")])
def test_a_release_means_the_same_in_every_unit(network, amount, unit):
    scope = Scope(of=("JPN",), product=("oxide/Dy",))
    plain = apply(network, [measure("release", scope=scope, amount=Ranged(20.0, unit="t REO"))], 2025)[0]
    other = apply(network, [measure("release", scope=scope, amount=Ranged(amount, unit=unit))], 2025)[0]

    def most(found: Network) -> float:
        ((name, coefficient),) = found.limits[-1].terms
        return min(found.limits[-1].upper / coefficient, found.activity(name).upper)

    assert most(other) == pytest.approx(most(plain), rel=1e-3)


# New plants


def test_new_heavy_separation_outside_lowers_dy_there(network):
    ban = measure("ban", "ban", scope=HEAVIES)
    plant = Plant(
        "new-sep",
        "New separator",
        "MYS",
        "separation",
        Ranged(500.0, unit="t REO/yr"),
        feed=("seg",),
        elements=("Dy", "Tb"),
    )
    shut = under(network, ban)
    built, (_, done) = shocked(network, ban, measure("facility", "new", plant=plant))
    made = sum(built.level(a.id) for a in built.network.activities if a.id in ("finish:MYS:Dy", "finish:MYS:Tb"))
    assert made > 1
    assert built.price(("oxide/Dy", "MYS")) <= shut.price(("oxide/Dy", "JPN")) * 1.01
    assert welfare(built) > welfare(shut)
    (row,) = [r for r in built.network.limits if r.id in done.limits]
    assert sum(c * built.level(name) for name, c in row.terms) <= 500 * (1 + 1e-6)


def test_a_new_light_separator_leaves_its_heavies_unseparated(network):
    """Mount Weld ore in Australia: the heavies are not lost, they are SEG, as in Malaysia."""
    capacity, feed = Ranged(5_000.0, unit="t REO/yr"), ("concentrate/mount-weld",)
    plant = Plant("light", "Light", "AUS", "separation", capacity, feed=feed, heavies=False)
    changed, (done,) = apply(network, [measure("facility", plant=plant)], 2025)
    (process,) = [changed.activity(name) for name in done.columns if name.startswith("facility:")]
    made = {product: c for (product, _), c in process.coefficients if c > 0}
    recovery = {r.id: r.value for r in network.tables["assumptions"]}["recovery.separation"]
    assert sum(made.values()) == pytest.approx(recovery, rel=1e-9)
    assert set(made) == {"solution/La", "solution/Ce", "solution/Pr", "solution/Nd", "seg/mount-weld"}
    (row,) = [r for r in changed.limits if r.id in done.limits]
    assert row.terms[0][1] == pytest.approx(sum(made.values()) - made["seg/mount-weld"])


def test_a_new_mine_is_dug_when_it_pays(network, free):
    plant = Plant(
        "new-mine",
        "New mine",
        "AUS",
        "mine",
        Ranged(5_000.0, unit="t REO/yr"),
        ore="mount-weld",
        cost=Ranged(1.0, unit="USD/kg"),
    )
    found, (done,) = shocked(network, measure("facility", plant=plant))
    level = sum(found.level(name) for name in done.columns if name.startswith("facility:"))
    assert level == pytest.approx(5_000.0, rel=1e-3)
    assert found.price(("oxide/Nd", "CHN")) <= free.price(("oxide/Nd", "CHN"))
    dear = replace(plant, cost=Ranged(1000.0, unit="USD/kg"))
    idle, (done,) = shocked(network, measure("facility", plant=dear))
    assert sum(idle.level(name) for name in done.columns if name.startswith("facility:")) < 1e-3
    same(idle, free)


def test_a_new_magnet_plant_runs_when_magnets_from_china_stop(network):
    ban = measure("ban", "ban", scope=replace(FROM_CHINA, product=("magnet",)))
    plant = Plant(
        "new-magnets",
        "New magnets",
        "USA",
        "magnet",
        Ranged(2_000.0, unit="t gross/yr"),
        product=("magnet/ndfeb",),
        cost=Ranged(40.0, unit="USD/kg"),
    )
    shut = under(network, ban)
    built, (_, done) = shocked(network, ban, measure("facility", "new", plant=plant))
    assert sum(built.level(name) for name in done.columns if name.startswith("facility:")) > 100
    assert built.price(("magnet/ndfeb", "USA")) < shut.price(("magnet/ndfeb", "USA"))


def test_capacity_means_the_same_in_every_unit(network):
    def most(unit: str, value: float) -> float:
        plant = Plant(
            "p", "P", "USA", "mine", Ranged(value, unit=unit), ore="mountain-pass", cost=Ranged(1.0, unit="USD/kg")
        )
        return apply(network, [measure("facility", plant=plant)], 2025)[0].limits[-1].upper

    assert most("kt REO/yr", 2.0) == pytest.approx(most("t REO/yr", 2_000.0), rel=1e-12)


# Units, windows, scopes


def test_a_tonnage_and_a_tax_mean_the_same_in_every_unit(network):
    def limit(tonnes: Quantity) -> float:
        return apply(network, [quota(scope=OXIDES, tonnes=tonnes)], 2025)[0].limits[-1].upper

    assert limit(Quantity(9.0, "kt REO/yr")) == pytest.approx(limit(Quantity(9_000.0, "t REO/yr")), rel=1e-12)

    def tax(rate: Quantity) -> set[float]:
        found, (done,) = apply(network, [measure("export_tax", scope=OXIDES, rate=Rate(specific=rate))], 2025)
        return {round(found.activity(name).tax, 9) for name in done.columns}

    assert tax(Quantity(1_500.0, "USD/t")) == tax(Quantity(1.5, "USD/kg")) == {1.5}


@pytest.mark.parametrize(
    "scope, unit",
    [
        (replace(FROM_CHINA, product=("magnet",)), "t Dy/yr"),
        (OXIDES, "t gross/yr"),
        (OXIDES, "t/yr"),
        (replace(FROM_CHINA, product=("concentrate", "seg")), "t Dy/yr"),
    ],
)
def test_a_tonnage_on_the_wrong_basis_is_refused(network, scope, unit):
    everywhere = replace(scope, of=())
    with pytest.raises(UnitError):
        apply(network, [quota(scope=everywhere, tonnes=Quantity(100.0, unit))], 2025)


def test_a_measure_out_of_its_window_or_scope_says_so(network, free):
    later = measure("ban", "later", scope=FROM_CHINA, start=date(2030, 1, 1))
    nowhere = measure("closure", "nowhere", scope=Scope(facility=("no-such-plant",)))
    found, (one, other) = shocked(network, later, nowhere)
    assert one.idle == "not in force in 2025"
    assert "nothing in the network" in other.idle
    same(found, free)


def test_measures_without_their_numbers_are_refused(network):
    for kind in ("quota", "release", "facility"):
        with pytest.raises(InputError):
            apply(network, [measure(kind, scope=OXIDES)], 2025)


# On paper


def test_a_quota_on_the_textbook_case_has_the_rent_of_paper():
    """30 t leave region 2 instead of 69.05: 448 = 38 p1, 7.2 at home, rent p1 - 2 - 7.2."""
    network = at_rest(textbook_network(load_network(network_path("takayama-judge-1964", None, "test"))))
    scope = Scope(flow="export", of=("reg2",))
    for limit in (
        Limit(quantity=Quantity(30.0, "t/yr")),
        Limit(share_of_base=30 / (34.761904761904766 + 34.285714285714285)),
    ):
        found = under(network, measure("quota", scope=scope, limit=limit))
        assert found.price(("com1", "reg2")) == pytest.approx(7.2, rel=1e-6)
        assert found.price(("com1", "reg1")) == pytest.approx(448 / 38, rel=1e-6)
        assert found.dual("m") == pytest.approx(448 / 38 - 9.2, rel=1e-6)


# Any measures together

COUNTRIES = ("CHN", "MMR", "USA", "AUS", "MYS", "JPN", "VNM", "EST")
SCOPES = st.builds(
    Scope,
    flow=st.sampled_from(("export", "import")),
    of=st.sampled_from(COUNTRIES).map(lambda c: (c,)),
    product=st.sampled_from(((), ("oxide",), ("metal",), ("magnet",), ("concentrate",))),
)
SHARES, DOLLARS, TONNES = st.floats(0, 1.5), st.floats(0, 100), st.floats(0, 5000)
PLACES = st.sampled_from(COUNTRIES)
PERS = st.sampled_from(("group", "element"))
STAGES = st.sampled_from(("mine", "separation", "metal", "magnet"))


def a_tax(scope: Scope, amount: float) -> Measure:
    return measure("export_tax", scope=scope, rate=Rate(specific=Quantity(amount, "USD/kg")))


def an_outage(country: str, stage: str, lost: float) -> Measure:
    return measure("outage", scope=Scope(of=(country,), stage=(stage,)), lost=Ranged(min(lost, 1.0)))


def a_release(country: str, element: str, tonnes: float) -> Measure:
    scope = Scope(of=(country,), product=(f"oxide/{element}",))
    return measure("release", scope=scope, amount=Ranged(tonnes, unit="t REO"))


MEASURES = st.one_of(
    st.builds(lambda scope: measure("ban", scope=scope), SCOPES),
    st.builds(lambda scope, share, per: quota(share, scope=scope, per=per), SCOPES, SHARES, PERS),
    st.builds(a_tax, SCOPES, DOLLARS),
    st.builds(an_outage, PLACES, STAGES, SHARES),
    st.builds(a_release, PLACES, st.sampled_from(("Nd", "Dy", "Y")), TONNES),
)


@settings(max_examples=12)
@given(st.lists(MEASURES, min_size=1, max_size=4))
def test_whatever_is_measured_balances_close_and_nothing_is_negative(network, chosen):
    named = [replace(m, id=f"m{i}") for i, m in enumerate(chosen)]
    found, _ = shocked(network, *named)
    assert min(found.solution.x) >= 0
    net: dict[tuple[str, str], float] = {}
    size: dict[tuple[str, str], float] = {}
    for a in found.network.activities:
        for key, coefficient in a.coefficients:
            amount = coefficient * found.level(a.id)
            net[key] = net.get(key, 0.0) + amount
            size[key] = size.get(key, 0.0) + abs(amount)
    for key, left in net.items():
        assert abs(left) <= 1e-6 * size[key] + 1e-6
    for row in found.network.limits:
        assert sum(c * found.level(name) for name, c in row.terms) <= row.upper * (1 + 1e-6) + 1e-6
    for a in found.network.activities:
        assert found.level(a.id) <= a.upper * (1 + 1e-9)
