"""A chart shows the icons of `spc.summary` and says the same words, whichever direction is better for each series."""

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from natpatsip import charts, spc
from natpatsip.charts.alt_text import multiples_text
from natpatsip.charts.icons import ICONS
from natpatsip.charts.layout.time_axis import timeline
from support.chart_samples import icons_drawn

FEW = settings(max_examples=20, deadline=None, derandomize=True, database=None)
VALUE = st.integers(0, 12).map(float) | st.none()
STEADY = [6.0, 7.0] * 6
VALUES = st.lists(VALUE, min_size=1, max_size=12) | st.sampled_from([[*STEADY, 90.0], [*STEADY, -90.0]])
SERIES = st.tuples(
    VALUES,
    st.sampled_from(["increase", "decrease", "neutral"]),
    st.none() | st.integers(0, 12).map(float),
)
PANELS = st.lists(SERIES, min_size=1, max_size=3)


def panel_of(drawn, *, as_column):
    """Return the SPC result of series, each with its own direction and target."""
    rows = [
        (f"Team {number}", "Waits", month, value, better, target)
        for number, (values, better, target) in enumerate(drawn)
        for month, value in zip(pd.date_range("2021-01", periods=len(values), freq="MS"), values, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["team", "measure", "month", "value", "better", "aim"])
    frame = frame.astype({"value": float, "aim": float})
    by_series = frame.drop_duplicates("team").set_index("team")["better"].to_dict()
    better = "better" if as_column else {(team, "Waits"): direction for team, direction in by_series.items()}
    return spc.panel(frame, by=["team", "measure"], value="value", date="month", improvement=better, target="aim")


def without_target(names):
    return names - {"assurance-none"}


@FEW
@given(PANELS, st.booleans())
def test_a_control_chart_shows_the_icons_of_the_summary(drawn, as_column):
    results = panel_of(drawn, as_column=as_column)
    summary = spc.summary(results).set_index("team")
    for team, rows in results.groupby("team", sort=False):
        rows.attrs = results.attrs
        chart = charts.spc(rows, y_title="Seen", target_label="Target")
        shown = summary.loc[team]
        expected = {shown["variation_icon"], shown["assurance_icon"]} if pd.notna(shown["latest_value"]) else set()
        assert icons_drawn(chart.to_dict()) == without_target(expected)
        if shown["assurance_icon"] != "assurance-none":
            assert f", {ICONS[shown['assurance_icon']].words.lower()}" in chart.description


@FEW
@given(PANELS, st.booleans())
def test_small_multiples_show_the_icons_of_the_summary(drawn, as_column):
    results = panel_of(drawn, as_column=as_column)
    summary = spc.summary(results)
    wanted = {
        row["team"]: ICONS[row["variation_icon"]] if pd.notna(row["latest_value"]) else None
        for row in summary.to_dict("records")
    }
    chart = charts.multiples(results, by="team", y_title="Seen", target_label="Target")
    assert chart.description == multiples_text(wanted, timeline(results["date"]))
    for team, icon in wanted.items():
        alone = charts.multiples(results, by="team", y_title="Seen", order=[team], target_label="Target")
        assert icons_drawn(alone.to_dict()) == ({icon.name} if icon else set())


@FEW
@example([([None], "increase", None), ([6.0, 7.0], "increase", None)], False)
@example([([None], "increase", None)], False)
@given(PANELS, st.booleans())
def test_the_matrix_and_the_table_show_the_icons_of_the_summary(drawn, as_column):
    summary = spc.summary(panel_of(drawn, as_column=as_column))
    known = summary["latest_value"].notna()  # a series without any value has no icon
    specification = charts.icon_matrix(summary, rows="team", columns="measure").to_dict()
    shown = summary[known]
    assert icons_drawn(specification) == {*shown["variation_icon"], *shown["assurance_icon"]}
    tips = next((rows for rows in specification["datasets"].values() if rows and "Assurance" in rows[0]), [])
    table = charts.summary_table(summary)
    for kind in ("Variation", "Assurance"):
        words = [ICONS[icon].words for icon in shown[f"{kind.lower()}_icon"]]
        assert [tip[kind] for tip in tips] == words
        assert table.loc[known, kind].tolist() == words
        assert (table.loc[~known, kind] == "No value").all()


@pytest.mark.parametrize(
    ("better", "target", "words"),
    [("decrease", 95, "reliably met"), ("increase", 95, "reliably missed"), ("decrease", 5, "reliably missed")],
)
def test_a_series_that_should_fall_meets_a_target_above_its_limits(better, target, words):
    months = pd.date_range("2021-01", periods=20, freq="MS")
    frame = pd.DataFrame({"team": ["North"] * 20 + ["South"] * 20, "month": [*months, *months]})
    frame["value"] = [50.0 + n % 3 for n in range(40)]
    directions = {"North": better, "South": "decrease" if better == "increase" else "increase"}
    results = spc.panel(frame, by="team", value="value", date="month", improvement=directions, target=target)
    north = results[results["team"] == "North"]
    assert charts.spc(north, y_title="Waits", target_label="Target").description.endswith(f"Target {target}, {words}.")
