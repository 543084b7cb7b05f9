"""Indices of importance against closed forms: Ishigami and Homma (1990) and Sobol's G function."""

from __future__ import annotations

import builtins

import numpy as np
import pytest

from ytterby.core.errors import InputError, MissingExtra
from ytterby.studies.draws import Design, percentiles
from ytterby.studies.indices import LEAST, analysed, block, designed

THREE = ["x1", "x2", "x3"]
# Closed forms for a = 7, b = 0.1 (Saltelli, Chan & Scott 2000, Sensitivity Analysis, section 2.9).
VARIANCE = 7**2 / 8 + 0.1 * np.pi**4 / 5 + 0.1**2 * np.pi**8 / 18 + 0.5
FIRST = {"x1": 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2 / VARIANCE, "x2": 7**2 / 8 / VARIANCE, "x3": 0.0}
JOINT = 0.1**2 * np.pi**8 * (1 / 18 - 1 / 50) / VARIANCE
TOTAL = {"x1": FIRST["x1"] + JOINT, "x2": FIRST["x2"], "x3": JOINT}
A = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
EIGHT = [f"g{k}" for k in range(8)]


def ishigami(u):
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def sobol_g(u):
    return np.prod((np.abs(4 * u - 2) + A) / (1 + A), axis=1)


def g_indices() -> tuple[np.ndarray, np.ndarray]:
    part = 1 / (3 * (1 + A) ** 2)
    whole = np.prod(1 + part) - 1
    return part / whole, np.array([part[k] * np.prod(1 + np.delete(part, k)) for k in range(8)]) / whole


def by_input(table, column: str) -> dict[str, float]:
    return dict(table.select("input", column).iter_rows())


def test_the_closed_forms_are_the_published_ones():
    assert pytest.approx(13.844588, abs=1e-6) == VARIANCE
    assert [round(FIRST[x], 4) for x in THREE] == [0.3139, 0.4424, 0.0]
    first, total = g_indices()
    assert first[:4] == pytest.approx([0.716192, 0.179048, 0.023676, 0.007162], abs=2e-6)
    assert total[:4] == pytest.approx([0.787144, 0.242198, 0.034317, 0.010460], abs=2e-6)


def test_given_data_finds_first_order_indices_of_ishigami_and_knows_what_is_nothing():
    u = percentiles(Design(8192, 3, "sobol"), THREE)
    table = analysed("given", THREE, u, ishigami(u))
    first, error, floor = by_input(table, "first"), by_input(table, "error"), by_input(table, "floor")
    for name in THREE:
        assert first[name] == pytest.approx(FIRST[name], abs=0.02)
        assert abs(first[name] - FIRST[name]) < error[name] + 0.01
    assert first["x3"] < floor["x3"] < 0.01 < first["x1"]
    assert table["input"].to_list()[0] == "x2"


def test_given_data_finds_the_order_of_sobol_g():
    u = percentiles(Design(4096, 5, "sobol"), EIGHT)
    first = by_input(analysed("given", EIGHT, u, sobol_g(u)), "first")
    assert list(first.values()) == sorted(first.values(), reverse=True)
    exact, _ = g_indices()
    for k, name in enumerate(EIGHT):
        assert first[name] == pytest.approx(exact[k], abs=0.03)


def test_an_index_of_given_data_has_no_bias_where_there_is_nothing():
    found = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        found.append(analysed("given", ["a"], rng.random((100, 1)), rng.random(100))["first"][0])
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(60)


def test_direction_and_fifths_of_given_data():
    u = percentiles(Design(500, 1), ["up", "down"])
    table = analysed("given", ["up", "down"], u, 10 * u[:, 0] - u[:, 1])
    rows = {row["input"]: row for row in table.iter_rows(named=True)}
    assert rows["up"]["rank"] > 0.95
    assert rows["down"]["rank"] < 0
    assert rows["up"]["bottom"] == pytest.approx(0.5, abs=0.3)
    assert rows["up"]["top"] == pytest.approx(8.5, abs=0.3)


def test_sobol_indices_of_ishigami_and_g():
    pytest.importorskip("SALib")
    u = designed("sobol", 4096, 3, 7)
    assert u.shape == (4096 * block("sobol", 3), 3)
    table = analysed("sobol", THREE, u, ishigami(u))
    for name in THREE:
        assert by_input(table, "first")[name] == pytest.approx(FIRST[name], abs=0.02)
        assert by_input(table, "total")[name] == pytest.approx(TOTAL[name], abs=0.02)
    u = designed("sobol", 4096, 8, 7)
    table = analysed("sobol", EIGHT, u, sobol_g(u))
    first, total = g_indices()
    for k, name in enumerate(EIGHT):
        assert by_input(table, "first")[name] == pytest.approx(first[k], abs=0.02)
        assert by_input(table, "total")[name] == pytest.approx(total[k], abs=0.02)


def test_morris_effects_of_ishigami():
    """SALib's own regression test has these values, with its seed 12345."""
    pytest.importorskip("SALib")
    u = designed("morris", 10_000, 3, 12344)
    assert set(np.round(np.unique(u), 6)) == {0.0, 0.333333, 0.666667, 1.0}
    size = by_input(analysed("morris", THREE, u, ishigami(u)), "size")
    assert size["x1"] == pytest.approx(7.682808, rel=0.03)
    assert size["x2"] == pytest.approx(7.875, rel=0.001)
    assert size["x3"] == pytest.approx(6.256295, rel=0.03)


def test_pawn_puts_the_inputs_of_ishigami_in_order():
    pytest.importorskip("SALib")
    u = percentiles(Design(3000, 2), [*THREE, "nothing"])
    distance = by_input(analysed("pawn", [*THREE, "nothing"], u, ishigami(u)), "distance")
    assert list(distance) == ["x2", "x1", "x3", "nothing"]
    assert distance["x2"] > 2 * distance["nothing"]


def test_a_draw_without_an_answer_goes_and_in_a_design_its_block_goes_with_it():
    pytest.importorskip("SALib")
    u = designed("sobol", 64, 3, 1)
    y = ishigami(u)
    one, rest = y.copy(), np.arange(len(y)) >= block("sobol", 3)
    one[2] = np.nan
    assert analysed("sobol", THREE, u, one).equals(analysed("sobol", THREE, u[rest], y[rest]))
    assert analysed("given", THREE, u, one).equals(analysed("given", THREE, np.delete(u, 2, 0), np.delete(y, 2)))


def test_too_few_draws_and_an_output_that_does_not_move_are_said():
    u = percentiles(Design(100, 1), THREE)
    with pytest.raises(InputError, match=f"expected {LEAST} or more"):
        analysed("given", THREE, u[:30], ishigami(u[:30]))
    with pytest.raises(InputError, match="in every draw"):
        analysed("given", THREE, u, np.full(100, 2.5))


def test_without_salib_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.startswith("SALib"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match="sensitivity"):
        designed("sobol", 8, 3, 1)
