"""An archived quarter is built by the code of its commit, and by no other."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys

import pytest

from natpatsip.release.archived import write_metadata
from projects import ROOT, natpatsip
from repositories import git

Q2 = "2024-25-Q2"
OLDER = "628ec06"  # the last commit whose engine was called helpers
PLANTED = "raise RuntimeError('the current engine was imported')\n"


def has_history():
    command = ["git", "cat-file", "-e", f"{OLDER}^{{commit}}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


@pytest.mark.end_to_end
@pytest.mark.skipif(not has_history(), reason=f"this clone is shallow, or a copy: it does not hold commit {OLDER}")
def test_an_older_engine_is_not_mixed_with_the_current_one(tmp_path):
    project = tmp_path / "project"
    git(tmp_path, "clone", "--quiet", "--no-checkout", str(ROOT), str(project))
    git(project, "checkout", "--quiet", "--detach", git(ROOT, "rev-parse", "HEAD").strip())
    with (project / "params" / f"{Q2}.yml").open("a", encoding="utf-8") as lines:
        lines.write(f"\nbuilt_from: {OLDER}\n")
    current = tmp_path / "current" / "natpatsip"
    shutil.copytree(ROOT / "src" / "natpatsip", current, ignore=shutil.ignore_patterns("__pycache__"))
    (current / "pipeline" / "execution" / "engine.py").write_text(PLANTED, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(current.parent)}
    run = natpatsip(project, "build", Q2, "--to", "html", "--renderer", "pandoc", env=environment)
    assert run.returncode == 0, run.stderr
    assert f"building it from {OLDER} in a worktree of its own" in run.stderr
    report = project / "reports" / Q2
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["commit"].startswith(OLDER)
    with (report / "facts.csv").open(encoding="utf-8", newline="") as lines:
        facts = {(row["id"], row["period"]): row["text"] for row in csv.DictReader(lines)}
    assert facts["mgso4_women", Q2] == "677"


ENTRY_POINTS = """
import entrypoints, importlib.metadata as metadata
print(entrypoints.get_single("papermill.engine", "natpatsip").module_name)
(found,) = metadata.entry_points(group="papermill.engine", name="natpatsip")
print(found.value, metadata.version("natpatsip"))
"""


def test_the_metadata_of_a_commit_come_before_those_of_what_is_installed(tmp_path):
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text(
        '[project]\nname = "natpatsip"\nversion = "0.0.1"\n'
        '[project.scripts]\nnatpatsip = "helpers.cli:main"\n'
        '[project.entry-points."papermill.engine"]\nnatpatsip = "helpers.build.engine:Engine"\n',
        encoding="utf-8",
    )
    write_metadata(pyproject, tmp_path)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", ENTRY_POINTS]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["helpers.build.engine", "helpers.build.engine:Engine", "0.0.1"]
