"""Rules for the pages of a report, in a browser: the tests of the engine hold the example to them, and those of the
report its own pages. A module of tests imports the rules by name; the fixture ``html_pages`` says which pages.
"""

from __future__ import annotations

import json
from typing import Any

import openpyxl
import pytest
from lxml import html

from support.auditing import OVERLAPS, broken_links, markup_complaints, repeated_ids, violations_in_both_themes

WIDTHS = (360, 768, 1280, 1440)
SIZES = (1280, 360)
HEIGHT = 900
WHOLE = "report.html"  # all chapters as one page, without scripts
# Bytes of all pages, the report as one page, the files to download, what makes charts interactive: a little above what
# they took with a mark of illustrative data in each row of a figure's file (3.75 MB). The most is 4 MB.
LIMIT = 3_800_000
# What sticks out on the right of a page that scrolls sideways, except what scrolls inside a frame of its own.
# What main would cut off counts too: there the page does not scroll.
STICKING_OUT = """() => {
    const width = document.documentElement.clientWidth;
    const framed = node => node && node !== document.body &&
        (["auto", "scroll", "hidden"].includes(getComputedStyle(node).overflowX) || framed(node.parentElement));
    const lost = [...document.body.querySelectorAll("*")]
        .filter(node => node.getBoundingClientRect().right > width + 1 && !framed(node) && node.checkVisibility())
        .map(node => `${node.tagName} ${node.className.baseVal ?? node.className} ${node.textContent.slice(0, 40)}`);
    return lost.length ? lost : document.documentElement.scrollWidth > width ? ["it scrolls sideways"] : null;
}"""
# Tables, or the frames that they scroll in, of which what clips them hides a part that no reader can reach.
CUT_TABLES = """() => [...document.querySelectorAll("main table")].filter(table => table.checkVisibility())
    .filter(table => {
        const overflow = node => getComputedStyle(node).overflowX;
        const shown = table.closest(".sideways") || table, one = shown.getBoundingClientRect();
        let around = shown.parentElement;
        while (around !== document.documentElement && overflow(around) === "visible") around = around.parentElement;
        const frame = around.getBoundingClientRect(), scrolls = ["auto", "scroll"].includes(overflow(around));
        return one.left < frame.left - 1 || (!scrolls && one.right > frame.right + 1);
    }).map(table => table.textContent.slice(0, 40))"""
WITHOUT_WORDS = """() => [...document.images]
    .filter(image => !image.complete || !image.naturalWidth || !image.hasAttribute("alt")).map(image => image.src)"""
UNLINKED = """() => [...document.querySelectorAll("main :is(h1, h2, h3, h4), main figure.report-figure")]
    .filter(node => !node.closest("dialog")).filter(node => {
        const home = node.tagName === "FIGURE" ? node : node.closest("section, [id]");
        return !home.id || !home.querySelector(`a[href="#${CSS.escape(home.id)}"]`);
    }).map(node => node.textContent.slice(0, 40))
    .filter(text => !document.querySelector("header")?.innerText.includes(text))"""
LETTERS = """() => [...document.querySelectorAll("figure.picture .chart svg")]
    .filter(each => each.checkVisibility())
    .map(each => parseFloat(getComputedStyle(each.querySelector("text")).fontSize)
        * each.getBoundingClientRect().width / each.viewBox.baseVal.width)"""
LOOKS = {
    "sticking out": STICKING_OUT,
    "cut tables": CUT_TABLES,
    "overlaps": OVERLAPS,
    "without words": WITHOUT_WORDS,
    "unlinked": UNLINKED,
    "letters": LETTERS,
}
# WCAG 1.4.12.
SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-bottom: 2em !important; }"""
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter(node => {
    return node.clientHeight > 2 && node.scrollHeight > node.clientHeight + 1 && !node.closest("svg")
        && node.checkVisibility({ visibilityProperty: true })
        && ["hidden", "clip"].includes(getComputedStyle(node).overflowY);
}).map(node => node.outerHTML.slice(0, 80))"""
ENLARGED = {
    "sticking out": STICKING_OUT,
    "cut off": CUT_OFF,
    "overlaps": OVERLAPS,
}


