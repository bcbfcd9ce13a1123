"""A final edition that stands: a draft does not take its place. Read with every build, so it imports little."""

from __future__ import annotations

import json
from pathlib import Path

from helpers.errors import ReportError


class FinalStandsError(ReportError):
    """A draft would have replaced a final edition."""


def is_final(report: Path) -> bool:
    """Say whether a report's folder holds a final edition, going by its manifest."""
    try:
        content = json.loads((report / "manifest.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("status") == "final"


def protect(report: Path) -> None:
    """See that a draft may be put where a report stands.

    Parameters
    ----------
    report : Path
        The folder of the report that a draft would replace.

    Raises
    ------
    FinalStandsError
        Where that is a final edition.
    """
    if is_final(report):
        raise FinalStandsError(
            f"{report}: holds the final edition, which a draft does not replace. Put the draft elsewhere with --output "
            "DIR, make the final edition anew with --final, or remove that folder first."
        )
