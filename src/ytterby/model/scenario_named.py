"""Lists of tables of a scenario file that have an id each: `[[stock]]`, `[[recycling]]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from ytterby.core.errors import Fault
from ytterby.model.edge import Edge, faults, join, show
from ytterby.model.vocabulary import Vocabulary

_MOST = 200


class _Named(Protocol):
    id: str


_Table = TypeVar("_Table", bound=Edge)


def named(
    rows: Any, key: str, model: type[_Table], words: Vocabulary, label: str, found: list[Fault]
) -> Iterator[tuple[str, _Table]]:
    """The tables under a key with their places, each id once; adds what is wrong to `found`."""
    if rows is None:
        return
    if not isinstance(rows, list) or len(rows) > _MOST:
        found.append(Fault(join(label, key), show(rows), f"a list of at most {_MOST}: [[{key}]]"))
        return
    known: set[str] = set()
    for number, row in enumerate(rows, 1):
        place = f"{label}, {key} {number}"
        if not isinstance(row, Mapping):
            found.append(Fault(place, show(row), f"a table: write [[{key}]] and its keys below"))
            continue
        try:
            table = model.model_validate({str(k): v for k, v in row.items()}, context=words)
        except ValidationError as error:
            found += faults(error, model, place)
            continue
        name: str = getattr(table, "id")  # noqa: B009 - every such table has one
        if name in known:
            found.append(Fault(join(place, "id"), f"{show(name)}, the id of another {key} too", "each id once"))
        known.add(name)
        yield place, table
