"""Reading what an analyst hands over, and refusing what cannot be a series.

Every refusal names the row, the value found and what was expected. All bad rows are collected before stopping.
"""

from __future__ import annotations

import datetime
import math
import numbers
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from natpatsip.errors import SpcError
from natpatsip.spc.rules import Flags, Floats, Integers

Dates = npt.NDArray[np.datetime64]
MOST_ROWS_NAMED = 5
LONGEST_SHOWN = 60
A_DATE = "a date (as text, 2024-09-01 or 2024-09)"


class SpcWarning(UserWarning):
    """A setting that has no effect on the chart, such as a rebase date that no row has."""


def read_values(values: Any, *, name: str = "value", place: Callable[[int], str] | None = None) -> Floats:
    """Return the values as doubles, NaN where one is missing.

    Parameters
    ----------
    values : sequence of numbers
        None, NaN, pandas.NA and NaT stand for a missing value.
    name : str
        What the values are called in an error.
    place : callable
        Names a row by its number in an error.

    Raises
    ------
    SpcError
        Where there is no value at all, or one is infinite or no number.

    Examples
    --------
    >>> read_values([1, None, 2.5]).tolist()
    [1.0, nan, 2.5]
    >>> read_values([1, float("inf")])
    Traceback (most recent call last):
    ...
    natpatsip.errors.SpcError: Row 2: value is inf; expected a finite number, or nothing where it is missing.
    """
    where = place or _row
    if isinstance(values, str | bytes) or _dimensions(values) == 0:
        raise SpcError(f"{name} is {values!r}; expected a list of numbers, one for each date.")
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    if _dimensions(values) != 1:
        raise SpcError(
            f"{name} has {_dimensions(values)} dimensions; expected one series of numbers, one for each date."
        )
    array = values.to_numpy() if isinstance(values, pd.Series | pd.Index) else values
    array = array if isinstance(array, np.ndarray) else _as_objects(array)
    if array.size == 0:
        raise SpcError(f"{name} is empty; expected at least one row.")
    if array.dtype.kind in "fiu":
        numbers_read = array.astype(np.float64)
        bad = np.flatnonzero(np.isinf(numbers_read))
    else:
        numbers_read, bad = _read_one_by_one(array)
    _refuse(bad, array, name, "a finite number, or nothing where it is missing", where)
    return numbers_read


def _dimensions(given: Any) -> int:
    """Return how many dimensions what is given has; a list in which some are lists has one, and is refused by row."""
    try:
        return np.ndim(given)
    except ValueError:
        return 1


def _as_objects(values: Iterable[Any]) -> npt.NDArray[Any]:
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def _row(number: int) -> str:
    return f"Row {number + 1}"


