"""Comments that readers wrote on the pages of a draft: a file of W3C's Web Annotation, as `comments.js` writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from natpatsip.characters import visible
from natpatsip.compare import BuiltReport
from natpatsip.errors import UsageError
from natpatsip.review.comments_and_changes import Item
from natpatsip.review.locate import cell_that_says

ADVICE = "Download the comments from a page of the draft again, and give that file."
MOST_BYTES = 20_000_000
EARLIEST = 1000  # year that Word can show


@dataclass(frozen=True)
class Annotation:
    """A comment on a page."""

    id: str
    author: str
    created: str
    modified: str
    text: str
    exact: str  # the words that it is about
    page: str
    notebook: str
    cell: str
    file: str = ""
    prefix: str = ""  # the text before those words
    suffix: str = ""  # the text after them


@dataclass(frozen=True)
class AnnotationFile:
    """The comments of one reader, and the quarter that they are about."""

    quarter: str
    annotations: tuple[Annotation, ...]

    @classmethod
    def read(cls, path: Path) -> AnnotationFile:
        """Read a file of comments on pages.

        Raises
        ------
        UsageError
            If it is not there, or is not such a file.
        """
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file. Give the path of a file of comments.")
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path}: is larger than any file of comments. {ADVICE}")
        try:
            content = json.loads(path.read_text(encoding="utf-8-sig"))
        except (ValueError, RecursionError, OSError) as error:
            raise UsageError(f"{path}: is not a file of comments ({error}). {ADVICE}") from error
        if not isinstance(content, dict) or content.get("type") != "AnnotationCollection":
            raise UsageError(f'{path}: found no "AnnotationCollection", which a file of comments is. {ADVICE}')
        items = content.get("first", {}).get("items") if isinstance(content.get("first"), dict) else None
        if not isinstance(items, list):
            raise UsageError(f'{path}: found no list of comments at "first.items". {ADVICE}')
        annotations = tuple(
            _annotation(item, f"{path}: comment {number}", path.name) for number, item in enumerate(items, start=1)
        )
        return cls(str(content.get("quarter", "")), annotations)


def _annotation(item: Any, where: str, file: str) -> Annotation:
    """Return a reader's comment from a member of the file."""
    if not isinstance(item, dict):
        raise UsageError(f"{where}: found {json.dumps(item)[:60]}, expected an annotation. {ADVICE}")
    target = item.get("target")
    places = {
        "body.value": _in(item, "body", "value"),
        "target.selector.exact": _in(target, "selector", "exact"),
        "target.source": _in(target, "source"),
    }
    if lacking := [name for name, text in places.items() if not text]:
        raise UsageError(f"{where}: lacks {' and '.join(lacking)}. {ADVICE}")
    text, exact, page = places.values()
    return Annotation(
        id=_in(item, "id") or f"{where}",
        author=_in(item, "creator", "name"),
        created=_date(_in(item, "created")),
        modified=_date(_in(item, "modified")),
        text=text,
        exact=exact,
        page=page,
        notebook=_in(target, "notebook"),
        cell=_in(target, "cell"),
        file=file,
        prefix=_in(target, "selector", "prefix"),
        suffix=_in(target, "selector", "suffix"),
    )


def _in(value: Any, *names: str) -> str:
    """Return a text within an annotation, with no control character, as pasted words have; empty if there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return visible("\n".join(value.splitlines())).strip() if isinstance(value, str) else ""


def _date(written: str) -> str:
    try:
        return written if "T" in written and datetime.fromisoformat(written).year >= EARLIEST else ""
    except ValueError:
        return ""


def items_of_pages(annotations: Iterable[Annotation], report: BuiltReport | None) -> Iterator[Item]:
    """Yield an item for each comment, once if several files have it: as it was written last."""
    newest: dict[str, Annotation] = {}
    for each in annotations:
        before = newest.get(each.id)
        if before is None or each.modified >= before.modified:
            newest[each.id] = each
    for each in newest.values():
        yield _item(each, report)


def _item(annotation: Annotation, report: BuiltReport | None) -> Item:
    notebook, cell, why = annotation.notebook, annotation.cell, ""
    if cell and report and report.cell(notebook, cell) is None:
        cell, why = "", "the cell that it was about is not in the report any more"
    if not cell and report and (found := cell_that_says(report, annotation.exact)):
        notebook, cell, why = found.notebook, found.id, ""
    if not cell and not why:
        why = "the build makes this text, of no cell"
    place = report.place_of_cell(notebook, cell) if report and cell else annotation.page
    return Item(
        kind="comment",
        author=annotation.author,
        date=annotation.created,
        text=annotation.text,
        anchor=annotation.exact,
        notebook=f"{notebook}.ipynb" if cell else "",
        cell=cell,
        where=place,
        file=annotation.file,
        thread=annotation.id,
        id=annotation.id,
        why=why,
        page_comment=annotation.id,
        modified=annotation.modified,
        prefix=annotation.prefix,
        suffix=annotation.suffix,
    )
