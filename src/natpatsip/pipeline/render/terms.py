"""Terms of the glossary in the text of pages: the first use of each in a chapter opens its meaning.

Without scripts it is a link to the glossary. The glossary is the chapter of that name; its terms are the first column
of the tables whose first column is called *Term*.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count
from typing import Any

from natpatsip.files import memory
from natpatsip.files.memory import Same
from natpatsip.pipeline.plan import GLOSSARY, TERM
from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.pandoc_ast import Node, classes_of, text_of
from natpatsip.pipeline.staging.markdown import slug

PASSED_OVER = {
    "report-figure",
    "picture",
    "tiles",
    "table-notes",
    "passports",
}  # divs whose words are short and stand by themselves
SPACES = {"Space", "SoftBreak"}
WORD = re.compile(r"([(“‘\"'\[]*)(.+?)((?:[’']s)?[.,;:!?)”’\"'\]]*)")
"""What stands before a word, the word, and what stands after it."""


@dataclass(frozen=True)
class Term:
    """A term with what it means."""

    text: str
    meaning: str
    id: str
    """The id of the term's row in the glossary."""

    @property
    def words(self) -> tuple[str, ...]:
        """Its words as `_same` compares them."""
        return tuple(self.text.split())


def with_terms(chapters: Sequence[Chapter], *, printed: Collection[str]) -> list[Chapter]:
    """Return chapters with their first uses of terms marked, and the glossary with an id for each term.

    Only the `printed` chapters are marked: the others are lists that the build writes.
    """
    glossary = next((each for each in chapters if each.stem == GLOSSARY), None)
    found = glossary.once(lambda: [[*each] for each in _rows_of_terms(glossary)], "terms") if glossary else ()
    if not found:
        return list(chapters)
    ids = _ids_of(dict.fromkeys(text for text, _ in found))
    longest_first = sorted(_with_one_meaning(found, ids), key=lambda term: (-len(term.words), term.text))

    def blocks_of(chapter: Chapter) -> list[Node]:
        if chapter is glossary:
            return _with_ids(chapter.blocks, dict(ids))
        return _Marker(longest_first).blocks(chapter.blocks)

    def marked(chapter: Chapter) -> Chapter:
        if chapter is not glossary and chapter.name not in printed:
            return chapter
        return chapter.with_document(
            lambda: {**chapter.document, "blocks": blocks_of(chapter)}, "terms", *longest_first
        )

    def remembered(chapter: Chapter) -> Chapter:
        made_of = (Same(chapter), chapter is glossary, chapter.name in printed, *longest_first)
        return memory.once(lambda: marked(chapter), "terms", *made_of)

    return [remembered(chapter) for chapter in chapters]


# The glossary ---------------------------------------------------------------------------------------------------------


def _ids_of(texts: Iterable[str]) -> dict[str, str]:
    """Return the id of each term's first row; terms such as PSI and PSI+ have the same letters.

    Examples
    --------
    >>> _ids_of(["PSI", "PSI+", "lead time"])
    {'PSI': 'term-psi', 'PSI+': 'term-psi-2', 'lead time': 'term-lead-time'}
    """
    found: dict[str, str] = {}
    for text in texts:
        name = f"term-{slug(text)}"
        used = set(found.values())
        found[text] = next(each for each in chain([name], (f"{name}-{n}" for n in count(2))) if each not in used)
    return found


def _with_one_meaning(rows: Iterable[Sequence[str]], ids: Mapping[str, str]) -> Iterator[Term]:
    """Yield the terms that the glossary explains in one way; of another, nobody can tell which meaning a use has."""
    meanings: dict[str, dict[str, None]] = {}
    for text, meaning in rows:
        meanings.setdefault(text, {})[meaning] = None
    for text, (meaning, *others) in meanings.items():
        if not others:
            yield Term(text, meaning, ids[text])


def _rows_of_terms(glossary: Chapter) -> Iterator[tuple[str, str]]:
    """Yield the glossary's terms with their meanings."""
    for table in _tables(glossary.blocks):
        for cells in _rows(table):
            texts = [text_of(cell[4]).strip() for cell in cells[:2]]
            if len(texts) == 2 and all(texts):  # a cell may be as wide as the table
                yield texts[0], texts[1]


def _tables(blocks: Sequence[Node]) -> Iterator[Node]:
    """Yield the glossary's tables of terms."""
    for block in blocks:
        if block["t"] == "Table" and block["c"][3][1] and len(block["c"][2]) > 1:
            first = block["c"][3][1][0][1][0]
            if text_of(first[4]).strip() == TERM:
                yield block


def _rows(table: Node) -> Iterator[list[Any]]:
    return (row[1] for body in table["c"][4] for row in body[3])


def _with_ids(blocks: Sequence[Node], left: dict[str, str]) -> list[Node]:
    """Return the glossary's blocks, the first row of each term with its id; `left` has the terms without a row yet."""
    tables = [*map(id, _tables(blocks))]

    def named(row: Any) -> Any:
        name = left.pop(text_of(row[1][0][4]).strip(), "")
        if not name:
            return row
        attributes, *shape, content = row[1][0]
        first = [{"t": "Plain", "c": [{"t": "Span", "c": [[name, [], []], content[0]["c"]]}]}, *content[1:]]
        return [row[0], [[attributes, *shape, first], *row[1][1:]]]

    def table(block: Node) -> Node:
        bodies = [[body[0], body[1], body[2], [*map(named, body[3])]] for body in block["c"][4]]
        return {**block, "c": [*block["c"][:4], bodies, block["c"][5]]}

    return [table(block) if id(block) in tables else block for block in blocks]


