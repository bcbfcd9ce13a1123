"""A quarter from its opening to its final edition; the quarters before it do not change."""

from __future__ import annotations

import json
import re

import pytest

from natpatsip.quarter import Quarter
from support import trust
from support.projects import command, edit
from support.reading import READERS
from support.repositories import AUTHOR, commit, git, repository

pytestmark = pytest.mark.end_to_end
Q1, Q2, Q3, Q4 = (Quarter(2024, number) for number in (1, 2, 3, 4))
ALONE = ("--renderer", "pandoc", "--jobs", "1")  # charts are drawn in this process
HTML = (*ALONE, "--to", "html")
OPEN = "  - role: Head of performance\n"
SIGNED = "  - role: Head of performance\n    name: Ann Example\n    date: 2025-01-20\n"


@pytest.fixture(scope="module")
def monkeymodule():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def project(whole, tmp_path_factory, monkeymodule):
    """The project in git, with Q1 and Q2 built, Q3 opened from Q2, and its data put in."""
    for name, value in AUTHOR.items():
        monkeymodule.setenv(name, value)
    project = repository(whole.copy(tmp_path_factory.mktemp("project"), str(Q2), str(Q1)))
    for quarter in (Q1, Q2):
        build(project, quarter)
    run = command(project, "new-quarter", str(Q3))
    assert run.returncode == 0, run.stderr
    commit(project, "Open Q3")
    add_data(project, Q3)
    commit(project, "Data of Q3")
    return project


def add_data(project, quarter):
    """Add what a quarter's report needs to each data file: the rows of the quarter before, moved on."""
    before = quarter.previous()
    months = {f"{then:%Y-%m}": f"{now:%Y-%m}" for then, now in zip(before.months, quarter.months, strict=True)}
    for name in ("waits_monthly", "appointments_monthly"):
        rows = trust.read(project, name)
        trust.save(project, name, [*rows, *([months[row[0]], *row[1:]] for row in rows if row[0] in months)])
    rows = trust.read(project, "reported")
    own = [row for row in rows if row[1] == str(before)]
    trust.save(project, "reported", [*rows, *([row[0], str(quarter), str(quarter), *row[3:]] for row in own)])


def build(project, quarter, *arguments):
    run = command(project, "build", str(quarter), *(arguments or HTML))
    assert run.returncode == 0, run.stderr
    return run


def facts(project, quarter):
    return (project / "reports" / str(quarter) / "facts.csv").read_bytes()


def review(project):
    """Review every carried-over cell: add something new to each passage."""
    for path in sorted((project / "notebooks").glob("*.ipynb")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for cell in content["cells"]:
            tags = cell["metadata"].get("tags", [])
            if "to-review" in tags:
                tags.remove("to-review")
                cell["source"] = [reviewed(line) for line in cell["source"]]
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def reviewed(line):
    is_prose = len(line.split()) >= 4 and not re.match(r"#|:::|\|", line)
    return line.rstrip("\n") + " That held again." + "\n" * line.endswith("\n") if is_prose else line


@pytest.fixture(scope="module")
def stale(project):
    run = command(project, "check", str(Q3), "--format", "json")
    assert run.returncode == 1, run.stderr
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def refused(project, stale):
    return command(project, "build", str(Q3), "--final")


@pytest.fixture(scope="module")
def final(project, refused):
    """The final edition of Q3: everything reviewed, corrected, signed off and committed."""
    review(project)
    edit(
        project / "params" / f"{Q3}.yml",
        f"sign_offs:\n{OPEN}",
        f"publication: {{date: 2025-01-31}}\nsign_offs:\n{SIGNED}",
    )
    made_of = commit(project, "Q3 reviewed and signed off")
    build(project, Q3, *ALONE, "--final")
    return made_of


def test_a_carried_over_cell_is_stale_until_it_has_been_reviewed(project, stale):
    cells = [
        cell
        for path in (project / "notebooks").glob("*.ipynb")
        for cell in json.loads(git(project, "show", f"HEAD~1:notebooks/{path.name}"))["cells"]
    ]
    carried = {cell["id"] for cell in cells if "to-review" in cell["metadata"].get("tags", [])}
    assert carried <= {finding["cell"] for finding in stale if finding["check"] == "stale"}


def test_a_final_edition_is_refused_with_everything_that_is_missing(project, refused):
    assert refused.returncode == 1
    for words in ("Head of performance has not signed off", "the date of publication is not set", "- stale: "):
        assert words in refused.stderr
    assert not (project / "reports" / str(Q3)).exists()


def test_the_final_edition_has_its_tag_and_its_record(project, final):
    assert git(project, "rev-parse", f"report/{Q3}^{{commit}}").strip() == final
    manifest = json.loads((project / "reports" / str(Q3) / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["status"], manifest["qa"]["tag"], manifest["qa"]["commit"]) == ("final", f"report/{Q3}", final)
    assert [each["name"] for each in manifest["qa"]["sign_offs"]] == ["Ann Example"]
    assert all(check["open"] == 0 for check in manifest["qa"]["checks"].values())


@pytest.mark.parametrize("form", READERS)
def test_the_final_edition_bears_no_mark_of_a_draft_and_says_who_signed(project, final, form):
    text = READERS[form](project / "reports" / str(Q3))
    assert "Draft" not in text
    assert "Quality assurance record" in text
    assert "Head of performance Ann Example 20 January 2025" in text
    assert ("What changed since last quarter" in text) is (form == "html")


def test_a_draft_and_the_final_edition_say_what_changed_where_there_is_a_quarter_before(project, final):
    words = {each: READERS["html"](project / "reports" / str(each)) for each in (Q1, Q2, Q3)}
    assert "What changed since last quarter" not in words[Q1]
    assert not (project / "reports" / str(Q1) / "html" / "changes.html").exists()
    page = "This page compares this report with that of"
    assert page in words[Q2]
    assert page in words[Q3]
    assert "what was said, and what is said now" in words[Q2]
    assert "what was said, and what is said now" not in words[Q3]


def test_the_new_quarter_changes_no_earlier_one(project, final):
    before = {quarter: facts(project, quarter) for quarter in (Q1, Q2)}
    run = command(project, "build", *map(str, before), *HTML)
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("waiting-times: executed in") == len(before)
    for quarter in before:
        assert facts(project, quarter) == before[quarter], quarter


def test_an_archived_quarter_is_built_from_its_tag(project, final):
    """Q2 is made final at a commit of its own past, Q4 is opened, and Q2 is still built by the same command."""
    before = facts(project, Q2)
    git(project, "tag", "--annotate", "--message", "Q2", f"report/{Q2}")
    run = command(project, "new-quarter", str(Q4))
    assert run.returncode == 0, run.stderr
    assert f"from the tag report/{Q2} of its final edition" in run.stdout
    commit(project, "Open Q4")
    for path in (project / "notebooks").glob("*.ipynb"):
        assert str(Q2) not in path.read_text(encoding="utf-8")
    run = build(project, Q2)
    assert f"building it from report/{Q2} in a worktree of its own" in run.stderr
    assert facts(project, Q2) == before
    assert git(project, "worktree", "list").count("\n") == 1
    assert f"unchanged since report/{Q2}" in build(project, Q2).stderr
