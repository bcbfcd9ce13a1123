"""A file that a cell opens, by whatever means, is recorded; one that is read past a declaration is a finding."""

from __future__ import annotations

import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from natpatsip.checks import undeclared_data
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.context import OPENED
from natpatsip.datasets.descriptor import Package
from natpatsip.errors import NotebookError
from natpatsip.files.digests import sha256
from natpatsip.pipeline.caching.opened_files import files_named, is_of_cell
from natpatsip.pipeline.execution import notebook_run
from natpatsip.pipeline.notebook_outputs import data_files, gather
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support.checking import context, seen
from support.projects import code, prose, small

CONTENT = "ward,beds\nNorth,3\n"
IMPORTS = code(
    "import sqlite3\nfrom pathlib import Path\nimport pandas as pd\nfrom natpatsip import datasets", id="more"
)
WAYS = {
    "lxml": 'from lxml import etree\netree.parse("../data/beds.xml")',
    "pandas": 'pd.read_csv("../data/beds.csv")',
    "open": 'open("../data/beds.csv").read()',
    "path": 'Path("../data/beds.csv").read_text()',
    "os": 'import os\nos.read(os.open("../data/beds.csv", os.O_RDONLY), 10)',
    "numpy": 'import numpy as np\nnp.genfromtxt("../data/beds.csv", dtype=str)',
    "magic": '%time pd.read_csv("../data/beds.csv")',
    "module": "from helpers import beds\nbeds.read()",
    "thread": "import threading\nt = threading.Thread(target=beds.read)\nt.start(), t.join()",
    "unpacked": 'import zipfile\nzipfile.ZipFile("../data/beds.zip").namelist()',
    "program": 'import subprocess\nsubprocess.run(["cat", "../data/beds.csv"], capture_output=True, check=True)',
    "shell": 'import os\nos.popen("cat ../data/beds.csv").read()',
    "shell-line": "beds = !cat ../data/beds.csv",
    "shell-cell": "%%bash\ncat ../data/beds.csv",
    "database": 'sqlite3.connect("../data/beds.db").execute("select 1")',
}
OPENED_BY = {"lxml": "data/beds.xml", "unpacked": "data/beds.zip", "database": "data/beds.db"}
MODULE = (
    'import pandas as pd\nfrom pathlib import Path\n\ndef read():\n    return pd.read_csv(Path("../data/beds.csv"))\n'
)


def run(tmp_path, *cells, kernels="warm"):
    """Return a notebook of some cells, run."""
    project = small(tmp_path / "project", ward=[IMPORTS, *cells])
    data = project / "data"
    data.joinpath("beds.csv").write_text(CONTENT, encoding="utf-8")
    data.joinpath("beds.xml").write_text("<beds>3</beds>", encoding="utf-8")
    with zipfile.ZipFile(data / "beds.zip", "w") as packed:
        packed.write(data / "beds.csv", "beds.csv")
    data.joinpath("beds.db").write_bytes(b"")
    helpers = project / "src" / "helpers"
    helpers.mkdir(parents=True)
    helpers.joinpath("__init__.py").write_text("", encoding="utf-8")
    helpers.joinpath("beds.py").write_text(MODULE, encoding="utf-8")
    plan = Plan.of(project, Quarter(2024, 2))
    content = notebook_run.run(plan, plan.notebooks["ward"], {}, kernels=kernels, is_traced=True).content
    return plan, content


def opened(content, cell):
    (found,) = [each for each in content.cells if each.get("id") == cell]
    return found.metadata.get(OPENED, [])


def findings(plan, content):
    return undeclared_data.check(CheckContext(plan, {"ward": content}))


@pytest.mark.parametrize("kernels", ["warm", "stock"])
def test_a_file_that_a_cell_opens_by_any_means_is_recorded_in_the_cell_and_found(tmp_path, kernels):
    plan, content = run(tmp_path, *(code(source, id=way) for way, source in WAYS.items()), kernels=kernels)
    for way in WAYS:
        assert [each["file"] for each in opened(content, way)] == [OPENED_BY.get(way, "data/beds.csv")], way
    assert opened(content, "pandas")[0]["sha256"] == sha256(CONTENT)
    read = data_files(gather({"ward": content}).values(), plan.project)
    assert set(read) == {"data/beds.csv", *OPENED_BY.values()}
    found = {each.found: each for each in findings(plan, content)}
    assert set(found) == set(read)  # each once, at the first cell that reads it
    assert (found["data/beds.csv"].cell, found["data/beds.csv"].notebook) == ("pandas", "ward.ipynb")


def test_prose_that_reads_a_file_is_recorded_too(tmp_path):
    plan, content = run(tmp_path, prose('`{python} len(pd.read_csv("../data/beds.csv"))` ward', id="said"))
    assert [each.cell for each in findings(plan, content)] == ["said"]


def test_what_the_engine_opens_for_a_cell_is_not_recorded(tmp_path):
    load = code('waits = datasets.load("waits_monthly"); cite("waits_standard", period="all")', id="loads")
    plan, content = run(tmp_path, load, code("import helpers.beds", id="helps"), code("1 / len(waits)", id="counts"))
    assert not any(OPENED in each.metadata for each in content.cells)
    assert not findings(plan, content)


