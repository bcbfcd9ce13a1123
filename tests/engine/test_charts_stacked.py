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
    assert chart["description"].endswith("Q2 2024/25: None yet 8, Another 8, Full support 26.")
    assert bars_of(chart)["encoding"]["y"]["scale"]["domain"][0] == 0


def bars_of(specification):
    return next(each for each in specification["layer"] if each["mark"]["type"] == "bar")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["2024-08-01", "2024-09-01"], "August 2024 to September 2024"),
        (["2024-08-12", "2024-09-01"], "12 August 2024 to 1 September 2024"),
    ],
)
def test_dates_of_bars_are_said_in_words(days, said):
    frame = pd.DataFrame({"day": pd.to_datetime(days), "n": [3, 4], "kind": "All"})
    assert f"chart: {said}. " in charts.stacked(frame, x="day", y="n", category="kind", y_title="Beds").description


def test_a_bar_without_a_name_is_refused():
    frame = pd.DataFrame({"day": pd.to_datetime(["2024-08-01", None]), "n": [3, 4], "kind": "All"})
    with pytest.raises(FigureError, match="column day is empty in row 1"):
        charts.stacked(frame, x="day", y="n", category="kind", y_title="Beds")


def test_a_category_without_a_part_of_the_last_bar_is_named_in_a_legend():
    frame = BOARDS.assign(boards=[20, 12, 10, 34, 8, 0])
    chart = charts.stacked(frame, **COLUMNS, y_title="Boards").to_dict()
    assert "None yet" in words_of(chart)
    assert [row for rows in chart["datasets"].values() for row in rows if row.get("shape") == "square"]


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ([30, 10, 2, 31, 10, 1], "Parts without a number are 1 or 2."),
        ([30, 11, 1, 31, 10, 1], "Parts without a number are 1."),
        ([30, 8, 4, 28, 10, 4], ""),  # all parts have theirs
    ],
)
def test_what_parts_are_that_are_too_low_for_their_number_is_said_below(values, note):
    said = words_of(charts.stacked(BOARDS.assign(boards=values), **COLUMNS, y_title="Boards").to_dict())
    assert [each for each in said if "without a number" in each] == [note] * bool(note)


def test_many_sizes_of_parts_without_a_number_are_said_by_the_largest():
    frame = pd.DataFrame({"bar": list("abcde"), "n": [1, 2, 3, 4, 500], "kind": "All"})
    said = words_of(charts.stacked(frame, x="bar", y="n", category="kind", y_title="Beds").to_dict())
    assert "Parts without a number are 4 or less." in said


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
    assert "Q2 2024/25: Full support 26, Another no value, None yet 8." in chart["description"]
    assert "A missing part of a bar is not drawn." in words_of(chart)
    table = charts.stacked_table(frame, **COLUMNS)
    assert table.to_csv(index=False).splitlines()[1:] == ["Q1 2024/25,20,12,", "Q2 2024/25,26,,8"]


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_every_kind_of_missing_value_is_missing(missing):
    frame = BOARDS.assign(boards=pd.Series([20, 12, 10, 26, 8, missing], dtype=object))
    assert "None yet no value" in charts.stacked(frame, **COLUMNS, y_title="Boards").description


def test_a_part_that_no_row_states_is_zero():
    chart = charts.stacked(BOARDS.iloc[:5], **COLUMNS, y_title="Boards")
    assert "Q2 2024/25: Full support 26, Another 8, None yet 0." in chart.description
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
    assert f"Stacked bar chart: {words}." in chart.description


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
    assert f"{drawn[0]} to {drawn[-1]}." in charts.stacked(frame, **columns, y_title="Seen").description


GROUPS = {"Supported": ["Full support", "Another"]}


def fills(chart):
    scale = bars_of(chart.to_dict())["encoding"]["fill"]["scale"]
    return dict(zip(scale["domain"], scale["range"], strict=True))


def test_a_group_is_a_hue_and_categories_without_one_are_grey():
    assert fills(charts.stacked(BOARDS, **COLUMNS, y_title="Boards", groups=GROUPS)) == {
        "Full support": palette.HUES[0][0],
        "Another": palette.HUES[0][1],
        "None yet": palette.GREYS[0],
    }


def test_the_total_of_each_bar_and_of_each_group_is_in_the_picture():
    chart = charts.stacked(BOARDS, **COLUMNS, y_title="Boards", groups=GROUPS)
    words = words_of(chart.to_dict())
    assert words.count("42") == 2, "above each bar"
    assert {"34", "Supported"} <= set(words)
    texts = [row["text"] for each in charts.narrow(chart.to_dict())["layer"] for row in each["data"].get("values", [])
             if "text" in row]  # fmt: skip
    assert "Supported: 34 in Q2 2024/25" in texts
    assert chart.description == "Stacked bar chart: Q1 2024/25 to Q2 2024/25. Q2 2024/25: Supported 34, None yet 8."


