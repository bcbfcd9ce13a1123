"""Pandoc's documents as its JSON has them: read, walked through in reading order, and as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

Node = dict[str, Any]


def read_document(text: str) -> Node:
    """Return a document of pandoc's, in which the same word is the same object: a long report has millions of them.

    A word that may be the sign of a div is an object of its own, since where it stands has to be told.
    """
    words: dict[str, Node] = {}
    space, line_end = {"t": "Space"}, {"t": "SoftBreak"}

    def shared(node: Node) -> Node:
        kind = node.get("t")
        if kind == "Str":
            return node if node["c"][0:1] == ":" else words.setdefault(node["c"], node)
        return space if kind == "Space" else line_end if kind == "SoftBreak" else node

    found: Node = json.loads(text, object_hook=shared)
    return found


def walk(value: Any) -> Iterator[Node]:
    """Yield every element of pandoc's under `value`, in reading order, the outer before the inner."""
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, dict):
            if "t" in each:
                yield each
            if "c" in each:
                todo.append(each["c"])
        elif isinstance(each, list):
            todo.extend(reversed(each))


def find(value: Any, *kinds: str, but: Callable[[Node], bool] = lambda _: False) -> Iterator[Node]:
    """Yield pandoc's elements of some kinds as `walk` does, except those inside an element for which `but` is true.

    Most elements are words, which hold nothing: they are passed over.
    """
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, list):
            todo += [x for x in reversed(each) if x.__class__ is list or (x.__class__ is dict and "c" in x)]
        elif not but(each):
            if each.get("t") in kinds:
                yield each
            if each["c"].__class__ is list:
                todo.append(each["c"])


def text_of(value: Any) -> str:
    """Return the plain text of pandoc's inlines or blocks."""
    if isinstance(value, list):
        return "".join(text_of(each) for each in value)
    if not isinstance(value, dict) or "t" not in value:
        return ""
    content: Any = value.get("c")
    if value["t"] == "Str":
        return str(content)
    if value["t"] in {"Space", "SoftBreak", "LineBreak"}:
        return " "
    if value["t"] == "Quoted":
        before, after = ("‘", "’") if content[0]["t"] == "SingleQuote" else ("“", "”")
        return before + text_of(content[1]) + after
    if value["t"] in {"Code", "Math"}:
        return str(content[1])
    if value["t"] == "RawInline":  # a line break typed as HTML: all others are rejected
        return " "
    return text_of(content)


def classes_of(div: Node) -> list[str]:
    """Return the classes of one of pandoc's divs, spans, headings or links."""
    return list(attributes_of(div)[1])


def attributes_of(node: Node) -> tuple[str, list[str], dict[str, str]]:
    """Return id, classes and key-value attributes of an element of pandoc's that has them."""
    position = {"Header": 1}.get(node["t"], 0)
    name, classes, pairs = node["c"][position]
    return name, classes, dict(pairs)
