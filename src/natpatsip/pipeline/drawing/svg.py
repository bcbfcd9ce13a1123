"""Cleaning and shortening SVGs, so that every format shows them and a page can hold many of them."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree

_NUMBER = re.compile(r"-?\d*\.\d{3,}(?:e-?\d+)?|-?\d+\.\d*e-?\d+")
_ARIA = re.compile(r' (?:aria-[a-z]+|role|class|pointer-events|font-style|font-variant)="[^"]*"')
_EMPTY = re.compile(r'<path(?: (?!d=)[a-z-]+="[^"]*")* d=""[^>]*/>|<path d="M0,0h0v0h0Z"[^>]*/>|<g></g>|<g/>')
_JOINERS = re.compile(
    "[\u200c\u200d\ufe00-\ufe0f]"
)  # of signs, which Typst refuses in drawings; typefaces have the parts
_UNSEEN = re.compile(r'<path[^>]* (?:opacity="0"|display="none")[^>]*/>')
_DEFAULT = re.compile(
    r' (?:opacity="1"|stroke-width="0"|fill-opacity="1"|stroke-opacity="1"|transform="translate\(0,0\)")'
)

# What an attribute is taken as where it is missing: of any element, and of lines.
_USUAL = {"stroke-width": "1", "text-anchor": "start", "font-weight": "400"}
_AT_ORIGIN = {"x1", "y1", "x2", "y2"}
_TYPE = ("font-family", "font-size")
_CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0Z?")


_FONT = re.compile(r"(?:(italic|oblique)\s+)?(?:(bold|\d{3})\s+)?([\d.]+px)\s+(.+)")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def portable(svg: str) -> str:
    """Return a drawing of another program with its styles as attributes, since pages forbid styles of elements.

    What describes the file goes (metadata, comments), as do ids that nothing refers to; the others are numbered, since
    some programs make them up anew each time.

    Examples
    --------
    >>> portable('<svg><defs><style>*{stroke-linecap: butt}</style></defs><g id="a"/>'
    ...          '<path id="x9" style="fill: url(#x9); stroke:red"/></svg>')
    '<svg stroke-linecap="butt"><defs/><g/><path id="part-1" fill="url(#part-1)" stroke="red"/></svg>'
    """
    if "style" not in svg:
        return svg
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(svg.encode(), parser)
    etree.strip_elements(root, "{*}metadata", with_tail=False)
    for node in list(root.iter("{*}style")):
        if rule := re.fullmatch(r"\s*\*\s*\{([^{}]*)\}\s*", node.text or ""):
            _set_styles(root, rule[1])
            node.getparent().remove(node)
    for node in root.iter(etree.Element):
        _set_styles(node, node.attrib.pop("style", ""))
    _number_ids(root)
    return str(etree.tostring(root, encoding="unicode"))


def _set_styles(node: etree._Element, styles: str) -> None:
    """Give an element of an SVG its styles as attributes."""
    for key, value in (part.split(":", 1) for part in styles.split(";") if ":" in part):
        if key.strip() == "font" and (font := _FONT.fullmatch(value.strip())):
            parts = zip(("font-style", "font-weight", "font-size", "font-family"), font.groups(), strict=True)
            node.attrib.update({name: part for name, part in parts if part})
        elif key.strip() != "white-space":  # which is no attribute
            node.set(key.strip(), value.strip())


def _number_ids(root: etree._Element) -> None:
    """Replace the ids that a drawing uses by numbered ones, and leave out the others."""
    nodes = list(root.iter(etree.Element))
    used = {name for node in nodes for value in node.attrib.values() for name in _REFERENCE.findall(value)}
    used |= {value[1:] for node in nodes for key, value in node.attrib.items() if _is_link(key, value)}
    numbers: dict[str, str] = {}
    for node in nodes:
        name = node.get("id", "")
        if name in used:
            node.set("id", numbers.setdefault(name, f"part-{len(numbers) + 1}"))
        elif name:
            del node.attrib["id"]
    for node in nodes:
        for key, value in node.attrib.items():
            if _is_link(key, value):
                node.set(key, f"#{numbers.get(value[1:], value[1:])}")
            elif "url(#" in value:
                node.set(key, _REFERENCE.sub(lambda found: f"url(#{numbers.get(found[1], found[1])})", value))


def _is_link(key: str, value: str) -> bool:
    return key.endswith("href") and value.startswith("#")


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
    for pattern in (_ARIA, _UNSEEN, _DEFAULT, _JOINERS):
        svg = pattern.sub("", svg)
    while (emptied := _EMPTY.sub("", svg)) != svg:
        svg = emptied
    for name in dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)):
        svg = svg.replace(f'id="{name}"', f'id="{prefix}-{name}"')
        svg = svg.replace(f"url(#{name})", f"url(#{prefix}-{name})").replace(
            f'href="#{name}"', f'href="#{prefix}-{name}"'
        )
    return _with_view_box(minified(_round_markup(svg)))


def _round_markup(svg: str) -> str:
    """Round the numbers within an SVG's tags, never those in text."""
    return re.sub(r"<[^>]*>", lambda tag: _NUMBER.sub(lambda number: _short(number[0]), tag[0]), svg)


