"""Words about charts that the charts do not show, and estimates that are told as counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from natpatsip.checks import unhedged_estimate, unsupported_claim
from natpatsip.checks.sentences import MARK
from natpatsip.checks.unsupported_claim import ChartClaim, claims_about_charts
from natpatsip.facts.fact import Fact
from support.checking import block, charting, context, printing, publishing
from support.projects import code, prose

UP = charting("fig-beds", "Beds", shows=["shift up", "improving"])


def claimed(folder, *cells):
    return unsupported_claim.check(context(folder, prose("## Beds in use", id="heading"), *cells))


def test_words_that_an_expression_prints_are_read_in_prose_and_keep_a_mark_in_code_which_has_printed_nothing(tmp_path):
    said = "spc.claim('has fallen', chart)"
    cells = [
        printing(f"Use `{{python}} {said}` here.", "has fallen"),
        code(f'figure(c, "fig-a", f"Use {{{said}}} on")'),
    ]
    read = [
        unsupported_claim._words_to_check(each) for each in context(tmp_path, *cells).narrative if "Use" in each.text
    ]
    assert read == ["Use has fallen here.", f"Use {MARK} on"]


@pytest.mark.parametrize(
    ("shows", "is_denied", "holds"),
    [
        ({"rising"}, False, True),
        ({"falling"}, False, False),
        (set(), False, False),
        ({"rising"}, True, False),
        (set(), True, True),
    ],
)
def test_words_are_borne_out_by_any_of_what_they_need_and_denials_by_none(shows, is_denied, holds):
    assert ChartClaim("rose", 0, ("shift up", "rising"), is_denied).is_supported_by(shows) == holds


def test_what_a_chart_must_not_show_bears_words_out_if_it_is_not_there():
    assert ChartClaim("steady", 0, ("!rising",)).is_supported_by({"falling"})
    assert not ChartClaim("steady", 0, ("!rising",)).is_supported_by({"rising"})
    assert not ChartClaim("rose", 0, ("rising",)).is_denied


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("It has risen.", [("has risen", False)]),
        ("It has not risen.", [("has not risen", True)]),
        ("It never rose, but it has fallen.", [("rose", True), ("has fallen", False)]),
        ("There is no sign that it has risen.", [("has risen", True)]),
        ("If it has risen, teams act.", []),
        ("It is lower; it has risen.", [("has risen", False)]),
        ("It has not changed.", [("has not changed", False)]),
        ("[Falls](falls.ipynb) has more; so has https://ward.example/falls.html.", []),
        ("[It has risen](falls.ipynb) since.", [("has risen", False)]),
    ],
)
def test_a_denial_holds_within_its_clause_and_an_address_says_nothing(text, claims):
    found = [(each.words, each.is_denied) for each in claims_about_charts(text) if each.words != "is lower"]
    assert found == claims


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("As @fig-beds shows, it has risen.", False),
        ("As @fig-beds shows, it has fallen.", True),
        ("As @fig-beds shows, it has not fallen.", False),
        ("As @fig-beds shows, it is busy.", False),
        ("It has fallen.", True),  # in the figure's part of the chapter
        ("It has risen.", False),
        ("If it has fallen, teams act.", False),
    ],
)
def test_words_about_a_chart_are_held_against_what_it_shows(tmp_path, text, is_found):
    assert bool(claimed(tmp_path, UP, prose(text, id="text"))) == is_found


def test_a_claim_that_the_chart_does_not_bear_out_is_told_with_what_it_shows(tmp_path):
    (found,) = claimed(tmp_path, UP, prose("As @fig-beds shows, it has fallen.", id="text"))
    assert found.message == (
        '"has fallen" in "As @fig-beds shows, it has fallen." is not what the chart says: fig-beds shows: '
        "improving and "
        "shift up. Say it with spc.claim(…) or spc.describe(…), or wording.direction(…) of two numbers."
    )
    assert (found.check, found.cell, found.found, found.expected) == (
        "unsupported-claim",
        "text",
        "has fallen",
        "improving and shift up",
    )


def test_the_words_of_a_measures_chart_are_advised_where_it_is_one(tmp_path):
    chart = charting("fig-waits", "Waits", shows=["shift up"])
    (found,) = claimed(tmp_path, chart, prose("As @fig-waits shows, it has fallen.", id="text"))
    assert "Say it with .claim(…) or .sentence of the measure waits, or wording" in found.message


def test_a_long_sentence_is_quoted_from_its_start(tmp_path):
    text = (
        "As @fig-beds shows for all of the wards of the trust and "
        "for each of the teams in the North and South, it has fallen."
    )
    (found,) = claimed(tmp_path, UP, prose(text, id="text"))
    assert (
        ' in "As @fig-beds shows for all of the wards of the trust and for each of the teams in the…" is'
        in found.message
    )


@pytest.mark.parametrize(
    ("shows", "said"),
    [
        ([], "fig-beds shows: nothing that may be claimed."),
        (None, "fig-beds is not a control chart, so nothing supports the words."),
    ],
)
def test_a_chart_that_shows_nothing_or_is_of_another_kind_bears_nothing_out(tmp_path, shows, said):
    chart = charting("fig-beds") if shows is None else charting("fig-beds", shows=shows)
    (found,) = claimed(tmp_path, chart, prose("As @fig-beds shows, it has fallen.", id="text"))
    assert f"is not what the chart says: {said}" in found.message
    assert found.expected == ""


def test_of_a_chart_of_another_kind_only_a_sentence_that_refers_to_it_is_told(tmp_path):
    assert claimed(tmp_path, charting("fig-beds"), prose("It has fallen.", id="text")) == []


def test_a_sentence_is_about_the_figure_of_its_part_before_it_or_else_after_it(tmp_path):
    down = charting("fig-down", "Down", id="down", shows=["shift down"])
    cells = [UP, prose("It has risen.", id="a"), down, prose("It has fallen.", id="b"), prose("It has risen.", id="c")]
    assert [each.cell for each in claimed(tmp_path, *cells)] == ["c"]


def test_a_sentence_before_the_only_figure_of_its_part_is_about_it_and_one_of_another_part_is_not(tmp_path):
    cells = [
        prose("It has fallen.", id="before"),
        UP,
        prose("## Other", id="other"),
        prose("It has fallen.", id="after"),
    ]
    assert [each.cell for each in claimed(tmp_path, *cells)] == ["before"]


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Beds have fallen", ["have fallen"]),
        ("Fewer beds than last year", ["Fewer beds than last year"]),
        ("The number of beds has halved", ["halved"]),
        ("More beds than before", []),
        ("The number of beds has doubled", []),
    ],
)
def test_a_figures_own_title_is_about_it(tmp_path, title, found):
    own = code(f'figure("fig-beds", chart, title="{title}")', id="chart")
    own.outputs = UP.outputs
    assert [each.found for each in claimed(tmp_path, own)] == found


def test_a_sentence_that_names_a_figures_subject_is_about_it_wherever_it_stands(tmp_path):
    cells = [UP, prose("## Other", id="other"), prose("Beds in use have fallen. Visits have fallen.", id="text")]
    (found,) = claimed(tmp_path, *cells)
    assert "fig-beds" in found.message
    assert found.cell == "text"


BEDS = Fact("beds", "2024-25-Q2", 240, "beds", "List")


def test_a_sentence_that_cites_a_fact_published_beside_a_figure_is_about_it(tmp_path):
    cells = [publishing(BEDS), UP, prose("## Other", id="other"), printing("It has fallen to `{python} beds`.", BEDS)]
    (found,) = claimed(tmp_path, *cells)
    assert (found.cell, found.found) == ("text", "has fallen")


def test_words_that_describe_or_direction_print_are_checked_already_and_a_literal_is_typed(tmp_path):
    said = ["spc.describe(chart)", "wording.direction(change)", "words"]
    for number, expression in enumerate(said):
        assert claimed(tmp_path / str(number), UP, printing(f"It `{{python}} {expression}`.", "has fallen")) == []
    for number, expression in enumerate(["'has fallen'", "spc.claim('has fallen', chart, shows='x')"]):
        assert (
            len(claimed(tmp_path / f"typed{number}", UP, printing(f"It `{{python}} {expression}`.", "has fallen"))) == 1
        )


@pytest.fixture(autouse=True)
def _folders(tmp_path):
    for name in ("0", "1", "2", "typed0", "typed1"):
        (tmp_path / name).mkdir()


def test_a_picture_and_a_tile_claim_nothing_of_a_chart(tmp_path):
    cells = [
        UP,
        code('tile("3", "beds have fallen")\npicture("pic-a", svg, alt="It has fallen in all wards")', id="code"),
    ]
    assert claimed(tmp_path, *cells) == []


# Estimates

LIVES = Fact("lives", "2024-25-Q2", 99, "lives", "Model", is_estimate=True)
YEAR = Fact("lives", "2024-25-YTD", 195, "lives", "Model", is_estimate=True)
HEADS = Fact("heads", "2024-25-Q2", 5, "people", "Count")


def estimated(folder, *cells):
    return unhedged_estimate.check(context(folder, publishing(LIVES, YEAR, HEADS), *cells))


@pytest.mark.parametrize(
    ("text", "facts", "count"),
    [
        ("`{python} lives` lives were saved.", [LIVES], 1),
        ("Up to `{python} lives` lives were saved.", [LIVES], 0),
        ("`{python} heads` came.", [HEADS], 0),
        ("`{python} heads` came; `{python} lives` lives were saved.", [HEADS, LIVES], 1),
        ("Up to `{python} lives` were saved; `{python} more` in the year.", [LIVES, YEAR], 1),
        ("`{python} lives` were saved, and up to `{python} more` in the year.", [LIVES, YEAR], 1),
        ("| Lives | `{python} lives` |", [LIVES], 1),
        ("| Lives (estimated) | `{python} lives` |", [LIVES], 0),
    ],
)
def test_an_estimate_is_told_if_no_hedge_of_its_statement_covers_it(tmp_path, text, facts, count):
    assert len(estimated(tmp_path, printing(text, *facts))) == count


def test_a_number_that_is_calculated_from_an_estimate_is_told_too(tmp_path):
    share = replace(HEADS, id="share", inputs=(replace(HEADS, id="between", inputs=(LIVES,)),))
    assert len(estimated(tmp_path, printing("`{python} share` of them were saved.", share))) == 1


def test_an_estimate_told_as_a_count_is_named_with_how_to_word_it(tmp_path):
    (found,) = estimated(tmp_path, printing("`{python} lives` lives were saved, `{python} more` so far.", LIVES, YEAR))
    assert found.message == (
        '"99 lives were saved, 195 so far." states lives (99), lives (195), a modelled effect, as if it were counted. '
        'Word it as an estimate: "up to", "may have", "potentially", "an estimated".'
    )
    assert (found.check, found.fact, found.expected) == ("unhedged-estimate", "lives", "up to 99")
    assert found.found == "99 lives were saved, 195 so far."


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("saved", 1),
        ("wording.number(saved)", 1),
        ("cite('lives')", 1),
        ("cite('lives', '2024-25-YTD')", 1),
        ("cite('lives', 'all')", 0),
        ("cite('lives', when)", 1),
        ("wording.percent(saved)", 0),
        ("wording.plural(saved, 'life', 'lives')", 0),
        ("cite('heads')", 0),
        ("other", 0),
    ],
)
def test_an_expression_that_is_made_of_an_estimate_prints_it(tmp_path, expression, count):
    bound = code("saved = cite('lives')", id="bound")
    text = prose(f"In all `{{python}} {expression}` were saved.", id="text")
    assert len(estimated(tmp_path, bound, text)) == count


ROW = '| Lives | [99]{.fact key="lives" period="2024-25-Q2"} |'
TILE = '::: {.tile icon="x"}\n[99]{.fact key="lives" period="2024-25-Q2"}\n'


@pytest.mark.parametrize(
    ("markdown", "count"),
    [
        (f"| What | Number |\n|---|---|\n{ROW}\n\n: Effects", 1),
        (f"| What | Number |\n|---|---|\n{ROW}\n\n: Estimated effects", 0),
        (f"| What | Estimated number |\n|---|---|\n{ROW}\n\n: Effects", 0),
        (f"| What | Number |\n|---|---|\n{ROW.replace('Lives', 'Up to')}\n\n: Effects", 0),
        (f"{ROW}\n{ROW.replace('Lives', 'May have')}", 1),
        (f":::: tiles\n{TILE}lives saved\n:::\n::::", 1),
        (f":::: tiles\n{TILE}lives that may have been saved\n:::\n::::", 0),
        (f":::: tiles\n{TILE}saved\n:::\n{TILE}up to\n:::\n::::", 1),
        ("No facts at all", 0),
    ],
)
def test_a_tile_or_a_row_is_hedged_by_its_own_words_and_a_table_by_caption_or_header(tmp_path, markdown, count):
    assert len(estimated(tmp_path, block(markdown, LIVES))) == count
    assert estimated(tmp_path / "0", block(markdown, HEADS)) == []


def test_a_tiles_value_and_label_are_one_statement(tmp_path):
    made = 'saved = cite("lives")\ntile(f"{saved} lives", "that may have been saved")'
    assert estimated(tmp_path, code(made, id="tile")) == []
    assert len(estimated(tmp_path / "0", code(made.replace("tile(", "callout("), id="callout"))) == 1


def test_an_estimate_in_a_row_is_quoted_without_its_marks(tmp_path):
    (found,) = estimated(tmp_path, block(f"{ROW}\n\n: Effects", LIVES))
    assert found.found == "| Lives | 99 |"
    assert found.cell == "block"


@pytest.mark.parametrize(
    ("heading", "last"),
    [
        ("The mean length of stay", "length of stay"),
        ("Beds in use today", "use today"),
        ("Staff at night", "at night"),
        ("Two words", ""),
        ("**Beds** in `use`", "in use"),
    ],
)
def test_a_subject_is_also_called_by_its_last_words(heading, last):
    whole = heading.lower().replace("*", "").replace("`", "")
    expected = {each: ["fig-a"] for each in (last, whole) if each}
    assert unsupported_claim._by_subject([(heading, "fig-a")]) == expected


def test_a_subject_with_two_figures_is_of_neither(tmp_path):
    down = charting("fig-down", "Down", id="down", shows=["shift down"])
    cells = [UP, down, prose("## Other", id="other"), prose("Beds in use are improving.", id="text")]
    assert claimed(tmp_path, *cells) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The share of people seen within 18 weeks has fallen.", "has fallen"),
        ("There was a fall in people seen within 18 weeks.", "a fall"),
        ("People seen within 18 weeks are fewer than last year.", "fewer than last year"),
        ("There was a fall in visits.", ""),
        ("The share of people seen within 18 weeks has risen.", ""),
        ("People seen within 18 weeks are more than before.", ""),
    ],
)
def test_a_sentence_that_names_a_measure_is_about_its_figure_in_every_part(tmp_path, text, found):
    shown = charting("fig-waits", "How it goes", id="waits", shows=["shift up"])  # the figure of the example's measure
    cells = [UP, prose("## Access", id="access"), shown, prose("## Other", id="other"), prose(text, id="text")]
    assert [each.found for each in claimed(tmp_path, *cells)] == [found] * bool(found)
