"""A sum that takes a missing value for 0 is found, unless its code says what is meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from natpatsip.checks import missing_as_zero
from natpatsip.checks.outcome import Finding
from natpatsip.pipeline.notebook_outputs import DATASET
from support.checking import seen
from support.projects import code, prose, small

DECLARED = """\
name: ward
resources:
  - name: waits
    path: waits.csv
    schema:
      fields:
        - {name: team}
        - {name: seen, type: integer, missingValues: ["", "*"]}
        - {name: beds, type: integer}
"""
SUMS = [
    'rows["seen"].sum()',
    "rows.sum(numeric_only=True)",
    'rows.groupby("team")["seen"].sum()',
    'rows.groupby("team")["seen"].sum(min_count=1)',
    'rows.groupby("team").agg({"seen": "sum"})',
    'rows.groupby("team").agg(total=("seen", "sum"))',
    'rows.groupby("team")["seen"].transform("sum")',
    'rows.pivot_table(index="team", values="seen", aggfunc="sum")',
    'rows["seen"].cumsum()',
    'rows["seen"].expanding().sum()',
    'rows["seen"].rolling(3, min_periods=1).sum()',
    'np.nansum(rows["seen"])',
    'np.sum(rows["seen"])',
    'rows["seen"].fillna(0)',
    'rows.fillna(value=0)["seen"]',
]
MEANT = [
    'rows["beds"].sum()',  # which has no missing value
    'rows.groupby("team").agg({"beds": "sum"})',
    'rows["seen"].sum(skipna=False)',
    'rows["seen"].sum(skipna=True)',
    'rows["seen"].dropna().sum()',
    '(rows["seen"] > 5).sum()',
    '((rows["seen"] > 5) & (rows["beds"] > 2)).sum()',
    'rows["seen"].isna().sum()',
    'rows["seen"].rolling(3).sum()',  # missing itself
    'rows["seen"].fillna("suppressed")',
    'datasets.total(rows, "seen", by="team")',
    'rows.groupby("team")["seen"].agg("mean")',
    "sum([1, 2])",
]


def reading(folder, *after: NotebookNode, cells: str = "North,4,2\nSouth,*,3\n", is_read: bool = True) -> Path:
    """Make a project with a notebook that has read a file with these rows."""
    load = code('rows = datasets.load("waits")', id="load")
    if is_read:
        load.outputs = [new_output("display_data", data={DATASET: {"name": "waits", "file": "data/waits.csv"}})]
    project = small(folder, ward=[load, *after])
    (project / "data" / "measures.yml").unlink()
    (project / "data" / "datapackage.yaml").write_text(DECLARED, encoding="utf-8")
    (project / "data" / "waits.csv").write_text(f"team,seen,beds\n{cells}", encoding="utf-8")
    return project


def found(folder, *sources: str, **given: Any) -> dict[str, Finding]:
    """Return what the check says of each cell, by its source."""
    project = reading(folder, *(code(source, id=f"cell-{n}") for n, source in enumerate(sources)), **given)
    return {sources[int(each.cell.removeprefix("cell-"))]: each for each in missing_as_zero.check(seen(project))}


@pytest.fixture(scope="module")
def of_each(tmp_path_factory):
    """What the check says of every cell, all in one notebook."""
    return found(tmp_path_factory.mktemp("sums"), *SUMS, *MEANT)


@pytest.mark.parametrize("source", SUMS)
def test_a_call_that_takes_a_missing_value_for_0_is_found_with_the_value(source, of_each):
    assert "takes missing values for 0, and data/waits.csv, row 3, has no value in seen." in of_each[source].message


@pytest.mark.parametrize("source", MEANT)
def test_code_that_says_what_it_wants_or_sums_what_is_complete_is_not_found(source, of_each):
    assert source not in of_each


@pytest.mark.parametrize("given", [{"cells": "North,4,2\nSouth,0,3\n"}, {"is_read": False}])
def test_data_without_missing_values_or_that_the_notebook_has_not_read_have_no_finding(tmp_path, given):
    assert found(tmp_path, *SUMS, **given) == {}


def test_each_call_is_advised_by_what_it_does(of_each):
    sums, filled = (of_each[f'rows["seen"].{call}'].message for call in ("sum()", "fillna(0)"))
    assert sums.endswith("If the others are meant, write skipna=True, and say so in the text.")
    assert filled.endswith("Leave it missing, or give its rows words of their own.")


@pytest.mark.parametrize(("source", "is_found"), [("totals.sum()", True), ("other.sum()", False)])
def test_a_name_stands_for_the_data_that_it_was_made_of(tmp_path, source, is_found):
    made = 'totals = rows.groupby("team")\ntotals = totals.first()\nother = pd.DataFrame({"a": [1]})\n'
    assert bool(found(tmp_path, made + source)) == is_found


def test_inline_code_is_read_too(tmp_path):
    text = prose('We saw `{python} rows["seen"].sum()` people, in `{python} rows["beds"].sum()` beds.', id="cell-0")
    assert [each.cell for each in missing_as_zero.check(seen(reading(tmp_path, text)))] == ["cell-0"]
