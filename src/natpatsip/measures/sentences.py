"""Sentences about a measure, as a person would write them: what the chart shows chooses the pattern.

A measure's declaration gives the words: ``noun`` is who or what is counted, ``verb`` what they have done or received.
Where it gives none, or no pattern fits, `natpatsip.spc.describe` says what the chart shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from natpatsip import spc, wording
from natpatsip.blocks import Passage
from natpatsip.charts.alt_text import rule_words
from natpatsip.fact import Fact
from natpatsip.facts import cite
from natpatsip.measures.kinds import FEWEST_FOR_ICONS
from natpatsip.settings import current_settings
from natpatsip.spc.rules import SHORT_GROUP

if TYPE_CHECKING:
    from natpatsip.measures.indicator import Measure

Parts = list[str | Fact]


def sentences_of(measure: Measure) -> Passage:
    """Return what the chart of a measure shows now, with the measure's facts in it."""
    patterns = {"xmr": _control_chart, "run": _run_chart, "trend": _line}
    chosen = patterns.get(measure.definition.chart)
    if measure.definition.chart != "stacked" and not measure.result["value"].notna().any():
        return Passage.of(f"There are no data on {_in_a_sentence(measure.definition.label)} yet.")
    return chosen(measure) if chosen else Passage.of(measure.description)


def _control_chart(measure: Measure) -> Passage:
    found, own = measure.found, measure.definition
    if not own.verb or found.mean != found.mean:  # no words, or nothing to put into them
        return Passage.of(_described(measure))
    if found.points < FEWEST_FOR_ICONS:
        return Passage.of(*_few_points(measure))
    sentences = [_level(measure), *_since_then(measure), _against_target(measure), *_caveats(measure)]
    return Passage.of(*_joined(sentence for sentence in sentences if sentence))


def _joined(sentences: Iterator[Parts]) -> Parts:
    """Return sentences one after the other, each with a capital letter."""
    text: Parts = []
    for sentence in sentences:
        first, *rest = sentence
        begun = first if isinstance(first, Fact) else f"{first[:1].upper()}{first[1:]}"
        text += [" "] * bool(text) + [begun, *rest, "."]
    return text


def _described(measure: Measure) -> str:
    own = measure.definition
    unit = "%" if own.is_percent else own.unit
    return spc.describe(
        measure.result,
        measure=_in_a_sentence(own.label),
        unit=unit,
        decimals=max(measure.decimals, 0),
        target_label=_target_label(),
        rebase_reasons={month: _bracketed(each) for month, each in measure.rebases.items()},
    )


def _bracketed(rebase: Any) -> str:
    return f"{rebase.reason}; this reason is illustrative" if rebase.is_illustrative else str(rebase.reason)


