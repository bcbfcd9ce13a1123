"""The process that runs Typst: ``python typst_process.py ROOT FONTS TIMESTAMP``.

The document comes on standard input; on standard output a line of JSON says what is wrong, and the PDF follows. It is
run as a file, so that it imports nothing of natpatsip, which would take twice as long as Python's own start.
"""

import json
import sys
from typing import Any

import typst


def _typst(root: str, fonts: str, timestamp: int) -> None:
    """Compile the document on standard input; run in the process of its own."""

    def described(problem: typst.TypstError | typst.TypstWarning) -> dict[str, Any]:
        return {
            "message": " ".join(str(getattr(problem, "message", problem)).split()),
            "hints": list(map(str, getattr(problem, "hints", []))),
            "trace": str(getattr(problem, "trace", "")) + str(problem),
        }

    compiler = typst.Compiler(root=root, font_paths=[fonts], ignore_system_fonts=True)
    content, error, found = b"", None, list[dict[str, Any]]()
    try:
        made, warnings = compiler.compile_with_warnings(
            input=sys.stdin.buffer.read(), format="pdf", pdf_standards=["ua-1", "a-2a"], timestamp=timestamp
        )
        content, found = made if isinstance(made, bytes) else b"", list(map(described, warnings))
    except typst.TypstError as problem:
        error = described(problem)
    sys.stdout.buffer.write(json.dumps({"error": error, "warnings": found}).encode() + b"\n" + content)


if __name__ == "__main__":
    _typst(sys.argv[1], sys.argv[2], int(sys.argv[3]))
