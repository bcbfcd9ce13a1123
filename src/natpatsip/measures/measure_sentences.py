"""Sentences about a measure, as a person would write them: what the chart shows chooses the pattern.

A measure's declaration gives the words: ``noun`` is who or what is counted, ``verb`` what they have done or received.
Where it gives none, or no pattern fits, `natpatsip.spc.describe` says what the chart shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from natpatsip import spc, wording
from natpatsip.blocks.tables_and_callouts import Passage
from natpatsip.facts.fact import Fact, number_of
from natpatsip.facts.publishing import cite
from natpatsip.measures.kinds import FEWEST_FOR_ICONS
from natpatsip.measures.measured_series import MeasuredSeries
from natpatsip.params import FACT_IN_TEXT, Rebase
from natpatsip.settings import read_settings
from natpatsip.spc.describe import TOO_NARROW
from natpatsip.spc.rules import BETWEEN_EVENTS, LIMIT_NAMES, SHORT_GROUP, rule_words, verdict

Parts = list[str | Fact]


@dataclass(frozen=True)
class Shown:
    """What sentences are about: a measure's series, the analysis of it, and its facts by role."""

    series: MeasuredSeries
    result: pd.DataFrame
    facts: Mapping[str, Fact]

    @cached_property
    def found(self) -> spc.Findings:
        """What the measure's control chart shows."""
        return self.series.once("findings", lambda: spc.findings(self.result))


def sentences_of(shown: Shown) -> Passage:
    """Return what the chart of a measure shows now, with the measure's facts in it."""
    patterns = dict.fromkeys(("xmr", "p", "u"), _control_chart) | {
        **dict.fromkeys(BETWEEN_EVENTS, _between_events),
        "run": _run_chart,
        "trend": _line,
    }
    chosen = patterns.get(shown.series.definition.chart)
    if chosen is None:
        return Passage.of(shown.series.description)
    said = chosen(shown) if shown.result["value"].notna().any() else _nothing_yet(shown)
    return Passage.of(*said.parts, f" {shown.series.not_shown}") if shown.series.not_shown else said


def _nothing_yet(shown: Shown) -> Passage:
    own = shown.series.definition
    if own.is_between_events:
        return Passage.of(
            f"There have been fewer than two {own.noun or 'events'}, so there is nothing between them yet."
        )
    if shown.series.hidden:
        return Passage.of(f"The numbers on {_in_a_sentence(own.label)} are too small to be shown.")
    return Passage.of(f"There are no data on {_in_a_sentence(own.label)} yet.")


def _control_chart(shown: Shown) -> Passage:
    found, own = shown.found, shown.series.definition
    if not own.verb or found.mean != found.mean:  # no words, or nothing to put into them
        return Passage.of(_described(shown))
    if found.points < FEWEST_FOR_ICONS:
        return Passage.of(*_few_points(shown))
    if found.is_overdispersed:  # most of its signals are false
        return Passage.of(*_joined(iter([_level(shown)])), f" {TOO_NARROW}")
    sentences = [_level(shown), *_since_then(shown), _judged(shown), _against_target(shown), *_caveats(shown)]
    return Passage.of(*_joined(sentence for sentence in sentences if sentence))


def _between_events(shown: Shown) -> Passage:
    found, own = shown.found, shown.series.definition
    if not own.noun or found.mean != found.mean:
        return Passage.of(_described(shown))
    latest: Parts = [_latest_event(shown)]
    if found.points < FEWEST_FOR_ICONS:
        count, several = wording.number(found.points), wording.plural(found.points, "is", "are")
        intervals = wording.plural(found.points, "interval", "intervals")
        few: Parts = [
            f"there {several} {count} {intervals} between {own.noun} so far, too few to tell a change from chance"
        ]
        return Passage.of(*_joined(iter([few, latest])))
    sentences = [_apart(shown), *_since_then(shown), _judged(shown), _against_target(shown), *_caveats(shown), latest]
    return Passage.of(*_joined(sentence for sentence in sentences if sentence))


def _apart(shown: Shown) -> Parts:
    """Return how far apart the events typically are: half of the intervals are longer."""
    own = shown.series.definition
    subject: Parts = [f"{own.noun} have typically been ", shown.facts["mean"], f" {own.unit} apart"]
    if not shown.found.shifts:
        return subject
    return [f"since {shown.series.when(shown.found.rebased)}", *_because(shown), *subject, *_compared(shown)]


def _latest_event(shown: Shown) -> str:
    """Return when the latest event was: how long it has been since is not in the chart."""
    date, after = shown.result["date"].iloc[-1], shown.series.here.quarter.next().first_month
    days = (after - date.date()).days - 1
    ago = f"{wording.number(days)} {wording.plural(days, 'day', 'days')} before the quarter ended"
    return f"the latest was on {shown.series.when(date)}, {ago if days else 'the day on which the quarter ended'}"


