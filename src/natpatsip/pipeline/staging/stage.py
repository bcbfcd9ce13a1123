"""Staging: executed notebooks become a Quarto project with nothing left to compute.

Chapters arrive resolved: no code, every number in place, figures numbered through the whole report, references as
plain links. Both renderers take the same folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from nbformat import NotebookNode

from natpatsip import look, wording
from natpatsip.errors import ReportError, together
from natpatsip.facts import Fact
from natpatsip.look import EXTENSION
from natpatsip.pipeline.caching.digests import sha256_of_all
from natpatsip.pipeline.outputs import (
    DATASET,
    FigureRecord,
    collect_facts,
    collect_figures,
    datasets_of,
    outputs_of,
    write_facts,
)
from natpatsip.pipeline.plan import GENERATED, Plan
from natpatsip.pipeline.staging import appendices
from natpatsip.pipeline.staging.chapter import ChapterExporter
from natpatsip.pipeline.staging.passports import Passport, homes_of, listing, passports_of, uses_in, with_entries
from natpatsip.pipeline.staging.passports import script as passports_script
from natpatsip.project import MARK
from natpatsip.release.manifest import sha256
from natpatsip.settings import STAND_INS, IllustrativeData

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
"""What Quarto has to know of the chapters and of the look, unless the project's ``_quarto.yml`` says it."""

SOURCES = "sources"  # the chapter that lists every number


@dataclass(frozen=True)
class Staged:
    """A staged report: the Quarto project, and what is in it."""

    folder: Path
    facts: Sequence[Fact]
    figures: Sequence[FigureRecord]
    illustrative: Sequence[str]
    look: str
    """The hash of the look as it was copied: the project's own may be edited meanwhile."""

    @property
    def is_illustrative(self) -> bool:
        """Whether any of the data is drawn rather than reported."""
        return bool(self.illustrative)


def stage(
    plan: Plan,
    executed: Mapping[str, NotebookNode],
    *,
    written: Mapping[str, Callable[[Staged], str]] | None = None,
) -> Staged:
    """Write the chapters and settings of a report into a folder of their own; `drawings` adds the figures.

    Parameters
    ----------
    plan : Plan
        What the report is made of.
    executed : mapping
        Its executed notebooks.
    written : mapping
        What writes those generated chapters that need more than that.

    Raises
    ------
    FactError, FigureError, StagingError
        Where facts disagree, a figure lacks what it needs, or a reference leads nowhere; all of them are named.
    """
    folder = plan.workplace / "book"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "figures").mkdir(parents=True)
    facts = collect_facts(executed)
    homes = homes_of(executed, plan.programme_chapters)
    figures = collect_figures(executed, plan.programmes)
    shutil.copytree(look.folder(plan.project), folder / EXTENSION, ignore=NOT_STAGED)
    _copy_logo(plan, folder / EXTENSION)
    staged = Staged(folder, facts, figures, _illustrative(executed), sha256_of_all(folder / EXTENSION))
    texts = _chapters(plan, executed, staged)
    if SOURCES in plan.chapters:
        passports = passports_of(facts, homes, _files(plan, executed), list(executed))
        texts |= _with_passports(plan, texts, passports, folder / EXTENSION / "assets" / "passports.js")
    texts |= {name: write(staged) for name, write in (written or {}).items() if name in plan.chapters}
    for name, text in texts.items():
        (folder / f"{name}.qmd").write_text(text, encoding="utf-8")
    _write_settings(plan, staged)
    write_facts(facts, homes, folder / "facts.csv")
    return staged


def _copy_logo(plan: Plan, extension: Path) -> None:
    """Put the publisher's logo beside the assets of the look, where every format finds it."""
    if plan.settings.logo:
        shutil.copy2(plan.project / plan.settings.logo, extension / "assets" / plan.settings.logo_file)


def _illustrative(executed: Mapping[str, NotebookNode]) -> list[str]:
    """Return the data files that hold drawn rows, by what the notebooks recorded as they read them."""
    return sorted(
        {
            record["file"]
            for content in executed.values()
            for _, record, _ in outputs_of(content, DATASET)
            if record.get("provenance") in ("illustrative", "mixed")
        }
    )


