"""Stacked bars."""

import pandas as pd
import pytest

from natpatsip import charts
from natpatsip.charts import palette
from natpatsip.errors import FigureError
from support.chart_samples import BOARDS, COLUMNS, rows_of, words_of


def test_stacked_parts_add_up_and_follow_the_order():
    order = ["None yet", "Another", "Full support"]
    chart = charts.stacked(BOARDS, **COLUMNS, y_title="Boards", order=order).to_dict()
    bars = rows_of(chart, "bar")
    assert [row["Category"] for row in bars[:3]] == order
    assert [row["to"] for row in bars] == [10, 22, 42, 8, 16, 42]
    assert chart["description"].endswith("In Q1 2024/25, None yet: 10; Another: 12; Full support: 20.")
    assert chart["layer"][0]["encoding"]["y"]["scale"]["domain"][0] == 0


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["2024-08-01", "2024-09-01"], "August 2024 to September 2024"),
        (["2024-08-12", "2024-09-01"], "12 August 2024 to 1 September 2024"),
    ],
)
def test_dates_of_bars_are_said_in_words(days, said):
    frame = pd.DataFrame({"day": pd.to_datetime(days), "n": [3, 4], "kind": "All"})
    assert f", {said} (2 bars)" in charts.stacked(frame, x="day", y="n", category="kind", y_title="Beds").description


def test_a_bar_without_a_name_is_refused():
    frame = pd.DataFrame({"day": pd.to_datetime(["2024-08-01", None]), "n": [3, 4], "kind": "All"})
    with pytest.raises(FigureError, match="column day is empty in row 1"):
        charts.stacked(frame, x="day", y="n", category="kind", y_title="Beds")


def test_a_category_without_a_part_of_the_last_bar_is_named_in_a_legend():
    frame = BOARDS.assign(boards=[20, 12, 10, 34, 8, 0])
    chart = charts.stacked(frame, **COLUMNS, y_title="Boards").to_dict()
    assert "None yet" in words_of(chart)
    assert [row for rows in chart["datasets"].values() for row in rows if row.get("shape") == "square"]


def test_numbers_in_bars_read_on_their_colour():
    for colour in palette.CATEGORIES:
        assert palette.contrast(palette.text_on(colour), colour) >= 4.5


@pytest.mark.parametrize(
    ("frame", "order", "message"),
    [
        (BOARDS, ["Full support", "Another"], 'order has no "None yet"'),
        (pd.concat([BOARDS, BOARDS.head(1)]), None, 'Q1 2024/25 has "Full support" twice'),
        (BOARDS.assign(boards=[20, 12, -1, 26, 8, 8]), None, '"None yet" in Q1 2024/25 is -1'),
        (BOARDS.assign(approach=list("abcabd")), list("abcdefg"), "7 categories; expected 6 at most"),
        (BOARDS.drop(columns="boards"), None, 'no column "boards"'),
    ],
)
def test_bars_that_cannot_be_are_refused(frame, order, message):
    with pytest.raises(FigureError, match=message):
        charts.stacked(frame, **COLUMNS, y_title="Boards", order=order)


def test_a_missing_part_is_missing_in_mark_words_table_and_file():
    frame = BOARDS.assign(boards=[20, 12, None, 26, None, 8])
    chart = charts.stacked(frame, **COLUMNS, y_title="Boards").to_dict()
    assert [(row["Category"], row["Value"]) for row in rows_of(chart, "bar")] == [
        ("Full support", "20"), ("Another", "12"), ("Full support", "26"), ("None yet", "8"),
    ]  # fmt: skip
    assert "In Q2 2024/25, Full support: 26; Another: no value; None yet: 8." in chart["description"]
    assert "A missing part of a bar is not drawn." in words_of(chart)
    table = charts.stacked_table(frame, **COLUMNS)
    assert table.to_csv(index=False).splitlines()[1:] == ["Q1 2024/25,20,12,", "Q2 2024/25,26,,8"]


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_every_kind_of_missing_value_is_missing(missing):
    frame = BOARDS.assign(boards=pd.Series([20, 12, missing, 26, 8, 8], dtype=object))
    assert "None yet: no value" in charts.stacked(frame, **COLUMNS, y_title="Boards").description


def test_a_part_that_no_row_states_is_zero():
    chart = charts.stacked(BOARDS.iloc[:5], **COLUMNS, y_title="Boards")
    assert "In Q2 2024/25, Full support: 26; Another: 8; None yet: 0." in chart.description
    assert charts.stacked_table(BOARDS.iloc[:5], **COLUMNS)["None yet"].tolist() == [10, 0]


def test_a_value_that_is_not_a_number_is_refused_with_its_row_and_value():
    frame = BOARDS.assign(boards=[20, 12, "*", 26, 8, 8])
    with pytest.raises(FigureError, match=r"charts\.stacked: Row 3: boards is '\*'; expected a finite number"):
        charts.stacked(frame, **COLUMNS, y_title="Boards")


@pytest.mark.parametrize(
    ("bars", "words"),
    [
        (pd.period_range("2024-08", periods=2, freq="M"), "August 2024 to September 2024"),
        (["2024-08-01", "2024-09-01"], "August 2024 to September 2024"),
        (["2010-11", "2011-12"], "2010-11 to 2011-12"),  # financial years
        (["01/08/2024", "01/09/2024"], "01/08/2024 to 01/09/2024"),
    ],
)
def test_only_what_is_surely_a_date_is_read_as_one(bars, words):
    frame = pd.DataFrame({"bar": bars, "n": [3, 4], "kind": "All"})
    chart = charts.stacked(frame, x="bar", y="n", category="kind", y_title="Beds")
    assert f"Stacked bar chart: Beds, {words} (2 bars)." in chart.description


@pytest.mark.parametrize(
    ("given", "drawn"),
    [
        (["2024-25-Q2", "2023-24-Q4", "2024-25-Q1"], ["Q4 2023/24", "Q1 2024/25", "Q2 2024/25"]),
        (["2024-09-01", "2024-07-01", "2024-08-01"], ["July 2024", "August 2024", "September 2024"]),
        (["2024-09-02", "2024-07-01", "2024-08-30"], ["1 July 2024", "30 August 2024", "2 September 2024"]),
        (["North", "East", "2024-25-Q1"], ["North", "East", "Q1 2024/25"]),
    ],
    ids=["quarters", "months", "days", "words"],
)
def test_bars_of_time_are_in_its_order_and_others_in_theirs(given, drawn):
    frame = pd.DataFrame({"when": given, "how": "a", "seen": [1, 2, 3]})
    columns = {"x": "when", "y": "seen", "category": "how"}
    assert list(charts.stacked_table(frame, **columns)["Quarter"]) == drawn
    assert f"{drawn[0]} to {drawn[-1]} (3 bars)" in charts.stacked(frame, **columns, y_title="Seen").description
