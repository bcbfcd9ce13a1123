"""What an own chart would say that its rows do not: in its sums and shares, its scales and formats, and its texts."""

import altair as alt
import pandas as pd
import pytest
import vl_convert

import natpatsip.charts.theme  # noqa: F401 — charts have the colours of the report, as `figure` draws them
from natpatsip.blocks.figures import figure
from natpatsip.charts.own_charts.drawn_texts import cut_alike, misleading
from natpatsip.charts.own_charts.encodings import misstated
from natpatsip.charts.own_charts.misread_rows import misread
from natpatsip.charts.palette import CATEGORIES
from natpatsip.errors import FigureError
from natpatsip.pipeline.drawing.charts_to_svg import VEGALITE

TEAMS = {"team": ["North", "South", "East"], "seen": [5.0, 3.0, 7.0]}
GAP = {"team": ["North", "South", "East"], "seen": [5.0, None, 7.0]}
MONTHS = {"month": pd.to_datetime(["2024-04", "2024-05", "2024-06"]), "seen": [5, 3, 7]}
TWO_YEARS = {"month": pd.date_range("2023-01", periods=24, freq="MS"), "seen": range(24)}
LONG = "Riverside Mental Health and Community NHS Foundation Trust"


def chart(rows, mark="bar", **channels):
    made = getattr(alt.Chart(pd.DataFrame(rows)), f"mark_{mark}")()
    return made.encode(**{"x": "team:N", "y": "seen:Q", **channels})


def areas(seen):
    months = ["2024-04-01", "2024-05-01"] * 2
    return chart({"month": months, "team": ["N", "N", "S", "S"], "seen": seen}, "area", x="month:T", color="team:N")


PAIRS = {"area": ["A", "A", "B"], "team": ["N", "S", "N"], "seen": [1, 2, 3]}
FULL = {"area": ["A", "A", "B", "B"], "team": ["N", "S", "N", "S"], "seen": [1, 2, 3, 4]}


def panels(rows, **facets):
    return alt.Chart(pd.DataFrame(rows)).mark_bar().encode(y="seen:Q").facet(**facets)


def repeated(mark, **channels):
    """The same chart in two views, of one column each."""
    made = getattr(alt.Chart(pd.DataFrame(FULL)), f"mark_{mark}")()
    return made.encode(y="seen:Q", **channels).repeat(row=["area", "team"])


REPEATED = alt.repeat("row")
FACETS = {"row": alt.Row("area:N", sort=["B", "A"]), "column": "team:N"}


def names(count):
    return {"team": [f"Team {number:02}" for number in range(count)], "seen": range(count)}


def percent(values, **channel):
    return chart({**TEAMS, "seen": values}, y=alt.Y("seen:Q", **channel))


def labels(values, form, channel="text"):
    return chart({**TEAMS, "seen": values}, "text", **{channel: alt.Text("seen:Q", format=form)})


