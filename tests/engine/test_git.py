"""The commit that a project is at is read from git's own files, and is the one that git names."""

from __future__ import annotations

import pytest

from natpatsip import git as project_git
from support.repositories import commit, git


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "repository" / "project"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "notebooks" / "ward.ipynb").write_text("{}", encoding="utf-8")
    git(folder.parent, "init", "--quiet", "--initial-branch", "main")
    return folder


@pytest.fixture
def first(project):
    return commit(project, "First")


@pytest.fixture
def without_git(monkeypatch):
    """Make whatever starts git fail."""
    monkeypatch.setattr(project_git, "run", lambda *_: pytest.fail("git was started"))
    return project_git


PLACES = {
    "on a branch": lambda project: None,
    "on a branch with a slash": lambda project: git(project, "switch", "--quiet", "--create", "release/main"),
    "on no branch": lambda project: git(project, "checkout", "--quiet", "--detach"),
    "on a packed branch": lambda project: git(project, "pack-refs", "--all"),
}


@pytest.mark.parametrize("place", PLACES)
def test_the_commit_is_read_without_git(project, first, place, without_git):
    PLACES[place](project)
    assert without_git.head(project) == first


def test_a_worktree_has_a_commit_of_its_own(project, first, tmp_path, without_git):
    git(project, "worktree", "add", "--quiet", "--detach", str(tmp_path / "other"))
    (tmp_path / "other" / "new.csv").write_text("", encoding="utf-8")
    second = commit(tmp_path / "other", "Second")
    assert without_git.head(tmp_path / "other" / "project") == second
    assert without_git.head(project) == first


def test_git_is_asked_where_its_files_do_not_tell(project, first):
    (project.parent / ".git" / "HEAD").write_text("ref: refs/heads/.invalid\n", encoding="utf-8")  # as reftable does
    assert project_git.head(project) == ""


def test_there_is_no_commit_outside_git_or_before_the_first(project, tmp_path):
    assert project_git.head(tmp_path) == project_git.describe(tmp_path) == ""
    assert project_git.head(project) == project_git.describe(project) == ""
    assert not project_git.is_tracked(project)


def test_a_commit_is_described_with_a_mark_if_tracked_files_differ(project, first):
    (project / "new.csv").write_text("", encoding="utf-8")
    assert project_git.describe(project) == first
    (project / "notebooks" / "ward.ipynb").write_text("[]", encoding="utf-8")
    assert project_git.describe(project) == f"{first}+"
