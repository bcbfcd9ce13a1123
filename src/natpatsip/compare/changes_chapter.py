"""The chapter *What changed since last quarter*; in a draft it also shows its reviewers what was reworded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from natpatsip.blocks.values_in_words import escaped
from natpatsip.compare import compare
from natpatsip.compare.built_report import BuiltReport, CompareError
from natpatsip.compare.changes import FIGURES, NARRATIVE, NUMBERS, NUMBERS_OF_ONE, Change, Comparison, number_table
from natpatsip.compare.word_diff import ADDED, REMOVED, SAME, abridged, difference, marked, words_of
from natpatsip.pipeline.staging.markdown import BETWEEN

NAME = "changes"
TITLE = f"# What changed since last quarter {{#{NAME}}}"
AROUND = 12  # words shown beside each change
MARKS = {SAME: "{}", REMOVED: "[{}]{{.removed}}", ADDED: "[{}]{{.added}}"}
SINCE = " A mean since a date covers every month since then, so it usually changes less than the average of a quarter."
VERBS = {
    "narrative-reworded": "Reworded",
    "narrative-moved": "Moved",
    "narrative-added": "Added",
    "narrative-removed": "Removed",
}


def since_previous_quarter(now: BuiltReport, folders: Sequence[Path], *, is_final: bool = False) -> str | None:
    """Return the chapter, compared with the first of the folders that holds the previous report.

    Returns
    -------
    str or None
        None if there is nothing to compare with: the quarter before is not built, or there is none.
    """
    for folder in folders:
        try:
            return chapter(compare(BuiltReport.read(folder, now.quarter.previous()), now), is_final=is_final)
        except CompareError:
            continue
    return None


def chapter(comparison: Comparison, *, is_final: bool = False) -> str:
    """Return the chapter of changes, in the constructs of docs/chapters.md; in a final edition without narrative."""
    before = comparison.before.quarter
    narrative = (
        " The narrative comes last, for the reviewers of this draft: what was said, and what is said now. If only a "
        "number in a sentence has changed, it is listed as a number."
    )
    intro = (
        f"This page compares this report with that of {before.label}, chapter by chapter: each number with its "
        f"counterpart, and what each figure says.{'' if is_final else narrative}"
    )
    chapters = [text for name in _chapters(comparison) if (text := _chapter(comparison, name))]
    chapters += [] if is_final else _narrative(comparison)
    if not chapters:
        chapters = [f"Nothing has changed since {before.label}."]
    return "\n\n".join([TITLE, intro, *_notes(comparison), *chapters]) + "\n"


def _notes(comparison: Comparison) -> Iterator[str]:
    """Yield what is to be known of all chapters' changes."""
    if comparison.of(*NUMBERS):
        yield (
            "A control chart tells whether the quarter's months show a real change or normal variation. Not every "
            "number has one." + any(": mean since " in each.label for each in comparison.of(*NUMBERS)) * SINCE
        )
    if any(fact.is_illustrative for report in (comparison.before, comparison.now) for fact in report.facts):
        yield (
            "Some of these numbers are illustrative, or rest on illustrative data. If this is so of only one "
            "of two values, this page does not say by how much the number changed."
        )


def _chapters(comparison: Comparison) -> Iterator[str]:
    """Yield the chapters of both reports in reading order, and at last no chapter, for numbers that none uses."""
    yield from dict.fromkeys([*comparison.now.notebooks, *comparison.before.notebooks, ""])


def _chapter_of(change: Change, comparison: Comparison) -> str:
    if change.fact:
        return comparison.now.chapter_of(change.fact) or comparison.before.chapter_of(change.fact)
    return change.notebook.removesuffix(".ipynb")


def _of_chapter(comparison: Comparison, name: str) -> tuple[Comparison, str]:
    """Return the changes of one chapter, and its title."""
    changes = tuple(each for each in comparison.changes if _chapter_of(each, comparison) == name)
    title = (comparison.before.titles | comparison.now.titles).get(name, "Other numbers")
    return replace(comparison, changes=changes), title


def _chapter(comparison: Comparison, name: str) -> str:
    """Return the changes of one chapter's numbers and figures under its title; empty if there are none."""
    own, title = _of_chapter(comparison, name)
    parts = [*_numbers(own, title), *_figures(own)]
    return "\n\n".join([f"## {escaped(title)} {{#{NAME}-{name or 'other'}}}", *parts]) if parts else ""


