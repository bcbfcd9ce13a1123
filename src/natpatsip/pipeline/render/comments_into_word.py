"""Reviewers' comments in the next draft of the Word file, each at its cell and with the answers as replies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from natpatsip.files.digests import sha256
from natpatsip.pipeline.render.cell_bookmarks import PREFIX, bookmark_of, is_of_contents
from natpatsip.pipeline.review_notes import AUTHORS, Note, Remark
from natpatsip.word_files.word_xml import SIGNS

_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"
_SIGNS = {qn(name): sign for name, sign in SIGNS.items()}  # that are elements of their own
ALIKE = 12  # letters in a row that a comment's words share at least with the paragraph that it is put at
FAR = 20  # letters around a comment's words that are the same at least, if it is put outside of its cell
REACH = 160  # letters around some words that are compared with those around a comment's
SAME_PICTURE = 0.6  # of two alternative texts of a chart, which says new numbers when its data have changed
_WITHIN = re.compile(r"(?<=\w)(?=\w)|(?<=\d)(?=[.,]\d)|(?<=\d[.,])(?=\d)")  # a word, or a number such as 1,234.5
_NUMBER = re.compile(r"£?\d(?:[\d.,]*\d)?%?")
_LINK = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"


def add_comments(document: Any, notes: Mapping[str, Sequence[Note]], author: str) -> None:
    """Add the comments of each notebook, and the answers as replies of `author`."""
    rows = []
    for notebook, found in notes.items():
        for place, note in enumerate(found):
            runs, is_same = _place_of(document, notebook, note)
            remarks = [*note.replies, *([Remark(author, "", note.answer)] if note.answer else [])]
            if not is_same:
                remarks.insert(0, Remark(author, "", note.elsewhere))
            if not runs:  # on a chapter for pages alone, on text that was deleted, or on a cell that is gone
                runs = _first_line(document)
            seed = f"{notebook} {place} {note.id}"
            first = _add(document, runs, Remark(note.author, note.date, note.text), seed)
            rows.append(f'<w15:commentEx w15:paraId="{first}" w15:done="0"/>')
            for number, remark in enumerate(remarks):
                said = replace(remark, author=author) if remark.author == AUTHORS else remark
                own = _add(document, runs, said, f"{seed} {number}")
                rows.append(f'<w15:commentEx w15:paraId="{own}" w15:paraIdParent="{first}" w15:done="0"/>')
    if rows:
        _drop_styles(document)
        _move_out_of_labels(document)
        xml = f'<w15:commentsEx xmlns:w15="{_W15}">{"".join(rows)}</w15:commentsEx>'.encode()
        part = Part(PackURI("/word/commentsExtended.xml"), _TYPE, xml, document.part.package)
        document.part.relate_to(part, _LINK)


def _drop_styles(document: Any) -> None:
    """Take out the character style of python-docx's marks of comments, which the report's look does not have."""
    for run in document.element.body.iter(qn("w:r")):
        if run.find(qn("w:commentReference")) is not None and run.rPr is not None:
            run.remove(run.rPr)


def _move_out_of_labels(document: Any) -> None:
    """Put comments on a part of a figure's label, such as *Figure 7*, around all of it.

    References repeat what is in the label's bookmark. LibreOffice 7.4 ends the bookmark too early if a comment is in
    it, and so takes the number out of each reference.
    """
    for start in list(document.element.body.iter(qn("w:bookmarkStart"))):
        label = list(takewhile(lambda each: each.tag != qn("w:bookmarkEnd"), start.itersiblings()))
        end = label[-1].getnext() if label else None
        if end is None or end.get(qn("w:id")) != start.get(qn("w:id")):
            continue
        if start.getparent().tag != qn("w:p") or start.get(qn("w:name"), "").startswith(PREFIX):
            continue
        for each in label:
            if each.tag == qn("w:commentRangeStart"):
                start.addprevious(each)
        for each in reversed(label):
            if each.tag == qn("w:commentRangeEnd") or each.find(qn("w:commentReference")) is not None:
                end.addnext(each)


def _add(document: Any, runs: Sequence[Any], remark: Remark, seed: str) -> str:
    """Add a comment to the Word file and return the id of its paragraph, by which threads are told."""
    initials = "".join(word[0] for word in remark.author.split())
    element = document.add_comment(
        [runs[0], runs[-1]], remark.text, author=remark.author, initials=initials
    )._comment_elm
    if remark.date:
        element.set(qn("w:date"), remark.date)
    else:
        element.attrib.pop(qn("w:date"), None)  # the same report gives the same bytes
    own = f"{int(sha256(seed)[:7], 16) + 1:08X}"
    element.findall(qn("w:p"))[-1].set(f"{{{_W14}}}paraId", own)
    return own


def _place_of(document: Any, notebook: str, note: Note) -> tuple[list[Any], bool]:
    """Return the runs that a comment is put at, and whether they are what it is on.

    They hold its words and no more, where the text around is most like that around them then: in its cell, or elsewhere
    if it is more like it there, as in the list of all numbers, and for words of two cells. If its words have gone, they
    are those of the cell that are most like them, or the number that stands where its number stood; if there are none,
    all of the first paragraph. The words of a comment on a picture are its alternative text.
    """
    body = document.element.body
    own = _paragraphs_of(body, bookmark_of(notebook, note.about)) if note.about else []
    words = " ".join(note.anchor.split())
    picture, likeness = _picture_of(own, words)
    if likeness == 1:
        return [Run(picture, document._body)], True
    same = re.compile(re.escape(words) or "(?!)")
    score, places = _occurrence(own, note, same)
    around = len(_signs(note.prefix + note.suffix))
    if score < around:
        other, others = _occurrence(_outside_contents(body), note, same)
        score, places = (other, others) if other > max(score, min(FAR, around - 1)) else (score, places)
    is_same = score >= 0
    if not is_same and likeness > SAME_PICTURE:
        return [Run(picture, document._body)], True
    if not is_same and _NUMBER.fullmatch(words):
        score, places = _occurrence(own, note, _NUMBER)
        places = places if score >= min(FAR, around) > 0 else _likest(own, "")[0]
    elif not is_same:
        places, is_same = _likest(own, words)
    runs = _parted(places)
    return [Run(each, Paragraph(each.getparent(), document._body)) for each in runs], is_same


def _outside_contents(body: Any) -> list[Any]:
    """Return all paragraphs except those of the contents, where LibreOffice 7.4 loses the text of comments."""
    styles = ((each, each.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")) for each in body.iter(qn("w:p")))
    return [each for each, style in styles if style is None or not is_of_contents(style.get(qn("w:val"), ""))]


def _occurrence(paragraphs: Sequence[Any], note: Note, words: re.Pattern[str]) -> tuple[int, list[tuple[Any, int]]]:
    """Return the letters of a comment's words, and how many signs around them are the same; -1 if they are not there.

    Numbers and spaces around them are not compared: those of pages and entries are others in each file. They begin and
    end within a word, or a number, only where the comment's words did: the 3 of 1,234 is no 3.
    """
    text, places = "", list[tuple[Any, int]]()
    for paragraph in paragraphs:
        more, letters = _letters_of(paragraph)
        text += f"{more} "
        places += [*letters, (paragraph, 0)]
    anchor = " ".join(note.anchor.split())
    cuts = _cuts(note.prefix + anchor + note.suffix, len(note.prefix), len(note.prefix + anchor))
    found = [each.span() for each in words.finditer(text)]
    before, after = _signs(note.prefix)[::-1], _signs(note.suffix)
    scored = [
        (
            _alike(before, _signs(text[max(0, start - REACH) : start])[::-1])
            + _alike(after, _signs(text[end : end + REACH])),
            -start,
            end,
        )
        for start, end in found
        if _cuts(text, start, end) == cuts
    ]
    score, start, end = max(scored, default=(-1, 0, 0))
    start, end = _whole_words(text, -start, end)
    return score, places[start:end] if scored else []


def _cuts(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Return whether a comment's stretch of a text begins, and whether it ends, within a word or a number."""
    return bool(_WITHIN.match(text, start)), bool(_WITHIN.match(text, end))


