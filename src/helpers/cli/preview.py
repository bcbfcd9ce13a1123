"""``natpatsip preview``: the report in a browser, rebuilt on save."""

from __future__ import annotations

from typing import Annotated

import typer

from helpers.cli.app import app
from helpers.cli.voice import Voice, say
from helpers.errors import ReportError


@app.command(epilog="Example:  natpatsip preview 2024-25-Q2")
def preview(
    quarter: Annotated[
        str | None,
        typer.Argument(help="The quarter, such as 2024-25-Q2; by default the newest in params/ with complete data."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to serve on; 0 takes a free one.")] = 0,
    is_opened: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = True,
    jobs: Annotated[int, typer.Option(min=1, help="How many notebooks run at once.")] = 2,
) -> None:
    """Show the report in a browser, and rebuild it whenever a notebook, params, data or the look are saved."""
    from helpers.build import report
    from helpers.preview.run import run
    from helpers.project import project_root
    from helpers.quarter import Quarter

    project = project_root()
    chosen = Quarter.parse(quarter) if quarter else report.newest_complete(project)[0]
    if chosen is None:
        raise ReportError("params/: no quarter has complete data. Name the quarter to preview.")
    run(project, chosen, port=port, is_opened=is_opened, jobs=jobs, tell=Voice(), say=say)
