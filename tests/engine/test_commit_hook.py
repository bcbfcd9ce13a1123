"""The commit hook takes outputs and what kernels and editors add out of notebooks, and changes nothing else."""

from __future__ import annotations

import copy
import json
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from support.projects import ROOT, code, prose, write

CONFIGS = [ROOT / ".pre-commit-config.yaml", ROOT / "src/natpatsip/init/template/dot_pre-commit-config.yaml"]
CELLS = [  # each of a kind that ruff would change or reject
    code("from natpatsip import wording\nimport os, sys", id="only-inline", tags=["2024-25-Q2"]),
    prose("Of `{python} wording.number(7)` teams.", id="inline"),
    code("pairs = list(zip([1], [2]))", id="zip-without-strict"),
    code(f"caption = '{'long ' * 40}'", id="long-line"),
    code("x=1;y = 2", id="layout", tags=["typed-number"]),
]
NOISE = {"papermill": {"duration": 1.0}, "vscode": {"languageId": "python"}}


def hooks(config):
    return yaml.safe_load(config.read_text(encoding="utf-8"))["repos"][0]["hooks"]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.name)
def test_only_one_hook_touches_notebooks(config):
    assert [hook["id"] for hook in hooks(config) if "jupyter" in hook.get("types_or", hook.get("types"))] == [
        "nbstripout"
    ]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.name)
def test_outputs_and_noise_go_and_all_else_stays(tmp_path, config):
    file = write(tmp_path / "ward.ipynb", "Ward", *copy.deepcopy(CELLS))
    clean = nbformat.read(file, as_version=4)
    clean.metadata.kernelspec.display_name = "The ward's own"
    clean.cells[-1].metadata["jupyter"] = {"source_hidden": True}  # as new-quarter collapses cells
    noisy = copy.deepcopy(clean)
    noisy.metadata.update({**NOISE, "language_info": {"name": "python", "version": "3.12.1"}})
    clean.metadata["language_info"] = {"name": "python"}
    for cell in noisy.cells:
        cell.metadata.update(NOISE)
        if cell.cell_type == "code":
            cell.execution_count = 3
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="1,234 people")]
    nbformat.write(noisy, file)
    (entry,) = (hook["entry"] for hook in hooks(config) if hook["id"] == "nbstripout")
    words = shlex.split(entry)
    words = words[words.index(next(word for word in words if Path(word).name == "nbstripout")) + 1 :]
    run = subprocess.run([Path(sys.executable).with_name("nbstripout"), *words, file], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(nbformat.writes(clean))
