"""Many measures at a glance: a row each with its sparkline, and what improved, what needs attention, what is new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from natpatsip import context, spc, wording
from natpatsip.blocks.tables_and_callouts import Block, Drawing, drawing_span, fact_span, made_block, pipe_table
from natpatsip.blocks.values_in_words import escaped
from natpatsip.charts import icons, sparkline_chart
from natpatsip.datasets.disclosure import MISSING
from natpatsip.errors import DataError, nearest
from natpatsip.facts.fact import Fact, printed
from natpatsip.measures.definitions import CONTROL_CHARTS, Definition
from natpatsip.measures.indicator import Measure
from natpatsip.measures.kinds import no_icons
from natpatsip.measures.measure_sentences import target_label
from natpatsip.measures.measures_file import Measures, declared
from natpatsip.settings import read_settings

BY_DEFAULT = (*CONTROL_CHARTS, "run")
NOTHING_SEEN = "No sign on chart"  # and not "No": goals that a chart does not show may be missed
IN_OVERVIEW = (*BY_DEFAULT, "trend")  # a line over time often shows what a control chart shows too


@dataclass(frozen=True)
class _State:
    """What a chart says of a measure at the end of a quarter, each part in words; empty where it does not."""

    improved: str = ""
    attention: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """A measure in the overview: where it stands, and what has changed since the quarter before."""

    measure: Measure

    @property
    def has_icons(self) -> bool:
        """Whether the measure's chart is a control chart from which a rule can tell a change."""
        return self._has_icons(self.measure.result)

    def _has_icons(self, result: pd.DataFrame) -> bool:
        return self.measure.definition.chart in CONTROL_CHARTS and not no_icons(result)

    @property
    def is_at_baseline(self) -> bool:
        """Whether the measure's level was never recalculated: the baseline is the level now, and moves by edition."""
        return "mean" in self.measure.facts and "mean_before" not in self.measure.facts

    @cached_property
    def icons(self) -> tuple[icons.Icon, icons.Icon]:
        """The variation and the assurance icon in the measure's row."""
        row = spc.summary(self.measure.result).iloc[0]
        return icons.ICONS[row["variation_icon"]], icons.ICONS[row["assurance_icon"]]

    @cached_property
    def now(self) -> _State:
        """What the measure's chart says now."""
        return self._state(self.measure.result)

    @cached_property
    def before(self) -> _State:
        """What the measure's chart said at the end of the quarter before, from the months that there were then."""
        result, first = self.measure.result, pd.Timestamp(self.measure.here.quarter.first_month)
        earlier = result[result["date"] < first]
        if earlier.empty:
            return _State()
        if not self._has_icons(earlier):
            return self._state(earlier)
        series = self.measure.series
        return self._state(self.measure.kind.analyse(self.measure, series[series["date"] < first]))

    def _state(self, result: pd.DataFrame) -> _State:
        """Return what the measure's chart says at the end of a quarter, in words."""
        if result["value"].isna().all():
            return _State(attention=("no data",))
        if not self._has_icons(result):
            return _State()
        is_now = result is self.measure.result
        found, icon = self.measure.found if is_now else spc.findings(result), spc.variation_icon(result).name
        since = f"since {self.measure.when(found.rebased)}" if found.step_verdict else ""
        is_concern = icon.startswith("variation-concern")
        lacking = "not shown" if self.measure.is_hidden_after(found.latest_date) else "missing"
        attention = {
            "getting worse": is_concern,
            self._worse_than_before(found): found.step_verdict == "concern" and not is_concern,
            f"{target_label(self.measure)} out of reach": found.assurance == "consistent_fail",
            self._short_of_target(found): bool(self._short_of_target(found)),
            f"latest values {lacking}": bool(found.trailing_missing),
        }
        is_rising = icon.startswith("variation-improvement")
        improved = "improving" if is_rising else f"better {since}" if found.step_verdict == "improvement" else ""
        return _State(improved, tuple(words for words, holds in attention.items() if holds))

    def _worse_than_before(self, found: spc.Findings) -> str:
        """Return the measure's level before the last step change in words; empty if the change is not a concern."""
        if found.step_verdict != "concern":
            return ""
        own = self.measure.definition
        before = wording.rounded(found.mean_before, self.measure.decimals, is_percent=own.is_percent)
        return f"{found.shift} from {printed(before, own.unit, self.measure.places or None)}"

    def _short_of_target(self, found: spc.Findings) -> str:
        """Return in words that the measure misses its target; empty if it does not, or the target is out of reach."""
        improvement = self.measure.definition.improvement
        is_short = {"increase": found.mean < found.target, "decrease": found.mean > found.target}
        if found.assurance == "consistent_fail" or not is_short.get(improvement):
            return ""
        return f"{'below' if improvement == 'increase' else 'above'} the {target_label(self.measure)}"

    @cached_property
    def change(self) -> float | None:
        """The change of the measure's quarter on the quarter before; None unless both have all their months."""
        quarter = self.measure.here.quarter
        now, before = (_of_quarter(self.measure, each.months) for each in (quarter, quarter.previous()))
        return None if now is None or before is None else now - before

    @property
    def change_in_words(self) -> str:
        """The measure's change with its sign; of percentages, in points; 0 if less than its decimals show."""
        if self.change is None:
            return ""
        change = wording.round_half_up(self.change, self.measure.places)
        sign = "+" if change > 0 else "−" if change < 0 else ""
        return sign + wording.number(abs(change), self.measure.places)


