"""Saying in fewer letters what an SVG says: many charts stand in one page, each in two layouts."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree

# What is so where nothing is said: of any element, and of lines.
_DEFAULTS = {"stroke-width": "1", "text-anchor": "start", "font-weight": "400"}
_AT_ORIGIN = {"x1", "y1", "x2", "y2"}
_TYPE = ("font-family", "font-size")
_CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0Z?")


def saved(svg: str) -> str:
    """Return a drawing that looks the same and is shorter.

    Groups that say nothing of what is in them go, as do values that hold anyway; the typeface is said once for all
    texts; circles drawn as paths become circles.

    Raises
    ------
    lxml.etree.XMLSyntaxError
        Where it is no well-formed XML.

    Examples
    --------
    >>> saved('<svg><g><g><line x2="0" y2="5" stroke-width="1"/></g></g></svg>')
    '<svg><line y2="5"/></svg>'
    >>> saved('<svg><path d="M2,0A2,2,0,1,1,-2,0A2,2,0,1,1,2,0" fill="#123456"/></svg>')
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
    _say_typeface_once(root)
    return str(etree.tostring(root, encoding="unicode"))


def _without_defaults(node: etree._Element, name: str) -> None:
    for key, value in list(node.items()):
        is_default = _DEFAULTS.get(key) == value and not any(key in above.attrib for above in node.iterancestors())
        if is_default or (name == "line" and key in _AT_ORIGIN and value == "0"):
            del node.attrib[key]


def _replace_by_content(group: etree._Element) -> None:
    parent = group.getparent()
    if parent is None or (group.text or "").strip():
        return
    place = parent.index(group)
    for child in list(group):
        parent.insert(place, child)
        place += 1
    parent.remove(group)


def _say_typeface_once(root: etree._Element) -> None:
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