WIDE = alt.Bin(extent=[0, 6], step=2)
ENDED = {"domain": [0, 6]}
MISSTATED = {
    "bins-that-end-early": (
        chart(TEAMS, x=alt.X("seen:Q", bin=WIDE), y="count()"),
        "the value 7 of column seen is beyond the ends of its bins",
    ),
    "bins-of-a-transform": (
        chart(TEAMS, x="bin:O", y="count()").transform_bin("bin", "seen", bin=WIDE),
        "the value 7 of column seen is beyond the ends of its bins",
    ),
    "colours-that-end-early": (
        chart(TEAMS, "rect", y=alt.value(1), color=alt.Color("seen:Q").scale(**ENDED)),
        "the value 7 of column seen is beyond the ends of the color scale",
    ),
    "sizes-that-begin-late": (
        chart(TEAMS, "point", size=alt.Size("seen:Q").scale(domainMin=4)),
        "the value 3 of column seen is beyond the ends of the size scale",
    ),
    "missing-as-0": (chart(GAP, "line").mark_line(invalid="show"), "(invalid)"),
    "missing-as-0-everywhere": (chart(GAP, "point").configure_mark(invalid="show"), "(invalid)"),
    "missing-at-a-place": (
        alt.Chart.from_dict(
            {**chart(GAP, "point").to_dict(), "config": {"scale": {"invalid": {"y": {"value": 10}}}}}, validate=False
        ),
        "(invalid)",
    ),
    "curve-beside-its-values": (chart(MONTHS, "line").mark_line(interpolate="basis"), "the curve basis"),
    "curve-without-its-ends": (chart(MONTHS, "line").mark_line(interpolate="cardinal-open"), "the curve cardinal-open"),
    "radius-below-0": (chart({**TEAMS, "seen": [5, -3, 7]}, "arc", radius="seen:Q"), "of which a value is negative"),
    "legend-of-some": (
        chart(TEAMS, color=alt.Color("team:N", legend=alt.Legend(values=["North", "South"]))),
        'the legend of column team does not list "East"',
    ),
    "clamped": (chart(TEAMS, y=alt.Y("seen:Q").scale(clamp=True, **ENDED)), "(clamp)"),
    "clamped-by-the-configuration": (chart(TEAMS).configure_scale(clamp=True), "(clamp)"),
    "sum": (chart(GAP, x=alt.value(1), y="sum(seen):Q"), "it sums column seen"),
    "sum-in-a-tooltip": (chart(GAP, tooltip=["team:N", "sum(seen):Q"]), "it sums column seen"),
    "shares": (chart(GAP, x=alt.value(1), y=alt.Y("seen:Q", stack="normalize"), color="team:N"), "shares of a whole"),
    "pie": (alt.Chart(pd.DataFrame(GAP)).mark_arc().encode(theta="seen:Q", color="team:N"), "shares of a whole"),
    "negative-pie": (
        alt.Chart(pd.DataFrame({"a": ["x", "y"], "n": [3, -1]})).mark_arc().encode(theta="n:Q", color="a:N"),
        "shares of a whole",
    ),
    "area": (areas([1, 2, 3, None]), "S has no value at month"),
    "random-interval": (chart(TEAMS, "errorbar").mark_errorbar(extent="ci"), "random numbers"),
    "random-limit": (chart(TEAMS, "point", y="ci0(seen):Q"), "random numbers"),
    "random-places": (chart(TEAMS, "point").transform_calculate(j="random()"), "random numbers"),
    "random-rows": (chart(TEAMS, "point").transform_sample(2), "random numbers"),
    "quarters": (chart(MONTHS, x="yearquarter(month):O"), "counts quarters from January"),
    "quarters-in-a-format": (chart(MONTHS, x=alt.X("month:T", axis=alt.Axis(format="Q%q"))), "from January"),
    "colours": (
        chart(TEAMS, color=alt.Color("team:N").scale(domain=["North", "South"], range=["#005eb8", "#333"])),
        'does not list "East"',
    ),
    "places": (chart(TEAMS, x=alt.X("team:N").scale(domain=["North", "South"])), 'does not list "East"'),
    "times-100": (percent([83, 90, 85], axis=alt.Axis(format=".0%")), "multiplies column seen by 100"),
    "proportions": (percent([0.83, 0.9, 0.8], title="Seen, %"), 'called "Seen, %"'),
    "zero": (labels([0.04, 5, 6], ".0f"), "prints 0.04 of column seen as 0"),
    "zero-in-a-tooltip": (
        chart({**TEAMS, "seen": [0.4, 5, 6]}, tooltip=[alt.Tooltip("seen:Q", format="d")]),
        "prints 0.4 of column seen as 0",
    ),
    "calculated": (chart(GAP).transform_calculate(more="datum.seen + 10"), "calculates with column seen"),
    "calculated-in-brackets": (chart(GAP).transform_calculate(more="2 * datum['seen']"), "calculates with column seen"),
    "summed": (chart(GAP).transform_aggregate(all="sum(seen)", groupby=["team"]), "calculates with column seen"),
    "running-sum": (chart(GAP).transform_window(all="sum(seen)"), "calculates with column seen"),
    "out-of-order": (
        chart(pd.DataFrame(MONTHS).iloc[::-1], "line", x="month:T").transform_window(all="sum(seen)"),
        "not in the order of month",
    ),
    "whole": (chart(GAP).transform_joinaggregate(all="sum(seen)"), "calculates with column seen"),
    "panels": (
        panels(PAIRS, row=alt.Row("area:N", sort=["B", "A"]), column="team:N"),
        "no row has a value for B and S",
    ),
    "columns": (
        panels(PAIRS, row="area:N", column=alt.Column("team:N", sort="descending")),
        "under headings of others",
    ),
    "panels-without-a-value": (
        panels({**FULL, "seen": [1, 2, 3, None]}, row=alt.Row("area:N", sort=["B", "A"]), column="team:N"),
        "under headings of others",
    ),
    "categories": (
        panels({**PAIRS, "area": pd.Categorical(PAIRS["area"], ["B", "A"], ordered=True)}, row="area", column="team"),
        "under headings of others",
    ),
    "all": (labels([0.9996, 0.5, 0.4], ".1%"), "as 100"),
    "areas-of-both-signs": (areas([5, 6, -1, 2]), "stacks values above and below 0"),
    "means-in-one-place": (chart(FULL, x="area:N", y="mean(seen):Q", color="team:N"), "the mean of more than one team"),
    "stacked-medians": (
        chart(FULL, x="area:N", y=alt.Y("median(seen):Q", stack="zero"), color="team:N"),
        "the median of more than one team",
    ),
    "stacked-percentages": (
        chart({**FULL, "seen": [80, 90, 70, 60]}, x="area:N", y=alt.Y("seen:Q", title="Seen (%)"), color="team:N"),
        "at area A it stacks percentages to 170%",
    ),
}
SHARES = {"area": ["A", "A", "B", "B"], "team": ["S", "N", "S", "N"], "seen": [10, 30, 60, 40]}


