"""``natpatsip data``: the data files of a report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from natpatsip.cli.application import app, one_of
from natpatsip.cli.console import say, say_as_is

if TYPE_CHECKING:
    from natpatsip.new_dataset import Declared

FORMATS = ("text", "json")
SHOWN = 3  # values of a column

data = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
app.add_typer(
    data, name="data", help="Declare a data file of the report.", epilog="Example:  natpatsip data add data/beds.csv"
)


@data.callback()
def group() -> None:
    """Declare a data file of the report."""


@data.command(epilog="Example:  natpatsip data add data/beds.csv")
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or Parquet file in data/.")],
    name: Annotated[str, typer.Option(help="What notebooks call the dataset; by default the file's name.")] = "",
    form: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Write a first declaration of a data file into data/datapackage.yaml, from what is found in the file."""
    one_of("--format", form, FORMATS)
    from natpatsip.new_dataset import add as declare
    from natpatsip.project import project_root

    found = declare(file, project_root(), name=name)
    if form == "json":
        say_as_is(json.dumps(found.record(), indent=2, ensure_ascii=False))
        return
    for line in summary(found):
        say(line)


def summary(found: Declared) -> Iterator[str]:
    """Yield the lines that the command prints: what was written, what is to be decided, and how to read the data."""
    from natpatsip.datasets.descriptor import FILE
    from natpatsip.datasets.dictionary import README
    from natpatsip.wording import plural

    where = f"{FILE}, line {found.line}"
    if found.entry is None:
        yield f"{found.file} is declared already, as {found.name} ({where}). Nothing was changed."
        return
    yield f"{where}: declared {found.name}, from {found.rows:,} {plural(found.rows, 'row', 'rows')} of {found.file}:"
    kinds = {each.name: each.organisation or each.form or each.type for each in found.columns}
    width, wide = max(map(len, kinds)), max(map(len, kinds.values()))
    for column in found.columns:
        words = list(dict.fromkeys(text for text in column.texts if text))
        more = ", …" if len(words) > SHOWN else ""
        yield f"  {column.name:<{width}}  {kinds[column.name]:<{wide}}  {', '.join(words[:SHOWN])}{more}"
    key = found.entry["schema"].get("primaryKey")
    yield f"  A row is identified by {', '.join(key)}." if key else "  No columns identify a row."
    yield f"{README}: the dictionary has it." if found.has_dictionary else f"{README} has no dictionary to update."
    yield ""
    yield f"Decide next, in {FILE}:"
    yield from (f"- {each}" for each in found.decisions)
    yield ""
    yield f'Then read it in a notebook: datasets.load("{found.name}")'
