"""The public names: each exists, is documented, and survives any order of imports."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import ytterby

ROOT = Path(__file__).parent.parent
NAMES = [name for name in ytterby.__all__ if not name.startswith("__")]


@pytest.mark.parametrize("name", ytterby.__all__)
def test_each_name_in_all_exists_and_is_listed(name):
    assert getattr(ytterby, name) is not None
    assert name in dir(ytterby)


@pytest.mark.parametrize("name", NAMES)
def test_each_public_name_can_be_called_and_says_what_it_is_for(name):
    value = getattr(ytterby, name)
    assert callable(value)
    assert (value.__doc__ or "").strip()


def test_thirty_names_at_most_and_the_lazy_table_says_the_same_as_all():
    assert len(NAMES) <= 30
    assert set(ytterby._PLACES) == set(NAMES)
    assert len(set(ytterby.__all__)) == len(ytterby.__all__)


def test_type_checkers_see_the_same_names_in_the_same_places():
    tree = ast.parse(Path(ytterby.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname or alias.name: (line.module, alias.name)
        for line in block.body
        if isinstance(line, ast.ImportFrom)
        for alias in line.names
    }
    for name, (place, attribute) in ytterby._PLACES.items():
        module, found = seen.pop(name)
        assert (module, found) == (place, attribute) or attribute is None
    assert not seen, f"only type checkers see {sorted(seen)}: add them to _PLACES in ytterby/__init__.py"


@pytest.mark.parametrize("name", NAMES)
def test_each_public_name_is_documented(name):
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert f"`yb.{name}" in text, f"add {name} to the table of public names in docs/index.md"


def test_what_is_not_public_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        ytterby.no_such_name  # noqa: B018


@pytest.mark.parametrize(
    "first",
    [
        "import ytterby as yb",
        "import ytterby.atlas.load; import ytterby as yb",
        "import ytterby as yb; yb.atlas(); import ytterby.atlas.load",
        "from ytterby.atlas import load; import ytterby as yb",
        "from ytterby import atlas; import ytterby.atlas.select; import ytterby as yb",
    ],
)
def test_atlas_is_both_a_call_and_a_package_in_any_order(first):
    program = f"{first}\nfrom ytterby.atlas.load import load\nassert yb.atlas().digest == load().digest"
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, f"{outcome.stderr}\nSee docs/decisions/0001-public-names.md"


@pytest.mark.parametrize(
    "first", ["import ytterby as yb", "import ytterby.core.errors; import ytterby as yb", "from ytterby import core"]
)
def test_core_is_both_a_call_and_a_package_in_any_order(first):
    program = (
        f"{first}\nimport ytterby as yb\nimport ytterby.core.units\n"
        "g = yb.Game(('a', 'b'), {('a',): 1, ('b',): 2, ('a', 'b'): 5})\n"
        "assert yb.core(g) == {'a': 2.0, 'b': 3.0}\nassert yb.core.units.convert"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, f"{outcome.stderr}\nSee docs/decisions/0001-public-names.md"
