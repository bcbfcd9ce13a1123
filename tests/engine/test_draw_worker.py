"""Charts are drawn in processes of their own, and a build does not depend on them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from natpatsip.blocks.figures import FIGURE, PICTURE, VEGALITE
from natpatsip.errors import FigureError
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.drawing import draw_worker
from natpatsip.pipeline.drawing.charts_to_svg import Artist
from natpatsip.pipeline.notebook_outputs import Outputs
from support.projects import EXAMPLE, ROOT
from support.waiting import becomes

FONTS = ROOT / "_extensions" / "natpatsip" / "fonts"
CHART = {"data": {"values": [{"a": 1, "b": 2}]}, "mark": "bar", "encoding": {"x": {"field": "a", "type": "ordinal"}}}


def outputs(name, chart):
    return shown(name, {FIGURE: {"id": name}, VEGALITE: chart})


def shown(name, data):
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
        "for draw in (artist.warm_up, lambda: artist.png('fig-x', '<svg/>')):\n"
        "    try: draw()\n"
        "    except Exception as error: print(type(error).__name__, error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, cache.folder, FONTS], capture_output=True, text=True, check=True
    )
    said = run.stdout.splitlines()
    assert len(said) == 2
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
import sys
from pathlib import Path
from natpatsip import cli
from natpatsip.pipeline.drawing import draw_worker
from natpatsip.pipeline.caching.store import Cache
from natpatsip.errors import ReportError

def app():
    draw_worker.start(Cache(Path(sys.argv[1])), Path(sys.argv[2]), is_early=True)
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


def test_a_chart_that_cannot_be_drawn_is_left_to_staging(cache):
    draw_worker.start(cache, FONTS)
    draw_worker.draw(outputs("fig-a", {"mark": "no such mark"}))
    draw_worker.draw(outputs("fig-b", CHART))
    draw_worker.finish(cache)
    artist = Artist(cache, FONTS)
    artist._converter = NoConverter()
    assert "<svg" in artist.chart("fig-b", CHART)


def test_a_worker_that_was_killed_costs_time_alone(cache):
    opened = draw_worker.start(cache, FONTS, is_early=True)
    for each in opened.processes:
        os.kill(each.process.pid, signal.SIGKILL)
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
    opened = draw_worker.start(Cache(Path(sys.argv[1])), Path(sys.argv[2]), is_early=True)
    print(opened.processes[0].process.pid, flush=True)
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


def test_where_no_process_can_be_started_the_build_draws_by_itself(cache, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError

    monkeypatch.setattr(draw_worker.subprocess, "Popen", refuse)
    draw_worker.stop()
    draw_worker.start(cache, FONTS, is_early=True)
    draw_worker.draw(outputs("fig-alone", CHART))
    assert draw_worker.finish(cache) == {}
    assert cache.new() == []


# Processes are started only where there is work for them --------------------------------------------------------------


class Idle:
    """A process that draws nothing until it is told to, and counts how many of its kind were started."""

    started = 0

    def __init__(self, settings):
        type(self).started += 1
        self.ended = threading.Event()
        self.is_stuck = False

    def draw(self, request):
        self.ended.wait()

    def kill(self):
        self.ended.set()

    end = kill


@pytest.fixture
def idle(monkeypatch):
    monkeypatch.setattr(draw_worker, "DrawProcess", Idle)
    monkeypatch.setattr(Idle, "started", 0)
    return Idle


def figures(count):
    return (outputs(f"fig-{number}", CHART) for number in range(count))


def test_nothing_is_started_before_there_is_something_to_draw(cache, idle):
    draw_worker.start(cache, FONTS)
    draw_worker.draw(Outputs.of("ward", new_notebook()))
    assert draw_worker.finish(cache) == {}
    assert idle.started == 0


def test_nothing_is_started_for_what_earlier_builds_have_drawn(tmp_path, idle):
    cache = Cache(tmp_path / "cache")
    artist = Artist(cache, FONTS)
    drawn, picture = artist.figure("fig-a", CHART), SVG.format(style="", text="")
    artist.picture("pic-a", picture)
    draw_worker.start(cache, FONTS)
    draw_worker.draw(outputs("fig-a", CHART))
    draw_worker.draw(shown("pic-a", {PICTURE: {"id": "pic-a"}, "image/svg+xml": picture}))
    assert draw_worker.finish(cache) == {"fig-a": drawn}
    assert idle.started == 0


def test_one_process_is_started_early_where_nothing_can_have_been_drawn(cache, idle):
    for _ in range(2):
        draw_worker.start(cache, FONTS, is_early=True)
        assert idle.started == 1


@pytest.mark.parametrize(
    ("jobs", "waiting", "processes"),
    [(1, 99, 0), (2, 1, 1), (2, 16, 1), (2, 17, 2), (2, 99, 2), (3, 32, 2), (3, 33, 3), (3, 99, 3)],
)
def test_another_process_is_started_only_where_enough_waits_and_never_more_than_jobs(
    cache, idle, jobs, waiting, processes
):
    draw_worker.start(cache, FONTS, jobs=jobs)
    for each in figures(waiting):
        draw_worker.draw(each)
    assert idle.started == processes


# However many there are -----------------------------------------------------------------------------------------------


MOST_CHARTS = 6  # two for each of three processes


def charts(count):
    """Return charts that differ from each other, with a layout for narrow pages."""
    for number in range(1, count + 1):
        rows = [{"team": f"team {each}", "n": each * number} for each in range(1, 6)]
        encoding = {"x": {"field": "n", "type": "quantitative"}, "y": {"field": "team", "type": "nominal"}}
        layer = {"data": {"values": rows}, "mark": "bar", "encoding": encoding}
        yield f"fig-{number}", {**layer, "usermeta": {"narrow": {"width": 100, "layer": [layer]}}}


@pytest.fixture(scope="module")
def drawn_here(tmp_path_factory):
    """Charts as one process draws them, without another."""
    artist = Artist(Cache(tmp_path_factory.mktemp("cache"), is_read=False), FONTS)
    drawn = [artist.figure(*each) for each in charts(MOST_CHARTS)]
    assert all(each.png.startswith(b"\x89PNG") and "<svg" in each.narrow for each in drawn)
    assert all('"wide"' in each.interactive for each in drawn)
    return drawn


@pytest.mark.parametrize("processes", [1, 3])
def test_what_any_number_of_processes_has_drawn_is_the_same_and_is_not_drawn_again(
    cache, monkeypatch, drawn_here, processes
):
    monkeypatch.setattr(draw_worker, "ENOUGH", 1 if processes > 1 else 99)
    opened = draw_worker.start(cache, FONTS, jobs=max(2, processes))
    for name, chart in charts(MOST_CHARTS):
        draw_worker.draw(outputs(name, chart))
    assert len(opened.processes) == processes
    draw_worker.finish(cache)
    found = Artist(cache, FONTS)
    found._converter = NoConverter()
    assert [found.figure(*each) for each in charts(MOST_CHARTS)] == drawn_here


def test_the_other_processes_draw_what_one_that_was_killed_leaves(cache, monkeypatch, drawn_here):
    monkeypatch.setattr(draw_worker, "ENOUGH", 1)
    opened = draw_worker.start(cache, FONTS, jobs=2)
    for name, chart in charts(2):
        draw_worker.draw(outputs(name, chart))
    first, second = (each.process for each in opened.processes)
    first.kill()
    assert becomes(lambda: [each.process for each in opened.processes] == [second])
    for name, chart in charts(MOST_CHARTS):
        draw_worker.draw(outputs(name, chart))
    draw_worker.finish(cache)
    assert opened.is_open
    found = Artist(cache, FONTS)
    found._converter = NoConverter()
    assert [found.figure(*each) for each in charts(MOST_CHARTS)] == drawn_here


def test_a_chart_that_takes_too_long_is_left_to_the_build(cache, monkeypatch):
    class Stuck(Idle):
        is_stuck = property(lambda _: True, lambda *_: None)

    monkeypatch.setattr(draw_worker, "DrawProcess", Stuck)
    opened = draw_worker.start(cache, FONTS)
    draw_worker.draw(outputs("fig-a", CHART))
    assert draw_worker.finish(cache) == {}
    assert not opened.is_open
    assert "<svg" in Artist(cache, FONTS).chart("fig-a", CHART)


def test_a_process_is_stuck_once_it_has_drawn_one_chart_for_as_long_as_it_may(cache, monkeypatch):
    opened = draw_worker.start(cache, FONTS, is_early=True)
    (process,) = opened.processes
    assert not process.is_stuck
    draw_worker.finish(cache)
    monkeypatch.setattr(draw_worker, "PATIENCE", -1)
    assert not process.is_stuck
    process.began = time.monotonic()
    assert process.is_stuck


def test_a_process_that_draws_imports_neither_notebooks_nor_commands(tmp_path):
    """Nodes of nbformat, if it got them, would have it import a library of grammars, which takes a second."""
    settings = {"cache": str(tmp_path / "cache"), "is_read": True, "fonts": str(FONTS), "formats": ["html"]}
    request = {"name": "fig-a", "forms": {VEGALITE: CHART}}
    command = [sys.executable, "-X", "importtime", "-m", "natpatsip.pipeline.drawing.draw_worker", json.dumps(settings)]
    ended = threading.Timer(60, lambda: process.kill())
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        ended.start()
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        kinds = [kind for kind, _ in json.loads(process.stdout.readline())]
        process.stdin.close()
        said = process.stderr.read().decode()
        ended.cancel()
    assert kinds == ["svg", "json"]
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in said.splitlines() if "import time:" in line}
    assert "vl_convert" in names
    assert not {"nbformat", "jsonschema", "pandas", "altair", "numpy", "typer", "rich", "yaml", "papermill"} & names


# What no format shows is not drawn ------------------------------------------------------------------------------------


@pytest.mark.parametrize("formats", [["html"], ["pdf"], ["html", "pdf"], ["docx"], ["html", "pdf", "docx"]])
def test_only_what_the_formats_show_is_drawn(cache, formats):
    ((_, chart),) = charts(1)
    layers = {"width": 100, "layer": [{key: chart[key] for key in ("data", "mark", "encoding")}]}
    chart["usermeta"]["pages"] = [layers, layers]
    drawn, everything = (Artist(cache, FONTS, *each).figure("fig-a", chart) for each in ([formats], []))
    assert drawn.svg == everything.svg
    assert drawn.png == (everything.png if "docx" in formats else None)
    assert drawn.narrow == (everything.narrow if "html" in formats else None)
    assert drawn.interactive == (everything.interactive if "html" in formats else "")
    assert drawn.pages == (everything.pages if {"pdf", "docx"} & set(formats) else ())
    assert drawn.page_pngs == (everything.page_pngs if "docx" in formats else ())
    picture = Artist(cache, FONTS, formats).picture("pic-a", SVG.format(style="", text=""))
    assert (picture.png is not None) == ("docx" in formats)
