"""Direction, target and rebase dates may differ by series, and each is checked with the name of its series."""

import datetime
import time

import numpy as np
import pandas as pd
import pytest

from natpatsip import spc
from support.spc_panels import RNG, assert_same, charts, frame_of, random_series


def test_each_series_has_its_own_direction_target_and_rebase():
    frame = frame_of([50, 51] * 10 + [70], [50, 51] * 10 + [70])
    by_name = charts(
        frame,
        improvement={"A": "increase", "B": "decrease"},
        target={"B": 10},
        rebase={"A": ["2022-01"]},
    )
    last = by_name.groupby("team").tail(1)
    assert last["point_type"].tolist() == ["special_cause_improvement", "special_cause_concern"]
    assert last["segment"].tolist() == [1, 0]
    assert last["target"].tolist() == [pytest.approx(np.nan, nan_ok=True), 10]
    frame["better"] = np.where(frame["team"] == "A", "increase", "decrease")
    frame["aim"] = np.where(frame["team"] == "A", np.nan, 10)
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
    assert panel.groupby("team")["target"].nunique().max() > 1
    for name, own in panel.groupby("team"):
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
        ({"target": {"Z": 4}}, "target names 'Z', but no series of the data has that team."),
        ({"rebase": {"Z": ["2021-02"]}}, "rebase names 'Z'"),
        ({"improvement": {"A": "increase"}}, r"improvement has no direction for 1 series \(B\)"),
        ({"improvement": {"A": "increase", "B": "up"}}, "improvement is 'up'"),
        ({"improvement": "higher"}, "improvement is 'higher'; expected \"increase\""),
        ({"improvement": ["increase"]}, r"improvement is \['increase'\]; expected \"increase\""),
        ({"target": "none"}, "target is 'none'; expected one finite number"),
        ({"fix_after": 11}, "fix_after is 11; expected a whole number of points, 12 or more"),
    ],
)
def test_settings_for_unknown_series_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        charts(frame_of([1, 2, 3], [4, 5, 6]), **settings)


def test_a_rebase_date_that_a_series_goes_past_is_warned_of():
    frame = frame_of([1, 2, 3, 4], [5, 6, 7, 8], [9])
    frame = frame.drop(index=5)
    with pytest.warns(spc.SpcWarning, match=r"No row of B has the rebase date 2021-02-01"):
        result = charts(frame, rebase=["2021-02"])
    assert result.groupby("team")["segment"].max().to_dict() == {"A": 1, "B": 0, "C": 0}
    with pytest.warns(spc.SpcWarning, match=r"No row has the rebase date 2030-01-01"):
        charts(frame, rebase=["2030-01"])
    with pytest.warns(spc.SpcWarning, match=r"No row of C has the rebase date 2021-02-01"):
        charts(frame, rebase={"C": ["2021-02"]})


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


def test_a_tuple_of_one_value_names_a_series_as_the_value_does():
    frame = frame_of([1, 2, 3], [4, 5, 6])
    given = {"target": 4, "rebase": "2021-02", "improvement": "decrease"}
    by_value = charts(frame, **{name: {"A": own, "B": own} for name, own in given.items()})
    by_tuple = charts(frame, **{name: {("A",): own, ("B",): own} for name, own in given.items()})
    pd.testing.assert_frame_equal(by_tuple, by_value)
    assert by_tuple.attrs == by_value.attrs


def test_some_series_may_be_named_by_a_tuple_and_others_by_a_value_that_is_a_number():
    frame = pd.DataFrame({"ward": [1, 1, 2, 2], "month": ["2024-01", "2024-02"] * 2, "v": [1.0, 2, 3, 4]})
    chart = spc.panel(frame, by="ward", value="v", date="month", target={1: 5, (2,): 6})
    assert chart["target"].tolist() == [5, 5, 6, 6]


@pytest.mark.parametrize("rebase", [["2030-01"], {"A": "2030-01"}])
def test_a_warning_points_at_the_line_that_called_spc(rebase):
    with pytest.warns(spc.SpcWarning) as caught:
        spc.panel(frame_of([1, 2, 3]), by="team", value="percent", date="month", rebase=rebase)
    assert caught[0].filename == __file__
    with pytest.warns(spc.SpcWarning) as caught:
        spc.run_chart([1, 2, 3], rebase=[9])
    assert caught[0].filename == __file__


@pytest.mark.parametrize("setting", ["target", "rebase", "improvement"])
def test_a_tuple_of_several_values_names_no_series_of_one_column(setting):
    with pytest.raises(ValueError, match=rf"{setting} names \('A', 'x'\), but no series of the data has that team"):
        charts(frame_of([1, 2, 3]), **{setting: {("A", "x"): 4}})
