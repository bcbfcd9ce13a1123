"""Drawings and tables that other code than natpatsip's has made, until somebody has looked at what they show.

What is known to be false of them is refused where they are made. But they can say something false in ways without end:
no build can find that. So each is a finding until the params accept it by the digest of what was looked at, and is one
again as soon as its data or its code have changed that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from natpatsip.blocks.figures import FIGURE, PICTURE
from natpatsip.blocks.own_drawings import SHOWN
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.outcome import OWN_DRAWING, Finding, Place, drawing_in
from natpatsip.checks.published_tables import PIPES, in_markdown
from natpatsip.errors import StagingError
from natpatsip.files.digests import digest_of_drawn, sha256
from natpatsip.params import place
from natpatsip.pipeline.inline_code import KEPT, substitute
from natpatsip.pipeline.notebook import without_quarter
from natpatsip.pipeline.notebook_outputs import TABLE_ID
from natpatsip.pipeline.staging.chapter import ATTACHED, pasted_image
from natpatsip.pipeline.staging.output_texts import inline_markdown
from natpatsip.quarter import PARAMS_FOLDER

TILES, CALLOUT = ":::: {.tiles", "::: {.callout-"
SMALL = "SVG"  # of a block: small drawings within it, rather than a table that a library has formatted
LOOK = {
    "figure": (
        "{name} is drawn, or was changed, by this cell's own code ({made_with}). The build does not compare it with "
        "its data: look at the picture beside its data table."
    ),
    "picture": (
        "{name} is drawn by this cell's own code ({made_with}). The build does not read it: look at it beside its "
        "alternative text and what it was made from."
    ),
    "table": (
        "The {name} was formatted by {made_with}. The build does not compare its cells with the data: read them beside "
        "the data."
    ),
    "small drawing": (
        "A small drawing in the {name} is made by this cell's own code. The build does not compare it with its number: "
        "look at it beside the number."
    ),
    "image": (
        "The {name} was pasted. The build does not read it: look at it beside its alternative text and what it was "
        "made from."
    ),
}
"""What a finding says of each kind of drawing, and what to look at."""


@dataclass(frozen=True)
class _Drawing:
    kind: str  # of `LOOK`
    name: str  # the id of a figure, picture or table; of others the cell and its notebook
    made_with: str
    digest: str

    @property
    def found(self) -> str:
        """What a finding has found, and an acceptance names."""
        return f"{self.name} {self.digest}"


def check(context: CheckContext) -> list[Finding]:
    """Return each drawing and table that other code has made; those that the params accept are among them."""
    drawings = [
        (at, drawing)
        for name in context.executed
        for at, cell in context.cells(name)
        for drawing in (*_pasted(cell, at), *_shown(cell, at), *_written(cell, at))
    ]
    outdated = _outdated(context, {drawing.found for _, drawing in drawings})
    return [
        at.finding(OWN_DRAWING, _message(drawing, context, outdated), found=drawing.found) for at, drawing in drawings
    ]


def _outdated(context: CheckContext, found: Collection[str]) -> list[tuple[str, str]]:
    """Return what the params accept and no drawing is any more, each with its place."""
    of_drawings = [(n, each.found) for n, each in enumerate(context.plan.params.accepted) if each.check == OWN_DRAWING]
    places = partial(place, context.quarter, context.project, "accepted")
    return [(seen, places(n, "found")) for n, seen in of_drawings if seen not in found]


def _shown(cell: Any, at: Place) -> Iterator[_Drawing]:
    """Yield the drawings and tables that a cell shows and other code has made."""
    for data in _outputs(cell):
        for kind, record in (("figure", data.get(FIGURE)), ("picture", data.get(PICTURE)), ("", data.get(BLOCK))):
            if record and (own := record.get("own")):
                name = record["id"] if kind else _name_of_block(record["markdown"], at)
                of_block = "small drawing" if own["made_with"] == SMALL else "table"
                yield _Drawing(kind or of_block, name, own["made_with"], own["digest"])


def _written(cell: Any, at: Place) -> Iterator[_Drawing]:
    """Yield the tables that code has written as Markdown: by itself, in a callout, or in lines of a typed table."""
    tables = [text for data in _outputs(cell) if any(in_markdown(text := _text_of_code(data)))]
    for content in (*tables, *_with_lines_of_code(cell)):
        digest = digest_of_drawn(content)[:SHOWN]
        yield _Drawing("table", _name("table", at), "code that is not natpatsip's", digest)


def _text_of_code(data: Mapping[str, Any]) -> str:
    """Return the Markdown of an output that a notebook's code has written; empty if it is natpatsip's."""
    if BLOCK not in data:
        return "".join(data.get("text/markdown", ""))
    block = str(data[BLOCK]["markdown"])
    return block if block.startswith(CALLOUT) else ""


def _with_lines_of_code(cell: Any) -> Iterator[list[tuple[str, ...]]]:
    """Yield the tables in a cell of Markdown of which inline code has written whole cells or lines."""
    if KEPT not in cell.metadata:
        return
    if found := list(in_markdown(substitute(cell, inline_markdown))):
        typed = list(in_markdown(substitute(cell, _as_one_cell)))
        yield from (each for each in found if each not in typed)


def _as_one_cell(data: Mapping[str, Any]) -> str:
    """Return what an inline expression prints, as text that ends neither a cell nor a line if it is code's Markdown."""
    text = inline_markdown(data)
    return PIPES.sub(r"\\|", text).replace("\n", " ") if _text_of_code(data) else text