@pytest.mark.parametrize("counts", [[26, 3, 5, 8], [1, 1, 1, 39], [39, 1, 1, 1]])
def test_no_line_of_a_group_is_upright_beside_the_axis(counts):
    """Names are moved apart: a line along them would reach from another value to another than their parts do."""
    names = ["Full", "Light", "Another", "None yet"]
    frame = pd.DataFrame({"quarter": "2024-25-Q2", "approach": names, "boards": counts})
    chart = charts.stacked(frame, **COLUMNS, y_title="Boards", groups={"Supported": names[:2], "Other": names[2:]})
    specification = chart.to_dict()
    of_groups = [
        each for each in specification["layer"] if each["mark"] | {"type": "rule", "strokeWidth": 2} == each["mark"]
    ]
    lines = [row for each in of_groups for row in specification["datasets"][each["data"]["name"]]]
    assert len(lines) == len(names)
    assert all(row["x"] < row["x2"] for row in lines)


def test_percentages_and_single_categories_have_no_total():
    share = BOARDS.assign(boards=[50, 30, 20, 60, 30, 10])
    assert "100%" not in {row["text"] for row in totals(charts.stacked(share, **COLUMNS, y_title="%", percent=True))}
    assert totals(charts.stacked(BOARDS.assign(approach="All", quarter=list("abcdef")), **COLUMNS, y_title="B")) == []


def totals(chart):
    specification = chart.to_dict()
    bold = [each for each in specification["layer"] if each["mark"].get("fontWeight") == 600]
    return [row for each in bold for row in specification["datasets"][each["data"]["name"]]]


def test_the_sum_of_a_group_with_a_missing_part_is_not_given():
    chart = charts.stacked(BOARDS.assign(boards=[20, 12, 10, 26, None, 8]), **COLUMNS, y_title="Boards", groups=GROUPS)
    assert "Supported no value" in chart.description
    assert "26" not in {row["text"] for row in totals(chart)}


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (
            {"Supported": ["Full suport"]},
            r'groups: there is no category "Full suport"\. Did you mean "Full support"',
        ),
        ({"A": ["Another"], "B": ["Another"]}, 'groups name "Another" twice'),
    ],
)
def test_groups_that_cannot_be_are_refused(groups, message):
    with pytest.raises(FigureError, match=message):
        charts.stacked(BOARDS, **COLUMNS, y_title="Boards", groups=groups)


def test_a_long_text_alternative_says_that_there_is_more():
    names = [f"A rather long name of a category, {n}" for n in range(6)]
    frame = pd.DataFrame({"quarter": "2024-25-Q2", "approach": names, "boards": 5})
    text = charts.stacked(frame, **COLUMNS, y_title="Boards").description
    assert text.endswith(", and more.")
    assert len(text) < 150


@pytest.mark.parametrize(
    ("values", "refused"),
    [([60.0, 60], True), ([50.3, 50.2], False), ([120, None], False), ([34, 34, 33], False), ([34.5, 34, 33], True)],
)
def test_percentages_on_each_other_are_parts_of_one_whole(values, refused):
    ways = ["In person", "Online", "By telephone"][: len(values)]
    frame = pd.DataFrame({"quarter": "2024-25-Q1", "share": values, "how": ways})

    def drawn(**keys):
        return charts.stacked(frame, x="quarter", y="share", category="how", y_title="Share", **keys)

    assert drawn().to_dict()
    if refused:
        with pytest.raises(
            FigureError, match=r"charts.stacked: the percentages of .* add up to 1(20|01.5)%, so they are not"
        ):
            drawn(percent=True)
    else:
        assert drawn(percent=True).to_dict()


@pytest.mark.parametrize(
    ("start", "freq", "names"),
    [
        ("2024Q1", "Q-MAR", ["Q1 2023/24", "Q2 2023/24"]),
        ("2024Q1", "Q", ["Q4 2023/24", "Q1 2024/25"]),
        ("2024", "Y-MAR", ["2023/24", "2024/25"]),
        ("2024", "Y", ["2024", "2025"]),
    ],
)
def test_periods_of_pandas_are_named_as_the_report_names_them(start, freq, names):
    frame = pd.DataFrame({"when": pd.period_range(start, periods=2, freq=freq), "n": [3, 4], "kind": "All"})
    assert list(charts.stacked_table(frame, x="when", y="n", category="kind")["Quarter"]) == names


@pytest.mark.parametrize("years", [["2024/25", "2022/23", "2023/24"], [2024, 2022, 2023]])
def test_years_are_in_order_of_time(years):
    frame = pd.DataFrame({"year": years, "n": [3, 4, 5], "kind": "All"})
    bars = list(charts.stacked_table(frame, x="year", y="n", category="kind")["Quarter"])
    assert bars == sorted(map(str, years))


@pytest.mark.parametrize("column", ["bar", "kind"])
@pytest.mark.parametrize("other", ["North ", "No\u00adrth", " North"])
def test_two_names_that_look_the_same_are_refused(column, other):
    frame = pd.DataFrame({"bar": "One", "kind": "Same", "n": [3, 4]})
    frame[column] = ["North", other]
    with pytest.raises(FigureError, match=rf"column {column}: .* look the same"):
        charts.stacked(frame, x="bar", y="n", category="kind", y_title="People")
