"""Reports of any length, made from an empty one: chapters of prose, and chapters with control charts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

QUARTER = "2024-25-Q2"
SENTENCES = (
    "The people of this region were seen sooner than in the year before, and more of them than ever were told when.",
    "Each ward counted what it did in the month, and the counts were added up by people who had not made them.",
    "What changed in practice was agreed with those who do the work, and looked at again after a quarter.",
    "Where a number moved by more than chance explains, the team asked first what had been done differently.",
)
A_PART = 8  # paragraphs


def make_report(folder: Path, *, chapters: int, charts: int = 0, paragraphs: int = 4) -> None:
    """Make a project of chapters, each with some charts and paragraphs of about a hundred words."""
    command = [sys.executable, "-m", "natpatsip", "init", str(folder), "--quarter", QUARTER]
    subprocess.run(command, check=True, capture_output=True)
    names = [f"chapter-{number:03d}" for number in range(1, chapters + 1)]
    for path in (folder / "notebooks").glob("*.ipynb"):
        path.unlink()
    index = _notebook("Summary", "index", charts=0, paragraphs=1)
    (folder / "notebooks" / "index.ipynb").write_text(json.dumps(index), encoding="utf-8")
    for number, name in enumerate(names, start=1):
        content = _notebook(f"Chapter {number}", name, charts=charts, paragraphs=paragraphs)
        (folder / "notebooks" / f"{name}.ipynb").write_text(json.dumps(content), encoding="utf-8")
    settings = folder / "_quarto.yml"
    listed = "".join(f"    - {name}.qmd\n" for name in names)
    text = settings.read_text(encoding="utf-8")
    text, changed = re.subn(r"    - waiting-times\.qmd\n", listed, text)
    assert changed == 1
    settings.write_text(re.sub(r"^    waiting-times: .*\n", "", text, flags=re.MULTILINE), encoding="utf-8")


def _notebook(title: str, name: str, *, charts: int, paragraphs: int) -> dict[str, Any]:
    cells = [
        _cell("markdown", f"# {title}\n\nMade to measure how long a build takes.", "title"),
        _cell("code", f'quarter = "{QUARTER}"\nedition = ""', "parameters", tags=["parameters"]),
    ]
    if charts:
        cells.append(_cell("code", "import pandas as pd\n\nfrom natpatsip import charts, figure, spc", "imports"))
    for number in range(charts):
        cells.append(_cell("code", _chart(f"fig-{name}-{number}", number), f"chart-{number}"))
    for start in range(0, paragraphs, A_PART):
        part = range(start, min(start + A_PART, paragraphs))
        text = "\n\n".join([f"## Part {start // A_PART + 1}", *map(_paragraph, part)])
        cells.append(_cell("markdown", text, f"text-{start}"))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def _paragraph(number: int) -> str:
    """Return a paragraph of about a hundred words."""
    return " ".join(SENTENCES[(number + place) % len(SENTENCES)] for place in range(5))


def _cell(kind: str, source: str, identity: str, *, tags: list[str] | None = None) -> dict[str, Any]:
    cell = {"cell_type": kind, "id": identity, "metadata": {"tags": tags} if tags else {}, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _chart(name: str, number: int) -> str:
    """Return a cell that draws a control chart of 42 months, like no other."""
    return (
        f'months = pd.date_range("2021-04-01", "2024-09-01", freq="MS")\n'
        f"values = [60 + {number} + (place * {7 + number % 5}) % 11 + sum(map(ord, '{name}')) % 7"
        " for place in range(len(months))]\n"
        'chart = spc.xmr(values, dates=months, improvement="increase")\n'
        f'figure("{name}", charts.spc(chart, y_title="People"), title="Seen by the service", '
        'description="People seen, by month", caption="People who were seen in the month.", '
        "data=charts.spc_table(chart))"
    )


def pages_of(pdf: Path) -> int:
    """Return how many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
