"""Rows of a total among the rows of organisations: added up with the others, they would be counted twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence

NAMES = frozenset(
    {"all", "total", "totals", "grand total", "sum", "overall", "national", "country", "england", "scotland", "wales",
     "northern ireland", "great britain", "uk", "united kingdom"}
)  # fmt: skip
"""What a total is called, as one name among others; of several such names, each may be an organisation."""
FEWEST_PERIODS = 3
"""In fewer, one of three organisations has the sum of the others by chance, where counts are small.

Periods with the same counts, as of beds or posts, count once: they are one coincidence.
"""
FEWEST_NAMES = 3
"""Of two organisations with the same values, none is the total."""
REMEDY = "Take its rows out of the file: the total is added up from the others, and would count it twice."


def total_by_name(names: Collection[str]) -> str:
    """Return the one name in a dataset that is that of a total, "" if there is none or nothing beside it.

    Examples
    --------
    >>> total_by_name(["North", "South", "England"]), total_by_name(["England", "Wales"]), total_by_name(["All"])
    ('England', '', '')
    """
    found = [name for name in names if name.strip().casefold() in NAMES]
    return found[0] if len(found) == 1 and len(names) > 1 else ""


def likely_total(names: Sequence[str], values: Sequence[float | None]) -> str:
    """Return the one name in a dataset that has half of everything, as a total among its parts has; else ""."""
    sums: defaultdict[str, float] = defaultdict(float)
    for name, value in zip(names, values, strict=True):
        sums[name] += value or 0
    whole = sum(sums.values())
    likely = [name for name, value in sums.items() if value > 0 and 2 * value == whole]
    return likely[0] if len(sums) >= FEWEST_NAMES and len(likely) == 1 else ""


def is_sum_of_others(
    name: str, names: Sequence[str], groups: Sequence[Hashable], values: Sequence[float | None]
) -> bool:
    """Return True if a name's value is the sum of all others in every group of rows, and by no coincidence.

    Parameters
    ----------
    names, groups, values : sequences
        Of each row: its organisation, what sums are of (such as a month and a measure), and a count, None where it is
        missing.

    Examples
    --------
    >>> months = ["July"] * 3 + ["August"] * 3 + ["September"] * 3
    >>> is_sum_of_others("Trust", ["North", "South", "Trust"] * 3, months, [3, 4, 7, 2, 5, 7, 6, 1, 7])
    True
    >>> is_sum_of_others("Trust", ["North", "South", "Trust"] * 3, months, [3, 4, 7, 2, 5, 8, 6, 1, 6])
    False
    >>> is_sum_of_others("North", ["North", "South", "East"] * 3, months, [6, 4, 2] * 3)
    False
    """
    own: defaultdict[Hashable, float] = defaultdict(float)
    others: defaultdict[Hashable, list[tuple[str, float]]] = defaultdict(list)
    for each, group, value in zip(names, groups, values, strict=True):
        if each == name:
            own[group] += value or 0
        elif value:
            others[group].append((each, value))
    parts = {group: sum(value for _, value in others[group]) for group in own.keys() | others.keys()}
    if any(own.get(group, 0) != total for group, total in parts.items()):
        return False
    return len({frozenset(others[group]) for group, total in parts.items() if total > 0}) >= FEWEST_PERIODS
