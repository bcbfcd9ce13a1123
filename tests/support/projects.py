"""Projects for the tests of the engine: copies of the example, and small ones made of a few cells."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import yaml
from nbformat import NotebookNode, from_dict
from nbformat.v4 import writes

from support.yaml_text import to_yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "waiting-times"
NATPATSIP = [sys.executable, "-m", "natpatsip"]
IGNORED = shutil.ignore_patterns("build", "reports", "__pycache__", ".ipynb_checkpoints")
SETTINGS = """\
project: {type: book, output-dir: _book}
book:
  title: Test report
  chapters: [index.qmd, ward.qmd]
lang: en-GB
number-sections: false
"""


def example(folder: Path) -> Path:
    """Copy the example, with the look that it would otherwise take from the package, so that a test can change it."""
    shutil.copytree(EXAMPLE, folder, ignore=IGNORED, dirs_exist_ok=True)
    return with_look(folder)


def with_look(folder: Path) -> Path:
    """Give a project a look of its own, for tests that edit it; it takes three quarters of the time of making one."""
    shutil.copytree(ROOT / "_extensions", folder / "_extensions", ignore=IGNORED)
    return folder


def engine(folder: Path) -> Path:
    """Copy the engine, as it is compiled, so that a test can edit it."""
    return shutil.copytree(ROOT / "src" / "natpatsip", folder)


def small(folder: Path, *, index: Sequence[NotebookNode] = (), ward: Sequence[NotebookNode] = ()) -> Path:
    """Make a project of two chapters with the example's data and params; relations are of facts that it has not."""
    for name in ("params", "data"):
        shutil.copytree(EXAMPLE / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "relations.csv"))
    (folder / "notebooks").mkdir()
    (folder / "_quarto.yml").write_text(SETTINGS, encoding="utf-8")
    write(folder / "notebooks" / "index.ipynb", "Executive summary", *(index or [prose("## Summary\n\nAll is well.")]))
    write(folder / "notebooks" / "ward.ipynb", "Ward", *(ward or [prose("## Progress\n\nThe ward made progress.")]))
    return folder


def write(path: Path, title: str, *cells: NotebookNode) -> Path:
    """Write a notebook: title and purpose, parameters, and the cells given."""
    first = prose(f"# {title}\n\nWhat this notebook is for.", id="title")
    parameters = code('quarter = "2024-25-Q2"\nedition = ""', id="parameters", tags=["parameters"])
    imports = code("from natpatsip import callout, cite, figure, picture, publish, table, tile, tiles", id="imports")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    kept = {"metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    notebook = from_dict(kept | {"cells": [first, parameters, imports, *cells]})
    path.write_text(writes(notebook) + "\n", encoding="utf-8")  # nbformat.write would validate it first
    return path


# Cells as nbformat's new_markdown_cell and new_code_cell make them; those take ten times as long to validate each.


def prose(source: str, *, id: str = "prose", tags: Iterable[str] = ()) -> NotebookNode:  # noqa: A002
    return _cell("markdown", source, id, tags)


def code(source: str, *, id: str = "code", tags: Iterable[str] = ()) -> NotebookNode:  # noqa: A002
    return _cell("code", source, id, tags, execution_count=None, outputs=[])


def _cell(kind: str, source: str, identity: str, tags: Iterable[str], **more: Any) -> NotebookNode:
    metadata = {"tags": list(tags)} if tags else {}
    cell: NotebookNode = from_dict({"id": identity, "cell_type": kind, "source": source, "metadata": metadata} | more)
    return cell


def natpatsip(project: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line in a project, as its users do."""
    return subprocess.run([*NATPATSIP, *arguments], cwd=project, capture_output=True, text=True, check=False, **options)


def command(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, which takes a third of the time: what it imports and its fork server are there."""
    from natpatsip.cli import app
    from natpatsip.cli.console import errors_as_sentences

    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        with contextlib.chdir(project), redirect_stdout(out), redirect_stderr(err), errors_as_sentences():
            app(list(arguments), prog_name="natpatsip")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    return subprocess.CompletedProcess(list(arguments), status, out.getvalue(), err.getvalue())


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text in a file; it must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path} does not hold {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def edit_settings(folder: Path, **keys: Any) -> None:
    """Add keys to the ``_quarto.yml`` of a project."""
    file = folder / "_quarto.yml"
    content = yaml.safe_load(file.read_text(encoding="utf-8")) | keys
    file.write_text(to_yaml(content, sort_keys=False, allow_unicode=True), encoding="utf-8")


def edit_cell(path: Path, identity: str, old: str, new: str) -> None:
    """Replace a text in a cell of a notebook; it must be there."""
    content = json.loads(path.read_text(encoding="utf-8"))
    (cell,) = [each for each in content["cells"] if each["id"] == identity]
    source = "".join(cell["source"])
    assert old in source, f"{identity} does not hold {old!r}"
    cell["source"] = source.replace(old, new).splitlines(keepends=True)
    path.write_text(json.dumps(content), encoding="utf-8")
