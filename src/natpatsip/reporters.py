"""What the reports of every command share: JSON for machines, annotations for GitHub, counts and tables for people.

``natpatsip check`` reports findings, ``natpatsip compare`` changes and ``natpatsip review`` comments. Each has a
``record()`` for JSON; how each is laid out as text is the command's own business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal, Protocol

from natpatsip.errors import one_line

_UNSAFE = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]|#(?=#\\[)")
"""Characters that JSON need not escape, and a terminal or a CI log must not get."""


class Recorded(Protocol):
    """Anything that is reported: a finding, an accepted finding, a change."""

    def record(self) -> dict[str, Any]:
        """Return what is reported as JSON holds it, without the fields that do not apply."""


def as_json(items: Iterable[Recorded]) -> str:
    """Return the items as a JSON list."""
    text = json.dumps([item.record() for item in items], indent=2, ensure_ascii=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def annotation(
    level: Literal["notice", "warning", "error"],  # "notice", "warning" or "error"
    message: str,  # what GitHub shows; both may hold any characters
    *,
    title: str,
    file: str = "",  # path from the project's folder; empty if the message is not about a file
    line: int = 0,  # line in the file, from 1; 0 if it is not known
) -> str:
    """Return a workflow command that GitHub shows beside a line of a file.

    Notes
    -----
    The characters to escape are those of GitHub's own toolkit (``actions/toolkit``, ``command.ts``).

    Examples
    --------
    >>> annotation("warning", "50% typed", title="check: typed-number", file="notebooks/waits.ipynb", line=12)
    '::warning file=notebooks/waits.ipynb,line=12,title=check%3A typed-number::50%25 typed'
    """
    properties = {"file": file, "line": str(line) if file and line else "", "title": title}
    written = ",".join(f"{name}={_property(text)}" for name, text in properties.items() if text)
    return f"::{level} {written}::{_message(message)}"


def counted(number: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(0, "finding"), counted(1, "finding"), counted(3, "change")
    ('no findings', '1 finding', '3 changes')
    """
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _message(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return one_line(escaped)


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Return a table in Markdown, each of its rows on one line.

    Examples
    --------
    >>> print(markdown_table(("column", "holds"), [("`seen`", "people\n0|1")]))
    | column | holds |
    | --- | --- |
    | `seen` | people 0\|1 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"|{'|'.join(f' {_in_cell(text)} ' if text else ' ' for text in line)}|" for line in lines)


def _in_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