def _alike(one: str, other: str) -> int:
    """Return how many signs around a comment's words are the same in two texts."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _signs(text: str) -> str:
    return "".join(sign for sign in text if sign.isalpha())


def _likest(paragraphs: Sequence[Any], words: str) -> tuple[list[tuple[Any, int]], bool]:
    """Return the letters that are most like a comment's words, and whether they are like them at all."""
    best: tuple[int, str, list[tuple[Any, int]], int] = (0, "", [], 0)
    first: list[tuple[Any, int]] = []
    for paragraph in paragraphs:
        text, places = _letters_of(paragraph)
        first = first or places
        found = SequenceMatcher(None, words, text, autojunk=False).find_longest_match()
        best = max(best, (found.size, text, places, found.b), key=lambda each: each[0])
    size, text, places, start = best
    if 2 * size < len(words) or not size:  # none is like it: all of the likest paragraph
        return (places if size > ALIKE else first), False
    start, end = _whole_words(text, start, start + size)
    return places[start:end], True


def _first_line(document: Any) -> list[Any]:
    """Return the runs of the first paragraph with text: the report's title."""
    lines = (_parted(_letters_of(paragraph)[1]) for paragraph in document.element.body.iter(qn("w:p")))
    runs = next(found for found in lines if found)
    return [Run(each, Paragraph(each.getparent(), document._body)) for each in runs]


