"""What a staged project says of the report as a whole: its ``_quarto.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import yaml

from natpatsip.errors import RenderError, SettingsError, nearest
from natpatsip.pipeline.render.render_cache import Remembered
from natpatsip.settings import Settings, settings_of

EXTENSION = Path("_extensions/natpatsip")
STATEMENT = "accessibility.qmd"  # written as the report is rendered, from what was found in the other chapters
FILTERS = tuple(f"--lua-filter={EXTENSION / name}" for name in ("passports.lua", "natpatsip.lua"))


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
        Names of the chapters that are no programme's: the front and the end of the report.
    html_only : frozenset of str
        Names of the chapters that the PDF and the Word file leave out.
    settings : Settings
        What the project's ``_quarto.yml`` says under ``natpatsip:``.
    metadata : mapping
        What the templates read: title, subtitle, date, lang and the ``natpatsip`` map.
    remembered : Remembered
        What earlier builds have rendered.
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
    remembered: Remembered

    @property
    def extension(self) -> Path:
        """The look that the project carries with it."""
        return self.root / EXTENSION

    def in_print(self, name: str) -> bool:
        """Whether a chapter (``medicines.qmd``) stands in the PDF and the Word file too."""
        return name.removesuffix(".qmd") not in self.html_only

    @property
    def font(self) -> str:
        """The family name of the report's typeface."""
        brand = yaml.safe_load((self.extension / "_brand.yml").read_text(encoding="utf-8"))
        return str(brand["typography"]["base"]["family"])


def read_report(root: Path, remembered: Remembered | None = None) -> Report:
    """Return what ``_quarto.yml`` in `root` says.

    Raises
    ------
    RenderError
        Where the file is missing, is no YAML, or lacks a title, chapters or the quarter's label, or names a chapter
        that is not there.
    """
    path = root / "_quarto.yml"
    if not path.is_file():
        raise RenderError(f"{path}: is not there. Stage the chapters first: natpatsip build does.")
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise RenderError(f"{path}: is no YAML: {error}. Mend it and build again.") from error
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
    html_only = _html_only(options, chapters, path)
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
        remembered=remembered or Remembered(root),
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


def _html_only(options: Settings, chapters: tuple[str, ...], path: Path) -> frozenset[str]:
    named = options.html_only
    stems = [name.removesuffix(".qmd") for name in chapters]
    for name in named:
        if name not in stems:
            raise RenderError(
                f'{path}, natpatsip.html-only: "{name}" is no chapter of the report.{nearest(name, stems)}'
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


def meta(value: object) -> dict[str, Any]:
    """Return a value of ``_quarto.yml`` as the metadata of pandoc's documents."""
    if isinstance(value, dict):
        return {"t": "MetaMap", "c": {str(key): meta(each) for key, each in value.items()}}
    if isinstance(value, list | tuple):
        return {"t": "MetaList", "c": [meta(each) for each in value]}
    if isinstance(value, bool):
        return {"t": "MetaBool", "c": value}
    return {"t": "MetaInlines", "c": [{"t": "Str", "c": str(value)}]}


def labels(report: Report) -> dict[str, Any]:
    """Return the metadata that the filter needs for pages: what the report calls its columns and totals."""
    return dict(meta({"natpatsip": {"labels": report.settings.staged()["labels"]}})["c"])


def imprint(report: Report) -> dict[str, str]:
    """Return what the templates of pages say of the publisher: the line at the foot, and the logo of the cover."""
    own = report.settings
    text = escape(own.imprint)
    if own.publisher and own.url:
        link = f'<a href="{escape(own.url)}">{escape(own.publisher)}</a>'
        text = text.replace(escape(f"{own.publisher} ({own.url})"), link)
    return {"imprint": text, "logo": own.logo_file, "publisher": escape(own.publisher or report.title)}
