"""The final edition: what it waits for, and the tag that it leaves in git.

Everything that is lacking is said at once, what the checks found included, since each costs its reader another round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from helpers import git
from helpers.errors import ReportError
from helpers.params import FOLDER, Params
from helpers.quarter import Quarter

MOST_NAMED = 10


class FinalError(ReportError):
    """A final edition cannot be made yet, or its tag could not be."""


def tag_of(quarter: Quarter) -> str:
    """Return the name of the tag of a quarter's final edition."""
    return f"report/{quarter}"


def lacking(project: Path, params: Params, *, today: date) -> list[str]:
    """Return what a quarter's final edition waits for, but for findings of the checks.

    Parameters
    ----------
    project : Path
        The project's folder.
    params : Params
        The quarter's.
    today : date
        A sign-off cannot be of a later day.

    Raises
    ------
    DataError
        Where a data file cannot be read.
    """
    from helpers import datasets

    quarter = Quarter.parse(params.quarter)
    return [*_in_git(project, quarter), *datasets.complete(quarter, project), *_sign_offs(params, today)]


def refuse(quarter: Quarter, lacks: Sequence[str]) -> None:
    """Raise what is lacking as one error; do nothing where nothing is.

    Raises
    ------
    FinalError
        With a line for each.
    """
    if lacks:
        lines = "\n".join(f"- {each}" for each in lacks)
        number = "one thing is" if len(lacks) == 1 else f"{len(lacks)} things are"
        raise FinalError(f"{quarter} cannot be made final; {number} lacking:\n{lines}")


def seal(project: Path, params: Params, commit: str, report: Path) -> str:
    """Make the tag of a final edition that was published, and return its name.

    Where the tag stands on this very commit already, the edition was made again and the tag stays.

    Raises
    ------
    FinalError
        Where the tag could not be made.
    """
    quarter = Quarter.parse(params.quarter)
    name = tag_of(quarter)
    if git.commit_of(project, f"refs/tags/{name}") == commit:
        return name
    people = ", ".join(f"{each.name} ({each.role}, {each.date})" for each in params.sign_offs)
    try:
        git.tag(project, name, commit, f"{quarter.label} progress report, final edition\n\nSigned off: {people}")
    except git.GitError as error:
        raise FinalError(
            f"{report}: the final edition is published, but its tag {name} could not be made: {error}. "
            f'Make it by hand: git tag --annotate --message "{quarter.label}, final edition" {name} {commit}'
        ) from error
    return name


def _in_git(project: Path, quarter: Quarter) -> Iterator[str]:
    if not git.keeps(project):
        yield "git: the project is in no git repository with a commit. Make one, so that the edition can be made again."
        return
    if changed := git.changes(project):
        more = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
        yield f"git: not committed: {', '.join(changed[:MOST_NAMED])}{more}. Commit or undo that."
    name, head = tag_of(quarter), git.head(project)
    tagged = git.commit_of(project, f"refs/tags/{name}")
    if tagged and tagged != head:
        yield (
            f"git: the tag {name} stands on another commit ({tagged[: git.SHORT]}, not {head[: git.SHORT]}): the final "
            f"edition has been made. To make it anew, delete the tag first: git tag --delete {name}"
        )
    if not git.has_identity(project):
        yield "git: does not know who you are, and so can make no tag. Set user.name and user.email with git config."


def _sign_offs(params: Params, today: date) -> Iterator[str]:
    where = f"{FOLDER}/{params.quarter}.yml, sign_offs"
    if not params.sign_offs:
        yield f"{where}: names nobody. List who signs the edition off, with role, name and date."
    for each in params.sign_offs:
        if each.name is None or each.date is None:
            yield f"{where}: {each.role} has not signed off. Add name and date once that is done."
        elif each.date > today:
            yield f"{where}: {each.role} signs off on {each.date}, which is still to come."
