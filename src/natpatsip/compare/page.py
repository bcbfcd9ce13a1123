"""The chapter *What changed since last quarter*, for the reviewers of a draft."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from natpatsip.compare.changes import KINDS, Change, Comparison
from natpatsip.compare.edition import PATH
from natpatsip.compare.narrative import cut
from natpatsip.compare.reporters import NARRATIVE, NUMBERS, number_row
from natpatsip.compare.words import ADDED, REMOVED, SAME, Stretch
from natpatsip.pipeline.staging.markdown import escaped
from natpatsip.quarter import Quarter

NAME = "changes"
TITLE = f"# What changed since last quarter {{#{NAME}}}"
AROUND = 12  # words shown on each side of a change
VERBS = {"narrative-reworded": "Reworded", "narrative-added": "Added", "narrative-removed": "Removed"}


def page(comparison: Comparison) -> str:
    """Return the chapter, in the constructs of docs/chapters.md."""
    before, now = comparison.before.quarter, comparison.now.quarter
    return (
        "\n\n".join(
            [
                TITLE,
                "This page is for the reviewers of the draft; the final edition is without it. It compares this "
                f"report with that of {before.label} as it was built: each number with its counterpart, each figure's "
                "message, and the narrative word by word. Where only a number in a sentence has changed, it is listed "
                "as a number.",
                *_numbers(comparison),
                *_figures(comparison),
                *_narrative(comparison),
                *([] if comparison.changes else [f"Nothing has changed since {before.label}."]),
                f"The same for a terminal, as Markdown or as JSON: `natpatsip compare {before} {now}`.",
            ]
        )
        + "\n"
    )


def not_built(before: Quarter, now: Quarter, *, is_known: bool) -> str:
    """Return the chapter where the quarter before is not there to be compared with."""
    if not is_known:
        text = f"{now.label} is the first quarter of this project: there is none before it to compare with."
    else:
        text = (
            f"The report of {before.label} is not built here, so there is nothing to compare with. Build it, then this "
            f"one again: `natpatsip build {before}` and `natpatsip build {now}`."
        )
    return f"{TITLE}\n\n{text}\n"


def _numbers(comparison: Comparison) -> Iterator[str]:
    before, now = comparison.before.quarter.label, comparison.now.quarter.label
    numbers = comparison.of(*NUMBERS)
    rest = comparison.of("fact-appeared", "fact-vanished")
    if not (numbers or rest):
        return
    yield f"## Numbers {{#{NAME}-numbers}}"
    if numbers:
        rows = ["| " + " | ".join(map(escaped, number_row(change))) + " |" for change in numbers]
        head = f"| Number | {before} | {now} | Change | Control chart |\n|:---|--:|--:|:---|:---|"
        yield "\n".join([head, *rows, "", f": Numbers that changed from {before} to {now}"])
        yield (
            "A control chart tells a signal from ordinary variation in the quarter's months. Numbers without a verdict "
            "have no such chart."
        )
    if rest:
        yield "\n".join(f"- {escaped(change.message)}" for change in rest)


def _figures(comparison: Comparison) -> Iterator[str]:
    changes = comparison.of("figure-message", "figure-appeared", "figure-vanished")
    if changes:
        yield f"## Messages of figures {{#{NAME}-figures}}"
        yield "\n".join(f"- {_figure(change, comparison)}" for change in changes)


def _figure(change: Change, comparison: Comparison) -> str:
    if change.check == "figure-vanished":
        return escaped(change.message)
    figure = comparison.now.figures[change.figure]
    link = f"[Figure {figure.number}]({figure.chapter}.qmd#{figure.id})"
    if change.check == "figure-appeared":
        return f"{link} is new: {escaped(figure.title)}"
    shows = "" if change.signal is None else f" ({'signal' if change.signal else 'no signal'}: {escaped(change.shows)})"
    return f"{link}: {_marked(change.words)}{shows}"


def _narrative(comparison: Comparison) -> Iterator[str]:
    changes = comparison.of(*NARRATIVE)
    if not changes:
        return
    counts = ", ".join(
        f"{len(found)} {KINDS[kind].removeprefix('Narrative that was ')}"
        for kind in NARRATIVE
        if (found := comparison.of(kind))
    )
    yield f"## Narrative {{#{NAME}-narrative}}"
    yield f"Passages (paragraphs, headings, items of lists): {counts}."
    chapters = dict.fromkeys(change.notebook.removesuffix(".ipynb") for change in changes)
    for chapter in chapters:
        own = [change for change in changes if change.notebook == f"{chapter}.ipynb"]
        title = (comparison.before.titles | comparison.now.titles)[chapter]
        yield f"### {escaped(title)} {{#{NAME}-{chapter}}}"
        yield from _sections(own, title)


def _sections(changes: Sequence[Change], title: str) -> Iterator[str]:
    sections: dict[str, list[Change]] = {}
    for change in changes:
        sections.setdefault(change.where, []).append(change)
    for where, own in sections.items():
        section = where.removeprefix(title).removeprefix(PATH)
        items = "\n".join(f"- {VERBS[change.check]}: {_passage(change)}" for change in own)
        yield f"**{escaped(section)}**\n\n{items}" if section else items


def _passage(change: Change) -> str:
    """Return a passage: marked where it was reworded; as it is where it is whole, since its verb says which."""
    is_reworded = change.check == "narrative-reworded"
    return _marked(cut(change.words, AROUND)) if is_reworded else escaped(change.words[0][1])


def _marked(words: Sequence[Stretch]) -> str:
    forms = {SAME: "{}", REMOVED: "[{}]{{.removed}}", ADDED: "[{}]{{.added}}"}
    return " ".join(forms[kind].format(escaped(text)) for kind, text in words)
