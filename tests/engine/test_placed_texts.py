"""Vega draws letters in place of texts that have been placed; the drawing is that of the texts."""

from __future__ import annotations

import json

import pytest
import vl_convert

from natpatsip.charts.layout.sizes import narrow, pages
from natpatsip.charts.own_charts.drawn_marks import is_made_here
from natpatsip.pipeline.drawing.charts_to_svg import VEGALITE, interactive_json
from natpatsip.pipeline.drawing.placed_texts import BLANK, CODES, PLACED, drawn
from support.chart_samples import SAMPLES

TEXTS = ["Mean <12 & more", '"North"', " ", "\u202fa b\u3000", "О", "a", "aa", "12", "Jan", "x" * 300, "“é” 🙂"]


def vega_of(specification):
    return vl_convert.vegalite_to_vega(specification, vl_version=VEGALITE)


def layouts(chart):
    wide = chart.to_dict()
    return [wide, *filter(None, [narrow(wide)]), *pages(wide)]


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_chart_made_here_is_drawn_as_with_whole_texts_and_vega_measures_none_of_them(kind):
    drawn_layouts = layouts(SAMPLES[kind]())
    assert len(drawn_layouts) > 1
    for layout in drawn_layouts:
        is_drawn_as_with_whole_texts(layout)


def is_drawn_as_with_whole_texts(layout):
    given, vega = [], vega_of(layout)

    def draw(short):
        given.append(short)
        return vl_convert.vega_to_svg(short)

    assert is_made_here(layout)
    assert drawn(vega, draw) == vl_convert.vega_to_svg(vega)
    (short,) = given
    texts = [row["text"] for data in short["data"] for row in data.get("values", ()) if "text" in row]
    assert texts
    assert max(map(len, texts)) <= 2


def with_texts(*texts, transform=()):
    rows = [{"x": 9, "y": 20 * number, "text": text} for number, text in enumerate(texts)]
    assert all(row.keys() == PLACED for row in rows)
    update = {name: {"field": name} for name in PLACED}
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": 90,
        "height": 400,
        "autosize": "none",
        "data": [{"name": "texts", "values": rows, "transform": list(transform)}],
        "marks": [{"type": "text", "from": {"data": "texts"}, "encode": {"update": update}}],
    }


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_as_vega_writes_it_whatever_it_says(text):
    vega = with_texts("first", text, *(str(number) for number in range(60)), text)
    assert drawn(vega, vl_convert.vega_to_svg) == vl_convert.vega_to_svg(vega)


def test_what_vega_leaves_out_at_the_ends_of_a_text_is_left_out():
    vega = with_texts(*(f"{blank}a{blank}" for blank in BLANK))
    assert drawn(vega, vl_convert.vega_to_svg) == vl_convert.vega_to_svg(vega)


@pytest.mark.parametrize(
    "vega",
    [
        with_texts("North", "South", transform=[{"type": "filter", "expr": "datum.text == 'North'"}]),
        with_texts("North", transform=[{"type": "formula", "as": "text", "expr": "datum.text + '!'"}]),
        {**with_texts("North"), "marks": with_texts("North")["marks"] * 2},
    ],
    ids=["left out", "changed", "drawn twice"],
)
def test_texts_that_something_else_is_done_with_are_drawn_by_vega(vega):
    assert drawn(vega, vl_convert.vega_to_svg) == vl_convert.vega_to_svg(vega)


def written(vega):
    """Return the texts alone, since Vega takes a minute for so many."""
    return "".join(f"<text>{row['text']}</text>" for row in vega["data"][0]["values"])


@pytest.mark.parametrize("number", [CODES, CODES + 1])
def test_texts_are_drawn_however_many_there_are(number):
    vega = with_texts(*(f"text {place}" for place in range(number)))
    assert drawn(vega, written) == written(vega)


def test_the_specification_itself_keeps_its_texts():
    vega = with_texts("North")
    before = json.dumps(vega)
    drawn(vega, vl_convert.vega_to_svg)
    assert json.dumps(vega) == before
    assert "North" in interactive_json({"wide": vega})
