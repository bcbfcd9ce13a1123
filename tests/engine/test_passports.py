"""Passports: every number, in every format, leads to where it comes from."""

from __future__ import annotations

import re

import pytest

from support.passport_rules import *  # noqa: F403 — rules that hold for every report, and their fixtures
from support.reading import READERS

pytestmark = pytest.mark.end_to_end
Q2 = "2024-25-Q2"


@pytest.fixture
def tab(browser):
    with browser.new_context(viewport={"width": 1280, "height": 800}) as window:
        yield window.new_page()


def open_page(tab, report, name="index"):
    tab.goto((report / "html" / f"{name}.html").as_uri())
    return tab


def is_open(tab):
    return tab.locator("#passport").is_visible()


def focused(tab):
    return tab.evaluate("document.activeElement.dataset.key ?? document.activeElement.textContent")


def show_sources(tab):
    switch = tab.get_by_role("switch", name="Show sources")
    if switch.get_attribute("aria-checked") == "false":
        switch.click()


def ask(tab, key="waits_mean", period=Q2, press="Enter"):
    show_sources(tab)
    tab.locator(f"a.fact[data-key={key}][data-period='{period}']").first.focus()
    tab.keyboard.press(press)
    tab.wait_for_selector("#passport", state="visible")


# The numbers' own file -----------------------------------------------------------------------------------------------


# Pages ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_keyboard_opens_and_closes_a_card(tab, report, key):
    open_page(tab, report)
    ask(tab, press=key)
    number = tab.locator("a.fact[data-key=waits_mean]").first
    assert number.get_attribute("aria-expanded") == "true"
    assert focused(tab) == "People seen within 18 weeks: mean since June 2023"
    assert tab.get_by_role("dialog", name=focused(tab)).get_attribute("aria-describedby") == "passport-value"
    assert tab.inner_text("#passport-value").startswith("72.5% Q2 2024/25 · Calculated")
    tab.keyboard.press("Escape")
    assert not is_open(tab)
    assert focused(tab) == "waits_mean"
    assert number.get_attribute("aria-expanded") == "false"


def test_the_keyboard_walks_through_a_card_and_on_to_the_next_number(tab, report):
    open_page(tab, report)
    ask(tab)
    here = tab.locator("a.fact").evaluate_all(
        "all => all.indexOf(document.querySelector('a.fact[aria-expanded=true]'))"
    )
    walked = []
    for _ in range(12):
        tab.keyboard.press("Tab")
        walked.append(focused(tab))
        if not is_open(tab):
            break
    assert walked[-2] == "Close"
    assert tab.locator("a.fact").nth(here + 1).evaluate("number => number === document.activeElement")


def test_going_back_from_a_card_leads_to_its_number(tab, report):
    open_page(tab, report)
    ask(tab)
    tab.keyboard.press("Shift+Tab")
    assert not is_open(tab)
    assert focused(tab) == "waits_mean"


def test_an_input_opens_in_the_card_and_leads_back(tab, report):
    open_page(tab, report, "missed-appointments")
    ask(tab, "staff_trained", "2024-25-YTD")
    label = "Staff trained to agree dates with people"
    assert focused(tab) == label
    tab.keyboard.press("Tab")
    assert focused(tab) == f"{label} (Q1 2024/25): 41 staff"
    tab.keyboard.press("Enter")
    assert focused(tab) == label
    assert tab.inner_text("#passport-value") == "41 staff Q1 2024/25 · Illustrative"
    tab.keyboard.press("Tab")
    assert focused(tab) == "Back to 98 staff"
    tab.keyboard.press("Enter")
    assert focused(tab) == label
    assert tab.inner_text("#passport-value").startswith("98 staff 2024/25 year to date")


def test_a_click_beside_the_card_and_one_on_its_number_close_it(tab, report):
    open_page(tab, report)
    number = tab.locator("a.fact[data-key=waits_mean]").first
    for close in (lambda: number.click(), lambda: tab.mouse.click(5, 700)):
        number.click()
        tab.wait_for_selector("#passport", state="visible")
        close()
        assert not is_open(tab)


