"""Headline numbers are tiles that carry their facts, and a part of a whole is drawn."""

import numpy as np
import pytest

from natpatsip.blocks.headline_tiles import proportion, tile, tiles
from natpatsip.blocks.tables_and_callouts import BLOCK, fact_span
from natpatsip.charts import palette
from natpatsip.errors import FigureError
from natpatsip.facts.publishing import Fact

WOMEN = Fact("people_seen", "2024-25-Q2", 677, "women", "Return")
TEAMS = Fact("teams_ready", "2024-25-Q2", 3, "teams", "Return", label="Teams ready")
ALL_TEAMS = Fact("teams", "2024-25-Q2", 15, "teams", "Return")


def test_tiles_carry_their_facts():
    forms = tiles([tile(WOMEN, "women", icon="baby"), tile("All", "trusts", icon="shield")])._repr_mimebundle_()
    assert [each["id"] for each in forms[BLOCK]["facts"]] == ["people_seen"]
    assert fact_span(WOMEN) in forms[BLOCK]["markdown"]


def test_tiles_of_a_programme_are_a_panel_and_may_have_drawings():
    drawn = proportion(3, 15)
    shown = tiles([tile("3", "teams", icon="baby", drawing=drawn)], programme="ward")
    assert shown.markdown.startswith(':::: {.tiles programme="ward"}\n')
    assert list(shown.drawings.values()) == [drawn.svg]
    assert 'alt="3 of 15"' in shown.markdown


@pytest.mark.parametrize(("part", "whole"), [(-1, 3), (4, 3), (0, 0)])
def test_a_part_that_is_more_than_its_whole_is_refused(part, whole):
    with pytest.raises(FigureError, match=f"found {part} of {whole}"):
        proportion(part, whole)


def test_a_count_that_pandas_keeps_as_a_float_is_drawn_as_any_other():
    assert proportion(3.0, np.float64(15)).svg == proportion(3, 15).svg


@pytest.mark.parametrize(("part", "whole", "dots"), [(0, 20, 20), (20, 20, 20), (3, 15, 15), (29, 42, 0)])
def test_a_share_of_up_to_twenty_is_dots_and_of_more_a_bar(part, whole, dots):
    svg = proportion(part, whole).svg
    assert svg.count("<circle") == dots
    assert svg.count(f'fill="{palette.ACCENT}"') == (part if dots else 1)


def test_tiles_are_given_one_by_one_or_as_lists_of_which_some_may_be_empty():
    women, trusts = tile(WOMEN, "women", icon="baby"), tile("All", "trusts", icon="shield")
    assert tiles(women, [], [trusts]) == tiles([women, trusts])


def test_a_part_of_a_whole_says_of_how_many_and_is_drawn():
    shown = tile(TEAMS, "teams are ready", icon="people", of=ALL_TEAMS)
    assert (shown.label, shown.drawing) == ("of 15 teams are ready", proportion(TEAMS, ALL_TEAMS))


@pytest.mark.parametrize(
    "shown",
    [tile(TEAMS, "teams", icon="people", of=ALL_TEAMS), tile(TEAMS, ["teams of ", ALL_TEAMS], icon="people")],
    ids=["whole", "words"],
)
def test_every_number_of_a_tile_can_be_looked_up(shown):
    record = tiles(shown)._repr_mimebundle_()[BLOCK]
    assert [each["id"] for each in record["facts"]] == ["teams_ready", "teams"]
    assert [each in record["markdown"] for each in (fact_span(TEAMS), fact_span(ALL_TEAMS))] == [True, True]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.1 + 0.2, "0.3"), (1e-7, "0.0000001"), (1234567.5, "1,234,567.5"), (99.999, "99.999"), ("1e-7", "1e-7")],
)
def test_a_number_is_printed_as_in_text_and_a_text_as_it_is(value, shown):
    assert tile(value, "beds", icon="bed").value == shown


def test_a_missing_number_is_refused():
    with pytest.raises(FigureError, match='tile: the value of "beds" is nan: there is no value'):
        tile(float("nan"), "beds", icon="bed")


@pytest.mark.parametrize("label", [["up from ", 5], ("up from ", 5.5), 5, [None], ["up from ", ["5"]]])
def test_a_label_of_anything_but_texts_and_facts_is_refused_with_what_to_write(label):
    with pytest.raises(FigureError, match=r"^tile: the label .* in it; expected texts and facts\. Cite the number"):
        tile(WOMEN, label, icon="baby")


def test_a_label_may_be_a_fact_alone():
    assert tile(WOMEN, TEAMS, icon="baby").facts == (WOMEN, TEAMS)


def test_a_text_is_no_part_of_anything():
    with pytest.raises(FigureError, match='found "All" of 15; expected a fact'):
        tile("All", "teams", icon="people", of=ALL_TEAMS)


@pytest.mark.parametrize("whole", [15, "15"])
def test_a_plain_number_is_no_whole(whole):
    with pytest.raises(FigureError, match='found 3 of "15"; expected a fact, such as cite'):
        tile(TEAMS, "teams", icon="people", of=whole)


@pytest.mark.parametrize(
    ("value", "unit"), [(0.5, "beds"), (49.6, "beds"), (3, "percent"), (3, "GBP"), (12.0, "percent"), ("3", "beds")]
)
@pytest.mark.parametrize("is_part", [True, False])
def test_only_counts_are_drawn_as_a_part_of_a_whole(value, unit, is_part):
    odd, count = Fact("odd", "all", value, unit, ""), Fact("beds", "all", 20, "beds", "")
    for draw in (proportion, lambda part, whole: tile(part, "are open", icon="people", of=whole)):
        with pytest.raises(FigureError, match=r"which is not a count"):
            draw(*((odd, count) if is_part else (count, odd)))
