"""An entry in ``data/datapackage.yaml``: written as people write it, added without touching what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from natpatsip.datasets.descriptor import FILE
from natpatsip.errors import DataFileError
from natpatsip.files.yaml_models import place_of_list

NEW = """\
# The data of the report, declared: https://datapackage.org. A new file is a new resource; no Python is needed.
$schema: https://datapackage.org/profiles/2.0/datapackage.json
resources: []
"""
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/-]*( [A-Za-z0-9_/-]+)*(\.[A-Za-z]+)?")
NOT_PLAIN = ("true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf")
WIDTH = 116
LIST = "resources"


def added(descriptor: bytes, entry: Mapping[str, Any], comments: Sequence[str]) -> bytes:
    """Return a descriptor with a new dataset's entry at its end; all else stays as it is, comments too.

    Raises
    ------
    DataFileError
        If its resources are not written as a list with a line for each.
    """
    text = (descriptor or NEW.encode()).decode("utf-8-sig")
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    place = place_of_list(text, LIST)
    if place is None:
        raise DataFileError(
            f"{FILE}: expected resources as a list with an entry in lines of its own, each beginning with a hyphen."
        )
    if place.is_empty:
        before = lines[: place.line]
        before[-1] = re.sub(r"resources\s*:.*", f"{LIST}:", before[-1])
        rest, indent = lines[place.line :], 2
    else:
        before, rest, indent = lines[: place.line], lines[place.line :], place.indent
    while before and not before[-1].strip():
        before.pop()
    gap = [] if place.is_empty else [""]
    written = [*before, *gap, *_lines(entry, comments, indent), *([""] if rest and rest[0].strip() else []), *rest]
    mark = b"\xef\xbb\xbf" if descriptor.startswith(b"\xef\xbb\xbf") else b""
    return mark + (end.join(written).rstrip("\r\n") + end).encode()


def _lines(entry: Mapping[str, Any], comments: Sequence[str], indent: int) -> Iterator[str]:
    """Yield the lines of an entry, in the order and the layout that people write them in."""
    lead, inner = " " * indent, " " * (indent + 2)
    first = f"{lead}- "
    for key, value in entry.items():
        if key == "schema":
            yield f"{inner}schema:"
            yield f"{inner}  fields:"
            for field in value["fields"]:
                yield from _field(field, f"{inner}    ")
            if key_columns := value.get("primaryKey"):
                yield f"{inner}  primaryKey: {_flow(key_columns)}"
        elif key == "natpatsip":
            yield f"{inner}natpatsip:" if value else f"{inner}natpatsip: {{}}"
            yield from (f"{inner}  {name}: {_flow(option)}" for name, option in value.items())
            yield from (f"{inner}  # {comment}" for comment in comments)
        else:
            yield f"{first}{key}: {_flow(value)}"
            first = inner


def _field(field: Mapping[str, Any], lead: str) -> Iterator[str]:
    """Yield a field of a new entry: on one line if it fits."""
    line = f"{lead}- {_flow(field)}"
    if len(line) <= WIDTH:
        yield line
        return
    first = f"{lead}- "
    for key, value in field.items():
        yield f"{first}{key}: {_flow(value)}"
        first = f"{lead}  "


def _flow(value: Any) -> str:
    """Return a value of a new entry on one line, as YAML 1.1 and 1.2 read alike."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return text if PLAIN.fullmatch(text) and text.lower() not in NOT_PLAIN else quoted(text)


def quoted(text: str) -> str:
    r"""Return a text of a new entry in quotation marks, what is hidden in it escaped.

    Examples
    --------
    >>> print(quoted('a "b" \\ é\t\x85'))
    "a \"b\" \\ é\t\N"
    """
    special = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x85": "\\N", "\0": "\\0"}
    return '"' + "".join(special.get(each) or _shown(each) for each in text) + '"'


def _shown(character: str) -> str:
    code = ord(character)
    if character.isprintable() and code != 0xFEFF:
        return character
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
