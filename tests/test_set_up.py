"""tools/set_up.sh: on a machine that lacks something, the message says what and how to get it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(os.name == "nt", reason="a POSIX shell script")

TOO_OLD = 'case "$*" in *version_info*) exit 1;; *--version*) echo "Python 3.9.2";; esac'
WITHOUT_VENV = 'case "$*" in *ensurepip*) exit 1;; *print*) echo 3.12;; *) exit 0;; esac'


@pytest.fixture
def machine(tmp_path):
    """Return a function that runs the script on a machine with these commands only; it must change nothing."""
    (tmp_path / "project" / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "set_up.sh", tmp_path / "project" / "tools")
    path = tmp_path / "bin"
    path.mkdir()
    dirname = shutil.which("dirname")
    assert dirname is not None
    (path / "dirname").symlink_to(dirname)

    def run(commands: dict[str, str]) -> subprocess.CompletedProcess[str]:
        for name, body in commands.items():
            (path / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
            (path / name).chmod(0o755)
        script = tmp_path / "project" / "tools" / "set_up.sh"
        outcome = subprocess.run(
            ["/bin/sh", str(script)], env={"PATH": str(path)}, capture_output=True, text=True, check=False
        )
        assert not (tmp_path / "project" / ".venv").exists()
        return outcome

    return run


def test_an_old_python_is_named_with_the_way_to_a_newer_one(machine):
    outcome = machine({"python3": TOO_OLD})
    assert outcome.returncode == 1
    assert "needs Python 3.11 or newer; found: Python 3.9.2" in outcome.stderr
    assert "sudo apt install python3" in outcome.stderr


def test_no_python_at_all(machine):
    outcome = machine({})
    assert outcome.returncode == 1
    assert "needs Python 3.11 or newer" in outcome.stderr


def test_a_python_without_venv_names_the_package(machine):
    outcome = machine({"python3": WITHOUT_VENV})
    assert outcome.returncode == 1
    assert "venv module" in outcome.stderr
    assert "sudo apt install python3-venv     (or python3.12-venv)" in outcome.stderr


def test_an_environment_that_cannot_be_made_says_so(machine):
    outcome = machine({"python3": 'case "$*" in "-m venv .venv") exit 1;; *) exit 0;; esac', "rm": "exit 0"})
    assert outcome.returncode == 1
    assert "python3 could not make .venv" in outcome.stderr
