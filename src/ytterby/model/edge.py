"""The edge where a user's file becomes our records: strict field types, and faults with a place instead of a traceback.

Each field of an edge model has a description that says what is expected there; every fault of the field quotes it. A
check that needs the words of the chain takes a `Vocabulary` from the validation context.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError

from ytterby.core.errors import Fault, UnitError, nearest, printable
from ytterby.core.units import parse_quantity
from ytterby.model.vocabulary import Vocabulary, Words

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
MAX_DEPTH = 12
#: No market of a mineral is larger, and no equilibrium could be certified far beyond [unit of the quantity].
LARGEST = 1e10


class Edge(BaseModel):
    """A table of a user's file: no key that we do not know, no silent change of type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def wrong(found: str, expected: str, near: str | None = None) -> PydanticCustomError:
    """A fault as pydantic carries it; `faults` turns it back into ours."""
    # Braces would be read as places for values in pydantic's own message, which we never print.
    return PydanticCustomError("fault", "fault", {"found": found, "expected": expected, "nearest": near})


def faults(error: ValidationError, model: type[Edge], place: str) -> list[Fault]:
    """Every fault of a validation, each with its place inside the file."""
    return [_fault(detail, model, place) for detail in error.errors(include_url=False)]


def show(value: object, width: int = 60) -> str:
    """A value as a message shows it: short, on one line, and never a whole table."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return repr(printable(value, width)) if value else "an empty text"
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    if isinstance(value, (int, float, date)):
        return printable(str(value), width)
    if isinstance(value, Mapping):
        return "a table" if value else "an empty table"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}" if value else "an empty list"
    return f"a {type(value).__name__}"


def join(*parts: str) -> str:
    """Put the parts of a place together: "squeeze.toml, measure 2" + "limit.low"."""
    return ", ".join(part for part in parts if part)


def too_deep(value: object, limit: int = MAX_DEPTH) -> bool:
    """Tell whether tables and lists are nested deeper than `limit` (or without end); never recurses."""
    level = [value]
    for _ in range(limit):
        nested: list[object] = []
        for item in level:
            if isinstance(item, Mapping):
                nested.extend(item.values())
            elif isinstance(item, (list, tuple)):
                nested.extend(item)
        level = [item for item in nested if isinstance(item, (Mapping, list, tuple))]
        if not level:
            return False
    return True


def in_order(low: float | None, value: float | None, high: float | None) -> None:
    """Refuse a range that does not hold its value: low ≤ value ≤ high."""
    if value is None:
        return
    if low is not None and low > value:
        raise wrong(f"low = {low:g} above the value {value:g}", "low ≤ value ≤ high")
    if high is not None and high < value:
        raise wrong(f"high = {high:g} below the value {value:g}", "low ≤ value ≤ high")


def keys_of(model: type[Edge]) -> list[str]:
    """The keys a table of this model may hold, as written in a file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def edge_at(model: type[Edge], key: str) -> type[Edge] | None:
    """The model of the table under `key`, or None when there is no table there."""
    field = next((f for name, f in model.model_fields.items() if key == (f.alias or name)), None)
    return None if field is None else _edge_in(field.annotation)


def vocabulary(info: ValidationInfo) -> Vocabulary:
    """The words that hold for the file being read."""
    context = info.context
    return context if isinstance(context, Vocabulary) else Vocabulary()


def _fault(detail: Any, model: type[Edge], place: str) -> Fault:
    path: tuple[int | str, ...] = detail["loc"]
    where = join(place, _dotted(path))
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "fault":
        return Fault(where, context["found"], context["expected"], context["nearest"])
    owner, expected = _walk(model, path)
    if kind == "extra_forbidden":
        known = keys_of(owner) if owner else []
        parent, key = join(place, _dotted(path[:-1])), str(path[-1])
        return Fault(parent, f"the unknown key {show(key)}", "one of " + ", ".join(known), nearest(key, known))
    found = "nothing" if kind == "missing" else show(detail["input"])
    return Fault(where, found, expected or "another kind of value")


def _dotted(path: Iterable[int | str]) -> str:
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{printable(part, 40)}"
    return text.removeprefix(".")


def _walk(model: type[Edge], path: tuple[int | str, ...]) -> tuple[type[Edge] | None, str]:
    """The model that owns the last key of a path, and what is expected at its end."""
    owner: type[Edge] | None = model
    expected = ""
    here: type[Edge] | None = model
    for part in path:
        if isinstance(part, int) or here is None:
            continue
        owner = here
        field = next((f for name, f in here.model_fields.items() if part in (f.alias, name)), None)
        if field is None:
            return owner, expected
        expected = field.description or expected
        here = _edge_in(field.annotation)
    return owner, expected


