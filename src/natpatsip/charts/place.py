"""Where labels go: pushed apart along an edge, stacked in tiers over the plot, never on one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def spread(wanted: Sequence[float], sizes: Sequence[float], *, low: float, high: float) -> list[float]:
    """Return centres nearest to those wanted, such that blocks of given sizes neither overlap nor leave an interval.

    Blocks that meet are taken together and set about the mean of their wanted centres (the pool-adjacent-violators
    way), which moves them least. The order of the wanted centres is kept; where all do not fit, they are set evenly.

    Examples
    --------
    >>> spread([50, 52, 100], [14, 14, 14], low=0, high=200)
    [44.0, 58.0, 100.0]
    >>> spread([1, 2], [14, 14], low=0, high=200)
    [7.0, 21.0]
    """
    if not wanted:
        return []
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    total = sum(sizes)
    squeeze = min(1.0, (high - low) / total) if total else 1.0
    groups: list[tuple[list[int], float, float]] = []  # members, top edge, size
    for i in order:
        size = sizes[i] * squeeze
        members, top = [i], min(max(wanted[i] - size / 2, low), high - size)
        while groups and groups[-1][1] + groups[-1][2] > top:
            before, _, _ = groups.pop()
            members = before + members
            size, offsets = 0.0, []
            for member in members:
                offsets.append(wanted[member] - (size + sizes[member] * squeeze / 2))
                size += sizes[member] * squeeze
            top = min(max(sum(offsets) / len(offsets), low), high - size)
        groups.append((members, top, size))
    centres = [0.0] * len(wanted)
    for members, top, _ in groups:
        for member in members:
            centres[member] = round(top + sizes[member] * squeeze / 2, 2)
            top += sizes[member] * squeeze
    return centres


GAP = 8  # pixels between two blocks side by side


@dataclass(frozen=True)
class Block:
    """A block of text lines over the plot: its left edge, and the tier (counted in lines from the plot) it ends at."""

    lines: tuple[str, ...]
    left: float
    width: float
    tier: int

    @property
    def right(self) -> float:
        """The block's right edge."""
        return self.left + self.width


def tiers(blocks: Sequence[tuple[tuple[str, ...], float, float]], *, low: float, high: float) -> list[Block]:
    """Set blocks of lines, each starting at an anchor where it can, in the lowest tier that is free.

    The last comes first: so an earlier block that reaches over later anchors is set above their blocks, and no line
    that rises from an anchor to its block crosses another's words.

    Parameters
    ----------
    blocks : sequence of (lines, width, anchor)
        In order of anchor; the anchor is where the block's left edge should be.
    low, high : float
        The edges that no block may cross; one that would is moved left.

    Returns
    -------
    list of Block
        In the order given.
    """
    placed: list[Block] = []
    lines_up: list[tuple[float, int]] = []  # the line from each anchor placed, and the tier that it reaches
    for lines, width, anchor in reversed(blocks):
        left = max(low, min(anchor, high - width))
        tier = max((top for x, top in lines_up if left < x < left + width + GAP / 2), default=0)
        while clash := [
            other
            for other in placed
            if left < other.right + GAP
            and other.left < left + width + GAP
            and tier < other.tier + len(other.lines)
            and other.tier < tier + len(lines)
        ]:
            tier = min(other.tier + len(other.lines) for other in clash)
        placed.append(Block(lines, left, width, tier))
        lines_up.append((anchor, tier + len(lines)))
    return placed[::-1]
