"""How soon a page can be read, held against a usual page of the same chapter in the same browser.

The usual page has the chapter's text as Pandoc writes it, the libraries of others that a default book of Quarto's names
in its head, and each chart as Altair's HTML output with the libraries that this loads (and Quarto adds) from elsewhere.
All come from npm and are served from this machine, so nothing waits for a network. It is no page of Quarto's, which has
a side bar, a theme and scripts of its own besides: what it takes is the least that such a page can take.

Both are served from here and read in one browser whose processor is slowed down, by turns, as if for the first time.
Run this with ``make bench``, or ``python tests/bench/pages.py --runs 15``. A share at or below the bar shows it met;
one above it decides nothing, since Quarto's own pages take longer than the usual ones.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
import pypandoc
from altair.utils.html import spec_to_html
from measuring import Times, machine
from playwright.sync_api import Browser

from natpatsip.blocks.figures import VEGALITE
from natpatsip.pipeline.notebook_outputs import Outputs

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

from support.browser import chromium  # noqa: E402 — one folder up: the tests' own

QUARTER = "2024-25-Q2"
PACKAGES = HERE / "packages"
CHAPTERS = {
    "index": "the first page",
    "medicines": "a page with five charts",
    "maternity-neonatal": "with eight charts",
}
FLOOR = "floor"  # a page of one line: what the browser takes whatever it shows
SLOWER = 4  # times
BAR = 1 / 4  # of the usual page's time until all of it can be read
SCRIPTS = {  # by the names that Altair's output asks for
    "vega": "vega/build/vega.min.js",
    "vega-lite": "vega-lite/build/vega-lite.min.js",
    "vega-embed": "vega-embed/build/vega-embed.min.js",
}
HEAD = (  # in the order of Quarto's default book; its own scripts are left out
    "headroom.js/dist/headroom.min.js",
    "clipboard/dist/clipboard.min.js",
    "@algolia/autocomplete-js/dist/umd/index.production.js",
    "fuse.js/dist/fuse.min.js",
    "@popperjs/core/dist/umd/popper.min.js",
    "tippy.js/dist/tippy.umd.min.js",
    "anchor-js/anchor.min.js",
    "tippy.js/dist/tippy.css",
    "bootstrap-icons/font/bootstrap-icons.min.css",
    "bootstrap/dist/js/bootstrap.min.js",
    "bootstrap/dist/css/bootstrap.min.css",
)
FOR_OUTPUTS = ("requirejs/require.js", "jquery/dist/jquery.min.js")  # where a chapter has an HTML output
# Text can be read when it is first painted; the page when its charts are there too, and what is in sight was painted.
# Our charts far from sight are laid out after that, one a frame, until the page no longer says that it opens.
WATCH = """
window.seen = {};
new PerformanceObserver(list => {
    for (const each of list.getEntries()) if (each.name === "first-contentful-paint") seen.text = each.startTime;
}).observe({ type: "paint", buffered: true });
function look() {
    const done = document.readyState !== "loading"
        && document.querySelectorAll("figure.report-figure svg, .vega-embed canvas, .vega-embed svg").length >= CHARTS;
    if (!done) return setTimeout(look, 5);
    requestAnimationFrame(() => setTimeout(() => { seen.whole = performance.now(); rest(); }));
}
function rest() {
    const done = document.readyState === "complete" && !document.documentElement.matches(".opening");
    if (!done) return setTimeout(rest, 5);
    requestAnimationFrame(() => setTimeout(() => { seen.rest = performance.now(); }));
}
look();
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and under /npm/ what was installed."""

    protocol_version = "HTTP/1.1"  # a connection serves for many files

    def handle(self) -> None:
        """Answer; a reader who leaves early is no error."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def translate_path(self, path: str) -> str:
        """Return the file of an address."""
        name = re.fullmatch(r"/npm/([\w.-]+)@[\w.]+(?:\?noext)?", path)
        if name:
            return str(PACKAGES / "node_modules" / SCRIPTS[name[1]])
        if path.startswith("/npm/"):
            return str(PACKAGES / "node_modules" / path.removeprefix("/npm/").partition("?")[0])
        return super().translate_path(path)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine, and yield its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def specifications(report: Path) -> dict[str, dict[str, object]]:
    """Return each chart's Vega-Lite by its figure's id, from the executed notebooks."""
    found = {}
    for path in (report / "notebooks").glob("*.ipynb"):
        for figure in Outputs.of(path.stem, nbformat.read(path, as_version=4)).figures:
            found[figure.id] = figure.data[VEGALITE]
    return found


