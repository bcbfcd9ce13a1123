"""The report's pages as a browser shows them, from disk: on a desk, on a phone, without a network."""

from __future__ import annotations

import pytest

from projects import ROOT

pytestmark = pytest.mark.end_to_end
WIDTHS = {"desk": 1440, "tablet": 768, "phone": 360}
# What sticks out on the right, but for what scrolls inside a frame of its own.
STICKING_OUT = """() => {
    const width = document.documentElement.clientWidth;
    const framed = node => node && node !== document.body &&
        (["auto", "scroll", "hidden"].includes(getComputedStyle(node).overflowX) || framed(node.parentElement));
    return [...document.body.querySelectorAll("*")]
        .filter(node => node.getBoundingClientRect().right > width + 1 && !framed(node))
        .map(node => `${node.tagName} ${node.className.baseVal ?? node.className} ${node.textContent.slice(0, 40)}`);
}"""


@pytest.fixture(scope="module")
def pages(html_pages):
    found = sorted(html_pages.glob("*.html"))
    assert len(found) >= len(list((ROOT / "notebooks").glob("*.ipynb")))
    return found


@pytest.fixture(scope="module")
def browser(chrome):
    return chrome


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_nothing_scrolls_sideways(pages, browser, width):
    with browser.new_context(viewport={"width": width, "height": 800}) as window:
        tab = window.new_page()
        sideways = {}
        for page in pages:
            tab.goto(page.as_uri())
            if tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                sideways[page.name] = tab.evaluate(STICKING_OUT)
    assert sideways == {}


def test_pages_ask_nothing_of_the_network_and_complain_of_nothing(pages, browser):
    asked, complaints = set(), []
    with browser.new_context() as window:
        tab = window.new_page()
        tab.on("request", lambda request: asked.add(request.url.split(":")[0]))
        tab.on("console", lambda message: complaints.append(f"{tab.url}: {message.text}"))
        tab.on("pageerror", lambda error: complaints.append(f"{tab.url}: {error}"))
        tab.on("requestfailed", lambda request: complaints.append(f"{tab.url}: {request.url}"))
        for page in pages:
            tab.goto(page.as_uri(), wait_until="networkidle")  # leaving earlier would cut requests short
    assert asked <= {"file", "data", "blob"}
    assert complaints == []


def test_every_picture_is_there_and_says_what_it_shows(pages, browser):
    lacking = []
    with browser.new_context() as window:
        tab = window.new_page()
        for page in pages:
            tab.goto(page.as_uri())
            lacking += tab.evaluate(
                """() => [...document.images].filter(image => !image.complete || !image.naturalWidth ||
                    !image.hasAttribute("alt")).map(image => document.title + ": " + image.src)"""
            )
    assert lacking == []


def test_pages_can_be_read_without_scripts(pages, browser):
    with browser.new_context(java_script_enabled=False) as window:
        tab = window.new_page()
        for page in pages:
            tab.goto(page.as_uri())
            assert tab.locator("h1").first.is_visible(), page.name
            assert len(tab.locator("main").inner_text().split()) > 40, page.name