def _numbers(comparison: Comparison, title: str) -> Iterator[str]:
    before, now = comparison.before.quarter.label, comparison.now.quarter.label
    if numbers := comparison.of(*NUMBERS):
        caption = f": {escaped(title)}: numbers of {before} and {now}"
        yield "\n".join([*number_table(numbers, comparison), "", caption])
    if rest := comparison.of(*NUMBERS_OF_ONE):
        yield "\n".join(f"- {escaped(_of_one(change, comparison))}" for change in rest)


def _of_one(change: Change, comparison: Comparison) -> str:
    """Return a number that only one of the two reports has."""
    if change.check == "fact-appeared":
        return f"New: {change.label.removesuffix(f' ({comparison.now.quarter.label})')} ({change.found})"
    return f"Gone: {change.label.removesuffix(f' ({comparison.before.quarter.label})')} (it was {change.expected})"


def _figures(comparison: Comparison) -> Iterator[str]:
    if changes := comparison.of(*FIGURES):
        yield "What the figures say:"
        yield "\n".join(f"- {_figure(change, comparison)}" for change in changes)


def _figure(change: Change, comparison: Comparison) -> str:
    if change.check == "figure-vanished":
        gone = comparison.before.figures[change.figure]
        return f"Figure {gone.number} of {comparison.before.quarter.label} is gone: {escaped(gone.title)}"
    figure = comparison.now.figures[change.figure]
    link = f"[Figure {figure.number}]({figure.chapter}.qmd#{figure.id})"
    if change.check == "figure-appeared":
        return f"{link} is new: {escaped(figure.title)}"
    shows = f" (months of {comparison.now.quarter.label}: {escaped(change.shows)})" if change.shows else ""
    return f"{link}: {marked(change.words, MARKS, escape=escaped)}{shows}"


def _narrative(comparison: Comparison) -> Iterator[str]:
    """Yield the changed passages of all chapters under one heading: they are long, and of use to reviewers alone."""
    if comparison.of(*NARRATIVE):
        counts = [f"{len(found)} {VERBS[kind].lower()}" for kind in NARRATIVE if (found := comparison.of(kind))]
        yield f"## Changes of wording {{#{NAME}-of-wording}}"
        yield f"Passages (paragraphs, headings, list items): {', '.join(counts)}."
    for name in _chapters(comparison):
        yield from _passages(*_of_chapter(comparison, name), name)


def _passages(comparison: Comparison, title: str, name: str) -> Iterator[str]:
    """Yield the chapter's changed passages by what happened to them, which a heading says once."""
    for kind in NARRATIVE:
        if changes := comparison.of(kind):
            yield f"### {VERBS[kind]}: {escaped(title)} {{#{NAME}-{name}-{VERBS[kind].lower()}}}"
            yield from _sections(changes, title, comparison)


def _sections(changes: Sequence[Change], title: str, comparison: Comparison) -> Iterator[str]:
    for where in dict.fromkeys(change.where for change in changes):
        section = where.removeprefix(title).removeprefix(BETWEEN)
        heading, own = where.rpartition(BETWEEN)[2], [each for each in changes if each.where == where]
        said = [each for each in own if not (_is_whole(each) and each.words[0][1] == heading)]
        if said and said[0].check == "narrative-reworded":
            texts = [_both(each, comparison) for each in said]
        else:
            texts = ["\n".join(f"- {_passage(each)}" for each in said)]
        yield "\n\n".join(filter(None, [section and f"**{escaped(section)}**", *texts]))


def _is_whole(change: Change) -> bool:
    """Return True for a passage all of which was added or removed."""
    return change.check in ("narrative-added", "narrative-removed")


def _passage(change: Change) -> str:
    if change.check == "narrative-moved":
        return f"{escaped(change.words[0][1])} ({escaped(change.change)})"
    return escaped(change.words[0][1])  # the heading above it says that it is new or gone


def _both(change: Change, comparison: Comparison) -> str:
    """Return a reworded passage as each report has it, with the numbers that it gave."""
    words = abridged(difference(words_of(change.expected), words_of(change.found)), AROUND)
    lines = []
    for report, own in ((comparison.before, REMOVED), (comparison.now, ADDED)):
        side = [each for each in words if each[0] in (SAME, own)]
        lines.append(f"**{report.quarter.label}:** {marked(side, MARKS, escape=escaped)}")
    return "\\\n".join(lines)
