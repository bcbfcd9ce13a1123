"""What a build needs on this machine: what is installed, what is missing and how to get it; and reports of bugs."""

from __future__ import annotations

from natpatsip.doctor.examination import Requirement, examine

__all__ = ["Requirement", "examine"]
