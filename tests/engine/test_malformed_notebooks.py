"""A notebook that is not one, however it is broken, is refused in a sentence that names it."""

from __future__ import annotations

import json

import pytest

from natpatsip.errors import NotebookError
from natpatsip.pipeline.notebook import Notebook
from support.projects import command, small

Q2 = "2024-25-Q2"


def broken(path, change):
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


CHANGES = {
    "no source": lambda content: content["cells"][3].pop("source"),
    "a source of numbers": lambda content: content["cells"][3].update(source=[1, 2]),
    "no source at the start": lambda content: content["cells"][0].pop("source"),
    "source null": lambda content: content["cells"][3].update(source=None),
    "no metadata": lambda content: content["cells"][3].pop("metadata"),
    "no type": lambda content: content["cells"][3].pop("cell_type"),
    "another type": lambda content: content["cells"][3].update(cell_type="heading"),
    "half of a character": lambda content: content["cells"][3].update(source="x = '\ud800'"),
    "half of a character in a tag": lambda content: content["cells"][3]["metadata"].update(tags=["\udfff"]),
    "not a cell": lambda content: content["cells"].append("text"),
    "a cell null": lambda content: content["cells"].append(None),
    "tags that are a number": lambda content: content["cells"][3]["metadata"].update(tags=1),
    "tags null": lambda content: content["cells"][3]["metadata"].update(tags=None),
    "no cells": lambda content: content.pop("cells"),
    "cells null": lambda content: content.update(cells=None),
    "outputs null": lambda content: content["cells"][1].update(outputs=None),
    "outputs of numbers": lambda content: content["cells"][1].update(outputs=[1]),
    "outputs of prose that are a number": lambda content: content["cells"][0].update(outputs=1),
    "outputs of prose": lambda content: content["cells"][0].update(outputs=[{"data": 1}]),
}


METADATA = {
    "a kernel that is a text": lambda content: content["metadata"].update(kernelspec="python3"),
    "a language that is a list": lambda content: content["metadata"].update(language_info=["python"]),
}


@pytest.mark.parametrize("change", (CHANGES | METADATA).values(), ids=CHANGES | METADATA)
def test_a_cell_that_lacks_what_every_cell_has_is_refused_with_its_notebook(tmp_path, change):
    project = small(tmp_path)
    broken(project / "notebooks" / "ward.ipynb", change)
    with pytest.raises(NotebookError, match=r"^notebooks/ward\.ipynb"):
        Notebook.read(project / "notebooks" / "ward.ipynb")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_command_says_so(tmp_path, change):
    project = small(tmp_path)
    broken(project / "notebooks" / "ward.ipynb", change)
    run = command(project, "build", Q2, "--to", "html")
    assert run.returncode == 1
    assert "notebooks/ward.ipynb" in run.stderr
    assert json.loads(command(project, "check", Q2, "--format", "json").stdout)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "3", '{"cells": ', "[" * 100_000, '{"a":' * 3_000, "\x00", '{"cells": {}}']
)
def test_a_file_that_is_no_notebook_is_refused_by_name(tmp_path, text):
    project = small(tmp_path)
    (project / "notebooks" / "ward.ipynb").write_text(text, encoding="utf-8")
    run = command(project, "build", Q2, "--to", "html")
    assert run.returncode == 1
    assert "notebooks/ward.ipynb" in run.stderr
