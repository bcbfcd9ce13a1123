"""``natpatsip doctor``: what is installed, found and missing."""

from __future__ import annotations

import typer

from natpatsip.cli.app import app
from natpatsip.cli.console import say


@app.command(epilog="Example:  natpatsip doctor")
def doctor() -> None:
    """Say what is installed, found and missing."""
    from natpatsip.doctor import examine

    findings = examine()
    for finding in findings:
        say(f"{'ok     ' if finding.is_well else 'MISSING'}  {finding.what}: {finding.found}")
        if not finding.is_well:
            say(f"         {finding.remedy}")
    if any(not finding.is_well and finding.is_needed for finding in findings):
        raise typer.Exit(1)
