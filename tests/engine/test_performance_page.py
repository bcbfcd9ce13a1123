"""The page about speed: its figures are those that the bench has measured last."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "bench")]

import performance_page  # noqa: E402
from long_reports import QUARTER, make_report  # noqa: E402
from measuring import Cost, Costs, exponent  # noqa: E402

from support.projects import command  # noqa: E402

POINTS = [
    {"size": 83, "processor": 10.2, "clock": 6.0, "memory": 0.51},
    {"size": 1443, "processor": 110.0, "clock": 60.4, "memory": 1.2},
]
COSTS = {"processor": [80.0, 90.0, 84.0], "clock": [81.0, 92.0, 85.0]}
RESULTS: dict[str, Any] = {
    "builds": {
        "date": "2026-11-30", "machine": "2 cores", "load": 0.1, "runs": 3,
        "found": {"plain chain": COSTS, "cold build": {"processor": [8.0], "clock": [5.0]}},
        "floor": {name: {"processor": [seconds], "clock": [1.0]} for name, seconds in
                  {"libraries loaded": 1.0, "libraries and cells": 3.0, "Typst": 0.5}.items()},
        "parts": {"the build itself": 2.5, "Typst": 0.6},
        "bars": [{"what": "cold build", "of": "processor", "found": 8.0, "most": 9.5, "unit": "s"},
                 {"what": "unchanged", "of": "clock", "found": 0.4, "most": 0.3, "unit": "s"}],
    },
    "curves": {
        "date": "2026-12-01", "machine": "2 cores", "load": 0.2, "points": {"pages": POINTS},
        "exponents": {"pages": 0.833}, "bars": [],
        "drawing": [{"figures": 200, "jobs": 2, "processor": 20.0, "clock": 10.5}],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def page() -> str:
    return performance_page.page(performance_page.PAGE.read_text(encoding="utf-8"), RESULTS)


def test_the_page_shows_what_was_measured_last():
    text = performance_page.PAGE.read_text(encoding="utf-8")
    assert performance_page.page(text, json.loads(performance_page.RESULTS.read_text(encoding="utf-8"))) == text


@pytest.mark.parametrize(
    "line",
    [
        "30 November 2026, 2 cores, median of 3, a load of 0.1:",
        "| cold build | processor time | 8.00 s | 9.50 s | met |",
        "| unchanged | by the clock | 0.40 s | 0.30 s | missed |",
        "| cold build | 8.00 | 1/10.5 | 5.00 | 1/17.0 |",
        "| the cells themselves | 2.00 |  |  |",
        "| **together** | **3.50** | **together** | **3.10** |",
        "1 December 2026, 2 cores, measured once, a load of 0.2:",
        "| 1,443 | 110.0 | 60.4 | 1.20 |",
        "| 200 | 2 | 20.0 | 10.5 |",
    ],
)
def test_results_stand_in_the_tables(page, line):
    assert line in page.splitlines()


def test_results_replace_those_before(page):
    assert performance_page.page(page, RESULTS) == page


def test_a_page_without_its_marks_is_rejected():
    with pytest.raises(SystemExit, match="<!-- bars -->"):
        performance_page.page("# How fast it is", RESULTS)


def test_curves_are_charts_with_their_text_alternative(page):
    alt = re.search(r"!\[([^\]]+)\]\(images/performance-pages\.svg\)", page)[1]
    assert "from 10 s at 83 to 110 s at 1,443, the clock from 6 s to 60 s" in alt
    drawn = performance_page.drawing("pages", POINTS)
    assert drawn == performance_page.drawing("pages", POINTS)
    for text in ("1,443", "Processor time", "By the clock", "Seconds", "Open Sans"):
        assert text in drawn


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_the_exponent_of_a_power_law_is_found(power):
    assert exponent({size: 3 * size**power for size in (1, 4, 16)}) == pytest.approx(power)


def test_the_middle_of_several_runs_counts():
    costs = Costs((Cost(3.0, 1.0), Cost(1.0, 5.0), Cost(2.0, 3.0)))
    assert (costs.processor.median, costs.clock.median) == (2.0, 3.0)
    assert costs.record() == {"processor": [3.0, 1.0, 2.0], "clock": [1.0, 5.0, 3.0]}


def test_reports_of_any_length_can_be_made(tmp_path):
    make_report(tmp_path / "long", chapters=3, charts=2, paragraphs=10)
    notebooks = sorted(path.stem for path in (tmp_path / "long" / "notebooks").glob("*.ipynb"))
    assert notebooks == ["chapter-001", "chapter-002", "chapter-003", "index"]
    content = json.loads((tmp_path / "long" / "notebooks" / "chapter-002.ipynb").read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in content["cells"]]
    assert sum("figure(" in source for source in sources) == 2
    assert sum(source.startswith("## Part") for source in sources) == 2
    assert f'quarter = "{QUARTER}"' in sources[1]


def test_a_report_without_figures_is_built_and_says_so_in_their_list(tmp_path):
    make_report(tmp_path / "prose", chapters=1, paragraphs=1)
    built = command(tmp_path / "prose", "build", QUARTER, "--to", "html", "--renderer", "pandoc")
    assert built.returncode == 0, built.stderr
    page = tmp_path / "prose" / "reports" / QUARTER / "html" / "list-of-figures.html"
    assert "This report has no figures." in page.read_text(encoding="utf-8")
