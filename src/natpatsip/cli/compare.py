"""``natpatsip compare``: what changed between two builds, of two quarters or of one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from natpatsip.cli.application import app, one_of
from natpatsip.cli.console import say_as_is
from natpatsip.errors import UsageError, lines_shown

FORMATS = ("text", "markdown", "json", "github")  # here too: changes.py is slow to import
SIDE = "a quarter such as {}, or the folder of a built report."


@app.command(epilog="Example:  natpatsip compare 2024-25-Q1 2024-25-Q2 --format markdown")
def compare(
    before: Annotated[str, typer.Argument(help=f"What to compare with: {SIDE.format('2024-25-Q1')}")],
    now: Annotated[str, typer.Argument(help=f"What to compare: {SIDE.format('2024-25-Q2')}")] = "",
    form: Annotated[str, typer.Option("--format", help="text, markdown, json or github (annotations).")] = "text",
    is_last_year: Annotated[
        bool, typer.Option("--last-year", help="Compare one quarter with the same quarter of the year before.")
    ] = False,
    page: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a page with both side by side into this folder, too.")
    ] = None,
    reports: Annotated[Path | None, typer.Option(help="The folder of built reports; by default reports/.")] = None,
) -> None:
    """Show what changed between two builds, of two quarters or of one: numbers, figures, narrative."""
    one_of("--format", form, FORMATS)
    if is_last_year and now:
        raise UsageError("--last-year: takes one quarter. Leave the other out.")
    if not is_last_year and not now:
        raise UsageError(f"{before}: compared with what? Name another quarter or folder, or add --last-year.")
    from natpatsip.compare import changes, located, side_by_side
    from natpatsip.compare import compare as compared
    from natpatsip.project import project_root
    from natpatsip.settings import read_settings

    project = project_root()
    both = located(before, now, reports or project / "reports", is_last_year=is_last_year)
    units = read_settings(project).units
    comparison = compared(*(each.read(units) for each in both))
    text = changes.FORMATS[form](comparison)
    if page:
        file = side_by_side.write_page(comparison, (both[0].folder, both[1].folder), page, project)
        text = f"{text}\n\nwritten: {file.as_posix()}" if form == "text" else text
    say_as_is(text if form in ("json", "github") else lines_shown(text))
