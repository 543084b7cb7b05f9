"""Importing does nothing: no heavy library, no file written, nothing printed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("polars", "numpy", "scipy", "highspy", "piqp", "clarabel", "pydantic", "pandas", "altair", "typer", "rich")
LIGHT = ("core.errors", "core.terms", "core.units", "core.elements", "indicators.concentration")
PROGRAM = """
import sys
{statement}
heavy = [name for name in {heavy!r} if name in sys.modules]
assert not heavy, f"{statement} loads {{heavy}}: import them in the function that needs them"
"""


def python(program: str, place: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(place), "PYTHONDONTWRITEBYTECODE": "1", "XDG_CACHE_HOME": str(place)}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("statement", ["import ytterby", *(f"import ytterby.{name}" for name in LIGHT)])
def test_importing_loads_no_heavy_library_writes_no_file_and_prints_nothing(statement, tmp_path):
    outcome = python(PROGRAM.format(statement=statement, heavy=HEAVY), tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout == outcome.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_the_shell_loads_no_solver_and_no_tables_for_its_help(tmp_path):
    statement = "from ytterby.cli.app import build; build()"
    heavy = [name for name in HEAVY if name not in ("typer", "rich")]
    outcome = python(PROGRAM.format(statement=statement, heavy=heavy), tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_check_can_fail(tmp_path):
    outcome = python(PROGRAM.format(statement="import numpy", heavy=HEAVY), tmp_path)
    assert outcome.returncode == 1
    assert "import them in the function that needs them" in outcome.stderr
