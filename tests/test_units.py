"""core/units: bases are never added, element and oxide convert by stoichiometry, nothing is guessed."""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytterby.core.elements import ELEMENTS
from ytterby.core.errors import InputError, UnitError
from ytterby.core.units import Quantity, convert, factor, parse_quantity, parse_unit

MASSES = ("mg", "g", "kg", "t", "kt", "Mt", "ct", "lb", "oz t", "short ton", "long ton")
numbers = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False).filter(
    lambda value: value == 0 or abs(value) > 1e-6
)
masses = st.sampled_from(MASSES)
rare_earths = st.sampled_from(ELEMENTS)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("9000 t REO/yr", "t REO/yr"),
        ("9000 t/yr REO", "t REO/yr"),
        ("9_000 tonnes TREO per year", "t REO/yr"),
        ("1e3 kg", "kg"),
        ("-5 t Dy", "t Dy"),
        (".5 kt gross weight", "kt gross"),
        ("3 USD/kg  real  2024", "USD/kg real 2024"),
        ("3 US$/kg Dy2O3 nominal", "USD/kg Dy2O3 nominal"),
        ("12 troy ounces", "oz t"),
        ("2 carats", "ct"),
        ("4 lbs", "lb"),
        ("7 % TREO", "% REO"),
        ("7 t NdPr oxide", "t NdPr oxide"),
        ("15 t Ga", "t Ga"),
        ("15 t Li2CO3", "t Li2CO3"),
        ("1.5 MUSD/yr", "MUSD/yr"),
        ("0.29 t Nd/t gross", "t Nd/t gross"),
    ],
)
def test_what_can_be_read(text, unit):
    assert parse_quantity(text).unit == unit


@pytest.mark.parametrize(
    "unit", ["t REO/yr", "USD/kg Dy2O3 nominal", "% REO", "oz t", "t NdPr oxide/yr", "short ton", "1"]
)
def test_canonical_units_read_back_as_themselves(unit):
    assert parse_unit(unit).text == unit


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("9000", "found '9000' without a unit"),
        ("t REO", "expected a number with its unit"),
        ("9,000 t REO", "9_000"),
        ("9 000 t REO", "9_000"),
        ("1e999 t", "finite"),
        ("nan t", "expected a number"),
        ("5 tons", "more than one meaning"),
        ("5 mt", "t or Mt"),
        ("5 oz", "troy ounce"),
        ("5 knots", "expected a unit"),
        ("5 T REO", "Did you mean 't'"),
        ("5 t Dyo", "Did you mean 'Dy'"),
        ("5 t oxide", "expected a basis"),
        ("5 USD REO", "each basis behind its mass"),
        ("5 t nominal", "only money"),
        ("5 t REO/yr Dy", "each basis behind its mass"),
        ("5 t REO/", "expected a unit"),
        ("", "expected a number"),
        ("5 t \x00", "expected a basis"),
    ],
)
def test_what_cannot_be_read_says_why(text, says):
    with pytest.raises(UnitError) as caught:
        parse_quantity(text, "squeeze.toml, measure 2, capacity")
    assert says in str(caught.value)
    assert str(caught.value).startswith("squeeze.toml, measure 2, capacity")


@pytest.mark.parametrize("value", [9000, 9000.0, None, True, ["9000 t"], {}])
def test_a_bare_number_has_no_unit(value):
    with pytest.raises(UnitError, match="without a unit"):
        parse_quantity(value)


def test_270_kt_is_kilotonnes_not_knots():
    assert convert("270 kt REO", to="t REO") == Quantity(270_000, "t REO")


@pytest.mark.parametrize(
    ("unit", "kilograms"),
    [("ct", 0.0002), ("oz t", 0.0311034768), ("lb", 0.45359237), ("t", 1000), ("kt", 1e6), ("Mt", 1e9), ("g", 0.001)],
)
def test_masses_in_kilograms(unit, kilograms):
    assert convert(Quantity(1, unit), to="kg").value == pytest.approx(kilograms, rel=1e-12)


def test_prices_turn_over():
    assert convert("50 USD/kg", to="USD/t").value == pytest.approx(50_000)
    assert convert("1 kUSD/t", to="USD/kg").value == pytest.approx(1)


def test_a_price_per_contained_element_is_higher_than_per_oxide():
    assert convert("100 USD/kg Dy2O3", to="USD/kg Dy").value == pytest.approx(100 / 0.8713, rel=1e-4)


def test_different_bases_are_refused_with_the_cure():
    with pytest.raises(UnitError) as caught:
        Quantity(310, "t Dy") + Quantity(270, "t Dy2O3")
    assert str(caught.value) == (
        'Cannot add 310 t Dy (contained) and 270 t Dy2O3 (oxide). Convert one: convert(x, to="t Dy").'
    )


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1 t Dy", "1 t Nd"),
        ("1 t REO", "1 t gross"),
        ("1 t REO", "1 t"),
        ("1 t REO", "1 t REO/yr"),
        ("1 USD/kg nominal", "1 USD/kg real 2024"),
        ("1 USD/kg real 2023", "1 USD/kg real 2024"),
        ("1 USD/kg", "1 EUR/kg"),
        ("1 t", "1 USD"),
    ],
)
@pytest.mark.parametrize("verb", ["add", "subtract", "compare"])
def test_what_does_not_go_together_is_refused(left, right, verb):
    act = {"add": lambda a, b: a + b, "subtract": lambda a, b: a - b, "compare": lambda a, b: a < b}[verb]
    with pytest.raises(UnitError, match=f"^Cannot {verb} "):
        act(parse_quantity(left), parse_quantity(right))


