"""`ytterby facts`: what the atlas says about a material, with unit, edition and the place where it is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ytterby.cli.facts_files import Exports

if TYPE_CHECKING:
    import polars as pl

    from ytterby.atlas.load import Atlas
    from ytterby.atlas.select import Figures

_LEGEND = (
    "e estimated by the publisher   c computed, see the note   n.a. not available   w withheld   - printed as zero"
)
_WITH_NOTES = 6  # up to so many figures are printed with their notes
_MARKS = {"estimated": " e", "computed": " c"}
_WORDS = {"not_available": "n.a.", "withheld": "w", "net_exporter": "net exporter", "zero": "-"}


def register(app: typer.Typer) -> None:
    """Add the command to the shell."""
    app.command("facts")(facts)


def facts(
    material: Annotated[
        str | None, typer.Argument(help="Element, REE, NdPr, NdFeB ...: symbol, name or alias.")
    ] = None,
    stage: Annotated[str | None, typer.Option(help="mine, feed, separation, metal, magnet, recycling, use ...")] = None,
    measure: Annotated[str | None, typer.Option(help="production, reserves, price, imports, share ...")] = None,
    country: Annotated[str | None, typer.Option(help="Country by name or ISO3 code.")] = None,
    year: Annotated[int | None, typer.Option(help="Calendar year.")] = None,
    edition: Annotated[str | None, typer.Option(help="Edition, or 'all' for every one. Default: the latest.")] = None,
    form: Annotated[str | None, typer.Option(help="Form of the material, or the use.")] = None,
    facilities: Annotated[bool, typer.Option("--facilities", help="List mines and plants instead.")] = False,
    assumptions: Annotated[bool, typer.Option("--assumptions", help="List the assumptions instead.")] = False,
    conflicts: Annotated[bool, typer.Option("--conflicts", help="Where editions or publishers disagree.")] = False,
    coverage: Annotated[bool, typer.Option("--coverage", help="What is held of each material.")] = False,
    sites: Annotated[bool, typer.Option("--sites", help="Sites, with views on title and control.")] = False,
    trade: Annotated[bool, typer.Option("--trade", help="Bilateral trade of a material or a code.")] = False,
    whole: Annotated[
        str | None, typer.Option("--table", metavar="NAME", help="governance, events, lists, corrections ...")
    ] = None,
    viewpoint: Annotated[str | None, typer.Option(help="With --sites: one view instead of all.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most rows to print as a table.")] = 40,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    csv_out: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="F.xlsx", help="Write an Excel workbook.")] = None,
    package: Annotated[Path | None, typer.Option("--package", metavar="DIR", help="Write a data package.")] = None,
    own: Annotated[
        list[Path] | None, typer.Option("--with", metavar="FILE", help="A table of your own beside the atlas.")
    ] = None,
) -> None:
    """Print cited figures of a material, or list facilities or assumptions."""
    from ytterby.atlas.load import load
    from ytterby.atlas.own import beside

    write = Exports(xlsx, package, tuple(own or ()))
    write.check()
    atlas = beside(load(), write.read)
    asked = {"material": material, "stage": stage, "measure": measure, "country": country, "year": year,
             "edition": edition, "form": form}  # fmt: skip
    if conflicts or coverage or sites:
        from ytterby.cli.facts_lists import listed

        name = "conflicts" if conflicts else "coverage" if coverage else "sites"
        table = listed(name, atlas, material, stage, measure, country, viewpoint, year)
        write.write(table, atlas, name, asked)
        _dump(table, name, atlas, json_out, csv_out, limit)
        return
    if trade:
        from ytterby.cli.facts_trade import trade_rows

        table = trade_rows(atlas, material, country, year)
        write.write(table, atlas, "trade", asked)
        _dump(table, "trade", atlas, json_out, csv_out, limit)
        return
    if whole is not None:
        from ytterby.cli.facts_whole import whole_table

        table = whole_table(atlas, whole, material, country, year)
        write.write(table, atlas, whole, asked)
        _dump(table, whole, atlas, json_out, csv_out, limit)
        return
    if facilities or assumptions:
        table = _facilities(atlas, stage, country) if facilities else atlas.assumptions
        if facilities:
            write.write(table, atlas, "facilities", asked)
        else:
            write.nothing_chosen()
        _dump(table, "facilities" if facilities else "assumptions", atlas, json_out, csv_out, limit)
        return
    if material is None:
        write.nothing_chosen()
        _overview(atlas, json_out)
        return
    chosen = atlas.select(material, stage, measure, country, year, edition, form)
    write.write(chosen.frame, atlas, "figures", asked)
    if csv_out:
        typer.echo(chosen.frame.write_csv(), nl=False)
    elif json_out:
        why = {} if len(chosen) else {"reason": nothing(atlas, material, stage, measure)}
        typer.echo(_json(atlas, figures=chosen.frame.to_dicts(), sources=chosen.sources.to_dicts(), **why))
    elif len(chosen):
        _print(chosen, atlas, limit)
    else:
        typer.echo(nothing(atlas, material, stage, measure))


def nothing(atlas: Atlas, material: str, stage: str | None, measure: str | None) -> str:
    """Return what to say when no figure matches: what the atlas does hold of the material."""
    known = atlas.select(material, edition="all").frame
    held = known.group_by("stage", "measure", maintain_order=True).len().sort("stage", "measure")
    if held.is_empty():
        from ytterby.atlas.materials import material_id

        name = material_id(material)
        reason = atlas.coverage.filter(atlas.coverage["material"] == name)["reason"].to_list()
        return f"The atlas holds no figure of {material}. " + " ".join(f"Coverage: {text}" for text in reason)
    lines = [f"No figure of {material} matches. The atlas holds of it:"]
    lines += [f"  --stage {row[0]} --measure {row[1]}  ({row[2]})" for row in held.iter_rows()]
    if "share_of_treo" in held["measure"] and stage == "mine" and measure in (None, "production"):
        lines.append("Mines report rare earths together: see ytterby facts REE --stage mine --measure production,")
        lines.append(f"and the part of {material} in each ore: ytterby facts {material} --measure share_of_treo.")
    if measure in ("supply_risk", "economic_importance"):
        from ytterby.atlas.materials import material_id
        from ytterby.indicators.from_atlas import group_of

        group = group_of(material_id(material))
        if group:
            lines.append(f"The Commission scores the rare earths together: ytterby facts {group} --measure {measure}.")
    return "\n".join(lines)


def shown(row: dict[str, Any]) -> str:
    """Return the value of a figure as printed: its bound, range or mark, never a zero for a missing one."""
    qualifier = row["qualifier"]
    if qualifier in _WORDS:
        return _WORDS[qualifier]
    if row["value"] is None and row["low"] is None:
        return {"words_only": "in words", "included_elsewhere": "elsewhere"}.get(qualifier, "n.a.")
    if row["value"] is None:
        return f"{_number(row['low'])} to {_number(row['high'])}{_MARKS.get(qualifier, '')}"
    bound = f"{qualifier} " if qualifier in ("<", ">") else ""
    return f"{bound}{_number(row['value'])}{_MARKS.get(qualifier, '')}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6g}"


def _print(chosen: Figures, atlas: Atlas, limit: int) -> None:
    from ytterby.cli.facts_table import columns_of, shape_of

    rows = chosen.frame.sort("material", "stage", "measure", "form", "period", "country").to_dicts()
    notes = citations(rows[:limit], chosen)
    lines = [_line(row) for row in rows]
    columns, told = shape_of(lines)
    table = columns_of(columns, lines[:limit], ("value", "cited"), _width())
    for line, note in zip(lines, notes, strict=False):
        table.add_row(*(line[name] for name in columns if name != "cited"), str(note[0]))
    heading = f"{rows[0]['material']}: {len(rows)} figures, atlas edition {atlas.edition}"
    _out(heading, *([told] if told else []), table, f"\n{_LEGEND}\n")
    _out(*[f"{number}  {line}" for number, line in dict(notes).items()])
    if len(rows) <= _WITH_NOTES:
        _out(*[f"note {number}  {row['note']}" for row, (number, _) in zip(rows, notes, strict=True) if row["note"]])
    if len(rows) > limit:
        _out(f"\n{len(rows) - limit} more: choose with --stage, --measure, --country, --year, or --limit {len(rows)}.")


def _line(row: dict[str, Any]) -> dict[str, str]:
    """Return the cells of a figure as text."""
    place = f"{row['country'] or ''}{' from ' if row['measure'].startswith('import') else ' to '}{row['partner']}"
    return {
        "stage": row["stage"],
        "measure": row["measure"],
        "form": row["form"] or row["ore"] or "",
        "country": place if row["partner"] else row["country"] or "",
        "period": row["period"],
        "value": shown(row),
        "unit": row["unit"],
        "edition": row["edition"].split(" (")[0],
        "cited": "",
    }


def citations(rows: list[dict[str, Any]], chosen: Figures) -> list[tuple[int, str]]:
    """Return for each row the number and the line of its citation; rows of one table share a line."""
    from ytterby.atlas.cite import citation

    sources = {row["id"]: row for row in chosen.sources.to_dicts()}
    places: dict[tuple[str, str], list[str]] = {}
    keys = [(row["source"], str(row["locator"]).split(", row ")[0]) for row in rows]
    for key, row in zip(keys, rows, strict=True):
        places.setdefault(key, []).append(row["locator"])
    lines: dict[tuple[str, str], tuple[int, str]] = {}
    for number, (key, locators) in enumerate(places.items(), 1):
        place = locators[0] if len(locators) == 1 else key[1]
        lines[key] = (number, citation(sources[key[0]], place))
    return [lines[key] for key in keys]


def _facilities(atlas: Atlas, stage: str | None, country: str | None) -> pl.DataFrame:
    from ytterby.atlas import places
    from ytterby.core.errors import Fault, InputError, nearest

    table = atlas.facilities
    if stage is not None:
        known = sorted(table["stage"].unique().to_list())
        if stage not in known:
            raise InputError(Fault("stage", repr(stage), "one of " + ", ".join(known), nearest(stage, known)))
        table = table.filter(table["stage"] == stage)
    return table if country is None else table.filter(table["country"] == places.iso3(country))


def _dump(table: pl.DataFrame, name: str, atlas: Atlas, json_out: bool, csv_out: bool, limit: int) -> None:
    if csv_out:
        typer.echo(table.write_csv(), nl=False)
    elif json_out:
        typer.echo(_json(atlas, **{name: table.to_dicts()}))
    else:
        _print_list(table, name, atlas, limit)


def _print_list(table: pl.DataFrame, name: str, atlas: Atlas, limit: int) -> None:
    from ytterby.cli.facts_lists import holders_told
    from ytterby.cli.facts_table import columns_of
    from ytterby.cli.facts_whole import SHAPES, as_printed, notes_of

    shape = {
        **SHAPES,
        "facilities": ("id", "name", "status", "capacity", "capacity_unit", "source"),
        "assumptions": ("id", "value", "low", "high", "unit", "reason"),
        "conflicts": ("material", "what", "country", "period", "first", "second", "unit", "ratio", "cited"),
        "coverage": ("material", "mine", "refining", "trade", "price", "network"),
        "sites": ("name", "country", "field", "viewpoint", "holder", "as_of", "said_by"),
        "trade": ("year", "exporter", "importer", "code", "revision", "kUSD", "t gross", "USD/kg", "cited"),
    }[name]
    told = notes_of(name)
    count = table.height
    if name == "conflicts":
        table, told = _with_sources(table, atlas, limit)
    elif name in SHAPES:
        table = as_printed(table)
    elif name == "trade":
        from ytterby.cli.facts_trade import trade_shown

        table, told = trade_shown(table, atlas, limit)
    elif name == "sites":
        table = holders_told(table)
        told = ["", "Title is law, control is fact; each is somebody's statement at a date, and none is ours."]
    elif name == "coverage":
        told = ["", *(table["reason"] if count == 1 else ["Why: ytterby facts MATERIAL --coverage, or --csv"])]
    right = tuple(column for column in shape if table[column].dtype.is_float() or column == "ratio")
    lines = [
        {c: "" if v is None else _number(v) if isinstance(v, float) else str(v) for c, v in row.items()}
        for row in table.head(limit).select(shape).iter_rows(named=True)
    ]
    printed = columns_of(shape, lines, right, _width())
    for line in lines:
        printed.add_row(*line.values())
    what = {"coverage": "materials", "trade": "flows", "governance": "estimates"}.get(name, name.replace("_", " "))
    _out(f"{count} {what}, atlas edition {atlas.edition}", printed, *told)
    if count > limit:
        _out(f"\n{count - limit} more: --limit {count}, --csv or --json prints all.")


def _with_sources(table: pl.DataFrame, atlas: Atlas, limit: int) -> tuple[pl.DataFrame, list[str]]:
    """Conflicts as they are printed, each number with the number of its source, and the sources."""
    import polars as pl

    from ytterby.atlas.cite import citation

    shown = table.head(limit)
    pairs = list(zip(shown["first_source"], shown["second_source"], strict=True))
    numbers = {source: at for at, source in enumerate(dict.fromkeys(one for pair in pairs for one in pair), 1)}
    sources = {row["id"]: row for row in atlas.sources.to_dicts()}
    cited = pl.Series("cited", [f"{numbers[first]}, {numbers[second]}" for first, second in pairs], dtype=pl.String)
    told = ["", "The largest contradiction first: the factor left once rounding and printed ranges are allowed for.\n"]
    told += [f"{number}  {citation(sources[source], '')}" for source, number in numbers.items()]
    ratio = pl.when(pl.col("ratio").is_null()).then(pl.format("> {}", pl.col("least").round(1)))
    shown = shown.with_columns(
        cited, what=pl.format("{} {}", "stage", "measure"), ratio=ratio.otherwise(pl.col("ratio").round(2).cast(str))
    )
    return shown, told if table.height else []


def _overview(atlas: Atlas, json_out: bool) -> None:
    counts = (
        atlas.figures.group_by("material", maintain_order=True).len().sort("len", "material", descending=[True, False])
    )
    if json_out:
        typer.echo(_json(atlas, materials=counts.rename({"len": "figures"}).to_dicts()))
        return
    _out(f"Atlas edition {atlas.edition}: {atlas.figures.height} figures from {atlas.sources.height} sources", "")
    _out(", ".join(f"{name} ({count})" for name, count in counts.iter_rows()))
    _out("\nytterby facts Dy --year 2024     ytterby facts REE --measure reserves     ytterby facts --facilities")


def _json(atlas: Atlas, **tables: Any) -> str:
    return json.dumps(
        {"schema": 1, "edition": atlas.edition, "digest": atlas.digest, **tables}, ensure_ascii=False, indent=1
    )


def _width() -> int:
    """Columns of the terminal, between 80 and 120."""
    from rich.console import Console

    return max(80, min(120, Console().width))


def _out(*items: Any) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, width=_width())
    for item in items:
        console.print(item, soft_wrap=False)
