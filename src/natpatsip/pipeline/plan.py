"""What a build has to do: the chapters in reading order, and which notebook must run before which."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from natpatsip import wording
from natpatsip.charts import palette
from natpatsip.errors import NotebookError, ParamsError, SettingsError, UsageError, nearest, together
from natpatsip.facts.publishing import REPORTED_FILE
from natpatsip.files.yaml_models import place_of
from natpatsip.measures import measures_file as measures
from natpatsip.params import Params, load, place
from natpatsip.pipeline.inline_code import texts_of_code
from natpatsip.pipeline.notebook import Notebook
from natpatsip.project import MARK
from natpatsip.quarter import PARAMS_FOLDER, Quarter
from natpatsip.settings import (
    OWN,
    Settings,
    bibliography_of,
    chapter_names,
    check_chapters,
    read_book,
    read_settings,
    without_chapter,
)

CHANGES, FINALS_ONLY = "changes", "quality-assurance"
GLOSSARY = "glossary"
TERM = "Term"  # heads the first column of the glossary's tables that explain terms
ENGINE_OF_0_1 = Path("src", "helpers", "build")  # until 0.2 the engine was called helpers, and lay in the project
LEAST_CONTRAST = 3  # of large text and of parts of drawings, by WCAG 2.2
UNIT_OF_PARAMS = re.compile(r"""\bunit:\s*["']?([^"'\n#,}]+)""")
GENERATED = ("list-of-figures", "sources", "accessibility", CHANGES, FINALS_ONLY)  # written by the build itself


@dataclass(frozen=True)
class Plan:
    """One quarter's report: its params, its settings, its chapters in reading order, and their notebooks.

    ``book`` is the content of ``_quarto.yml``.
    """

    project: Path
    quarter: Quarter
    params: Params
    settings: Settings
    book: Mapping[str, Any]
    chapters: tuple[str, ...]
    notebooks: Mapping[str, Notebook]
    edition: str
    is_final: bool

    @classmethod
    def of(cls, project: Path, quarter: Quarter, *, edition: str = "", is_final: bool = False) -> Plan:
        """Read what a quarter's report is made of, as a draft or as the final edition.

        Raises
        ------
        ParamsError, SettingsError, NotebookError
            If params, ``_quarto.yml`` or notebooks are not as they must be.
        UsageError
            If the project still holds the engine of 0.1, which its notebooks would import beside this one.
        """
        _refuse_old_engine(project)
        params, settings, book = load(quarter, project=project), read_settings(project), read_book(project)
        written = (project / MARK).read_bytes()
        check_chapters(settings, chapter_names(book, written=written), written=written)
        _check_colours(settings, written)
        _check_bibliography(project, book, written)
        book = book if is_final else without_chapter(book, FINALS_ONLY)
        chapters = tuple(chapter_names(book))
        notebooks, errors = {}, []
        for name in chapters:
            if name in GENERATED:
                continue
            try:
                notebooks[name] = Notebook.read(project / "notebooks" / f"{name}.ipynb")
            except NotebookError as error:
                errors.append(error)
        together(errors)
        _refuse_unknown_measures(project, quarter, params, notebooks.values())
        _refuse_unknown_units(project, settings, written, notebooks.values())
        plan = cls(project, quarter, params, settings, book, chapters, notebooks, edition, is_final)
        plan.order()
        return plan

    def without_changes(self) -> Plan:
        """Return the plan without the chapter that compares the quarter with the one before."""
        book = without_chapter(self.book, CHANGES)
        return replace(self, book=book, chapters=tuple(chapter_names(book)))

    def left_out(self) -> list[str]:
        """Return a sentence for each notebook that is not in the report, as ``_quarto.yml`` does not name it."""
        return notebooks_left_out(self.project, self.chapters)

    def before(self) -> dict[str, set[str]]:
        """Return, for each notebook, those that must run before it, since it cites what they publish."""
        publishers = self._publishers()
        return {
            name: {publisher for fact in notebook.cites() for publisher in publishers.get(fact, ())} - {name}
            for name, notebook in self.notebooks.items()
        }

    def _publishers(self) -> dict[str, set[str]]:
        """Return the notebooks that publish each fact: one, unless one of them was copied."""
        publishers: dict[str, set[str]] = {}
        for name, notebook in self.notebooks.items():
            for fact in notebook.publishes():
                publishers.setdefault(fact, set()).add(name)
        return publishers

    def order(self) -> TopologicalSorter[str]:
        """Return the order in which notebooks may run.

        Raises
        ------
        NotebookError
            Where notebooks cite each other's facts in a circle.
        """
        sorter = TopologicalSorter(self.before())
        try:
            sorter.prepare()
        except CycleError as error:
            raise NotebookError(self._circle(error.args[1][::-1])) from error
        return sorter

    def _circle(self, names: Sequence[str]) -> str:
        """Return why notebooks that cite each other's facts in a circle cannot run."""
        circle = f"notebooks cite each other's facts in a circle: {' → '.join(f'{name}.ipynb' for name in names)}. "
        for fact, publishers in self._publishers().items():
            if len(publishers) > 1 and self._joins(fact, publishers & set(names), names):
                both = wording.listing([f"{name}.ipynb" for name in sorted(publishers)])
                return f"{circle}{both} publish the same fact, {fact}. Publish it in one, and cite it in the others."
        return f"{circle}Move a fact to a notebook that needs none of the others."

    def _joins(self, fact: str, publishers: Set[str], names: Iterable[str]) -> bool:
        """Return True if one of the notebooks cites a fact that another of them publishes."""
        return any(publishers - {name} for name in names if fact in self.notebooks[name].cites())

    @property
    def programmes(self) -> dict[str, str]:
        """The short name of each chapter: as ``_quarto.yml`` gives it, else its title."""
        named = self.settings.programmes
        return {name: named.get(name) or notebook.title for name, notebook in self.notebooks.items()}

    @property
    def programme_chapters(self) -> list[str]:
        """The chapters that are a programme's, in reading order."""
        return [name for name in self.notebooks if name not in self.settings.not_programmes]

    @property
    def workplace(self) -> Path:
        """Where working files are kept between builds."""
        folder = self.project / "build" / str(self.quarter)
        return folder / "editions" / self.edition if self.edition else folder


def notebooks_left_out(project: Path, chapters: Collection[str]) -> list[str]:
    """Return a sentence for each notebook in ``notebooks/`` that is not one of the chapters."""
    names = sorted(file.stem for file in (project / "notebooks").glob("[!.]*.ipynb"))
    return [
        f"notebooks/{name}.ipynb is not in the report: "
        + (
            f"the build writes the chapter {name} itself. Give the notebook another name."
            if name in GENERATED
            else f"_quarto.yml does not name it. Add {name}.qmd to book.chapters, or move the notebook elsewhere."
        )
        for name in names
        if name not in chapters or name in GENERATED
    ]


def _refuse_old_engine(project: Path) -> None:
    if (project / ENGINE_OF_0_1).is_dir():
        raise UsageError(
            "src/helpers holds the engine of natpatsip 0.1, now the package natpatsip. Delete it, except modules "
            "of your own, and import from natpatsip: CHANGELOG.md, Moving from 0.1, has the names."
        )


def _check_bibliography(project: Path, book: Mapping[str, Any], written: bytes) -> None:
    """Check, before a build, that the files of works to cite are there and in BibTeX."""
    where = place_of(MARK, written, ["bibliography"])
    for name in bibliography_of(book):
        if not (project / name).is_file() or not (project / name).resolve().is_relative_to(project.resolve()):
            raise SettingsError(f"{where}: there is no file {name} in the project. Add it, or take it out.")
        if Path(name).suffix.lower() != ".bib":
            raise SettingsError(
                f"{where}: the name {name} does not end in .bib. Works in BibTeX are the one form checked: save "
                f"them as {Path(name).with_suffix('.bib')}, as reference managers do, and so does pandoc --to biblatex."
            )


def _refuse_unknown_measures(project: Path, quarter: Quarter, params: Params, notebooks: Iterable[Notebook]) -> None:
    """Check that each rebase is of a measure, or of a series that some notebook charts by itself.

    A misspelt one would have no effect. Where a notebook puts the name of a series together in code, nobody can tell.

    Raises
    ------
    ParamsError, DataFileError
        With all that are of another, or all that is wrong with the measures and their targets.
    """
    declared = measures.declared(project)
    declared.check_targets(params, project)
    asked = [notebook.rebases() for notebook in notebooks]
    others = {name for names in asked for name in names or ()}
    if None in asked or not (declared.by_id or others):
        return
    problems = measures.problems_of_rebases(declared, params, others)
    together(
        [ParamsError(f"{place(quarter, project, 'rebase', number, 'measure')}: {text}") for number, text in problems]
    )


def _refuse_unknown_units(project: Path, settings: Settings, written: bytes, notebooks: Iterable[Notebook]) -> None:
    """Check that each unit that is given a name is one that numbers of the report have, in whatever quarter.

    The name of a misspelt one would be printed nowhere. Where a notebook puts a unit together in code, or a file cannot
    be read, nobody can tell.

    Raises
    ------
    SettingsError
        With all units that no number has.
    """
    try:
        known = _known_units(project, settings.units, notebooks)
    except (OSError, UnicodeDecodeError, csv.Error, KeyError):  # what is wrong with a file is said where it is read
        return
    if known is None:
        return
    together(
        [
            SettingsError(
                f'{place_of(MARK, written, [OWN, "units", unit])}: no number of the report has the unit "{unit}"; '
                f"the name would be printed nowhere.{nearest(unit, known)} Units are those of measures, of params, of "
                "reported numbers and of publish(…). Correct it, or take the line out."
            )
            for unit in settings.units
            if unit not in known
        ]
    )


def _known_units(project: Path, named: Mapping[str, str], notebooks: Iterable[Notebook]) -> set[str] | None:
    """Return the units of numbers, of code only where other files lack some that are named; None if it builds one."""
    known = _units_of_files(project) if named else set()
    if named.keys() <= known:  # as a rule: no code is read for it
        return known
    used = [notebook.units() for notebook in notebooks]
    if None in used:
        return None
    return known | {unit for units in used for unit in units or ()} | _texts_of_helpers(project)


def _units_of_files(project: Path) -> set[str]:
    """Return, to plan with, the units of measures, of the params of all quarters and of reported numbers."""
    units = {each.unit for each in measures.declared(project).by_id.values()}
    for file in (project / PARAMS_FOLDER).glob("*.yml"):
        units |= {unit.strip() for unit in UNIT_OF_PARAMS.findall(file.read_text(encoding="utf-8", errors="replace"))}
    if (file := project / REPORTED_FILE).is_file():
        with file.open(encoding="utf-8-sig", newline="") as rows:
            units |= {unit for row in csv.DictReader(rows, strict=True) if (unit := row["unit"])}
    return units


def _texts_of_helpers(project: Path) -> set[str]:
    """Return the texts in the report's own Python, some of which may be units."""
    files = (project / "src").rglob("*.py")
    return {text for file in files for text in texts_of_code(file.read_text(encoding="utf-8"))}


def _check_colours(settings: Settings, written: bytes) -> None:
    """Check before a build that white text, and numbers on white, stand out from the programmes' colours (WCAG 2.2)."""
    ratios = {name: palette.contrast(colour, palette.PAPER) for name, colour in settings.colours.items()}
    together(
        [
            SettingsError(
                f"{place_of(MARK, written, [OWN, 'colours', name])}: found {settings.colours[name]}, whose contrast "
                f"with white is {ratio:.1f} to 1; expected at least {LEAST_CONTRAST} to 1. Choose a darker colour."
            )
            for name, ratio in ratios.items()
            if ratio < LEAST_CONTRAST
        ]
    )
