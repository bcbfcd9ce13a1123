"""What the project asks of git: which commit it is at, whether its files are committed, and its tags."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from natpatsip.errors import ReportError

SHORT = 10  # characters of a commit that are shown


class GitError(ReportError):
    """Git is not installed, or a git command failed."""


def run(project: Path, *arguments: str) -> str:
    """Run git in the project's folder and return what it printed.

    Raises
    ------
    GitError
        If git fails, with its own message.
    """
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            cwd=project,
            capture_output=True,
            encoding="utf-8",
            errors="replace",  # a commit may be in any encoding
            check=False,
        )
    except OSError as error:
        raise GitError(f"git cannot be run ({error}). Install it, then run this again.") from error
    if done.returncode:
        message = " ".join((done.stderr or done.stdout).split())
        raise GitError(f"git {' '.join(arguments[:2])} failed: {message}")
    return done.stdout


def version() -> str:
    """Return the version of git; empty if it cannot be run."""
    try:
        return run(Path.cwd(), "--version").strip().removeprefix("git version ")
    except GitError:
        return ""


def head(project: Path) -> str:
    """Return the commit that the project is at; empty outside git and before the first commit.

    Every build asks, so it is read from git's files where they hold it: starting git takes longer than all else that a
    build does to find that its report is up to date.
    """
    folders = (project, *project.parents)
    git = next((each for folder in folders if (each := folder / ".git").exists()), None)
    if git is None:
        return ""
    try:
        if git.is_file():  # a worktree: the file names its folder
            git = git.parent / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        found = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not found.startswith("ref: "):
            return found
        reference = found.removeprefix("ref: ")
        common = git / "commondir"
        home = git / common.read_text(encoding="utf-8").strip() if common.is_file() else git
        if (loose := home / reference).is_file():
            return loose.read_text(encoding="utf-8").strip()
        for line in (home / "packed-refs").read_text(encoding="utf-8").splitlines():
            if line.endswith(f" {reference}"):
                return line.partition(" ")[0]
    except OSError:
        pass
    return commit_of(project, "HEAD")  # of another format, such as git's reftable


def describe(project: Path) -> str:
    """Return the commit that the project is at, with "+" if tracked files differ from it; empty outside git."""
    try:
        changed = run(project, "status", "--porcelain", "--untracked-files=no").strip()
    except GitError:
        return ""
    return f"{commit}{'+' if changed else ''}" if (commit := head(project)) else ""


def is_tracked(project: Path) -> bool:
    """Return True if the project is under version control: its notebooks are tracked, and there is a commit."""
    try:
        return bool(run(project, "ls-files", "--", "notebooks").strip()) and bool(head(project))
    except GitError:
        return False


def changes(
    project: Path,
    *paths: str,  # folders and files to look at; by default all
    exclude: Sequence[str] = (),  # git's patterns of files that do not count
) -> list[str]:
    """Return the files of the project that differ from the commit or are not tracked."""
    excluded = [f":(exclude,glob){pattern}" for pattern in exclude]
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
    """Return the commit that a tag, branch or commit name refers to; empty if there is none."""
    try:
        return run(project, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}").strip()
    except GitError:
        return ""


def tag(project: Path, name: str, commit: str, message: str) -> None:
    """Make an annotated tag in git.

    Raises
    ------
    GitError
        If the tag exists, or git does not know who is making it.
    """
    run(project, "tag", "--annotate", "--message", message, name, commit)


def has_identity(project: Path) -> bool:
    """Return True if git knows whose name to put on a tag."""
    try:
        return bool(run(project, "var", "GIT_COMMITTER_IDENT").strip())
    except GitError:
        return False


@contextlib.contextmanager
def worktree(
    project: Path,  # the project's folder, which may be a folder inside the repository
    reference: str,  # a tag or a commit
    parent: Path,  # the folder that the worktree is made in
) -> Iterator[Path]:
    """Check a commit out into a temporary worktree, and yield the project's folder in it."""
    prefix = run(project, "rev-parse", "--show-prefix").strip()
    parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=parent) as folder:
        place = Path(folder) / "project"
        run(project, "worktree", "add", "--detach", "--force", str(place), reference)
        try:
            yield place / prefix
        except BaseException:
            with contextlib.suppress(GitError):  # the block's own error matters more
                run(project, "worktree", "remove", "--force", str(place))
            raise
        run(project, "worktree", "remove", "--force", str(place))


def remove_worktrees(project: Path, parent: Path) -> None:
    """Remove worktrees that a killed process left in a folder; the caller knows that none is in use."""
    for place in parent.glob("*/project"):
        with contextlib.suppress(GitError):
            run(project, "worktree", "remove", "--force", str(place))
    shutil.rmtree(parent, ignore_errors=True)
