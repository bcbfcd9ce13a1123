"""Pandoc, the program: run once for each thing asked of it, with its complaints as errors."""

from __future__ import annotations

import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from natpatsip.errors import RenderError, how_it_ended
from natpatsip.look import EXTENSION
from natpatsip.pipeline.render.program import run_program
from natpatsip.pipeline.render.staged_report import Report

FILTERS = tuple(f"--lua-filter={EXTENSION / name}" for name in ("passports.lua", "natpatsip.lua"))


@cache
def pandoc_path() -> str:
    """Return the path of the pandoc that came with ``pypandoc_binary``; another that is installed only if none did.

    The package's version is part of what a report is made of. Another pandoc's is not.
    """
    package = find_spec("pypandoc")  # which is not imported: it imports what downloads a pandoc
    if package and package.origin:
        own = Path(package.origin).parent / "files" / ("pandoc.exe" if sys.platform == "win32" else "pandoc")
        if own.is_file():
            return str(own)
    try:
        import pypandoc

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError) as error:
        raise RenderError(
            "The embedded renderer needs pandoc, which came with no package here. Install again with: uv sync."
        ) from error


def run_pandoc(*arguments: str, folder: Path, what: str, text: str = "") -> str:
    """Run pandoc in `folder` over `text` and return what it prints.

    Warnings count as errors: what pandoc leaves out or cannot find would be missing from the report.

    Raises
    ------
    RenderError
        Naming `what` was made, with pandoc's own words.
    """
    command = [pandoc_path(), "--fail-if-warnings", *arguments]
    done = run_program(command, what=what, folder=folder, content=text.encode("utf-8"))
    if done.returncode:
        words = " ".join(done.stderr.decode("utf-8", "replace").split()) or f"it {how_it_ended(done.returncode)}"
        raise RenderError(f"{what}: pandoc could not make it: {words}")
    return done.stdout.decode("utf-8").replace("\r\n", "\n")


def convert(report: Report, document: str, what: str, *arguments: str) -> str:
    """Return a document of pandoc's, as JSON, in another format, with the extension's filters."""
    return run_pandoc("--from=json", *FILTERS, *arguments, folder=report.root, what=what, text=document)


def meta(value: object) -> dict[str, Any]:
    """Return a value of ``_quarto.yml`` as the metadata of pandoc's documents."""
    if isinstance(value, dict):
        return {"t": "MetaMap", "c": {str(key): meta(each) for key, each in value.items()}}
    if isinstance(value, list | tuple):
        return {"t": "MetaList", "c": [meta(each) for each in value]}
    if isinstance(value, bool):
        return {"t": "MetaBool", "c": value}
    return {"t": "MetaInlines", "c": [{"t": "Str", "c": str(value).replace("\ufeff", "")}]}  # no PDF/A may hold it
