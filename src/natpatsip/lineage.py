"""Which rows a number was made of: what picks them, in words, and their fingerprint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from natpatsip.digests import sha256

if TYPE_CHECKING:
    import pandas as pd

    from natpatsip.fact import Fact

FILTER = "filter"  # the attribute of a frame that says which rows of its file it was summed from
BETWEEN = "; "


def of_rows(rows: str | pd.DataFrame) -> tuple[str, str]:
    """Return what picks the rows, and their SHA-256; of a filter in words only the words."""
    return (rows, "") if isinstance(rows, str) else (described(rows), rows_hash(rows))


def of_inputs(inputs: Iterable[Fact]) -> tuple[str, str]:
    """Return the rows that the inputs of a number rest on, and a SHA-256 that changes when any of them does."""
    known = list(inputs)
    texts = dict.fromkeys(text for each in known for text in each.rows.split(BETWEEN) if text)
    hashes = [each.rows_sha256 for each in known]
    return BETWEEN.join(texts), hash_of(*hashes) if all(hashes) and hashes else ""


def described(frame: pd.DataFrame) -> str:
    """Return what picks the rows of a frame: its file, what all rows have in common, the months, and how many.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.to_datetime(["2024-08-01", "2024-09-01"])
    >>> frame = pd.DataFrame({"month": months, "team": "North", "seen": [12, 10]})
    >>> frame.attrs["file"] = "data/waits_monthly.csv"
    >>> described(frame)
    'data/waits_monthly.csv: month 2024-08 to 2024-09, team North, 2 rows'
    >>> described(frame.iloc[:0])
    'data/waits_monthly.csv: 0 rows'
    """
    file = frame.attrs.get("file", "")
    picked = frame.attrs.get(FILTER, "")
    parts = [picked] if picked else []
    for name in frame.columns if len(frame) else ():
        column = frame[name]
        if column.dtype.kind == "M":
            first, last = column.min(), column.max()
            parts.append(f"{name} {first:%Y-%m}" + (f" to {last:%Y-%m}" if last > first else ""))
        elif column.dtype.kind not in "iuf" and name != "provenance" and column.nunique(dropna=False) == 1:
            parts.append(f"{name} {column.iloc[0]}")
    parts.append(f"{len(frame):,} {'row' if len(frame) == 1 else 'rows'}")
    return f"{file + ': ' if file else ''}{', '.join(parts)}"


def rows_hash(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of the rows of a frame, as CSV."""
    return sha256(frame.to_csv(index=False, lineterminator="\n"))


def hash_of(*parts: Any) -> str:
    """Return the SHA-256 of values, one a line."""
    return sha256("\n".join(map(str, parts)))
