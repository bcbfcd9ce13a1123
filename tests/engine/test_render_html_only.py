"""Chapters that stand in the pages alone, and the accessibility statement, which is one."""

from __future__ import annotations

import io
import shutil

import pytest
import yaml
from lxml import html
from PIL import Image

from natpatsip.errors import RenderError
from natpatsip.pipeline import render
from natpatsip.pipeline.options import FORMATS
from natpatsip.pipeline.render import accessibility_statement, quarto
from natpatsip.pipeline.render.html import DESCRIBED, PREVIEW, preview_image
from natpatsip.pipeline.render.renderer import Renderer
from natpatsip.pipeline.render.staged_report import read_report
from support.reading import words_of_docx, words_of_pdf
from support.staged import TIMESTAMP, chapter_with, stage

STATEMENT = "accessibility.qmd"
UNBROKEN = "Figure 1, table 2, Q3 2024/25, 26 September 2024 and (5 May 2023) stay whole; in May we met 3 times"
NEWS = "# What changed {#changes}\n\nA sentence for the pages alone.\n"


def setting(project, **own):
    """Add chapters and settings to a staged project."""
    path = project / "_quarto.yml"
    book = yaml.safe_load(path.read_text(encoding="utf-8"))
    book["book"]["chapters"] += ["changes.qmd", STATEMENT]
    book["natpatsip"] |= {"html-only": ["changes", "accessibility"], **own}
    path.write_text(yaml.safe_dump(book, sort_keys=False), encoding="utf-8")
    (project / "changes.qmd").write_text(NEWS, encoding="utf-8")
    return project


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    return setting(stage(tmp_path_factory.mktemp("staged")), contact="report@example.org")