@pytest.mark.parametrize("deed", ['Path("made.csv").write_text("a")\npd.read_csv("made.csv")', "print(1)"])
def test_a_file_that_the_notebook_has_made_itself_is_not_data(tmp_path, deed):
    assert not opened(run(tmp_path, code(deed, id="makes"))[1], "makes")


def message(tmp_path, source):
    (found,) = findings(*run(tmp_path, code(source, id="reads")))
    return found.message


def found_of(tmp_path, *opened):
    """Return the findings about what a cell has opened, without running it."""
    cell = code("read()", id="reads")
    cell.metadata[OPENED] = list(opened)
    return undeclared_data.check(context(tmp_path, cell))


PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ttf", ".otf", ".woff", ".woff2", ".css")


def test_pictures_typefaces_styles_and_what_a_project_says_of_itself_are_not_data(tmp_path):
    files = [f"assets/beds{suffix}" for suffix in (*PICTURES, *map(str.upper, PICTURES))]
    files += ["_quarto.yml", "data/datapackage.yaml", "data/measures.yml", "params/2024-25-Q2.yml"]
    assert found_of(tmp_path, *({"file": file} for file in files)) == []


def test_each_file_and_host_is_told_once_by_its_name(tmp_path):
    opened = [{"file": "data/beds.csv"}, {"host": "www.nhs.uk:443"}, {"file": "data/beds.csv"}, {"file": "beds.csv"}]
    found = found_of(tmp_path, *opened, opened[1])
    assert [each.found for each in found] == ["data/beds.csv", "www.nhs.uk:443", "beds.csv"]
    assert [each.message.partition(",")[0] for each in found] == [
        "This cell reads data/beds.csv",
        "This cell reads from the network (www.nhs.uk:443)",
        "This cell reads beds.csv",
    ]
    assert "Move it to data/beds.csv. Declare it: natpatsip data add data/beds.csv." in found[2].message


@pytest.mark.parametrize("name", ["beds.TSV", "beds.parquet", "beds.xlsx"])
def test_a_file_that_can_be_declared_is_and_what_is_read_from_another_is_saved_as_csv(tmp_path, name):
    (found,) = found_of(tmp_path, {"file": f"data/{name}"})
    is_loaded = not name.endswith("xlsx")
    assert (f"Declare it: natpatsip data add data/{name}. " in found.message) == is_loaded
    assert ("as CSV, data/beds.csv, declare that: natpatsip data add data/beds.csv. " in found.message) != is_loaded


@pytest.mark.parametrize(
    ("options", "schema", "unused", "lacking"),
    [
        ("period: month, provenance: reported", True, "cut-off, schema and provenance are", ""),
        ("as_of: month, provenance: reported", True, "cut-off, schema and provenance are", ""),
        ("provenance: reported", True, "schema and provenance are", "cut-off: add natpatsip.period or as_of"),
        ("rows: a bed", True, "schema is", "cut-off and no provenance: add natpatsip.period or as_of and natpatsip."),
        ("rows: a bed", False, "", "cut-off and no schema and no provenance: add natpatsip.period or as_of, schema "),
    ],
)
def test_what_a_declaration_has_is_not_applied_and_what_it_lacks_is_to_be_added(options, schema, unused, lacking):
    fields = {"schema": {"fields": [{"name": "month", "type": "yearmonth"}]}} if schema else {}
    options = dict(each.split(": ") for each in options.split(", "))
    beds = {"name": "beds", "path": "beds.csv", "natpatsip": options, **fields}
    package = Package.model_validate({"resources": [beds]})
    message = undeclared_data._message({"file": "data/beds.csv"}, package)
    its = f", so its {unused} not applied" if unused else ""
    assert message.startswith(f'This cell reads data/beds.csv past its declaration{its}. Write datasets.load("beds").')
    assert (f" Its declaration has no {lacking}" in message) == bool(lacking)
    assert ("Its declaration has" in message) == bool(lacking)


def test_an_undeclared_file_lacks_cut_off_schema_and_provenance(tmp_path):
    found = message(tmp_path, WAYS["pandas"])
    assert "reads data/beds.csv, which is not declared" in found
    assert all(word in found for word in ("no cut-off", "no schema", "no provenance"))
    assert "natpatsip data add data/beds.csv." in found
    assert 'datasets.load("beds")' in found


def test_a_file_outside_the_data_folder_is_moved_there_first(tmp_path):
    outside = tmp_path / "elsewhere" / "beds.csv"
    outside.parent.mkdir()
    outside.write_text(CONTENT, encoding="utf-8")
    found = message(tmp_path, f"pd.read_csv({str(outside)!r})")
    assert "reads <elsewhere>/beds.csv, which is outside the project" in found
    assert "Copy it to data/beds.csv. Declare it: natpatsip data add data/beds.csv." in found


