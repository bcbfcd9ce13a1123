"""Typst in a process of its own: ``python -m natpatsip.pipeline.render.typst_worker ROOT FONTS TIMESTAMP``.

It remembers what it has laid out, a hundred megabytes for each report, for as long as its process lives; and one build
may make many reports. The document comes on standard input; on standard output a line of JSON says what is wrong, and
the PDF follows.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import typst


def main(root: str, fonts: str, timestamp: int) -> None:
    """Compile a document, whose paths are relative to `root`."""
    compiler = typst.Compiler(root=root, font_paths=[fonts], ignore_system_fonts=True)
    content, found = b"", []
    try:
        made, warnings = compiler.compile_with_warnings(
            input=sys.stdin.buffer.read(), format="pdf", pdf_standards=["ua-1", "a-2a"], timestamp=timestamp
        )
        content, found = made if isinstance(made, bytes) else b"", list(map(described, warnings))
        error = None
    except typst.TypstError as problem:
        error = described(problem)
    sys.stdout.buffer.write(json.dumps({"error": error, "warnings": found}).encode() + b"\n" + content)


def described(problem: typst.TypstError | typst.TypstWarning) -> dict[str, Any]:
    """Return what Typst says of a problem, as JSON can hold it: its words, hints, and what names a line."""
    return {
        "message": " ".join(str(getattr(problem, "message", problem)).split()),
        "hints": list(map(str, getattr(problem, "hints", []))),
        "trace": str(getattr(problem, "trace", "")) + str(problem),
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
