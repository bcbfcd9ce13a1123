"""The command line: thin, quick to start, and plain where there is no terminal."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from helpers.errors import ReportError, UsageError, nearest

app = typer.Typer(
    name="natpatsip",
    help="Quarterly progress reports in health care, from parameterised notebooks.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
FORMATS = ("html", "pdf", "docx")
RENDERERS = ("auto", "quarto", "pandoc")


class Voice:
    """Tells how a build goes: on a terminal with a moving line, elsewhere in plain lines with the time."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._is_terminal = self._console.is_terminal

    def __call__(self, line: str) -> None:
        """Tell one line."""
        if self._is_terminal:
            self._console.print(f"[green]✓[/green] {line}", highlight=False)
        else:
            sys.stderr.write(f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {line}\n")
            sys.stderr.flush()


@app.callback()
def natpatsip() -> None:
    """Quarterly progress reports in health care, from parameterised notebooks."""


@app.command(epilog="Example:  natpatsip build 2024-25-Q2 --to html,pdf")
def build(
    quarter: Annotated[
        str | None,
        typer.Argument(help="The quarter, such as 2024-25-Q2; by default the newest in params/ with complete data."),
    ] = None,
    to: Annotated[str, typer.Option("--to", help="Formats, joined by commas.")] = ",".join(FORMATS),
    renderer: Annotated[str, typer.Option(help="auto takes Quarto where it is found, else pandoc.")] = "auto",
    jobs: Annotated[int, typer.Option(min=1, help="How many notebooks run at once.")] = 2,
    output: Annotated[
        Path | None, typer.Option(help="Put the report into DIR/<quarter>/ instead of reports/<quarter>/.")
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help="Build only where a quarter is due and not yet built; for schedules.")
    ] = False,
) -> None:
    """Build a quarter's report."""
    from helpers.build import report
    from helpers.project import project_root
    from helpers.quarter import Quarter

    formats = tuple(dict.fromkeys(name.strip() for name in to.split(",") if name.strip()))
    for name in formats:
        _one_of("--to", name, FORMATS)
    if not formats:
        raise UsageError("--to: names no format. Name some of html, pdf and docx, joined by commas.")
    _one_of("--renderer", renderer, RENDERERS)
    tell = Voice()
    project = project_root()
    if quarter is not None:
        chosen = Quarter.parse(quarter)
    else:
        found, lacking = report.newest_complete(project)
        for newer, missing in lacking.items():
            tell(f"{newer}: data not complete: {'; '.join(missing)}")
        if found is None and not due:
            raise ReportError("params/: no quarter has complete data. Name a quarter to see what a build of it needs.")
        if found is None:
            _say("nothing due")
            return
        chosen = found
    if due and not report.is_due(project, chosen, today=datetime.date.today(), output=output):
        _say("nothing due")
        return
    options = report.Options(formats=formats, renderer=renderer, jobs=jobs, output=output)
    folder = report.build(project, chosen, options, tell)
    for file in report.shown(folder, formats):
        _say(str(file))


@app.command(epilog="Example:  natpatsip doctor")
def doctor() -> None:
    """Say what is installed, found and missing."""
    from helpers.doctor import examine

    findings = examine()
    for finding in findings:
        _say(f"{'ok     ' if finding.is_well else 'MISSING'}  {finding.what}: {finding.found}")
        if not finding.is_well:
            _say(f"         {finding.remedy}")
    if any(not finding.is_well and finding.is_needed for finding in findings):
        raise typer.Exit(1)


def _one_of(option: str, word: str, choices: tuple[str, ...]) -> None:
    if word not in choices:
        raise UsageError(f'{option}: "{word}" is none of {", ".join(choices)}.{nearest(word, choices)}')


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> None:
    """Run a command, and turn what stops it into a sentence and an exit status."""
    try:
        app()
    except ReportError as error:
        sys.stderr.write(f"natpatsip: {error}\n")
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.stderr.write("natpatsip: stopped\n")
        sys.exit(130)
