"""Cited figures: one long table of figures, one of sources, and the ways to choose and cite them.

The package is callable: ``ytterby.atlas()`` is short for ``ytterby.atlas.load.load()``, while ``ytterby.atlas.load``
stays importable. Why a package may be called is told in docs/decisions/0001-public-names.md.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _CallablePackage(ModuleType):
    def __call__(self, *args: Any, **options: Any) -> Any:
        from ytterby.atlas.load import load

        return load(*args, **options)


sys.modules[__name__].__class__ = _CallablePackage
