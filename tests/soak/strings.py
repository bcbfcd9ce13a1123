"""Hostile strings in every text field of data, params, settings and narrative, looked for wherever the field is shown.

A try is one string in one field. Strings are put together into few projects, each with a mark that tells it apart;
what a build refuses is taken out, and the rest is built again. Which formats show a field is found with plain words
first.
"""

from __future__ import annotations

import atexit
import csv
import io
import json
import math
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import docx
import pikepdf
import yaml
from playwright.sync_api import Browser
from reliability_page import Result

from natpatsip.errors import one_line
from natpatsip.files.csv_files import from_csv
from support.browser import chromium
from support.projects import code, command, prose, small, write

Q2 = "2024-25-Q2"
TOGETHER = 20  # strings in one project, for fields that can be given more than once
PLAIN = "plain words"
WORDS = json.loads(Path(__file__).with_name("strings.json").read_text(encoding="utf-8"))
STRINGS = [*(text for kind in WORDS.values() for text in kind), "x" * 10_000, "long words " * 900]
Pair = tuple[str, int]  # a field, and which string
Texts = dict[Pair, str]


# --- fields ---

MANY = (  # fields that a project can have any number of
    "data: source of a reported fact",
    "data: unit of a reported fact",
    "data: text column",
    "data: name of an organisation",
    "data: reason of a relation",
    "params: unit of a target",
    "params: source of a target",
    "narrative: inline value",
    "narrative: cell of a table",
    "narrative: heading of a column",
    "narrative: caption of a table",
    "narrative: title of a figure",
    "narrative: description of a figure",
    "narrative: caption of a figure",
    "narrative: alternative text",
    "narrative: category of a chart",
    "narrative: source of a fact",
    "narrative: formula of a fact",
    "narrative: label of a tile",
    "narrative: callout",
    "narrative: paragraph",
    "narrative: heading",
    "narrative: title of a chapter",
)
MARKDOWN = {
    f"narrative: {name}"
    for name in (
        "caption of a table",
        "caption of a figure",
        "label of a tile",
        "callout",
        "paragraph",
        "heading",
        "title of a chapter",
    )
}
FIGURES = {
    "title of a figure": "title",
    "description of a figure": "description",
    "caption of a figure": "caption",
    "alternative text": "alt",
    "category of a chart": "name",
}
CELLS = {  # the fields that a cell holds, by the first part of its id
    "caption": "narrative: caption of a table",
    "tile": "narrative: label of a tile",
    **{f"figure{key}": f"narrative: {name}" for name, key in FIGURES.items()},
    "callout": "narrative: callout",
    "paragraph": "narrative: paragraph",
    "heading": "narrative: heading",
    "value": "narrative: inline value",
    "column": "narrative: heading of a column",
    "source": "narrative: source of a fact",
    "formula": "narrative: formula of a fact",
}
TARGETS = {"params: unit of a target": "target_{}.unit", "params: source of a target": "sourced_{}.source"}
SETTINGS = {
    f"settings: {name}": tuple(name.split("."))
    for name in (
        "book.title",
        "natpatsip.publisher",
        "natpatsip.disclaimer",
        "natpatsip.licence",
        "natpatsip.contact",
        "natpatsip.url",
        "natpatsip.subtitle",
        "natpatsip.description",
        "natpatsip.cover.line",
        "natpatsip.cover.programmes",
        "natpatsip.headings.contents",
        "natpatsip.headings.figures",
        "natpatsip.labels.target",
        "natpatsip.labels.programme",
        "natpatsip.labels.columns.label",
        "natpatsip.programmes.ward",
        "natpatsip.illustrative-data.title",
        "natpatsip.illustrative-data.banner",
        "natpatsip.illustrative-data.cover",
        "natpatsip.illustrative-data.figure",
    )
}
ONCE = (*SETTINGS, "params: reason of a rebase")  # these have two strings, one at the start and one at the end
DRAWN = ("settings: natpatsip.labels.target",)
LIST = {"settings: natpatsip.keywords": "keywords", "settings: natpatsip.names": "names"}
RESOURCE = """
  - name: texts
    path: texts.csv
    title: texts
    schema:
      fields:
        - {name: number, type: string, constraints: {required: true}}
        - {name: label, type: string}
        - {name: team, type: string, natpatsip: {organisation: team}}
      primaryKey: [number]
    natpatsip: {rows: a text, provenance: decided}
"""
USED = """\
import pandas as pd
from natpatsip import charts, datasets, params, spc
texts = datasets.load("texts")
counts = ("seen_in_time", "seen")
waits = datasets.total(datasets.load("waits_monthly"), counts, percent=counts)
decided = params.load()
rebased = {"rebase": decided.rebase_dates("waits.trust")}
chart = spc.xmr(waits["percent"], dates=waits["month"], improvement="increase", target=75, **rebased)
reasons = decided.rebase_reasons("waits.trust")"""
DESCRIBED = '`{python} spc.describe(chart, measure="people seen", unit="%", rebase_reasons=reasons)`'
SHOWN = """\
figure("fig-waits", charts.spc(chart, y_title="Seen, %", percent=True), title="Seen", description="People seen",
       caption="All.", data=charts.spc_table(chart, value_name="Seen, %", decimals=1))"""