def labelled(stack="zero", *, text=None, bars=None, mark="text", rows=SHARES):
    """Stacked bars with a label on each, which is stacked by itself."""
    given = {"x": alt.X("seen:Q", stack=stack), "y": "area:N"}
    base = alt.Chart(pd.DataFrame(rows))
    over = getattr(base, f"mark_{mark}")().encode(**{**given, "text": "seen:Q", **(text or {})})
    return base.mark_bar().encode(**{**given, "color": "team:N", **(bars or {})}) + over


LABELS_APART = {
    "no-detail": labelled(),
    "shares": labelled("normalize"),
    "not-stacked": labelled(text={"x": alt.X("seen:Q", stack=None), "detail": "team:N"}),
    "stacked-otherwise": labelled(text={"x": alt.X("seen:Q", stack="normalize"), "detail": "team:N"}),
    "order": labelled(bars={"order": "seen:Q"}, text={"detail": "team:N"}),
    "other-detail": labelled(text={"detail": "seen:N"}),
}
RISING = {"area": ["A", "A", "B", "B"], "team": ["S", "N", "S", "N"], "seen": [30, 10, 60, 40]}
SUM = alt.X("sum(seen):Q", stack="zero")
WHERE = alt.condition("datum.seen > 20", "seen:Q", alt.value(""))
LABELS_IN_ANOTHER_ORDER = {
    "detail": labelled(text={"detail": "team:N"}),
    "shares": labelled("normalize", text={"detail": "team:N"}),
    "some-labels": labelled(text={"detail": "team:N", "text": WHERE}),
    "sums": labelled(bars={"x": SUM}, text={"x": SUM, "detail": "team:N"}),
}
LABELS_AT_THEIR_BARS = {
    "detail-and-one-order": labelled(bars={"order": "team:N"}, text={"detail": "team:N", "order": "team:N"}),
    "detail-and-names": labelled(text={"detail": "team:N", "text": "team:N"}),
    "detail-and-sums": labelled(text={"detail": "team:N", "text": "sum(seen):Q"}),
    "detail-and-numbers-in-the-order-of-their-names": labelled(text={"detail": "team:N"}, rows=RISING),
    "colour": labelled("normalize", text={"color": "team:N"}),
    "both-ordered": labelled(bars={"order": "seen:Q"}, text={"detail": "team:N", "order": "seen:Q"}),
    "one-bar-each": chart(TEAMS, color="team:N") + chart(TEAMS, "text", text="seen:Q"),
    "total-of-a-bar": chart(SHARES, x="area:N", color="team:N")
    + chart(SHARES, "text", x="area:N", y="sum(seen):Q", text="sum(seen):Q"),
    "total-of-another-frame": chart(SHARES, x="area:N", color="team:N")
    + chart({"area": ["A", "B"], "seen": [40, 100]}, "text", x="area:N", text="seen:Q"),
    "colour-of-the-bar": chart(FULL, x="area:N", y="sum(seen):Q") + chart(FULL, "text", x="area:N", y="sum(seen):Q"),
}


