"""Mutations of data, params, notebooks and settings: refused with a place, or read as exactly what is written.

Each mutation changes one file of a project in one way that people, spreadsheets and editors change files. Most are
read, validated and planned in this process, as every command does first; a sample is built.
"""

from __future__ import annotations

import csv
import io
import json
import math
import random
import re
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from reliability_page import Result

from natpatsip import checks, context, datasets, params
from natpatsip.build import build
from natpatsip.errors import ReportError
from natpatsip.files.csv_files import from_csv
from natpatsip.pipeline.notebook import appears_in
from natpatsip.pipeline.options import Options
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from natpatsip.settings import Settings, read_book, read_settings
from support.projects import example

Q1, Q2 = Quarter(2024, 1), Quarter(2024, 2)
BUILT = 100  # one in so many is built
TOGETHER = 25  # tried one after another in the same process
HTML = Options(formats=("html",), renderer="pandoc", jobs=1)
RESOURCES = ("waits_monthly", "appointments_monthly", "reported", "relations", "organisations")
FILES = {
    "data": [f"data/{name}.csv" for name in RESOURCES],
    "params": [f"params/{quarter}.yml" for quarter in (Q1, Q2)],
    "notebooks": [f"notebooks/{name}.ipynb" for name in ("index", "waiting-times", "missed-appointments", "glossary")],
    "settings": ["_quarto.yml", "_quarto.yml", "data/datapackage.yaml"],
}
ODD = json.loads(Path(__file__).with_name("mutations.json").read_text(encoding="utf-8"))
CHARACTERS, CELLS, SCALARS, SOURCES = (ODD[name] for name in ("characters", "cells", "scalars", "sources"))
PLACE = re.compile(r"(data|params|notebooks)/[\w.-]+|_quarto\.yml")


# --- what can happen to a file ---


def line_changed(text: str, chance: random.Random) -> str:
    """Change the lines of a text as editors, merges and careless hands do."""
    lines = text.splitlines(keepends=True) or [""]
    place, other = (chance.randrange(len(lines)) for _ in range(2))
    match chance.randrange(9):
        case 0:
            del lines[place]
        case 1:
            lines.insert(place, lines[place])
        case 2:
            lines[place], lines[other] = lines[other], lines[place]
        case 3:
            return "".join(lines[: place + 1])
        case 4:
            lines.insert(
                place, chance.choice(["\n", "---\n", "<<<<<<< HEAD\n", "=======\n", "\t\n", "x\n", "# x\n", "...\n"])
            )
        case 5:
            lines[place] = f"{chance.choice(['#', ' ', '  ', chr(9), '- '])}{lines[place]}"
        case 6:
            lines[place] = lines[place].lstrip(" ")
        case 7:
            lines.insert(other, lines.pop(place))
        case _:
            return text.replace("\n", chance.choice(["\r\n", "\r", "\n\n", "\v"]))
    return "".join(lines)


def character_changed(text: str, chance: random.Random) -> str:
    """Change, lose, repeat or add one character."""
    place = chance.randrange(len(text))
    digits = [found.start() for found in re.finditer(r"\d", text)]
    match chance.randrange(6):
        case 0:
            return text[:place] + text[place + 1 :]
        case 1:
            return text[:place] + text[place] + text[place:]
        case 2:
            return text[:place] + chance.choice(CHARACTERS) + text[place:]
        case 3:
            return text[:place] + chance.choice(CHARACTERS) + text[place + 1 :]
        case 4:
            return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]
        case _:
            place = chance.choice(digits or [place])
            return text[:place] + chance.choice("0123456789") + text[place + 1 :]


