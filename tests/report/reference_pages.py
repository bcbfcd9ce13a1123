"""The pages of the PDF as small pictures, kept in tests/report/pages. `make reference-pages` renews them.

What is compared are cells of some millimetres, by their mean grey: a letter that a newer poppler draws a shade darker
is not seen, nor a number that changed; a line, a figure or a table in another place is.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "report"), str(ROOT / "tests")]  # `make reference-pages` runs this as a script

from real_report import copy  # noqa: E402

from support.projects import natpatsip  # noqa: E402

KEPT = ROOT / "tests" / "report" / "pages"
QUARTER = "2024-25-Q2"
RESOLUTION = 24  # dots an inch: a page is 199 by 281
CELL = 6  # dots: about 6 millimetres
SEEN = 20  # of 255 shades of grey: a cell that differs by more has changed


def build(folder: Path) -> Path:
    """Return the PDF of the real report, built from a copy of the project in `folder`."""
    run = natpatsip(copy(folder), "build", QUARTER, "--to", "pdf", "--renderer", "pandoc")
    assert run.returncode == 0, run.stderr
    return folder / "reports" / QUARTER / "report.pdf"


def pictures(pdf: Path, folder: Path) -> list[Image.Image]:
    """Return a greyscale picture of each page."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["pdftoppm", "-gray", "-r", str(RESOLUTION), str(pdf), str(folder / "page")]
    subprocess.run(command, check=True, capture_output=True)
    return [Image.open(path).convert("L") for path in sorted(folder.glob("page-*.pgm"))]


def changed(seen: Image.Image, kept: Image.Image) -> float:
    """Return the share of a page's cells that differ; a page of another size differs in all."""
    if seen.size != kept.size:
        return 1.0
    cells = ImageChops.difference(seen.reduce(CELL), kept.reduce(CELL)).point(lambda grey: 255 if grey > SEEN else 0)
    return cells.histogram()[255] / (cells.width * cells.height)


def kept() -> list[Image.Image]:
    """Return the reference pictures, in the order of the pages."""
    return [Image.open(path).convert("L") for path in sorted(KEPT.glob("*.png"))]


def renew() -> None:
    """Write the reference pictures anew, from the project as it is."""
    with tempfile.TemporaryDirectory() as name:
        pages = pictures(build(Path(name) / "project"), Path(name) / "pages")
    KEPT.mkdir(parents=True, exist_ok=True)
    for old in KEPT.glob("*.png"):
        old.unlink()
    for number, page in enumerate(pages, start=1):
        page.quantize(16).save(KEPT / f"{number:02}.png", optimize=True)
    sys.stdout.write(f"{len(pages)} pages in {KEPT.relative_to(ROOT)}. Look at what changed before you commit them.\n")


if __name__ == "__main__":
    renew()
