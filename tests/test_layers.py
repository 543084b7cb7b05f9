"""The house stands: imports point down one stair, third parties stay behind their fences, only shells print.

The checks read the source with `ast`, so imports inside functions and under TYPE_CHECKING count as well. Each failure
says what to do. The last tests put faults into a made-up tree to show that every check can fail.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "src" / "ytterby"
STAIR = (
    "core", "atlas", "indicators", "solver", "model", "games", "studies", "scenarios", "show", "cli", "web",
)  # fmt: skip
SHELLS = {"cli", "web"}
# Third party -> the folders that may import it.
FENCES = {
    "piqp": {"solver"},
    "clarabel": {"solver"},
    "highspy": {"solver"},
    "numba": {"solver"},
    "typer": {"show", "cli", "web"},
    "rich": {"show", "cli"},
    "fastapi": {"show", "web"},
    "uvicorn": {"show", "web"},
    "starlette": {"show", "web"},
    "altair": {"show"},
    "xlsxwriter": {"show"},
    "pandas": set(),
    "socket": {"web"},
    "urllib": {"atlas", "cli"},
}
BAD_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
LONGEST_FUNCTION = 100
LONGEST_FILE = 400
# Streamed tables are larger than memory: their cells are rounded, then sorted.
UNORDERED = {"indicators.streaming"}


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name, whether it is a package, and its syntax tree."""

    name: str
    package: bool
    tree: ast.Module
    text: str

    @property
    def folder(self) -> str:
        """The first folder under ytterby, or "" for the top."""
        return [*self.name.split("."), ""][1]


def read(root: Path) -> dict[str, Module]:
    modules = {}
    for path in sorted(root.rglob("*.py")):
        parts = ["ytterby", *path.relative_to(root).with_suffix("").parts]
        package = parts[-1] == "__init__"
        text = path.read_text(encoding="utf-8")
        name = ".".join(parts[:-1] if package else parts)
        modules[name] = Module(name, package, ast.parse(text), text)
    return modules


