"""Cited figures: one long table of figures, one of sources, and the ways to choose and cite them.

The package is callable: ``ytterby.atlas()`` is ``ytterby.atlas.load()``, the embedded atlas. Why a package may be
called is told in docs/decisions/0001-public-names.md.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

# The function wins over the module of the same name; `from ytterby.atlas.load import load` gives it as well.
from ytterby.atlas.load import Atlas, load

__all__ = ["Atlas", "load"]


class _CallablePackage(ModuleType):
    def __call__(self, *args: Any, **options: Any) -> Atlas:
        return load(*args, **options)


sys.modules[__name__].__class__ = _CallablePackage
