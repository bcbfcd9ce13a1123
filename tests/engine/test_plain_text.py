"""Text from data and parameters is shown letter by letter, wherever it enters a chapter."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natpatsip.blocks.tables_and_callouts import fact_span, table
from natpatsip.blocks.values_in_words import escaped
from natpatsip.facts.fact import Fact
from natpatsip.pipeline.render.pandoc import meta
from natpatsip.pipeline.render.pandoc_ast import text_of, walk
from natpatsip.pipeline.staging.output_texts import printed
from natpatsip.pipeline.staging.stage import _with_illustrative_note
from natpatsip.settings import STAND_INS, Settings
from support.reading import read_by_pandoc

HOSTILE = [
    "<Trust>", "North <b>bold</b>", "@home", "[@home]", ":::", "::: {.case-study}", "---", "* * *",
    "{{< video x.mp4 >}}",
    "[x](https://example.org)", "![x](y.png)", "https://example.org", "<https://example.org>", "`code`", "`{python} x`",
    "*emph*", "**strong**", "_emph_", "~~gone~~", "H~2~O", "x^2^", "$x^2$", "a | b", "| a |", "# Heading",
    "## Two {#id}",
    "> quoted", "- item", "+ item", "* item", "1. one", "2024. That", "(c) Crown", "a) first", "#. one", "(@) example",
    ": definition", "Term\n: definition", "text\n---", "text\n===", "[^1]", "^[note]", "[^1]: note", "&copy;", "&#169;",
    "\\newpage", "C:\\Users\\jane", "\\", "a\\", "[x]{.fact}", "{#id .class}", "[x]: https://example.org",
    "<!-- comment -->",
    "a -- b", "a...b", "= equals", "~ tilde", "```", "~~~", "    code", "\ttab", "- [ ] to do", "@fig-waits",
    "----\n----",
    "+---+\n| a |\n+---+", "a\u2028b", "x\x00y", "x\x1b[31my", "Table: caption", "$$", "\\(x\\)", "\\[x\\]",
    "---\na: b\n---",
]  # fmt: skip
STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})


def as_shown(text):
    """What a reader sees of a text: white space as one space, and no control characters."""
    shown = "".join(
        "\ufffd" if (ord(each) < 32 and each not in "\t\n\r\f\v") or 127 <= ord(each) < 160 else each for each in text
    )
    return " ".join("".join(" " if each in "\t\n\r\f\v\u2028\u2029" else each for each in shown).split(" ")).strip()


def seen(node):
    return " ".join(text_of(node).translate(STRAIGHT).split(" ")).strip()


LETTERS = {"Para", "Plain", "Str", "Space", "SoftBreak", "Quoted", "SingleQuote", "DoubleQuote"}


def assert_text(blocks, text, *, also=()):
    kinds = {node["t"] for node in walk(blocks)} - {"Quoted"}
    assert kinds <= LETTERS | set(also), kinds
    assert seen(blocks).replace(" ", "") == as_shown(text).translate(STRAIGHT).replace(" ", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_text_is_a_paragraph_of_letters(text):
    assert_text(read_by_pandoc(escaped(text)), text)


def test_a_byte_order_mark_which_no_archived_pdf_may_hold_is_left_out():
    assert escaped("\ufeffNorth\ufeff") == "North"
    assert meta("\ufeffNorth")["c"][0]["c"] == "North"


@pytest.mark.parametrize("text", HOSTILE)
def test_an_inline_value_is_text(text):
    value = printed({"text/plain": repr(text)})
    assert_text(read_by_pandoc(f"In {value} seen"), f"In {text} seen")


LETTER = st.characters(codec="utf-8", exclude_categories=["Cs", "Zs", "Cf"]) | st.sampled_from(
    list("-*_`[](){}<>|#@^~$\\:.!&+='\"1a \n")
)


@settings(max_examples=100, deadline=None)
@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Zs", "Cf"])
        | st.sampled_from(list("-*_`[](){}<>|#@^~$\\:.!&+='\"1a \n")),
        max_size=20,
    )
)
def test_any_text_is_letters(text):
    assert_text(read_by_pandoc(f"x{escaped(text)}\n\n{escaped(text)}"), f"x{text.strip(' ')}{text}")


def test_cells_and_columns_of_a_table_are_text():
    frame = pd.DataFrame({f"{text} {number}": [text] for number, text in enumerate(HOSTILE)})
    (found,) = read_by_pandoc(table(frame, caption="Caption").markdown)
    head, bodies = found["c"][3], found["c"][4]
    names = [cell[4] for cell in head[1][0][1]]
    cells = [cell[4] for cell in bodies[0][3][0][1]]
    assert len(names) == len(cells) == len(HOSTILE)
    for number, text in enumerate(HOSTILE):
        assert_text(cells[number], text)
        assert_text(names[number], f"{text} {number}")


@pytest.mark.parametrize("text", HOSTILE)
def test_the_text_of_a_fact_is_text(text):
    fact = Fact("aim", "all", text, "words", "", kind="target")
    assert_text(read_by_pandoc(f"It is {fact_span(fact)}."), f"It is {fact.text}.", also=["Span"])


@pytest.mark.parametrize("text", HOSTILE)
def test_the_note_on_illustrative_data_is_text_with_its_number_of_stand_ins(text):
    words = {"title": text, "banner": f"{text}{STAND_INS}."}
    settings = Settings.model_validate({"illustrative-data": words})
    drawn = Fact("beds", "all", 1, "beds", "List", kind="reported", is_illustrative=True)
    plan = SimpleNamespace(settings=settings, chapters=())
    note = read_by_pandoc(_with_illustrative_note(plan, "# Title", [drawn]))[1]
    heading, banner = note["c"][1]
    assert_text([heading], text, also={"Header"})
    assert_text([banner], f"{text}. So is 1 number for which no usable figure was available.")


def test_a_mark_that_turns_the_order_of_letters_is_shown_and_turns_nothing():
    assert escaped("a \u202e123\u202c \u2066b\u2069") == "a \ufffd123\ufffd \ufffdb\ufffd"