def test_a_file_that_no_declaration_can_be_of_is_saved_as_csv(tmp_path):
    assert "Save what is read from it as CSV, data/beds.csv, declare that" in message(tmp_path, WAYS["database"])


def test_a_declared_file_is_read_by_its_name(tmp_path):
    found = message(tmp_path, 'pd.read_csv("../data/waits_monthly.csv")')
    assert found == (
        "This cell reads data/waits_monthly.csv past its declaration, so its cut-off, schema and provenance are not "
        'applied. Write datasets.load("waits_monthly").'
    )


def test_what_a_declaration_lacks_is_said_with_its_key(tmp_path):
    found = message(tmp_path, 'pd.read_csv("../data/organisations.csv")')
    assert "Its declaration has no cut-off: add natpatsip.period or as_of in data/datapackage.yaml, organ" in found


@pytest.mark.parametrize("name", ["data/measures.yml", "data/datapackage.yaml", "_quarto.yml", "params/2024-25-Q2.yml"])
def test_what_a_project_says_of_itself_is_not_data(tmp_path, name):
    assert not findings(*run(tmp_path, code(f'open("../{name}").read()', id="reads")))


def test_what_comes_from_the_network_is_found(tmp_path):
    ask = """\
import contextlib, socket
with contextlib.suppress(OSError), socket.socket() as asking:
    asking.settimeout(0.01)
    asking.connect(("192.0.2.1", 80))
"""
    assert "reads from the network (192.0.2.1:80)" in message(tmp_path, ask)


@pytest.mark.parametrize(
    "source",
    [
        'pl.read_csv("../data/beds.csv")',
        'pl.scan_csv("../data/*.csv").collect()',
        "pl.read_csv(file)",
        'pl.read_csv(f"../data/{ward}.csv")',
        'pl.read_csv(Path("..") / "data" / "beds.csv")',
        "duckdb.sql(\"select * from '../data/beds.csv' where beds > 3\")",
        "%%sql\nselect * from '../data/beds.csv'",
    ],
)
def test_a_file_that_code_names_is_found_for_readers_that_open_it_unseen(tmp_path, monkeypatch, source):
    (tmp_path / "data").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data" / "beds.csv").write_text(CONTENT, encoding="utf-8")
    (tmp_path / "data" / "staff.xml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "notebooks")
    names = {"file": Path("../data/beds.csv"), "ward": "beds", "unused": "../data/staff.xml"}
    assert set(files_named(source, str(tmp_path), names)) == {str(tmp_path / "data" / "beds.csv")}


@pytest.mark.parametrize(
    "source",
    [
        "x = 3",
        'print("beds")',
        'pl.read_csv("no.csv")',
        'x = "\\0.csv"',
        '"' + "a." * 9999 + '"',
        *(f'"{text * 20}"' for text in ("lorem ipsum, dolor. ", "lorem.ipsum.dol", "lorem*ipsum.dol")),
    ],
)
def test_other_texts_name_no_file(tmp_path, source):
    assert not list(files_named(source, str(tmp_path), {}))


def test_what_cannot_be_recorded_of_a_cell_stops_the_notebook(tmp_path):
    breaks = code("from natpatsip.pipeline.caching.tracing import tracer\ntracer._by_cell = None", id="breaks")
    with pytest.raises(NotebookError, match=r"reads and makes could not be recorded.*TypeError: 'NoneType'"):
        run(tmp_path, breaks)


class Frame:
    """A frame of the stack: the module that its code is of, and the frame that called it."""

    def __init__(self, *modules, code="f"):
        self.f_globals = {"__name__": modules[0]}
        self.f_code = SimpleNamespace(co_name=code)
        self.f_back = Frame(*modules[1:]) if len(modules) > 1 else None


@pytest.mark.parametrize(
    ("stack", "is_own"),
    [
        (["pandas", "__main__", "IPython.core", "natpatsip.pipeline"], True),
        (["pandas", "natpatsip.datasets", "__main__"], False),
        (["pandas", "helpers.beds", "__main__", "natpatsip.pipeline"], True),
        (["matplotlib", "IPython.core", "ipykernel.zmqshell", "__main__"], False),
        (["pandas", "threading"], True),
        (["natpatsipx", "__main__"], True),
    ],
)
def test_who_calls_first_tells_a_cell_from_the_engine(stack, is_own):
    assert is_of_cell(Frame(*stack), "") is is_own


def test_ipythons_open_is_the_cells():
    assert is_of_cell(Frame("IPython.core.interactiveshell", "__main__", code="_modified_open"), "")


def test_a_dictionary_that_is_older_than_the_declaration_is_told_with_the_command(tmp_path):
    seen_now = seen(small(tmp_path))
    assert undeclared_data.check(seen_now) == []
    file = tmp_path / "data" / "datapackage.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("the team that saw", "the team which saw"), encoding="utf-8"
    )
    (found,) = undeclared_data.check(seen_now)
    assert (found.check, found.where) == ("undeclared-data", "data/README.md")
    assert found.message.endswith("Run: python -m natpatsip.datasets.dictionary")
