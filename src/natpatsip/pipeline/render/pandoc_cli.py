"""Pandoc, the program: run once for each thing asked of it, with its complaints as errors."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pypandoc

from natpatsip.errors import RenderError


@cache
def pandoc_path() -> str:
    """Return where the pandoc is that came with ``pypandoc_binary``; only where none did, another that is installed.

    The package's version is part of what a report is made of. Another pandoc's is not.
    """
    own = Path(pypandoc.__file__).parent / "files" / ("pandoc.exe" if sys.platform == "win32" else "pandoc")
    if own.is_file():
        return str(own)
    try:
        return str(pypandoc.get_pandoc_path())
    except OSError as error:
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
    done = subprocess.run(  # noqa: S603 — our own program, our own arguments
        [pandoc_path(), "--fail-if-warnings", *arguments],
        input=text,
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"it ended with status {done.returncode}"
        raise RenderError(f"{what}: pandoc could not make it: {said}")
    return done.stdout
