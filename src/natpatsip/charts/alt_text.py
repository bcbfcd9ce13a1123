"""Charts in words: what a point shows, and text alternatives written from the data.

Tooltips, tables and text alternatives all take their words from here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from natpatsip import wording
from natpatsip.charts.icons import Icon
from natpatsip.charts.layout.time_axis import Timeline
from natpatsip.charts.palette import POINTS

Words = Callable[[float], str]
NO_VALUE = "no value"
_RULES = (
    (r"Above UCL", "above the upper limit"),
    (r"Below LCL", "below the lower limit"),
    (r"(?P<n>\d+) Point Trend \(Increasing\)", "part of a rising trend of {n} or more points"),
    (r"(?P<n>\d+) Point Trend \(Decreasing\)", "part of a falling trend of {n} or more points"),
    (r"2 in 3 Above CL", "one of two points in three close to the upper limit"),
    (r"2 in 3 Below CL", "one of two points in three close to the lower limit"),
    (r"(?P<n>\d+) Points Above CL", "part of a run of {n} or more points above the mean"),
    (r"(?P<n>\d+) Points Above Median", "part of a run of {n} or more points above the median"),
    (r"(?P<n>\d+) Points Below Median", "part of a run of {n} or more points below the median"),
    (r"(?P<n>\d+) Points Below CL", "part of a run of {n} or more points below the mean"),
)


def rule_words(special_cause_type: str) -> str:
    """Return in words which rule a point broke, or an empty text if it broke none.

    Examples
    --------
    >>> rule_words("7 Points Above CL")
    'part of a run of seven or more points above the mean'
    >>> rule_words("Common Cause")
    ''
    """
    for pattern, words in _RULES:
        if found := re.fullmatch(pattern, special_cause_type):
            length = found.groupdict().get("n")
            return words.format(n=wording.in_words(int(length)) if length else length)
    return ""


def point_words(row: Any) -> str:
    """Return what a row of an SPC result shows.

    Examples
    --------
    >>> point_words(pd.Series({"value": 9.0, "point_type": "special_cause_concern", "special_cause_type": "Above UCL"}))
    'Concern: above the upper limit'
    """
    if pd.isna(row["value"]):
        return NO_VALUE.capitalize()
    rule = rule_words(str(row["special_cause_type"]))
    return f"{POINTS[str(row['point_type'])].words}: {rule or 'ordinary variation'}"


def spc_text(
    segments: Sequence[pd.DataFrame],  # the rows of each segment
    line: Timeline,
    *,
    y_title: str,
    middle: str,  # mean, or Median for a run chart
    words: Words,  # returns a value as the chart prints it
    reasons: Mapping[Any, str],  # why limits were recalculated
    target: str,  # the target with its label and whether it is met, or an empty text
) -> str:
    """Return what a control chart shows: span, level and limits by segment, special causes, target, gaps."""
    result = pd.concat(segments)
    known = result[result["value"].notna()]
    count = f"{len(known)} {wording.plural(len(known), 'point', 'points')}"
    kind = "Control" if middle == "Mean" else "Run"
    first, last = line.words(result["date"].iloc[0]), line.words(result["date"].iloc[-1])
    span = first if first == last else f"{first} to {last}"
    sentences = [f"{kind} chart: {_title(y_title)}, {span} ({count})"]
    if known.empty:
        return f"{sentences[0]}. No point has a value."
    latest = known.iloc[-1]
    sentences.append(f"Latest value {words(latest['value'])} {line.at(latest['date'])}")
    for rows, before in zip(segments, [None, *segments[:-1]], strict=True):
        reason = reasons.get(rows["date"].iloc[0], "") if before is not None else ""
        since = f"from {line.words(rows['date'].iloc[0])}{f' ({reason})' if reason else ''} "
        level = f"{since if len(segments) > 1 else ''}{_level(rows, before, middle, words)}"
        sentences.append(level[0].upper() + level[1:])
    sentences.append(_special_causes(known, line))
    if target:
        sentences.append(target)
    if len(known) < len(result) or line.gaps_in(result["date"]):
        sentences.append(f"{line.step_name.capitalize()}s without data are gaps in the line")
    if bool(segments[-1]["short_group_warning"].iloc[0]) and pd.notna(segments[-1]["lpl"].iloc[0]):
        sentences.append("Its limits are trial limits, from fewer than 13 points, and may still move")
    return ". ".join(sentences) + "."


def _title(y_title: str) -> str:
    return y_title.strip().rstrip(".")


def _level(rows: pd.DataFrame, before: pd.DataFrame | None, middle: str, words: Words) -> str:
    """Return a segment's level and limits, and from which level it moved if the printed numbers differ."""
    first = rows.iloc[0]
    if pd.isna(first["mean"]):
        return f"no {middle.lower()}"
    level = words(first["mean"])
    earlier = float("nan") if before is None else before["mean"].iloc[0]
    if pd.notna(earlier) and words(earlier) != level:
        level += f", {'up' if first['mean'] > earlier else 'down'} from {words(earlier)}"
    if middle == "Mean":
        has_limits = pd.notna(first["lpl"])
        limits = f"process limits {words(first['lpl'])} to {words(first['upl'])}" if has_limits else "no limits"
        level += f", {limits}"
    return f"{middle.lower()} {level}"


