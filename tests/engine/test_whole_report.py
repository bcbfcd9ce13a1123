"""Whole reports, as their readers and a schedule have them: copies of the example, built."""

from __future__ import annotations

import re
import shutil

import pytest

from support.projects import code, command, edit, prose, write
from support.reading import READERS

pytestmark = pytest.mark.end_to_end
Q1, Q2 = "2024-25-Q1", "2024-25-Q2"


def build(project, quarter, *arguments):
    run = command(project, "build", quarter, "--renderer", "pandoc", "--jobs", "1", *arguments)
    assert run.returncode == 0, run.stderr
    return project / "reports" / quarter


def test_a_build_of_the_same_inputs_gives_the_same_facts_chapters_and_pdf(whole, tmp_path):
    report = build(whole.copy(tmp_path / "one"), Q2, "--to", "html,pdf")
    again = build(whole.copy(tmp_path / "another"), Q2, "--to", "html,pdf", "--fresh")
    for name in ("facts.csv", "report.pdf", "html/index.html", "html/waiting-times.html"):
        assert (again / name).read_bytes() == (report / name).read_bytes(), name


FIFTH = [
    prose("## Progress\n\nFalls in `{python} beds` wards are shown in @fig-falls.", id="progress"),
    code(
        """\
import altair as alt
import pandas as pd

beds = publish("falls_wards", 23, unit="wards", source="Ward list")
falls = pd.DataFrame({"month": ["2024-07", "2024-08", "2024-09"], "falls": [31, 33, 37]})""",
        id="load",
    ),
    code(
        """\
chart = alt.Chart(falls).mark_line(point=True).encode(x="month:O", y="falls:Q")
texts = {"title": "Falls are rising & need a look", "description": "Falls a month", "caption": "Wards."}
figure("fig-falls", chart, data=falls, **texts)""",
        id="chart",
    ),
]


def test_another_programme_is_a_notebook_and_a_line(whole, tmp_path):
    project = whole.copy(tmp_path)
    cells = [FIFTH[1], FIFTH[0], FIFTH[2]]
    write(project / "notebooks" / "community-falls.ipynb", "Community Falls Programme", *cells)
    edit(project / "_quarto.yml", "    - glossary.qmd", "    - community-falls.qmd\n    - glossary.qmd")
    report = build(project, Q2)
    for form, read in READERS.items():
        text = read(report)
        assert "Falls are rising & need a look" in text, form
        assert "Falls in 23 wards are shown in Figure 4" in text, form
        assert len(re.findall(r"Community Falls Programme", text)) >= 3, form  # contents, heading, list of figures
    assert (report / "html" / "community-falls.html").is_file()
    assert (report / "figures" / "fig-falls.csv").is_file()


def test_without_a_quarter_the_newest_with_complete_data_is_built(whole, tmp_path):
    edited = whole.copy(tmp_path)
    shutil.copy2(edited / "params" / f"{Q2}.yml", edited / "params" / "2024-25-Q3.yml")
    edit(edited / "params" / "2024-25-Q3.yml", Q2, "2024-25-Q3")
    edit(edited / "params" / "2024-25-Q3.yml", "2024-09-30", "2024-12-31")
    run = command(edited, "build", "--to", "html")
    assert run.returncode == 0, run.stderr
    assert "2024-25-Q3: data not complete" in run.stderr
    assert (edited / "reports" / Q2 / "html" / "index.html").is_file()
