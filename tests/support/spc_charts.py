"""Charts of single series that several tests use, by what they show."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from natpatsip import spc

STEADY = [50, 52, 49, 51, 50, 48, 51, 52, 49, 50, 51, 49, 50, 52]
HIGHER = [60, 62, 59, 61, 60, 58, 61, 62, 59, 60, 61, 59, 60, 62]
RISE = [48, 50, 51, 52, 53, 54, 55, 56]
REBASE = ["2022-03"]


def chart(values: Sequence[float | None], **settings: Any) -> pd.DataFrame:
    return spc.xmr(values, dates=pd.date_range("2021-01-01", periods=len(values), freq="MS"), **settings)


CHARTS = {
    "steady": chart(STEADY, target=50.5),
    "shift up": chart(STEADY + HIGHER, rebase=REBASE),
    "shift down": chart(HIGHER + STEADY, rebase=REBASE),
    "shift down, lower is better": chart(HIGHER + STEADY, rebase=REBASE, improvement="decrease"),
    "six after the rebase": chart(STEADY + HIGHER[:6], rebase=REBASE),
    "fifth point on the mean before": chart([*STEADY, 60, 61, 60, 61, 50, 61, 60, 61], rebase=REBASE),
    "missing after the rebase": chart([*STEADY, 60, None, *HIGHER], rebase=REBASE),
    "seven above": chart([*STEADY, *STEADY, 49, 52, 51.5, 52, 51.5, 52, 51.5, 51.5]),
    "six above": chart([*STEADY, *STEADY, 49, 52, 51.5, 52, 51.5, 52, 51.5]),
    "rising": chart(STEADY + RISE),
    "falling": chart(STEADY + [100 - value for value in RISE]),
    "outlier at the end": chart([*STEADY, 70]),
    "outlier before": chart([*STEADY, 70, *STEADY]),
    "meets": chart(STEADY, target=40),
    "misses": chart(STEADY, target=60),
    "meets, lower is better": chart(STEADY, target=60, improvement="decrease"),
    "neutral": chart(STEADY + HIGHER, rebase=REBASE, improvement="neutral", target=80),
    "one point": chart([50], target=40),
    "all missing": chart([None, None], target=40),
    "constant": chart([50] * 20),
    "fixed": chart(STEADY + HIGHER, fix_after=14),
}
