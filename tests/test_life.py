"""A quarter from its opening to its final edition, and the quarters before it, which stay as they were."""

from __future__ import annotations

import json
import re

import pytest

from helpers.quarter import Quarter
from projects import copy, edit, natpatsip
from quarters import add_data
from reading import READERS
from repositories import AUTHOR, commit, git, repository

pytestmark = pytest.mark.end_to_end
Q1, Q2, Q3, Q4 = (Quarter(2024, number) for number in (1, 2, 3, 4))
HTML = ("--renderer", "pandoc", "--to", "html")
OPEN = "  - role: Programme lead\n  - role: Senior responsible owner\n"
SIGNED = (
    "  - role: Programme lead\n    name: Ann Example\n    date: 2025-01-20\n"
    "  - role: Senior responsible owner\n    name: Bo Example\n    date: 2025-01-21\n"
)
REWRITTEN = {  # what claims of its chart what the new months do not show
    "cord-news-q3": "Teams keep what they have gained.",
}
GONE = ("differences-q3", "differences-meaning-q3", "contradictions-q3", "contradictions-table-q3")


@pytest.fixture(scope="module")
def monkeymodule():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def project(tmp_path_factory, monkeymodule):
    """The project in git, with Q1 and Q2 built, Q3 opened from Q2, and its data put in."""
    for name, value in AUTHOR.items():
        monkeymodule.setenv(name, value)
    project = repository(copy(tmp_path_factory.mktemp("project")))
    for quarter in (Q1, Q2):
        build(project, quarter)
    run = natpatsip(project, "new-quarter", str(Q3))
    assert run.returncode == 0, run.stderr
    commit(project, "Open Q3")
    add_data(project, Q3)
    commit(project, "Data of Q3")
    return project


def build(project, quarter, *arguments):
    run = natpatsip(project, "build", str(quarter), *(arguments or HTML))
    assert run.returncode == 0, run.stderr
    return run


def facts(project, quarter):
    return (project / "reports" / str(quarter) / "facts.csv").read_bytes()


def review(project):
    """Read every carried-over cell again: say something new in each passage, drop what was of Q2 alone."""
    for path in sorted((project / "notebooks").glob("*.ipynb")):
        content = json.loads(path.read_text(encoding="utf-8"))
        content["cells"] = [cell for cell in content["cells"] if cell["id"] not in GONE]
        for cell in content["cells"]:
            tags = cell["metadata"].get("tags", [])
            if "to-review" in tags:
                tags.remove("to-review")
                if cell["id"] in REWRITTEN:
                    cell["source"] = [REWRITTEN[cell["id"]]]
                elif cell["cell_type"] == "markdown":
                    cell["source"] = [reviewed(line) for line in cell["source"]]
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def reviewed(line):
    is_prose = len(line.split()) >= 4 and not re.match(r"#|:::|\|", line)
    return line.rstrip("\n") + " That held again." + "\n" * line.endswith("\n") if is_prose else line
