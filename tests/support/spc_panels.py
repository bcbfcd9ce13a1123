"""Panels that several tests of SPC charts use."""

from typing import Any

import numpy as np
import pandas as pd

from natpatsip import spc

RNG = np.random.default_rng(20240930)

COLUMNS = [*spc.xmr([1, 2]).columns]


def frame_of(*series: Any, **names: Any) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"team": name, "month": pd.date_range("2021-01-01", periods=len(own), freq="MS"), "percent": own})
        for name, own in {**dict(zip("ABCDEFGH", series, strict=False)), **names}.items()
    ]
    return pd.concat(parts, ignore_index=True)


def random_series(count: int, *, missing: float = 0.05) -> list[Any]:
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


def charts(frame: pd.DataFrame, **settings: Any) -> pd.DataFrame:
    return spc.panel(frame, by="team", value="percent", date="month", **settings)


def assert_same(panel: pd.DataFrame, single: pd.DataFrame, by: str = "team") -> None:
    own = panel.drop(columns=by).reset_index(drop=True)
    assert list(own.columns) == COLUMNS
    pd.testing.assert_frame_equal(own, single, check_exact=True)
