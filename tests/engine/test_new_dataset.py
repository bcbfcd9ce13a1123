"""`natpatsip data add`: a file's first declaration says what is in the file, loads and validates as it is."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
import yaml
from frictionless import Package
from hypothesis import HealthCheck, given, settings
from hypothesis import example as an_example
from hypothesis import strategies as st

from natpatsip import datasets, new_dataset
from natpatsip.datasets import dictionary
from natpatsip.datasets.coverage import NEVER
from natpatsip.datasets.declaration import declared, parse
from natpatsip.datasets.validation import examine
from natpatsip.errors import DataFileError, ReportError
from natpatsip.files.yaml_models import load_yaml
from natpatsip.new_dataset import columns, entry, file_form
from natpatsip.new_dataset.columns import describe
from natpatsip.quarter import Quarter
from support.projects import command, edit, example

Q2 = Quarter.parse("2024-25-Q2")
MONTHS = ["2024-07", "2024-08", "2024-09"]
TEAMS = ["North", "South"]


@pytest.fixture
def project(tmp_path):
    return example(tmp_path / "project")


def as_csv(rows, delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def rows_of(**more):
    """Return a row for each month and team; `more` has a column's cells in turn."""
    keys = [[month, team] for month in MONTHS for team in TEAMS]
    cells = [[values[place % len(values)] for values in more.values()] for place in range(len(keys))]
    return [["month", "team", *more], *(key + own for key, own in zip(keys, cells, strict=True))]


def put(project, name="beds.csv", text=None, encoding="utf-8"):
    file = project / "data" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes((as_csv(rows_of(beds=["12", "7", "30"])) if text is None else text).encode(encoding))
    return file


def added(project, *arguments, **options):
    return new_dataset.add(put(project, *arguments, **options), project)


# What a column holds


@pytest.mark.parametrize(
    ("texts", "keys"),
    [
        (["2024-07", "2024-08"], {"type": "yearmonth"}),
        (["2024-07-01", "2024-07-02"], {"type": "date"}),
        (["31/07/2024", "01/08/2024"], {"type": "date", "format": "%d/%m/%Y"}),
        (["07/31/2024", "08/01/2024"], {"type": "date", "format": "%m/%d/%Y"}),
        (["Jul-24", "Aug-24"], {"type": "date", "format": "%b-%y"}),
        (["July 2024", "August 2024"], {"type": "date", "format": "%B %Y"}),
        (["1 Jul 2024", "2 Jul 2024"], {"type": "date", "format": "%d %b %Y"}),
        (["2024-07-01 00:00:00"], {"type": "date", "format": "%Y-%m-%d %H:%M:%S"}),
        (["2024-07-01T09:30:00"], {"type": "datetime"}),
        (["2009-10", "2010-11"], {"type": "string"}),  # financial years
        (["2024-25-Q1", "2024-25-Q2"], {"type": "string", "natpatsip": {"form": "quarter"}}),
        (["12", "-3"], {"type": "integer"}),
        (["12", "3"], {"type": "integer", "minimum": 0}),
        (["012", "003"], {"type": "string"}),  # codes
        (["0", "7"], {"type": "integer", "minimum": 0}),
        (["0.5", "12"], {"type": "number", "minimum": 0}),
        (["1,234", "12"], {"type": "number", "groupChar": ",", "minimum": 0}),
        (["1,234.5", "12"], {"type": "number", "groupChar": ",", "minimum": 0}),
        (["1234,5", "12,25"], {"type": "number", "decimalChar": ",", "minimum": 0}),
        (["1.234,5", "12,25"], {"type": "number", "decimalChar": ",", "groupChar": ".", "minimum": 0}),
        (["£1,234", "£12"], {"type": "number", "groupChar": ",", "bareNumber": False, "minimum": 0}),
        (["85.9%", "12%"], {"type": "number", "bareNumber": False, "minimum": 0}),
        (["true", "false"], {"type": "boolean"}),
        (["0", "1"], {"type": "integer", "minimum": 0}),
        (["12345678901234567890", "1"], {"type": "string"}),  # too long to be a number
        (["12", "twelve"], {"type": "string"}),
        (["12 ", "3"], {"type": "string"}),
        (["31/02/2024"], {"type": "string"}),
    ],
)
def test_a_column_has_the_narrowest_type_that_all_its_cells_have(texts, keys):
    found = dict(describe("x", texts, range(2, 99), {}).entry)
    assert found.pop("name") == "x"
    constraints = found.pop("constraints")
    assert constraints.pop("required")
    assert found | constraints == keys


