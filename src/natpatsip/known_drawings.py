"""Which drawings natpatsip has made itself in this process: those whose marks come from the data by its own rules.

They are known by their content. A chart that a notebook has changed since, by ``.properties(…)``, by a layer more or in
its rows, is not one of them, whatever it is made from: only a person can say whether it still shows its data.
"""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from typing import Any, TypeVar

from natpatsip.files.digests import sha256

Made = TypeVar("Made")

_known = set[str]()


def noted(drawing: Made) -> Made:
    """Return a drawing of natpatsip's own (a chart, a diagram, an SVG), and note its content."""
    _known.add(_digest(drawing))
    return drawing


def is_known(drawing: Any) -> bool:
    """Return True if natpatsip has made a drawing with this content.

    Examples
    --------
    >>> line = noted("<svg><path d='M0 0L1 1'/></svg>")
    >>> is_known(line), is_known(line.replace("1 1", "1 2"))
    (True, False)
    """
    return _digest(drawing) in _known


def _digest(drawing: Any) -> str:
    return sha256(json.dumps(drawing, default=_parts))


def _parts(made: Any) -> Any:
    """Return what a drawing of Altair or a dataclass holds; of anything else, what no other object has."""
    parts = getattr(made, "_kwds", None)
    return parts if isinstance(parts, dict) else vars(made) if is_dataclass(made) else repr(made)
