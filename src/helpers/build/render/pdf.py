"""The PDF: one Typst document, tagged and for keeping, the same bytes from the same chapters."""

from __future__ import annotations

import re
from pathlib import Path

import typst

from helpers.build.render.report import EXTENSION, Report
from helpers.build.render.streams import with_plain_ends
from helpers.errors import RenderError


def write_pdf(source: str, report: Report, output: Path, *, timestamp: int) -> None:
    """Compile `source`, whose paths are relative to the staged project, into the file `output`.

    Raises
    ------
    RenderError
        Where Typst cannot compile it, or warns: a missing font or letter would be missing from the page.
    """
    fonts = report.extension / "fonts"
    if not any(fonts.glob("*.ttf")):
        raise RenderError(f"{EXTENSION / 'fonts'}: has no .ttf file. The extension comes with its fonts; restore them.")
    try:
        compiler = typst.Compiler(root=report.root, font_paths=[fonts], ignore_system_fonts=True)
        content, warnings = compiler.compile_with_warnings(
            input=source.encode("utf-8"), format="pdf", pdf_standards=["ua-1", "a-2a"], timestamp=timestamp
        )
    except typst.TypstError as error:
        raise RenderError(f"report.pdf: {_sentence(error, source)}") from error
    if warnings:
        said = " ".join(dict.fromkeys(_sentence(warning, source) for warning in warnings))
        raise RenderError(f"report.pdf: {said}")
    if not isinstance(content, bytes):
        raise RenderError(
            "report.pdf: Typst made no document of the chapters. Build again, and report this if it stays."
        )
    output.write_bytes(with_plain_ends(content))


def _sentence(problem: typst.TypstError | typst.TypstWarning, source: str) -> str:
    """Return Typst's words with the chapter they are about, where a line of the document is named."""
    hints = "".join(f" {hint}." for hint in getattr(problem, "hints", []))
    found = re.search(r"<?main>?(?:\.typ)?:(\d+)", str(getattr(problem, "trace", "")) + str(problem))
    chapter = f" (in {_chapter_at(source, int(found[1]))})" if found else ""
    words = " ".join(str(getattr(problem, "message", problem)).split())
    return f"Typst says: {words}.{hints}{chapter} Mend the chapter's notebook, or the look in {EXTENSION}."


def _chapter_at(source: str, line: int) -> str:
    before = "\n".join(source.splitlines()[:line])
    titles = re.findall(r"^= (.+)$", before, flags=re.MULTILINE)
    return titles[-1] if titles else "the template"
