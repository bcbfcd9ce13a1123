"""The sentences of a cell: where they end, what kind they are, and what their expressions printed."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_markdown_cell

from natpatsip.checks.outcome import Place
from natpatsip.checks.sentences import MARK, Printed, sentences_of, split
from natpatsip.facts.fact import CITED, Fact

HERE = Place("ward", "cell", 4)
BEDS = Fact("beds", "2024-25-Q2", 12, "beds", "List")


def read(source, *results):
    saved = [{"expression": expression, "result": {"data": data}} for expression, data in results]
    metadata = {"user_expressions": saved} if saved else {}
    return sentences_of(new_markdown_cell(source, metadata=metadata), HERE)


def kinds(source):
    return [(each.kind, each.text) for each in read(source)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("One? Two! Three", ["One?", "Two!", "Three"]),
        ('He said "One." Then two.', ['He said "One."', "Then two."]),
        ("One (see all.) Two", ["One (see all.)", "Two"]),
        ("It is 3.5 in all. 7 came.", ["It is 3.5 in all.", "7 came."]),
        ("One. two.", ["One. two."]),
        ("See e.g. North. South.", ["See e.g. North.", "South."]),
        ("J. Smith came. She saw.", ["J. Smith came.", "She saw."]),
        (f"One. {MARK} came.", ["One.", f"{MARK} came."]),
        ("One... Two.", ["One...", "Two."]),
        ("One. *Two.* Three.", ["One.", "*Two.*", "Three."]),
        ("  One.  ", ["One."]),
        ("", []),
    ],
)
def test_a_sentence_ends_where_the_next_begins_with_a_capital_a_number_or_a_mark(text, sentences):
    assert split(text) == sentences


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("## Waits {#waits}\n\nOne\ntwo.", [("heading", "Waits"), ("text", "One two.")]),
        (
            "- One\n- Two\n  more\n\n1. Three\n2) Four",
            [("text", each) for each in ("One", "Two more", "Three", "Four")],
        ),
        ("| A | B |\n|---|:--:|\n| 1 | 2 |", [("row", "A | B"), ("row", "1 | 2")]),
        (": Caption\n\n---\n\nText", [("text", ": Caption"), ("text", "Text")]),
        (":::: {.callout-note}\nOne.\n::::\nTwo.", [("text", "One."), ("text", "Two.")]),
        ("> Quoted\n> words.", [("text", "Quoted words.")]),
        ("One.<!-- not\nshown --> Two.", [("text", "One."), ("text", "Two.")]),
        ("One.\n\n```\ncode 57\n```\n\nTwo.", [("text", "One."), ("text", "Two.")]),
        ("Text\n## Heading\nmore", [("text", "Text"), ("heading", "Heading"), ("text", "more")]),
        ("", []),
    ],
)
def test_headings_paragraphs_items_and_rows_are_blocks_of_their_own(source, found):
    assert kinds(source) == found


def test_an_expression_is_a_mark_with_what_it_printed_and_the_fact_if_it_is_one():
    data = {"text/plain": "12", CITED: BEDS.record()}
    first, second = read(
        "We had `{python} beds` beds. And `{python} 1 + 1` more, `{python} gone`.",
        ("beds", data),
        ("1 + 1", {"text/plain": "2"}),
    )
    assert (first.text, first.place) == (f"We had {MARK} beds.", HERE)
    assert first.printed == (Printed("beds", "12", BEDS),)
    assert second.text == f"And {MARK} more, {MARK}."
    assert second.printed == (Printed("1 + 1", "2"), Printed("gone"))
    assert (first.shown, second.shown) == ("We had 12 beds.", "And 2 more, ….")
    assert first.block == second.block == f"We had {MARK} beds. And {MARK} more, {MARK}."
    assert (first.kind, first.role, Printed("x").text, Printed("x").fact) == ("text", "", "", None)


def test_what_was_saved_of_another_expression_is_not_taken_for_this_one():
    (sentence,) = read("We had `{python} beds`.", ("bed", {"text/plain": "12", CITED: BEDS.record()}))
    assert sentence.printed == (Printed("beds"),)


def test_each_sentence_has_the_expressions_that_are_in_it():
    first, heading, second = read("A `{python} a` b.\n\n## H `{python} h`\n\nC `{python} c`.")
    assert [[each.expression for each in one.printed] for one in (first, heading, second)] == [["a"], ["h"], ["c"]]
