"""Make the pictures of docs/write-a-chapter.md: the tutorial is followed, and JupyterLab and the pages are looked at.

``python scripts/tutorial_pictures.py`` needs the browser that the tests use (``scripts/test-tools.sh``).
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.browser import chromium  # noqa: E402 — after its folder is on the path
from support.tutorial import Reader, repository, steps  # noqa: E402

IMAGES = ROOT / "docs" / "images"
PORT, WAIT = 8899, 180
SIZE: ViewportSize = {"width": 1180, "height": 760}
TALL: ViewportSize = {"width": 1180, "height": 1000}
COLOURS = 128  # of a picture's palette: a third of the size, and no difference that is seen


def main() -> None:
    """Follow the tutorial in a temporary folder, and make each picture at its place."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        reader = Reader(repository(Path(folder)))
        for step in steps():
            if step.deed not in ("serve", "shown", "wrong") and "doctor" not in step.text:
                reader.follow(step)
        with _jupyterlab(reader) as address:
            page = browser.new_page(viewport=SIZE)
            page.goto(f"{address}/lab/tree/care-plans.ipynb?reset")
            page.locator(".jp-Notebook .jp-Cell").nth(5).wait_for(timeout=WAIT * 1000)
            page.get_by_role("button", name="No", exact=True).click(timeout=WAIT * 1000)  # news of Jupyter
            _look_at_tag(page)
            _look_at_chart(page)
            page.close()
        page = browser.new_page(viewport={"width": 1000, "height": 900})
        page.goto((reader.project / "reports" / "2024-25-Q2" / "html" / "care-plans.html").as_uri())
        page.locator("#fig-reviews svg").first.wait_for()
        _save(page, "page")
        page.set_viewport_size({"width": 1000, "height": 720})
        page.get_by_text("73.3%").first.click()
        time.sleep(1)  # the card's script is loaded when it is first asked for
        _save(page, "passport")


def _look_at_tag(page: Page) -> None:
    page.locator(".jp-Notebook .jp-Cell").nth(1).click()
    page.get_by_title("Property Inspector").first.click()
    page.get_by_text("Common Tools").first.click()
    page.get_by_text("Cell Tags").first.wait_for(timeout=WAIT * 1000)
    _save(page, "tag")


def _look_at_chart(page: Page) -> None:
    page.get_by_title("Property Inspector").first.click()
    page.locator(".lm-MenuBar-item", has_text="Run").first.click()
    page.locator(".lm-Menu-item", has_text="Run All Cells").first.click()
    cell = page.locator(".jp-Notebook .jp-CodeCell", has_text="figure(reviews")
    cell.locator(".jp-OutputArea-output svg, .jp-OutputArea-output canvas").first.wait_for(timeout=WAIT * 1000)
    page.set_viewport_size(TALL)
    cell.click(position={"x": 200, "y": 12})
    time.sleep(2)  # JupyterLab lays itself out
    _save(page, "notebook")


@contextmanager
def _jupyterlab(reader: Reader) -> Iterator[str]:
    """Start JupyterLab on the example's notebooks, and end it."""
    options = [f"--ServerApp.port={PORT}", "--ServerApp.token=", "--ServerApp.password=", "--no-browser"]
    command = [str(Path(sys.executable).with_name("jupyter")), "lab", "notebooks/", *options]
    process = subprocess.Popen(  # noqa: S603 — of this environment
        command, cwd=reader.project, env=reader.environment, stderr=subprocess.DEVNULL
    )
    address = f"http://localhost:{PORT}"
    try:
        for _ in range(WAIT):
            try:
                urllib.request.urlopen(f"{address}/api")  # noqa: S310 — the server just started
                break
            except OSError:
                time.sleep(1)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _save(page: Page, name: str) -> None:
    """Save what is seen as a small PNG."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    file = IMAGES / f"write-a-chapter-{name}.png"
    small.save(file, optimize=True)
    sys.stdout.write(f"{file.relative_to(ROOT).as_posix()}: {file.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
