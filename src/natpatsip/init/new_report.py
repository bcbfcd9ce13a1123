"""A new report: the files of its project, from the template beside this module, and made-up data to begin with."""

from __future__ import annotations

import calendar
import csv
import io
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from natpatsip import look, notebook_merges
from natpatsip.characters import not_shown
from natpatsip.datasets import dictionary
from natpatsip.errors import UsageError, together
from natpatsip.files.yaml_models import texts_in
from natpatsip.project import MARK
from natpatsip.quarter import Quarter
from natpatsip.settings import OWN, settings_in
from natpatsip.settings_texts import Place, not_printed

TEMPLATE = Path(__file__).resolve().parent / "template"
TITLE, PUBLISHER = "Quarterly progress report", "Name of your organisation"
MAY_BE_THERE = {".git"}  # in the folder of the new report
NOT_TEXT = {"__pycache__"}
HOOK = "prerender.py"  # what `quarto render` runs; the look's own
DATA = "data/waits_monthly.csv"
TEAMS = {"North": 96, "South": 74, "East": 58}  # people seen in a usual month
MONTHS, BETTER_FROM = 30, 21  # months of data, and the month from which more people are seen in time
SHARE, BETTER_SHARE = 0.71, 0.79


@dataclass(frozen=True)
class Created:
    """The project of a new report: its folder, its first quarter and the files that were written."""

    folder: Path
    quarter: Quarter
    files: tuple[Path, ...]


def create_report(
    folder: Path,  # where to; folders above it are made as needed
    *,
    title: str = TITLE,  # what the report is called, and who publishes it
    publisher: str = PUBLISHER,
    quarter: Quarter,  # its first quarter; the illustrative data end with it
) -> Created:
    """Write a new report into a folder that is new or empty.

    Raises
    ------
    UsageError
        If the folder holds anything, or a text is empty or cannot be printed: it is too long, or has a name in braces.
        Nothing is written then.
    """
    folder = folder.resolve()
    _check_folder(folder)
    title, publisher = _text("--title", title), _text("--publisher", publisher)
    _check_texts(title, publisher)
    words = _words(title, publisher, quarter)
    files = {name: content.encode() for name, content in _from_template(words)}
    settings_in(files[MARK])
    hook = (look.packaged() / HOOK).read_text(encoding="utf-8")
    files[f"scripts/{HOOK}"] = re.sub("  # noqa: .*", "", hook).encode()  # the new report has lint rules of its own
    files[DATA] = illustrative_waits(quarter).encode()
    for name, content in sorted(files.items()):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    notebook_merges.enable(folder)
    (folder / dictionary.README).write_text(dictionary.updated(folder), encoding="utf-8")
    return Created(folder, quarter, tuple(folder / name for name in sorted(files)))


def default_quarter(today: date) -> Quarter:
    """Return the quarter that a new report begins with: the last that has ended.

    Examples
    --------
    >>> str(default_quarter(date(2024, 10, 1))), str(default_quarter(date(2024, 9, 30)))
    ('2024-25-Q2', '2024-25-Q1')
    """
    return Quarter.of(today).previous()


def _check_folder(folder: Path) -> None:
    """Refuse a folder for a new report that is not empty."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file. Name a new or an empty folder for the report.")
    found = sorted(each.name for each in folder.iterdir() if each.name not in MAY_BE_THERE) if folder.is_dir() else []
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise UsageError(
            f"{folder} is not empty: it holds {', '.join(found[:3])}{more}. Nothing was written. "
            "Name a new or an empty folder for the report."
        )


def _text(option: str, text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise UsageError(f"{option} is empty. Give a text, or leave the option out.")
    return words


def _check_texts(title: str, publisher: str) -> None:
    """Refuse what no report could print by the option that it comes from: there is no file yet whose line to name."""
    options: dict[Place, str] = {("book", "title"): "--title", (OWN, "publisher"): "--publisher"}
    texts = {"book": {"title": title}, OWN: {"publisher": publisher}}
    faults = list(not_printed(texts, OWN))
    faults += [(place, fault) for place, text in texts_in(texts) if (fault := not_shown(text))]
    together([UsageError(f"{options[place]}: {fault} Nothing was written.") for place, fault in faults])


def _words(title: str, publisher: str, quarter: Quarter) -> dict[str, str]:
    """Return the words that the template of a new report is filled with."""
    last = quarter.last_month
    cut_off = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return {
        "TITLE": title,
        "TITLE_QUOTED": json.dumps(title, ensure_ascii=False),  # a string in YAML and in TOML too
        "PUBLISHER_QUOTED": json.dumps(publisher, ensure_ascii=False),
        "SLUG": slug or "report",
        "QUARTER": str(quarter),
        "LABEL": quarter.label,
        "NEXT": str(quarter.next()),
        "CUT_OFF": str(cut_off),
    }


def _from_template(words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file, with the words put in."""
    marks = re.compile("|".join(f"@{word}@" for word in words))

    def filled(text: str) -> str:
        return marks.sub(lambda mark: words[mark[0].strip("@")], text)

    for file in sorted(TEMPLATE.rglob("*")):
        if file.is_file() and not NOT_TEXT & set(file.parts):
            parts = [re.sub("^dot_", ".", part) for part in file.relative_to(TEMPLATE).parts]
            yield filled("/".join(parts)).removesuffix(".in"), filled(file.read_text(encoding="utf-8"))


def illustrative_waits(quarter: Quarter) -> str:
    """Return made-up rows for the new report's dataset, as CSV: the same ones whenever they are made.

    Examples
    --------
    >>> print(illustrative_waits(Quarter.parse("2024-25-Q2"))[:72])
    month,team,seen_in_time,seen,provenance
    2022-04,North,61,92,illustrative
    """
    draw = random.Random(18)  # noqa: S311 — an illustration
    last = quarter.last_month.year * 12 + quarter.last_month.month - 1
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(["month", "team", "seen_in_time", "seen", "provenance"])
    for place in range(MONTHS):
        year, month = divmod(last - MONTHS + 1 + place, 12)
        for team, usual in TEAMS.items():
            seen = usual + draw.randint(-9, 9)
            share = (SHARE if place < BETTER_FROM else BETTER_SHARE) + draw.uniform(-0.06, 0.06)
            rows.writerow([f"{year}-{month + 1:02d}", team, round(share * seen), seen, "illustrative"])
    return written.getvalue()
