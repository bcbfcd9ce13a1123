"""Each mark of an own chart is at its value on the axis that readers see, and its look is explained."""

from itertools import permutations

import altair as alt
import pandas as pd
import pytest

from natpatsip.charts.own_charts.encodings import misstated

ROWS = pd.DataFrame(
    {"area": ["A", "A", "B", "B"], "team": ["N", "S", "N", "S"], "seen": [1, 2, 3, 4], "cost": [70, 80, 90, 60]}
)
BASE = alt.Chart(ROWS)
BARS = BASE.mark_bar().encode(x="area:N", y="sum(seen):Q")
PARTS = {"x": "area:N", "color": "team:N"}
SLICES = BASE.encode(theta="seen:Q", color="team:N")
STACKED = SLICES.encode(theta=alt.Theta("seen:Q").stack(True))
COST = BASE.mark_point().encode(x="area:N", y=alt.Y("mean(cost):Q", axis=None))
SIDE_BY_SIDE = BASE.mark_bar().encode(x="area:N", y="seen:Q", xOffset="team:N", color="team:N")
WORDS = [f"{team} ({seen})" for team, seen in zip(ROWS["team"], ROWS["seen"], strict=True)]
LABELS = BASE.mark_text().encode(x="area:N", y="seen:Q", text="seen:Q")
GROUPED = (
    alt.Chart(
        pd.DataFrame(
            {
                "area": ["A", "B", "C", "D"],
                "seen": [5, 6, 7, 8],
                "three-groups": ["North", "South", "East", "East"],
                "two-groups-of-two": ["North", "North", "South", "South"],
                "one-of-four": [True, False, False, False],
            }
        )
    )
    .mark_bar()
    .encode(y="area:N", x="seen:Q")
)
NO_LEGEND = alt.Color("team:N", legend=None)
AREAS = BASE.encode(x="cost:Q", y=alt.Y("seen:Q", stack=None), color="team:N")


def sorted_by(order, column, **axis):
    """Bars across of each area, in an order."""
    return BASE.mark_bar().encode(y=alt.Y("area:N", sort=order, **axis), x=f"sum({column}):Q")


def interval(kind, mark):
    return getattr(BASE, f"mark_error{mark}")(extent=kind).encode(x="area:N", y="seen:Q")


def with_labels(base, **channels):
    return base.mark_arc() + base.mark_text(radius=120).encode(text="seen:Q", **channels)


