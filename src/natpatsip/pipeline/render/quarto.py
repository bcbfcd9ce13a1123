"""Quarto, the program, where it is installed: the same chapters through the same extension."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import yaml

from natpatsip.digests import key
from natpatsip.errors import RenderError
from natpatsip.pipeline.render.chapters import Chapter
from natpatsip.pipeline.render.staged_report import EXTENSION, Report

OLDEST = (1, 9)
BOTH_STANDARDS = (1, 10)  # the first whose Typst, 0.15, takes two standards for one file
TARGETS = {"html": "natpatsip-html", "pdf": "natpatsip-typst", "docx": "natpatsip-docx"}
STAGED = "NATPATSIP_STAGED"  # says to the project's pre-render hook that the chapters are staged already
ADVICE = "Install Quarto 1.9 or newer (conda env create -f environment.yml does), or build with --renderer pandoc."
OUTER = ("QUARTO_PROJECT_", "QUARTO_DOCUMENT_", "QUARTO_RENDER_", "QUARTO_EXECUTE_")


def find() -> tuple[str, tuple[int, ...] | None]:
    """Return the path of the quarto program, and its version.

    Raises
    ------
    RenderError
        Where there is none on PATH, or an older one than 1.9.
    """
    path = shutil.which("quarto")
    if path is None:
        raise RenderError(f"The quarto renderer needs the quarto program, and there is none on PATH. {ADVICE}")
    version = _version(path)
    if complaint := too_old(path, version):
        raise RenderError(complaint)
    return path, version


def is_usable() -> bool:
    """Whether a new enough Quarto is on PATH."""
    path = shutil.which("quarto")
    return path is not None and too_old(path, _version(path)) is None


def too_old(path: str, version: tuple[int, ...] | None) -> str | None:
    """Return what is wrong with a program that says it is of `version`, or None where it will do.

    Examples
    --------
    >>> too_old("quarto", (1, 11)), too_old("quarto", (99, 9))
    (None, None)
    >>> too_old("quarto", (1, 8))[:76]
    "quarto is Quarto 1.8; the report's extension needs 1.9 or newer. Install Qua"
    """
    if version is None:
        return f"{path} --version says no version of Quarto. {ADVICE}"
    if version < OLDEST:
        found = ".".join(map(str, version))
        return f"{path} is Quarto {found}; the report's extension needs 1.9 or newer. {ADVICE}"
    return None


def version_in(text: str) -> tuple[int, ...] | None:
    """Return the version that the program says; development builds call themselves 99.9.9.

    Examples
    --------
    >>> version_in("1.11.3"), version_in("hello")
    ((1, 11), None)
    """
    found = re.match(r"\s*(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else None


def _version(path: str) -> tuple[int, ...] | None:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return None if done.returncode else version_in(done.stdout)


def render(
    report: Report,
    chapters: Sequence[Chapter],
    output: Path,
    formats: Collection[str],
    *,
    timestamp: int,
) -> None:
    """Render the book once for each format and collect what it wrote: each run empties the folder of the others."""
    quarto, version = find()
    staged = digest(report.root)
    for name in formats:
        made = output / ("html" if name == "html" else f"report.{name}")
        keep = report.remembered.folder if name == "html" else report.remembered.file
        rest = [name, staged, timestamp, quarto, Path(quarto).resolve().stat().st_mtime_ns]
        keep(f"quarto-{name}", made, rest, make=partial(_make, quarto, version, report, output, name, timestamp))
    if "docx" in formats:
        printed = [chapter for chapter in chapters if report.in_print(chapter.name)]
        from natpatsip.pipeline.render.word import finish_word  # only for Word: python-docx takes long to import

        finish_word(output / "report.docx", report, printed, timestamp=timestamp)


def digest(root: Path) -> str:
    """Return the hash of a staged project: all that Quarto reads, and nothing that it wrote."""
    files = sorted(path.relative_to(root) for path in root.rglob("*") if path.is_file())
    own = [file for file in files if file.parts[0] not in ("_book", ".quarto")]
    return key(*(part for file in own for part in (file.as_posix(), (root / file).read_bytes())))


def _make(
    quarto: str, version: tuple[int, ...] | None, report: Report, output: Path, name: str, timestamp: int
) -> None:
    with book_of(report, name, version):
        done = subprocess.run(  # noqa: S603 — the program that the reader installed, our own arguments
            command(quarto, report, name),
            cwd=report.root,
            env=environment(report, timestamp=timestamp),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    if complaint := complaint_of(TARGETS[name], done.returncode, done.stderr):
        raise RenderError(complaint)
    collect(report, output, name)


@contextmanager
def book_of(report: Report, name: str, version: tuple[int, ...] | None = None) -> Iterator[None]:
    """List in ``_quarto.yml`` the chapters of one format, for as long as it is rendered.

    An older Quarto is asked for PDF/UA alone: its Typst refuses a second standard.
    """
    settings = report.root / "_quarto.yml"
    before = settings.read_text(encoding="utf-8")
    book = yaml.safe_load(before)
    if name != "html" and report.html_only:
        book["book"]["chapters"] = [each for each in report.chapters if report.in_print(each)]
    own = (book.get("format") or {}).get(TARGETS[name]) or {}
    if name == "pdf" and version and version < BOTH_STANDARDS and isinstance(own.get("pdf-standard"), list):
        own["pdf-standard"] = [each for each in own["pdf-standard"] if str(each).startswith("ua-")]
    settings.write_text(yaml.safe_dump(book, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")
    try:
        yield
    finally:
        settings.write_text(before, encoding="utf-8")


def command(quarto: str, report: Report, name: str) -> list[str]:
    """Return the command line that renders the staged book in one format."""
    return [quarto, "render", str(report.root), "--to", TARGETS[name], "--no-execute"]


def environment(report: Report, *, timestamp: int) -> dict[str, str]:
    """Return what Quarto finds in its environment: the report's date and typeface, and nothing of a Quarto around it.

    Called by the project's pre-render hook, we are a part of a rendering ourselves; its variables would name the wrong
    project to ours.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OUTER)}
    return {
        **inherited,
        STAGED: "1",
        "SOURCE_DATE_EPOCH": str(timestamp),
        "TYPST_FONT_PATHS": str(report.extension / "fonts"),
        "TYPST_IGNORE_SYSTEM_FONTS": "true",
    }


