"""What is published tells nobody where, or by whom, it was made."""

from __future__ import annotations

import getpass
import json
import re
import socket
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from natpatsip.build import build
from natpatsip.files.short_paths import is_outside, short_path
from natpatsip.pipeline.options import Options
from natpatsip.quarter import Quarter
from natpatsip.release.publication import copy_files, publishable
from support.projects import code, prose, small

Q2 = Quarter(2024, 2)
WARNS = "import warnings\nfrom helpers import noisy\nnoisy.warn()\nprint(noisy.__file__)\nwarnings.warn('in a cell')"
READS = 'open("XX").read()\nbeds = publish("beds", 41, unit="beds", source="Ward list")'
NOISY = "import warnings\n\n\ndef warn():\n    warnings.warn('noisy', stacklevel=1)\n"


def test_papermills_paths_are_relative():
    ran = {"input_path": "/home/ann/report/notebooks/ward.ipynb", "output_path": "/home/ann/report/build/ward.ipynb"}
    text = json.dumps({"metadata": {"papermill": {**ran, "version": "2.7.0"}}, "cells": []})
    published = json.loads(publishable(text, "ward", Path("/home/ann/report")))["metadata"]["papermill"]
    assert published == {
        "input_path": "notebooks/ward.ipynb",
        "output_path": "notebooks/ward.ipynb",
        "version": "2.7.0",
    }


@pytest.mark.parametrize(
    ("printed", "published"),
    [
        ("/srv/report/src/helpers/x.py:3: UserWarning", "src/helpers/x.py:3: UserWarning"),
        ("'/srv/report'", "''"),
        ("/srv/report-2/x and /data/srv/report/x", "/srv/report-2/x and /data/srv/report/x"),
        (f"{Path.home()}/notes.txt", "~/notes.txt"),
        (f"{sys.prefix}/lib/x.py", "<python>/lib/x.py"),
        ("/tmp/ipykernel_123/456.py:1: UserWarning", "<cell>/456.py:1: UserWarning"),  # noqa: S108
        ("a rate of 3/4, see https://example.org/srv/report/", "a rate of 3/4, see https://example.org/srv/report/"),
    ],
)
def test_paths_in_outputs_are_shortened(printed, published):
    cell = {"outputs": [{"output_type": "stream", "name": "stderr", "text": [printed]}]}
    text = json.dumps({"metadata": {}, "cells": [cell]})
    assert json.loads(publishable(text, "ward", Path("/srv/report")))["cells"][0]["outputs"][0]["text"] == [published]


@pytest.mark.parametrize(
    ("path", "published"),
    [
        ("/srv/report/data/x.csv", "data/x.csv"),
        (f"{Path.home()}/notes/x.csv", "~/notes/x.csv"),
        ("/mnt/team/ann/x.csv", "<elsewhere>/x.csv"),
    ],
)
def test_a_file_is_named_without_the_folders_of_the_machine(path, published):
    assert short_path(path, Path("/srv/report")) == published
    assert is_outside(published) == (not path.startswith("/srv/report/"))


def test_scripts_that_quarto_needed_beside_the_figures_are_published_with_the_pages_alone(tmp_path):
    figures = tmp_path / "book" / "figures"
    figures.mkdir(parents=True)
    (tmp_path / "book" / "facts.csv").touch()
    for ending in ("svg", "png", "csv", "js"):
        (figures / f"fig-beds.{ending}").touch()
    report = tmp_path / "report"
    report.mkdir()
    copy_files(tmp_path / "book", report)
    assert sorted(file.name for file in (report / "figures").iterdir()) == ["fig-beds.csv", "fig-beds.svg"]


def contents_of(file):
    """Yield the bytes of a file, and what is compressed in it."""
    content = file.read_bytes()
    yield content
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            yield from map(archive.read, archive.namelist())
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL) if file.suffix == ".pdf" else ():
        try:
            yield zlib.decompress(stream)
        except zlib.error:
            continue


@pytest.mark.end_to_end
def test_no_published_file_holds_a_path_a_user_or_a_host(tmp_path):
    outside = tmp_path / "elsewhere" / "x.csv"
    outside.parent.mkdir()
    outside.write_text("beds\n41\n", encoding="utf-8")
    # The path is put together, since the published notebook keeps what its author typed.
    reads = READS.replace('"XX"', " + ".join(repr(part) for part in outside.as_posix()))
    project = small(
        tmp_path / "a-project-of-ann",
        ward=[code(WARNS, id="warns"), code(reads, id="reads"), prose("`{python} beds` beds")],
    )
    settings = (project / "_quarto.yml").read_text(encoding="utf-8")
    settings = settings.replace("ward.qmd", "ward.qmd, sources.qmd") + "natpatsip: {not-programmes: [index, sources]}\n"
    (project / "_quarto.yml").write_text(settings, encoding="utf-8")
    (project / "src" / "helpers").mkdir(parents=True)
    (project / "src" / "helpers" / "__init__.py").touch()
    (project / "src" / "helpers" / "noisy.py").write_text(NOISY, encoding="utf-8")
    report = build(project, Q2, Options(renderer="pandoc", jobs=1), lambda _: None)
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    assert "<elsewhere>/x.csv" in manifest["data"]
    assert "x.csv" in (report / "html" / "assets" / "passports.js").read_text(encoding="utf-8")
    private = {str(tmp_path), "a-project-of-ann", sys.prefix, f"{Path.home()}/", "ipykernel_"}
    private |= {name for name in (getpass.getuser(), socket.gethostname()) if len(name) > 4}  # "root" is a word
    assert "noisy" in (report / "notebooks" / "ward.ipynb").read_text(encoding="utf-8")
    found = {
        (file.relative_to(report).as_posix(), word)
        for file in report.rglob("*")
        if file.is_file()
        for content in contents_of(file)
        for word in private
        if word.encode() in content
    }
    assert found == set()