def _read_one_by_one(array: npt.NDArray[Any]) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return values of mixed kinds as doubles, and the places of those that are no finite number."""
    read, bad = np.full(len(array), np.nan), np.zeros(len(array), dtype=np.bool_)
    for position, value in enumerate(array.tolist() if array.dtype.kind == "O" else list(array)):
        if value is None or value is pd.NA or value is pd.NaT:
            continue
        if isinstance(value, bool | np.bool_) or not is_number(value):
            bad[position] = True
            continue
        try:
            read[position] = float(value)
        except (OverflowError, TypeError, ValueError):
            bad[position] = True
        else:
            bad[position] = math.isinf(read[position])
    return read, np.flatnonzero(bad)


def is_number(value: Any) -> bool:
    """Return whether a value is a real number, decimal ones included."""
    return isinstance(value, float | int | numbers.Real) or type(value).__name__ == "Decimal"


def _refuse(bad: npt.NDArray[np.intp], found: Any, name: str, expected: str, where: Callable[[int], str]) -> None:
    if not bad.size:
        return
    named = [
        f"{where(int(row))}: {name} is {shown(None if _is_missing(found[row]) else found[row])}"
        for row in bad[:MOST_ROWS_NAMED]
    ]
    more = f"; and {bad.size - MOST_ROWS_NAMED} more rows" if bad.size > MOST_ROWS_NAMED else ""
    raise SpcError(f"{'; '.join(named)}{more}; expected {expected}.")


def _is_missing(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def shown(value: Any) -> str:
    """Return a value as it stands in an error."""
    if isinstance(value, np.datetime64 | datetime.date):
        return shown_date(value)
    if value is None or value is pd.NA or value is pd.NaT:
        return "missing"
    shown = repr(value.item() if isinstance(value, np.generic) else value)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[: LONGEST_SHOWN - 1]}…"


def shown_date(value: Any) -> str:
    """Return a date as it stands in an error or warning.

    Examples
    --------
    >>> shown_date(pd.Timestamp("2024-09-01")), shown_date(7)
    ('2024-09-01', 'point 7')
    """
    if isinstance(value, np.datetime64 | datetime.date):
        stamp = pd.Timestamp(value)
        if pd.isna(stamp):
            return "missing"
        return stamp.strftime("%Y-%m-%d") if stamp == stamp.normalize() else str(stamp)
    return f"point {value}"


def read_dates(dates: Any, *, name: str = "date", place: Callable[[int], str] | None = None) -> Dates:
    """Return the dates as an array of times without a time zone.

    Dates, times, periods and ISO text (``"2024-09"`` is its first day) are taken.

    Raises
    ------
    SpcError
        Where a date is missing or is no date.

    Examples
    --------
    >>> read_dates(["2024-09", "2024-10-01"]).astype("datetime64[D]").tolist()
    [datetime.date(2024, 9, 1), datetime.date(2024, 10, 1)]
    """
    where = place or _row
    if isinstance(dates, str | bytes) or _dimensions(dates) == 0:
        raise SpcError(f"{name} is {dates!r}; expected a list of dates, one for each value.")
    series: pd.Series[Any] = pd.Series(dates).reset_index(drop=True)
    if isinstance(series.dtype, pd.PeriodDtype):
        series = series.dt.to_timestamp()
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_localize(None)
    if series.dtype.kind == "M":
        stamps: pd.Series[Any] = series
    elif series.dtype.kind in "fiubc":
        missing = series.isna().to_numpy()
        _refuse(np.flatnonzero(missing if missing.any() else ~missing), series, name, A_DATE, where)
        raise SpcError(f"{name} is empty; expected a date for each value.")
    else:
        stamps = _parse_dates(series, name, where)
    _refuse(np.flatnonzero(stamps.isna().to_numpy()), series, name, A_DATE, where)
    return stamps.to_numpy()


def _parse_dates(series: pd.Series[Any], name: str, where: Callable[[int], str]) -> pd.Series[Any]:
    """Return dates out of objects and text."""
    kept = series.map(lambda value: value.to_timestamp() if isinstance(value, pd.Period) else value)
    is_date = kept.map(lambda value: isinstance(value, str | datetime.date | np.datetime64) or value is pd.NaT)
    _refuse(np.flatnonzero(~is_date.to_numpy(dtype=bool)), series, name, A_DATE, where)
    parsed = pd.to_datetime(kept, format="ISO8601", errors="coerce")
    if isinstance(parsed.dtype, pd.DatetimeTZDtype):
        parsed = parsed.dt.tz_localize(None)
    return parsed


def read_rebase(rebase: Any, *, numbered: bool = False) -> list[Any]:
    """Return the rebase dates, each once and in order; numbers of points where the series has no dates."""
    listed = list_rebase(rebase)
    if not listed:
        return []
    if numbered:
        return sorted(set(read_points(listed, name="Rebase").tolist()))
    stamps = read_dates(listed, name="rebase date", place=lambda row: f"Rebase {row + 1}")
    return sorted({pd.Timestamp(stamp) for stamp in stamps})


def list_rebase(rebase: Any) -> list[Any]:
    """Return one rebase date or several, or none, as a list."""
    if rebase is None:
        return []
    is_one = isinstance(rebase, str | datetime.date) or (not isinstance(rebase, list | tuple) and np.ndim(rebase) == 0)
    return [rebase] if is_one else list(rebase)


def read_points(points: Sequence[Any], *, name: str = "Point") -> Integers:
    """Return numbers of points, which stand for dates where a series has none."""
    for position, point in enumerate(points):
        if isinstance(point, bool) or not isinstance(point, numbers.Integral):
            raise SpcError(
                f"{name} {position + 1} is {shown(point)}; expected the number of a point, as the series has no "
                "dates. Give dates= to use a date."
            )
    return np.array(points, dtype=np.int64)


def refuse_duplicates(dates: Dates, order: npt.NDArray[np.intp]) -> None:
    """Stop where two rows have one date; `order` sorts the dates."""
    in_order = dates[order]
    again: Flags = in_order[1:] == in_order[:-1]
    pairs = [
        f"rows {first + 1} and {second + 1} both have {shown_date(dates[second])}"
        for first, second in zip(order[:-1][again].tolist(), order[1:][again].tolist(), strict=True)
    ]
    if pairs:
        more = f"; and {len(pairs) - MOST_ROWS_NAMED} more" if len(pairs) > MOST_ROWS_NAMED else ""
        raise SpcError(f"date: {'; '.join(pairs[:MOST_ROWS_NAMED])}{more}; expected one row for each date.")


def warn_of_unmet_rebase(unmet: Sequence[Any], *, whose: str = "", level: int = 3) -> None:
    """Warn of rebase dates that no row has."""
    if unmet:
        named = ", ".join(shown_date(date) for date in unmet)
        warn(
            f"No row{whose} has the rebase date {named}: the limits do not start afresh there. "
            "Give the date of the first row of the new process.",
            level=level + 1,
        )


def warn(message: str, *, level: int) -> None:
    """Warn of a setting without effect, at the line so many calls up."""
    warnings.warn(message, SpcWarning, stacklevel=level)
