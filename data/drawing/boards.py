"""Boards: the approach of each integrated care board by quarter, and its phase; figures 12 and 13."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

FIRST_YEAR = 2022
QUARTERS = tuple(f"{FIRST_YEAR + i // 4}-{(FIRST_YEAR + i // 4 + 1) % 100}-Q{i % 4 + 1}" for i in range(10))
NEW = 0  # the phase before the first
# What happens in each quarter: boards that go from a phase to a phase, networks that had gone back first.
MOVES: tuple[tuple[tuple[int, int, int], ...], ...] = (
    ((NEW, 2, 6), (NEW, 3, 3)),
    ((3, 4, 2), (2, 3, 4), (NEW, 2, 4)),
    ((4, 5, 1), (3, 4, 3), (2, 3, 4), (NEW, 2, 3)),
    ((5, 6, 1), (4, 5, 3), (3, 4, 4), (2, 3, 4), (NEW, 2, 4)),
    ((5, 6, 3), (4, 5, 4), (3, 4, 5), (2, 3, 4), (NEW, 2, 3)),
    ((6, 7, 1), (5, 6, 4), (4, 5, 5), (3, 4, 4), (2, 3, 3), (NEW, 2, 2)),
    ((5, 6, 3), (4, 5, 3), (3, 4, 2), (2, 3, 2), (NEW, 2, 1)),
    ((6, 7, 1), (6, 3, 3), (6, 4, 3), (5, 6, 1)),  # end of 2023/24: networks went back to refine their plans
    ((5, 6, 4), (4, 6, 3), (4, 5, 4), (3, 4, 4), (2, 3, 1), (NEW, 2, 1)),
    ((6, 7, 1), (5, 6, 4), (4, 6, 1), (4, 5, 3), (3, 5, 1), (3, 4, 3), (2, 4, 1), (2, 3, 1), (NEW, 2, 2)),
)
FULL = (8, 11, 14, 17, 19, 21, 22, 23, 24, 26)
LIGHT = (1, 2, 2, 3, 4, 4, 4, 3, 3, 3)
OTHER = (7, 8, 9, 9, 8, 8, 7, 7, 7, 6)
QUALITY_IMPROVEMENT = (4, 5, 6)
QUALITY_PLANNING = (2, 3)
# As the report gives them for Q2 2024/25, and as reported.csv has them for Q1: collaboratives whose boards are there.
COLLABORATIVES = {"2024-25-Q1": (14, 5), "2024-25-Q2": (15, 2)}


@dataclass
class Phases:
    """The phase of each board in each quarter; a board that has none is not there."""

    quarters: dict[str, dict[str, int]] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[str, str, str, int, str]]:
        """Yield the rows of icb_phases.csv."""
        for quarter, boards in self.quarters.items():
            for board, phase in sorted(boards.items()):
                yield quarter, quarter, board, phase, "illustrative"


def draw_phases(boards: Mapping[str, str], rng: Random) -> Phases:
    """Return phases in which the collaboratives of the boards are as many as the report says.

    Parameters
    ----------
    boards : mapping
        The collaborative in whose area each board lies.
    rng : Random
        The source of chance.
    """
    return next(drawn for _ in count() if _has_collaboratives(drawn := _attempt(boards, rng), boards))


def _attempt(boards: Mapping[str, str], rng: Random) -> Phases:
    """Move boards through the phases once."""
    phases, now, went_back = Phases(), dict.fromkeys(boards, NEW), set[str]()
    joining = _in_order_of_joining(boards, rng)
    for quarter, moves in zip(QUARTERS, MOVES, strict=True):
        before = dict(now)
        moved: set[str] = set()
        for start, to, many in moves:
            able = [board for board in joining if before[board] == start and board not in moved]
            if start != NEW:
                rng.shuffle(able)
                able.sort(key=lambda board: board not in went_back)
            moved |= set(able[:many])
            now |= dict.fromkeys(able[:many], to)
            if to < start:
                went_back |= set(able[:many])
        phases.quarters[quarter] = {board: phase for board, phase in now.items() if phase != NEW}
    return phases


def _in_order_of_joining(boards: Mapping[str, str], rng: Random) -> list[str]:
    """Return the boards in a drawn order, one of each collaborative first."""
    order = sorted(boards)
    rng.shuffle(order)
    first = list({boards[board]: board for board in order}.values())
    return first + [board for board in order if board not in first]


def _has_collaboratives(phases: Phases, boards: Mapping[str, str]) -> bool:
    """Return True if the boards of a phase belong to as many collaboratives as are reported."""
    for quarter, expected in COLLABORATIVES.items():
        found = tuple(
            len({boards[board] for board, phase in phases.quarters[quarter].items() if phase in group})
            for group in (QUALITY_IMPROVEMENT, QUALITY_PLANNING)
        )
        if found != expected:
            return False
    return True


def draw_approach(phases: Phases, boards: Sequence[str], rng: Random) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the rows of icb_approach.csv: boards with a phase are supported, some others report another approach."""
    chance = {board: rng.random() for board in boards}
    for number, (quarter, own) in enumerate(phases.quarters.items()):
        supported = sorted(own, key=lambda board: chance[board])
        others = sorted(set(boards) - set(own), key=lambda board: chance[board])
        approach = dict.fromkeys(supported[: FULL[number]], "full_support")
        approach |= dict.fromkeys(supported[FULL[number] :], "light_touch")
        approach |= dict.fromkeys(others[: OTHER[number]], "other_approach")
        approach |= dict.fromkeys(others[OTHER[number] :], "none_reported")
        if Counter(approach.values())["light_touch"] != LIGHT[number]:
            raise RuntimeError(f"{quarter}: {len(own)} boards have a phase, not {FULL[number] + LIGHT[number]}")
        for board in boards:
            yield quarter, quarter, board, approach[board], "illustrative"
