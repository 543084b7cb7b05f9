"""The words everyone speaks: errors, elements, units, tables with schemas, and the glossary.

Called, the package gives a point of the core of a game (`ytterby.games.nucleolus.core`): one name, two meanings. Why
is told in docs/decisions/0001-public-names.md.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _CallablePackage(ModuleType):
    def __call__(self, *args: Any, **options: Any) -> dict[str, float]:
        # By name, as the table of public names does: nothing in this folder knows what games are.
        found: dict[str, float] = import_module("ytterby.games.nucleolus").core(*args, **options)
        return found


sys.modules[__name__].__class__ = _CallablePackage
