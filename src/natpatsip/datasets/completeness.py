"""What the data of a quarter lack: the schedule asks each day, and so does a build that is given no quarter.

The answer is saved under the digest of the data and of the code that reads them. If they are unchanged, not even the
declaration is read: importing what reads it takes longer than everything else that such a build does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from natpatsip.files.digests import key, sha256_of_folder
from natpatsip.quarter import Quarter

if TYPE_CHECKING:
    from natpatsip.datasets.descriptor import Resource

KIND = "completeness"
DATA = "data"


class Saved(Protocol):
    """A cache of answers by the digest of what they were made of."""

    def get(self, kind: str, name: str) -> bytes | None:
        """Return what was saved of data and what they lack, None where nothing was."""

    def put(self, kind: str, name: str, content: bytes) -> None:
        """Save what was found of data and what they lack."""


def complete(quarter: Quarter, project: Path, *, saved: Saved | None = None) -> list[str]:
    """Return what the data of a quarter lack; nothing where they are complete.

    Every declared dataset with ``required: each month`` or ``each quarter`` is asked: it has rows for each month of the
    quarter, or for the quarter, for every series that owes them; and each fact that was reported the time before.

    Parameters
    ----------
    quarter : Quarter
        The quarter asked about.
    project : Path
        The project's folder.
    saved : Saved, optional
        Where answers are saved; by default the data are read.

    Returns
    -------
    list of str
        A sentence for each period or file that lacks something.

    Raises
    ------
    DataError
        If the declaration or a file cannot be read, or a file lacks a column that says what its rows are about.
    """
    name = _digest(quarter, project) if saved else ""
    if saved and (answer := saved.get(KIND, name)):
        return list(json.loads(answer))
    from natpatsip.datasets.coverage import lacking

    found = [sentence for resource in awaited(project) for sentence in lacking(resource, quarter, project)]
    if saved:
        saved.put(KIND, name, json.dumps(found).encode())
    return found


def awaited(project: Path) -> list[Resource]:
    """Return the datasets that every quarter needs new rows in."""
    from natpatsip.datasets.declaration import declared

    return [each for each in declared(project).resources if each.natpatsip.required.startswith("each")]


def _digest(quarter: Quarter, project: Path) -> str:
    """Return the digest of the data and of the code that reads them."""
    return key(quarter, sha256_of_folder(project / DATA), sha256_of_folder(Path(__file__).parent))
