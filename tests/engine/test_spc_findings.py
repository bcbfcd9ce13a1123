"""Findings are what a chart shows, as values."""

import statistics

import numpy as np
import pandas as pd
import pytest

from natpatsip import spc
from natpatsip.errors import SpcError
from support.spc_charts import CHARTS, HIGHER, REBASE, STEADY, chart


def test_findings_give_the_numbers_that_a_report_prints():
    found = spc.findings(chart(STEADY + HIGHER + STEADY, rebase=["2022-03", "2023-05"]))
    assert [segment.rows for segment in found.segments] == [14, 14, 14]
    assert found.mean == found.baseline == statistics.mean(STEADY)
    assert found.gain == pytest.approx(-10)
    assert found.gain_on_baseline == 0
    assert found.rebased == pd.Timestamp("2023-05-01")
    assert found.segments[1].end == pd.Timestamp("2023-04-01")
    assert spc.findings(CHARTS["seven above"]).run_length == 7


def test_findings_want_one_series():
    both = pd.concat([CHARTS["steady"], CHARTS["rising"]])
    with pytest.raises(ValueError, match="several series"):
        spc.findings(both)


def drawn(seed):
    """Return the chart of a random series with ties, gaps, steps, trends and rebases."""
    draw = np.random.default_rng(seed)
    points = int(draw.integers(1, 36))
    values = draw.integers(0, draw.choice([3, 9, 60]), points).astype(float)
    values[draw.integers(0, points) :] += draw.choice([0, 6, -6, 40])
    if draw.random() < 0.3:
        values[-8:] = np.sort(values[-8:])[:: int(draw.choice([1, -1]))]
    values[draw.random(points) < draw.choice([0, 0.1])] = np.nan
    if draw.random() < 0.2:
        values[-int(draw.integers(1, 4)) :] = np.nan
    dates = pd.date_range("2021-01-01", periods=points, freq="MS")
    rebase = draw.choice(dates, min(points, int(draw.integers(0, 3))), replace=False)
    target = float(draw.integers(0, 9)) if draw.random() < 0.5 else None
    return spc.xmr(values, dates=dates, rebase=rebase, target=target, rule_length=int(draw.choice([6, 7])))


def ending(signs):
    """Return the last of some signs and how many at the end are the same; 0 and 0 for none."""
    if not signs or not abs(signs[-1]) > 0:
        return 0, 0
    others = [place for place, sign in enumerate(signs) if sign != signs[-1]]
    return int(signs[-1]), len(signs) - (others[-1] + 1 if others else 0)


@pytest.mark.parametrize("block", range(3))
def test_findings_are_those_of_their_definitions(block):
    for seed in range(block * 100, block * 100 + 100):
        result = drawn(seed)
        found, rows = spc.findings(result), result.to_dict("records")
        known = [row for row in rows if row["value"] == row["value"]]
        last = rows.index(known[-1]) if known else -1
        assert (found.points, found.missing, found.trailing_missing) == (
            len(known),
            len(rows) - len(known),
            len(rows) - 1 - last,
        )
        assert (found.first_date, found.latest_date) == (rows[0]["date"], known[-1]["date"] if known else None)
        numbers = list(dict.fromkeys(row["segment"] for row in rows))
        parts = [[row for row in rows if row["segment"] == number] for number in numbers]
        for segment, own in zip(found.segments, parts, strict=True):
            assert (segment.start, segment.end, segment.rows) == (own[0]["date"], own[-1]["date"], len(own))
            assert segment.special_causes == sum(row["special_cause_flag"] for row in own)
            np.testing.assert_equal(
                [segment.mean, segment.lpl, segment.upl], [own[0][name] for name in ("mean", "lpl", "upl")]
            )
            assert segment.has_limits == (own[0]["lpl"] == own[0]["lpl"])
        length = result.attrs["rule_length"]
        for shift, before, own in zip(found.shifts, parts, parts[1:], strict=False):
            first = [row["value"] for row in own[:length]]
            above, below = (sum(sign * value > sign * before[0]["mean"] for value in first) for sign in (1, -1))
            assert (shift.date, shift.points, shift.needed) == (own[0]["date"], len(own), length)
            assert (shift.above, shift.below) == (above, below)
            assert shift.direction == ("up" if above == length else "down" if below == length else "")
        assert len(found.shifts) == len(parts) - 1
        now = parts[-1]
        causes = [str(row["special_cause_type"]) for row in now]
        assert found.went_up == any("Above" in cause or "Increasing" in cause for cause in causes)
        assert found.went_down == any("Below" in cause or "Decreasing" in cause for cause in causes)
        assert found.latest_signal == next((row["date"] for row in reversed(now) if row["special_cause_flag"]), None)
        np.testing.assert_equal(found.target, rows[-1]["target"])
        recent = [row for row in rows[: last + 1] if row["segment"] == known[-1]["segment"]] if known else []
        side, run = ending([row["relative_to_mean"] for row in recent])
        slope, steps = ending(np.sign(np.diff([row["value"] for row in recent])).tolist())
        assert (found.side, found.run_length) == ({1: "above", -1: "below", 0: ""}[side], run)
        assert (found.slope, found.trend_length) == (
            {1: "rising", -1: "falling", 0: ""}[slope],
            steps + 1 if slope else 0,
        )
        assert found.run == (found.side if run >= length else "")
        assert found.trend == (found.slope if steps + 1 >= length else "")
        cause = str(known[-1]["special_cause_type"]) if known else ""
        assert found.outside == {"Above UCL": "above", "Below LCL": "below"}.get(cause, "")
        assert found.close == {"2 in 3 Above CL": "above", "2 in 3 Below CL": "below"}.get(cause, "")
        assert found.is_stable == (found.current.has_limits and not any(row["special_cause_flag"] for row in now))


