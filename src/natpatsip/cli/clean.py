"""``natpatsip clean``: remove working files and the cache."""

from __future__ import annotations

from natpatsip.cli.application import app
from natpatsip.cli.console import say


@app.command(epilog="Example:  natpatsip clean")
def clean() -> None:
    """Remove the cache and working files in build/; reports stay."""
    from natpatsip.pipeline.workspace import clean as remove
    from natpatsip.project import project_root

    freed = remove(project_root())
    say(f"removed build/ ({freed / 1_000_000:.1f} MB)" if freed else "nothing to remove")
