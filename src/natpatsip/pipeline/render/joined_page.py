"""The body of the page of the whole report, joined of the chapters' pages.

Each chapter is a part of that page: its headings are one level down, its links stay within the page, small drawings and
notes are counted through all of it, and what needs a file beside the page, or the page's scripts, is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LOWEST = 6  # the deepest level of headings that HTML has
ELSEWHERE = "The report’s web pages also have charts of each organisation."

_LEVEL = re.compile(r'(</?h|<section [^>]*\bclass="level)([1-6])\b')
_LINK = re.compile(r'(<a [^>]*\bhref=")([\w-]+)\.html(#[^"]*)?(?=")')
_CELL = r'<span class="np-cell"[^>]*></span>'
_FOR_PAGES = tuple(
    (re.compile(found), left)
    for found, left in (
        (rf"\n(?:{_CELL})+(?=\n)", ""),  # where cells begin, for comments
        (_CELL, ""),
        (r'<p class="figure-files">[^\0]*?</p>', ""),
        (r'(<div class="chart") data-chart="[^"]*"', r"\1"),
        (r'(<div [^>]*\bclass="organisations") data-file="[^"]*">', rf"\1>\n<p>{ELSEWHERE}</p>"),
        (r'<a href="\.\./[\w.-]+">(<code>[^<]*</code>)</a>', r"\1"),  # a file beside the report, such as facts.csv
    )
)
_HINT = re.compile(r'<p class="passport-hint">.*?</p>\n?')
_TITLE_END = re.compile(r"</h\d>\n?")
_DRAWING = re.compile(r'((?:\sid="|url\(#|href="#)drawing-)(\d+)(?=-)')
_NOTES = re.compile(r'<section id="footnotes"[^>]*>\n<hr />\n<ol>\n(.*?)</ol>\n</section>\s*\Z', re.DOTALL)
_NOTE = re.compile(
    r'(?P<call><a href="#fn)(\d+)(" class="footnote-ref" id="fnref)\2(" role="doc-noteref"><sup>)\2(?=</sup>)'
    r'|(?P<item><li id="fn)(\d+)(?=")'
    r'|(?P<back><a href="#fnref)(\d+)(?=" class="footnote-back")'
)


def joined_page(bodies: Iterable[str]) -> str:
    """Return the body of the page of the whole report, of the bodies of its chapters' pages.

    The hint about numbers is below the first title, wherever the first number is.
    """
    parts, notes, hint = list[str](), list[str](), ""
    drawings = calls = 0
    for body in bodies:
        text = as_part(body.rstrip("\n"))
        hint = hint or "".join(_HINT.findall(text)[:1])
        text = _HINT.sub("", text)
        before = drawings
        drawings += max((int(match[2]) for match in _DRAWING.finditer(text)), default=0)
        if before:
            text = _DRAWING.sub(lambda match: f"{match[1]}{int(match[2]) + before}", text)  # noqa: B023
        if found := _NOTES.search(text):
            shift = calls
            calls += found[1].count('<li id="fn')
            text = _NOTE.sub(lambda match: _numbered(match, shift), text)  # noqa: B023
            found = _NOTES.search(text)
        if found:
            notes.append(found[1])
            text = text[: found.start()].rstrip("\n")
        parts.append(text)
    if hint and parts:
        end = _TITLE_END.search(parts[0])
        at = end.end() if end else 0
        parts[0] = f"{parts[0][:at]}{hint}{parts[0][at:]}"
    if notes:
        head = (
            '<section id="footnotes" class="footnotes footnotes-end-of-document" role="doc-endnotes">\n<hr />\n<ol>\n'
        )
        parts.append(f"{head}{''.join(notes)}</ol>\n</section>")
    return "\n".join(parts)


def as_part(body: str) -> str:
    """Return the body of a page as a part of the page of the whole report.

    Examples
    --------
    >>> as_part('<h1>Waits</h1> <p><a href="beds.html#ward">Beds</a>, <a href="index.html">summary</a></p>')
    '<h2>Waits</h2> <p><a href="#ward">Beds</a>, <a href="#index">summary</a></p>'
    """
    text = body
    for found, left in _FOR_PAGES:
        text = found.sub(left, text)
    text = _LINK.sub(lambda match: f"{match[1]}{match[3] or f'#{match[2]}'}", text)
    return _LEVEL.sub(lambda match: f"{match[1]}{min(int(match[2]) + 1, LOWEST)}", text)


def _numbered(match: re.Match[str], shift: int) -> str:
    """Return the part of a page that numbers a footnote, numbered through the whole report."""
    if match["call"]:
        number = int(match[2]) + shift
        return f"{match['call']}{number}{match[3]}{number}{match[4]}{number}"
    if match["item"]:
        return f"{match['item']}{int(match[6]) + shift}"
    return f"{match['back']}{int(match[8]) + shift}"
