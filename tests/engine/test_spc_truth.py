"""A description is true of its chart: sentences are read back, word by word, beside many random series."""

import re

import numpy as np
import pandas as pd
import pytest

from natpatsip import spc
from natpatsip.wording import WORDS

IS_BETTER = {("increase", "up"), ("decrease", "down")}


def drawn(seed):
    """Return a random series with steps, ties, gaps, trends and rebases, and the chart of it."""
    draw = np.random.default_rng(seed)
    points = int(draw.integers(1, 40))
    values = 50 + draw.normal(0, draw.choice([0.5, 2, 5]), points)
    for _ in range(draw.integers(0, 3)):
        values[draw.integers(0, points) :] += draw.choice([-6, 6])
    if draw.random() < 0.3:
        values += np.linspace(0, draw.choice([-20, 20]), points)
    values = values.round(draw.integers(0, 3))
    values[draw.random(points) < draw.choice([0, 0, 0.1])] = np.nan
    if draw.random() < 0.15:
        values[-draw.integers(1, 4) :] = np.nan
    dates = pd.date_range("2021-01-01", periods=points, freq="MS")
    rebase = draw.choice(dates, min(points, draw.integers(0, 3)), replace=False)
    return spc.xmr(
        values,
        dates=dates,
        improvement=str(draw.choice(["increase", "decrease", "neutral"])),
        rebase=rebase,
        target=float(draw.integers(35, 65)) if draw.random() < 0.5 else None,
        rule_length=int(draw.choice([6, 7])),
    )


def counted(word):
    return WORDS.index(word) if word in WORDS else int(word)


def faults(chart, said):
    """Yield each statement of a description, and whether the chart shows the same."""
    known = chart[chart["value"].notna()]
    if known.empty:
        yield "no values", "has no values" in said
        return
    last, now = known.iloc[-1], chart[chart["segment"] == chart["segment"].iloc[-1]]
    before = chart[chart["segment"] == chart["segment"].iloc[-1] - 1]
    mean = now["mean"].iloc[0]
    if len(known) == 1:
        yield "single value", "a single value" in said
        return
    if np.isnan(mean):
        yield "no mean", "cannot be calculated" in said and "this mean" not in said
        return
    upto = chart.loc[: last.name]
    yield "outside", bool(re.search(r"latest point \([^)]*\) lies above", said)) == (last["value"] > now["upl"].iloc[0])
    yield "outside", bool(re.search(r"latest point \([^)]*\) lies below", said)) == (last["value"] < now["lpl"].iloc[0])
    run = re.search(r"last (\w+) points all lie (above|below) this mean", said)
    if run:
        tail = upto.iloc[-counted(run[1]) :]
        sides = tail["value"] > mean if run[2] == "above" else tail["value"] < mean
        yield "run", sides.all() and set(tail["segment"]) == {now["segment"].iloc[0]} and len(sides) >= 6
    trend = re.search(r"last (\w+) points (rise|fall) one after another", said)
    if trend:
        steps = np.diff(upto["value"].iloc[-counted(trend[1]) :])
        yield "trend", ((steps > 0) if trend[2] == "rise" else (steps < 0)).all() and len(steps) >= 5
    earlier = re.search(r"(\w+) earlier points? shows?", said)
    yield (
        "earlier",
        bool(earlier)
        == bool(now["special_cause_flag"].any() and not last["special_cause_flag"] and now["upl"].notna().all()),
    )
    if earlier:
        yield "earlier", counted(earlier[1].lower()) == now["special_cause_flag"].sum()
    if "only normal variation" in said and not earlier:
        yield "quiet", not now["special_cause_flag"].any()
    shift = re.search(r"a shift (up|down)", said)
    length = chart.attrs["rule_length"]
    if len(before) and before["value"].notna().any():
        first, level = now["value"].iloc[:length], before["mean"].iloc[0]
        is_up, is_down = (
            (len(first) == length and (first > level).all()),
            (len(first) == length and (first < level).all()),
        )
        yield "shift", (shift[1] if shift else "") == ("up" if is_up else "down" if is_down else "")
    else:
        yield "shift", not shift
    if shift:
        better = (chart.attrs["improvement"], shift[1]) in IS_BETTER
        verdict = re.search(r"a shift \w+(, which is an? (improvement|concern))?", said)[2]
        yield (
            "verdict",
            verdict == (None if chart.attrs["improvement"] == "neutral" else "improvement" if better else "concern"),
        )
    target, better = now["target"].iloc[-1], chart.attrs["improvement"]
    yield "target", ("the target of" in said.lower()) == (not np.isnan(target))
    if better != "neutral" and now["upl"].notna().all():
        over, under = target > now["upl"].iloc[0], target < now["lpl"].iloc[0]
        yield "met", ("reliably met" in said) == bool(under if better == "increase" else over)
        yield "missed", ("will be missed" in said) == bool(over if better == "increase" else under)


@pytest.mark.parametrize("block", range(4))
def test_every_sentence_is_true_of_its_chart(block):
    checked = 0
    for seed in range(block * 100, block * 100 + 100):
        chart = drawn(seed)
        said = spc.describe(chart)
        for what, holds in faults(chart, said):
            assert holds, (seed, what, said)
            checked += 1
        assert "nan" not in said
    assert checked > 500


def test_the_reading_finds_a_sentence_that_is_not_true():
    chart = spc.xmr([50, 52, 49, 51, 50, 53, 48, 51, 50, 52, 49, 51, 50, 70], improvement="increase", target=80)
    said = spc.describe(chart)
    assert all(holds for _, holds in faults(chart, said))
    for lie in (
        said.replace("lies above the upper limit", "lies within the limits"),
        "The mean is 51. The last 7 points all lie above this mean. The target of 80 will be missed.",
        said.replace("will be missed", "is reliably met"),
    ):
        assert not all(holds for _, holds in faults(chart, lie)), lie


def test_where_the_last_stretch_has_no_value_nothing_is_said_of_its_mean():
    dates = pd.date_range("2021-01-01", periods=12, freq="MS")
    chart = spc.xmr([*[50, 52] * 2, *[60, 61, 62, 63, 64, 65], None, None], dates=dates, rebase=["2021-11"])
    assert spc.describe(chart) == (
        "The mean for the measure cannot be calculated since November 2021, as the points it would come from have no "
        "value; it was 57.9 before. The latest value is that of October 2021; 2 later values are missing."
    )
