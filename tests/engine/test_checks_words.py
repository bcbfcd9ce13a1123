"""The tables of patterns: each row's examples show what it does, and no row is idle."""

from __future__ import annotations

import re
import time

import pytest

from natpatsip.checks.glossary import acronyms
from natpatsip.checks.numbers import allowed_numbers, typed_numbers, value_of
from natpatsip.checks.patterns import FOLDER, compiled, read_table
from natpatsip.checks.sentences import MARK
from natpatsip.checks.unhedged_estimate import hedged
from natpatsip.checks.unsupported_claim import claims_about_charts

ALLOWED, RATIOS, CHARTS = (read_table(name) for name in ("allowed_numbers", "ratios", "chart_words"))


def name_of(row):
    return f"{row[0]}: {row[2]}"


@pytest.mark.parametrize("row", ALLOWED, ids=name_of)
def test_a_number_in_a_name_or_a_time_passes_and_its_near_miss_is_flagged(row):
    _, _, passes, flagged = row
    assert typed_numbers(passes) == []
    assert typed_numbers(flagged)


@pytest.mark.parametrize("row", ALLOWED, ids=name_of)
def test_no_row_of_allowed_numbers_is_idle(row):
    others = compiled([each for each in ALLOWED if each != row], re.MULTILINE)
    example = row[2]
    with_all, without = allowed_numbers(), {kind: others.get(kind, re.compile(r"(?!)")) for kind in allowed_numbers()}
    assert (typed_numbers(example, allowed=without.values()), acronyms(example, without)) != (
        typed_numbers(example),
        acronyms(example, with_all),
    )


@pytest.mark.parametrize("row", RATIOS, ids=name_of)
def test_a_share_or_a_multiple_in_words_is_a_number_and_its_near_miss_is_not(row):
    _, pattern, flagged, passes = row
    found = [each.text for each in typed_numbers(flagged)]
    assert found
    assert typed_numbers(passes) == []
    (alone,) = compiled([("", pattern)], re.IGNORECASE).values()
    assert [match[0].strip() for match in alone.finditer(flagged)] == found


@pytest.mark.parametrize("row", CHARTS, ids=name_of)
def test_words_claim_what_their_row_says_and_their_near_miss_claims_nothing(row):
    shows, pattern, claims, claims_nothing = row
    (claim,) = claims_about_charts(claims)
    assert " | ".join(claim.needs) == shows
    assert claims_about_charts(claims_nothing) == []
    (alone,) = compiled([("", pattern)], re.IGNORECASE).values()
    assert claim.words in [match[0] for match in alone.finditer(claims)]


@pytest.mark.parametrize("table", ["allowed_numbers", "ratios", "chart_words"])
def test_every_row_names_word_lists_that_exist(table):
    lists = {name for name, _ in read_table("word_lists")}
    for row in read_table(table):
        assert len(row) == 4
        assert set(re.findall(r"\{([a-z_]+)\}", row[1])) <= lists


def test_every_word_list_is_used():
    texts = [row[1] for name in ("allowed_numbers", "ratios", "chart_words", "word_lists") for row in read_table(name)]
    code = "".join(file.read_text(encoding="utf-8") for file in FOLDER.parent.glob("*.py"))
    used = set(re.findall(r"word_list\([\"'](\w+)", code)) | {
        name for text in texts for name in re.findall(r"\{([a-z_]+)\}", text)
    }
    assert {name for name, _ in read_table("word_lists")} == used


def test_a_report_adds_what_it_counts_and_what_its_documents_are_called():
    sentence = "In all, 2024 beds were in use, as QRY 57 says."
    own = allowed_numbers(("beds",), ("QRY",))
    assert [each.text for each in typed_numbers(sentence)] == ["57"]
    assert [each.text for each in typed_numbers(sentence, allowed=own.values())] == ["2024"]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1,016", 1016, ""),
        ("66.5 per cent", 66.5, "percent"),
        ("£18m", 18e6, "GBP"),
        ("1.5k", 1500, ""),
        ("30-34", None, ""),
        ("Twenty-nine", 29, ""),
        ("sixty per cent", 60, "percent"),
        ("five per cent", 5, "percent"),
        ("five percent", 5, "percent"),
        ("twenty-five percent", 25, "percent"),
        ("one in five", 20, "percent"),
        ("two thirds", 66.7, "percent"),
        ("a tenth", 10, "percent"),
        ("several thousand", None, ""),
    ],
)
def test_a_typed_number_has_its_value(text, value, unit):
    (typed,) = typed_numbers(f"{text} of them were seen.")
    assert (typed.value, typed.unit) == (value, unit)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("third", 33.3), ("quarter", 25), ("fifth", 20), ("sixth", 16.7), ("seventh", 14.3), ("eighth", 12.5),
        ("ninth", 11.1), ("tenth", 10),
    ],
)  # fmt: skip
def test_each_fraction_in_words_is_that_share(word, value):
    (typed,) = typed_numbers(f"One {word} of them were seen.")
    assert (typed.value, typed.unit) == (value, "percent")


@pytest.mark.parametrize(
    ("size", "value"),
    [
        (" hundred", 2e2), (" thousand", 2e3), ("k", 2e3), ("K", 2e3), (" million", 2e6), ("m", 2e6), ("M", 2e6),
        (" billion", 2e9), ("bn", 2e9),
    ],
)  # fmt: skip
def test_each_size_after_a_number_multiplies_it(size, value):
    (typed,) = typed_numbers(f"They spent £2{size} on it.")
    assert (typed.text, typed.value) == (f"£2{size}", value)