@pytest.mark.parametrize("name", LABELS_APART)
def test_labels_that_lie_at_other_bars_than_their_own_are_refused(name):
    assert "are not stacked as these are" in misstated(LABELS_APART[name].to_dict())


@pytest.mark.parametrize("name", LABELS_IN_ANOTHER_ORDER)
def test_labels_that_are_stacked_in_the_order_of_their_texts_are_refused_where_that_is_another(name):
    made = LABELS_IN_ANOTHER_ORDER[name].to_dict()
    assert "are stacked in the order of their texts, and the bars in that of team" in misstated(made)


def parts_with_labels(made):
    """The width of each part of each bar, and the number on it, as Vega draws them."""
    scene = vl_convert.vegalite_to_scenegraph(made.to_dict(), vl_version=VEGALITE)["scenegraph"]
    (plot,) = scene["items"]
    bars, labels = (mark["items"] for mark in plot["items"] if mark.get("role") == "mark")
    return {
        (round(bar["width"], 3), label["text"])
        for label in labels
        for bar in bars
        if label["y"] - bar["height"] < bar["y"] < label["y"]
        and bar["x"] < label["x"] - 0.01 <= bar["x"] + bar["width"]
    }


def test_vega_draws_labels_with_a_detail_alone_at_other_parts_and_with_an_order_at_their_own():
    apart, own = LABELS_IN_ANOTHER_ORDER["detail"], LABELS_AT_THEIR_BARS["detail-and-one-order"]
    a_unit = next(width / 10 for width, text in parts_with_labels(own) if text == "10")
    assert all(float(text) == pytest.approx(width / a_unit, abs=0.1) for width, text in parts_with_labels(own))
    assert not all(float(text) == pytest.approx(width / a_unit, abs=0.1) for width, text in parts_with_labels(apart))


@pytest.mark.parametrize("name", LABELS_AT_THEIR_BARS)
def test_labels_that_lie_at_their_own_bars_are_drawn(name):
    assert misstated(LABELS_AT_THEIR_BARS[name].to_dict()) == ""