def _short(number: str) -> str:
    return f"{round(float(number), 2) + 0.0:.2f}".rstrip("0").rstrip(".") or "0"


def _with_view_box(svg: str) -> str:
    """Return an SVG that scales: with a view box of its size, if it has none."""
    head = re.match(r"<svg[^>]*>", svg)
    if not head or "viewBox" in head[0]:
        return svg
    size = [re.search(rf'\b{side}="([\d.]+)(?:px)?"', head[0]) for side in ("width", "height")]
    if not all(size):
        return svg
    width, height = (found[1] for found in size if found)
    return f'{head[0][:-1]} viewBox="0 0 {width} {height}">{svg[head.end() :]}'


def minified(svg: str) -> str:
    """Return a drawing that looks the same and is shorter.

    Groups without attributes go, as do attributes with their default; the typeface is given once for all texts; circles
    drawn as paths become circles.

    Raises
    ------
    lxml.etree.XMLSyntaxError
        If it is not well-formed XML.

    Examples
    --------
    >>> minified('<svg><g><g><line x2="0" y2="5" stroke-width="1"/></g></g></svg>')
    '<svg><line y2="5"/></svg>'
    >>> minified('<svg><path d="M2,0A2,2,0,1,1,-2,0A2,2,0,1,1,2,0" fill="#123456"/></svg>')
    '<svg><circle fill="#123456" r="2"/></svg>'
    """
    root = etree.fromstring(svg.encode())
    for node in list(root.iter(etree.Element)):
        name = etree.QName(node).localname
        _without_defaults(node, name)
        if name == "path" and (circle := _CIRCLE.fullmatch(node.get("d", ""))):
            node.tag = node.tag.removesuffix("path") + "circle"
            del node.attrib["d"]
            node.set("r", circle[1])
        elif name == "g" and not node.attrib:
            _replace_by_content(node)
    _move_typeface_up(root)
    return str(etree.tostring(root, encoding="unicode"))


def _without_defaults(node: etree._Element, name: str) -> None:
    for key, value in list(node.items()):
        is_default = _USUAL.get(key) == value and not any(key in above.attrib for above in node.iterancestors())
        if is_default or (name == "line" and key in _AT_ORIGIN and value == "0"):
            del node.attrib[key]


def _replace_by_content(group: etree._Element) -> None:
    """Take out a group of an SVG, and leave what is in it."""
    parent = group.getparent()
    if parent is None or (group.text or "").strip():
        return
    place = parent.index(group)
    for child in list(group):
        parent.insert(place, child)
        place += 1
    parent.remove(group)


def _move_typeface_up(root: etree._Element) -> None:
    """Give the drawing the typeface that most of its texts name, where no group between names another."""
    texts = [node for node in root.iter(etree.Element) if etree.QName(node).localname == "text"]
    for key in _TYPE:
        named = Counter(node.get(key) for node in texts)
        is_said_above = any(key in above.attrib for node in texts for above in node.iterancestors())
        if not texts or None in named or is_said_above:
            continue
        ((usual, _),) = named.most_common(1)
        root.set(key, str(usual))
        for node in texts:
            if node.get(key) == usual:
                del node.attrib[key]
