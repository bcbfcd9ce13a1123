"""The floor: what the same report takes at least, each part by the program that does it and nothing around it.

The libraries are loaded once, the cells run in forks of that process, each chart is drawn once in each of its layouts.
There is one run of Pandoc over all chapters for pages, one for Typst, and one run of Typst.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from measuring import Costs, run

HERE = Path(__file__).parent
FIGURE = re.compile(
    r'^(:::+) *\{\.(?:report-figure|picture) (#[\w-]+)[^}\n]*? svg="([^"]+)"[^}\n]*\}\s*$', re.MULTILINE
)


def floor(project: Path, quarter: str, order: dict[str, list[str]], folder: Path, *, runs: int) -> dict[str, Costs]:
    """Return the parts of the floor of a report that has just been built with its charts."""
    from natpatsip.pipeline.render.pandoc import pandoc_path

    book = project / "build" / quarter / "book"
    folder.mkdir(parents=True, exist_ok=True)
    warm = [sys.executable, str(HERE / "warm_forks.py"), str(project), quarter, str(folder / "run"), json.dumps(order)]
    charts = folder / "charts.json"
    charts.write_text(json.dumps(_charts(project / "reports" / quarter / "notebooks")), encoding="utf-8")
    chapters = _chapters(book, folder)
    typst = folder / "report.typ"
    pandoc = [pandoc_path(), "--standalone", "--from=markdown", "--metadata=title:Report", *chapters]
    fonts = str(book / "_extensions" / "natpatsip" / "fonts")
    parts = {
        "libraries loaded": [*warm, "--preload"],
        "libraries and cells": [*warm, "--cells"],
        "charts": [sys.executable, str(HERE / "floor.py"), "draw", str(charts), fonts],
        "Pandoc for pages": [*pandoc, "--to=html5", f"--output={folder / 'report.html'}"],
        "Pandoc for PDF": [*pandoc, "--to=typst", f"--output={typst}"],
        "Typst": [sys.executable, str(HERE / "floor.py"), "typst", str(typst), fonts],
    }
    return {name: Costs(tuple(run(command, book) for _ in range(runs))) for name, command in parts.items()}


def total(parts: dict[str, Costs]) -> float:
    """Return the processor seconds of the floor: the medians of its parts, the libraries counted once."""
    return sum(each.processor.median for name, each in parts.items() if name != "libraries loaded")


def _charts(executed: Path) -> list[dict[str, Any]]:
    """Return the charts of executed notebooks as Vega-Lite, each in all its layouts: wide, narrow and for paper."""
    from natpatsip.blocks.figures import VEGALITE
    from natpatsip.charts.layout.sizes import narrow, pages

    found: list[dict[str, Any]] = []
    for path in sorted(executed.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                if chart := output.get("data", {}).get(VEGALITE):
                    found += [chart, *([small] if (small := narrow(chart)) else []), *pages(chart)]
    return found


def _chapters(book: Path, folder: Path) -> list[str]:
    """Write the chapters with their figures as plain images, and return the files in order."""
    paths = []
    for path in sorted(book.glob("*.qmd")):
        text = path.read_text(encoding="utf-8")
        text = FIGURE.sub(lambda match: f"{match[1]} {{{match[2]}}}\n\n![A chart]({book / match[3]})\n", text)
        (folder / path.name).write_text(text, encoding="utf-8")
        paths.append(str(folder / path.name))
    return paths


def _draw(charts: Path, fonts: str) -> None:
    import vl_convert

    vl_convert.register_font_directory(fonts)
    for chart in json.loads(charts.read_text(encoding="utf-8")):
        vl_convert.vegalite_to_svg(chart)


def _typst(source: Path, fonts: str) -> None:
    import typst

    made = str(source.with_suffix(".pdf"))
    typst.compile(source, root="/", font_paths=[fonts], ignore_system_fonts=True, output=made)


if __name__ == "__main__":
    if sys.argv[1] == "draw":
        _draw(Path(sys.argv[2]), sys.argv[3])
    else:
        _typst(Path(sys.argv[2]), sys.argv[3])