@pytest.mark.parametrize("name", ["site_code", "Site code", "id", "NHS number", "ODS"])
def test_digits_of_a_code_stay_text(name):
    assert describe(name, ["123", "456"], [2, 3], {}).type == "string"


def test_a_year_is_a_year_where_its_column_is_called_so():
    assert [describe(name, ["2023", "2024"], [2, 3], {}).type for name in ("year", "beds")] == ["year", "integer"]


@pytest.mark.parametrize("mark", ["*", "NS", "N/A", "-", "", "[c]", "<8", "#N/A", "NULL"])
@pytest.mark.parametrize(("texts", "kind"), [(["12", "7"], "integer"), (["2024-07", "2024-08"], "yearmonth")])
def test_a_mark_for_a_missing_value_is_declared_with_a_meaning_to_be_stated(mark, texts, kind):
    found = describe("x", [*texts, mark], [2, 3, 4], {})
    assert found.type == kind
    assert found.entry["missingValues"] == [{"value": mark, "label": "not stated"}]
    assert "required" not in found.entry.get("constraints", {})
    assert any("missingValues" in note for note in found.notes)


def test_several_marks_have_labels_of_their_own():
    labels = [each["label"] for each in describe("x", ["12", "*", ""], [2, 3, 4], {}).entry["missingValues"]]
    assert labels == ["not stated (empty)", "not stated (*)"]


def test_marks_alone_are_text():
    assert describe("x", ["*", "-", ""], [2, 3, 4], {}).type == "string"


def test_a_few_odd_cells_are_told_with_their_rows():
    texts = [*map(str, range(30)), "two"]
    found = describe("beds", texts, range(2, 99), {})
    assert found.type == "string"
    assert found.notes[0] == (
        'beds: would be integers except for "two" in row 32. Correct the file, or leave it as text.'
    )


def test_a_day_that_could_be_a_month_is_told():
    assert any("with the day first" in note for note in describe("day", ["01/04/2024"], [2], {}).notes)
    assert not describe("day", ["31/04/2024", "31/07/2024"], [2, 3], {}).notes[1:]
    assert not describe("day", ["31/07/2024"], [2], {}).notes
    assert not describe("day", ["07/31/2024"], [2], {}).notes


def test_days_since_1900_are_told():
    assert "days since 1900" in describe("month", ["45383", "45413"], [2, 3], {}).notes[0]


def test_a_few_words_that_repeat_are_a_list_and_many_are_not():
    assert describe("a", ["x", "y"] * 9, range(2, 99), {}).entry["constraints"]["enum"] == ["x", "y"]
    assert "enum" not in describe("a", ["x", "y"], [2, 3], {}).entry["constraints"]


# What a file holds


def test_a_declaration_names_key_period_organisation_and_series(project):
    found = added(project)
    assert found.entry["schema"]["primaryKey"] == ["month", "team"]
    assert found.entry["natpatsip"] == {
        "rows": "a month and team",
        "period": "month",
        "series": {"by": ["team"], "members": "found"},
    }
    resource = declared(project).resource("beds")
    assert resource.fields["team"].natpatsip.organisation == "team"
    assert datasets.load("beds", quarter=Q2, project=project)["beds"].tolist() == [12, 7, 30, 12, 7, 30]


@pytest.mark.parametrize("option", ["rows", "period", "provenance", "as_of", "required", "series", "disclosure"])
def test_what_people_decide_is_asked_and_what_the_rows_say_is_not(project, option):
    decisions = added(project).decisions
    assert any(each.startswith(f"{option}: ") for each in decisions) == (option not in ("rows", "period"))


