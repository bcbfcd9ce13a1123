"""Entries put into a list of a YAML file that people write: its comments, order, quoting and line ends stay.

The file is edited where the parser says that a value stands, then read again. If it does not hold exactly what it
should, because it is written in a way that this does not understand, it stays as it is, and the lines to add are shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import yaml

from natpatsip.errors import ParamsError
from natpatsip.files.yaml_models import load_yaml

BOM = "\ufeff"
EMPTY = re.compile(r"(:[ \t]*)(?:\[[ \t]*\]|~|null)?(?=[ \t]*(?:#.*)?$)")
Entry = Mapping[str, Any]
Edit = tuple[int, int, str]


def with_entry(
    text: str,  # the file
    key: str,  # of the list, at the top of the file
    entry: Entry,  # what the member has to say; other keys of a member that is there stay
    *,
    by: Sequence[str],  # a member is the same if it has the same values of these keys, missing ones included
    comment: str = "",  # put before the list if the file has none yet
    where: str,  # the file, in errors
) -> str:
    """Return a file's text with an entry, such as a sign-off, in a list: in place of the same one, else at the end.

    Raises
    ------
    ParamsError
        If the file is written in a way that cannot be edited safely, with the lines to put in by hand.
    """
    mark, body = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    content = load_yaml(body)
    wanted = _with(content, key, entry, by)
    end = "\r\n" if "\r\n" in body else "\n"
    try:
        written = _edited(body, key, entry, by, comment, end)
        is_right = load_yaml(written) == wanted
    except (yaml.YAMLError, IndexError):
        is_right = False
    if not is_right:
        lines = "\n".join(f"  {line}" for line in _lines(entry, 2))
        raise ParamsError(
            f"{where}, {key}: is written in a way that natpatsip cannot edit. Nothing was changed. Put this into its "
            f"list {key} by hand:\n{lines}"
        )
    return mark + written


def _with(content: Mapping[str, Any], key: str, entry: Entry, by: Sequence[str]) -> dict[str, Any]:
    """Return the content that the file should have with the entry."""
    members = list(content.get(key) or ())
    place = _place(members, entry, by)
    if place is None:
        members.append(dict(entry))
    else:
        members[place] = {**members[place], **entry}
    return {**content, key: members}


def _place(members: Sequence[Any], entry: Entry, by: Sequence[str]) -> int | None:
    """Return where the list has the same entry, such as an earlier sign-off; None if it has none."""
    same = (
        number
        for number, each in enumerate(members)
        if isinstance(each, Mapping) and all(str(each.get(name) or "") == str(entry.get(name) or "") for name in by)
    )
    return next(same, None)


def _edited(text: str, key: str, entry: Entry, by: Sequence[str], comment: str, end: str) -> str:
    """Return the text of a file with an entry in a list."""
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    pair = next(((name, node) for name, node in root.value if name.value == key), None)
    if pair is None:
        before = text if text.endswith(("\n", "\r")) or not text else text + end
        lines = [*([f"# {comment}"] if comment else []), f"{key}:", *_lines(entry, 2)]
        return before + end + end.join(lines) + end
    name, node = pair
    if not node.value or isinstance(node, yaml.ScalarNode):
        start = text.rfind("\n", 0, name.start_mark.index) + 1
        stop = _line_end(text, start)
        line = EMPTY.sub(r"\1", text[start:stop].rstrip("\r\n"), count=1).rstrip()
        return _apply(text, [(start, stop, end.join([line, *_lines(entry, 2)]) + end)])
    place = _place(load_yaml(text)[key], entry, by)
    if place is not None:
        return _apply(text, _filled_in(text, node.value[place], entry, end))
    if node.flow_style:
        at = node.end_mark.index - 1
        return _apply(text, [(at, at, f", {_flow(entry)}")])
    at = _after(text, node.value[-1], node.start_mark.column)
    missing = "" if text[:at].endswith(("\n", "\r")) else end
    return _apply(text, [(at, at, missing + end.join(_lines(entry, node.start_mark.column)) + end)])


def _filled_in(text: str, node: Any, entry: Entry, end: str) -> list[Edit]:
    """Return the edits that give a member of a list, such as a sign-off, its values."""
    there = {name.value: value for name, value in node.value}
    edits: list[Edit] = []
    for name, value in entry.items():
        if name in there:
            start, stop = there[name].start_mark.index, there[name].end_mark.index
            if start == stop or load_yaml(text[start:stop]) != value:
                space = " " if text[start - 1] == ":" else ""  # nothing stands there yet, as in `name:`
                edits.append((start, stop, f"{space}{_scalar(value)}"))
    new = {name: value for name, value in entry.items() if name not in there}
    if node.flow_style:
        at = node.end_mark.index - 1
        at -= len(text[:at]) - len(text[:at].rstrip())
        return [*edits, *((at, at, f", {name}: {_scalar(value)}") for name, value in new.items())]
    at = _after(text, node, None)
    missing = "" if text[:at].endswith(("\n", "\r")) else end
    lines = [f"{' ' * node.start_mark.column}{name}: {_scalar(value)}" for name, value in new.items()]
    return [*edits, *([(at, at, missing + end.join(lines) + end)] if lines else [])]


def _apply(text: str, edits: Sequence[Edit]) -> str:
    """Return a text with stretches replaced; of those at one place the first comes first."""
    parts, place = [], 0
    for start, stop, new in sorted(edits, key=lambda edit: edit[:2]):
        parts += [text[place:start], new]
        place = stop
    return "".join([*parts, text[place:]])


def _after(text: str, node: Any, column: int | None) -> int:
    """Return where the line after a node of YAML begins; after comments that stand further in than `column` too."""
    last: Any = node
    while isinstance(last, yaml.CollectionNode) and last.value and not last.flow_style:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    at: int = last.end_mark.index
    if getattr(last, "style", None) not in ("|", ">"):  # those end where the next line begins
        at = _line_end(text, at)
    while column is not None and (found := re.compile(r"([ \t]+)#[^\n]*(?:\n|\Z)").match(text, at)):
        if len(found[1]) <= column:
            break
        at = found.end()
    return at


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _lines(entry: Entry, indent: int) -> list[str]:
    """Return an entry, such as a sign-off, as a member of a list, written line by line."""
    texts = [f"{name}: {_scalar(value)}" for name, value in entry.items()]
    return [f"{' ' * indent}{'- ' if number == 0 else '  '}{text}" for number, text in enumerate(texts)]


def _flow(entry: Entry) -> str:
    return "{" + ", ".join(f"{name}: {_scalar(value)}" for name, value in entry.items()) + "}"


def _scalar(value: Any) -> str:
    """Return a value of a sign-off, or another entry, as YAML 1.1 and 1.2 read alike, wherever it stands.

    Examples
    --------
    >>> [_scalar(each) for each in ("Ann, of the board", "no", "2025", date(2025, 1, 20), 677)]
    ["'Ann, of the board'", "'no'", "'2025'", '2025-01-20', '677']
    """
    if isinstance(value, date):
        return value.isoformat()
    dumped = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=10**9)
    return str(dumped).strip()[1:-1]
