"""What a point of a control chart shows, in words: for tooltips, tables and text alternatives."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from natpatsip.charts.palette import POINTS
from natpatsip.wording import WORDS

_RULES = (
    (r"Above UCL", "above the upper limit"),
    (r"Below LCL", "below the lower limit"),
    (r"(?P<n>\d+) Point Trend \(Increasing\)", "part of a rising trend of {n} or more points"),
    (r"(?P<n>\d+) Point Trend \(Decreasing\)", "part of a falling trend of {n} or more points"),
    (r"2 in 3 Above CL", "one of two points in three close to the upper limit"),
    (r"2 in 3 Below CL", "one of two points in three close to the lower limit"),
    (r"(?P<n>\d+) Points Above CL", "part of a run of {n} or more points above the mean"),
    (r"(?P<n>\d+) Points Above Median", "part of a run of {n} or more points above the median"),
    (r"(?P<n>\d+) Points Below Median", "part of a run of {n} or more points below the median"),
    (r"(?P<n>\d+) Points Below CL", "part of a run of {n} or more points below the mean"),
)


def rule_words(special_cause_type: str) -> str:
    """Return which rule a point broke, in words; nothing where it broke none.

    Examples
    --------
    >>> rule_words("7 Points Above CL")
    'part of a run of seven or more points above the mean'
    >>> rule_words("Common Cause")
    ''
    """
    for pattern, words in _RULES:
        if found := re.fullmatch(pattern, special_cause_type):
            length = found.groupdict().get("n")
            return words.format(n=WORDS[int(length)] if length and int(length) <= 10 else length)
    return ""


def point_words(row: Any) -> str:
    """Return what a row of an SPC result shows.

    Examples
    --------
    >>> point_words(pd.Series({"value": 9.0, "point_type": "special_cause_concern", "special_cause_type": "Above UCL"}))
    'Concern: above the upper limit'
    """
    if pd.isna(row["value"]):
        return "No value"
    rule = rule_words(str(row["special_cause_type"]))
    words = POINTS[str(row["point_type"])].words
    return f"{words}: {rule}" if rule else f"{words}: ordinary variation"
