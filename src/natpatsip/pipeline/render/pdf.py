"""The PDF: one Typst document, tagged and for keeping, the same bytes from the same chapters."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from natpatsip.errors import RenderError
from natpatsip.pipeline.render.pdf_streams import with_plain_ends
from natpatsip.pipeline.render.staged_report import EXTENSION, Report


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
    done = subprocess.run(  # noqa: S603 — our own module
        [sys.executable, "-P", "-m", "natpatsip.pipeline.render.typst_worker", report.root, fonts, str(timestamp)],
        input=source.encode("utf-8"),
        capture_output=True,
        check=False,
    )
    said, _, content = done.stdout.partition(b"\n")
    if done.returncode or not said:
        words = done.stderr.decode(errors="replace").strip().splitlines() or [f"it ended with status {done.returncode}"]
        raise RenderError(
            f"report.pdf: the process that runs Typst ended unexpectedly: {words[-1]}. Build again, and report this if "
            "it stays."
        )
    found = json.loads(said)
    if problems := [found["error"]] if found["error"] else found["warnings"]:
        sentences = " ".join(dict.fromkeys(_sentence(problem, source) for problem in problems))
        raise RenderError(f"report.pdf: {sentences}")
    output.write_bytes(with_plain_ends(content))


def _sentence(problem: Mapping[str, Any], source: str) -> str:
    """Return Typst's words with the chapter they are about, where a line of the document is named."""
    hints = "".join(f" {hint}." for hint in problem["hints"])
    found = re.search(r"<?main>?(?:\.typ)?:(\d+)", problem["trace"])
    chapter = f" (in {_chapter_at(source, int(found[1]))})" if found else ""
    return f"Typst says: {problem['message']}.{hints}{chapter} Mend the chapter's notebook, or the look in {EXTENSION}."


def _chapter_at(source: str, line: int) -> str:
    before = "\n".join(source.splitlines()[:line])
    titles = re.findall(r"^= (.+)$", before, flags=re.MULTILINE)
    return titles[-1] if titles else "the template"