def test_words_that_are_not_a_number_have_no_value():
    assert (value_of("half a million"), value_of("two dozen"), value_of("twelve hundred")) == (None, 24, 1200)


@pytest.mark.parametrize(
    ("clause", "covered"),
    [
        ("Up to # lives may have been saved", [True]),
        ("# lives may have been saved in the quarter", [True]),
        ("# lives, an estimate, were saved", [True]),
        ("# babies survived, and up to # in the year to date", [False, True]),
        ("# lives were saved and potentially # in the year", [False, True]),
        ("# babies survived, # were spared an infection, and up to # avoided it", [False, False, True]),
        ("up to # in the quarter and # in the year to date", [True, True]),
        ("Up to # survived in the quarter, # in the year so far and # since the baseline", [True, True, True]),
        ("# lives and # in the year to date may have been saved", [True, True]),
        ("They may have avoided # infections and saved # lives", [True, True]),
        ("It is estimated that # survived, and that # were saved in the year", [True, True]),
        ("Up to # may have survived, and # were saved in the year", [True, False]),
        ("Up to # were saved while # survived in the year", [True, False]),
        ("Teams may meet, and # babies survived", [False]),
        ("In May # lives were saved", [False]),
    ],
)
def test_each_estimate_needs_a_hedge_of_its_own_or_of_its_list(clause, covered):
    assert hedged(clause.replace("#", MARK)) == covered


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("677 came.", [("677", 0, 3, 677, "")]),
        ("We saw 1,016.5 of them.", [("1,016.5", 7, 14, 1016.5, "")]),
        ("We saw 1 016 of them.", [("1 016", 7, 12, 1016, "")]),
        ("It cost £1.5 million, or GBP 3k.", [("£1.5 million", 8, 20, 1.5e6, "GBP"), ("GBP 3k", 25, 31, 3000, "GBP")]),
        ("It cost €5 or $6m.", [("€5", 8, 10, 5, ""), ("$6m", 14, 17, 6e6, "")]),
        (
            "It is 66.5%, 7 per cent and 8 percentage points.",
            [
                ("66.5%", 6, 11, 66.5, "percent"),
                ("7 per cent", 13, 23, 7, "percent"),
                ("8 percentage points", 28, 47, 8, ""),
            ],
        ),
        ("From 30 to 34 and 5–7.", [("30 to 34", 5, 13, None, ""), ("5–7", 18, 21, None, "")]),
        ("It rose 3 times and x4.", [("3 times", 8, 15, 3, ""), ("x4", 20, 22, 4, "")]),
        (
            "Some twenty-nine or thirty per cent.",
            [("twenty-nine", 5, 16, 29, ""), ("thirty per cent", 20, 35, 30, "percent")],
        ),
        ("About two million, or a dozen.", [("two million", 6, 17, 2e6, ""), ("a dozen", 22, 29, 12, "")]),
        ("One, two and ten came.", []),
        ("See Figure 3 and charts 4 and 5.", [("Figure 3", 4, 12, None, ""), ("charts 4 and 5", 17, 31, None, "")]),
        ("Use `frame[3]` but not `57`.", [("57", 24, 26, 57, "")]),
        (
            "About one in three or half of them.",
            [("one in three", 6, 18, 33.3, "percent"), ("half of", 22, 29, None, "")],
        ),
    ],
)
def test_typed_numbers_come_in_order_with_their_place_value_and_unit(text, found):
    typed = typed_numbers(text)
    assert [(each.text, each.value, each.unit) for each in typed] == [(one[0], one[3], one[4]) for one in found]
    assert [text[each.start : each.end].strip() for each in typed] == [one[0] for one in found]
    assert [each.is_figure for each in typed] == [one[0].lower().startswith(("figure", "chart")) for one in found]


def test_a_term_with_a_digit_is_a_name_and_only_as_a_whole_word():
    assert typed_numbers("The Core24 teams met.", terms=["Core24"]) == []
    typed = typed_numbers("The Core245 and Core24.", terms=["Core24", "Core"], allowed=())
    assert [each.text for each in typed] == ["245"]
    assert typed_numbers("The Plan 2 Core24.", terms=["Core24", "Plan 2 Core24"]) == []


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("nineteen", 19), ("eleven", 11), ("twenty", 20), ("ninety nine", 99), ("a hundred", 100), ("hundred", 100),
        ("two hundred and five", 205), ("three thousand", 3000), ("an million", 1e6), ("thousand", 1000),
        ("one million two hundred thousand and sixteen", 1_200_016), ("two thousand three hundred", 2300),
        ("a thousand one hundred", 1100), ("a dozen", 12), ("dozens", None), ("", None),
    ],
)  # fmt: skip
def test_a_number_in_words_has_its_value(words, value):
    assert value_of(words) == value


@pytest.mark.parametrize("letter", ["x", "A", "7", "-", "&", "/", "@x", "a."])
def test_a_text_without_spaces_takes_time_for_its_letters_and_not_for_their_square(letter):
    text = f"q1z {letter * 20_000}"
    start = time.process_time()
    typed_numbers(text)
    assert time.process_time() - start < 2
