"""Disclosure control: small numbers of people below the whole country are never shown.

A chart carries its data into the page, so the dataset's policy is applied before counts are charted. The policy
is declared with the dataset: which columns count people and of what geography, the threshold, the base and the symbol.
Counts from 1 to the threshold become the symbol, 0 stays 0, all others go to the nearest multiple of the base;
percentages come from the rounded numbers; totals from the raw ones, which are then rounded.

The checks of a build import this module, so pandas is imported by what needs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from natpatsip import context, wording
from natpatsip.datasets.declaration import declared
from natpatsip.datasets.descriptor import FILE, Disclosure
from natpatsip.errors import DataError, NotebookError, nearest
from natpatsip.facts.fact import FILTER
from natpatsip.project import project_root

if TYPE_CHECKING:
    import pandas as pd

MISSING = "–"
SUPPRESSED = "small numbers suppressed"  # said of how rows were chosen
SHOWN = "_shown"  # ends the name of the column that has the texts of a column of counts


def nearest_multiple(count: Any, base: int) -> Any:
    """Return the multiple of a policy's base that is nearest to a count, or to each of many; half-way, the higher.

    Examples
    --------
    >>> float(nearest_multiple(12, 5)), nearest_multiple(np.array([13, 25]), 10).tolist()
    (10.0, [10.0, 30.0])
    """
    return np.floor(count / base + 0.5) * base


class SuppressionPolicy(Disclosure):
    """How a dataset protects its small numbers, as it declares, with the functions that do it."""

    def rounded(self, counts: pd.Series[int] | pd.Series[float]) -> pd.Series[float]:
        """Return counts as they may be shown, not a number where one is suppressed, or was missing.

        Examples
        --------
        >>> import pandas as pd
        >>> small = {"threshold": 7, "base": 5, "symbol": "*"}
        >>> rule = SuppressionPolicy(policy="Ours", source="the trust", counts="seen", geography="team", **small)
        >>> rule.rounded(pd.Series([0, 1, 7, 8, 12, 13])).tolist()
        [0.0, nan, nan, 10.0, 10.0, 15.0]
        """
        import pandas as pd

        known = counts.astype(float)
        wrong = known[(known < 0) | (known % 1 != 0) & known.notna()]
        if len(wrong):
            raise DataError(f"{counts.name} has {wrong.iloc[0]:g} in a row; expected whole numbers.")
        return pd.Series(nearest_multiple(known, self.base), known.index).mask(self.is_small(known))

    def is_small(self, counts: pd.Series[float]) -> pd.Series[bool]:
        """Return which counts are too small to be shown."""
        return (counts >= 1) & (counts <= self.threshold)

    def shown(self, counts: pd.Series[int]) -> pd.Series[str]:
        """Return counts as a table prints them; one that is missing in the data is a dash.

        Examples
        --------
        >>> import pandas as pd
        >>> small = {"threshold": 7, "base": 5, "symbol": "*"}
        >>> rule = SuppressionPolicy(policy="Ours", source="the trust", counts="seen", geography="team", **small)
        >>> rule.shown(pd.Series([0, 3, 1998, None])).tolist()
        ['0', '*', '2,000', '–']
        """
        import pandas as pd

        small, rounded = self.is_small(counts.astype(float)), self.rounded(counts)
        texts = [
            self.symbol if is_small else MISSING if np.isnan(count) else wording.number(count)
            for count, is_small in zip(rounded, small, strict=True)
        ]
        return pd.Series(texts, counts.index, dtype="str")

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return rows with their counts as they may be shown and charted.

        Raises
        ------
        DataError
            If the rows lack a count or the column of the geography, or have a column already that would be added.

        Examples
        --------
        A team's *4* is suppressed, and its percentage with it:

        >>> import pandas as pd
        >>> counts = ("in_time", "seen")
        >>> small = {"threshold": 7, "base": 5, "symbol": "*"}
        >>> rule = SuppressionPolicy(
        ...     policy="Ours", source="the trust", counts=counts, percent=counts, geography="team", **small
        ... )
        >>> waits = pd.DataFrame({"team": ["North", "South"], "in_time": [13, 4], "seen": [22, 9]})
        >>> rule.apply(waits)[["team", "in_time_shown", "seen_shown", "percent"]]
            team in_time_shown seen_shown  percent
        0  North            15         20     75.0
        1  South             *         10      NaN
        """
        import pandas as pd

        counts = [column for column in self.counts if column in frame] or list(self.counts)
        is_share = bool(self.percent) and set(self.percent or ()) <= set(frame.columns)
        _need_free(frame, [*(f"{column}{SHOWN}" for column in counts), *["percent"] * is_share, "is_suppressed"])
        if not counts:
            return frame.assign(is_suppressed=False)
        _need(frame, [self.geography, *counts])
        shown = frame.copy()
        for column in counts:
            shown[column] = self.rounded(frame[column])
            shown[f"{column}{SHOWN}"] = self.shown(frame[column])
        if self.percent and is_share:
            numerator, denominator = (shown[column] for column in self.percent)
            shown["percent"] = 100 * numerator / denominator.mask(denominator == 0)
        shown["is_suppressed"] = pd.concat([self.is_small(frame[column]) for column in counts], axis=1).any(axis=1)
        notes = [self.note, frame.attrs.get("note", "")]
        if any(frame[column].isna().any() for column in counts):
            notes.append(f"{MISSING} is a count that is missing in the data.")
        before = frame.attrs.get(FILTER, "")
        shown.attrs = frame.attrs | {
            "note": " ".join(filter(None, notes)),
            FILTER: f"{before}, {SUPPRESSED}".removeprefix(", "),
        }
        return shown


