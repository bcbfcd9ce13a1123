"""On which page the headings and figures of a Word file are likely to be, though nothing has laid it out yet.

A Word file has no pages until a program lays it out. Word does so on opening it, and then corrects its contents. What
shows the file without that, such as a preview, shows the page numbers that are in it. They are estimated here from the
sizes of letters, lines and pictures, to a page or so: each chapter begins a page, so few errors add up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import ns
from lxml import etree

qn = cache(ns.qn)  # asked for the same few names at each element
LINE = 1.362  # a line's height, of the typeface's size
BELOW = 0.293  # of it, below the letters' foot
WIDTHS = dict(  # of letters, in hundredths of the size: those of Open Sans
    zip(
        map(chr, range(32, 127)),
        (
            26, 26, 40, 65, 57, 83, 73, 22, 29, 29, 55, 57, 26, 32, 26, 37, 57, 57, 57, 57, 57, 57, 57, 57,
            57, 57, 26, 26, 57, 57, 57, 43, 90, 63, 65, 63, 73, 56, 52, 73, 74, 28, 27, 61, 52, 90, 75, 78,
            60, 78, 62, 55, 55, 73, 60, 92, 58, 56, 57, 33, 37, 33, 57, 44, 28, 56, 61, 48, 61, 56, 34, 54,
            61, 25, 25, 53, 25, 93, 61, 60, 61, 61, 41, 48, 36, 61, 50, 77, 52, 50, 47, 38, 55, 38, 57,
        ),
        strict=True,
    )
)  # fmt: skip
WIDTHS |= {"’": 17, "‘": 17, "“": 35, "”": 35, "–": 50, "·": 26, "\N{NO-BREAK SPACE}": 26, "\N{WORD JOINER}": 0}
JOINED_DASH = "\N{FIGURE DASH}"  # stands for a dash after which no line ends: it is as wide
WIDTHS[JOINED_DASH] = WIDTHS["–"]
OTHER, BOLD = 57, 1.08  # the width of other letters; how much wider bold ones are, but no digit or space
BLOCKS = (qn("w:p"), qn("w:tbl"))
PICTURE = "\N{OBJECT REPLACEMENT CHARACTER}"
EMU = 12_700  # in a point
HEADINGS = ("Heading1", "Heading2")
SIDES = ("top", "left", "bottom", "right")
CELL = {"left": 5.4, "right": 5.4}  # points around the text of a cell, if no style says it
A4, MARGIN = (841.9, 595.3), 72.0  # points: height and width
SMALLEST = 100.0  # points that a page has room for, whatever its margins
TALLEST = 0.9  # of a page: what is taller is broken, whatever should stay together


@dataclass(frozen=True)
class _Part:
    """A paragraph, or a row of a table: its height in points, and what it does to pages."""

    height: float
    before: float = 0
    stays: bool = False
    begins_page: bool = False
    names: tuple[str, ...] = ()
    is_breakable: bool = True


@dataclass(frozen=True)
class _Box:
    """What borders and the space within them take, in points; neighbours with the same borders may share a box."""

    borders: bytes = b""
    top: float = 0
    bottom: float = 0
    is_shared: bool = True


@dataclass(frozen=True)
class _Look:
    size: float
    before: float
    after: float
    spacing: float
    left: float
    right: float
    hangs: bool
    stays: bool
    begins_page: bool
    box: _Box
    is_bold: bool


class _Looks(dict[str, _Look]):
    """The looks of a document's styles by id, each worked out once; with what its lists and tables say."""

    def __init__(self, document: Any) -> None:
        super().__init__()
        self._part, self._usual_table = document.part, document.styles.default(WD_STYLE_TYPE.TABLE)
        self._styles = {style.style_id: style for style in document.styles}

    def __missing__(self, name: str) -> _Look:
        """Return the look of a Word style, worked out from those that it is based on."""
        chain, style = [], self._styles.get(name)  # a project's reference document may lack one
        while style is not None:  # what a style does not say is said by the one that it is based on
            chain.append(style)
            style = style.base_style
        is_paragraph = all(each.type == WD_STYLE_TYPE.PARAGRAPH for each in chain)
        formats = [each.paragraph_format for each in chain] if is_paragraph else []

        def first(values: Iterator[Any], default: float) -> float:
            return float(next((each for each in values if each is not None), default))

        self[name] = _Look(
            size=first((each.font.size and each.font.size.pt for each in chain), 10 if is_paragraph else 0),
            before=first((each.space_before and each.space_before.pt for each in formats), 0),
            after=first((None if each.space_after is None else each.space_after.pt for each in formats), 0),
            spacing=first((each.line_spacing for each in formats), 1),
            left=first((each.left_indent and each.left_indent.pt for each in formats), 0),
            right=first((each.right_indent and each.right_indent.pt for each in formats), 0),
            hangs=first((each.first_line_indent and each.first_line_indent.pt for each in formats), 0) < 0,
            stays=bool(first((each.keep_with_next for each in formats), 0)),
            begins_page=bool(first((each.page_break_before for each in formats), 0)),
            is_bold=bool(first((each.font.bold for each in chain), 0)),
            box=next((_box(edges) for each in chain for edges in each.element.iter(qn("w:pBdr"))), _Box()),
        )
        return self[name]

    def list_indent(self, numbered: Any) -> float | None:
        """Return how far the list of a Word paragraph indents it, in points, if it says so."""
        number, level = numbered.numId.val, numbered.ilvl.val if numbered.ilvl is not None else 0
        return self._list_indents.get((number, level))

    @cached_property
    def _list_indents(self) -> dict[tuple[int, int], float]:
        """How far the Word file indents each level of each list, in points."""
        lists = self._part.numbering_part.element
        levels = {
            each.get(qn("w:abstractNumId")): {
                int(level.get(qn("w:ilvl"))): float(indent.get(qn("w:left"), 0)) / 20
                for level in each.iter(qn("w:lvl"))
                for indent in level.iter(qn("w:ind"))
            }
            for each in lists.iter(qn("w:abstractNum"))
        }
        return {
            (each.numId, level): left
            for each in lists.num_lst
            for level, left in levels.get(str(each.abstractNumId.val), {}).items()
        }

    def around_cells(self, table: Any) -> tuple[dict[str, float], float]:
        """Return the room around the text of a table's cells, by side, and between its rows, in points."""
        found, line = dict.fromkeys(SIDES, 0.0) | CELL, 0.0
        chain: list[Any] = []
        style = self._styles.get(table.tblPr.style, self._usual_table)
        while style is not None:
            chain.insert(0, style.element)
            style = style.base_style
        for element in (*chain, table.tblPr):
            for margins in element.iter(qn("w:tblCellMar")):
                found |= {side: float(each.get(qn("w:w"))) / 20 for side, each in _by_side(margins).items()}
            for rule in element.iter(qn("w:insideH")):
                line = _thickness(rule)
        return found, line


