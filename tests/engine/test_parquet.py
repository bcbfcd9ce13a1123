"""Parquet files, in every test run: pyarrow is an optional extra, so it is put beside the environment, not into it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.projects import ROOT


@pytest.fixture(scope="session")
def pyarrow(tmp_path_factory):
    """The folder of the locked pyarrow."""
    locked = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    (version,) = [each["version"] for each in locked if each["name"] == "pyarrow"]
    folder = tmp_path_factory.mktemp("pyarrow")
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    install = [uv, "pip", "install", "--quiet"] if uv else [sys.executable, "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, "--no-deps", "--target", folder, f"pyarrow=={version}"], check=True)
    return folder


def run(pyarrow, *arguments):
    found = [str(pyarrow), str(ROOT / "src"), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, found))}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("file", ["test_declaration.py", "test_datasets_parquet.py"])
def test_the_rules_of_parquet_files_are_tested_with_pyarrow(pyarrow, file):
    without = ("-n", "0", "--noconftest")  # what only tests with a browser or a build need
    said = run(pyarrow, "-m", "pytest", "-q", *without, "-k", "parquet", f"tests/engine/{file}")
    assert " passed" in said
    assert "skipped" not in said


TRACED = """\
import json, os, sys
from pathlib import Path
from natpatsip import datasets
from natpatsip.pipeline.caching.tracing import tracer
from support import trust
import pandas as pd
project = trust.make(Path(sys.argv[1]) / "project")
content = trust.descriptor()
next(each for each in content["resources"] if each["name"] == "waits_monthly")["path"] = "waits_monthly.parquet"
trust.declare(project, content)
if sys.argv[2] == "write":
    frame = datasets.load("waits_monthly", quarter="2024-25-Q2", project=trust.make(Path(sys.argv[1]) / "csv"))
    frame.to_parquet(project / "data" / "waits_monthly.parquet")
else:
    os.chdir(project)
    tracer.begin()
    datasets.load("waits_monthly", quarter="2024-25-Q2", project=project)
    exec(sys.argv[3])
    untracked = json.loads(tracer.report(str(project)))["untracked"]
    print(json.dumps([each for each in untracked if each.startswith("imports ")]))  # pyarrow lies outside the project
"""


@pytest.fixture(scope="module")
def waits(pyarrow, tmp_path_factory):
    """A Parquet file of the dataset, as pandas writes it."""
    folder = tmp_path_factory.mktemp("waits")
    run(pyarrow, "-c", TRACED, str(folder), "write", "")
    return folder / "project" / "data" / "waits_monthly.parquet"


@pytest.mark.parametrize(
    ("deed", "untracked"),
    [
        ("", "[]"),
        ("pd.read_parquet('data/waits_monthly.parquet')", '["imports pandas.core.arrays.arrow.extension_types"]'),
    ],
)
def test_a_declared_parquet_file_is_tracked_and_one_that_pandas_reads_is_not(pyarrow, waits, tmp_path, deed, untracked):
    code = TRACED.replace("if sys", f"import shutil; shutil.copy2({str(waits)!r}, project / 'data')\nif sys", 1)
    assert run(pyarrow, "-c", code, str(tmp_path), "read", deed).strip() == untracked


ADDED = """\
import json, os, sys
from pathlib import Path
import pandas as pd
from natpatsip import datasets, new_dataset
from support.projects import example
project = example(Path(sys.argv[1]) / "project")
months = pd.to_datetime(["2024-07-01", "2024-08-01", "2024-09-01"] * 2)
frame = pd.DataFrame({"month": months, "team": ["North"] * 3 + ["South"] * 3, "beds": [1, 2, None, 4, 5, 6]})
frame.assign(day=pd.Timestamp("2024-07-03"), code=["01", "02"] * 3).to_parquet(project / "data" / "beds.parquet")
tasks = Path("/proc/self/task")  # the threads of this process, on Linux
before = len(list(tasks.glob("*")))
found = new_dataset.add(project / "data" / "beds.parquet", project)
read = datasets.load("beds", quarter="2024-25-Q2", project=project)
started = len(list(tasks.glob("*"))) - before
types = {each.name: each.type for each in found.columns}
print(json.dumps([types, found.entry["natpatsip"]["period"], len(read), started]))
"""


def test_a_parquet_file_is_declared_as_it_is_typed_and_read_without_threads(pyarrow, tmp_path):
    types, period, rows, threads_started = json.loads(run(pyarrow, "-c", ADDED, str(tmp_path)))
    assert types == {"month": "yearmonth", "team": "string", "beds": "integer", "day": "date", "code": "string"}
    assert (period, rows) == ("month", 6)
    assert threads_started == 0, "a process with threads of pyarrow may abort as it ends"
