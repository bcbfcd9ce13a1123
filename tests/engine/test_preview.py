"""The preview: saves show in the open page by themselves, errors are shown there, and no process outlives it."""

from __future__ import annotations

import asyncio
import http.client
import json
import math
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import TimeoutError, expect  # noqa: A004

from natpatsip.build import build
from natpatsip.pipeline.drawing import draw_worker
from natpatsip.pipeline.execution import prefork
from natpatsip.pipeline.options import Options
from natpatsip.preview import file_watcher, session, web_server
from natpatsip.preview.build_process import BuildError
from natpatsip.preview.session import Session
from natpatsip.quarter import Quarter
from support.projects import NATPATSIP, code, command, edit_cell, engine, natpatsip, prose, small, with_look
from support.waiting import becomes

pytestmark = pytest.mark.end_to_end
Q2 = "2024-25-Q2"
LONG = "\n\n".join(f"Paragraph {number} of a ward that has much to say." for number in range(80))
expect.set_options(timeout=60_000)  # milliseconds: how long a loaded machine may take


@dataclass
class Preview:
    project: Path
    process: subprocess.Popen[str]
    address: str

    def get(self, path, **headers):
        """Ask for a path as it is written, which a browser would tidy up."""
        host, port = self.address.removeprefix("http://").rstrip("/").split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        content = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, content

    def states(self):
        """Yield what an open page is sent."""
        with urlopen(f"{self.address}-preview/events", timeout=120) as events:  # noqa: S310
            for line in events:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])

    def settled(self, holds=lambda _: True):
        """Return the first state after a finished build for which `holds` is true."""
        return next(each for each in self.states() if not each["is_building"] and each["version"] and holds(each))


@contextmanager
def previewing(project, *arguments, program=NATPATSIP, **environment):
    with (project / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [*program, "preview", Q2, "--no-open", *arguments],
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=os.environ | environment,
        )
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        yield Preview(project, process, found[0])
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def save(path, change):
    """Save a file as JupyterLab does: written beside it, then renamed."""
    unfinished = path.with_name(f".~{path.name}")
    unfinished.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    unfinished.replace(path)


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    save(path, lambda text: text.replace(old, new))


@pytest.fixture(scope="module")
def preview(tmp_path_factory):
    ward = [code("beds = 12", id="beds"), prose(f"## Progress\n\nThe ward is quiet.\n\n{LONG}\n\nThe end is near.")]
    ward.append(prose("There are `{python} beds` beds.", id="p"))
    project = with_look(small(tmp_path_factory.mktemp("project"), ward=ward))
    with previewing(project) as started:
        started.settled()
        yield started


@pytest.fixture(scope="module")
def browser(chrome):
    return chrome


@pytest.fixture
def page(preview, browser):
    opened = browser.new_page(viewport={"width": 1000, "height": 700})
    faults = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.goto(f"{preview.address}ward.html")
    yield opened
    opened.close()
    assert not [each for each in faults if "ERR_INCOMPLETE_CHUNKED" not in each]


def stands_at(page, top):
    """Wait until a page that was loaded again is where it was, which may take until the typeface has come."""
    limit = time.monotonic() + 30
    while (now := page.evaluate("scrollY")) != top:
        assert time.monotonic() < limit, f"the page stands at {now}"
        page.wait_for_timeout(50)


def test_a_saved_sentence_shows_by_itself_where_the_reader_was(preview, page):
    notebook = preview.project / "notebooks" / "ward.ipynb"
    page.evaluate("window.scrollTo({ top: 1200, behavior: 'instant' })")
    page.evaluate("window.isSamePage = true")
    replace(notebook, "The end is near.", "The end is nigh.")
    expect(page.get_by_text("The end is nigh.")).to_be_attached()
    assert page.evaluate("window.isSamePage") is None
    stands_at(page, 1200)
    assert page.locator(".preview-error").is_hidden()


