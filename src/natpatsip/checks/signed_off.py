"""Chapters that are not what was signed off, and facts that are not what their owners verified."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose

from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import SIGN_OFF, Finding, Place
from natpatsip.compare.built_report import BuiltReport
from natpatsip.params import SignOff, place
from natpatsip.reporters import counted
from natpatsip.signing.since_signed import FACT, FIGURE, TEXT, Difference, differences
from natpatsip.signing.snapshot import Snapshot, kept
from natpatsip.wording import date, listing


def check(context: CheckContext) -> list[Finding]:
    """Return sign-offs that no longer hold, each change since then, and verified facts that have moved."""
    return [*_chapters(context), *_verified(context)]


def _chapters(context: CheckContext) -> Iterator[Finding]:
    report = BuiltReport(context.quarter, tuple(context.facts.values()), context.executed)
    snapshots: dict[str, Snapshot] = {}
    shown: dict[tuple[str, str], list[Difference]] = {}  # once, however many have signed the same
    for number, each in enumerate(context.plan.params.sign_offs):
        if not each.chapter or not each.signed or each.chapter not in report.notebooks:
            continue
        chapter, key = each.chapter, (each.chapter, each.signed)
        now = snapshots.setdefault(chapter, Snapshot.of(report, chapter))
        if now.digest == each.signed:
            continue
        is_first = key not in shown
        signed = kept(context.project, context.quarter, chapter, each.signed)
        changes = shown.setdefault(key, differences(signed, now) if signed else [])
        yield _taken_back(context, number, each, changes, is_kept=signed is not None)
        if is_first:
            yield from (_since(change, each, now, context) for change in changes)


def _taken_back(
    context: CheckContext, number: int, sign_off: SignOff, changes: list[Difference], *, is_kept: bool
) -> Finding:
    where = place(context.quarter, context.project, "sign_offs", number)
    counts = [(kind, sum(each.kind == kind for each in changes)) for kind in (TEXT, FACT, FIGURE)]
    said = listing([counted(count, kind) for kind, count in counts if count])
    if not is_kept:
        said = "what was signed is not in git any more, so that the changes cannot be shown"
    elif not changes:
        said = "the way in which it is recorded has changed with natpatsip"
    message = (
        f"{sign_off.name} ({sign_off.role}) signed off {sign_off.chapter} on {_day(sign_off)}. It has changed since: "
        f"{said}. Have it read and signed again: natpatsip sign {sign_off.chapter} --role "
        f'"{sign_off.role}" --name "{sign_off.name}" --quarter {context.quarter}'
    )
    return Finding(SIGN_OFF, message, where, found=str(sign_off.chapter))


def _since(change: Difference, sign_off: SignOff, now: Snapshot, context: CheckContext) -> Finding:
    message = f"Since {sign_off.name} signed off {now.chapter} on {_day(sign_off)}: {change.kind} {change.message}"
    at = context.places.get((now.chapter, change.cell)) or _title(context, now.chapter)
    return at.finding(SIGN_OFF, message, fact=change.fact, found=change.now, expected=change.was)


def _title(context: CheckContext, chapter: str) -> Place:
    return next(each for each in context.places.values() if each.notebook == chapter)


def _day(sign_off: SignOff) -> str:
    return date(sign_off.date) if sign_off.date else ""


def _verified(context: CheckContext) -> Iterator[Finding]:
    for number, each in enumerate(context.plan.params.verified):
        where = place(context.quarter, context.project, "verified", number)
        by = f"{each.name} ({each.role}) verified it on {date(each.date)}"
        again = (
            f'natpatsip sign --fact {each.fact} --period {each.period} --role "{each.role}" --name "{each.name}" '
            f"--quarter {context.quarter}"
        )
        fact = context.facts.get((each.fact, each.period))
        if fact is None:
            message = f"{each.fact} ({each.period}) is not in the report any more; {by}. Remove the entry."
            yield Finding(SIGN_OFF, message, where, fact=each.fact, expected=str(each.value))
            continue
        value = fact.value if isinstance(fact.value, int | float) else str(fact.value)
        if isinstance(value, str) or isinstance(each.value, str):
            is_same = str(value) == str(each.value)
        else:
            is_same = isclose(value, each.value, rel_tol=1e-9)
        if is_same:
            continue
        was, now = _shown(each.value), _shown(value)
        message = f"{fact.name} ({each.period}) was {was} when {by}, and is now {now}. Have it verified again: {again}"
        if at := context.places.get((fact.section, fact.cell)):
            yield at.finding(SIGN_OFF, message, fact=each.fact, found=now, expected=was)
        else:
            yield Finding(SIGN_OFF, message, where, fact=each.fact, found=now, expected=was)


def _shown(value: float | str) -> str:
    """Return a value with all of its digits: of two that differ, both would read the same with fewer.

    Examples
    --------
    >>> [_shown(each) for each in (1234567.5, 677.0, 677, "Q2")]
    ['1234567.5', '677', '677', 'Q2']
    """
    return f"{value:.12g}" if isinstance(value, float) else str(value)
