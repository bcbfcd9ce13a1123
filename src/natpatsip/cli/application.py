"""The application that each command is added to, and what commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from natpatsip.errors import ReportError, UsageError, nearest
from natpatsip.project import find_root

if TYPE_CHECKING:
    from natpatsip.quarter import Quarter


QUARTER = "The quarter, such as 2024-25-Q2; by default the newest in params/ with complete data."
JOBS = "How many notebooks to run, and processes to draw charts, at once."

app = typer.Typer(
    name="natpatsip",
    help="Quarterly progress reports in health care, from parameterised notebooks.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def say_version(asked: bool) -> None:
    """Print the installed version and end, if ``--version`` asks for it."""
    if asked:
        from importlib.metadata import version

        typer.echo(f"natpatsip {version('natpatsip')}")
        raise typer.Exit


VERSION = typer.Option("--version", callback=say_version, is_eager=True, help="Show the installed version.")


@app.callback()
def natpatsip(version: Annotated[bool, VERSION] = False) -> None:
    """Quarterly progress reports in health care, from parameterised notebooks."""
    project = find_root(Path.cwd())
    if project and any((project / "reports").glob(".*")):  # a build is publishing, or was killed while it did
        from natpatsip.release.publication import restore_all

        restore_all(project / "reports")


def one_of(option: str, word: str, choices: tuple[str, ...]) -> None:
    """Refuse a word on the command line that is not one of an option's choices."""
    if word not in choices:
        raise UsageError(f'{option}: found "{word}", expected one of {", ".join(choices)}.{nearest(word, choices)}')


def quarter_or_newest(written: str | None, project: Path) -> tuple[Quarter, dict[Quarter, list[str]]]:
    """Return the quarter that the command line names, by default the newest with complete data.

    Beside it, what each newer quarter lacks that was passed over.
    """
    from natpatsip.quarter import Quarter

    if written:
        return Quarter.parse(written), {}
    from natpatsip.pipeline.caching.up_to_date import complete_quarters

    complete, incomplete = complete_quarters(project, only_newest=True)
    if not complete:
        missing = "; ".join(f"{quarter}: {'; '.join(what)}" for quarter, what in incomplete.items())
        raise ReportError(f"params/: no quarter has complete data ({missing}). Name the quarter.")
    return complete[0], incomplete
