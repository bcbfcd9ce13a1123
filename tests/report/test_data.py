"""The data of this report are as they are declared, by our own reader and by Frictionless."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from natpatsip import Quarter, context, datasets, measures
from natpatsip.datasets import dictionary
from natpatsip.errors import DataError
from support.projects import ROOT, edit

QUARTERS = ("2024-25-Q1", "2024-25-Q2")
DECLARED = datasets.declared(ROOT)
FRICTIONLESS = [str(Path(sys.executable).parent / "frictionless"), "validate", "datapackage.yaml"]


@pytest.mark.parametrize("name", DECLARED.by_name)
@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_data_of_this_report_are_as_declared(name, quarter):
    frame = datasets.load(name, quarter=quarter, project=ROOT)
    assert len(frame) or (name, quarter) == ("interviews", "2024-25-Q1")


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_data_of_this_report_are_complete(quarter):
    assert datasets.complete(Quarter.parse(quarter), ROOT) == []


def test_every_file_is_declared_and_every_declared_file_is_there():
    files = {path.name for path in (ROOT / "data").glob("*.csv")}
    assert {resource.path for resource in DECLARED.resources} == files


def test_frictionless_finds_the_data_as_declared_and_a_broken_cell(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for file in (*(ROOT / "data").glob("*.csv"), ROOT / "data" / "datapackage.yaml"):
        shutil.copy2(file, data)
    assert subprocess.run(FRICTIONLESS, cwd=data, capture_output=True, check=False).returncode == 0
    edit(data / "interviews.csv", "2024-25-Q2,East,1,5,", "2024-25-Q2,East,one,5,")
    broken = subprocess.run(FRICTIONLESS, cwd=data, capture_output=True, text=True, check=False)
    assert broken.returncode == 1
    assert "type-error" in broken.stdout
    with pytest.raises(DataError, match=r'interviews\.csv, row 2, column psychotropics_.*: found "one"'):
        datasets.load("interviews", quarter="2024-25-Q2", project=tmp_path)


def test_every_dataset_has_a_policy_for_small_numbers_and_says_whether_it_is_real():
    for name, resource in DECLARED.by_name.items():
        assert datasets.policy(name, project=ROOT).source
        assert resource.natpatsip.provenance


def test_the_dictionary_is_that_of_the_declaration():
    text = (ROOT / dictionary.README).read_text(encoding="utf-8")
    assert text == dictionary.updated(ROOT), "run: python -m natpatsip.datasets.dictionary"


def test_each_intervention_has_a_label():
    declared = DECLARED.resource("maternity_monthly").fields["intervention"]
    assert declared.categories
    assert all(each.label for each in declared.categories)
    frame = datasets.load("maternity_monthly", quarter="2024-25-Q2", project=ROOT)
    assert set(declared.words) == set(frame["intervention"])


def test_the_national_series_is_the_sum_over_the_collaboratives():
    frame = datasets.load("maternity_monthly", quarter="2024-25-Q2", project=ROOT)
    with context.use("2024-25-Q2", project=ROOT):
        series = measures.Measure("cord_management", is_owner=False).series
    rows = frame[frame["intervention"] == "cord_management"]
    assert list(series.columns) == ["date", "numerator", "denominator", "value"]
    assert series["numerator"].sum() == rows["numerator"].sum()
