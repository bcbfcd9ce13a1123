"""The table of organisations as HTML, from the data of its page.

Two hundred organisations with twenty measures are four thousand cells. Pandoc and the filter would need longer for them
than everything before, so a page gets them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

MANY = 3  # columns that fit every page; of more, a table scrolls by itself where it is not cards, as on telephones


def tables(data: Mapping[str, Any]) -> str:
    """Return the latest values of all organisations as HTML, a table for each kind of organisation."""
    return "\n".join(map(_table, data["groups"]))


def _table(group: Mapping[str, Any]) -> str:
    """Return the table of a kind of organisation as HTML."""
    names = [group["kind"], *(each["heading"] for each in group["measures"])]
    head = "".join(f'<th scope="col"{_number(at)}>{_unbroken(name)}</th>' for at, name in enumerate(names))
    labels = [escape(name) for name in names[1:]]
    latest = [each["latest"] for each in group["measures"]]
    rows = [_row(name, [each[place] for each in latest], labels) for place, name in enumerate(group["rows"])]
    national = [each["nationalLatest"] for each in group["measures"]]
    rows.append(_row(group["national"], national, labels, ' class="total"'))
    caption, is_wide = escape(group["caption"]), len(names) > MANY
    made = (
        f'<table class="cards">\n<caption><span>{caption}</span></caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody>\n</table>"
    )
    return f'<section class="sideways" tabindex="0" aria-label="{caption}">{made}</section>' if is_wide else made


def _unbroken(heading: str) -> str:
    """Return a heading in the table of organisations whose sign of percent is never on a line of its own."""
    return escape(heading).replace(", %", ",&nbsp;%")


def _row(name: str, values: list[str], labels: list[str], kind: str = "") -> str:
    """Return the row of an organisation as HTML."""
    cells = "".join(
        f'<td class="number" data-label="{label}">{escape(value)}</td>'
        for label, value in zip(labels, values, strict=True)
    )
    return f'<tr{kind}><th scope="row">{escape(name)}</th>{cells}</tr>\n'


def _number(at: int) -> str:
    return ' class="number"' if at else ""
