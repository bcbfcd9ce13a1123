"""Each command of docs/review.md runs as it is written; and the guide for reviewers names what the pages show."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from support.projects import command
from support.reviewing import annotation, with_annotations

DOCS = Path(__file__).parents[2] / "docs"
ASSETS = Path(__file__).parents[2] / "_extensions" / "natpatsip" / "assets"
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
COMMANDS = [
    line.partition("#")[0]
    for block in BLOCK.findall((DOCS / "review.md").read_text(encoding="utf-8"))
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def reviewed(built_ward, tmp_path_factory):
    """A project with the reviewers' files that the page names."""
    from pikepdf import Pdf

    project = shutil.copytree(built_ward, tmp_path_factory.mktemp("docs") / "project")
    shutil.copy2(project / "reports" / "2024-25-Q2" / "report.docx", project / "report-from-ann.docx")
    with_annotations(project / "comments-2024-25-Q2-ben.json", annotation())
    folder = project / "reports" / "2024-25-Q2"
    with Pdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(folder / "report-from-cora.pdf")
    shutil.copy2(folder / "report-from-cora.pdf", project)
    return project


@pytest.mark.parametrize("line", COMMANDS)
def test_command_of_the_page_runs(reviewed, line):
    program, *arguments = shlex.split(line)
    assert program == "natpatsip"
    run = command(reviewed, *arguments)
    assert run.returncode == ("ben.json" in line), run.stderr
    assert "Traceback" not in run.stderr


def test_guide_for_reviewers_names_the_buttons_as_they_are():
    script = (ASSETS / "comments.js").read_text(encoding="utf-8")
    guide = (DOCS / "review-a-draft.md").read_text(encoding="utf-8")
    for name in ("Comments", "Comment", "Your comment", "Save comment", "Download comments", "Comment by paragraph"):
        assert f'"{name}"' in script
        assert f"**{name}**" in guide