@pytest.fixture(scope="module")
def report(staged, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    render.render(staged, folder, FORMATS, renderer=render.PANDOC, timestamp=TIMESTAMP)
    return folder


@pytest.fixture(scope="module")
def pages_alone(tmp_path_factory):
    """The staged project and the pages of a report with an address, of which nothing else was made."""
    folder = tmp_path_factory.mktemp("pages")
    project = setting(stage(folder / "staged"), url="https://example.org/report/")
    chapter_with(project / "glossary.qmd", f"{UNBROKEN}.")
    render.render(project, folder, ["html"], renderer=render.PANDOC, timestamp=TIMESTAMP)
    return project, folder / "html"


def test_a_chapter_for_the_pages_has_a_page_and_a_place_in_the_contents(report):
    assert "A sentence for the pages alone" in (report / "html" / "changes.html").read_text(encoding="utf-8")
    assert 'href="changes.html"' in (report / "html" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("words_of", [words_of_pdf, words_of_docx])
def test_print_leaves_it_out(report, words_of):
    words = words_of(report)
    assert "A sentence for the pages alone" not in words
    assert "What changed" not in words
    assert "Accessibility statement" not in words


def test_a_link_to_it_from_a_printed_chapter_is_refused(staged, tmp_path):
    project = setting(stage(tmp_path))
    line = chapter_with(project / "glossary.qmd", "See [what changed](changes.qmd).")
    with pytest.raises(RenderError, match=rf"glossary\.qmd, line {line}: .*that the PDF and the Word file leave out"):
        render.render(project, tmp_path / "out", ["html"], renderer=render.PANDOC, timestamp=TIMESTAMP)


def test_parts_of_the_book_are_opened_up(tmp_path):
    path = stage(tmp_path) / "_quarto.yml"
    book = yaml.safe_load(path.read_text(encoding="utf-8"))
    first, *others = book["book"]["chapters"]
    book["book"]["chapters"] = [first, {"part": "Programmes", "chapters": others}]
    path.write_text(yaml.safe_dump(book, sort_keys=False), encoding="utf-8")
    assert read_report(tmp_path).chapters == (first, *others)


def test_quarto_is_given_the_chapters_of_each_format(staged):
    report = read_report(staged)
    path = staged / "_quarto.yml"
    before = path.read_text(encoding="utf-8")

    def listed(name):
        with quarto.book_of(report, name, Renderer("quarto", "/nowhere/quarto", (1, 11))):
            return yaml.safe_load(path.read_text(encoding="utf-8"))["book"]["chapters"]

    assert {"changes.qmd", STATEMENT} <= set(listed("html"))
    for name in ("pdf", "docx"):
        assert listed(name) == [each for each in listed("html") if each not in ("changes.qmd", STATEMENT)]
    assert path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("version", "standards"), [((1, 9), ["ua-1"]), ((1, 10), ["a-2a", "ua-1"]), ((1, 11), ["a-2a", "ua-1"])]
)
def test_a_quarto_whose_typst_takes_one_standard_is_asked_for_the_accessible_one(staged, version, standards):
    path = staged / "_quarto.yml"
    before = path.read_text(encoding="utf-8")
    with quarto.book_of(read_report(staged), "pdf", Renderer("quarto", "/nowhere/quarto", version)):
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert settings["format"]["natpatsip-typst"]["pdf-standard"] == standards
    assert path.read_text(encoding="utf-8") == before


def test_the_statement_says_what_was_checked_on_this_report(staged, report):
    text = (staged / STATEMENT).read_text(encoding="utf-8")
    figures = sum((staged / name).read_text("utf-8").count("{.report-figure") for name in read_report(staged).chapters)
    assert f"Each chart has its data in a table and as a file | {figures} charts" in text
    assert "PDF/UA-1 and PDF/A-2a" in text
    assert "[report@example.org](mailto:report@example.org)" in text


def test_the_statement_says_nothing_of_formats_that_were_not_made(pages_alone):
    project, _ = pages_alone
    text = (project / STATEMENT).read_text(encoding="utf-8")
    assert "PDF/UA" not in text
    assert "Word" not in text
    assert "does not name a contact yet" in text


def test_colours_with_too_little_contrast_stop_the_build(tmp_path):
    project = setting(stage(tmp_path / "staged"))
    brand = project / "_extensions" / "natpatsip" / "_brand.yml"
    text = brand.read_text(encoding="utf-8")
    brand.write_text(text.replace('slate: "#425563"', 'slate: "#A0A8B0"'), encoding="utf-8")
    with pytest.raises(RenderError, match=r"slate on white \(light\), .* has a contrast of 2\.\d to 1"):
        render.render(project, tmp_path / "out", ["html"], renderer=render.PANDOC, timestamp=TIMESTAMP)


def test_each_text_colour_is_held_against_each_ground(staged):
    pairs = accessibility_statement.read_pairs(staged / "_extensions" / "natpatsip" / "_brand.yml")
    assert set(pairs) == {"light", "dark", "light charts", "dark charts"}
    assert len(pairs["dark charts"]) == len(pairs["light charts"])
    assert len({each.where for each in pairs["dark"]}) == len(pairs["dark"]) == len(pairs["light"])


def head_of(page):
    tree = html.parse(str(page)).getroot()
    return {each.get("name") or each.get("property"): each.get("content") for each in tree.xpath("//head/meta")}


def test_each_page_describes_itself_in_words_of_its_own(report):
    pages = sorted((report / "html").glob("*.html"))
    described = [head_of(page)["description"] for page in pages]
    assert all(0 < len(each) <= DESCRIBED for each in described)
    assert head_of(report / "html" / "changes.html")["description"] == "A sentence for the pages alone."
    assert not any("og:image" in head_of(page) for page in pages), "nobody knows where this report will be"


def test_a_report_with_an_address_has_a_preview_image_there(pages_alone):
    _, pages = pages_alone
    head = head_of(pages / "index.html")
    assert head["og:image"] == f"https://example.org/report/{PREVIEW}"
    assert_has_letters((pages / PREVIEW).read_bytes())


def assert_has_letters(png):
    picture = Image.open(io.BytesIO(png))
    assert picture.size == (1200, 630)
    assert len(picture.convert("RGB").getcolors(10_000)) > 10


def test_a_preview_image_has_letters_though_an_earlier_reports_fonts_are_gone(tmp_path):
    for name in ("earlier", "later"):
        report = read_report(setting(stage(tmp_path / name), url="https://example.org/report/"))
        assert_has_letters(preview_image(report))
        shutil.rmtree(report.root)


def test_figures_quarters_and_dates_are_not_broken_across_lines(pages_alone):
    _, pages = pages_alone
    text = html.parse(str(pages / "glossary.html")).getroot().xpath("string(//main)")
    whole = ("Figure 1", "Q3 2024/25", "26 September 2024", "5 May 2023")
    assert [each for each in whole if each.replace(" ", "\N{NO-BREAK SPACE}") not in text] == []
    assert "in May we met 3 times" in text