def _of_quarter(measure: Measure, months: Sequence[Any]) -> float | None:
    """Return the value of a measure in a quarter: of a share, of its three months together; else their mean."""
    series = measure.series
    rows = series[series["date"].isin([pd.Timestamp(month) for month in months])]
    expected = 1 if measure.step == "quarter" else len(months)
    if len(rows) != expected or rows["value"].isna().any() or measure.step not in ("month", "quarter"):
        return None
    if "numerator" in rows:
        whole = rows["denominator"].sum()
        return float(measure.definition.per * rows["numerator"].sum() / whole) if whole else None
    return float(rows["value"].mean())


def overview(*measures: Measure | str, dataset: str = "", caption: str = "The measures at a glance") -> Block:
    """Return a table of measures: month by month, baseline, mean now, change on the quarter before, and what icons say.

    It publishes nothing: the facts in it belong to the notebooks that call `measure`.

    Parameters
    ----------
    measures : Measure or str
        Measures or their ids, in the order wanted; by default all control and run charts that the report declares.
    dataset : str
        Of these, only those of a dataset.
    caption : str
        What the table holds.

    Raises
    ------
    DataError
        If there is no such measure, or none that an overview can show.
    """
    standings = _standings(measures, dataset)
    quarter = standings[0].measure.here.quarter
    before = quarter.previous().label
    level, meaning = _level_of(standings)
    head = ["Measure", "Over time", "Baseline", level, f"Change on {before}", "Chart shows",
            "Needs attention"]  # fmt: skip
    rows = [_row(each) for each in standings]
    if any(each.measure.is_illustrative for each in standings):
        title = read_settings(standings[0].measure.here.project).illustrative_data.title
        caption = f"{caption.rstrip('.')} ({title.lower()})"
    is_number = (False, False, True, True, True, False, False)
    text = pipe_table(map(escaped, head), is_number, (cells for cells, _ in rows))
    facts = [fact for each in standings for fact in _facts_of(each)]
    drawings = {name: svg for _, drawn in rows for name, svg in drawn.items()}
    unlike = _NO_BASELINE if any(each.is_at_baseline for each in standings) else ""
    changes = _NOTE.format(now=quarter.label, before=before)
    said = f"{meaning} {changes}{unlike}{_of_icons(standings)}{_of_targets(standings)}"
    notes = f"::: {{.table-notes}}\n{said}\n:::"
    return made_block(f'the table "{caption}"', f"{text}\n\n: {caption}\n\n{notes}", facts, drawings)


