"""Values, core and nucleolus against published cases, and the properties that define them."""

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest

from ytterby.core.errors import InputError
from ytterby.games.bankruptcy import bankruptcy_game, equal_awards, equal_losses, proportional, talmud
from ytterby.games.game import Game, incidence, superadditive, tabulated
from ytterby.games.nucleolus import core, least_core, leaving, nucleolus, per_capita_nucleolus, prenucleolus
from ytterby.games.production import owen, production_game
from ytterby.games.values import banzhaf, gately, shapley, shapley_sampled, tau
from ytterby.games.voting import power, veto, voting_game

TABLE = Path(__file__).parent / "data" / "cooperative_games.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
VALUES = {"shapley": shapley, "nucleolus": nucleolus, "gately": gately}


def by_size(worths):
    """A game from its worths by size of the coalition, then alphabetically."""
    n = (len(worths) + 1).bit_length() - 1
    players = "abcdefghij"[:n]
    coalitions = [c for k in range(1, n + 1) for c in itertools.combinations(players, k)]
    return Game(tuple(players), dict(zip(coalitions, worths, strict=True)))


def random_game(seed, n=5):
    rng = np.random.default_rng(seed)
    return tabulated("abcdefgh"[:n], np.r_[0.0, rng.normal(size=2**n - 1) + incidence(n).sum(axis=1)[1:] ** 2])


