"""Sign-offs that know what was signed: a later change takes them back, and is shown word by word."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from natpatsip import params, wording
from natpatsip.blocks.figures import FIGURE, VEGALITE
from natpatsip.blocks.tables_and_callouts import BLOCK
from natpatsip.checks.outcome import split_accepted
from natpatsip.compare import BuiltReport
from natpatsip.errors import ParamsError
from natpatsip.facts.fact import PUBLISHED, Fact
from natpatsip.params import Acceptance
from natpatsip.quarter import Quarter
from natpatsip.release.final_edition import Candidate
from natpatsip.release.manifest import QaRecord
from natpatsip.signing.since_signed import differences
from natpatsip.signing.snapshot import Snapshot
from support.projects import command, edit, edit_cell, small
from support.repositories import repository

Q2 = Quarter(2024, 2)
ANN = ("--role", "Clinical lead", "--name", "Ann Example", "--quarter", str(Q2))
FIG = {"id": "fig-beds", "title": "Beds rose", "alt": "Bars: 3, 5 and 4.", "caption": "", "data": "month,beds\nMay,3\n"}


def signed(project, *arguments):
    run = command(project, "sign", *arguments)
    assert run.returncode == 0, run.stderr
    return run.stdout


def findings(project):
    found = json.loads(command(project, "check", str(Q2), "--format", "json").stdout)
    return [each for each in found if each["check"] == "sign-off"]


def record(project):
    (file,) = (project / "params" / f"{Q2}.signed").iterdir()
    return file


def test_a_sign_off_records_what_the_chapter_says(ward):
    before = params.path(Q2, ward).read_text(encoding="utf-8")
    said = signed(ward, "ward", *ANN)
    assert "Ann Example (Clinical lead) has signed off Ward, Q2 2024/25: " in said
    (own,) = [each for each in params.load(Q2, project=ward).sign_offs if each.chapter]
    assert (own.role, own.name, own.chapter) == ("Clinical lead", "Ann Example", "ward")
    assert own.signed == hashlib.sha256(record(ward).read_bytes()).hexdigest()
    assert record(ward).name == f"ward-{own.signed[:12]}.json"
    kept = json.loads(record(ward).read_text(encoding="utf-8"))
    assert "The ward made steady progress with the plan this quarter." in kept["text"]
    assert any(text.startswith("There were 41 on the ward") for text in kept["text"])
    assert kept["facts"][f"beds {Q2}"]["text"] == "41 beds"
    assert kept["figures"]["fig-beds"]["title"] == "Beds rose and fell"
    assert record(ward).stat().st_size < 5_000
    assert params.path(Q2, ward).read_text(encoding="utf-8").startswith(before)
    assert findings(ward) == []
    assert "has signed off Ward" in signed(ward, "ward", "--role", "Owner", "--name", "Bo", "--quarter", str(Q2))
    assert record(ward)  # both have signed the same


def test_a_change_takes_the_sign_off_back_and_is_shown_until_it_is_signed_again(ward):
    signed(ward, "notebooks/ward.ipynb", *ANN)
    edit_cell(ward / "notebooks" / "ward.ipynb", "progress", "steady* progress", "good* progress")
    edit_cell(ward / "notebooks" / "ward.ipynb", "facts", "41", "43")
    edit_cell(ward / "notebooks" / "ward.ipynb", "chart", "Beds rose and fell", "Beds rose")
    *since, last = findings(ward)
    assert last["where"].startswith(f"params/{Q2}.yml, line ")
    assert "Ann Example (Clinical lead) signed off ward on" in last["message"]
    assert "It has changed since: 2 passages, 1 fact and 1 figure." in last["message"]
    assert f'natpatsip sign ward --role "Clinical lead" --name "Ann Example" --quarter {Q2}' in last["message"]
    assert [(each["cell"], each["message"].partition(": ")[2]) for each in since] == [
        ("progress", "passage reworded: The ward made [-steady-] {+good+} progress with the plan this quarter."),
        ("facts", f"fact beds ({Q2}) was 41 beds and is now 43 beds"),
        ("numbers", "passage reworded: There were [-41-] {+43+} on the ward, and many …"),
        ("chart", "figure fig-beds: title: Beds rose [-and fell-]"),
    ]
    refused = command(repository(ward), "build", str(Q2), "--final")
    assert refused.returncode == 1
    assert "made [-steady-] {+good+} progress" in refused.stderr
    stale = command(ward, "sign", "ward", *ANN)
    assert stale.returncode == 1
    assert "is out of date: notebooks/ward.ipynb has changed since it was built." in stale.stderr
    assert f"natpatsip build {Q2}" in stale.stderr
    run = command(ward, "build", str(Q2), "--to", "html", "--renderer", "pandoc")
    assert "sign-off" in run.stderr
    old = record(ward)
    signed(ward, "ward", *ANN)
    assert not old.exists()  # git has it
    assert findings(ward) == []
    run = command(ward, "build", str(Q2), "--to", "html", "--renderer", "pandoc")
    assert "sign-off" not in run.stderr


HEAD = ("--role", "Head of performance", "--name", "Cora", "--quarter", str(Q2))


def test_the_whole_report_is_signed_in_its_own_line_of_the_params(ward):
    edit(
        params.path(Q2, ward),
        "  - role: Head of performance",
        "  # Signs last.\n  - role: Head of performance  # of all",
    )
    said = signed(ward, *HEAD)
    assert "Cora (Head of performance) has signed off the whole report of Q2 2024/25: 2 chapters, " in said
    (own,) = params.load(Q2, project=ward).sign_offs
    assert (own.role, own.chapter, own.name, own.date) == ("Head of performance", None, "Cora", date.today())
    text = params.path(Q2, ward).read_text(encoding="utf-8")
    assert "  # Signs last.\n  - role: Head of performance  # of all\n    name: Cora\n" in text
    folder = ward / "params" / f"{Q2}.signed"
    listed = folder / f"report-{own.signed[:12]}.json"
    assert own.signed == hashlib.sha256(listed.read_bytes()).hexdigest()
    chapters = json.loads(listed.read_text(encoding="utf-8"))["chapters"]
    assert list(chapters) == ["index", "ward"]
    assert {each.name for each in folder.iterdir()} == {
        listed.name, *(f"{name}-{digest[:12]}.json" for name, digest in chapters.items())
    }  # fmt: skip
    assert findings(ward) == []
    signed(ward, "ward", *ANN)  # the same chapter, signed by itself
    assert len(list(folder.iterdir())) == 3


def test_a_change_in_any_chapter_takes_the_sign_off_of_the_whole_report_back(ward):
    signed(ward, *HEAD)
    signed(ward, "ward", *ANN)
    edit_cell(ward / "notebooks" / "ward.ipynb", "progress", "steady* progress", "good* progress")
    since, whole, chapter = findings(ward)
    assert since["message"].endswith(
        "passage reworded: The ward made [-steady-] {+good+} progress with the plan this quarter."
    )
    assert "Cora (Head of performance) signed off the whole report on" in whole["message"]
    assert "It has changed since: 1 passage." in whole["message"]
    assert f'natpatsip sign --role "Head of performance" --name "Cora" --quarter {Q2}' in whole["message"]
    assert "signed off ward on" in chapter["message"]
    command(ward, "build", str(Q2), "--to", "html", "--renderer", "pandoc")
    signed(ward, *HEAD)
    assert [each["message"].partition(")")[0] for each in findings(ward)][1:] == ["Ann Example (Clinical lead"]
    assert len(list((ward / "params" / f"{Q2}.signed").iterdir())) == 4  # what Ann signed is there to compare with
    signed(ward, "ward", *ANN)
    assert findings(ward) == []
    assert len(list((ward / "params" / f"{Q2}.signed").iterdir())) == 3


def test_chapters_that_are_new_or_gone_take_the_sign_off_of_the_whole_report_back(ward):
    signed(ward, *HEAD)
    (ward / "notebooks" / "ward.ipynb").rename(ward / "notebooks" / "beds.ipynb")
    edit(ward / "_quarto.yml", "ward.qmd", "beds.qmd")
    (found,) = findings(ward)
    assert "It has changed since: the chapter beds is new; the chapter ward is gone." in found["message"]
    next((ward / "params" / f"{Q2}.signed").glob("report-*.json")).unlink()
    (found,) = findings(ward)
    assert "what was signed is not in git any more" in found["message"]


def test_a_role_that_signs_chapters_alone_signs_no_whole_report(ward):
    signed(ward, "ward", *ANN)
    run = command(ward, "sign", *ANN)
    assert run.returncode == 2
    assert "Clinical lead signs ward, and not the whole report. Name the chapter, or list the role in" in run.stderr


def test_a_number_that_its_owner_has_verified_is_flagged_once_it_moves(ward):
    said = signed(ward, "--fact", "beds", *ANN)
    assert f"Ann Example (Clinical lead) has verified beds ({Q2}): 41" in said
    assert findings(ward) == []
    edit_cell(ward / "notebooks" / "ward.ipynb", "facts", "41", "43")
    (found,) = findings(ward)
    assert (found["cell"], found["fact"], found["expected"], found["found"]) == ("facts", "beds", "41", "43")
    assert f"beds ({Q2}) was 41 when Ann Example (Clinical lead) verified it on" in found["message"]
    assert f"natpatsip sign --fact beds --period {Q2}" in found["message"]
    edit_cell(ward / "notebooks" / "ward.ipynb", "facts", 'publish("beds"', 'publish("beds_all"')
    edit_cell(ward / "notebooks" / "index.ipynb", "ask", "cite('beds')", "cite('beds_all')")
    (found,) = findings(ward)
    assert "is not in the report any more" in found["message"]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("wrad", *ANN), 2, 'There is no chapter "wrad". Did you mean "ward"? The chapters are index, ward.'),
        (("--fact", "bed", *ANN), 2, 'has no fact "bed". Did you mean "beds"?'),
        (("--fact", "beds", "--period", "all", *ANN), 2, f"beds has no value for all. Name one with --period: {Q2}."),
        (("ward", "--fact", "beds", *ANN), 2, "Name either a chapter, or a number with --fact ID."),
        (("ward", "--period", "all", *ANN), 2, "--period: is of a number."),
        (("ward", "--role", " ", "--name", "Ann"), 2, "--role is empty."),
        (("ward", "--role", "Lead", "--name", "Ann", "--quarter", "2024-25-Q1"), 1, "Q1 2024/25 has not been built"),
    ],
)
def test_what_cannot_be_signed_is_said_and_nothing_is_written(ward, arguments, status, said):
    before = params.path(Q2, ward).read_bytes()
    run = command(ward, "sign", *arguments)
    assert (run.returncode, run.stdout) == (status, "")
    assert said in run.stderr
    assert params.path(Q2, ward).read_bytes() == before
    assert not (ward / "params" / f"{Q2}.signed").exists()


def test_without_a_quarter_the_newest_is_signed(ward):
    assert "Q2 2024/25" in signed(ward, "ward", *ANN[:4])


def test_a_report_that_does_not_say_what_it_was_made_of_is_built_again_first(ward):
    file = ward / "reports" / str(Q2) / "manifest.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    for change, said in (
        ({"made_of": None}, "was built by an earlier version"),
        ({"made_of": {**content["made_of"], "natpatsip": "0.1"}}, "is out of date: natpatsip has changed"),
        ({"status": "final"}, "final edition"),
    ):
        file.write_text(json.dumps({**content, **change}), encoding="utf-8")
        assert said in command(ward, "sign", "ward", *ANN).stderr


def test_data_and_decisions_make_a_build_out_of_date_and_sign_offs_do_not(ward):
    edit(params.path(Q2, ward), "cut_off: 2024-09-30", "cut_off: 2024-09-29")
    (ward / "data" / "more.csv").write_text("a\n1\n", encoding="utf-8")
    said = command(ward, "sign", "ward", *ANN).stderr
    assert f"data/more.csv and params/{Q2}.yml have changed since it was built" in said


def test_what_was_signed_is_not_shown_once_its_record_was_edited(ward):
    signed(ward, "ward", *ANN)
    edit(record(ward), "steady", "poor")
    assert findings(ward) == []  # the chapter is still what was signed
    edit_cell(ward / "notebooks" / "ward.ipynb", "progress", "steady* progress", "good* progress")
    (found,) = findings(ward)
    assert "what was signed is not in git any more" in found["message"]


def test_a_change_after_a_sign_off_cannot_be_accepted():
    with pytest.raises(ParamsError, match=r"accepted\.0\.check: what changed after it was signed off cannot be acc"):
        split_accepted([], [Acceptance(check="sign-off", reason="A typo.", notebook="ward")], _place)


def _place(*keys):
    return ".".join(map(str, keys))


# What a snapshot is of


def snapshot(*cells, title="Ward", before=()):
    chapters = {"first": new_notebook(cells=[new_markdown_cell("# First", id="title"), *before])}
    chapters["ward"] = new_notebook(cells=[new_markdown_cell(f"# {title}\n\nPurpose.", id="title"), *cells])
    return Snapshot.of(BuiltReport(Q2, (), chapters), "ward")


def prose(source, id="prose"):  # noqa: A002
    return new_markdown_cell(source, id=id)


def shown(id="shown", **data):  # noqa: A002
    return new_code_cell("", id=id, outputs=[new_output("display_data", data=data)])


def figure(form=None, **changed):
    return shown("chart", **{FIGURE: {**FIG, **changed}, VEGALITE: form or {"width": 1.1}})


def published(value, unit="beds", **more):
    return shown("facts", **{PUBLISHED: Fact("beds", str(Q2), value, unit, "List", **more).record()})


def table(markdown):
    return shown("table", **{BLOCK: {"markdown": markdown, "facts": []}})


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ([prose("Not signed.")], [], ["removed: Not signed."]),
        ([], [prose("New.")], ["added: New."]),
        ([prose("One thing is here.\n\nTwo.")], [prose("Two.\n\nOne thing is here.")], ["moved further up: Two."]),
        ([published(41)], [published(41, label="Beds")], ['beds was called "" and is now called "Beds"']),
        ([published(41.23, "percent")], [published(41.24, "percent")],
         [f"beds ({Q2}) was 41.2%, exactly 41.23 and is now 41.2%, exactly 41.24"]),
        ([], [published(41)], [f"beds ({Q2}) is new: 41 beds"]),
        ([published(41)], [], [f"beds ({Q2}) is gone; it was 41 beds"]),
        ([figure()], [figure(alt="Bars: 3 and 5.")],
         ["fig-beds: alternative text: Bars: [-3, 5-] {+3+} and [-4.-] {+5.+}"]),
        ([figure()], [figure(data="month,beds\nMay,4\n")], ["fig-beds: its data have changed"]),
        ([figure()], [figure({"width": 2})], ["fig-beds: it is drawn differently"]),
        ([figure()], [], ["fig-beds is gone: Beds rose"]),
        ([table("| A |\n|--|\n| 3 |")], [table("| A |\n|--|\n| 4 |")], ["added: 4", "removed: 3"]),
    ],
)  # fmt: skip
def test_each_change_is_said(before, now, said):
    signed, current = snapshot(*before), snapshot(*now)
    found = [each.message for each in differences(Snapshot.read(signed.written()), current)]
    assert found == said
    assert signed.digest != current.digest
    assert differences(signed, snapshot(*before)) == []


def test_the_title_is_signed_and_the_purpose_is_not():
    (found,) = differences(snapshot(), snapshot(title="The ward"))
    assert found.message == "the title: [-Ward-] {+The ward+}"


def test_a_figure_before_it_that_is_new_does_not_take_a_sign_off_back():
    cells = [prose("@fig-beds shows the beds (@fig-beds)."), figure()]
    other = shown("other", **{FIGURE: {**FIG, "id": "fig-other"}, VEGALITE: {}})
    assert snapshot(*cells).digest == snapshot(*cells, before=[other]).digest


def test_the_last_digits_of_another_processor_do_not_take_a_sign_off_back():
    one, two = (
        [published(0.1 + add), figure({"x": [1 / 3 + add]}, data=f"a\n{1 / 3 + add!r}\n")] for add in (0, 1e-15)
    )
    assert snapshot(*one).digest == snapshot(*two).digest


def test_a_record_that_git_has_checked_out_with_other_line_ends_is_the_same(ward):
    signed(ward, "ward", *ANN)
    record(ward).write_bytes(record(ward).read_bytes().replace(b"\n", b"\r\n"))
    edit_cell(ward / "notebooks" / "ward.ipynb", "progress", "steady* progress", "good* progress")
    assert len(findings(ward)) == 2


def test_a_chapter_that_did_not_run_is_not_called_changed(ward):
    signed(ward, "ward", *ANN)
    edit_cell(ward / "notebooks" / "ward.ipynb", "facts", "41", "1 / 0")
    run = command(ward, "check", str(Q2))
    assert "Ann Example" not in run.stdout
    assert "note: not checked: uncited-fact, sign-off in any notebook" in run.stdout


def test_the_record_of_a_final_edition_says_what_each_has_signed(ward):
    signed(ward, "ward", *ANN)
    signed(ward, "--fact", "beds", *ANN)
    record = QaRecord(params.load(Q2, project=ward), "0123456789", (), (), {"ward": "The ward"})
    day = wording.date(date.today())
    assert f"| Clinical lead | Ann Example | {day} | The ward |" in record.chapter()
    assert f"| beds | {Q2} | Ann Example | Clinical lead | {day} |" in record.chapter()
    assert [each["role"] for each in record.record()["sign_offs"]] == ["Head of performance", "Clinical lead"]
    assert record.record()["verified"][0]["value"] == 41


@pytest.mark.parametrize(
    ("chapter", "signed_hash", "said"),
    [
        ("ward", "", "Lead (ward) has not signed off what the chapter says. Once that is done: natpatsip sign ward"),
        ("wrad", "", 'there is no chapter "wrad". Did you mean "ward"?'),
        ("ward", "a1" * 32, ""),
    ],
)
def test_a_final_edition_waits_for_a_chapter_to_be_signed_by_the_command(tmp_path, chapter, signed_hash, said):
    project = small(tmp_path)
    signed_off = f"  - {{role: Lead, chapter: {chapter}, name: Ann, date: 2024-11-01"
    signed_off += f", signed: {signed_hash}}}\n" if signed_hash else "}\n"
    edit(params.path(Q2, project), "  - role: Head of performance\n", signed_off)
    candidate = Candidate.of(project, params.load(Q2, project=project), output=None, today=date(2024, 12, 1))
    found = [each for each in candidate.lacks if "sign_offs" in each]
    assert [said in each for each in found] == ([True] if said else [])


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("role: Lead, signed: " + "a1" * 32, "has signed without a name"),
        (
            "role: Lead, chapter: ward, name: Ann, date: 2024-11-01, signed: a1",
            "which is not what natpatsip sign writes",
        ),
    ],
)
def test_a_hash_that_the_command_did_not_write_is_refused(tmp_path, keys, said):
    project = small(tmp_path)
    edit(params.path(Q2, project), "role: Head of performance", f"{{{keys}}}")
    with pytest.raises(ParamsError, match=said):
        params.load(Q2, project=project)


def test_a_record_is_read_line_by_line():
    lines = snapshot(prose("One.\n\nTwo."), published(41), figure()).written().splitlines()
    assert '  "One.",' in lines
    assert f'  "beds {Q2}": {{"label": "", "text": "41 beds", "value": 41}}' in lines
