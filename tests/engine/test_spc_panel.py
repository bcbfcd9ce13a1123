"""The panel gives for each series just what xmr gives, and summary its variation and assurance."""

import datetime
import time
import warnings

import numpy as np
import pandas as pd
import pytest

from natpatsip import spc
from spc_reference import cases, numbers

RNG = np.random.default_rng(20240930)
COLUMNS = [*spc.xmr([1, 2]).columns]


def frame_of(*series, **names):
    parts = [
        pd.DataFrame({"psc": name, "month": pd.date_range("2021-01-01", periods=len(own), freq="MS"), "percent": own})
        for name, own in {**dict(zip("ABCDEFGH", series, strict=False)), **names}.items()
    ]
    return pd.concat(parts, ignore_index=True)


def random_series(count, *, missing=0.05):
    """Series of 1 to 80 points with gaps, some of them level, some of counts."""
    made = []
    for number in range(count):
        length = int(RNG.integers(1, 80))
        own = RNG.normal(50, 5, length).round(int(number % 3))
        own[RNG.random(length) < missing] = np.nan
        if number % 10 == 0:
            own[:] = 7.1
        made.append(own)
    return made


def charts(frame, **settings):
    return spc.panel(frame, by="psc", value="percent", date="month", **settings)


def assert_same(panel, single, by="psc"):
    own = panel.drop(columns=by).reset_index(drop=True)
    assert list(own.columns) == COLUMNS
    pd.testing.assert_frame_equal(own, single, check_exact=True)


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
    for name, own in panel.groupby("psc"):
        dates = pd.date_range("2021-01-01", periods=len(made[name]), freq="MS")
        assert_same(own, spc.xmr(made[name], dates=dates, fix_after=15, target=50))


@pytest.mark.parametrize("rule_length", [6, 7])
def test_rule_length_and_common_rebase_equal_xmr(rule_length):
    made = {
        f"S{number:02}": RNG.normal(50, 5, 40).round(1) + np.r_[np.zeros(20), np.full(20, 8)] for number in range(30)
    }
    panel = charts(frame_of(**made), rebase=["2022-09"], rule_length=rule_length, improvement="decrease")
    for name, own in panel.groupby("psc"):
        dates = pd.date_range("2021-01-01", periods=40, freq="MS")
        single = spc.xmr(made[name], dates=dates, rebase=["2022-09"], rule_length=rule_length, improvement="decrease")
        assert_same(own, single)


def test_rows_come_in_order_of_by_then_date():
    frame = frame_of([1, 2, 3], [4, 5, 6])
    frame["measure"] = ["late", "early", "late", "early", "early", "late"]
    result = spc.panel(frame.iloc[::-1], by=["measure", "psc"], value="percent", date="month")
    assert list(result.columns) == ["measure", "psc", *COLUMNS]
    expected = frame.sort_values(["measure", "psc", "month"])
    assert result["value"].tolist() == expected["percent"].tolist()


def test_each_series_has_its_own_direction_target_and_rebase():
    frame = frame_of([50, 51] * 10 + [70], [50, 51] * 10 + [70])
    by_name = charts(
        frame,
        improvement={"A": "increase", "B": "decrease"},
        target={"B": 10},
        rebase={"A": ["2022-01"]},
    )
    last = by_name.groupby("psc").tail(1)
    assert last["point_type"].tolist() == ["special_cause_improvement", "special_cause_concern"]
    assert last["segment"].tolist() == [1, 0]
    assert last["target"].tolist() == [pytest.approx(np.nan, nan_ok=True), 10]
    frame["better"] = np.where(frame["psc"] == "A", "increase", "decrease")
    frame["aim"] = np.where(frame["psc"] == "A", np.nan, 10)
    by_column = charts(frame, improvement="better", target="aim", rebase={"A": "2022-01"})
    pd.testing.assert_frame_equal(by_name, by_column)


def test_a_target_may_change_over_time():
    steps = {"2021-01": 80, "2021-03": 85}
    single = spc.xmr([1, 2, 3], dates=["2021-01", "2021-02", "2021-03"], target=steps)
    assert single["target"].tolist() == [80, 80, 85]
    assert charts(frame_of([1, 2, 3]), target={"A": steps})["target"].tolist() == [80, 80, 85]


