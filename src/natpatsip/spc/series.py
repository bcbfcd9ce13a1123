"""Which rows make which series, and in what order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError, first_few, nearest
from natpatsip.spc.parsing import MOST_NAMED, shown_date
from natpatsip.spc.rules import RESULT_COLUMNS, Dates, Flags, Integers


class BySeries(dict[Hashable, Any]):
    """A setting by series, in the attrs of a result.

    pandas deep-copies attrs with every frame it derives, which for 100,000 series takes longer than the work itself.
    """

    def __deepcopy__(self, memo: object) -> BySeries:
        return self


class RebaseDates(list[Any]):
    """The dates at which limits start again, in the attrs of a result: pandas would rebuild each with every frame."""

    def __deepcopy__(self, memo: object) -> RebaseDates:
        return RebaseDates(self)


@dataclass(frozen=True)
class SeriesRows:
    """The rows of a frame in order of series, then date.

    Attributes
    ----------
    by : list of str
        The columns that tell series apart; none for a single series.
    order : array of shape (rows,)
        The place of each row in the frame; None where the frame is in order already.
    codes, ranks : arrays of shape (rows,)
        The number of each row's series, and of its date among all dates.
    stamps : array of shape (dates,)
        All dates that occur, once each, in order.
    starts, lengths : arrays of shape (series,)
        The first row of each series, and how many it has.
    labels : list of arrays of shape (series,)
        The columns of `by`, one value for each series.
    """

    by: list[str]
    order: Integers | None
    codes: Integers
    ranks: Integers
    stamps: Dates
    starts: Integers
    lengths: Integers
    labels: list[Any]

    def take(self, column: Any) -> Any:
        """Return a column of the frame in the order of the series."""
        return column if self.order is None else column.take(self.order)

    @property
    def is_numbered(self) -> bool:
        """Whether the series' points are numbered, as they have no dates."""
        return self.stamps.dtype.kind == "i"

    @property
    def dates(self) -> Dates:
        """The date of each row of the series."""
        return self.stamps[self.ranks]

    @cached_property
    def keys(self) -> list[Any]:
        """The key of each series in a mapping: a value, or a tuple if several columns tell series apart."""
        columns = [label.tolist() for label in self.labels]
        return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True)) if columns else [()]

    def of_series(self, number: int | np.integer) -> str:
        """Return " of" and the name of a series, for a message; nothing for a single series."""
        return f" of {self.name(number)}" if self.by else ""

    def name(self, number: int | np.integer) -> str:
        """Return the name of a series, for a message."""
        return ", ".join(str(label[number]) for label in self.labels)

    @cached_property
    def _row_keys(self) -> Integers:
        """A number for each row, which grows with series and date."""
        return self.codes * len(self.stamps) + self.ranks

    def locate(self, numbers: Integers, dates: Dates) -> tuple[Integers, Flags, Flags]:
        """Return the first row of a series at or after a date, for many series and dates at once.

        With it, whether there is such a row (if not, the row is of another series), and whether it has that very date.
        """
        unit = np.promote_types(self.stamps.dtype, dates.dtype)
        stamps, wanted = self.stamps.astype(unit), dates.astype(unit)
        places = np.searchsorted(self._row_keys, numbers * len(stamps) + np.searchsorted(stamps, wanted))
        places = np.minimum(places, len(self.codes) - 1)
        is_own = (self.codes[places] == numbers) & (stamps[self.ranks[places]] >= wanted)
        return places, is_own, is_own & (stamps[self.ranks[places]] == wanted)


def one_series(dates: Dates) -> SeriesRows:
    """Return the rows of a single series; raise SpcError if two have the same date."""
    return _in_order([], np.zeros(len(dates), dtype=np.int64), dates, [])