def complaint_of(target: str, status: int, stderr: str) -> str | None:
    """Return what is wrong with a run, by its status and what it said, or None where it went well.

    Examples
    --------
    >>> complaint_of("natpatsip-typst", 0, "Output created: _book/Report.pdf")
    >>> complaint_of("natpatsip-typst", 1, "ERROR: medicines.qmd: no such filter")
    'Quarto could not make natpatsip-typst (medicines.qmd): ERROR: medicines.qmd: no such filter'
    """
    said = re.sub(r"\x1b\[[0-9;]*m", "", stderr)
    warned = re.search(r"unknown font family.*", said)
    if not status and not warned:
        return None
    place = re.search(r"[\w-]+\.qmd", said)
    where = f" ({place[0]})" if place else ""
    last = " ".join(said.split())[-1500:]
    return f"Quarto could not make {target}{where}: {warned[0] if warned else last}"


def collect(report: Report, output: Path, name: str) -> None:
    """Copy what Quarto wrote for one format to its place in the report.

    Raises
    ------
    RenderError
        Where it wrote nothing, or more than one file of a kind.
    """
    book = report.root / "_book"
    if name == "html":
        if not (book / "index.html").is_file():
            raise RenderError(
                f"Quarto ended well but wrote no {book / 'index.html'}. Look at {EXTENSION}/_extension.yml."
            )
        shutil.copytree(book, output / "html", dirs_exist_ok=True)
        return
    ending = {"pdf": ".pdf", "docx": ".docx"}[name]
    found = sorted(book.glob(f"*{ending}"))
    if len(found) != 1:
        raise RenderError(f"Quarto ended well but left {len(found)} {ending} files in {book}; expected one.")
    shutil.copy2(found[0], output / f"report{ending}")
