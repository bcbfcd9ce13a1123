"""The comments of a Word file, with their threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from natpatsip.word_files.word_xml import PARSER, SIGNS, attribute_of, date_of, name_of


@dataclass(frozen=True)
class Comment:
    """A comment or a reply."""

    id: str
    author: str
    date: str
    text: str
    parent: str = ""
    is_resolved: bool = False


def comments_of(parts: Mapping[str, bytes]) -> dict[str, Comment]:
    """Return the comments by id; replies with the comment that they answer."""
    if "word/comments.xml" not in parts:
        return {}
    threads = dict(_threads(parts))
    found: dict[str, Any] = {}
    by_paragraph: dict[str, str] = {}
    for each in etree.fromstring(parts["word/comments.xml"], PARSER):
        if name_of(each) == "w:comment":
            identity = attribute_of(each, "id")
            lines = [line for line in each.iter() if name_of(line) == "w:p"]
            found[identity] = each, "\n".join(map(_plain, lines)).strip()
            for line in lines:
                if number := attribute_of(line, "paraId"):  # LibreOffice gives one to resolved comments alone
                    by_paragraph[number] = identity
    comments = {}
    parents = {by_paragraph.get(line, ""): by_paragraph.get(parent, "") for line, (parent, _) in threads.items()}
    resolved = {by_paragraph.get(line, "") for line, (_, is_done) in threads.items() if is_done}
    for identity, (element, text) in found.items():
        root = identity
        seen = {root}
        while (above := parents.get(root, "")) and above not in seen:
            root = above
            seen.add(root)
        comments[identity] = Comment(
            identity,
            attribute_of(element, "author"),
            date_of(element),
            text,
            parent="" if root == identity else root,
            is_resolved=root in resolved or identity in resolved,
        )
    return comments


def _plain(paragraph: Any) -> str:
    return "".join(
        each.text or "" if name_of(each) == "w:t" else SIGNS.get(name_of(each), "") for each in paragraph.iter()
    )


def _threads(parts: Mapping[str, bytes]) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Yield the last paragraph of each comment, with that of the comment above it, and whether it is resolved."""
    for each in etree.fromstring(parts.get("word/commentsExtended.xml", b"<none/>"), PARSER):
        if name_of(each) == "w15:commentEx":
            yield (
                attribute_of(each, "paraId"),
                (attribute_of(each, "paraIdParent"), attribute_of(each, "done") in ("1", "true")),
            )