def _joined(sentences: Iterator[Parts]) -> Parts:
    """Return sentences about a measure one after the other, each with a capital letter."""
    text: Parts = []
    for sentence in sentences:
        first, *rest = sentence
        begun = first if isinstance(first, Fact) else f"{first[:1].upper()}{first[1:]}"
        text += [" "] * bool(text) + [begun, *rest, "."]
    return text


def _described(shown: Shown) -> str:
    """Return what the measure's chart shows, in sentences that fit any measure."""
    own = shown.series.definition
    unit = "%" if own.is_percent else own.unit
    return spc.describe(
        shown.result,
        measure=_in_a_sentence(own.label) + _when_shown(shown),
        unit=unit,
        decimals=shown.series.decimals,
        target_label=target_label(shown.series),
        rebase_reasons={month: _bracketed(each) for month, each in shown.series.rebases.items()},
    )


def _bracketed(rebase: Rebase) -> str:
    return f"{rebase.reason}; this reason is illustrative" if rebase.is_illustrative else rebase.reason


def _in_a_sentence(label: str) -> str:
    """Return a measure's label as it reads within a sentence: abbreviations keep their capitals."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def target_label(series: MeasuredSeries) -> str:
    """Return what the report calls a target, as it reads within a sentence."""
    return _in_a_sentence(read_settings(series.here.project).labels.target)


# The level


def _subject(shown: Shown, mean: Fact) -> Parts:
    """Return who has, on average, done or received what: *83% of eligible babies on average have been …*."""
    own, when = shown.series.definition, _when_shown(shown)
    if own.is_percent:
        return [mean, f" of {own.noun} on average {own.verb}{when}"]
    return ["an average of ", mean, f" {own.noun} {own.verb}{when}"]


def _when_shown(shown: Shown) -> str:
    return f" in {shown.series.of_shown}" if shown.series.of_shown else ""


def _level(shown: Shown) -> Parts:
    found = shown.found
    if not found.shifts:
        return [f"since {shown.series.when(found.first_date)}, ", *_subject(shown, shown.facts["mean"])]
    since, mean = f"since {shown.series.when(found.rebased)}", shown.facts["mean"]
    return [since, *_because(shown), *_subject(shown, mean), *_compared(shown)]


def _because(shown: Shown) -> Parts:
    """Return why the measure's limits are new: as a clause where the params have one, else in brackets."""
    rebase = shown.series.rebases.get(shown.found.rebased)
    if rebase is None:
        return [", "]
    if not rebase.when:
        return [f" ({_bracketed(rebase)}), "]
    texts = FACT_IN_TEXT.split(rebase.when)  # text and the id of a fact by turns
    clause: Parts = [cite(text) if place % 2 else text for place, text in enumerate(texts) if text]
    return [", when ", *clause, " (an illustrative reason), " if rebase.is_illustrative else ", "]


def _compared(shown: Shown) -> Parts:
    """Return how the measure's mean compares with the one before, and with the baseline if that is another one."""
    found = shown.found
    if "mean_before" not in shown.facts:
        return []
    mean, before, baseline = shown.facts["mean"], shown.facts["mean_before"], shown.facts["baseline"]
    if mean.text == before.text:
        change: Parts = [", as before"]
    elif not found.shift:
        change = [", against ", before, " before"]
    else:
        change = [f", {found.shift} from ", before]
    first: Parts = [" (", baseline, " at baseline)"] if len(found.segments) > 2 else []
    return [*change, *first]


def _judged(shown: Shown) -> Parts:
    """Return that the measure's step change is a concern; of an improvement, its direction says so already."""
    found = shown.found
    return [f"the {'rise' if found.shift == 'up' else 'fall'} is a concern"] if found.step_verdict == "concern" else []


# What has happened since


def _since_then(shown: Shown) -> Iterator[Parts]:
    """Yield what the points since the last change show: signals if the latest point is part of one."""
    found, series = shown.found, shown.series
    several, is_between = f"{series.step}s", series.definition.is_between_events
    level = "level" if is_between else "average"
    signals: list[tuple[Parts, bool]] = []
    if found.outside:
        start = f"{'the latest interval' if is_between else series.when(found.latest_date)}, at "
        unit = f" {series.definition.unit}" if is_between else ""
        explains = f"{unit}, is {found.outside} the limits of normal variation"
        signals.append(([start, shown.facts["latest"], explains], found.outside == "above"))
    if found.run:
        count = wording.number(found.run_length)
        signals.append(([f"the latest {count} {several} are all {found.run} this {level}"], found.run == "above"))
    if found.trend:
        count = wording.number(found.trend_length)
        text = f"the latest {count} {several} show a {found.trend} trend"
        signals.append(([text], found.trend == "rising"))
    if found.close and not signals:
        text = f"2 of the latest 3 {several} are close to the {LIMIT_NAMES[found.close]} limit"
        signals.append(([text], found.close == "above"))
    for parts, is_up in signals:
        yield [*parts, _verdict(found.improvement, is_up=is_up)]
    if signals:
        return
    if found.is_stable:
        yield [_normal(found, series.step)]
    elif found.latest_signal is not None:
        last = series.when(found.latest_signal)
        yield [f"the last {series.step} that stands out {'ended on' if is_between else 'is'} {last}"]