def marked(pair: Pair, text: str) -> str:
    """Return a string with the mark of its field and number, at its end or, for every other, at its start."""
    mark = mark_of(pair)
    return f"{text} {mark}" if _is_first(pair) else f"{mark} {text}"


def _is_first(pair: Pair) -> bool:
    return (pair[1] + len(pair[0])) % 2 == 1


def mark_of(pair: Pair) -> str:
    return f"qz{(*MANY, *ONCE, *LIST).index(pair[0])}q{pair[1]}z"


def make(project: Path, texts: Texts) -> None:
    """Make a project that has each text in its field."""
    shutil.rmtree(project, ignore_errors=True)
    small(project)
    of = {
        field: {number: text for (name, number), text in texts.items() if name == field}
        for field in (*MANY, *ONCE, *LIST)
    }
    for field in ONCE:
        first = sorted(of[field], key=lambda number: not _is_first((field, number)))
        of[field] = {0: " ".join(of[field][number] for number in first)} if first else {}
    _write_data(project, of)
    _write_params(project, of)
    _write_settings(project, of)
    _write_notebook(project, of)


def _write_data(project: Path, of: dict[str, dict[int, str]]) -> None:
    declaration = project / "data" / "datapackage.yaml"
    declaration.write_text(declaration.read_text(encoding="utf-8").rstrip("\n") + "\n" + RESOURCE, encoding="utf-8")
    sources, units = of["data: source of a reported fact"], of["data: unit of a reported fact"]
    reasons = of["data: reason of a relation"]
    reported = [
        *([f"reported_{number}", Q2, Q2, "5", "people", "reported", text] for number, text in sources.items()),
        *([f"counted_{number}", Q2, Q2, "5", text, "reported", "a report"] for number, text in units.items()),
        *([f"related_{number}", Q2, Q2, "5", "people", "reported", "a report"] for number in reasons),
    ]
    _append(project / "data" / "reported.csv", reported)
    names = of["data: name of an organisation"]
    _append(
        project / "data" / "organisations.csv",
        [["team", f"X{number}", name, f"x{number}", "", "", "2030-01-01", ""] for number, name in names.items()],
    )
    labels = of["data: text column"]
    rows = [[f"label {number}", text, "North"] for number, text in labels.items()]
    rows += [[f"team {number}", "", text] for number, text in names.items()]
    (project / "data" / "texts.csv").write_text(
        _csv([["number", "label", "team"], *rows, ["end", "", "North"]]), encoding="utf-8", newline=""
    )
    relations = [
        ["fact_id", "period", "relation", "of", "reason"],
        ["teams", Q2, "at most", "reminders_sent", "fewer teams"],
    ]
    relations += [[f"related_{number}", Q2, "at most", "reminders_sent", reason] for number, reason in reasons.items()]
    (project / "data" / "relations.csv").write_text(_csv(relations), encoding="utf-8", newline="")


def _csv(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)  # so that cells with either sign are in quotes
    return out.getvalue()


def _append(file: Path, rows: list[list[str]]) -> None:
    with file.open("a", encoding="utf-8", newline="") as lines:
        lines.write(_csv(rows))


