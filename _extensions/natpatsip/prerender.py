"""What `quarto render`, typed at the project's root, runs first: it builds the report, through Quarto.

It needs nothing but Python, since it is Quarto that chooses which: the report's own environment is looked for.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAGED = "NATPATSIP_STAGED"


def natpatsip() -> list[str] | None:
    """Return how natpatsip is called: the project's own, the one beside this Python, or the one on PATH."""
    for python in (ROOT / ".venv/bin/python", ROOT / ".venv/Scripts/python.exe"):
        if python.is_file():
            return [str(python), "-m", "natpatsip"]
    if importlib.util.find_spec("natpatsip"):
        return [sys.executable, "-m", "natpatsip"]
    program = shutil.which("natpatsip")
    return [program] if program else None


def main() -> int:
    """Build the newest quarter whose data are complete, unless this rendering is a part of that already."""
    if os.environ.get(STAGED):
        return 0
    command = natpatsip()
    if command is None:
        sys.stderr.write(
            f"{ROOT}: the chapters of this report are made from notebooks, and natpatsip, which makes them, is not "
            "installed here. Make its environment (make environment), then run natpatsip build.\n"
        )
        return 1
    path = os.pathsep.join(filter(None, (os.environ.get("PATH"), os.environ.get("QUARTO_BIN_PATH"))))
    done = subprocess.run(  # noqa: S603 — the project's own program
        [*command, "build", "--renderer", "quarto"], cwd=ROOT, env={**os.environ, "PATH": path}, check=False
    )
    if done.returncode:
        sys.stderr.write(
            "The report could not be rendered from here. Mend what is said above, then run natpatsip build "
            "(--renderer pandoc needs no Quarto).\n"
        )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
