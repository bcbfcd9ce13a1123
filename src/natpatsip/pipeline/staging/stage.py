"""Staging: executed notebooks become a Quarto project with nothing left to compute.

Chapters arrive resolved: no code, every number in place, figures numbered through the whole report, references as
plain links. Both renderers take the same folder.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from natpatsip import look, wording
from natpatsip.blocks.values_in_words import escaped
from natpatsip.errors import ReportError, together
from natpatsip.facts.fact import Fact
from natpatsip.files.digests import sha256_of, sha256_of_folder
from natpatsip.look import EXTENSION
from natpatsip.pipeline.notebook_outputs import (
    FigureRecord,
    Outputs,
    collect_figures,
    data_files,
    illustrative_files,
    tables_of,
)
from natpatsip.pipeline.plan import GENERATED, Plan
from natpatsip.pipeline.review_notes import STAGED as NOTES
from natpatsip.pipeline.review_notes import notes_of, to_json, unplaced
from natpatsip.pipeline.staging.chapter import ChapterWriter
from natpatsip.pipeline.staging.data_file import DATA_FILE, write_data_file, write_figure_data
from natpatsip.pipeline.staging.data_phrases import phrases_in, typed_in
from natpatsip.pipeline.staging.markdown import PLACES, Place
from natpatsip.pipeline.staging.passport_text import Uses, listing, script
from natpatsip.pipeline.staging.passports import (
    Passport,
    homes_of,
    passports_of,
    uses_in,
    with_entries,
    with_those_made_from,
    write_facts,
)
from natpatsip.pipeline.staging.project_style import add_project_style, without_carried
from natpatsip.pipeline.staging.saved_chapters import SavedChapters, StagedChapter
from natpatsip.project import MARK
from natpatsip.settings import STAND_INS, Settings, bibliography_of, listed, logo_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

NOT_STAGED = shutil.ignore_patterns("__pycache__", "*.py")
QUARTO: dict[str, Any] = {
    "lang": "en-GB",
    "number-sections": False,
    "callout-icon": False,
    "crossref": {"chapters": False},
    "execute": {"enabled": False},
    "format": {
        "natpatsip-html": "default",
        "natpatsip-typst": {"pdf-standard": ["a-2a", "ua-1"], "font-paths": [(EXTENSION / "fonts").as_posix()]},
        "natpatsip-docx": "default",
    },
}
"""What Quarto has to know about the chapters and the look; the project's ``_quarto.yml`` may override it."""

PAGE_FILES = ["/assets", f"/{DATA_FILE}", "/figures/*.svg", "/figures/*.csv", "/figures/*.js", "/figures/pasted-*"]
"""What Quarto's pages need beside them. Without the slash, the assets of the extension would be copied too."""

FIGURES, SOURCES = "list-of-figures", "sources"  # chapters: of all figures, and of every number


@dataclass(frozen=True)
class Staged:
    """A staged report: the Quarto project, its figures, and the data files in it that hold illustrative rows."""

    folder: Path
    figures: Sequence[FigureRecord]
    illustrative: Sequence[str]
    look: str
    """The hash of the look as it was copied: the project's own may be edited meanwhile."""
    phrases: Callable[[str], Iterable[str]]
    """Returns what authors have typed in the code of a chapter, and phrases of the data."""
    comments: str = ""
    """What is said of reviewers' comments, which the Word file shows; empty if there are none."""