def pages_of(document: Any) -> dict[str, int]:
    """Return the likely page of each bookmark of a Word file, which begins at page 1."""
    section = document.sections[0]
    margins = (section.top_margin, section.bottom_margin), (section.left_margin, section.right_margin)
    room, width = (
        max(_points(length, usual) - sum(_points(each, MARGIN) for each in own), SMALLEST)
        for length, usual, own in zip((section.page_height, section.page_width), A4, margins, strict=True)
    )
    found, page, used = dict[str, int](), 1, 0.0
    for group in _groups(_parts(document, width)):
        height = sum(each.height + each.before for each in group)
        is_first = not used
        if group[0].begins_page and not is_first:
            page, used, is_first = page + 1, 0.0, True
        if len(group) == 1 and group[0].is_breakable:
            lines = min(used + height, 2 * LINE * 10 + used)  # two lines at least stay together
            starts_next = lines > room
        else:
            starts_next = used + height > room and height < TALLEST * room
        if starts_next and not is_first:
            page, used = page + 1, 0.0
        for each in group:
            if used and used + each.before + each.height > room and not each.is_breakable:
                page, used = page + 1, 0.0
            found |= dict.fromkeys(each.names, page)
            used += (each.before if used else 0) + each.height
            while used > room:
                page, used = page + 1, used - room
    return found


def _thickness(edge: Any) -> float:
    """Return how much room a border in Word takes with the space beside it, in points: it is in eighths."""
    return int(edge.get(qn("w:sz")) or 0) / 8 + int(edge.get(qn("w:space")) or 0)


