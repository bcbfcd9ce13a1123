"""The summary gives variation and assurance of each series, as the reference does."""

import warnings

import numpy as np
import pandas as pd
import pytest

from natpatsip import spc
from support.spc_panels import charts, frame_of
from support.spc_reference import cases, numbers


def test_summary_agrees_with_the_reference_by_segment():
    for case in cases():
        if case.error_kind or case.quirk == "trend_end_tie":
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", spc.SpcWarning)
            result = spc.xmr(numbers(case.given["value"]), dates=case.given["date"], **case.settings)
        found, expected = spc.summary(result, by_segment=True), case.segments
        assert found["segment"].tolist() == expected["segment"].astype(int).tolist()
        for column in ("n", "common_cause", "special_cause_improvement", "special_cause_concern"):
            assert found[column].tolist() == expected[column].astype(int).tolist(), (str(case), column)
        for column in ("mean", "lpl", "upl"):
            np.testing.assert_allclose(found[column], numbers(expected[column]), rtol=1e-9)
        assert found["variation_type"].tolist() == expected["variation_type"].tolist()
        undefined = np.isnan(found["lpl"].iloc[-1]) or case.target is None
        wanted = ["" if undefined else kind for kind in expected["assurance_type"]]
        assert found["assurance_type"].tolist() == wanted, str(case)
        whole = spc.summary(result).iloc[0]
        assert whole["variation_type"] == case.variation
        assert whole["assurance_type"] == wanted[-1]


def test_summary_of_a_panel_names_icons_and_words():
    frame = frame_of([50, 51] * 10 + [70], [50, 51] * 10 + [70], [50, 51] * 10, [50.0])
    better = {"A": "increase", "B": "decrease", "C": "increase", "D": "neutral"}
    summed = spc.summary(charts(frame, improvement=better, target={"A": 20, "B": 20, "C": 50.5, "D": 1}))
    assert summed["team"].tolist() == ["A", "B", "C", "D"]
    assert summed["variation_icon"].tolist() == [
        "variation-improvement-high",
        "variation-concern-high",
        "variation-common-cause",
        "variation-common-cause",
    ]
    assert summed["assurance_icon"].tolist() == [
        "assurance-pass",
        "assurance-fail",
        "assurance-hit-and-miss",
        "assurance-none",
    ]
    assert summed["variation"].iloc[1] == "Special cause of concern: significantly higher, and lower is better"


def test_summary_makes_the_panel_itself_where_it_is_given_data():
    frame = frame_of([1, 2, 3], [4, 5, 6])
    direct = spc.summary(frame, by="team", value="percent", date="month", target=2)
    pd.testing.assert_frame_equal(direct, spc.summary(charts(frame, target=2)))


def test_a_summary_has_a_row_for_each_series_in_these_columns():
    found = spc.summary(charts(frame_of([1, 2, 3], list(range(13)))))
    assert " ".join(found.columns) == (
        "team segment start end n missing mean lpl upl target latest_date latest_value common_cause "
        "special_cause_improvement special_cause_concern "
        "improvement variation_type variation_icon variation assurance_type assurance_icon assurance "
        "short_group_warning"
    )
    assert found["n"].tolist() == [3, 13]
    assert found["short_group_warning"].tolist() == [True, False]


def test_a_missing_latest_value_does_not_hide_a_signal():
    row = spc.summary(spc.xmr([50, 51] * 10 + [70, None])).iloc[0]
    assert row["variation_type"] == "special_cause_improvement"
    assert row["latest_value"] == 70
    assert row["missing"] == 1


def test_summary_says_what_it_lacks():
    result = charts(frame_of([1, 2, 3], [4, 5, 6]))
    bare = result.copy()
    bare.attrs = {}
    with pytest.raises(ValueError, match="several series; expected by="):
        spc.summary(bare)
    with pytest.raises(ValueError, match="does not say which direction is better"):
        spc.summary(bare, by="team")
    for other in (result.drop(columns="mean"), [1, 2, 3], None):
        with pytest.raises(ValueError, match=r"Expected the result of spc\.xmr or spc\.panel"):
            spc.summary(other)
    pd.testing.assert_frame_equal(spc.summary(bare, by="team", improvement="increase"), spc.summary(result))
