"""Text alternatives, written from the data: what a reader who does not see the chart is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from natpatsip import wording
from natpatsip.charts.icons import Icon
from natpatsip.charts.options import amount
from natpatsip.charts.palette import POINTS
from natpatsip.charts.spc_layout import SpcContent
from natpatsip.charts.spc_words import rule_words
from natpatsip.charts.timeline import Timeline


def spc_text(content: SpcContent, *, assurance: Icon | None) -> str:
    """Return what a control chart shows: span, level and limits by segment, special causes, target, gaps."""
    result, segments, line = content.result, content.segments, content.timeline(0)

    def words(value: float) -> str:
        return amount(value, percent=content.percent, decimals=content.decimals)

    known = result[result["value"].notna()]
    count = f"{len(known)} {wording.plural(len(known), 'point', 'points')}"
    title = content.y_title.strip().rstrip(".")
    kind = "Control" if content.middle == "Mean" else "Run"
    said = [f"{kind} chart of {title}, {_span(result, line)} ({count})"]
    if known.empty:
        return f"{said[0]}. No point has a value."
    latest = known.iloc[-1]
    said.append(f"Latest value {words(latest['value'])} {line.at(latest['date'])}")
    before = [None, *segments[:-1]]
    said += [_segment(rows, earlier, content, line, words) for rows, earlier in zip(segments, before, strict=True)]
    said.append(_special_causes(known, line))
    if pd.notna(result["target"].iloc[-1]):
        level = wording.plain(result["target"].iloc[-1], max(content.decimals, 1))
        aim = f"{content.target_label} {level}{'%' if content.percent else ''}"
        said.append(f"{aim}, {assurance.words.lower()}" if assurance else aim)
    if len(known) < len(result) or line.gaps_in(result["date"]):
        said.append(f"{'Months' if line.is_monthly else 'Dates'} without data are gaps in the line")
    if bool(segments[-1]["short_group_warning"].iloc[0]) and pd.notna(segments[-1]["lpl"].iloc[0]):
        said.append("Its limits are trial limits, from fewer than 13 points, and may still move")
    return ". ".join(said) + "."


def _span(result: pd.DataFrame, line: Timeline) -> str:
    first, last = line.words(result["date"].iloc[0]), line.words(result["date"].iloc[-1])
    return first if first == last else f"{first} to {last}"


def _segment(
    rows: pd.DataFrame,
    before: pd.DataFrame | None,
    content: SpcContent,
    line: Timeline,
    words: Callable[[float], str],
) -> str:
    """Return a segment's level and limits, since when and why they hold, and whether the level is up or down."""
    first = rows.iloc[0]
    reason = content.reasons.get(first["date"], "") if before is not None else ""
    since = f"from {line.words(first['date'])}{f' ({reason})' if reason else ''} " if len(content.segments) > 1 else ""
    middle = content.middle.lower()
    if pd.isna(first["mean"]):
        level = f"no {middle}"
    else:
        level = f"{middle} {words(first['mean'])}{_moved(first['mean'], before, words)}"
        if content.middle == "Mean":
            has_limits = pd.notna(first["lpl"])
            level += f", process limits {words(first['lpl'])} to {words(first['upl'])}" if has_limits else ", no limits"
    return f"{since}{level}"[0].upper() + f"{since}{level}"[1:]


def _moved(level: float, before: pd.DataFrame | None, words: Callable[[float], str]) -> str:
    """Say from which level the segment before it came up or down, where that can be told in the numbers written."""
    if before is None or pd.isna(earlier := before["mean"].iloc[0]) or words(earlier) == words(level):
        return ""
    return f", {'up' if level > earlier else 'down'} from {words(earlier)}"


def _special_causes(known: pd.DataFrame, line: Timeline) -> str:
    """Return the special causes in words, the latest four: each stretch of points of one kind, and its rules."""
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


def trend_text(
    dates: Sequence[Any], values: Sequence[float], line: Timeline, *, y_title: str, words: Callable[[float], str]
) -> str:
    """Return what a line shows: where it starts and ends, its highest and lowest."""
    known = [(date, value) for date, value in zip(dates, values, strict=True) if value == value]
    title = y_title.strip().rstrip(".")
    if not known:
        return f"Line chart of {title}. No point has a value."
    (first, start), (last, end) = known[0], known[-1]
    high, low = max(known, key=lambda pair: pair[1]), min(known, key=lambda pair: pair[1])
    if len(known) == 1:
        return f"Line chart of {title}: {words(start)} {line.at(first)}."
    return (
        f"Line chart of {title}, {line.words(first)} to {line.words(last)} ({len(known)} points). "
        f"It goes from {words(start)} to {words(end)}; highest {words(high[1])} {line.at(high[0])}, "
        f"lowest {words(low[1])} {line.at(low[0])}."
    )


def stacked_text(table: pd.DataFrame, *, y_title: str, words: Callable[[float], str]) -> str:
    """Return what stacked bars show: each category in the last bar and in the first.

    Parameters
    ----------
    table : DataFrame
        A row for each bar, a column for each category.
    """
    title = y_title.strip().rstrip(".")

    def bar(name: Any) -> str:
        return f"In {name}, " + "; ".join(f"{category}: {words(value)}" for category, value in table.loc[name].items())

    first, last = table.index[0], table.index[-1]
    if len(table) == 1:
        return f"Stacked bar chart of {title}. {bar(last)}."
    return f"Stacked bar chart of {title}, {first} to {last} ({len(table)} bars). {bar(last)}. {bar(first)}."


def multiples_text(icons: Mapping[str, Icon | None], line: Timeline, *, y_title: str) -> str:
    """Return what small control charts show: of which series the latest point is a special cause.

    Parameters
    ----------
    icons : mapping of str to Icon
        The variation icon of each series, None where it has no point.
    """
    span = f"{line.words(line.dates[0])} to {line.words(line.dates[-1])}"
    head = f"Small control charts of {y_title.strip().rstrip('.')} for {len(icons)} series, {span}."
    special = {
        kind: [name for name, icon in icons.items() if icon and icon.words == kind]
        for kind in dict.fromkeys(icon.words for icon in icons.values() if icon)
        if kind != "Common cause"
    }
    if not special:
        return f"{head} All latest points are common cause."
    said = "; ".join(f"{kind[0].lower()}{kind[1:]} in {wording.listing(names)}" for kind, names in special.items())
    others = len(icons) - sum(len(names) for names in special.values())
    rest = f"the other {wording.in_words(others)}" if others else "none"
    return f"{head} Latest points: {said}; common cause in {rest}."


def matrix_text(
    cells: Mapping[tuple[str, str], tuple[Icon, Icon]], names: Sequence[str], measures: Sequence[str]
) -> str:
    """Return what a grid of icons shows: by measure, each organisation's; by kind where the names would be many."""
    head = (
        f"Variation and assurance icons of {len(measures)} {wording.plural(len(measures), 'measure', 'measures')} "
        f"for {len(names)} {wording.plural(len(names), 'organisation', 'organisations')}."
    )
    said = []
    for measure in measures:
        kinds: dict[str, list[str]] = {}
        for name in names:
            if (name, measure) in cells:
                kinds.setdefault(", ".join(icon.words.lower() for icon in cells[name, measure]), []).append(name)
        parts = [
            f"{wording.listing(whose)} {kind}" if len(whose) <= 3 else f"{len(whose)} of them {kind}"
            for kind, whose in sorted(kinds.items(), key=lambda pair: len(pair[1]))
        ]
        said.append(f"{measure}: {'; '.join(parts)}.")
    return " ".join([head, *said])
