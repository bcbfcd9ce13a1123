"""A control or run chart before it has a size, and its layout at a width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from natpatsip import wording
from natpatsip.charts import marks, palette
from natpatsip.charts.alt_text import WITHOUT_DATA, run_text, spc_text
from natpatsip.charts.chart_data import by_date, named_target, need_percentages, need_rows, need_title, with_dates_read
from natpatsip.charts.icons import STEPS, Icon
from natpatsip.charts.layers import Layer, ReportChart, layer
from natpatsip.charts.layout import legend
from natpatsip.charts.layout.canvas import Canvas, Drawing, Plot, with_plot
from natpatsip.charts.layout.labels import (
    NOTE_PITCH,
    EdgeLabel,
    Mark,
    edge_width,
    write_edge,
    write_list,
    write_marks,
)
from natpatsip.charts.layout.line_labels import LineLabel, latest_labels, write_line_labels
from natpatsip.charts.layout.sizes import NARROW, NOTE_SIZE, wrap, wrap_name
from natpatsip.charts.layout.time_axis import Timeline, timeline
from natpatsip.charts.layout.value_axis import ValueAxis, amount, decimals_for, value_axis
from natpatsip.errors import FigureError
from natpatsip.spc.assurance import limits_of, limits_vary
from natpatsip.spc.describe import NO_SPREAD, TOO_NARROW
from natpatsip.spc.findings import Findings
from natpatsip.spc.rules import BETWEEN_EVENTS, BY_MOVING_RANGES, INTERVAL, MEAN, SHORT_GROUP

NARROW_EDGE = 6  # pixels to the right of a narrow plot
TINT = 0.11  # opacity of the ground of a segment after a step change


@dataclass(frozen=True)
class ControlChart:
    """What a chart shows about a mean with limits or, as a run chart, about a median.

    The fields are the options of `natpatsip.charts.spc`; `call` names the function in errors, and `found` is what a
    control chart shows.
    """

    given: pd.DataFrame
    call: str
    y_title: str
    percent: bool
    decimals: int | None
    improvement: Any
    target_label: str | None
    rebase_reasons: Mapping[Any, str] | None
    annotations: Mapping[Any, str] | None
    zero: bool
    middle: str = "Mean"
    trajectory: pd.Series[float] | None = None
    trajectory_label: str = ""
    notes: tuple[str, ...] = ()
    with_icons: bool = True
    found: Findings | None = None

    def draw(self, width: int, height: int) -> ReportChart:
        """Return the chart at a width, with a plot of a height, and its text alternative."""
        need_rows(self.given, chart=self.call)
        need_title(self.y_title, chart=self.call)
        need_percentages(self.given["value"], percent=self.percent, chart=self.call)
        description = " ".join([self._text(), *self.notes])
        return with_plot(self.lay_out, width, height, description)

    def _text(self) -> str:
        """Return the text alternative."""
        assurance = self.icons[1]
        met = f", {assurance.words.lower()}" if assurance else ""
        target = f"{self.target}{met}" if self.target else ""
        if self.found is None:
            return run_text(self.result, self.timeline(0), middle=self.middle, words=self.words, target=target)
        return spc_text(self.found, self.timeline(0), words=self.words, target=target, gaps=self.gaps)

    @cached_property
    def result(self) -> pd.DataFrame:
        """The rows that the chart draws, with their dates read."""
        return with_dates_read(self.given, chart=self.call)

    @cached_property
    def icons(self) -> tuple[Icon | None, Icon | None]:
        """The variation and the assurance icon above the chart."""
        return marks.icons_of(self.given, self.improvement)

    @property
    def step(self) -> Icon | None:
        """The chart's badge of a step change that matters."""
        return STEPS.get((self.found.step_change, self.found.step_verdict)) if self.found else None

    @property
    def gaps(self) -> str:
        """Why a period of the chart has no point."""
        return str(self.given.attrs.get("gaps", WITHOUT_DATA))

    @cached_property
    def places(self) -> int:
        """How many decimals the chart prints means and limits with."""
        if self.decimals is not None:
            return self.decimals
        return decimals_for(self.result["value"], self.result["mean"], percent=self.percent)

    @cached_property
    def target(self) -> str:
        """The latest target with its label on the chart, or an empty text."""
        target = self.result["target"].iloc[-1]
        if pd.isna(target):
            return ""
        label = named_target(self.target_label, self.result["target"])
        words = wording.given(target, max(self.places, 1), is_percent=self.percent)
        return f"{label} {words}{'%' if self.percent else ''}"

    @cached_property
    def reasons(self) -> dict[Any, str]:
        """Why limits were recalculated, as the chart's marks say, by date."""
        return by_date(self.rebase_reasons, self.result["date"], name="rebase_reasons", chart=self.call)

    @cached_property
    def course(self) -> dict[Any, float]:
        """The planned course that the chart draws, by date."""
        given = None if self.trajectory is None else self.trajectory.dropna()
        return by_date(given, self.result["date"], name="trajectory", chart=self.call)

    @cached_property
    def segments(self) -> list[pd.DataFrame]:
        """The rows of each segment that the chart draws."""
        return marks.split_segments(self.result)

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds of points that occur, in the legend's order."""
        return marks.kinds_in(self.result)

    @cached_property
    def axis(self) -> ValueAxis:
        """The chart's value axis."""
        values = marks.values_on_axis(self.result, self.course, percent=self.percent)
        return value_axis(values, percent=self.percent, zero=self.zero)

    def timeline(self, width: float) -> Timeline:
        """Return the time axis at a width."""
        has_steps = self.found is None or self.found.chart not in BETWEEN_EVENTS
        return timeline([*self.result["date"], *self.course], width, has_steps=has_steps)

    def words(self, value: float) -> str:
        """Return a mean, a limit or the latest value as the chart prints it."""
        return amount(value, percent=self.percent, decimals=self.places)

    def lay_out(self, width: int, height: int) -> Drawing:
        """Return the chart at a width, with a plot of a height.

        A narrow chart has the labels of its lines within the plot, which so takes the whole width; limits that are too
        close together for labels are in the words below it.
        """
        is_narrow = width <= NARROW
        edges = self._edge_labels(is_narrow=is_narrow)
        left, right = self.axis.label_width, NARROW_EDGE if is_narrow else edge_width(edges, width)
        line = self.timeline(width - left - right)
        edge = line.width + right

        plot = Plot(line.width, height, left, right, 0, 0, self.axis)
        canvas, clutter = Canvas(), marks.clutter(self.result, self.segments, line, plot)
        own = [label for label in edges if not label.is_apart] if is_narrow else []
        latest = latest_labels(own, plot, *self._bounds(line)[-1], clutter)
        marks_ = [*self._segment_marks(line), *self._annotation_marks(line)]
        top, numbered = write_marks(canvas, marks_, line, height=height, right=edge)
        top = self._write_header(canvas, left=-left, right=edge, bottom=top)
        earlier, unnamed = self._earlier_means(line, plot)
        notes = [*self._limits_in_words(own, latest), *unnamed, *self._notes(line)]
        foot = height + line.label_height
        below = self._write_foot(canvas, numbered, notes, left=-left, right=edge, y=foot)
        plot = replace(plot, top=-top, bottom=below - height)
        if not is_narrow:
            write_edge(canvas, edges, plot)
        apart = [label for label in edges if label.is_apart] if is_narrow else []
        labels = [*latest, *earlier, *self._labels_apart(apart, line, plot)]
        write_line_labels(canvas, labels, clutter)
        if not self.kinds:
            canvas.text("No data", line.width / 2, height / 2, colour=palette.QUIET, align="center")
        middle = self.found.middle if self.found else MEAN
        layers = marks.data_layers(self.result, self.segments, line, plot, self.course, middle=middle)
        return Drawing(plot, [*canvas.backdrop(plot), *self._tint(line), *layers, *canvas.layers()])

    def _tint(self, line: Timeline) -> list[Layer]:
        """Return the ground of the last segment after a step change that matters, in the colour of its badge."""
        if self.step is None or self.found is None:
            return []
        start, end = marks.segment_bounds(self.segments, line)[-1]
        ground = palette.POINTS[f"special_cause_{self.found.step_verdict}"].fill
        rows = [{"from": line.value(start), "to": line.value(end)}]
        return [layer("rect", rows, {"x": line.channel("from"), "x2": {"field": "to"}}, color=ground, opacity=TINT)]

    def _edge_labels(self, *, is_narrow: bool) -> list[EdgeLabel]:
        """Return the labels of the last segment's mean, latest limits and target, as far as they are defined.

        A limit beyond possible values (below none, above all) is not drawn; its label at the plot's edge says so.
        """
        last, axis, limit = self.result.iloc[-1], self.axis, "" if is_narrow else " limit"
        low, high = limits_of(self.segments[-1])
        sign = "%" if self.percent else ""
        labels = []
        if high == high:
            upper = self.words(high) if high <= axis.high else f"above {wording.plain(axis.high)}{sign}"
            labels.append(EdgeLabel(f"Upper{limit} {upper}", min(high, axis.high), palette.QUIET, side=-1))
        if self.target:
            labels.append(EdgeLabel(self.target, last["target"], palette.TARGET_TEXT, side=-1, is_apart=True))
        if pd.notna(last["mean"]):
            level = f"{self.middle} {self.words(last['mean'])}"
            labels.append(EdgeLabel(level, last["mean"], palette.MEAN, is_bold=True))
        if low == low:
            lower = self.words(low) if low >= axis.low else f"below {wording.plain(axis.low)}{sign}"
            labels.append(EdgeLabel(f"Lower{limit} {lower}", max(low, axis.low), palette.QUIET, side=1))
        if self.course:
            end = list(self.course.values())[-1]
            labels.append(EdgeLabel(self.trajectory_label, end, palette.TRAJECTORY, is_apart=True))
        return labels

    def _limits_in_words(self, labels: Sequence[EdgeLabel], latest: Sequence[LineLabel]) -> list[str]:
        """Return a sentence about the limits that have no label in a narrow plot, if there are any."""
        if len(latest) == len(labels):
            return []
        limits = [label.words for label in self._edge_labels(is_narrow=False) if label.side and not label.is_apart]
        return [f"Latest: {'; '.join(words[:1].lower() + words[1:] for words in limits)}."]

    def _bounds(self, line: Timeline) -> list[tuple[float, float]]:
        """Return the pixels where the lines of each segment begin and end."""
        return [(line.x(start), line.x(end)) for start, end in marks.segment_bounds(self.segments, line)]

    def _earlier_means(self, line: Timeline, plot: Plot) -> tuple[list[LineLabel], list[str]]:
        """Return a label for the mean of each segment but the last, and a sentence about those that have no room.

        In a short segment the value is below the word, since a label beside another segment would name its line.
        """
        found, unnamed = [], []
        for number, (rows, (start, end)) in enumerate(zip(self.segments[:-1], self._bounds(line), strict=False)):
            if pd.isna(mean := rows["mean"].iloc[0]):
                continue
            words, start = (self.middle, self.words(mean)), start if number else 0.0
            for texts in ((" ".join(words),), words):
                own = tuple(EdgeLabel(each, mean, palette.MEAN) for each in texts)
                label = LineLabel(own, plot.y(mean), start, end)
                if label.fits:
                    found.append(label)
                    break
            else:
                unnamed.append(f"{self.words(mean)} from {line.short(rows['date'].iloc[0])}")
        sentence = f"Earlier {self.middle.lower()}: {wording.listing(unnamed)}."
        return found, [sentence] if unnamed else []

    def _labels_apart(self, labels: Sequence[EdgeLabel], line: Timeline, plot: Plot) -> list[LineLabel]:
        """Return the labels of lines that are not of the process, in as many lines of text as they need."""
        start = max([0.0, *(line.x(start) for start, _, _ in marks.target_stretches(self.result, line)[-1:])])
        found = []
        for label in labels:
            words = wrap_name(label.words, 0.6 * plot.width, NOTE_SIZE)
            texts = tuple(replace(label, words=each) for each in words)
            found.append(LineLabel(texts, plot.y(label.value), start, plot.width, is_at_end=True, side=label.side))
        return found

    def _segment_marks(self, line: Timeline) -> list[Mark]:
        """Return a mark for each segment but the first: since when limits are new, and why."""
        found = []
        reasons = self.reasons  # read in any case, so that a mistake in them is found
        for segment, (start, _) in list(zip(self.segments, marks.segment_bounds(self.segments, line), strict=True))[1:]:
            date = segment["date"].iloc[0]
            reason, since = reasons.get(date, ""), line.short(date)
            found.append(Mark(start, f"{since}: {reason}" if reason else f"New limits from {since}", "rebase"))
        return found

    def _annotation_marks(self, line: Timeline) -> list[Mark]:
        """Return a mark for each annotation; raise a FigureError if one is outside the chart."""
        found = []
        for date, text in by_date(self.annotations, self.result["date"], name="annotations", chart=self.call).items():
            number = line.number(date)
            if not line.low <= number <= line.high:
                raise FigureError(
                    f'{self.call}: the annotation "{text}" is at {line.words(date)}; '
                    f"expected a date from {line.words(line.dates[0])} to {line.words(line.dates[-1])}."
                )
            found.append(Mark(number, f"{line.short(date)}: {text}", "annotation"))
        return found

    def _write_header(self, canvas: Canvas, *, left: float, right: float, bottom: float) -> float:
        """Write the axis title, legend and icons above `bottom`, and return the y of their top.

        The icons are beside the legend if there is room, otherwise above it.
        """
        icons = [icon for icon in (self.icons[0], self.step, self.icons[1]) if icon and self.with_icons]
        y = canvas.title(self.y_title, left, right - left, bottom=min(bottom - 6, -12))
        beside = right - left - legend.icons_width(icons)
        is_beside = legend.kinds_width(self.kinds) <= beside
        rows = legend.rows_of_kinds(self.kinds, beside if is_beside else right - left)
        tall = len(rows) * legend.PITCH
        band = max(tall, legend.ICON if icons and is_beside else 0)
        for number, row in enumerate(rows):
            legend.write_kinds(canvas, row, left + 6, y - 6 - band / 2 - tall / 2 + (number + 0.5) * legend.PITCH)
        y -= 6 + band if band else 0
        if icons and is_beside:
            legend.write_icons(canvas, icons, right=right, y=y + band / 2)
        elif icons:
            for side_by_side in reversed(legend.rows_of_icons(icons, right - left - 2 * legend.EDGE)):
                y -= 6 + legend.ICON
                end = left + 2 * legend.EDGE + legend.icons_width(side_by_side) - legend.ICON_GAP
                legend.write_icons(canvas, side_by_side, right=end, y=y + legend.ICON / 2)
        return y - 2

    def _write_foot(
        self, canvas: Canvas, numbered: Sequence[str], notes: Sequence[str], *, left: float, right: float, y: float
    ) -> float:
        """Write the words of numbered marks and the notes below the axis, and return the y of their foot."""
        if numbered:
            y += write_list(canvas, numbered, left, y + 4, width=right - left) + 10
        lines = wrap(" ".join(notes), right - left, NOTE_SIZE)
        canvas.block(lines, left, y + 0.5 * NOTE_PITCH, pitch=NOTE_PITCH, colour=palette.QUIET, size=NOTE_SIZE)
        return y + len(lines) * NOTE_PITCH

    def _notes(self, line: Timeline) -> list[str]:
        """Return what a reader has to know of the limits and of gaps, a sentence each, and the notes that are given."""
        if not self.kinds:
            return [*self.notes]
        last, notes = self.segments[-1].iloc[-1], []
        if self.found is not None and not self.found.current.has_limits:
            notes.append(f"No limits: {self._no_limits()}.")
        elif bool(last["short_group_warning"]):
            since = " since the last recalculation" if len(self.segments) > 1 else ""
            notes.append(f"Trial limits, which may still move: fewer than {SHORT_GROUP} points{since}.")
        elif bool(self.result["short_group_warning"].any()):
            notes.append(f"Earlier limits that come from fewer than {SHORT_GROUP} points are trial limits.")
        if any(map(limits_vary, self.segments)):
            notes.append("The limits are wider where fewer are counted.")
        if self.found is not None and self.found.is_overdispersed:
            notes.append(TOO_NARROW)
        if self.given.attrs.get("zeros"):
            notes.append("Events of the same date count as 0.5 apart.")
        if self.result["value"].isna().any() or line.gaps_in(self.result["date"]):
            step = self.found.step if self.found is not None else line.step_name
            article = "an" if step == INTERVAL else "a"
            notes.append(f"A gap in the line is {article} {step} {self.gaps}.")
        return [*notes, *self.notes]

    def _no_limits(self) -> str:
        """Return the chart's note on why its last segment has no limits."""
        if self.found is not None and self.found.chart not in BY_MOVING_RANGES:
            return NO_SPREAD
        known = self.segments[-1]["value"].dropna()
        is_constant = known.nunique() == 1 and len(known) > 1
        return "all values are the same" if is_constant else "they need two neighbouring points or more"
