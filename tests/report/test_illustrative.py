"""The illustrative series: drawn the same each time, and showing what the published report says."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from natpatsip import datasets, params, spc
from natpatsip.wording import round_half_up

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
Q1, Q2 = "2024-25-Q1", "2024-25-Q2"
DRAWN = ("maternity_monthly", "opioids_monthly", "icb_approach", "icb_phases")
FIGURES = {  # by figure number; all but the first are percentages
    1: "total_interventions",
    2: "place_of_birth",
    3: "antenatal_corticosteroids",
    4: "intrapartum_antibiotics",
    5: "cord_management",
    6: "normothermia",
    7: "early_breast_milk",
    8: "magnesium_sulphate",
}
MEASURES = ("chronic", "high_dose")
RUNS_ABOVE = {5: 7, 7: 7}  # figures whose latest points lie above the mean
STRETCHES = {  # figures in which limits start afresh, by the first month and the points of each stretch
    1: (("2021-01", 15), ("2022-04", 13), ("2023-05", 17)),
    2: (("2021-01", 30), ("2023-07", 15)),
    3: (("2021-01", 14), ("2022-03", 17), ("2023-08", 14)),
    4: (("2021-01", 45),),
    5: (("2021-01", 15), ("2022-04", 13), ("2023-05", 17)),
    6: (("2021-01", 30), ("2023-07", 15)),
    7: (("2021-01", 15), ("2022-04", 13), ("2023-05", 17)),
    8: (("2021-01", 45),),
}
SHIFTS = {1: (1, 1), 2: (1,), 3: (1, -1), 4: (), 5: (1, 1), 6: (-1,), 7: (1, 1), 8: ()}
with (ROOT / "tests" / "report" / "published_facts.csv").open(encoding="utf-8", newline="") as lines:
    PUBLISHED = list(csv.DictReader(lines))
FACTS = {(row["fact_id"], row["period"]): row for row in PUBLISHED}


def load(name, quarter=Q2):
    return datasets.load(name, quarter=quarter, project=ROOT)


def total(frame):
    return frame.groupby("month", as_index=False)["numerator"].sum().rename(columns={"numerator": "value"})


def series(number, quarter=Q2, frame=None):
    """Return the national series of a figure."""
    frame = load("maternity_monthly", quarter) if frame is None else frame
    if number == 1:
        return total(frame)
    counts, picked = ("numerator", "denominator"), {"intervention": FIGURES[number]}
    return datasets.total(frame, counts, where=picked, percent=counts).rename(columns={"percent": "value"})


def england(measure, quarter=Q2):
    frame = load("opioids_monthly", quarter)
    return frame[frame["measure"] == measure].groupby("month")["people"].sum()


def chart(number, quarter=Q2, frame=None):
    found = series(number, quarter, frame)
    decided = params.load(Q2, project=ROOT).rebase_dates(FIGURES[number])
    return spc.xmr(found["value"], dates=found["month"], rebase=decided)


def stretches(result):
    return [rows for _, rows in result.groupby("segment")]


def fact(name, period=Q2):
    return float(FACTS[name, period]["value"])


def test_the_script_draws_the_committed_files_byte_for_byte(tmp_path):
    subprocess.run([sys.executable, DATA / "draw_illustrative.py", "--to", tmp_path], check=True)
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(DRAWN)
    for name in DRAWN:
        assert (tmp_path / f"{name}.csv").read_bytes() == (DATA / f"{name}.csv").read_bytes(), name


@pytest.mark.parametrize("name", DRAWN)
def test_every_drawn_row_says_that_it_is_illustrative(name):
    assert set(load(name)["provenance"]) == {"illustrative"}


# What the report says of the maternity series -----------------------------------------------------------------------


@pytest.mark.parametrize("number", FIGURES)
def test_limits_start_afresh_where_the_report_has_it(number):
    found = [(f"{rows['date'].iloc[0]:%Y-%m}", len(rows)) for rows in stretches(chart(number))]
    assert tuple(found) == STRETCHES[number]


MEANS = [
    ("fig1_baseline", 1, 0, 0),
    ("fig1_mean_monthly", 1, -1, 0),
    ("fig2_mean_before", 2, 0, 1),
    ("fig2_mean_now", 2, -1, 1),
    ("fig3_mean_now", 3, -1, 1),
    ("fig4_mean_now", 4, -1, 1),
    ("fig5_mean_now", 5, -1, 1),
    ("fig6_mean_now", 6, -1, 1),
    ("fig7_baseline", 7, 0, 1),
    ("fig7_mean_now", 7, -1, 1),
    ("fig8_mean_now", 8, -1, 1),
]


@pytest.mark.parametrize(("name", "number", "place", "decimals"), MEANS)
def test_the_engine_finds_the_published_mean_to_the_printed_digit(name, number, place, decimals):
    mean = stretches(chart(number))[place]["mean"].iloc[0]
    assert round_half_up(mean, decimals) == fact(name)


@pytest.mark.parametrize(
    ("number", "place", "expected"),
    [(3, 0, 44.5), (3, 1, 54.7), (5, 0, 29.2), (5, 1, 50.4), (6, 0, 73.0), (7, 1, 29.1)],
)
def test_the_means_between_are_those_of_a_known_solution(number, place, expected):
    assert round_half_up(stretches(chart(number))[place]["mean"].iloc[0], 1) == expected


def test_gains_are_as_published():
    one, three = stretches(chart(1)), stretches(chart(3))
    assert round_half_up(one[-1]["mean"].iloc[0] - one[0]["mean"].iloc[0]) == fact("fig1_gain_on_baseline")
    assert round_half_up(three[1]["mean"].iloc[0] - three[0]["mean"].iloc[0]) == fact("fig3_gain_not_kept")


@pytest.mark.parametrize("number", FIGURES)
def test_seven_points_shift_at_each_rebase(number):
    parts = stretches(chart(number))
    for before, after, direction in zip(parts, parts[1:], SHIFTS[number], strict=False):
        assert ((after["value"].head(7) - before["mean"].iloc[0]) * direction > 0).all()
    assert len(parts) == len(SHIFTS[number]) + 1


@pytest.mark.parametrize("quarter", [Q1, Q2])
@pytest.mark.parametrize("number", FIGURES)
def test_all_else_is_common_cause(number, quarter):
    run = RUNS_ABOVE.get(number, 0) if quarter == Q2 else 0
    causes = list(chart(number, quarter)["special_cause_type"])
    assert causes == ["Common Cause"] * (len(causes) - run) + ["7 Points Above CL"] * run


@pytest.mark.parametrize("number", RUNS_ABOVE)
def test_the_run_above_the_mean_is_of_exactly_seven_points(number):
    assert list(chart(number)["relative_to_mean"].tail(8)) == [-1] + [1] * 7


@pytest.mark.parametrize(("number", "name"), [(8, "mgso4_women"), (4, "iap_women")])
@pytest.mark.parametrize("quarter", [Q1, Q2])
def test_the_months_of_a_quarter_add_up_to_the_women_reported(number, name, quarter):
    reported = load("reported", quarter).set_index(["fact_id", "period"])["value"]
    assert series(number, quarter)["numerator"].tail(3).sum() == int(reported[name, quarter])


def test_there_are_45_months_and_15_collaboratives():
    frame = load("maternity_monthly")
    assert (frame["month"].nunique(), frame["psc"].nunique(), frame["intervention"].nunique()) == (45, 15, 9)
    assert (frame["month"].min(), frame["month"].max()) == (pd.Timestamp("2021-01-01"), pd.Timestamp("2024-09-01"))


def test_two_areas_made_the_shift_of_place_of_birth():
    frame = load("maternity_monthly")
    own = frame[frame["intervention"] == "place_of_birth"]
    by_time = (
        own.assign(after=own["month"] >= "2023-07-01").groupby(["psc", "after"])[["numerator", "denominator"]].sum()
    )
    rate = (100 * by_time["numerator"] / by_time["denominator"]).unstack()
    assert list(rate.index[rate[True] - rate[False] > 15]) == ["North West Coast", "Yorkshire & Humber"]


@pytest.mark.parametrize("number", FIGURES)
def test_points_vary_as_counts_do(number):
    found = series(number)
    if number > 1:
        assert found["denominator"].nunique() > 20
    for rows in stretches(chart(number)):
        assert rows["value"].diff().abs().median() > 0
        assert rows["value"].nunique() > 0.8 * len(rows)


def raised(number, more):
    """Return the data with some more women in the last quarter, each row below its denominator taking one in turn."""
    frame = load("maternity_monthly").copy()
    mine = frame.index[(frame["intervention"] == FIGURES[number]) & (frame["month"] >= "2024-07-01")]
    while more:
        for row in mine:
            if more and frame.loc[row, "numerator"] < frame.loc[row, "denominator"]:
                frame.loc[row, "numerator"] += 1
                more -= 1
    return frame


@pytest.mark.parametrize("more", [1, 15, 37])
@pytest.mark.parametrize("number", [4, 8])
def test_a_correction_of_the_women_leaves_the_series_stable(number, more):
    assert set(chart(number, frame=raised(number, more))["special_cause_type"]) == {"Common Cause"}


# Opioids and boards -------------------------------------------------------------------------------------------------


def test_fewer_people_are_on_chronic_opioids_by_the_published_number():
    people = england("chronic")
    fewer = people[:12].mean() - people[pd.Timestamp("2024-03-01")]
    assert fewer == fact("opioid_chronic_fewer", "to-2024-03")
    assert people[11:12].index[0] == pd.Timestamp("2021-12-01")


def test_fewer_people_are_on_high_doses_by_the_published_number():
    people = england("high_dose")
    fewer = people[:"2021-12-01"].mean() - people["2023-04-01":].mean()
    assert round_half_up(fewer) == fact("opioid_high_dose_fewer")


@pytest.mark.parametrize("measure", MEASURES)
def test_opioid_series_fall_in_steps_and_are_common_cause_between(measure):
    people = england(measure)
    result = spc.xmr(people, improvement="decrease", rebase=["2022-01-01", "2023-04-01"])
    assert [len(rows) for rows in stretches(result)] == [12, 15, 18]
    assert set(result["special_cause_type"]) == {"Common Cause"}
    for before, after in zip(stretches(result), stretches(result)[1:], strict=False):
        assert (after["value"].head(7) < before["mean"].iloc[0]).all()


def test_every_board_stands_in_every_month():
    frame = load("opioids_monthly")
    assert frame["icb"].nunique() == 42
    assert len(frame) == 42 * 45 * 2


@pytest.mark.parametrize("quarter", [Q1, Q2])
def test_boards_by_approach_are_as_reported(quarter):
    reported = load("reported", quarter).set_index(["fact_id", "period"])["value"].astype(str)
    counts = load("icb_approach", quarter).groupby(["quarter", "approach"]).size()
    assert counts[quarter]["full_support"] == int(reported["icb_full_support", quarter])
    assert counts[quarter]["light_touch"] == int(reported["icb_light_touch", quarter])
    assert set(counts.groupby("quarter").sum()) == {int(reported["icbs_total", quarter])}
    supported = counts[quarter]["full_support"] + counts[quarter]["light_touch"]
    assert supported == int(reported["icb_whole_system", quarter])


@pytest.mark.parametrize("quarter", [Q1, Q2])
def test_boards_and_collaboratives_by_phase_are_as_reported(quarter):
    reported = load("reported", quarter).set_index(["fact_id", "period"])["value"].astype(str)
    boards = load("organisations").set_index("name")["parent"]
    frame = load("icb_phases", quarter)
    now = frame[frame["quarter"] == quarter]
    groups = {"4_to_6": [4, 5, 6], "6": [6], "2_to_3": [2, 3], "7": [7]}
    for name, phases in groups.items():
        own = now[now["phase"].isin(phases)]
        single = f"icb_phase_{name}"
        assert len(own) == int(reported[single if len(phases) == 1 else f"icb_phases_{name}", quarter]), name
        if len(phases) > 1:
            assert own["icb"].map(boards).nunique() == int(reported[f"pscs_phases_{name}", quarter]), name


def test_a_board_has_a_phase_just_where_it_has_support():
    approach, phases = load("icb_approach"), load("icb_phases")
    supported = approach[approach["approach"].isin(["full_support", "light_touch"])]
    assert set(zip(supported["quarter"], supported["icb"], strict=True)) == set(
        zip(phases["quarter"], phases["icb"], strict=True)
    )


def test_networks_went_back_to_refine_their_plans_at_the_end_of_2023_24():
    phases = load("icb_phases").pivot(index="icb", columns="quarter", values="phase")
    went_back = phases[phases["2023-24-Q4"] < phases["2023-24-Q3"]]
    assert len(went_back) >= 5
    assert set(went_back["2023-24-Q3"]) == {6}
    assert set(went_back["2023-24-Q4"]) == {3, 4}


# Reported figures ---------------------------------------------------------------------------------------------------


def test_every_reported_fact_has_its_published_value():
    found = load("reported").set_index(["fact_id", "period"])
    wanted = {key: row for key, row in FACTS.items() if row["kind"] == "reported"}
    assert {key: (found.loc[key, "value"], found.loc[key, "unit"]) for key in wanted} == {
        key: (row["value"], row["unit"]) for key, row in wanted.items()
    }


def test_the_quarter_before_has_the_same_facts():
    frame = load("reported")
    latest = pd.read_csv(DATA / "reported.csv", dtype=str)
    own = {
        q: {(row.fact_id, row.period.replace(q, "")) for row in latest.itertuples() if row.as_of == q} for q in (Q1, Q2)
    }
    only_later = {(f"mr_webinar_{each}_date", "") for each in ("wellness", "data")}  # none published for Q1
    assert own[Q1] == own[Q2] - only_later - {("framework_years", "all")}  # which is what was learned in Q2
    assert set(frame["as_of"]) == {Q1, Q2}


@pytest.mark.parametrize("name", ["iap_survived", "ocm_survived", "acs_survived"])
def test_rounded_quarters_add_up_to_the_published_year_to_date(name):
    reported = load("reported").set_index(["fact_id", "period"])["value"].astype(str)
    assert int(reported[name, Q1]) + int(reported[name, Q2]) == fact(name, "2024-25-YTD")


@pytest.mark.parametrize("name", ["iap_survived", "ocm_survived", "acs_survived", "iap_gbs_avoided"])
def test_since_baseline_grows_by_the_quarter(name):
    since = {q: load("reported", q).set_index(["fact_id", "period"])["value"] for q in (Q1, Q2)}
    grown = int(since[Q2][name, "since-baseline"]) - int(since[Q1][name, "since-baseline"])
    assert grown == int(since[Q2][name, Q2])


def test_cases_of_the_quarter_before_follow_from_the_year_to_date():
    women = load("reported", Q1).set_index(["fact_id", "period"])["value"]["mgso4_women", Q1]
    cases = fact("mgso4_cp_avoided", "2024-25-YTD") - fact("mgso4_cp_avoided")
    assert round_half_up(int(women) / fact("mgso4_nnt", "all")) == cases


def test_interviews_add_up_to_the_published_total():
    frame = load("interviews")
    columns = ["psychotropics_learning_disability", "falls_in_frailty"]
    assert list(frame[columns].sum()) == [83, 108]
    assert frame[columns].to_numpy().sum() == fact("interviews_total")


# No number of a headline fact by chance -----------------------------------------------------------------------------

COUNTED = ("percent", "percentage points", "date", "quarter", "adjusted odds ratio")
HEADLINES = {int(float(row["value"])) for row in PUBLISHED if row["unit"] not in COUNTED and float(row["value"]) > 35}
KNOWN_ANYWAY = {"icbs_total", "pclp_teams", "opioid_high_risk_people"}  # the same in each quarter


def drawn_numbers():
    maternity, opioids = load("maternity_monthly"), load("opioids_monthly")
    yield from [*maternity["numerator"], *maternity["denominator"], *opioids["people"]]
    reported = pd.read_csv(DATA / "reported.csv", dtype=str)
    reported = reported[(reported["provenance"] == "illustrative") & ~reported["unit"].isin(COUNTED)]
    yield from (int(float(value)) for value in reported["value"])


def national_numbers():
    for number in FIGURES:
        found = series(number)
        yield from found["value"] if number == 1 else [*found["numerator"], *found["denominator"]]
    for measure in MEASURES:
        people = england(measure)
        yield from [*people, *people.rolling(6).mean().dropna().map(round_half_up).astype(int)]


def test_there_are_headline_facts_to_look_for():
    assert {677, 557, 506, 567, 141, 1016, 274, 1431, 195, 596, 10310, 36952, 191, 132, 99} <= HEADLINES


def test_no_drawn_number_is_that_of_a_headline_fact():
    assert not HEADLINES & set(drawn_numbers())


def test_no_national_number_holds_the_digits_of_a_headline_fact():
    marks = re.compile("|".join(str(number) for number in HEADLINES if 100 <= number < 1000))
    assert not [number for number in national_numbers() if number in HEADLINES or marks.search(str(number))]


@pytest.mark.parametrize("number", [n for n in FIGURES if n > 1])
def test_no_other_quarter_adds_up_to_a_headline_fact(number):
    found = series(number)
    quarters = found.groupby(found["month"].dt.to_period("Q"))["numerator"].sum()
    own = {8: 677, 4: 557}.get(number)
    assert list(quarters[quarters.isin(HEADLINES)]) == ([own] if own else [])
