"""Opening a quarter: what is carried over, what is archived, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import json

import nbformat
import pytest
import yaml

from natpatsip import params
from natpatsip.cli.commands import opened_summary
from natpatsip.errors import NotebookError, ParamsError, UsageError
from natpatsip.new_quarter.carry_over import carry, next_id, next_params
from natpatsip.new_quarter.opened_quarter import open_quarter, write_all
from natpatsip.quarter import Quarter
from support import trust
from support.projects import SETTINGS, code, command, edit, prose, write
from support.repositories import commit, git, repository

Q1, Q2, Q3, Q4 = (Quarter(2024, number) for number in (1, 2, 3, 4))
NEWS = [
    prose("## News", id="heading"),
    prose("Old news.", id="old", tags=[str(Q1)]),
    prose("News of both.", id="both", tags=[str(Q1), str(Q2)]),
    prose("News.", id="news-q2", tags=[str(Q2), "typed-number"]),
    code("x = 1", id="work", tags=[str(Q2)]),
]


PARAMS = """\
# Decisions for {label}.
quarter: {quarter}
cut_off: {cut_off}

# Targets, agreed with the commissioner.
targets:
  teams_ambition: {{value: 38, unit: teams, period: {quarter}, source: Contract}}
  waits_goal: {{value: 90, unit: percent, source: Contract}}
model:
  people_per_group: {{value: 8, unit: people, source: Evidence}}