_NOTE = (
    "“Change” compares {now} with {before}: percentages of all their months together, in points, and averages of other "
    "measures. Where the chart shows common cause, this change is normal variation. “Needs attention” is judged from "
    "the charts alone, not from goals that they do not show."
)
_NO_BASELINE = " A dash under “Baseline” means that there is no earlier level to compare with."
_IN_WORDS = {"improvement": "better", "concern": "worse"}
_ASSURED = {
    "assurance-pass": "the {target} will be met unless something changes",
    "assurance-fail": "the {target} will be missed unless something changes",
    "assurance-hit-and-miss": "the {target} may be met or missed by chance",
}
_LEVELS = {
    "Mean": "the mean since limits were last set",
    "Median": "the median, of charts whose middle line that is",
    "Centre line": "the centre line of the latest period, of charts of the time between events",
    "": "the latest value, of charts without limits",
}


def _of_icons(standings: Sequence[Standing]) -> str:
    """Return what the words of variation icons mean: which way the points have gone, and whether that is better."""
    shown = dict.fromkeys(each.icons[0] for each in standings if each.has_icons)
    said = []
    for icon in shown:
        _, what, *side = icon.name.split("-")
        if what in _IN_WORDS and side:
            said.append(f" “{icon.words}” means recent points are {side[0]}er than usual, which is {_IN_WORDS[what]}.")
    return "".join([*said, " “Change” may go the other way."] if said else [])


def _of_targets(standings: Sequence[Standing]) -> str:
    """Return what the words of assurance icons mean for a target."""
    shown = dict.fromkeys(each.icons[1] for each in standings if each.has_icons)
    target = target_label(standings[0].measure)
    return "".join(
        f" “{each.words}” means {_ASSURED[each.name].format(target=target)}." for each in shown if each.name in _ASSURED
    )


def _level_of(standings: Sequence[Standing]) -> tuple[str, str]:
    """Return the heading of the overview's column of present levels, and what it means: not all charts have a mean."""
    found = {each.measure.definition.middle for each in standings}
    name = "Mean now" if found == {"Mean"} else "Now"
    return name, f"“{name}” is {' or '.join(text for middle, text in _LEVELS.items() if middle in found)}."


def _standings(measures: Sequence[Measure | str], dataset: str = "") -> list[Standing]:
    known = declared(context.current().project)
    chosen = measures or [name for name, each in known.by_id.items() if each.chart in BY_DEFAULT]
    if dataset:
        names = list(dict.fromkeys(each.dataset for each in known.by_id.values()))
        # Before any is made: that reads its data, so a change of another dataset would run the notebook again.
        chosen = [each for each in chosen if _definition_of(each, known).dataset == dataset]
        if not chosen:
            raise DataError(
                f'measures.overview: no measure that it can show is of the dataset "{dataset}".'
                f"{nearest(dataset, names)} The measures are of {wording.listing(names)}."
            )
    found = [each if isinstance(each, Measure) else Measure(each, is_owner=False) for each in chosen]
    for each in found:
        if each.definition.chart not in IN_OVERVIEW:
            raise DataError(
                f"measures.overview: {each.id} is drawn as {each.definition.chart}, which has no row in an overview; "
                f"expected measures with the chart {wording.listing(IN_OVERVIEW)}."
            )
    if not found:
        raise DataError("measures.overview: the report declares no measure that an overview can show.")
    return [Standing(each) for each in found]


def _facts_of(standing: Standing) -> list[Fact]:
    facts = standing.measure.facts
    now = facts.get("mean", facts.get("latest"))
    baseline = None if standing.is_at_baseline else facts.get("baseline")
    return [fact for fact in (baseline, now) if fact is not None]


