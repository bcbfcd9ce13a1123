"""The papermill engine: what papermill does, and inline expressions besides."""

import signal
import sys

import nbformat
import papermill
import pytest
from jupyter_client.provisioning import LocalProvisioner
from nbformat.v4 import new_notebook, new_output

from natpatsip.errors import NotebookError
from natpatsip.pipeline.caching.run_cache import Executed, Trace
from natpatsip.pipeline.execution import notebook_run, scheduler
from natpatsip.pipeline.execution.cancellation import CancelledError, CancelToken
from natpatsip.pipeline.inline_code import KEPT
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.projects import code, prose, small, write


@pytest.fixture
def notebook(tmp_path):
    project = small(tmp_path)

    def made(*cells):
        return write(project / "notebooks" / "ward.ipynb", "Ward", *cells)

    return made


def run(path, *, engine="natpatsip", **options):
    return papermill.execute_notebook(
        str(path),
        str(path.with_suffix(".out.ipynb")),
        parameters={"quarter": "2024-25-Q1", "edition": ""},
        engine_name=engine,
        progress_bar=False,
        **{"folder": str(path.parent)} | options if engine else {"cwd": str(path.parent)} | options,
    )


def results(executed, identity="prose"):
    kept = cell_of(executed, identity).metadata[KEPT]
    return [(each["expression"], each["result"]["data"].get("text/plain")) for each in kept]


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook in which nothing fails, executed once for several tests, each of which reads cells of its own."""
    near = "`{python} 99.999`%, `{python} 99.999` of them, `{python} 100`%, `{python} 83.25`%, `{python} 99.994`"
    years = ("here.year", "float(here.year)", "n_of['year']", "n_year", "yearly", "n", "here.year - 1900", "year / 2")
    values = "class here: year = 2024\nn = year = yearly = n_year = 2024\nn_of = {'year': 2024}"
    cells = (
        code("n = 1", id="one"),
        prose("`{python} n` and `{python} quarter`"),
        code("n = 2", id="two"),
        prose("`{python} n`", id="after"),
        prose(near, id="near"),
        code(values, id="make-years"),
        prose(" ".join(f"`{{python}} {each}`" for each in years), id="years"),
        code("1 / 0", id="then", tags=["2024-25-Q2"]),
        prose("`{python} nothing`", id="text-then", tags=["2024-25-Q2"]),
        prose("```\n`{python} nothing`\n```\n\n``{python} nothing``", id="quoted"),
    )
    return run(write(small(tmp_path_factory.mktemp("project")) / "notebooks" / "ward.ipynb", "Ward", *cells))


def cell_of(executed, identity):
    (cell,) = [each for each in executed.cells if each.id == identity]
    return cell


def test_inline_expressions_are_evaluated_where_they_stand(executed):
    assert results(executed) == [("n", "1"), ("quarter", "'2024-25-Q1'")]
    assert results(executed, "after") == [("n", "2")]
    nbformat.validate(executed)


def test_no_number_but_100_is_printed_as_100(executed):
    assert [text for _, text in results(executed, "near")] == ["99.999", "99.999", "100", "83.25", "99.99"]


def test_a_number_that_its_expression_calls_a_year_has_no_separator(executed):
    texts = ["2024", "2024", "2024", "2024", "2,024", "2,024", "124", "1,012"]
    assert [text for _, text in results(executed, "years")] == texts


def test_plain_papermill_runs_every_code_cell_and_leaves_inline_code_as_it_is(notebook):
    executed = run(notebook(code("n = 1", id="one"), prose("`{python} n`")), engine=None)
    assert [cell.source for cell in executed.cells if cell.cell_type == "markdown"][-1] == "`{python} n`"
    assert all(KEPT not in cell.metadata for cell in executed.cells)


def test_cells_of_another_quarter_are_not_run(executed):
    assert cell_of(executed, "then").execution_count is None
    assert all("error" not in str(cell.get("outputs", "")) for cell in executed.cells)
    assert KEPT not in cell_of(executed, "text-then").metadata


def test_inline_code_in_a_code_block_or_doubly_quoted_is_text(executed):
    assert KEPT not in cell_of(executed, "quoted").metadata


def test_an_expression_that_fails_names_cell_and_expression(notebook):
    with pytest.raises(NotebookError, match=r"\(id prose\), inline expression `\{python\} 1 / 0`: ZeroDivisionError"):
        run(notebook(prose("`{python} 1 / 0`")))


@pytest.mark.parametrize("engine", ["natpatsip", "natpatsip-warm"])
@pytest.mark.parametrize("leave", ["import sys; sys.exit()", "raise SystemExit(0)", "raise SystemExit('done')"])
def test_a_notebook_that_leaves_early_is_refused_since_the_rest_would_be_missing(notebook, engine, leave):
    path = notebook(code(leave, id="leaves"), code("print('the rest')", id="rest"))
    with pytest.raises(NotebookError, match=r"\(id leaves\) ended the notebook \(SystemExit\)"):
        run(path, engine=engine)


def test_an_expression_that_never_ends_is_stopped(notebook):
    with pytest.raises(NotebookError, match="not done after 3 s"):
        run(notebook(prose('`{python} __import__("time").sleep(60)`')), execution_timeout=3)


HELPERS = {
    "stock": ["stock", "warm"],  # edited between the two
    "warm": ["warm", "stock"],
}


@pytest.mark.parametrize("kernels", HELPERS)
def test_the_reports_own_python_is_imported_from_its_src_before_any_other(tmp_path, kernels, monkeypatch):
    other = tmp_path / "other" / "helpers"
    for folder in (other, tmp_path / "report" / "src" / "helpers"):
        folder.mkdir(parents=True)
    (other / "__init__.py").write_text("BEDS = 'another'", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(other.parent))
    project = small(tmp_path / "report", ward=[prose("`{python} __import__('helpers').BEDS` beds")])
    plan = Plan.of(project, Quarter(2024, 2))
    for beds, which in zip("34", HELPERS[kernels], strict=True):  # of the same size, within a second
        (project / "src" / "helpers" / "__init__.py").write_text(f"BEDS = {beds}", encoding="utf-8")
        executed = notebook_run.run(plan, plan.notebooks["ward"], {}, kernels=which, is_traced=False).content
        assert results(executed) == [("__import__('helpers').BEDS", beds)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals that a process ends by")
def test_a_kernel_that_is_started_as_the_build_is_cancelled_is_ended(notebook, tmp_path, monkeypatch):
    """There is no process to end at the cancellation, and the kernel would be waited for until its time is over."""
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "slow.py").write_text("import time\ntime.sleep(600)", encoding="utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    token, launched, launch = CancelToken(), [], LocalProvisioner.launch_kernel

    async def launch_late(provisioner, *given, **named):
        token.cancel()
        info = await launch(provisioner, *given, **named)
        launched.append(provisioner.process)
        return info

    monkeypatch.setattr(LocalProvisioner, "launch_kernel", launch_late)
    with pytest.raises(CancelledError):
        run(notebook(code("1")), cancel=token)
    (process,) = launched
    assert process.wait(10) == -signal.SIGKILL


def test_braces_in_the_projects_path_are_no_parameters(tmp_path):
    folder = tmp_path / "{ward} {0}"
    folder.mkdir()
    plan = Plan.of(small(folder, ward=[prose("`{python} 6 * 2` beds")]), Quarter(2024, 2))
    executed = notebook_run.run(plan, plan.notebooks["ward"], {}, kernels="stock", is_traced=False).content
    assert results(executed) == [("6 * 2", "12")]
    assert executed.metadata.papermill.input_path == str(folder / "notebooks" / "ward.ipynb")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("<cell>/1.py:3: UserWarning: Dates are mixed.\n  to_datetime(days)\n", ["UserWarning: Dates are mixed."]),
        ("a.py:1: RuntimeWarning: divide\n  a / b\nb.py:2: RuntimeWarning: mean\n", ["divide", "mean"]),
        ("a.py:3: ChainedAssignmentError: A copy.\nMore.\n  f['n'][0] = 9\n", ["ChainedAssignmentError: A copy."]),
        ("a.py:3: FutureWarning: later\na.py:4: DeprecationWarning: old\n", []),
        ("Loading 3 rows\n  12:30: ready\n", []),
    ],
)
def test_what_python_warns_of_in_a_cell_is_told_unless_it_is_of_later_versions(said, told):
    cell = code("f()", id="warns")
    cell.outputs = [new_output("stream", name="stderr", text=said), new_output("stream", name="stdout", text=said)]
    found = list(scheduler._warnings(Executed("ward", new_notebook(cells=[cell]), 0.0, Trace({}))))
    assert len(found) == len(told)
    for line, words in zip(found, told, strict=True):
        assert line.startswith('warning: notebooks/ward.ipynb, cell 1 "f()" (id warns): ')
        assert line.endswith(words)
