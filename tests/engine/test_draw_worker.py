"""Charts are drawn in a process of their own, and a build does not depend on it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from natpatsip.blocks.figures import FIGURE, PICTURE, VEGALITE
from natpatsip.errors import FigureError
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.drawing import draw_worker
from natpatsip.pipeline.drawing.charts_to_svg import Artist
from natpatsip.pipeline.outputs import Outputs
from support.projects import EXAMPLE, ROOT
from support.waiting import becomes

FONTS = ROOT / "_extensions" / "natpatsip" / "fonts"
CHART = {"data": {"values": [{"a": 1, "b": 2}]}, "mark": "bar", "encoding": {"x": {"field": "a", "type": "ordinal"}}}


def outputs(name, chart):
    data = {FIGURE: {"id": name}, VEGALITE: chart}
    content = new_notebook(cells=[new_code_cell("", outputs=[new_output("display_data", data)])])
    return Outputs.of("ward", content)


@pytest.fixture
def cache(tmp_path):
    yield Cache(tmp_path / "cache", is_read=False)
    draw_worker.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_too_low_a_limit_of_addresses_is_a_sentence_and_does_not_end_the_process(cache):
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from natpatsip.pipeline.caching.store import Cache\n"
        "from natpatsip.pipeline.drawing.charts_to_svg import Artist\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 * 10**9, resource.RLIM_INFINITY))\n"
        "artist = Artist(Cache(Path(sys.argv[1]), is_read=False), Path(sys.argv[2]))\n"
        "for draw in (artist.warm_up, artist.runtime, lambda: artist.png('fig-x', '<svg/>')):\n"
        "    try: draw()\n"
        "    except Exception as error: print(type(error).__name__, error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, cache.folder, FONTS], capture_output=True, text=True, check=True
    )
    said = run.stdout.splitlines()
    assert len(said) == 3
    assert all(line.startswith("RenderError no chart can be drawn: this process may have 2 GB") for line in said)


def test_a_chart_of_a_saved_notebook_is_drawn_as_it_was_from_the_run(tmp_path):
    written = {**CHART, "config": {"axisY": {"titleAnchor": "end", "titleAngle": 0}}}  # nbformat saves keys in order
    saved = json.loads(json.dumps(written, sort_keys=True))
    assert list(saved) != list(written)
    drawn = [
        Artist(Cache(tmp_path / name), FONTS).figure("fig-a", each) for name, each in (("a", written), ("b", saved))
    ]
    assert drawn[0] == drawn[1]


BUSY = """
import sys, time
from pathlib import Path
from natpatsip import cli
from natpatsip.pipeline.drawing import draw_worker
from natpatsip.pipeline.caching.store import Cache
from natpatsip.errors import ReportError

def app():
    opened = draw_worker.start(Cache(Path(sys.argv[1])), Path(sys.argv[2]))
    opened._pool.submit(time.sleep, 600)
    raise ReportError("a notebook failed")

if __name__ == "__main__":
    cli.app = app
    cli.main()
