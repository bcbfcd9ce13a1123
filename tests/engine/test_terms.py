"""Terms of the glossary on pages: which uses are marked, and how a meaning opens and closes."""

from __future__ import annotations

import pytest
from lxml import html

from natpatsip.pipeline import render
from natpatsip.pipeline.render import terms
from support.auditing import broken_links, markup_complaints, violations_in_both_themes
from support.staged import TIMESTAMP, chapter_with, stage

GLOSSARY = """
| Term | Meaning |
|---|---|
| CPN | Community psychiatric nurse |
| community clinic | A clinic held near where people live |
| clinic | A place to be seen |
| unused | In no chapter |

: Terms

+------------+-----------------------+
| Term       | Meaning               |
+============+=======================+
| Places and what they are called    |
+------------+-----------------------+
| ward round | A visit to each bed   |
+------------+-----------------------+
| network    | People who work as one|
+------------+-----------------------+

| Enabler | What it means |
|---|---|
| Goodwill | Not a term |
"""
TEXT = """
## CPN in a heading

**Two CPNs** ("CPN") run a *community clinic*, and Goodwill. The Community clinic's staff, CPNs, see people at a clinic.
Places and what they are called are known on a ward round.
A cpn is no term, nor is community; clinic.
The Riverside Network is a name. Networks are what the term says.

- [a CPN in a link](visits.qmd)

| CPN | clinic |
|---|---|
| 1 | 2 |
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("terms")
    staged = stage(folder / "staged")
    chapter_with(staged / "glossary.qmd", GLOSSARY)
    chapter_with(staged / "visits.qmd", TEXT)
    render.render(staged, folder, ["html"], renderer=render.PANDOC, timestamp=TIMESTAMP)
    return folder / "html"


@pytest.fixture
def tab(pages, chrome):
    with chrome.new_context(viewport={"width": 360, "height": 740}, has_touch=True) as window:
        tab = window.new_page()
        tab.goto((pages / "visits.html").as_uri())
        yield tab


def terms_on(page):
    return html.parse(str(page)).getroot().xpath("//a[contains(@class, 'term')]")


def test_the_first_use_of_each_term_in_running_text_is_marked_without_its_punctuation(pages):
    found = [(each.text_content(), each.get("data-meaning")) for each in terms_on(pages / "visits.html")]
    assert found == [
        ("CPNs", "Community psychiatric nurse"),
        ("community clinic", "A clinic held near where people live"),
        ("clinic", "A place to be seen"),
        ("ward round", "A visit to each bed"),
        ("Networks", "People who work as one"),
    ]


def test_a_term_is_a_link_to_its_row_of_the_glossary_where_nothing_is_marked(pages):
    glossary = html.parse(str(pages / "glossary.html")).getroot()
    for each in terms_on(pages / "visits.html"):
        page, name = each.get("href").split("#")
        assert page == "glossary.html"
        (row,) = glossary.xpath(f"//tr[.//*[@id='{name}']]")
        assert each.get("data-meaning") in row.text_content()
    assert terms_on(pages / "glossary.html") == []
    assert list(broken_links(pages)) == []
    assert markup_complaints(pages) == []


def test_the_words_of_a_chapter_are_unchanged(pages):
    text = html.parse(str(pages / "visits.html")).getroot().find(".//main").text_content()
    assert "Two CPNs (“CPN”) run a community clinic, and Goodwill. The Community clinic’s staff" in " ".join(
        text.split()
    )


def test_a_tap_opens_a_meaning_and_another_closes_it(tab):
    term = tab.locator("a.term").first
    term.tap()
    assert tab.locator(".meaning").inner_text() == "Community psychiatric nurse Glossary"
    assert term.get_attribute("aria-expanded") == "true"
    box = tab.locator(".meaning").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert violations_in_both_themes(tab) == []
    term.tap()
    assert tab.locator(".meaning").count() == 0
    assert term.get_attribute("aria-expanded") == "false"


@pytest.mark.parametrize("key", ["Enter", " "])
def test_keys_open_a_meaning_that_comes_next_and_escape_returns_to_the_term(tab, key):
    term = tab.locator("a.term").nth(1)
    term.focus()
    tab.keyboard.press(key)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.getAttribute('href')") == term.get_attribute("href")
    tab.keyboard.press("Escape")
    assert tab.locator(".meaning").count() == 0
    assert tab.evaluate("document.activeElement === document.querySelectorAll('a.term')[1]")


def test_a_meaning_closes_when_the_reader_goes_on(tab):
    for leave in (lambda: tab.locator("a.term").nth(1).focus(), lambda: tab.locator("h1").click()):
        tab.locator("a.term").first.tap()
        assert tab.locator(".meaning").count() == 1
        leave()
        assert tab.locator(".meaning").count() == 0


def test_a_use_opens_the_meaning_of_its_own_row_or_none_if_there_are_two():
    rows = [("CI", "Interval"), ("CI", "Improvement"), ("PSI", "Incident"), ("PSI+", "Harm"), ("PSI+", "Harm")]
    ids = terms._ids_of(dict.fromkeys(text for text, _ in rows))
    assert ids == {"CI": "term-ci", "PSI": "term-psi", "PSI+": "term-psi-2"}
    found = [(each.text, each.meaning, each.id) for each in terms._with_one_meaning(rows, ids)]
    assert found == [("PSI", "Incident", "term-psi"), ("PSI+", "Harm", "term-psi-2")]
