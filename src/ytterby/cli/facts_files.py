"""Files of `ytterby facts`: the user's own tables that go in, the workbook and the data package that come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ytterby.cli.targets import EXCEL, Target, check_targets, told
from ytterby.core.errors import Fault, InputError

if TYPE_CHECKING:
    import polars as pl

    from ytterby.atlas.load import Atlas


@dataclass(frozen=True, slots=True)
class Exports:
    """Where to write what was chosen, and the tables read beside the atlas."""

    xlsx: Path | None
    package: Path | None
    read: tuple[Path, ...]

    @property
    def targets(self) -> list[Target]:
        """The places asked for."""
        asked = [Target("--xlsx", self.xlsx, EXCEL)] if self.xlsx is not None else []
        return [*asked, *([Target("--package", self.package)] if self.package is not None else [])]

    def check(self) -> None:
        """Refuse places that cannot be written before anything is read."""
        check_targets(self.targets, self.read, "a table that is read")

    def nothing_chosen(self) -> None:
        """Refuse to write when no rows were chosen."""
        if self.targets:
            raise InputError(Fault("facts", "no material", "one to write (ytterby facts lists them), or --facilities"))

    def write(self, frame: pl.DataFrame, atlas: Atlas, table: str, asked: Mapping[str, object]) -> None:
        """Write the rows chosen of a table of the atlas, with their sources, to every place asked for."""
        if not self.targets:
            return
        if frame.is_empty():
            raise InputError(Fault("facts", "no row that matches, so nothing is written", "a choice with rows"))
        cited = [frame[name] for name in ("source", "coord_source") if name in frame.columns]
        names = {name for column in cited for name in column.drop_nulls()}
        sources = atlas.sources.filter(atlas.sources["id"].is_in(sorted(names)))
        for target in self.targets:
            with told(target.path):
                _write(target, frame, sources, atlas, table, asked)
            typer.echo(f"Wrote {target.path}", err=True)


def _write(
    target: Target, frame: pl.DataFrame, sources: pl.DataFrame, atlas: Atlas, table: str, asked: Mapping[str, object]
) -> None:
    if target.option == "--xlsx":
        from ytterby.show.export_xlsx import facts_xlsx

        facts_xlsx(frame, sources, target.path, asked=asked, edition=atlas.edition, digest=atlas.digest)
    else:
        from ytterby.show.export_package import facts_package

        facts_package(frame, sources, target.path, table=table, edition=atlas.edition, digest=atlas.digest)
