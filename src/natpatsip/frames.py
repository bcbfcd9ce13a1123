"""Frames as tables and figures take them: every column named, once, and row labels kept as columns."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from natpatsip import wording
from natpatsip.errors import FigureError
from natpatsip.printable import NotPrintableError, is_missing, text_of_value

if TYPE_CHECKING:
    import pandas as pd


def labelled(rows: pd.DataFrame | pd.Series[Any], what: str) -> pd.DataFrame:
    """Return rows with their labels as the first columns, and each column named in words.

    Row labels count if they have a name (as after ``groupby``) or are not whole numbers. A name in several parts is
    joined: ``("people", "sum")`` is *people: sum*.

    Parameters
    ----------
    rows : DataFrame or Series
        The rows.
    what : str
        What they are, as errors name it.

    Raises
    ------
    FigureError
        If there are no columns or no rows, a column or the row labels have no name, or two columns the same one.
    """
    import pandas as pd

    if isinstance(rows, pd.Series):
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
    labels = _labels(rows, what)
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
    return frame


def _labels(rows: pd.DataFrame, what: str) -> dict[str, pd.Series[Any]]:
    """Return the row labels that readers need, by name."""
    import pandas as pd

    index = rows.index
    levels = [index.get_level_values(level) for level in range(index.nlevels)]
    if index.nlevels == 1 and index.name is None and pd.api.types.is_integer_dtype(index.dtype):
        return {}  # they only count the rows
    if any(level.name is None for level in levels):
        raise FigureError(
            f'{what} has row labels without a name ({index[0]!r}, …). Name them: frame.rename_axis("team"), or leave '
            "them out: frame.reset_index(drop=True)"
        )
    return {_name(level.name, what): pd.Series(level).reset_index(drop=True) for level in levels}


def _name(name: Any, what: str) -> str:
    """Return a column's name in words."""
    if isinstance(name, tuple):
        return ": ".join(part for each in name if (part := _name(each, what) if each not in ("", None) else ""))
    if is_missing(name) or not str(name).strip():
        raise FigureError(f"{what} has a column without a name. Name it: frame.rename(columns={{…}})")
    try:  # a year is a name: it has no thousands separator
        return " ".join(text_of_value(name, number=lambda value: f"{value:.15g}").split())
    except NotPrintableError:
        return " ".join(str(name).split())
