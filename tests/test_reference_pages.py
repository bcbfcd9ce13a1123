"""Each page of the PDF looks as it did when somebody last looked at it, so that an accident in the look is noticed."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from reference_pages import CELL, KEPT, build, changed, kept, pictures

TOLERANCE = 0.03  # of a page's cells
RENEW = "If the look or the text was meant to change, look at the pages and run: make reference-pages"

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    return folder, pictures(build(folder / "project"), folder / "seen")


def test_every_page_looks_as_its_reference_picture(seen):
    folder, pages = seen
    references = kept()
    assert len(pages) == len(references), f"{len(pages)} pages, and {len(references)} reference pictures. {RENEW}"
    pairs = enumerate(zip(pages, references, strict=True), start=1)
    others = {number: share for number, pair in pairs if (share := changed(*pair)) > TOLERANCE}
    shown = ", ".join(f"page {number} ({share:.0%})" for number, share in others.items())
    assert not others, f"Changed: {shown}; the pages are in {folder / 'seen'}. {RENEW}"


def test_the_reference_pictures_are_small():
    assert sum(path.stat().st_size for path in KEPT.glob("*.png")) < 1_500_000


@pytest.fixture
def page():
    """A page of text lines."""
    picture = Image.new("L", (198, 282), 255)
    draw = ImageDraw.Draw(picture)
    for line in range(24, 200, 4):
        draw.line((18, line, 170, line), fill=90)
    return picture


def test_a_page_is_as_itself_and_a_shade_darker(page):
    assert changed(page, page) == 0
    assert changed(page, page.point(lambda grey: max(0, grey - 6))) == 0


def test_a_block_in_another_place_is_noticed(page):
    moved = page.copy()
    moved.paste(255, (0, 100, 198, 282))
    moved.paste(page.crop((0, 100, 198, 282)), (0, 100 + 8 * CELL))
    assert changed(moved, page) > TOLERANCE


def test_a_chart_that_is_missing_is_noticed(page):
    missing = page.copy()
    missing.paste(255, (18, 60, 170, 130))
    assert changed(missing, page) > TOLERANCE


def test_a_page_of_another_size_is_noticed(page):
    assert changed(page.crop((0, 0, 198, 240)), page) == 1
