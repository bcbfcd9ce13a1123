"""Published CSV files: no cell is a formula to a spreadsheet, every row stays one row, and all is read back equal."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from natpatsip.files.csv_files import frame_to_csv, from_csv, neutral, original, rows_of, to_csv

SIGNS = tuple("=+-@\t\r\n＝＋－＠")
TEXTS = st.text(alphabet=st.sampled_from([*SIGNS, *"'\",;a1 .%\x00\u2028"]), max_size=6)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=1, max_size=4)
)


@given(TABLES)
def test_rows_are_read_back_as_they_were_written(rows):
    read = [[original(cell) for cell in row] for row in rows_of(to_csv(rows))]
    assert read == rows


@given(TABLES)
def test_no_cell_begins_as_a_formula_does_whatever_separates_cells(rows):
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(to_csv(rows), newline=""), delimiter=delimiter):
            for cell in row:
                is_number = cell.lstrip("+-").replace(",", "").replace(".", "").replace("%", "").isdigit()
                assert delimiter != "," or is_number or not cell.startswith(SIGNS)


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-", "--1", "'=1"])
def test_a_formula_gets_an_apostrophe(text):
    assert neutral(text) == f"'{text}"
    assert original(neutral(text)) == text


@pytest.mark.parametrize("text", ["-3.2", "+5", "-1,016", "-0.5%", "1e-05", "", "'tis", "a=1", "2024-25-Q2", "−3"])
def test_numbers_and_other_texts_stay_as_they_are(text):
    assert neutral(text) == text
    assert original(text) == text


def test_a_cell_after_a_semicolon_is_no_formula_where_semicolons_separate_cells():
    assert to_csv([["a;=1+1", "b; c"]]) == '"a;=1+1",b; c\n'


def test_a_carriage_return_tears_no_row():
    frame = pd.DataFrame({"team": ["North\rEast", "South\nWest", "a\r\nb"], "seen": [1, 2, 3]})
    assert list(rows_of(frame_to_csv(frame)))[1:] == [["North\rEast", "1"], ["South\nWest", "2"], ["a\r\nb", "3"]]


def test_a_frame_without_such_cells_is_written_as_pandas_writes_it():
    dates = pd.to_datetime(["2024-04-01", None])
    frame = pd.DataFrame({"month": dates, "rate": [0.1, None], "text": ['a "b", c', ""], "flag": [True, False]})
    assert frame_to_csv(frame) == frame.to_csv(index=False, date_format="%Y-%m-%d")


def test_facts_are_read_by_column_and_a_torn_row_is_refused():
    assert from_csv(to_csv([["id", "source"], ["a", "=cmd"]])) == [{"id": "a", "source": "=cmd"}]
    with pytest.raises(ValueError, match="zip"):
        from_csv("id,source\na\n")


@pytest.mark.parametrize(
    ("times", "cells"),
    [
        (pd.to_datetime(["2024-07-01", None]), ["2024-07-01", ""]),
        (pd.to_datetime(["2024-07-01 09:30", "2024-07-01 14:45"]), ["2024-07-01 09:30", "2024-07-01 14:45"]),
        (pd.to_datetime(["2024-07-01 09:30:05", None]), ["2024-07-01 09:30:05", ""]),
        (pd.to_datetime(["2024-06-30 23:30Z", None]).tz_convert("Europe/London"), ["2024-07-01 00:30", ""]),
        (pd.to_datetime(["2024-07-01", None]).tz_localize("Europe/London"), ["2024-07-01", ""]),
    ],
    ids=["days", "minutes", "seconds", "London", "days-in-London"],
)
def test_times_of_day_are_written_if_a_column_has_any(times, cells):
    written = frame_to_csv(pd.DataFrame({"when": times, "day": pd.to_datetime(["2024-01-01", "2024-01-02"])}))
    assert [row.split(",") for row in written.splitlines()[1:]] == [
        [cells[0], "2024-01-01"],
        [cells[1], "2024-01-02"],
    ]
