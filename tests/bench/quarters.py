"""A project of many quarters, made from the data at hand: what its last quarter knew happens again, shifted in time."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from natpatsip.project import SOURCE_FILES, SOURCE_FOLDERS
from natpatsip.quarter import Quarter

ROOT = Path(__file__).resolve().parents[2]
LAST = Quarter.parse("2024-25-Q2")
FOLDERS = [name if name != "src" else "src/helpers" for name in SOURCE_FOLDERS]  # without the engine
Row = dict[str, str]


def make_project(folder: Path, *, quarters: int = 16) -> list[Quarter]:
    """Copy the project into `folder`, with quarters that follow the last one; return that one and those."""
    left_out = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
    for name in filter(_is_there, FOLDERS):
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    for name in filter(_is_there, SOURCE_FILES):
        shutil.copy2(ROOT / name, folder / name)
    found = [LAST]
    while len(found) < quarters:
        found.append(found[-1].next())
    for name in ("maternity_monthly", "opioids_monthly"):
        _extend(folder, name, found, _months)
    for name in ("icb_approach", "icb_phases", "reported"):
        _extend(folder, name, found, _quarters)
    for quarter in found[1:]:
        _write_params(folder / "params", quarter)
    return found


def _is_there(name: str) -> bool:
    return (ROOT / name).exists()


def _extend(folder: Path, name: str, quarters: Iterable[Quarter], shift: Callable[[Row, Quarter], Row | None]) -> None:
    path = folder / "data" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    more = [shifted for quarter in quarters if quarter != LAST for row in rows if (shifted := shift(row, quarter))]
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, *more])


def _months(row: Row, quarter: Quarter) -> Row | None:
    moved = {f"{old:%Y-%m}": f"{new:%Y-%m}" for old, new in zip(LAST.months, quarter.months, strict=True)}
    return {**row, "month": moved[row["month"]]} if row["month"] in moved else None


def _quarters(row: Row, quarter: Quarter) -> Row | None:
    if row["as_of"] != str(LAST):
        return None
    moved = {str(LAST): str(quarter), LAST.year_to_date: quarter.year_to_date}
    return row | {name: moved.get(row[name], row[name]) for name in ("as_of", "quarter", "period") if name in row}


def _write_params(folder: Path, quarter: Quarter) -> None:
    text = (folder / f"{LAST}.yml").read_text(encoding="utf-8").replace(str(LAST), str(quarter))
    last_day = {1: "06-30", 2: "09-30", 3: "12-31", 4: "03-31"}[quarter.number]
    cut_off = f"cut_off: {quarter.last_month.year}-{last_day}"
    (folder / f"{quarter}.yml").write_text(text.replace("cut_off: 2024-09-30", cut_off), encoding="utf-8")
