"""Charts and diagrams on dark pages: every colour has a partner that reads and means the same."""

from __future__ import annotations

import colorsys
import itertools
import re

import pytest
import vl_convert
import yaml

from natpatsip.blocks import diagrams
from natpatsip.charts import dark, icons, palette, theme
from natpatsip.charts.palette import contrast
from natpatsip.pipeline.drawing import svg
from support.chart_samples import SAMPLES
from support.projects import ROOT

BRAND = yaml.safe_load((ROOT / "_extensions" / "natpatsip" / "_brand.yml").read_text(encoding="utf-8"))
GROUND = dark.PARTNERS[palette.PAPER]
TEXTS = (palette.INK, palette.QUIET, palette.MEAN, palette.TARGET_TEXT, palette.TRAJECTORY)
BADGES = tuple({badge.ink for badge in icons.STEPS.values()})  # the words of a step change
LINES = (palette.PROCESS, palette.LIMIT, palette.MEAN, palette.TARGET, palette.TRAJECTORY, palette.REBASE, palette.AXIS)
ICONS = [stroke.colour for icon in icons.ICONS.values() for stroke in icon.strokes]
TONES = (diagrams.BLUE, diagrams.NAVY, diagrams.PLUM, diagrams.GREY)


def hue(colour):
    return colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))[0] * 360


def saturation(colour):
    return colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))[2]


def test_dark_charts_stand_on_the_dark_pages_ground_with_its_text():
    assert BRAND["dark"]["white"] == GROUND
    assert dark.PARTNERS[palette.INK] == BRAND["dark"]["ink"]
    assert dark.PARTNERS[palette.QUIET] == BRAND["dark"]["slate"]


@pytest.mark.parametrize("ground", ["white", "mist"])
def test_text_and_marks_stand_out_from_dark_grounds(ground):
    under = BRAND["dark"][ground]
    for colour in TEXTS:
        assert contrast(dark.PARTNERS[colour], under) >= 4.5, colour
    for colour in (*LINES, *ICONS, *(style.fill for style in palette.POINTS.values())):
        assert contrast(dark.PARTNERS[colour], under) >= 3, colour


def test_parts_of_dark_bars_stand_out_from_their_neighbours_the_page_and_their_numbers():
    parts = [dark.PARTNERS[colour] for colour in palette.CATEGORIES]
    for one, other in itertools.pairwise(parts):
        assert contrast(one, other) >= 3, (one, other)
    for colour, part in zip(palette.CATEGORIES, parts, strict=True):
        assert contrast(part, GROUND) >= 3, part
        assert contrast(dark.PARTNERS[palette.text_on(colour)], part) >= 4.5, part


def test_numbers_in_the_shades_of_groups_read_on_light_and_dark_pages():
    for colour in (*itertools.chain(*palette.HUES), *palette.GREYS):
        text = palette.text_on(colour)
        assert contrast(text, colour) >= 4.5
        assert contrast(dark.PARTNERS[text], dark.PARTNERS[colour]) >= 4.5, colour


def test_words_read_in_dark_boxes():
    for tone in TONES:
        assert contrast(dark.PARTNERS[tone.line], dark.PARTNERS[tone.ground]) >= 4.5
        assert contrast(GROUND, dark.PARTNERS[tone.line]) >= 4.5, "a phase that is set off"


def test_colours_keep_their_meaning():
    for light, partner in dark.PARTNERS.items():
        if min(saturation(light), saturation(partner)) > 0.35:
            turned = abs(hue(light) - hue(partner))
            assert min(turned, 360 - turned) <= 30, (light, partner)
    kinds = [dark.PARTNERS[style.fill] for style in palette.POINTS.values()]
    assert kinds[:3] == [style.fill for style in palette.POINTS.values()][:3], "the NHS's own colours"


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_colour_of_every_chart_has_a_partner(kind):
    drawn = svg.tidy(vl_convert.vegalite_to_svg(SAMPLES[kind]().to_dict()), prefix=kind)
    assert 'class="themed"' in dark.marked(drawn)


def test_every_colour_of_every_diagram_has_a_partner():
    boxes = [diagrams.Box(("Refer",), ("a person",), tone) for tone in (*TONES, *TONES[:3])]
    drawn = diagrams.ring(boxes, ("The", "ward"))
    for each in (drawn.wide, drawn.narrow):
        assert 'class="themed"' in dark.marked(each)


def test_the_themes_own_colours_have_partners():
    used = set(re.findall(r"#[0-9A-F]{6}", str(theme.CONFIG)))
    assert used <= dark.PARTNERS.keys()


@pytest.mark.parametrize(
    "drawn",
    ['<svg><path fill="tomato"/></svg>', '<svg><image href="x.png"/></svg>', '<svg><path style="fill:#212B32"/></svg>',
     '<svg><linearGradient/></svg>', '<svg><path stroke="#123456"/></svg>'],
)  # fmt: skip
def test_a_drawing_in_other_colours_keeps_its_light_ground(drawn):
    assert dark.marked(drawn) == drawn


def fills(tab, selector):
    return tab.evaluate(
        "selector => [...document.querySelectorAll(selector)].filter(each => each.checkVisibility())"
        ".map(each => getComputedStyle(each).fill)",
        selector,
    )


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


@pytest.mark.end_to_end
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("page", ["waiting-times.html", "report.html"])
def test_charts_follow_a_dark_page_and_paper_stays_light(html_pages, chrome, page, scripts):
    with chrome.new_context(color_scheme="dark", java_script_enabled=scripts, reduced_motion="reduce") as window:
        tab = window.new_page()
        tab.goto((html_pages / page).as_uri())
        if scripts and page != "report.html":
            tab.locator("#fig-waits .chart").scroll_into_view_if_needed()
            tab.wait_for_selector("#fig-waits .drawn svg")
        texts = set(fills(tab, "figure.report-figure .chart text"))
        partners = {rgb(dark.PARTNERS[colour]) for colour in (*TEXTS, *BADGES, palette.PAPER)}
        assert rgb(dark.PARTNERS[palette.INK]) in texts
        assert texts <= partners
        grounds = {rgb(GROUND), "rgba(0, 0, 0, 0)"}
        behind = (
            "selector => [...document.querySelectorAll(selector)].map(each => getComputedStyle(each).backgroundColor)"
        )
        assert set(tab.evaluate(behind, ".chart, .chart svg")) <= grounds
        boxes = fills(tab, "#pic-pathway rect")
        assert rgb(dark.PARTNERS[palette.PALE_PLUM]) in boxes
        tab.emulate_media(media="print", color_scheme="dark")
        assert rgb(palette.INK) in set(fills(tab, "figure.report-figure .chart text"))
        assert rgb(palette.PALE_PLUM) in fills(tab, "#pic-pathway rect")
        assert set(tab.evaluate(behind, ".chart")) == {"rgb(255, 255, 255)"}


@pytest.mark.end_to_end
def test_downloads_stay_light(html_pages):
    drawn = (html_pages.parent / "figures" / "fig-waits.svg").read_text(encoding="utf-8")
    assert f'fill="{palette.PAPER}"' in drawn
    assert f'fill="{palette.INK}"' in drawn
    assert dark.PARTNERS[palette.INK] not in drawn
