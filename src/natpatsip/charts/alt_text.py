"""Charts in words: what a point shows, and text alternatives written from the data.

Tooltips, tables and text alternatives all take their words from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from natpatsip import wording
from natpatsip.charts.icons import Icon
from natpatsip.charts.layout.time_axis import Timeline
from natpatsip.charts.palette import POINTS
from natpatsip.spc.findings import Findings
from natpatsip.spc.rules import LIMIT_NAMES, MEAN, SHORT_GROUP, rule_words

Words = Callable[[float], str]
NO_VALUE = "no value"
WITHOUT_DATA = "without data"
LONGEST = 149  # characters of a text alternative; the chart's table is its long form
_NORMAL, _LATEST_NORMAL = "all points show normal variation", "latest point shows normal variation"


def point_words(row: Any, middle: str = MEAN) -> str:
    """Return what a chart's point shows, a row of an SPC result.

    Examples
    --------
    >>> point_words(pd.Series({"value": 9.0, "point_type": "special_cause_concern", "special_cause_type": "Above UCL"}))
    'Concern: above the upper limit'
    """
    if pd.isna(row["value"]):
        return NO_VALUE.capitalize()
    rule = rule_words(str(row["special_cause_type"]), middle)
    return f"{POINTS[str(row['point_type'])].words}: {rule or 'normal variation'}"


def spc_text(found: Findings, line: Timeline, *, words: Words, target: str, gaps: str) -> str:
    """Return what a control chart shows, in under 150 characters: its level, its latest points, its target.

    Parameters
    ----------
    words : callable
        Returns a value as the chart prints it.
    target : str
        The target with its label and whether it is met, or an empty text.
    gaps : str
        What a gap is: a month without data.
    """
    if not found.points:
        return "Control chart: no point has a value."
    levels = [(segment.start, segment.mean) for segment in found.segments]
    middle = "average" if found.middle == MEAN else found.middle
    text = _within("Control chart:", [_levels(levels, middle, line, words), _latest(found, middle)])
    is_trial = found.current.has_limits and found.current.rows < SHORT_GROUP
    trial = f"Trial limits, from fewer than {SHORT_GROUP} points" if is_trial else ""
    has_gaps = bool(found.missing) or line.gaps_in(line.dates)
    return _with_more(text, target, _gaps(found.step, has_gaps, gaps), trial)


def run_text(result: pd.DataFrame, line: Timeline, *, middle: str, words: Words, target: str) -> str:
    """Return what a run chart shows, in under 150 characters."""
    known = result[result["value"].notna()]
    if known.empty:
        return "Run chart: no point has a value."
    firsts = result.groupby("segment", sort=True).first()
    levels = list(zip(firsts["date"], firsts["mean"], strict=True))
    rule = rule_words(str(known["special_cause_type"].iloc[-1]))
    is_plain = bool((known["point_type"].astype(str) == "common_cause").all())
    latest = f"latest point is {rule}" if rule else _NORMAL if is_plain else _LATEST_NORMAL
    text = _within("Run chart:", [_levels(levels, middle.lower(), line, words), latest])
    has_gaps = len(known) < len(result) or line.gaps_in(result["date"])
    return _with_more(text, target, _gaps(line.step_name, has_gaps))


def _gaps(step: str, has_gaps: object, what: str = WITHOUT_DATA) -> str:
    return f"Gaps are {step}s {what}" if has_gaps else ""


def _with_more(text: str, *sentences: str) -> str:
    """Return a text with those sentences that stay within the length of a text alternative."""
    for sentence in filter(None, sentences):
        if len(text) + len(sentence) + 2 <= LONGEST:
            text = f"{text} {sentence}."
    return text


def _within(head: str, parts: Iterable[str], *, between: str = "; ", rest: str = "") -> str:
    """Return as many parts, the first always, as stay within the length of a text alternative."""
    text, is_cut = "", False
    for part in filter(None, parts):
        longer = f"{text}{between}{part}" if text else part
        if text and len(f"{head} {longer}.") > LONGEST - len(rest):
            is_cut = True
            break
        text = longer
    return f"{head} {text}{rest if is_cut else ''}."


def _levels(levels: Sequence[tuple[Any, float]], middle: str, line: Timeline, words: Words) -> str:
    """Return how a chart's mean or median went from its first level to its last, as far as printed numbers differ."""
    steps: list[tuple[Any, float]] = []
    for date, level in levels:
        if level == level and not (steps and words(steps[-1][1]) == words(level)):
            steps.append((date, level))
    if not steps:
        return f"no {middle}"
    first, last = words(steps[0][1]), words(steps[-1][1])
    if len(steps) == 1:
        return f"{middle} {first}"
    moves = ["rose" if level > before else "fell" for (_, before), (_, level) in pairwise(steps)]
    if len(steps) == 2:
        return f"{middle} {moves[0]} from {first} to {last} {line.at(steps[1][0])}"
    if len(set(moves)) == 1:
        return f"{middle} {moves[0]} in {len(moves)} steps from {first} to {last}"
    if len(steps) == 3:
        return f"{middle} {moves[0]} from {first} to {words(steps[1][1])}, then {moves[1]} to {last}"
    return f"{middle} went from {first} to {last} in {len(moves)} steps"


