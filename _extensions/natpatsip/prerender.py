"""The pre-render hook of `quarto render`, typed at the project's root: it builds the report, with Quarto.

It imports only the standard library, since Quarto chooses the Python that runs it; it then finds the report's own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = next(each for each in Path(__file__).resolve().parents if (each / "_quarto.yml").is_file())
STAGED = "NATPATSIP_STAGED"


def natpatsip() -> list[str] | None:
    """Return the command that runs natpatsip: the project's own, the one beside this Python, or the one on PATH."""
    for python in (ROOT / ".venv/bin/python", ROOT / ".venv/Scripts/python.exe"):
        if python.is_file():
            return [str(python), "-m", "natpatsip"]
    if importlib.util.find_spec("natpatsip"):
        return [sys.executable, "-m", "natpatsip"]
    program = shutil.which("natpatsip")
    return [program] if program else None


def reports() -> dict[Path, str]:
    """Return the manifest of each report that is built."""
    found = sorted(ROOT.glob("reports/*/manifest.json"))
    return {file.parent: file.read_text(encoding="utf-8") for file in found}


def main() -> int:
    """Build the newest quarter whose data are complete, unless this rendering is part of such a build."""
    if os.environ.get(STAGED):
        return 0
    command = natpatsip()
    if command is None:
        sys.stderr.write(
            f"{ROOT}: the chapters of this report are made from notebooks, and natpatsip, which makes them, is not "
            "installed here. Set up its environment, as README.md says, then run natpatsip build.\n"
        )
        return 1
    path = os.pathsep.join(filter(None, (os.environ.get("PATH"), os.environ.get("QUARTO_BIN_PATH"))))
    before = reports()
    done = subprocess.run(  # noqa: S603 — the project's own program
        [*command, "build", "--renderer", "quarto"], cwd=ROOT, env={**os.environ, "PATH": path}, check=False
    )
    if done.returncode:
        sys.stderr.write(
            "The report could not be built. Fix what the lines above name, then run natpatsip build "
            "(--renderer pandoc needs no Quarto).\n"
        )
    for folder, manifest in reports().items():
        if folder in before and before[folder] != manifest:
            renderer = json.loads(before[folder]).get("renderer", "another renderer")
            sys.stderr.write(f"{folder}: replaces the report that was there, which was made with {renderer}.\n")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
