"""The pages in a real browser: wide and phone-wide, light and dark, with scripts and without."""

from __future__ import annotations

import pytest

from natpatsip.pipeline import render
from support.staged import TIMESTAMP, stage

NAMES = ("index", "list-of-figures", "waiting-times", "visits", "case-studies", "glossary")
WIDTHS = (1280, 360)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    staged = stage(tmp_path_factory.mktemp("staged"))
    render.render(staged, folder, ["html"], renderer=render.PANDOC, timestamp=TIMESTAMP)
    return folder / "html"


@pytest.fixture(scope="module")
def browser(chrome):
    return chrome


@pytest.fixture(params=WIDTHS)
def width(request):
    return request.param


@pytest.fixture
def tab(browser, width):
    context = browser.new_context(viewport={"width": width, "height": 900})
    yield context.new_page()
    context.close()


def scrolls_sideways(tab):
    return tab.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_no_page_scrolls_sideways_nor_asks_for_anything_elsewhere(tab, pages):
    asked, said = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(f"{tab.url}: {message.text}"))
    for name in NAMES:
        tab.goto((pages / f"{name}.html").as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        assert not scrolls_sideways(tab), name
    assert asked
    assert [address for address in asked if not address.startswith(pages.as_uri())] == []
    assert said == []


def test_nothing_is_lost_at_four_times_the_size(browser, pages):
    context = browser.new_context(viewport={"width": 320, "height": 256})
    tab = context.new_page()
    for name in NAMES:
        tab.goto((pages / f"{name}.html").as_uri())
        assert not scrolls_sideways(tab), name
    context.close()


def test_a_chart_is_as_wide_as_its_column_and_drawn(tab, pages):
    tab.goto((pages / "visits.html").as_uri())
    drawing, column = (tab.locator(each).first.bounding_box() for each in (".chart svg", "main"))
    assert drawing["height"] > 100
    assert column["x"] <= drawing["x"]
    assert drawing["x"] + drawing["width"] <= column["x"] + column["width"]


def test_the_typeface_is_the_reports_own(tab, pages):
    tab.goto((pages / "index.html").as_uri())
    tab.evaluate("document.fonts.ready")
    assert tab.evaluate("[...document.fonts].some(face => face.status === 'loaded')")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_contents_open_and_close_on_a_narrow_screen(browser, pages, scripts):
    context = browser.new_context(viewport={"width": 360, "height": 700}, java_script_enabled=scripts)
    tab = context.new_page()
    tab.goto((pages / "index.html").as_uri())
    assert not tab.locator("#contents").is_visible()
    tab.click(".menu-button")
    assert tab.locator("#contents").is_visible()
    tab.click(".menu-close")
    assert not tab.locator("#contents").is_visible()
    context.close()


def test_dark_and_light_are_as_the_reader_has_them_and_chooses(browser, pages):
    def ground():
        return tab.evaluate("getComputedStyle(document.body).backgroundColor")

    context = browser.new_context(viewport={"width": 1280, "height": 700}, color_scheme="dark")
    tab = context.new_page()
    tab.goto((pages / "index.html").as_uri())
    assert ground() == "rgb(18, 26, 33)"
    tab.click("button.theme")
    assert ground() == "rgb(255, 255, 255)"
    assert tab.inner_text("button.theme") == "Dark mode"
    context.close()


def test_the_keyboard_reaches_the_text_first(tab, pages):
    tab.goto((pages / "index.html").as_uri())
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash") == "#main"


def test_a_page_that_opens_at_a_place_is_there_at_once(tab, pages):
    tab.goto(f"{(pages / 'visits.html').as_uri()}#fig-caseload")
    place = tab.evaluate("scrollY")
    assert place > 200
    assert tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    assert tab.evaluate("new Promise(done => setTimeout(() => done(scrollY), 300))") == place


def test_contents_and_search_stay_in_sight_on_a_telephone(browser, pages):
    context = browser.new_context(viewport={"width": 360, "height": 700}, has_touch=True)
    tab = context.new_page()
    tab.goto((pages / "visits.html").as_uri())
    tab.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    for name in (".menu-button", ".search-button"):
        box = tab.locator(name).bounding_box()
        assert 0 <= box["y"] < 20
    assert tab.locator(".site-tools").bounding_box()["height"] <= 56, "most of the screen is for reading"
    tab.goto(f"{(pages / 'visits.html').as_uri()}#fig-caseload")
    figure, tools = (tab.locator(each).bounding_box() for each in ("#fig-caseload", ".site-tools"))
    assert figure["y"] >= tools["y"] + tools["height"], "what a link leads to is below what stays on top"
    context.close()