def _normal(found: spc.Findings, step: str) -> str:
    """Return that the measure has no signal since the last change; whether that is a concern is said after it."""
    if not found.shifts:
        return f"no {step} stands out"
    return (
        f"the {step}s since show normal variation"
        if found.step_verdict == "improvement"
        else f"no {step} since stands out"
    )


def _verdict(improvement: str, *, is_up: bool) -> str:
    found = verdict(improvement, is_up=is_up)
    return f", a sign of {found}" if found else ""


def _against_target(shown: Shown) -> Parts:
    """Return how the measure stands to its target."""
    found = shown.found
    if shown.series.target is None or found.target != found.target:
        return []
    name = shown.series.definition.target
    target = cite(name, shown.series.decided.values[name].period)
    start: Parts = [f"the {target_label(shown.series)} of ", target]
    if found.assurance == "consistent_pass":
        return [*start, " is reliably met"]
    if found.assurance == "consistent_fail":
        return [*start, " is out of reach unless the process changes"]
    side = {True: "above", False: "below"}[found.mean > found.target]
    if found.mean == found.target:
        return [*start, " is met on average"]
    chance = f", which single {shown.series.step}s meet or miss by chance" if found.assurance == "inconsistent" else ""
    average = "typical interval" if shown.series.definition.is_between_events else "average"
    return [f"the {average} is {side} the {target_label(shown.series)} of ", target, chance]


def _caveats(shown: Shown) -> Iterator[Parts]:
    """Yield what else a reader of the measure's chart has to know."""
    found, several = shown.found, f"{shown.series.step}s"
    if found.trailing_missing:
        count = wording.number(found.trailing_missing)
        later = wording.plural(found.trailing_missing, f"{shown.series.step} after it is", f"{several} after it are")
        lacking = "not shown" if shown.series.is_hidden_after(found.latest_date) else "missing"
        yield [f"the latest value is that of {shown.series.when(found.latest_date)}; the {count} {later} {lacking}"]
    if found.current.rows < SHORT_GROUP and found.current.has_limits:
        span = "since then" if found.shifts else "so far"
        rows = found.current.rows
        count = wording.number(rows)
        yield [
            f"the limits {span} are trial limits, from only {count} {wording.plural(rows, shown.series.step, several)}"
        ]


def _few_points(shown: Shown) -> Parts:
    found, own = shown.found, shown.series.definition
    if found.points == 1:
        share = f" of {own.noun}" if own.is_percent else f" {own.noun}"
        return [
            "There is one value so far, ",
            shown.facts["latest"],
            f"{share} in {shown.series.when(found.latest_date)}.",
        ]
    count = wording.number(found.points)
    return [f"In the {count} {shown.series.step}s so far, ", *_subject(shown, shown.facts["mean"]),
            ". That is too few to tell a change from chance."]  # fmt: skip


# Other charts


def _run_chart(shown: Shown) -> Passage:
    series, result = shown.series, shown.result
    own = series.definition
    unit = "" if own.is_percent else f" {own.unit}"
    text: Parts = [f"The median for {_in_a_sentence(own.label)}{_when_shown(shown)} is ", shown.facts["mean"], unit]
    current = result[result["segment"] == result["segment"].iloc[-1]]
    if "mean_before" in shown.facts:
        since = f" since {series.when(current['date'].iloc[0])}, against "
        text += [since, shown.facts["mean_before"], " before"]
    known = current[current["value"].notna()]
    signal = str(known["signal"].iloc[-1]) if len(known) else ""
    if rule := rule_words(signal):
        is_up = "Above" in signal or "Increasing" in signal
        return Passage.of(*text, f". The latest {series.step} is {rule}", _verdict(own.improvement, is_up=is_up), ".")
    return Passage.of(*text, ". The points show no signal of a change.")


def _line(shown: Shown) -> Passage:
    series, known, latest = shown.series, shown.result.dropna(), shown.facts["latest"]
    label, unit = series.definition.label, "" if series.definition.is_percent else f" {series.definition.unit}"
    first, last = (series.when(known["date"].iloc[place]) for place in (0, -1))
    if len(known) == 1:
        return Passage.of(f"{label}: ", latest, f"{unit} in {last}.")
    moved = wording.direction(number_of(latest) - number_of(shown.facts["baseline"]))
    if moved == wording.direction(0):
        return Passage.of(f"{label} {moved}: ", latest, f"{unit} in {last}.")
    return Passage.of(
        f"{label} {moved} from ", shown.facts["baseline"], f" in {first} to ", latest, f"{unit} in {last}."
    )
