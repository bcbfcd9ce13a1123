"""What a report says, read from its files: the same from whichever renderer made it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import docx
import pikepdf
from docx.oxml.ns import qn
from lxml import html

from support.reading import READERS, tidy

REFERENCE = re.compile(r" ?REF (\S+)")  # a field that follows the number of a figure

HEADINGS = ("h1", "h2", "h3", "h4")


def of_page(file: Path) -> list[str]:
    """Return a page's elements and texts, a line each: what a browser makes of it, whoever wrote the file.

    Quarto writes a page again with a library of its own: an attribute without a value gets an empty one, and names in
    SVG lose their capitals and prefixes, which a browser's parser puts right.
    """
    lines: list[str] = []

    def read(element: Any, depth: int) -> None:
        if not isinstance(element.tag, str):  # a comment
            return
        attributes = sorted(f'{_name(key)}="{_value(_name(key), value)}"' for key, value in element.attrib.items())
        lines.append("  " * depth + " ".join([_name(element.tag), *attributes]))
        _add_text(element.text, depth + 1)
        for child in element:
            read(child, depth + 1)
            _add_text(child.tail, depth + 1)

    def _add_text(text: str | None, depth: int) -> None:
        if text and text.strip():
            lines.append("  " * depth + tidy(text).strip())

    read(html.parse(str(file)).getroot(), 0)
    return lines


def _name(name: str) -> str:
    return name.lower().rpartition(":")[2].rpartition("}")[2]


def _value(name: str, value: str) -> str:
    return "" if name in ("defer", "open") else value


def of_pages(report: Path, chapters: list[str]) -> dict[str, Any]:
    """Return what the pages of the chapters hold, in reading order, without what the page around them adds."""
    mains = [html.parse(str(report / "html" / f"{name}.html")).getroot().xpath("//main")[0] for name in chapters]
    for main in mains:
        for node in main.xpath(".//nav | .//div[@class='cover']"):
            node.drop_tree()
        for link in main.xpath(".//*[self::h1 or self::h2 or self::h3 or self::h4]/a[@class='self']"):
            link.drop_tag()
    figures = [figure for main in mains for figure in main.xpath(".//figure[contains(@class, 'report-figure')]")]
    return {
        "headings": [(node.tag, words(node)) for main in mains for node in main.iter(*HEADINGS) if words(node)],
        "figures": [
            (
                figure.get("id"),
                *(
                    words(figure.xpath(f".//*[@class='figure-{part}']")[0])
                    for part in ("number", "title", "description")
                ),
                figure.xpath(".//*[@role='img']/@aria-label")[0],
                words(figure.xpath(".//*[@class='figure-caption']")[0]),
            )
            for figure in figures
        ],
        "tables": [table_of(node) for main in mains for node in main.iter("table")],
        "links": [(words(node), node.get("href")) for main in mains for node in main.iter("a") if node.get("href")],
        "text": [words(node) for main in mains for node in main.iter("p", "li", "dt", "dd") if words(node)],
    }


def table_of(table: Any) -> list[list[str]]:
    return [[words(cell) for cell in row.iter("th", "td")] for row in table.iter("tr")]


def words(node: Any) -> str:
    return tidy(" ".join(node.itertext())).strip()


def of_pdf(report: Path) -> dict[str, Any]:
    """Return the PDF's headings, alternative texts, kinds of tags, and text."""
    with pikepdf.open(report / "report.pdf") as pdf:
        with pdf.open_outline() as outline:
            headings = [(entry.title, [below.title for below in entry.children]) for entry in outline.root]
        tags = list(tags_of(pdf.Root.StructTreeRoot.K))
    return {
        "headings": headings,
        "alternative texts": [alt for tag, alt in tags if tag == "/Figure"],
        "tags": [tag for tag, _ in tags if re.fullmatch(r"/(H\d|Table|TH|TR|Figure|L|LI)", tag)],
        "text": READERS["pdf"](report),
    }


def tags_of(node: Any) -> Any:
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from tags_of(each)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield str(node.S), str(node.get("/Alt", ""))
        if "/K" in node:
            yield from tags_of(node.K)


def of_word(report: Path) -> dict[str, Any]:
    """Return the Word file's headings, captions, pictures, tables, links, text, and the colours of its styles."""
    document = docx.Document(str(report / "report.docx"))
    body = document.element.body
    styled = [(each.style.name, tidy(each.text)) for each in document.paragraphs if each.style and each.style.name]
    return {
        "headings": [pair for pair in styled if pair[0].startswith("Heading")],
        "captions": [pair for pair in styled if "Caption" in pair[0]],
        "alternative texts": [node.get("descr") for node in body.iter(qn("wp:docPr"))],
        "tables": [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables],
        "links": [node.get(qn("w:anchor")) for node in body.iter(qn("w:hyperlink")) if node.get(qn("w:anchor"))],
        "references": [
            match[1] for node in body.iter(qn("w:instrText")) if (match := REFERENCE.match(node.text or ""))
        ],
        "colours": [
            (style.style_id, node.get(qn("w:val")), node.get(qn("w:fill")))
            for style in document.styles
            for node in style.element.iter(qn("w:color"), qn("w:shd"))
        ],
        "text": READERS["docx"](report),
    }
