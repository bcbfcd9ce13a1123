"""Reading a report as its readers do: the text of each format."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import docx
from lxml import html


def words_of_html(report: Path) -> str:
    """Return the text of all pages, scripts and styles left out."""
    return tidy(" ".join(words_of_page(page) for page in sorted((report / "html").glob("*.html"))))


def words_of_page(page: Path) -> str:
    tree = html.parse(str(page)).getroot()
    for node in tree.xpath("//script | //style | //noscript"):
        node.drop_tree()
    return tidy(" ".join(tree.itertext()))


def words_of_pdf(report: Path) -> str:
    """Return the text of the PDF, in reading order."""
    run = subprocess.run(["pdftotext", "-raw", report / "report.pdf", "-"], capture_output=True, text=True, check=True)
    return tidy(run.stdout.replace("-\n", "-"))


def words_of_docx(report: Path) -> str:
    """Return the text of the Word file, tables and fields included."""
    body = docx.Document(str(report / "report.docx")).element.body
    paragraphs = body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p")
    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
    return tidy(" ".join("".join(node.text or "" for node in each.iter(name)) for each in paragraphs))


READERS = {"html": words_of_html, "pdf": words_of_pdf, "docx": words_of_docx}


def tidy(text: str) -> str:
    """Return a text with single spaces, as a reader sees it."""
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u00ad", "").replace("\u200b", ""))


def holds_number(text: str, number: str) -> bool:
    """Say whether a number stands in a text by itself, not as a part of another."""
    return bool(re.search(rf"(?<![\d.,£]){re.escape(number)}(?![\d%]|[.,]\d)", text))
