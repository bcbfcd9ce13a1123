"""``natpatsip clean``: working files and the cache, which the next build makes again."""

from __future__ import annotations

from helpers.cli.app import app
from helpers.cli.voice import say


@app.command(epilog="Example:  natpatsip clean")
def clean() -> None:
    """Remove the cache and working files in build/; reports stay."""
    from helpers.build.cleaning import clean as remove
    from helpers.project import project_root

    freed = remove(project_root())
    say(f"removed build/ ({freed / 1_000_000:.1f} MB)" if freed else "nothing to remove")
