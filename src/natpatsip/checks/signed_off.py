"""Chapters, or a whole report, that are not what was signed off, and facts that are not what their owners verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isclose

from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import SIGN_OFF, Finding, Place
from natpatsip.compare.built_report import BuiltReport
from natpatsip.files.digests import sha256
from natpatsip.params import SignOff, place
from natpatsip.reporters import counted
from natpatsip.signing.since_signed import FACT, FIGURE, TEXT, Difference, differences
from natpatsip.signing.snapshot import Snapshot, kept, kept_chapters, list_of_chapters
from natpatsip.wording import date, listing

REPORT = "the whole report"
LOST = "what was signed is not in git any more, so that the changes cannot be shown"
RECORDED = "the way in which it is recorded has changed with natpatsip"


def check(context: CheckContext) -> list[Finding]:
    """Return sign-offs that no longer hold, each change since then, and verified facts that have moved."""
    return [*_sign_offs(context), *_verified(context)]


def _sign_offs(context: CheckContext) -> Iterator[Finding]:
    chapters = _Chapters(context)
    for number, each in enumerate(context.plan.params.sign_offs):
        if not each.signed or (each.chapter and each.chapter not in chapters.report.notebooks):
            continue
        changed = chapters.changed(each)
        if changed == {}:
            continue
        said = LOST if changed is None else chapters.said(changed)
        yield _taken_back(context, number, each, said)
        for name, signed in chapters.to_show(changed or {}):
            for change in chapters.differences(name, signed) or ():
                yield _since(change, each, chapters.now(name), context)


class _Chapters:
    """The chapters as they are, beside what was signed of them."""

    def __init__(self, context: CheckContext) -> None:
        self.context = context
        self.report = BuiltReport(context.quarter, tuple(context.facts.values()), context.executed)
        self.seen: set[tuple[str, str]] = set()
        self._differences: dict[tuple[str, str], list[Difference] | None] = {}
        self._now: dict[str, Snapshot] = {}

    def now(self, name: str) -> Snapshot:
        """Return what a chapter to check says now."""
        if name not in self._now:
            self._now[name] = Snapshot.of(self.report, name)
        return self._now[name]

    def changed(self, sign_off: SignOff) -> dict[str, str] | None:
        """Return the chapters to report: not as somebody signed them, with the hash that they had; new ones have none.

        None if it is not known any more which chapters there were.
        """
        here, digest = self.report.notebooks, str(sign_off.signed)
        if sign_off.chapter:
            return {} if self.now(sign_off.chapter).digest == digest else {sign_off.chapter: digest}
        if sha256(list_of_chapters(map(self.now, here))) == digest:
            return {}
        signed = kept_chapters(self.context.project, self.context.quarter, digest)
        if signed is None:
            return None
        names = [*here, *(name for name in signed if name not in here)]
        now = {name: self.now(name).digest for name in here}
        return {name: signed.get(name, "") for name in names if now.get(name) != signed.get(name)}

    def to_show(self, changed: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return the chapters whose changes are to be listed: once, however many have signed the same."""
        found = [
            key for key in changed.items() if all(key) and key[0] in self.report.notebooks and key not in self.seen
        ]
        self.seen.update(found)
        return found

    def differences(self, name: str, signed: str) -> list[Difference] | None:
        """Return what the check finds changed in a chapter; None if what was signed is not known any more."""
        key = (name, signed)
        if key not in self._differences:
            before = kept(self.context.project, self.context.quarter, name, signed)
            self._differences[key] = differences(before, self.now(name)) if before else None
        return self._differences[key]

    def said(self, changed: Mapping[str, str]) -> str:
        """Return what a finding says has changed, counted by its kind."""
        here = self.report.notebooks
        there = {name: self.differences(name, signed) for name, signed in changed.items() if signed and name in here}
        found = [change for changes in there.values() for change in changes or ()]
        counts = [(kind, sum(each.kind == kind for each in found)) for kind in (TEXT, FACT, FIGURE)]
        parts = [listing([counted(count, kind) for kind, count in counts if count])] if found else []
        for state, names in (
            ("new", [name for name in changed if not changed[name]]),
            ("gone", [name for name in changed if name not in here]),
        ):
            parts += [f"the chapter {name} is {state}" for name in names]
        if any(changes is None for changes in there.values()):
            parts.append(LOST)
        return "; ".join(parts) or RECORDED


def _taken_back(context: CheckContext, number: int, sign_off: SignOff, said: str) -> Finding:
    where = place(context.quarter, context.project, "sign_offs", number)
    chapter = f"{sign_off.chapter} " if sign_off.chapter else ""
    message = (
        f"{sign_off.name} ({sign_off.role}) signed off {sign_off.chapter or REPORT} on {_day(sign_off)}. It has "
        f"changed since: {said}. Have it read and signed again: natpatsip sign {chapter}--role "
        f'"{sign_off.role}" --name "{sign_off.name}" --quarter {context.quarter}'
    )
    return Finding(SIGN_OFF, message, where, found=sign_off.chapter or REPORT)


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
    """Return a verified value with all of its digits: of two that differ, both would read the same with fewer.

    Examples
    --------
    >>> [_shown(each) for each in (1234567.5, 677.0, 677, "Q2")]
    ['1234567.5', '677', '677', 'Q2']
    """
    return f"{value:.12g}" if isinstance(value, float) else str(value)
