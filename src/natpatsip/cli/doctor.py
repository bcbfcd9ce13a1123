"""``natpatsip doctor``: what is installed, found and missing."""

from __future__ import annotations

import typer

from natpatsip.cli.application import app
from natpatsip.cli.console import say


@app.command(epilog="Example:  natpatsip doctor")
def doctor() -> None:
    """Show what is installed, found and missing."""
    from natpatsip.doctor import examine

    results = examine()
    for each in results:
        say(f"{'ok     ' if each.is_ok else 'MISSING'}  {each.name}: {each.found}")
        if not each.is_ok:
            say(f"         {each.remedy}")
    if any(not each.is_ok and each.is_needed for each in results):
        raise typer.Exit(1)
