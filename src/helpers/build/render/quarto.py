"""Quarto, the program, where it is installed: the same chapters through the same extension."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Collection, Sequence
from pathlib import Path

from helpers.build.render.chapters import Chapter
from helpers.build.render.report import EXTENSION, Report
from helpers.build.render.word import finish_word
from helpers.errors import RenderError

OLDEST = (1, 9)
TARGETS = {"html": "natpatsip-html", "pdf": "natpatsip-typst", "docx": "natpatsip-docx"}


def find() -> str:
    """Return the path of the quarto program.

    Raises
    ------
    RenderError
        Where there is none on PATH, or an older one than 1.9.
    """
    advice = "Install Quarto 1.9 or newer (conda env create -f environment.yml does), or build with --renderer pandoc."
    path = shutil.which("quarto")
    if path is None:
        raise RenderError(f"The quarto renderer needs the quarto program, and there is none on PATH. {advice}")
    version = _version(path)
    if version is None:
        raise RenderError(f"{path} --version says no version of Quarto. {advice}")
    if version < OLDEST:
        found = ".".join(map(str, version))
        raise RenderError(f"{path} is Quarto {found}; the report's extension needs 1.9 or newer. {advice}")
    return path


def is_usable() -> bool:
    """Whether a new enough Quarto is on PATH."""
    path = shutil.which("quarto")
    version = _version(path) if path else None
    return version is not None and version >= OLDEST


def _version(path: str) -> tuple[int, ...] | None:
    """Return the version that the program says; development builds call themselves 99.9.9."""
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"(\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if found and done.returncode == 0 else None


def render(
    report: Report,
    chapters: Sequence[Chapter],
    output: Path,
    formats: Collection[str],
    *,
    timestamp: int,
) -> None:
    """Render the book once for each format and collect what it wrote: each run empties the folder of the others."""
    quarto = find()
    environment = {
        **os.environ,
        "SOURCE_DATE_EPOCH": str(timestamp),
        "TYPST_FONT_PATHS": str(report.extension / "fonts"),
        "TYPST_IGNORE_SYSTEM_FONTS": "true",
    }
    for name in formats:
        _run(quarto, report, TARGETS[name], environment)
        _collect(report, output, name)
    if "docx" in formats:
        finish_word(output / "report.docx", report, chapters, timestamp=timestamp)


def _run(quarto: str, report: Report, target: str, environment: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 — the program that the reader installed, our own arguments
        [quarto, "render", str(report.root), "--to", target, "--no-execute"],
        cwd=report.root,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr)
    warned = re.search(r"unknown font family.*", said)
    if done.returncode or warned:
        place = re.search(r"[\w-]+\.qmd", said)
        where = f" ({place[0]})" if place else ""
        last = " ".join(said.split())[-1500:]
        raise RenderError(f"Quarto could not make {target}{where}: {warned[0] if warned else last}")


def _collect(report: Report, output: Path, name: str) -> None:
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
