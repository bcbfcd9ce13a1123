"""Which program renders: Quarto, if a new enough one is installed, or the embedded Pandoc; found once a build."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass

from natpatsip.errors import RenderError, UsageError, nearest
from natpatsip.pipeline.options import RENDERERS
from natpatsip.pipeline.render.program import run_program

VERSION_LIMIT = 60.0  # seconds; it takes one
OLDEST = (1, 9)
BOTH_STANDARDS = (1, 10)  # the first Quarto whose Typst, 0.15, takes two standards for one file
ADVICE = "Install Quarto 1.9 or newer (conda env create -f environment.yml does), or build with --renderer pandoc."


@dataclass(frozen=True)
class Renderer:
    """A renderer: "quarto", with the path and version of its program, or "pandoc"."""

    name: str
    program: str = ""
    version: tuple[int, ...] = ()

    @property
    def pdf_standards(self) -> tuple[str, ...]:
        """What its PDF files conform to; the Typst of an older Quarto takes one standard only."""
        return ("PDF/UA-1",) if () < self.version < BOTH_STANDARDS else ("PDF/UA-1", "PDF/A-2a")


PANDOC = Renderer("pandoc")


def choose(renderer: str) -> Renderer:
    """Return the renderer that an option names: "quarto", "pandoc", or "auto" for Quarto if it is found, else Pandoc.

    Raises
    ------
    UsageError
        If it is none of the three.
    RenderError
        If Quarto is asked for and is missing or too old.
    """
    if renderer not in RENDERERS:
        choices = ", ".join(RENDERERS)
        raise UsageError(f'renderer "{renderer}": expected one of {choices}.{nearest(renderer, RENDERERS)}')
    if renderer == "pandoc":
        return PANDOC
    path = shutil.which("quarto")
    if path is None:
        complaint: str | None = f"The quarto renderer needs the quarto program, and there is none on PATH. {ADVICE}"
    else:
        version = version_of(path)
        complaint = too_old(path, version)
        if version and not complaint:
            return Renderer("quarto", path, version)
    if renderer == "quarto":
        raise RenderError(complaint)
    return PANDOC


def too_old(path: str, version: tuple[int, ...] | None) -> str | None:
    """Return what is wrong with a Quarto of this version, or None if it will do.

    Examples
    --------
    >>> too_old("quarto", (1, 11)), too_old("quarto", (99, 9))
    (None, None)
    >>> too_old("quarto", (1, 8))[:76]
    "quarto is Quarto 1.8; the report's extension needs 1.9 or newer. Install Qua"
    """
    if version is None:
        return f"{path} --version gives no version of Quarto. {ADVICE}"
    if version < OLDEST:
        found = ".".join(map(str, version))
        return f"{path} is Quarto {found}; the report's extension needs 1.9 or newer. {ADVICE}"
    return None


def version_of(path: str) -> tuple[int, ...] | None:
    """Return the version that Quarto prints, None if it prints none; development builds print 99.9.9."""
    try:
        done = run_program([path, "--version"], what="quarto --version", starts_others=True, limit=VERSION_LIMIT)
    except RenderError:  # it hangs, or cannot be started: no Quarto that could render
        return None
    found = re.match(r"\s*(\d+)\.(\d+)", done.stdout.decode("utf-8", "replace"))
    return (int(found[1]), int(found[2])) if found and not done.returncode else None
