"""Citations of which a part would be lost, or that are none, are told with their cell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from natpatsip.pipeline.plan import Plan
from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.citations import problems_of_citations, without_brackets
from natpatsip.pipeline.render.typed_markdown import _report
from natpatsip.pipeline.staging.markdown import Place
from natpatsip.quarter import Quarter
from support.projects import small

WORKS = "@book{a, title={A}}\n@book{b, title={B}}\n"


def problems(folder, text):
    report = replace(_report(Plan.of(small(folder), Quarter(2024, 2))), bibliography=("works.bib",))
    (folder / "works.bib").write_text(WORKS, encoding="utf-8")
    return list(problems_of_citations(report, Chapter("ward.qmd", text, {}, [Place(1, "the cell")])))


@pytest.mark.parametrize("brackets", ["@a, @b", "@a and @b", "see @a, p. 3, and also @b", "-@a, @b", "@a; @b, @a"])
def test_works_that_no_semicolon_parts_are_told_since_one_would_be_lost(tmp_path, brackets):
    (problem,) = problems(tmp_path, f"As [{brackets}] say.")
    assert problem.startswith(f"the cell: found [{brackets}], of which only the last work would be shown.")


@pytest.mark.parametrize(
    "text",
    [
        "[@a; @b]",
        "[see @a, p. 3; and @b]",
        "[-@a]",
        "`[@a, @b]`",
        r"\[@a, \@b]",
        "[@a, a@b.org]",
        "[@a] [@b]",
        "<!-- [@a, @b] -->",
    ],
)
def test_what_pandoc_shows_whole_is_right(tmp_path, text):
    assert problems(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("As @a says", ["a"]),
        ("(@a)", ["a"]),
        ("[@a](index.ipynb)", ["a"]),
        ("[@a] and @b.", ["b"]),
        (r"\@a, a@a, `@a`, [@a], ask @home", []),
    ],
)
def test_a_key_without_brackets_is_found_if_it_is_that_of_a_work(text, found):
    assert without_brackets(text, frozenset({"a", "b"})) == found


@pytest.mark.parametrize("text", ["As [see [the] @a] says.", "See https://example.org/@a for more."])
def test_brackets_within_brackets_and_addresses_are_taken_for_what_they_are(tmp_path, text):
    assert problems(tmp_path, text) == []
    assert without_brackets(text, frozenset("ab")) == []
