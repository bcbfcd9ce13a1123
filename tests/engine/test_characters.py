"""What no format can show: refused with its place where people have written it, a mark where it comes from data."""

from __future__ import annotations

import re
import sys
import unicodedata

import altair as alt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from natpatsip import context
from natpatsip.blocks.figures import figure
from natpatsip.blocks.tables_and_callouts import callout, table
from natpatsip.blocks.values_in_words import escaped
from natpatsip.characters import not_shown, visible
from natpatsip.errors import FactError, ParamsError, ReportError, StagingError
from natpatsip.facts import publishing
from natpatsip.files.yaml_models import read_yaml
from natpatsip.pipeline.render.typefaces import characters_of
from natpatsip.pipeline.staging.chapter import refuse_what_is_lost
from support.projects import ROOT

CONTROLS = [chr(code) for code in (0, 7, 8, 11, 12, 27, 31, 127, 128, 133, 155, 159, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF)]

TURNING = (
    "LRE",
    "RLE",
    "PDF",
    "LRO",
    "RLO",
    "LRI",
    "RLI",
    "FSI",
    "PDI",
)  # Unicode's classes of marks that turn letters


def test_every_control_character_mark_that_turns_letters_and_all_that_xml_may_not_hold_is_refused_and_nothing_else_is():
    found = {chr(code) for code in range(sys.maxunicode + 1) if not_shown(f"a{chr(code)}b")}
    assert found == {
        each
        for each in map(chr, range(sys.maxunicode + 1))
        if (unicodedata.category(each) in ("Cc", "Cs") and each not in "\t\n\r")
        or each in "\ufffe\uffff"
        or unicodedata.bidirectional(each) in TURNING
    }


@given(st.text(st.characters() | st.sampled_from(CONTROLS), max_size=20))
def test_a_text_that_is_not_refused_and_one_with_marks_can_be_in_xml(text):
    for shown in (visible(text), *([] if not_shown(text) else [text])):
        element = etree.Element("a", b=shown)
        element.text = shown
    assert not not_shown(visible(text))
    assert len(visible(text)) == len(text)


def test_no_typeface_has_one_whatever_glyphs_are_in_its_file():
    known = characters_of(*(ROOT / "_extensions" / "natpatsip" / "fonts").glob("*.ttf"))
    assert {"a", "\ufffd"} < known
    assert not [each for each in known if not_shown(each)]
    assert not known & {chr(code) for code in range(0xE0020, 0xE0080)}, "tags, which spell the flags of regions"


@pytest.mark.parametrize("control", CONTROLS)
def test_a_message_says_which_it_is_and_the_words_before_it(control):
    code = f"U+{ord(control):04X}"
    assert not_shown(f"In July all ten beds{control} were open.").startswith(
        f"found a control character ({code}) after “all ten beds”, which no format can show. "
    )
    assert f"({code}) at the start" in not_shown(f"{control} beds")
    assert control not in not_shown(f"a{control}")


def test_a_message_says_what_a_mark_does_that_turns_letters():
    assert not_shown("All ten beds\u202e123 were open.") == (
        "found a mark (U+202E) after “All ten beds”, after which 123 would read 321. Take it out."
    )


@pytest.mark.parametrize("key", ["source", "targets.beds.unit", "list.0"])
@pytest.mark.parametrize("control", ["\\0", "\\x07", "\\x1B", "\\x7F", "\\N", "\\uFFFE", "\\u202E"])
def test_a_yaml_file_is_refused_with_key_and_line(key, control):
    text = {
        "source": f'a: 1\nsource: "x{control}y"',
        "targets.beds.unit": f'targets:\n  beds: {{unit: "x{control}y"}}',
        "list.0": f'list:\n- "x{control}y"',
    }[key]
    kind = "mark" if control == "\\u202E" else "control character"
    with pytest.raises(ParamsError, match=rf"^params/a\.yml, line 2, {re.escape(key)}: found a {kind} \(U\+"):
        read_yaml(text.encode(), "params/a.yml", ParamsError)


def test_a_sign_between_the_cells_of_a_file_may_be_one():
    content = read_yaml(b'dialect: {delimiter: "\\x1f"}', "data/datapackage.yaml", ReportError)
    assert content == {"dialect": {"delimiter": "\x1f"}}


@pytest.mark.parametrize("control", [each for each in CONTROLS if not each.isspace()])
def test_markdown_of_a_cell_is_refused_whatever_showed_it(control):
    texts = [f"All{control} is well."]
    if unicodedata.category(control) != "Cs":  # code that makes half of a character fails in its own cell
        texts += [
            table(pd.DataFrame({"A": [1]}), caption=f"Beds{control} open").markdown,
            callout("note", f"A{control}", "text").markdown,
            callout("note", "A", f"te{control}xt").markdown,
        ]
    for text in texts:
        with pytest.raises(StagingError, match="control character"):
            refuse_what_is_lost(text)


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("field", ["label", "unit", "source", "formula"])
def test_a_text_of_a_fact_is_refused(tmp_path, field, control):
    given = {"unit": "beds", "source": "a list"} | {field: f"a{control}b"}
    with (
        context.use("2024-25-Q2", project=tmp_path),
        pytest.raises(FactError, match=rf'publish\("beds"\), {field}: found a control character'),
    ):
        publishing.publish("beds", 5, **given)


@pytest.mark.parametrize("control", [each for each in CONTROLS if not each.isspace()])
def test_data_are_shown_with_a_mark_in_its_place(control):
    rows = pd.DataFrame({"team": [f"No{control}rth", "South"], f"be{control}ds": [3, 4]})
    assert escaped(f"No{control}rth") == "No\ufffdrth"
    assert "No\ufffdrth" in table(rows, caption="Beds").markdown
    assert not not_shown(table(rows, caption="Beds").markdown)
    if unicodedata.category(control) == "Cs":  # no chart of Altair can hold half of a character
        return
    chart = alt.Chart(rows).mark_bar().encode(x=f"be{control}ds:Q", y="team:N")
    shown = figure("fig-beds", chart, title="Beds", description="Beds", caption="All.", data=rows)
    assert shown.data.startswith("team,be\ufffdds\nNo\ufffdrth,3\n")
    assert "No\ufffdrth" in shown.alt
    assert not not_shown(shown.alt + shown.data)
