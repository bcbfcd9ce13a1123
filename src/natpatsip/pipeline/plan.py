"""What a build has to do: the chapters in reading order, and which notebook must run before which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

from natpatsip.errors import NotebookError, ParamsError, StagingError, nearest, together
from natpatsip.params import Params, load
from natpatsip.pipeline.notebook import Notebook
from natpatsip.project import MARK
from natpatsip.quarter import PARAMS_FOLDER, Quarter

DRAFTS_ONLY, FINALS_ONLY = "changes", "quality-assurance"
GENERATED = ("list-of-figures", "sources", "accessibility", DRAFTS_ONLY, FINALS_ONLY)  # written by the build itself


@dataclass(frozen=True)
class Plan:
    """One quarter's report: its params, its chapters in reading order, and their notebooks."""

    project: Path
    quarter: Quarter
    params: Params
    book: Mapping[str, Any]
    chapters: tuple[str, ...]
    notebooks: Mapping[str, Notebook]
    edition: str = ""
    is_final: bool = False

    @classmethod
    def of(cls, project: Path, quarter: Quarter, *, edition: str = "", is_final: bool = False) -> Plan:
        """Read what a quarter's report is made of, as a draft or as the final edition.

        Raises
        ------
        ParamsError, StagingError, NotebookError
            Where params, ``_quarto.yml`` or notebooks are not as they must be.
        """
        params = load(quarter, project=project)
        book = _without(read_book(project), DRAFTS_ONLY if is_final else FINALS_ONLY)
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
        _refuse_unknown_series(params, notebooks.values())
        plan = cls(project, quarter, params, book, chapters, notebooks, edition, is_final)
        plan.order()
        return plan

    def before(self) -> dict[str, set[str]]:
        """Return, for each notebook, those that must run before it, since it cites what they publish."""
        owners: dict[str, set[str]] = {}
        for name, notebook in self.notebooks.items():
            for fact in notebook.publishes():
                owners.setdefault(fact, set()).add(name)
        return {
            name: {owner for fact in notebook.cites() for owner in owners.get(fact, ())} - {name}
            for name, notebook in self.notebooks.items()
        }

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
            circle = " → ".join(f"{name}.ipynb" for name in reversed(error.args[1]))
            raise NotebookError(
                f"notebooks cite each other's facts in a circle: {circle}. "
                "Move a fact to a notebook that needs none of the others."
            ) from error
        return sorter

    @property
    def programmes(self) -> dict[str, str]:
        """The short name of each chapter: as ``_quarto.yml`` gives it, else its title."""
        named = (self.book.get("natpatsip") or {}).get("programmes") or {}
        return {name: str(named.get(name) or notebook.title) for name, notebook in self.notebooks.items()}

    @property
    def programme_chapters(self) -> list[str]:
        """The chapters that ``_quarto.yml`` does not say to be no programme's, in reading order."""
        others = (self.book.get("natpatsip") or {}).get("not-programmes") or []
        return [name for name in self.notebooks if name not in others]

    @property
    def workplace(self) -> Path:
        """Where working files are kept between builds."""
        folder = self.project / "build" / str(self.quarter)
        return folder / "editions" / self.edition if self.edition else folder


def _refuse_unknown_series(params: Params, notebooks: Iterable[Notebook]) -> None:
    """See that each rebase is of a series that some notebook charts: a misspelt one would have no effect.

    Where notebooks name no series in words, or some with names that are put together, nobody can tell.

    Raises
    ------
    ParamsError
        Where it is of another.
    """
    asked = [notebook.rebases() for notebook in notebooks]
    known = sorted({name for names in asked for name in names or ()})
    if not known or None in asked:
        return
    together(
        [
            ParamsError(
                f"{PARAMS_FOLDER}/{params.quarter}.yml, rebase.{place}.series: no notebook charts {rebase.series}."
                f"{nearest(rebase.series, known)} Known here: {', '.join(known)}."
            )
            for place, rebase in enumerate(params.rebase)
            if rebase.series not in known
        ]
    )


def read_book(project: Path) -> dict[str, Any]:
    """Return what ``_quarto.yml`` says.

    Raises
    ------
    StagingError
        Where it is no YAML, or lists no chapters.
    """
    try:
        book = yaml.safe_load((project / MARK).read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StagingError(f"{MARK}: is not YAML in UTF-8: {' '.join(str(error).split())}.") from error
    if not isinstance(book, dict) or not isinstance((book.get("book") or {}).get("chapters"), list):
        raise StagingError(f"{MARK}: has no list of chapters under book. Add book: chapters: with one line a chapter.")
    return book


def chapter_names(book: Mapping[str, Any]) -> Sequence[str]:
    """Return the names of the chapters in reading order, parts opened up.

    Raises
    ------
    StagingError
        Where an entry is no ``.qmd`` file, is listed twice, or the first is not the index.
    """
    names = [_chapter_name(entry) for entry in _flat(book["book"]["chapters"])]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise StagingError(f"{MARK}, book.chapters: {', '.join(twice)} is listed twice. Keep one line.")
    if names[:1] != ["index"]:
        raise StagingError(
            f"{MARK}, book.chapters: begins with {names[:1] or 'nothing'}; a book begins with index.qmd."
        )
    return names


def _without(book: dict[str, Any], chapter: str) -> dict[str, Any]:
    """Return the settings without a chapter, where they list it."""

    def kept(entries: Iterable[Any]) -> list[Any]:
        opened = ({**each, "chapters": kept(each["chapters"])} if _is_part(each) else each for each in entries)
        return [each for each in opened if _is_part(each) or _chapter_name(each) != chapter]

    own = dict(book.get("natpatsip") or {})
    if isinstance(own.get("html-only"), list):
        own["html-only"] = [name for name in own["html-only"] if name != chapter]
    return {**book, "book": {**book["book"], "chapters": kept(book["book"]["chapters"])}, "natpatsip": own}


def _is_part(entry: Any) -> bool:
    return isinstance(entry, dict) and "chapters" in entry


def _flat(entries: Iterable[Any]) -> Iterable[Any]:
    for entry in entries:
        if _is_part(entry):
            yield from _flat(entry["chapters"])
        else:
            yield entry


def _chapter_name(entry: Any) -> str:
    text = entry.get("file", "") if isinstance(entry, dict) else str(entry)
    path = Path(text)
    if path.suffix != ".qmd" or path.name != text:
        raise StagingError(
            f'{MARK}, book.chapters: found "{text}"; expected the name of a chapter such as medicines.qmd.'
        )
    return path.stem