def many_series(frame: pd.DataFrame, by: list[str], dates: Dates) -> SeriesRows:
    """Return the rows of the series of a frame.

    Raises
    ------
    SpcError
        If two rows of a series have the same date, or a value of `by` is missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"team": ["South", "North", "South"]})
    >>> rows = many_series(frame, ["team"], np.array(["2024-08", "2024-08", "2024-07"], dtype="datetime64[s]"))
    >>> rows.keys, rows.order.tolist(), rows.lengths.tolist()
    (['North', 'South'], [1, 2, 0], [1, 2])
    """
    codes = np.zeros(len(frame), dtype=np.int64)
    for column in by:
        own, values = pd.factorize(frame[column], sort=True)
        if (own < 0).any():
            raise SpcError(f"Row {int(np.argmin(own)) + 1}: {column} is missing; expected what tells its series apart.")
        # Numbered densely after each column, so that the product of many columns cannot overflow.
        codes = own if column is by[0] else pd.factorize(codes * len(values) + own, sort=True)[0]
    return _in_order(by, codes.astype(np.int64), dates, [frame[column].array for column in by])


def _in_order(by: list[str], codes: Integers, dates: Dates, columns: list[Any]) -> SeriesRows:
    """Return rows in order of series, then date, given the number of each row's series."""
    ranks, stamps = pd.factorize(dates, sort=True)
    ranks, order = ranks.astype(np.int64), None
    keys = codes * len(stamps) + ranks
    if not (keys[1:] > keys[:-1]).all():
        order = _sorting(keys, (int(codes.max()) + 1) * len(stamps))
        codes, ranks, keys = codes[order], ranks[order], keys[order]
    starts = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
    lengths = np.diff(np.append(starts, len(codes)))
    labels = [column.take(starts if order is None else order[starts]) for column in columns]
    rows = SeriesRows(by, order, codes, ranks, np.asarray(stamps), starts, lengths, labels)
    same = np.flatnonzero(keys[1:] == keys[:-1])
    if order is not None and same.size:
        pairs = zip(order[same] + 1, order[same + 1] + 1, codes[same], stamps[ranks[same]], strict=True)
        same_dates = [
            f"rows {one} and {two}{rows.of_series(code)} both have {shown_date(date)}" for one, two, code, date in pairs
        ]
        named = first_few(same_dates, MOST_NAMED, sep="; ")
        raise SpcError(f"date: {named}; expected one row for each {'series and ' if by else ''}date.")
    return rows


def _sorting(keys: Integers, limit: int) -> Integers:
    """Return the order that sorts the keys of series' rows, all of them below a limit."""
    if limit <= 4 * len(keys):  # each key in its own place: four times as fast as comparing them
        places = np.full(limit, -1, dtype=np.int64)
        places[keys] = np.arange(len(keys))
        order = places[places >= 0]
        if len(order) == len(keys):
            return order
    return np.argsort(keys, kind="stable")


def read_by(by: str | Sequence[str]) -> list[str]:
    """Return the columns that tell series apart, as a list."""
    columns = [by] if isinstance(by, str) else list(by)
    if not columns:
        raise SpcError("by names no column; expected those that tell series apart. For one series use spc.xmr.")
    if set(columns) & set(RESULT_COLUMNS) or len(set(columns)) < len(columns):
        raise SpcError(
            f"by is {columns!r}; expected each column once, and none with the name of a result's column "
            f"({', '.join(RESULT_COLUMNS)}). Rename it first."
        )
    return columns


def check_columns(frame: Any, by: list[str], **roles: Any) -> None:
    """Raise an SpcError if a column that is asked for is missing."""
    if not isinstance(frame, pd.DataFrame):
        raise SpcError(f"Expected a DataFrame with a row for each series and date, found {type(frame).__name__}.")
    for role, column in ({f"by ({column})": column for column in by} | roles).items():
        if column not in frame.columns:
            columns = [str(name) for name in frame.columns]
            raise SpcError(
                f"{role} is {column!r}, but the data have no such column; they have {', '.join(columns)}."
                f"{nearest(str(column), columns)}"
            )
    if not frame.columns.is_unique:
        raise SpcError("Two columns of the data have the same name; expected each name once.")


def place_in(frame: pd.DataFrame, by: list[str]) -> Callable[[int], str]:
    """Return a function that names a row in an error: by its number and its series."""
    return lambda row: f"Row {row + 1} ({', '.join(str(frame[column].iloc[row]) for column in by)})"
