"""What all charts check in the frames and settings they are given: columns, rows, titles, dates and values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from natpatsip.characters import look_alike
from natpatsip.errors import FigureError, SpcError, nearest
from natpatsip.settings import current_settings
from natpatsip.spc import parsing


def need_columns(frame: pd.DataFrame, columns: Iterable[str], *, chart: str) -> None:
    """Raise a FigureError that names each missing column, and the nearest one that the frame has."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        there = [str(column) for column in frame.columns]
        named = "; ".join(f'no column "{column}".{nearest(column, there)}' for column in missing)
        raise FigureError(f"{chart}: the frame has {named} Its columns are {', '.join(there)}.")


def need_rows(frame: pd.DataFrame, *, chart: str) -> None:
    """Raise a FigureError if the frame has no rows."""
    if frame.empty:
        raise FigureError(f"{chart}: the frame has no rows; expected at least one to draw.")


def need_title(y_title: str, *, chart: str) -> None:
    """Raise a FigureError if the axis has no title."""
    if not y_title.strip():
        raise FigureError(f"{chart}: y_title is empty; say what is measured, for the axis and the text alternative.")


def most_of_a_whole(parts: Iterable[float]) -> float:
    """Return what percentages that are parts of one whole may add up to: whole ones half a percent more for each.

    Examples
    --------
    >>> most_of_a_whole([34, 34, 33]), most_of_a_whole([50.3, 50.2])
    (101.5, 100.5)
    """
    known = [float(part) for part in parts if part]
    are_rounded = all(part.is_integer() for part in known)
    return 100 + 0.5 * (len(known) if are_rounded else 1)


def need_percentages(values: Any, *, percent: bool, chart: str) -> None:
    """Raise a FigureError if values drawn as percentages all lie between −1 and 1, as proportions do.

    Examples
    --------
    >>> need_percentages([0.71, 0.8], percent=True, chart="charts.spc")
    Traceback (most recent call last):
    ...
    natpatsip.errors.FigureError: charts.spc: percent=True, but no value is above 1 (the largest is 0.8), as if they were proportions. Multiply proportions by 100; if they are percentages below 1, leave percent out and name the unit in y_title.
    """  # noqa: E501 — the message is one line
    largest = max((abs(value) for value in values if not pd.isna(value)), default=0) if percent else 0
    if 0 < largest <= 1:
        raise FigureError(
            f"{chart}: percent=True, but no value is above 1 (the largest is {largest:g}), as if they were "
            "proportions. Multiply proportions by 100; if they are percentages below 1, leave percent out and name "
            "the unit in y_title."
        )


def need_names_apart(names: Iterable[Any], *, chart: str, column: str) -> None:
    """Raise a FigureError if two names are drawn alike."""
    if alike := look_alike(str(name) for name in names):
        raise FigureError(
            f"{chart}: column {column}: {alike[0]!a} and {alike[1]!a} look the same. Make them one name in the data, "
            "or before their rows are summed: .str.strip()"
        )


def read_dates(dates: Any, *, chart: str, name: str = "date", numbered: bool = False) -> pd.Series[Any]:
    """Return dates as SPC reads them: ISO text, real dates and periods.

    Parameters
    ----------
    numbered : bool
        Whole numbers are taken too: the points of an SPC result without dates.

    Raises
    ------
    FigureError
        If anything else is found, with its row and value.

    Examples
    --------
    >>> read_dates(["2024-09", "2024-10-01"], chart="charts.trend").dt.day.tolist()
    [1, 1]
    >>> read_dates(["01/04/2024"], chart="charts.trend", name="day")
    Traceback (most recent call last):
    ...
    natpatsip.errors.FigureError: charts.trend: Row 1: day is '01/04/2024'; expected a date (as text, 2024-09-01 or 2024-09).
    """  # noqa: E501 — the message is one line
    if numbered and dates.dtype.kind == "i":
        return pd.Series(dates.to_numpy())
    try:
        return pd.Series(parsing.read_dates(dates, name=name))
    except SpcError as error:
        raise FigureError(f"{chart}: {error}") from None


def with_dates_read(result: pd.DataFrame, *, chart: str) -> pd.DataFrame:
    """Return an SPC result with its dates read, and without its attrs, which pandas copies with every selection."""
    frame = result.assign(date=read_dates(result["date"], chart=chart, numbered=True).to_numpy())
    frame.attrs = {}
    return frame


def read_values(values: Any, *, chart: str, name: str) -> pd.Series[float]:
    """Return numbers as SPC reads them, missing ones as NaN.

    Raises
    ------
    FigureError
        If anything else is found, with its row and value.
    """
    try:
        return pd.Series(parsing.read_values(values, name=name))
    except SpcError as error:
        raise FigureError(f"{chart}: {error}") from None


def by_date(settings: Any, dates: pd.Series[Any], *, chart: str, name: str) -> dict[Any, Any]:
    """Return a mapping or a Series by date, read like the dates of the chart; by number if its points are numbered.

    Raises
    ------
    FigureError
        If a key is not a date, or not a point's number.
    """
    if settings is None or not len(settings):
        return {}
    try:
        if dates.dtype.kind == "i":
            keys = parsing.read_points(list(settings.keys()), name=f"{chart}: {name}").tolist()
        else:
            keys = list(read_dates(list(settings.keys()), chart=chart, name=name))
    except SpcError as error:
        raise FigureError(str(error)) from None
    return dict(zip(keys, settings.values() if isinstance(settings, Mapping) else settings, strict=True))


def named_target(label: str | None, targets: pd.Series[float]) -> str:
    """Return what a chart calls its target: the label that it was given, else the one in the project's settings.

    The settings are read only for a chart that has a target: a notebook that reads them runs again when they change.
    """
    if label is not None or targets.isna().all():
        return label or ""
    return current_settings().labels.target
