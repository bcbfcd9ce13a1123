"""All data files are read by one reader: what spreadsheets and git do to them is read, or told in one sentence."""

from __future__ import annotations

import pytest

from natpatsip import datasets
from natpatsip.checks.checked_quarter import CheckContext
from natpatsip.checks.claims_table import read_claims
from natpatsip.checks.relations import COLUMNS, FILE, Rules
from natpatsip.errors import DataError, DataFileError
from natpatsip.pipeline.plan import Plan
from natpatsip.quarter import Quarter
from support import trust
from support.projects import small

Q2 = Quarter.parse("2024-25-Q2")
BOM = b"\xef\xbb\xbf"


@pytest.fixture
def project(tmp_path):
    return small(tmp_path)


def relations(project, content):
    (project / FILE).write_bytes(content)
    return Rules.read(project, Q2, known={"seen"}).rules


def reported(project, change):
    file = project / "data" / "reported.csv"
    file.write_bytes(change(file.read_bytes()))
    plan = Plan.of(project, Q2)
    return CheckContext(plan, {name: each.content for name, each in plan.notebooks.items()}).reported_rows


HEAD = ",".join(COLUMNS).encode()
RULE = b"seen,quarter,moves at most,25%,why\n"


def test_a_mark_that_a_spreadsheet_puts_in_front_changes_nothing(project):
    (rule,) = relations(project, BOM + HEAD + b"\r\n" + RULE)
    assert rule.fact == "seen"
    before = reported(project, lambda content: content)
    assert reported(project, lambda content: BOM + content) == before


def test_rows_are_named_by_their_line_after_cells_of_several_lines(project):
    content = HEAD + b'\nseen,quarter,moves at most,25%,"why\nand how"\nsen,quarter,moves at most,25%,\n'
    with pytest.raises(DataError, match=r"data/relations\.csv, row 4, fact_id: names"):
        relations(project, content)


FORMS = {
    "semicolons": (HEAD.replace(b",", b";") + b"\nseen;quarter;estimate;;\n", "the cells are separated by semicolons"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "is a pointer of Git LFS, not the data"),
    "Latin-1": (HEAD + "\nseen,quarter,estimate,,Zo\xeb\n".encode("latin-1"), "row 2: is not UTF-8"),
    "UTF-16": ("fact_id,period".encode("utf-16"), "is not UTF-8"),
    "empty": (b"\n", "is empty"),
    "a cell too many": (HEAD + b"\nseen,quarter,estimate,,,\n", "row 2: found 6 cells, expected 5"),
    "no header": (RULE, "the column fact_id is missing"),
    "quotation marks": (HEAD + b'\n"seen,quarter', "is not CSV"),
}


@pytest.mark.parametrize(("content", "message"), FORMS.values(), ids=FORMS)
def test_what_is_wrong_with_the_form_of_a_file_is_told_with_its_name(project, content, message):
    with pytest.raises(DataFileError, match=rf"data/relations\.csv.*{message}"):
        relations(project, content)
    (project / "claims.csv").write_bytes(content)
    with pytest.raises(DataFileError, match=rf"claims\.csv.*({message}|is missing)"):
        read_claims(project / "claims.csv")


CHANGED = ["Apr-24", "April 2024", "01/04/2024", "1-Apr-24", "1.4.2024", "2024-04-01", "2024-04-01 00:00:00", "45383"]


@pytest.mark.parametrize("month", CHANGED)
def test_months_that_a_spreadsheet_has_changed_are_one_sentence_for_all_rows(tmp_path, month):
    project = trust.make(tmp_path / "project")
    file = project / "data" / "waits_monthly.csv"
    header, *rows = file.read_text(encoding="utf-8").splitlines()
    place = header.split(",").index("month")
    cells = [row.split(",") for row in rows]
    for row in cells:
        row[place] = month
    file.write_text("\n".join([header, *map(",".join, cells)]), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        datasets.load("waits_monthly", quarter=Q2, project=project)
    assert str(caught.value).count("\n") == 0
    assert f'found "{month}", expected a month such as 2024-09' in str(caught.value)
    assert "A spreadsheet has changed the months" in str(caught.value)
