"""``natpatsip check``: numbers, sentences and claims of a quarter, or of a table of claims."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from natpatsip.cli.app import app, one_of
from natpatsip.cli.console import Voice, say
from natpatsip.errors import ReportError, UsageError

if TYPE_CHECKING:
    from natpatsip.checks import Outcome
    from natpatsip.quarter import Quarter

FORMATS = ("text", "json", "github")


@app.command(epilog="Example:  natpatsip check 2024-25-Q2 --format github")
def check(
    quarter: Annotated[
        str | None,
        typer.Argument(help="The quarter, such as 2024-25-Q2; by default the newest in params/ with complete data."),
    ] = None,
    claims: Annotated[
        Path | None, typer.Option(help="Check a table of claims instead, such as data/published_claims.csv.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="text, json or github (annotations).")] = "text",  # noqa: A002
    jobs: Annotated[int, typer.Option(min=1, help="How many notebooks run at once.")] = 2,
) -> None:
    """Check a quarter's numbers, sentences and claims; exit status 1 where anything is found."""
    one_of("--format", format, FORMATS)
    if claims is not None and quarter is not None:
        raise UsageError("--claims: checks a table by itself; leave the quarter out.")
    outcome, project = _claims(claims) if claims is not None else _quarter(quarter, jobs)
    from natpatsip.checks.reporters import as_github, as_text
    from natpatsip.reporters import as_json

    if format == "json":
        say(as_json(outcome.findings))
    else:
        for line in as_text(outcome) if format == "text" else as_github(outcome.findings, project):
            say(line)
    if outcome.findings:
        raise typer.Exit(1)


def _claims(file: Path) -> tuple[Outcome, Path]:
    from natpatsip.checks import Outcome, check_claims

    return Outcome(tuple(check_claims(file))), Path.cwd()


def _quarter(written: str | None, jobs: int) -> tuple[Outcome, Path]:
    from natpatsip.checks.runner import check_quarter
    from natpatsip.project import project_root
    from natpatsip.quarter import Quarter

    project = project_root()
    chosen = Quarter.parse(written) if written else _newest(project)
    return check_quarter(project, chosen, jobs=jobs, log=Voice()), project


def _newest(project: Path) -> Quarter:
    from natpatsip.build import newest_complete

    found, lacking = newest_complete(project)
    if found is None:
        missing = "; ".join(f"{quarter}: {'; '.join(what)}" for quarter, what in lacking.items())
        raise ReportError(f"params/: no quarter has complete data ({missing}). Name the quarter to check.")
    return found