def solved(row):
    numbers = [float(x) for x in row["input"].split(";")]
    names = [f"p{i:02}" for i in range(len(numbers) - 1)]
    claims = dict(zip(names, numbers[1:], strict=True))
    if row["kind"] == "worths":
        return list(VALUES[row["solution"]](by_size(numbers)).values())
    if row["kind"] == "glove":
        many = int(numbers[1])
        players = ("one", *(f"m{i}" for i in range(many)))
        found = shapley(Game(players, lambda s: float("one" in s and len(s) > 1)))
        assert len({round(found[p], 12) for p in players[1:]}) == 1
        return [found["one"], found["m0"]]
    if row["kind"] == "bankruptcy":
        rule = talmud(numbers[0], claims)
        assert rule == pytest.approx(nucleolus(bankruptcy_game(numbers[0], claims)), abs=1e-9)
        return list(rule.values())
    if row["kind"] == "airport":
        costs = dict(zip("abc", numbers, strict=True))
        return list(shapley(Game(("a", "b", "c"), lambda s: max(costs[p] for p in s))).values())
    found = power(claims, numbers[0]).shapley
    assert {k: float(v) for k, v in found.items()} == pytest.approx(shapley(voting_game(claims, numbers[0])), abs=1e-12)
    return [float(x) for x in found.values()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_published_cases(row):
    assert solved(row) == pytest.approx([float(x) for x in row["expected"].split(";")], abs=1e-8)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("value", [shapley, prenucleolus, nucleolus, per_capita_nucleolus], ids=lambda f: f.__name__)
def test_values_add_up_and_labels_mean_nothing(value, seed):
    game = random_game(seed)
    found = value(game)
    assert sum(found.values()) == pytest.approx(game.total)
    swap = {"a": "c", "c": "a"}
    other = Game(game.players, lambda s: game.worth_of(*(swap.get(p, p) for p in s)))
    assert {swap.get(p, p): x for p, x in value(other).items()} == pytest.approx(found, abs=1e-7)


def test_shapley_is_additive_and_gives_a_dummy_what_it_has_alone_and_equals_the_same():
    one, two = random_game(1), random_game(2)
    both = tabulated(one.players, one.values + two.values)
    assert shapley(both) == pytest.approx({p: shapley(one)[p] + shapley(two)[p] for p in one.players})
    dummy = Game("abd", lambda s: 2.0 * ("d" in s) + 3.0 * ("a" in s and "b" in s))
    assert shapley(dummy) == pytest.approx({"a": 1.5, "b": 1.5, "d": 2.0})
    assert banzhaf(dummy) == pytest.approx({"a": 1.5, "b": 1.5, "d": 2.0})


def test_the_nucleolus_is_in_the_core_whenever_there_is_one():
    empty = 0
    for seed in range(40):
        drawn = np.random.default_rng(seed).uniform(0, 3, 16) * incidence(4).sum(axis=1)
        drawn[-1] = 9.0
        game = tabulated("abcd", drawn)
        point = core(game)
        shares = prenucleolus(game)
        if not point:
            empty += 1
            worst = leaving(game, shares)
            assert worst is not None
            assert worst.excess == pytest.approx(least_core(game)[0], abs=1e-6)
            continue
        assert leaving(game, nucleolus(game)) is None
        assert least_core(game)[0] <= 1e-7
    assert 0 < empty < 40


def test_an_empty_core_names_who_would_leave():
    game = Game("abc", lambda s: {1: 0.0, 2: 8.0, 3: 9.0}[len(s)])
    assert core(game) == {}
    leaver = leaving(game, {"a": 5, "b": 4, "c": 0})
    assert leaver is not None
    assert leaver.members == ("b", "c")
    assert leaver.excess == pytest.approx(4)
    assert least_core(game)[0] == pytest.approx(2)


def test_the_nucleolus_keeps_to_what_players_have_alone_and_the_prenucleolus_need_not():
    game = by_size((2, 6, 5, 15, 1, 18, 14))
    assert core(game) == {}
    assert nucleolus(game) == pytest.approx({"a": 2, "b": 7, "c": 5})
    assert prenucleolus(game) == pytest.approx({"a": -1, "b": 13, "c": 2})


def test_tau_value_worked_on_paper():
    # Utopia payoffs 8, 5, 3 and least rights 2, 0, 0: the line between them at 4/7.
    game = by_size((0, 0, 0, 7, 5, 2, 10))
    assert tau(game) == pytest.approx({"a": 2 + 6 * 4 / 7, "b": 5 * 8 / 14, "c": 3 * 8 / 14})
    with pytest.raises(InputError, match="quasi-balanced"):
        tau(Game("abc", lambda s: {1: 0.0, 2: 8.0, 3: 9.0}[len(s)]))


def test_a_game_that_is_worth_less_together_is_named():
    assert superadditive(by_size((1, 1, 1, 3, 3, 3, 5))) is None
    assert superadditive(by_size((1, 1, 1, 3, 3, 0, 5))) == (("b",), ("c",))


def test_sampling_is_near_and_knows_how_near():
    game = random_game(3, 8)
    exact, sampled = shapley(game), shapley_sampled(game, 4000, seed=1)
    assert sum(sampled.values.values()) == pytest.approx(game.total)
    off = [abs(sampled.values[p] - exact[p]) / sampled.errors[p] for p in game.players]
    assert max(off) < 4
    large = Game(tuple(f"p{i}" for i in range(40)), lambda s: float(len(s) ** 2))
    assert shapley(large, samples=50) == pytest.approx(dict.fromkeys(large.players, 40.0))


def test_sixty_voters_are_exact_and_vetoes_are_found():
    weights = {f"v{i}": 1 + i % 17 for i in range(60)}
    found = power(weights, 300)
    assert sum(found.shapley.values()) == 1
    assert sum(found.banzhaf_share.values()) == 1
    assert found.shapley["v0"] == found.shapley["v17"] < found.shapley["v16"]
    assert veto({"a": 3, "b": 2, "c": 1}, 5) == ("a", "b")
    assert core(voting_game({"a": 3, "b": 2, "c": 1}, 5)) == pytest.approx({"a": 0.5, "b": 0.5, "c": 0})
    assert core(voting_game({"a": 1, "b": 1, "c": 1}, 2)) == {}
    assert veto({"a": 0.5, "b": 0.3, "c": 0.2}, 0.6) == ("a",)


def test_the_owen_point_is_in_the_core_of_its_production_game():
    recipe = np.array([[1.0, 2.0], [3.0, 1.0]])
    owned = {"a": np.array([4.0, 0.0]), "b": np.array([1.0, 9.0]), "c": np.array([3.0, 3.0])}
    value = np.array([3.0, 2.0])
    game = production_game(recipe, value, owned)
    point = owen(recipe, value, owned)
    assert sum(point.values()) == pytest.approx(game.total)
    assert leaving(game, point) is None


def path_game(routes):
    """The producer earns 1 through any route all of whose stations agree."""
    players = tuple(sorted({p for route in routes for p in route}))
    return Game(players, lambda s: float(any(set(route) <= set(s) for route in routes)))


def test_routes_compete_or_depend_on_one_another():
    one = shapley(path_game([("P", "T")]))
    bypass = shapley(path_game([("P", "T"), ("P", "B")]))
    assert bypass["P"] > one["P"]
    assert bypass["T"] < one["T"]
    serial = shapley(path_game([("P", "T", "U")]))
    assert serial["T"] == pytest.approx(serial["U"]) == pytest.approx(1 / 3)
    many = shapley(path_game([("P", f"T{i}") for i in range(9)]))
    assert many["T0"] < 0.02
    open_route = shapley(Game(("P", "T"), lambda s: float("P" in s)))
    assert open_route == pytest.approx({"P": 1.0, "T": 0.0})


def test_rules_for_claims():
    claims = {"a": 100.0, "b": 200.0, "c": 300.0}
    assert equal_awards(270, claims) == pytest.approx({"a": 90, "b": 90, "c": 90})
    assert equal_losses(300, claims) == pytest.approx({"a": 0, "b": 100, "c": 200})
    assert proportional(300, claims) == pytest.approx({"a": 50, "b": 100, "c": 150})
    with pytest.raises(InputError, match="estate"):
        talmud(700, claims)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Game(("a", "b"), {("a",): 1, ("b",): 2}), "worth of a, b"),
        (lambda: Game(("a", "a"), {}), "each player once"),
        (lambda: Game(("ann", "bob"), {("anm",): 1}), "Did you mean 'ann'"),
        (lambda: Game(("a",), {("a",): float("nan")}), "finite number"),
        (lambda: Game(("a",), {("a",): 1, (): 3}), "worth of nobody"),
        (lambda: shapley(Game(tuple(map(str, range(40))), lambda s: 1.0)), "40 players"),
        (lambda: Game(tuple(map(str, range(40))), {}), "40 players"),
        (lambda: nucleolus(by_size((3, 3, 4))), "prenucleolus"),
        (lambda: power({"a": 1, "b": -1}, 1), "weight of b"),
    ],
)
def test_bad_games_are_refused(make, says):
    with pytest.raises(InputError, match=says):
        make()
