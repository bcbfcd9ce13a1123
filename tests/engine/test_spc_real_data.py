"""Real public series go through the engine; each point agrees with the rules written out one by one."""

import itertools
import statistics
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from natpatsip import spc

FOLDER = Path(__file__).parents[3] / "shared" / "realdata"
FILES = {
    "opioid_ome_ccg.csv": "decrease",
    "opioid_highdose_per1000_ccg.csv": "decrease",
    "opioid_highdose_percent_ccg.csv": "decrease",
    "ae_provider_2016_19.csv": "increase",
}
KEY = ["organisation_code", "indicator"]

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of real series is not here")


def read(name):
    return pd.read_csv(
        FOLDER / name, parse_dates=["period"], dtype={KEY[0]: str}, keep_default_na=False, na_values=[""]
    )


def by_hand(values):
    """The rules of a chart for one segment, with no array in sight."""
    known = [value for value in values if value == value]
    points = len(values)
    mean = statistics.mean(known)
    ranges = [abs(b - a) for a, b in itertools.pairwise(values) if a == a and b == b]
    average = statistics.mean(ranges) if ranges else float("nan")
    kept = [value for value in ranges if value < 3.267 * average]
    average = statistics.mean(kept) if kept else float("nan")
    lower, upper = mean - 2.66 * average, mean + 2.66 * average
    near = 2 * (2.66 / 3) * average
    outside = [value > upper or value < lower for value in values]
    close = [not out and (v > mean + near or v < mean - near) for v, out in zip(values, outside, strict=True)]
    side = [(value > mean) - (value < mean) for value in values]
    run, trend, three = [False] * points, [False] * points, [False] * points
    for start in range(points - 6):
        window = range(start, start + 7)
        if abs(sum(side[place] for place in window)) == 7:
            run[start : start + 7] = [True] * 7
        steps = [values[place + 1] - values[place] for place in window[:-1]]
        if all(step > 0 for step in steps) or all(step < 0 for step in steps):
            trend[start : start + 7] = [True] * 7
    for start in range(points - 2):
        window = range(start, start + 3)
        if abs(sum(side[place] for place in window)) == 3 and sum(close[place] for place in window) >= 2:
            for place in window:
                three[place] = three[place] or close[place]
    words = []
    for place, value in enumerate(values):
        high = side[place] > 0
        if outside[place]:
            words.append("Above UCL" if value > upper else "Below LCL")
        elif trend[place]:
            onward = place + 1 < points and trend[place + 1] and values[place + 1] != value
            step = values[place + 1] - value if onward else value - values[place - 1]
            words.append(f"7 Point Trend ({'Increasing' if step > 0 else 'Decreasing'})")
        elif three[place]:
            words.append(f"2 in 3 {'Above' if high else 'Below'} CL")
        elif run[place]:
            words.append(f"7 Points {'Above' if high else 'Below'} CL")
        else:
            words.append("Common Cause")
    return mean, lower, upper, words


@pytest.mark.parametrize("name", FILES)
def test_every_series_of_a_file_agrees_with_the_rules_by_hand(name):
    data = read(name)
    panel = spc.panel(data, by=KEY, value="value", date="period", improvement=FILES[name])
    assert len(panel) == len(data)
    for code, own in panel.groupby(KEY):
        values = own["value"].tolist()
        if own["value"].isna().all():
            assert own["mean"].isna().all()
            continue
        mean, lower, upper, words = by_hand(values)
        assert own["mean"].iloc[0] == mean, code
        np.testing.assert_allclose(own[["lpl", "upl"]].iloc[0].astype(float), [lower, upper], rtol=1e-12)
        assert own["special_cause_type"].astype(str).tolist() == words, code


def test_the_panel_equals_xmr_on_real_series():
    data = read("ae_provider_2016_19.csv")
    panel = spc.panel(data, by=KEY, value="value", date="period")
    panels = dict(list(panel.groupby(KEY)))
    for code, own in list(data.groupby(KEY))[::8]:
        single = spc.xmr(own["value"], dates=own["period"])
        rows = panels[code].drop(columns=KEY).reset_index(drop=True)
        pd.testing.assert_frame_equal(rows, single, check_exact=True)


@pytest.mark.parametrize("name", FILES)
def test_every_series_can_be_summarised(name):
    data = read(name)
    summed = spc.summary(data, by=KEY, value="value", date="period", improvement=FILES[name], target=95)
    assert len(summed) == len(data[KEY].drop_duplicates())
    assert summed["variation"].notna().all()


def test_england_can_be_described():
    data = read("ae_provider_2016_19.csv")
    england = data[(data["organisation_code"] == "ENG") & data["indicator"].str.endswith("type 1")]
    said = spc.describe(
        spc.xmr(england["value"], dates=england["period"], target=95), measure="A&E within four hours", unit="%"
    )
    assert said.startswith("The mean for A&E within four hours is ")
    assert "the upper limit: it will be missed unless the process changes" in said