def at_once(looks):
    """Return one script for several, which takes less than asking the browser for each."""
    return f"() => ({{ {', '.join(f'{json.dumps(name)}: ({script})()' for name, script in looks.items())} }})"


ADD_STYLE = """style => {  // which the policy of a page lets nobody add as an element
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    document.adoptedStyleSheets = [sheet];
}"""
SHEET = 672  # pixels between the margins of A4
RIGHTS = "all => all.filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect().right)"


def opened(browser, *, width=1280, height=HEIGHT, **options):
    return browser.new_context(viewport={"width": width, "height": height}, **options)


@pytest.fixture(scope="module")
def seen(html_pages, chrome, wcag_widths):
    """What there is to see on each page at each width, on paper and enlarged, from one visit for all rules.

    Its window is made wider, which takes half of the time of opening the page at each width. The fixture
    ``wcag_widths`` says at which axe-core looks at it.
    """
    found: dict[str, Any] = {look: {} for look in (*LOOKS, "against WCAG", "tables on paper", "enlarged")}
    asked, complaints = set(), []
    with opened(chrome) as window:
        window.on("request", lambda request: asked.add(request.url.split(":")[0]))
        window.on("console", lambda message: complaints.append(f"{message.page.url}: {message.text}"))
        window.on("weberror", lambda error: complaints.append(f"{error.page.url}: {error.error}"))
        window.on("requestfailed", lambda request: complaints.append(f"{request.frame.page.url}: {request.url}"))
        tab = window.new_page()
        for page in sorted(html_pages.glob("*.html")):
            for width in WIDTHS:
                tab.set_viewport_size({"width": width, "height": HEIGHT})
                if width == WIDTHS[0]:
                    tab.goto(page.as_uri())
                for look, what in tab.evaluate(at_once(LOOKS)).items():
                    found[look][page.name, width] = what
                if width in wcag_widths:
                    found["against WCAG"][page.name, width] = violations_in_both_themes(tab)
                    tab.emulate_media(color_scheme="light")
            tab.wait_for_load_state("networkidle")  # leaving earlier would cut requests short
            tab.set_viewport_size({"width": SHEET, "height": HEIGHT})
            tab.emulate_media(media="print")
            found["tables on paper"][page.name] = tab.locator("main table").evaluate_all(RIGHTS)
            tab.emulate_media(media="screen")
            for spacing, look in _enlarged(tab).items():
                found["enlarged"][page.name, spacing] = look
    return {**found, "asked": asked, "complaints": complaints}


def _enlarged(tab):
    """Return what is wrong at four times the size, without and with wider spacing, with all that opens open."""
    tab.set_viewport_size({"width": 320, "height": 256})
    tab.evaluate("document.querySelectorAll('main details').forEach(part => part.open = true)")
    looks = {}
    for spacing in ("", "spaced"):
        if spacing:
            tab.evaluate(ADD_STYLE, SPACING)
        looks[spacing] = tab.evaluate(at_once(ENLARGED))
    return looks


def test_nothing_scrolls_sideways(seen):
    assert {place: out for place, out in seen["sticking out"].items() if out is not None} == {}


def test_no_table_is_cut(seen):
    assert {place: cut for place, cut in seen["cut tables"].items() if cut} == {}


def test_pages_ask_nothing_of_the_network_and_complain_of_nothing(seen):
    assert "file" in seen["asked"]
    assert seen["asked"] <= {"file", "data", "blob"}
    assert seen["complaints"] == []


def test_every_picture_is_there_and_says_what_it_shows(seen):
    assert {place: lacking for place, lacking in seen["without words"].items() if lacking} == {}


def test_pages_can_be_read_without_scripts(html_pages, chrome):
    with chrome.new_context(java_script_enabled=False) as window:
        tab = window.new_page()
        for page in sorted(html_pages.glob("*.html")):
            tab.goto(page.as_uri())
            assert tab.locator("h1").first.is_visible(), page.name
            assert len(tab.locator("main").inner_text().split()) > 20, page.name


