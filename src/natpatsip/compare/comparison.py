"""Comparing two editions."""

from __future__ import annotations

from natpatsip.compare.changes import Comparison
from natpatsip.compare.charts import figure_changes
from natpatsip.compare.edition import Edition
from natpatsip.compare.narrative import narrative_changes
from natpatsip.compare.numbers import fact_changes


def compare(before: Edition, now: Edition) -> Comparison:
    """Return what changed from one edition to another."""
    changes = (*fact_changes(before, now), *figure_changes(before, now), *narrative_changes(before, now))
    return Comparison(before, now, changes)
