"""Small numbers of people are never shown below the whole country: not in a table, a chart or the data behind it."""

import json

import numpy as np
import pandas as pd
import pytest

from natpatsip import charts, context, datasets, spc
from natpatsip.errors import DataError
from support import trust

WAITS = "waits_monthly"


@pytest.fixture
def project(tmp_path):
    return trust.make(tmp_path / "project")


@pytest.fixture
def rule(project):
    return datasets.policy(WAITS, project=project)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (1, "*"),
        (2, "*"),
        (7, "*"),
        (8, "10"),
        (12, "10"),
        (13, "15"),
        (17, "15"),
        (18, "20"),
        (1002, "1,000"),
    ],
)
def test_one_to_seven_become_an_asterisk_and_all_others_go_to_the_nearest_five(rule, count, text):
    assert rule.shown(pd.Series([count])).tolist() == [text]
    rounded = rule.rounded(pd.Series([count])).iloc[0]
    assert np.isnan(rounded) if text == "*" else rounded == int(text.replace(",", ""))


def test_a_policy_is_as_declared(project):
    content = trust.descriptor()
    waits = next(each for each in content["resources"] if each["name"] == WAITS)
    waits["natpatsip"]["disclosure"] |= {"threshold": 4, "base": 10, "symbol": "[c]"}
    trust.declare(project, content)
    rule = datasets.policy(WAITS, project=project)
    assert rule.shown(pd.Series([4, 5, 44])).tolist() == ["[c]", "10", "40"]
    assert rule.note == "Counts of 1 to 4 people are shown as [c]; others are rounded to the nearest 10."


def test_a_policy_is_found_from_the_notebooks_project(project):
    with context.use("2024-25-Q2", project=project):
        assert datasets.policy(WAITS).geography == "team"


def test_a_dataset_without_a_policy_is_refused(project):
    with pytest.raises(DataError, match=r'"returns" has no policy for small numbers\. Declare one as natpatsip\.disc'):
        datasets.policy("returns", project=project)
    with pytest.raises(DataError, match='There is no dataset "mortality"'):
        datasets.policy("mortality", project=project)


def test_percentages_come_from_the_rounded_numbers(rule):
    frame = pd.DataFrame({"team": ["North", "South", "East"], "seen_in_time": [13, 4, 0], "seen": [22, 9, 6]})
    shown = rule.apply(frame)
    assert shown["percent"].iloc[0] == 75.0
    assert shown["percent"].iloc[1:].isna().all()
    assert shown["is_suppressed"].tolist() == [False, True, True]
    assert frame["seen_in_time"].tolist() == [13, 4, 0]


def test_counts_of_organisations_are_left_as_they_are(project):
    frame = pd.DataFrame({"site": ["Mill Lane"], "sites": [3]})
    assert datasets.suppress_small_counts(frame, "site_plans", project=project)["sites"].tolist() == [3]


def test_a_frame_without_the_column_of_its_geography_is_refused(rule):
    frame = pd.DataFrame({"seen_in_time": [3], "seen": [9]})
    with pytest.raises(DataError, match="no column team"):
        rule.apply(frame)


@pytest.mark.parametrize("count", [-1, 2.5])
def test_what_is_not_a_count_is_refused(rule, count):
    frame = pd.DataFrame({"team": ["North"], "seen_in_time": [count], "seen": [9]})
    with pytest.raises(DataError, match="expected whole numbers of people"):
        rule.apply(frame)


def test_a_count_that_is_missing_is_a_dash_and_not_called_suppressed(rule):
    frame = pd.DataFrame({"team": ["North", "South"], "seen_in_time": [None, 12.0], "seen": [20.0, 20.0]})
    shown = rule.apply(frame)
    assert shown["seen_in_time_shown"].tolist() == ["–", "10"]
    assert shown["percent"].isna().tolist() == [True, False]
    assert shown["is_suppressed"].tolist() == [False, False]
    assert shown.attrs["note"].endswith("rounded to the nearest 5. – is a count that is missing in the data.")


