"""``natpatsip preview``: the report in a browser, rebuilt on save."""

from __future__ import annotations

from typing import Annotated

import typer

from natpatsip.cli.app import app
from natpatsip.cli.console import Voice, say
from natpatsip.errors import ReportError


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
    from natpatsip.pipeline.schedule import newest_complete
    from natpatsip.preview.serve import run
    from natpatsip.project import project_root
    from natpatsip.quarter import Quarter

    project = project_root()
    chosen = Quarter.parse(quarter) if quarter else newest_complete(project)[0]
    if chosen is None:
        raise ReportError("params/: no quarter has complete data. Name the quarter to preview.")
    run(project, chosen, port=port, is_opened=is_opened, jobs=jobs, log=Voice(), say=say)
