"""The engine agrees with the reference implementation on all its cases."""

from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest

from natpatsip import spc
from support.spc_reference import Case, cases, flags, numbers

AGREED = [case for case in cases() if not case.error_kind and case.quirk != "trend_end_tie"]
NUMBERS = ["mean", "lpl", "upl"]
FLAGS = ["outside_limits", "close_to_limits", "special_cause_flag", "short_group_warning"]
WORDS = ["special_cause_type", "point_type"]


def chart(case: Case) -> pd.DataFrame:
    given = case.given
    unmet = sorted(set(case.rebase) - set(given["date"]))
    with pytest.warns(UserWarning, match=", ".join(unmet)) if unmet else nullcontext():
        return spc.xmr(numbers(given["value"]), dates=given["date"], **case.settings)


def test_there_are_283_cases():
    assert len({case.case_id for case in cases()}) == 283


@pytest.mark.parametrize("case", AGREED, ids=str)
def test_every_point_agrees_with_the_reference(case):
    result, expected = chart(case), case.points
    assert result["date"].dt.strftime("%Y-%m-%d").tolist() == expected["date"].tolist()
    assert result["segment"].tolist() == expected["segment"].astype(int).tolist()
    np.testing.assert_array_equal(result["value"], numbers(expected["value"]))
    np.testing.assert_array_equal(result["relative_to_mean"], numbers(expected["relative_to_mean"]))
    for column in NUMBERS:
        np.testing.assert_allclose(result[column], numbers(expected[column]), rtol=1e-9, err_msg=column)
    for column in FLAGS:
        assert result[column].tolist() == flags(expected[column]).tolist(), column
    for column in WORDS:
        assert result[column].tolist() == expected[column].tolist(), column
    if case.quirk != "facet_without_target":
        np.testing.assert_array_equal(result["target"], numbers(expected["target"]))


def test_the_end_of_a_trend_before_an_equal_value_keeps_its_direction():
    (case,) = [case for case in cases() if case.quirk == "trend_end_tie"]
    result = chart(case)
    differs = (result["special_cause_type"].astype(str) != case.points["special_cause_type"].to_numpy()).to_numpy()
    assert result.loc[differs, "special_cause_type"].tolist() == ["7 Point Trend (Increasing)"]
    assert case.points.loc[differs, "special_cause_type"].tolist() == ["7 Point Trend (Decreasing)"]
    assert result.loc[differs, "point_type"].tolist() == ["special_cause_concern"]


@pytest.mark.parametrize("case", [case for case in cases() if case.quirk == "missing_error"], ids=str)
def test_a_window_with_a_missing_value_is_no_trend_and_no_failure(case):
    result = chart(case)
    missing = result["value"].isna()
    assert missing.any()
    assert (result.loc[missing, "special_cause_type"] == "Common Cause").all()
    assert not result.loc[missing, ["outside_limits", "close_to_limits"]].any(axis=None)
    assert result.loc[missing, "relative_to_mean"].isna().all()


def test_too_few_points_to_fix_the_limits_are_refused():
    (case,) = [case for case in cases() if case.error_kind == "fix_after_too_small"]
    with pytest.raises(ValueError, match=f"fix_after is {case.fix_after}; expected a whole number of points, 12"):
        chart(case)
