"""``natpatsip compare``: what changed between two built quarters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from natpatsip.cli.app import app, one_of
from natpatsip.cli.console import say
from natpatsip.errors import UsageError

FORMATS = ("text", "markdown", "json", "github")


@app.command(epilog="Example:  natpatsip compare 2024-25-Q1 2024-25-Q2 --format markdown")
def compare(
    before: Annotated[str, typer.Argument(help="The quarter that is compared with, such as 2024-25-Q1.")],
    now: Annotated[str, typer.Argument(help="The quarter that is looked at, such as 2024-25-Q2.")],
    form: Annotated[str, typer.Option("--format", help="One of text, markdown, json and github.")] = "text",
    reports: Annotated[Path | None, typer.Option(help="The folder of built reports; by default reports/.")] = None,
) -> None:
    """Say what changed between two built quarters: numbers, messages of figures, narrative."""
    one_of("--format", form, FORMATS)
    from natpatsip.quarter import Quarter

    first, second = Quarter.parse(before), Quarter.parse(now)
    if first == second:
        raise UsageError(f"{first} is named twice. Name two quarters, such as {first.previous()} {first}.")
    from natpatsip.compare import Edition
    from natpatsip.compare import compare as changed
    from natpatsip.compare.reporters import FORMATS as SHOWN
    from natpatsip.project import project_root

    folder = reports or project_root() / "reports"
    editions = [Edition.read(folder / str(quarter), quarter) for quarter in (first, second)]
    say(SHOWN[form](changed(*editions)))
