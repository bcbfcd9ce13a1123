"""Cells as they are in a notebook's file: which quarters they appear in, and which of them run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from natpatsip.quarter import FORM, Quarter


def is_quarter(tag: str) -> bool:
    """Say whether a tag is a quarter."""
    found = FORM.fullmatch(tag)
    return bool(found) and int(found[2]) == (int(found[1]) + 1) % 100  # type: ignore[index]


def appears_in(cell: Mapping[str, Any], quarter: Quarter) -> bool:
    """Say whether a cell appears in a quarter: tagged cells in theirs alone, others in all."""
    quarters = [tag for tag in cell["metadata"].get("tags", []) if is_quarter(tag)]
    return not quarters or str(quarter) in quarters


def running(cells: list[Any], quarter: Quarter) -> Iterator[tuple[int, list[str]]]:
    """Go through the cells that run in a quarter, by their place, with what runs of them.

    Code cells run with their code and tags; markdown cells with their inline expressions, where they have any.
    """
    from natpatsip.pipeline.inline_code import expressions

    for place, cell in enumerate(cells):
        tags = cell["metadata"].get("tags", [])
        if not appears_in(cell, quarter) or "injected-parameters" in tags:
            continue
        if cell["cell_type"] == "code":
            yield place, ["code", *sorted(tags), source_of(cell)]
        elif asked := expressions(cell):
            yield place, ["inline", *asked.values()]


def source_of(cell: Mapping[str, Any]) -> str:
    """Return a cell's text, which a file may keep as lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
