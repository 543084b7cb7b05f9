"""Claim files: TOML in and out. All faults of a file are reported at once, each with its place.

A file holds one claim at its top, or several as `[[claim]]`. Attribution (`said_by`, `said_on`, `in`), subject and test
(`[test]`) stay apart; `wording = [{ term = "dominate", threshold = 60 }]` overrides how a vague word is read.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ytterby.atlas.load import load
from ytterby.atlas.materials import find as find_material
from ytterby.atlas.places import iso3
from ytterby.atlas.words import MEASURES, STAGES
from ytterby.core.errors import Fault, InputError, nearest, printable
from ytterby.model.toml_text import parse_toml, read_toml
from ytterby.studies.claims.record import REASONS, RELATIONS, TYPES, Claim, Test, Wording, test_values
from ytterby.studies.claims.regions import is_region

_TOP = ("schema", "claim", "title", "source", "text", "said_by", "said_on", "in", "id", "test", "wording")
_OWN = ("text", "said_by", "said_on", "in", "id", "test", "wording")
_TEST = tuple(item.name for item in fields(Test))
_NUMBERS = ("value", "low", "high")
_YEARS = ("year", "since")
_PLACES = ("place", "other")
_ACTIONS = ("control", "ban", "suspension", "un vote", "in force", "suspended", "critical", "strategic",
            "without")
_UNITS = ("t", "%", "USD/kg", "USD/mtu", "USD", "Mm3", "ct", "USD/ct")
MAX_CLAIMS = 5000


def claims_of(what: str | os.PathLike[str] | Mapping[str, Any], label: str | None = None) -> tuple[Claim, ...]:
    """Return the claims of a file, a ready name or a mapping; every fault in one InputError."""
    tables, place, folder = _tables(what, label)
    return _read(tables, place, folder)


def claim(what: str | os.PathLike[str] | Mapping[str, Any]) -> Claim:
    """Return the one claim of a file, a ready name or a mapping; InputError with every fault, or if there are several.

    >>> claim({"text": "China mines half of it.", "test": {"type": "share", "material": "REE", "place": "China",
    ...        "stage": "mine", "value": 50, "unit": "%"}}).test.place
    ('CHN',)
    """
    found = claims_of(what)
    if len(found) != 1:
        raise InputError(Fault("claim", f"{len(found)} claims", "one; use check for several"))
    return found[0]


def ready() -> tuple[str, ...]:
    """Return the names of the claim files that come with the package."""
    return tuple(sorted(path.stem for path in _ready_folder().glob("*.toml")))


def _ready_folder() -> Path:
    return Path(__file__).parent.parent.parent / "scenarios" / "claims"


def _tables(
    what: str | os.PathLike[str] | Mapping[str, Any], label: str | None
) -> tuple[Mapping[str, Any], str, Path | None]:
    if isinstance(what, Mapping):
        return what, label or "claim", None
    path = Path(what)
    if isinstance(what, str) and what in ready():
        path = _ready_folder() / f"{what}.toml"
    elif not path.suffix and not path.exists():
        near = nearest(str(what), ready())
        raise InputError(Fault("claim", repr(str(what)), "a claim file, a folder or a ready claim", near))
    return read_toml(path, label or path.name)[0], label or path.name, path.parent


def _read(tables: Mapping[str, Any], place: str, folder: Path | None) -> tuple[Claim, ...]:
    faults: list[Fault] = []
    _keys(tables, _TOP, place, faults)
    if tables.get("schema", 1) != 1:
        faults.append(Fault(f"{place}, schema", repr(tables["schema"]), "1"))
    several = tables.get("claim")
    if several is not None and not (isinstance(several, list) and all(isinstance(row, Mapping) for row in several)):
        faults.append(Fault(f"{place}, claim", "something else", "tables written as [[claim]]"))
        several = []
    if several is not None and len(several) > MAX_CLAIMS:
        raise InputError(Fault(place, f"{len(several)} claims", f"at most {MAX_CLAIMS} in a file"))
    found = []
    if several is None:
        found.append(_claim(tables, place, folder, faults, "claim"))
    else:
        for at, row in enumerate(several, 1):
            spot = f"{place}, claim {at}"
            _keys(row, _OWN, spot, faults)
            found.append(_claim(row, spot, folder, faults, f"claim-{at}"))
    if faults:
        raise InputError(faults)
    if not found:
        raise InputError(Fault(place, "no claim", "a text with a [test], or [[claim]] tables"))
    return tuple(item for item in found if item is not None)


def _claim(row: Mapping[str, Any], place: str, folder: Path | None, faults: list[Fault], name: str) -> Claim | None:
    before = len(faults)
    text = _text(row, "text", place, faults, required=True)
    test = row.get("test")
    if not isinstance(test, Mapping):
        faults.append(Fault(f"{place}, test", "nothing" if test is None else "something else", "a table [test]"))
        return None
    read = _test(test, f"{place}, test", folder, faults)
    wording = _wording(row.get("wording", []), f"{place}, wording", faults)
    said_on = row.get("said_on")
    on = said_on.isoformat() if isinstance(said_on, date) else _text(row, "said_on", place, faults)
    by, where = _text(row, "said_by", place, faults), _text(row, "in", place, faults)
    ident = _text(row, "id", place, faults) or name
    if read is None or len(faults) > before:
        return None
    return Claim(text or "", read, by, on, where, wording, ident)


def _test(row: Mapping[str, Any], place: str, folder: Path | None, faults: list[Fault]) -> Test | None:
    before = len(faults)
    _keys(row, _TEST, place, faults)
    values: dict[str, Any] = {}
    kind = _word(row, "type", tuple(TYPES), place, faults, required=True)
    values["stage"] = _word(row, "stage", tuple(STAGES), place, faults)
    values["measure"] = _word(row, "measure", (*MEASURES, "value"), place, faults)
    values["relation"] = _word(row, "relation", RELATIONS, place, faults) or "="
    values["unit"] = _word(row, "unit", _UNITS, place, faults)
    values["field"] = _word(row, "field", ("title", "control"), place, faults)
    values["action"] = _word(row, "action", _ACTIONS, place, faults)
    values["reason"] = _word(row, "reason", tuple(REASONS), place, faults)
    for key in ("product", "region", "holder", "facility", "date", "source", "edition"):
        values[key] = row[key].isoformat() if isinstance(row.get(key), date) else _text(row, key, place, faults)
    for key in _NUMBERS:
        values[key] = _number(row, key, place, faults)
    for key in _YEARS:
        values[key] = _year(row, key, place, faults)
    for key in _PLACES:
        values[key] = _places(row.get(key), f"{place}, {key}", faults)
    values["material"] = _material(row, place, faults)
    values["transcript"] = _transcript(row, place, folder, faults)
    _order(values, place, faults)
    if kind != "status" and values["source"]:
        _source(values["source"], f"{place}, source", faults)
    return Test(kind or "quantity", **values) if len(faults) == before else None


def _source(name: str, place: str, faults: list[Fault]) -> None:
    """Refuse the beginning of no source's id, against which every claim would be without data."""
    known = tuple(sorted(load().sources["id"].to_list()))
    if not any(ident.startswith(name) for ident in known):
        expected = "a source of the atlas, or how its id begins (ytterby sources lists them)"
        faults.append(Fault(place, repr(printable(name, 60)), expected, nearest(name, known)))


