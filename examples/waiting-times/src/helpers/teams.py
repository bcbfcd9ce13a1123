"""What the chapters say of the teams."""

from __future__ import annotations

import pandas as pd
from natpatsip import datasets

ORDER = ["North", "South", "East"]
"""The teams as the trust lists them."""


def by_quarter(frame: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Return each team's counts by quarter, small ones suppressed, in the trust's order.

    Parameters
    ----------
    frame : DataFrame
        The monthly rows of a dataset.
    dataset : str
        Its name: its declaration says which columns are counts and what is done to small ones.

    Returns
    -------
    DataFrame
        ``team``, ``month`` (the quarter's last), the counts as numbers and as they are shown, and ``percent``.
    """
    counts = list(datasets.policy(dataset).counts)
    shown = datasets.suppress_small_counts(datasets.quarterly(frame, by="team", counts=counts), dataset)
    return shown.sort_values("month").sort_values("team", key=lambda team: team.map(ORDER.index), kind="stable")