def test_which_series_are_awaited_is_asked_in_words_of_the_file(project):
    (told,) = [each for each in added(project).decisions if each.startswith("series: ")]
    owed = "series: does each team in this file owe a row for each later period (members: found)"
    assert told == f"{owed}, or each team of organisations.csv (members: all)?"


def test_members_of_a_list_are_asked_about_only_if_there_is_a_list(project):
    rows = [["month", "ward", "beds"], *([month, ward, "3"] for month in ("2024-05", "2024-06") for ward in "AB")]
    found = added(project, text=as_csv(rows))
    (told,) = [each for each in found.decisions if each.startswith("series: ")]
    assert told == "series: does each ward in this file owe a row for each later period (members: found)?"


@pytest.mark.parametrize(
    ("numbers", "questions"),
    [
        ([(3, 5), (0, 5), (5, 5)], ["can kept never be more than due?"]),
        ([(5, 3), (5, 0), (5, 5)], ["can due never be more than kept?"]),
        ([(3, 5), (6, 5), (5, 5)], []),
        ([(5, 5), (4, 4), (3, 3)], []),
    ],
)
def test_whether_a_count_is_part_of_another_is_asked_if_it_is_in_all_rows(project, numbers, questions):
    rows = [["month", "kept", "due"], *([f"2024-0{place}", *map(str, pair)] for place, pair in enumerate(numbers, 4))]
    asked = [each for each in added(project, text=as_csv(rows)).decisions if each.startswith("rules: ")]
    assert asked == [f"rules: {question} Then a row in which it is stops the build." for question in questions]


def test_the_quarter_of_a_report_is_its_as_of(project):
    rows = [
        ["indicator", "as_of", "value"],
        ["a", "2024-25-Q1", "3"],
        ["a", "2024-25-Q2", "4"],
        ["b", "2024-25-Q2", "4"],
    ]
    found = added(project, text=as_csv(rows))
    assert found.entry["natpatsip"]["as_of"] == "as_of"
    assert found.entry["schema"]["primaryKey"] == ["as_of", "indicator"]
    assert len(datasets.load("beds", quarter="2024-25-Q1", project=project)) == 1


def test_a_series_that_lacks_a_row_is_left_out_and_told(project):
    rows = rows_of(beds=["12"])
    del rows[4]
    found = added(project, text=as_csv(rows))
    assert "series" not in found.entry["natpatsip"]
    (told,) = [each for each in found.decisions if each.startswith("series: ")]
    assert "South: no row for 2024-08" in told
    assert len(datasets.load("beds", quarter=Q2, project=project)) == 5


def test_rows_that_nothing_tells_apart_have_no_key(project):
    found = added(project, text="team,ward\nNorth,1\nNorth,1\n")
    assert "primaryKey" not in found.entry["schema"]
    assert any(each.startswith("primaryKey: ") for each in found.decisions)


def test_provenance_by_row_is_declared(project):
    assert (
        added(project, text=as_csv(rows_of(provenance=["reported"]))).entry["natpatsip"]["provenance"] == "provenance"
    )


def test_a_name_that_is_no_organisation_is_told_with_the_nearest(project):
    rows = rows_of(beds=["12"])
    rows[1][1] = "Nort"
    found = added(project, text=as_csv(rows))
    (told,) = [each for each in found.decisions if "Nort is not in data/organisations.csv" in each]
    assert '"North"' in told
    for way in ("add it to aliases", "members: found in those that it does not report to", "leave the column as it is"):
        assert way in told
    text = (project / "data" / "datapackage.yaml").read_text(encoding="utf-8")
    assert "counts: [beds], geography: team," in text.replace("\n", " ")