def _by_side(edges: Any) -> dict[str, Any]:
    return {each.tag.rpartition("}")[2]: each for each in edges}


def _box(edges: Any) -> _Box:
    sides = {side: _thickness(each) for side, each in _by_side(edges).items()}
    is_shared = "between" not in sides  # LibreOffice gives each its own box then; Word draws the one border
    return _Box(etree.tostring(edges), sides.get("top", 0.0), sides.get("bottom", 0.0), is_shared)


def _points(length: Any, usual: float) -> float:
    """Return a length in points; that of a reference document may be missing, as in pandoc's own."""
    return usual if length is None else float(length.pt)


def _groups(parts: Iterator[_Part]) -> Iterator[list[_Part]]:
    """Yield what stays together on a page in Word: parts up to the first that need not stay with the next."""
    group: list[_Part] = []
    for part in parts:
        if group and part.begins_page:
            yield group
            group = []
        group.append(part)
        if not part.stays:
            yield group
            group = []
    if group:
        yield group


def _parts(document: Any, width: float) -> Iterator[_Part]:
    """Yield the paragraphs and the rows of tables of a Word file, each with its height."""
    looks = _Looks(document)
    names: tuple[str, ...] = ()
    after = 0.0
    for element in document.element.body:
        if element.tag == qn("w:bookmarkStart"):
            names = (*names, element.get(qn("w:name")))
            continue
        if element.tag == qn("w:p"):
            part, after = _paragraph(element, looks, width, names, after)
            yield part
        elif element.tag == qn("w:tbl"):
            yield from _rows(element, looks, names, width, after)
            after = 0.0
        names = ()


def _paragraph(element: Any, looks: _Looks, width: float, names: tuple[str, ...], after: float) -> tuple[_Part, float]:
    """Return a Word paragraph with the room above it, and the room below."""
    look = looks[element.style or "Normal"]
    own = element.pPr.find(qn("w:spacing")) if element.pPr is not None else None
    before = float(own.get(qn("w:before"), look.before * 20)) / 20 if own is not None else look.before
    stays = look.stays if element.pPr is None or element.pPr.find(qn("w:keepNext")) is None else _is_on(element)
    begins = look.begins_page or (element.pPr is not None and element.pPr.find(qn("w:pageBreakBefore")) is not None)
    inside = tuple(each.get(qn("w:name")) for each in element.iter(qn("w:bookmarkStart")))
    part = _Part(
        height=_height(element, looks, width),
        before=max(before, after),
        stays=stays,
        begins_page=begins,
        names=(*names, *inside),
    )
    return part, look.after


def _is_on(element: Any) -> bool:
    return element.pPr.find(qn("w:keepNext")).get(qn("w:val")) not in ("0", "false")


def _height(element: Any, looks: _Looks, width: float) -> float:
    """Return the height of a Word paragraph's lines; the first is as high as its largest letter."""
    look = looks[element.style or "Normal"]
    letter = max((looks[each.get(qn("w:val"))].size for each in element.iter(qn("w:rStyle"))), default=0)
    has_words = any(each.text for each in element.iter(qn("w:t")))
    height = _borders(element, looks)
    for position, picture in enumerate(_lines(element, looks, width - _indents(element, looks))):
        size = max(look.size, 0 if position else letter)
        below = BELOW * size if picture and has_words else 0  # a picture beside words stands where their letters do
        height += max(LINE * look.spacing * size, picture + below)
    return height


def _indents(element: Any, looks: _Looks) -> float:
    """Return the room beside a Word paragraph: its own, else its list's, else its style's."""
    look = looks[element.style or "Normal"]
    left, right = look.left, look.right
    if element.pPr is not None and element.pPr.numPr is not None:
        indent = looks.list_indent(element.pPr.numPr)
        left = left if indent is None else indent
    own = element.pPr.find(qn("w:ind")) if element.pPr is not None else None
    if own is not None:
        left, right = (
            float(own.get(qn(f"w:{side}"), 20 * usual)) / 20 for side, usual in (("left", left), ("right", right))
        )
    return left + right


