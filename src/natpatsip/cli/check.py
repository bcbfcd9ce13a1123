"""``natpatsip check``: numbers, sentences and claims of a quarter, or of a table of claims."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from natpatsip.cli.application import JOBS, QUARTER, app, one_of, quarter_or_newest
from natpatsip.cli.console import ProgressLog, say, say_as_is
from natpatsip.errors import ReportError, UsageError

if TYPE_CHECKING:
    from natpatsip.checks import Outcome

FORMATS = ("text", "json", "github")


@app.command(epilog="Example:  natpatsip check 2024-25-Q2 --format github")
def check(
    quarter: Annotated[str | None, typer.Argument(help=QUARTER)] = None,
    claims: Annotated[
        Path | None, typer.Option(help="Check a table of claims instead, such as data/published_claims.csv.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="text, json or github (annotations).")] = "text",  # noqa: A002
    jobs: Annotated[int, typer.Option(min=1, help=JOBS)] = 2,
) -> None:
    """Check a quarter's numbers, sentences and claims; the exit status is 1 if anything is found."""
    one_of("--format", format, FORMATS)
    if claims is not None and quarter is not None:
        raise UsageError("--claims: checks a table without a quarter; leave the quarter out.")
    try:
        outcome, project, scope = _claims(claims) if claims is not None else _quarter(quarter, jobs)
    except ReportError as error:
        if format == "json":  # whoever reads it gets a list, whatever happens
            found = {"check": "not-checked", "message": str(error), "where": str(error).partition(": ")[0]}
            say_as_is(json.dumps([found], indent=2))
        raise
    from natpatsip.checks.outcome import as_github, as_text
    from natpatsip.reporters import as_json

    if format == "json":
        say_as_is(as_json(outcome.findings))
    elif format == "github":
        say_as_is("\n".join(as_github(outcome.findings, project)))
    else:
        *lines, count = as_text(outcome)
        for line in (*lines, f"{scope[0]}: {count}" if scope else count, *scope[1:]):
            say(line)
    if outcome.findings:
        raise typer.Exit(1)


def _claims(file: Path) -> tuple[Outcome, Path, list[str]]:
    from natpatsip.checks import Outcome, check_claims

    return Outcome(tuple(check_claims(file))), Path.cwd(), []


def _quarter(written: str | None, jobs: int) -> tuple[Outcome, Path, list[str]]:
    """Return what was found and where; then, if newer quarters were passed over, which was checked and why not they."""
    from natpatsip.check import check_quarter
    from natpatsip.project import project_root

    project = project_root()
    log = ProgressLog()
    quarter, incomplete = quarter_or_newest(written, project)
    for newer, missing in incomplete.items():
        log(f"{newer}: data not complete: {'; '.join(missing)}")
    outcome = check_quarter(project, quarter, jobs=jobs, log=log)
    passed_over = [
        f"{newer.label} was not checked: its data are not complete: {'; '.join(missing)}"
        for newer, missing in incomplete.items()
    ]
    return outcome, project, [quarter.label, *passed_over] if passed_over else []