def stage(
    plan: Plan,  # what the report is made of
    executed: Mapping[str, NotebookNode],  # its executed notebooks
    outputs: Mapping[str, Outputs],  # what these hold
    facts: Sequence[Fact],  # every fact of the report, in reading order
    *,
    written: Mapping[str, str] | None = None,  # the text of generated chapters that others write
    saved: SavedChapters | None = None,  # the chapters of earlier builds
    ran: Collection[str] = (),  # the notebooks that have just run, which nbconvert exports
) -> Staged:
    """Write the chapters and settings of a report into a folder of their own; the drawings follow.

    Raises
    ------
    FigureError, StagingError
        If a figure lacks what it needs, or a reference leads nowhere; all of them are named.
    """
    folder = plan.workplace / "book"
    assets = folder / EXTENSION / "assets"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "figures").mkdir(parents=True)
    shutil.copytree(look.folder(plan.project), folder / EXTENSION, ignore=NOT_STAGED)
    add_project_style(plan.book, plan.project, folder / EXTENSION)
    _copy_bibliography(plan, folder)
    if logo := logo_of(plan.settings, plan.project):
        shutil.copy2(logo, assets / plan.settings.logo_file)
    figures, illustrative = collect_figures(outputs, plan.programmes), illustrative_files(outputs.values())
    homes = homes_of(outputs, plan.programme_chapters)
    read = data_files(outputs.values(), plan.project)
    phrases = cache(partial(phrases_in, read, plan.project))
    staged = Staged(
        folder,
        figures,
        illustrative,
        sha256_of_folder(folder / EXTENSION),
        lambda name: [*typed_in(executed[name].cells), *phrases()],
    )
    texts, places = _chapters(plan, executed, figures, folder / "figures", phrases, saved=saved, read=read, ran=ran)
    if illustrative:
        before = texts["index"].count("\n")
        texts["index"] = _with_illustrative_note(plan, texts["index"], facts)
        more = texts["index"].count("\n") - before
        places["index"] = [place._replace(line=place.line + more * (place.line > 1)) for place in places["index"]]
    if SOURCES in plan.chapters:
        params = f"params/{plan.quarter}.yml"
        files = read | {params: sha256_of(plan.project / params)}
        uses = uses_in(texts, plan.programmes, outputs)
        passports = passports_of(with_those_made_from(uses, facts), homes, files, texts, outputs)
        texts |= _with_passports(plan, texts, passports, uses, assets / "passports.js")
    texts |= {name: text for name, text in (written or {}).items() if name in plan.chapters}
    for name, text in texts.items():
        (folder / f"{name}.qmd").write_text(text, encoding="utf-8")
    (folder / PLACES).write_text(json.dumps(places, ensure_ascii=False), encoding="utf-8")
    comments = _write_notes(plan, executed, folder)
    _write_settings(plan, staged)
    write_facts(facts, homes, folder / "facts.csv")
    write_figure_data(folder / "figures", figures, illustrative=plan.settings.illustrative_data.figure)
    write_data_file(folder / DATA_FILE, plan, figures, facts, read, saved)
    return replace(staged, comments=comments)


def _copy_bibliography(plan: Plan, folder: Path) -> None:
    """Copy the files of works to cite into the staged project, to where ``_quarto.yml`` names them."""
    for name in bibliography_of(plan.book):
        source, copy = plan.project / name, folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy)


def _chapters(
    plan: Plan,
    executed: Mapping[str, NotebookNode],
    figures: Sequence[FigureRecord],
    folder: Path,
    phrases: Callable[[], Iterable[str]],
    *,
    saved: SavedChapters | None = None,
    read: Mapping[str, str],
    ran: Collection[str],
) -> tuple[dict[str, str], dict[str, list[Place]]]:
    """Return the text of each chapter made of a notebook, and of the list of figures; and which cells lines are from.

    Images that were pasted into notebooks are written into the folder of the figures.
    """
    titles, tables = _titles(plan), tables_of(executed, plan.quarter)
    by_id = {figure.id: figure for figure in figures}
    known = titles | dict.fromkeys(set(GENERATED) & set(plan.chapters), "")
    words = plan.settings.illustrative_data
    shared = (
        *(
            str(plan.quarter),
            words.figure,
            words.title,
            sorted(known.items()),
            sorted(tables.items()),
            sorted(read.items()),
        ),
        [(each.id, each.number, each.chapter, each.programme) for each in figures],
    )
    texts: dict[str, str] = {}
    places: dict[str, list[Place]] = {}
    errors: list[ReportError] = []
    for name in plan.chapters:
        if name == FIGURES:
            texts[name] = _list_of_figures(figures, plan.settings)
        elif name in titles:
            writer = ChapterWriter(
                name=name,
                title=titles[name],
                quarter=plan.quarter,
                figures=by_id,
                chapters=known,
                illustrative=words,
                tables=tables,
                phrases=phrases,
            )
            try:
                made = partial(_exported if name in ran else _written, writer, executed[name])
                chapter = saved.once(name, shared, made) if saved else made()
                texts[name], places[name] = chapter.text, chapter.places
                for file, content in chapter.pasted.items():
                    (folder / file).write_bytes(content)
            except ReportError as error:
                errors.append(error)
    together(errors)
    return texts, places


def _exported(writer: ChapterWriter, executed: NotebookNode) -> StagedChapter:
    """Return the chapter of a notebook that has just run, by nbconvert."""
    from natpatsip.pipeline.staging.chapter_exporter import ChapterExporter

    text, _ = ChapterExporter(writer).from_notebook_node(executed)
    return StagedChapter(text, writer.places, writer.pasted)


def _written(writer: ChapterWriter, executed: NotebookNode) -> StagedChapter:
    """Return the chapter of a notebook of which only prose has changed: importing nbconvert would take longer."""
    return StagedChapter(writer.write(executed), writer.places, writer.pasted)


def _titles(plan: Plan) -> dict[str, str]:
    return {name: notebook.title for name, notebook in plan.notebooks.items()}


