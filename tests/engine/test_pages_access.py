"""The report's pages, for everyone: by the rules of WCAG 2.2 AA, by keyboard, enlarged, without scripts or motion."""

from __future__ import annotations

import subprocess

import pytest
from lxml import html

from natpatsip.charts import palette
from support.auditing import (
    OF_COLOUR,
    RULES,
    RUN,
    SAMPLE,
    broken_links,
    markup_complaints,
    violations,
    violations_in_both_themes,
)
from support.page_rules import (  # noqa: F401 — rules that hold for the pages of every report
    SIZES,
    opened,
    seen,
    test_all_data_can_be_downloaded_with_a_table_for_each_figure,
    test_each_heading_and_figure_is_a_link_to_itself,
    test_every_page_has_a_policy_without_inline_scripts_and_eval,
    test_every_picture_is_there_and_says_what_it_shows,
    test_no_link_is_broken_and_no_id_stands_twice,
    test_no_page_breaks_a_rule_of_wcag,
    test_no_page_breaks_a_rule_of_wcag_without_scripts,
    test_no_table_is_cut,
    test_nothing_is_lost_at_four_times_the_size_or_with_wider_spacing,
    test_nothing_lies_over_anything_else,
    test_nothing_moves_for_who_asked_for_less_motion,
    test_nothing_scrolls_sideways,
    test_pages_ask_nothing_of_the_network_and_complain_of_nothing,
    test_pages_can_be_read_without_scripts,
    test_the_letters_of_a_diagram_can_be_read_on_a_telephone,
    test_the_markup_is_valid,
)

pytestmark = pytest.mark.end_to_end
STOPS = "a[href], button, input, summary, [tabindex='0']"
# What the Tab key should reach: what can be seen, and is not inside something closed.
REACHABLE = f"""() => [...document.querySelectorAll("{STOPS}")]
    .filter(node => node.checkVisibility({{ visibilityProperty: true }}) && !node.disabled && node.tabIndex >= 0)
    .length"""
HERE = f"""() => {{
    const node = document.activeElement;
    const box = node.getClientRects()[0];
    const top = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return {{
        at: [...document.querySelectorAll("{STOPS}")].indexOf(node),
        name: node.textContent.trim().slice(0, 40),
        seen: Boolean(top) && (node.contains(top) || top.contains(node)) && top !== document.documentElement,
        ringed: getComputedStyle(node).outlineStyle !== "none",
    }};
}}"""


@pytest.fixture(scope="module")
def wcag_widths():
    return SIZES


@pytest.fixture(scope="module")
def wcag_widths_without_scripts():
    return SIZES


