"""The pages of this report keep the rules that hold for the pages of every report."""

import re
import subprocess

import pytest
from lxml import html

from support.page_rules import (  # noqa: F401
    seen,
    test_all_data_can_be_downloaded_with_a_table_for_each_figure,
    test_all_pages_with_all_charts_and_the_whole_report_once_more_are_small,
    test_every_picture_is_there_and_says_what_it_shows,
    test_no_link_is_broken_and_no_id_stands_twice,
    test_no_page_breaks_a_rule_of_wcag,
    test_no_page_breaks_a_rule_of_wcag_without_scripts,
    test_no_table_is_cut,
    test_no_table_is_wider_than_a_sheet_of_paper,
    test_nothing_is_lost_at_four_times_the_size_or_with_wider_spacing,
    test_nothing_lies_over_anything_else,
    test_nothing_scrolls_sideways,
    test_pages_ask_nothing_of_the_network_and_complain_of_nothing,
    test_the_letters_of_a_diagram_can_be_read_on_a_telephone,
    test_the_markup_is_valid,
)
from support.projects import ROOT

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def wcag_widths():
    """Each width and each way once: the tests of the engine try all four."""
    return [1280]


@pytest.fixture(scope="module")
def wcag_widths_without_scripts():
    return [360]


def test_every_notebook_has_its_page(html_pages):
    pages = {page.stem for page in html_pages.glob("*.html")}
    assert {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")} <= pages


def test_a_short_word_with_hyphens_is_in_one_piece_in_what_names_a_figure(html_pages):
    page = (html_pages / "medicines.html").read_text(encoding="utf-8")
    named = re.findall(r'<p class="figure-(?:title|description)">(.*?)</p>', page)
    whole = re.findall(r'<span class="unbroken">([\w-]+)', "".join(named))
    assert {"6-month", "long-term", "high-risk"} <= set(whole)


@pytest.mark.parametrize("name", ["maternity-neonatal", "medicines"])
def test_a_figure_of_illustrative_data_says_so_beside_its_number_too(html_pages, name):
    page = html.parse(html_pages / f"{name}.html")
    figures = page.xpath("//figure[.//p[@class='figure-note']]")
    heads = [each.xpath("string(.//p[@class='figure-number'])") for each in figures]
    assert heads
    assert [each for each in heads if not each.endswith(" Illustrative data")] == []


def test_each_drawing_of_invented_values_of_an_organisation_says_so_itself(html_pages, chrome):
    tab = chrome.new_page()
    tab.goto((html_pages / "organisations.html").as_uri())
    choice = tab.locator(".organisation-choice select").first
    for place in (0, 1):  # all organisations with a funnel plot, then the first with its series
        choice.select_option(index=place)
        drawings = tab.locator(".organisation-chart:visible svg")
        drawings.first.wait_for()
        texts = [" ".join(each.locator("text").all_text_contents()) for each in drawings.all()]
        assert [text for text in texts if "Illustrative data" not in text] == []
    assert len(texts) > 5
    tab.close()


def test_a_table_of_measures_is_shown_once(html_pages):
    pages = [page for page in html_pages.glob("*.html") if page.stem not in ("report", "changes")]
    assert [page.stem for page in pages if html.parse(page).xpath("//th[.='Needs attention']")] == ["index"]


def test_an_overview_is_sorted_by_the_column_that_a_reader_chooses(html_pages, chrome):
    tab = chrome.new_page()
    tab.goto((html_pages / "index.html").as_uri())
    table = tab.locator("table.sortable").first
    button = table.get_by_role("button", name="Mean now")
    for order in ("ascending", "descending"):
        button.click()
        assert table.locator("th[aria-sort]").get_attribute("aria-sort") == order
        now = [
            float(text.strip("%").replace(",", ""))
            for text in table.locator("td[data-label='Mean now']").all_inner_texts()
        ]
        assert now == sorted(now, reverse=order == "descending")
        assert len(now) == 10
    tab.close()


def test_the_tables_of_organisations_are_in_sight_on_a_wide_screen(html_pages, chrome):
    with chrome.new_context(viewport={"width": 1280, "height": 900}) as window:
        tab = window.new_page()
        tab.goto((html_pages / "organisations.html").as_uri())
        tab.locator(".organisations .sideways table").first.wait_for()
        widths = "all => all.map(one => [one.scrollWidth, one.clientWidth])"
        regions = tab.locator(".organisations .sideways").evaluate_all(widths)
        assert regions
        assert [each for each in regions if each[0] > each[1]] == []
        edges = "all => all.map(one => Math.round(one.getBoundingClientRect().right))"
        assert len(set(tab.locator(".organisations table.cards").evaluate_all(edges))) == 1  # none beside the text


def test_on_a_telephone_all_numbers_of_organisations_begin_in_one_line(html_pages, chrome):
    """Whether a measure has one icon before its number or two, and England's none."""
    starts = """cells => cells.map(cell => {
        const text = document.createRange();
        text.selectNodeContents([...cell.childNodes].find(part => part.nodeType === Node.TEXT_NODE));
        return Math.round(text.getBoundingClientRect().left);
    })"""
    with chrome.new_page(viewport={"width": 360, "height": 800}) as tab:
        tab.goto((html_pages / "organisations.html").as_uri())
        tab.locator(".organisation-sign").first.wait_for()
        lefts = tab.locator(".organisations table").first.locator("td").evaluate_all(starts)
    assert len(lefts) > 100
    assert len(set(lefts)) == 1


@pytest.mark.parametrize("name", ["organisations", "report"])
def test_no_table_of_organisations_is_cut_off_on_a_telephone(html_pages, chrome, name):
    """However many measures it has: each organisation is a card."""
    with chrome.new_context(viewport={"width": 360, "height": 740}) as window:
        tab = window.new_page()
        tab.goto((html_pages / f"{name}.html").as_uri())
        tables = tab.locator(".organisations table:not(.data)")
        tables.first.wait_for()
        widths = tables.evaluate_all("all => all.map(one => [one.parentElement.scrollWidth, one.scrollWidth])")
    assert len(widths) == 2
    assert max(map(max, widths)) <= 360


@pytest.mark.parametrize("width", [680, 1024])
def test_names_of_organisations_lie_over_what_scrolls_beneath_them(html_pages, chrome, width):
    """At each point of a sticky cell there is that cell, or what it holds: no icon, and no other heading."""
    covered = """region => {
        region.scrollLeft = 60;
        return [...region.querySelectorAll("tr > :first-child")].flatMap(cell => {
            const box = cell.getBoundingClientRect();
            return [0.1, 0.3, 0.5, 0.7, 0.9].flatMap(x => [0.2, 0.4, 0.6, 0.8].map(y => [x, y]))
                .map(([x, y]) => document.elementFromPoint(box.x + x * box.width, box.y + y * box.height))
                .filter(found => !cell.contains(found))
                .map(found => `${cell.textContent}: ${found && found.outerHTML.slice(0, 60)}`);
        });
    }"""
    with chrome.new_context(viewport={"width": width, "height": 12000}) as window:
        tab = window.new_page()
        tab.goto((html_pages / "organisations.html").as_uri())
        tab.locator("td .organisation-icon").first.wait_for()
        region = tab.locator(".organisations .sideways").first
        assert region.evaluate("one => one.scrollWidth > one.clientWidth + 60")
        assert region.evaluate(covered) == []


def test_only_the_page_of_organisations_asks_its_reader_to_choose_one(html_pages, chrome):
    tab = chrome.new_page()
    for page, is_there in (("organisations", True), ("report", False)):
        tab.goto((html_pages / f"{page}.html").as_uri())
        part = tab.locator(".organisations")
        if is_there:
            part.locator("select").first.wait_for()
        words = part.inner_text()
        assert ("Choose an organisation" in words) is is_there
        assert ("web pages" in words) is not is_there
        assert "apart from what is published" not in words
    tab.close()


@pytest.mark.parametrize("name", ["glossary", "medicines"])
def test_a_short_name_stays_on_one_line_where_its_table_has_room(html_pages, chrome, name):
    """Even beside a long text, and under headings that are longer than what is below them."""
    names = """() => [...document.querySelectorAll("main table:not(.data)")]
        .filter(table => table.rows[0].cells.length <= 4)
        .flatMap(table => [...table.tBodies].flatMap(body => [...body.rows]).map(row => row.cells[0]))
        .filter(cell => cell.textContent.trim().length <= 26)
        .map(cell => {
            const text = document.createRange();
            text.selectNodeContents(cell);
            return [cell.textContent, new Set([...text.getClientRects()].map(each => Math.round(each.top))).size];
        })"""
    with chrome.new_context(viewport={"width": 1280, "height": 900}) as window:
        tab = window.new_page()
        tab.goto((html_pages / f"{name}.html").as_uri())
        found = tab.evaluate(names)
    assert len(found) > 10
    assert [each for each in found if each[1] > 1] == []


@pytest.mark.parametrize("name", ["index", "maternity-neonatal", "medicines", "organisations", "about"])
def test_on_a_telephone_all_values_of_a_table_begin_at_one_place(html_pages, chrome, name):
    """Numbers, words, icons and drawings alike, none of them in the column of the names."""
    starts = """() => [...document.querySelectorAll("table.cards:not(.passports)")].map(table =>
        [...table.querySelectorAll("tbody td")].map(cell => {
            const content = document.createRange();
            content.selectNodeContents(cell);
            return [...content.getClientRects()].filter(box => box.width > 1).map(box => Math.round(box.left));
        }).filter(lefts => lefts.length).map(lefts => Math.min(...lefts)))"""
    with chrome.new_context(viewport={"width": 360, "height": 740}) as window:
        tab = window.new_page()
        tab.goto((html_pages / f"{name}.html").as_uri())
        tab.locator("table.cards").first.wait_for()
        tables = [each for each in tab.evaluate(starts) if each]
    assert tables
    assert min(map(min, tables)) > 100
    assert [each for each in tables if max(each) - min(each) > 1] == []


def test_a_sentence_that_introduces_a_figure_is_on_its_sheet_of_paper(html_pages, chrome, tmp_path):
    with chrome.new_context(viewport={"width": 1280, "height": 900}) as window:
        tab = window.new_page()
        tab.goto((html_pages / "maternity-neonatal.html").as_uri())
        tab.pdf(path=tmp_path / "paper.pdf", prefer_css_page_size=True)
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "paper.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    sheets = [re.sub(r"\s", "", each) for each in text.split("\f")]  # spaces are where letters happen to stand apart

    def sheet_of(pattern):
        return {number: place for place, sheet in enumerate(sheets) for number in re.findall(pattern, sheet)}

    of_figure, introduced = sheet_of(r"Figure(\d+)·"), sheet_of(r"Figure(\d+)shows")
    assert len(introduced) > 3
    assert {number: of_figure[number] for number in introduced} == introduced


def test_the_cover_can_be_read_on_paper(html_pages, chrome):
    tab = chrome.new_page()
    tab.emulate_media(media="print")
    tab.goto((html_pages / "index.html").as_uri())
    colours = "each => [getComputedStyle(each).color, getComputedStyle(each).backgroundImage]"
    assert tab.locator(".cover").evaluate(colours) == ["rgb(0, 48, 135)", "none"]
    tab.close()