def test_targets_that_change_series_by_series_equal_xmr():
    made = {f"S{number:03}": own for number, own in enumerate(random_series(120))}
    frame = frame_of(**made).sample(frac=1, random_state=3)
    months = [*pd.date_range("2020-06-01", "2027-12-01", freq="MS"), datetime.date(2021, 3, 15), "2022-05"]
    targets = {}
    for name in made:
        kind = int(RNG.integers(0, 5))
        if kind == 1:
            targets[name] = float(RNG.integers(40, 60))
        elif kind > 1:
            chosen = RNG.choice(len(months), size=int(RNG.integers(1, 6)), replace=False)
            targets[name] = {months[place]: (None, 45, 50.5, 60)[int(RNG.integers(0, 4))] for place in chosen}
            if len({pd.Timestamp(date) for date in targets[name]}) < len(targets[name]):
                targets[name] = 55
    panel = charts(frame, target=targets)
    assert panel["target"].isna().any()
    assert panel.groupby("psc")["target"].nunique().max() > 1
    for name, own in panel.groupby("psc"):
        dates = pd.date_range("2021-01-01", periods=len(made[name]), freq="MS")
        assert_same(own, spc.xmr(made[name], dates=dates, target=targets.get(name)))


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ({}, "target of B is an empty mapping"),
        ({"2021-01": 80, "2021-01-01": 85}, "target of B has two numbers from 2021-01-01 on; expected each date once"),
        ({"soon": 80}, "Target of B: target date is 'soon'; expected a date"),
        ({7: 80}, "Target of B: target date is 7; expected a date"),
        ({None: 80}, "Target of B: target date is missing; expected a date"),
        ({("2021-01",): 80}, "Target of B: target date is .*; expected a date"),
        ({"2021-01": "high"}, "target of B is 'high'; expected one finite number"),
        ({"2021-01": np.inf}, "target of B is inf; expected one finite number"),
        ({"2021-01": 10**400}, "target of B is .*; expected one finite number"),
        ({"2021-01": True}, "target of B is True; expected one finite number"),
    ],
)
def test_a_changing_target_that_cannot_be_one_names_its_series(steps, message):
    with pytest.raises(ValueError, match=message):
        charts(frame_of([1, 2, 3], [4, 5, 6]), target={"A": {"2021-02": 5}, "B": steps})


def test_a_date_that_has_two_targets_is_refused_for_one_series_too():
    with pytest.raises(ValueError, match="target has two numbers from 2021-01-01 on"):
        spc.xmr([1, 2], dates=["2021-01", "2021-02"], target={"2021-01": 80, "2021-01-01": 85})
    with pytest.raises(ValueError, match="target is an empty mapping"):
        spc.xmr([1, 2], dates=["2021-01", "2021-02"], target={})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"target": {"Z": 4}}, "target names 'Z', but no series of the data has that psc."),
        ({"rebase": {"Z": ["2021-02"]}}, "rebase names 'Z'"),
        ({"improvement": {"A": "increase"}}, r"improvement has no direction for 1 series \(B\)"),
        ({"improvement": {"A": "increase", "B": "up"}}, "improvement is 'up'"),
        ({"improvement": "higher"}, "improvement is 'higher'; expected \"increase\""),
        ({"target": "none"}, "target is 'none'; expected one finite number"),
        ({"fix_after": 11}, "fix_after is 11; expected a whole number of points, 12 or more"),
    ],
)
def test_settings_for_unknown_series_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        charts(frame_of([1, 2, 3], [4, 5, 6]), **settings)


@pytest.mark.parametrize(
    ("column", "found", "message"),
    [
        ("percent", np.inf, r"Row 5 \(B\): percent is inf; expected a finite number"),
        ("percent", "n/a", r"Row 5 \(B\): percent is 'n/a'; expected a finite number"),
        ("month", None, r"Row 5 \(B\): month is .*; expected a date"),
        ("month", "soon", r"Row 5 \(B\): month is 'soon'; expected a date"),
        ("month", pd.Timestamp("2021-01-01"), "rows 4 and 5 of B both have 2021-01-01"),
        ("psc", None, "Row 5: psc is missing"),
    ],
)
def test_a_bad_row_is_named_with_its_series(column, found, message):
    frame = frame_of([1.0, 2, 3], [4, 5, 6]).astype({column: object})
    frame.loc[4, column] = found
    with pytest.raises(ValueError, match=message):
        charts(frame)


