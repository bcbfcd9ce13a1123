"""``natpatsip preview``: the report in a browser, rebuilt on save."""

from __future__ import annotations

from typing import Annotated

import typer

from natpatsip.cli.application import JOBS, QUARTER, app, quarter_or_newest
from natpatsip.cli.console import ProgressLog, say


@app.command(epilog="Example:  natpatsip preview 2024-25-Q2")
def preview(
    quarter: Annotated[str | None, typer.Argument(help=QUARTER)] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to serve on; 0 takes a free one.")] = 0,
    is_opened: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = True,
    jobs: Annotated[int, typer.Option(min=1, help=JOBS)] = 2,
) -> None:
    """Show the report in a browser, and rebuild it when a notebook, params, data or the look is saved."""
    from natpatsip.preview.serve import serve
    from natpatsip.project import project_root

    project = project_root()
    chosen = quarter_or_newest(quarter, project)
    serve(project, chosen, port=port, is_opened=is_opened, jobs=jobs, log=ProgressLog(), say=say)
