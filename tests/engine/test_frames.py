"""Tables: every column is named once, row labels that mean something are kept, and values are words."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from natpatsip.blocks.frames import data_in_words, labelled
from natpatsip.blocks.tables_and_callouts import table
from natpatsip.errors import FigureError
from natpatsip.facts.fact import Fact

PEOPLE = pd.DataFrame({"team": ["North", "South", "North"], "people": [1, 2, 3]})
HEADERS = {
    "labels": (PEOPLE.groupby("team").sum(), ["team", "people"]),
    "two-labels": (PEOPLE.groupby(["team", "people"]).size().rename("count"), ["team", "people", "count"]),
    "filtered": (PEOPLE[PEOPLE["people"] > 1], ["team", "people"]),
    "tuples": (PEOPLE.groupby("team").agg({"people": ["sum", "mean"]}), ["team", "people: sum", "people: mean"]),
    "series": (pd.Series([1], index=pd.Index(["North"], name="team"), name="people"), ["team", "people"]),
    "months": (pd.DataFrame([[1]], columns=pd.period_range("2024-07", periods=1, freq="M")), ["July 2024"]),
    "years": (pd.DataFrame([[1, 2]], columns=[2023, 2024.0]), ["2023", "2024"]),
    "sorted": (PEOPLE.sort_values("people", ascending=False), ["team", "people"]),
    "sliced": (PEOPLE.iloc[1:], ["team", "people"]),
    "same-label": (PEOPLE.set_index("team", drop=False), ["team", "people"]),
}
REFUSED = {
    "same-names": (pd.DataFrame([[1, 2]], columns=["a", "a"]), "more than one column called a"),
    "no-rows": (PEOPLE[:0], "has no rows"),
    "no-columns": (pd.DataFrame(index=[0]), "has no columns"),
    "unnamed-series": (pd.Series([1]), "a series without a name"),
    "unnamed-labels": (PEOPLE.set_index("team").rename_axis(None), r"rename_axis.*reset_index\(drop=True\)"),
    "other-labels": (PEOPLE.set_index(pd.Index([3, 2, 1], name="people")), "a column of that name that differs"),
    "years": (pd.DataFrame({"n": [1, 2]}, index=[2022, 2023]), r"row labels without a name \(.*2022.*rename_axis"),
    "years-in-reverse": (pd.DataFrame({"n": [1, 2]}, index=[2023, 2022]), "row labels without a name"),
    "years-as-a-range": (pd.DataFrame({"n": [1, 2]}, index=range(2022, 2024)), "row labels without a name"),
    "counted": (pd.Series([3, 3, 5]).value_counts(), "row labels without a name"),
    "series-by-number": (pd.Series([3, 4], index=[10, 20], name="n"), "row labels without a name"),
    "same-to-readers": (pd.DataFrame({"team": ["North", "North ", "South"], "n": [1, 2, 3]}), r"'North' and 'North '"),
    "unseen": (pd.DataFrame({"team": ["North", "Nor\u200bth"]}), r"'North' and 'Nor\\u200bth'"),
    "no-break-space": (pd.DataFrame({"team": ["A B", "A\u00a0B"]}), "look the same"),
    "other-letters": (pd.DataFrame({"team": ["Caf\u00e9", "Cafe\u0301"]}), "look the same"),
    "unnamed-column": (pd.DataFrame({np.nan: [1]}), "a column without a name"),
    "list": ([[1]], "expected a DataFrame"),
}


@pytest.mark.parametrize("case", HEADERS)
def test_columns_are_named_and_labels_kept(case):
    rows, names = HEADERS[case]
    assert list(labelled(rows, "The table")) == names
    assert table(rows, caption="C").markdown.splitlines()[0] == f"| {' | '.join(names)} |"


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_set_is_refused_with_the_remedy(case):
    rows, message = REFUSED[case]
    with pytest.raises(FigureError, match=rf'The table "C",? .*{message}'):
        table(rows, caption="C")


@pytest.mark.parametrize("value", [[1], {"a": 1}, float("inf"), PEOPLE, object()])
def test_a_value_that_says_nothing_is_refused_with_column_and_row(value):
    with pytest.raises(FigureError, match=r'The table "C", column "a", row 2: the value is '):
        table(pd.DataFrame({"a": pd.Series(["x", value], dtype=object)}), caption="C")


def test_missing_values_are_empty_and_dates_and_booleans_are_words():
    rows = pd.DataFrame(
        {
            "n": pd.array([12, None], dtype="Int64"),
            "seen": pd.to_datetime(["2024-07-01", None]),
            "ok": [np.bool_(True), None],
            "month": pd.PeriodIndex(["2024-07", None], freq="M"),
        }
    )
    text = table(rows, caption="C").markdown.splitlines()
    assert text[1:4] == ["|--:|---|---|---|", "| 12 | 1 July 2024 | yes | July 2024 |", "|  |  |  |  |"]


def test_a_bar_in_a_header_or_a_value_does_not_begin_a_column():
    head, _, row, *_ = table(pd.DataFrame({"a|b": ["c|d\ne"]}), caption="C").markdown.splitlines()
    assert (head, row) == (r"| a\|b |", r"| c\|d e |")


def test_facts_in_a_table_are_cited():
    fact = Fact("beds", "all", 3, "beds", "List")
    assert table(pd.DataFrame({"beds": [fact]}), caption="C").facts == (fact,)


@pytest.mark.parametrize(
    ("name", "values", "shown"),
    [
        ("Year", [2023.0, None], ["2023", ""]),
        ("Financial years", [2023, 2024], ["2023", "2024"]),
        ("Period", [2022, 2023, 2024], ["2022", "2023", "2024"]),
        ("Code", [12345, 1234], ["12345", "1234"]),
        ("Trust ID", [12345, 1234], ["12345", "1234"]),
        ("Period", [2023, 2412], ["2,023", "2,412"]),
        ("Score", [2022.5, 2023.5], ["2,022.5", "2,023.5"]),
        ("People", [2023, 2025], ["2,023", "2,025"]),
        ("Years waited", [12.5, 3], ["12.5", "3"]),
        ("Identified", [12345, 1234], ["12,345", "1,234"]),
    ],
)
def test_years_and_codes_have_no_thousands_separator(name, values, shown):
    lines = table(pd.DataFrame({"team": ["N", "S", "E"][: len(values)], name: values}), caption="C").markdown
    assert [line.split("|")[2].strip() for line in lines.splitlines()[2 : 2 + len(values)]] == shown


def test_a_caption_is_one_line():
    assert table(PEOPLE, caption="People\n\n by team").markdown.endswith("\n\n: People by team")


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (pd.period_range("2022Q1", periods=2, freq="Q-MAR"), ["April to June 2021", "July to September 2021"]),
        (pd.period_range("2024Q1", periods=2, freq="Q"), ["January to March 2024", "April to June 2024"]),
        (pd.period_range("2024", periods=2, freq="Y-MAR"), ["April 2023 to March 2024", "April 2024 to March 2025"]),
        (pd.period_range("2024-01", periods=2, freq="2M"), ["January to February 2024", "March to April 2024"]),
        ([pd.Period("2024Q1", "Q"), "about then"], ["January to March 2024", "about then"]),
        ([True, False], ["yes", "no"]),
        (pd.array([True, None], dtype="boolean"), ["yes", None]),
        ([np.bool_(True), None], ["yes", None]),
    ],
)
def test_data_under_a_figure_read_as_what_they_are(values, read):
    made = data_in_words(pd.DataFrame({"a": values}), "the data")["a"]
    assert [None if pd.isna(each) else each for each in made] == read


@pytest.mark.parametrize(
    "values",
    [
        pd.period_range("2024-01", periods=2, freq="M"),
        pd.period_range("2024", periods=2, freq="Y"),
        pd.to_datetime(["2024-01-31", None]),
        [datetime.date(2024, 9, 1), None],
        [Decimal("1.10"), None],
        pd.array([1, None], dtype="Int64"),
        pd.Categorical(["North", None]),
        ["North", 5],
    ],
)
def test_data_that_read_as_what_they_are_stay_as_they_are(values):
    frame = pd.DataFrame({"a": values})
    assert data_in_words(frame, "the data") is frame


@pytest.mark.parametrize(
    "values",
    [pd.to_timedelta([1, 2], unit="h"), pd.cut([1, 5], [0, 3, 6]), [["North"], None], [b"North", None], [1j, 2j]],
)
def test_data_of_which_a_file_would_hold_the_code_are_refused(values):
    with pytest.raises(FigureError, match=r'^the data, column "a", row 1: the value is of type \w+, not a single'):
        data_in_words(pd.DataFrame({"a": values}), "the data")


@pytest.mark.parametrize("name", ["percent", "Percentage seen", "Seen, %", "Share", "Rate", "Seen within 18 weeks"])
def test_a_percentage_is_no_100_whatever_word_its_column_has(name):
    rows = pd.DataFrame({"team": ["North", "South"], name: [85.04, 99.97]})
    assert "| South | 99.97 |" in table(rows, caption="Seen").markdown