def test_a_card_stays_on_the_screen_of_a_phone_and_is_read_by_touch(browser, report):
    with browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True) as window:
        tab = open_page(window.new_page(), report, "missed-appointments")
        for number in tab.locator("a.fact").all():
            number.tap()
            tab.wait_for_selector("#passport", state="visible")
            box = tab.locator("#passport").bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360
            assert box["y"] + box["height"] <= 641
            assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert number.bounding_box()["y"] + 20 < box["y"]
            tab.tap("#passport .passport-close")
            assert not is_open(tab)


def test_without_scripts_a_number_is_a_link_to_its_entry(browser, report):
    with browser.new_context(java_script_enabled=False) as window:
        tab = open_page(window.new_page(), report)
        tab.locator("a.fact[data-key=waits_mean]").first.click()
        assert tab.url.endswith("/sources.html#fact-waits_mean-2024-25-Q2")
        assert "72.5%" in tab.inner_text("tr:target")


def test_a_page_whose_passports_are_lost_leads_to_the_list(browser, report):
    with browser.new_context() as window:
        tab = window.new_page()
        tab.route("**/passports.js", lambda route: route.abort())
        open_page(tab, report)
        tab.locator("a.fact[data-key=waits_mean]").first.click()
        tab.wait_for_url("**/sources.html#fact-waits_mean-2024-25-Q2")


def test_numbers_are_no_buttons_until_a_reader_asks_for_them_and_the_choice_is_kept(tab, report):
    words = open_page(tab, report).inner_text("main")
    switch = tab.get_by_role("switch", name="Show sources")
    assert switch.get_attribute("aria-checked") == "false"
    stops = "numbers => numbers.filter(each => each.hasAttribute('role') || each.tabIndex >= 0).length"
    assert tab.locator("a.fact").evaluate_all(stops) == 0
    switch.focus()
    tab.keyboard.press("Space")
    for name in ("index", "missed-appointments"):
        open_page(tab, report, name)
        assert switch.get_attribute("aria-checked") == "true"
        assert tab.locator("a.fact").evaluate_all(stops) == tab.locator("a.fact").count() > 2
    switch.click()
    assert open_page(tab, report).inner_text("main") == words
    assert tab.locator("a.fact").evaluate_all(stops) == 0


@pytest.mark.parametrize("name", ["index", "report"])
def test_without_scripts_the_hint_promises_no_switch(browser, report, name):
    with browser.new_context(java_script_enabled=False) as window:
        hint = open_page(window.new_page(), report, name).locator(".passport-hint")
        assert hint.inner_text().strip() == "Select a number to see its source."


def test_a_number_answers_a_pointer_whether_it_is_a_button_or_not(tab, report):
    open_page(tab, report)
    tab.locator("a.fact[data-key=waits_mean]").first.click()
    tab.wait_for_selector("#passport", state="visible")
    tab.keyboard.press("Escape")
    assert not is_open(tab)
    assert focused(tab) == "waits_mean"


def test_print_shows_neither_marks_nor_cards(tab, report):
    open_page(tab, report)
    ask(tab)
    tab.emulate_media(media="print")
    assert not is_open(tab)
    assert not tab.locator(".passport-hint").is_visible()
    line = "number => getComputedStyle(number).textDecorationLine"
    assert tab.locator("a.fact").first.evaluate(line) == "none"


def test_a_page_loads_no_passport_before_it_is_asked(tab, report):
    asked = []
    tab.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
    open_page(tab, report)
    tab.wait_for_load_state("networkidle")
    assert "passport.js" in asked
    assert "passports.js" not in asked
    ask(tab)
    assert asked.count("passports.js") == 1


# Paper ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", READERS)
def test_a_reference_never_touches_a_number(report, form):
    words = READERS[form](report)
    assert "510 people" in words
    assert re.search(r"\d\[a\d|\[a\d+\]\d", words) is None
