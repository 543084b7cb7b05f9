"""What a scenario means, as text, whatever its file looks like; and a digest of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any


def canonical(scenario: Any) -> str:
    """Everything a scenario means, as sorted JSON: two files that mean the same give the same text."""
    aside = ("label", "source_text", "overrides")
    meaning: dict[str, Any] = {k: _said(v) for k, v in asdict(scenario).items() if k not in aside}
    if scenario.base.redraw is None:
        del meaning["base"]["redraw"]
    for name in ("recycling", "growth", "entry"):
        if not meaning[name]:
            del meaning[name]
    return json.dumps(meaning, sort_keys=True, default=str, ensure_ascii=False, allow_nan=False)


def _said(value: object) -> object:
    """A value without the distributions that nobody gave: a file that says nothing of them keeps its fingerprint."""
    if isinstance(value, dict):
        return {k: _said(v) for k, v in value.items() if k != "dist" or v}
    return [_said(v) for v in value] if isinstance(value, (list, tuple)) else value


def fingerprint(scenario: Any) -> str:
    """SHA-256 of `canonical`, for the input hash of a result."""
    return hashlib.sha256(canonical(scenario).encode()).hexdigest()
