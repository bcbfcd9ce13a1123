"""How long a large page of organisations takes, and how large it is: read, computed and put on the page.

Run it with ``make bench``, or ``python tests/bench/organisations.py --organisations 50``. It exits with status 1 if 200
organisations with 20 measures of 48 months take more than 3 seconds of processor time, from the file to the page with
its data, or more than 3 MB when they are compressed. The libraries are imported before, as in a notebook's kernel.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS, MOST_MEGABYTES = 3.0, 3.0
QUARTER, LAST = "2024-25-Q2", 2024 * 12 + 8  # the month of September, from 0
CHAPTERS = ("index", "organisations")


def months(count: int) -> list[str]:
    """Return so many months up to the quarter's last."""
    return [f"{place // 12}-{place % 12 + 1:02d}" for place in range(LAST - count + 1, LAST + 1)]


def write_project(folder: Path, organisations: int, measures: int, points: int) -> None:
    """Write a project with that many measures of shares by organisation, small ones among them."""
    chance = np.random.default_rng(1)
    (folder / "data").mkdir(parents=True)
    (folder / "params").mkdir()
    shutil.copytree(ROOT / "_extensions", folder / "staged" / "_extensions")
    names = [f"Organisation {number + 1:03d}" for number in range(organisations)]
    lines = ["month,organisation,measure,seen_in_time,seen"]
    for month in months(points):
        for name in names:
            whole = chance.integers(5, 400, measures)
            top = np.round(whole * chance.uniform(0.5, 0.95, measures)).astype(int)
            lines += [
                f"{month},{name},measure_{at},{one},{all_}"
                for at, (one, all_) in enumerate(zip(top.tolist(), whole.tolist(), strict=True))
            ]
    (folder / "data" / "waits_monthly.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    count = {"type": "integer", "constraints": {"minimum": 0}, "missingValues": ["*"]}
    fields = [
        {"name": "month", "type": "yearmonth"},
        {"name": "organisation", "type": "string"},
        {"name": "measure", "type": "string"},
        {"name": "seen_in_time", **count},
        {"name": "seen", **count},
    ]
    policy = {"policy": "Ours", "source": "The trust", "counts": ["seen_in_time", "seen"], "threshold": 7, "base": 5}
    resource = {
        "name": "waits_monthly",
        "path": "waits_monthly.csv",
        "schema": {"fields": fields, "primaryKey": ["month", "organisation", "measure"]},
        "natpatsip": {
            "period": "month",
            "provenance": "reported",
            "disclosure": {**policy, "geography": "organisation", "percent": ["seen_in_time", "seen"]},
        },
    }
    own = {"dataset": "waits_monthly", "numerator": "seen_in_time", "denominator": "seen", "unit": "percent"}
    declared = {
        f"measure_{at}": {
            "label": f"Measure {at + 1}",
            "definition": "People seen in time",
            "improvement": "increase",
            "by": "organisation",
            "filter": {"measure": f"measure_{at}"},
            **own,
        }
        for at in range(measures)
    }
    files = {
        "data/datapackage.yaml": {"name": "bench", "resources": [resource]},
        "data/measures.yml": declared,
        f"params/{QUARTER}.yml": {"quarter": QUARTER, "cut_off": "2024-09-30"},
        "_quarto.yml": {
            "book": {"title": "Organisations", "chapters": [f"{name}.qmd" for name in CHAPTERS]},
            "natpatsip": {"html-only": ["organisations"]},
        },
    }
    of_quarter = {"html-only": ["organisations"], "label": "Q2 2024/25"}
    files["staged/_quarto.yml"] = files["_quarto.yml"] | {"natpatsip": of_quarter}
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def make_page(folder: Path) -> Path:
    """Read, compute, and render the page; return the folder of the pages."""
    import json

    from natpatsip import context, measures
    from natpatsip.pipeline import render
    from natpatsip.pipeline.drawing import organisation_tables

    with context.use(QUARTER, project=folder):
        block = measures.by_organisation()
    staged, title = folder / "staged", "# All {#organisations}"
    texts = {"index": "# Summary {#index}\n\nAll is well.\n", "organisations": f"{title}\n\n{block.markdown}\n"}
    for name, text in texts.items():
        (staged / f"{name}.qmd").write_text(text, encoding="utf-8")
    for name in ("drawings", "figures"):
        (staged / name).mkdir()
    for name, content in block.data.items():
        text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
        (staged / "drawings" / f"{name}.json").write_text(text, encoding="utf-8")
        (staged / "drawings" / f"{name}.html").write_text(organisation_tables.tables(content), encoding="utf-8")
    render.render(staged, folder / "made", ["html"], renderer=render.PANDOC, timestamp=0, with_single_page=False)
    return folder / "made" / "html"


def processor_seconds() -> float:
    """Return the processor time of this process and of the programs that it has run."""
    return sum(os.times()[:4])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure it, print what was found, and return 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--organisations", type=int, default=200)
    parser.add_argument("--measures", type=int, default=20)
    parser.add_argument("--points", type=int, default=48)
    options = parser.parse_args(arguments)
    size = (options.organisations, options.measures, options.points)
    with tempfile.TemporaryDirectory() as name, redirect_stdout(sys.stderr):
        warm = Path(name) / "warm"
        write_project(warm, 4, 2, 12)
        make_page(warm)
        folder = Path(name) / "bench"
        write_project(folder, *size)
        start = processor_seconds()
        pages = make_page(folder)
        seconds = processor_seconds() - start
        files = [pages / "organisations.html", *(pages / "figures").glob("*.js")]
        packed = sum(len(gzip.compress(file.read_bytes())) for file in files) / 1e6
        plain = sum(file.stat().st_size for file in files) / 1e6
    sys.stdout.write(
        f"{size[0]} organisations x {size[1]} measures x {size[2]} months: {seconds:.1f} s of processor time "
        f"(at most {MOST_SECONDS:g}), {plain:.1f} MB, {packed:.2f} MB compressed (at most {MOST_MEGABYTES:g})\n"
    )
    return int(seconds > MOST_SECONDS or packed > MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
