"""The workbook of a report's data: what its sheets call measures and numbers, and what its marks mean."""

from __future__ import annotations

import csv
from types import SimpleNamespace

import openpyxl
import pytest

from natpatsip.datasets.descriptor import Disclosure
from natpatsip.facts.fact import Fact
from natpatsip.measures.definitions import MIDDLES, ROLES
from natpatsip.measures.measures_file import Measures, declared
from natpatsip.pipeline.notebook_outputs import FigureRecord
from natpatsip.pipeline.plan import Plan
from natpatsip.pipeline.staging import data_file
from natpatsip.quarter import Quarter
from support.projects import small

Q2 = Quarter(2024, 2)


@pytest.fixture
def plan(tmp_path):
    return Plan.of(small(tmp_path / "project"), Q2)


def rows_of(plan, sheet, facts, file):
    """Return the rows of a sheet's table as mappings."""
    data_file.write_data_file(file, plan, [], facts, [])
    page = openpyxl.load_workbook(file)[sheet]
    header, *rows = page[next(iter(page.tables.values())).ref]
    return [dict(zip([cell.value for cell in header], [cell.value for cell in row], strict=True)) for row in rows]


@pytest.mark.parametrize("is_illustrative", [True, False])
def test_each_row_of_a_figures_data_says_that_it_is_illustrative(tmp_path, is_illustrative):
    record = {"id": "fig-beds", "data": "month,beds\n2024-08,3\n2024-09,\n", "is_illustrative": is_illustrative}
    figures = [FigureRecord(1, "ward", "Ward", record, {})]
    data_file.write_figure_data(tmp_path, figures, illustrative="=Drawn, for now.")
    header, *rows = csv.reader((tmp_path / "fig-beds.csv").read_text(encoding="utf-8").splitlines())
    said = (["Provenance"], ["'=Drawn, for now."]) if is_illustrative else ([], [])
    assert header == ["month", "beds", *said[0]]
    assert rows == [["2024-08", "3", *said[1]], ["2024-09", "", *said[1]]]


def test_each_number_is_named_by_its_label_and_its_id_comes_last(plan, tmp_path):
    fact = Fact("beds", "2024-25-Q2", 41, "beds", "Ward list", label="Beds on the ward")
    (row,) = rows_of(plan, "Numbers", [fact], tmp_path / "data.xlsx")
    assert row["Number"] == "Beds on the ward"
    assert list(row.items())[-1] == ("Id", "beds")


def test_each_chart_of_a_process_has_a_name_for_its_middle_line():
    assert {chart for chart, roles in ROLES.items() if "mean" in roles} == set(MIDDLES)


@pytest.mark.parametrize(
    ("chart", "middle"), [("xmr", "Mean"), ("run", "Median"), ("g", "Median"), ("t", "Centre line")]
)
def test_a_measure_says_what_its_middle_line_is(plan, tmp_path, monkeypatch, chart, middle):
    name, definition = next(iter(declared(plan.project).by_id.items()))
    measures = Measures({name: definition.model_copy(update={"chart": chart})})
    monkeypatch.setattr(data_file, "declared", lambda _: measures)
    facts = [Fact(fact, "2024-25-Q2", 4, "days", "Chart") for fact in measures.by_id[name].fact_ids(name).values()]
    (row,) = rows_of(plan, "Measures", facts, tmp_path / "data.xlsx")
    assert row["Middle line is"] == middle
    assert row["Middle line now"] == row["Middle line before the latest change"] == 4
    assert not any("mean" in heading.lower() for heading in row)


def resource(file, threshold):
    policy = Disclosure(policy="Ours", source="trust", counts=("seen",), geography="team", threshold=threshold, base=5)
    return SimpleNamespace(file=file, natpatsip=SimpleNamespace(disclosure=policy))


@pytest.mark.parametrize(
    ("read", "thresholds"),
    [(["a.csv", "b.csv"], [7, 4]), (["a.csv", "c.csv"], [7]), (["b.csv"], [4]), ([], [])],
)
def test_a_mark_means_what_the_datasets_that_were_read_say_each_once(plan, monkeypatch, read, thresholds):
    resources = [resource("a.csv", 7), resource("b.csv", 4), resource("c.csv", 7)]
    monkeypatch.setattr(data_file.declaration, "declared", lambda _: SimpleNamespace(resources=resources))
    said = [f"Counts of 1 to {each} are shown as *; others are rounded to the nearest 5." for each in thresholds]
    assert data_file.marks_of(plan, read).get("*", "") == " ".join(said)
