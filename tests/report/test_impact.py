"""The impact models: whole cases and deaths, halves away from zero, and nothing from people that were not gained."""

import csv

import pytest

from helpers import impact
from natpatsip.errors import ClaimError, ModelError
from natpatsip.params import load
from natpatsip.quarter import Quarter
from support.projects import ROOT


@pytest.mark.parametrize(("odds_ratio", "halves"), [(0.5, False), (1.99, False), (2, True), (2.01, True), (3, True)])
def test_an_odds_ratio_of_exactly_two_halves_the_risk(odds_ratio, halves):
    assert impact.at_least_halves_risk(odds_ratio) is halves


@pytest.mark.parametrize(("treated", "needed", "cases"), [(0, 37, 0), (18, 37, 0), (18.5, 37, 1), (677, 37, 18)])
def test_half_a_case_counts_as_one(treated, needed, cases):
    assert impact.cases_avoided(treated, needed) == cases


@pytest.mark.parametrize(
    ("fewer", "needed", "to_nearest", "deaths"),
    [(0, 62, 1, 0), (31, 62, 1, 1), (30.9, 62, 1, 0), (3_100, 62, 100, 100), (3_099, 62, 100, 0), (62, 62, 10, 0)],
)
def test_deaths_go_to_the_nearest_step_and_half_a_step_up(fewer, needed, to_nearest, deaths):
    assert impact.deaths_prevented(fewer, needed, to_nearest=to_nearest) == deaths


def test_deaths_are_whole_unless_a_step_is_asked_for():
    assert [impact.deaths_prevented(people, 1) for people in (1, 2, 3)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("part", "whole", "percentage"), [(0, 8, 0), (1, 8, 13), (1, 3, 33), (8, 8, 100), (0.5, 1, 50)]
)
def test_a_share_is_a_whole_percentage_of_the_whole(part, whole, percentage):
    assert impact.share(part, whole) == percentage


@pytest.mark.parametrize(
    "model",
    [lambda: impact.cases_avoided(-1, 37), lambda: impact.deaths_prevented(-1, 62)],
)
def test_a_model_that_starts_from_fewer_people_than_none_is_refused(model):
    with pytest.raises(ClaimError) as error:
        model()
    assert str(error.value) == (
        "The model starts from −1 people, fewer than none: nothing can have been prevented. "
        "Check the data; if they are right, rewrite the sentence."
    )


@pytest.mark.parametrize("divisor", [0, -0.5, float("nan")])
@pytest.mark.parametrize("model", [impact.cases_avoided, impact.deaths_prevented, impact.share])
def test_a_divisor_that_is_not_above_zero_is_refused(model, divisor):
    with pytest.raises(ModelError) as error:
        model(10, divisor)
    assert str(error.value) == (
        f"A model's divisor is {divisor:g}; expected a number above zero. Check the model's values in the params."
    )


def test_a_divisor_between_zero_and_one_is_allowed():
    assert impact.cases_avoided(1, 0.5) == 2


@pytest.mark.parametrize("quarter", ["2024-25-Q1", "2024-25-Q2"])
def test_the_cases_published_for_the_year_are_those_of_the_model(quarter):
    here = Quarter.parse(quarter)
    needed = load(here, project=ROOT).model["mgso4_nnt"].value
    with (ROOT / "data" / "reported.csv").open(encoding="utf-8", newline="") as lines:
        rows = {(row["fact_id"], row["as_of"], row["period"]): row["value"] for row in csv.DictReader(lines)}
    women = [int(rows["mgso4_women", str(each), str(each)]) for each in here.so_far]
    published = int(rows["mgso4_cp_avoided", quarter, here.year_to_date])
    assert published == sum(impact.cases_avoided(each, needed) for each in women)
