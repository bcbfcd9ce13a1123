"""A final edition that stands: a draft does not take its place. Read with every build, so it imports little."""

from __future__ import annotations

import json
from pathlib import Path

from natpatsip.errors import ReportError


class FinalStandsError(ReportError):
    """A draft would have replaced a final edition."""


def is_final(report: Path) -> bool:
    """Say whether a report's folder holds a final edition, going by its manifest."""
    try:
        content = json.loads((report / "manifest.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("status") == "final"


def protect(report: Path, project: Path) -> None:
    """See that a draft may be put where a report stands.

    Parameters
    ----------
    report : Path
        The folder of the report that a draft would replace.
    project : Path
        The project's folder.

    Raises
    ------
    FinalStandsError
        Where that is a final edition.
    """
    if is_final(report):
        raise FinalStandsError(
            f"{report}: holds the final edition, which a draft does not replace. Put the draft elsewhere with --output "
            "DIR, make the final edition anew with --final, or remove that folder first."
            + (f"\n{lack}" if (lack := untagged(report, project)) else "")
        )


def untagged(report: Path, project: Path) -> str:
    """Return what to do where a final edition has no tag, since the build that made it was cut off; else nothing.

    Parameters
    ----------
    report : Path
        The folder of a final edition.
    project : Path
        The project's folder.
    """
    from natpatsip import git
    from natpatsip.release.final_edition import tag_of

    content = json.loads((report / "manifest.json").read_bytes())
    quarter, commit = content.get("quarter"), content.get("commit")
    name = tag_of(quarter)
    if not (quarter and commit and git.is_tracked(project)) or git.commit_of(project, f"refs/tags/{name}"):
        return ""
    remedy = (
        f"Run: natpatsip build {quarter} --final"
        if git.head(project) == commit
        else f'Run: git tag --annotate --message "{quarter}, final edition" {name} {commit}'
    )
    return f"Its tag {name} is not in git: the build that made it was cut off, or the tag was deleted. {remedy}"