def usual_page(chapter: Path, charts: dict[str, dict[str, object]]) -> str:
    """Return a chapter as a usual page: Pandoc, Bootstrap, Altair's HTML output."""

    def drawn(match: re.Match[str]) -> str:
        output = spec_to_html(
            charts[match[1]],
            mode="vega-lite",
            vega_version="6",
            vegaembed_version="7",
            vegalite_version="6.4.1",
            base_url="/npm",
            output_div=f"altair-viz-{match[1]}",
            fullhtml=False,
            template="universal",
        )
        return f"```{{=html}}\n{output}\n```\n\n{match[2]}"

    figure = r"^::: \{\.report-figure #([\w-]+)[^\n]*(?:\n[^\n]+)*?\}\n(.*?)^:::$"
    text = re.sub(figure, drawn, chapter.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    with tempfile.TemporaryDirectory() as folder:
        head = Path(folder) / "head.html"
        names = [*HEAD, *(FOR_OUTPUTS if "altair-viz" in text else ())]
        head.write_text("\n".join(map(loading, names)) + "\n", encoding="utf-8")
        return str(
            pypandoc.convert_text(
                text,
                "html5",
                format="markdown",
                extra_args=["--standalone", "--section-divs", f"--include-in-header={head}", "--metadata=title=Report"],
            )
        )


def loading(name: str) -> str:
    """Return what loads a script or a style sheet."""
    if name.endswith(".css"):
        return f'<link rel="stylesheet" href="/npm/{name}">'
    return f'<script src="/npm/{name}"></script>'


def visit(browser: Browser, address: str, charts: int) -> dict[str, float]:
    """Open a page as for the first time, and return the milliseconds until its text, charts and the rest are there."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as window:
        tab = window.new_page()
        tab.goto(address.rpartition("/")[0] + "/assets/icon.svg")  # the browser's own start is over
        window.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        tab.add_init_script(WATCH.replace("CHARTS", str(charts)))
        tab.goto(address, wait_until="commit")
        tab.wait_for_function("() => seen.text && seen.rest", timeout=60_000)
        return dict(tab.evaluate("() => seen"))


def say(text: str) -> None:
    """Write a line."""
    sys.stdout.write(f"{text}\n")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="visits to each page; medians are compared")
    runs = parser.parse_args().runs
    install = [
        "npm",
        "install",
        "--prefix",
        PACKAGES,
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
    ]
    subprocess.run([*install, "--loglevel=error"], check=True, stdout=subprocess.DEVNULL)
    build = [sys.executable, "-m", "natpatsip", "build", QUARTER, "--to", "html", "--renderer", "pandoc"]
    with tempfile.TemporaryDirectory() as folder:
        reports = Path(folder)
        subprocess.run([*build, "--output", reports], cwd=ROOT, check=True, capture_output=True)
        report = reports / QUARTER
        charts = specifications(report)
        counts = {}
        for name in CHAPTERS:
            chapter = ROOT / "build" / QUARTER / "book" / f"{name}.qmd"
            page = usual_page(chapter, charts)
            counts[name] = page.count('<div id="altair-viz-')
            (report / "html" / f"usual-{name}.html").write_text(page, encoding="utf-8")
        (report / "html" / f"{FLOOR}.html").write_text("<!DOCTYPE html><title>t</title><p>One line.", encoding="utf-8")
        times = measured(report / "html", counts, runs)
    log(times)


def measured(folder: Path, counts: dict[str, int], runs: int) -> dict[tuple[str, str], Times]:
    """Visit the pages by turns."""
    seen: dict[tuple[str, str], list[float]] = {}
    with served(folder) as root, chromium() as browser:
        for turn in range(runs + 1):  # the first turn warms up the browser
            for name, charts in [(FLOOR, 0), *counts.items()]:
                for page in (name, f"usual-{name}") if name in counts else (name,):
                    found = visit(browser, f"{root}/{page}.html", charts)
                    for what, milliseconds in found.items():
                        if turn:
                            seen.setdefault((page, what), []).append(milliseconds)
    return {key: Times(tuple(each)) for key, each in seen.items()}


def log(times: dict[tuple[str, str], Times]) -> None:
    """Print what was measured, and where a page takes more of the usual page's time than it may of the book's."""
    say(f"{machine()}; processor slowed {SLOWER} times; milliseconds, medians (least to greatest)")
    say("| page | can be read | usual page | ours | of the usual page |\n| --- | --- | --- | --- | --- |")
    say(f"| one line and nothing else | its text | | {times[FLOOR, 'text'].median:.0f} | |")
    above = []
    for name, about in CHAPTERS.items():
        labels = {"text": "its text", "whole": "text and charts", "rest": "and all charts far from sight are laid out"}
        for what, label in labels.items():
            usual, ours = times[f"usual-{name}", what], times[name, what]
            ratio, least, most = ours.over(usual)
            share = f"{ratio:.2f} ({least:.2f} to {most:.2f})"
            say(f"| {about} | {label} | {usual.median:.0f} | {ours.median:.0f} | {share} |")
            if what == "whole" and ratio > BAR:
                above.append(CHAPTERS[name])
    say(f"Not shown to be met (1/{1 / BAR:.0f} of Quarto's book): {', '.join(above)}" if above else "All bars are met.")


if __name__ == "__main__":
    main()
