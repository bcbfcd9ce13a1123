"""``natpatsip check`` as its users see it: text, JSON, annotations, exit status, and what a build keeps."""

from __future__ import annotations

import json
import re

import pytest

from natpatsip.checks import CHECKS
from support.projects import code, command, prose, small

Q2 = "2024-25-Q2"


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """A small project with two typed numbers, whose rows of data are cited by nobody."""
    cells = [
        prose("## Progress\n\nThe ward treated 677 women.", id="news"),
        prose("See [there](nowhere.ipynb).", id="link"),
    ]
    project = small(tmp_path_factory.mktemp("faulty"), ward=cells)
    (project / "data" / "relations.csv").unlink(missing_ok=True)
    return project


@pytest.fixture(scope="module")
def found(faulty):
    run = command(faulty, "check", Q2, "--format", "json")
    assert run.returncode == 1, run.stderr
    return json.loads(run.stdout)


def test_json_is_a_list_of_findings_with_check_message_and_where(found):
    assert all({"check", "message", "where"} <= set(each) for each in found)
    assert {each["check"] for each in found} <= set(CHECKS)
    typed = next(each for each in found if each["check"] == "typed-number")
    assert typed["notebook"] == "ward.ipynb"
    assert typed["cell"] == "news"
    assert typed["found"] == "677"
    assert typed["where"] == 'notebooks/ward.ipynb, cell 4 "Progress" (id news)'
    assert "broken-link" in {each["check"] for each in found}


def test_text_is_grouped_by_notebook_with_the_cell_to_open(faulty, found):
    run = command(faulty, "check", Q2)
    assert run.returncode == 1
    lines = run.stdout.splitlines()
    start = lines.index("notebooks/ward.ipynb")
    assert lines[start + 1] == '  cell 4 "Progress" (id news)'
    assert lines[start + 2].startswith('    typed-number: "677" is typed in "The ward treated 677 women."')
    assert lines[-1] == f"{len(found)} findings"


def test_annotations_name_file_and_line_of_the_notebook(faulty):
    run = command(faulty, "check", Q2, "--format", "github")
    assert run.returncode == 1
    (line,) = [each for each in run.stdout.splitlines() if "typed-number" in each]
    place = re.match(r"::warning file=notebooks/ward\.ipynb,line=(\d+),title=natpatsip check%3A typed-number::", line)
    file = (faulty / "notebooks" / "ward.ipynb").read_text(encoding="utf-8").splitlines()
    assert "677" in file[int(place[1]) - 1]


def test_a_draft_is_built_with_findings_which_its_manifest_keeps(faulty, found, tmp_path):
    project = faulty
    news = project / "notebooks" / "ward.ipynb"
    news.write_text(news.read_text(encoding="utf-8").replace("[there](nowhere.ipynb)", "there"), encoding="utf-8")
    run = command(project, "build", Q2, "--to", "html")
    assert run.returncode == 0, run.stderr
    assert re.search(
        r"checked: \d+ findings \(.*typed-number 1.*\); see them with: natpatsip check 2024-25-Q2", run.stderr
    )
    manifest = json.loads((project / "reports" / Q2 / "manifest.json").read_text(encoding="utf-8"))
    assert "677" in [each.get("found") for each in manifest["findings"]]
    assert manifest["accepted_findings"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((Q2, "--format", "jsn"), 'Did you mean "json"?'),
        (("autumn",), '"autumn" is not a quarter'),
        (("2031-32-Q1",), "params/2031-32-Q1.yml does not exist"),
        (("--claims", "none.csv"), "there is no file none.csv"),
        ((Q2, "--claims", "data/published_claims.csv"), "leave the quarter out"),
    ],
)
def test_a_faulty_command_line_ends_with_exit_status_two(tmp_path_factory, faulty, arguments, said):
    run = command(faulty, "check", *arguments)
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_a_fact_published_twice_with_two_values_names_both_cells(tmp_path):
    one, two = (code(f'publish("beds", {n}, unit="beds", source="List")', id=f"cell-{n}") for n in (3, 4))
    run = command(small(tmp_path, index=[one], ward=[two]), "check", Q2)
    assert run.returncode == 1
    assert "beds (2024-25-Q2) is published twice: 3 in notebooks/index.ipynb, cell 4" in run.stdout
    assert "(id cell-3) and 4 in notebooks/ward.ipynb, cell 4" in run.stdout
    assert "(id cell-4)" in run.stdout


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"tags": "2024-25-Q2"}, "its tags are '2024-25-Q2'; expected a list of words"),
        ({"tags": [3]}, "its tags are [3]; expected a list of words"),
        ({"tags": ["2024-25-Q9"]}, 'the tag "2024-25-Q9" is not a valid quarter'),
        ({"tags": ["2024-26-Q1"]}, 'the tag "2024-26-Q1" is not a valid quarter'),
        ("damaged", "ward.ipynb"),
        (None, "ward.ipynb"),
    ],
)
def test_damaged_metadata_of_a_cell_is_named(tmp_path, metadata, said):
    project = small(tmp_path, ward=[prose("Words.", id="news")])
    file = project / "notebooks" / "ward.ipynb"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["cells"][-1]["metadata"] = metadata
    file.write_text(json.dumps(content), encoding="utf-8")
    run = command(project, "check", Q2)
    assert run.returncode == 1
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_a_newer_quarter_that_lacks_data_is_said_not_to_be_checked(tmp_path):
    project = small(tmp_path)
    params = project / "params"
    text = (params / "2024-25-Q2.yml").read_text(encoding="utf-8")
    (params / "2024-25-Q3.yml").write_text(
        text.replace("2024-25-Q2", "2024-25-Q3").replace("cut_off: 2024-09-30", "cut_off: 2024-12-31"), encoding="utf-8"
    )
    lines = command(project, "check").stdout.splitlines()
    assert re.fullmatch(r"Q2 2024/25: (no|\d+) findings?", lines[-2])
    assert lines[-1].startswith("Q3 2024/25 was not checked: its data are not complete: ")
    assert "was not checked" not in command(project, "check", Q2).stdout