def _chapters(plan: Plan, executed: Mapping[str, NotebookNode], staged: Staged) -> dict[str, str]:
    """Return the chapters' texts, but for the list of all numbers, which is made of them."""
    titles = _titles(plan)
    by_id = {figure.id: figure for figure in staged.figures}
    known = titles | dict.fromkeys(set(GENERATED) & set(plan.chapters), "")
    texts: dict[str, str] = {}
    errors: list[ReportError] = []
    for name in plan.chapters:
        if name == "list-of-figures":
            texts[name] = appendices.list_of_figures(staged.figures, plan.settings)
        elif name in titles:
            exporter = ChapterExporter(
                name=name,
                title=titles[name],
                quarter=plan.quarter,
                figures=by_id,
                chapters=known,
                note=plan.settings.illustrative_data.figure,
            )
            try:
                texts[name], _ = exporter.from_notebook_node(executed[name])
            except ReportError as error:
                errors.append(error)
    together(errors)
    if staged.is_illustrative:
        stood_in = [fact for fact in staged.facts if fact.kind == "reported" and fact.is_illustrative]
        texts["index"] = _with_banner(
            texts["index"], plan.settings.illustrative_data, len(stood_in), says_which=SOURCES in plan.chapters
        )
    return texts


def _with_passports(
    plan: Plan, texts: Mapping[str, str], passports: Sequence[Passport], script: Path
) -> dict[str, str]:
    """Return the chapters with each number's entry named, and the chapter of the entries; write the pages' script."""
    uses = uses_in(texts, plan.programmes)
    by_key = {each.fact.key: each for each in passports}
    script.write_text(passports_script(passports, uses, plan.quarter), encoding="utf-8")
    named = {name: with_entries(text, by_key) for name, text in texts.items()}
    return named | {SOURCES: listing(passports, uses, _titles(plan), plan.quarter)}


def _titles(plan: Plan) -> dict[str, str]:
    return {name: notebook.title for name, notebook in plan.notebooks.items()}


def _files(plan: Plan, executed: Mapping[str, NotebookNode]) -> dict[str, str]:
    """Return the files that numbers rest on, with their SHA-256."""
    params = f"params/{plan.quarter}.yml"
    return datasets_of(executed, plan.project) | {params: sha256(plan.project / params)}


def _with_banner(index: str, words: IllustrativeData, stood_in: int, *, says_which: bool) -> str:
    """Put the note on illustrative data under the first chapter's title.

    Parameters
    ----------
    index : str
        The chapter.
    words : IllustrativeData
        The note's title and text.
    stood_in : int
        How many numbers that an organisation would report were not at hand, and have illustrative ones in their place.
    says_which : bool
        Whether the report has the list of all numbers, which marks them.
    """
    title, _, rest = index.partition("\n")
    also = ""
    if stood_in:
        numbers = f"{wording.plural(stood_in, 'is', 'are')} {wording.in_words(stood_in)} "
        numbers += wording.plural(
            stood_in, "number that stands in for a reported one", "numbers that stand in for reported ones"
        )
        which = f"; [Where every number comes from]({SOURCES}.qmd) marks them" if says_which else ""
        also = f", and so {numbers} not at hand{which}"
    text = words.banner.replace(STAND_INS, also)
    banner = f"::: {{.callout-important}}\n## {words.title}\n\n{text}\n:::"
    return f"{title}\n\n{banner}\n{rest}"


def _write_settings(plan: Plan, staged: Staged) -> None:
    """Write the staged ``_quarto.yml``: the project's own, with what is known of this quarter."""
    settings: dict[str, Any] = {**QUARTO, **plan.book}
    # At the root the project is no book: Quarto would ask for its chapters before it runs the hook that says where
    # they are made.
    own = {key: value for key, value in (settings.get("project") or {}).items() if key not in ("pre-render", "render")}
    project = {"output-dir": "_book", "resources": ["figures"], **own, "type": "book"}
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
        "illustrative": staged.is_illustrative,
        "date": settings["book"]["date"],  # in words: Quarto turns the book's own into numbers
        "cut-off": wording.date(plan.params.cut_off),
        "programmes": plan.programmes,
    }
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=120)
    (staged.folder / MARK).write_text(text, encoding="utf-8")
