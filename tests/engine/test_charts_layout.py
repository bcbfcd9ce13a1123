"""No label of a chart is cut off, or meets another, at any number of points, in either layout."""

import re
import warnings

import altair as alt
import numpy as np
import pandas as pd
import pytest

from natpatsip import charts, figure, spc
from natpatsip.charts import palette
from natpatsip.charts.icons import ICONS
from natpatsip.charts.layout.canvas import Canvas
from natpatsip.charts.layout.labels import EdgeLabel
from natpatsip.charts.layout.line_labels import CELL, POINT, Clutter, LineLabel, write_line_labels
from natpatsip.charts.layout.sizes import text_width, wrap, wrap_name
from support.chart_samples import NAMES, SAMPLES
from support.layouts import check, measure, series, true_width, written

REASONS = {
    "2022-04": "National guidance on triage launched",
    "2023-05": "Video appointments taken up more widely",
    "2023-07": "Two teams changed their referral process",
}


def chart_of(values, *, y_title="People seen within 18 weeks", percent=True, reasons=None, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", spc.SpcWarning)
        result = spc.xmr(values, **settings)
    return charts.spc(result, y_title=y_title, percent=percent, rebase_reasons=reasons)


def test_the_measuring_finds_what_is_wrong():
    specification = chart_of(series(24), target=80.5).to_dict()
    texts = next(rows for rows in specification["datasets"].values() if any("Mean" in str(row) for row in rows))
    texts[0]["y"] = texts[0]["y"] - 14
    texts[0]["x"] = texts[0]["x"] + 60
    found = " ".join(measure(specification).problems())
    assert "cut off" in found
    assert len(measure(chart_of(series(24)).to_dict()).texts) > 12


@pytest.mark.parametrize("target", [None, 60])
@pytest.mark.parametrize("change", [8, -8])
def test_no_icon_is_cut_off_where_a_step_change_has_one_too(change, target):
    values = series(45, level=70, spread=2, steps=[(30, change)])
    for layout in check(chart_of(values, rebase=["2023-07"], reasons=REASONS, target=target)):
        icons = [box for box in layout.symbols if box.right - box.left > 30]
        assert len({(box.left, box.top) for box in icons}) == (3 if target else 2)
        assert all(box.left >= 0 and box.right <= layout.width for box in icons)


@pytest.mark.parametrize("points", [1, 2, 5, 7, 12, 13, 24, 36, 45, 60, 90, 120, 400])
def test_any_number_of_points(points):
    wide, narrow = check(chart_of(series(points, start="2015-01"), target=85))
    assert wide.width == pytest.approx(640, abs=1)
    assert narrow.width == pytest.approx(340, abs=1)


@pytest.mark.parametrize("points", [12, 36, 45, 120])
def test_large_counts(points):
    values = series(points, level=1_020_000, spread=9_000)
    check(chart_of(values, y_title="People", percent=False, improvement="decrease", target=1_019_500))


@pytest.mark.parametrize("rebase", [["2023-07"], ["2022-04", "2023-05"], ["2023-05", "2023-07"], ["2024-09"]])
def test_rebase_marks_with_their_reasons(rebase):
    values = series(45, level=30, steps=[(15, 20), (28, 15)])
    check(chart_of(values, rebase=rebase, reasons=REASONS, target=60))


@pytest.mark.parametrize("rebase", [["2022-04", "2023-05"], ["2022-03", "2023-08"], ["2021-12", "2022-12"]])
def test_short_reasons_stand_beside_one_another_in_a_narrow_chart(rebase):
    """The words of each are within its own period, though they take another line for it."""
    values = series(45, level=30, steps=[(15, 20), (28, 15)])
    chart = chart_of(values, rebase=rebase, reasons=dict.fromkeys(rebase, "sustained rise"))
    layout = check(chart)[1]
    first, second = sorted({x for x, top, bottom in layout.verticals if bottom - top > 100})
    words = [box for box in layout.texts if set(box.text.split()) & {"sustained", "rise"}]
    assert len([box for box in words if first < box.left and box.right < second]) in (1, 2)  # lines
    assert [box.text for box in words if box.left < second < box.right] == []


def test_four_rebases_next_to_one_another():
    rebase = ["2020-01", "2020-04", "2020-06", "2023-05"]
    values = series(120, level=50_000, spread=900, start="2015-01")
    reasons = dict.fromkeys(rebase, "A reason of a good many words that goes on for longer than its stretch has room")
    check(chart_of(values, percent=False, rebase=rebase, reasons=reasons))


@pytest.mark.parametrize("target", [79.9, 80.0, 80.1, 83.0, 99.0, 0.0])
def test_a_target_close_to_mean_or_limits(target):
    check(chart_of(series(36, spread=0.8), target=target))


@pytest.mark.parametrize("step", [0, 4, 12, 24])
@pytest.mark.parametrize("spread", [0.5, 1, 2, 3, 4])
def test_latest_labels_within_a_narrow_plot_stand_in_the_order_of_their_lines(spread, step):
    values = series(45, level=17, spread=spread, steps=[(15, step), (28, step)])
    chart = chart_of(values, rebase=["2022-04", "2023-05"], reasons=REASONS, improvement="increase")
    layout = measure(charts.narrow(chart.to_dict()))
    assert not layout.problems()
    labels = [box for box in layout.texts if box.text.startswith(("Upper ", "Mean", "Lower "))]
    tops = {box.text.split()[0]: box.top for box in reversed(labels)}  # the mean of the latest period is written first
    if "Lower" in tops:
        assert tops["Upper"] < tops["Mean"] < tops["Lower"]
    else:
        assert "Mean" in tops


@pytest.mark.parametrize("spread", [0.3, 0.9, 2, 4, 8])
def test_a_narrow_chart_names_each_limit_at_its_own_line_or_in_the_words_below(spread):
    chart = chart_of(series(45, level=30, spread=spread, steps=[(28, 24)]), rebase=["2023-05"], improvement="increase")
    narrow, plot = check(chart)[1], chart.to_dict()["usermeta"]["narrow"]
    scales = (layer["encoding"]["y"].get("scale") for layer in plot["layer"] if "y" in layer["encoding"])
    low, high = next(scale["domain"] for scale in scales if scale and "domain" in scale)
    named = {box.text: box for box in narrow.texts if "pper" in box.text}
    [(text, box)] = named.items()
    if text.startswith("Latest"):
        assert re.match(r"Latest: upper limit [0-9.]+%; lower limit [0-9.]+%\.", text)
        assert box.top > plot["padding"]["top"] + plot["height"]
    else:
        value = float(re.fullmatch(r"Upper ([0-9.]+)%", text)[1])
        line = plot["padding"]["top"] + plot["height"] * (high - value) / (high - low)
        assert min(abs(box.top - line), abs(box.bottom - line)) < 10


@pytest.mark.parametrize(("spread", "is_below"), [(0.3, True), (8, False)])
def test_limits_are_in_the_words_below_a_narrow_chart_only_where_they_have_no_room(spread, is_below):
    chart = chart_of(series(45, level=30, spread=spread, steps=[(28, 24)]), rebase=["2023-05"])
    assert any(box.text.startswith("Latest") for box in check(chart)[1].texts) is is_below


@pytest.mark.parametrize("spread", [1500, 4000, 12000])
@pytest.mark.parametrize(
    "rebase",
    [["2022-01", "2023-04"], ["2021-07", "2022-01", "2023-04"], ["2021-04", "2021-07", "2021-10"], ["2021-04"]],
)
def test_an_earlier_mean_is_named_within_its_own_period_of_a_narrow_chart_or_in_the_words_below(rebase, spread):
    values = series(45, level=743_000, spread=spread, steps=[(12, -17_000), (27, -20_000)])
    layout = check(chart_of(values, rebase=rebase, percent=False, improvement="decrease"))[1]
    ends = sorted({x for x, top, bottom in layout.verticals if bottom - top > 100})
    assert len(ends) == len(rebase)
    means = values.groupby(pd.cut(values.index, pd.to_datetime(["2000-01", *rebase, "2100-01"]), right=False)).mean()
    below = " ".join(box.text for box in layout.texts).partition("Earlier mean: ")[2]
    for start, end, mean in zip([0, *ends[:-1]], ends, means, strict=False):
        words = f"{mean:,.0f}"
        found = [box for box in layout.texts if re.fullmatch(f"(Mean )?{words}", box.text)]
        assert (len(found) == 1 and start < found[0].left and found[0].right < end) or words in below


@pytest.mark.parametrize("seed", range(1, 9))
@pytest.mark.parametrize("rebase", [[], ["2023-07"], ["2022-04", "2023-05"]])
def test_the_line_from_a_mean_to_its_label_passes_over_no_point_that_it_would_seem_to_name(rebase, seed):
    values = series(45, level=73, spread=2, steps=[(30, -3)], seed=seed)
    layout = check(chart_of(values, rebase=rebase, improvement="increase"))[1]
    leaders = [each for each in layout.verticals if 12 < each[2] - each[1] < 100]
    for x, top, bottom in leaders:
        named = [box for box in layout.symbols if box.left < x < box.right and box.top < bottom and top < box.bottom]
        assert not named, (x, top, bottom)
    assert leaders or not rebase


@pytest.mark.parametrize("kind", ["spc", "run", "trend", "stacked"])
def test_no_gridline_passes_through_words_in_a_plot_and_their_ground_covers_no_data(kind):
    specification, found = SAMPLES[kind]().to_dict(), []
    for layout in (specification, specification["usermeta"]["narrow"]):
        rows = [
            each["data"].get("values") or specification["datasets"][each["data"]["name"]] for each in layout["layer"]
        ]
        marks = [each["mark"] for each in layout["layer"]]
        boxes = rows[0] if marks[0] == {"type": "rect", "color": palette.PAPER} else []  # behind all data
        written = [
            row
            for mark, texts in zip(marks, rows, strict=True)
            if mark["type"] == "text" and (kind != "stacked" or mark["fontWeight"] == 600)  # other words are on bars
            for row in texts
            if 8 < row["y"] < layout["height"] - 8 and 0 <= row["x"] < layout["width"]
        ]
        for row in written:
            assert any(box["x"] <= row["x"] <= box["x2"] and box["y"] < row["y"] < box["y2"] for box in boxes), row
        assert all(0 <= box["y"] < box["y2"] < layout["height"] for box in boxes), "the axis is left whole"
        found += written
    assert found


@pytest.mark.parametrize("seed", range(1, 7))
@pytest.mark.parametrize(("first", "second"), [(15, 28), (14, 31), (12, 27)])
def test_the_latest_mean_of_a_narrow_chart_is_named_in_its_own_period(first, second, seed):
    values = series(45, level=1725, spread=60, steps=[(first, 740), (second, 250)], seed=seed)
    rebase = [f"{values.index[place]:%Y-%m}" for place in (first, second)]
    chart = chart_of(values, rebase=rebase, reasons=REASONS, percent=False, improvement="increase")
    layout = check(chart)[1]
    since = max(x for x, top, bottom in layout.verticals if bottom - top > 100)
    [label] = [box for box in layout.texts if box.text == f"Mean {values.iloc[second:].mean():,.0f}"]
    assert label.left > since


def test_the_line_from_a_mean_to_its_label_runs_along_no_line_of_the_data():
    canvas, clutter = Canvas(), Clutter(200, 200)
    clutter.add_box(0, 70, 200, 130)  # the label has to go further away, its line over as much wherever it is
    clutter.add_path([(9, 60), (15, 100)])
    mean = EdgeLabel("Mean 44.5%", 44.5, palette.MEAN)
    write_line_labels(canvas, [LineLabel((mean,), 100, 0, 200)], clutter)
    [leader] = [row for rows in canvas.lines.values() for row in rows]
    assert leader["x"] == leader["x2"]
    assert leader["x"] > 15 + POINT + CELL


def test_limits_that_lie_together():
    check(chart_of(series(24, spread=0.05), target=80.05))


@pytest.mark.parametrize("improvement", ["increase", "decrease", "neutral"])
def test_every_kind_of_point_in_the_legend(improvement):
    values = series(60, steps=[(20, 8), (40, -14)])
    check(chart_of(values, improvement=improvement, target=82))


def test_a_long_title_with_signs_and_letters_from_elsewhere():
    title = "Women & men <of all> “kinds” from Łódź, Ynys Môn and Ŵ, " * 5
    check(chart_of(series(24), y_title=title))


def test_a_chart_without_any_value():
    wide, _ = check(chart_of(pd.Series([None] * 6, index=pd.date_range("2024-04", periods=6, freq="MS"))))
    assert "No data" in {box.text for box in wide.texts}


def test_days_and_numbered_points():
    days = series(60)
    days.index = pd.date_range("2024-01-01", periods=60)
    check(chart_of(days))
    check(chart_of([5, 7, 6, 8, 7, 9, 8, 20, 3, 4], rebase=[8], reasons={8: "New ward"}))


@pytest.mark.parametrize("points", [1, 2, 12, 45, 120])
def test_trend(points):
    values = series(points, level=1_000_000, spread=5_000, steps=[(points // 2, -40_000)])
    frame = pd.DataFrame({"month": values.index, "people": values.to_numpy()})
    check(charts.trend(frame, x="month", y="people", y_title="People, trailing six-month mean"))


@pytest.mark.parametrize("quarters", [1, 2, 10, 12, 20, 36, 120, 400])
@pytest.mark.parametrize("categories", [2, 4, 6])
def test_stacked(quarters, categories):
    names = ["Whole systems approach with full support", "With light-touch support", "Another approach",
             "None reported yet", "5 Managing the network", "7 Sustaining"][:categories]  # fmt: skip
    drawn = np.random.default_rng(quarters).integers(0, 12, (quarters, categories))
    rows = [
        (f"{1919 + q // 4}-{(20 + q // 4) % 100:02d}-Q{q % 4 + 1}", name, int(drawn[q, n]))
        for q in range(quarters)
        for n, name in enumerate(names)
    ]
    frame = pd.DataFrame(rows, columns=["quarter", "approach", "boards"])
    check(charts.stacked(frame, x="quarter", y="boards", category="approach", y_title="Boards", order=names))


@pytest.mark.parametrize("months", [1, 12, 36, 120, 400])
def test_bars_of_months_are_named_by_month_and_year(months):
    frame = pd.DataFrame({"month": pd.date_range("1990-04-01", periods=months, freq="MS"), "n": 5, "kind": "All"})
    wide, narrow = check(charts.stacked(frame, x="month", y="n", category="kind", y_title="Boards"))
    for layout in (wide, narrow):
        assert "Apr 1990" in " ".join(written(layout).split())
        assert "00:00" not in written(layout)


@pytest.mark.parametrize("bars", [1, 3, 12, 42, 120])
def test_bars_named_in_words_are_named_in_full_or_not_at_all(bars):
    names = [f"{name} {number}" for number, name in enumerate(NAMES)][:bars]
    frame = pd.DataFrame({"board": names * 2, "part": ["Online", "In person"] * bars, "people": range(2 * bars)})
    frame = frame.drop_duplicates(["board", "part"])
    layouts = check(charts.stacked(frame, x="board", y="people", category="part", y_title="People"))
    for layout in layouts:
        assert not any("…" in box.text for box in layout.texts)
    assert names[0] in written(layouts[0])


@pytest.mark.parametrize("bars", [1, 3, 42])
def test_bars_with_missing_parts(bars):
    frame = pd.DataFrame(
        {"team": [f"Team {n}" for n in range(bars)] * 2, "part": ["Online"] * bars + ["In person"] * bars}
    )
    frame["people"] = [n if n % 3 else None for n in range(2 * bars)]
    for layout in check(charts.stacked(frame, x="team", y="people", category="part", y_title="People")):
        assert "A missing part of a bar is not drawn." in written(layout)


def test_thin_bars_keep_their_colours():
    def edges(quarters):
        drawn = pd.DataFrame(
            {"quarter": [f"{y}-{y % 100 + 1:02d}-Q{q}" for y in quarters for q in (1, 2, 3, 4)], "n": 5}
        )
        chart = charts.stacked(
            drawn.assign(kind="All"), x="quarter", y="n", category="kind", y_title="Boards"
        ).to_dict()
        return next(each["mark"].get("stroke") for each in chart["layer"] if each["mark"]["type"] == "bar")

    assert edges(range(2020, 2024)) == "#FFFFFF"
    assert edges(range(1960, 1990)) is None


@pytest.mark.parametrize(("count", "shared"), [(3, True), (15, True), (42, False)])
def test_small_multiples(count, shared):
    names = ["Northbrook and East Hill, Marsham and Wendlebury", "Northamptonshire", "Frimley",
             "Upper Valley, Riverside and Lower Valley West", "Riverside College Health Partners"]  # fmt: skip
    rows = [
        (f"{names[n % 5]} {n}", month, value)
        for n in range(count)
        for month, value in series(15, level=70 + n * (0 if shared else 500), seed=n).items()
    ]
    frame = pd.DataFrame(rows, columns=["name", "month", "value"])
    results = spc.panel(frame, by="name", value="value", date="month")
    check(charts.multiples(results, y_title="Seen in time", shared=shared))


AWKWARD = {
    "one point": lambda n: series(1, seed=n),
    "400 points": lambda n: series(400, seed=n, start="1990-01"),
    "zeros": lambda n: series(24, seed=n) * 0,
    "equal": lambda n: series(24, seed=n) * 0 + 40 + n,
    "millions": lambda n: series(24, level=4_000_000, spread=90_000, seed=n),
    "near 100": lambda n: series(24, level=99.4, spread=0.4, seed=n).clip(upper=100),
    "negative": lambda n: series(24, level=-40, spread=9, seed=n),
    "about zero": lambda n: series(24, level=0, spread=9, seed=n),
    "one empty": lambda n: series(24, seed=n) * (np.nan if n == 1 else 1),
    "all empty": lambda n: series(24, seed=n) * np.nan,
}
LONG = (
    "Bwrdd Iechyd Prifysgol Betsi Cadwaladr a’r Gogledd-ddwyrain",
    "Wojewódzki Szpital Specjalistyczny im. św. Łukasza w Łodzi",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
)


@pytest.mark.filterwarnings("ignore::natpatsip.spc.SpcWarning")
@pytest.mark.parametrize("kind", AWKWARD)
@pytest.mark.parametrize("shared", [True, False])
def test_awkward_values_and_long_names_in_charts_of_many_series(kind, shared):
    rows = [(name, month, value) for n, name in enumerate(LONG) for month, value in AWKWARD[kind](n).items()]
    frame = pd.DataFrame(rows, columns=["name", "month", "value"])
    percent = kind in ("near 100", "zeros")
    results = spc.panel(frame, by="name", value="value", date="month", target=80)
    drawn = [charts.multiples(results, y_title="Seen in time", shared=shared, percent=percent, target_label=LONG[1])]
    if shared:  # of which the matrix of icons knows nothing: it is drawn once
        summary = spc.summary(results).assign(measure="Waits")
        drawn.append(charts.icon_matrix(summary, rows="name", columns="measure"))
    for layout in (layout for chart in drawn for layout in check(chart)):
        plain = written(layout).replace("-", "")
        assert [name for name in LONG if name.replace("-", "") not in plain] == []


@pytest.mark.filterwarnings("ignore::natpatsip.spc.SpcWarning")
@pytest.mark.parametrize("kind", AWKWARD)
def test_awkward_values_in_charts_of_one_series(kind):
    values = AWKWARD[kind](1)
    frame = pd.DataFrame({"month": values.index, "value": values.to_numpy()})
    percent = kind in ("near 100", "zeros")
    check(charts.spc(spc.xmr(values, target=80), y_title=LONG[2], percent=percent, target_label=LONG[1]))
    check(charts.run(spc.run_chart(values), y_title=LONG[2], percent=percent))
    check(charts.trend(frame, x="month", y="value", y_title=LONG[2]))


def test_a_target_that_changes_is_drawn_in_steps_in_small_multiples():
    frame = pd.DataFrame({"name": "East", "month": series(24).index, "value": series(24).to_numpy()})
    results = spc.panel(frame, by="name", value="value", date="month", target={"East": {"2021-01": 80, "2022-01": 85}})
    specification = charts.multiples(results, y_title="Seen in time").to_dict()
    dashes = [each for each in specification["layer"] if each["mark"].get("strokeDash") == [6, 3]]
    in_plot = [row for each in dashes for row in specification["datasets"][each["data"]["name"]] if row["y"] > 0]
    assert len(in_plot) == 2
    assert len({row["y"] for row in in_plot}) == 2


@pytest.mark.parametrize("points", [12, 36, 120])
def test_symbols_of_small_multiples_shrink_where_they_stand_close(points):
    values = series(points, start="2010-01", steps=[(points // 2, 9)])
    frame = pd.DataFrame({"name": ["East"] * points + ["West"] * points, "month": [*values.index] * 2,
                          "value": [*values, *values]})  # fmt: skip
    specification = charts.multiples(
        pd.concat([spc.panel(frame, by="name", value="value", date="month")]), by="name", y_title="Seen in time"
    ).to_dict()
    sizes = {row["size"] for rows in specification["datasets"].values() for row in rows if row.get("size", 99) <= 25}
    assert sizes == ({25} if points == 12 else sizes)
    assert max(sizes) <= max(25 if points < 40 else 11, 10.2)


@pytest.mark.parametrize("chart", ["matrix", "multiples"])
def test_every_icon_of_a_chart_is_named_over_it(chart):
    names = ["North", "South", "East"]
    steps = {"North": [(20, 9)], "South": [(20, -9)], "East": []}
    rows = [(name, month, value) for n, name in enumerate(names)
            for month, value in series(30, seed=n, steps=steps[name]).items()]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["name", "month", "value"])
    results = spc.panel(frame, by="name", value="value", date="month", target=70)
    summed = spc.summary(results).assign(measure="Waits")
    drawn = (
        charts.multiples(results, y_title="Seen in time")
        if chart == "multiples"
        else charts.icon_matrix(summed, rows="name", columns="measure")
    )
    wanted = {ICONS[icon].words for icon in summed["variation_icon"]}
    assert len(wanted) > 1
    for layout in check(drawn):
        above = min(box.top for box in layout.texts if box.text in names)
        assert wanted <= {box.text for box in layout.texts if box.bottom < above}


@pytest.mark.parametrize("measures", [1, 4, 5, 6, 7])
def test_icon_matrix(measures):
    words = ["Seen in time", "Psychological therapies", "Physical examinations", "Crisis response",
             "Restraint", "Early intervention", "Medicines review"][:measures]  # fmt: skip
    rows = [
        (name, measure, month, value)
        for seed, name in enumerate(["East", "Riverside College Health Partners", "Hillpartners"])
        for measure in words
        for month, value in series(14, seed=seed).items()
    ]
    frame = pd.DataFrame(rows, columns=["team", "measure", "month", "value"])
    summary = spc.summary(spc.panel(frame, by=["team", "measure"], value="value", date="month", target=82))
    check(charts.icon_matrix(summary, rows="team", columns="measure", column_order=words))


@pytest.mark.parametrize("count", [15, 42])
def test_no_name_is_cut_short_in_charts_of_many_series(count):
    rows = [
        (name, measure, month, value)
        for seed, name in enumerate(NAMES[:count])
        for measure in ("Waits", "Crises")
        for month, value in series(14, seed=seed).items()
    ]
    frame = pd.DataFrame(rows, columns=["name", "measure", "month", "value"])
    results = spc.panel(frame, by=["name", "measure"], value="value", date="month", target=82)
    waits = results[results["measure"] == "Waits"]
    small = check(charts.multiples(waits, by="name", y_title="Seen in time", percent=True, target_label="Target"))
    grids = check(charts.icon_matrix(spc.summary(results), rows="name", columns="measure"))
    for layout in (*small, *grids):
        assert [name for name in NAMES[:count] if name not in written(layout)] == []


@pytest.mark.parametrize("width", [50, 90, 130])
def test_a_name_is_broken_but_never_cut(width):
    for name in (*NAMES, "Llanfairpwllgwyngyll"):
        lines = wrap_name(name, width, 12, first=width - 20)
        assert "".join(line.removesuffix("-") if line[-1] == "-" else f"{line} " for line in lines).strip() == name
        assert all(text_width(line, 12) <= width for line in lines)


def test_numbers_stand_in_all_bars_or_in_none():
    quarters = [f"{2014 + n // 4}-{15 + n // 4}-Q{n % 4 + 1}" for n in range(30)]
    rows = [(quarter, name, 5 + n) for n, quarter in enumerate(quarters) for name in ("Full support", "Another")]
    frame = pd.DataFrame(rows, columns=["quarter", "approach", "boards"])
    drawn = charts.stacked(frame, x="quarter", y="boards", category="approach", y_title="Boards")
    in_bars = [row for layer in drawn.to_dict()["layer"] if layer["mark"].get("align") == "center"
               for row in drawn.to_dict()["datasets"][layer["data"]["name"]] if row["text"].isdigit()]  # fmt: skip
    assert len({row["text"] for row in in_bars}) in (0, 30)


@pytest.mark.parametrize("bold", [False, True])
def test_widths_are_those_of_the_typeface_or_a_little_more(bold):
    for text in (
        "Upper limit 91.6%",
        "Jul 2023: Two teams changed",
        "£1,023,061 – “Łódź”, Ŵ & co.",
        "Mean −3½",
    ):
        true = true_width(text, 13, bold=bold)
        assert true <= 1.005 * text_width(text, 13, bold=bold) + 0.3
        assert text_width(text, 13, bold=bold) < 1.08 * true + 1


def test_a_word_too_wide_for_its_line_is_cut_with_an_ellipsis():
    assert wrap("Northamptonshire", 60)[0].endswith("…")


PANELS = pd.DataFrame({"month": ["April", "May", "June"], "beds": [3, 5, 4], "days": [30, 20, 10]})


def panel(column, title, **x):
    x = alt.X("month:N", sort=None, **x)
    return (
        alt.Chart(PANELS).mark_bar().encode(x=x, y=alt.Y(f"{column}:Q", title=title)).properties(height=100, width=300)
    )


@pytest.mark.parametrize(
    "chart",
    [
        panel("beds", "Beds", axis=None) & panel("days", "Days in hospital"),
        panel("beds", "Beds") & panel("days", "Days in hospital"),
        alt.Chart(PANELS.melt("month")).mark_bar().encode(
            x=alt.X("month:N", sort=None), y=alt.Y("value:Q", title="Days in hospital"), row="variable:N"
        ).properties(height=100),
    ],
    ids=["no-axis-above", "axis-above", "facet"],
)  # fmt: skip
def test_the_title_of_a_lower_panels_axis_is_apart_from_the_panel_above(chart):
    shown = figure("fig-panels", chart, title="T", description="D", caption="C", data=PANELS)
    layout = measure(dict(shown.specification))
    lower = max((box for box in layout.texts if box.text == "Days in hospital"), key=lambda box: box.top)
    of_panel_above = [box for box in layout.texts if box.text in ("0", "April", "month") and box.top < lower.top]
    assert of_panel_above
    assert lower.top - max(box.bottom for box in of_panel_above) >= 10
