"""``natpatsip build``: a quarter's report."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from natpatsip.cli.app import app, one_of
from natpatsip.cli.console import Voice, say
from natpatsip.errors import ReportError, UsageError
from natpatsip.pipeline.options import FORMATS, RENDERERS, Options, files_of


def _formats(to: list[str] | None) -> tuple[str, ...]:
    """Return the formats that ``--to`` names, however often it is said, in the order of `FORMATS`."""
    if to is None:
        return FORMATS
    named = [name.strip() for each in to for name in each.split(",") if name.strip()]
    for name in named:
        one_of("--to", name, FORMATS)
    if not named:
        raise UsageError("--to: names no format. Name some of html, pdf and docx, joined by commas.")
    return tuple(name for name in FORMATS if name in named)


@app.command(epilog="Example:  natpatsip build 2024-25-Q2 --to html,pdf")
def build(
    quarters: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[QUARTER]...",
            help="The quarters, such as 2024-25-Q2; by default the newest in params/ with complete data.",
        ),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="FORMAT[,FORMAT]...",
            help=f"Some of {', '.join(FORMATS)}, joined by commas; by default all. May be said more than once.",
        ),
    ] = None,
    renderer: Annotated[str, typer.Option(help="auto takes Quarto where it is found, else pandoc.")] = "auto",
    jobs: Annotated[int, typer.Option(min=1, help="How many notebooks run at once.")] = 2,
    output: Annotated[
        Path | None, typer.Option(help="Put the report into DIR/<quarter>/ instead of reports/<quarter>/.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Build every quarter in params/ whose data are complete.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Use nothing that earlier builds have made.")] = False,
    cluster: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Run the notebooks on a Dask cluster, such as tcp://10.0.0.5:8786.")
    ] = "",
    final: Annotated[
        bool, typer.Option("--final", help="Make the final edition, with its git tag, once nothing is lacking.")
    ] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Build only where a quarter is due and not yet built; for schedules.")
    ] = False,
) -> None:
    """Build a quarter's report, or those of several quarters."""
    from natpatsip.build import build_all
    from natpatsip.pipeline.schedule import complete_quarters, is_due
    from natpatsip.project import project_root
    from natpatsip.quarter import Quarter
    from natpatsip.release.final_edition import is_final

    formats = _formats(to)
    if final and set(formats) != set(FORMATS):
        raise UsageError("--final: a final edition has all formats. Leave --to out.")
    if final and due:
        raise UsageError("--final: a schedule builds drafts; people make an edition final. Leave --due out.")
    if final and (everything or len(quarters or ()) > 1):
        raise UsageError("--final: one quarter is made final at a time. Name one.")
    one_of("--renderer", renderer, RENDERERS)
    log = Voice()
    project = project_root()
    if quarters and everything:
        raise UsageError("--all: names every quarter already. Leave it out, or the quarters.")
    options = Options(
        formats=formats,
        renderer=renderer,
        jobs=jobs,
        output=output,
        is_fresh=fresh,
        cluster=cluster,
        is_final=final,
    )
    chosen = [Quarter.parse(each) for each in quarters or ()]
    if not quarters:
        found, lacking = complete_quarters(project, only_newest=not (everything or due))
        for each, missing in lacking.items():
            log(f"{each}: data not complete: {'; '.join(missing)}")
        if not found and not due:
            raise ReportError("params/: no quarter has complete data. Name a quarter to see what a build of it needs.")
        chosen = found
    if everything:
        final_ones = [each for each in chosen if is_final(options.report(project, each))]
        for each in final_ones:
            log(f"{each}: the final edition stands and is left as it is")
        chosen = [each for each in chosen if each not in final_ones]
    if due:
        today = datetime.date.today()
        chosen = [each for each in chosen if is_due(project, each, today=today, output=output)]
        if not chosen:
            say("nothing due")
            return
    outcome = build_all(project, chosen, options, log)
    for folder in outcome.built.values():
        for file in files_of(folder, formats):
            say(str(file))
    if len(chosen) == 1:
        for error in outcome.failed.values():
            raise error
    if failure := outcome.error():
        raise failure
