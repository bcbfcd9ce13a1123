"""Bad input on pages: what is long, wide, foreign or full of signs is whole and stays in its place, or is refused."""

from __future__ import annotations

from itertools import product

import pytest
from lxml import html

from natpatsip.errors import RenderError
from natpatsip.pipeline import render
from support.auditing import OVERLAPS, broken_links, markup_complaints, repeated_ids, violations_in_both_themes
from support.hard import COLUMNS, NAMES, POINTS, TITLE
from support.reading import words_of_page
from support.staged import TIMESTAMP, chapter_with, stage

HARD = ("case-studies", "glossary", "list-of-figures", "report")
WIDTHS = (1280, 700, 360)


@pytest.fixture(scope="module")
def pages(hard):
    return hard / "html"


@pytest.fixture
def tab(chrome):
    with chrome.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce") as window:
        yield window.new_page()


def test_nothing_leaves_the_page_or_lies_over_anything_else(pages, tab):
    for name in HARD:
        tab.goto((pages / f"{name}.html").as_uri())
        for width, is_open in product(WIDTHS, (False, True)):
            tab.set_viewport_size({"width": width, "height": 900})
            tab.evaluate("open => document.querySelectorAll('main details').forEach(each => each.open = open)", is_open)
            fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            assert tab.evaluate(fits), (name, width)
            assert tab.evaluate(OVERLAPS) == [], (name, width)


def test_hard_pages_break_no_rule_of_wcag(pages, tab):
    for name in HARD:
        tab.goto((pages / f"{name}.html").as_uri())
        for width in (1280, 360):
            tab.set_viewport_size({"width": width, "height": 900})
            assert violations_in_both_themes(tab) == [], (name, width)


def test_the_markup_and_links_of_hard_pages_are_valid(pages):
    assert markup_complaints(pages) == []
    assert list(broken_links(pages)) == []
    assert [page.name for page in pages.glob("*.html") if repeated_ids(page)] == []


@pytest.mark.parametrize("page", ["glossary", "report"])
@pytest.mark.parametrize("name", NAMES)
def test_names_keep_their_letters_and_signs(pages, page, name):
    def plain(text):
        return text.translate({ord("‘"): "'", ord("’"): "'", ord("“"): '"', ord("”"): '"'})

    assert plain(words_of_page(pages / f"{page}.html")).count(plain(name)) >= 2  # a list and a table


def test_long_titles_with_signs_are_whole_wherever_they_stand(pages):
    title = f"{NAMES[2]} {TITLE[:250]}"
    for name in ("index", "case-studies", "report"):
        tree = html.parse(str(pages / f"{name}.html")).getroot()
        contents = [" ".join(each.text_content().split()) for each in tree.xpath("(//nav)[1]//a")]
        assert title in contents, name
        assert TITLE in contents, name
    own = html.parse(str(pages / "case-studies.html")).getroot()
    assert own.xpath("string(//title)").startswith(title)
    assert own.xpath("string(//nav[@class='breadcrumb']//a[@aria-current])") == title
    before = html.parse(str(pages / "glossary.html")).getroot()
    assert title in before.xpath("string(//a[@class='previous'])")


def test_the_search_finds_names_with_and_without_their_marks(pages, tab):
    tab.goto((pages / "index.html").as_uri())
    tab.click(".search-button")
    for words in ("Gŵynedd", "gwynedd", "ŁÓDŹ", "lodz", "evelina", "king's", "Children’s"):
        tab.fill("#search-words", words)
        tab.wait_for_selector(".search-results li")
        assert tab.locator(".search-results mark").count() > 0, words
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_table_of_twenty_columns_scrolls_by_keyboard_and_says_its_name(pages, tab, width):
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto((pages / "glossary.html").as_uri())
    region = tab.get_by_role("region", name="Twenty columns")
    assert region.locator("thead th").all_inner_texts() == COLUMNS
    region.focus()
    tab.keyboard.press("End")
    for _ in range(60):
        tab.keyboard.press("ArrowRight")
    tab.wait_for_function(
        "node => node.scrollLeft + node.clientWidth >= node.scrollWidth - 1", arg=region.element_handle()
    )
    last, frame = region.locator("thead th").last.bounding_box(), region.bounding_box()
    assert last["x"] + last["width"] <= frame["x"] + frame["width"] + 1
    heights = region.locator("tbody tr").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().height)")
    assert max(heights) < 40, "no number is broken into two lines"


def test_a_table_of_sixty_rows_is_whole_on_a_phone(pages, tab):
    tab.set_viewport_size({"width": 360, "height": 900})
    tab.goto((pages / "glossary.html").as_uri())
    rows = tab.locator("table", has_text="Row 60 of the long table").locator("tbody tr")
    assert rows.count() == 60
    for position in (0, 59):
        box = rows.nth(position).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


@pytest.mark.parametrize("points", POINTS)
def test_a_chart_of_any_number_of_points_becomes_interactive(pages, tab, points):
    complaints = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto((pages / "glossary.html").as_uri())
    figure = tab.locator(f"#fig-{points}")
    figure.scroll_into_view_if_needed()
    figure.locator(".chart.interactive").wait_for()
    figure.locator("details").evaluate("each => each.open = true")
    assert figure.locator("tbody tr").count() == points
    assert complaints == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("#### Too deep\n\ntext", r'the heading "Too deep" is of level 4'),
        (
            '::: {.picture #pic-mute svg="figures/pic-cycle.svg" png="figures/pic-cycle.png" alt=""}\nCaption.\n:::',
            "alt",
        ),
        ("![](figures/pic-mute.png)", "an image outside a figure"),
    ],
    ids=["heading skip", "picture without alternative text", "image"],
)
def test_what_not_all_can_read_is_refused_with_its_place(tmp_path, fault, said):
    line = chapter_with(stage(tmp_path / "staged") / "glossary.qmd", fault)
    with pytest.raises(RenderError, match=rf"glossary\.qmd, line {line}: .*{said}"):
        render.render(tmp_path / "staged", tmp_path, ["html"], renderer=render.PANDOC, timestamp=TIMESTAMP)
    assert not (tmp_path / "html" / "glossary.html").exists()