def cells_changed(text: str, chance: random.Random) -> str:
    """Change cells, rows or columns as a spreadsheet does."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    row, column = chance.randrange(1, len(rows)), chance.randrange(len(rows[0]))
    match chance.randrange(12):
        case 0 | 1 | 2 | 3 | 4:
            rows[row][column] = chance.choice(CELLS)
        case 5:
            rows[row][column], rows[row][column - 1] = rows[row][column - 1], rows[row][column]
        case 6:
            rows = [[*each[:column], *each[column + 1 :]] for each in rows]
        case 7:
            rows[0][column], rows[0][column - 1] = rows[0][column - 1], rows[0][column]
        case 8:
            rows = [[*each[:column], each[column], *each[column:]] for each in rows]
        case 9:
            rows = [rows[0], *sorted(rows[1:], key=lambda each: each[column], reverse=chance.random() < 0.5)]
        case 10:
            rows[row][column] = rows[chance.randrange(1, len(rows))][column]
        case _:
            delimiter = chance.choice(";\t|")
            return "\n".join(delimiter.join(each) for each in rows) + "\n"
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", quoting=chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])).writerows(rows)
    return out.getvalue()


def quoted_across(text: str, chance: random.Random) -> str:
    """Open a quotation mark in one row and close it in another: what is between becomes one cell."""
    lines = text.splitlines(keepends=True)
    first, last = sorted(chance.sample(range(1, len(lines)), 2))
    head, _, tail = lines[first].rpartition(",")
    lines[first] = f'{head},"{tail}'
    lines[last] = lines[last].rstrip("\n") + '"\n'
    return "".join(lines)


def scalar_changed(text: str, chance: random.Random) -> str:
    """Change a value, or a key, of a YAML file."""
    lines = text.splitlines(keepends=True)
    with_value = [number for number, line in enumerate(lines) if re.match(r"\s*(- )?[\w.-]+: *[^\s#]", line)]
    place = chance.choice(with_value)
    key, _, value = lines[place].rstrip("\n").partition(":")
    match chance.randrange(5):
        case 0 | 1 | 2:
            lines[place] = f"{key}: {chance.choice(SCALARS)}\n"
        case 3:
            lines[place] = f"{key[:-1]}:{value}\n"
        case _:
            lines.insert(place + 1, f"{key.replace('- ', '  ')}: {chance.choice(SCALARS)}\n")
    return "".join(lines)


def encoded(text: str, chance: random.Random) -> bytes:
    """Save a text in another encoding."""
    return text.encode(chance.choice(["cp1252", "utf-16", "utf-8-sig", "latin-1"]), errors="replace")


def notebook_changed(text: str, chance: random.Random) -> str:
    """Change a cell, or what is around the cells."""
    content = json.loads(text)
    cells = content["cells"]
    number = chance.randrange(len(cells))
    cell = cells[number]
    odd = [None, 1, "x", [], {}, [1], {"a": None}, True]
    match chance.randrange(16):
        case 0 | 1:
            source = "".join(cell["source"])
            cell["source"] = character_changed(source, chance) if source else "x"
        case 2 | 3 | 4:
            source = "".join(cell["source"]).splitlines()
            source.insert(chance.randrange(len(source) + 1), chance.choice([*SOURCES, "x" * 5000]))
            cell["source"] = "\n".join(source)
        case 5:
            del cells[number]
        case 6:
            cells.insert(chance.randrange(len(cells)), json.loads(json.dumps(cell)))
        case 7:
            cells.insert(chance.randrange(len(cells)), cells.pop(number))
        case 8:
            cell["cell_type"] = chance.choice(["markdown", "code", "raw", "heading", "", None, 1])
        case 9:
            tags = ["2024-25-Q2", "2024-25-Q1", "2024-25-Q9", "2024-25", "to-review", "parameters", "", "x y", 1, None]
            cell["metadata"]["tags"] = chance.choice([[chance.choice(tags)], chance.choice(odd)])
        case 10:
            cell[chance.choice(["metadata", "source", "id", "outputs", "execution_count"])] = chance.choice(odd)
        case 11:
            cell.pop(chance.choice([*cell]))
        case 12:
            cell["id"] = chance.choice([cells[0].get("id"), "a b", "x" * 80, "", "../x", "é"])
        case 13:
            content[chance.choice([*content])] = chance.choice([*odd, 3, 4, 5, 40])
        case 14:
            content.pop(chance.choice([*content]))
        case _:
            content["metadata"][chance.choice([*content["metadata"], "x"])] = chance.choice(odd)
    return json.dumps(content, indent=1)


WAYS: dict[str, list[Callable[[str, random.Random], str | bytes]]] = {
    "data": [cells_changed, cells_changed, cells_changed, character_changed, line_changed, quoted_across, encoded],
    "params": [scalar_changed, scalar_changed, character_changed, line_changed, encoded],
    "notebooks": [
        notebook_changed,
        notebook_changed,
        notebook_changed,
        notebook_changed,
        character_changed,
        line_changed,
        encoded,
    ],
    "settings": [scalar_changed, scalar_changed, character_changed, line_changed, encoded],
}


def mutated(kind: str, text: str, chance: random.Random) -> bytes:
    """Return a text that was changed in one way."""
    changed = chance.choice(WAYS[kind])(text, chance)
    return changed if isinstance(changed, bytes) else changed.encode("utf-8", "surrogatepass")


# --- what must hold ---


def values_of(project: Path) -> dict[str, Any]:
    """Return all that a report of either quarter is made of, as read: rows of data, params, settings, notebooks."""
    found: dict[str, Any] = {}
    for quarter in (Q1, Q2):
        found[f"params {quarter}"] = params.load(quarter, project=project).model_dump()
        plan = Plan.of(project, quarter)
        found[f"plan {quarter}"] = plan.chapters
        for name in RESOURCES:
            frame = datasets.load(name, quarter=quarter, project=project, is_shown=False)
            found[f"{name} {quarter}"] = [tuple(row) for row in frame.itertuples(index=False)]
    found["settings"] = read_settings(project).model_dump()
    found["book"] = read_book(project)
    found["notebooks"] = {name: [cell_of(each) for each in book.content.cells] for name, book in plan.notebooks.items()}
    if all(any(appears_in(cell, Q2) for cell in book.content.cells) for book in plan.notebooks.values()):
        checks.run_partly(plan, {}, ReportError("notebooks: not run"))
    return found


def cell_of(cell: Any) -> tuple[Any, ...]:
    return cell["cell_type"], "".join(cell["source"]), tuple(cell["metadata"].get("tags", ()))


def changed_in_data(file: Path, before: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return how rows that were read differ from what is written in the file's changed lines."""
    rows = [_rows(text) for text in (before, file.read_bytes().decode("utf-8-sig"))]
    gone, come = Counter(rows[0]) - Counter(rows[1]), Counter(rows[1]) - Counter(rows[0])
    wrong = []
    for name in (each for each in old if old[each] != new[each]):
        lost, found = (
            Counter(map(_key, old[name])) - Counter(map(_key, new[name])),
            (Counter(map(_key, new[name])) - Counter(map(_key, old[name]))),
        )
        if not name.startswith(f"{file.stem} "):
            if file.stem == "organisations" and lost.total() == found.total():
                continue  # an alias, or a name that data are read as
            wrong.append(f"{name} changed with {file.name}")
            continue
        replaced = [row for row in lost if file.stem == "reported" and _is_replaced(row, come)]
        later = [row for row in come if file.stem == "reported" and _is_later(name, row)]
        lost = lost - Counter(replaced)
        wrong += [f"{name}: lost {row}" for row in lost if not any(_is(row, text) for text in gone)]
        wrong += [f"{name}: reads {row}" for row in found if not any(_is(row, text) for text in come)]
        if lost.total() > found.total() + len(later) and come.total() >= gone.total():
            wrong.append(f"{name}: {lost.total()} rows became {found.total()}")
    return wrong


