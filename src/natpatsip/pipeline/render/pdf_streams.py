"""Streams of a PDF that end in a carriage return, which readers would take for a part of the line's end after it.

Typst ends a stream's data with a line feed and ``endstream``. Where the data's own last byte is a carriage return (one
stream in 256), the two look like one line end, and PDF/A checkers find the data one byte shorter than its length says.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from natpatsip.errors import RenderError

AMBIGUOUS = re.compile(rb"\r(?=\nendstream\b)")
TABLE = re.compile(rb"xref\r?\n0 (\d+)\r?\n((?:\d{10} \d{5} [nf][ \r]\n|\d{10} \d{5} [nf]\r\n)+)")


def with_plain_ends(pdf: bytes) -> bytes:
    """Return `pdf` with a line end of its own after each stream, and its table of offsets set right.

    Raises
    ------
    RenderError
        Where the file has no table of offsets of the kind that Typst writes.
    """
    places = [match.end() for match in AMBIGUOUS.finditer(pdf)]
    if not places:
        return pdf
    start = re.search(rb"startxref\r?\n(\d+)\r?\n%%EOF\s*$", pdf)
    table = TABLE.match(pdf, int(start[1])) if start else None
    if start is None or table is None:
        raise RenderError("report.pdf: Typst wrote no table of offsets. Install its locked version: uv sync.")

    def moved(offset: int) -> int:
        return offset + bisect_left(places, offset)

    entries = re.sub(rb"(\d{10})(?= \d{5} n)", lambda match: b"%010d" % moved(int(match[1])), table[2])
    body = pdf[: table.start(2)] + entries + pdf[table.end(2) : start.start(1)]
    tail = b"%d" % moved(int(start[1])) + pdf[start.end(1) :]
    return AMBIGUOUS.sub(b"\r\r", body) + tail
