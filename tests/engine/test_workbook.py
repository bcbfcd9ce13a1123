"""The workbook of a report's data: what the guidance on accessible spreadsheets asks for, and what Excel refuses."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest

from natpatsip.pipeline.staging.workbook import Sheet, write_workbook

TEXT = "Team,Seen,Waiting,seen,Code\nNorth,1713,*,=1+1,007\nSouth,,4,\t@SUM(A1),012\n"


@pytest.fixture
def file(tmp_path):
    def made(name="data.xlsx"):
        write_workbook(
            tmp_path / name,
            title="Waiting times",
            cover={"Status": "Draft"},
            marks={"*": "Too small to show.", "[x]": "There is no value."},
            sheets=[Sheet.of_csv("Figure_1", "Figure 1: People seen", TEXT, about=("By team.",))],
            properties={"title": "Waiting times"},
            day=date(2024, 9, 30),
        )
        return tmp_path / name

    return made


def test_cover_contents_and_notes_come_first(file):
    assert openpyxl.load_workbook(file()).sheetnames == ["Cover", "Contents", "Notes", "Figure_1"]


def test_each_sheet_but_the_cover_has_one_named_table_in_the_first_column_and_no_merged_or_empty_cell(file):
    for page in openpyxl.load_workbook(file()).worksheets[1:]:
        (table,) = page.tables.values()
        assert table.name == f"{page.title}_table"
        assert table.ref.startswith("A")
        assert table.ref.split(":")[1] == page.dimensions.split(":")[1]
        assert not page.merged_cells.ranges
        assert all(cell.value not in (None, "") for row in page[table.ref] for cell in row)
        assert all(page.cell(row, 1).value for row in range(1, page.max_row + 1))


def test_numbers_are_numbers_codes_are_texts_and_nothing_is_a_formula(file):
    page = openpyxl.load_workbook(file())["Figure_1"]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=5)]
    assert rows == [["North", 1713, "*", "=1+1", "007"], ["South", "[x]", 4, "\t@SUM(A1)", "012"]]
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}


def test_a_number_that_is_not_finite_is_a_text(tmp_path):
    sheet = Sheet.of_csv("Figure_1", "Figure 1", "Team,Seen\nNorth,1e400\nSouth,-1e400\n")
    options = {"title": "Waits", "cover": {}, "marks": {}, "properties": {}, "day": date(2024, 9, 30)}
    write_workbook(tmp_path / "data.xlsx", sheets=[sheet], **options)
    page = openpyxl.load_workbook(tmp_path / "data.xlsx")["Figure_1"]
    assert [page.cell(row, 2).value for row in (4, 5)] == ["1e400", "-1e400"]


def test_columns_whose_names_differ_in_case_alone_are_told_apart(file):
    header = [cell.value for cell in openpyxl.load_workbook(file())["Figure_1"][4]]
    assert header == ["Team", "Seen", "Waiting", "seen (2)", "Code"]


def test_the_contents_lead_to_each_sheet(file):
    page = openpyxl.load_workbook(file())["Contents"]
    assert [cell.hyperlink.location for cell in page["A"] if cell.hyperlink] == ["'Notes'!A1", "'Figure_1'!A1"]


def test_equal_content_gives_equal_bytes(file):
    assert file("one.xlsx").read_bytes() == file("two.xlsx").read_bytes()


NUMBERS = ("85.9", "9.3", "0.1", "1e-07", "123456789012345", "999999999999999.0", "-0.3333333333333333", "1.5e+14")


@pytest.mark.parametrize(
    ("texts", "are_numbers"),
    [
        (NUMBERS, True),
        (("1234567890123456", "5"), False),
        (("9" * 20, "1"), False),  # a code
        (("1000000000000000.5", "1"), False),
        (("1e+300", "1"), False),
        (("-1234567890123456789", "1"), False),
    ],
)
def test_a_number_is_the_one_that_was_given_or_a_text(tmp_path, texts, are_numbers):
    rows = "\n".join(f"T{place},{text}" for place, text in enumerate(texts))
    sheet = Sheet.of_csv("Figure_1", "Figure 1", f"Team,Seen\n{rows}\n")
    options = {"title": "Waits", "cover": {}, "marks": {}, "properties": {}, "day": date(2024, 9, 30)}
    write_workbook(tmp_path / "data.xlsx", sheets=[sheet], **options)
    page = openpyxl.load_workbook(tmp_path / "data.xlsx")["Figure_1"]
    found = [cell.value for cell in next(page.iter_cols(2))][-len(texts) :]
    assert found == [float(text) for text in texts] if are_numbers else found == list(texts)
