"""Small projects as the checks see them: cells with outputs as a run would leave them, made without a kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from natpatsip.blocks.figures import FIGURE, VEGALITE
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.facts.fact import CITED, PUBLISHED, Fact
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.projects import code, prose, small

Q2 = Quarter(2024, 2)


def context(folder: Path, *cells: NotebookNode, index: tuple[NotebookNode, ...] = ()) -> CheckContext:
    """Return what the checks see of a small project with these cells in its chapter on a ward."""
    return seen(small(folder, index=index, ward=cells))


def seen(project: Path) -> CheckContext:
    """Return what the checks see of a project whose notebooks hold their outputs."""
    plan = Plan.of(project, Q2)
    return CheckContext(plan, {name: each.content for name, each in plan.notebooks.items()})


def publishing(*facts: Fact, id: str = "facts") -> NotebookNode:  # noqa: A002
    """Return a cell that has published facts."""
    cell = code("\n".join(f'publish("{fact.id}", 0, unit="", source="")' for fact in facts), id=id)
    cell.outputs = [new_output("display_data", data={PUBLISHED: fact.record()}) for fact in facts]
    return cell


def charting(name: str, title: str = "It rose", *, id: str = "chart", data: str = "", **record: Any) -> NotebookNode:  # noqa: A002
    """Return a cell that has shown a figure."""
    cell = code("chart", id=id)
    shown = {"id": name, "title": title, "alt": "Rising.", "data": data or "Month,Seen\r\nJune,3\r\n", **record}
    cell.outputs = [new_output("display_data", data={FIGURE: shown, VEGALITE: {}})]
    return cell


def block(markdown: str, *facts: Fact, id: str = "block") -> NotebookNode:  # noqa: A002
    """Return a cell that has shown a table, tiles or a callout."""
    cell = code("shown", id=id)
    shown = {"markdown": markdown, "facts": [fact.record() for fact in facts]}
    cell.outputs = [new_output("display_data", data={BLOCK: shown})]
    return cell


def printing(source: str, *results: Fact | str, id: str = "text") -> NotebookNode:  # noqa: A002
    """Return a cell of prose whose expressions have printed facts or words, in order."""

    def cited(result: Fact | str) -> dict[str, Any]:
        return {CITED: result.record()} if isinstance(result, Fact) else {}

    cell = prose(source, id=id)
    asked = [part.partition("`")[0] for part in source.split("`{python} ")[1:]]
    cell.metadata["user_expressions"] = [
        {"expression": each, "result": {"data": {"text/plain": str(one)} | cited(one)}}
        for each, one in zip(asked, results, strict=True)
    ]
    return cell
