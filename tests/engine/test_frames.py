"""Tables: every column is named once, row labels that mean something are kept, and values are words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from natpatsip.blocks.tables_and_callouts import table
from natpatsip.blocks.values_in_words import labelled
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