MISSTATED |= {
    **{
        f"imputed-{name}": (chart(GAP, "line", y=alt.Y("seen:Q", impute=impute)), "values that are not in its data")
        for name, impute in {
            "0": alt.ImputeParams(value=0),
            "mean": alt.ImputeParams(method="mean"),
            "of-frame": alt.ImputeParams(method="max", frame=[-1, 1]),
        }.items()
    },
    "imputed-before": (
        chart(GAP, "line").transform_impute("seen", key="team", method="median"),
        "values that are not in its data",
    ),
    **{
        f"{mark}-on-{kind}": (
            chart(TEAMS, mark, y=alt.Y("seen:Q").scale(type=kind)),
            f"on its y axis ({kind}) a bar or an area of twice the length",
        )
        for mark in ("bar", "area")
        for kind in ("sqrt", "pow", "symlog")
    },
}
STATED = {
    "imputed-gap": chart(GAP, "line", y=alt.Y("seen:Q", impute=alt.ImputeParams(value=None))),
    "gaps-imputed-before": chart(GAP, "line").transform_impute("seen", key="team", value=None),
    "points-on-sqrt": chart(TEAMS, "point", y=alt.Y("seen:Q").scale(type="sqrt")),
    "ranges-on-symlog": chart({**TEAMS, "least": [1, 2, 3]}, y=alt.Y("seen:Q").scale(type="symlog"), y2="least:Q"),
    "sizes-on-sqrt": chart(TEAMS, "bar", color=alt.Color("seen:Q").scale(type="sqrt")),
    "percentages-rounded-to-101": chart(
        {**FULL, "seen": [50, 51, 66, 35]}, x="area:N", y=alt.Y("seen:Q", title="Seen (%)"), color="team:N"
    ),
    "bins": chart(TEAMS, x=alt.X("seen:Q", bin=alt.Bin(extent=[0, 8], step=2)), y="count()"),
    "nothing-missing-to-show": chart(TEAMS, "line").mark_line(invalid="show"),
    "curve-through-its-values": chart(MONTHS, "line").mark_line(interpolate="monotone"),
    "legend-of-all": chart(TEAMS, color=alt.Color("team:N", legend=alt.Legend(values=["East", "North", "South"]))),
    "colours-with-room": chart(TEAMS, "rect", y=alt.value(1), color=alt.Color("seen:Q").scale(domain=[0, 8])),
    "colours-in-steps": chart(
        TEAMS, "rect", y=alt.value(1), color=alt.Color("seen:Q").scale(type="threshold", domain=[4, 6])
    ),
    "areas-below-0": areas([-5, -6, -1, -2]),
    "bars-of-both-signs": chart({**FULL, "seen": [5, -3, 2, 1]}, x="area:N", color="team:N"),
    "means-side-by-side": chart(FULL, x="area:N", y="mean(seen):Q", color="team:N", xOffset="team:N"),
    "means-of-one-colour-each": chart(FULL, x="area:N", y="mean(seen):Q", color="area:N"),
    "means-in-panels": chart(FULL, x="area:N", y="mean(seen):Q", color="team:N").facet("team:N"),
    "percentages-of-a-whole": chart(
        {**FULL, "seen": [80, 20, 70, 30]}, x="area:N", y=alt.Y("seen:Q", title="Share (%)"), color="team:N"
    ),
    "sum": chart(TEAMS, x=alt.value(1), y="sum(seen):Q"),
    "mean": chart(GAP, x=alt.value(1), y="mean(seen):Q"),
    "bars": chart(GAP),
    "shares": chart(TEAMS, x=alt.value(1), y=alt.Y("seen:Q", stack="normalize"), color="team:N"),
    "areas": areas([1, 2, 3, 4]),
    "layered-areas": areas([1, 2, 3, None]).mark_area(opacity=0.5).encode(y=alt.Y("seen:Q", stack=None)),
    "error-bars": chart(TEAMS, "errorbar").mark_errorbar(extent="stdev"),
    "months": chart(MONTHS, x="yearmonth(month):O"),
    "colours": chart(TEAMS, color=alt.Color("team:N").scale(domain=["North", "South", "East", "West"])),
    "filtered": chart(TEAMS, x=alt.X("team:N").scale(domain=["North"])).transform_filter("datum.team == 'North'"),
    "percentages": percent([83, 90, 85], title="Seen, %"),
    "proportions": percent([0.83, 0.9, 0.8], title="Seen, %", axis=alt.Axis(format=".0%")),
    "no-share": percent([0.83, 0.9, 0.8], title="Days"),
    "zero": labels([0, 5, 6], ".0f"),
    "labels": labels([0.04, 5, 6], ".2f"),
    "calculated": chart(TEAMS).transform_calculate(more="datum.seen + 10"),
    "guarded": chart(GAP).transform_calculate(more="isValid(datum.seen) ? datum.seen + 10 : null"),
    "known": chart(GAP).transform_filter("datum.seen != null").transform_calculate(more="datum.seen + 10"),
    "in-order": chart(MONTHS, "line", x="month:T").transform_window(all="sum(seen)"),
    "sorted": chart(pd.DataFrame(MONTHS).iloc[::-1], "line", x="month:T").transform_window(
        all="sum(seen)", sort=[{"field": "month"}]
    ),
    "counted": chart(GAP).transform_window(rank="rank(seen)"),
    "panels": panels(PAIRS, row="area:N", column="team:N"),
    "sorted-panels": panels(FULL, row=alt.Row("area:N", sort=["B", "A"]), column="team:N"),
    "sorted-panels-of-folded-columns": (
        alt.Chart(pd.DataFrame({"area": ["A", "B"], "North": [1, 2], "South": [3, 4]}))
        .transform_fold(["North", "South"], ["team", "seen"])
        .mark_bar()
        .encode(y="seen:Q", **FACETS)
    ),
    "sorted-panels-of-rows-elsewhere": alt.Chart("rows.json").mark_bar().encode(y="seen:Q", **FACETS),
    "sorted-panels-without-rows": panels({"area": [], "team": [], "seen": []}, **FACETS),
    "sorted-panels-of-repeated-columns": repeated(
        "bar", row=FACETS["row"], column=alt.Column(REPEATED, type="nominal")
    ),
    "bars-of-repeated-columns": repeated("bar", x=alt.X(REPEATED, type="nominal")),
    "areas-of-repeated-columns": repeated("area", x="seen:Q", color=alt.Color(REPEATED, type="nominal")),
    "areas-on-repeated-columns": repeated("area", x=alt.X(REPEATED, type="ordinal"), color="team:N"),
    "one-row": panels(PAIRS, column=alt.Column("team:N", sort="descending")),
    "all": labels([1, 0.5, 0.4], ".1%"),
}