def _write_params(project: Path, of: dict[str, dict[int, str]]) -> None:
    file = project / "params" / f"{Q2}.yml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    units, sources = of["params: unit of a target"], of["params: source of a target"]
    for number, text in units.items():
        content["targets"][f"target_{number}"] = {"value": 5, "unit": text, "source": "a policy"}
    for number, text in sources.items():
        content["targets"][f"sourced_{number}"] = {"value": 5, "unit": "people", "source": text}
    for text in of["params: reason of a rebase"].values():
        content["rebase"][0]["reason"] = text
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _write_settings(project: Path, of: dict[str, dict[int, str]]) -> None:
    file = project / "_quarto.yml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    titles = [f"title-{number}" for number in of["narrative: title of a chapter"]]
    content["book"]["chapters"] += [
        *(f"{name}.qmd" for name in titles),
        "list-of-figures.qmd",
        "sources.qmd",
        "accessibility.qmd",
    ]
    settings = content.setdefault("natpatsip", {"publisher": "A trust", "labels": {"columns": {"label": "Label"}}})
    settings["not-programmes"] = ["index", "list-of-figures", "sources", *titles]
    for field, keys in SETTINGS.items():
        for text in of[field].values():
            place = content
            for key in keys[:-1]:
                place = place.setdefault(key, {})
            place[keys[-1]] = text
    for field, key in LIST.items():
        if of[field]:
            settings[key] = list(of[field].values())
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _write_notebook(project: Path, of: dict[str, dict[int, str]]) -> None:
    def texts(name: str) -> dict[int, str]:
        return of[f"narrative: {name}"]

    def listing(name: str) -> str:
        return repr(texts(name))

    reported = [f"reported_{number}" for number in of["data: source of a reported fact"]]
    reported += [f"counted_{number}" for number in of["data: unit of a reported fact"]]
    decided = [f"target_{number}" for number in of["params: unit of a target"]]
    decided += [f"sourced_{number}" for number in of["params: source of a target"]]
    cells = [code(USED, id="used"), prose(DESCRIBED, id="described"), code(SHOWN, id="drawn")]
    cells.append(code('table(texts, caption="Texts")', id="texts"))
    cells += [prose(f'Reported: `{{python}} cite("{fact}")`.', id=fact.replace("_", "-")) for fact in reported]
    cells += [prose(f'Decided: `{{python}} cite("{fact}", "all")`.', id=fact.replace("_", "-")) for fact in decided]
    cells.append(code(f"values = {listing('inline value')}", id="values"))
    cells += [prose(f"Value: `{{python}} values[{number}]`.", id=f"value-{number}") for number in texts("inline value")]
    table = (
        f"pd.DataFrame({{'Number': [*{listing('cell of a table')}], 'Text': [*{listing('cell of a table')}.values()]}})"
    )
    cells += [code(f'table({table}, caption="Cells")', id="cells")] if texts("cell of a table") else []
    for number, text in texts("heading of a column").items():
        cells.append(code(f"table(pd.DataFrame({{{text!r}: [1]}}), caption='Columns {number}')", id=f"column-{number}"))
    for number, text in texts("caption of a table").items():
        cells.append(code(f"table(pd.DataFrame({{'A': [1]}}), caption={text!r})", id=f"caption-{number}"))
    for name, key in FIGURES.items():
        for number, text in texts(name).items():
            given = {"title": f"Bars {number}", "description": "Bars", "caption": "All."} | (
                {key: text} if key != "name" else {}
            )
            frame = f"pd.DataFrame({{'name': {[text if key == 'name' else 'A', 'B']!r}, 'n': [3, 4]}})"
            chart = "alt.Chart(bars).mark_bar().encode(x='n:Q', y='name:N')"
            source = (
                f"import altair as alt\nbars = {frame}\nfigure('fig-{key}-{number}', {chart}, data=bars, **{given!r})"
            )
            cells.append(code(source, id=f"figure{key}-{number}"))
    for name in ("source", "formula"):
        for number, text in texts(f"{name} of a fact").items():
            fact, given = f"{name}_{number}", {"source": "A list"} | {name: text}
            publish = f"{fact} = publish('{fact}', {number + 1}, unit='beds', **{given!r})"
            cells.append(code(publish, id=f"{name}-{number}"))
            cells.append(prose(f"Fact: `{{python}} {fact}`.", id=f"cited-{name}-{number}"))
    for number, text in texts("label of a tile").items():
        cells.append(code(f"tiles([tile('5', {text!r}, icon='people')])", id=f"tile-{number}"))
    for number, text in texts("callout").items():
        cells.append(code(f"callout('note', 'A note', {text!r})", id=f"callout-{number}"))
    cells += [prose(text, id=f"paragraph-{number}") for number, text in texts("paragraph").items()]
    for number, text in texts("heading").items():
        cells.append(prose(f"## {text}\n\nUnder a heading.", id=f"heading-{number}"))
    write(project / "notebooks" / "ward.ipynb", "Ward", *cells)
    for number, text in texts("title of a chapter").items():
        under = prose("## Progress\n\nUnder a title.")
        write(project / "notebooks" / f"title-{number}.ipynb", " ".join(text.splitlines()), under)  # of one line


