"""Files that reviewers have sent back: what is in them by notebook and cell, and what of it is put into notebooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from natpatsip.compare import BuiltReport, CompareError
from natpatsip.errors import UsageError
from natpatsip.quarter import Quarter
from natpatsip.review.annotation_file import Annotation, AnnotationFile, items_of_pages
from natpatsip.review.apply import applied
from natpatsip.review.comments_and_changes import AWAITS, Item, items_of
from natpatsip.review.locate import Locator
from natpatsip.review.pdf_file import items_of_pdf
from natpatsip.review.recorded import Recorded
from natpatsip.review.sources import Sources
from natpatsip.review.untracked import with_untracked
from natpatsip.word_files.word_file import WordFile


@dataclass(frozen=True)
class Review:
    """What reviewers have left in their files."""

    items: tuple[Item, ...]
    written: tuple[str, ...] = ()  # the notebooks, and the file beside the params, that were changed
    notes: tuple[str, ...] = ()  # what could not be looked up, and why

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about a comment or change."""
        return any(item.status in AWAITS for item in self.items)


def review(
    files: Sequence[Path],  # the reviewed Word and PDF files, and files of comments on pages
    project: Path,
    *,
    reports: Path,  # the folder of built reports
    quarter: Quarter | None = None,  # what they report on; by default what each says itself
    is_applied: bool = False,  # whether changes of wording are taken into the notebooks
    is_recorded: bool = False,  # whether comments are put into the notebooks, to be answered there
) -> Review:
    """Return what reviewers have left, each with its notebook and cell.

    Raises
    ------
    UsageError
        If a file is missing, is of another kind, or does not say which quarter it reports on.
    """
    notes: dict[str, None] = {}
    read: list[tuple[Locator, list[Item]]] = []
    remarks: list[Item] = []  # in PDF files
    annotations: list[Annotation] = []  # on pages
    found: dict[Quarter, BuiltReport | None] = {}
    opened = [_opened(path) for path in files]
    alike = Counter(path.name for path in files)
    names = {path: path.name if alike[path.name] == 1 else path.as_posix() for path in files}
    said = {each for path, file in zip(files, opened, strict=True) if (each := _quarter_said(path, file))}
    for path, file in zip(files, opened, strict=True):
        about = quarter or _quarter_said(path, file) or (next(iter(said)) if len(said) == 1 else None)
        if about is None:
            raise UsageError(f"{path}: does not say which quarter it reports on. Name it: --quarter 2024-25-Q2")
        if about not in found:
            found[about] = _report(path, reports, about, notes)
        if isinstance(file, WordFile):
            locator = Locator(file, found[about])
            read.append((locator, [_located(replace(item, file=names[path]), locator) for item in items_of(file)]))
        elif isinstance(file, AnnotationFile):
            annotations += [replace(each, file=names[path]) for each in file.annotations]
        else:
            remarks += [replace(item, file=names[path]) for item in items_of_pdf(path, found[about])]
    if len(found) > 1:
        raise UsageError(f"the files report on {' and '.join(map(str, found))}. Review one quarter at a time.")
    ((about, report),) = found.items()
    here = Sources(project, report)
    splices, settled = applied(read, here, is_applied=is_applied)
    items = [item for each in settled for item in each] + remarks + list(items_of_pages(annotations, report))
    if is_applied:
        here.splice(splices)
    recorded = Recorded(here, str(about), items)
    more = recorded.record() if is_recorded else []
    items = recorded.with_answers()
    written = here.save()
    return Review(tuple(_by_cell(items, report)), (*written, *more), tuple(notes))


def _opened(path: Path) -> WordFile | AnnotationFile | None:
    """Return what a file holds; None for a PDF, of which only the report says what it holds."""
    kind = path.suffix.lower()
    if kind == ".json":
        return AnnotationFile.read(path)
    return None if kind == ".pdf" else with_untracked(WordFile.read(path))


def _quarter_said(path: Path, file: WordFile | AnnotationFile | None) -> Quarter | None:
    """Return the quarter that a file says it reports on, or that its folder is named after."""
    said = Locator(file, None).quarter if isinstance(file, WordFile) else file.quarter if file else ""
    for found in (said, path.resolve().parent.name):
        try:
            return Quarter.parse(found)
        except UsageError:
            continue
    return None


def _report(path: Path, reports: Path, quarter: Quarter, notes: dict[str, None]) -> BuiltReport | None:
    """Return the report that a file belongs to, in its own folder if possible; None, with a note, if there is none."""
    own = path.resolve().parent
    folder = own if (own / "manifest.json").is_file() and own.name == str(quarter) else reports / str(quarter)
    try:
        return BuiltReport.read(folder, quarter)
    except CompareError as error:
        notes[f"{error} Until then, only bookmarks lead to cells, and no change can be applied."] = None
        return None


def _located(item: Item, locator: Locator) -> Item:
    """Return an item with its notebook and cell."""
    if not item.spots:
        return item
    cell = locator.cell_of(item.spots[0].paragraph)
    why = item.why
    if cell.is_near and not why:
        why = "its own cell was not found, so this is the cell above"
    return replace(item, notebook=cell.notebook and f"{cell.notebook}.ipynb", cell=cell.id, where=cell.where, why=why)


def _by_cell(items: Sequence[Item], report: BuiltReport | None) -> list[Item]:
    """Return the items of all files in reading order; those of no cell are at the end."""
    order: dict[tuple[str, str], int] = {}
    for notebook, content in report.notebooks.items() if report else ():
        for cell in content.cells:
            order[f"{notebook}.ipynb", cell.get("id", "")] = len(order)
    return sorted(items, key=lambda item: order.get((item.notebook, item.cell), len(order)))
