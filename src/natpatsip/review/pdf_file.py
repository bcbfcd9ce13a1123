"""Comments in a PDF, each at the heading that it is below: a PDF does not say which cell its text is from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from natpatsip.characters import visible
from natpatsip.compare import BuiltReport
from natpatsip.errors import UsageError
from natpatsip.pipeline.notebook import appears_in
from natpatsip.pipeline.staging.markdown import Heading, pieces, slug
from natpatsip.review.comments_and_changes import OPEN, RESOLVED, Item
from natpatsip.review.sources import free_id

MARKS = {
    "/Text": "", "/FreeText": "", "/Highlight": "highlighted", "/Underline": "underlined", "/Squiggly": "underlined",
    "/StrikeOut": "struck out", "/Caret": "text to insert", "/Ink": "drawn", "/Square": "drawn", "/Circle": "drawn",
    "/Line": "drawn", "/Polygon": "drawn", "/PolyLine": "drawn", "/Stamp": "stamped",
}  # fmt: skip
DONE = ("Completed", "Accepted", "Rejected", "Cancelled")  # what a reader can set a comment to, except None
Spot = tuple[int, float]  # a page, and how far down it is


def items_of_pdf(path: Path, report: BuiltReport | None) -> list[Item]:
    """Return the comments in a PDF in reading order.

    Raises
    ------
    UsageError
        If it is not there or is not a PDF, or pikepdf, which reads it, is not installed.
    """
    try:
        import pikepdf
    except ImportError as error:
        raise UsageError(
            f'{path}: comments in PDF files need pikepdf. Install it: pip install "natpatsip[pdf]"'
        ) from error
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file. Give the path of a reviewed PDF file.")
    try:
        with pikepdf.open(path) as pdf:
            return list(_items(pdf, path.name, report))
    except pikepdf.PdfError as error:
        raise UsageError(f"{path}: is not a PDF file ({error}).") from error


def _items(pdf: Any, name: str, report: BuiltReport | None) -> Iterator[Item]:
    pages = {page.objgen: number for number, page in enumerate(pdf.pages)}
    places = sorted((*_spot(target, pages), label) for label, target in _destinations(pdf.Root))
    cells = dict(_headings(report)) if report else {}
    found = [
        (number, annotation)
        for number, page in enumerate(pdf.pages)
        for annotation in page.get("/Annots", [])
        if str(annotation.get("/Subtype", "")) in MARKS
    ]
    states = {each["/IRT"].objgen for _, each in found if "/IRT" in each and _text(each, "/State") in DONE}
    found = [each for each in found if "/State" not in each[1]]
    for place, (number, annotation) in enumerate(found, start=1):
        above = annotation.get("/IRT")
        root = annotation if above is None else above
        top = -float(max(root["/Rect"][1], root["/Rect"][3]))
        at = bisect_right(places, (number, top + 1, "\uffff"))
        label = places[at - 1][2] if at else ""
        notebook, cell = cells.get(label, ("", ""))
        mark = MARKS[str(annotation["/Subtype"])]
        yield Item(
            kind="comment" if above is None else "reply",
            author=_text(annotation, "/T"),
            date=_date(_text(annotation, "/M")),
            text=_text(annotation, "/Contents") or f"({mark or 'no text'})",
            anchor=f"page {number + 1}" + (f", {mark}" if mark else ""),
            notebook=notebook and f"{notebook}.ipynb",
            cell=cell,
            status=RESOLVED if root.objgen in states else OPEN,
            where=report.place_of_cell(notebook, cell) if report and cell else f"page {number + 1}",
            file=name,
            thread=f"annotation-{root.objgen[0]}",
            id=f"annotation-{annotation.objgen[0] or place}",
            why="a PDF does not say which cell this is, so it is that of the heading above" if cell else "",
        )


def _text(annotation: Any, key: str) -> str:
    return visible("\n".join(str(annotation.get(key, "")).splitlines())).strip()


def _date(written: str) -> str:
    """Return the date of a comment in a PDF (``D:20241120101500Z``) as Word files have it."""
    digits = written.removeprefix("D:")[:14]
    if len(digits) < 8 or not digits.isdigit():
        return ""
    digits = digits.ljust(14, "0")
    day, time = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}", f"{digits[8:10]}:{digits[10:12]}:{digits[12:]}"
    return f"{day}T{time}Z"


def _spot(target: Any, pages: dict[Any, int]) -> Spot:
    """Return where a link in the reviewed PDF leads to."""
    return pages.get(target[0].objgen, 0), -float(target[3])


def _destinations(node: Any, key: str = "/Names") -> Iterator[tuple[str, Any]]:
    """Yield the headings that links of the reviewed PDF can lead to: their ids and places."""
    from pikepdf import Array, Dictionary

    tree = node.get(key, {}).get("/Dests") if key == "/Names" else node
    if tree is None:
        return
    for child in tree.get("/Kids", []):
        yield from _destinations(child, "")
    names: Sequence[Any] = tree.get("/Names", [])
    for at in range(0, len(names) - 1, 2):
        target = names[at + 1]
        target = target.get("/D") if isinstance(target, Dictionary) else target
        if isinstance(target, Array) and len(target) > 3 and str(target[1]) == "/XYZ":
            yield str(names[at]), target


def _headings(report: BuiltReport) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the id of each heading, as staging gives it, with its notebook and cell."""
    for notebook, content in report.notebooks.items():
        yield notebook, (notebook, content.cells[0].id)
        seen = set[str]()
        for cell in content.cells[1:]:
            if cell.cell_type != "markdown" or not appears_in(cell, report.quarter):
                continue
            for heading in (each for each in pieces(cell.source) if isinstance(each, Heading)):
                name = free_id(heading.id or f"{notebook}-{slug(heading.text)}", seen)
                seen.add(name)
                yield name, (notebook, cell.id)