def _latest(found: Findings, middle: str) -> str:
    """Return what the latest points of a control chart show."""
    if found.outside:
        return f"latest point {found.outside} the {LIMIT_NAMES[found.outside]} limit"
    points = "points" if found.step == "date" else f"{found.step}s"
    if found.run:
        return f"last {found.run_length} {points} {found.run} {middle}"
    if found.trend:
        return f"last {found.trend_length} {points} {found.trend}"
    if found.close:
        return f"latest points close to the {LIMIT_NAMES[found.close]} limit"
    if not found.current.has_limits:
        return "no limits"
    if found.current.special_causes:
        return _LATEST_NORMAL
    return "normal variation since" if found.shifts else _NORMAL


def trend_text(dates: Sequence[Any], values: Sequence[float], line: Timeline, *, words: Words) -> str:
    """Return what a line shows: where it starts and ends, its highest and lowest."""
    known = [(date, value) for date, value in zip(dates, values, strict=True) if value == value]
    if not known:
        return "Line chart: no point has a value."

    def at(point: tuple[Any, float]) -> str:
        return f"{words(point[1])} {line.at(point[0])}"

    first, last = known[0], known[-1]
    if len(known) == 1:
        return f"Line chart: {at(first)}."
    is_same = words(first[1]) == words(last[1])  # as printed: nothing rises from 980 to 980
    went = "went" if is_same else "rose" if last[1] > first[1] else "fell"
    high, low = max(known, key=lambda pair: pair[1]), min(known, key=lambda pair: pair[1])
    extremes = [f"{name} {at(point)}" for name, point in (("highest", high), ("lowest", low))
                if point[1] not in (first[1], last[1])]  # fmt: skip
    has_gaps = len(known) < len(values) or line.gaps_in(pd.Series(dates))
    return _with_more(
        _within("Line chart:", [f"{went} from {at(first)} to {at(last)}", ", ".join(extremes)]),
        _gaps(line.step_name, has_gaps),
    )


def stacked_text(table: pd.DataFrame, groups: Mapping[str, Sequence[str]], *, words: Words) -> str:
    """Return what stacked bars show: their span, and the parts of the last bar, grouped where they have groups.

    Parameters
    ----------
    table : DataFrame
        A row for each bar, a column for each category; NaN is “no value”.
    groups : mapping of str to sequence of str
        Categories by the name of their group.
    """
    first, last = table.index[0], table.index[-1]
    head = f"Stacked bar chart: {first if len(table) == 1 else f'{first} to {last}'}."
    parts = grouped_sums(table.iloc[-1], groups)
    said = [f"{name} {words(value) if value == value else NO_VALUE}" for name, value in parts.items()]
    return _within(f"{head} {last}:", said, between=", ", rest=", and more")


def grouped_sums(parts: pd.Series[float], groups: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Return a bar's sums by group, and the value of each category that has none, in the order of the categories.

    Examples
    --------
    >>> grouped_sums(pd.Series({"Plan": 2.0, "Test": 4.0, "Done": 1.0}), {"Planning": ["Plan", "Test"]})
    {'Planning': 6.0, 'Done': 1.0}
    """
    of = {category: name for name, categories in groups.items() for category in categories}
    sums: dict[str, float] = {}
    for category, value in parts.items():
        name = of.get(str(category), str(category))
        sums[name] = sums.get(name, 0.0) + float(value)
    return sums


def multiples_text(icons: Mapping[str, Icon | None], line: Timeline) -> str:
    """Return what small control charts show, in under 150 characters: of how many series the latest point is what.

    Parameters
    ----------
    icons : mapping of str to Icon
        The variation icon of each series, None if it has no value. The chart's table says which is whose.
    """
    span = f"{line.words(line.dates[0])} to {line.words(line.dates[-1])}"
    head = f"Small control charts of {len(icons)} series, {span}. Latest points:"
    return _within(head, _counted(icon.words if icon else NO_VALUE for icon in icons.values()), rest="; and more")


def matrix_text(
    cells: Mapping[tuple[str, str], tuple[Icon, Icon] | None], names: Sequence[str], measures: Sequence[str]
) -> str:
    """Return what a grid of icons shows, in under 150 characters: its size, and how often it has which variation icon.

    The chart's table says which icons each organisation has.
    """
    head = (
        f"Icons of {len(measures)} {wording.plural(len(measures), 'measure', 'measures')} for {len(names)} "
        f"{wording.plural(len(names), 'organisation', 'organisations')}. Variation:"
    )
    return _within(head, _counted(icons[0].words if icons else NO_VALUE for icons in cells.values()), rest="; and more")


def _counted(kinds: Iterable[str]) -> list[str]:
    """Return kinds of icons with how often each occurs, common cause and what has no value last.

    Examples
    --------
    >>> _counted(["Common cause", "Concern, low", "Common cause"])
    ['concern, low in 1', 'common cause in 2']
    """
    counts = Counter(kinds)
    order = sorted(counts, key=lambda kind: (kind == NO_VALUE, kind == "Common cause", -counts[kind], kind))
    return [f"{kind[0].lower()}{kind[1:]} in {counts[kind]}" for kind in order]
