"""Several analysts at once: notebooks merge by cell, and a conflict that is left is named by its cell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from natpatsip import notebook_merges
from natpatsip.errors import NotebookError
from natpatsip.files import merge_conflicts
from natpatsip.files.merge_conflicts import conflicts_in
from natpatsip.pipeline.notebook import Notebook
from support.projects import ROOT, code, command, prose, small, write
from support.repositories import AUTHOR, git

HERE = Path(sys.executable).parent
CELLS = [prose("We saw ten women.\n\nIt was quiet.", id="news"), code("x = 1", id="work"), prose("The end.", id="end")]
ATTRIBUTES = f"{notebook_merges.ATTRIBUTES}\n"


def change(file, *, news="", end="", added=""):
    """Edit a notebook as an analyst does: a passage in each of two cells, and a new cell."""
    content = json.loads(file.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if text := {"news": news, "end": end}.get(cell["id"]):
            cell["source"] = text.splitlines(keepends=True)
    if added:
        cell = {"cell_type": "markdown", "id": f"by-{added.split()[0].lower()}", "metadata": {}, "source": [added]}
        content["cells"].insert(4, cell)
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def merged(folder, ours, theirs, *, with_nbdime=True, program=HERE):
    """Let two analysts change a notebook, and merge what they did; return git's exit status and the notebook."""
    (folder / "notebooks").mkdir(parents=True)
    file = write(folder / "notebooks" / "ward.ipynb", "Ward", *CELLS)
    (folder / ".gitattributes").write_text(ATTRIBUTES, encoding="utf-8")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    if with_nbdime:
        assert notebook_merges.enable(folder)
        (folder / ".gitignore").write_text(".venv\n", encoding="utf-8")
        if program:
            (folder / ".venv").mkdir()
            (folder / ".venv" / "bin").symlink_to(program)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Begin")
    for branch, edits in (("ann", theirs), ("bo", ours)):
        git(folder, "checkout", "--quiet", "-b", branch, "main")
        change(file, **edits)
        git(folder, "commit", "--quiet", "--all", "--message", branch)
    environment = {**os.environ, **AUTHOR, "PATH": "/usr/bin:/bin"}  # nbdime is not on it
    run = subprocess.run(
        ["git", "merge", "--quiet", "ann"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return run.returncode, file


BO, ANN = {"news": "We saw eleven women.\n\nIt was quiet."}, {"news": "We saw twelve women.\n\nIt was quiet."}


def test_what_two_analysts_did_in_different_cells_is_merged_and_shown_by_cell(tmp_path):
    status, file = merged(tmp_path, {**BO, "added": "Bo adds this."}, {"end": "The very end."})
    assert status == 0
    sources = {cell.id: cell.source for cell in Notebook.read(file).content.cells}
    assert sources["news"] == "We saw eleven women.\n\nIt was quiet."
    assert (sources["by-bo"], sources["end"]) == ("Bo adds this.", "The very end.")
    change(file, end="No end.")
    by_cell = git(tmp_path, "diff")
    assert "nbdiff" in by_cell
    assert "/source" in by_cell
    (tmp_path / ".venv" / "bin").unlink()
    environment = {**AUTHOR, "PATH": "/usr/bin:/bin"}
    run = subprocess.run(["git", "diff"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert "No end." in run.stdout


def test_conflicts_are_named_by_cell(tmp_path):
    status, file = merged(tmp_path, {**BO, "added": "Bo adds this."}, {**ANN, "added": "Ann adds that."})
    assert status == 1
    with pytest.raises(NotebookError) as error:
        Notebook.read(file)
    assert str(error.value).startswith("notebooks/ward.ipynb: a merge has left a conflict in cell 4 ")
    assert [name in str(error.value) for name in ("(id news)", "(id by-bo)", "(id by-ann)")] == [True] * 3
    assert "(id work)" not in str(error.value)
    assert "in JupyterLab, keep one version of each" in str(error.value)


@pytest.mark.parametrize("with_nbdime", [False, True], ids=["not set up", "removed since"])
def test_without_nbdime_git_merges_as_text_and_the_cells_are_named(tmp_path, with_nbdime):
    status, file = merged(
        tmp_path,
        {**BO, "added": "Bo adds this."},
        {**ANN, "added": "Ann adds that."},
        with_nbdime=with_nbdime,
        program=None,
    )
    assert status == 1
    with pytest.raises(NotebookError) as error:
        Notebook.read(file)
    assert str(error.value).startswith(
        'notebooks/ward.ipynb: a merge has left a conflict in cell 4 "We saw eleven women." (id news), '
        'cell 5 "Bo adds this." (id by-bo), the cell with the id by-ann (lines '
    )
    assert "git checkout --ours notebooks/ward.ipynb" in str(error.value)


def test_marks_where_neither_side_is_json_name_the_cell_before(tmp_path):
    text = '{\n "cells": [\n  {\n   "id": "news",\n<<<<<<< HEAD\n   "metadata": {,\n=======\n>>>>>>> ann\n'
    assert conflicts_in(text) == [(5, 8)]
    assert merge_conflicts.cells_in_text(text) == ([], {"news"})
    file = tmp_path / "ward.ipynb"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NotebookError, match=r"conflict in the cell with the id news \(lines 5 to 8 of the file\)"):
        Notebook.read(file)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "name",
    ["params/2024-25-Q2.yml", "_quarto.yml", "data/datapackage.yaml", "data/measures.yml", "data/waits_monthly.csv"],
)
def test_a_conflict_in_params_settings_data_and_measures_is_named_with_its_lines(project_to_merge, name, ends):
    file = project_to_merge / name
    before = file.read_bytes()
    first, second, *rest = before.decode().splitlines()
    lines = [first, "<<<<<<< HEAD", second, "=======", second, ">>>>>>> ann", *rest]
    file.write_bytes("".join(f"{line}{ends}" for line in lines).encode())
    run = command(project_to_merge, "check", "2024-25-Q2")
    file.write_bytes(before)
    assert run.returncode in (1, 2)
    said = run.stdout + run.stderr
    assert f"{name}: a merge has left a conflict in it (lines 2 to 6). In a text editor, keep one of the" in said
    assert f"git checkout --ours {name}, or --theirs" in said


@pytest.fixture(scope="module")
def project_to_merge(tmp_path_factory):
    notebook = code('from natpatsip import datasets, measure\ndatasets.load("waits_monthly")', id="read")
    return small(tmp_path_factory.mktemp("merged"), ward=[notebook, prose("Text.")])


def test_both_sides_of_a_merge_with_its_base():
    text = "a\n<<<<<<< HEAD\nb\n||||||| 1234\nc\n=======\nd\n>>>>>>> ann\ne\n"
    assert [merge_conflicts.one_side(text, side) for side in range(3)] == ["a\nb\ne\n", "a\nc\ne\n", "a\nd\ne\n"]


@pytest.mark.parametrize(
    "source",
    ["A heading\n=======\n\nText.", ">>>>>>> quoted", "`<<<<<<<` is a mark", "x <<<<<<< y", "1 << 2\n>>>>>>> z"],
)
def test_what_people_write_is_no_conflict(source):
    assert merge_conflicts.in_cells([{"source": source, "metadata": {}}]) == []


def test_metadata_that_could_not_be_merged_are_a_conflict():
    cells = [{"source": "", "metadata": {}}, {"source": "x", "metadata": {"nbdime-conflicts": {}}}]
    assert merge_conflicts.in_cells(cells) == [1]


@pytest.mark.parametrize("file", [".gitattributes", "src/natpatsip/init/template/dot_gitattributes"])
def test_the_drivers_are_named_for_every_clone(file):
    assert notebook_merges.ATTRIBUTES in (ROOT / file).read_text(encoding="utf-8").splitlines()


def test_a_new_report_in_a_repository_is_set_up(tmp_path):
    assert not notebook_merges.enable(tmp_path)  # no repository yet
    git(tmp_path, "init", "--quiet")
    assert not notebook_merges.is_enabled(tmp_path)
    run = command(tmp_path, "init", "waits")
    assert run.returncode == 0, run.stderr
    assert notebook_merges.is_enabled(tmp_path / "waits")
    assert '"waits/.venv/bin/git-nbmergedriver"' in git(tmp_path, "config", notebook_merges.DRIVER)
