"""``natpatsip build``: a quarter's report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from natpatsip.cli.application import JOBS, app, one_of
from natpatsip.cli.console import ProgressLog, say
from natpatsip.cli.plain_build import build_and_say
from natpatsip.errors import ReportError, UsageError
from natpatsip.pipeline.options import FORMATS, NOTIFY, RENDERERS, Options

if TYPE_CHECKING:
    from natpatsip.quarter import Quarter


def _formats(to: list[str] | None) -> tuple[str, ...]:
    """Return the formats that ``--to`` names, which may be given more than once, in the order of `FORMATS`."""
    if to is None:
        return FORMATS
    named = [name.strip() for each in to for name in each.split(",") if name.strip()]
    for name in named:
        one_of("--to", name, FORMATS)
    if not named:
        raise UsageError(f"--to: names no format. Name one or more of {', '.join(FORMATS)}, separated by commas.")
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
            help=f"One or more of {', '.join(FORMATS)}, separated by commas; by default all. May be repeated.",
        ),
    ] = None,
    renderer: Annotated[str, typer.Option(help="auto uses Quarto if it is installed, else pandoc.")] = "auto",
    jobs: Annotated[int, typer.Option(min=1, help=JOBS)] = 2,
    output: Annotated[
        Path | None, typer.Option(help="Put the report in DIR/<quarter>/ instead of reports/<quarter>/.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Build every quarter in params/ whose data are complete.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Use nothing from earlier builds.")] = False,
    cluster: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Run the notebooks on a Dask cluster, such as tcp://10.0.0.5:8786.")
    ] = "",
    final: Annotated[
        bool, typer.Option("--final", help="Make the final edition and its git tag, if nothing is missing.")
    ] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Build only quarters that are due, new or changed; for schedules.")
    ] = False,
    notify: Annotated[
        str,
        typer.Option(
            metavar="COMMAND|URL",
            envvar=NOTIFY,
            show_envvar=False,
            help=f"With --due, post the summary to a command's input or an https address (or set {NOTIFY}).",
        ),
    ] = "",
) -> None:
    """Build the report of one quarter or of several."""
    from natpatsip.project import project_root

    formats, quarters = _formats(to), quarters or []
    _check_options(quarters, formats, everything=everything, final=final, due=due)
    if notify and not due and NOTIFY not in os.environ:
        raise UsageError("--notify: posts the summary of a scheduled run. Add --due, or leave --notify out.")
    one_of("--renderer", renderer, RENDERERS)
    log, project = ProgressLog(), project_root()
    options = Options(
        formats=formats,
        renderer=renderer,
        jobs=jobs,
        output=output,
        is_fresh=fresh,
        cluster=cluster,
        is_final=final,
    )
    if due:
        from natpatsip import schedule
        from natpatsip.quarter import Quarter

        schedule.run(project, [Quarter.parse(each) for each in quarters], options, log=log, say=say, notify=notify)
    else:
        build_and_say(project, _chosen(project, quarters, options, everything=everything, log=log), options, log)


def _check_options(quarters: list[str], formats: tuple[str, ...], *, everything: bool, final: bool, due: bool) -> None:
    """Reject options of the command line that exclude each other."""
    if final and formats != FORMATS:
        raise UsageError("--final: a final edition has all formats. Leave --to out.")
    if final and due:
        raise UsageError("--final: a schedule builds drafts; people make an edition final. Leave --due out.")
    if final and (everything or len(quarters) > 1):
        raise UsageError("--final: one quarter is made final at a time. Name one.")
    if quarters and everything:
        raise UsageError("--all: already means every quarter. Leave out --all or the quarters.")


def _chosen(project: Path, named: list[str], options: Options, *, everything: bool, log: ProgressLog) -> list[Quarter]:
    """Return the quarters that the command line asks to build."""
    from natpatsip.pipeline.caching.up_to_date import complete_quarters
    from natpatsip.quarter import Quarter
    from natpatsip.release.final_edition import is_final

    chosen = [Quarter.parse(each) for each in named]
    if not named:
        chosen, incomplete = complete_quarters(project, only_newest=not everything)
        for quarter, missing in incomplete.items():
            log(f"{quarter}: data not complete: {'; '.join(missing)}")
        if not chosen:
            raise ReportError("params/: no quarter has complete data. Name a quarter to see what its build needs.")
    if everything:
        final_editions = [each for each in chosen if is_final(options.report(project, each))]
        for quarter in final_editions:
            log(f"{quarter}: there is a final edition, which is left unchanged")
        chosen = [each for each in chosen if each not in final_editions]
    return chosen
