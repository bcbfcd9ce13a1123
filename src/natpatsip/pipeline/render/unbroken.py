"""What is read as one word is never broken across lines: "Figure 5", "phases 4 to 6", "£18 million", "6-month".

It is found here and not in the filter, which would copy every list of words of each page into Lua and back. (For the
PDF the filter copies them once, and finds it there.)
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from typing import Any

from natpatsip.pipeline.render.pandoc_ast import Node, attributes_of

NO_BREAK: Node = {"t": "Str", "c": "\N{NO-BREAK SPACE}"}
SPACES = ("Space", "SoftBreak")
_MONTH = "|".join(calendar.month_name[1:])
_LAST = re.compile(r"[A-Za-z0-9]*\Z")
_NUMBERED = "(?:[Ff]igures?|[Tt]ables?|[Pp]hases?|[Vv]ersion|[Gg]rades?|[Ss]tages?|[Pp]arts?)"
_TOGETHER = (  # the end of a word, and the beginning of what belongs to it
    (re.compile(rf"(?:{_MONTH})\Z"), re.compile(r"[0-9]{4}(?![0-9])")),
    (re.compile(r"[0-9]{1,2}\Z"), re.compile(rf"(?:{_MONTH})(?![A-Za-z])")),
    (re.compile(r"[0-9]+\Z"), re.compile(r"[mb]illion(?![A-Za-z])")),
    (re.compile(r".*Q[1-4]\Z"), re.compile(r"[0-9]{4}/[0-9]{2}")),
    (re.compile(rf".*{_NUMBERED}\Z"), re.compile(r"[0-9]")),
    (re.compile(r"[0-9]+\Z"), re.compile(r"(?:%|(?:[mk]?g|m?l|[cmk]?m|hours?|minutes?|weeks?)(?![A-Za-z]))")),
)  # fmt: skip
_RANGE = re.compile(rf"{_NUMBERED} [0-9]+ (?:to|and|or) [0-9]")
LONGEST = 12  # letters of a word with hyphens that is held together: a longer one may be too wide for a table's column
_COMPOUND = re.compile(
    rf"[^A-Za-z0-9]*(?=[A-Za-z0-9-]{{3,{LONGEST}}}(?![A-Za-z0-9-]))[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+[^A-Za-z0-9]*"
)


def unbroken(blocks: Sequence[Node]) -> list[Node]:
    """Return blocks with what is read as one word held together; facts keep their text to the letter.

    A space becomes a no-break space. A short word with hyphens is put in a span, so that it can be found and copied as
    it was written.
    """
    found: list[Node] = _unbroken(list(blocks))
    return found


def _unbroken(value: Any) -> Any:
    """Return pandoc's elements with texts held together: themselves where there is nothing to hold together."""
    if isinstance(value, list):
        made = value
        for at, each in enumerate(value):
            changed = each
            if isinstance(each, list):
                changed = _unbroken(each)
            elif isinstance(each, dict):
                kind = each.get("t")
                if kind == "Str":
                    if "-" in each["c"] and _COMPOUND.fullmatch(each["c"]):
                        changed = {"t": "Span", "c": [["", ["unbroken"], []], [each]]}
                elif kind in SPACES:
                    if 0 < at < len(value) - 1 and (_belong(value[at - 1], value[at + 1]) or _is_in_range(value, at)):
                        changed = NO_BREAK
                elif "c" in each and not _is_fact(each):
                    content = _unbroken(each["c"])
                    changed = each if content is each["c"] else {**each, "c": content}
            if changed is not each:
                made = list(value) if made is value else made
                made[at] = changed
        return made
    if isinstance(value, dict) and "c" in value:
        content = _unbroken(value["c"])
        return value if content is value["c"] else {**value, "c": content}
    return value


def _is_fact(node: Node) -> bool:
    """Return True for a number that leads to where it comes from; its style holds it together."""
    if node["t"] != "Span":
        return False
    _, classes, pairs = attributes_of(node)
    return "fact" in classes and "entry" in pairs


def _belong(before: Node, after: Node) -> bool:
    """Return True if two texts are read as one word, which no line end may break."""
    if before["t"] == "Str" and not before["c"][-1:].isalnum():
        return _text(after) == "%"  # the unit of what is before it: "Seen in time, %"
    found = _LAST.search(_text(before))
    word = found[0] if found else ""
    return bool(word) and any(end.match(word) and start.match(_text(after)) for end, start in _TOGETHER)


def _is_in_range(siblings: Sequence[Node], at: int) -> bool:
    """Return True for the second and third space of "phases 4 to 6"."""
    for first in (at - 2, at - 4):  # the place of the first space
        nodes = siblings[max(first - 1, 0) : first + 6]
        if first > 0 and len(nodes) == 7 and all(each["t"] in SPACES for each in nodes[1::2]):
            name, *others = map(_text, nodes[::2])
            found = _LAST.search(name)
            if found and _RANGE.match(" ".join([found[0], *others])):
                return True
    return False


def _text(node: Node) -> str:
    return node["c"] if node["t"] == "Str" else "".join(_texts(node))


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of inlines as pandoc reads them out: without notes and without raw parts, but with quotes."""
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict) and "t" in value:
        kind: str = value["t"]
        content: Any = value.get("c")
        if kind == "Str":
            yield content
        elif kind in (*SPACES, "LineBreak"):
            yield " "
        elif kind in ("Code", "Math"):
            yield content[1]
        elif kind == "Quoted":
            yield "“" if content[0]["t"] == "DoubleQuote" else "‘"
            yield from _texts(content[1])
            yield "”" if content[0]["t"] == "DoubleQuote" else "’"
        elif kind == "RawInline":
            yield " " if content[1].startswith("<br") else ""
        elif kind != "Note":
            yield from _texts(content)
