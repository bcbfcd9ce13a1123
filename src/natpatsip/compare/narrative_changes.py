"""Passages of narrative that are new, gone, moved or reworded."""

from __future__ import annotations

from collections.abc import Iterator

from natpatsip.compare import matching
from natpatsip.compare.built_report import BuiltReport
from natpatsip.compare.changes import Change
from natpatsip.compare.matching import Match
from natpatsip.compare.passages import Passage, passages
from natpatsip.compare.word_diff import ADDED, AROUND, REMOVED, SAME, Stretch, difference, marked, shortened

MOST_WORDS = 40  # of a passage in a message; `words` holds all of it


def narrative_matches(before: BuiltReport, now: BuiltReport) -> dict[str, list[Match]]:
    """Return all passages of two reports by chapter, each with its counterpart; chapters in the second's order."""
    chapters = dict.fromkeys([*now.notebooks, *before.notebooks])
    old, new = ({name: list(passages(report, name)) for name in chapters} for report in (before, now))
    return matching.all_matched(old, new)


def narrative_changes(before: BuiltReport, now: BuiltReport) -> Iterator[Change]:
    """Yield what was reworded, moved, added and removed, chapter by chapter in the order of the second report."""
    for match in matching.changed(narrative_matches(before, now)):
        if match.before and match.now:
            if match.kind == matching.REWORDED:
                yield _reworded(match.before, match.now, now)
            else:
                yield _moved(
                    match.now, now, origin=before.place(match.before.chapter, match.before.section), match=match
                )
        elif match.now:
            yield _whole("narrative-added", match.now, now)
        elif match.before:
            yield _whole("narrative-removed", match.before, before)


def way_of(match: Match, origin: str, place: str) -> str:
    """Return how a passage has moved, in words: within its section, or from where."""
    return match.direction if origin == place and match.direction else f"from {origin}"


def _reworded(before: Passage, now: Passage, report: BuiltReport) -> Change:
    words = difference(before.words, now.words)
    message = marked(words, around=AROUND)
    return _change("narrative-reworded", message, now, report, words, expected=before.text, found=now.text)


def _moved(now: Passage, report: BuiltReport, *, origin: str, match: Match) -> Change:
    place = report.place(now.chapter, now.section)
    way = way_of(match, origin, place)
    message = f"{shortened(now.text, MOST_WORDS)} (moved {way})"
    words = ((SAME, now.text),)
    return _change("narrative-moved", message, now, report, words, expected=origin, found=place, change=way)


def _whole(kind: str, passage: Passage, report: BuiltReport) -> Change:
    text, message = passage.text, shortened(passage.text, MOST_WORDS)
    if kind == "narrative-added":
        return _change(kind, message, passage, report, ((ADDED, text),), found=text)
    return _change(kind, message, passage, report, ((REMOVED, text),), expected=text)


def _change(
    kind: str, message: str, passage: Passage, report: BuiltReport, words: tuple[Stretch, ...], **more: str
) -> Change:
    where, notebook = report.place(passage.chapter, passage.section), f"{passage.chapter}.ipynb"
    return Change(kind, message, where, notebook, passage.cell, words=words, **more)  # type: ignore[arg-type]
