"""Frames as tables and figures take them: labels as columns, each named in words, and values that read as such."""

from __future__ import annotations

import datetime
from collections import Counter
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

from natpatsip import wording
from natpatsip.blocks.values_in_words import NotPrintableError, is_missing, text_of_value
from natpatsip.characters import look_alike, visible
from natpatsip.errors import FigureError

if TYPE_CHECKING:
    import pandas as pd

PLAIN_PERIODS = ("Y-DEC", "M", "D", "h", "min", "s")  # frequencies of pandas of which str(…) is a date in ISO form


def labelled(
    rows: pd.DataFrame | pd.Series[Any],  # the rows
    what: str,  # what they are, as errors name it
) -> pd.DataFrame:
    """Return a frame's rows with their labels as the first columns, and each column named in words.

    Row labels count if they have a name (as after ``groupby``) or are not whole numbers. Whole numbers without a name
    only count the rows of a frame, unless they are years. A name in several parts is joined: ``("people", "sum")`` is
    *people: sum*.

    Raises
    ------
    FigureError
        If there are no columns or no rows, a column or the row labels have no name, two columns the same one, or two
        names in the first column look the same though they are not.
    """
    import pandas as pd

    if is_series := isinstance(rows, pd.Series):
        if rows.name is None:
            raise FigureError(f'{what} is a series without a name. Name it: series.to_frame("people")')
        rows = rows.to_frame()
    if not isinstance(rows, pd.DataFrame):
        raise FigureError(f"{what} is of type {type(rows).__name__}; expected a DataFrame.")
    if not len(rows.columns):
        raise FigureError(f"{what} has no columns.")
    if not len(rows):
        raise FigureError(f"{what} has no rows. Check its filter, or say in a sentence that there are none.")
    frame = rows.copy(deep=False)
    labels = _labels(rows, what, may_count=not is_series or isinstance(rows.index, pd.RangeIndex))
    frame.columns = pd.Index([_name(name, what) for name in rows.columns], dtype=object)
    frame = frame.reset_index(drop=True)
    for place, (name, values) in enumerate(labels.items()):
        if name not in frame.columns:
            frame.insert(place, name, values)
        elif not frame[name].equals(values):
            raise FigureError(f'{what} has the row labels "{name}" and a column of that name that differs. Rename one.')
    if twice := [name for name, count in Counter(frame.columns).items() if count > 1]:
        raise FigureError(
            f"{what} has more than one column called {wording.listing(twice)}. "
            "Give each its own name: frame.columns = […]"
        )
    _need_names_apart(frame.iloc[:, 0], what)
    return frame


def _need_names_apart(names: pd.Series[Any], what: str) -> None:
    """Raise a FigureError if two names look the same in print, such as one with and one without a space at its end."""
    if alike := look_alike(name for name in names if isinstance(name, str)):
        raise FigureError(
            f'{what}, column "{names.name}": {alike[0]!a} and {alike[1]!a} look the same. Make them one name '
            "in the data, or before their rows are summed: .str.strip()"
        )


def _labels(
    rows: pd.DataFrame,
    what: str,
    *,
    may_count: bool,  # whether whole numbers may be there only to count the rows
) -> dict[str, pd.Series[Any]]:
    """Return the row labels of a frame that readers need, by name."""
    import pandas as pd

    index = rows.index
    levels = [index.get_level_values(level) for level in range(index.nlevels)]
    are_numbers = index.nlevels == 1 and index.name is None and pd.api.types.is_integer_dtype(index.dtype)
    if are_numbers and may_count and not wording.are_years(sorted(index)):
        return {}  # they only count the rows
    if any(level.name is None for level in levels):
        raise FigureError(
            f'{what} has row labels without a name ({index[0]!r}, …). Name them: frame.rename_axis("team"), or leave '
            "them out: frame.reset_index(drop=True)"
        )
    return {_name(level.name, what): pd.Series(level).reset_index(drop=True) for level in levels}


def _name(name: Any, what: str) -> str:
    """Return the name of a frame's column in words."""
    if isinstance(name, tuple):
        return ": ".join(part for each in name if (part := _name(each, what) if each not in ("", None) else ""))
    if is_missing(name) or not str(name).strip():
        raise FigureError(f"{what} has a column without a name. Name it: frame.rename(columns={{…}})")
    try:  # a year is a name: it has no thousands separator
        return visible(" ".join(text_of_value(name, number=lambda value: f"{value:.15g}").split()))
    except NotPrintableError:
        return visible(" ".join(str(name).split()))


def data_in_words(
    rows: pd.DataFrame,  # with their labels
    what: str,  # what they are, as errors name it
) -> pd.DataFrame:
    """Return a frame's rows with values that can be understood in a file: pandas writes 2022Q1 for April 2021.

    Numbers, texts, dates, months and calendar years stay as they are, except for characters that no format can show.

    Raises
    ------
    FigureError
        If a value is a list, a span of time or another object, of which a file would hold the code.

    Examples
    --------
    >>> import pandas as pd
    >>> quarters = pd.DataFrame({"quarter": pd.period_range("2022Q1", periods=1, freq="Q-MAR"), "met": [True]})
    >>> data_in_words(quarters, "the data").to_dict("records")
    [{'quarter': 'April to June 2021', 'met': 'yes'}]
    """
    changed = {}
    for name, column in rows.items():
        if column.dtype.kind not in "iufM":
            held = list(column)
            values = [_datum(value, f'{what}, column "{name}", row {row}') for row, value in enumerate(held, start=1)]
            if any(new is not old for new, old in zip(values, held, strict=True)):
                changed[str(name)] = values
    return rows.assign(**changed) if changed else rows


def _datum(value: Any, place: str) -> Any:
    """Return a value of a frame as a figure's data file has it."""
    if isinstance(value, str):
        return visible(value)
    is_plain = isinstance(value, Real | Decimal | datetime.date) and not isinstance(value, bool)
    is_timedelta = type(value).__name__ in ("Timedelta", "timedelta64")
    if (is_plain and not is_timedelta and type(value).__name__ != "bool_") or is_missing(value):
        return value
    if type(value).__name__ == "Period" and value.freqstr in PLAIN_PERIODS:
        return value
    try:
        return text_of_value(value)
    except NotPrintableError as error:
        raise FigureError(f"{place}: the value {error}.") from None