def test_every_page_has_a_policy_without_inline_scripts_and_eval(html_pages):
    for page in html_pages.glob("*.html"):
        tree = html.parse(str(page)).getroot()
        (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy.startswith("default-src 'none'")
        assert "unsafe-eval" not in policy
        if page.name == WHOLE:
            assert "script-src" not in policy
        else:
            assert "unsafe" not in policy
            assert tree.xpath("//*[@style] | //style") == []
        assert tree.xpath("//script[not(@src)] | //@*[starts-with(name(), 'on')]") == []


def test_all_pages_with_all_charts_and_the_whole_report_once_more_are_small(html_pages):
    assert sum(file.stat().st_size for file in html_pages.rglob("*") if file.is_file()) < LIMIT


def test_no_page_breaks_a_rule_of_wcag(seen, wcag_widths):
    assert {width for _, width in seen["against WCAG"]} == set(wcag_widths)
    assert {place: found for place, found in seen["against WCAG"].items() if found} == {}


def test_no_page_breaks_a_rule_of_wcag_without_scripts(html_pages, chrome, wcag_widths_without_scripts):
    """The window is made wider from page to page: see `seen`."""
    widths, found = sorted(wcag_widths_without_scripts), []
    with opened(chrome, width=widths[0]) as window:
        tab = window.new_page()
        tab.route("**/*.js", lambda route: route.abort())  # axe-core itself needs scripts
        for page in sorted(html_pages.glob("*.html")):
            if page.name == WHOLE:
                continue  # it has none: test_every_page_has_a_policy_without_inline_scripts_and_eval
            tab.set_viewport_size({"width": widths[0], "height": HEIGHT})
            tab.goto(page.as_uri())
            for width in widths:
                tab.set_viewport_size({"width": width, "height": HEIGHT})
                assert tab.locator(".scripted:visible, dialog:visible").count() == 0, page.name
                found += [f"{page.name}, {width}: {each}" for each in violations_in_both_themes(tab)]
    assert found == []


def test_no_link_is_broken_and_no_id_stands_twice(html_pages):
    assert list(broken_links(html_pages)) == []
    assert {page.name: repeated_ids(page) for page in html_pages.glob("*.html") if repeated_ids(page)} == {}


def test_nothing_is_lost_at_four_times_the_size_or_with_wider_spacing(seen):
    assert {place: look for place, look in seen["enlarged"].items() if any(look.values())} == {}


def test_no_table_is_wider_than_a_sheet_of_paper(seen):
    widest = {page: max(rights, default=0) for page, rights in seen["tables on paper"].items()}
    assert any(widest.values())
    assert {page: right for page, right in widest.items() if right > SHEET + 1} == {}


def test_nothing_lies_over_anything_else(seen):
    assert {place: over for place, over in seen["overlaps"].items() if over} == {}


def test_nothing_moves_for_who_asked_for_less_motion(html_pages, chrome):
    moving = """() => [...document.querySelectorAll("*")].filter(node => {
        const style = getComputedStyle(node);
        return style.scrollBehavior === "smooth" || style.animationName !== "none"
            || parseFloat(style.transitionDuration);
    }).map(node => node.tagName)"""
    with opened(chrome, reduced_motion="reduce") as window:
        tab = window.new_page()
        for page in html_pages.glob("*.html"):
            tab.goto(page.as_uri())
            assert tab.evaluate(moving) == [], page.name


def test_each_heading_and_figure_is_a_link_to_itself(seen):
    assert {place: unlinked for place, unlinked in seen["unlinked"].items() if unlinked} == {}


def test_the_markup_is_valid(html_pages):
    assert markup_complaints(html_pages) == []


def test_the_letters_of_a_diagram_can_be_read_on_a_telephone(seen):
    sizes = {page: sizes for (page, width), sizes in seen["letters"].items() if width == min(WIDTHS)}
    assert sizes[WHOLE]
    assert {page: small for page, letters in sizes.items() if (small := [each for each in letters if each < 12])} == {}


def test_all_data_can_be_downloaded_with_a_table_for_each_figure(html_pages):
    book = openpyxl.load_workbook(html_pages / "report-data.xlsx")
    pages = [html.parse(str(page)).getroot() for page in html_pages.glob("*.html") if page.name != WHOLE]
    figures = [each for page in pages for each in page.xpath("//figure[@class='report-figure']")]
    assert sorted(name for name in book.sheetnames if name.startswith("Figure_")) == sorted(
        f"Figure_{number}" for number in range(1, len(figures) + 1)
    )
    assert all(page.xpath("//footer//a[@href='report-data.xlsx']") for page in pages)
