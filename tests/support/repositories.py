"""Git repositories for tests, independent of the settings of whoever runs them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

AUTHOR = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "An Analyst",
    "GIT_AUTHOR_EMAIL": "analyst@example.org",
    "GIT_COMMITTER_NAME": "An Analyst",
    "GIT_COMMITTER_EMAIL": "analyst@example.org",
}
IGNORED = "/build/\n/reports/\n__pycache__/\n"


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it says."""
    run = subprocess.run(
        ["git", *arguments], cwd=folder, env=os.environ | AUTHOR, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def repository(project: Path) -> Path:
    """Make a project a repository with everything in one commit."""
    (project / ".gitignore").write_text(IGNORED, encoding="utf-8")
    git(project, "init", "--quiet", "--initial-branch", "main", "--template=")  # without a dozen samples of hooks
    commit(project, "Begin")
    return project


def commit(project: Path, message: str) -> str:
    """Commit everything, and return the commit."""
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", message)
    return git(project, "rev-parse", "HEAD").strip()
