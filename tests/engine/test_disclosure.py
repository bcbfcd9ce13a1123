"""Small numbers of people below England are never shown: not in a table, a chart or the data behind it."""

import json

import numpy as np
import pandas as pd
import pytest

from natpatsip import charts, datasets, spc
from natpatsip.datasets.disclosure import POLICIES
from natpatsip.errors import DataError
from projects import ROOT

MATERNITY = POLICIES["maternity_monthly"]


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
def test_one_to_seven_become_an_asterisk_and_all_others_go_to_the_nearest_five(count, text):
    assert MATERNITY.shown(pd.Series([count])).tolist() == [text]
    rounded = MATERNITY.rounded(pd.Series([count])).iloc[0]
    assert np.isnan(rounded) if text == "*" else rounded == int(text.replace(",", ""))


def test_every_dataset_has_a_named_policy_with_its_reason():
    assert set(POLICIES) == set(datasets.SCHEMAS)
    for name, policy in POLICIES.items():
        assert policy.name
        assert policy.reason
        assert set(policy.counts) <= set(datasets.SCHEMAS[name].columns)
        assert policy.geography in {"", *datasets.SCHEMAS[name].columns}


def test_a_dataset_without_a_policy_is_refused():
    with pytest.raises(DataError, match='"mortality" has no policy for small numbers'):
        datasets.policy("mortality")


def test_percentages_come_from_the_rounded_numbers():
    frame = pd.DataFrame({"psc": ["East", "Wessex", "South West"], "numerator": [13, 4, 0], "denominator": [22, 9, 6]})
    shown = datasets.suppress_small_counts(frame, "maternity_monthly")
    assert shown["percent"].iloc[0] == 75.0
    assert shown["percent"].iloc[1:].isna().all()
    assert shown["is_suppressed"].tolist() == [False, True, True]
    assert frame["numerator"].tolist() == [13, 4, 0]


def test_counts_of_organisations_are_left_as_they_are():
    frame = pd.DataFrame({"icb": ["Devon"], "boards": [3]})
    assert datasets.suppress_small_counts(frame, "icb_approach")["boards"].tolist() == [3]


def test_a_frame_that_does_not_say_whom_it_is_of_is_refused():
    frame = pd.DataFrame({"numerator": [3], "denominator": [9]})
    with pytest.raises(DataError, match="no column psc"):
        datasets.suppress_small_counts(frame, "maternity_monthly")


@pytest.mark.parametrize("count", [-1, 2.5])
def test_what_is_no_count_is_refused(count):
    frame = pd.DataFrame({"psc": ["East"], "numerator": [count], "denominator": [9]})
    with pytest.raises(DataError, match="expected whole numbers of people"):
        datasets.suppress_small_counts(frame, "maternity_monthly")


def test_totals_are_summed_from_raw_counts_and_then_rounded():
    months = pd.date_range("2024-07", periods=3, freq="MS")
    frame = pd.DataFrame({"psc": "East", "month": months, "numerator": [4, 4, 4], "denominator": [5, 6, 7]})
    quarter = datasets.quarterly(frame, by="psc", counts=["numerator", "denominator"])
    assert quarter["month"].tolist() == [pd.Timestamp("2024-09-01")]
    shown = datasets.suppress_small_counts(quarter, "maternity_monthly").iloc[0]
    assert (shown["numerator"], shown["denominator"], round(shown["percent"], 1)) == (10, 20, 50.0)


def test_a_quarter_of_which_a_month_is_absent_is_left_out():
    months = pd.to_datetime(["2024-04", "2024-06", "2024-07", "2024-08", "2024-09"])
    frame = pd.DataFrame({"psc": "East", "month": months, "numerator": 1})
    assert datasets.quarterly(frame, by="psc", counts="numerator")["month"].tolist() == [pd.Timestamp("2024-09-01")]


def test_a_rolling_sum_does_not_reach_over_an_absent_month():
    months = pd.to_datetime(["2024-04", "2024-05", "2024-07", "2024-08"])
    frame = pd.DataFrame({"psc": "East", "month": months, "numerator": [1, 2, 3, 4]})
    summed = datasets.rolling(frame, by="psc", counts="numerator", months=2)
    assert [f"{month:%Y-%m}" for month in summed["month"]] == ["2024-05", "2024-08"]
    assert summed["numerator"].tolist() == [3, 7]


@pytest.fixture(scope="module")
def maternity():
    return datasets.load("maternity_monthly", quarter="2024-25-Q2", project=ROOT)


def test_quarters_of_the_collaboratives_add_up_to_englands(maternity):
    quarters = datasets.quarterly(maternity, by=["psc", "intervention"], counts=["numerator", "denominator"])
    assert len(quarters) < len(maternity) / 2
    assert quarters["numerator"].sum() == maternity["numerator"].sum()
    assert quarters.attrs["file"] == "data/maternity_monthly.csv"


def test_small_multiples_of_collaboratives_carry_no_raw_count_into_the_page(maternity):
    cord = maternity[maternity["intervention"] == "cord_management"]
    quarters = datasets.quarterly(cord, by="psc", counts=["numerator", "denominator"])
    small = quarters.assign(numerator=quarters["numerator"] % 23)  # some of them from 1 to 7
    shown = datasets.suppress_small_counts(small, "maternity_monthly")
    assert shown["is_suppressed"].any()
    results = spc.panel(shown, by="psc", value="percent", date="month", improvement="increase")
    chart = charts.multiples(results, y_title="Cords clamped late, quarter ending", percent=True).to_dict()
    tips = [row for rows in chart["datasets"].values() for row in rows if "Value" in row]
    assert len(tips) == (~shown["is_suppressed"]).sum()
    drawn = sorted(float(row["Value"].rstrip("%")) for row in tips)
    assert drawn == pytest.approx(sorted(shown["percent"].dropna()), abs=0.051)
    assert "numerator" not in json.dumps(chart)