# --- what a reader sees ---

STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "−": "-", "—": "-", "…": "."})
DROPPED = {"Cc", "Cf", "Zs", "Zl", "Zp", "Cn", "Co", "Cs"}


def seen(text: str) -> str:
    """Return a text as it can be compared: no white space, nothing that cannot be seen, signs in one form."""
    plain = (
        unicodedata.normalize("NFKC", text)
        .translate(STRAIGHT)
        .replace("...", ".")
        .replace("--", "-")
        .replace("\ufffd", "")
    )
    return "".join(each for each in plain if unicodedata.category(each) not in DROPPED and not each.isspace())


def has(text: str, wanted: str, mark: str) -> bool:
    """Return True if a text shows a string, letters from right to left in any order beside its mark."""
    if wanted in text:
        return True
    if any(unicodedata.bidirectional(each) in ("R", "AL") or unicodedata.combining(each) for each in wanted):
        length = len(wanted) + 4
        places = [found.start() for found in re.finditer(mark, text)]
        return any(not Counter(wanted) - Counter(text[max(0, place - length) : place + length]) for place in places)
    return False


def read_report(report: Path, browser: Browser) -> tuple[dict[str, str], list[str]]:
    """Return the text of each format as it can be compared, and what happened in the browser that must not."""
    texts, wrong = {}, []
    with browser.new_context() as window:
        page = window.new_page()
        page.on("dialog", lambda dialog: (wrong.append("a dialog opened"), dialog.dismiss()))
        page.on("pageerror", lambda error: wrong.append(f"a script failed: {error}"))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(("file:", "data:", "blob:")) else wrong.append(f"asked {request.url}")
            ),
        )
        shown = []
        for file in sorted((report / "html").glob("*.html")):
            page.goto(file.as_uri())
            shown.append(page.evaluate(TEXT))
            wrong += [f"{file.name}: {each}" for each in page.evaluate(HARM)]
    texts["html"] = seen("\n".join(shown))
    texts["pdf"] = seen(_printed(report / "report.pdf"))
    body = docx.Document(str(report / "report.docx"))
    parts = [
        body.element.body,
        *(each.footer._element for each in body.sections),
        *(each.header._element for each in body.sections),
    ]
    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
    texts["docx"] = seen("\n".join(node.text or "" for part in parts for node in part.iter(name)))
    files = [report / "facts.csv", *sorted((report / "figures").glob("*.csv"))]
    texts["csv"] = seen(
        "\n".join(cell for file in files for row in from_csv(file.read_text("utf-8")) for cell in (*row, *row.values()))
    )
    wrong += [each for file in files for each in _formulas(file)]
    return texts, wrong


def _printed(file: Path) -> str:
    """Return the text that lies on a PDF's pages, and once more that of each paragraph or cell on several pages.

    There, what is beside it, and the header and footer of each page, are between its parts.
    """
    texts = [_text_of_pdf(file)]
    with pikepdf.open(file) as pdf, tempfile.TemporaryDirectory() as folder:
        places = {page.objgen: place for place, page in enumerate(pdf.pages)}
        for parts in _divided(pdf.Root.StructTreeRoot, places)[1]:
            with pikepdf.new() as own:
                for place, marks in sorted(parts.items()):
                    own.pages.append(pdf.pages[place])
                    steps = pikepdf.unparse_content_stream(list(_of_marks(pdf.pages[place], marks)))
                    own.pages[-1].Contents = own.make_stream(steps)
                own.save(Path(folder) / "own.pdf")
            texts.append(_text_of_pdf(Path(folder) / "own.pdf"))
    return "\n".join(texts)


def _text_of_pdf(file: Path) -> str:
    return subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, text=True, check=True).stdout


Parts = dict[int, set[int]]  # the marks of content by page


