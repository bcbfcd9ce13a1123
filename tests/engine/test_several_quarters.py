"""Several quarters in one go."""

from __future__ import annotations

import pytest

from support.projects import code, command, edit, small

Q1, Q2 = "2024-25-Q1", "2024-25-Q2"
FAILS_IN_Q1 = code("1 / 0", id="only-first", tags=[Q1])


def index(project, quarter):
    return project / "reports" / quarter / "html" / "index.html"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return small(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def everything(project):
    return command(project, "build", "--all", "--to", "html")


def test_all_builds_every_quarter_whose_data_are_complete(project, everything):
    assert everything.returncode == 0, everything.stderr
    assert everything.stdout.split() == [str(index(project, quarter)) for quarter in (Q1, Q2)]
    assert index(project, Q1).is_file()
    assert index(project, Q2).is_file()


def test_quarters_are_built_once_and_the_earliest_first(project, everything):
    run = command(project, "build", Q2, Q1, Q2, "--to", "html")
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == [str(index(project, quarter)) for quarter in (Q1, Q2)]
    assert run.stderr.count("unchanged, checked") == 2


@pytest.mark.parametrize("name", ["facts.csv", "notebooks/ward.ipynb"])
def test_a_quarter_is_made_again_where_the_report_before_it_was_edited(project, everything, name):
    command(project, "build", Q1, Q2, "--to", "html")
    with (project / "reports" / Q1 / name).open("a", encoding="utf-8") as lines:
        lines.write("\n")
    run = command(project, "build", Q2, "--to", "html")
    assert run.returncode == 0, run.stderr
    assert "unchanged, checked" not in run.stderr


def test_one_quarter_that_fails_does_not_lose_the_others(tmp_path):
    project = small(tmp_path, ward=[FAILS_IN_Q1])
    run = command(project, "build", Q1, Q2, "--to", "html")
    assert run.returncode == 1
    assert f"1 of 2 quarters could not be built:\n- {Q1}: " in run.stderr
    assert "(id only-first), line 1:" in run.stderr
    assert run.stdout.split() == [str(index(project, Q2))]
    assert index(project, Q2).is_file()
    assert not index(project, Q1).exists()


def test_params_that_are_wrong_for_one_quarter_end_with_their_status(tmp_path):
    project = small(tmp_path)
    edit(project / "params" / f"{Q1}.yml", "cut_off:", "cutoff:")
    run = command(project, "build", Q1, Q2, "--to", "html")
    assert run.returncode == 2
    assert 'Did you mean "cut_off"?' in run.stderr
    assert index(project, Q2).is_file()


def test_all_and_quarters_are_one_too_many(project):
    run = command(project, "build", Q1, "--all")
    assert run.returncode == 2
    assert "--all: already means every quarter" in run.stderr
