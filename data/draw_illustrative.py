"""Draw the illustrative series of the report, the same ones each time.

The monthly figures behind the published charts are not public. These are drawn so that the SPC engine finds in them
what the Q2 2024/25 report says: the means before and after each shift, its direction, and the runs. ``README.md``
beside this file is the dictionary; real files with the same columns replace these.

Run in the project's environment: ``.venv/bin/python data/draw_illustrative.py [--to FOLDER]``.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from drawing.boards import draw_approach, draw_phases
from drawing.maternity import draw_maternity
from drawing.opioids import draw_opioids
from drawing.series import MONTHS

HERE = Path(__file__).parent
SEED = 20240929
QUARTERS = {"2024-25-Q1": len(MONTHS) - 6, "2024-25-Q2": len(MONTHS) - 3}  # the number of their first month
WOMEN = {"mgso4_women": "magnesium_sulphate", "iap_women": "intrapartum_antibiotics"}


def read(name: str) -> list[dict[str, str]]:
    """Return the rows of a data file that is not drawn."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(file: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    """Write a data file."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def chance(file: str) -> Random:
    """Return a source of chance for one file, so that a file can change without the others."""
    return Random(f"{file} {SEED}")  # noqa: S311 — for drawing, not for secrets


def main() -> None:
    """Draw all files into a folder, by default the one of this script."""
    parser = argparse.ArgumentParser(description="Draw the illustrative series.")
    parser.add_argument("--to", type=Path, default=HERE, help="the folder to write to")
    folder = parser.parse_args().to
    women = {
        (WOMEN[row["fact_id"]], QUARTERS[row["period"]]): int(row["value"])
        for row in read("reported.csv")
        if row["fact_id"] in WOMEN
    }
    boards = {row["name"]: row["parent"] for row in read("organisations.csv") if row["kind"] == "icb"}
    write(
        folder / "maternity_monthly.csv",
        "month psc intervention numerator denominator provenance",
        draw_maternity(women, chance("maternity")),
    )
    write(
        folder / "opioids_monthly.csv",
        "month icb measure people provenance",
        draw_opioids(sorted(boards), chance("opioids")),
    )
    phases = draw_phases(boards, chance("boards"))
    write(folder / "icb_phases.csv", "as_of quarter icb phase provenance", phases.rows())
    write(
        folder / "icb_approach.csv",
        "as_of quarter icb approach provenance",
        draw_approach(phases, sorted(boards), chance("approach")),
    )


if __name__ == "__main__":
    main()