def _divided(node: Any, places: dict[tuple[int, int], int], page: Any = None) -> tuple[Parts, list[Parts]]:
    """Return which content is of an element of a PDF's structure, and that of its innermost ones on several pages."""
    page, kids = node.get("/Pg", page), node.get("/K", [])
    own: Parts = {}
    divided: list[Parts] = []
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            own.setdefault(places[page.objgen], set()).add(kid)
        elif kid.get("/Type") == "/MCR":
            own.setdefault(places[kid.get("/Pg", page).objgen], set()).add(int(kid.MCID))
        elif kid.get("/Type") != "/OBJR":
            inner, more = _divided(kid, places, page)
            divided += more
            for place, marks in inner.items():
                own.setdefault(place, set()).update(marks)
    return own, divided or ([own] if len(own) > 1 else [])


def _of_marks(page: pikepdf.Page, marks: set[int]) -> Iterator[pikepdf.ContentStreamInstruction]:
    """Yield what draws a page, without the text that has none of these marks."""
    within: list[bool] = []
    for step in pikepdf.parse_content_stream(page):
        operator = str(step.operator)
        if operator in ("BMC", "BDC"):
            marked = step.operands[1] if operator == "BDC" else {}
            within.append(isinstance(marked, pikepdf.Dictionary) and marked.get("/MCID") in marks)
        elif operator == "EMC":
            within.pop()
        if operator not in ("Tj", "TJ", "'", '"') or any(within):
            yield step


TEXT = """() => { const copy = document.documentElement.cloneNode(true);
  copy.querySelectorAll('script, style, noscript').forEach(each => each.remove()); return copy.textContent; }"""
HARM = """() => [...(window.pwned ? ['a script of a string ran'] : []),
  ...[...document.querySelectorAll('a[href], iframe, base, object, embed')].filter(each => each.tagName !== 'A' ||
    /^(javascript|data|vbscript):/i.test(each.href)).map(each => `${each.tagName} ${each.getAttribute('href')}`),
  ...[...document.querySelectorAll('*')].filter(each => [...each.attributes].some(at => at.name.startsWith('on')))
    .map(each => `${each.tagName} has an event handler`)]"""


def _formulas(file: Path) -> Iterator[str]:
    """Yield cells that a spreadsheet would run."""
    for row in csv.reader(io.StringIO(file.read_text("utf-8"), newline="")):
        for cell in row:
            if re.match(r"[=+\-@\t\r＝＋－＠]", cell) and not re.fullmatch(
                r"[+-]?[\d.,]+(e[+-]?\d+)?%?", cell, re.IGNORECASE
            ):
                yield f"{file.name}: a formula: {cell[:40]!r}"


def in_terminal(text: str) -> list[str]:
    """Return what a terminal or GitHub's runner would obey in what a command printed."""
    hidden = {each for each in text if each != "\n" and one_line(each) != each}
    commands = [line for line in text.splitlines() if re.match(r"\s*::(?!(error|warning|notice) )|.*##\[", line)]
    return [
        *(f"raw {each!r} in the terminal" for each in sorted(hidden)),
        *(f"a command to the runner: {line[:60]}" for line in commands),
    ]


# --- trying them ---

CELL = re.compile(r"\(id ([a-z]+)-(\d+)\)")
PLACE = re.compile(r"(data|params|notebooks)/[\w.-]+|_quarto\.yml")


def _problems(printed: str) -> list[str]:
    """Return the sentences of an error, each of which has to name its place."""
    message = printed.rpartition("natpatsip: ")[2]
    return message.split("\n- ")[1:] or [message]


def _is_named(pair: Pair, pairs: list[Pair], printed: str) -> bool:
    """Return True if an error quotes a string, or names its cell, notebook or key, where it has no other string."""
    field, number = pair
    if mark_of(pair) in printed:
        return True
    if field == "narrative: title of a chapter":
        return f"notebooks/title-{number}.ipynb" in printed
    if field in TARGETS:
        return f"targets.{TARGETS[field].format(number)}: " in printed
    if field in LIST:
        place = [each for name, each in pairs if name == field].index(number)
        return re.search(rf"natpatsip\.{LIST[field]}\.{place}\b", printed) is not None
    if field in SETTINGS:
        is_alone = [name for name, _ in pairs].count(field) == 1
        return is_alone and re.search(rf"{re.escape(field.removeprefix('settings: '))}: ", printed) is not None
    return any(CELLS.get(kind) == field and int(each) == number for kind, each in CELL.findall(printed))


