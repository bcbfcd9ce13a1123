"""Variation and assurance of each series: the rows of an icon matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc.assurance import (
    ASSURANCE_TABLE,
    ASSURANCES,
    VARIATION_TABLE,
    assurance_codes,
    check_same_direction,
    latest_rows,
)
from natpatsip.spc.parsing import check_improvement
from natpatsip.spc.rules import IMPROVEMENTS, POINT_TYPE_DTYPE, POINT_TYPES, RESULT_COLUMNS, Codes, Flags, Integers
from natpatsip.spc.series import many_series
from natpatsip.spc.xmr import panel

COUNTED = POINT_TYPES[:3]


def summary(
    result: pd.DataFrame,
    *,
    by: str | list[str] | None = None,
    improvement: Any = None,
    by_segment: bool = False,
    **settings: Any,
) -> pd.DataFrame:
    """Return variation and assurance of each series.

    Variation is that of the latest row that has a value (``latest_date``); a value that is missing after it does not
    hide a signal. Assurance compares the latest target with the latest limits of the last segment.

    Parameters
    ----------
    result : pandas.DataFrame
        From `xmr` or `panel`; or the data, with the settings of `panel` after it, ``value=`` and ``date=`` first.
    by : str or list of str
        Columns that tell series apart, if ``result.attrs`` does not say so.
    improvement
        As for `panel`, if ``result.attrs`` does not say so.
    by_segment : bool
        A row for each segment, as the reference has it: variation at the segment's end, assurance in the last alone.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, then ``segment, start, end, n, missing, mean, lpl, upl, target, latest_date,
        latest_value, common_cause, special_cause_improvement, special_cause_concern`` (points of the segment),
        ``improvement, variation_type, variation_icon, variation, assurance_type, assurance_icon, assurance,
        short_group_warning``. A series without `by_segment` is described by its last segment.

    Examples
    --------
    >>> from natpatsip.spc import xmr
    >>> row = summary(xmr([3, 5, 4, 3, 5, 4, 5, 4, 20], target=5)).iloc[0]
    >>> row["variation_icon"], row["assurance_icon"], row["variation_type"], row["assurance_type"]
    ('variation-improvement-high', 'assurance-hit-and-miss', 'special_cause_improvement', 'inconsistent')
    """
    if settings:
        better = "increase" if improvement is None else improvement
        result = panel(result, by=by or [], improvement=better, **settings)
        improvement = None
    columns = _series_columns(result, by)
    rows = many_series(result, columns, result["date"].to_numpy())
    ordered = result if rows.order is None else result.take(rows.order)

    segment = ordered["segment"].to_numpy()
    is_start = np.concatenate([[True], (rows.codes[1:] != rows.codes[:-1]) | (segment[1:] != segment[:-1])])
    starts = np.flatnonzero(is_start)
    ends = np.append(starts[1:], len(ordered)) - 1
    owner = rows.codes[starts]
    is_last = np.append(owner[1:] != owner[:-1], True)
    valued = ~np.isnan(ordered["value"].to_numpy())
    latest = latest_rows(valued, starts if by_segment else rows.starts[owner], ends)
    direction = _directions(result, improvement, rows.keys, columns)[owner]

    chosen = np.ones(len(starts), dtype=np.bool_) if by_segment else is_last
    facts = _columns(ordered, starts, ends, latest, direction, is_last)
    own = {column: ordered[column].array.take(starts[chosen]) for column in columns}
    summed = pd.DataFrame({**own, **{name: column[chosen] for name, column in facts.items()}})
    summed.attrs = {"by": columns}
    return summed


def _series_columns(result: Any, by: str | Sequence[str] | None) -> list[str]:
    """Return the columns that tell the series of a result apart; none for a single series."""
    missing = [name for name in RESULT_COLUMNS if not isinstance(result, pd.DataFrame) or name not in result]
    if missing:
        raise SpcError(
            f"Expected the result of spc.xmr or spc.panel; the column {missing[0]} is missing. "
            "For data that have not been analysed yet, give by=, value= and date= too."
        )
    if not len(result):
        raise SpcError("The result has no rows; expected those of at least one series.")
    given = by if by is not None else result.attrs.get("by", [])
    columns = [given] if isinstance(given, str) else list(given)
    if not columns and result["date"].duplicated().any():
        raise SpcError("The result holds several series; expected by=, the columns that tell them apart.")
    return columns


def _directions(result: pd.DataFrame, improvement: Any, keys: list[Any], by: list[str]) -> Codes:
    """Return the code of the improvement direction of each series."""
    own = result.attrs.get("improvement")
    if own is not None and improvement is not None:
        pairs = zip(*(_directions_of(given, keys, by) for given in (own, improvement)), strict=True)
        for code, asked in pairs:
            check_same_direction(IMPROVEMENTS[code], IMPROVEMENTS[asked])
    if own is None and improvement is None:
        raise SpcError(
            "The result does not say which direction is better (its attrs were lost in a step between); "
            'give improvement="increase", "decrease" or "neutral", or a mapping by series.'
        )
    return _directions_of(improvement if own is None else own, keys, by)


def _directions_of(given: Any, keys: list[Any], by: list[str]) -> Codes:
    if not isinstance(given, Mapping):
        return np.full(len(keys), check_improvement(given), dtype=np.int8)
    without = [key for key in keys if key not in given]
    if without:
        raise SpcError(f"improvement has no direction for {without[0]!r}; expected one for each {' and '.join(by)}.")
    return np.array([check_improvement(given[key]) for key in keys], dtype=np.int8)


def _columns(
    ordered: pd.DataFrame, starts: Integers, ends: Integers, latest: Integers, direction: Codes, is_last: Flags
) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of the summary of all segments."""
    kinds = np.asarray(pd.Categorical(ordered["point_type"], dtype=POINT_TYPE_DTYPE).codes)
    value, date = ordered["value"].to_numpy(), ordered["date"].to_numpy()
    mean = ordered["mean"].to_numpy()[starts]
    limited = latest_rows(~np.isnan(ordered["lpl"].to_numpy()), starts, ends)
    lower, upper = (ordered[name].to_numpy()[limited] for name in ("lpl", "upl"))
    target = ordered["target"].to_numpy()[ends]
    variation = kinds[latest]
    assurance = assurance_codes(np.where(is_last, target, np.nan), lower, upper, direction)
    icon = direction * np.int8(len(POINT_TYPES)) + variation
    return {
        "segment": ordered["segment"].to_numpy()[starts],
        "start": date[starts],
        "end": date[ends],
        "n": ends - starts + 1,
        "missing": np.add.reduceat(np.isnan(value).astype(np.int64), starts),
        "mean": mean,
        "lpl": lower,
        "upl": upper,
        "target": target,
        "latest_date": date[latest],
        "latest_value": value[latest],
        **{kind: np.add.reduceat((kinds == code).astype(np.int64), starts) for code, kind in enumerate(COUNTED)},
        "improvement": _words(IMPROVEMENTS, direction),
        "variation_type": _words(POINT_TYPES, variation),
        "variation_icon": _words([one.name for one in VARIATION_TABLE], icon),
        "variation": _words([one.words for one in VARIATION_TABLE], icon),
        "assurance_type": _words(ASSURANCES, assurance),
        "assurance_icon": _words([one.name for one in ASSURANCE_TABLE], assurance),
        "assurance": _words([one.words for one in ASSURANCE_TABLE], assurance),
        "short_group_warning": ordered["short_group_warning"].to_numpy()[starts],
    }


def _words(words: Sequence[str], codes: Codes) -> npt.NDArray[Any]:
    return np.array(words, dtype=object)[codes]
