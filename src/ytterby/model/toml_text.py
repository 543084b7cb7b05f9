"""Reading a user's TOML file, which may be anything: missing, a folder, binary, huge, or hostile.

A file is small text: it is refused by its size before it is read, then as bytes that are not text, then as TOML that
does not parse, each in one line that names the place.
"""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from ytterby.core.errors import Fault, InputError, printable
from ytterby.model.edge import MAX_DEPTH, show, too_deep

#: The largest file that is read [bytes]; the largest ready scenario is a hundredth of it.
MAX_BYTES = 256 * 1024
_MAX_DOTS = 100  # in a line: a key of thousands of dotted parts takes the parser quadratic time
_AT = re.compile(r"\(at line (\d+), column (\d+)\)")


def read_toml(path: Path, label: str) -> tuple[dict[str, Any], str]:
    """The tables and the text of a TOML file; `label` is how messages call it."""
    text = _text(_bytes(path, label), label)
    return parse_toml(text, label), text


def parse_toml(text: str, label: str) -> dict[str, Any]:
    """The tables of a TOML text; anything that does not parse is one fault with line and column."""
    if not text.strip():
        raise InputError(Fault(label, "an empty file", 'a file that begins with "schema = 1"'))
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _MAX_DOTS:
            raise InputError(
                Fault(f"{label}, line {number}", "a line with over a hundred dots", "lines of ordinary length")
            )
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        raise InputError(_syntax(str(cause), text, label)) from None
    except RecursionError:
        raise InputError(Fault(label, "tables or lists nested without end", f"at most {MAX_DEPTH} levels")) from None
    except ValueError as cause:  # a number of thousands of digits
        found = "a number of thousands of digits" if "digits" in str(cause) else printable(str(cause), 60)
        raise InputError(Fault(label, found, "numbers of ordinary size")) from None
    if too_deep(tables):
        raise InputError(Fault(label, "tables or lists nested too deep", f"at most {MAX_DEPTH} levels"))
    return tables


def _bytes(path: Path, label: str) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(Fault(label, "a folder", "a TOML file"))
        if not stat.S_ISREG(status.st_mode):
            raise InputError(Fault(label, "a device or pipe", "an ordinary TOML file"))
        if status.st_size > MAX_BYTES:
            raise InputError(Fault(label, f"{_size(status.st_size)}", f"a text file of at most {_size(MAX_BYTES)}"))
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)[: MAX_BYTES + 1]
    except FileNotFoundError:
        raise InputError(Fault(label, "no such file", "a TOML file that exists")) from None
    except (OSError, ValueError) as cause:
        reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
        raise InputError(Fault(label, f"a file that cannot be read ({printable(reason, 80)})", "a TOML file")) from None


def _text(data: bytes, label: str) -> str:
    if b"\0" in data:
        raise InputError(Fault(label, "binary data", "a text file in UTF-8"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = data.count(b"\n", 0, cause.start) + 1
        raise InputError(
            Fault(f"{label}, line {line}", f"a byte {show(data[cause.start])} that is not UTF-8", "UTF-8")
        ) from None
    return text.replace("\r\n", "\n")


def _syntax(message: str, text: str, label: str) -> Fault:
    """The parser's message as a fault; "at end of document" becomes the last line that holds something."""
    lines = text.rstrip().split("\n")
    at = _AT.search(message)
    line, column = (int(at[1]), int(at[2])) if at else (len(lines), len(lines[-1]) + 1)
    reason = message.partition(" (at ")[0]
    written = lines[line - 1].strip() if line <= len(lines) else ""
    place = f"{label}, line {line}, column {column}"
    if reason.startswith(("Cannot overwrite", "Cannot declare", "Cannot mutate", "Duplicate")):
        return Fault(place, f"a key or table given twice near {show(written)}", "each key once")
    return Fault(place, show(written), f"TOML ({printable(reason, 80)})")


def _size(count: int) -> str:
    return f"{count / 1024 / 1024:.0f} MB" if count >= 1024 * 1024 else f"{count // 1024} kB"
