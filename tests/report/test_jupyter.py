"""The notebooks as JupyterLab runs them: each by itself, from top to bottom, without papermill."""

from __future__ import annotations

import shutil

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from real_report import copy

from natpatsip.blocks.figures import FIGURE, PICTURE, VEGALITE
from support.projects import ROOT

pytestmark = pytest.mark.end_to_end
CITING = ("index", "infographics", "about")  # what they print others calculate
SECTIONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb") if path.stem not in CITING)
CHARTS = {"maternity-neonatal": 8, "medicines": 5}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy(tmp_path_factory.mktemp("jupyter"))


@pytest.fixture(scope="module")
def built(project, whole):
    shutil.copytree(whole.report(), project / "reports" / "2024-25-Q2")


def run_all(project, name):
    folder = project / "notebooks"
    content = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    client = NotebookClient(
        content,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--IPKernelApp.log_level=40"],
    )
    return client.execute()


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