def _in_a_sentence(label: str) -> str:
    """Return a label as it reads within a sentence: abbreviations keep their capitals."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def _target_label() -> str:
    return _in_a_sentence(current_settings().labels.target)


# The level


def _subject(measure: Measure, mean: Fact) -> Parts:
    """Return who has, on average, done or received what: *83% of eligible babies on average have been …*."""
    own = measure.definition
    if own.is_percent:
        return [mean, f" of {own.noun} on average {own.verb}"]
    return ["an average of ", mean, f" {own.noun} {own.verb}"]


def _level(measure: Measure) -> Parts:
    found = measure.found
    if not found.shifts:
        return [f"since {measure.when(found.first_date)}, ", *_subject(measure, measure.mean)]
    return [
        f"since {measure.when(found.rebased)}{_because(measure)}",
        *_subject(measure, measure.mean),
        *_compared(measure),
    ]


def _because(measure: Measure) -> str:
    """Return why the limits are new: as a clause where the params have one, else in brackets."""
    rebase = measure.rebases.get(measure.found.rebased)
    if rebase is None:
        return ", "
    if not rebase.when:
        return f" ({_bracketed(rebase)}), "
    return f", when {rebase.when}{' (an illustrative reason)' if rebase.is_illustrative else ''}, "


def _compared(measure: Measure) -> Parts:
    """Return how the mean compares with the one before, and with the baseline if that is another one."""
    found = measure.found
    if "mean_before" not in measure.facts:
        return []
    mean, before, baseline = measure.mean, measure.mean_before, measure.baseline
    if mean.text == before.text:
        change: Parts = [", as before"]
    elif not found.shift:
        change = [", against ", before, " before"]
    else:
        change = [f", {found.shift} from ", before]
    if len(found.segments) > 2:
        is_one_way = found.shift and found.gain * found.gain_on_baseline > 0
        change += [" and from " if is_one_way else "; at first it was ", baseline, " at first" if is_one_way else ""]
    return [part for part in change if part]


# What has happened since


def _since_then(measure: Measure) -> Iterator[Parts]:
    """Yield what the points since the last change show: signals if the latest point is part of one."""
    found, several = measure.found, f"{measure.step}s"
    signals: list[tuple[Parts, bool]] = []
    if found.outside:
        month = measure.when(found.latest_date)
        signals.append(([f"{month}, at ", measure.latest, f", lies {found.outside} what ordinary variation explains"],
                        found.outside == "above"))  # fmt: skip
    if found.run:
        count = wording.in_words(found.run_length)
        signals.append(([f"the latest {count} {several} all lie {found.run} this average"], found.run == "above"))
    if found.trend:
        count = wording.in_words(found.trend_length)
        signals.append(([f"the latest {count} {several} follow one another in a {found.trend} trend"],
                        found.trend == "rising"))  # fmt: skip
    for parts, is_up in signals:
        yield [*parts, _verdict(found.improvement, is_up=is_up)]
    if signals:
        return
    if found.is_stable:
        span = "since then" if found.shifts else f"from one {measure.step} to the next"
        yield [f"the ups and downs {span} are no more than ordinary variation"]
    elif found.latest_signal is not None:
        yield [
            f"the last {measure.step} that stands out from ordinary variation is {measure.when(found.latest_signal)}"
        ]


def _verdict(improvement: str, *, is_up: bool) -> str:
    if improvement not in ("increase", "decrease"):
        return ""
    is_better = (improvement == "increase") == is_up
    return ", which is a sign of improvement" if is_better else ", which is a cause for concern"


def _against_target(measure: Measure) -> Parts:
    found = measure.found
    if measure.target is None or found.target != found.target:
        return []
    name = measure.definition.target
    target = cite(name, measure.decided.values[name].period)
    start: Parts = [f"the {_target_label()} of ", target]
    if found.assurance == "consistent_pass":
        return [*start, " is reliably met"]
    if found.assurance == "consistent_fail":
        return [*start, " is out of reach unless the process changes"]
    side = {True: "above", False: "below"}[found.mean > found.target]
    if found.mean == found.target:
        return [*start, " is met on average"]
    chance = f", which single {measure.step}s meet or miss by chance" if found.assurance == "inconsistent" else ""
    return [f"the average is {side} the {_target_label()} of ", target, chance]


def _caveats(measure: Measure) -> Iterator[Parts]:
    found, several = measure.found, f"{measure.step}s"
    if found.trailing_missing:
        count = wording.in_words(found.trailing_missing)
        later = wording.plural(found.trailing_missing, f"{measure.step} after it is", f"{several} after it are")
        yield [f"the latest value is that of {measure.when(found.latest_date)}; the {count} {later} missing"]
    if found.current.rows < SHORT_GROUP and found.current.has_limits:
        span = "since then" if found.shifts else "so far"
        count = wording.in_words(found.current.rows)
        yield [f"with {count} {several} {span} the limits are provisional"]


def _few_points(measure: Measure) -> Parts:
    found, own = measure.found, measure.definition
    if found.points == 1:
        share = f" of {own.noun}" if own.is_percent else f" {own.noun}"
        return ["There is one value so far, ", measure.latest, f"{share} in {measure.when(found.latest_date)}."]
    count = wording.in_words(found.points)
    return [f"In the {count} {measure.step}s so far, ", *_subject(measure, measure.mean),
            ". That is too few to tell a change from chance."]  # fmt: skip


# Other charts


def _run_chart(measure: Measure) -> Passage:
    own, result = measure.definition, measure.result
    unit = "" if own.is_percent else f" {own.unit}"
    text: Parts = [f"The median for {_in_a_sentence(own.label)} is ", measure.mean, unit]
    last = result[result["value"].notna()].iloc[-1]
    start = result.loc[result["segment"] == result["segment"].iloc[-1], "date"].iloc[0]
    if "mean_before" in measure.facts:
        text += [f" since {measure.when(start)}, against ", measure.mean_before, " before"]
    rule = rule_words(str(last["signal"])) if last["segment"] == result["segment"].iloc[-1] else ""
    shown = f"The latest {measure.step} is {rule}" if rule else "The points show no signal of a change"
    is_up = "Above" in str(last["signal"]) or "Increasing" in str(last["signal"])
    return Passage.of(*text, ". ", shown, _verdict(own.improvement, is_up=is_up) if rule else "", ".")


def _line(measure: Measure) -> Passage:
    own, known = measure.definition, measure.result.dropna()
    first, last = known.iloc[0], known.iloc[-1]
    if len(known) == 1:
        return Passage.of(f"{own.label}: ", measure.latest, f" in {measure.when(last['date'])}.")
    unit = "" if own.is_percent else f" {own.unit}"
    moved = wording.direction(_rounded(measure.latest) - _rounded(measure.baseline))
    if moved == wording.direction(0):
        return Passage.of(f"{own.label} {moved}: ", measure.latest, f"{unit} in {measure.when(last['date'])}.")
    return Passage.of(f"{own.label} {moved} from ", measure.baseline, f" in {measure.when(first['date'])} to ",
                      measure.latest, f"{unit} in {measure.when(last['date'])}.")  # fmt: skip


def _rounded(fact: Fact) -> float:
    return float(fact.value)  # type: ignore[arg-type]  # the facts of a measure are numbers
