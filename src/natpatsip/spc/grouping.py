"""Which rows of a frame make which series, and in what order."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from natpatsip.errors import SpcError, nearest
from natpatsip.spc.rules import Integers
from natpatsip.spc.series import MOST_ROWS_NAMED, Dates, shown_date

RESULT_COLUMNS = (
    "date",
    "value",
    "segment",
    "target",
    "mean",
    "lpl",
    "upl",
    "relative_to_mean",
    "outside_limits",
    "close_to_limits",
    "special_cause_type",
    "special_cause_flag",
    "point_type",
    "short_group_warning",
)


class PerSeries(Mapping[Hashable, Any]):
    """A setting by series: read-only, and shared where a frame is copied."""

    def __init__(self, settings: Mapping[Hashable, Any]) -> None:
        self._settings = dict(settings)

    def __getitem__(self, key: Hashable) -> Any:
        return self._settings[key]

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self._settings)

    def __len__(self) -> int:
        return len(self._settings)

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __repr__(self) -> str:
        return f"PerSeries of {len(self)}"


@dataclass(frozen=True)
class Grouping:
    """The series of a frame.

    Attributes
    ----------
    by : list of str
        The columns that tell series apart.
    levels : list of pandas.Index
        The values of each of these columns, in order.
    codes : array of shape (rows,)
        Number of each row's series, counted in order of `by`.
    parts : array of shape (series, columns of by)
        Each series' place in the levels.
    """

    by: list[str]
    levels: list[pd.Index[Any]]
    codes: Integers
    parts: Integers

    def __len__(self) -> int:
        return len(self.parts)

    def key(self, number: int) -> Hashable:
        """Return the key of a series: a value, or a tuple where several columns tell series apart."""
        values = tuple(level[part] for level, part in zip(self.levels, self.parts[number], strict=True))
        return values[0] if len(values) == 1 else values

    def name(self, number: int) -> str:
        """Return a series as an error names it."""
        return ", ".join(str(level[part]) for level, part in zip(self.levels, self.parts[number], strict=True))

    @cached_property
    def keys(self) -> list[Any]:
        """All keys, in order."""
        columns = [level.take(part).tolist() for level, part in zip(self.levels, self.parts.T, strict=True)]
        return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))

    @cached_property
    def numbers(self) -> dict[Any, int]:
        """The number of each key."""
        return {key: number for number, key in enumerate(self.keys)}

    def numbers_of(self, keys: Collection[Any], *, setting: str) -> Integers:
        """Return the numbers of many series by their keys.

        Raises
        ------
        SpcError
            Where the frame has no such series.
        """
        known = self.numbers
        found = [known.get(key) for key in keys]
        return np.array(
            [
                self.number_of(key, setting=setting) if number is None else number
                for key, number in zip(keys, found, strict=True)
            ],
            dtype=np.int64,
        )

    def number_of(self, key: Any, *, setting: str) -> int:
        """Return the number of a series by its key.

        Raises
        ------
        SpcError
            Where the frame has no such series.
        """
        alone = key[0] if isinstance(key, tuple) and len(key) == 1 else key
        number = self.numbers.get(key, self.numbers.get(alone))
        if number is not None:
            return number
        columns = " and ".join(self.by)
        hint = nearest(str(key), [str(one) for one in self.keys[:5000]])
        raise SpcError(f"{setting} names {key!r}, but no series of the data has that {columns}.{hint}")


def check_columns(frame: Any, **roles: Any) -> None:
    """Stop where a column that is asked for is not there."""
    if not isinstance(frame, pd.DataFrame):
        raise SpcError(f"Expected a DataFrame with a row for each series and date, found {type(frame).__name__}.")
    for role, column in roles.items():
        if column not in frame.columns:
            columns = [str(name) for name in frame.columns]
            raise SpcError(
                f"{role} is {column!r}, but the data have no such column; they have {', '.join(columns)}."
                f"{nearest(str(column), columns)}"
            )
    if not frame.columns.is_unique:
        raise SpcError("Two columns of the data have one name; expected each name once.")


def read_by(by: Any) -> list[str]:
    """Return the columns that tell series apart, as a list."""
    columns = [by] if isinstance(by, str) else list(by)
    if not columns:
        raise SpcError("by names no column; expected those that tell series apart. For one series use spc.xmr.")
    clash = [column for column in columns if column in RESULT_COLUMNS]
    if clash or len(set(columns)) < len(columns):
        raise SpcError(
            f"by is {columns!r}; expected each column once, and none with the name of a result's column "
            f"({', '.join(RESULT_COLUMNS)}). Rename it first."
        )
    return columns


def group(frame: pd.DataFrame, by: list[str]) -> Grouping:
    """Return the series of a frame.

    Examples
    --------
    >>> series = group(pd.DataFrame({"psc": ["B", "A", "B"]}), ["psc"])
    >>> series.codes.tolist(), series.keys
    ([1, 0, 1], ['A', 'B'])
    """
    levels, columns = [], []
    for column in by:
        codes, level = pd.factorize(frame[column], sort=True)
        if len(codes) and codes.min() < 0:
            row = int(np.flatnonzero(codes < 0)[0])
            raise SpcError(f"Row {row + 1}: {column} is missing; expected what tells its series apart.")
        columns.append(codes.astype(np.int64))
        levels.append(pd.Index(level))
    if len(by) == 1:
        return Grouping(by, levels, columns[0], np.arange(len(levels[0]))[:, np.newaxis])
    combined = columns[0]
    for codes, level in zip(columns[1:], levels[1:], strict=True):
        combined, _ = pd.factorize(combined * len(level) + codes, sort=True)  # dense again: no overflow
    first = np.zeros(int(combined.max()) + 1 if len(combined) else 0, dtype=np.int64)
    first[combined[::-1]] = np.arange(len(combined))[::-1]
    return Grouping(by, levels, combined.astype(np.int64), np.column_stack([codes[first] for codes in columns]))


@dataclass(frozen=True)
class Timetable:
    """Rows in order of series, then date.

    Attributes
    ----------
    order : array of shape (rows,) or None
        The rows' places in the frame; None where it is in order already.
    codes, ranks : arrays of shape (rows,)
        In that order: number of the series, and of the date among all dates.
    stamps : array
        All dates that occur, once each, in order.
    starts, lengths : arrays of shape (series,)
    """

    order: Integers | None
    codes: Integers
    ranks: Integers
    stamps: Dates
    starts: Integers
    lengths: Integers

    @cached_property
    def keys(self) -> Integers:
        """A number for each row that grows with series and date."""
        return self.codes * len(self.stamps) + self.ranks

    def rank(self, stamp: Any) -> int:
        """Return the number of a date, or -1 where no row has it."""
        place = int(np.searchsorted(self.stamps, stamp))
        return place if place < len(self.stamps) and self.stamps[place] == stamp else -1

    def ranks_of(self, stamps: Dates) -> Integers:
        """Return the number of each of many dates, or -1 where no row has it."""
        unit = np.promote_types(self.stamps.dtype, stamps.dtype)
        known, wanted = self.stamps.astype(unit), stamps.astype(unit)
        places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.where(known[places] == wanted, places, -1)

    def take(self, column: Any) -> Any:
        """Return a column of the frame in this order."""
        return column if self.order is None else column[self.order]


def put_in_order(series: Grouping, dates: Dates) -> Timetable:
    """Return the rows in order of series, then date.

    Raises
    ------
    SpcError
        Where two rows of a series have one date.
    """
    whole, stamps = pd.factorize(dates, sort=True)
    ranks, codes = whole.astype(np.int64), series.codes
    key = codes * len(stamps) + ranks
    order = None
    if not bool((key[1:] > key[:-1]).all()):
        order = _in_order(key, len(series) * len(stamps))
        if order is None:
            order = np.argsort(key, kind="stable")
            _refuse_twins(series, dates, order, key[order])
        codes, ranks = codes[order], ranks[order]
    starts = np.flatnonzero(np.concatenate([[True], codes[1:] != codes[:-1]]))
    return Timetable(order, codes, ranks, np.asarray(stamps), starts, np.diff(np.append(starts, len(codes))))


def _in_order(key: Integers, most: int) -> Integers | None:
    """Return what sorts keys below a number by setting each in its place; None where two are alike or places are many.

    Sorting by comparison takes four times as long.
    """
    if most > 4 * len(key):
        return None
    places = np.full(most, -1, dtype=np.int64)
    places[key] = np.arange(len(key))
    order = places[places >= 0]
    return order if len(order) == len(key) else None


def _refuse_twins(series: Grouping, dates: Dates, order: Integers, key: Integers) -> None:
    twins = np.flatnonzero(key[1:] == key[:-1])
    if not twins.size:
        return
    named = [
        f"rows {order[twin] + 1} and {order[twin + 1] + 1} of {series.name(int(series.codes[order[twin]]))} "
        f"both have {shown_date(dates[order[twin]])}"
        for twin in twins[:MOST_ROWS_NAMED]
    ]
    more = f"; and {twins.size - MOST_ROWS_NAMED} more" if twins.size > MOST_ROWS_NAMED else ""
    raise SpcError(f"date: {'; '.join(named)}{more}; expected one row for each series and date.")
