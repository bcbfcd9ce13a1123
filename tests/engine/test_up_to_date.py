"""A report is up to date while its inputs have the same digests and its own files are those that were built."""

from __future__ import annotations

from dataclasses import replace

import pytest

from natpatsip.files.digests import sha256_of
from natpatsip.pipeline.caching.inputs import Inputs
from natpatsip.pipeline.caching.store import Cache
from natpatsip.pipeline.caching.up_to_date import BuildRecord
from natpatsip.pipeline.options import Options
from natpatsip.quarter import Quarter

BOTH = Options(formats=("html", "pdf"), renderer="pandoc")


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    for name in ("notebooks/ward.ipynb", "src/helpers/wards.py", "_quarto.yml", "other.txt", "report/report.pdf"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1", encoding="utf-8")
    return folder


def record(project, options=BOTH, **more):
    cache = Cache(project / "cache")
    return BuildRecord.of(project / "report", Quarter(2024, 2), options, Inputs.read(project), cache, **more)


@pytest.fixture
def built(project):
    read = {"other.txt": sha256_of(project / "other.txt")}
    record(project).save(read=[read], log=["checked: no findings"])
    return project


def test_an_unchanged_report_is_up_to_date_and_its_log_is_repeated(built):
    assert record(built).check() == ["checked: no findings"]


@pytest.mark.parametrize("formats", [("pdf",), ("html",), ("pdf", "html")])
def test_the_formats_asked_for_may_be_fewer_or_in_another_order(built, formats):
    assert record(built, replace(BOTH, formats=formats)).check() is not None


@pytest.mark.parametrize("options", [replace(BOTH, formats=("html", "docx")), replace(BOTH, kernels="stock")])
def test_a_report_in_other_formats_or_of_another_kind_is_not(built, options):
    assert record(built, options).check() is None


@pytest.mark.parametrize("name", ["jobs", "output", "is_fresh", "cluster"])
def test_options_that_change_nothing_in_a_report_do_not_count(built, name):
    changed = {"jobs": 7, "output": built, "is_fresh": True, "cluster": "tcp://10.0.0.5:8786"}
    assert record(built, replace(BOTH, **{name: changed[name]})).check() is not None


@pytest.mark.parametrize(
    "name", ["notebooks/ward.ipynb", "src/helpers/wards.py", "_quarto.yml", "other.txt", "report/report.pdf"]
)
@pytest.mark.parametrize("change", [lambda file: file.write_text("2", encoding="utf-8"), lambda file: file.unlink()])
def test_a_change_of_any_file_counts(built, name, change):
    change(built / name)
    assert record(built).check() is None


def test_a_report_whose_inputs_changed_during_the_build_is_not_recorded(project):
    before = record(project)
    (project / "src" / "helpers" / "wards.py").write_text("2", encoding="utf-8")
    before.save(read=[])
    assert record(project).check() is None


def test_an_archived_report_depends_on_its_commit_and_the_packages_alone(project):
    record(project, archived="a commit").save(read=[])
    (project / "notebooks" / "ward.ipynb").write_text("2", encoding="utf-8")
    assert record(project, archived="a commit").check() is not None
    assert record(project, archived="another").check() is None
    inputs = Inputs(project, {}, "other packages")
    other = BuildRecord.of(
        project / "report", Quarter(2024, 2), BOTH, inputs, Cache(project / "cache"), archived="a commit"
    )
    assert other.check() is None
