"""The tables of data beside the charts."""

import pandas as pd
import pytest

from natpatsip import charts
from natpatsip.errors import FigureError
from support.chart_samples import BOARDS, COLUMNS, result_of, steady


def test_the_table_of_a_control_chart_has_a_row_a_point_in_words():
    values = steady(14)
    values.iloc[3] = None
    table = charts.spc_table(result_of(values, target=80), value_name="Seen, %")
    assert list(table.columns) == [
        "Month", "Seen, %", "Mean", "Lower limit", "Upper limit", "Target", "What the point shows",
    ]  # fmt: skip
    assert table["Month"].iloc[0] == "January 2021"
    assert table["What the point shows"].iloc[3] == "No value"
    assert table["Mean"].iloc[0] == round(table["Mean"].iloc[0], 1)


def test_tables_of_trend_and_bars():
    frame = pd.DataFrame({"month": ["2024-09", "2024-08"], "people": [947.25, 950.0]})
    assert list(charts.trend_table(frame, x="month", y="people")["Month"]) == ["August 2024", "September 2024"]
    table = charts.stacked_table(BOARDS, **COLUMNS, order=["None yet", "Another", "Full support"])
    assert list(table.columns) == ["Quarter", "None yet", "Another", "Full support"]
    assert table.iloc[-1].tolist() == ["Q2 2024/25", 8, 8, 26]


def test_the_table_of_a_percentage_has_its_counts():
    result = result_of(steady(20))
    table = charts.spc_table(result, value_name="Seen, %", also={"Seen in time": range(20), "Seen": [40] * 20})
    assert list(table.columns)[:4] == ["Month", "Seen in time", "Seen", "Seen, %"]
    assert table["Seen in time"].tolist() == list(range(20))
    with pytest.raises(FigureError, match="Seen has 3 values and the chart 20 points; expected a value for each"):
        charts.spc_table(result, also={"Seen": [1, 2, 3]})


def test_a_table_of_whole_numbers_has_no_decimal_points_and_keeps_its_gaps():
    table = charts.spc_table(result_of([1200.4, None, 1250.0, 1190.0, 1210.0]), decimals=0)
    lines = table.to_csv(index=False).splitlines()
    assert lines[1].split(",")[1] == "1200"
    assert lines[2].split(",")[1] == ""


def test_a_target_is_not_rounded_as_levels_are():
    table = charts.spc_table(result_of(steady(14), target=72.25))
    assert list(table["Target"].unique()) == [72.25]
    assert "72.25%" in charts.spc(result_of(steady(14), target=72.25), y_title="Seen", percent=True).description
