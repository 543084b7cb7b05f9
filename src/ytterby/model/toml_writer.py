"""Tables as the text of a scenario file: what `toml_text` reads, written so that reading it gives the same tables.

The standard library reads TOML and does not write it. Only what a scenario file may hold is written: texts, numbers,
dates, lists and tables; a list of tables at the top becomes `[[name]]`, other tables stay on their line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_OWN_HEADING = ("assumptions",)


def to_toml(tables: Mapping[str, Any]) -> str:
    """Return the text of `tables`; TypeError for a value that TOML has no word for.

    >>> print(to_toml({"schema": 1, "base": {"year": 2024}, "measure": [{"id": "a", "kind": "ban"}]}))
    schema = 1
    base = { year = 2024 }
    <BLANKLINE>
    [[measure]]
    id = "a"
    kind = "ban"
    <BLANKLINE>
    """
    lines = [f"{_key(k)} = {_value(v, k == 'description')}" for k, v in tables.items() if not _headed(k, v)]
    for name, value in tables.items():
        if _headed(name, value):
            lines += _blocks(name, value)
    return "\n".join(lines) + "\n"


def _headed(name: str, value: Any) -> bool:
    many = isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)
    return many or (name in _OWN_HEADING and isinstance(value, Mapping))


def _blocks(name: str, value: Any) -> Iterator[str]:
    """A table under its own heading, or each of a list of tables."""
    heading, rows = (f"[{_key(name)}]", [value]) if isinstance(value, Mapping) else (f"[[{_key(name)}]]", value)
    for row in rows:
        yield from ("", heading, *(f"{_key(k)} = {_value(v)}" for k, v in row.items()))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any, many_lines: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        if many_lines and "\n" in value:
            return '"""\n' + "\n".join(_text(line)[1:-1] for line in value.split("\n")) + '"""'
        return _text(value)
    if isinstance(value, (date, time)):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(str(k))} = {_value(v)}" for k, v in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    raise TypeError(f"no TOML for {type(value).__name__}")


def _text(value: str) -> str:
    """Return a text in quotes, escaped as JSON and TOML both read it."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
