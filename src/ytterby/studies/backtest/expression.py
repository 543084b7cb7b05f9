"""The small language in which a benchmark asks for a number: arithmetic over series of the replay.

    fob("La", "CHN", "2010-07") - fob("La", "CHN", "2010-Q1")
    exports("CHN", "flake", "2023-12") / exports("CHN", "flake", "2023-11") - 1

Only numbers, texts, + - * / and the functions listed in a table are read; nothing else of Python is.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ytterby.core.errors import nearest
from ytterby.model.edge import show

LONGEST = 1000
DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Misread(Exception):
    """An expression that cannot be read: what was found, what was expected, the nearest right word."""

    found: str
    expected: str
    near: str | None = None


Function = Callable[..., float]

#: What each function of an expression takes, in order; the last, when, may be left out in a series.
SIGNATURES: dict[str, tuple[str, ...]] = {
    "home": ("product", "country", "when"),
    "fob": ("product", "country", "when"),
    "delivered": ("product", "country", "when"),
    "rent": ("product", "country", "when"),
    "exports": ("country", "product", "when"),
    "leaked": ("country", "product", "when"),
    "use": ("country", "product", "when"),
    "stock": ("country", "product", "when"),
    "output": ("supply", "when"),
    "base_exports": ("country", "product"),
    "limit": ("measure", "when"),
    "fact": ("fact",),
    "min": ("number", "..."),
    "max": ("number", "..."),
    "abs": ("number",),
    "mean": ("number", "..."),
}
_PLAIN: dict[str, Function] = {
    "min": min,
    "max": max,
    "abs": abs,
    "mean": lambda *x: sum(x) / len(x),
}
_SIGNS: dict[type, Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b if b else float("nan"),
}


def read(
    text: str, words: Mapping[str, tuple[str, ...]], when: Callable[[str], bool], series: bool = False
) -> ast.expr:
    """The tree of an expression, every word checked; raises Misread. `words` are the known words by kind."""
    if len(text) > LONGEST:
        raise Misread(f"{len(text)} characters", f"at most {LONGEST}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Misread(show(text), "an expression such as fob('La', 'CHN', '2010-07') / 2") from None
    _check(tree, words, when, series, 0)
    return tree


def _check(
    node: ast.expr, words: Mapping[str, tuple[str, ...]], when: Callable[[str], bool], series: bool, depth: int
) -> None:
    if depth > DEEPEST:
        raise Misread("an expression nested without end", f"at most {DEEPEST} levels")
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        _check(node.left, words, when, series, depth + 1)
        _check(node.right, words, when, series, depth + 1)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _check(node.operand, words, when, series, depth + 1)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        _check_call(node, node.func.id, words, when, series, depth)
    elif not (isinstance(node, ast.Constant) and _small(node.value)):
        raise Misread(show(ast.unparse(node)), "a number, + - * /, or one of " + ", ".join(SIGNATURES))


def _small(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _check_call(
    node: ast.Call, name: str, words: Mapping[str, tuple[str, ...]], when: Callable[[str], bool],
    series: bool, depth: int,
) -> None:  # fmt: skip
    if name not in SIGNATURES:
        raise Misread(show(name), "one of " + ", ".join(SIGNATURES), nearest(name, SIGNATURES))
    takes = SIGNATURES[name]
    if takes[0] == "number":
        if not node.args or (len(takes) == 1 and len(node.args) != 1):
            raise Misread(f"{name} of {len(node.args)}", "numbers between its brackets")
        for inner in node.args:
            _check(inner, words, when, series, depth + 1)
        return
    least = len(takes) - (series and takes[-1] == "when")
    if not least <= len(node.args) <= len(takes):
        raise Misread(f"{name} of {len(node.args)}", f"{name}({', '.join(takes)})")
    for inner, kind in zip(node.args, takes, strict=False):
        if not isinstance(inner, ast.Constant) or not isinstance(inner.value, str):
            raise Misread(show(ast.unparse(inner)), f"the {kind} of {name} as text in quotes")
        word = inner.value
        if kind == "when":
            if not when(word):
                raise Misread(show(word), "a time within the episode, such as 2010-07, 2010-Q3 or 2010-01..2010-11")
        elif word not in words[kind] and not (kind == "product" and word == "all" and takes[0] == "country"):
            raise Misread(show(word), f"a {kind}: " + ", ".join(words[kind]), nearest(word, words[kind]))


def value(node: ast.expr, functions: Mapping[str, Function]) -> float:
    """The number of a tree that `read` gave; NaN where something is divided by nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return float(node.value)
    if isinstance(node, ast.UnaryOp):
        return -value(node.operand, functions)
    if isinstance(node, ast.BinOp):
        return _SIGNS[type(node.op)](value(node.left, functions), value(node.right, functions))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        name = node.func.id
        if name in _PLAIN:
            return float(_PLAIN[name](*(value(a, functions) for a in node.args)))
        return functions[name](*(a.value for a in node.args if isinstance(a, ast.Constant)))
    raise AssertionError("read() lets nothing else pass")