class Trial:
    """Projects with strings in their fields: what was refused, and how the rest was shown."""

    def __init__(self, folder: Path, browser: Browser, strings: list[str], until: float) -> None:
        self.folder, self.browser, self.strings, self.until = folder, browser, strings, until
        self.outcomes: dict[Pair, tuple[str, list[str]]] = {}
        self.shown_in: dict[str, set[str]] = {}

    def learn(self) -> None:
        """Find out which formats show each field, with plain words."""
        pairs = {(field, 0): f"{PLAIN} {mark_of((field, 0))}" for field in (*MANY, *ONCE, *LIST)}
        project = self.folder / "plain"
        make(project, pairs)
        run = command(project, "build", Q2, "--renderer", "pandoc", "--jobs", "1")
        assert run.returncode == 0, run.stderr
        texts, wrong = read_report(project / "reports" / Q2, self.browser)
        assert not wrong, wrong
        for pair, text in pairs.items():
            self.shown_in[pair[0]] = {form for form, all_of_it in texts.items() if seen(text) in all_of_it}
        self.shown_in["narrative: category of a chart"] -= {"pdf", "docx"}  # a drawing shortens what is too long for it

    def attempt(self, pairs: list[Pair]) -> None:
        """Build a project with strings in fields; take out those that are refused, and build the rest."""
        if not pairs or time.time() > self.until:
            return
        texts = {pair: marked(pair, self.strings[pair[1]]) for pair in pairs}
        project = self.folder / "hostile"
        cache = self.folder / "cache"
        make(project, texts)
        if cache.is_dir():
            (project / "build").mkdir()
            cache.rename(project / "build" / "cache")
        try:
            run = command(project, "build", Q2, "--renderer", "pandoc", "--jobs", "1")
        except Exception as error:
            self._halve(pairs, f"{type(error).__name__}: {str(error)[:200]}")
            return
        finally:
            if (project / "build" / "cache").is_dir():
                shutil.rmtree(cache, ignore_errors=True)
                (project / "build" / "cache").rename(cache)
        printed = in_terminal(run.stdout + run.stderr)
        if run.returncode:
            named = [pair for pair in pairs if _is_named(pair, pairs, run.stderr)]
            lost = [each for each in _problems(run.stderr) if not PLACE.search(each)]
            located = [f"refused without a place: {each[:200]}" for each in lost[:1]]
            for pair in named:
                self.outcomes[pair] = ("refused", [*located, *printed])
            rest = [pair for pair in pairs if pair not in named]
            if named:
                self.attempt(rest)
            else:
                self._halve(pairs, "".join(located), printed)
            return
        self._judge(project, texts, printed)

    def _has(self, text: str, pair: Pair, wanted: str) -> bool:
        if pair[0] in DRAWN:  # a word that is too long for a drawing goes on in the next line, after a hyphen
            text, wanted = text.replace("-", ""), wanted.replace("-", "")
        return has(text, wanted, mark_of(pair))

    def _halve(self, pairs: list[Pair], fault: str, more: list[str] | None = None) -> None:
        """Find out which of several strings a build stops at that does not name them."""
        if len(pairs) == 1:
            self.outcomes[pairs[0]] = ("refused", [each for each in (fault, *(more or [])) if each])
            return
        numbers = sorted({number for _, number in pairs})
        if len(numbers) > 1:
            first = set(numbers[: len(numbers) // 2])
            halves = [[pair for pair in pairs if (pair[1] in first) == is_first] for is_first in (True, False)]
        else:
            halves = [pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]]
        for half in halves:
            self.attempt(half)

    def _judge(self, project: Path, texts: Texts, printed: list[str]) -> None:
        formats, wrong = read_report(project / "reports" / Q2, self.browser)
        for arguments in (("check", Q2), ("check", Q2, "--format", "github")):
            run = command(project, *arguments)
            printed += in_terminal(run.stdout + run.stderr)
        wrong += [name for name in ("pwned",) if list(project.rglob(name))]
        for pair, text in texts.items():
            faults = []
            for form in self.shown_in[pair[0]]:
                if mark_of(pair) not in formats[form]:
                    faults.append(f"not in {form}")
                elif pair[0] not in MARKDOWN and not self._has(formats[form], pair, seen(text)):
                    place = formats[form].find(mark_of(pair))
                    faults.append(f"not as it is in {form}: {formats[form][max(0, place - 60) : place + 60]}")
            self.outcomes[pair] = ("shown", faults)
        for each in dict.fromkeys([*wrong, *printed]):  # of one of them; all of their numbers are named
            pair = next(iter(texts))
            numbers = sorted({number for _, number in texts})
            self.outcomes[pair] = ("shown", [*self.outcomes[pair][1], f"{each} (one of the strings {numbers})"])


RULE = """\
Each string is put into each text field of data, params, settings and narrative: markup, scripts, Markdown, Pandoc,
Quarto, Typst, Word XML, CSV formulas, escapes for terminals, workflow commands, control characters, bidirectional
text, combining and zero-width characters, emoji, 10,000 letters, paths, templates, YAML and JSON. A string either
is refused with an error that names the file, or stands letter by letter in every format that shows the field: pages
in Chromium, PDF, Word and CSV. No script runs, no page asks the network or links to a script, no CSV cell is a
formula, and neither terminal nor workflow gets anything to obey from `build` and `check`. In fields that are
Markdown (paragraphs, headings, callouts, tiles) a string means what it means there, so it is only looked for by a
mark beside it. A setting holds two strings at once, one at its start and one at its end. What cannot be seen (control,
format and white-space characters) is left out of the comparison, and letters that are written from right to left, or
combined, may come in any order."""


def run(number: int, seed: int, folder: Path, until: float, jobs: int) -> Result:
    """Try so many strings in every field, or as many as there is time for."""
    result = Result("Hostile strings", RULE, seed)
    strings = STRINGS if number >= len(STRINGS) else random.Random(seed).sample(STRINGS, number)
    result.wanted = len(strings) * len((*MANY, *ONCE, *LIST))
    with result.timed(), ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        shown_in = pool.submit(_learn, folder).result()
        tasks = [(folder, strings, until, shown_in, pairs) for pairs in _projects(len(strings))]
        doing = [pool.submit(_try, task) for task in tasks]
        try:
            for done in as_completed(doing):
                for (field, each), (outcome, faults) in sorted(done.result().items()):
                    result.count(f"{field}: {outcome}", [f"{strings[each][:60]!r}: {fault}" for fault in faults])
        except BrokenProcessPool:
            result.count("any: stopped", ["a build ended its process, and with it all that were to be tried"])
        finally:
            for each in doing:
                each.cancel()
    shown = ", ".join(f"{field} ({' '.join(sorted(forms)) or 'nowhere'})" for field, forms in shown_in.items())
    result.notes.append(f"{len(strings)} strings in {len(shown_in)} fields. Where each field is shown: {shown}.")
    return result


def _projects(number: int) -> Iterator[list[Pair]]:
    """Yield the fields and strings of each project to try: many of the first kind, then some of the second, in turn."""
    starts = range(1, number + 1, 2)
    once = [[(field, each) for field in ONCE for each in {start % number, (start + 1) % number}] for start in starts]
    batches = range(0, number, TOGETHER)
    share = math.ceil(len(once) / len(batches))
    for place, start in enumerate(batches):
        numbers = range(start, min(start + TOGETHER, number))
        yield [(field, each) for field in (*MANY, *LIST) for each in numbers]
        yield from once[place * share : (place + 1) * share]


def _learn(folder: Path) -> dict[str, set[str]]:
    trial = Trial(folder / str(os.getpid()), _browser(), [], math.inf)
    trial.learn()
    return trial.shown_in


def _try(task: tuple[Path, list[str], float, dict[str, set[str]], list[Pair]]) -> dict[Pair, tuple[str, list[str]]]:
    folder, strings, until, shown_in, pairs = task
    trial = Trial(folder / str(os.getpid()), _browser(), strings, until)
    trial.shown_in = shown_in
    trial.attempt(pairs)
    return trial.outcomes


_OPENED: list[tuple[ExitStack, Browser]] = []


def _browser() -> Browser:
    """Return this process's browser, opened again if the system has ended it."""
    if _OPENED and not _OPENED[-1][1].is_connected():
        _OPENED.pop()[0].close()
    if not _OPENED:
        opened = ExitStack()
        atexit.register(opened.close)
        _OPENED.append((opened, opened.enter_context(chromium())))
    return _OPENED[-1][1]