def _edge_in(annotation: Any) -> type[Edge] | None:
    if isinstance(annotation, type) and issubclass(annotation, Edge):
        return annotation
    return next((found for part in get_args(annotation) if (found := _edge_in(part))), None)


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise wrong(show(text), "a short name of letters, digits, - and _, beginning with a letter or digit")
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise wrong("an empty text", "some text")
    if not all(char.isprintable() or char in "\n\t" for char in text):
        raise wrong(show(text), "text without control characters")
    return text.strip()


def _day(value: object) -> object:
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise wrong(show(value), "a date such as 2025-04-04") from None


def _no_bool(value: object) -> object:
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) > 10**15):
        raise wrong(show(value), "a number of ordinary size")
    return value


def as_tuple(value: object) -> object:
    """Let one word stand for a list of one; a list becomes a tuple."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _end(value: object) -> object:
    """An end of a range: a quantity as text, or a number in the unit of the value."""
    if isinstance(value, str):
        return _quantity(value)
    number = _no_bool(value)
    if not isinstance(number, (int, float)) or not 0 <= number < math.inf:
        raise wrong(show(value), "a number of 0 or more, or a quantity with its unit")
    return float(number)


def _quantity(text: str) -> str:
    """Check that the text is a quantity that is not negative; it stays text so that the basis can be checked later."""
    try:
        quantity = parse_quantity(text)
    except UnitError as cause:
        fault = cause.faults[0] if cause.faults else Fault("", show(text), str(cause))
        raise wrong(fault.found, fault.expected, fault.nearest) from None
    if quantity.value < 0:
        raise wrong(show(text), "a quantity of 0 or more")
    if quantity.value > LARGEST:
        raise wrong(show(text), "a quantity of ordinary size: ten billion at most")
    return text


def read_word(known: Words | None, word: str) -> tuple[str, ...]:
    """What a word means, or a fault with the nearest known word."""
    if known is None:
        return (word,)
    found = known.read(word)
    if found is None:
        raise wrong(show(word), known.expected, known.near(word))
    return found


def _word_of(subject: str) -> BeforeValidator:
    def check(word: object, info: ValidationInfo) -> tuple[str, ...]:
        known: Words | None = getattr(vocabulary(info), subject)
        if not isinstance(word, str) or not 0 < len(word) <= 80:
            raise wrong(show(word), known.expected if known else "a word")
        return read_word(known, word)

    return BeforeValidator(check)


Text = Annotated[str, Field(max_length=4000), AfterValidator(_filled)]
Line = Annotated[str, Field(max_length=300), AfterValidator(_filled)]
Slug = Annotated[str, Field(max_length=80), AfterValidator(_slug)]
Day = Annotated[date, BeforeValidator(_day)]
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_no_bool)]
Share = Annotated[float, Field(allow_inf_nan=False, ge=0, le=1), BeforeValidator(_no_bool)]
Multiple = Annotated[float, Field(allow_inf_nan=False, ge=0, le=10), BeforeValidator(_no_bool)]
QuantityText = Annotated[str, Field(max_length=80), AfterValidator(_quantity)]
End = Annotated[str | float, BeforeValidator(_end)]
Year = Annotated[int, Field(ge=1900, le=2100)]

# Words of the chain: one word can mean several (a group of countries), so each becomes a tuple.
Country = Annotated[tuple[str, ...], _word_of("countries")]
Product = Annotated[tuple[str, ...], _word_of("products")]
ElementWord = Annotated[tuple[str, ...], _word_of("elements")]
Stage = Annotated[tuple[str, ...], _word_of("stages")]
Ore = Annotated[tuple[str, ...], _word_of("ores")]
Facility = Annotated[tuple[str, ...], _word_of("facilities")]

# Lists of words; one word may stand without its brackets.
Countries = Annotated[tuple[Country, ...], BeforeValidator(as_tuple)]
Products = Annotated[tuple[Product, ...], BeforeValidator(as_tuple)]
ElementWords = Annotated[tuple[ElementWord, ...], BeforeValidator(as_tuple)]
Stages = Annotated[tuple[Stage, ...], BeforeValidator(as_tuple)]
Ores = Annotated[tuple[Ore, ...], BeforeValidator(as_tuple)]
Facilities = Annotated[tuple[Facility, ...], BeforeValidator(as_tuple)]
Lines = Annotated[tuple[Line, ...], BeforeValidator(as_tuple)]


def flat(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """One tuple of words, each once, in the order given."""
    return tuple(dict.fromkeys(word for part in lists for word in part))


def ends(low: str | float | None, high: str | float | None, unit: str) -> tuple[float | None, float | None]:
    """Both ends of a range as numbers in `unit` ("" for shares); an end with another unit is refused."""
    return _end_in(low, unit, "low"), _end_in(high, unit, "high")


def _end_in(end: str | float | None, unit: str, name: str) -> float | None:
    if not isinstance(end, str):
        return end
    quantity = parse_quantity(end)
    if quantity.unit != unit:
        expected = f"the unit of the value, {unit}" if unit else "a plain number, as the value is"
        raise wrong(f"{name} in {quantity.unit}", expected)
    return quantity.value