def test_an_unknown_column_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r'value is \'percnt\'.*Did you mean "percent"'):
        spc.panel(frame_of([1, 2]), by="psc", value="percnt", date="month")
    with pytest.raises(ValueError, match="by names no column"):
        spc.panel(frame_of([1, 2]), by=[], value="percent", date="month")
    with pytest.raises(ValueError, match="percent is empty"):
        charts(frame_of([1, 2]).iloc[:0])


def test_a_rebase_date_that_a_series_goes_past_is_warned_of():
    frame = frame_of([1, 2, 3, 4], [5, 6, 7, 8], [9])
    frame = frame.drop(index=5)
    with pytest.warns(spc.SpcWarning, match=r"No row of B has the rebase date 2021-02-01"):
        result = charts(frame, rebase=["2021-02"])
    assert result.groupby("psc")["segment"].max().to_dict() == {"A": 1, "B": 0, "C": 0}
    with pytest.warns(spc.SpcWarning, match=r"No row has the rebase date 2030-01-01"):
        charts(frame, rebase=["2030-01"])
    with pytest.warns(spc.SpcWarning, match=r"No row of C has the rebase date 2021-02-01"):
        charts(frame, rebase={"C": ["2021-02"]})


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
    assert summed["psc"].tolist() == ["A", "B", "C", "D"]
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
    direct = spc.summary(frame, by="psc", value="percent", date="month", target=2)
    pd.testing.assert_frame_equal(direct, spc.summary(charts(frame, target=2)))


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
        spc.summary(bare, by="psc")
    with pytest.raises(ValueError, match=r"Expected the result of spc\.xmr or spc\.panel"):
        spc.summary(result.drop(columns="mean"))
    pd.testing.assert_frame_equal(spc.summary(bare, by="psc", improvement="increase"), spc.summary(result))


def test_icon_names_and_directions_are_those_of_the_drawings():
    from natpatsip.charts.icons import ICONS
    from natpatsip.spc.assurance import ASSURANCE_TABLE, VARIATION_TABLE

    assert {icon.name for icon in (*VARIATION_TABLE, *ASSURANCE_TABLE)} == set(ICONS)


def test_one_series_of_a_panel_can_be_described():
    frame = frame_of([50, 51] * 10 + [70], [50, 51] * 10 + [70])
    result = charts(frame, improvement={"A": "increase", "B": "decrease"})
    assert spc.describe(result[result["psc"] == "B"]).endswith("which is a concern.")


def test_rebase_dates_of_each_series_are_read_together():
    """Read one by one they cost forty times all else."""
    series, months = 3000, pd.date_range("2021-01-01", periods=24, freq="MS")
    frame = pd.DataFrame(
        {"who": np.repeat(np.arange(series), 24), "month": np.tile(months, series), "v": np.arange(series * 24) % 17.0}
    )
    own = {who: [months[10 + who % 5]] for who in range(series)}

    def shortest(**settings):
        taken = []
        for _ in range(3):
            start = time.perf_counter()
            result = spc.panel(frame, by="who", value="v", date="month", **settings)
            taken.append(time.perf_counter() - start)
        return min(taken), result

    alone, _ = shortest()
    together, result = shortest(rebase=own)
    assert result.groupby("who")["segment"].max().eq(1).all()
    assert together < 20 * alone


def test_a_rebase_date_that_cannot_be_one_names_its_series():
    frame = pd.DataFrame({"who": list("AABB"), "month": ["2024-01", "2024-02"] * 2, "v": [1.0, 2, 3, 4]})
    with pytest.raises(ValueError, match="Rebase of B: rebase date is 'never'; expected a date"):
        spc.panel(frame, by="who", value="v", date="month", rebase={"A": "2024-02", "B": ["never"]})


def test_rebase_dates_may_be_written_in_several_ways_and_more_than_once():
    frame = pd.DataFrame({"who": list("AAABBB"), "month": ["2024-01", "2024-02", "2024-03"] * 2, "v": [1.0, 2, 3] * 2})
    given = {"A": ["2024-03", pd.Timestamp("2024-02-01"), "2024-03"], "B": datetime.date(2024, 2, 1)}
    result = spc.panel(frame, by="who", value="v", date="month", rebase=given)
    assert result["segment"].tolist() == [0, 1, 2, 0, 1, 1]
    assert result.attrs["rebase"]["A"] == [pd.Timestamp("2024-02-01"), pd.Timestamp("2024-03-01")]
    assert result.attrs["rebase"]["B"] == [pd.Timestamp("2024-02-01")]
