"""Notebooks' files are read and written as nbformat does, and what counts as plainly valid is valid."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from natpatsip.pipeline import notebook_file

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
SHOWN = {
    "text/plain": "One\ntwo",
    "text/html": "<b>\u2028</b>\r\n",
    "image/svg+xml": "<svg>\n</svg>",
    "image/png": "AAAA\n",
    "application/json": ["a\n", "b"],
    "application/vnd.vegalite.v5+json": {"data": [1, 2.50, None, {"text": ["a", "b"]}]},
}


def ran() -> nbformat.NotebookNode:
    """Return a notebook with all that a file may hold."""
    outputs = [
        v4.new_output("display_data", SHOWN, metadata={"wide": True}),
        v4.new_output("execute_result", SHOWN, execution_count=1),
        v4.new_output("stream", name="stdout", text="1\n2\n"),
        v4.new_output("error", ename="ValueError", evalue="no", traceback=["a\n", "b"]),
    ]
    cells = [
        v4.new_markdown_cell("# Waits\n\nIn July – 5%.", id="waits", attachments={"a.png": {"image/png": "AAAA"}}),
        v4.new_code_cell("a = 1\na", id="code", outputs=outputs, execution_count=1, metadata={"trusted": True}),
        v4.new_raw_cell("", id="raw"),
    ]
    return v4.new_notebook(cells=cells, metadata={"orig_nbformat": 4, "papermill": {"duration": 0.1}})


def plain() -> dict:
    """Return a plainly valid notebook as its file has it."""
    cells = [
        v4.new_markdown_cell("# Waits", id="waits", metadata={"tags": ["2024-25-Q2"], "vscode": {}}),
        v4.new_code_cell("1", id="code"),
        v4.new_raw_cell("", id="raw"),
    ]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python", "version": "3.11"},
    }
    return json.loads(v4.writes(v4.new_notebook(cells=cells, metadata=metadata)))


def test_a_file_is_read_and_written_as_nbformat_does():
    text = v4.writes(ran())
    content = notebook_file.reads(text)
    assert content == v4.reads(text)
    assert content.cells[1].outputs[0].data["text/plain"] == SHOWN["text/plain"]
    assert notebook_file.writes(content) == notebook_file.writes(ran()) == v4.writes(ran())


def test_a_copy_is_another_notebook():
    content = notebook_file.reads(v4.writes(ran()))
    copied = copy.deepcopy(content)
    copied.cells[0].metadata.tags = ["new"]
    assert "tags" not in content.cells[0].metadata


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_the_report_s_notebooks_are_read_without_nbformat(file):
    text = file.read_text(encoding="utf-8")
    assert notebook_file.is_plainly_valid(json.loads(text))
    assert notebook_file.reads(text) == nbformat.reads(text, as_version=4)


# Each puts something into a plainly valid notebook at a place; all but the last few break the format's schema.
NOT_PLAIN = [
    (("nbformat",), 3),
    (("nbformat_minor",), 4),
    (("worksheets",), []),
    (("metadata",), []),
    (("metadata", "kernelspec"), {"name": "python3"}),
    (("metadata", "kernelspec"), {"name": "python3", "display_name": 3}),
    (("metadata", "kernelspec"), None),
    (("metadata", "language_info"), {}),
    (("metadata", "language_info"), None),
    (("metadata", "language_info"), {"name": "python", "mimetype": 1}),
    (("metadata", "title"), 1),
    (("metadata", "authors"), "Ann"),
    (("metadata", "orig_nbformat"), 0),
    (("cells",), {}),
    (("cells", 0), "Waits"),
    (("cells", 0, "cell_type"), "heading"),
    (("cells", 0, "id"), "two words"),
    (("cells", 0, "id"), ""),
    (("cells", 0, "id"), "a" * 65),
    (("cells", 0, "id"), None),
    (("cells", 0, "source"), 1),
    (("cells", 0, "source"), ["a", 1]),
    (("cells", 0, "outputs"), []),
    (("cells", 0, "metadata"), []),
    (("cells", 0, "metadata", "tags"), "a"),
    (("cells", 0, "metadata", "tags"), [1]),
    (("cells", 0, "metadata", "tags"), [["a"]]),
    (("cells", 0, "metadata", "tags"), ["a", "a"]),
    (("cells", 0, "metadata", "tags"), ["a,b"]),
    (("cells", 0, "metadata", "tags"), [""]),
    (("cells", 0, "metadata", "name"), ""),
    (("cells", 0, "metadata", "jupyter"), 1),
    (("cells", 1, "metadata", "collapsed"), 1),
    (("cells", 1, "metadata", "scrolled"), "no"),
    (("cells", 1, "metadata", "execution"), 1),
    (("cells", 1, "execution_count"), "1"),
    (("cells", 1, "outputs"), [{"output_type": "stream"}]),
    (("cells", 2, "metadata", "format"), 1),
    (("cells", 1, "id"), "waits"),  # nbformat gives one of the two another
    (("cells", 1, "execution_count"), 1),  # valid, but not at a glance
    (("cells", 0, "attachments"), {}),
]


def test_what_is_plainly_valid_is_valid():
    assert notebook_file.is_plainly_valid(plain())
    nbformat.validate(plain())
    for source in ("Waits", ["Wai", "ts"], []):
        content = plain()
        content["cells"][0]["source"] = source
        assert notebook_file.is_plainly_valid(content)
        nbformat.validate(content)


@pytest.mark.parametrize(("place", "value"), NOT_PLAIN, ids=lambda each: str(each)[:60])
def test_anything_else_is_left_to_nbformat(place, value):
    content = plain()
    *steps, last = place
    part = content
    for step in steps:
        part = part[step]
    part[last] = value
    assert not notebook_file.is_plainly_valid(content)


@pytest.mark.parametrize("content", [None, [], 1, "text", {}, {"cells": []}], ids=str)
def test_what_is_no_notebook_is_left_to_nbformat(content):
    assert not notebook_file.is_plainly_valid(content)