def _rows(text: str) -> list[tuple[tuple[str, str], ...]]:
    """Return the rows of a CSV file as anybody would read them: columns with their texts, in any order."""
    header, *rows = filter(None, csv.reader(io.StringIO(text, newline=""), strict=True))
    return [tuple(sorted(zip(header, row, strict=True))) for row in rows]


def _key(row: tuple[Any, ...]) -> tuple[str, ...]:
    """Return the texts of a row's cells; a number is the same in a column that has gaps, where pandas has 3 as 3.0."""
    return tuple(str(int(each) if isinstance(each, float) and each.is_integer() else each) for each in row)


def _is_replaced(row: tuple[str, ...], come: Iterable[tuple[tuple[str, str], ...]]) -> bool:
    """Return True if a changed row reports the same fact of the same period again: the newest counts."""
    again = [dict(each) for each in come]
    return any({each.get("fact_id"), each.get("period")} <= set(row) and "fact_id" in each for each in again)


def _is_later(name: str, row: tuple[tuple[str, str], ...]) -> bool:
    """Return True if a changed row was reported after the quarter that a name ends with, or is about a later one."""
    quarter, cells = name.rpartition(" ")[2], dict(row)
    return any(cells.get(column, "") > quarter for column in ("as_of", "period"))


def _is(row: tuple[str, ...], text: tuple[tuple[str, str], ...]) -> bool:
    """Return True if a row that was read has exactly the texts and numbers that are written."""
    written = sorted(cell for _, cell in text)
    return _all_match(sorted(row), written)


