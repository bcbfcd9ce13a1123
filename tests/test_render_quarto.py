"""The Quarto renderer: which Quarto is taken, what it is asked for, and what becomes of what it wrote."""

from __future__ import annotations

import os
import stat

import pytest

from helpers.build import render
from helpers.errors import RenderError, UsageError
from staged import TIMESTAMP, stage

PROGRAM = """#!/bin/sh
if [ "$1" = --version ]; then echo {version}; exit 0; fi
echo "$@ $SOURCE_DATE_EPOCH $TYPST_FONT_PATHS" >> {log}
mkdir -p "$2/_book"
{action}
"""
WRITES = """case "$*" in
*html*) echo page > "$2/_book/index.html" ;;
*typst*) echo paper > "$2/_book/Report.pdf" ;;
esac"""


@pytest.fixture
def quarto(tmp_path, monkeypatch):
    """Put a program named quarto on an otherwise empty PATH; it stands in for the real one, which CI may not have."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")

    def make(version="1.9.2", action=WRITES):
        program = folder / "quarto"
        program.write_text(PROGRAM.format(version=version, log=tmp_path / "log", action=action), encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return tmp_path / "log"

    return make


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    return stage(tmp_path_factory.mktemp("staged"))


@pytest.fixture
def no_quarto(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


def test_auto_takes_the_embedded_renderer_where_quarto_is_not(no_quarto):
    assert render.choose("auto") == "pandoc"


def test_quarto_asked_for_and_absent_says_what_to_do(no_quarto):
    with pytest.raises(RenderError, match=r"none on PATH\. Install Quarto 1\.9 or newer .* --renderer pandoc"):
        render.choose("quarto")


@pytest.mark.parametrize(("version", "chosen"), [("1.8.27", "pandoc"), ("1.9.0", "quarto"), ("1.11.3", "quarto")])
def test_auto_takes_a_quarto_that_is_new_enough(quarto, version, chosen):
    quarto(version)
    assert render.choose("auto") == chosen


def test_an_old_quarto_asked_for_is_refused(quarto):
    quarto("1.8.27")
    with pytest.raises(RenderError, match=r"is Quarto 1\.8; the report's extension needs 1\.9 or newer"):
        render.choose("quarto")


def test_a_program_that_only_has_the_name_is_refused(quarto):
    quarto("hello")
    with pytest.raises(RenderError, match="says no version of Quarto"):
        render.choose("quarto")


def test_an_unknown_renderer_is_refused_with_the_nearest(no_quarto):
    with pytest.raises(UsageError, match=r'renderer "pandok": expected one of auto, quarto, pandoc\. Did you mean'):
        render.choose("pandok")


def test_each_format_is_asked_for_through_the_extension_and_collected(quarto, staged, tmp_path):
    log = quarto()
    render.render(staged, tmp_path / "out", ["html", "pdf"], renderer="quarto", timestamp=TIMESTAMP)
    asked = log.read_text(encoding="utf-8").splitlines()
    assert ["--to natpatsip-html" in asked[0], "--to natpatsip-typst" in asked[1]] == [True, True]
    assert all(str(TIMESTAMP) in line and "natpatsip/fonts" in line for line in asked)
    assert (tmp_path / "out" / "html" / "index.html").read_text(encoding="utf-8") == "page\n"
    assert (tmp_path / "out" / "report.pdf").read_text(encoding="utf-8") == "paper\n"


def test_what_quarto_says_of_its_failure_is_passed_on(quarto, staged, tmp_path):
    quarto(action='echo "ERROR: medicines.qmd: no such filter" >&2; exit 1')
    with pytest.raises(RenderError, match=r"Quarto could not make natpatsip-typst \(medicines\.qmd\): ERROR"):
        render.render(staged, tmp_path, ["pdf"], renderer="quarto", timestamp=TIMESTAMP)


def test_a_missing_typeface_is_an_error_under_quarto_too(quarto, staged, tmp_path):
    quarto(action='echo "warning: unknown font family: open sans" >&2')
    with pytest.raises(RenderError, match="unknown font family: open sans"):
        render.render(staged, tmp_path, ["pdf"], renderer="quarto", timestamp=TIMESTAMP)


def test_a_run_that_ends_well_and_writes_nothing_is_an_error(quarto, staged, tmp_path):
    quarto(action="true")
    for path in (staged / "_book").glob("*"):
        path.unlink()
    with pytest.raises(RenderError, match=r"left 0 \.docx files"):
        render.render(staged, tmp_path, ["docx"], renderer="quarto", timestamp=TIMESTAMP)


def test_chapters_are_checked_before_quarto_sees_them(quarto, tmp_path):
    log = quarto()
    project = stage(tmp_path / "staged")
    with (project / "glossary.qmd").open("a", encoding="utf-8") as chapter:
        chapter.write("\n{{< pagebreak >}}\n")
    with pytest.raises(RenderError, match="found a shortcode"):
        render.render(project, tmp_path / "out", ["html"], renderer="quarto", timestamp=TIMESTAMP)
    assert not log.exists()
