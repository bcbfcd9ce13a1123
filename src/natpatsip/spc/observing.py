"""Reading off a chart what it shows now."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc.assurance import assurance_of, direction_of
from natpatsip.spc.findings import Findings, Segment, Shift
from natpatsip.spc.gaps import absent_dates
from natpatsip.spc.rules import RULE_LENGTH, Flags, Floats


def findings(result: pd.DataFrame, *, improvement: str | None = None) -> Findings:
    """Return what the chart of one series shows.

    Parameters
    ----------
    result : pandas.DataFrame
        From `xmr`, or the rows of one series from `panel`.
    improvement : {"increase", "decrease", "neutral"}
        Where ``result.attrs`` does not say it.

    Examples
    --------
    >>> from natpatsip.spc.single import xmr
    >>> chart = xmr([3, 5, 4, 3, 5, 4, 5, 9, 8, 9, 10, 9, 8, 9], rebase=[8])
    >>> found = findings(chart)
    >>> found.shift, found.mean_before, round(found.mean, 2), found.is_stable, found.is_improving
    ('up', 4.142857142857143, 8.86, True, True)
    """
    _check_one_series(result)
    values = result["value"].to_numpy(dtype=np.float64)
    present = np.flatnonzero(~np.isnan(values))
    latest = int(present[-1]) if present.size else None
    rule_length = int(result.attrs.get("rule_length", RULE_LENGTH))
    cuts = np.flatnonzero(np.diff(result["segment"].to_numpy())) + 1
    starts, ends = [0, *cuts.tolist()], [*cuts.tolist(), len(result)]
    dates = [_plain(date) for date in result["date"]]
    segments = tuple(_segment(result, dates, start, end) for start, end in zip(starts, ends, strict=True))
    shifts = tuple(
        _shift(dates[start], values[start:end], before.mean, rule_length)
        for start, end, before in zip(starts[1:], ends[1:], segments, strict=False)
    )
    signal = result["special_cause_type"].iloc[latest] if latest is not None else "Common Cause"
    side, run_length = _latest_run(result["relative_to_mean"].to_numpy(), latest, starts)
    slope, trend_length = _latest_trend(values, latest, starts)
    return Findings(
        segments=segments,
        shifts=shifts,
        points=present.size,
        missing=len(result) - present.size,
        absent=absent_dates(dates),
        first_date=dates[0],
        latest_date=dates[latest] if latest is not None else None,
        latest_value=float(values[latest]) if latest is not None else float("nan"),
        trailing_missing=len(result) - 1 - latest if latest is not None else len(result),
        outside={"Above UCL": "above", "Below LCL": "below"}.get(signal, ""),
        side=side,
        run_length=run_length,
        slope=slope,
        trend_length=trend_length,
        close={"2 in 3 Above CL": "above", "2 in 3 Below CL": "below"}.get(signal, ""),
        latest_signal=_latest_signal(result, dates, starts[-1]),
        rule_length=rule_length,
        improvement=direction_of(result, improvement),
        target=float(result["target"].iloc[-1]),
        assurance=assurance_of(result, improvement=improvement),
    )


def _check_one_series(result: pd.DataFrame) -> None:
    if not isinstance(result, pd.DataFrame) or "special_cause_type" not in result:
        raise SpcError(f"Expected the result of spc.xmr, found {type(result).__name__}.")
    if not len(result):
        raise SpcError("The result has no rows; expected the rows of one series.")
    if result["date"].duplicated().any():
        raise SpcError("The result holds several series; expected one. Select the rows of one series first.")


def _plain(date: Any) -> Any:
    return int(date) if isinstance(date, int | np.integer) else pd.Timestamp(date)


def _segment(result: pd.DataFrame, dates: list[Any], start: int, end: int) -> Segment:
    first = result.iloc[start]
    return Segment(
        start=dates[start],
        end=dates[end - 1],
        rows=end - start,
        mean=float(first["mean"]),
        lpl=float(first["lpl"]),
        upl=float(first["upl"]),
        special_causes=int(result["special_cause_flag"].iloc[start:end].sum()),
    )


def _shift(date: Any, values: Floats, mean_before: float, needed: int) -> Shift:
    first = values[:needed]
    return Shift(
        date=date,
        mean_before=mean_before,
        points=len(values),
        needed=needed,
        above=int((first > mean_before).sum()),
        below=int((first < mean_before).sum()),
    )


def _trailing(flags: Flags) -> int:
    """Return how many flags at the end are set."""
    clear = np.flatnonzero(~flags)
    return len(flags) - (int(clear[-1]) + 1 if clear.size else 0)


def _latest_run(sides: Floats, latest: int | None, starts: list[int]) -> tuple[str, int]:
    if latest is None or sides[latest] == 0 or np.isnan(sides[latest]):
        return "", 0
    first = max(start for start in starts if start <= latest)
    return "above" if sides[latest] > 0 else "below", _trailing(sides[first : latest + 1] == sides[latest])


def _latest_trend(values: Floats, latest: int | None, starts: list[int]) -> tuple[str, int]:
    first = max((start for start in starts if latest is not None and start <= latest), default=0)
    steps = np.sign(np.diff(values[first : latest + 1])) if latest is not None else np.array([])
    if not steps.size or steps[-1] == 0 or np.isnan(steps[-1]):
        return "", 0
    return "rising" if steps[-1] > 0 else "falling", _trailing(steps == steps[-1]) + 1


def _latest_signal(result: pd.DataFrame, dates: list[Any], start: int) -> Any:
    """Return the date of the last special cause of the last segment, or None."""
    flagged = np.flatnonzero(result["special_cause_flag"].to_numpy()[start:])
    return dates[start + int(flagged[-1])] if flagged.size else None