@pytest.mark.parametrize("name", MISSTATED)
def test_what_would_say_something_else_than_the_rows_is_refused(name):
    made, said = MISSTATED[name]
    assert said in misstated(made.to_dict())


@pytest.mark.parametrize("name", STATED)
def test_what_says_what_the_rows_say_is_drawn(name):
    assert misstated(STATED[name].to_dict()) == ""


def test_panels_of_a_column_for_each_repeated_view_are_not_taken_for_rows_given_twice():
    channels = {"x": {"field": "area", "type": "nominal"}, "y": {"field": "seen", "type": "quantitative"}}
    panel = {"mark": "bar", "encoding": channels}
    spec = {"facet": {"row": {"field": {"repeat": "column"}}}, "spec": panel}
    rows = [{"area": "A", "team": "N", "seen": 1}]
    assert misread({"data": {"values": rows}, "repeat": {"column": ["team"]}, "spec": spec}) == ""


def test_the_figure_is_named():
    made = chart(GAP, y="sum(seen):Q")
    with pytest.raises(FigureError, match=r"^fig-x: it sums column seen"):
        figure("fig-x", made, title="T", description="D", caption="C", data=pd.DataFrame(GAP))


def test_of_several_gaps_the_first_in_the_rows_is_named():
    diagonal = {"area": list("HGFEDCBA"), "team": list("PONMLKJI"), "seen": range(8)}
    sorted_panels = panels(diagonal, row=alt.Row("area:N", sort="descending"), column="team:N")
    assert "no row has a value for H and O" in misstated(sorted_panels.to_dict())
    stacked = chart({**diagonal, "month": range(8, 0, -1)}, "area", x="month:Q", color="team:N")
    assert misstated(stacked.to_dict()).startswith("O has no value at month 8")


def told(made):
    specification = made.to_dict()
    scene = vl_convert.vegalite_to_scenegraph(specification, vl_version=VEGALITE)["scenegraph"]
    return misleading(specification, scene) or cut_alike(
        vl_convert.vegalite_to_svg(specification, vl_version=VEGALITE), scene
    )


def named(*ends, **axis):
    """Bars with names that are too long for their axis, and differ only at the end."""
    rows = {"team": [f"{LONG} {end}" for end in ends], "seen": range(1, len(ends) + 1)}
    return chart(rows, x="seen:Q", y=alt.Y("team:N", **axis))


