"""`ytterby doctor`: what is installed, what is missing, and whether every figure has its source."""

from __future__ import annotations

import json
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ytterby.atlas.load import Atlas

_EXTRA = re.compile(r"extra\s*==\s*['\"]([\w-]+)['\"]")
_NOT_FOR_USERS = {"dev", "all"}


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("doctor")(doctor)


def doctor(json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False) -> None:
    """Check this installation: versions, missing extras, the atlas edition, and that every figure has a source."""
    findings = examine()
    if json_out:
        typer.echo(json.dumps(findings, indent=2, sort_keys=True))
    else:
        typer.echo("\n".join(report(findings)))
    if not findings["healthy"]:
        raise typer.Exit(1)


def examine() -> dict[str, Any]:
    """Return what was found: versions by package, missing packages by extra, the atlas, and whether all is well."""
    from ytterby.atlas.load import load

    core, extras = _requirements(requires("ytterby") or [])
    atlas = _examine_atlas(load())
    packages = {name: _version(name) for name in core}
    missing = {extra: [name for name in names if _version(name) is None] for extra, names in extras.items()}
    return {
        "ytterby": version("ytterby"),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": packages,
        "extras_missing": {extra: names for extra, names in missing.items() if names},
        "atlas": atlas,
        "healthy": sys.version_info >= (3, 11) and None not in packages.values() and not atlas["without_source"],
    }


def report(findings: dict[str, Any]) -> list[str]:
    """Return the findings as lines to be read."""
    atlas = findings["atlas"]
    lines = [f"Ytterby {findings['ytterby']} on Python {findings['python']}, {findings['platform']}", "", "Packages"]
    lines += [f"  {name:<10} {found or 'MISSING: pip install ytterby'}" for name, found in findings["packages"].items()]
    lines += ["", "Optional parts not installed" if findings["extras_missing"] else "All optional parts are installed"]
    for extra, names in findings["extras_missing"].items():
        lines.append(f'  {extra:<12} {", ".join(names)}: pip install "ytterby[{extra}]"')
    lines += ["", f"Atlas edition {atlas['edition']}, digest {atlas['digest']}"]
    lines.append(f"  checked {atlas['with_source']} of {atlas['figures']} figures have a source")
    lines += [f"  without source: {name}" for name in atlas["without_source"][:10]]
    lines += ["", "Everything is in order." if findings["healthy"] else "Something needs attention: see above."]
    return lines


def _examine_atlas(atlas: Atlas) -> dict[str, Any]:
    known = set(atlas.sources["id"].to_list())
    rows = atlas.figures.select("id", "source", "edition", "locator").iter_rows()
    without = [name for name, source, edition, locator in rows if source not in known or not edition or not locator]
    return {
        "edition": atlas.edition,
        "digest": atlas.digest,
        "figures": atlas.figures.height,
        "sources": atlas.sources.height,
        "with_source": atlas.figures.height - len(without),
        "without_source": without,
    }


def _requirements(lines: list[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Split the package's declared requirements into the core ones and those of each extra."""
    core: list[str] = []
    extras: dict[str, list[str]] = {}
    for line in lines:
        name = re.split(r"[^\w.-]", line, maxsplit=1)[0]
        extra = _EXTRA.search(line)
        if extra is None:
            core.append(name)
        elif extra[1] not in _NOT_FOR_USERS and name != "ytterby":
            extras.setdefault(extra[1], []).append(name)
    return core, extras


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
