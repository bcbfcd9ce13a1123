"""Reading what the caller gives, and rejecting what cannot be charted.

Each error names the row, the value found and what was expected. All bad rows are collected before stopping.
"""

from __future__ import annotations

import datetime
import inspect
import itertools
import math
import numbers
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from natpatsip import context
from natpatsip.errors import SpcError, first_few, nearest
from natpatsip.spc.rules import IMPROVEMENTS, Dates, Floats, Integers

HERE = str(Path(__file__).parent)
MOST_NAMED = 5  # rows or series in a message
LONGEST_SHOWN = 60
FOR_YEARS = "Show years in charts.stacked or a table; or give the day that each value is of, such as 2024-04-01."
A_DATE = "a date (as text, 2024-09-01 or 2024-09)"


class SpcWarning(UserWarning):
    """A setting that has no effect on the chart, such as a rebase date that no row has."""


def warn(message: str) -> None:
    """Warn of an SPC setting without effect: in the outputs of the running cell, else at the line that called."""
    if context.shell() is not None:  # in a notebook it travels as data: the environment may filter Python's warnings
        context.record(context.WARNING, {"message": message}, f"Warning: {message}")
        return
    level, frame = 1, inspect.currentframe()
    while frame and frame.f_code.co_filename.startswith(HERE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, SpcWarning, stacklevel=level)


def read_values(values: Any, *, name: str = "value", place: Callable[[int], str] | None = None) -> Floats:
    """Return a series' values as doubles, NaN where one is missing: None, NaN, pandas.NA or NaT.

    An error calls them `name`, and a row what `place` makes of its number.

    Raises
    ------
    SpcError
        If there is no value at all, or one is infinite or not a number.

    Examples
    --------
    >>> read_values([1, None, 2.5]).tolist()
    [1.0, nan, 2.5]
    >>> read_values([1, float("inf")])
    Traceback (most recent call last):
    ...
    natpatsip.errors.SpcError: Row 2: value is inf; expected a finite number, or nothing if it is missing.
    """
    if _dimensions(values) == 0:
        raise SpcError(f"{name} is {values!r}; expected a list of numbers, one for each date.")
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    if (dimensions := _dimensions(values)) != 1:
        raise SpcError(f"{name} has {dimensions} dimensions; expected one series of numbers, one for each date.")
    array = values.to_numpy() if isinstance(values, pd.Series | pd.Index) else values
    array = array if isinstance(array, np.ndarray) else as_objects(array)
    if array.size == 0:
        raise SpcError(f"{name} is empty; expected at least one row.")
    if array.dtype.kind in "fiu":
        read = array.astype(np.float64)
    else:
        read = np.array([math.nan if _is_missing(value) else _as_float(value) for value in array])
    reject(np.isinf(read), array, name, "a finite number, or nothing if it is missing", place)
    return read


def read_counts(counts: Any, *, name: str) -> Floats:
    """Return a series' counts as doubles, NaN where one is missing.

    Raises
    ------
    SpcError
        As from `read_values`; or if one is negative or has a fraction.

    Examples
    --------
    >>> read_counts([3, 0.5], name="numerator")
    Traceback (most recent call last):
    ...
    natpatsip.errors.SpcError: Row 2: numerator is 0.5; expected a whole number, 0 or more, or nothing if it is missing.
    """
    read = read_values(counts, name=name)
    reject((read < 0) | (read % 1 > 0), read, name, "a whole number, 0 or more, or nothing if it is missing")
    return read


def read_amounts(amounts: Any, *, name: str) -> Floats:
    """Return amounts such as bed days as doubles, NaN where one is missing; raise SpcError if one is negative."""
    read = read_values(amounts, name=name)
    reject(read < 0, read, name, "a number, 0 or more, or nothing if it is missing")
    return read