def alike_panels(*ends):
    """Two panels of such bars, each with its own axis."""
    rows = [{"area": area, "team": f"{LONG} {end}", "seen": 1} for area in "AB" for end in ends]
    bars = chart(rows, x="seen:Q", y="team:N").properties(height=40)
    return bars.facet(row="area:N").resolve_axis(y="independent").resolve_scale(y="independent")


AXIS = {"axis": alt.Axis(format="d")}
LEVELS = pd.Categorical(["low", "mid", "high"], ["low", "mid", "high"], ordered=True)


@pytest.mark.parametrize("channels", [{"x": "level:O"}, {"color": "level:N"}, {"y": "level:N", "x": "seen:Q"}])
def test_ordered_categories_in_alphabetical_order_are_refused(channels):
    rows = {"level": LEVELS, **TEAMS}
    with pytest.raises(
        FigureError, match=r"alphabetical order \(high, low, …\), not that of its categories \(low, mid"
    ):
        figure("fig-a", chart(rows, **channels), title="T", description="D", caption="C", data=pd.DataFrame(rows))


@pytest.mark.parametrize("level", ["level", alt.X("level:O", sort=list(LEVELS)), alt.X("level:O", sort=None)])
def test_ordered_categories_in_their_order_are_drawn(level):
    rows = {"level": LEVELS, **TEAMS}
    assert figure("fig-a", chart(rows, x=level), title="T", description="D", caption="C", data=pd.DataFrame(rows))


