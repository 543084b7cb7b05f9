"""The documents tell the truth: examples run, commands and links exist, versions agree.

In README.md and docs/*.md (not docs/decisions) every ```python block runs, the blocks of a page in one namespace and an
empty folder, and every line `$ ytterby …` of a ```console block runs in that folder too and must leave with code 0
(or with N, when the line ends in `# exit N`). Text below a command must be in its output, line by line; a line that
holds … is not compared. To exempt a block, write <!-- not run: why --> on the line before it.

As long as there is no `ytterby run`, examples that need an unbuilt command, name or page are skipped; from the moment
there is, nothing is.
"""

import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import ytterby
from ytterby.cli.app import COMMANDS, build

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(?P<before>[^\n]*)\n```(?P<kind>\w+)[^\n]*\n(?P<text>.*?)\n```", re.DOTALL)
LATER = ("tutorial", "method", "data")
LINK = re.compile(r"\[[^\]]+\]\((?!https?:|mailto:|#)([^)#\s]+)")
BUILT = (ROOT / "src" / "ytterby" / "cli" / "run.py").exists()
SHELL = "from ytterby.cli import main; main()"


def blocks(page: Path, kind: str) -> list[str]:
    found = BLOCK.finditer("\n" + page.read_text(encoding="utf-8"))
    return [
        block["text"] for block in found if block["kind"] == kind and not block["before"].startswith("<!-- not run")
    ]


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Split a console block into its commands, each with the lines shown below it."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:].strip(), []))
        elif found and line.strip():
            found[-1][1].append(line.strip())
    return found


def check_command(line: str, shown: list[str], place: Path) -> None:
    words = shlex.split(line, comments=True)
    if words[0] != "ytterby":
        return
    expected = int(match[1]) if (match := re.search(r"#\s*exit (\d+)\s*$", line)) else 0
    program = [sys.executable, "-c", SHELL, *words[1:]]
    outcome = subprocess.run(program, cwd=place, capture_output=True, text=True, check=False, timeout=120)
    assert outcome.returncode == expected, f"{line}\nleft with {outcome.returncode}:\n{outcome.stderr[-2000:]}"
    printed = " ".join((outcome.stdout + outcome.stderr).split())
    missing = [text for text in shown if "…" not in text and " ".join(text.split()) not in printed]
    assert not missing, f"{line}\nno longer prints {missing}: write the new output into the document\n{outcome.stdout}"


def skip_unbuilt(wanted: set[str], built: set[str]) -> None:
    if not BUILT and wanted - built:
        pytest.skip(f"not built yet: {', '.join(sorted(wanted - built))}")


def with_examples(kind: str) -> list[Path]:
    return [page for page in PAGES if blocks(page, kind)]


@pytest.mark.parametrize("page", with_examples("python"), ids=lambda page: page.name)
def test_python_examples_run(page, tmp_path, monkeypatch):
    wanted = {name for text in blocks(page, "python") for name in re.findall(r"\byb\.(\w+)", text)}
    skip_unbuilt(wanted, set(ytterby.__all__))
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    for number, text in enumerate(blocks(page, "python"), 1):
        code = compile(text, f"{page.name}, python block {number}", "exec")
        exec(code, namespace)


@pytest.mark.parametrize("page", with_examples("console"), ids=lambda page: page.name)
def test_console_examples_run(page, tmp_path):
    wanted = {name for text in blocks(page, "console") for name in re.findall(r"^\$ ytterby (\w+)", text, re.MULTILINE)}
    skip_unbuilt(wanted, {command.name or "" for command in build().registered_commands})
    for text in blocks(page, "console"):
        for line, shown in commands(text):
            check_command(line, shown, tmp_path)


def test_the_readme_has_examples_of_both_kinds():
    assert blocks(ROOT / "README.md", "python")
    assert blocks(ROOT / "README.md", "console")


def test_every_command_is_documented_and_says_what_it_does():
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"`ytterby {name}" in text, f"add `ytterby {name}` to the table of commands in docs/index.md"
    for command in build().registered_commands:
        assert (command.help or (command.callback and command.callback.__doc__) or "").strip(), command.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    broken = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    skip_unbuilt(set(broken) & {f"{folder}{name}.md" for folder in ("", "docs/") for name in LATER}, set())
    assert not broken, f"{page.name} links to {broken}, which do not exist"


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version("ytterby") == project
    assert f"\nversion: {project}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {project}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_reader_of_console_blocks_can_fail(tmp_path):
    with pytest.raises(AssertionError, match="left with 2"):
        check_command("ytterby no-such-command", [], tmp_path)
    with pytest.raises(AssertionError, match="no longer prints"):
        check_command("ytterby --version", ["ytterby 99"], tmp_path)
    check_command("ytterby no-such-command  # exit 2", ["No such command"], tmp_path)


def test_the_licence_is_the_full_text():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in text
    assert "END OF TERMS AND CONDITIONS" in text