def _borders(element: Any, looks: _Looks) -> float:
    """Return the height of a Word paragraph's borders: of a shared box, above its first and below its last."""
    box = looks[element.style or "Normal"].box
    neighbours = (next(element.itersiblings(*BLOCKS, preceding=side), None) for side in (True, False))
    begins, ends = (not (box.is_shared and _is_in(each, box, looks)) for each in neighbours)
    return box.top * begins + box.bottom * ends


def _is_in(element: Any, box: _Box, looks: _Looks) -> bool:
    return element is not None and element.tag == qn("w:p") and looks[element.style or "Normal"].box == box


def _around(element: Any, looks: _Looks) -> float:
    look = looks[element.style or "Normal"]
    return look.before + look.after


def _lines(element: Any, looks: _Looks, room: float) -> list[float]:
    """Return the highest picture of each line of a Word paragraph; each word is on the first with room for it."""
    lines, used, word = [0.0], 0.0, 0.0
    hangs = _hangs(element, looks)
    for letter, width, height in _letters(element, looks):
        if letter == "\n":
            lines, used, word = [*lines, 0.0], 0.0, 0.0
        elif letter == "\t":
            used, word = (0.0 if hangs else used + word), 0.0  # what hangs is beside the room
        elif letter == PICTURE:
            if used + word and used + word + width > room:
                lines, used, word = [*lines, 0.0], 0.0, 0.0
            lines[-1], used, word = max(lines[-1], height), used + word + width, 0.0
        elif letter in " -–":  # after which a line may end
            used, word = used + word + width, 0.0
        else:
            word += width
            if used + word > room:
                lines, used, word = [*lines, 0.0], 0.0, word if used else width
    return lines


def _hangs(element: Any, looks: _Looks) -> bool:
    """Return whether a Word paragraph's first line begins to the left of the others."""
    own = element.pPr.find(qn("w:ind")) if element.pPr is not None else None
    return looks[element.style or "Normal"].hangs or (own is not None and own.get(qn("w:hanging")) is not None)


def _letters(element: Any, looks: _Looks) -> Iterator[tuple[str, float, float]]:
    """Yield each letter and picture with its width and, of a picture, its height in points; a break is a line feed."""
    look = looks[element.style or "Normal"]
    for run in element.iter(qn("w:r")):
        own = next((looks[each.get(qn("w:val"))] for each in run.iter(qn("w:rStyle"))), None)
        is_bold = (
            look.is_bold or (own is not None and own.is_bold) or run.find(f"{qn('w:rPr')}/{qn('w:b')}") is not None
        )
        unit = (own.size if own and own.size else look.size) / 100
        bold = BOLD if is_bold else 1
        for node in run:
            if node.tag == qn("w:br"):
                yield "\n", 0.0, 0.0
            elif node.tag == qn("w:tab"):
                yield "\t", 0.0, 0.0
            elif node.tag == qn("w:drawing"):
                for extent in node.iter(qn("wp:extent")):
                    yield PICTURE, int(extent.get("cx")) / EMU, int(extent.get("cy")) / EMU
            elif node.tag == qn("w:t"):
                for letter in (node.text or "").replace("–\N{WORD JOINER}", JOINED_DASH):
                    yield letter, WIDTHS.get(letter, OTHER) * unit * (bold if letter.isalpha() else 1), 0.0


def _rows(table: Any, looks: _Looks, names: tuple[str, ...], width: float, after: float) -> Iterator[_Part]:
    """Yield the rows of a table in Word that follows a paragraph with room below it."""
    around, line = looks.around_cells(table)
    beside = around["left"] + around["right"]
    grid = [float(each.get(qn("w:w")) or 0) for each in table.tblGrid.gridCol_lst]
    share = width / sum(grid) if sum(grid) else 0
    for position, row in enumerate(table.tr_lst):
        column, height, stays = 0, 0.0, False
        for cell in row.tc_lst:
            across = sum(grid[column : column + cell.grid_span]) * share - beside
            lines = [_height(each, looks, max(across, beside)) + _around(each, looks) for each in cell.iter(qn("w:p"))]
            height, column = max(height, sum(lines)), column + cell.grid_span
            stays = stays or any(
                each.pPr is not None and each.pPr.keepNext is not None for each in cell.iter(qn("w:p"))
            )
        yield _Part(
            height + around["top"] + around["bottom"] + line,
            before=0 if position else after,
            stays=stays,
            names=() if position else names,
            is_breakable=False,
        )
