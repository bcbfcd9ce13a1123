"""The panel gives for each series just what xmr gives it."""

import warnings

import numpy as np
import pandas as pd
import pytest

from natpatsip import spc
from support.spc_panels import COLUMNS, RNG, assert_same, charts, frame_of, random_series
from support.spc_reference import cases, numbers


def test_all_reference_series_in_one_pass_equal_xmr_one_by_one():
    own = [case for case in cases() if case.error_kind != "fix_after_too_small" and not case.fix_after]
    for screened in (True, False):
        chosen = [case for case in own if case.screen_outliers == screened]
        frame = pd.concat([case.given.assign(series=str(case), value=numbers(case.given["value"])) for case in chosen])
        settings = {
            "improvement": {str(case): case.improvement for case in chosen},
            "target": {str(case): case.target for case in chosen},
        }
        rebase = {str(case): case.rebase for case in chosen}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", spc.SpcWarning)
            panel = spc.panel(
                frame.sample(frac=1, random_state=1),
                by=["series"],
                value="value",
                date="date",
                rebase=rebase,
                screen_outliers=screened,
                **settings,
            )
            parts = dict(list(panel.groupby("series")))
            for case in chosen:
                single = spc.xmr(numbers(case.given["value"]), dates=case.given["date"], **case.settings)
                assert_same(parts[str(case)], single, by="series")


def test_series_of_unequal_length_with_gaps_equal_xmr():
    made = {f"S{number:03}": own for number, own in enumerate(random_series(200))}
    frame = frame_of(**made)
    panel = charts(frame, fix_after=15, target=50)
    for name, own in panel.groupby("team"):
        dates = pd.date_range("2021-01-01", periods=len(made[name]), freq="MS")
        assert_same(own, spc.xmr(made[name], dates=dates, fix_after=15, target=50))


@pytest.mark.parametrize("rule_length", [6, 7])
def test_rule_length_and_common_rebase_equal_xmr(rule_length):
    made = {
        f"S{number:02}": RNG.normal(50, 5, 40).round(1) + np.r_[np.zeros(20), np.full(20, 8)] for number in range(30)
    }
    panel = charts(frame_of(**made), rebase=["2022-09"], rule_length=rule_length, improvement="decrease")
    for name, own in panel.groupby("team"):
        dates = pd.date_range("2021-01-01", periods=40, freq="MS")
        single = spc.xmr(made[name], dates=dates, rebase=["2022-09"], rule_length=rule_length, improvement="decrease")
        assert_same(own, single)


def test_rows_come_in_order_of_by_then_date():
    frame = frame_of([1, 2, 3], [4, 5, 6])
    frame["measure"] = ["late", "early", "late", "early", "early", "late"]
    result = spc.panel(frame.iloc[::-1], by=["measure", "team"], value="percent", date="month")
    assert list(result.columns) == ["measure", "team", *COLUMNS]
    expected = frame.sort_values(["measure", "team", "month"])
    assert result["value"].tolist() == expected["percent"].tolist()


@pytest.mark.parametrize(
    ("column", "found", "message"),
    [
        ("percent", np.inf, r"Row 5 \(B\): percent is inf; expected a finite number"),
        ("percent", "n/a", r"Row 5 \(B\): percent is 'n/a'; expected a finite number"),
        ("month", None, r"Row 5 \(B\): month is .*; expected a date"),
        ("month", "soon", r"Row 5 \(B\): month is 'soon'; expected a date"),
        ("month", pd.Timestamp("2021-01-01"), "rows 4 and 5 of B both have 2021-01-01"),
        ("team", None, "Row 5: team is missing"),
    ],
)
def test_a_bad_row_is_named_with_its_series(column, found, message):
    frame = frame_of([1.0, 2, 3], [4, 5, 6]).astype({column: object})
    frame.loc[4, column] = found
    with pytest.raises(ValueError, match=message):
        charts(frame)


def test_an_unknown_column_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r'value is \'percnt\'.*Did you mean "percent"'):
        spc.panel(frame_of([1, 2]), by="team", value="percnt", date="month")
    with pytest.raises(ValueError, match="by names no column"):
        spc.panel(frame_of([1, 2]), by=[], value="percent", date="month")
    with pytest.raises(ValueError, match="percent is empty"):
        charts(frame_of([1, 2]).iloc[:0])
