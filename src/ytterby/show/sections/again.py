"""How to get the result again: the shell line, the data edition, the input hash, the certificate."""

from __future__ import annotations

import shlex

from ytterby.model.outcome import Outcome
from ytterby.show.markup import esc, tag
from ytterby.show.page import Page
from ytterby.show.page import section as wrapped
from ytterby.show.tables import named, scroller
from ytterby.show.words import MISSING, number


def command(outcome: Outcome) -> str:
    """Return the shell line that gives the same result.

    A scenario read from a file is named by its file.
    """
    scenario = outcome.scenario
    name = scenario.label if scenario.label.endswith(".toml") else scenario.name
    words = ["ytterby", "run", name]
    for override in scenario.overrides:
        words += ["--set", override]
    return " ".join(shlex.quote(word) for word in words)


def section(page: Page) -> str:
    """Return the data edition, the input hash, the certificate, the checks and the shell line."""
    outcome = page.outcome
    facts = [("Shell", tag("code", esc(command(outcome)))), ("Data edition", esc(outcome.edition)),
             ("Input hash (SHA-256)", tag("code", esc(outcome.input_hash)))]  # fmt: skip
    facts += [(f"Certificate: {_said(name)}", esc(_value(value))) for name, value in outcome.certificate.items()]
    facts += [
        (f"Check: {_said(name)}", esc(_value(value)))
        for name, value in outcome.checks.items()
        if not isinstance(value, (list, tuple, dict))  # tables of checks have their own place
    ]
    rows = [tag("tr", tag("th", esc(name), scope="row"), tag("td", value)) for name, value in facts]
    table = tag("table", named("The same inputs give the same numbers"), tag("tbody", *rows))
    shown = scroller("How to get it again", table, class_="scroll facts")
    return wrapped("again", "How to get it again", shown)


def _said(name: object) -> str:
    return str(name).replace("_", " ")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1e}" if value and abs(value) < 1e-3 else number(value)
    return str(value) if value not in (None, "") else MISSING