"""


def test_a_command_that_ends_early_waits_for_no_drawing(tmp_path):
    script = tmp_path / "busy.py"
    script.write_text(BUSY, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "cache"), str(FONTS)], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 1
    assert ran.stderr == "natpatsip: a notebook failed\n"


@pytest.mark.parametrize("notebook", sorted((EXAMPLE / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_that_shows_figures_or_pictures_looks_like_it(notebook, whole):
    executed = (whole.report() / "notebooks" / notebook.name).read_text(encoding="utf-8")
    assert draw_worker.may_draw(notebook) == (f'"{FIGURE}"' in executed or f'"{PICTURE}"' in executed)


CONTROLS = [chr(n) for n in (*range(9), 11, 12, *range(14, 32), 0x7F, 0x85, 0xFFFE, 0xFFFF)]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20">{style}<text x="1" y="15">a{text}b</text></svg>'


def test_control_characters_in_a_chart_are_drawn_as_what_stands_for_them(cache):
    rows = [{"team\x1b": f"a{sign}b", "n": 1} for sign in CONTROLS]
    encoding = {"x": {"field": "n", "type": "quantitative"}, "y": {"field": "team\x1b", "type": "nominal"}}
    chart = {"data": {"values": rows}, "mark": "bar", "encoding": encoding, "title": "".join(CONTROLS)}
    drawn = Artist(cache, FONTS).figure("fig-a", chart)
    assert not set(CONTROLS) & set(drawn.svg)
    assert "a\ufffdb" in drawn.svg
    assert drawn.png.startswith(b"\x89PNG")


@pytest.mark.parametrize("style", ["", "<style>*{fill: red}</style>"])
def test_control_characters_in_a_picture_are_drawn_as_what_stands_for_them(cache, style):
    drawn = Artist(cache, FONTS).picture("pic-a", SVG.format(style=style, text="".join(CONTROLS)))
    assert f"a{len(CONTROLS) * chr(0xFFFD)}b" in drawn.svg


def test_windows_line_ends_of_a_picture_are_no_control_characters(cache):
    assert "\ufffd" not in Artist(cache, FONTS).picture("pic-a", SVG.format(style="\r\n", text="\r")).svg


@pytest.mark.parametrize("style", ["", "<style>*{fill: red}</style>"])
def test_a_picture_that_is_not_xml_is_a_sentence(cache, style):
    with pytest.raises(FigureError, match=r"^pic-a: the SVG cannot be drawn: "):
        Artist(cache, FONTS).picture("pic-a", SVG.format(style=style, text="<b>"))


class NoConverter:
    def __getattr__(self, name):
        raise AssertionError(name)


def test_what_the_worker_has_drawn_is_not_drawn_again(cache, monkeypatch):
    laid_out = {"width": 100, "layer": [{key: CHART[key] for key in ("data", "mark", "encoding")}]}
    both = {**CHART, "usermeta": {"narrow": laid_out}}
    draw_worker.start(cache, FONTS)
    draw_worker.draw(outputs("fig-a", both))
    draw_worker.finish(cache)
    artist = Artist(cache, FONTS)
    artist._converter = NoConverter()
    drawn = artist.figure("fig-a", both)
    assert "<svg" in drawn.svg
    assert drawn.png.startswith(b"\x89PNG")
    assert "<svg" in drawn.narrow
    assert '"wide"' in drawn.interactive
    assert "window.natpatsip" in artist.runtime()


def test_a_chart_that_cannot_be_drawn_is_left_to_staging(cache):
    draw_worker.start(cache, FONTS)
    draw_worker.draw(outputs("fig-a", {"mark": "no such mark"}))
    draw_worker.draw(outputs("fig-b", CHART))
    draw_worker.finish(cache)
    artist = Artist(cache, FONTS)
    artist._converter = NoConverter()
    assert "<svg" in artist.chart("fig-b", CHART)


def test_a_worker_that_was_killed_costs_time_alone(cache):
    opened = draw_worker.start(cache, FONTS)
    for process in opened._pool._processes.values():
        os.kill(process.pid, signal.SIGKILL)
    draw_worker.draw(outputs("fig-a", CHART))
    draw_worker.finish(cache)
    assert not opened.is_open
    assert "<svg" in Artist(cache, FONTS).chart("fig-a", CHART)
    assert draw_worker.start(cache, FONTS).is_open


def test_a_cache_that_cannot_be_written_costs_time_alone(tmp_path):
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    cache = Cache(tmp_path / "cache")
    draw_worker.start(cache, FONTS)
    draw_worker.draw(outputs("fig-a", CHART))
    draw_worker.finish(cache)
    draw_worker.stop()
    assert "<svg" in Artist(cache, FONTS).chart("fig-a", CHART)


BUILD = """
import sys
from pathlib import Path

from natpatsip.pipeline.drawing import draw_worker
from natpatsip.pipeline.caching.store import Cache

if __name__ == "__main__":
    opened = draw_worker.start(Cache(Path(sys.argv[1])), Path(sys.argv[2]))
    opened._drawing[0].result()
    print(*opened._pool._processes, flush=True)
    sys.stdin.read()
"""


def test_the_worker_ends_with_its_build_however_that_ends(tmp_path):
    (tmp_path / "build.py").write_text(BUILD, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "build.py"), str(tmp_path / "cache"), str(FONTS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as build:
        process = int(build.stdout.readline())
        build.kill()
    assert becomes(lambda: not is_running(process), within=30)


def is_running(process):
    """Say whether a process runs; one that has ended and that nobody has asked about yet does not."""
    status = Path(f"/proc/{process}/stat")
    return status.is_file() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("error", [PermissionError, NotImplementedError])
def test_where_processes_share_no_memory_the_build_draws_by_itself(cache, monkeypatch, error):
    def refuse(*_, **__):
        raise error

    draw_worker.stop()
    monkeypatch.setattr(draw_worker, "ProcessPoolExecutor", refuse)
    assert draw_worker.start(cache, FONTS) is None
    draw_worker.draw(outputs("fig-alone", CHART))
    draw_worker.finish(cache)
    assert cache.new() == []
