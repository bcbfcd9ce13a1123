"""The notebooks as JupyterLab runs them: each by itself, from top to bottom, without papermill.

One of each kind runs on a stock kernel, as there; the others in forks of a process that has the libraries in memory,
which takes half of the time.
"""

from __future__ import annotations

import shutil

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from papermill.engines import NotebookExecutionManager
from real_report import copy

from natpatsip.blocks.figures import FIGURE, PICTURE, VEGALITE
from natpatsip.pipeline.execution.cancellation import CancelToken
from natpatsip.pipeline.execution.prefork.client import WarmClient
from support.projects import ROOT

pytestmark = pytest.mark.end_to_end
CITING = ("index", "infographics", "about")  # what they print others calculate
SECTIONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb") if path.stem not in CITING)
CHARTS = {"maternity-neonatal": 8, "medicines": 5}
STOCK = ("maternity-neonatal", "index")


class ForkClient(WarmClient):
    """Runs all cells as they are, without parameters and inline code."""

    cancel = CancelToken()

    def papermill_execute_cells(self):
        for number, cell in enumerate(self.nb.cells):
            self.execute_cell(cell, number)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy(tmp_path_factory.mktemp("jupyter"))


@pytest.fixture(scope="module")
def built(project, whole):
    shutil.copytree(whole.report(), project / "reports" / "2024-25-Q2")


def run_all(project, name):
    folder = project / "notebooks"
    content = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    if name not in STOCK:
        managed = NotebookExecutionManager(content, progress_bar=False)
        return ForkClient(managed, record_timing=False).execute(cwd=str(folder))
    resources = {"metadata": {"path": str(folder)}}
    return NotebookClient(content, resources=resources, extra_arguments=["--IPKernelApp.log_level=40"]).execute()


def shown(executed, mimetype):
    return [
        output.data[mimetype]
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if mimetype in output.get("data", {})
    ]


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_runs_by_itself_with_its_charts_showing(project, name):
    executed = run_all(project, name)
    assert len(shown(executed, VEGALITE)) == len(shown(executed, FIGURE)) == CHARTS.get(name, 0)
    assert len(shown(executed, "image/svg+xml")) == len(shown(executed, PICTURE))


@pytest.mark.parametrize("name", CITING)
def test_what_cites_the_sections_asks_for_a_build_first(project, name):
    assert not (project / "reports").exists()
    with pytest.raises(CellExecutionError, match=r"there is no build of 2024-25-Q2 .* Run: natpatsip build 2024-25-Q2"):
        run_all(project, name)


@pytest.mark.parametrize("name", CITING)
@pytest.mark.usefixtures("built")
def test_what_cites_the_sections_runs_after_a_build(project, name):
    run_all(project, name)
