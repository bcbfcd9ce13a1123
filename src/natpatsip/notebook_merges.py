"""Git set up to show and merge notebooks by cell, with nbdime, instead of as lines of JSON.

``.gitattributes`` names the drivers, and git's own configuration, which nobody can commit, says what they are. So each
clone is set up once, by ``make environment``, ``natpatsip init`` or ``python -m natpatsip.notebook_merges``.

The drivers fall back to what git does by itself if nbdime is not there, for instance after ``.venv`` was removed: git
takes a driver that cannot be run for a conflict, and leaves our side in the file without any mark.
"""

from __future__ import annotations

import sys
from pathlib import Path

from natpatsip import git
from natpatsip.errors import ReportError

ATTRIBUTES = "*.ipynb diff=jupyternotebook merge=jupyternotebook"
DRIVER, COMMAND = "merge.jupyternotebook.driver", "diff.jupyternotebook.command"  # nbdime's own names
_FIND = (
    'for each in "{folder}.venv/bin/{program}" "{folder}.venv/Scripts/{program}.exe" "$(command -v {program})"; do '
    '[ -x "$each" ] && {{ "$each" {arguments}; {then}; }}; done; '
)


def enable(project: Path) -> bool:
    """Set git up for the project's repository; return False if the project is not in one."""
    try:
        folder = git.run(project, "rev-parse", "--show-prefix").strip()
    except git.GitError:
        return False
    git.run(project, "config", "merge.jupyternotebook.name", "notebooks by cell (nbdime)")
    git.run(project, "config", DRIVER, merge_driver(folder))
    git.run(project, "config", COMMAND, diff_command(folder))
    return True


def is_enabled(project: Path) -> bool:
    """Return True if git has drivers for notebooks, these or nbdime's own."""
    try:
        return bool(git.run(project, "config", "--get", DRIVER).strip())
    except git.GitError:
        return False


def merge_driver(folder: str) -> str:
    """Return the command that merges a notebook; `folder` leads to the project from the top of the repository."""
    found = _FIND.format(folder=folder, program="git-nbmergedriver", arguments="merge %O %A %B %L %P", then="exit $?")
    return f"{found}git merge-file --marker-size=%L %A %O %B"


def diff_command(folder: str) -> str:
    """Return the command that shows how a notebook has changed; git hands it the names of both versions."""
    found = _FIND.format(folder=folder, program="git-nbdiffdriver", arguments='diff "$@"', then="return 0")
    return f'f() {{ {found}git --no-pager diff --no-index --no-ext-diff -- "$2" "$5" || :; }}; f'


def main() -> None:
    """Set git up to merge notebooks in the project that this is run in."""
    try:
        from natpatsip.project import project_root

        if not enable(project_root()):
            sys.stdout.write("The project is not in a git repository. Run this again after git init.\n")
    except ReportError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