def _row(standing: Standing) -> tuple[list[str], dict[str, str]]:
    """Return the cells of a measure's row in markdown, and the drawings in them by name."""
    measure, drawings = standing.measure, dict[str, str]()

    def drawn(svg: str, *, kind: Literal["line", "icon"] = "icon", alt: str = "", words: str = "") -> str:
        name, span = drawing_span(svg, kind=kind, alt=alt, words=words)
        drawings[name] = svg
        return span

    facts = measure.facts
    baseline, now = facts.get("baseline"), facts.get("mean", facts.get("latest"))
    signs = no_icons(measure.result) if measure.definition.chart in CONTROL_CHARTS and now is not None else ""
    if standing.has_icons:
        shown = [icon for icon in standing.icons if icon.name != "assurance-none"]
        signs = "<br>".join(drawn(icons.svg(icon), words=icon.words) for icon in shown)
    attention = f"Yes: {wording.listing(standing.now.attention)}" if standing.now.attention else NOTHING_SEEN
    has_words = standing.has_icons or standing.now.attention
    cells = [
        escaped(measure.definition.label + (f" ({measure.of_shown})" if measure.of_shown else "")),
        drawn(line_of(measure), kind="line", alt=in_words(measure)) if now is not None else "",
        MISSING if standing.is_at_baseline else "" if baseline is None else fact_span(baseline),
        "no data" if now is None else fact_span(now),
        standing.change_in_words,
        signs,
        attention if has_words else "",
    ]
    return cells, drawings


# Sparklines


def in_words(measure: Measure) -> str:
    """Return what a measure's sparkline shows, as its text alternative: from when to when, from where to where."""
    known = measure.result[measure.result["value"].notna()]
    values = known["value"]

    def text(value: float) -> str:
        return wording.number(value, measure.places) + "%" * measure.definition.is_percent

    span = f"{measure.when(known['date'].iloc[0])} to {measure.when(known['date'].iloc[-1])}"
    ends = f"from {text(values.iloc[0])} to {text(values.iloc[-1])}"
    return f"{span}: {ends}, lowest {text(values.min())}, highest {text(values.max())}"


def sparkline(measure: Measure | str) -> Drawing:
    """Return a measure, or the one with that id, as a small line for a tile; what it shows is its text alternative."""
    (found,) = _standings([measure])
    return Drawing(line_of(found.measure), f"{found.measure.label}, {in_words(found.measure)}")


def line_of(measure: Measure) -> str:
    """Return the series of a measure as a small line, with its means and its latest point, as SVG."""
    result = measure.result
    middle = next((name for name in ("mean", "median") if name in result), None)
    segments = result["segment"] if middle else None
    return sparkline_chart.svg(result["value"], middle=result[middle] if middle else None, segments=segments)


# The summary of a quarter


def summary(*measures: Measure | str, dataset: str = "") -> Block:
    """Return a list: which measures improved, which need attention, and what is new since the quarter before.

    Parameters
    ----------
    measures : Measure or str
    dataset : str
        As for `overview`.
    """
    standings = _standings(measures, dataset)
    quarter = standings[0].measure.here.quarter
    lists = {
        "What has improved": [f"{_label(each)} ({each.now.improved})" for each in standings if each.now.improved],
        "What needs attention": [
            f"{_label(each)} ({wording.listing(each.now.attention)})" for each in standings if each.now.attention
        ],
        f"What is new since {quarter.previous().label}": [text for each in standings for text in _news(each)],
    }
    text = "\n".join(
        line
        for what, found in lists.items()
        for line in (f"- **{what}:**", *(f"    - {escaped(item)}" for item in found or ["nothing"]))
    )
    return made_block(f"the summary of {len(standings)} measures", text)


def _label(standing: Standing) -> str:
    return standing.measure.definition.label


def _news(standing: Standing) -> Iterator[str]:
    """Yield what a measure's chart says now and did not say at the end of the quarter before."""
    now, before = standing.now, standing.before
    if now.improved and now.improved != before.improved:
        yield f"{_label(standing)}: {now.improved}"
    if before.improved and not now.improved:
        yield f"{_label(standing)}: no longer better"
    for words in now.attention:
        if words not in before.attention:
            yield f"{_label(standing)}: {words}"
    for words in before.attention:
        if words not in now.attention:
            yield f"{_label(standing)}: no longer {words}"


def _definition_of(measure: Measure | str, known: Measures) -> Definition:
    return measure.definition if isinstance(measure, Measure) else known.definition(measure)