def _outputs(cell: Any) -> list[Mapping[str, Any]]:
    return [output.get("data", {}) for output in cell.get("outputs", ())]


def _name_of_block(markdown: str, at: Place) -> str:
    """Return the name by which a finding names tiles or a table: its id, or that of its cell."""
    if markdown.startswith(TILES):
        return _name("tiles", at)
    numbered = TABLE_ID.search(markdown)
    return f"table {numbered[2]}" if numbered else _name("table", at)


def _name(what: str, at: Place) -> str:
    """Return a finding's name of what has no id: its cell's without the quarter, since the next copy has another."""
    return f"{what} in cell {without_quarter(at.cell)} of {at.notebook}.ipynb"


def _pasted(cell: Any, at: Place) -> Iterator[_Drawing]:
    """Yield the images that were pasted into a cell; one that is not in it, or has no words, stops the build."""
    if not cell.get("attachments"):
        return
    text = substitute(cell, inline_markdown) if KEPT in cell.metadata else cell.source
    for match in ATTACHED.finditer(text):
        with suppress(StagingError):
            _, _, content = pasted_image(match, cell.get("attachments", {}))
            digest = digest_of_drawn([" ".join(match[1].split()), sha256(content)])[:SHOWN]
            yield _Drawing("image", _name("image", at), "", digest)


def _message(drawing: _Drawing, context: CheckContext, outdated: list[tuple[str, str]]) -> str:
    """Return what to look at and, unless somebody has, what to write where if it is right."""
    said = LOOK[drawing.kind].format(**vars(drawing))
    if any(each.check == OWN_DRAWING and each.found == drawing.found for each in context.plan.params.accepted):
        return said
    before = next((each for each in outdated if drawing_in(each[0]) == drawing.name), None)
    if before:
        outdated.remove(before)  # another drawing in the cell has an entry of its own to change
        was, where = before
        return (
            f"{said} The params accept {was}, and since then its data or its code have changed. If it is right, write "
            f"at {where}, with who has looked and when as the reason: found: {drawing.found}"
        )
    return (
        f"{said} If it is right, write under accepted in {PARAMS_FOLDER}/{context.quarter}.yml, with who has looked "
        f"and when as the reason: - {{check: {OWN_DRAWING}, found: {drawing.found}, reason: …}}"
    )
