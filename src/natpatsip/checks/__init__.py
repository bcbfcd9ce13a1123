"""Checks: no number typed twice, no stale sentence, no claim that its chart does not show.

>>> from natpatsip.checks import Finding, Outcome, run
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from natpatsip.checks.claims_table import check_claims
    from natpatsip.checks.outcome import CHECKS, AcceptedFinding, Finding, Outcome
    from natpatsip.checks.runner import check_failed_run, run, run_partly, with_refused

__all__ = [
    "CHECKS",
    "AcceptedFinding",
    "Finding",
    "Outcome",
    "check_claims",
    "check_failed_run",
    "run",
    "run_partly",
    "with_refused",
]

# Loaded when first used: a table of claims needs neither nbformat nor the rules of prose, which take 0.3 s to import.
__getattr__, __dir__, _ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "claims_table": ["check_claims"],
        "outcome": ["CHECKS", "AcceptedFinding", "Finding", "Outcome"],
        "runner": ["check_failed_run", "run", "run_partly", "with_refused"],
    },
)