def _order(values: Mapping[str, Any], place: str, faults: list[Fault]) -> None:
    numbers = [values[key] for key in ("low", "value", "high") if values[key] is not None]
    if numbers != sorted(numbers):
        faults.append(Fault(place, f"low, value, high = {numbers}", "low <= value <= high"))


def _keys(row: Mapping[str, Any], known: tuple[str, ...], place: str, faults: list[Fault]) -> None:
    for key in row:
        if key not in known:
            faults.append(Fault(place, f"key {key!r}", "one of " + ", ".join(known), nearest(str(key), known)))


def _text(row: Mapping[str, Any], key: str, place: str, faults: list[Fault], required: bool = False) -> str | None:
    value = row.get(key)
    if value is None and not required:
        return None
    if not isinstance(value, str) or (required and not value.strip()) or len(value) > 20_000:
        faults.append(Fault(f"{place}, {key}", "nothing" if value is None else repr(value)[:60], "a text"))
        return None
    return value


def _word(
    row: Mapping[str, Any], key: str, known: tuple[str, ...], place: str, faults: list[Fault], required: bool = False
) -> str | None:
    value = row.get(key)
    if value is None and not required:
        return None
    if not isinstance(value, str) or value not in known:
        near = nearest(value, known) if isinstance(value, str) else None
        found = "nothing" if value is None else repr(value)[:60]
        faults.append(Fault(f"{place}, {key}", found, "one of " + ", ".join(known), near))
        return None
    return value


def _number(row: Mapping[str, Any], key: str, place: str, faults: list[Fault]) -> float | None:
    value = row.get(key)
    if value is None:
        return None
    good = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18
    if not good or not math.isfinite(value):
        faults.append(Fault(f"{place}, {key}", repr(value)[:60], "a finite number below 1e18"))
        return None
    return float(value)


