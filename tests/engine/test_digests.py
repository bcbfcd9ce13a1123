"""Digests: of content alone, in blocks; remembered while nothing about a file has changed."""

from __future__ import annotations

import hashlib
import os
import sys
import time
import tracemalloc

import pytest

from natpatsip.errors import ReportError
from natpatsip.files import digests
from natpatsip.files.digests import REMEMBERED_FROM, remember_in, sha256_of, sha256_of_folder

LARGE, SMALL = b"a" * REMEMBERED_FROM, b"a" * 10


@pytest.fixture
def file(tmp_path):
    remember_in(tmp_path / "build" / "digests.json")
    yield tmp_path / "extract.csv"
    digests._memory.file = None
    digests._memory.digests = None


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' names are Unicode")
@pytest.mark.parametrize("name", [b"caf\xe9.csv", b"caf\xe9/x.csv"], ids=["file", "folder"])
def test_a_name_that_is_not_utf_8_is_said_with_its_place(tmp_path, name):
    file = tmp_path / "data" / os.fsdecode(name)
    file.parent.mkdir(parents=True)
    file.touch()
    with pytest.raises(
        ReportError, match=r"^data/caf\?[.\w]*: has a name that is not UTF-8, shown here with \?\. Rename"
    ):
        sha256_of_folder(tmp_path / "data")


@pytest.fixture
def hashed(monkeypatch):
    """How often content is hashed."""
    calls = []
    monkeypatch.setattr(digests.hashlib, "file_digest", lambda *args: calls.append(1) or FILE_DIGEST(*args))
    return calls


FILE_DIGEST = hashlib.file_digest


def settled(monkeypatch):
    """Let three seconds pass."""
    now = time.time_ns() + 3_000_000_000
    monkeypatch.setattr(digests.time, "time_ns", lambda: now)


def test_a_large_file_is_hashed_once_while_it_stays_as_it_is(file, hashed, monkeypatch):
    file.write_bytes(LARGE)
    settled(monkeypatch)
    for _ in range(3):
        assert sha256_of(file) == hashlib.sha256(LARGE).hexdigest()
        remember_in(file.parent / "build" / "digests.json")  # as the next command does
    assert len(hashed) == 1


@pytest.mark.parametrize("size", [REMEMBERED_FROM, 10])
def test_a_file_that_changed_within_two_seconds_is_not_remembered(file, hashed, size):
    file.write_bytes(LARGE[:size])
    sha256_of(file)
    sha256_of(file)
    assert len(hashed) == 2


def test_a_small_file_is_hashed_once_by_a_process_and_not_remembered_by_the_next(file, hashed, monkeypatch):
    file.write_bytes(SMALL)
    settled(monkeypatch)
    for _ in range(2):
        assert sha256_of(file) == hashlib.sha256(SMALL).hexdigest()
    assert len(hashed) == 1
    assert not (file.parent / "build" / "digests.json").exists()


SIZES = pytest.mark.parametrize("content", [LARGE, SMALL], ids=["large", "small"])


@SIZES
def test_a_change_that_keeps_size_and_time_is_noticed(file, monkeypatch, content):
    file.write_bytes(content)
    settled(monkeypatch)
    before, times = sha256_of(file), file.stat()
    file.write_bytes(b"b" + content[1:])
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert sha256_of(file) != before


@SIZES
def test_another_file_in_its_place_is_noticed(file, monkeypatch, content):
    file.write_bytes(content)
    settled(monkeypatch)
    before = sha256_of(file)
    other = file.with_name("other.csv")
    other.write_bytes(b"b" + content[1:])
    other.replace(file)
    assert sha256_of(file) != before


@pytest.mark.parametrize("memory", ["", "[]", "{", '{"x": 1}', "null", "\x00"])
def test_a_damaged_memory_costs_time_alone(file, memory):
    file.write_bytes(LARGE)
    (file.parent / "build").mkdir()
    (file.parent / "build" / "digests.json").write_text(memory.replace("x", str(file)), encoding="utf-8")
    assert sha256_of(file) == hashlib.sha256(LARGE).hexdigest()


def test_a_large_file_is_not_read_whole_into_memory(file):
    with file.open("wb") as content:
        content.truncate(64_000_000)
    tracemalloc.start()
    sha256_of(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000