def test_what_opens_breaks_no_rule_either(html_pages, chrome):
    with opened(chrome, width=360) as window:
        tab = window.new_page()
        tab.goto((html_pages / "waiting-times.html").as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        tab.click("a.fact >> nth=0")
        tab.wait_for_selector(".passport:visible")
        assert violations_in_both_themes(tab) == []
        tab.keyboard.press("Escape")
        tab.click(".search-button")
        tab.fill("#search-words", "clinic")
        tab.wait_for_selector(".search-results li")
        assert violations_in_both_themes(tab) == []
        tab.click(".search-close")
        tab.click(".menu-button")
        assert violations_in_both_themes(tab) == []


def test_axe_finds_what_is_wrong(chrome, tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<title>t</title><img src="data:,"><p style="color: #ccc">pale</p>', encoding="utf-8")
    with opened(chrome) as window:
        tab = window.new_page()
        tab.goto(page.as_uri())
        found = " ".join(violations(tab))
    assert {"image-alt", "color-contrast", "html-has-lang", "page-has-heading-one"} <= set(found.split())


def test_a_text_that_is_pale_in_the_dark_alone_is_found_among_others_of_its_kind(chrome, tmp_path):
    paragraphs = "".join(f"<p>Text {number}</p>" for number in range(20)) + "<div id=in><p>Text</p></div>"
    dark = "@media (prefers-color-scheme: dark) { body { background: #000; color: #fff } #in { background: #eee } }"
    page = tmp_path / "page.html"
    page.write_text(
        f'<!DOCTYPE html><html lang="en"><title>t</title><style>{dark}</style><main><h1>T</h1>{paragraphs}</main>',
        encoding="utf-8",
    )
    with opened(chrome) as window:
        tab = window.new_page()
        tab.goto(page.as_uri())
        found = violations_in_both_themes(tab)
    assert len(found) == 1
    assert found[0].startswith("dark: color-contrast ")


PALE_IN_A_DRAWING = "<text id=wrong x=20 y=40 fill='#ddd' style='color: #ddd'>Text</text>"
WHERE_IT_STANDS = {
    "over a box out of the flow": "<div class=away></div><p id=wrong>Text</p>",
    "in front of a box out of the flow": "<div class=away></div><p id=wrong style='position: relative'>Text</p>",
    "moved over a box": "<div class=box></div><p id=wrong style='margin-top: -2em'>Text</p>",
    "over a box that was moved": "<p id=wrong>Text</p><div class=box style='position: relative; top: -3em'></div>",
    "stuck over a box": "<section><div style='height: 20em'></div><p id=wrong class=stuck>Text</p></section>"
    "<section><p class=stuck>Text</p></section>",
    "out of its drawing": f"<svg width=9 height=9 overflow=visible style='margin: 0 0 4em'>{PALE_IN_A_DRAWING}</svg>",
}


def test_a_text_that_cannot_be_read_where_it_stands_is_found_among_others_of_its_style(chrome):
    """Of the texts of a style, axe-core is shown one, and all that something else may lie under."""
    style = "div { z-index: -1; width: 9em; height: 4em; background: #222 } .away { position: absolute }"
    style += "section { height: 6em; overflow: auto } .stuck { position: sticky; bottom: 0 }"
    others = "".join(f"<p>Text {number}</p>" for number in range(20))
    found = {}
    with opened(chrome) as window:
        tab = window.new_page()
        for name, wrong in WHERE_IT_STANDS.items():
            page = (
                f'<!DOCTYPE html><html lang="en"><title>t</title><style>{style}</style><main><h1>T</h1>{wrong}{others}'
            )
            tab.set_content(page)
            found[name] = {each.split(":")[0] for each in violations(tab)}
    assert {name: each for name, each in found.items() if "color-contrast #wrong" not in each} == {}


def test_sticky_texts_of_a_style_are_all_looked_at_once_something_is_scrolled(chrome):
    """Where nothing is, they stand in the flow as others do."""
    rows = "<tr><th scope=row style='position: sticky; left: 0'>Ward</th><td>3</td></tr>" * 20
    with opened(chrome) as window:
        tab = window.new_page()
        tab.set_content(f'<!DOCTYPE html><html lang="en"><title>t</title><main><h1>T</h1><table>{rows}</table>')
        marked = tab.locator(f"th[{SAMPLE}]")
        violations(tab)
        assert marked.count() == 1
        tab.evaluate("document.body.style.height = '9000px'; scrollTo(0, 50)")
        violations(tab)
        assert marked.count() == 20


def test_axe_judges_no_text_in_the_frame_of_its_drawing(chrome):
    """So it is shown none: it takes most of its time to find that what is behind them is a drawing."""
    with opened(chrome) as window:
        tab = window.new_page()
        tab.set_content(f'<!DOCTYPE html><html lang="en"><title>t</title><main><h1>T</h1><svg>{PALE_IN_A_DRAWING}')
        assert violations(tab) == []
        assert tab.locator(f"svg [{SAMPLE}]").count() == 0
        tab.evaluate("axe.reset()")  # to look at all texts
        assert tab.evaluate(RUN, [OF_COLOUR, "none"]) == []


FAULTS = """<img src="data:,"><a href="#x"></a><button></button><input><svg role=img></svg><h4></h4><p tabindex=5>q</p>
    <table><tr><th scope=bad>a</th><td headers=q>b</td></tr></table><ul><p>x</p></ul><dl><p>q</p></dl><iframe></iframe>
    <span role=foo aria-foo=1>x</span><div role=checkbox>c</div><p lang=zz-q1>q</p><div role=list><p>q</p></div>"""


def test_axe_judges_nothing_that_is_closed(chrome):
    """So it is shown none: tables of data and sources of facts are half of a page. Opened, all of it is judged."""
    with opened(chrome) as window:
        tab = window.new_page()
        tab.set_content(
            f'<!DOCTYPE html><html lang="en"><title>t</title><main><h1>T</h1><details><summary>S</summary>{FAULTS}'
        )
        assert violations(tab) == []
        assert tab.evaluate(RUN, [RULES, "none"]) == []
        tab.evaluate("document.querySelector('details').open = true")
        assert len(violations(tab)) > 15


def test_shapes_that_say_that_they_are_a_picture_or_a_stop_need_a_name(chrome):
    """Plain shapes are out of the page while axe-core looks; they are there again when it has."""
    with opened(chrome) as window:
        tab = window.new_page()
        shapes = "<path id=picture role=img d='M0 0h9v9z'/><rect id=stop role=button tabindex=0 width=30 height=30 />"
        plain = "<circle r=5 /><path d='M0 0h9v9z'/>"
        tab.set_content(f'<!DOCTYPE html><html lang="en"><title>t</title><main><h1>T</h1><svg>{shapes}{plain}')
        before = tab.content()
        found = {each.split(":")[0] for each in violations(tab)}
        assert {"svg-img-alt #picture", "aria-command-name #stop"} <= found
        assert tab.content() == before.replace("<h1>", f'<h1 {SAMPLE}="">')


def test_markup_and_links_that_are_wrong_are_found(tmp_path):
    (tmp_path / "page.html").write_text("<!DOCTYPE html><html><title>t</title><p id=a><p id=a>", encoding="utf-8")
    assert any("no-dup-id" in each for each in markup_complaints(tmp_path))
    (tmp_path / "page.html").write_text('<p id="a"><a href="#b">b</a><a href="c.html">c</a>', encoding="utf-8")
    assert len(list(broken_links(tmp_path))) == 2


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("name", ["index", "missed-appointments", "waiting-times"])
def test_the_keyboard_reaches_everything_and_gets_out_again(html_pages, chrome, name, width):
    with opened(chrome, width=width, reduced_motion="reduce") as window:
        tab = window.new_page()
        tab.goto((html_pages / f"{name}.html").as_uri())
        tab.wait_for_function("() => document.querySelector('button.theme').textContent.endsWith('mode')")
        count, visited = tab.evaluate(REACHABLE), []
        for _ in range(count):
            tab.keyboard.press("Tab")
            visited.append(tab.evaluate(HERE))
        tab.keyboard.press("Tab")
        after = tab.evaluate(HERE)
    assert len({each["at"] for each in visited}) == count, "a stop was visited twice, and so another never"
    assert [each["at"] for each in visited] == sorted(each["at"] for each in visited)
    assert [each["name"] for each in visited if not each["seen"] or not each["ringed"]] == []
    assert after["at"] in (-1, visited[0]["at"]), "the keyboard does not leave the page"


def test_the_keyboard_searches_and_goes_to_what_was_found(html_pages, chrome):
    with opened(chrome) as window:
        tab = window.new_page()
        tab.goto((html_pages / "index.html").as_uri())
        tab.focus(".search-button")
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "search-words"
        tab.keyboard.type("clinic")
        tab.wait_for_selector(".search-results li")
        tab.keyboard.press("ArrowDown")
        assert tab.evaluate("document.activeElement.closest('.search-results li') !== null")
        tab.keyboard.press("Escape")
        assert not tab.locator("dialog.search").is_visible()
        assert tab.evaluate("document.activeElement.className.includes('search-button')")
        tab.keyboard.press("Enter")
        tab.wait_for_selector(".search-results li")
        tab.keyboard.press("ArrowDown")
        target = tab.evaluate("document.activeElement.href")
        tab.keyboard.press("Enter")
        tab.wait_for_url(target)
        assert tab.evaluate(
            "!location.hash || document.getElementById(decodeURIComponent(location.hash.slice(1))) !== null"
        )


def test_contents_that_go_on_below_the_window_have_a_shadow_at_their_foot(html_pages, chrome):
    """One part of the background stays at the foot, and one scrolls with the list and covers it at the end."""
    with opened(chrome, height=300) as window:
        tab = window.new_page()
        tab.goto((html_pages / "waiting-times.html").as_uri())
        contents = tab.locator("nav.contents")
        assert contents.evaluate("list => list.scrollHeight > list.clientHeight")
        assert contents.evaluate("list => getComputedStyle(list).backgroundAttachment") == "local, scroll"
        assert contents.evaluate("list => getComputedStyle(list).backgroundImage").count("linear-gradient") == 2


def test_the_contents_follow_the_reading(html_pages, chrome):
    with opened(chrome, height=500, reduced_motion="reduce") as window:
        tab = window.new_page()
        tab.goto((html_pages / "waiting-times.html").as_uri())
        links = tab.locator("nav.contents details[open] a")
        for position in (1, links.count() - 1):
            link = links.nth(position)
            place = link.get_attribute("href").partition("#")[2]
            tab.evaluate("id => document.getElementById(id).scrollIntoView()", place)
            tab.wait_for_selector(f"nav.contents a[href$='#{place}'][aria-current='location']")
            assert tab.locator("nav.contents a[aria-current='location']").count() == 1
            box, frame = link.bounding_box(), tab.locator("nav.contents").bounding_box()
            assert frame["y"] <= box["y"]
            assert box["y"] + box["height"] <= frame["y"] + frame["height"]


def test_tiles_are_a_list(html_pages):
    tree = html.parse(str(html_pages / "index.html")).getroot()
    tiles = tree.xpath("//*[@class='tile']")
    assert len(tiles) > 1
    assert {(each.tag, each.getparent().tag) for each in tiles} == {("li", "ul")}


def test_each_printed_page_says_which_quarter_it_is_and_that_it_is_a_draft(html_pages, chrome, tmp_path):
    with opened(chrome) as window:
        tab = window.new_page()
        for name in ("waiting-times", "report"):
            tab.goto((html_pages / f"{name}.html").as_uri())
            tab.pdf(path=tmp_path / "paper.pdf", prefer_css_page_size=True)
            text = subprocess.run(
                ["pdftotext", "-layout", tmp_path / "paper.pdf", "-"], capture_output=True, text=True, check=True
            ).stdout
            sheets = text.rstrip("\f").split("\f")
            assert len(sheets) > 1
            assert [each[:300] for each in sheets if "Q2 2024/25 · Draft" not in each.lstrip()[:300]] == []


def test_each_page_of_a_draft_says_once_that_it_is_one(html_pages):
    pages = [html.parse(str(html_pages / f"{name}.html")).getroot() for name in ("index", "waiting-times", "report")]
    assert [len(page.xpath("//*[@class='badge']")) for page in pages] == [1, 1, 1]


@pytest.mark.parametrize("width", [1280, 800, 375])
def test_the_contents_of_the_whole_report_are_as_wide_as_its_text(html_pages, chrome, width):
    with opened(chrome, width=width) as window:
        tab = window.new_page()
        tab.goto((html_pages / "report.html").as_uri())
        contents, text = (tab.locator(each).first.bounding_box() for each in (".whole-contents > ol", "main > section"))
    assert (contents["x"], contents["width"]) == pytest.approx((text["x"], text["width"]), abs=1)


@pytest.mark.parametrize("width", [1280, 800, 375])
def test_the_cover_is_a_banner_on_screens_of_any_width(html_pages, chrome, width):
    with opened(chrome, width=width) as window:
        tab = window.new_page()
        tab.goto((html_pages / "index.html").as_uri())
        look = "cover => [getComputedStyle(cover).color, getComputedStyle(cover).backgroundColor]"
        text, ground = tab.locator(".cover").evaluate(look)
    assert palette.contrast(as_hex(text), as_hex(ground)) >= 4.5
    assert as_hex(text) == "#FFFFFF"


def test_paper_has_legible_heads_of_tables_and_text_as_wide_as_the_sheet(html_pages, chrome):
    with opened(chrome, width=720) as window:
        tab = window.new_page()
        tab.emulate_media(media="print")
        tab.goto((html_pages / "waiting-times.html").as_uri())
        head = "head => [getComputedStyle(head).color, getComputedStyle(head).backgroundColor]"
        assert tab.locator("thead th").first.evaluate(head) == ["rgb(33, 43, 50)", "rgba(0, 0, 0, 0)"]
        text, main = (
            tab.locator(each).first.bounding_box() for each in ("main > section p:not(.passport-hint)", "main")
        )
        assert text["width"] > 0.97 * main["width"]


def test_paper_has_the_text_and_nothing_to_click(html_pages, chrome):
    with opened(chrome, color_scheme="dark") as window:
        tab = window.new_page()
        tab.emulate_media(media="print")
        tab.goto((html_pages / "waiting-times.html").as_uri())
        assert tab.locator("header.site:visible, nav:visible, button:visible, dialog:visible").count() == 0
        assert tab.locator("main h1").is_visible()
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_drawn_beside_text_stands_out_as_text_does(html_pages, chrome, theme):
    with opened(chrome, color_scheme=theme) as window:
        tab = window.new_page()
        tab.goto((html_pages / "index.html").as_uri())
        colours = tab.evaluate(
            """() => [...document.querySelectorAll(".tile")].map(tile => [
                getComputedStyle(tile.querySelector(".tile-icon svg [d], .tile-icon svg circle").closest("svg")).color,
                getComputedStyle(tile).backgroundColor,
            ])"""
        )
    assert colours
    for front, ground in colours:
        assert palette.contrast(as_hex(front), as_hex(ground)) >= 3


def as_hex(colour):
    return "#" + "".join(f"{int(part):02X}" for part in colour.removeprefix("rgb(").removesuffix(")").split(","))
