"""What is too large for a printed page is printed on several, with letters as large as elsewhere."""

import pandas as pd
import pytest

from natpatsip import charts, spc
from natpatsip.charts.layout.sizes import PAGE_HEIGHT, WIDTH, pages


def tall(chart):
    return chart["height"] + chart["padding"]["top"] + chart["padding"]["bottom"]


def texts(chart):
    return [row["text"] for layer in chart["layer"] for row in layer["data"].get("values", ()) if "text" in row]


def matrix(teams, measures, **options):
    frame = pd.DataFrame(
        [
            (f"Team {team}", f"Measure {measure:02}", month, 50.0 + (team + measure) % 3)
            for team in range(teams)
            for measure in range(measures)
            for month in pd.date_range("2024-01-01", periods=3, freq="MS")
        ],
        columns=["team", "measure", "month", "value"],
    )
    summary = spc.summary(spc.panel(frame, by=["team", "measure"], value="value", date="month"))
    return charts.icon_matrix(summary, rows="team", columns="measure", **options).to_dict()


def test_a_matrix_of_42_teams_and_20_measures_breaks_over_pages_in_the_order_given():
    order = [f"Measure {number:02}" for number in reversed(range(20))]
    parts = pages(matrix(42, 20, column_order=order))
    assert len(parts) > 1
    assert all(tall(part) <= PAGE_HEIGHT and part["width"] <= WIDTH for part in parts)
    heads = [number for part in parts for text in [" ".join(texts(part))] for number in order if number in text]
    assert list(dict.fromkeys(heads)) == order
    named = [text for part in parts for text in texts(part) if text.startswith("Team")]
    assert set(named) == {f"Team {number}" for number in range(42)}


@pytest.mark.parametrize(("teams", "measures"), [(3, 2), (10, 6)])
def test_a_matrix_that_a_page_holds_is_not_paged(teams, measures):
    assert pages(matrix(teams, measures)) == []


def small(count):
    frame = pd.DataFrame(
        [(f"T{team}", month, 50.0 + team % 3) for team in range(count) for month in ("2024-01", "2024-02", "2024-03")],
        columns=["team", "month", "value"],
    )
    return charts.multiples(spc.panel(frame, by="team", value="value", date="month"), y_title="Beds").to_dict()


def test_many_small_charts_are_paged_each_once():
    parts = pages(small(120))
    assert len(parts) > 1
    assert all(tall(part) <= PAGE_HEIGHT for part in parts)
    named = [text for part in parts for text in texts(part) if text.startswith("T") and text[1:].isdigit()]
    assert sorted(named) == sorted(f"T{number}" for number in range(120))


def test_forty_two_small_charts_fit_on_a_page():
    assert pages(small(42)) == []