def need_one_order(*columns: Any) -> None:
    """Raise an SpcError if a series' columns have row labels in different orders: their rows do not belong together.

    Examples
    --------
    >>> need_one_order(pd.Series([1, 2]), pd.Series([5, 6]), [7, 8], pd.Series([3, 4], index=[8, 9]))
    >>> need_one_order(pd.Series([1, 2]), pd.Series([6, 5], index=[1, 0]))
    Traceback (most recent call last):
    ...
    natpatsip.errors.SpcError: Two columns have the same rows in different orders. Take both from one frame, as it is sorted.
    """  # noqa: E501 — the message is one line
    labels = [column.index for column in columns if isinstance(column, pd.Series)]
    for one, other in itertools.combinations(labels, 2):
        if len(one) == len(other) and not one.equals(other) and one.is_unique and set(one) == set(other):
            raise SpcError(
                "Two columns have the same rows in different orders. Take both from one frame, as it is sorted."
            )


def _dimensions(given: Any) -> int:
    try:
        return np.ndim(given)
    except ValueError:  # a list some of whose elements are lists: each of those is rejected by its row
        return 1


def as_objects(values: Iterable[Any]) -> npt.NDArray[Any]:
    """Return a series' values as an array of objects of one dimension, whatever they are."""
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _as_float(value: Any) -> float:
    """Return a value of a series as a float; infinity, which is then rejected, for what is not one."""
    is_number = isinstance(value, float | int | numbers.Real) or type(value).__name__ == "Decimal"
    if isinstance(value, bool | np.bool_) or not is_number:
        return math.inf
    try:
        return float(value)
    except (OverflowError, TypeError, ValueError):
        return math.inf


def reject(
    bad: npt.NDArray[np.bool_], found: Any, name: str, expected: str, place: Callable[[int], str] | None = None
) -> None:
    """Raise an SpcError if any value is bad, naming the first few rows."""
    rows = np.flatnonzero(bad).tolist()
    if rows:
        where = place or (lambda row: f"Row {row + 1}")
        values = [None if _is_missing(found[row]) else found[row] for row in rows]
        named = [f"{where(row)}: {name} is {shown(value)}" for row, value in zip(rows, values, strict=True)]
        raise SpcError(f"{first_few(named, MOST_NAMED, kind='rows', sep='; ')}; expected {expected}.")