def _picture_of(paragraphs: Sequence[Any], words: str) -> tuple[Any, float]:
    """Return the run of the picture whose alternative text is most like some words, and how like it is: 0 to 1."""
    pictures = [each for paragraph in paragraphs for each in paragraph.iter(qn("wp:docPr")) if each.get("descr")]
    scored = [
        (SequenceMatcher(None, words, " ".join(each.get("descr").split()), autojunk=False).ratio(), -at)
        for at, each in enumerate(pictures)
    ]
    likeness, at = max(scored, default=(0.0, 0))
    return (next(pictures[-at].iterancestors(qn("w:r"))) if pictures else None), likeness


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a comment's stretch of a text with all of the words and numbers that it begins and ends in."""
    while _WITHIN.match(text, start):
        start -= 1
    while _WITHIN.match(text, end):
        end += 1
    return start, end


def _letters_of(paragraph: Any) -> tuple[str, list[tuple[Any, int]]]:
    """Return a Word paragraph's text with single spaces, and where each letter is: the element, the place in it.

    A line break or a tab is a space, as it is where a reviewed file is read.
    """
    text, places = "", list[tuple[Any, int]]()
    for element in paragraph.iter(qn("w:t"), *_SIGNS):
        if element.getparent().tag != qn("w:r"):  # a tab stop of the paragraph
            continue
        for place, sign in enumerate(_SIGNS.get(element.tag, element.text or "")):
            if sign.isspace() and (not text or text[-1] == " "):
                continue
            text += " " if sign.isspace() else sign
            places.append((element, place))
    return text, places


def _parted(places: Sequence[tuple[Any, int]]) -> list[Any]:
    """Return the Word runs of some letters, the first and the last parted from the letters around them."""
    places = [each for each in places if each[0].tag == qn("w:t")]
    if not places:
        return []
    (first, start), (last, end) = places[0], places[-1]
    _part(last, end + 1)
    if start and (second := _part(first, start)) is not None:
        last = second if last is first else last
        first = second
    runs: list[Any] = []
    body = first.getroottree().getroot()
    is_in = False
    for run in body.iter(qn("w:r")):
        elements = list(run.iter(qn("w:t")))
        is_in = is_in or first in elements
        if is_in and elements:
            runs.append(run)
        if last in elements:
            break
    return runs


def _part(element: Any, at: int) -> Any:
    """Part a run of text alone at a letter of its one text, and return the text of the second part."""
    run, text = element.getparent(), element.text or ""
    if not 0 < at < len(text) or [each for each in run if each.tag not in (qn("w:rPr"), qn("w:t"))]:
        return None
    second = deepcopy(run)
    run.addnext(second)
    (after,) = second.iter(qn("w:t"))
    element.text, after.text = text[:at], text[at:]
    for each in (element, after):
        each.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return after


def _paragraphs_of(body: Any, bookmark: str) -> list[Any]:
    """Return the Word file's paragraphs from the start of a bookmark to its end."""
    number, found = None, []
    for element in body.iter(qn("w:p"), qn("w:bookmarkStart"), qn("w:bookmarkEnd")):
        if element.tag == qn("w:bookmarkStart") and element.get(qn("w:name")) == bookmark:
            number = element.get(qn("w:id"))
            found.append(next(element.iterancestors(qn("w:p"))))
        elif number is not None and element.tag == qn("w:p"):
            found.append(element)
        elif number is not None and element.tag == qn("w:bookmarkEnd") and element.get(qn("w:id")) == number:
            return found
    return found