def imports(module: Module, modules: dict[str, Module]) -> Iterator[tuple[str, int]]:
    """Yield each imported module and its line; `from ytterby.model import network` is the module network."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.name.split(".")
                parts = parts[: len(parts) - node.level + module.package]
                base = ".".join([*parts, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield (inner if inner in modules else base), node.lineno


def wrong_direction(modules: dict[str, Module]) -> list[str]:
    faults = []
    for module in modules.values():
        for target, line in imports(module, modules):
            if not target.startswith("ytterby") or module.name == "ytterby":
                continue
            folder = [*target.split("."), ""][1]
            place = f"{module.name}, line {line}: imports {target}"
            if target == "ytterby":
                faults.append(f"{place}. Import from the module that defines the name, not from the package.")
            elif folder not in STAIR or module.folder not in STAIR:
                faults.append(f"{place}. A folder is not on the stair: add it to STAIR here and to docs/index.md.")
            elif STAIR.index(folder) > STAIR.index(module.folder) or (
                {folder, module.folder} == SHELLS and folder != module.folder
            ):
                faults.append(
                    f"{place}. {module.folder} stands before {folder}: move the shared idea down, or pass it in."
                )
    return faults


def cycles(modules: dict[str, Module]) -> list[str]:
    graph = {
        name: {target for target, _ in imports(module, modules) if target in modules and target != name}
        for name, module in modules.items()
        if name != "ytterby"
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        return [f"import cycle: {' -> '.join(cycle.args[1])}. If two modules need each other, a third idea is missing."]
    return []


def climbed_fences(modules: dict[str, Module]) -> list[str]:
    return [
        f"{module.name}, line {line}: imports {target}. "
        f"Only {', '.join(sorted(allowed)) or 'nobody'} may: go through that folder instead."
        for module in modules.values()
        for target, line in imports(module, modules)
        if (allowed := FENCES.get(target.split(".")[0])) is not None and module.folder not in allowed
    ]


def prints(modules: dict[str, Module]) -> list[str]:
    return [
        f"{module.name}, line {node.lineno}: calls {node.func.id}(). Return the value; shells print and set exit codes."
        for module in modules.values()
        if module.folder not in SHELLS
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input", "exit")
    ]


def bad_names(modules: dict[str, Module]) -> list[str]:
    return [
        f"{name}: name the idea the module holds, not '{name.split('.')[-1]}'."
        for name in modules
        if name.split(".")[-1] in BAD_NAMES
    ]


def too_long(modules: dict[str, Module]) -> list[str]:
    faults = []
    for module in modules.values():
        code = [line for line in module.text.splitlines() if line.strip() and not line.strip().startswith("#")]
        if len(code) > LONGEST_FILE:
            faults.append(f"{module.name}: {len(code)} lines of code. Split it by idea (at most {LONGEST_FILE}).")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION:
                faults.append(f"{module.name}, line {node.lineno}: {node.name} is too long. Name its steps.")
    return faults


def unordered(modules: dict[str, Module]) -> list[str]:
    """Rows in any order are added up in any order, so the last digit of a sum differs from run to run."""
    return [
        f"{module.name}, line {node.lineno}: {node.func.attr} without maintain_order. Same input, the same bytes."
        for module in modules.values()
        if module.name.removeprefix("ytterby.") not in UNORDERED
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _any_order(node, node.func.attr)
    ]


def _any_order(call: ast.Call, name: str) -> bool:
    words = {word.arg: ast.unparse(word.value) for word in call.keywords}
    of_tables = name == "group_by" or (name == "join" and words.keys() & {"on", "left_on", "how"})
    return bool(of_tables) and "maintain_order" not in words and words.get("how") != "'cross'"


CHECKS = (wrong_direction, cycles, climbed_fences, prints, bad_names, too_long, unordered)


@pytest.fixture(scope="module")
def house() -> dict[str, Module]:
    return read(ROOT)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_stands(check, house):
    faults = check(house)
    assert not faults, "\n" + "\n".join(faults)


def test_every_folder_is_on_the_stair(house):
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert folders <= set(STAIR), f"not on the stair: {folders - set(STAIR)}"
    assert len(house) > 10


@pytest.mark.parametrize(
    ("check", "files", "says"),
    [
        (wrong_direction, {"core/a.py": "from ytterby.model import b", "model/b.py": ""}, "core stands before model"),
        (wrong_direction, {"core/a.py": "def f():\n    import ytterby.cli.app"}, "core stands before cli"),
        (wrong_direction, {"model/a.py": "from ytterby import convert"}, "not from the package"),
        (wrong_direction, {"cli/a.py": "import ytterby.web.b"}, "cli stands before web"),
        (wrong_direction, {"web/a.py": "import ytterby.cli.b"}, "web stands before cli"),
        (wrong_direction, {"attic/a.py": "import ytterby.core.b"}, "not on the stair"),
        (wrong_direction, {"core/a.py": "from ..model import b", "model/__init__.py": ""}, "core stands before model"),
        (cycles, {"core/a.py": "from . import b", "core/b.py": "from ytterby.core.a import x"}, "import cycle"),
        (
            cycles,
            {"core/a.py": "import ytterby.core.b", "core/b.py": "if TYPE_CHECKING:\n    from ytterby.core.a import x"},
            "import cycle",
        ),
        (climbed_fences, {"model/a.py": "def f():\n    import highspy"}, "Only solver may"),
        (climbed_fences, {"atlas/a.py": "from rich.table import Table"}, "Only cli, show may"),
        (climbed_fences, {"show/a.py": "import pandas as pd"}, "Only nobody may"),
        (prints, {"model/a.py": "def f():\n    print(1)"}, "line 2: calls print()"),
        (bad_names, {"model/helpers.py": ""}, "name the idea"),
        (too_long, {"model/a.py": "def f():\n" + "    x = 1\n" * 120}, "f is too long"),
        (too_long, {"model/a.py": "x = 1\n" * 401}, "401 lines"),
        (unordered, {"show/a.py": "f.group_by('a').agg(b)"}, "group_by without maintain_order"),
        (unordered, {"show/a.py": "', '.join(words)\nf.join(g, on='a')"}, "line 2: join without maintain_order"),
    ],
)
def test_each_check_can_fail(check, files, says, tmp_path):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    faults = check(read(tmp_path))
    assert len(faults) == 1
    assert says in faults[0]
