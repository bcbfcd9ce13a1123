"""Both renderers make the same pages, element by element, and the same headings, tables, tags and text in print."""

from __future__ import annotations

import pytest

from natpatsip.files.digests import files_in, sha256_of
from natpatsip.pipeline import render
from natpatsip.pipeline.options import FORMATS
from support import parity
from support.staged import TIMESTAMP, stage

CHAPTERS = ["index", "list-of-figures", "waiting-times", "visits", "case-studies", "glossary"]


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    return rendered(tmp_path_factory.mktemp("embedded"), render.PANDOC)


@pytest.fixture(scope="module")
def through_quarto(tmp_path_factory):
    renderer = render.choose("auto")
    if renderer.name != "quarto":
        pytest.skip("Quarto 1.9 or newer is not installed; what it would be given is checked in test_render_quarto.py")
    return rendered(tmp_path_factory.mktemp("quarto"), renderer)


def rendered(folder, renderer):
    render.render(stage(folder / "staged"), folder, FORMATS, renderer=renderer, timestamp=TIMESTAMP)
    return folder


@pytest.mark.parametrize("page", [*CHAPTERS, "report"])
def test_each_page_is_the_same_element_by_element(embedded, through_quarto, page):
    file = f"html/{page}.html"
    assert parity.of_page(through_quarto / file) == parity.of_page(embedded / file)


def test_the_pages_have_the_same_files_beside_them(embedded, through_quarto):
    def files(folder):
        pages = folder / "html"
        return {
            file.relative_to(pages).as_posix(): sha256_of(file) for file in files_in(pages) if file.suffix != ".html"
        }

    assert files(through_quarto) == files(embedded)


@pytest.mark.parametrize("part", ["headings", "alternative texts", "tags", "text"])
def test_the_pdf_is_the_same(embedded, through_quarto, part):
    assert parity.of_pdf(through_quarto)[part] == parity.of_pdf(embedded)[part]


@pytest.mark.parametrize("part", ["headings", "captions", "alternative texts", "tables", "links", "colours", "text"])
def test_word_is_the_same(embedded, through_quarto, part):
    assert parity.of_word(through_quarto)[part] == parity.of_word(embedded)[part]


def test_what_is_compared_is_there(embedded):
    """Two empty readings would agree."""
    pages = parity.of_pages(embedded, CHAPTERS)
    assert [heading for heading in pages["headings"] if heading[0] == "h1"] == [
        ("h1", "Executive summary"),
        ("h1", "List of figures"),
        ("h1", "Access and Waiting Times Improvement Programme"),
        ("h1", "Home Visits Improvement Programme"),
        ("h1", "Case studies"),
        ("h1", "Glossary"),
    ]
    assert [figure[0] for figure in pages["figures"]] == ["fig-seen-in-time", "fig-home-visits", "fig-caseload"]
    assert pages["figures"][0][1] == "Figure 1 Access"
    assert ["East Midlands", "4", "9", "13"] in [row for table in pages["tables"] for row in table]
    assert ("Figure 2", "waiting-times.html#fig-home-visits") in pages["links"]
    assert "The points vary about one mean, within its limits." in pages["text"]
    paper = parity.of_pdf(embedded)
    assert len(paper["alternative texts"]) == 7  # four figures and pictures, three small drawings
    assert paper["tags"].count("/Table") == 4
    assert paper["tags"].count("/LI") == 14  # two of them the glossary's
    word = parity.of_word(embedded)
    assert len(word["captions"]) == 6  # three figures and three tables
    assert len(word["tables"]) == 4
    assert "fig-caseload" in word["references"]
