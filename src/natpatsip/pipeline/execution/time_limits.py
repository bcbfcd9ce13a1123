"""How long a notebook may take: each cell, and the whole."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


class Overrun(Exception):  # noqa: N818 — an event, before it is known which limit it broke
    """A cell or an expression was not done in time; ``traceback`` says where it was, if it could be told."""

    traceback: list[str] | None = None


@dataclass(frozen=True)
class Limits:
    """The limits of a notebook that begins now, in seconds; None is no limit."""

    cell: float | None = None
    notebook: float | None = None
    begun: float = field(default_factory=time.monotonic)

    def left(self) -> float | None:
        """Return how long the next cell may run."""
        if self.notebook is None:
            return self.cell
        left = max(0.001, self.begun + self.notebook - time.monotonic())
        return left if self.cell is None else min(left, self.cell)

    def broken(self) -> str:
        """Say which limit was broken, after one was.

        Examples
        --------
        >>> Limits(cell=120, notebook=600).broken()
        'not done after 120 s, the limit for a cell (limits.cell in the params)'
        """
        if self.notebook is not None and time.monotonic() >= self.begun + self.notebook:
            return f"the notebook was not done after {self.notebook:g} s, its limit (limits.notebook in the params)"
        return f"not done after {self.cell:g} s, the limit for a cell (limits.cell in the params)"
