"""The report's diagrams: the phases of the whole systems approach, and the cycle of the community of practice."""

from __future__ import annotations

from dataclasses import replace

from natpatsip.blocks.diagrams import BLUE, GREY, NAVY, PLUM, Box, Diagram, Tone, ring
from natpatsip.charts import palette
from natpatsip.errors import FigureError

PHASES = (
    Box(("1 Set-up",), (), GREY),
    Box(("2 Building the", "local picture"), ("Quality planning",), NAVY),
    Box(("3 Mapping the", "system"), ("Quality planning",), NAVY),
    Box(("4 Action planning",), ("Quality improvement",), PLUM),
    Box(("5 Managing the", "network"), ("Quality improvement",), PLUM),
    Box(("6 Action",), ("Quality improvement",), PLUM),
    Box(("7 Sustaining",), (), GREY),
)

CYCLE = (
    Box(("Share",), ("stories and", "improvement work"), BLUE),
    Box(("Work together",), ("on shared", "challenges"), BLUE),
    Box(("Learn",), ("from speakers and", "from each other"), BLUE),
    Box(("Develop",), ("training in a task", "and finish group"), BLUE),
    Box(("Look ahead",), ("to themes for the", "improvement group"), BLUE),
)


def seven_phases(current: int | None = None) -> Diagram:
    """Return the whole systems approach framework: seven phases around the network.

    Parameters
    ----------
    current : int, optional
        A phase to set off from the others, 1 to 7.

    Raises
    ------
    FigureError
        If there is no such phase.
    """
    if current is not None and not 1 <= current <= len(PHASES):
        raise FigureError(f"diagrams.seven_phases: there is no phase {current}; expected 1 to {len(PHASES)}.")
    boxes = [
        replace(box, tone=Tone(palette.PAPER, box.tone.line)) if number == current else box
        for number, box in enumerate(PHASES, start=1)
    ]
    return ring(boxes, ("The", "network"))


def community_cycle() -> Diagram:
    """Return the cycle of a community of practice."""
    return ring(CYCLE, ("Community", "of practice"))