def test_a_failing_cell_is_shown_in_the_page_until_it_is_fixed(preview, page):
    notebook = preview.project / "notebooks" / "ward.ipynb"
    replace(notebook, "beds = 12", "beds = 12 / 0")
    panel = page.locator(".preview-error")
    expect(panel).to_be_visible()
    expect(panel.get_by_role("heading")).to_have_text("Not rebuilt: ward.ipynb, cell beds")
    expect(panel).to_contain_text("raised ZeroDivisionError: division by zero")
    expect(page.get_by_text("There are 12 beds.")).to_be_attached()
    replace(notebook, "beds = 12 / 0", "beds = 13")
    expect(page.get_by_text("There are 13 beds.")).to_be_attached()
    expect(panel).to_be_hidden()
    replace(notebook, "beds = 13", "beds = 1 / 0")
    expect(panel).to_be_visible()
    replace(notebook, "beds = 1 / 0", "beds = 13")  # the same report as before: only the error goes
    expect(panel).to_be_hidden()
    replace(notebook, "beds = 13", "beds = 12")
    expect(page.get_by_text("There are 12 beds.")).to_be_attached()


def test_a_half_written_notebook_does_not_end_the_preview(preview, page):
    notebook = preview.project / "notebooks" / "ward.ipynb"
    whole = notebook.read_text(encoding="utf-8")
    notebook.write_text(whole[: len(whole) // 2], encoding="utf-8")
    panel = page.locator(".preview-error")
    expect(panel).to_contain_text("notebooks/ward.ipynb: Jupyter cannot read it as a notebook")
    notebook.write_text(whole.replace("The ward is quiet.", "The ward is calm."), encoding="utf-8")
    expect(page.get_by_text("The ward is calm.")).to_be_attached()
    expect(panel).to_be_hidden()


def test_other_files_that_the_report_is_made_of_are_watched(preview, page):
    settings = preview.project / "_quarto.yml"
    replace(settings, "title: Test report", "title: Report under test")
    expect(page.locator(".site-title")).to_have_text("Report under test")
    replace(preview.project / "_extensions" / "natpatsip" / "page.html", ">Contents</a>", ">All contents</a>")
    expect(page.locator(".menu-button")).to_have_text("All contents")
    replace(preview.project / "params" / f"{Q2}.yml", "quarter:", "quarterly:")
    expect(page.locator(".preview-error")).to_contain_text('Did you mean "quarter"?')
    replace(preview.project / "params" / f"{Q2}.yml", "quarterly:", "quarter:")
    expect(page.locator(".preview-error")).to_be_hidden()


def test_saves_in_quick_succession_end_with_the_last(preview, page):
    notebook = preview.project / "notebooks" / "index.ipynb"
    page.goto(preview.address)
    for number in range(12):
        edit_cell(notebook, "prose", "All is well", f"All is well {number}")
        time.sleep(0.05)
    expect(page.get_by_text("All is well 11")).to_be_attached()


@contextmanager
def jupyterlab(folder, own):
    """Open JupyterLab on a folder, with settings of its own, and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    command += [f"--ServerApp.root_dir={folder}", "--ServerApp.ip=127.0.0.1", "--IdentityProvider.token="]
    command += [
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=http://127.0.0.1:9",
    ]
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    with (own / "log.txt").open("wb") as log:
        environment = os.environ | {name: str(own / name) for name in names}
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        limit = time.monotonic() + 90
        while True:
            try:
                urlopen(f"http://127.0.0.1:{port}/api", timeout=5).close()
                break
            except OSError:
                assert time.monotonic() < limit, (own / "log.txt").read_text()
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(30)


def test_what_is_saved_in_jupyterlab_shows_in_the_preview(preview, page, browser, tmp_path):
    page.evaluate("window.scrollTo({ top: 1200, behavior: 'instant' })")
    panel = page.locator(".preview-error")
    with jupyterlab(preview.project / "notebooks", tmp_path) as address:
        lab = browser.new_page(viewport={"width": 1200, "height": 900})
        lab.goto(f"{address}lab/tree/ward.ipynb")
        cell = lab.locator(".jp-MarkdownCell", has_text="There are").last
        editor = lab.locator(".jp-MarkdownCell.jp-mod-active .cm-content")
        limit = time.monotonic() + 90
        while not editor.is_visible():  # JupyterLab, still being loaded, may not hear the first
            assert time.monotonic() < limit
            with suppress(TimeoutError):
                cell.locator(".jp-RenderedMarkdown").dblclick(timeout=2000)
            lab.wait_for_timeout(500)

        def write(text):
            editor.click()
            lab.keyboard.press("Control+A")
            lab.keyboard.insert_text(text)
            lab.keyboard.press("Control+S")

        write("There will be `{python} beds` beds.")
        expect(page.get_by_text("There will be 12 beds.")).to_be_attached()
        stands_at(page, 1200)
        write("There will be `{python} beds / 0` beds.")
        expect(panel).to_contain_text("`{python} beds / 0`: ZeroDivisionError: division by zero")
        expect(panel.get_by_role("heading")).to_have_text("Not rebuilt: ward.ipynb, cell p")
        expect(page.get_by_text("There will be 12 beds.")).to_be_attached()
        write("There are `{python} beds` beds.")
        expect(page.get_by_text("There are 12 beds.")).to_be_attached()
        expect(panel).to_be_hidden()
        stands_at(page, 1200)
        lab.close()


def test_the_files_on_disk_and_the_published_report_are_left_alone(preview):
    built = preview.project / "build" / "preview" / Q2 / "html" / "ward.html"
    assert "preview" not in built.read_text(encoding="utf-8")
    assert not (preview.project / "reports" / Q2).exists()


def test_only_this_machine_by_its_own_name_is_answered(preview):
    port = preview.address.rstrip("/").rpartition(":")[2]
    assert preview.get("/")[0] == 200
    assert preview.get("/", Host=f"localhost:{port}")[0] == 200
    for name in (f"reports.example:{port}", f"127.0.0.1.example:{port}", "127.0.0.1", ""):
        for path in ("/", "/-preview/events", "/-preview/preview.js"):
            assert preview.get(path, Host=name)[0] == 403, name
    listening = Path("/proc/net/tcp").read_text(encoding="ascii") if Path("/proc/net/tcp").is_file() else ""
    assert f"00000000:{int(port):04X}" not in listening


def test_browsers_leave_out_port_80():
    assert {"127.0.0.1", "localhost", "localhost:80"} <= web_server.hosts(80)
    assert not {"127.0.0.1", "localhost"} & web_server.hosts(8080)


def test_nothing_outside_the_report_is_served(preview):
    for path in (
        "/../facts.csv",
        "/../../../../_quarto.yml",
        "/%2e%2e/facts.csv",
        "/-preview/web_server.py",
        "//etc/passwd",
    ):
        status, content = preview.get(path)
        assert status == 404, path
        assert "root:" not in content
        assert "chapters" not in content


def test_a_missing_page_is_named(preview, browser):
    opened = browser.new_page()
    opened.goto(f"{preview.address}nowhere.html")
    expect(opened.get_by_role("heading", name="Not in the report")).to_be_visible()
    opened.close()


def test_the_pages_are_shown_before_they_are_checked(tmp_path):
    project = small(tmp_path / "project", ward=[prose("There are 12 beds.")])
    told = []
    options = Options(formats=("html",), renderer="pandoc", is_preview=True)
    try:
        folder = build(project, Quarter.parse(Q2), options, told.append, published=told.append)
    finally:
        prefork.stop()
        draw_worker.stop()
    (checked,) = [line for line in told if str(line).startswith("checked:")]
    assert "typed-number 1" in checked
    assert told.index(folder) < told.index(checked)
    page = (folder / "html" / "ward.html").read_text(encoding="utf-8")
    assert "There are 12 beds." in page
    assert "report.html" not in page
    assert not (folder / "html" / "report.html").exists()


def test_changed_python_is_used(tmp_path):
    """The engine's is imported by a new process, the report's own by each notebook."""
    (tmp_path / "project" / "src" / "helpers").mkdir(parents=True)
    folders = {"natpatsip": engine(tmp_path / "src" / "natpatsip"), "helpers": tmp_path / "project" / "src" / "helpers"}
    (folders["helpers"] / "__init__.py").touch()
    for folder in folders.values():
        (folder / "wards.py").write_text("NAME = 'North'\n", encoding="utf-8")
    imported = "import helpers.wards as own\nimport natpatsip.wards as engine"
    cells = [code(imported, id="wards"), prose("They are `{python} engine.NAME` and `{python} own.NAME`.")]
    project = with_look(small(tmp_path / "project", ward=cells))
    path = os.pathsep.join(filter(None, [str(tmp_path / "src"), os.environ.get("PYTHONPATH")]))
    with previewing(project, PYTHONPATH=path) as preview:
        preview.settled()
        assert "They are North and North." in preview.get("/ward.html")[1]
        for folder, shown in ((folders["helpers"], "North and South"), (folders["natpatsip"], "South and South")):
            version = preview.settled()["version"]
            save(folder / "wards.py", lambda _: "NAME = (\n")
            broken = preview.settled(lambda state: state["error"])
            assert "SyntaxError" in broken["error"]
            save(folder / "wards.py", lambda _: "NAME = 'South'\n")
            preview.settled(lambda state, before=version: state["version"] != before and not state["error"])
            assert f"They are {shown}." in preview.get("/ward.html")[1]


def processes_in(folder):
    """Return the processes that work in a folder, zombies left out."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if (place / "cwd").readlink().is_relative_to(folder):
                found.append((place.name, (place / "cmdline").read_text()))
        except OSError:
            continue
    return found


IMPATIENT = """
from natpatsip.cli import main
from natpatsip.preview import session

session.LONG = 0.5
main()
"""


def test_a_build_that_hangs_is_stopped_at_the_next_save(tmp_path):
    asleep = tmp_path / "asleep"
    hangs = f"import time\nopen({str(asleep)!r}, 'w').close()\ntime.sleep(600)"
    project = small(tmp_path / "project", ward=[code(hangs, id="beds"), prose("There are `{python} 6 * 2` beds.")])
    with previewing(project, program=[sys.executable, "-c", IMPATIENT]) as preview:
        assert becomes(asleep.exists)
        time.sleep(0.6)
        save(project / "notebooks" / "ward.ipynb", lambda text: text.replace("time.sleep(600)", "time.sleep(0)"))
        assert not preview.settled()["error"]
        assert "There are 12 beds." in preview.get("/ward.html")[1]
    assert processes_in(project) == []


class Stuck:
    """Shows the pages, and checks them until it is stopped; its next build is finished at once."""

    def __init__(self):
        self.builds, self.stopped = 0, asyncio.Event()

    async def build(self, published):
        self.builds += 1
        published()
        if self.builds == 1:
            await self.stopped.wait()
            raise BuildError("It was stopped.")

    async def stop(self):
        self.stopped.set()


def in_own_loop(scenario):
    """Run a scenario in a thread: Playwright has an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, scenario).result(90)


async def until(holds):
    """Wait until something holds of what runs on the same event loop."""
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.01)


def test_a_check_that_hangs_is_stopped_at_the_next_save(tmp_path, monkeypatch):
    monkeypatch.setattr(session, "LONG", 0.2)

    async def scenario():
        stuck = Stuck()
        preview = Session(stuck, tmp_path, str)
        running = asyncio.create_task(preview.run())
        await until(lambda: preview.state.version)  # the pages are shown
        await asyncio.sleep(0.3)
        await preview.saved({"ward.ipynb"})
        assert stuck.stopped.is_set()
        await until(lambda: stuck.builds == 2 and preview._started == math.inf)
        await asyncio.sleep(0.3)
        stuck.stopped.clear()
        await preview.saved({"ward.ipynb"})  # nothing is running any more
        assert not stuck.stopped.is_set()
        running.cancel()

    in_own_loop(scenario())


class Broken:
    builds = 0

    async def build(self, published):
        self.builds += 1
        raise ZeroDivisionError("in the preview itself")


def test_an_error_of_the_preview_itself_is_shown_and_does_not_end_it(tmp_path):
    async def scenario():
        broken = Broken()
        preview = Session(broken, tmp_path, [].append)
        running = asyncio.create_task(preview.run())
        for number in (1, 2):
            await until(lambda: broken.builds == number and not preview.state.is_building)  # noqa: B023
            failed = preview.state
            assert "The preview itself failed" in failed.error
            assert "ZeroDivisionError: in the preview itself" in failed.error
            await preview.saved({"ward.ipynb"})
        assert not running.done()
        running.cancel()

    in_own_loop(scenario())


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="processes are counted in /proc")
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_all_its_processes_end_with_it(tmp_path, by):
    asleep = tmp_path / "asleep"
    cell = code(f"import time\nopen({str(asleep)!r}, 'w').close()\ntime.sleep(600)", id="sleeps")
    project = small(tmp_path / "project", ward=[cell])
    with previewing(project) as preview:
        assert becomes(asleep.exists)  # in the midst of a build
        assert len(processes_in(project)) >= 3
        preview.process.send_signal(by)
        assert preview.process.wait(30) == 0
        becomes(lambda: not processes_in(project), within=30)
        assert processes_in(project) == []


def test_a_preview_that_ignores_ctrl_c_ends_at_sigterm(tmp_path):
    """As in a script's background job."""
    deaf = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); from natpatsip.cli import main; main()"
    with previewing(small(tmp_path), program=[sys.executable, "-c", deaf]) as preview:
        preview.process.send_signal(signal.SIGINT)
        preview.process.send_signal(signal.SIGTERM)
        assert preview.process.wait(30) == 0


def test_a_port_in_use_is_named(preview, tmp_path):
    port = preview.address.rstrip("/").rpartition(":")[2]
    run = natpatsip(preview.project, "preview", Q2, "--no-open", "--port", port, timeout=60)
    assert run.returncode == 2
    assert f"--port {port}: cannot be used: Address already in use" in run.stderr


def test_an_unknown_quarter_is_rejected_at_once(preview):
    run = command(preview.project, "preview", "2031-32-Q1", "--no-open")
    assert run.returncode == 2
    assert "2031-32-Q1" in run.stderr


@pytest.mark.parametrize(
    ("name", "is_meant"),
    [
        ("ward.ipynb", True),
        ("reported.csv", True),
        (".~ward.ipynb", False),
        (".ipynb_checkpoints/ward-checkpoint.ipynb", False),
        ("__pycache__/beside.cpython-311.pyc", False),
        ("ward.ipynb~", False),
    ],
)
def test_files_that_editors_leave_behind_do_not_count_as_saves(name, is_meant):
    assert file_watcher.concerns(f"/project/{name}", Path("/project")) is is_meant


def test_the_security_policy_is_relaxed_only_for_the_preview_itself():
    strict = "default-src 'none'; script-src 'sha256-abc='; img-src 'self' data:"
    assert web_server.relaxed(strict) == (
        "default-src 'none'; script-src 'sha256-abc=' 'self'; img-src 'self' data:; "
        "connect-src 'self'; style-src 'self'"
    )


def test_a_page_without_a_head_gets_the_script_too():
    assert web_server.with_script("<p>Bare</p>", "1").endswith("<p>Bare</p>")
    assert 'data-version="1"' in web_server.with_script("<p>Bare</p>", "1")