def test_a_new_organisation_owes_nothing_to_files_whose_series_are_those_found(project):
    file = project / "data" / "organisations.csv"
    file.write_text(file.read_text(encoding="utf-8") + "team,RMH04,West,west,,,,\n", encoding="utf-8")
    with pytest.raises(ReportError, match=f"West: no row for .*; {NEVER}") as refused:
        datasets.load("waits_monthly", quarter=Q2, project=project)
    assert "North" not in str(refused.value)
    waits = [each for each in datasets.complete(Q2, project) if "waits_monthly" in each]
    assert [each.partition(" (")[2] for each in waits] == [f"West: {NEVER})", "West)", "West)"]  # said once a file
    descriptor = project / "data" / "datapackage.yaml"
    edit(descriptor, "members: all", "members: found")
    assert "West" not in set(datasets.load("waits_monthly", quarter=Q2, project=project)["team"])
    assert not datasets.complete(Q2, project)


FORMS = {
    "utf-8": (",", "utf-8", {}),
    "utf-8 with a mark": (",", "utf-8-sig", {}),
    "windows": (",", "cp1252", {"encoding": "windows-1252"}),
    "utf-16 with tabs": ("\t", "utf-16", {"encoding": "utf-16", "dialect": {"delimiter": "\t"}}),
    "semicolons": (";", "utf-8", {"dialect": {"delimiter": ";"}}),
    "bars": ("|", "utf-8", {"dialect": {"delimiter": "|"}}),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_forms_that_spreadsheets_write_are_declared_load_and_validate(project, form):
    delimiter, encoding, keys = FORMS[form]
    rows = rows_of(beds=["1,234", "*"], site=["012", "café, 3", 'a "b"'], cost=["£3", "£4.50"], ward=["x;y"])
    found = added(project, "Bed days.csv", as_csv(rows, delimiter), encoding=encoding)
    assert {key: value for key, value in found.entry.items() if key in ("encoding", "dialect")} == keys
    frame = datasets.load("bed_days", quarter=Q2, project=project)
    assert frame["beds"].tolist()[::2] == [1234.0] * 3
    assert frame["site"].tolist()[:3] == ["012", "café, 3", 'a "b"']
    assert frame["cost"].tolist()[:2] == [3, 4.5]
    assert_validates(project, "bed_days")


def assert_validates(project, name):
    content = yaml.safe_load((project / "data" / "datapackage.yaml").read_text(encoding="utf-8"))
    content["resources"] = [each for each in content["resources"] if each["name"] == name]
    report = Package.from_descriptor(content, basepath=str(project / "data")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])


