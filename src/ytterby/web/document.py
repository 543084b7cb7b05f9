"""One scenario as the browser holds it: a ready name or a text, and what was set; form, sliders and TOML are this.

`--set` of the shell and the text are two spellings of one meaning. `written` puts settings into the text, so that the
file one downloads gives the same numbers as the name with its settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ytterby.core.errors import Fault, InputError, nearest, printable
from ytterby.model.scenario import Measure, Scenario, canonical
from ytterby.model.scenario_file import packaged, packaged_text, scenario, whole_text
from ytterby.model.toml_text import MAX_BYTES, parse_toml

LABEL = "scenario.toml"
_BLOCK = re.compile(r"^\s*\[\[measure\]\]\s*(#.*)?$")
_HEADER = re.compile(r"^\s*\[")
_NUMBER = r"[+-]?[0-9][0-9_]*(?:\.[0-9_]+)?(?:[eE][+-]?[0-9]+)?"


class Unknown(InputError):
    """A name of a ready scenario, or of a run, that does not exist."""


@dataclass(frozen=True, slots=True)
class Document:
    """A ready scenario by `name`, or the `text` of one, and "path=value" settings in order."""

    name: str | None = None
    text: str | None = None
    settings: tuple[str, ...] = ()

    def source(self) -> str:
        """Return the text without the settings; a name that is no ready scenario is never read as a path."""
        if self.text is not None:
            return self.text
        if self.name not in packaged():
            given = printable(str(self.name), 60)
            raise Unknown(Fault("scenario", repr(given), "a ready scenario, or a text", nearest(given, packaged())))
        return packaged_text(self.name)

    def scenario(self) -> Scenario:
        """Return the scenario meant, or raise with every fault of the text and the settings."""
        if self.text is None:
            self.source()
            return scenario(str(self.name), set=self.settings)
        if len(self.text.encode()) > MAX_BYTES:
            raise InputError(Fault(LABEL, "a longer text", f"a text of at most {MAX_BYTES // 1024} KB"))
        if "\0" in self.text:
            raise InputError(Fault(LABEL, "binary data", "a text"))
        found = scenario(parse_toml(self.text, LABEL), set=self.settings)
        return replace(found, source_text=self.text, label=LABEL)

    def command(self) -> str:
        """Return the line of the shell that gives the same numbers."""
        import shlex

        what = self.name if self.text is None else LABEL
        return shlex.join(["ytterby", "run", str(what), *(w for s in self.settings for w in ("--set", s))])


def written(document: Document, alone: bool = False) -> str:
    """Return the text with the settings written into it; a `--set` of the shell and this text mean the same.

    What has no place in the file as it is written, such as a number of a measure of the file it extends, makes the
    text a whole one, without `extends`; so does `alone`, for a file that is taken away.
    """
    text: str | None = document.source()
    meant = document.scenario()
    for setting in document.settings:
        text = _put(text, setting) if text is not None else None
    if text is not None and not (alone and "extends" in parse_toml(text, LABEL)) and _means(text, meant):
        return text
    given = str(document.name) if document.text is None else parse_toml(document.text, LABEL)
    whole = whole_text(given, document.settings)
    if not _means(whole, meant):
        raise InputError(Fault(LABEL, "settings that cannot be written into it", "settings beside the file, by --set"))
    return whole


def _means(text: str, meant: Scenario) -> bool:
    return canonical(Document(text=text).scenario()) == canonical(meant)


def described(document: Document) -> dict[str, Any]:
    """Return what a form shows of a document: title, measures with their numbers, text, and the shell's line."""
    found = document.scenario()
    text = written(document)
    return {
        "name": found.name,
        "title": found.title,
        "description": found.description,
        "year": found.year,
        "many": found.time.many,
        "base": {"chain": found.base.chain, "network": found.base.network, "year": found.base.year},
        "measures": [_measure(m, found.year) for m in found.measures],
        "text": text,
        "command": document.command(),
    }


def _measure(m: Measure, year: int) -> dict[str, Any]:
    return {
        "id": m.id,
        "kind": m.kind,
        "title": m.title or m.id,
        "from": m.start.isoformat() if m.start else None,
        "until": m.end.isoformat() if m.end else None,
        "in_force": m.in_force(year),
        "note": m.note,
        "sliders": list(_sliders(m)),
    }


def _sliders(m: Measure) -> Iterable[dict[str, Any]]:
    """The shares of a measure that a slider can move, each with its own path, range and reason."""
    path = f"measure.{m.id}"
    if m.limit is not None and m.limit.share_of_base is not None:
        yield _slider(f"{path}.limit.share_of_base", "allowed, share of base flow", m.limit.share_of_base, m.limit)
    if m.rate is not None and m.rate.ad_valorem is not None:
        yield _slider(f"{path}.rate.ad_valorem", "tax, share of the price", m.rate.ad_valorem, m.rate)
    if m.lost is not None and not m.lost.unit:
        yield _slider(f"{path}.lost.share", "lost, share of base output", m.lost.value, m.lost)


def _slider(path: str, label: str, value: float, given: Any) -> dict[str, Any]:
    most = 1.0 if value <= 1.0 else 2.0 * value
    return {"path": path, "label": label, "value": value, "low": given.low, "high": given.high, "min": 0.0,
            "max": most, "step": 0.01, "why": given.why}  # fmt: skip


def _put(text: str, setting: str) -> str | None:
    """Write one number of a measure into the text, in place of the old one; its range goes, as with --set."""
    path, _, value = setting.partition("=")
    parts = path.strip().split(".")
    if len(parts) != 4 or parts[0] != "measure" or not re.fullmatch(_NUMBER, value.strip()):
        return None
    _, name, table, key = parts
    lines = text.split("\n")
    block = _block(lines, name)
    if block is None:
        return None
    head = re.compile(rf"^\s*{re.escape(table)}\s*=\s*\{{")
    number = re.compile(rf"(\b{re.escape(key)}\s*=\s*){_NUMBER}")
    for at in block:
        if head.match(lines[at]) and number.search(lines[at]):
            line = number.sub(lambda m: m[1] + value.strip(), lines[at], count=1)
            lines[at] = re.sub(rf",\s*(low|high)\s*=\s*{_NUMBER}", "", line)
            return "\n".join(lines)
    return None


def _block(lines: list[str], name: str) -> range | None:
    """Return the lines of the measure of that id."""
    starts = [at for at, line in enumerate(lines) if _BLOCK.match(line)]
    wanted = re.compile(rf'^\s*id\s*=\s*"{re.escape(name)}"')
    for start in starts:
        end = next((at for at in range(start + 1, len(lines)) if _HEADER.match(lines[at])), len(lines))
        if any(wanted.match(line) for line in lines[start:end]):
            return range(start, end)
    return None