REFUSED = {
    "slices": (with_labels(SLICES), "lie at other slices"),
    "slices-and-white-labels": (with_labels(STACKED, color=alt.value("white")), "lie at other slices"),
    "slices-and-labels-with-a-detail": (
        with_labels(STACKED, color=alt.value("white"), detail="team:N"),
        "lie at other slices",
    ),
    "slices-and-labels-in-another-order": (with_labels(STACKED, order="seen:Q"), "lie at other slices"),
    "slices-of-another-radius": (SLICES.mark_arc().encode(radius="cost:Q"), "lie over one another"),
    "bars-side-by-side": (SIDE_BY_SIDE + LABELS, "lie between the bars. Give the labels the same xOffset: team"),
    "line-in-pixels": (BARS + alt.Chart().mark_rule().encode(y=alt.value(25)), "a line is at y = alt.value(25)"),
    "around-the-middle": (BASE.mark_bar().encode(**PARTS, y=alt.Y("seen:Q", stack="center")), "(center)"),
    "stacked-lines": (BASE.mark_line().encode(**PARTS, y=alt.Y("seen:Q", stack="zero")), "its lines are stacked"),
    "no-axis": (alt.layer(BARS, COST).resolve_scale(y="independent"), "column cost has a scale of its own and no axis"),
    "no-axis-beside-another-chart": (
        BARS | alt.layer(BARS, COST).resolve_scale(y="independent"),
        "column cost has a scale of its own and no axis",
    ),
    "no-legend": (
        BASE.mark_bar().encode(x="area:N", y="seen:Q", color=NO_LEGEND),
        "nothing says which color is which team",
    ),
    "no-legend-and-labels-of-one": (
        BASE.mark_point().encode(x="area:N", y="cost:Q", color=NO_LEGEND)
        + alt.Chart(ROWS.assign(words=["N", "", "N", ""])).mark_text().encode(x="area:N", y="cost:Q", text="words:N"),
        "nothing says which color is which team",
    ),
    "no-legend-and-no-names": (
        BASE.mark_bar().encode(x=alt.X("area:N", axis=None), y="sum(seen):Q", color=alt.Color("area:N", legend=None)),
        "nothing says which color is which area",
    ),
    **{
        f"no-legend-and-{name}": (
            GROUPED.encode(color=alt.Color(f"{name}:N", legend=None)),
            f"nothing says which color is which {name}",
        )
        for name in ("three-groups", "two-groups-of-two")
    },
    "no-legend-over-time": (
        BASE.mark_point().encode(x="cost:Q", y="seen:Q", color=NO_LEGEND),
        "nothing says which color is which team",
    ),
    "totals-of-each-bar-side-by-side": (
        SIDE_BY_SIDE + LABELS.encode(y="sum(seen):Q", text="sum(seen):Q", detail="team:N"),
        "lie between the bars",
    ),
    "values-at-the-height-of-all": (SIDE_BY_SIDE + LABELS.encode(y="max(seen):Q"), "lie between the bars"),
    **{
        f"{first}-and-{second}": (interval(first, "bar") + interval(second, "band"), "two kinds of interval")
        for first, second in permutations(["stderr", "stdev", "iqr"], 2)
    },
    "stderr-as-the-kind-that-is-not-given": (
        interval("stdev", "bar") + BASE.mark_errorbar().encode(x="area:N", y="seen:Q"),
        "two kinds of interval (extent) of area and seen",
    ),
    "intervals-beside-another-chart": (
        BARS | (interval("stdev", "bar") + interval("iqr", "bar")),
        "two kinds of interval (extent) of area and seen",
    ),
    **{
        f"{mark}-between-bars": (
            SIDE_BY_SIDE + getattr(BASE, f"mark_{mark}")().encode(x="area:N", y="cost:Q"),
            "marks of cost over bars that are side by side lie between the bars",
        )
        for mark in ("rule", "tick", "point")
    },
    "intervals-between-bars": (
        SIDE_BY_SIDE + BASE.mark_rule().encode(x="area:N", y="seen:Q", y2="cost:Q"),
        "Give them the same xOffset: team",
    ),
    **{
        f"names-of-another-chart-{name}": (
            sorted_by("-x", "seen") | sorted_by("-x", "cost", **axis),
            "sorted otherwise",
        )
        for name, axis in {"without-axis": {"axis": None}, "without-labels": {"axis": alt.Axis(labels=False)}}.items()
    },
    "names-of-a-chart-to-the-right": (sorted_by("-x", "cost", axis=None) | sorted_by("-x", "seen"), "sorted otherwise"),
    "names-of-another-chart-in-a-list": (
        sorted_by(["B", "A"], "seen") | sorted_by(["A", "B"], "cost", axis=None),
        "sorted otherwise",
    ),
    "areas-over-areas": (AREAS.mark_area(), "its areas are not stacked"),
    "areas-over-areas-in-panels": (AREAS.mark_area().encode(column="area:N"), "its areas are not stacked"),
    "no-legend-and-a-tooltip": (
        BASE.mark_bar().encode(x="area:N", y="seen:Q", color=NO_LEGEND, tooltip="team:N"),
        "nothing says which color",
    ),
}
DRAWN = {
    "intervals-at-their-bars": SIDE_BY_SIDE
    + BASE.mark_rule().encode(x="area:N", y="seen:Q", y2="cost:Q", xOffset="team:N"),
    "one-target-of-both-bars": SIDE_BY_SIDE
    + alt.Chart(ROWS.assign(target=[5, 5, 6, 6])).mark_tick().encode(x="area:N", y="target:Q"),
    "mean-of-both-bars": SIDE_BY_SIDE + BASE.mark_tick().encode(x="area:N", y="mean(seen):Q"),
    "line-across-bars": SIDE_BY_SIDE + alt.Chart(ROWS).mark_rule().encode(y=alt.datum(3)),
    "one-order-in-a-list": sorted_by(["B", "A"], "seen") | sorted_by(["B", "A"], "cost", axis=None),
    "one-order-of-the-alphabet": sorted_by("ascending", "seen") | sorted_by("ascending", "cost", axis=None),
    "one-column-that-sorts": sorted_by("-x", "seen") | sorted_by("-x", "seen", axis=None),
    "names-of-both": sorted_by("-x", "seen") | sorted_by("-x", "cost"),
    "below-each-other": sorted_by("-x", "seen") & sorted_by("-x", "cost", axis=None),
    "one-kind-of-interval-twice": interval("iqr", "bar") + interval("iqr", "band"),
    "intervals-of-two-columns": interval("iqr", "bar")
    + BASE.mark_errorbar(extent="stdev").encode(x="area:N", y="cost:Q"),
    "intervals-in-charts-side-by-side": interval("iqr", "bar") | interval("stdev", "bar"),
    "interval-and-box-plot": interval("stderr", "bar") + BASE.mark_boxplot().encode(x="area:N", y="seen:Q"),
    "areas-to-see-through": AREAS.mark_area(opacity=0.4),
    "areas-with-lines": AREAS.mark_area(line=True),
    "areas-in-panels": AREAS.mark_area().encode(column="team:N"),
    "areas-of-one-name": BASE.mark_area().encode(x="cost:Q", y=alt.Y("seen:Q", stack=None)),
    "bars-side-by-side": SIDE_BY_SIDE + LABELS.encode(xOffset="team:N"),
    "total-over-bars-side-by-side": SIDE_BY_SIDE + LABELS.encode(y="sum(cost):Q", text="sum(cost):Q"),
    "total-of-their-own-over-bars-side-by-side": SIDE_BY_SIDE + LABELS.encode(y="max(seen):Q", text="sum(seen):Q"),
    "sum-at-its-height": SIDE_BY_SIDE.encode(y="sum(seen):Q") + LABELS.encode(y="sum(seen):Q", text="sum(seen):Q"),
    "one-name-set-off": alt.Chart(ROWS.assign(ours=ROWS["area"] == "A"))
    .mark_bar()
    .encode(y="area:N", x="sum(seen):Q", color=alt.Color("ours:N", legend=None)),
    "one-name-of-four-set-off": GROUPED.encode(color=alt.Color("one-of-four:N", legend=None)),
    "slices": with_labels(STACKED),
    "slices-in-order": with_labels(STACKED.encode(order="seen:Q"), color=alt.value("white")),
    "slices-of-their-radius": SLICES.mark_arc().encode(radius="seen:Q"),
    "line-at-a-value": BARS + alt.Chart().mark_rule().encode(y=alt.datum(5)),
    "line-over-names": BARS + alt.Chart().mark_rule().encode(x=alt.value(25)),
    "span-in-pixels": BARS + alt.Chart().mark_rule().encode(y=alt.value(0), y2=alt.value(9)),
    "stacked-areas-with-lines": BASE.mark_area().encode(**PARTS, y="seen:Q")
    + BASE.mark_line().encode(**PARTS, y=alt.Y("seen:Q", stack="zero")),
    "one-axis": alt.layer(BARS, COST),
    "two-axes": alt.layer(BARS, BASE.mark_point().encode(x="area:N", y="mean(cost):Q")).resolve_scale(y="independent"),
    "panels-have-names": BASE.mark_bar().encode(x="area:N", y="seen:Q", color=NO_LEGEND, column="team:N"),
    "labels-name-them": BASE.mark_bar().encode(x="area:N", y="seen:Q", color=NO_LEGEND)
    + BASE.mark_text().encode(x="area:N", y=alt.Y("seen:Q", stack="zero"), detail="team:N", text="team:N"),
    "labels-name-them-among-other-words": BASE.mark_point().encode(x="area:N", y="cost:Q", color=NO_LEGEND)
    + alt.Chart(ROWS.assign(words=WORDS)).mark_text().encode(x="area:N", y="cost:Q", text="words:N"),
    "titles-name-them": alt.concat(
        *(
            BASE.mark_point()
            .encode(x="area:N", y="cost:Q", color=NO_LEGEND)
            .transform_filter(f"datum.team == '{team}'")
            .properties(title=f"Team {team}")
            for team in "NS"
        )
    ),
    "calculated-labels-name-them": BASE.mark_point().encode(x="area:N", y="cost:Q", color=NO_LEGEND)
    + BASE.mark_text().encode(x="area:N", y="cost:Q", text="words:N").transform_calculate(words="'Team ' + datum.team"),
    "one-name": alt.Chart(ROWS[ROWS["team"] == "N"]).mark_bar().encode(x="area:N", y="seen:Q", color=NO_LEGEND),
}


@pytest.mark.parametrize("name", REFUSED)
def test_marks_that_are_elsewhere_than_their_values_or_that_nothing_explains_are_refused(name):
    made, said = REFUSED[name]
    assert said in misstated(made.to_dict())


@pytest.mark.parametrize("name", DRAWN)
def test_marks_at_their_values_that_are_explained_are_drawn(name):
    assert misstated(DRAWN[name].to_dict()) == ""