BEFORE, SINCE = [49, 51] * 7, [69, 71] * 7


@pytest.mark.parametrize(
    ("end", "upward", "downward"),
    [
        ([], True, False),  # a shift up and nothing since
        ([70.5] * 2, True, False),
        ([90], True, False),  # outside, the same way
        ([40], False, True),  # outside, the other way
        ([40, 70, 71], False, False),  # it went down since
        ([40, 90], True, False),  # the newest outweighs it
    ],
)
def test_a_chart_goes_the_way_of_its_newest_signal_or_of_a_shift_with_nothing_against_it(end, upward, downward):
    values = [*BEFORE, *SINCE, *end]
    found = spc.findings(spc.xmr(values, rebase=[15]))
    assert (found.upward, found.downward) == (upward, downward)
    assert (found.is_improving, found.is_worsening) == (upward, downward)
    mirrored = spc.findings(spc.xmr([-value for value in values], rebase=[15], improvement="decrease"))
    assert (mirrored.downward, mirrored.upward) == (upward, downward)
    assert (mirrored.is_improving, mirrored.is_worsening) == (upward, downward)
    neutral = spc.findings(spc.xmr(values, rebase=[15], improvement="neutral"))
    assert (neutral.is_improving, neutral.is_worsening) == (False, False)


WAVE = [50, 52] * 10


@pytest.mark.parametrize(
    ("end", "upward", "downward"),
    [
        ([51.5] * 7, True, False),  # a run
        ([50.5] * 7, False, True),
        ([50.2, 50.4, 50.6, 50.8, 51.2, 51.4, 51.6], True, False),  # a trend
        ([55, 51.5, 55], False, False),  # two of three alone say nothing of a direction
        ([52.6, 52.4, 52.2, 52, 51.8, 51.6, 51.4], False, False),  # a falling trend within a run above
        ([60, 59, 58.5, 58, 57.5, 57, 56.5], False, False),  # a falling trend above the limit
    ],
)
def test_a_run_a_trend_or_a_point_outside_goes_its_way_if_none_of_them_goes_the_other(end, upward, downward):
    found = spc.findings(spc.xmr(WAVE + end, fix_after=20))
    assert (found.upward, found.downward) == (upward, downward)
    mirrored = spc.findings(spc.xmr([-value for value in WAVE + end], fix_after=20))
    assert (mirrored.downward, mirrored.upward) == (upward, downward)


def test_levels_before_and_at_first_are_compared_with_the_mean_now():
    found = spc.findings(chart(STEADY + HIGHER + STEADY, rebase=["2022-03", "2023-05"]))
    assert (found.mean_before, found.baseline) == (statistics.mean(HIGHER), statistics.mean(STEADY))
    assert (found.shift, found.rebased) == ("down", pd.Timestamp("2023-05-01"))
    alone = spc.findings(CHARTS["steady"])
    assert np.isnan(alone.mean_before)
    assert np.isnan(alone.gain)
    assert (alone.shift, alone.rebased, alone.shifts) == ("", None, ())


def test_a_rebase_is_found_by_its_date_or_the_number_of_its_point():
    found = spc.findings(chart(STEADY + HIGHER, rebase=["2022-03"]))
    assert found.shift_at("2022-03").date == pd.Timestamp("2022-03-01")
    assert spc.findings(spc.xmr(STEADY + HIGHER, rebase=[15])).shift_at(15).date == 15
    with pytest.raises(SpcError) as refused:
        found.shift_at("2022-04")
    assert str(refused.value) == "The chart is not rebased at 2022-04; it is rebased at: 2022-03-01."


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ([1, 2], "Expected the result of spc.xmr, found list."),
        (pd.DataFrame({"date": [1]}), "Expected the result of spc.xmr, found DataFrame."),
        (CHARTS["steady"].iloc[:0], "The result has no rows; expected the rows of one series."),
        (
            pd.concat([CHARTS["steady"], CHARTS["rising"]]),
            "The result holds several series; expected one. Select the rows of one series first.",
        ),
    ],
)
def test_what_is_not_the_chart_of_one_series_is_refused(result, said):
    with pytest.raises(SpcError) as refused:
        spc.findings(result)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("name", "direction", "verdict"),
    [
        ("steady", "", ""),
        ("shift up", "up", "improvement"),
        ("shift down", "down", "concern"),
        ("shift down, lower is better", "down", "improvement"),
        ("neutral", "up", ""),
        ("six after the rebase", "", ""),
    ],
)
def test_a_step_change_is_a_shift_at_the_last_rebase(name, direction, verdict):
    found = spc.findings(CHARTS[name])
    assert (found.step_change, found.step_verdict) == (direction, verdict)


def test_a_special_cause_the_other_way_takes_a_step_change_away():
    found = spc.findings(chart([*STEADY, *HIGHER, 40, *HIGHER], rebase=REBASE))
    assert (found.shift, found.step_change, found.step_verdict) == ("up", "", "")


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_with_a_step_change_that_matters_may_be_said_to_improve_or_worsen(name):
    found = spc.findings(CHARTS[name])
    assert found.is_improving or found.step_verdict != "improvement"
    assert found.is_worsening or found.step_verdict != "concern"
