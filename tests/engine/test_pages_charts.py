"""Charts that answer the pointer, the policy they live under, the search, and the whole report as one file."""

from __future__ import annotations

import io
import shutil

import pytest
from lxml import html
from PIL import Image, ImageChops

pytestmark = pytest.mark.end_to_end
DRAW_ALL = """async () => {
    const limit = performance.now() + 60_000;
    for (const chart of document.querySelectorAll(".chart[data-chart]")) {
        chart.scrollIntoView();
        while (!chart.matches(".interactive") && performance.now() < limit) {
            await new Promise(done => setTimeout(done, 20));
        }
    }
}"""
ALL_DRAWN = "() => document.querySelectorAll('.chart[data-chart]:not(.interactive)').length === 0"


def pictures(tab):
    """Return a picture of each chart of the page that is open, and where it is."""
    charts = tab.locator("figure.report-figure .chart")
    found = []
    for position in range(charts.count()):
        chart = charts.nth(position)
        found.append((chart.bounding_box(), Image.open(io.BytesIO(chart.screenshot())).convert("L")))
    return found


def differing(one, other):
    """Return the share of pixels that differ by more than an edge's smoothing."""
    levels = ImageChops.difference(one, other).histogram()
    return sum(levels[48:]) / sum(levels)


@pytest.mark.parametrize("width", [1280, 360])
def test_an_interactive_chart_is_the_picture_it_replaces(html_pages, chrome, width):
    with chrome.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce") as window:
        page = (html_pages / "waiting-times.html").as_uri()
        tab = window.new_page()
        tab.route("**/charts.js", lambda route: route.abort())
        tab.goto(page)
        tab.evaluate("document.fonts.ready")
        still = pictures(tab)
        tab.unroute("**/charts.js")
        complaints = []
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(page)
        tab.evaluate(DRAW_ALL)
        tab.wait_for_function(ALL_DRAWN)
        tab.evaluate("window.scrollTo(0, 0)")
        live = pictures(tab)
        assert len(still) == len(live) > 1
        for (before, static), (after, drawn) in zip(still, live, strict=True):
            assert (before["width"], before["height"]) == (after["width"], after["height"])
            assert static.size == drawn.size
            assert differing(static, drawn) < 0.005
        assert complaints == []


@pytest.mark.parametrize("width", [1280, 360])
def test_a_point_says_its_value_inside_the_window_and_escape_takes_it_away(html_pages, chrome, width):
    with chrome.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce") as window:
        tab = window.new_page()
        tab.goto((html_pages / "waiting-times.html").as_uri())
        tab.evaluate(DRAW_ALL)
        tab.wait_for_function(ALL_DRAWN)
        tab.locator("#fig-waits .chart").scroll_into_view_if_needed()
        points = tab.locator("#fig-waits .drawn:visible .mark-symbol").first.locator("path")
        for position in (3, points.count() // 2, points.count() - 1):
            points.nth(position).hover(force=True)
            tab.wait_for_selector(".chart-tip:visible")
            assert "%" in tab.inner_text(".chart-tip")
            box = tab.locator(".chart-tip").bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            tab.keyboard.press("Escape")
            assert not tab.locator(".chart-tip").is_visible()


@pytest.mark.parametrize(("width", "layout", "other"), [(1280, "wide", "narrow"), (360, "narrow", "wide")])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_chart_is_laid_out_for_its_column(html_pages, chrome, width, layout, other, scripts):
    with chrome.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts) as window:
        tab = window.new_page()
        tab.goto((html_pages / "waiting-times.html").as_uri())
        shown, hidden = (tab.locator(f".chart > .{name}").locator("visible=true") for name in (layout, other))
        assert shown.count() > 1
        assert hidden.count() == 0
        text = tab.locator(f".chart > .{layout} svg text").first
        assert text.bounding_box()["height"] >= 12, "letters a reader can make out"


def test_vega_is_loaded_once_and_only_beside_charts(html_pages, chrome):
    with chrome.new_context() as window:
        tab = window.new_page()
        asked = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto((html_pages / "index.html").as_uri(), wait_until="networkidle")
        assert not any("vega" in each or "charts.js" in each for each in asked)
        tab.goto((html_pages / "waiting-times.html").as_uri())
        tab.evaluate(DRAW_ALL)
        tab.wait_for_function(ALL_DRAWN)
        assert sum(each.endswith("vega.js") for each in asked) == 1


def test_the_search_finds_headings_text_and_figures(html_pages, chrome):
    def found(words):
        tab.fill("#search-words", words)
        return tab.inner_text(".search-status"), tab.locator(".search-results a").all_inner_texts()

    with chrome.new_context() as window:
        tab = window.new_page()
        tab.goto((html_pages / "index.html").as_uri())
        tab.click(".search-button")
        tab.fill("#search-words", "18 weeks")
        tab.wait_for_selector(".search-results li")
        status, titles = found("WAITS alik")
        assert "found" in status
        assert any(each.startswith("Figure ") for each in titles)
        assert any("waits" in each.lower() for each in titles[:3])
        assert tab.locator(".search-results mark").count() > 0
        assert found("zzyzx")[0].startswith("Nothing found")
        assert found("linics")[1] == [], "words are found by their beginning"
        assert found("") == ("", [])


def test_the_whole_report_is_one_file_that_needs_no_other(html_pages, chrome, tmp_path):
    alone = tmp_path / "report.html"
    shutil.copy2(html_pages / "report.html", alone)
    tree = html.parse(str(alone)).getroot()
    assert [each for each in tree.xpath("//@src | //link/@href") if not each.startswith("data:")] == []
    local = [each for each in tree.xpath("//a/@href") if not each.startswith(("#", "http", "mailto:"))]
    assert local == []
    asked = []
    with chrome.new_context(offline=True, java_script_enabled=False) as window:
        tab = window.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(alone.as_uri())
        titles = {html.parse(str(page)).getroot().xpath("string(//main//h1)") for page in html_pages.glob("*.html")}
        shown = set(tab.locator("main h2").all_inner_texts())
        assert {each for each in titles if each} <= shown
        assert tab.locator("figure.report-figure svg").count() >= tab.locator("figure.report-figure").count() > 2
    assert {each.split(":")[0] for each in asked} <= {"file", "data"}
