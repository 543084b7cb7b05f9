"""Checking claims: a file, a folder of files, a ready name, a mapping or claims themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ytterby.atlas.load import Atlas, load
from ytterby.core.errors import Fault, InputError, nearest
from ytterby.studies.claims.claim_file import claims_of, day
from ytterby.studies.claims.record import Claim, Verdict
from ytterby.studies.claims.verdict import judge

MAX_FILES = 2000


def check(
    what: str | os.PathLike[str] | Mapping[str, Any] | Claim | Iterable[Claim],
    as_of: str | date | None = None,
    viewpoint: str | None = None,
    atlas: Atlas | None = None,
) -> tuple[Verdict, ...]:
    """Return a verdict for each claim.

    `what` is a claim file, a folder of them, a ready name, a mapping, a claim or claims; `as_of` (YYYY-MM-DD) admits
    only editions published by then; `viewpoint` (UN, an ISO3 code, press …) answers status claims by one view, and
    changes nothing else. Bad input is one InputError with every fault.

    >>> found = check({"text": "Niobium is mined in Brazil for the most part.", "test": {"type": "share",
    ...     "material": "Nb", "stage": "mine", "place": "Brazil", "value": 50, "relation": ">", "unit": "%"}})
    >>> found[0].verdict
    'supported'
    """
    atlas = atlas or load()
    known = sorted(set(atlas.site_status["viewpoint"].to_list()) - {"none"})
    if viewpoint is not None and viewpoint.casefold() not in {name.casefold() for name in known}:
        near = nearest(viewpoint, known)
        raise InputError(Fault("viewpoint", repr(viewpoint)[:60], "one of " + ", ".join(known), near))
    until = day(as_of, "as-of")
    return tuple(judge(item, atlas, until, viewpoint) for item in _claims(what))


def _claims(what: str | os.PathLike[str] | Mapping[str, Any] | Claim | Iterable[Claim]) -> list[Claim]:
    if isinstance(what, Claim):
        return [what]
    if isinstance(what, Mapping):
        return list(claims_of(what))
    if isinstance(what, str | os.PathLike):
        path = Path(what)
        return _folder(path) if path.is_dir() else list(claims_of(what))
    return list(what)


def _folder(path: Path) -> list[Claim]:
    files = sorted(path.rglob("*.toml"))[: MAX_FILES + 1]
    if not files or len(files) > MAX_FILES:
        found = "no .toml file" if not files else f"more than {MAX_FILES} files"
        raise InputError(Fault(path.name or str(path), found, "a folder of claim files"))
    claims: list[Claim] = []
    faults: list[Fault] = []
    for file in files:
        try:
            claims += claims_of(file, str(file.relative_to(path)))
        except InputError as error:
            faults += error.faults or [Fault(file.name, str(error), "a claim file")]
    if faults:
        raise InputError(faults)
    return claims
