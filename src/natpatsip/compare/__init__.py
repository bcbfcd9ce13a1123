"""What changed between two quarters' reports: numbers, messages of figures, and narrative.

Both reports are read as they were built. A number is compared with the one of the same name and role: a quarter's own
with the other quarter's own, the year to date with the year to date.
"""

from __future__ import annotations

from natpatsip.compare.changes import Change, Comparison
from natpatsip.compare.comparison import compare
from natpatsip.compare.edition import Edition

__all__ = ["Change", "Comparison", "Edition", "compare"]
