"""cli/app and cli/doctor: one screen for errors we mean, a traceback for bugs, quiet when the reader leaves."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from ytterby.cli import app, doctor
from ytterby.core.errors import Fault, InputError

SHELL = "from ytterby.cli import main; main()"


def shell(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", SHELL, *arguments], capture_output=True, text=True, check=False)


def run_raising(monkeypatch, error: BaseException) -> None:
    """Run `ytterby fail` in this process, where the command raises `error`."""

    def fail() -> None:
        raise error

    def register(typer_app) -> None:
        typer_app.command("fail")(fail)
        typer_app.command("other")(lambda: None)

    monkeypatch.setattr(sys, "argv", ["ytterby", "fail"])
    monkeypatch.setattr(app, "COMMANDS", ())
    build = app.build

    def built():
        made = build()
        register(made)
        return made

    monkeypatch.setattr(app, "build", built)
    app.main()


def test_an_error_we_mean_is_printed_without_traceback_and_exits_2(monkeypatch, capsys):
    with pytest.raises(SystemExit) as left:
        run_raising(monkeypatch, InputError([Fault("a.toml, name", "nothing", "a name")] * 100))
    assert left.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("a.toml, name: found nothing; expected a name.\n")
    assert len(printed.err.splitlines()) <= 24
    assert "Traceback" not in printed.err


def test_a_bug_keeps_its_traceback(monkeypatch):
    with pytest.raises(ZeroDivisionError):
        run_raising(monkeypatch, ZeroDivisionError("a bug"))


def test_version():
    outcome = shell("--version")
    assert outcome.returncode == 0
    assert outcome.stdout == f"ytterby {version('ytterby')}\n"


def test_help_names_every_command():
    outcome = shell("--help")
    assert outcome.returncode == 0
    complete = (Path(app.__file__).parent / "run.py").exists()
    built = app.COMMANDS if complete else [command.name for command in app.build().registered_commands]
    assert len(built) > 0
    for name in built:
        assert f"│ {name} " in outcome.stdout


def test_without_arguments_the_shell_shows_its_help():
    assert "Usage: ytterby" in "".join([shell().stdout, shell().stderr])


def test_a_misspelt_command_gets_the_nearest_one_and_exits_2():
    outcome = shell("docter")
    assert outcome.returncode == 2
    assert "doctor" in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX pipe")
def test_a_reader_that_leaves_early_is_no_error():
    process = subprocess.Popen([sys.executable, "-c", SHELL, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    process.wait()
    assert complaint == b""


def test_a_narrow_terminal_encoding_does_not_stop_the_output():
    program = "from ytterby.cli.app import _never_fail_to_print; _never_fail_to_print(); print('→ §')"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    outcome = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0
    assert outcome.stdout == "? ?\n"


def test_doctor_finds_this_installation_in_order():
    outcome = shell("doctor", "--json")
    assert outcome.returncode == 0, outcome.stderr
    findings = json.loads(outcome.stdout)
    assert findings["healthy"] is True
    assert findings["packages"]["polars"] == version("polars")
    assert findings["atlas"]["with_source"] == findings["atlas"]["figures"] > 0
    lines = doctor.report(findings)
    count = findings["atlas"]["figures"]
    assert f"  checked {count} of {count} figures have a source" in lines


def test_doctor_tells_a_figure_without_source_and_a_missing_package():
    atlas = {"edition": "e", "digest": "d", "figures": 2, "sources": 1, "with_source": 1, "without_source": ["bad-row"]}
    findings = {
        "ytterby": "0", "python": "3.11", "platform": "x", "packages": {"polars": None},
        "extras_missing": {"plot": ["altair"]}, "atlas": atlas, "healthy": False,
    }  # fmt: skip
    text = "\n".join(doctor.report(findings))
    assert "polars     MISSING" in text
    assert "without source: bad-row" in text
    assert 'pip install "ytterby[plot]"' in text
    assert "Something needs attention" in text


def test_doctor_reads_requirements_and_extras():
    core, extras = doctor._requirements(
        ["polars<3,>=1.20", "altair<7,>=6; extra == 'plot'", "pytest; extra == 'dev'", 'ytterby[app]; extra == "all"']
    )
    assert core == ["polars"]
    assert extras == {"plot": ["altair"]}
