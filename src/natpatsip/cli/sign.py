"""``natpatsip sign``: what a chapter or the whole report says, or what a number is, signed off by somebody."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from natpatsip.cli.application import app
from natpatsip.cli.console import say
from natpatsip.errors import UsageError


@app.command(epilog='Example:  natpatsip sign medicines --role "Clinical lead" --name "Ann Example"')
def sign(
    role: Annotated[str, typer.Option(help="As what they sign, such as Clinical lead.")],
    name: Annotated[str, typer.Option(help="Who signs.")],
    chapter: Annotated[
        str, typer.Argument(help="The chapter, by the name of its notebook; by default the whole report.")
    ] = "",
    fact: Annotated[str, typer.Option(metavar="ID", help="Verify a number by its id, instead of a chapter.")] = "",
    period: Annotated[str, typer.Option(help="The period of that number; by default the quarter.")] = "",
    quarter: Annotated[str, typer.Option(help="The quarter; by default the newest in params/.")] = "",
    reports: Annotated[Path | None, typer.Option(help="The folder of built reports; by default reports/.")] = None,
) -> None:
    """Sign off what the newest build says, all of it or a chapter, or verify a number; a later change takes it back."""
    if chapter and fact:
        raise UsageError("Name either a chapter, or a number with --fact ID.")
    if period and not fact:
        raise UsageError("--period: is of a number. Name it with --fact ID.")
    from natpatsip.project import project_root
    from natpatsip.quarter import Quarter, known_quarters
    from natpatsip.signing import sign_off, verify_fact

    project, today = project_root(), datetime.date.today()
    known = known_quarters(project)
    if not quarter and not known:
        raise UsageError("params/: has no quarter yet, so there is nothing to sign.")
    chosen = Quarter.parse(quarter) if quarter else known[-1]
    done = (
        verify_fact(project, chosen, fact, role=role, name=name, today=today, period=period, reports=reports)
        if fact
        else sign_off(project, chosen, chapter, role=role, name=name, today=today, reports=reports)
    )
    say(done.what)
    for file in done.files:
        say(f"written: {file.relative_to(project).as_posix()}")
    say("Commit it: git add params && git commit")