def _year(row: Mapping[str, Any], key: str, place: str, faults: list[Fault]) -> int | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1800 <= value <= 2200:
        faults.append(Fault(f"{place}, {key}", repr(value)[:60], "a year"))
        return None
    return value


def _places(value: Any, place: str, faults: list[Fault]) -> tuple[str, ...]:
    if value is None:
        return ()
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        faults.append(Fault(place, repr(value)[:60], "a country, or a list of them"))
        return ()
    found = []
    for name in names:
        try:
            found.append(name if name in ("EU27", "ROW") or is_region(name) else iso3(name, place))
        except InputError as error:
            faults += error.faults
    return tuple(found)


def _material(row: Mapping[str, Any], place: str, faults: list[Fault]) -> str | None:
    word = _text(row, "material", place, faults)
    if word is None:
        return None
    found = find_material(word)
    if found is None:
        from ytterby.atlas.materials import material_id

        try:
            return material_id(word, f"{place}, material")
        except InputError as error:
            faults += error.faults
    return found


def _transcript(row: Mapping[str, Any], place: str, folder: Path | None, faults: list[Fault]) -> str | None:
    """The words of a transcript: the text itself, or the name of a text file beside the claim file.

    A claim that is no file on disk (a mapping, a text) has no folder and opens nothing.
    """
    text = row.get("transcript")
    if text is None:
        return None
    if not isinstance(text, str):
        faults.append(Fault(f"{place}, transcript", repr(text)[:60], "a text, or the name of a text file beside it"))
        return None
    if text.endswith(".txt") and "\n" not in text and len(text) < 200:
        if folder is None:
            expected = "the words themselves: only a claim file can name a text file beside it"
            faults.append(Fault(f"{place}, transcript", repr(text), expected))
            return None
        if Path(text).name != text or (folder / text).resolve().parent != folder.resolve():
            faults.append(Fault(f"{place}, transcript", repr(text), "the name of a file in the same folder"))
            return None
        from ytterby.studies.claims.article import text_of_file

        try:
            return text_of_file(folder / text)
        except InputError as error:
            faults += error.faults or [Fault(f"{place}, transcript", repr(text), "a text file that can be read")]
            return None
    return text[:2_000_000]


def _wording(rows: Any, place: str, faults: list[Fault]) -> tuple[Wording, ...]:
    rows = [rows] if isinstance(rows, Mapping) else rows
    if not isinstance(rows, list):
        faults.append(Fault(place, repr(rows)[:60], "tables with term and threshold"))
        return ()
    found = []
    for row in rows:
        good = isinstance(row, Mapping) and set(row) == {"term", "threshold"} and isinstance(row["term"], str)
        threshold = _number(row, "threshold", place, faults) if good else None
        if threshold is None:
            faults.append(Fault(place, repr(row)[:60], "term and threshold, a word and a number"))
        else:
            found.append(Wording(row["term"], threshold))
    return tuple(found)


def to_toml(claims: tuple[Claim, ...], title: str) -> str:
    """Return a claim file that reads back as the same claims, for a person to correct and run again."""
    lines = ["schema = 1", f"title = {_quoted(title)}"]
    for item in claims:
        lines += ["", "[[claim]]", f"id = {_quoted(item.id)}", f"text = {_quoted(item.text)}"]
        for key, value in (("said_by", item.said_by), ("said_on", item.said_on), ("in", item.where)):
            if value:
                lines.append(f"{key} = {_quoted(value)}")
        if item.wording:
            rows = ", ".join(f"{{ term = {_quoted(w.term)}, threshold = {w.threshold!r} }}" for w in item.wording)
            lines.append(f"wording = [{rows}]")
        lines.append("[claim.test]")
        lines += [f"{key} = {_value(value)}" for key, value in test_values(item.test).items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic TOML string: JSON's, with the escapes that TOML knows; lone surrogates cannot stand in it."""
    clean = "".join(char if not 0xD800 <= ord(char) <= 0xDFFF else "\ufffd" for char in text)
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(_quoted(str(item)) for item in value) + "]"
    return repr(value)


def day(text: str | date | None, place: str = "date") -> date | None:
    """Return a date from YYYY-MM-DD; InputError for anything else."""
    if text is None or isinstance(text, date):
        return text.date() if isinstance(text, datetime) else text
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(Fault(place, repr(text)[:60], "a date such as 2024-06-30")) from None


def parse(text: str, label: str = "claims") -> tuple[Claim, ...]:
    """Return the claims of a TOML text."""
    return _read(parse_toml(text, label), label, None)
