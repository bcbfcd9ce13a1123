"""What all charts check about what they are given."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from natpatsip import wording
from natpatsip.errors import FigureError, nearest


def need_columns(frame: pd.DataFrame, columns: Iterable[str], *, chart: str) -> None:
    """Refuse a frame that lacks a column.

    Raises
    ------
    FigureError
        Names each column that is missing, and the nearest that is there.
    """
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        there = [str(column) for column in frame.columns]
        named = "; ".join(f'no column "{column}".{nearest(column, there)}' for column in missing)
        raise FigureError(f"{chart}: the frame has {named} Its columns are {', '.join(there)}.")


def need_rows(frame: pd.DataFrame, *, chart: str) -> None:
    """Refuse a frame without rows."""
    if frame.empty:
        raise FigureError(f"{chart}: the frame has no rows; expected at least one to draw.")


def need_words(y_title: str, *, chart: str) -> None:
    """Refuse an axis without a title."""
    if not y_title.strip():
        raise FigureError(f"{chart}: y_title is empty; say what is measured, for the axis and the text alternative.")


def decimals_for(values: Iterable[float], *, percent: bool) -> int:
    """Return how many decimals a mean or a limit is printed with: one, or none where values are in the hundreds."""
    known = [abs(value) for value in values if value == value]
    return 1 if percent or not known or max(known) < 100 else 0


def amount(value: float, *, percent: bool = False, decimals: int = 0) -> str:
    """Return a value as the charts print it."""
    return wording.number(value, decimals) + ("%" if percent else "")


def named_target(given: str | None, targets: pd.Series[float]) -> str:
    """Return what a chart calls its target: what the caller says, else the word in the project's settings.

    The settings are not read for a chart without a target: a notebook that reads them runs again when they change.
    """
    if given is not None or not targets.notna().any():
        return given or ""
    from natpatsip.settings import current_settings

    return current_settings().labels.target
