"""core/elements: oxide factors from atomic weights, against the factors the trade uses."""

import pytest

from ytterby.core.elements import CHEMICAL_SYMBOLS, ELEMENTS, SYMBOLS, element, oxide_factor
from ytterby.core.errors import InputError

# Mass of element per mass of oxide, to three decimals, worked by hand from the formulas.
FACTORS = {
    "La": 0.853, "Ce": 0.814, "Pr": 0.828, "Nd": 0.857, "Sm": 0.862, "Eu": 0.864, "Gd": 0.868, "Tb": 0.850,
    "Dy": 0.871, "Ho": 0.873, "Er": 0.874, "Tm": 0.876, "Yb": 0.878, "Lu": 0.879, "Y": 0.787, "Sc": 0.652,
}  # fmt: skip


def test_sixteen_elements_without_promethium_in_order_of_number():
    assert len(ELEMENTS) == 16
    assert "Pm" not in SYMBOLS
    assert [item.number for item in ELEMENTS] == sorted(item.number for item in ELEMENTS)
    assert set(SYMBOLS) == set(FACTORS)
    assert set(SYMBOLS) <= CHEMICAL_SYMBOLS


@pytest.mark.parametrize(("symbol", "factor"), FACTORS.items())
def test_oxide_factors(symbol, factor):
    assert oxide_factor(symbol) == pytest.approx(factor, abs=0.001)


def test_neodymium_on_paper():
    assert oxide_factor("Nd") == pytest.approx(2 * 144.242 / (2 * 144.242 + 3 * 15.999), abs=1e-15)


@pytest.mark.parametrize("item", ELEMENTS)
def test_the_formula_says_the_same_as_the_counts(item):
    def count(number):
        return "" if number == 1 else str(number)

    assert item.oxide == f"{item.symbol}{count(item.n_metal)}O{count(item.n_oxygen)}"


@pytest.mark.parametrize("item", ELEMENTS)
def test_symbol_name_and_oxide_all_lead_to_the_element(item):
    assert element(item.symbol) is element(item.name.title()) is element(item.oxide) is item


def test_an_unknown_element_gets_the_nearest_word():
    with pytest.raises(InputError, match=r"found 'Dysprosum'.*Did you mean 'dysprosium'"):
        element("Dysprosum")
