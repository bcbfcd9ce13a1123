"""How fast `spc.panel` is, compared with a pandas groupby of the same frame in the same run.

Run it with ``make bench``, or ``python tests/bench/spc_panel.py --series 10000``. It exits with status 1 if the panel
takes more than 30 times as long as the groupby, the peak of the process is above 2 GB, or a series differs from
`spc.xmr`. Peaks are those of the whole process, including the input frame and the libraries.
"""

from __future__ import annotations

import argparse
import gc
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from natpatsip import spc

MOST_TIMES = 30
MOST_GB = 2.0
COMPARED = 200


def make_frame(series: int, points: int, kind: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the frame of a scenario and the settings that go with it."""
    rng = np.random.default_rng(1)
    months = pd.date_range("2021-01-01", periods=points, freq="MS")
    frame = pd.DataFrame(
        {
            "organisation": np.repeat(np.arange(series), points),
            "month": np.tile(months, series),
            "value": rng.normal(100, 10, series * points).round(1),
        }
    )
    if kind == "plain":
        return frame, {}
    if kind == "codes as text":
        return frame.assign(organisation=frame["organisation"].map("R{:06}".format)), {}
    if kind == "changing targets":
        from_month = rng.integers(6, points - 6, series)
        return frame, {
            "target": {
                key: {"2021-01": 90.0, months[at]: 95.0 + key % 20} for key, at in enumerate(from_month.tolist())
            }
        }
    frame.loc[rng.random(len(frame)) < 0.02, "value"] = np.nan
    frame = frame[rng.random(len(frame)) < 0.9].sample(frac=1, random_state=1)
    keys = frame["organisation"].unique()
    middle = frame.sort_values(["organisation", "month"]).groupby("organisation").nth(points * 2 // 5)
    settings = {
        "improvement": {key: ("increase", "decrease", "neutral")[key % 3] for key in keys},
        "target": {key: 90.0 + key % 20 for key in keys},
        "rebase": {key: [month] for key, month in zip(middle["organisation"], middle["month"], strict=True)},
    }
    return frame, settings


def best_of(times: int, work: Callable[[], object]) -> float:
    """Return the shortest of several times in seconds."""
    shortest = float("inf")
    for _ in range(times):
        gc.collect()
        start = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def largest_difference(frame: pd.DataFrame, settings: dict[str, Any], result: pd.DataFrame) -> float:
    """Return the largest relative difference of a limit from `xmr`; infinite if a word differs."""
    largest = 0.0
    keys = result["organisation"].unique()
    parts = dict(
        list(result[result["organisation"].isin(keys[:: max(1, len(keys) // COMPARED)])].groupby("organisation"))
    )
    rows = dict(list(frame[frame["organisation"].isin(list(parts))].groupby("organisation")))
    for key, own in parts.items():
        given = rows[key]
        chosen = {name: setting[key] for name, setting in settings.items() if key in setting}
        single = spc.xmr(given["value"], dates=given["month"], **chosen)
        for column in ("special_cause_type", "point_type", "segment", "target"):
            if _entries(own[column]) != _entries(single[column]):
                return float("inf")
        for column in ("mean", "lpl", "upl"):
            difference = np.abs(own[column].to_numpy() / single[column].to_numpy() - 1)
            largest = max(largest, float(np.nan_to_num(difference).max()))
    return largest


def _entries(column: pd.Series) -> list[Any]:
    """Return the entries of a column, None where one is missing, so that two missing entries are equal."""
    return [None if pd.isna(entry) else entry for entry in column]


def measure(series: int, points: int, kind: str) -> bool:
    """Measure one scenario, write its line, and return True if it is within the bars."""
    frame, settings = make_frame(series, points, kind)
    grouped = best_of(5, lambda: frame.groupby("organisation")["value"].agg(["mean", "std"]))

    def panel() -> pd.DataFrame:
        return spc.panel(frame, by=["organisation"], value="value", date="month", **settings)

    panelled = best_of(3, panel)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
    difference = largest_difference(frame, settings, panel())
    times = panelled / grouped
    sys.stdout.write(
        f"{series:>8,} x {points:<4} {kind:<22} groupby {grouped * 1000:>6.0f} ms   panel {panelled * 1000:>6.0f} ms   "
        f"{times:>5.1f} times   peak {peak:.2f} GB   difference from xmr {difference:g}\n"
    )
    return times <= MOST_TIMES and peak <= MOST_GB and difference <= 1e-12


KINDS = ("plain", "codes as text", "changing targets", "gaps, own settings")


def main() -> int:
    """Measure each scenario in its own process, so that each has its own peak."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--series", type=int, default=100_000)
    parser.add_argument("--points", type=int, default=36)
    parser.add_argument("--kind", choices=KINDS)
    options = parser.parse_args()
    if options.kind:
        return 0 if measure(options.series, options.points, options.kind) else 1
    size = ["--series", str(options.series), "--points", str(options.points)]
    ended = [subprocess.run([sys.executable, __file__, *size, "--kind", kind]).returncode for kind in KINDS]
    return max(ended)


if __name__ == "__main__":
    sys.exit(main())
