"""Disclosure control: small numbers of people below England are never shown.

A chart carries its data into the page, so counts go through their dataset's policy before they are charted. The rule
is the one that NHS Digital has used for hospital episode statistics since September 2018: 0 stays 0, 1 to 7 become an
asterisk, all others go to the nearest 5; percentages come from the rounded numbers; totals from the raw ones, which
are then rounded. National counts of people, and counts of organisations, are shown as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from natpatsip import wording
from natpatsip.errors import DataError, nearest
from natpatsip.lineage import FILTER

NOTE = "Counts of {least} to {most} people are shown as {symbol}; others are rounded to the nearest {base}."


@dataclass(frozen=True)
class SuppressionPolicy:
    """What happens to a dataset's small numbers below England.

    Parameters
    ----------
    name : str
        What it is called.
    counts : tuple of str
        The columns that count people; none where nothing needs protection.
    geography : str
        The column that names whom a count is of, below England.
    reason : str
        Where the rule comes from, or why none is needed.
    threshold : int
        Counts from 1 to this are suppressed.
    base : int
        All others are rounded to a multiple of it.
    symbol : str
        What stands in place of a suppressed count.
    """

    name: str
    counts: tuple[str, ...]
    geography: str
    reason: str
    threshold: int = 7
    base: int = 5
    symbol: str = "*"

    @property
    def note(self) -> str:
        """What a figure or table says under it; nothing where nothing is suppressed.

        Examples
        --------
        >>> POLICIES["maternity_monthly"].note
        'Counts of 1 to 7 people are shown as *; others are rounded to the nearest 5.'
        """
        if not self.counts:
            return ""
        return NOTE.format(least=1, most=self.threshold, symbol=self.symbol, base=self.base)

    def rounded(self, counts: pd.Series[int]) -> pd.Series[float]:
        """Return counts as they may be shown, not a number where one is suppressed.

        Examples
        --------
        >>> POLICIES["maternity_monthly"].rounded(pd.Series([0, 1, 7, 8, 12, 13])).tolist()
        [0.0, nan, nan, 10.0, 10.0, 15.0]
        """
        known = counts.astype(float)
        wrong = known[(known < 0) | (known % 1 != 0)]
        if len(wrong):
            raise DataError(f"{counts.name} has {wrong.iloc[0]:g} in a row; expected whole numbers of people.")
        nearest_base = (known / self.base + 0.5).map(np.floor) * self.base
        return nearest_base.mask((known >= 1) & (known <= self.threshold))

    def shown(self, counts: pd.Series[int]) -> pd.Series[str]:
        """Return counts as a table prints them.

        Examples
        --------
        >>> POLICIES["opioids_monthly"].shown(pd.Series([0, 3, 1998])).tolist()
        ['0', '*', '2,000']
        """
        rounded = self.rounded(counts)
        return rounded.map(lambda count: self.symbol if np.isnan(count) else wording.number(count))


HES: Final = "Hospital episode statistics, 2018"
HES_SOURCE: Final = "NHS Digital's rule for hospital episode statistics since September 2018"
_ORGANISATIONS: Final = "It counts organisations, which the rule leaves as they are"

POLICIES: Final = {
    "maternity_monthly": SuppressionPolicy(HES, ("numerator", "denominator"), "psc", HES_SOURCE),
    "opioids_monthly": SuppressionPolicy(HES, ("people",), "icb", HES_SOURCE),
    "icb_approach": SuppressionPolicy("Counts of organisations", (), "icb", _ORGANISATIONS),
    "icb_phases": SuppressionPolicy("Counts of organisations", (), "icb", _ORGANISATIONS),
    "interviews": SuppressionPolicy(
        "Counts of submissions", (), "psc", "A submission is a return of an organisation, not a person"
    ),
    "reported": SuppressionPolicy("National counts", (), "", "National counts of people are shown as they are"),
    "published_claims": SuppressionPolicy("Published before", (), "", "It holds what the published edition prints"),
    "organisations": SuppressionPolicy("No counts", (), "", "It holds names and codes"),
}
"""The policy of each dataset, by its name; a test holds that every dataset has one."""


def policy(name: str) -> SuppressionPolicy:
    """Return the policy of a dataset.

    Raises
    ------
    DataError
        Where the dataset has none.
    """
    if name not in POLICIES:
        raise DataError(
            f'"{name}" has no policy for small numbers.{nearest(name, POLICIES)} '
            "Give it one in natpatsip.datasets.disclosure before any of its counts are shown."
        )
    return POLICIES[name]


def suppress_small_counts(frame: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Return counts below England as they may be shown and charted.

    Sum first, suppress last: a total is summed from raw counts (`quarterly`, `rolling`, ``groupby``), then goes
    through here.

    Parameters
    ----------
    frame : DataFrame
        Rows of the dataset or sums of them, with the column that names whom they are of.
    dataset : str
        The dataset's name, whose policy applies.

    Returns
    -------
    DataFrame
        The counts rounded, not a number where suppressed (a chart draws a gap); of each a column of text beside it,
        ``…_shown``, for tables; ``percent`` of numerator and denominator where the dataset has both, from the rounded
        numbers; ``is_suppressed``. ``attrs["note"]`` says under a figure what was done.

    Raises
    ------
    DataError
        Where the frame lacks a count or the column that names whom it is of.

    Examples
    --------
    >>> frame = pd.DataFrame({"psc": ["East", "Wessex"], "numerator": [13, 4], "denominator": [22, 9]})
    >>> suppress_small_counts(frame, "maternity_monthly")[["psc", "numerator_shown", "denominator_shown", "percent"]]
          psc numerator_shown denominator_shown  percent
    0    East              15                20     75.0
    1  Wessex               *                10      NaN
    """
    rule = policy(dataset)
    if not rule.counts:
        return frame.assign(is_suppressed=False)
    _need(frame, [rule.geography, *_counts_in(frame, rule)], dataset)
    shown = frame.copy()
    for column in _counts_in(frame, rule):
        shown[column] = rule.rounded(frame[column])
        shown[f"{column}_shown"] = rule.shown(frame[column])
    if {"numerator", "denominator"} <= set(shown.columns):
        shown["percent"] = 100 * shown["numerator"] / shown["denominator"].mask(shown["denominator"] == 0)
    shown["is_suppressed"] = shown[_counts_in(frame, rule)].isna().any(axis="columns")
    said = frame.attrs.get(FILTER, "")
    shown.attrs = frame.attrs | {"note": rule.note, FILTER: f"{said}, small numbers suppressed".removeprefix(", ")}
    return shown


def _counts_in(frame: pd.DataFrame, rule: SuppressionPolicy) -> list[str]:
    """Return the counts that a frame has: all of the policy's, or those that it has of them."""
    there = [column for column in rule.counts if column in frame]
    return there or list(rule.counts)


def _need(frame: pd.DataFrame, columns: Sequence[str], dataset: str) -> None:
    absent = [column for column in columns if column not in frame]
    if absent:
        there = [str(column) for column in frame.columns]
        raise DataError(
            f"The rows of {dataset} have no column {absent[0]}; they have {', '.join(there)}."
            f"{nearest(absent[0], there)} Small numbers are suppressed below England alone; "
            "for England's own take datasets.national."
        )
