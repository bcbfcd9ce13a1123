"""Where labels go: at the right edge and above the plot, pushed apart, never on one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from natpatsip.charts import palette
from natpatsip.charts.layout.canvas import Canvas, Plot
from natpatsip.charts.layout.sizes import LINE_HEIGHT, NOTE_SIZE, block_width, text_width, wrap, wrap_evenly, wrap_name
from natpatsip.charts.layout.time_axis import Timeline

GAP = 8  # pixels between two blocks side by side
NOTE_PITCH = 15
EDGE_SHARE = 0.4  # of the chart's width, at most, for the labels at the right edge
NARROWEST, WIDEST = 104, 230  # pixels of a label above the plot
MOST_LINES = 3  # of a narrower one, which so stays beside the next
MOST_ABOVE = 0.2  # of the height of plot and labels above it, at most, for the labels
BADGE = 16  # pixels of a mark's number in its disc
LIST_PITCH = 21  # from one numbered text to the next


def spread(wanted: Sequence[float], sizes: Sequence[float], *, low: float, high: float) -> list[float]:
    """Return centres nearest to those wanted, so that blocks of given sizes neither overlap nor leave an interval.

    Blocks that meet are joined and centred on the mean of their wanted centres (pool adjacent violators), which moves
    them least. The order of the wanted centres is kept. If all do not fit, blocks are squeezed.

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


@dataclass(frozen=True)
class Block:
    """A block of text lines above the plot: its left edge, and the tier (in lines up from the plot) of its foot."""

    lines: tuple[str, ...]
    left: float
    width: float
    tier: int

    @property
    def right(self) -> float:
        """The right edge of a block of text above the plot."""
        return self.left + self.width


def tiers(blocks: Sequence[tuple[tuple[str, ...], float, float]], *, high: float) -> list[Block]:
    """Return blocks, given as (lines, width, anchor) in order of anchor, each placed in the lowest free tier.

    A block starts at its anchor unless it would cross the edge `high`, and is then moved left. The last is placed
    first: an earlier block that reaches over later anchors goes above their blocks, so that no line that rises from an
    anchor to its block crosses another's words.
    """
    placed: list[Block] = []
    risers: list[tuple[float, int]] = []  # the line from each anchor placed, and the tier that it reaches
    for lines, width, anchor in reversed(blocks):
        left = max(0.0, min(anchor, high - width))
        tier = max((top for x, top in risers if left < x < left + width + GAP / 2), default=0)
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
        risers.append((anchor, tier + len(lines)))
    return placed[::-1]


@dataclass(frozen=True)
class EdgeLabel:
    """A label at the right edge or, in a narrow chart, in the plot: its words, and the value that it stands beside.

    In a plot it is on a side of its line (−1 is above), and apart from other labels if its line is not of the process.
    """

    words: str
    value: float
    colour: str
    is_bold: bool = False
    side: int = 0
    is_apart: bool = False


def edge_width(labels: Sequence[EdgeLabel], width: float) -> float:
    """Return the pixels for labels at the right edge, at most `EDGE_SHARE` of a chart; longer ones are wrapped."""
    widest = max((text_width(label.words, bold=label.is_bold) for label in labels), default=40.0)
    return min(widest, EDGE_SHARE * width) + 20


def write_edge(canvas: Canvas, labels: Sequence[EdgeLabel], plot: Plot) -> None:
    """Write the labels at the right edge, apart from one another, with a leader from each that had to move."""
    wanted = [plot.y(label.value) for label in labels]
    lines = [wrap_name(label.words, plot.right - 19, bold=label.is_bold) for label in labels]
    order = sorted(range(len(labels)), key=lambda i: (wanted[i], -i))
    sizes = [LINE_HEIGHT * len(lines[i]) for i in order]
    placed = spread([wanted[i] for i in order], sizes, low=-4, high=plot.height + 4)
    for i, y in zip(order, placed, strict=True):
        style = {"colour": labels[i].colour, "bold": labels[i].is_bold}
        if abs(y - wanted[i]) > 2:
            canvas.line((plot.width, wanted[i]), (plot.width + 10, y), colour=labels[i].colour, width=0.8)
        canvas.block(lines[i], plot.width + 13, y, pitch=LINE_HEIGHT, is_centred=True, **style)


@dataclass(frozen=True)
class Mark:
    """A vertical mark in the plot with its words; kind is rebase or annotation."""

    number: float
    words: str
    kind: str


