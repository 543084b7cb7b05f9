"""Ytterby: who has a critical mineral, at which stage, who depends on whom, and what a closed or opened door changes.

>>> import ytterby as yb
>>> print(yb.convert("310 t Dy2O3", to="t Dy"))
270.1 t Dy

Importing this package reads no file and loads no heavy library: each public name is fetched from its module on first use.
"""  # noqa: E501

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ytterby.atlas.cite import cite
    from ytterby.atlas.load import load as atlas
    from ytterby.atlas.select import select as facts
    from ytterby.core.errors import YtterbyError
    from ytterby.core.units import convert
    from ytterby.games.game import Game
    from ytterby.games.nucleolus import core, nucleolus
    from ytterby.games.values import shapley
    from ytterby.indicators.concentration import hhi
    from ytterby.indicators.eu_criticality import eu_criticality
    from ytterby.indicators.geopolrisk import geopolrisk
    from ytterby.indicators.reliance import import_reliance, nir
    from ytterby.indicators.usgs_risk import usgs_risk
    from ytterby.indicators.valuation import value
    from ytterby.model.base import network
    from ytterby.model.run import run
    from ytterby.model.scenario_file import scenario
    from ytterby.show.report import report
    from ytterby.studies.backtest.score import backtest
    from ytterby.studies.claims.checking import check
    from ytterby.studies.claims.claim_file import claim
    from ytterby.studies.claims.reading import read
    from ytterby.studies.deals.records import Deal
    from ytterby.studies.deals.study import deal
    from ytterby.studies.ensemble import ensemble
    from ytterby.studies.sensitivity import sensitivity

# Public name -> the module it lives in, and its name there; None stands for the module itself.
_PLACES: dict[str, tuple[str, str | None]] = {
    "Deal": ("ytterby.studies.deals.records", "Deal"),
    "Game": ("ytterby.games.game", "Game"),
    "YtterbyError": ("ytterby.core.errors", "YtterbyError"),
    "atlas": ("ytterby.atlas", None),  # a callable package, see docs/decisions/0001-public-names.md
    "backtest": ("ytterby.studies.backtest.score", "backtest"),
    "check": ("ytterby.studies.claims.checking", "check"),
    "cite": ("ytterby.atlas.cite", "cite"),
    "claim": ("ytterby.studies.claims.claim_file", "claim"),
    "convert": ("ytterby.core.units", "convert"),
    "core": ("ytterby.core", None),  # a callable package as well
    "deal": ("ytterby.studies.deals.study", "deal"),
    "ensemble": ("ytterby.studies.ensemble", "ensemble"),
    "eu_criticality": ("ytterby.indicators.eu_criticality", "eu_criticality"),
    "facts": ("ytterby.atlas.select", "select"),
    "geopolrisk": ("ytterby.indicators.geopolrisk", "geopolrisk"),
    "hhi": ("ytterby.indicators.concentration", "hhi"),
    "import_reliance": ("ytterby.indicators.reliance", "import_reliance"),
    "network": ("ytterby.model.base", "network"),
    "nir": ("ytterby.indicators.reliance", "nir"),
    "nucleolus": ("ytterby.games.nucleolus", "nucleolus"),
    "read": ("ytterby.studies.claims.reading", "read"),
    "report": ("ytterby.show.report", "report"),
    "run": ("ytterby.model.run", "run"),
    "scenario": ("ytterby.model.scenario_file", "scenario"),
    "sensitivity": ("ytterby.studies.sensitivity", "sensitivity"),
    "shapley": ("ytterby.games.values", "shapley"),
    "usgs_risk": ("ytterby.indicators.usgs_risk", "usgs_risk"),
    "value": ("ytterby.indicators.valuation", "value"),
}

__all__ = [
    "Deal",
    "Game",
    "YtterbyError",
    "__version__",
    "atlas",
    "backtest",
    "check",
    "cite",
    "claim",
    "convert",
    "core",
    "deal",
    "ensemble",
    "eu_criticality",
    "facts",
    "geopolrisk",
    "hhi",
    "import_reliance",
    "network",
    "nir",
    "nucleolus",
    "read",
    "report",
    "run",
    "scenario",
    "sensitivity",
    "shapley",
    "usgs_risk",
    "value",
]


def __getattr__(name: str) -> Any:
    """Fetch a public name from its module (PEP 562); a name that is not public is an AttributeError as usual."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("ytterby")
    elif name in _PLACES:
        from importlib import import_module

        place, attribute = _PLACES[name]
        module = import_module(place)
        value = module if attribute is None else getattr(module, attribute)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "run" and "IPython" in sys.modules:  # in a notebook, outcomes show themselves
        from ytterby.show.notebook import attach

        attach()
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, so that completion offers them before they are loaded."""
    return sorted({*globals(), *__all__})
