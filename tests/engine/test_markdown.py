"""Headings apart from what stands under them."""

import pytest

from natpatsip.blocks.values_in_words import escaped
from natpatsip.pipeline.staging.markdown import Heading, attribute, path_of, pieces, slug, without_empty_headings


def test_text_is_taken_apart_at_its_headings():
    assert list(pieces("Intro\n\n## A {#own}\ntext\n### B\n")) == [
        "Intro",
        Heading(2, "A", "own"),
        "text",
        Heading(3, "B"),
    ]


def test_a_heading_in_a_callout_or_in_code_stays_where_it_is():
    callout = "::: {.callout-note}\n## Title\n\ntext\n:::"
    code = "```\n# no heading\n```"
    assert list(pieces(f"{callout}\n\n## A\n\n{code}")) == [callout, Heading(2, "A"), code]


def test_nested_divs_close_in_turn():
    tiles = ":::: {.tiles}\n::: {.tile}\nx\n:::\n::: {.tile}\ny\n:::\n::::"
    assert list(pieces(f"{tiles}\n## After")) == [tiles, Heading(2, "After")]


def test_a_heading_left_with_nothing_under_it_goes():
    parts = [Heading(2, "A"), Heading(3, "B"), Heading(4, "C"), Heading(2, "D"), "d", Heading(2, "E")]
    kept = without_empty_headings((part, "") for part in parts)
    assert [part for part, _ in kept] == [Heading(2, "D"), "d"]


def test_a_heading_with_text_only_below_a_lower_heading_stays():
    parts = [(Heading(2, "A"), "cell 1"), (Heading(3, "B"), "cell 2"), ("b", "cell 2")]
    assert without_empty_headings(parts) == parts


def test_an_id_is_plain_ascii_words():
    assert slug("Martha’s Rule & PIER: Łódź, Ŵyr") == "marthas-rule-pier-lodz-wyr"


@pytest.mark.parametrize(
    ("titles", "path"),
    [
        (["Data", "Data: incidents"], "Data: incidents"),
        (["Data", "Data"], "Data"),
        (["Data (all)", "Data (all), by ward"], "Data (all), by ward"),
        (["Data", "Database of incidents"], "Data › Database of incidents"),
        (["Phase 1", "Phase 10"], "Phase 1 › Phase 10"),
        (["Caf", "Café hours"], "Caf › Café hours"),
    ],
)
def test_a_heading_is_left_out_of_a_path_if_the_next_repeats_it_as_whole_words(titles, path):
    assert path_of(titles) == path


def test_quotes_and_backslashes_survive_in_an_attribute():
    assert attribute('a "b" \\ c\nd') == '"a \\"b\\" \\\\ c d"'


def test_marks_of_markdown_are_escaped():
    assert escaped("a_b|c*d [e] @f") == "a\\_b\\|c\\*d \\[e\\] \\@f"