MISLEADING = {
    "missing": (chart(GAP, "text", y=alt.value(9), text="seen:Q"), 'the text "null"'),
    "missing-in-words": (
        chart(GAP, "text", y=alt.value(9), text="words:N").transform_calculate(words="datum.seen + ' people'"),
        'the text "null people"',
    ),
    "a-text-among-months": (
        chart(MONTHS, x="yearmonth(month):O") + alt.Chart().mark_rule().encode(x=alt.datum("2024-05-01")),
        'the text " 0NaN"',
    ),
    "missing-facet": (chart({**TEAMS, "area": ["A", "B", None]}).facet("area:N"), 'the text "null"'),
    "axis": (percent([0.4, 0.9, 1.2], **AXIS), 'two labels of the y axis are "'),
    "axis-of-tenths": (
        chart(
            {**TEAMS, "seen": [1.05, 1.1, 1.15]},
            "point",
            y=alt.Y("seen:Q", axis=alt.Axis(format=".1f"), scale=alt.Scale(zero=False)),
        ),
        'two labels of the y axis are "1.1"',
    ),
    "small-part": (percent([0.01, 0.02, 0.03], axis=alt.Axis(format="s")), "may take m for million"),
    "legend": (chart(names(40), color="team:N", shape="team:N"), "leaves names out"),
    "colours": (chart(names(len(CATEGORIES) + 1), color="team:N"), "look the same in its legend"),
    "months-without-years": (
        chart(TWO_YEARS, "line", x=alt.X("month:T", axis=alt.Axis(values=list(TWO_YEARS["month"][3::4])))).properties(
            width=600
        ),
        'the x axis has the label "April" twice, and no year',
    ),
    "labels-twice": (
        chart(TEAMS, color=alt.Color("team:N", legend=alt.Legend(labelExpr="'Team'"))),
        'has the label "Team" twice',
    ),
    "dates-of-2012": (
        chart({**MONTHS, "team": ["N", "S", "E"]}, x="unit:O").transform_timeunit(unit="month(month)"),
        "is JavaScript's and not for readers",
    ),
    "steps-of-one-colour": (
        chart(TEAMS, color=alt.Color("seen:Q").scale(type="threshold", domain=[4, 6], range=["red", "blue", "red"])),
        "two steps of its legend have one colour",
    ),
    "steps-of-one-label": (
        chart({**TEAMS, "seen": [0.1, 0.3, 0.2]}, color=alt.Color("seen:Q", legend=alt.Legend(format=".0f"))),
        'two labels of its legend are "0"',
    ),
    "two-legends": (
        alt.layer(
            chart(TEAMS, "point", color="team:N"), chart({**TEAMS, "aim": ["a", "b", "c"]}, "point", color="aim:N")
        ).resolve_scale(color="independent"),
        '"East" and "a", of two legends, look the same',
    ),
    "a-name-without-a-label": (
        chart(TEAMS, x=alt.X("team:N", axis=alt.Axis(labelExpr="{'North': 'N', 'South': 'S'}[datum.label]"))),
        "a name on an axis has no label",
    ),
    "names": (named("North", "South"), "cut off"),
    "names-of-two-charts": (named("North", "South") | named("North", "South"), "cut off"),
    "names-each-in-a-chart": (named("North") | named("South"), "cut off"),
    "names-of-panels": (alike_panels("North", "South"), "cut off"),
    "names-of-which-one-has-room-in-another-chart": (
        named("North", "South") | named("North", axis=alt.Axis(labelLimit=0)),
        "cut off",
    ),
}
CLEAR = {
    "bars": chart(GAP),
    "axis": percent([0.4, 0.9, 1.2]),
    "whole-numbers": percent([4, 9, 12], **AXIS),
    "thousands": percent([1000, 2000, 3000], axis=alt.Axis(format="s")),
    "years": chart(MONTHS, x=alt.X("month:T", axis=alt.Axis(format="%Y"))),
    "months-with-years": chart(TWO_YEARS, "line", x=alt.X("month:T", axis=alt.Axis(format="%b %Y"))),
    "months-beside-a-year": chart(TWO_YEARS, "line", x="month:T"),
    "months-of-one-year": chart(MONTHS, x="month:T"),
    "colours": chart(names(len(CATEGORIES)), color="team:N"),
    "shades": chart(TEAMS, color="seen:Q"),
    "colours-and-shapes": chart(TEAMS, "point", color="team:N", shape="team:N"),
    "some-labels-left-empty": chart(
        TEAMS, x=alt.X("team:N", axis=alt.Axis(labelExpr="datum.label == 'East' ? '' : datum.label"))
    ),
    "two-legends": alt.layer(
        chart(TEAMS, "point", color="team:N"), chart({**TEAMS, "aim": ["a", "b", "c"]}, "point", shape="aim:N")
    ),
    "a-name-in-two-charts": named("North") | named("North"),
    "a-name-in-panels": alike_panels("North"),
    "a-name-that-has-room-in-another-chart": named("North") | named("North", axis=alt.Axis(labelLimit=0)),
    "names-of-which-one-has-room": named("North") | named("South", axis=alt.Axis(labelLimit=0)),
    "a-name-beside-a-hidden-one": named("North", "South", axis=None)
    .mark_text(limit=100)
    .encode(text="team:N", opacity=alt.condition("datum.seen == 1", alt.value(1), alt.value(0))),
    "a-name-with-an-ampersand": chart({"team": [f"A&E < {LONG}"], "seen": [1]}, x="seen:Q", y="team:N")
    | chart({"team": [f"A&E < {LONG}"], "seen": [1]}, x="seen:Q", y="team:N"),
    "words-that-end-so": chart({**TEAMS, "more": ["and more …"] * 3}, "text", text="more:N"),
    "a-long-name": chart({"team": [f"North {LONG}", f"South {LONG}"], "seen": [1, 2]}, x="seen:Q", y="team:N"),
    "title": chart(TEAMS).properties(title="The null hypothesis"),
    "names-with-words-of-vega": chart(names(3) | {"team": ["Null result", "null and void", "undefined, as agreed"]}),
}


@pytest.mark.parametrize("name", MISLEADING)
def test_a_text_that_misleads_is_refused(name):
    made, said = MISLEADING[name]
    assert said in told(made)


@pytest.mark.parametrize("name", CLEAR)
def test_a_clear_text_is_drawn(name):
    assert told(CLEAR[name]) == ""
