"""The final edition: what it waits for, all said at once, and the tag that it leaves."""

from __future__ import annotations

import re
import shutil
from datetime import date

import pytest

from natpatsip import params
from natpatsip.checks import CHECKS, AcceptedFinding, Finding
from natpatsip.errors import ReportError
from natpatsip.git import worktree
from natpatsip.quarter import Quarter
from natpatsip.release.final_edition import Candidate, FinalError
from natpatsip.release.manifest import ASKS, QaRecord
from support.projects import command, edit, small
from support.repositories import AUTHOR, commit, git, repository

Q2 = Quarter(2024, 2)
TAG = f"report/{Q2}"
SIGNED = "  - role: Programme lead\n    name: Ann Example\n    date: 2024-11-20\n"
OPEN = "sign_offs:\n  - role: Head of performance\n"
SIGN_AS_OWNER = f'natpatsip sign --role "Owner" --name NAME --quarter {Q2}'
SETTINGS = "natpatsip: {contact: access@riverside.example, publisher: Riverside Trust, licence: OGL v3.0}"
PUBLISHED = "publication: {date: 2024-11-30}\n"
TODAY = date(2024, 12, 1)


@pytest.fixture(autouse=True)
def _as_the_analyst(monkeypatch):
    for name, value in AUTHOR.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def complete(tmp_path_factory):
    """A project whose Q2 lacks nothing."""
    project = small(tmp_path_factory.mktemp("complete"))
    edit(project / "params" / f"{Q2}.yml", OPEN, f"{PUBLISHED}sign_offs:\n{SIGNED}")
    edit(project / "_quarto.yml", "lang: en-GB", f"lang: en-GB\n{SETTINGS}")
    return repository(project)


@pytest.fixture
def project(complete, tmp_path):
    """A copy of it, with its commit, for a test to change."""
    return shutil.copytree(complete, tmp_path, dirs_exist_ok=True)


def candidate(project, *, today=TODAY, output=None):
    return Candidate.of(project, params.load(Q2, project=project), output=output, today=today)


def test_nothing_is_lacking_where_all_is_committed_complete_and_signed(project):
    made = candidate(project)
    made.refuse()
    assert (made.lacks, made.commit) == ((), git(project, "rev-parse", "HEAD").strip())


def test_outside_git_nothing_would_keep_it(tmp_path):
    assert candidate(small(tmp_path)).lacks[0].startswith("git: the project is not in a git repository")


@pytest.mark.parametrize(
    "empty",
    [
        "''",
        "' '",
        "null",
        "TBC",
        "'tbc.'",
        "'[TBD]'",
        "'To be confirmed'",
        "'<name>'",
        "'???'",
        "'-'",
        "n/a",
        '"\\u200b"',
    ],
)
@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("contact", "access@riverside.example", "the accessibility statement has no contact"),
        ("publisher", "Riverside Trust", "names no publisher"),
        ("licence", "OGL v3.0", "names no licence"),
    ],
)
def test_what_readers_have_to_know_of_a_publication_is_asked_for(project, key, value, complaint, empty):
    edit(project / "_quarto.yml", f"{key}: {value}", f"{key}: {empty}")
    commit(project, f"Take out the {key}")
    (lack,) = candidate(project).lacks
    assert re.search(rf", natpatsip\.{key}: (found .*; )?{complaint}", lack)


CONTACT = "access@riverside.example"


@pytest.mark.parametrize("contact", ["the communications team", "@riverside", "Ask us in 2024.", "riverside.example"])
def test_a_contact_is_somewhere_that_a_reader_can_turn_to(project, contact):
    edit(project / "_quarto.yml", f"contact: {CONTACT}", f"contact: {contact!r}")
    commit(project, "Another contact")
    (lack,) = candidate(project).lacks
    assert f'contact: found "{contact}"; the accessibility statement has no contact' in lack


@pytest.mark.parametrize(
    "contact",
    [
        "Write to access@riverside.example.",
        "https://riverside.example/contact",
        "www.riverside.example",
        "Telephone 020 7946 0000",
        "+44 (0)20 7946 0000",
        "Riverside Trust, 1 High Street, Leeds LS1 1AA",
    ],
)
def test_an_address_of_any_kind_is_a_contact(project, contact):
    edit(project / "_quarto.yml", f"contact: {CONTACT}", f"contact: {contact!r}")
    commit(project, "Another contact")
    assert candidate(project).lacks == ()


