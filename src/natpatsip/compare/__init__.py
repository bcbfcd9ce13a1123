"""What changed between two reports, of two quarters or of one: numbers, messages of figures, and narrative.

Both reports are read as they were built. A number is compared with the one that has the same id and role: a quarter's
own number with the other quarter's own, the year to date with the year to date.
"""

from __future__ import annotations

from natpatsip.compare.built_report import BuiltReport, CompareError
from natpatsip.compare.changes import Change, Comparison
from natpatsip.compare.fact_changes import fact_changes
from natpatsip.compare.figure_changes import figure_changes
from natpatsip.compare.narrative_changes import narrative_changes
from natpatsip.compare.sides import located

__all__ = ["BuiltReport", "Change", "CompareError", "Comparison", "compare", "located"]


def compare(before: BuiltReport, now: BuiltReport) -> Comparison:
    """Return what changed from one report to another."""
    changes = (*fact_changes(before, now), *figure_changes(before, now), *narrative_changes(before, now))
    return Comparison(before, now, changes)
