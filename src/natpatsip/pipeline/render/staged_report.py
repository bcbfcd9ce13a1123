"""The staged project as a whole: what its ``_quarto.yml`` says, and how it is to be rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from natpatsip.errors import RenderError, SettingsError, nearest
from natpatsip.look import EXTENSION
from natpatsip.settings import Settings, settings_of

if TYPE_CHECKING:
    from natpatsip.pipeline.render.render_cache import RenderCache
    from natpatsip.pipeline.render.renderer import Renderer

STATEMENT = "accessibility.qmd"  # written as the report is rendered, from what was found in the other chapters


@dataclass(frozen=True)
class Report:
    """The report's title page and the order of its chapters.

    Attributes
    ----------
    root : Path
        The staged project.
    chapters : tuple of str
        File names of the chapters (``index.qmd`` first), in reading order.
    label : str
        The quarter as printed: ``Q2 2024/25``.
    not_programmes : frozenset of str
        Names of the chapters that are not a programme's: the front and the end of the report.
    html_only : frozenset of str
        Names of the chapters that the PDF and the Word file leave out.
    settings : Settings
        What the project's ``_quarto.yml`` says under ``natpatsip:``.
    metadata : mapping
        What the templates read: title, subtitle, date, lang and the ``natpatsip`` map.
    """

    root: Path
    title: str
    subtitle: str
    date: str
    lang: str
    chapters: tuple[str, ...]
    label: str
    status: str
    is_illustrative: bool
    not_programmes: frozenset[str]
    html_only: frozenset[str]
    settings: Settings
    metadata: Mapping[str, Any]

    @property
    def extension(self) -> Path:
        """The look, which the staged project has a copy of."""
        return self.root / EXTENSION

    def in_print(self, name: str) -> bool:
        """Return True if a chapter (``ward.qmd``) is also in the PDF and the Word file."""
        return name.removesuffix(".qmd") not in self.html_only

    @property
    def font(self) -> str:
        """The family name of the report's typeface."""
        brand = yaml.safe_load((self.extension / "_brand.yml").read_text(encoding="utf-8"))
        return str(brand["typography"]["base"]["family"])


@dataclass(frozen=True)
class RenderJob:
    """A report that is rendered, and how.

    Parameters
    ----------
    report : Report
        The staged report.
    output : Path
        The folder for ``html/``, ``report.pdf`` and ``report.docx``.
    formats : tuple of str
        Of "html", "pdf" and "docx".
    renderer : Renderer
        Quarto or Pandoc.
    timestamp : int
        Seconds since 1970 that the files have as their date.
    jobs : int
        How many programs run at once.
    with_single_page : bool
        Whether the pages have the whole report on one page beside them.
    cache : RenderCache
        What earlier builds have rendered.
    """

    report: Report
    output: Path
    formats: tuple[str, ...]
    renderer: Renderer
    timestamp: int
    jobs: int
    with_single_page: bool
    cache: RenderCache


def read_report(root: Path) -> Report:
    """Return what ``_quarto.yml`` in `root` says.

    Raises
    ------
    RenderError
        If the file is missing, is not YAML, or lacks a title, chapters or the quarter's label, or names a chapter that
        is missing.
    """
    path = root / "_quarto.yml"
    if not path.is_file():
        raise RenderError(f"{path}: is missing. Stage the chapters first: natpatsip build does.")
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise RenderError(f"{path}: is not YAML: {error}. Fix it and build again.") from error
    book = _part(settings, "book", path)
    own = _part(settings, "natpatsip", path)
    for key, part, where in (("title", book, "book"), ("chapters", book, "book"), ("label", own, "natpatsip")):
        if not part.get(key):
            raise RenderError(f"{path}, {where}.{key}: is missing or empty. Give it, as in the project's _quarto.yml.")
    chapters = tuple(_chapter(name, root, path) for name in book["chapters"])
    try:
        options = settings_of(settings, str(path), staged=True)
    except SettingsError as error:
        raise RenderError(str(error)) from error
    html_only = _html_only(options.html_only, chapters, path)
    title, subtitle, date = (str(book.get(key) or "") for key in ("title", "subtitle", "date"))
    return Report(
        root=root,
        title=title,
        subtitle=subtitle,
        date=date,
        lang=str(settings.get("lang", "en-GB")),
        chapters=chapters,
        label=str(own["label"]),
        status=str(own.get("status") or ""),
        is_illustrative=bool(own.get("illustrative")),
        not_programmes=frozenset(options.not_programmes) | html_only,
        html_only=html_only,
        settings=options,
        metadata={
            "title": title,
            "subtitle": subtitle,
            "date": date,
            "lang": str(settings.get("lang", "en-GB")),
            "natpatsip": {**own, **options.staged(), "date": date},
        },
    )


def _part(settings: Any, key: str, path: Path) -> Mapping[str, Any]:
    part = settings.get(key) if isinstance(settings, dict) else None
    if not isinstance(part, dict):
        raise RenderError(
            f'{path}: has no "{key}" section. A staged project has one; stage it again (natpatsip build).'
        )
    return part


def _html_only(named: tuple[str, ...], chapters: tuple[str, ...], path: Path) -> frozenset[str]:
    stems = [name.removesuffix(".qmd") for name in chapters]
    for name in named:
        if name not in stems:
            raise RenderError(
                f'{path}, natpatsip.html-only: "{name}" is not a chapter of the report.{nearest(name, stems)}'
            )
        if name == stems[0]:
            raise RenderError(f"{path}, natpatsip.html-only: {name} is the first chapter, which every format has.")
    return frozenset(named)


def _chapter(name: Any, root: Path, path: Path) -> str:
    if not isinstance(name, str) or not name.endswith(".qmd"):
        raise RenderError(
            f"{path}, book.chapters: found {name!r}; each entry is the file name of a chapter (name.qmd)."
        )
    if name != STATEMENT and not (root / name).is_file():
        raise RenderError(f"{path}, book.chapters: {name} is not in {root}. Stage it, or take the line out.")
    return name
