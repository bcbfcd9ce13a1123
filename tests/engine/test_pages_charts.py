"""Charts that answer the pointer, the policy they live under, the search, and the whole report as one file."""

from __future__ import annotations

import io
import re
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


def charts_of(tab, html_pages):
    """Open a page of charts, draw them all, and return them, each in the middle of the window in its turn."""
    tab.goto((html_pages / "waiting-times.html").as_uri())
    tab.evaluate(DRAW_ALL)
    tab.wait_for_function(ALL_DRAWN)
    charts = tab.locator(".chart[data-chart]")
    assert charts.count() > 1
    for position in range(charts.count()):
        charts.nth(position).evaluate("chart => chart.scrollIntoView({block: 'center'})")
        tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        yield charts.nth(position)


@pytest.mark.parametrize("touch", [False, True], ids=["pointer", "touch"])
@pytest.mark.parametrize("width", [1280, 360])
def test_a_chart_says_the_nearest_value_wherever_it_is_pointed_at_or_tapped(html_pages, chrome, width, touch):
    options = {"has_touch": True, "is_mobile": True} if touch else {}
    with chrome.new_context(viewport={"width": width, "height": 900}, **options) as window:
        tab = window.new_page()
        answer = tab.touchscreen.tap if touch else tab.mouse.move
        for chart in charts_of(tab, html_pages):
            box, said = chart.bounding_box(), []
            for place in range(12):
                answer(box["x"] + (place + 0.5) * box["width"] / 12, box["y"] + box["height"] * (0.3 + place % 3 * 0.2))
                assert tab.locator(".chart-tip").is_visible(), place
                said.append(tab.inner_text(".chart-tip"))
                assert chart.locator(".chart-pointed:visible").count() > 0
            assert len(set(said)) >= 5, "another place is another value"
        (tab.touchscreen.tap if touch else tab.mouse.move)(5, 5)
        assert not tab.locator(".chart-tip").is_visible()
        assert tab.locator(".chart-pointed").count() == 0


def test_the_arrow_keys_read_a_chart_value_by_value(html_pages, chrome):
    with chrome.new_context(viewport={"width": 1280, "height": 900}) as window:
        tab = window.new_page()
        for chart in charts_of(tab, html_pages):
            number = chart.locator("xpath=ancestor::figure//p[@class='figure-number']/a").inner_text()
            reader = tab.get_by_role("slider", name=f"Values of {number.lower()}", exact=True)
            reader.focus()
            last = int(reader.get_attribute("aria-valuemax"))
            assert last > 5
            heard = []
            for key in ("Home", "ArrowRight", "ArrowRight", "ArrowLeft", "End", "ArrowRight"):
                tab.keyboard.press(key)
                heard.append((int(reader.get_attribute("aria-valuenow")), reader.get_attribute("aria-valuetext")))
                shown, said = tab.inner_text(".chart-tip"), heard[-1][1]
                assert re.findall(r"\w+", shown) == re.findall(r"\w+", said)
            assert [position for position, _ in heard] == [1, 2, 3, 2, last, last]
            assert heard[1] == heard[3]
            assert heard[0][1] != heard[1][1]
            tab.keyboard.press("Escape")
            assert not tab.locator(".chart-tip").is_visible()
            assert reader.evaluate("node => node === document.activeElement")


def test_a_figure_is_copied_as_a_link_and_saved_as_a_picture_drawn_in_the_page(html_pages, chrome, tmp_path):
    with chrome.new_context(viewport={"width": 360, "height": 900}, accept_downloads=True) as window:
        tab = window.new_page()
        complaints = []
        tab.on("console", lambda message: complaints.append(message.text))
        tab.goto((html_pages / "waiting-times.html").as_uri())
        figure = tab.locator("#fig-waits")
        with tab.expect_download() as saved:
            figure.get_by_role("button", name="picture (PNG)").click()
        assert saved.value.suggested_filename == "fig-waits.png"
        saved.value.save_as(tmp_path / "fig-waits.png")
        picture = Image.open(tmp_path / "fig-waits.png").convert("L")
        assert picture.width >= 1000, "the wide layout, at twice its size"
        assert picture.getpixel((1, 1)) == 255
        assert sum(picture.histogram()[:100]) > 5000, "title, chart and source are drawn"
        tab.evaluate("""() => Object.defineProperty(navigator, "clipboard", {
            value: { writeText: async text => { window.copied = text; } }
        })""")
        figure.get_by_role("button", name="Copy link to figure").click()
        tab.wait_for_function("() => window.copied")
        assert tab.evaluate("window.copied").endswith("/waiting-times.html#fig-waits")
        tab.get_by_role("status").filter(has_text="Link copied").wait_for(state="attached")
        assert complaints == []


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
        assert re.fullmatch(r"\d+ results?", status)
        assert any(each.startswith("Figure ") for each in titles)
        assert any("waits" in each.lower() for each in titles[:3])
        assert tab.locator(".search-results mark").count() > 0
        assert found("zzyzx")[0] == "No results. Check the spelling or try fewer words."
        assert found("linics")[0].startswith("No results for “linics”"), "words are found by their beginning"
        assert found("") == ("", [])


def test_results_can_be_told_apart_forgive_a_misspelling_and_open_with_enter(html_pages, chrome):
    with chrome.new_context() as window:
        tab = window.new_page()
        tab.goto((html_pages / "index.html").as_uri())
        tab.keyboard.press("/")
        assert tab.evaluate("document.activeElement.id") == "search-words"
        tab.fill("#search-words", "appointmnets")
        tab.wait_for_selector(".search-results li")
        words = "No results for “appointmnets”. Showing results for “appointments”: "
        assert tab.inner_text(".search-status").startswith(words)
        results = tab.locator(".search-results li")
        names = [
            (each.locator("a").inner_text(), each.locator(".search-chapter").inner_text()) for each in results.all()
        ]
        assert len(set(names)) == len(names) > 1
        assert any(" › " in path for _, path in names)
        target = results.locator("a").first.evaluate("link => link.href")
        tab.keyboard.press("Enter")
        tab.wait_for_url(target)


def test_the_key_that_opens_the_search_can_be_turned_off(html_pages, chrome):
    with chrome.new_context() as window:
        tab = window.new_page()
        tab.goto((html_pages / "index.html").as_uri())
        tab.click(".search-button")
        tab.uncheck("#search-key")
        tab.keyboard.press("Escape")
        for _ in range(2):
            tab.keyboard.press("/")
            assert not tab.locator("dialog.search").is_visible()
            tab.reload()


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
