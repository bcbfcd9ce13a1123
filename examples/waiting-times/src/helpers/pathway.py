"""The way to care, drawn."""

from __future__ import annotations

from natpatsip.blocks.diagrams import BLUE, GREY, PLUM, Box, ring

WORDS = (
    "The way to care: a referral, which the team reads, then the first appointment, treatment and a review, "
    "from which a person can be referred again."
)
DRAWING = ring(
    [
        Box(("Referral",), ("by a general", "practice"), GREY),
        Box(("Reading",), ("by the team",), BLUE),
        Box(("First", "appointment"), (), PLUM),
        Box(("Treatment",), (), BLUE),
        Box(("Review",), (), GREY),
    ],
    ("The way", "to care"),
)