def policy(name: str, *, project: Path | None = None) -> SuppressionPolicy:
    """Return the policy that a dataset declares.

    Raises
    ------
    DataError
        If the dataset is not declared, or has no policy.
    """
    resource = declared(project or _project()).resource(name)
    declared_policy = resource.natpatsip.disclosure
    if declared_policy is None:
        raise DataError(
            f'"{name}" has no policy for small numbers. '
            f"Declare one as natpatsip.disclosure in {FILE} before any of its counts are shown."
        )
    return SuppressionPolicy.model_validate(declared_policy.model_dump())


def suppress_small_counts(frame: pd.DataFrame, dataset: str, *, project: Path | None = None) -> pd.DataFrame:
    """Return counts as they may be shown and charted.

    Sum first, suppress last: a total is summed from raw counts (`total`, `quarterly`, `rolling`), then goes through
    here.

    Parameters
    ----------
    frame : DataFrame
        Rows of the dataset or sums of them, with the column of the policy's geography.
    dataset : str
        The dataset's name, whose policy applies.
    project : Path, optional
        By default the project that the notebook is in.

    Returns
    -------
    DataFrame
        The counts rounded, not a number where suppressed or missing (a chart draws a gap); of each a column of text
        beside it, ``…_shown``, for tables; ``percent`` where the policy names its numerator and denominator, from the
        rounded numbers; ``is_suppressed``. ``attrs["note"]`` says under a figure what was done.

    Raises
    ------
    DataError
        If the dataset has no policy, or the frame lacks a count or the column of the geography, or has a column already
        that would be added.
    """
    return policy(dataset, project=project).apply(frame)


def need_raw(frame: pd.DataFrame, counts: Sequence[str]) -> None:
    """Raise a DataError for counts that are rounded and hidden already: their sum is another, and symbols are lost.

    A dataset may have a column ``…_shown`` of its own: that alone says nothing.
    """
    if "is_suppressed" not in frame and SUPPRESSED not in frame.attrs.get(FILTER, ""):
        return
    for column in counts:
        if f"{column}{SHOWN}" in frame:
            raise DataError(
                f"The small numbers of {column} are suppressed in these rows, and the others rounded. Sum first and "
                "suppress last, once: take the rows that datasets.load returns."
            )


def _need_free(frame: pd.DataFrame, added: Sequence[str]) -> None:
    """Raise a DataError for a column that would be replaced by one of the same name, which means something else."""
    if taken := [column for column in added if column in frame]:
        raise DataError(
            f"The rows have a column {taken[0]} already, which would be replaced. If their small numbers are "
            "suppressed: sum first and suppress last, once, from the rows that datasets.load returns. If it is another "
            f'column, rename it, or leave it out: frame.drop(columns="{taken[0]}"). Suppression calculates percent '
            "itself: leave percent= out of a sum before it."
        )


def _project() -> Path:
    """Return the project of the notebook, else of the working directory: a disclosure policy depends on no quarter."""
    try:
        return context.current().project
    except NotebookError:
        return project_root()


def _need(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    absent = [column for column in columns if column not in frame]
    if absent:
        have = [str(column) for column in frame.columns]
        raise DataError(
            f"The rows have no column {absent[0]}; they have {', '.join(have)}."
            f"{nearest(absent[0], have)} Small numbers are suppressed below the whole country; "
            "for the country's own take datasets.total."
        )
