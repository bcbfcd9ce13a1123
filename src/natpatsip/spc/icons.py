"""Which icons a series has, and what they mean in words (docs/spc.md).

The names are those of the drawings in `natpatsip.charts.icons`; the words go with them wherever data leave the report,
since colour and a letter alone do not say enough.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from natpatsip.spc.assurance import ASSURANCES
from natpatsip.spc.rules import IMPROVEMENTS, POINT_TYPES


class Icon(NamedTuple):
    """An icon's name and its meaning."""

    name: str
    words: str


_HIGH_OR_LOW: Final = {
    ("special_cause_improvement", "increase"): Icon(
        "variation-improvement-high", "Special cause of improvement: significantly higher, and higher is better"
    ),
    ("special_cause_improvement", "decrease"): Icon(
        "variation-improvement-low", "Special cause of improvement: significantly lower, and lower is better"
    ),
    ("special_cause_concern", "increase"): Icon(
        "variation-concern-low", "Special cause of concern: significantly lower, and higher is better"
    ),
    ("special_cause_concern", "decrease"): Icon(
        "variation-concern-high", "Special cause of concern: significantly higher, and lower is better"
    ),
    ("special_cause_neutral_high", "neutral"): Icon(
        "variation-neutral-high", "Special cause: significantly higher; neither direction is better"
    ),
    ("special_cause_neutral_low", "neutral"): Icon(
        "variation-neutral-low", "Special cause: significantly lower; neither direction is better"
    ),
}
_COMMON: Final = Icon("variation-common-cause", "Common cause: no significant change")

ASSURANCE_ICONS: Final = {
    "": Icon("assurance-none", "No assurance: no target, no direction, or no limits"),
    "consistent_pass": Icon("assurance-pass", "The target is reliably met"),
    "consistent_fail": Icon("assurance-fail", "The target is reliably missed unless the process changes"),
    "inconsistent": Icon("assurance-hit-and-miss", "Hit and miss: the target may be met or missed by chance"),
}


def variation_icon(point_type: str, improvement: str) -> Icon:
    """Return the variation icon of a point type, where a direction is better.

    Examples
    --------
    >>> variation_icon("special_cause_concern", "decrease").name
    'variation-concern-high'
    """
    return _HIGH_OR_LOW.get((point_type, improvement), _COMMON)


VARIATION_TABLE: Final = tuple(variation_icon(kind, better) for better in IMPROVEMENTS for kind in POINT_TYPES)
"""Icons by direction, then point type, in the order of their codes."""

ASSURANCE_TABLE: Final = tuple(ASSURANCE_ICONS[kind] for kind in ASSURANCES)
