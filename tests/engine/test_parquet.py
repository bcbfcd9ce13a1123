"""Parquet files, in every test run: pyarrow is an optional extra, so it is put beside the environment, not into it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from support.projects import ROOT
from support.pyarrow_beside import install
from support.whole import built_once, shared_folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run Python with the locked pyarrow, and return what it prints."""
    beside = built_once(shared_folder(tmp_path_factory, "pyarrow"), install)
    found = [str(beside), str(ROOT / "src"), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, found))}

    def run(*arguments):
        command = [sys.executable, *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


# The threads come first: those that another rule had started would hide them.
WRITES = """\
import json, sys
from pathlib import Path
import pandas as pd
from natpatsip import datasets, new_dataset
from support import trust
from support.projects import example
folder = Path(sys.argv[1])
project = example(folder / "example")
months = pd.to_datetime(["2024-07-01", "2024-08-01", "2024-09-01"] * 2)
frame = pd.DataFrame({"month": months, "team": ["North"] * 3 + ["South"] * 3, "beds": [1, 2, None, 4, 5, 6]})
frame.assign(day=pd.Timestamp("2024-07-03"), code=["01", "02"] * 3).to_parquet(project / "data" / "beds.parquet")
tasks = Path("/proc/self/task")  # the threads of this process, on Linux
before = len(list(tasks.glob("*")))
found = new_dataset.add(project / "data" / "beds.parquet", project)
read = datasets.load("beds", quarter="2024-25-Q2", project=project)
threads = len(list(tasks.glob("*"))) - before
types = {each.name: each.type for each in found.columns}
waits = datasets.load("waits_monthly", quarter="2024-25-Q2", project=trust.make(folder / "csv"))
waits.to_parquet(folder / "waits_monthly.parquet")
added = {"types": types, "period": found.entry["natpatsip"]["period"], "rows": len(read), "threads started": threads}
print(json.dumps(added))
"""
READS = """\
import json, os, shutil, sys
from pathlib import Path
from natpatsip import datasets
from natpatsip.pipeline.caching.tracing import tracer
from support import trust
import pandas as pd
project = trust.make(Path(sys.argv[1]) / "parquet")
content = trust.descriptor()
next(each for each in content["resources"] if each["name"] == "waits_monthly")["path"] = "waits_monthly.parquet"
trust.declare(project, content)
shutil.move(Path(sys.argv[1]) / "waits_monthly.parquet", project / "data")
os.chdir(project)

def untracked():
    found = json.loads(tracer.report(str(project)))["untracked"]
    return [each for each in found if each.startswith("imports ")]  # pyarrow lies outside the project

tracer.begin()
datasets.load("waits_monthly", quarter="2024-25-Q2", project=project)
declared = untracked()
pd.read_parquet("data/waits_monthly.parquet")
print(json.dumps([declared, untracked()]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("parquet")


@pytest.fixture(scope="module")
def written(run, folder):
    """What one process finds that writes Parquet files and reads them."""
    return json.loads(run("-c", WRITES, folder))


def test_the_rules_of_parquet_files_are_tested_with_pyarrow(run):
    files = ("tests/engine/test_declaration.py", "tests/engine/parquet_rules.py")
    said = run("-m", "pytest", "-q", "-n", "0", "--noconftest", "-k", "parquet", *files)  # conftest needs more
    assert " passed" in said
    assert "skipped" not in said


def test_a_parquet_file_is_declared_as_it_is_typed_and_read_without_threads(written):
    assert written["types"] == {
        "month": "yearmonth",
        "team": "string",
        "beds": "integer",
        "day": "date",
        "code": "string",
    }
    assert (written["period"], written["rows"]) == ("month", 6)
    assert written["threads started"] == 0, "a process with threads of pyarrow may abort as it ends"


@pytest.mark.usefixtures("written")
def test_a_declared_parquet_file_is_tracked_and_one_that_pandas_reads_is_not(run, folder):
    assert json.loads(run("-c", READS, folder)) == [[], ["imports pandas.core.arrays.arrow.extension_types"]]