def shown(value: Any) -> str:
    """Return a value as an SpcError shows it.

    Examples
    --------
    >>> shown("two"), shown(pd.NaT), shown(pd.Timestamp("2024-09-01"))
    ("'two'", 'missing', '2024-09-01')
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return "missing"
    if isinstance(value, np.datetime64 | datetime.date):
        return shown_date(value)
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def shown_date(value: Any) -> str:
    """Return a date as an SpcError or SpcWarning shows it.

    Examples
    --------
    >>> shown_date(pd.Timestamp("2024-09-01")), shown_date(7)
    ('2024-09-01', 'point 7')
    """
    if not isinstance(value, np.datetime64 | datetime.date):
        return f"point {value}"
    stamp = pd.Timestamp(value)
    if pd.isna(stamp):
        return "missing"
    return stamp.strftime("%Y-%m-%d") if stamp == stamp.normalize() else str(stamp)


def read_dates(dates: Any, *, name: str = "date", place: Callable[[int], str] | None = None) -> Dates:
    """Return a series' dates as an array of times without a time zone.

    Dates, times, periods and ISO text (``"2024-09"`` is its first day) are accepted.

    Raises
    ------
    SpcError
        If a date is missing or not valid.

    Examples
    --------
    >>> read_dates(["2024-09", "2024-10-01"]).astype("datetime64[D]").tolist()
    [datetime.date(2024, 9, 1), datetime.date(2024, 10, 1)]
    """
    if _dimensions(dates) == 0:
        raise SpcError(f"{name} is {dates!r}; expected a list of dates, one for each value.")
    given: pd.Series[Any] = pd.Series(dates).reset_index(drop=True)
    stamps = given
    _need_no_years(given, name)
    if isinstance(given.dtype, pd.PeriodDtype):
        stamps = given.dt.to_timestamp()
    elif given.dtype.kind in "fiubc":
        if given.empty:
            raise SpcError(f"{name} is empty; expected a date for each value.")
        missing = given.isna().to_numpy()
        reject(missing if missing.any() else ~missing, given, name, A_DATE, place)
    elif given.dtype.kind != "M":
        stamps = given.map(lambda value: value.to_timestamp() if isinstance(value, pd.Period) else value)
        is_date = stamps.map(lambda value: isinstance(value, str | datetime.date | np.datetime64) or value is pd.NaT)
        reject(~is_date.to_numpy(dtype=bool), given, name, A_DATE, place)
        if are_financial_years(stamps):
            raise SpcError(
                f"{name} is {shown(stamps.iloc[0])}, {shown(stamps.iloc[1])}, …, which are financial years, or months "
                "that only look so. Write the first day of each: 2010-04-01."
            )
        stamps = pd.to_datetime(stamps, format="ISO8601", errors="coerce")
    if isinstance(stamps.dtype, pd.DatetimeTZDtype):
        stamps = stamps.dt.tz_localize(None)
    reject(stamps.isna().to_numpy(), given, name, A_DATE, place)
    return stamps.to_numpy()


def _need_no_years(dates: pd.Series[Any], name: str) -> None:
    """Raise an SpcError for whole years, each of which would be called by its first month: *January 2024*."""
    if dates.dtype.kind == "M":
        return
    for value in dates.iloc[:1] if isinstance(dates.dtype, pd.PeriodDtype) else dates:
        if isinstance(value, pd.Period) and value.freqstr.startswith(("Y", "A")):
            raise SpcError(f"{name} is {value}, a year; expected months, quarters or days. {FOR_YEARS}")
        if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{4}\s*", value):
            raise SpcError(f"{name} is {shown(value)}, a year; expected months, quarters or days. {FOR_YEARS}")


def are_financial_years(texts: Iterable[Any]) -> bool:
    """Return True for dates of a series such as 2009-10, 2010-11: each would be read as a month if it were alone.

    Examples
    --------
    >>> are_financial_years(["2009-10", "2010-11"]), are_financial_years(["2010-11", "2010-12"])
    (True, False)
    """
    found = [re.fullmatch(r"[0-9]{2}([0-9]{2})-([0-9]{2})", text) if isinstance(text, str) else None for text in texts]
    years = {each[0] for each in found if each and (int(each[1]) + 1) % 100 == int(each[2])}
    return len(years) > 1 and all(each and each[0] in years for each in found)


def read_points(points: Sequence[Any], *, name: str) -> Integers:
    """Return numbers of points, which stand in for dates where a series has none."""
    for position, point in enumerate(points, start=1):
        if isinstance(point, bool) or not isinstance(point, numbers.Integral):
            raise SpcError(
                f"{name} {position} is {shown(point)}; expected the number of a point, as the series has no dates. "
                "Give dates= to use a date."
            )
    return np.array(points, dtype=np.int64)


def list_rebase(rebase: Any) -> list[Any]:
    """Return one rebase date or several, or none, as a list."""
    if rebase is None:
        return []
    is_one = isinstance(rebase, str | datetime.date) or (not isinstance(rebase, list | tuple) and np.ndim(rebase) == 0)
    return [rebase] if is_one else list(rebase)


def read_rebase(rebase: Any, *, numbered: bool = False) -> list[Any]:
    """Return the rebase dates, each once and in order; numbers of points where the series has no dates."""
    listed = list_rebase(rebase)
    if not listed:
        return []
    if numbered:
        return sorted(set(read_points(listed, name="Rebase").tolist()))
    stamps = read_dates(listed, name="rebase date", place=lambda row: f"Rebase {row + 1}")
    return sorted({pd.Timestamp(stamp) for stamp in stamps})


def check_improvement(improvement: Any) -> int:
    """Return the code of an improvement direction.

    Examples
    --------
    >>> check_improvement("decrease")
    1
    >>> check_improvement("up")
    Traceback (most recent call last):
    ...
    natpatsip.errors.SpcError: improvement is 'up'; expected "increase", "decrease" or "neutral".
    """
    if isinstance(improvement, str) and improvement in IMPROVEMENTS:
        return IMPROVEMENTS.index(improvement)
    raise SpcError(
        f'improvement is {improvement!r}; expected "increase", "decrease" or "neutral".'
        f"{nearest(str(improvement), IMPROVEMENTS)}"
    )


def check_target(target: Any, *, name: str = "target") -> float:
    """Return the target of an SPC chart as a double, NaN for none."""
    if target is None or target is pd.NA:
        return math.nan
    read = _as_float(target)
    if not math.isfinite(read):
        raise SpcError(f"{name} is {shown(target)}; expected one finite number, or None if there is no target.")
    return read