# The text -------------------------------------------------------------------------------------------------------------


class _Marker:
    """Marks the first use of each term in one chapter."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.left: dict[str, dict[int, Term]] = {}  # by their first word and by their place in the order
        for place, term in enumerate(terms):
            self.left.setdefault(term.words[0].lower(), {})[place] = term

    def blocks(self, blocks: Sequence[Node]) -> list[Node]:
        """Return blocks with the glossary's terms in their running text marked."""
        return [self._block(block) for block in blocks]

    def _block(self, block: Node) -> Node:
        """Return a block with the terms of the glossary in its running text marked."""
        kind: str = block["t"]
        content: Any = block.get("c")
        if kind in {"Para", "Plain"}:
            return {**block, "c": self._inlines(content)}
        if kind == "BulletList":
            return {**block, "c": [*map(self.blocks, content)]}
        if kind == "OrderedList":
            return {**block, "c": [content[0], [*map(self.blocks, content[1])]]}
        if kind == "Div" and not PASSED_OVER & set(classes_of(block)):
            return {**block, "c": [content[0], self.blocks(content[1])]}
        return block

    def _inlines(self, inlines: Sequence[Node]) -> list[Node]:
        """Return inlines with the glossary's terms as links to their meaning."""
        marked: list[Node] = []
        at = 0
        while at < len(inlines):
            node = inlines[at]
            if node["t"] in {"Strong", "Emph"}:
                marked.append({**node, "c": self._inlines(node["c"])})
            elif node["t"] == "Str" and (found := self._term_at(inlines, at)):
                end = at + 2 * len(found.words) - 1
                marked += _link(inlines[at:end], found)
                at = end
                continue
            else:
                marked.append(node)
            at += 1
        return marked

    def _term_at(self, inlines: Sequence[Node], at: int) -> Term | None:
        """Return the first term in order that begins at a place, which is then none of those that are left."""
        word = _word(inlines[at]["c"])
        names = [name for name in (word, word.removesuffix("s")) if name in self.left]
        left = sorted({place: name for name in names for place in self.left[name]}.items())
        for place, name in left:
            term = self.left[name][place]
            if _begins(inlines, at, term) and not _is_in_name(inlines, at, term):
                return self.left[name].pop(place)
        return None


def _begins(inlines: Sequence[Node], at: int, term: Term) -> bool:
    """Return True if a term's words stand at a place, with a space between any two."""
    run = inlines[at : at + 2 * len(term.words) - 1]
    if len(run) < 2 * len(term.words) - 1 or any(each["t"] not in SPACES for each in run[1::2]):
        return False
    words, last = run[::2], len(term.words) - 1
    return all(
        each["t"] == "Str" and _is(each["c"], word, is_first=n == 0, is_last=n == last)
        for n, (each, word) in enumerate(zip(words, term.words, strict=True))
    )


def _is_in_name(inlines: Sequence[Node], at: int, term: Term) -> bool:
    """Return True if a term in small letters has a capital amid a sentence: then it is part of a name."""
    has_capital = _parts(inlines[at]["c"])[1][:1].isupper() and term.text[:1].islower()
    return has_capital and at > 1 and inlines[at - 1]["t"] in SPACES and not _ends_sentence(inlines[at - 2])


def _ends_sentence(node: Node) -> bool:
    text: str = node["c"] if node["t"] == "Str" else "."
    return text.rstrip("”’\"')]").endswith((".", ":", "?", "!"))


def _is(text: str, word: str, *, is_first: bool, is_last: bool) -> bool:
    """Return True if a text is a word of a term, in the plural too; punctuation stands around the term alone.

    Examples
    --------
    >>> _is("(CPNs),", "CPN", is_first=True, is_last=True), _is("cpn", "CPN", is_first=True, is_last=True)
    (True, False)
    >>> _is("Baseline", "baseline", is_first=True, is_last=True), _is("at,", "at", is_first=True, is_last=False)
    (True, False)
    """
    before, found, after = _parts(text)
    if (before and not is_first) or (after and not is_last):
        return False
    found = found if word != word.lower() else found.lower()
    return found == word or (is_last and found == f"{word}s")


@lru_cache(maxsize=10_000)
def _word(text: str) -> str:
    """Return the word of a text as terms are compared: in small letters, without what stands around it."""
    return _parts(text)[1].lower()


def _parts(text: str) -> tuple[str, str, str]:
    match = WORD.fullmatch(text)
    return (match[1], match[2], match[3]) if match else ("", text, "")


def _link(run: Sequence[Node], term: Term) -> list[Node]:
    """Return the words of a term as a link to it, without the punctuation around them."""
    before, first, _ = _parts(run[0]["c"])
    _, last, after = _parts(run[-1]["c"])
    words = [_text(first), *run[1:-1], _text(last)] if len(run) > 1 else [_text(first)]
    link = {"t": "Link", "c": [["", ["term"], [["meaning", term.meaning]]], words, [f"{GLOSSARY}.qmd#{term.id}", ""]]}
    return [*([_text(before)] if before else []), link, *([_text(after)] if after else [])]


def _text(text: str) -> Node:
    return {"t": "Str", "c": text}
