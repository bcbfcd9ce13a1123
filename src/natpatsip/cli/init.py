"""``natpatsip init``: a new report that builds at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from natpatsip.cli.application import app
from natpatsip.cli.console import say


@app.command(
    epilog='Example:  natpatsip init waits --title "Waiting times" --publisher "Riverside Mental Health NHS Trust"'
)
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or an empty folder.")],
    title: Annotated[str, typer.Option(help="What the report is called.")] = "Quarterly progress report",
    publisher: Annotated[str, typer.Option(help="Who publishes it.")] = "Name of your organisation",
    quarter: Annotated[str, typer.Option(help="Its first quarter; by default the last one that has ended.")] = "",
) -> None:
    """Create a new report that builds: settings, one quarter, one chapter, one dataset."""
    from datetime import date

    from natpatsip.init import create_report, default_quarter
    from natpatsip.quarter import Quarter

    first = Quarter.parse(quarter) if quarter else default_quarter(date.today())
    created = create_report(folder, title=title, publisher=publisher, quarter=first)
    say(f"{created.folder}: a new report, {len(created.files)} files.")
    say("")
    say("Next:")
    say(f"1. cd {folder} && git init && git add . && git commit -m 'A new report'")
    say(f"2. natpatsip build {first} makes its first report, from illustrative data.")
    say("3. Replace data/waits_monthly.csv with your own data, and write what it is in data/datapackage.yaml.")
    say("4. Say in _quarto.yml who publishes the report and who readers tell about a problem.")