def _special_causes(known: pd.DataFrame, line: Timeline) -> str:
    """Return the latest four special causes in words: each stretch of points of one kind, and its rules."""
    kind = known["point_type"].astype(str)
    stretch = ((kind != kind.shift()) | (known["segment"] != known["segment"].shift())).cumsum()
    found = []
    for _, rows in known[kind != "common_cause"].groupby(stretch):
        rules = dict.fromkeys(rule_words(str(cause)) for cause in rows["special_cause_type"])
        first, last = line.words(rows["date"].iloc[0]), line.words(rows["date"].iloc[-1])
        when = line.at(rows["date"].iloc[0]) if first == last else f"from {first} to {last}"
        found.append(f"{POINTS[str(rows['point_type'].iloc[0])].words.lower()} {when} ({', '.join(rules)})")
    if not found:
        where = "All points are" if known["segment"].nunique() == 1 else "Within each period all points are"
        return f"{where} common cause: ordinary variation"
    more = f"; and {len(found) - 4} earlier" if len(found) > 4 else ""
    return f"Special causes: {'; '.join(found[-4:])}{more}"


def trend_text(dates: Sequence[Any], values: Sequence[float], line: Timeline, *, y_title: str, words: Words) -> str:
    """Return what a line shows: where it starts and ends, its highest and lowest."""
    known = [(date, value) for date, value in zip(dates, values, strict=True) if value == value]
    title = _title(y_title)
    if not known:
        return f"Line chart: {title}. No point has a value."
    (first, start), (last, end) = known[0], known[-1]
    high, low = max(known, key=lambda pair: pair[1]), min(known, key=lambda pair: pair[1])
    if len(known) == 1:
        return f"Line chart: {title}, {words(start)} {line.at(first)}."
    has_gaps = len(known) < len(values) or line.gaps_in(pd.Series(dates))
    gaps = f" {line.step_name.capitalize()}s without data are gaps in the line." if has_gaps else ""
    return (
        f"Line chart: {title}, {line.words(first)} to {line.words(last)} ({len(known)} points). "
        f"It goes from {words(start)} to {words(end)}; highest {words(high[1])} {line.at(high[0])}, "
        f"lowest {words(low[1])} {line.at(low[0])}.{gaps}"
    )


def stacked_text(table: pd.DataFrame, *, y_title: str, words: Words) -> str:
    """Return what stacked bars show: each category in the last bar and in the first.

    Parameters
    ----------
    table : DataFrame
        A row for each bar, a column for each category; NaN is “no value”.
    """

    def part(value: float) -> str:
        return words(value) if value == value else NO_VALUE

    def bar(name: Any) -> str:
        return f"In {name}, " + "; ".join(f"{category}: {part(value)}" for category, value in table.loc[name].items())

    first, last, title = table.index[0], table.index[-1], _title(y_title)
    if len(table) == 1:
        return f"Stacked bar chart: {title}. {bar(last)}."
    return f"Stacked bar chart: {title}, {first} to {last} ({len(table)} bars). {bar(last)}. {bar(first)}."


def multiples_text(icons: Mapping[str, Icon | None], line: Timeline, *, y_title: str) -> str:
    """Return what small control charts show: the series whose latest point is a special cause.

    Parameters
    ----------
    icons : mapping of str to Icon
        The variation icon of each series, None if it has no value.
    """
    span = f"{line.words(line.dates[0])} to {line.words(line.dates[-1])}"
    head = f"Small control charts: {_title(y_title)}, {len(icons)} series, {span}."
    special = {
        kind: [name for name, icon in icons.items() if icon and icon.words == kind]
        for kind in dict.fromkeys(icon.words for icon in icons.values() if icon)
        if kind != "Common cause"
    }
    empty = [name for name, icon in icons.items() if icon is None]
    without = f" {wording.listing(empty)} {wording.plural(len(empty), 'has', 'have')} no value." if empty else ""
    if len(empty) == len(icons):
        return f"{head} No point has a value."
    if not special:
        return f"{head} All latest points are common cause.{without}"
    found = "; ".join(f"{kind[0].lower()}{kind[1:]} in {wording.listing(names)}" for kind, names in special.items())
    others = len(icons) - len(empty) - sum(len(names) for names in special.values())
    rest = f"the other {wording.in_words(others)}" if others else "none"
    return f"{head} Latest points: {found}; common cause in {rest}.{without}"


def matrix_text(
    cells: Mapping[tuple[str, str], tuple[Icon, Icon] | None], names: Sequence[str], measures: Sequence[str]
) -> str:
    """Return what a grid of icons shows: for each measure, which organisations have which icons, or how many."""
    head = (
        f"Variation and assurance icons of {len(measures)} {wording.plural(len(measures), 'measure', 'measures')} "
        f"for {len(names)} {wording.plural(len(names), 'organisation', 'organisations')}."
    )
    sentences = []
    for measure in measures:
        kinds: dict[str, list[str]] = {}
        for name in names:
            if (name, measure) in cells:
                icons = cells[name, measure]
                kinds.setdefault(", ".join(icon.words.lower() for icon in icons) if icons else NO_VALUE, []).append(
                    name
                )
        parts = [
            f"{wording.listing(whose)} {kind}" if len(whose) <= 3 else f"{len(whose)} of them {kind}"
            for kind, whose in sorted(kinds.items(), key=lambda pair: len(pair[1]))
        ]
        sentences.append(f"{measure}: {'; '.join(parts)}.")
    return " ".join([head, *sentences])
