"""The programs of `make soak` fit the engine, and notice what they are there to notice."""

from __future__ import annotations

import importlib
import sys

import pytest

from support.projects import ROOT, example

KINDS = ["data", "params", "notebooks", "settings"]


@pytest.fixture(scope="module")
def mutations():
    sys.path.insert(0, str(ROOT / "tests" / "soak"))
    yield importlib.import_module("mutations")
    sys.path.remove(str(ROOT / "tests" / "soak"))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return example(tmp_path_factory.mktemp("soak") / "project")


@pytest.mark.parametrize("kind", KINDS)
def test_mutations_are_refused_or_read_as_they_are_written(mutations, project, kind):
    tried = [mutations.try_one(project, kind, number, 1) for number in range(1, 9)]
    assert [fault for _, faults in tried for fault in faults] == []
    assert {outcome.partition(": ")[2] for outcome, _ in tried} <= {
        "refused",
        "read as before",
        "read as it is written",
    }


def test_a_value_that_is_read_as_another_is_a_fault(mutations, project, monkeypatch):
    load = mutations.datasets.load

    def wrong(name, **options):
        frame = load(name, **options)
        return frame.assign(seen=frame["seen"] + 1) if name == "waits_monthly" else frame

    mutations.try_one(project, "data", 1, 1)  # reads the project as it is
    monkeypatch.setattr(mutations.datasets, "load", wrong)
    assert [
        faults for _, faults in (mutations.try_one(project, "notebooks", number, 1) for number in range(1, 9)) if faults
    ]


@pytest.mark.parametrize("error", [RuntimeError("anything"), UserWarning("anything")])
def test_a_traceback_and_a_warning_are_faults(mutations, project, monkeypatch, error):
    def fails(*_, **__):
        raise error

    mutations.try_one(project, "data", 1, 1)
    monkeypatch.setattr(mutations.params, "load", fails)
    outcome, faults = mutations.try_one(project, "params", 1, 1)
    assert (outcome, len(faults)) == ("params: stopped", 1)
