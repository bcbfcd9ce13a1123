"""The next quarter of this report can be opened."""

from __future__ import annotations

import nbformat
import yaml
from real_report import copy

from natpatsip import params
from natpatsip.new_quarter import open_quarter
from natpatsip.new_quarter.carry_over import next_params
from natpatsip.quarter import Quarter, known_quarters
from support.projects import ROOT, command
from support.repositories import repository

Q2, Q3 = Quarter(2024, 2), Quarter(2024, 3)


def test_only_carried_over_cells_change_the_notebooks(tmp_path):
    project = copy(tmp_path)
    before = {path.name: path.read_text("utf-8") for path in (project / "notebooks").glob("*.ipynb")}
    open_quarter(project, Q3)
    for name, text in before.items():
        path = project / "notebooks" / name
        now = nbformat.read(path, as_version=4)
        nbformat.validate(now)
        assert path.read_text("utf-8") == nbformat.writes(now) + "\n"
        kept = [cell for cell in now.cells if str(Q3) not in cell.metadata.get("tags", [])]
        assert len({cell.id for cell in now.cells}) == len(now.cells)
        assert [(cell.id, cell.source.replace(str(Q3), str(Q2))) for cell in kept] == [
            (cell.id, cell.source) for cell in nbformat.reads(text, as_version=4).cells
        ]


def test_the_command_lists_the_data_awaited_and_what_to_do_next(tmp_path):
    project = repository(copy(tmp_path))
    run = command(project, "new-quarter", str(Q3))
    assert run.returncode == 0, run.stderr
    for words in (
        "Q3 2024/25 is open.",
        "data/maternity_monthly.csv: month 2024-10, 2024-11, 2024-12",
        "month, psc, intervention, numerator, denominator, provenance",
        f"natpatsip check {Q3}",
        f"natpatsip build {Q3} --final",
    ):
        assert words in run.stdout
    again = command(project, "new-quarter", str(Q3))
    assert (again.returncode, again.stdout) == (2, "")
    assert "is open already" in again.stderr


def test_the_params_of_each_quarter_can_be_moved_on():
    for quarter in known_quarters(ROOT):
        text = params.path(quarter, ROOT).read_text(encoding="utf-8")
        assert yaml.safe_load(next_params(text, quarter, quarter.next()))["quarter"] == str(quarter.next())