"""


def ward(folder):
    """Make a project of two quarters, with the data of a trust and a chapter that has news."""
    trust.make(folder)
    for name in ("notebooks", "params"):
        (folder / name).mkdir()
    for quarter, cut_off in ((Q1, "2024-06-30"), (Q2, "2024-09-30")):
        text = PARAMS.format(label=quarter.label, quarter=quarter, cut_off=cut_off)
        params.path(quarter, folder).write_text(text, encoding="utf-8")
    (folder / "_quarto.yml").write_text(SETTINGS, encoding="utf-8")
    write(folder / "notebooks" / "index.ipynb", "Executive summary", prose("All is well."))
    write(folder / "notebooks" / "ward.ipynb", "Ward", *NEWS)
    return folder


@pytest.fixture
def project(tmp_path):
    return repository(ward(tmp_path))


def cells_of(project, name="ward"):
    content = json.loads((project / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    return {cell["id"]: cell for cell in content["cells"]}


def files_of(project):
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file() and not {".git", "build"} & set(path.parts)
    }


def refused(project, quarter, kind, words):
    """Open a quarter that cannot be opened; nothing may change."""
    before = files_of(project)
    with pytest.raises(kind) as error:
        open_quarter(project, quarter)
    assert files_of(project) == before
    for each in words:
        assert each in str(error.value)


def test_a_cell_of_the_quarter_is_followed_by_its_copy_to_review(project):
    open_quarter(project, Q3)
    cells = cells_of(project)
    assert list(cells)[-7:] == ["heading", "both", "both-q3", "news-q2", "news-q3", "work", "work-q3"]
    assert cells["news-q3"]["metadata"] == {"tags": ["typed-number", str(Q3), "to-review"]}
    assert cells["news-q3"]["source"] == cells["news-q2"]["source"]
    assert cells["both-q3"]["metadata"]["tags"] == [str(Q3), "to-review"]
    assert cells["work-q3"]["outputs"] == []


def test_the_cells_of_the_quarter_before_are_collapsed_and_keep_their_tags(project):
    open_quarter(project, Q3)
    cells = cells_of(project)
    assert cells["news-q2"]["metadata"] == {"jupyter": {"source_hidden": True}, "tags": [str(Q2), "typed-number"]}
    assert cells["work"]["metadata"]["jupyter"] == {"outputs_hidden": True, "source_hidden": True}
    assert "jupyter" not in cells["heading"]["metadata"]


def test_older_cells_are_archived_and_their_params_say_where(project):
    was = git(project, "rev-parse", "HEAD").strip()
    opened = open_quarter(project, Q3)
    assert "old" not in cells_of(project)
    assert opened.archived == {Q1: was}
    assert params.load(Q1, project=project).built_from == was


@pytest.mark.parametrize("old_and_new", [("cut_off:", '"cut_off":'), ("cut_off: 2024-06-30\n", "cut_off: 2024-06-30")])
def test_params_say_where_archived_cells_are_however_they_are_written(project, old_and_new):
    file = params.path(Q1, project)
    text = file.read_text(encoding="utf-8")
    if old_and_new[1].endswith("30"):  # the last line, which does not end
        text = text.replace(old_and_new[0], "") + old_and_new[0]
    file.write_text(text.replace(*old_and_new), encoding="utf-8")
    was = commit(project, "Written otherwise")
    open_quarter(project, Q3)
    assert params.load(Q1, project=project).built_from == was


def test_a_quarter_that_was_made_final_is_built_from_its_tag(project):
    git(project, "tag", "--annotate", "--message", "Final", f"report/{Q1}")
    assert open_quarter(project, Q3).archived == {Q1: f"report/{Q1}"}
    assert params.load(Q1, project=project).built_from == f"report/{Q1}"


def test_without_git_nothing_is_archived(tmp_path):
    opened = open_quarter(ward(tmp_path), Q3)
    assert "old" in cells_of(tmp_path)
    assert (opened.archived, opened.stayed) == ({}, (Q1,))


def test_the_parameters_cell_names_the_new_quarter(project):
    open_quarter(project, Q3)
    assert f'quarter = "{Q3}"\n' in cells_of(project)["parameters"]["source"]


def test_the_params_move_on_and_keep_targets_model_and_comments(project):
    open_quarter(project, Q3)
    before, now = (params.load(each, project=project) for each in (Q2, Q3))
    assert (str(now.cut_off), now.model) == ("2024-12-31", before.model)
    assert now.targets["teams_ambition"].period == str(Q3)
    assert now.targets["waits_goal"] == before.targets["waits_goal"]
    comments = [
        [line for line in params.path(each, project).read_text("utf-8").splitlines() if line.startswith("#")]
        for each in (Q2, Q3)
    ]
    assert [line.replace(Q2.label, Q3.label) for line in comments[0]] == comments[1]


def test_rebases_stay_as_they_are():
    text = f"quarter: {Q2}\ncut_off: 2024-09-30\nrebase:\n  - measure: waits\n    date: 2024-07\n    reason: Rota\n"
    assert yaml.safe_load(next_params(text, Q2, Q3))["rebase"] == yaml.safe_load(text)["rebase"]


def test_sign_offs_keep_their_roles_and_chapters_and_lose_their_names():
    text = (
        "quarter: 2024-25-Q2\ncut_off: 2024-09-30\n\n# Who signs.\nsign_offs:\n- role: Programme lead\n"
        "  name: Ann\n  date: 2024-11-01\n- {role: Owner, name: Bo, date: 2024-11-02}\n"
        f"- {{role: Lead, chapter: ward, name: Ann, date: 2024-11-01, signed: {'a1' * 32}}}\n\n"
        "# Verified.\nverified:\n"
        "  - {fact: beds, period: 2024-25-Q2, value: 41, role: Lead, name: Bo, date: 2024-11-02}\n\n"
        "# Accepted, and why.\naccepted:\n  - check: moved\n    reason: a new site\n\n"
        "# How long.\nlimits:\n  cell: 60\n"
    )
    written = next_params(text, Q2, Q3)
    assert yaml.safe_load(written) == {
        "quarter": str(Q3),
        "cut_off": yaml.safe_load("2024-12-31"),
        "sign_offs": [{"role": "Programme lead"}, {"role": "Owner"}, {"role": "Lead", "chapter": "ward"}],
        "limits": {"cell": 60},
    }
    assert "# Who signs.\nsign_offs:" in written
    assert "# How long.\nlimits:" in written
    assert "Accepted" not in written
    assert "Verified" not in written


def test_the_year_to_date_moves_on_with_the_year():
    text = "quarter: 2024-25-Q4\ncut_off: 2025-03-31\ntargets:\n  goal:\n    period: 2024-25-YTD\n"
    assert yaml.safe_load(next_params(text, Q4, Quarter(2025, 1)))["targets"]["goal"]["period"] == "2025-26-YTD"


def test_params_that_cannot_be_moved_on_are_refused(project):
    file = params.path(Q2, project)
    file.write_text(json.dumps(yaml.safe_load(file.read_text("utf-8")), default=str), encoding="utf-8")
    commit(project, "Params as JSON")
    refused(project, Q3, ParamsError, [f"params/{Q2}.yml", "Write each key on a line of its own"])


def test_a_quarter_is_opened_once(project):
    open_quarter(project, Q3)
    commit(project, "Open")
    refused(project, Q3, UsageError, ["is open already", f"The next quarter to open is {Q4}"])


@pytest.mark.parametrize("quarter", [Q4, Quarter(2023, 4), Quarter(2030, 1)])
def test_only_the_quarter_after_the_newest_is_opened(project, quarter):
    refused(project, quarter, UsageError, [f"the newest quarter is {Q2}, so the next is {Q3}"])


def test_uncommitted_notebooks_are_not_changed(project):
    edit(project / "notebooks" / "ward.ipynb", "Old news.", "Older news.")
    refused(project, Q3, NotebookError, ["notebooks/ward.ipynb: not committed"])


def test_cells_that_already_have_the_new_tag_are_named(project):
    write(project / "notebooks" / "ward.ipynb", "Ward", prose("Early.", id="early", tags=[str(Q3)]))
    commit(project, "Early")
    said = f'notebooks/ward.ipynb: cells tagged {Q3}, which is not open yet: cell 4 "Early." (id early). '
    refused(project, Q3, NotebookError, [said])


def test_a_tag_that_is_not_a_valid_quarter_is_named(project):
    write(project / "notebooks" / "ward.ipynb", "Ward", prose("Early.", id="early", tags=["2024-26-Q2"]))
    commit(project, "Wrong tag")
    refused(project, Q3, NotebookError, ["(id early)", '"2024-26-Q2" is not a valid quarter'])


def test_damaged_metadata_are_named(project):
    file = project / "notebooks" / "ward.ipynb"
    content = json.loads(file.read_text("utf-8"))
    content["cells"][3]["metadata"] = {"tags": "2024-25-Q2"}
    file.write_text(json.dumps(content), encoding="utf-8")
    commit(project, "Damaged")
    refused(project, Q3, NotebookError, ["notebooks/ward.ipynb", "tags"])


def test_a_notebook_without_cell_ids_is_given_them(project):
    file = project / "notebooks" / "ward.ipynb"
    content = json.loads(file.read_text("utf-8"))
    content["nbformat_minor"] = 4
    for cell in content["cells"]:
        del cell["id"]
    file.write_text(json.dumps(content), encoding="utf-8")
    commit(project, "Older format")
    open_quarter(project, Q3)
    opened = json.loads(file.read_text("utf-8"))
    assert opened["nbformat_minor"] == 5
    assert [cell["id"] for cell in opened["cells"]][:2] == ["cell-1", "cell-2"]


def test_files_are_written_all_or_none(tmp_path):
    (tmp_path / "one").write_text("before", encoding="utf-8")
    (tmp_path / "two").mkdir()
    with pytest.raises(OSError, match=r"two"):
        write_all({tmp_path / "new": "after", tmp_path / "one": "after", tmp_path / "two": "after"}, tmp_path / "build")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["build", "one", "two"]
    assert not list((tmp_path / "build").iterdir())
    assert (tmp_path / "one").read_text(encoding="utf-8") == "before"


def test_carrying_over_does_not_change_the_notebook_it_is_given(tmp_path):
    content = nbformat.read(write(tmp_path / "ward.ipynb", "Ward", *NEWS), as_version=4)
    before = json.dumps(content)
    carry(content, Q2, Q3, drop_older=True)
    assert json.dumps(content) == before


def test_an_id_keeps_within_the_limit_of_the_format():
    name = next_id("a" * 64, Q3, {"a" * 64})
    assert (len(name), name[-3:]) == (64, "-q3")


def test_the_command_lists_the_data_awaited_and_refuses_to_open_a_quarter_twice(project):
    run = command(project, "new-quarter", str(Q3))
    assert run.returncode == 0, run.stderr
    for words in (
        "Q3 2024/25 is open.",
        "data/waits_monthly.csv: month 2024-10, 2024-11, 2024-12",
        "month, team, pathway, seen_in_time, seen, provenance",
        "data/site_plans.csv: as_of and quarter 2024-25-Q3",
        "Q1 2024/25 is archived",
        f"natpatsip build {Q3} --final",
    ):
        assert words in run.stdout
    again = command(project, "new-quarter", str(Q3))
    assert (again.returncode, again.stdout) == (2, "")
    assert "is open already" in again.stderr


@pytest.mark.parametrize(("news", "said"), [(NEWS[3:4], "- 1 cell of Q2"), (NEWS[2:4], "- 2 cells of Q2")])
def test_the_summary_counts_what_was_copied_and_says_what_tells_which_data_lack(project, news, said):
    write(project / "notebooks" / "ward.ipynb", "Ward", *news)
    commit(project, "Less news")
    lines = opened_summary(open_quarter(project, Q3))
    assert [line for line in lines if line.startswith(said)]
    assert "3. Add the data; natpatsip doctor lists what is still missing, file by file." in lines
