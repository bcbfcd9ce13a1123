"""An archived quarter is built by the code of its commit, and by no other."""

from __future__ import annotations

import os
import subprocess
import sys

from natpatsip.release.archived import write_metadata

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
