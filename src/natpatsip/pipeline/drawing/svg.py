"""Cleaning the SVGs that vl-convert makes, so that many of them can stand in one page."""

from __future__ import annotations

import re

from natpatsip.pipeline.drawing.svg_minify import saved

_NUMBER = re.compile(r"-?\d*\.\d{3,}(?:e-?\d+)?|-?\d+\.\d*e-?\d+")
_ARIA = re.compile(r' (?:aria-[a-z]+|role|class|pointer-events|font-style|font-variant)="[^"]*"')
_EMPTY = re.compile(r'<path(?: (?!d=)[a-z-]+="[^"]*")* d=""[^>]*/>|<path d="M0,0h0v0h0Z"[^>]*/>|<g></g>|<g/>')
_UNSEEN = re.compile(r'<path[^>]* (?:opacity="0"|display="none")[^>]*/>')
_DEFAULT = re.compile(
    r' (?:opacity="1"|stroke-width="0"|fill-opacity="1"|stroke-opacity="1"|transform="translate\(0,0\)")'
)


def tidy(svg: str, prefix: str) -> str:
    """Return an SVG that is small, scales, and whose ids meet no other's.

    Ids and references to them get a prefix; labels for each mark go (the figure has one text alternative); what is
    never seen goes; coordinates have two decimals; the size is a viewBox, with width and height as they were for
    readers that need them.

    Examples
    --------
    >>> tidy('<svg width="9" height="9"><clipPath id="clip0"/><g clip-path="url(#clip0)" role="x" d="M0.12345,1"/></svg>',
    ...      "fig-1")
    '<svg width="9" height="9" viewBox="0 0 9 9"><clipPath id="fig-1-clip0"/><g clip-path="url(#fig-1-clip0)" d="M0.12,1"/></svg>'
    """  # noqa: E501 — the SVG is one line
    svg = re.sub(r"^\s*(?:<\?xml[^>]*\?>|<!DOCTYPE[^>]*>)\s*", "", svg)
    for pattern in (_ARIA, _UNSEEN, _DEFAULT):
        svg = pattern.sub("", svg)
    while (emptied := _EMPTY.sub("", svg)) != svg:
        svg = emptied
    for name in dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)):
        svg = svg.replace(f'id="{name}"', f'id="{prefix}-{name}"')
        svg = svg.replace(f"url(#{name})", f"url(#{prefix}-{name})").replace(
            f'href="#{name}"', f'href="#{prefix}-{name}"'
        )
    return _with_view_box(saved(_round_markup(svg)))


def _round_markup(svg: str) -> str:
    """Round the numbers within tags, never those in text."""
    return re.sub(r"<[^>]*>", lambda tag: _NUMBER.sub(lambda number: _short(number[0]), tag[0]), svg)


def _short(number: str) -> str:
    return f"{round(float(number), 2):.2f}".rstrip("0").rstrip(".").replace("-0", "-0") or "0"


def _with_view_box(svg: str) -> str:
    head = re.match(r"<svg[^>]*>", svg)
    if not head or "viewBox" in head[0]:
        return svg
    size = [re.search(rf'\b{side}="([\d.]+)(?:px)?"', head[0]) for side in ("width", "height")]
    if not all(size):
        return svg
    width, height = (found[1] for found in size if found)
    return f'{head[0][:-1]} viewBox="0 0 {width} {height}">{svg[head.end() :]}'