def _all_match(read: list[str], written: list[str]) -> bool:
    left = list(written)
    for value in read:
        found = next((each for each in left if _same(value, each)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _same(value: str, written: str) -> bool:
    """Return True if a value is what is written: the same text, number or month, or missing where it is marked so."""
    if value == written or (value == "nan" and written in ("", "*", "NS")) or (value == "NaT" and not written):
        return True
    if value in NAMES.get(written, ()):
        return True
    if re.fullmatch(r"\d{4}-\d\d-\d\d 00:00:00", value):
        return value.startswith(written) and len(written) >= 7
    try:
        return re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", written) is not None and Decimal(
            value
        ) == Decimal(written)
    except InvalidOperation:
        return False


NAMES = {"Northern": ("North",), "North Locality": ("North",)}  # aliases in organisations.csv


def changed_in_yaml(after: str, before: str, old: Any, new: Any) -> list[str]:
    """Return values that were read and do not stand in the file's changed lines as they were read."""
    lines = Counter(after.splitlines()) - Counter(before.splitlines())
    text = "\n".join(lines)
    numbers = {float(each) for each in re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", text, re.ASCII)}
    known = {value for _, value in (*leaves(old), *leaves(Settings().model_dump()))}
    wrong = []
    for way, value in set(leaves(new)) - set(leaves(old)):
        if isinstance(value, bool) or value is None or value in known:  # read where an entry went, or by default
            continue
        if isinstance(value, float) and not math.isfinite(value):
            is_written = str(value) in text.lower() or value in numbers  # 1e400 is inf
        elif isinstance(value, int | float):
            is_written = float(value) in numbers
        elif isinstance(value, date):
            is_written = value.isoformat() in text
        else:
            is_written = all(word in after for word in str(value).split())
        if not is_written:
            wrong.append(f"{way} is read as {value!r}")
    return wrong


def leaves(value: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value of nested mappings and lists, with the keys that lead to it."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, f"{way}.{name}")
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from leaves(each, f"{way}.{number}")
    else:
        yield way, value


def changed_in_notebook(file: Path, new: dict[str, Any]) -> list[str]:
    """Return how a notebook's cells were read differently from what its JSON says."""
    said = [cell_of(each) for each in json.loads(file.read_bytes().decode("utf-8-sig"))["cells"]]
    read = new["notebooks"].get(file.stem)
    return [] if read is None or read == said else ["cells were read that are not those of the file"]


def judged(kind: str, file: Path, before: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return what was accepted and is not what is written."""
    if kind == "data":
        return changed_in_data(file, before, old, new)
    data = [name for name in old if name.split()[0] in RESOURCES and old[name] != new[name]]
    wrong = [f"{name} changed with {file.name}" for name in data if file.name != "datapackage.yaml"]
    if kind == "notebooks":
        return [*wrong, *changed_in_notebook(file, new)]
    after = file.read_bytes().decode("utf-8-sig")
    names = [name for name in old if name.startswith("params")] if kind == "params" else ["settings", "book"]
    for name in names:
        wrong += changed_in_yaml(after, before, old[name], new[name])
    if file.name == "datapackage.yaml":
        wrong += [f"{name}: rows changed with the declaration" for name in data if _lost_numbers(old[name], new[name])]
    return wrong


def _lost_numbers(old: list[Any], new: list[Any]) -> bool:
    """Return True if rows that stay have other numbers: a declaration may hide rows or cells, never change one."""
    numbers = [{value for row in rows for value in row if isinstance(value, int | float)} for rows in (old, new)]
    return bool({each for each in numbers[1] - numbers[0] if each == each})


# --- running them ---


@cache
def _base(project: Path) -> tuple[dict[str, str], dict[str, Any]]:
    texts = {name: (project / name).read_text(encoding="utf-8") for names in FILES.values() for name in names}
    return texts, values_of(project)


def facts_of(report: Path) -> dict[tuple[str, str], str]:
    """Return the facts of a report: id and period, with the printed text."""
    return {
        (row["id"], row["period"]): row["text"] for row in from_csv((report / "facts.csv").read_text(encoding="utf-8"))
    }


def try_one(project: Path, kind: str, number: int, seed: int) -> tuple[str, list[str]]:
    """Change a file in one way, read everything, and judge what came of it."""
    chance = random.Random(f"{seed} {kind} {number}")
    texts, old = _base(project)
    name = chance.choice(FILES[kind])
    content = mutated(kind, texts[name], chance)
    file = project / name
    file.write_bytes(content)
    is_built = number % BUILT == 0
    try:
        refusal, new = "", None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                new = values_of(project)
        except ReportError as error:
            refusal = str(error)
        if refusal:
            outcome = "refused"
            wrong = (
                []
                if all(PLACE.search(each) for each in _problems(refusal))
                else [f"refused without a place: {refusal[:200]}"]
            )
        else:
            wrong = judged(kind, file, texts[name], old, new or {})
            outcome = "read as before" if new == old else "read as it is written"
        if is_built:
            is_same = new == old
            wrong += built(project, bool(refusal), is_same or kind == "settings")
            outcome += ", and built"
    except Exception as error:  # what the soak is there to find
        told = "".join(traceback.format_exception(error)[-2:])
        outcome, wrong = "stopped", [f"{type(error).__name__}: {told[-300:]}"]
    finally:
        file.write_text(texts[name], encoding="utf-8", newline="")
    return f"{kind}: {outcome}", [f"{name}, number {number}: {each}" for each in wrong[:2]]


def _problems(text: str) -> list[str]:
    found = text.split("\n- ")
    return found[1:] or found


def built(project: Path, is_refused: bool, is_same: bool) -> list[str]:
    """Build a changed project: what is refused is not published; what is the same has the same facts."""
    report = project / "reports" / str(Q2)
    before = facts_of(report)
    manifest = (report / "manifest.json").read_bytes()
    try:
        build(project, Q2, HTML, lambda _: None)
    except ReportError as error:
        wrong = [] if (report / "manifest.json").read_bytes() == manifest else ["it failed, but published"]
        return [*wrong, *([] if PLACE.search(str(error)) else [f"refused without a place: {str(error)[:200]}"])]
    if is_refused:
        return []  # what is refused concerns the other quarter alone
    changed = {key for key, _ in facts_of(report).items() ^ before.items()}
    return [f"facts changed: {sorted(changed)[:3]}"] if is_same and changed else []


RULE = """\
One file of the example is changed in one way: a character, a line, a cell, a value, a key, a row, a column, its
encoding, its JSON. Then everything is read, validated and planned, and the checks of words are run; one in a
hundred is built. A mutation counts as failed unless

- it is **refused** with an error that names the file, never with a traceback or a warning; or
- it is **read as before**: no row, value of the params, setting or cell differs (and, if it is built, no fact); or
- it is **read as it is written**: only rows, values and cells whose text was changed differ, and each is read as
  the very characters that stand there. Whatever owns a number may say another: a cell with another plain number, a
  target with another value, an entry that is taken out, a cell of a notebook with other code.

For the data this is decided by reading the file again with Python's `csv` alone, and for YAML by looking each
changed value up, as text, in the changed lines."""


def run(number: int, seed: int, folder: Path, until: float, jobs: int) -> Result:
    """Try so many mutations of each kind of file, or as many as there is time for."""
    result = Result("Mutations", RULE, seed)
    starts = range(0, number, TOGETHER)
    tasks = [
        (kind, range(each, min(each + TOGETHER, number)), seed, folder, until) for each in starts for kind in FILES
    ]
    result.wanted = number * len(FILES)
    with result.timed(), ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for found in pool.map(_several, tasks):
            for what, faults in found:
                result.count(what, faults)
    return result


def _several(task: tuple[str, range, int, Path, float]) -> list[tuple[str, list[str]]]:
    kind, numbers, seed, folder, until = task
    return [try_one(_project(folder), kind, each, seed) for each in numbers if time.time() < until]


@cache
def _project(folder: Path) -> Path:
    """Return this process's own copy of the example, built once."""
    import os

    project = example(folder / f"mutations-{os.getpid()}")
    for quarter in (Q1, Q2):
        build(project, quarter, HTML, lambda _: None)
    context.READ.clear()
    return project