def write_marks(
    canvas: Canvas, marks: Sequence[Mark], line: Timeline, *, height: float, right: float
) -> tuple[float, list[str]]:
    """Draw each mark, and return the y of the highest (0 or negative) and the words that go below the chart.

    The words stand above the plot, each as wide as the room to the next mark, within reason; if there is no room for
    them in a few lines, they go above the next one's. Where they would take more than a fifth of the height of plot and
    words together, the marks are numbered instead, and their words go below the chart.
    """
    if not marks:
        return 0.0, []
    ordered = sorted(marks, key=lambda mark: mark.number)
    anchors = [line.x(mark.number) + 4 for mark in ordered]
    room = [after - x - GAP for x, after in zip(anchors, [*anchors[1:], right + GAP], strict=True)]
    room = [
        space if space >= NARROWEST or _fits(mark.words, space) else max(NARROWEST, right - x)
        for mark, space, x in zip(ordered, room, anchors, strict=True)
    ]
    wrapped = [
        tuple(wrap_evenly(mark.words, min(space, WIDEST), NOTE_SIZE)) for mark, space in zip(ordered, room, strict=True)
    ]
    widths = [block_width(words, NOTE_SIZE) for words in wrapped]
    blocks = tiers(list(zip(wrapped, widths, anchors, strict=True)), high=right)
    tops = [-(block.tier + len(block.lines)) * NOTE_PITCH - 5 for block in blocks]
    if -min(tops) > MOST_ABOVE * (height - min(tops)):
        return _number_marks(canvas, ordered, line, height=height, right=right)
    for mark, block, top in zip(ordered, blocks, tops, strict=True):
        x = line.x(mark.number)
        _draw_mark(canvas, mark, (x, height), (x, top if block.left > x else 0))
        canvas.block(block.lines, block.left, top + 0.5 * NOTE_PITCH, pitch=NOTE_PITCH, size=NOTE_SIZE)
    return min(tops), []


def _fits(words: str, width: float) -> bool:
    lines = wrap(words, width, NOTE_SIZE)
    return len(lines) <= MOST_LINES and block_width(lines, NOTE_SIZE) <= width and " ".join(lines) == words


def _number_marks(
    canvas: Canvas, marks: Sequence[Mark], line: Timeline, *, height: float, right: float
) -> tuple[float, list[str]]:
    """Draw marks with their numbers above the plot, and return the top and their words."""
    wanted = [line.x(mark.number) for mark in marks]
    placed = spread(wanted, [BADGE + 2.0] * len(marks), low=-BADGE / 2, high=right)
    middle = -8 - BADGE / 2
    for number, (mark, x, at) in enumerate(zip(marks, wanted, placed, strict=True), start=1):
        _draw_mark(canvas, mark, (x, height), (x, 0))
        canvas.line((x, 0), (at, middle + BADGE / 2), colour=palette.REBASE, is_behind=True)
        write_badge(canvas, number, at, middle)
    return middle - BADGE / 2 - 2, [mark.words for mark in marks]


def _draw_mark(canvas: Canvas, mark: Mark, foot: tuple[float, float], head: tuple[float, float]) -> None:
    canvas.line(foot, head, colour=palette.REBASE, dash=(2, 3) if mark.kind == "annotation" else (), is_behind=True)


def write_badge(canvas: Canvas, number: int, x: float, y: float) -> None:
    """Write a number in a disc."""
    canvas.symbol("circle", x, y, fill=palette.REBASE, outline=palette.REBASE, size=BADGE**2)
    canvas.text(str(number), x, y, colour=palette.PAPER, align="center", size=NOTE_SIZE, bold=True)


def write_list(canvas: Canvas, texts: Sequence[str], x: float, y: float, *, width: float) -> float:
    """Write the words of numbered marks below one another, each after its number, and return the pixels they take."""
    top = y
    for number, text in enumerate(texts, start=1):
        lines = wrap(text, width - BADGE - 8, NOTE_SIZE)
        write_badge(canvas, number, x + BADGE / 2, y + LIST_PITCH / 2)
        canvas.block(lines, x + BADGE + 8, y + LIST_PITCH / 2, pitch=NOTE_PITCH, size=NOTE_SIZE)
        y += LIST_PITCH + NOTE_PITCH * (len(lines) - 1)
    return y - top
