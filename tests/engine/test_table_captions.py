"""The caption of a table that breaks over pages stays with its header and first rows, wherever on a page it begins."""

from __future__ import annotations

import re
import subprocess

import docx
import pytest
from docx.oxml.ns import qn

from natpatsip.pipeline import render
from support.staged import TIMESTAMP, stage

SECTIONS, ROWS = 24, 32


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    staged = stage(tmp_path_factory.mktemp("staged"))
    rows = "\n".join(f"| Row {number} | {number} |" for number in range(ROWS))
    parts = ["# Glossary {#glossary}", "## Terms {#glossary-terms}", "Text"]
    for number in range(SECTIONS):  # each table begins a line lower on its page than the one before
        parts += [f"## Section {number} {{#part-{number}}}", *["A line of text."] * (number * 3 // 2)]
        parts.append(f"| Head{number} | N |\n|:--|--:|\n{rows}\n\n: Caption{number} here")
    (staged / "glossary.qmd").write_text("\n\n".join(parts), encoding="utf-8")
    output = tmp_path_factory.mktemp("report")
    pandoc = render.choose("pandoc")
    render.render(staged, output, ["html", "pdf", "docx"], renderer=pandoc, timestamp=TIMESTAMP)
    return output


def apart(pdf):
    """Return the tables whose caption is on another page than their header and first two rows."""
    command = ["pdftotext", "-layout", str(pdf), "-"]
    pages = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\f")
    found = [(number, page[end:]) for page in pages for number, end in captions(page)]
    assert sorted(int(number) for number, _ in found) == list(range(SECTIONS))
    return [n for n, after in found if not re.search(rf"Head{n}\b[\s\S]*\bRow 0\b[\s\S]*\bRow 1\b", after)]


def captions(page):
    return [(match[1], match.end()) for match in re.finditer(r"Caption(\d+) here", page)]


def test_in_the_pdf(built):
    assert apart(built / "report.pdf") == []


def test_on_printed_pages(built, tmp_path, chrome):
    with chrome.new_context() as context:
        page = context.new_page()
        page.goto((built / "html" / "glossary.html").as_uri())
        page.pdf(path=tmp_path / "page.pdf", format="A4")
    assert apart(tmp_path / "page.pdf") == []


def test_in_word(built):
    document = docx.Document(built / "report.docx")
    keeps = {style.name for style in document.styles if style.type == 1 and style.paragraph_format.keep_with_next}
    assert "Table Caption" in keeps
    long = [table for table in document.tables if len(table.rows) == ROWS + 1]
    assert len(long) == SECTIONS
    for table in long:
        caption = docx.text.paragraph.Paragraph(table._tbl.getprevious(), document)
        assert caption.style.name == "Table Caption"
        stay = [bool(row._tr.findall(f".//{qn('w:keepNext')}")) for row in table.rows]
        assert stay == [True, True] + [False] * (ROWS - 1)
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