def _list_of_figures(figures: Sequence[FigureRecord], settings: Settings) -> str:
    """Return the list of figures: number, programme, description, and where (a link, or a page in print)."""
    title = f"# {escaped(settings.headings.figures)} {{#{FIGURES} .{FIGURES}}}"
    if not figures:
        return f"{title}\n\nThis report has no figures.\n"
    rows = [
        f"| [Figure {each.number}]({each.chapter}.qmd#{each.id}) | {escaped(each.programme)} "
        f'| {escaped(each.record["description"])} | [{each.number}]{{.page-of target="{each.id}"}} |'
        for each in figures
    ]
    columns = f"| Figure | {escaped(settings.labels.programme)} | Description | Page |"
    table = "\n".join([columns, "|:--|:--|:-----|--:|", *rows])
    return f"{title}\n\n{table}\n"


def _with_passports(
    plan: Plan, texts: Mapping[str, str], passports: Sequence[Passport], uses: Uses, file: Path
) -> dict[str, str]:
    """Return the chapters with each number's entry named, and the chapter of the entries; write the pages' script."""
    by_key, units = {each.fact.key: each for each in passports}, plan.settings.units
    file.write_text(script(passports, uses, plan.quarter, units), encoding="utf-8")
    named = {name: with_entries(text, by_key) for name, text in texts.items()}
    return named | {SOURCES: listing(passports, uses, _titles(plan), plan.quarter, units)}


def _with_illustrative_note(plan: Plan, index: str, facts: Sequence[Fact]) -> str:
    """Put the note on illustrative data under the first chapter's title.

    It says for how many numbers no usable figure was available; the list of all numbers, if any, marks them.
    """
    words = plan.settings.illustrative_data
    title, _, rest = index.partition("\n")
    stand_ins = ""
    if count := sum(fact.kind == "reported" and fact.is_illustrative for fact in facts):
        numbers = f"{wording.plural(count, 'is', 'are')} {count} {wording.plural(count, 'number', 'numbers')}"
        which = f" (marked in [Where every number comes from]({SOURCES}.qmd))" if SOURCES in plan.chapters else ""
        stand_ins = f". So {numbers} for which no usable figure was available{which}"
    text = escaped(words.banner).replace(escaped(STAND_INS), stand_ins)
    return f"{title}\n\n::: {{.callout-important}}\n## {escaped(words.title)}\n\n{text}\n:::\n{rest}"


def _write_notes(plan: Plan, executed: Mapping[str, NotebookNode], folder: Path) -> str:
    """Write reviewers' comments and the answers to them, which the Word file of a draft shows; return how many."""
    notes = {name: notes_of(content.cells, str(plan.quarter)) for name, content in executed.items()}
    notes[""] = unplaced(plan.project, str(plan.quarter))
    count = sum(map(len, notes.values()))
    if not count or plan.is_final:
        return ""
    (folder / NOTES).write_text(to_json(notes), encoding="utf-8")
    cells = {name: {cell.get("id") for cell in content.cells} for name, content in executed.items()}
    printed = set(cells) - set(plan.settings.html_only)
    elsewhere = sum(
        name not in printed or note.about not in cells[name] for name, found in notes.items() for note in found
    )
    waiting = sum(not note.answer for found in notes.values() for note in found)
    state = f"{waiting} without an answer" if waiting else "all answered"
    at_title = "at the title of the Word file if it does not have their words"
    return f"reviewers' comments: {count}, {state}{f'; {elsewhere} of no cell, {at_title}' if elsewhere else ''}"


def _write_settings(plan: Plan, staged: Staged) -> None:
    """Write the staged ``_quarto.yml``: the project's own, with what is known about this quarter."""
    settings: dict[str, Any] = {**QUARTO, **without_carried(plan.book)}
    # At the root the project is not a book: Quarto would look for its chapters before it runs the hook that makes them.
    own = {key: value for key, value in (settings.get("project") or {}).items() if key not in ("pre-render", "render")}
    project = {"output-dir": "_book", **own, "type": "book"}
    project["resources"] = [*PAGE_FILES, *listed(own.get("resources"))]
    title = str(settings["book"].get("title") or "Progress report")
    own_settings = plan.settings.for_quarter(plan.quarter.label)
    settings["project"] = project
    settings["book"] = {
        **settings["book"],
        "title": title,
        "subtitle": own_settings.subtitle,
        "date": wording.date(plan.params.cut_off),
    }
    settings["natpatsip"] = {
        **own_settings.staged(),
        "quarter": str(plan.quarter),
        "label": plan.quarter.label,
        "status": "Final" if plan.is_final else "Draft",
        "illustrative": bool(staged.illustrative),
        "date": settings["book"]["date"],  # in words: Quarto turns the book's own into numbers
        "cut-off": wording.date(plan.params.cut_off),
        "published": _published(plan),
        "programmes": plan.programmes,
    }
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=120)
    (staged.folder / MARK).write_text(text, encoding="utf-8")


def _published(plan: Plan) -> str:
    """Return what the staged covers say of publication: the day and the version; empty if no day is set."""
    published = plan.params.publication
    return f"Published {wording.date(published.date)}, version {published.version}" if published.date else ""
