"""Bad input on paper: what is long, wide, foreign or full of signs is whole in the PDF and in Word, or refused."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise

import docx
import page
import pytest
import yaml
from docx.oxml.ns import qn
from lxml import html
from openxml_audit import OpenXmlValidator

from natpatsip.errors import RenderError
from natpatsip.pipeline import render
from support.hard import CODE, NAMES, TITLE, VALUES
from support.reading import READERS
from support.staged import TIMESTAMP, chapter_with, stage


@pytest.fixture(scope="module")
def report(hard):
    return hard


@pytest.fixture(scope="module")
def words(report):
    """The words of the PDF with the place of each on its page."""
    run = subprocess.run(["pdftotext", "-bbox", report / "report.pdf", "-"], capture_output=True, check=True)
    return [
        (number, word.text, *(float(word.get(side)) for side in ("xmin", "xmax", "ymax")))
        for number, each in enumerate(
            html.fromstring(run.stdout, parser=html.HTMLParser(encoding="utf-8")).iter("page"), start=1
        )
        for word in each.iter("word")
    ]


@pytest.mark.parametrize("form", ["pdf", "docx"])
@pytest.mark.parametrize("name", NAMES)
def test_names_keep_their_letters_and_signs(report, form, name):
    def plain(text):
        return re.sub(r"[‘’']", "'", re.sub(r"[“”\"]", '"', text))

    assert plain(READERS[form](report)).count(plain(name)) >= 2  # a list and a table


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_a_title_of_three_hundred_letters_is_whole(report, form):
    assert len(TITLE) == 300
    assert READERS[form](report).count(TITLE) >= 2  # the heading and the figure


def test_nothing_on_paper_leaves_the_page(words):
    """A4 is 595 by 842 points; text stays within the margins."""
    for number, text, left, right, foot in words:
        assert left >= 40, (number, text)
        assert right <= 595 - 40, (number, text)
        assert foot <= 842 - 20, (number, text)


def test_no_cell_of_a_wide_table_runs_into_the_next(words):
    (page_and_foot,) = {(number, foot) for number, text, _, _, foot in words if text == "19,400"}
    row = sorted((left, right) for number, _, left, right, foot in words if (number, foot) == page_and_foot)
    assert len(row) == 20
    assert all(right < left for (_, right), (left, _) in pairwise(row))


def test_a_word_that_no_hyphen_divides_is_broken_within_its_cell(words):
    parts = [(re.sub("[^A-Za-z]", "", text), right) for _, text, _, right, _ in words]  # without where it may break
    code = [(text, right) for text, right in parts if len(text) > 1 and set(text.upper()) <= set(CODE)]
    (beds,) = [left for _, text, left, _, _ in words if text == "86,421"]
    assert sorted("".join(text for text, _ in code).upper()) == sorted(CODE * 2)
    assert all(right < beds for _, right in code)


def test_the_number_of_a_tile_is_whole_and_lies_over_no_other(words):
    found = [(number, text, left, right, foot) for number, text, left, right, foot in words if text in VALUES]
    assert sorted(text for _, text, *_ in found) == sorted(VALUES * 2)  # tiles, and a programme's panel
    rows = {(number, foot) for number, _, _, _, foot in found}
    for row in rows:
        places = sorted((left, right) for number, _, left, right, foot in found if (number, foot) == row)
        assert all(right < left for (_, right), (left, _) in pairwise(places))


def test_a_long_table_repeats_its_header_on_each_page(words):
    rows = {number for number, text, *_ in words if text == "Hospital"}
    heads = [number for number, text, *_ in words if text == "Remark"]
    assert len(rows) > 1
    assert sorted(rows) == heads


@pytest.mark.parametrize("profile", [page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_2A])
def test_the_pdf_still_holds_to_its_standards(report, profile):
    assert [
        failure.message for failure in page.validate_pdf(str(report / "report.pdf"), profile=profile).failures
    ] == []


def test_word_still_opens_without_repair(report):
    found = OpenXmlValidator(max_errors=0).validate(str(report / "report.docx"))
    assert [error.description for error in found.errors] == []


def test_the_long_table_of_word_may_be_broken_and_a_short_one_is_not(report):
    tables = {each.rows[0].cells[0].text: each for each in docx.Document(str(report / "report.docx")).tables}

    def kept(table):
        return sum(
            any(paragraph._p.pPr.find(qn("w:keepNext")) is not None for paragraph in row.cells[0].paragraphs)
            for row in table.rows
        )

    assert kept(tables["Hospital"]) == 2  # its header and its first row
    assert kept(tables["Name"]) == len(NAMES)  # all but the last


def test_a_chapters_skipped_heading_is_refused_with_its_place(tmp_path):
    line = chapter_with(stage(tmp_path / "staged") / "glossary.qmd", "#### Too deep\n\ntext")
    with pytest.raises(RenderError, match=rf"glossary\.qmd, line {line}: the heading \"Too deep\" is of level 4"):
        render.render(tmp_path / "staged", tmp_path, ["pdf"], renderer=render.PANDOC, timestamp=TIMESTAMP)
    assert not (tmp_path / "report.pdf").exists()


COVER = {
    "line": "- item",
    "programmes": "= Heading",
    "disclaimer": "+ one",
    "publisher": "1. first",
    "contents": "/ term: it",
}


def test_text_of_settings_that_begins_like_markup_is_letters_on_the_cover(tmp_path):
    staged = stage(tmp_path / "staged")
    settings = yaml.safe_load((staged / "_quarto.yml").read_text(encoding="utf-8"))
    settings["natpatsip"] |= {
        **{name: COVER[name] for name in ("disclaimer", "publisher")},
        "cover": {name: COVER[name] for name in ("line", "programmes")},
        "headings": {"contents": COVER["contents"]},
    }
    (staged / "_quarto.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    render.render(staged, tmp_path, ["pdf"], renderer=render.PANDOC, timestamp=TIMESTAMP)
    text = READERS["pdf"](tmp_path)
    assert [each for each in COVER.values() if each not in text] == []
