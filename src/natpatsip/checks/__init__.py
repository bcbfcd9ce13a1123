"""Checks: no number twice, no stale sentence, no claim without its chart. They read what vocabulary and build made.

>>> from natpatsip.checks import Finding, Outcome, run
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from natpatsip.checks.claims import check_claims
    from natpatsip.checks.findings import CHECKS, AcceptedFinding, Finding, Outcome
    from natpatsip.checks.runner import run

__all__ = ["CHECKS", "AcceptedFinding", "Finding", "Outcome", "check_claims", "run"]

_HOME = {"check_claims": "claims", "run": "runner"}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: a table of claims needs neither nbformat nor the build."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"natpatsip.checks.{_HOME.get(name, 'findings')}"), name)
