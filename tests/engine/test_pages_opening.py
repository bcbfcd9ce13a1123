"""A page opens with its text, and its charts far from sight follow: none is ever missing, and nothing moves."""

from __future__ import annotations

import io
from contextlib import contextmanager

import pytest
from PIL import Image

pytestmark = pytest.mark.end_to_end
PAGE = "waiting-times.html"
NEVER_IDLE = "window.requestIdleCallback = () => {}"
OPENED = "() => document.readyState === 'complete' && !document.documentElement.matches('.opening')"
LAID_OUT = """() => [...document.querySelectorAll(".chart svg")]
    .filter(each => getComputedStyle(each.parentElement).display !== "none")
    .map(each => each.firstElementChild.checkVisibility({ contentVisibilityAuto: true }))"""
PLACES = """() => [...document.querySelectorAll(".chart, h2, footer")].map(each => each.getBoundingClientRect())
    .map(each => [each.x, each.y + scrollY, each.width, each.height].map(Math.round))"""
WATCH = """window.shifted = 0;
new PerformanceObserver(list => { for (const each of list.getEntries()) shifted += each.value; })
    .observe({ type: "layout-shift", buffered: true });"""


@contextmanager
def opened(chrome, *, width=1280, height=100, is_held=False, **options):
    """A tab so low that charts are far from sight; held, it stays as it is before the browser has time.

    Charts stay the pictures of the page, which Vega would replace.
    """
    with chrome.new_context(viewport={"width": width, "height": height}, **options) as window:
        tab = window.new_page()
        tab.route("**/charts.js", lambda route: route.abort())
        tab.add_init_script(WATCH)
        if is_held:
            tab.add_init_script(NEVER_IDLE)
        yield tab


@pytest.mark.parametrize("width", [1280, 360])
def test_charts_far_from_sight_wait_in_their_places_until_the_page_is_shown(html_pages, chrome, width):
    address = (html_pages / PAGE).as_uri()
    with opened(chrome, width=width, is_held=True) as held, opened(chrome, width=width) as tab:
        held.goto(address, wait_until="load")
        tab.goto(address)
        tab.wait_for_function(OPENED)
        assert False in held.evaluate(LAID_OUT)
        assert set(tab.evaluate(LAID_OUT)) == {True}
        assert held.evaluate(PLACES) == tab.evaluate(PLACES)


def test_a_chart_that_waits_is_laid_out_when_the_reader_comes_near_or_prints(html_pages, chrome):
    with opened(chrome, is_held=True) as tab:
        tab.goto((html_pages / PAGE).as_uri())
        tab.locator(".chart").last.scroll_into_view_if_needed()
        tab.wait_for_function(f"() => ({LAID_OUT})().at(-1)")
        tab.evaluate("scrollTo(0, 0)")
        tab.wait_for_function(f"() => !({LAID_OUT})().at(-1)")
        tab.emulate_media(media="print")
        assert set(tab.evaluate(LAID_OUT)) == {True}


@pytest.mark.parametrize("page", [PAGE, "report.html"])
def test_no_chart_waits_on_pages_without_scripts(html_pages, chrome, page):
    with opened(chrome, java_script_enabled=False) as tab:
        tab.goto((html_pages / page).as_uri())
        assert set(tab.evaluate(LAID_OUT)) == {True}


def test_a_picture_of_a_whole_page_has_all_its_charts(html_pages, chrome):
    with opened(chrome, height=900) as tab:
        tab.goto((html_pages / PAGE).as_uri())
        tab.wait_for_function(OPENED)
        whole = Image.open(io.BytesIO(tab.screenshot(full_page=True))).convert("L")
        boxes = [each.bounding_box() for each in tab.locator(".chart").all()]
    assert len(boxes) > 1
    for box in boxes:
        ends = (box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])
        darkest, lightest = whole.crop(tuple(map(round, ends))).getextrema()
        assert darkest < 64 < 192 < lightest, box


@pytest.mark.parametrize("place", ["", "#fig-waits-teams"])
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_moves_as_charts_are_laid_out_nor_as_a_reader_scrolls(html_pages, chrome, width, place):
    with opened(chrome, width=width, height=700) as tab:
        tab.route("**/*.woff2", lambda route: route.abort())  # another typeface may break a line elsewhere
        tab.goto((html_pages / PAGE).as_uri() + place)
        tab.wait_for_function(OPENED)
        tab.evaluate("""async () => {
            for (let to = scrollY; to < document.body.scrollHeight; to += 300) {
                scrollTo(0, to);
                await new Promise(requestAnimationFrame);
            }
        }""")
        assert tab.evaluate("shifted") <= 0.01