@pytest.mark.parametrize(
    ("quantity", "to", "options", "says"),
    [
        ("5 t REO", "t Dy", {}, "REO is a mixture"),
        ("5 t Dy", "t Nd", {}, "dysprosium is not neodymium"),
        ("5 t Dy2O3", "t Dy", {"element": "Nd"}, "dysprosium is not neodymium"),
        ("5 t", "t Dy", {}, "does not say its basis"),
        ("5 t gross", "t Dy", {}, "content="),
        ("5 t gross", "t Dy", {"content": 1.2}, "content="),
        ("5 t gross", "t Dy", {"content": math.nan}, "content="),
        ("5 t NdPr", "t Nd", {}, "no stoichiometry"),
        ("5 t Ga", "t Ga2O3", {}, "no stoichiometry"),
        ("5 USD/kg", "EUR/kg", {}, "exchange rate"),
        ("5 USD/kg nominal", "USD/kg real 2024", {}, "deflator"),
        ("5 t", "USD", {}, "mass is not money"),
    ],
)
def test_conversions_that_need_a_figure_are_refused(quantity, to, options, says):
    with pytest.raises(UnitError, match="Cannot convert") as caught:
        convert(quantity, to, **options)
    assert says in str(caught.value)


def test_an_unknown_element_is_an_input_error():
    with pytest.raises(InputError, match="Did you mean 'neodymium'"):
        convert("5 t REO", to="t Nd", element="neodymum")


def test_one_oxide_is_rare_earth_oxide_and_gross_needs_a_content():
    assert convert("5 t Dy2O3", to="t REO") == Quantity(5, "t REO")
    assert convert("100 t REO", to="t Nd", element="Nd").value == pytest.approx(85.74, abs=0.005)
    assert convert("100 t REE", to="t REO", element="Nd").value == pytest.approx(100 / 0.8574, abs=0.01)
    assert convert("1000 t gross", to="t Nd", content=0.29).value == pytest.approx(290)
    assert convert("290 t Nd", to="t gross", content=0.29).value == pytest.approx(1000)
    assert convert("10 USD/kg gross", to="USD/kg Nd", content=0.25).value == pytest.approx(40)


def test_a_ratio_of_two_masses_converts_above_and_below():
    assert convert("1.2 t Nd2O3/t Nd", to="t Nd/t Nd").value == pytest.approx(1.2 * 0.8574, rel=1e-4)
    assert convert("1 t Nd2O3/t Nd2O3", to="t Nd2O3/t Nd").value == pytest.approx(1 / 0.8574, rel=1e-4)
    assert convert("290 kg Nd/t gross", to="t Nd/t gross").value == pytest.approx(0.29)
    with pytest.raises(UnitError, match="Cannot add"):
        parse_quantity("1 t Nd/t gross") + parse_quantity("1 t Nd/t Nd")


def test_factor_serves_whole_columns():
    values = np.array([1.0, 2.0]) * factor("kt Nd2O3", "t Nd")
    assert values == pytest.approx([857.4, 1714.7], abs=0.1)


def test_quantities_are_finite_numbers_and_numpy_numbers_are_numbers():
    assert Quantity(np.int64(3), "t").value == 3.0
    with pytest.raises(UnitError, match="finite"):
        Quantity(math.inf, "t")


def test_scaling_and_order():
    assert 2 * Quantity(3, "t REO") / 4 == Quantity(1.5, "t REO")
    assert Quantity(999, "kg REO") < Quantity(1, "t REO")
    assert Quantity(1000, "kg REO") <= Quantity(1, "t REO")
    assert not Quantity(1000, "kg REO") < Quantity(1, "t REO")


def test_quantities_print_their_unit():
    assert str(Quantity(9000, "t REO/yr")) == "9000 t REO/yr"
    assert str(Quantity(0.87131, "t Dy")) == "0.8713 t Dy"


@given(numbers, masses, masses)
def test_a_mass_comes_back(value, one, other):
    there = convert(Quantity(value, f"{one} REO"), to=f"{other} REO")
    assert convert(there, to=f"{one} REO").value == pytest.approx(value, rel=1e-12)


@given(numbers, rare_earths, masses)
def test_element_to_oxide_and_back(value, element, mass):
    oxide = convert(Quantity(value, f"{mass} {element.symbol}"), to=f"{mass} {element.oxide}")
    assert abs(oxide.value) >= abs(value)
    assert convert(oxide, to=f"{mass} {element.symbol}").value == pytest.approx(value, rel=1e-12)


@given(numbers, numbers, numbers, masses, masses, masses)
def test_sums_do_not_depend_on_the_order_or_the_units(a, b, c, one, two, three):
    x, y, z = Quantity(a, f"{one} Dy"), Quantity(b, f"{two} Dy"), Quantity(c, f"{three} Dy")
    left, right = convert((x + y) + z, to="kg Dy").value, convert(x + (y + z), to="kg Dy").value
    swapped = convert(z + x + y, to="kg Dy").value
    size = sum(abs(convert(item, to="kg Dy").value) for item in (x, y, z))
    assert left == pytest.approx(right, abs=1e-9 * size)
    assert left == pytest.approx(swapped, abs=1e-9 * size)


@given(numbers, rare_earths)
def test_conversion_before_or_after_a_sum_is_the_same(value, element):
    metal, oxide = f"t {element.symbol}", f"t {element.oxide}"
    x, y = Quantity(value, metal), Quantity(1, metal)
    together = convert(x + y, to=oxide).value
    assert together == pytest.approx((convert(x, to=oxide) + convert(y, to=oxide)).value, rel=1e-12, abs=1e-12)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_never_breaks(text):
    with contextlib.suppress(UnitError):
        quantity = parse_quantity(text)
        assert parse_unit(quantity.unit).text == quantity.unit