REFUSED = {
    "empty": ("", "is empty"),
    "spaces": (" \n ", "is empty"),
    "a header alone": ("month,team\n", "has a header and no rows"),
    "a column without a name": ("month,,team\n2024-07,1,North\n", "row 1: column 2 has no name"),
    "a title above": ("Beds by team\n\nmonth,team,beds\n2024-07,North,3\n", "found 3 cells, expected 1"),
    "a title above, as wide": ("Beds by team,,\nmonth,team,beds\n2024-07,North,3\n", "delete titles above it"),
    "a column twice": ("month,month\n2024-07,2024-08\n", "the column month is there twice"),
    "a ragged row": ("month,beds\n2024-07,3\n2024-08,3,4\n2024-09,3\n", "row 3: found 3 cells, expected 2"),
    "a row of missing values": ("a,b\n1,x\n*,\n", "row 3: has no value. Delete the row"),
    "an empty row": ("month,beds\n2024-07,3\n,\n", "row 3: has no value. Delete the row"),
    "a setting of Excel": ("sep=;\nmonth;beds\n2024-07;3\n", "Delete that line"),
    "no text": ("a\0b,c\n1,2\n", "is not text"),
    "a workbook": ("PK\x03\x04 and more", "is a workbook"),
    "an open quotation mark": ('a,b\n"1,2\n', "Look at the quotation marks"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_declared_is_refused_and_nothing_is_changed(project, case):
    text, message = REFUSED[case]
    before = state(project)
    with pytest.raises(DataFileError, match=r"^(?s:\d+ problems:\n- )?data/beds.csv") as caught:
        added(project, text=text)
    assert message in str(caught.value)
    assert state(project) == before


def state(project):
    return {name: (project / "data" / name).read_bytes() for name in ("datapackage.yaml", "README.md")}


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("waits_monthly.tsv", (), "has a dataset waits_monthly already, of data/waits_monthly.csv"),
        ("beds.csv", ("--name", "waits_monthly"), "has a dataset waits_monthly already"),
        ("beds.csv", ("--name", "Bed days"), "expected lower-case letters, digits and underscores, such as bed_days"),
        ("../beds.csv", (), "is outside data/, where the report's data are. Copy it to data/beds.csv, then run: "),
        ("", (), "is a folder"),
    ],
)
def test_a_place_or_a_name_that_cannot_be_is_refused_with_what_to_do(project, name, arguments, message):
    if name:
        put(project, name)
    before = state(project)
    done = command(project, "data", "add", f"data/{name}", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert state(project) == before


def test_a_file_that_is_not_there_is_told_with_the_nearest(project):
    put(project, "bed_days.csv")
    done = command(project, "data", "add", "data/bed_day.csv")
    assert (done.returncode, 'Did you mean "bed_days.csv"?' in done.stderr) == (2, True)


# What is written


def test_declaring_a_file_again_changes_nothing(project):
    added(project)
    before = state(project)
    again = added(project)
    assert again.entry is None
    assert state(project) == before


def test_the_command_says_what_was_written_and_what_to_decide(project):
    put(project, text=as_csv(rows_of(beds=["12", "*", "30"])))
    done = command(project, "data", "add", "data/beds.csv")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    line = (project / "data" / "datapackage.yaml").read_text(encoding="utf-8").splitlines().index("  - name: beds") + 1
    assert lines[0] == f"data/datapackage.yaml, line {line}: declared beds, from 6 rows of data/beds.csv:"
    assert lines[1:4] == [
        "  month  yearmonth  2024-07, 2024-08, 2024-09",
        "  team   team       North, South",
        "  beds   integer    12, *, 30",
    ]
    for word in ("as_of", "provenance", "disclosure", 'what does "*" mean?'):
        assert word in done.stdout
    assert lines[-1] == 'Then read it in a notebook: datasets.load("beds")'


def test_the_command_says_the_same_to_machines(project):
    put(project)
    found = json.loads(command(project, "data", "add", "data/beds.csv", "--format", "json").stdout)
    assert (found["name"], found["is_new"], found["entry"]["path"]) == ("beds", True, "beds.csv")
    again = json.loads(command(project, "data", "add", "data/beds.csv", "--format", "json").stdout)
    assert (again["is_new"], again["entry"]) == (False, None)


def test_the_dictionary_has_it(project):
    added(project)
    text = (project / "data" / "README.md").read_text(encoding="utf-8")
    assert "## `beds.csv`" in text
    assert text == dictionary.updated(project)


def test_all_that_was_there_stays_as_it_was(project):
    before = (project / "data" / "datapackage.yaml").read_text(encoding="utf-8")
    added(project)
    after = (project / "data" / "datapackage.yaml").read_text(encoding="utf-8")
    assert after.startswith(before.rstrip("\n") + "\n")


ENTRY = {"name": "b", "path": "b.csv", "schema": {"fields": [{"name": "x", "type": "string"}]}, "natpatsip": {}}
LAYOUTS = {
    "nothing": "",
    "no resources yet": "name: a  # mine\nresources: []\n",
    "empty, and more keys": "resources: []\nname: a\n",
    "the last key": "# top\nresources:\n  - name: a\n    path: a.csv  # mine\n",
    "no indent": "resources:\n- name: a\n  path: a.csv\n",
    "more keys": "resources:\n  - name: a\n    path: a.csv\n    # of a\n\n# of the name\nname: p\n",
    "no line end": "resources:\n  - {name: a, path: a.csv}",
    "windows": "resources:\r\n  - name: a\r\n    path: a.csv\r\n",
    "a mark": "\ufeffresources:\n  - name: a\n    path: a.csv\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_entry_is_added_to_any_layout_and_every_line_stays(layout):
    before = LAYOUTS[layout]
    after = entry.added(before.encode(), ENTRY, ["as_of: as_of"]).decode()
    kept = [line for line in before.splitlines() if line.strip() and not line.startswith("resources: []")]
    written = after.splitlines()
    assert [line for line in written if line in kept] == kept
    names = [each.name for each in parse(after.encode()).resources]
    assert names == [*(["a"] if "a.csv" in before else []), "b"]
    assert ("\r\n" in after) == ("\r\n" in before)
    assert "    # as_of: as_of" in after or "  # as_of: as_of" in after


def test_comments_before_the_next_key_stay_with_it():
    after = entry.added(LAYOUTS["more keys"].encode(), ENTRY, []).decode()
    assert after.endswith("\n\n# of the name\nname: p\n")


@pytest.mark.parametrize("text", ["resources: [{name: a, path: a.csv}]\n", "resources:\n  []\n", "{resources: []}\n"])
def test_resources_on_one_line_are_refused(text):
    with pytest.raises(DataFileError, match="expected resources as a list"):
        entry.added(text.encode(), ENTRY, [])


WORDS = st.text(min_size=1, max_size=12) | st.sampled_from(
    ["yes", "1:30", "037", "1e3", "null", "~", "- a", "2024-01-01", "#"]
)


@given(WORDS.filter(lambda text: not any("\ud800" <= each <= "\udfff" for each in text)))
def test_any_word_is_written_so_that_yaml_1_1_and_1_2_read_it_back(word):
    written = entry._flow({"value": word, "list": [word]})
    assert yaml.safe_load(written) == load_yaml(written) == {"value": word, "list": [word]}


CELLS = st.sampled_from(
    ["", "*", "0", "7", "012", "1,234", "1.5", "£3", "12%", "-4", "2024-07", "2024-07-01", "01/04/2024", "31/12/2024",
     "Apr-24", "2024-25-Q2", "North", "South", "true", "NA", "x y", " z", '"', "é", "=1+1", "a\nb"]
)  # fmt: skip
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8)
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@an_example([["=1+1"], ["NA"]], ",", "utf-8")  # which validators that guess may take for UTF-7
@given(TABLES, st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_whatever_is_declared_loads_and_validates(project, rows, delimiter, encoding):
    (project / "data" / "datapackage.yaml").write_bytes(example_descriptor := declared_before(project))
    header = [f"column {place}" for place in range(len(rows[0]))]
    try:
        found = added(project, text=as_csv([header, *rows], delimiter), encoding=encoding)
    except ReportError:
        assert (project / "data" / "datapackage.yaml").read_bytes() == example_descriptor
        return
    assert found.name == "beds"
    latest = Quarter.of(date(2035, 1, 1))
    assert len(datasets.load("beds", quarter=latest, project=project)) <= len(rows)
    assert_validates(project, "beds")


def declared_before(project):
    """Return the example's descriptor as it was first, whatever an earlier example of the test has added."""
    saved = project / "descriptor"
    if not saved.exists():
        saved.write_bytes((project / "data" / "datapackage.yaml").read_bytes())
    return saved.read_bytes()


def test_the_columns_of_the_example_are_found_as_they_are_declared(project):
    """The declarations that people wrote are a measure of those that the command writes."""
    content = yaml.safe_load((project / "data" / "datapackage.yaml").read_text(encoding="utf-8"))
    known = datasets.declared(project)
    table = examine("organisations", project)
    for resource in content["resources"][:3]:
        sheet = file_form.read((project / "data" / resource["path"]).read_bytes(), f"data/{resource['path']}")
        for field in resource["schema"]["fields"]:
            found = columns.describe(field["name"], sheet.columns[field["name"]], sheet.lines, table.organisations)
            expected = known.resource(resource["name"]).fields[field["name"]]
            assert found.organisation == expected.natpatsip.organisation
            if field["name"] not in ("value", "period"):  # numbers and months in this file, and texts by declaration
                assert (found.type, found.form) == (expected.type, expected.natpatsip.form), field["name"]
