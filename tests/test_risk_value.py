"""`ytterby risk --value`: the headline beside what is left of it, from a table of lots, and wrong tables refused."""

import json

import pytest
from typer.testing import CliRunner

from ytterby.cli.app import build
from ytterby.core.errors import InputError
from ytterby.indicators.valuation import Lot, Range, value

LOTS = "material,contained_t,price,recovery,cost,bulk,price_low,price_high\n"
GOOD = LOTS + "iron,1000000000,0.1,0.8,0.06,yes,0.08,0.12\nDy,1000,250,0.4,100,no,,\n"


def asked(tmp_path, text, *words):
    (tmp_path / "lots.csv").write_text(text, encoding="utf-8")
    return CliRunner().invoke(build(), ["risk", "--value", str(tmp_path / "lots.csv"), *words])


def test_the_shell_says_what_python_says(tmp_path):
    told = json.loads(asked(tmp_path, GOOD, "--rate", "0.08", "--life", "25", "--delay", "12", "--json").stdout)
    iron = Lot("iron", 1e9, Range(0.08, 0.1, 0.12), 0.8, 0.06, bulk=True)
    found = value([iron, Lot("Dy", 1000, 250, 0.4, 100)], rate=0.08, life=25, delay=12)
    assert [line["value"] for line in told["lines"]] == [line.value for line in found.lines]
    assert [line["high"] for line in told["lines"]] == [line.high for line in found.lines]
    assert told["bulk_share"] == found.bulk_share > 0.99


def test_a_headline_made_of_iron_is_visible_as_such(tmp_path):
    told = asked(tmp_path, GOOD).output
    assert "99.8% of the headline is iron" in told
    assert "10% a year, sold over 20 years that begin after 10" in told
    assert told.index("in situ") < told.index("discounted") < told.index("leaves out")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Dy,W,250,,,,,", "lots.csv, row 2, column 'contained_t': found 'W' (withheld)"),
        ("Dy,10,-1,,,,,", "lots.csv, row 2, column 'price': found -1"),
        ("Dy,10,250,,,perhaps,,", "lots.csv, row 2, column 'bulk': found 'perhaps'; expected yes or no"),
        ("Dy,10,250,,,,300,200", "lots.csv, row 2, price: found 300, 250, 200; expected low, value and high"),
        ("Dy,10,250,1.4,,,,", "value, Dy, recovery: found 1.4"),
        (",10,250,,,,,", "lots.csv, row 2, column 'material': found nothing"),
    ],
)
def test_wrong_lots_are_told_with_their_row(tmp_path, row, said):
    done = asked(tmp_path, LOTS + row + "\n")
    assert isinstance(done.exception, InputError)
    assert said in str(done.exception)
