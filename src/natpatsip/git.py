"""What the project asks of git: whether its files are committed, which commit it stands at, and its tags."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from natpatsip.errors import ReportError

SHORT = 10  # characters of a commit that are shown


class GitError(ReportError):
    """Git is missing, or refused what was asked of it."""


def run(project: Path, *arguments: str) -> str:
    """Run git in the project's folder and return what it printed.

    Raises
    ------
    GitError
        With git's own words, where it fails.
    """
    try:
        done = subprocess.run(["git", *arguments], cwd=project, capture_output=True, text=True, check=False)  # noqa: S603, S607
    except OSError as error:
        raise GitError(f"git cannot be run ({error}). Install it, then run this again.") from error
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())
        raise GitError(f"git {' '.join(arguments[:2])} failed: {said}")
    return done.stdout


def keeps(project: Path) -> bool:
    """Say whether git keeps the project: its notebooks are tracked, and there is a commit."""
    try:
        return bool(run(project, "ls-files", "--", "notebooks").strip()) and bool(head(project))
    except GitError:
        return False


def head(project: Path) -> str:
    """Return the commit that the project stands at."""
    return run(project, "rev-parse", "--verify", "HEAD^{commit}").strip()


def changes(project: Path, *paths: str, but: Sequence[str] = ()) -> list[str]:
    """Return the files of the project that differ from the commit or are unknown to git.

    Parameters
    ----------
    project : Path
        The project's folder.
    paths : str
        Look at these alone; by default at all.
    but : sequence of str
        Patterns of files that do not count, as git has them.
    """
    excluded = [f":(exclude,glob){pattern}" for pattern in but]
    where = ("--", *(paths or (".",)), *excluded)
    lines = run(project, "status", "--porcelain", "--untracked-files=all", "-z", *where)
    prefix = run(project, "rev-parse", "--show-prefix").strip()
    entries, found = iter(lines.split("\0")), []
    for entry in entries:
        if not entry:
            continue
        found.append(entry[3:].removeprefix(prefix))
        if "R" in entry[:2] or "C" in entry[:2]:
            next(entries, None)  # the name before
    return sorted(found)


def commit_of(project: Path, reference: str) -> str:
    """Return the commit that a tag, branch or commit name means; empty where there is none of that name."""
    try:
        return run(project, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}").strip()
    except GitError:
        return ""


def tag(project: Path, name: str, commit: str, message: str) -> None:
    """Make an annotated tag.

    Raises
    ------
    GitError
        Where there is one of that name, or git does not know who makes it.
    """
    run(project, "tag", "--annotate", "--message", message, name, commit)


def has_identity(project: Path) -> bool:
    """Say whether git knows who it would name as the maker of a tag."""
    try:
        return bool(run(project, "var", "GIT_COMMITTER_IDENT").strip())
    except GitError:
        return False


@contextlib.contextmanager
def worktree(project: Path, reference: str, parent: Path) -> Iterator[Path]:
    """Give the project as it was at a commit, in a worktree of its own, which goes when the block ends.

    Parameters
    ----------
    project : Path
        The project's folder; it need not be the repository's.
    reference : str
        A tag or a commit.
    parent : Path
        The folder that the worktree is made in.
    """
    prefix = run(project, "rev-parse", "--show-prefix").strip()
    parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=parent) as folder:
        place = Path(folder) / "project"
        run(project, "worktree", "add", "--detach", "--force", str(place), reference)
        try:
            yield place / prefix
        except BaseException:
            with contextlib.suppress(GitError):  # what has stopped the block is the error to hear of
                run(project, "worktree", "remove", "--force", str(place))
            raise
        run(project, "worktree", "remove", "--force", str(place))
