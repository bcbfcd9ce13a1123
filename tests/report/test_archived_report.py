"""This report of an older commit is built by the code of that commit, and by no other."""

from __future__ import annotations

import csv
import json
import os
import subprocess

import pytest
import yaml

from support.projects import ROOT, engine, natpatsip
from support.repositories import commit, git

Q2 = "2024-25-Q2"

OLDER = "628ec06"  # the last commit whose engine was called helpers
CHAPTER = "systems-safety"  # is built of it, as its only one: all of them take four times as long

PLANTED = "raise RuntimeError('the current engine was imported')\n"


def has_history():
    command = ["git", "cat-file", "-e", f"{OLDER}^{{commit}}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


@pytest.mark.end_to_end
@pytest.mark.skipif(not has_history(), reason=f"this clone is shallow, or a copy: it does not hold commit {OLDER}")
def test_an_older_engine_is_not_mixed_with_the_current_one(tmp_path):
    project = tmp_path / "project"
    git(tmp_path, "clone", "--quiet", "--no-checkout", str(ROOT), str(project))
    older = shortened(project)
    git(project, "checkout", "--quiet", "--detach", git(ROOT, "rev-parse", "HEAD").strip())
    with (project / "params" / f"{Q2}.yml").open("a", encoding="utf-8") as lines:
        lines.write(f"\nbuilt_from: {older}\n")
    current = engine(tmp_path / "current" / "natpatsip")
    (current / "pipeline" / "execution" / "engine.py").write_text(PLANTED, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(current.parent)}
    run = natpatsip(project, "build", Q2, "--to", "html", "--renderer", "pandoc", env=environment)
    assert run.returncode == 0, run.stderr
    assert f"building it from {older} in a worktree of its own" in run.stderr
    report = project / "reports" / Q2
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["commit"] == older
    with (report / "facts.csv").open(encoding="utf-8", newline="") as lines:
        facts = {(row["id"], row["period"]): row["text"] for row in csv.DictReader(lines)}
    assert facts["psirf_gp_early_adopters", Q2] == "54"


def shortened(project):
    """Return a commit on the older one that has one chapter."""
    git(project, "checkout", "--quiet", "--detach", OLDER)
    settings = project / "_quarto.yml"
    content = yaml.safe_load(settings.read_text(encoding="utf-8"))
    content["book"]["chapters"] = ["index.qmd", "sources.qmd"]
    content["natpatsip"] = {"not-programmes": ["sources"]}
    settings.write_text(yaml.safe_dump(content), encoding="utf-8")
    notebooks = project / "notebooks"
    chapter = json.loads((notebooks / f"{CHAPTER}.ipynb").read_text(encoding="utf-8"))
    chapter["cells"] = [cell for cell in chapter["cells"] if ".ipynb" not in "".join(cell["source"])]  # no such chapter
    (notebooks / "index.ipynb").write_text(json.dumps(chapter), encoding="utf-8")
    return commit(project, "One chapter")
