"""Warm execution: the stock engine's notebooks, from forks that begin clean and whose end is noticed."""

from __future__ import annotations

import ast
import difflib
import json
import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import nbformat
import papermill
import pytest

from natpatsip.errors import NotebookError, UsageError
from natpatsip.pipeline.execution import kernels, notebook_run, prefork
from natpatsip.pipeline.execution.prefork import client, server
from natpatsip.pipeline.inline_code import KEPT
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support import trust
from support.projects import code, example, prose, small, write
from support.waiting import becomes

pytestmark = pytest.mark.skipif(not kernels.can_fork(), reason="warm execution needs a safe fork")
QUARTER = "2024-25-Q1"
SOON = 30  # seconds: how long a loaded machine may take for what is nearly at once elsewhere
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}  # else a stock
# kernel leaves out what other programs print


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return small(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module", autouse=True)
def _own_server():
    """Begin with a server that has read no project, as earlier modules may have had it do."""
    prefork.stop()


@pytest.fixture
def notebook(project, request):
    name = re.sub(r"\W+", "-", request.node.name)
    return lambda *cells: write(project / "notebooks" / f"{name}.ipynb", "Ward", *cells)


def run(path, *, engine="natpatsip-warm", **options):
    return papermill.execute_notebook(
        str(path),
        str(output(path)),
        parameters={"quarter": QUARTER, "edition": ""},
        engine_name=engine,
        progress_bar=False,
        request_save_on_cell_execute=False,
        **{"folder": str(path.parent), "env": ENVIRONMENT, "execution_timeout": 60, "failed_path": str(output(path))}
        | options,
    )


def output(path):
    return path.parent.parent / "build" / path.name


@pytest.fixture(autouse=True)
def _room(project):
    (project / "build").mkdir(exist_ok=True)


def outputs(executed, identity="code"):
    (cell,) = [each for each in executed.cells if each.id == identity]
    return cell.outputs


def printed(executed, identity="code"):
    return "".join(each.text for each in outputs(executed, identity) if each.output_type == "stream")


CELLS = (
    code("import asyncio, os, subprocess, sys, warnings\nimport altair as alt\nimport pandas as pd", id="more-imports"),
    code("frame = pd.DataFrame([range(30)] * 80)\nframe", id="wide-frame"),
    code("print(frame)", id="wide-text"),
    code(
        "pd.options.display.max_columns, pd.options.display.width, pd.options.display.html.table_schema", id="options"
    ),
    code("shown = display('one', display_id='the-one')\nshown.update('two')\n3", id="display-update"),
    code("shown.update('three')", id="later-update"),
    code("from IPython.display import clear_output\nprint('gone')\nclear_output(wait=True)\nprint('kept')", id="clear"),
    code("for word in 'abc':\n    print(word, flush=True)", id="flushed"),
    code("sys.stderr.write('careful\\n');", id="quiet"),
    code("warnings.warn('old')", id="warning"),
    code("{'b': (1, 2.5, None), 'a': {1: float('nan')}, 'set': {3}}", id="containers"),
    code("!echo from a command", id="command"),
    # A stock kernel reads these in a thread of its own, and is given the time to.
    code("_ = subprocess.run(['echo', 'from a process'])\nawait asyncio.sleep(1)", id="process"),
    code("os.system('echo from a shell >&2')\nawait asyncio.sleep(1, result=0)", id="system"),
    code("await asyncio.sleep(0, result='awaited')", id="await"),
    code("task = asyncio.ensure_future(asyncio.sleep(0, result='in the background'))", id="task"),
    code("await task", id="task-done"),
    code("   ", id="blank"),
    code("1 / 0", id="skipped", tags=["skip-execution"]),
    code("1 / 0", id="other-quarter", tags=["2024-25-Q2"]),
    code("def divide(a, b):\n    return a / b\n\ndivide(1, 0)", id="raises", tags=["raises-exception"]),
    code("raise ValueError('two\\nlines') from KeyError('cause')", id="chained", tags=["raises-exception"]),
    code("def f(:", id="syntax", tags=["raises-exception"]),
    code("input('name? ')", id="input", tags=["raises-exception"]),
    code("raise SystemExit(3)", id="exit", tags=["raises-exception"]),
    code(
        "class Broken:\n    def __repr__(self):\n        return 1 / 0\n\nBroken()", id="repr", tags=["raises-exception"]
    ),
    code("%%html\n<b>bold</b>", id="magic"),
    code("%matplotlib inline\n%gui", id="inline-drawings"),
    code("%matplotlib nothing", id="other-drawings", tags=["raises-exception"]),
    code("pd.read_csv?", id="help"),
    code("len(In), sorted(Out)[:3], _i, ___ is not None", id="history"),
    code(
        "'IPKernelApp' in get_ipython().config, type(get_ipython()).__name__, get_ipython().execution_count", id="shell"
    ),
    code("sys.path, os.getcwd(), __name__, sys.executable, sys.stdout.isatty(), sys.stdout.encoding", id="place"),
    code("sorted(name for name in os.environ if not name.startswith(('JPY_', 'PYTEST', 'PYDEVD')))", id="environment"),
    code("class Pair:\n    pass\n\nimport pickle\ntype(pickle.loads(pickle.dumps(Pair()))) is Pair", id="pickling"),
    code(
        "def square(n):\n    print('squaring', n)\n    return n * n\n\n"
        "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(1) as pool:\n"
        "    print(pool.map(square, [3]))",
        id="pool",
    ),
    code("from ipywidgets import IntSlider\nIntSlider(3, description='n')", id="widget"),
    code(
        "brush = alt.selection_interval()\n"
        "alt.Chart(pd.DataFrame({'x': [1, 2], 'y': [3, 4]})).mark_point().encode(x='x', y='y').add_params(brush)",
        id="chart",
    ),
    code(
        "from natpatsip import charts, cite, datasets, figure, spc\n"
        "rows = datasets.load('reported')\n"
        "months = pd.date_range('2022-04', periods=30, freq='MS')\n"
        "monthly = pd.DataFrame({'month': months, 'percent': [80.0 + (n * 7) % 5 for n in range(30)]})\n"
        "result = spc.xmr(monthly['percent'], dates=monthly['month'])\n"
        "figure('fig-a', charts.spc(result, y_title='Percent', percent=True), title='T', description='D',\n"
        "       caption='C', data=monthly)",
        id="figure",
    ),
    code("publish('made_here', len(monthly), unit='months', source='The data', rows=rows)", id="fact"),
    prose('`{python} cite("made_here")` months, `{python} quarter`, `{python} {2: 3}[2]`', id="inline"),
)


def failed(path, **options):
    """Run a notebook in which papermill sees an error, and return what it writes, without its error markers."""
    with pytest.raises(papermill.PapermillExecutionError) as error:
        run(path, **options)
    executed = nbformat.read(output(path), as_version=4)
    return papermill.execute.remove_error_markers(executed), error.value


def comparable(executed):
    """Return what a notebook holds, but for times, process numbers, addresses and random names."""
    content = json.loads(nbformat.writes(executed))
    content["metadata"]["papermill"] = {}
    for cell in content["cells"]:
        told = cell["metadata"].pop("papermill", None)
        if "injected-parameters" in cell["metadata"].get("tags", ()):
            cell["id"] = "injected"
        cell["metadata"]["status"] = told and (told["status"], told["exception"])
        if cell.get("outputs"):
            cell["outputs"] = _settled(cell["outputs"])
    widgets = (
        content["metadata"].pop("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    )
    return "\n".join([_unnamed(content), *sorted(map(_unnamed, widgets.values()))])


def _unnamed(part):
    text = json.dumps(part, indent=1)
    return re.sub(r"[0-9a-f]{32}|0x[0-9a-f]{8,}|(?<=ipykernel_)\d+", "N", text)


def _settled(cell_outputs):
    """Put standard error after the standard output beside it: a stock kernel does not keep their order."""
    settled = []
    for each in cell_outputs:
        place = len(settled)
        while each["output_type"] == "stream" and place and settled[place - 1]["output_type"] == "stream":
            place -= 1
            if settled[place]["name"] == each["name"]:
                settled[place]["text"] += each["text"]
                break
        else:
            settled.append(each)
    return settled


def test_notebooks_equal_those_of_the_stock_engine(notebook):
    path = notebook(*CELLS)
    ran, _ = failed(path)
    assert outputs(ran, "figure")
    assert ran.cells[-1].metadata[KEPT]
    stock, _ = failed(path, engine="natpatsip")
    differences = difflib.unified_diff(comparable(ran).splitlines(), comparable(stock).splitlines(), lineterm="")
    assert "\n".join(differences) == ""


TRACES = """
import builtins, os, random, sys, warnings
import numpy, pandas as pd
import altair as alt
from natpatsip import context, datasets, params
from natpatsip.datasets import loading
from natpatsip.facts import publishing

def traces():
    return {
        "options": pd.options.display.max_rows,
        "environment": os.environ.get("LEFT_BEHIND"),
        "attribute": hasattr(pd, "left_behind"),
        "builtin": hasattr(builtins, "left_behind"),
        "variable": "left_behind" in globals(),
        "path": "left-behind" in sys.path,
        "folder": os.path.basename(os.getcwd()),
        "theme": alt.theme.active,
        "data": dict(context.READ),
        "facts": len(publishing._published),
        "remembered": loading._known_by.cache_info().currsize + params._read.cache_info().currsize,
        "module": "this" in sys.modules,
        "filter": "left behind" in str(warnings.filters),
        "random": (random.random(), numpy.random.random()),
    }
"""
MARKS = """
pd.options.display.max_rows = 3
os.environ["LEFT_BEHIND"] = "1"
pd.left_behind = left_behind = True
builtins.left_behind = True
sys.path.append("left-behind")
warnings.filterwarnings("ignore", "left behind")
random.seed(1)
numpy.random.seed(1)
from natpatsip import charts
datasets.load("reported")
publishing.publish("left_behind", 1, unit="women", source="x")
__import__("this")
os.chdir("/")
"""


def test_a_notebook_sees_nothing_of_the_one_before(notebook):
    run(notebook(code(TRACES), code(MARKS, id="marks")))
    executed = run(notebook(code(TRACES), code("traces()", id="traces")))
    (result,) = outputs(executed, "traces")
    seen = ast.literal_eval(result.data["text/plain"])
    assert seen == {
        "options": 60,
        "environment": None,
        "attribute": False,
        "builtin": False,
        "variable": False,
        "path": False,
        "folder": "notebooks",
        "theme": "default",
        "data": {},
        "facts": 0,
        "remembered": 0,
        "module": False,
        "filter": False,
        "random": seen["random"],
    }


def test_two_notebooks_draw_different_random_numbers(notebook):
    path = notebook(code("import random, numpy\nrandom.random(), numpy.random.random()"))
    first, second = (ast.literal_eval(outputs(run(path))[0].data["text/plain"]) for _ in range(2))
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_a_notebook_has_the_environment_and_folder_that_it_is_given_and_no_other(notebook, tmp_path):
    path = notebook(code("import os\nos.environ.get('HOME'), os.environ['NATPATSIP_FACTS'], os.getcwd()"))
    executed = run(path, folder=str(tmp_path), env={"PATH": os.environ["PATH"], "NATPATSIP_FACTS": "handed"})
    assert ast.literal_eval(outputs(executed)[0].data["text/plain"]) == (None, "handed", str(tmp_path))


def test_modules_beside_the_notebook_can_be_imported_and_do_not_reach_the_warm_process(notebook, project):
    (project / "notebooks" / "colouring.py").write_text("shade = 'blue'", encoding="utf-8")
    (project / "pandas.py").write_text("1 / 0", encoding="utf-8")
    path = notebook(code("import colouring\nprint(colouring.shade)"))
    assert printed(run(path)) == "blue\n"


WARM = (
    "pandas",
    "altair",
    "pydantic",
    "natpatsip.facts.publishing",
    "natpatsip.datasets.loading",
    "natpatsip.spc.xmr",
)


def test_the_warm_process_has_one_thread_and_all_that_notebooks_import(notebook):
    run(notebook(code("1")))
    process = server.start().process.pid
    assert len(list(Path(f"/proc/{process}/task").iterdir())) == 1
    path = notebook(
        code("import sys\nprint(all(name in sys.modules for name in LIBRARIES))".replace("LIBRARIES", repr(WARM)))
    )
    assert printed(run(path)) == "True\n"


def test_text_stays_in_the_order_in_which_it_was_printed(notebook):
    path = notebook(
        code(
            "import os, subprocess, sys, threading\n"
            "print('one')\nsys.stderr.write('two\\n')\nsubprocess.run(['echo', 'three'])\nprint('four')\n"
            "os.system('echo five >&2')\nthread = threading.Thread(target=print, args=('six',))\n"
            "thread.start()\nthread.join()\ndisplay(7)\nos.write(1, b'eight\\n');"
        )
    )
    found = [each.get("text") or each.data["text/plain"] for each in outputs(run(path))]
    assert found == ["one\n", "two\n", "three\nfour\n", "five\n", "six\n", "7", "eight\n"]


DEATHS = {
    "os._exit(3)": "ended with status 3",
    "os.kill(os.getpid(), 9)": "ended by SIGKILL, as when memory runs out",
    "os.kill(os.getpid(), 11)": "ended by SIGSEGV",
    "exit()": "ended with status 0",
    "os.fork() or time.sleep(60)\nos._exit(4)": "ended with status 4",
}


@pytest.mark.parametrize("deed", DEATHS)
def test_a_notebook_that_dies_is_noticed_and_its_cell_named(notebook, deed):
    run(notebook(code("1")))
    path = notebook(
        code("import os, time\nprint('before')"), code(f"print('then')\n{deed}", id="dies"), code("1", id="after")
    )
    start = time.monotonic()
    ran, error = failed(path)
    assert time.monotonic() - start < SOON
    assert error.ename == "DeadKernelError"
    assert DEATHS[deed] in error.evalue
    assert printed(ran) == "before\n"
    assert printed(ran, "dies") == "then\n"
    assert outputs(ran, "dies")[-1].evalue == error.evalue
    assert (error.exec_count, ran.cells[-1].execution_count) == (5, None)


def test_a_crash_in_compiled_code_says_where_it_was(notebook):
    path = notebook(code("import faulthandler\n\ndef crash():\n    faulthandler._sigsegv()\n\ncrash()"))
    _, error = failed(path)
    assert error.traceback[:3] == [
        "Fatal Python error: Segmentation fault",
        "  A cell, line 6 in <module>",
        "  A cell, line 4 in crash",
    ]


HANGS = {
    "time.sleep(60)": "time.sleep",
    "await asyncio.sleep(60)": "",
    "import subprocess\nsubprocess.run(['sleep', '60'])": "subprocess",
}
DEAF = {  # to the interrupt that asks where they are
    "signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass": "A cell, line",
    "try:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    time.sleep(60)": "A cell, line 3 in <module>",
}


@pytest.mark.parametrize(
    ("deed", "limit"), [*((deed, "cell") for deed in HANGS | DEAF), ("time.sleep(60)", "notebook")]
)
def test_a_cell_that_never_ends_is_stopped_and_named(notebook, deed, limit, monkeypatch):
    monkeypatch.setattr(client, "GRACE", 0.4 if deed in DEAF else SOON)
    path = notebook(code("import asyncio, signal, time"), code(f"print('then')\n{deed}", id="hangs"))
    start = time.monotonic()
    options = {"execution_timeout": 1} if limit == "cell" else {"notebook_timeout": 1.5}
    ran, error = failed(path, **options)
    assert time.monotonic() - start < SOON
    assert error.ename == "CellTimeoutError"
    assert f"limits.{limit} in the params" in error.evalue
    assert (HANGS | DEAF)[deed] in "\n".join(error.traceback)
    assert printed(ran, "hangs") == "then\n"


def test_the_stock_engine_names_a_dead_kernel_and_a_hung_one_too(notebook):
    deeds = {"DeadKernelError": "import os\nos._exit(3)", "CellTimeoutError": "import time\ntime.sleep(60)"}
    for name, deed in deeds.items():
        path = notebook(code("print('before')"), code(deed, id="stops"), code("1", id="after"))
        limit = 5 if name == "CellTimeoutError" else SOON  # its imports take over a second on a loaded machine
        ran, error = failed(path, engine="natpatsip", execution_timeout=limit, notebook_timeout=2 * SOON)
        assert error.ename == outputs(ran, "stops")[-1].ename == name
        assert printed(ran) == "before\n"
        assert (error.exec_count, ran.cells[-1].execution_count) == (5, None)


INLINE_ENDS = {
    '__import__("os")._exit(3)': "the notebook's process ended with status 3",
    '__import__("time").sleep(60)': "not done after 1 s, the limit for a cell",
    "1 / 0": "ZeroDivisionError: division by zero",
}


@pytest.mark.parametrize("expression", INLINE_ENDS)
def test_an_expression_that_fails_names_cell_and_expression_and_the_notebook_is_saved(notebook, expression):
    path = notebook(code("print('before')"), prose(f"`{{python}} {expression}`"))
    with pytest.raises(NotebookError) as error:
        run(path, execution_timeout=1)
    assert f"(id prose), inline expression `{{python}} {expression}`: " in str(error.value)
    assert INLINE_ENDS[expression] in str(error.value)
    assert printed(nbformat.read(output(path), as_version=4)) == "before\n"


def test_an_error_is_told_like_the_stock_engines(notebook):
    path = notebook(code("publish('x', 'no number', unit='women', source='s')", id="wrong"))
    told = [failed(path, engine=engine)[1] for engine in ("natpatsip-warm", "natpatsip")]
    assert [(each.ename, each.evalue, each.exec_count) for each in told[:1]] == [
        (each.ename, each.evalue, each.exec_count) for each in told[1:]
    ]
    assert told[0].ename == "FactError"


def test_what_a_notebook_has_started_ends_with_it(notebook):
    start = "import os, subprocess\nprint(subprocess.Popen(['sleep', '60']).pid)"
    for last in ("1", "os._exit(0)"):
        path = notebook(code(start), code(last, id="last"))
        ran = run(path) if last == "1" else failed(path)[0]
        assert ends(int(printed(ran)))


def test_temporary_folders_of_a_notebook_go_with_it(notebook):
    ran = run(notebook(code("import tempfile\nfolder = tempfile.TemporaryDirectory()\nprint(folder.name)")))
    assert not Path(printed(ran).strip()).exists()


ENDLESS = """
import papermill, sys, threading, time
from natpatsip.pipeline.execution import prefork

run = dict(engine_name="natpatsip-warm", progress_bar=False, folder=".", parameters={"quarter": "2024-25-Q1"})
threading.Thread(target=papermill.execute_notebook, args=(sys.argv[1], "out.ipynb"), kwargs=run).start()
print(prefork.start().process.pid, flush=True)
"""


def test_notebooks_end_with_a_build_that_is_killed(notebook, tmp_path):
    told = tmp_path / "told"
    path = notebook(
        code(f"import os, pathlib, time\npathlib.Path({str(told)!r}).write_text(str(os.getpid()))\nwhile True: 1")
    )
    running = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, path], cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    )
    with running:
        process = int(running.stdout.readline())
        assert becomes(lambda: told.is_file() and told.read_text())
        running.kill()
    assert ends(process)
    assert ends(int(told.read_text()))


def test_notebooks_end_with_the_warm_process(notebook):
    path = notebook(code("import os\nos.kill(os.getppid(), 9)\nimport time\ntime.sleep(60)"))
    before = server.start()
    _, error = failed(path)
    assert error.ename == "DeadKernelError"
    assert server.start() is not before
    assert printed(run(notebook(code("print('again')")))) == "again\n"


def test_stop_ends_notebooks_that_run_and_the_next_starts_another_server(notebook, tmp_path):
    run(notebook(code("1")))
    before = server.start()
    assert server.start() is before
    begun = tmp_path / "begun"
    stopping = threading.Thread(target=lambda: becomes(begun.exists) and prefork.stop())
    stopping.start()
    start = time.monotonic()
    path = notebook(code(f"import time\nopen({str(begun)!r}, 'w').close()\ntime.sleep(60)"))
    _, error = failed(path)
    stopping.join()
    assert error.ename == "DeadKernelError"
    assert time.monotonic() - start < SOON
    assert before.process.returncode is not None
    prefork.stop()


# With a server of their own, once the one that the tests above share has ended


@pytest.mark.end_to_end
def test_the_notebooks_of_a_report_equal_those_of_the_stock_engine(tmp_path, monkeypatch):
    for name in os.environ.keys() - ENVIRONMENT.keys():
        monkeypatch.delenv(name)
    project = example(tmp_path / "project")
    prefork.stop()
    kernels.start("warm", project=project, quarter="2024-25-Q2")  # which reads its files before any notebook does
    plan = Plan.of(project, Quarter.parse("2024-25-Q2"))
    for name in ("waiting-times", "missed-appointments"):
        warm, stock = (
            comparable(notebook_run.run(plan, plan.notebooks[name], {}, kernels=which, is_traced=True).content)
            for which in kernels.ENGINES
        )
        assert warm == stock, name
    prefork.stop()


READ = """
from natpatsip.datasets import loading

before = loading._known_by.cache_info().misses
frame = loading.load("waits_monthly")
print(loading._known_by.cache_info().misses - before, frame["seen"].iloc[0])
"""


def test_what_the_warm_process_has_read_is_not_read_again_until_it_changes(tmp_path):
    project = trust.make(tmp_path / "project")
    for name in ("build", "notebooks"):
        (project / name).mkdir()
    (project / "_quarto.yml").write_text("book: {}\n", encoding="utf-8")
    path = write(project / "notebooks" / "read.ipynb", "Ward", code(READ))
    prefork.stop()
    try:
        kernels.start("warm", project=project, quarter=QUARTER)
        misses, first = printed(run(path)).split()
        rows = trust.read(project, "waits_monthly")
        rows[1][rows[0].index("seen")] = str(int(first) + 1)
        trust.save(project, "waits_monthly", rows)
        assert (misses, printed(run(path)).split()) == ("0", ["1", str(int(first) + 1)])
        kernels.start("warm", project=project, quarter=Quarter.parse(QUARTER).next())  # as a build of both does
        kernels.start("warm", project=project, quarter=QUARTER)  # which it reads again, as its files are now
        assert printed(run(path)).split() == ["0", str(int(first) + 1)]
        rows[1][rows[0].index("seen")] = "many"
        trust.save(project, "waits_monthly", rows)
        with pytest.raises(papermill.PapermillExecutionError, match='found "many"'):
            run(path)
    finally:
        prefork.stop()


def test_a_project_that_cannot_be_read_is_left_to_its_notebooks(tmp_path):
    project = trust.make(tmp_path / "project")
    for name in ("params/2024-25-Q1.yml", "data/measures.yml", "_quarto.yml"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("wrong: [", encoding="utf-8")
    trust.save(project, "waits_monthly", [["wrong"]])
    prefork.stop()
    try:
        kernels.start("warm", project=project, quarter=QUARTER)
        with client.ForkedKernel(str(project), ENVIRONMENT, start_limit=60) as kernel:
            assert kernel.ask("evaluate", {"": "6 * 7"}, 60)[""]["data"]["text/plain"] == "42"
    finally:
        prefork.stop()


def test_an_engine_that_cannot_be_imported_is_an_error_that_says_why(notebook, tmp_path, monkeypatch):
    prefork.stop()
    (tmp_path / "altair.py").write_text("import nowhere_to_be_found", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for _ in range(2):
        with pytest.raises(
            server.ForkServerError, match=r"cannot be imported: ModuleNotFoundError: .*nowhere_to_be_found"
        ):
            run(notebook(code("1")))
    monkeypatch.undo()
    prefork.stop()
    assert printed(run(notebook(code("print('fixed')")))) == "fixed\n"


def test_notebooks_run_side_by_side(notebook, tmp_path):
    meet = (  # each waits until all have come
        "import os, time\nfrom pathlib import Path\n"
        f"Path({str(tmp_path)!r}, f'{{os.getpid()}}.here').touch()\n"
        f"while len(list(Path({str(tmp_path)!r}).glob('*.here'))) < 4: time.sleep(0.01)\n"
        "print(quarter)"
    )
    path = notebook(code(meet))
    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(partial(run, execution_timeout=SOON), [path] * 4))
    assert [printed(each) for each in ran] == [f"{QUARTER}\n"] * 4


FORKED = """
import papermill, sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from natpatsip.pipeline.execution import prefork

def run():
    ran = papermill.execute_notebook(sys.argv[1], None, engine_name="natpatsip-warm", progress_bar=False, folder=".")
    prefork.stop()
    return ran.cells[-1].outputs[0].text

ours = prefork.start()
with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
    print(pool.submit(run).result(), end="")
assert prefork.start() is ours
"""


def test_a_fork_of_the_build_has_a_warm_process_of_its_own(notebook, tmp_path):
    # in a process of one thread: what other tests have started here would be forked with its locks as they are
    path = notebook(code("print('from a fork')"))
    ran = subprocess.run(
        [sys.executable, "-c", FORKED, path], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=120
    )
    assert (ran.stdout, ran.returncode) == ("from a fork\n", 0), ran.stderr


@pytest.mark.parametrize(
    ("asked", "variable", "chosen"),
    [
        ("", "", "warm"),
        ("auto", "stock", "warm"),
        ("stock", "", "stock"),
        ("", "stock", "stock"),
        ("warm", "stock", "warm"),
    ],
)
def test_kernels_are_as_asked_then_as_the_environment_says_then_warm(monkeypatch, asked, variable, chosen):
    monkeypatch.setenv(kernels.VARIABLE, variable)
    assert kernels.choose(asked) == chosen


def test_a_word_for_no_kernels_is_refused(monkeypatch):
    with pytest.raises(UsageError, match='Did you mean "warm"'):
        kernels.choose("wram")
    monkeypatch.setenv(kernels.VARIABLE, "cold")
    with pytest.raises(UsageError, match="NATPATSIP_KERNELS"):
        kernels.choose()


def test_where_fork_is_not_safe_stock_kernels_serve(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert kernels.choose("auto") == "stock"
    with pytest.raises(UsageError, match="forks safely"):
        kernels.choose("warm")


def ends(process):
    return becomes(lambda: not Path(f"/proc/{process}/stat").exists() or is_zombie(process))


def is_zombie(process):
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
