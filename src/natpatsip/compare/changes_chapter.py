"""The chapter *What changed since last quarter*; in a draft it also shows its reviewers what was reworded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from natpatsip.blocks.values_in_words import escaped
from natpatsip.compare import compare
from natpatsip.compare.built_report import BuiltReport, CompareError
from natpatsip.compare.changes import FIGURES, NARRATIVE, NUMBERS, NUMBERS_OF_ONE, Change, Comparison, number_table
from natpatsip.compare.word_diff import ADDED, REMOVED, SAME, marked
from natpatsip.pipeline.staging.markdown import BETWEEN

NAME = "changes"
TITLE = f"# What changed since last quarter {{#{NAME}}}"
AROUND = 12  # words shown beside each change
MARKS = {SAME: "{}", REMOVED: "[{}]{{.removed}}", ADDED: "[{}]{{.added}}"}
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
    """Return the chapter, in the constructs of docs/chapters.md; of a final edition without the narrative."""
    before = comparison.before.quarter
    narrative = (
        " It also shows the narrative word by word, for the reviewers of this draft. If only a number in a sentence "
        "has changed, it is listed as a number."
    )
    parts = [
        TITLE,
        f"This page compares this report with that of {before.label}: each number with its counterpart, and what each "
        f"figure says.{'' if is_final else narrative}",
        *_numbers(comparison),
        *_figures(comparison),
        *([] if is_final else _narrative(comparison)),
    ]
    if len(parts) == 2:
        parts.append(f"Nothing has changed since {before.label}.")
    return "\n\n".join(parts) + "\n"


def _numbers(comparison: Comparison) -> Iterator[str]:
    before, now = comparison.before.quarter.label, comparison.now.quarter.label
    numbers, rest = comparison.of(*NUMBERS), comparison.of(*NUMBERS_OF_ONE)
    if numbers or rest:
        yield f"## Numbers {{#{NAME}-numbers}}"
    if numbers:
        caption = f": Numbers that changed from {before} to {now}"
        yield "\n".join([*number_table(numbers, comparison), "", caption])
        yield (
            "A control chart tells whether the quarter's months show a real change or normal variation. Not every "
            "number has one."
        )
    if rest:
        yield "\n".join(f"- {escaped(_of_one(change, comparison))}" for change in rest)


def _of_one(change: Change, comparison: Comparison) -> str:
    """Return a number that only one of the two reports has."""
    if change.check == "fact-appeared":
        return f"New: {change.label.removesuffix(f' ({comparison.now.quarter.label})')} ({change.found})"
    return f"Gone: {change.label.removesuffix(f' ({comparison.before.quarter.label})')} (it was {change.expected})"


def _figures(comparison: Comparison) -> Iterator[str]:
    if changes := comparison.of(*FIGURES):
        yield f"## What the figures say {{#{NAME}-figures}}"
        yield "\n".join(f"- {_figure(change, comparison)}" for change in changes)


def _figure(change: Change, comparison: Comparison) -> str:
    if change.check == "figure-vanished":
        gone = comparison.before.figures[change.figure]
        return f"Figure {gone.number} of {comparison.before.quarter.label} is gone: {escaped(gone.title)}"
    figure = comparison.now.figures[change.figure]
    link = f"[Figure {figure.number}]({figure.chapter}.qmd#{figure.id})"
    if change.check == "figure-appeared":
        return f"{link} is new: {escaped(figure.title)}"
    shows = f" ({escaped(change.shows)})" if change.shows else ""
    return f"{link}: {marked(change.words, MARKS, escape=escaped)}{shows}"


def _narrative(comparison: Comparison) -> Iterator[str]:
    if not (changes := comparison.of(*NARRATIVE)):
        return
    counts = [f"{len(found)} {VERBS[kind].lower()}" for kind in NARRATIVE if (found := comparison.of(kind))]
    yield f"## Narrative {{#{NAME}-narrative}}"
    yield f"Passages (paragraphs, headings, list items): {', '.join(counts)}."
    titles = comparison.before.titles | comparison.now.titles
    for notebook, own in groupby(changes, key=lambda change: change.notebook):  # a chapter's changes are consecutive
        name = notebook.removesuffix(".ipynb")
        yield f"### {escaped(titles[name])} {{#{NAME}-{name}}}"
        yield from _sections(list(own), titles[name])


def _sections(changes: Sequence[Change], title: str) -> Iterator[str]:
    for where in dict.fromkeys(change.where for change in changes):
        section = where.removeprefix(title).removeprefix(BETWEEN)
        heading, own = where.rpartition(BETWEEN)[2], [each for each in changes if each.where == where]
        headings = [each for each in own if _is_whole(each) and each.words[0][1] == heading]
        state = "".join(f" ({VERBS[each.check].lower()})" for each in headings)
        items = "\n".join(f"- {VERBS[each.check]}: {_passage(each)}" for each in own if each not in headings)
        yield "\n\n".join(filter(None, [section and f"**{escaped(section)}**{state}", items]))


def _is_whole(change: Change) -> bool:
    """Return True for a passage all of which was added or removed."""
    return change.check in ("narrative-added", "narrative-removed")


def _passage(change: Change) -> str:
    if change.check == "narrative-moved":
        return f"{escaped(change.words[0][1])} ({escaped(change.change)})"
    if _is_whole(change):  # the verb before it says so
        return escaped(change.words[0][1])
    return marked(change.words, MARKS, around=AROUND, escape=escaped)