@pytest.mark.parametrize("name", ["TBC", "[name]", "...", "n/a", "<Name>", "to be agreed"])
def test_a_placeholder_is_no_sign_off(project, name):
    edit(project / "params" / f"{Q2}.yml", "name: Ann Example", f"name: {name!r}")
    commit(project, "Another name")
    (lack,) = candidate(project).lacks
    assert 'Programme lead has not signed off. Once the report has been read: natpatsip sign --role "Progr' in lack


@pytest.mark.parametrize("name", ["Tbay Todorov", "Nil Example", "Xu Xx-Lee", "Dr A. None"])
def test_a_name_that_begins_like_a_placeholder_is_a_name(project, name):
    edit(project / "params" / f"{Q2}.yml", "name: Ann Example", f"name: {name!r}")
    commit(project, "Another name")
    assert candidate(project).lacks == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "date: 2024-11-30",
            "date: 2024-09-29",
            "would be published on 2024-09-29, before the day that its data go up to",
        ),
        (
            "date: 2024-11-20",
            "date: 2023-11-20",
            "Programme lead signs off on 2023-11-20, before the day that the data",
        ),
    ],
)
def test_nothing_is_published_or_signed_before_its_data_end(project, old, new, said):
    edit(project / "params" / f"{Q2}.yml", old, new)
    commit(project, "Another day")
    (lack,) = candidate(project).lacks
    assert said in lack
    assert lack.endswith("2024-09-30.")


def test_the_date_of_publication_is_asked_for(project):
    edit(project / "params" / f"{Q2}.yml", PUBLISHED, "")
    commit(project, "Take out the date")
    (lack,) = candidate(project).lacks
    assert lack.startswith(f"params/{Q2}.yml, publication.date: the date of publication is not set")


@pytest.mark.parametrize("name", ["data/reported.csv", "notebooks/ward.ipynb", "notes.txt"])
def test_what_is_not_committed_is_named(project, name):
    with (project / name).open("a", encoding="utf-8") as lines:
        lines.write("\n")
    assert candidate(project).lacks == (f"git: not committed: {name}. Commit or undo that.",)


def test_what_builds_write_need_not_be_committed(project, tmp_path):
    (project / ".gitignore").unlink()
    commit(project, "Nothing is ignored")
    for folder in ("build", "reports", "out", "_extensions/__pycache__"):
        (project / folder).mkdir(parents=True)
        (project / folder / "file").write_text("", encoding="utf-8")
    assert candidate(project, output=project / "out").lacks == ()


def test_a_tag_on_another_commit_is_in_the_way(project):
    git(project, "tag", TAG)
    assert candidate(project).lacks == ()
    git(project, "commit", "--quiet", "--allow-empty", "--message", "More")
    (lack,) = candidate(project).lacks
    assert lack.startswith(f"git: the tag {TAG} is on another commit (")
    assert lack.endswith(f"git tag --delete {TAG}")


def test_git_has_to_know_who_makes_the_tag(project, monkeypatch):
    for name in AUTHOR:
        if name.endswith(("NAME", "EMAIL")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    assert candidate(project).lacks == (
        "git: does not know who you are, so it cannot make a tag. Set user.name and user.email with git config.",
    )


@pytest.mark.parametrize(
    ("signed", "lack"),
    [
        ("sign_offs: []\n", "names nobody. List who signs the edition off, with role, name and date."),
        (
            "sign_offs:\n  - role: Owner\n",
            f"Owner has not signed off. Once the report has been read: {SIGN_AS_OWNER}",
        ),
        (
            "sign_offs:\n  - {role: Owner, name: Bo, date: 2025-01-01}\n",
            "Owner signs off on 2025-01-01, which is in the future.",
        ),
    ],
)
def test_every_role_has_to_have_signed_off(project, signed, lack):
    edit(project / "params" / f"{Q2}.yml", f"sign_offs:\n{SIGNED}", signed)
    commit(project, "Sign-offs")
    (found,) = candidate(project).lacks
    assert re.fullmatch(rf"params/{Q2}.yml, line \d+, sign_offs(\.0)?: {re.escape(lack)}", found)


def test_a_name_without_a_date_is_no_sign_off(project):
    edit(project / "params" / f"{Q2}.yml", "    date: 2024-11-20\n", "")
    run = command(project, "build", str(Q2), "--final")
    assert run.returncode == 2
    assert "sign_offs.0" in run.stderr
    assert "needs both a name and a date" in run.stderr


def test_the_data_have_to_be_complete(project):
    file = project / "data" / "waits_monthly.csv"
    rows = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(row for row in rows if not row.startswith("2024-09")), encoding="utf-8")
    commit(project, "Data go")
    assert candidate(project).lacks == ("data/waits_monthly.csv has no rows for 2024-09",)