def test_totals_are_summed_from_raw_counts_and_then_rounded(rule):
    months = pd.date_range("2024-07", periods=3, freq="MS")
    frame = pd.DataFrame({"team": "North", "month": months, "seen_in_time": [4, 4, 4], "seen": [5, 6, 7]})
    quarter = datasets.quarterly(frame, by="team", counts=["seen_in_time", "seen"])
    assert quarter["month"].tolist() == [pd.Timestamp("2024-09-01")]
    shown = rule.apply(quarter).iloc[0]
    assert (shown["seen_in_time"], shown["seen"], round(shown["percent"], 1)) == (10, 20, 50.0)


def test_a_quarter_of_which_a_month_is_absent_is_left_out():
    months = pd.to_datetime(["2024-04", "2024-06", "2024-07", "2024-08", "2024-09"])
    frame = pd.DataFrame({"team": "North", "month": months, "seen": 1})
    assert datasets.quarterly(frame, by="team", counts="seen")["month"].tolist() == [pd.Timestamp("2024-09-01")]


def test_a_quarter_of_which_a_month_is_suppressed_is_missing():
    months = pd.date_range("2024-04", periods=6, freq="MS")
    frame = pd.DataFrame({"team": "North", "month": months, "seen": [1, None, 3, 4, 5, 6]})
    quarters = datasets.quarterly(frame, by="team", counts="seen")
    assert quarters["seen"].isna().tolist() == [True, False]
    assert quarters["seen"].iloc[1] == 15
    assert quarters.attrs["note"] == "A sum is missing, because a part is missing in the data."


def test_a_rolling_sum_does_not_reach_over_an_absent_month():
    months = pd.to_datetime(["2024-04", "2024-05", "2024-07", "2024-08"])
    frame = pd.DataFrame({"team": "North", "month": months, "seen": [1, 2, 3, 4]})
    summed = datasets.rolling(frame, by="team", counts="seen", months=2)
    assert [f"{month:%Y-%m}" for month in summed["month"]] == ["2024-05", "2024-08"]
    assert summed["seen"].tolist() == [3, 7]


def test_a_rolling_sum_over_a_suppressed_month_is_missing():
    months = pd.date_range("2024-04", periods=4, freq="MS")
    frame = pd.DataFrame({"team": "North", "month": months, "seen": [1, None, 3, 4]})
    summed = datasets.rolling(frame, by="team", counts="seen", months=2)
    assert [f"{month:%Y-%m}" for month in summed["month"]] == ["2024-05", "2024-06", "2024-07"]
    assert summed["seen"].isna().tolist() == [True, True, False]


def test_quarters_of_the_teams_add_up_to_the_whole(project):
    waits = datasets.load(WAITS, quarter="2024-25-Q2", project=project)
    quarters = datasets.quarterly(waits, by=["team", "pathway"], counts=["seen_in_time", "seen"])
    whole = waits[(waits["pathway"] != "follow_up") | (waits["month"] > "2024-06")]
    assert quarters["seen_in_time"].sum() == whole["seen_in_time"].sum()
    assert quarters.attrs["file"] == "data/waits_monthly.csv"


def test_small_multiples_carry_no_raw_count_into_the_page(rule):
    months = pd.date_range("2022-01", periods=36, freq="MS")
    parts = [
        pd.DataFrame(
            {"team": team, "month": months, "seen_in_time": [(7 * n + 3 * k) % 23 for k in range(36)], "seen": 40}
        )
        for n, team in enumerate(("North", "South", "East"))
    ]
    quarters = datasets.quarterly(pd.concat(parts), by="team", counts=["seen_in_time", "seen"])
    small = quarters.assign(seen_in_time=quarters["seen_in_time"] % 23)  # some of them from 1 to 7
    shown = rule.apply(small)
    assert shown["is_suppressed"].any()
    results = spc.panel(shown, by="team", value="percent", date="month", improvement="increase")
    chart = charts.multiples(results, y_title="Seen in time, quarter ending", percent=True).to_dict()
    tips = [row for rows in chart["datasets"].values() for row in rows if "Value" in row]
    assert len(tips) == (~shown["is_suppressed"]).sum()
    drawn = sorted(float(row["Value"].rstrip("%")) for row in tips)
    assert drawn == pytest.approx(sorted(shown["percent"].dropna()), abs=0.051)
    assert "seen_in_time" not in json.dumps(chart)
