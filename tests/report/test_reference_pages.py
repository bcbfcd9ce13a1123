"""Each page of the PDF looks as it did when somebody last looked at it, so that an accident in the look is noticed."""

from __future__ import annotations

import re
from itertools import pairwise

import page
import pikepdf
import pytest
from PIL import Image, ImageDraw
from reference_pages import CELL, KEPT, changed, kept, pictures

TOLERANCE = 0.03  # of a page's cells
RENEW = "If the look or the text was meant to change, look at the pages and run: make reference-pages"

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def report(html_pages):
    return html_pages.parent / "report.pdf"


@pytest.fixture(scope="module")
def seen(report, tmp_path_factory):
    folder = tmp_path_factory.mktemp("seen")
    return folder, pictures(report, folder)


def test_every_page_looks_as_its_reference_picture(seen):
    folder, pages = seen
    references = kept()
    assert len(pages) == len(references), f"{len(pages)} pages, and {len(references)} reference pictures. {RENEW}"
    pairs = enumerate(zip(pages, references, strict=True), start=1)
    others = {number: share for number, pair in pairs if (share := changed(*pair)) > TOLERANCE}
    shown = ", ".join(f"page {number} ({share:.0%})" for number, share in others.items())
    assert not others, f"Changed: {shown}; the pages are in {folder}. {RENEW}"


@pytest.mark.parametrize("profile", [page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_2A])
def test_the_report_holds_to_its_standards(report, profile):
    assert [failure.message for failure in page.validate_pdf(str(report), profile=profile).failures] == []


def test_the_report_can_be_read_without_being_seen(report):
    """What the standards' checkers leave out: header cells in each table, and headings that skip no level."""
    with pikepdf.open(report) as pdf:
        tags = list(walk(pdf.Root.StructTreeRoot.K))
        assert len(pdf.Root.Outlines.keys()) > 1
    alternatives = [alt for tag, alt, _ in tags if tag == "/Figure"]
    assert all(alternatives)
    assert sum(len(alt) > 20 for alt in alternatives) >= 15  # thirteen charts and two diagrams; icons have two words
    tables = [place for tag, _, place in tags if tag == "/Table"]
    headers = [place for tag, _, place in tags if tag == "/TH"]
    assert len(tables) > 8
    assert [place for place in tables if not any(header.startswith(place) for header in headers)] == []
    levels = [int(tag[2:]) for tag, _, _ in tags if re.fullmatch(r"/H[1-6]", tag)]
    assert all(below <= above + 1 for above, below in pairwise(levels))


def walk(node, place=""):
    """Yield each tag with its alternative text and its way from the root."""
    if isinstance(node, pikepdf.Array):
        for position, each in enumerate(node):
            yield from walk(each, f"{place}{position}")
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        here = f"{place}{node.S}"
        yield str(node.S), str(node.get("/Alt", "")), here
        if "/K" in node:
            yield from walk(node.K, here)


def test_the_reference_pictures_are_small():
    assert sum(path.stat().st_size for path in KEPT.glob("*.png")) < 1_500_000


@pytest.fixture
def lines():
    """A page of text lines."""
    picture = Image.new("L", (198, 282), 255)
    draw = ImageDraw.Draw(picture)
    for line in range(24, 200, 4):
        draw.line((18, line, 170, line), fill=90)
    return picture


def test_a_page_is_as_itself_and_a_shade_darker(lines):
    assert changed(lines, lines) == 0
    assert changed(lines, lines.point(lambda grey: max(0, grey - 6))) == 0


def test_a_block_in_another_place_is_noticed(lines):
    moved = lines.copy()
    moved.paste(255, (0, 100, 198, 282))
    moved.paste(lines.crop((0, 100, 198, 282)), (0, 100 + 8 * CELL))
    assert changed(moved, lines) > TOLERANCE


def test_a_chart_that_is_missing_is_noticed(lines):
    missing = lines.copy()
    missing.paste(255, (18, 60, 170, 130))
    assert changed(missing, lines) > TOLERANCE


def test_a_page_of_another_size_is_noticed(lines):
    assert changed(lines.crop((0, 0, 198, 240)), lines) == 1