def test_every_dataset_has_to_state_its_provenance(project):
    edit(project / "data" / "datapackage.yaml", "      provenance: decided\n", "")
    commit(project, "Provenance goes")
    assert candidate(project).lacks == tuple(
        f"data/datapackage.yaml, {name}: its provenance is not stated. Write natpatsip.provenance: reported or "
        "illustrative, or the column that says it by row."
        for name in ("relations", "fact_labels", "organisations")
    )


def test_all_that_is_lacking_is_said_at_once(project):
    edit(project / "params" / f"{Q2}.yml", SIGNED, "  - role: Owner\n")
    with pytest.raises(FinalError) as error:
        candidate(project).refuse("stale: a cell")
    place = params.place(Q2, project, "sign_offs", 0)
    assert str(error.value).splitlines() == [
        f"{Q2} cannot be made final; 3 things are missing:",
        f"- git: not committed: params/{Q2}.yml. Commit or undo that.",
        f"- {place}: Owner has not signed off. Once the report has been read: {SIGN_AS_OWNER}",
        "- stale: a cell",
    ]


def test_what_changes_while_it_is_built_stops_it(project):
    made = candidate(project)
    made.confirm()
    edit(project / "params" / f"{Q2}.yml", "Ann", "Bo")
    with pytest.raises(FinalError, match=rf"params/{Q2}\.yml changed while the final edition was built"):
        made.confirm()


def test_the_tag_is_annotated_and_names_who_signed(project):
    made = candidate(project)
    assert made.seal(project / "reports") == TAG
    assert git(project, "cat-file", "-t", TAG).strip() == "tag"
    assert git(project, "rev-parse", f"{TAG}^{{commit}}").strip() == made.commit
    said = git(project, "tag", "--list", "--format=%(contents)", TAG)
    assert "Q2 2024/25 progress report, final edition" in said
    assert "Ann Example (Programme lead, 2024-11-20)" in said
    assert made.seal(project / "reports") == TAG  # made again


def test_a_tag_that_cannot_be_made_is_said_with_what_to_type(project):
    made = candidate(project)
    git(project, "commit", "--quiet", "--allow-empty", "--message", "More")
    git(project, "tag", TAG)
    with pytest.raises(FinalError, match=rf"is published, but its tag {TAG} could not be made: .* already exists.*"):
        made.seal(project / "reports")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--to", "html"), "a final edition has all formats"), (("--due",), "a schedule builds drafts")],
)
def test_a_final_edition_is_whole_and_made_by_people(project, arguments, said):
    run = command(project, "build", str(Q2), "--final", *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert said in run.stderr


def test_the_record_says_what_each_check_asks():
    assert tuple(ASKS) == CHECKS


def test_the_record_holds_what_was_accepted_and_why(project):
    finding = Finding("moved", "mews_live rose by 40%.", "data/reported.csv", fact="mews_live")
    accepted = [AcceptedFinding(finding, "a region joined | at once").record()]
    record = QaRecord(params.load(Q2, project=project), "0123456789abcdef", ("stale", "moved"), accepted)
    assert record.record()["checks"] == {"stale": {"open": 0, "accepted": 0}, "moved": {"open": 0, "accepted": 1}}
    assert record.record()["accepted"][0]["reason"] == "a region joined | at once"
    text = record.chapter()
    assert "| Programme lead | Ann Example | 20 November 2024 | the whole report |" in text
    assert r"| moved | mews\_live rose by 40%. | data/reported.csv | a region joined \| at once |" in text
    assert "typed-number" not in text  # it was not run


@pytest.mark.parametrize(
    ("error", "said"), [(FinalError("The build failed"), "The build failed"), (None, "git worktree remove failed")]
)
def test_an_error_in_a_worktree_is_heard_of_before_one_of_its_removal(project, tmp_path, error, said):
    def build(place):
        (place / ".git").unlink()  # so that git cannot remove it
        if error:
            raise error

    with pytest.raises(ReportError, match=said), worktree(project, "HEAD", tmp_path / "build") as place:
        build(place)
