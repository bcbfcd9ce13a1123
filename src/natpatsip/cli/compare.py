"""``natpatsip compare``: what changed between two built quarters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from natpatsip.cli.application import app, one_of
from natpatsip.cli.console import say_as_is
from natpatsip.errors import UsageError, lines_shown

FORMATS = ("text", "markdown", "json", "github")  # here too: changes.py is slow to import


@app.command(epilog="Example:  natpatsip compare 2024-25-Q1 2024-25-Q2 --format markdown")
def compare(
    before: Annotated[str, typer.Argument(help="The quarter to compare with, such as 2024-25-Q1.")],
    now: Annotated[str, typer.Argument(help="The quarter to compare, such as 2024-25-Q2.")],
    form: Annotated[str, typer.Option("--format", help="text, markdown, json or github (annotations).")] = "text",
    reports: Annotated[Path | None, typer.Option(help="The folder of built reports; by default reports/.")] = None,
) -> None:
    """Show what changed between two built quarters: numbers, messages of figures, narrative."""
    one_of("--format", form, FORMATS)
    from natpatsip.quarter import Quarter

    first, second = Quarter.parse(before), Quarter.parse(now)
    if first == second:
        raise UsageError(f"{first} is named twice. Name two quarters, such as {first.previous()} {first}.")
    from natpatsip.compare import BuiltReport, changes
    from natpatsip.compare import compare as compared
    from natpatsip.project import project_root

    folder = reports or project_root() / "reports"
    both = [BuiltReport.read(folder / str(quarter), quarter) for quarter in (first, second)]
    text = changes.FORMATS[form](compared(*both))
    say_as_is(text if form in ("json", "github") else lines_shown(text))
