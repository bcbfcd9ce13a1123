"""Working folders: one build at a time uses each, and `clean` never takes one from a build that uses or awaits it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from natpatsip.errors import ReportError
from natpatsip.pipeline import workspace
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.workspace import clean, locked, try_locked
from natpatsip.release.archived import ARCHIVED
from support.repositories import git, repository
from support.waiting import becomes

Q2 = "2024-25-Q2"


def ignore(_: str) -> None:
    pass


def test_a_folder_in_use_is_not_removed_and_named(tmp_path):
    with locked(tmp_path / "build" / Q2, ignore):
        (tmp_path / "build" / Q2 / "page").touch()
        with pytest.raises(ReportError, match=rf"^build/{Q2}: a build is using it"):
            clean(tmp_path)
        assert (tmp_path / "build" / Q2 / "page").exists()
    assert clean(tmp_path) == 0
    assert not (tmp_path / "build").exists()


def test_who_waits_is_told_and_gets_the_folder(tmp_path):
    folder, told = tmp_path / "build" / Q2, []
    with ThreadPoolExecutor(1) as pool:
        with locked(folder, ignore):
            waiting = pool.submit(_use, folder, told.append)
            assert becomes(lambda: told)
        waiting.result()
    assert told == [f"waiting for another build, which holds {folder / '.lock'}"]


def _use(folder, log):
    with locked(folder, log):
        pass


def test_a_folder_in_use_is_told_from_a_free_one(tmp_path):
    with try_locked(tmp_path / Q2) as is_free:
        assert is_free
        with try_locked(tmp_path / Q2) as is_free_again:
            assert not is_free_again
    with try_locked(tmp_path / Q2) as is_free:
        assert is_free


BUILDS, ROUNDS = 3, 25


def _build_often(project, failures):
    """Use a folder as a build does: what it writes stays until it ends, and nobody else is there."""
    folder = project / "build" / Q2
    cache = Cache(project / "build" / "cache")
    for number in range(ROUNDS):
        try:
            with locked(folder, ignore):
                mine = folder / "mine"
                handle = os.open(mine, os.O_CREAT | os.O_EXCL)  # fails if another build is in the folder
                os.close(handle)
                cache.put("kind", f"{os.getpid()}{number}", b"content")
                time.sleep(0.002)
                mine.unlink()  # fails if `clean` has taken the folder
        except Exception as error:
            failures.put(repr(error))
            raise
    if cache.error:
        failures.put(cache.error)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows moves no folder in use: `clean` is refused there")
def test_builds_and_clean_at_once_never_meet_in_a_folder(tmp_path):
    context = multiprocessing.get_context("spawn")
    failures = context.Queue()
    builds = [context.Process(target=_build_often, args=(tmp_path, failures)) for _ in range(BUILDS)]
    for each in builds:
        each.start()
    cleaned = 0
    while any(each.is_alive() for each in builds):
        with contextlib.suppress(ReportError):
            clean(tmp_path)
            cleaned += 1
    for each in builds:
        each.join()
    assert [failures.get() for _ in range(sum(each.exitcode != 0 for each in builds))] == []
    assert failures.empty()
    assert cleaned > ROUNDS
    clean(tmp_path)
    assert not (tmp_path / "build").exists()


def test_a_build_that_waits_while_clean_removes_gets_a_folder_of_its_own(tmp_path, monkeypatch):
    folder, entered = tmp_path / "build" / Q2, threading.Event()
    folder.mkdir(parents=True)
    (folder / ".lock").touch()
    move = type(folder).rename

    def slow(self, target):
        waiting.append(pool.submit(_note, folder, entered))
        time.sleep(0.3)
        assert not entered.is_set()  # the lock is held until the folder is out of the way
        return move(self, target)

    waiting = []
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(type(folder), "rename", slow)
        clean(tmp_path)
        monkeypatch.undo()
        assert waiting[0].result() is True


def _note(folder, entered):
    with locked(folder, ignore):
        entered.set()
        return (folder / ".lock").exists()


def test_what_a_killed_clean_left_is_removed_by_the_next(tmp_path, monkeypatch):
    (tmp_path / "build" / Q2).mkdir(parents=True)
    (tmp_path / "build" / Q2 / "page").write_text("12345", encoding="utf-8")
    monkeypatch.setattr(workspace.shutil, "rmtree", lambda _: sys.exit())
    with pytest.raises(SystemExit):
        clean(tmp_path)
    monkeypatch.undo()
    assert not (tmp_path / "build" / Q2).exists()
    assert clean(tmp_path) == 5
    assert not (tmp_path / "build").exists()


def test_a_worktree_that_a_killed_build_left_is_removed_and_forgotten(tmp_path):
    (tmp_path / "file").touch()
    project = repository(tmp_path)
    left = project / "build" / Q2 / ARCHIVED / "tmp" / "project"
    git(project, "worktree", "add", "--detach", str(left), commit_of(project))
    clean(project)
    assert not (project / "build").exists()
    assert len(git(project, "worktree", "list").splitlines()) == 1


def commit_of(project):
    return git(project, "rev-parse", "HEAD").strip()
