"""Each fault of a data file is one clear error: file, row, column, what was found and what was expected."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pandas as pd
import pytest

from natpatsip import context, datasets
from natpatsip.datasets import loading
from natpatsip.datasets.plain_file import Fault, PlainFile, parse, raise_faults
from natpatsip.errors import DataError, UsageError
from natpatsip.pipeline.caching import store
from natpatsip.quarter import Quarter
from support import trust
from support.trust import TABLES, TEAMS, read, save

Q1, Q2, Q3 = (Quarter.parse(f"2024-25-Q{number}") for number in (1, 2, 3))
WAITS, CONTACTS = "waits_monthly", "contacts_monthly"


@pytest.fixture
def project(tmp_path):
    """A small project whose data are as they should be."""
    return trust.make(tmp_path / "project")


def edit(project, name, change):
    """Change the rows of a file, the header being the first."""
    rows = read(project, name)
    save(project, name, change(rows) or rows)


def declare(project, name, change):
    """Change the declaration of a dataset."""
    content = trust.descriptor()
    change(next(each for each in content["resources"] if each["name"] == name))
    trust.declare(project, content)


def put(row, column, value):
    """Return a change that puts a value into the row of a line (the header is line 1)."""

    def change(rows):
        rows[row - 1][rows[0].index(column)] = value

    return change


def where(**cells):
    """Return a change that takes out all rows with these cells."""

    def change(rows):
        header = rows[0]
        return [header, *(r for r in rows[1:] if any(r[header.index(c)] != value for c, value in cells.items()))]

    return change


def add(*cells):
    return lambda rows: [*rows, list(cells)]


def replace(column, old, new):
    """Return a change that replaces a cell wherever it stands in a column."""

    def change(rows):
        place = rows[0].index(column)
        for row in rows[1:]:
            row[place] = new if row[place] == old else row[place]

    return change


def refused(project, name, quarter=Q2):
    with pytest.raises(DataError) as caught:
        datasets.load(name, quarter=quarter, project=project)
    return str(caught.value)


@pytest.mark.parametrize("name", TABLES)
def test_data_as_they_should_be_are_read(project, name):
    frame = datasets.load(name, quarter=Q2, project=project)
    assert list(frame.columns) == TABLES[name][0]
    assert frame.attrs["file"] == f"data/{name}.csv"


def test_months_are_timestamps_and_counts_integers(project):
    frame = datasets.load(WAITS, quarter=Q2, project=project)
    assert pd.api.types.is_datetime64_any_dtype(frame["month"])
    assert frame["seen_in_time"].dtype == frame["seen"].dtype == "int64"


def test_columns_come_in_the_order_of_the_declaration(project):
    edit(project, CONTACTS, lambda rows: [row[::-1] for row in rows])
    assert list(datasets.load(CONTACTS, quarter=Q2, project=project).columns) == TABLES[CONTACTS][0]


# What is wrong with a file ------------------------------------------------------------------------------------------

FAULTS = {
    "column-missing": (
        WAITS,
        put(1, "month", "moth"),
        'row 1: the column month is missing. Found "moth": rename it in the file, or declare it by that name. '
        "Expected month, team,",
    ),
    "unknown-column": (
        CONTACTS,
        lambda rows: [[*row, "x"] for row in rows],
        'row 1: found the column "x", which is not declared.',
    ),
    "column-twice": (
        CONTACTS,
        lambda rows: [[*row, row[0]] for row in rows],
        "row 1: the column month is there twice.",
    ),
    "text-where-a-number-belongs": (
        CONTACTS,
        put(5, "people", "many"),
        'row 5, column people: found "many", expected a whole number, 0 or more.',
    ),
    "number-missing": (
        CONTACTS,
        put(5, "people", ""),
        'row 5, column people: found "", expected a whole number, 0 or more.',
    ),
    "number-missing-without-a-reason": (
        WAITS,
        put(5, "seen", ""),
        'row 5, column seen: found "", expected a whole number, 0 or more, or "*" for suppressed, '
        '"NS" for not submitted.',
    ),
    "number-with-decimals": (CONTACTS, put(5, "people", "7.5"), 'row 5, column people: found "7.5"'),
    "number-below-zero": (WAITS, put(9, "seen", "-9"), 'row 9, column seen: found "-9"'),
    "number-in-other-digits": (WAITS, put(9, "seen", "٩"), 'row 9, column seen: found "٩"'),
    "not-a-number": (WAITS, put(9, "seen", "NaN"), 'row 9, column seen: found "NaN"'),
    "part-above-the-whole": (
        WAITS,
        put(7, "seen_in_time", "10"),
        "row 7, column seen_in_time: found seen_in_time 10 and seen 9, expected seen_in_time no greater than seen.",
    ),
    "month-that-does-not-exist": (
        WAITS,
        put(4, "month", "2024-13"),
        'row 4, column month: found "2024-13", expected a month such as 2024-09.',
    ),
    "month-written-as-a-day": (WAITS, put(4, "month", "2024-04-01"), 'row 4, column month: found "2024-04-01"'),
    "month-twice": (
        WAITS,
        lambda rows: [*rows, rows[2]],
        f'row {len(TABLES[WAITS]) + 1}, column pathway: found "2024-04, North, treatment", '
        "expected it once; row 3 has it too.",
    ),
    "month-missing-from-one-series": (
        WAITS,
        where(month="2024-06", team="North", pathway="treatment"),
        "column month: North, treatment: no row for 2024-06. Add it as it was reported;",
    ),
    "first-month-missing-from-one-series": (
        WAITS,
        where(month="2024-04", team="North", pathway="treatment"),
        "North, treatment: no row for 2024-04.",
    ),
    "last-month-missing-from-one-series": (
        CONTACTS,
        where(month="2024-09", site="Mill Lane", measure="urgent"),
        "Mill Lane, urgent: no row for 2024-09.",
    ),
    "month-missing-from-all-series": (WAITS, where(month="2024-06"), "no row for 2024-06; expected each month"),
    "last-month-missing-from-all-series": (
        WAITS,
        where(month="2024-09"),
        "no row for 2024-09; expected each month up to 2024-09, the end of Q2 2024/25.",
    ),
    "organisation-missing": (
        WAITS,
        where(team="Riverside"),
        "Riverside, assessment: no row for 2024-04, 2024-05, 2024-06, 2024-07, 2024-08, 2024-09.",
    ),
    "measure-missing": (WAITS, where(pathway="follow_up"), "North, follow_up: no row for"),
    "unknown-organisation": (
        WAITS,
        put(3, "team", "River side"),
        'row 3, column team: found "River side", expected a team of data/organisations.csv. Did you mean "Riverside"?',
    ),
    "organisation-of-another-kind": (CONTACTS, put(3, "site", "North"), 'found "North", expected a site of'),
    "unknown-word-of-three": (
        WAITS,
        put(3, "pathway", "treatmnt"),
        'found "treatmnt", expected one of assessment, treatment, follow_up. Did you mean "treatment"?',
    ),
    "unknown-word-of-two": (CONTACTS, put(3, "measure", "urgnt"), 'expected urgent or routine. Did you mean "urgent"?'),
    "unknown-provenance": (
        CONTACTS,
        put(3, "provenance", "illustrated"),
        'found "illustrated", expected reported or illustrative. Did you mean "illustrative"?',
    ),
    "quarter-that-does-not-exist": (
        "site_plans",
        put(3, "quarter", "2024-26-Q1"),
        'row 3, column quarter: found "2024-26-Q1", expected a quarter such as 2024-25-Q2.',
    ),
    "quarter-reported-before-it-came": (
        "site_stages",
        put(3, "as_of", "2024-25-Q1"),
        "found quarter 2024-25-Q2 and as_of 2024-25-Q1, expected quarter no later than as_of.",
    ),
    "fact-reported-before-its-period": (
        "reported",
        put(3, "period", "2025-26-YTD"),
        "found period 2025-26-YTD and as_of 2024-25-Q2, expected period no later than as_of.",
    ),
    "member-missing-from-a-quarter": (
        "site_plans",
        where(quarter="2024-25-Q1", site="Mill Lane"),
        "Mill Lane: no row for 2024-25-Q1.",
    ),
    "member-twice-in-a-quarter": (
        "site_plans",
        add("2024-25-Q1", "2024-25-Q1", "Mill Lane", "full_support", "illustrative"),
        'found "2024-25-Q1, 2024-25-Q1, Mill Lane", expected it once; row 2 has it too.',
    ),
    "quarter-missing": (
        "site_plans",
        where(quarter="2024-25-Q2"),
        "no row for 2024-25-Q2; expected each quarter up to 2024-25-Q2.",
    ),
    "number-out-of-its-range": (
        "site_stages",
        put(2, "stage", "8"),
        'found "8", expected a whole number from 2 to 7.',
    ),
    "member-without-a-return": ("returns", where(team="North"), "North: no row for 2024-25-Q2."),
    "value-that-is-not-a-number": (
        "reported",
        put(3, "value", "about 13"),
        "found value about 13 and unit people, expected a number, in digits alone, such as 677 or 85.9.",
    ),
    "value-that-is-not-a-date": (
        "reported",
        put(6, "value", "2024-06-31"),
        "found value 2024-06-31 and unit date, expected a date such as 2024-08-14.",
    ),
    "value-missing": ("reported", put(3, "value", " "), 'row 3, column value: found " ", expected a text.'),
    "id-of-another-form": (
        "reported",
        put(3, "fact_id", "People"),
        'found "People", expected a text such as people_seen.',
    ),
    "period-that-does-not-exist": (
        "reported",
        put(3, "period", "Q2"),
        'row 3, column period: found "Q2", expected a period',
    ),
    "fact-twice": ("reported", lambda rows: [*rows, rows[1]], "expected it once; row 2 has it too."),
    "unit-of-another-spelling": (
        "reported",
        put(6, "unit", "%"),
        'row 6, column unit: found "%", expected "percent", with which the sign of a number is printed.',
    ),
    "unit-that-changes": (
        "reported",
        put(3, "unit", "visits"),
        'row 3, column unit: found "visits" for people, expected "people" as in row 2.',
    ),
    "claim-of-nothing": (
        "claims",
        put(2, "related_claim", "c02+c04"),
        'row 2, column related_claim: found "c04", expected the claim_id of another row.',
    ),
    "claim-without-relation": ("claims", put(2, "relation", ""), "expected both or neither."),
    "claim-twice": ("claims", put(3, "claim_id", "c03"), 'found "c03", expected it once; row 3 has it too.'),
    "organisation-twice": ("organisations", put(3, "name", "North"), 'found "team, North", expected it once'),
    "slug-twice": ("organisations", put(3, "slug", "north"), 'found "north", expected it once; row 2 has it too.'),
    "parent-that-does-not-exist": (
        "organisations",
        put(4, "parent", "Nort"),
        'found "Nort", expected the name of a team. Did you mean "North"?',
    ),
    "parent-missing": (
        "organisations",
        put(4, "parent", ""),
        'row 4, column parent: found "", expected the name of a team.',
    ),
    "parent-of-a-kind-that-has-none": ("organisations", put(2, "parent", "North"), "of this kind have no parent."),
    "alias-of-two": (
        "organisations",
        put(2, "aliases", "Riverside; N"),
        'row 2, column aliases: found "Riverside", which is a name or an alias of Riverside too.',
    ),
    "closed-before-it-opened": (
        "organisations",
        lambda rows: [rows[0], [*rows[1][:6], "2024-05-01", "2024-04-30"], *rows[2:]],
        "found 2024-05-01 to 2024-04-30, expected an organisation to open before it closes.",
    ),
    "day-that-does-not-exist": (
        "organisations",
        put(2, "open_to", "2024-06-31"),
        'found "2024-06-31", expected a date such as 2024-08-14, or nothing.',
    ),
    "cell-too-many": (
        CONTACTS,
        lambda rows: [*rows[:4], [*rows[4], "x"], *rows[5:]],
        "row 5: found 6 cells, expected 5. Put a cell that has a comma in it between quotation marks.",
    ),
    "empty-cells-too-many": (
        CONTACTS,
        lambda rows: [*rows[:4], [*rows[4], "", ""], *rows[5:]],
        "row 5: found 7 cells, expected 5. Take out the empty ones at the end of the row.",
    ),
    "one-cell": (CONTACTS, lambda rows: [*rows[:4], rows[4][:1], *rows[5:]], "row 5: found 1 cell, expected 5."),
    "cell-too-few": (CONTACTS, lambda rows: [*rows[:4], rows[4][:2], *rows[5:]], "row 5: found 2 cells, expected 5."),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place(project, fault):
    name, change, text = FAULTS[fault]
    edit(project, name, change)
    error = refused(project, name)
    assert f"data/{name}.csv{', ' if text.startswith(('row ', 'column ')) else ''}" in error
    assert not text.startswith(("row ", "column ")) or f"data/{name}.csv, {text}" in error
    assert text in error


def test_a_misspelt_column_is_one_problem(project):
    edit(project, WAITS, put(1, "month", "moth"))
    assert "problems" not in refused(project, WAITS)


def test_a_found_column_is_the_nearest_missing_one_and_no_other():
    columns = ["date_to", "date_from", "team"]
    file = PlainFile.of("data/stays.csv", columns)
    texts = [fault.text for fault in parse(b"date_fro,team\n2024-09,North\n", file).faults]
    assert texts[0].startswith("the column date_to is missing. Expected date_to,")
    assert texts[1].startswith('the column date_from is missing. Found "date_fro": rename it in the file')


@pytest.mark.parametrize(
    ("delimiter", "name"), [("\t", "a tab"), (";", "a semicolon"), ("|", "a vertical bar"), ("~", 'a "~"')]
)
def test_the_sign_between_cells_is_named(delimiter, name):
    file = PlainFile.of("data/stays.csv", ["date", "team"])
    file = file.model_copy(update={"dialect": file.dialect.model_copy(update={"delimiter": delimiter})})
    (fault,) = parse("date,team\n2024,North,x\n".replace(",", delimiter).encode(), file).faults
    assert fault.text == f"found 3 cells, expected 2. Put a cell that has {name} in it between quotation marks."


def test_a_file_that_is_missing_is_named_with_its_columns(project):
    (project / "data" / "contacts_monthly.csv").unlink()
    assert refused(project, CONTACTS) == (
        "data/contacts_monthly.csv: there is no such file. "
        "Put it there, with the columns month, site, measure, people, provenance; or, if the report no longer has it, "
        "take contacts_monthly out of data/datapackage.yaml."
    )


def test_without_organisations_what_names_them_cannot_be_checked(project):
    (project / "data" / "organisations.csv").unlink()
    assert refused(project, CONTACTS).startswith("data/organisations.csv: there is no such file.")


def test_a_kind_that_the_declaration_has_not_is_named_with_the_nearest(project):
    declare(project, "organisations", lambda own: own["schema"]["fields"][0].update(constraints={"required": True}))
    edit(project, "organisations", put(2, "kind", "teem"))
    text = 'row 2, column kind: found "teem", expected one of team, site. Did you mean "team"?'
    assert f"data/organisations.csv, {text}" in refused(project, "organisations")


def test_an_organisation_may_open_and_close_on_days_in_order(project):
    edit(project, "organisations", put(2, "open_from", "2024-04-30"))
    edit(project, "organisations", put(2, "open_to", "2024-05-01"))
    assert len(datasets.load("organisations", quarter=Q2, project=project)) == 4


def test_a_part_may_be_the_whole(project):
    edit(project, WAITS, put(7, "seen_in_time", "9"))
    assert (datasets.load(WAITS, quarter=Q2, project=project)["seen_in_time"] == 9).sum() == 1


def test_a_column_whose_name_has_another_mark_in_it_is_one_column(project):
    own = {"name": "x", "path": "x.csv", "schema": {"fields": [{"name": "team;ward"}]}}
    trust.declare(project, {"resources": [own]})
    save(project, "x", [["team;ward"], ["North"]])
    assert datasets.load("x", quarter=Q2, project=project)["team;ward"].tolist() == ["North"]


@pytest.mark.parametrize("kind", ["integer", "number"])
def test_a_row_that_is_missing_is_added_with_the_marks_that_its_numbers_may_have(project, kind):
    declare(project, WAITS, lambda own: [each.update(type=kind) for each in own["schema"]["fields"][3:5]])
    edit(project, WAITS, where(month="2024-06", team="North", pathway="treatment"))
    assert 'a number that nobody reported is written "*" or "NS", and is not 0' in refused(project, WAITS)


@pytest.mark.parametrize(("month", "never"), [("2024-06", 0), (None, 1)])
def test_a_series_that_never_has_a_row_may_be_left_out_in_the_declaration(project, month, never):
    series = {"team": "Riverside", "pathway": "assessment"}
    edit(project, WAITS, where(**series | ({"month": month} if month else {})))
    error = refused(project, WAITS)
    assert error.count("Riverside, assessment: no row for 2024-0") == 1
    assert error.count("; if it never has a row in this file, write members: found under series of the file") == never


def test_only_a_period_has_to_be_no_later_than_the_report_of_its_row(project):
    edit(project, "reported", put(3, "source", "2025-26-Q1"))
    assert "2025-26-Q1" in set(datasets.load("reported", quarter=Q2, project=project)["source"])


@pytest.mark.parametrize("text", [" a report", "a report ", "a\u200breport"])
def test_a_text_with_something_that_is_not_seen_is_refused_with_why(project, text):
    edit(project, "reported", put(3, "source", text))
    assert refused(project, "reported").endswith(
        f'row 3, column source: found "{text}", expected a text. A space at its end, or a letter that is not seen, '
        "makes it another text than the same one without."
    )


@pytest.mark.parametrize(("texts", "dtype"), [(["true", "false"], "bool"), (["true", ""], "boolean")])
def test_truths_are_of_one_type_and_keep_what_is_missing(project, texts, dtype):
    own = {"name": "x", "path": "x.csv", "schema": {"fields": [{"name": "n"}, {"name": "is_open", "type": "boolean"}]}}
    trust.declare(project, {"resources": [own]})
    save(project, "x", [["n", "is_open"], *([f"{n}", text] for n, text in enumerate(texts))])
    column = datasets.load("x", quarter=Q2, project=project)["is_open"]
    assert (str(column.dtype), column.isna().sum()) == (dtype, texts.count(""))


def test_faults_of_the_organisations_come_before_those_of_what_names_them(project):
    edit(project, "organisations", put(2, "kind", "teem"))
    error = refused(project, WAITS)
    assert "data/organisations.csv, row 2, column kind" in error
    assert "waits_monthly" not in error


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(project, content):
    (project / "data" / "returns.csv").write_bytes(content)
    assert refused(project, "returns").startswith("data/returns.csv: is empty. Expected the columns as_of, team,")


@pytest.mark.parametrize(("before", "row"), [(b"", 4), (b"\n", 5)])
def test_a_file_that_is_not_utf8_is_refused_with_its_row(project, before, row):
    file = project / "data" / "returns.csv"
    file.write_bytes(before + file.read_bytes() + "2024-25-Q2,Møre,1,2,reported\n".encode("latin-1"))
    assert refused(project, "returns") == (
        f"data/returns.csv, row {row}: is not UTF-8 (byte 0xf8). Save the file as CSV UTF-8."
    )


def test_a_file_in_utf16_is_refused(project):
    file = project / "data" / "returns.csv"
    file.write_text(file.read_text("utf-8"), encoding="utf-16")
    assert "data/returns.csv, row 1: is not UTF-8" in refused(project, "returns")


def test_a_quotation_that_is_not_closed_is_refused_with_its_row(project):
    file = project / "data" / "returns.csv"
    file.write_text(file.read_text("utf-8") + '2024-25-Q2,"Nor', encoding="utf-8")
    assert "data/returns.csv, row 4: is not CSV" in refused(project, "returns")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(project):
    file = project / "data" / "contacts_monthly.csv"
    expected = datasets.load(CONTACTS, quarter=Q2, project=project)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    pd.testing.assert_frame_equal(datasets.load(CONTACTS, quarter=Q2, project=project), expected)


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_cells_separated_by_another_mark_are_one_error(project, mark, name):
    file = project / "data" / "contacts_monthly.csv"
    rows = [mark.join(row) for row in read(project, CONTACTS)]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    error = refused(project, CONTACTS)
    assert error.startswith(
        f"data/contacts_monthly.csv, row 1: the cells are separated by {name}. Save the file as CSV"
    )
    declare(project, CONTACTS, lambda resource: resource.update(dialect={"delimiter": mark}))
    assert len(datasets.load(CONTACTS, quarter=Q2, project=project)) == len(rows) - 1


def test_months_that_a_spreadsheet_changed_are_one_error(project):
    edit(project, CONTACTS, lambda rows: [rows[0], *(["Jun-24", *row[1:]] for row in rows[1:])])
    error = refused(project, CONTACTS)
    assert error.startswith('data/contacts_monthly.csv, row 2, column month: found "Jun-24", expected a month')
    assert "23 more rows are like it. A spreadsheet has changed the months: format the column as text" in error
    assert "problems" not in error


def test_a_pointer_of_git_lfs_is_one_error(project):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    (project / "data" / "contacts_monthly.csv").write_text(pointer, encoding="utf-8")
    error = "data/contacts_monthly.csv: is a pointer of Git LFS, not the data. Fetch the file with: git lfs pull"
    assert refused(project, CONTACTS) == error


def test_rows_after_a_line_break_within_a_cell_are_counted_as_lines_of_the_file(project):
    edit(project, "reported", put(2, "source", "two\nlines"))
    edit(project, "reported", put(3, "value", "x"))
    assert "data/reported.csv, row 4, column value: found value x" in refused(project, "reported")


def test_all_faults_of_a_file_come_together(project):
    edit(project, WAITS, put(3, "seen_in_time", "ten"))
    edit(project, WAITS, put(5, "seen_in_time", "12"))
    edit(project, WAITS, where(month="2024-08", team="North", pathway="assessment"))
    error = refused(project, WAITS)
    assert error.startswith("3 problems:\n- data/waits_monthly.csv, column month: ")
    for text in ("North, assessment: no row for 2024-08", "row 3, column seen_in_time", "row 5, column seen_in_time"):
        assert text in error


def test_an_unknown_organisation_is_not_also_reported_as_missing(project):
    edit(project, CONTACTS, put(3, "site", "Mill Lne"))
    assert "no row for" not in refused(project, CONTACTS)


def test_faults_beyond_twenty_are_counted(project):
    for number in range(25):
        edit(project, WAITS, put(2 + number, "seen_in_time", f"x{number}"))
    error = refused(project, WAITS)
    assert error.count("expected a whole number") == 20
    assert error.endswith("data/waits_monthly.csv: and 5 more.")


@pytest.mark.parametrize(
    ("count", "said"),
    [(3, ""), (4, " 3 more rows are like it: 3, 4, 5"), (25, " 24 more rows are like it: 3, 4, 5 …")],
)
def test_a_fault_that_many_rows_have_is_told_once_with_its_count_and_first_rows(project, count, said):
    for number in range(count):
        edit(project, WAITS, put(2 + number, "seen_in_time", "x"))
    error = refused(project, WAITS)
    assert error.count("expected a whole number") == (1 if said else count)
    assert error.endswith(f'"NS" for not submitted.{said}')


def test_an_unknown_dataset_is_named_with_the_nearest(project):
    assert 'There is no dataset "weights"' in refused(project, "weights")
    assert 'Did you mean "returns"? The datasets of data/datapackage.yaml are reported, ' in refused(project, "return")


def test_what_is_not_a_quarter_is_refused(project):
    with pytest.raises(UsageError):
        datasets.load("reported", quarter="autumn", project=project)


# Cells without a value ----------------------------------------------------------------------------------------------


def test_a_suppressed_cell_is_missing_and_never_zero(project):
    edit(project, WAITS, put(2, "seen_in_time", "*"))
    edit(project, WAITS, put(3, "seen_in_time", "NS"))
    frame = datasets.load(WAITS, quarter=Q2, project=project)
    assert frame["seen_in_time"].isna().tolist() == [True, True] + [False] * (len(frame) - 2)
    assert frame.attrs["missing"] == {"seen_in_time": {"suppressed": 1, "not submitted": 1}}
    assert frame["seen"].dtype == "int64"


def test_a_sum_with_a_suppressed_part_is_missing_and_says_so(project):
    edit(project, WAITS, put(2, "seen_in_time", "*"))
    sums = datasets.total(datasets.load(WAITS, quarter=Q2, project=project), ["seen_in_time", "seen"])
    assert sums["seen_in_time"].isna().tolist() == [True] + [False] * 5
    assert sums["seen"].tolist() == [36] + [54] * 5
    assert sums.attrs["note"] == "A sum is missing, because a part is missing in the data."


def test_a_missing_text_is_empty(project):
    frame = datasets.load("claims", quarter=Q2, project=project)
    assert frame["relation"].tolist() == ["sum", "", ""]


def test_a_mark_that_is_not_declared_is_refused(project):
    edit(project, CONTACTS, put(2, "people", "*"))
    assert 'row 2, column people: found "*", expected a whole number, 0 or more.' in refused(project, CONTACTS)


def test_no_message_about_a_missing_row_advises_a_false_zero(project):
    edit(project, WAITS, where(month="2024-06", team="North"))
    error = refused(project, WAITS)
    assert 'a number that nobody reported is written "*" or "NS", and is not 0' in error
    edit(project, CONTACTS, where(month="2024-06", site="Mill Lane"))
    assert "a number that nobody reported needs a missing value, declared in" in refused(project, CONTACTS)


# Organisations open, close and merge --------------------------------------------------------------------------------


def opened(name, start="", end="", aliases=""):
    """Return a change of the list of organisations."""

    def change(rows):
        row = next(row for row in rows if row[2] == name)
        row[5:] = [aliases, start, end]

    return change


@pytest.mark.parametrize(
    ("start", "end", "owed"),
    [
        ("", "2024-05-31", "2024-04, 2024-05"),
        ("", "2024-05-30", "2024-04"),
        ("2024-08-01", "", "2024-08, 2024-09"),
        ("2024-08-02", "", "2024-09"),
        ("2024-06-01", "2024-07-31", "2024-06, 2024-07"),
    ],
)
def test_a_series_owes_the_months_in_which_its_organisation_was_open(project, start, end, owed):
    edit(project, "organisations", opened("Riverside", start, end))
    edit(project, WAITS, where(team="Riverside"))
    error = refused(project, WAITS)
    assert f"Riverside, assessment: no row for {owed}. Add it" in error
    assert "an organisation that was not open then has open_from or open_to" in error


def test_an_organisation_that_has_closed_owes_nothing_afterwards(project):
    edit(project, "organisations", opened("Riverside", end="2024-06-30"))
    edit(project, WAITS, lambda rows: [row for row in rows if row[1] != "Riverside" or row[0] <= "2024-06"])
    assert len(datasets.load(WAITS, quarter=Q2, project=project))
    assert datasets.complete(Q2, project) == []


def test_the_rows_of_an_organisation_that_has_closed_are_kept(project):
    edit(project, "organisations", opened("Riverside", end="2024-06-30"))
    assert len(datasets.load(WAITS, quarter=Q2, project=project)) == len(TABLES[WAITS]) - 1


def test_two_organisations_that_merge_are_two_that_close_and_one_that_opens(project):
    for name in TEAMS:
        edit(project, "organisations", opened(name, end="2024-06-30"))
    edit(project, "organisations", add("team", "T9", "North Riverside", "north-riverside", "", "", "2024-07-01", ""))
    edit(project, WAITS, lambda rows: [row for row in rows if row[1] != "Riverside" or row[0] <= "2024-06"])
    edit(
        project,
        WAITS,
        lambda rows: [
            [*row[:1], "North Riverside" if row[0] > "2024-06" and row[1] == "North" else row[1], *row[2:]]
            for row in rows[:]
        ],
    )
    edit(project, WAITS, put(1, "team", "team"))
    frame = datasets.load(WAITS, quarter=Q2, project=project)
    assert frame.groupby("team")["month"].agg(["min", "max"]).map("{:%Y-%m}".format).loc[
        "North Riverside"
    ].tolist() == [
        "2024-07",
        "2024-09",
    ]
    assert datasets.complete(Q2, project) == []


def test_a_quarter_owes_the_organisations_that_were_open_in_it(project):
    edit(project, "organisations", opened("Mill Lane", start="2024-07-01"))
    edit(project, "site_plans", where(quarter="2024-25-Q1", site="Mill Lane"))
    assert len(datasets.load("site_plans", quarter=Q2, project=project)) == 3


def test_an_alias_is_read_as_the_name(project):
    expected = datasets.load(WAITS, quarter=Q2, project=project)
    edit(project, "organisations", opened("Riverside", aliases="River Side; RVS"))
    edit(project, WAITS, replace("team", "Riverside", "RVS"))
    pd.testing.assert_frame_equal(datasets.load(WAITS, quarter=Q2, project=project), expected)
    assert datasets.complete(Q2, project) == []


def test_a_row_by_name_and_one_by_alias_are_the_same_row_twice(project):
    edit(project, "organisations", opened("Riverside", aliases="RVS"))
    edit(project, WAITS, add("2024-09", "RVS", "treatment", "1", "2", "reported"))
    assert 'found "2024-09, Riverside, treatment", expected it once' in refused(project, WAITS)


# What was known at the end of a quarter -----------------------------------------------------------------------------


def test_a_later_month_is_left_out(project):
    assert datasets.load(CONTACTS, quarter=Q1, project=project)["month"].max() == pd.Timestamp("2024-06-01")


@pytest.mark.parametrize("name", TABLES)
def test_what_comes_in_later_never_changes_an_earlier_quarter(project, name):
    before = datasets.load(name, quarter=Q2, project=project)
    edit(project, "reported", add("people", "2024-25-Q3", "2024-25-Q2", "14", "people", "reported", "a correction"))
    edit(project, WAITS, add("2024-10", "North", "treatment", "1", "2", "reported"))
    edit(project, CONTACTS, add("2024-10", "Mill Lane", "urgent", "1", "reported"))
    edit(project, "site_plans", add("2024-25-Q3", "2024-25-Q2", "Mill Lane", "full_support", "reported"))
    edit(project, "site_stages", add("2024-25-Q3", "2024-25-Q3", "Mill Lane", "5", "reported"))
    edit(project, "returns", lambda rows: [*rows, *(["2024-25-Q3", team, "9", "9", "reported"] for team in TEAMS)])
    pd.testing.assert_frame_equal(datasets.load(name, quarter=Q2, project=project), before)


def test_a_figure_reported_again_is_taken_as_corrected(project):
    edit(project, "reported", add("people", "2024-25-Q2", "2024-25-Q1", "11", "people", "reported", "a correction"))
    for quarter, expected in ((Q1, "12"), (Q2, "11")):
        frame = datasets.load("reported", quarter=quarter, project=project).set_index(["fact_id", "period"])
        assert frame.loc[("people", "2024-25-Q1"), "value"] == expected


def test_a_running_total_is_that_of_the_latest_report(project):
    frame = datasets.load("reported", quarter=Q2, project=project)
    assert list(frame.loc[frame["period"] == "since-baseline", "value"]) == ["113"]


def test_returns_of_a_later_quarter_replace_the_earlier_ones(project):
    edit(project, "returns", lambda rows: [*rows, *(["2024-25-Q3", team, "9", "9", "reported"] for team in TEAMS)])
    assert list(datasets.load("returns", quarter=Q3, project=project)["patient_returns"]) == [9, 9]


def test_a_quarter_before_the_returns_has_none(project):
    assert datasets.load("returns", quarter=Q1, project=project).empty


def test_a_measure_recorded_from_a_later_month_on_has_no_gap(project):
    frame = datasets.load(WAITS, quarter=Q2, project=project)
    assert frame.loc[frame["pathway"] == "follow_up", "month"].min() == pd.Timestamp("2024-05-01")


def test_a_frame_may_be_changed_without_harm_to_the_next_reader(project):
    frame = datasets.load(CONTACTS, quarter=Q2, project=project)
    frame["people"] = 0
    assert set(datasets.load(CONTACTS, quarter=Q2, project=project)["people"]) == {70}


def test_a_changed_file_is_read_again(project):
    datasets.load(CONTACTS, quarter=Q2, project=project)
    edit(project, CONTACTS, put(2, "people", "71"))
    assert datasets.load(CONTACTS, quarter=Q2, project=project)["people"].max() == 71


@pytest.mark.parametrize("room", [0, 1])
def test_datasets_are_read_before_a_notebook_asks_as_far_as_there_is_room(project, monkeypatch, room):
    sizes = [(project / "data" / f"{name}.csv").stat().st_size for name in TABLES]
    monkeypatch.setattr(loading, "READ_FIRST", sum(sizes) if room else min(sizes) - 1)
    loading._known_by.cache_clear()
    loading.read_all(project, "2024-25-Q2")
    assert loading._known_by.cache_info().misses == (len(TABLES) if room else 0)


def test_a_changed_declaration_is_read_again(project):
    edit(project, CONTACTS, put(2, "people", "*"))
    assert "row 2, column people" in refused(project, CONTACTS)
    declare(project, CONTACTS, lambda resource: resource["schema"]["fields"][3].update(trust.WAITED))
    assert datasets.load(CONTACTS, quarter=Q2, project=project)["people"].isna().sum() == 1


# What is made of them -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "quarter", "expected"),
    [
        ("reported", Q1, "mixed"),
        (CONTACTS, Q2, "illustrative"),
        ("returns", Q2, "reported"),
        ("returns", Q1, "reported"),
        ("organisations", Q2, "reported"),
    ],
)
def test_provenance_is_that_of_the_rows_or_of_the_file(project, name, quarter, expected):
    assert datasets.provenance(name, quarter=quarter, project=project) == expected


def test_rows_that_are_inferred_from_reported_ones_leave_a_dataset_reported(project):
    for name in ("reported.csv", "datapackage.yaml"):
        file = project / "data" / name
        file.write_text(file.read_text(encoding="utf-8").replace("illustrative", "inferred"), encoding="utf-8")
    assert "inferred" in set(datasets.load("reported", quarter=Q1, project=project)["provenance"])
    assert datasets.provenance("reported", quarter=Q1, project=project) == "reported"


def test_provenance_that_is_not_declared_is_not_stated(project):
    declare(project, "claims", lambda resource: resource.pop("natpatsip"))
    assert datasets.provenance("claims", quarter=Q2, project=project) == "not stated"


def test_what_was_read_is_known_to_the_notebook(project):
    with context.use("2024-25-Q2", project=project):
        datasets.load("returns")
        datasets.load(CONTACTS)
    assert context.READ == {"data/returns.csv": "reported", "data/contacts_monthly.csv": "illustrative"}


def national(project):
    frame = datasets.load(WAITS, quarter=Q2, project=project)
    counts = ("seen_in_time", "seen")
    return datasets.total(frame, counts, where={"pathway": "assessment"}, percent=counts)


def test_a_total_is_the_sum_over_organisations(project):
    edit(project, WAITS, put(2, "seen_in_time", "3"))
    series = national(project)
    assert list(series.columns) == ["month", "seen_in_time", "seen", "percent"]
    assert series.iloc[0].to_dict() == {
        "month": pd.Timestamp("2024-04-01"),
        "seen_in_time": 10,
        "seen": 18,
        "percent": 1000 / 18,
    }
    assert series["seen"].dtype == "int64"
    assert series.attrs["provenance"] == "illustrative"
    assert series.attrs["filter"] == "pathway assessment, summed by month"


def test_the_percentage_of_nobody_is_missing(project):
    for row in (2, 4):
        assert TABLES[WAITS][row - 1][:3:2] == ["2024-04", "assessment"]
        edit(project, WAITS, put(row, "seen_in_time", "0"))
        edit(project, WAITS, put(row, "seen", "0"))
    assert list(national(project)["percent"].isna()) == [True] + [False] * 5


def test_a_total_of_what_is_not_in_the_data_names_the_nearest(project):
    frame = datasets.load(WAITS, quarter=Q2, project=project)
    with pytest.raises(DataError, match=r'has pathway "treatmnt"\. Did you mean "treatment"'):
        datasets.total(frame, "seen", where={"pathway": "treatmnt"})
    with pytest.raises(DataError, match=r'The rows have no column sen; .* Did you mean "seen"'):
        datasets.total(frame, "sen")


# What a quarter lacks -----------------------------------------------------------------------------------------------


def test_quarters_with_data_are_complete(project):
    assert datasets.complete(Q1, project) == datasets.complete(Q2, project) == []


def test_a_quarter_to_come_lacks_everything(project):
    assert datasets.complete(Q3, project) == [
        "data/reported.csv has no rows as of 2024-25-Q3",
        "data/waits_monthly.csv has no rows for 2024-10, 2024-11, 2024-12",
        "data/contacts_monthly.csv has no rows for 2024-10, 2024-11, 2024-12",
        "data/site_plans.csv has no rows for 2024-25-Q3",
        "data/site_stages.csv has no rows for 2024-25-Q3",
    ]


def test_a_series_without_its_last_month_is_lacking(project):
    edit(project, CONTACTS, where(month="2024-09", site="Mill Lane", measure="urgent"))
    assert datasets.complete(Q2, project) == [
        "data/contacts_monthly.csv lacks 1 of 4 series in 2024-09 (Mill Lane, urgent)"
    ]


def test_what_a_series_that_never_has_a_row_needs_is_told_once(project):
    edit(project, WAITS, where(team="Riverside", pathway="assessment"))
    answers = datasets.complete(Q2, project)
    assert [each.partition(" (")[0] for each in answers] == [
        f"data/waits_monthly.csv lacks 1 of 6 series in 2024-0{month}" for month in (7, 8, 9)
    ]
    assert ["write members: found" in each for each in answers] == [True, False, False]


def test_a_fact_that_the_quarter_before_had_is_lacking(project):
    edit(project, "reported", where(fact_id="people", as_of="2024-25-Q2", period="2024-25-Q2"))
    assert datasets.complete(Q2, project) == ["data/reported.csv has no row as of 2024-25-Q2 for people (its quarter)"]


def test_a_file_without_the_column_of_its_periods_cannot_be_asked(project):
    edit(project, CONTACTS, put(1, "month", "moth"))
    with pytest.raises(DataError, match=r"data/contacts_monthly\.csv, row 1: the column month is missing\."):
        datasets.complete(Q2, project)


def test_a_project_that_declares_nothing_lacks_nothing(tmp_path):
    assert datasets.complete(Q2, tmp_path) == []


def test_series_that_come_and_go_owe_nothing_before_their_first_month(project):
    declare(project, WAITS, lambda resource: resource["natpatsip"]["series"].update(members="found"))
    edit(
        project, WAITS, lambda rows: [row for row in rows if row[1] != "Riverside" or row[0] in ("2024-06", "2024-08")]
    )
    error = refused(project, WAITS)
    assert "Riverside, assessment: no row for 2024-07, 2024-09." in error
    assert "2024-04" not in error


def test_a_saved_answer_counts_until_the_data_change(project):
    saved = store.of(project)
    assert datasets.complete(Q3, project, saved=saved) == datasets.complete(Q3, project, saved=saved)
    assert len(saved.new()) == 1
    assert datasets.complete(Q2, project, saved=saved) == []
    edit(project, CONTACTS, where(month="2024-09", site="Mill Lane", measure="urgent"))
    assert len(datasets.complete(Q2, project, saved=saved)) == 1
    edit(project, "organisations", opened("Mill Lane", end="2024-08-31"))
    assert datasets.complete(Q2, project, saved=saved) == []


def test_a_saved_answer_is_found_without_reading_the_declaration(project):
    datasets.complete(Q2, project, saved=store.of(project))
    script = (
        "import sys; from pathlib import Path; from natpatsip import Quarter, datasets; "
        f"from natpatsip.pipeline.caching import store; project = Path({str(project)!r}); "
        "assert datasets.complete(Quarter.parse('2024-25-Q2'), project, saved=store.of(project)) == []; "
        "assert not {'yaml', 'pydantic', 'csv'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_completeness_needs_no_pandas(project):
    script = (
        "import sys; from pathlib import Path; from natpatsip import Quarter, datasets; "
        f"datasets.complete(Quarter.parse('2024-25-Q2'), Path({str(project)!r})); "
        "assert 'pandas' not in sys.modules and 'pandera' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# Which rows are owed ------------------------------------------------------------------------------------------------


def test_series_told_apart_by_words_without_a_list_owe_what_they_began(project):
    content = trust.descriptor()
    contacts = next(each for each in content["resources"] if each["name"] == CONTACTS)
    contacts["schema"]["fields"][2]["constraints"] = {"required": True}
    contacts["natpatsip"]["series"].update(by=["measure", "site"])
    trust.declare(project, content)
    assert len(datasets.load(CONTACTS, quarter=Q2, project=project)) > 0
    edit(project, CONTACTS, where(month="2024-08", site="Mill Lane", measure="urgent"))
    assert "urgent, Mill Lane: no row for 2024-08." in refused(project, CONTACTS)


def test_facts_that_were_not_reported_as_of_a_quarter_do_not_stop_what_reads_the_others(project):
    assert "2024-25-Q3" not in set(datasets.load("reported", quarter=Q3, project=project)["as_of"])
    assert datasets.complete(Q3, project)[0] == "data/reported.csv has no rows as of 2024-25-Q3"


def test_a_month_that_no_series_has_is_one_fault_and_not_one_of_each_series(project):
    edit(project, WAITS, where(month="2024-06"))
    error = refused(project, WAITS)
    assert error.count("no row for 2024-06") == 1


def test_a_period_that_is_required_is_missed_without_series_too(project):
    declare(project, WAITS, lambda own: own["natpatsip"].pop("series"))
    edit(project, WAITS, where(month="2024-08"))
    assert "no row for 2024-08; expected each month up to 2024-09" in refused(project, WAITS)


@pytest.mark.parametrize(
    ("count", "others"), [(1, ""), (2, " Another row is like it."), (3, " 2 more rows are like it.")]
)
def test_rows_with_the_same_cause_are_one_fault_that_counts_the_others(count, others):
    faults = [Fault("found x.", line, "month", "A spreadsheet did it.") for line in range(2, 2 + count)]
    with pytest.raises(DataError) as caught:
        raise_faults("data/x.csv", faults)
    assert str(caught.value) == f"data/x.csv, row 2, column month: found x.{others} A spreadsheet did it."


def test_a_notebook_may_read_what_another_quarter_knew(project, monkeypatch):
    monkeypatch.setattr(context, "current", lambda: SimpleNamespace(quarter=Q2, project=project))
    assert datasets.load(WAITS, quarter=Q1)["month"].max() == pd.Timestamp("2024-06-01")
    assert datasets.load(WAITS)["month"].max() == pd.Timestamp("2024-09-01")


def test_a_missing_value_need_not_be_of_its_unit(project):
    def optional(own):
        next(each for each in own["schema"]["fields"] if each["name"] == "value")["constraints"] = {}

    declare(project, "reported", optional)
    edit(project, "reported", put(2, "value", ""))
    assert "" in datasets.load("reported", quarter=Q2, project=project)["value"].tolist()


def test_bounds_of_texts_may_be_months_that_yaml_reads_as_dates(project):
    def within(resource):
        resource["schema"]["fields"][0] = {
            "name": "month",
            "type": "string",
            "constraints": {"required": True, "minimum": pd.Timestamp("2024-05-01").date()},
        }
        resource["natpatsip"] = {"provenance": "provenance"}

    declare(project, CONTACTS, within)
    assert 'row 2, column month: found "2024-04", expected a text, 2024-05' in refused(project, CONTACTS).replace(
        "-01", ""
    )


def test_a_notebook_shows_what_it_read_unless_it_read_it_for_something_else(project, monkeypatch):
    recorded = []
    monkeypatch.setattr(context, "record", lambda *given: recorded.append(given))
    frame = datasets.load(WAITS, quarter=Q2, project=project)
    datasets.load(WAITS, quarter=Q2, project=project, is_shown=False)
    shown, silent = (text for _, _, text in recorded)
    assert shown == f"data/waits_monthly.csv: {len(frame)} rows, illustrative, as known at the end of Q2 2024/25"
    assert silent == ""
